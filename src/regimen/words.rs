//! A dose's text cut into its clauses.

use std::ops::Range;

use crate::diagnostic::Problems;
use crate::diagnostic::Source;
use crate::diagnostic::codes::regimen as codes;
use crate::diagnostic::nearest;
use crate::unit::is_symbol;
use crate::unit::leading_number;

/// What a clause is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Split,
    Over,
    Rate,
    At,
    Every,
    Times,
    Cap,
    If,
    Step,
    Bolus,
    Steady,
    SteadyAdds,
}

/// The words and what they mean.
pub(super) const KEYWORDS: [(&str, Keyword); 12] = [
    ("split", Keyword::Split),
    ("over", Keyword::Over),
    ("rate", Keyword::Rate),
    ("at", Keyword::At),
    ("every", Keyword::Every),
    ("x", Keyword::Times),
    ("cap", Keyword::Cap),
    ("if", Keyword::If),
    ("step", Keyword::Step),
    ("bolus", Keyword::Bolus),
    ("ss", Keyword::Steady),
    ("ss2", Keyword::SteadyAdds),
];

/// Words that people write for them.
const SYNONYMS: [(&str, &str); 19] = [
    ("on", "at"),
    ("day", "at"),
    ("time", "at"),
    ("t", "at"),
    ("in", "over"),
    ("for", "over"),
    ("during", "over"),
    ("within", "over"),
    ("each", "every"),
    ("q", "every"),
    ("ii", "every"),
    ("times", "x"),
    ("addl", "x"),
    ("fractions", "split"),
    ("max", "cap"),
    ("maximum", "cap"),
    ("when", "if"),
    ("steps", "step"),
    ("ss1", "ss"),
];

/// A keyword and the words that follow it.
#[derive(Debug)]
pub(super) struct Clause {
    pub(super) keyword: Keyword,
    /// Place of the keyword.
    pub(super) place: Range<usize>,
    /// Places of what follows; empty if nothing does.
    pub(super) words: Vec<Range<usize>>,
}

/// A dose cut up: its name, what stands before the first keyword, and the clauses.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) name: Range<usize>,
    pub(super) amount: Vec<Range<usize>>,
    pub(super) clauses: Vec<Clause>,
}

/// Words and commas of a range, separated by blanks; semicolons are words of their own too.
pub(super) fn words(source: &Source, range: Range<usize>) -> Vec<Range<usize>> {
    let text = &source.text()[range.clone()];
    let mut words = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        let separator = matches!(letter, ',' | ';');
        if !(separator || letter.is_whitespace()) {
            start.get_or_insert(at);
            continue;
        }
        if let Some(start) = start.take() {
            words.push(range.start + start..range.start + at);
        }
        if separator {
            words.push(range.start + at..range.start + at + 1);
        }
    }
    words
}

/// Cuts the words of one dose (at least one). A word that is no keyword but stands where only one can is reported and
/// taken as the one that was meant.
pub(super) fn cut(source: &Source, words: &[Range<usize>], problems: &mut Problems) -> Cut {
    let text = |place: &Range<usize>| &source.text()[place.clone()];
    let mut cut = Cut { name: words[0].clone(), amount: Vec::new(), clauses: Vec::new() };
    // Words after one that means nothing; they are not looked at further.
    let mut skipping = false;
    for (n, place) in words.iter().enumerate().skip(1) {
        let word = text(place);
        let start = |keyword, place: Range<usize>| Clause { keyword, place, words: Vec::new() };
        // A covariate may be called like a keyword.
        let naming = |clause: &Clause| clause.keyword == Keyword::If && clause.words.is_empty();
        if let Some(clause) = cut.clauses.last_mut().filter(|clause| naming(clause)) {
            clause.words.push(place.clone());
            continue;
        }
        if let Some(keyword) = keyword(word) {
            skipping = false;
            cut.clauses.push(start(keyword, place.clone()));
            continue;
        }
        if n > 1
            && let Some(count) = attached_count(word)
        {
            skipping = false;
            let mut clause = start(Keyword::Times, place.start..place.end - count.len());
            clause.words.push(place.end - count.len()..place.end);
            cut.clauses.push(clause);
            continue;
        }
        let in_split = cut.clauses.last().is_some_and(|clause| {
            clause.keyword == Keyword::Split && !clause.words.iter().any(|word| text(word).ends_with('%'))
        });
        let before = text(&words[n - 1]);
        // Whether the word before opened a clause, as it stands or as it was meant.
        let opened = cut.clauses.last().is_some_and(|clause| clause.place == words[n - 1]);
        let next = words.get(n + 1).map(text);
        if !skipping && !in_split && !opened {
            if misplaced_word(n, word, before, next) {
                let meant = meant(word);
                tell_word(source, place, word, meant, problems);
                match meant.and_then(keyword) {
                    Some(keyword) => cut.clauses.push(start(keyword, place.clone())),
                    None => skipping = true,
                }
                continue;
            }
            // Not in `at day 0`, where the word before is at fault.
            let first = cut.clauses.last().is_some_and(|clause| clause.words.len() == 1);
            if is_number(word) && n > 1 && is_plain_word(before) && !first {
                problems
                    .error(&codes::DOSE_SYNTAX, format!("no keyword before `{word}`"))
                    .label(source.span(place.clone()), "which number is this?")
                    .help(format!("write `at {word} ..` for a time, `over {word} ..` for the duration of an infusion"));
                // The likeliest; that a time is missing is then not told as well.
                cut.clauses.push(start(Keyword::At, place.start..place.start));
            }
        }
        if !skipping {
            match cut.clauses.last_mut() {
                Some(clause) => clause.words.push(place.clone()),
                None => cut.amount.push(place.clone()),
            }
        }
    }
    cut
}

fn keyword(word: &str) -> Option<Keyword> {
    KEYWORDS.iter().find(|(text, _)| *text == word).map(|&(_, keyword)| keyword)
}

/// The number of `x3`.
fn attached_count(word: &str) -> Option<&str> {
    word.strip_prefix('x').filter(|count| !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()))
}

/// A word that can be neither a unit, which follows a number, nor a parameter, which follows the entry alone.
fn misplaced_word(n: usize, word: &str, before: &str, next: Option<&str>) -> bool {
    if !is_plain_word(word) || is_symbol(word) || is_no_number(word) {
        return false;
    }
    match n {
        1 => next.is_some_and(|next| keyword(next).is_none() && attached_count(next).is_none()),
        _ => !is_number(before) && before != "," && !before.ends_with(['*', '/', '(']),
    }
}

/// The keyword that was meant.
fn meant(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    let synonym = SYNONYMS.iter().find(|(text, _)| *text == lower).map(|(_, meant)| *meant);
    // `x` is like every short word.
    synonym.or_else(|| nearest(&lower, KEYWORDS.iter().map(|(text, _)| *text).filter(|text| text.len() > 1)))
}

fn tell_word(source: &Source, place: &Range<usize>, word: &str, meant: Option<&str>, problems: &mut Problems) {
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "words of a dose: split, over, rate, at, every, x, cap, if, step, bolus, ss, ss2; as in `cart 5e7 cells at 0 d`".to_string(),
    };
    problems
        .error(&codes::DOSE_SYNTAX, format!("unknown word `{word}`"))
        .label(source.span(place.clone()), "no unit and no keyword")
        .help(help);
}

/// Whether the word starts as a number does.
fn is_number(word: &str) -> bool {
    leading_number(word.trim_start_matches(['+', '-'])) > 0
}

/// `nan` and its like, which are told as numbers that cannot be used.
pub(super) fn is_no_number(word: &str) -> bool {
    matches!(word.to_lowercase().as_str(), "nan" | "inf" | "infinity")
}

fn is_plain_word(word: &str) -> bool {
    word.starts_with(char::is_alphabetic)
}

/// From the start of the first word to the end of the last.
pub(super) fn whole(words: &[Range<usize>]) -> Option<Range<usize>> {
    Some(words.first()?.start..words.last()?.end)
}

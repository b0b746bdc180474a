use std::iter::once;
use std::ops::Range;
use std::str::FromStr;

use super::dose::{Amount, Dose, Infusion, Located, OnlyIf, RESET, Regimen, Repeat, Steady};
use super::words::{Clause, Cut, KEYWORDS, Keyword, cut, is_no_number, whole, words};
use crate::diagnostic::Problems;
use crate::diagnostic::Source;
use crate::diagnostic::Span;
use crate::diagnostic::codes::regimen as codes;
use crate::unit::Quantity;
use crate::unit::Unit;

/// Most administrations of one dose; real regimens have a few hundred.
const MOST: u32 = 100_000;
/// How far a split may be from 100 %, for thirds written as 33.3333333.
const SPLIT_SLACK: f64 = 1e-6;

impl Regimen {
    /// Reads a part of a source; returns the doses that were understood. Mistakes are reported all at once.
    ///
    /// What needs no model is checked here: words, units of time, signs, splits. The rest is for [`Regimen::resolve`].
    pub fn parse(source: &Source, range: Range<usize>, problems: &mut Problems) -> Regimen {
        let all = words(source, range.clone());
        let text = |place: &Range<usize>| &source.text()[place.clone()];
        if let [only] = &all[..]
            && text(only) == "none"
        {
            return Regimen::default();
        }
        let parts: Vec<&[Range<usize>]> = all.split(|word| text(word) == ";").filter(|part| !part.is_empty()).collect();
        if parts.is_empty() {
            problems
                .error(&codes::DOSE_SYNTAX, "empty regimen")
                .label(source.span(range), "no dose")
                .help("write `none` for no doses, or a dose as `cart 5e7 cells at 0 d`");
        }
        let doses = parts.into_iter().filter_map(|part| Reader { source, problems }.dose(part)).collect();
        Regimen { doses }
    }

    /// Reads a text that stands alone.
    pub fn parse_str(text: &str) -> Result<Regimen, Problems> {
        let source = Source::new("regimen", text);
        let mut problems = Problems::default();
        let regimen = Self::parse(&source, 0..text.len(), &mut problems);
        problems.or_value(Some(regimen))
    }
}

impl FromStr for Regimen {
    type Err = Problems;
    fn from_str(text: &str) -> Result<Regimen, Problems> {
        Regimen::parse_str(text)
    }
}

pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) problems: &'a mut Problems,
}

/// What the clauses said.
#[derive(Default)]
struct Clauses {
    split: Option<Located<Vec<f64>>>,
    infusion: Option<Located<Infusion>>,
    times: Option<Vec<Located<Quantity>>>,
    every: Option<Located<Quantity>>,
    count: Option<Located<u32>>,
    steady: Option<Located<Steady>>,
    cap: Option<Located<Quantity>>,
    only_if: Option<Located<OnlyIf>>,
    steps: Option<Located<Amount>>,
}

impl Reader<'_> {
    fn dose(&mut self, words: &[Range<usize>]) -> Option<Dose> {
        let place = whole(words)?;
        let cut = cut(self.source, words, self.problems);
        let entry = self.entry(&cut.name);
        let amount = match cut.amount.is_empty() {
            true => Some(None),
            false => self.amount(&cut.amount).map(Some),
        };
        let clauses = self.clauses(&cut);
        let clauses = match entry {
            Some(_) => self.fit_together(clauses, &cut, &place),
            None => None,
        };
        let (entry, amount, clauses) = (entry?, amount?, clauses?);
        // A dose in steady state may be the only one.
        let one = |every: &Located<Quantity>| Located::new(1, every.span.clone());
        let repeat = clauses.every.map(|every| Repeat { count: clauses.count.unwrap_or_else(|| one(&every)), every });
        Some(Dose {
            entry,
            amount: clauses.steps.or(amount),
            cap: clauses.cap,
            only_if: clauses.only_if,
            split: clauses.split,
            times: clauses.times?,
            infusion: clauses.infusion,
            repeat,
            steady: clauses.steady,
            span: self.source.span(place),
        })
    }

    fn entry(&mut self, place: &Range<usize>) -> Option<Located<String>> {
        let text = &self.source.text()[place.clone()];
        let span = self.source.span(place.clone());
        let keyword = KEYWORDS.iter().any(|(word, _)| *word == text);
        if is_name(text) && !keyword && text != "none" {
            return Some(Located::new(text.to_string(), span));
        }
        let message = match text {
            "none" => "`none` stands alone".to_string(),
            _ => format!("a dose starts with the name of its entry, not with `{text}`"),
        };
        self.problems.error(&codes::DOSE_SYNTAX, message).label(span, "").help("write `cart 5e7 cells at 0 d`");
        None
    }

    fn amount(&mut self, words: &[Range<usize>]) -> Option<Located<Amount>> {
        let place = whole(words)?;
        let span = self.source.span(place.clone());
        let text = span.text();
        if words.len() == 1 && is_name(text) && !is_no_number(text) {
            return Some(Located::new(Amount::Parameter(text.to_string()), span));
        }
        let quantity = Quantity::parse(self.source, place, self.problems)?;
        if quantity.value < 0.0 {
            self.problems
                .error(&codes::DOSE_AMOUNT, format!("negative amount: {quantity}"))
                .label(span, "")
                .help("amounts are 0 or more; a time before the first CAR-T dose is negative, as in `at -5 d`");
            return None;
        }
        Some(Located::new(Amount::Quantity(quantity), span))
    }

    /// Reads every clause; none if one of them is wrong.
    fn clauses(&mut self, cut: &Cut) -> Option<Clauses> {
        let mut said = Clauses::default();
        let mut good = true;
        for (n, clause) in cut.clauses.iter().enumerate() {
            let first = cut.clauses[..n].iter().find(|other| other.keyword == clause.keyword);
            if let Some(first) = first.filter(|_| !clause.place.is_empty()) {
                let word = &self.source.text()[clause.place.clone()];
                self.problems
                    .error(&codes::DOSE_SYNTAX, format!("`{word}` is there twice"))
                    .label(self.source.span(clause.place.clone()), "again here")
                    .label(self.source.span(first.place.clone()), "first here")
                    .help(match clause.keyword {
                        Keyword::At => "list times with commas, `at 0, 1, 2 d`; separate doses by `;`",
                        _ => "separate doses by `;`",
                    });
                good = false;
                continue;
            }
            good &= self.clause(clause, &mut said).is_some();
        }
        good.then_some(said)
    }

    fn clause(&mut self, clause: &Clause, said: &mut Clauses) -> Option<()> {
        if matches!(clause.keyword, Keyword::Bolus | Keyword::Steady | Keyword::SteadyAdds) {
            return self.flag(clause, said);
        }
        let Some(place) = whole(&clause.words) else {
            let word = &self.source.text()[clause.place.clone()];
            let example = match clause.keyword {
                Keyword::Cap => "cap 800 mg",
                Keyword::If => "if weight < 30 kg",
                Keyword::Step => "step 1/2/5 mg",
                Keyword::Split => "split 10/30/60 %",
                Keyword::Over => "over 1 h",
                Keyword::Rate => "rate 5 mg/h",
                Keyword::At => "at 0 d",
                Keyword::Every => "every 8 h x 3",
                Keyword::Times | Keyword::Bolus | Keyword::Steady | Keyword::SteadyAdds => "x 3",
            };
            self.problems
                .error(&codes::DOSE_SYNTAX, format!("nothing follows `{word}`"))
                .label(self.source.span(clause.place.clone()), "")
                .help(format!("write `{example}`"));
            return None;
        };
        let span = self.source.span(place.clone());
        match clause.keyword {
            Keyword::Split => said.split = Some(self.split(place)?),
            Keyword::At => said.times = Some(self.times(&clause.words)?),
            Keyword::Times => said.count = Some(self.count(span)?),
            Keyword::Cap => said.cap = Some(self.cap(place)?),
            Keyword::If => said.only_if = Some(self.only_if(place)?),
            Keyword::Step => said.steps = Some(self.steps(place)?),
            Keyword::Bolus | Keyword::Steady | Keyword::SteadyAdds => {}
            Keyword::Every => {
                let every = self.time(place, "the interval")?;
                if every.value.value <= 0.0 {
                    let message = format!("the interval is not above 0: {}", every.value);
                    self.problems.error(&codes::DOSE_REPEAT, message).label(span, "").help("write `every 8 h x 3`");
                    return None;
                }
                said.every = Some(every);
            }
            Keyword::Over | Keyword::Rate => {
                let (what, infusion) = match clause.keyword {
                    Keyword::Over => ("duration", Infusion::Duration(self.time(place, "the duration")?.value)),
                    _ => ("rate", Infusion::Rate(Quantity::parse(self.source, place, self.problems)?)),
                };
                let (Infusion::Duration(quantity) | Infusion::Rate(quantity)) = &infusion else { return None };
                if quantity.value <= 0.0 {
                    let message = format!("the {what} is not above 0: {quantity}");
                    let told = self.problems.error(&codes::DOSE_INFUSION, message);
                    told.label(span, "").help("leave it out for an amount that is given at once");
                    return None;
                }
                self.infusion(infusion, span, said)?;
            }
        }
        Some(())
    }

    /// A clause of one word.
    fn flag(&mut self, clause: &Clause, said: &mut Clauses) -> Option<()> {
        let span = self.source.span(clause.place.clone());
        if let Some(more) = whole(&clause.words) {
            let message = format!("nothing goes with `{}`", span.text());
            let told = self.problems.error(&codes::DOSE_SYNTAX, message);
            told.label(self.source.span(more), "").help("write `every 12 h ss`, `5 mg bolus`");
            return None;
        }
        let steady = match clause.keyword {
            Keyword::Bolus => return self.infusion(Infusion::Bolus, span, said),
            Keyword::Steady => Steady::Replaces,
            _ => Steady::Adds,
        };
        if said.steady.is_some() {
            let told = self.problems.error(&codes::DOSE_STEADY, "both `ss` and `ss2`");
            told.label(span, "").help("`ss` clears what is there, `ss2` adds to it: keep one of the two");
            return None;
        }
        said.steady = Some(Located::new(steady, span));
        Some(())
    }

    fn infusion(&mut self, infusion: Infusion, span: Span, said: &mut Clauses) -> Option<()> {
        let word = |infusion: &Infusion| match infusion {
            Infusion::Duration(_) => "over",
            Infusion::Rate(_) => "rate",
            Infusion::Bolus => "bolus",
        };
        if let Some(first) = &said.infusion {
            // In the order of the manual, whatever was written first.
            let (mut one, mut other) = (word(&first.value), word(&infusion));
            if one == "rate" || one == "bolus" {
                (one, other) = (other, one);
            }
            self.problems
                .error(&codes::DOSE_INFUSION, format!("both `{one}` and `{other}`"))
                .label(span, "one of them follows from the other and the amount")
                .help("keep one of the two");
            return None;
        }
        said.infusion = Some(Located::new(infusion, span));
        Some(())
    }

    /// Looks at what clauses say about each other.
    fn fit_together(&mut self, said: Option<Clauses>, cut: &Cut, place: &Range<usize>) -> Option<Clauses> {
        let clause = |keyword| cut.clauses.iter().find(|clause| clause.keyword == keyword);
        let span = |keyword| clause(keyword).map(|clause| self.source.span(clause.place.clone()));
        let mut good = true;
        if span(Keyword::At).is_none() {
            let whole = self.source.span(place.clone());
            let help = format!("add `at 0 d`: `{} at 0 d`", whole.text());
            self.problems.error(&codes::DOSE_TIME, "when is this dose given?").label(whole, "no `at`").help(help);
            good = false;
        }
        let steady = span(Keyword::Steady).or(span(Keyword::SteadyAdds));
        match (span(Keyword::Every), span(Keyword::Times)) {
            (Some(every), None) if steady.is_none() => {
                let told = self.problems.error(&codes::DOSE_REPEAT, "`every` without `x`: how many administrations?");
                told.label(every, "").help("add how many in all, the first included: `every 8 h x 3`");
                good = false;
            }
            (None, Some(times)) => {
                let told = self.problems.error(&codes::DOSE_REPEAT, "`x` without `every`: how far apart?");
                told.label(times, "").help("add the interval: `every 8 h x 3`");
                good = false;
            }
            _ => {}
        }
        if let (Some(split), Some(every)) = (span(Keyword::Split), span(Keyword::Every)) {
            let told = self.problems.error(&codes::DOSE_SPLIT, "`split` and `every` in one dose");
            told.label(split, "parts for listed times").label(every, "");
            told.help("list the times of the parts: `split 10/30/60 % at 0, 1, 2 d`");
            good = false;
        }
        if let (Some(steps), Some(other)) = (span(Keyword::Step), span(Keyword::Split)) {
            let told = self.problems.error(&codes::DOSE_SPLIT, "`step` and `split` in one dose");
            told.label(steps, "an amount for each time").label(other, "").help("keep one of the two");
            good = false;
        }
        if let (Some(steps), Some(more)) = (span(Keyword::Step), whole(&cut.amount)) {
            let told = self.problems.error(&codes::DOSE_SPLIT, "`step` and an amount before it");
            told.label(self.source.span(more), "").label(steps, "").help("write `step 1/2/5 mg at 0, 7, 14 d`");
            good = false;
        }
        let said = said?;
        if let (Some(Located { value: Amount::Steps(steps, _), span }), Some(times)) = (&said.steps, &said.times)
            && steps.len() != times.len()
        {
            let (parts, moments) = (counted(steps.len(), "step"), counted(times.len(), "time"));
            let told = self.problems.error(&codes::DOSE_SPLIT, format!("{parts} for {moments}"));
            told.label(span.clone(), parts).help("each time has one step: `step 1/2/5 mg at 0, 7, 14 d`");
            good = false;
        }
        if self.source.text()[cut.name.clone()] == *RESET {
            good &= self.bare_reset(cut);
        }
        if let (Some(split), Some(times)) = (&said.split, &said.times)
            && split.value.len() != times.len()
        {
            let parts = counted(split.value.len(), "part");
            let moments = counted(times.len(), "time");
            self.problems
                .error(&codes::DOSE_SPLIT, format!("{parts} for {moments}"))
                .label(split.span.clone(), parts)
                .label(times[0].span.to(&times[times.len() - 1].span), moments)
                .help("each time has one part: `split 10/30/60 % at 0, 1, 2 d`");
            good = false;
        }
        if let (Some(count), Some(times)) = (&said.count, &said.times)
            && u64::from(count.value) * times.len() as u64 > u64::from(MOST)
        {
            self.tell_too_many(count.span.clone());
            good = false;
        }
        good.then_some(said)
    }

    fn tell_too_many(&mut self, span: Span) {
        self.problems
            .error(&codes::DOSE_REPEAT, format!("more than {MOST} administrations"))
            .label(span, "")
            .help("a long series of small doses is an infusion: `over 28 d`");
    }

    /// A quantity of the dimension of time.
    pub(super) fn time(&mut self, place: Range<usize>, what: &str) -> Option<Located<Quantity>> {
        let span = self.source.span(place.clone());
        let quantity = Quantity::parse(self.source, place, self.problems)?;
        quantity.expect(&day(), what, &span, self.problems)?;
        Some(Located::new(quantity, span))
    }

    /// `0, 1, 2 d`: a time without a unit has that of the next.
    fn times(&mut self, words: &[Range<usize>]) -> Option<Vec<Located<Quantity>>> {
        let whole_place = whole(words)?;
        let mut times: Vec<Option<Located<Quantity>>> = Vec::new();
        let mut start = whole_place.start;
        let commas = words.iter().filter(|word| &self.source.text()[(*word).clone()] == ",").cloned();
        for comma in commas.chain(once(whole_place.end..whole_place.end)) {
            let text = &self.source.text()[start..comma.start];
            let at = start + text.len() - text.trim_start().len();
            let place = at..at + text.trim().len();
            start = comma.end;
            let quantity = match self.source.text()[place.clone()].strip_prefix("day") {
                Some(number) => {
                    let help = format!("write the number first: `{} d`", number.trim());
                    let told = self.problems.error(&codes::DOSE_TIME, "a time is a number and a unit");
                    told.label(self.source.span(place.clone()), "").help(help);
                    None
                }
                None => Quantity::parse(self.source, place.clone(), self.problems),
            };
            times.push(quantity.map(|quantity| Located::new(quantity, self.source.span(place))));
        }
        let mut unit = None;
        for time in times.iter_mut().rev().flatten() {
            if time.value.unit != Unit::one() {
                unit = Some(time.value.unit.clone());
            } else if let Some(unit) = &unit {
                time.value.unit = unit.clone();
            }
        }
        let day = day();
        let problems = &mut *self.problems;
        let good: Vec<Located<Quantity>> = times
            .iter()
            .flatten()
            .filter(|time| time.value.expect(&day, "the time of a dose", &time.span, problems).is_some())
            .cloned()
            .collect();
        (good.len() == times.len()).then_some(good)
    }

    fn split(&mut self, place: Range<usize>) -> Option<Located<Vec<f64>>> {
        let span = self.source.span(place);
        let text = span.text().trim_end();
        let Some(parts) = text.strip_suffix('%').or_else(|| text.strip_suffix("percent")) else {
            let told = self.problems.error(&codes::DOSE_SPLIT, "a split is in per cent");
            told.label(span.clone(), "no `%`").help("write `split 10/30/60 %`");
            return None;
        };
        let mut values = Vec::new();
        for part in parts.split('/') {
            match part.trim().parse::<f64>() {
                Ok(value) if value.is_finite() && value >= 0.0 => values.push(value),
                _ => {
                    let message = format!("`{}` is no part of a split", part.trim());
                    let told = self.problems.error(&codes::DOSE_SPLIT, message);
                    told.label(span.clone(), "").help("parts are numbers, not negative: `split 10/30/60 %`");
                    return None;
                }
            }
        }
        let sum: f64 = values.iter().sum();
        if (sum - 100.0).abs() > SPLIT_SLACK {
            // Rounded for people, but never to 100.
            let shown = (sum * 1e6).round() / 1e6;
            let told = self.problems.error(&codes::DOSE_SPLIT, format!("the parts add up to {shown} %, not to 100 %"));
            told.label(span, "").help("change a part, or the amount if less shall be given");
            return None;
        }
        Some(Located::new(values, span))
    }

    fn count(&mut self, span: Span) -> Option<Located<u32>> {
        match span.text().parse::<u32>() {
            Ok(count) if count > MOST => self.tell_too_many(span),
            Ok(count) if count > 0 => return Some(Located::new(count, span)),
            _ => {
                let message = format!("`{}` is no number of administrations", span.text());
                let told = self.problems.error(&codes::DOSE_REPEAT, message);
                told.label(span, "").help("write a whole number, at least 1: `every 8 h x 3`");
            }
        }
        None
    }
}

/// `1 part`, `2 parts`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Any unit of time.
pub(super) fn day() -> Unit {
    Unit::parse_str("d").expect("a known unit")
}

/// A letter or `_`, then letters, digits, `_` and `.`.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
}

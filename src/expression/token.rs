//! From text to tokens.

use crate::diagnostic::codes::expression as codes;
use crate::diagnostic::{Problems, Source};
use crate::unit::leading_number;
use std::ops::Range;

/// A token and its place in the source, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum TokenKind {
    /// Digits; the value is read by the parser.
    Number,
    /// `[degC]`; the range is that of the brackets.
    Unit,
    /// A name or a word of the language.
    Word,
    Symbol(&'static str),
    /// Not understood; reported.
    Unknown,
    End,
}

/// Longest first.
const SYMBOLS: [&str; 16] = ["<=", ">=", "==", "!=", "+", "-", "*", "/", "^", "<", ">", "(", ")", ",", "[", "]"];

/// What people write elsewhere, what it is read as after the mistake was reported (`=` joins two sides from which
/// nothing follows), and what to write.
const FOREIGN: [(&str, &str, &str); 15] = [
    ("&&", "and", "write `and`"),
    ("||", "or", "write `or`"),
    ("&", "and", "write `and`"),
    ("|", "or", "write `or`"),
    ("!", "not", "write `not`"),
    ("**", "^", "a power is written `x^2`"),
    ("=<", "<=", "write `<=`"),
    ("=>", ">=", "write `>=`"),
    ("≤", "<=", "write `<=`"),
    ("≥", ">=", "write `>=`"),
    ("−", "-", "write the minus sign of the keyboard, `-`"),
    ("–", "-", "write the minus sign of the keyboard, `-`"),
    ("·", "*", "write `*`"),
    ("×", "*", "write `*`"),
    ("=", "=", "compare with `<` or `>`; conditions with `==`"),
];

/// Splits a part of a source; the last token is the end.
pub(super) fn tokens(source: &Source, range: Range<usize>, problems: &mut Problems) -> Vec<Token> {
    let text = source.text().get(range.clone()).unwrap_or("");
    let mut list: Vec<Token> = Vec::new();
    let mut reported = 0;
    let mut at = 0;
    loop {
        at = text.len() - text[at..].trim_start().len();
        let rest = &text[at..];
        let start = range.start + at;
        let Some(first) = rest.chars().next() else {
            list.push(Token { kind: TokenKind::End, range: start..start });
            return list;
        };
        let (kind, length) = if leading_number(rest) > 0 {
            (TokenKind::Number, leading_number(rest))
        } else if first.is_alphabetic() || first == '_' {
            (TokenKind::Word, word_length(rest))
        } else if first == '[' {
            let line = rest.find(['\n', ']']).unwrap_or(rest.len());
            let closed = rest[line..].starts_with(']');
            if !closed {
                problems
                    .error(&codes::EXPRESSION_SYNTAX, "unit not closed")
                    .label(source.span(start..start + 1), "this `[` has no `]`");
            }
            (if closed { TokenKind::Unit } else { TokenKind::Unknown }, line + usize::from(closed))
        } else if let Some((foreign, known, help)) = FOREIGN.iter().find(|(foreign, ..)| starts(rest, foreign)) {
            reported += 1;
            if reported <= 20 {
                problems
                    .error(&codes::EXPRESSION_SYNTAX, format!("`{foreign}` is no operator here"))
                    .label(source.span(start..start + foreign.len()), "not understood")
                    .help(*help);
            }
            (TokenKind::Symbol(known), foreign.len())
        } else if let Some(symbol) = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
            (TokenKind::Symbol(symbol), symbol.len())
        } else {
            // Several strange characters in a row are one mistake.
            let length = rest
                .char_indices()
                .find(|&(_, c)| !is_strange(c))
                .map_or(rest.len(), |(end, _)| end)
                .max(first.len_utf8());
            reported += 1;
            if reported <= 20 {
                let shown: String =
                    rest[..length].chars().take(10).map(|c| if c.is_control() { '?' } else { c }).collect();
                let problem = problems.error(&codes::EXPRESSION_SYNTAX, format!("`{shown}` is not understood"));
                problem.label(source.span(start..start + length), "no part of an expression");
                if first == '.' {
                    problem.help("a digit follows the point of a number: `5.0`");
                } else if first == '%' {
                    problem.help("percent is a unit: `5 [percent]`");
                }
            }
            (TokenKind::Unknown, length)
        };
        list.push(Token { kind, range: start..start + length });
        at += length;
    }
}

/// `!` but not `!=`, `=` but not `==`.
fn starts(text: &str, foreign: &str) -> bool {
    text.starts_with(foreign) && !(["!", "="].contains(&foreign) && text[1..].starts_with('='))
}

fn is_strange(c: char) -> bool {
    !(c.is_whitespace() || c.is_alphanumeric() || c == '_' || "+-*/^<>()[],=!&|≤≥−–·×".contains(c))
}

/// Letters, digits and `_`, and points with a letter behind.
fn word_length(text: &str) -> usize {
    let part = |from: usize| {
        text[from..]
            .char_indices()
            .find(|&(_, c)| !(c.is_alphanumeric() || c == '_'))
            .map_or(text.len(), |(at, _)| from + at)
    };
    let mut end = part(0);
    while text[end..].starts_with('.') && text[end + 1..].starts_with(|c: char| c.is_alphabetic() || c == '_') {
        end = part(end + 1);
    }
    end
}

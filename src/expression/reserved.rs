//! Words that cannot be names.

use super::ast::{DoseQuery, Function};
use crate::diagnostic::codes::expression as codes;
use crate::diagnostic::{Problems, Span};

/// Words of the language beside the functions.
const WORDS: [&str; 9] = ["if", "then", "else", "and", "or", "not", "true", "false", "t"];

/// All reserved words: those of the grammar, `t`, and the functions.
pub fn reserved_words() -> impl Iterator<Item = &'static str> {
    WORDS.into_iter().chain(Function::ALL.map(Function::name)).chain(DoseQuery::ALL.map(DoseQuery::name))
}

/// Whether the word cannot be a name.
pub fn is_reserved(word: &str) -> bool {
    reserved_words().any(|reserved| reserved == word)
}

/// Checks a name that a file declares: letters, digits and `_`, a letter first, not reserved.
pub fn check_name(name: &str, span: &Span, problems: &mut Problems) -> bool {
    if is_reserved(name) {
        let problem = problems.error(&codes::RESERVED_WORD, format!("`{name}` is a word of the language"));
        problem.label(span.clone(), "cannot be a name");
        problem.help(match name {
            "t" => "`t` is the time; choose a longer name".to_string(),
            _ => format!("choose another name, as `{name}_value`"),
        });
        return false;
    }
    let allowed = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !allowed {
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
        let plain = plain.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
        let problem = problems.error(&codes::BAD_NAME, format!("`{name}` cannot be a name"));
        problem.label(span.clone(), "letters, digits and `_`, a letter first");
        if !plain.is_empty() && plain != name && !is_reserved(plain) {
            problem.help(format!("for example `{plain}`"));
        }
    }
    allowed
}

//! A model's worth of names, and the rules of dimensions on it.

use super::*;
use crate::diagnostic::{Problems, Source};
use crate::unit::Unit;

pub(super) struct Names;

const UNITS: [(&str, &str); 14] = [
    ("il6", "pg/mL"),
    ("cart", "1e9 cells"),
    ("tumour", "1e9 cells"),
    ("tm", "degC"),
    ("tm_f", "degF"),
    ("warming", "K"),
    ("kdeg", "1/d"),
    ("ksyn", "pg/mL/(1e9 cells)/d"),
    ("kill", "1/(1e9 cells)/h"),
    ("half", "pg/mL"),
    ("weight", "kg"),
    ("n", "1"),
    ("sex", "1"),
    ("sbp", "mmHg"),
];

pub(super) fn unit(text: &str) -> Unit {
    Unit::parse_str(text).unwrap()
}

impl Scope for Names {
    fn kind(&self, name: &str) -> Option<Kind> {
        match name {
            "shock" | "care.oxygen" => Some(Kind::Condition),
            "nothing" => Some(Kind::Zero),
            "mistaken" => Some(Kind::Undetermined),
            _ => UNITS.iter().find(|(known, _)| *known == name).map(|(_, text)| Kind::Number(unit(text))),
        }
    }
    fn names(&self) -> Vec<String> {
        UNITS
            .iter()
            .map(|(name, _)| *name)
            .chain(["shock", "care.oxygen", "nothing", "mistaken"])
            .map(String::from)
            .collect()
    }
    fn dose(&self, name: &str) -> bool {
        name == "tocilizumab"
    }
    fn doses(&self) -> Vec<String> {
        vec!["tocilizumab".to_string()]
    }
    fn time(&self) -> Unit {
        unit("d")
    }
    fn continuous(&self, name: &str) -> bool {
        !["sex", "weight", "n"].contains(&name)
    }
}

fn tree(text: &str) -> Expression {
    parse_str(text).unwrap_or_else(|problems| panic!("{text}: {problems}"))
}

/// All that is wrong with an expression: code, message, each place with its label, helps.
pub(super) fn mistakes(text: &str) -> Vec<String> {
    let source = Source::new("model", text);
    let mut problems = Problems::default();
    if let Some(expression) = parse(&source, 0..text.len(), &mut problems) {
        dimension::check(&expression, &Names, &mut problems);
    }
    problems
        .iter()
        .map(|problem| {
            let labels = problem.labels.iter().map(|label| format!(" | {}: {}", label.span.text(), label.text));
            let helps = problem.helps.iter().map(|help| format!(" = {help}"));
            format!("{} {}{}", problem.code.id, problem.message, labels.chain(helps).collect::<String>())
        })
        .collect()
}

mod grammar;
mod properties;
mod rules;

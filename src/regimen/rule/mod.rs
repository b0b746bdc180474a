//! Treatment rules: what is given, or withheld, when something holds.
//!
//! A rule is a table `[[treat]]` of a scenario or of a rule file; what its conditions and amounts mean depends on the model
//! and is checked where both are known ([`simulate`](crate::simulate)).
//!
//! ```
//! use cascade::diagnostic::{Problems, Source};
//! use cascade::regimen::RuleFile;
//! let file = RuleFile::embedded("tocilizumab").unwrap();
//! let tocilizumab = &file.rules[0];
//! assert_eq!(tocilizumab.max_doses, Some(4));
//! assert_eq!(tocilizumab.min_gap.as_ref().unwrap().value.to_string(), "8 h");
//!
//! let text = "format = 'cascade-rules/1'\nname = 'mine'\n[[treat]]\nname = 'cooling'\nwhen = 'temperature > 39 [degC]'";
//! let mut problems = Problems::default();
//! RuleFile::parse(&Source::new("mine.toml", text), &mut problems);
//! assert!(problems.to_string().contains("gives nothing and withholds nothing"));
//! ```

mod file;
#[cfg(test)]
mod tests;

pub use file::{RuleFile, rule_names};

use std::ops::Range;

use super::dose::{Located, Regimen};
use super::parse::is_name;
use crate::diagnostic::codes::{file as file_codes, regimen as codes, treatment};
use crate::diagnostic::{Problems, Severity, Source, Span};
use crate::document::{Table, Text};
use crate::expression::{self, Expression};
use crate::unit::{Quantity, Unit};

/// A treatment rule as written.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name, in `decisions.csv`.
    pub name: Located<String>,
    /// What must hold.
    pub when: Expression,
    /// How long it must have held.
    pub hold: Option<Located<Quantity>>,
    /// What is done.
    pub act: Act,
    /// After a dose, it is given again as long as this holds.
    pub repeat_while: Option<Expression>,
    /// Most administrations of the drug in all, those of the regimen and of other rules counted.
    pub max_doses: Option<u32>,
    /// Shortest time between two administrations of the drug, whoever ordered them.
    pub min_gap: Option<Located<Quantity>>,
    /// From the decision to the dose.
    pub delay: Option<Located<Quantity>>,
    /// Not before this time after the first CAR-T infusion.
    pub after: Option<Located<Quantity>>,
    /// Not after this time after the first CAR-T infusion.
    pub until: Option<Located<Quantity>>,
    /// Decisions are made at rounds only, this far apart from the first CAR-T infusion on.
    pub every: Option<Located<Quantity>>,
    /// Values of names that the model does not have, as `weight = "70 kg"`.
    pub values: Vec<(Located<String>, Quantity)>,
    /// The whole table.
    pub span: Span,
}

/// What a rule does.
#[derive(Debug, Clone)]
pub enum Act {
    /// Gives doses; their times count from the decision.
    Give {
        /// The doses, without an amount if there is an expression for it.
        doses: Regimen,
        /// How much, computed when it is decided.
        amount: Option<Expression>,
        /// Where the doses stand.
        span: Span,
    },
    /// Doses of this entry that fall due while the condition holds are not given.
    Withhold(Located<String>),
}

impl Rule {
    /// Reads a table `[[treat]]`; none if it has mistakes, which are told.
    pub fn read(table: &Table, problems: &mut Problems) -> Option<Rule> {
        let before = errors(problems);
        let owner = table.span();
        let name = table.needed_text("name", owner, problems);
        if let Some(wrong) = name.as_ref().filter(|name| !is_rule_name(&name.value)) {
            problems
                .error(&treatment::RULE, format!("`{}` is no name of a rule", wrong.value))
                .label(wrong.quoted.clone(), "")
                .help("letters, digits, `-` and `_`, a letter first");
        }
        let when = table.needed_text("when", owner, problems);
        let when = when.and_then(|text| parsed(&text, problems));
        let repeat_while = table.text("repeat_while", problems).and_then(|text| parsed(&text, problems));
        let mut time = |key: &'static str, least: f64| duration(table, key, least, problems);
        let (hold, min_gap, delay) = (time("for", 0.0), time("min_gap", 0.0), time("delay", 0.0));
        let (after, until) = (time("after", f64::NEG_INFINITY), time("until", f64::NEG_INFINITY));
        let every = time("every", f64::MIN_POSITIVE);
        let max_doses = count(table, problems);
        let act = act(table, problems);
        let values = values(table, problems);
        table.finish(problems);
        let rule = Rule {
            name: name.map(|name| Located::new(name.value.clone(), name.span()))?,
            when: when?,
            hold,
            act: act?,
            repeat_while,
            max_doses,
            min_gap,
            delay,
            after,
            until,
            every,
            values,
            span: owner.clone(),
        };
        rule.fit_together(problems);
        (errors(problems) == before).then_some(rule)
    }

    /// Keys that contradict each other.
    fn fit_together(&self, problems: &mut Problems) {
        let seconds = |time: &Located<Quantity>| {
            let second = Unit::parse_str("s").expect("a unit");
            time.value.unit.convert(time.value.value, &second).unwrap_or(f64::NAN)
        };
        let name = &self.name.value;
        if let (Some(after), Some(until)) = (&self.after, &self.until)
            && seconds(after) >= seconds(until)
        {
            problems
                .error(&treatment::NEVER, format!("`{name}` can never act: `after` is not before `until`"))
                .label(until.span.clone(), "")
                .help("`after = \"1 d\"` and `until = \"14 d\"` leave the days between them");
        }
        if let (Some(again), true) = (&self.repeat_while, self.min_gap.as_ref().is_none_or(|gap| seconds(gap) <= 0.0)) {
            problems
                .error(&treatment::FOREVER, format!("`{name}` would give without end"))
                .label(again.span().clone(), "again as long as this holds, and at once")
                .help("say how far apart: min_gap = \"8 h\"");
        }
        if let Act::Withhold(entry) = &self.act {
            let keys = [
                ("repeat_while", self.repeat_while.is_some()),
                ("max_doses", self.max_doses.is_some()),
                ("min_gap", self.min_gap.is_some()),
                ("delay", self.delay.is_some()),
            ];
            for (key, _) in keys.into_iter().filter(|(_, there)| *there) {
                problems
                    .error(&treatment::RULE, format!("`{key}` has no meaning where doses are withheld"))
                    .label(entry.span.clone(), "withheld here")
                    .help("`when`, `for`, `after`, `until` and `every` go with `withhold`");
            }
        }
    }
}

fn errors(problems: &Problems) -> usize {
    problems.iter().filter(|found| found.severity == Severity::Error).count()
}

fn act(table: &Table, problems: &mut Problems) -> Option<Act> {
    let (give, withhold) = (table.text("give", problems), table.text("withhold", problems));
    let amount = table.text("amount", problems);
    let amount_span = amount.as_ref().map(Text::span);
    let amount = amount.map(|text| parsed(&text, problems));
    match (give, withhold) {
        (Some(give), None) => {
            let doses = doses(&give, amount.is_some(), problems);
            Some(Act::Give {
                doses: doses?,
                amount: amount.map_or(Some(None), |amount| amount.map(Some))?,
                span: give.span(),
            })
        }
        (None, Some(entry)) => {
            if let Some(span) = amount_span {
                problems.error(&treatment::RULE, "`amount` goes with `give`").label(span, "");
            }
            Some(Act::Withhold(Located::new(entry.value.trim().to_string(), entry.span())))
        }
        (Some(_), Some(entry)) => {
            problems
                .error(&treatment::RULE, "`give` and `withhold` exclude each other")
                .label(entry.quoted, "")
                .help("write two rules");
            None
        }
        (None, None) => {
            problems
                .error(&treatment::RULE, "the rule gives nothing and withholds nothing")
                .label(table.span().clone(), "")
                .help("give = \"tocilizumab 560 mg over 1 h\", or withhold = \"cart\"");
            None
        }
    }
}

/// The doses of `give`: without `at` they are given at the decision.
fn doses(text: &Text, with_amount: bool, problems: &mut Problems) -> Option<Regimen> {
    let mut found = Problems::default();
    let regimen = Regimen::parse_at(&text.source, text.range.clone(), &mut found);
    if !found.has_errors() && regimen.doses.is_empty() {
        found
            .error(&treatment::RULE, "`none` gives nothing")
            .label(text.span(), "")
            .help("leave the rule out, or write withhold = \"ENTRY\"");
    }
    if let Some(dose) = regimen.doses.iter().find(|dose| with_amount && dose.amount.is_some()) {
        found
            .error(&treatment::RULE, "two amounts")
            .label(dose.span.clone(), "here, and under `amount`")
            .help("keep one of them");
    }
    let wrong = found.has_errors();
    problems.append(found);
    (!wrong).then_some(regimen)
}

fn parsed(text: &Text, problems: &mut Problems) -> Option<Expression> {
    expression::parse(&text.source, text.range.clone(), problems)
}

/// A time of at least `least`.
fn duration(table: &Table, key: &'static str, least: f64, problems: &mut Problems) -> Option<Located<Quantity>> {
    let text = table.text(key, problems)?;
    let quantity = Quantity::parse(&text.source, text.range.clone(), problems)?;
    let second = Unit::parse_str("s").expect("a unit");
    let value = quantity.expect(&second, &format!("`{key}`"), &text.span(), problems)?;
    if value < least {
        let what = if least > 0.0 { "above 0" } else { "not negative" };
        problems
            .error(&treatment::RULE, format!("`{key}` is {what}: {quantity}"))
            .label(text.span(), "")
            .help(format!("{key} = \"8 h\""));
        return None;
    }
    Some(Located::new(quantity, text.span()))
}

fn count(table: &Table, problems: &mut Problems) -> Option<u32> {
    let number = table.number("max_doses", problems)?;
    if number >= 1.0 && number.fract() == 0.0 && number <= f64::from(u32::MAX) {
        return Some(number as u32);
    }
    let mut wrong = table.at("max_doses", &treatment::RULE, format!("`max_doses` is a whole number from 1: {number}"));
    wrong.help("leave it out if nothing limits the number");
    problems.push(wrong);
    None
}

/// `[treat.values]`: values of names that the model does not have.
fn values(table: &Table, problems: &mut Problems) -> Vec<(Located<String>, Quantity)> {
    let mut values = Vec::new();
    for entry in table.table("values", problems).map_or(&[][..], Table::entries) {
        let Some(text) = entry.value.as_text() else {
            problems
                .error(&file_codes::WRONG_TYPE, format!("`values.{}` wants a text with a unit", entry.key))
                .label(entry.value.span.clone(), format!("this is {}", entry.value.type_name()))
                .help(format!("{} = \"70 kg\"", entry.key));
            continue;
        };
        if let Some(quantity) = Quantity::parse(&text.source, text.range.clone(), problems) {
            values.push((Located::new(entry.key.clone(), entry.key_span.clone()), quantity));
        }
    }
    values
}

fn is_rule_name(text: &str) -> bool {
    is_name(&text.replace('-', "_")) && !text.contains('.')
}

impl Regimen {
    /// Reads doses whose times count from a decision; a dose without `at` is given at once.
    fn parse_at(source: &Source, range: Range<usize>, problems: &mut Problems) -> Regimen {
        let mut quiet = Problems::default();
        let regimen = Self::parse(source, range.clone(), &mut quiet);
        if !quiet.iter().any(|found| found.code.id == codes::DOSE_TIME.id) {
            problems.append(quiet);
            return regimen;
        }
        // Each dose with its time, as a text of its own: places in it are those of the file by their offsets.
        let text = &source.text()[range.clone()];
        let mut doses = Vec::new();
        for part in text.split(';').filter(|part| !part.trim().is_empty()) {
            let timed = part.split_whitespace().any(|word| word == "at");
            let full = if timed { part.to_string() } else { format!("{} at 0 d", part.trim_end()) };
            let alone = Source::new(source.name(), full.as_str());
            let mut found = Problems::default();
            let read = Self::parse(&alone, 0..full.len(), &mut found);
            for mut wrong in found {
                wrong.labels.clear();
                wrong.label(source.span(range.clone()), "in these doses");
                problems.push(wrong);
            }
            doses.extend(read.doses.into_iter().map(|mut dose| {
                let span = source.span(range.clone());
                dose.entry.span = span.clone();
                if let Some(amount) = &mut dose.amount {
                    amount.span = span.clone();
                }
                dose.span = span;
                dose
            }));
        }
        Regimen { doses }
    }
}

//! Decisions with names and units, as tables show them.

use super::decide::{Decision, Outcome};
use super::planned::{Seen, Treatment};
use crate::model::{DoseKind, Model};
use crate::trajectory::number;
use crate::unit::Unit;

/// A decision with names; amounts in the unit of the dose entry.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRow {
    /// When, in the time unit of the model.
    pub time: f64,
    /// The rule.
    pub rule: String,
    /// `given`, `refused` or `withheld`.
    pub outcome: &'static str,
    /// The guard that refused.
    pub guard: Option<&'static str>,
    /// The dose entry, unless the dose was refused.
    pub dose: Option<String>,
    /// How much arrives, or would have; none for a marker.
    pub amount: Option<f64>,
    /// Its unit.
    pub unit: Option<String>,
    /// When the dose starts.
    pub start: Option<f64>,
    /// The values that the rule saw: name and value with its unit, as `grade=2`.
    pub saw: Vec<String>,
}

/// Columns of a table of decisions.
pub const DECISION_COLUMNS: [&str; 9] = ["time", "rule", "outcome", "guard", "dose", "amount", "unit", "start", "saw"];

impl DecisionRow {
    /// The cells of the table.
    pub fn cells(&self) -> Vec<String> {
        let optional = |value: Option<f64>| value.map(number).unwrap_or_default();
        vec![
            number(self.time),
            self.rule.clone(),
            self.outcome.to_owned(),
            self.guard.unwrap_or_default().to_owned(),
            self.dose.clone().unwrap_or_default(),
            optional(self.amount),
            self.unit.clone().unwrap_or_default(),
            optional(self.start),
            self.saw.join("; "),
        ]
    }
}

fn told(model: &Model, seen: &Seen, value: f64) -> String {
    let name = &seen.name;
    let word = seen.words.and_then(|words| words.get(value as usize));
    match (&seen.unit, word) {
        (_, Some(word)) => format!("{name}={word}"),
        (None, _) => format!("{name}={}", value > 0.5),
        (Some(unit), _) if *unit == Unit::one() => format!("{name}={}", number(value)),
        (Some(unit), _) => format!("{name}={} {unit}", number(model.scales.from_canonical(unit, value))),
    }
}

/// Decisions with names.
pub fn rows(model: &Model, treatment: &Treatment, decisions: &[Decision]) -> Vec<DecisionRow> {
    let row = |decision: &Decision| {
        let rule = &treatment.rules[decision.rule];
        let saw = rule.seen.iter().zip(&decision.seen).map(|(seen, value)| told(model, seen, *value));
        let (outcome, guard, dose, start) = match decision.outcome {
            Outcome::Given { entry, amount, start } => ("given", None, Some((entry, amount)), Some(start)),
            Outcome::Refused(guard) => ("refused", Some(guard.name()), None, None),
            Outcome::Withheld { entry, amount } => ("withheld", None, Some((entry, amount)), None),
        };
        let unit = dose.and_then(|(entry, _)| match &model.doses[entry].kind {
            DoseKind::Into { unit, .. } => Some(unit),
            _ => None,
        });
        DecisionRow {
            time: decision.time,
            rule: rule.name.clone(),
            outcome,
            guard,
            dose: dose.map(|(entry, _)| model.doses[entry].name.text.clone()),
            amount: unit.zip(dose).map(|(unit, (_, amount))| model.scales.from_canonical(unit, amount)),
            unit: unit.map(Unit::to_string),
            start,
            saw: saw.collect(),
        }
    };
    decisions.iter().map(row).collect()
}

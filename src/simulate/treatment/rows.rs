//! Decisions with names and units, as tables show them.

use super::decide::{Decision, Outcome};
use super::planned::Treatment;
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
    /// The values that the rule saw: name, value, unit (none for a condition).
    pub saw: Vec<(String, f64, Option<String>)>,
}

/// Columns of a table of decisions.
pub const DECISION_COLUMNS: [&str; 9] = ["time", "rule", "outcome", "guard", "dose", "amount", "unit", "start", "saw"];

impl DecisionRow {
    /// The cells of the table.
    pub fn cells(&self) -> Vec<String> {
        let optional = |value: Option<f64>| value.map(number).unwrap_or_default();
        let saw: Vec<String> = self.saw.iter().map(|(name, value, unit)| told(name, *value, unit.as_deref())).collect();
        vec![
            number(self.time),
            self.rule.clone(),
            self.outcome.to_owned(),
            self.guard.unwrap_or_default().to_owned(),
            self.dose.clone().unwrap_or_default(),
            optional(self.amount),
            self.unit.clone().unwrap_or_default(),
            optional(self.start),
            saw.join("; "),
        ]
    }
}

fn told(name: &str, value: f64, unit: Option<&str>) -> String {
    match unit {
        None => format!("{name}={}", value > 0.5),
        Some("1") => format!("{name}={}", number(value)),
        Some(unit) => format!("{name}={} {unit}", number(value)),
    }
}

/// Decisions with names.
pub fn rows(model: &Model, treatment: &Treatment, decisions: &[Decision]) -> Vec<DecisionRow> {
    let row = |decision: &Decision| {
        let rule = &treatment.rules[decision.rule];
        let saw = rule.seen.iter().zip(&decision.seen).map(|(seen, value)| {
            let in_unit = |unit: &Unit| model.scales.from_canonical(unit, *value);
            (seen.name.clone(), seen.unit.as_ref().map_or(*value, in_unit), seen.unit.as_ref().map(Unit::to_string))
        });
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

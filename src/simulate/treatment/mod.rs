//! Treatment by rule: rules checked against a model, and what they decide for a patient.
//!
//! `check` finds what the names of a rule mean; `planned` is the rule in canonical numbers, shared by all patients; `decide`
//! follows one patient. Conditions are located like switches, or looked at only at rounds; grades and signs are what the
//! graders saw.

mod check;
mod decide;
mod planned;
mod rows;
#[cfg(test)]
mod tests;

pub use decide::{Decision, Guard, Outcome};
pub use planned::{Observed, PlannedRule, Seen, Treatment};

pub use rows::{DECISION_COLUMNS, DecisionRow, rows};

pub(super) use check::ask;
pub(super) use decide::Treated;

//! Derivatives through the whole solve: against differences, closed forms and another solver.

mod closed;
mod differences;
mod values;

use cascade::simulate::{Scenario, Sensitivities, sensitivities};

/// Derivatives of what must not fail.
pub fn derived(scenario: &Scenario, names: &[&str]) -> Sensitivities {
    sensitivities(scenario, names).unwrap_or_else(|failed| panic!("{}", failed.problems))
}

//! The figures of a population: outputs over time, grades over time, end points.
//!
//! In: plain numbers, however they were computed: quantiles of outputs ([`QuantileBands`]), shares of patients in each
//! grade ([`GradeDistribution`]), counts of end points ([`EndPoints`]), each with a [`Cohort`] that says who they are.
//! Out: a [`Figure`](crate::plot::Figure) without pixels, or [`PlotError::Data`] with what does not fit together.
//!
//! ```
//! use cascade::plot::kinds::population::{BandPanel, Cohort, QuantileBands, quantile_bands};
//! use cascade::plot::Axis;
//! let days = [0.0, 7.0, 14.0];
//! let mut il6 = BandPanel::log("IL-6", "pg/mL", &days, &[4.0, 900.0, 6.0]);
//! il6.add_band(0.5, &[3.0, 300.0, 4.0], &[6.0, 2500.0, 9.0]);
//! il6.add_band(0.9, &[1.0, 20.0, 1.5], &[15.0, 2e4, 40.0]);
//! let figure = quantile_bands(&QuantileBands {
//!     cohort: Cohort { title: "IL-6".into(), patients: 1000, seed: Some(42), ..Cohort::default() },
//!     time: Axis::linear("Time after the first infusion", "d"),
//!     panels: vec![il6],
//!     marks: Vec::new(),
//! })?;
//! assert_eq!(figure.panels[0].areas.len(), 2);
//! assert!(figure.footer.contains("1,000 patients  ·  seed 42"));
//! # Ok::<(), cascade::plot::PlotError>(())
//! ```

mod bands;
mod end_points;
mod grades;
#[cfg(test)]
mod tests;

pub use bands::{BandPanel, QuantileBand, QuantileBands, quantile_bands};
pub use end_points::{EndPoint, EndPoints, Quantiles, ShareBar, Spread, TILES, end_points};
pub use grades::{GRADES, GradeDistribution, GradePanel, grade_distribution};

use super::words::DISCLAIMER;
use crate::plot::PlotError;

/// Who is shown, and the words around a figure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cohort {
    /// Bold, at the top.
    pub title: String,
    /// Below the title: model, set, doses, what differs from the default.
    pub subtitle: String,
    /// What the footer says after the version: model with its set, maturity.
    pub facts: Vec<String>,
    /// How many patients were drawn, failed ones included.
    pub patients: u64,
    /// How many of their runs failed.
    pub failed: u64,
    /// Seed of the draws.
    pub seed: Option<u64>,
}

impl Cohort {
    /// Version, facts, number of patients, failures, seed, and that it is not for clinical decisions.
    pub fn footer(&self) -> String {
        let mut parts = vec![format!("cascade {}", env!("CARGO_PKG_VERSION"))];
        parts.extend(self.facts.iter().cloned());
        let noun = if self.patients == 1 { "patient" } else { "patients" };
        let failed = if self.failed == 0 { String::new() } else { format!(", {} failed", thousands(self.failed)) };
        parts.push(format!("{} {noun}{failed}", thousands(self.patients)));
        parts.extend(self.seed.map(|seed| format!("seed {seed}")));
        parts.push(DISCLAIMER.into());
        parts.join("  ·  ")
    }
}

/// A count with commas: 1,000,000.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Times must be finite and must not go back.
fn check_times(name: &str, times: &[f64]) -> Result<(), PlotError> {
    if let Some(time) = times.iter().find(|time| !time.is_finite()) {
        return Err(PlotError::Data(format!("`{name}`: {time} is not a time")));
    }
    match times.windows(2).find(|pair| pair[1] < pair[0]) {
        Some(pair) => Err(PlotError::Data(format!("`{name}`: time {} stands after {}", pair[1], pair[0]))),
        None => Ok(()),
    }
}

/// There must be a value for each time.
fn check_length(name: &str, what: &str, times: usize, values: usize) -> Result<(), PlotError> {
    if times == values {
        return Ok(());
    }
    Err(PlotError::Data(format!("`{name}`: {times} times, but {values} values of {what}")))
}

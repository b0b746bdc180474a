//! What a fit writes: CSV tables, files in the style of NONMEM, a report, and a table for a terminal.
//!
//! In: a [`Fitted`]. Out: texts. Numbers of tables are the shortest that read back to the same bits, an empty field is
//! one that does not exist.

mod covariance;
mod estimates;
mod individuals;
mod nonmem;
mod report;
mod summary;
#[cfg(test)]
mod tests;

pub use covariance::{correlation, covariance};
pub use estimates::{estimates, iterations};
pub use individuals::{individuals, predictions};
pub use nonmem::{ext, phi};
pub use report::report;
pub use summary::summary;

use super::result::{EstimateKind, Fitted};
use crate::trajectory::{number, quoted};

/// Every file of a fit with its name; what the fit does not have is left out.
pub fn files(fitted: &Fitted) -> Vec<(&'static str, String)> {
    let mut files = vec![
        ("estimates.csv", estimates(fitted)),
        ("individuals.csv", individuals(fitted)),
        ("predictions.csv", predictions(fitted)),
        ("iterations.csv", iterations(fitted)),
        ("fit.ext", ext(fitted)),
        ("fit.phi", phi(fitted)),
        ("fit.md", report(fitted)),
    ];
    if let Some(known) = &fitted.covariance {
        files.push(("covariance.csv", covariance(known)));
        files.push(("correlation.csv", correlation(known)));
    }
    files
}

/// The variance of a random effect, or the covariance of two, if it is among the estimates; its place there.
fn omega(fitted: &Fitted, one: &str, other: &str) -> Option<usize> {
    let names = if one == other {
        [format!("omega2({one})"), format!("omega({one},{one})")]
    } else {
        [format!("omega({one},{other})"), format!("omega({other},{one})")]
    };
    let is_it = |name: &str, kind| kind == EstimateKind::Variance && names.iter().any(|known| known == name);
    fitted.estimates.iter().position(|estimate| is_it(&estimate.name, estimate.kind))
}

/// Correlations of random effects that were given or estimated: names and value.
fn correlations(fitted: &Fitted) -> Vec<(&str, &str, f64)> {
    let mut found = Vec::new();
    let value = |one: &str, other: &str| omega(fitted, one, other).map(|at| fitted.estimates[at].value);
    for (at, one) in fitted.etas.iter().enumerate() {
        for other in &fitted.etas[..at] {
            if let (Some(both), Some(first), Some(second)) = (value(one, other), value(one, one), value(other, other)) {
                found.push((other.as_str(), one.as_str(), both / (first * second).sqrt()));
            }
        }
    }
    found
}

/// Lines of CSV.
fn csv<R: IntoIterator<Item = String>>(lines: impl IntoIterator<Item = R>) -> String {
    let mut text = String::new();
    for line in lines {
        for (column, cell) in line.into_iter().enumerate() {
            text.push_str(if column > 0 { "," } else { "" });
            text.push_str(&quoted(&cell));
        }
        text.push('\n');
    }
    text
}

/// A number that may not exist; one that is no number does not.
fn cell(value: Option<f64>) -> String {
    value.map_or_else(String::new, number)
}

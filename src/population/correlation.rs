//! The root of a correlation matrix, and the pair that keeps it from having one.

use crate::diagnostic::Problems;
use crate::diagnostic::codes::population as codes;
use crate::model::{Correlation, Model};

/// How far below 0 rounding may take what is exactly 0: correlations are given with a few digits.
const ROUNDING: f64 = 1e-10;

/// The lower triangle L, row by row, with L L' the correlations of the random effects `names`; pairs that are not
/// declared count as 0. Correlations of exactly 1 and others that leave a direction without variance are allowed.
///
/// # Errors
/// `P003` names the pair at which the matrix stops to be positive semidefinite, and what it may be.
pub(super) fn root(model: &Model, names: &[&str], problems: &mut Problems) -> Vec<f64> {
    let declared = |a: &str, b: &str| {
        let pair = |known: &&Correlation| known.between.iter().all(|name| *name == a || *name == b);
        model.correlations.iter().find(pair).map(|known| known.value)
    };
    let mut root: Vec<f64> = Vec::with_capacity(names.len() * (names.len() + 1) / 2);
    for row in 0..names.len() {
        let start = root.len();
        // What rows before leave of the variance 1 of this one.
        let mut left: f64 = 1.0;
        for column in 0..row {
            let value = declared(names[row], names[column]);
            let other = column * (column + 1) / 2;
            let known: f64 = (0..column).map(|at| root[start + at] * root[other + at]).sum();
            let (wanted, pivot) = (value.unwrap_or(0.0), root[other + column]);
            let entry = if pivot > 0.0 { (wanted - known) / pivot } else { 0.0 };
            // Where the other has nothing of its own, the correlation follows from the rest.
            let missed = if pivot > 0.0 { 0.0 } else { (wanted - known).abs() };
            if missed > ROUNDING.sqrt() || left - entry * entry < -ROUNDING {
                let room = left.max(0.0).sqrt() * pivot;
                tell(model, (names[row], names[column]), value, (known - room, known + room), problems);
                return Vec::new();
            }
            left -= entry * entry;
            root.push(entry);
        }
        root.push(if left > ROUNDING { left.sqrt() } else { 0.0 });
    }
    root
}

fn tell(model: &Model, (a, b): (&str, &str), value: Option<f64>, (low, high): (f64, f64), problems: &mut Problems) {
    let found = match value {
        Some(value) => format!("the correlation {value} of `{a}` and `{b}` contradicts the others"),
        None => format!("`{a}` and `{b}` cannot be uncorrelated, as the other correlations are"),
    };
    let told = problems.error(&codes::CONTRADICTION, found);
    for name in [a, b] {
        if let Some(parameter) = model.parameters.iter().find(|parameter| parameter.name.text == name) {
            told.label(parameter.name.span.clone(), "");
        }
    }
    told.help(format!("with the correlations declared before it, it lies between {low:.3} and {high:.3}"));
    if value.is_none() {
        told.help(format!(
            "[[correlations]] between = [\"{a}\", \"{b}\"] gives it; pairs that are not declared count as 0"
        ));
    }
}

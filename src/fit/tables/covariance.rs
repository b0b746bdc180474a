//! Covariance and correlation of the estimates, on the scale of estimation.

use super::csv;
use crate::fit::result::Covariance;
use crate::trajectory::number;

/// `covariance.csv`: a line and a column for each coordinate (`log(cl)`).
pub fn covariance(known: &Covariance) -> String {
    matrix(known, |row, column| known.at(row, column))
}

/// `correlation.csv`: the same as correlations; empty where a variance is not above 0.
pub fn correlation(known: &Covariance) -> String {
    matrix(known, |row, column| known.correlation(row, column))
}

fn matrix(known: &Covariance, value: impl Fn(usize, usize) -> f64) -> String {
    let head: Vec<String> = std::iter::once("name".to_string()).chain(known.names.iter().cloned()).collect();
    let count = known.names.len();
    let line = |row: usize| {
        let cells = (0..count).map(|column| number(value(row, column)));
        std::iter::once(known.names[row].clone()).chain(cells).collect()
    };
    csv(std::iter::once(head).chain((0..count).map(line)))
}

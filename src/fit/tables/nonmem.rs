//! `fit.ext` and `fit.phi`: what tools that read the output of NONMEM expect.
//!
//! Typical values, coefficients of covariates and sizes of residual errors are `THETA1`, `THETA2`, ... in the order of
//! the estimates; `SIGMA(1,1)` is 1. Variances of random effects are `OMEGA`, the lower triangle, 0 where there is none.

use super::omega;
use crate::fit::result::{EstimateKind, Fitted};

/// What NONMEM writes as the standard error of something that was not estimated.
const NOT_ESTIMATED: f64 = 1e10;
/// Iterations that are none: estimates, standard errors, and 1 for what was fixed.
const ESTIMATES: i64 = -1_000_000_000;
const ERRORS: i64 = -1_000_000_001;
const FIXED: i64 = -1_000_000_006;

/// What a column of `fit.ext` is.
#[derive(Debug, Clone, Copy)]
enum Column {
    /// An estimate, by its place.
    Estimate(usize),
    /// What the fit does not have: `SIGMA(1,1)`, covariances of random effects that are independent.
    Constant(f64),
}

/// Names of the columns between iteration and objective, and what they are.
fn columns(fitted: &Fitted) -> Vec<(String, Column)> {
    let mut columns: Vec<(String, Column)> = thetas(fitted)
        .into_iter()
        .enumerate()
        .map(|(at, place)| (format!("THETA{}", at + 1), Column::Estimate(place)))
        .collect();
    columns.push(("SIGMA(1,1)".into(), Column::Constant(1.0)));
    for (row, one) in fitted.etas.iter().enumerate() {
        for (column, other) in fitted.etas[..=row].iter().enumerate() {
            let what = omega(fitted, one, other).map_or(Column::Constant(0.0), Column::Estimate);
            columns.push((format!("OMEGA({},{})", row + 1, column + 1), what));
        }
    }
    columns
}

/// Places of the estimates that are thetas, in their order.
pub(super) fn thetas(fitted: &Fitted) -> Vec<usize> {
    let is_theta = |at: &usize| fitted.estimates[*at].kind != EstimateKind::Variance;
    (0..fitted.estimates.len()).filter(is_theta).collect()
}

/// `fit.ext`: the search, estimates (iteration -1000000000), standard errors (-1000000001, if there are any), and what was
/// fixed (-1000000006).
pub fn ext(fitted: &Fitted) -> String {
    let columns = columns(fitted);
    let mut text = head(fitted);
    let names = columns.iter().map(|column| column.0.as_str());
    line(&mut text, " ITERATION", names.chain(["OBJ"]).map(str::to_string));
    let mut numbers = |iteration: i64, of: &dyn Fn(&Column) -> f64, objective: f64| {
        let values = columns.iter().map(|column| of(&column.1)).chain([objective]);
        line(&mut text, &iteration.to_string(), values.map(scientific));
    };
    let iterated = fitted.iterated();
    for (iteration, (objective, values)) in fitted.iterations.iter().enumerate() {
        let of = |column: &Column| match column {
            // What was not estimated has its value throughout.
            Column::Estimate(at) => {
                let searched = iterated.iter().position(|place| place == at).and_then(|place| values.get(place));
                searched.copied().unwrap_or(fitted.estimates[*at].value)
            }
            Column::Constant(value) => *value,
        };
        numbers(iteration as i64, &of, *objective);
    }
    let estimate = |column: &Column| match column {
        Column::Estimate(at) => fitted.estimates[*at].value,
        Column::Constant(value) => *value,
    };
    numbers(ESTIMATES, &estimate, fitted.objective);
    if fitted.estimates.iter().any(|estimate| estimate.se.is_some()) {
        let error = |column: &Column| match column {
            Column::Estimate(at) => fitted.estimates[*at].se.unwrap_or(NOT_ESTIMATED),
            Column::Constant(_) => NOT_ESTIMATED,
        };
        numbers(ERRORS, &error, fitted.objective_error.unwrap_or(0.0));
    }
    let fixed = |column: &Column| match column {
        Column::Estimate(at) => f64::from(u8::from(fitted.estimates[*at].fixed)),
        Column::Constant(_) => 1.0,
    };
    numbers(FIXED, &fixed, 0.0);
    text
}

/// `fit.phi`: modes of the random effects and their variances given the data, by subject; covariances of two random
/// effects are not kept and written as 0. A subject whose name is no number has its place as `ID`.
pub fn phi(fitted: &Fitted) -> String {
    let count = fitted.etas.len();
    let etas = (1..=count).map(|at| format!("ETA({at})"));
    let pairs = || (0..count).flat_map(|row| (0..=row).map(move |column| (row, column)));
    let variances = pairs().map(|(row, column)| format!("ETC({},{})", row + 1, column + 1));
    let mut text = head(fitted);
    line(
        &mut text,
        " SUBJECT_NO",
        std::iter::once("ID".to_string()).chain(etas).chain(variances).chain(["OBJ".to_string()]),
    );
    for (at, one) in fitted.individuals.iter().enumerate() {
        let name = one.subject.parse().unwrap_or((at + 1) as f64);
        let variance = |(row, column): (usize, usize)| if row == column { one.eta_sds[row].powi(2) } else { 0.0 };
        let values = std::iter::once(name).chain(one.etas.iter().copied()).chain(pairs().map(variance));
        line(&mut text, &(at + 1).to_string(), values.chain([one.objective]).map(scientific));
    }
    text
}

fn head(fitted: &Fitted) -> String {
    format!(
        "TABLE NO.     1: {}: Goal Function=MINIMUM VALUE OF OBJECTIVE FUNCTION: Problem=1 Subproblem=0 Superproblem1=0 \
         Iteration1=0 Superproblem2=0 Iteration2=0\n",
        fitted.method
    )
}

/// Columns 13 wide: names to the left, numbers to the right, a blank between in any case.
fn line(text: &mut String, first: &str, cells: impl Iterator<Item = String>) {
    let is_head = first.starts_with(' ');
    text.push_str(&if is_head { format!("{first:<13}") } else { format!("{first:>13}") });
    for cell in cells {
        text.push_str(&if is_head { format!(" {cell:<12}") } else { format!(" {cell:>12}") });
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

/// As 1.23457E+00.
fn scientific(value: f64) -> String {
    let text = format!("{value:.5e}");
    let Some((digits, exponent)) = text.split_once('e') else { return "NaN".into() };
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |size| ('-', size));
    format!("{digits}E{sign}{exponent:0>2}")
}

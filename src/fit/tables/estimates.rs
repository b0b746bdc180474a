//! Estimates, and how the search came to them.

use super::{cell, csv};
use crate::fit::result::Fitted;
use crate::trajectory::number;

/// `estimates.csv`: values, standard errors and intervals in the unit of each estimate, `rse` in percent.
pub fn estimates(fitted: &Fitted) -> String {
    const HEAD: [&str; 11] =
        ["parameter", "kind", "estimate", "se", "rse", "lower", "upper", "fixed", "transform", "unit", "start"];
    let line = |estimate: &crate::fit::result::Estimate| {
        vec![
            estimate.name.clone(),
            estimate.kind.name().to_string(),
            number(estimate.value),
            cell(estimate.se),
            cell(estimate.rse()),
            cell(estimate.interval.map(|ends| ends.0)),
            cell(estimate.interval.map(|ends| ends.1)),
            u8::from(estimate.fixed).to_string(),
            estimate.transform.clone(),
            estimate.unit.clone(),
            number(estimate.start),
        ]
    };
    csv(std::iter::once(HEAD.map(String::from).to_vec()).chain(fitted.estimates.iter().map(line)))
}

/// `iterations.csv`: the objective and the estimates in their units, iteration 0 being the start.
pub fn iterations(fitted: &Fitted) -> String {
    let names = fitted.iterated().into_iter().map(|at| fitted.estimates[at].name.clone());
    let head = ["iteration", "objective"].map(String::from).into_iter().chain(names).collect();
    let line = |(at, (objective, values)): (usize, &(f64, Vec<f64>))| {
        let own = [at.to_string(), number(*objective)];
        own.into_iter().chain(values.iter().map(|value| number(*value))).collect()
    };
    csv(std::iter::once::<Vec<String>>(head).chain(fitted.iterations.iter().enumerate().map(line)))
}

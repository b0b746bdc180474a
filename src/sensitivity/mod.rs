//! How much each end point of a run owes to each parameter.
//!
//! In: [`Sensitivities`] of a run. Out: [`Row`]s of normalised sensitivities d ln(end point) / d ln(parameter), the
//! largest of each end point first, as CSV ([`csv()`]) or as a table ([`table`]).
//!
//! ```
//! use cascade::model::Model;
//! use cascade::sensitivity::rows;
//! use cascade::simulate::{Scenario, sensitivities};
//! let model = Model::embedded("stein-2019").unwrap();
//! let found = sensitivities(&Scenario::new(&model).unwrap(), &["tmax", "cmax"]).unwrap();
//! let rows = rows(&found);
//! // The maximum is the parameter `cmax` of this model.
//! let row = rows.iter().find(|row| row.what == "cmax" && row.parameter == "cmax").unwrap();
//! assert!((row.normalised.unwrap() - 1.0).abs() < 1e-4);
//! ```

use crate::simulate::Sensitivities;
use crate::trajectory::{aligned, brief, number, quoted};

/// One end point and one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The output.
    pub output: String,
    /// `cmax`, `auc_0_28d`, `nadir` or `end`.
    pub what: &'static str,
    /// Unit of the end point.
    pub unit: String,
    /// The end point.
    pub value: f64,
    /// The parameter or covariate.
    pub parameter: String,
    /// Its unit.
    pub parameter_unit: String,
    /// Its value.
    pub parameter_value: f64,
    /// Derivative of the end point by the parameter, in their units; none if it is not finite.
    pub derivative: Option<f64>,
    /// d ln(end point) / d ln(parameter); none if either is 0, or a temperature, which has no ratios.
    pub normalised: Option<f64>,
}

/// Columns of the CSV.
const COLUMNS: [&str; 9] = [
    "output",
    "end_point",
    "unit",
    "value",
    "parameter",
    "parameter_unit",
    "parameter_value",
    "derivative",
    "normalised",
];

/// The rows of a run: by output and end point, in each by size.
pub fn rows(found: &Sensitivities) -> Vec<Row> {
    let mut rows = Vec::new();
    for end in &found.end_points {
        let mut own: Vec<Row> = found
            .varied
            .iter()
            .zip(&end.gradient)
            .map(|(varied, derivative)| {
                let ratios = !end.is_level && !varied.unit.is_level() && varied.value != 0.0 && end.value != 0.0;
                let normalised = ratios.then(|| derivative * varied.value / end.value);
                Row {
                    output: end.output.clone(),
                    what: end.what,
                    unit: end.unit.clone(),
                    value: end.value,
                    parameter: varied.name.clone(),
                    parameter_unit: varied.unit.to_string(),
                    parameter_value: varied.value,
                    derivative: Some(*derivative).filter(|value| value.is_finite()),
                    normalised: normalised.filter(|value| value.is_finite()),
                }
            })
            .collect();
        own.sort_by(|a, b| size(b).total_cmp(&size(a)));
        rows.extend(own);
    }
    rows
}

/// By normalised sensitivity; rows without one come last, by the derivative.
fn size(row: &Row) -> f64 {
    match (row.normalised, row.derivative) {
        (Some(normalised), _) => normalised.abs(),
        (None, Some(derivative)) => -1.0 / (1.0 + derivative.abs()),
        (None, None) => -1.0,
    }
}

/// `output,end_point,unit,value,parameter,parameter_unit,parameter_value,derivative,normalised`: `derivative` in the unit
/// of the end point by that of the parameter; what does not exist is empty.
pub fn csv(rows: &[Row]) -> String {
    let mut text = format!("{}\n", COLUMNS.join(","));
    let empty = |value: Option<f64>| value.map_or_else(String::new, number);
    for row in rows {
        let cells = [
            quoted(&row.output),
            row.what.into(),
            quoted(&row.unit),
            number(row.value),
            quoted(&row.parameter),
            quoted(&row.parameter_unit),
            number(row.parameter_value),
            empty(row.derivative),
            empty(row.normalised),
        ];
        text.push_str(&cells.join(","));
        text.push('\n');
    }
    text
}

/// The rows for a terminal: four digits, `-` for what does not exist; of each end point the `most` largest.
pub fn table(rows: &[Row], most: usize) -> String {
    let head = ["output", "end_point", "value", "unit", "parameter", "normalised", "derivative"];
    let mut lines = vec![head.map(String::from).to_vec()];
    for own in rows.chunk_by(|a, b| (&a.output, a.what) == (&b.output, b.what)) {
        for row in own.iter().take(most) {
            let none = |value: Option<f64>| value.map_or_else(|| "-".into(), brief);
            lines.push(vec![
                row.output.clone(),
                row.what.into(),
                brief(row.value),
                row.unit.clone(),
                row.parameter.clone(),
                none(row.normalised),
                none(row.derivative),
            ]);
        }
    }
    aligned(&lines)
}

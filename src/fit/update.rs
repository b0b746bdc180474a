//! Estimates as a parameter set of their model.

use super::result::{EstimateKind, Fitted};
use crate::trajectory::number;

/// The text of a parameter set with the typical values of a fit; `data` names what was fitted to.
///
/// Variances and residual errors stand in the comment: a set holds values.
pub fn parameter_set(fitted: &Fitted, data: &str) -> String {
    let data = data.replace(['"', '\\'], "'");
    let mut text = String::from("format = \"cascade-parameters/1\"\n");
    text.push_str(&format!("model = \"{}\"\n", fitted.model));
    text.push_str(&format!("title = \"Estimates by {} from {data}\"\n", fitted.method));
    text.push_str(&format!(
        "# objective {} (minus twice ln L, without N ln(2 pi)), N = {}\n",
        number(fitted.objective),
        fitted.counts.0
    ));
    for one in fitted.estimates.iter().filter(|one| one.kind != EstimateKind::Typical) {
        text.push_str(&format!("# {} = {} {}\n", one.name, number(one.value), one.unit));
    }
    for one in fitted.estimates.iter().filter(|one| one.kind == EstimateKind::Typical && !one.fixed) {
        let error = one.rse().map_or_else(String::new, |rse| format!(", relative standard error {rse:.1} %"));
        text.push_str(&format!(
            "\n[parameters.{}]\nvalue = {}\nunit = \"{}\"\nsource = \"Estimated by {} from {data}{error}\"\n",
            one.name,
            toml_number(one.value),
            one.unit,
            fitted.method,
        ));
    }
    text
}

/// A number that TOML reads as one.
fn toml_number(value: f64) -> String {
    let text = number(value);
    if text.contains(['.', 'e', 'E']) { text } else { format!("{text}.0") }
}

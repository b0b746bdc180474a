//! Panels of a population for the outputs of a model.

use super::choice::{GROUPS, group_of};
use super::population::BandPanel;
use super::{Shown, care};
use crate::model::Model;
use crate::plot::Mark;

/// The outputs of a model in the order in which figures show them: by groups, then as in the model.
pub fn output_order(model: &Model) -> Vec<&str> {
    let mut names: Vec<&str> = model.outputs.iter().map(|output| output.name.text.as_str()).collect();
    names.sort_by_key(|name| group_of(name).unwrap_or(GROUPS.len()));
    names
}

/// The doses of a run, in the time unit of its model: for a population those of one patient stand for all, if the
/// doses are the regimen's.
pub fn dose_marks(shown: &Shown<'_>) -> Vec<Mark> {
    care::marks(shown, &shown.scenario.model.time)
}

impl BandPanel {
    /// A panel for an output as the model describes it: label, unit, scale, limit of quantification. `median` in the
    /// unit of the output; nothing if the model has no such output.
    ///
    /// ```
    /// use cascade::model::Model;
    /// use cascade::plot::kinds::population::BandPanel;
    /// use cascade::plot::output_order;
    /// let model = Model::embedded("cart-crs")?;
    /// let il6 = BandPanel::of_output(&model, "il6", &[0.0, 7.0], &[4.0, 900.0]).expect("an output");
    /// assert!(il6.log && il6.label == "IL-6, total" && il6.unit == "pg/mL");
    /// assert!(BandPanel::of_output(&model, "il_6", &[], &[]).is_none());
    /// assert!(output_order(&model)[0].starts_with("cart"));
    /// # Ok::<(), cascade::diagnostic::Problems>(())
    /// ```
    pub fn of_output(model: &Model, name: &str, time: &[f64], median: &[f64]) -> Option<Self> {
        let output = model.outputs.iter().find(|output| output.name.text == name)?;
        let usual = Self::linear(&output.label, output.unit.to_string(), time, median);
        Some(Self {
            name: name.to_owned(),
            log: output.log,
            decades: group_of(name).map_or(usual.decades, |group| GROUPS[group].decades),
            lloq: output.lloq,
            ..usual
        })
    }
}

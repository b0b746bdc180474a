//! What many patients of one scenario share.

use super::controller::Controller;
use super::crew::Stopped;
use super::drive;
use super::plan::Plan;
use super::run;
use super::scenario::Scenario;
use crate::crs::Panel;
use crate::diagnostic::{Diagnostic, Problems};
use crate::integrate::Options;
use crate::model::Model;
use crate::outcome::{Exposure, Window};
use crate::unit::Conversion;

/// A scenario ready for many patients: equations compiled, doses resolved, graders made. Shared by all threads.
#[derive(Debug)]
pub struct Prepared<'s> {
    /// The scenario.
    pub scenario: &'s Scenario<'s>,
    /// Equations, doses, end.
    pub plan: Plan,
    /// How to integrate.
    pub options: Options,
    /// Output times, in the time unit of the model.
    pub grid: Vec<f64>,
    /// What exposure counts.
    pub window: Window,
    panel: Option<Panel>,
    parameters: Vec<Conversion>,
    covariates: Vec<Conversion>,
}

impl<'s> Prepared<'s> {
    /// Prepares a scenario.
    ///
    /// # Errors
    /// Wrong doses or output times; a grading of a model without signs.
    pub fn new(scenario: &'s Scenario<'s>) -> Result<Self, Problems> {
        let (plan, panel) = run::plan(scenario)?;
        scenario.grid.one_side("a population")?;
        let grid = scenario.grid.times(plan.start(), plan.end, &scenario.model.time)?;
        let window = run::window(scenario.model, &plan);
        let model = scenario.model;
        let parameters = model.parameters.iter().map(|item| model.scales.conversion(&item.unit)).collect();
        let covariates = model.covariates.iter().map(|item| model.scales.conversion(&item.unit)).collect();
        Ok(Self { scenario, options: drive::options(scenario), plan, grid, window, panel, parameters, covariates })
    }

    /// The model.
    pub fn model(&self) -> &'s Model {
        self.scenario.model
    }

    /// The graders of a patient, before the first look; none if no grading is wanted.
    pub fn panel(&self) -> Option<&Panel> {
        self.panel.as_ref()
    }

    /// The controller of a patient with these values, in the units of the model.
    pub fn controller(&self, parameters: &[f64], covariates: &[f64]) -> Controller<'_> {
        let canonical = |units: &[Conversion], values: &[f64]| -> Vec<f64> {
            units.iter().zip(values).map(|(unit, value)| unit.to_canonical(*value)).collect()
        };
        let (parameters, covariates) =
            (canonical(&self.parameters, parameters), canonical(&self.covariates, covariates));
        Controller::new(&self.plan, &parameters, &covariates, self.panel.clone())
    }

    /// Exposure as it is reported of an output: a level has no area and no half-life.
    pub fn reported(&self, output: usize, exposure: Exposure) -> Exposure {
        if self.scenario.model.outputs[output].unit.is_level() { run::of_level(exposure) } else { exposure }
    }

    /// Why a patient stopped.
    pub fn explain(&self, stopped: &Stopped, time: f64) -> Diagnostic {
        match stopped {
            Stopped::Failure(failure) => drive::explain(self.scenario.model, failure),
            Stopped::Chatter(at) => drive::chatter(self.scenario.model, *at, time),
            Stopped::Endless(rule) => drive::endless(self.scenario, *rule, time),
            Stopped::Unsteady(found) => drive::unsteady(self.scenario.model, found),
        }
    }
}

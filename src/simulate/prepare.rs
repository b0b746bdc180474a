//! What many patients of one scenario share.

use super::controller::Controller;
use super::crew::Stopped;
use super::drive;
use super::plan::Plan;
use super::run::{self, Shared};
use super::scenario::Scenario;
use crate::crs::Panel;
use crate::diagnostic::{Diagnostic, Problems};
use crate::integrate::Options;
use crate::model::Model;
use crate::observation::{Design, DesignSubject};
use crate::outcome::Exposure;
use crate::regimen::Administration;
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
    /// Times at which rows show the state before the records of that time too, ascending.
    pub arrived: Vec<f64>,
    panel: Option<Panel>,
    parameters: Vec<Conversion>,
    covariates: Vec<Conversion>,
    /// Whose doses and covariates patients have, in turn; empty if all have those of the scenario.
    subjects: Vec<Subject>,
}

/// A subject of a design, with doses and covariates of its own.
#[derive(Debug)]
struct Subject {
    plan: Plan,
    panel: Option<Panel>,
    /// Places of the covariates that the design tells, and their values at the start in the units of the model.
    covariates: Vec<(usize, f64)>,
}

impl<'s> Prepared<'s> {
    /// Prepares a scenario.
    ///
    /// # Errors
    /// Wrong doses or output times; a grading of a model without signs.
    pub fn new(scenario: &'s Scenario<'s>) -> Result<Self, Problems> {
        Self::with_subjects(scenario, Vec::new(), Vec::new())
    }

    /// Prepares a scenario for patients that take the subjects of a design in turn: patient n, counted from 0, has the doses
    /// and covariates of subject n modulo their number, and the times of all subjects are output times.
    ///
    /// If the design has dose records, they replace the regimen of the scenario.
    ///
    /// # Errors
    /// Those of [`new`](Self::new), for each subject.
    pub fn for_design(scenario: &'s Scenario<'s>, design: &Design) -> Result<Self, Problems> {
        let own = |subject: &DesignSubject| subject.doses.is_some() || !subject.covariates.is_empty();
        let subjects = match design.subjects.iter().any(own) {
            true => design.subjects.iter().collect(),
            false => Vec::new(),
        };
        let rows = design.subjects.iter().flat_map(|subject| &subject.rows);
        Self::with_subjects(scenario, subjects, rows.map(|row| (row.time, row.before)).collect())
    }

    fn with_subjects(
        scenario: &'s Scenario<'s>,
        subjects: Vec<&DesignSubject>,
        rows: Vec<(f64, bool)>,
    ) -> Result<Self, Problems> {
        let model = scenario.model;
        let shared = Shared::of(scenario)?;
        let (plan, panel) = shared.plan(scenario)?;
        scenario.grid.one_side("a population")?;
        let subject = |subject: &DesignSubject| {
            let (plan, panel) = shared.plan(&scenario.clone().with_records(subject))?;
            let covariates = subject.covariates.iter().map(|course| (course.covariate, course.points[0].1)).collect();
            Ok(Subject { plan, panel, covariates })
        };
        let subjects = subjects.into_iter().map(subject).collect::<Result<Vec<_>, Problems>>()?;
        let starts = subjects.iter().map(|subject| subject.plan.start());
        let start = starts.min_by(f64::total_cmp).unwrap_or_else(|| plan.start());
        let mut grid = scenario.grid.times(start, plan.end, &model.time)?;
        let times = |wanted: bool| {
            let inside = |row: &&(f64, bool)| row.1 == wanted && (start..=plan.end).contains(&row.0);
            rows.iter().filter(inside).map(|row| row.0).collect::<Vec<f64>>()
        };
        let mut arrived = times(true);
        grid.extend(times(false));
        for times in [&mut grid, &mut arrived] {
            times.sort_by(f64::total_cmp);
            times.dedup();
        }
        let parameters = model.parameters.iter().map(|item| model.scales.conversion(&item.unit)).collect();
        let covariates = model.covariates.iter().map(|item| model.scales.conversion(&item.unit)).collect();
        let options = drive::options(scenario);
        Ok(Self { scenario, options, plan, grid, arrived, panel, parameters, covariates, subjects })
    }

    /// The model.
    pub fn model(&self) -> &'s Model {
        self.scenario.model
    }

    /// The subject of a design whose doses and covariates a patient has, counted from 0; none if all have those of the
    /// scenario.
    fn subject(&self, patient: u64) -> Option<&Subject> {
        self.subjects.get((patient % self.subjects.len().max(1) as u64) as usize)
    }

    /// Doses and end of a patient, counted from 0.
    pub fn plan_of(&self, patient: u64) -> &Plan {
        self.subject(patient).map_or(&self.plan, |subject| &subject.plan)
    }

    /// As many subjects have doses and covariates of their own: patients take them in turn.
    pub fn subjects(&self) -> usize {
        self.subjects.len()
    }

    /// The doses of a patient, counted from 0.
    pub fn administrations(&self, patient: u64) -> &[Administration] {
        self.plan_of(patient).administrations()
    }

    /// Gives a patient the covariates of its subject at the start, in the units of the model.
    pub fn take_covariates(&self, patient: u64, covariates: &mut [f64]) {
        for (at, value) in self.subject(patient).iter().flat_map(|subject| &subject.covariates) {
            covariates[*at] = *value;
        }
    }

    /// A covariate of a patient as a record at a time sees it; `covariates` are its values at the start. In the unit of the
    /// model.
    pub fn covariate(&self, patient: u64, covariates: &[f64], covariate: usize, time: f64) -> f64 {
        let course = self.plan_of(patient).courses.iter().find(|course| course.covariate == covariate);
        course.map_or(covariates[covariate], |course| self.covariates[covariate].from_canonical(course.at(time)))
    }

    /// The controller of a patient with these values in the units of the model, under the doses of the scenario, or those of
    /// the first subject.
    pub fn controller(&self, parameters: &[f64], covariates: &[f64]) -> Controller<'_> {
        self.controller_of(0, parameters, covariates)
    }

    /// The same of a patient counted from 0, under its doses.
    pub fn controller_of(&self, patient: u64, parameters: &[f64], covariates: &[f64]) -> Controller<'_> {
        let canonical = |units: &[Conversion], values: &[f64]| -> Vec<f64> {
            units.iter().zip(values).map(|(unit, value)| unit.to_canonical(*value)).collect()
        };
        let (parameters, covariates) =
            (canonical(&self.parameters, parameters), canonical(&self.covariates, covariates));
        let panel = self.subject(patient).map_or(&self.panel, |subject| &subject.panel);
        Controller::new(self.plan_of(patient), &parameters, &covariates, panel.clone())
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

//! One patient from start to end.

use std::sync::Arc;

use super::controller::{Controller, Event, Happened};
use super::drive::{Driven, drive};
use super::grid::Grid;
use super::plan::Plan;
use super::recorder::{Measurements, Recorder};
use super::scenario::{Grading, Scenario};
use super::treatment::{self, DecisionRow, Treatment};
use crate::compile::{self, Compiled};
use crate::crs::{Course, Panel, Rounds};
use crate::diagnostic::codes::run as codes;
use crate::diagnostic::{Diagnostic, Problems};
use crate::integrate::{Counters, Failure, Method};
use crate::model::{EndPoint, Model};
use crate::numeric::Scalar;
use crate::outcome::{EndPointOutcome, EndPointRow, Exposure, ExposureRow};
use crate::regimen::Administration;
use crate::sign::Signs;
use crate::trajectory::Trajectory;
use crate::unit::Unit;

/// What came of a run. Values in the units of the model.
#[derive(Debug)]
pub struct Run {
    /// Rows at the output times: states, then outputs.
    pub trajectory: Trajectory,
    /// Exposure, one row an output, if wanted.
    pub exposure: Vec<ExposureRow>,
    /// What became of the end points that the model declares, in its order.
    pub end_points: Vec<EndPointRow>,
    /// What happened.
    pub events: Vec<Event>,
    /// What rules of treatment decided.
    pub decisions: Vec<DecisionRow>,
    /// Signs at each change, and between them as often as the scenario asks.
    pub readings: Vec<(f64, Signs)>,
    /// The graded courses, one a scale in the order asked for; empty if no grading was wanted.
    pub courses: Vec<Course>,
    /// Work done.
    pub counters: Counters,
    /// Method at the end.
    pub method: Method,
}

impl Run {
    /// The course of the first scale, if grading was wanted.
    pub fn course(&self) -> Option<&Course> {
        self.courses.first()
    }
}

/// A run that did not reach its end.
#[derive(Debug)]
pub struct Failed {
    /// Why.
    pub problems: Problems,
    /// What stopped the integrator, if that is why: reason, time, state and work as data.
    pub failure: Option<Box<Failure>>,
    /// The part reached, if the run began.
    pub reached: Option<Box<Run>>,
}

impl From<Problems> for Failed {
    fn from(problems: Problems) -> Self {
        Self { problems, failure: None, reached: None }
    }
}

/// Runs a scenario.
pub(super) fn simulate(scenario: &Scenario<'_>) -> Result<Run, Failed> {
    let (plan, panel) = plan(scenario)?;
    one_patient(scenario, &plan, panel)
}

/// Compiles a scenario, with its doses and graders.
pub(super) fn plan(scenario: &Scenario<'_>) -> Result<(Plan, Option<Panel>), Problems> {
    Shared::of(scenario)?.plan(scenario)
}

/// What scenarios share that differ in doses and covariates alone.
pub(super) struct Shared {
    compiled: Arc<Compiled>,
    grading: Option<Grading>,
    rules: Option<Treatment>,
}

impl Shared {
    /// Compiles a scenario.
    pub fn of(scenario: &Scenario<'_>) -> Result<Self, Problems> {
        let model = scenario.model;
        let administrations = administrations(scenario)?;
        if scenario.grading.is_some() && !model.has_signs() {
            let mut found =
                Diagnostic::error(&codes::NO_SIGNS, format!("model `{}` has no signs to grade", model.name));
            found.help("`cascade models` shows which models grade; `cart-crs` does");
            return Err(found.into());
        }
        let mut grading = scenario.grading.clone();
        let scales = grading.as_ref().map_or(&[][..], |grading| &grading.scales);
        let rounds = grading.as_ref().is_some_and(|grading| grading.vitals_every.is_some());
        let asked = match scenario.rules.as_slice() {
            [] => None,
            rules => Some(treatment::ask(rules, model, scales, rounds, scenario.until)?),
        };
        // Rules may ask for grades that the user does not.
        if let Some(asked) = asked.as_ref().filter(|asked| !asked.scales.is_empty()) {
            let more = grading.get_or_insert_with(Grading::of_adult);
            more.scales = more.scales.iter().chain(&asked.scales).cloned().collect();
        }
        let panel = grading.as_ref().map(|grading| graders(grading, model, &administrations)).transpose()?;
        let atoms = panel.as_ref().map_or_else(Vec::new, Panel::continuous_atoms);
        let (questions, rules) = asked.map_or_else(Default::default, |asked| (asked.questions, Some(asked.treatment)));
        Ok(Self { compiled: Arc::new(compile::compile_with(model, &atoms, &questions)), grading, rules })
    }

    /// The plan and the graders of a scenario that differs from the compiled one in doses and covariates alone.
    pub fn plan(&self, scenario: &Scenario<'_>) -> Result<(Plan, Option<Panel>), Problems> {
        let model = scenario.model;
        let administrations = administrations(scenario)?;
        let panel = self.grading.as_ref().map(|grading| graders(grading, model, &administrations)).transpose()?;
        let plan = Plan::new(model, self.compiled.clone(), administrations, scenario.until);
        let plan = plan.with_courses(scenario.courses.clone());
        Ok((if let Some(rules) = &self.rules { plan.with_treatment(rules.clone()) } else { plan }, panel))
    }
}

/// The doses of a scenario.
pub(super) fn administrations(scenario: &Scenario<'_>) -> Result<Vec<Administration>, Problems> {
    let mut problems = Problems::default();
    let administrations = scenario.regimen.resolve(scenario.model, &mut problems);
    if problems.has_errors() { Err(problems) } else { Ok(administrations) }
}

/// The graders of a patient; rounds count from the first CAR-T dose.
pub(super) fn graders(grading: &Grading, model: &Model, administrations: &[Administration]) -> Result<Panel, Problems> {
    let panel = Panel::new(&grading.scales, &grading.settings)?;
    let Some(every) = grading.vitals_every else { return Ok(panel) };
    let day = Unit::parse_str("d").expect("d is a unit");
    let entry = model.doses.iter().position(|dose| dose.name.text == "cart");
    let first = administrations.iter().filter(|dose| entry.is_some() && dose.entry == entry).map(|dose| dose.time);
    let origin = first.min_by(f64::total_cmp).and_then(|time| model.time.convert(time, &day)).unwrap_or(0.0);
    Ok(panel.at_rounds(Rounds::new(origin, every)?))
}

fn one_patient(scenario: &Scenario<'_>, plan: &Plan, panel: Option<Panel>) -> Result<Run, Failed> {
    let (parameters, covariates) = canonical_values(scenario);
    let controller = Controller::new(plan, &parameters, &covariates, panel);
    let mut recorder = recorder(scenario, plan, &parameters)?;
    let driven = drive(scenario, controller, &mut recorder);
    finish(scenario.model, recorder, driven)
}

/// What takes down the rows and the exposure of a scenario.
pub(super) fn recorder<'p>(
    scenario: &Scenario<'_>,
    plan: &'p Plan,
    parameters: &[f64],
) -> Result<Recorder<'p>, Problems> {
    let model = scenario.model;
    let grid = scenario.grid.times(plan.start(), plan.end, &model.time)?;
    let per_step = if let Grid::Steps(count) = scenario.grid { count } else { 0 };
    let window = plan.window();
    let mut recorder = Recorder::new(model, &plan.compiled, parameters, grid, per_step, window, scenario.exposure);
    recorder.show_phases(scenario.grid.phases());
    if let Some(gap) = scenario.reading_gap {
        recorder.measure_every(gap);
    }
    Ok(recorder)
}

/// Parameters and covariates of a scenario, canonical.
pub(super) fn canonical_values(scenario: &Scenario<'_>) -> (Vec<f64>, Vec<f64>) {
    let model = scenario.model;
    let parameters = canonical(model, model.parameters.iter().map(|p| &p.unit), &scenario.values.parameters);
    let covariates = canonical(model, model.covariates.iter().map(|c| &c.unit), &scenario.values.covariates);
    (parameters, covariates)
}

/// The run, once it has ended.
pub(super) fn finish<S: Scalar>(model: &Model, recorder: Recorder<'_>, driven: Driven<'_, S>) -> Result<Run, Failed> {
    let Driven { controller, plan, now, counters, method, failure } = driven;
    let (trajectory, (exposure, end_points), measured) = recorder.finish(now);
    let Happened { events, readings: changes, panel, decisions } = controller.finish();
    let readings = with_measured(plan, changes, measured);
    let courses = panel.map_or_else(Vec::new, |panel| panel.finish(plan.to_days(now)));
    let courses = plan.reported(courses);
    let rules = plan.treatment.as_ref();
    let decisions = rules.map_or_else(Vec::new, |rules| treatment::rows(model, rules, &decisions));
    let exposure = exposure_rows(model, exposure);
    let end_points = end_point_rows(model, end_points);
    let run = Run { trajectory, exposure, end_points, events, decisions, readings, courses, counters, method };
    match failure {
        None => Ok(run),
        Some((found, failure)) => Err(Failed { problems: found.into(), failure, reached: Some(Box::new(run)) }),
    }
}

/// Readings at the changes and between them: there, what is given is as at the change before.
fn with_measured(plan: &Plan, changes: Vec<(f64, Signs)>, measured: Measurements) -> Vec<(f64, Signs)> {
    let mut readings = Vec::with_capacity(changes.len() + measured.len());
    let mut measured = measured.into_iter().peekable();
    for (at, change) in changes.iter().enumerate() {
        readings.push(*change);
        let until = changes.get(at + 1).map_or(f64::INFINITY, |next| next.0);
        while let Some((time, values)) = measured.next_if(|(time, _)| *time < until) {
            if time <= change.0 {
                continue;
            }
            let mut signs = change.1;
            for ((sign, _), value) in plan.compiled.readings.iter().zip(values) {
                // What care sets too stays as it was: the worse of the two counts, which only a change tells.
                if !plan.care_signs.iter().flatten().any(|(set, _)| set == sign) {
                    signs.set(*sign, value);
                }
            }
            readings.push((time, signs));
        }
        measured.next_if(|(time, _)| *time == until);
    }
    readings
}

fn canonical<'a>(model: &Model, units: impl Iterator<Item = &'a Unit>, values: &[f64]) -> Vec<f64> {
    units.zip(values).map(|(unit, value)| model.scales.to_canonical(unit, *value)).collect()
}

fn exposure_rows(model: &Model, list: Vec<Exposure>) -> Vec<ExposureRow> {
    model
        .outputs
        .iter()
        .zip(list)
        .map(|(output, exposure)| ExposureRow {
            output: output.name.text.clone(),
            unit: output.unit.to_string(),
            exposure: if output.unit.is_level() { of_level(exposure) } else { exposure },
        })
        .collect()
}

fn end_point_rows(model: &Model, list: Vec<EndPointOutcome>) -> Vec<EndPointRow> {
    let row = |(point, outcome): (&EndPoint, EndPointOutcome)| {
        let (output, unit) = point.output(model);
        EndPointRow { name: point.name.text.clone(), output: output.into(), unit: unit.to_string(), outcome }
    };
    model.end_points.iter().zip(list).map(row).collect()
}

/// A temperature has no area under its curve and no half-life: they would count from an arbitrary zero.
pub(super) fn of_level(exposure: Exposure) -> Exposure {
    Exposure { auc_0_28d: None, half_life: None, ..exposure }
}

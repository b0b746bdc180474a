//! The rows of many subjects at parameters that change: what a fit asks for over and over.

use std::sync::Arc;

use super::controller::Controller;
use super::crew::{Crew, Departure, Watcher};
use super::drive::{self, Listener, drive_by};
use super::plan::Plan;
use super::run;
use super::scenario::Scenario;
use crate::compile::{self, Compiled, Workspace};
use crate::diagnostic::{Diagnostic, Problems};
use crate::integrate::{Options, Piece, Sink};
use crate::numeric::{Lanes, Scalar};
use crate::observation::{DesignRow, DesignSubject};
use crate::regimen::same_time;
use crate::unit::Conversion;

type One = Lanes<1>;

/// Subjects side by side in [`Predictor::many`].
const LANES: usize = 16;

/// Predicts the rows of subjects, each under its own doses and covariates.
///
/// Values of parameters and predictions are in the units of the model. A row at the time of a dose shows the state after
/// it, unless it stands before the record of the dose: then it shows the state after additional and lagged doses of that
/// time, before its records.
#[derive(Debug)]
pub struct Predictor<'m> {
    subjects: Vec<Subject<'m>>,
    options: Options,
    parameters: Vec<Conversion>,
    outputs: Vec<Conversion>,
}

#[derive(Debug)]
struct Subject<'m> {
    scenario: Scenario<'m>,
    plan: Plan,
    covariates: Vec<f64>,
    rows: Vec<DesignRow>,
}

impl<'m> Predictor<'m> {
    /// Prepares the subjects: `scenario` gives model, tolerance, method and the doses of who has none of its own. A run
    /// ends at the last row of its subject.
    ///
    /// # Errors
    /// Doses that do not fit the model, rows before the start of the run.
    pub fn new(scenario: &Scenario<'m>, subjects: &[DesignSubject]) -> Result<Self, Problems> {
        let model = scenario.model;
        let compiled = Arc::new(compile::compile(model, &[]));
        let mut problems = Problems::default();
        let mut prepared = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let mut scenario = scenario.clone().with_records(subject);
            scenario.grading = None;
            scenario.until = subject.rows.iter().map(|row| row.time).fold(0.0, f64::max);
            let administrations = run::administrations(&scenario)?;
            let plan = Plan::new(model, compiled.clone(), administrations, scenario.until);
            let plan = plan.with_courses(scenario.courses.clone());
            subject.check_within(plan.start(), plan.end, model, &mut problems);
            let (_, covariates) = run::canonical_values(&scenario);
            prepared.push(Subject { scenario, plan, covariates, rows: subject.rows.clone() });
        }
        if problems.has_errors() {
            return Err(problems);
        }
        Ok(Self {
            subjects: prepared,
            options: drive::options(scenario),
            parameters: model.parameters.iter().map(|item| model.scales.conversion(&item.unit)).collect(),
            outputs: model.outputs.iter().map(|item| model.scales.conversion(&item.unit)).collect(),
        })
    }

    /// Number of rows of a subject.
    pub fn rows(&self, subject: usize) -> usize {
        self.subjects[subject].rows.len()
    }

    /// The rows of a subject, in the order of their times.
    pub fn wanted(&self, subject: usize) -> &[DesignRow] {
        &self.subjects[subject].rows
    }

    /// The value of a covariate of a subject at its start, in the unit of the model.
    pub fn covariate(&self, subject: usize, covariate: usize) -> f64 {
        self.subjects[subject].scenario.values.covariates[covariate]
    }

    /// The scenario of a subject.
    pub fn scenario(&self, subject: usize) -> &Scenario<'m> {
        &self.subjects[subject].scenario
    }

    /// The rows of a subject with the derivatives that `parameters` carry.
    ///
    /// # Errors
    /// What stopped the integration.
    pub fn one<S: Scalar>(&self, subject: usize, parameters: &[S], rows: &mut Vec<S>) -> Result<(), Diagnostic> {
        const { assert!(S::LANES == 1 && S::ORDER <= super::moving::HIGHEST) };
        let subject = &self.subjects[subject];
        let canonical: Vec<S> =
            parameters.iter().zip(&self.parameters).map(|(value, unit)| to_canonical(*value, unit)).collect();
        let covariates = subject.covariates.iter().map(|value| S::splat(*value)).collect();
        let controller = Controller::with_derivatives(&subject.plan, canonical, covariates, None);
        let mut taker = Taker::new(subject, &self.outputs, controller.parameters());
        if subject.rows.is_empty() {
            rows.clear();
            return Ok(());
        }
        let driven = drive_by(&subject.scenario, self.options.clone(), controller, &mut taker);
        match driven.failure {
            Some((found, _)) => Err(found),
            None => {
                rows.clear();
                rows.append(&mut taker.found);
                Ok(())
            }
        }
    }

    /// The rows of many subjects, each at its own parameters, in lanes. A job whose integration fails gets NaN.
    ///
    /// # Panics
    /// If a slice of `found` has not as many places as its subject has rows.
    pub fn many(&self, jobs: &[(usize, &[f64])], found: &mut [&mut [f64]]) {
        let Some((first, _)) = jobs.first() else { return };
        let plan = &self.subjects[*first].plan;
        let mut crew: Crew<'_, LANES> = Crew::new(plan, self.options.clone());
        let mut watcher = Watching::new(self, &plan.compiled, jobs, found);
        let mut next = 0;
        let queue = || {
            let (subject, parameters) = jobs.get(next)?;
            next += 1;
            let subject = &self.subjects[*subject];
            let canonical: Vec<f64> =
                parameters.iter().zip(&self.parameters).map(|(value, unit)| unit.to_canonical(*value)).collect();
            let controller = Controller::new(&subject.plan, &canonical, &subject.covariates, None);
            Some((next as u64 - 1, controller))
        };
        crew.run(queue, &mut watcher);
    }
}

/// A value in canonical units; its bits are those of the plain conversion.
fn to_canonical<S: Scalar>(value: S, unit: &Conversion) -> S {
    S::splat(unit.to_canonical(value.get(0))).plus_tangents(value * S::splat(unit.multiple / unit.divisor))
}

fn from_canonical<S: Scalar>(value: S, unit: &Conversion) -> S {
    S::splat(unit.from_canonical(value.get(0))).plus_tangents(value * S::splat(unit.divisor / unit.multiple))
}

/// Takes down the rows of one subject.
struct Taker<'a, S> {
    subject: &'a Subject<'a>,
    units: &'a [Conversion],
    workspace: Workspace<S>,
    y: Vec<S>,
    outputs: Vec<S>,
    found: Vec<S>,
}

impl<'a, S: Scalar> Taker<'a, S> {
    fn new(subject: &'a Subject<'a>, units: &'a [Conversion], parameters: &[S]) -> Self {
        let program = &subject.plan.compiled.program;
        let mut workspace = program.workspace::<S>();
        parameters.iter().enumerate().for_each(|(slot, value)| workspace.set_parameter_scalar(slot, *value));
        Self {
            subject,
            units,
            workspace,
            y: vec![S::default(); program.states()],
            outputs: vec![S::default(); program.outputs_count()],
            found: Vec::with_capacity(subject.rows.len()),
        }
    }

    /// Takes states and held values for the next rows.
    fn stand(&mut self, (states, held): (&[S], &[S])) {
        held.iter().enumerate().for_each(|(slot, value)| self.workspace.set_held_scalar(slot, *value));
        self.y.copy_from_slice(states);
    }

    /// The row at this place, from the state at hand.
    fn row(&mut self, at: usize) -> S {
        let row = &self.subject.rows[at];
        let program = &self.subject.plan.compiled.program;
        program.outputs(&mut self.workspace, S::splat(row.time), &self.y, &mut self.outputs);
        from_canonical(self.outputs[row.output], &self.units[row.output])
    }

    fn push(&mut self) {
        let row = self.row(self.found.len());
        self.found.push(row);
    }

    /// Makes the rows of a time anew: those before its records, or the others.
    fn again(&mut self, time: f64, before: bool) {
        for at in again(&self.subject.rows, self.found.len(), time, before) {
            self.found[at] = self.row(at);
        }
    }

    fn is_due(&self, to: f64) -> Option<f64> {
        let row = self.subject.rows.get(self.found.len())?;
        (row.time <= to || (row.before && same_time(row.time, to))).then_some(row.time)
    }
}

impl<S: Scalar> Sink<S> for Taker<'_, S> {
    fn piece(&mut self, _lane: usize, piece: &Piece<'_, S>) {
        while let Some(time) = self.is_due(piece.to) {
            piece.eval_scalar(time.min(piece.to), &mut self.y);
            self.push();
        }
    }
}

impl<S: Scalar> Listener<S> for Taker<'_, S> {
    fn start(&mut self, time: f64, y: &[S], controller: &Controller<'_, S>) {
        self.stand(controller.arrived().unwrap_or_else(|| controller.untouched()));
        while self.subject.rows.get(self.found.len()).is_some_and(|row| row.before && row.time <= time) {
            self.push();
        }
        self.stand((y, controller.held()));
        while self.is_due(time).is_some() {
            self.push();
        }
    }

    fn changed(&mut self, time: f64, _before: &[S], after: &[S], controller: &Controller<'_, S>) {
        if let Some(arrived) = controller.arrived() {
            self.stand(arrived);
            self.again(time, true);
        }
        self.stand((after, controller.held()));
        self.again(time, false);
    }
}

/// Rows so far of `time`: those that show the state before its records, or those that show the state after them.
fn again(rows: &[DesignRow], so_far: usize, time: f64, before: bool) -> impl Iterator<Item = usize> {
    let first = rows[..so_far].iter().rev().take_while(|row| same_time(row.time, time)).count();
    (so_far - first..so_far).filter(move |at| rows[*at].before == before)
}

/// Takes down the rows of those in the lanes.
struct Watching<'a, 'j> {
    predictor: &'a Predictor<'a>,
    compiled: &'a Compiled,
    jobs: &'a [(usize, &'a [f64])],
    found: &'a mut [&'j mut [f64]],
    lanes: Vec<Lane>,
    times: Vec<f64>,
    states: Vec<f64>,
    outputs: Vec<One>,
    y: Vec<One>,
}

struct Lane {
    job: usize,
    next: usize,
    workspace: Workspace<One>,
}

impl<'a, 'j> Watching<'a, 'j> {
    fn new(
        predictor: &'a Predictor<'a>,
        compiled: &'a Compiled,
        jobs: &'a [(usize, &'a [f64])],
        found: &'a mut [&'j mut [f64]],
    ) -> Self {
        let program = &compiled.program;
        let lane = || Lane { job: 0, next: 0, workspace: program.workspace() };
        Self {
            predictor,
            compiled,
            jobs,
            found,
            lanes: (0..LANES).map(|_| lane()).collect(),
            times: Vec::new(),
            states: Vec::new(),
            outputs: vec![One::default(); program.outputs_count()],
            y: vec![One::default(); program.states()],
        }
    }

    fn rows(&self, lane: usize) -> &'a [DesignRow] {
        &self.predictor.subjects[self.jobs[self.lanes[lane].job].0].rows
    }

    /// Fills a row of a lane from states.
    fn fill(&mut self, lane: usize, at: usize, states: impl Iterator<Item = f64>) {
        let row = &self.rows(lane)[at];
        self.y.iter_mut().zip(states).for_each(|(y, state)| *y = Lanes([state]));
        let Lane { job, workspace, .. } = &mut self.lanes[lane];
        self.compiled.program.outputs(workspace, Lanes([row.time]), &self.y, &mut self.outputs);
        self.found[*job][at] = self.predictor.outputs[row.output].from_canonical(self.outputs[row.output].get(0));
    }

    fn hold(&mut self, lane: usize, held: &[One]) {
        let workspace = &mut self.lanes[lane].workspace;
        held.iter().enumerate().for_each(|(slot, value)| workspace.set_held_scalar(slot, *value));
    }
}

impl Sink<Lanes<LANES>> for Watching<'_, '_> {
    fn piece(&mut self, lane: usize, piece: &Piece<'_, Lanes<LANES>>) {
        let (rows, first) = (self.rows(lane), self.lanes[lane].next);
        let due = |row: &&DesignRow| row.time <= piece.to || (row.before && same_time(row.time, piece.to));
        let count = rows[first..].iter().take_while(due).count();
        if count == 0 {
            return;
        }
        let mut times = std::mem::take(&mut self.times);
        let mut states = std::mem::take(&mut self.states);
        times.clear();
        times.extend(rows[first..first + count].iter().map(|row| row.time.min(piece.to)));
        states.resize(count * self.y.len(), 0.0);
        piece.rows(&times, &mut states);
        for (at, row) in states.chunks_exact(self.y.len()).enumerate() {
            self.fill(lane, first + at, row.iter().copied());
        }
        self.lanes[lane].next += count;
        (self.times, self.states) = (times, states);
    }
}

impl Watcher<LANES> for Watching<'_, '_> {
    fn begin(&mut self, lane: usize, patient: u64, time: f64, controller: &Controller<'_>, y: &[f64]) {
        let seat = &mut self.lanes[lane];
        (seat.job, seat.next) = (patient as usize, 0);
        for (slot, value) in controller.parameters().iter().enumerate() {
            seat.workspace.set_parameter_scalar(slot, *value);
        }
        self.found[patient as usize].fill(f64::NAN);
        let rows = self.rows(lane);
        let (states, held) = controller.arrived().unwrap_or_else(|| controller.untouched());
        self.hold(lane, held);
        let before = rows.iter().take_while(|row| row.before && row.time <= time).count();
        for at in 0..before {
            self.fill(lane, at, states.iter().map(|value| value.get(0)));
        }
        self.hold(lane, controller.held());
        let now = rows[before..].iter().take_while(|row| row.time <= time).count();
        for at in before..before + now {
            self.fill(lane, at, y.iter().copied());
        }
        self.lanes[lane].next = before + now;
    }

    fn changed(&mut self, lane: usize, time: f64, _before: &[f64], after: &[f64], controller: &Controller<'_>) {
        let (rows, next) = (self.rows(lane), self.lanes[lane].next);
        if let Some((states, held)) = controller.arrived() {
            self.hold(lane, held);
            for at in again(rows, next, time, true) {
                self.fill(lane, at, states.iter().map(|value| value.get(0)));
            }
        }
        self.hold(lane, controller.held());
        for at in again(rows, next, time, false) {
            self.fill(lane, at, after.iter().copied());
        }
    }

    fn finish(&mut self, lane: usize, end: Departure<'_>) {
        if end.stopped.is_some() {
            self.found[self.lanes[lane].job].fill(f64::NAN);
        }
    }
}

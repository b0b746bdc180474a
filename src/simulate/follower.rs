//! Rows and end points with derivatives, beside the plain recorder.

use super::controller::Controller;
use super::drive::Listener;
use super::plan::Plan;
use super::recorder::Recorder;
use crate::compile::Workspace;
use crate::integrate::{Piece, Sink};
use crate::model::Model;
use crate::numeric::Scalar;
use crate::outcome::Window;
use crate::regimen::same_time;
use crate::unit::{Conversion, Unit};

/// Follows a [`Recorder`], which takes down the values, and takes down the same with derivatives.
pub(super) struct Follower<'p, S> {
    pub recorder: Recorder<'p>,
    /// Rows of states and printed outputs; derivatives are in the units of the model, values are not.
    pub rows: Vec<S>,
    /// One a declared output, in the same way.
    pub ends: Vec<Ends<S>>,
    columns: usize,
    plan: &'p Plan,
    printed: Vec<usize>,
    state_slopes: Vec<f64>,
    output_units: Vec<Conversion>,
    output_slopes: Vec<f64>,
    window: Window,
    workspace: Workspace<S>,
    y: Vec<S>,
    outputs: Vec<S>,
}

/// End points of an output.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ends<S> {
    /// Time and scalar of the largest value; by the envelope theorem the derivative at that time is that of the maximum.
    pub maximum: Option<(f64, S)>,
    /// The same of the smallest.
    pub minimum: Option<(f64, S)>,
    /// Integral over the first 28 d of the window, times 1 d.
    pub area: S,
    /// At the end.
    pub last: S,
    /// Its value in the unit of the output.
    pub last_value: f64,
}

/// How many of the unit one canonical unit is.
fn slope(model: &Model, unit: &Unit) -> f64 {
    model.scales.from_canonical(&unit.difference(), 1.0)
}

impl<'p, S: Scalar> Follower<'p, S> {
    pub fn new(model: &Model, plan: &'p Plan, recorder: Recorder<'p>, parameters: &[S], window: Window) -> Self {
        let program = &plan.compiled.program;
        let mut workspace = program.workspace::<S>();
        for (slot, value) in parameters.iter().enumerate() {
            workspace.set_parameter_scalar(slot, *value);
        }
        let printed: Vec<usize> = model.extra_outputs().map(|(at, _)| at).collect();
        Self {
            recorder,
            rows: Vec::new(),
            ends: vec![Ends::default(); model.outputs.len()],
            columns: model.states.len() + printed.len(),
            plan,
            printed,
            state_slopes: model.states.iter().map(|state| slope(model, &state.unit)).collect(),
            output_units: model.outputs.iter().map(|output| model.scales.conversion(&output.unit)).collect(),
            output_slopes: model.outputs.iter().map(|output| slope(model, &output.unit)).collect(),
            window,
            workspace,
            y: vec![S::default(); program.states()],
            outputs: vec![S::default(); program.outputs_count()],
        }
    }

    /// Outputs at the states at hand.
    fn evaluate(&mut self, time: f64) {
        let program = &self.plan.compiled.program;
        program.outputs(&mut self.workspace, S::splat(time), &self.y, &mut self.outputs);
    }

    /// Adds a row of what is at hand.
    fn row(&mut self) {
        let scaled = |value: S, slope: f64| value * S::splat(slope);
        self.rows.extend(self.y.iter().zip(&self.state_slopes).map(|(value, slope)| scaled(*value, *slope)));
        self.rows.extend(self.printed.iter().map(|&at| scaled(self.outputs[at], self.output_slopes[at])));
    }

    fn output(&self, at: usize) -> S {
        self.outputs[at] * S::splat(self.output_slopes[at])
    }

    /// Takes over held values and what moved at a border; `outputs` are at hand.
    fn take_moved(&mut self, time: f64, controller: &Controller<'_, S>) {
        for (slot, value) in controller.held().iter().enumerate() {
            self.workspace.set_held_scalar(slot, *value);
        }
        let moved = &controller.moved;
        let counts = time >= self.window.origin && time < self.window.end_of_area();
        for (at, ends) in self.ends.iter_mut().enumerate() {
            let slope = S::splat(self.output_slopes[at]);
            if let Some(area) = moved.area.get(at).filter(|_| counts) {
                ends.area = ends.area + *area * slope * S::splat(1.0 / self.window.day);
            }
        }
        let Some(exposure) = self.recorder.exposure() else { return };
        for (at, extremes) in exposure.extremes().enumerate() {
            let (Some(before), Some(after)) = (moved.before.get(at), moved.after.get(at)) else { continue };
            let slope = S::splat(self.output_slopes[at]);
            let value = |scalar: &S| self.output_units[at].from_canonical(scalar.get(0));
            let ends = &mut self.ends[at];
            for (extreme, end) in extremes.into_iter().zip([&mut ends.maximum, &mut ends.minimum]) {
                let Some((_, found)) = extreme.filter(|(when, _)| *when == time) else { continue };
                let side = if value(after) == found && value(before) != found { after } else { before };
                *end = Some((time, *side * slope));
            }
        }
    }
}

impl<S: Scalar> Sink<S> for Follower<'_, S> {
    fn piece(&mut self, lane: usize, piece: &Piece<'_, S>) {
        self.recorder.piece(lane, piece);
        for row in self.rows.len() / self.columns..self.recorder.times().len() {
            let time = self.recorder.times()[row];
            piece.eval_scalar(time, &mut self.y);
            self.evaluate(time);
            self.row();
        }
        for (time, weight) in self.window.nodes(piece.from, piece.to) {
            piece.eval_scalar(time, &mut self.y);
            self.evaluate(time);
            for at in 0..self.ends.len() {
                self.ends[at].area = self.ends[at].area + self.output(at) * S::splat(weight);
            }
        }
        let Some(exposure) = self.recorder.exposure() else { return };
        let extremes: Vec<[Option<(f64, f64)>; 2]> = exposure.extremes().collect();
        let mut here = f64::NAN;
        for (at, extremes) in extremes.into_iter().enumerate() {
            for (which, extreme) in extremes.into_iter().enumerate() {
                let known = if which == 0 { self.ends[at].maximum } else { self.ends[at].minimum };
                let is_new = |time: &f64| known.is_none_or(|(old, _)| old != *time);
                let Some((time, _)) = extreme.filter(|(time, _)| is_new(time) && *time >= piece.from) else { continue };
                if time != here {
                    piece.eval_scalar(time, &mut self.y);
                    self.evaluate(time);
                    here = time;
                }
                let end = Some((time, self.output(at)));
                if which == 0 { self.ends[at].maximum = end } else { self.ends[at].minimum = end }
            }
        }
    }
}

impl<S: Scalar> Listener<S> for Follower<'_, S> {
    fn start(&mut self, time: f64, y: &[S], controller: &Controller<'_, S>) {
        Listener::start(&mut self.recorder, time, y, controller);
        self.take_moved(time, controller);
        self.y.copy_from_slice(y);
        self.evaluate(time);
        if !self.recorder.times().is_empty() {
            self.row();
        }
        for at in 0..self.ends.len() {
            let here = self.output(at);
            let ends = &mut self.ends[at];
            ends.last = here;
            ends.last_value = self.output_units[at].from_canonical(self.outputs[at].get(0));
            if time >= self.window.origin {
                ends.maximum.get_or_insert((time, here));
                ends.minimum.get_or_insert((time, here));
            }
        }
    }

    fn changed(&mut self, time: f64, before: &[S], after: &[S], controller: &Controller<'_, S>) {
        self.recorder.changed(time, before, after, controller);
        self.take_moved(time, controller);
        self.y.copy_from_slice(after);
        self.evaluate(time);
        for at in 0..self.ends.len() {
            self.ends[at].last = self.output(at);
            self.ends[at].last_value = self.output_units[at].from_canonical(self.outputs[at].get(0));
        }
        let times = self.recorder.times();
        let again = times.iter().rev().take_while(|row| same_time(**row, time)).count();
        let (rows, again) = (times.len(), if self.recorder.shows_both_sides() { 0 } else { again });
        self.rows.truncate((rows - again).min(self.rows.len() / self.columns) * self.columns);
        while self.rows.len() / self.columns < rows {
            // Each at its own rounding of the time, as the recorder has it.
            self.evaluate(self.recorder.times()[self.rows.len() / self.columns]);
            self.row();
        }
    }
}

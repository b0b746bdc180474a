//! Rows of the trajectory and the exposure, from pieces of accepted steps.

use super::grid::Phase;
use crate::compile::{Compiled, Workspace};
use crate::integrate::{Piece, Sink};
use crate::model::Model;
use crate::numeric::{Lanes, Scalar};
use crate::outcome::{EndPointOutcome, EndPointRecorder, Exposure, Recorder as ExposureRecorder, Window};
use crate::regimen::same_time;
use crate::trajectory::{Column, Trajectory};
use crate::unit::Conversion;

type One = Lanes<1>;

/// Fills rows at the output times; a row at a border shows the state after it.
pub(super) struct Recorder<'p> {
    compiled: &'p Compiled,
    /// Outputs printed after the states: index into the outputs.
    printed: Vec<usize>,
    /// All declared outputs, for exposure.
    outputs: usize,
    state_units: Vec<Conversion>,
    output_units: Vec<Conversion>,
    grid: Vec<f64>,
    next: usize,
    /// Which state of its time each row shows; beyond the end that after everything.
    phases: Vec<Phase>,
    /// Rows in each piece, besides those of the grid.
    per_step: usize,
    trajectory: Trajectory,
    exposure: Option<ExposureRecorder>,
    end_points: EndPointRecorder,
    end_point_units: Vec<Conversion>,
    /// What is measured of the signs every so often, in their units, in the order of the model's readings.
    measured: Measured,
    scratch: Scratch,
}

/// States and held values.
pub(super) type Values<'a> = (&'a [f64], &'a [f64]);

/// Times and values of what is measured.
pub(super) type Measurements = Vec<(f64, Vec<f64>)>;

struct Measured {
    gap: f64,
    start: f64,
    rows: Measurements,
}

/// Registers and buffers of one evaluation.
struct Scratch {
    workspace: Workspace<One>,
    y: Vec<f64>,
    lanes: Vec<One>,
    outputs: Vec<One>,
    before: Vec<f64>,
    after: Vec<f64>,
    /// Values of the end points before and after a border.
    end_points: [Vec<f64>; 2],
    row: Vec<f64>,
}

impl<'p> Recorder<'p> {
    pub fn new(
        model: &Model,
        compiled: &'p Compiled,
        parameters: &[f64],
        grid: Vec<f64>,
        per_step: usize,
        window: Window,
        exposure: bool,
    ) -> Self {
        let printed: Vec<usize> = model.extra_outputs().map(|(at, _)| at).collect();
        let states = model.states.iter().map(|state| Column {
            name: state.name.text.clone(),
            unit: state.unit.clone(),
            label: state.label.clone(),
        });
        let outputs = model.extra_outputs().map(|(_, output)| Column {
            name: output.name.text.clone(),
            unit: output.unit.clone(),
            label: output.label.clone(),
        });
        let mut workspace = compiled.program.workspace::<One>();
        for (slot, value) in parameters.iter().enumerate() {
            workspace.set_parameter(slot, 0, *value);
        }
        let output_units: Vec<Conversion> =
            model.outputs.iter().map(|output| model.scales.conversion(&output.unit)).collect();
        let limits: Vec<Option<f64>> = model.outputs.iter().map(|output| output.lloq).collect();
        let count = limits.len();
        let end_points: Vec<_> = model.end_points.iter().map(|point| (point.side, point.threshold)).collect();
        Self {
            printed,
            outputs: count,
            state_units: model.states.iter().map(|state| model.scales.conversion(&state.unit)).collect(),
            output_units,
            trajectory: Trajectory::new(model.time.clone(), states.chain(outputs).collect()),
            grid,
            next: 0,
            phases: Vec::new(),
            per_step,
            measured: Measured { gap: f64::INFINITY, start: 0.0, rows: Vec::new() },
            exposure: exposure.then(|| ExposureRecorder::new(&limits, window)),
            end_points: EndPointRecorder::new(&end_points, window)
                .after(model.end_points.iter().map(|point| point.relapse_of)),
            end_point_units: model
                .end_points
                .iter()
                .map(|point| model.scales.conversion(point.output(model).1))
                .collect(),
            scratch: Scratch {
                workspace,
                y: vec![0.0; compiled.program.states()],
                lanes: vec![One::default(); compiled.program.states()],
                outputs: vec![One::default(); compiled.program.outputs_count()],
                before: vec![0.0; count],
                after: vec![0.0; count],
                end_points: [vec![0.0; end_points.len()], vec![0.0; end_points.len()]],
                row: Vec::new(),
            },
            compiled,
        }
    }

    /// Says which state of its time each row of the grid shows.
    pub fn show_phases(&mut self, phases: Vec<Phase>) {
        self.phases = phases;
    }

    fn phase(&self, row: usize) -> Phase {
        self.phases.get(row).copied().unwrap_or(Phase::After)
    }

    /// Makes the next row if it is due by now and shows this state, which stands in the scratch buffer.
    fn row_of(&mut self, phase: Phase, time: f64) {
        if self.grid.get(self.next).is_some_and(|at| *at <= time) && self.phase(self.next) == phase {
            self.row(time);
            self.next += 1;
        }
    }

    /// Measures signs every so often.
    pub fn measure_every(&mut self, gap: f64) {
        self.measured.gap = gap;
    }

    /// The start of the run, after what is due then; `untouched` are states and held values before that, `arrived` those
    /// between, if something was on its way.
    pub fn begin(&mut self, time: f64, untouched: Values<'_>, arrived: Option<Values<'_>>, (y, held): Values<'_>) {
        self.hold(untouched.1);
        self.outputs_at(time, untouched.0);
        self.end_points.begin(time, &self.scratch.end_points[1]);
        self.scratch.end_points.swap(0, 1);
        self.row_of(Phase::Before, time);
        self.stand(arrived.unwrap_or(untouched));
        self.row_of(Phase::Arrived, time);
        self.measured.start = time;
        self.stand((y, held));
        self.row_of(Phase::After, time);
        self.outputs_at(time, y);
        if let Some(exposure) = &mut self.exposure {
            exposure.begin(time, &self.scratch.after);
        }
        let [before, after] = &self.scratch.end_points;
        self.end_points.border(time, before, after);
    }

    /// A border at which the state or held values changed; `arrived` are those after what was on its way, if anything was.
    pub fn border(&mut self, time: f64, before: &[f64], arrived: Option<Values<'_>>, (after, held): Values<'_>) {
        self.outputs_at(time, before);
        self.scratch.before.copy_from_slice(&self.scratch.after);
        self.scratch.end_points.swap(0, 1);
        self.hold(held);
        self.outputs_at(time, after);
        if let Some(exposure) = &mut self.exposure {
            exposure.border(time, &self.scratch.before, &self.scratch.after);
        }
        let [old, new] = &self.scratch.end_points;
        self.end_points.border(time, old, new);
        if self.per_step > 0 {
            // Figures show both: a jump stands upright.
            if old != new || self.scratch.before != self.scratch.after {
                self.row(time);
            }
            return;
        }
        // Rows of this time, perhaps another rounding of it, as far as they show something later than the state before it.
        let rows = self.trajectory.time.iter().rev().take_while(|row| same_time(**row, time)).count();
        let first = self.trajectory.time.len() - rows;
        let last = if arrived.is_some() { Phase::Before } else { Phase::Arrived };
        let stay = (first..first + rows).take_while(|row| self.phase(*row) <= last).count();
        let times = self.trajectory.time.split_off(first + stay);
        self.trajectory.values.truncate(self.trajectory.time.len() * self.trajectory.columns.len());
        for (place, row) in times.into_iter().enumerate() {
            match (self.phase(first + stay + place), arrived) {
                (Phase::Arrived, Some(arrived)) => self.stand(arrived),
                _ => self.stand((after, held)),
            }
            self.row(row);
        }
        self.stand((after, held));
    }

    /// Takes states and held values for the next rows.
    fn stand(&mut self, (y, held): Values<'_>) {
        self.hold(held);
        self.scratch.y.copy_from_slice(y);
    }

    /// The trajectory so far; the exposure to `time`, one a declared output, and the end points of the model; and what was
    /// measured of the signs.
    pub fn finish(mut self, time: f64) -> (Trajectory, (Vec<Exposure>, Vec<EndPointOutcome>), Measurements) {
        let exposure = self.exposure.as_mut().map_or_else(Vec::new, |exposure| exposure.finish(time));
        (self.trajectory, (exposure, self.end_points.finish(time)), self.measured.rows)
    }

    /// Times of the rows so far.
    pub fn times(&self) -> &[f64] {
        &self.trajectory.time
    }

    /// Whether rows show both sides of jumps instead of the one after.
    pub fn shows_both_sides(&self) -> bool {
        self.per_step > 0
    }

    /// The exposure so far.
    pub fn exposure(&self) -> Option<&ExposureRecorder> {
        self.exposure.as_ref()
    }

    fn hold(&mut self, held: &[f64]) {
        for (slot, value) in held.iter().enumerate() {
            self.scratch.workspace.set_held(slot, 0, *value);
        }
    }

    /// Adds a row for the state in the scratch buffer.
    fn row(&mut self, time: f64) {
        let scratch = &mut self.scratch;
        scratch.evaluate(self.compiled, time);
        let states = scratch.y.iter().zip(&self.state_units).map(|(value, unit)| unit.from_canonical(*value));
        let outputs = self.printed.iter().map(|&at| self.output_units[at].from_canonical(scratch.outputs[at].get(0)));
        scratch.row.clear();
        scratch.row.extend(states.chain(outputs));
        self.trajectory.push(time, &scratch.row);
    }

    fn outputs_at(&mut self, time: f64, y: &[f64]) {
        let scratch = &mut self.scratch;
        scratch.y.copy_from_slice(y);
        scratch.evaluate(self.compiled, time);
        for at in 0..self.outputs {
            scratch.after[at] = self.output_units[at].from_canonical(scratch.outputs[at].get(0));
        }
        let followed = self.compiled.end_points.iter().zip(&self.end_point_units);
        for (value, (&output, unit)) in scratch.end_points[1].iter_mut().zip(followed) {
            *value = unit.from_canonical(scratch.outputs[output].get(0));
        }
    }
}

impl Scratch {
    /// Outputs at the state in `y`.
    fn evaluate(&mut self, compiled: &Compiled, time: f64) {
        for (lane, value) in self.lanes.iter_mut().zip(&self.y) {
            *lane = One::splat(*value);
        }
        compiled.program.outputs(&mut self.workspace, One::splat(time), &self.lanes, &mut self.outputs);
    }
}

impl<S: Scalar> Sink<S> for Recorder<'_> {
    fn piece(&mut self, _lane: usize, piece: &Piece<'_, S>) {
        loop {
            let early = self.phase(self.next) < Phase::After;
            let due = |time: &&f64| **time <= piece.to || (early && same_time(**time, piece.to));
            let Some(&time) = self.grid.get(self.next).filter(due) else { break };
            piece.eval(time.min(piece.to), &mut self.scratch.y);
            self.row(time);
            self.next += 1;
        }
        let parts = self.per_step * piece.steps();
        for part in 1..=parts {
            let share = part as f64 / parts as f64;
            let time = if part == parts { piece.to } else { piece.from + (piece.to - piece.from) * share };
            piece.eval(time, &mut self.scratch.y);
            self.row(time);
        }
        loop {
            let measured = &mut self.measured;
            let time = measured.start + (measured.rows.len() + 1) as f64 * measured.gap;
            if time > piece.to {
                break;
            }
            piece.eval(time, &mut self.scratch.y);
            self.scratch.evaluate(self.compiled, time);
            let values = self.compiled.readings.iter().map(|(_, output)| self.scratch.outputs[*output].get(0));
            measured.rows.push((time, values.collect()));
        }
        let (scratch, compiled) = (&mut self.scratch, self.compiled);
        let units = &self.end_point_units;
        self.end_points.piece(piece.from, piece.to, &mut |time, values| {
            piece.eval(time, &mut scratch.y);
            scratch.evaluate(compiled, time);
            for (value, (&output, unit)) in values.iter_mut().zip(compiled.end_points.iter().zip(units)) {
                *value = unit.from_canonical(scratch.outputs[output].get(0));
            }
        });
        let Some(exposure) = &mut self.exposure else { return };
        let (units, count) = (&self.output_units, self.outputs);
        exposure.piece(piece.from, piece.to, &mut |time, values| {
            piece.eval(time, &mut scratch.y);
            scratch.evaluate(compiled, time);
            for at in 0..count {
                values[at] = units[at].from_canonical(scratch.outputs[at].get(0));
            }
        });
    }
}

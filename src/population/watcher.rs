//! What is noted of patients while they run side by side: rows at the output times and exposure.

use crate::compile::{Compiled, Workspace};
use crate::crs::Course;
use crate::integrate::{Piece, SideBySide, Sink};
use crate::model::Model;
use crate::numeric::{InstructionSet, Kernel, Lanes, Scalar, apart};
use crate::outcome::{EndPointOutcome, EndPointRecorder, Exposure, Recorder, SAMPLES, Shapes, shapes};
use crate::regimen::same_time;
use crate::simulate::{Controller, Decision, Departure, Event, Happened, Plan, Prepared, Stopped, Watcher};
use crate::unit::Conversion;

/// What a patient leaves behind.
#[derive(Debug)]
pub(super) struct Left<'a> {
    /// What stopped it before the end, if anything did.
    pub stopped: Option<Stopped>,
    /// When it left, in the time unit of the model.
    pub time: f64,
    /// One an output.
    pub exposure: Vec<Exposure>,
    /// Those that the model declares.
    pub end_points: Vec<EndPointOutcome>,
    /// Outputs at the output times, one row a time; rows not reached are missing, those before its start are NaN.
    pub rows: &'a [f64],
    /// The same before the records of the times at which this is wanted.
    pub arrived: &'a [f64],
    pub events: Vec<Event>,
    pub decisions: Vec<Decision>,
    pub courses: Vec<Course>,
}

/// The grid of rows that show the state before the records of their time.
const ARRIVED: usize = 1;

/// Watches the lanes of one crew.
pub(super) struct Notes<'p, const N: usize, F> {
    plan: &'p Plan,
    /// Output times, and those at which rows show the state before the records of that time.
    grids: [&'p [f64]; 2],
    outputs: usize,
    sampler: Sampler<'p, N>,
    lanes: Vec<LaneNotes>,
    /// Each output of all lanes at the samples of a piece, and what they come to.
    samples: Vec<[Lanes<N>; SAMPLES]>,
    shapes: Vec<Shapes<Lanes<N>>>,
    row: Vec<Lanes<N>>,
    /// Takes each patient's number and what it leaves.
    leave: F,
}

struct LaneNotes {
    patient: u64,
    exposure: Recorder,
    end_points: EndPointRecorder,
    /// Rows of each grid, and the next time of it.
    rows: [Vec<f64>; 2],
    next: [usize; 2],
    before: Vec<f64>,
    after: Vec<f64>,
}

impl<'p, const N: usize, F: FnMut(u64, Left<'_>)> Notes<'p, N, F> {
    pub fn new(prepared: &'p Prepared<'p>, instructions: InstructionSet, leave: F) -> Self {
        let (model, plan) = (prepared.model(), &prepared.plan);
        let (grids, window) = ([&prepared.grid[..], &prepared.arrived[..]], plan.window());
        let limits: Vec<Option<f64>> = model.outputs.iter().map(|output| output.lloq).collect();
        let outputs = limits.len();
        let points: Vec<_> = model.end_points.iter().map(|point| (point.side, point.threshold)).collect();
        let followed = outputs + points.len();
        let lane = || LaneNotes {
            patient: 0,
            exposure: Recorder::new(&limits, window),
            end_points: EndPointRecorder::new(&points, window)
                .after(model.end_points.iter().map(|point| point.relapse_of)),
            rows: grids.map(|grid| Vec::with_capacity(grid.len() * outputs)),
            next: [0; 2],
            before: vec![0.0; followed],
            after: vec![0.0; followed],
        };
        Self {
            plan,
            grids,
            outputs,
            sampler: Sampler::new(model, &plan.compiled, instructions),
            lanes: (0..N).map(|_| lane()).collect(),
            samples: vec![[Lanes::default(); SAMPLES]; followed],
            shapes: vec![shapes(&[Lanes::default(); SAMPLES]); outputs],
            row: vec![Lanes::default(); followed],
            leave,
        }
    }

    /// Rows at the times of a grid within the pieces, side by side as long as any lane has one.
    fn rows(&mut self, grid: usize, pieces: &SideBySide<'_, Lanes<N>>) {
        let mut times = [0.0; N];
        loop {
            let mut due = [false; N];
            for (lane, piece) in pieces.iter() {
                // What shows the state before a border may be another rounding of its time.
                let within = |time: &&f64| **time <= piece.to || (grid == ARRIVED && same_time(**time, piece.to));
                let next = self.grids[grid].get(self.lanes[lane].next[grid]).filter(within);
                due[lane] = next.is_some();
                times[lane] = next.map_or(piece.to, |time| time.min(piece.to));
            }
            if due == [false; N] {
                return;
            }
            self.sampler.at(pieces, &times, &mut self.row);
            for (lane, notes) in self.lanes.iter_mut().enumerate().filter(|(lane, _)| due[*lane]) {
                notes.rows[grid].extend(self.row[..self.outputs].iter().map(|value| value.get(lane)));
                notes.next[grid] += 1;
            }
        }
    }

    fn exposures(&mut self, pieces: &SideBySide<'_, Lanes<N>>) {
        let outputs = self.outputs;
        if self.row.is_empty() {
            return;
        }
        let mut wanted: [Option<[f64; SAMPLES]>; N] = [None; N];
        let mut times = [0.0; N];
        for (lane, piece) in pieces.iter() {
            wanted[lane] = self.lanes[lane].exposure.times(piece.from, piece.to);
        }
        for sample in 0..SAMPLES {
            for (lane, piece) in pieces.iter() {
                times[lane] = wanted[lane].as_ref().map_or(piece.to, |times| times[sample]);
            }
            self.sampler.at(pieces, &times, &mut self.row);
            for (all, value) in self.samples.iter_mut().zip(&self.row) {
                all[sample] = *value;
            }
        }
        self.sampler.instructions.run(SumUp { samples: &self.samples[..outputs], shapes: &mut self.shapes });
        for (lane, piece) in pieces.iter() {
            let Self { sampler, samples, shapes, lanes, .. } = self;
            let LaneNotes { exposure, end_points, .. } = &mut lanes[lane];
            let mut eval = |time: f64, values: &mut [f64]| sampler.one(lane, &piece, time, 0, values);
            match &wanted[lane] {
                Some(times) => {
                    let sample = |row: usize, output: usize| samples[output][row].get(lane);
                    exposure.piece_sampled(times, |output| shapes[output].of(lane), sample, &mut eval);
                }
                None => exposure.piece(piece.from, piece.to, &mut eval),
            }
            let mut eval = |time: f64, values: &mut [f64]| sampler.one(lane, &piece, time, outputs, values);
            match &wanted[lane] {
                Some(times) => {
                    let sample = |row: usize, point: usize| samples[outputs + point][row].get(lane);
                    end_points.piece_sampled(times, sample, &mut eval);
                }
                None => end_points.piece(piece.from, piece.to, &mut eval),
            }
        }
    }
}

/// The shapes of all outputs in all lanes.
struct SumUp<'a, const N: usize> {
    samples: &'a [[Lanes<N>; SAMPLES]],
    shapes: &'a mut [Shapes<Lanes<N>>],
}

impl<const N: usize> Kernel for SumUp<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (shape, samples) in self.shapes.iter_mut().zip(self.samples).inspect(apart) {
            *shape = shapes(samples);
        }
    }
}

impl<const N: usize, F: FnMut(u64, Left<'_>)> Sink<Lanes<N>> for Notes<'_, N, F> {
    fn piece(&mut self, _lane: usize, _piece: &Piece<'_, Lanes<N>>) {
        unreachable!("pieces come side by side");
    }

    fn pieces(&mut self, pieces: &SideBySide<'_, Lanes<N>>) {
        self.rows(0, pieces);
        if !self.grids[ARRIVED].is_empty() {
            self.rows(ARRIVED, pieces);
        }
        self.exposures(pieces);
    }
}

impl<const N: usize, F: FnMut(u64, Left<'_>)> Watcher<N> for Notes<'_, N, F> {
    fn begin(&mut self, lane: usize, patient: u64, time: f64, controller: &Controller<'_>, y: &[f64]) {
        let notes = &mut self.lanes[lane];
        notes.patient = patient;
        let window = controller.plan().window();
        notes.exposure.set_window(window);
        notes.end_points.set_window(window);
        for (grid, (rows, next)) in self.grids.iter().zip(notes.rows.iter_mut().zip(&mut notes.next)) {
            // Times before its start, where others start earlier.
            *next = grid.partition_point(|at| *at < time && !same_time(*at, time));
            rows.clear();
            rows.resize(*next * self.outputs, f64::NAN);
        }
        let (states, held) = controller.untouched();
        self.sampler.seat(lane, controller.parameters(), held);
        let untouched: Vec<f64> = states.iter().map(|value| value.get(0)).collect();
        self.sampler.state(lane, time, &untouched, 0, &mut notes.before);
        notes.end_points.begin(time, &notes.before[self.outputs..]);
        if self.grids[ARRIVED].get(notes.next[ARRIVED]).is_some_and(|at| *at <= time) {
            match controller.arrived() {
                Some((states, held)) => {
                    self.sampler.hold(lane, held);
                    let states: Vec<f64> = states.iter().map(|value| value.get(0)).collect();
                    self.sampler.state(lane, time, &states, 0, &mut notes.after);
                    notes.rows[ARRIVED].extend_from_slice(&notes.after[..self.outputs]);
                }
                None => notes.rows[ARRIVED].extend_from_slice(&notes.before[..self.outputs]),
            }
            notes.next[ARRIVED] += 1;
        }
        self.sampler.hold(lane, controller.held());
        self.sampler.state(lane, time, y, 0, &mut notes.after);
        if self.grids[0].get(notes.next[0]).is_some_and(|at| *at <= time) {
            notes.rows[0].extend_from_slice(&notes.after[..self.outputs]);
            notes.next[0] += 1;
        }
        notes.exposure.begin(time, &notes.after[..self.outputs]);
        notes.end_points.border(time, &notes.before[self.outputs..], &notes.after[self.outputs..]);
    }

    fn changed(&mut self, lane: usize, time: f64, before: &[f64], after: &[f64], controller: &Controller<'_>) {
        let notes = &mut self.lanes[lane];
        self.sampler.state(lane, time, before, 0, &mut notes.before);
        if let Some((states, held)) = controller.arrived().filter(|_| notes.next[ARRIVED] > 0) {
            let at = notes.next[ARRIVED] - 1;
            if same_time(self.grids[ARRIVED][at], time) {
                self.sampler.hold(lane, held);
                let states: Vec<f64> = states.iter().map(|value| value.get(0)).collect();
                self.sampler.state(lane, time, &states, 0, &mut notes.after);
                notes.rows[ARRIVED][at * self.outputs..].copy_from_slice(&notes.after[..self.outputs]);
            }
        }
        self.sampler.hold(lane, controller.held());
        self.sampler.state(lane, time, after, 0, &mut notes.after);
        notes.exposure.border(time, &notes.before[..self.outputs], &notes.after[..self.outputs]);
        notes.end_points.border(time, &notes.before[self.outputs..], &notes.after[self.outputs..]);
        // Rows of this time, perhaps another rounding of it, show the state after.
        let (mut at, grid) = (notes.next[0], self.grids[0]);
        while at > 0 && same_time(grid[at - 1], time) {
            at -= 1;
            self.sampler.state(lane, grid[at], after, 0, &mut notes.after);
            notes.rows[0][at * self.outputs..][..self.outputs].copy_from_slice(&notes.after[..self.outputs]);
        }
    }

    fn finish(&mut self, lane: usize, end: Departure<'_>) {
        let notes = &mut self.lanes[lane];
        let exposure = notes.exposure.finish(end.time);
        let Happened { events, panel, decisions, .. } = end.controller.finish();
        let courses = panel.map_or_else(Vec::new, |panel| panel.finish(self.plan.to_days(end.time)));
        let courses = self.plan.reported(courses);
        let end_points = notes.end_points.finish(end.time);
        let left = Left {
            stopped: end.stopped,
            time: end.time,
            exposure,
            end_points,
            rows: &notes.rows[0],
            arrived: &notes.rows[ARRIVED],
            events,
            decisions,
            courses,
        };
        (self.leave)(notes.patient, left);
    }
}

/// Outputs in the units of the model.
struct Sampler<'p, const N: usize> {
    compiled: &'p Compiled,
    workspace: Workspace<Lanes<N>>,
    /// The outputs, then what end points follow: number of the output, and unit.
    followed: Vec<(usize, Conversion)>,
    instructions: InstructionSet,
    y: Vec<Lanes<N>>,
    outputs: Vec<Lanes<N>>,
    states: Vec<f64>,
}

impl<'p, const N: usize> Sampler<'p, N> {
    fn new(model: &Model, compiled: &'p Compiled, instructions: InstructionSet) -> Self {
        let outputs = model.outputs.iter().map(|output| model.scales.conversion(&output.unit)).enumerate();
        let units = model.end_points.iter().map(|point| model.scales.conversion(point.output(model).1));
        let points = compiled.end_points.iter().copied().zip(units);
        Self {
            compiled,
            workspace: compiled.program.workspace().with_instructions(instructions),
            followed: outputs.chain(points).collect(),
            instructions,
            y: vec![Lanes::default(); compiled.program.states()],
            outputs: vec![Lanes::default(); compiled.program.outputs_count()],
            states: vec![0.0; compiled.program.states()],
        }
    }

    /// A patient takes the lane.
    fn seat(&mut self, lane: usize, parameters: &[Lanes<1>], held: &[Lanes<1>]) {
        for (slot, value) in parameters.iter().enumerate() {
            self.workspace.set_parameter(slot, lane, value.get(0));
        }
        self.hold(lane, held);
    }

    fn hold(&mut self, lane: usize, held: &[Lanes<1>]) {
        for (slot, value) in held.iter().enumerate() {
            self.workspace.set_held(slot, lane, value.get(0));
        }
    }

    /// The outputs of all lanes, each at its own time.
    fn at(&mut self, pieces: &SideBySide<'_, Lanes<N>>, times: &[f64; N], outputs: &mut [Lanes<N>]) {
        pieces.eval(times, &mut self.y);
        self.compiled.program.outputs(&mut self.workspace, Lanes(*times), &self.y, &mut self.outputs);
        self.instructions.run(Convert { followed: &self.followed, from: &self.outputs, to: outputs });
    }

    /// What is followed from number `first` on, of one lane at a time of its piece.
    fn one(&mut self, lane: usize, piece: &Piece<'_, Lanes<N>>, time: f64, first: usize, outputs: &mut [f64]) {
        let mut states = std::mem::take(&mut self.states);
        piece.eval(time, &mut states);
        self.state(lane, time, &states, first, outputs);
        self.states = states;
    }

    /// The same at a state.
    fn state(&mut self, lane: usize, time: f64, states: &[f64], first: usize, outputs: &mut [f64]) {
        for (wide, value) in self.y.iter_mut().zip(states) {
            wide.set(lane, *value);
        }
        self.compiled.program.outputs(&mut self.workspace, Lanes([time; N]), &self.y, &mut self.outputs);
        for (value, (output, unit)) in outputs.iter_mut().zip(&self.followed[first..]) {
            *value = unit.from_canonical(self.outputs[*output].get(lane));
        }
    }
}

/// [`Conversion::from_canonical`] in all lanes.
struct Convert<'a, const N: usize> {
    followed: &'a [(usize, Conversion)],
    from: &'a [Lanes<N>],
    to: &'a mut [Lanes<N>],
}

impl<const N: usize> Kernel for Convert<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let number = Lanes::<N>::splat;
        for (to, (output, unit)) in self.to.iter_mut().zip(self.followed).inspect(apart) {
            *to = self.from[*output] * number(unit.divisor) / number(unit.multiple) + number(unit.offset);
        }
    }
}

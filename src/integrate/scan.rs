//! Looking through accepted steps for borders.

use crate::numeric::{Kernel, Mask, Scalar, apart};

use super::batch::{Batch, Scratch};
use super::border::{Border, Cause};
use super::lane::{CELLS, Lane, Phase};
use super::locate::{Sample, crossing};
use super::piece::{Curve, Part, SideBySide, Sink, gather, lanes_where};
use super::system::System;

impl<S: Scalar, Y: System<S>> Batch<S, Y> {
    /// Delivers what was accepted up to the next border, or to the end of the step.
    pub(super) fn scan_lanes(&mut self, sink: &mut (impl Sink<S> + ?Sized), borders: &mut Vec<Border>) {
        self.sample();
        let mut parts = std::mem::take(&mut self.scratch.parts);
        parts.clear();
        for lane in 0..S::LANES {
            if self.lanes[lane].phase != Phase::Scanning {
                continue;
            }
            let (time, cause) = match self.next_border(lane) {
                Some((time, cause)) => (time, Some(cause)),
                None => {
                    let at = &self.lanes[lane];
                    (at.t, (at.t == at.until).then_some(Cause::Until))
                }
            };
            let at = &self.lanes[lane];
            if time > at.position {
                parts.push(Part { lane, step: (at.from, at.t), part: (at.position, time) });
            }
            let at = &mut self.lanes[lane];
            at.position = time;
            at.phase = Phase::Stepping;
            if let Some(cause) = cause {
                at.phase = Phase::Paused;
                at.counters.borders += 1;
                borders.push(Border { lane, time, cause });
            }
        }
        if !parts.is_empty() {
            sink.pieces(&SideBySide { parts: &parts, curve: &self.curve });
        }
        self.scratch.parts = parts;
    }

    /// The next border inside a lane's accepted step.
    fn next_border(&mut self, lane: usize) -> Option<(f64, Cause)> {
        if self.lanes[lane].conditions.any {
            self.refresh(lane);
            while self.lanes[lane].conditions.cell < CELLS {
                self.search_cell(lane);
                let at = &mut self.lanes[lane];
                let conditions = &mut at.conditions;
                let mut first = (f64::INFINITY, 0);
                for (index, &time) in conditions.next.iter().enumerate() {
                    if conditions.watched[index] && time < first.0 {
                        first = (time, index);
                    }
                }
                let end = cell_time(at.from, at.t, conditions.cell + 1);
                if at.wake < first.0 && at.wake <= end {
                    return Some(woken(at));
                }
                if first.0.is_finite() {
                    let (time, index) = first;
                    let rising = !conditions.holds[index];
                    conditions.holds[index] = rising;
                    conditions.searched[index] = time;
                    conditions.next[index] = f64::NAN;
                    return Some((time, Cause::Condition { index, rising }));
                }
                conditions.enter(conditions.cell + 1, end);
            }
        }
        let at = &mut self.lanes[lane];
        (at.wake <= at.t).then(|| woken(at))
    }

    /// Takes the truth of conditions not known yet, at the lane's position.
    fn refresh(&mut self, lane: usize) {
        let conditions = &self.lanes[lane].conditions;
        let wanted = conditions.fresh.iter().zip(&conditions.watched).any(|(&fresh, &watched)| fresh && watched);
        if !wanted {
            return;
        }
        let position = self.lanes[lane].position;
        self.probe(lane, position);
        let at = &mut self.lanes[lane];
        let conditions = &mut at.conditions;
        if conditions.fresh.iter().zip(&conditions.watched).all(|(&fresh, &watched)| fresh || !watched) {
            // Nothing was looked for so far: skip what lies behind.
            let behind = (0..CELLS).take_while(|&cell| cell_time(at.from, at.t, cell + 1) <= position).count();
            conditions.enter(behind, position);
        }
        for index in 0..conditions.watched.len() {
            if conditions.fresh[index] && conditions.watched[index] {
                conditions.fresh[index] = false;
                conditions.holds[index] = self.scratch.g[index].get(lane) > 0.0;
                conditions.searched[index] = position;
                conditions.next[index] = f64::NAN;
            }
        }
    }

    /// Finds where each watched condition next changes in a lane's present cell.
    fn search_cell(&mut self, lane: usize) {
        let at = &self.lanes[lane];
        let cell = at.conditions.cell;
        let (from, to) = (cell_time(at.from, at.t, cell), cell_time(at.from, at.t, cell + 1));
        let tolerance = 1e-13 * (at.t - at.from);
        for index in 0..at.conditions.watched.len() {
            let conditions = &self.lanes[lane].conditions;
            if !conditions.watched[index] || !conditions.next[index].is_nan() {
                continue;
            }
            let holds = conditions.holds[index];
            let searched = conditions.searched[index];
            let end = |time: f64, (g, dg): (f64, f64)| Sample { time, g, dg };
            let start = end(from, conditions.sample(cell, index));
            let stop = end(to, conditions.sample(cell + 1, index));
            let start = if searched > from { self.probe_one(lane, index, searched) } else { start };
            let found = crossing(holds, start, stop, tolerance, |time| self.probe_one(lane, index, time));
            self.lanes[lane].conditions.next[index] = found.unwrap_or(f64::INFINITY);
        }
    }

    /// Samples the conditions at the ends of all cells of steps accepted just now.
    fn sample(&mut self) {
        let wanted =
            |at: &Lane| at.phase == Phase::Scanning && at.conditions.any && !at.conditions.sampled && at.t > at.from;
        if !self.lanes.iter().any(wanted) {
            return;
        }
        for end in 0..=CELLS {
            for (lane, at) in self.lanes.iter().enumerate() {
                self.scratch.times[lane] = if wanted(at) { cell_time(at.from, at.t, end) } else { at.t };
            }
            self.evaluate();
            for (lane, at) in self.lanes.iter_mut().enumerate() {
                if !wanted(at) {
                    continue;
                }
                let count = self.scratch.g.len();
                for index in 0..count {
                    let pair = (self.scratch.g[index].get(lane), self.scratch.dg[index].get(lane));
                    at.conditions.samples[end * count + index] = pair;
                }
                at.counters.conditions += 1;
            }
        }
        for at in self.lanes.iter_mut().filter(|at| wanted(at)) {
            at.conditions.sampled = true;
        }
    }

    fn probe_one(&mut self, lane: usize, index: usize, time: f64) -> Sample {
        self.probe(lane, time);
        Sample { time, g: self.scratch.g[index].get(lane), dg: self.scratch.dg[index].get(lane) }
    }

    /// Evaluates all conditions of a lane at a time of its last accepted step.
    pub(super) fn probe(&mut self, lane: usize, time: f64) {
        self.lanes[lane].counters.conditions += 1;
        for (other, at) in self.lanes.iter().enumerate() {
            self.scratch.times[other] = if other == lane { time } else { at.t };
        }
        self.evaluate();
    }

    /// Evaluates all conditions, each lane at its own time: on the curve of its last step, or where it was begun.
    fn evaluate(&mut self) {
        let Self { system, workspace, lanes, y, curve, scratch, options, .. } = self;
        let times = &scratch.times;
        let on_curve: S::Mask = lanes_where(S::LANES, |lane| lanes[lane].from < lanes[lane].t);
        let length = |lane: usize| if on_curve.get(lane) { lanes[lane].t - lanes[lane].from } else { 1.0 };
        let s: S::Value = gather(S::LANES, |lane| {
            if times[lane] == lanes[lane].t { 1.0 } else { (times[lane] - lanes[lane].from) / length(lane) }
        });
        let t: S::Value = gather(S::LANES, |lane| times[lane]);
        let length = gather(S::LANES, length);
        let Scratch { y: states, slope: slopes, .. } = scratch;
        options.instructions.run(Along { curve, at: (s, t, length), on_curve, begun: y, states, slopes });
        let Scratch { y, slope, g, dg, .. } = scratch;
        system.evaluate_conditions(workspace, S::constant(t), y, slope, g, dg);
    }
}

/// States and slopes along the last steps; where a lane has none, its states as it was begun.
struct Along<'a, S: Scalar> {
    curve: &'a Curve<S>,
    /// Part of the step, time, length of the step.
    at: (S::Value, S::Value, S::Value),
    on_curve: S::Mask,
    begun: &'a [S],
    states: &'a mut [S],
    slopes: &'a mut [S],
}

impl<S: Scalar> Kernel for Along<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { curve, at: (s, t, length), on_curve, begun, states, slopes } = self;
        curve.eval(s, t, states);
        curve.slope(s, t, length, slopes);
        for ((state, slope), begun) in states.iter_mut().zip(slopes).zip(begun).inspect(apart) {
            *state = S::select(on_curve, *state, *begun);
            *slope = S::select(on_curve, *slope, S::default());
        }
    }
}

/// Time of the start of a cell, the end of the step for the one after the last.
fn cell_time(from: f64, to: f64, cell: usize) -> f64 {
    if cell == CELLS { to } else { from + (cell as f64 / CELLS as f64) * (to - from) }
}

fn woken(at: &mut Lane) -> (f64, Cause) {
    let time = at.wake.max(at.position);
    at.wake = f64::INFINITY;
    (time, Cause::Wake)
}

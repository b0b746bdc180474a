//! Steady state: what is there if a dose has been given for ever.
//!
//! The state just before a record repeats from interval to interval. Where the equations are linear with coefficients at
//! rest it follows from matrix exponentials, exact to rounding (`affine`). Elsewhere intervals are integrated one after
//! the other, from nothing, until the state repeats: until the distance to what repeats, judged by how fast the changes
//! shrink, is below [`NEAR`] of each state or of its `tolerance`. Switches, covariates and the clock of the interval
//! before the record are those of the record; extinctions are not looked for.

use super::affine::Affine;
use super::controller::Controller;
use super::plan::Settled;
use crate::compile::Workspace;
use crate::integrate::{Options, System, solve};
use crate::numeric::Scalar;
use crate::regimen::same_time;

/// How near the state is to the one that repeats, relative to it.
pub const NEAR: f64 = 1e-8;
/// Relative tolerance of the integration meanwhile.
const RTOL: f64 = 1e-11;
/// Changes below this, relative to a state, may be those of the integration alone.
const NOISE: f64 = 1e-10;
/// Most intervals that are tried.
const MOST: usize = 20_000;
/// After so many intervals the changes must have shrunk, or there is no steady state.
const PATIENCE: usize = 200;
/// Most infusions of one entry that run at one time.
const OVERLAPPING: f64 = 10_000.0;

/// Why a dose has no steady state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unsteady {
    /// Index of the dose entry.
    pub entry: usize,
    /// Time of the record.
    pub time: f64,
    /// Why.
    pub reason: UnsteadyReason,
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum UnsteadyReason {
    /// The lag is longer than the interval.
    Lag {
        /// The lag, in the time unit of the model.
        lag: f64,
        /// The interval.
        interval: f64,
    },
    /// An infusion is so long that thousands run at once.
    Overlapping,
    /// A state grows without end, or never repeats.
    Grows {
        /// Its index, if one can be named.
        state: Option<usize>,
    },
    /// Not of steady state: the amount or duration of a dose is negative or no number.
    Amount {
        /// How much would arrive, canonical.
        amount: f64,
        /// How long it would take, in the time unit of the model.
        duration: f64,
    },
}

/// One stretch between changes of the infusion.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch<S> {
    pub span: S,
    /// Rate into the state of the dose.
    pub rate: S,
}

/// What repeats: arrivals at one state.
#[derive(Debug)]
pub(super) struct Cycle<S> {
    pub state: usize,
    /// What arrives at once at the start of each interval.
    pub jump: S,
    /// From an arrival to the next; a lone stretch at one rate is an infusion without end.
    pub interval: Vec<Stretch<S>>,
    /// From the last arrival to the record; none if it stands just before the next.
    pub until_record: Option<Vec<Stretch<S>>>,
}

impl<S: Scalar> Cycle<S> {
    /// Infusions of one dose an interval, the last of which arrived `interval - lag` before the record.
    fn new(settled: &Settled<S>, state: usize, interval: f64) -> Self {
        let &Settled { amount, duration, lag, .. } = settled;
        let whole = S::splat(interval);
        if duration.get(0) <= 0.0 {
            let quiet = |span| vec![Stretch { span, rate: S::default() }];
            let until_record = (lag.get(0) > 0.0).then(|| quiet(whole - lag));
            return Self { state, jump: amount, interval: quiet(whole), until_record };
        }
        // So many still run when the next begins, and the last of them ends after `rest`.
        let overlapping = (duration.get(0) / interval * (1.0 + 4.0 * f64::EPSILON)).floor();
        let rest = duration - S::splat(overlapping * interval);
        let rate = amount / duration;
        let (high, low) = (rate * S::splat(overlapping + 1.0), rate * S::splat(overlapping));
        let until = |phase: S| {
            if phase.get(0) <= rest.get(0) {
                return vec![Stretch { span: phase, rate: high }];
            }
            vec![Stretch { span: rest, rate: high }, Stretch { span: phase - rest, rate: low }]
        };
        let until_record = (lag.get(0) > 0.0).then(|| until(whole - lag));
        Self { state, jump: S::default(), interval: until(whole), until_record }
    }

    /// An infusion that never ends, looked at in spans of some length.
    fn endless(rate: S, state: usize, span: f64) -> Self {
        let interval = vec![Stretch { span: S::splat(span), rate }];
        Self { state, jump: S::default(), interval, until_record: None }
    }

    /// The same without anything given.
    fn undosed(&self) -> Self {
        let quiet = |list: &[Stretch<S>]| list.iter().map(|one| Stretch { rate: S::default(), ..*one }).collect();
        let until_record = self.until_record.as_deref().map(quiet);
        Self { state: self.state, jump: S::default(), interval: quiet(&self.interval), until_record }
    }
}

/// How long infusions of earlier doses run on after the record.
fn still_running<S: Scalar>(settled: &Settled<S>, interval: f64) -> Vec<S> {
    let left = |k: u32| settled.lag + settled.duration - S::splat(f64::from(k) * interval);
    let least = 64.0 * f64::EPSILON * (settled.duration.get(0) + interval);
    (1..).map(left).take_while(|left| left.get(0) > least).filter(|_| settled.duration.get(0) > 0.0).collect()
}

impl<S: Scalar> Controller<'_, S> {
    /// Puts the states to what they are at a record whose dose has been given for ever; the dose itself acts apart.
    pub(super) fn settle(&mut self, settled: &Settled<S>, time: S, y: &mut [S]) {
        let Some(state) = self.plan.compiled.doses[settled.entry].state else { return };
        if let Err(reason) = self.try_to_settle(settled, state, time, y) {
            self.unsteady = Some(Unsteady { entry: settled.entry, time: time.get(0), reason });
        }
    }

    fn try_to_settle(
        &mut self,
        settled: &Settled<S>,
        state: usize,
        time: S,
        y: &mut [S],
    ) -> Result<(), UnsteadyReason> {
        let &Settled { amount, duration, lag, .. } = settled;
        if !settled.adds {
            self.end_infusions();
            for slot in self.plan.compiled.held.alive.iter().flatten() {
                self.hold(*slot, S::splat(1.0));
            }
        }
        let (cycle, running) = match settled.interval {
            None => (Cycle::endless(amount, state, self.plan.from_days(1.0)), Vec::new()),
            Some(interval) => {
                if lag.get(0) > interval && !same_time(lag.get(0), interval) {
                    return Err(UnsteadyReason::Lag { lag: lag.get(0), interval });
                }
                if duration.get(0) / interval > OVERLAPPING {
                    return Err(UnsteadyReason::Overlapping);
                }
                (Cycle::new(settled, state, interval), still_running(settled, interval))
            }
        };
        let repeating = self.repeating(&cycle, time, settled.adds)?;
        for (y, value) in y.iter_mut().zip(repeating) {
            *y = if settled.adds { *y + value } else { value };
        }
        for left in running {
            self.begin_infusion(settled.entry, state, amount / duration, time + left);
        }
        Ok(())
    }

    /// The state at the record; of doses alone if it is to be added.
    fn repeating(&mut self, cycle: &Cycle<S>, time: S, adds: bool) -> Result<Vec<S>, UnsteadyReason> {
        if self.plan.compiled.program.is_affine() {
            let mut inputs = self.inputs();
            return Affine::new(&self.plan.compiled.program, &mut inputs, time, adds).repeating(cycle);
        }
        let varies = cycle.interval.iter().chain(cycle.until_record.iter().flatten()).any(|one| one.span.varies());
        self.moved.undefined |= S::ORDER > 1 && varies;
        let dosed = self.iterated(cycle, time)?;
        if !adds {
            return Ok(dosed);
        }
        // What there would be without doses is there already.
        let own = self.iterated(&cycle.undosed(), time)?;
        Ok(dosed.into_iter().zip(own).map(|(dosed, own)| dosed - own).collect())
    }

    /// Parameters and held values, without infusions.
    fn inputs(&self) -> Workspace<S> {
        let compiled = &self.plan.compiled;
        let mut inputs = compiled.program.workspace::<S>();
        for (slot, value) in self.parameters().iter().enumerate() {
            inputs.set_parameter_scalar(slot, *value);
        }
        for (slot, value) in self.held().iter().enumerate() {
            inputs.set_held_scalar(slot, *value);
        }
        for slot in compiled.held.infusions.iter().flatten() {
            inputs.set_held_scalar(*slot, S::default());
        }
        inputs
    }

    /// Interval after interval from nothing, until the state repeats.
    fn iterated(&self, cycle: &Cycle<S>, time: S) -> Result<Vec<S>, UnsteadyReason> {
        let magnitudes = &self.plan.magnitudes;
        let mut y = vec![S::default(); magnitudes.len()];
        let (mut last, mut long_ago) = (f64::INFINITY, f64::INFINITY);
        let (mut slowest, mut done) = (None, false);
        for n in 1..=MOST {
            let mut next = y.clone();
            next[cycle.state] = next[cycle.state] + cycle.jump;
            self.along(&cycle.interval, cycle.state, time, &mut next)?;
            // The largest change, relative to the state and to its magnitude.
            let (mut change, mut step) = (0.0f64, 0.0);
            for (at, (new, old)) in next.iter().zip(&y).enumerate() {
                let moved = (new.get(0) - old.get(0)).abs();
                change = change.max(moved / new.get(0).abs().max(magnitudes[at]));
                if moved > step * magnitudes[at] {
                    (step, slowest) = (moved / magnitudes[at], Some(at));
                }
            }
            y = next;
            // The changes still to come, if they go on shrinking as they do.
            let shrinks = (change / last).min(1.0);
            if done || change == 0.0 || (n > 1 && change * shrinks <= NEAR * (1.0 - shrinks)) {
                // Derivatives lag behind the values: as many intervals again, the values held.
                for _ in 0..if S::ORDER > 0 { n } else { 0 } {
                    let mut next = y.clone();
                    next[cycle.state] = next[cycle.state] + cycle.jump;
                    self.along(&cycle.interval, cycle.state, time, &mut next)?;
                    y.iter_mut().zip(next).for_each(|(y, next)| *y = S::splat(y.get(0)).plus_tangents(next));
                }
                if let Some(until_record) = &cycle.until_record {
                    y[cycle.state] = y[cycle.state] + cycle.jump;
                    self.along(until_record, cycle.state, time, &mut y)?;
                }
                return Ok(y);
            }
            if n % PATIENCE == 0 {
                // What no longer shrinks either is the rounding of the steps, or grows.
                let stands = step >= long_ago * (1.0 - 1e-6);
                if stands && change > NOISE {
                    break;
                }
                done |= stands;
                long_ago = step;
            }
            last = change;
        }
        Err(UnsteadyReason::Grows { state: slowest })
    }

    /// Integrates over stretches that end at the record.
    fn along(&self, stretches: &[Stretch<S>], state: usize, end: S, y: &mut Vec<S>) -> Result<(), UnsteadyReason> {
        let compiled = &self.plan.compiled;
        let total: f64 = stretches.iter().map(|stretch| stretch.span.get(0)).sum();
        let mut from = end.get(0) - total;
        for stretch in stretches.iter().filter(|stretch| stretch.span.get(0) > 0.0) {
            let mut inputs = self.inputs();
            if let Some(slot) = compiled.held.infusions[state] {
                inputs.set_held_scalar(slot, stretch.rate);
            }
            let atol = self.plan.magnitudes.iter().map(|size| RTOL * size).collect();
            let until = from + stretch.span.get(0);
            let done = solve(&compiled.program, inputs, y, (from, until), Options::new(RTOL, atol), &mut ());
            *y = done.map_err(|failure| UnsteadyReason::Grows { state: failure.state })?.state;
            if stretch.span.varies() {
                let mut inputs = self.inputs();
                if let Some(slot) = compiled.held.infusions[state] {
                    inputs.set_held_scalar(slot, stretch.rate);
                }
                let mut rates = vec![S::default(); y.len()];
                compiled.program.rates(&mut inputs, S::splat(until), y, &mut rates);
                let longer = stretch.span - S::splat(stretch.span.get(0));
                y.iter_mut().zip(rates).for_each(|(y, rate)| *y = y.plus_tangents(rate * longer));
            }
            from = until;
        }
        Ok(())
    }
}

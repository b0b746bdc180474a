//! The Dopri5 of the crate `ode_solvers` as a further method; no other file knows the crate.
//!
//! A segment is integrated at once with the crate's continuous output, then handed out step by step, so that
//! conditions, wake-ups and sinks see it as any other method. Its pitfalls are kept away from: the clock starts at
//! 0, every state is divided by its own absolute tolerance (the crate has one for all), the dense output mode is not
//! used, and a span of length 0 never gets here.

use std::cell::RefCell;
use std::collections::VecDeque;

use nalgebra::DVector;
use ode_solvers::continuous_output_model::ContinuousOutputModel;
use ode_solvers::dop_shared::{IntegrationError, OutputType};
use ode_solvers::dopri5::Dopri5;

use crate::numeric::Scalar;

use super::border::Reason;
use super::options::{Options, Stop};
use super::piece::Curve;
use super::system::System;

/// Steps computed ahead for one lane.
#[derive(Debug, Clone, Default)]
pub(super) struct Segment {
    steps: VecDeque<Step>,
    /// Why the segment ends before its end.
    reason: Option<Reason>,
    pub rates: u64,
    pub rejected: u64,
}

#[derive(Debug, Clone)]
struct Step {
    end: f64,
    from: Vec<f64>,
    to: Vec<f64>,
    k: [Vec<f64>; 3],
}

impl Segment {
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether another segment has to be computed.
    pub fn is_spent(&self) -> bool {
        self.steps.is_empty() && self.reason.is_none()
    }

    /// End of the next step.
    pub fn next_end(&self) -> Result<f64, Reason> {
        match (self.steps.front(), self.reason) {
            (Some(step), _) => Ok(step.end),
            (None, reason) => Err(reason.unwrap_or(Reason::Stopped)),
        }
    }

    /// Moves the next step into a lane's curve.
    pub fn load<S: Scalar>(&mut self, lane: usize, curve: &mut Curve<S>) {
        let Some(step) = self.steps.pop_front() else { return };
        let put = |into: &mut [S], from: &[f64]| into.iter_mut().zip(from).for_each(|(into, &x)| into.set(lane, x));
        put(&mut curve.from, &step.from);
        put(&mut curve.to, &step.to);
        curve.k.iter_mut().zip(&step.k).for_each(|(into, from)| put(into, from));
    }
}

/// Integrates one lane over a whole span.
pub(super) fn integrate<S: Scalar, Y: System<S>>(
    system: &Y,
    workspace: &mut Y::Workspace,
    options: &Options,
    lane: usize,
    (from, until): (f64, f64),
    start: Vec<f64>,
) -> Segment {
    let size = start.len();
    let work = RefCell::new(Work {
        workspace,
        y: vec![S::default(); size],
        rate: vec![S::default(); size],
        ends: Vec::new(),
        finite: true,
        rates: 0,
    });
    let scale = &options.atol;
    let problem = Problem { system, work: &work, lane, from, scale, stop: &options.stop };
    let scaled = DVector::from_iterator(size, start.iter().zip(scale).map(|(y, a)| y / a));
    // The crate bounds the mean square over the states; so bounded, each state keeps its tolerance.
    let share = 1.0 / (size as f64).sqrt();
    let span = until - from;
    let (safety, beta, smallest, largest) = (0.9, 0.04, 0.2, 10.0);
    let most = u32::try_from(options.max_steps).unwrap_or(u32::MAX);
    let mut solver = Dopri5::from_param(
        problem,
        0.0,
        span,
        span,
        scaled,
        options.rtol * share,
        share,
        safety,
        beta,
        smallest,
        largest,
        span.min(options.largest_step),
        0.0,
        most,
        1_000,
        OutputType::Continuous,
    );
    let mut output = ContinuousOutputModel::default();
    let result = solver.integrate_with_continuous_output_model(&mut output);
    drop(solver);
    let work = work.into_inner();
    let (rejected, reason) = match result {
        Ok(stats) => (u64::from(stats.rejected_steps), None),
        Err(_) if !work.finite => (0, Some(Reason::NotFinite)),
        Err(IntegrationError::MaxNumStepReached { .. }) => (0, Some(Reason::StepLimit)),
        Err(IntegrationError::StepSizeUnderflow { .. }) => (0, Some(Reason::StepSize)),
        Err(IntegrationError::StiffnessDetected { .. }) => (0, Some(Reason::Stiff)),
    };
    let mut segment = Segment { reason, rejected, rates: work.rates, ..Segment::default() };
    let (mut clock, mut time, mut y) = (0.0, from, start);
    let count = work.ends.len();
    for (n, (end, scaled_end)) in work.ends.into_iter().enumerate() {
        let to = unscaled(scaled_end.iter(), scale);
        let inner = [0.25, 0.5, 0.75].map(|s| output.evaluate(clock + s * (end - clock)));
        let [Some(a), Some(b), Some(c)] = inner else { break };
        let inner = [a, b, c].map(|y| unscaled(y.iter(), scale));
        let last = n + 1 == count && reason.is_none() && !options.stop.is_tripped();
        let k = coefficients(&y, &to, &inner);
        let end_time = if last { until } else { from + end };
        if end_time <= time {
            // The crate's clock starts at 0 and resolves what the run's clock does not.
            segment.reason = Some(Reason::StepSize);
            break;
        }
        time = end_time;
        segment.steps.push_back(Step { end: end_time, from: std::mem::replace(&mut y, to.clone()), to, k });
        clock = end;
    }
    segment
}

fn unscaled<'a>(scaled: impl Iterator<Item = &'a f64>, scale: &[f64]) -> Vec<f64> {
    scaled.zip(scale).map(|(z, a)| z * a).collect()
}

/// The curve's inner coefficients from the states at a quarter, a half and three quarters of the step.
fn coefficients(from: &[f64], to: &[f64], inner: &[Vec<f64>; 3]) -> [Vec<f64>; 3] {
    let size = from.len();
    let mut k = [vec![0.0; size], vec![0.0; size], vec![0.0; size]];
    for i in 0..size {
        let q = |y: f64, s: f64| (y - ((1.0 - s) * from[i] + s * to[i])) / (s * (1.0 - s));
        let (a, b, c) = (q(inner[0][i], 0.25), q(inner[1][i], 0.5), q(inner[2][i], 0.75));
        k[2][i] = 8.0 * (a - 2.0 * b + c);
        k[1][i] = 2.0 * (c - a) - k[2][i];
        k[0][i] = b - 0.5 * k[1][i] - 0.25 * k[2][i];
    }
    k
}

struct Work<'a, S, W> {
    workspace: &'a mut W,
    y: Vec<S>,
    rate: Vec<S>,
    /// Clock and scaled states at the end of each accepted step.
    ends: Vec<(f64, DVector<f64>)>,
    /// Whether the last rates were.
    finite: bool,
    rates: u64,
}

struct Problem<'a, 'b, S: Scalar, Y: System<S>> {
    system: &'a Y,
    work: &'a RefCell<Work<'b, S, Y::Workspace>>,
    lane: usize,
    from: f64,
    scale: &'a [f64],
    stop: &'a Stop,
}

impl<S: Scalar, Y: System<S>> ode_solvers::System<f64, DVector<f64>> for Problem<'_, '_, S, Y> {
    fn system(&self, clock: f64, scaled: &DVector<f64>, rate: &mut DVector<f64>) {
        let work = &mut *self.work.borrow_mut();
        work.rates += 1;
        for ((y, z), a) in work.y.iter_mut().zip(scaled.iter()).zip(self.scale) {
            *y = S::splat(z * a);
        }
        self.system.rates(work.workspace, S::splat(self.from + clock), &work.y, &mut work.rate);
        work.finite = true;
        for ((rate, dy), a) in rate.iter_mut().zip(&work.rate).zip(self.scale) {
            *rate = dy.get(self.lane) / a;
            work.finite &= rate.is_finite();
        }
    }

    fn solout(&mut self, clock: f64, scaled: &DVector<f64>, _rate: &DVector<f64>) -> bool {
        self.work.borrow_mut().ends.push((clock, scaled.clone()));
        self.stop.is_tripped()
    }
}

//! Lanes that were begun: method and first step size.

use crate::numeric::{Kernel, Lanes, Mask, Scalar, apart};

use super::batch::Batch;
use super::border::{Border, Reason};
use super::lane::{Lane, Phase, Stepper};
use super::options::Method;
use super::piece::{blend, gather, lanes_where};
use super::stiffness;
use super::system::System;

/// The start of lanes as compiled for an instruction set.
struct Start<'a, S: Scalar, Y: System<S>> {
    batch: &'a mut Batch<S, Y>,
    starting: S::Mask,
    borders: &'a mut Vec<Border>,
}

impl<S: Scalar, Y: System<S>> Kernel for Start<'_, S, Y> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.batch.start_here(self.starting, self.borders);
    }
}

impl<S: Scalar, Y: System<S>> Batch<S, Y> {
    /// Rates, method and first step of all lanes that were begun.
    pub(super) fn start_lanes(&mut self, borders: &mut Vec<Border>) {
        let starting: S::Mask = lanes_where(S::LANES, |lane| self.lanes[lane].phase == Phase::Starting);
        if starting.any() {
            self.options.instructions.run(Start { batch: self, starting, borders });
        }
    }

    #[inline(always)]
    fn start_here(&mut self, starting: S::Mask, borders: &mut Vec<Border>) {
        let t = self.times();
        let starting = starting.and(self.start_in_closed_form(starting, t).not());
        if !starting.any() {
            return;
        }
        self.system.rates(&mut self.workspace, S::constant(t), &self.y, &mut self.scratch.slope);
        blend(starting, &self.scratch.slope, &mut self.rate);
        for i in (0..self.y.len()).inspect(apart) {
            self.scratch.weight[i] =
                self.y[i].value().abs() * S::Value::splat(self.options.rtol) + S::Value::splat(self.options.atol[i]);
        }
        self.probe_stiffness(t);
        self.first_steps(t);
        for lane in 0..S::LANES {
            if self.lanes[lane].phase != Phase::Starting {
                continue;
            }
            self.lanes[lane].counters.rates += 1;
            let wrong =
                (0..self.y.len()).find(|&i| !self.y[i].get(lane).is_finite() || !self.rate[i].get(lane).is_finite());
            if wrong.is_some() {
                self.fail(lane, Reason::NotFinite, wrong, borders);
            } else {
                self.lanes[lane].phase = Phase::Scanning;
            }
        }
    }

    /// Solves the lanes that may choose their method and whose equations have a closed form; returns these.
    #[inline(always)]
    fn start_in_closed_form(&mut self, starting: S::Mask, t: S::Value) -> S::Mask {
        if self.curve.closed_form.is_none() {
            return S::Mask::splat(false);
        }
        let free = |at: &Lane| at.method == Method::Auto && at.until > at.t && self.options.fixed_step.is_none();
        let free = starting.and(lanes_where(S::LANES, |lane| free(&self.lanes[lane])));
        let Self { curve, rodas, system, workspace, scratch, options, y, lanes, .. } = self;
        let Some(form) = &mut curve.closed_form else { return free };
        form.otherwise = form.otherwise.or(starting);
        if !free.any() {
            return free;
        }
        rodas.linearise(system, workspace, t, y);
        if form.has_offset() {
            scratch.y.fill(S::default());
            system.rates(workspace, S::constant(t), &scratch.y, &mut scratch.slope);
        }
        let span = gather(S::LANES, |lane| lanes[lane].until - lanes[lane].t);
        let solved = form.solve(free, (t, span), y, &rodas.jacobian, &scratch.slope);
        let reach = form.reach(t, y, options.rtol, &options.atol);
        for (lane, at) in lanes.iter_mut().enumerate().filter(|(lane, _)| free.get(*lane)) {
            at.counters.jacobians += 1;
            at.counters.rates += u64::from(form.has_offset());
            if solved.get(lane) {
                at.stepper = Stepper::ClosedForm;
                at.h = reach.get(lane);
                at.phase = Phase::Scanning;
            }
        }
        solved
    }

    /// Chooses the method of the starting lanes.
    #[inline(always)]
    fn probe_stiffness(&mut self, t: S::Value) {
        let mut probed = S::Mask::splat(false);
        for (lane, at) in self.lanes.iter_mut().enumerate().filter(|(_, at)| at.phase == Phase::Starting) {
            at.stepper = match at.method {
                Method::Rodas5p => Stepper::Rodas5p,
                Method::DormandPrince | Method::Auto | Method::ClosedForm => Stepper::DormandPrince,
                Method::OdeSolversDopri5 => Stepper::OdeSolvers,
            };
            if at.method == Method::Auto && at.until > at.t {
                probed.set(lane, true);
                at.counters.jacobians += 1;
            }
        }
        if !probed.any() {
            return;
        }
        self.rodas.linearise(&self.system, &mut self.workspace, t, &self.y);
        let Self { power, rodas, scratch, system, .. } = self;
        let radius = power.radius(probed, system.pattern(), &rodas.jacobian, &scratch.weight);
        for (lane, at) in self.lanes.iter_mut().enumerate() {
            if probed.get(lane) {
                at.linearised = true;
                if radius.get(lane) * (at.until - at.t) > stiffness::THRESHOLD {
                    at.stepper = Stepper::Rodas5p;
                }
            }
        }
    }

    /// First step size of the starting lanes.
    ///
    /// # Reference
    /// Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I (1993), section II.4, with the span in
    /// place of a fixed unit of time.
    fn first_steps(&mut self, t: S::Value) {
        if let Some(h) = self.options.fixed_step {
            self.lanes.iter_mut().filter(|at| at.phase == Phase::Starting).for_each(|at| at.h = h);
            return;
        }
        let size = self.y.len();
        let norm = |lane: usize, of: &dyn Fn(usize) -> f64| {
            (0..size).map(|i| (of(i) / self.scratch.weight[i].get(lane)).abs()).fold(0.0, f64::max)
        };
        let span = |lane: usize| self.lanes[lane].until - self.lanes[lane].t;
        // A state that is only rounding would ask for a step that the clock does not resolve.
        let clock = |at: &Lane| 100.0 * f64::EPSILON * at.t.abs();
        let first = |lane: usize| {
            let (d0, d1) = (norm(lane, &|i| self.y[i].get(lane)), norm(lane, &|i| self.rate[i].get(lane)));
            let h0 = if d0 < 1e-10 || d1 < 1e-10 { 1e-6 * span(lane) } else { 0.01 * (d0 / d1) };
            (h0.max(clock(&self.lanes[lane])).min(span(lane)), d1)
        };
        let starting = |lane: usize| self.lanes[lane].phase == Phase::Starting;
        let h0: S::Value = gather(S::LANES, |lane| if starting(lane) { first(lane).0 } else { 0.0 });
        for i in 0..size {
            self.scratch.y[i] = self.y[i] + self.rate[i].scale(h0);
        }
        self.system.rates(&mut self.workspace, S::constant(t + h0), &self.scratch.y, &mut self.scratch.new);
        for lane in 0..S::LANES {
            if self.lanes[lane].phase != Phase::Starting {
                continue;
            }
            let norm = |of: &dyn Fn(usize) -> f64| {
                (0..size).map(|i| (of(i) / self.scratch.weight[i].get(lane)).abs()).fold(0.0, f64::max)
            };
            let h0 = h0.get(lane);
            let d1 = norm(&|i| self.rate[i].get(lane));
            let d2 = norm(&|i| self.scratch.new[i].get(lane) - self.rate[i].get(lane)) / h0;
            let steepest = d1.max(d2);
            let span = self.lanes[lane].until - self.lanes[lane].t;
            let h1 = if steepest <= 1e-15 || !steepest.is_finite() {
                (1e-5 * span).max(1e-3 * h0)
            } else {
                Lanes([0.01 / steepest]).pow(Lanes([0.2])).0[0]
            };
            let at = &mut self.lanes[lane];
            at.h = (100.0 * h0).min(h1).max(clock(at)).min(span);
            at.counters.rates += 1;
        }
    }
}

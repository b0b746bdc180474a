//! One attempted step of every stepping lane.

use std::any::TypeId;

use crate::numeric::{Kernel, Mask, Scalar, apart};

use super::batch::Batch;
use super::border::{Border, Reason};
use super::lane::{Growth, Phase, Stepper, Verdict};
use super::ode_solvers_dopri5 as ode_solvers;
use super::options::Method;
use super::piece::{Curve, blend, gather, lanes_where};
use super::stiffness;
use super::system::System;

/// The attempt as compiled for an instruction set.
struct Attempt<'a, S: Scalar, Y: System<S>> {
    batch: &'a mut Batch<S, Y>,
    borders: &'a mut Vec<Border>,
}

impl<S: Scalar, Y: System<S>> Kernel for Attempt<'_, S, Y> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        self.batch.attempt_here(self.borders)
    }
}

impl<S: Scalar, Y: System<S>> Batch<S, Y> {
    /// Attempts a step in every stepping lane; returns whether any was accepted.
    pub(super) fn attempt_lanes(&mut self, borders: &mut Vec<Border>) -> bool {
        self.options.instructions.run(Attempt { batch: self, borders })
    }

    #[inline(always)]
    fn attempt_here(&mut self, borders: &mut Vec<Border>) -> bool {
        self.choose_turn();
        for lane in 0..S::LANES {
            if self.lanes[lane].phase == Phase::Stepping && !self.waits(lane) {
                self.prepare(lane, borders);
            }
        }
        let stepping = |batch: &Self, stepper| -> S::Mask {
            let at = |lane: usize| &batch.lanes[lane];
            lanes_where(S::LANES, |lane| {
                at(lane).phase == Phase::Stepping && at(lane).stepper == stepper && !batch.waits(lane)
            })
        };
        let rodas = stepping(self, Stepper::Rodas5p);
        let explicit = stepping(self, Stepper::DormandPrince);
        let ahead = stepping(self, Stepper::OdeSolvers);
        let solved = stepping(self, Stepper::ClosedForm);
        if !rodas.or(explicit).or(ahead).or(solved).any() {
            return false;
        }
        let mut lost = S::Mask::splat(false);
        if rodas.any() {
            lost = self.attempt_rodas(rodas).and(rodas);
        }
        if explicit.any() {
            self.attempt_explicit(explicit);
        }
        let mut accepted = self.attempt_closed_form(solved);
        if rodas.or(explicit).any() {
            accepted = accepted.or(self.attempt_integration(rodas, explicit, lost, borders));
        }
        if ahead.any() {
            for lane in (0..S::LANES).filter(|&lane| ahead.get(lane)) {
                self.segments[lane].load(lane, &mut self.curve);
                accepted.set(lane, true);
            }
            blend(ahead, &self.curve.to, &mut self.y);
        }
        for (lane, at) in self.lanes.iter_mut().enumerate() {
            if accepted.get(lane) {
                at.accept();
            }
        }
        accepted.any()
    }

    /// Judges the attempts of lanes that integrate, and takes over the accepted ones.
    #[inline(always)]
    fn attempt_integration(
        &mut self,
        rodas: S::Mask,
        explicit: S::Mask,
        lost: S::Mask,
        borders: &mut Vec<Border>,
    ) -> S::Mask {
        let (ratio, finite) = self.judge_errors();
        let (now, before) = self.growth(ratio, rodas, explicit);
        let mut accepted = S::Mask::splat(false);
        for lane in 0..S::LANES {
            let at = &mut self.lanes[lane];
            if !(rodas.get(lane) || explicit.get(lane)) {
                continue;
            }
            let fixed = self.options.fixed_step;
            let verdict = match fixed {
                _ if !finite.get(lane) => at.judge_not_finite(),
                Some(h) => {
                    at.h = h;
                    Verdict::Accepted
                }
                None if lost.get(lane) => at.judge_lost_pivot(),
                None => at.judge(ratio.get(lane), Growth { now: now.get(lane), before: before.get(lane) }),
            };
            accepted.set(lane, verdict == Verdict::Accepted);
            if verdict == Verdict::Rejected && fixed.is_some() {
                let worst = self.worst(lane);
                self.fail(lane, Reason::NotFinite, worst, borders);
            }
        }
        self.detect_stiffness(accepted.and(explicit));
        let mild = self.detect_mildness(accepted.and(rodas));
        self.store(accepted, rodas, explicit);
        self.return_to_explicit(mild);
        accepted
    }

    /// Evaluates the closed form at the ends of the lanes' pieces; returns the lanes where all is finite.
    #[inline(always)]
    fn attempt_closed_form(&mut self, solved: S::Mask) -> S::Mask {
        if !solved.any() {
            return solved;
        }
        let ends = gather(S::LANES, |lane| self.lanes[lane].trying.1);
        let Self { curve, scratch, options, y, lanes, .. } = self;
        let Curve { from, to, closed_form, .. } = curve;
        let Some(form) = closed_form else { return S::Mask::splat(false) };
        form.eval(ends, &mut scratch.new);
        let largest = S::Value::splat(f64::MAX);
        let mut accepted = solved;
        for new in scratch.new.iter().inspect(apart) {
            accepted = accepted.and(new.value().abs().less_equal(largest));
        }
        let reach = form.reach(ends, &scratch.new, options.rtol, &options.atol);
        blend(accepted, y, from);
        blend(accepted, &scratch.new, to);
        blend(accepted, &scratch.new, y);
        for (lane, at) in lanes.iter_mut().enumerate().filter(|(lane, _)| solved.get(*lane)) {
            if accepted.get(lane) {
                at.h = reach.get(lane);
            } else {
                at.judge_not_finite();
            }
        }
        accepted
    }

    /// Chooses the method whose lanes step now. An attempt costs the same for few lanes as for all: those of the other
    /// method wait until few are left of this one. (Measured on `qsp`: taking always the method of more lanes costs 8 %.)
    fn choose_turn(&mut self) {
        let count =
            |stepper| self.lanes.iter().filter(|at| at.phase == Phase::Stepping && at.stepper == stepper).count();
        let (stiff, explicit) = (count(Stepper::Rodas5p), count(Stepper::DormandPrince));
        let (here, there) = if self.turn == Stepper::Rodas5p { (stiff, explicit) } else { (explicit, stiff) };
        if there > 0 && 4 * here < there {
            self.turn = if self.turn == Stepper::Rodas5p { Stepper::DormandPrince } else { Stepper::Rodas5p };
        }
    }

    /// Whether it is not a lane's turn.
    fn waits(&self, lane: usize) -> bool {
        let stepper = self.lanes[lane].stepper;
        matches!(stepper, Stepper::Rodas5p | Stepper::DormandPrince) && stepper != self.turn
    }

    /// Fits a lane's next attempt, or ends the lane.
    fn prepare(&mut self, lane: usize, borders: &mut Vec<Border>) {
        let at = &mut self.lanes[lane];
        if at.attempts >= self.options.max_steps {
            let worst = self.worst(lane);
            return self.fail(lane, Reason::StepLimit, worst, borders);
        }
        at.attempts += 1;
        if at.stepper == Stepper::OdeSolvers {
            return self.prepare_ahead(lane, borders);
        }
        if !at.fit(self.options.largest_step) {
            let reason = if at.not_finite { Reason::NotFinite } else { Reason::StepSize };
            let worst = self.worst(lane);
            self.fail(lane, reason, worst, borders);
        }
    }

    /// Computes a lane's segment with the other crate if that has not been done, and takes its next step.
    fn prepare_ahead(&mut self, lane: usize, borders: &mut Vec<Border>) {
        if TypeId::of::<S>() != TypeId::of::<S::Value>() {
            return self.fail(lane, Reason::NoDerivatives, None, borders);
        }
        let at = &self.lanes[lane];
        if self.segments[lane].is_spent() {
            let span = (at.t, at.until);
            let start = self.y.iter().map(|y| y.get(lane)).collect();
            let segment = ode_solvers::integrate(&self.system, &mut self.workspace, &self.options, lane, span, start);
            self.lanes[lane].counters.rates += segment.rates;
            self.lanes[lane].counters.rejected += segment.rejected;
            self.segments[lane] = segment;
        }
        match self.segments[lane].next_end() {
            Ok(end) => {
                let at = &mut self.lanes[lane];
                at.trying = (end - at.t, end);
            }
            Err(reason) => self.fail(lane, reason, None, borders),
        }
    }

    #[inline(always)]
    fn steps(&self) -> (S::Value, S::Value) {
        let stepping = |lane: usize| self.lanes[lane].phase == Phase::Stepping;
        let h = gather(S::LANES, |lane| if stepping(lane) { self.lanes[lane].trying.0 } else { 1.0 });
        (self.times(), h)
    }

    /// The stiff method in all lanes; takes over those of `mask`. Returns the lanes with a lost pivot.
    #[inline(always)]
    fn attempt_rodas(&mut self, mask: S::Mask) -> S::Mask {
        let (t, h) = self.steps();
        let stale = |at: &super::lane::Lane| !at.linearised;
        let masked = |lane: &usize| mask.get(*lane);
        if (0..S::LANES).filter(masked).any(|lane| stale(&self.lanes[lane])) {
            self.rodas.linearise(&self.system, &mut self.workspace, t, &self.y);
        }
        let by_dense = lanes_where(S::LANES, |lane| mask.get(lane) && self.lanes[lane].by_dense);
        let Self { system, workspace, rodas, y, scratch, .. } = self;
        let lost = rodas.attempt(system, workspace, (t, h), y, by_dense, &mut scratch.new, &mut scratch.error);
        for (lane, at) in self.lanes.iter_mut().enumerate() {
            if mask.get(lane) {
                at.counters.jacobians += u64::from(!at.linearised);
                at.linearised = true;
                at.counters.decompositions += 1;
                at.counters.rates += 7;
                at.counters.solves += 8;
            }
        }
        self.take_attempt(mask);
        lost
    }

    /// The explicit method in all lanes; takes over those of `mask`.
    #[inline(always)]
    fn attempt_explicit(&mut self, mask: S::Mask) {
        let (t, h) = self.steps();
        let Self { system, workspace, dormand_prince, y, rate, scratch, .. } = self;
        dormand_prince.attempt(system, workspace, (t, h), (y, rate), &mut scratch.new, &mut scratch.error);
        for (lane, at) in self.lanes.iter_mut().enumerate() {
            at.counters.rates += if mask.get(lane) { 6 } else { 0 };
        }
        self.take_attempt(mask);
    }

    #[inline(always)]
    fn take_attempt(&mut self, mask: S::Mask) {
        blend(mask, &self.scratch.new, &mut self.new);
        for (error, &new) in self.error.iter_mut().zip(self.scratch.error.iter()).inspect(apart) {
            *error = S::Value::select(mask, new, *error);
        }
    }

    /// Each lane's largest scaled error, and the lanes where all is finite.
    #[inline(always)]
    fn judge_errors(&self) -> (S::Value, S::Mask) {
        let largest = S::Value::splat(f64::MAX);
        let mut ratio = S::Value::default();
        let mut finite = S::Mask::splat(true);
        for i in (0..self.y.len()).inspect(apart) {
            let scaled = self.error[i].abs() / self.scale(i);
            finite = finite.and(scaled.less_equal(largest)).and(self.new[i].value().abs().less_equal(largest));
            ratio = ratio.max(scaled);
        }
        (ratio, finite)
    }

    /// The parts of each lane's [`Growth`].
    #[inline(always)]
    fn growth(&self, ratio: S::Value, rodas: S::Mask, explicit: S::Mask) -> (S::Value, S::Value) {
        let before: S::Value = gather(S::LANES, |lane| self.lanes[lane].error_before());
        let number = S::Value::splat;
        let mut growth = (number(1.0), number(1.0));
        if rodas.any() {
            growth = (ratio.pow(number(0.2)), (ratio * ratio / before).pow(number(0.2)));
        }
        if explicit.any() {
            let (now, before) = (ratio.pow(number(0.2 - 0.04 * 0.75)), before.pow(number(0.04)));
            growth.0 = S::Value::select(explicit, now, growth.0);
            growth.1 = S::Value::select(explicit, before, growth.1);
        }
        growth
    }

    /// The tolerance of a state over the attempted step.
    #[inline(always)]
    fn scale(&self, i: usize) -> S::Value {
        let size = self.y[i].value().abs().max(self.new[i].value().abs());
        S::Value::splat(self.options.atol[i]) + size * S::Value::splat(self.options.rtol)
    }

    /// The state that is not finite or has the largest error in a lane's last attempt.
    fn worst(&self, lane: usize) -> Option<usize> {
        let scaled = |i: usize| (self.error[i].get(lane) / self.scale(i).get(lane)).abs();
        let states = 0..self.y.len();
        states.clone().find(|&i| !self.new[i].get(lane).is_finite() || !scaled(i).is_finite()).or_else(|| {
            let larger = |a: &usize, b: &usize| scaled(*a).total_cmp(&scaled(*b));
            states.filter(|&i| scaled(i) > 0.0).max_by(larger)
        })
    }

    /// Hands lanes over to the stiff method whose explicit steps are held down by fast decays.
    ///
    /// Looks at each lane's Jacobian every few accepted steps, at the start of the step.
    fn detect_stiffness(&mut self, accepted: S::Mask) {
        let mut due = S::Mask::splat(false);
        for (lane, at) in self.lanes.iter_mut().enumerate() {
            if accepted.get(lane) && at.method == Method::Auto {
                due.set(lane, at.explicit_step());
            }
        }
        if !due.any() {
            return;
        }
        let t = self.times();
        self.rodas.linearise(&self.system, &mut self.workspace, t, &self.y);
        self.weigh();
        let Self { power, rodas, scratch, system, .. } = self;
        let mut radius = S::Value::default();
        for _ in 0..stiffness::ROUNDS_A_CHECK {
            radius = power.round(due, system.pattern(), &rodas.jacobian, &scratch.weight);
        }
        for (lane, at) in self.lanes.iter_mut().enumerate().filter(|(lane, _)| due.get(*lane)) {
            at.counters.jacobians += 1;
            if at.stiff_check(radius.get(lane)) {
                at.hand_over(Stepper::Rodas5p);
            }
        }
    }

    /// The tolerances of all states over the attempted step.
    #[inline(always)]
    fn weigh(&mut self) {
        for i in (0..self.y.len()).inspect(apart) {
            self.scratch.weight[i] = self.scale(i);
        }
    }

    /// The lanes whose stiff steps have long been so short that the explicit method would do.
    #[inline(always)]
    fn detect_mildness(&mut self, accepted: S::Mask) -> S::Mask {
        let automatic = |lane: usize| accepted.get(lane) && self.lanes[lane].method == Method::Auto;
        let followed: S::Mask = lanes_where(S::LANES, automatic);
        if !followed.any() {
            return followed;
        }
        self.weigh();
        let Self { power, rodas, scratch, system, .. } = self;
        let radius = power.round(followed, system.pattern(), &rodas.jacobian, &scratch.weight);
        let mut mild = S::Mask::splat(false);
        for (lane, at) in self.lanes.iter_mut().enumerate().filter(|(lane, _)| followed.get(*lane)) {
            mild.set(lane, at.mild_step(radius.get(lane)));
        }
        mild
    }

    /// Hands lanes over to the explicit method, which begins with the rates at the end of the last step.
    fn return_to_explicit(&mut self, mask: S::Mask) {
        if !mask.any() {
            return;
        }
        let t = gather(S::LANES, |lane| self.lanes[lane].trying.1);
        self.system.rates(&mut self.workspace, S::constant(t), &self.y, &mut self.scratch.slope);
        blend(mask, &self.scratch.slope, &mut self.rate);
        for lane in (0..S::LANES).filter(|&lane| mask.get(lane)) {
            let at = &mut self.lanes[lane];
            at.counters.rates += 1;
            at.hand_over(Stepper::DormandPrince);
        }
    }

    /// Puts the accepted lanes' steps into curves and states.
    #[inline(always)]
    fn store(&mut self, accepted: S::Mask, rodas: S::Mask, explicit: S::Mask) {
        if !accepted.any() {
            return;
        }
        blend(accepted, &self.y, &mut self.curve.from);
        blend(accepted, &self.new, &mut self.curve.to);
        let (_, h) = self.steps();
        if accepted.and(rodas).any() {
            self.rodas.interpolate(accepted.and(rodas), &mut self.curve);
        }
        if accepted.and(explicit).any() {
            self.dormand_prince.interpolate(accepted.and(explicit), h, &mut self.curve);
            blend(accepted.and(explicit), self.dormand_prince.last_rate(), &mut self.rate);
        }
        blend(accepted, &self.new, &mut self.y);
    }
}

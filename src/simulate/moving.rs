//! What happens at a time that varies with the parameters.
//!
//! A change at a time tau(p), met at tau = t: the states are carried from t to tau under the old equations, changed
//! there, and carried back to t under the new ones. With S = dy/dp and f the rates before and after this is
//! S+ = G_y (S- + f- tau') + G_p - f+ tau', to second order if there are second derivatives. Values keep their bits.

use super::controller::Controller;
use crate::integrate::System;
use crate::numeric::Scalar;

/// Highest order of derivatives that is exact at times that vary.
pub(super) const HIGHEST: usize = 2;

/// What the changes at one border mean for outputs whose time varies.
#[derive(Debug, Default)]
pub(super) struct Moved<S> {
    /// Outputs at the time of the first change, before it; empty if nothing changed.
    pub before: Vec<S>,
    /// Outputs at the time of the last change, after it.
    pub after: Vec<S>,
    /// What the integral of each output gains because its changes move.
    pub area: Vec<S>,
    /// A derivative of a time does not exist: a condition that is only touched.
    pub undefined: bool,
}

impl<S: Scalar> Moved<S> {
    pub fn clear(&mut self) {
        self.before.clear();
        self.after.clear();
        self.area.fill(S::default());
    }
}

impl<S: Scalar> Controller<'_, S> {
    /// Makes a change of states or held values at a time, of which only the derivatives differ from the present.
    pub(super) fn at_time(&mut self, when: S, y: &mut [S], change: impl FnOnce(&mut Self, &mut [S])) {
        if S::ORDER == 0 {
            return change(self, y);
        }
        let now = S::constant(when.value());
        self.carry(now, when - now, y);
        self.evaluate(when, y);
        let before = self.outputs.clone();
        change(self, y);
        self.evaluate(when, y);
        let Self { moved, outputs, .. } = self;
        moved.area.resize(outputs.len(), S::default());
        for ((area, before), after) in moved.area.iter_mut().zip(&before).zip(outputs.iter()) {
            *area = area.plus_tangents((*before - *after) * (when - now));
        }
        moved.after.clone_from(outputs);
        if moved.before.is_empty() {
            moved.before = before;
        }
        self.carry(when, now - when, y);
    }

    /// Carries the states along the solution from a time by a span without value.
    fn carry(&mut self, time: S, by: S, y: &mut [S]) {
        if !by.varies() {
            return;
        }
        let program = &self.plan.compiled.program;
        let size = y.len();
        let mut rate = vec![S::default(); size];
        if S::ORDER == 1 {
            program.rates(&mut self.workspace, time, y, &mut rate);
        } else {
            let pattern = program.pattern();
            let mut nonzeros = vec![S::default(); pattern.rows.iter().map(Vec::len).sum()];
            let mut second = vec![S::default(); size];
            program.jacobian(&mut self.workspace, time, y, &mut nonzeros, &mut second, &mut rate);
            let mut entries = nonzeros.iter();
            for (row, second) in pattern.rows.iter().zip(&mut second) {
                for (column, entry) in row.iter().zip(&mut entries) {
                    *second = *second + *entry * rate[*column];
                }
            }
            let half = by * by * S::splat(0.5);
            for (y, second) in y.iter_mut().zip(&second) {
                *y = y.plus_tangents(*second * half);
            }
        }
        for (y, rate) in y.iter_mut().zip(&rate) {
            *y = y.plus_tangents(*rate * by);
        }
    }

    /// The time at which a condition g(t, y(t, p), p) = 0 holds near `time`: tau' = -(g_p + g_y S) / (dg/dt along the
    /// solution), by as many Newton steps as there are orders of derivatives.
    pub(super) fn located(&mut self, time: f64, condition: usize, y: &[S]) -> S {
        let now = S::splat(time);
        let mut when = now;
        for _ in 0..S::ORDER {
            let mut there = y.to_vec();
            self.carry(now, when - now, &mut there);
            let program = &self.plan.compiled.program;
            let count = program.conditions_count();
            let mut rate = vec![S::default(); there.len()];
            let (mut g, mut dg) = (vec![S::default(); count], vec![S::default(); count]);
            program.rates(&mut self.workspace, when, &there, &mut rate);
            program.evaluate_conditions(&mut self.workspace, when, &there, &rate, &mut g, &mut dg);
            let g = g[condition] - S::constant(g[condition].value());
            if g.varies() {
                when = when.plus_tangents(-(g / dg[condition]));
            }
        }
        if when.varies_finitely() {
            return when;
        }
        self.moved.undefined = true;
        now
    }
}

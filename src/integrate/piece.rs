use crate::numeric::{Aligned, InstructionSet, Kernel, Lanes, Mask, Scalar, aligned, apart};

use super::closed_form::ClosedForm;
use super::system::System;

/// Of a piece within which the fastest exponential falls by e^4 at most.
const STEPS_OF_CLOSED_FORM: usize = 8;

/// Takes what is accepted, piece by piece, each lane in order of time.
pub trait Sink<S: Scalar> {
    /// A piece of an accepted step of `lane`; the next one of that lane starts where it ends.
    fn piece(&mut self, lane: usize, piece: &Piece<'_, S>);

    /// The pieces of all lanes that have one now, one by one if the sink does not take them side by side.
    fn pieces(&mut self, pieces: &SideBySide<'_, S>) {
        pieces.iter().for_each(|(lane, piece)| self.piece(lane, &piece));
    }
}

/// Takes nothing.
impl<S: Scalar> Sink<S> for () {
    fn piece(&mut self, _lane: usize, _piece: &Piece<'_, S>) {}
}

/// Calls a closure with each lane's pieces.
pub struct Pieces<F>(pub F);

impl<S: Scalar, F: FnMut(usize, &Piece<'_, S>)> Sink<S> for Pieces<F> {
    fn piece(&mut self, lane: usize, piece: &Piece<'_, S>) {
        self.0(lane, piece);
    }
}

/// The solution of one lane between `from` and `to`, within one accepted step.
///
/// At the start and end of the step it has the bits of the step's states. Where a piece begins or ends (borders)
/// changes no bit of what it gives in between.
#[derive(Debug)]
pub struct Piece<'a, S: Scalar> {
    /// Start of the piece.
    pub from: f64,
    /// End of the piece.
    pub to: f64,
    step_from: f64,
    step_to: f64,
    lane: usize,
    curve: &'a Curve<S>,
}

impl<S: Scalar> Piece<'_, S> {
    /// Number of states.
    pub fn size(&self) -> usize {
        self.curve.from.len()
    }

    /// Steps that the piece stands for where it is drawn: a piece of the closed form reaches further than one.
    pub fn steps(&self) -> usize {
        if self.curve.closed_form_of(self.lane).is_some() { STEPS_OF_CLOSED_FORM } else { 1 }
    }

    /// All states at time `t`.
    pub fn eval(&self, t: f64, states: &mut [f64]) {
        if let Some(form) = self.inside_closed_form(t) {
            return form.rows::<Lanes<1>>(self.lane, &[t], states);
        }
        for (i, state) in states.iter_mut().enumerate() {
            *state = self.state(t, i);
        }
    }

    /// All states at each of `times` within the piece, a row a time; the bits of [`Self::eval`].
    ///
    /// # Panics
    /// If `rows` has not [`Self::size`] places a time.
    pub fn rows(&self, times: &[f64], rows: &mut [f64]) {
        let states = self.size();
        assert_eq!(rows.len(), times.len() * states, "one row a time");
        if let Some(form) = self.curve.closed_form_of(self.lane) {
            self.curve.instructions.run(Rows { form, lane: self.lane, times, rows });
        }
        for (time, row) in times.iter().zip(rows.chunks_exact_mut(states)) {
            if self.inside_closed_form(*time).is_none() {
                self.eval(*time, row);
            }
        }
    }

    /// The closed form, if it holds at time `t`; at the ends the step's states do.
    fn inside_closed_form(&self, t: f64) -> Option<&ClosedForm<S>> {
        self.curve.closed_form_of(self.lane).filter(|_| t != self.step_from && t != self.step_to)
    }

    /// One state at time `t`.
    pub fn state(&self, t: f64, index: usize) -> f64 {
        let lane = self.lane;
        let get = |part: &[S]| part[index].get(lane);
        if t == self.step_to {
            return get(&self.curve.to);
        }
        if t == self.step_from {
            return get(&self.curve.from);
        }
        if let Some(form) = self.curve.closed_form_of(lane) {
            return form.state(lane, t, index);
        }
        let s = (t - self.step_from) / (self.step_to - self.step_from);
        let r = 1.0 - s;
        let [k1, k2, k3] = [get(&self.curve.k[0]), get(&self.curve.k[1]), get(&self.curve.k[2])];
        get(&self.curve.from) * r + (get(&self.curve.to) + (k1 + (k2 + k3 * s) * s) * r) * s
    }

    /// The derivatives of all states by time along this curve, at time `t`.
    pub fn slope(&self, t: f64, slopes: &mut [f64]) {
        if let Some(form) = self.curve.closed_form_of(self.lane) {
            return form.slope_of(self.lane, t, slopes);
        }
        let length = self.step_to - self.step_from;
        let s = (t - self.step_from) / length;
        let r = 1.0 - s;
        for (i, slope) in slopes.iter_mut().enumerate() {
            let get = |part: &[S]| part[i].get(self.lane);
            let [k1, k2, k3] = [get(&self.curve.k[0]), get(&self.curve.k[1]), get(&self.curve.k[2])];
            let q = k1 + (k2 + k3 * s) * s;
            let dq = k2 + k3 * (2.0 * s);
            *slope = ((get(&self.curve.to) - get(&self.curve.from)) + (q * (r - s) + dq * (s * r))) / length;
        }
    }

    /// All states with their derivatives at time `t`; only this piece's lane of each is meaningful.
    pub fn eval_scalar(&self, t: f64, states: &mut [S]) {
        let s = if t == self.step_to { 1.0 } else { (t - self.step_from) / (self.step_to - self.step_from) };
        self.curve.eval(S::Value::splat(s), S::Value::splat(t), states);
    }
}

/// Pieces of several lanes, at most one a lane, which can be evaluated together.
#[derive(Debug)]
pub struct SideBySide<'a, S: Scalar> {
    pub(super) parts: &'a [Part],
    pub(super) curve: &'a Curve<S>,
}

/// A piece of a lane: its step and its part of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub lane: usize,
    pub step: (f64, f64),
    pub part: (f64, f64),
}

impl<S: Scalar> SideBySide<'_, S> {
    /// Each lane with its piece, in the order of the lanes.
    pub fn iter(&self) -> impl Iterator<Item = (usize, Piece<'_, S>)> {
        self.parts.iter().map(|part| (part.lane, self.curve.piece(part.lane, part.step, part.part)))
    }

    /// All states of all lanes, each lane at its own of `times` within its piece; the bits of [`Piece::eval`]. Lanes
    /// without a piece get what means nothing.
    pub fn eval(&self, times: &[f64], states: &mut [S]) {
        let mut s = S::Value::splat(1.0);
        let t = gather(S::LANES, |lane| times[lane]);
        for Part { lane, step: (from, to), .. } in self.parts {
            let time = times[*lane];
            s.set(*lane, if time == *to { 1.0 } else { (time - from) / (to - from) });
        }
        self.curve.instructions.run(Eval { curve: self.curve, s, t, states });
    }
}

struct Eval<'a, S: Scalar> {
    curve: &'a Curve<S>,
    s: S::Value,
    t: S::Value,
    states: &'a mut [S],
}

impl<S: Scalar> Kernel for Eval<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.curve.eval(self.s, self.t, self.states);
    }
}

struct Rows<'a, S: Scalar> {
    form: &'a ClosedForm<S>,
    lane: usize,
    times: &'a [f64],
    rows: &'a mut [f64],
}

impl<S: Scalar> Kernel for Rows<'_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.form.rows::<Lanes<16>>(self.lane, self.times, self.rows);
    }
}

/// The curves of the last accepted step of all lanes, s from 0 to 1 along the step:
/// (1-s) from + s (to + (1-s) (k1 + s (k2 + s k3))), or the closed form in lanes that have one.
#[derive(Debug, Clone)]
pub(super) struct Curve<S: Scalar> {
    pub from: Aligned<S>,
    pub to: Aligned<S>,
    pub k: [Aligned<S>; 3],
    /// Of equations that have one.
    pub closed_form: Option<ClosedForm<S>>,
    instructions: InstructionSet,
}

impl<S: Scalar> Curve<S> {
    pub fn new(system: &impl System<S>, instructions: InstructionSet) -> Self {
        let zeros = || aligned(system.size());
        let closed_form = system.linear().map(|linear| ClosedForm::new(linear, system.pattern()));
        Self { from: zeros(), to: zeros(), k: [zeros(), zeros(), zeros()], closed_form, instructions }
    }

    /// The closed form, if a lane's curve is that.
    fn closed_form_of(&self, lane: usize) -> Option<&ClosedForm<S>> {
        self.closed_form.as_ref().filter(|form| !form.otherwise.get(lane))
    }

    pub fn piece(&self, lane: usize, step: (f64, f64), part: (f64, f64)) -> Piece<'_, S> {
        Piece { from: part.0, to: part.1, step_from: step.0, step_to: step.1, lane, curve: self }
    }

    /// All lanes' states, each lane at its own `s`, at which its time is `t`; the same bits as [`Piece::state`].
    #[inline(always)]
    pub fn eval(&self, s: S::Value, t: S::Value, states: &mut [S]) {
        let one = S::Value::splat(1.0);
        let (start, end) = (s.equal(S::Value::default()), s.equal(one));
        let mut integrated = S::Mask::splat(true);
        if let Some(form) = &self.closed_form {
            form.eval(t, states);
            integrated = form.otherwise;
        }
        let any = integrated.any();
        let r = one - s;
        for (i, state) in states.iter_mut().enumerate().inspect(apart) {
            let mut between = *state;
            if any {
                let inner = self.k[0][i] + (self.k[1][i] + self.k[2][i].scale(s)).scale(s);
                let curve = self.from[i].scale(r) + (self.to[i] + inner.scale(r)).scale(s);
                between = S::select(integrated, curve, between);
            }
            *state = S::select(end, self.to[i], S::select(start, self.from[i], between));
        }
    }

    /// All lanes' derivatives by time, each lane at its own `s` of a step of its own `length`, at which its time is `t`.
    #[inline(always)]
    pub fn slope(&self, s: S::Value, t: S::Value, length: S::Value, slopes: &mut [S]) {
        let mut integrated = S::Mask::splat(true);
        if let Some(form) = &self.closed_form {
            form.slope(t, slopes);
            integrated = form.otherwise;
            if !integrated.any() {
                return;
            }
        }
        let one = S::Value::splat(1.0);
        let r = one - s;
        let per_time = one / length;
        for (i, slope) in slopes.iter_mut().enumerate().inspect(apart) {
            let q = self.k[0][i] + (self.k[1][i] + self.k[2][i].scale(s)).scale(s);
            let dq = self.k[1][i] + self.k[2][i].scale(s + s);
            let by_s = (self.to[i] - self.from[i]) + (q.scale(r - s) + dq.scale(s * r));
            *slope = S::select(integrated, by_s.scale(per_time), *slope);
        }
    }
}

/// A value made of each lane's.
#[inline(always)]
pub(super) fn gather<V: Scalar>(lanes: usize, of: impl Fn(usize) -> f64) -> V {
    let mut all = V::default();
    (0..lanes).for_each(|lane| all.set(lane, of(lane)));
    all
}

/// The lanes for which `of` holds.
#[inline(always)]
pub(super) fn lanes_where<M: Mask>(lanes: usize, of: impl Fn(usize) -> bool) -> M {
    let mut mask = M::splat(false);
    (0..lanes).for_each(|lane| mask.set(lane, of(lane)));
    mask
}

/// Copies the lanes of `mask`.
#[inline(always)]
pub(super) fn blend<S: Scalar>(mask: S::Mask, from: &[S], into: &mut [S]) {
    for (into, &from) in into.iter_mut().zip(from).inspect(apart) {
        *into = S::select(mask, from, *into);
    }
}

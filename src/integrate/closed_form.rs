//! The closed form of linear systems with resting coefficients, solved state after state: sums of exponentials.

use crate::numeric::{Aligned, Lanes, Mask, Scalar, aligned, apart};

use super::piece::blend;
use super::system::{Linear, Pattern};

/// Rates nearer to each other than this part of the larger make their exponentials cancel: such a lane is integrated.
const APART: f64 = 1e-2;
/// The same for their difference times the span.
const ENOUGH: f64 = 1e-3;
/// Longest piece in units of the fastest exponential that still counts: sinks resolve it with a few samples.
const REACH: f64 = 4.0;
/// States whose sums are made side by side in [`ClosedForm::rows`].
const TOGETHER: usize = 4;

/// y_i(t) = c_i + sum over j of c_ij exp(a_j (t - origin)), in every lane from its own origin on.
///
/// a_j is the diagonal entry of state j in y' = A y + b; A is triangular in the order of [`Linear`], so coefficients
/// follow from each other: (a_j - a_i) c_ij = sum over k before i of a_ik c_kj, and c_ii from the start value. A term is
/// kept for each pair of states of which one reaches the other.
#[derive(Debug, Clone)]
pub(super) struct ClosedForm<S: Scalar> {
    order: Vec<usize>,
    offset: Vec<bool>,
    /// By state j: the states that its exponential is part of, and where the coefficient stands.
    columns: Vec<Vec<(usize, usize)>>,
    /// By state: exponentials that it gets from states before it, and where the coefficient stands.
    rows: Vec<Vec<(usize, usize)>>,
    /// Where A has its entries: by state, column and place among the non-zeros.
    entries: Vec<Vec<(usize, usize)>>,
    /// c_i, a_j and c_ij.
    rest: Aligned<S>,
    rate: Aligned<S>,
    coefficient: Aligned<S>,
    /// Room for those of lanes that start.
    fresh: [Aligned<S>; 3],
    origin: S::Value,
    /// Lanes that are not solved this way.
    pub otherwise: S::Mask,
}

impl<S: Scalar> ClosedForm<S> {
    pub fn new(linear: &Linear, pattern: &Pattern) -> Self {
        let states = linear.order.len();
        let mut places = 0..;
        let entries: Vec<Vec<(usize, usize)>> =
            pattern.rows.iter().map(|row| row.iter().copied().zip(&mut places).collect()).collect();
        let mut offset = linear.offset.clone();
        let mut reached = vec![vec![false; states]; states];
        for &i in &linear.order {
            for &k in pattern.rows[i].iter().filter(|k| **k != i) {
                offset[i] |= offset[k];
                reached[i][k] = true;
                for j in 0..states {
                    reached[i][j] |= reached[k][j];
                }
            }
        }
        let mut terms = 0;
        let (mut columns, mut rows) = (vec![Vec::new(); states], vec![Vec::new(); states]);
        for j in 0..states {
            for i in (0..states).filter(|i| *i == j || reached[*i][j]) {
                columns[j].push((i, terms));
                if i != j {
                    rows[i].push((j, terms));
                }
                terms += 1;
            }
        }
        let fresh = [aligned(states), aligned(states), aligned(terms)];
        let [rest, rate, coefficient] = fresh.clone();
        Self {
            order: linear.order.clone(),
            offset,
            columns,
            rows,
            entries,
            rest,
            rate,
            coefficient,
            fresh,
            origin: S::Value::default(),
            otherwise: S::Mask::splat(false),
        }
    }

    /// Whether b may be other than 0.
    pub fn has_offset(&self) -> bool {
        self.offset.contains(&true)
    }

    /// Solves the lanes of `wanted` from `t` and `y` on, over `span`, `jacobian` being A and `at_zero` b. Returns the lanes
    /// solved; the others have rates too near to each other or numbers that are not finite.
    #[inline(always)]
    pub fn solve(
        &mut self,
        wanted: S::Mask,
        (t, span): (S::Value, S::Value),
        y: &[S],
        jacobian: &[S],
        at_zero: &[S],
    ) -> S::Mask {
        let number = S::Value::splat;
        let mut sound = S::Mask::splat(true);
        let mut check = |difference: S, one: S, other: S| {
            let larger = one.value().abs().max(other.value().abs());
            let difference = difference.value().abs();
            sound = sound.and((larger * number(APART)).less(difference)).and(number(ENOUGH).less(difference * span));
        };
        let [rest, rate, coefficient] = &mut self.fresh;
        for (i, entries) in self.entries.iter().enumerate() {
            let own = entries.iter().find(|(column, _)| *column == i);
            rate[i] = own.map_or_else(S::default, |(_, place)| jacobian[*place]);
        }
        for &i in &self.order {
            let before = || self.entries[i].iter().filter(|(column, _)| *column != i);
            let term = |k: usize, j: usize| self.columns[j].iter().find(|(state, _)| *state == k);
            rest[i] = S::default();
            if self.offset[i] {
                let mut sum = at_zero[i];
                for &(k, place) in before() {
                    sum = sum + jacobian[place] * rest[k];
                }
                check(rate[i], rate[i], S::default());
                rest[i] = -(sum / rate[i]);
            }
            let mut own = y[i] - rest[i];
            for &(j, at) in &self.rows[i] {
                let mut sum = S::default();
                for &(k, place) in before() {
                    if let Some((_, from)) = term(k, j) {
                        sum = sum + jacobian[place] * coefficient[*from];
                    }
                }
                let difference = rate[j] - rate[i];
                check(difference, rate[j], rate[i]);
                coefficient[at] = sum / difference;
                own = own - coefficient[at];
            }
            let (_, at) = term(i, i).expect("a state's own exponential is part of it");
            coefficient[*at] = own;
        }
        let largest = number(f64::MAX);
        for values in &self.fresh {
            values.iter().for_each(|value| sound = sound.and(value.value().abs().less_equal(largest)));
        }
        let solved = wanted.and(sound);
        for (into, from) in [&mut self.rest, &mut self.rate, &mut self.coefficient].into_iter().zip(&self.fresh) {
            blend(solved, from, into);
        }
        self.origin = S::Value::select(solved, t, self.origin);
        self.otherwise = self.otherwise.or(wanted).and(solved.not());
        solved
    }

    /// All lanes' states, each lane at its own time.
    #[inline(always)]
    pub fn eval(&self, t: S::Value, states: &mut [S]) {
        let since = t - self.origin;
        states.copy_from_slice(&self.rest);
        for (column, rate) in self.columns.iter().zip(self.rate.iter()).inspect(apart) {
            let power = rate.scale(since).exp();
            for &(i, at) in column {
                states[i] = states[i] + self.coefficient[at] * power;
            }
        }
    }

    /// Their derivatives by time.
    #[inline(always)]
    pub fn slope(&self, t: S::Value, slopes: &mut [S]) {
        let since = t - self.origin;
        slopes.fill(S::default());
        for (column, &rate) in self.columns.iter().zip(self.rate.iter()).inspect(apart) {
            let power = rate.scale(since).exp() * rate;
            for &(i, at) in column {
                slopes[i] = slopes[i] + self.coefficient[at] * power;
            }
        }
    }

    /// How far the next piece may reach from `t`, where the states are `y`: infinite once every exponential that moves
    /// any state by its tolerance (`rtol`, and `atol` by state) is slow or gone.
    #[inline(always)]
    pub fn reach(&self, t: S::Value, y: &[S], rtol: f64, atol: &[f64]) -> S::Value {
        let number = S::Value::splat;
        let since = t - self.origin;
        let mut fastest = S::Value::default();
        for (column, rate) in self.columns.iter().zip(self.rate.iter()).inspect(apart) {
            let power = (rate.value() * since).exp();
            let mut counts = S::Mask::splat(false);
            for &(i, at) in column {
                let size = (self.coefficient[at].value() * power).abs();
                counts = counts.or((y[i].value().abs() * number(rtol) + number(atol[i])).less(size));
            }
            let speed = S::Value::select(counts, rate.value().abs(), S::Value::default());
            fastest = fastest.max(speed);
        }
        number(REACH) / fastest
    }

    /// One lane's state at a time; the bits of [`Self::eval`].
    pub fn state(&self, lane: usize, time: f64, index: usize) -> f64 {
        let since = time - self.origin.get(lane);
        let mut sum = self.rest[index].get(lane);
        for (column, rate) in self.columns.iter().zip(self.rate.iter()) {
            for &(_, at) in column.iter().filter(|(i, _)| *i == index) {
                sum += self.coefficient[at].get(lane) * (Lanes([rate.get(lane)]) * Lanes([since])).exp().0[0];
            }
        }
        sum
    }

    /// The derivatives of one lane's states by time.
    pub fn slope_of(&self, lane: usize, time: f64, slopes: &mut [f64]) {
        let since = time - self.origin.get(lane);
        slopes.fill(0.0);
        for (column, rate) in self.columns.iter().zip(self.rate.iter()) {
            let power = (Lanes([rate.get(lane)]) * Lanes([since])).exp().0[0] * rate.get(lane);
            for &(i, at) in column {
                slopes[i] += self.coefficient[at].get(lane) * power;
            }
        }
    }

    /// One lane's states at each of `times`, a row a time; the bits of [`Self::eval`].
    ///
    /// `W` is as many times as are evaluated side by side.
    #[inline(always)]
    pub fn rows<W: Scalar<Value = W>>(&self, lane: usize, times: &[f64], rows: &mut [f64]) {
        let states = self.rate.len();
        let origin = W::splat(self.origin.get(lane));
        for (times, rows) in times.chunks(W::LANES).zip(rows.chunks_mut(states * W::LANES)) {
            let mut since = W::default();
            times.iter().enumerate().for_each(|(n, time)| since.set(n, *time));
            since = since - origin;
            for first in (0..states).step_by(TOGETHER) {
                let mut sums = [W::default(); TOGETHER];
                let count = TOGETHER.min(states - first);
                sums.iter_mut().zip(&self.rest[first..]).for_each(|(sum, rest)| *sum = W::splat(rest.get(lane)));
                for (column, rate) in self.columns.iter().zip(self.rate.iter()) {
                    let power = (W::splat(rate.get(lane)) * since).exp();
                    for &(i, at) in column.iter().filter(|(i, _)| (first..first + count).contains(i)) {
                        sums[i - first] = sums[i - first] + W::splat(self.coefficient[at].get(lane)) * power;
                    }
                }
                for (n, row) in rows.chunks_exact_mut(states).enumerate() {
                    row[first..first + count].iter_mut().zip(&sums).for_each(|(value, sum)| *value = sum.get(n));
                }
            }
        }
    }
}

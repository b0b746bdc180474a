//! The steady state of y' = A y + b(t) with A at rest, by matrix exponentials.
//!
//! Over an interval y becomes E y + v, E being e^(A T); what repeats is y = (I - E)^-1 v. States that nothing flows into
//! are left out: they are 0.

use super::steady::{Cycle, Stretch, UnsteadyReason};
use crate::compile::{Program, Workspace};
use crate::integrate::System;
use crate::numeric::Scalar;

/// A square matrix, row by row.
#[derive(Debug, Clone)]
struct Matrix<S> {
    size: usize,
    entries: Vec<S>,
}

/// What becomes of y over a time: E y + v.
struct Passage<S> {
    matrix: Matrix<S>,
    vector: Vec<S>,
}

/// Equations with what flows in of itself.
pub(super) struct Affine<S> {
    matrix: Matrix<S>,
    inflow: Vec<S>,
}

impl<S: Scalar> Affine<S> {
    /// The equations at a time; without what flows in of itself if doses `alone` are asked for.
    pub fn new(program: &Program, inputs: &mut Workspace<S>, time: S, alone: bool) -> Self {
        let pattern = System::<S>::pattern(program);
        let size = pattern.rows.len();
        let nothing = vec![S::default(); size];
        let mut nonzeros = vec![S::default(); pattern.rows.iter().map(Vec::len).sum()];
        let (mut by_time, mut inflow) = (nothing.clone(), nothing.clone());
        program.jacobian(inputs, time, &nothing, &mut nonzeros, &mut by_time, &mut inflow);
        let mut matrix = Matrix::zero(size);
        let places =
            pattern.rows.iter().enumerate().flat_map(|(row, columns)| columns.iter().map(move |at| (row, *at)));
        places.zip(nonzeros).for_each(|((row, column), entry)| matrix.entries[row * size + column] = entry);
        Self { matrix, inflow: if alone { nothing } else { inflow } }
    }

    /// The state at the record of what repeats.
    pub fn repeating(&self, cycle: &Cycle<S>) -> Result<Vec<S>, UnsteadyReason> {
        let reached = self.reached(cycle.state);
        let grows = |at: usize| UnsteadyReason::Grows { state: reached.get(at).copied() };
        let system = self.only(&reached);
        let target = reached.iter().position(|state| *state == cycle.state).expect("the state of the dose is reached");
        let over = system.over(&cycle.interval, target);
        if let Some(at) = over.matrix.lasts() {
            return Err(grows(at));
        }
        let mut vector = over.vector;
        let jump = |y: &mut [S]| y[target] = y[target] + cycle.jump;
        let mut jumped = vec![S::default(); reached.len()];
        jump(&mut jumped);
        vector.iter_mut().zip(over.matrix.times(&jumped)).for_each(|(v, from)| *v = *v + from);
        let mut y = over.matrix.complement().solve(vector).map_err(grows)?;
        if let Some(until_record) = &cycle.until_record {
            jump(&mut y);
            y = system.over(until_record, target).of(&y);
        }
        let mut all = vec![S::default(); self.inflow.len()];
        reached.iter().zip(y).for_each(|(at, value)| all[*at] = value);
        Ok(all)
    }

    /// The states that a dose, or what flows in of itself, gets to.
    fn reached(&self, dosed: usize) -> Vec<usize> {
        let size = self.inflow.len();
        let mut reached: Vec<bool> = self.inflow.iter().map(|inflow| inflow.get(0) != 0.0).collect();
        reached[dosed] = true;
        for _ in 0..size {
            for row in 0..size {
                let fed = (0..size).any(|from| reached[from] && self.matrix.at(row, from).get(0) != 0.0);
                reached[row] |= fed;
            }
        }
        (0..size).filter(|state| reached[*state]).collect()
    }

    fn only(&self, states: &[usize]) -> Self {
        let pairs = states.iter().flat_map(|row| states.iter().map(move |column| (*row, *column)));
        let entries = pairs.map(|(row, column)| self.matrix.at(row, column)).collect();
        let inflow = states.iter().map(|state| self.inflow[*state]).collect();
        Self { matrix: Matrix { size: states.len(), entries }, inflow }
    }

    /// What becomes of y over stretches that follow each other.
    fn over(&self, stretches: &[Stretch<S>], target: usize) -> Passage<S> {
        let size = self.inflow.len();
        let mut all = Passage { matrix: Matrix::one(size), vector: vec![S::default(); size] };
        for stretch in stretches {
            let next = self.stretch(stretch, target);
            all = Passage { vector: next.of(&all.vector), matrix: next.matrix.product(&all.matrix) };
        }
        all
    }

    fn stretch(&self, stretch: &Stretch<S>, target: usize) -> Passage<S> {
        let size = self.inflow.len();
        let wide = size + 1;
        let mut extended = Matrix::zero(wide);
        for row in 0..size {
            for column in 0..size {
                extended.entries[row * wide + column] = self.matrix.at(row, column) * stretch.span;
            }
            let given = if row == target { stretch.rate } else { S::default() };
            extended.entries[row * wide + size] = (self.inflow[row] + given) * stretch.span;
        }
        let power = extended.exponential();
        let vector = (0..size).map(|row| power.at(row, size)).collect();
        let pairs = (0..size).flat_map(|row| (0..size).map(move |column| (row, column)));
        let entries = pairs.map(|(row, column)| power.at(row, column)).collect();
        Passage { matrix: Matrix { size, entries }, vector }
    }
}

impl<S: Scalar> Passage<S> {
    fn of(&self, y: &[S]) -> Vec<S> {
        self.matrix.times(y).into_iter().zip(&self.vector).map(|(moved, added)| moved + *added).collect()
    }
}

impl<S: Scalar> Matrix<S> {
    fn zero(size: usize) -> Self {
        Self { size, entries: vec![S::default(); size * size] }
    }

    fn one(size: usize) -> Self {
        let mut one = Self::zero(size);
        (0..size).for_each(|at| one.entries[at * size + at] = S::splat(1.0));
        one
    }

    fn at(&self, row: usize, column: usize) -> S {
        self.entries[row * self.size + column]
    }

    fn times(&self, y: &[S]) -> Vec<S> {
        let row = |row: usize| y.iter().enumerate().fold(S::default(), |sum, (at, y)| sum + self.at(row, at) * *y);
        (0..self.size).map(row).collect()
    }

    fn product(&self, other: &Self) -> Self {
        let size = self.size;
        let mut product = Self::zero(size);
        for row in 0..size {
            for middle in 0..size {
                let entry = self.at(row, middle);
                for column in 0..size {
                    let place = row * size + column;
                    product.entries[place] = product.entries[place] + entry * other.at(middle, column);
                }
            }
        }
        product
    }

    /// I minus it.
    fn complement(&self) -> Self {
        let one = Self::one(self.size);
        let entries = one.entries.iter().zip(&self.entries).map(|(one, entry)| *one - *entry).collect();
        Self { size: self.size, entries }
    }

    /// The largest sum of absolute values in a row.
    fn norm(&self) -> f64 {
        let sums = self.entries.chunks(self.size.max(1)).map(|row| row.iter().map(|entry| entry.get(0).abs()).sum());
        sums.fold(0.0, f64::max)
    }

    /// Powers of two by which its variables are to be measured so that none of its entries is needlessly large: as many
    /// halvings as [`Self::exponential`] takes, as many times a rounding is doubled.
    fn scales(&self) -> Vec<f64> {
        let size = self.size;
        let mut scales = vec![1.0f64; size];
        let own = (0..size).map(|at| self.at(at, at).get(0).abs()).fold(f64::MIN_POSITIVE, f64::max);
        for _ in 0..20 {
            for at in 0..size {
                let entry = |row: usize, column: usize| {
                    if row == column { 0.0 } else { self.at(row, column).get(0).abs() * scales[column] / scales[row] }
                };
                let row: f64 = (0..size).map(|other| entry(at, other)).sum();
                let column: f64 = (0..size).map(|other| entry(other, at)).sum();
                let factor = match (row > 0.0, column > 0.0) {
                    (true, true) => (row / column).sqrt(),
                    (true, false) => (row / own).max(1.0),
                    (false, true) => (own / column).min(1.0),
                    (false, false) => 1.0,
                };
                scales[at] *= factor.log2().round().clamp(-500.0, 500.0).exp2();
            }
        }
        scales
    }

    /// e to its power: Taylor's series of a part so small that 18 terms are exact to rounding, squared up again.
    fn exponential(&self) -> Self {
        let scales = self.scales();
        let places = |factor: &dyn Fn(usize, usize) -> f64, matrix: &Self| {
            let pairs = (0..self.size).flat_map(|row| (0..self.size).map(move |column| (row, column)));
            let entries =
                pairs.zip(&matrix.entries).map(|((row, column), entry)| *entry * S::splat(factor(row, column)));
            Self { size: self.size, entries: entries.collect() }
        };
        let even = places(&|row, column| scales[column] / scales[row], self).exponential_as_it_is();
        places(&|row, column| scales[row] / scales[column], &even)
    }

    fn exponential_as_it_is(&self) -> Self {
        let norm = self.norm();
        let halvings = if norm > 0.5 { (norm / 0.5).log2().ceil().min(1000.0) as i32 } else { 0 };
        let part = S::splat(0.5f64.powi(halvings));
        let small = Self { size: self.size, entries: self.entries.iter().map(|entry| *entry * part).collect() };
        let mut sum = Self::one(self.size);
        for n in (1..=18).rev() {
            // Horner: 1 + x/n (1 + x/(n + 1) (..)).
            let mut next = small.product(&sum);
            let share = S::splat(1.0 / f64::from(n));
            next.entries.iter_mut().for_each(|entry| *entry = *entry * share);
            (0..self.size).for_each(|at| {
                let place = at * self.size + at;
                next.entries[place] = next.entries[place] + S::splat(1.0);
            });
            sum = next;
        }
        for _ in 0..halvings {
            sum = sum.product(&sum);
        }
        sum
    }

    /// A place that does not fade however often the matrix is applied; none if all do.
    fn lasts(&self) -> Option<usize> {
        let plain = self.entries.iter().map(|entry| S::splat(entry.get(0))).collect();
        let mut power = Self { size: self.size, entries: plain };
        for _ in 0..60 {
            if power.norm() < 1e-3 {
                return None;
            }
            power = power.product(&power);
            if !power.norm().is_finite() {
                break;
            }
        }
        // Not what is no number.
        let fades = |entry: f64| entry.abs() < 1e-3;
        let of_row = |row: usize| (0..self.size).any(|column| !fades(power.at(row, column).get(0)));
        (0..self.size).find(|row| of_row(*row))
    }

    /// Solves for x by elimination with the largest pivots; else the row without one.
    fn solve(mut self, mut right: Vec<S>) -> Result<Vec<S>, usize> {
        let size = self.size;
        for column in 0..size {
            let largest =
                |a: &usize, b: &usize| self.at(*a, column).get(0).abs().total_cmp(&self.at(*b, column).get(0).abs());
            let pivot = (column..size).max_by(largest).expect("rows are left");
            let value = self.at(pivot, column);
            if value.get(0) == 0.0 || !value.get(0).is_finite() {
                return Err(column);
            }
            right.swap(column, pivot);
            (0..size).for_each(|at| self.entries.swap(column * size + at, pivot * size + at));
            for row in column + 1..size {
                let factor = self.at(row, column) / self.at(column, column);
                for at in column..size {
                    self.entries[row * size + at] = self.at(row, at) - factor * self.at(column, at);
                }
                right[row] = right[row] - factor * right[column];
            }
        }
        for row in (0..size).rev() {
            let known = (row + 1..size).fold(right[row], |sum, at| sum - self.at(row, at) * right[at]);
            right[row] = known / self.at(row, row);
        }
        Ok(right)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Lanes;

    fn matrix<const N: usize>(rows: [[f64; N]; N]) -> Matrix<Lanes<1>> {
        Matrix { size: N, entries: rows.into_iter().flatten().map(|entry| Lanes([entry])).collect() }
    }

    #[test]
    fn powers_of_e_are_exact_to_rounding() {
        // y' = -2 y + 12, from 0 over 3: 6 (1 - e^-6).
        let power = matrix([[-6.0, 36.0], [0.0, 0.0]]).exponential();
        assert!((power.at(0, 0).get(0) - (-6.0f64).exp()).abs() < 1e-15, "{power:?}");
        assert!((power.at(0, 1).get(0) - 6.0 * (1.0 - (-6.0f64).exp())).abs() < 1e-13, "{power:?}");
        // A turn by 1 rad, and a fast loss.
        let turn = matrix([[0.0, -1.0], [1.0, 0.0]]).exponential();
        assert!(
            (turn.at(0, 0).get(0) - 1.0f64.cos()).abs() < 1e-15 && (turn.at(1, 0).get(0) - 1.0f64.sin()).abs() < 1e-15
        );
        // Numbers of very different size.
        let power = matrix([[-1.1, 12e9], [0.0, 0.0]]).exponential();
        assert!((power.at(0, 0).get(0) - (-1.1f64).exp()).abs() < 1e-15, "{power:?}");
        assert!((power.at(0, 1).get(0) / (12e9 / 1.1 * (1.0 - (-1.1f64).exp())) - 1.0).abs() < 1e-14, "{power:?}");
        let fast = matrix([[-1e6, 1e6], [0.0, 0.0]]).exponential();
        assert!((fast.at(0, 1).get(0) - 1.0).abs() < 1e-9, "{fast:?}");
    }

    #[test]
    fn what_grows_or_stays_lasts() {
        assert_eq!(matrix([[0.5, 0.0], [3.0, 0.9]]).lasts(), None);
        assert_eq!(matrix([[0.5, 0.0], [3.0, 1.0]]).lasts(), Some(1));
        assert_eq!(matrix([[2.0, 0.0], [0.0, 0.1]]).lasts(), Some(0));
        let solved = matrix([[0.0, 2.0], [4.0, 0.0]]).solve(vec![Lanes([2.0]), Lanes([8.0])]).unwrap();
        assert_eq!([solved[0].get(0), solved[1].get(0)], [2.0, 1.0]);
    }
}

use crate::numeric::{Aligned, Mask, Scalar, aligned, apart};

use super::system::Pattern;

/// Above this product of spectral radius and remaining span the stiff method is cheaper.
///
/// The explicit method needs about (product / 3.3) steps to stay stable. The stiff one's steps cost some 2.3 times as
/// much (8 rates, Jacobian and elimination against 6 rates), but at equal tolerance it takes half as many where
/// accuracy decides (measured: 26 against 54). So a needless stiff run costs little, a needless explicit one much:
/// break-even of a smooth problem of 26 stiff steps is near 200.
pub(super) const THRESHOLD: f64 = 250.0;

/// From this product of spectral radius and step on, the explicit method's steps are taken to be held down.
///
/// Stability holds them at 3.3, at tight tolerances at 2.5; well below that already a state that follows others fast
/// costs accuracy. Measured on the shipped models: with 1 nothing gets slower than by the stiff method alone, with 1.5
/// `hardiansyah-2019` does by 40 % at rtol 1e-8, where explicit steps of product 1 to 2 are a fifth of the stiff ones.
pub(super) const HELD: f64 = 1.0;

/// Accepted explicit steps between two looks at the Jacobian. An estimate from the stages alone would be free, but can
/// be far too low: 0.4 where the product is 2.6, in `cart-crs`.
pub(super) const CHECK_EVERY: u32 = 10;

/// Rounds of power iteration at each look.
pub(super) const ROUNDS_A_CHECK: usize = 3;

/// Looks in a row at held steps that make a lane go on with the stiff method.
pub(super) const STIFF_HITS: u32 = 2;

/// Below this product of spectral radius and the stiff method's step the explicit method has nothing to fear.
pub(super) const MILD: f64 = 0.5;

/// Steps below that limit in a row that make a lane go back to the explicit method.
pub(super) const MILD_HITS: u32 = 15;

const ROUNDS: usize = 12;
const COUNTED: i32 = 4;

/// Size of the largest eigenvalue of each lane's Jacobian, estimated by power iteration.
///
/// States are scaled by `weight` (their tolerances), so that their units do not matter. The start vector is fixed. At
/// a start some rounds are done and the growth of the last is averaged, which is enough to tell 100 from 10 000;
/// afterwards one round a step follows the Jacobian as it changes.
#[derive(Debug, Clone)]
pub(super) struct PowerIteration<S: Scalar> {
    vector: Aligned<S::Value>,
    product: Aligned<S::Value>,
}

impl<S: Scalar> PowerIteration<S> {
    pub fn new(size: usize) -> Self {
        let mut new = Self { vector: aligned(size), product: aligned(size) };
        new.restart(S::Mask::splat(true));
        new
    }

    /// Begins anew in the lanes of `mask`.
    #[inline(always)]
    fn restart(&mut self, mask: S::Mask) {
        for (i, v) in self.vector.iter_mut().enumerate().inspect(apart) {
            let size = 1.0 + (i * 7 % 11) as f64 / 11.0;
            *v = S::Value::select(mask, S::Value::splat(if i % 2 == 0 { size } else { -size }), *v);
        }
    }

    /// The estimate from a new start in the lanes of `mask`; the others keep what they have.
    #[inline(always)]
    pub fn radius(&mut self, mask: S::Mask, pattern: &Pattern, jacobian: &[S], weight: &[S::Value]) -> S::Value {
        self.restart(mask);
        let mut growth = S::Value::splat(1.0);
        for round in 0..ROUNDS {
            let norm = self.round(mask, pattern, jacobian, weight);
            if round > 0 && round + (COUNTED as usize) >= ROUNDS {
                growth = growth * norm;
            }
        }
        let (radius, zero) = (growth.sqrt().sqrt(), S::Value::default());
        let finite = radius.less_equal(S::Value::splat(f64::MAX));
        S::Value::select(finite.and(zero.less(radius)), radius, zero)
    }

    /// One round in the lanes of `mask`; gives by how much each vector grew.
    #[inline(always)]
    pub fn round(&mut self, mask: S::Mask, pattern: &Pattern, jacobian: &[S], weight: &[S::Value]) -> S::Value {
        let zero = S::Value::default();
        let mut entries = jacobian.iter();
        let mut square = zero;
        for (i, row) in pattern.rows.iter().enumerate().inspect(apart) {
            let mut sum = zero;
            for (&j, entry) in row.iter().zip(&mut entries) {
                sum = sum + entry.value() * (weight[j] * self.vector[j]);
            }
            self.product[i] = sum / weight[i];
            square = square + self.product[i] * self.product[i];
        }
        let norm = square.sqrt();
        // A Jacobian that is 0 now may grow later, one that is not finite may recover: the vector waits for it.
        let moved = mask.and(zero.less(norm)).and(norm.less_equal(S::Value::splat(f64::MAX)));
        let per_norm = S::Value::splat(1.0) / norm;
        for (v, &p) in self.vector.iter_mut().zip(self.product.iter()).inspect(apart) {
            *v = S::Value::select(moved, p * per_norm, *v);
        }
        norm
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::{LaneMask, Lanes};

    fn radius(rows: Vec<Vec<usize>>, entries: &[[f64; 2]], weight: &[[f64; 2]]) -> [f64; 2] {
        let n = rows.len();
        let entries: Vec<_> = entries.iter().map(|&e| Lanes(e)).collect();
        let weight: Vec<_> = weight.iter().map(|&w| Lanes(w)).collect();
        let mut power = PowerIteration::<Lanes<2>>::new(n);
        power.radius(LaneMask([true; 2]), &Pattern { rows }, &entries, &weight).0
    }

    #[test]
    fn finds_the_fastest_decay_whatever_the_units() {
        // Lower triangular: decays 0.1, 200 and 3; lane 1 has the second state in units a million times smaller.
        let rows = vec![vec![0], vec![0, 1], vec![1, 2]];
        let entries = [[-0.1; 2], [5.0, 5e6], [-200.0; 2], [40.0, 40e-6], [-3.0; 2]];
        let [a, b] = radius(rows, &entries, &[[1e-6; 2], [1e-6, 1.0], [1e-6; 2]]);
        assert!((a - 200.0).abs() < 1.0 && (b - 200.0).abs() < 1.0, "{a} {b}");
    }

    #[test]
    fn oscillation_and_nothing_at_all() {
        let rows = vec![vec![0, 1], vec![0, 1]];
        let [turning, still] = radius(rows, &[[0.0; 2], [7.0, 0.0], [-7.0, 0.0], [0.0; 2]], &[[1.0; 2]; 2]);
        assert!((turning - 7.0).abs() < 1e-12 && still == 0.0, "{turning} {still}");
    }

    #[test]
    fn a_jacobian_that_is_nothing_or_not_finite_does_not_blind_it() {
        let mut power = PowerIteration::<Lanes<2>>::new(1);
        let pattern = Pattern { rows: vec![vec![0]] };
        let mut round =
            |entries: [f64; 2]| power.round(LaneMask([true; 2]), &pattern, &[Lanes(entries)], &[Lanes([1.0; 2])]).0;
        round([-5.0, -5.0]);
        round([0.0, f64::INFINITY]);
        round([f64::NAN, f64::NEG_INFINITY]);
        assert_eq!(round([-7.0, -3.0]), [7.0, 3.0]);
    }
}

use crate::numeric::Mask;
use crate::numeric::Scalar;

use super::system::Pattern;

/// Above this product of spectral radius and remaining span the stiff method is cheaper.
///
/// The explicit method needs about (product / 3.3) steps to stay stable. The stiff one's steps cost some 2.3 times as
/// much (8 rates, Jacobian and elimination against 6 rates), but at equal tolerance it takes half as many where
/// accuracy decides (measured: 26 against 54). So a needless stiff run costs little, a needless explicit one much:
/// break-even of a smooth problem of 26 stiff steps is near 200.
pub(super) const THRESHOLD: f64 = 250.0;

/// The explicit method's limit of stability on the negative real axis, as the stiffness test takes it.
pub(super) const STABILITY: f64 = 3.25;

/// Steps at the limit of stability in a row that make a lane change its method.
pub(super) const HITS: u32 = 15;

/// Steps well inside it that forgive the hits before.
pub(super) const FORGIVEN: u32 = 6;

const ROUNDS: usize = 12;
const COUNTED: i32 = 4;

/// Size of the largest eigenvalue of a Jacobian, estimated by power iteration, in all lanes at once.
///
/// States are scaled by `weight` (their tolerances), so that their units do not matter. The start vector is fixed;
/// the growth of the last rounds is averaged, which is enough to tell 100 from 10 000.
pub(super) fn spectral_radius<S: Scalar>(
    pattern: &Pattern,
    jacobian: &[S],
    weight: &[S::Value],
    vector: &mut [S::Value],
    product: &mut [S::Value],
) -> S::Value {
    let zero = S::Value::default();
    let one = S::Value::splat(1.0);
    for (i, v) in vector.iter_mut().enumerate() {
        let size = 1.0 + (i * 7 % 11) as f64 / 11.0;
        *v = S::Value::splat(if i % 2 == 0 { size } else { -size });
    }
    let mut growth = one;
    for round in 0..ROUNDS {
        let mut entries = jacobian.iter();
        let mut square = zero;
        for (i, row) in pattern.rows.iter().enumerate() {
            let mut sum = zero;
            for (&j, entry) in row.iter().zip(&mut entries) {
                sum = sum + entry.value() * (weight[j] * vector[j]);
            }
            product[i] = sum / weight[i];
            square = square + product[i] * product[i];
        }
        let norm = square.sqrt();
        let positive = zero.less(norm);
        let per_norm = S::Value::select(positive, one / norm, zero);
        for (v, &p) in vector.iter_mut().zip(product.iter()) {
            *v = p * per_norm;
        }
        if round > 0 && round + (COUNTED as usize) >= ROUNDS {
            growth = growth * norm;
        }
    }
    let radius = growth.sqrt().sqrt();
    let finite = radius.less_equal(S::Value::splat(f64::MAX));
    S::Value::select(finite.and(zero.less(radius)), radius, zero)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Lanes;

    fn radius(rows: Vec<Vec<usize>>, entries: &[[f64; 2]], weight: &[[f64; 2]]) -> [f64; 2] {
        let n = rows.len();
        let entries: Vec<_> = entries.iter().map(|&e| Lanes(e)).collect();
        let weight: Vec<_> = weight.iter().map(|&w| Lanes(w)).collect();
        let (mut v, mut p) = (vec![Lanes([0.0; 2]); n], vec![Lanes([0.0; 2]); n]);
        spectral_radius(&Pattern { rows }, &entries, &weight, &mut v, &mut p).0
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
}

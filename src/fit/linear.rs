//! Small dense matrices over engine numbers, row by row: what nalgebra has for plain numbers only.

use crate::numeric::Scalar;
pub(super) use crate::numeric::cholesky;

/// ln det of L L'.
pub(super) fn ln_determinant<S: Scalar>(root: &[S], n: usize) -> S {
    let ln = (0..n).fold(S::default(), |sum, i| sum + root[i * n + i].ln());
    ln + ln
}

/// x with L x = b, in the place of b.
pub(super) fn forward<S: Scalar>(root: &[S], n: usize, b: &mut [S]) {
    for i in 0..n {
        let sum = (0..i).fold(b[i], |sum, k| sum - root[i * n + k] * b[k]);
        b[i] = sum / root[i * n + i];
    }
}

/// x with L' x = b, in the place of b.
pub(super) fn backward<S: Scalar>(root: &[S], n: usize, b: &mut [S]) {
    for i in (0..n).rev() {
        let sum = (i + 1..n).fold(b[i], |sum, k| sum - root[k * n + i] * b[k]);
        b[i] = sum / root[i * n + i];
    }
}

/// x with L L' x = b, in the place of b.
pub(super) fn solve<S: Scalar>(root: &[S], n: usize, b: &mut [S]) {
    forward(root, n, b);
    backward(root, n, b);
}

/// The inverse of L L'.
pub(super) fn inverse<S: Scalar>(root: &[S], n: usize) -> Vec<S> {
    let mut inverse = vec![S::default(); n * n];
    let mut column = vec![S::default(); n];
    for j in 0..n {
        column.fill(S::default());
        column[j] = S::splat(1.0);
        solve(root, n, &mut column);
        (0..n).for_each(|i| inverse[i * n + j] = column[i]);
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Lanes;

    /// By hand: [[4, 2], [2, 5]] = L L' with L = [[2, 0], [1, 2]]; its determinant is 16, its inverse [[5, -2], [-2, 4]]/16.
    #[test]
    fn two_by_two_by_hand() {
        let mut root = [4.0, 2.0, 2.0, 5.0].map(|x| Lanes([x]));
        assert!(cholesky(&mut root, 2));
        assert_eq!(root.map(|x| x.get(0)), [2.0, 0.0, 1.0, 2.0]);
        assert!((ln_determinant(&root, 2).get(0) - 16f64.ln()).abs() < 1e-15);
        let found: Vec<f64> = inverse(&root, 2).iter().map(|x| x.get(0) * 16.0).collect();
        for (found, expected) in found.iter().zip([5.0, -2.0, -2.0, 4.0]) {
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
        assert!(!cholesky(&mut [1.0, 2.0, 2.0, 1.0].map(|x| Lanes([x])), 2));
    }
}

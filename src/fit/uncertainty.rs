//! How well the estimates are known: R, S and the sandwich of both.

use super::approximate::Approximated;
use super::importance::Draws;
use super::linear::cholesky;
use super::mode::{Mode, ones, plain};
use super::objective::Approximation;
use super::population::Population;
use std::str::FromStr;

/// Which covariance of the estimates.
///
/// # Reference
/// NONMEM's MATRIX=R, MATRIX=S and the default R^-1 S R^-1; White 1982, doi:10.2307/1912526.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Uncertainty {
    /// None.
    None,
    /// Inverse of half the second derivative of the objective.
    #[default]
    R,
    /// Inverse of a quarter of the sum of the products of the subjects' gradients.
    S,
    /// R^-1 S R^-1.
    Sandwich,
}

impl Uncertainty {
    /// The word of the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::R => "r",
            Self::S => "s",
            Self::Sandwich => "rsr",
        }
    }
}

impl FromStr for Uncertainty {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        let all = [Self::None, Self::R, Self::S, Self::Sandwich];
        all.into_iter().find(|known| known.name() == name).ok_or_else(|| format!("`{name}` is none of r, s, rsr, none"))
    }
}

/// Step of the central differences of the gradient, on the scale of estimation.
const STEP: f64 = 2e-3;

/// The covariance from half the second derivatives and the products of the gradients; none if a matrix has no inverse.
pub(super) fn covariance(kind: Uncertainty, r: &[f64], gradients: &[Vec<f64>], n: usize) -> Option<Vec<f64>> {
    let inverse = |matrix: &[f64]| {
        let mut root = ones(matrix);
        cholesky(&mut root, n).then(|| plain(&super::linear::inverse(&root, n)))
    };
    let mut s = vec![0.0; n * n];
    for gradient in gradients {
        for i in 0..n {
            (0..n).for_each(|j| s[i * n + j] += 0.25 * gradient[i] * gradient[j]);
        }
    }
    match kind {
        Uncertainty::None => None,
        Uncertainty::R => inverse(r),
        Uncertainty::S => inverse(&s),
        Uncertainty::Sandwich => {
            let r = inverse(r)?;
            Some(product(&product(&r, &s, n), &r, n))
        }
    }
}

fn product(a: &[f64], b: &[f64], n: usize) -> Vec<f64> {
    (0..n * n).map(|at| (0..n).map(|k| a[at / n * n + k] * b[k * n + at % n]).sum()).collect()
}

/// Half the second derivative of the objective, by central differences of its `gradient`.
pub(super) fn half_hessian(x: &[f64], mut gradient: impl FnMut(&[f64], usize) -> Option<Vec<f64>>) -> Option<Vec<f64>> {
    let n = x.len();
    let mut r = vec![0.0; n * n];
    for i in 0..n {
        let mut moved = |by: f64| {
            let mut moved = x.to_vec();
            moved[i] += by;
            gradient(&moved, i)
        };
        let (up, down) = (moved(STEP)?, moved(-STEP)?);
        for j in 0..n {
            let slope = (up[j] - down[j]) / (2.0 * STEP) / 2.0;
            r[i * n + j] += 0.5 * slope;
            r[j * n + i] += 0.5 * slope;
        }
    }
    Some(r)
}

impl Population<'_> {
    /// Half the second derivative of an approximated objective.
    pub(super) fn curvature_of(&self, found: &Approximated, how: Approximation) -> Option<Vec<f64>> {
        let modes: &[Mode] = &found.evaluation.modes;
        half_hessian(&found.x, |x, _| Some(self.evaluate(x, how, modes, true).ok()?.gradient))
    }

    /// The same of the likelihood by importance sampling; where a parameter without random effects moves, the draws are
    /// predicted anew.
    pub(super) fn curvature_by(
        &self,
        x: &[f64],
        drawn: &Draws,
        mut again: impl FnMut(&[f64]) -> Option<Draws>,
    ) -> Option<Vec<f64>> {
        use super::structure::Coordinate;
        let coordinates = self.structure.coordinates();
        half_hessian(x, |moved, at| {
            let unvaried = match coordinates[at] {
                Coordinate::Typical(one) | Coordinate::Relation(one, _) => {
                    self.structure.individuals[one].eta.is_none()
                }
                _ => false,
            };
            let scores = if unvaried { self.scores(moved, &again(moved)?) } else { self.scores(moved, drawn) };
            let prior = self.prior_gradient(moved);
            Some((0..x.len()).map(|k| prior[k] + scores.iter().map(|score| score[k]).sum::<f64>()).collect())
        })
    }
}

/// Largest over smallest eigenvalue of the correlations of a covariance.
pub(super) fn condition(matrix: &[f64], n: usize) -> f64 {
    let correlation =
        nalgebra::DMatrix::from_fn(n, n, |i, j| matrix[i * n + j] / (matrix[i * n + i] * matrix[j * n + j]).sqrt());
    if n == 0 || correlation.iter().any(|value| !value.is_finite()) {
        return f64::NAN;
    }
    let values = correlation.symmetric_eigenvalues();
    let (least, most) =
        values.iter().fold((f64::INFINITY, 0.0f64), |(least, most), value| (least.min(*value), most.max(*value)));
    most / least.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: R = [[2, 0], [0, 4]], gradients (2, 0) and (0, 2), so S = I: R^-1 = diag(1/2, 1/4), R^-1 S R^-1 = diag(1/4, 1/16).
    #[test]
    fn the_three_covariances_by_hand() {
        let (r, gradients) = ([2.0, 0.0, 0.0, 4.0], [vec![2.0, 0.0], vec![0.0, 2.0]]);
        for (kind, expected) in [
            (Uncertainty::R, [0.5, 0.0, 0.0, 0.25]),
            (Uncertainty::S, [1.0, 0.0, 0.0, 1.0]),
            (Uncertainty::Sandwich, [0.25, 0.0, 0.0, 0.0625]),
        ] {
            for (found, expected) in covariance(kind, &r, &gradients, 2).unwrap().iter().zip(expected) {
                assert!((found - expected).abs() < 1e-15, "{kind:?}: {found} against {expected}");
            }
        }
        // Correlation 0.5: eigenvalues 1.5 and 0.5.
        assert!((condition(&[4.0, 1.0, 1.0, 1.0], 2) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn half_hessian_of_a_square() {
        // x^2 + 3 x y: gradient (2x + 3y, 3x).
        let r = half_hessian(&[1.0, 2.0], |x, _| Some(vec![2.0 * x[0] + 3.0 * x[1], 3.0 * x[0]])).unwrap();
        for (found, expected) in r.iter().zip([1.0, 1.5, 1.5, 0.0]) {
            assert!((found - expected).abs() < 1e-9);
        }
    }
}

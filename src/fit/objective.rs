//! The objective of a subject: minus twice the logarithm of its marginal likelihood, approximated, without N ln(2 pi).

use std::fmt;
use std::str::FromStr;

use super::linear::{cholesky, forward, ln_determinant};
use super::observed::{Measured, constant, location};
use super::structure::Point;
use crate::error_model::{ErrorModel, Observed};
use crate::numeric::{Dual, Scalar};

/// ln(2 pi).
pub const LN_2_PI: f64 = 1.837_877_066_409_345_5;

/// How the integral over the random effects is approximated.
///
/// # Reference
/// Wang 2007, doi:10.1007/s10928-007-9060-6 (derivation of NONMEM's FO, FOCE and Laplace).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approximation {
    /// The prediction linear in the random effects around 0, the residual variance that at 0.
    Fo,
    /// Linear around the mode; the residual variance is that at random effects of 0.
    Foce,
    /// Linear around the mode, with the residual variance of the mode: H = sum f'f'^T / R + 1/2 (ln R)'(ln R)'^T + Omega^-1.
    Focei,
    /// Laplace: H is the second derivative of the joint density at the mode.
    Laplace,
}

impl Approximation {
    /// All.
    pub const ALL: [Self; 4] = [Self::Fo, Self::Foce, Self::Focei, Self::Laplace];

    /// The word of the command line.
    pub fn name(self) -> &'static str {
        ["fo", "foce", "focei", "laplace"][self as usize]
    }

    /// Whether there is a mode to be found.
    pub fn has_mode(self) -> bool {
        self != Self::Fo
    }
}

impl fmt::Display for Approximation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Approximation {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|known| known.name() == name).ok_or_else(|| format!("`{name}` is no approximation"))
    }
}

/// What the objective of a subject is made of, with derivatives by whatever `S` carries.
#[derive(Debug)]
pub(super) struct Parts<'a, S> {
    /// The measurements.
    pub measured: &'a [Measured],
    /// Population values.
    pub point: &'a Point<S>,
    /// Place of the individual parameter of each random effect.
    pub of_eta: &'a [usize],
    /// Predictions, first and second derivatives by individual parameters; second ones only where they are needed.
    pub value: &'a [S],
    pub first: &'a [S],
    pub second: &'a [S],
    /// Predictions at random effects of 0, for `Foce`.
    pub at_zero: &'a [S],
    /// Random effects over the root of Omega.
    pub zeta: &'a [S],
    /// Number of individual parameters.
    pub width: usize,
}

impl<S: Scalar> Parts<'_, S> {
    /// The residual error of a measurement: under FOCE that at random effects of 0.
    fn error(&self, how: Approximation, at: usize) -> ErrorModel<S> {
        let error = self.point.errors[self.measured[at].residual];
        match error {
            ErrorModel::Lognormal { .. } | ErrorModel::Additive { .. } => error,
            _ if how == Approximation::Foce => ErrorModel::Additive { sd: error.spread(self.at_zero[at]) },
            _ => error,
        }
    }

    /// Derivative of the prediction of a measurement by a random effect of variance 1.
    pub fn by_zeta(&self, at: usize) -> Vec<S> {
        let q = self.of_eta.len();
        let row = &self.first[at * self.width..][..self.width];
        (0..q)
            .map(|k| (k..q).fold(S::default(), |sum, eta| sum + row[self.of_eta[eta]] * self.point.root[eta * q + k]))
            .collect()
    }

    /// Minus the logarithm of the joint density of data and `zeta`, up to N and q ln(2 pi) / 2.
    pub fn joint(&self, how: Approximation) -> S {
        let half = S::splat(0.5);
        let density = self.zeta.iter().fold(S::default(), |sum, zeta| sum + *zeta * *zeta * half);
        self.measured.iter().enumerate().fold(density, |sum, (at, row)| {
            let all = if matches!(row.observed, Observed::Value(_)) { LN_2_PI / 2.0 } else { 0.0 };
            sum - row.term(&self.error(how, at), self.value[at]) - S::splat(all)
        })
    }

    /// Its gradient by `zeta`.
    pub fn gradient(&self, how: Approximation) -> Vec<S> {
        let mut gradient = self.zeta.to_vec();
        for (at, row) in self.measured.iter().enumerate() {
            let slope = slope(row, &self.error(how, at), self.value[at]);
            for (sum, by) in gradient.iter_mut().zip(self.by_zeta(at)) {
                *sum = *sum - slope * by;
            }
        }
        gradient
    }

    /// The matrix H over the root of Omega: I + L' (sum of the measurements' information) L. `exact` takes second
    /// derivatives of all measurements, else those of the censored ones alone, if they are known.
    pub fn curvature(&self, how: Approximation, exact: bool) -> Vec<S> {
        let q = self.of_eta.len();
        let mut matrix = vec![S::default(); q * q];
        (0..q).for_each(|k| matrix[k * q + k] = S::splat(1.0));
        let mut bent = vec![S::default(); q * q];
        let mut is_bent = false;
        for (at, row) in self.measured.iter().enumerate() {
            let (error, by) = (self.error(how, at), self.by_zeta(at));
            let weight = if exact || row.is_censored() {
                let [_, slope, second] = row.with_slopes(&error, self.value[at]);
                if !self.second.is_empty() {
                    is_bent = true;
                    let rows = &self.second[at * self.width * self.width..][..self.width * self.width];
                    for i in 0..q {
                        for j in 0..=i {
                            let entry = rows[self.of_eta[i] * self.width + self.of_eta[j]];
                            bent[i * q + j] = bent[i * q + j] - slope * entry;
                        }
                    }
                }
                -second
            } else {
                Measured::information(&error, self.value[at])
            };
            for i in 0..q {
                let scaled = weight * by[i];
                for j in 0..=i {
                    matrix[i * q + j] = matrix[i * q + j] + scaled * by[j];
                }
            }
        }
        if is_bent {
            self.add_between_roots(&bent, &mut matrix);
        }
        for i in 0..q {
            for j in i + 1..q {
                matrix[i * q + j] = matrix[j * q + i];
            }
        }
        matrix
    }

    /// Adds L' `bent` L, of which the lower triangle is given, to the lower triangle of `matrix`.
    fn add_between_roots(&self, bent: &[S], matrix: &mut [S]) {
        let q = self.of_eta.len();
        let entry = |i: usize, j: usize| if i >= j { bent[i * q + j] } else { bent[j * q + i] };
        for a in 0..q {
            let half: Vec<S> = (0..q)
                .map(|j| (a..q).fold(S::default(), |sum, i| sum + self.point.root[i * q + a] * entry(i, j)))
                .collect();
            for b in 0..=a {
                let product = (b..q).fold(S::default(), |sum, j| sum + half[j] * self.point.root[j * q + b]);
                matrix[a * q + b] = matrix[a * q + b] + product;
            }
        }
    }

    /// The objective; none where a matrix is not positive definite.
    pub fn objective(&self, how: Approximation) -> Option<S> {
        if how == Approximation::Fo {
            return self.first_order();
        }
        let q = self.of_eta.len();
        let joint = self.joint(how);
        let mut matrix = self.curvature(how, how == Approximation::Laplace);
        if !cholesky(&mut matrix, q) {
            return None;
        }
        Some(joint + joint + ln_determinant(&matrix, q))
    }

    /// The objective of FO: data are normal around the prediction at 0 with variance f' Omega f'^T + R.
    fn first_order(&self) -> Option<S> {
        let n = self.measured.len();
        let q = self.of_eta.len();
        let mut by = Vec::with_capacity(n * q);
        let mut residual = Vec::with_capacity(n);
        let mut variance = Vec::with_capacity(n);
        let mut constants = S::default();
        for (at, row) in self.measured.iter().enumerate() {
            let error = self.point.errors[row.residual];
            let Observed::Value(observed) = row.observed else { return None };
            let mut lifted: Dual<S, 1> = constant(self.value[at]);
            lifted.tangents[0] = S::splat(1.0);
            let m = location(&error.map(constant), lifted);
            by.extend(self.by_zeta(at).into_iter().map(|slope| slope * m.tangents[0]));
            residual.push(location(&error, S::splat(observed)) - m.value);
            let sd = error.spread(self.value[at]);
            variance.push(sd * sd);
            if matches!(error, ErrorModel::Lognormal { .. }) {
                constants = constants + S::splat(2.0 * observed.ln());
            }
        }
        let mut matrix = vec![S::default(); n * n];
        for i in 0..n {
            for j in 0..=i {
                let sum = (0..q).fold(S::default(), |sum, k| sum + by[i * q + k] * by[j * q + k]);
                matrix[i * n + j] = if i == j { sum + variance[i] } else { sum };
            }
        }
        if !cholesky(&mut matrix, n) {
            return None;
        }
        forward(&matrix, n, &mut residual);
        let squares = residual.iter().fold(S::default(), |sum, residual| sum + *residual * *residual);
        Some(squares + ln_determinant(&matrix, n) + constants)
    }
}

/// Derivative of a term by its prediction.
fn slope<S: Scalar>(row: &Measured, error: &ErrorModel<S>, prediction: S) -> S {
    let lifted = error.map(constant);
    let mut f: Dual<S, 1> = constant(prediction);
    f.tangents[0] = S::splat(1.0);
    row.term(&lifted, f).tangents[0]
}

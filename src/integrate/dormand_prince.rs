use crate::numeric::{Aligned, Scalar, aligned, apart};

use super::piece::Curve;
use super::system::System;

const STAGES: usize = 7;

/// One attempted step of Dormand and Prince's explicit Runge-Kutta method of order 5(4) in all lanes.
///
/// The last stage is the first of the next step. Dense output of order 4.
///
/// # Reference
/// Dormand and Prince 1980, doi:10.1016/0771-050X(80)90013-3; dense output as in Hairer, Norsett and Wanner, Solving
/// Ordinary Differential Equations I (1993), section II.6.
#[derive(Debug, Clone)]
pub(super) struct DormandPrince<S: Scalar> {
    k: [Aligned<S>; STAGES],
    argument: Aligned<S>,
}

impl<S: Scalar> DormandPrince<S> {
    pub fn new(size: usize) -> Self {
        let zeros = || aligned(size);
        Self { k: std::array::from_fn(|_| zeros()), argument: zeros() }
    }

    /// Attempts a step from y with rate f(t, y); `new` and `error` get all lanes.
    #[inline(always)]
    pub fn attempt<Y: System<S>>(
        &mut self,
        system: &Y,
        workspace: &mut Y::Workspace,
        (t, h): (S::Value, S::Value),
        (y, rate): (&[S], &[S]),
        new: &mut [S],
        error: &mut [S::Value],
    ) {
        let number = S::Value::splat;
        self.k[0].copy_from_slice(rate);
        for stage in 1..STAGES {
            let row = ARGUMENT[stage];
            for i in (0..y.len()).inspect(apart) {
                self.argument[i] = y[i] + combination(&self.k, row, i).scale(h);
            }
            let at = S::constant(t + number(NODES[stage]) * h);
            system.rates(workspace, at, &self.argument, &mut self.k[stage]);
        }
        // The last stage's argument is the new state.
        new.copy_from_slice(&self.argument);
        for (i, error) in error.iter_mut().enumerate().inspect(apart) {
            *error = combination(&self.k, &ERROR, i).value() * h;
        }
    }

    /// The rate at the end of the last attempt.
    pub fn last_rate(&self) -> &[S] {
        &self.k[STAGES - 1]
    }

    /// Puts the curve's inner coefficients of the last attempt into the lanes of `mask`.
    ///
    /// Hairer's r3 + s (r4 + (1-s) r5) is k1 + s (k2 + s k3).
    #[inline(always)]
    pub fn interpolate(&self, mask: S::Mask, h: S::Value, curve: &mut Curve<S>) {
        let [first, second, third] = &mut curve.k;
        for i in (0..first.len()).inspect(apart) {
            let rise = curve.to[i] - curve.from[i];
            let r3 = self.k[0][i].scale(h) - rise;
            let r4 = rise - self.k[6][i].scale(h) - r3;
            let r5 = combination(&self.k, &DENSE, i).scale(h);
            first[i] = S::select(mask, r3, first[i]);
            second[i] = S::select(mask, r4 + r5, second[i]);
            third[i] = S::select(mask, -r5, third[i]);
        }
    }
}

/// Sum of the stages with these coefficients, the second stage (never used alone) left out where it is 0.
#[inline(always)]
fn combination<S: Scalar>(k: &[Aligned<S>; STAGES], coefficients: &[f64], i: usize) -> S {
    let mut sum = k[0][i].scale(S::Value::splat(coefficients[0]));
    for (k, &c) in k[1..].iter().zip(&coefficients[1..]) {
        if c != 0.0 {
            sum = sum + k[i].scale(S::Value::splat(c));
        }
    }
    sum
}

const NODES: [f64; STAGES] = [0.0, 1.0 / 5.0, 3.0 / 10.0, 4.0 / 5.0, 8.0 / 9.0, 1.0, 1.0];

const ARGUMENT: [&[f64]; STAGES] = [
    &[],
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];

/// Weights of order 5 minus weights of order 4.
const ERROR: [f64; STAGES] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0];

const DENSE: [f64; STAGES] = [
    -12715105075.0 / 11282082432.0,
    0.0,
    87487479700.0 / 32700410799.0,
    -10690763975.0 / 1880347072.0,
    701980252875.0 / 199316789632.0,
    -1453857185.0 / 822651844.0,
    69997945.0 / 29380423.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix() -> [[f64; STAGES]; STAGES] {
        let mut a = [[0.0; STAGES]; STAGES];
        ARGUMENT.iter().enumerate().for_each(|(i, row)| a[i][..row.len()].copy_from_slice(row));
        a
    }

    /// Sum of weights times a product of node powers and matrix products, for every rooted tree up to order 5.
    fn residuals(b: &[f64; STAGES], order: usize) -> Vec<(usize, f64)> {
        let a = matrix();
        let c = NODES;
        let times = |v: [f64; STAGES]| -> [f64; STAGES] {
            std::array::from_fn(|i| a[i].iter().zip(v).map(|(a, v)| a * v).sum())
        };
        let mul = |x: [f64; STAGES], y: [f64; STAGES]| -> [f64; STAGES] { std::array::from_fn(|i| x[i] * y[i]) };
        let one = [1.0; STAGES];
        let c2 = mul(c, c);
        let c3 = mul(c2, c);
        let ac = times(c);
        let trees = [
            (1, one, 1.0),
            (2, c, 2.0),
            (3, c2, 3.0),
            (3, ac, 6.0),
            (4, c3, 4.0),
            (4, mul(c, ac), 8.0),
            (4, times(c2), 12.0),
            (4, times(ac), 24.0),
            (5, mul(c3, c), 5.0),
            (5, mul(c2, ac), 10.0),
            (5, mul(c, times(c2)), 15.0),
            (5, mul(c, times(ac)), 30.0),
            (5, mul(ac, ac), 20.0),
            (5, times(c3), 20.0),
            (5, times(mul(c, ac)), 40.0),
            (5, times(times(c2)), 60.0),
            (5, times(times(ac)), 120.0),
        ];
        let residual = |v: [f64; STAGES], gamma: f64| b.iter().zip(v).map(|(b, v)| b * v).sum::<f64>() - 1.0 / gamma;
        trees.iter().filter(|t| t.0 <= order).map(|&(order, v, gamma)| (order, residual(v, gamma))).collect()
    }

    #[test]
    fn row_sums_are_the_nodes() {
        for (row, node) in matrix().iter().zip(NODES) {
            assert!((row.iter().sum::<f64>() - node).abs() < 1e-14);
        }
    }

    #[test]
    fn order_conditions() {
        let fifth = matrix()[6];
        for (order, residual) in residuals(&fifth, 5) {
            assert!(residual.abs() < 1e-14, "order {order}: {residual}");
        }
        let fourth: [f64; STAGES] = std::array::from_fn(|i| fifth[i] - ERROR[i]);
        for (order, residual) in residuals(&fourth, 4) {
            assert!(residual.abs() < 1e-14, "embedded, order {order}: {residual}");
        }
        // And no further, or the estimate would see nothing.
        assert!(residuals(&fourth, 5).iter().any(|(_, residual)| residual.abs() > 1e-4));
    }

    /// Hermite data at both ends and the integral condition of order 4 in the middle: the inner weights of the
    /// dense output sum to 0.
    #[test]
    fn dense_coefficients_are_consistent() {
        assert!(DENSE.iter().sum::<f64>().abs() < 1e-13);
        let first_moment: f64 = DENSE.iter().zip(NODES).map(|(d, c)| d * c).sum();
        assert!(first_moment.abs() < 1e-13, "{first_moment}");
    }
}

//! Equations with known solutions.

use crate::integrate::{Pattern, System};
use crate::numeric::Scalar;

pub const DENSE: fn(usize) -> Pattern = |n| Pattern { rows: (0..n).map(|_| (0..n).collect()).collect() };

/// A problem by its number, so that one type serves all tests.
#[derive(Debug, Clone)]
pub struct Problem {
    pub kind: Kind,
    pub pattern: Pattern,
    /// Report df/dt as 0 although it is not.
    pub hide_time: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// y1' = -2 t y1^2, y2' = y1 - y2 cos t; rodas5p.md's pair.
    Pair,
    /// The same with time as third state.
    PairAutonomous,
    /// The same with the clock shifted by this.
    PairShifted(f64),
    /// y1' = -k1 y1, y2' = k1 y1 - k2 y2 with k1, k2 from the workspace.
    Chain,
    /// y1' = y2, y2' = -y1: sine and cosine.
    Turning,
    Robertson,
    Hires,
    Orego,
    VanDerPol,
    /// y' = -2000 (y - cos t) - sin t: solution cos t, decay 2000.
    Decay,
    /// y' = y^2: blows up at 1/y0.
    Explosion,
    /// Not stiff until y1 has grown: y1' = y1, y2' = -y1 (y2 - 1).
    StiffLater,
    /// Stiff, mild, stiff again: y5' = -3000 y1^8 (y5 - 3 y3) + 3 y4 follows 3 y3 with a decay that comes and goes, where
    /// (y1, y2) and (y3, y4) turn with 0.02 and 1; soon y5 = 3 y3. (Not y3 itself: without
    /// rounding errors nothing shows that a step is unstable.)
    Tides,
}

/// Inputs of [`Kind::Chain`] and thresholds of the conditions, one a lane.
#[derive(Debug, Clone)]
pub struct Inputs<S> {
    pub rates: [S; 2],
    pub thresholds: Vec<S>,
}

impl<S: Scalar> Default for Inputs<S> {
    fn default() -> Self {
        Self { rates: [S::splat(1.0), S::splat(0.5)], thresholds: vec![S::splat(1e300); 3] }
    }
}

impl Problem {
    pub fn new(kind: Kind) -> Self {
        let size = match kind {
            Kind::Robertson | Kind::Orego | Kind::PairAutonomous => 3,
            Kind::Hires => 8,
            Kind::Decay | Kind::Explosion => 1,
            Kind::Tides => 5,
            _ => 2,
        };
        let pattern = match kind {
            Kind::Chain => Pattern { rows: vec![vec![0], vec![0, 1]] },
            Kind::Hires => Pattern {
                rows: vec![
                    vec![0, 1, 2],
                    vec![0, 1],
                    vec![2, 3, 4],
                    vec![1, 2, 3],
                    vec![4, 5, 6],
                    vec![3, 4, 5, 6, 7],
                    vec![5, 6, 7],
                    vec![5, 6, 7],
                ],
            },
            _ => DENSE(size),
        };
        Self { kind, pattern, hide_time: false }
    }
}

fn c<S: Scalar>(x: f64) -> S {
    S::splat(x)
}

/// 3000 x^8
fn tide<S: Scalar>(x: S) -> S {
    let square = x * x;
    let fourth = square * square;
    c::<S>(3000.0) * (fourth * fourth)
}

/// cos and sin by their series with enough terms for |x| < 4; the trait has none.
pub fn cos_sin<S: Scalar>(x: S) -> (S, S) {
    let square = -(x * x);
    let (mut cos, mut sin) = (c::<S>(1.0), x);
    let (mut even, mut odd) = (c::<S>(1.0), x);
    for n in 1..22 {
        let n = f64::from(n);
        even = even * square / c((2.0 * n - 1.0) * (2.0 * n));
        odd = odd * square / c((2.0 * n) * (2.0 * n + 1.0));
        cos = cos + even;
        sin = sin + odd;
    }
    (cos, sin)
}

impl<S: Scalar> System<S> for Problem {
    type Workspace = Inputs<S>;

    fn size(&self) -> usize {
        self.pattern.rows.len()
    }

    fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    fn rates(&self, inputs: &mut Inputs<S>, t: S, y: &[S], dy: &mut [S]) {
        match self.kind {
            Kind::Pair | Kind::PairAutonomous | Kind::PairShifted(_) => {
                let t = match self.kind {
                    Kind::PairAutonomous => y[2],
                    Kind::PairShifted(by) => t - c(by),
                    _ => t,
                };
                dy[0] = c::<S>(-2.0) * t * y[0] * y[0];
                dy[1] = y[0] - y[1] * cos_sin(t).0;
                if self.kind == Kind::PairAutonomous {
                    dy[2] = c(1.0);
                }
            }
            Kind::Chain => {
                dy[0] = -(inputs.rates[0] * y[0]);
                dy[1] = inputs.rates[0] * y[0] - inputs.rates[1] * y[1];
            }
            Kind::Turning => {
                dy[0] = y[1];
                dy[1] = -y[0];
            }
            Kind::Robertson => {
                let slow = c::<S>(0.04) * y[0];
                let back = c::<S>(1e4) * y[1] * y[2];
                let fast = c::<S>(3e7) * y[1] * y[1];
                dy[0] = back - slow;
                dy[1] = slow - back - fast;
                dy[2] = fast;
            }
            Kind::Hires => {
                let k = c::<S>;
                let bound = k(280.0) * y[5] * y[7];
                dy[0] = k(-1.71) * y[0] + k(0.43) * y[1] + k(8.32) * y[2] + k(0.0007);
                dy[1] = k(1.71) * y[0] - k(8.75) * y[1];
                dy[2] = k(-10.03) * y[2] + k(0.43) * y[3] + k(0.035) * y[4];
                dy[3] = k(8.32) * y[1] + k(1.71) * y[2] - k(1.12) * y[3];
                dy[4] = k(-1.745) * y[4] + k(0.43) * y[5] + k(0.43) * y[6];
                dy[5] = k(0.69) * y[3] + k(1.71) * y[4] - k(0.43) * y[5] + k(0.69) * y[6] - bound;
                dy[6] = bound - k(1.81) * y[6];
                dy[7] = k(1.81) * y[6] - bound;
            }
            Kind::Orego => {
                let one = c::<S>(1.0);
                dy[0] = c::<S>(77.27) * (y[1] + y[0] * (one - c::<S>(8.375e-6) * y[0] - y[1]));
                dy[1] = (y[2] - (one + y[0]) * y[1]) / c(77.27);
                dy[2] = c::<S>(0.161) * (y[0] - y[2]);
            }
            Kind::VanDerPol => {
                dy[0] = y[1];
                dy[1] = ((c::<S>(1.0) - y[0] * y[0]) * y[1] - y[0]) / c(1e-6);
            }
            Kind::Decay => {
                let (cos, sin) = cos_sin(t);
                dy[0] = c::<S>(-2000.0) * (y[0] - cos) - sin;
            }
            Kind::Explosion => dy[0] = y[0] * y[0],
            Kind::StiffLater => {
                dy[0] = y[0];
                dy[1] = -(y[0] * (y[1] - c(1.0)));
            }
            Kind::Tides => {
                let slow = c::<S>(0.02);
                dy[0] = -(slow * y[1]);
                dy[1] = slow * y[0];
                dy[2] = y[3];
                dy[3] = -y[2];
                dy[4] = c::<S>(3.0) * y[3] - tide(y[0]) * (y[4] - c::<S>(3.0) * y[2]);
            }
        }
    }

    fn jacobian(&self, inputs: &mut Inputs<S>, t: S, y: &[S], nonzeros: &mut [S], dfdt: &mut [S], dy: &mut [S]) {
        self.rates(inputs, t, y, dy);
        dfdt.fill(c(0.0));
        let zero = c::<S>(0.0);
        let mut put = |values: &[S]| nonzeros.copy_from_slice(values);
        match self.kind {
            Kind::Pair | Kind::PairShifted(_) => {
                let t = if let Kind::PairShifted(by) = self.kind { t - c(by) } else { t };
                let (cos, sin) = cos_sin(t);
                put(&[c::<S>(-4.0) * t * y[0], zero, c(1.0), -cos]);
                if !self.hide_time {
                    dfdt[0] = c::<S>(-2.0) * y[0] * y[0];
                    dfdt[1] = y[1] * sin;
                }
            }
            Kind::PairAutonomous => {
                let (cos, sin) = cos_sin(y[2]);
                let by_time = c::<S>(-2.0) * y[0] * y[0];
                put(&[c::<S>(-4.0) * y[2] * y[0], zero, by_time, c(1.0), -cos, y[1] * sin, zero, zero, zero]);
            }
            Kind::Chain => put(&[-inputs.rates[0], inputs.rates[0], -inputs.rates[1]]),
            Kind::Turning => put(&[zero, c(1.0), c(-1.0), zero]),
            Kind::Robertson => {
                let (b, m, f) = (c::<S>(1e4) * y[1], c::<S>(1e4) * y[2], c::<S>(6e7) * y[1]);
                put(&[c(-0.04), m, b, c(0.04), -m - f, -b, zero, f, zero]);
            }
            Kind::Hires => {
                let k = c::<S>;
                let (a, b) = (k(280.0) * y[7], k(280.0) * y[5]);
                put(&[
                    k(-1.71),
                    k(0.43),
                    k(8.32),
                    k(1.71),
                    k(-8.75),
                    k(-10.03),
                    k(0.43),
                    k(0.035),
                    k(8.32),
                    k(1.71),
                    k(-1.12),
                    k(-1.745),
                    k(0.43),
                    k(0.43),
                    k(0.69),
                    k(1.71),
                    -a - k(0.43),
                    k(0.69),
                    -b,
                    a,
                    k(-1.81),
                    b,
                    -a,
                    k(1.81),
                    -b,
                ]);
            }
            Kind::Orego => {
                let k = c::<S>;
                put(&[
                    k(77.27) * (k(1.0) - k(2.0 * 8.375e-6) * y[0] - y[1]),
                    k(77.27) * (k(1.0) - y[0]),
                    zero,
                    -y[1] / k(77.27),
                    -(k(1.0) + y[0]) / k(77.27),
                    k(1.0 / 77.27),
                    k(0.161),
                    zero,
                    k(-0.161),
                ]);
            }
            Kind::VanDerPol => put(&[
                zero,
                c(1.0),
                (c::<S>(-2.0) * y[0] * y[1] - c(1.0)) / c(1e-6),
                (c::<S>(1.0) - y[0] * y[0]) / c(1e-6),
            ]),
            Kind::Decay => {
                let (cos, sin) = cos_sin(t);
                put(&[c(-2000.0)]);
                dfdt[0] = c::<S>(-2000.0) * sin - cos;
            }
            Kind::Explosion => put(&[c::<S>(2.0) * y[0]]),
            Kind::Tides => {
                let (slow, one) = (c::<S>(0.02), c::<S>(1.0));
                let (k, by_phase) = (tide(y[0]), tide(y[0]) * c(8.0) / y[0]);
                nonzeros.fill(zero);
                for (at, value) in [(1, -slow), (5, slow), (13, one), (17, -one)] {
                    nonzeros[at] = value;
                }
                nonzeros[20] = -(by_phase * (y[4] - c::<S>(3.0) * y[2]));
                (nonzeros[22], nonzeros[23], nonzeros[24]) = (c::<S>(3.0) * k, c(3.0), -k);
            }
            Kind::StiffLater => put(&[c(1.0), zero, c::<S>(1.0) - y[1], -y[0]]),
        }
    }

    fn conditions(&self) -> usize {
        3
    }

    /// g0 = y0 - threshold0, g1 = y_last - threshold1, g2 = t - threshold2.
    fn evaluate_conditions(&self, inputs: &mut Inputs<S>, t: S, y: &[S], slope: &[S], g: &mut [S], dg: &mut [S]) {
        let last = y.len() - 1;
        g[0] = y[0] - inputs.thresholds[0];
        dg[0] = slope[0];
        g[1] = y[last] - inputs.thresholds[1];
        dg[1] = slope[last];
        g[2] = t - inputs.thresholds[2];
        dg[2] = c(1.0);
    }
}

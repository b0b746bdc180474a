use std::array::from_fn;
use std::ops::{Add, Div, Mul, Neg, Sub};

use super::scalar::Scalar;

/// A number with `K` derivatives, exact to rounding (forward mode). Nests: `Dual<Dual<S, J>, K>` has second ones.
///
/// The value is computed by the same operations as the plain number, so it has the same bits, and comparisons look
/// at values alone: a run with derivatives takes the steps and branches of the plain run.
///
/// ```
/// use cascade::numeric::{Dual, Lanes, Scalar};
/// let x = Dual::<Lanes<1>, 1>::variable(Lanes([4.0]), 0);
/// assert_eq!(x.sqrt().tangents[0], Lanes([0.25]));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dual<S, const K: usize> {
    /// The value.
    pub value: S,
    /// The derivatives.
    pub tangents: [S; K],
}

impl<S: Scalar, const K: usize> Dual<S, K> {
    /// The number with regard to which derivative `k` is taken.
    pub fn variable(value: S, k: usize) -> Self {
        let mut tangents = [S::default(); K];
        tangents[k] = S::splat(1.0);
        Self { value, tangents }
    }

    /// f(self) from its value and its derivative there.
    #[inline(always)]
    fn chain(self, value: S, derivative: S) -> Self {
        Self { value, tangents: self.tangents.map(|tangent| derivative * tangent) }
    }

    /// As [`Self::chain`] where the derivative may be infinite: a number that does not vary stays without derivative.
    #[inline(always)]
    fn chain_guarded(self, value: S, derivative: S) -> Self {
        Self { value, tangents: self.tangents.map(|tangent| product_or_zero(derivative, tangent)) }
    }
}

/// `derivative * tangent`, but 0 where the tangent is 0 and the derivative infinite.
#[inline(always)]
fn product_or_zero<S: Scalar>(derivative: S, tangent: S) -> S {
    use super::scalar::Mask;
    let zero = S::default();
    let infinite = derivative.abs().equal(S::splat(f64::INFINITY));
    S::select(infinite.and(tangent.equal(zero)), zero, derivative * tangent)
}

impl<S: Scalar, const K: usize> Default for Dual<S, K> {
    fn default() -> Self {
        Self { value: S::default(), tangents: [S::default(); K] }
    }
}

impl<S: Scalar, const K: usize> Add for Dual<S, K> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, tangents: from_fn(|k| self.tangents[k] + other.tangents[k]) }
    }
}

impl<S: Scalar, const K: usize> Sub for Dual<S, K> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, tangents: from_fn(|k| self.tangents[k] - other.tangents[k]) }
    }
}

impl<S: Scalar, const K: usize> Mul for Dual<S, K> {
    type Output = Self;
    #[inline(always)]
    #[allow(clippy::suspicious_arithmetic_impl, reason = "product rule")]
    fn mul(self, other: Self) -> Self {
        Self {
            value: self.value * other.value,
            tangents: from_fn(|k| self.value * other.tangents[k] + self.tangents[k] * other.value),
        }
    }
}

impl<S: Scalar, const K: usize> Div for Dual<S, K> {
    type Output = Self;
    #[inline(always)]
    #[allow(clippy::suspicious_arithmetic_impl, reason = "quotient rule")]
    fn div(self, other: Self) -> Self {
        // One division for all derivatives; that of the value stays its own.
        let (value, inverse) = (self.value / other.value, S::splat(1.0) / other.value);
        Self { value, tangents: from_fn(|k| (self.tangents[k] - value * other.tangents[k]) * inverse) }
    }
}

impl<S: Scalar, const K: usize> Neg for Dual<S, K> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self { value: -self.value, tangents: self.tangents.map(|tangent| -tangent) }
    }
}

impl<S: Scalar, const K: usize> Scalar for Dual<S, K> {
    const LANES: usize = S::LANES;
    type Value = S::Value;
    type Mask = S::Mask;
    const ORDER: usize = S::ORDER + 1;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Self { value: S::splat(x), tangents: [S::default(); K] }
    }
    #[inline(always)]
    fn constant(value: Self::Value) -> Self {
        Self { value: S::constant(value), tangents: [S::default(); K] }
    }
    #[inline(always)]
    fn value(self) -> Self::Value {
        self.value.value()
    }
    #[inline(always)]
    fn get(&self, lane: usize) -> f64 {
        self.value.get(lane)
    }
    #[inline(always)]
    fn set(&mut self, lane: usize, x: f64) {
        self.value.set(lane, x);
        for tangent in &mut self.tangents {
            tangent.set(lane, 0.0);
        }
    }
    fn varies(self) -> bool {
        let zero = |x: S| !x.varies() && (0..S::LANES).all(|lane| x.get(lane) == 0.0);
        self.value.varies() || !self.tangents.into_iter().all(zero)
    }
    fn varies_finitely(self) -> bool {
        let finite = |x: S| x.varies_finitely() && (0..S::LANES).all(|lane| x.get(lane).is_finite());
        self.value.varies_finitely() && self.tangents.into_iter().all(finite)
    }
    #[inline(always)]
    fn plus_tangents(self, other: Self) -> Self {
        Self {
            value: self.value.plus_tangents(other.value),
            tangents: from_fn(|k| self.tangents[k] + other.tangents[k]),
        }
    }
    #[inline(always)]
    fn scale(self, factor: Self::Value) -> Self {
        Self { value: self.value.scale(factor), tangents: self.tangents.map(|tangent| tangent.scale(factor)) }
    }
    #[inline(always)]
    fn exp(self) -> Self {
        let value = self.value.exp();
        self.chain(value, value)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        self.chain_guarded(self.value.ln(), S::splat(1.0) / self.value)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        let value = self.value.sqrt();
        self.chain_guarded(value, S::splat(0.5) / value)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        let zero = S::default();
        let one = S::splat(1.0);
        let sign = S::select(zero.less(self.value), one, S::select(self.value.less(zero), -one, zero));
        self.chain(self.value.abs(), sign)
    }
    /// d(x^p) = p x^(p-1) dx + x^p ln x dp; the second term is 0 at x = 0 (its limit for p > 0), and where p is 0
    /// so is the first.
    #[inline(always)]
    fn pow(self, exponent: Self) -> Self {
        let zero = S::default();
        let (x, p) = (self.value, exponent.value);
        let value = x.pow(p);
        let by_base = S::select(p.equal(zero), zero, p * x.pow(p - S::splat(1.0)));
        let by_exponent = S::select(x.equal(zero), zero, value * x.ln());
        Self {
            value,
            tangents: from_fn(|k| {
                product_or_zero(by_base, self.tangents[k]) + product_or_zero(by_exponent, exponent.tangents[k])
            }),
        }
    }
    #[inline(always)]
    fn powi(self, exponent: i32) -> Self {
        let value = self.value.powi(exponent);
        if exponent == 0 {
            return Self { value, tangents: [S::default(); K] };
        }
        self.chain(value, S::splat(f64::from(exponent)) * self.value.powi(exponent.saturating_sub(1)))
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self::select(other.less(self), other, self)
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self::select(self.less(other), other, self)
    }
    #[inline(always)]
    fn less(self, other: Self) -> Self::Mask {
        self.value.less(other.value)
    }
    #[inline(always)]
    fn less_equal(self, other: Self) -> Self::Mask {
        self.value.less_equal(other.value)
    }
    #[inline(always)]
    fn equal(self, other: Self) -> Self::Mask {
        self.value.equal(other.value)
    }
    #[inline(always)]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        Self {
            value: S::select(mask, yes.value, no.value),
            tangents: from_fn(|k| S::select(mask, yes.tangents[k], no.tangents[k])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Lanes;

    type Plain = Lanes<1>;
    type First = Dual<Plain, 2>;
    type Second = Dual<Dual<Plain, 1>, 1>;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-13 * b.abs().max(1.0), "{a} against {b}");
    }

    /// A function with every operation in it, positive arguments.
    fn everything<S: Scalar>(x: S, y: S) -> S {
        let a = (x * y.ln() - y.sqrt() / x).exp() + x.pow(y) * y.powi(-3);
        a.max(x) + y.min(x).abs() - (-(x + y)).abs()
    }

    #[test]
    fn value_has_the_bits_of_the_plain_number() {
        for (x, y) in [(0.7, 1.9), (3.1, 0.2), (1e-3, 4.0)] {
            let plain = everything(Lanes([x]), Lanes([y])).0[0];
            let first = everything(First::variable(Lanes([x]), 0), First::variable(Lanes([y]), 1));
            assert_eq!(plain.to_bits(), first.get(0).to_bits());
            let nested = everything(Second::splat(x), Second::variable(Dual::variable(Lanes([y]), 0), 0));
            assert_eq!(plain.to_bits(), nested.get(0).to_bits());
        }
    }

    #[test]
    fn derivatives_against_finite_differences() {
        let f = |x: f64, y: f64| everything(Lanes([x]), Lanes([y])).0[0];
        for (x, y) in [(0.7, 1.9), (3.1, 0.2)] {
            let d = everything(First::variable(Lanes([x]), 0), First::variable(Lanes([y]), 1));
            let h = 1e-5;
            let dx = (f(x + h, y) - f(x - h, y)) / (2.0 * h);
            let dy = (f(x, y + h) - f(x, y - h)) / (2.0 * h);
            assert!((d.tangents[0].0[0] - dx).abs() < 1e-7 * dx.abs().max(1.0), "{d:?} {dx}");
            assert!((d.tangents[1].0[0] - dy).abs() < 1e-7 * dy.abs().max(1.0), "{d:?} {dy}");
        }
    }

    #[test]
    fn second_derivatives_of_a_power() {
        let x = Second::variable(Dual::variable(Lanes([1.7]), 0), 0);
        let y = x.pow(Second::splat(2.6));
        close(y.tangents[0].tangents[0].0[0], 2.6 * 1.6 * 1.7f64.powf(0.6));
        let y = x.ln() * x.exp();
        close(y.tangents[0].tangents[0].0[0], 1.7f64.exp() * (1.7f64.ln() + 2.0 / 1.7 - 1.0 / (1.7 * 1.7)));
    }

    #[test]
    fn derivatives_alone_are_added_at_every_depth() {
        let x = Second::variable(Dual::variable(Lanes([2.0]), 0), 0);
        let sum = Second::splat(-0.0).plus_tangents(x * x);
        assert!(sum.get(0) == 0.0 && sum.get(0).is_sign_negative());
        // d(x^2)/dx = 4 by either variable, and the second derivative 2.
        assert_eq!((sum.value.tangents[0].0[0], sum.tangents[0].value.0[0]), (4.0, 4.0));
        assert_eq!(sum.tangents[0].tangents[0].0[0], 2.0);
        assert!(sum.varies() && !Second::splat(3.0).varies() && Second::constant(Lanes([1.0])).varies_finitely());
        assert!(!(Second::splat(1.0) / (x - Second::splat(2.0))).varies_finitely());
        assert_eq!((Plain::ORDER, First::ORDER, Second::ORDER), (0, 1, 2));
    }

    #[test]
    fn no_traps_at_zero() {
        let zero = First::variable(Lanes([0.0]), 0);
        let still = First::splat(0.0);
        assert_eq!(zero.abs().tangents[0].0[0], 0.0);
        assert_eq!(still.sqrt().tangents[0].0[0], 0.0);
        assert_eq!(still.ln().tangents[0].0[0], 0.0);
        assert_eq!(zero.pow(First::splat(2.5)).tangents, [Lanes([0.0]); 2]);
        assert_eq!(zero.pow(First::splat(1.0)).tangents[0], Lanes([1.0]));
        assert_eq!(zero.pow(First::splat(0.0)).tangents, [Lanes([0.0]); 2]);
        assert_eq!(still.pow(First::splat(0.5)).tangents, [Lanes([0.0]); 2]);
        assert_eq!(still.pow(First::variable(Lanes([0.5]), 1)).tangents, [Lanes([0.0]); 2]);
        assert_eq!(zero.powi(0).tangents[0], Lanes([0.0]));
        assert_eq!(zero.powi(2).tangents[0], Lanes([0.0]));
    }
}

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::elementary;
use super::scalar::{Mask, Scalar};

/// An array made lane by lane, in a loop that the compiler turns into vectors.
macro_rules! each {
    ($lanes:expr, $lane:ident => $value:expr) => {{
        let mut all = [Default::default(); $lanes];
        for $lane in 0..$lanes {
            all[$lane] = $value;
        }
        all
    }};
}

/// `N` numbers side by side, one a patient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lanes<const N: usize>(pub [f64; N]);

/// One truth value a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneMask<const N: usize>(pub [bool; N]);

impl<const N: usize> Default for Lanes<N> {
    fn default() -> Self {
        Self([0.0; N])
    }
}

macro_rules! lanewise {
    ($($trait:ident $method:ident $op:tt;)*) => {$(
        impl<const N: usize> $trait for Lanes<N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(each!(N, l => self.0[l] $op other.0[l]))
            }
        }
    )*};
}
lanewise! { Add add +; Sub sub -; Mul mul *; Div div /; }

impl<const N: usize> Neg for Lanes<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self(each!(N, l => -self.0[l]))
    }
}

impl<const N: usize> Scalar for Lanes<N> {
    const LANES: usize = N;
    type Value = Self;
    type Mask = LaneMask<N>;
    const ORDER: usize = 0;

    #[inline(always)]
    fn splat(x: f64) -> Self {
        Self([x; N])
    }
    #[inline(always)]
    fn constant(value: Self) -> Self {
        value
    }
    #[inline(always)]
    fn value(self) -> Self {
        self
    }
    #[inline(always)]
    fn get(&self, lane: usize) -> f64 {
        self.0[lane]
    }
    #[inline(always)]
    fn set(&mut self, lane: usize, x: f64) {
        self.0[lane] = x;
    }
    #[inline(always)]
    fn varies(self) -> bool {
        false
    }
    #[inline(always)]
    fn varies_finitely(self) -> bool {
        true
    }
    #[inline(always)]
    fn plus_tangents(self, _: Self) -> Self {
        self
    }
    #[inline(always)]
    fn scale(self, factor: Self) -> Self {
        self * factor
    }
    #[inline(always)]
    fn exp(self) -> Self {
        Self(each!(N, l => elementary::exp(self.0[l])))
    }
    #[inline(always)]
    fn ln(self) -> Self {
        Self(each!(N, l => elementary::ln(self.0[l])))
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(each!(N, l => self.0[l].sqrt()))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self(each!(N, l => self.0[l].abs()))
    }
    #[inline(always)]
    fn pow(self, exponent: Self) -> Self {
        Self(each!(N, l => elementary::pow(self.0[l], exponent.0[l])))
    }
    #[inline(always)]
    fn powi(self, exponent: i32) -> Self {
        // By hand: the library's rounding may differ between machines.
        let mut power = Self::splat(1.0);
        let mut square = self;
        let mut left = exponent.unsigned_abs();
        while left > 0 {
            if left & 1 == 1 {
                power = power * square;
            }
            left >>= 1;
            if left > 0 {
                square = square * square;
            }
        }
        if exponent < 0 { Self::splat(1.0) / power } else { power }
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
    fn less(self, other: Self) -> LaneMask<N> {
        LaneMask(each!(N, l => self.0[l] < other.0[l]))
    }
    #[inline(always)]
    fn less_equal(self, other: Self) -> LaneMask<N> {
        LaneMask(each!(N, l => self.0[l] <= other.0[l]))
    }
    #[inline(always)]
    fn equal(self, other: Self) -> LaneMask<N> {
        LaneMask(each!(N, l => self.0[l] == other.0[l]))
    }
    #[inline(always)]
    fn select(mask: LaneMask<N>, yes: Self, no: Self) -> Self {
        Self(each!(N, l => if mask.0[l] { yes.0[l] } else { no.0[l] }))
    }
}

impl<const N: usize> Mask for LaneMask<N> {
    #[inline(always)]
    fn splat(value: bool) -> Self {
        Self([value; N])
    }
    #[inline(always)]
    fn get(&self, lane: usize) -> bool {
        self.0[lane]
    }
    #[inline(always)]
    fn set(&mut self, lane: usize, value: bool) {
        self.0[lane] = value;
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(each!(N, l => self.0[l] & other.0[l]))
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        Self(each!(N, l => self.0[l] | other.0[l]))
    }
    #[inline(always)]
    fn not(self) -> Self {
        Self(each!(N, l => !self.0[l]))
    }
    #[inline(always)]
    fn any(&self) -> bool {
        self.0.iter().any(|&b| b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_width_gives_the_same_bits() {
        let xs = [1e-300, 0.3, 1.0, 7.5, 123.456, 1e9, 0.0, f64::INFINITY];
        let ps = [0.75, 2.0, -0.5, 3.3, 0.0, 1.0, 0.5, 2.5];
        let wide = Lanes(xs);
        let results = [wide.exp(), wide.ln(), wide.pow(Lanes(ps)), wide.sqrt(), wide.powi(-5), wide / Lanes(ps)];
        for l in 0..8 {
            let one = Lanes([xs[l]]);
            let p = Lanes([ps[l]]);
            let single = [one.exp(), one.ln(), one.pow(p), one.sqrt(), one.powi(-5), one / p];
            for (w, s) in results.iter().zip(single) {
                assert_eq!(w.0[l].to_bits(), s.0[0].to_bits(), "lane {l} of {results:?}");
            }
        }
    }

    #[test]
    fn whole_powers() {
        let x = Lanes([-1.5]);
        assert_eq!(x.powi(0).0, [1.0]);
        assert_eq!(x.powi(3).0, [-3.375]);
        assert_eq!(x.powi(-2).0, [1.0 / 2.25]);
    }

    #[test]
    fn smaller_and_larger_keep_the_first_of_equals() {
        let zero = Lanes([0.0]);
        let minus = Lanes([-0.0]);
        assert!(zero.min(minus).0[0].is_sign_positive() && minus.max(zero).0[0].is_sign_negative());
        assert_eq!(Lanes([1.0, 5.0]).min(Lanes([2.0, 3.0])), Lanes([1.0, 3.0]));
        assert_eq!(Lanes([1.0, 5.0]).max(Lanes([2.0, 3.0])), Lanes([2.0, 5.0]));
    }
}

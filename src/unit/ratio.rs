use std::fmt;
use std::ops::{Add, Mul, Neg, Sub};

/// A small fraction in lowest terms: the exponent of a unit or dimension.
///
/// Sums and products saturate instead of overflowing; exponents that large are refused wherever text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: i32,
    denominator: i32,
}

impl Ratio {
    /// 0
    pub const ZERO: Ratio = Ratio::whole(0);
    /// 1
    pub const ONE: Ratio = Ratio::whole(1);

    /// A whole number.
    pub const fn whole(value: i32) -> Self {
        Self { numerator: value, denominator: 1 }
    }

    /// `numerator / denominator` in lowest terms; none if the denominator is 0.
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let (mut a, mut b) = (numerator.unsigned_abs(), denominator.unsigned_abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let sign = if (numerator < 0) == (denominator < 0) { 1 } else { -1 };
        let clamp = |value: u64| i32::try_from(value).unwrap_or(i32::MAX);
        Some(Self {
            numerator: sign * clamp(numerator.unsigned_abs() / a.max(1)),
            denominator: clamp(denominator.unsigned_abs() / a.max(1)),
        })
    }

    /// The decimal as a fraction, if it has at most six digits behind the point and is below a million.
    pub fn from_decimal(value: f64) -> Option<Self> {
        const DENOMINATOR: f64 = 1e6;
        let scaled = (value * DENOMINATOR).round();
        if value.abs() >= 1e6 || scaled / DENOMINATOR != value {
            return None;
        }
        Self::new(scaled as i64, DENOMINATOR as i64)
    }

    /// The number above the line.
    pub fn numerator(self) -> i32 {
        self.numerator
    }

    /// The number below the line, positive.
    pub fn denominator(self) -> i32 {
        self.denominator
    }

    /// Whether it is 0.
    pub fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// Whether it is below 0.
    pub fn is_negative(self) -> bool {
        self.numerator < 0
    }

    /// Without its sign.
    pub fn abs(self) -> Self {
        if self.is_negative() { -self } else { self }
    }

    /// As a number.
    pub fn value(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }

    /// One over it; none for 0.
    pub fn reciprocal(self) -> Option<Self> {
        Self::new(self.denominator.into(), self.numerator.into())
    }
}

impl Add for Ratio {
    type Output = Ratio;
    #[allow(clippy::suspicious_arithmetic_impl, reason = "denominators multiply")]
    fn add(self, other: Ratio) -> Ratio {
        let (a, b) = (i64::from(self.denominator), i64::from(other.denominator));
        let numerator = i64::from(self.numerator)
            .checked_mul(b)
            .zip(i64::from(other.numerator).checked_mul(a))
            .map_or(i64::MAX, |(left, right)| left.saturating_add(right));
        Ratio::new(numerator, a * b).expect("denominators are positive")
    }
}

impl Sub for Ratio {
    type Output = Ratio;
    fn sub(self, other: Ratio) -> Ratio {
        self + -other
    }
}

impl Mul for Ratio {
    type Output = Ratio;
    fn mul(self, other: Ratio) -> Ratio {
        Ratio::new(
            i64::from(self.numerator) * i64::from(other.numerator),
            i64::from(self.denominator) * i64::from(other.denominator),
        )
        .expect("denominators are positive")
    }
}

impl Neg for Ratio {
    type Output = Ratio;
    fn neg(self) -> Ratio {
        Ratio { numerator: self.numerator.saturating_neg(), denominator: self.denominator }
    }
}

/// As an exponent is written: `2`, `-1`, `(3/4)`.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            _ => write!(f, "({}/{})", self.numerator, self.denominator),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_kept_in_lowest_terms_with_the_sign_above() {
        let half = Ratio::new(-2, -4).unwrap();
        assert_eq!((half.numerator(), half.denominator()), (1, 2));
        assert_eq!(half + half, Ratio::ONE);
        assert_eq!(half - Ratio::ONE, Ratio::new(1, -2).unwrap());
        assert_eq!(Ratio::from_decimal(0.75), Ratio::new(3, 4));
        assert_eq!(Ratio::from_decimal(1.0 / 3.0), None);
        assert_eq!(Ratio::new(1, 0), None);
    }

    #[test]
    fn huge_exponents_saturate() {
        let mut power = Ratio::whole(i32::MAX);
        for _ in 0..3 {
            power = power * power + power;
        }
        assert_eq!(power, Ratio::whole(i32::MAX));
        let mut slim = Ratio::new(1, i32::MAX.into()).unwrap();
        for _ in 0..3 {
            slim = slim * slim + slim;
        }
        assert!(slim.value().is_finite());
    }
}

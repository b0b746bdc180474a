use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// One truth value a lane.
pub trait Mask: Copy + Debug + 'static {
    /// The same in every lane.
    fn splat(value: bool) -> Self;
    /// Lane `lane`.
    fn get(&self, lane: usize) -> bool;
    /// Sets lane `lane`.
    fn set(&mut self, lane: usize, value: bool);
    /// Both.
    fn and(self, other: Self) -> Self;
    /// At least one.
    fn or(self, other: Self) -> Self;
    /// The opposite.
    fn not(self) -> Self;
    /// Whether any lane is true.
    fn any(&self) -> bool;
}

/// A number of the engine: `LANES` values side by side, perhaps with derivatives.
///
/// Every operation acts on each lane alone and gives the same bits at every width. Comparisons look at values,
/// never at derivatives. There is no fused multiply-add: it would give other bits where the machine lacks it.
pub trait Scalar:
    Copy
    + Debug
    + Default
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// Values side by side.
    const LANES: usize;
    /// The number without derivatives.
    type Value: Scalar<Value = Self::Value, Mask = Self::Mask>;
    /// What comparisons give.
    type Mask: Mask;
    /// Highest order of the derivatives carried; 0 for none.
    const ORDER: usize;

    /// The same number in every lane, derivatives 0.
    fn splat(x: f64) -> Self;
    /// A number with derivatives 0.
    fn constant(value: Self::Value) -> Self;
    /// The number without derivatives.
    fn value(self) -> Self::Value;
    /// The value of lane `lane`.
    fn get(&self, lane: usize) -> f64;
    /// Sets the value of lane `lane`, its derivatives to 0.
    fn set(&mut self, lane: usize, x: f64);

    /// Whether any derivative is not 0.
    fn varies(self) -> bool;
    /// Whether all derivatives are finite.
    fn varies_finitely(self) -> bool;
    /// The sum with the derivatives of `other` alone: the value keeps its bits.
    fn plus_tangents(self, other: Self) -> Self;
    /// Product with a number without derivatives; the value has the bits of the plain product.
    fn scale(self, factor: Self::Value) -> Self;
    /// e to the power of self.
    fn exp(self) -> Self;
    /// Natural logarithm; NaN below 0, minus infinity at 0.
    fn ln(self) -> Self;
    /// Square root; NaN below 0.
    fn sqrt(self) -> Self;
    /// Absolute value; its derivative at 0 is 0.
    fn abs(self) -> Self;
    /// `self` to the power of `exponent`, for `self >= 0`; 0^0 = 1.
    fn pow(self, exponent: Self) -> Self;
    /// `self` to a whole power, by repeated multiplication; any sign of `self`.
    fn powi(self, exponent: i32) -> Self;
    /// The smaller; `self` when they are equal.
    fn min(self, other: Self) -> Self;
    /// The larger; `self` when they are equal.
    fn max(self, other: Self) -> Self;

    /// self < other, by value.
    fn less(self, other: Self) -> Self::Mask;
    /// self <= other, by value.
    fn less_equal(self, other: Self) -> Self::Mask;
    /// self == other, by value.
    fn equal(self, other: Self) -> Self::Mask;
    /// `yes` where the mask is true, `no` elsewhere.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
}

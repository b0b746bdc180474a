//! What the operations of a [`Graph`](super::Graph) compute.
//!
//! Constant folding, [`Graph::evaluate`](super::Graph::evaluate) and byte code all call these functions, so they give
//! the same bits. Conditions are numbers: 1 is true, 0 is false.

use crate::numeric::{Mask, Scalar};

/// Below this part of its scale the argument of `hill`, `sqrt` and `^` is held when a derivative is taken.
pub const GUARD: f64 = 1e-12;

/// 1 where `mask` is true, 0 elsewhere.
#[inline(always)]
fn truth<S: Scalar>(mask: S::Mask) -> S {
    S::select(mask, S::splat(1.0), S::splat(0.0))
}

/// Where a condition is true (anything but 0).
#[inline(always)]
fn holds<S: Scalar>(condition: S) -> S::Mask {
    condition.equal(S::splat(0.0)).not()
}

/// Not `condition`.
#[inline(always)]
pub fn not<S: Scalar>(condition: S) -> S {
    truth(condition.equal(S::splat(0.0)))
}

/// Both conditions.
#[inline(always)]
pub fn and<S: Scalar>(left: S, right: S) -> S {
    truth(holds(left).and(holds(right)))
}

/// At least one of the conditions.
#[inline(always)]
pub fn or<S: Scalar>(left: S, right: S) -> S {
    truth(holds(left).or(holds(right)))
}

/// left < right; false if one is NaN.
#[inline(always)]
pub fn less<S: Scalar>(left: S, right: S) -> S {
    truth(left.less(right))
}

/// left <= right; false if one is NaN.
#[inline(always)]
pub fn less_equal<S: Scalar>(left: S, right: S) -> S {
    truth(left.less_equal(right))
}

/// left == right; false if one is NaN.
#[inline(always)]
pub fn equal<S: Scalar>(left: S, right: S) -> S {
    truth(left.equal(right))
}

/// `yes` where the condition is true, `no` elsewhere.
#[inline(always)]
pub fn select<S: Scalar>(condition: S, yes: S, no: S) -> S {
    S::select(condition.equal(S::splat(0.0)), no, yes)
}

/// sqrt(max(x, 0)); derivatives are those at max(x, floor).
#[inline(always)]
pub fn root<S: Scalar>(x: S, floor: S) -> S {
    let exact = positive_part(x.value()).sqrt();
    guarded(x, floor.value(), exact, |x| x.sqrt())
}

/// max(x, 0)^exponent; derivatives are those at max(x, floor).
#[inline(always)]
pub fn power<S: Scalar>(x: S, exponent: S, floor: S) -> S {
    let exact = positive_part(x.value()).pow(exponent.value());
    guarded(x, floor.value(), exact, |x| x.pow(exponent))
}

/// x^n / (half^n + x^n) as 1 / (1 + (half/x)^n), 0 for x <= 0; derivatives are those at max(x, 1e-12 half).
#[inline(always)]
pub fn hill<S: Scalar>(x: S, n: S, half: S) -> S {
    // Inlined, or they are compiled for plain processors alone.
    saturation(
        x,
        half,
        #[inline(always)]
        |ratio| ratio.pow(n.value()),
        #[inline(always)]
        |ratio| ratio.pow(n),
    )
}

/// [`hill`] with a whole n.
#[inline(always)]
pub fn hill_whole<S: Scalar>(x: S, n: i32, half: S) -> S {
    saturation(
        x,
        half,
        #[inline(always)]
        |ratio| ratio.powi(n),
        #[inline(always)]
        |ratio| ratio.powi(n),
    )
}

#[inline(always)]
fn saturation<S: Scalar>(x: S, half: S, exact_power: impl Fn(S::Value) -> S::Value, power: impl Fn(S) -> S) -> S {
    let (one, zero) = (S::Value::splat(1.0), S::Value::splat(0.0));
    let exact = one / (one + exact_power(half.value() / x.value()));
    // In this order NaN stays NaN.
    let exact = S::Value::select(x.value().less_equal(zero), zero, exact);
    let floor = (half.value() * S::Value::splat(GUARD)).max(S::Value::splat(f64::MIN_POSITIVE));
    guarded(
        x,
        floor,
        exact,
        #[inline(always)]
        |x| S::splat(1.0) / (S::splat(1.0) + power(half / x)),
    )
}

/// max(x, 0), never -0; NaN stays NaN.
#[inline(always)]
fn positive_part<S: Scalar>(x: S) -> S {
    x.max(S::splat(0.0)) + S::splat(0.0)
}

/// The value `exact` with the derivatives of `smooth` at max(x, floor); none where x < 0, for there it is constant.
///
/// `smooth(x)` must give the bits of `exact` for x >= floor.
#[inline(always)]
fn guarded<S: Scalar>(x: S, floor: S::Value, exact: S::Value, smooth: impl Fn(S) -> S) -> S {
    // A number without derivatives is its value.
    if const { size_of::<S>() == size_of::<S::Value>() } {
        return S::constant(exact);
    }
    let low = x.value().less(floor);
    // Minus infinity (a time since a dose that was not given) has no derivatives.
    let finite = x.max(S::splat(f64::MIN));
    let lifted = S::select(low, S::constant(floor) + (finite - S::constant(finite.value())), x);
    let smooth = smooth(lifted);
    let finite = smooth.value().abs().less_equal(S::Value::splat(f64::MAX));
    let exact = S::constant(exact);
    let corrected = S::select(finite, exact + (smooth - S::constant(smooth.value())), exact);
    let below = x.value().less(S::Value::splat(0.0));
    S::select(below, exact, S::select(low, corrected, smooth))
}

//! Exponential, logarithm and power on `f64`, without branches, tables or library calls.
//!
//! Every lane of every [`super::Lanes`] runs exactly these operations, so a result has the same bits at every
//! width and on every machine (no fused multiply-add, no libm), and the compiler can vectorise the lane loops.
//!
//! # Reference
//! Argument reductions and the polynomial of [`ln`]: FreeBSD msun `e_exp.c`, `e_log.c`, `e_pow.c` (numbers and method).

#![allow(clippy::excessive_precision, reason = "digits as published")]

const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
/// Adding it rounds to a whole number and leaves that number in the low bits.
const ROUND: f64 = 6_755_399_441_055_744.0;
const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;
const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;
const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
const TWO_TO_54: f64 = 18_014_398_509_481_984.0;
const TWO_TO_52: f64 = 4_503_599_627_370_496.0;
const TWO_TO_52_BITS: u64 = 0x4330_0000_0000_0000;

/// e^x; error below 1 ulp, subnormal results included.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    exp_sum(x, 0.0)
}

/// Natural logarithm; error below 1 ulp. NaN below 0, minus infinity at 0.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let (k, m) = exponent_and_mantissa(x);
    let f = m - 1.0;
    let half_square = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    let odd = z
        * (6.666666666666735130e-01
            + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    let tail = half_square - (s * (half_square + (even + odd)) + k * LN2_LOW);
    let finite = k * LN2_HIGH - (tail - f);
    special_ln(x, finite)
}

/// `x` to the power of `p` for `x >= 0`; a few ulp at most up to overflow and underflow.
///
/// 0^0 = 1, infinity^0 = 1; NaN for `x < 0` and wherever an argument is NaN.
#[inline(always)]
pub fn pow(x: f64, p: f64) -> f64 {
    // Beyond 1e20 every power of a number other than 1 has over- or underflowed.
    let bounded = if p > 1e20 { 1e20 } else { p };
    let bounded = if bounded < -1e20 { -1e20 } else { bounded };
    let (high, low) = ln_double(x);
    let p_high = cut(bounded);
    let product = p_high * high;
    let rest = (bounded - p_high) * high + bounded * low;
    let rest = if product.abs() < 800.0 { rest } else { 0.0 };
    let regular = exp_sum(product, rest);
    let at_zero = if p > 0.0 { 0.0 } else { f64::INFINITY };
    let at_infinity = if p > 0.0 { f64::INFINITY } else { 0.0 };
    let value = if x == 0.0 { at_zero } else { regular };
    let value = if x == f64::INFINITY { at_infinity } else { value };
    let value = if p == 0.0 { 1.0 } else { value };
    if (x >= 0.0) & !p.is_nan() { value } else { f64::NAN }
}

/// Doubles of one sign between two numbers.
#[cfg(test)]
pub(crate) fn ulps_between(a: f64, b: f64) -> u64 {
    if a == b { 0 } else { (a.to_bits() as i64).abs_diff(b.to_bits() as i64) }
}

/// exp(high + low), `low` being small against `high`.
#[inline(always)]
fn exp_sum(high: f64, low: f64) -> f64 {
    let x = if high > 710.0 { 710.0 } else { high };
    let x = if x < -746.0 { -746.0 } else { x };
    let k = (x * std::f64::consts::LOG2_E + ROUND) - ROUND;
    let a = x - k * LN2_HIGH;
    let b = k * LN2_LOW - low;
    let r = a - b;
    let r_low = (a - r) - b;
    let r2 = r * r;
    let r4 = r2 * r2;
    // 1/2! + r/3! + ... + r^11/13!
    let p0 = 0.5 + r * (1.0 / 6.0);
    let p1 = 1.0 / 24.0 + r * (1.0 / 120.0);
    let p2 = 1.0 / 720.0 + r * (1.0 / 5_040.0);
    let p3 = 1.0 / 40_320.0 + r * (1.0 / 362_880.0);
    let p4 = 1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0);
    let p5 = 1.0 / 479_001_600.0 + r * (1.0 / 6_227_020_800.0);
    let series = (p0 + r2 * p1) + r4 * ((p2 + r2 * p3) + r4 * (p4 + r2 * p5));
    let mantissa = 1.0 + (r + (r_low + r2 * series));
    // 2^k as two factors, so that neither overflows nor a subnormal result is rounded twice.
    let half = (0.5 * k + ROUND) - ROUND;
    mantissa * power_of_two(half) * power_of_two(k - half)
}

/// 2^k for a whole k between -1022 and 1023.
#[inline(always)]
fn power_of_two(k: f64) -> f64 {
    f64::from_bits(((k + ROUND).to_bits() << 52).wrapping_add(ONE_BITS))
}

/// x = 2^k m with m in [sqrt(1/2), sqrt(2)), for finite x > 0.
#[inline(always)]
fn exponent_and_mantissa(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_POSITIVE;
    let scaled = if subnormal { x * TWO_TO_54 } else { x };
    let shift = if subnormal { 1023.0 + 54.0 } else { 1023.0 };
    let bits = scaled.to_bits().wrapping_add(ONE_BITS - SQRT_HALF_BITS);
    let k = f64::from_bits(((bits >> 52) & 0xfff) | TWO_TO_52_BITS) - TWO_TO_52 - shift;
    let m = f64::from_bits((bits & MANTISSA).wrapping_add(SQRT_HALF_BITS));
    (k, m)
}

#[inline(always)]
fn special_ln(x: f64, finite: f64) -> f64 {
    let value = if x == f64::INFINITY { x } else { finite };
    let value = if x == 0.0 { f64::NEG_INFINITY } else { value };
    if x >= 0.0 { value } else { f64::NAN }
}

/// ln(x) as an unevaluated sum, relative error about 2^-62, for finite x > 0; the first part has 26 bits.
///
/// As in msun `e_pow.c`: every product that has to be exact is one of two numbers cut to 26 bits.
#[inline(always)]
fn ln_double(x: f64) -> (f64, f64) {
    let (k, m) = exponent_and_mantissa(x);
    // s = (m - 1)/(m + 1); ln m = 2/3 s (3 + s^2 + r), r = 3 s^4 (1/5 + s^2/7 + ...)
    let f = m - 1.0;
    let inverse = 1.0 / (m + 1.0);
    let s = f * inverse;
    let s_high = cut(s);
    let sum_high = cut(m + 1.0);
    let sum_low = m - (sum_high - 1.0);
    let s_low = inverse * ((f - s_high * sum_high) - s_high * sum_low);
    let z = s * s;
    let z2 = z * z;
    let (q0, q1) = (Q[0] + z * Q[1], Q[2] + z * Q[3]);
    let (q2, q3) = (Q[4] + z * Q[5], Q[6] + z * Q[7]);
    let r = z2 * ((q0 + z2 * q1) + (z2 * z2) * (q2 + z2 * q3)) + s_low * (s_high + s);
    let z_high = s_high * s_high;
    let t_high = cut(3.0 + z_high + r);
    let t_low = r - ((t_high - 3.0) - z_high);
    let u = s_high * t_high;
    let v = s_low * t_high + t_low * s;
    let p_high = cut(u + v);
    let p_low = v - (p_high - u);
    let high = TWO_THIRDS_HIGH * p_high;
    let low = TWO_THIRDS_LOW * p_high + p_low * (2.0 / 3.0) + k * LN2_LOW;
    let exponent = k * LN2_HIGH;
    let total = cut((high + low) + exponent);
    (total, low - ((total - exponent) - high))
}

/// 2/3 in 26 bits, and the rest.
const TWO_THIRDS_HIGH: f64 = 0.6666666567325592;
const TWO_THIRDS_LOW: f64 = 9.934107462565104e-09;

/// 3 (1/5 + z/7 + z^2/9 + ...) for z up to 0.02944, relative error below 1e-16 (Chebyshev fit by mpmath).
const Q: [f64; 8] = [
    0.6,
    0.4285714285714405,
    0.33333333332484216,
    0.272727275030015,
    0.2307689245314862,
    0.2000220653109518,
    0.17559368158041094,
    0.17584625206026827,
];

/// The first 26 bits.
#[inline(always)]
fn cut(x: f64) -> f64 {
    f64::from_bits(x.to_bits() & !0x07ff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Deterministic numbers in [0, 1).
    fn uniform(seed: &mut u64) -> f64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 11) as f64 / 9_007_199_254_740_992.0
    }

    fn worst(count: usize, mut pair: impl FnMut(&mut u64) -> (f64, f64)) -> u64 {
        let mut seed = 7;
        (0..count).map(|_| pair(&mut seed)).map(|(a, b)| ulps_between(a, b)).max().unwrap()
    }

    #[test]
    fn exponential_is_within_one_unit_of_libm() {
        let error = worst(200_000, |seed| {
            let x = 1_500.0 * uniform(seed) - 755.0;
            (exp(x), x.exp())
        });
        assert!(error <= 1, "{error} ulp");
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(exp(f64::INFINITY), f64::INFINITY);
        assert_eq!(exp(f64::NEG_INFINITY), 0.0);
        assert_eq!(exp(710.0), f64::INFINITY);
        assert!(exp(f64::NAN).is_nan());
    }

    #[test]
    fn logarithm_is_within_one_unit_of_libm() {
        let error = worst(200_000, |seed| {
            let x = (1_490.0 * uniform(seed) - 744.0).exp();
            (ln(x), x.ln())
        });
        assert!(error <= 1, "{error} ulp");
        let error = worst(200_000, |seed| {
            let x = 0.5 + 1.5 * uniform(seed);
            (ln(x), x.ln())
        });
        assert!(error <= 1, "{error} ulp");
        assert_eq!(ln(1.0), 0.0);
        assert_eq!(ln(0.0), f64::NEG_INFINITY);
        assert_eq!(ln(f64::INFINITY), f64::INFINITY);
        assert!(ln(-1.0).is_nan() && ln(f64::NAN).is_nan());
    }

    #[test]
    fn power_is_within_two_units_of_libm_over_its_whole_range() {
        let error = worst(200_000, |seed| {
            let x = (200.0 * uniform(seed) - 100.0).exp();
            let p = 14.0 * uniform(seed) - 7.0;
            (pow(x, p), x.powf(p))
        });
        assert!(error <= 2, "{error} ulp");
        let error = worst(200_000, |seed| {
            let x = 0.5 + 1.5 * uniform(seed);
            let p = 2_000.0 * uniform(seed) - 1_000.0;
            (pow(x, p), x.powf(p))
        });
        assert!(error <= 2, "{error} ulp");
    }

    #[test]
    fn power_at_the_edges() {
        assert_eq!(pow(0.0, 0.75), 0.0);
        assert_eq!(pow(0.0, 0.0), 1.0);
        assert_eq!(pow(0.0, -1.0), f64::INFINITY);
        assert_eq!(pow(f64::INFINITY, 2.0), f64::INFINITY);
        assert_eq!(pow(f64::INFINITY, -2.0), 0.0);
        assert_eq!(pow(f64::INFINITY, 0.0), 1.0);
        assert_eq!(pow(1.0, 1e300), 1.0);
        assert_eq!(pow(2.0, 10.0), 1024.0);
        assert_eq!(pow(2.0, 1e300), f64::INFINITY);
        assert_eq!(pow(2.0, f64::NEG_INFINITY), 0.0);
        assert_eq!(pow(5e-324, 1.0), 5e-324);
        assert_eq!(pow(f64::MAX, 1.0), f64::MAX);
        assert!(pow(-1.0, 2.0).is_nan() && pow(2.0, f64::NAN).is_nan() && pow(f64::NAN, 0.0).is_nan());
    }

    /// mpmath 1.3 at 60 digits, arguments taken as the doubles written here.
    #[test]
    fn power_against_sixty_digits() {
        for (x, p, expected) in include!("power_reference.in") {
            let error = ulps_between(pow(x, p), expected);
            assert!(error <= 1, "{x}^{p}: {} against {expected}", pow(x, p));
        }
    }
}

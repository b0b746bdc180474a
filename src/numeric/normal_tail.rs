#![allow(clippy::excessive_precision, reason = "digits as published")]

use super::elementary::{exp, ln};
use super::scalar::Scalar;

const SQRT_HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;
/// sqrt(2/pi).
const SQRT_2_OVER_PI: f64 = 0.797_884_560_802_865_4;
/// 1/sqrt(pi).
const ONE_OVER_SQRT_PI: f64 = 0.564_189_583_547_756_286_95;

/// Distribution function of the standard normal distribution, P(X <= `x`).
///
/// Relative error below 1e-15 up to 1e-308 in the lower tail; NaN for NaN.
///
/// # Reference
/// Cody 1969, doi:10.1090/S0025-5718-1969-0247736-4 (rational approximations of erf and erfc).
///
/// ```
/// use cascade::numeric::normal_cdf;
/// assert!((normal_cdf(1.959963984540054) - 0.975).abs() < 1e-15);
/// ```
pub fn normal_cdf(x: f64) -> f64 {
    if x < 0.0 { lower_tail(x) } else { 1.0 - lower_tail(-x) }
}

/// Logarithm of [`normal_cdf`], also where that is 0: relative error below 1e-15 for any finite `x`.
///
/// Generic, so that the likelihood of a censored value has derivatives: they are exact to rounding up to the third
/// order, from h = density / distribution and h' = -h (x + h).
///
/// ```
/// use cascade::numeric::{Dual, Lanes, Scalar, ln_normal_cdf};
/// let x = Dual::<Lanes<1>, 1>::variable(Lanes([-40.0]), 0);
/// let y = ln_normal_cdf(x);
/// assert!((y.value.get(0) + 804.6084420137538).abs() < 1e-12);
/// assert!((y.tangents[0].get(0) - 40.02496884720726).abs() < 1e-13);
/// ```
pub fn ln_normal_cdf<S: Scalar>(x: S) -> S {
    let (mut logarithm, mut hazard) = (S::Value::default(), S::Value::default());
    let at = x.value();
    for lane in 0..S::LANES {
        let (l, h) = logarithm_and_hazard(at.get(lane));
        logarithm.set(lane, l);
        hazard.set(lane, h);
    }
    // Taylor's polynomial about the value: its increment is 0 and carries the derivatives alone, so that powers of it
    // vanish beyond the order of nesting.
    let increment = x - S::constant(at);
    let first = hazard;
    let second = -(first * (at + first));
    let third = -(second * (at + first)) - first * (S::Value::splat(1.0) + second);
    let half = S::Value::splat(0.5);
    let sixth = S::Value::splat(1.0 / 6.0);
    let series = S::constant(first) + increment.scale(second * half) + (increment * increment).scale(third * sixth);
    S::constant(logarithm) + increment * series
}

/// ln P(X <= x), and density / P(X <= x).
fn logarithm_and_hazard(x: f64) -> (f64, f64) {
    if x < 0.0 {
        let scaled = scaled_erfc(-x * SQRT_HALF);
        return (ln(0.5 * scaled) - 0.5 * x * x, SQRT_2_OVER_PI / scaled);
    }
    let upper = lower_tail(-x);
    let rest = 1.0 - upper;
    // ln(1 - upper) without cancellation (Kahan): the rounding of 1 - upper is divided out.
    let logarithm = if rest == 1.0 { -upper } else { ln(rest) * (upper / (1.0 - rest)) };
    (logarithm, 0.5 * SQRT_2_OVER_PI * bell(x) / rest)
}

/// P(X <= x) for x <= 0.
fn lower_tail(x: f64) -> f64 {
    0.5 * bell(x) * scaled_erfc(-x * SQRT_HALF)
}

/// exp(-x^2/2), the square taken in two parts so that its rounding does not grow with it.
fn bell(x: f64) -> f64 {
    let x = x.abs().min(40.0);
    let coarse = (x * 16.0).trunc() / 16.0;
    exp(-0.5 * coarse * coarse) * exp(-0.5 * (x - coarse) * (x + coarse))
}

/// exp(y^2) erfc(y) for y >= 0.
fn scaled_erfc(y: f64) -> f64 {
    if y <= 0.46875 {
        let z = y * y;
        let above = ERF_ABOVE[4] * z;
        let above = ERF_ABOVE[..3].iter().fold(above, |sum, c| (sum + c) * z) + ERF_ABOVE[3];
        let below = ERF_BELOW[..3].iter().fold(z, |sum, c| (sum + c) * z) + ERF_BELOW[3];
        return exp(z) * (1.0 - y * above / below);
    }
    if y <= 4.0 {
        let above = MIDDLE_ABOVE[..7].iter().fold(MIDDLE_ABOVE[8] * y, |sum, c| (sum + c) * y) + MIDDLE_ABOVE[7];
        let below = MIDDLE_BELOW[..7].iter().fold(y, |sum, c| (sum + c) * y) + MIDDLE_BELOW[7];
        return above / below;
    }
    let z = 1.0 / (y * y);
    let above = FAR_ABOVE[..4].iter().fold(FAR_ABOVE[5] * z, |sum, c| (sum + c) * z) + FAR_ABOVE[4];
    let below = FAR_BELOW[..4].iter().fold(z, |sum, c| (sum + c) * z) + FAR_BELOW[4];
    (ONE_OVER_SQRT_PI - z * above / below) / y
}

// In the order of Cody's program CALERF: the leading coefficient last.
const ERF_ABOVE: [f64; 5] = [
    3.161_123_743_870_565_60e0,
    1.138_641_541_510_501_56e2,
    3.774_852_376_853_020_21e2,
    3.209_377_589_138_469_47e3,
    1.857_777_061_846_031_53e-1,
];
const ERF_BELOW: [f64; 4] =
    [2.360_129_095_234_412_09e1, 2.440_246_379_344_441_73e2, 1.282_616_526_077_372_28e3, 2.844_236_833_439_170_62e3];
const MIDDLE_ABOVE: [f64; 9] = [
    5.641_884_969_886_700_89e-1,
    8.883_149_794_388_375_94e0,
    6.611_919_063_714_162_95e1,
    2.986_351_381_974_001_31e2,
    8.819_522_212_417_690_90e2,
    1.712_047_612_634_070_58e3,
    2.051_078_377_826_071_47e3,
    1.230_339_354_797_997_25e3,
    2.153_115_354_744_038_46e-8,
];
const MIDDLE_BELOW: [f64; 8] = [
    1.574_492_611_070_983_47e1,
    1.176_939_508_913_124_99e2,
    5.371_811_018_620_098_58e2,
    1.621_389_574_566_690_19e3,
    3.290_799_235_733_459_63e3,
    4.362_619_090_143_247_16e3,
    3.439_367_674_143_721_64e3,
    1.230_339_354_803_749_42e3,
];
const FAR_ABOVE: [f64; 6] = [
    3.053_266_349_612_323_44e-1,
    3.603_448_999_498_044_39e-1,
    1.257_817_261_112_292_46e-1,
    1.608_378_514_874_227_66e-2,
    6.587_491_615_298_378_03e-4,
    1.631_538_713_730_209_78e-2,
];
const FAR_BELOW: [f64; 5] = [
    2.568_520_192_289_822_42e0,
    1.872_952_849_923_467_25e0,
    5.279_051_029_514_284_12e-1,
    6.051_834_131_244_131_91e-2,
    2.335_204_976_268_691_85e-3,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::{Dual, Lanes, normal_quantile};

    fn close(found: f64, expected: f64, bound: f64, what: &str) {
        assert!((found - expected).abs() <= bound * expected.abs(), "{what}: {found} against {expected}");
    }

    /// mpmath 1.3 with 60 digits: logarithm of the distribution, distribution, density / distribution.
    const VALUES: [(f64, f64, f64, f64); 16] = [
        (-1e5, -5000000012.431864, 0.0, 100000.00001),
        (-40.0, -804.6084420137538, 0.0, 40.02496884720726),
        (-37.5, -707.6689893175072, 4.605353009581955e-308, 37.526628874883656),
        (-12.0, -75.4106730015688, 1.776482112077679e-33, 12.082214175254284),
        (-6.0, -20.736768949974707, 9.86587645037698e-10, 6.158482604544599),
        (-5.6, -18.35137949590933, 1.071759025831093e-08, 5.768666604297135),
        (-3.0, -6.607726221510349, 0.0013498980316300946, 3.2830986549304364),
        (-1.0, -1.8410216450092636, 0.15865525393145705, 1.525135276160981),
        (-0.6, -1.293703811614028, 0.2742531177500736, 1.2150257602375434),
        (-0.3, -0.9621028181688507, 0.3820885778110474, 0.9981659688584833),
        (0.0, -std::f64::consts::LN_2, 0.5, 0.7978845608028654),
        (0.5, -0.3689464152886564, 0.6914624612740131, 0.5091604338370335),
        (0.7, -0.2770239422771313, 0.758036347776927, 0.41192475041929066),
        (2.0, -0.02301290932896349, 0.9772498680518208, 0.055247862678989956),
        (6.0, -9.865876455243758e-10, 0.9999999990134123, 6.075882855817676e-09),
        (9.0, -1.1285884059538405e-19, 1.0, 1.0279773571668915e-18),
    ];

    #[test]
    fn values_and_logarithms_against_many_digits() {
        for (x, logarithm, value, hazard) in VALUES {
            close(normal_cdf(x), value, 2e-15, &format!("P({x})"));
            let found = ln_normal_cdf(Dual::<Lanes<1>, 1>::variable(Lanes([x]), 0));
            close(found.value.get(0), logarithm, 2e-15, &format!("ln P({x})"));
            close(found.tangents[0].get(0), hazard, 3e-15, &format!("hazard({x})"));
        }
        assert!(normal_cdf(f64::NAN).is_nan() && ln_normal_cdf(Lanes([f64::NAN])).get(0).is_nan());
    }

    #[test]
    fn it_is_the_inverse_of_the_quantile_and_steady_where_the_pieces_meet() {
        for p in [1e-200, 1e-30, 1e-5, 0.003, 0.2, 0.4999, 0.7, 0.999] {
            // An error of the quantile in its last digit moves P by about x^2 of it.
            let x = normal_quantile(p);
            close(normal_cdf(x), p, 3e-16 * (5.0 + x * x), &format!("P at the quantile of {p}"));
        }
        for seam in [0.46875f64, 4.0] {
            let (below, above) = (scaled_erfc(seam), scaled_erfc(seam * (1.0 + 1e-15)));
            close(above, below, 3e-15, &format!("at {seam}"));
        }
    }

    /// Derivatives by central differences of the next lower one.
    #[test]
    fn second_and_third_derivatives_are_those_of_the_first() {
        type One = Lanes<1>;
        type Three = Dual<Dual<Dual<One, 1>, 1>, 1>;
        let all = |x: f64| {
            let inner = Dual::<One, 1>::variable(Lanes([x]), 0);
            let middle = Dual::<Dual<One, 1>, 1>::variable(inner, 0);
            let y = ln_normal_cdf(Three::variable(middle, 0));
            let first = y.tangents[0];
            let second = first.tangents[0];
            [first.value.value.get(0), second.value.get(0), second.tangents[0].get(0)]
        };
        for x in [-30.0, -7.0, -1.5, -0.2, 0.4, 3.0] {
            let step = 1e-4;
            let (low, here, high) = (all(x - step), all(x), all(x + step));
            for order in 0..2 {
                let difference = (high[order] - low[order]) / (2.0 * step);
                let bound = 1e-6 * (1.0 + here[order + 1].abs());
                assert!((difference - here[order + 1]).abs() < bound, "{x}: {difference} against {}", here[order + 1]);
            }
        }
    }
}

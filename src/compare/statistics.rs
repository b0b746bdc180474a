//! Two arms, the same patients: estimates, paired intervals, and the unpaired ones beside them.

use statrs::distribution::{Continuous, ContinuousCDF, StudentsT};

use crate::numeric::normal_quantile;

/// Confidence of all intervals.
pub const CONFIDENCE: f64 = 0.95;

/// How two arms are compared in an end point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Ratio of geometric means.
    Ratio,
    /// Difference of means.
    Difference,
    /// Difference of shares of patients.
    Proportion,
}

impl Kind {
    /// As in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Difference => "difference",
            Self::Proportion => "proportion",
        }
    }
}

/// An arm against the reference in one end point, over the patients that have it in both.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// How it was made.
    pub kind: Kind,
    /// Patients with a value in both arms.
    pub n: usize,
    /// Geometric mean, mean or share in the reference.
    pub reference: f64,
    /// The same in the arm.
    pub arm: f64,
    /// Ratio arm to reference, or difference arm - reference.
    pub estimate: f64,
    /// Its 95 % interval from pairs; none from fewer than two.
    pub interval: Option<(f64, f64)>,
    /// Width of the interval from pairs: of a ratio that of its natural logarithm.
    pub width: Option<f64>,
    /// Width of the interval from as many patients in two separate groups.
    pub unpaired: Option<f64>,
    /// Share of the patients with a lower value in the arm, half of those with equal ones included.
    pub lower: f64,
}

impl Estimate {
    /// How many times narrower pairs made the interval; none where it has no width.
    pub fn gain(&self) -> Option<f64> {
        let (paired, unpaired) = (self.width?, self.unpaired?);
        // Beyond rounding there is nothing to be narrower than.
        (paired > 0.0 && unpaired > 1e-12).then(|| unpaired / paired)
    }
}

/// Compares pairs `(reference, arm)`; none without pairs. Values of a pair that differ by less than 1e-4 of the larger count
/// as equal: a solver at its default tolerance does not tell them apart. Ratios of values that are not all above 0 become differences.
///
/// Ratios and differences have Student's interval of the mean of the pairs' differences (of logarithms for ratios), and
/// unpaired the interval of Welch. Shares have the adjusted Wald interval for pairs, and unpaired the one that adds a
/// patient with and one without to each group.
///
/// # Reference
/// Bonett and Price 2012, doi:10.3102/1076998611411915; Agresti and Caffo 2000, doi:10.1080/00031305.2000.10474560;
/// Welch 1947, doi:10.1093/biomet/34.1-2.28.
pub fn compare(kind: Kind, pairs: &[(f64, f64)]) -> Option<Estimate> {
    if pairs.is_empty() {
        return None;
    }
    let pairs: Vec<(f64, f64)> = pairs.iter().map(|pair| settled(*pair)).collect();
    let pairs = pairs.as_slice();
    let n = pairs.len() as f64;
    let lower =
        pairs.iter().map(|(one, other)| if other < one { 1.0 } else { f64::from(u8::from(other == one)) / 2.0 });
    let lower = lower.sum::<f64>() / n;
    let positive = pairs.iter().all(|(one, other)| *one > 0.0 && *other > 0.0);
    let kind = if kind == Kind::Ratio && !positive { Kind::Difference } else { kind };
    if kind == Kind::Proportion {
        return Some(Estimate { lower, ..proportion(pairs) });
    }
    let scaled = |value: f64| if kind == Kind::Ratio { value.ln() } else { value };
    let back = |value: f64| if kind == Kind::Ratio { value.exp() } else { value };
    let one = Moments::of(pairs.iter().map(|pair| scaled(pair.0)));
    let other = Moments::of(pairs.iter().map(|pair| scaled(pair.1)));
    let differences = Moments::of(pairs.iter().map(|pair| scaled(pair.1) - scaled(pair.0)));
    let half = (pairs.len() > 1).then(|| t_quantile(n - 1.0) * (differences.variance / n).sqrt());
    Some(Estimate {
        kind,
        n: pairs.len(),
        reference: back(one.mean),
        arm: back(other.mean),
        estimate: back(differences.mean),
        interval: half.map(|half| (back(differences.mean - half), back(differences.mean + half))),
        width: half.map(|half| 2.0 * half),
        unpaired: (pairs.len() > 1).then(|| welch(one.variance / n, other.variance / n, n)),
        lower,
    })
}

/// Values nearer than this, relative to the larger, are alike: such differences are the solver's, not the arm's.
pub(super) const ALIKE: f64 = 1e-4;

/// A pair, its values equal if they are alike.
fn settled((one, other): (f64, f64)) -> (f64, f64) {
    let alike = (one - other).abs() <= ALIKE * one.abs().max(other.abs());
    (one, if alike { one } else { other })
}

fn proportion(pairs: &[(f64, f64)]) -> Estimate {
    let n = pairs.len() as f64;
    let count = |wanted: &dyn Fn(bool, bool) -> bool| {
        pairs.iter().filter(|(one, other)| wanted(*one > 0.5, *other > 0.5)).count() as f64
    };
    let (gained, lost) = (count(&|one, other| other && !one), count(&|one, other| one && !other));
    let (yes_reference, yes_arm) = (count(&|one, _| one), count(&|_, other| other));
    let z = normal_quantile(0.5 + CONFIDENCE / 2.0);
    let (p, q) = ((gained + 1.0) / (n + 2.0), (lost + 1.0) / (n + 2.0));
    let half = z * ((p + q - (p - q) * (p - q)) / (n + 2.0)).sqrt();
    let variance = |yes: f64| (yes + 1.0) / (n + 2.0) * (n + 1.0 - yes) / (n + 2.0) / (n + 2.0);
    let unpaired = 2.0 * z * (variance(yes_reference) + variance(yes_arm)).sqrt();
    let enough = pairs.len() > 1;
    Estimate {
        kind: Kind::Proportion,
        n: pairs.len(),
        reference: yes_reference / n,
        arm: yes_arm / n,
        estimate: (yes_arm - yes_reference) / n,
        interval: enough.then(|| ((p - q - half).max(-1.0), (p - q + half).min(1.0))),
        width: enough.then_some(2.0 * half),
        unpaired: enough.then_some(unpaired),
        lower: f64::NAN,
    }
}

/// Mean and variance, by two passes.
struct Moments {
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(values: impl ExactSizeIterator<Item = f64> + Clone) -> Self {
        let n = values.len() as f64;
        let mean = values.clone().sum::<f64>() / n;
        let variance = values.map(|value| (value - mean) * (value - mean)).sum::<f64>() / (n - 1.0);
        Self { mean, variance }
    }
}

/// Width of the interval of a difference of means of two groups of `n` with these squared standard errors.
fn welch(one: f64, other: f64, n: f64) -> f64 {
    let sum = one + other;
    if sum == 0.0 {
        return 0.0;
    }
    let degrees = sum * sum * (n - 1.0) / (one * one + other * other);
    2.0 * t_quantile(degrees) * sum.sqrt()
}

/// Degrees of freedom beyond which the expansion about the normal quantile is exact to rounding.
const MANY: f64 = 200.0;

/// The 97.5 % quantile of Student's t with these degrees of freedom, at least 1.
///
/// # Reference
/// Expansion: Abramowitz and Stegun 1964, 26.7.5; below 200 degrees refined on the distribution function.
fn t_quantile(degrees: f64) -> f64 {
    let wanted = 0.5 + CONFIDENCE / 2.0;
    let z = normal_quantile(wanted);
    let square = z * z;
    let terms = [
        z,
        z * (square + 1.0) / 4.0,
        z * ((5.0 * square + 16.0) * square + 3.0) / 96.0,
        z * (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0,
        z * ((((79.0 * square + 776.0) * square + 1482.0) * square - 1920.0) * square - 945.0) / 92160.0,
    ];
    let expanded = terms.iter().rev().fold(0.0, |sum, term| sum / degrees + term);
    let Ok(t) = StudentsT::new(0.0, 1.0, degrees) else { return f64::NAN };
    if degrees > MANY {
        return expanded;
    }
    // Between bounds: Newton's step where it stays inside, else the middle.
    let (mut low, mut high, mut at) = (z, 13.0, expanded.clamp(z, 13.0));
    for _ in 0..100 {
        let miss = t.cdf(at) - wanted;
        if miss < 0.0 {
            low = at
        } else {
            high = at
        }
        let step = at - miss / t.pdf(at);
        let next = if step > low && step < high { step } else { 0.5 * (low + high) };
        if (next - at).abs() <= 1e-14 * at {
            return next;
        }
        at = next;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64, within: f64) {
        assert!((a - b).abs() <= within * b.abs().max(1e-300), "{a} is not {b}");
    }

    /// Closed forms: df 1 is Cauchy's, df 2 and 4 are algebraic; df 10 and 30 as in printed tables (NIST handbook 1.3.6.7.2).
    #[test]
    fn quantiles_of_t_are_those_of_closed_forms_and_tables() {
        near(t_quantile(1.0), (std::f64::consts::PI * 0.475).tan(), 1e-9);
        let a: f64 = 4.0 * 0.975 * 0.025;
        near(t_quantile(2.0), (0.95) * (2.0 / a).sqrt(), 1e-9);
        let s = a.sqrt();
        near(t_quantile(4.0), 2.0 * ((s.acos() / 3.0).cos() / s - 1.0).sqrt(), 1e-9);
        near(t_quantile(10.0), 2.228, 2e-4);
        near(t_quantile(30.0), 2.042, 2e-4);
        near(t_quantile(120.0), 1.980, 3e-4);
        near(t_quantile(1e9), 1.959_963_984_540_054, 1e-8);
        // Both ways meet.
        near(t_quantile(200.000_001), t_quantile(200.0), 1e-9);
    }

    /// Differences -1, 0, 1, 2, 3: mean 1, variance 5/2, so half the interval is t(4) / sqrt 2.
    #[test]
    fn differences_of_pairs_have_students_interval() {
        let pairs = [(5.0, 4.0), (1.0, 1.0), (2.0, 3.0), (7.0, 9.0), (10.0, 13.0)];
        let found = compare(Kind::Difference, &pairs).unwrap();
        assert_eq!((found.n, found.reference, found.arm, found.estimate), (5, 5.0, 6.0, 1.0));
        let half = 2.776_445_105 / 2f64.sqrt();
        let (low, high) = found.interval.unwrap();
        near(low, 1.0 - half, 1e-8);
        near(high, 1.0 + half, 1e-8);
        // One is lower, one equal.
        near(found.lower, 0.3, 1e-15);
        // Welch by hand: variances 13.5 and 24 (of 4 1 3 9 13 about 6), errors 2.7 and 4.8, 7.398 degrees.
        let degrees = 7.5f64 * 7.5 * 4.0 / (2.7f64 * 2.7 + 4.8 * 4.8);
        near(degrees, 7.418_397, 1e-6);
        near(found.unpaired.unwrap(), 2.0 * t_quantile(degrees) * 7.5f64.sqrt(), 1e-12);
        assert!(found.gain().unwrap() > 1.0);
    }

    /// Logarithms of the ratios 1, 2, 4: mean ln 2, standard deviation ln 2.
    #[test]
    fn ratios_are_of_geometric_means() {
        let pairs = [(1.0, 1.0), (10.0, 20.0), (100.0, 400.0)];
        let found = compare(Kind::Ratio, &pairs).unwrap();
        near(found.reference, 10.0, 1e-12);
        near(found.arm, 20.0, 1e-12);
        near(found.estimate, 2.0, 1e-12);
        let half = 4.302_652_73 * 2f64.ln() / 3f64.sqrt();
        let (low, high) = found.interval.unwrap();
        near(low, 2.0 * (-half).exp(), 1e-8);
        near(high, 2.0 * half.exp(), 1e-8);
        near(found.width.unwrap(), 2.0 * half, 1e-8);
        let zero = compare(Kind::Ratio, &[(0.0, 1.0), (2.0, 2.0)]).unwrap();
        assert_eq!((zero.kind, zero.estimate), (Kind::Difference, 0.5));
    }

    /// Twenty pairs, 6 gained and 2 lost: 7/22 and 3/22, by hand 2/11 +- 1.95996 sqrt((10/22 - 4/121) / 22).
    #[test]
    fn shares_of_pairs_have_the_adjusted_interval() {
        let mut pairs = vec![(0.0, 1.0); 6];
        pairs.extend([(1.0, 0.0); 2]);
        pairs.extend([(1.0, 1.0); 5]);
        pairs.extend([(0.0, 0.0); 7]);
        let found = compare(Kind::Proportion, &pairs).unwrap();
        assert_eq!((found.reference, found.arm, found.estimate), (0.35, 0.55, 0.2));
        let (low, high) = found.interval.unwrap();
        let half = 1.959_963_984_540_054 * ((10.0 / 22.0 - 4.0 / 121.0) / 22.0f64).sqrt();
        near(low, 2.0 / 11.0 - half, 1e-12);
        near(high, 2.0 / 11.0 + half, 1e-12);
        // Unpaired: shares 8/22 and 12/22.
        let apart = (8.0 * 14.0 + 12.0 * 10.0) / (22.0f64.powi(3));
        near(found.unpaired.unwrap(), 2.0 * 1.959_963_984_540_054 * apart.sqrt(), 1e-12);
        near(found.lower, (2.0 + 6.0) / 20.0, 1e-12);
    }

    /// All outcomes of 30 pairs by their probabilities: the interval covers the true difference in about 95 % of them.
    #[test]
    fn the_interval_of_shares_covers_what_it_says() {
        const N: usize = 30;
        let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
        for (gain, loss) in [(0.3, 0.1), (0.15, 0.15), (0.4, 0.2)] {
            let mut covered = 0.0;
            for gained in 0..=N {
                for lost in 0..=N - gained {
                    let rest = N - gained - lost;
                    let ways = factorial(N) / factorial(gained) / factorial(lost) / factorial(rest);
                    let rest_probability: f64 = 1.0 - gain - loss;
                    let probability = ways
                        * f64::powi(gain, gained as i32)
                        * f64::powi(loss, lost as i32)
                        * rest_probability.powi(rest as i32);
                    let mut pairs = vec![(0.0, 1.0); gained];
                    pairs.extend(vec![(1.0, 0.0); lost]);
                    pairs.extend(vec![(0.0, 0.0); rest]);
                    let (low, high) = compare(Kind::Proportion, &pairs).unwrap().interval.unwrap();
                    if (low..=high).contains(&(gain - loss)) {
                        covered += probability;
                    }
                }
            }
            assert!((0.93..0.985).contains(&covered), "{gain} {loss}: {covered}");
        }
    }

    #[test]
    fn one_pair_has_no_interval_and_equal_arms_differ_by_nothing() {
        let one = compare(Kind::Ratio, &[(2.0, 6.0)]).unwrap();
        assert_eq!((one.estimate.round(), one.interval, one.gain()), (3.0, None, None));
        assert!(compare(Kind::Difference, &[]).is_none());
        let equal = compare(Kind::Ratio, &[(2.0, 2.0), (5.0, 5.0)]).unwrap();
        assert_eq!(
            (equal.estimate, equal.interval, equal.width, equal.gain()),
            (1.0, Some((1.0, 1.0)), Some(0.0), None)
        );
        assert_eq!(equal.lower, 0.5);
    }
}

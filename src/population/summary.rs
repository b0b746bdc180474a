use super::{Histogram, Sum};
use crate::numeric::normal_quantile;

/// One end point over all patients: how many, mean, standard deviation, quantiles.
///
/// In: one number a patient, in any unit; a patient without the end point is missing, one whose run failed has failed.
/// Mean and standard deviation come from exact sums, so that they are the same for any order and any shards; quantiles
/// come from a [`Histogram`] and have its resolution.
///
/// ```
/// use cascade::population::Summary;
/// let mut peak = Summary::default();
/// for value in [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0] {
///     peak.add(value);
/// }
/// peak.add_failed();
/// assert_eq!((peak.count(), peak.failed()), (8, 1));
/// assert_eq!(peak.mean(), Some(5.0));
/// assert_eq!(peak.standard_deviation(), Some((32.0f64 / 7.0).sqrt()));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    sum: Sum,
    squares: Sum,
    histogram: Histogram,
    missing: u64,
    failed: u64,
}

impl Summary {
    /// Adds a patient's value; NaN is a missing one.
    pub fn add(&mut self, value: f64) {
        if value.is_nan() {
            self.missing += 1;
            return;
        }
        self.histogram.add(value);
        self.sum.add(value);
        if value.is_finite() {
            self.squares.add_product(value, value);
        }
    }

    /// Adds a patient who does not have the end point.
    pub fn add_missing(&mut self) {
        self.missing += 1;
    }

    /// Adds a patient whose run failed.
    pub fn add_failed(&mut self) {
        self.failed += 1;
    }

    /// Adds all patients of another.
    pub fn merge(&mut self, other: &Self) {
        self.sum.merge(&other.sum);
        self.squares.merge(&other.squares);
        self.histogram.merge(&other.histogram);
        self.missing += other.missing;
        self.failed += other.failed;
    }

    /// The summary with these parts, as [`sum`](Self::sum), [`squares`](Self::squares) and
    /// [`histogram`](Self::histogram) gave them.
    pub fn from_parts(sum: Sum, squares: Sum, histogram: Histogram, missing: u64, failed: u64) -> Self {
        Self { sum, squares, histogram, missing, failed }
    }

    /// Patients with a value, infinite ones included.
    pub fn count(&self) -> u64 {
        let apart = self.histogram.apart();
        self.histogram.count() + apart.infinite + apart.minus_infinite
    }

    /// Patients without the end point.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// Patients whose run failed.
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// The mean; none without values.
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.sum.value() / count as f64)
    }

    /// The standard deviation with divisor n - 1; none for fewer than two values, or if a value or its square is not
    /// finite. The squared deviations are summed exactly, so that nothing cancels where the spread is small.
    pub fn standard_deviation(&self) -> Option<f64> {
        let count = self.count();
        if count < 2 || !self.sum.is_finite() || !self.squares.is_finite() {
            return None;
        }
        // n (n - 1) variance = n sum(x^2) - (sum x)^2
        let mut scaled = self.squares.times(count);
        let parts = self.sum.parts();
        for a in &parts {
            for b in &parts {
                scaled.add_product(-a, *b);
            }
        }
        let count = count as f64;
        let variance = scaled.value() / count / (count - 1.0);
        variance.is_finite().then(|| variance.max(0.0).sqrt())
    }

    /// The quantile of the finite values; see [`Histogram::quantile`].
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        self.histogram.quantile(probability)
    }

    /// Exact sum of the values.
    pub fn sum(&self) -> &Sum {
        &self.sum
    }

    /// Exact sum of their squares.
    pub fn squares(&self) -> &Sum {
        &self.squares
    }

    /// Their histogram.
    pub fn histogram(&self) -> &Histogram {
        &self.histogram
    }
}

/// A yes/no end point over all patients: how many, and the share with its interval.
///
/// ```
/// use cascade::population::Share;
/// let share = Share { yes: 81, no: 182, ..Share::default() };
/// let (low, high) = share.interval().unwrap();
/// assert_eq!((share.estimate().unwrap(), format!("{low:.4} {high:.4}")), (81.0 / 263.0, "0.2553 0.3662".into()));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Patients with it.
    pub yes: u64,
    /// Patients without it.
    pub no: u64,
    /// Patients in whom it is not determined; they do not count in the share.
    pub missing: u64,
    /// Patients whose run failed; they do not count in the share.
    pub failed: u64,
}

impl Share {
    /// Adds a patient; none if it is not determined.
    pub fn add(&mut self, answer: Option<bool>) {
        match answer {
            Some(true) => self.yes += 1,
            Some(false) => self.no += 1,
            None => self.missing += 1,
        }
    }

    /// Adds a patient whose run failed.
    pub fn add_failed(&mut self) {
        self.failed += 1;
    }

    /// Adds all patients of another.
    pub fn merge(&mut self, other: &Self) {
        self.yes += other.yes;
        self.no += other.no;
        self.missing += other.missing;
        self.failed += other.failed;
    }

    /// Patients in whom it is determined.
    pub fn count(&self) -> u64 {
        self.yes + self.no
    }

    /// Share of the patients in whom it is determined; none if there are none.
    pub fn estimate(&self) -> Option<f64> {
        (self.count() > 0).then(|| self.yes as f64 / self.count() as f64)
    }

    /// The 95 % score interval of the share; none if there are no patients.
    ///
    /// It tells how far a share found in so many patients may lie from that of the whole population; in a simulation
    /// that is the error of their number alone, not of model or parameters.
    ///
    /// # Reference
    /// Wilson 1927, doi:10.1080/01621459.1927.10502953.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let share = self.estimate()?;
        let (n, z) = (self.count() as f64, normal_quantile(0.975));
        let weight = 1.0 + z * z / n;
        let centre = (share + z * z / (2.0 * n)) / weight;
        let half = z / weight * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
        let low = if self.yes == 0 { 0.0 } else { (centre - half).max(0.0) };
        let high = if self.no == 0 { 1.0 } else { (centre + half).min(1.0) };
        Some((low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn summary(values: impl IntoIterator<Item = f64>) -> Summary {
        let mut summary = Summary::default();
        values.into_iter().for_each(|value| summary.add(value));
        summary
    }

    #[test]
    fn nothing_cancels_where_the_spread_is_small() {
        // Deviations -1, 0, 1 around a mean that their squares would drown in: the variance is 1.
        assert_eq!(summary([1e15 - 1.0, 1e15, 1e15 + 1.0]).standard_deviation(), Some(1.0));
        assert_eq!(summary([0.1; 1000]).standard_deviation(), Some(0.0));
        // NIST StRD, NumAcc4: 1001 values about 10000000.2, standard deviation exactly 0.1.
        let values = std::iter::once(10_000_000.2).chain((0..500).flat_map(|_| [10_000_000.1, 10_000_000.3]));
        let found = summary(values);
        assert!((found.mean().unwrap() - 10_000_000.2).abs() < 2e-9);
        // The values as f64s are off by up to 1e-9.
        assert!((found.standard_deviation().unwrap() - 0.1).abs() < 2e-9);
    }

    #[test]
    fn few_missing_failed_and_infinite_values() {
        let mut none = summary([f64::NAN]);
        none.add_missing();
        none.add_failed();
        assert_eq!((none.count(), none.missing(), none.failed()), (0, 2, 1));
        assert_eq!((none.mean(), none.standard_deviation(), none.quantile(0.5)), (None, None, None));
        let one = summary([3.5]);
        assert_eq!((one.mean(), one.standard_deviation(), one.quantile(0.5)), (Some(3.5), None, Some(3.5)));
        let infinite = summary([1.0, 2.0, f64::INFINITY]);
        assert_eq!((infinite.count(), infinite.mean()), (3, Some(f64::INFINITY)));
        assert_eq!((infinite.standard_deviation(), infinite.quantile(1.0)), (None, Some(2.0)));
        let huge = summary([1e200, -1e200]);
        assert_eq!((huge.mean(), huge.standard_deviation()), (Some(0.0), None));
    }

    /// Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 3.
    #[test]
    fn score_intervals_are_those_of_the_paper() {
        for (yes, all, expected) in
            [(81, 263, "0.2553 0.3662"), (15, 148, "0.0624 0.1605"), (0, 20, "0.0000 0.1611"), (1, 29, "0.0061 0.1718")]
        {
            let (low, high) = Share { yes, no: all - yes, missing: 7, failed: 9 }.interval().unwrap();
            assert_eq!(format!("{low:.4} {high:.4}"), expected);
            let (mirrored_low, mirrored_high) =
                Share { yes: all - yes, no: yes, ..Share::default() }.interval().unwrap();
            assert_eq!(format!("{:.4} {:.4}", 1.0 - mirrored_high, 1.0 - mirrored_low), expected);
        }
        assert_eq!(Share { yes: 0, no: 20, ..Share::default() }.interval().unwrap().0, 0.0);
        assert_eq!(Share { yes: 20, no: 0, ..Share::default() }.interval().unwrap().1, 1.0);
        assert_eq!((Share::default().estimate(), Share::default().interval()), (None, None));
    }

    #[test]
    fn answers_are_counted() {
        let mut share = Share::default();
        [Some(true), Some(false), Some(true), None].into_iter().for_each(|answer| share.add(answer));
        share.add_failed();
        let twice = {
            let mut twice = share;
            twice.merge(&share);
            twice
        };
        assert_eq!(share, Share { yes: 2, no: 1, missing: 1, failed: 1 });
        assert_eq!(twice, Share { yes: 4, no: 2, missing: 2, failed: 2 });
    }

    proptest! {
        #[test]
        fn moments_of_whole_numbers_are_those_of_integers(values in prop::collection::vec(-1_000_000i64..1_000_000, 2..100)) {
            let found = summary(values.iter().map(|value| *value as f64));
            let n = values.len() as i128;
            let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
            let squares: i128 = values.iter().map(|value| i128::from(*value).pow(2)).sum();
            let variance = (n * squares - sum * sum) as f64 / (n * (n - 1)) as f64;
            let found_sd = found.standard_deviation().unwrap();
            prop_assert_eq!(found.mean().unwrap(), sum as f64 / n as f64);
            prop_assert!((found_sd - variance.sqrt()).abs() <= 1e-15 * variance.sqrt());
        }

        #[test]
        fn shards_merge_to_the_whole(values in prop::collection::vec(prop_oneof![-1e9f64..1e9, Just(f64::NAN)], 0..100), cut in 0usize..100) {
            let whole = summary(values.iter().copied());
            let (one, two) = values.split_at(cut.min(values.len()));
            let mut merged = summary(two.iter().copied());
            merged.merge(&summary(one.iter().copied()));
            prop_assert_eq!(&merged, &whole);
            prop_assert_eq!(merged.mean(), whole.mean());
            prop_assert_eq!(merged.standard_deviation(), whole.standard_deviation());
            let parts = Summary::from_parts(
                whole.sum().clone(), whole.squares().clone(), whole.histogram().clone(), whole.missing(), whole.failed(),
            );
            prop_assert_eq!(&parts, &whole);
        }
    }
}

use super::Unreadable;

/// Bits of an `f64` below its bin: 52 of the fraction without the 7 that count.
const BELOW: u32 = 45;
/// Bins in an octave.
const OCTAVE: usize = 1 << 7;
/// Bins of each sign, of all finite numbers but zero.
const BINS: i32 = 0x7ff * OCTAVE as i32;

/// Counts of values in fixed bins, 128 in each octave, from which quantiles are read.
///
/// The bin of a number is the upper part of its bits: sign, exponent and seven digits of the fraction. So bins are the
/// same for all data, counts are whole numbers, and a population counted in shards, in any order, merges to the same
/// histogram. A bin is at most 1/128 = 0.79 % of its lower edge wide; zero has its own; numbers below 2.2e-308 share
/// bins of 3.5e-310. NaN and infinities are counted apart and enter no quantile. Least and greatest value are kept
/// exactly.
///
/// Memory follows what is used: 512 bytes for each octave with values. A bin counts beyond 2^32.
///
/// ```
/// use cascade::population::Histogram;
/// let mut levels = Histogram::default();
/// (1..=1000).for_each(|n| levels.add(f64::from(n)));
/// let median = levels.quantile(0.5).unwrap();
/// assert!((median / 500.5 - 1.0).abs() <= Histogram::RESOLUTION);
/// assert_eq!(levels.quantile(1.0), Some(1000.0));
/// ```
#[derive(Debug, Clone)]
pub struct Histogram {
    positive: Pages,
    negative: Pages,
    zero: u64,
    apart: Apart,
    least: f64,
    greatest: f64,
}

/// Counts of what is no finite number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Apart {
    /// Not numbers.
    pub nan: u64,
    /// Above all numbers.
    pub infinite: u64,
    /// Below all numbers.
    pub minus_infinite: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            positive: Pages::default(),
            negative: Pages::default(),
            zero: 0,
            apart: Apart::default(),
            least: f64::INFINITY,
            greatest: f64::NEG_INFINITY,
        }
    }
}

impl Histogram {
    /// How far a quantile may lie from that of the values themselves, relative to the value: a bin.
    pub const RESOLUTION: f64 = 1.0 / 128.0;

    /// Counts a value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        let bits = value.to_bits();
        let magnitude = bits & (u64::MAX >> 1);
        if magnitude == 0 {
            self.zero += 1;
        } else if magnitude >= f64::INFINITY.to_bits() {
            self.add_apart(value);
            return;
        } else {
            let side = if bits >> 63 == 0 { &mut self.positive } else { &mut self.negative };
            side.add((magnitude >> BELOW) as usize);
        }
        // `-0` is the number 0.
        let value = value + 0.0;
        self.least = if value < self.least { value } else { self.least };
        self.greatest = if value > self.greatest { value } else { self.greatest };
    }

    /// Counts all that another has counted.
    pub fn merge(&mut self, other: &Self) {
        self.positive.merge(&other.positive);
        self.negative.merge(&other.negative);
        self.zero += other.zero;
        self.apart.nan += other.apart.nan;
        self.apart.infinite += other.apart.infinite;
        self.apart.minus_infinite += other.apart.minus_infinite;
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
    }

    /// Number of finite values.
    pub fn count(&self) -> u64 {
        self.iter().map(|(_, count)| count).sum()
    }

    /// What was counted apart.
    pub fn apart(&self) -> Apart {
        self.apart
    }

    /// The least finite value, exactly.
    pub fn least(&self) -> Option<f64> {
        (self.least <= self.greatest).then_some(self.least)
    }

    /// The greatest finite value, exactly.
    pub fn greatest(&self) -> Option<f64> {
        (self.least <= self.greatest).then_some(self.greatest)
    }

    /// The quantile of the finite values at `probability`; none without values or where it is not in 0 to 1.
    ///
    /// By definition 7 of Hyndman and Fan, the default of R and NumPy: with the n values in order, at h = (n - 1) p + 1
    /// there is x[floor h] + (h - floor h) (x[floor h + 1] - x[floor h]). The values of a bin are taken to lie evenly in it,
    /// not beyond the least or greatest value. The result differs from the quantile of the values themselves
    /// by at most [`RESOLUTION`](Self::RESOLUTION) of the larger of the two order statistics around it (and 2e-310);
    /// 0 and 1 give the least and greatest value exactly, and so does any quantile of values that are all the same.
    ///
    /// # Reference
    /// Hyndman and Fan 1996, doi:10.1080/00031305.1996.10473566.
    pub fn quantile(&self, probability: f64) -> Option<f64> {
        self.quantiles(&[probability])[0]
    }

    /// Several quantiles in one pass over the bins; as [`quantile`](Self::quantile) each.
    pub fn quantiles(&self, probabilities: &[f64]) -> Vec<Option<f64>> {
        let mut cumulative: Vec<(i32, u64)> = Vec::new();
        let mut count = 0;
        for (bin, more) in self.iter() {
            count += more;
            cumulative.push((bin, count));
        }
        let value = |place: u64| {
            if place == 0 {
                return self.least;
            } else if place + 1 == count {
                return self.greatest;
            }
            let at = cumulative.partition_point(|(_, below)| *below <= place);
            let before = if at == 0 { 0 } else { cumulative[at - 1].1 };
            let (bin, below) = cumulative[at];
            let (low, high) = Self::edges(bin);
            let part = ((place - before) as f64 + 0.5) / (below - before) as f64;
            (low + (high - low) * part).clamp(self.least, self.greatest)
        };
        let quantile = |probability: f64| {
            if count == 0 || !(0.0..=1.0).contains(&probability) {
                return None;
            }
            let place = (count - 1) as f64 * probability;
            let (below, part) = ((place as u64).min(count - 1), place.fract());
            let low = value(below);
            if part == 0.0 {
                return Some(low);
            }
            let high = value((below + 1).min(count - 1));
            Some((low * (1.0 - part) + high * part).clamp(low, high))
        };
        probabilities.iter().map(|probability| quantile(*probability)).collect()
    }

    /// Bins with values and their counts, from the lowest values up. Bin 0 is zero; the numbers of bins rise with the
    /// values, below 0 for negative ones: see [`edges`](Self::edges).
    pub fn iter(&self) -> impl Iterator<Item = (i32, u64)> {
        let negative = self.negative.iter().rev().map(|(place, count)| (-(place as i32) - 1, count));
        let zero = (self.zero > 0).then_some((0, self.zero));
        let positive = self.positive.iter().map(|(place, count)| (place as i32 + 1, count));
        negative.chain(zero).chain(positive)
    }

    /// The edges of a bin, the lower first; the one nearer to zero belongs to the bin.
    ///
    /// # Panics
    /// There is no such bin.
    pub fn edges(bin: i32) -> (f64, f64) {
        assert!(bin.abs() <= BINS, "no bin {bin}");
        let near = |place: i32| f64::from_bits((place as u64) << BELOW);
        match bin {
            0 => (0.0, 0.0),
            1.. => (near(bin - 1), near(bin).min(f64::MAX)),
            _ => (-near(-bin).min(f64::MAX), -near(-bin - 1)),
        }
    }

    /// The bin of a finite value.
    pub fn bin(value: f64) -> Option<i32> {
        let magnitude = value.to_bits() & (u64::MAX >> 1);
        let place = (magnitude >> BELOW) as i32 + 1;
        match value {
            0.0 => Some(0),
            _ if !value.is_finite() => None,
            _ if value > 0.0 => Some(place),
            _ => Some(-place),
        }
    }

    /// The histogram with these bins (as from [`iter`](Self::iter)), extremes and counts apart.
    ///
    /// # Errors
    /// Bins that do not exist or come in another order, and extremes that lie in other bins than the first and last.
    pub fn from_sparse(
        bins: impl IntoIterator<Item = (i32, u64)>,
        extremes: Option<(f64, f64)>,
        apart: Apart,
    ) -> Result<Self, Unreadable> {
        let mut histogram = Self { apart, ..Self::default() };
        let mut ends: Option<(i32, i32)> = None;
        for (bin, count) in bins {
            if bin.abs() > BINS {
                return Err(Unreadable(format!("there is no bin {bin}: bins go from -{BINS} to {BINS}")));
            }
            if let Some((_, last)) = ends.filter(|(_, last)| *last >= bin) {
                return Err(Unreadable(format!("bin {bin} comes after bin {last}: bins rise and come once")));
            }
            if count == 0 {
                return Err(Unreadable(format!("bin {bin} is empty: only bins with values are listed")));
            }
            ends = Some((ends.map_or(bin, |(first, _)| first), bin));
            match bin {
                0 => histogram.zero = count,
                1.. => histogram.positive.add_many(bin as usize - 1, count),
                _ => histogram.negative.add_many((-bin) as usize - 1, count),
            }
        }
        match (ends, extremes) {
            (None, None) => {}
            (Some((first, last)), Some((least, greatest)))
                if Self::bin(least) == Some(first) && Self::bin(greatest) == Some(last) && least <= greatest =>
            {
                (histogram.least, histogram.greatest) = (least + 0.0, greatest + 0.0);
            }
            _ => {
                let found = extremes.map_or("none".into(), |(least, greatest)| format!("{least} and {greatest}"));
                return Err(Unreadable(format!("least and greatest value do not fit the bins: {found}")));
            }
        }
        Ok(histogram)
    }

    #[cold]
    fn add_apart(&mut self, value: f64) {
        if value.is_nan() {
            self.apart.nan += 1;
        } else if value > 0.0 {
            self.apart.infinite += 1;
        } else {
            self.apart.minus_infinite += 1;
        }
    }
}

/// By what was counted.
impl PartialEq for Histogram {
    fn eq(&self, other: &Self) -> bool {
        self.apart == other.apart
            && (self.least, self.greatest) == (other.least, other.greatest)
            && self.iter().eq(other.iter())
    }
}

/// Counts of one sign: a page for each octave that has values.
#[derive(Debug, Clone, Default)]
struct Pages {
    /// The octave of the first entry of `table`.
    low: usize,
    /// For each octave from `low` on: 1 + the number of its page, 0 if it has none.
    table: Vec<u32>,
    /// The pages, one after the other, in the order met.
    counts: Vec<u32>,
    /// How often a bin has run over, by place.
    over: Vec<(usize, u32)>,
}

impl Pages {
    #[inline]
    fn add(&mut self, place: usize) {
        let octave = (place / OCTAVE).wrapping_sub(self.low);
        let page = match self.table.get(octave) {
            Some(page) if *page > 0 => *page as usize - 1,
            _ => self.new_page(place / OCTAVE),
        };
        let count = &mut self.counts[page * OCTAVE + place % OCTAVE];
        *count = count.wrapping_add(1);
        if *count == 0 {
            self.run_over(place, 1);
        }
    }

    fn add_many(&mut self, place: usize, more: u64) {
        let page = match self.page(place / OCTAVE) {
            Some(page) => page,
            None => self.new_page(place / OCTAVE),
        };
        let count = &mut self.counts[page * OCTAVE + place % OCTAVE];
        let sum = u64::from(*count) + (more & 0xffff_ffff);
        *count = sum as u32;
        let over = (sum >> 32) as u32 + (more >> 32) as u32;
        if over > 0 {
            self.run_over(place, over);
        }
    }

    fn merge(&mut self, other: &Self) {
        for (place, count) in other.iter() {
            self.add_many(place, count);
        }
    }

    fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, u64)> {
        let pages = self.table.iter().enumerate().filter(|(_, page)| **page > 0);
        pages.flat_map(move |(octave, page)| {
            let first = (*page as usize - 1) * OCTAVE;
            let counts = self.counts[first..first + OCTAVE].iter().enumerate();
            counts.filter_map(move |(at, count)| {
                let place = (self.low + octave) * OCTAVE + at;
                let count = u64::from(*count) + (u64::from(self.over_at(place)) << 32);
                (count > 0).then_some((place, count))
            })
        })
    }

    fn page(&self, octave: usize) -> Option<usize> {
        let page = *self.table.get(octave.checked_sub(self.low)?)? as usize;
        page.checked_sub(1)
    }

    fn over_at(&self, place: usize) -> u32 {
        if self.over.is_empty() {
            return 0;
        }
        self.over.iter().find(|(known, _)| *known == place).map_or(0, |(_, times)| *times)
    }

    /// An empty page for an octave that has none.
    #[cold]
    fn new_page(&mut self, octave: usize) -> usize {
        if self.table.is_empty() {
            self.low = octave;
        }
        if octave < self.low {
            self.table.splice(0..0, std::iter::repeat_n(0, self.low - octave));
            self.low = octave;
        }
        let at = octave - self.low;
        if at >= self.table.len() {
            self.table.resize(at + 1, 0);
        }
        let page = self.counts.len() / OCTAVE;
        self.counts.resize(self.counts.len() + OCTAVE, 0);
        self.table[at] = page as u32 + 1;
        page
    }

    #[cold]
    fn run_over(&mut self, place: usize, times: u32) {
        match self.over.iter_mut().find(|(known, _)| *known == place) {
            Some((_, held)) => *held += times,
            None => self.over.push((place, times)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(values: impl IntoIterator<Item = f64>) -> Histogram {
        let mut histogram = Histogram::default();
        values.into_iter().for_each(|value| histogram.add(value));
        histogram
    }

    /// Definition 7 on the values themselves, with the two order statistics around it.
    fn exact(values: &[f64], probability: f64) -> (f64, f64) {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let h = (sorted.len() - 1) as f64 * probability;
        let (low, high) = (sorted[h.floor() as usize], sorted[h.ceil() as usize]);
        (low + (h - h.floor()) * (high - low), low.abs().max(high.abs()))
    }

    fn finite() -> impl Strategy<Value = f64> {
        let decades =
            (-12.0f64..12.0, any::<bool>()).prop_map(|(x, minus)| 10f64.powf(x) * if minus { -1.0 } else { 1.0 });
        prop_oneof![decades, Just(0.0), -1e3f64..1e3, (0..20).prop_map(f64::from)]
    }

    #[test]
    fn a_bin_is_a_128th_of_an_octave() {
        assert_eq!(Histogram::edges(Histogram::bin(1.0).unwrap()), (1.0, 1.0078125));
        assert_eq!(Histogram::edges(Histogram::bin(-1.0).unwrap()), (-1.0078125, -1.0));
        assert_eq!(Histogram::edges(Histogram::bin(1.99999).unwrap()), (1.9921875, 2.0));
        assert_eq!(Histogram::edges(Histogram::bin(3e9).unwrap()).1, 2f64.powi(31) * (1.0 + 51.0 / 128.0));
        assert_eq!(Histogram::bin(2.0).unwrap(), Histogram::bin(1.0).unwrap() + 128);
        assert_eq!((Histogram::bin(0.0), Histogram::bin(-0.0), Histogram::bin(f64::NAN)), (Some(0), Some(0), None));
        assert_eq!(Histogram::edges(Histogram::bin(f64::MAX).unwrap()).1, f64::MAX);
        assert_eq!(Histogram::edges(Histogram::bin(f64::from_bits(1)).unwrap()), (0.0, f64::from_bits(1 << 45)));
    }

    #[test]
    fn values_that_are_all_the_same_are_exact() {
        let same = counted([4.56e7; 1000]);
        assert_eq!(same.quantiles(&[0.0, 0.05, 0.5, 1.0]), [Some(4.56e7); 4]);
        let none = counted([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::NAN]);
        assert_eq!((none.count(), none.quantile(0.5), none.least()), (0, None, None));
        assert_eq!(none.apart(), Apart { nan: 2, infinite: 1, minus_infinite: 1 });
        assert_eq!(same.quantile(-0.1), None);
        assert_eq!(same.quantile(f64::NAN), None);
    }

    #[test]
    fn an_outlier_costs_a_page_and_not_a_range() {
        let mut histogram = counted((1..2000).map(|n| f64::from(n) * 1e6));
        let before = histogram.positive.counts.len();
        histogram.add(1e-300);
        assert_eq!(histogram.positive.counts.len(), before + OCTAVE);
        assert_eq!(histogram.least(), Some(1e-300));
        assert_eq!(histogram.count(), 2000);
    }

    #[test]
    fn bins_count_beyond_32_bits() {
        let bin = Histogram::bin(1.0).unwrap();
        let nearly = [(bin, u64::from(u32::MAX))];
        let mut histogram = Histogram::from_sparse(nearly, Some((1.0, 1.0)), Apart::default()).unwrap();
        histogram.add(1.0);
        assert_eq!(histogram.iter().collect::<Vec<_>>(), [(bin, 1 << 32)]);
        let half = histogram.clone();
        histogram.merge(&half);
        assert_eq!(histogram.count(), 1 << 33);
        let again = Histogram::from_sparse(histogram.iter(), Some((1.0, 1.0)), Apart::default()).unwrap();
        assert_eq!(again, histogram);
    }

    #[test]
    fn bins_that_are_none_are_refused() {
        let read = |bins: &[(i32, u64)], extremes| {
            Histogram::from_sparse(bins.iter().copied(), extremes, Apart::default()).unwrap_err().to_string()
        };
        let one = Histogram::bin(1.0).unwrap();
        assert!(read(&[(i32::MAX, 1)], None).contains("no bin"));
        assert!(read(&[(BINS + 1, 1)], None).contains("no bin"));
        assert!(read(&[(one, 1), (one, 1)], Some((1.0, 1.0))).contains("comes after"));
        assert!(read(&[(one, 0)], Some((1.0, 1.0))).contains("empty"));
        assert!(read(&[(one, 1)], None).contains("do not fit"));
        assert!(read(&[(one, 2)], Some((1.0, 2.0))).contains("do not fit the bins: 1 and 2"));
        assert!(read(&[], Some((f64::NAN, 1.0))).contains("do not fit"));
    }

    proptest! {
        #[test]
        fn quantiles_lie_within_the_resolution(
            values in prop::collection::vec(finite(), 1..300), probability in 0.0f64..=1.0
        ) {
            let found = counted(values.iter().copied()).quantile(probability).unwrap();
            let (expected, scale) = exact(&values, probability);
            prop_assert!(
                (found - expected).abs() <= Histogram::RESOLUTION * scale * (1.0 + 1e-12),
                "{} against {}", found, expected
            );
        }

        #[test]
        fn the_ends_are_exact(values in prop::collection::vec(finite(), 1..50)) {
            let histogram = counted(values.iter().copied());
            prop_assert_eq!(histogram.quantile(0.0).unwrap(), values.iter().copied().fold(f64::INFINITY, f64::min));
            prop_assert_eq!(histogram.quantile(1.0).unwrap(), values.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        }

        #[test]
        fn order_and_shards_do_not_matter(values in prop::collection::vec(any::<f64>(), 0..200), cut in 0usize..200) {
            let whole = counted(values.iter().copied());
            let (one, two) = values.split_at(cut.min(values.len()));
            let mut merged = counted(two.iter().rev().copied());
            merged.merge(&counted(one.iter().copied()));
            prop_assert_eq!(&merged, &whole);
            let probabilities = [0.0, 0.05, 0.5, 0.95, 1.0];
            prop_assert_eq!(merged.quantiles(&probabilities), whole.quantiles(&probabilities));
            let extremes = whole.least().zip(whole.greatest());
            let read = Histogram::from_sparse(whole.iter(), extremes, whole.apart()).unwrap();
            prop_assert_eq!(&read, &whole);
        }

        #[test]
        fn a_value_lies_in_its_bin_and_bins_rise(a in any::<f64>(), b in any::<f64>()) {
            prop_assume!(a.is_finite() && b.is_finite());
            let (low, high) = Histogram::edges(Histogram::bin(a).unwrap());
            prop_assert!(low <= a && a <= high);
            prop_assert!(a > b || Histogram::bin(a) <= Histogram::bin(b));
            prop_assert_eq!(counted([a]).iter().collect::<Vec<_>>(), [(Histogram::bin(a).unwrap(), 1)]);
        }
    }
}

use std::fmt;
use std::str::FromStr;

use super::Unreadable;

/// Weight of the lowest bit of limb 0: 2 to this power.
const LOWEST: i32 = -1075;
/// Bits from one limb to the next.
const SPACING: u32 = 32;
/// Bits of a significand, the leading one included.
const SIGNIFICAND: u32 = 53;

/// An exact sum of `f64`s: the same for any order, any split into shards and any number of threads.
///
/// Each value is added as a whole number to one of at most 64 limbs, chosen by its exponent; nothing is rounded before
/// [`value`](Self::value), which rounds once, to nearest and ties to even. The limbs hold 2^43 values (9e12). Memory
/// follows the range of exponents in use: 16 bytes for each 32 octaves.
///
/// NaN and infinities are counted apart, so that one of them does not wipe out what the shards saw.
///
/// # Reference
/// The small superaccumulator of Neal 2015, arXiv:1505.05571, with limbs so wide that no carry is needed.
///
/// ```
/// use cascade::population::Sum;
/// let mut sum = Sum::default();
/// for value in [1e100, 1.0, -1e100, 0.1] {
///     sum.add(value);
/// }
/// assert_eq!(sum.value(), 1.1);
/// assert_eq!(sum.to_string().parse::<Sum>().unwrap(), sum);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Sum {
    /// Limb `k` counts units of 2^(32 (low + k) - 1075).
    limbs: Vec<i128>,
    low: usize,
    nan: u64,
    infinite: [u64; 2],
}

impl Sum {
    /// Adds a value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        let bits = value.to_bits();
        let exponent = (bits >> 52) as usize & 0x7ff;
        let fraction = bits & ((1 << 52) - 1);
        if exponent == 0x7ff {
            self.add_special(value);
            return;
        }
        // A subnormal has the exponent 1 and no leading one.
        let leading = u64::from(exponent != 0) << 52;
        let exponent = exponent.max(1);
        let unsigned = i128::from(leading | fraction) << (exponent as u32 % SPACING);
        let term = if bits >> 63 == 0 { unsigned } else { -unsigned };
        let limb = exponent / SPACING as usize;
        match self.limbs.get_mut(limb.wrapping_sub(self.low)) {
            Some(held) => *held += term,
            None => *self.grown(limb) += term,
        }
    }

    /// Adds all that another has summed.
    pub fn merge(&mut self, other: &Self) {
        for (at, limb) in other.limbs.iter().enumerate() {
            *self.grown(other.low + at) += limb;
        }
        self.nan += other.nan;
        self.infinite[0] += other.infinite[0];
        self.infinite[1] += other.infinite[1];
    }

    /// The sum, correctly rounded; NaN if a NaN or both infinities were added; infinite where no `f64` is large enough.
    /// A sum that is exactly zero is +0.
    pub fn value(&self) -> f64 {
        match (self.nan, self.infinite) {
            (0, [0, 0]) => self.whole().rounded(),
            (0, [_, 0]) => f64::INFINITY,
            (0, [0, _]) => f64::NEG_INFINITY,
            _ => f64::NAN,
        }
    }

    /// Whether neither NaN nor infinities were added.
    pub fn is_finite(&self) -> bool {
        self.nan == 0 && self.infinite == [0, 0]
    }

    /// The exact sum times a whole number below 2^53.
    pub(super) fn times(&self, factor: u64) -> Self {
        debug_assert!(factor < 1 << SIGNIFICAND);
        let whole = self.whole();
        let sign = if whole.negative { -1 } else { 1 };
        let limbs = whole.digits.iter().map(|digit| sign * i128::from(*digit) * i128::from(factor)).collect();
        Self { limbs, low: whole.low, ..self.clone() }
    }

    /// Adds the exact product of two finite values, unless it over- or underflows.
    ///
    /// # Reference
    /// Dekker 1971, doi:10.1007/BF01397083. No fused multiply-add: it is slow where the machine lacks it.
    pub(super) fn add_product(&mut self, a: f64, b: f64) {
        let halves = |x: f64| {
            let scaled = 134_217_729.0 * x;
            let upper = scaled - (scaled - x);
            (upper, x - upper)
        };
        let product = a * b;
        let ((a_upper, a_lower), (b_upper, b_lower)) = (halves(a), halves(b));
        let rest = a_lower * b_lower - (((product - a_upper * b_upper) - a_lower * b_upper) - a_upper * b_lower);
        self.add(product);
        if rest.is_finite() {
            self.add(rest);
        }
    }

    /// The exact sum as `f64`s of falling magnitude whose sum it is; empty for 0 and where it is not finite.
    pub(super) fn parts(&self) -> Vec<f64> {
        let (mut rest, mut parts) = (self.clone(), Vec::new());
        loop {
            let part = rest.value();
            if part == 0.0 || !part.is_finite() {
                return parts;
            }
            parts.push(part);
            rest.add(-part);
        }
    }

    #[cold]
    fn add_special(&mut self, value: f64) {
        if value.is_nan() {
            self.nan += 1;
        } else {
            self.infinite[usize::from(value < 0.0)] += 1;
        }
    }

    /// The limb of this number, with the window grown to hold it.
    #[cold]
    fn grown(&mut self, limb: usize) -> &mut i128 {
        if self.limbs.is_empty() {
            self.low = limb;
        }
        if limb < self.low {
            self.limbs.splice(0..0, std::iter::repeat_n(0, self.low - limb));
            self.low = limb;
        }
        let at = limb - self.low;
        if at >= self.limbs.len() {
            self.limbs.resize(at + 1, 0);
        }
        &mut self.limbs[at]
    }

    /// The exact sum with each digit below 2^32 and one sign.
    fn whole(&self) -> Whole {
        let mut digits = Vec::with_capacity(self.limbs.len() + 4);
        let mut carry: i128 = 0;
        for limb in &self.limbs {
            let total = limb + carry;
            digits.push(total as u32);
            carry = total >> SPACING;
        }
        while carry != 0 && carry != -1 {
            digits.push(carry as u32);
            carry >>= SPACING;
        }
        let negative = carry == -1;
        if negative {
            // Two's complement: the magnitude is the complement plus one.
            let mut borrow = true;
            for digit in &mut digits {
                (*digit, borrow) = (!*digit).overflowing_add(u32::from(borrow));
            }
            if borrow {
                digits.push(1);
            }
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        let zeros = digits.iter().take_while(|digit| **digit == 0).count();
        digits.drain(..zeros);
        let low = if digits.is_empty() { 0 } else { self.low + zeros };
        Whole { negative, digits, low }
    }
}

/// A number as sign, digits in base 2^32 (the lowest first, neither end 0), and the limb of the lowest.
#[derive(PartialEq)]
struct Whole {
    negative: bool,
    digits: Vec<u32>,
    low: usize,
}

impl Whole {
    /// Bit `at`, counted from the lowest bit of limb 0.
    fn bit(&self, at: usize) -> bool {
        let digit = (at / 32).checked_sub(self.low).and_then(|digit| self.digits.get(digit));
        digit.is_some_and(|digit| digit >> (at % 32) & 1 == 1)
    }

    fn rounded(&self) -> f64 {
        let Some(top) = self.digits.last() else { return 0.0 };
        let highest = 32 * (self.low + self.digits.len() - 1) + top.ilog2() as usize;
        // All terms are multiples of bit 1, whose weight is that of the smallest subnormal number.
        let lowest = (highest + 1).saturating_sub(SIGNIFICAND as usize).max(1);
        let mut significand = 0u64;
        for at in (lowest..=highest).rev() {
            significand = significand << 1 | u64::from(self.bit(at));
        }
        let half = self.bit(lowest - 1);
        let beyond = || (32 * self.low..lowest - 1).any(|at| self.bit(at));
        if half && (significand & 1 == 1 || beyond()) {
            significand += 1;
        }
        // Bits of an f64 go on counting where the significand overflows, up to infinity.
        let bits = significand + ((lowest as u64 - 1) << 52);
        let size = f64::from_bits(bits.min(f64::INFINITY.to_bits()));
        if self.negative { -size } else { size }
    }
}

/// By the exact value, not by how it came about.
impl PartialEq for Sum {
    fn eq(&self, other: &Self) -> bool {
        self.nan == other.nan && self.infinite == other.infinite && self.whole() == other.whole()
    }
}

/// As `-0x1f4p-32`: a sign, hexadecimal digits and a power of two, then ` nan=1 inf=2 -inf=3` where there are such.
/// Equal sums have equal texts, and a text reads back to the same exact sum.
impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.whole();
        if whole.digits.is_empty() {
            f.write_str("0")?;
        } else {
            let text: String = whole.digits.iter().rev().map(|digit| format!("{digit:08x}")).collect();
            let text = text.trim_start_matches('0');
            let short = text.trim_end_matches('0');
            let power = LOWEST + 32 * whole.low as i32 + 4 * (text.len() - short.len()) as i32;
            write!(f, "{}0x{short}p{power}", if whole.negative { "-" } else { "" })?;
        }
        for (name, count) in [("nan", self.nan), ("inf", self.infinite[0]), ("-inf", self.infinite[1])] {
            if count > 0 {
                write!(f, " {name}={count}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for Sum {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let wrong = || Unreadable(format!("`{text}` is not an exact sum, such as `-0x1f4p-32`"));
        let mut words = text.split(' ');
        let mut sum = Self::finite(words.next().unwrap_or("")).ok_or_else(wrong)?;
        for word in words {
            let (name, count) = word.split_once('=').ok_or_else(wrong)?;
            let count = count.parse().map_err(|_| wrong())?;
            match name {
                "nan" => sum.nan = count,
                "inf" => sum.infinite[0] = count,
                "-inf" => sum.infinite[1] = count,
                _ => return Err(wrong()),
            }
        }
        Ok(sum)
    }
}

impl Sum {
    fn finite(text: &str) -> Option<Self> {
        let mut sum = Self::default();
        if text == "0" {
            return Some(sum);
        }
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (digits, power) = digits.strip_prefix("0x")?.split_once('p')?;
        let lowest = usize::try_from(power.parse::<i32>().ok()? - LOWEST).ok()?;
        // 2^43 of the largest numbers have fewer digits.
        if digits.is_empty() || digits.len() > 600 || lowest > 2200 {
            return None;
        }
        for (place, digit) in digits.chars().rev().enumerate() {
            let at = lowest + 4 * place;
            let term = i128::from(digit.to_digit(16)?) << (at % 32);
            if term != 0 {
                *sum.grown(at / 32) += if negative { -term } else { term };
            }
        }
        Some(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sum(values: impl IntoIterator<Item = f64>) -> Sum {
        let mut sum = Sum::default();
        values.into_iter().for_each(|value| sum.add(value));
        sum
    }

    /// Numbers of any magnitude up to 1e300, so that sums stay finite.
    fn any_size() -> impl Strategy<Value = f64> {
        any::<f64>().prop_filter("finite", |value| value.is_finite() && value.abs() < 1e300)
    }

    #[test]
    fn rounding_is_to_nearest_and_ties_go_to_even() {
        let ulp = 2f64.powi(-52);
        assert_eq!(sum([1.0, ulp / 2.0]).value(), 1.0);
        assert_eq!(sum([1.0 + ulp, ulp / 2.0]).value(), 1.0 + 2.0 * ulp);
        assert_eq!(sum([1.0, ulp / 2.0, f64::from_bits(1)]).value(), 1.0 + ulp);
        assert_eq!(sum([-1.0, -ulp / 2.0, -f64::from_bits(1)]).value(), -1.0 - ulp);
        assert_eq!(sum([2.0 - ulp, ulp / 2.0]).value(), 2.0);
        // As decimal fractions the sum is 1 + 5.55e-17; rounded terms would give 0.9999999999999999.
        assert_eq!(sum([0.1; 10]).value(), 1.0);
    }

    #[test]
    fn the_ends_of_the_range_are_reached() {
        let least = f64::from_bits(1);
        assert_eq!(sum([least; 3]).value().to_bits(), 3);
        assert_eq!(sum([f64::MIN_POSITIVE, -least]).value(), f64::from_bits((1 << 52) - 1));
        assert_eq!(sum([f64::MAX, f64::MAX]).value(), f64::INFINITY);
        assert_eq!(sum([-f64::MAX, -f64::MAX]).value(), f64::NEG_INFINITY);
        assert_eq!(sum([f64::MAX, f64::MAX, -f64::MAX]).value(), f64::MAX);
        assert_eq!(sum([f64::MAX, least, -f64::MAX]).value(), least);
        assert_eq!(sum([]).value().to_bits(), 0);
        assert_eq!(sum([-0.0]).value().to_bits(), 0);
    }

    #[test]
    fn what_is_not_finite_is_counted_apart() {
        let mut bad = sum([1.0, f64::NAN, f64::INFINITY]);
        assert!(bad.value().is_nan() && !bad.is_finite());
        assert_eq!(bad.to_string(), "0x8p-3 nan=1 inf=1");
        bad.merge(&sum([2.0, f64::NEG_INFINITY]));
        assert_eq!(bad.to_string().parse::<Sum>().unwrap(), bad);
        assert_eq!(sum([1.0, f64::INFINITY]).value(), f64::INFINITY);
        assert_eq!(sum([1.0, f64::NEG_INFINITY]).value(), f64::NEG_INFINITY);
        assert!(sum([f64::INFINITY, f64::NEG_INFINITY]).value().is_nan());
    }

    #[test]
    fn texts_that_are_no_sums_are_refused() {
        for text in ["", "1.5", "0x", "0xp3", "0x1", "0x1p", "0x1p9999", "0x1p-1076", "0x1gp0", "0 nan", "0 none=1"] {
            let told = text.parse::<Sum>().unwrap_err().to_string();
            assert!(told.contains(&format!("`{text}`")), "{told}");
        }
        let long = format!("0x{}p0", "1".repeat(601));
        assert!(long.parse::<Sum>().is_err());
    }

    #[test]
    fn products_and_multiples_are_exact() {
        let mut square = Sum::default();
        let x = 1.0 + 2f64.powi(-52);
        square.add_product(x, x);
        // (1 + u)^2 = 1 + 2u + u^2, with u = 2^-52.
        assert_eq!(square, sum([1.0, 2f64.powi(-51), 2f64.powi(-104)]));
        assert_eq!(square.parts(), [1.0 + 2f64.powi(-51), 2f64.powi(-104)]);
        assert_eq!(sum([1e300, -1.0]).times(7), sum([1e300, -1.0].repeat(7)));
        assert_eq!(sum([-0.1, 1e-300]).times(3), sum([-0.1, 1e-300].repeat(3)));
    }

    proptest! {
        #[test]
        fn sums_of_whole_numbers_are_those_of_integers(values in prop::collection::vec(any::<i64>(), 0..200)) {
            // Each as two numbers that an f64 holds exactly.
            let halves = values.iter().flat_map(|value| [(value >> 32 << 32) as f64, (value & 0xffff_ffff) as f64]);
            let exact: i128 = values.iter().map(|value| i128::from(*value)).sum();
            prop_assert_eq!(sum(halves).value(), exact as f64);
        }

        #[test]
        fn sums_of_fixed_point_numbers_are_exact(values in prop::collection::vec((-(1i64 << 52)..1 << 52, 0u32..60), 1..50)) {
            // In units of 2^-60 all terms and their sum are whole numbers of less than 120 bits; `as f64` rounds to nearest.
            let exact: i128 = values.iter().map(|(digits, up)| i128::from(*digits) << up).sum();
            let terms = values.iter().map(|(digits, up)| *digits as f64 * 2f64.powi(*up as i32 - 60));
            prop_assert_eq!(sum(terms).value(), exact as f64 * 2f64.powi(-60));
        }

        #[test]
        fn order_and_shards_do_not_matter(
            values in prop::collection::vec(any_size(), 0..60), cut in 0usize..60, turn in 0usize..60
        ) {
            let whole = sum(values.iter().copied());
            let (one, two) = values.split_at(cut.min(values.len()));
            let (mut left, mut right) = (sum(one.iter().copied()), sum(two.iter().copied()));
            let before = left.clone();
            left.merge(&right);
            right.merge(&before);
            let mut turned = values.clone();
            turned.rotate_left(turn % values.len().max(1));
            turned.reverse();
            for other in [&left, &right, &sum(turned)] {
                prop_assert_eq!(&whole, other);
                prop_assert_eq!(whole.to_string(), other.to_string());
                prop_assert_eq!(whole.value().to_bits(), other.value().to_bits());
            }
            prop_assert_eq!(&whole.to_string().parse::<Sum>().unwrap(), &whole);
        }

        #[test]
        fn what_is_taken_away_again_leaves_nothing(values in prop::collection::vec(any_size(), 0..60)) {
            let back = values.iter().rev().map(|value| -value);
            let nothing = sum(values.iter().copied().chain(back));
            prop_assert_eq!(nothing.to_string(), "0");
            prop_assert_eq!(nothing, Sum::default());
        }

        #[test]
        fn one_value_and_its_parts_come_back(value in any::<f64>()) {
            prop_assume!(value.is_finite() && value != 0.0);
            let one = sum([value]);
            prop_assert_eq!(one.value().to_bits(), value.to_bits());
            prop_assert_eq!(one.parts(), [value]);
        }
    }
}

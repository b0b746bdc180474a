use super::ratio::Ratio;
use super::symbol::Symbol;

/// The size of a unit, kept as powers of 2, 3 and 5 and what is left, so that conversions between units that
/// differ by such numbers (nearly all) are exact: mg to pg is 1e9 and 1 to 1 is 1, to the bit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Factor {
    primes: [Ratio; 3],
    above: f64,
    below: f64,
}

const PRIMES: [u64; 3] = [2, 3, 5];

impl Factor {
    pub(super) const ONE: Factor = Factor { primes: [Ratio::ZERO; 3], above: 1.0, below: 1.0 };

    /// A positive finite number, taken as the decimal it is written as.
    pub(super) fn decimal(value: f64) -> Self {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').expect("exponent notation");
        let exponent: i32 = exponent.parse().expect("a whole exponent");
        let behind = digits.split_once('.').map_or(0, |(_, behind)| behind.len() as i32);
        // A number has at most 17 digits, which fit.
        let mut left: u64 = digits.replace('.', "").parse().expect("digits");
        let mut counts = [exponent - behind, 0, exponent - behind];
        for (count, prime) in counts.iter_mut().zip(PRIMES) {
            while left != 0 && left.is_multiple_of(prime) {
                left /= prime;
                *count += 1;
            }
        }
        Self { primes: counts.map(Ratio::whole), above: left as f64, below: 1.0 }
    }

    /// That of a symbol alone.
    pub(super) fn symbol(symbol: &Symbol) -> Self {
        let (multiple, divisor) = symbol.size;
        Self::decimal(multiple).mul(Self::decimal(divisor).pow(Ratio::whole(-1)))
    }

    pub(super) fn mul(self, other: Factor) -> Self {
        Self {
            primes: std::array::from_fn(|n| self.primes[n] + other.primes[n]),
            above: self.above * other.above,
            below: self.below * other.below,
        }
        .cancelled()
    }

    pub(super) fn pow(self, power: Ratio) -> Self {
        let (above, below) = if power.is_negative() { (self.below, self.above) } else { (self.above, self.below) };
        let raise = |base: f64| match power.abs() {
            Ratio::ONE => base,
            power if power.denominator() == 1 => base.powi(power.numerator()),
            power => base.powf(power.value()),
        };
        Self { primes: self.primes.map(|exponent| exponent * power), above: raise(above), below: raise(below) }
            .cancelled()
    }

    fn cancelled(mut self) -> Self {
        if self.above == self.below {
            (self.above, self.below) = (1.0, 1.0);
        }
        self
    }

    /// As numerator and denominator: whole numbers, exact below 2^53, unless a power is broken.
    pub(super) fn fraction(self) -> (f64, f64) {
        let (mut above, mut below) = (self.above, self.below);
        // Powers of ten first: 5^22 would be exact, but 2^60 * 5^60 is best taken as ten to the sixty.
        let [two, three, five] = self.primes;
        let ten = if two.is_negative() != five.is_negative() {
            Ratio::ZERO
        } else if two.abs().value() < five.abs().value() {
            two
        } else {
            five
        };
        for (prime, exponent) in [(2.0, two - ten), (3.0, three), (5.0, five - ten), (10.0, ten)] {
            let raised = raise(prime, exponent.abs());
            if exponent.is_negative() {
                below *= raised;
            } else {
                above *= raised;
            }
        }
        (above, below)
    }

    pub(super) fn value(self) -> f64 {
        let (above, below) = self.fraction();
        above / below
    }
}

/// A small whole number to a power that is not negative; exact where the result is below 2^53 or a power of ten
/// below 1e23.
fn raise(base: f64, power: Ratio) -> f64 {
    if power.denominator() == 1 {
        let mut product = 1.0;
        for _ in 0..power.numerator().min(2000) {
            product *= base;
        }
        product
    } else {
        base.powf(power.value())
    }
}

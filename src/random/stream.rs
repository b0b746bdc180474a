use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::numeric::normal_quantile;

/// What numbers are drawn for. Purposes have streams of their own, so that a draw more for one shifts no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The class of a mixture.
    Class,
    /// Random effects of parameters.
    Parameters,
    /// Residual errors of observations.
    Residual,
    /// Covariates.
    Covariates,
    /// The scramble of quasi-random points.
    Scramble,
    /// Patients on whom a grading scale is tried.
    Audit,
    /// Signs of the patients of a drawn cohort.
    Cohort,
    /// Patients drawn again from patients.
    Bootstrap,
    /// Random effects of a subject's chain while a population is estimated.
    Chain,
    /// Random effects by which a likelihood is integrated.
    Importance,
    /// Starts of a search.
    Starts,
    /// Typical values of a patient, from the errors of their estimates.
    Uncertainty,
}

impl Purpose {
    /// Its number in the key; never changed and never used twice, because it fixes published draws.
    fn number(self) -> u64 {
        match self {
            Self::Class => 1,
            Self::Parameters => 2,
            Self::Residual => 3,
            Self::Covariates => 4,
            Self::Scramble => 5,
            Self::Audit => 6,
            Self::Cohort => 7,
            Self::Bootstrap => 8,
            Self::Chain => 9,
            Self::Importance => 10,
            Self::Starts => 11,
            Self::Uncertainty => 12,
        }
    }
}

/// The last half of every key: other programs with the same seed draw other numbers.
const DOMAIN: &[u8; 16] = b"cascade/random/1";

/// A stream of random numbers of one patient for one purpose.
///
/// ChaCha with 8 rounds in counter mode; the key is made of seed and purpose (little-endian, 8 bytes each, then 16 fixed
/// bytes), the patient is the stream number (nonce), so every patient is reached directly. The same numbers on every
/// machine. 2^64 patients a seed and purpose; 2^67 draws a patient. Not for cryptography.
///
/// # Reference
/// Bernstein 2008, ChaCha, a variant of Salsa20, <https://cr.yp.to/chacha.html>; keyed streams instead of one shared
/// generator: Salmon et al. 2011, doi:10.1145/2063384.2063405.
///
/// ```
/// use cascade::random::{Purpose, Stream};
/// let mut stream = Stream::new(1, 0, Purpose::Parameters);
/// let (u, z) = (stream.uniform(), stream.normal());
/// assert!(0.0 < u && u < 1.0 && z.is_finite());
/// ```
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of a patient for a purpose under a seed, at its start.
    pub fn new(seed: u64, patient: u64, purpose: Purpose) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&purpose.number().to_le_bytes());
        key[16..].copy_from_slice(DOMAIN);
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(patient);
        Self(generator)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A uniform number strictly between 0 and 1.
    ///
    /// One of the 2^52 odd multiples of 2^-53, each equally likely and exact in 53 bits: the smallest is 2^-53, the
    /// largest 1 - 2^-53, and they lie symmetrically about 1/2. Takes 64 bits.
    pub fn uniform(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1u64 << 52) as f64;
        ((self.bits() >> 12) as f64 + 0.5) * STEP
    }

    /// A standard normal number by inversion of one [`uniform`](Self::uniform): one draw each, monotone in it.
    ///
    /// Its size stays below 8.21, the quantile of 1 - 2^-53.
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PURPOSES: [Purpose; 5] =
        [Purpose::Class, Purpose::Parameters, Purpose::Residual, Purpose::Covariates, Purpose::Scramble];

    /// Draws 0, 1, 9 and 69 from ChaCha8 written anew in Python from the specification (which gives the published
    /// first block of the zero key, 3e00ef2f895f40d67f5bb8e81f09a5a1..).
    #[test]
    fn bits_are_those_of_the_cipher() {
        for (seed, patient, purpose, expected) in FIXED {
            let mut stream = Stream::new(seed, patient, purpose);
            let drawn: Vec<u64> = (0..70).map(|_| stream.bits()).collect();
            assert_eq!([drawn[0], drawn[1], drawn[9], drawn[69]], expected, "{seed} {patient} {purpose:?}");
        }
    }

    const FIXED: [(u64, u64, Purpose, [u64; 4]); 4] = [
        (
            0,
            0,
            Purpose::Class,
            [0x880b_ea71_0b61_7bf5, 0x7e39_c337_27ae_7041, 0x2a3e_b341_b6fd_4f30, 0x667a_c106_8cef_852a],
        ),
        (
            42,
            7,
            Purpose::Residual,
            [0x2286_1d0b_d87a_d571, 0x16d4_7235_1395_f609, 0xb2e9_e019_1ee7_4d11, 0xe69d_6330_1501_7024],
        ),
        (
            u64::MAX,
            u64::MAX,
            Purpose::Parameters,
            [0x516e_8321_9656_3bc2, 0x0714_15f0_45be_4f27, 0x3755_d7b0_e9d8_8f50, 0x63a1_aae6_e3e2_c789],
        ),
        (
            20_190_831,
            123_456,
            Purpose::Covariates,
            [0x84c3_a93a_c6b2_d5e6, 0x703f_5ba8_40ab_6d11, 0x2eeb_f0b6_bd1b_6fc4, 0xcad2_1f87_ed55_657e],
        ),
    ];

    #[test]
    fn a_patient_is_reached_without_those_before() {
        let all: Vec<f64> = (0..50).map(|patient| Stream::new(3, patient, Purpose::Residual).normal()).collect();
        for patient in (0..50).rev() {
            let mut stream = Stream::new(3, patient, Purpose::Residual);
            assert_eq!(stream.normal(), all[patient as usize]);
        }
        let mut sorted = all;
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        assert_eq!(sorted.len(), 50, "patients share draws");
    }

    #[test]
    fn uniform_numbers_fill_the_open_interval_evenly() {
        const DRAWS: usize = 100_000;
        let mut bins = [0u32; 50];
        let mut pairs = [[0u32; 10]; 10];
        let mut stream = Stream::new(11, 5, Purpose::Parameters);
        let mut before = stream.uniform();
        for _ in 0..DRAWS {
            let u = stream.uniform();
            assert!(0.0 < u && u < 1.0);
            bins[(u * 50.0) as usize] += 1;
            pairs[(before * 10.0) as usize][(u * 10.0) as usize] += 1;
            before = u;
        }
        let chi_square = |counts: &mut dyn Iterator<Item = u32>, cells: f64| -> f64 {
            let wanted = DRAWS as f64 / cells;
            counts.map(|count| (f64::from(count) - wanted).powi(2) / wanted).sum()
        };
        // The 0.9999 quantiles of chi-square with 49 and 99 degrees of freedom are 94.6 and 160.1.
        assert!(chi_square(&mut bins.into_iter(), 50.0) < 94.6);
        assert!(chi_square(&mut pairs.into_iter().flatten(), 100.0) < 160.1);
    }

    #[test]
    fn the_ends_of_the_interval_are_never_reached() {
        // What `uniform` makes of the smallest and the largest 64 bits.
        let made = |bits: u64| ((bits >> 12) as f64 + 0.5) / (1u64 << 52) as f64;
        assert_eq!(made(0), 2f64.powi(-53));
        assert_eq!(made(u64::MAX), 1.0 - 2f64.powi(-53));
        assert!(normal_quantile(made(0)) > -8.21 && normal_quantile(made(u64::MAX)) < 8.21);
        let mut stream = Stream::new(8, 8, Purpose::Class);
        let mut bits = stream.clone();
        assert_eq!(stream.uniform(), made(bits.bits()));
    }

    #[test]
    fn normal_numbers_have_the_moments_of_the_normal_distribution() {
        const DRAWS: f64 = 200_000.0;
        let mut sums = [0.0; 4];
        for patient in 0..200 {
            let mut stream = Stream::new(17, patient, Purpose::Residual);
            for _ in 0..1000 {
                let z = stream.normal();
                (0..4).for_each(|power| sums[power] += z.powi(power as i32 + 1));
            }
        }
        // Standard errors of the first four moments: sqrt(1, 2, 15, 96 over the number of draws); four of them.
        for ((sum, expected), variance) in sums.iter().zip([0.0, 1.0, 0.0, 3.0]).zip([1.0, 2.0, 15.0, 96.0f64]) {
            let bound = 4.0 * (variance / DRAWS).sqrt();
            assert!((sum / DRAWS - expected).abs() < bound, "{} against {expected}", sum / DRAWS);
        }
    }

    #[test]
    fn purposes_patients_and_seeds_do_not_correlate() {
        const DRAWS: usize = 20_000;
        let draws = |seed, patient, purpose| -> Vec<f64> {
            let mut stream = Stream::new(seed, patient, purpose);
            (0..DRAWS).map(|_| stream.normal()).collect()
        };
        let mut streams: Vec<Vec<f64>> = PURPOSES.iter().map(|purpose| draws(1, 2, *purpose)).collect();
        // Keys that exchange or shift their parts.
        streams.push(draws(2, 1, Purpose::Class));
        streams.push(draws(1, 3, Purpose::Class));
        streams.push(draws(1 << 32, 2, Purpose::Class));
        for a in 0..streams.len() {
            for b in 0..a {
                let product: f64 = streams[a].iter().zip(&streams[b]).map(|(x, y)| x * y).sum();
                assert!(product.abs() < 4.5 * (DRAWS as f64).sqrt(), "streams {b} and {a}: {product}");
            }
        }
    }
}

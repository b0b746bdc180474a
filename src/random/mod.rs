//! Random numbers that depend on seed, patient and purpose alone.
//!
//! In: a [`Stream`]'s three keys. Out: numbers that are the same on every machine, in any order of patients and for any
//! number of threads.
//!
//! ```
//! use cascade::random::{Purpose, Stream};
//! let mut first = Stream::new(42, 7, Purpose::Parameters);
//! let mut again = Stream::new(42, 7, Purpose::Parameters);
//! assert_eq!(first.normal(), again.normal());
//! ```

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::numeric::normal_quantile;

/// What random numbers are for; each purpose has its own stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The class of a mixture.
    Class,
    /// Random effects of parameters.
    Parameters,
    /// Residual error of measurements.
    Residual,
    /// Scrambling of quasi-random points.
    Scramble,
}

/// The random numbers of one patient for one purpose.
///
/// # Reference
/// Bernstein 2008, ChaCha, <https://cr.yp.to/chacha.html>; twelve rounds.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha12Rng);

impl Stream {
    /// The stream of a patient under a seed.
    pub fn new(seed: u64, patient: u64, purpose: Purpose) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8] = purpose as u8;
        let mut generator = ChaCha12Rng::from_seed(bytes);
        generator.set_stream(patient);
        Self(generator)
    }

    /// Uniform in the open interval from 0 to 1, in steps of 2^-52.
    pub fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) * 2f64.powi(-52)
    }

    /// Standard normal, by inversion: one number of the stream each.
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }
}

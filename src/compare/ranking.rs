//! Arms by their utility, and how sure that is.

use super::arms::{Arms, quantile};
use super::utility::{Readings, Utility};
use crate::random::{Purpose, Stream};

/// How often patients are drawn again.
pub const REPLICATES: usize = 1000;

/// The utility of one arm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rank {
    /// Place of the arm.
    pub arm: usize,
    /// Its utility; NaN where it has none.
    pub utility: f64,
    /// 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// Utility less that of the reference.
    pub difference: f64,
    /// 95 % interval of the difference, from pairs.
    pub difference_interval: Option<(f64, f64)>,
    /// Share of the draws in which it is the best, ties shared; none of one patient.
    pub best: Option<f64>,
}

/// Arms by utility, the best first. Intervals are percentiles of utilities over patients drawn again with replacement,
/// the same ones in all arms.
///
/// # Reference
/// Efron 1979, doi:10.1214/aos/1176344552.
pub fn ranking(arms: &Arms, utility: &Utility, seed: u64) -> Vec<Rank> {
    let readings: Vec<Readings> = (0..arms.arms.len()).map(|arm| utility.readings(arms, arm)).collect();
    rank(&readings, utility, arms.reference, arms.paired.len(), seed)
}

/// The same of what was read of arms of `n` patients.
pub(super) fn rank(readings: &[Readings], utility: &Utility, reference: usize, n: usize, seed: u64) -> Vec<Rank> {
    let own: Vec<f64> = readings.iter().map(|readings| utility.value(readings, 0..n)).collect();
    let mut draws: Vec<Vec<f64>> = vec![Vec::new(); readings.len()];
    let mut best = vec![0.0; readings.len()];
    let mut counted = 0.0;
    for replicate in 0..if n > 1 { REPLICATES } else { 0 } {
        let mut stream = Stream::new(seed, replicate as u64, Purpose::Bootstrap);
        let drawn: Vec<usize> = (0..n).map(|_| ((stream.uniform() * n as f64) as usize).min(n - 1)).collect();
        let values: Vec<f64> = readings.iter().map(|readings| utility.value(readings, drawn.iter().copied())).collect();
        let top = values.iter().copied().fold(f64::NAN, f64::max);
        let ties = values.iter().filter(|value| **value == top).count() as f64;
        if ties > 0.0 {
            counted += 1.0;
            values.iter().zip(&mut best).filter(|(value, _)| **value == top).for_each(|(_, best)| *best += 1.0 / ties);
        }
        values.iter().zip(&mut draws).for_each(|(value, draws)| draws.push(*value));
    }
    let mut ranks: Vec<Rank> = (0..readings.len())
        .map(|arm| Rank {
            arm,
            utility: own[arm],
            interval: percentiles(draws[arm].iter().copied()),
            difference: own[arm] - own[reference],
            difference_interval: percentiles(draws[arm].iter().zip(&draws[reference]).map(|(one, other)| one - other)),
            best: (counted > 0.0).then(|| best[arm] / counted),
        })
        .collect();
    let key = |value: f64| if value.is_nan() { f64::NEG_INFINITY } else { value };
    ranks.sort_by(|a, b| key(b.utility).total_cmp(&key(a.utility)).then(a.arm.cmp(&b.arm)));
    ranks
}

fn percentiles(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let mut sorted: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    (!sorted.is_empty()).then(|| (quantile(&sorted, 0.025), quantile(&sorted, 0.975)))
}

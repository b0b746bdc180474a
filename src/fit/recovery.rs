//! Whether a method finds what data were simulated from: bias, scatter and coverage over replicates.

use super::estimate::Progress;
use super::mode::{ones, plain};
use super::observed::treated;
use super::population::{Population, SubjectData};
use super::result::EstimateKind;
use super::settings::FitSettings;
use crate::diagnostic::Problems;
use crate::error_model::Observed;
use crate::integrate::Stop;
use crate::model::Model;
use crate::random::{Purpose, Stream};

/// How an estimate came out over the replicates.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovered {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: EstimateKind,
    /// What the data were simulated from.
    pub truth: f64,
    /// Estimates, a replicate each.
    pub estimates: Vec<f64>,
    /// Intervals that there were, and how many of them hold the truth.
    pub intervals: (usize, usize),
}

impl Recovered {
    /// Mean of the estimates over the truth, less 1, in percent; its standard error over the replicates.
    pub fn bias(&self) -> (f64, f64) {
        let n = self.estimates.len() as f64;
        let relative: Vec<f64> = self.estimates.iter().map(|value| 100.0 * (value / self.truth - 1.0)).collect();
        let mean = relative.iter().sum::<f64>() / n;
        let variance = relative.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, (variance / n).sqrt())
    }

    /// Root of the mean squared relative error, in percent.
    pub fn rmse(&self) -> f64 {
        let n = self.estimates.len() as f64;
        (self.estimates.iter().map(|value| (100.0 * (value / self.truth - 1.0)).powi(2)).sum::<f64>() / n).sqrt()
    }
}

/// What came of a method.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovery {
    /// The estimates.
    pub estimates: Vec<Recovered>,
    /// Replicates that were fitted, and those that failed.
    pub replicates: (usize, usize),
}

impl Recovery {
    /// Intervals of all estimates together, how many hold the truth, and between which counts 99 % of such experiments
    /// would lie if every interval held it with 0.95.
    pub fn coverage(&self) -> (usize, usize, (usize, usize)) {
        let (count, held) =
            self.estimates.iter().fold((0, 0), |(count, held), one| (count + one.intervals.0, held + one.intervals.1));
        (count, held, binomial_band(count, 0.95, 0.99))
    }
}

/// The shortest central range of a binomial number that holds `level`.
fn binomial_band(n: usize, p: f64, level: f64) -> (usize, usize) {
    if n == 0 {
        return (0, 0);
    }
    let mut ln = n as f64 * (1.0 - p).ln();
    let mut cumulative = 0.0;
    let (mut low, mut high) = (0, n);
    let (mut found_low, mut found_high) = (false, false);
    for k in 0..=n {
        cumulative += ln.exp();
        if !found_low && cumulative > (1.0 - level) / 2.0 {
            (low, found_low) = (k, true);
        }
        if !found_high && cumulative >= 1.0 - (1.0 - level) / 2.0 {
            (high, found_high) = (k, true);
        }
        ln += ((n - k) as f64 / (k + 1) as f64).ln() + (p / (1.0 - p)).ln();
    }
    (low, high)
}

impl Population<'_> {
    /// Data of the same subjects at the same times, simulated from the starts: random effects and residual errors are drawn,
    /// values below the limit of quantification are reported as such. None if the equations cannot be solved.
    pub fn simulated(&self, model: &Model, settings: &FitSettings, replicate: u64) -> Option<Vec<SubjectData>> {
        let x = self.structure.start();
        let point = self.structure.point(&ones(&x));
        let q = self.structure.etas();
        let mut all = Vec::with_capacity(self.subjects.len());
        for (subject, data) in self.subjects.iter().enumerate() {
            let number = replicate * self.subjects.len() as u64 + subject as u64;
            let mut effects = Stream::new(settings.seed, number, Purpose::Parameters);
            let mut errors = Stream::new(settings.seed, number, Purpose::Residual);
            let zeta: Vec<f64> = (0..q).map(|_| effects.normal()).collect();
            let scaled = self.scaled(subject, &point, &ones(&zeta));
            let mut rows = Vec::new();
            self.predictor.one(subject, &self.parameters(&scaled), &mut rows).ok()?;
            let rows: Vec<f64> = plain(&rows);
            let observed: Vec<_> = self
                .predictor
                .wanted(subject)
                .iter()
                .zip(rows)
                .map(|(row, prediction)| {
                    let residual = self.structure.residuals.iter().position(|known| known.output == row.output);
                    let residual = residual.unwrap_or_default();
                    let limit = model.outputs[row.output].lloq;
                    let reading = self.structure.residuals[residual].start.read(prediction, limit, &mut errors);
                    (residual, row.time, reading.observed(), limit)
                })
                .collect();
            all.push(SubjectData { measured: treated(&observed, settings.censoring), ..data.clone() });
        }
        all.iter().flat_map(|data| &data.measured).any(|one| matches!(one.observed, Observed::Value(_))).then_some(all)
    }

    /// Simulates and fits `replicates` data sets; a fit begins at the starts, which are the truth, moved by up to 20 % on
    /// the scale of estimation. `report` hears how many are done.
    ///
    /// # Errors
    /// A method that such data do not allow.
    pub fn recover(
        &mut self,
        model: &Model,
        settings: &FitSettings,
        replicates: usize,
        stop: &Stop,
        report: &mut dyn FnMut(usize, usize),
    ) -> Result<Recovery, Problems> {
        let truth = self.structure.clone();
        self.structure.keep_for(settings.method);
        let start = self.structure.start();
        let wanted = self.estimates(&start, None, true).into_iter().filter(|one| !one.fixed);
        let estimates = wanted.map(|one| Recovered {
            name: one.name,
            kind: one.kind,
            truth: one.value,
            estimates: Vec::new(),
            intervals: (0, 0),
        });
        let mut recovery = Recovery { estimates: estimates.collect(), replicates: (0, 0) };
        let own = std::mem::take(&mut self.subjects);
        for replicate in 0..replicates {
            if stop.is_tripped() {
                break;
            }
            self.structure.clone_from(&truth);
            self.subjects.clone_from(&own);
            let simulated = self.simulated(model, settings, replicate as u64);
            let fitted = match simulated {
                None => None,
                Some(subjects) => {
                    self.subjects = subjects;
                    let mut stream = Stream::new(settings.seed, replicate as u64, Purpose::Starts);
                    for individual in self.structure.individuals.iter_mut().filter(|one| one.estimated) {
                        let moved = individual.start + 0.2 * (2.0 * stream.uniform() - 1.0);
                        individual.start = moved.clamp(individual.bounds.0, individual.bounds.1);
                    }
                    let settings =
                        FitSettings { seed: settings.seed.wrapping_add(replicate as u64), ..settings.clone() };
                    self.fit(model, &settings, stop, &mut |_: Progress<'_>| {}).ok()
                }
            };
            match fitted {
                None => recovery.replicates.1 += 1,
                Some(fitted) => {
                    recovery.replicates.0 += 1;
                    let estimates = fitted.estimates.into_iter().filter(|one| !one.fixed);
                    for (place, one) in recovery.estimates.iter_mut().zip(estimates) {
                        place.estimates.push(one.value);
                        if let Some((low, high)) = one.interval {
                            place.intervals.0 += 1;
                            place.intervals.1 += usize::from((low..=high).contains(&place.truth));
                        }
                    }
                }
            }
            report(replicate + 1, replicates);
        }
        self.structure = truth;
        self.subjects = own;
        Ok(recovery)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Binomial (10, 0.95): P(X <= 6) = 0.001028, P(X <= 7) = 0.0115; the 99 % band goes from 7 to 10.
    #[test]
    fn band_of_a_binomial_number() {
        assert_eq!(binomial_band(10, 0.95, 0.99), (7, 10));
        assert_eq!(binomial_band(0, 0.95, 0.99), (0, 0));
    }

    #[test]
    fn bias_and_rmse_by_hand() {
        let one = Recovered {
            name: "cl".into(),
            kind: EstimateKind::Typical,
            truth: 2.0,
            estimates: vec![2.2, 2.0, 2.4],
            intervals: (3, 3),
        };
        let (bias, error) = one.bias();
        assert!((bias - 10.0).abs() < 1e-12 && (error - 10.0 / 3f64.sqrt()).abs() < 1e-12, "{bias} {error}");
        assert!((one.rmse() - (500f64 / 3.0).sqrt()).abs() < 1e-12);
    }
}

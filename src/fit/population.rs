//! Subjects with their data, and their curves at given values.

use super::observed::Measured;
use super::parallel;
use super::structure::{Point, Structure};
use crate::diagnostic::Diagnostic;
use crate::numeric::{Dual, Lanes, Scalar};
use crate::simulate::Predictor;

type One = Lanes<1>;

/// Derivatives carried at once, as elsewhere.
const NARROW: usize = 4;
const WIDE: usize = 10;

/// Runs of a piece of work in lanes.
const AT_ONCE: usize = 4096;

/// A structure with the data of subjects.
#[derive(Debug)]
pub struct Population<'m> {
    /// What is estimated.
    pub structure: Structure,
    /// The subjects.
    pub subjects: Vec<SubjectData>,
    /// Their predictions.
    pub predictor: Predictor<'m>,
    /// Values of all parameters of the model, in its units.
    pub base: Vec<f64>,
    /// Threads; results have the same bits on any number.
    pub threads: usize,
}

/// What is known of a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectData {
    /// Its name.
    pub name: String,
    /// Its measurements.
    pub measured: Vec<Measured>,
    /// By individual parameter, what each coefficient multiplies.
    pub regressors: Vec<Vec<f64>>,
}

/// The measurements' predictions of a subject with derivatives by the individual parameters on their scales.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    /// One a measurement.
    pub value: Vec<f64>,
    /// By measurement and individual parameter.
    pub first: Vec<f64>,
    /// By measurement and two individual parameters; empty if not asked for.
    pub second: Vec<f64>,
}

/// Highest order of derivatives wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// Values alone.
    Values,
    /// First derivatives.
    First,
    /// Second derivatives.
    Second,
}

impl Population<'_> {
    /// Number of individual parameters.
    pub fn width(&self) -> usize {
        self.structure.individuals.len()
    }

    /// Number of measurements that are values, and of those that are censored.
    pub fn counts(&self) -> (usize, usize) {
        let all = self.subjects.iter().flat_map(|subject| &subject.measured);
        let censored = all.clone().filter(|row| row.is_censored()).count();
        (all.count() - censored, censored)
    }

    /// Whether a residual error has one size, of which the mean square of these subjects' residuals is the best estimate.
    pub(super) fn is_simple(&self, residual: usize, subjects: impl IntoIterator<Item = usize>) -> bool {
        let one_size = self.structure.residuals[residual].start.sizes().len() == 1;
        let mut rows = subjects.into_iter().flat_map(|subject| &self.subjects[subject].measured);
        one_size && rows.all(|one| one.residual != residual || !one.is_censored())
    }

    /// Individual parameters on their scales: typical values, covariates, random effects `root` times `zeta`.
    pub fn scaled<S: Scalar>(&self, subject: usize, point: &Point<S>, zeta: &[S]) -> Vec<S> {
        let q = zeta.len();
        let regressors = &self.subjects[subject].regressors;
        let individuals = self.structure.individuals.iter().enumerate();
        individuals
            .map(|(at, individual)| {
                let covariates = point.relations[at].iter().zip(&regressors[at]);
                let typical =
                    covariates.fold(point.typical[at], |sum, (coefficient, by)| sum + *coefficient * S::splat(*by));
                let Some(eta) = individual.eta else { return typical };
                (0..=eta).fold(typical, |sum, k| sum + point.root[eta * q + k] * zeta[k])
            })
            .collect()
    }

    /// Parameters of the model from individual ones.
    pub fn parameters<S: Scalar>(&self, scaled: &[S]) -> Vec<S> {
        let mut all: Vec<S> = self.base.iter().map(|value| S::splat(*value)).collect();
        for (individual, scaled) in self.structure.individuals.iter().zip(scaled) {
            all[individual.slot] = individual.transform.back(*scaled);
        }
        all
    }

    /// The curve of a subject at individual parameters.
    ///
    /// # Errors
    /// What stopped the integration.
    pub fn curve(&self, subject: usize, scaled: &[f64], order: Order) -> Result<Curve, Diagnostic> {
        match order {
            Order::Values => {
                let lifted: Vec<One> = scaled.iter().map(|value| Lanes([*value])).collect();
                let rows = self.rows(subject, &lifted)?;
                Ok(Curve { value: rows.iter().map(|row| row.get(0)).collect(), ..Curve::default() })
            }
            Order::First => {
                let mut curve = Curve::default();
                let mut from = 0;
                loop {
                    from = match scaled.len() - from <= NARROW {
                        true => self.first::<NARROW>(subject, scaled, from, &mut curve)?,
                        false => self.first::<WIDE>(subject, scaled, from, &mut curve)?,
                    };
                    if from >= scaled.len() {
                        return Ok(curve);
                    }
                }
            }
            Order::Second => self.second(subject, scaled),
        }
    }

    /// Rows of subjects, each at its own values of all parameters, in lanes and on all threads.
    pub(super) fn predict_all(&self, jobs: &[(usize, Vec<f64>)]) -> Vec<Vec<f64>> {
        let size = jobs.len().div_ceil(self.threads.max(1)).clamp(1, AT_ONCE);
        let parts: Vec<&[(usize, Vec<f64>)]> = jobs.chunks(size).collect();
        let found = parallel::each(parts.len(), self.threads, |part| {
            let jobs: Vec<(usize, &[f64])> =
                parts[part].iter().map(|(subject, values)| (*subject, &values[..])).collect();
            let mut rows: Vec<Vec<f64>> =
                jobs.iter().map(|(subject, _)| vec![0.0; self.predictor.rows(*subject)]).collect();
            let mut slices: Vec<&mut [f64]> = rows.iter_mut().map(|rows| &mut rows[..]).collect();
            self.predictor.many(&jobs, &mut slices);
            rows
        });
        found.into_iter().flatten().collect()
    }

    /// Predictions of the measurements, those that are left out of the data left out.
    fn rows<S: Scalar>(&self, subject: usize, scaled: &[S]) -> Result<Vec<S>, Diagnostic> {
        let mut rows = Vec::new();
        self.predictor.one(subject, &self.parameters(scaled), &mut rows)?;
        let measured = &self.subjects[subject].measured;
        if measured.len() == rows.len() {
            return Ok(rows);
        }
        Ok(measured.iter().map(|one| rows[one.row]).collect())
    }

    /// Values, and derivatives by the next `K` individual parameters from one on; returns the first that is left.
    fn first<const K: usize>(
        &self,
        subject: usize,
        scaled: &[f64],
        from: usize,
        curve: &mut Curve,
    ) -> Result<usize, Diagnostic> {
        let width = scaled.len();
        let seeded: Vec<Dual<One, K>> = scaled
            .iter()
            .enumerate()
            .map(|(at, value)| {
                let mut seeded = Dual::splat(*value);
                if (from..from + K).contains(&at) {
                    seeded.tangents[at - from] = Lanes([1.0]);
                }
                seeded
            })
            .collect();
        let rows = self.rows(subject, &seeded)?;
        curve.value = rows.iter().map(|row| row.get(0)).collect();
        curve.first.resize(rows.len() * width, 0.0);
        for (row, found) in rows.iter().enumerate() {
            for at in from..width.min(from + K) {
                curve.first[row * width + at] = found.tangents[at - from].get(0);
            }
        }
        Ok(from + K)
    }

    /// Second derivatives: by one parameter and a group at a time, with the numbers that other second derivatives have.
    fn second(&self, subject: usize, scaled: &[f64]) -> Result<Curve, Diagnostic> {
        type Second = Dual<Dual<One, 1>, NARROW>;
        let width = scaled.len();
        let mut curve = Curve::default();
        for i in 0..width.max(1) {
            // Symmetric: what stands before the group of i is known.
            for from in (i / NARROW * NARROW..width.max(1)).step_by(NARROW) {
                let seeded: Vec<Second> = scaled
                    .iter()
                    .enumerate()
                    .map(|(at, value)| {
                        let mut seeded = Second::splat(*value);
                        if at == i {
                            seeded.value.tangents[0] = Lanes([1.0]);
                        }
                        if (from..from + NARROW).contains(&at) {
                            seeded.tangents[at - from] = Dual::splat(1.0);
                        }
                        seeded
                    })
                    .collect();
                let rows = self.rows(subject, &seeded)?;
                curve.value = rows.iter().map(|row| row.get(0)).collect();
                curve.first.resize(rows.len() * width, 0.0);
                curve.second.resize(rows.len() * width * width, 0.0);
                for (row, found) in rows.iter().enumerate() {
                    for at in from..width.min(from + NARROW) {
                        let tangent = found.tangents[at - from];
                        curve.first[row * width + at] = tangent.value.get(0);
                        let mixed = tangent.tangents[0].get(0);
                        curve.second[(row * width + i) * width + at] = mixed;
                        curve.second[(row * width + at) * width + i] = mixed;
                    }
                }
            }
        }
        Ok(curve)
    }
}

//! The likelihood of a population by importance sampling, and its derivatives on the same samples.
//!
//! Random effects of each subject are drawn from a t distribution with 4 degrees of freedom around their mean given the
//! data; with w the joint density over that of the draw the likelihood is the mean of w. By Fisher's identity the gradient
//! of its logarithm is the mean of that of the joint density, weighted by w.

use super::linear::{cholesky, forward, ln_determinant};
use super::mode::{ones, plain};
use super::objective::LN_2_PI;
use super::population::Population;
use super::seeded::{Grouped, groups, moving};
use super::structure::Point;
use crate::error_model::Observed;
use crate::numeric::{Lanes, Scalar};
use crate::random::{Purpose, Stream};

type One = Lanes<1>;
/// Step of the central differences by parameters without random effects.
const STEP: f64 = 1e-3;

/// An estimate of the likelihood.
#[derive(Debug, Clone, PartialEq)]
pub struct Importance {
    /// Minus twice the logarithm of the likelihood, without N ln(2 pi).
    pub objective: f64,
    /// Its Monte-Carlo standard error.
    pub error: f64,
    /// Of each subject.
    pub subjects: Vec<f64>,
    /// Draws a subject.
    pub draws: usize,
    /// Least effective number of draws of a subject: (sum w)^2 / sum w^2.
    pub least_effective: f64,
}

/// Draws with what they predict.
#[derive(Debug)]
pub(super) struct Draws {
    /// By subject.
    subjects: Vec<SubjectDraws>,
    count: usize,
    /// Individual parameters without random effects by which derivatives are wanted.
    unvaried: Vec<usize>,
}

#[derive(Debug)]
struct SubjectDraws {
    /// By draw and random effect: scaled individual parameter.
    scaled: Vec<f64>,
    /// ln of the density of the draw.
    density: Vec<f64>,
    /// Rows of the data by draw.
    rows: Vec<Vec<f64>>,
    /// The same a step up and down, by parameter without random effect.
    moved: Vec<[Vec<Vec<f64>>; 2]>,
}

impl Population<'_> {
    /// The likelihood at `x`; `means` and `covariances` (q x q) of the random effects given the data are where draws come
    /// from: they make the estimate exact or less exact, never wrong.
    pub fn importance(
        &self,
        x: &[f64],
        means: &[Vec<f64>],
        covariances: &[Vec<f64>],
        draws: usize,
        seed: u64,
    ) -> Option<Importance> {
        let drawn = self.draw(x, (means, covariances), draws, seed, false)?;
        Some(self.weigh(x, &drawn))
    }

    /// Draws random effects around their means and predicts the rows; with `with_slopes` those at moved values of
    /// parameters without random effects too.
    pub(super) fn draw(
        &self,
        x: &[f64],
        (means, covariances): (&[Vec<f64>], &[Vec<f64>]),
        count: usize,
        seed: u64,
        with_slopes: bool,
    ) -> Option<Draws> {
        let q = self.structure.etas();
        let point = self.structure.point(&ones(x));
        let omega = plain(&point.omega());
        let individuals = self.structure.individuals.iter().enumerate();
        let unvaried: Vec<usize> = individuals
            .filter(|(_, one)| {
                let estimated = one.estimated || one.relations.iter().any(|relation| relation.estimated);
                with_slopes && one.eta.is_none() && estimated
            })
            .map(|(at, _)| at)
            .collect();
        let mut subjects = Vec::with_capacity(self.subjects.len());
        for subject in 0..self.subjects.len() {
            let mut root: Vec<One> =
                covariances[subject].iter().zip(&omega).map(|(own, all)| Lanes([own + 1e-4 * all])).collect();
            if !cholesky(&mut root, q) {
                root = ones(&omega);
                cholesky(&mut root, q);
            }
            let ln_root = 0.5 * ln_determinant(&root, q).get(0);
            let root = plain(&root);
            let centre = plain(&self.scaled(subject, &point, &vec![One::default(); q]));
            let mut stream = Stream::new(seed, subject as u64, Purpose::Importance);
            let mut found = SubjectDraws {
                scaled: Vec::with_capacity(count * q),
                density: Vec::with_capacity(count),
                rows: Vec::with_capacity(count),
                moved: unvaried.iter().map(|_| [Vec::new(), Vec::new()]).collect(),
            };
            let mut all = Vec::with_capacity(count);
            for _ in 0..count {
                let normals: Vec<f64> = (0..q).map(|_| stream.normal()).collect();
                let chi_squared = -2.0 * (stream.uniform() * stream.uniform()).ln();
                let stretch = (4.0 / chi_squared).sqrt();
                let squares = stretch * stretch * normals.iter().map(|z| z * z).sum::<f64>();
                found.density.push(ln_t_constant(q) - ln_root - (0.5 * q as f64 + 2.0) * (1.0 + squares / 4.0).ln());
                let mut scaled = centre.clone();
                for (at, individual) in self.structure.individuals.iter().enumerate() {
                    let Some(eta) = individual.eta else { continue };
                    let walk: f64 = (0..=eta).map(|k| root[eta * q + k] * normals[k]).sum();
                    scaled[at] += means[subject][eta] + stretch * walk;
                }
                let effects = self.structure.individuals.iter().zip(&scaled).filter(|(one, _)| one.eta.is_some());
                found.scaled.resize(found.scaled.len() + q, 0.0);
                let first = found.scaled.len() - q;
                for (individual, scaled) in effects {
                    found.scaled[first + individual.eta.expect("filtered")] = *scaled;
                }
                all.push(scaled);
            }
            found.rows = self.rows_of(subject, &all);
            for (moved, at) in found.moved.iter_mut().zip(&unvaried) {
                for (moved, by) in moved.iter_mut().zip([STEP, -STEP]) {
                    let there = all.iter().cloned().map(|mut scaled| {
                        scaled[*at] += by;
                        scaled
                    });
                    *moved = self.rows_of(subject, &there.collect::<Vec<_>>());
                }
            }
            subjects.push(found);
        }
        Some(Draws { subjects, count, unvaried })
    }

    fn rows_of(&self, subject: usize, scaled: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let jobs: Vec<(usize, Vec<f64>)> =
            scaled.iter().map(|scaled| (subject, plain(&self.parameters(&ones(scaled))))).collect();
        self.predict_all(&jobs)
    }

    /// ln of the joint density of a draw's data and random effects at a point, without N ln(2 pi) / 2.
    fn joint_of<S: Scalar>(
        &self,
        subject: usize,
        point: &Point<S>,
        root: &[S],
        ln_root: S,
        scaled: &[f64],
        rows: impl Fn(usize) -> S,
    ) -> S {
        let q = scaled.len();
        let data = &self.subjects[subject];
        let mut etas: Vec<S> = vec![S::default(); q];
        for (at, individual) in self.structure.individuals.iter().enumerate() {
            let Some(eta) = individual.eta else { continue };
            let covariates = point.relations[at].iter().zip(&data.regressors[at]);
            let centre =
                covariates.fold(point.typical[at], |sum, (coefficient, by)| sum + *coefficient * S::splat(*by));
            etas[eta] = S::splat(scaled[eta]) - centre;
        }
        forward(root, q, &mut etas);
        let squares = etas.iter().fold(S::default(), |sum, eta| sum + *eta * *eta);
        let prior = -(squares * S::splat(0.5)) - ln_root - S::splat(0.5 * q as f64 * LN_2_PI);
        data.measured.iter().fold(prior, |sum, one| {
            let all = if matches!(one.observed, Observed::Value(_)) { 0.5 * LN_2_PI } else { 0.0 };
            sum + one.term(&point.errors[one.residual], rows(one.row)) + S::splat(all)
        })
    }

    /// Minus twice ln of each subject's likelihood from draws.
    pub(super) fn weigh(&self, x: &[f64], drawn: &Draws) -> Importance {
        let point = self.structure.point(&ones(x));
        let (root, ln_root) = self.omega_root(&point);
        let mut found = Importance {
            objective: self.structure.prior(&point).get(0),
            error: 0.0,
            subjects: Vec::new(),
            draws: drawn.count,
            least_effective: f64::INFINITY,
        };
        for subject in 0..self.subjects.len() {
            let weights = self.weights(subject, drawn, &point, &root, ln_root);
            let most = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let scaled: Vec<f64> = weights.iter().map(|weight| (weight - most).exp()).collect();
            let n = scaled.len() as f64;
            let mean = scaled.iter().sum::<f64>() / n;
            let squares = scaled.iter().map(|weight| weight * weight).sum::<f64>();
            let objective = -2.0 * (most + mean.ln());
            found.objective += objective;
            found.subjects.push(objective);
            found.error += (squares / n / (mean * mean) - 1.0).max(0.0) / n;
            found.least_effective = found.least_effective.min((mean * n).powi(2) / squares);
        }
        found.error = 2.0 * found.error.sqrt();
        found
    }

    fn omega_root<S: Scalar>(&self, point: &Point<S>) -> (Vec<S>, S) {
        let q = self.structure.etas();
        let root = point.root.clone();
        let ln = (0..q).fold(S::default(), |sum, k| sum + root[k * q + k].ln());
        (root, ln)
    }

    fn weights(&self, subject: usize, drawn: &Draws, point: &Point<One>, root: &[One], ln_root: One) -> Vec<f64> {
        let q = self.structure.etas();
        let own = &drawn.subjects[subject];
        (0..drawn.count)
            .map(|draw| {
                let scaled = &own.scaled[draw * q..][..q];
                let rows = &own.rows[draw];
                let joint = self.joint_of(subject, point, root, ln_root, scaled, |row| Lanes([rows[row]])).get(0);
                let weight = joint - own.density[draw];
                if weight.is_nan() { f64::NEG_INFINITY } else { weight }
            })
            .collect()
    }

    /// The gradient of each subject's objective from draws, on the coordinates.
    pub(super) fn scores(&self, x: &[f64], drawn: &Draws) -> Vec<Vec<f64>> {
        let point = self.structure.point(&ones(x));
        let (root, ln_root) = self.omega_root(&point);
        let q = self.structure.etas();
        let groups = groups(&self.structure, x);
        (0..self.subjects.len())
            .map(|subject| {
                let weights = self.weights(subject, drawn, &point, &root, ln_root);
                let most = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let total: f64 = weights.iter().map(|weight| (weight - most).exp()).sum();
                let own = &drawn.subjects[subject];
                let mut score = vec![0.0; x.len()];
                for group in &groups {
                    let point = &group.point;
                    let (root, ln_root) = self.omega_root(point);
                    let centres: Vec<Grouped> =
                        drawn.unvaried.iter().map(|at| self.centre_of(subject, point, *at)).collect();
                    for (draw, weight) in weights.iter().enumerate() {
                        let share = (weight - most).exp() / total;
                        if share < 1e-12 {
                            continue;
                        }
                        let rows = |row: usize| {
                            let moved = own.moved.iter();
                            let slopes: Vec<f64> =
                                moved.map(|[up, down]| (up[draw][row] - down[draw][row]) / (2.0 * STEP)).collect();
                            moving(own.rows[draw][row], &slopes, &centres)
                        };
                        let scaled = &own.scaled[draw * q..][..q];
                        let joint = self.joint_of(subject, point, &root, ln_root, scaled, rows);
                        for (score, slope) in score[group.from..].iter_mut().zip(group.slopes(&joint)) {
                            *score -= 2.0 * share * slope;
                        }
                    }
                }
                score
            })
            .collect()
    }

    fn centre_of<S: Scalar>(&self, subject: usize, point: &Point<S>, at: usize) -> S {
        let covariates = point.relations[at].iter().zip(&self.subjects[subject].regressors[at]);
        covariates.fold(point.typical[at], |sum, (coefficient, by)| sum + *coefficient * S::splat(*by))
    }
}

/// ln of Gamma(2 + q/2) / (Gamma(2) (4 pi)^(q/2)).
fn ln_t_constant(q: usize) -> f64 {
    // Gamma(2 + q/2) from Gamma(2) = 1 or Gamma(5/2) = 3 sqrt(pi) / 4 upwards.
    let (mut at, mut ln) = match q.is_multiple_of(2) {
        true => (2.0, 0.0),
        false => (2.5, (0.75 * std::f64::consts::PI.sqrt()).ln()),
    };
    let wanted = 2.0 + 0.5 * q as f64;
    while at < wanted - 0.1 {
        ln += f64::ln(at);
        at += 1.0;
    }
    ln - 0.5 * q as f64 * (4.0 * std::f64::consts::PI).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// q = 1: Gamma(5/2) / sqrt(4 pi) = 3/8; q = 2: Gamma(3) / (4 pi) = 1 / (2 pi).
    #[test]
    fn constants_of_the_t_distribution() {
        assert!((ln_t_constant(1) - 0.375f64.ln()).abs() < 1e-15);
        assert!((ln_t_constant(2) + (2.0 * std::f64::consts::PI).ln()).abs() < 1e-15);
    }
}

//! Maximum likelihood of a population by stochastic approximation of the EM algorithm.
//!
//! Each iteration moves the random effects of every subject by Metropolis steps, all subjects side by side in the lanes,
//! and the population values towards those that maximise the complete likelihood: typical values and covariances of
//! parameters with random effects in closed form, the rest by a step of Fisher scoring. First the newest draw counts
//! alone, while variances fall slowly (annealing), until nothing drifts; then draws are averaged.
//!
//! # Reference
//! Kuhn and Lavielle 2005, doi:10.1016/j.csda.2004.07.005; Lavielle 2014, Mixed Effects Models for the Population
//! Approach, chapter 9.

mod maximise;
mod simulate;

use super::approximate::Iteration;
use super::mode::{ones, plain};
use super::population::Population;
use super::structure::Structure;
use crate::error_model::ErrorModel;
use crate::integrate::Stop;
use crate::numeric::{Lanes, Scalar};
use crate::random::{Purpose, Stream};

type One = Lanes<1>;

/// How the algorithm goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Seed of the chains.
    pub seed: u64,
    /// Chains of each subject; none: so many that there are 50 in all.
    pub chains: Option<usize>,
    /// Least and most iterations before draws are averaged.
    pub explore: (usize, usize),
    /// Iterations over which draws are averaged.
    pub average: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seed: 0, chains: None, explore: (100, 300), average: 200 }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Saem {
    /// The coordinates.
    pub x: Vec<f64>,
    /// Their course; the objective of an iteration is minus twice the logarithm of the likelihood of its draws.
    pub iterations: Vec<Iteration>,
    /// Whether nothing drifted any more when averaging began.
    pub settled: bool,
    /// Whether it was stopped from outside.
    pub stopped: bool,
    /// Means of each subject's random effects given its data.
    pub means: Vec<Vec<f64>>,
    /// Their covariances, q x q.
    pub covariances: Vec<Vec<f64>>,
}

/// Iterations in a window in which a drift is looked for.
const WINDOW: usize = 50;

/// A chain of a subject.
struct Chain {
    subject: usize,
    eta: Vec<f64>,
    /// Predictions of all rows of the data.
    rows: Vec<f64>,
    /// Log-likelihood of the measurements.
    likelihood: f64,
    stream: Stream,
}

/// Population values.
#[derive(Debug, Clone)]
struct Values {
    typical: Vec<f64>,
    relations: Vec<Vec<f64>>,
    omega: Vec<f64>,
    errors: Vec<ErrorModel>,
}

struct Run<'a, 'm> {
    population: &'a Population<'m>,
    of_eta: Vec<usize>,
    values: Values,
    chains: Vec<Chain>,
    /// Of each random effect and of the walk of several, over the standard deviation.
    scales: Vec<f64>,
    /// Which random effect moves next.
    order: Stream,
    /// Mean and covariance of each subject's random effects as followed.
    mean: Vec<Vec<f64>>,
    spread: Vec<Vec<f64>>,
    learnt: usize,
    /// Averages: of random effects with typical values by subject, of their products, of squared residuals.
    first: Vec<Vec<f64>>,
    second: Vec<f64>,
    squares: Vec<f64>,
}

impl Population<'_> {
    /// Runs from `start` on; `report` hears of each iteration. None if the equations cannot be solved at the start.
    pub fn saem(
        &self,
        start: &[f64],
        settings: Settings,
        stop: &Stop,
        mut report: impl FnMut(&Iteration),
    ) -> Option<Saem> {
        let mut run = Run::new(self, start, settings)?;
        let mut iterations: Vec<Iteration> = Vec::new();
        let (least, most) = settings.explore;
        let mut settled = false;
        let mut averaged = 0;
        let mut stopped = false;
        let (count, q) = (self.subjects.len(), self.structure.etas());
        let mut means = vec![vec![0.0; q]; count];
        let mut products = vec![vec![0.0; q * q]; count];
        while averaged < settings.average {
            if stop.is_tripped() {
                stopped = true;
                break;
            }
            let exploring = averaged == 0 && !settled && iterations.len() < most;
            if !exploring {
                averaged += 1;
            }
            let weight = if exploring { 1.0 } else { 1.0 / averaged as f64 };
            run.simulate(iterations.len() < 20);
            run.maximise(weight, exploring);
            if !exploring {
                run.note(1.0 / averaged as f64, &mut means, &mut products);
            }
            let x = run.x()?;
            let all: f64 = run.chains.iter().map(|chain| chain.likelihood).sum();
            let objective = -2.0 * all * count as f64 / run.chains.len() as f64;
            let iteration = Iteration { iteration: iterations.len(), x, objective, gradient: f64::NAN };
            report(&iteration);
            iterations.push(iteration);
            if exploring && iterations.len() >= least.max(WINDOW) && iterations.len().is_multiple_of(10) {
                settled = rests(&iterations[iterations.len() - WINDOW..]);
            }
        }
        let covariances = means
            .iter()
            .zip(&products)
            .map(|(mean, product)| (0..q * q).map(|at| product[at] - mean[at / q] * mean[at % q]).collect())
            .collect();
        let x = iterations.last().map_or_else(|| start.to_vec(), |last| last.x.clone());
        Some(Saem { x, iterations, settled, stopped, means, covariances })
    }
}

/// Whether no coordinate drifts: the halves of the window have means that their scatter explains.
fn rests(window: &[Iteration]) -> bool {
    let half = window.len() / 2;
    let n = half as f64;
    (0..window[0].x.len()).all(|k| {
        let mean = |part: &[Iteration]| part.iter().map(|one| one.x[k]).sum::<f64>() / n;
        let (early, late) = (mean(&window[..half]), mean(&window[half..2 * half]));
        let middle = 0.5 * (early + late);
        let variance = window.iter().map(|one| (one.x[k] - middle).powi(2)).sum::<f64>() / (2.0 * n);
        // Of a steady drift the halves differ by 1.73 standard deviations of the window.
        (late - early).abs() <= variance.sqrt().max(2e-3)
    })
}

impl<'a, 'm> Run<'a, 'm> {
    fn new(population: &'a Population<'m>, start: &[f64], settings: Settings) -> Option<Self> {
        let structure = &population.structure;
        let (count, q) = (population.subjects.len(), structure.etas());
        let point = structure.point(&ones(start));
        let values = Values {
            typical: plain(&point.typical),
            relations: point.relations.iter().map(|all| plain(all)).collect(),
            omega: plain(&point.omega()),
            errors: point.errors.iter().map(super::observed::plain).collect(),
        };
        let chains_each = settings.chains.unwrap_or_else(|| 50usize.div_ceil(count)).max(1);
        let chains: Vec<Chain> = (0..count * chains_each)
            .map(|at| Chain {
                subject: at % count,
                eta: vec![0.0; q],
                rows: vec![0.0; population.predictor.rows(at % count)],
                likelihood: f64::NEG_INFINITY,
                stream: Stream::new(settings.seed, at as u64, Purpose::Chain),
            })
            .collect();
        let mut run = Self {
            population,
            of_eta: structure.individual_of_eta(),
            values,
            chains,
            scales: vec![0.5; q + 1],
            order: Stream::new(settings.seed, (count * chains_each) as u64, Purpose::Chain),
            mean: vec![vec![0.0; q]; count],
            spread: vec![plain(&point.omega()).iter().map(|entry| 0.25 * entry).collect(); count],
            learnt: 0,
            first: vec![vec![0.0; q]; count],
            second: vec![0.0; q * q],
            squares: vec![0.0; structure.residuals.len()],
        };
        let zero: Vec<Vec<f64>> = run.chains.iter().map(|chain| chain.eta.clone()).collect();
        let rows = run.predict(&zero, None);
        for (at, rows) in rows.into_iter().enumerate() {
            let likelihood = run.likelihood(run.chains[at].subject, &rows);
            if !likelihood.is_finite() {
                return None;
            }
            run.chains[at].likelihood = likelihood;
            run.chains[at].rows = rows;
        }
        Some(run)
    }

    fn structure(&self) -> &'a Structure {
        &self.population.structure
    }

    fn x(&self) -> Option<Vec<f64>> {
        let Values { typical, relations, omega, errors } = &self.values;
        self.structure().pack(typical, relations, omega, errors)
    }

    /// Typical value of an individual parameter of a subject on its scale.
    fn centre(&self, subject: usize, individual: usize) -> f64 {
        let regressors = &self.population.subjects[subject].regressors[individual];
        let relations = &self.values.relations[individual];
        self.values.typical[individual] + relations.iter().zip(regressors).map(|(a, b)| a * b).sum::<f64>()
    }

    /// Rows of all chains at these random effects; `moved` moves an individual parameter by an amount.
    fn predict(&self, etas: &[Vec<f64>], moved: Option<(usize, f64)>) -> Vec<Vec<f64>> {
        let individuals = &self.structure().individuals;
        let parameters: Vec<(usize, Vec<f64>)> = self
            .chains
            .iter()
            .zip(etas)
            .map(|(chain, eta)| {
                let scaled: Vec<One> = individuals
                    .iter()
                    .enumerate()
                    .map(|(at, individual)| {
                        let effect = individual.eta.map_or(0.0, |k| eta[k]);
                        let more = moved.filter(|(moved, _)| *moved == at).map_or(0.0, |(_, by)| by);
                        Lanes([self.centre(chain.subject, at) + effect + more])
                    })
                    .collect();
                (chain.subject, plain(&self.population.parameters(&scaled)))
            })
            .collect();
        self.population.predict_all(&parameters)
    }

    fn likelihood(&self, subject: usize, rows: &[f64]) -> f64 {
        let measured = &self.population.subjects[subject].measured;
        let sum: f64 = measured
            .iter()
            .map(|one| one.term(&self.values.errors[one.residual].lift::<One>(), Lanes([rows[one.row]])).get(0))
            .sum();
        if sum.is_nan() { f64::NEG_INFINITY } else { sum }
    }

    /// Averages the random effects of each subject.
    fn note(&self, weight: f64, means: &mut [Vec<f64>], products: &mut [Vec<f64>]) {
        let q = self.of_eta.len();
        let count = self.population.subjects.len();
        let per = self.chains.len() as f64 / count as f64;
        let mut first = vec![vec![0.0; q]; count];
        let mut second = vec![vec![0.0; q * q]; count];
        for chain in &self.chains {
            for i in 0..q {
                first[chain.subject][i] += chain.eta[i] / per;
                (0..q).for_each(|j| second[chain.subject][i * q + j] += chain.eta[i] * chain.eta[j] / per);
            }
        }
        for (old, new) in means.iter_mut().flatten().zip(first.into_iter().flatten()) {
            *old += weight * (new - *old);
        }
        for (old, new) in products.iter_mut().flatten().zip(second.into_iter().flatten()) {
            *old += weight * (new - *old);
        }
    }
}

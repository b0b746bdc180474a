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

use super::approximate::Iteration;
use super::linear::{cholesky, solve};
use super::mode::{ones, plain};
use super::observed::{Measured, location};
use super::population::Population;
use super::structure::{Coordinate, Structure, is_logarithmic};
use crate::error_model::{ErrorModel, Observed};
use crate::integrate::Stop;
use crate::numeric::{Dual, Lanes, Scalar};
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
/// Most by which a variance falls in an iteration while exploring.
const COOLING: f64 = 0.95;
/// Share of accepted steps that random walks aim at.
const ACCEPTED: f64 = 0.35;
/// Steps of single random effects, and of all together, in an iteration.
const SINGLE: usize = 2;
const TOGETHER: usize = 3;
/// Weight of the newest draw in what is known of a subject's random effects.
const FORGETTING: f64 = 0.02;
/// Step of central differences by values of parameters without random effects.
const STEP: f64 = 1e-3;

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

    /// Moves every chain: draws from the population, steps of each random effect, steps of several.
    fn simulate(&mut self, beginning: bool) {
        let q = self.of_eta.len();
        if q == 0 {
            return;
        }
        let mut root = ones(&self.values.omega);
        cholesky(&mut root, q);
        let root = plain(&root);
        for _ in 0..if beginning { 3 } else { 1 } {
            let draws = |chain: &mut Chain| {
                let normals: Vec<f64> = (0..q).map(|_| chain.stream.normal()).collect();
                (0..q).map(|i| (0..=i).map(|k| root[i * q + k] * normals[k]).sum()).collect()
            };
            self.step(draws, |_, _| 0.0);
        }
        let mut inverse_root = ones(&self.values.omega);
        cholesky(&mut inverse_root, q);
        let prior = move |eta: &[f64]| -> f64 {
            let mut scaled = ones(eta);
            super::linear::forward(&inverse_root, q, &mut scaled);
            -0.5 * scaled.iter().map(|value| value.get(0).powi(2)).sum::<f64>()
        };
        let sds: Vec<f64> = (0..q).map(|k| self.values.omega[k * q + k].sqrt()).collect();
        for _ in 0..SINGLE {
            let k = ((self.order.uniform() * q as f64) as usize).min(q - 1);
            let by = self.scales[k] * sds[k];
            let walk = |chain: &mut Chain| {
                let mut eta = chain.eta.clone();
                eta[k] += by * chain.stream.normal();
                eta
            };
            let accepted = self.step(walk, |to, from| prior(to) - prior(from));
            self.scales[k] *= (0.4 * (accepted - ACCEPTED)).exp();
        }
        self.learn();
        let roots: Vec<Vec<f64>> = self
            .spread
            .iter()
            .map(|spread| {
                let mut root: Vec<One> =
                    spread.iter().zip(&self.values.omega).map(|(own, all)| Lanes([own + 1e-3 * all])).collect();
                if !cholesky(&mut root, q) {
                    root = ones(&self.values.omega);
                    cholesky(&mut root, q);
                }
                plain(&root)
            })
            .collect();
        for _ in 0..TOGETHER {
            let scale = self.scales[q] * 2.38 / (q as f64).sqrt();
            let walk = |chain: &mut Chain| {
                let root = &roots[chain.subject];
                let normals: Vec<f64> = (0..q).map(|_| chain.stream.normal()).collect();
                let step = |i: usize| (0..=i).map(|k| root[i * q + k] * normals[k]).sum::<f64>();
                chain.eta.iter().enumerate().map(|(i, eta)| eta + scale * step(i)).collect()
            };
            let accepted = self.step(walk, |to, from| prior(to) - prior(from));
            self.scales[q] *= (0.4 * (accepted - ACCEPTED)).exp();
        }
    }

    /// Follows mean and covariance of each subject's random effects; what is long ago is forgotten.
    fn learn(&mut self) {
        let q = self.of_eta.len();
        self.learnt += 1;
        let weight = (2.0 / (self.learnt as f64 + 1.0)).max(FORGETTING) * self.population.subjects.len() as f64
            / self.chains.len() as f64;
        for chain in &self.chains {
            let (mean, spread) = (&mut self.mean[chain.subject], &mut self.spread[chain.subject]);
            let off: Vec<f64> = chain.eta.iter().zip(mean.iter()).map(|(eta, mean)| eta - mean).collect();
            for i in 0..q {
                for j in 0..q {
                    let entry = &mut spread[i * q + j];
                    *entry += weight * ((1.0 - weight) * off[i] * off[j] - *entry);
                }
            }
            mean.iter_mut().zip(&off).for_each(|(mean, off)| *mean += weight * off);
        }
    }

    /// A Metropolis step of all chains; returns the share accepted.
    fn step(&mut self, mut propose: impl FnMut(&mut Chain) -> Vec<f64>, prior: impl Fn(&[f64], &[f64]) -> f64) -> f64 {
        let proposed: Vec<Vec<f64>> = self.chains.iter_mut().map(&mut propose).collect();
        let rows = self.predict(&proposed, None);
        let likelihoods: Vec<f64> =
            self.chains.iter().zip(&rows).map(|(chain, rows)| self.likelihood(chain.subject, rows)).collect();
        let mut accepted = 0;
        for (((chain, eta), rows), likelihood) in self.chains.iter_mut().zip(proposed).zip(rows).zip(likelihoods) {
            let ratio = likelihood - chain.likelihood + prior(&eta, &chain.eta);
            if chain.stream.uniform().ln() < ratio {
                (chain.eta, chain.rows, chain.likelihood) = (eta, rows, likelihood);
                accepted += 1;
            }
        }
        f64::from(accepted) / self.chains.len() as f64
    }

    /// Moves the population values by the newest draws, which count by `weight` against those before.
    fn maximise(&mut self, weight: f64, exploring: bool) {
        self.unvaried(weight);
        let (q, count) = (self.of_eta.len(), self.population.subjects.len());
        let per = self.chains.len() as f64 / count as f64;
        let mut first = vec![vec![0.0; q]; count];
        let mut second = vec![0.0; q * q];
        for chain in &self.chains {
            let whole: Vec<f64> = (0..q).map(|k| self.centre(chain.subject, self.of_eta[k]) + chain.eta[k]).collect();
            for i in 0..q {
                first[chain.subject][i] += whole[i] / per;
                (0..q).for_each(|j| second[i * q + j] += whole[i] * whole[j] / per);
            }
        }
        let blend = |old: &mut f64, new: f64| *old += weight * (new - *old);
        for (old, new) in self.first.iter_mut().flatten().zip(first.into_iter().flatten()) {
            blend(old, new);
        }
        self.second.iter_mut().zip(second).for_each(|(old, new)| blend(old, new));
        let centres = |run: &Self| -> Vec<Vec<f64>> {
            (0..count).map(|subject| run.of_eta.iter().map(|at| run.centre(subject, *at)).collect()).collect()
        };
        let before = centres(self);
        self.centres();
        let after = centres(self);
        // The parameters of the chains stay where they are: what moved is their centre.
        for chain in &mut self.chains {
            let moved = before[chain.subject].iter().zip(&after[chain.subject]);
            chain.eta.iter_mut().zip(moved).for_each(|(eta, (before, after))| *eta += before - after);
        }
        self.covariances(exploring);
        self.sizes(weight, exploring);
        for at in 0..self.chains.len() {
            self.chains[at].likelihood = self.likelihood(self.chains[at].subject, &self.chains[at].rows);
        }
    }

    /// Typical values and coefficients of parameters with random effects, by generalised least squares.
    fn centres(&mut self) {
        let structure = self.structure();
        let q = self.of_eta.len();
        let wanted: Vec<(Coordinate, usize)> = structure
            .coordinates()
            .into_iter()
            .filter_map(|coordinate| match coordinate {
                Coordinate::Typical(at) | Coordinate::Relation(at, _) => {
                    structure.individuals[at].eta.map(|eta| (coordinate, eta))
                }
                _ => None,
            })
            .collect();
        let n = wanted.len();
        if n == 0 {
            return;
        }
        let mut root = ones(&self.values.omega);
        cholesky(&mut root, q);
        let precision = plain(&super::linear::inverse(&root, q));
        let (mut matrix, mut right) = (vec![0.0; n * n], vec![0.0; n]);
        for (subject, data) in self.population.subjects.iter().enumerate() {
            let regressor = |coordinate: Coordinate| match coordinate {
                Coordinate::Relation(at, relation) => data.regressors[at][relation],
                _ => 1.0,
            };
            // What is not estimated is taken off.
            let rest: Vec<f64> = (0..q)
                .map(|k| {
                    let own = wanted.iter().filter(|(_, eta)| *eta == k);
                    let explained: f64 = own
                        .map(|(coordinate, _)| {
                            let value = match coordinate {
                                Coordinate::Typical(at) => self.values.typical[*at],
                                Coordinate::Relation(at, relation) => self.values.relations[*at][*relation],
                                _ => 0.0,
                            };
                            value * regressor(*coordinate)
                        })
                        .sum();
                    self.first[subject][k] - (self.centre(subject, self.of_eta[k]) - explained)
                })
                .collect();
            for (a, (coordinate, i)) in wanted.iter().enumerate() {
                let by = regressor(*coordinate);
                right[a] += by * (0..q).map(|k| precision[i * q + k] * rest[k]).sum::<f64>();
                for (b, (other, j)) in wanted.iter().enumerate() {
                    matrix[a * n + b] += by * regressor(*other) * precision[i * q + j];
                }
            }
        }
        for (a, (coordinate, _)) in wanted.iter().enumerate() {
            if let Coordinate::Typical(at) = coordinate
                && let Some((mean, sd)) = structure.individuals[*at].prior
            {
                matrix[a * n + a] += 1.0 / (sd * sd);
                right[a] += mean / (sd * sd);
            }
        }
        let mut root = ones(&matrix);
        let mut found = ones(&right);
        if !cholesky(&mut root, n) {
            return;
        }
        solve(&root, n, &mut found);
        for ((coordinate, _), found) in wanted.iter().zip(found) {
            match *coordinate {
                Coordinate::Typical(at) => {
                    let (low, high) = structure.individuals[at].bounds;
                    self.values.typical[at] = found.get(0).clamp(low, high);
                }
                Coordinate::Relation(at, relation) => self.values.relations[at][relation] = found.get(0),
                _ => {}
            }
        }
    }

    fn covariances(&mut self, exploring: bool) {
        let q = self.of_eta.len();
        let count = self.population.subjects.len() as f64;
        let mut omega = self.second.clone();
        for subject in 0..self.population.subjects.len() {
            let centre: Vec<f64> = (0..q).map(|k| self.centre(subject, self.of_eta[k])).collect();
            let mean = &self.first[subject];
            for i in 0..q {
                for j in 0..q {
                    omega[i * q + j] += centre[i] * centre[j] - centre[i] * mean[j] - mean[i] * centre[j];
                }
            }
        }
        for block in self.structure().blocks.iter().filter(|block| block.estimated) {
            for i in &block.etas {
                for j in &block.etas {
                    let (old, new) = (self.values.omega[i * q + j], omega[i * q + j] / count);
                    let cooled = if exploring && i == j { new.max(COOLING * old) } else { new };
                    self.values.omega[i * q + j] = if i == j { cooled.max(1e-8) } else { new };
                }
            }
        }
    }

    /// Residual errors: the mean square where that is the maximum, else a maximum of the newest draws, approached.
    fn sizes(&mut self, weight: f64, exploring: bool) {
        for at in 0..self.values.errors.len() {
            let residual = &self.structure().residuals[at];
            if !residual.estimated.contains(&true) {
                continue;
            }
            let simple = self.values.errors[at].sizes().len() == 1
                && self
                    .population
                    .subjects
                    .iter()
                    .flat_map(|subject| &subject.measured)
                    .all(|one| one.residual != at || !one.is_censored());
            let old = self.values.errors[at];
            let new = if simple { self.mean_square(at, weight) } else { self.scored(at, weight) };
            let cooled = |(old, new): (f64, f64), name: &str| {
                let slow = exploring && is_logarithmic(name);
                if slow { new.max(COOLING.sqrt() * old) } else { new }
            };
            let mut sizes = old.sizes().into_iter().zip(new.sizes());
            self.values.errors[at] = old.map(|_| {
                let ((name, old), (_, new)) = sizes.next().expect("as many sizes");
                cooled((old, new), name)
            });
        }
    }

    fn mean_square(&mut self, at: usize, weight: f64) -> ErrorModel {
        let error = self.values.errors[at];
        let unit = error.map(|_| 1.0).lift::<One>();
        let (mut sum, mut count) = (0.0, 0);
        for chain in &self.chains {
            for one in self.population.subjects[chain.subject].measured.iter().filter(|one| one.residual == at) {
                let Observed::Value(observed) = one.observed else { continue };
                let f = Lanes([chain.rows[one.row]]);
                let difference = location(&unit, Lanes([observed])) - location(&unit, f);
                sum += (difference / unit.spread(f)).get(0).powi(2);
                count += 1;
            }
        }
        let square = &mut self.squares[at];
        *square += weight * (sum / f64::from(count) - *square);
        let sd = square.sqrt();
        error.map(|_| sd)
    }

    /// Newton steps to the maximum of the newest draws, on the scale of estimation.
    fn scored(&mut self, at: usize, weight: f64) -> ErrorModel {
        type Two = Dual<Dual<One, 2>, 2>;
        let start = self.values.errors[at];
        let names: Vec<&str> = start.sizes().iter().map(|(name, _)| *name).collect();
        let estimated = self.structure().residuals[at].estimated.clone();
        let scaled = |error: &ErrorModel| -> Vec<f64> {
            let sizes = error.sizes().into_iter();
            sizes.map(|(name, size)| if is_logarithmic(name) { size.ln() } else { size }).collect()
        };
        let back = |x: &[f64]| {
            let mut next = x.iter().zip(&names);
            start.map(|_| {
                let (x, name) = next.next().expect("as many sizes");
                if is_logarithmic(name) { x.exp() } else { *x }
            })
        };
        let from = scaled(&start);
        let mut x = from.clone();
        for _ in 0..3 {
            let mut k = 0;
            let error = start.map(|_| {
                let mut size = Two::splat(x[k]);
                if estimated[k] {
                    size.value.tangents[k] = Lanes([1.0]);
                    size.tangents[k] = Dual::splat(1.0);
                }
                k += 1;
                if is_logarithmic(names[k - 1]) { size.exp() } else { size }
            });
            let mut sum = Two::default();
            for chain in &self.chains {
                let measured = self.population.subjects[chain.subject].measured.iter();
                for one in measured.filter(|one| one.residual == at) {
                    sum = sum + one.term(&error, Two::splat(chain.rows[one.row]));
                }
            }
            for k in (0..names.len()).filter(|k| estimated[*k]) {
                let slope = sum.value.tangents[k].get(0);
                let bend = -sum.tangents[k].tangents[k].get(0);
                let step = if bend > 0.0 { slope / bend } else { slope.signum() * 0.1 };
                if step.is_finite() {
                    x[k] += step.clamp(-0.3, 0.3);
                }
            }
        }
        for (x, from) in x.iter_mut().zip(&from) {
            *x = from + weight * (*x - from);
        }
        back(&x)
    }

    /// A step of Fisher scoring for parameters without random effects.
    fn unvaried(&mut self, weight: f64) {
        let structure = self.structure();
        let own: Vec<usize> = (0..structure.individuals.len())
            .filter(|at| {
                let individual = &structure.individuals[*at];
                let estimated = individual.estimated || individual.relations.iter().any(|relation| relation.estimated);
                individual.eta.is_none() && estimated
            })
            .collect();
        if own.is_empty() {
            return;
        }
        let coordinates: Vec<(usize, Coordinate)> = structure
            .coordinates()
            .into_iter()
            .filter_map(|coordinate| match coordinate {
                Coordinate::Typical(at) | Coordinate::Relation(at, _) => {
                    own.iter().position(|own| *own == at).map(|place| (place, coordinate))
                }
                _ => None,
            })
            .collect();
        let etas: Vec<Vec<f64>> = self.chains.iter().map(|chain| chain.eta.clone()).collect();
        let moved: Vec<[Vec<Vec<f64>>; 2]> = own
            .iter()
            .map(|at| [self.predict(&etas, Some((*at, STEP))), self.predict(&etas, Some((*at, -STEP)))])
            .collect();
        let n = coordinates.len();
        let (mut matrix, mut right) = (vec![0.0; n * n], vec![0.0; n]);
        let mut slopes = vec![0.0; n];
        for (at, chain) in self.chains.iter().enumerate() {
            let data = &self.population.subjects[chain.subject];
            for one in &data.measured {
                let error = self.values.errors[one.residual].lift::<One>();
                let f = Lanes([chain.rows[one.row]]);
                let [_, slope, second] = one.with_slopes(&error, f).map(|value| value.get(0));
                let information =
                    if one.is_censored() { (-second).max(0.0) } else { Measured::information(&error, f).get(0) };
                for (sum, (place, coordinate)) in slopes.iter_mut().zip(&coordinates) {
                    let [up, down] = &moved[*place];
                    let by = (up[at][one.row] - down[at][one.row]) / (2.0 * STEP);
                    *sum = by
                        * match coordinate {
                            Coordinate::Relation(individual, relation) => data.regressors[*individual][*relation],
                            _ => 1.0,
                        };
                }
                if slopes.iter().any(|slope| !slope.is_finite()) {
                    continue;
                }
                for a in 0..n {
                    right[a] += slope * slopes[a];
                    (0..n).for_each(|b| matrix[a * n + b] += information * slopes[a] * slopes[b]);
                }
            }
        }
        let per = self.chains.len() as f64 / self.population.subjects.len() as f64;
        for (a, (_, coordinate)) in coordinates.iter().enumerate() {
            if let Coordinate::Typical(at) = coordinate
                && let Some((mean, sd)) = structure.individuals[*at].prior
            {
                matrix[a * n + a] += per / (sd * sd);
                right[a] += per * (mean - self.values.typical[*at]) / (sd * sd);
            }
        }
        let mut root = ones(&matrix);
        let mut step = ones(&right);
        if !cholesky(&mut root, n) {
            return;
        }
        solve(&root, n, &mut step);
        for ((_, coordinate), step) in coordinates.iter().zip(step) {
            let step = weight * step.get(0).clamp(-0.5, 0.5);
            match *coordinate {
                Coordinate::Typical(at) => {
                    let (low, high) = structure.individuals[at].bounds;
                    self.values.typical[at] = (self.values.typical[at] + step).clamp(low, high);
                }
                Coordinate::Relation(at, relation) => self.values.relations[at][relation] += step,
                _ => {}
            }
        }
        let rows = self.predict(&etas, None);
        for (chain, rows) in self.chains.iter_mut().zip(rows) {
            chain.rows = rows;
        }
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

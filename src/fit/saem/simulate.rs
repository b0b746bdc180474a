//! Metropolis steps of the chains.

use super::{Chain, One, Run};
use crate::fit::linear::{cholesky, forward};
use crate::fit::mode::{ones, plain};
use crate::numeric::{Lanes, Scalar};

/// Share of accepted steps that random walks aim at.
const ACCEPTED: f64 = 0.35;
/// Steps of single random effects, and of all together, in an iteration.
const SINGLE: usize = 2;
const TOGETHER: usize = 3;
/// Weight of the newest draw in what is known of a subject's random effects.
const FORGETTING: f64 = 0.02;

impl Run<'_, '_> {
    /// Moves every chain: draws from the population, steps of each random effect, steps of several.
    pub fn simulate(&mut self, beginning: bool) {
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
            forward(&inverse_root, q, &mut scaled);
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
}

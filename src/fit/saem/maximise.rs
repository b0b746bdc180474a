//! Population values that maximise the likelihood of the newest draws, averaged with those before.

use super::{One, Run};
use crate::error_model::ErrorModel;
use crate::fit::linear::{cholesky, inverse, solve};
use crate::fit::mode::{ones, plain};
use crate::fit::observed::Measured;
use crate::fit::structure::{Coordinate, is_logarithmic};
use crate::numeric::{Dual, Lanes, Scalar};

/// Most by which a variance falls in an iteration while exploring.
const COOLING: f64 = 0.95;
/// Step of central differences by values of parameters without random effects.
const STEP: f64 = 1e-3;

impl Run<'_, '_> {
    /// Moves the population values by the newest draws, which count by `weight` against those before.
    pub fn maximise(&mut self, weight: f64, exploring: bool) {
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
        let precision = plain(&inverse(&root, q));
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
            let simple = self.population.is_simple(at, 0..self.population.subjects.len());
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
                let Some(square) = one.square(&unit, chain.rows[one.row]) else { continue };
                sum += square;
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
}

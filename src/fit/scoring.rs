//! Maximum likelihood without random effects: one subject, or all as one, by damped Fisher scoring.
//!
//! A step solves (I + lambda diag I) step = -gradient / 2 with I the expected information, which needs first derivatives of
//! the curves alone. With an additive error this is the method of Levenberg and Marquardt.
//!
//! # Reference
//! Moré 1978, doi:10.1007/BFb0067700; Osborne 1992, doi:10.2307/1403504 (scoring).

use super::linear::{cholesky, solve};
use super::mode::{ones, plain};
use super::objective::LN_2_PI;
use super::observed::{Measured, location};
use super::optimise::Reason;
use super::population::{Order, Population};
use super::seeded::{Grouped, groups, moving};
use super::structure::{Coordinate, is_logarithmic};
use super::uncertainty::half_hessian;
use crate::error_model::{ErrorModel, Observed};
use crate::integrate::Stop;
use crate::numeric::{Dual, Lanes, Scalar};
use crate::random::{MOST_DIMENSIONS, Sobol};

type One = Lanes<1>;

/// Where a search ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The coordinates.
    pub x: Vec<f64>,
    /// Minus twice the log-likelihood, without N ln(2 pi), with priors.
    pub objective: f64,
    /// Its gradient.
    pub gradient: Vec<f64>,
    /// Twice the expected information: the curvature of the objective, n x n.
    pub curvature: Vec<f64>,
    /// Why it ended.
    pub reason: Reason,
    /// Evaluations with derivatives.
    pub evaluations: usize,
    /// Objective by evaluation that was accepted, with the coordinates.
    pub course: Vec<(f64, Vec<f64>)>,
}

/// Decrease promised at which a search has converged.
const ENOUGH: f64 = 1e-7;
const MOST: usize = 200;
/// How far starts lie from the first, on the scale of estimation: typical values, and the rest.
const WIDE: f64 = 1.1;
const NARROW: f64 = 0.3;

struct Place {
    objective: f64,
    gradient: Vec<f64>,
    curvature: Vec<f64>,
    /// With second derivatives of censored rows by prediction and sizes of the error as they are: nearer, but not always
    /// positive definite. Empty if no row is censored.
    nearer: Vec<f64>,
}

impl Population<'_> {
    /// Looks for the smallest objective of some subjects from `start` on; the structure has no random effects.
    ///
    /// None if there is no value at the start.
    pub fn score(&self, subjects: &[usize], start: &[f64], stop: &Stop) -> Option<Scored> {
        self.score_within(subjects, start, &self.bounds(), stop)
    }

    /// The same within other bounds.
    pub(super) fn score_within(
        &self,
        subjects: &[usize],
        start: &[f64],
        bounds: &[(f64, f64)],
        stop: &Stop,
    ) -> Option<Scored> {
        let n = start.len();
        let mut x = start.to_vec();
        let mut place = self.place(subjects, &x)?;
        let mut course = vec![(place.objective, x.clone())];
        let mut damping = 1e-3;
        let mut evaluations = 1;
        let reason = loop {
            if stop.is_tripped() {
                break Reason::Stopped;
            }
            let rests: Vec<bool> = (0..n)
                .map(|i| {
                    (x[i] <= bounds[i].0 && place.gradient[i] > 0.0) || (x[i] >= bounds[i].1 && place.gradient[i] < 0.0)
                })
                .collect();
            let nearer = if place.nearer.is_empty() { &place.curvature } else { &place.nearer };
            let found = step(&place.gradient, nearer, damping, &rests)
                .or_else(|| step(&place.gradient, &place.curvature, damping, &rests));
            let Some(step) = found else {
                damping *= 10.0;
                if damping > 1e12 {
                    break Reason::NoProgress;
                }
                continue;
            };
            let promised = -0.5 * place.gradient.iter().zip(&step).map(|(gradient, step)| gradient * step).sum::<f64>();
            if promised < ENOUGH && damping <= 1.0 {
                break Reason::Converged;
            }
            if evaluations >= MOST {
                break Reason::Iterations;
            }
            let longest = step.iter().fold(0.0f64, |most, step| most.max(step.abs()));
            let shorter = if longest > 2.0 { 2.0 / longest } else { 1.0 };
            let to: Vec<f64> = (0..n).map(|i| (x[i] + shorter * step[i]).clamp(bounds[i].0, bounds[i].1)).collect();
            let found = (to != x).then(|| self.place(subjects, &to)).flatten();
            evaluations += 1;
            match found.filter(|found| found.objective < place.objective) {
                Some(found) => {
                    let fell = place.objective - found.objective;
                    damping *= if fell > 0.5 * promised { 0.1 } else { 1.0 };
                    damping = damping.max(1e-12);
                    (x, place) = (to, found);
                    course.push((place.objective, x.clone()));
                    if fell < ENOUGH && damping <= 1e-2 {
                        break Reason::Converged;
                    }
                }
                None => {
                    damping *= 10.0;
                    if damping > 1e10 {
                        break if promised < 1e-4 { Reason::Converged } else { Reason::NoProgress };
                    }
                }
            }
        };
        let Place { objective, gradient, curvature, .. } = place;
        Some(Scored { x, objective, gradient, curvature, reason, evaluations, course })
    }

    /// Half the curvature where a search ended: the expected one, or differences of the gradient if rows are censored.
    pub(super) fn information(&self, subjects: &[usize], found: &Scored) -> Vec<f64> {
        let censored = |subject: &usize| self.subjects[*subject].measured.iter().any(|row| row.is_censored());
        let observed = subjects
            .iter()
            .any(censored)
            .then(|| half_hessian(&found.x, |x, _| Some(self.place(subjects, x)?.gradient)))
            .flatten();
        observed.unwrap_or_else(|| found.curvature.iter().map(|entry| 0.5 * entry).collect())
    }

    /// Starts around `start`: itself, then scrambled Sobol points within a factor of 3 on the logarithm, 1.1 on other scales,
    /// and within the bounds.
    pub fn starts(&self, start: &[f64], count: usize, seed: u64) -> Vec<Vec<f64>> {
        let coordinates = self.structure.coordinates();
        let mut all = vec![start.to_vec()];
        // More coordinates than Sobol points have: those beyond stay.
        let points = Sobol::new(coordinates.len().min(MOST_DIMENSIONS), seed);
        for number in 1..count {
            let moved = coordinates.iter().zip(start).enumerate().map(|(at, (coordinate, start))| {
                let u = points.as_ref().filter(|_| at < MOST_DIMENSIONS);
                let u = u.map_or(0.0, |points| 2.0 * points.coordinate(number as u64, at) - 1.0);
                let (low, high) = self.structure.range(*coordinate).1;
                let reach = if matches!(coordinate, Coordinate::Typical(_)) { WIDE } else { NARROW };
                (start + reach * u).clamp(low, high)
            });
            all.push(moved.collect());
        }
        all
    }

    fn place(&self, subjects: &[usize], x: &[f64]) -> Option<Place> {
        let n = x.len();
        let point = self.structure.point(&ones(x));
        let mut objective = self.structure.prior(&point).get(0);
        let mut gradient = self.prior_gradient(x);
        let mut curvature = vec![0.0; n * n];
        let groups = groups(&self.structure, x);
        for (at, individual) in self.structure.individuals.iter().enumerate() {
            let own = self.structure.coordinates().iter().position(|known| *known == Coordinate::Typical(at));
            if let (Some(own), Some((_, sd))) = (own, individual.prior) {
                curvature[own * n + own] += 2.0 / (sd * sd);
            }
        }
        let (mut m, mut ln_sd, mut value) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        let mut by_sizes = vec![0.0; n];
        let censored = |subject: &usize| self.subjects[*subject].measured.iter().any(|row| row.is_censored());
        let mut difference = vec![0.0; if subjects.iter().any(censored) { n * n } else { 0 }];
        let coordinates = self.structure.coordinates();
        for &subject in subjects {
            let scaled = plain(&self.scaled(subject, &point, &[]));
            let curve = self.curve(subject, &scaled, Order::First).ok()?;
            let width = scaled.len();
            let moved: Vec<_> = groups.iter().map(|group| self.scaled(subject, &group.point, &[])).collect();
            for (row, one) in self.subjects[subject].measured.iter().enumerate() {
                let error = &point.errors[one.residual];
                let prediction = Lanes([curve.value[row]]);
                let [term, slope, second] = one.with_slopes(error, prediction).map(|number| number.get(0));
                let constant = if matches!(one.observed, Observed::Value(_)) { LN_2_PI } else { 0.0 };
                objective -= 2.0 * term + constant;
                let weight = if one.is_censored() { -second } else { 1.0 / error.spread(prediction).get(0).powi(2) };
                for (group, moved) in groups.iter().zip(&moved) {
                    let f = moving(curve.value[row], &curve.first[row * width..][..width], moved);
                    let error = group.point.errors[one.residual];
                    let (term, place, sd) = (one.term(&error, f), location(&error, f), error.spread(f));
                    for at in group.from..group.to {
                        let tangent = |number: &Grouped| number.tangents[at - group.from].get(0);
                        gradient[at] -= 2.0 * tangent(&term);
                        value[at] = tangent(&f);
                        m[at] = tangent(&place);
                        ln_sd[at] = tangent(&sd) / sd.get(0);
                        by_sizes[at] = tangent(&term) - slope * value[at];
                    }
                }
                let bends = one.is_censored().then(|| bends(one, &point.errors[one.residual], curve.value[row]));
                // By which of the prediction and the sizes a coordinate moves the row.
                let by = |i: usize, k: usize| match coordinates[i] {
                    _ if k == 0 => value[i],
                    Coordinate::Size(at, size) => f64::from(u8::from(at == one.residual && size + 1 == k)),
                    _ => 0.0,
                };
                for i in 0..n {
                    for j in 0..n {
                        if let Some(bends) = &bends {
                            let all = (0..LOCAL).flat_map(|a| (0..LOCAL).map(move |b| (a, b)));
                            let exact: f64 = all.map(|(a, b)| -2.0 * bends[a][b] * by(i, a) * by(j, b)).sum();
                            difference[i * n + j] +=
                                exact - 2.0 * (weight.max(0.0) * value[i] * value[j] + by_sizes[i] * by_sizes[j]);
                        }
                        curvature[i * n + j] += if one.is_censored() {
                            // Of the sizes of the error the square of the slope, whose expectation it is.
                            2.0 * (weight.max(0.0) * value[i] * value[j] + by_sizes[i] * by_sizes[j])
                        } else {
                            2.0 * weight * m[i] * m[j] + 4.0 * ln_sd[i] * ln_sd[j]
                        };
                    }
                }
            }
        }
        let finite = objective.is_finite() && gradient.iter().chain(&curvature).all(|value| value.is_finite());
        let nearer = difference.iter().zip(&curvature).map(|(more, entry)| entry + more).collect();
        finite.then_some(Place { objective, gradient, curvature, nearer })
    }
}

/// Prediction and sizes of a residual error.
const LOCAL: usize = 3;

/// Second derivatives of a row's term by the prediction and the coordinates of the sizes of its error.
fn bends(row: &Measured, error: &ErrorModel<One>, prediction: f64) -> [[f64; LOCAL]; LOCAL] {
    type Local = Dual<Dual<One, LOCAL>, LOCAL>;
    let seeded = |value: f64, k: usize| {
        let mut seeded = Local::splat(value);
        seeded.value.tangents[k] = Lanes([1.0]);
        seeded.tangents[k] = Dual::splat(1.0);
        seeded
    };
    let mut sizes = error.sizes().into_iter().enumerate();
    let lifted = error.map(|_| {
        let (at, (name, size)) = sizes.next().expect("as many sizes");
        match is_logarithmic(name) {
            true => seeded(size.get(0).ln(), at + 1).exp(),
            false => seeded(size.get(0), at + 1),
        }
    });
    let term = row.term(&lifted, seeded(prediction, 0));
    std::array::from_fn(|a| std::array::from_fn(|b| term.tangents[a].tangents[b].get(0)))
}

/// The damped step; coordinates that rest do not move.
fn step(gradient: &[f64], curvature: &[f64], damping: f64, rests: &[bool]) -> Option<Vec<f64>> {
    let n = rests.len();
    let mut matrix = curvature.to_vec();
    let most = (0..n).map(|i| matrix[i * n + i]).fold(0.0, f64::max);
    for i in 0..n {
        matrix[i * n + i] += damping * matrix[i * n + i].max(1e-9 * most) + 1e-14 * most;
        if rests[i] {
            (0..n).for_each(|j| (matrix[i * n + j], matrix[j * n + i]) = (0.0, 0.0));
            matrix[i * n + i] = 1.0;
        }
    }
    let mut root: Vec<One> = ones(&matrix);
    if !cholesky(&mut root, n) {
        return None;
    }
    let mut step: Vec<One> =
        gradient.iter().zip(rests).map(|(slope, rests)| Lanes([if *rests { 0.0 } else { -slope }])).collect();
    solve(&root, n, &mut step);
    Some(plain(&step))
}

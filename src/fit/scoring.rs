//! Maximum likelihood without random effects: one subject, or all as one, by damped Fisher scoring.
//!
//! A step solves (I + lambda D) step = -gradient / 2 with I the expected information, which needs first derivatives of the
//! curves alone, and D the inverse squares of the coordinates' scales; lambda grows until no coordinate goes too far, so that
//! one of which the data tell nothing does not hold up the others. With an additive error this is the method of Levenberg.
//!
//! # Reference
//! Moré 1978, doi:10.1007/BFb0067700; Osborne 1992, doi:10.2307/1403504 (scoring).

use super::linear::{cholesky, solve};
use super::mode::{ones, plain};
use super::objective::LN_2_PI;
use super::observed::{Measured, location};
use super::optimise::Reason;
use super::population::{Curve, Order, Population};
use super::seeded::{Grouped, groups, moving};
use super::structure::{Coordinate, is_logarithmic};
use super::transform::Transform;
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
const ENOUGH: f64 = 1e-10;
/// The same at which a step that keeps little of its promise ends a search.
const NEARLY: f64 = 1e-4;
const MOST: usize = 200;
/// Longest step of a coordinate, over its scale.
const FAR: f64 = 2.0;
const LEAST_DAMPING: f64 = 1e-8;
const MOST_DAMPING: f64 = 1e15;
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
        let curves = self.curves_of(subjects, start)?;
        let mut course = vec![(self.place(subjects, start, &curves)?.objective, start.to_vec())];
        let (mut x, mut place) = self.follow(subjects, start.to_vec(), &curves)?;
        course.push((place.objective, x.clone()));
        let scales = self.scales(start);
        let mut damping = 1.0;
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
            let damped = |damping: f64| {
                step(&place.gradient, nearer, (damping, &scales), &rests)
                    .or_else(|| step(&place.gradient, &place.curvature, (damping, &scales), &rests))
            };
            let reaches = |step: &Vec<f64>| step.iter().zip(&scales).all(|(step, scale)| step.abs() <= FAR * scale);
            let Some(step) = damped(damping).filter(reaches) else {
                damping *= 4.0;
                if damping > MOST_DAMPING {
                    break Reason::NoProgress;
                }
                continue;
            };
            let promise =
                |step: &[f64]| -0.5 * place.gradient.iter().zip(step).map(|(slope, step)| slope * step).sum::<f64>();
            let promised = promise(&step);
            if promised < ENOUGH {
                // Perhaps only because it is damped.
                let free = damped(LEAST_DAMPING).filter(|free| reaches(free) && promise(free) >= ENOUGH);
                if damping == LEAST_DAMPING || free.is_none() {
                    break Reason::Converged;
                }
                damping = LEAST_DAMPING;
                continue;
            }
            if evaluations >= MOST {
                break Reason::Iterations;
            }
            let to: Vec<f64> = (0..n).map(|i| (x[i] + step[i]).clamp(bounds[i].0, bounds[i].1)).collect();
            let found = (to != x).then(|| self.follow(subjects, to.clone(), &self.curves_of(subjects, &to)?)).flatten();
            evaluations += 1;
            match found.filter(|(_, found)| found.objective < place.objective) {
                Some((to, found)) => {
                    let fell = place.objective - found.objective;
                    damping *= match fell / promised {
                        good if good > 0.75 => 0.1,
                        poor if poor < 0.25 => 4.0,
                        _ => 1.0,
                    };
                    damping = damping.max(LEAST_DAMPING);
                    (x, place) = (to, found);
                    course.push((place.objective, x.clone()));
                    if promised < NEARLY && fell < 0.25 * promised {
                        break Reason::Converged;
                    }
                }
                // What is promised is lost in the errors of the integration.
                None if promised < NEARLY => break Reason::Converged,
                None => {
                    damping *= 10.0;
                    if damping > MOST_DAMPING {
                        break Reason::NoProgress;
                    }
                }
            }
        };
        let Place { objective, gradient, curvature, .. } = place;
        Some(Scored { x, objective, gradient, curvature, reason, evaluations, course })
    }

    /// What counts as one step of each coordinate: 1 on the logarithm and the logit, else the size of the value.
    fn scales(&self, start: &[f64]) -> Vec<f64> {
        let individuals = &self.structure.individuals;
        let scale = |(coordinate, start): (Coordinate, &f64)| match coordinate {
            Coordinate::Typical(at) if individuals[at].transform == Transform::Identity && *start != 0.0 => start.abs(),
            _ => 1.0,
        };
        self.structure.coordinates().into_iter().zip(start).map(scale).collect()
    }

    /// Half the curvature where a search ended: the expected one, or differences of the gradient if rows are censored.
    pub(super) fn information(&self, subjects: &[usize], found: &Scored) -> Vec<f64> {
        let censored = |subject: &usize| self.subjects[*subject].measured.iter().any(|row| row.is_censored());
        let observed = subjects
            .iter()
            .any(censored)
            .then(|| {
                half_hessian(&found.x, |x, _| Some(self.place(subjects, x, &self.curves_of(subjects, x)?)?.gradient))
            })
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

    fn curves_of(&self, subjects: &[usize], x: &[f64]) -> Option<Vec<Curve>> {
        let point = self.structure.point(&ones(x));
        let of = |subject: &usize| self.curve(*subject, &plain(&self.scaled(*subject, &point, &[])), Order::First).ok();
        subjects.iter().map(of).collect()
    }

    /// The place at `x`, at which sizes of residual errors follow where their best values are known from the curves.
    fn follow(&self, subjects: &[usize], mut x: Vec<f64>, curves: &[Curve]) -> Option<(Vec<f64>, Place)> {
        for (coordinate, x) in self.structure.coordinates().into_iter().zip(&mut x) {
            let Coordinate::Size(residual, _) = coordinate else { continue };
            if !self.is_simple(residual, subjects.iter().copied()) {
                continue;
            }
            let unit = self.structure.residuals[residual].start.map(|_| 1.0).lift();
            let all = subjects.iter().zip(curves).flat_map(|(subject, curve)| {
                self.subjects[*subject].measured.iter().zip(&curve.value).filter(|(one, _)| one.residual == residual)
            });
            let squares: Vec<f64> = all.filter_map(|(one, value)| one.square(&unit, *value)).collect();
            let mean = squares.iter().sum::<f64>() / squares.len() as f64;
            let (low, high) = self.structure.range(coordinate).1;
            if mean.is_finite() {
                *x = (0.5 * mean.ln()).clamp(low, high);
            }
        }
        let place = self.place(subjects, &x, curves)?;
        Some((x, place))
    }

    fn place(&self, subjects: &[usize], x: &[f64], curves: &[Curve]) -> Option<Place> {
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
        let width = self.width();
        for (&subject, curve) in subjects.iter().zip(curves) {
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

/// The step damped by so much over the squares of the scales; coordinates that rest do not move.
fn step(gradient: &[f64], curvature: &[f64], (damping, scales): (f64, &[f64]), rests: &[bool]) -> Option<Vec<f64>> {
    let n = rests.len();
    let mut matrix = curvature.to_vec();
    for i in 0..n {
        matrix[i * n + i] += damping / (scales[i] * scales[i]);
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

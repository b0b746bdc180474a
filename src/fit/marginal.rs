//! The objective of a population and its gradient.
//!
//! At the mode zeta*(x) of a subject its objective is O(zeta*(x), x). The mode moves with x as G dzeta* = -g_x dx, g being
//! the gradient and G the second derivative of the joint density by zeta; with it O is differentiated as a whole, curves
//! by their first and second derivatives. Where O itself holds second derivatives, third ones are central differences.
//!
//! # Reference
//! Almquist et al. 2015, doi:10.1007/s10928-015-9409-1 (exact gradients of FOCE).

use super::linear::{cholesky, solve};
use super::mode::{Mode, ones, plain};
use super::objective::{Approximation, Parts};
use super::parallel;
use super::population::{Curve, Order, Population};
use super::seeded::{GROUP, Grouped, groups, moving};
use super::structure::Point;
use crate::numeric::{Lanes, Scalar};

type One = Lanes<1>;
/// Step of the central differences that third derivatives are, on the scale of the parameters.
const STEP: f64 = 1e-3;

/// The objective at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// The sum over the subjects, with priors.
    pub objective: f64,
    /// Of each subject.
    pub subjects: Vec<f64>,
    /// Their modes.
    pub modes: Vec<Mode>,
    /// Gradient of each subject; empty if not asked for.
    pub gradients: Vec<Vec<f64>>,
    /// The gradient of the sum, with priors.
    pub gradient: Vec<f64>,
}

/// A subject whose objective has no value, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoValue(pub usize);

impl Population<'_> {
    /// The objective at `x`; modes are sought from `from` on, zeros if it is empty.
    ///
    /// # Errors
    /// A subject whose equations cannot be solved, or whose curvature is not positive definite.
    pub fn evaluate(
        &self,
        x: &[f64],
        how: Approximation,
        from: &[Mode],
        with_gradient: bool,
    ) -> Result<Evaluation, NoValue> {
        self.evaluate_from(x, how, from, with_gradient, false)
    }

    /// The same; `thorough` looks for each mode from several places.
    pub(super) fn evaluate_from(
        &self,
        x: &[f64],
        how: Approximation,
        from: &[Mode],
        with_gradient: bool,
        thorough: bool,
    ) -> Result<Evaluation, NoValue> {
        let point = self.structure.point(&ones(x));
        let etas = self.structure.etas();
        let count = self.subjects.len();
        let mut found = Evaluation {
            objective: self.structure.prior(&point).get(0),
            subjects: Vec::with_capacity(count),
            modes: Vec::with_capacity(count),
            gradients: Vec::new(),
            gradient: Vec::new(),
        };
        let zero = vec![0.0; etas];
        let of = |subject: usize| {
            let start = from.get(subject).map_or(&zero, |mode| &mode.zeta);
            let mode = if how.has_mode() {
                self.mode(subject, &point, how, start, thorough)
            } else {
                Some(Mode { zeta: zero.clone(), joint: 0.0, decrement: 0.0, at_kink: false })
            };
            let mode = mode?;
            let (objective, gradient) = self.subject(subject, x, &point, how, &mode, with_gradient)?;
            Some((mode, objective, gradient))
        };
        for (subject, one) in parallel::each(count, self.threads, of).into_iter().enumerate() {
            let (mode, objective, gradient) = one.ok_or(NoValue(subject))?;
            found.objective += objective;
            found.subjects.push(objective);
            found.modes.push(mode);
            if with_gradient {
                found.gradients.push(gradient);
            }
        }
        if with_gradient {
            found.gradient = self.prior_gradient(x);
            for gradient in &found.gradients {
                found.gradient.iter_mut().zip(gradient).for_each(|(sum, part)| *sum += part);
            }
        }
        Ok(found)
    }

    pub(super) fn prior_gradient(&self, x: &[f64]) -> Vec<f64> {
        let mut gradient = Vec::with_capacity(x.len());
        for group in groups(&self.structure, x) {
            gradient.extend(group.slopes(&self.structure.prior(&group.point)));
        }
        gradient
    }

    /// Whether the objective holds second derivatives of the curves of a subject.
    fn is_bent(&self, subject: usize, how: Approximation) -> bool {
        match how {
            _ if self.structure.etas() == 0 => false,
            Approximation::Laplace => true,
            Approximation::Fo => false,
            Approximation::Foce | Approximation::Focei => {
                self.subjects[subject].measured.iter().any(|row| row.is_censored())
            }
        }
    }

    /// Objective and gradient of a subject at its mode.
    fn subject(
        &self,
        subject: usize,
        x: &[f64],
        point: &Point<One>,
        how: Approximation,
        mode: &Mode,
        with_gradient: bool,
    ) -> Option<(f64, Vec<f64>)> {
        let of_eta = self.structure.individual_of_eta();
        let zeta = ones(&mode.zeta);
        let scaled = plain(&self.scaled(subject, point, &zeta));
        let bent = self.is_bent(subject, how);
        let order = if (with_gradient && !of_eta.is_empty()) || bent { Order::Second } else { Order::First };
        let curve = self.curve(subject, &scaled, order).ok()?;
        let at_zero = match (how, with_gradient) {
            (Approximation::Foce, true) => self.curve_at_zero(subject, point, Order::First)?,
            (Approximation::Foce, false) => self.curve_at_zero(subject, point, Order::Values)?,
            _ => Curve::default(),
        };
        let measured = &self.subjects[subject].measured;
        let width = scaled.len();
        let (value, first, second) = (ones(&curve.value), ones(&curve.first), ones(&curve.second));
        let zero_value = ones(&at_zero.value);
        let parts = Parts {
            measured,
            point,
            of_eta: &of_eta,
            value: &value,
            first: &first,
            second: if bent { &second } else { &[] },
            at_zero: &zero_value,
            zeta: &zeta,
            width,
        };
        let objective = parts.objective(how)?.get(0);
        if !objective.is_finite() {
            return None;
        }
        if !with_gradient {
            return Some((objective, Vec::new()));
        }
        let third = if bent { self.third(subject, &scaled)? } else { Vec::new() };
        // G, by which the mode moves.
        let q = zeta.len();
        let mut root = Parts { second: &second, ..parts }.curvature(how, true);
        if how.has_mode() && !cholesky(&mut root, q) {
            root = parts.curvature(how, false);
            if !cholesky(&mut root, q) {
                return None;
            }
        }
        let curves =
            Curves { population: self, subject, curve: &curve, third: &third, at_zero: &at_zero, of_eta: &of_eta };
        let mut gradient = Vec::with_capacity(x.len());
        for group in groups(&self.structure, x) {
            let point = &group.point;
            let mut zeta: Vec<Grouped> = mode.zeta.iter().map(|value| Grouped::splat(*value)).collect();
            if how.has_mode() {
                let moved = curves.with(point, &zeta, false, |parts| parts.gradient(how));
                for k in 0..GROUP {
                    let mut step: Vec<One> = moved.iter().map(|g| -g.tangents[k]).collect();
                    solve(&root, q, &mut step);
                    zeta.iter_mut().zip(step).for_each(|(zeta, step)| zeta.tangents[k] = step);
                }
            }
            let objective = curves.with(point, &zeta, bent, |parts| parts.objective(how))?;
            gradient.extend(group.slopes(&objective));
        }
        gradient.iter().all(|slope| slope.is_finite()).then_some((objective, gradient))
    }

    /// Derivatives of the second derivatives of a curve, by individual parameter, measurement and two of them.
    fn third(&self, subject: usize, scaled: &[f64]) -> Option<Vec<Vec<f64>>> {
        (0..scaled.len())
            .map(|k| {
                let moved = |by: f64| {
                    let mut moved = scaled.to_vec();
                    moved[k] += by;
                    self.curve(subject, &moved, Order::Second).ok()
                };
                let (up, down) = (moved(STEP)?, moved(-STEP)?);
                Some(up.second.iter().zip(&down.second).map(|(up, down)| (up - down) / (2.0 * STEP)).collect())
            })
            .collect()
    }
}

/// The curves of a subject around a place, with derivatives by whatever moves the place.
struct Curves<'a, 'm> {
    population: &'a Population<'m>,
    subject: usize,
    curve: &'a Curve,
    third: &'a [Vec<f64>],
    at_zero: &'a Curve,
    of_eta: &'a [usize],
}

impl Curves<'_, '_> {
    fn with<T>(
        &self,
        point: &Point<Grouped>,
        zeta: &[Grouped],
        bent: bool,
        then: impl FnOnce(&Parts<'_, Grouped>) -> T,
    ) -> T {
        let scaled = self.population.scaled(self.subject, point, zeta);
        let width = scaled.len();
        let Curve { value, first, second } = self.curve;
        let values = lifted(value, first, &scaled);
        let firsts = lifted(first, second, &scaled);
        let seconds: Vec<Grouped> = match bent {
            true => {
                (0..second.len()).map(|at| moving(second[at], self.third.iter().map(|by| &by[at]), &scaled)).collect()
            }
            false => Vec::new(),
        };
        let zero_scaled = self.population.scaled(self.subject, point, &vec![Grouped::default(); zeta.len()]);
        let at_zero = lifted(&self.at_zero.value, &self.at_zero.first, &zero_scaled);
        then(&Parts {
            measured: &self.population.subjects[self.subject].measured,
            point,
            of_eta: self.of_eta,
            value: &values,
            first: &firsts,
            second: &seconds,
            at_zero: &at_zero,
            zeta,
            width,
        })
    }
}

/// Values with the derivatives that their `slopes` by the parameters give them; without slopes they rest.
fn lifted(values: &[f64], slopes: &[f64], scaled: &[Grouped]) -> Vec<Grouped> {
    let width = scaled.len();
    let of = |at: usize| slopes.get(at * width..(at + 1) * width).unwrap_or_default();
    values.iter().enumerate().map(|(at, value)| moving(*value, of(at), scaled)).collect()
}

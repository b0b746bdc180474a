//! The random effects at which a subject's joint density is largest.

use super::linear::{cholesky, solve};
use super::objective::{Approximation, Parts};
use super::population::{Curve, Order, Population};
use super::structure::Point;
use crate::numeric::{Lanes, Scalar};

type One = Lanes<1>;

/// What was found for a subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Mode {
    /// Random effects over the root of Omega.
    pub zeta: Vec<f64>,
    /// Minus the logarithm of the joint density there, without constants.
    pub joint: f64,
    /// Half the decrease that a Newton step promises.
    pub decrement: f64,
    /// Whether the search stopped at a kink: no step lowers the density, though its slope is not 0.
    pub at_kink: bool,
}

/// The promised decrease at which a mode counts as found.
const ENOUGH: f64 = 1e-15;
/// The same above which a search that cannot go on stands at a kink.
const KINK: f64 = 1e-6;
const MOST_STEPS: usize = 40;
/// A step that leaves more than this part of the promise calls for exact second derivatives,
const SLOW: f64 = 0.1;
/// after so many steps, and for so many.
const PATIENT: usize = 5;
const MOST_EXACT: usize = 5;
/// Steps that gain less than this part of the promise are idle; so many of them in a row end a search.
const IDLE: f64 = 0.1;
const MOST_IDLE: usize = 4;

/// Plain numbers as engine numbers.
pub(super) fn ones(values: &[f64]) -> Vec<One> {
    values.iter().map(|value| Lanes([*value])).collect()
}

pub(super) fn plain(values: &[One]) -> Vec<f64> {
    values.iter().map(|value| value.get(0)).collect()
}

impl Population<'_> {
    /// The curve at random effects of 0, which FO and FOCE ask for.
    pub(super) fn curve_at_zero(&self, subject: usize, point: &Point<One>, order: Order) -> Option<Curve> {
        let zero = vec![One::default(); self.structure.etas()];
        let scaled = plain(&self.scaled(subject, point, &zero));
        self.curve(subject, &scaled, order).ok()
    }

    /// Looks for the mode of a subject from `start` on; from elsewhere too if it is to be `thorough`. None if the equations cannot be solved at any start.
    pub(super) fn mode(
        &self,
        subject: usize,
        point: &Point<One>,
        how: Approximation,
        start: &[f64],
        thorough: bool,
    ) -> Option<Mode> {
        let at_zero = if how == Approximation::Foce {
            ones(&self.curve_at_zero(subject, point, Order::Values)?.value)
        } else {
            Vec::new()
        };
        let search =
            Search { population: self, subject, point, how, at_zero, of_eta: self.structure.individual_of_eta() };
        let size = start.len();
        let zero = vec![0.0; size];
        let mut best = search.from(start).or_else(|| search.from(&zero))?;
        let mut starts: Vec<Vec<f64>> = Vec::new();
        if best.at_kink && thorough {
            // Either side of the kink.
            let step = search.step(&best.zeta).unwrap_or_else(|| zero.clone());
            let moved = |by: f64| best.zeta.iter().zip(&step).map(|(zeta, step)| zeta + by * step).collect();
            starts.extend([moved(1.0), moved(0.3), moved(-0.3)]);
        }
        if thorough {
            for k in 0..size {
                for by in [-0.7, 0.7] {
                    let mut moved = best.zeta.clone();
                    moved[k] += by;
                    starts.push(moved);
                }
            }
        }
        if thorough {
            starts.push(zero);
        }
        for start in &starts {
            if let Some(found) = search.from(start).filter(|found| found.joint < best.joint - 1e-10) {
                best = found;
            }
        }
        Some(best)
    }
}

struct Search<'a, 'm> {
    population: &'a Population<'m>,
    subject: usize,
    point: &'a Point<One>,
    how: Approximation,
    at_zero: Vec<One>,
    of_eta: Vec<usize>,
}

/// The joint density at a place, with gradient and the root of a curvature.
struct Place {
    joint: f64,
    gradient: Vec<f64>,
    step: Vec<f64>,
    decrement: f64,
}

impl Search<'_, '_> {
    fn from(&self, start: &[f64]) -> Option<Mode> {
        let mut zeta = start.to_vec();
        let mut place = self.place(&zeta, false)?;
        let (mut exact_left, mut idle) = (MOST_EXACT, 0);
        let mut exact = false;
        for step in 0..MOST_STEPS {
            if place.decrement < ENOUGH || idle == MOST_IDLE {
                break;
            }
            if exact {
                exact_left -= 1;
                exact = exact_left > 0;
            }
            let Some((next, found)) = self.walk(&zeta, &place, exact) else { break };
            idle = if place.joint - found.joint < IDLE * place.decrement { idle + 1 } else { 0 };
            let slow = found.decrement > SLOW * place.decrement && found.decrement > ENOUGH;
            exact = (exact || (slow && step >= PATIENT)) && exact_left > 0;
            (zeta, place) = (next, found);
        }
        let at_kink = place.decrement > KINK;
        if !at_kink {
            // The last step is known and costs nothing more.
            zeta.iter_mut().zip(&place.step).for_each(|(zeta, step)| *zeta += step);
        }
        Some(Mode { at_kink, zeta, joint: place.joint, decrement: place.decrement })
    }

    fn step(&self, zeta: &[f64]) -> Option<Vec<f64>> {
        Some(self.place(zeta, false)?.step)
    }

    /// The next place along the step: shorter until the density rises as it should.
    fn walk(&self, zeta: &[f64], place: &Place, exact: bool) -> Option<(Vec<f64>, Place)> {
        let mut length = 1.0;
        let slope: f64 = place.gradient.iter().zip(&place.step).map(|(gradient, step)| gradient * step).sum();
        for _ in 0..12 {
            let next: Vec<f64> = zeta.iter().zip(&place.step).map(|(zeta, step)| zeta + length * step).collect();
            let found = self.place(&next, exact);
            let noise = 1e-14 * place.joint.abs();
            if let Some(found) = found.filter(|found| found.joint <= place.joint + 1e-4 * length * slope + noise) {
                return (next != zeta).then_some((next, found));
            }
            length *= if length > 0.1 { 0.5 } else { 0.25 };
        }
        None
    }

    fn place(&self, zeta: &[f64], exact: bool) -> Option<Place> {
        let q = zeta.len();
        let zeta = ones(zeta);
        let scaled = plain(&self.population.scaled(self.subject, self.point, &zeta));
        let order = if exact { Order::Second } else { Order::First };
        let curve = self.population.curve(self.subject, &scaled, order).ok()?;
        let (value, first, second) = (ones(&curve.value), ones(&curve.first), ones(&curve.second));
        let parts = Parts {
            measured: &self.population.subjects[self.subject].measured,
            point: self.point,
            of_eta: &self.of_eta,
            value: &value,
            first: &first,
            second: &second,
            at_zero: &self.at_zero,
            zeta: &zeta,
            width: scaled.len(),
        };
        let joint = parts.joint(self.how).get(0);
        if !joint.is_finite() {
            return None;
        }
        let gradient = parts.gradient(self.how);
        let mut root = parts.curvature(self.how, exact);
        if !cholesky(&mut root, q) {
            // Far from the mode exact curvatures may point upwards: expected ones do not.
            root = Parts { second: &[], ..parts }.curvature(self.how, false);
            if !cholesky(&mut root, q) {
                (0..q * q).for_each(|at| root[at] = Lanes([f64::from(u8::from(at % (q + 1) == 0))]));
            }
        }
        let mut step = gradient.clone();
        solve(&root, q, &mut step);
        let gradient = plain(&gradient);
        let step: Vec<f64> = step.iter().map(|step| -step.get(0)).collect();
        let decrement = -0.5 * gradient.iter().zip(&step).map(|(gradient, step)| gradient * step).sum::<f64>();
        decrement.is_finite().then_some(Place { joint, gradient, step, decrement })
    }
}

//! Maximum likelihood of a population by FO, FOCE, FOCEI or Laplace.

use super::marginal::Evaluation;
use super::mode::Mode;
use super::objective::Approximation;
use super::optimise::{self, Objective, Reason, Settings};
use super::population::Population;
use crate::integrate::Stop;

/// What a search went through.
#[derive(Debug, Clone, PartialEq)]
pub struct Iteration {
    /// Its number, from 0.
    pub iteration: usize,
    /// The coordinates.
    pub x: Vec<f64>,
    /// The objective.
    pub objective: f64,
    /// Norm of the gradient.
    pub gradient: f64,
}

/// A maximum that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Approximated {
    /// The coordinates.
    pub x: Vec<f64>,
    /// Objective, modes and gradient there.
    pub evaluation: Evaluation,
    /// How it went.
    pub iterations: Vec<Iteration>,
    /// Why it ended.
    pub reason: Reason,
}

/// Searches, each after modes were sought anew.
const MOST_ROUNDS: usize = 10;
/// Fall of the objective by new modes that calls for another search.
const BETTER: f64 = 1e-3;

struct Search<'a, 'm, F> {
    population: &'a Population<'m>,
    how: Approximation,
    /// Modes at the last accepted place, from which the next are sought.
    modes: Vec<Mode>,
    last: Option<Evaluation>,
    iterations: Vec<Iteration>,
    stop: &'a Stop,
    report: F,
}

impl<F: FnMut(&Iteration)> Objective for Search<'_, '_, F> {
    fn value(&mut self, x: &[f64]) -> Option<f64> {
        let found = self.population.evaluate(x, self.how, &self.modes, false).ok()?;
        let value = found.objective;
        self.last = Some(found);
        value.is_finite().then_some(value)
    }

    fn gradient(&mut self, x: &[f64]) -> Option<(f64, Vec<f64>)> {
        let from = self.last.take().map_or_else(|| self.modes.clone(), |last| last.modes);
        let found = self.population.evaluate(x, self.how, &from, true).ok()?;
        let (value, gradient) = (found.objective, found.gradient.clone());
        self.last = Some(found);
        value.is_finite().then_some((value, gradient))
    }

    fn accepted(&mut self, _iteration: usize, x: &[f64], value: f64, gradient: &[f64]) -> bool {
        if let Some(last) = &self.last {
            self.modes.clone_from(&last.modes);
        }
        let norm = gradient.iter().map(|slope| slope * slope).sum::<f64>().sqrt();
        let iteration = self.iterations.len();
        let iteration = Iteration { iteration, x: x.to_vec(), objective: value, gradient: norm };
        (self.report)(&iteration);
        self.iterations.push(iteration);
        !self.stop.is_tripped()
    }
}

impl Population<'_> {
    /// Looks for the smallest objective from `start` on; `report` hears of each iteration.
    ///
    /// None if there is no value at the start.
    pub fn approximate(
        &self,
        how: Approximation,
        start: &[f64],
        most_iterations: usize,
        stop: &Stop,
        report: impl FnMut(&Iteration),
    ) -> Option<Approximated> {
        self.approximate_within(how, start, &self.bounds(), (&[], most_iterations), stop, report)
    }

    /// Bounds of the coordinates.
    pub(super) fn bounds(&self) -> Vec<(f64, f64)> {
        self.structure.coordinates().into_iter().map(|coordinate| self.structure.range(coordinate).1).collect()
    }

    /// The same within other bounds; modes are sought from known ones, if there are any.
    pub(super) fn approximate_within(
        &self,
        how: Approximation,
        start: &[f64],
        bounds: &[(f64, f64)],
        (modes, most_iterations): (&[Mode], usize),
        stop: &Stop,
        report: impl FnMut(&Iteration),
    ) -> Option<Approximated> {
        let mut search =
            Search { population: self, how, modes: Vec::new(), last: None, iterations: Vec::new(), stop, report };
        search.modes = self.evaluate_from(start, how, modes, false, modes.is_empty()).ok()?.modes;
        let mut from = start.to_vec();
        let mut reason = Reason::NoStart;
        let mut evaluation = None;
        for _ in 0..MOST_ROUNDS {
            let left = most_iterations.saturating_sub(search.iterations.len());
            let settings = Settings { most_iterations: left, ..Settings::default() };
            let found = optimise::minimise(&mut search, &from, bounds, settings);
            if found.reason == Reason::NoStart {
                return None;
            }
            (from, reason) = (found.x, found.reason);
            // Modes that were followed may no longer be the highest.
            let again = self.evaluate_from(&from, how, &search.modes, true, how.has_mode()).ok()?;
            search.modes.clone_from(&again.modes);
            search.last = None;
            let better = again.objective < found.value - BETTER;
            evaluation = Some(again);
            if !better || matches!(reason, Reason::Stopped | Reason::Iterations) {
                break;
            }
        }
        let evaluation = evaluation?;
        if reason == Reason::NoProgress && evaluation.modes.iter().any(|mode| mode.at_kink) {
            reason = Reason::Kinks;
        }
        Some(Approximated { x: from, evaluation, iterations: search.iterations, reason })
    }
}

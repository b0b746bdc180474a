//! The methods, from a population to what was found.

use super::approximate::Iteration;
use super::mode::{Mode, ones, plain};
use super::objective::Approximation;
use super::optimise::Reason;
use super::population::Population;
use super::report::Found;
use super::result::{Fitted, Profile, Verdict};
use super::saem::Settings as SaemSettings;
use super::scoring::Scored;
use super::settings::{FitSettings, Method};
use super::structure::Coordinate;
use super::uncertainty::{Uncertainty, covariance};
use crate::diagnostic::codes::fit as codes;
use crate::diagnostic::{Diagnostic, Problems};
use crate::integrate::Stop;
use crate::model::Model;

/// What is told while a fit goes on.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// An iteration of a population's search.
    Iteration(&'a Iteration),
    /// A search of a subject or from a start is done: how many, of how many.
    Done(usize, usize),
    /// What is computed now.
    Stage(&'static str),
}

/// Effective draws of a subject below which the error of its likelihood is not to be trusted.
const FEW: f64 = 10.0;

impl Population<'_> {
    /// Fits; `report` hears how it goes.
    ///
    /// # Errors
    /// A method that the data do not allow; no value at the start.
    pub fn fit(
        &mut self,
        model: &Model,
        settings: &FitSettings,
        stop: &Stop,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Fitted, Problems> {
        settings.check(&self.structure, self.counts().1 > 0)?;
        self.structure.keep_for(settings.method);
        let start = match &settings.from {
            Some(from) if from.len() == self.structure.coordinates().len() => from.clone(),
            _ => self.structure.start(),
        };
        let found = match settings.method {
            Method::Approximate(how) => self.by_approximation(how, &start, settings, stop, report)?,
            Method::Saem => self.by_saem(&start, settings, stop, report)?,
            Method::Pooled => self.pooled(&start, settings, stop, report)?,
            Method::Map => self.a_posteriori(&start)?,
            Method::Individual | Method::TwoStage => return self.one_by_one(model, &start, settings, stop, report),
        };
        let profiles = self.profiled(settings, &found, stop, report);
        Ok(self.fitted(model, settings, found, profiles))
    }

    fn no_value(&self) -> Problems {
        let mut found = Diagnostic::error(&codes::NO_FIT, "the likelihood has no value at the start");
        found.help(
            "are the residual errors far too small, or is a prediction 0 where the error is proportional or lognormal?",
        );
        found.help("start elsewhere: --set NAME=VALUE");
        found.into()
    }

    fn by_approximation(
        &self,
        how: Approximation,
        start: &[f64],
        settings: &FitSettings,
        stop: &Stop,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Found, Problems> {
        let starts = self.starts(start, settings.starts, settings.seed);
        let mut best: Option<super::approximate::Approximated> = None;
        let mut objectives = Vec::new();
        for (at, start) in starts.iter().enumerate() {
            let found = self.approximate(how, start, settings.most_iterations, stop, |iteration| {
                report(Progress::Iteration(iteration));
            });
            if let Some(found) = found {
                objectives.push(found.evaluation.objective);
                if best.as_ref().is_none_or(|best| found.evaluation.objective < best.evaluation.objective) {
                    best = Some(found);
                }
            }
            report(Progress::Done(at + 1, starts.len()));
            if stop.is_tripped() {
                break;
            }
        }
        let found = best.ok_or_else(|| self.no_value())?;
        let n = found.x.len();
        let mut verdicts = vec![verdict_of(found.reason)];
        verdicts.extend(spread(&objectives, starts.len()));
        let mut matrix = None;
        if settings.uncertainty != Uncertainty::None && found.reason != Reason::Stopped {
            report(Progress::Stage("covariance"));
            let r = match settings.uncertainty {
                Uncertainty::S => Some(Vec::new()),
                _ => self.curvature_of(&found, how),
            };
            matrix = known(settings.uncertainty, r.as_deref(), &found.evaluation.gradients, n, &mut verdicts);
        }
        let modes = match how.has_mode() {
            true => found.evaluation.modes.clone(),
            false => self.modes(&found.x),
        };
        Ok(Found {
            x: found.x,
            objective: found.evaluation.objective,
            converged: matches!(found.reason, Reason::Converged | Reason::Kinks),
            objective_error: None,
            subjects: found.evaluation.subjects,
            modes,
            covariance: matrix,
            iterations: found.iterations.into_iter().map(|one| (one.objective, one.x)).collect(),
            verdicts,
        })
    }

    fn profiled(
        &self,
        settings: &FitSettings,
        found: &Found,
        stop: &Stop,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Vec<Profile> {
        if settings.profile.is_empty() || settings.method == Method::Map {
            return Vec::new();
        }
        report(Progress::Stage("profiles"));
        let n = found.x.len();
        let sd = |at: usize, matrix: &[f64]| matrix[at * n + at].max(0.0).sqrt();
        let sds: Option<Vec<f64>> =
            found.covariance.as_ref().map(|(_, matrix)| (0..n).map(|at| sd(at, matrix)).collect());
        self.profiles(&settings.profile, settings.method, (&found.x, &found.modes), sds.as_deref(), stop)
    }

    /// Modes at population values, by FOCEI.
    fn modes(&self, x: &[f64]) -> Vec<Mode> {
        let point = self.structure.point(&ones(x));
        let zero = vec![0.0; self.structure.etas()];
        (0..self.subjects.len())
            .map(|subject| {
                self.mode(subject, &point, Approximation::Focei, &zero, true).unwrap_or_else(|| Mode {
                    zeta: zero.clone(),
                    joint: f64::INFINITY,
                    decrement: f64::INFINITY,
                    at_kink: false,
                })
            })
            .collect()
    }

    fn by_saem(
        &self,
        start: &[f64],
        settings: &FitSettings,
        stop: &Stop,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Found, Problems> {
        let saem = SaemSettings { seed: settings.seed, ..settings.saem };
        let found = self
            .saem(start, saem, stop, |iteration| report(Progress::Iteration(iteration)))
            .ok_or_else(|| self.no_value())?;
        let mut verdicts = Vec::new();
        if found.stopped {
            verdicts.push(bad("stopped from outside"));
        } else if found.settled {
            verdicts.push(good("converged: nothing drifted when averaging began"));
        } else {
            verdicts.push(bad("not settled: estimates still drifted when averaging began; raise --explore"));
        }
        report(Progress::Stage("importance sampling"));
        let given = (&found.means[..], &found.covariances[..]);
        let wants = settings.uncertainty != Uncertainty::None && !found.stopped;
        let drawn = self.draw(&found.x, given, settings.draws, settings.seed, false).ok_or_else(|| self.no_value())?;
        let likelihood = self.weigh(&found.x, &drawn);
        if likelihood.error > 1.0 {
            verdicts.push(bad(format!("the objective is known to {:.1} only: raise --draws", likelihood.error)));
        }
        if likelihood.least_effective < FEW {
            let text = "the likelihood of a subject rests on few draws: it is less well known than its error says; raise --draws";
            verdicts.push(bad(text));
        }
        let mut matrix = None;
        if wants {
            report(Progress::Stage("covariance"));
            let fewer = settings.draws.min(300);
            let again = |x: &[f64]| self.draw(x, given, fewer, settings.seed, true);
            let drawn = again(&found.x).ok_or_else(|| self.no_value())?;
            let gradients = self.scores(&found.x, &drawn);
            let r = match settings.uncertainty {
                Uncertainty::S => Some(Vec::new()),
                _ => self.curvature_by(&found.x, &drawn, again),
            };
            matrix = known(settings.uncertainty, r.as_deref(), &gradients, found.x.len(), &mut verdicts);
        }
        let modes = self.modes(&found.x);
        Ok(Found {
            x: found.x,
            objective: likelihood.objective,
            converged: found.settled && !found.stopped,
            objective_error: Some(likelihood.error),
            subjects: likelihood.subjects,
            modes,
            covariance: matrix,
            iterations: found.iterations.into_iter().map(|one| (one.objective, one.x)).collect(),
            verdicts,
        })
    }

    /// The best of the searches from all starts, and the objectives of all.
    fn best(
        &self,
        subjects: &[usize],
        start: &[f64],
        settings: &FitSettings,
        stop: &Stop,
    ) -> Option<(Scored, Vec<f64>)> {
        let mut best: Option<Scored> = None;
        let mut objectives = Vec::new();
        for start in self.starts(start, settings.starts, settings.seed) {
            if let Some(found) = self.score(subjects, &start, stop) {
                objectives.push(found.objective);
                if best.as_ref().is_none_or(|best| found.objective < best.objective) {
                    best = Some(found);
                }
            }
        }
        best.map(|best| (best, objectives))
    }

    fn pooled(
        &self,
        start: &[f64],
        settings: &FitSettings,
        stop: &Stop,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Found, Problems> {
        report(Progress::Stage("pooled"));
        let all: Vec<usize> = (0..self.subjects.len()).collect();
        let (found, objectives) = self.best(&all, start, settings, stop).ok_or_else(|| self.no_value())?;
        let mut verdicts = vec![verdict_of(found.reason)];
        verdicts.extend(spread(&objectives, settings.starts));
        let n = found.x.len();
        let half = self.information(&all, &found);
        let matrix = match settings.uncertainty {
            Uncertainty::None => None,
            _ => known(Uncertainty::R, Some(&half), &[], n, &mut verdicts),
        };
        Ok(Found {
            x: found.x,
            objective: found.objective,
            converged: found.reason == Reason::Converged,
            objective_error: None,
            subjects: vec![f64::NAN; self.subjects.len()],
            modes: self.no_effects(),
            covariance: matrix,
            iterations: found.course,
            verdicts,
        })
    }

    pub(super) fn no_effects(&self) -> Vec<Mode> {
        let none = Mode { zeta: Vec::new(), joint: 0.0, decrement: 0.0, at_kink: false };
        vec![none; self.subjects.len()]
    }

    fn one_by_one(
        &self,
        model: &Model,
        start: &[f64],
        settings: &FitSettings,
        stop: &Stop,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Fitted, Problems> {
        let count = self.subjects.len();
        let mut found: Vec<Option<(Scored, Vec<f64>)>> = Vec::with_capacity(count);
        for subject in 0..count {
            found.push(self.best(&[subject], start, settings, stop));
            report(Progress::Done(subject + 1, count));
            if stop.is_tripped() {
                break;
            }
        }
        found.resize(count, None);
        if found.iter().all(Option::is_none) {
            return Err(self.no_value());
        }
        Ok(self.fitted_one_by_one(model, settings, &found))
    }

    fn a_posteriori(&self, start: &[f64]) -> Result<Found, Problems> {
        let found = self
            .evaluate_from(start, Approximation::Laplace, &[], false, true)
            .or_else(|_| self.evaluate_from(start, Approximation::Focei, &[], false, true))
            .map_err(|_| self.no_value())?;
        Ok(Found {
            x: start.to_vec(),
            objective: found.objective,
            converged: true,
            objective_error: None,
            subjects: found.subjects,
            modes: found.modes,
            covariance: None,
            iterations: Vec::new(),
            verdicts: vec![good("random effects at the population values of the model; nothing else was estimated")],
        })
    }

    /// Coordinates at their bounds.
    pub(super) fn at_bounds(&self, x: &[f64]) -> Vec<Coordinate> {
        let all = self.structure.coordinates().into_iter().zip(x);
        let at = all.filter(|(coordinate, x)| {
            let (low, high) = self.structure.range(*coordinate).1;
            (**x - low).abs() < 1e-6 || (**x - high).abs() < 1e-6
        });
        at.map(|(coordinate, _)| coordinate).collect()
    }

    /// Omega at a point, plain.
    pub(super) fn omega(&self, x: &[f64]) -> Vec<f64> {
        plain(&self.structure.point(&ones(x)).omega())
    }
}

/// The covariance asked for; where R has no inverse, that of S, which is told.
fn known(
    asked: Uncertainty,
    r: Option<&[f64]>,
    gradients: &[Vec<f64>],
    n: usize,
    verdicts: &mut Vec<Verdict>,
) -> Option<(Uncertainty, Vec<f64>)> {
    if let Some(matrix) = r.and_then(|r| covariance(asked, r, gradients, n)) {
        return Some((asked, matrix));
    }
    let instead = covariance(Uncertainty::S, &[], gradients, n).filter(|_| asked != Uncertainty::S);
    let why = "the matrix of second derivatives is not positive definite";
    verdicts.push(match instead {
        Some(_) => bad(format!("standard errors from S, the products of the gradients: {why}")),
        None => bad(format!("no standard errors: {why}")),
    });
    instead.map(|matrix| (Uncertainty::S, matrix))
}

pub(super) fn good(text: impl Into<String>) -> Verdict {
    Verdict { good: true, text: text.into() }
}

pub(super) fn bad(text: impl Into<String>) -> Verdict {
    Verdict { good: false, text: text.into() }
}

pub(super) fn verdict_of(reason: Reason) -> Verdict {
    Verdict { good: matches!(reason, Reason::Converged | Reason::Kinks), text: reason.text().into() }
}

/// What the objectives of several starts say.
pub(super) fn spread(objectives: &[f64], starts: usize) -> Option<Verdict> {
    if starts < 2 {
        return None;
    }
    let least = objectives.iter().copied().fold(f64::INFINITY, f64::min);
    let most = objectives.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let same = objectives.iter().filter(|objective| **objective - least < 0.1).count();
    let text = format!(
        "{same} of {starts} starts reach the best objective within 0.1; objectives from {least:.3} to {most:.3}"
    );
    Some(Verdict { good: same > 1 || starts == 1, text })
}

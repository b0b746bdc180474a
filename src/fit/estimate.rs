//! The methods, from a population to what was found.

use super::approximate::Iteration;
use super::mode::{Mode, ones, plain};
use super::objective::Approximation;
use super::observed::Censoring;
use super::optimise::Reason;
use super::population::Population;
use super::report::Found;
use super::result::{Fitted, Profile, Verdict};
use super::saem::Settings as SaemSettings;
use super::scoring::Scored;
use super::structure::{Coordinate, Structure};
use super::uncertainty::{Uncertainty, covariance};
use crate::diagnostic::codes::fit as codes;
use crate::diagnostic::{Diagnostic, Problems};
use crate::error_model::ErrorModel;
use crate::integrate::Stop;
use crate::model::Model;
use std::fmt;
use std::str::FromStr;

/// How a population is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Each subject by itself, without random effects.
    Individual,
    /// Each subject's random effects at the model's population values (maximum a posteriori).
    Map,
    /// All subjects as one, without random effects.
    Pooled,
    /// Each subject by itself, then means and covariances of what was found.
    TwoStage,
    /// Maximum likelihood of the population by an approximation.
    Approximate(Approximation),
    /// Maximum likelihood of the population by SAEM; the objective by importance sampling.
    Saem,
}

impl Method {
    /// All, in the order of their listing.
    pub const ALL: [Self; 9] = [
        Self::Focei,
        Self::Saem,
        Self::Approximate(Approximation::Laplace),
        Self::Approximate(Approximation::Foce),
        Self::Approximate(Approximation::Fo),
        Self::Pooled,
        Self::TwoStage,
        Self::Individual,
        Self::Map,
    ];

    /// The usual one.
    #[expect(non_upper_case_globals, reason = "reads as the variant that it is")]
    pub const Focei: Self = Self::Approximate(Approximation::Focei);

    /// The word of the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Individual => "individual",
            Self::Map => "map",
            Self::Pooled => "pooled",
            Self::TwoStage => "two-stage",
            Self::Approximate(how) => how.name(),
            Self::Saem => "saem",
        }
    }

    /// Whether random effects belong to what is fitted.
    pub fn has_random_effects(self) -> bool {
        matches!(self, Self::Map | Self::Approximate(_) | Self::Saem)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        let names: Vec<&str> = Self::ALL.iter().map(|method| method.name()).collect();
        let known = Self::ALL.into_iter().find(|method| method.name() == name);
        known.ok_or_else(|| format!("`{name}` is none of {}", names.join(", ")))
    }
}

/// How a fit goes.
#[derive(Debug, Clone, PartialEq)]
pub struct FitSettings {
    /// The method.
    pub method: Method,
    /// Values below the limit.
    pub censoring: Censoring,
    /// Covariance of the estimates.
    pub uncertainty: Uncertainty,
    /// Searches from other starts, the first from that of the model.
    pub starts: usize,
    /// Seed of starts, chains and draws.
    pub seed: u64,
    /// Most iterations of a search.
    pub most_iterations: usize,
    /// SAEM.
    pub saem: SaemSettings,
    /// Draws of a subject for the likelihood after SAEM.
    pub draws: usize,
    /// Parameters whose likelihood is profiled.
    pub profile: Vec<String>,
    /// Coordinates to begin at in place of the starts, as those of a checkpoint.
    pub from: Option<Vec<f64>>,
}

impl Default for FitSettings {
    fn default() -> Self {
        Self {
            method: Method::Focei,
            censoring: Censoring::default(),
            uncertainty: Uncertainty::default(),
            starts: 1,
            seed: 0,
            most_iterations: 300,
            saem: SaemSettings::default(),
            draws: 1000,
            profile: Vec::new(),
            from: None,
        }
    }
}

impl FitSettings {
    /// Whether the method can treat values below the limit as asked.
    ///
    /// # Errors
    /// It cannot.
    pub fn check(&self, structure: &Structure, has_censored: bool) -> Result<(), Problems> {
        let fo = self.method == Method::Approximate(Approximation::Fo);
        let by_probability = matches!(self.censoring, Censoring::M2 | Censoring::M4)
            || (self.censoring == Censoring::M3 && has_censored);
        if fo && by_probability {
            let message =
                format!("fo takes all data as normal: values below the limit cannot count by {}", self.censoring);
            let mut found = Diagnostic::error(&codes::REFUSED_METHOD, message);
            found.help("choose --method focei, laplace or saem, or treat them otherwise: --censoring M1, M5, M6");
            return Err(found.into());
        }
        let log = structure.residuals.iter().find(|residual| matches!(residual.start, ErrorModel::Lognormal { .. }));
        if let (Censoring::M4 | Censoring::M7, Some(residual)) = (self.censoring, log) {
            let mut found = Diagnostic::error(
                &codes::REFUSED_METHOD,
                format!("`{}` is lognormal, so above 0 anyway: {} has no meaning", residual.name, self.censoring),
            );
            found.help("choose --censoring M3");
            return Err(found.into());
        }
        if self.method.has_random_effects() && structure.etas() == 0 {
            let mut found = Diagnostic::error(
                &codes::NOTHING_ESTIMATED,
                format!("{} needs random effects, and no parameter varies", self.method),
            );
            found.help("declare `variability` of parameters, or choose --method pooled");
            return Err(found.into());
        }
        Ok(())
    }
}

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
        if !settings.method.has_random_effects() {
            self.structure.leave_out_random_effects();
        }
        let start = match &settings.from {
            Some(from) if from.len() == self.structure.coordinates().len() => from.clone(),
            _ => self.structure.start(),
        };
        match settings.method {
            Method::Approximate(how) => self.by_approximation(model, how, &start, settings, stop, report),
            Method::Saem => self.by_saem(model, &start, settings, stop, report),
            Method::Pooled => self.pooled(model, &start, settings, stop, report),
            Method::Individual | Method::TwoStage => self.one_by_one(model, &start, settings, stop, report),
            Method::Map => self.a_posteriori(model, &start, settings),
        }
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
        model: &Model,
        how: Approximation,
        start: &[f64],
        settings: &FitSettings,
        stop: &Stop,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Fitted, Problems> {
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
        let profiles = self.profiled(
            settings,
            (&found.x, &found.evaluation.modes),
            matrix.as_ref().map(|(_, matrix)| &matrix[..]),
            stop,
            report,
        );
        let modes = match how.has_mode() {
            true => found.evaluation.modes.clone(),
            false => self.modes(&found.x),
        };
        Ok(self.fitted(
            model,
            settings,
            Found {
                x: found.x,
                objective: found.evaluation.objective,
                converged: matches!(found.reason, Reason::Converged | Reason::Kinks),
                objective_error: None,
                subjects: found.evaluation.subjects,
                modes,
                covariance: matrix,
                iterations: found.iterations.into_iter().map(|one| (one.objective, one.x)).collect(),
                profiles,
                verdicts,
            },
        ))
    }

    fn profiled(
        &self,
        settings: &FitSettings,
        (x, modes): (&[f64], &[Mode]),
        covariance: Option<&[f64]>,
        stop: &Stop,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Vec<Profile> {
        if settings.profile.is_empty() {
            return Vec::new();
        }
        report(Progress::Stage("profiles"));
        let n = x.len();
        let sds: Option<Vec<f64>> =
            covariance.map(|matrix| (0..n).map(|at| matrix[at * n + at].max(0.0).sqrt()).collect());
        self.profiles(&settings.profile, settings.method, (x, modes), sds.as_deref(), stop)
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
        model: &Model,
        start: &[f64],
        settings: &FitSettings,
        stop: &Stop,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Fitted, Problems> {
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
        let profiles =
            self.profiled(settings, (&found.x, &modes), matrix.as_ref().map(|(_, matrix)| &matrix[..]), stop, report);
        Ok(self.fitted(
            model,
            settings,
            Found {
                x: found.x,
                objective: likelihood.objective,
                converged: found.settled && !found.stopped,
                objective_error: Some(likelihood.error),
                subjects: likelihood.subjects,
                modes,
                covariance: matrix,
                iterations: found.iterations.into_iter().map(|one| (one.objective, one.x)).collect(),
                profiles,
                verdicts,
            },
        ))
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
        model: &Model,
        start: &[f64],
        settings: &FitSettings,
        stop: &Stop,
        report: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Fitted, Problems> {
        report(Progress::Stage("pooled"));
        let all: Vec<usize> = (0..self.subjects.len()).collect();
        let (found, objectives) = self.best(&all, start, settings, stop).ok_or_else(|| self.no_value())?;
        let mut verdicts = vec![verdict_of(found.reason)];
        verdicts.extend(spread(&objectives, settings.starts));
        let n = found.x.len();
        let half = self.information(&all, &found);
        let matrix = match settings.uncertainty {
            Uncertainty::None => None,
            _ => covariance(Uncertainty::R, &half, &[], n).map(|matrix| (Uncertainty::R, matrix)),
        };
        let profiles = self.profiled(
            settings,
            (&found.x, &self.no_effects()),
            matrix.as_ref().map(|(_, matrix)| &matrix[..]),
            stop,
            report,
        );
        Ok(self.fitted(
            model,
            settings,
            Found {
                x: found.x,
                objective: found.objective,
                converged: found.reason == Reason::Converged,
                objective_error: None,
                subjects: vec![f64::NAN; self.subjects.len()],
                modes: self.no_effects(),
                covariance: matrix,
                iterations: found.course,
                profiles,
                verdicts,
            },
        ))
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

    fn a_posteriori(&self, model: &Model, start: &[f64], settings: &FitSettings) -> Result<Fitted, Problems> {
        let found = self
            .evaluate_from(start, Approximation::Laplace, &[], false, true)
            .or_else(|_| self.evaluate_from(start, Approximation::Focei, &[], false, true))
            .map_err(|_| self.no_value())?;
        Ok(self.fitted(
            model,
            settings,
            Found {
                x: start.to_vec(),
                objective: found.objective,
                converged: true,
                objective_error: None,
                subjects: found.subjects,
                modes: found.modes,
                covariance: None,
                iterations: Vec::new(),
                profiles: Vec::new(),
                verdicts: vec![good(
                    "random effects at the population values of the model; nothing else was estimated",
                )],
            },
        ))
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

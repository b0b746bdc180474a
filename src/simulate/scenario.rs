//! What to run.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::covariates::Course;
use super::grid::Grid;
use super::run::{self, Failed, Run};
use crate::compile;
use crate::crs::{Scale, Settings};
use crate::diagnostic::codes::run as codes;
use crate::diagnostic::{Diagnostic, Problems};
use crate::integrate::{Method, Stop};
use crate::model::{Carry, Model, Override, ParameterSet, Values};
use crate::observation::DesignSubject;
use crate::regimen::{Regimen, Rule};
use crate::sign::Patient;
use crate::trajectory::number;
use crate::unit::Quantity;

/// Scales and how they are applied.
#[derive(Debug, Clone)]
pub struct Grading {
    /// The scales, side by side.
    pub scales: Arc<[Scale]>,
    /// Their options.
    pub settings: Settings,
    /// Days between two readings of vital signs; none: crossings are located.
    pub vitals_every: Option<f64>,
}

impl Grading {
    /// No scale yet, for an adult of whom no more is known.
    pub(super) fn of_adult() -> Self {
        let settings = Settings { patient: Patient::adult(), ..Settings::default() };
        Self { scales: Arc::from([]), settings, vitals_every: None }
    }
}

/// A model with everything a run needs. Every part has a default from the model.
#[derive(Debug, Clone)]
pub struct Scenario<'m> {
    /// The model.
    pub model: &'m Model,
    /// Name of the parameter set, if one is used.
    pub set: Option<String>,
    /// Values of parameters and covariates.
    pub values: Values,
    /// Covariates that change during the run; others keep their value.
    pub courses: Vec<Course>,
    /// Doses.
    pub regimen: Regimen,
    /// Rules of treatment.
    pub rules: Vec<Rule>,
    /// End, in the time unit of the model.
    pub until: f64,
    /// Output times.
    pub grid: Grid,
    /// Relative tolerance.
    pub rtol: f64,
    /// Method.
    pub method: Method,
    /// Grading, if wanted.
    pub grading: Option<Grading>,
    /// Longest time between two readings of signs, in the time unit of the model; none: only where something changes.
    pub reading_gap: Option<f64>,
    /// Whether exposure is computed.
    pub exposure: bool,
    /// Stops the run from outside.
    pub stop: Stop,
}

impl<'m> Scenario<'m> {
    /// The relative tolerances that can be asked for.
    pub const TOLERANCES: RangeInclusive<f64> = 1e-13..=0.1;
    /// What to do about another one.
    pub const TOLERANCE_HELP: &'static str = "choose between 1e-13 and 0.1; the default is 1e-6";

    /// The default run of a model: its default set, regimen and end.
    ///
    /// # Errors
    /// The default set is unknown or has mistakes.
    pub fn new(model: &'m Model) -> Result<Self, Problems> {
        let set = model.defaults.parameters.as_deref().map(|name| model.set(name)).transpose()?;
        let mut scenario = Self::with_set(model, set.as_ref(), &[])?;
        scenario.set = model.defaults.parameters.as_deref().map(String::from);
        Ok(scenario)
    }

    /// A run under a parameter set and overrides.
    ///
    /// # Errors
    /// Mistakes in the overrides.
    pub fn with_set(model: &'m Model, set: Option<&ParameterSet>, overrides: &[Override]) -> Result<Self, Problems> {
        let until = &model.defaults.until;
        Ok(Self {
            model,
            set: None,
            values: Values::new(model, set, overrides)?,
            courses: Vec::new(),
            regimen: model.defaults.regimen.clone(),
            rules: Vec::new(),
            until: until.unit.convert(until.value, &model.time).unwrap_or(until.value),
            grid: Grid::default(),
            rtol: 1e-6,
            method: Method::Auto,
            grading: None,
            reading_gap: None,
            exposure: false,
            stop: Stop::default(),
        })
    }

    /// Replaces the doses of the entries that `regimen` names; others keep theirs.
    pub fn regimen(mut self, regimen: Regimen) -> Self {
        self.regimen = self.regimen.override_with(vec![regimen]);
        self
    }

    /// Adds rules of treatment; they are checked when the run begins.
    pub fn treated(mut self, rules: impl IntoIterator<Item = Rule>) -> Self {
        self.rules.extend(rules);
        self
    }

    /// Takes the doses and covariates of a subject: its doses replace all others.
    pub fn with_records(mut self, subject: &DesignSubject) -> Self {
        if let Some(doses) = &subject.doses {
            self.regimen = doses.clone();
        }
        self.courses.clear();
        for found in &subject.covariates {
            let covariate = &self.model.covariates[found.covariate];
            self.values.covariates[found.covariate] = found.points[0].1;
            if !found.is_constant() {
                let canonical = |value| self.model.scales.to_canonical(&covariate.unit, value);
                let points = found.points.iter().map(|(time, value)| (*time, canonical(*value))).collect();
                self.courses.push(Course { covariate: found.covariate, carry: covariate.carry, points });
            }
        }
        self
    }

    /// A covariate as a record at a time sees it, in its unit.
    pub fn covariate(&self, covariate: usize, time: f64) -> f64 {
        let course = self.courses.iter().find(|course| course.covariate == covariate);
        let unit = &self.model.covariates[covariate].unit;
        course
            .map_or(self.values.covariates[covariate], |course| self.model.scales.from_canonical(unit, course.at(time)))
    }

    /// What is doubtful about the doses, as text.
    pub fn doubts(&self) -> Vec<String> {
        let given = self.regimen.resolve(self.model, &mut Problems::default());
        let adds = given.iter().any(|dose| dose.steady.is_some_and(|steady| steady.adds));
        let mut doubts = Vec::new();
        if adds && !compile::compile(self.model, &[]).program.is_affine() {
            doubts.push(
                "a steady state is added (SS 2) where doses do not simply add up: the model is not linear".into(),
            );
        }
        for course in &self.courses {
            let name = &self.model.covariates[course.covariate].name;
            doubts.push(match course.carry {
                Carry::Next => {
                    format!("`{name}` goes on by `next`: from record to record the later value holds, as in NONMEM")
                }
                Carry::Last => format!("`{name}` goes on by `last`: from record to record the earlier value holds"),
            });
        }
        doubts
    }

    /// Sets the end.
    ///
    /// # Errors
    /// Not a positive time.
    pub fn until(mut self, until: &Quantity) -> Result<Self, Problems> {
        match until.unit.convert(until.value, &self.model.time) {
            Some(value) if value > 0.0 => self.until = value,
            _ => {
                let message = format!("the end of a run is a time above 0: {until}");
                let mut found = Diagnostic::error(&codes::BAD_TIME, message);
                found.help("as in \"28 d\"");
                return Err(found.into());
            }
        }
        Ok(self)
    }

    /// Sets the output times.
    pub fn grid(mut self, grid: Grid) -> Self {
        self.grid = grid;
        self
    }

    /// Sets the relative tolerance.
    ///
    /// # Errors
    /// Outside 1e-13 to 0.1.
    pub fn rtol(mut self, rtol: f64) -> Result<Self, Problems> {
        if !Self::TOLERANCES.contains(&rtol) {
            let mut found =
                Diagnostic::error(&codes::BAD_TOLERANCE, format!("relative tolerance {rtol} is out of range"));
            found.help(Self::TOLERANCE_HELP);
            return Err(found.into());
        }
        self.rtol = rtol;
        Ok(self)
    }

    /// Sets the method.
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Grades while running, with the crossings of the scale's comparisons located.
    pub fn grading(self, scale: Scale, settings: Settings) -> Self {
        self.gradings(vec![scale], settings, None)
    }

    /// Grades by several scales; with `vitals_every` (days) signs are read at rounds from the first CAR-T dose on and
    /// held between them, and nothing about them is located. Starts and stops of drugs and devices stay exact.
    ///
    /// A simulated patient of whom the settings do not tell the age is an adult.
    pub fn gradings(mut self, scales: Vec<Scale>, mut settings: Settings, vitals_every: Option<f64>) -> Self {
        if settings.patient.age.is_nan() {
            settings.patient.age = Patient::adult().age;
        }
        self.grading = Some(Grading { scales: scales.into(), settings, vitals_every });
        self
    }

    /// Computes exposure while running.
    pub fn with_exposure(mut self) -> Self {
        self.exposure = true;
        self
    }

    /// Start of the run: 0, or the first dose before it, in the time unit of the model.
    pub fn start(&self) -> f64 {
        let given = self.regimen.resolve(self.model, &mut Problems::default());
        given.iter().map(|dose| dose.time).fold(0.0, f64::min)
    }

    /// Doses that the run ends before, as text.
    pub fn doses_after_end(&self) -> Vec<String> {
        let given = self.regimen.resolve(self.model, &mut Problems::default());
        let late = given.iter().filter(|dose| dose.time > self.until);
        late.map(|dose| {
            let name = dose.entry.map_or("reset", |entry| &self.model.doses[entry].name);
            format!("`{name}` at {} {}", number(dose.time), self.model.time)
        })
        .collect()
    }

    /// Whether it can run: doses, rules of treatment and graders fit the model.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check(&self) -> Result<(), Problems> {
        run::plan(self).map(|_| ())
    }

    /// Runs.
    ///
    /// # Errors
    /// Wrong doses or output times before the run; a failed integration carries the part reached.
    pub fn simulate(&self) -> Result<Run, Failed> {
        run::simulate(self)
    }
}

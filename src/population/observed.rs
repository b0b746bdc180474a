//! Patients as a trial would observe them: at the times of a design, with residual error.

use super::watcher::Left;
use super::{Individual, Population};
use crate::diagnostic::codes::data as codes;
use crate::diagnostic::{Diagnostic, Problems};
use crate::observation::{self, Design, DesignSubject, SimulatedSubject};
use crate::random::{Purpose, Stream};
use crate::regimen::Administration;
use crate::simulate::Prepared;

/// A design that patients are observed by: patient n, counted from 0, by subject n modulo their number.
#[derive(Debug)]
pub(super) struct Observed {
    subjects: Vec<DesignSubject>,
    /// Places of each subject's times among the output times.
    places: Vec<Vec<usize>>,
    administrations: Vec<Administration>,
    seed: u64,
}

impl<'p> Population<'p> {
    /// The same, observed by a design; residual errors are drawn by seed and patient.
    ///
    /// # Errors
    /// Subjects with doses of their own; times that are no output times of the scenario, or outside the run; an output
    /// without residual error.
    pub fn observed(mut self, design: Design, seed: u64) -> Result<Self, Problems> {
        self.observed = Some(Observed::new(self.prepared(), design, seed)?);
        Ok(self)
    }

    /// The head of the table of observations.
    pub fn head_of_observations(&self) -> String {
        observation::write_data(&[], self.observed.as_ref().is_some_and(Observed::have_steady_state))
    }
}

impl Observed {
    fn new(prepared: &Prepared<'_>, design: Design, seed: u64) -> Result<Self, Problems> {
        let (model, scenario) = (prepared.model(), prepared.scenario);
        let mut problems = Problems::default();
        if design.subjects.is_empty() {
            return Err(Diagnostic::error(&codes::EMPTY_TABLE, "the design has no subjects").into());
        }
        let mut places = Vec::new();
        for subject in &design.subjects {
            if subject.doses.is_some() {
                let message = format!("subject `{}` of the design has doses of its own", subject.name);
                let mut found = Diagnostic::error(&codes::DESIGN_RECORD, message);
                found.help("a population has the doses of the command: remove the records with EVID 1, and say --dose");
                problems.push(found);
            }
            if !subject.covariates.is_empty() {
                let message = format!("subject `{}` of the design has covariates of its own", subject.name);
                let mut found = Diagnostic::error(&codes::DESIGN_RECORD, message);
                found.help("a population has the covariates of its patients: give them with --patients, or --set");
                problems.push(found);
            }
            subject.check_within(prepared.plan.start(), prepared.plan.end, model, &mut problems);
            let place = |time: f64| prepared.grid.binary_search_by(|other| other.total_cmp(&time)).ok();
            let all: Option<Vec<usize>> = subject.rows.iter().map(|row| place(row.time)).collect();
            places.push(all.unwrap_or_default());
        }
        if problems.has_errors() {
            return Err(problems);
        }
        for (subject, places) in design.subjects.iter().zip(&places) {
            assert_eq!(subject.rows.len(), places.len(), "the times of the design are output times");
            // Tells an output without residual error before anything runs.
            let dummy = vec![1.0; subject.rows.len()];
            observation::observe(model, subject, &dummy, &mut Stream::new(seed, 0, Purpose::Residual))?;
        }
        let administrations = scenario.regimen.resolve(model, &mut problems);
        let covariate = |at, time| scenario.covariate(at, time);
        observation::dose_records(model, &administrations, &scenario.values.parameters, covariate, scenario.until)?;
        Ok(Self { subjects: design.subjects, places, administrations, seed })
    }

    fn have_steady_state(&self) -> bool {
        observation::have_steady_state(&self.administrations)
    }

    /// The lines of a patient.
    pub fn lines(
        &self,
        prepared: &Prepared<'_>,
        number_of: u64,
        name: &str,
        individual: &Individual,
        left: &Left<'_>,
    ) -> String {
        let (model, outputs) = (prepared.model(), prepared.model().outputs.len());
        let at = (number_of % self.subjects.len() as u64) as usize;
        let subject = &self.subjects[at];
        let rows = subject.rows.iter().zip(&self.places[at]);
        let predictions: Vec<f64> = rows.map(|(row, place)| left.rows[place * outputs + row.output]).collect();
        let mut stream = Stream::new(self.seed, number_of, Purpose::Residual);
        let end = prepared.scenario.until;
        let measured = observation::observe(model, subject, &predictions, &mut stream);
        let covariate = |at: usize, _| individual.covariates[at];
        let doses = observation::dose_records(model, &self.administrations, &individual.parameters, covariate, end);
        let (measured, doses) = (measured.expect("checked before"), doses.expect("checked before"));
        let subject = SimulatedSubject { name: name.to_string(), doses, measured, before: Vec::new() };
        let text = observation::write_data(&[subject], self.have_steady_state());
        text.split_once('\n').map(|(_, lines)| lines.to_string()).unwrap_or_default()
    }
}

//! Patients as a trial would observe them: at the times of a design, with residual error.

use super::watcher::Left;
use super::{Individual, Population};
use crate::diagnostic::codes::data as codes;
use crate::diagnostic::{Diagnostic, Problems};
use crate::observation::{self, Design, DesignRow, DesignSubject, DoseRecord, MoreColumns, SimulatedSubject};
use crate::random::{Purpose, Stream};
use crate::simulate::Prepared;

/// A design that patients are observed by: patient n, counted from 0, by subject n modulo their number.
#[derive(Debug)]
pub(super) struct Observed {
    subjects: Vec<DesignSubject>,
    /// Places of each subject's rows among the rows of a patient.
    places: Vec<Vec<Place>>,
    more: MoreColumns,
    seed: u64,
}

/// A row among those after everything at the output times, or among those before the records of their time.
#[derive(Debug, Clone, Copy)]
enum Place {
    After(usize),
    Arrived(usize),
}

impl<'p> Population<'p> {
    /// The same, observed by the design that it was prepared for; residual errors are drawn by seed and patient.
    ///
    /// # Errors
    /// Times outside the run; an output without residual error; a dose that a table cannot say.
    ///
    /// # Panics
    /// If the scenario was not [prepared for this design](Prepared::for_design).
    pub fn observed(mut self, design: Design, seed: u64) -> Result<Self, Problems> {
        self.observed = Some(Observed::new(self.prepared(), design, seed)?);
        Ok(self)
    }

    /// The head of the table of observations.
    pub fn head_of_observations(&self) -> String {
        let more = self.observed.as_ref().map_or_else(MoreColumns::default, |observed| observed.more);
        observation::write_data(&[], more)
    }
}

impl Observed {
    fn new(prepared: &Prepared<'_>, design: Design, seed: u64) -> Result<Self, Problems> {
        let (model, values) = (prepared.model(), &prepared.scenario.values);
        let mut problems = Problems::default();
        if design.subjects.is_empty() {
            return Err(Diagnostic::error(&codes::EMPTY_TABLE, "the design has no subjects").into());
        }
        for (number, subject) in (0..).zip(&design.subjects) {
            let plan = prepared.plan_of(number);
            subject.check_within(plan.start(), plan.end, model, &mut problems);
        }
        if problems.has_errors() {
            return Err(problems);
        }
        let mut places = Vec::new();
        let mut more = MoreColumns::default();
        for (number, subject) in (0..).zip(&design.subjects) {
            let of = |grid: &[f64], time: f64| grid.binary_search_by(|other| other.total_cmp(&time)).ok();
            let place = |row: &DesignRow| match row.before {
                true => of(&prepared.arrived, row.time).map(Place::Arrived),
                false => of(&prepared.grid, row.time).map(Place::After),
            };
            let own: Option<Vec<Place>> = subject.rows.iter().map(place).collect();
            places.push(own.expect("the scenario is prepared for the design"));
            // Tells an output without residual error, and a dose that is no record, before anything runs.
            let dummy = vec![1.0; subject.rows.len()];
            observation::observe(model, subject, &dummy, &mut Stream::new(seed, 0, Purpose::Residual))?;
            let mut covariates = values.covariates.clone();
            prepared.take_covariates(number, &mut covariates);
            Self::doses(prepared, number, &values.parameters, &covariates)?;
            more = more.and(MoreColumns::of(subject, prepared.administrations(number)));
        }
        Ok(Self { subjects: design.subjects, places, more, seed })
    }

    /// The records of a patient's doses.
    fn doses(
        prepared: &Prepared<'_>,
        number_of: u64,
        parameters: &[f64],
        covariates: &[f64],
    ) -> Result<Vec<DoseRecord>, Problems> {
        let covariate = |at, time| prepared.covariate(number_of, covariates, at, time);
        let given = prepared.administrations(number_of);
        observation::dose_records(prepared.model(), given, parameters, covariate, prepared.scenario.until)
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
        let prediction = |(row, place): (&DesignRow, &Place)| match place {
            Place::After(place) => left.rows[place * outputs + row.output],
            Place::Arrived(place) => left.arrived[place * outputs + row.output],
        };
        let predictions: Vec<f64> = subject.rows.iter().zip(&self.places[at]).map(prediction).collect();
        let mut stream = Stream::new(self.seed, number_of, Purpose::Residual);
        let measured = observation::observe(model, subject, &predictions, &mut stream).expect("checked before");
        let doses = Self::doses(prepared, number_of, &individual.parameters, &individual.covariates);
        let doses = doses.expect("checked before");
        let before = subject.rows.iter().map(|row| row.before).collect();
        let subject = SimulatedSubject { name: name.to_string(), doses, measured, before };
        let text = observation::write_data(&[subject], self.more);
        text.split_once('\n').map(|(_, lines)| lines.to_string()).unwrap_or_default()
    }
}

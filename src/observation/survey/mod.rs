//! What a data set holds, and which of its rows look wrong.
//!
//! In: [`Data`], and of each subject what the model makes of it ([`Expected`]: doses, and the typical prediction of each
//! row). Out: a [`Survey`]: numbers by subject, output, dose entry and covariate, and suspicious rows with line and reason.
//! A suspicious row is no mistake; [`Doubt::text`] says what each rule looks at.

mod doubt;
mod factor;

mod subjects;
mod suspicion;
mod table;
#[cfg(test)]
mod tests;

pub use doubt::{Doubt, Suspicious};

use super::data::GivenDose;
use super::observed::{Data, DataSubject};
use crate::model::Model;

/// What the model makes of a subject.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Expected {
    /// Where its run starts, in the time unit of the model.
    pub start: f64,
    /// The prediction of each of its rows for a patient with the typical values of the parameters, in the unit of the
    /// output; NaN where there is none.
    pub typical: Vec<f64>,
    /// Its doses, in the order of time.
    pub doses: Vec<GivenDose>,
}

/// What a data set holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// A subject each, in the order of the data.
    pub subjects: Vec<SubjectSurvey>,
    /// An output each that was observed, in the order of the model.
    pub outputs: Vec<OutputSurvey>,
    /// A dose entry each that is given, in the order of the model.
    pub doses: Vec<DoseSurvey>,
    /// Whether the table has dose records; else the doses are those of the run.
    pub dosed: bool,
    /// A covariate of the model each.
    pub covariates: Vec<CovariateSurvey>,
    /// Occasions with their numbers of observations, ascending; none for observations without one. Empty if no row has
    /// an occasion.
    pub occasions: Vec<(Option<u32>, usize)>,
    /// What looks wrong, by line.
    pub suspicious: Vec<Suspicious>,
}

/// Least, middle and greatest of some numbers; NaN if there are none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The least.
    pub min: f64,
    /// The middle one, or the mean of the two in the middle.
    pub median: f64,
    /// The greatest.
    pub max: f64,
}

/// One subject.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectSurvey {
    /// Its name.
    pub name: String,
    /// Its observations.
    pub observations: usize,
    /// How many of them lie below a limit.
    pub below: usize,
    /// Its observations of each of the outputs that were observed.
    pub by_output: Vec<usize>,
    /// First and last time of an observation, in the time unit of the model; NaN without one.
    pub times: (f64, f64),
    /// Number and total of its doses of each entry that is given, in the unit of the entry.
    pub doses: Vec<(usize, f64)>,
    /// Its first value of each covariate; none if the table tells none.
    pub covariates: Vec<Option<f64>>,
}

/// One output.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputSurvey {
    /// Place among the outputs of the model.
    pub output: usize,
    /// Observations.
    pub observations: usize,
    /// How many lie below a limit.
    pub below: usize,
    /// How many lie above a limit.
    pub above: usize,
    /// Of the known values, in the unit of the output.
    pub values: Spread,
    /// Subjects with at least one observation.
    pub subjects: usize,
    /// Observations a subject, over all subjects.
    pub by_subject: Spread,
    /// Of the times, in the time unit of the model.
    pub times: Spread,
    /// Median of value over typical prediction, where both are above 0; none below three of them.
    pub quotient: Option<f64>,
}

/// One dose entry.
#[derive(Debug, Clone, PartialEq)]
pub struct DoseSurvey {
    /// Place among the dose entries of the model.
    pub entry: usize,
    /// Doses.
    pub count: usize,
    /// Subjects with at least one.
    pub subjects: usize,
    /// Sum of the amounts, in the unit of the entry; 0 for a marker.
    pub total: f64,
    /// Doses a subject, over all subjects.
    pub by_subject: Spread,
    /// Of the single amounts.
    pub amounts: Spread,
}

/// One covariate.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateSurvey {
    /// Place among the covariates of the model.
    pub covariate: usize,
    /// Subjects with a value.
    pub subjects: usize,
    /// Subjects without one: they have the value of the run.
    pub missing: usize,
    /// Subjects in which it changes.
    pub changing: usize,
    /// Of the first values, in the unit of the covariate.
    pub values: Spread,
}

impl Spread {
    /// Of some numbers, NaN left out.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = numbers.into_iter().filter(|number| !number.is_nan()).collect();
        sorted.sort_by(f64::total_cmp);
        let (Some(min), Some(max)) = (sorted.first(), sorted.last()) else {
            return Self { min: f64::NAN, median: f64::NAN, max: f64::NAN };
        };
        let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        Self { min: *min, median: if low == high { low } else { 0.5 * low + 0.5 * high }, max: *max }
    }
}

impl Survey {
    /// Looks at all of it. `until` is where runs of the model end, in its time unit.
    ///
    /// # Panics
    /// If there is not one [`Expected`] a subject with a prediction a row.
    pub fn new(model: &Model, data: &Data, expected: &[Expected], until: f64) -> Self {
        assert_eq!(data.subjects.len(), expected.len(), "one expectation a subject");
        for (subject, expected) in data.subjects.iter().zip(expected) {
            assert_eq!(subject.observed.len(), expected.typical.len(), "one prediction a row");
        }
        let observed = |output: &usize| rows(data).any(|(_, row, _)| row.output == *output);
        let outputs: Vec<usize> = (0..model.outputs.len()).filter(observed).collect();
        let given = |entry: &usize| expected.iter().flat_map(|one| &one.doses).any(|dose| dose.entry == *entry);
        let entries: Vec<usize> = (0..model.doses.len()).filter(given).collect();
        let suspicion = suspicion::Suspicion::new(model, data, expected, until);
        Self {
            subjects: subjects::all(model, data, expected, &outputs, &entries),
            outputs: outputs
                .iter()
                .map(|output| subjects::output(data, *output, suspicion.quotient(*output)))
                .collect(),
            doses: entries.iter().map(|entry| subjects::dose(expected, *entry)).collect(),
            dosed: data.subjects.iter().any(|subject| subject.design.doses.is_some()),
            covariates: (0..model.covariates.len()).map(|at| subjects::covariate(data, at)).collect(),
            occasions: subjects::occasions(data),
            suspicious: suspicion.find(),
        }
    }

    /// Observations in all.
    pub fn observations(&self) -> usize {
        self.subjects.iter().map(|subject| subject.observations).sum()
    }

    /// First and last time of an observation, in the time unit of the model.
    pub fn times(&self) -> (f64, f64) {
        let first = Spread::of(self.subjects.iter().map(|subject| subject.times.0)).min;
        (first, Spread::of(self.subjects.iter().map(|subject| subject.times.1)).max)
    }
}

/// All rows with the subjects they are of.
fn rows(data: &Data) -> impl Iterator<Item = (&DataSubject, &super::design::DesignRow, &super::observed::ObservedRow)> {
    data.subjects.iter().flat_map(|subject| subject.rows().map(move |(row, seen)| (subject, row, seen)))
}

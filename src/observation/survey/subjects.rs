//! Numbers by subject, output, dose entry and covariate.

use super::{CovariateSurvey, DoseSurvey, Expected, OutputSurvey, Spread, SubjectSurvey, rows};
use crate::model::Model;
use crate::observation::observed::Data;

/// A subject each; `outputs` and `entries` are those that there are.
pub(super) fn all(
    model: &Model,
    data: &Data,
    expected: &[Expected],
    outputs: &[usize],
    entries: &[usize],
) -> Vec<SubjectSurvey> {
    let one = |(subject, expected): (&crate::observation::DataSubject, &Expected)| {
        let rows = &subject.design.rows;
        let doses = |entry: &usize| {
            let of = expected.doses.iter().filter(|dose| dose.entry == *entry);
            (of.clone().count(), total(of.map(|dose| dose.amount)))
        };
        let first = |covariate: usize| {
            let course = subject.design.covariates.iter().find(|course| course.covariate == covariate)?;
            Some(course.points[0].1)
        };
        SubjectSurvey {
            name: subject.design.name.clone(),
            observations: rows.len(),
            below: subject.observed.iter().filter(|seen| seen.below_limit()).count(),
            by_output: outputs.iter().map(|output| rows.iter().filter(|row| row.output == *output).count()).collect(),
            times: (rows.first().map_or(f64::NAN, |row| row.time), rows.last().map_or(f64::NAN, |row| row.time)),
            doses: entries.iter().map(doses).collect(),
            covariates: (0..model.covariates.len()).map(first).collect(),
        }
    };
    data.subjects.iter().zip(expected).map(one).collect()
}

/// The sum, which of nothing is 0 and not -0.
fn total(amounts: impl Iterator<Item = f64>) -> f64 {
    amounts.fold(0.0, |sum, amount| sum + amount)
}

pub(super) fn output(data: &Data, output: usize, quotient: Option<f64>) -> OutputSurvey {
    let of = || rows(data).filter(|(_, row, _)| row.output == output);
    let count = |subject: &crate::observation::DataSubject| {
        subject.design.rows.iter().filter(|row| row.output == output).count()
    };
    let counts: Vec<usize> = data.subjects.iter().map(count).collect();
    OutputSurvey {
        output,
        observations: of().count(),
        below: of().filter(|(.., seen)| seen.below_limit()).count(),
        above: of().filter(|(.., seen)| seen.above_limit()).count(),
        values: Spread::of(of().filter_map(|(.., seen)| seen.known())),
        subjects: counts.iter().filter(|count| **count > 0).count(),
        by_subject: Spread::of(counts.iter().map(|count| *count as f64)),
        times: Spread::of(of().map(|(_, row, _)| row.time)),
        quotient,
    }
}

pub(super) fn dose(expected: &[Expected], entry: usize) -> DoseSurvey {
    let of = |one: &Expected| one.doses.iter().filter(|dose| dose.entry == entry).count();
    let counts: Vec<usize> = expected.iter().map(of).collect();
    let amounts =
        || expected.iter().flat_map(|one| &one.doses).filter(|dose| dose.entry == entry).map(|dose| dose.amount);
    DoseSurvey {
        entry,
        count: counts.iter().sum(),
        subjects: counts.iter().filter(|count| **count > 0).count(),
        total: total(amounts()),
        by_subject: Spread::of(counts.iter().map(|count| *count as f64)),
        amounts: Spread::of(amounts()),
    }
}

pub(super) fn covariate(data: &Data, covariate: usize) -> CovariateSurvey {
    let course = |subject: &'_ crate::observation::DataSubject| {
        let course = subject.design.covariates.iter().find(|course| course.covariate == covariate)?;
        Some((course.points[0].1, !course.is_constant()))
    };
    let told: Vec<(f64, bool)> = data.subjects.iter().filter_map(course).collect();
    CovariateSurvey {
        covariate,
        subjects: told.len(),
        missing: data.subjects.len() - told.len(),
        changing: told.iter().filter(|(_, changes)| *changes).count(),
        values: Spread::of(told.iter().map(|(value, _)| *value)),
    }
}

pub(super) fn occasions(data: &Data) -> Vec<(Option<u32>, usize)> {
    let mut found: Vec<(Option<u32>, usize)> = Vec::new();
    let mut all: Vec<Option<u32>> = rows(data).map(|(.., seen)| seen.occasion).collect();
    all.sort_unstable();
    for occasion in all {
        match found.last_mut() {
            Some((known, count)) if *known == occasion => *count += 1,
            _ => found.push((occasion, 1)),
        }
    }
    if found.iter().all(|(occasion, _)| occasion.is_none()) { Vec::new() } else { found }
}

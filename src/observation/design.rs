//! Who is observed when, and of what.

use super::mistakes::TOLD;
use super::observed::DataSubject;
use super::reading::{Wanted, read};
use crate::diagnostic::codes::run;
use crate::diagnostic::{Problems, Source, Span};
use crate::model::Model;
use crate::regimen::Regimen;
use crate::trajectory::{Sidecar, brief};

/// Subjects in the order of their first row.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// The subjects.
    pub subjects: Vec<DesignSubject>,
}

/// One subject of a design.
#[derive(Debug, Clone, PartialEq)]
pub struct DesignSubject {
    /// Name, as the table writes it; `1` if the table has no column of subjects.
    pub name: String,
    /// What is to be observed, in the order of time, at one time in the order of the table.
    pub rows: Vec<DesignRow>,
    /// Its doses. None if the table has no dose records at all: then the regimen of the scenario holds. If another
    /// subject has dose records, a subject without them gets no dose.
    pub doses: Option<Regimen>,
    /// What the table tells of its covariates.
    pub covariates: Vec<CovariateCourse>,
}

/// A covariate of a subject by time; how it goes on between records stands with the covariate of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateCourse {
    /// Place among the covariates of the model.
    pub covariate: usize,
    /// Times, ascending, in the time unit of the model, and values in the unit of the covariate; at least one.
    pub points: Vec<(f64, f64)>,
}

impl CovariateCourse {
    /// Whether it has one value throughout.
    pub fn is_constant(&self) -> bool {
        self.points.iter().all(|point| point.1 == self.points[0].1)
    }
}

/// An observation asked for. Two are equal if they ask for the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct DesignRow {
    /// When, in the time unit of the model.
    pub time: f64,
    /// Of what: place among the outputs of the model.
    pub output: usize,
    /// Whether it stands before the dose records of its time: then it sees the state before them, after what was on its way
    /// (additional and lagged doses act before all records of a time).
    pub before: bool,
    /// Where the time stands in the table.
    pub place: Span,
}

impl PartialEq for DesignRow {
    fn eq(&self, other: &Self) -> bool {
        (self.time, self.output, self.before) == (other.time, other.output, other.before)
    }
}

/// Reads a design: a NONMEM-style table whose observation records (EVID 0, MDV not 1) ask for an observation each.
///
/// Columns, in any order and in capitals or not: `ID` (or `subject`), `TIME`, `DATE`, `DVID` (or `output`: name, or number
/// from 1 in the order of the model), `EVID`, `MDV`; for dose records (EVID 1 and 4, or AMT above 0 without a column EVID)
/// `AMT`, `CMT`, `RATE` or `DUR`, `II`, `ADDL`, `SS`, `CAP`, `IF`; covariates of the model by their names. Times count in
/// the unit of the heading (`TIME [h]`), else in that of the model; amounts and rates in that of the heading, else of the
/// dose entry. Times may be dates with a time of day: they count from the subject's first dose of `cart`, else from its
/// first record.
///
/// Without dose records the rows of a subject need not stand together or be sorted. With them, order means something: a
/// subject has one block, time does not run backwards, and records of one time act in the order of the file.
///
/// What was observed (`DV`, `CENS`, `LIMIT`, `BLQ`, `OCC`) is passed over ([`read_data`](super::read_data) reads it); a
/// column that means nothing here is a warning.
///
/// ```
/// use cascade::diagnostic::{Problems, Source};
/// use cascade::model::Model;
/// use cascade::observation::read_design;
/// use cascade::trajectory::Sidecar;
/// let model = Model::embedded("stein-2019")?;
/// let table = Source::new("design.csv", "ID,TIME [week]\n7,1\n7,2\n8,1\n");
/// let design = read_design(&table, &Sidecar::default(), &model, &mut Problems::default()).unwrap();
/// assert_eq!((design.subjects.len(), design.subjects[0].rows[1].time), (2, 14.0));
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
///
/// None if there are mistakes, which are all told, each with its place.
pub fn read_design(source: &Source, sidecar: &Sidecar, model: &Model, problems: &mut Problems) -> Option<Design> {
    read(source, sidecar, model, Wanted::Design, problems).map(without_values)
}

/// Reads the doses and covariates of the same table; its observation records ask for nothing.
///
/// None if there are mistakes, which are all told, each with its place.
pub fn read_records(source: &Source, sidecar: &Sidecar, model: &Model, problems: &mut Problems) -> Option<Design> {
    read(source, sidecar, model, Wanted::Records, problems).map(without_values)
}

fn without_values(subjects: Vec<DataSubject>) -> Design {
    Design { subjects: subjects.into_iter().map(|subject| subject.design).collect() }
}

impl DesignSubject {
    /// Tells which rows lie outside a run, in the time unit of the model.
    pub fn check_within(&self, start: f64, end: f64, model: &Model, problems: &mut Problems) {
        let unit = &model.time;
        let outside = self.rows.iter().filter(|row| !(start..=end).contains(&row.time));
        for (n, row) in outside.enumerate() {
            if n == TOLD {
                return;
            }
            let message = format!(
                "time {} {unit} lies outside the run from {} to {} {unit}",
                brief(row.time),
                brief(start),
                brief(end)
            );
            let help = if row.time < start {
                "a run starts at 0, or at the first dose before it"
            } else {
                "let the run end later with --until, or remove the row"
            };
            problems.error(&run::BAD_GRID, message).label(row.place.clone(), "").help(help);
        }
    }
}

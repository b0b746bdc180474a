//! Who is observed when, and of what.

use super::record::{Columns, Record};
use crate::diagnostic::codes::{data, run};
use crate::diagnostic::{Code, Diagnostic, Problems, Source, Span, listing};
use crate::model::Model;
use crate::regimen::{Dose, Regimen};
use crate::trajectory::{Fields, Sidecar, brief};

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
}

/// An observation asked for. Two are equal if they ask for the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct DesignRow {
    /// When, in the time unit of the model.
    pub time: f64,
    /// Of what: place among the outputs of the model.
    pub output: usize,
    /// Where the time stands in the table.
    pub place: Span,
}

impl PartialEq for DesignRow {
    fn eq(&self, other: &Self) -> bool {
        (self.time, self.output) == (other.time, other.output)
    }
}

/// At most so many mistakes are told one by one.
const TOLD: usize = 20;

/// The mistakes of a table, the first of them told, the rest counted.
pub(super) struct Mistakes<'a> {
    pub problems: &'a mut Problems,
    count: usize,
}

impl Mistakes<'_> {
    /// Tells a mistake; further remedies go to what it returns.
    pub fn tell(&mut self, code: &'static Code, message: String, place: Span, help: &str) {
        self.count += 1;
        if self.count > TOLD {
            return;
        }
        let found = self.problems.error(code, message);
        found.label(place, "");
        if !help.is_empty() {
            found.help(help);
        }
    }

    fn finish(self, source: &Source) -> usize {
        if self.count > TOLD {
            self.problems
                .error(&data::DESIGN_RECORD, format!("{} more such mistakes", self.count - TOLD))
                .label(source.whole(), "");
        }
        self.count
    }
}

/// Reads a design: a NONMEM-style table whose observation records (EVID 0, MDV not 1) ask for an observation each.
///
/// Columns, in any order and in capitals or not: `ID` (or `subject`), `TIME`, `DVID` (or `output`: name, or number from 1
/// in the order of the model), `EVID`, `MDV`; for dose records (EVID 1, or AMT above 0 without a column EVID) `AMT`, `CMT`,
/// `RATE`, `II`, `ADDL`. Times count in the unit of the heading (`TIME [h]`), else in that of the model; amounts and rates
/// in that of the heading, else of the dose entry. Rows of a subject need not stand together or be sorted.
///
/// What was observed (`DV`, `CENS`, `LIMIT`, `BLQ`) is passed over; a column that means nothing here is a warning.
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
    let mut found = Problems::default();
    let design = read(source, sidecar, model, &mut found);
    let good = !found.has_errors();
    problems.append(found);
    design.filter(|_| good)
}

fn read(source: &Source, sidecar: &Sidecar, model: &Model, problems: &mut Problems) -> Option<Design> {
    let table = Fields::read(source, problems)?;
    let columns = Columns::read(&table, sidecar, model, problems)?;
    let mut told = Mistakes { problems, count: 0 };
    let mut subjects: Vec<(DesignSubject, Vec<Dose>)> = Vec::new();
    let mut outputs = Outputs::of(model);
    for row in 0..table.rows() {
        let name = columns.subject(&table, row, &mut told);
        let record = columns.record(&table, row, model, &mut told);
        let (Some(name), Some(record)) = (name, record) else { continue };
        let at = subjects.iter().position(|(subject, _)| subject.name == name).unwrap_or_else(|| {
            subjects.push((DesignSubject { name, rows: Vec::new(), doses: None }, Vec::new()));
            subjects.len() - 1
        });
        let (subject, doses) = &mut subjects[at];
        match record {
            Record::Nothing => {}
            Record::Dose(dose) => doses.push(*dose),
            Record::Observation { time, place } => {
                if let Some(output) = outputs.at(&columns, &table, row, &mut told) {
                    subject.rows.push(DesignRow { time, output, place });
                }
            }
        }
    }
    let wrong = told.finish(source);
    if wrong == 0 && subjects.iter().all(|(subject, _)| subject.rows.is_empty()) {
        problems
            .error(&data::EMPTY_TABLE, "the design asks for no observation")
            .label(source.whole(), "no record has EVID 0 and MDV 0")
            .help("a row for each observation: `1,7` under `ID,TIME`");
    }
    let dosed = subjects.iter().any(|(_, doses)| !doses.is_empty());
    let subjects = subjects.into_iter().map(|(mut subject, doses)| {
        subject.rows.sort_by(|a, b| a.time.total_cmp(&b.time));
        if dosed {
            let regimen = Regimen { doses };
            regimen.resolve(model, problems);
            subject.doses = Some(regimen);
        }
        subject
    });
    Some(Design { subjects: subjects.collect() })
}

/// Finds the output of a row, and tells each kind of mistake once.
struct Outputs<'m> {
    model: &'m Model,
    /// The only one with a residual error.
    usual: Option<usize>,
    refused: Vec<usize>,
    unnamed: bool,
}

impl<'m> Outputs<'m> {
    fn of(model: &'m Model) -> Self {
        let mut with_error = (0..model.outputs.len()).filter(|at| model.outputs[*at].error.is_some());
        let usual = with_error.next().filter(|_| with_error.next().is_none());
        Self { model, usual, refused: Vec::new(), unnamed: false }
    }

    fn at(&mut self, columns: &Columns, table: &Fields, row: usize, told: &mut Mistakes) -> Option<usize> {
        let (text, place) = columns.output(table, row);
        let output = if text.is_empty() {
            if self.usual.is_none() && !self.unnamed {
                self.unnamed = true;
                self.tell_unnamed(place.clone(), told);
            }
            self.usual?
        } else {
            match self.named(&text) {
                Some(output) => output,
                None => {
                    let names = self.model.outputs.iter().map(|output| output.name.text.as_str());
                    let help = listing(&text, names, "outputs");
                    let message = format!("`{text}` is not an output of `{}`", self.model.name);
                    told.tell(&data::DESIGN_OUTPUT, message, place, &help);
                    return None;
                }
            }
        };
        if self.model.outputs[output].error.is_none() {
            if !self.refused.contains(&output) {
                self.refused.push(output);
                let mut found = no_error_model(self.model, output);
                found.label(place, "is to be observed");
                told.problems.push(found);
                told.count += 1;
            }
            return None;
        }
        Some(output)
    }

    fn named(&self, text: &str) -> Option<usize> {
        let outputs = &self.model.outputs;
        let by_name = outputs.iter().position(|output| output.name.text == text);
        by_name.or_else(|| text.parse::<usize>().ok().filter(|n| (1..=outputs.len()).contains(n)).map(|n| n - 1))
    }

    fn tell_unnamed(&self, place: Span, told: &mut Mistakes) {
        let with_error: Vec<&str> = self
            .model
            .outputs
            .iter()
            .filter(|output| output.error.is_some())
            .map(|output| output.name.text.as_str())
            .collect();
        if with_error.is_empty() {
            let message = format!("no output of `{}` has a residual error", self.model.name);
            told.tell(&data::NO_ERROR_MODEL, message, place, ERROR_HELP);
        } else {
            let help = format!("add a column DVID; outputs with a residual error: {}", with_error.join(", "));
            told.tell(&data::DESIGN_OUTPUT, "which output is to be observed?".into(), place, &help);
        }
    }
}

const ERROR_HELP: &str = "declare it under [outputs.NAME] in a copy of the model: \
                          error = { model = \"proportional\", sd = 0.3, assumption = \"A1: ...\" }";

/// Why an output cannot be observed.
pub(super) fn no_error_model(model: &Model, output: usize) -> Diagnostic {
    let name = &model.outputs[output].name;
    let mut found =
        Diagnostic::error(&data::NO_ERROR_MODEL, format!("output `{name}` of `{}` has no residual error", model.name));
    found.help(ERROR_HELP.replace("NAME", name));
    found
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

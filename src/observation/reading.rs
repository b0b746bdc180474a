//! The one reader of NONMEM-style tables: designs, records and data.

use super::columns::{Columns, Role};
use super::design::{CovariateCourse, DesignRow, DesignSubject};
use super::mistakes::Mistakes;
use super::observed::{DataSubject, ObservedRow};
use super::outputs::Outputs;
use super::record::{Record, Row};
use super::values::Values;
use super::when::{When, when};
use crate::diagnostic::codes::data;
use crate::diagnostic::{Problems, Source, Span};
use crate::model::Model;
use crate::regimen::{Dose, Regimen, same_time};
use crate::trajectory::{Fields, Sidecar, brief};

/// What of a table is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Doses and covariates.
    Records,
    /// And what is to be observed.
    Design,
    /// And what was observed.
    Data,
}

/// Reads a table; subjects have no `observed` unless data are wanted. None if there are mistakes.
pub(super) fn read(
    source: &Source,
    sidecar: &Sidecar,
    model: &Model,
    wanted: Wanted,
    problems: &mut Problems,
) -> Option<Vec<DataSubject>> {
    let mut found = Problems::default();
    let subjects = read_all(source, sidecar, model, wanted, &mut found);
    let good = !found.has_errors();
    problems.append(found);
    subjects.filter(|_| good)
}

/// A row as far as it was understood.
struct Entry {
    row: usize,
    subject: usize,
    time: f64,
    place: Span,
    /// Whether it is a dose or a reset, and whether an observation.
    dose: bool,
    observation: bool,
}

/// A subject while its rows are read.
struct Draft {
    design: DesignSubject,
    doses: Vec<Dose>,
    /// With what was observed, if that is wanted.
    rows: Vec<(DesignRow, Option<ObservedRow>)>,
}

impl Draft {
    fn new(name: String) -> Self {
        let design = DesignSubject { name, rows: Vec::new(), doses: None, covariates: Vec::new() };
        Self { design, doses: Vec::new(), rows: Vec::new() }
    }

    /// `dosed`: whether any subject has dose records.
    fn finish(mut self, dosed: bool, model: &Model, problems: &mut Problems) -> DataSubject {
        self.rows.sort_by(|a, b| a.0.time.total_cmp(&b.0.time));
        let mut observed = Vec::new();
        for (row, value) in self.rows {
            self.design.rows.push(row);
            observed.extend(value);
        }
        if dosed {
            let regimen = Regimen { doses: self.doses };
            regimen.resolve(model, problems);
            self.design.doses = Some(regimen);
        }
        for course in &mut self.design.covariates {
            course.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        DataSubject { design: self.design, observed }
    }
}

fn read_all(
    source: &Source,
    sidecar: &Sidecar,
    model: &Model,
    wanted: Wanted,
    problems: &mut Problems,
) -> Option<Vec<DataSubject>> {
    let table = Fields::read(source, problems)?;
    let columns = Columns::read(&table, sidecar, model, wanted, problems)?;
    let observed = wanted != Wanted::Records;
    let mut told = Mistakes { problems, count: 0 };
    let mut subjects: Vec<Draft> = Vec::new();
    let mut outputs = Outputs::of(model);
    let mut values = Values::of(model);
    let mut entries: Vec<Entry> = Vec::new();
    let times: Vec<Option<When>> = (0..table.rows()).map(|row| when(&columns, &table, row, model, &mut told)).collect();
    let origins = origins(&columns, &table, &times);
    for (row, time) in times.iter().enumerate() {
        let name = columns.subject(&table, row, &mut told);
        let place = columns.span(Role::Time, &table, row);
        let origin = origins.iter().find(|(known, _)| Some(known) == name.as_ref()).map(|(_, origin)| *origin);
        let time = time.zip(origin).map(|(time, origin)| {
            if std::mem::discriminant(&time) != std::mem::discriminant(&origin) {
                let help = "all times of a subject are numbers, or all are dates";
                told.tell(&data::DESIGN_RECORD, "numbers among dates".into(), place.clone(), help);
            }
            time.from(origin, model)
        });
        let (Some(name), Some(time)) = (name, time) else { continue };
        let record = Row { columns: &columns, table: &table, row, model, time }.record(&mut told);
        let covariates = columns.covariates(&table, row, model, &mut told);
        let Some(record) = record else { continue };
        let at = subjects.iter().position(|subject| subject.design.name == name).unwrap_or_else(|| {
            subjects.push(Draft::new(name));
            subjects.len() - 1
        });
        let subject = &mut subjects[at];
        let kind = (matches!(record, Record::Doses(_)), matches!(record, Record::Observation));
        entries.push(Entry { row, subject: at, time, place: place.clone(), dose: kind.0, observation: kind.1 });
        match record {
            Record::Nothing => {}
            Record::Doses(given) => subject.doses.extend(given),
            Record::Observation if !observed => {}
            Record::Observation => {
                if let Some(output) = outputs.at(&columns, &table, row, &mut told) {
                    let asked = DesignRow { time, output, before: false, place: place.clone() };
                    let field = Row { columns: &columns, table: &table, row, model, time };
                    match wanted {
                        Wanted::Data => {
                            let value = values.read(&field, output, &mut told);
                            subject.rows.extend(value.map(|value| (asked, Some(value))));
                        }
                        _ => subject.rows.push((asked, None)),
                    }
                }
            }
        }
        for (covariate, value) in covariates {
            subject.design.note(covariate, time, value, model, &place, &mut told);
        }
    }
    let dosed = entries.iter().any(|entry| entry.dose);
    if dosed || !observed {
        check_order(&entries, &subjects, &columns, &table, &mut told);
        for (at, subject) in subjects.iter_mut().enumerate() {
            let own: Vec<&Entry> = entries.iter().filter(|entry| entry.subject == at).collect();
            for entry in own.iter().filter(|entry| entry.observation) {
                let before = stands_before(entry, &own, &mut told);
                if let Some((row, _)) = subject.rows.iter_mut().find(|(row, _)| row.place == entry.place) {
                    row.before = before;
                }
            }
        }
    }
    let wrong = told.finish(source);
    if wrong == 0 && observed && subjects.iter().all(|subject| subject.rows.is_empty()) {
        let (message, example) = match wanted {
            Wanted::Data => ("the table has no observation", "`1,7,2.4` under `ID,TIME,DV`"),
            _ => ("the design asks for no observation", "`1,7` under `ID,TIME`"),
        };
        problems
            .error(&data::EMPTY_TABLE, message)
            .label(source.whole(), "no record has EVID 0 and MDV 0")
            .help(format!("a row for each observation: {example}"));
    }
    values.warn(problems);
    if wrong == 0 && !observed && !dosed {
        problems
            .error(&data::EMPTY_TABLE, "the table has no dose record")
            .label(source.whole(), "no record has EVID 1, 3 or 4, or an AMT")
            .help("a row for each dose: `1,0,100,drug` under `ID,TIME,AMT,CMT`");
    }
    Some(subjects.into_iter().map(|subject| subject.finish(dosed, model, problems)).collect())
}

/// From when each subject's dates count: its first dose of `cart`, else its first row.
fn origins(columns: &Columns, table: &Fields, times: &[Option<When>]) -> Vec<(String, When)> {
    let mut origins: Vec<(String, When, bool)> = Vec::new();
    for (row, time) in times.iter().enumerate().filter_map(|(row, time)| Some((row, (*time)?))) {
        let name = match columns.place(Role::Subject) {
            Some(_) => columns.text(Role::Subject, table, row),
            None => "1".into(),
        };
        let amount = columns.text(Role::Amount, table, row);
        let given = columns.text(Role::Compartment, table, row) == "cart" && !matches!(&*amount, "" | "0");
        match origins.iter_mut().find(|(known, ..)| *known == name) {
            None => origins.push((name, time, given)),
            Some((_, origin, found)) if given && !*found => (*origin, *found) = (time, true),
            Some(_) => {}
        }
    }
    origins.into_iter().map(|(name, origin, _)| (name, origin)).collect()
}

/// Tells subjects in two blocks and time that runs backwards.
fn check_order(entries: &[Entry], subjects: &[Draft], columns: &Columns, table: &Fields, told: &mut Mistakes) {
    for (at, pair) in entries.windows(2).enumerate() {
        let (before, entry) = (&pair[0], &pair[1]);
        let name = &subjects[entry.subject].design.name;
        if before.subject != entry.subject {
            if entries[..=at].iter().any(|known| known.subject == entry.subject) {
                let place = columns.span(Role::Subject, table, entry.row);
                let help =
                    "NONMEM reads the second block as another patient: put the rows of a subject together, or rename";
                told.tell(&data::TWO_BLOCKS, format!("subject `{name}` has two blocks of rows"), place, help);
            }
        } else if entry.time < before.time && !same_time(entry.time, before.time) {
            let message = format!("time runs backwards: {} after {}", brief(entry.time), brief(before.time));
            let help =
                "sort the rows of each subject by time; a new occasion (EVID 3) goes on in time, or is another subject";
            told.tell(&data::TIME_ORDER, message, entry.place.clone(), help);
        }
    }
}

/// Whether an observation stands before the dose records of its time; `own` are the rows of its subject.
fn stands_before(entry: &Entry, own: &[&Entry], told: &mut Mistakes) -> bool {
    let there = |other: &&&Entry| other.dose && same_time(other.time, entry.time);
    let earlier = own.iter().filter(there).any(|other| other.row < entry.row);
    let later = own.iter().filter(there).any(|other| other.row > entry.row);
    if earlier && later {
        let help = "put it before all doses of its time, or behind them";
        told.tell(&data::DESIGN_RECORD, "an observation between doses of one time".into(), entry.place.clone(), help);
    }
    later && !earlier
}

impl DesignSubject {
    fn note(&mut self, covariate: usize, time: f64, value: f64, model: &Model, place: &Span, told: &mut Mistakes) {
        let at = self.covariates.iter().position(|course| course.covariate == covariate).unwrap_or_else(|| {
            self.covariates.push(CovariateCourse { covariate, points: Vec::new() });
            self.covariates.len() - 1
        });
        let points = &mut self.covariates[at].points;
        match points.iter().find(|point| same_time(point.0, time)) {
            Some((_, known)) if *known != value => {
                let name = &model.covariates[covariate].name;
                let message = format!("`{name}` is {known} and {value} at one time");
                told.tell(&data::DESIGN_RECORD, message, place.clone(), "records of one time tell one value");
            }
            Some(_) => {}
            None => points.push((time, value)),
        }
    }
}

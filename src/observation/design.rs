//! Who is observed when, and of what.

use super::columns::{Columns, Role};
use super::outputs::Outputs;
use super::record::{Record, Row};
use super::when::{When, when};
use crate::diagnostic::codes::{data, run};
use crate::diagnostic::{Code, Problems, Source, Span};
use crate::model::Model;
use crate::regimen::{Dose, Regimen, same_time};
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
    /// Whether it stands before the dose records of its time: then it sees the state before them.
    pub before: bool,
    /// Where the time stands in the table.
    pub place: Span,
}

impl PartialEq for DesignRow {
    fn eq(&self, other: &Self) -> bool {
        (self.time, self.output, self.before) == (other.time, other.output, other.before)
    }
}

/// At most so many mistakes are told one by one.
const TOLD: usize = 20;

/// The mistakes of a table, the first of them told, the rest counted.
pub(super) struct Mistakes<'a> {
    pub problems: &'a mut Problems,
    pub count: usize,
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
/// What was observed (`DV`, `CENS`, `LIMIT`, `BLQ`, `OCC`) is passed over; a column that means nothing here is a warning.
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
    read(source, sidecar, model, true, problems)
}

/// Reads the doses and covariates of the same table; its observation records ask for nothing.
///
/// None if there are mistakes, which are all told, each with its place.
pub fn read_records(source: &Source, sidecar: &Sidecar, model: &Model, problems: &mut Problems) -> Option<Design> {
    read(source, sidecar, model, false, problems)
}

fn read(source: &Source, sidecar: &Sidecar, model: &Model, observed: bool, problems: &mut Problems) -> Option<Design> {
    let mut found = Problems::default();
    let design = read_all(source, sidecar, model, observed, &mut found);
    let good = !found.has_errors();
    problems.append(found);
    design.filter(|_| good)
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

fn read_all(
    source: &Source,
    sidecar: &Sidecar,
    model: &Model,
    observed: bool,
    problems: &mut Problems,
) -> Option<Design> {
    let table = Fields::read(source, problems)?;
    let columns = Columns::read(&table, sidecar, model, problems)?;
    let mut told = Mistakes { problems, count: 0 };
    let mut subjects: Vec<(DesignSubject, Vec<Dose>)> = Vec::new();
    let mut outputs = Outputs::of(model);
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
        let at = subjects.iter().position(|(subject, _)| subject.name == name).unwrap_or_else(|| {
            let subject = DesignSubject { name, rows: Vec::new(), doses: None, covariates: Vec::new() };
            subjects.push((subject, Vec::new()));
            subjects.len() - 1
        });
        let (subject, doses) = &mut subjects[at];
        let kind = (matches!(record, Record::Doses(_)), matches!(record, Record::Observation));
        entries.push(Entry { row, subject: at, time, place: place.clone(), dose: kind.0, observation: kind.1 });
        match record {
            Record::Nothing => {}
            Record::Doses(given) => doses.extend(given),
            Record::Observation if !observed => {}
            Record::Observation => {
                if let Some(output) = outputs.at(&columns, &table, row, &mut told) {
                    subject.rows.push(DesignRow { time, output, before: false, place: place.clone() });
                }
            }
        }
        for (covariate, value) in covariates {
            subject.note(covariate, time, value, model, &place, &mut told);
        }
    }
    let dosed = entries.iter().any(|entry| entry.dose);
    if dosed || !observed {
        check_order(&entries, &subjects, &columns, &table, &mut told);
        for entry in entries.iter().filter(|entry| entry.observation) {
            let before = stands_before(entry, &entries, &mut told);
            let rows = &mut subjects[entry.subject].0.rows;
            if let Some(row) = rows.iter_mut().find(|row| row.place == entry.place) {
                row.before = before;
            }
        }
    }
    let wrong = told.finish(source);
    if wrong == 0 && observed && subjects.iter().all(|(subject, _)| subject.rows.is_empty()) {
        problems
            .error(&data::EMPTY_TABLE, "the design asks for no observation")
            .label(source.whole(), "no record has EVID 0 and MDV 0")
            .help("a row for each observation: `1,7` under `ID,TIME`");
    }
    if wrong == 0 && !observed && !dosed {
        problems
            .error(&data::EMPTY_TABLE, "the table has no dose record")
            .label(source.whole(), "no record has EVID 1, 3 or 4, or an AMT")
            .help("a row for each dose: `1,0,100,drug` under `ID,TIME,AMT,CMT`");
    }
    let subjects = subjects.into_iter().map(|(mut subject, doses)| {
        subject.rows.sort_by(|a, b| a.time.total_cmp(&b.time));
        if dosed {
            let regimen = Regimen { doses };
            regimen.resolve(model, problems);
            subject.doses = Some(regimen);
        }
        for course in &mut subject.covariates {
            course.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        subject
    });
    Some(Design { subjects: subjects.collect() })
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
fn check_order(
    entries: &[Entry],
    subjects: &[(DesignSubject, Vec<Dose>)],
    columns: &Columns,
    table: &Fields,
    told: &mut Mistakes,
) {
    for (at, pair) in entries.windows(2).enumerate() {
        let (before, entry) = (&pair[0], &pair[1]);
        let name = &subjects[entry.subject].0.name;
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

/// Whether an observation stands before the dose records of its time.
fn stands_before(entry: &Entry, entries: &[Entry], told: &mut Mistakes) -> bool {
    let there = |other: &&Entry| other.subject == entry.subject && other.dose && same_time(other.time, entry.time);
    let earlier = entries.iter().filter(there).any(|other| other.row < entry.row);
    let later = entries.iter().filter(there).any(|other| other.row > entry.row);
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

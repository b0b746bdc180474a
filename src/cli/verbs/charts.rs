//! `cascade grade` of what a ward wrote down: long tables, tables of signs, single time points.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read, Write};

use serde_json::json;

use crate::chart::{Absent, Chart, Instant, LongTable, Options, SnapshotTable};
use crate::cli::arguments::{AbsentRows, Format, GradeArgs};
use crate::cli::cohort_portraits::Portraits;
use crate::cli::loading::{self, Scales};
use crate::cli::output::{self, Folder};
use crate::cli::verbs::{cohorts, grade};
use crate::cli::{Context, Failure, disk, standards, tables};
use crate::cohort::{Cohort, Kind};
use crate::crs::{COURSE_COLUMNS, Course, Grading, Panel, Reading, Scale, Settings, grade_states};
use crate::diagnostic::codes::{chart, file};
use crate::diagnostic::{Diagnostic, Problems, Source};
use crate::sign::Patient;
use crate::trajectory::{Fields, aligned};
use crate::unit::{Quantity, Unit};

/// Columns of graded time points.
const SNAPSHOT_COLUMNS: [&str; 6] = ["id", "scale", "grade", "bound", "rule", "flags"];

/// After so many mistakes of a table no more are looked for.
const MOST_TOLD: usize = 40;

/// How many different patients keep their thresholds ready.
const READY: usize = 512;

/// A patient who can be graded.
pub struct Subject {
    name: String,
    patient: Patient,
    clock_at_start: f64,
    states: Vec<Reading>,
    reports: Vec<crate::chart::Report>,
    moments: Option<crate::chart::Moments>,
}

impl Subject {
    fn of(chart: Chart, options: &Options) -> Self {
        Self {
            states: chart.states(options),
            moments: Some(chart.moments()),
            name: chart.subject,
            patient: chart.patient,
            clock_at_start: chart.clock_at_start,
            reports: chart.reports,
        }
    }

    /// The settings that grade it, on the base of others.
    fn settings(&self, base: &Settings) -> Settings {
        Settings { patient: self.patient, clock_at_start: self.clock_at_start, ..base.clone() }
    }
}

/// Grades single time points.
pub fn snapshots(arguments: &GradeArgs, path: &str) -> Result<(), Failure> {
    let Scales { scales, settings, .. } = loading::scales(&arguments.scales)?;
    let mut table = SnapshotTable::open(path, reader(path)?)?;
    let mut ready = Ready::default();
    let (mut rows, mut problems) = (Vec::new(), Problems::default());
    loop {
        let snapshot = match table.next_snapshot() {
            Ok(Some(snapshot)) => snapshot,
            Ok(None) => break,
            Err(found) => {
                problems.append(found);
                if problems.iter().count() > MOST_TOLD {
                    return Err(problems.into());
                }
                continue;
            }
        };
        let panel = ready.panel(&scales, snapshot.settings(&settings))?;
        for course in snapshot.grade_by(panel) {
            let Some(row) = course.rows().last() else { continue };
            let record = course.record(row);
            rows.push([
                snapshot.id.clone(),
                course.grading().scale().name().to_owned(),
                record.grade.map(|grade| grade.to_string()).unwrap_or_default(),
                record.bound.name().to_owned(),
                record.rule.unwrap_or_default().to_owned(),
                record.flags.join(";"),
            ]);
        }
    }
    if problems.has_errors() {
        return Err(problems.into());
    }
    let lines = || std::iter::once(SNAPSHOT_COLUMNS.map(String::from)).chain(rows.iter().cloned()).map(Vec::from);
    if let Some(folder) = &arguments.to.output {
        let mut folder = Folder::open(folder)?;
        folder.add("snapshots.csv", tables::csv(lines()).as_bytes())?;
        folder.finish()?;
        return Ok(());
    }
    Ok(output::print(&match grade::format(arguments) {
        Format::Csv => tables::csv(lines()),
        Format::Table => aligned(&lines().collect::<Vec<_>>()),
        Format::Json => {
            let row = |row: &[String; 6]| {
                let flags: Vec<&str> = row[5].split(';').filter(|flag| !flag.is_empty()).collect();
                let (grade, rule) = (row[2].parse::<u8>().ok(), Some(&row[4]).filter(|rule| !rule.is_empty()));
                json!({ "id": row[0], "scale": row[1], "grade": grade, "bound": row[3], "rule": rule, "flags": flags })
            };
            let list: Vec<_> = rows.iter().map(row).collect();
            format!("{}\n", serde_json::to_string_pretty(&list).expect("plain values"))
        }
    })?)
}

/// Grades a table of signs or a long table, whichever it is by its header.
pub fn table(context: &Context, arguments: &GradeArgs, path: &str) -> Result<(), Failure> {
    let Scales { scales, settings, .. } = loading::scales(&arguments.scales)?;
    let options = options(arguments)?;
    let mut ready = Ready::default();
    let mut cohort = Cohort::new(&scales);
    let wants_courses = arguments.table.is_none();
    let keep = wants_courses && arguments.to.output.is_none() && grade::format(arguments) != Format::Csv;
    let mut courses: Vec<(String, Course)> = Vec::new();
    let mut sink = Sink::open(arguments, wants_courses && !keep)?;
    let mut portraits = Portraits::new(arguments.to.output.is_some());
    let mut grade_one = |subject: Subject| -> Result<(), Failure> {
        let panel = ready.panel(&scales, subject.settings(&settings))?;
        let states = portraits.keep(&subject.states);
        let graded = grade_states(panel, subject.states);
        portraits.add(&subject.name, states, &graded, subject.moments.as_ref());
        cohort.add(&subject.name, &graded, &subject.reports);
        sink.write(&subject.name, &graded)?;
        if keep {
            courses.extend(graded.into_iter().map(|course| (subject.name.clone(), course)));
        }
        Ok(())
    };
    match standards::charts(context, arguments, path)? {
        Some(charts) => charts.into_iter().try_for_each(|chart| grade_one(Subject::of(chart, &options)))?,
        None => each_subject(context, arguments, path, &options, grade_one)?,
    }
    if let Some(folder) = sink.finish()? {
        return write_folder(context, folder, &cohorts::tables_of(context, arguments, cohort)?, &portraits, path);
    }
    match arguments.table {
        Some(kind) => cohorts::print(arguments, &cohorts::tables_of(context, arguments, cohort)?, kind.into()),
        None if keep => {
            let courses: Vec<(String, &Course)> = courses.iter().map(|(name, course)| (name.clone(), course)).collect();
            grade::print(arguments, &courses)
        }
        None => Ok(()),
    }
}

/// Hands each subject of a table to `take`.
pub fn each_subject(
    context: &Context,
    arguments: &GradeArgs,
    path: &str,
    options: &Options,
    mut take: impl FnMut(Subject) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut input = reader(path)?;
    let kind = kind_of(path, &mut input)?;
    if kind == TableKind::Snapshots {
        let mut found = Diagnostic::error(&file::BAD_VALUE, format!("`{path}` holds single time points"));
        found.help(format!("cascade grade --snapshots {path}"));
        return Err(found.into());
    }
    if kind == TableKind::Signs {
        standards::refuse_infusion(arguments, "a table of signs")?;
        for subject in tables::signs_from(path, input)? {
            take(Subject {
                states: crate::crs::held(subject.readings, held_for(options)),
                name: subject.name,
                patient: subject.patient,
                clock_at_start: 0.0,
                reports: Vec::new(),
                moments: None,
            })?;
        }
        return Ok(());
    }
    // A stream is graded as it comes; a file is read twice, so that nothing is graded of one with a mistake in it.
    let infusion = standards::infusion(arguments)?;
    let mut table = open_long(path, input, infusion)?;
    if path == "-" || is_sound(path, infusion)? {
        while let Some(chart) = table.next_chart()? {
            take(Subject::of(chart, options))?;
        }
    } else {
        for chart in table.read_all()? {
            take(Subject::of(chart, options))?;
        }
    }
    for (name, count) in table.passed_over() {
        let rows = if *count == 1 { "1 row" } else { &format!("{count} rows") };
        context.say(&format!("`{name}` is used by no scale: {rows} passed over"));
    }
    Ok(())
}

fn open_long<R: BufRead>(path: &str, input: R, infusion: Option<Instant>) -> Result<LongTable<R>, Problems> {
    let mut table = LongTable::open(path, input)?;
    infusion.map_or(Ok(()), |infusion| table.count_from(infusion))?;
    Ok(table)
}

/// Reads a long table for its mistakes; false if the rows of its subjects do not stand together.
fn is_sound(path: &str, infusion: Option<Instant>) -> Result<bool, Failure> {
    let mut table = open_long(path, reader(path)?, infusion)?;
    let mut problems = Problems::default();
    loop {
        match table.next_chart() {
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(found) if found.iter().any(|one| one.code.id == chart::NOT_TOGETHER.id) => return Ok(false),
            Err(found) => {
                // After a row of another length nothing can be said of the rest.
                let ends = found.iter().any(|one| !one.code.id.starts_with('C'));
                problems.append(found);
                if ends || problems.iter().count() > MOST_TOLD {
                    break;
                }
            }
        }
    }
    if problems.has_errors() { Err(problems.into()) } else { Ok(true) }
}

fn options(arguments: &GradeArgs) -> Result<Options, Problems> {
    let mut problems = Problems::default();
    let absent = match arguments.absent {
        AbsentRows::Assumed => Absent::Assumed,
        AbsentRows::None => Absent::None,
        AbsentRows::Unknown => Absent::Unknown,
    };
    let hours = |flag: &str, text: &Option<String>, default: f64, problems: &mut Problems| {
        let Some(text) = text else { return default };
        let source = Source::new(flag, text);
        let hour = Unit::parse_str("h").expect("h is a unit");
        let quantity = Quantity::parse(&source, 0..text.len(), problems);
        let hours = quantity.and_then(|quantity| quantity.expect(&hour, flag, &source.whole(), problems));
        match hours {
            Some(hours) if hours > 0.0 => hours,
            Some(_) => {
                problems
                    .error(&file::BAD_VALUE, format!("`{flag}` must be above 0"))
                    .label(source.whole(), "")
                    .help(format!("{flag} \"{default} h\""));
                default
            }
            None => default,
        }
    };
    let defaults = Options::default();
    let options = Options {
        hold: hours("--hold", &arguments.hold, defaults.hold, &mut problems),
        bolus_hours: hours("--bolus", &arguments.bolus, defaults.bolus_hours, &mut problems),
        absent,
        ..defaults
    };
    problems.or_value(Some(options))
}

fn held_for(options: &Options) -> crate::crs::Hold {
    crate::crs::Hold::measured(options.hold)
}

/// A file, or the standard input as `-`.
fn reader(path: &str) -> Result<Box<dyn BufRead>, Problems> {
    if path == "-" {
        return Ok(Box::new(BufReader::new(std::io::stdin())));
    }
    let input = File::open(path).map_err(|error| disk::cannot_read(path, &error))?;
    Ok(Box::new(BufReader::with_capacity(1 << 16, input)))
}

/// The mistakes of a table of signs, a long table, or one of single time points, whichever it is by its header.
pub fn check(path: &str) -> Result<(), Failure> {
    let mut input = reader(path)?;
    match kind_of(path, &mut input)? {
        TableKind::Signs => tables::signs_from(path, input).map(|_| ()).map_err(Failure::from),
        TableKind::Long => {
            if !is_sound(path, None)? {
                LongTable::open(path, input)?.read_all()?;
            }
            Ok(())
        }
        TableKind::Snapshots => {
            let (mut table, mut problems) = (SnapshotTable::open(path, input)?, Problems::default());
            loop {
                match table.next_snapshot() {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(found) => problems.append(found),
                }
                if problems.iter().count() > MOST_TOLD {
                    break;
                }
            }
            if problems.has_errors() { Err(problems.into()) } else { Ok(()) }
        }
    }
}

/// What a table is by its header.
#[derive(PartialEq)]
enum TableKind {
    Signs,
    Long,
    Snapshots,
}

/// What a table is; what was looked at is put back.
fn kind_of(path: &str, input: &mut Box<dyn BufRead>) -> Result<TableKind, Problems> {
    let mut first = Vec::new();
    let mut limited = input.as_mut().take(1 << 20);
    limited.read_until(b'\n', &mut first).map_err(|error| disk::cannot_read(path, &error))?;
    let text = String::from_utf8_lossy(&first);
    let header = Source::new(path, text.trim_end());
    let mut quiet = Problems::default();
    let header = Fields::header_only(&header, &mut quiet);
    let has = |name: &str| {
        header.as_ref().is_some_and(|head| (0..head.columns()).any(|at| head.header(at).eq_ignore_ascii_case(name)))
    };
    let kind = match (has("param"), has("fever_therapy")) {
        (true, _) => TableKind::Long,
        (_, true) => TableKind::Snapshots,
        _ => TableKind::Signs,
    };
    let rest = std::mem::replace(input, Box::new(std::io::empty()));
    *input = Box::new(Cursor::new(first).chain(rest));
    Ok(kind)
}

/// Scales with the thresholds of patients applied: those of one age are the same.
#[derive(Default)]
pub struct Ready {
    gradings: HashMap<[u64; 4], Panel>,
}

impl Ready {
    /// A panel for a patient.
    pub fn panel(&mut self, scales: &[Scale], settings: Settings) -> Result<Panel, Problems> {
        let Patient { age, sbp_baseline, .. } = settings.patient;
        // Above 10 years all thresholds are those of adults.
        let age = if age > 10.0 { 18.0 } else { age };
        let clock = (settings.clock_at_start.to_bits(), u64::from(settings.documented));
        let key = [age.to_bits(), sbp_baseline.to_bits(), clock.0, clock.1];
        if let Some(panel) = self.gradings.get(&key) {
            return Ok(panel.clone());
        }
        let gradings =
            scales.iter().map(|scale| Grading::new(scale, &settings)).collect::<Result<Vec<_>, Problems>>()?;
        let panel = Panel::of(&gradings);
        if self.gradings.len() >= READY {
            self.gradings.clear();
        }
        self.gradings.insert(key, panel.clone());
        Ok(panel)
    }
}

/// Where courses go while they are graded.
enum Sink {
    Nowhere,
    /// With whether the header is still to be written: nothing is printed of a table with mistakes.
    Stdout(Box<csv::Writer<std::io::StdoutLock<'static>>>, bool),
    Folder(Folder, Box<csv::Writer<output::Growing>>),
}

impl Sink {
    fn open(arguments: &GradeArgs, courses: bool) -> Result<Self, Problems> {
        if let Some(path) = &arguments.to.output {
            let mut folder = Folder::open(path)?;
            let mut writer = csv::Writer::from_writer(folder.grow("course.csv")?);
            writer.write_record(COURSE_COLUMNS).map_err(|error| output::failed(&error.into()))?;
            return Ok(Self::Folder(folder, Box::new(writer)));
        }
        if !courses {
            return Ok(Self::Nowhere);
        }
        let writer = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(std::io::stdout().lock());
        Ok(Self::Stdout(Box::new(writer), true))
    }

    fn write(&mut self, subject: &str, courses: &[Course]) -> Result<(), Failure> {
        for course in courses {
            let written = match self {
                Self::Nowhere => Ok(()),
                Self::Stdout(writer, true) => {
                    writer.write_record(COURSE_COLUMNS).and_then(|()| course.write(subject, writer))
                }
                Self::Stdout(writer, false) => course.write(subject, writer),
                Self::Folder(_, writer) => course.write(subject, writer),
            };
            if let Self::Stdout(_, headless) = self {
                *headless = false;
            }
            if let Err(error) = written {
                let error: std::io::Error = error.into();
                if error.kind() == std::io::ErrorKind::BrokenPipe {
                    return Err(Failure::Closed);
                }
                return Err(output::failed(&error).into());
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Option<Folder>, Failure> {
        match self {
            Self::Nowhere => Ok(None),
            Self::Stdout(mut writer, headless) => match headless
                .then(|| writer.write_record(COURSE_COLUMNS))
                .map_or(Ok(()), |written| written.map_err(std::io::Error::from))
                .and_then(|()| writer.flush())
            {
                Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(output::failed(&error).into()),
                _ => Ok(None),
            },
            Self::Folder(folder, writer) => {
                let mut file = writer.into_inner().map_err(|error| output::failed(error.error()))?;
                file.flush().map_err(|error| output::failed(&error))?;
                Ok(Some(folder))
            }
        }
    }
}

/// Writes every table of cohorts and pictures of the first, and gives all files their names.
fn write_folder(
    context: &Context,
    mut folder: Folder,
    all: &[cohorts::Named],
    portraits: &Portraits,
    path: &str,
) -> Result<(), Failure> {
    for kind in Kind::ALL {
        folder.add(&format!("{}.csv", kind.name()), cohorts::csv(all, kind).as_bytes())?;
    }
    for (name, picture) in portraits.pictures(path, all[0].cohort())? {
        folder.add(&name, &picture)?;
    }
    if let Some(note) = portraits.left_out() {
        context.say(&note);
    }
    for path in folder.finish()? {
        context.say(&format!("wrote {}", path.display()));
    }
    Ok(())
}

/// The graded patients of a table, without their courses.
pub fn cohort(
    context: &Context,
    arguments: &GradeArgs,
    path: &str,
    scales: &[Scale],
    settings: &Settings,
) -> Result<Cohort, Failure> {
    let (mut ready, mut cohort) = (Ready::default(), Cohort::new(scales));
    each_subject(context, arguments, path, &options(arguments)?, |subject| {
        let graded = grade_states(ready.panel(scales, subject.settings(settings))?, subject.states);
        cohort.add(&subject.name, &graded, &subject.reports);
        Ok(())
    })?;
    Ok(cohort)
}

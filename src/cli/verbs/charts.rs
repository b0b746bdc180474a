//! `cascade grade` of what a ward wrote down: long tables, tables of signs, tables and bundles of others.

mod reading;
mod snapshots;

use std::collections::HashMap;
use std::io::Write;

use crate::chart::{Chart, Moments, Options, Report};
use crate::cli::arguments::{Format, GradeArgs};
use crate::cli::cohort_portraits::Portraits;
use crate::cli::loading::{self, Scales};
use crate::cli::output::{self, Folder};
use crate::cli::verbs::{cohorts, grade};
use crate::cli::{Context, Failure};
use crate::cohort::{Cohort, Kind};
use crate::crs::{self, COURSE_COLUMNS, Course, Grading, Hold, Panel, Reading, Scale, Settings, grade_states};
use crate::diagnostic::Problems;
use crate::observation;
use crate::sign::Patient;
pub use reading::check;
use reading::{each_subject, options};
pub use snapshots::snapshots;

/// How many different patients keep their thresholds ready.
const READY: usize = 512;

/// So many subjects are graded at a time.
const BATCH: usize = 64;

/// A patient who can be graded.
enum Subject {
    Chart(Chart),
    Signs(observation::Subject),
}

impl Subject {
    fn name(&self) -> &str {
        match self {
            Self::Chart(chart) => &chart.subject,
            Self::Signs(subject) => &subject.name,
        }
    }

    fn states(&self, options: &Options) -> Vec<Reading> {
        match self {
            Self::Chart(chart) => chart.states(options),
            Self::Signs(subject) => crs::held(subject.readings.iter().copied(), Hold::measured(options.hold)),
        }
    }

    /// The settings that grade it, on the base of others.
    fn settings(&self, base: &Settings) -> Settings {
        let (patient, clock_at_start) = match self {
            Self::Chart(chart) => (chart.patient, chart.clock_at_start),
            Self::Signs(subject) => (subject.patient, 0.0),
        };
        Settings { patient, clock_at_start, ..base.clone() }
    }

    /// Grades that others reported.
    fn reports(&self) -> &[Report] {
        match self {
            Self::Chart(chart) => &chart.reports,
            Self::Signs(_) => &[],
        }
    }

    /// Boluses and death as they were written down; a table of signs knows them by its signs alone.
    fn moments(&self) -> Option<Moments> {
        match self {
            Self::Chart(chart) => Some(chart.moments()),
            Self::Signs(_) => None,
        }
    }
}

/// Grades subjects side by side, and hands them on in their order.
struct Crew<'a> {
    scales: &'a [Scale],
    settings: &'a Settings,
    options: Options,
    /// One for each thread.
    ready: Vec<Ready>,
    waiting: Vec<Subject>,
}

/// A subject with its states and a course for each scale.
type Graded = (Subject, Vec<Reading>, Vec<Course>);

impl<'a> Crew<'a> {
    fn new(scales: &'a [Scale], settings: &'a Settings, options: Options) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let ready = (0..threads).map(|_| Ready::default()).collect();
        Self { scales, settings, options, ready, waiting: Vec::new() }
    }

    /// Takes a subject; `done` gets those that are graded now.
    fn take(&mut self, subject: Subject, done: impl FnMut(Graded) -> Result<(), Failure>) -> Result<(), Failure> {
        self.waiting.push(subject);
        if self.waiting.len() < BATCH { Ok(()) } else { self.finish(done) }
    }

    /// Grades those who wait.
    fn finish(&mut self, done: impl FnMut(Graded) -> Result<(), Failure>) -> Result<(), Failure> {
        let mut waiting = std::mem::take(&mut self.waiting);
        let (scales, settings, options) = (self.scales, self.settings, &self.options);
        let share = waiting.len().div_ceil(self.ready.len()).max(1);
        let mut parts: Vec<Vec<Subject>> = Vec::new();
        while !waiting.is_empty() {
            let rest = waiting.split_off(share.min(waiting.len()));
            parts.push(std::mem::replace(&mut waiting, rest));
        }
        let grade = |ready: &mut Ready, subjects: Vec<Subject>| -> Result<Vec<Graded>, Problems> {
            let grade_one = |subject: Subject| {
                let (panel, states) = (ready.panel(scales, subject.settings(settings))?, subject.states(options));
                let courses = grade_states(panel, states.iter().copied());
                Ok((subject, states, courses))
            };
            subjects.into_iter().map(grade_one).collect()
        };
        let graded: Vec<Result<Vec<Graded>, Problems>> = std::thread::scope(|scope| {
            let started: Vec<_> =
                self.ready.iter_mut().zip(parts).map(|(ready, part)| scope.spawn(move || grade(ready, part))).collect();
            started.into_iter().map(|thread| thread.join().expect("grading does not panic")).collect()
        });
        let mut all = Vec::new();
        for part in graded {
            all.extend(part?);
        }
        all.into_iter().try_for_each(done)
    }
}

/// Grades a table of signs or a long table, whichever it is by its header.
pub fn table(context: &Context, arguments: &GradeArgs, path: &str) -> Result<(), Failure> {
    let Scales { scales, settings, .. } = loading::scales(&arguments.scales)?;
    let mut crew = Crew::new(&scales, &settings, options(arguments)?);
    let mut cohort = Cohort::new(&scales);
    let wants_courses = arguments.table.is_none();
    let keep = wants_courses && arguments.to.output.is_none() && Format::wanted(arguments.format) != Format::Csv;
    let mut courses: Vec<(String, Course)> = Vec::new();
    let mut sink = Sink::open(arguments, wants_courses && !keep)?;
    let mut portraits = Portraits::new(arguments.to.output.is_some());
    let mut done = |(subject, states, graded): Graded| -> Result<(), Failure> {
        portraits.add(subject.name(), &states, &graded, || subject.moments());
        cohort.add(subject.name(), &graded, subject.reports());
        sink.write(subject.name(), &graded)?;
        if keep {
            courses.extend(graded.into_iter().map(|course| (subject.name().to_owned(), course)));
        }
        Ok(())
    };
    each_subject(context, arguments, path, |subject| crew.take(subject, &mut done))?;
    crew.finish(&mut done)?;
    if let Some(folder) = sink.finish()? {
        return write_folder(context, folder, &cohorts::tables_of(context, arguments, cohort)?, &portraits, path);
    }
    match arguments.table {
        Some(kind) => cohorts::print(arguments, &cohorts::tables_of(context, arguments, cohort)?, kind),
        None if keep => {
            let courses: Vec<(String, &Course)> = courses.iter().map(|(name, course)| (name.clone(), course)).collect();
            grade::print(arguments, &courses)
        }
        None => Ok(()),
    }
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
struct Sink {
    writer: Option<csv::Writer<Box<dyn Write>>>,
    /// Nothing was written yet, not even the header: of a table with mistakes nothing is printed.
    headless: bool,
    folder: Option<Folder>,
}

impl Sink {
    /// Into the folder of `--output`; else to the standard output if `courses` are wanted there.
    fn open(arguments: &GradeArgs, courses: bool) -> Result<Self, Problems> {
        let mut folder = arguments.to.output.as_deref().map(Folder::open).transpose()?;
        let target: Option<Box<dyn Write>> = match &mut folder {
            Some(folder) => Some(Box::new(folder.grow("course.csv")?)),
            None if courses => Some(Box::new(std::io::stdout().lock())),
            None => None,
        };
        let writer = target.map(|target| csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(target));
        Ok(Self { writer, headless: true, folder })
    }

    fn write(&mut self, subject: &str, courses: &[Course]) -> Result<(), Failure> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let head = if std::mem::take(&mut self.headless) { writer.write_record(COURSE_COLUMNS) } else { Ok(()) };
        let written = courses.iter().fold(head, |before, course| before.and_then(|()| course.write(subject, writer)));
        written.map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => unwritten(&error),
            other => unwritten(&std::io::Error::other(format!("{other:?}"))),
        })
    }

    /// Writes what waits; gives the folder if there is one.
    fn finish(mut self) -> Result<Option<Folder>, Failure> {
        self.write("", &[])?;
        if let Some(writer) = &mut self.writer {
            writer.flush().map_err(|error| unwritten(&error))?;
        }
        Ok(self.folder)
    }
}

fn unwritten(error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::BrokenPipe => Failure::Closed,
        _ => output::failed(error).into(),
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
    let (mut crew, mut cohort) = (Crew::new(scales, settings, options(arguments)?), Cohort::new(scales));
    let mut done = |(subject, _, graded): Graded| {
        cohort.add(subject.name(), &graded, subject.reports());
        Ok(())
    };
    each_subject(context, arguments, path, |subject| crew.take(subject, &mut done))?;
    crew.finish(&mut done)?;
    Ok(cohort)
}

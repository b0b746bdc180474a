//! Cohorts side by side: tables of what was simulated beside what was observed.

use std::path::Path;

use serde_json::json;

use crate::cli::arguments::{Format, GradeArgs, RunArgs};
use crate::cli::loading::{self, Loaded, Scales};
use crate::cli::verbs::charts;
use crate::cli::{Context, Failure, disk, output, tables};
use crate::cohort::{Cohort, Kind, Summary};
use crate::crs::{Bound, Episode, Maximum, Scale};
use crate::diagnostic::codes::{chart, data, file};
use crate::diagnostic::{Diagnostic, Problems, Source};
use crate::trajectory::{Fields, aligned};

/// Columns that hold words, though they may look like numbers: a subject `007`.
const WORDS: [&str; 4] = ["cohort", "subject", "scale", "USUBJID"];

/// The end points of a population, in its folder.
const ENDPOINTS: &str = "endpoints.csv";

/// A cohort with what users know it by.
pub struct Named {
    name: String,
    cohort: Cohort,
}

impl Named {
    /// The graded patients.
    pub fn cohort(&self) -> &Cohort {
        &self.cohort
    }
}

/// Tables of a cohort, and beside it of what `--against` names.
pub fn tables_of(context: &Context, arguments: &GradeArgs, cohort: Cohort) -> Result<Vec<Named>, Failure> {
    let name = arguments.run.model.clone().unwrap_or_else(|| "scenario".into());
    let mut all = vec![Named { name, cohort }];
    for other in &arguments.against {
        all.push(Named { name: other.clone(), cohort: other_cohort(context, arguments, other)? });
    }
    Ok(all)
}

/// A folder of a population, a table, or the default run of a model.
fn other_cohort(context: &Context, arguments: &GradeArgs, other: &str) -> Result<Cohort, Failure> {
    let Scales { scales, settings, vitals_every } = loading::scales(&arguments.scales)?;
    if Path::new(other).is_dir() {
        return Ok(of_population(other, &scales)?);
    }
    if other.ends_with(".csv") {
        return charts::cohort(context, arguments, other, &scales, &settings);
    }
    let run = RunArgs { model: Some(other.to_owned()), ..RunArgs::default() };
    let loaded = Loaded::open(&run)?;
    let mut scenario = loaded.scenario(&run)?.gradings(scales.clone(), settings, vitals_every);
    scenario.stop = context.stop.clone();
    let mut cohort = Cohort::new(&scales);
    cohort.add("1", &scenario.simulate()?.courses, &[]);
    Ok(cohort)
}

/// What a population tells of its patients: worst grade and onset; failed patients are left out.
fn of_population(folder: &str, scales: &[Scale]) -> Result<Cohort, Problems> {
    let path = Path::new(folder).join(ENDPOINTS).to_string_lossy().into_owned();
    let source = Source::decode(&path, &disk::bytes(&path)?)?;
    let mut problems = Problems::default();
    let Some(table) = Fields::read(&source, &mut problems) else { return Err(problems) };
    let mut find = |name: &str| {
        // Units stand in the sidecar; the names alone are in the header.
        let found = (0..table.columns()).find(|at| table.header(*at) == name);
        if found.is_none() {
            problems
                .error(&data::MISSING_COLUMN, format!("`{path}` has no column `{name}`"))
                .label(source.span(0..0), "the header")
                .help("run the population with the same --scale");
        }
        found
    };
    let (subject, status) = (find("subject"), find("status"));
    let columns: Vec<Option<[usize; 3]>> = scales
        .iter()
        .map(|scale| {
            let column = |what: &str| format!("crs_{what}_{}", scale.name());
            let found = ["grade", "bound", "onset"].map(|what| find(&column(what)));
            Some([found[0]?, found[1]?, found[2]?])
        })
        .collect();
    let (Some(subject), Some(status)) = (subject, status) else { return Err(problems) };
    let columns: Option<Vec<[usize; 3]>> = columns.into_iter().collect();
    let Some(columns) = columns else { return Err(problems) };
    for row in 0..table.rows() {
        for [_, bound, _] in &columns {
            let text = table.field(row, *bound);
            if !matches!(text.as_ref(), "" | "exact" | "lower" | "undetermined") {
                problems
                    .error(&chart::VALUE, format!("`{text}` is no bound of a grade"))
                    .label(table.span(row, *bound), "")
                    .help("exact, lower or undetermined, as `cascade population` writes it");
            }
        }
    }
    problems.or_value(Some(()))?;
    let mut cohort = Cohort::new(scales);
    for row in (0..table.rows()).filter(|row| table.field(*row, status) != "failed") {
        let summary = |[grade, bound, onset]: &[usize; 3]| {
            let number = |column: usize| table.number(row, column).filter(|value| value.is_finite());
            let bound = match table.field(row, *bound).as_ref() {
                "lower" => Bound::Lower,
                "undetermined" => Bound::Undetermined,
                _ => Bound::Exact,
            };
            let grade = number(*grade).map(|grade| grade as u8);
            let episode = number(*onset).map(|onset| Episode::known(onset, grade.unwrap_or(0), bound));
            Summary {
                maximum: Maximum {
                    grade,
                    bound,
                    time: f64::NAN,
                    highest: if bound == Bound::Exact { grade.unwrap_or(0) } else { 5 },
                },
                episodes: episode.into_iter().collect(),
                flags: Vec::new(),
                rule: None,
                until: f64::NAN,
                clock_at_start: 0.0,
            }
        };
        cohort.add_summaries(&table.field(row, subject), columns.iter().map(summary).collect());
    }
    Ok(cohort)
}

/// Head and rows of a table; several cohorts with a first column `cohort`.
fn lines(all: &[Named], kind: Kind) -> Vec<Vec<String>> {
    let beside = all.len() > 1;
    let head = beside.then_some("cohort").into_iter().chain(kind.columns().iter().copied());
    let mut lines = vec![head.map(str::to_owned).collect::<Vec<_>>()];
    for Named { name, cohort } in all {
        lines.extend(cohort.rows(kind).into_iter().map(|row| match beside {
            true => std::iter::once(name.clone()).chain(row).collect(),
            false => row,
        }));
    }
    lines
}

/// The CSV of a table.
pub fn csv(all: &[Named], kind: Kind) -> String {
    tables::csv(lines(all, kind).into_iter())
}

/// Prints a table.
pub fn print(arguments: &GradeArgs, all: &[Named], kind: Kind) -> Result<(), Failure> {
    Ok(output::print(&match Format::wanted(arguments.format) {
        Format::Csv => csv(all, kind),
        Format::Table => aligned(&lines(all, kind)),
        Format::Json => {
            let lines = lines(all, kind);
            let object = |row: &Vec<String>| {
                let value = |name: &String, text: &String| match text.parse::<f64>() {
                    _ if WORDS.contains(&name.as_str()) => json!(text),
                    _ if text.is_empty() => serde_json::Value::Null,
                    Ok(number) if number.is_finite() => json!(number),
                    _ => json!(text),
                };
                let fields = lines[0].iter().zip(row).map(|(name, text)| (name.clone(), value(name, text)));
                serde_json::Value::Object(fields.collect())
            };
            let list: Vec<_> = lines[1..].iter().map(object).collect();
            format!("{}\n", serde_json::to_string_pretty(&list).expect("plain values"))
        }
    })?)
}

/// `--against` needs a table to lay side by side.
pub fn check(arguments: &GradeArgs) -> Result<(), Problems> {
    if arguments.against.is_empty() || arguments.table.is_some() || arguments.to.output.is_some() {
        return Ok(());
    }
    let mut found = Diagnostic::error(&file::BAD_VALUE, "`--against` lays tables of patients side by side");
    found.help("say which: --table incidence, or --output DIR for all");
    Err(found.into())
}

//! From a file to subjects.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};

use super::Subject;
use crate::chart::{Instant, LongTable, Options, SnapshotTable};
use crate::cli::arguments::GradeArgs;
use crate::cli::{Context, Failure, disk, loading, standards, tables};
use crate::diagnostic::codes::{chart, file};
use crate::diagnostic::{Diagnostic, Problems, Source};
use crate::trajectory::Fields;

/// After so many mistakes of a table no more are looked for.
pub(super) const MOST_TOLD: usize = 40;

/// Hands each subject of a table to `take`.
pub(super) fn each_subject(
    context: &Context,
    arguments: &GradeArgs,
    path: &str,
    mut take: impl FnMut(Subject) -> Result<(), Failure>,
) -> Result<(), Failure> {
    if let Some(charts) = standards::charts(context, arguments, path)? {
        return charts.into_iter().try_for_each(|chart| take(Subject::Chart(chart)));
    }
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
            take(Subject::Signs(subject))?;
        }
        return Ok(());
    }
    // A stream is graded as it comes; a file is read twice, so that nothing is graded of one with a mistake in it.
    let infusion = standards::infusion(arguments)?;
    let mut table = open_long(path, input, infusion)?;
    if path == "-" || is_sound(path, infusion)? {
        while let Some(chart) = table.next_chart()? {
            take(Subject::Chart(chart))?;
        }
    } else {
        for chart in table.read_all()? {
            take(Subject::Chart(chart))?;
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

pub(super) fn options(arguments: &GradeArgs) -> Result<Options, Problems> {
    let mut problems = Problems::default();
    let hours = |flag: &str, text: &Option<String>, default: f64, problems: &mut Problems| {
        let Some(text) = text else { return default };
        let hours = loading::time(flag, text, "h", problems);
        match hours {
            Some(hours) if hours > 0.0 => hours,
            Some(_) => {
                problems
                    .error(&file::BAD_VALUE, format!("`{flag}` must be above 0"))
                    .label(Source::new(flag, text).whole(), "")
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
        absent: arguments.absent,
        ..defaults
    };
    problems.or_value(Some(options))
}

/// A file, or the standard input as `-`.
pub(super) fn reader(path: &str) -> Result<Box<dyn BufRead>, Problems> {
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

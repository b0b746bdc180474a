//! `cascade merge`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;

use crate::cli::arguments::{MergeArgs, Tables};
use crate::cli::disk::plain;
use crate::cli::output::Folder;
use crate::cli::{Context, Failure, columnar, record, shards, unfinished};
use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Problems};
use crate::population::Statistics;

/// Merges the shards of a population into what the whole would have been, byte for byte.
pub fn run(context: &Context, arguments: &MergeArgs) -> Result<(), Failure> {
    let began = Instant::now();
    columnar::check(arguments.tables)?;
    let mut parts = Vec::new();
    for folder in &arguments.shards {
        let (part, statistics) = shards::read(folder)?;
        parts.push((part, statistics, folder));
    }
    parts.sort_by_key(|(part, _, _)| part.patients.start);
    let (first, _, first_folder) = &parts[0];
    let mut statistics: Statistics = first.layout.statistics();
    let mut next = 0;
    for (part, counted, folder) in &parts {
        let names = |part: &shards::Part| part.tables.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if part.key != first.key || part.layout != first.layout || names(part) != names(first) {
            return Err(different(first_folder, folder).into());
        }
        if part.patients.start != next {
            return Err(gap(next, part.patients.start, folder).into());
        }
        next = part.patients.end;
        statistics.merge(counted);
    }
    if next != first.total {
        return Err(gap(next, first.total, first_folder).into());
    }
    let mut folder = Folder::open(&arguments.output)?;
    let mut tables = Vec::new();
    for (name, _) in &first.tables {
        let places: Vec<PathBuf> = parts.iter().map(|(_, _, folder)| folder.join(name)).collect();
        let mut bytes = 0;
        let csv = folder.add_with(name, |out| join(&places, out).map(|all| bytes = all))?;
        if arguments.tables == Some(Tables::Parquet) {
            columnar::add(&mut folder, name, &csv, &first.layout)?;
        }
        tables.push((name.clone(), bytes));
    }
    let run = run_json(context, first_folder, &statistics, began)?;
    let whole = shards::Part { patients: 0..first.total, tables, ..first.clone() };
    for (name, content) in shards::files(&whole, &statistics, run)? {
        folder.add(&name, &content)?;
    }
    let done = folder.finish()?;
    unfinished::remove_leftovers(&arguments.output, &done);
    for path in done {
        context.say(&format!("wrote {}", path.display()));
    }
    Ok(())
}

/// One table after the other, the head of the first alone; how many bytes that is.
fn join(places: &[PathBuf], out: &mut BufWriter<File>) -> io::Result<u64> {
    let mut bytes = 0;
    for (at, place) in places.iter().enumerate() {
        let mut input = BufReader::with_capacity(1 << 16, File::open(place)?);
        let mut head = Vec::new();
        input.read_until(b'\n', &mut head)?;
        if at == 0 {
            out.write_all(&head)?;
            bytes += head.len() as u64;
        }
        bytes += io::copy(&mut input, out)?;
    }
    Ok(bytes)
}

fn different(one: &Path, other: &Path) -> Problems {
    let mut found = Diagnostic::error(
        &file::BAD_VALUE,
        format!("`{}` and `{}` are not shards of one population", one.display(), other.display()),
    );
    found.help("they differ in model, values, doses, seed, number of patients or settings");
    found.into()
}

fn gap(next: u64, then: u64, folder: &Path) -> Problems {
    let message = if then > next {
        format!("patients {} to {then} are in no shard", next + 1)
    } else {
        format!("patients {} to {next} are in two shards, once in `{}`", then + 1, folder.display())
    };
    let mut found = Diagnostic::error(&file::BAD_VALUE, message);
    found.help("name each shard once: 1/n to n/n");
    found.into()
}

/// The record of the first shard as that of the whole.
fn run_json(context: &Context, folder: &Path, statistics: &Statistics, began: Instant) -> Result<String, Problems> {
    let path = folder.join("run.json");
    let unreadable = |why: String| {
        Problems::from(Diagnostic::error(&file::CANNOT_READ, format!("cannot read `{}`: {why}", path.display())))
    };
    let text = std::fs::read_to_string(&path).map_err(|error| unreadable(plain(&error)))?;
    let mut value: Value = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    value["command"] = serde_json::json!(context.command);
    value["population"]["shard"] = Value::Null;
    value["population"]["complete"] = statistics.complete.into();
    value["population"]["failed"] = statistics.failed.into();
    value["population"]["outside"] = statistics.outside.into();
    value["timing"] = record::timing(began);
    Ok(format!("{}\n", serde_json::to_string_pretty(&value).expect("plain values")))
}

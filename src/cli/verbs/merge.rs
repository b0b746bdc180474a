//! `cascade merge`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;

use crate::cli::arguments::MergeArgs;
use crate::cli::disk::plain;
use crate::cli::output::Folder;
use crate::cli::{Context, Failure, record, shards};
use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Problems};
use crate::population::Statistics;

/// Tables with a line for each patient, which are joined.
const TABLES: [&str; 4] = ["patients.csv", "endpoints.csv", "failures.csv", "trajectories.csv"];

/// Merges the shards of a population into what the whole would have been, byte for byte.
pub fn run(context: &Context, arguments: &MergeArgs) -> Result<(), Failure> {
    let began = Instant::now();
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
        if part.key != first.key || part.layout != first.layout {
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
    for name in TABLES {
        if first_folder.join(name).exists() {
            let places: Vec<PathBuf> = parts.iter().map(|(_, _, folder)| folder.join(name)).collect();
            folder.add_with(name, |out| join(&places, out))?;
        }
    }
    let run = run_json(context, first_folder, &statistics, began)?;
    let whole = shards::Part { patients: 0..first.total, ..first.clone() };
    for (name, content) in shards::files(&whole, &statistics, run)? {
        folder.add(&name, &content)?;
    }
    for path in folder.finish()? {
        context.say(&format!("wrote {}", path.display()));
    }
    Ok(())
}

/// One table after the other, the head of the first alone.
fn join(places: &[PathBuf], out: &mut BufWriter<File>) -> io::Result<()> {
    for (at, place) in places.iter().enumerate() {
        let mut input = BufReader::with_capacity(1 << 16, File::open(place)?);
        let mut head = Vec::new();
        input.read_until(b'\n', &mut head)?;
        if at == 0 {
            out.write_all(&head)?;
        }
        io::copy(&mut input, out)?;
    }
    Ok(())
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

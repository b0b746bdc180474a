//! Charts in the formats of others: folders of SDTM tables, FHIR bundles; and when the infusion was.

use std::fs;
use std::path::{Path, PathBuf};

use super::arguments::GradeArgs;
use super::{Context, disk};
use crate::chart::{Bundle, Chart, Instant, Mapping, Sdtm};
use crate::diagnostic::codes::chart as codes;
use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Problems, Source};

/// How many names that were passed over are told of a file.
const NAMED: usize = 8;

/// What `grade` grades if it is no simulation: a folder of tables, or a path to a table or bundle.
pub fn input(arguments: &GradeArgs) -> Result<Option<&str>, Problems> {
    if let Some(folder) = &arguments.sdtm {
        return Ok(Some(folder));
    }
    let name = arguments.run.model.as_deref();
    Ok(match name {
        Some(path) if path.ends_with(".csv") || path == "-" => name,
        Some(path) if path.ends_with(".json") && !is_model(path)? => name,
        _ => None,
    })
}

/// The time of `--infusion`.
pub fn infusion(arguments: &GradeArgs) -> Result<Option<Instant>, Problems> {
    let Some(text) = &arguments.infusion else { return Ok(None) };
    let source = Source::new("--infusion", text);
    Instant::parse(text).map(Some).map_err(|mut wrong| {
        wrong.label(source.whole(), "");
        wrong.into()
    })
}

/// Refuses `--infusion` where nothing has a date.
pub fn refuse_infusion(arguments: &GradeArgs, what: &str) -> Result<(), Problems> {
    let Some(text) = &arguments.infusion else { return Ok(()) };
    let mut wrong = Diagnostic::error(&file::BAD_VALUE, format!("`--infusion` has no meaning for {what}"));
    wrong.label(Source::new("--infusion", text).whole(), "");
    wrong.help("leave it out: times count from the infusion already");
    Err(wrong.into())
}

/// The charts of a folder of SDTM tables or of a FHIR bundle; none if `path` is a table.
pub fn charts(context: &Context, arguments: &GradeArgs, path: &str) -> Result<Option<Vec<Chart>>, Problems> {
    let given = infusion(arguments)?;
    if let Some(folder) = &arguments.sdtm {
        return sdtm(context, folder, arguments.mapping.as_deref(), given).map(Some);
    }
    if !path.ends_with(".json") {
        return Ok(None);
    }
    let bundle = Bundle::read(&Source::decode(path, &disk::bytes(path)?)?)?;
    let passed: Vec<String> = bundle.passed_over().map(|(what, count)| format!("{what} ({count})")).collect();
    let charts = bundle.charts(given)?;
    if !passed.is_empty() {
        context.say(&format!("{path}: passed over: {}", passed.join(", ")));
    }
    Ok(Some(charts))
}

fn sdtm(
    context: &Context,
    folder: &str,
    mapping: Option<&str>,
    given: Option<Instant>,
) -> Result<Vec<Chart>, Problems> {
    let mapping = match mapping {
        Some(path) => Mapping::parse(&disk::read(path)?)?,
        None => Mapping::sdtm(),
    };
    let mut tables = Sdtm::new(mapping);
    for (domain, path) in domains(folder)? {
        let name = path.to_string_lossy();
        tables.read(domain, &Source::decode(&name, &disk::bytes(&name)?)?);
    }
    let mut passed: Vec<(String, u64, Vec<String>)> = Vec::new();
    for (file, name, count) in tables.passed_over() {
        if passed.last().is_none_or(|(last, ..)| last != file) {
            passed.push((file.to_owned(), 0, Vec::new()));
        }
        let Some((_, rows, names)) = passed.last_mut() else { continue };
        *rows += count;
        names.push(format!("`{name}` ({count})"));
    }
    let charts = tables.charts(given)?;
    for (file, rows, mut names) in passed {
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
        context.say(&format!("{file}: {rows} passed over that the mapping does not name: {}{more}", names.join(", ")));
    }
    Ok(charts)
}

/// The tables of a folder, in the order in which they are read.
fn domains(folder: &str) -> Result<Vec<(&'static str, PathBuf)>, Problems> {
    let entries = fs::read_dir(folder).map_err(|error| disk::cannot_read(folder, &error))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    let mut found: Vec<(&'static str, PathBuf)> = Vec::new();
    for domain in Sdtm::DOMAINS {
        let wanted = format!("{domain}.csv");
        let is_it = |path: &&PathBuf| path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(&wanted));
        let here: Vec<&PathBuf> = paths.iter().filter(is_it).collect();
        if here.len() > 1 {
            return Err(no_tables(
                folder,
                &format!("`{folder}` has `{wanted}` in several spellings"),
                "keep one of them",
            ));
        }
        found.extend(here.into_iter().map(|path| (domain, path.clone())));
    }
    if found.is_empty() {
        let help = "any of dm.csv, vs.csv, cm.csv, ex.csv, pr.csv, ae.csv is wanted, with SDTM variables";
        return Err(no_tables(folder, &format!("`{folder}` holds no SDTM table"), help));
    }
    Ok(found)
}

fn no_tables(folder: &str, message: &str, help: &str) -> Problems {
    let mut wrong = Diagnostic::error(&codes::DOMAIN, message);
    wrong.label(Source::new("--sdtm", folder).whole(), "");
    wrong.help(help);
    wrong.into()
}

/// Whether a .json file is what `cascade show --format json` wrote.
fn is_model(path: &str) -> Result<bool, Problems> {
    if !Path::new(path).is_file() {
        // The model's reader says so.
        return Ok(true);
    }
    let text = disk::bytes(path)?;
    let file: Result<serde_json::Value, _> = serde_json::from_slice(&text);
    Ok(file.is_ok_and(|file| file.get("file").is_some() && file.get("resourceType").is_none()))
}

//! `cascade check`.

use std::path::Path;

use serde_json::json;

use crate::cli::arguments::{CheckArgs, RunArgs};
use crate::cli::disk::{self, Disk};
use crate::cli::loading::{Loaded, open_set};
use crate::cli::verbs::charts;
use crate::cli::{Failure, output, render};
use crate::crs;
use crate::diagnostic::{Problems, Severity, Source};
use crate::document;
use crate::model::{Library, Model, ParameterSet, TABLE, Values, set_names, table_sets};
use crate::regimen::RuleFile;

/// Checks files and reports all mistakes of each.
pub fn run(arguments: &CheckArgs) -> Result<(), Failure> {
    let mut all = Problems::default();
    for name in &arguments.files {
        match problems(name) {
            Ok(found) | Err(found) => all.append(found),
        }
    }
    let errors = all.iter().filter(|found| found.severity == Severity::Error).count();
    let warnings = all.iter().count() - errors;
    if arguments.format == "json" {
        let text = json!({ "errors": errors, "warnings": warnings, "diagnostics": render::json(&all) });
        output::print(&format!("{}\n", serde_json::to_string_pretty(&text).expect("plain values")))?;
    } else {
        if !all.is_empty() {
            output::say(render::text(&all).trim_end());
        }
        let files = arguments.files.len();
        output::print(&format!(
            "{files} file{} checked: {errors} error{}, {warnings} warning{}\n",
            plural(files),
            plural(errors),
            plural(warnings)
        ))?;
    }
    match (errors, warnings) {
        (0, 0) => Ok(()),
        (0, _) if arguments.deny_warnings => Err(Failure::Negative),
        (0, _) => Ok(()),
        _ => Err(Failure::Reported),
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The mistakes and warnings of one file; its kind follows from its name and its `format`.
fn problems(name: &str) -> Result<Problems, Problems> {
    if !disk::is_path(name) {
        let (model, mut found) = Model::parse(&Disk.model(name)?)?;
        for set in set_names(name) {
            found.append(check_set(&Disk.parameters(&model, set)?, set, &model));
        }
        append_new(&mut found, defaults(&model));
        return Ok(found);
    }
    if Path::new(name).file_name().is_some_and(|file| file == TABLE) {
        let source = disk::read(name)?;
        let model = owner(&source)?;
        let mut found = Problems::default();
        for set in table_sets(source.text()) {
            found.append(check_set(&source, set, &model));
        }
        return Ok(found);
    }
    if name.ends_with(".csv") {
        return match charts::check(name) {
            Ok(()) => Ok(Problems::default()),
            Err(Failure::Input(found)) => Err(found),
            Err(_) => Ok(Problems::default()),
        };
    }
    let source = disk::read_model(name)?;
    let mut quiet = Problems::default();
    let format = document::parse(&source, &mut quiet).and_then(|table| table.text("format", &mut quiet));
    match format.as_ref().and_then(|text| text.value.split('/').next()) {
        Some("cascade-parameters") => Ok(check_set(&source, "", &owner(&source)?)),
        Some("cascade-scenario") => {
            let arguments = RunArgs { scenario: Some(name.into()), ..RunArgs::default() };
            let loaded = Loaded::open(&arguments)?;
            loaded.without_records(&arguments)?.check()?;
            Ok(loaded.warnings)
        }
        // What the names of rules mean depends on the model; a scenario names one.
        Some("cascade-rules") => {
            let mut found = Problems::default();
            RuleFile::parse(&source, &mut found);
            Ok(found)
        }
        Some("cascade-scale") => {
            let mut found = Problems::default();
            if let Some(scale) = crs::parse(&source, &mut found) {
                found.append(crs::audit(&scale));
            }
            Ok(found)
        }
        _ => {
            let (model, mut found) = Model::parse(&source)?;
            append_new(&mut found, defaults(&model));
            Ok(found)
        }
    }
}

fn check_set(source: &Source, set: &str, model: &Model) -> Problems {
    match ParameterSet::named(source, set, model) {
        Err(found) => found,
        // Values that the set leaves out are no mistake of the set.
        Ok(set) => Values::new(model, Some(&set), &[])
            .map_or_else(|_| Problems::default(), |values| values.check_variability(model)),
    }
}

/// Adds what is not known already.
fn append_new(known: &mut Problems, found: Problems) {
    for one in found.iter() {
        if !known.iter().any(|other| other == one) {
            known.push(one.clone());
        }
    }
}

/// Whether the default run of a model can start: its default set is there and gives the values that are missing.
fn defaults(model: &Model) -> Problems {
    let set = match open_set(model, None) {
        Ok(set) => set,
        Err(found) => return found,
    };
    let set = set.as_ref().map(|(_, set)| set);
    Values::new(model, set, &[]).map_or_else(|found| found, |values| values.check_variability(model))
}

/// The model of a parameter set: beside it as model.toml, else in the library.
fn owner(source: &Source) -> Result<Model, Problems> {
    let beside = Path::new(source.name()).with_file_name("model.toml");
    if beside.is_file() {
        return Ok(Model::parse(&disk::read(&beside.to_string_lossy())?)?.0);
    }
    let mut problems = Problems::default();
    let table = document::parse(source, &mut problems);
    let Some(name) = table.and_then(|table| table.needed_text("model", &source.span(0..0), &mut problems)) else {
        return Err(problems);
    };
    let found = Disk.model(&name.value).map_err(|mut found| {
        found.label(name.span(), "").help("a set stands beside its model, which is `model.toml`");
        found
    });
    Ok(Model::parse(&found?)?.0)
}

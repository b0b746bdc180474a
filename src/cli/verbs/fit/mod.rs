//! `cascade fit`.

mod figures;
mod stand;
mod words;

pub use words::{settings, specification};

use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::observations;
use crate::cli::arguments::{FitArgs, Format};
use crate::cli::loading::Loaded;
use crate::cli::output::{self, Folder};
use crate::cli::{Context, Failure, disk, record, render, tables};
use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Problems, Source};
use crate::fit::{FitSettings, Fitted, Population, Progress, parameter_set, tables as text};
use crate::observation;
use crate::simulate::Scenario;
use crate::trajectory::brief;
use stand::Stand;

/// Fits a model to data.
pub fn run(context: &Context, arguments: &FitArgs) -> Result<(), Failure> {
    let began = Instant::now();
    let mut loaded = Loaded::open(&arguments.run)?;
    let source = open(arguments.data.as_deref(), &mut loaded, "fit")?;
    let loaded = loaded;
    let mut scenario = loaded.scenario(&arguments.run)?;
    scenario.stop = context.stop.clone();
    let seed = arguments.seed.or(loaded.file.as_ref().and_then(|file| file.seed)).unwrap_or(0);
    let specification = words::specification(arguments, &loaded.model)?;
    let mut settings = words::settings(arguments, seed)?;
    let mut warnings = Problems::default();
    let data = observation::read_data(&source, &tables::sidecar(source.name())?, &loaded.model, &mut warnings);
    let Some(data) = data else { return Err(warnings.into()) };
    let in_file = loaded.file.as_ref().is_some_and(|file| !file.doses.is_empty());
    let subjects = data.subjects.iter().map(|one| &one.design);
    observations::one_regimen(source.name(), !arguments.run.dose.is_empty() || in_file, subjects)?;
    let folder = arguments.to.output.as_deref().map(Folder::open).transpose()?;
    if let Some(path) = &arguments.update {
        output::try_file(path)?;
    }
    let found = Population::new(&scenario, &data, &specification, &settings, &mut warnings);
    if !warnings.is_empty() {
        context.say(render::text(&warnings).trim_end());
    }
    let mut population = found?;
    population.threads = threads(arguments.threads);
    population.structure.keep_for(settings.method);
    let mut stand = Stand::open(arguments, &population, &mut settings)?;
    let bar = spinner(context);
    let fitted = population.fit(&loaded.model, &settings, &context.stop, &mut |progress| {
        tell(&bar, progress);
        if let Progress::Iteration(one) = progress {
            stand.note(&one.x);
        }
    });
    bar.finish_and_clear();
    let fitted = fitted?;
    stand.close(context.stop.is_tripped());
    if let Some(path) = &arguments.update {
        output::write_file(path, parameter_set(&fitted, source.name()).as_bytes())?;
        context.say(&format!("wrote {}", path.display()));
    }
    match folder {
        Some(mut folder) => {
            for (name, content) in text::files(&fitted) {
                folder.add(name, content.as_bytes())?;
            }
            figures::add(&mut folder, &fitted, &population.curves(&fitted))?;
            let record = run_json(context, &loaded, &scenario, &source, &settings, &fitted, began);
            folder.add("run.json", record.as_bytes())?;
            for path in folder.finish()? {
                context.say(&format!("wrote {}", path.display()));
            }
            context.say(text::summary(&fitted).trim_end());
        }
        None => output::print(&match Format::wanted(arguments.format) {
            Format::Table => text::summary(&fitted),
            Format::Csv => text::estimates(&fitted),
            Format::Json => format!("{:#}\n", as_json(&fitted)),
        })?,
    }
    if fitted.converged {
        return Ok(());
    }
    for verdict in fitted.verdicts.iter().filter(|verdict| !verdict.good) {
        context.say(&verdict.text);
    }
    Err(Failure::Negative)
}

/// The data that a verb needs, noted among the inputs.
pub fn open(path: Option<&str>, loaded: &mut Loaded, verb: &str) -> Result<Source, Failure> {
    let Some(path) = path else {
        let mut found = Diagnostic::error(&file::MISSING_KEY, "which data?");
        found.help(format!("cascade {verb} MODEL DATA.csv"));
        return Err(found.into());
    };
    let source = Source::decode(path, &disk::bytes(path)?)?;
    loaded.inputs.push((path.to_string(), output::hash(source.text().as_bytes())));
    Ok(source)
}

/// As many threads as asked for, else one a core.
pub fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get)).max(1)
}

/// A line on a terminal that tells how far it is; silent elsewhere.
pub fn spinner(context: &Context) -> ProgressBar {
    let target = if context.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(None, target);
    bar.set_style(ProgressStyle::with_template("{spinner} {elapsed} {msg}").expect("a known template"));
    bar
}

fn tell(bar: &ProgressBar, progress: Progress<'_>) {
    bar.tick();
    bar.set_message(match progress {
        Progress::Iteration(one) => format!("iteration {}: objective {}", one.iteration, brief(one.objective)),
        Progress::Done(done, of) => format!("{done} of {of} searches"),
        Progress::Stage(stage) => stage.to_string(),
    });
}

/// Numbers that say how good a fit is.
fn verdict(fitted: &Fitted) -> Value {
    json!({
        "model": fitted.model,
        "method": fitted.method,
        "censoring": fitted.censoring,
        "objective": fitted.objective,
        "objective_error": fitted.objective_error,
        "minus_twice_log_likelihood": fitted.minus_twice(),
        "aic": fitted.aic(),
        "bic": fitted.bic(),
        "bic_subjects": fitted.bic_of_subjects(),
        "values": fitted.counts.0,
        "censored": fitted.counts.1,
        "subjects": fitted.individuals.len(),
        "estimated": fitted.estimated(),
        "converged": fitted.converged,
        "sound": fitted.is_sound(),
    })
}

fn as_json(fitted: &Fitted) -> Value {
    let estimates: Vec<Value> = fitted
        .estimates
        .iter()
        .map(|one| {
            json!({
                "parameter": one.name,
                "kind": one.kind.name(),
                "estimate": one.value,
                "se": one.se,
                "rse": one.rse(),
                "lower": one.interval.map(|interval| interval.0),
                "upper": one.interval.map(|interval| interval.1),
                "fixed": one.fixed,
                "transform": one.transform,
                "unit": one.unit,
                "start": one.start,
            })
        })
        .collect();
    let verdicts: Vec<Value> =
        fitted.verdicts.iter().map(|verdict| json!({ "good": verdict.good, "text": verdict.text })).collect();
    json!({ "fit": verdict(fitted), "estimates": estimates, "verdicts": verdicts })
}

fn run_json(
    context: &Context,
    loaded: &Loaded,
    scenario: &Scenario<'_>,
    source: &Source,
    settings: &FitSettings,
    fitted: &Fitted,
    began: Instant,
) -> String {
    let mut record = record::of_scenario(context, loaded, scenario);
    let mut fit = verdict(fitted);
    fit["data_sha256"] = json!(output::hash(source.text().as_bytes()));
    fit["covariance"] = json!(settings.uncertainty.name());
    fit["starts"] = json!(settings.starts);
    fit["verdicts"] = as_json(fitted)["verdicts"].take();
    record["fit"] = fit;
    record["seed"] = json!(settings.seed);
    record["timing"] = record::timing(began);
    format!("{record:#}\n")
}

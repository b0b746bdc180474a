//! `cascade fit`.

mod words;

use std::time::Instant;

use crate::cli::arguments::FitArgs;
use crate::cli::loading::Loaded;
use crate::cli::{Context, Failure, disk, output, render, tables};
use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Problems, Source};
use crate::fit::{Population, Progress};
use crate::observation;

/// Fits a model to data.
pub fn run(context: &Context, arguments: &FitArgs) -> Result<(), Failure> {
    let began = Instant::now();
    let mut loaded = Loaded::open(&arguments.run)?;
    let Some(path) = &arguments.data else {
        let mut found = Diagnostic::error(&file::MISSING_KEY, "no data to fit to");
        found.help("cascade fit MODEL DATA.csv");
        return Err(found.into());
    };
    let source = Source::decode(path, &disk::bytes(path)?)?;
    loaded.inputs.push((path.to_string(), output::hash(source.text().as_bytes())));
    let loaded = loaded;
    let mut scenario = loaded.scenario(&arguments.run)?;
    scenario.stop = context.stop.clone();
    let seed = arguments.seed.or(loaded.file.as_ref().and_then(|file| file.seed)).unwrap_or(0);
    let specification = words::specification(arguments, &loaded.model)?;
    let settings = words::settings(arguments, seed)?;
    let mut problems = Problems::default();
    let data = observation::read_data(&source, &tables::sidecar(source.name())?, &loaded.model, &mut problems);
    let Some(data) = data else { return Err(problems.into()) };
    let mut population = Population::new(&scenario, &data, &specification, settings.censoring, &mut problems)?;
    population.threads =
        arguments.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |n| n.get()));
    if !problems.is_empty() {
        context.say(render::text(&problems).trim_end());
    }
    let fitted = population.fit(&loaded.model, &settings, &context.stop, &mut |progress| {
        if let Progress::Stage(stage) = progress {
            context.say(stage)
        }
    })?;
    for one in &fitted.estimates {
        context.say(&format!("{:24} {:12.6} {:?} {:?}", one.name, one.value, one.se, one.interval));
    }
    context.say(&format!(
        "objective {} {:?} iterations {} {:?}",
        fitted.objective,
        fitted.objective_error,
        fitted.iterations.len(),
        began.elapsed()
    ));
    for verdict in &fitted.verdicts {
        context.say(&format!("{} {}", verdict.good, verdict.text));
    }
    Ok(())
}

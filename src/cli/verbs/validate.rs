//! `cascade validate`: whether a method finds what data were simulated from.

use std::time::Instant;

use serde_json::json;

use super::{fit, observations};
use crate::cli::arguments::{Format, ValidateArgs};
use crate::cli::loading::Loaded;
use crate::cli::output::{self, Folder};
use crate::cli::{Context, Failure, record, render, tables};
use crate::diagnostic::Problems;
use crate::fit::{FitSettings, Population, Recovery};
use crate::observation;
use crate::trajectory::{brief, number, quoted};

/// Simulates, fits, and reports bias and coverage.
pub fn run(context: &Context, arguments: &ValidateArgs) -> Result<(), Failure> {
    let began = Instant::now();
    let fit = &arguments.fit;
    let mut loaded = Loaded::open(&fit.run)?;
    let source = fit::open(fit.data.as_deref(), &mut loaded, "validate")?;
    let loaded = loaded;
    let mut scenario = loaded.scenario(&fit.run)?;
    scenario.stop = context.stop.clone();
    let seed = fit.seed.or(loaded.file.as_ref().and_then(|file| file.seed)).unwrap_or(0);
    let specification = fit::specification(fit, &loaded.model)?;
    // The values of the data are not looked at.
    let settings = FitSettings { checks_units: false, ..fit::settings(fit, seed)? };
    let mut warnings = Problems::default();
    let data = observation::read_data(&source, &tables::sidecar(source.name())?, &loaded.model, &mut warnings);
    let Some(data) = data else { return Err(warnings.into()) };
    let in_file = loaded.file.as_ref().is_some_and(|file| !file.doses.is_empty());
    let subjects = data.subjects.iter().map(|one| &one.design);
    observations::one_regimen(source.name(), !fit.run.dose.is_empty() || in_file, subjects)?;
    let folder = fit.to.output.as_deref().map(Folder::open).transpose()?;
    let mut population = Population::new(&scenario, &data, &specification, &settings, &mut warnings)?;
    if !warnings.is_empty() {
        context.say(render::text(&warnings).trim_end());
    }
    population.threads = fit::threads(fit.threads);
    let bar = fit::spinner(context);
    let recovery =
        population.recover(&loaded.model, &settings, arguments.replicates, &context.stop, &mut |done, of| {
            bar.tick();
            bar.set_message(format!("{done} of {of} data sets"));
        });
    bar.finish_and_clear();
    let recovery = recovery?;
    match folder {
        Some(mut folder) => {
            folder.add("recovery.csv", csv(&recovery).as_bytes())?;
            let mut record = record::of_scenario(context, &loaded, &scenario);
            record["seed"] = json!(seed);
            record["recovery"] = json!({
                "method": settings.method.name(),
                "replicates": recovery.replicates.0,
                "failed": recovery.replicates.1,
                "intervals": recovery.coverage().0,
                "held": recovery.coverage().1,
            });
            record["timing"] = record::timing(began);
            folder.add("run.json", format!("{record:#}\n").as_bytes())?;
            for path in folder.finish()? {
                context.say(&format!("wrote {}", path.display()));
            }
            context.say(table(&recovery).trim_end());
        }
        None => output::print(&match Format::wanted(fit.format) {
            Format::Table => table(&recovery),
            Format::Csv => csv(&recovery),
            Format::Json => format!("{:#}\n", as_json(&recovery)),
        })?,
    }
    if recovery.replicates.0 == 0 { Err(Failure::Negative) } else { Ok(()) }
}

fn csv(recovery: &Recovery) -> String {
    let mut text = String::from("parameter,kind,truth,mean,bias_percent,bias_se,rmse_percent,intervals,held,fits\n");
    for one in &recovery.estimates {
        let (bias, error) = one.bias();
        let mean = one.estimates.iter().sum::<f64>() / one.estimates.len() as f64;
        text.push_str(&format!(
            "{},{},{},{},{},{},{},{},{},{}\n",
            quoted(&one.name),
            one.kind.name(),
            number(one.truth),
            number(mean),
            number(bias),
            number(error),
            number(one.rmse()),
            one.intervals.0,
            one.intervals.1,
            one.estimates.len(),
        ));
    }
    text
}

fn table(recovery: &Recovery) -> String {
    let wide = recovery.estimates.iter().map(|one| one.name.len()).max().unwrap_or_default().max(9);
    let (fitted, failed) = recovery.replicates;
    let mut text = format!("{fitted} data sets fitted, {failed} failed\n\n");
    text.push_str(&format!(
        "{:wide$}  {:>10}  {:>16}  {:>7}  {:>9}\n",
        "parameter", "truth", "bias %", "rmse %", "held"
    ));
    for one in &recovery.estimates {
        let (bias, error) = one.bias();
        let held = match one.intervals.0 {
            0 => "-".into(),
            count => format!("{} of {count}", one.intervals.1),
        };
        text.push_str(&format!(
            "{:wide$}  {:>10}  {:>8.2} +- {:<5.2}  {:>6.1}  {held:>9}\n",
            one.name,
            brief(one.truth),
            bias,
            error,
            one.rmse(),
        ));
    }
    let (count, held, (low, high)) = recovery.coverage();
    if count > 0 {
        text.push_str(&format!(
            "\n95 % intervals hold the truth {held} times of {count} ({:.1} %); 99 % of such experiments lie between {low} and {high}\n",
            100.0 * held as f64 / count as f64
        ));
    }
    text
}

fn as_json(recovery: &Recovery) -> serde_json::Value {
    let (count, held, (low, high)) = recovery.coverage();
    let estimates: Vec<_> = recovery
        .estimates
        .iter()
        .map(|one| {
            json!({
                "parameter": one.name,
                "truth": one.truth,
                "bias_percent": one.bias().0,
                "bias_se": one.bias().1,
                "rmse_percent": one.rmse(),
                "intervals": one.intervals.0,
                "held": one.intervals.1,
                "estimates": one.estimates,
            })
        })
        .collect();
    json!({
        "replicates": recovery.replicates.0,
        "failed": recovery.replicates.1,
        "coverage": { "intervals": count, "held": held, "band": [low, high] },
        "estimates": estimates,
    })
}

//! `cascade simulate`.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use super::{observations, several, tolerance};
use crate::cli::arguments::{Format, RegimenFormat, SimulateArgs};
use crate::cli::loading::Loaded;
use crate::cli::output::{self, Folder};
use crate::cli::{Context, Failure, record, render, tables};
use crate::observation::write_regimen;
use crate::outcome;
use crate::simulate::{Run, Scenario};
use crate::trajectory::Header;

/// Integrates and prints.
pub fn run(context: &Context, arguments: &SimulateArgs) -> Result<(), Failure> {
    let began = Instant::now();
    let header = if arguments.header_units { Header::Units } else { Header::Names };
    let mut loaded = Loaded::open(&arguments.run)?;
    let design = arguments.design.as_deref().map(|path| observations::open(path, &mut loaded)).transpose()?;
    loaded.seed = arguments.seed.or(loaded.seed).or(design.as_ref().map(|_| 0));
    if let Some(format) = arguments.print_regimen {
        return regimen(&loaded.scenario(&arguments.run)?, format);
    }
    if loaded.subjects.len() > 1 {
        return several::run(context, arguments, &loaded, header);
    }
    let mut scenario = loaded.scenario(&arguments.run)?;
    scenario.exposure = arguments.exposure;
    scenario.stop = context.stop.clone();
    context.warn_of_late_doses(&scenario);
    if arguments.check_tolerance {
        return tolerance::run(context, arguments, scenario);
    }
    if let Some(path) = arguments.observations.as_deref().filter(|path| *path != "-") {
        output::try_file(Path::new(path))?;
    }
    let folder = arguments.to.output.as_deref().map(Folder::open).transpose()?;
    if !loaded.warnings.is_empty() {
        context.say(render::text(&loaded.warnings).trim_end());
    }
    if let (Some(design), Some(path)) = (&design, &arguments.observations) {
        let doses_given = loaded.gives_doses(&arguments.run);
        let data = observations::text(context, design, &scenario, doses_given, loaded.seed.unwrap_or(0))?;
        observations::write(context, path, &data)?;
        if folder.is_none() {
            return Ok(());
        }
    }
    let run = scenario.simulate()?;
    context.say_of_rules(&scenario, &run);
    if let Some(mut folder) = folder {
        if !scenario.rules.is_empty() {
            folder.add("decisions.csv", tables::decisions(&run.decisions).as_bytes())?;
        }
        folder.add("trajectory.csv", run.trajectory.to_csv(header).as_bytes())?;
        folder.add("columns.json", record::columns_json(&run).as_bytes())?;
        if arguments.exposure {
            folder.add("exposure.csv", tables::exposure(&run.exposure).as_bytes())?;
            if !run.end_points.is_empty() {
                folder.add("endpoints.csv", tables::end_points(&run.end_points).as_bytes())?;
            }
        }
        folder.add("run.json", record::run_json(context, &loaded, &scenario, &run, began).as_bytes())?;
        for path in folder.finish()? {
            context.say(&format!("wrote {}", path.display()));
        }
        return Ok(());
    }
    let format = Format::wanted(arguments.format);
    let text = match (arguments.exposure, format) {
        (false, Format::Csv) => run.trajectory.to_csv(header),
        (false, Format::Table) => run.trajectory.table(20),
        (false, Format::Json) => trajectory_json(&run),
        (true, Format::Csv) => tables::exposure(&run.exposure),
        (true, Format::Table) => outcome::table(&run.exposure),
        (true, Format::Json) => exposure_json(&run),
    };
    Ok(output::print(&text)?)
}

/// Prints doses.
fn regimen(scenario: &Scenario<'_>, format: RegimenFormat) -> Result<(), Failure> {
    let regimen = &scenario.regimen;
    Ok(output::print(&match format {
        RegimenFormat::Text => format!("{regimen}\n"),
        RegimenFormat::Toml => regimen.to_toml(),
        RegimenFormat::Csv => write_regimen(scenario.model, regimen)?,
    })?)
}

fn trajectory_json(run: &Run) -> String {
    let trajectory = &run.trajectory;
    let columns: Vec<Value> = trajectory
        .columns
        .iter()
        .map(|column| json!({ "name": column.name, "unit": column.unit.to_string(), "label": column.label }))
        .collect();
    let rows: Vec<Value> = trajectory
        .time
        .iter()
        .enumerate()
        .map(|(at, time)| json!({ "time": time, "values": trajectory.row(at) }))
        .collect();
    let text = json!({ "time_unit": trajectory.time_unit.to_string(), "columns": columns, "rows": rows });
    format!("{}\n", serde_json::to_string_pretty(&text).expect("plain values"))
}

fn exposure_json(run: &Run) -> String {
    let rows: Vec<Value> = run
        .exposure
        .iter()
        .map(|row| {
            json!({
                "output": row.output,
                "unit": row.unit,
                "cmax": row.exposure.cmax,
                "tmax": row.exposure.tmax,
                "auc_0_28d": row.exposure.auc_0_28d,
                "clast": row.exposure.clast,
                "tlast": row.exposure.tlast,
                "half_life": row.exposure.half_life,
            })
        })
        .collect();
    format!("{}\n", serde_json::to_string_pretty(&rows).expect("plain values"))
}

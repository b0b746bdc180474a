//! `cascade sensitivity`.

use std::time::Instant;

use serde_json::{Value, json};

use crate::cli::arguments::{Format, SensitivityArgs};
use crate::cli::loading::Loaded;
use crate::cli::output::{self, Folder};
use crate::cli::picture::{self, Kind, Page};
use crate::cli::{Context, Failure, record, render};
use crate::plot::{self, Options, Shown};
use crate::sensitivity::{Row, csv, rows, table};
use crate::simulate::{influential, sensitivities};

/// Parameters of each end point in the table for a terminal.
const MOST: usize = 10;

/// Takes derivatives and prints them.
pub fn run(context: &Context, arguments: &SensitivityArgs) -> Result<(), Failure> {
    let began = Instant::now();
    let loaded = Loaded::open(&arguments.run)?;
    let mut scenario = loaded.scenario(&arguments.run)?.with_exposure();
    scenario.stop = context.stop.clone();
    context.warn_of_late_doses(&scenario);
    let names = match &arguments.wrt {
        Some(text) => text.split(',').map(|name| name.trim().to_string()).collect(),
        None => influential(&scenario)?,
    };
    let folder = arguments.to.output.as_deref().map(Folder::open).transpose()?;
    if !loaded.warnings.is_empty() {
        context.say(render::text(&loaded.warnings).trim_end());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let found = sensitivities(&scenario, &names)?;
    let rows = rows(&found);
    if let Some(mut folder) = folder {
        folder.add("sensitivity.csv", csv(&rows).as_bytes())?;
        if rows.iter().any(|row| row.normalised.is_some()) {
            let figure = plot::sensitivity(&Shown::new(&scenario, &found.run), &rows, &Options::default());
            folder.add("sensitivity.png", &picture::draw(&figure, Kind::Png, &Page::default())?)?;
        }
        folder.add("run.json", record::run_json(context, &loaded, &scenario, &found.run, began).as_bytes())?;
        for path in folder.finish()? {
            context.say(&format!("wrote {}", path.display()));
        }
        return Ok(());
    }
    let format = Format::wanted(arguments.format);
    let text = match format {
        Format::Csv => csv(&rows),
        Format::Table => table(&rows, MOST),
        Format::Json => as_json(&rows),
    };
    Ok(output::print(&text)?)
}

fn as_json(rows: &[Row]) -> String {
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "output": row.output,
                "end_point": row.what,
                "unit": row.unit,
                "value": row.value,
                "parameter": row.parameter,
                "parameter_unit": row.parameter_unit,
                "parameter_value": row.parameter_value,
                "derivative": row.derivative,
                "normalised": row.normalised,
            })
        })
        .collect();
    format!("{}\n", serde_json::to_string_pretty(&rows).expect("plain values"))
}

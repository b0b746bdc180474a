//! What a comparison prints and writes.

use std::time::Instant;

use serde_json::{Value, json};

use super::Found;
use crate::cli::arguments::Format;
use crate::cli::loading::Loaded;
use crate::cli::output::{self, Folder};
use crate::cli::{Context, Failure, comparison_portraits, record, tables as text};
use crate::compare::{Kind, Who, tables};
use crate::trajectory::{aligned, brief, number};

/// Columns that hold words, though they may look like numbers.
const WORDS: [&str; 9] = ["arm", "reference", "endpoint", "unit", "kind", "scale", "grade", "benefit", "risk"];
/// Columns of the table for reading.
const SHOWN: [&str; 12] = [
    "arm",
    "endpoint",
    "unit",
    "kind",
    "n",
    "value_reference",
    "value",
    "estimate",
    "low_95",
    "high_95",
    "gain",
    "p_better",
];
/// End points that the table for reading leaves to the files.
const LEFT_OUT: [&str; 9] =
    ["tmax_", "clast_", "tlast_", "half_life_", "nadir_time_", "auc_0_28d_", "given_", "crs_episodes_", "care_"];

/// Prints.
pub fn print(context: &Context, format: Option<Format>, found: &Found<'_>) -> Result<(), Failure> {
    let format = Format::wanted(format);
    let result = match format {
        Format::Csv => text::csv(main(found).into_iter()),
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&document(found)).expect("plain values")),
        Format::Table => reading(found),
    };
    output::print(&result)?;
    if format == Format::Table {
        context.say(&notes(found).join("\n"));
    }
    Ok(())
}

/// The table that answers the question: of a search what was tried, of a sweep its points, else the comparison.
fn main(found: &Found<'_>) -> Vec<Vec<String>> {
    if let Some(optimum) = found.optimum {
        return tables::optimum(found.bounds, optimum, number);
    }
    match found.sweeps {
        [] => tables::comparison(found.arms, found.rows, number),
        sweeps => tables::sweep(found.arms, sweeps, found.points, number),
    }
}

fn reading(found: &Found<'_>) -> String {
    let mut parts = Vec::new();
    if let Some(optimum) = found.optimum {
        let mut lines = tables::optimum(found.bounds, optimum, brief);
        lines.truncate(21);
        parts.push(aligned(&lines));
        parts.push(neighbourhood(found));
    } else if !found.sweeps.is_empty() {
        let lines = tables::sweep(found.arms, found.sweeps, found.points, brief);
        let at = found.sweeps.len() + 1;
        let wanted = |line: &&Vec<String>| {
            let name = line[at].as_str();
            name == "endpoint" || headline(found, name)
        };
        parts.push(aligned(&lines.iter().filter(wanted).cloned().collect::<Vec<_>>()));
    } else {
        parts.push(aligned(&shown(found)));
    }
    if !found.ranks.is_empty() && found.optimum.is_none() && found.sweeps.is_empty() {
        parts.push(aligned(&tables::ranking(found.arms, found.ranks, brief)));
    }
    parts.join("\n")
}

/// What a sweep is read for: utility, any CRS, severe CRS, declared end points.
fn headline(found: &Found<'_>, name: &str) -> bool {
    let first = found.arms.arms[0].layout.scales.first();
    let of_scale = |start: &str| first.is_some_and(|scale| name == format!("{start}{scale}"));
    name == "utility" || name.starts_with("reached_") || of_scale("crs_any_") || of_scale("crs_at_least_3_")
}

/// Rows and columns of the comparison for reading; what is the same in both arms of every patient is left out.
fn shown(found: &Found<'_>) -> Vec<Vec<String>> {
    let rows: Vec<_> = found
        .rows
        .iter()
        .filter(|row| {
            let name = &found.arms.end_points[row.end_point].name;
            let nothing = match row.estimate.kind {
                Kind::Ratio => row.estimate.estimate == 1.0,
                _ => row.estimate.estimate == 0.0 && row.estimate.lower == 0.5,
            };
            !nothing && !LEFT_OUT.iter().any(|start| name.starts_with(start))
        })
        .copied()
        .collect();
    let lines = tables::comparison(found.arms, &rows, brief);
    let kept: Vec<usize> = (0..lines[0].len()).filter(|at| SHOWN.contains(&lines[0][*at].as_str())).collect();
    let dash = |cell: &String| if cell.is_empty() { "-".to_string() } else { cell.clone() };
    lines.iter().map(|line| kept.iter().map(|at| dash(&line[*at])).collect()).collect()
}

/// The best regimen of a search, and how far around it regimens are as good.
fn neighbourhood(found: &Found<'_>) -> String {
    let Some(optimum) = found.optimum else { return String::new() };
    let best = &optimum.tried[optimum.best];
    let mut lines = vec![format!("best of {} regimens, utility {}", optimum.tried.len(), brief(best.utility))];
    for ((bounds, value), (low, high)) in found.bounds.iter().zip(&best.values).zip(&optimum.alike) {
        let (value, low, high) = (bounds.text(*value), bounds.text(*low), bounds.text(*high));
        lines.push(format!("  {}: {value}; not to be told from it: {low} to {high}", bounds.label()));
    }
    lines.join("\n") + "\n"
}

fn notes(found: &Found<'_>) -> Vec<String> {
    let reference = &found.arms.arms[found.arms.reference].name;
    let mut notes = Vec::new();
    if found.optimum.is_none() && found.sweeps.is_empty() {
        notes.push(match found.who {
            Who::Typical => format!("the typical patient, against `{reference}`; -n COUNT compares patients"),
            Who::Listed(table) => format!("{} patients of a table in every arm, against `{reference}`", table.count),
            Who::Drawn { count, seed, .. } => {
                format!(
                    "{count} patients of seed {seed} in every arm, against `{reference}`; gain: how many times \
                         narrower than the interval from separate groups"
                )
            }
        });
    }
    notes.push("--output DIR writes every end point, and figures".into());
    notes
}

/// All tables as one object.
fn document(found: &Found<'_>) -> Value {
    let mut value = json!({
        "arms": objects(&tables::arms(found.arms, number)),
        "comparison": objects(&tables::comparison(found.arms, found.rows, number)),
        "benefit_risk": objects(&tables::benefit_risk(found.arms, found.rows, number)),
        "grades": objects(&tables::grades(found.arms, number)),
        "relapse_free": objects(&tables::relapse_free(found.arms, found.durability, number)),
        "relapses": objects(&tables::relapses(found.arms, found.relapses, number)),
    });
    if let Some(utility) = found.utility {
        value["utility"] = json!(utility.text);
        value["ranking"] = objects(&tables::ranking(found.arms, found.ranks, number));
    }
    if !found.sweeps.is_empty() {
        value["sweep"] = objects(&tables::sweep(found.arms, found.sweeps, found.points, number));
    }
    if let Some(optimum) = found.optimum {
        value["optimum"] = objects(&tables::optimum(found.bounds, optimum, number));
    }
    value
}

fn objects(lines: &[Vec<String>]) -> Value {
    let Some((head, rows)) = lines.split_first() else { return json!([]) };
    let cell = |name: &String, cell: &String| match cell.parse::<f64>() {
        _ if WORDS.contains(&name.as_str()) => json!(cell),
        _ if cell.is_empty() => Value::Null,
        Ok(_) if cell.parse::<u64>().is_ok() => json!(cell.parse::<u64>().unwrap_or_default()),
        Ok(number) => json!(number),
        Err(_) => json!(cell),
    };
    let object = |row: &Vec<String>| {
        Value::Object(head.iter().zip(row).map(|(name, text)| (name.clone(), cell(name, text))).collect())
    };
    rows.iter().map(object).collect()
}

/// Writes tables and pictures into a folder.
pub fn write(
    context: &Context,
    mut folder: Folder,
    found: &Found<'_>,
    loaded: &[&Loaded],
    began: Instant,
) -> Result<(), Failure> {
    let mut files = vec![
        ("comparison.csv", tables::comparison(found.arms, found.rows, number)),
        ("arms.csv", tables::arms(found.arms, number)),
    ];
    if !found.arms.arms[0].layout.scales.is_empty() {
        files.push(("grades.csv", tables::grades(found.arms, number)));
    }
    if !found.arms.benefits_and_risks().is_empty() {
        files.push(("benefit_risk.csv", tables::benefit_risk(found.arms, found.rows, number)));
    }
    if !found.durability.is_empty() {
        files.push(("relapse_free.csv", tables::relapse_free(found.arms, found.durability, number)));
    }
    if !found.relapses.is_empty() {
        files.push(("relapses.csv", tables::relapses(found.arms, found.relapses, number)));
    }
    if found.utility.is_some() {
        files.push(("utility.csv", tables::ranking(found.arms, found.ranks, number)));
    }
    if !found.sweeps.is_empty() {
        files.push(("sweep.csv", tables::sweep(found.arms, found.sweeps, found.points, number)));
    }
    if let Some(optimum) = found.optimum {
        files.push(("optimum.csv", tables::optimum(found.bounds, optimum, number)));
    }
    for (name, lines) in files {
        folder.add(name, text::csv(lines.into_iter()).as_bytes())?;
    }
    for (name, picture) in comparison_portraits::pictures(found)? {
        folder.add(&name, &picture)?;
    }
    folder.add("run.json", run_json(context, found, loaded, began).as_bytes())?;
    for path in folder.finish()? {
        context.say(&format!("wrote {}", path.display()));
    }
    if found.optimum.is_some() {
        context.say(neighbourhood(found).trim_end());
    }
    Ok(())
}

fn run_json(context: &Context, found: &Found<'_>, loaded: &[&Loaded], began: Instant) -> String {
    let mut value = record::of_scenario(context, loaded[0], &found.scenarios[0]);
    let arms: Vec<Value> = found
        .arms
        .arms
        .iter()
        .zip(found.scenarios)
        .zip(loaded)
        .map(|((arm, scenario), loaded)| {
            let inputs: Vec<Value> =
                loaded.inputs.iter().map(|(name, hash)| json!({ "name": name, "sha256": hash })).collect();
            json!({
                "name": arm.name,
                "parameters": scenario.set,
                "regimen": scenario.regimen.to_string(),
                "until": { "value": scenario.until, "unit": scenario.model.time.to_string() },
                "inputs": inputs,
                "patients": arm.count(),
                "failed": arm.failures(),
            })
        })
        .collect();
    value["compare"] = json!({
        "arms": arms,
        "reference": found.arms.arms[found.arms.reference].name,
        "patients": found.who.count(),
        "paired": found.arms.paired.len(),
        "drawn": found.who != Who::Typical,
        "uncertainty": found.uncertainty,
        "utility": found.utility.map(|utility| utility.text.clone()),
        "sweeps": found.sweeps.iter().map(crate::compare::Varied::label).collect::<Vec<_>>(),
        "bounds": found.bounds.iter().map(crate::compare::Varied::label).collect::<Vec<_>>(),
    });
    value["seed"] = json!(found.seed);
    value["timing"] = record::timing(began);
    format!("{}\n", serde_json::to_string_pretty(&value).expect("plain values"))
}

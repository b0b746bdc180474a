//! `run.json`: what was run, on what, with which tolerances, and what it cost.

use std::time::Instant;

use serde_json::{Value, json};

use super::loading::Loaded;
use super::{Context, render};
use crate::simulate::{Run, Scenario};

/// The text of `run.json`. What depends on clock and machine stands under `timing`, outside of any comparison.
pub fn run_json(context: &Context, loaded: &Loaded, scenario: &Scenario<'_>, run: &Run, began: Instant) -> String {
    let mut record = of_scenario(context, loaded, scenario);
    let counters = &run.counters;
    record["solver"] = json!(run.method.name());
    record["counters"] = json!({
        "steps": counters.steps,
        "rejected": counters.rejected,
        "rates": counters.rates,
        "jacobians": counters.jacobians,
        "decompositions": counters.decompositions,
        "solves": counters.solves,
        "borders": counters.borders,
    });
    record["timing"] = timing(began);
    format!("{}\n", serde_json::to_string_pretty(&record).expect("plain values"))
}

/// What depends on clock and machine.
pub fn timing(began: Instant) -> Value {
    json!({
        "seconds": began.elapsed().as_secs_f64(),
        "finished": timestamp(),
        "machine": format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    })
}

/// What was run: command, model, values, doses, tolerances, hashes of what was read.
pub fn of_scenario(context: &Context, loaded: &Loaded, scenario: &Scenario<'_>) -> Value {
    let model = &loaded.model;
    let inputs: Vec<Value> = loaded.inputs.iter().map(|(name, hash)| json!({ "name": name, "sha256": hash })).collect();
    let tolerances: serde_json::Map<String, Value> = model
        .states
        .iter()
        .map(|state| {
            let absolute = scenario.rtol * state.tolerance;
            (state.name.text.clone(), json!({ "absolute": absolute, "unit": state.unit.difference().to_string() }))
        })
        .collect();
    let changed: Vec<Value> = scenario
        .values
        .parameters
        .iter()
        .zip(&model.parameters)
        .map(|(value, parameter)| {
            json!({ "name": parameter.name.text, "value": value, "unit": parameter.unit.to_string() })
        })
        .collect();
    json!({
        "format": "cascade-run/1",
        "cascade": env!("CARGO_PKG_VERSION"),
        "command": context.command,
        "model": { "name": model.name, "maturity": model.maturity.word() },
        "parameters": scenario.set,
        "values": changed,
        "regimen": scenario.regimen.to_string(),
        "rules": scenario.rules.iter().map(|rule| rule.name.value.clone()).collect::<Vec<_>>(),
        "until": { "value": scenario.until, "unit": model.time.to_string() },
        "inputs": inputs,
        "seed": loaded.seed,
        "rtol": scenario.rtol,
        "tolerances": tolerances,
        "solver": scenario.method.name(),
        "counters": {},
        "warnings": render::json(&loaded.warnings),
        "use": super::picture::DISCLAIMER,
        "timing": {},
    })
}

/// Seconds since 1970, UTC.
fn timestamp() -> Option<u64> {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok().map(|since| since.as_secs())
}

/// `columns.json`: names, units and labels of a trajectory.
pub fn columns_json(run: &Run) -> String {
    format!("{}\n", serde_json::to_string_pretty(&run.trajectory.sidecar()).expect("plain values"))
}

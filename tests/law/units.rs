//! The same model in other units gives the same results.

use std::collections::HashMap;

use proptest::prelude::*;

use cascade::model::{Embedded, Library, Model};

use crate::support::{Case, at, embedded, graded, model, run, series};

/// Units to write instead, each with the factor that a value takes: 1 of the first is that many of the other.
const OTHERS: &[(&str, &[(&str, f64)])] = &[
    ("1e9 cells", &[("cells", 1e9), ("1e6 cells", 1e3)]),
    ("pg/mL", &[("ng/mL", 1e-3), ("ug/dL", 1e-4), ("g/m^3", 1e-6)]),
    ("mg/L", &[("ug/dL", 100.0), ("ng/uL", 1.0), ("pg/mL", 1e6)]),
    ("mg", &[("g", 1e-3), ("ug", 1e3)]),
    ("L", &[("mL", 1e3), ("dL", 10.0)]),
    ("1/d", &[("1/h", 1.0 / 24.0), ("1/week", 7.0), ("1/s", 1.0 / 86_400.0)]),
    ("1/h", &[("1/d", 24.0), ("1/min", 1.0 / 60.0)]),
    ("h", &[("min", 60.0), ("d", 1.0 / 24.0)]),
    ("d", &[("h", 24.0), ("week", 1.0 / 7.0)]),
    ("L/d", &[("mL/h", 1000.0 / 24.0), ("mL/min", 1000.0 / 1440.0)]),
    ("mg/d", &[("ug/h", 1000.0 / 24.0)]),
    ("percent", &[("1", 0.01)]),
    ("1", &[("percent", 100.0)]),
    ("copies/ug", &[("copies/ng", 1e-3), ("copies/mg", 1e3)]),
    ("1/(1e9 cells)/d", &[("1/cells/d", 1e-9), ("1/(1e6 cells)/h", 1e-3 / 24.0)]),
    ("1e6 pg/mL/(1e9 cells)^2/d", &[("ug/mL/(1e9 cells)^2/d", 1.0), ("pg/mL/(1e9 cells)^2/h", 1e6 / 24.0)]),
    ("mmHg", &[("kg/m/s^2", 133.322387415)]),
];

/// A model text with the units of states, outputs and parameters changed by the bits of `choice`, and the clock in
/// `clock`; the new units of states and outputs with their factors.
fn rescaled(text: &str, clock: &str, mut choice: u64) -> (String, HashMap<String, f64>) {
    let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
    let mut factors = HashMap::new();
    let mut section = (String::new(), String::new());
    let mut last_value = None;
    let mut of_states = HashMap::new();
    for at in 0..lines.len() {
        let line = lines[at].clone();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let (kind, name) = name.split_once('.').unwrap_or((name, ""));
            section = (kind.to_string(), name.to_string());
            last_value = None;
        }
        if line.starts_with("time = ") && section.0.is_empty() {
            lines[at] = format!("time = \"{clock}\"");
        }
        if line.starts_with("value = ") {
            last_value = Some(at);
        }
        let Some(unit) = line.strip_prefix("unit = \"").and_then(|rest| rest.strip_suffix('"')) else { continue };
        let Some((_, others)) = OTHERS.iter().find(|(known, _)| *known == unit) else { continue };
        // Each unit takes its turn: the present one or another.
        let mut picked = (choice % (others.len() as u64 + 1)) as usize;
        choice = choice.rotate_right(3) ^ 0x9e37_79b9_7f4a_7c15;
        // An output that is a state of its name stays in the unit of the state.
        if section.0 == "states" {
            of_states.insert(section.1.clone(), picked);
        } else if section.0 == "outputs" {
            picked = of_states.get(&section.1).copied().unwrap_or(picked);
        }
        if picked == 0 {
            continue;
        }
        let (other, factor) = others[picked - 1];
        match section.0.as_str() {
            "states" | "outputs" => {
                factors.insert(format!("{}.{}", section.0, section.1), factor);
            }
            "parameters" => {
                if let Some(value) = last_value {
                    let number: f64 = lines[value]["value = ".len()..].parse().unwrap();
                    lines[value] = format!("value = {:e}", number * factor);
                }
                if let Some(bounds) =
                    (at..at + 3).find(|&next| lines.get(next).is_some_and(|l| l.starts_with("bounds")))
                {
                    lines[bounds].clear();
                }
            }
            _ => continue,
        }
        lines[at] = format!("unit = \"{other}\"");
    }
    (lines.join("\n"), factors)
}

/// Compares both in the metric of the references: |a - b| / (|b| + 1e-3 max |b|).
fn compare(
    plain: &Model,
    other: &Model,
    set: &str,
    factors: &HashMap<String, f64>,
    clock: f64,
) -> Result<(), TestCaseError> {
    let times: Vec<f64> = (0..=28).map(f64::from).collect();
    let scaled: Vec<f64> = times.iter().map(|time| time * clock).collect();
    let case = Case { set, ..Case::default() };
    let tight = |scenario: cascade::simulate::Scenario<'_>| {
        let scenario = scenario.rtol(1e-9).unwrap();
        run(if scenario.model.has_signs() { graded(scenario) } else { scenario })
    };
    let (a, b) = (tight(at(case.of(plain), &times)), tight(at(case.of(other), &scaled)));
    for column in &a.trajectory.columns {
        let name = &column.name;
        let state = plain.states.iter().any(|state| state.name.text == *name);
        let factor =
            factors.get(&format!("{}.{name}", if state { "states" } else { "outputs" })).copied().unwrap_or(1.0);
        let (a, b) = (series(&a.trajectory, name), series(&b.trajectory, name));
        let largest = a.iter().fold(0.0f64, |most, value| most.max(value.abs()));
        for ((a, b), t) in a.iter().zip(&b).zip(&times) {
            let b = b / factor;
            prop_assert!((a - b).abs() <= 1e-7 * (a.abs() + 1e-3 * largest), "{name} at {t} d: {a} {b}");
        }
    }
    if let (Some(a), Some(b)) = (a.course(), b.course()) {
        let rows = |course: &cascade::crs::Course| {
            course.rows().iter().map(|row| (row.time, row.finding.lowest)).collect::<Vec<_>>()
        };
        let (a, b) = (rows(a), rows(b));
        prop_assert_eq!(a.len(), b.len());
        for (a, b) in a.iter().zip(&b) {
            prop_assert!((a.0 - b.0).abs() < 1e-6 && a.1 == b.1, "{:?} {:?}", a, b);
        }
    }
    Ok(())
}

fn text(name: &str) -> String {
    Embedded.model(name).unwrap().text().to_string()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rescaling_units_leaves_results(choice: u64, clock in prop::sample::select(vec![("d", 1.0), ("h", 24.0), ("week", 1.0 / 7.0)])) {
        for (name, set) in [("stein-2019", ""), ("hardiansyah-2019", "upn1"), ("hardiansyah-2019", "upn3"), ("cart-crs", "")] {
            let (text, factors) = rescaled(&text(name), clock.0, choice);
            compare(&embedded(name), &model(&text), set, &factors, clock.1)?;
        }
    }
}

#[test]
fn the_rewriting_changes_what_it_should() {
    let (text, factors) = rescaled(&text("cart-crs"), "h", 0x1234_5678_9abc_def1);
    let other = model(&text);
    let plain = embedded("cart-crs");
    let changed = plain.states.iter().zip(&other.states).filter(|(a, b)| a.unit != b.unit).count();
    let parameters = plain.parameters.iter().zip(&other.parameters).filter(|(a, b)| a.unit != b.unit).count();
    assert!(changed >= 5 && parameters >= 20 && factors.len() >= changed, "{changed} {parameters} {factors:?}");
}

#[test]
fn fahrenheit_shows_the_same_fever() {
    let text = text("cart-crs");
    let state = "[states.temperature]\nunit = \"degC\"";
    let output = "[outputs.temperature]\nvalue = 'temperature'\nunit = \"degC\"";
    assert!(text.contains(state) && text.contains(output));
    let text = text.replace(state, &state.replace("degC", "degF")).replace(output, &output.replace("degC", "degF"));
    let (plain, other) = (embedded("cart-crs"), model(&text));
    let times: Vec<f64> = (0..=28).map(f64::from).collect();
    let course = |model| run(graded(at(Case::default().of(model), &times)).rtol(1e-9).unwrap());
    let (a, b) = (course(&plain), course(&other));
    for (a, b) in series(&a.trajectory, "temperature").iter().zip(series(&b.trajectory, "temperature")) {
        assert!((a * 1.8 + 32.0 - b).abs() < 1e-6, "{a} degC {b} degF");
    }
    let (a, b) = (a.course().unwrap(), b.course().unwrap());
    assert_eq!(a.maximum().grade, b.maximum().grade);
    assert!((a.episodes()[0].onset - b.episodes()[0].onset).abs() < 1e-6);
}

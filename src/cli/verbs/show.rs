//! `cascade show`.

use serde_json::{Value, json};

use crate::cli::arguments::ShowArgs;
use crate::cli::disk::{Disk, MODEL_FILE};
use crate::cli::loading::open_set;
use crate::cli::verbs::{show_rules, show_scale};
use crate::cli::{Failure, output, picture};
use crate::crs::Scale;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::file;
use crate::error_model::ErrorModel;
use crate::model::{Care, DoseKind, Library, Model, Provenance, Switch, Trigger, Values, set_names};
use crate::regimen::{RuleFile, rule_names};
use crate::sign::{Sign, Signs};
use crate::trajectory::{aligned, number};

/// Shows a model, a scale, or treatment rules.
pub fn run(arguments: &ShowArgs) -> Result<(), Failure> {
    if let Some(text) = Scale::embedded_text(&arguments.model) {
        return show_scale::run(arguments, &Scale::embedded(&arguments.model)?, text);
    }
    if rule_names().contains(&arguments.model.as_str()) {
        return show_rules::run(arguments, &RuleFile::embedded(&arguments.model)?);
    }
    let source = Disk.model(&arguments.model)?;
    if arguments.format == "toml" {
        if let Some(set) = &arguments.parameters {
            let mut found = Diagnostic::error(&file::BAD_VALUE, "`--parameters` has no meaning with `--format toml`");
            found.help(format!(
                "a model file holds no set; leave it out, or see the values of `{set}` in another format"
            ));
            return Err(found.into());
        }
        return Ok(output::print(source.text())?);
    }
    let (model, _) = Model::parse(&source)?;
    let (name, set) = open_set(&model, arguments.parameters.as_deref())?.unzip();
    let values = Values::new(&model, set.as_ref(), &[])?;
    // What is read back is the file: with a set chosen here it would be another patient.
    let file = arguments.parameters.is_none().then(|| source.text());
    let text = match arguments.format.as_str() {
        "json" => {
            let mut object = object(&model, &values, name.as_deref());
            if let Some(file) = file {
                object["file"] = file.into();
            }
            format!("{}\n", serde_json::to_string_pretty(&object).expect("plain values"))
        }
        "markdown" => {
            let page = markdown(&model, &values, name.as_deref());
            let file = file.map(|file| format!("\n{MODEL_FILE}\n\n```toml\n{}\n```\n", file.trim_end()));
            page + &file.unwrap_or_default()
        }
        _ => text(&model, &values, name.as_deref()),
    };
    Ok(output::print(&text)?)
}

fn text(model: &Model, values: &Values, set: Option<&str>) -> String {
    let mut out = format!("{}: {}\nmaturity: {}\n", model.name, model.title, model.maturity.word());
    if let Some(citation) = &model.citation {
        let doi = citation.doi.as_ref().map_or_else(String::new, |doi| format!(", doi:{doi}"));
        out.push_str(&format!("source: {}{doi}\n", citation.text));
    }
    let sets = set_names(&model.name);
    if !sets.is_empty() {
        let shown = set.map_or_else(String::new, |set| format!(" (shown: {set})"));
        out.push_str(&format!("sets: {}{shown}\n", sets.join(", ")));
    }
    out.push_str(&format!("time in {}, default end {}\n", model.time, model.defaults.until));
    for note in &model.notes {
        out.push_str(&format!("note: {note}\n"));
    }
    out.push_str("\nEquations\n");
    for state in &model.states {
        out.push_str(&format!("  d {}/dt = {}   [{}]\n", state.name, state.rate, state.unit));
        out.push_str(&format!("      start {}, {}\n", state.start, state.label));
    }
    for derived in &model.derived {
        let unit = derived.unit.as_ref().map_or_else(String::new, |unit| format!("   [{unit}]"));
        out.push_str(&format!("  {} = {}{unit}\n", derived.name, derived.value));
    }
    for switch in &model.switches {
        let kind = if switch.care.is_some() { "care" } else { "switch" };
        out.push_str(&format!("  {kind} {}: {}\n", switch.name, trigger(switch)));
        if let Some(care) = &switch.care {
            out.push_str(&format!("      sets {}; {}\n", signs_set(care), traced(&care.provenance)));
        }
    }
    out.push_str("\nParameters\n");
    let rows: Vec<Vec<String>> = model
        .parameters
        .iter()
        .zip(values.parameters.iter().zip(&values.provenance))
        .map(|(parameter, (value, provenance))| {
            vec![
                format!("  {}", parameter.name),
                number(*value),
                parameter.unit.to_string(),
                parameter.label.clone(),
                traced(provenance),
            ]
        })
        .collect();
    out.push_str(&aligned(&rows));
    if !model.covariates.is_empty() {
        out.push_str("\nCovariates\n");
        for (covariate, value) in model.covariates.iter().zip(&values.covariates) {
            out.push_str(&format!("  {} = {value} {}, {}\n", covariate.name, covariate.unit, covariate.label));
        }
    }
    out.push_str("\nDoses\n");
    for dose in &model.doses {
        out.push_str(&format!("  {}: {}\n", dose.name, dose_text(model, &dose.kind)));
    }
    let regimen = model.defaults.regimen.to_string();
    for line in regimen.split("; ") {
        out.push_str(&format!("  default: {line}\n"));
    }
    out.push_str("\nOutputs\n");
    for output in &model.outputs {
        out.push_str(&format!("  {} = {}   [{}] {}", output.name, output.value, output.unit, output.label));
        if let Some(error) = &output.error {
            out.push_str(&format!("; residual error {}", error.model));
        }
        out.push('\n');
    }
    if !model.end_points.is_empty() {
        out.push_str("\nEnd points\n");
        for point in &model.end_points {
            out.push_str(&format!("  {}: {}, {}\n", point.name, point.criterion(model), point.label));
            out.push_str(&format!("      {}\n", traced(&point.provenance)));
        }
    }
    if model.has_signs() {
        out.push_str("\nSigns\n");
        for reading in &model.readings {
            out.push_str(&format!("  {} = {}\n", reading.sign.name(), reading.value));
        }
    }
    out.push_str(&format!("\n{}\n", picture::DISCLAIMER));
    out
}

/// The model as a page: equations, then tables of values, doses and outputs.
fn markdown(model: &Model, values: &Values, set: Option<&str>) -> String {
    let mut out = format!("# {}\n\n`{}`, maturity: **{}**\n", model.title, model.name, model.maturity.word());
    if let Some(citation) = &model.citation {
        let doi = citation.doi.as_ref().map_or_else(String::new, |doi| format!(", [{doi}](https://doi.org/{doi})"));
        out.push_str(&format!("\n{}{doi}\n", citation.text));
    }
    if let Some(set) = set {
        out.push_str(&format!("\nParameter set: `{set}`\n"));
    }
    for note in &model.notes {
        out.push_str(&format!("\n- {note}"));
    }
    out.push_str(&format!("\n\n## Equations\n\nTime in {}.\n\n```\n", model.time));
    for state in &model.states {
        out.push_str(&format!("d {}/dt = {}\n    start {}   [{}]\n", state.name, state.rate, state.start, state.unit));
    }
    for derived in &model.derived {
        let unit = derived.unit.as_ref().map_or_else(String::new, |unit| format!("   [{unit}]"));
        out.push_str(&format!("{} = {}{unit}\n", derived.name, derived.value));
    }
    for switch in &model.switches {
        out.push_str(&format!("{}: {}\n", switch.name, trigger(switch)));
    }
    out.push_str("```\n");
    let care = model.switches.iter().filter_map(|switch| Some((switch, switch.care.as_ref()?)));
    let care = care.map(|(switch, care)| vec![format!("`{}`", switch.name), signs_set(care), traced(&care.provenance)]);
    out.push_str(&page_table("Supportive care", &["step", "sets", "source or assumption"], care));
    let parameters = model.parameters.iter().zip(values.parameters.iter().zip(&values.provenance));
    let rows = parameters.map(|(parameter, (value, provenance))| {
        vec![
            format!("`{}`", parameter.name),
            number(*value),
            parameter.unit.to_string(),
            parameter.label.clone(),
            traced(provenance),
        ]
    });
    out.push_str(&page_table("Parameters", &["name", "value", "unit", "what", "source or assumption"], rows));
    let covariates = model.covariates.iter().zip(&values.covariates).map(|(covariate, value)| {
        vec![format!("`{}`", covariate.name), number(*value), covariate.unit.to_string(), covariate.label.clone()]
    });
    out.push_str(&page_table("Covariates", &["name", "value", "unit", "what"], covariates));
    let doses = model.doses.iter().map(|dose| vec![format!("`{}`", dose.name), dose_text(model, &dose.kind)]);
    out.push_str(&page_table("Doses", &["name", "where"], doses));
    out.push_str(&format!("\nDefault: `{}`\n", model.defaults.regimen));
    let outputs = model.outputs.iter().map(|output| {
        vec![format!("`{}`", output.name), format!("`{}`", output.value), output.unit.to_string(), output.label.clone()]
    });
    out.push_str(&page_table("Outputs", &["name", "value", "unit", "what"], outputs));
    let end_points = model.end_points.iter().map(|point| {
        let (name, provenance) = (format!("`{}`", point.name), traced(&point.provenance));
        vec![name, point.criterion(model), point.label.clone(), provenance]
    });
    out.push_str(&page_table("End points", &["name", "reached when", "what", "source or assumption"], end_points));
    out.push_str(&format!("\n{}\n", picture::DISCLAIMER));
    out
}

/// A table of a page with its heading; nothing if it has no rows.
fn page_table(title: &str, head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let body: String =
        rows.map(|row| line(&row.iter().map(|cell| cell.replace('|', "\\|")).collect::<Vec<_>>())).collect();
    if body.is_empty() {
        return String::new();
    }
    let head: Vec<String> = head.iter().map(ToString::to_string).collect();
    format!("\n## {title}\n\n{}{}{body}", line(&head), line(&vec!["---".to_string(); head.len()]))
}

fn traced(provenance: &Provenance) -> String {
    match provenance {
        Provenance::Source(text) => text.clone(),
        Provenance::Assumption { number, text } => format!("{number}: {text}"),
    }
}

/// The source or the assumption, whichever it is.
fn origin(provenance: &Provenance) -> (Option<String>, Option<String>) {
    let text = Some(traced(provenance));
    match provenance {
        Provenance::Source(_) => (text, None),
        Provenance::Assumption { .. } => (None, text),
    }
}

/// The signs a step of care sets, as `fluids = multiple`.
fn signs_set(care: &Care) -> String {
    let one = |&(sign, value): &(Sign, f64)| {
        let text = Signs::unknown().with(sign, value).text(sign).unwrap_or_else(|| number(value));
        let unit = sign.unit_text();
        if matches!(unit, "" | "1") { format!("{sign} = {text}") } else { format!("{sign} = {text} {unit}") }
    };
    care.sets.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn trigger(switch: &Switch) -> String {
    let mut text = match &switch.trigger {
        Trigger::Time(time) => format!("on from {time}"),
        Trigger::While(condition) => format!("on while {condition}"),
        Trigger::Between(on, None) => format!("on from when {on}"),
        Trigger::Between(on, Some(off)) => format!("on when {on}, off when {off}"),
    };
    if let Some(hold) = &switch.hold {
        text.push_str(&format!(", after {hold}"));
    }
    if let Some(minimum) = &switch.at_least {
        text.push_str(&format!(", at least {minimum}"));
    }
    text
}

fn dose_text(model: &Model, kind: &DoseKind) -> String {
    match kind {
        DoseKind::Into { state, unit, .. } => format!("into {} [{unit}]", model.states[*state].name),
        DoseKind::Marker => "only its times are read".into(),
        DoseKind::Refused(reason) => format!("refused: {reason}"),
    }
}

fn object(model: &Model, values: &Values, set: Option<&str>) -> Value {
    let states: Vec<Value> = model
        .states
        .iter()
        .map(|state| {
            json!({
                "name": state.name.text, "unit": state.unit.to_string(), "label": state.label,
                "start": state.start.to_string(), "rate": state.rate.to_string(), "tolerance": state.tolerance,
            })
        })
        .collect();
    let parameters: Vec<Value> = model
        .parameters
        .iter()
        .zip(values.parameters.iter().zip(&values.provenance))
        .map(|(parameter, (value, provenance))| {
            let (source, assumption) = origin(provenance);
            json!({
                "name": parameter.name.text, "value": value, "unit": parameter.unit.to_string(),
                "label": parameter.label, "source": source, "assumption": assumption,
            })
        })
        .collect();
    let derived: Vec<Value> = model
        .derived
        .iter()
        .map(|derived| {
            let unit = derived.unit.as_ref().map(ToString::to_string);
            json!({ "name": derived.name.text, "value": derived.value.to_string(), "unit": unit })
        })
        .collect();
    let outputs: Vec<Value> = model
        .outputs
        .iter()
        .map(|output| {
            json!({
                "name": output.name.text, "value": output.value.to_string(), "unit": output.unit.to_string(),
                "label": output.label, "lloq": output.lloq,
                "error": output.error.as_ref().map(|error| error_json(&error.model)),
            })
        })
        .collect();
    let doses: Vec<Value> = model
        .doses
        .iter()
        .map(|dose| json!({ "name": dose.name.text, "kind": dose_text(model, &dose.kind) }))
        .collect();
    let switches: Vec<Value> = model
        .switches
        .iter()
        .map(|switch| {
            let care = switch.care.as_ref();
            let (source, assumption) = care.map_or((None, None), |care| origin(&care.provenance));
            json!({
                "name": switch.name.text, "trigger": trigger(switch), "care": care.is_some(),
                "sets": care.map(signs_set), "source": source, "assumption": assumption,
            })
        })
        .collect();
    let end_points: Vec<Value> = model
        .end_points
        .iter()
        .map(|point| {
            let (source, assumption) = origin(&point.provenance);
            json!({
                "name": point.name.text, "output": point.output(model).0, (point.side.word()): point.written,
                "relapse_of": point.relapse_of.map(|at| model.end_points[at].name.text.clone()),
                "label": point.label, "source": source, "assumption": assumption,
            })
        })
        .collect();
    json!({
        "name": model.name, "title": model.title, "maturity": model.maturity.word(), "notes": model.notes,
        "citation": model.citation.as_ref().map(|citation| citation.text.clone()),
        "doi": model.citation.as_ref().and_then(|citation| citation.doi.clone()),
        "time": model.time.to_string(), "until": model.defaults.until.to_string(),
        "sets": set_names(&model.name), "set": set, "states": states, "parameters": parameters,
        "derived": derived, "switches": switches, "doses": doses,
        "regimen": model.defaults.regimen.to_string(), "outputs": outputs, "endpoints": end_points,
        "signs": model.readings.iter().map(|reading| {
            json!({ "name": reading.sign.name(), "value": reading.value.to_string(), "unit": reading.unit.to_string() })
        }).collect::<Vec<_>>(),
    })
}

fn error_json(error: &ErrorModel) -> Value {
    let sizes = error.sizes().into_iter().map(|(name, size)| (name.to_string(), json!(size)));
    json!({ "model": error.name(), "sizes": sizes.collect::<serde_json::Map<String, Value>>() })
}

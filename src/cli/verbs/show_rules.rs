//! `cascade show RULE`.

use serde_json::{Value, json};

use crate::cli::arguments::ShowArgs;
use crate::cli::{Failure, output};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::file;
use crate::regimen::{Act, Rule, RuleFile};

/// Shows a file of treatment rules.
pub fn run(arguments: &ShowArgs, rules: &RuleFile) -> Result<(), Failure> {
    if arguments.parameters.is_some() {
        let mut found = Diagnostic::error(&file::BAD_VALUE, "`--parameters` has no meaning for treatment rules");
        found.help("copy the file to change it: cascade show RULE --format toml > mine.toml");
        return Err(found.into());
    }
    let text = rules.source.text();
    Ok(output::print(&match arguments.format.as_str() {
        "toml" => text.to_owned(),
        "json" => format!("{}\n", serde_json::to_string_pretty(&object(rules)).expect("plain values")),
        "markdown" => format!("# {}\n\n```toml\n{}\n```\n", rules.title, text.trim_end()),
        _ => page(rules),
    })?)
}

fn page(file: &RuleFile) -> String {
    let mut out = format!("{}: {}\nsource: {}\nevidence: {}\n", file.name, file.title, file.citation, file.evidence);
    for note in &file.notes {
        out.push_str(&format!("note: {note}\n"));
    }
    for rule in &file.rules {
        out.push_str(&format!("\n{}\n", rule.name.value));
        for (key, value) in keys(rule) {
            out.push_str(&format!("  {key:<12} {value}\n"));
        }
    }
    out.push_str(&format!("\nGive it: cascade grade cart-crs --treat {}\n", file.name));
    out.push_str(&format!("Change a copy: cascade show {} --format toml > mine.toml\n", file.name));
    out
}

/// The keys of a rule that are there, as in its file.
fn keys(rule: &Rule) -> Vec<(&'static str, String)> {
    let mut keys = vec![("when", rule.when.to_string())];
    let mut add = |key: &'static str, value: Option<String>| keys.extend(value.map(|value| (key, value)));
    add("for", rule.hold.as_ref().map(|time| time.value.to_string()));
    match &rule.act {
        Act::Give { amount, span, .. } => {
            add("give", Some(span.text().to_string()));
            add("amount", amount.as_ref().map(ToString::to_string));
        }
        Act::Withhold(entry) => add("withhold", Some(entry.value.clone())),
    }
    add("repeat_while", rule.repeat_while.as_ref().map(ToString::to_string));
    add("max_doses", rule.max_doses.map(|count| count.to_string()));
    for (key, time) in [
        ("min_gap", &rule.min_gap),
        ("delay", &rule.delay),
        ("after", &rule.after),
        ("until", &rule.until),
        ("every", &rule.every),
    ] {
        add(key, time.as_ref().map(|time| time.value.to_string()));
    }
    for (name, value) in &rule.values {
        add("value", Some(format!("{} = {value}, where the model has none", name.value)));
    }
    keys
}

fn object(file: &RuleFile) -> Value {
    let rule = |rule: &Rule| {
        let mut object = json!({ "name": rule.name.value });
        for (key, value) in keys(rule).into_iter().filter(|(key, _)| *key != "value") {
            object[key] = json!(value);
        }
        let values = rule.values.iter().map(|(name, value)| (name.value.clone(), json!(value.to_string())));
        object["values"] = Value::Object(values.collect());
        object
    };
    json!({
        "name": file.name,
        "title": file.title,
        "citation": file.citation,
        "evidence": file.evidence,
        "notes": file.notes,
        "rules": file.rules.iter().map(rule).collect::<Vec<_>>(),
        "file": file.source.text(),
    })
}

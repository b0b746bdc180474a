//! `cascade show SCALE`.

use serde_json::{Value, json};

use crate::cli::arguments::ShowArgs;
use crate::cli::{Failure, output};
use crate::crs::{OptionKind, Scale, ScaleOption, Status};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::file;
use crate::trajectory::{aligned, brief};

/// Shows a scale.
pub fn run(arguments: &ShowArgs, scale: &Scale, text: &str) -> Result<(), Failure> {
    if arguments.parameters.is_some() {
        let mut found = Diagnostic::error(&file::BAD_VALUE, "`--parameters` has no meaning for a scale");
        found.help("options of a scale are set where it grades: --option fever_waiver=never");
        return Err(found.into());
    }
    Ok(output::print(&match arguments.format.as_str() {
        "toml" => text.to_owned(),
        "json" => format!("{}\n", serde_json::to_string_pretty(&object(scale, text)).expect("plain values")),
        "markdown" => format!("# {}\n\n```toml\n{}\n```\n", scale.title(), text.trim_end()),
        _ => page(scale),
    })?)
}

fn page(scale: &Scale) -> String {
    let doi = scale.doi().map(|doi| format!(", doi:{doi}")).unwrap_or_default();
    let mut out = format!("{}: {}\nsource: {}{doi}\n", scale.name(), scale.title(), scale.citation());
    for note in scale.notes() {
        out.push_str(&format!("note: {note}\n"));
    }
    out.push_str("\nOptions (--option NAME=VALUE)\n");
    for option in scale.options() {
        out.push_str(&format!("  {} = {}   [{}]\n", option.name, choice(option), status(option.status)));
        out.push_str(&format!("      {}; {}\n", option.label, option.source));
    }
    out.push_str("\nRules (the highest that holds decides)\n");
    let head = ["  grade", "rule", "status", "in words"].map(String::from).to_vec();
    let row = |rule: &crate::crs::Rule| {
        vec![format!("  {}", rule.grade), rule.id.clone(), status(rule.status).into(), rule.text.clone()]
    };
    out.push_str(&aligned(&std::iter::once(head).chain(scale.rules().iter().map(row)).collect::<Vec<_>>()));
    if !scale.flags().is_empty() {
        out.push_str("\nFlags\n");
        let row = |flag: &crate::crs::Flag| vec![format!("  {}", flag.id), flag.text.clone()];
        out.push_str(&aligned(&scale.flags().iter().map(row).collect::<Vec<_>>()));
    }
    out.push_str(&format!("\nConditions and sources: cascade show {} --format toml\n", scale.name()));
    out
}

fn choice(option: &ScaleOption) -> String {
    match &option.kind {
        OptionKind::Choice { allowed, default } => {
            let others = allowed.iter().enumerate().filter(|(at, _)| at != default).map(|(_, word)| word.as_str());
            format!("{} (or {})", allowed[*default], others.collect::<Vec<_>>().join(", "))
        }
        OptionKind::Number { unit, default } => format!("{} {unit}", brief(*default)),
    }
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Read => "read",
        Status::Convention => "convention",
        Status::Unverified => "unverified",
    }
}

fn object(scale: &Scale, text: &str) -> Value {
    let option = |option: &ScaleOption| {
        let (allowed, default, unit) = match &option.kind {
            OptionKind::Choice { allowed, default } => (json!(allowed), json!(allowed[*default]), Value::Null),
            OptionKind::Number { unit, default } => (Value::Null, json!(default), json!(unit.to_string())),
        };
        json!({ "name": option.name, "default": default, "allowed": allowed, "unit": unit, "label": option.label,
            "source": option.source, "status": option.status })
    };
    let rule = |rule: &crate::crs::Rule| {
        json!({ "id": rule.id, "grade": rule.grade, "axis": rule.axis, "when": rule.condition(), "text": rule.text,
            "source": rule.source, "status": rule.status })
    };
    let flag = |flag: &crate::crs::Flag| json!({ "id": flag.id, "when": flag.condition(), "text": flag.text });
    json!({
        "name": scale.name(),
        "title": scale.title(),
        "citation": scale.citation(),
        "doi": scale.doi(),
        "notes": scale.notes(),
        "options": scale.options().iter().map(option).collect::<Vec<_>>(),
        "rules": scale.rules().iter().map(rule).collect::<Vec<_>>(),
        "flags": scale.flags().iter().map(flag).collect::<Vec<_>>(),
        "file": text,
    })
}

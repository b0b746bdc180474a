//! From the text of a scale's file to a checked [`Scale`].

use super::condition;
use super::scale::{Content, Definition, EpisodeRules, Flag, OptionKind, Rule, Scale, ScaleOption, Status};
use crate::diagnostic::codes::{file as codes, scale as scale_codes};
use crate::diagnostic::{Problems, Source, Span, listing};
use crate::document::{self, Entry, Table, Text};
use crate::expression::{self, Expression};
use crate::unit::Unit;
use std::collections::HashMap;

/// The layout this version reads.
const FORMAT: &str = "cascade-scale/1";

/// Most rules and flags of one scale: courses keep them as bits.
const MOST_RULES: usize = 64;

/// Reads a scale. All mistakes of the file are reported at once; there is a scale only if there are none.
pub fn parse(source: &Source, problems: &mut Problems) -> Option<Scale> {
    let mut found = Problems::default();
    let content = read(source, &mut found);
    let scale = content.map(|content| {
        let scale = Scale::new(content);
        condition::check(&scale, &mut found);
        scale
    });
    let wrong = found.has_errors();
    problems.append(found);
    scale.filter(|_| !wrong)
}

fn read(source: &Source, problems: &mut Problems) -> Option<Content> {
    let file = document::parse(source, problems)?;
    let top = source.span(0..0);
    if let Some(other) = file.needed_text("format", &top, problems).filter(|format| format.value != FORMAT) {
        problems
            .error(&codes::FORMAT_VERSION, format!("format `{}` is not a scale of this version", other.value))
            .label(other.quoted, "")
            .help(format!("this version reads `{FORMAT}`"));
        return None;
    }
    let name = file.needed_text("name", &top, problems);
    let title = file.needed_text("title", &top, problems);
    let notes = file.texts("notes", problems).into_iter().map(|note| note.value).collect();
    let (citation, doi) = read_source(&file, &top, problems);
    let options = read_options(&file, problems);
    let definitions = read_definitions(&file, problems);
    let episode = read_episode(&file, problems);
    let rules = read_rules(&file, problems);
    let flags = read_flags(&file, problems);
    if !file.has("rules") {
        missing("rules", &top, problems);
    }
    file.finish(problems);
    check_ids(&rules, &flags, problems);
    check_grades(&rules, problems);
    Some(Content {
        name: value_of(name),
        title: value_of(title),
        notes,
        citation,
        doi,
        options,
        definitions,
        episode,
        rules,
        flags,
    })
}

fn value_of(text: Option<Text>) -> String {
    text.map(|text| text.value).unwrap_or_default()
}

fn missing(key: &str, owner: &Span, problems: &mut Problems) {
    problems.error(&codes::MISSING_KEY, format!("`{key}` is missing")).label(owner.clone(), format!("needs `{key}`"));
}

fn needed(table: &Table, key: &'static str, problems: &mut Problems) -> Option<Text> {
    table.needed_text(key, table.span(), problems)
}

fn expression(table: &Table, key: &'static str, problems: &mut Problems) -> Option<Expression> {
    table.text(key, problems).and_then(|text| expression::parse(&text.source, text.range, problems))
}

fn needed_expression(table: &Table, key: &'static str, problems: &mut Problems) -> Option<Expression> {
    needed(table, key, problems).and_then(|text| expression::parse(&text.source, text.range, problems))
}

fn read_source(file: &Table, top: &Span, problems: &mut Problems) -> (String, Option<String>) {
    let Some(table) = file.table("source", problems) else {
        if !file.has("source") {
            missing("source", top, problems);
        }
        return (String::new(), None);
    };
    let citation = value_of(needed(table, "citation", problems));
    let doi = table.text("doi", problems).map(|text| text.value);
    table.finish(problems);
    (citation, doi)
}

fn read_options(file: &Table, problems: &mut Problems) -> Vec<ScaleOption> {
    let mut options = Vec::new();
    for (name, table) in file.named("options", problems) {
        expression::check_name(&name.key, &name.key_span, problems);
        let kind = read_option_kind(name, table, problems);
        let label = value_of(needed(table, "label", problems));
        let cited = value_of(needed(table, "source", problems));
        let status = read_status(table, problems);
        table.finish(problems);
        if let (Some(kind), Some(status)) = (kind, status) {
            let (name, span) = (name.key.clone(), name.key_span.clone());
            options.push(ScaleOption { name, kind, label, source: cited, status, span });
        }
    }
    options
}

fn read_option_kind(name: &Entry, table: &Table, problems: &mut Problems) -> Option<OptionKind> {
    if table.entry("default").is_some_and(|default| default.value.as_number().is_some()) {
        let default = table.number("default", problems);
        let unit = match table.text("unit", problems) {
            Some(text) => Unit::parse(&text.source, text.range, problems),
            None => Some(Unit::one()),
        };
        return Some(OptionKind::Number { unit: unit?, default: default? });
    }
    let default = needed(table, "default", problems);
    let allowed: Vec<String> = table.texts("allowed", problems).into_iter().map(|word| word.value).collect();
    let default = default?;
    if allowed.is_empty() {
        problems
            .error(&codes::MISSING_KEY, format!("option `{}` does not say what is allowed", name.key))
            .label(name.key_span.clone(), "")
            .help("give `allowed = [\"...\", \"...\"]`, or a number as `default` with its `unit`");
        return None;
    }
    if let Some(at) = allowed.iter().position(|word| *word == default.value) {
        return Some(OptionKind::Choice { allowed, default: at });
    }
    let message = format!("the default of option `{}` is not among what is allowed: `{}`", name.key, default.value);
    problems.error(&scale_codes::OPTION_VALUE, message).label(default.quoted, "").help(listing(
        &default.value,
        allowed.iter().map(String::as_str),
        "allowed",
    ));
    None
}

fn read_definitions(file: &Table, problems: &mut Problems) -> Vec<Definition> {
    let Some(table) = file.table("definitions", problems) else { return Vec::new() };
    let mut definitions = Vec::new();
    for entry in table.entries() {
        expression::check_name(&entry.key, &entry.key_span, problems);
        let Some(text) = entry.value.as_text() else {
            problems
                .error(&codes::WRONG_TYPE, format!("`definitions.{}` wants a condition in quotes", entry.key))
                .label(entry.value.span.clone(), format!("this is {}", entry.value.type_name()));
            continue;
        };
        if let Some(condition) = expression::parse(&text.source, text.range.clone(), problems) {
            definitions.push(Definition { name: entry.key.clone(), condition, span: entry.key_span.clone() });
        }
    }
    definitions
}

fn read_episode(file: &Table, problems: &mut Problems) -> EpisodeRules {
    let Some(table) = file.table("episode", problems) else { return EpisodeRules::default() };
    let episode = EpisodeRules {
        opens: expression(table, "opens", problems),
        dated_from: expression(table, "dated_from", problems),
        ends_after: expression(table, "ends_after", problems),
        merges_within: expression(table, "merges_within", problems),
    };
    table.finish(problems);
    episode
}

fn read_rules(file: &Table, problems: &mut Problems) -> Vec<Rule> {
    let mut rules = Vec::new();
    for table in file.tables("rules", problems) {
        let id = needed(table, "id", problems);
        let grade = read_grade(table, problems);
        let axis = needed(table, "axis", problems);
        let when = needed_expression(table, "when", problems);
        let lasting = expression(table, "for", problems);
        let summed = expression(table, "summed", problems);
        let now = expression(table, "now", problems);
        let text = needed(table, "text", problems);
        let cited = needed(table, "source", problems);
        let status = read_status(table, problems);
        table.finish(problems);
        if let (Some(id), Some(grade), Some(when), Some(status)) = (id, grade, when, status) {
            let (axis, text, source) = (value_of(axis), value_of(text), value_of(cited));
            rules.push(Rule {
                id: id.value,
                grade,
                axis,
                text,
                source,
                status,
                when,
                lasting,
                now,
                summed,
                span: id.quoted,
            });
        }
    }
    rules
}

fn read_grade(table: &Table, problems: &mut Problems) -> Option<u8> {
    if !table.has("grade") {
        missing("grade", table.span(), problems);
    }
    let grade = table.number("grade", problems)?;
    if (1.0..=5.0).contains(&grade) && grade.fract() == 0.0 {
        return Some(grade as u8);
    }
    let mut wrong = table.at("grade", &codes::BAD_VALUE, format!("grade {grade} is not a whole number from 1 to 5"));
    wrong.help("grade 0 needs no rule: it is what remains where no rule holds");
    problems.push(wrong);
    None
}

fn read_flags(file: &Table, problems: &mut Problems) -> Vec<Flag> {
    let mut flags = Vec::new();
    for table in file.tables("flags", problems) {
        let id = needed(table, "id", problems);
        let when = needed_expression(table, "when", problems);
        let text = needed(table, "text", problems);
        table.finish(problems);
        if let (Some(id), Some(when), Some(text)) = (id, when, text) {
            flags.push(Flag { id: id.value, text: text.value, when, span: id.quoted });
        }
    }
    flags
}

fn read_status(table: &Table, problems: &mut Problems) -> Option<Status> {
    let status = needed(table, "status", problems)?;
    match status.value.as_str() {
        "read" => Some(Status::Read),
        "convention" => Some(Status::Convention),
        "unverified" => Some(Status::Unverified),
        other => {
            problems
                .error(&codes::BAD_VALUE, format!("status `{other}` is not `read`, `convention` or `unverified`"))
                .label(status.quoted, "")
                .help("`read`: the cited source says so; `unverified`: so it is quoted, but the source was not opened; `convention`: we say so, and grades on it are flagged");
            None
        }
    }
}

fn check_ids(rules: &[Rule], flags: &[Flag], problems: &mut Problems) {
    let ids = rules.iter().map(|rule| (&rule.id, &rule.span)).chain(flags.iter().map(|flag| (&flag.id, &flag.span)));
    let mut seen = HashMap::new();
    for (count, (id, span)) in ids.enumerate() {
        if count == MOST_RULES {
            problems
                .error(&scale_codes::TOO_MANY_RULES, format!("more than {MOST_RULES} rules and flags"))
                .label(span.clone(), "the first beyond");
        }
        if let Some(first) = seen.insert(id, span) {
            problems
                .error(&scale_codes::DUPLICATE_RULE, format!("`{id}` is the id of two rules or flags"))
                .label(span.clone(), "again here")
                .label(first.clone(), "first here");
        }
    }
}

fn check_grades(rules: &[Rule], problems: &mut Problems) {
    let Some(highest) = rules.iter().max_by_key(|rule| rule.grade) else { return };
    for grade in 1..highest.grade {
        if !rules.iter().any(|rule| rule.grade == grade) {
            problems
                .error(&scale_codes::GRADE_GAP, format!("no rule gives grade {grade}"))
                .label(highest.span.clone(), format!("grades go up to {}", highest.grade))
                .help(format!("add a rule of grade {grade}, or number the grades without a gap"));
        }
    }
}

//! Switches, signs, and steps of supportive care.

use super::{Assumptions, duration, label, named, needed_expression, optional_expression, provenance, unit_like};
use crate::diagnostic::codes::{file, model, scale};
use crate::diagnostic::{Problems, Source, listing};
use crate::document::{Entry, Kind, Table};
use crate::model::description::{Care, Named, Reading, Switch, Trigger};
use crate::sign::{Sign, Signs};
use crate::unit::{Quantity, Unit};

pub(super) fn switches(table: &Table, problems: &mut Problems) -> Vec<Switch> {
    table
        .named("switches", problems)
        .into_iter()
        .filter_map(|(entry, inner)| {
            let switch = switch(entry, inner, problems);
            inner.finish(problems);
            switch
        })
        .collect()
}

fn switch(entry: &Entry, inner: &Table, problems: &mut Problems) -> Option<Switch> {
    let name = named(entry);
    let time = optional_expression(inner, "time", problems);
    let during = optional_expression(inner, "while", problems);
    let on = optional_expression(inner, "on", problems);
    let off = optional_expression(inner, "off", problems);
    let hold = duration("for", inner, problems);
    let at_least = duration("at_least", inner, problems);
    let label = label(inner, &name, problems);
    let trigger = match (time, during, on, off) {
        (Some(time), None, None, None) => {
            for key in ["for", "at_least"].into_iter().filter(|key| inner.has(key)) {
                let found = inner.at(key, &model::BAD_SWITCH, format!("`{key}` has no meaning beside `time`"));
                problems.push(found).help("the switch is on from that time for good");
            }
            Trigger::Time(time)
        }
        (None, Some(during), None, None) => Trigger::While(during),
        (None, None, Some(on), off) => Trigger::Between(on, off),
        _ => {
            problems
                .error(&model::BAD_SWITCH, format!("`{name}` wants exactly one of `time`, `while`, `on`"))
                .label(entry.key_span.clone(), "")
                .help("time = 'tmax'; while = 'il6 > 100 [pg/mL]'; on = '...' with off = '...'");
            return None;
        }
    };
    Some(Switch { name, trigger, hold, at_least, label, care: None })
}

/// Readings, and the steps of supportive care as switches.
pub(super) fn signs(
    table: &Table,
    assumptions: &mut Assumptions,
    problems: &mut Problems,
) -> (Vec<Reading>, Vec<Switch>) {
    let Some(inner) = table.table("signs", problems) else { return (Vec::new(), Vec::new()) };
    let mut readings = Vec::new();
    for entry in inner.entries().iter().filter(|entry| entry.key != "care") {
        let name = named(entry);
        let Some(sign) = known_sign(&name, problems) else { continue };
        let Some(body) = entry.value.as_table() else {
            problems
                .error(&file::WRONG_TYPE, format!("`signs.{name}` wants a table"))
                .label(entry.value.span.clone(), "")
                .help(format!("[signs.{name}]\nvalue = 'expression'"));
            continue;
        };
        let value = needed_expression(body, "value", &entry.key_span, problems);
        let own = sign_unit(sign);
        let unit = body.text("unit", problems).and_then(|text| unit_like(&text, &own, &format!("`{name}`"), problems));
        let unit = unit.unwrap_or(own);
        body.finish(problems);
        readings.push(Reading { sign, value, unit });
    }
    let steps = inner.named("care", problems);
    let care = steps.into_iter().filter_map(|(entry, body)| care_step(entry, body, assumptions, problems)).collect();
    (readings, care)
}

fn known_sign(name: &Named, problems: &mut Problems) -> Option<Sign> {
    let sign = Sign::named(name);
    if sign.is_none() {
        problems
            .error(&scale::UNKNOWN_SIGN, format!("unknown sign `{name}`"))
            .label(name.span.clone(), "")
            .help(listing(name, Sign::names(), "signs"));
    }
    sign
}

fn care_step(entry: &Entry, body: &Table, assumptions: &mut Assumptions, problems: &mut Problems) -> Option<Switch> {
    let switch = switch(entry, body, problems);
    let sets = sets(entry, body, problems);
    let traced = provenance(body, assumptions, problems);
    body.finish(problems);
    if traced.is_none() && !body.has("assumption") {
        problems
            .error(&model::NO_PROVENANCE, format!("care step `{}` has no source", entry.key))
            .label(entry.key_span.clone(), "on what does it rest?")
            .help("source = \"...\", or assumption = \"A7: ...\"");
    }
    Some(Switch { care: Some(Care { sets, provenance: traced? }), ..switch? })
}

fn sets(entry: &Entry, body: &Table, problems: &mut Problems) -> Vec<(Sign, f64)> {
    if !body.has("sets") {
        problems
            .error(&file::MISSING_KEY, format!("care step `{}` sets no sign", entry.key))
            .label(entry.key_span.clone(), "needs `sets`")
            .help("sets = { fluids = \"one\" }");
    }
    signs_set(body, problems)
}

/// The signs under `sets`, with their values in the units of the vocabulary.
pub(super) fn signs_set(body: &Table, problems: &mut Problems) -> Vec<(Sign, f64)> {
    let Some(table) = body.table("sets", problems) else { return Vec::new() };
    let mut sets = Vec::new();
    for item in table.entries() {
        let Some(sign) = known_sign(&named(item), problems) else { continue };
        let text = match &item.value.kind {
            Kind::Text(text) => text.value.clone(),
            Kind::Boolean(flag) => flag.to_string(),
            _ => item.value.as_number().map_or_else(String::new, |number| number.to_string()),
        };
        let value = quantity(sign, &text).map_or_else(|| Signs::value_of(sign, &text), Ok);
        match value {
            Ok(value) => sets.push((sign, value)),
            Err(mut found) => {
                found.label(item.value.span.clone(), "");
                problems.push(found);
            }
        }
    }
    sets
}

/// A quantity with a unit, as `2 L/min`, in the unit of the sign.
fn quantity(sign: Sign, text: &str) -> Option<f64> {
    let source = Source::new("", text);
    let quantity = Quantity::parse(&source, 0..text.len(), &mut Problems::default())?;
    let wanted = sign_unit(sign);
    if wanted.is_dimensionless() { None } else { quantity.unit.convert(quantity.value, &wanted) }
}

/// The unit of a sign as a unit.
fn sign_unit(sign: Sign) -> Unit {
    Unit::parse_str(sign.unit_text()).unwrap_or_else(|_| Unit::one())
}

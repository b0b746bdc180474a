//! States, covariates, derived quantities, doses and outputs.

use super::signs::signs_set;
use super::{
    Assumptions, bad_choice, expression, label, named, needed_expression, needed_unit, not_positive,
    optional_expression, provenance, unit, unit_like,
};
use crate::diagnostic::codes::{file, model};
use crate::diagnostic::{Problems, listing};
use crate::document::{Entry, Kind, Table, Text};
use crate::error_model::ErrorModel;
use crate::model::description::{
    Carry, Covariate, Derived, DoseEntry, DoseKind, ErrorDeclaration, Floor, Output, State,
};
use crate::unit::{Quantity, Unit};

pub(super) fn states(table: &Table, problems: &mut Problems) -> Vec<State> {
    let states: Vec<State> = table
        .named("states", problems)
        .into_iter()
        .map(|(entry, inner)| {
            let name = named(entry);
            let unit = needed_unit(inner, &entry.key_span, problems);
            if !inner.has("rate") {
                problems
                    .error(&model::NO_RATE, format!("state `{name}` has no rate"))
                    .label(entry.key_span.clone(), "how does it change?")
                    .help("rate = 'expression in the unit of the state per unit of time'");
            }
            let rate = if inner.has("rate") {
                needed_expression(inner, "rate", &entry.key_span, problems)
            } else {
                super::invalid(&entry.key_span)
            };
            let state = State {
                label: label(inner, &name, problems),
                start: needed_expression(inner, "start", &entry.key_span, problems),
                rate,
                tolerance: tolerance(inner, unit.as_ref(), problems),
                floor: floor(inner, unit.as_ref(), problems),
                name,
                unit: unit.unwrap_or_else(Unit::one),
            };
            inner.finish(problems);
            state
        })
        .collect();
    if states.is_empty() {
        problems
            .error(&file::MISSING_KEY, "the model has no states")
            .label(table.span().source.span(0..0), "needs at least one `[states.NAME]`")
            .help("[states.tumour]\nunit = \"1e9 cells\"\nstart = 'tumour_0'\nrate = 'growth * tumour'");
    }
    states
}

/// A quantity in the unit of its owner, if that was understood.
fn magnitude(key: &'static str, table: &Table, owner: Option<&Unit>, problems: &mut Problems) -> Option<f64> {
    let text = table.text(key, problems)?;
    let quantity = Quantity::parse(&text.source, text.range.clone(), problems)?;
    let value = quantity.expect(owner?, &format!("`{key}`"), &text.span(), problems)?;
    if quantity.value <= 0.0 {
        not_positive(key, &quantity, &text, problems);
        return None;
    }
    Some(value)
}

/// Default: a thousandth of one unit of the state.
fn tolerance(table: &Table, owner: Option<&Unit>, problems: &mut Problems) -> f64 {
    magnitude("tolerance", table, owner.map(Unit::difference).as_ref(), problems).unwrap_or(1e-3)
}

fn floor(table: &Table, owner: Option<&Unit>, problems: &mut Problems) -> Option<Floor> {
    let absorbing = table.boolean("absorbing", problems);
    if !table.has("floor") {
        if absorbing.is_some() {
            problems.push(table.at("absorbing", &file::BAD_VALUE, "`absorbing` has no meaning without `floor`"));
        }
        return None;
    }
    magnitude("floor", table, owner, problems).map(|value| Floor { value, absorbing: absorbing.unwrap_or(false) })
}

pub(super) fn covariates(table: &Table, problems: &mut Problems) -> Vec<Covariate> {
    table
        .named("covariates", problems)
        .into_iter()
        .map(|(entry, inner)| {
            let name = named(entry);
            let default = inner.needed_number("default", &entry.key_span, problems).unwrap_or(0.0);
            let carry = match inner.needed_text("carry", &entry.key_span, problems) {
                Some(text) if text.value == "next" => Carry::Next,
                Some(text) if text.value != "last" => {
                    bad_choice("carry", &text, &["next", "last"], problems);
                    Carry::Last
                }
                _ => Carry::Last,
            };
            let unit = needed_unit(inner, &entry.key_span, problems).unwrap_or_else(Unit::one);
            let covariate = Covariate { label: label(inner, &name, problems), unit, default, carry, name };
            inner.finish(problems);
            covariate
        })
        .collect()
}

pub(super) fn derived(table: &Table, problems: &mut Problems) -> Vec<Derived> {
    let Some(inner) = table.table("derived", problems) else { return Vec::new() };
    inner.entries().iter().filter_map(|entry| one_derived(entry, problems)).collect()
}

fn one_derived(entry: &Entry, problems: &mut Problems) -> Option<Derived> {
    let name = named(entry);
    match &entry.value.kind {
        Kind::Text(text) => {
            let label = name.text.replace('_', " ");
            Some(Derived { value: expression(text, problems), unit: None, label, name })
        }
        Kind::Table(inner) => {
            let derived = Derived {
                value: needed_expression(inner, "value", &entry.key_span, problems),
                unit: inner.text("unit", problems).and_then(|text| unit(&text, problems)),
                label: label(inner, &name, problems),
                name,
            };
            inner.finish(problems);
            Some(derived)
        }
        _ => {
            problems
                .error(&file::WRONG_TYPE, format!("`derived.{name}` wants an expression"))
                .label(entry.value.span.clone(), format!("this is {}", entry.value.type_name()))
                .help(format!("{name} = 'expression', or {{ value = 'expression', unit = \"...\" }}"));
            None
        }
    }
}

pub(super) fn doses(table: &Table, states: &[State], problems: &mut Problems) -> Vec<DoseEntry> {
    table
        .named("doses", problems)
        .into_iter()
        .filter_map(|(entry, inner)| {
            let name = named(entry);
            let label = label(inner, &name, problems);
            let kind = dose_kind(entry, inner, states, problems);
            let sets = signs_set(inner, problems);
            inner.finish(problems);
            Some(DoseEntry { name, kind: kind?, label, sets })
        })
        .collect()
}

fn dose_kind(entry: &Entry, inner: &Table, states: &[State], problems: &mut Problems) -> Option<DoseKind> {
    let state = inner.text("state", problems);
    let marker = inner.boolean("marker", problems);
    let refused = inner.text("refused", problems);
    let of_wrong_type = [("state", state.is_some()), ("marker", marker.is_some()), ("refused", refused.is_some())];
    let of_wrong_type = of_wrong_type.into_iter().any(|(key, understood)| inner.has(key) && !understood);
    let marker = marker.unwrap_or(false);
    let declared = inner.text("unit", problems);
    let mut optional = |key: &'static str| optional_expression(inner, key, problems);
    let (fraction, lag, duration, rate) =
        (optional("fraction"), optional("lag"), optional("duration"), optional("rate"));
    match (state, marker, refused) {
        (Some(text), false, None) => {
            let Some(state) = states.iter().position(|state| state.name.text == text.value) else {
                problems
                    .error(&crate::diagnostic::codes::UNKNOWN_NAME, format!("`{}` is not a state", text.value))
                    .label(text.span(), "")
                    .help(listing(&text.value, states.iter().map(|state| &*state.name.text), "states"));
                return None;
            };
            let own = states[state].unit.difference();
            let what = format!("dose entry `{}`", entry.key);
            let unit = declared.and_then(|text| unit_like(&text, &own, &what, problems)).unwrap_or(own);
            if duration.is_some() && rate.is_some() {
                let found = inner.at("rate", &model::BAD_DOSE_ENTRY, "both `duration` and `rate`");
                problems.push(found).help("one of them follows from the other and the amount: keep one");
            }
            Some(DoseKind::Into { state, unit, fraction, lag, duration, rate })
        }
        (None, marker, refused) if marker != refused.is_some() => {
            let (word, kind) = match refused {
                Some(reason) => ("refused", DoseKind::Refused(reason.value)),
                None => ("marker", DoseKind::Marker),
            };
            for key in ["unit", "fraction", "lag", "duration", "rate"].into_iter().filter(|key| inner.has(key)) {
                let found = inner.at(key, &model::BAD_DOSE_ENTRY, format!("`{key}` has no meaning beside `{word}`"));
                problems.push(found).help("remove it, or add the dose to a state: state = \"NAME\"");
            }
            Some(kind)
        }
        _ if of_wrong_type => None,
        _ => {
            problems
                .error(
                    &model::BAD_DOSE_ENTRY,
                    format!("dose entry `{}` wants one of `state`, `marker`, `refused`", entry.key),
                )
                .label(entry.key_span.clone(), "")
                .help("state = \"NAME\" adds the dose there; marker = true only reads its times; refused = \"reason\"");
            None
        }
    }
}

pub(super) fn outputs(table: &Table, assumptions: &mut Assumptions, problems: &mut Problems) -> Vec<Output> {
    table
        .named("outputs", problems)
        .into_iter()
        .map(|(entry, inner)| {
            let name = named(entry);
            let unit = needed_unit(inner, &entry.key_span, problems);
            let lloq = magnitude("lloq", inner, unit.as_ref(), problems);
            let traced = provenance(inner, assumptions, problems);
            if lloq.is_some() && traced.is_none() {
                problems
                    .push(inner.at("lloq", &model::NO_PROVENANCE, format!("`lloq` of `{name}` has no source")))
                    .help("source = \"...\", or assumption = \"A1: ...\"");
            }
            let output = Output {
                value: needed_expression(inner, "value", &entry.key_span, problems),
                label: label(inner, &name, problems),
                log: log_scale(inner, problems),
                assay: inner.text("assay", problems).map(|text| text.value),
                lloq,
                error: error_declaration(inner, assumptions, problems),
                name,
                unit: unit.unwrap_or_else(Unit::one),
            };
            inner.finish(problems);
            output
        })
        .collect()
}

fn log_scale(table: &Table, problems: &mut Problems) -> bool {
    choice(table, "scale", &["linear", "log"], problems).is_some_and(|text| text.value == "log")
}

fn choice(table: &Table, key: &'static str, choices: &[&str], problems: &mut Problems) -> Option<Text> {
    let text = table.text(key, problems)?;
    if choices.contains(&text.value.as_str()) {
        return Some(text);
    }
    bad_choice(key, &text, choices, problems);
    None
}

fn error_declaration(
    table: &Table,
    assumptions: &mut Assumptions,
    problems: &mut Problems,
) -> Option<ErrorDeclaration> {
    let inner = table.table("error", problems)?;
    inner.needed_text("model", inner.span(), problems);
    let name = choice(inner, "model", &ErrorModel::<f64>::NAMES, problems);
    let on = choice(inner, "on", &["natural", "log"], problems);
    let wanted = name.as_ref().and_then(|text| ErrorModel::<f64>::size_names(&text.value)).unwrap_or_default();
    let mut sizes: Vec<(&str, f64)> = Vec::new();
    for key in ["sd", "additive", "proportional", "exponent"] {
        let size = match wanted.contains(&key) {
            true => inner.needed_number(key, inner.span(), problems),
            false => inner.number(key, problems),
        };
        let Some(size) = size else { continue };
        if let (Some(text), false) = (&name, wanted.contains(&key)) {
            let found = inner.at(key, &file::BAD_VALUE, format!("`{key}` has no meaning for `{}`", text.value));
            problems.push(found).help(format!("it wants {}", wanted.join(" and ")));
        } else if size <= 0.0 {
            problems.push(inner.at(key, &file::BAD_VALUE, format!("`{key}` must be above 0: {size}")));
        }
        sizes.push((key, size));
    }
    let traced = provenance(inner, assumptions, problems);
    inner.finish(problems);
    if traced.is_none() && !inner.has("assumption") {
        problems
            .error(&model::NO_PROVENANCE, "the residual error has no source")
            .label(inner.span().clone(), "")
            .help("error = { ..., source = \"doi:..., Table 2\" }");
    }
    let mut name = name?.value;
    if on.is_some_and(|text| text.value == "log") {
        if name != "additive" {
            let message = format!("`{name}` cannot act on the logarithm");
            problems
                .push(inner.at("on", &file::BAD_VALUE, message))
                .help("`additive` can: model = \"additive\", on = \"log\", which is `lognormal`; else leave `on` out");
            return None;
        }
        name = "lognormal".into();
    }
    let size = |wanted: &str| Some(sizes.iter().find(|(key, _)| *key == wanted)?.1);
    Some(ErrorDeclaration { model: ErrorModel::named(&name, size)?, provenance: traced? })
}

//! End points: a threshold that an output reaches.

use super::{Assumptions, label, named, not_positive, provenance, without_unit};
use crate::diagnostic::codes::{UNKNOWN_NAME, model};
use crate::diagnostic::{Problems, listing};
use crate::document::{Entry, Table, Text};
use crate::model::description::{EndPoint, Followed, Output, Side, State, Threshold};
use crate::unit::{Base, Quantity, Ratio, Unit};

/// What makes a threshold relative.
const OF_START: &str = "of start";

pub(super) fn all(
    table: &Table,
    states: &[State],
    outputs: &[Output],
    assumptions: &mut Assumptions,
    problems: &mut Problems,
) -> Vec<EndPoint> {
    let tables = table.named("endpoints", problems);
    let read = |(entry, inner): (&Entry, &Table)| {
        let name = named(entry);
        let followed = followed(table, entry, inner, (states, outputs), problems);
        let unit = followed.as_ref().and_then(|(_, unit)| unit.as_ref());
        let threshold = threshold(entry, inner, unit, problems);
        let relapse_of = inner.text("relapse_of", problems);
        let label = label(inner, &name, problems);
        let traced = provenance(inner, assumptions, problems);
        inner.finish(problems);
        if traced.is_none() && !inner.has("assumption") && !inner.has("source") {
            problems
                .error(&model::NO_PROVENANCE, format!("end point `{name}` has no source"))
                .label(entry.key_span.clone(), "on what does it rest?")
                .help("source = \"...\", or assumption = \"A7: ...\"");
        }
        let ((followed, _), (side, threshold, written)) = (followed?, threshold?);
        let provenance = traced?;
        let point = EndPoint { name, followed, side, threshold, written, relapse_of: None, label, provenance };
        Some((point, relapse_of))
    };
    let declared: Vec<String> = tables.iter().map(|(entry, _)| entry.key.clone()).collect();
    let read: Vec<(EndPoint, Option<Text>)> = tables.into_iter().filter_map(read).collect();
    with_relapses(read, &declared, problems)
}

/// Finds what each relapse is one of.
fn with_relapses(read: Vec<(EndPoint, Option<Text>)>, declared: &[String], problems: &mut Problems) -> Vec<EndPoint> {
    let places: Vec<Option<usize>> = read
        .iter()
        .map(|(point, text)| {
            let text = text.as_ref()?;
            let at = read.iter().position(|(other, _)| other.name.text == text.value);
            let wrong = match at {
                None if declared.contains(&text.value) => return None,
                None => {
                    problems
                        .error(&UNKNOWN_NAME, format!("`{}` is not an end point", text.value))
                        .label(text.span(), "")
                        .help(listing(&text.value, declared.iter().map(String::as_str), "end points"));
                    return None;
                }
                Some(at) if read[at].0.name.text == point.name.text => {
                    "an end point is no relapse of itself".to_string()
                }
                Some(at) if read[at].1.is_some() => format!("`{}` is a relapse itself", text.value),
                Some(at) => return Some(at),
            };
            problems
                .error(&model::BAD_END_POINT, wrong)
                .label(text.span(), "")
                .help("name the response that is lost: relapse_of = \"response\"");
            None
        })
        .collect();
    let with = |((point, _), relapse_of)| EndPoint { relapse_of, ..point };
    read.into_iter().zip(places).map(with).collect()
}

/// What `output` names, and its unit if that was understood.
fn followed(
    table: &Table,
    entry: &Entry,
    inner: &Table,
    (states, outputs): (&[State], &[Output]),
    problems: &mut Problems,
) -> Option<(Followed, Option<Unit>)> {
    let text = inner.needed_text("output", &entry.key_span, problems)?;
    let output = outputs.iter().position(|output| output.name.text == text.value);
    let state = states.iter().position(|state| state.name.text == text.value);
    let (found, section, unit) = match (output, state) {
        (Some(at), _) => (Followed::Output(at), "outputs", &outputs[at].unit),
        (None, Some(at)) => (Followed::State(at), "states", &states[at].unit),
        (None, None) => {
            let of_outputs = outputs.iter().map(|output| &*output.name.text);
            let mut known: Vec<&str> = of_outputs.chain(states.iter().map(|state| &*state.name.text)).collect();
            let mut seen = std::collections::HashSet::new();
            known.retain(|name| seen.insert(*name));
            problems
                .error(&UNKNOWN_NAME, format!("`{}` is not an output or state", text.value))
                .label(text.span(), "")
                .help(listing(&text.value, known, "outputs and states"));
            return None;
        }
    };
    let declared = table.table(section, &mut Problems::default()).map_or(&[][..], Table::entries);
    let lost = declared.iter().any(|entry| entry.key == text.value && without_unit(entry));
    Some((found, (!lost).then(|| unit.clone())))
}

fn threshold(
    entry: &Entry,
    inner: &Table,
    unit: Option<&Unit>,
    problems: &mut Problems,
) -> Option<(Side, Threshold, String)> {
    let (below, above) = (inner.text("below", problems), inner.text("above", problems));
    let (side, text) = match (below, above) {
        (Some(text), None) if !inner.has("above") => (Side::Below, text),
        (None, Some(text)) if !inner.has("below") => (Side::Above, text),
        (None, None) if inner.has("below") || inner.has("above") => return None,
        _ => {
            problems
                .error(
                    &model::BAD_END_POINT,
                    format!("end point `{}` wants exactly one of `below`, `above`", entry.key),
                )
                .label(entry.key_span.clone(), "")
                .help("below = \"10 percent of start\", or a quantity: above = \"1e9 cells\"");
            return None;
        }
    };
    let words = text.value.trim_end();
    let threshold = match words.strip_suffix(OF_START) {
        Some(rest) => of_start(side, &text, rest.trim_end().len(), unit, problems)?,
        None => level(side, &text, unit, problems)?,
    };
    Some((side, threshold, words.trim_start().to_string()))
}

/// `10 percent of start`; the quantity is the first `length` bytes.
fn of_start(side: Side, text: &Text, length: usize, unit: Option<&Unit>, problems: &mut Problems) -> Option<Threshold> {
    let start = text.range.start;
    let quantity = Quantity::parse(&text.source, start..start + length, problems)?;
    let share = quantity.expect(&Unit::one(), "the share of the start", &text.span(), problems)?;
    let wrong = if unit?.is_level() {
        Some(("a temperature has no share: its zero is arbitrary", "write a temperature, as `38 degC`"))
    } else if share <= 0.0 {
        Some(("a share of the start is above 0", "write it as `10 percent of start`"))
    } else if side == Side::Below && share >= 1.0 {
        Some(("the start itself is below that already", "a share below 100 percent"))
    } else if side == Side::Above && share <= 1.0 {
        Some(("the start itself is above that already", "a share above 100 percent"))
    } else {
        None
    };
    if let Some((message, help)) = wrong {
        problems.error(&model::BAD_END_POINT, message).label(text.span(), "").help(help);
        return None;
    }
    Some(Threshold::OfStart(share))
}

/// A quantity in the unit of the output.
fn level(side: Side, text: &Text, unit: Option<&Unit>, problems: &mut Problems) -> Option<Threshold> {
    let quantity = Quantity::parse(&text.source, text.range.clone(), problems)?;
    let unit = unit?;
    if quantity.unit != Unit::one() && quantity.unit.is_dimensionless() && !unit.is_dimensionless() {
        problems
            .error(&model::BAD_END_POINT, format!("`{quantity}` of what?"))
            .label(text.span(), "a share")
            .help(format!("{} = \"{quantity} of start\", or a quantity in {unit}", side.word()));
        return None;
    }
    let value = quantity.expect(unit, &format!("`{}`", side.word()), &text.span(), problems)?;
    // Amounts and concentrations are above 0; logarithms, differences and rates need not be.
    let signed = unit.is_level() || unit.is_dimensionless() || unit.dimension().exponent(Base::Time) != Ratio::ZERO;
    if value <= 0.0 && !signed {
        not_positive(side.word(), &quantity, text, problems);
        return None;
    }
    Some(Threshold::Level(value))
}

//! Reads the tables of a model file; names and dimensions are checked later.
//!
//! What is wrong here stands in its place as an invalid expression, so that one mistake gives one message.

mod end_points;
mod parameters;
mod reactions;
mod signs;

pub(super) use parameters::{Assumptions, parameters, provenance};

use std::collections::HashSet;

use super::description::{Citation, Defaults, DoseKind, Maturity, Model, Named};
use crate::diagnostic::codes::{file, model};
use crate::diagnostic::{Problems, Source, Span};
use crate::document::{self, Entry, Table, Text};
use crate::expression::{self, Expression, Node, NodeKind};
use crate::regimen::Regimen;
use crate::unit::{Quantity, Scales, Unit};

/// The layout this version reads.
pub const FORMAT: &str = "cascade-model/1";

/// What the file defines but with a mistake, which has been reported: it exists, and nothing follows from it.
#[derive(Debug, Clone, Default)]
pub(super) struct Lost {
    /// States, parameters, covariates, derived quantities, switches, dose entries.
    pub names: Vec<String>,
    /// Outputs.
    pub outputs: Vec<String>,
}

/// Reads a model file: the model, and what of it was not understood. None if the text is not TOML.
pub(super) fn read(source: &Source, problems: &mut Problems) -> Option<(Model, Lost)> {
    let table = document::parse(source, problems)?;
    let owner = source.span(0..0);
    check_format(&table, FORMAT, &owner, problems);
    let name = table.needed_text("name", &owner, problems).map_or_else(|| "unnamed".into(), |text| text.value);
    let title = table.text("title", problems).map_or_else(String::new, |text| text.value);
    let time =
        table.needed_text("time", &owner, problems).and_then(|text| unit_like(&text, &days(), "`time`", problems));
    let time = time.unwrap_or_else(days);
    let maturity = maturity(&table, problems);
    let citation = citation(&table, problems);
    let notes = table.texts("notes", problems).into_iter().map(|text| text.value).collect();
    let mut assumptions = Assumptions::default();
    let (parameters, correlations, mixture) = parameters::all(&table, &mut assumptions, problems);
    let states = reactions::states(&table, problems);
    let scales = Scales::new(&time, states.iter().map(|state| &state.unit));
    let covariates = reactions::covariates(&table, problems);
    let derived = reactions::derived(&table, problems);
    let mut switches = signs::switches(&table, problems);
    let (readings, care) = signs::signs(&table, &mut assumptions, problems);
    switches.extend(care);
    let doses = reactions::doses(&table, &states, problems);
    let outputs = reactions::outputs(&table, &mut assumptions, problems);
    let end_points = end_points::all(&table, &states, &outputs, &mut assumptions, problems);
    let defaults = defaults(&table, &owner, problems);
    table.reserved("modules", "composition of models", problems);
    table.finish(problems);
    check_maturity(&table, maturity, &assumptions, problems);
    let model = Model {
        source: source.clone(),
        name,
        title,
        maturity,
        citation,
        notes,
        assumptions: assumptions.into_list(),
        time,
        scales,
        defaults,
        states,
        parameters,
        covariates,
        derived,
        switches,
        doses,
        outputs,
        end_points,
        readings,
        correlations,
        mixture,
    };
    let lost = lost(&table, &model);
    Some((model, lost))
}

/// What of the file did not make it into the model, or only without its unit.
fn lost(table: &Table, model: &Model) -> Lost {
    let named = |name: &Named| name.text.clone();
    let mut known: HashSet<String> = HashSet::new();
    known.extend(model.states.iter().map(|item| named(&item.name)));
    known.extend(model.parameters.iter().map(|item| named(&item.name)));
    known.extend(model.covariates.iter().map(|item| named(&item.name)));
    known.extend(model.derived.iter().map(|item| named(&item.name)));
    known.extend(model.switches.iter().map(|item| named(&item.name)));
    known.extend(model.doses.iter().map(|item| named(&item.name)));
    let quiet = &mut Problems::default();
    let mut entries = |section| table.table(section, &mut *quiet).map_or(&[][..], Table::entries);
    let units = ["states", "parameters", "covariates"].map(&mut entries);
    let others = ["derived", "switches", "doses"].map(&mut entries);
    let outputs = entries("outputs").iter().filter(|entry| without_unit(entry));
    let outputs = outputs.map(|entry| entry.key.clone()).collect();
    let care = table.table("signs", quiet).and_then(|signs| signs.table("care", quiet)).map_or(&[][..], Table::entries);
    let unknown = others.into_iter().chain([care]).flatten().filter(|entry| !known.contains(&entry.key));
    let bare = units.into_iter().flatten().filter(|entry| without_unit(entry));
    let mut names: Vec<String> = unknown.chain(bare).map(|entry| entry.key.clone()).collect();
    let doses = model.doses.iter().filter(
        |dose| matches!(dose.kind, DoseKind::Into { state, .. } if names.contains(&model.states[state].name.text)),
    );
    let doses: Vec<String> = doses.map(|dose| dose.name.text.clone()).collect();
    names.extend(doses);
    Lost { names, outputs }
}

fn without_unit(entry: &Entry) -> bool {
    let quiet = &mut Problems::default();
    let text = entry.value.as_table().and_then(|inner| inner.text("unit", quiet));
    text.and_then(|text| unit(&text, quiet)).is_none()
}

/// The `format` key names the layout.
pub(super) fn check_format(table: &Table, wanted: &str, owner: &Span, problems: &mut Problems) {
    if let Some(text) = table.needed_text("format", owner, problems)
        && text.value != wanted
    {
        problems
            .error(&file::FORMAT_VERSION, format!("format `{}` is not read by this version", text.value))
            .label(text.span(), "")
            .help(format!("this version reads `{wanted}`"));
    }
}

fn days() -> Unit {
    Unit::parse_str("d").expect("d is a unit")
}

fn maturity(table: &Table, problems: &mut Problems) -> Maturity {
    let Some(text) = table.needed_text("maturity", &table.span().source.span(0..0), problems) else {
        return Maturity::Illustrative;
    };
    let all = [Maturity::Exact, Maturity::Assumptions, Maturity::Illustrative];
    all.into_iter().find(|maturity| maturity.word() == text.value).unwrap_or_else(|| {
        bad_choice("maturity", &text, &["exact", "assumptions", "illustrative"], problems);
        Maturity::Illustrative
    })
}

fn check_maturity(table: &Table, maturity: Maturity, assumptions: &Assumptions, problems: &mut Problems) {
    if maturity == Maturity::Exact && !assumptions.is_empty() {
        let found = table.at(
            "maturity",
            &model::MATURITY,
            format!("maturity is `exact` but the file rests on {}", assumptions.numbers()),
        );
        problems.push(found).help("maturity = \"assumptions\", or \"illustrative\"");
    }
}

fn citation(table: &Table, problems: &mut Problems) -> Option<Citation> {
    let inner = table.table("source", problems)?;
    let text = inner.needed_text("citation", inner.span(), problems)?.value;
    let doi = inner.text("doi", problems).map(|text| text.value);
    inner.finish(problems);
    Some(Citation { text, doi })
}

fn defaults(table: &Table, owner: &Span, problems: &mut Problems) -> Defaults {
    let fallback = || Quantity { value: 28.0, unit: days() };
    let Some(inner) = table.table("simulation", problems) else {
        problems
            .error(&file::MISSING_KEY, "`[simulation]` is missing")
            .label(owner.clone(), "needs the default end of a run")
            .help("[simulation]\nuntil = \"28 d\"");
        return Defaults { until: fallback(), parameters: None, regimen: Regimen::default() };
    };
    if !inner.has("until") {
        inner.needed_text("until", inner.span(), problems);
    }
    let until = duration("until", inner, problems).unwrap_or_else(fallback);
    let parameters = inner.text("parameters", problems).map(|text| Named { span: text.span(), text: text.value });
    let mut regimen = Regimen::default();
    for text in inner.texts("regimen", problems) {
        regimen.doses.extend(Regimen::parse(&text.source, text.range.clone(), problems).doses);
    }
    inner.finish(problems);
    Defaults { until, parameters, regimen }
}

/// A positive span of time.
pub(super) fn duration(key: &'static str, table: &Table, problems: &mut Problems) -> Option<Quantity> {
    let text = table.text(key, problems)?;
    let quantity = Quantity::parse(&text.source, text.range.clone(), problems)?;
    quantity.expect(&days(), &format!("`{key}`"), &text.span(), problems)?;
    if quantity.value <= 0.0 {
        not_positive(key, &quantity, &text, problems);
        return None;
    }
    Some(quantity)
}

/// An error for a quantity that must be above 0.
pub(super) fn not_positive(key: &str, quantity: &Quantity, text: &Text, problems: &mut Problems) {
    problems
        .error(&file::BAD_VALUE, format!("`{key}` must be above 0: {quantity}"))
        .label(text.span(), "")
        .help("write a number above 0, or leave the key out");
}

/// The unit a text names, which must measure the same as `like`.
pub(super) fn unit_like(text: &Text, like: &Unit, what: &str, problems: &mut Problems) -> Option<Unit> {
    let unit = unit(text, problems)?;
    Quantity { value: 1.0, unit: unit.clone() }.expect(like, what, &text.span(), problems)?;
    Some(unit)
}

/// The unit a text names.
pub(super) fn unit(text: &Text, problems: &mut Problems) -> Option<Unit> {
    Unit::parse(&text.source, text.range.clone(), problems)
}

/// The unit under `unit`; none after a mistake, which has been reported.
pub(super) fn needed_unit(table: &Table, owner: &Span, problems: &mut Problems) -> Option<Unit> {
    table.needed_text("unit", owner, problems).and_then(|text| unit(&text, problems))
}

/// The expression of a text; invalid after a mistake, which has been reported.
pub(super) fn expression(text: &Text, problems: &mut Problems) -> Expression {
    expression::parse(&text.source, text.range.clone(), problems).unwrap_or_else(|| invalid(&text.span()))
}

/// The expression under a key that must be there. Numbers are taken as they are written.
pub(super) fn needed_expression(table: &Table, key: &'static str, owner: &Span, problems: &mut Problems) -> Expression {
    optional_expression(table, key, problems).unwrap_or_else(|| {
        if !table.has(key) {
            table.needed_text(key, owner, problems);
        }
        invalid(owner)
    })
}

/// The expression under a key. Numbers are taken as they are written.
pub(super) fn optional_expression(table: &Table, key: &'static str, problems: &mut Problems) -> Option<Expression> {
    let entry = table.entry(key)?;
    if entry.value.as_number().is_some() {
        let span = &entry.value.span;
        return expression::parse(&span.source, span.start..span.end, problems).or_else(|| Some(invalid(span)));
    }
    let text = table.text(key, problems)?;
    Some(expression(&text, problems))
}

fn invalid(span: &Span) -> Expression {
    Expression::new(Node::new(NodeKind::Invalid, span.clone()))
}

/// The name of an entry.
pub(super) fn named(entry: &Entry) -> Named {
    Named { text: entry.key.clone(), span: entry.key_span.clone() }
}

/// The label of a thing: its `label`, else its name.
pub(super) fn label(table: &Table, name: &Named, problems: &mut Problems) -> String {
    table.text("label", problems).map_or_else(|| name.text.replace('_', " "), |text| text.value)
}

/// An error for a value that is not one of the choices.
pub(super) fn bad_choice(key: &str, text: &Text, choices: &[&str], problems: &mut Problems) {
    problems
        .error(&file::BAD_VALUE, format!("`{key}` is not allowed to be `{}`", text.value))
        .label(text.span(), "")
        .help(crate::diagnostic::listing(&text.value, choices.iter().copied(), "allowed"));
}

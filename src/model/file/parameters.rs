//! Parameters: values, bounds, variability, and where each comes from.

use super::{bad_choice, label, named, needed_unit};
use crate::diagnostic::codes::{file, model};
use crate::diagnostic::{Problems, Severity, Span, listing};
use crate::document::{Kind, Table};
use crate::model::description::{Correlation, MixtureClass, Model, Parameter, Provenance, Spread, Variability};
use crate::model::variability;
use crate::unit::{Quantity, Unit};

/// The numbered assumptions met so far; one number stands for one text.
#[derive(Debug, Clone, Default)]
pub(in crate::model) struct Assumptions {
    list: Vec<(String, String)>,
}

impl Assumptions {
    /// Those of a model, for the files beside it.
    pub(in crate::model) fn of(model: &Model) -> Self {
        Self { list: model.assumptions.clone() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// As `A1, A2`.
    pub(super) fn numbers(&self) -> String {
        self.list.iter().map(|(number, _)| number.as_str()).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn into_list(self) -> Vec<(String, String)> {
        self.list
    }
}

/// Parameters, correlations and mixture of a model file.
pub(super) fn all(
    table: &Table,
    assumptions: &mut Assumptions,
    problems: &mut Problems,
) -> (Vec<Parameter>, Vec<Correlation>, Vec<MixtureClass>) {
    let errors = |problems: &Problems| problems.iter().filter(|known| known.severity == Severity::Error).count();
    let before = errors(problems);
    let parameters = parameters(table, assumptions, problems);
    let correlations = correlations(table, &parameters, problems);
    let mixture = mixture(table, &parameters, problems);
    // What was misread would be told twice.
    if errors(problems) == before {
        variability::check(&parameters, |at| parameters[at].value, &correlations, &mixture, problems);
    }
    (parameters, correlations, mixture)
}

/// The tables under `[parameters]`, of a model or of a set.
pub(in crate::model) fn parameters(
    table: &Table,
    assumptions: &mut Assumptions,
    problems: &mut Problems,
) -> Vec<Parameter> {
    table
        .named("parameters", problems)
        .into_iter()
        .map(|(entry, inner)| {
            let name = named(entry);
            let unit = needed_unit(inner, &entry.key_span, problems);
            let value = inner.number("value", problems).filter(|_| unit.is_some());
            let parameter = Parameter {
                // A value that is no number or has no unit has been reported; it is not missing as well.
                value: value.or(inner.has("value").then_some(f64::NAN)),
                unit: unit.unwrap_or_else(Unit::one),
                bounds: bounds(inner, problems),
                label: label(inner, &name, problems),
                provenance: provenance(inner, assumptions, problems),
                variability: variability(inner, assumptions, problems),
                name,
            };
            inner.finish(problems);
            if parameter.value.is_some() && parameter.provenance.is_none() && !inner.has("assumption") {
                no_provenance(&parameter.name, &entry.key_span, problems);
            }
            check_bounds(&parameter, inner, problems);
            parameter
        })
        .collect()
}

fn no_provenance(name: &str, place: &Span, problems: &mut Problems) {
    problems
        .error(&model::NO_PROVENANCE, format!("`{name}` has a value but no source"))
        .label(place.clone(), "where does it come from?")
        .help(
            "source = \"doi:10.1111/cts.12636, Table 1\", or assumption = \"A1: what is assumed and on what it rests\"",
        );
}

fn bounds(table: &Table, problems: &mut Problems) -> Option<(f64, f64)> {
    let entry = table.entry("bounds")?;
    let Kind::Array(items) = &entry.value.kind else {
        table.array("bounds", problems);
        return None;
    };
    match items.iter().map(|item| item.as_number()).collect::<Option<Vec<f64>>>().as_deref() {
        Some([low, high]) if low < high => Some((*low, *high)),
        _ => {
            problems
                .error(&model::BAD_BOUNDS, "bounds are two numbers, the lower first")
                .label(entry.value.span.clone(), "")
                .help("bounds = [0, 10]; inf is allowed");
            None
        }
    }
}

fn check_bounds(parameter: &Parameter, table: &Table, problems: &mut Problems) {
    if let (Some(value), Some((low, high))) = (parameter.value, parameter.bounds)
        && !(low..=high).contains(&value)
        && !value.is_nan()
    {
        let shown = |value| Quantity { value, unit: parameter.unit.clone() };
        let message = format!("`{}` = {} lies outside its bounds", parameter.name, shown(value));
        let found = table.at("value", &model::OUT_OF_BOUNDS, message);
        problems.push(found).help(format!("`bounds` allows {} to {}", shown(low), shown(high)));
    }
}

/// `source` or `assumption` of a table; a mistake in it is reported and gives none.
pub(in crate::model) fn provenance(
    table: &Table,
    assumptions: &mut Assumptions,
    problems: &mut Problems,
) -> Option<Provenance> {
    let source = table.text("source", problems);
    if let Some(text) = source.as_ref().filter(|text| text.value.trim().is_empty()) {
        problems
            .error(&model::NO_PROVENANCE, "`source` is empty")
            .label(text.quoted.clone(), "")
            .help("source = \"doi:10.1111/cts.12636, Table 1\"");
    }
    if source.is_some() && table.has("assumption") {
        let found = table.at("assumption", &model::BAD_ASSUMPTION, "a value has a source or an assumption, not both");
        problems.push(found).help("name the source in the text of the assumption: \"A3: twice the value of doi:...\"");
    }
    let Some(assumption) = table.text("assumption", problems) else {
        return source.map(|text| Provenance::Source(text.value));
    };
    let numbered = assumption.value.split_once(':').filter(|(number, text)| {
        number.strip_prefix('A').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
            && !text.trim().is_empty()
    });
    let Some((number, text)) = numbered else {
        problems
            .error(&model::BAD_ASSUMPTION, "an assumption is numbered: `A3: text`")
            .label(assumption.span(), "")
            .help("assumption = \"A3: what is assumed and on what it rests\"");
        return None;
    };
    let (number, text) = (number.to_string(), text.trim().to_string());
    match assumptions.list.iter().find(|(known, _)| *known == number) {
        Some((_, known)) if *known != text => {
            problems
                .error(&model::BAD_ASSUMPTION, format!("{number} already stands for another assumption"))
                .label(assumption.span(), format!("{number} was: {known}"))
                .help("use the next free number, or the same text");
        }
        Some(_) => {}
        None => assumptions.list.push((number.clone(), text.clone())),
    }
    Some(Provenance::Assumption { number, text })
}

fn variability(table: &Table, assumptions: &mut Assumptions, problems: &mut Problems) -> Option<Variability> {
    let inner = table.table("variability", problems)?;
    let sd = inner.number("sd", problems).map(Spread::StandardDeviation);
    let variance = inner.number("variance", problems).map(Spread::Variance);
    let cv = inner.number("cv", problems).map(Spread::CoefficientOfVariation);
    let distribution = inner.text("distribution", problems);
    let provenance = provenance(inner, assumptions, problems);
    inner.finish(problems);
    let mut spreads = [sd, variance, cv].into_iter().flatten();
    let (Some(spread), None) = (spreads.next(), spreads.next()) else {
        problems
            .error(&model::BAD_VARIABILITY, "variability wants exactly one of `sd`, `variance`, `cv`")
            .label(inner.span().clone(), "")
            .help("variability = { sd = 0.65, distribution = \"lognormal\" }");
        // There is variability, if not a size: correlations of it are no mistake.
        let spread = Spread::StandardDeviation(f64::NAN);
        return Some(Variability { spread, distribution: "lognormal".into(), provenance });
    };
    let size = match spread {
        Spread::StandardDeviation(x) | Spread::Variance(x) | Spread::CoefficientOfVariation(x) => x,
    };
    if size < 0.0 {
        problems
            .error(&model::BAD_VARIABILITY, format!("variability cannot be negative: {size}"))
            .label(inner.span().clone(), "");
    }
    let choices = ["lognormal", "normal", "logit"];
    let distribution = match distribution {
        None => "lognormal".to_string(),
        Some(text) => {
            if !choices.contains(&text.value.as_str()) {
                bad_choice("distribution", &text, &choices, problems);
            }
            text.value
        }
    };
    Some(Variability { spread, distribution, provenance })
}

fn correlations(table: &Table, parameters: &[Parameter], problems: &mut Problems) -> Vec<Correlation> {
    let mut correlations: Vec<Correlation> = Vec::new();
    for inner in table.tables("correlations", problems) {
        let between = inner.texts("between", problems);
        let value = inner.number("value", problems);
        inner.finish(problems);
        let varying = || parameters.iter().filter(|p| p.variability.is_some()).map(|p| &*p.name.text);
        for name in between.iter().filter(|name| !varying().any(|known| known == name.value)) {
            problems
                .error(&model::BAD_MIXTURE, format!("`{}` is not a parameter with variability", name.value))
                .label(name.span(), "")
                .help(listing(&name.value, varying().collect::<Vec<_>>(), "parameters with variability"));
        }
        match (between.as_slice(), value) {
            ([a, b], Some(value)) if (-1.0..=1.0).contains(&value) && a.value != b.value => {
                let pair = [a.value.clone(), b.value.clone()];
                if correlations.iter().any(|known| pair.iter().all(|name| known.between.contains(name))) {
                    problems
                        .error(&model::BAD_MIXTURE, format!("a second correlation of `{}` and `{}`", a.value, b.value))
                        .label(inner.span().clone(), "");
                }
                correlations.push(Correlation { between: pair, value });
            }
            _ => {
                problems
                    .error(&model::BAD_MIXTURE, "a correlation names two parameters and a value from -1 to 1")
                    .label(inner.span().clone(), "")
                    .help("[[correlations]]\nbetween = [\"cl\", \"v\"]\nvalue = 0.6");
            }
        }
    }
    correlations
}

fn mixture(table: &Table, parameters: &[Parameter], problems: &mut Problems) -> Vec<MixtureClass> {
    let Some(inner) = table.table("mixture", problems) else { return Vec::new() };
    let mut classes = Vec::new();
    for class in inner.tables("classes", problems) {
        let name = class.needed_text("name", class.span(), problems).map_or_else(String::new, |text| text.value);
        let probability = class.needed_number("probability", class.span(), problems).unwrap_or(f64::NAN);
        let mut changed = Vec::new();
        for entry in class.table("parameters", problems).map_or(&[][..], Table::entries) {
            let Some(parameter) = parameters.iter().find(|parameter| parameter.name.text == entry.key) else {
                let known = parameters.iter().map(|parameter| &*parameter.name.text);
                problems
                    .error(&model::BAD_MIXTURE, format!("`{}` of class `{name}` is not a parameter", entry.key))
                    .label(entry.key_span.clone(), "")
                    .help(listing(&entry.key, known, "parameters"));
                continue;
            };
            match entry.value.as_number().filter(|value| value.is_finite()) {
                Some(value) if parameter.bounds.is_none_or(|(low, high)| (low..=high).contains(&value)) => {
                    changed.push((entry.key.clone(), value));
                }
                Some(value) => {
                    let (low, high) = parameter.bounds.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
                    problems
                        .error(&model::OUT_OF_BOUNDS, format!("`{}` = {value} lies outside its bounds", entry.key))
                        .label(entry.value.span.clone(), "")
                        .help(format!("`bounds` allows {low} to {high} {}", parameter.unit));
                }
                None => {
                    let finite = if entry.value.as_number().is_some() { ", not a finite one" } else { "" };
                    problems
                        .error(&file::WRONG_TYPE, format!("`{}` of class `{name}` wants a finite number", entry.key))
                        .label(entry.value.span.clone(), format!("this is {}{finite}", entry.value.type_name()))
                        .help(format!("a number in {}, the unit of the parameter", parameter.unit));
                }
            }
        }
        class.finish(problems);
        classes.push(MixtureClass { name, probability, parameters: changed });
    }
    inner.finish(problems);
    let sum: f64 = classes.iter().map(|class| class.probability).sum();
    let negative = classes.iter().find(|class| class.probability < 0.0);
    let wrong = match negative {
        Some(class) => Some(format!("the probability of class `{}` is negative: {}", class.name, class.probability)),
        None if (sum - 1.0).abs() > 1e-9 => Some(format!("probabilities of the classes sum to {sum}, not 1")),
        None => None,
    };
    if let Some(message) = wrong {
        problems
            .error(&model::BAD_MIXTURE, message)
            .label(inner.span().clone(), "")
            .help("each class has a share from 0 to 1 of all patients");
    }
    classes
}

//! Values of parameters and covariates: file, then set, then `--set`.

use super::description::{Maturity, Model, Named, Parameter, Provenance};
use super::file::{Assumptions, check_format, parameters};
use super::table;
use super::variability;
use crate::diagnostic::codes::model as codes;
use crate::diagnostic::{Problems, Source, Span, listing};
use crate::document;
use crate::unit::{Quantity, Unit};

/// The layout of parameter sets this version reads.
pub const SET_FORMAT: &str = "cascade-parameters/1";

/// A named set of parameter values of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterSet {
    /// The file.
    pub source: Source,
    /// One line.
    pub title: String,
    /// The values.
    pub parameters: Vec<Parameter>,
}

impl ParameterSet {
    /// Reads the set of a name: a file of its own, or its column of a table (`.csv`).
    ///
    /// # Errors
    /// All mistakes of the file.
    pub fn named(source: &Source, set: &str, model: &Model) -> Result<Self, Problems> {
        if source.name().ends_with(".csv") { table::read(source, set, model) } else { Self::parse(source, model) }
    }

    /// Reads a set and checks it against its model.
    ///
    /// # Errors
    /// All mistakes of the file.
    pub fn parse(source: &Source, model: &Model) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let Some(table) = document::parse(source, &mut problems) else { return Err(problems) };
        let owner = source.span(0..0);
        check_format(&table, SET_FORMAT, &owner, &mut problems);
        if let Some(text) = table.needed_text("model", &owner, &mut problems)
            && text.value != model.name
        {
            problems
                .error(&codes::WRONG_MODEL, format!("this set belongs to `{}`, not to `{}`", text.value, model.name))
                .label(text.span(), "");
        }
        let title = table.text("title", &mut problems).map_or_else(String::new, |text| text.value);
        let list = parameters(&table, &mut Assumptions::of(model), &mut problems);
        table.finish(&mut problems);
        check_parameters(&list, model, &mut problems);
        problems.or_value(Some(Self { source: source.clone(), title, parameters: list }))
    }
}

/// Checks the values of a set against its model.
pub(super) fn check_parameters(list: &[Parameter], model: &Model, problems: &mut Problems) {
    for parameter in list {
        check(parameter, model, problems);
    }
    if model.maturity == Maturity::Exact
        && let Some(parameter) = list.iter().find(|parameter| parameter.rests_on_assumption())
    {
        problems
            .error(&codes::MATURITY, format!("maturity of `{}` is `exact`, but this value is assumed", model.name))
            .label(parameter.name.span.clone(), "")
            .help("give its source, or make the model `maturity = \"assumptions\"`");
    }
}

fn check(parameter: &Parameter, model: &Model, problems: &mut Problems) {
    let Some(known) = model.parameters.iter().find(|known| known.name.text == parameter.name.text) else {
        let names = model.parameters.iter().map(|known| &*known.name.text);
        problems
            .error(&codes::UNKNOWN_PARAMETER, format!("`{}` is not a parameter of `{}`", parameter.name, model.name))
            .label(parameter.name.span.clone(), "")
            .help(listing(&parameter.name, names, "parameters"));
        return;
    };
    if parameter.value.is_none() {
        problems
            .error(&codes::NO_VALUE, format!("`{}` has no value", parameter.name))
            .label(parameter.name.span.clone(), "");
    }
    // What is no number has been reported.
    within(parameter.value.filter(|value| !value.is_nan()), &parameter.unit, known, &parameter.name.span, problems);
}

fn unknown(name: &Named, model: &Model, problems: &mut Problems) {
    let names = model.parameters.iter().map(|p| &*p.name.text).chain(model.covariates.iter().map(|c| &*c.name.text));
    problems
        .error(&codes::UNKNOWN_PARAMETER, format!("`{name}` is not a parameter or covariate of `{}`", model.name))
        .label(name.span.clone(), "")
        .help(listing(name, names, "parameters and covariates"));
}

/// The value in the unit of the parameter, if dimension and bounds fit.
fn within(
    value: Option<f64>,
    unit: &Unit,
    parameter: &Parameter,
    place: &Span,
    problems: &mut Problems,
) -> Option<f64> {
    let value = converted(value?, unit, &parameter.unit, &parameter.name, place, problems)?;
    if let Some((low, high)) = parameter.bounds
        && !(low..=high).contains(&value)
    {
        let shown = |value| Quantity { value, unit: parameter.unit.clone() };
        problems
            .error(&codes::OUT_OF_BOUNDS, format!("`{}` = {} lies outside its bounds", parameter.name, shown(value)))
            .label(place.clone(), "")
            .help(format!("this model allows {} to {}", shown(low), shown(high)));
        return None;
    }
    Some(value)
}

fn converted(value: f64, unit: &Unit, wanted: &Unit, name: &str, place: &Span, problems: &mut Problems) -> Option<f64> {
    Quantity { value, unit: unit.clone() }.expect(wanted, &format!("`{name}`"), place, problems)
}

/// A value that replaces that of a parameter or covariate.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// Name of the parameter or covariate.
    pub name: Named,
    /// Where its value stands, a number with a unit.
    pub value: Span,
}

impl std::str::FromStr for Override {
    type Err = Problems;
    fn from_str(text: &str) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let found = Self::parse(&Source::new("--set", text), &mut problems);
        problems.or_value(found)
    }
}

impl Override {
    /// Reads `NAME=VALUE`.
    pub fn parse(source: &Source, problems: &mut Problems) -> Option<Self> {
        let text = source.text();
        let Some(at) = text.find('=') else {
            problems
                .error(&codes::BAD_OVERRIDE, format!("`{text}` is not NAME=VALUE"))
                .label(source.whole(), "")
                .help("--set kill=\"0.19 1/(1e9 cells)/d\"");
            return None;
        };
        let name = text[..at].trim();
        if name.is_empty() {
            problems
                .error(&codes::BAD_OVERRIDE, format!("`{text}` does not say what is set"))
                .label(source.span(at..at + 1), "a name is missing before it")
                .help("--set kill=\"0.19 1/(1e9 cells)/d\"");
            return None;
        }
        let start = text.len() - text.trim_start().len();
        let name = Named { text: name.to_string(), span: source.span(start..start + name.len()) };
        Some(Self { name, value: source.span(at + 1..text.len()) })
    }
}

/// Values of all parameters and covariates of a model, in their declared units.
#[derive(Debug, Clone, PartialEq)]
pub struct Values {
    /// One a parameter, in the order of the model.
    pub parameters: Vec<f64>,
    /// One a covariate, in the order of the model.
    pub covariates: Vec<f64>,
    /// Where each parameter's value comes from.
    pub provenance: Vec<Provenance>,
}

impl Values {
    /// The values of a model: its own, then those of the set, then the overrides, the last of a name counting.
    ///
    /// # Errors
    /// Unknown names, wrong dimensions, values outside their bounds, parameters left without a value.
    pub fn new(model: &Model, set: Option<&ParameterSet>, overrides: &[Override]) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let nothing = || Provenance::Source(String::new());
        let mut values: Vec<Option<f64>> = model.parameters.iter().map(|parameter| parameter.value).collect();
        let mut provenance: Vec<Provenance> =
            model.parameters.iter().map(|parameter| parameter.provenance.clone().unwrap_or_else(nothing)).collect();
        let mut covariates: Vec<f64> = model.covariates.iter().map(|covariate| covariate.default).collect();
        for changed in set.map_or(&[][..], |set| &set.parameters) {
            if let Some(at) = model.parameters.iter().position(|known| known.name.text == changed.name.text) {
                let known = &model.parameters[at];
                values[at] = within(changed.value, &changed.unit, known, &changed.name.span, &mut problems);
                provenance[at] = changed.provenance.clone().unwrap_or_else(nothing);
            }
        }
        for Override { name, value: place } in overrides {
            let Some(quantity) = Quantity::parse(&place.source, place.start..place.end, &mut problems) else {
                continue;
            };
            let (value, unit) = (quantity.value, &quantity.unit);
            if let Some(at) = model.parameters.iter().position(|known| known.name.text == name.text) {
                let known = &model.parameters[at];
                values[at] = within(Some(value), unit, known, place, &mut problems).or(values[at]);
                provenance[at] = Provenance::Source(format!("{}: {}", place.source.name(), place.text().trim()));
            } else if let Some(at) = model.covariates.iter().position(|known| known.name.text == name.text) {
                let known = &model.covariates[at];
                if let Some(value) = converted(value, unit, &known.unit, &known.name, place, &mut problems) {
                    covariates[at] = value;
                }
            } else {
                unknown(name, model, &mut problems);
            }
        }
        for (parameter, value) in model.parameters.iter().zip(&values) {
            if value.is_none() && !problems.has_errors() {
                problems
                    .error(&codes::NO_VALUE, format!("`{}` has no value", parameter.name))
                    .label(parameter.name.span.clone(), "")
                    .help("choose a set with --parameters, or give it with --set");
            }
        }
        let parameters = values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        problems.or_value(Some(Self { parameters, covariates, provenance }))
    }

    /// What keeps patients of `model` from being drawn around these values; nothing if it has no variability.
    pub fn check_variability(&self, model: &Model) -> Problems {
        let mut problems = Problems::default();
        let value = |at: usize| Some(self.parameters[at]);
        variability::check(&model.parameters, value, &model.correlations, &model.mixture, &mut problems);
        problems
    }

    /// The value of a parameter or covariate by name, in its declared unit.
    pub fn get(&self, model: &Model, name: &str) -> Option<f64> {
        let parameter = model.parameters.iter().position(|known| known.name.text == name);
        let covariate = model.covariates.iter().position(|known| known.name.text == name);
        parameter.map(|at| self.parameters[at]).or_else(|| covariate.map(|at| self.covariates[at]))
    }
}

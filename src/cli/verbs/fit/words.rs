//! Flags of `fit` as typed -> what is estimated.

use crate::cli::arguments::FitArgs;
use crate::diagnostic::codes::fit as codes;
use crate::diagnostic::{Diagnostic, Problems, Source, listing};
use crate::fit::{AskedRelation, FitSettings, Relation, RelationKind, SaemSettings, Specification, Transform};
use crate::model::Model;
use crate::unit::Quantity;

/// Names separated by commas.
fn names(text: &str) -> Vec<String> {
    text.split(',').map(|name| name.trim().to_string()).filter(|name| !name.is_empty()).collect()
}

fn list(text: &Option<String>) -> Vec<String> {
    text.as_deref().map(names).unwrap_or_default()
}

/// What is estimated, or all that cannot be understood.
pub fn specification(arguments: &FitArgs, model: &Model) -> Result<Specification, Problems> {
    let mut problems = Problems::default();
    let mut transforms = Vec::new();
    for text in &arguments.transform {
        match transform(text, model) {
            Ok(found) => transforms.push(found),
            Err(found) => {
                problems.push(found);
            }
        }
    }
    let mut relations = Vec::new();
    for text in &arguments.covariate {
        match relation(text, model) {
            Ok(found) => relations.push(found),
            Err(found) => {
                problems.push(found);
            }
        }
    }
    let mut priors = Vec::new();
    for text in &arguments.prior {
        match prior(text, model, &transforms) {
            Ok(found) => priors.push(found),
            Err(found) => {
                problems.push(found);
            }
        }
    }
    problems.or_value(Some(Specification {
        estimate: arguments.estimate.as_deref().map(names),
        fixed: list(&arguments.fix),
        without_variability: list(&arguments.no_variability),
        blocks: arguments.block.iter().map(|text| names(text)).collect(),
        fixed_variances: list(&arguments.fix_variance),
        fixed_errors: list(&arguments.fix_error),
        transforms,
        relations,
        priors,
    }))
}

/// How to fit, or all that cannot be understood.
pub fn settings(arguments: &FitArgs, seed: u64) -> Result<FitSettings, Problems> {
    let mut problems = Problems::default();
    let mut wrong = |flag: &str, text: &str, why: String| {
        let found = problems.error(&codes::BAD_FIT_FLAG, why);
        found.label(Source::new(flag, text).whole(), "");
    };
    let mut settings = FitSettings {
        starts: arguments.starts.max(1),
        seed,
        most_iterations: arguments.iterations,
        draws: arguments.draws.max(2),
        profile: list(&arguments.profile),
        checks_units: !arguments.no_unit_check,
        ..FitSettings::default()
    };
    match arguments.method.parse() {
        Ok(method) => settings.method = method,
        Err(why) => wrong("--method", &arguments.method, why),
    }
    match arguments.censoring.parse() {
        Ok(censoring) => settings.censoring = censoring,
        Err(why) => wrong("--censoring", &arguments.censoring, why),
    }
    match arguments.covariance.parse() {
        Ok(uncertainty) => settings.uncertainty = uncertainty,
        Err(why) => wrong("--covariance", &arguments.covariance, why),
    }
    if let Some(text) = &arguments.explore {
        let numbers: Vec<usize> = text.split(',').filter_map(|number| number.trim().parse().ok()).collect();
        match numbers[..] {
            [least, most, average] if 0 < average && least <= most => {
                settings.saem = SaemSettings { explore: (least, most), average, ..settings.saem };
            }
            _ => wrong("--explore", text, "three whole numbers: LEAST,MOST,AVERAGE, as 100,300,200".into()),
        }
    }
    settings.saem.chains = arguments.chains;
    problems.or_value(Some(settings))
}

fn mistake(flag: &str, text: &str, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    let mut found = Diagnostic::error(&codes::BAD_FIT_FLAG, message);
    found.label(Source::new(flag, text).whole(), "").help(help);
    found
}

fn parameter<'m>(
    flag: &str,
    text: &str,
    name: &str,
    model: &'m Model,
) -> Result<&'m crate::model::Parameter, Diagnostic> {
    model.parameters.iter().find(|known| known.name.text == name).ok_or_else(|| {
        let known = model.parameters.iter().map(|known| known.name.text.as_str());
        let mut found =
            Diagnostic::error(&codes::UNKNOWN_ESTIMATE, format!("`{name}` is not a parameter of `{}`", model.name));
        found.label(Source::new(flag, text).whole(), "").help(listing(name, known, "parameters"));
        found
    })
}

fn transform(text: &str, model: &Model) -> Result<(String, Transform), Diagnostic> {
    const FLAG: &str = "--transform";
    let (name, scale) = text
        .split_once('=')
        .map(|(name, scale)| (name.trim(), scale.trim()))
        .ok_or_else(|| mistake(FLAG, text, "a scale for which parameter?", "as ka=identity"))?;
    let parameter = parameter(FLAG, text, name, model)?;
    let transform = match scale {
        "log" => Transform::Log,
        "identity" => Transform::Identity,
        "logit" => {
            let (low, high) = parameter.bounds.unwrap_or((0.0, 1.0));
            if !(high - low).is_finite() {
                return Err(mistake(
                    FLAG,
                    text,
                    format!("`{name}` has no two finite bounds"),
                    "choose log or identity",
                ));
            }
            Transform::Logit { low, high }
        }
        _ => return Err(mistake(FLAG, text, format!("`{scale}` is no scale"), "log, logit or identity")),
    };
    Ok((name.into(), transform))
}

fn relation(text: &str, model: &Model) -> Result<AskedRelation, Diagnostic> {
    const FLAG: &str = "--covariate";
    const HELP: &str = "as \"cl ~ power(weight, 70 kg) = 0.75 fixed\"; the part from = on may be left out";
    let unreadable = || mistake(FLAG, text, "this is no relation of a parameter with a covariate", HELP);
    let (name, rest) = text.split_once('~').ok_or_else(unreadable)?;
    let name = name.trim();
    parameter(FLAG, text, name, model)?;
    let (form, rest) = rest.split_once('(').ok_or_else(unreadable)?;
    let (inside, rest) = rest.split_once(')').ok_or_else(unreadable)?;
    let (covariate, value) = inside.split_once(',').ok_or_else(unreadable)?;
    let covariate = covariate.trim();
    let at = model.covariates.iter().position(|known| known.name.text == covariate).ok_or_else(|| {
        let known = model.covariates.iter().map(|known| known.name.text.as_str());
        mistake(
            FLAG,
            text,
            format!("`{covariate}` is not a covariate of `{}`", model.name),
            listing(covariate, known, "covariates"),
        )
    })?;
    let unit = &model.covariates[at].unit;
    let value = value.trim();
    let number = match value.parse::<f64>() {
        Ok(number) => Some(number),
        Err(_) => Quantity::parse_str(value).ok().and_then(|quantity| quantity.unit.convert(quantity.value, unit)),
    };
    let value = number.filter(|number| number.is_finite()).ok_or_else(|| {
        mistake(FLAG, text, format!("`{value}` is no value of `{covariate}`, which is in {unit}"), HELP)
    })?;
    let kind = match form.trim() {
        "power" if value > 0.0 => RelationKind::Power { centre: value },
        "power" => return Err(mistake(FLAG, text, "the centre of a power is above 0", HELP)),
        "exponential" => RelationKind::Exponential { centre: value },
        "category" => RelationKind::Category { value },
        other => return Err(mistake(FLAG, text, format!("`{other}` is no form"), "power, exponential or category")),
    };
    let rest = rest.trim();
    let (start, fixed) = match rest.strip_prefix('=').map(str::trim) {
        None if rest.is_empty() => ("0", false),
        None => return Err(unreadable()),
        Some(rest) => match rest.strip_suffix("fixed") {
            Some(start) => (start.trim(), true),
            None => (rest, false),
        },
    };
    let start: f64 = start.parse().ok().filter(|start: &f64| start.is_finite()).ok_or_else(unreadable)?;
    let relation = Relation { name: format!("{name}~{covariate}"), covariate: at, kind, start, estimated: !fixed };
    Ok(AskedRelation { parameter: name.into(), relation })
}

fn prior(text: &str, model: &Model, transforms: &[(String, Transform)]) -> Result<(String, f64, f64), Diagnostic> {
    const FLAG: &str = "--prior";
    const HELP: &str = "as \"ka = 1.5 1/h sd 0.3\", the sd on the scale of estimation";
    let unreadable = || mistake(FLAG, text, "this is no prior", HELP);
    let (name, rest) = text.split_once('=').ok_or_else(unreadable)?;
    let name = name.trim();
    let parameter = parameter(FLAG, text, name, model)?;
    let (value, sd) = rest.split_once(" sd ").ok_or_else(unreadable)?;
    let quantity = Quantity::parse_str(value.trim()).map_err(|_| unreadable())?;
    let value = quantity.unit.convert(quantity.value, &parameter.unit).ok_or_else(|| {
        mistake(
            FLAG,
            text,
            format!("`{}` is not in a unit of `{name}`, which is in {}", value.trim(), parameter.unit),
            HELP,
        )
    })?;
    let sd: f64 = sd.trim().parse().ok().filter(|sd: &f64| *sd > 0.0 && sd.is_finite()).ok_or_else(unreadable)?;
    let asked = transforms.iter().find(|(known, _)| known == name).map(|(_, transform)| *transform);
    let transform = asked.unwrap_or(match parameter.variability.as_ref().map(|own| own.distribution.as_str()) {
        Some("normal") => Transform::Identity,
        Some("logit") => {
            let (low, high) = parameter.bounds.unwrap_or((0.0, 1.0));
            Transform::Logit { low, high }
        }
        _ => Transform::Log,
    });
    let mean = transform.forward(value);
    if !mean.is_finite() {
        return Err(mistake(FLAG, text, format!("{value} has no place on the {transform} scale"), HELP));
    }
    Ok((name.into(), mean, sd))
}

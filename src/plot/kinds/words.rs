//! Titles, footers, names of runs and scales.

use super::{Options, Shown};
use crate::crs::{Bound, Maximum};
use crate::model::{DoseKind, Provenance};
use crate::plot::label::prose;
use crate::regimen::{Amount, Dose};
use crate::simulate::{EventKind, Scenario};
use crate::unit::Quantity;

/// What every figure, report and run record says.
pub const DISCLAIMER: &str = "Research software, not for clinical decisions";

/// The worst grade in words.
pub fn maximum_text(maximum: &Maximum) -> String {
    match (maximum.grade, maximum.bound) {
        (Some(grade), Bound::Exact) => grade.to_string(),
        (Some(grade), _) => format!("at least {grade}"),
        (None, _) => "undetermined".into(),
    }
}

/// Names that tell runs apart: by model, parameter set, changed values and doses, whichever differ.
pub fn labels(scenarios: &[&Scenario<'_>]) -> Vec<String> {
    let facts: Vec<[String; 4]> = scenarios.iter().map(|scenario| facts(scenario)).collect();
    let differs: Vec<usize> = (0..4).filter(|&at| facts.iter().any(|other| other[at] != facts[0][at])).collect();
    let name = |(index, facts): (usize, &[String; 4])| {
        let parts: Vec<&str> = differs.iter().map(|&at| facts[at].as_str()).filter(|part| !part.is_empty()).collect();
        match (parts.is_empty(), differs.is_empty()) {
            (false, _) => parts.join(", "),
            (true, false) => "as in the model".into(),
            (true, true) => format!("run {}", index + 1),
        }
    };
    facts.iter().enumerate().map(name).collect()
}

/// Model, set, changed values, doses; empty where there is nothing to say.
fn facts(scenario: &Scenario<'_>) -> [String; 4] {
    let mut doses = doses(scenario, Dose::clone);
    for rule in &scenario.rules {
        let comma = if doses.is_empty() { "" } else { ", " };
        doses.push_str(&format!("{comma}{} by rule", rule.name.value));
    }
    [scenario.model.name.clone(), scenario.set.clone().unwrap_or_default(), changed(scenario).join(", "), doses]
}

/// The doses, each shown as `shown` makes it.
fn doses(scenario: &Scenario<'_>, shown: impl Fn(&Dose) -> Dose) -> String {
    let doses: Vec<String> = scenario.regimen.doses.iter().map(|dose| prose(&shown(dose).to_string())).collect();
    // A model without doses of its own needs no word about them.
    let none = doses.is_empty() && !scenario.model.defaults.regimen.doses.is_empty();
    if none { "no doses".into() } else { doses.join(", ") }
}

/// The doses with the values of parameters in place of their names.
fn doses_in_numbers(scenario: &Scenario<'_>) -> String {
    let parameters = || scenario.model.parameters.iter().zip(&scenario.values.parameters);
    doses(scenario, |dose| {
        let mut dose = dose.clone();
        if let Some(amount) = &mut dose.amount
            && let Amount::Parameter(name) = &amount.value
            && let Some((parameter, value)) = parameters().find(|(known, _)| known.name.text == *name)
        {
            amount.value = Amount::Quantity(Quantity { value: *value, unit: parameter.unit.clone() });
        }
        dose
    })
}

/// Parameters and covariates that differ from model and set, as `tumour_0 = 8×10⁹ cells`.
fn changed(scenario: &Scenario<'_>) -> Vec<String> {
    let model = scenario.model;
    let values = model.parameters.iter().zip(&scenario.values.provenance);
    let parameters = values
        .filter_map(|(parameter, provenance)| Some(format!("{} = {}", parameter.name, prose(overridden(provenance)?))));
    let covariates = model.covariates.iter().zip(&scenario.values.covariates);
    let covariates = covariates
        .filter(|(covariate, value)| covariate.default != **value)
        .map(|(covariate, value)| format!("{} = {}", covariate.name, prose(&format!("{value} {}", covariate.unit))));
    parameters.chain(covariates).collect()
}

/// The value as given, if it comes from `--set` or a scenario: its provenance is `SOURCE: QUANTITY`.
fn overridden(provenance: &Provenance) -> Option<&str> {
    let Provenance::Source(text) = provenance else { return None };
    let (_, value) = text.rsplit_once(": ")?;
    value.parse::<Quantity>().is_ok().then_some(value)
}

/// What was run, for the line under the title: what is common to all runs.
pub(super) fn subtitle(shown: &[Shown<'_>]) -> String {
    let Some((first, others)) = shown.split_first() else { return String::new() };
    let [model, set, changed, doses] = facts(first.scenario);
    let parts = [model, if set.is_empty() { set } else { format!("set {set}") }, changed, doses];
    // Runs of different values share the name of the parameter only.
    let amounts: Vec<String> = shown.iter().map(|run| doses_in_numbers(run.scenario)).collect();
    let in_numbers = amounts.iter().all(|other| *other == amounts[0]);
    let rest: Vec<[String; 4]> = others.iter().map(|other| facts(other.scenario)).collect();
    let own = facts(first.scenario);
    let common = |at: usize| rest.iter().all(|other| other[at] == own[at]);
    let parts = parts.into_iter().enumerate().filter(|(at, part)| !part.is_empty() && common(*at));
    let parts = parts.map(|(at, part)| if at == 3 && in_numbers { amounts[0].clone() } else { part });
    parts.collect::<Vec<_>>().join("  ·  ")
}

/// Version, models with their sets and maturity, seed, disclaimer.
pub(super) fn footer(shown: &[Shown<'_>], options: &Options) -> String {
    let mut models: Vec<(&str, Vec<&str>, &str)> = Vec::new();
    for run in shown {
        let model = run.scenario.model;
        let set = run.scenario.set.as_deref();
        match models.iter_mut().find(|known| known.0 == model.name) {
            Some(known) => known.1.extend(set.filter(|set| !known.1.contains(set))),
            None => models.push((&model.name, set.into_iter().collect(), model.maturity.word())),
        }
    }
    let mut parts = vec![format!("cascade {}", env!("CARGO_PKG_VERSION"))];
    for (name, sets, maturity) in models {
        let sets = match sets.as_slice() {
            [] => String::new(),
            [set] => format!(", set {set}"),
            sets => format!(", sets {}", sets.join(", ")),
        };
        parts.push(format!("{name}{sets}  ·  maturity: {maturity}"));
    }
    parts.extend(options.seed.map(|seed| format!("seed {seed}")));
    parts.push(DISCLAIMER.into());
    parts.join("  ·  ")
}

/// The label of the time axis: what time 0 is.
pub(super) fn time_label(shown: &Shown<'_>) -> &'static str {
    let model = shown.scenario.model;
    let at_start = |product: bool| {
        shown.run.events.iter().any(|event| match event.kind {
            EventKind::Dose { entry, .. } => event.time == 0.0 && (model.doses[entry].name.text == "cart") == product,
            _ => false,
        })
    };
    let grows = model.outputs.iter().any(|output| output.name.text.starts_with("cart"));
    let given = model.doses.iter().any(|dose| dose.name.text == "cart" && !matches!(dose.kind, DoseKind::Refused(_)));
    if at_start(true) {
        "Time after the first infusion"
    } else if grows && !given {
        // The cells are there from the start.
        "Time after infusion"
    } else if at_start(false) {
        "Time after the first dose"
    } else {
        "Time"
    }
}

/// The name of a scale as it is printed: `astct-2019` is ASTCT 2019, `lee-2014` Lee 2014.
pub(super) fn scale_text(name: &str) -> String {
    const ACRONYMS: [&str; 8] = ["astct", "asbmt", "ctcae", "cartox", "icans", "mskcc", "msk", "nci"];
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default();
    let first = if ACRONYMS.contains(&first) {
        first.to_uppercase()
    } else {
        let mut letters = first.chars();
        letters.next().map(|letter| letter.to_uppercase().chain(letters).collect()).unwrap_or_default()
    };
    std::iter::once(first.as_str()).chain(words).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn scales_are_written_as_in_print() {
        assert_eq!(scale_text("astct-2019"), "ASTCT 2019");
        assert_eq!(scale_text("lee-2014"), "Lee 2014");
        assert_eq!(scale_text("our-own-rules"), "Our own rules");
        assert_eq!(scale_text(""), "");
    }

    #[test]
    fn only_quantities_given_by_the_user_are_changes() {
        let of = |text: &str| overridden(&Provenance::Source(text.into())).map(str::to_string);
        assert_eq!(of("--set: 8 1e9 cells"), Some("8 1e9 cells".into()));
        assert_eq!(of("mine.toml: 0.5"), Some("0.5".into()));
        assert_eq!(of("doi:10.1111/cts.12636, Table S1"), None);
        assert_eq!(of("Supplement: Table 3"), None);
    }
}

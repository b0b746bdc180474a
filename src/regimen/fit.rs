//! What a dose comes to in a model.

use super::dose::{Amount, Dose, Infusion, Located, RESET, Regimen, Steady};
use super::resolve::{Band, Delivery, Entries, Given, Periodic, Takes};
use crate::diagnostic::Problems;
use crate::diagnostic::Span;
use crate::diagnostic::codes::regimen as codes;
use crate::diagnostic::codes::unit::WRONG_UNIT;
use crate::diagnostic::listing;
use crate::unit::Quantity;
use crate::unit::Scales;
use crate::unit::Unit;
use crate::unit::behind_number;

/// What a dose comes to in a model.
pub(super) struct Fitting {
    pub entry: Option<usize>,
    pub amount: Given,
    /// Canonical amounts by time, if they differ.
    pub steps: Vec<f64>,
    pub cap: f64,
    pub band: Option<Band>,
    pub delivery: Delivery,
    pub steady: Option<Periodic>,
}

/// A dose as the model takes it, if it does.
pub(super) fn fit(dose: &Dose, entries: &dyn Entries, problems: &mut Problems) -> Option<Fitting> {
    let name = &dose.entry.value;
    let place = dose.entry.span.clone();
    // A dose made by a program is held to what a written one is.
    if let Err(found) = Regimen::parse_str(&dose.to_string()) {
        problems.append(found);
        return None;
    }
    let bare = Fitting {
        entry: None,
        amount: Given::Marker,
        steps: Vec::new(),
        cap: f64::INFINITY,
        band: None,
        delivery: Delivery::Declared,
        steady: None,
    };
    if name == RESET {
        return Some(bare);
    }
    let Some(entry) = entries.entry(name) else {
        let known = entries.names();
        problems.error(&codes::UNKNOWN_ENTRY, format!("unknown dose entry `{name}`")).label(place, "").help(listing(
            name,
            known.iter().map(String::as_str),
            "dose entries",
        ));
        return None;
    };
    match entry.takes {
        Takes::Refused(reason) => {
            problems
                .error(&codes::REFUSED_ENTRY, format!("this model takes no dose of `{name}`"))
                .label(place, "")
                .help(reason);
            None
        }
        Takes::Marker => {
            let places = [
                dose.amount.as_ref().map(|amount| (&amount.span, "amount")),
                dose.cap.as_ref().map(|cap| (&cap.span, "cap")),
                dose.split.as_ref().map(|split| (&split.span, "split")),
                dose.infusion.as_ref().map(|infusion| (&infusion.span, "infusion")),
                dose.steady.as_ref().map(|steady| (&steady.span, "steady state")),
            ];
            let present: Vec<_> = places.into_iter().flatten().collect();
            if present.is_empty() {
                return Some(Fitting { entry: Some(entry.index), band: band(dose, entries, problems)?, ..bare });
            }
            let told = problems.error(&codes::MARKER_AMOUNT, format!("`{name}` marks a time and takes no amount"));
            for (span, what) in present {
                told.label(span.clone(), what);
            }
            let bare = Dose { amount: None, cap: None, split: None, infusion: None, steady: None, ..dose.clone() };
            told.help(format!("write `{bare}`"));
            None
        }
        Takes::Amount(unit) => {
            let amount = amount(dose, &unit, entries, problems);
            let cap = cap(dose, &unit, entries, problems);
            let band = band(dose, entries, problems);
            let delivery = delivery(dose, &unit, entries, problems);
            let (amount, steps) = amount?;
            let (cap, band, delivery) = (cap?, band?, delivery?);
            let steady = steady(dose, entry.rate, amount, delivery, entries, problems)?;
            Some(Fitting { entry: Some(entry.index), amount, steps, cap, band, delivery, steady })
        }
    }
}

/// Of a dose given for ever before; none if it cannot be.
#[expect(clippy::option_option, reason = "none is a mistake, as everywhere here")]
fn steady(
    dose: &Dose,
    rate: bool,
    amount: Given,
    delivery: Delivery,
    entries: &dyn Entries,
    problems: &mut Problems,
) -> Option<Option<Periodic>> {
    let Some(Located { value: steady, span }) = &dose.steady else { return Some(None) };
    let adds = *steady == Steady::Adds;
    let rate = match delivery {
        Delivery::Rate(_) | Delivery::RatePerBody { .. } => true,
        Delivery::Declared => rate,
        Delivery::Duration(_) | Delivery::Bolus => false,
    };
    let endless = amount == Given::Fixed(0.0) && rate;
    match (&dose.repeat, endless) {
        (Some(repeat), false) => {
            Some(Some(Periodic { interval: Some(canonical(&repeat.every.value, entries.scales())), adds }))
        }
        (None, true) => Some(Some(Periodic { interval: None, adds })),
        (Some(repeat), true) => {
            let told = problems.error(&codes::DOSE_STEADY, "an amount of 0 in steady state has no interval");
            told.label(repeat.every.span.clone(), "").label(span.clone(), "");
            told.help("an infusion that has run for ever has an amount of 0, a rate and no interval");
            None
        }
        (None, false) => {
            let told = problems.error(&codes::DOSE_STEADY, "steady state without an interval");
            told.label(span.clone(), "").help("add the time from one dose to the next: `every 12 h ss`");
            None
        }
    }
}

#[expect(clippy::option_option, reason = "none is a mistake, as everywhere here")]
fn band(dose: &Dose, entries: &dyn Entries, problems: &mut Problems) -> Option<Option<Band>> {
    let Some(Located { value: only_if, span }) = &dose.only_if else { return Some(None) };
    let Some((covariate, unit)) = entries.covariate(&only_if.covariate) else {
        let message = format!("`{}` is no covariate of the model", only_if.covariate);
        problems
            .error(&codes::DOSE_CONDITION, message)
            .label(span.clone(), "")
            .help("conditions are on covariates, as `if weight < 30 kg`; `cascade show MODEL` lists them");
        return None;
    };
    only_if.limit.expect(&unit, &format!("`{}`", only_if.covariate), span, problems)?;
    let limit = canonical(&only_if.limit, entries.scales());
    Some(Some(Band { covariate, limit, below: only_if.below }))
}

fn cap(dose: &Dose, unit: &Unit, entries: &dyn Entries, problems: &mut Problems) -> Option<f64> {
    let Some(cap) = &dose.cap else { return Some(f64::INFINITY) };
    cap.value.expect(unit, &format!("the cap of `{}`", dose.entry.value), &cap.span, problems)?;
    Some(canonical(&cap.value, entries.scales()))
}

/// The whole amount, or those of each time.
fn amount(dose: &Dose, unit: &Unit, entries: &dyn Entries, problems: &mut Problems) -> Option<(Given, Vec<f64>)> {
    let name = &dose.entry.value;
    let Some(amount) = &dose.amount else {
        problems
            .error(&codes::MISSING_AMOUNT, format!("how much of `{name}`?"))
            .label(dose.entry.span.clone(), format!("takes amounts in {unit}"))
            .help(format!("add the amount after the name: `{name} 1 {} ..`", behind_number(unit)));
        return None;
    };
    match &amount.value {
        Amount::Quantity(quantity) => match per_body(&quantity.unit, unit) {
            Some((per, whole)) => {
                let (covariate, factor) = body(per, &amount.span, entries, problems)?;
                let amount = entries.scales().to_canonical(&whole, quantity.value) * factor;
                Some((Given::PerBody { amount, covariate, fraction: 1.0 }, Vec::new()))
            }
            None => Some((Given::Fixed(fixed(name, quantity, &amount.span, unit, entries, problems)?), Vec::new())),
        },
        Amount::Steps(steps, own) => {
            let one = |value: &f64| Quantity { value: *value, unit: own.clone() };
            let mut all = Vec::with_capacity(steps.len());
            for step in steps {
                all.push(fixed(name, &one(step), &amount.span, unit, entries, problems)?);
            }
            Some((Given::Fixed(all.first().copied().unwrap_or(0.0)), all))
        }
        Amount::Parameter(parameter) => {
            let Some((slot, found)) = entries.parameter(parameter) else {
                let known = entries.parameters();
                let hint = listing(parameter, known.iter().map(String::as_str), "parameters");
                problems
                    .error(&codes::UNKNOWN_AMOUNT, format!("`{parameter}` is no parameter"))
                    .label(amount.span.clone(), "as amount")
                    .help(format!("{hint}; or write a number and a unit, as `1 {}`", behind_number(unit)));
                return None;
            };
            // A number of 1 stands for the value: only the unit is looked at.
            let one = Quantity { value: 1.0, unit: found };
            one.expect(unit, &format!("the amount of `{name}`"), &amount.span, problems)?;
            Some((Given::Parameter { slot, fraction: 1.0 }, Vec::new()))
        }
    }
}

/// A number with a unit, canonical.
fn fixed(
    name: &str,
    quantity: &Quantity,
    span: &Span,
    unit: &Unit,
    entries: &dyn Entries,
    problems: &mut Problems,
) -> Option<f64> {
    if quantity.unit == Unit::one() && !unit.is_dimensionless() {
        problems
            .error(&WRONG_UNIT, format!("the amount of `{name}` has no unit"))
            .label(span.clone(), format!("the entry counts in {unit}"))
            .help(format!("write the unit that is meant, perhaps `{quantity} {}`", behind_number(unit)));
        return None;
    }
    quantity.expect(unit, &format!("the amount of `{name}`"), span, problems)?;
    Some(canonical(quantity, entries.scales()))
}

/// The covariate of a dose per kg or m2, and what turns its canonical value into kg or m2.
fn body(per: &str, span: &Span, entries: &dyn Entries, problems: &mut Problems) -> Option<(usize, f64)> {
    let names: &[&str] =
        if per == "kg" { &["weight", "body_weight", "wt"] } else { &["bsa", "body_surface_area", "body_surface"] };
    let measured = Unit::parse_str(per).expect("a known unit");
    let found = names.iter().find_map(|name| entries.covariate(name));
    if let Some((covariate, _)) = found.filter(|(_, unit)| unit.same_dimension(&measured)) {
        return Some((covariate, entries.scales().from_canonical(&measured, 1.0)));
    }
    problems
        .error(&codes::DOSE_COVARIATE, format!("a dose per {per}, and the model has no covariate `{}`", names[0]))
        .label(span.clone(), format!("per {per}"))
        .help(format!("give the whole amount, or add [covariates.{}] in {per} to a copy of the model", names[0]));
    None
}

/// `kg` and mg for 8 mg/kg of an entry that takes mg.
fn per_body(written: &Unit, wanted: &Unit) -> Option<(&'static str, Unit)> {
    let whole = |per: &'static str| Some((per, written.per(per).filter(|whole| whole.same_dimension(wanted))?));
    ["kg", "m2"].into_iter().find_map(whole)
}

fn delivery(dose: &Dose, unit: &Unit, entries: &dyn Entries, problems: &mut Problems) -> Option<Delivery> {
    let Some(infusion) = &dose.infusion else { return Some(Delivery::Declared) };
    let scales = entries.scales();
    match &infusion.value {
        Infusion::Duration(duration) => Some(Delivery::Duration(canonical(duration, scales))),
        Infusion::Bolus => Some(Delivery::Bolus),
        Infusion::Rate(rate) => {
            let wanted = unit / &Unit::parse_str("h").expect("a known unit");
            if let Some((per, whole)) = per_body(&rate.unit, &wanted) {
                let (covariate, factor) = body(per, &infusion.span, entries, problems)?;
                let rate = scales.to_canonical(&whole, rate.value) * factor;
                return Some(Delivery::RatePerBody { rate, covariate });
            }
            rate.expect(&wanted, "the rate of the infusion", &infusion.span, problems)?;
            Some(Delivery::Rate(canonical(rate, scales)))
        }
    }
}

pub(super) fn canonical(quantity: &Quantity, scales: &Scales) -> f64 {
    scales.to_canonical(&quantity.unit, quantity.value)
}

use super::dose::{Amount, Dose, Infusion, Regimen};
use crate::diagnostic::Problems;
use crate::diagnostic::codes::file::NOT_YET;
use crate::diagnostic::codes::regimen as codes;
use crate::diagnostic::codes::unit::WRONG_UNIT;
use crate::diagnostic::listing;
use crate::unit::Quantity;
use crate::unit::Scales;
use crate::unit::Unit;
use crate::unit::behind_number;

/// What a regimen needs to know of a model.
pub trait Entries {
    /// Names of the dose entries, for messages.
    fn names(&self) -> Vec<String>;
    /// A dose entry.
    fn entry(&self, name: &str) -> Option<Entry>;
    /// Names of the parameters, for messages.
    fn parameters(&self) -> Vec<String>;
    /// Slot and unit of a parameter.
    fn parameter(&self, name: &str) -> Option<(usize, Unit)>;
    /// Scales of canonical numbers.
    fn scales(&self) -> &Scales;
}

/// A dose entry of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its place among the entries.
    pub index: usize,
    /// What it takes.
    pub takes: Takes,
}

/// What a dose entry takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Takes {
    /// Amounts that convert to this unit.
    Amount(Unit),
    /// Times only.
    Marker,
    /// Nothing, for this reason.
    Refused(String),
}

/// One administration in canonical numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Administration {
    /// The dose entry.
    pub entry: usize,
    /// Which of the regimen's doses it belongs to.
    pub dose: usize,
    /// When, in the model's unit of time. Administrations at one time have the same bits.
    pub time: f64,
    /// Whether it follows from `every`, so that it acts before what is written for its time.
    pub additional: bool,
    /// How much.
    pub amount: Given,
    /// How fast.
    pub delivery: Delivery,
}

/// A canonical amount.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Given {
    /// A marker has none.
    Marker,
    /// A number, not negative.
    Fixed(f64),
    /// A fraction (0 to 1) of a parameter, known only with the patient; its sign is still to be checked.
    Parameter {
        /// The parameter.
        slot: usize,
        /// The fraction.
        fraction: f64,
    },
}

/// How fast. Which of duration and rate was given matters once a bioavailable fraction scales the amount: what was given stays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Delivery {
    /// As the dose entry says; at once if it says nothing.
    Declared,
    /// Over this time.
    Duration(f64),
    /// At this rate, amount by time.
    Rate(f64),
}

/// Whether two times are one: they differ by at most 64 units of rounding.
pub fn same_time(a: f64, b: f64) -> bool {
    (a - b).abs() <= 64.0 * f64::EPSILON * a.abs().max(b.abs())
}

impl Regimen {
    /// The administrations in a model, sorted by time. At one time additional ones act first, then the written ones in
    /// the order of the doses.
    ///
    /// Doses that do not fit the model are reported and left out.
    pub fn resolve(&self, entries: &dyn Entries, problems: &mut Problems) -> Vec<Administration> {
        let mut list = Vec::new();
        for (index, dose) in self.doses.iter().enumerate() {
            if let Some((entry, whole, delivery)) = fit(dose, entries, problems) {
                expand(dose, entries.scales(), |time, fraction, additional| {
                    let amount = match whole {
                        Given::Marker => Given::Marker,
                        Given::Fixed(amount) => Given::Fixed(amount * fraction),
                        Given::Parameter { slot, .. } => Given::Parameter { slot, fraction },
                    };
                    list.push(Administration { entry, dose: index, time, additional, amount, delivery });
                });
            }
        }
        order(&mut list);
        list
    }
}

/// Entry, whole amount and delivery of a dose, if they fit the model.
fn fit(dose: &Dose, entries: &dyn Entries, problems: &mut Problems) -> Option<(usize, Given, Delivery)> {
    let name = &dose.entry.value;
    let place = dose.entry.span.clone();
    // A dose made by a program is held to what a written one is.
    if let Err(found) = Regimen::parse_str(&dose.to_string()) {
        problems.append(found);
        return None;
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
                dose.split.as_ref().map(|split| (&split.span, "split")),
                dose.infusion.as_ref().map(|infusion| (&infusion.span, "infusion")),
            ];
            let present: Vec<_> = places.into_iter().flatten().collect();
            if present.is_empty() {
                return Some((entry.index, Given::Marker, Delivery::Declared));
            }
            let told = problems.error(&codes::MARKER_AMOUNT, format!("`{name}` marks a time and takes no amount"));
            for (span, what) in present {
                told.label(span.clone(), what);
            }
            let bare = Dose { amount: None, split: None, infusion: None, ..dose.clone() };
            told.help(format!("write `{bare}`"));
            None
        }
        Takes::Amount(unit) => {
            let amount = amount(dose, &unit, entries, problems);
            let delivery = delivery(dose, &unit, entries, problems);
            Some((entry.index, amount?, delivery?))
        }
    }
}

fn amount(dose: &Dose, unit: &Unit, entries: &dyn Entries, problems: &mut Problems) -> Option<Given> {
    let name = &dose.entry.value;
    let Some(amount) = &dose.amount else {
        problems
            .error(&codes::MISSING_AMOUNT, format!("how much of `{name}`?"))
            .label(dose.entry.span.clone(), format!("takes amounts in {unit}"))
            .help(format!("add the amount after the name: `{name} 1 {} ..`", behind_number(unit)));
        return None;
    };
    match &amount.value {
        Amount::Quantity(quantity) => {
            if let Some(per) = per_body(&quantity.unit, unit) {
                problems
                    .error(&NOT_YET, format!("doses per {per} are not there yet"))
                    .label(amount.span.clone(), format!("per {per}"))
                    .help(format!("give the whole amount, in {unit}"));
                return None;
            }
            if quantity.unit == Unit::one() && !unit.is_dimensionless() {
                problems
                    .error(&WRONG_UNIT, format!("the amount of `{name}` has no unit"))
                    .label(amount.span.clone(), format!("the entry counts in {unit}"))
                    .help(format!("write the unit that is meant, perhaps `{quantity} {}`", behind_number(unit)));
                return None;
            }
            quantity.expect(unit, &format!("the amount of `{name}`"), &amount.span, problems)?;
            Some(Given::Fixed(canonical(quantity, entries.scales())))
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
            Some(Given::Parameter { slot, fraction: 1.0 })
        }
    }
}

/// `kg` for 8 mg/kg of an entry that takes mg.
fn per_body(written: &Unit, wanted: &Unit) -> Option<&'static str> {
    ["kg", "m2"].into_iter().find(|per| written.per(per).is_some_and(|whole| whole.same_dimension(wanted)))
}

fn delivery(dose: &Dose, unit: &Unit, entries: &dyn Entries, problems: &mut Problems) -> Option<Delivery> {
    let Some(infusion) = &dose.infusion else { return Some(Delivery::Declared) };
    let scales = entries.scales();
    match &infusion.value {
        Infusion::Duration(duration) => Some(Delivery::Duration(canonical(duration, scales))),
        Infusion::Rate(rate) => {
            let wanted = unit / &Unit::parse_str("h").expect("a known unit");
            if let Some(per) = per_body(&rate.unit, &wanted) {
                problems
                    .error(&NOT_YET, format!("doses per {per} are not there yet"))
                    .label(infusion.span.clone(), format!("per {per}"))
                    .help(format!("give the whole rate, in {wanted}"));
                return None;
            }
            rate.expect(&wanted, "the rate of the infusion", &infusion.span, problems)?;
            Some(Delivery::Rate(canonical(rate, scales)))
        }
    }
}

fn canonical(quantity: &Quantity, scales: &Scales) -> f64 {
    scales.to_canonical(&quantity.unit, quantity.value)
}

/// Calls `give(time, fraction, additional)` for each administration of a dose.
fn expand(dose: &Dose, scales: &Scales, mut give: impl FnMut(f64, f64, bool)) {
    for (n, time) in dose.times.iter().enumerate() {
        let start = canonical(&time.value, scales);
        let fraction = dose.split.as_ref().map_or(1.0, |split| split.value[n] / 100.0);
        give(start + 0.0, fraction, false); // not -0
        let Some(repeat) = &dose.repeat else { continue };
        for k in 1..repeat.count.value {
            // Multiplied in the unit it was written in: 3 x 8 h is 24 h, without rounding.
            let later = Quantity { value: repeat.every.value.value * f64::from(k), ..repeat.every.value.clone() };
            give(start + canonical(&later, scales) + 0.0, fraction, true);
        }
    }
}

/// Sorts by time, gives one time's administrations the same bits, and puts additional ones first.
fn order(list: &mut [Administration]) {
    list.sort_by(|a, b| a.time.total_cmp(&b.time));
    // Sums of times carry the rounding of the largest.
    let largest = list.iter().map(|given| given.time.abs()).fold(0.0, f64::max);
    let mut start = 0;
    while start < list.len() {
        let first = list[start].time;
        let same = |given: &Administration| {
            same_time(first, given.time) || (given.time - first).abs() <= 4.0 * f64::EPSILON * largest
        };
        let end = start + list[start..].iter().take_while(|given| same(given)).count();
        let group = &mut list[start..end];
        let time = group.iter().find(|given| !given.additional).map_or(first, |given| given.time);
        for given in group.iter_mut() {
            given.time = time;
        }
        group.sort_by_key(|given| (!given.additional, given.dose));
        start = end;
    }
}

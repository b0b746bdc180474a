use super::dose::{Amount, Dose, Infusion, Located, RESET, Regimen, Steady};
use crate::diagnostic::Problems;
use crate::diagnostic::Span;
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
    /// Place and unit of a covariate.
    fn covariate(&self, name: &str) -> Option<(usize, Unit)>;
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
    /// The dose entry; none for a reset (EVID 3): states start anew, running infusions and doses still to come end.
    pub entry: Option<usize>,
    /// Which of the regimen's doses it belongs to.
    pub dose: usize,
    /// Which written time it belongs to, counted over the regimen.
    pub record: usize,
    /// When, in the model's unit of time. Administrations at one time have the same bits.
    pub time: f64,
    /// Whether it follows from `every`, so that it acts before what is written for its time.
    pub additional: bool,
    /// How much.
    pub amount: Given,
    /// At most so much of the whole amount, infinite if there is no limit; a fixed amount has it in already.
    pub cap: f64,
    /// For whom.
    pub band: Option<Band>,
    /// How fast.
    pub delivery: Delivery,
    /// Whether it has been given for ever before.
    pub steady: Option<Periodic>,
}

/// A dose given for ever before its record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Periodic {
    /// From one to the next; none for an infusion without end, which its record ends.
    pub interval: Option<f64>,
    /// Whether the steady state is added to what is there (SS 2) or replaces it (SS 1).
    pub adds: bool,
}

/// Patients whose covariate lies at or above a limit, or below it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// The covariate.
    pub covariate: usize,
    /// The limit, canonical.
    pub limit: f64,
    /// Whether below it.
    pub below: bool,
}

impl Band {
    /// Whether a value of the covariate lies in it.
    pub fn holds(&self, value: f64) -> bool {
        (value < self.limit) == self.below
    }
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
    /// A fraction of an amount per kg or m2, times a covariate.
    PerBody {
        /// The canonical amount per canonical unit of the covariate.
        amount: f64,
        /// The covariate.
        covariate: usize,
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
    /// At once.
    Bolus,
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
        let mut record = 0;
        for (index, dose) in self.doses.iter().enumerate() {
            if let Some(fitting) = fit(dose, entries, problems) {
                expand(dose, entries.scales(), |n, time, fraction, additional| {
                    record += usize::from(!additional);
                    let (amount, cap) = match (fitting.amount, fitting.steps.get(n)) {
                        (_, Some(step)) => (Given::Fixed(step.min(fitting.cap)), f64::INFINITY),
                        (Given::Marker, _) => (Given::Marker, f64::INFINITY),
                        (Given::Fixed(amount), _) => (Given::Fixed(amount.min(fitting.cap) * fraction), f64::INFINITY),
                        (Given::Parameter { slot, .. }, _) => (Given::Parameter { slot, fraction }, fitting.cap),
                        (Given::PerBody { amount, covariate, .. }, _) => {
                            (Given::PerBody { amount, covariate, fraction }, fitting.cap)
                        }
                    };
                    list.push(Administration {
                        entry: fitting.entry,
                        dose: index,
                        record,
                        time,
                        additional,
                        amount,
                        cap,
                        band: fitting.band,
                        delivery: fitting.delivery,
                        steady: fitting.steady.filter(|_| !additional),
                    });
                });
            }
        }
        order(&mut list);
        cancel(&mut list);
        list
    }
}

/// Takes out what a reset or a steady state that replaces cancels: additional doses of records before it.
fn cancel(list: &mut Vec<Administration>) {
    let clears = |given: &Administration| given.entry.is_none() || given.steady.is_some_and(|steady| !steady.adds);
    if !list.iter().any(clears) {
        return;
    }
    let mut live = vec![false; list.iter().map(|given| given.record + 1).max().unwrap_or(0)];
    list.retain(|given| {
        if clears(given) {
            live.fill(false);
        }
        if !given.additional {
            live[given.record] = true;
        }
        live[given.record]
    });
}

/// What a dose comes to in a model.
struct Fitting {
    entry: Option<usize>,
    amount: Given,
    /// Canonical amounts by time, if they differ.
    steps: Vec<f64>,
    cap: f64,
    band: Option<Band>,
    delivery: Delivery,
    steady: Option<Periodic>,
}

/// A dose as the model takes it, if it does.
fn fit(dose: &Dose, entries: &dyn Entries, problems: &mut Problems) -> Option<Fitting> {
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
            let steady = steady(dose, amount, delivery, entries, problems)?;
            Some(Fitting { entry: Some(entry.index), amount, steps, cap, band, delivery, steady })
        }
    }
}

/// Of a dose given for ever before; none if it cannot be.
#[expect(clippy::option_option, reason = "none is a mistake, as everywhere here")]
fn steady(
    dose: &Dose,
    amount: Given,
    delivery: Delivery,
    entries: &dyn Entries,
    problems: &mut Problems,
) -> Option<Option<Periodic>> {
    let Some(Located { value: steady, span }) = &dose.steady else { return Some(None) };
    let adds = *steady == Steady::Adds;
    let endless = amount == Given::Fixed(0.0) && matches!(delivery, Delivery::Rate(_) | Delivery::Declared);
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
            if let Some((per, _)) = per_body(&rate.unit, &wanted) {
                problems
                    .error(&NOT_YET, format!("rates per {per} are not there yet"))
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

/// Calls `give(number of the time, time, fraction, additional)` for each administration of a dose.
fn expand(dose: &Dose, scales: &Scales, mut give: impl FnMut(usize, f64, f64, bool)) {
    for (n, time) in dose.times.iter().enumerate() {
        let start = canonical(&time.value, scales);
        let fraction = dose.split.as_ref().map_or(1.0, |split| split.value[n] / 100.0);
        give(n, start + 0.0, fraction, false); // not -0
        let Some(repeat) = &dose.repeat else { continue };
        for k in 1..repeat.count.value {
            // Multiplied in the unit it was written in: 3 x 8 h is 24 h, without rounding.
            let later = Quantity { value: repeat.every.value.value * f64::from(k), ..repeat.every.value.clone() };
            give(n, start + canonical(&later, scales) + 0.0, fraction, true);
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

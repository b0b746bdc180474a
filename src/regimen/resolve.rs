use super::dose::{Dose, Regimen};
use super::fit::{canonical, fit};
use crate::diagnostic::Problems;
use crate::unit::Quantity;
use crate::unit::Scales;
use crate::unit::Unit;

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
    /// Whether it declares the rate of its infusions.
    pub rate: bool,
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
    /// At this rate times a covariate.
    RatePerBody {
        /// The canonical rate per canonical unit of the covariate.
        rate: f64,
        /// The covariate.
        covariate: usize,
    },
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

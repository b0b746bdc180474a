//! What all patients of a run share: compiled equations, doses, the end.

use crate::compile::{Compiled, SwitchKind};
use crate::model::{DoseKind, Model};
use crate::numeric::Scalar;
use crate::regimen::{Administration, Delivery, Given};
use crate::sign::{Sign, Signs};
use crate::unit::Unit;

/// Compiled equations with doses and end; immutable, shared by all lanes and threads.
#[derive(Debug)]
pub struct Plan {
    /// The equations.
    pub compiled: Compiled,
    /// End of the run, in the time unit of the model.
    pub end: f64,
    /// Signs that each dose entry sets.
    pub dose_signs: Vec<Vec<(Sign, f64)>>,
    /// Signs that each switch sets while on.
    pub care_signs: Vec<Vec<(Sign, f64)>>,
    administrations: Vec<Administration>,
    nothing_given: Signs,
    days: f64,
}

/// Something due at a time, which may vary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Action<S> {
    pub time: S,
    pub kind: ActionKind<S>,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ActionKind<S> {
    Dose { entry: usize, amount: S, duration: S },
    InfusionEnd { entry: usize, number: usize },
    Switch(usize),
}

impl Plan {
    /// The plan of a model under a regimen.
    pub fn new(model: &Model, compiled: Compiled, administrations: Vec<Administration>, end: f64) -> Self {
        let day = Unit::parse_str("d").expect("d is a unit");
        Self {
            end,
            dose_signs: model.doses.iter().map(|dose| dose.sets.clone()).collect(),
            care_signs: model
                .switches
                .iter()
                .map(|switch| switch.care.as_ref().map_or_else(Vec::new, |care| care.sets.clone()))
                .collect(),
            administrations,
            nothing_given: nothing_given(model),
            days: model.time.convert(1.0, &day).expect("the model's time is a time"),
            compiled,
        }
    }

    /// Days of a time in the unit of the model.
    pub fn to_days(&self, time: f64) -> f64 {
        time * self.days
    }

    /// Time in the unit of the model of days.
    pub fn from_days(&self, days: f64) -> f64 {
        days / self.days
    }

    /// Start of the run: 0, or the first administration before it.
    pub fn start(&self) -> f64 {
        self.administrations.iter().map(|dose| dose.time).fold(0.0, f64::min)
    }

    /// Time of the first administration of a dose entry, if there is one.
    pub fn first_dose(&self, entry: usize) -> Option<f64> {
        self.administrations.iter().filter(|dose| dose.entry == entry).map(|dose| dose.time).min_by(f64::total_cmp)
    }

    /// Entry and time of each administration as planned, without lags.
    pub fn planned_doses(&self) -> impl Iterator<Item = (usize, f64)> {
        self.administrations.iter().map(|dose| (dose.entry, dose.time))
    }

    /// The signs while no dose and no care step is active.
    pub(super) fn nothing_given(&self) -> Signs {
        self.nothing_given
    }

    /// Doses and timed switches of a patient, by time; explicit records keep the order of the regimen.
    pub(super) fn actions<S: Scalar>(&self, parameters: &[S], constants: &[S]) -> Vec<Action<S>> {
        let constant = |at: Option<usize>, otherwise: f64| at.map_or(S::splat(otherwise), |at| constants[at]);
        let mut actions: Vec<(u8, Action<S>)> = Vec::new();
        for dose in &self.administrations {
            let entry = &self.compiled.doses[dose.entry];
            let given = match dose.amount {
                Given::Marker => S::splat(0.0),
                Given::Fixed(amount) => S::splat(amount),
                Given::Parameter { slot, fraction } => parameters[slot] * S::splat(fraction),
            };
            // The fraction scales the amount; of rate and duration, the one that was given stays.
            let amount = given * constant(entry.fraction, 1.0);
            let lag = Some(constant(entry.lag, 0.0)).filter(|lag| lag.get(0) >= 0.0).unwrap_or_default();
            let declared = entry.duration.map(|at| constants[at]).or(entry.rate.map(|at| amount / constants[at]));
            let duration = match dose.delivery {
                Delivery::Duration(duration) => S::splat(duration),
                Delivery::Rate(rate) => amount / S::splat(rate),
                Delivery::Declared => declared.unwrap_or_default(),
            };
            let rank = u8::from(!(dose.additional || lag.get(0) > 0.0));
            let kind = ActionKind::Dose { entry: dose.entry, amount, duration };
            actions.push((rank, Action { time: S::splat(dose.time) + lag, kind }));
        }
        for (at, switch) in self.compiled.switches.iter().enumerate() {
            if let SwitchKind::Time(constant) = switch.kind {
                actions.push((0, Action { time: constants[constant], kind: ActionKind::Switch(at) }));
            }
        }
        actions.sort_by(|(rank_a, a), (rank_b, b)| a.time.get(0).total_cmp(&b.time.get(0)).then(rank_a.cmp(rank_b)));
        actions.into_iter().map(|(_, action)| action).collect()
    }
}

/// What is known of a simulated patient to whom nothing is given: what the model can give is absent, not unknown.
///
/// A sign that the model neither reads nor sets stays unknown. Pressors bring their companions (vasopressin, high dose)
/// with them; drugs not given are known not to be given. Flow and FiO2 belong to a device: a step that sets a device
/// without them leaves them unknown, never at those of room air.
fn nothing_given(model: &Model) -> Signs {
    let mut signs = Signs::default();
    let normal = Signs::normal();
    let care = model.switches.iter().filter_map(|switch| switch.care.as_ref()).flat_map(|care| &care.sets);
    let doses =
        model.doses.iter().filter(|dose| !matches!(dose.kind, DoseKind::Refused(_))).flat_map(|dose| &dose.sets);
    let mut known: Vec<Sign> = vec![Sign::AntipyreticGiven, Sign::AnticytokineGiven];
    for (sign, _) in care.chain(doses) {
        known.push(*sign);
        if *sign == Sign::Pressors {
            known.extend([Sign::Vasopressin, Sign::PressorHigh]);
        }
    }
    for sign in known {
        if let Some(value) = normal.get(sign) {
            signs.set(sign, value);
        }
    }
    signs
}

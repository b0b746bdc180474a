//! What all patients of a run share: compiled equations, doses, the end.

use crate::compile::{Compiled, SwitchKind};
use crate::crs::Course;
use crate::model::{DoseKind, Model};
use crate::numeric::Scalar;
use crate::regimen::{Administration, Delivery, Given};
use crate::sign::{Sign, Signs};
use crate::simulate::treatment::Treatment;
use crate::unit::{Conversion, Unit};

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
    /// Rules of treatment, if there are any.
    pub treatment: Option<Treatment>,
    administrations: Vec<Administration>,
    nothing_given: Signs,
    /// From the unit of each sign to canonical numbers.
    signs: Vec<Conversion>,
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
            signs: Sign::ALL.iter().map(|sign| model.scales.conversion(&unit_of(*sign))).collect(),
            treatment: None,
            administrations,
            nothing_given: nothing_given(model),
            days: model.time.convert(1.0, &day).expect("the model's time is a time"),
            compiled,
        }
    }

    /// The same with rules of treatment; their times count from the first dose of entry `cart`, if there is one.
    pub(super) fn with_treatment(mut self, mut treatment: Treatment, cart: Option<usize>) -> Self {
        treatment.origin = cart.and_then(|entry| self.first_dose(entry)).unwrap_or(0.0);
        self.treatment = Some(treatment);
        self
    }

    /// The courses that the user asked for: graders that serve rules alone come last.
    pub fn reported(&self, mut courses: Vec<Course>) -> Vec<Course> {
        if let Some(treatment) = &self.treatment {
            courses.truncate(treatment.reported);
        }
        courses
    }

    /// The value of a sign in canonical numbers.
    pub(super) fn canonical_sign(&self, sign: Sign, value: f64) -> f64 {
        self.signs[sign.index()].to_canonical(value)
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
        let mut actions: Vec<(u8, Action<S>)> = Vec::new();
        for dose in &self.administrations {
            let action = self.action(dose, parameters, constants, None);
            let rank = u8::from(!(dose.additional || action.time.get(0) > dose.time));
            actions.push((rank, action));
        }
        for (at, switch) in self.compiled.switches.iter().enumerate() {
            if let SwitchKind::Time(constant) = switch.kind {
                actions.push((0, Action { time: constants[constant], kind: ActionKind::Switch(at) }));
            }
        }
        actions.sort_by(|(rank_a, a), (rank_b, b)| a.time.get(0).total_cmp(&b.time.get(0)).then(rank_a.cmp(rank_b)));
        actions.into_iter().map(|(_, action)| action).collect()
    }

    /// The action of an administration; `total` stands for the amount of which it has its share.
    pub(super) fn action<S: Scalar>(
        &self,
        dose: &Administration,
        parameters: &[S],
        constants: &[S],
        total: Option<S>,
    ) -> Action<S> {
        let constant = |at: Option<usize>, otherwise: f64| at.map_or(S::splat(otherwise), |at| constants[at]);
        let entry = &self.compiled.doses[dose.entry];
        let given = match dose.amount {
            Given::Marker => S::splat(0.0),
            Given::Fixed(amount) => total.map_or(S::splat(amount), |total| total * S::splat(amount)),
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
        let kind = ActionKind::Dose { entry: dose.entry, amount, duration };
        Action { time: S::splat(dose.time) + lag, kind }
    }
}

fn unit_of(sign: Sign) -> Unit {
    Unit::parse_str(sign.unit_text()).expect("the vocabulary has known units")
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

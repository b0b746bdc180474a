//! What all patients of a run share: compiled equations, doses, the end.

use std::sync::Arc;

use super::covariates::Course;
use crate::compile::{Compiled, SwitchKind};
use crate::crs::Course as Graded;
use crate::model::{DoseKind, Model};
use crate::numeric::Scalar;
use crate::outcome::Window;
use crate::regimen::{Administration, Delivery, Given, same_time};
use crate::sign::{Sign, Signs};
use crate::simulate::treatment::Treatment;
use crate::unit::{Conversion, Unit};

/// Compiled equations with doses and end; immutable, shared by all lanes and threads.
#[derive(Debug)]
pub struct Plan {
    /// The equations, which plans of other doses may share.
    pub compiled: Arc<Compiled>,
    /// End of the run, in the time unit of the model.
    pub end: f64,
    /// Signs that each dose entry sets.
    pub dose_signs: Vec<Vec<(Sign, f64)>>,
    /// Signs that each switch sets while on.
    pub care_signs: Vec<Vec<(Sign, f64)>>,
    /// Rules of treatment, if there are any.
    pub treatment: Option<Treatment>,
    administrations: Vec<Administration>,
    /// Covariates that change during the run.
    pub(super) courses: Vec<Course>,
    /// Magnitude of each state below which relative accuracy is not asked for, canonical.
    pub(super) magnitudes: Vec<f64>,
    nothing_given: Signs,
    /// The dose entry from whose first dose exposure counts.
    cart: Option<usize>,
    /// From the unit of each sign to canonical numbers.
    signs: Vec<Conversion>,
    days: f64,
}

/// Something due at a time, which may vary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Action<S> {
    pub time: S,
    pub kind: ActionKind<S>,
    /// Whether it acts only after what was on its way: a record, or what follows it.
    pub record: bool,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ActionKind<S> {
    Dose {
        entry: usize,
        amount: S,
        duration: S,
    },
    /// States start anew.
    Reset,
    /// A dose has been given for ever before.
    Settle(Settled<S>),
    /// A covariate changes.
    Covariate {
        slot: usize,
        value: f64,
    },
    InfusionEnd {
        entry: usize,
        number: usize,
    },
    Switch(usize),
}

/// A dose that has been given for ever before its record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Settled<S> {
    pub entry: usize,
    /// Amount of each dose; of an infusion without end its rate.
    pub amount: S,
    pub duration: S,
    pub lag: S,
    /// None for an infusion without end.
    pub interval: Option<f64>,
    pub adds: bool,
}

/// Where actions of one time stand: what was on its way, then records in their order, then what the next record says.
type Rank = u8;
const ON_ITS_WAY: Rank = 0;
const COVARIATE: Rank = 1;
const RECORD: Rank = 2;
const AFTERWARDS: Rank = 3;

impl Plan {
    /// The plan of a model under a regimen.
    pub fn new(
        model: &Model,
        compiled: impl Into<Arc<Compiled>>,
        administrations: Vec<Administration>,
        end: f64,
    ) -> Self {
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
            courses: Vec::new(),
            magnitudes: model
                .states
                .iter()
                .map(|state| model.scales.to_canonical(&state.unit.difference(), state.tolerance))
                .collect(),
            nothing_given: nothing_given(model),
            cart: model.doses.iter().position(|dose| dose.name.text == "cart"),
            days: model.time.convert(1.0, &day).expect("the model's time is a time"),
            compiled: compiled.into(),
        }
    }

    /// The same with rules of treatment; their times count from the first dose of entry `cart`, if there is one.
    pub(super) fn with_treatment(mut self, mut treatment: Treatment) -> Self {
        treatment.origin = self.window().origin;
        self.treatment = Some(treatment);
        self
    }

    /// The courses that the user asked for: graders that serve rules alone come last.
    pub fn reported(&self, mut courses: Vec<Graded>) -> Vec<Graded> {
        if let Some(treatment) = &self.treatment {
            courses.truncate(treatment.reported);
        }
        courses
    }

    /// The value of a sign in canonical numbers.
    pub(super) fn canonical_sign(&self, sign: Sign, value: f64) -> f64 {
        self.signs[sign.index()].to_canonical(value)
    }

    /// The same with covariates that change during the run, canonical.
    #[must_use]
    pub fn with_courses(mut self, courses: Vec<Course>) -> Self {
        self.courses = courses;
        self
    }

    /// Days of a time in the unit of the model.
    pub fn to_days(&self, time: f64) -> f64 {
        time * self.days
    }

    /// Time in the unit of the model of days.
    pub fn from_days(&self, days: f64) -> f64 {
        days / self.days
    }

    /// What exposure counts: from the first CAR-T dose, else from time 0.
    pub fn window(&self) -> Window {
        let origin = self.cart.and_then(|entry| self.first_dose(entry)).unwrap_or(0.0);
        Window { origin, until: self.end, day: self.from_days(1.0) }
    }

    /// The doses, sorted by time.
    pub(super) fn administrations(&self) -> &[Administration] {
        &self.administrations
    }

    /// Start of the run: 0, or the first administration before it.
    pub fn start(&self) -> f64 {
        self.administrations.iter().map(|dose| dose.time).fold(0.0, f64::min)
    }

    /// Time of the first administration of a dose entry, if there is one.
    pub fn first_dose(&self, entry: usize) -> Option<f64> {
        self.administrations
            .iter()
            .filter(|dose| dose.entry == Some(entry))
            .map(|dose| dose.time)
            .min_by(f64::total_cmp)
    }

    /// Entry and time of each administration as planned, without lags.
    pub fn planned_doses(&self) -> impl Iterator<Item = (usize, f64)> {
        self.administrations.iter().filter_map(|dose| Some((dose.entry?, dose.time)))
    }

    /// The signs while no dose and no care step is active.
    pub(super) fn nothing_given(&self) -> Signs {
        self.nothing_given
    }

    /// Doses, resets, changes of covariates and timed switches of a patient, by time; explicit records keep the order of
    /// the regimen. `held` are the values at the start; `constants` gives lags and their like under others.
    pub(super) fn actions<S: Scalar>(
        &self,
        parameters: &[S],
        held: &[S],
        mut constants: impl FnMut(&[S]) -> Vec<S>,
    ) -> Vec<Action<S>> {
        let mut actions: Vec<(Rank, usize, Action<S>)> = Vec::new();
        let mut add = |rank: Rank, order: usize, time: S, kind: ActionKind<S>| {
            actions.push((rank, order, Action { time, kind, record: rank >= RECORD }));
        };
        let at_start = constants(held);
        for (order, dose) in self.administrations.iter().enumerate() {
            let record = S::splat(dose.time);
            let Some(index) = dose.entry else {
                add(RECORD, order, record, ActionKind::Reset);
                continue;
            };
            let (then, of_then);
            let (held, of_record): (&[S], &[S]) = match self.courses.is_empty() {
                true => (held, &at_start),
                false => {
                    then = self.held_at(held, dose.time);
                    of_then = constants(&then);
                    (&then, &of_then)
                }
            };
            let covariate = |at: usize| held[self.compiled.held.covariates + at];
            if dose.band.is_some_and(|band| !band.holds(covariate(band.covariate).get(0))) {
                continue;
            }
            let (kind, lag, settled) = self.dose(dose, index, parameters, covariate, of_record);
            if let Some(settled) = settled {
                add(RECORD, order, record, ActionKind::Settle(settled));
            }
            let rank = if dose.additional || lag.get(0) > 0.0 { ON_ITS_WAY } else { RECORD };
            add(rank, order, record + lag, kind);
        }
        for course in &self.courses {
            for (time, rank, value) in course.changes() {
                let kind = ActionKind::Covariate { slot: self.compiled.held.covariates + course.covariate, value };
                let rank = if rank { AFTERWARDS } else { COVARIATE };
                add(rank, 0, S::splat(time), kind);
            }
        }
        for (at, switch) in self.compiled.switches.iter().enumerate() {
            if let SwitchKind::Time(constant) = switch.kind {
                add(ON_ITS_WAY, 0, at_start[constant], ActionKind::Switch(at));
            }
        }
        actions.sort_by(|(.., a), (.., b)| a.time.get(0).total_cmp(&b.time.get(0)));
        // A time and a lag may add up to another rounding of the time of a record.
        let one_time =
            |a: &(Rank, usize, Action<S>), b: &(_, _, Action<S>)| same_time(a.2.time.get(0), b.2.time.get(0));
        actions.chunk_by_mut(one_time).for_each(|chunk| chunk.sort_by_key(|(rank, ..)| *rank));
        self.cancel(&mut actions);
        actions.into_iter().map(|(.., action)| action).collect()
    }

    /// A dose, its lag, and what went before it if that was for ever.
    fn dose<S: Scalar>(
        &self,
        dose: &Administration,
        index: usize,
        parameters: &[S],
        covariate: impl Fn(usize) -> S,
        constants: &[S],
    ) -> (ActionKind<S>, S, Option<Settled<S>>) {
        let entry = &self.compiled.doses[index];
        let constant = |at: Option<usize>, otherwise: f64| at.map_or(S::splat(otherwise), |at| constants[at]);
        let capped = |whole: S, fraction: f64| {
            let whole = if whole.get(0) > dose.cap { S::splat(dose.cap) } else { whole };
            whole * S::splat(fraction)
        };
        let given = match dose.amount {
            Given::Marker => S::splat(0.0),
            Given::Fixed(amount) => S::splat(amount),
            Given::Parameter { slot, fraction } => capped(parameters[slot], fraction),
            Given::PerBody { amount, covariate: at, fraction } => capped(covariate(at) * S::splat(amount), fraction),
        };
        // The fraction scales the amount; of rate and duration, the one that was given stays.
        let amount = given * constant(entry.fraction, 1.0);
        let lag = Some(constant(entry.lag, 0.0)).filter(|lag| lag.get(0) >= 0.0).unwrap_or_default();
        let declared = entry.duration.map(|at| constants[at]).or(entry.rate.map(|at| amount / constants[at]));
        let duration = match dose.delivery {
            Delivery::Duration(duration) => S::splat(duration),
            Delivery::Rate(rate) => amount / S::splat(rate),
            Delivery::RatePerBody { rate, covariate: at } => amount / (covariate(at) * S::splat(rate)),
            Delivery::Declared => declared.unwrap_or_default(),
            Delivery::Bolus => S::default(),
        };
        let one = ActionKind::Dose { entry: index, amount, duration };
        let Some(steady) = dose.steady else { return (one, lag, None) };
        let settled = Settled { entry: index, amount, duration, lag, interval: steady.interval, adds: steady.adds };
        if steady.interval.is_some() {
            return (one, lag, Some(settled));
        }
        // The fraction does not scale an infusion without end; its record ends it, without a lag.
        let rate = match dose.delivery {
            Delivery::Rate(rate) => S::splat(rate),
            Delivery::RatePerBody { rate, covariate: at } => covariate(at) * S::splat(rate),
            _ => constant(entry.rate, 0.0),
        };
        let nothing = ActionKind::Dose { entry: index, amount: S::default(), duration: S::default() };
        (nothing, S::default(), Some(Settled { amount: rate, duration: S::default(), ..settled }))
    }

    /// Takes out doses on their way that a later record cancels.
    fn cancel<S: Scalar>(&self, actions: &mut Vec<(Rank, usize, Action<S>)>) {
        let clears = |kind: &ActionKind<S>| match kind {
            ActionKind::Reset => true,
            ActionKind::Settle(settled) => !settled.adds,
            _ => false,
        };
        if !actions.iter().any(|(.., action)| clears(&action.kind)) {
            return;
        }
        // The place of each written record.
        let mut written = vec![0; self.administrations.iter().map(|dose| dose.record + 1).max().unwrap_or(0)];
        for (order, dose) in self.administrations.iter().enumerate().filter(|(_, dose)| !dose.additional) {
            written[dose.record] = order;
        }
        let mut cleared = None;
        actions.retain(|(rank, order, action)| {
            if clears(&action.kind) {
                cleared = Some(*order);
            }
            let dose = matches!(action.kind, ActionKind::Dose { .. });
            // Its record stands before the one that clears; its own additional doses stand behind.
            let before = || cleared.is_some_and(|cleared| written[self.administrations[*order].record] < cleared);
            !(dose && *rank == ON_ITS_WAY && before())
        });
    }

    /// Held values with the covariates that a record at this time sees.
    pub(super) fn held_at<S: Scalar>(&self, held: &[S], time: f64) -> Vec<S> {
        let mut held = held.to_vec();
        for course in &self.courses {
            held[self.compiled.held.covariates + course.covariate] = S::splat(course.at(time));
        }
        held
    }

    /// The action of a dose that is ordered during the run, its time counted from the order; `total` stands for the amount
    /// of which it has its share. None for a patient outside of its band.
    pub(super) fn ordered<S: Scalar>(
        &self,
        dose: &Administration,
        parameters: &[S],
        held: &[S],
        constants: &[S],
        total: Option<S>,
    ) -> Option<Action<S>> {
        let index = dose.entry?;
        let covariate = |at: usize| held[self.compiled.held.covariates + at];
        if dose.band.is_some_and(|band| !band.holds(covariate(band.covariate).get(0))) {
            return None;
        }
        let (mut kind, lag, _) = self.dose(dose, index, parameters, covariate, constants);
        if let (ActionKind::Dose { amount, duration, .. }, Some(total)) = (&mut kind, total) {
            *amount = *amount * total;
            // At a rate, more takes longer.
            let entry = &self.compiled.doses[index];
            let by_rate = match dose.delivery {
                Delivery::Rate(_) | Delivery::RatePerBody { .. } => true,
                Delivery::Declared => entry.duration.is_none() && entry.rate.is_some(),
                Delivery::Duration(_) | Delivery::Bolus => false,
            };
            if by_rate {
                *duration = *duration * total;
            }
        }
        Some(Action { time: S::splat(dose.time) + lag, kind, record: false })
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

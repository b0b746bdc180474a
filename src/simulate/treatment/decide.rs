//! What the rules decide for one patient.

use super::planned::{Observed, PlannedAct, PlannedRule, Treatment};
use crate::numeric::Scalar;
use crate::regimen::same_time;
use crate::sign::Signs;
use crate::simulate::controller::Controller;
use crate::simulate::plan::{Action, ActionKind};

/// Most doses that rules may give to one patient.
const MOST_GIVEN: usize = 1000;

/// What a rule decided, and on what grounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// When, in the time unit of the model.
    pub time: f64,
    /// Place of the rule.
    pub rule: usize,
    /// What came of it.
    pub outcome: Outcome,
    /// The values it saw, canonical, in the order of [`PlannedRule::seen`].
    pub seen: Vec<f64>,
}

/// What came of a decision. Amounts are canonical.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// A dose was ordered; it starts at `start`, in the time unit of the model.
    Given {
        /// Index of the dose entry.
        entry: usize,
        /// How much arrives; 0 for a marker.
        amount: f64,
        /// When.
        start: f64,
    },
    /// A dose was refused.
    Refused(Guard),
    /// A dose that fell due was not given.
    Withheld {
        /// Index of the dose entry.
        entry: usize,
        /// How much would have arrived.
        amount: f64,
    },
}

/// Why a dose was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The drug was given as often as it may be.
    MaxDoses,
    /// The last administration of the drug is too near.
    MinGap,
    /// It is too late.
    Until,
    /// The amount is no number, or negative.
    Amount,
    /// The patient is in none of the bands of the doses.
    Band,
}

impl Guard {
    /// The key of the rule.
    pub fn name(self) -> &'static str {
        match self {
            Guard::MaxDoses => "max_doses",
            Guard::MinGap => "min_gap",
            Guard::Until => "until",
            Guard::Amount => "amount",
            Guard::Band => "if",
        }
    }
}

/// One patient's rules.
#[derive(Debug)]
pub(in crate::simulate) struct Treated<S> {
    states: Vec<RuleState<S>>,
    /// Highest grade of each grader so far.
    worst: Vec<f64>,
    /// When a dose of each entry last began; -infinity before.
    last: Vec<f64>,
    /// How many doses of each entry have begun.
    begun: Vec<f64>,
    /// Ordered doses that have not begun.
    ordered: Vec<Ordered>,
    given: usize,
    pub decisions: Vec<Decision>,
}

/// A dose that a rule has ordered.
#[derive(Debug, Clone, Copy)]
struct Ordered {
    entry: usize,
    /// When it is given.
    given: f64,
    /// When it arrives, a lag later.
    arrives: f64,
}

/// Where a rule stands.
#[derive(Debug, Clone, Copy)]
struct RuleState<S> {
    /// Since when its condition holds.
    since: Option<S>,
    /// Whether it has given since then.
    fired: bool,
    /// What was refused since then, told once.
    refused: Option<Guard>,
    /// When to look again though nothing changes.
    look: f64,
    /// Whether doses are withheld now.
    withholds: bool,
}

/// Doses of one drug that a rule wants to give.
struct Wanted {
    entry: usize,
    count: f64,
    /// When the first would be given.
    first: f64,
    /// Whether all amounts and durations are numbers that can be given.
    usable: bool,
}

impl<S: Scalar> Treated<S> {
    pub fn new(treatment: &Treatment, entries: usize, graders: usize) -> Self {
        let state = RuleState { since: None, fired: false, refused: None, look: f64::INFINITY, withholds: false };
        Self {
            states: vec![state; treatment.rules.len()],
            worst: vec![0.0; graders],
            last: vec![f64::NEG_INFINITY; entries],
            begun: vec![0.0; entries],
            ordered: Vec::new(),
            given: 0,
            decisions: Vec::new(),
        }
    }

    /// The next time at which a rule must be looked at.
    pub fn wake(&self, treatment: &Treatment, now: f64) -> Option<f64> {
        let looks = self.states.iter().map(|state| state.look).filter(|look| *look > now && look.is_finite());
        let rounds = treatment.rules.iter().filter_map(|rule| treatment.next_round(rule, now));
        looks.chain(rounds).min_by(f64::total_cmp)
    }

    /// A dose of an entry arrives. Of those that rules ordered the time counts at which they were given.
    pub fn note_dose(&mut self, entry: usize, time: f64) {
        let given = self.take_ordered(entry, time).unwrap_or(time);
        self.last[entry] = self.last[entry].max(given);
        self.begun[entry] += 1.0;
    }

    /// Takes an ordered dose that arrives now off the list; when it was given.
    fn take_ordered(&mut self, entry: usize, time: f64) -> Option<f64> {
        let here = |dose: &Ordered| dose.entry == entry && reached(time, dose.arrives);
        let at = self.ordered.iter().position(here)?;
        Some(self.ordered.remove(at).given)
    }

    fn count(&self, entry: usize) -> f64 {
        self.begun[entry] + self.ordered.iter().filter(|dose| dose.entry == entry).count() as f64
    }

    /// When a dose of an entry was last given, or will be.
    fn latest(&self, entry: usize) -> f64 {
        let ordered = self.ordered.iter().filter(|dose| dose.entry == entry).map(|dose| dose.given);
        ordered.fold(self.last[entry], f64::max)
    }

    /// Whether a rule wants to give now: its condition has held long enough, or its course goes on.
    fn wants(
        &mut self,
        at: usize,
        rule: &PlannedRule,
        origin: f64,
        now: S,
        (holds, again): (bool, Option<bool>),
    ) -> bool {
        let time = now.get(0);
        let state = &mut self.states[at];
        state.look = f64::INFINITY;
        let goes_on = state.fired && again == Some(true);
        if !holds {
            state.since = None;
            if !goes_on {
                (state.fired, state.refused) = (false, None);
            }
            return goes_on;
        }
        let since = *state.since.get_or_insert(now);
        if state.fired {
            return goes_on;
        }
        let ready = (since.get(0) + rule.hold).max(origin + rule.after);
        if !reached(time, ready) {
            state.look = ready;
        }
        reached(time, ready)
    }

    /// When the gaps of a rule let it give these doses, which it wants at `time`.
    fn gap_over(&self, rule: &PlannedRule, time: f64, drugs: &[Wanted]) -> f64 {
        let over = drugs.iter().map(|drug| time + self.latest(drug.entry) + rule.min_gap - drug.first);
        over.fold(f64::NEG_INFINITY, f64::max)
    }

    /// What speaks against doses that are wanted now: of each drug its number and the time of its first.
    fn guard(&mut self, at: usize, rule: &PlannedRule, origin: f64, time: f64, drugs: &[Wanted]) -> Option<Guard> {
        let gap_over = self.gap_over(rule, time, drugs);
        let early = !reached(time, gap_over);
        let too_many = drugs.iter().any(|drug| self.count(drug.entry) + drug.count > rule.max_doses);
        let state = &mut self.states[at];
        if early {
            state.look = gap_over;
        }
        if drugs.is_empty() {
            Some(Guard::Band)
        } else if drugs.iter().any(|drug| !drug.usable) {
            Some(Guard::Amount)
        } else if !reached(origin + rule.until, time) {
            Some(Guard::Until)
        } else if too_many && !(early && state.fired) {
            // Within a course the last dose is refused when it would be due.
            Some(Guard::MaxDoses)
        } else {
            early.then_some(Guard::MinGap)
        }
    }

    /// Whether a rule that withholds does so now.
    fn withhold(&mut self, at: usize, rule: &PlannedRule, origin: f64, now: S, holds: bool) {
        let time = now.get(0);
        let state = &mut self.states[at];
        state.look = f64::INFINITY;
        if !holds {
            (state.since, state.withholds) = (None, false);
            return;
        }
        let since = *state.since.get_or_insert(now);
        let ready = (since.get(0) + rule.hold).max(origin + rule.after);
        state.withholds = reached(time, ready) && (time <= origin + rule.until);
        if !reached(time, ready) {
            state.look = ready;
        }
    }
}

/// Whether `now` is at or after `time`, but for rounding.
fn reached(now: f64, time: f64) -> bool {
    now >= time || same_time(now, time)
}

impl<S: Scalar> Controller<'_, S> {
    /// Takes over what the graders saw for the rules; whether the solver must start anew because a condition reads it.
    pub(in crate::simulate) fn observe_for_rules(&mut self, signs: &Signs) -> bool {
        let (Some(treatment), Some(mut treated)) = (&self.plan.treatment, self.treated.take()) else { return false };
        if let Some(panel) = &self.panel {
            for (worst, monitor) in treated.worst.iter_mut().zip(panel.monitors()) {
                *worst = worst.max(f64::from(monitor.finding().lowest));
            }
        }
        let mut restart = false;
        for (at, observed) in treatment.observed.iter().enumerate() {
            let grade = |scale: usize| {
                let monitor = self.panel.as_ref().and_then(|panel| panel.monitors().get(scale));
                monitor.map_or(0.0, |monitor| f64::from(monitor.finding().lowest))
            };
            let value = match *observed {
                Observed::Sign(sign) => self.plan.canonical_sign(sign, signs.raw(sign)),
                Observed::Grade(scale) => grade(scale),
                Observed::Worst(scale) => treated.worst[scale],
            };
            let slot = self.plan.compiled.held.observed + at;
            if self.held()[slot].get(0).to_bits() != value.to_bits() {
                self.hold(slot, S::splat(value));
                restart |= self.plan.compiled.asked.moves[at];
            }
        }
        self.treated = Some(treated);
        restart
    }

    /// Finds out which doses are withheld now, before any of them acts.
    pub(in crate::simulate) fn look_at_withholding(&mut self, time: f64, y: &[S]) {
        let Some(treatment) = &self.plan.treatment else { return };
        if !treatment.rules.iter().any(|rule| matches!(rule.act, PlannedAct::Withhold { .. })) {
            return;
        }
        self.evaluate(S::splat(time), y);
        let Some(mut treated) = self.treated.take() else { return };
        for (at, rule) in treatment.rules.iter().enumerate() {
            if matches!(rule.act, PlannedAct::Withhold { .. }) && treatment.looks(rule, time) {
                treated.withhold(at, rule, treatment.origin, self.now, self.asked_holds(rule.when));
            }
        }
        self.treated = Some(treated);
    }

    /// Whether a dose that falls due is withheld; then that is noted.
    pub(in crate::simulate) fn is_withheld(&mut self, time: f64, entry: usize, amount: f64) -> bool {
        let (Some(treatment), Some(treated)) = (&self.plan.treatment, &mut self.treated) else { return false };
        let withholds = |(at, rule): (usize, &PlannedRule)| {
            let of_entry = matches!(rule.act, PlannedAct::Withhold { entry: withheld } if withheld == entry);
            (of_entry && treated.states[at].withholds).then_some(at)
        };
        let Some(rule) = treatment.rules.iter().enumerate().find_map(withholds) else { return false };
        let seen = seen(&treatment.rules[rule], &self.plan.compiled.asked.values, &self.outputs);
        treated.decisions.push(Decision { time, rule, outcome: Outcome::Withheld { entry, amount }, seen });
        treated.take_ordered(entry, time);
        true
    }

    /// Doses that rules have ordered and that have not arrived are not given.
    pub(in crate::simulate) fn cancel_ordered(&mut self) {
        let Some(treated) = &mut self.treated else { return };
        let ordered = std::mem::take(&mut treated.ordered);
        let of_rule = |action: &Action<S>| match action.kind {
            ActionKind::Dose { entry, .. } => {
                ordered.iter().any(|dose| dose.entry == entry && dose.arrives == action.time.get(0))
            }
            _ => false,
        };
        self.keep_pending(|action| !of_rule(action));
    }

    fn asked_holds(&self, condition: usize) -> bool {
        let (output, _) = self.plan.compiled.asked.conditions[condition];
        self.outputs[output].get(0) > 0.5
    }

    /// Lets the rules decide; whether they ordered doses, and whether one is due now.
    ///
    /// # Errors
    /// The place of a rule that gives without end.
    pub(in crate::simulate) fn treat(&mut self, time: f64, y: &[S]) -> Result<(bool, bool), usize> {
        let plan = self.plan;
        let Some(treatment) = &plan.treatment else { return Ok((false, false)) };
        let Some(mut treated) = self.treated.take() else { return Ok((false, false)) };
        self.evaluate(S::splat(time), y);
        let (mut ordered, mut due) = (false, false);
        let mut endless = None;
        for (at, rule) in treatment.rules.iter().enumerate().filter(|(_, rule)| treatment.looks(rule, time)) {
            let holds = self.asked_holds(rule.when);
            let PlannedAct::Give { doses, amount } = &rule.act else {
                treated.withhold(at, rule, treatment.origin, self.now, holds);
                continue;
            };
            let again = rule.again.map(|again| self.asked_holds(again));
            if !treated.wants(at, rule, treatment.origin, self.now, (holds, again)) {
                continue;
            }
            let total = amount.map(|value| self.outputs[plan.compiled.asked.values[value]]);
            let seen = seen(rule, &plan.compiled.asked.values, &self.outputs);
            let constants = self.constants();
            // What would be given: with the time at which, before any lag.
            let mut wanted: Vec<(f64, Action<S>)> = Vec::new();
            let mut drugs: Vec<Wanted> = Vec::new();
            for dose in doses {
                let ordered_dose = plan.ordered(dose, self.parameters(), self.held(), &constants, total);
                let Some(mut action) = ordered_dose else { continue };
                let ActionKind::Dose { entry, amount, duration } = action.kind else { continue };
                action.time = action.time + self.now + S::splat(rule.delay);
                let given = time + rule.delay + dose.time;
                let usable = [amount, duration].iter().all(|value| value.get(0) >= 0.0 && value.get(0).is_finite());
                wanted.push((given, action));
                match drugs.iter_mut().find(|drug| drug.entry == entry) {
                    Some(drug) => {
                        (drug.count, drug.usable) = (drug.count + 1.0, drug.usable && usable);
                        drug.first = drug.first.min(given);
                    }
                    None => drugs.push(Wanted { entry, count: 1.0, first: given, usable }),
                }
            }
            if let Some(guard) = treated.guard(at, rule, treatment.origin, time, &drugs) {
                let state = &mut treated.states[at];
                // Waiting for the next dose of a course is no refusal; what was told once is not told again.
                let waits = guard == Guard::MinGap && state.fired;
                if !waits && state.refused.replace(guard) != Some(guard) {
                    let outcome = Outcome::Refused(guard);
                    treated.decisions.push(Decision { time, rule: at, outcome, seen });
                }
                continue;
            }
            treated.states[at].fired = true;
            treated.states[at].refused = None;
            for (given, action) in wanted {
                let ActionKind::Dose { entry, amount, .. } = action.kind else { continue };
                let arrives = action.time.get(0);
                let outcome = Outcome::Given { entry, amount: amount.get(0), start: arrives };
                treated.decisions.push(Decision { time, rule: at, outcome, seen: seen.clone() });
                treated.ordered.push(Ordered { entry, given, arrives });
                ordered = true;
                due |= reached(time, arrives);
                treated.given += 1;
                self.insert(action);
            }
            if rule.again.is_some() {
                treated.states[at].look = treated.gap_over(rule, time, &drugs);
            }
            if treated.given > MOST_GIVEN {
                endless = Some(at);
                break;
            }
        }
        self.treated = Some(treated);
        endless.map_or(Ok((ordered, due)), Err)
    }
}

/// The values that a rule's decision tells.
fn seen<S: Scalar>(rule: &PlannedRule, values: &[usize], outputs: &[S]) -> Vec<f64> {
    rule.seen.iter().map(|seen| outputs[values[seen.value]].get(0)).collect()
}

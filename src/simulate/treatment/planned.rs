//! Rules in canonical numbers.

use crate::regimen::Administration;
use crate::sign::Sign;
use crate::unit::Unit;

/// The rules of a scenario, checked; shared by all patients.
#[derive(Debug, Clone, Default)]
pub struct Treatment {
    /// The rules, in the order in which they decide.
    pub rules: Vec<PlannedRule>,
    /// What the rules read beside the model, each a held value.
    pub(in crate::simulate) observed: Vec<Observed>,
    /// How many graders there are for the user; the others serve the rules.
    pub(in crate::simulate) reported: usize,
    /// Time of the first CAR-T infusion, from which `after`, `until` and rounds count.
    pub(in crate::simulate) origin: f64,
}

/// Something that rules read beside the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Observed {
    /// A sign as the graders saw it.
    Sign(Sign),
    /// The grade on a scale, a lower bound if it is not exact.
    Grade(usize),
    /// The highest grade so far.
    Worst(usize),
}

/// A rule. Times in the unit of the model.
#[derive(Debug, Clone)]
pub struct PlannedRule {
    /// Its name.
    pub name: String,
    /// What its decisions tell.
    pub seen: Vec<Seen>,
    /// Which of the asked conditions must hold.
    pub(in crate::simulate) when: usize,
    pub(in crate::simulate) hold: f64,
    /// Which of the asked conditions repeats the dose.
    pub(in crate::simulate) again: Option<usize>,
    pub(in crate::simulate) max_doses: f64,
    pub(in crate::simulate) min_gap: f64,
    pub(in crate::simulate) delay: f64,
    pub(in crate::simulate) after: f64,
    pub(in crate::simulate) until: f64,
    pub(in crate::simulate) every: Option<f64>,
    pub(in crate::simulate) act: PlannedAct,
}

/// What a rule does.
#[derive(Debug, Clone)]
pub(in crate::simulate) enum PlannedAct {
    Give {
        /// Times count from the decision.
        doses: Vec<Administration>,
        /// Which of the asked values is the amount, of which the doses then have the shares.
        amount: Option<usize>,
    },
    Withhold {
        entry: usize,
    },
}

/// A value that a decision tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Its name in the rule.
    pub name: String,
    /// Its unit; none for a condition.
    pub unit: Option<Unit>,
    /// Of a sign with levels their names, mildest first.
    pub words: Option<&'static [&'static str]>,
    /// Which of the asked values it is.
    pub(in crate::simulate) value: usize,
}

impl Treatment {
    /// Whether a rule looks at this time: always, or at its rounds.
    pub(in crate::simulate) fn looks(&self, rule: &PlannedRule, time: f64) -> bool {
        let Some(every) = rule.every else { return true };
        let round = ((time - self.origin) / every).round();
        round >= 0.0 && (time - (self.origin + round * every)).abs() <= 1e-9 * every.max(time.abs())
    }

    /// The next round of a rule after `now`.
    pub(in crate::simulate) fn next_round(&self, rule: &PlannedRule, now: f64) -> Option<f64> {
        let every = rule.every?;
        let mut round = ((now - self.origin) / every).floor().max(-1.0) + 1.0;
        while self.origin + round * every <= now + 1e-9 * every.max(now.abs()) {
            round += 1.0;
        }
        Some(self.origin + round * every)
    }
}

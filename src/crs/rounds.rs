//! Rounds on a ward: what is known of a patient whose vital signs are read now and then.

use super::monitor::SAME_TIME;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::scale as codes;
use crate::sign::{Sign, Signs};

/// Shortest time between two rounds, days: one minute.
const SHORTEST: f64 = 1.0 / 1440.0;

/// Between a patient's true signs and what is known of them.
///
/// Signs that are measured ([`Sign::is_measured`]: temperature, pressure) are read at whole multiples of an interval
/// after the first infusion, and before it by the same clock; a reading counts until the next. The others are known
/// whenever they change: drips and devices have a start and a stop.
///
/// Standard care reads every 4 to 8 hours and finds fever hours after a continuous sensor
/// (Flora et al. 2021, doi:10.1016/j.ccell.2021.07.019).
#[derive(Debug, Clone, PartialEq)]
pub struct Rounds {
    /// Days.
    origin: f64,
    /// Days.
    every: f64,
    /// Which multiple comes next; none before the first look at the patient.
    next: Option<f64>,
    read: Option<Signs>,
}

impl Rounds {
    /// Rounds `every` so many days, counted from the first infusion at `origin` (days).
    ///
    /// # Errors
    /// An interval below one minute, or no number; the diagnostic has no place.
    pub fn new(origin: f64, every: f64) -> Result<Self, Diagnostic> {
        if origin.is_finite() && every.is_finite() && every >= SHORTEST - SAME_TIME {
            return Ok(Self { origin, every, next: None, read: None });
        }
        let mut wrong = Diagnostic::error(&codes::ROUNDS, format!("rounds every {every} d are not possible"));
        wrong.help("give a time of at least one minute: \"6 h\"");
        Err(wrong)
    }

    /// When the next round is, days; none before the first look at the patient.
    pub fn next(&self) -> Option<f64> {
        self.next.map(|multiple| self.at(multiple))
    }

    /// What is known at `time` (days) of a patient whose true signs are these; none before the first round.
    ///
    /// Call it in order of time: at each round, and whenever a sign changes that is not measured. A round that was
    /// missed is made up for by reading now.
    pub fn look(&mut self, time: f64, signs: &Signs) -> Option<Signs> {
        let elapsed = (time - self.origin) / self.every;
        let tolerance = SAME_TIME / self.every;
        // The last round up to now, and the first from now on.
        let (last, coming) = ((elapsed + tolerance).floor(), (elapsed - tolerance).ceil());
        let next = *self.next.get_or_insert(coming);
        if last >= next {
            self.read = Some(*signs);
            self.next = Some(last + 1.0);
        }
        let mut known = *signs;
        let read = self.read.as_ref()?;
        for sign in Sign::ALL.into_iter().filter(|sign| sign.is_measured()) {
            known.set(sign, read.raw(sign));
        }
        Some(known)
    }

    fn at(&self, multiple: f64) -> f64 {
        self.origin + multiple * self.every
    }
}

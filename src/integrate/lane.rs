use super::border::Counters;
use super::options::Method;
use super::stiffness;

/// Equal parts of a step whose ends are sampled for conditions.
pub(super) const CELLS: usize = 4;

const SAFETY: f64 = 0.9;
/// Consecutive attempts with a lost pivot after which a lane is solved with row exchanges.
const TROUBLE: u32 = 3;

/// What a lane does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing: never begun, or failed.
    Idle,
    /// Rates, conditions and a first step size are wanted.
    Starting,
    /// The next step is to be attempted.
    Stepping,
    /// The last accepted step, perhaps of length 0, is to be looked through for borders.
    Scanning,
    /// A border was reported.
    Paused,
}

/// The method a lane steps with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stepper {
    Rodas5p,
    DormandPrince,
    OdeSolvers,
    ClosedForm,
}

/// What becomes of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Accepted,
    Rejected,
}

/// All that one lane's course depends on besides its states.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    pub phase: Phase,
    /// As asked for.
    pub method: Method,
    /// As decided.
    pub stepper: Stepper,
    /// Time of the states: the end of the last accepted step.
    pub t: f64,
    /// Start of the last accepted step.
    pub from: f64,
    /// Up to where the last accepted step was delivered.
    pub position: f64,
    pub until: f64,
    pub wake: f64,
    /// Step size to try next, before it is fitted to the end.
    pub h: f64,
    /// The attempt at hand: its length and end.
    pub trying: (f64, f64),
    pub attempts: u64,
    pub counters: Counters,
    history: History,
    /// J belongs to the present time and state.
    pub linearised: bool,
    pub by_dense: bool,
    trouble: u32,
    /// The last attempt gave something not finite.
    pub not_finite: bool,
    /// Accepted explicit steps since the Jacobian was looked at.
    unchecked: u32,
    /// Looks or steps in a row that speak for the other method.
    hits: u32,
    /// Mild steps in a row that make the lane go back to the explicit method.
    mild_wanted: u32,
    pub conditions: Conditions,
}

/// Powers of errors that the step size is decided by, taken in all lanes at once.
///
/// For the stiff method error^0.2 and (error^2 / error before)^0.2, for the explicit one error^0.17 and
/// (error before)^0.04.
#[derive(Debug, Clone, Copy)]
pub(super) struct Growth {
    pub now: f64,
    pub before: f64,
}

/// What the step size controller remembers.
#[derive(Debug, Clone, Copy)]
struct History {
    error: f64,
    /// 0 before the first accepted step.
    length: f64,
    rejected: bool,
}

impl History {
    const NONE: Self = Self { error: 1e-4, length: 0.0, rejected: false };
}

/// Watched conditions of a lane and how far they were looked for.
#[derive(Debug, Clone)]
pub(super) struct Conditions {
    pub watched: Vec<bool>,
    pub any: bool,
    /// Truth is not known yet.
    pub fresh: Vec<bool>,
    pub holds: Vec<bool>,
    /// Time from which each is still to be looked for in the present cell.
    pub searched: Vec<f64>,
    /// Where each next changes in the present cell; infinite if it does not, NaN if not looked for yet.
    pub next: Vec<f64>,
    /// Present cell of the step, `CELLS` when the step is done.
    pub cell: usize,
    pub sampled: bool,
    /// g and dg of each condition at each end of the cells.
    pub samples: Vec<(f64, f64)>,
}

impl Conditions {
    fn new(count: usize) -> Self {
        Self {
            watched: vec![false; count],
            any: false,
            fresh: vec![true; count],
            holds: vec![false; count],
            searched: vec![0.0; count],
            next: vec![f64::NAN; count],
            cell: CELLS,
            sampled: false,
            samples: vec![(0.0, 0.0); count * (CELLS + 1)],
        }
    }

    pub fn sample(&self, end: usize, condition: usize) -> (f64, f64) {
        self.samples[end * self.watched.len() + condition]
    }

    pub fn enter(&mut self, cell: usize, time: f64) {
        self.cell = cell;
        self.searched.fill(time);
        self.next.fill(f64::NAN);
    }
}

impl Lane {
    pub fn new(method: Method, conditions: usize) -> Self {
        Self {
            phase: Phase::Idle,
            method,
            stepper: Stepper::DormandPrince,
            t: 0.0,
            from: 0.0,
            position: 0.0,
            until: 0.0,
            wake: f64::INFINITY,
            h: 0.0,
            trying: (1.0, 0.0),
            attempts: 0,
            counters: Counters::default(),
            history: History::NONE,
            linearised: false,
            by_dense: false,
            trouble: 0,
            not_finite: false,
            unchecked: 0,
            hits: 0,
            mild_wanted: stiffness::MILD_HITS,
            conditions: Conditions::new(conditions),
        }
    }

    pub fn begin(&mut self, t: f64, until: f64) {
        self.phase = Phase::Starting;
        (self.t, self.from, self.position, self.until) = (t, t, t, until);
        self.h = 0.0;
        self.attempts = 0;
        self.history = History::NONE;
        self.linearised = false;
        self.by_dense = false;
        self.trouble = 0;
        self.not_finite = false;
        self.unchecked = 0;
        self.hits = 0;
        self.mild_wanted = stiffness::MILD_HITS;
        self.conditions.fresh.fill(true);
        self.conditions.sampled = false;
        self.conditions.enter(CELLS, t);
    }

    /// The scaled error of the last accepted step.
    pub fn error_before(&self) -> f64 {
        self.history.error
    }

    /// Fits the next attempt to the end: never a sliver, the last step ends on `until` bit for bit.
    ///
    /// Returns whether the clock resolves the step.
    pub fn fit(&mut self, largest: f64) -> bool {
        let left = self.until - self.t;
        let h = self.h.min(largest);
        if 1.01 * h >= left {
            self.trying = (left, self.until);
            return true;
        }
        let h = if h > 0.5 * left { 0.5 * left } else { h };
        let end = self.t + h;
        self.trying = (end - self.t, end);
        self.t + 0.1 * h > self.t && h >= 1e-30 * left
    }

    /// Takes the largest scaled error of an attempt that gave numbers, and sets the next step size.
    ///
    /// # Reference
    /// Hairer and Wanner, Solving Ordinary Differential Equations II (1996), section IV.8: proportional-integral
    /// control for the explicit method, Gustafsson's predictive control for the stiff one.
    pub fn judge(&mut self, error: f64, growth: Growth) -> Verdict {
        let h = self.trying.0;
        let accepted = error <= 1.0;
        let factor = match self.stepper {
            Stepper::Rodas5p => {
                let factor = growth.now / SAFETY;
                let history = self.history;
                if accepted && history.length > 0.0 {
                    let predicted = history.length / h * growth.before / SAFETY;
                    factor.max(predicted)
                } else {
                    factor
                }
                .clamp(1.0 / 6.0, 5.0)
            }
            _ => {
                let factor = if accepted { growth.now / growth.before } else { growth.now };
                (factor / SAFETY).clamp(0.1, 5.0)
            }
        };
        let mut next = h / factor;
        if !accepted {
            self.reject(next.min(0.95 * h));
            return Verdict::Rejected;
        }
        if self.history.rejected {
            next = next.min(h);
        } else if h < self.h {
            // Shortened only to fit the end.
            next = next.max(self.h);
        }
        let floor = if self.stepper == Stepper::Rodas5p { 1e-2 } else { 1e-4 };
        self.history = History { error: error.max(floor), length: h, rejected: false };
        self.h = next;
        self.by_dense = false;
        self.trouble = 0;
        self.not_finite = false;
        Verdict::Accepted
    }

    /// An attempt gave something not finite.
    pub fn judge_not_finite(&mut self) -> Verdict {
        self.not_finite = true;
        self.reject(0.25 * self.trying.0);
        Verdict::Rejected
    }

    /// An attempt's decomposition lost a pivot.
    pub fn judge_lost_pivot(&mut self) -> Verdict {
        self.trouble += 1;
        self.by_dense = self.trouble >= TROUBLE;
        self.reject(0.5 * self.trying.0);
        Verdict::Rejected
    }

    fn reject(&mut self, next: f64) {
        self.h = next;
        self.history.rejected = true;
        self.counters.rejected += 1;
    }

    /// The step at hand becomes the last accepted one.
    pub fn accept(&mut self) {
        self.from = self.t;
        self.position = self.t;
        self.t = self.trying.1;
        self.linearised = false;
        self.counters.steps += 1;
        self.phase = Phase::Scanning;
        self.conditions.sampled = false;
        let from = self.from;
        self.conditions.enter(0, from);
    }

    /// Counts an accepted explicit step; true when the Jacobian is to be looked at.
    pub fn explicit_step(&mut self) -> bool {
        self.unchecked += 1;
        let due = self.unchecked >= stiffness::CHECK_EVERY;
        if due {
            self.unchecked = 0;
        }
        due
    }

    /// Takes the spectral radius over an accepted explicit step; true when the lane is to go on with the stiff method.
    pub fn stiff_check(&mut self, radius: f64) -> bool {
        self.hits = if self.trying.0 * radius > stiffness::HELD { self.hits + 1 } else { 0 };
        self.hits >= stiffness::STIFF_HITS && radius * (self.until - self.trying.1) > stiffness::THRESHOLD
    }

    /// Takes the spectral radius over an accepted stiff step; true when the lane is to go back to the explicit method.
    ///
    /// Each time it does, it takes twice as many mild steps.
    pub fn mild_step(&mut self, radius: f64) -> bool {
        self.hits = if self.trying.0 * radius < stiffness::MILD { self.hits + 1 } else { 0 };
        self.hits >= self.mild_wanted
    }

    /// Goes on with the other method.
    pub fn hand_over(&mut self, stepper: Stepper) {
        if stepper == Stepper::DormandPrince {
            self.mild_wanted = self.mild_wanted.saturating_mul(2);
            // Of two methods of order 5 the stiff one takes the longer steps.
            self.h *= 0.5;
        }
        self.stepper = stepper;
        self.history = History::NONE;
        self.hits = 0;
        self.unchecked = 0;
        self.counters.switches += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(t: f64, until: f64, h: f64) -> Lane {
        let mut lane = Lane::new(Method::Rodas5p, 0);
        lane.begin(t, until);
        lane.stepper = Stepper::Rodas5p;
        lane.h = h;
        lane
    }

    #[test]
    fn the_end_is_met_without_slivers() {
        let until = 0.1 + 0.2;
        for (h, expected) in [(1.0, 0.3), (0.298, 0.3), (0.29, 0.15), (0.16, 0.15), (0.14, 0.14)] {
            let mut lane = lane(0.0, until, h);
            assert!(lane.fit(f64::INFINITY));
            assert!((lane.trying.0 - expected).abs() < 1e-15, "{h}: {:?}", lane.trying);
        }
        let mut lane = lane(0.1, until, 0.2);
        lane.fit(f64::INFINITY);
        assert_eq!(lane.trying.1.to_bits(), until.to_bits());
    }

    #[test]
    fn a_step_below_the_clock_is_noticed_except_the_last() {
        assert!(!lane(1.0, 2.0, 1e-16).fit(f64::INFINITY));
        assert!(lane(1.0, 1.0 + f64::EPSILON, 1.0).fit(f64::INFINITY));
    }

    #[test]
    fn a_step_cut_by_the_end_does_not_shorten_the_next() {
        let mut lane = lane(0.0, 0.01, 3.0);
        lane.fit(f64::INFINITY);
        let growth = Growth { now: 1e-3f64.powf(0.2), before: 1e-2f64.powf(0.2) };
        assert_eq!(lane.judge(1e-3, growth), Verdict::Accepted);
        assert_eq!(lane.h, 3.0);
    }

    #[test]
    fn three_lost_pivots_call_for_row_exchanges() {
        let mut lane = lane(0.0, 10.0, 1.0);
        for expected in [false, false, true] {
            lane.fit(f64::INFINITY);
            lane.judge_lost_pivot();
            assert_eq!(lane.by_dense, expected);
        }
        assert_eq!((lane.h, lane.counters.rejected), (0.125, 3));
    }
}

use std::fmt;
use std::ops::AddAssign;

/// A lane that paused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Border {
    /// The lane.
    pub lane: usize,
    /// When.
    pub time: f64,
    /// Why.
    pub cause: Cause,
}

/// Why a lane paused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cause {
    /// The end given to `begin` or `extend`, exactly.
    Until,
    /// The time given to `wake`.
    Wake,
    /// A watched condition g > 0 became true (`rising`) or false. At the border's time it already is.
    Condition {
        /// Its number.
        index: usize,
        /// Whether it became true.
        rising: bool,
    },
    /// The lane cannot go on.
    Failure(Failure),
}

/// Why a lane cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The step size fell below the clock's resolution.
    StepSize,
    /// More steps than allowed.
    StepLimit,
    /// A state or a rate is no finite number.
    NotFinite,
    /// Asked to stop from outside.
    Stopped,
    /// The explicit method of `ode_solvers` met a stiff problem.
    Stiff,
    /// The method gives no derivatives.
    NoDerivatives,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::StepSize => "step size fell below the clock's resolution",
            Reason::StepLimit => "more steps than allowed",
            Reason::NotFinite => "a state or rate is not finite",
            Reason::Stopped => "stopped from outside",
            Reason::Stiff => "the problem is stiff and `ode_solvers` explicit",
            Reason::NoDerivatives => "`ode_solvers` gives no derivatives",
        })
    }
}

/// A run that could not go on. The part before `time` was delivered and holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Failure {
    /// What happened.
    pub reason: Reason,
    /// The last time reached.
    pub time: f64,
    /// The state with the largest error in the last attempt, or the first that is not finite.
    pub state: Option<usize>,
    /// Work up to here.
    pub counters: Counters,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at time {}", self.reason, self.time)?;
        match self.state {
            Some(state) => write!(f, " (state {state})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

/// Work done for a lane; the same whoever shares the batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Accepted steps.
    pub steps: u64,
    /// Rejected attempts.
    pub rejected: u64,
    /// Evaluations of the rates alone.
    pub rates: u64,
    /// Evaluations of the Jacobian, which give rates as well.
    pub jacobians: u64,
    /// Matrix decompositions.
    pub decompositions: u64,
    /// Linear systems solved.
    pub solves: u64,
    /// Evaluations of the conditions.
    pub conditions: u64,
    /// Borders reported.
    pub borders: u64,
    /// Hand-overs between the explicit and the stiff method within a stretch.
    pub switches: u64,
}

impl AddAssign for Counters {
    fn add_assign(&mut self, other: Self) {
        self.steps += other.steps;
        self.rejected += other.rejected;
        self.rates += other.rates;
        self.jacobians += other.jacobians;
        self.decompositions += other.decompositions;
        self.solves += other.solves;
        self.conditions += other.conditions;
        self.borders += other.borders;
        self.switches += other.switches;
    }
}

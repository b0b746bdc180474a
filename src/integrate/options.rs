use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::numeric::InstructionSet;

/// How a lane is integrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Method {
    /// The closed form where the equations have one, Rodas5P where the problem is stiff, Dormand-Prince elsewhere;
    /// decided for each lane from that lane alone, at every start and again during the run.
    #[default]
    Auto,
    /// Rosenbrock method of order 5(4), L-stable: stiff problems.
    Rodas5p,
    /// Explicit Runge-Kutta method of order 5(4): problems without fast decays.
    DormandPrince,
    /// The same method as coded in the crate `ode_solvers`: a cross-check. No derivatives.
    OdeSolversDopri5,
    /// Sums of exponentials, exact to rounding: what `Auto` takes for linear equations. Not to be asked for.
    ClosedForm,
}

impl Method {
    /// All methods that can be asked for, in the order of their names' listing.
    pub const ALL: [Method; 4] = [Method::Auto, Method::Rodas5p, Method::DormandPrince, Method::OdeSolversDopri5];

    /// The name a user types.
    pub fn name(self) -> &'static str {
        match self {
            Method::Auto => "auto",
            Method::Rodas5p => "rodas",
            Method::DormandPrince => "dopri5",
            Method::OdeSolversDopri5 => "ode_solvers-dopri5",
            Method::ClosedForm => "closed-form",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no method's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownMethod(pub String);

impl fmt::Display for UnknownMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown solver: `{}`", self.0)
    }
}

impl std::error::Error for UnknownMethod {}

impl FromStr for Method {
    type Err = UnknownMethod;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|method| method.name() == name).ok_or_else(|| UnknownMethod(name.to_owned()))
    }
}

/// Asks every batch that holds a clone to stop; looked at between steps.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Asks to stop.
    pub fn trip(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether someone asked.
    pub fn is_tripped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// How a batch integrates.
#[derive(Debug, Clone)]
pub struct Options {
    /// Relative tolerance. A step is accepted if for each state its error is below `rtol * |y| + atol`.
    pub rtol: f64,
    /// Absolute tolerance of each state, in its canonical unit; positive.
    pub atol: Vec<f64>,
    /// Method of lanes that were not given their own.
    pub method: Method,
    /// Attempted steps allowed between one begin and the next.
    pub max_steps: u64,
    /// No step is longer than this.
    pub largest_step: f64,
    /// All steps of this length and none rejected; for tests of the methods' orders.
    pub fixed_step: Option<f64>,
    /// Ends the run from outside.
    pub stop: Stop,
    /// Vector instructions of the stepper's loops; results do not depend on them.
    pub instructions: InstructionSet,
}

impl Options {
    /// Automatic method, 100 000 steps a segment, no other limits.
    pub fn new(rtol: f64, atol: Vec<f64>) -> Self {
        Self {
            rtol,
            atol,
            method: Method::Auto,
            max_steps: 100_000,
            largest_step: f64::INFINITY,
            fixed_step: None,
            stop: Stop::default(),
            instructions: InstructionSet::best(),
        }
    }
}

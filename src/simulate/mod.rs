//! From a scenario to a run: doses, switches, signs and grades around the integrator.
//!
//! In: a [`Scenario`] (model, values, regimen, times, scale). Out: a [`Run`] with trajectory, exposure, end points,
//! events and graded course, or a [`Failed`] that carries the part reached.
//!
//! The integrator never sees a dose: it stops at a border, the [`Controller`] of the lane answers. [`sensitivities`] runs
//! the same code with numbers that carry derivatives; what happens at a time that varies is in `moving`.
//!
//! ```
//! use cascade::model::Model;
//! use cascade::simulate::Scenario;
//! let model = Model::embedded("hardiansyah-2019").unwrap();
//! let run = Scenario::new(&model).unwrap().simulate().unwrap();
//! assert_eq!(run.trajectory.time.len(), 201);
//! ```

mod affine;
mod controller;
mod covariates;
mod crew;
mod drive;
mod file;
mod follower;
mod grid;
mod moving;
#[cfg(test)]
mod phases_tests;
mod plan;
mod predict;
mod prepare;
mod recorder;
mod run;
mod scenario;
mod sensitivities;
mod steady;
mod switches;
mod tolerance;
mod treatment;

pub use controller::{Controller, Event, EventKind, Happened, Order};
pub use covariates::Course;
pub use crew::{Crew, Departure, Stopped, Watcher};
pub use file::{ScenarioFile, embedded_scenario, scenario_names};
pub use grid::{Grid, Phase, positive_time};
pub use plan::Plan;
pub use predict::Predictor;
pub use prepare::Prepared;
pub use run::{Failed, Run};
pub use scenario::{Grading, Scenario};
pub use sensitivities::{Curvatures, EndPoint, Sensitivities, Varied, curvatures, influential, sensitivities};
pub use steady::{NEAR, Unsteady, UnsteadyReason};
pub use tolerance::{Excuse, Moved, TIGHTER, ToleranceCheck, check_tolerance};
pub use treatment::{
    DECISION_COLUMNS, Decision, DecisionRow, Guard, Observed, Outcome, PlannedRule, Seen, Treatment,
    rows as decision_rows,
};

//! Estimation from data: likelihood, modes, approximations of the marginal likelihood, and what follows from them.

mod approximate;
mod assemble;
mod curves;
mod estimate;
#[cfg(test)]
pub(crate) mod example;
mod importance;
mod linear;
mod marginal;
mod mode;
mod objective;
mod observed;
mod optimise;
mod parallel;
mod population;
mod profile;
mod recovery;
mod report;
mod result;
mod saem;
mod scoring;
mod specification;
mod structure;
pub mod tables;
#[cfg(test)]
mod tests;
mod transform;
mod uncertainty;
mod update;

pub use approximate::{Approximated, Iteration};
pub use estimate::{FitSettings, Method, Progress};
pub use importance::Importance;
pub use marginal::{Evaluation, NoValue};
pub use mode::Mode;
pub use objective::{Approximation, LN_2_PI};
pub use observed::{Censoring, Measured, treated};
pub use optimise::Reason;
pub use population::{Curve, Order, Population, SubjectData};
pub use profile::RISE;
pub use recovery::{Recovered, Recovery};
pub use result::{
    Covariance, Estimate, EstimateKind, Fitted, FittedOutput, IndividualFit, Prediction, Profile, SubjectCurves,
    Verdict,
};
pub use saem::{Saem, Settings as SaemSettings};
pub use scoring::Scored;
pub use specification::{AskedRelation, Specification};
pub use structure::{Block, Coordinate, Individual, Point, Relation, RelationKind, Residual, Structure};
pub use transform::Transform;
pub use uncertainty::Uncertainty;
pub use update::parameter_set;

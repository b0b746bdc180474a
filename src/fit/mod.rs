//! Estimation from data: likelihood, modes, approximations of the marginal likelihood, and what follows from them.
//!
//! In: a scenario (its values are the starts), data ([`read_data`](crate::observation::read_data)), and a
//! [`Specification`] of what is estimated. Out: a [`Fitted`]: estimates with errors, individual values, residuals, the
//! course of the search and verdicts; [`tables`] writes it.
//!
//! ```text
//! data + model -> Population (structure, measurements, predictor) -> fit by a Method -> Fitted -> tables, figures
//! ```
//!
//! Individual parameters are, on the scale on which they are estimated (log, logit, identity), typical value + effects of
//! covariates + random effect, and random effects are L zeta with Omega = L L' and zeta standard normal. What is
//! estimated are the typical values on that scale, the coefficients, L (the logarithm of its diagonal) and the logarithms
//! of the sizes of residual errors. Objectives are minus twice ln L without N ln(2 pi), N being the number of measurements
//! that are values; the density of a lognormal output is that on the scale of the data.
//!
//! Gradients are exact: curves carry first and second derivatives through the solver, and the modes of the subjects move
//! with the estimates (implicit function). Censored rows enter by ln Phi, and the curvature by its exact second derivative.
//!
//! ```
//! use cascade::diagnostic::{Problems, Source};
//! use cascade::fit::{FitSettings, Method, Population, Specification};
//! use cascade::integrate::Stop;
//! use cascade::model::Model;
//! use cascade::observation::read_data;
//! use cascade::simulate::Scenario;
//! use cascade::trajectory::Sidecar;
//! let model = Model::embedded("stein-2019")?;
//! let scenario = Scenario::new(&model)?;
//! let table = Source::new("data.csv", "ID,TIME,DV\n1,3,150\n1,7,3000\n1,10,9000\n1,28,400\n1,90,60\n1,180,50\n");
//! let mut warnings = Problems::default();
//! let data = read_data(&table, &Sidecar::default(), &model, &mut warnings).unwrap();
//! let what = Specification { estimate: Some(vec!["tmax".into(), "cmax".into()]), ..Specification::default() };
//! let settings = FitSettings { method: Method::Pooled, ..FitSettings::default() };
//! let mut population = Population::new(&scenario, &data, &what, &settings, &mut warnings)?;
//! let fitted = population.fit(&model, &settings, &Stop::default(), &mut |_| {})?;
//! assert!(fitted.converged);
//! # Ok::<(), Problems>(())
//! ```

mod approximate;
mod assemble;
mod checkpoint;
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
mod seeded;
mod settings;
mod specification;
mod structure;
pub mod tables;
#[cfg(test)]
mod tests;
mod transform;
mod uncertainty;
mod update;

pub use approximate::{Approximated, Iteration};
pub use checkpoint::{checkpoint, resume};
pub use estimate::Progress;
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
    Covariance, Estimate, EstimateKind, Fitted, FittedOutput, IndividualFit, Prediction, Profile, SubjectCurves, Told,
    Verdict,
};
pub use saem::{Saem, Settings as SaemSettings};
pub use scoring::Scored;
pub use settings::{FitSettings, Method};
pub use specification::{AskedRelation, Specification};
pub use structure::{Block, Coordinate, Individual, Point, Relation, RelationKind, Residual, Structure};
pub use transform::Transform;
pub use uncertainty::Uncertainty;
pub use update::parameter_set;

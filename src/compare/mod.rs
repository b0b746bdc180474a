//! Regimens side by side, on the same patients: what differs, how surely, and which is best by a stated utility.
//!
//! In: scenarios of one model. Out: end points of each patient under each of them ([`Outcomes`]), paired comparisons
//! ([`Arms::rows`]), Kaplan-Meier estimates of how long end points last, arms by utility ([`ranking`]), sweeps
//! ([`sweep`]), and the regimen of the highest utility with what is near it ([`optimise`]).
//!
//! Common random numbers: patient n of a seed has the same random effects in every arm, so that differences within
//! patients are left when the differences between them have gone. Every comparison also tells how wide its interval
//! would be from separate groups of as many patients.
//!
//! ```
//! use cascade::compare::{Arms, Outcomes, Utility, Who, ranking};
//! use cascade::diagnostic::Source;
//! use cascade::model::Model;
//! use cascade::population::Means;
//! use cascade::simulate::{Prepared, Scenario};
//! let model = Model::embedded("hardiansyah-2019")?;
//! let arm = |name: &str, dose: &str| {
//!     let scenario = Scenario::new(&model)?.regimen(dose.parse()?);
//!     Outcomes::run(name, &Prepared::new(&scenario)?, Who::Typical, Means::default())
//! };
//! let arms = Arms::new(vec![arm("low", "cart 5e7 cells at 0 d")?, arm("high", "cart 5e8 cells at 0 d")?], 0);
//! let peak = arms.end_point("cmax_cart_blood").unwrap();
//! let row = arms.rows().into_iter().find(|row| row.end_point == peak).unwrap();
//! assert!(row.estimate.estimate > 1.0);
//! let utility = Utility::parse(&Source::new("--utility", "mean(cmax_cart_blood)"), &arms)?;
//! assert_eq!(arms.arms[ranking(&arms, &utility, 0)[0].arm].name, "high");
//! # Ok::<(), cascade::diagnostic::Problems>(())
//! ```

mod arms;
mod end_point;
mod outcomes;
mod ranking;
mod relapse;
mod search;
mod statistics;
mod sweep;
pub mod tables;
#[cfg(test)]
mod tests;
mod trial;
mod utility;

pub use arms::{Arms, Durability, Row, Value};
pub use end_point::{Better, EndPoint, end_points};
pub use outcomes::{Outcomes, Table, Who};
pub use ranking::{REPLICATES, Rank, ranking};
pub use relapse::Relapses;
pub use search::{Search, Tried, search};
pub use statistics::{CONFIDENCE, Estimate, Kind, compare};
pub use sweep::{Target, Varied};
pub use trial::{Optimum, Point, Progress, Regimen, optimise, points, run_at, sweep};
pub use utility::{Readings, Utility};

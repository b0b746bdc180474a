//! Populations of virtual patients: who they are, and what is said about them.
//!
//! In: a model with variability, or a table of patients; then one number at a time from each patient's run. Out:
//! [`Individual`]s; [`Histogram`]s and exact [`Sum`]s that merge to the same bits in any order; [`Summary`]s.
//!
//! Nothing here integrates, and nothing keeps a patient: memory does not grow with their number. Patient n of a seed is
//! the same in any shard, and what was counted in shards merges to the bits of the whole:
//!
//! ```
//! use cascade::model::{Model, Values};
//! use cascade::population::{Draw, Histogram, Sampling, Sum};
//! let model = Model::embedded("stein-2019")?;
//! let draw = Draw::new(&model, &Values::new(&model, None, &[])?, 42, Sampling::Sobol)?;
//! let shard = |patients: std::ops::Range<u64>| {
//!     let (mut levels, mut sum) = (Histogram::default(), Sum::default());
//!     for n in patients {
//!         let value = draw.patient(n).parameters[0];
//!         levels.add(value);
//!         sum.add(value);
//!     }
//!     (levels, sum)
//! };
//! let (whole, (mut levels, mut sum), last) = (shard(0..300), shard(200..300), shard(0..200));
//! levels.merge(&last.0);
//! sum.merge(&last.1);
//! assert_eq!((levels, sum.value()), (whole.0, whole.1.value()));
//! # Ok::<(), cascade::diagnostic::Problems>(())
//! ```

mod columns;
mod draw;
mod file;
mod histogram;
mod layout;
mod observed;
mod run;
mod statistics;
mod sum;
mod summary;
mod table;
mod tables;
#[cfg(test)]
mod tests;
mod uncertain;
mod watcher;

pub use columns::Column;
pub use draw::{Draw, Individual, Sampling};
pub use histogram::{Apart, Histogram};
pub use layout::{Layout, OutputColumn};
pub use run::{Block, Means, Patients, Population};
pub use statistics::{GRADES, Statistics, Values};
pub use sum::Sum;
pub use summary::{Share, Summary};
pub use table::PatientTable;
pub use tables::QUANTILES;
pub use uncertain::Uncertain;

use std::fmt;

/// Text or counts that are no part of a population's results; says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

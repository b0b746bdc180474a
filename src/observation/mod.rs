//! Tables of what was observed: signs, and measurements of outputs.
//!
//! In: a CSV with `time`, perhaps `subject`, and columns with units in the header (`temperature [degC]`) or in
//! `columns.json`. Columns are the [signs](crate::sign::Sign) for [`read_signs`], outputs of a model for
//! [`read_measurements`]. Out: readings by subject in the order of time, or measurements.
//!
//! ```
//! use cascade::diagnostic::Source;
//! use cascade::observation::read_signs;
//! use cascade::trajectory::Sidecar;
//! let table = Source::new("signs.csv", "time [h],temperature [degF],pressors\n0,98.6,0\n6,101.3,0\n");
//! let subjects = read_signs(&table, &Sidecar::default()).unwrap();
//! assert_eq!(subjects[0].readings[1].time, 0.25);
//! ```

mod measurements;
mod signs;

pub use measurements::{Measurement, read_measurements};
pub use signs::{Subject, read_signs, write_signs};

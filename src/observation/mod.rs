//! Tables of what was observed, or is to be: signs, measurements of outputs, designs and the data simulated for them.
//!
//! In: a CSV with `time`, perhaps `subject`, and columns with units in the header (`temperature [degC]`) or in
//! `columns.json`. Columns are the [signs](crate::sign::Sign) for [`read_signs`], outputs of a model for
//! [`read_measurements`]. Out: readings by subject in the order of time, or measurements.
//!
//! In: a NONMEM-style table that says who is observed when ([`read_design`]), a solution, and a random stream. Out:
//! simulated measurements ([`observe`]) and the data set a fit reads ([`write_data`]), which is a design again. Out of the
//! same table with what was observed ([`read_data`]): what the likelihood learns from each row.
//!
//! In: the same table for its doses and covariates alone ([`read_records`]). Out: a regimen a subject, and how its
//! covariates go on.
//!
//! ```
//! use cascade::diagnostic::Source;
//! use cascade::observation::read_signs;
//! use cascade::trajectory::Sidecar;
//! let table = Source::new("signs.csv", "time [h],temperature [degF],pressors\n0,98.6,0\n6,101.3,0\n");
//! let subjects = read_signs(&table, &Sidecar::default()).unwrap();
//! assert_eq!(subjects[0].readings[1].time, 0.25);
//! ```

mod columns;
mod data;
mod design;
mod measurements;
mod mistakes;
mod observed;
mod outputs;
mod reading;
mod record;
mod regimen;
mod signs;
mod survey;
#[cfg(test)]
mod tests;
mod values;
mod when;

pub use data::{
    DoseRecord, GivenDose, MoreColumns, SimulatedSubject, dose_records, given_doses, observe, predictions, write_data,
};
pub use design::{CovariateCourse, Design, DesignRow, DesignSubject, read_design, read_records};
pub use measurements::{Measurement, read_measurements};
pub use observed::{Data, DataSubject, ObservedRow, read_data};
pub use regimen::write_regimen;
pub use signs::{Subject, read_signs, write_signs};
pub use survey::{
    CovariateSurvey, DoseSurvey, Doubt, Expected, OutputSurvey, Spread, SubjectSurvey, Survey, Suspicious,
};

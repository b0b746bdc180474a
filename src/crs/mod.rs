//! Grades cytokine release syndrome by published scales.
//!
//! In: a [`Scale`] (a file under `models/scales/`: rules as data), [`Settings`], and signs in time: a patient's table
//! or a simulation, this module cannot tell which. Out: a [`Course`]: the grade at every time with its bound and the
//! rule that decided it, and the episodes.
//!
//! [`Monitor`] is the only grader; [`grade`] folds a table over it. Grades are three-valued at heart: an unknown sign is
//! not a normal one, so a grade is exact, a lower bound, or undetermined. Several scales side by side are a [`Panel`];
//! vital signs that are read now and then only are [`Rounds`].
//!
//! Episodes follow three options that every scale here has: `onset` (what begins one), `end_hours` (how long grade 0
//! must last for it to have ended when it became 0; 24 h) and `merge_gap` (a return within this time of the end belongs
//! to the same episode; 7 d). `Settings::set(&scale, "merge_gap", "1 d")`.
//!
//! ```
//! use cascade::crs::{grade, Bound, Outcome, Reading, Scale, Settings};
//! use cascade::sign::{Sign, Signs};
//! let fever = |hour: f64, temperature| Reading::new(hour / 24.0, Signs::normal().with(Sign::Temperature, temperature));
//! let hours = [60.0, 66.0, 72.0, 78.0, 84.0, 90.0, 96.0, 102.0];
//! let readings = hours.map(|hour| fever(hour, if hour < 72.0 { 38.6 } else { 37.1 }));
//! let course = grade(&Scale::astct_2019(), &Settings::default(), readings)?;
//!
//! let episode = &course.episodes()[0];
//! assert_eq!((episode.maximum, episode.bound, episode.outcome), (1, Bound::Exact, Outcome::Resolved));
//! assert_eq!(episode.hours(), 12.0);
//! let first = course.records().next().unwrap();
//! assert_eq!((first.grade, first.rule), (Some(1), Some("fever")));
//! # Ok::<(), cascade::diagnostic::Problems>(())
//! ```

mod audit;
mod care;
mod condition;
mod constant;
mod course;
mod file;
mod grading;
mod logic;
mod monitor;
mod panel;
mod remark;
mod rounds;
mod scale;
mod settings;
mod table;

pub use audit::audit;
pub use care::Care;
pub use course::{Bound, COURSE_COLUMNS, Course, Episode, Finding, Maximum, Outcome, Record, Row};
pub use file::parse;
pub use grading::Grading;
pub use logic::{Atom, Truth};
pub(crate) use monitor::SAME_TIME;
pub use monitor::{Change, Monitor};
pub use panel::Panel;
pub use remark::{Remark, Remarks};
pub use rounds::Rounds;
pub use scale::{Flag, OptionKind, Rule, Scale, ScaleOption, Status};
pub use settings::{Options, Settings};
pub use table::{Hold, Reading, grade, grade_all, grade_states, held};

#[cfg(test)]
mod tests;

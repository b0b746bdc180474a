//! Published rules over laboratory values, each a score of its own with its evidence.
//!
//! In: a wide CSV with `subject`, `time`, and [`Input`]s with units in the header ([`read_labs`]), or [`Labs`] by hand.
//! Out: an [`Answer`] of each [`Score`]: value, class, bound, and the assumptions behind it; as CSV by [`write_csv`].
//!
//! **The grade of a cytokine release syndrome never depends on these scores**: [`crate::crs`] lies upstream and cannot
//! use them. They are for research, not for clinical decisions. Unknown is not normal: a missing value leaves a score
//! undetermined unless what is known decides. [`Score::evidence`] says whether every number was read in its source;
//! rules whose numbers were not read at all are [`NOT_SHIPPED`].
//!
//! ```
//! use cascade::biomarker::{Input, Labs, Score, Settings};
//! use cascade::crs::Bound;
//! let labs = Labs::unknown().with(Input::Ldh, 400.0).with(Input::Creatinine, 1.0).with(Input::Platelets, 70.0);
//! let easix = Score::named("easix").unwrap().of(&labs, &Settings::default());
//! assert_eq!((easix.value, easix.bound), (Some(400.0 / 70.0), Bound::Exact));
//!
//! // The platelets alone give 2 points of CAR-HEMATOTOX, which is high whatever the rest may be.
//! let hematotox = Score::named("car-hematotox").unwrap().of(&labs, &Settings::default());
//! assert_eq!((hematotox.value, hematotox.class, hematotox.bound), (Some(2.0), Some("high"), Bound::Lower));
//! ```

mod answer;
mod input;
mod read;
mod rules;
mod score;
mod settings;
mod write;

pub use answer::Answer;
pub use input::{Conversion, Input, Kind, Labs};
pub use read::{LabRow, LabTable, read_labs};
pub use score::{Evidence, NOT_SHIPPED, Score};
pub use settings::Settings;
pub use write::{SCORE_COLUMNS, ScoreRow, scores, write_csv};

#[cfg(test)]
mod tests;

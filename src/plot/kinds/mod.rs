//! The kinds of figures: from runs to a [`Figure`](crate::plot::Figure).
//!
//! In: one or more [`Shown`] runs and [`Options`]. Out: a figure, or what is wrong with the options. Figures of
//! populations ([`population`]) are made from plain numbers instead, the one of a data set ([`data`]) from its rows,
//! those of fits ([`fit`]) from what a fit found.

mod care;
mod choice;
pub mod comparison;
mod course;
mod curves;
mod data;
mod exposure;
pub mod fit;
pub mod graded;
mod observed;
mod outputs;
mod overlay;
mod page;
mod phase;
pub mod population;
mod sensitivity;
#[cfg(test)]
mod tests;
mod words;

pub use choice::group_names;
pub use course::{course, time_axis};
pub use data::data;
pub use exposure::exposure;
pub use observed::hidden;
pub use outputs::{dose_marks, output_order};
pub use overlay::overlay;
pub use page::page;
pub use phase::phase;
pub use sensitivity::sensitivity;
pub use words::{DISCLAIMER, labels, maximum_text};

use crate::crs::Course;
use crate::diagnostic::Source;
use crate::observation::Measurement;
use crate::simulate::{Run, Scenario};

/// A run to be drawn.
#[derive(Debug, Clone)]
pub struct Shown<'a> {
    /// Its name in legends; a lone run needs none. [`labels`] finds what tells runs apart.
    pub label: String,
    /// What was run.
    pub scenario: &'a Scenario<'a>,
    /// What came of it.
    pub run: &'a Run,
    /// Its graded courses, one lane each.
    pub courses: Vec<&'a Course>,
}

impl<'a> Shown<'a> {
    /// A run without a name, with the courses that it graded itself.
    pub fn new(scenario: &'a Scenario<'a>, run: &'a Run) -> Self {
        Self { label: String::new(), scenario, run, courses: run.courses.iter().collect() }
    }

    /// The same run under a name.
    pub fn labelled(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }
}

/// What a figure shows of its runs. Names are outputs, states, or groups of outputs ([`group_names`]), separated by
/// commas; an output of the name of a group goes first.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Instead of the model's title.
    pub title: Option<String>,
    /// What gets a panel, in this order; all outputs if not given.
    pub panels: Option<Source>,
    /// What has a log axis whatever the model says; `all` for all.
    pub log: Option<Source>,
    /// What has a linear axis whatever the model says; `all` for all.
    pub linear: Option<Source>,
    /// Where the time axis ends, in the time unit of the first run's model.
    pub until: Option<f64>,
    /// Seed of random numbers, for the footer.
    pub seed: Option<u64>,
    /// Measurements to be drawn over the curves, in the units of the first run's model.
    pub observed: Vec<Measurement>,
}

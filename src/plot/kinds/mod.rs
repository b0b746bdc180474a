//! The kinds of figures: from runs to a [`Figure`].
//!
//! In: one or more [`Shown`] runs and [`Options`]. Out: a figure, or what is wrong with the options.

mod care;
mod choice;
mod course;
mod curves;
mod exposure;
mod observed;
mod overlay;
mod phase;
mod sensitivity;
#[cfg(test)]
mod tests;
mod words;

pub use choice::group_names;
pub use course::course;
pub use exposure::exposure;
pub use observed::hidden;
pub use overlay::overlay;
pub use phase::phase;
pub use sensitivity::sensitivity;
pub use words::{DISCLAIMER, labels, maximum_text};

use crate::crs::Course;
use crate::diagnostic::Source;
use crate::observation::Measurement;
use crate::plot::{Figure, Size};
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

/// A page on which each part of a figure has its usual height.
pub fn page(figure: &Figure) -> Size {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX / 10_000);
    let rows = figure.bands.iter().map(|band| band.rows.len()).sum();
    let bars = figure.panels.iter().filter(|panel| panel.bars.is_some()).count();
    let curves = figure.panels.len() - bars;
    let stations = figure.panels.iter().any(|panel| !panel.stations.is_empty());
    // Many panels share the page; a plot of two quantities is nearly square.
    let usual = match curves {
        1 if stations => 1000,
        1 => 560,
        0..=6 => 240,
        _ => 210,
    };
    let height = 300
        + usual * count(curves)
        + 330 * count(bars)
        + 30 * count(figure.bands.len())
        + 24 * count(rows)
        + 75 * count(figure.lanes.len())
        + 45 * u32::from(!figure.legend.is_empty());
    Size { height: height.clamp(700, 6000), ..Size::default() }
}

//! The figures of arms that are compared: curves with grades, highest grades, benefit against risk, forest plots, how
//! long responses last, sweeps, a search.
//!
//! In: [`Arms`] and what was made of them, with a [`Cohort`] that says who they are. Out:
//! [`Figure`](crate::plot::Figure)s without pixels; nothing where there is nothing to show.
//!
//! ```
//! use cascade::compare::{Arms, Outcomes, Who};
//! use cascade::model::Model;
//! use cascade::plot::{comparison, population::Cohort};
//! use cascade::population::Means;
//! use cascade::simulate::{Prepared, Scenario};
//! let model = Model::embedded("hardiansyah-2019")?;
//! let arm = |name: &str, dose: &str| {
//!     let scenario = Scenario::new(&model)?.regimen(dose.parse()?);
//!     Outcomes::run(name, &Prepared::new(&scenario)?, Who::Typical, Means::default())
//! };
//! let arms = Arms::new(vec![arm("low", "cart 5e7 cells at 0 d")?, arm("high", "cart 5e8 cells at 0 d")?], 0);
//! let figure = comparison::curves(&Cohort::default(), &arms, Vec::new()).unwrap();
//! assert_eq!(figure.panels[0].series.len(), 2);
//! # Ok::<(), cascade::diagnostic::Problems>(())
//! ```

mod curves;
mod durability;
mod forest;
mod grades;
mod plane;
mod relapses;
#[cfg(test)]
mod tests;
mod trials;

pub use curves::{curves, lane};
pub use durability::durability;
pub use forest::{forest, forest_of_ratios};
pub use grades::grades;
pub use plane::plane;
pub use relapses::relapses;
pub use trials::{Shown, map, optimum, sweep};

pub use super::population::Cohort;
use super::words::scale_text;
use crate::compare::Arms;
use crate::plot::{Key, KeySample};

/// The grade from which toxicity is called severe.
const SEVERE: u8 = 3;

/// The cohort with a title of its own, and a line more under it.
fn words(cohort: &Cohort, title: &str, more: &str) -> (String, String, String) {
    let subtitle = [cohort.subtitle.as_str(), more];
    let subtitle = subtitle.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("  ·  ");
    (title.to_owned(), subtitle, cohort.footer())
}

/// The label of an end point, with the scale as it is printed.
fn label(arms: &Arms, end_point: usize) -> String {
    let text = &arms.end_points[end_point].label;
    let scales = arms.arms.first().map_or(&[][..], |arm| &arm.layout.scales);
    match scales.iter().find_map(|scale| Some((text.strip_suffix(scale.as_str())?, scale))) {
        Some((before, scale)) => format!("{before}{}", scale_text(scale)),
        None => text.clone(),
    }
}

/// Arms in the legend, by colour and dashes.
fn legend(arms: &Arms) -> Vec<Key> {
    let key = |(style, arm): (usize, &crate::compare::Outcomes)| Key {
        label: arm.name.clone(),
        style,
        sample: KeySample::Curve,
    };
    arms.arms.iter().enumerate().map(key).collect()
}

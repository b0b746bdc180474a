//! The figures of graded patients: swim lanes, one patient in detail, agreement of scales, worst grades, onset.
//!
//! In: [`Patient`]s (from readings and their courses, simulated or charted) and a [`Cohort`](crate::cohort::Cohort).
//! Out: [`Figure`](crate::plot::Figure)s without pixels.
//!
//! ```
//! use cascade::crs::{grade_all, Hold, Reading, Scale, Settings};
//! use cascade::plot::graded::{Patient, Words, patients};
//! use cascade::sign::{Sign, Signs};
//! let fever = Signs::normal().with(Sign::Temperature, 38.6);
//! let readings = [Reading::new(0.0, Signs::normal()), Reading::new(2.0, fever), Reading::new(3.0, Signs::normal())];
//! let settings = Settings { hold: Hold::forever(), ..Settings::default() };
//! let courses = grade_all(&[Scale::astct_2019()], &settings, readings)?;
//! let patient = Patient::new("7", &readings, &courses, None);
//! let pages = patients(&Words::default(), &[patient]);
//! assert_eq!(pages[0].lanes[0].intervals.len(), 3);
//! # Ok::<(), cascade::diagnostic::Problems>(())
//! ```

mod agreement;
mod detail;
mod history;
mod onset;
mod swim;
#[cfg(test)]
mod tests;
mod worst;

pub use agreement::agreement;
pub use detail::detail;
pub use history::{Drip, Patient};
pub use onset::onset;
pub use swim::{PAGE, patients};
pub use worst::worst;

use super::words::{DISCLAIMER, scale_text};
use crate::plot::population::thousands;

/// The words around a figure of graded patients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Below the title: where the patients come from.
    pub subtitle: String,
    /// How many there are.
    pub patients: usize,
}

impl Words {
    fn footer(&self) -> String {
        let noun = if self.patients == 1 { "patient" } else { "patients" };
        let count = format!("{} {noun}", thousands(self.patients as u64));
        [&format!("cascade {}", env!("CARGO_PKG_VERSION")), &count, DISCLAIMER].join("  ·  ")
    }

    /// The subtitle with what the figure adds to it.
    fn subtitle(&self, more: &[String]) -> String {
        let parts = std::iter::once(self.subtitle.as_str()).chain(more.iter().map(String::as_str));
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ·  ")
    }
}

/// `CRS`, or what else a scale grades.
fn syndrome(scale: &str) -> &'static str {
    if scale.starts_with("icans") { "ICANS" } else { "CRS" }
}

/// What several scales grade together.
fn syndromes(scales: &[String]) -> &'static str {
    match scales.first().map(|first| syndrome(first)) {
        Some(first) if scales.iter().all(|scale| syndrome(scale) == first) => first,
        None => "CRS",
        _ => "CRS and ICANS",
    }
}

/// Names of scales in a row; of many their number.
fn scale_list(scales: &[String]) -> String {
    match scales {
        [] => "no scale".into(),
        _ if scales.len() > 4 => format!("{} scales", scales.len()),
        _ => scales.iter().map(|scale| scale_text(scale)).collect::<Vec<_>>().join(", "),
    }
}

//! Many graded patients side by side: how often, how soon, how long, and whether scales agree.
//!
//! In: the courses of each patient ([`Cohort::add`]), simulated or observed, and grades that others reported. Out: a row
//! for each episode and patient, incidence by grade, Kaplan-Meier estimate of the onset, concordance of scales with each
//! other and with reported grades.
//!
//! Memory grows with patients and episodes, not with readings.
//!
//! ```
//! use cascade::cohort::Cohort;
//! use cascade::crs::{grade_all, Reading, Scale, Settings};
//! use cascade::sign::{Sign, Signs};
//! let scales = [Scale::astct_2019(), Scale::embedded("penn")?];
//! let mut cohort = Cohort::new(&scales);
//! for (subject, flow) in [("1", 0.0), ("2", 2.0)] {
//!     let mut signs = Signs::normal().with(Sign::Temperature, 38.6).with(Sign::OxygenFlow, flow);
//!     signs.set_text("oxygen_device", if flow > 0.0 { "nc" } else { "ra" })?;
//!     let courses = grade_all(&scales, &Settings::default(), [Reading::new(2.5, signs)])?;
//!     cohort.add(subject, &courses, &[]);
//! }
//! // Any oxygen is grade 3 by Penn, a low flow grade 2 by ASTCT.
//! let pair = &cohort.concordance()[0];
//! assert_eq!((pair.reference.as_str(), pair.same, pair.lower, pair.higher), ("astct-2019", 1, 0, 1));
//! # Ok::<(), cascade::diagnostic::Problems>(())
//! ```

mod agreement;
mod incidence;
mod member;
mod survival;
mod tables;

pub use agreement::{Agreement, REPORTED, weighted_kappa};
pub use incidence::{Incidence, Spread};
pub use member::{Member, Summary};
pub use survival::{CompetingStep, Step, cumulative_incidence, kaplan_meier};
pub use tables::Kind;

use crate::chart::Report;
use crate::crs::{Course, Scale};

/// Graded patients.
#[derive(Debug, Clone, Default)]
pub struct Cohort {
    scales: Vec<String>,
    /// The highest grade of each scale.
    highest: Vec<u8>,
    members: Vec<Member>,
}

impl Cohort {
    /// Nobody yet.
    pub fn new(scales: &[Scale]) -> Self {
        Self {
            scales: scales.iter().map(|scale| scale.name().to_owned()).collect(),
            highest: scales.iter().map(Scale::highest).collect(),
            members: Vec::new(),
        }
    }

    /// Adds a patient with a course for each scale, in their order, and the grades that others reported.
    pub fn add(&mut self, subject: &str, courses: &[Course], reports: &[Report]) {
        let summaries = courses.iter().map(Summary::of).collect();
        self.members.push(Member { subject: subject.to_owned(), summaries, reports: reports.to_vec() });
    }

    /// Adds a patient of whom only this is known, for each scale in their order.
    pub fn add_summaries(&mut self, subject: &str, summaries: Vec<Summary>) {
        self.members.push(Member { subject: subject.to_owned(), summaries, reports: Vec::new() });
    }

    /// Names of the scales.
    pub fn scales(&self) -> &[String] {
        &self.scales
    }

    /// The patients, in the order in which they were added.
    pub fn members(&self) -> &[Member] {
        &self.members
    }
}

#[cfg(test)]
mod tests;

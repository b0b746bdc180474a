//! The figures of graded patients, gathered while they are graded.

use super::picture::{self, Kind, Page};
use crate::chart::Moments;
use crate::cohort::Cohort;
use crate::crs::{Course, Reading};
use crate::diagnostic::Diagnostic;
use crate::plot::Figure;
use crate::plot::graded::{self, PAGE, Patient, Words};

/// Pages of swim lanes.
const PAGES: usize = 5;

/// What the figures need of the patients: memory does not grow beyond the first of them.
#[derive(Debug, Default)]
pub struct Portraits {
    wanted: bool,
    count: usize,
    patients: Vec<Patient>,
    /// The first patient in detail, while there is no other.
    alone: Option<(Vec<Reading>, Vec<Course>)>,
}

impl Portraits {
    /// Nobody yet; `wanted` if there will be figures.
    pub fn new(wanted: bool) -> Self {
        Self { wanted: wanted && cfg!(feature = "plot"), ..Self::default() }
    }

    /// Adds a patient; `moments` is asked only if it will be drawn.
    pub fn add(
        &mut self,
        subject: &str,
        states: &[Reading],
        courses: &[Course],
        moments: impl FnOnce() -> Option<Moments>,
    ) {
        self.count += 1;
        self.alone = None;
        if !self.wanted || self.count > PAGES * PAGE {
            return;
        }
        self.patients.push(Patient::new(subject, states, courses, moments().as_ref()));
        if self.count == 1 {
            self.alone = Some((states.to_vec(), courses.to_vec()));
        }
    }

    /// Names and bytes of the pictures; none in a build without them.
    pub fn pictures(&self, table: &str, cohort: &Cohort) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
        if !self.wanted || self.patients.is_empty() {
            return Ok(Vec::new());
        }
        let table = if table == "-" { "standard input" } else { table };
        let name = std::path::Path::new(table).file_name().map_or(table.into(), |name| name.to_string_lossy());
        let words = Words { subtitle: name.into_owned(), patients: self.count };
        let mut figures: Vec<(String, Figure)> = Vec::new();
        for (page, figure) in graded::patients(&words, &self.patients).into_iter().enumerate() {
            let name = if page == 0 { "patients.png".into() } else { format!("patients-{}.png", page + 1) };
            figures.push((name, figure));
        }
        if let (Some((states, courses)), [patient]) = (&self.alone, self.patients.as_slice()) {
            figures.push(("course.png".into(), graded::detail(&words, patient, states, courses)));
        }
        let of_cohort = [
            ("concordance.png", graded::agreement(&words, cohort)),
            ("incidence.png", graded::worst(&words, cohort)),
            ("onset.png", graded::onset(&words, cohort)),
        ];
        figures.extend(of_cohort.into_iter().filter_map(|(name, figure)| Some((name.to_owned(), figure?))));
        let draw = |(name, figure): (String, Figure)| Ok((name, picture::draw(&figure, Kind::Png, &Page::default())?));
        figures.into_iter().map(draw).collect()
    }

    /// What to say if not everybody is drawn.
    pub fn left_out(&self) -> Option<String> {
        let shown = self.patients.len();
        (self.wanted && self.count > shown).then(|| {
            format!("note: the pictures of patients show the first {shown} of {}; course.csv has all", self.count)
        })
    }
}

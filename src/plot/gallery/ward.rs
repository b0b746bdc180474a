//! Pictures of a charted ward: what `cascade grade TABLE.csv --output DIR` draws.

use crate::chart::{LongTable, Options};
use crate::cohort::Cohort;
use crate::crs::{Panel, Scale, Settings, grade_states};
use crate::diagnostic::Problems;
use crate::plot::Figure;
use crate::plot::graded::{Patient, Words, agreement, patients};

/// The table, as the command names it.
const TABLE: &str = "plots/data/ward.csv";
const TEXT: &str = include_str!("../../../plots/data/ward.csv");
const SCALES: [&str; 4] = ["astct-2019", "lee-2014", "penn", "ctcae-5"];

/// A picture of the ward, drawn as one of several files of a folder.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Name of the file in the folder of the gallery.
    pub file: &'static str,
    /// What it shows.
    pub caption: &'static str,
    /// The file that the command writes it to.
    pub written: &'static str,
    /// What is drawn.
    pub figure: Figure,
}

impl Sheet {
    /// The command that draws it.
    pub fn command(&self) -> String {
        format!("cascade grade {TABLE} --scale {} --output ward  # {}", SCALES.join(","), self.written)
    }
}

/// The pictures of the ward.
///
/// # Errors
/// None: the table is part of the program.
pub fn ward() -> Result<Vec<Sheet>, Problems> {
    let scales = SCALES.iter().map(|name| Scale::embedded(name)).collect::<Result<Vec<Scale>, Problems>>()?;
    let mut table = LongTable::open(TABLE, TEXT.as_bytes())?;
    let (mut cohort, mut shown) = (Cohort::new(&scales), Vec::new());
    while let Some(chart) = table.next_chart()? {
        let states = chart.states(&Options::default());
        let settings = Settings { patient: chart.patient, clock_at_start: chart.clock_at_start, ..Settings::default() };
        let courses = grade_states(Panel::new(&scales, &settings)?, states.clone());
        cohort.add(&chart.subject, &courses, &chart.reports);
        shown.push(Patient::new(&chart.subject, &states, &courses, Some(&chart.moments())));
    }
    let words = Words { subtitle: "ward.csv, made up".into(), patients: shown.len() };
    let lanes = patients(&words, &shown).into_iter().next();
    let sheet =
        |file, caption, written, figure: Option<Figure>| figure.map(|figure| Sheet { file, caption, written, figure });
    let sheets = [
        sheet("ward-patients.png", "A made-up ward: grades and treatments", "patients.png", lanes),
        sheet("ward-concordance.png", "How scales agree", "concordance.png", agreement(&words, &cohort)),
    ];
    Ok(sheets.into_iter().flatten().collect())
}

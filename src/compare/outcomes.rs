//! What came of the patients of one arm, kept patient by patient.

use std::io::{BufRead, Cursor};
use std::sync::Arc;

use crate::diagnostic::codes::file::BAD_VALUE;
use crate::diagnostic::{Diagnostic, Problems};
use crate::population::{
    Block, Draw, Individual, Layout, Means, PatientTable, Patients, Population, Sampling, Statistics, Uncertain,
};
use crate::simulate::{Prepared, Scenario};
use crate::trajectory::Sidecar;

/// The patients of one arm: numbers of each, and counts.
#[derive(Debug, Clone)]
pub struct Outcomes {
    /// Name of the arm.
    pub name: String,
    /// What the numbers are.
    pub layout: Layout,
    /// Counts of all patients.
    pub statistics: Statistics,
    numbers: Vec<f64>,
    failed: Vec<bool>,
    width: usize,
}

/// Who the patients are: the same in every arm, whatever its values and doses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Who<'t> {
    /// The typical patient alone.
    Typical,
    /// Those of a table, whose values hold in every arm.
    Listed(&'t Table),
    /// So many, drawn under a seed: patient n has the same random effects in every arm.
    Drawn {
        /// How many.
        count: u64,
        /// The seed.
        seed: u64,
        /// Which typical values are drawn for each of them; those that an arm holds are its own.
        uncertain: Option<&'t Uncertain>,
    },
}

/// A table of patients, kept as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    name: String,
    bytes: Arc<[u8]>,
    sidecar: Sidecar,
    /// How many of its patients are compared, from the first on.
    pub count: u64,
    /// Names of the parameters that it lists: no arm changes them.
    listed: Vec<String>,
}

impl Table {
    /// Names of the parameters that it lists.
    pub fn listed(&self) -> &[String] {
        &self.listed
    }

    /// A table of patients of `model` with a CSV's bytes: all of them, or the first `count`.
    ///
    /// # Errors
    /// Columns that the model does not have, lines that cannot be read, fewer patients than asked for.
    pub fn read(
        name: &str,
        bytes: &[u8],
        sidecar: Sidecar,
        scenario: &Scenario<'_>,
        count: Option<u64>,
    ) -> Result<Self, Problems> {
        let mut table = Self { name: name.into(), bytes: bytes.into(), sidecar, count: 0, listed: Vec::new() };
        let mut patients = table.open(scenario)?;
        let parameters = &scenario.model.parameters;
        table.listed = patients.parameters().map(|at| parameters[at].name.text.clone()).collect();
        let held = patients.skip_patients(u64::MAX)?;
        table.count = count.unwrap_or(held);
        if held == 0 || table.count > held {
            let message = format!("`{name}` holds {held} patients, not {}", table.count.max(1));
            let mut found = Diagnostic::error(&BAD_VALUE, message);
            found.help("a line for each patient stands below the header; -n asks for fewer");
            return Err(found.into());
        }
        Ok(table)
    }

    fn open(&self, scenario: &Scenario<'_>) -> Result<PatientTable<Box<dyn BufRead + Send>>, Problems> {
        let input: Box<dyn BufRead + Send> = Box::new(Cursor::new(Arc::clone(&self.bytes)));
        PatientTable::open(&self.name, input, &self.sidecar, scenario.model, &scenario.values)
    }
}

impl Who<'_> {
    /// How many.
    pub fn count(self) -> u64 {
        match self {
            Self::Typical => 1,
            Self::Listed(table) => table.count,
            Self::Drawn { count, .. } => count,
        }
    }
}

impl Outcomes {
    /// Runs the patients of an arm. Fewer than asked for come back if the scenario's stop was tripped.
    ///
    /// # Errors
    /// Patients that cannot be drawn.
    pub fn run(name: &str, prepared: &Prepared<'_>, who: Who<'_>, means: Means) -> Result<Self, Problems> {
        let scenario = prepared.scenario;
        let patients = match who {
            Who::Typical => Patients::Alike(Individual {
                parameters: scenario.values.parameters.clone(),
                covariates: scenario.values.covariates.clone(),
                ..Individual::default()
            }),
            Who::Listed(table) => Patients::Listed(table.open(scenario)?),
            Who::Drawn { seed, uncertain, .. } => {
                let (model, values, random) = (scenario.model, &scenario.values, Sampling::Random);
                Patients::Drawn(match uncertain {
                    Some(uncertain) => Draw::uncertain(model, values, seed, random, uncertain.clone())?,
                    None => Draw::new(model, values, seed, random)?,
                })
            }
        };
        let mut found = Self::nobody(name, prepared);
        let population = Population::new(prepared, Vec::new(), false).with_cells();
        population.run(patients, 0..who.count(), means, |block| {
            found.add(&block);
            true
        })?;
        Ok(found)
    }

    /// An arm without patients, to know its end points.
    pub fn nobody(name: &str, prepared: &Prepared<'_>) -> Self {
        let layout = Population::new(prepared, Vec::new(), false).layout().clone();
        Self {
            name: name.into(),
            statistics: layout.statistics(),
            width: layout.points.iter().filter(|column| !column.words).count(),
            layout,
            numbers: Vec::new(),
            failed: Vec::new(),
        }
    }

    fn add(&mut self, block: &Block) {
        self.statistics.merge(&block.statistics);
        self.numbers.extend_from_slice(&block.cells);
        self.failed.extend_from_slice(&block.failed);
    }

    /// How many patients there are, failed ones included.
    pub fn count(&self) -> usize {
        self.failed.len()
    }

    /// How many failed.
    pub fn failures(&self) -> usize {
        self.failed.iter().filter(|failed| **failed).count()
    }

    /// Whether a patient failed.
    pub fn failed(&self, patient: usize) -> bool {
        self.failed[patient]
    }

    /// The numbers of a patient, one a column that is not of words.
    pub fn numbers(&self, patient: usize) -> &[f64] {
        &self.numbers[patient * self.width..][..self.width]
    }
}

//! Where a fit stands while it goes on: a file in its folder from which `--resume` goes on.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::cli::arguments::FitArgs;
use crate::cli::{Failure, disk, output};
use crate::diagnostic::Source;
use crate::fit::{FitSettings, Population, checkpoint, resume};

const FILE: &str = "unfinished-fit.csv";
/// Between two notes.
const EVERY: Duration = Duration::from_secs(2);

/// The file, if there is a folder.
pub struct Stand {
    path: Option<PathBuf>,
    names: Vec<String>,
    last: Instant,
}

impl Stand {
    /// Prepares the file; with `--resume` the fit begins where it says.
    pub fn open(arguments: &FitArgs, population: &Population<'_>, settings: &mut FitSettings) -> Result<Self, Failure> {
        let names = population.names_of_coordinates();
        let path = arguments.to.output.as_ref().map(|folder| folder.join(FILE));
        if let Some(path) = path.as_ref().filter(|path| arguments.resume && path.exists()) {
            let name = path.display().to_string();
            let source = Source::decode(&name, &disk::bytes(&name)?)?;
            settings.from = Some(resume(&source, &names, &population.structure)?);
        }
        Ok(Self { path, names, last: Instant::now() })
    }

    /// Notes the coordinates, now and then. A folder that cannot be written is told at the end, by what is written then.
    pub fn note(&mut self, x: &[f64]) {
        let Some(path) = self.path.as_ref().filter(|_| self.last.elapsed() >= EVERY) else { return };
        self.last = Instant::now();
        let _ = output::write_file(path, checkpoint(&self.names, x).as_bytes());
    }

    /// Removes the file, unless the fit was stopped.
    pub fn close(&self, stopped: bool) {
        if let Some(path) = self.path.as_ref().filter(|_| !stopped) {
            let _ = fs::remove_file(path);
        }
    }
}

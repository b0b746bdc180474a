//! Parquet: tables of patients read as if they were CSV, finished tables of a population copied.
//!
//! Without the feature `parquet` the same calls say how to get it.

#[cfg(feature = "parquet")]
mod read;
#[cfg(feature = "parquet")]
mod write;

use std::fs::File;
use std::io::BufRead;
use std::path::Path;

#[cfg(feature = "parquet")]
pub use with::{add, check, open};
#[cfg(not(feature = "parquet"))]
pub use without::{add, check, open};

use super::arguments::Tables;
use super::output::Folder;
use crate::diagnostic::{Diagnostic, Problems};
use crate::population::Layout;

/// Whether a path is meant as a Parquet file.
pub fn is_parquet(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))
}

#[cfg(feature = "parquet")]
mod with {
    use super::{BufRead, Diagnostic, File, Folder, Layout, Path, Problems, Tables, read, write};
    use crate::diagnostic::codes::file::NOT_PARQUET;

    /// A Parquet file as the text of a CSV, made while it is read.
    pub fn open(path: &str, file: File) -> Result<Box<dyn BufRead + Send>, Problems> {
        Ok(Box::new(read::Text::open(path, file)?))
    }

    /// Whether tables of this kind can be written, before any work is done.
    pub fn check(_: Option<Tables>) -> Result<(), Diagnostic> {
        Ok(())
    }

    /// Adds a copy of the table at `csv` to a folder: `patients.parquet` of `patients.csv`.
    pub fn add(folder: &mut Folder, name: &str, csv: &Path, layout: &Layout) -> Result<(), Problems> {
        let words = layout.points.iter().filter(|point| point.words).map(|point| point.name.as_str());
        let words: Vec<&str> = write::WORDS.into_iter().chain(words).collect();
        folder.add_with(&name.replace(".csv", ".parquet"), |out| write::copy(csv, &words, out))?;
        Ok(())
    }

    /// What is wrong with a file.
    pub(super) fn wrong(path: &str, what: &str) -> Diagnostic {
        Diagnostic::error(&NOT_PARQUET, format!("cannot read `{path}` as Parquet: {what}"))
    }
}

#[cfg(not(feature = "parquet"))]
mod without {
    use super::{BufRead, Diagnostic, File, Folder, Layout, Path, Problems, Tables};
    use crate::diagnostic::codes::file::NOT_BUILT;

    pub fn open(path: &str, _: File) -> Result<Box<dyn BufRead + Send>, Problems> {
        Err(not_built(&format!("cannot read `{path}`"), "convert the table to CSV").into())
    }

    pub fn check(tables: Option<Tables>) -> Result<(), Diagnostic> {
        match tables {
            Some(Tables::Parquet) => {
                Err(not_built("cannot write `--tables parquet`", "leave it out and convert the CSV"))
            }
            Some(Tables::Csv) | None => Ok(()),
        }
    }

    pub fn add(_: &mut Folder, _: &str, _: &Path, _: &Layout) -> Result<(), Problems> {
        check(Some(Tables::Parquet)).map_err(Problems::from)
    }

    fn not_built(what: &str, instead: &str) -> Diagnostic {
        let mut found = Diagnostic::error(&NOT_BUILT, format!("{what}: this build of cascade is without Parquet"));
        found.help(format!("build it with `cargo install --path . --features parquet`, or {instead}"));
        found
    }
}

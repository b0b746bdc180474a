//! The files of a finished population or shard, and what is read of them for merging.

use std::fs;
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::disk::plain;
use super::portraits;
use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Problems};
use crate::population::{Layout, Statistics};

/// `population.json`: which patients of which population, and what its tables hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Version of this file.
    pub format: String,
    /// Hash of all that the results depend on.
    pub key: String,
    /// Patients of the whole population.
    pub total: u64,
    /// Those in this folder.
    pub patients: Range<u64>,
    /// Bytes of each table with lines of patients.
    pub tables: Vec<(String, u64)>,
    /// Model, set and maturity, for figures.
    pub facts: Vec<String>,
    /// Seed of drawn patients.
    pub seed: Option<u64>,
    /// What the tables hold.
    pub layout: Layout,
}

/// The files that are made at the end.
pub fn files(part: &Part, statistics: &Statistics, run: String) -> Result<Vec<(String, Vec<u8>)>, Problems> {
    let layout = &part.layout;
    let json = |text: serde_json::Result<String>| format!("{}\n", text.expect("plain values"));
    let mut files = vec![
        ("quantiles.csv", layout.quantiles(statistics)),
        ("summary.csv", layout.summary(statistics)),
        ("columns.json", json(serde_json::to_string_pretty(&layout.sidecar()))),
        ("population.json", json(serde_json::to_string_pretty(part))),
        ("statistics.txt", statistics.to_text()),
        ("run.json", run),
    ];
    if !layout.scales.is_empty() {
        files.push(("grades.csv", layout.grades(statistics)));
        files.push(("incidence.csv", layout.incidence(statistics)));
    }
    let mut files: Vec<(String, Vec<u8>)> =
        files.into_iter().map(|(name, text)| (name.to_string(), text.into_bytes())).collect();
    files.extend(portraits::pictures(part, statistics)?);
    Ok(files)
}

/// What a folder holds.
pub fn read(folder: &Path) -> Result<(Part, Statistics), Problems> {
    if folder.join("unfinished.json").exists() {
        let mut found =
            Diagnostic::error(&file::CANNOT_READ, format!("the run in `{}` is not finished", folder.display()));
        found.help("run it again with --resume");
        return Err(found.into());
    }
    let text = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).map_err(|error| {
            let mut found =
                Diagnostic::error(&file::CANNOT_READ, format!("cannot read `{}`: {}", path.display(), plain(&error)));
            found.help("name folders that `cascade population --shard ... --output` wrote");
            found
        })
    };
    let wrong = |name: &str, why: String| {
        let path = folder.join(name);
        let mut found = Diagnostic::error(&file::CANNOT_READ, format!("cannot use `{}`: {why}", path.display()));
        found.help("was it written by this version of cascade, and not changed since?");
        found
    };
    let part: Part =
        serde_json::from_str(&text("population.json")?).map_err(|error| wrong("population.json", error.to_string()))?;
    let statistics =
        Statistics::parse(&text("statistics.txt")?).map_err(|error| wrong("statistics.txt", error.to_string()))?;
    if !statistics.fits(&part.layout.statistics()) {
        return Err(wrong("statistics.txt", "it counts other things than population.json says".into()).into());
    }
    if statistics.patients() != part.patients.end - part.patients.start {
        return Err(wrong("statistics.txt", "it counts other patients than population.json says".into()).into());
    }
    for (name, bytes) in &part.tables {
        let found = fs::metadata(folder.join(name)).map_or(0, |table| table.len());
        if found != *bytes {
            return Err(wrong(name, format!("it has {found} bytes and was written with {bytes}")).into());
        }
    }
    Ok((part, statistics))
}

//! What a fit left in its folder.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::cli::disk;
use crate::diagnostic::codes::{data, file};
use crate::diagnostic::{Diagnostic, Problems, Source, Span};
use crate::trajectory::Fields;

/// A fit in a folder.
#[derive(Debug)]
pub struct Found {
    /// The folder, as typed.
    pub name: String,
    /// The key `fit` of its `run.json`.
    pub fit: Fit,
    /// Its `estimates.csv`.
    pub estimates: Vec<Read>,
}

/// The key `fit` of `run.json`. A number that is none is `null`.
#[derive(Debug, Deserialize)]
pub struct Fit {
    /// Name of the model.
    pub model: String,
    /// As on the command line of the fit.
    pub method: String,
    /// Minus twice the log-likelihood without N ln(2 pi).
    pub objective: Option<f64>,
    /// Its Monte-Carlo standard error.
    pub objective_error: Option<f64>,
    /// With N ln(2 pi).
    pub minus_twice_log_likelihood: Option<f64>,
    /// Akaike's criterion.
    pub aic: Option<f64>,
    /// Bayes's criterion by measurements.
    pub bic: Option<f64>,
    /// Bayes's criterion by subjects.
    pub bic_subjects: Option<f64>,
    /// Measurements that are values.
    pub values: usize,
    /// Those that are censored.
    pub censored: usize,
    /// Subjects.
    pub subjects: usize,
    /// Number of estimates.
    pub estimated: usize,
    /// Whether every verdict was good.
    pub sound: bool,
    /// Hash of the data.
    pub data_sha256: Option<String>,
}

/// A line of `estimates.csv`.
#[derive(Debug, PartialEq)]
pub struct Read {
    /// Name of the parameter.
    pub name: String,
    /// What is estimated: `typical`, `covariate`, ...
    pub kind: String,
    /// The scale of estimation: `log`, `logit`, `identity`, ...
    pub transform: String,
    /// Where its name stands.
    pub place: Span,
    /// Its unit.
    pub unit: String,
    /// NaN if missing.
    pub value: f64,
    /// Relative standard error in percent; NaN if there is none.
    pub rse: f64,
    /// Whether it was not estimated.
    pub fixed: bool,
}

impl Found {
    /// Measurements that are values.
    pub fn values(&self) -> usize {
        self.fit.values
    }

    /// Measurements that are censored.
    pub fn censored(&self) -> usize {
        self.fit.censored
    }

    /// The n of the criterion by measurements.
    pub fn measurements(&self) -> usize {
        self.fit.values + self.fit.censored
    }
}

/// Keys that are there, though their value may be `null`.
const KEYS: [&str; 14] = [
    "model",
    "method",
    "objective",
    "objective_error",
    "minus_twice_log_likelihood",
    "aic",
    "bic",
    "bic_subjects",
    "values",
    "censored",
    "subjects",
    "estimated",
    "sound",
    "data_sha256",
];

/// Reads a folder.
pub fn read(folder: &Path) -> Result<Found, Problems> {
    let place = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let fit = fit(&place("run.json")).map_err(|found| in_folder(found, folder))?;
    let estimates = estimates(&place("estimates.csv"))?;
    let name = folder.to_string_lossy();
    let short = name.trim_end_matches(['/', '\\']);
    Ok(Found { name: if short.is_empty() { &name } else { short }.to_string(), fit, estimates })
}

/// A file that is not there is told with its folder.
fn in_folder(mut found: Diagnostic, folder: &Path) -> Problems {
    found.help(format!("`{}` should be what `--output` of a fit wrote", folder.display()));
    found.into()
}

fn fit(path: &str) -> Result<Fit, Diagnostic> {
    let bad = |code, what: String| Diagnostic::error(code, format!("`{path}` {what}"));
    let whole: Value = serde_json::from_slice(&disk::bytes(path)?)
        .map_err(|error| bad(&file::SYNTAX, format!("is not JSON: {error}")))?;
    let Some(fit) = whole.get("fit") else {
        return Err(bad(&file::MISSING_KEY, "has no key `fit`: it is not of a fit".into()));
    };
    if let Some(key) = KEYS.iter().find(|key| fit.get(key).is_none()) {
        return Err(bad(&file::MISSING_KEY, format!("lacks `{key}` under `fit`")));
    }
    Fit::deserialize(fit).map_err(|error| bad(&file::WRONG_TYPE, format!("has a wrong value under `fit`: {error}")))
}

fn estimates(path: &str) -> Result<Vec<Read>, Problems> {
    let source = Source::decode(path, &disk::bytes(path)?)?;
    let mut problems = Problems::default();
    let table = Fields::read(&source, &mut problems);
    let table = problems.or_value(table)?;
    let column = |name: &str| {
        (0..table.columns()).find(|at| table.header(*at) == name).ok_or_else(|| {
            Problems::from(Diagnostic::error(&data::MISSING_COLUMN, format!("`{path}` has no column `{name}`")))
        })
    };
    let [name, unit, value, rse, fixed] =
        [column("parameter")?, column("unit")?, column("estimate")?, column("rse")?, column("fixed")?];
    let [kind, transform] = [column("kind")?, column("transform")?];
    let number = |row: usize, at: usize| {
        table.number(row, at).ok_or_else(|| {
            let mut found = Diagnostic::error(&data::NOT_A_NUMBER, format!("`{}` is no number", table.field(row, at)));
            found.label(table.span(row, at), "");
            Problems::from(found)
        })
    };
    (0..table.rows())
        .map(|row| {
            Ok(Read {
                name: table.field(row, name).into_owned(),
                kind: table.field(row, kind).into_owned(),
                transform: table.field(row, transform).into_owned(),
                place: table.span(row, name),
                unit: table.field(row, unit).into_owned(),
                value: number(row, value)?,
                rse: number(row, rse)?,
                fixed: table.field(row, fixed) == "1",
            })
        })
        .collect()
}

//! Tables as text, and from files.

use std::io::Read;
use std::path::Path;

use super::disk;
use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Problems, Source};
use crate::observation::{self, Subject};
use crate::outcome::{self, EndPointRow, ExposureRow};
use crate::simulate::{DECISION_COLUMNS, DecisionRow};
use crate::trajectory::Sidecar;

/// CSV with quotes where needed.
pub fn csv(rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).expect("memory does not fail");
    }
    String::from_utf8(writer.into_inner().expect("memory does not fail")).expect("written from text")
}

/// The exposure CSV of the contract.
pub fn exposure(rows: &[ExposureRow]) -> String {
    let mut text = Vec::new();
    outcome::write_csv(rows, &mut text).expect("memory does not fail");
    String::from_utf8(text).expect("written from text")
}

/// The CSV of decisions of treatment rules.
pub fn decisions(rows: &[DecisionRow]) -> String {
    let head = DECISION_COLUMNS.iter().map(ToString::to_string).collect();
    csv(std::iter::once(head).chain(rows.iter().map(DecisionRow::cells)))
}

/// What rules did, in a line; none without a decision.
pub fn treatments(rows: &[DecisionRow]) -> String {
    let count = |outcome: &str| rows.iter().filter(|row| row.outcome == outcome).count();
    let (given, refused, withheld) = (count("given"), count("refused"), count("withheld"));
    format!("treatment by rule: {given} given, {refused} refused, {withheld} withheld")
}

/// The CSV of end points.
pub fn end_points(rows: &[EndPointRow]) -> String {
    let mut text = Vec::new();
    outcome::write_end_points_csv(rows, &mut text).expect("memory does not fail");
    String::from_utf8(text).expect("written from text")
}

/// The readings of a table of signs, by subject.
pub fn signs_from(path: &str, mut input: impl Read) -> Result<Vec<Subject>, Problems> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).map_err(|error| disk::cannot_read(path, &error))?;
    let source = Source::decode(path, &bytes)?;
    observation::read_signs(&source, &sidecar(path)?)
}

/// Units from `columns.json` beside the table, if it is there.
pub fn sidecar(path: &str) -> Result<Sidecar, Problems> {
    let beside = Path::new(path).with_file_name("columns.json");
    if path == "-" || !beside.is_file() {
        return Ok(Sidecar::default());
    }
    let name = beside.to_string_lossy();
    serde_json::from_slice(&disk::bytes(&name)?).map_err(|error| {
        let mut found = Diagnostic::error(&file::SYNTAX, format!("`{name}` is not the columns of a table: {error}"));
        found.help("remove it and write the units into the header: temperature [degC]");
        found.into()
    })
}

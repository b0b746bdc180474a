//! `cascade grade --snapshots`.

use serde_json::json;

use super::Ready;
use super::reading::{MOST_TOLD, reader};
use crate::chart::SnapshotTable;
use crate::cli::arguments::{Format, GradeArgs};
use crate::cli::loading::{self, Scales};
use crate::cli::output::{self, Folder};
use crate::cli::{Failure, tables};
use crate::diagnostic::Problems;
use crate::trajectory::aligned;

/// Columns of graded time points.
const SNAPSHOT_COLUMNS: [&str; 6] = ["id", "scale", "grade", "bound", "rule", "flags"];

/// Grades single time points.
pub fn snapshots(arguments: &GradeArgs, path: &str) -> Result<(), Failure> {
    let Scales { scales, settings, .. } = loading::scales(&arguments.scales)?;
    let mut table = SnapshotTable::open(path, reader(path)?)?;
    let mut ready = Ready::default();
    let (mut rows, mut problems) = (Vec::new(), Problems::default());
    loop {
        let snapshot = match table.next_snapshot() {
            Ok(Some(snapshot)) => snapshot,
            Ok(None) => break,
            Err(found) => {
                problems.append(found);
                if problems.iter().count() > MOST_TOLD {
                    return Err(problems.into());
                }
                continue;
            }
        };
        let panel = ready.panel(&scales, snapshot.settings(&settings))?;
        for course in snapshot.grade_by(panel) {
            let Some(row) = course.rows().last() else { continue };
            let record = course.record(row);
            rows.push([
                snapshot.id.clone(),
                course.grading().scale().name().to_owned(),
                record.grade.map(|grade| grade.to_string()).unwrap_or_default(),
                record.bound.name().to_owned(),
                record.rule.unwrap_or_default().to_owned(),
                record.flags.join(";"),
            ]);
        }
    }
    if problems.has_errors() {
        return Err(problems.into());
    }
    let lines = || std::iter::once(SNAPSHOT_COLUMNS.map(String::from)).chain(rows.iter().cloned()).map(Vec::from);
    if let Some(folder) = &arguments.to.output {
        let mut folder = Folder::open(folder)?;
        folder.add("snapshots.csv", tables::csv(lines()).as_bytes())?;
        folder.finish()?;
        return Ok(());
    }
    Ok(output::print(&match Format::wanted(arguments.format) {
        Format::Csv => tables::csv(lines()),
        Format::Table => aligned(&lines().collect::<Vec<_>>()),
        Format::Json => {
            let row = |row: &[String; 6]| {
                let flags: Vec<&str> = row[5].split(';').filter(|flag| !flag.is_empty()).collect();
                let (grade, rule) = (row[2].parse::<u8>().ok(), Some(&row[4]).filter(|rule| !rule.is_empty()));
                json!({ "id": row[0], "scale": row[1], "grade": grade, "bound": row[3], "rule": rule, "flags": flags })
            };
            let list: Vec<_> = rows.iter().map(row).collect();
            format!("{}\n", serde_json::to_string_pretty(&list).expect("plain values"))
        }
    })?)
}

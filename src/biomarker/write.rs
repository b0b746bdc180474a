use std::io;

use super::answer::Answer;
use super::read::LabTable;
use super::score::Score;
use super::settings::Settings;
use crate::trajectory::{number, quoted};

/// The columns of [`write_csv`].
pub const SCORE_COLUMNS: [&str; 8] = ["subject", "time", "score", "value", "class", "bound", "evidence", "flags"];

/// A score of a row of a table.
#[derive(Debug, Clone)]
pub struct ScoreRow {
    /// The patient.
    pub subject: String,
    /// Days from the infusion, if the table says.
    pub time: Option<f64>,
    /// The score.
    pub score: &'static Score,
    /// What it comes to.
    pub answer: Answer,
}

/// Every score that has a column, of every row.
pub fn scores(table: &LabTable, settings: &Settings) -> Vec<ScoreRow> {
    let present = |score: &&Score| score.inputs.iter().any(|input| table.columns.contains(input));
    let shown: Vec<&'static Score> = Score::all().iter().filter(present).collect();
    let of = |score: &'static Score, row: &super::LabRow| ScoreRow {
        subject: row.subject.clone(),
        time: row.time,
        score,
        answer: score.of(&row.labs, settings),
    };
    table.rows.iter().flat_map(|row| shown.iter().map(move |score| of(score, row))).collect()
}

/// One row for each row of the table and score; flags are joined by `;`, times are days.
///
/// # Errors
/// Those of `out`.
pub fn write_csv(rows: &[ScoreRow], out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{}", SCORE_COLUMNS.join(","))?;
    for row in rows {
        let shown = |value: Option<f64>| value.map(number).unwrap_or_default();
        let answer = &row.answer;
        writeln!(
            out,
            "{},{},{},{},{},{},{},{}",
            quoted(&row.subject),
            shown(row.time),
            row.score.name,
            shown(answer.value),
            answer.class.unwrap_or_default(),
            answer.bound.name(),
            row.score.evidence.name(),
            answer.flags.join(";")
        )?;
    }
    Ok(())
}

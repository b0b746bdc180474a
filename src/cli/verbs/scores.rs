//! `cascade grade --scores`.

use serde_json::{Value, json};

use crate::biomarker::{self, Score, ScoreRow, Settings};
use crate::cli::arguments::{Format, GradeArgs};
use crate::cli::output::{self, Folder};
use crate::cli::{Context, Failure, disk, tables};
use crate::diagnostic::codes::file;
use crate::diagnostic::{Problems, Source};
use crate::trajectory::{aligned, brief};

/// What nobody should overlook.
const NOTE: &str = "For research, not for clinical decisions. The grade of CRS does not depend on these scores.";

/// Scores a table of laboratory values.
pub fn run(context: &Context, arguments: &GradeArgs, path: &str) -> Result<(), Failure> {
    let settings = settings(&arguments.scales.options)?;
    let source = Source::decode(path, &disk::bytes(path)?)?;
    let table = biomarker::read_labs(&source, &tables::sidecar(path)?)?;
    let rows = biomarker::scores(&table, &settings);
    if let Some(folder) = &arguments.to.output {
        let mut folder = Folder::open(folder)?;
        folder.add("scores.csv", csv(&rows).as_bytes())?;
        for path in folder.finish()? {
            context.say(&format!("wrote {}", path.display()));
        }
        return Ok(());
    }
    let format = Format::wanted(arguments.format);
    let text = match format {
        Format::Csv => csv(&rows),
        Format::Json => json(&rows),
        Format::Table => table_text(&rows),
    };
    Ok(output::print(&text)?)
}

fn settings(options: &[String]) -> Result<Settings, Problems> {
    let mut problems = Problems::default();
    let mut settings = Settings::default();
    for text in options {
        let place = Source::new("--option", text).whole();
        let Some((name, value)) = text.split_once('=') else {
            problems
                .error(&file::BAD_VALUE, format!("`{text}` is not NAME=VALUE"))
                .label(place, "")
                .help("--option il6_uln=\"7 pg/mL\"");
            continue;
        };
        if let Err(mut found) = settings.set(name.trim(), value.trim()) {
            found.label(place, "");
            problems.push(found);
        }
    }
    problems.or_value(Some(settings))
}

fn csv(rows: &[ScoreRow]) -> String {
    let mut text = Vec::new();
    biomarker::write_csv(rows, &mut text).expect("memory does not fail");
    String::from_utf8(text).expect("written from text")
}

/// The scores that have a row.
fn shown(rows: &[ScoreRow]) -> impl Iterator<Item = &'static Score> {
    Score::all().iter().filter(|score| rows.iter().any(|row| row.score.name == score.name))
}

fn json(rows: &[ScoreRow]) -> String {
    let scores: Vec<Value> = shown(rows)
        .map(|score| {
            json!({
                "name": score.name,
                "title": score.title,
                "formula": score.formula,
                "inputs": score.inputs.iter().map(|input| {
                    json!({"name": input.name(), "unit": input.unit_text(), "label": input.label()})
                }).collect::<Vec<_>>(),
                "source": score.source,
                "evidence": score.evidence.name(),
                "validity": score.validity,
            })
        })
        .collect();
    let results: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "subject": row.subject,
                "time": row.time,
                "score": row.score.name,
                "value": row.answer.value,
                "class": row.answer.class,
                "bound": row.answer.bound,
                "evidence": row.score.evidence.name(),
                "flags": row.answer.flags,
            })
        })
        .collect();
    let whole = json!({"note": NOTE, "time_unit": "d", "scores": scores, "results": results});
    format!("{}\n", serde_json::to_string_pretty(&whole).expect("plain values"))
}

/// For reading: the scores, then what each one is and how far it can be trusted.
fn table_text(rows: &[ScoreRow]) -> String {
    let mut lines = vec![["subject", "day", "score", "value", "class", "bound", "flags"].map(String::from).to_vec()];
    for row in rows {
        let (dash, answer) = (|| "-".to_string(), &row.answer);
        lines.push(vec![
            row.subject.clone(),
            row.time.map_or_else(dash, brief),
            row.score.name.into(),
            answer.value.map_or_else(dash, brief),
            answer.class.map_or_else(dash, String::from),
            answer.bound.name().into(),
            answer.flags.join(" "),
        ]);
    }
    let mut text = aligned(&lines);
    for score in shown(rows) {
        let evidence = score.evidence.name();
        text.push_str(&format!("\n{}: {}\n", score.name, score.formula));
        text.push_str(&format!("  {}; numbers {evidence}\n  {}\n", score.source, score.validity));
    }
    text + &format!("\n{NOTE}\n")
}

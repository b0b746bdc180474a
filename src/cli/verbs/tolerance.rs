//! `cascade simulate --check-tolerance`.

use serde_json::{Value, json};

use crate::cli::arguments::{Format, ScaleArgs, SimulateArgs};
use crate::cli::loading::{self, Scales};
use crate::cli::{Context, Failure, output, tables};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::run;
use crate::simulate::{Excuse, Moved, Scenario, TIGHTER, ToleranceCheck, check_tolerance};
use crate::trajectory::{aligned, brief, number};

/// How far an answer may move unless told otherwise.
const LIMIT: f64 = 0.01;

/// Solves again tighter and reports; the answer is negative if something moved beyond the limit.
pub fn run(context: &Context, arguments: &SimulateArgs, mut scenario: Scenario<'_>) -> Result<(), Failure> {
    let limit = arguments.limit.unwrap_or(LIMIT);
    if !(limit > 0.0 && limit.is_finite()) {
        let mut found = Diagnostic::error(&run::BAD_TOLERANCE, format!("the limit must be a positive number: {limit}"));
        found.help("--limit 0.01 lets every answer move by 1 %");
        return Err(found.into());
    }
    if scenario.model.has_signs() {
        let Scales { scales, settings, vitals_every } = loading::scales(&ScaleArgs::default())?;
        scenario = scenario.gradings(scales, settings, vitals_every);
    }
    let check = check_tolerance(&scenario, limit)?;
    let format = Format::wanted(arguments.format);
    output::print(&match format {
        Format::Table => aligned(&rows(&check, brief)),
        Format::Csv => tables::csv(rows(&check, number).into_iter()),
        Format::Json => json(&check),
    })?;
    let verdict = if check.is_within() { "within" } else { "beyond" };
    let worst =
        check.worst().map_or_else(String::new, |row| format!("; most: {} of {}, {}", row.what, row.of, moved(row)));
    context.say(&format!(
        "rtol {} against {}, {TIGHTER} times tighter: answers move {verdict} {}{worst}",
        number(check.rtol),
        number(check.tight),
        percent(limit)
    ));
    if check.is_within() { Ok(()) } else { Err(Failure::Negative) }
}

fn percent(share: f64) -> String {
    format!("{} %", brief(100.0 * share))
}

fn moved(row: &Moved) -> String {
    if row.moved.is_finite() { percent(row.moved) } else { "only at one tolerance".into() }
}

fn rows(check: &ToleranceCheck, show: fn(f64) -> String) -> Vec<Vec<String>> {
    let head = ["of", "what", "unit", "run", "tight", "moved", "excused"].map(String::from).to_vec();
    let shown = |value: Option<f64>| value.map_or_else(String::new, show);
    let body = check.rows.iter().map(|row| {
        let moved = if row.moved.is_finite() { show(row.moved) } else { "inf".into() };
        let excused = row.excused.map_or("", Excuse::word).to_string();
        vec![row.of.clone(), row.what.into(), row.unit.clone(), shown(row.run), shown(row.tight), moved, excused]
    });
    std::iter::once(head).chain(body).collect()
}

fn json(check: &ToleranceCheck) -> String {
    let rows: Vec<Value> = check
        .rows
        .iter()
        .map(|row| {
            json!({
                "of": row.of, "what": row.what, "unit": row.unit, "run": row.run, "tight": row.tight,
                "moved": row.moved.is_finite().then_some(row.moved),
                "excused": row.excused.map(Excuse::word),
            })
        })
        .collect();
    let text = json!({
        "rtol": check.rtol, "tight": check.tight, "limit": check.limit, "within": check.is_within(), "rows": rows,
    });
    format!("{}\n", serde_json::to_string_pretty(&text).expect("plain values"))
}

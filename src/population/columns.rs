//! The end points of a patient, one a column.

use serde::{Deserialize, Serialize};

use super::watcher::Left;
use crate::crs::Course;
use crate::model::Model;
use crate::outcome::Exposure;
use crate::simulate::{EventKind, Prepared};

/// A column of end points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// As in the head of the table: `cmax_il6`.
    pub name: String,
    /// Unit of its numbers; `1` for counts and grades.
    pub unit: String,
    /// What it is, for readers.
    pub label: String,
    /// Whether it holds words; words are not summarised.
    pub words: bool,
    /// Whether figures show it on a logarithmic axis.
    pub log: bool,
}

/// What is reported of each output: name, what it says, whether it is a time (in days), an integral over days, or a value.
const EXPOSURE: [(&str, &str, Kind); 8] = [
    ("cmax", "maximum", Kind::Value),
    ("tmax", "time of maximum", Kind::Time),
    ("auc_0_28d", "AUC over 28 d", Kind::Integral),
    ("clast", "last value", Kind::Value),
    ("tlast", "time of last value", Kind::Time),
    ("half_life", "half-life", Kind::Time),
    ("nadir", "nadir", Kind::Value),
    ("nadir_time", "time of nadir", Kind::Time),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Value,
    Time,
    Integral,
}

/// The columns of a population under these scales.
pub(super) fn columns(model: &Model, scales: &[String]) -> Vec<Column> {
    let mut all = Vec::new();
    for output in &model.outputs {
        let unit = output.unit.to_string();
        for (name, says, kind) in EXPOSURE {
            all.push(Column {
                name: format!("{name}_{}", output.name),
                unit: match kind {
                    Kind::Value => unit.clone(),
                    Kind::Time => "d".into(),
                    Kind::Integral => format!("{unit}*d"),
                },
                label: format!("{}: {says}", output.label),
                words: false,
                log: kind != Kind::Time && !output.unit.is_level(),
            });
        }
    }
    let mut column = |name: String, unit: &str, label: String, words: bool| {
        all.push(Column { name, unit: unit.into(), label, words, log: false });
    };
    for point in &model.end_points {
        let (name, label) = (&point.name, &point.label);
        column(format!("reached_{name}"), "1", format!("{label}: reached (1) or not (0)"), false);
        column(format!("time_{name}"), "d", format!("{label}: when reached"), false);
        column(format!("lost_{name}"), "1", format!("{label}: if reached, lost again (1) or not (0)"), false);
        column(format!("lost_time_{name}"), "d", format!("{label}: when lost"), false);
        column(format!("duration_{name}"), "d", format!("{label}: until lost, or to the end of the run"), false);
    }
    for scale in scales {
        column(format!("crs_onset_{scale}"), "d", format!("Onset of CRS, {scale}"), false);
        column(format!("crs_grade_{scale}"), "1", format!("Highest grade of CRS, {scale}"), false);
        column(format!("crs_bound_{scale}"), "1", format!("Whether the grade is exact, {scale}"), true);
        column(format!("crs_days_{scale}"), "d", format!("Duration of CRS, {scale}"), false);
        column(format!("crs_episodes_{scale}"), "1", format!("Episodes of CRS, {scale}"), false);
    }
    for dose in &model.doses {
        let label = &dose.label;
        column(format!("given_{}", dose.name), "1", format!("Doses given: {label}"), false);
    }
    for switch in model.switches.iter().filter(|switch| switch.care.is_some()) {
        column(format!("care_{}", switch.name), "1", format!("Times begun: {}", switch.name), false);
    }
    all
}

/// A cell of a patient's row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    /// NaN if missing.
    Number(f64),
    Word(&'static str),
}

/// A patient's cells, in the order of [`columns`].
pub(super) fn cells(prepared: &Prepared<'_>, left: &Left<'_>, row: &mut Vec<Cell>) {
    let model = prepared.model();
    row.clear();
    for (output, exposure) in left.exposure.iter().enumerate() {
        let Exposure { cmax, tmax, auc_0_28d, clast, tlast, half_life, nadir, nadir_time } =
            prepared.reported(output, *exposure);
        let figures = [cmax, tmax, auc_0_28d, clast, tlast, half_life, nadir, nadir_time];
        row.extend(figures.map(|figure| Cell::Number(figure.unwrap_or(f64::NAN))));
    }
    for point in &left.end_points {
        let reached = point.reached.is_some();
        let (missing, answer) = (f64::NAN, |yes: bool| f64::from(u8::from(yes)));
        row.extend([
            Cell::Number(point.threshold.map_or(missing, |_| answer(reached))),
            Cell::Number(point.reached.unwrap_or(missing)),
            Cell::Number(if reached { answer(point.lost.is_some()) } else { missing }),
            Cell::Number(point.lost.unwrap_or(missing)),
            Cell::Number(point.duration.unwrap_or(missing)),
        ]);
    }
    for course in &left.courses {
        crs(course, row);
    }
    let count = |wanted: &dyn Fn(&EventKind) -> bool| {
        Cell::Number(left.events.iter().filter(|event| wanted(&event.kind)).count() as f64)
    };
    for at in 0..model.doses.len() {
        row.push(count(&|kind| matches!(kind, EventKind::Dose { entry, .. } if *entry == at)));
    }
    for (at, _) in model.switches.iter().enumerate().filter(|(_, switch)| switch.care.is_some()) {
        row.push(count(&|kind| matches!(kind, EventKind::On(switch) if *switch == at)));
    }
}

fn crs(course: &Course, row: &mut Vec<Cell>) {
    let maximum = course.maximum();
    let episodes = course.episodes();
    let days: f64 = episodes.iter().map(|episode| episode.end - episode.onset).sum();
    row.extend([
        Cell::Number(episodes.first().map_or(f64::NAN, |first| first.onset)),
        Cell::Number(maximum.grade.map_or(f64::NAN, f64::from)),
        Cell::Word(maximum.bound.name()),
        Cell::Number(if episodes.is_empty() { f64::NAN } else { days }),
        Cell::Number(episodes.len() as f64),
    ]);
}

/// The place of a grade among seven: 0 to 5, undetermined last.
pub(super) fn place_of(grade: Option<u8>) -> usize {
    grade.map_or(6, |grade| usize::from(grade.min(5)))
}

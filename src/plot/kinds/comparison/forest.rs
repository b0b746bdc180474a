//! Forest plots: differences to the reference with their intervals, a line for each end point and arm.

use super::{Cohort, label, legend, words};
use crate::compare::{Arms, Kind, Row};
use crate::plot::label::{fixed, short};
use crate::plot::{Axis, Figure, Mark, MarkKind, Observation, Observed, Panel, Scale, Series};

/// Lines of one figure, at most.
const MOST: usize = 36;

/// Differences of shares of patients, in percentage points. None where no share differs in any patient.
pub fn forest(cohort: &Cohort, arms: &Arms, rows: &[Row]) -> Option<Figure> {
    let wanted = |row: &&Row| {
        let same = row.estimate.estimate == 0.0 && row.estimate.lower == 0.5;
        row.estimate.kind == Kind::Proportion && !same
    };
    let axis = Axis::linear("Difference of shares", "percent");
    draw(cohort, arms, rows.iter().filter(wanted), axis, 100.0)
}

/// Ratios of geometric means of maxima and areas. None where there are none.
pub fn forest_of_ratios(cohort: &Cohort, arms: &Arms, rows: &[Row]) -> Option<Figure> {
    let wanted = |row: &&Row| {
        let point = &arms.end_points[row.end_point];
        let output = point.name.strip_prefix("cmax_").or_else(|| point.name.strip_prefix("auc_0_28d_"));
        let outputs = &arms.arms[row.arm].layout.outputs;
        let on_log_axis = output.is_some_and(|name| outputs.iter().any(|known| known.log && known.name == name));
        row.estimate.kind == Kind::Ratio && (on_log_axis || output.is_some() && point.better.is_some())
    };
    draw(cohort, arms, rows.iter().filter(wanted), Axis::log("Ratio of geometric means", ""), 1.0)
}

fn draw<'r>(
    cohort: &Cohort,
    arms: &Arms,
    rows: impl Iterator<Item = &'r Row>,
    axis: Axis,
    factor: f64,
) -> Option<Figure> {
    let mut rows: Vec<&Row> = rows.collect();
    rows.sort_by_key(|row| (row.end_point, row.arm));
    rows.truncate(MOST);
    if rows.is_empty() {
        return None;
    }
    let written = |value: f64| match axis.scale {
        Scale::Log if (0.1..10.0).contains(&value) => fixed(value, 3),
        Scale::Log => short(value),
        Scale::Linear => fixed(value, 1),
    };
    let nothing: f64 = if axis.scale == Scale::Log { 1.0 } else { 0.0 };
    let (mut low, mut high) = (nothing, nothing);
    let mut names = Vec::new();
    let mut panel = Panel::new(Axis::linear("", ""));
    let count = rows.len() as f64;
    for (at, row) in rows.iter().enumerate() {
        let y = count - at as f64 - 0.5;
        let found = &row.estimate;
        let (from, to) = found.interval.unwrap_or((found.estimate, found.estimate));
        let [x, from, to] = [found.estimate, from, to].map(|value| factor * value);
        (low, high) = (low.min(from), high.max(to));
        if at == 0 || rows[at - 1].end_point != row.end_point {
            names.push((y, label(arms, row.end_point)));
        }
        let text = match found.interval {
            Some(_) => format!("{} ({} to {})", written(x), written(from), written(to)),
            None => written(x),
        };
        panel.series.push(Series::new(text, vec![(from, y), (to, y)]).style(row.arm));
        let point = Observation { x, y, below_limit: false };
        panel.observed.push(Observed { label: String::new(), points: vec![point], style: Some(row.arm) });
    }
    panel.vertical = Axis { names, ..Axis::linear("", "") }.between(0.0, count);
    let margin = 0.04 * (high - low).max(1e-9);
    let (from, to) = if axis.scale == Scale::Log { (low / 1.1, high * 1.1) } else { (low - margin, high + margin) };
    let reference = &arms.arms[arms.reference].name;
    let what = if axis.scale == Scale::Log { "Ratios to" } else { "Differences to" };
    let more = format!("95 % intervals from pairs, {} patients", arms.paired.len());
    let (title, subtitle, footer) = words(cohort, &format!("{what} {reference}"), &more);
    let mut legend = legend(arms);
    legend.remove(arms.reference);
    Some(Figure {
        title,
        subtitle,
        footer,
        legend,
        horizontal: axis.between(from, to),
        panels: vec![panel],
        marks: vec![Mark { x: nothing, label: "no difference".into(), kind: MarkKind::Treatment, style: None }],
        ..Figure::default()
    })
}

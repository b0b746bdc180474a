//! Measurements over curves.

use super::curves::{add_references, quantification_limit};
use crate::observation::Measurement;
use crate::plot::{Figure, Observation, Observed, Panel, Scale};

/// How many of these points the figure cannot show: outside its time axis, or not above 0 on a log axis.
pub fn hidden(figure: &Figure) -> usize {
    let (from, to) =
        (figure.horizontal.from.unwrap_or(f64::NEG_INFINITY), figure.horizontal.to.unwrap_or(f64::INFINITY));
    let hidden = |panel: &Panel, point: &&Observation| {
        !(from..=to).contains(&point.x) || (panel.vertical.scale == Scale::Log && point.y <= 0.0)
    };
    let count = |panel: &Panel| {
        panel.observed.iter().flat_map(|observed| &observed.points).filter(|point| hidden(panel, point)).count()
    };
    figure.panels.iter().map(count).sum()
}

/// The measurements of an output as points.
fn points<'a>(of: impl Iterator<Item = &'a Measurement>) -> Vec<Observation> {
    of.map(|one| Observation { x: one.time, y: one.value, below_limit: one.below_limit }).collect()
}

/// Adds the measurements of `output` to the panel in the style of its curve, whatever the subjects.
pub(super) fn add(panel: &mut Panel, measured: &[Measurement], output: &str, style: usize) {
    let of = || measured.iter().filter(|one| one.output == output);
    let mut subjects: Vec<&str> = of().map(|one| one.subject.as_str()).collect();
    subjects.sort_unstable();
    subjects.dedup();
    let label = match subjects.len() {
        0 => return,
        1 => "measured".into(),
        n => format!("measured (n = {n})"),
    };
    panel.observed.push(Observed { label, points: points(of()), style: Some(style) });
    limits(panel, measured, output);
}

/// Adds the measurements of `output`: a subject named as a run in that run's style, others neutral.
pub(super) fn add_by_run(panel: &mut Panel, measured: &[Measurement], output: &str, runs: &[String]) {
    let of = || measured.iter().filter(|one| one.output == output);
    let mut label = "measured";
    for (style, run) in runs.iter().enumerate() {
        let points = points(of().filter(|one| one.subject == *run));
        if !points.is_empty() {
            panel.observed.push(Observed { label: std::mem::take(&mut label).into(), points, style: Some(style) });
        }
    }
    let others = points(of().filter(|one| !runs.contains(&one.subject)));
    if !others.is_empty() {
        let label = if label.is_empty() { "others, measured" } else { label };
        panel.observed.push(Observed { label: label.into(), points: others, style: None });
    }
    limits(panel, measured, output);
}

/// Draws the limits of quantification that the data name and the model does not.
fn limits(panel: &mut Panel, measured: &[Measurement], output: &str) {
    let limits = measured.iter().filter(|one| one.output == output && one.below_limit && one.value > 0.0);
    let mut limits: Vec<f64> = limits.map(|one| one.value).collect();
    limits.sort_by(f64::total_cmp);
    limits.dedup();
    // Data of several assays have several limits: each triangle then stands for itself.
    if let [limit] = limits.as_slice() {
        add_references(panel, std::iter::once(quantification_limit(*limit)));
    }
}

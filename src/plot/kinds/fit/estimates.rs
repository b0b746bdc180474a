//! Estimates with their intervals, a line each, in percent of the estimate.

use super::{figure, key};
use crate::fit::{Estimate, EstimateKind, Fitted};
use crate::plot::label::{three_digits, unit_text};
use crate::plot::{Axis, Figure, KeySample, Mark, MarkKind, Observation, Observed, Panel, Series};

/// Lines of one figure, at most.
const MOST: usize = 36;
/// Ends of the axis at most, in percent of the estimate; the numbers beside the line say what is cut.
const LEAST_END: f64 = -100.0;
const MOST_END: f64 = 300.0;

/// Estimates that have an interval and are not 0. None where there is none.
pub fn forest_of_estimates(fitted: &Fitted) -> Option<Figure> {
    let with_interval = |estimate: &&Estimate| estimate.interval.is_some() && estimate.value != 0.0;
    let all: Vec<&Estimate> = fitted.estimates.iter().filter(with_interval).collect();
    let shown = &all[..all.len().min(MOST)];
    if shown.is_empty() {
        return None;
    }
    let count = shown.len() as f64;
    let (mut low, mut high) = (100.0_f64, 100.0_f64);
    let mut names = Vec::new();
    let mut panel = Panel::new(Axis::linear("", ""));
    for (at, estimate) in shown.iter().enumerate() {
        let y = count - at as f64 - 0.5;
        let (from, to) = estimate.interval.unwrap_or((estimate.value, estimate.value));
        let percent = |value: f64| 100.0 * value / estimate.value;
        // Of a negative estimate the ends change places.
        let (left, right) = (percent(from).min(percent(to)), percent(from).max(percent(to)));
        (low, high) = (low.min(left), high.max(right));
        names.push((y, estimate.name.clone()));
        let unit = unit_text(&estimate.unit);
        let text = format!("{} ({} to {}) {unit}", three_digits(estimate.value), three_digits(from), three_digits(to));
        let style = estimate.kind as usize;
        panel.series.push(Series::new(text.trim_end(), vec![(left, y), (right, y)]).style(style));
        let point = Observation { x: 100.0, y, below_limit: false };
        panel.observed.push(Observed { label: String::new(), points: vec![point], style: Some(style) });
    }
    panel.vertical = Axis { names, ..Axis::linear("", "") }.between(0.0, count);
    let margin = 0.04 * (high - low).max(10.0);
    let kinds = [
        (EstimateKind::Typical, "typical value"),
        (EstimateKind::Covariate, "coefficient of a covariate"),
        (EstimateKind::Variance, "variance or covariance of random effects"),
        (EstimateKind::Residual, "size of a residual error"),
    ];
    let is_shown = |kind| shown.iter().any(|estimate| estimate.kind == kind);
    let kinds = kinds.into_iter().filter(|(kind, _)| is_shown(*kind));
    let more = if all.len() > MOST {
        format!("the first {MOST} of {} estimates with 95 % intervals", all.len())
    } else {
        "95 % intervals".into()
    };
    Some(Figure {
        legend: kinds.map(|(kind, label)| key(label, kind as usize, KeySample::Curve)).collect(),
        horizontal: Axis::linear("Percent of the estimate", "")
            .between((low - margin).max(LEAST_END), (high + margin).min(MOST_END)),
        panels: vec![panel],
        marks: vec![Mark { x: 100.0, label: "estimate".into(), kind: MarkKind::Treatment, style: None }],
        ..figure(fitted, "Estimates", &more)
    })
}

//! Benefit against risk: each arm with the intervals of both.

use super::{Cohort, SEVERE, label, legend, words};
use crate::compare::{Arms, Value};
use crate::plot::{Axis, Figure, Observation, Observed, Panel, Series, Station, StationKind};

/// The share with the first declared end point against the share with severe CRS by the first scale (any CRS if nobody
/// has a severe one), with 95 % intervals. None without a declared end point or without a scale.
pub fn plane(cohort: &Cohort, arms: &Arms) -> Option<Figure> {
    let benefit = arms.benefits_and_risks().first()?.0;
    let scale = arms.arms.first()?.layout.scales.first()?;
    let severe = arms.end_point(&format!("crs_at_least_{SEVERE}_{scale}"))?;
    let any = arms.end_point(&format!("crs_any_{scale}"))?;
    let nobody = (0..arms.arms.len()).all(|arm| arms.value(arm, severe).centre.unwrap_or(0.0) == 0.0);
    let risk = if nobody { any } else { severe };
    let mut panel = Panel::new(Axis::linear("", ""));
    let (mut across, mut up) = (Vec::new(), Vec::new());
    let percent = |value: &Value| -> Option<[f64; 3]> {
        let (low, high) = value.interval?;
        Some([value.centre?, low, high].map(|share| 100.0 * share))
    };
    for (style, arm) in arms.arms.iter().enumerate() {
        let found = (percent(&arms.value(style, risk)), percent(&arms.value(style, benefit)));
        let (Some([x, left, right]), Some([y, below, above])) = found else { continue };
        across.extend([left, right]);
        up.extend([below, above]);
        let line = |points: [(f64, f64); 2]| Series::new("", points.to_vec()).style(style);
        if arm.count() > 1 {
            panel.series.push(line([(left, y), (right, y)]));
            panel.series.push(line([(x, below), (x, above)]));
        }
        let point = Observation { x, y, below_limit: false };
        panel.observed.push(Observed { label: String::new(), points: vec![point], style: Some(style) });
        // Arms that lie close keep their names.
        panel.stations.push(Station { x, y, label: arm.name.clone(), style, kind: StationKind::Start });
    }
    panel.vertical = around(label(arms, benefit), &up);
    let (title, subtitle, footer) = words(cohort, "Benefit and risk", "95 % intervals of the shares");
    Some(Figure {
        title,
        subtitle,
        footer,
        legend: legend(arms),
        horizontal: around(label(arms, risk), &across),
        panels: vec![panel],
        ..Figure::default()
    })
}

/// An axis of shares around these, in steps of ten.
fn around(label: String, ends: &[f64]) -> Axis {
    let low = ends.iter().copied().fold(100.0, f64::min);
    let high = ends.iter().copied().fold(0.0, f64::max);
    let (low, high) = ((low / 10.0).floor() * 10.0, (high / 10.0).ceil() * 10.0);
    let (low, high) = if low < high { (low, high) } else { (0.0, 100.0) };
    // Small differences do not fill the page.
    let (low, high) = if high - low < 20.0 { ((low - 10.0).max(0.0), (high + 10.0).min(100.0)) } else { (low, high) };
    // A point at an end is seen whole.
    let margin = 0.02 * (high - low);
    Axis::linear(label, "percent").between(low - margin, high + margin)
}

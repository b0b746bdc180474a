//! The onset over time: Kaplan-Meier estimates, turned over.

use super::{Words, scale_text, syndromes};
use crate::cohort::{Cohort, Step};
use crate::plot::{Area, AtRisk, Axis, Figure, Fill, Key, KeySample, Panel, Series};

/// The share of patients with an onset, 1 - the Kaplan-Meier estimate, for each scale, with numbers at risk; of one
/// scale alone with its pointwise 95 % interval. None if there are no patients.
pub fn onset(words: &Words, cohort: &Cohort) -> Option<Figure> {
    let members = cohort.members();
    if cohort.scales().is_empty() || members.is_empty() {
        return None;
    }
    let leaves = |scale: usize| -> Vec<f64> {
        let of = |member: &crate::cohort::Member| {
            let summary = &member.summaries[scale];
            summary.first().map_or(summary.until, |episode| episode.onset)
        };
        members.iter().map(of).filter(|time| time.is_finite()).collect()
    };
    let followed: Vec<Vec<f64>> = (0..cohort.scales().len()).map(leaves).collect();
    let from = followed.iter().flatten().copied().fold(0.0, f64::min);
    // After the last onset the curve goes on to the end of the charts.
    let until = |scale: usize| {
        let ends = members.iter().map(|member| member.summaries[scale].until).filter(|time| time.is_finite());
        ends.chain(followed[scale].iter().copied()).fold(from, f64::max)
    };
    let to = (0..followed.len()).map(until).fold(from, f64::max);
    let to = if to > from { to } else { from + 1.0 };
    // Steps on the edge of the frame would not be seen.
    let from = if from < 0.0 { from - 0.03 * (to - from) } else { from };
    let alone = cohort.scales().len() == 1;
    let mut panel = Panel::new(Axis::linear("Patients with an onset", "percent").between(0.0, 100.0));
    let mut legend = Vec::new();
    for (at, scale) in cohort.scales().iter().enumerate() {
        let steps = cohort.onset_curve(at);
        let end = until(at);
        let label = if alone { String::new() } else { scale_text(scale) };
        panel.series.push(Series::new(label, curve(&steps, from, end)).style(at));
        if alone && !steps.is_empty() {
            let fill = Fill::Band { style: 0, depth: 0 };
            panel.areas.push(Area { label: String::new(), fill, points: band(&steps, end) });
            let key = |label: &str, sample| Key { label: label.into(), style: 0, sample };
            legend = vec![key("Onset", KeySample::Curve), key("95 % interval", KeySample::Area(fill))];
        }
    }
    let rows = cohort.scales().iter().zip(followed.iter().cloned());
    let notes = ["who has no onset is followed to the last reading; an undetermined grade is no onset".to_owned()];
    Some(Figure {
        title: format!("Onset of {} by {}", syndromes(cohort.scales()), super::scale_list(cohort.scales())),
        subtitle: words.subtitle(&notes),
        footer: words.footer(),
        legend,
        horizontal: Axis::linear("Time after infusion", "d").between(from, to),
        panels: vec![panel],
        at_risk: rows.map(|(scale, leaves)| AtRisk { label: scale_text(scale), leaves }).collect(),
        ..Figure::default()
    })
}

/// Steps in percent from `from` to `end`.
fn curve(steps: &[Step], from: f64, end: f64) -> Vec<(f64, f64)> {
    let mut points = vec![(from, 0.0)];
    let mut height = 0.0;
    for step in steps {
        points.push((step.time, height));
        height = 100.0 * (1.0 - step.survival);
        points.push((step.time, height));
    }
    points.push((end, height));
    points.dedup();
    points
}

/// The pointwise 95 % interval by the log-log transform; none where the estimate is 0 or 1.
fn band(steps: &[Step], end: f64) -> Vec<(f64, f64, f64)> {
    let mut points = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let until = steps.get(at + 1).map_or(end, |next| next.time);
        let edges = step.interval().unwrap_or((f64::NAN, f64::NAN));
        let edges = (100.0 * (1.0 - edges.1), 100.0 * (1.0 - edges.0));
        points.extend([(step.time, edges.0, edges.1), (until, edges.0, edges.1)]);
    }
    points
}

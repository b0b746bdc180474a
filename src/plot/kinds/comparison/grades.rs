//! Patients by their highest grade: a bar for each arm, grades side by side in it.

use super::{Cohort, scale_text, words};
use crate::compare::Arms;
use crate::plot::{Axis, Figure, Grade, Interval, Lane};

/// A stacked bar for each scale and arm: the highest grade on the right, so that the length from a grade's left edge to
/// the end is the share at that grade or above. None without scales.
pub fn grades(cohort: &Cohort, arms: &Arms) -> Option<Figure> {
    let scales = &arms.arms.first()?.layout.scales;
    if scales.is_empty() {
        return None;
    }
    let mut lanes = Vec::new();
    for (at, scale) in scales.iter().enumerate() {
        for (style, arm) in arms.arms.iter().enumerate() {
            let counts = arm.statistics.maxima.get(at).copied().unwrap_or_default();
            let all = counts.iter().sum::<u64>().max(1) as f64;
            let mut from = 0.0;
            let mut intervals = Vec::new();
            for (place, count) in counts.iter().enumerate() {
                let to = from + 100.0 * *count as f64 / all;
                let grade = if place < 6 { Grade::Exact(place as u8) } else { Grade::Undetermined };
                if *count > 0 {
                    intervals.push(Interval { from, to, grade });
                }
                from = to;
            }
            let label = if style == 0 { scale_text(scale) } else { String::new() };
            lanes.push(Lane { label, name: arm.name.clone(), style: Some(style), intervals, ..Lane::default() });
        }
    }
    let (title, subtitle, footer) = words(cohort, "Highest grade of each patient", "numbers are grades");
    Some(Figure {
        title,
        subtitle,
        footer,
        horizontal: Axis::linear("Patients", "percent").between(0.0, 100.0),
        lanes,
        ..Figure::default()
    })
}

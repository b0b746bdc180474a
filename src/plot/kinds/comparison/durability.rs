//! How long declared end points last: Kaplan-Meier estimates by arm.

use super::{Cohort, words};
use crate::compare::{Arms, Durability};
use crate::plot::{Area, AtRisk, Axis, Figure, Fill, Panel, Series};

/// A figure for each declared end point that anybody reached: the share of those who reached it that have not lost it,
/// with pointwise 95 % intervals and the numbers still followed.
pub fn durability(cohort: &Cohort, arms: &Arms, all: &[Durability]) -> Vec<(String, Figure)> {
    let mut names: Vec<&String> = all.iter().map(|one| &one.end_point).collect();
    names.dedup();
    let of = |name: &String| -> Vec<&Durability> {
        all.iter().filter(|one| one.end_point == *name && !one.times.is_empty()).collect()
    };
    let drawn = names.into_iter().map(|name| (name.clone(), of(name))).filter(|(_, some)| !some.is_empty());
    drawn.map(|(name, some)| (name, figure(cohort, arms, &some))).collect()
}

fn figure(cohort: &Cohort, arms: &Arms, some: &[&Durability]) -> Figure {
    let mut panel = Panel::new(Axis::linear("Relapse-free", "percent").between(0.0, 103.0));
    let last = |one: &Durability| one.times.iter().map(|(time, _)| *time).fold(0.0, f64::max);
    for one in some {
        let end = last(one);
        let mut points = vec![(0.0, 100.0)];
        let mut band = Vec::new();
        for (at, step) in one.steps.iter().enumerate() {
            let until = one.steps.get(at + 1).map_or(end, |next| next.time);
            points.push((step.time, points[points.len() - 1].1));
            points.push((step.time, 100.0 * step.survival));
            let (low, high) = step.interval().unwrap_or((f64::NAN, f64::NAN));
            band.extend([(step.time, 100.0 * low, 100.0 * high), (until, 100.0 * low, 100.0 * high)]);
        }
        points.push((end, points[points.len() - 1].1));
        panel.series.push(Series::new(arms.arms[one.arm].name.clone(), points).style(one.arm));
        if !band.is_empty() {
            panel.areas.push(Area {
                label: String::new(),
                fill: Fill::Band { style: one.arm, depth: 0 },
                points: band,
            });
        }
    }
    let to = some.iter().map(|one| last(one)).fold(0.0, f64::max);
    let row = |one: &&Durability| AtRisk {
        label: arms.arms[one.arm].name.clone(),
        leaves: one.times.iter().map(|(time, _)| *time).collect(),
    };
    let more = "Kaplan-Meier, 95 % intervals; followed to the end of the run";
    let (title, subtitle, footer) = words(cohort, &some[0].label, more);
    Figure {
        title,
        subtitle,
        footer,
        horizontal: Axis::linear("Time since it was reached", "d").between(0.0, if to > 0.0 { to } else { 1.0 }),
        panels: vec![panel],
        at_risk: some.iter().map(row).collect(),
        ..Figure::default()
    }
}

//! How responses are lost: the incidence of each kind of relapse by arm.

use super::{Cohort, words};
use crate::compare::{Arms, Relapses};
use crate::plot::{Area, AtRisk, Axis, Figure, Fill, Panel, Series};

/// A figure for each response that anybody reached: a panel for each kind of relapse with the share that has relapsed so,
/// the other kinds competing, with pointwise 95 % intervals and the numbers still without a relapse.
pub fn relapses(cohort: &Cohort, arms: &Arms, all: &[Relapses]) -> Vec<Figure> {
    let mut names: Vec<&String> = all.iter().map(|one| &one.response).collect();
    names.dedup();
    let of = |name: &String| -> Vec<&Relapses> {
        all.iter().filter(|one| one.response == *name && !one.times.is_empty()).collect()
    };
    names.into_iter().map(of).filter(|some| !some.is_empty()).map(|some| figure(cohort, arms, &some)).collect()
}

fn figure(cohort: &Cohort, arms: &Arms, some: &[&Relapses]) -> Figure {
    let panels = (0..some[0].kinds.len()).map(|kind| panel(arms, some, kind)).collect();
    let to = some.iter().map(|one| one.end()).fold(0.0, f64::max);
    let row = |one: &&Relapses| AtRisk {
        label: arms.arms[one.arm].name.clone(),
        leaves: one.times.iter().map(|(time, _)| *time).collect(),
    };
    let more = format!("after: {} · Aalen-Johansen, 95 % intervals", some[0].label);
    let (title, subtitle, footer) = words(cohort, "Relapse by kind", &more);
    Figure {
        title,
        subtitle,
        footer,
        horizontal: Axis::linear("Time since the response", "d").between(0.0, if to > 0.0 { to } else { 1.0 }),
        panels,
        at_risk: some.iter().map(row).collect(),
        ..Figure::default()
    }
}

/// The incidence of one kind in all arms.
fn panel(arms: &Arms, some: &[&Relapses], kind: usize) -> Panel {
    let mut panel = Panel::new(Axis::linear(some[0].kinds[kind].1.clone(), "percent").between(0.0, 103.0));
    for one in some {
        let steps = one.incidence(kind);
        let mut points = vec![(0.0, 0.0)];
        let mut band = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let until = steps.get(at + 1).map_or(one.end(), |next| next.time);
            points.push((step.time, points[points.len() - 1].1));
            points.push((step.time, 100.0 * step.share));
            let (low, high) = step.interval().unwrap_or((f64::NAN, f64::NAN));
            band.extend([(step.time, 100.0 * low, 100.0 * high), (until, 100.0 * low, 100.0 * high)]);
        }
        points.push((one.end(), points[points.len() - 1].1));
        panel.series.push(Series::new(arms.arms[one.arm].name.clone(), points).style(one.arm));
        if !band.is_empty() {
            let fill = Fill::Band { style: one.arm, depth: 0 };
            panel.areas.push(Area { label: String::new(), fill, points: band });
        }
    }
    panel
}

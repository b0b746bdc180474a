//! Outputs over time by arm, with the grades of each arm's typical patient under them.

use super::super::care;
use super::{Cohort, words};
use crate::compare::Arms;
use crate::crs::Course;
use crate::plot::{Area, Axis, Figure, Fill, Lane, Panel, Series};
use crate::unit::Unit;

/// Outputs shown, at most.
const MOST: usize = 6;
/// What is shown if there are more.
const FIRST: [&str; 10] =
    ["cart", "cart_blood", "tumour", "blasts", "mprotein", "il6", "ifng", "crp", "temperature", "bcells"];

/// Median and 90 % band of each output in each arm; of one patient the curve. `lanes` go under them. None without
/// outputs or output times.
pub fn curves(cohort: &Cohort, arms: &Arms, lanes: Vec<Lane>) -> Option<Figure> {
    let first = &arms.arms.first()?.layout;
    if first.outputs.is_empty() || first.times.len() < 2 {
        return None;
    }
    let mut shown: Vec<usize> = (0..first.outputs.len()).collect();
    if shown.len() > MOST {
        let place = |at: &usize| FIRST.iter().position(|name| *name == first.outputs[*at].name).unwrap_or(FIRST.len());
        shown.sort_by_key(|at| (place(at), *at));
        shown.truncate(MOST);
        shown.sort_unstable();
    }
    let alone = arms.arms.iter().all(|arm| arm.count() < 2);
    let panels = shown.into_iter().map(|output| panel(arms, output, alone));
    let times = || arms.arms.iter().flat_map(|arm| arm.layout.times.iter().copied());
    let (from, to) = (times().fold(f64::INFINITY, f64::min), times().fold(f64::NEG_INFINITY, f64::max));
    let more = match (alone, lanes.is_empty()) {
        (true, _) => "typical patient",
        (false, true) => "median, and band of 90 % of the patients",
        (false, false) => "median, and band of 90 % of the patients; grades of the typical patient",
    };
    let (title, subtitle, footer) = words(cohort, &cohort.title, more);
    Some(Figure {
        title,
        subtitle,
        footer,
        horizontal: Axis::linear("Time", first.time_unit.clone()).between(from, to),
        panels: panels.collect(),
        lanes,
        ..Figure::default()
    })
}

fn panel(arms: &Arms, output: usize, alone: bool) -> Panel {
    let declared = &arms.arms[0].layout.outputs[output];
    let (label, unit) = (declared.label.clone(), declared.unit.clone());
    let axis = if declared.log { Axis::log(label, unit) } else { Axis::linear(label, unit) };
    let mut panel = Panel::new(axis);
    for (style, arm) in arms.arms.iter().enumerate() {
        let times = &arm.layout.times;
        let cells = &arm.statistics.values[output * times.len()..][..times.len()];
        let quantiles: Vec<[f64; 3]> = cells
            .iter()
            .map(|cell| {
                let found = cell.histogram.quantiles(&[0.05, 0.5, 0.95]);
                [0, 1, 2].map(|at| found[at].unwrap_or(f64::NAN))
            })
            .collect();
        let middle = |at: usize| if alone { cells[at].mean().unwrap_or(f64::NAN) } else { quantiles[at][1] };
        let points = times.iter().enumerate().map(|(at, time)| (*time, middle(at))).collect();
        panel.series.push(Series::new(arm.name.clone(), points).style(style));
        if !alone {
            let points = times.iter().zip(&quantiles).map(|(time, band)| (*time, band[0], band[2])).collect();
            panel.areas.push(Area { label: String::new(), fill: Fill::Band { style, depth: 0 }, points });
        }
    }
    // Outlines once more, over the fills of all.
    let outlines: Vec<Area> = panel
        .areas
        .iter()
        .enumerate()
        .map(|(style, area)| Area { fill: Fill::Outline { style }, ..area.clone() })
        .collect();
    panel.areas.extend(outlines);
    panel
}

/// The grades of an arm's typical patient, in the time unit of the model.
pub fn lane(name: &str, style: usize, course: &Course, time: &Unit) -> Lane {
    Lane { name: name.into(), style: Some(style), ..care::lane(course, time) }
}

//! Several runs on the same panels, told apart by colour and dashes.

use super::choice::{Choice, group_of};
use super::course::time_axis;
use super::curves::{self, Curve};
use super::{Options, Shown, care, observed, words};
use crate::diagnostic::Problems;
use crate::plot::{Figure, Key, KeySample, Lane, Mark, Panel};
use crate::unit::Unit;

/// Runs over each other: a panel for each output, a colour and a dash for each run, one legend, and a lane for each
/// run and graded course.
///
/// Runs may be of different models: outputs of one name are brought to the unit of the first run that has it, or get a
/// panel of their own if they do not measure the same. Doses that all runs have alike are marked once, others in the
/// style of their run.
///
/// # Errors
/// Options that name nothing the runs have.
pub fn overlay(shown: &[Shown<'_>], options: &Options) -> Result<Figure, Problems> {
    let choice = Choice::new(shown, options)?;
    let Some(first) = shown.first() else { return Ok(Figure::default()) };
    let time = &first.scenario.model.time;
    let names = names(shown);
    let mut figure = Figure {
        title: options.title.clone().unwrap_or_else(|| first.scenario.model.title.clone()),
        subtitle: words::subtitle(shown),
        footer: words::footer(shown, options),
        legend: legend(&names, KeySample::Curve),
        horizontal: time_axis(first, options),
        ..Figure::default()
    };
    if options.until.is_none() {
        let ends = shown.iter().filter_map(|run| {
            let rows = &run.run.trajectory;
            rows.time_unit.convert(*rows.time.last()?, time)
        });
        figure.horizontal.to = ends.reduce(f64::max).or(figure.horizontal.to);
    }
    let mut panels: Vec<(Curve, Panel)> = Vec::new();
    for (style, run) in shown.iter().enumerate() {
        for curve in curves::curves(run, &choice, time) {
            add(&mut panels, curve, style);
        }
    }
    if choice.wanted.is_none() {
        panels.sort_by_key(|(curve, _)| group_of(&curve.name).unwrap_or(usize::MAX));
    }
    for (curve, panel) in &mut panels {
        observed::add_by_run(panel, &options.observed, &curve.name, &names);
    }
    figure.panels = panels.into_iter().map(|(_, panel)| panel).collect();
    figure.lanes = lanes(shown, &names, time);
    figure.marks = marks(shown, time);
    Ok(figure)
}

/// Names of runs: those given, else what tells them apart.
pub(super) fn names(shown: &[Shown<'_>]) -> Vec<String> {
    let scenarios: Vec<_> = shown.iter().map(|run| run.scenario).collect();
    let found = if shown.is_empty() { Vec::new() } else { words::labels(&scenarios) };
    let name = |(run, found): (&Shown<'_>, String)| if run.label.is_empty() { found } else { run.label.clone() };
    shown.iter().zip(found).map(name).collect()
}

/// One key a run.
pub(super) fn legend(names: &[String], sample: KeySample) -> Vec<Key> {
    names.iter().enumerate().map(|(style, label)| Key { label: label.clone(), style, sample }).collect()
}

fn add(panels: &mut Vec<(Curve, Panel)>, curve: Curve, style: usize) {
    let known = panels.iter_mut().find_map(|(first, panel)| {
        let same = first.name == curve.name;
        let curve = if same { curve.clone().converted(&first.unit)? } else { return None };
        Some((curve, panel))
    });
    match known {
        Some((curve, panel)) => {
            panel.series.push(curve.series("", style));
            curves::add_references(panel, curve.references());
        }
        None => {
            let mut panel = curve.panel(&curve.label);
            panel.series.push(curve.series("", style));
            curves::add_references(&mut panel, curve.references());
            panels.push((curve, panel));
        }
    }
}

/// One lane a run and course, by scales; the first of each scale is labelled.
fn lanes(shown: &[Shown<'_>], names: &[String], time: &Unit) -> Vec<Lane> {
    let mut lanes = Vec::new();
    for (style, (run, name)) in shown.iter().zip(names).enumerate() {
        for course in &run.courses {
            lanes.push(Lane { name: name.clone(), style: Some(style), ..care::lane(course, time) });
        }
    }
    let mut scales: Vec<String> = Vec::new();
    for lane in &lanes {
        if !scales.contains(&lane.label) {
            scales.push(lane.label.clone());
        }
    }
    lanes.sort_by_key(|lane| scales.iter().position(|scale| *scale == lane.label));
    for index in (1..lanes.len()).rev() {
        if lanes[index].label == lanes[index - 1].label {
            lanes[index].label.clear();
        }
    }
    lanes
}

/// Doses that all runs have, then those of some.
fn marks(shown: &[Shown<'_>], time: &Unit) -> Vec<Mark> {
    let all: Vec<Vec<Mark>> = shown.iter().map(|run| care::marks(run, time)).collect();
    let common = |mark: &Mark| all.iter().all(|marks| marks.contains(mark));
    let mut marks: Vec<Mark> = all[0].iter().filter(|mark| common(mark)).cloned().collect();
    for (style, own) in all.iter().enumerate() {
        let own = own.iter().filter(|mark| !common(mark));
        marks.extend(own.map(|mark| Mark { style: Some(style), ..mark.clone() }));
    }
    marks
}

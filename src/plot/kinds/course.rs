//! The figure of one run: CAR-T, tumour, cytokines, signs, treatments and grade on one time axis.

use super::choice::{Choice, GROUPS};
use super::curves::{self, Curve};
use super::{Options, Shown, care, observed, words};
use crate::diagnostic::Problems;
use crate::plot::{Axis, Figure, Panel, Series};

/// The course of one run: a panel for each group of outputs and unit, measurements over the curves, supportive care
/// as bars and a lane for each graded course.
///
/// # Errors
/// Options that name nothing the run has.
pub fn course(shown: &Shown<'_>, options: &Options) -> Result<Figure, Problems> {
    let model = shown.scenario.model;
    let runs = std::slice::from_ref(shown);
    let choice = Choice::new(runs, options)?;
    let mut figure = Figure {
        title: options.title.clone().unwrap_or_else(|| model.title.clone()),
        subtitle: words::subtitle(runs),
        footer: words::footer(runs, options),
        horizontal: time_axis(shown, options),
        ..Figure::default()
    };
    for group in grouped(curves::curves(shown, &choice, &model.time)) {
        figure.panels.push(panel(&group, options));
    }
    figure.bands.extend(care::band(shown));
    figure.lanes.extend(shown.courses.iter().map(|course| care::lane(course, &model.time)));
    figure.marks = care::marks(shown, &model.time);
    Ok(figure)
}

/// The time axis of a run, to the end that the options ask for.
pub fn time_axis(shown: &Shown<'_>, options: &Options) -> Axis {
    let time = &shown.run.trajectory.time;
    let from = time.first().copied().unwrap_or(0.0);
    let to = time.last().copied().unwrap_or(1.0);
    let to = options.until.filter(|until| until.is_finite() && *until > from).unwrap_or(to);
    Axis::linear(words::time_label(shown), shown.scenario.model.time.to_string()).between(from, to)
}

/// Curves of one group, unit and scale together, in the order in which they first come.
fn grouped(curves: Vec<Curve>) -> Vec<Vec<Curve>> {
    let mut groups: Vec<Vec<Curve>> = Vec::new();
    for curve in curves {
        let joins = |other: &Vec<Curve>| {
            let first = &other[0];
            curve.group.is_some() && (first.group, &first.unit, first.scale) == (curve.group, &curve.unit, curve.scale)
        };
        match groups.iter_mut().find(|other| joins(other)) {
            Some(group) => group.push(curve),
            None => groups.push(vec![curve]),
        }
    }
    groups
}

fn panel(curves: &[Curve], options: &Options) -> Panel {
    let first = &curves[0];
    let alone = curves.len() == 1;
    let label = match first.group {
        Some(group) if !alone => GROUPS[group].label,
        _ => &first.label,
    };
    let mut panel = first.panel(label);
    for (style, curve) in curves.iter().enumerate() {
        // The axis names a lone curve already.
        let label = if alone { "" } else { curve.label.as_str() };
        let series: Series = curve.series(label, style);
        panel.series.push(series);
        curves::add_references(&mut panel, curve.references());
        observed::add(&mut panel, &options.observed, &curve.name, style);
    }
    panel
}

//! Maximum and area under the curve of outputs, across runs, as bars.

use super::choice::{Choice, GROUPS, group_of};
use super::{Options, Shown, overlay, words};
use crate::diagnostic::Problems;
use crate::outcome::Exposure;
use crate::plot::{Axis, BarSeries, Bars, Figure, KeySample, Panel, Scale};
use crate::unit::Unit;

/// What is shown of an exposure.
struct Measure {
    label: &'static str,
    /// What its unit has beyond the output's.
    times: &'static str,
    value: fn(&Exposure) -> Option<f64>,
}

const MEASURES: [Measure; 2] = [
    Measure { label: "Maximum", times: "", value: |exposure| exposure.cmax },
    Measure { label: "AUC, day 0 to 28", times: "*d", value: |exposure| exposure.auc_0_28d },
];

/// An output in the runs that have it.
struct Row {
    name: String,
    label: String,
    unit: Unit,
    scale: Scale,
    /// One a run.
    exposure: Vec<Option<Exposure>>,
}

/// Bars of maximum and AUC: a panel for each measure and unit, a group of bars for each output, a bar for each run.
///
/// The runs must have computed exposure ([`Scenario::with_exposure`](crate::simulate::Scenario::with_exposure)); what
/// is not known (a run that ends before day 28 has no AUC) is a dash, and a panel of dashes is left out. Temperature,
/// pressure and oxygen are shown only if asked for: their maximum and area say little.
///
/// # Errors
/// Options that name nothing the runs have.
pub fn exposure(shown: &[Shown<'_>], options: &Options) -> Result<Figure, Problems> {
    let choice = Choice::new(shown, options)?;
    let Some(first) = shown.first() else { return Ok(Figure::default()) };
    let names = overlay::names(shown);
    let mut figure = Figure {
        title: options.title.clone().unwrap_or_else(|| first.scenario.model.title.clone()),
        subtitle: words::subtitle(shown),
        footer: words::footer(shown, options),
        ..Figure::default()
    };
    if shown.len() > 1 {
        figure.legend = overlay::legend(&names, KeySample::Bar);
    }
    let rows = rows(shown, &choice);
    for group in by_unit(&rows) {
        figure.panels.extend(MEASURES.iter().filter_map(|measure| panel(measure, &group)));
    }
    Ok(figure)
}

fn rows(shown: &[Shown<'_>], choice: &Choice) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (at, run) in shown.iter().enumerate() {
        let model = run.scenario.model;
        for output in &model.outputs {
            let name = &output.name.text;
            let asked = match &choice.wanted {
                Some(wanted) => wanted.contains(name),
                None => group_of(name).is_none_or(|group| GROUPS[group].exposure),
            };
            let found = run.run.exposure.iter().find(|row| row.output == *name).filter(|_| asked);
            let Some(found) = found else { continue };
            let own = if output.log { Scale::Log } else { Scale::Linear };
            let known = rows.iter().position(|row| row.name == *name && output.unit.convert(1.0, &row.unit).is_some());
            let place = known.unwrap_or_else(|| {
                rows.push(Row {
                    name: name.clone(),
                    label: output.label.clone(),
                    unit: output.unit.clone(),
                    scale: choice.scale(name, own),
                    exposure: vec![None; shown.len()],
                });
                rows.len() - 1
            });
            let row = &mut rows[place];
            row.exposure[at] = Some(converted(&found.exposure, &output.unit, &row.unit));
        }
    }
    let order = |row: &Row| match &choice.wanted {
        Some(wanted) => wanted.iter().position(|name| *name == row.name).unwrap_or(usize::MAX),
        None => group_of(&row.name).unwrap_or(usize::MAX),
    };
    rows.sort_by_key(order);
    rows
}

fn converted(exposure: &Exposure, from: &Unit, to: &Unit) -> Exposure {
    let convert = |value: Option<f64>| value.and_then(|value| from.convert(value, to));
    Exposure { cmax: convert(exposure.cmax), auc_0_28d: convert(exposure.auc_0_28d), ..*exposure }
}

/// Outputs of one unit and scale together.
fn by_unit(rows: &[Row]) -> Vec<Vec<&Row>> {
    let mut groups: Vec<Vec<&Row>> = Vec::new();
    for row in rows {
        match groups.iter_mut().find(|other| other[0].unit == row.unit && other[0].scale == row.scale) {
            Some(group) => group.push(row),
            None => groups.push(vec![row]),
        }
    }
    groups
}

fn panel(measure: &Measure, rows: &[&Row]) -> Option<Panel> {
    let value = |row: &Row, run: usize| row.exposure[run].as_ref().and_then(measure.value);
    let runs = rows[0].exposure.len();
    if rows.iter().all(|row| (0..runs).all(|run| value(row, run).is_none())) {
        return None;
    }
    let series = (0..runs)
        .map(|run| BarSeries { style: run, values: rows.iter().map(|row| value(row, run)).collect() })
        .collect();
    let mut axis = Axis::linear(measure.label, format!("{}{}", rows[0].unit, measure.times));
    axis.scale = rows[0].scale;
    let categories = rows.iter().map(|row| row.label.clone()).collect();
    Some(Panel { bars: Some(Bars { categories, series }), ..Panel::new(axis) })
}

//! Normalised sensitivities of end points as bars.

use super::{Options, Shown, words};
use crate::plot::{Axis, BarSeries, Bars, Figure, Key, KeySample, Panel};
use crate::sensitivity::Row;

/// Parameters shown, those with the largest sensitivities.
const MOST: usize = 7;
/// Sensitivities smaller than this are not worth a group.
const LEAST: f64 = 0.05;
/// Sensitivities smaller than this are written as 0.
const NOTHING: f64 = 0.01;
/// Outputs shown, in the order of the model.
const OUTPUTS: usize = 6;
/// End points, by name and as written.
const END_POINTS: [(&str, &str); 3] =
    [("cmax", "Maximum"), ("auc_0_28d", "AUC, day 0 to 28"), ("end", "End of the run")];

/// A panel for each output, in it a group of bars for each parameter: d ln(end point) / d ln(parameter).
///
/// The parameters are those with the largest sensitivities over all shown outputs, in the same order in every panel.
/// Outputs without ratios (temperatures) are left out, and parameters that move nothing. The CSV has what is not drawn:
/// all digits, the minimum, the other outputs.
pub fn sensitivity(shown: &Shown<'_>, rows: &[Row], options: &Options) -> Figure {
    let model = shown.scenario.model;
    let known: Vec<&Row> = rows.iter().filter(|row| row.normalised.is_some()).collect();
    let outputs = model.outputs.iter().filter(|output| known.iter().any(|row| row.output == output.name.text));
    let outputs: Vec<_> = outputs.take(OUTPUTS).collect();
    let shown_rows = || known.iter().filter(|row| outputs.iter().any(|output| output.name.text == row.output));
    let mut parameters: Vec<(&str, f64)> = Vec::new();
    for row in shown_rows().filter(|row| END_POINTS.iter().any(|(what, _)| *what == row.what)) {
        let size = row.normalised.unwrap_or_default().abs();
        match parameters.iter_mut().find(|(name, _)| *name == row.parameter) {
            Some((_, largest)) => *largest = largest.max(size),
            None => parameters.push((&row.parameter, size)),
        }
    }
    parameters.sort_by(|a, b| b.1.total_cmp(&a.1));
    parameters.retain(|(_, largest)| *largest >= LEAST);
    parameters.truncate(MOST);
    let measures: Vec<(&str, &str)> =
        END_POINTS.into_iter().filter(|(what, _)| shown_rows().any(|row| row.what == *what)).collect();
    let value = |output: &str, what: &str, parameter: &str| {
        let row = known.iter().find(|row| row.output == output && row.what == what && row.parameter == parameter);
        row.and_then(|row| row.normalised).map(|value| if value.abs() < NOTHING { 0.0 } else { value })
    };
    let panels = outputs.iter().map(|output| {
        let name = &output.name.text;
        let series = measures.iter().enumerate().map(|(style, (what, _))| BarSeries {
            style,
            values: parameters.iter().map(|(parameter, _)| value(name, what, parameter)).collect(),
        });
        let bars = Bars {
            categories: parameters.iter().map(|(parameter, _)| (*parameter).to_string()).collect(),
            series: series.collect(),
        };
        let title = Some(output.label.clone());
        Panel { title, bars: Some(bars), ..Panel::new(Axis::linear("Relative sensitivity", "")) }
    });
    let key =
        |(style, (_, label)): (usize, &(&str, &str))| Key { label: (*label).into(), style, sample: KeySample::Bar };
    let runs = std::slice::from_ref(shown);
    Figure {
        title: options.title.clone().unwrap_or_else(|| model.title.clone()),
        subtitle: words::subtitle(runs),
        footer: words::footer(runs, options),
        legend: measures.iter().enumerate().map(key).collect(),
        panels: panels.collect(),
        ..Figure::default()
    }
}

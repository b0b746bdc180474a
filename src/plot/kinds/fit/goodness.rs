//! Goodness of fit: measurements against predictions, residuals against time and prediction.

use super::smooth::lowess;
use super::{USUAL, axis, by_output, dot, figure, key, line, name_of, range};
use crate::fit::{Fitted, FittedOutput, Prediction};
use crate::plot::{Axis, Content, Figure, Key, KeySample, Observation, Observed, Plot, Scale, Series, Tile};

/// A figure for each output: DV against IPRED and PRED, CWRES against time and PRED. Censored rows stand at their limit in
/// the first two, and have no residuals.
pub fn goodness(fitted: &Fitted) -> Vec<Figure> {
    let all = by_output(fitted);
    all.iter().map(|(output, rows)| of_output(fitted, output, rows)).collect()
}

fn of_output(fitted: &Fitted, output: &FittedOutput, rows: &[&Prediction]) -> Figure {
    let residuals = |x: fn(&Prediction) -> f64| -> Vec<(f64, f64)> {
        rows.iter().filter_map(|one| Some((x(one), one.cwres?))).collect()
    };
    let scale = axis(output, "").scale;
    let ends = ends(rows, scale);
    let tiles = vec![
        identity(output, rows, ends, "Individual prediction", |one| one.ipred),
        identity(output, rows, ends, "Population prediction", |one| one.pred),
        scatter(Axis::linear("Time", fitted.time.to_string()), "CWRES", &residuals(|one| one.time)),
        scatter(axis(output, "Population prediction"), "CWRES", &residuals(|one| one.pred)),
    ];
    let mut notes = vec![name_of(fitted, output).to_string()];
    let above = rows.iter().filter(|one| one.cens < 0).count();
    if above > 0 {
        notes.push(format!("{above} above the upper limit not shown"));
    }
    let not_positive = |one: &&&Prediction| one.dv <= 0.0 || one.pred <= 0.0 || one.ipred <= 0.0;
    let hidden = rows.iter().filter(not_positive).count();
    if scale == Scale::Log && hidden > 0 {
        notes.push(format!("{hidden} at or below 0 not shown"));
    }
    notes.retain(|note| !note.is_empty());
    let below = rows.iter().any(|one| one.cens == 1);
    Figure {
        tiles,
        legend: legend(below, "identity; residuals of 0 and ±1.96"),
        ..figure(fitted, "Goodness of fit", &notes.join(", "))
    }
}

/// Names of points, smooth and lines.
pub(super) fn legend(below: bool, lines: &str) -> Vec<Key> {
    let mut legend = vec![key("measured", 0, KeySample::Measured(None))];
    if below {
        legend.push(key("below the limit, drawn at it", 0, KeySample::BelowLimit(None)));
    }
    legend.push(key("smooth (lowess)", 1, KeySample::Curve));
    legend.push(key(lines, 0, KeySample::Threshold));
    legend
}

/// The range of measurements and predictions; on a log axis predictions far below all measurements, as those of censored
/// rows may be, do not count.
fn ends(rows: &[&Prediction], scale: Scale) -> Option<(f64, f64)> {
    const FAR: f64 = 30.0;
    let shown = || rows.iter().filter(|one| one.cens >= 0);
    let (low, high) = range(shown().map(|one| one.dv), scale)?;
    let counts = |value: &f64| scale == Scale::Linear || (low / FAR..high * FAR).contains(value);
    range(shown().flat_map(|one| [one.dv, one.pred, one.ipred]).filter(counts), scale)
}

/// Measurements against predictions, on two equal axes.
fn identity(
    output: &FittedOutput,
    rows: &[&Prediction],
    ends: Option<(f64, f64)>,
    label: &str,
    x: fn(&Prediction) -> f64,
) -> Tile {
    let horizontal = axis(output, label);
    let scale = horizontal.scale;
    let shown: Vec<&Prediction> = rows.iter().copied().filter(|one| one.cens >= 0).collect();
    let point = |one: &&Prediction| Observation { x: x(one), y: one.dv, below_limit: one.cens == 1 };
    let values: Vec<(f64, f64)> = shown.iter().filter(|one| one.cens == 0).map(|one| (x(one), one.dv)).collect();
    let plot = Plot {
        guides: ends.map(|(from, to)| [(from, from), (to, to)]).into_iter().collect(),
        over: smooth(&values, scale, scale),
        observed: vec![Observed { points: shown.iter().map(point).collect(), ..Observed::default() }],
        ..Plot::default()
    };
    let between = |axis: Axis| match ends {
        Some((from, to)) => axis.between(from, to),
        None => axis,
    };
    Tile {
        horizontal: between(horizontal),
        vertical: between(axis(output, &output.label)),
        content: Content::Plot(Box::new(plot)),
        ..Tile::default()
    }
}

/// Residuals against something, with lines at 0 and where 95 % of them should lie.
pub(super) fn scatter(horizontal: Axis, label: &str, points: &[(f64, f64)]) -> Tile {
    let most = points.iter().map(|point| point.1.abs()).filter(|size| size.is_finite()).fold(2.5, f64::max);
    let plot = Plot {
        references: [-USUAL, 0.0, USUAL].map(line).to_vec(),
        over: smooth(points, horizontal.scale, Scale::Linear),
        observed: vec![Observed { points: points.iter().map(|(x, y)| dot(*x, *y)).collect(), ..Observed::default() }],
        ..Plot::default()
    };
    Tile {
        horizontal,
        vertical: Axis::linear(label, "").between(-1.1 * most, 1.1 * most),
        content: Content::Plot(Box::new(plot)),
        ..Tile::default()
    }
}

/// A smooth on the scales of the axes.
fn smooth(points: &[(f64, f64)], across: Scale, up: Scale) -> Vec<Series> {
    let forward = |value: f64, scale| if scale == Scale::Log { value.ln() } else { value };
    let back = |value: f64, scale| if scale == Scale::Log { f64::exp(value) } else { value };
    let scaled: Vec<(f64, f64)> = points.iter().map(|(x, y)| (forward(*x, across), forward(*y, up))).collect();
    let curve: Vec<(f64, f64)> = lowess(&scaled).into_iter().map(|(x, y)| (back(x, across), back(y, up))).collect();
    if curve.is_empty() { Vec::new() } else { vec![Series::new("", curve).style(1)] }
}

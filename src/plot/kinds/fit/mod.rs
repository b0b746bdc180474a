//! The figures of a fit: courses of the subjects, goodness of fit, residuals, random effects, the search, estimates with
//! their intervals, profiles of the likelihood.
//!
//! In: a [`Fitted`], and what it does not hold: courses between the measurements, profiles. Out:
//! [`Figure`]s without pixels; none where there is nothing to show.

mod estimates;
mod etas;
mod goodness;
mod individual;
mod profile;
mod residuals;
mod smooth;
#[cfg(test)]
mod tests;
mod traces;

pub use estimates::forest_of_estimates;
pub use etas::etas;
pub use goodness::goodness;
pub use individual::individual_fits;
pub use profile::profile;
pub use residuals::residuals;
pub use traces::traces;

use super::words::DISCLAIMER;
use crate::fit::{Fitted, FittedOutput, Prediction};
use crate::plot::{Axis, Bin, Figure, Key, KeySample, Observation, Reference, ReferenceKind, Scale, Tile};

/// Tiles of one figure, at most.
const TILES: usize = 12;
/// Half of the interval in which 95 % of standard normal residuals lie.
const USUAL: f64 = 1.96;

/// A figure with the words of a fit: what it is, by which method, of which data.
fn figure(fitted: &Fitted, what: &str, more: &str) -> Figure {
    let (values, censored) = fitted.counts;
    let subjects = fitted.individuals.len();
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let mut data = format!("{}, {}", plural(subjects, "subject"), plural(values, "value"));
    if censored > 0 {
        data.push_str(&format!(", {censored} censored ({})", fitted.censoring));
    }
    let subtitle = [fitted.model.as_str(), &fitted.method, &data, more];
    let subtitle = subtitle.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("  ·  ");
    let footer = format!("cascade {}  ·  fit of {}  ·  {DISCLAIMER}", env!("CARGO_PKG_VERSION"), fitted.model);
    Figure { title: what.into(), subtitle, footer, ..Figure::default() }
}

/// The tiles on pages of [`TILES`].
fn pages(tiles: Vec<Tile>, page: impl Fn(&str) -> Figure) -> Vec<Figure> {
    let count = tiles.len().div_ceil(TILES);
    let part = |at: usize| if count > 1 { format!("page {} of {count}", at + 1) } else { String::new() };
    tiles.chunks(TILES).enumerate().map(|(at, tiles)| Figure { tiles: tiles.to_vec(), ..page(&part(at)) }).collect()
}

/// The rows of an output, with its place; outputs without rows are left out.
fn by_output(fitted: &Fitted) -> Vec<(&FittedOutput, Vec<&Prediction>)> {
    let rows = |at: usize| fitted.predictions.iter().filter(|one| one.output == at).collect::<Vec<_>>();
    let all = fitted.outputs.iter().enumerate().map(|(at, output)| (output, rows(at)));
    all.filter(|(_, rows)| !rows.is_empty()).collect()
}

/// An axis for an output.
fn axis(output: &FittedOutput, label: &str) -> Axis {
    let scale = if output.log { Scale::Log } else { Scale::Linear };
    Axis { scale, ..Axis::linear(label, output.unit.to_string()) }
}

/// The name of an output among several: what figures of each are told apart by.
fn name_of<'a>(fitted: &Fitted, output: &'a FittedOutput) -> &'a str {
    if fitted.outputs.len() > 1 { &output.label } else { "" }
}

/// A horizontal line.
fn line(value: f64) -> Reference {
    Reference { value, label: String::new(), kind: ReferenceKind::Threshold }
}

fn key(label: impl Into<String>, style: usize, sample: KeySample) -> Key {
    Key { label: label.into(), style, sample }
}

fn dot(x: f64, y: f64) -> Observation {
    Observation { x, y, below_limit: false }
}

/// Least and greatest with some room, the same for both axes of a figure of identity; none without values that `scale`
/// can show.
fn range(values: impl Iterator<Item = f64>, scale: Scale) -> Option<(f64, f64)> {
    let shown = values.filter(|value| value.is_finite() && (scale == Scale::Linear || *value > 0.0));
    let (low, high) = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return None;
    }
    Some(match scale {
        Scale::Log => (low / 1.3, high * 1.3),
        Scale::Linear => {
            let room = 0.05 * (high - low).max(1e-9 * high.abs());
            // A range that begins near 0 begins at 0.
            let from = if low >= 0.0 && low <= 0.35 * high { 0.0 } else { low - room };
            (from, high + room)
        }
    })
}

/// A histogram whose bars have area 1, in bins of round width; none without two different values.
fn density(values: &[f64]) -> Option<Vec<Bin>> {
    let (low, high) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
    let span = high - low;
    if !(span > 0.0 && span.is_finite()) {
        return None;
    }
    let count = values.len() as f64;
    let wide = crate::plot::steps::step(low, high, (2.0 * count.sqrt()).clamp(5.0, 30.0), "");
    let first = (low / wide).floor();
    let bins = ((high / wide).floor() - first) as usize + 1;
    let mut counts = vec![0.0; bins];
    for value in values {
        counts[(((value / wide).floor() - first) as usize).min(bins - 1)] += 1.0;
    }
    let bin = |(at, height): (usize, f64)| Bin {
        from: (first + at as f64) * wide,
        to: (first + at as f64 + 1.0) * wide,
        height: height / (count * wide),
    };
    Some(counts.into_iter().enumerate().map(bin).collect())
}

/// The normal density around 0, from `from` to `to`.
fn bell(sd: f64, from: f64, to: f64) -> Vec<(f64, f64)> {
    const POINTS: usize = 121;
    let height = 1.0 / (sd * std::f64::consts::TAU.sqrt());
    let at = |step: usize| from + (to - from) * step as f64 / (POINTS - 1) as f64;
    (0..POINTS).map(at).map(|x| (x, height * (-0.5 * (x / sd).powi(2)).exp())).collect()
}

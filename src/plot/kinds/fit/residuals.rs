//! Residuals: individual ones against time and prediction, conditional ones against the normal distribution.

use super::goodness::{legend, scatter};
use super::{axis, bell, by_output, density, dot, figure, key, name_of};
use crate::fit::{Fitted, FittedOutput, Prediction};
use crate::numeric::normal_quantile;
use crate::plot::label::fixed;
use crate::plot::{Axis, Content, Figure, KeySample, Observed, Plot, Series, Tile};

/// A figure for each output with residuals: IWRES against time and IPRED, quantiles of CWRES against those of the normal
/// distribution, and their histogram with its density.
pub fn residuals(fitted: &Fitted) -> Vec<Figure> {
    let all = by_output(fitted);
    all.iter().filter_map(|(output, rows)| of_output(fitted, output, rows)).collect()
}

fn of_output(fitted: &Fitted, output: &FittedOutput, rows: &[&Prediction]) -> Option<Figure> {
    let against = |x: fn(&Prediction) -> f64| -> Vec<(f64, f64)> {
        rows.iter().filter_map(|one| Some((x(one), one.iwres?))).collect()
    };
    let cwres: Vec<f64> = rows.iter().filter_map(|one| one.cwres).filter(|value| value.is_finite()).collect();
    let by_time = against(|one| one.time);
    if by_time.is_empty() && cwres.is_empty() {
        return None;
    }
    let tiles = vec![
        scatter(Axis::linear("Time", fitted.time.to_string()), "IWRES", &by_time),
        scatter(axis(output, "Individual prediction"), "IWRES", &against(|one| one.ipred)),
        quantiles(&cwres),
        histogram(&cwres),
    ];
    let mut legend = legend(false, "identity; residuals of 0 and ±1.96");
    legend.push(key("CWRES, as a density", 0, KeySample::Bins));
    legend.push(key("normal density", 2, KeySample::Curve));
    Some(Figure { tiles, legend, ..figure(fitted, "Residuals", name_of(fitted, output)) })
}

/// Residuals in their order against normal quantiles of (i - 3/8) / (n + 1/4) (Blom 1958).
fn quantiles(values: &[f64]) -> Tile {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let expected = |at: usize| normal_quantile((at as f64 + 0.625) / (count + 0.25));
    let points = values.iter().enumerate().map(|(at, value)| dot(expected(at), *value)).collect();
    let most = values.iter().map(|value| value.abs()).fold(2.5, f64::max) * 1.1;
    let plot = Plot {
        guides: vec![[(-most, -most), (most, most)]],
        observed: vec![Observed { points, ..Observed::default() }],
        ..Plot::default()
    };
    Tile {
        horizontal: Axis::linear("Standard normal quantile", "").between(-most, most),
        vertical: Axis::linear("CWRES, in their order", "").between(-most, most),
        content: Content::Plot(Box::new(plot)),
        ..Tile::default()
    }
}

fn histogram(values: &[f64]) -> Tile {
    let most = values.iter().map(|value| value.abs()).fold(3.0, f64::max);
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let sd = (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
    let bins = density(values);
    let plot = Plot {
        series: bins.iter().map(|_| Series::new("", bell(1.0, -most, most)).style(2)).collect(),
        bins: bins.unwrap_or_default(),
        ..Plot::default()
    };
    let notes = if count > 1.0 {
        vec![format!("n = {count}, mean {}, SD {}", fixed(mean, 2), fixed(sd, 2))]
    } else {
        Vec::new()
    };
    Tile {
        notes,
        horizontal: Axis::linear("CWRES", ""),
        vertical: Axis::linear("Density", ""),
        content: Content::Plot(Box::new(plot)),
        ..Tile::default()
    }
}

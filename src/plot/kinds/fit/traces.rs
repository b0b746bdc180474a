//! The course of the search.

use super::{figure, pages};
use crate::fit::Fitted;
use crate::plot::label::unit_text;
use crate::plot::{Axis, Content, Figure, Plot, Series, Tile};

/// The objective and each estimate by iteration, so many a page as individual fits; nothing if there was no search.
pub fn traces(fitted: &Fitted) -> Vec<Figure> {
    if fitted.iterations.is_empty() {
        return Vec::new();
    }
    let by_iteration = |values: &mut dyn Iterator<Item = f64>| -> Vec<(f64, f64)> {
        values.enumerate().map(|(at, value)| (at as f64, value)).collect()
    };
    let mut objectives = fitted.iterations.iter().map(|one| one.0);
    let mut tiles = vec![tile("Objective", "", by_iteration(&mut objectives))];
    for (column, at) in fitted.iterated().into_iter().enumerate() {
        let estimate = &fitted.estimates[at];
        // What was held is no news.
        if !estimate.fixed {
            let mut values = fitted.iterations.iter().map(|one| one.1.get(column).copied().unwrap_or(f64::NAN));
            tiles.push(tile(&estimate.name, &estimate.unit, by_iteration(&mut values)));
        }
    }
    pages(tiles, |part| figure(fitted, "Course of the search", part))
}

fn tile(name: &str, unit: &str, points: Vec<(f64, f64)>) -> Tile {
    let unit = unit_text(unit);
    let last = points.len().saturating_sub(1) as f64;
    let plot = Plot { series: vec![Series::new("", points)], ..Plot::default() };
    Tile {
        title: if unit.is_empty() { name.into() } else { format!("{name} ({unit})") },
        horizontal: Axis::linear("Iteration", "").between(0.0, last.max(1.0)),
        content: Content::Plot(Box::new(plot)),
        ..Tile::default()
    }
}

//! How large a page a figure wants.

use crate::plot::tile::tiles_across;
use crate::plot::{Figure, Size};

/// A page on which each part of a figure has its usual height.
pub fn page(figure: &Figure) -> Size {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX / 10_000);
    let rows = figure.bands.iter().map(|band| band.rows.len()).sum();
    let bars = figure.panels.iter().filter(|panel| panel.bars.is_some()).count();
    // Shares are read in their areas, under the names of their scales.
    let shares = figure.panels.iter().filter(|panel| panel.title.is_some() && !panel.areas.is_empty()).count();
    let curves = figure.panels.len() - bars;
    let stations = figure.panels.iter().any(|panel| !panel.stations.is_empty());
    // Many panels share the page; a plot of two quantities is nearly square.
    let usual = match curves {
        1 if stations => 1000,
        1 => 560,
        0..=6 => 240,
        _ => 210,
    };
    let height = 300
        + usual * count(curves)
        + 330 * count(bars)
        + if curves > 1 { 120 * count(shares) } else { 0 }
        + 30 * count(figure.bands.len())
        + 24 * count(rows)
        + 75 * count(figure.lanes.len())
        + 390 * count(figure.tiles.len().div_ceil(tiles_across(figure.tiles.len())))
        + 45 * u32::from(!figure.legend.is_empty());
    Size { height: height.clamp(700, 6000), ..Size::default() }
}

//! How large a page a figure wants.

use crate::plot::tile::tiles_across;
use crate::plot::{Content, Figure, Lane, Size};

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
    let lane = |lane: &Lane| match &lane.beside {
        Some(beside) => 98 + 21 * count(beside.tracks.len()),
        None => 75,
    };
    let matrix = figure.tiles.iter().find_map(|tile| match &tile.content {
        Content::Matrix(table) => Some(170 + 130 * count(table.rows.len())),
        _ => None,
    });
    let across = tiles_across(figure.tiles.len());
    let plots = figure.tiles.iter().any(|tile| matches!(tile.content, Content::Plot(_)));
    // Curves and points in nearly square tiles, but for long pages.
    let tile = match across {
        1 | 2 if plots => 680,
        _ if plots => 440,
        _ => 390,
    };
    let tiles = count(figure.tiles.len().div_ceil(across)) * matrix.unwrap_or(tile);
    // A line for each curve that has a place of its own.
    let named = figure.panels.iter().filter(|panel| !panel.vertical.names.is_empty());
    let named = named.map(|panel| panel.series.len()).sum::<usize>();
    let height = 300
        + (34 * count(named)).saturating_sub(if named > 0 { 460 } else { 0 })
        + usual * count(curves)
        + 330 * count(bars)
        + if curves > 1 { 120 * count(shares) } else { 0 }
        + 30 * count(figure.bands.len())
        + 24 * count(rows)
        + figure.lanes.iter().map(lane).sum::<u32>()
        + tiles
        + if figure.at_risk.is_empty() { 0 } else { 40 + 27 * count(figure.at_risk.len()) }
        + 45 * u32::from(!figure.legend.is_empty());
    // Lanes have their height; panels take what there is.
    let alone = !figure.lanes.is_empty() && figure.panels.is_empty();
    let least = if alone { 400 } else { 700 };
    Size { height: height.clamp(least, 6000), ..Size::default() }
}

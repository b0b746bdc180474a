//! Small panels in rows, each with axes of its own: histograms, columns over categories, curves and points.

mod draw;
mod matrix;
mod plot;

use super::text::{Page, width, wrap};
use super::{EDGE, LABEL_LINE, LEAST, NARROWEST, TICK_SPACE, footer, header, legend};
use crate::plot::PlotError;
use crate::plot::axis::{Extent, Margin, Ruler, extent};
use crate::plot::figure::{Axis, Figure, Scale};
use crate::plot::scene::{Align, Frame, Point, Scene, Type};
use crate::plot::tile::{Content, Tile, tiles_across};
pub(super) use draw::{bar, rule};
pub(super) use plot::dose;

/// Between tiles side by side, and between rows; points.
const BESIDE: f64 = 14.0;
const BETWEEN: f64 = 12.0;
/// Distance of lines of titles, notes and categories.
const TITLE_LINE: f64 = 10.4;
const NOTE_LINE: f64 = 8.8;
const CATEGORY_LINE: f64 = 8.8;
/// From the frame to the lower edge of tick labels or of the first line of categories.
const UNDER: f64 = 11.0;
/// Ticks without labels beyond so many are a smear.
const MOST_MINOR: usize = 80;

/// A tile with what is known before it has its place.
struct Plan {
    title: Vec<String>,
    notes: Vec<String>,
    horizontal: Ruler,
    vertical: Ruler,
    /// Which labels of the horizontal ruler are written.
    labelled: Vec<bool>,
    categories: Vec<Vec<String>>,
    axis: Vec<String>,
    empty: bool,
}

/// Lays out a figure of tiles.
pub(super) fn lay_out(mut page: Page, figure: &Figure) -> Result<Scene, PlotError> {
    let pt = page.point;
    let (width, height) = (f64::from(page.scene.width), f64::from(page.scene.height));
    let top = header(&mut page, figure, width);
    let top = legend::draw(&mut page, figure, width, top);
    let bottom = footer(&mut page, figure, width, height);
    let across = tiles_across(figure.tiles.len());
    let rows = figure.tiles.len().div_ceil(across);

    // Widths: a margin for tick labels in each column, for axis labels in the first; in the others where a label differs
    // from that of the tile before.
    let rough = (bottom - top) / rows as f64 / pt - 60.0;
    let verticals: Vec<Ruler> = figure.tiles.iter().map(|tile| vertical_ruler(&page, tile, rough)).collect();
    let ticks = widest_tick(&page, &verticals) + TICK_SPACE * pt;
    let labels = if figure.tiles.iter().any(|tile| !tile.vertical.text().is_empty()) { LABEL_LINE + 4.0 } else { 0.0 };
    let first = EDGE * pt + labels * pt;
    let between = BESIDE * pt + if has_own_labels(figure, across) { LABEL_LINE * pt } else { 0.0 };
    let wide =
        ((width - EDGE * pt - first) / across as f64 - ticks - between * (across - 1) as f64 / across as f64).floor();
    if wide < NARROWEST * pt {
        let needed = (width + across as f64 * (NARROWEST * pt - wide)).ceil() as u32;
        return Err(PlotError::NoRoom { given: page.scene.width, needed, wide: true });
    }
    let plans: Vec<Plan> =
        figure.tiles.iter().zip(verticals).map(|(tile, vertical)| plan(&page, tile, vertical, wide)).collect();

    // Heights: texts of a row take what its longest need, frames share the rest.
    let above: Vec<f64> = plans.chunks(across).map(|row| most(row, Plan::above) * pt).collect();
    let below: Vec<f64> = plans.chunks(across).map(|row| most(row, Plan::below) * pt).collect();
    let fixed = above.iter().chain(&below).sum::<f64>() + BETWEEN * pt * (rows - 1) as f64;
    let tall = ((bottom - top - fixed) / rows as f64).floor();
    if tall < LEAST * pt {
        let needed = (height + rows as f64 * (LEAST * pt - tall)).ceil() as u32;
        return Err(PlotError::NoRoom { given: page.scene.height, needed, wide: false });
    }

    let mut y = top;
    for (row, tiles) in figure.tiles.chunks(across).enumerate() {
        y += above[row];
        for (column, tile) in tiles.iter().enumerate() {
            let left = (first + ticks + column as f64 * (wide + ticks + between)).round();
            let frame = Frame { left, right: left + wide, top: y.round(), bottom: (y + tall).round() };
            page.scene.panels.push(frame);
            let plan = &plans[row * across + column];
            draw::draw(&mut page, tile, plan, &frame);
            if column == 0 || tile.vertical.text() != tiles[column - 1].vertical.text() {
                let at = Point { x: frame.left - ticks - 4.0 * pt, y: (frame.top + frame.bottom) / 2.0 };
                let face = page.face(8.0, false);
                for line in wrap(&tile.vertical.text(), &face, frame.height() + 20.0 * pt, 1) {
                    page.text(at, &line, face, Align::Middle, true);
                }
            }
        }
        y += tall + below[row] + BETWEEN * pt;
    }
    Ok(page.scene)
}

/// Whether a tile that is not the first of its row has another vertical axis than the one before.
fn has_own_labels(figure: &Figure, across: usize) -> bool {
    let differ = |row: &[Tile]| row.windows(2).any(|pair| pair[0].vertical.text() != pair[1].vertical.text());
    figure.tiles.chunks(across).any(differ)
}

impl Plan {
    fn above(&self) -> f64 {
        self.title.len() as f64 * TITLE_LINE + self.notes.len() as f64 * NOTE_LINE + 3.0
    }

    fn below(&self) -> f64 {
        let lines = self.categories.iter().map(Vec::len).max().unwrap_or(1).max(1) as f64;
        UNDER + (lines - 1.0) * CATEGORY_LINE + 2.0 + self.axis.len() as f64 * LABEL_LINE
    }
}

fn most(plans: &[Plan], of: fn(&Plan) -> f64) -> f64 {
    plans.iter().map(of).fold(0.0, f64::max)
}

/// Plans a tile whose frame is `wide` pixels wide.
fn plan(page: &Page, tile: &Tile, vertical: Ruler, wide: f64) -> Plan {
    let pt = page.point;
    let room = wide + 8.0 * pt;
    let categories = match &tile.content {
        Content::Columns(columns) => {
            let slot = wide / columns.len().max(1) as f64;
            columns.iter().map(|column| wrap(&column.label, &category_face(page), 0.96 * slot, 2)).collect()
        }
        Content::Matrix(table) => matrix::categories(page, table, wide),
        Content::Bins(_) | Content::Plot(_) => Vec::new(),
    };
    let empty = match &tile.content {
        Content::Columns(columns) => columns.is_empty(),
        Content::Matrix(table) => matrix::is_empty(table),
        Content::Bins(bins) => bins.iter().all(|bin| bin.height <= 0.0 || !bin.height.is_finite()),
        Content::Plot(plot) => plot::is_empty(plot),
    };
    let (horizontal, labelled) = horizontal_ruler(page, tile, wide);
    let text = match tile.content {
        Content::Bins(_) | Content::Plot(_) => tile.horizontal.text(),
        Content::Columns(_) | Content::Matrix(_) => tile.horizontal.label.clone(),
    };
    Plan {
        title: wrap(&tile.title, &page.face(8.5, true), room, 2),
        notes: tile.notes.iter().flat_map(|note| wrap(note, &note_face(page), room, 2)).collect(),
        horizontal,
        vertical,
        labelled,
        categories,
        axis: wrap(&text, &page.face(8.0, false), room, 2),
        empty,
    }
}

/// From 0 to the greatest height, with room for what is written above columns.
fn vertical_ruler(page: &Page, tile: &Tile, height: f64) -> Ruler {
    let greatest = match &tile.content {
        Content::Matrix(table) => return matrix::ruler(page, table),
        Content::Plot(plot) => return plot::vertical_ruler(tile, plot, height),
        Content::Bins(bins) => extent(bins.iter().map(|bin| bin.height), Scale::Linear),
        Content::Columns(columns) => {
            let ends = columns.iter().flat_map(|column| [column.height, column.whisker.map_or(0.0, |ends| ends.1)]);
            extent(ends, Scale::Linear)
        }
    };
    let greatest = greatest.map_or(0.0, |(_, greatest)| greatest.min(1e290));
    let greatest = if greatest > 0.0 { greatest } else { 1.0 };
    let above = match tile.content {
        Content::Bins(_) | Content::Matrix(_) | Content::Plot(_) => 4.0,
        Content::Columns(_) => (value_face(page).size / page.point) + 6.0,
    };
    let part = (above / height.max(1.0)).clamp(0.02, 0.5);
    let axis = Axis { from: Some(0.0), to: Some(greatest / (1.0 - part)), ..tile.vertical.clone() };
    let axis = Axis { scale: Scale::Linear, ..axis };
    let mut ruler = Ruler::new(&axis, Extent::default(), (height / 18.0).min(7.0), Margin::None);
    if let Some(last) = tile.vertical.to {
        ruler.ticks.retain(|tick| tick.value <= last * (1.0 + 1e-9));
    }
    ruler
}

/// The ruler of the bins with as many ticks as have room, and which of their labels do not collide.
fn horizontal_ruler(page: &Page, tile: &Tile, wide: f64) -> (Ruler, Vec<bool>) {
    let scale = tile.horizontal.scale;
    let bins = match &tile.content {
        Content::Bins(bins) => bins.as_slice(),
        Content::Plot(plot) => &plot.bins,
        Content::Columns(_) | Content::Matrix(_) => &[],
    };
    let drawn = bins.iter().filter(|bin| bin.height > 0.0);
    let ends = drawn.flat_map(|bin| [bin.from, bin.to]).chain(tile.rules.iter().map(|rule| rule.value));
    let places = match &tile.content {
        Content::Plot(plot) => plot::places(plot),
        _ => Vec::new(),
    };
    let extents = Extent { fixed: extent(ends.chain(places), scale), ..Extent::default() };
    let face = tick_face(page);
    let gap = 4.0 * page.point;
    let mut room = wide / (24.0 * page.point);
    loop {
        let mut ruler = Ruler::new(&tile.horizontal, extents, room, Margin::Some);
        if ruler.minor.len() > MOST_MINOR {
            ruler.minor.clear();
        }
        let mut end = f64::NEG_INFINITY;
        let labelled: Vec<bool> = ruler
            .ticks
            .iter()
            .map(|tick| {
                let half = width(&tick.label, &face) / 2.0;
                let middle = ruler.position(tick.value).unwrap_or(0.0) * wide;
                let fits = middle - half >= end;
                end = if fits { middle + half + gap } else { end };
                fits
            })
            .collect();
        if labelled.iter().all(|fits| *fits) || room <= 2.0 {
            return (ruler, labelled);
        }
        room -= 1.0;
    }
}

fn widest_tick(page: &Page, rulers: &[Ruler]) -> f64 {
    let face = tick_face(page);
    rulers.iter().flat_map(|ruler| &ruler.ticks).map(|tick| width(&tick.label, &face)).fold(0.0, f64::max)
}

fn tick_face(page: &Page) -> Type {
    page.face(7.0, false)
}

fn category_face(page: &Page) -> Type {
    page.face(7.5, false)
}

fn value_face(page: &Page) -> Type {
    page.face(6.8, false)
}

fn note_face(page: &Page) -> Type {
    Type { colour: page.colours.muted, ..page.face(6.8, false) }
}

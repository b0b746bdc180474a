//! Treatments over time: a block of thin rows with bars, the names of the rows beside it.

use super::lane;
use super::names::{LEAD, widest};
use super::panel::across;
use super::text::{Page, width, wrap};
use crate::plot::axis::Ruler;
use crate::plot::figure::Figure;
use crate::plot::scene::{Align, Frame, Pen, Point, Shape};
use crate::plot::timeline::Band;

/// Distance of rows, points.
const ROW: f64 = 8.4;
/// Height of the bars.
const BAR: f64 = 5.0;
/// Least width of a bar.
const LEAST: f64 = 2.4;
/// Above and below the rows.
const PADDING: f64 = 1.5;
/// Above the block.
const SPACE: f64 = 9.0;

/// Height of each block without the space above it, in pixels.
pub(super) fn block_height(page: &Page, band: &Band) -> f64 {
    (band.rows.len() as f64 * ROW + 2.0 * PADDING) * page.point
}

/// Height of each block with the space above it, in pixels.
pub(super) fn heights(page: &Page, figure: &Figure) -> Vec<f64> {
    figure.bands.iter().map(|band| block_height(page, band) + SPACE * page.point).collect()
}

/// Width that the labels want left of the data, in pixels.
pub(super) fn label_width(page: &Page, figure: &Figure) -> f64 {
    lane::labels_width(page, figure.bands.iter().map(|band| band.label.as_str()))
}

/// Width of the column right of the data that holds the names of the rows, in pixels.
pub(super) fn column(page: &Page, figure: &Figure) -> f64 {
    let face = page.face(7.5, false);
    let rows = figure.bands.iter().flat_map(|band| &band.rows);
    let most = rows.filter_map(|row| name(page, &row.label)).map(|text| width(&text, &face)).fold(0.0, f64::max);
    if most > 0.0 { LEAD * page.point + most } else { 0.0 }
}

/// Draws the block into `frame`.
pub(super) fn draw(page: &mut Page, band: &Band, frame: &Frame, horizontal: &Ruler) {
    let pt = page.point;
    lane::label(page, &band.label, frame);
    let face = page.face(7.5, false);
    let clamp = |x: f64| x.clamp(frame.left, frame.right);
    for (index, row) in band.rows.iter().enumerate() {
        let middle = frame.top + (PADDING + (index as f64 + 0.5) * ROW) * pt;
        let guide = Pen { width: 0.5, colour: page.colours.grid, dash: &[] };
        page.rule(Point { x: frame.left, y: middle }, Point { x: frame.right, y: middle }, guide);
        let colour = page.colours.treatment(row.kind);
        for &(from, to) in &row.bars {
            let (Some(from), Some(to)) = (across(frame, horizontal, from), across(frame, horizontal, to)) else {
                continue;
            };
            let (from, to) = (from.min(to), from.max(to));
            if to < frame.left || from > frame.right {
                continue;
            }
            let (left, right) = (clamp(from), clamp(to.max(from + LEAST * pt)));
            let left = left.min(right - LEAST * pt).max(frame.left);
            let half = BAR / 2.0 * pt;
            let bar = Frame { left, right, top: (middle - half).round(), bottom: (middle + half).round() };
            page.scene.shapes.push(Shape::Rectangle { frame: bar, colour });
        }
        if let Some(text) = name(page, &row.label) {
            let at = Point { x: frame.right + LEAD * pt, y: middle + 0.36 * face.size };
            page.text(at, &text, face, Align::Start, false);
        }
    }
    page.outline(frame);
}

/// The name of a row as it fits.
fn name(page: &Page, label: &str) -> Option<String> {
    wrap(label, &page.face(7.5, false), widest(page), 1).pop()
}

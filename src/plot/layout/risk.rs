//! Numbers still followed, under the ticks of the horizontal axis.

use super::TICK_SPACE;
use super::panel::across;
use super::text::{Page, width, wrap};
use crate::plot::axis::Ruler;
use crate::plot::figure::{AtRisk, Figure};
use crate::plot::scene::{Align, Frame, Point};

/// Distance of rows, points.
const ROW: f64 = 9.4;
/// Widest label.
const LABEL: f64 = 92.0;

/// Height of all rows with their heading, in points.
pub(super) fn height(figure: &Figure) -> f64 {
    if figure.at_risk.is_empty() { 0.0 } else { (figure.at_risk.len() as f64 + 1.0) * ROW + 4.0 }
}

/// Width that the labels want left of the data, in pixels.
pub(super) fn label_width(page: &Page, figure: &Figure) -> f64 {
    let widest =
        figure.at_risk.iter().filter_map(|row| label(page, row)).map(|text| width(&text, &page.face(7.5, false)));
    let widest = widest.fold(0.0, f64::max);
    if widest > 0.0 { widest + 2.0 * TICK_SPACE * page.point } else { 0.0 }
}

/// Writes the rows from `top` downwards.
pub(super) fn draw(page: &mut Page, figure: &Figure, data: &Frame, horizontal: &Ruler, top: f64) {
    if figure.at_risk.is_empty() {
        return;
    }
    let pt = page.point;
    let face = page.face(7.5, false);
    let heading = page.face(7.5, true);
    page.text(Point { x: data.left, y: top + ROW * pt }, "Number at risk", heading, Align::Start, false);
    for (index, row) in figure.at_risk.iter().enumerate() {
        let y = top + (index as f64 + 2.0) * ROW * pt;
        if let Some(text) = label(page, row) {
            page.text(Point { x: data.left - 2.0 * TICK_SPACE * pt, y }, &text, face, Align::End, false);
        }
        for tick in &horizontal.ticks {
            let Some(x) = across(data, horizontal, tick.value) else { continue };
            let count = row.leaves.iter().filter(|time| **time >= tick.value).count();
            page.text(Point { x, y }, &count.to_string(), face, Align::Middle, false);
        }
    }
}

/// The label as it fits.
fn label(page: &Page, row: &AtRisk) -> Option<String> {
    wrap(&row.label, &page.face(7.5, false), LABEL * page.point, 1).pop()
}

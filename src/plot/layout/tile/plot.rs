//! Curves and points in a tile.

use super::super::names;
use super::super::panel::{THRESHOLD, across, curves, measurements, references, up};
use super::super::text::Page;
use super::Plan;
use crate::plot::axis::{Extent, Margin, Ruler, extent};
use crate::plot::figure::ReferenceKind;
use crate::plot::scene::{Frame, Pen, Point, clip};
use crate::plot::tile::{Plot, Tile};

/// Least distance of the triangles of doses, points.
const APART: f64 = 5.6;
/// From the upper edge to the tip of a dose's triangle, points.
const TIP: f64 = 5.6;

/// Whether there is nothing to be seen.
pub(super) fn is_empty(plot: &Plot) -> bool {
    let bars = plot.bins.iter().any(|bin| bin.height > 0.0 && bin.height.is_finite());
    let curves = plot.series.iter().chain(&plot.over).any(|series| !series.points.is_empty());
    !bars && !curves && plot.observed.iter().all(|observed| observed.points.is_empty())
}

/// What the horizontal axis must hold.
pub(super) fn places(plot: &Plot) -> Vec<f64> {
    let curves = plot.series.iter().chain(&plot.over).flat_map(|series| series.points.iter().map(|point| point.0));
    let points = plot.observed.iter().flat_map(|observed| observed.points.iter().map(|point| point.x));
    curves.chain(points).chain(plot.doses.iter().copied()).collect()
}

/// The ruler of the vertical axis, of which `height` points are known.
pub(super) fn vertical_ruler(tile: &Tile, plot: &Plot, height: f64) -> Ruler {
    let scale = tile.vertical.scale;
    let (from, to) = (tile.horizontal.from.unwrap_or(f64::NEG_INFINITY), tile.horizontal.to.unwrap_or(f64::INFINITY));
    let seen = |x: f64| x >= from && x <= to;
    let bars = plot.bins.iter().filter(|bin| bin.height > 0.0).flat_map(|bin| [0.0, bin.height]);
    let curves = plot.series.iter().chain(&plot.over).flat_map(|series| &series.points).filter(|point| seen(point.0));
    let points = plot.observed.iter().flat_map(|observed| &observed.points).filter(|point| seen(point.x));
    let of_kind = |kind| plot.references.iter().filter(move |line| line.kind == kind).map(|line| line.value);
    let extents = Extent {
        curves: extent(curves.map(|point| point.1).chain(bars), scale),
        fixed: extent(points.map(|point| point.y).chain(of_kind(ReferenceKind::Threshold)), scale),
        limit: of_kind(ReferenceKind::QuantificationLimit).reduce(f64::min),
    };
    Ruler::new(&tile.vertical, extents, (height / 18.0).min(7.0), Margin::Some)
}

/// What lies under the upright lines: horizontal lines and guides.
pub(super) fn under(page: &mut Page, plot: &Plot, plan: &Plan, frame: &Frame) {
    references(page, &plot.references, frame, &plan.vertical);
    let pen = Pen { width: 0.8, colour: page.colours.muted, dash: THRESHOLD };
    for [from, to] in &plot.guides {
        let (Some(from), Some(to)) = (place(plan, frame, from.0, from.1), place(plan, frame, to.0, to.1)) else {
            continue;
        };
        for piece in clip(&[from, to], frame) {
            page.line(piece, pen);
        }
    }
}

/// Curves, points, doses.
pub(super) fn over(page: &mut Page, plot: &Plot, plan: &Plan, frame: &Frame) {
    let at = |x: f64, y: f64| place(plan, frame, x, y);
    curves(page, (&plot.series, false), frame, at);
    measurements(page, (&plot.observed, false), frame, at);
    curves(page, (&plot.over, false), frame, at);
    let mut last = f64::NEG_INFINITY;
    for x in plot.doses.iter().filter_map(|x| across(frame, &plan.horizontal, *x)) {
        // Of doses that follow each other closely, some stand for all.
        if x - last >= APART * page.point && (frame.left..=frame.right).contains(&x) {
            dose(page, Point { x, y: frame.top + TIP * page.point });
            last = x;
        }
    }
}

/// A small triangle pointing down, as at doses above panels.
pub(in crate::plot::layout) fn dose(page: &mut Page, tip: Point) {
    let colour = page.colours.text;
    names::pointer(page, tip, true, colour);
}

fn place(plan: &Plan, frame: &Frame, x: f64, y: f64) -> Option<Point> {
    Some(Point { x: across(frame, &plan.horizontal, x)?, y: up(frame, &plan.vertical, y)? })
}

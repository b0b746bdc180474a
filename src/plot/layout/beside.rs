//! What was given to one patient, under the boxes of a lane: a row of symbols, rows of thin bars.

use super::panel::across;
use super::text::{Page, width};
use crate::plot::axis::Ruler;
use crate::plot::fonts::CAPITAL;
use crate::plot::scene::{Align, Frame, Pen, Point, Shape};
use crate::plot::theme::readable_on;
use crate::plot::timeline::{Beside, Symbol, Track};

/// Height of the row of symbols, points.
const SYMBOLS: f64 = 7.6;
/// Distance of rows of bars, and their height.
const TRACK: f64 = 7.4;
const BAR: f64 = 6.4;
/// Least width of a bar.
const LEAST: f64 = 2.0;
/// Half the size of a symbol.
const HALF: f64 = 2.5;
/// Symbols closer than this share a place and move up and down no further.
const CLOSE: f64 = 5.2;

/// Height under the boxes, in points.
pub(super) fn height(beside: Option<&Beside>) -> f64 {
    beside.map_or(0.0, |beside| SYMBOLS + beside.tracks.len() as f64 * TRACK)
}

/// Draws it from `boxes.bottom` downwards.
pub(super) fn draw(page: &mut Page, beside: &Beside, boxes: &Frame, horizontal: &Ruler) {
    let pt = page.point;
    for (row, track) in beside.tracks.iter().enumerate() {
        let top = boxes.bottom + (SYMBOLS + row as f64 * TRACK) * pt;
        let frame = Frame { top: top.round(), bottom: (top + BAR * pt).round(), ..*boxes };
        bars(page, track, &frame, horizontal);
    }
    let middle = boxes.bottom + (SYMBOLS / 2.0 + 0.2) * pt;
    let inside = |x: &f64| (boxes.left - 0.5..=boxes.right + 0.5).contains(x);
    let mut placed: Vec<(f64, Symbol)> = beside
        .symbols
        .iter()
        .filter_map(|(time, symbol)| Some((across(boxes, horizontal, *time).filter(inside)?, *symbol)))
        .collect();
    placed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    // What coincides is moved to the right, so that each symbol is seen; of the same kind one is enough.
    let mut last: Vec<(f64, Symbol)> = Vec::new();
    for (x, kind) in placed {
        if last.iter().any(|other| other.1 == kind && (x - other.0).abs() < CLOSE * pt) {
            continue;
        }
        let after = last.last().map_or(f64::NEG_INFINITY, |other| other.0 + CLOSE * pt);
        let x = x.max(after).min(boxes.right + 2.0 * pt);
        symbol(page, kind, Point { x, y: middle });
        last.push((x, kind));
    }
}

fn bars(page: &mut Page, track: &Track, frame: &Frame, horizontal: &Ruler) {
    let pt = page.point;
    let fill = page.colours.treatment(track.kind);
    let mut face = page.face(5.6, false);
    face.colour = readable_on(fill);
    for (from, to, text) in &track.bars {
        let (Some(from), Some(to)) = (across(frame, horizontal, *from), across(frame, horizontal, *to)) else {
            continue;
        };
        let (from, to) = (from.min(to), from.max(to));
        if to < frame.left || from > frame.right {
            continue;
        }
        let right = to.max(from + LEAST * pt).min(frame.right);
        let left = from.max(frame.left).min(right - LEAST * pt);
        let bar = Frame { left, right, ..*frame };
        page.scene.shapes.push(Shape::Rectangle { frame: bar, colour: fill });
        // Neighbours are told apart by a gap.
        let edge = Pen { width: 0.5, colour: page.colours.ground, dash: &[] };
        for x in [left, right] {
            page.rule(Point { x, y: frame.top }, Point { x, y: frame.bottom }, edge);
        }
        if width(text, &face) + 2.0 * pt <= right - left {
            let at = Point { x: (left + right) / 2.0, y: (frame.top + frame.bottom) / 2.0 + CAPITAL / 2.0 * face.size };
            page.text(at, text, face, Align::Middle, false);
        }
    }
}

/// A symbol with a rim of the ground's colour.
pub(super) fn symbol(page: &mut Page, kind: Symbol, at: Point) {
    const TRIANGLE: [(f64, f64); 3] = [(0.0, -1.1), (1.1, 0.9), (-1.1, 0.9)];
    const DIAMOND: [(f64, f64); 4] = [(0.0, -1.25), (1.0, 0.0), (0.0, 1.25), (-1.0, 0.0)];
    let half = HALF * page.point;
    let (text, ground) = (page.colours.text, page.colours.ground);
    let place = |(x, y): (f64, f64), grown: f64| Point { x: at.x + x * half * grown, y: at.y + y * half * grown };
    let filled = |page: &mut Page, corners: &[(f64, f64)]| {
        for (grown, colour) in [(1.3, ground), (1.0, text)] {
            let points = corners.iter().map(|corner| place(*corner, grown)).collect();
            page.scene.shapes.push(Shape::Polygon { points, colour });
        }
    };
    match kind {
        Symbol::Antipyretic => {
            page.scene.shapes.push(Shape::Circle { centre: at, radius: half, colour: text });
            page.scene.shapes.push(Shape::Circle { centre: at, radius: 0.62 * half, colour: ground });
        }
        Symbol::Anticytokine => filled(page, &TRIANGLE),
        Symbol::Bolus => filled(page, &DIAMOND),
        Symbol::Death => {
            for (rim, colour) in [(2.6, ground), (1.3, text)] {
                let pen = Pen { width: rim, colour, dash: &[] };
                page.line(vec![place((-1.0, -1.0), 1.0), place((1.0, 1.0), 1.0)], pen);
                page.line(vec![place((-1.0, 1.0), 1.0), place((1.0, -1.0), 1.0)], pen);
            }
        }
    }
}

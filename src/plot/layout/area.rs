//! Areas between two edges: fill, hatching, outline, and a label where the area is large enough.

use super::hatch::{self, Hatch, mix};
use super::panel::across;
use super::text::{Page, width};
use crate::plot::area::{Area, Fill};
use crate::plot::axis::Ruler;
use crate::plot::figure::Scale;
use crate::plot::fonts::CAPITAL;
use crate::plot::scene::{Align, Frame, Pen, Point, Shape, clip, clip_polygon, simplify};
use crate::plot::theme::{Dash, Rgb};

/// Columns of the frame in which room for labels is looked for.
const COLUMNS: usize = 160;
/// A label goes where the area has at least this share of its greatest height.
const NEARLY: f64 = 0.75;
/// Dots of the outermost band's outline: dashes are thresholds.
const OUTERMOST: Dash = &[1.6, 2.4];

/// A connected part: edges from left to right, `upper[i]` and `lower[i]` at one place.
struct Stretch {
    lower: Vec<Point>,
    upper: Vec<Point>,
}

/// Draws the areas of a panel.
pub(super) fn draw(page: &mut Page, areas: &[Area], frame: &Frame, horizontal: &Ruler, vertical: &Ruler) {
    for area in areas {
        let stretches = stretches(area, frame, horizontal, vertical);
        for stretch in &stretches {
            fill(page, area.fill, stretch, frame);
        }
        // The outline of a band lies over its own fill and under the next band.
        for stretch in &stretches {
            outline(page, area.fill, stretch, frame);
        }
    }
}

/// Writes the labels of the areas that are large enough.
pub(super) fn labels(page: &mut Page, areas: &[Area], frame: &Frame, horizontal: &Ruler, vertical: &Ruler) {
    for area in areas.iter().filter(|area| !area.label.trim().is_empty()) {
        label(page, area, &stretches(area, frame, horizontal, vertical), frame);
    }
}

/// A swatch of a fill, as in the legend.
pub(super) fn swatch(page: &mut Page, frame: &Frame, fill: Fill) {
    let corner = |x, y| Point { x, y };
    let stretch = Stretch {
        lower: vec![corner(frame.left, frame.bottom), corner(frame.right, frame.bottom)],
        upper: vec![corner(frame.left, frame.top), corner(frame.right, frame.top)],
    };
    self::fill(page, fill, &stretch, frame);
    outline(page, fill, &stretch, frame);
    if !matches!(fill, Fill::Band { .. } | Fill::Outline { .. }) {
        for x in [frame.left, frame.right] {
            page.rule(corner(x, frame.top), corner(x, frame.bottom), pen(page, fill));
        }
    }
}

/// The colour that lies under the hatching, and one that is read on it.
pub(super) fn colours(page: &Page, fill: Fill) -> (Rgb, Rgb) {
    match fill {
        Fill::Band { style, depth } => {
            const SHARES: [f64; 4] = [0.16, 0.38, 0.52, 0.64];
            let colour = page.colours.curve(style);
            (mix(colour, page.colours.ground, SHARES[depth.min(SHARES.len() - 1)]), page.colours.text)
        }
        Fill::Grade(grade) => page.colours.grade(grade),
        Fill::Undetermined | Fill::Outline { .. } => (page.colours.ground, page.colours.text),
    }
}

/// The outline's pen.
fn pen(page: &Page, fill: Fill) -> Pen {
    match fill {
        Fill::Band { style, depth } => {
            Pen { width: 0.6, colour: page.colours.curve(style), dash: if depth == 0 { OUTERMOST } else { &[] } }
        }
        Fill::Outline { style } => Pen { width: 0.6, colour: page.colours.curve(style), dash: OUTERMOST },
        Fill::Grade(_) | Fill::Undetermined => Pen { width: 0.35, colour: page.colours.frame, dash: &[] },
    }
}

/// The connected parts on the page.
fn stretches(area: &Area, frame: &Frame, horizontal: &Ruler, vertical: &Ruler) -> Vec<Stretch> {
    let below = frame.bottom + 0.05 * frame.height();
    let up = |value: f64| match vertical.position(value) {
        Some(place) => Some(frame.bottom - place * frame.height()),
        None if value.is_finite() && vertical.scale == Scale::Log => Some(below),
        None => None,
    };
    let placed: Vec<Option<(Point, Point)>> = area
        .points
        .iter()
        .map(|&(x, lower, upper)| {
            let (x, lower, upper) = (across(frame, horizontal, x)?, up(lower)?, up(upper)?);
            Some((Point { x, y: lower.max(upper) }, Point { x, y: lower.min(upper) }))
        })
        .collect();
    let parts = placed.split(Option::is_none).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (lower, upper) = part.iter().flatten().copied().unzip();
            Stretch { lower, upper }
        })
        .collect()
}

fn fill(page: &mut Page, fill: Fill, stretch: &Stretch, frame: &Frame) {
    if matches!(fill, Fill::Outline { .. }) {
        return;
    }
    let colour = colours(page, fill).0;
    let (lower, upper) = (simplify(&stretch.lower, 0.1), simplify(&stretch.upper, 0.1));
    let around: Vec<Point> = upper.into_iter().chain(lower.into_iter().rev()).collect();
    let points = clip_polygon(&around, frame);
    if points.len() > 2 {
        page.scene.shapes.push(Shape::Polygon { points, colour });
    }
    if fill == Fill::Undetermined {
        for part in level_parts(stretch, frame) {
            let pen = Pen { width: 0.45, colour: page.colours.muted, dash: &[] };
            hatch::lines(page, &part, Hatch::Rising, 4.0, pen);
        }
    }
}

/// The parts with level edges inside the frame, neighbours of one height as one.
fn level_parts(stretch: &Stretch, frame: &Frame) -> Vec<Frame> {
    let mut parts: Vec<Frame> = Vec::new();
    for (lower, upper) in stretch.lower.windows(2).zip(stretch.upper.windows(2)) {
        let part = Frame {
            left: lower[0].x.max(frame.left),
            right: lower[1].x.min(frame.right),
            top: upper[0].y.max(frame.top),
            bottom: lower[0].y.min(frame.bottom),
        };
        let level = lower[0].y == lower[1].y && upper[0].y == upper[1].y;
        if !level || part.width() <= 0.0 || part.height() <= 0.0 {
            continue;
        }
        match parts.last_mut() {
            Some(last) if (last.top, last.bottom, last.right) == (part.top, part.bottom, part.left) => {
                last.right = part.right;
            }
            _ => parts.push(part),
        }
    }
    parts
}

fn outline(page: &mut Page, fill: Fill, stretch: &Stretch, frame: &Frame) {
    let pen = pen(page, fill);
    if let ([lower], [upper]) = (stretch.lower.as_slice(), stretch.upper.as_slice()) {
        // One time alone has no width.
        for piece in clip(&[*lower, *upper], frame) {
            page.line(piece, Pen { width: 1.35, dash: &[], ..pen });
        }
        return;
    }
    for edge in [&stretch.lower, &stretch.upper] {
        for piece in clip(edge, frame) {
            page.line(simplify(&piece, 0.1), pen);
        }
    }
}

/// Writes the label where the area is highest, if it has room there.
fn label(page: &mut Page, area: &Area, stretches: &[Stretch], frame: &Frame) {
    let face = page.face(8.0, true);
    let text = area.label.trim();
    let pitch = frame.width() / COLUMNS as f64;
    let room: Vec<Option<(f64, f64)>> = (0..COLUMNS)
        .map(|column| {
            let x = frame.left + (column as f64 + 0.5) * pitch;
            let (lower, upper) =
                stretches.iter().find_map(|part| Some((height_at(&part.lower, x)?, height_at(&part.upper, x)?)))?;
            Some((upper.max(frame.top), lower.min(frame.bottom)))
        })
        .collect();
    let wide = width(text, &face) + 5.0 * page.point;
    let count = ((wide / pitch).ceil() as usize).max(1);
    let least = CAPITAL * face.size + 3.5 * page.point;
    let shared = |window: &[Option<(f64, f64)>]| {
        let whole = window
            .iter()
            .copied()
            .try_fold((f64::MIN, f64::MAX), |all, part| part.map(|(top, bottom)| (all.0.max(top), all.1.min(bottom))));
        whole.filter(|(top, bottom)| bottom - top >= least)
    };
    // The middle of the longest stretch that is nearly as high as the highest place.
    let found: Vec<(usize, (f64, f64))> =
        room.windows(count).enumerate().filter_map(|(index, window)| Some((index, shared(window)?))).collect();
    let height = |part: &(usize, (f64, f64))| part.1.1 - part.1.0;
    let most = found.iter().map(height).fold(0.0, f64::max);
    let high: Vec<(usize, (f64, f64))> = found.into_iter().filter(|part| height(part) >= NEARLY * most).collect();
    let longest = high.chunk_by(|a, b| a.0 + 1 == b.0).max_by_key(|stretch| stretch.len());
    let Some((index, (top, bottom))) = longest.and_then(|stretch| stretch.get(stretch.len() / 2)) else { return };
    let (ground, readable) = colours(page, area.fill);
    let centre = Point { x: frame.left + (*index as f64 + count as f64 / 2.0) * pitch, y: (top + bottom) / 2.0 };
    // Clear of hatching and of the lines of marks.
    let half = (wide / 2.0 - page.point, least / 2.0 - page.point);
    let (left, right) = (centre.x - half.0, centre.x + half.0);
    let clear = Frame { left, right, top: centre.y - half.1, bottom: centre.y + half.1 };
    page.scene.shapes.push(Shape::Rectangle { frame: clear, colour: ground });
    let at = Point { y: centre.y + CAPITAL / 2.0 * face.size, ..centre };
    let face = crate::plot::scene::Type { colour: readable, ..face };
    page.text(at, text, face, Align::Middle, false);
}

/// The height of an edge at `x`; of a step the part to its right.
fn height_at(edge: &[Point], x: f64) -> Option<f64> {
    let after = edge.partition_point(|point| point.x <= x);
    let (a, b) = (edge.get(after.checked_sub(1)?)?, edge.get(after)?);
    let part = if b.x > a.x { (x - a.x) / (b.x - a.x) } else { 0.0 };
    Some(a.y + part * (b.y - a.y))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_read_between_their_points() {
        let at = |x, y| Point { x, y };
        let edge = [at(0.0, 1.0), at(2.0, 3.0), at(2.0, 7.0), at(4.0, 7.0)];
        assert_eq!(height_at(&edge, 1.0), Some(2.0));
        assert_eq!(height_at(&edge, 2.0), Some(7.0));
        assert_eq!((height_at(&edge, -1.0), height_at(&edge, 5.0), height_at(&[], 1.0)), (None, None, None));
    }
}

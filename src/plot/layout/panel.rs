//! One panel: grid, curves, observations, thresholds, frame and labels.

use super::text::{Page, width, wrap};
use super::{EDGE, LABEL_LINE, MINOR_TICK, TICK, TICK_SPACE};
use crate::plot::axis::Ruler;
use crate::plot::figure::{Figure, Observed, Panel, Reference, Series};
use crate::plot::fonts::CAPITAL;
use crate::plot::scene::{Align, Frame, Pen, Point, Shape, clip, simplify};
use crate::plot::theme::{Dash, Rgb, dash};

/// Width of curves in points.
pub(super) const CURVE: f64 = 1.35;
/// Dashes of thresholds.
pub(super) const THRESHOLD: Dash = &[5.0, 3.0];
/// Width of curves in a crowd, points.
const THIN: f64 = 0.55;
/// Radius of an observation in points.
const DOT: f64 = 1.9;
/// Radius of an observation in a crowd, points.
const SMALL: f64 = 0.9;

/// The left edge of the data: one for all panels, by the widest tick label and the tallest axis label.
pub(super) fn left_margin(page: &Page, figure: &Figure, rulers: &[Ruler], heights: &[f64]) -> f64 {
    let lines = figure.panels.iter().zip(heights).map(|(panel, height)| label(page, panel, *height).len()).max();
    let labels = lines.unwrap_or(0) as f64 * LABEL_LINE * page.point;
    let space = if labels > 0.0 { 4.0 * page.point } else { 0.0 };
    let panels = labels + space + widest_tick(page, rulers) + TICK_SPACE * page.point;
    let lanes = super::lane::label_width(page, figure).max(super::band::label_width(page, figure));
    let lanes = lanes.max(super::risk::label_width(page, figure));
    EDGE * page.point + panels.max(lanes)
}

/// Upright grid lines under everything.
pub(super) fn upright_grid(page: &mut Page, frame: &Frame, horizontal: &Ruler) {
    let pen = Pen { width: 0.5, colour: page.colours.grid, dash: &[] };
    for x in horizontal.ticks.iter().filter_map(|tick| across(frame, horizontal, tick.value)) {
        page.rule(Point { x, y: frame.top }, Point { x, y: frame.bottom }, pen);
    }
}

/// Level grid lines under everything.
pub(super) fn level_grid(page: &mut Page, frame: &Frame, vertical: &Ruler) {
    let pen = Pen { width: 0.5, colour: page.colours.grid, dash: &[] };
    for y in vertical.ticks.iter().filter_map(|tick| up(frame, vertical, tick.value)) {
        page.rule(Point { x: frame.left, y }, Point { x: frame.right, y }, pen);
    }
}

/// Thresholds, curves, stations, then observations.
pub(super) fn content(page: &mut Page, panel: &Panel, frame: &Frame, horizontal: &Ruler, vertical: &Ruler) {
    references(page, &panel.references, frame, vertical);
    let place = |x: f64, y: f64| Some(Point { x: across(frame, horizontal, x)?, y: up(frame, vertical, y)? });
    curves(page, (&panel.series, panel.crowded), frame, place);
    super::station::draw(page, panel, frame, place);
    measurements(page, (&panel.observed, panel.crowded), frame, place);
}

/// A dashed line of no style.
pub(super) fn threshold(page: &mut Page, from: Point, to: Point) {
    let pen = Pen { width: 0.8, colour: page.colours.muted, dash: THRESHOLD };
    page.rule(from, to, pen);
}

/// Horizontal lines.
pub(super) fn references(page: &mut Page, lines: &[Reference], frame: &Frame, vertical: &Ruler) {
    for line in lines {
        if let Some(y) = up(frame, vertical, line.value).filter(|y| *y >= frame.top && *y <= frame.bottom) {
            threshold(page, Point { x: frame.left, y }, Point { x: frame.right, y });
        }
    }
}

fn is_inside(p: &Point, frame: &Frame) -> bool {
    p.x >= frame.left && p.x <= frame.right && p.y >= frame.top && p.y <= frame.bottom
}

/// Curves, broken where `place` has none; a lone point is a dot.
pub(super) fn curves(
    page: &mut Page,
    (all, crowded): (&[Series], bool),
    frame: &Frame,
    place: impl Fn(f64, f64) -> Option<Point>,
) {
    for series in all {
        let colour = page.colours.curve(series.style);
        let pen = match crowded {
            true => Pen { width: THIN, colour, dash: &[] },
            false => Pen { width: CURVE, colour, dash: dash(series.style) },
        };
        let points: Vec<Option<Point>> = series.points.iter().map(|&(x, y)| place(x, y)).collect();
        for stretch in points.split(Option::is_none) {
            let stretch: Vec<Point> = stretch.iter().flatten().copied().collect();
            if let [centre] = stretch.as_slice() {
                if is_inside(centre, frame) {
                    let radius = if crowded { SMALL } else { CURVE } * page.point;
                    page.scene.shapes.push(Shape::Circle { centre: *centre, radius, colour });
                }
            } else {
                for piece in clip(&stretch, frame) {
                    page.line(simplify(&piece, 0.1), pen);
                }
            }
        }
    }
}

/// Measurements inside the frame.
pub(super) fn measurements(
    page: &mut Page,
    (all, crowded): (&[Observed], bool),
    frame: &Frame,
    place: impl Fn(f64, f64) -> Option<Point>,
) {
    for observed in all {
        for point in &observed.points {
            let Some(at) = place(point.x, point.y).filter(|at| is_inside(at, frame)) else { continue };
            if point.below_limit {
                triangle(page, at, observed.style);
            } else if crowded {
                let colour = observed_colour(page, observed.style);
                page.scene.shapes.push(Shape::Circle { centre: at, radius: SMALL * page.point, colour });
            } else {
                marker(page, at, observed.style);
            }
        }
    }
}

/// A measurement: filled, its shape by the style, with a rim of the ground's colour, so that it is seen on its curve.
pub(super) fn marker(page: &mut Page, centre: Point, style: Option<usize>) {
    const TRIANGLE: [(f64, f64); 3] = [(0.0, -1.35), (1.2, 0.8), (-1.2, 0.8)];
    const SQUARE: [(f64, f64); 4] = [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)];
    const DIAMOND: [(f64, f64); 4] = [(0.0, -1.35), (1.35, 0.0), (0.0, 1.35), (-1.35, 0.0)];
    let corners: &[(f64, f64)] = match style.unwrap_or(0) % 4 {
        0 => &[],
        1 => &SQUARE,
        2 => &DIAMOND,
        _ => &TRIANGLE,
    };
    let (ground, colour) = (page.colours.ground, observed_colour(page, style));
    let (radius, rim) = (DOT * page.point, 0.7 * page.point);
    for (grown, colour) in [(rim, ground), (0.0, colour)] {
        let shape = if corners.is_empty() {
            Shape::Circle { centre, radius: radius + grown, colour }
        } else {
            let reach = radius + 1.3 * grown;
            let points =
                corners.iter().map(|(x, y)| Point { x: centre.x + x * reach, y: centre.y + y * reach }).collect();
            Shape::Polygon { points, colour }
        };
        page.scene.shapes.push(shape);
    }
}

/// A measurement below the limit of quantification: an open triangle pointing down.
pub(super) fn triangle(page: &mut Page, centre: Point, style: Option<usize>) {
    let half = 2.5 * page.point;
    let corner = |x: f64, y: f64| Point { x: centre.x + x * half, y: centre.y + y * half };
    let points = vec![corner(-1.0, -0.6), corner(1.0, -0.6), corner(0.0, 1.1), corner(-1.0, -0.6)];
    let (ground, colour) = (page.colours.ground, observed_colour(page, style));
    page.scene.shapes.push(Shape::Polygon { points: points[..3].to_vec(), colour: ground });
    page.line(points, Pen { width: 0.9, colour, dash: &[] });
}

fn observed_colour(page: &Page, style: Option<usize>) -> Rgb {
    style.map_or(page.colours.text, |style| page.colours.curve(style))
}

/// Frame, ticks, tick labels and axis label.
pub(super) fn frame(page: &mut Page, panel: &Panel, frame: &Frame, ruler: &Ruler, all: &[Ruler]) {
    let pt = page.point;
    page.outline(frame);
    let face = page.face(7.5, false);
    for tick in &ruler.ticks {
        let Some(y) = up(frame, ruler, tick.value) else { continue };
        page.tick(Point { x: frame.left - TICK * pt, y }, Point { x: frame.left, y });
        let at = Point { x: frame.left - TICK_SPACE * pt, y: y + CAPITAL / 2.0 * face.size };
        page.text(at, &tick.label, face, Align::End, false);
    }
    for y in ruler.minor.iter().filter_map(|value| up(frame, ruler, *value)) {
        page.tick(Point { x: frame.left - MINOR_TICK * pt, y }, Point { x: frame.left, y });
    }
    let right = frame.left - (TICK_SPACE + 4.0) * pt - widest_tick(page, all) - 2.5 * pt;
    let middle = (frame.top + frame.bottom) / 2.0;
    let face = page.face(8.5, false);
    for (index, line) in label(page, panel, frame.height()).iter().rev().enumerate() {
        let at = Point { x: right - index as f64 * LABEL_LINE * pt, y: middle };
        page.text(at, line, face, Align::Middle, true);
    }
}

/// The title above the panel, `raise` pixels higher than without marks.
pub(super) fn title(page: &mut Page, title: &str, frame: &Frame, raise: f64) {
    let face = page.face(8.5, true);
    for line in wrap(title, &face, frame.width(), 1) {
        let at = Point { x: frame.left, y: frame.top - raise - 4.0 * page.point };
        page.text(at, &line, face, Align::Start, false);
    }
}

fn label(page: &Page, panel: &Panel, height: f64) -> Vec<String> {
    wrap(&panel.vertical.text(), &page.face(8.5, false), height, 3)
}

fn widest_tick(page: &Page, rulers: &[Ruler]) -> f64 {
    let face = page.face(7.5, false);
    rulers.iter().flat_map(|ruler| &ruler.ticks).map(|tick| width(&tick.label, &face)).fold(0.0, f64::max)
}

/// Pixels from the left for a value of the horizontal axis.
pub(super) fn across(frame: &Frame, ruler: &Ruler, value: f64) -> Option<f64> {
    ruler.position(value).map(|place| frame.left + place * frame.width())
}

/// Pixels from above for a value of a vertical axis.
pub(super) fn up(frame: &Frame, ruler: &Ruler, value: f64) -> Option<f64> {
    ruler.position(value).map(|place| frame.bottom - place * frame.height())
}

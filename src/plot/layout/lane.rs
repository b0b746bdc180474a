//! Grades over time: a lane of boxes, each with its number inside.

use super::beside;
use super::hatch::{self, Hatch};
use super::names;
use super::panel::{across, upright_grid};
use super::text::{Page, width, wrap};
use super::{EDGE, TICK_SPACE};
use crate::plot::axis::Ruler;
use crate::plot::figure::Figure;
use crate::plot::fonts::CAPITAL;
use crate::plot::scene::{Align, Frame, Pen, Point, Shape};
use crate::plot::timeline::{Grade, Interval, Lane};

/// Height of the boxes, points.
const BOX: f64 = 15.0;
/// Space above, for the numbers of boxes too narrow to hold them.
const SPACE: f64 = 12.0;
/// Widest label, points.
const LABEL: f64 = 62.0;
/// Distance of lines of the label.
const LINE: f64 = 9.0;

/// Height of each lane with the space above it, in pixels.
pub(super) fn heights(page: &Page, figure: &Figure) -> Vec<f64> {
    figure.lanes.iter().map(|lane| (BOX + SPACE + beside::height(lane.beside.as_ref())) * page.point).collect()
}

/// Height of the boxes in pixels.
pub(super) fn box_height(page: &Page) -> f64 {
    BOX * page.point
}

/// Width that the labels want left of the data, in pixels.
pub(super) fn label_width(page: &Page, figure: &Figure) -> f64 {
    labels_width(page, figure.lanes.iter().map(|lane| lane.label.as_str()))
}

/// Width that labels of [`label`] want, in pixels.
pub(super) fn labels_width<'a>(page: &Page, labels: impl Iterator<Item = &'a str>) -> f64 {
    let face = page.face(8.0, false);
    let lines = labels.flat_map(|label| wrap(label, &face, LABEL * page.point, 3));
    let widest = lines.map(|line| width(&line, &face)).fold(0.0, f64::max);
    if widest > 0.0 { widest + TICK_SPACE * page.point } else { 0.0 }
}

/// Writes a label left of `frame`, centred on its height.
pub(super) fn label(page: &mut Page, label: &str, frame: &Frame) {
    let pt = page.point;
    let face = page.face(8.0, false);
    let lines = wrap(label, &face, (LABEL * pt).max(frame.left - (EDGE + TICK_SPACE) * pt), 3);
    let top = (frame.top + frame.bottom) / 2.0 - lines.len() as f64 / 2.0 * LINE * pt;
    for (index, line) in lines.iter().enumerate() {
        let y = top + (index as f64 + 0.5) * LINE * pt + CAPITAL / 2.0 * face.size;
        page.text(Point { x: frame.left - TICK_SPACE * pt, y }, line, face, Align::End, false);
    }
}

/// Width of the column right of the data that holds the names of the lanes, in pixels.
pub(super) fn column(page: &Page, figure: &Figure) -> f64 {
    let face = page.face(8.0, false);
    let lines = figure.lanes.iter().flat_map(|lane| name(page, lane));
    let widest = lines.map(|line| width(&line, &face)).fold(0.0, f64::max);
    if widest > 0.0 { names::text_start(page) + widest } else { 0.0 }
}

/// The name of a lane as it fits.
fn name(page: &Page, lane: &Lane) -> Vec<String> {
    wrap(&lane.name, &page.face(8.0, false), names::widest(page), 2)
}

/// Writes the name beside the boxes, after a piece of the curve of its style.
fn draw_name(page: &mut Page, lane: &Lane, frame: &Frame) {
    let pt = page.point;
    let middle = (frame.top + frame.bottom) / 2.0;
    let start = frame.right + names::LEAD * pt;
    if let Some(style) = lane.style {
        names::curve_sample(page, Point { x: start, y: middle }, names::SAMPLE * pt, style);
    }
    let face = page.face(8.0, false);
    let lines = name(page, lane);
    for (index, line) in lines.iter().enumerate() {
        let offset = (index as f64 - (lines.len() as f64 - 1.0) / 2.0) * LINE * pt;
        let at = Point { x: frame.right + names::text_start(page), y: middle + offset + CAPITAL / 2.0 * face.size };
        page.text(at, line, face, Align::Start, false);
    }
}

/// Draws the boxes, their numbers and the label.
pub(super) fn draw(page: &mut Page, lane: &Lane, frame: &Frame, horizontal: &Ruler) {
    let pt = page.point;
    label(page, &lane.label, frame);
    draw_name(page, lane, frame);
    if let Some(given) = &lane.beside {
        let whole = Frame { bottom: frame.bottom + beside::height(Some(given)) * pt, ..*frame };
        upright_grid(page, &whole, horizontal);
        beside::draw(page, given, frame, horizontal);
    }
    let middle = (frame.top + frame.bottom) / 2.0;
    let boxes: Vec<(Frame, Grade)> = joined(&lane.intervals, horizontal)
        .into_iter()
        .filter_map(|part| {
            let left = across(frame, horizontal, part.from)?.clamp(frame.left, frame.right);
            let right = across(frame, horizontal, part.to)?.clamp(frame.left, frame.right);
            (right > left).then_some((Frame { left, right, ..*frame }, part.grade))
        })
        .collect();
    for (part, grade) in &boxes {
        fill(page, part, *grade);
    }
    // Numbers last: those above narrow boxes may reach over a neighbour.
    let inside = page.face(8.0, true);
    let above = page.face(6.5, true);
    let mut narrow = Vec::new();
    for (part, grade) in &boxes {
        let text = grade.text();
        let centre = (part.left + part.right) / 2.0;
        let room = width(&text, &inside) + 2.0 * pt;
        if part.width() >= room {
            let mut face = inside;
            let ground = match grade {
                Grade::Exact(grade) | Grade::AtLeast(grade) => {
                    let (fill, readable) = page.colours.grade(*grade);
                    face.colour = readable;
                    fill
                }
                Grade::Undetermined => page.colours.ground,
            };
            if !matches!(grade, Grade::Exact(_)) {
                let half = room / 2.0;
                let clear = Frame {
                    left: (centre - half).max(part.left),
                    right: (centre + half).min(part.right),
                    top: middle - 0.6 * face.size,
                    bottom: middle + 0.6 * face.size,
                };
                page.scene.shapes.push(Shape::Rectangle { frame: clear, colour: ground });
            }
            let at = Point { x: centre, y: middle + CAPITAL / 2.0 * face.size };
            page.text(at, &text, face, Align::Middle, false);
        } else {
            narrow.push((centre, *grade, text));
        }
    }
    // Where numbers would collide, the higher grade is written.
    narrow.sort_by_key(|(_, grade, _)| std::cmp::Reverse(grade.least()));
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for (centre, _, text) in narrow {
        let half = width(&text, &above) / 2.0 + 0.4 * pt;
        if taken.iter().all(|other| (centre - other.0).abs() >= half + other.1) {
            page.text(Point { x: centre, y: frame.top - 2.5 * pt }, &text, above, Align::Middle, false);
            taken.push((centre, half));
        }
    }
    // The lane of a patient ends with the last reading; who is no longer followed has no box.
    let ends = boxes.iter().map(|(part, _)| (part.left, part.right)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    match ends {
        Some((left, right)) if lane.beside.is_some() => page.outline(&Frame { left, right, ..*frame }),
        _ => page.outline(frame),
    }
}

fn fill(page: &mut Page, part: &Frame, grade: Grade) {
    let (colour, hatch) = match grade {
        Grade::Exact(grade) => (page.colours.grade(grade).0, None),
        Grade::AtLeast(grade) => {
            let (fill, readable) = page.colours.grade(grade);
            (fill, Some(readable))
        }
        Grade::Undetermined => (page.colours.ground, Some(page.colours.muted)),
    };
    page.scene.shapes.push(Shape::Rectangle { frame: *part, colour });
    if let Some(colour) = hatch {
        hatch::lines(page, part, Hatch::Rising, 4.0, Pen { width: 0.45, colour, dash: &[] });
    }
    let edge = page.colours.frame;
    for x in [part.left, part.right] {
        page.rule(Point { x, y: part.top }, Point { x, y: part.bottom }, Pen { width: 0.4, colour: edge, dash: &[] });
    }
}

/// Intervals in order of time, without empty ones, neighbours of one grade as one.
fn joined(intervals: &[Interval], horizontal: &Ruler) -> Vec<Interval> {
    let mut parts: Vec<Interval> = intervals.iter().filter(|part| part.to > part.from).copied().collect();
    parts.sort_by(|a, b| a.from.total_cmp(&b.from));
    let same_time = 1e-9 * (horizontal.to - horizontal.from);
    let mut joined: Vec<Interval> = Vec::new();
    for part in parts {
        match joined.last_mut() {
            Some(last) if last.grade == part.grade && part.from <= last.to + same_time => {
                last.to = last.to.max(part.to)
            }
            _ => joined.push(part),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::axis::{Extent, Margin};
    use crate::plot::figure::Axis;

    #[test]
    fn neighbours_of_one_grade_are_one_box() {
        let part = |from, to, grade| Interval { from, to, grade: Grade::Exact(grade) };
        let extent = Extent { curves: Some((0.0, 10.0)), ..Extent::default() };
        let ruler = Ruler::new(&Axis::linear("", "d"), extent, 5.0, Margin::None);
        let intervals = [part(3.0, 4.0, 1), part(0.0, 1.0, 0), part(1.0, 3.0, 1), part(5.0, 5.0, 2), part(6.0, 7.0, 1)];
        assert_eq!(joined(&intervals, &ruler), [part(0.0, 1.0, 0), part(1.0, 4.0, 1), part(6.0, 7.0, 1)]);
    }
}

//! Doses and treatments: triangles at the top of the first panel, labels in rows above, lines through all panels.

use super::EDGE;
use super::names::pointer;
use super::panel::across;
use super::text::{Page, width};
use crate::plot::axis::Ruler;
use crate::plot::figure::Figure;
use crate::plot::scene::{Align, Frame, Pen, Point, Shape};
use crate::plot::theme::dash;
use crate::plot::timeline::{Mark, MarkKind};

/// Distance of rows of labels, points.
const ROW: f64 = 9.2;
/// The triangles.
const POINTER: f64 = 6.5;
/// From the line to its label.
const SPACE: f64 = 2.5;
/// Labels beyond so many rows are left out; the triangles stay.
const MOST_ROWS: usize = 8;

/// A mark with its place and, for the first of its group, the label.
pub(super) struct Placed {
    x: f64,
    filled: bool,
    style: Option<usize>,
    label: Option<Label>,
}

struct Label {
    text: String,
    row: usize,
    /// Left of the line, because the page ends to its right.
    before: bool,
}

/// Height of `rows` rows above the first panel, points.
pub(super) fn height(figure: &Figure, rows: f64) -> f64 {
    if figure.marks.is_empty() { 0.0 } else { POINTER + 2.0 + rows * ROW }
}

/// Rows that the labels take.
pub(super) fn rows(marks: &[Placed]) -> f64 {
    marks.iter().filter_map(|mark| mark.label.as_ref()).map(|label| label.row + 1).max().unwrap_or(0) as f64
}

/// Places the marks inside the horizontal range. Repeats too close for a label of their own share one.
pub(super) fn place(page: &Page, figure: &Figure, horizontal: &Ruler, data: &Frame) -> Vec<Placed> {
    let face = page.face(7.5, false);
    let pt = page.point;
    let inside = |x: &f64| *x >= data.left - 0.5 && *x <= data.right + 0.5;
    let mut marks: Vec<(f64, &Mark)> =
        figure.marks.iter().filter_map(|mark| Some((across(data, horizontal, mark.x).filter(inside)?, mark))).collect();
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));

    // Groups of repeats: (first, how many).
    let mut groups: Vec<(usize, usize)> = Vec::new();
    for (index, (x, mark)) in marks.iter().enumerate() {
        let space = |text: &str| width(text, &face) + 2.0 * SPACE * pt;
        let joins = |&(first, count): &(usize, usize)| {
            let (_, other) = marks[first];
            let last = marks[first + count - 1].0;
            first + count == index
                && other.label == mark.label
                && other.kind == mark.kind
                && other.style == mark.style
                && x - last < space(&mark.label)
        };
        match groups.last_mut() {
            Some(group) if joins(group) => group.1 += 1,
            _ => groups.push((index, 1)),
        }
    }

    let edge = f64::from(page.scene.width) - EDGE * pt;
    let mut placed: Vec<Placed> = marks
        .iter()
        .map(|(x, mark)| Placed { x: *x, filled: mark.kind == MarkKind::Dose, style: mark.style, label: None })
        .collect();
    // From the right: a label must lie above the rows of all lines that it would cross.
    let mut rows: Vec<(f64, usize)> = Vec::new();
    for &(first, count) in groups.iter().rev() {
        let (x, mark) = marks[first];
        if mark.label.trim().is_empty() {
            continue;
        }
        let text = if count > 1 { format!("{} ×{count}", mark.label) } else { mark.label.clone() };
        let wide = width(&text, &face) + SPACE * pt;
        let before = x + wide > edge;
        let end = if before { x } else { x + wide + SPACE * pt };
        let row = rows.iter().filter(|other| other.0 <= end).map(|other| other.1 + 1).max().unwrap_or(0);
        rows.push((x, row));
        if row < MOST_ROWS {
            placed[first].label = Some(Label { text, row, before });
        }
    }
    placed
}

/// The thin lines through one panel.
pub(super) fn lines(page: &mut Page, marks: &[Placed], top: f64, bottom: f64) {
    for mark in marks {
        let pen = pen(page, mark);
        page.rule(Point { x: mark.x, y: top }, Point { x: mark.x, y: bottom }, pen);
    }
}

/// Thin and grey, or in the colour and dashes of the run it belongs to.
fn pen(page: &Page, mark: &Placed) -> Pen {
    match mark.style {
        None => Pen { width: 0.5, colour: page.colours.mark, dash: &[] },
        Some(style) => Pen { width: 0.8, colour: page.colours.curve(style), dash: dash(style) },
    }
}

/// Triangles, labels and the lines between them, above `top`.
pub(super) fn draw(page: &mut Page, marks: &[Placed], top: f64, data: &Frame) {
    let pt = page.point;
    let face = page.face(7.5, false);
    let baseline = |row: usize| top - (POINTER + 2.5 + row as f64 * ROW) * pt;
    for mark in marks {
        let pen = Pen { dash: &[], ..pen(page, mark) };
        if let Some(label) = &mark.label {
            let end = Point { x: mark.x, y: baseline(label.row) - 5.0 * pt };
            page.rule(Point { x: mark.x, y: top }, end, pen);
        }
    }
    for mark in marks {
        if let Some(label) = &mark.label {
            let y = baseline(label.row);
            if label.before {
                // Lines of earlier marks may pass here.
                let left = mark.x - SPACE * pt - width(&label.text, &face);
                let ground = page.colours.ground;
                let frame = Frame { left, top: y - 6.0 * pt, right: mark.x - pt, bottom: y + 1.5 * pt };
                page.scene.shapes.push(Shape::Rectangle { frame, colour: ground });
                let x = (mark.x - SPACE * pt).max(data.left);
                page.text(Point { x, y }, &label.text, face, Align::End, false);
            } else {
                page.text(Point { x: mark.x + SPACE * pt, y }, &label.text, face, Align::Start, false);
            }
        }
    }
    for mark in marks {
        let colour = mark.style.map_or(page.colours.text, |style| page.colours.curve(style));
        pointer(page, Point { x: mark.x, y: top - 0.6 * pt }, mark.filled, colour);
    }
}

//! Names against names: shaded cells with texts.

use super::super::hatch::mix;
use super::super::text::{Page, width, wrap};
use super::{CATEGORY_LINE, UNDER, category_face, tick_face, value_face};
use crate::plot::axis::{Ruler, Tick};
use crate::plot::figure::Scale;
use crate::plot::fonts::CAPITAL;
use crate::plot::scene::{Align, Frame, Pen, Point, Shape, Type};
use crate::plot::theme::readable_on;
use crate::plot::tile::{Cell, Matrix};

/// Widest name of a row, points.
const NAME: f64 = 110.0;
/// Share of the colour in the darkest cell: text must be read on it.
const DARKEST: f64 = 0.9;
/// Names of columns take at most so many lines.
const LINES: usize = 3;

/// The names of the columns in lines.
pub(super) fn categories(page: &Page, table: &Matrix, wide: f64) -> Vec<Vec<String>> {
    let slot = wide / table.columns.len().max(1) as f64;
    table.columns.iter().map(|name| wrap(name, &category_face(page), 0.94 * slot, LINES)).collect()
}

/// Nothing to show.
pub(super) fn is_empty(table: &Matrix) -> bool {
    table.rows.is_empty() || table.columns.is_empty()
}

/// A ruler with the names of the rows as its ticks.
pub(super) fn ruler(page: &Page, table: &Matrix) -> Ruler {
    let count = table.rows.len().max(1) as f64;
    let face = tick_face(page);
    let tick = |(row, name): (usize, &String)| Tick {
        value: count - row as f64 - 0.5,
        label: wrap(name, &face, NAME * page.point, 1).pop().unwrap_or_default(),
    };
    let ticks = table.rows.iter().enumerate().map(tick).collect();
    Ruler { scale: Scale::Linear, from: 0.0, to: count, ticks, minor: Vec::new() }
}

/// Draws the cells and the names of the columns.
pub(super) fn draw(page: &mut Page, table: &Matrix, categories: &[Vec<String>], frame: &Frame) {
    let pt = page.point;
    let (down, right) = (table.rows.len().max(1) as f64, table.columns.len().max(1) as f64);
    let edge = |place: usize, of: f64, from: f64, span: f64| (from + span * place as f64 / of).round();
    for (row, cells) in table.cells.iter().enumerate().take(table.rows.len()) {
        for (column, cell) in cells.iter().enumerate().take(table.columns.len()) {
            let part = Frame {
                left: edge(column, right, frame.left, frame.width()),
                right: edge(column + 1, right, frame.left, frame.width()),
                top: edge(row, down, frame.top, frame.height()),
                bottom: edge(row + 1, down, frame.top, frame.height()),
            };
            draw_cell(page, cell, &part);
        }
    }
    let pen = Pen { width: 0.6, colour: page.colours.ground, dash: &[] };
    for column in 1..table.columns.len() {
        let x = edge(column, right, frame.left, frame.width());
        page.rule(Point { x, y: frame.top }, Point { x, y: frame.bottom }, pen);
    }
    for row in 1..table.rows.len() {
        let y = edge(row, down, frame.top, frame.height());
        page.rule(Point { x: frame.left, y }, Point { x: frame.right, y }, pen);
    }
    let names = category_face(page);
    for (column, lines) in categories.iter().enumerate() {
        let x = frame.left + (column as f64 + 0.5) * frame.width() / right;
        for (line, text) in lines.iter().enumerate() {
            let y = frame.bottom + (UNDER + line as f64 * CATEGORY_LINE) * pt;
            page.text(Point { x, y }, text, names, Align::Middle, false);
        }
    }
}

fn draw_cell(page: &mut Page, cell: &Cell, part: &Frame) {
    let pt = page.point;
    let shade = cell.shade.filter(|shade| shade.is_finite()).map(|shade| shade.clamp(0.0, 1.0));
    let fill = match shade {
        // Even no agreement is a value, not a blank.
        Some(shade) => mix(page.colours.curve(0), page.colours.ground, 0.06 + (DARKEST - 0.06) * shade),
        None => page.colours.ground,
    };
    page.scene.shapes.push(Shape::Rectangle { frame: *part, colour: fill });
    let colour = readable_on(fill);
    let bold = Type { colour, ..page.face(9.0, true) };
    let plain = Type { colour, ..value_face(page) };
    let line = 9.0 * pt;
    let room = ((part.height() - 2.0 * pt) / line).floor().max(0.0) as usize;
    let head = std::iter::once((&cell.head, bold));
    let lines = head.chain(cell.lines.iter().map(|line| (line, plain))).filter(|(text, _)| !text.trim().is_empty());
    let lines: Vec<(&String, Type)> = lines.take(room).collect();
    let top = (part.top + part.bottom) / 2.0 - lines.len() as f64 / 2.0 * line;
    for (index, (text, face)) in lines.into_iter().enumerate() {
        // Long texts are written smaller, down to a size that can be read.
        let wide = width(text, &face);
        let size = face.size * ((part.width() - 2.0 * pt) / wide.max(1e-9)).min(1.0);
        if size < 4.5 * pt {
            continue;
        }
        let face = Type { size, ..face };
        let y = top + (index as f64 + 0.5) * line + CAPITAL / 2.0 * face.size;
        page.text(Point { x: (part.left + part.right) / 2.0, y }, text, face, Align::Middle, false);
    }
}

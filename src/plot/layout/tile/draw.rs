//! What is drawn in a tile: bins and rules, columns and whiskers, texts and ticks.

use super::super::hatch::mix;
use super::super::panel::{CURVE, THRESHOLD, across, up};
use super::super::text::{Page, width};
use super::super::{LABEL_LINE, MINOR_TICK, TICK, TICK_SPACE, area};
use super::{
    CATEGORY_LINE, NOTE_LINE, Plan, TITLE_LINE, UNDER, category_face, matrix, note_face, tick_face, value_face,
};
use crate::plot::fonts::CAPITAL;
use crate::plot::scene::{Align, Frame, Pen, Point, Shape, Type};
use crate::plot::tile::{Bin, Column, Content, RuleKind, Tile};

/// Least height of a bar that is not 0.
const LEAST_BAR: f64 = 0.7;
/// Least width of a bar, and the width of one that holds one value.
const NARROWEST_BAR: f64 = 0.8;
const ONE_VALUE: f64 = 6.0;
/// Least width of outlined bars.
const OUTLINED: f64 = 2.4;
/// Share of a curve's colour in bars.
const TINT: f64 = 0.36;
/// Share of a category's width that its column fills, and the widest column.
const FILLED: f64 = 0.72;
const WIDEST: f64 = 40.0;

/// Draws a tile in its frame.
pub(super) fn draw(page: &mut Page, tile: &Tile, plan: &Plan, frame: &Frame) {
    texts(page, plan, frame);
    let grid = Pen { width: 0.5, colour: page.colours.grid, dash: &[] };
    let table = matches!(tile.content, Content::Matrix(_));
    if !plan.empty && !table {
        for y in plan.vertical.ticks.iter().filter_map(|tick| up(frame, &plan.vertical, tick.value)) {
            page.rule(Point { x: frame.left, y }, Point { x: frame.right, y }, grid);
        }
    }
    match &tile.content {
        _ if plan.empty => {
            let face = Type { colour: page.colours.muted, ..page.face(8.0, false) };
            let at = Point { x: (frame.left + frame.right) / 2.0, y: (frame.top + frame.bottom) / 2.0 };
            page.text(at, "no values", face, Align::Middle, false);
        }
        Content::Bins(bins) => {
            draw_bins(page, bins, plan, frame);
            rules(page, tile, plan, frame);
        }
        Content::Plot(plot) => {
            draw_bins(page, &plot.bins, plan, frame);
            super::plot::under(page, plot, plan, frame);
            rules(page, tile, plan, frame);
            super::plot::over(page, plot, plan, frame);
        }
        Content::Columns(columns) => draw_columns(page, columns, plan, frame),
        Content::Matrix(table) => matrix::draw(page, table, &plan.categories, frame),
    }
    page.outline(frame);
    if !plan.empty {
        ticks(page, tile, plan, frame);
    }
}

/// The upright lines of a tile, the middle last, so that it is seen where all coincide.
fn rules(page: &mut Page, tile: &Tile, plan: &Plan, frame: &Frame) {
    let mut rules = tile.rules.clone();
    rules.sort_by_key(|rule| rule.kind == RuleKind::Middle);
    for one in rules {
        let inside = |x: &f64| (frame.left..=frame.right).contains(x);
        let Some(x) = across(frame, &plan.horizontal, one.value).filter(inside) else { continue };
        rule(page, one.kind, Point { x, y: frame.top }, Point { x, y: frame.bottom });
    }
}

/// An upright line of a kind.
pub(in crate::plot::layout) fn rule(page: &mut Page, kind: RuleKind, from: Point, to: Point) {
    let colour = page.colours.text;
    let halo = Pen { width: 2.4, colour: page.colours.ground, dash: &[] };
    let pen = match kind {
        RuleKind::Middle => Pen { width: CURVE, colour, dash: &[] },
        RuleKind::Tail => Pen { width: 0.8, colour, dash: THRESHOLD },
    };
    // A rim, so that it is seen on dark bars.
    if kind == RuleKind::Middle {
        page.rule(from, to, halo);
    }
    page.rule(from, to, pen);
}

/// Title, notes and the axis label.
fn texts(page: &mut Page, plan: &Plan, frame: &Frame) {
    let pt = page.point;
    let mut y = frame.top - 4.0 * pt;
    let note = note_face(page);
    for line in plan.notes.iter().rev() {
        page.text(Point { x: frame.left, y }, line, note, Align::Start, false);
        y -= NOTE_LINE * pt;
    }
    let bold = page.face(8.5, true);
    for line in plan.title.iter().rev() {
        page.text(Point { x: frame.left, y }, line, bold, Align::Start, false);
        y -= TITLE_LINE * pt;
    }
    let face = page.face(8.0, false);
    let lines = plan.categories.iter().map(Vec::len).max().unwrap_or(1).max(1) as f64;
    for (index, line) in plan.axis.iter().enumerate() {
        let under = UNDER + (lines - 1.0) * CATEGORY_LINE + (index as f64 + 1.0) * LABEL_LINE;
        let at = Point { x: (frame.left + frame.right) / 2.0, y: frame.bottom + under * pt };
        page.text(at, line, face, Align::Middle, false);
    }
}

fn draw_bins(page: &mut Page, bins: &[Bin], plan: &Plan, frame: &Frame) {
    let pt = page.point;
    let place = |value: f64| across(frame, &plan.horizontal, value);
    // Where the narrowest has no room for an outline, none has one.
    let wide = |bin: &Bin| Some(place(bin.to)? - place(bin.from)?).filter(|wide| *wide > 0.0);
    let narrowest = bins.iter().filter(|bin| bin.height > 0.0).filter_map(wide).fold(f64::INFINITY, f64::min);
    for bin in bins.iter().filter(|bin| bin.height > 0.0) {
        // On a log axis a bin may begin at or below 0; one that ends there cannot be shown.
        let Some(right) = place(bin.to) else { continue };
        let left = place(bin.from).unwrap_or(frame.left);
        let Some(top) = up(frame, &plan.vertical, bin.height) else { continue };
        let (mut left, mut right) = (left.min(right), left.max(right));
        // One value has no width of its own.
        let least = pt * if bin.from == bin.to { ONE_VALUE } else { NARROWEST_BAR };
        if right - left < least {
            let middle = (left + right) / 2.0;
            (left, right) = (middle - least / 2.0, middle + least / 2.0);
        }
        // Whole pixels, so that neighbours meet.
        let onto = |x: f64| x.round().clamp(frame.left, frame.right);
        let (left, right) = (onto(left), onto(right));
        let top = top.min(frame.bottom - LEAST_BAR * pt).max(frame.top);
        if right <= left {
            continue;
        }
        bar(page, &Frame { left, right, top, bottom: frame.bottom }, narrowest > OUTLINED * pt);
    }
}

/// A bar of a histogram.
pub(in crate::plot::layout) fn bar(page: &mut Page, frame: &Frame, outlined: bool) {
    let colour = page.colours.curve(0);
    let fill = mix(colour, page.colours.ground, TINT);
    page.scene.shapes.push(Shape::Rectangle { frame: *frame, colour: fill });
    if outlined {
        edges(page, frame, Pen { width: 0.5, colour, dash: &[] });
    }
}

fn draw_columns(page: &mut Page, columns: &[Column], plan: &Plan, frame: &Frame) {
    let pt = page.point;
    let slot = frame.width() / columns.len().max(1) as f64;
    let half = (FILLED * slot).min(WIDEST * pt) / 2.0;
    let face = value_face(page);
    let widest = columns.iter().map(|column| width(&column.text, &face)).fold(0.0, f64::max);
    let size = if widest > slot - pt { face.size * ((slot - pt) / widest).max(0.55) } else { face.size };
    let face = Type { size, ..face };
    let names = category_face(page);
    for (index, (column, lines)) in columns.iter().zip(&plan.categories).enumerate() {
        let x = frame.left + (index as f64 + 0.5) * slot;
        let at = |value: f64| up(frame, &plan.vertical, value.max(0.0)).map(|y| y.clamp(frame.top, frame.bottom));
        let top = at(column.height).unwrap_or(frame.bottom);
        let bar = Frame { left: x - half, right: x + half, top, bottom: frame.bottom };
        if bar.height() > 0.0 {
            fill_column(page, column, &bar);
        }
        let mut highest = top;
        if let Some((low, high)) = column.whisker
            && let (Some(low), Some(high)) = (at(low), at(high))
        {
            highest = highest.min(high).min(low);
            whisker(page, x, low.max(high), low.min(high), half);
        }
        let y = (highest - 2.6 * pt).max(frame.top + CAPITAL * face.size + pt);
        page.text(Point { x, y }, &column.text, face, Align::Middle, false);
        for (line, text) in lines.iter().enumerate() {
            let y = frame.bottom + (UNDER + line as f64 * CATEGORY_LINE) * pt;
            page.text(Point { x, y }, text, names, Align::Middle, false);
        }
    }
}

fn fill_column(page: &mut Page, column: &Column, bar: &Frame) {
    match column.fill {
        Some(fill) => area::swatch(page, bar, fill),
        None => {
            let colour = page.colours.curve(0);
            let fill = mix(colour, page.colours.ground, TINT);
            page.scene.shapes.push(Shape::Rectangle { frame: *bar, colour: fill });
            edges(page, bar, Pen { width: 0.6, colour, dash: &[] });
        }
    }
}

/// An interval with caps, with a rim so that it is seen on dark columns.
fn whisker(page: &mut Page, x: f64, low: f64, high: f64, half: f64) {
    let cap = (0.35 * half).min(4.0 * page.point);
    let (ground, text) = (page.colours.ground, page.colours.text);
    for (width, colour) in [(2.2, ground), (0.9, text)] {
        let pen = Pen { width, colour, dash: &[] };
        if low > high {
            page.rule(Point { x, y: low }, Point { x, y: high }, pen);
        }
        for y in [low, high] {
            page.rule(Point { x: x - cap, y }, Point { x: x + cap, y }, pen);
        }
    }
}

/// Left, upper and right edge of a bar.
fn edges(page: &mut Page, bar: &Frame, pen: Pen) {
    for x in [bar.left, bar.right] {
        page.rule(Point { x, y: bar.top }, Point { x, y: bar.bottom }, pen);
    }
    page.rule(Point { x: bar.left, y: bar.top }, Point { x: bar.right, y: bar.top }, pen);
}

fn ticks(page: &mut Page, tile: &Tile, plan: &Plan, frame: &Frame) {
    let pt = page.point;
    let face = tick_face(page);
    for tick in &plan.vertical.ticks {
        let Some(y) = up(frame, &plan.vertical, tick.value) else { continue };
        page.tick(Point { x: frame.left - TICK * pt, y }, Point { x: frame.left, y });
        let at = Point { x: frame.left - TICK_SPACE * pt, y: y + CAPITAL / 2.0 * face.size };
        page.text(at, &tick.label, face, Align::End, false);
    }
    if !matches!(tile.content, Content::Bins(_) | Content::Plot(_)) {
        return;
    }
    if matches!(tile.content, Content::Plot(_)) {
        for y in plan.vertical.minor.iter().filter_map(|value| up(frame, &plan.vertical, *value)) {
            page.tick(Point { x: frame.left - MINOR_TICK * pt, y }, Point { x: frame.left, y });
        }
    }
    for (tick, labelled) in plan.horizontal.ticks.iter().zip(&plan.labelled) {
        let Some(x) = across(frame, &plan.horizontal, tick.value) else { continue };
        page.tick(Point { x, y: frame.bottom }, Point { x, y: frame.bottom + TICK * pt });
        if *labelled {
            // Half of the last label may reach beyond the frame, not beyond the page.
            let half = width(&tick.label, &face) / 2.0;
            let x = x.min(f64::from(page.scene.width) - 2.0 * pt - half);
            page.text(Point { x, y: frame.bottom + UNDER * pt }, &tick.label, face, Align::Middle, false);
        }
    }
    for x in plan.horizontal.minor.iter().filter_map(|value| across(frame, &plan.horizontal, *value)) {
        page.tick(Point { x, y: frame.bottom }, Point { x, y: frame.bottom + MINOR_TICK * pt });
    }
}

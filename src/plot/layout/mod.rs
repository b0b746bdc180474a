//! From a [`Figure`] to a [`Scene`]: where everything lies.
//!
//! The page from top to bottom: title and subtitle, legend, marks, panels, bands, lanes, the horizontal axis, footer. From left to
//! right: axis labels and tick labels (one margin for all panels, so that they are aligned), the data, and beside the
//! data the names of curves at the height where they end. All lengths are in points times the page's resolution.

mod area;
mod band;
mod bars;
mod beside;
mod hatch;
mod lane;
mod legend;
mod marks;
mod names;
mod panel;
mod risk;
mod station;
mod text;
mod tile;

use super::PlotError;
use super::axis::{Extent, Margin, Ruler, extent};
use super::figure::{Figure, Panel, ReferenceKind, Scale, StationKind};
use super::scene::{Align, Frame, Point, Scene};
use super::theme::{Size, Theme};
use text::{Page, wrap};

/// Space around the page, in points.
const EDGE: f64 = 12.0;
/// Between panels.
const GAP: f64 = 9.0;
/// A panel's title with its space.
const PANEL_TITLE: f64 = 11.0;
/// Least height of a panel.
const LEAST: f64 = 30.0;
/// Least width of the data.
const NARROWEST: f64 = 72.0;
/// Ticks outside the frame: labelled, and between.
const TICK: f64 = 3.0;
const MINOR_TICK: f64 = 1.6;
/// From the frame to tick labels.
const TICK_SPACE: f64 = 5.0;
/// Distance of baselines of axis labels.
const LABEL_LINE: f64 = 10.5;
/// The part below the lowest frame: tick labels and the axis label.
const AXIS: f64 = 28.0;
/// The left margin before it is known.
const ROUGH_LEFT: f64 = 70.0;

/// Lays the figure out on a page.
pub(crate) fn lay_out(figure: &Figure, size: Size, theme: Theme) -> Result<Scene, PlotError> {
    let side = 100..=20_000;
    if !side.contains(&size.width) || !side.contains(&size.height) || !(20.0..=2400.0).contains(&size.dots_per_inch) {
        return Err(PlotError::Size(size));
    }
    let mut page = Page::new(size, theme);
    let stacked = !figure.panels.is_empty() || !figure.lanes.is_empty() || !figure.bands.is_empty();
    match (figure.tiles.is_empty(), stacked) {
        (true, true) => {}
        (true, false) => return Err(PlotError::Empty),
        (false, false) => return tile::lay_out(page, figure),
        (false, true) => return Err(PlotError::Mixed),
    }
    let pt = page.point;
    let (width, height) = (f64::from(size.width), f64::from(size.height));

    // Widths: the horizontal ruler needs only a rough one for the number of ticks, bars for their values.
    let horizontal = horizontal_ruler(figure, 0.7 * width / (46.0 * pt));
    let names: Vec<_> = figure.panels.iter().map(|panel| names::names(&page, panel, &horizontal)).collect();
    let column = names::column(&page, &names).max(band::column(&page, figure)).max(lane::column(&page, figure));
    let right = (width - column - EDGE * pt).floor();
    let plans: Vec<Option<bars::Plan>> =
        figure.panels.iter().map(|panel| bars::plan(&page, panel, right - ROUGH_LEFT * pt)).collect();

    // Heights: everything but the panels is known before them, except the rows of marks.
    let top = header(&mut page, figure, width);
    let top = legend::draw(&mut page, figure, width, top);
    let timed = is_timed(figure);
    let under = if timed { AXIS + risk::height(figure) } else { 0.0 };
    let bottom = footer(&mut page, figure, width, height) - under * pt;
    let below: Vec<f64> = plans.iter().map(|plan| bars::below(plan.as_ref())).collect();
    let gaps = panel_gaps(figure);
    let bands = band::heights(&page, figure);
    let lanes = lane::heights(&page, figure);
    let fixed = bands.iter().chain(&lanes).sum::<f64>() + gaps.iter().chain(&below).sum::<f64>() * pt;
    let room = |rows: f64| bottom - top - marks::height(figure, rows) * pt - fixed;
    let rough: Vec<f64> = panel_heights(figure, room(1.0), pt);
    let rulers: Vec<Ruler> = figure
        .panels
        .iter()
        .zip(&rough)
        .zip(&plans)
        .map(|((panel, height), plan)| vertical_ruler(panel, &horizontal, plan.as_ref(), *height / pt))
        .collect();
    let left = panel::left_margin(&page, figure, &rulers, &rough).ceil();
    if right - left < NARROWEST * pt {
        let needed = (width + NARROWEST * pt - (right - left)).ceil() as u32;
        return Err(PlotError::NoRoom { given: size.width, needed, wide: true });
    }

    let data = Frame { left, top, right, bottom };
    let marks = marks::place(&page, figure, &horizontal, &data);
    let rows = marks::rows(&marks);
    let least = LEAST * figure.panels.len() as f64 * pt;
    if room(rows) < least {
        let needed = (height + least - room(rows)).ceil() as u32;
        return Err(PlotError::NoRoom { given: size.height, needed, wide: false });
    }

    let mut y = top;
    // Labels of marks lie between the first panel and its title.
    let mut above = marks::height(figure, rows) * pt;
    let pins = above;
    let first = y + above;
    for ((gap, height), below) in gaps.iter().zip(panel_heights(figure, room(rows), pt)).zip(&below) {
        y += gap * pt + std::mem::take(&mut above);
        page.scene.panels.push(Frame { left, top: y.round(), right, bottom: (y + height).round() });
        y += height + below * pt;
    }
    for (band, height) in figure.bands.iter().zip(&bands) {
        y += height + std::mem::take(&mut above);
        let (top, bottom) = ((y - band::block_height(&page, band)).round(), y.round());
        page.scene.bands.push(Frame { left, top, right, bottom });
    }
    for (lane, height) in figure.lanes.iter().zip(&lanes) {
        y += height + std::mem::take(&mut above);
        let bottom = y - beside::height(lane.beside.as_ref()) * pt;
        let (top, bottom) = ((bottom - lane::box_height(&page)).round(), bottom.round());
        page.scene.lanes.push(Frame { left, top, right, bottom });
    }
    let lowest = y.round();

    let frames = page.scene.panels.clone();
    let panels = figure.panels.iter().zip(&frames).zip(&rulers).zip(&plans).zip(names);
    for ((((panel, frame), ruler), plan), names) in panels {
        if let Some(title) = &panel.title {
            let raise = if frame.top == frames[0].top { pins } else { 0.0 };
            panel::title(&mut page, title, frame, raise);
        }
        panel::level_grid(&mut page, frame, ruler);
        if let (Some(bars), Some(plan)) = (&panel.bars, plan) {
            bars::draw(&mut page, bars, plan, frame, ruler);
        } else {
            panel::upright_grid(&mut page, frame, &horizontal);
            area::draw(&mut page, &panel.areas, frame, &horizontal, ruler);
            marks::lines(&mut page, &marks, frame.top, frame.bottom);
            area::labels(&mut page, &panel.areas, frame, &horizontal, ruler);
            panel::content(&mut page, panel, frame, &horizontal, ruler);
        }
        panel::frame(&mut page, panel, frame, ruler, &rulers);
        names::draw(&mut page, panel, names, frame, ruler);
    }
    for (band, frame) in figure.bands.iter().zip(page.scene.bands.clone()) {
        panel::upright_grid(&mut page, &frame, &horizontal);
        marks::lines(&mut page, &marks, frame.top, frame.bottom);
        band::draw(&mut page, band, &frame, &horizontal);
    }
    for (lane, frame) in figure.lanes.iter().zip(page.scene.lanes.clone()) {
        lane::draw(&mut page, lane, &frame, &horizontal);
    }
    marks::draw(&mut page, &marks, frames.first().map_or(first, |frame| frame.top), &data);
    if timed {
        horizontal_axis(&mut page, figure, &horizontal, &Frame { bottom: lowest, ..data });
        risk::draw(&mut page, figure, &data, &horizontal, lowest + AXIS * pt);
    }
    Ok(page.scene)
}

/// Whether anything lies on the horizontal axis.
fn is_timed(figure: &Figure) -> bool {
    !figure.lanes.is_empty() || !figure.bands.is_empty() || figure.panels.iter().any(|panel| panel.bars.is_none())
}

/// Title and subtitle; the height where the rest may start.
fn header(page: &mut Page, figure: &Figure, width: f64) -> f64 {
    let pt = page.point;
    let left = EDGE * pt;
    let room = width - 2.0 * left;
    let mut y = EDGE * pt;
    for (text, size, bold, lines) in [(&figure.title, 12.5, true, 2), (&figure.subtitle, 8.5, false, 3)] {
        let mut face = page.face(size, bold);
        if !bold {
            face.colour = page.colours.muted;
        }
        for line in wrap(text, &face, room, lines) {
            y += 1.02 * face.size;
            page.text(Point { x: left, y }, &line, face, Align::Start, false);
            y += 0.28 * face.size;
        }
        if !text.is_empty() {
            y += 2.0 * pt;
        }
    }
    y + 4.0 * pt
}

/// The footer; the height where the rest must end.
fn footer(page: &mut Page, figure: &Figure, width: f64, height: f64) -> f64 {
    let pt = page.point;
    let mut face = page.face(6.5, false);
    face.colour = page.colours.muted;
    let lines = wrap(&figure.footer, &face, width - 2.0 * EDGE * pt, 4);
    let mut y = height - 0.8 * EDGE * pt;
    for line in lines.iter().rev() {
        page.text(Point { x: EDGE * pt, y }, line, face, Align::Start, false);
        y -= 1.3 * face.size;
    }
    y - if lines.is_empty() { 0.0 } else { 4.0 * pt }
}

/// Space above each panel, in points.
fn panel_gaps(figure: &Figure) -> Vec<f64> {
    let gap = |(index, panel): (usize, &Panel)| {
        let between = if index == 0 { 0.0 } else { GAP };
        between + if panel.title.is_some() { PANEL_TITLE } else { 0.0 }
    };
    figure.panels.iter().enumerate().map(gap).collect()
}

/// Heights by weight, each at least [`LEAST`] if `room` allows.
fn panel_heights(figure: &Figure, room: f64, pt: f64) -> Vec<f64> {
    let weight = |panel: &Panel| if panel.weight.is_finite() { panel.weight.clamp(1e-3, 1e3) } else { 1.0 };
    let total: f64 = figure.panels.iter().map(weight).sum();
    let least = LEAST * pt;
    let rest = (room - least * figure.panels.len() as f64).max(0.0);
    figure.panels.iter().map(|panel| least + rest * weight(panel) / total).collect()
}

fn horizontal_ruler(figure: &Figure, room: f64) -> Ruler {
    let scale = figure.horizontal.scale;
    let data = figure.panels.iter().flat_map(|panel| {
        let curves = panel.series.iter().flat_map(|series| series.points.iter().map(|point| point.0));
        let curves = curves.chain(panel.areas.iter().flat_map(|area| area.points.iter().map(|point| point.0)));
        curves.chain(panel.observed.iter().flat_map(|observed| observed.points.iter().map(|point| point.x)))
    });
    let lanes = figure.lanes.iter().flat_map(|lane| &lane.intervals).flat_map(|part| [part.from, part.to]);
    let given = figure.lanes.iter().filter_map(|lane| lane.beside.as_ref());
    let given = given.flat_map(|given| {
        let bars = given.tracks.iter().flat_map(|track| track.bars.iter().flat_map(|bar| [bar.0, bar.1]));
        given.symbols.iter().map(|symbol| symbol.0).chain(bars)
    });
    let bands = figure.bands.iter().flat_map(|band| &band.rows).flat_map(|row| &row.bars);
    let stations = figure.panels.iter().flat_map(|panel| &panel.stations);
    let ends = stations.filter(|station| station.kind != StationKind::Between).map(|station| station.x);
    let lanes = lanes.chain(given).chain(ends);
    let others = lanes.chain(bands.flat_map(|bar| [bar.0, bar.1])).chain(figure.marks.iter().map(|mark| mark.x));
    let extents = Extent { curves: extent(data, scale), fixed: extent(others, scale), limit: None };
    // Time fills the width; a quantity gets room as on a vertical axis.
    let margin = if scale == Scale::Log { Margin::Some } else { Margin::None };
    Ruler::new(&figure.horizontal, extents, room, margin)
}

/// `height` in points.
fn vertical_ruler(panel: &Panel, horizontal: &Ruler, plan: Option<&bars::Plan>, height: f64) -> Ruler {
    let scale = panel.vertical.scale;
    let room = match scale {
        Scale::Linear => height / 16.0,
        Scale::Log => height / 12.0,
    };
    if let (Some(bars), Some(plan)) = (&panel.bars, plan) {
        return bars::ruler(panel, bars, plan, height, room);
    }
    let seen = |x: f64| x >= horizontal.from && x <= horizontal.to;
    let edges = panel.areas.iter().flat_map(|area| &area.points).filter(|point| seen(point.0));
    let edges = edges.flat_map(|point| [point.1, point.2]);
    let curves = panel.series.iter().flat_map(|series| &series.points).filter(|point| seen(point.0));
    let ends = panel.stations.iter().filter(|station| station.kind != StationKind::Between);
    let observed = panel.observed.iter().flat_map(|observed| &observed.points).filter(|point| seen(point.x));
    let of_kind = |kind| panel.references.iter().filter(move |line| line.kind == kind).map(|line| line.value);
    let extents = Extent {
        curves: extent(curves.map(|point| point.1).chain(edges), scale),
        fixed: extent(
            observed.map(|point| point.y).chain(of_kind(ReferenceKind::Threshold)).chain(ends.map(|end| end.y)),
            scale,
        ),
        limit: of_kind(ReferenceKind::QuantificationLimit).reduce(f64::min),
    };
    Ruler::new(&panel.vertical, extents, room, Margin::Some)
}

/// Ticks, tick labels and the axis label under the lowest frame.
fn horizontal_axis(page: &mut Page, figure: &Figure, ruler: &Ruler, data: &Frame) {
    let pt = page.point;
    let face = page.face(7.5, false);
    let at = |value: f64| ruler.position(value).map(|place| data.left + place * data.width());
    for (x, label) in ruler.ticks.iter().filter_map(|tick| Some((at(tick.value)?, &tick.label))) {
        page.tick(Point { x, y: data.bottom }, Point { x, y: data.bottom + TICK * pt });
        page.text(Point { x, y: data.bottom + 12.0 * pt }, label, face, Align::Middle, false);
    }
    for x in ruler.minor.iter().filter_map(|value| at(*value)) {
        page.tick(Point { x, y: data.bottom }, Point { x, y: data.bottom + MINOR_TICK * pt });
    }
    let face = page.face(8.5, false);
    let label = wrap(&figure.horizontal.text(), &face, data.width() + 60.0 * pt, 1);
    let middle = (data.left + data.right) / 2.0;
    for line in label {
        page.text(Point { x: middle, y: data.bottom + 24.0 * pt }, &line, face, Align::Middle, false);
    }
}

//! The legend: samples with names in rows under the subtitle.

use super::text::{Page, width, wrap};
use super::{EDGE, area, beside, hatch, names, panel, station, tile};
use crate::plot::figure::{Figure, Key, KeySample};
use crate::plot::scene::{Align, Frame, Point, Shape};

/// Distance of rows, points.
const ROW: f64 = 11.0;
/// Between a name and the next sample.
const BETWEEN: f64 = 16.0;
/// From the sample to the name.
const SPACE: f64 = 4.0;
/// Rows beyond are counted, not shown.
const MOST_ROWS: usize = 4;
/// Width of the sample of a bar.
const SWATCH: f64 = 11.0;

/// Writes the legend from the height `top` downwards; the height where the rest may start.
pub(super) fn draw(page: &mut Page, figure: &Figure, page_width: f64, top: f64) -> f64 {
    let pt = page.point;
    let face = page.face(8.0, false);
    let (left, right) = (EDGE * pt, page_width - EDGE * pt);
    let keys: Vec<(&Key, String)> = figure
        .legend
        .iter()
        .filter_map(|key| {
            let room = right - left - (names::SAMPLE + SPACE) * pt;
            Some((key, wrap(key.label.trim(), &face, room, 1).pop()?))
        })
        .collect();
    let wide = |key: &Key, text: &str| (sample_width(key.sample) + SPACE) * pt + width(text, &face);
    // Rows as the ranges of keys in them.
    let mut rows: Vec<std::ops::Range<usize>> = Vec::new();
    let mut end = f64::INFINITY;
    for (index, (key, text)) in keys.iter().enumerate() {
        let needed = wide(key, text);
        if end + BETWEEN * pt + needed > right {
            rows.push(index..index + 1);
            end = left + needed;
        } else if let Some(row) = rows.last_mut() {
            row.end = index + 1;
            end += BETWEEN * pt + needed;
        }
    }
    let shown = rows.len().min(MOST_ROWS);
    for (index, row) in rows.iter().take(shown).enumerate() {
        let middle = top + (index as f64 + 0.5) * ROW * pt;
        let mut x = left;
        for (key, text) in &keys[row.clone()] {
            sample(page, key, Point { x, y: middle });
            let at = Point { x: x + (sample_width(key.sample) + SPACE) * pt, y: middle + 0.36 * face.size };
            page.text(at, text, face, Align::Start, false);
            x += wide(key, text) + BETWEEN * pt;
        }
    }
    let mut y = top + shown as f64 * ROW * pt;
    let hidden = keys.len() - rows.get(shown).map_or(keys.len(), |row| row.start);
    if hidden > 0 {
        let at = Point { x: left, y: y + 0.5 * ROW * pt + 0.36 * face.size };
        page.text(at, &format!("and {hidden} more"), face, Align::Start, false);
        y += ROW * pt;
    }
    y + if keys.is_empty() { 0.0 } else { 5.0 * pt }
}

fn sample_width(sample: KeySample) -> f64 {
    match sample {
        KeySample::Curve | KeySample::Threshold => names::SAMPLE,
        KeySample::Bar | KeySample::Bins | KeySample::Area(_) | KeySample::Treatment(_) => SWATCH,
        KeySample::Rule(_) => 5.0,
        KeySample::Station(_) | KeySample::Symbol(_) => 6.0,
        KeySample::Measured(_) | KeySample::BelowLimit(_) | KeySample::Dose => 6.0,
    }
}

/// The sample that starts at `at`, centred on its height.
fn sample(page: &mut Page, key: &Key, at: Point) {
    let pt = page.point;
    let wide = sample_width(key.sample) * pt;
    match key.sample {
        KeySample::Curve => names::curve_sample(page, at, wide, key.style),
        KeySample::Bar => {
            let half = 3.4 * pt;
            let frame = Frame { left: at.x, right: at.x + wide, top: at.y - half, bottom: at.y + half };
            hatch::bar(page, &frame, key.style);
        }
        KeySample::Bins => {
            let half = 3.4 * pt;
            tile::bar(page, &Frame { left: at.x, right: at.x + wide, top: at.y - half, bottom: at.y + half }, true);
        }
        KeySample::Area(fill) => {
            let half = 3.4 * pt;
            let frame = Frame { left: at.x, right: at.x + wide, top: at.y - half, bottom: at.y + half };
            area::swatch(page, &frame, fill);
        }
        KeySample::Rule(kind) => {
            let x = at.x + wide / 2.0;
            let half = 4.6 * pt;
            tile::rule(page, kind, Point { x, y: at.y - half }, Point { x, y: at.y + half });
        }
        KeySample::Station(kind) => {
            let colour = page.colours.text;
            station::symbol(page, Point { x: at.x + wide / 2.0, y: at.y }, kind, colour);
        }
        KeySample::Measured(style) => panel::marker(page, Point { x: at.x + wide / 2.0, y: at.y }, style),
        KeySample::BelowLimit(style) => panel::triangle(page, Point { x: at.x + wide / 2.0, y: at.y }, style),
        KeySample::Threshold => panel::threshold(page, at, Point { x: at.x + wide, y: at.y }),
        KeySample::Dose => tile::dose(page, Point { x: at.x + wide / 2.0, y: at.y + 2.2 * pt }),
        KeySample::Symbol(kind) => beside::symbol(page, kind, Point { x: at.x + wide / 2.0, y: at.y }),
        KeySample::Treatment(kind) => {
            let half = 2.6 * pt;
            let frame = Frame { left: at.x, right: at.x + wide, top: at.y - half, bottom: at.y + half };
            page.scene.shapes.push(Shape::Rectangle { frame, colour: page.colours.treatment(kind) });
        }
    }
}

//! Bars over categories: groups side by side, a value on each bar, the categories under the frame.

use super::hatch;
use super::text::{Page, width, wrap};
use crate::plot::axis::{Extent, Margin, Ruler, extent};
use crate::plot::figure::{Bars, Panel, Scale};
use crate::plot::label::three_digits;
use crate::plot::scene::{Align, Frame, Pen, Point};

/// Distance of lines of a category, points.
const LINE: f64 = 9.4;
/// From the frame to the first line's lower edge.
const FIRST: f64 = 10.5;
/// Share of a category's width that its bars fill.
const FILLED: f64 = 0.8;
/// Widest bar.
const WIDEST: f64 = 44.0;
/// From a bar to its value.
const SPACE: f64 = 2.2;

/// What must be known of the bars before the panel has its place.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Each category in lines.
    categories: Vec<Vec<String>>,
    /// Whether the values stand upright, because they are wider than the bars.
    upright: bool,
    /// Height that the values want above the highest bar, in points.
    above: f64,
}

/// Plans the bars of a panel about `width` pixels wide.
pub(super) fn plan(page: &Page, panel: &Panel, room: f64) -> Option<Plan> {
    let bars = panel.bars.as_ref()?;
    let count = groups(bars).max(1) as f64;
    let face = page.face(8.0, false);
    let categories = bars.categories.iter().map(|text| wrap(text, &face, 0.96 * room / count, 2)).collect();
    let face = value_face(page);
    let widest = values(bars).map(|value| width(&text(value), &face)).fold(0.0, f64::max);
    let upright = widest > bar_width(page, bars, room) - 0.5 * page.point;
    let above = SPACE + 2.0 + if upright { widest / page.point } else { face.size / page.point };
    Some(Plan { categories, upright, above })
}

/// Height that the categories take under the panel, in points.
pub(super) fn below(plan: Option<&Plan>) -> f64 {
    let lines = plan.map_or(0, |plan| plan.categories.iter().map(Vec::len).max().unwrap_or(0));
    if lines == 0 { 0.0 } else { FIRST - LINE + lines as f64 * LINE + 2.0 }
}

/// The vertical ruler of bars in a panel `height` points high, with room for the values above them.
pub(super) fn ruler(panel: &Panel, bars: &Bars, plan: &Plan, height: f64, room: f64) -> Ruler {
    let scale = panel.vertical.scale;
    let shown = extent(values(bars).flatten(), scale);
    let part = (plan.above / height.max(1.0)).clamp(0.02, 0.6);
    let fixed = shown.map(|(least, greatest)| match scale {
        Scale::Linear => {
            let (low, high) = (least.clamp(-1e290, 0.0), greatest.clamp(0.0, 1e290));
            if low < 0.0 {
                // Values of negative bars stand under them.
                let part = part.min(0.4);
                let whole = (high - low) / (1.0 - 2.0 * part);
                (low - part * whole, high + part * whole)
            } else {
                (low, if high > low { low + (high - low) / (1.0 - part) } else { 1.0 })
            }
        }
        Scale::Log => {
            let (low, high) = (least.clamp(1e-290, 1e290) / 2.5, greatest.clamp(1e-290, 1e290));
            (low, 10f64.powf((low.log10() + (high.log10() - low.log10()) / (1.0 - part)).min(299.0)))
        }
    });
    Ruler::new(&panel.vertical, Extent { fixed, ..Extent::default() }, room, Margin::None)
}

/// Draws bars, values and categories.
pub(super) fn draw(page: &mut Page, bars: &Bars, plan: &Plan, frame: &Frame, ruler: &Ruler) {
    let pt = page.point;
    let slot = frame.width() / groups(bars).max(1) as f64;
    let bar = bar_width(page, bars, frame.width());
    let face = value_face(page);
    let up = |value: f64| ruler.position(value).map(|place| frame.bottom - place.clamp(0.0, 1.0) * frame.height());
    let base = up(0.0).unwrap_or(frame.bottom);
    for category in 0..groups(bars) {
        let centre = frame.left + (category as f64 + 0.5) * slot;
        let left = centre - bar * bars.series.len() as f64 / 2.0;
        for (index, series) in bars.series.iter().enumerate() {
            let value = series.values.get(category).copied().flatten().filter(|value| value.is_finite());
            let (from, to) = (left + index as f64 * bar, left + (index + 1) as f64 * bar);
            let end = value.and_then(up).unwrap_or(base);
            let gap = (0.06 * bar).min(1.2 * pt);
            let part = Frame { left: from + gap, right: to - gap, top: end.min(base), bottom: end.max(base) };
            if part.height() > 0.0 && part.width() > 0.0 {
                hatch::bar(page, &part, series.style);
            }
            let under = value.is_some_and(|value| value < 0.0);
            let y = if under { part.bottom + SPACE * pt } else { part.top - SPACE * pt };
            let middle = (from + to) / 2.0;
            let written = text(value);
            if plan.upright {
                let align = if under { Align::End } else { Align::Start };
                page.text(Point { x: middle + 0.36 * face.size, y }, &written, face, align, true);
            } else {
                let y = if under { y + 0.74 * face.size } else { y };
                page.text(Point { x: middle, y }, &written, face, Align::Middle, false);
            }
        }
        let name = page.face(8.0, false);
        for (line, text) in plan.categories.get(category).into_iter().flatten().enumerate() {
            let at = Point { x: centre, y: frame.bottom + (FIRST + line as f64 * LINE) * pt };
            page.text(at, text, name, Align::Middle, false);
        }
        if category > 0 {
            let x = frame.left + category as f64 * slot;
            let pen = Pen { width: 0.5, colour: page.colours.grid, dash: &[] };
            page.rule(Point { x, y: frame.top }, Point { x, y: frame.bottom }, pen);
        }
    }
    if base < frame.bottom {
        page.tick(Point { x: frame.left, y: base }, Point { x: frame.right, y: base });
    }
}

fn value_face(page: &Page) -> crate::plot::scene::Type {
    page.face(6.8, false)
}

/// The value as written; a dash if there is none.
fn text(value: Option<f64>) -> String {
    value.filter(|value| value.is_finite()).map_or_else(|| "–".into(), three_digits)
}

fn values(bars: &Bars) -> impl Iterator<Item = Option<f64>> + '_ {
    bars.series.iter().flat_map(|series| series.values.iter().copied())
}

/// Number of categories.
fn groups(bars: &Bars) -> usize {
    bars.series.iter().map(|series| series.values.len()).max().unwrap_or(0).max(bars.categories.len())
}

/// Width of one bar in pixels in a panel `room` pixels wide.
fn bar_width(page: &Page, bars: &Bars, room: f64) -> f64 {
    let slot = room / groups(bars).max(1) as f64;
    (FILLED * slot / bars.series.len().max(1) as f64).min(WIDEST * page.point)
}

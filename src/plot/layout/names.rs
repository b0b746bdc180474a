//! Names beside the data: each curve's at the height where it ends, moved apart where they would collide.

use super::text::{Page, width, wrap};
use crate::plot::axis::Ruler;
use crate::plot::figure::Panel;
use crate::plot::label::unit_text;
use crate::plot::scene::{Align, Frame, Pen, Point, Shape};
use crate::plot::theme::{Rgb, dash};

/// From the frame to the sample of the line, points.
pub(super) const LEAD: f64 = 7.0;
/// The sample.
pub(super) const SAMPLE: f64 = 16.0;
/// From the sample to the text.
const SPACE: f64 = 4.0;
/// Distance of lines.
const LINE: f64 = 9.6;
/// Widest text, as a share of the page.
const WIDEST: f64 = 0.21;

/// What stands before a name.
#[derive(Clone, Copy)]
enum Sample {
    Curve(usize),
    Measured(Option<usize>),
    BelowLimit(Option<usize>),
    Threshold,
    Nothing,
}

/// A name to be placed.
pub(super) struct Name {
    lines: Vec<String>,
    sample: Sample,
    value: f64,
    /// Whether the curve reaches the right-hand edge.
    reaches: bool,
    /// Which of the panel's curves it names.
    curve: Option<usize>,
}

/// The names of a panel.
pub(super) fn names(page: &Page, panel: &Panel, horizontal: &Ruler) -> Vec<Name> {
    let face = page.face(8.0, false);
    let room = widest(page);
    let lines = |text: &str| wrap(text, &face, room, 3);
    let seen = |x: f64| x >= horizontal.from && x <= horizontal.to;
    let mut names = Vec::new();
    for (index, series) in panel.series.iter().enumerate().filter(|(_, series)| !series.label.trim().is_empty()) {
        let unit = unit_text(&series.unit);
        let other = !unit.is_empty() && unit != unit_text(&panel.vertical.unit);
        let text = if other { format!("{} ({unit})", series.label) } else { series.label.clone() };
        let last = series.points.iter().rev().find(|point| seen(point.0) && point.1.is_finite());
        names.push(Name {
            lines: lines(&text),
            sample: Sample::Curve(series.style),
            value: last.map_or(f64::NAN, |point| point.1),
            reaches: last.and_then(|point| horizontal.position(point.0)).is_some_and(|place| place > 0.985),
            curve: Some(index),
        });
    }
    for observed in panel.observed.iter().filter(|observed| !observed.label.trim().is_empty()) {
        let shown = || observed.points.iter().rev().filter(|point| seen(point.x) && point.y.is_finite());
        let mut name = |text: &str, sample, value| {
            names.push(Name { lines: lines(text), sample, value, reaches: false, curve: None })
        };
        if let Some(last) = shown().find(|point| !point.below_limit) {
            name(&observed.label, Sample::Measured(observed.style), last.y);
        }
        if let Some(last) = shown().find(|point| point.below_limit) {
            name("below limit", Sample::BelowLimit(observed.style), last.y);
        }
    }
    for line in panel.references.iter().filter(|line| !line.label.trim().is_empty()) {
        names.push(Name {
            lines: lines(&line.label),
            sample: Sample::Threshold,
            value: line.value,
            reaches: true,
            curve: None,
        });
    }
    names.retain(|name| !name.lines.is_empty());
    names
}

/// Width of the column that holds the names of all panels, in pixels.
pub(super) fn column(page: &Page, names: &[Vec<Name>]) -> f64 {
    let face = page.face(8.0, false);
    let widest = names.iter().flatten().flat_map(|name| &name.lines).map(|line| width(line, &face)).fold(0.0, f64::max);
    if widest > 0.0 { text_start(page) + widest } else { 4.0 * page.point }
}

/// From the data to the text of names, in pixels.
pub(super) fn text_start(page: &Page) -> f64 {
    (LEAD + SAMPLE + SPACE) * page.point
}

/// Widest text beside the data, in pixels.
pub(super) fn widest(page: &Page) -> f64 {
    WIDEST * f64::from(page.scene.width)
}

/// Writes the names of one panel.
pub(super) fn draw(page: &mut Page, panel: &Panel, mut names: Vec<Name>, frame: &Frame, ruler: &Ruler) {
    let pt = page.point;
    let height = |name: &Name| name.lines.len() as f64 * LINE * pt;
    let place = |name: &Name| ruler.position(name.value).unwrap_or(0.0);
    let wanted = |name: &Name| frame.bottom - place(name).clamp(0.0, 1.0) * frame.height();
    // Curves that have left through the lower end: the last to leave comes first. Otherwise the order of the curves.
    let left_at = |name: &Name| {
        let points = name.curve.map_or(&[][..], |index| &panel.series[index].points);
        let above = |point: &&(f64, f64)| ruler.position(point.1).is_some_and(|place| place >= 0.0);
        points.iter().rev().find(above).map_or(f64::NEG_INFINITY, |point| point.0)
    };
    names.sort_by(|a, b| wanted(a).total_cmp(&wanted(b)).then_with(|| left_at(b).total_cmp(&left_at(a))));
    let slack = 4.0 * pt;
    let room = frame.height() + 2.0 * slack;
    let mut left_out = 0;
    while names.iter().map(height).sum::<f64>() + if left_out > 0 { LINE * pt } else { 0.0 } > room {
        left_out += 1;
        names.pop();
    }
    if left_out > 0 {
        names.push(Name {
            lines: vec![format!("and {left_out} more")],
            sample: Sample::Nothing,
            value: ruler.from,
            reaches: false,
            curve: None,
        });
    }
    let sizes: Vec<f64> = names.iter().map(height).collect();
    let centres: Vec<f64> = names.iter().map(wanted).collect();
    let tops = spread(&centres, &sizes, frame.top - slack, frame.bottom + slack);
    let face = page.face(8.0, false);
    for (name, (top, wanted)) in names.iter().zip(tops.iter().zip(&centres)) {
        let middle = top + height(name) / 2.0;
        let start = frame.right + LEAD * pt;
        let inside = (-1e-9..=1.0 + 1e-9).contains(&place(name));
        if name.reaches && inside && (middle - wanted).abs() > 0.5 * pt {
            let pen = Pen { width: 0.5, colour: page.colours.frame, dash: &[] };
            page.line(vec![Point { x: frame.right, y: *wanted }, Point { x: start - 0.8 * pt, y: middle }], pen);
        }
        sample(page, name.sample, Point { x: start, y: middle });
        for (index, line) in name.lines.iter().enumerate() {
            let y = top + (index as f64 + 0.5) * LINE * pt + 0.36 * face.size;
            page.text(Point { x: start + (SAMPLE + SPACE) * pt, y }, line, face, Align::Start, false);
        }
    }
}

fn sample(page: &mut Page, sample: Sample, at: Point) {
    let pt = page.point;
    let end = Point { x: at.x + SAMPLE * pt, y: at.y };
    let middle = Point { x: at.x + SAMPLE / 2.0 * pt, y: at.y };
    match sample {
        Sample::Curve(style) => curve_sample(page, at, SAMPLE * pt, style),
        Sample::Threshold => {
            let pen = Pen { width: 0.8, colour: page.colours.muted, dash: super::panel::THRESHOLD };
            page.rule(at, end, pen);
        }
        Sample::Measured(style) => super::panel::marker(page, middle, style),
        Sample::BelowLimit(style) => super::panel::triangle(page, middle, style),
        Sample::Nothing => {}
    }
}

/// A level piece of a curve.
pub(super) fn curve_sample(page: &mut Page, at: Point, wide: f64, style: usize) {
    let pen = Pen { width: super::panel::CURVE, colour: page.colours.curve(style), dash: dash(style) };
    page.line(vec![at, Point { x: at.x + wide, y: at.y }], pen);
}

/// Tops of boxes of the given `sizes`, in order and without overlap, as near to their wanted `centres` as least
/// squares allow, between `from` and `to`.
///
/// Without the sizes of the boxes above it, each top is an isotonic regression (pool adjacent violators).
fn spread(centres: &[f64], sizes: &[f64], from: f64, to: f64) -> Vec<f64> {
    let mut above = 0.0;
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (centre, size) in centres.iter().zip(sizes) {
        let mut block = (centre - size / 2.0 - above, 1);
        above += size;
        while let Some(last) = blocks.last().filter(|last| last.0 > block.0) {
            let count = last.1 + block.1;
            block = ((last.0 * last.1 as f64 + block.0 * block.1 as f64) / count as f64, count);
            blocks.pop();
        }
        blocks.push(block);
    }
    let mut tops = Vec::with_capacity(sizes.len());
    let mut offset = 0.0;
    for (value, count) in blocks {
        for _ in 0..count {
            tops.push(value.min(to - above).max(from) + offset);
            offset += sizes[tops.len() - 1];
        }
    }
    tops
}

/// Draws a filled or open triangle pointing down, its tip at `tip`.
pub(super) fn pointer(page: &mut Page, tip: Point, filled: bool, colour: Rgb) {
    let pt = page.point;
    let (half, height) = (2.7 * pt, 4.8 * pt);
    let points = vec![Point { x: tip.x - half, y: tip.y - height }, Point { x: tip.x + half, y: tip.y - height }, tip];
    let fill = if filled { colour } else { page.colours.ground };
    page.scene.shapes.push(Shape::Polygon { points: points.clone(), colour: fill });
    let mut outline = points;
    outline.push(outline[0]);
    page.line(outline, Pen { width: 0.8, colour, dash: &[] });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_stay_where_there_is_room() {
        assert_eq!(spread(&[10.0, 30.0, 80.0], &[10.0; 3], 0.0, 100.0), [5.0, 25.0, 75.0]);
    }

    #[test]
    fn colliding_names_move_apart_evenly() {
        assert_eq!(spread(&[50.0, 50.0], &[10.0; 2], 0.0, 100.0), [40.0, 50.0]);
        assert_eq!(spread(&[100.0, 100.0], &[10.0; 2], 0.0, 100.0), [80.0, 90.0]);
        assert_eq!(spread(&[0.0], &[10.0], 0.0, 100.0), [0.0]);
    }

    proptest! {
        #[test]
        fn names_never_overlap(mut centres in prop::collection::vec(0.0..100.0f64, 0..12), size in 1.0..8.0f64) {
            centres.sort_by(f64::total_cmp);
            let sizes = vec![size; centres.len()];
            let tops = spread(&centres, &sizes, 0.0, 100.0);
            prop_assert_eq!(tops.len(), centres.len());
            for pair in tops.windows(2) {
                prop_assert!(pair[1] - pair[0] >= size - 1e-9);
            }
            prop_assert!(tops.iter().all(|top| (-1e-9..=100.0 - size + 1e-9).contains(top)));
        }
    }
}

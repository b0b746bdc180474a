//! Fills that differ without colour.

use super::text::Page;
use crate::plot::scene::{Frame, Pen, Point, Shape, clip};
use crate::plot::theme::Rgb;

/// How lines run across a fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hatch {
    Solid,
    Rising,
    Falling,
    Level,
    Crossed,
}

/// The hatching of the bar style `index`.
pub(super) fn of_style(index: usize) -> Hatch {
    const ALL: [Hatch; 5] = [Hatch::Solid, Hatch::Rising, Hatch::Level, Hatch::Crossed, Hatch::Falling];
    ALL[index % ALL.len()]
}

/// A bar of a style: filled, or tinted and hatched, with an outline.
pub(super) fn bar(page: &mut Page, frame: &Frame, style: usize) {
    let colour = page.colours.curve(style);
    let hatch = of_style(style);
    let fill = if hatch == Hatch::Solid { colour } else { mix(colour, page.colours.ground, 0.22) };
    page.scene.shapes.push(Shape::Rectangle { frame: *frame, colour: fill });
    lines(page, frame, hatch, 3.6, Pen { width: 0.8, colour, dash: &[] });
    let pen = Pen { width: 0.7, colour, dash: &[] };
    for x in [frame.left, frame.right] {
        page.rule(Point { x, y: frame.top }, Point { x, y: frame.bottom }, pen);
    }
    for y in [frame.top, frame.bottom] {
        page.rule(Point { x: frame.left, y }, Point { x: frame.right, y }, pen);
    }
}

/// Lines `step` points apart inside `frame`, on one raster of the page, so that neighbours are continuous.
pub(super) fn lines(page: &mut Page, frame: &Frame, hatch: Hatch, step: f64, pen: Pen) {
    let step = step * page.point;
    let height = frame.height();
    // Each line as its lower and upper end, by its place at the lower edge.
    let mut slanted = |lean: f64| {
        let mut x = ((frame.left - height) / step).floor() * step;
        while x < frame.right + height {
            let line = [Point { x, y: frame.bottom }, Point { x: x + lean * height, y: frame.top }];
            for piece in clip(&line, frame) {
                page.line(piece, pen);
            }
            x += step;
        }
    };
    match hatch {
        Hatch::Solid => {}
        Hatch::Rising => slanted(1.0),
        Hatch::Falling => slanted(-1.0),
        Hatch::Crossed => {
            slanted(1.0);
            slanted(-1.0);
        }
        Hatch::Level => {
            let mut y = (frame.top / step).ceil() * step;
            while y < frame.bottom {
                page.rule(Point { x: frame.left, y }, Point { x: frame.right, y }, pen);
                y += step;
            }
        }
    }
}

/// `share` of one colour in another.
pub(super) fn mix(colour: Rgb, ground: Rgb, share: f64) -> Rgb {
    std::array::from_fn(|i| (share * f64::from(colour[i]) + (1.0 - share) * f64::from(ground[i])).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::theme::{Size, Theme};

    #[test]
    fn hatching_stays_inside_and_differs_by_style() {
        let frame = Frame { left: 10.0, top: 20.0, right: 60.0, bottom: 100.0 };
        let mut counts = Vec::new();
        for style in 0..5 {
            let mut page = Page::new(Size::default(), Theme::Print);
            lines(&mut page, &frame, of_style(style), 4.0, Pen { width: 0.8, colour: [0; 3], dash: &[] });
            for shape in &page.scene.shapes {
                let Shape::Line { points, .. } = shape else { panic!("{shape:?}") };
                assert!(points.iter().all(|p| (10.0..=60.0).contains(&p.x) && (19.0..=101.0).contains(&p.y)));
            }
            let slope = |shape: &Shape| match shape {
                Shape::Line { points, .. } => {
                    (points[1].y - points[0].y).signum() * (points[1].x - points[0].x).signum()
                }
                _ => 0.0,
            };
            let slopes: f64 = page.scene.shapes.iter().map(slope).sum();
            counts.push((page.scene.shapes.len(), slopes as i64));
        }
        counts.sort_unstable();
        counts.dedup();
        assert_eq!(counts.len(), 5, "{counts:?}");
    }

    #[test]
    fn tints_lie_between() {
        assert_eq!(mix([0, 100, 200], [255, 255, 255], 0.0), [255; 3]);
        assert_eq!(mix([0, 100, 200], [255, 255, 255], 1.0), [0, 100, 200]);
        assert_eq!(mix([0, 100, 200], [100, 100, 100], 0.5), [50, 100, 150]);
    }
}

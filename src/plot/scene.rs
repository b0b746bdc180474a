//! A drawn page before any backend: lines, polygons, circles and texts in pixels, x to the right, y down.

use super::theme::{Dash, Rgb};

/// Pixels from the left and upper edges.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub x: f64,
    pub y: f64,
}

/// A rectangle of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// Where a text lies against its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Start,
    Middle,
    End,
}

/// Size, weight and colour of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Type {
    /// Pixels per em.
    pub size: f64,
    pub bold: bool,
    pub colour: Rgb,
}

/// Width, colour and dashes of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pen {
    pub width: f64,
    pub colour: Rgb,
    pub dash: Dash,
}

/// One thing drawn; later ones lie over earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Rectangle {
        frame: Frame,
        colour: Rgb,
    },
    Line {
        points: Vec<Point>,
        pen: Pen,
    },
    Polygon {
        points: Vec<Point>,
        colour: Rgb,
    },
    Circle {
        centre: Point,
        radius: f64,
        colour: Rgb,
    },
    /// On a baseline that starts, is centred or ends at `at`; `upright` reads upwards.
    Text {
        at: Point,
        text: String,
        face: Type,
        align: Align,
        upright: bool,
    },
}

/// All shapes of a page, and where the parts lie.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub width: u32,
    pub height: u32,
    pub ground: Rgb,
    pub shapes: Vec<Shape>,
    /// The data areas of the panels, from top to bottom.
    pub panels: Vec<Frame>,
    /// The rows' areas of the bands.
    pub bands: Vec<Frame>,
    /// The boxes' areas of the lanes.
    pub lanes: Vec<Frame>,
}

impl Frame {
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }
}

/// The parts of a line inside `frame` (Liang and Barsky 1984), as connected pieces.
pub(crate) fn clip(points: &[Point], frame: &Frame) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = Vec::new();
    for pair in points.windows(2) {
        let Some((a, b)) = clip_segment(pair[0], pair[1], frame) else { continue };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&a) => piece.push(b),
            _ => pieces.push(vec![a, b]),
        }
    }
    pieces
}

/// The part of a polygon inside `frame` (Sutherland and Hodgman 1974); edges along the frame may coincide.
pub(crate) fn clip_polygon(points: &[Point], frame: &Frame) -> Vec<Point> {
    // Each edge of the frame: how far inside it a point lies, and a point brought onto it.
    type Side = (fn(&Point, &Frame) -> f64, fn(Point, &Frame) -> Point);
    const SIDES: [Side; 4] = [
        (|p, f| p.x - f.left, |p, f| Point { x: f.left, ..p }),
        (|p, f| f.right - p.x, |p, f| Point { x: f.right, ..p }),
        (|p, f| p.y - f.top, |p, f| Point { y: f.top, ..p }),
        (|p, f| f.bottom - p.y, |p, f| Point { y: f.bottom, ..p }),
    ];
    let mut points = points.to_vec();
    for (inside, onto) in SIDES {
        let mut kept = Vec::with_capacity(points.len() + 4);
        for (index, b) in points.iter().enumerate() {
            let a = &points[if index == 0 { points.len() - 1 } else { index - 1 }];
            let (from, to) = (inside(a, frame), inside(b, frame));
            if (from >= 0.0) != (to >= 0.0) {
                let part = from / (from - to);
                kept.push(onto(Point { x: a.x + part * (b.x - a.x), y: a.y + part * (b.y - a.y) }, frame));
            }
            if to >= 0.0 {
                kept.push(*b);
            }
        }
        points = kept;
    }
    points
}

fn clip_segment(a: Point, b: Point, frame: &Frame) -> Option<(Point, Point)> {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    // The edge met is kept: coordinates far outside leave no digits to compute it from.
    let (mut enter, mut leave) = ((0.0f64, a), (1.0f64, b));
    let at = |s: f64| Point {
        x: (a.x + s * dx).clamp(frame.left, frame.right),
        y: (a.y + s * dy).clamp(frame.top, frame.bottom),
    };
    let edges = [
        (-dx, a.x - frame.left, Some(frame.left), None),
        (dx, frame.right - a.x, Some(frame.right), None),
        (-dy, a.y - frame.top, None, Some(frame.top)),
        (dy, frame.bottom - a.y, None, Some(frame.bottom)),
    ];
    for (step, room, x, y) in edges {
        let part = room / step;
        let met = || Point { x: x.unwrap_or(at(part).x), y: y.unwrap_or(at(part).y) };
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 && part > enter.0 {
            enter = (part, met());
        } else if step > 0.0 && part < leave.0 {
            leave = (part, met());
        }
    }
    (enter.0 <= leave.0).then_some((enter.1, leave.1))
}

/// The line with fewer points, nowhere further than `tolerance` from the original (Douglas and Peucker 1973).
pub(crate) fn simplify(points: &[Point], tolerance: f64) -> Vec<Point> {
    if points.len() < 3 {
        return points.to_vec();
    }
    let mut keep = vec![false; points.len()];
    keep[0] = true;
    keep[points.len() - 1] = true;
    let mut open = vec![(0, points.len() - 1)];
    while let Some((first, last)) = open.pop() {
        let (mut worst, mut furthest) = (first, tolerance);
        for (index, point) in points.iter().enumerate().take(last).skip(first + 1) {
            let distance = distance(*point, points[first], points[last]);
            if distance > furthest {
                (worst, furthest) = (index, distance);
            }
        }
        if worst > first {
            keep[worst] = true;
            open.push((first, worst));
            open.push((worst, last));
        }
    }
    points.iter().zip(keep).filter(|(_, keep)| *keep).map(|(point, _)| *point).collect()
}

/// Distance of `p` from the segment between `a` and `b`.
fn distance(p: Point, a: Point, b: Point) -> f64 {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let square = dx * dx + dy * dy;
    let s = if square > 0.0 { (((p.x - a.x) * dx + (p.y - a.y) * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
    (p.x - a.x - s * dx).hypot(p.y - a.y - s * dy)
}

/// The drawn parts of a dashed line; the line itself if `pattern` is empty.
///
/// `pattern` holds lengths on and off in turn, in pixels.
pub(crate) fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let period: f64 = pattern.iter().sum();
    if pattern.len() < 2 || period <= 0.1 {
        return vec![points.to_vec()];
    }
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    let (mut index, mut left) = (0, pattern[0]);
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let length = (b.x - a.x).hypot(b.y - a.y);
        let mut done = 0.0;
        while done < length {
            let on = index % 2 == 0;
            let at = |s: f64| Point { x: a.x + (b.x - a.x) * s / length, y: a.y + (b.y - a.y) * s / length };
            if on && piece.is_empty() {
                piece.push(at(done));
            }
            let advance = left.min(length - done);
            done += advance;
            left -= advance;
            if on {
                piece.push(at(done));
            }
            if left <= 1e-9 {
                if on {
                    pieces.push(std::mem::take(&mut piece));
                }
                index = (index + 1) % pattern.len();
                left = pattern[index].max(1e-3);
            }
        }
    }
    if piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Frame = Frame { left: 0.0, top: 0.0, right: 10.0, bottom: 10.0 };

    fn line(points: &[(f64, f64)]) -> Vec<Point> {
        points.iter().map(|&(x, y)| Point { x, y }).collect()
    }

    #[test]
    fn a_line_that_leaves_and_returns_is_two_pieces() {
        let pieces = clip(&line(&[(1.0, 5.0), (3.0, 15.0), (5.0, 5.0)]), &UNIT);
        assert_eq!(pieces, [line(&[(1.0, 5.0), (2.0, 10.0)]), line(&[(4.0, 10.0), (5.0, 5.0)])]);
    }

    #[test]
    fn far_away_points_are_cut_at_the_frame() {
        let pieces = clip(&line(&[(5.0, -1e300), (5.0, 1e300)]), &UNIT);
        assert_eq!(pieces, [line(&[(5.0, 0.0), (5.0, 10.0)])]);
        assert!(clip(&line(&[(-5.0, 0.0), (-5.0, 9.0)]), &UNIT).is_empty());
    }

    #[test]
    fn polygons_are_cut_at_the_frame() {
        let cut = clip_polygon(&line(&[(2.0, -5.0), (8.0, -5.0), (8.0, 1e9), (2.0, 1e9)]), &UNIT);
        assert!(cut.len() == 4 && cut.iter().all(|p| [2.0, 8.0].contains(&p.x) && [0.0, 10.0].contains(&p.y)));
        let whole = line(&[(1.0, 1.0), (9.0, 1.0), (5.0, 9.0)]);
        assert_eq!(clip_polygon(&whole, &UNIT), whole);
        assert!(clip_polygon(&line(&[(11.0, 1.0), (19.0, 1.0), (15.0, 9.0)]), &UNIT).is_empty());
        assert!(clip_polygon(&[], &UNIT).is_empty());
    }

    #[test]
    fn straight_stretches_need_two_points() {
        let straight: Vec<Point> = (0..100).map(|i| Point { x: f64::from(i), y: 2.0 * f64::from(i) }).collect();
        assert_eq!(simplify(&straight, 0.1).len(), 2);
        let bent = line(&[(0.0, 0.0), (5.0, 5.0), (10.0, 0.0)]);
        assert_eq!(simplify(&bent, 0.1), bent);
    }

    #[test]
    fn dashes_run_on_round_corners() {
        let bent = line(&[(0.0, 0.0), (3.0, 0.0), (3.0, 3.0)]);
        let pieces = dashes(&bent, &[4.0, 1.0]);
        assert_eq!(pieces, [line(&[(0.0, 0.0), (3.0, 0.0), (3.0, 1.0)]), line(&[(3.0, 2.0), (3.0, 3.0)])]);
        assert_eq!(dashes(&bent, &[]), [bent]);
    }
}

//! Anti-aliased pixels: lines, polygons, circles and text with fractional coordinates.
//!
//! plotters' own bitmap backend takes whole pixels only, so that flat curves become stairs and thick lines knots.
//! Here the coverage of each pixel by a line is found from its distance to the line, the greatest coverage among the
//! line's segments counts (so that joints are not darker), and the colour is laid on once.

use super::fonts::Typesetter;
use super::scene::Point;
use super::theme::Rgb;

/// An image in memory, three bytes a pixel, with a scratch mask of coverages.
pub(crate) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
    /// Coverage, 0 to 255, of what is being drawn; all 0 between drawings.
    mask: Vec<u8>,
    /// Columns of each row that the mask may have touched.
    touched: Vec<(usize, usize)>,
    rows: (usize, usize),
    typesetter: Typesetter,
}

/// A text for [`Canvas::text`].
pub(crate) struct Line<'a> {
    pub text: &'a str,
    /// Pixels per em.
    pub size: f64,
    pub bold: bool,
    /// Reads upwards.
    pub upright: bool,
}

impl Canvas {
    /// A page of one colour.
    pub fn new(width: usize, height: usize, ground: Rgb) -> Self {
        let pixels = if ground.iter().all(|c| *c == ground[0]) {
            vec![ground[0]; 3 * width * height]
        } else {
            ground.repeat(width * height)
        };
        Self {
            width,
            height,
            pixels,
            mask: vec![0; width * height],
            touched: vec![(usize::MAX, 0); height],
            rows: (usize::MAX, 0),
            typesetter: Typesetter::default(),
        }
    }

    /// Rows from the top, three bytes a pixel.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// A rectangle, its edges blended by coverage.
    pub fn rectangle(&mut self, a: Point, b: Point, colour: Rgb, opacity: f64) {
        let (left, right) = (a.x.min(b.x).max(0.0), a.x.max(b.x).min(self.width as f64));
        let (top, bottom) = (a.y.min(b.y).max(0.0), a.y.max(b.y).min(self.height as f64));
        if left >= right || top >= bottom {
            return;
        }
        let whole = [left, right, top, bottom].iter().all(|edge| edge.fract() == 0.0);
        if whole && opacity >= 1.0 {
            for y in top as usize..bottom as usize {
                let row = &mut self.pixels[3 * (y * self.width + left as usize)..3 * (y * self.width + right as usize)];
                row.as_chunks_mut::<3>().0.fill(colour);
            }
            return;
        }
        let cover = |index: usize, from: f64, to: f64| (to.min(index as f64 + 1.0) - from.max(index as f64)).max(0.0);
        for y in top as usize..(bottom.ceil() as usize).min(self.height) {
            let row = cover(y, top, bottom);
            for x in left as usize..(right.ceil() as usize).min(self.width) {
                self.raise(x, y, row * cover(x, left, right));
            }
        }
        self.lay(colour, opacity);
    }

    /// A connected line with round joints and straight ends; closed if it returns to its first point.
    pub fn stroke(&mut self, points: &[Point], width: f64, colour: Rgb, opacity: f64) {
        let half = width / 2.0;
        let closed = points.len() > 2 && points.first() == points.last();
        let length = |pair: &[Point]| (pair[1].x - pair[0].x).hypot(pair[1].y - pair[0].y);
        let total: f64 = points.windows(2).map(length).sum();
        // Round joints near an open end must not reach beyond it.
        let first = points.windows(2).find(|pair| length(pair) > 0.0).map(|pair| End::new(pair[1], pair[0]));
        let last = points.windows(2).rev().find(|pair| length(pair) > 0.0).map(|pair| End::new(pair[0], pair[1]));
        let mut done = 0.0;
        for pair in points.windows(2) {
            let next = done + length(pair);
            // Segments that turn back over the end are not cut, only their joints.
            let (dx, dy) = (pair[1].x - pair[0].x, pair[1].y - pair[0].y);
            let cut = |end: End, way: f64| End { joints_only: way * (dx * end.x + dy * end.y) < 0.0, ..end };
            let start = first.filter(|_| !closed && done <= half + 1.0).map(|end| cut(end, -1.0));
            let end = last.filter(|_| !closed && next >= total - half - 1.0).map(|end| cut(end, 1.0));
            self.segment(pair[0], pair[1], half, [start, end]);
            done = next;
        }
        self.lay(colour, opacity);
    }

    /// A disc, or with `ring` a circle line of that width.
    pub fn circle(&mut self, centre: Point, radius: f64, ring: Option<f64>, colour: Rgb, opacity: f64) {
        let reach = radius + ring.unwrap_or(0.0) / 2.0 + 1.0;
        let Some((columns, rows)) = self.window(centre.x - reach, centre.y - reach, centre.x + reach, centre.y + reach)
        else {
            return;
        };
        for y in rows.0..rows.1 {
            for x in columns.0..columns.1 {
                let distance = (x as f64 + 0.5 - centre.x).hypot(y as f64 + 0.5 - centre.y);
                let cover = match ring {
                    None => radius + 0.5 - distance,
                    Some(width) => strip((distance - radius).abs(), width / 2.0),
                };
                self.raise(x, y, cover);
            }
        }
        self.lay(colour, opacity);
    }

    /// The inside of a closed outline (even-odd rule), four sample lines a row with exact coverage along each.
    pub fn polygon(&mut self, outline: &[Point], colour: Rgb, opacity: f64) {
        const LINES: usize = 4;
        let bounds = outline.iter().fold((f64::MAX, f64::MAX, f64::MIN, f64::MIN), |b, p| {
            (b.0.min(p.x), b.1.min(p.y), b.2.max(p.x), b.3.max(p.y))
        });
        let Some((columns, rows)) = self.window(bounds.0, bounds.1, bounds.2, bounds.3) else { return };
        let mut cover = vec![0.0; columns.1 - columns.0];
        let mut crossings = Vec::new();
        for y in rows.0..rows.1 {
            cover.fill(0.0);
            for line in 0..LINES {
                let at = y as f64 + (line as f64 + 0.5) / LINES as f64;
                crossings.clear();
                for (index, a) in outline.iter().enumerate() {
                    let b = &outline[(index + 1) % outline.len()];
                    if (a.y <= at) != (b.y <= at) {
                        crossings.push(a.x + (at - a.y) / (b.y - a.y) * (b.x - a.x));
                    }
                }
                crossings.sort_by(f64::total_cmp);
                for pair in crossings.chunks_exact(2) {
                    let (from, to) = (pair[0].max(columns.0 as f64), pair[1].min(columns.1 as f64));
                    if from < to {
                        for x in from as usize..(to.ceil() as usize).min(columns.1) {
                            let part = to.min(x as f64 + 1.0) - from.max(x as f64);
                            cover[x - columns.0] += part / LINES as f64;
                        }
                    }
                }
            }
            for x in columns.0..columns.1 {
                self.raise(x, y, cover[x - columns.0]);
            }
        }
        self.lay(colour, opacity);
    }

    /// A text whose baseline starts at `at`; the baseline is moved to the nearest pixel row.
    pub fn text(&mut self, at: Point, line: &Line<'_>, colour: Rgb, opacity: f64) {
        // Along the text and across it, in pixels of the page; upwards text runs against y.
        let (along, across) = if line.upright { (-at.y, at.x.round()) } else { (at.x, at.y.round()) };
        let (width, height) = (self.width as i64, self.height as i64);
        let pixels = self.pixels.as_chunks_mut::<3>().0;
        self.typesetter.set(line.text, line.size, line.bold, along, |u, v, cover| {
            let v = v + across as i64;
            let (x, y) = if line.upright { (v, -u - 1) } else { (u, v) };
            if (0..width).contains(&x) && (0..height).contains(&y) {
                blend(&mut pixels[(y * width + x) as usize], colour, cover * opacity);
            }
        });
    }

    /// One pixel.
    pub fn pixel(&mut self, x: i64, y: i64, colour: Rgb, opacity: f64) {
        if (0..self.width as i64).contains(&x) && (0..self.height as i64).contains(&y) {
            let index = y as usize * self.width + x as usize;
            blend(&mut self.pixels.as_chunks_mut::<3>().0[index], colour, opacity);
        }
    }

    /// Raises the mask by the coverage of a thick segment with round ends, cut straight at the `ends` of its line.
    fn segment(&mut self, a: Point, b: Point, half: f64, ends: [Option<End>; 2]) {
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = dx.hypot(dy);
        if length <= 0.0 || !length.is_finite() {
            return;
        }
        let (ux, uy) = (dx / length, dy / length);
        let reach = half + 1.0;
        let Some((columns, rows)) =
            self.window(a.x.min(b.x) - reach, a.y.min(b.y) - reach, a.x.max(b.x) + reach, a.y.max(b.y) + reach)
        else {
            return;
        };
        for y in rows.0..rows.1 {
            let py = y as f64 + 0.5 - a.y;
            // Columns where the distance to the infinite line is below `reach`.
            let (mut from, mut to) = columns;
            if uy.abs() > 1e-6 {
                let (centre, spread) = (a.x + py * ux / uy, reach / uy.abs());
                from = from.max((centre - spread - 0.5).max(0.0) as usize);
                to = to.min((centre + spread + 0.5).max(0.0) as usize + 1);
            }
            if from >= to {
                continue;
            }
            self.touch(y, from, to);
            let row = y * self.width;
            for (x, old) in (from..to).zip(&mut self.mask[row + from..row + to]) {
                let px = x as f64 + 0.5 - a.x;
                let along = px * ux + py * uy;
                let across = (px * uy - py * ux).abs();
                let beyond = along - along.clamp(0.0, length);
                let distance = if beyond == 0.0 { across } else { (across * across + beyond * beyond).sqrt() };
                if distance >= half + 0.5 {
                    continue;
                }
                let mut cover = strip(distance, half);
                for end in ends.iter().flatten().filter(|end| beyond != 0.0 || !end.joints_only) {
                    cover *= end.before(x as f64 + 0.5, y as f64 + 0.5);
                }
                *old = level(cover).max(*old);
            }
        }
    }

    /// Columns and rows of the page that a box meets.
    fn window(&self, left: f64, top: f64, right: f64, bottom: f64) -> Option<((usize, usize), (usize, usize))> {
        let range = |from: f64, to: f64, size: usize| {
            let (from, to) = (from.floor().max(0.0), to.ceil().min(size as f64));
            (from < to).then_some((from as usize, to as usize))
        };
        Some((range(left, right, self.width)?, range(top, bottom, self.height)?))
    }

    fn raise(&mut self, x: usize, y: usize, cover: f64) {
        if cover > 0.0 {
            let old = &mut self.mask[y * self.width + x];
            *old = level(cover).max(*old);
            self.touch(y, x, x + 1);
        }
    }

    /// Remembers that the mask may be raised there.
    fn touch(&mut self, y: usize, from: usize, to: usize) {
        let span = &mut self.touched[y];
        *span = (span.0.min(from), span.1.max(to));
        self.rows = (self.rows.0.min(y), self.rows.1.max(y + 1));
    }

    /// Lays the colour on where the mask is raised, and clears the mask.
    fn lay(&mut self, colour: Rgb, opacity: f64) {
        const CHUNK: usize = 32;
        let (first, end) = std::mem::replace(&mut self.rows, (usize::MAX, 0));
        for y in first.min(end)..end {
            let (from, to) = std::mem::replace(&mut self.touched[y], (usize::MAX, 0));
            let from = y * self.width + from.min(to);
            let to = y * self.width + to;
            let pixels = self.pixels[3 * from..3 * to].chunks_mut(3 * CHUNK);
            for (mask, pixels) in self.mask[from..to].chunks_mut(CHUNK).zip(pixels) {
                // Most of a row that a curve crosses twice is empty.
                if mask.iter().fold(0, |any, cover| any | cover) == 0 {
                    continue;
                }
                for (cover, pixel) in mask.iter_mut().zip(pixels.as_chunks_mut::<3>().0) {
                    let cover = std::mem::take(cover);
                    if cover > 0 {
                        blend(pixel, colour, f64::from(cover) / 255.0 * opacity);
                    }
                }
            }
        }
    }
}

/// Where an open line ends, and the way it would have gone on.
#[derive(Clone, Copy)]
struct End {
    at: Point,
    x: f64,
    y: f64,
    /// Whether the body of a segment may lie beyond.
    joints_only: bool,
}

impl End {
    fn new(from: Point, at: Point) -> Self {
        let length = (at.x - from.x).hypot(at.y - from.y);
        Self { at, x: (at.x - from.x) / length, y: (at.y - from.y) / length, joints_only: false }
    }

    /// Part of the pixel around a point that lies before the end.
    fn before(&self, x: f64, y: f64) -> f64 {
        let beyond = (x - self.at.x) * self.x + (y - self.at.y) * self.y;
        (0.5 - beyond).clamp(0.0, 1.0)
    }
}

/// A coverage as stored in the mask.
fn level(cover: f64) -> u8 {
    (cover.min(1.0) * 255.0 + 0.5) as u8
}

/// Part of a pixel within `half` of a line at `distance` from the pixel's centre.
fn strip(distance: f64, half: f64) -> f64 {
    (half.min(distance + 0.5) - (-half).max(distance - 0.5)).max(0.0)
}

fn blend(pixel: &mut [u8; 3], colour: Rgb, part: f64) {
    if part >= 0.998 {
        *pixel = colour;
        return;
    }
    for (old, new) in pixel.iter_mut().zip(colour) {
        *old = (f64::from(*old) + (f64::from(new) - f64::from(*old)) * part + 0.5) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLACK: Rgb = [0, 0, 0];

    fn page() -> Canvas {
        Canvas::new(40, 30, [255; 3])
    }

    /// Sum of darkness in full pixels.
    fn ink(canvas: &Canvas) -> f64 {
        canvas.pixels().chunks(3).map(|pixel| 1.0 - f64::from(pixel[0]) / 255.0).sum()
    }

    fn at(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    #[test]
    fn ink_equals_area() {
        let mut canvas = page();
        canvas.rectangle(at(3.25, 4.5), at(13.75, 9.5), BLACK, 1.0);
        assert!((ink(&canvas) - 10.5 * 5.0).abs() < 0.2, "{}", ink(&canvas));

        let mut canvas = page();
        canvas.stroke(&[at(5.0, 5.0), at(25.0, 20.0)], 2.6, BLACK, 1.0);
        assert!((ink(&canvas) - 25.0 * 2.6).abs() < 1.0, "{}", ink(&canvas));

        let mut canvas = page();
        canvas.circle(at(15.3, 15.1), 6.0, None, BLACK, 1.0);
        assert!((ink(&canvas) - std::f64::consts::PI * 36.0).abs() < 0.5, "{}", ink(&canvas));

        let mut canvas = page();
        canvas.polygon(&[at(2.0, 2.0), at(22.0, 2.0), at(12.0, 22.0)], BLACK, 1.0);
        assert!((ink(&canvas) - 200.0).abs() < 0.5, "{}", ink(&canvas));
    }

    #[test]
    fn thin_lines_are_light_not_lost() {
        let mut canvas = page();
        canvas.stroke(&[at(2.0, 10.3), at(32.0, 10.3)], 0.4, BLACK, 1.0);
        assert!((ink(&canvas) - 12.0).abs() < 0.3, "{}", ink(&canvas));
    }

    #[test]
    fn joints_are_not_darker_than_the_line() {
        let straight = [at(3.0, 12.4), at(33.0, 15.1)];
        let many: Vec<Point> = (0..=300).map(|i| at(3.0 + 0.1 * f64::from(i), 12.4 + 0.009 * f64::from(i))).collect();
        let (mut one, mut other) = (page(), page());
        one.stroke(&straight, 2.0, BLACK, 1.0);
        other.stroke(&many, 2.0, BLACK, 1.0);
        let worst = one.pixels().iter().zip(other.pixels()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(worst < Some(12), "{worst:?}");
    }

    #[test]
    fn a_line_that_turns_back_over_its_end_is_whole() {
        let (mut there, mut back) = (page(), page());
        there.stroke(&[at(4.0, 10.0), at(32.0, 10.0)], 3.0, BLACK, 1.0);
        back.stroke(&[at(6.0, 10.0), at(4.0, 10.0), at(32.0, 10.0)], 3.0, BLACK, 1.0);
        // The turn is a joint and round: it adds half a disc of radius 1.5.
        let added = ink(&back) - ink(&there);
        assert!((0.0..4.0).contains(&added), "{added}");
        back = page();
        back.stroke(&[at(4.0, 10.0), at(32.0, 10.0), at(30.0, 10.0)], 3.0, BLACK, 1.0);
        let added = ink(&back) - ink(&there);
        assert!((0.0..4.0).contains(&added), "{added}");
    }

    #[test]
    fn drawing_outside_the_page_does_nothing() {
        let mut canvas = page();
        for far in [1e9, -1e9] {
            canvas.rectangle(at(far, far), at(far + 5.0, far + 5.0), BLACK, 1.0);
            canvas.stroke(&[at(far, far), at(far + 1.0, far)], 2.0, BLACK, 1.0);
            canvas.circle(at(far, 3.0), 2.0, Some(1.0), BLACK, 1.0);
            canvas.polygon(&[at(far, far), at(far, far + 3.0), at(far + 3.0, far)], BLACK, 1.0);
            canvas.text(at(far, far), &Line { text: "x", size: 9.0, bold: false, upright: true }, BLACK, 1.0);
        }
        assert_eq!(ink(&canvas), 0.0);
    }

    #[test]
    fn upright_text_is_the_turned_text() {
        let line = |upright| Line { text: "Rk", size: 12.0, bold: true, upright };
        let mut flat = Canvas::new(30, 30, [255; 3]);
        flat.text(at(4.0, 20.0), &line(false), BLACK, 1.0);
        let mut turned = Canvas::new(30, 30, [255; 3]);
        turned.text(at(20.0, 26.0), &line(true), BLACK, 1.0);
        let value = |canvas: &Canvas, x: usize, y: usize| canvas.pixels()[3 * (y * 30 + x)];
        assert!(ink(&flat) > 20.0);
        for y in 0..30 {
            for x in 0..30 {
                assert_eq!(value(&flat, x, y), value(&turned, y, 29 - x));
            }
        }
    }
}

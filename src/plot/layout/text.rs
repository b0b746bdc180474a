//! Text on a page: measured and broken into lines.

use crate::plot::fonts;
use crate::plot::scene::{Align, Frame, Pen, Point, Scene, Shape, Type};
use crate::plot::theme::{Colours, Size, Theme};

/// The scene being filled, with its scale and colours.
pub(super) struct Page {
    pub scene: Scene,
    /// Pixels per point.
    pub point: f64,
    pub colours: &'static Colours,
}

impl Page {
    pub fn new(size: Size, theme: Theme) -> Self {
        let colours = theme.colours();
        let scene = Scene {
            width: size.width,
            height: size.height,
            ground: colours.ground,
            shapes: Vec::new(),
            panels: Vec::new(),
            bands: Vec::new(),
            lanes: Vec::new(),
        };
        Self { scene, point: size.dots_per_inch / 72.0, colours }
    }

    /// A typeface of `size` points in the colour of text.
    pub fn face(&self, size: f64, bold: bool) -> Type {
        Type { size: size * self.point, bold, colour: self.colours.text }
    }

    /// Writes a line of text on a baseline.
    pub fn text(&mut self, at: Point, text: &str, face: Type, align: Align, upright: bool) {
        self.scene.shapes.push(Shape::Text { at, text: text.to_owned(), face, align, upright });
    }

    /// A line of `width` points.
    pub fn line(&mut self, points: Vec<Point>, mut pen: Pen) {
        pen.width *= self.point;
        self.scene.shapes.push(Shape::Line { points, pen });
    }

    /// A level or upright line of `width` points, moved by less than a pixel so that its edges lie between pixels.
    pub fn rule(&mut self, from: Point, to: Point, pen: Pen) {
        let width = (pen.width * self.point).round().max(1.0);
        let snap = |v: f64| if width % 2.0 == 1.0 { v.floor() + 0.5 } else { v.round() };
        let (mut from, mut to) = (from, to);
        if from.x == to.x {
            from.x = snap(from.x);
            to.x = from.x;
        } else {
            from.y = snap(from.y);
            to.y = from.y;
        }
        self.scene.shapes.push(Shape::Line { points: vec![from, to], pen: Pen { width, ..pen } });
    }

    /// A thin line of the frame's colour.
    pub fn tick(&mut self, from: Point, to: Point) {
        self.rule(from, to, Pen { width: 0.6, colour: self.colours.frame, dash: &[] });
    }

    /// The outline of a box, with its corners filled.
    pub fn outline(&mut self, frame: &Frame) {
        let over = (0.6 * self.point).round().max(1.0) / 2.0;
        for y in [frame.top, frame.bottom] {
            self.tick(Point { x: frame.left - over, y }, Point { x: frame.right + over, y });
        }
        for x in [frame.left, frame.right] {
            self.tick(Point { x, y: frame.top }, Point { x, y: frame.bottom });
        }
    }
}

/// Width of a line of text in pixels.
pub(super) fn width(text: &str, face: &Type) -> f64 {
    fonts::width(text, face.size, face.bold)
}

/// The text in at most `lines` lines no wider than `room`; what does not fit ends in an ellipsis.
///
/// Breaks at spaces, not inside parentheses unless they alone are too wide.
pub(super) fn wrap(text: &str, face: &Type, room: f64, lines: usize) -> Vec<String> {
    let mut broken: Vec<String> = Vec::new();
    for word in words(text, face, room) {
        match broken.last_mut() {
            Some(line) if width(&format!("{line} {word}"), face) <= room => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => broken.push(word),
        }
    }
    if broken.len() > lines {
        broken.truncate(lines.max(1));
        if let Some(line) = broken.last_mut() {
            line.push('…');
        }
    }
    for line in &mut broken {
        if width(line, face) > room {
            while width(line, face) > room && line.chars().count() > 2 {
                line.pop();
                line.pop();
                line.push('…');
            }
        }
    }
    broken
}

/// Words, with parentheses kept whole where they fit.
fn words(text: &str, face: &Type, room: f64) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut depth = 0i32;
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if depth > 0 && width(&format!("{last} {word}"), face) <= room => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        depth += word.matches('(').count() as i32 - word.matches(')').count() as i32;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACE: Type = Type { size: 10.0, bold: false, colour: [0; 3] };

    #[test]
    fn units_are_not_torn() {
        let room = width("CAR-T cells in", &FACE);
        assert_eq!(
            wrap("CAR-T cells in blood (10⁹ cells)", &FACE, room, 3),
            ["CAR-T cells in", "blood", "(10⁹ cells)"]
        );
        assert_eq!(wrap("short", &FACE, 500.0, 3), ["short"]);
        assert!(wrap("", &FACE, 500.0, 3).is_empty());
    }

    #[test]
    fn what_does_not_fit_ends_in_an_ellipsis() {
        let room = width("a rather", &FACE);
        let lines = wrap("a rather long label of many words", &FACE, room, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'));
        for line in wrap("Pneumonoultramicroscopic", &FACE, room, 2) {
            assert!(line.ends_with('…') && width(&line, &FACE) <= room);
        }
    }
}

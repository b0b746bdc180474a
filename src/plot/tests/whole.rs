//! Every picture of the gallery, on its page: nothing cut, nothing over another, texts as text.

use super::{attribute, cohort, example};
use crate::plot::fonts::{CAPITAL, width};
use crate::plot::layout::lay_out;
use crate::plot::scene::{Align, Frame, Scene, Shape};
use crate::plot::{Figure, Theme, gallery, page, render};

/// Every text with the box it fills.
fn boxes(scene: &Scene) -> Vec<(&str, Frame)> {
    let mut boxes = Vec::new();
    for shape in &scene.shapes {
        let Shape::Text { at, text, face, align, upright } = shape else { continue };
        let wide = width(text, face.size, face.bold);
        let back = match align {
            Align::Start => 0.0,
            Align::Middle => 0.5,
            Align::End => 1.0,
        } * wide;
        let tall = CAPITAL * face.size;
        let frame = if *upright {
            Frame { left: at.x - tall, right: at.x, top: at.y + back - wide, bottom: at.y + back }
        } else {
            Frame { left: at.x - back, right: at.x - back + wide, top: at.y - tall, bottom: at.y }
        };
        boxes.push((text.as_str(), frame));
    }
    boxes
}

/// All figures of the gallery and the made-up ones.
fn figures() -> Vec<(&'static str, Figure)> {
    let mut figures: Vec<_> = gallery().iter().map(|entry| (entry.file, entry.figure().unwrap())).collect();
    figures.push(("example", example::course()));
    figures.extend(cohort::figures());
    figures
}

#[test]
fn texts_are_whole_on_the_page_and_apart() {
    for (name, figure) in figures() {
        let scene = lay_out(&figure, page(&figure), Theme::Light).unwrap();
        let boxes = boxes(&scene);
        for (index, (text, a)) in boxes.iter().enumerate() {
            assert!(!text.contains('…'), "{name}: `{text}` is cut");
            let on_page = a.left >= 0.0 && a.right <= f64::from(scene.width) && a.top >= 0.0;
            assert!(on_page && a.bottom <= f64::from(scene.height), "{name}: `{text}` leaves the page");
            for (other, b) in &boxes[..index] {
                let apart = a.left >= b.right || b.left >= a.right || a.top >= b.bottom || b.top >= a.bottom;
                assert!(apart, "{name}: `{text}` lies over `{other}`");
            }
        }
    }
}

#[test]
fn pictures_say_the_same_as_text_in_svg() {
    for (name, figure) in figures() {
        let svg = render::svg(&figure, page(&figure), Theme::Light).unwrap();
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        for key in &figure.legend {
            assert!(svg.contains(&escaped(&key.label)), "{name}: {}", key.label);
        }
        for row in figure.bands.iter().flat_map(|band| &band.rows) {
            assert!(svg.contains(&escaped(&row.label)), "{name}: {}", row.label);
        }
        for part in ["cascade", "not for clinical decisions"] {
            assert!(svg.contains(part), "{name}: {part}");
        }
        let size = page(&figure);
        for list in attribute(&svg, "points") {
            for pair in list.split_whitespace() {
                let (x, y) = pair.split_once(',').unwrap();
                let (x, y): (i64, i64) = (x.parse().unwrap(), y.parse().unwrap());
                assert!((0..=10 * i64::from(size.width)).contains(&x), "{name}: {pair}");
                assert!((0..=10 * i64::from(size.height)).contains(&y), "{name}: {pair}");
            }
        }
    }
}

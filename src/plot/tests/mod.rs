//! Whole figures: what the scene, the SVG and the PNG hold.

mod anything;
mod cohort;
mod distributions;
mod example;
mod parts;
mod whole;

use super::layout::lay_out;
use super::scene::{Scene, Shape};
use super::{Axis, Figure, Grade, Interval, Mark, MarkKind, Panel, PlotError, Series, Size, Theme, render};
use crate::plot;
use std::collections::HashSet;

fn scene(figure: &Figure) -> Scene {
    lay_out(figure, Size::default(), Theme::Light).unwrap()
}

fn texts(scene: &Scene) -> Vec<String> {
    scene
        .shapes
        .iter()
        .filter_map(|shape| if let Shape::Text { text, .. } = shape { Some(text.clone()) } else { None })
        .collect()
}

/// A figure with one panel and one curve.
fn one(vertical: Axis, points: Vec<(f64, f64)>) -> Figure {
    Figure {
        horizontal: Axis::linear("Time", "d"),
        panels: vec![Panel { series: vec![Series::new("curve", points)], ..Panel::new(vertical) }],
        ..Figure::default()
    }
}

/// The values of an attribute in an SVG.
fn attribute<'a>(svg: &'a str, name: &str) -> Vec<&'a str> {
    let open = format!(" {name}=\"");
    svg.split(open.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Lines of the width and colour of a curve.
fn curves(scene: &Scene, colour: [u8; 3]) -> Vec<&[super::scene::Point]> {
    scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Line { points, pen } if pen.colour == colour && points.last()?.x <= scene.panels[0].right => {
                Some(points.as_slice())
            }
            _ => None,
        })
        .collect()
}

#[test]
fn panels_and_lanes_share_one_time_axis() {
    let scene = scene(&example::course());
    assert_eq!((scene.panels.len(), scene.lanes.len()), (4, 1));
    let frames: Vec<_> = scene.panels.iter().chain(&scene.lanes).collect();
    for pair in frames.windows(2) {
        assert_eq!((pair[0].left, pair[0].right), (pair[1].left, pair[1].right));
        assert!(pair[0].bottom < pair[1].top, "panels must not touch");
    }
    let weighted: Vec<f64> = scene.panels.iter().map(|frame| frame.height()).collect();
    assert!(weighted[2] > weighted[0] && weighted[0] > weighted[1] && (weighted[1] - weighted[3]).abs() <= 1.0);
}

#[test]
fn time_is_labelled_once_and_under_everything() {
    let scene = scene(&example::course());
    let lowest = scene.lanes[0].bottom;
    let weeks: Vec<_> = scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Text { text, at, .. } if ["7", "14", "21", "28"].contains(&text.as_str()) => Some(*at),
            _ => None,
        })
        .collect();
    assert_eq!(weeks.len(), 4);
    assert!(weeks.iter().all(|at| at.y > lowest));
    let step = (scene.lanes[0].right - scene.lanes[0].left) / 4.0;
    for (index, at) in weeks.iter().enumerate() {
        assert!((at.x - scene.lanes[0].left - step * (index as f64 + 1.0)).abs() < 1e-6);
    }
}

#[test]
fn everything_named_is_written() {
    let texts = texts(&scene(&example::course()));
    for wanted in [
        "cart-crs: CAR-T expansion, cytokines and cytokine release syndrome",
        "Time after first infusion (d)",
        "Temperature (°C)",
        "Serum cytokines (pg/mL)",
        "IL-6",
        "IL-10",
        "IFN-γ",
        "38.0 °C",
        "LLOQ 1.5",
        "measured",
        "below limit",
        "CAR-T 10 %",
        "CAR-T 60 %",
        "tocilizumab ×2",
        "dexamethasone",
        "CRS grade",
        "(ASTCT 2019)",
        "≥1",
        "?",
    ] {
        assert!(texts.iter().any(|text| text == wanted), "`{wanted}` is missing: {texts:?}");
    }
    assert!(texts.iter().any(|text| text.contains("not for clinical decisions")));
    assert!(!texts.iter().any(|text| text.contains('…')), "cut: {texts:?}");
}

#[test]
fn texts_stay_on_the_page_and_names_beside_the_data() {
    let scene = scene(&example::course());
    let right = scene.panels[0].right;
    for shape in &scene.shapes {
        let Shape::Text { at, text, face, align, upright } = shape else { continue };
        let width = super::fonts::width(text, face.size, face.bold);
        let back = match align {
            super::scene::Align::Start => 0.0,
            super::scene::Align::Middle => 0.5,
            super::scene::Align::End => 1.0,
        } * width;
        let (start, end) = if *upright { (at.x - face.size, at.x) } else { (at.x - back, at.x - back + width) };
        assert!(start >= 0.0 && end <= f64::from(scene.width), "{text}");
        assert!(at.y > 0.0 && at.y < f64::from(scene.height), "{text}");
        if ["IL-6", "IL-10", "Tumour", "LLOQ 1.5"].contains(&text.as_str()) {
            assert!(start > right, "{text} over the data");
        }
    }
}

#[test]
fn decades_are_powers() {
    let scene = scene(&one(Axis::log("IL-6", "pg/mL"), vec![(0.0, 1.0), (1.0, 1000.0)]));
    let decades: Vec<_> = texts(&scene).into_iter().filter(|text| text.starts_with("10")).collect();
    assert_eq!(decades, ["10⁰", "10¹", "10²", "10³"]);
    let svg = render::svg(&one(Axis::log("Cells", "1e9 cells"), vec![(0.0, 1.0)]), Size::default(), Theme::Light);
    // One text, so that it is found by a search.
    assert!(svg.unwrap().contains("Cells (10⁹ cells)"));
}

#[test]
fn values_a_log_axis_cannot_show_are_gaps() {
    let blue = Theme::Light.colours().curve(0);
    let points =
        vec![(0.0, 10.0), (1.0, 20.0), (2.0, 0.0), (3.0, -5.0), (4.0, 30.0), (5.0, 10.0), (6.0, f64::NAN), (7.0, 5.0)];
    let scene = scene(&one(Axis::log("", ""), points));
    let pieces = curves(&scene, blue);
    assert_eq!(pieces.len(), 2, "{pieces:?}");
    // The point between two gaps is a dot.
    assert!(scene.shapes.iter().any(|shape| matches!(shape, Shape::Circle { colour, .. } if *colour == blue)));
}

#[test]
fn curves_lie_at_their_values() {
    let points = vec![(0.0, 1.0), (5.0, 100.0), (10.0, 1.0)];
    let scene = scene(&one(Axis::log("", "").between(0.1, 1000.0), points));
    let frame = scene.panels[0];
    let pieces = curves(&scene, Theme::Light.colours().curve(0));
    assert_eq!(pieces[0].len(), 3);
    let top = pieces[0][1];
    assert!((top.x - (frame.left + frame.right) / 2.0).abs() < 1e-6);
    assert!((top.y - (frame.top + frame.height() / 4.0)).abs() < 1e-6);
}

#[test]
fn svg_has_text_and_finite_places_inside_the_page() {
    let svg = render::svg(&example::course(), Size::default(), Theme::Light).unwrap();
    assert!(svg.starts_with("<svg width=\"576.00pt\" height=\"648.00pt\""), "{}", &svg[..100]);
    assert!(svg.contains("viewBox=\"0 0 16000 18000\"") && svg.trim_end().ends_with("</svg>"));
    for wanted in ["IFN-γ", "tocilizumab ×2", "Temperature (°C)", "≥1"] {
        assert!(svg.contains(wanted), "{wanted}");
    }
    assert!(!svg.contains("NaN") && !svg.contains("=\"inf") && !svg.contains("inf,"));
    let mut places = 0;
    for list in attribute(&svg, "points") {
        for pair in list.split_whitespace() {
            let (x, y) = pair.split_once(',').unwrap();
            let (x, y): (i32, i32) = (x.parse().unwrap(), y.parse().unwrap());
            assert!((0..=16000).contains(&x) && (0..=18000).contains(&y), "{pair}");
            places += 1;
        }
    }
    assert!(places > 500, "{places}");
}

#[test]
fn svg_escapes_what_is_markup() {
    let mut figure = one(Axis::linear("a < b & \"c\"", ""), vec![(0.0, 1.0)]);
    figure.title = "<script>".into();
    let svg = render::svg(&figure, Size::default(), Theme::Light).unwrap();
    assert!(svg.contains("&lt;script&gt;") && svg.contains("a &lt; b &amp; &quot;c&quot;"));
}

#[test]
fn png_has_the_size_the_resolution_and_a_picture() {
    let size = Size { width: 900, height: 1000, dots_per_inch: 120.0 };
    let bytes = render::png(&example::course(), size, Theme::Light).unwrap();
    let mut reader = png::Decoder::new(bytes.as_slice()).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size()];
    reader.next_frame(&mut pixels).unwrap();
    let info = reader.info();
    assert_eq!((info.width, info.height), (900, 1000));
    // 120 dots per inch are 4724 per metre.
    assert_eq!(info.pixel_dims.unwrap().xppu, 4724);
    assert_eq!(pixels, render::rgb(&example::course(), size, Theme::Light).unwrap());
    let colours: HashSet<&[u8]> = pixels.chunks(3).collect();
    for index in 0..3 {
        assert!(colours.contains(Theme::Light.colours().curve(index).as_slice()), "curve {index}");
    }
    for grade in 0..=3 {
        assert!(colours.contains(Theme::Light.colours().grade(grade).0.as_slice()), "grade {grade}");
    }
    let white = pixels.chunks(3).filter(|pixel| *pixel == [255; 3]).count();
    assert!((0.7..0.97).contains(&(white as f64 / 9e5)), "{white}");
}

#[test]
fn themes_share_the_layout() {
    let light = scene(&example::course());
    for theme in Theme::ALL {
        let other = lay_out(&example::course(), Size::default(), theme).unwrap();
        assert_eq!(light.panels, other.panels);
        assert_eq!(texts(&light), texts(&other));
        assert_eq!(other.ground, theme.colours().ground);
    }
}

#[test]
fn many_names_are_counted_not_piled_up() {
    let mut figure = example::course();
    figure.panels[3].series =
        (0..60).map(|i| Series::new(format!("patient {i}"), vec![(0.0, 37.0), (28.0, 37.0)]).style(i)).collect();
    let scene = scene(&figure);
    let texts = texts(&scene);
    let written = texts.iter().filter(|text| text.starts_with("patient")).count();
    let rest = texts.iter().find_map(|text| text.strip_prefix("and ")?.strip_suffix(" more")?.parse::<usize>().ok());
    // One more name is the threshold's.
    assert!(written > 5 && rest.is_some_and(|rest| rest + written >= 60), "{written} {rest:?}");
    let mut heights: Vec<f64> = scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Text { text, at, .. } if text.starts_with("patient") => Some(at.y),
            _ => None,
        })
        .collect();
    heights.sort_by(f64::total_cmp);
    assert!(heights.windows(2).all(|pair| pair[1] - pair[0] > 20.0));
}

#[test]
fn labels_of_marks_do_not_cross() {
    let mut figure = example::course();
    figure.marks = (0..8)
        .map(|i| Mark {
            x: 0.4 * f64::from(i),
            label: format!("treatment {i}"),
            kind: MarkKind::Treatment,
            style: None,
        })
        .collect();
    let scene = scene(&figure);
    let mut rows: Vec<(f64, f64)> = scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Text { text, at, .. } if text.starts_with("treatment") => Some((at.x, at.y)),
            _ => None,
        })
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(rows.len(), 8);
    assert!(rows.windows(2).all(|pair| pair[0].1 < pair[1].1 - 15.0), "{rows:?}");
}

#[test]
fn the_highest_of_narrow_grades_is_written() {
    let mut figure = example::course();
    let part = |from, to, grade| Interval { from, to, grade: Grade::Exact(grade) };
    figure.lanes[0].intervals = vec![
        part(0.0, 9.0, 0),
        part(9.0, 9.1, 1),
        part(9.1, 9.2, 2),
        part(9.2, 9.3, 4),
        part(9.3, 9.4, 3),
        part(9.4, 28.0, 0),
    ];
    let scene = scene(&figure);
    let lane = scene.lanes[0];
    let written: Vec<&str> = scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Text { text, at, face, .. } if face.bold && at.y < lane.top && at.y > lane.top - 20.0 => {
                Some(text.as_str())
            }
            _ => None,
        })
        .collect();
    assert_eq!(written, ["4"]);
}

#[test]
fn titles_of_panels_are_clear_of_marks() {
    let mut figure = example::course();
    for panel in &mut figure.panels {
        panel.title = Some("Panel".into());
    }
    let scene = scene(&figure);
    let baseline = |wanted: &str| {
        let at = |shape: &Shape| match shape {
            Shape::Text { text, at, .. } if text == wanted => Some(at.y),
            _ => None,
        };
        scene.shapes.iter().filter_map(at).collect::<Vec<_>>()
    };
    let (titles, mark) = (baseline("Panel"), baseline("CAR-T 10 %"));
    assert_eq!(titles.len(), 4);
    assert!(titles[0] < mark[0] - 15.0);
    for (title, above) in titles[1..].iter().zip(&scene.panels) {
        assert!(*title > above.bottom);
    }
}

#[test]
fn names_follow_the_order_in_which_curves_leave_the_panel() {
    let falling = |rate: f64| (0..=100).map(|i| (f64::from(i), 1e3 * (-rate * f64::from(i)).exp())).collect();
    let mut figure = one(Axis::log("", "").between(1.0, 1e4), falling(0.4));
    figure.panels[0].series = vec![
        Series::new("first", falling(0.4)),
        Series::new("third", falling(0.1)).style(1),
        Series::new("second", falling(0.2)).style(2),
    ];
    let texts = texts(&scene(&figure));
    let names: Vec<&String> =
        texts.iter().filter(|text| ["first", "second", "third"].contains(&text.as_str())).collect();
    assert_eq!(names, ["third", "second", "first"]);
}

#[test]
fn impossible_pages_are_refused_with_a_reason() {
    let figure = example::course();
    let page = |width, height, dots_per_inch| Size { width, height, dots_per_inch };
    let draw = |figure: &Figure, size| render::svg(figure, size, Theme::Light);
    assert_eq!(draw(&Figure::default(), Size::default()), Err(PlotError::Empty));
    for size in [page(0, 100, 100.0), page(1600, 1800, f64::NAN), page(1600, 1800, 0.0), page(90_000, 500, 96.0)] {
        assert!(matches!(draw(&figure, size), Err(PlotError::Size(_))), "{size:?}");
    }
    let Err(PlotError::NoRoom { needed, wide: false, .. }) = draw(&figure, page(1600, 500, 200.0)) else {
        panic!("four panels cannot fit")
    };
    assert!(draw(&figure, page(1600, needed, 200.0)).is_ok(), "{needed} pixels must do");
    let Err(PlotError::NoRoom { needed, wide: true, .. }) = draw(&figure, page(300, 1800, 200.0)) else {
        panic!("labels alone are wider")
    };
    assert!(needed > 300);
}

#[test]
fn strange_data_are_drawn() {
    let cases: [Vec<(f64, f64)>; 10] = [
        vec![],
        vec![(0.0, 0.0)],
        vec![(f64::NAN, f64::NAN)],
        vec![(1.0, 5.0), (1.0, 5.0)],
        vec![(0.0, 37.0), (28.0, 37.0)],
        vec![(0.0, -1.0), (28.0, -1e-30)],
        vec![(0.0, 1e-300), (1e-300, 1e300)],
        vec![(-1e300, -1e300), (1e300, 1e300)],
        vec![(0.0, f64::INFINITY), (1.0, f64::NEG_INFINITY), (2.0, 1.0)],
        vec![(0.0, 1.0), (1.0, 1.0 + f64::EPSILON)],
    ];
    for points in cases {
        for axis in [Axis::linear("y", ""), Axis::log("y", "")] {
            let figure = one(axis, points.clone());
            let svg = render::svg(&figure, Size::default(), Theme::Light).unwrap();
            assert!(!svg.contains("NaN") && !svg.contains("=\"inf") && !svg.contains("inf,"), "{points:?}");
            assert!(scene(&figure).panels[0].height() > 100.0);
        }
    }
}

#[test]
fn dashed_curves_far_outside_a_tiny_range_end() {
    let points = vec![(0.0, -1e308), (1.0, 1e308), (2.0, 5e-301), (3.0, f64::MAX)];
    let mut figure = one(Axis::linear("y", "").between(0.0, 1e-300), points);
    figure.panels[0].series[0].style = 1;
    assert!(render::svg(&figure, Size::default(), Theme::Light).unwrap().len() < 100_000);
}

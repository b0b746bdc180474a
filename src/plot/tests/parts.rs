//! Legends, treatments, bars, stations, lanes of several runs: where they lie.

use super::{example, one, scene, texts};
use crate::plot::layout::lay_out;
use crate::plot::scene::{Point, Scene, Shape};
use crate::plot::{
    Axis, Band, BarSeries, Bars, Figure, Grade, Interval, Key, KeySample, Lane, Mark, MarkKind, Observation, Observed,
    Panel, PlotError, Series, Size, Station, StationKind, Theme, Treatment, TreatmentKind, page, render,
};

/// Where a text is written.
fn place(scene: &Scene, wanted: &str) -> Option<Point> {
    scene.shapes.iter().find_map(|shape| match shape {
        Shape::Text { text, at, .. } if text == wanted => Some(*at),
        _ => None,
    })
}

/// Rectangles of a colour.
fn rectangles(scene: &Scene, wanted: [u8; 3]) -> Vec<crate::plot::scene::Frame> {
    scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Rectangle { frame, colour } if *colour == wanted => Some(*frame),
            _ => None,
        })
        .collect()
}

fn treated() -> Figure {
    let row = |label: &str, kind, bars: &[(f64, f64)]| Treatment { label: label.into(), kind, bars: bars.to_vec() };
    Figure {
        bands: vec![Band {
            label: "Supportive care".into(),
            rows: vec![
                row("Antipyretic", TreatmentKind::Drug, &[(6.0, 8.0), (9.0, 12.0)]),
                row("Fluids", TreatmentKind::Circulation, &[(7.0, 14.0)]),
                row("Nasal cannula", TreatmentKind::Oxygen, &[(8.0, 8.0), (21.0, 40.0)]),
            ],
        }],
        horizontal: Axis::linear("Time", "d").between(0.0, 28.0),
        ..example::course()
    }
}

#[test]
fn treatments_lie_between_panels_and_grades_on_the_same_axis() {
    let scene = scene(&treated());
    let (band, lane, panel) = (scene.bands[0], scene.lanes[0], scene.panels[3]);
    assert!(panel.bottom < band.top && band.bottom < lane.top);
    assert_eq!((band.left, band.right), (panel.left, panel.right));
    let day = |x: f64| band.left + band.width() * x / 28.0;
    let colours = Theme::Light.colours();
    let fluids = rectangles(&scene, colours.treatment(TreatmentKind::Circulation));
    assert_eq!(fluids.len(), 1);
    assert!((fluids[0].left - day(7.0)).abs() < 1e-6 && (fluids[0].right - day(14.0)).abs() < 1e-6);
    let drugs = rectangles(&scene, colours.treatment(TreatmentKind::Drug));
    assert_eq!(drugs.len(), 2);
    assert!(drugs[0].bottom < fluids[0].top, "rows from top to bottom");
    // One that takes no time has a least width; one that runs on ends at the frame.
    let oxygen = rectangles(&scene, colours.treatment(TreatmentKind::Oxygen));
    assert!((oxygen[0].left - day(8.0)).abs() < 1e-6 && oxygen[0].width() > 5.0);
    assert_eq!(oxygen[1].right, band.right);
    for name in ["Antipyretic", "Fluids", "Nasal cannula"] {
        let at = place(&scene, name).unwrap();
        assert!(at.x > band.right && at.y > band.top && at.y < band.bottom, "{name}");
    }
    assert!(place(&scene, "Supportive").unwrap().x < band.left);
}

#[test]
fn the_legend_is_above_the_panels_in_rows() {
    let mut figure = one(Axis::linear("y", ""), vec![(0.0, 1.0), (1.0, 2.0)]);
    figure.title = "Title".into();
    figure.legend =
        (0..12).map(|style| Key { label: format!("run number {style}"), style, sample: KeySample::Curve }).collect();
    let scene = scene(&figure);
    let places: Vec<Point> = (0..12).map(|i| place(&scene, &format!("run number {i}")).unwrap()).collect();
    let title = place(&scene, "Title").unwrap();
    assert!(places.iter().all(|at| at.y > title.y && at.y < scene.panels[0].top));
    for pair in places.windows(2) {
        assert!(pair[1].x > pair[0].x + 100.0 || pair[1].y > pair[0].y + 20.0, "{pair:?}");
    }
    assert!(places[11].y > places[0].y, "twelve keys need more than one row");
    // A sample in its own colour before each name.
    let sample = scene.shapes.iter().any(|shape| {
        matches!(shape, Shape::Line { points, pen } if pen.colour == Theme::Light.colours().curve(3)
            && points[0].x < places[3].x && (points[0].y - places[3].y).abs() < 15.0)
    });
    assert!(sample);
}

#[test]
fn a_legend_without_end_is_counted() {
    let mut figure = one(Axis::linear("y", ""), vec![(0.0, 1.0)]);
    figure.legend =
        (0..500).map(|style| Key { label: format!("run {style}"), style, sample: KeySample::Bar }).collect();
    let scene = scene(&figure);
    let shown = texts(&scene).iter().filter(|text| text.starts_with("run ")).count();
    assert!(shown > 10 && texts(&scene).contains(&format!("and {} more", 500 - shown)), "{shown}");
    assert!(scene.panels[0].height() > 1000.0);
}

fn bars(scale: Axis, values: [[Option<f64>; 2]; 2]) -> Figure {
    let series = |style: usize| BarSeries { style, values: values[style].to_vec() };
    Figure {
        panels: vec![Panel {
            bars: Some(Bars { categories: vec!["IL-6".into(), "IL-10".into()], series: vec![series(0), series(1)] }),
            ..Panel::new(scale)
        }],
        ..Figure::default()
    }
}

#[test]
fn bars_are_as_high_as_their_values() {
    let figure = bars(Axis::linear("Maximum", "pg/mL"), [[Some(100.0), Some(50.0)], [None, Some(25.0)]]);
    let scene = scene(&figure);
    let frame = scene.panels[0];
    let solid = rectangles(&scene, Theme::Light.colours().curve(0));
    assert_eq!(solid.len(), 2);
    assert!((solid[0].height() - 2.0 * solid[1].height()).abs() < 1e-6);
    assert!(solid.iter().all(|bar| bar.bottom == frame.bottom && bar.top > frame.top));
    for (value, above) in [("100", solid[0]), ("50.0", solid[1])] {
        let at = place(&scene, value).unwrap();
        assert!((at.x - (above.left + above.right) / 2.0).abs() < 1e-6, "{value}");
        assert!(at.y < above.top && at.y > above.top - 20.0, "{value}");
    }
    assert!(place(&scene, "–").is_some(), "what is not known is a dash");
    // Categories under the frame, centred on their groups; no axis of time.
    let third = frame.left + frame.width() / 4.0;
    let category = place(&scene, "IL-6").unwrap();
    assert!((category.x - third).abs() < 1.0 && category.y > frame.bottom);
}

#[test]
fn bars_below_zero_hang_from_it_with_their_values_under_them() {
    let figure = bars(Axis::linear("Relative sensitivity", ""), [[Some(-2.0), Some(1.0)], [None, Some(-1.0)]]);
    let scene = scene(&figure);
    let frame = scene.panels[0];
    let solid = rectangles(&scene, Theme::Light.colours().curve(0));
    assert!((solid[0].height() - 2.0 * solid[1].height()).abs() < 1e-6 && solid[0].top == solid[1].bottom);
    let at = place(&scene, "−2.00").unwrap();
    assert!(at.y > solid[0].bottom && at.y < frame.bottom, "{at:?} {:?}", solid[0]);
}

#[test]
fn bars_on_a_log_axis_all_show() {
    let figure = bars(Axis::log("Maximum", "pg/mL"), [[Some(1e4), Some(0.3)], [Some(0.0), Some(10.0)]]);
    let scene = scene(&figure);
    let solid = rectangles(&scene, Theme::Light.colours().curve(0));
    assert_eq!(solid.len(), 2);
    assert!(solid[1].height() > 20.0, "the least bar is seen: {}", solid[1].height());
    assert!(texts(&scene).iter().any(|text| text == "0"), "a value that the axis cannot show is written");
}

#[test]
fn many_bars_have_upright_values_inside_the_frame() {
    let series = (0..9).map(|style| BarSeries { style, values: vec![Some(123_456.0 + style as f64); 5] }).collect();
    let bars = Bars { categories: (0..5).map(|i| format!("output {i}")).collect(), series };
    let panel = Panel { bars: Some(bars), ..Panel::new(Axis::linear("AUC", "")) };
    let scene = scene(&Figure { panels: vec![panel], ..Figure::default() });
    let frame = scene.panels[0];
    let mut count = 0;
    for shape in &scene.shapes {
        let Shape::Text { text, at, upright: true, face, .. } = shape else { continue };
        if text.starts_with("1.23×10") {
            count += 1;
            let end = at.y - crate::plot::fonts::width(text, face.size, false);
            assert!(end > frame.top && at.y < frame.bottom, "{at:?}");
        }
    }
    assert_eq!(count, 45);
}

#[test]
fn stations_lie_on_their_values_and_their_labels_apart() {
    let mut figure = one(Axis::log("y", "").between(1.0, 100.0), (1..=50).map(|i| (f64::from(i), 10.0)).collect());
    figure.horizontal = Axis::linear("x", "").between(0.0, 50.0);
    let station = |x: f64, label: &str, kind| Station { x, y: 10.0, label: label.into(), style: 0, kind };
    figure.panels[0].stations = vec![
        station(1.0, "0 d", StationKind::Start),
        station(10.0, "7 d", StationKind::Between),
        station(10.2, "too close", StationKind::Between),
        station(14.0, "8 d", StationKind::Between),
        station(49.9, "near the end", StationKind::Between),
        station(50.0, "28 d", StationKind::End),
        station(f64::NAN, "nowhere", StationKind::Between),
    ];
    let scene = scene(&figure);
    let frame = scene.panels[0];
    let middle = (frame.top + frame.bottom) / 2.0;
    let dots: Vec<f64> = scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Circle { centre, colour, .. } if *colour == Theme::Light.colours().curve(0) => Some(*centre),
            _ => None,
        })
        .inspect(|centre| assert!((centre.y - middle).abs() < 1e-6))
        .map(|centre| (centre.x - frame.left) / frame.width() * 50.0)
        .collect();
    // The end is a square.
    assert_eq!(dots.iter().map(|x| x.round()).collect::<Vec<_>>(), [1.0, 10.0, 14.0]);
    for hidden in ["too close", "near the end", "nowhere"] {
        assert_eq!(place(&scene, hidden), None, "{hidden}");
    }
    let labels: Vec<Point> = ["0 d", "7 d", "8 d", "28 d"].map(|label| place(&scene, label).unwrap()).to_vec();
    for at in &labels {
        assert!((at.y - middle).abs() > 5.0, "a label on its curve");
        assert!(at.x > frame.left && at.x < frame.right - 10.0);
    }
    let wide = crate::plot::fonts::width("7 d", 7.0 * 200.0 / 72.0, false);
    assert!((labels[1].x - labels[2].x).abs() > wide || (labels[1].y - labels[2].y).abs() > 15.0, "{labels:?}");
}

#[test]
fn lanes_of_several_runs_are_named_beside_the_data() {
    let lane = |label: &str, name: &str, style| Lane {
        label: label.into(),
        name: name.into(),
        style: Some(style),
        intervals: vec![Interval { from: 0.0, to: 28.0, grade: Grade::Exact(style as u8) }],
        beside: None,
    };
    let mut figure = example::course();
    figure.lanes = vec![lane("CRS grade (ASTCT 2019)", "low burden", 0), lane("", "high burden", 1)];
    let scene = scene(&figure);
    assert_eq!(scene.lanes.len(), 2);
    for (name, frame) in ["low burden", "high burden"].iter().zip(&scene.lanes) {
        let at = place(&scene, name).unwrap();
        assert!(at.x > frame.right && at.y > frame.top && at.y < frame.bottom + 5.0, "{name}");
    }
    assert_eq!(texts(&scene).iter().filter(|text| *text == "CRS grade").count(), 1);
}

#[test]
fn marks_of_one_run_have_its_colour() {
    let mut figure = one(Axis::linear("y", ""), vec![(0.0, 1.0), (10.0, 2.0)]);
    let mark = |x, style| Mark { x, label: "dose".into(), kind: MarkKind::Dose, style };
    figure.marks = vec![mark(2.0, None), mark(2.2, Some(2)), mark(2.4, Some(2))];
    let scene = scene(&figure);
    let colours = Theme::Light.colours();
    let triangles = |wanted: [u8; 3]| {
        let of = |shape: &&Shape| matches!(shape, Shape::Polygon { colour, .. } if *colour == wanted);
        scene.shapes.iter().filter(of).count()
    };
    assert_eq!((triangles(colours.text), triangles(colours.curve(2))), (1, 2));
    assert_eq!(texts(&scene).iter().filter(|text| text.starts_with("dose")).count(), 2);
    assert!(place(&scene, "dose ×2").is_some(), "only marks of one run are joined");
}

#[test]
fn measurements_of_several_runs_differ_in_shape() {
    let mut figure = one(Axis::linear("y", ""), vec![(0.0, 1.0), (10.0, 2.0)]);
    let observed = |style, x: f64| Observed {
        label: String::new(),
        points: vec![Observation { x, y: 1.5, below_limit: false }],
        style,
    };
    figure.panels[0].observed = vec![observed(None, 1.0), observed(Some(1), 2.0), observed(Some(2), 3.0)];
    let scene = scene(&figure);
    let colours = Theme::Light.colours();
    let corners = |wanted: [u8; 3]| {
        scene.shapes.iter().rev().find_map(|shape| match shape {
            Shape::Polygon { points, colour } if *colour == wanted => Some(points.clone()),
            _ => None,
        })
    };
    let neutral = |shape: &Shape| matches!(shape, Shape::Circle { colour, .. } if *colour == colours.text);
    assert!(scene.shapes.iter().any(neutral));
    let (square, diamond) = (corners(colours.curve(1)).unwrap(), corners(colours.curve(2)).unwrap());
    assert_eq!((square.len(), diamond.len()), (4, 4));
    assert!(square[0].y == square[1].y && diamond[0].y != diamond[1].y);
}

#[test]
fn figures_of_bands_alone_are_drawn_and_of_nothing_refused() {
    let band = treated().bands;
    let only = Figure { bands: band, horizontal: Axis::linear("Time", "d").between(0.0, 28.0), ..Figure::default() };
    assert!(place(&scene(&only), "Time (d)").is_some());
    let legend = vec![Key { label: "a".into(), ..Key::default() }];
    let empty = Figure { legend, ..Figure::default() };
    assert_eq!(render::svg(&empty, Size::default(), Theme::Light), Err(PlotError::Empty));
}

#[test]
fn pages_grow_with_their_parts() {
    let figure = treated();
    let without = Figure { bands: Vec::new(), ..figure.clone() };
    assert!(page(&figure).height > page(&without).height + 60);
    for figure in [figure, without] {
        let scene = lay_out(&figure, page(&figure), Theme::Light).unwrap();
        assert!(scene.panels.iter().all(|panel| panel.height() > 120.0));
    }
    let crowd = Figure { panels: vec![Panel::new(Axis::linear("y", "")); 200], ..Figure::default() };
    assert!(page(&crowd).height <= 20_000, "{:?}", page(&crowd));
    let series = Series::new("x", vec![(0.0, 1.0)]);
    assert_eq!(series.style, 0);
}

#[test]
fn every_part_is_text_in_svg() {
    let mut figure = treated();
    figure.legend = vec![Key { label: "run <a>".into(), style: 0, sample: KeySample::Curve }];
    let svg = render::svg(&figure, Size::default(), Theme::Print).unwrap();
    for wanted in ["run &lt;a&gt;", "Nasal cannula", "Supportive", "care"] {
        assert!(svg.contains(wanted), "{wanted}");
    }
}

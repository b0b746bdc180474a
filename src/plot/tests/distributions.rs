//! Areas and tiles: where they lie.

use super::{cohort, one, scene, texts};
use crate::plot::kinds::population::{end_points, grade_distribution, quantile_bands};
use crate::plot::layout::lay_out;
use crate::plot::scene::{Frame, Point, Scene, Shape};
use crate::plot::{
    Area, Axis, Bin, Content, Figure, Fill, Panel, PlotError, Rule, RuleKind, Series, Size, Theme, Tile, page, render,
};

fn polygons(scene: &Scene) -> Vec<(&[Point], [u8; 3])> {
    let polygon = |shape| match shape {
        &Shape::Polygon { ref points, colour } => Some((points.as_slice(), colour)),
        _ => None,
    };
    scene.shapes.iter().filter_map(polygon).collect()
}

fn bounds(points: &[Point]) -> Frame {
    let ends = |of: fn(&Point) -> f64| {
        points.iter().map(of).fold((f64::MAX, f64::MIN), |ends, v| (ends.0.min(v), ends.1.max(v)))
    };
    let ((left, right), (top, bottom)) = (ends(|p| p.x), ends(|p| p.y));
    Frame { left, top, right, bottom }
}

fn banded(axis: Axis, points: Vec<(f64, f64, f64)>) -> Figure {
    let mut figure = one(axis, Vec::new());
    figure.panels[0].series.clear();
    figure.panels[0].areas = vec![Area { points, ..Area::default() }];
    figure
}

#[test]
fn an_area_lies_between_its_edges() {
    let scene = scene(&banded(Axis::log("", "").between(0.1, 1000.0), vec![(0.0, 1.0, 10.0), (10.0, 1.0, 100.0)]));
    let frame = scene.panels[0];
    let polygons = polygons(&scene);
    assert_eq!(polygons.len(), 1);
    let at = bounds(polygons[0].0);
    let up = |decades: f64| frame.bottom - frame.height() * decades / 4.0;
    assert!((at.top - up(3.0)).abs() < 1e-6 && (at.bottom - up(1.0)).abs() < 1e-6, "{at:?} in {frame:?}");
    assert_eq!((at.left, at.right), (frame.left, frame.right));
}

#[test]
fn what_a_log_axis_cannot_show_is_cut_at_the_bottom() {
    let points = vec![(0.0, 1.0, 10.0), (5.0, 0.0, 10.0), (10.0, -3.0, 10.0)];
    let scene = scene(&banded(Axis::log("", ""), points));
    let frame = scene.panels[0];
    let polygons = polygons(&scene);
    let at = bounds(polygons[0].0);
    assert_eq!((polygons.len(), at.bottom, at.right), (1, frame.bottom, frame.right));
    // The cut has no outline.
    let outlined = scene.shapes.iter().filter(|shape| match shape {
        Shape::Line { points, pen } if pen.colour == Theme::Light.colours().curve(0) => {
            points.iter().all(|point| point.y > frame.bottom - 0.5)
        }
        _ => false,
    });
    assert_eq!(outlined.count(), 0);
}

#[test]
fn gaps_divide_areas() {
    let gap = f64::NAN;
    let points = vec![(0.0, 1.0, 2.0), (1.0, 1.0, 2.0), (2.0, gap, 2.0), (3.0, 1.0, 2.0), (4.0, 1.0, f64::INFINITY)];
    let scene = scene(&banded(Axis::linear("", ""), points));
    assert_eq!(polygons(&scene).len(), 1, "one time alone is a line");
}

#[test]
fn bands_differ_in_lightness_and_the_median_lies_on_them() {
    let figure = quantile_bands(&cohort::bands(1)).unwrap();
    for theme in Theme::ALL {
        let scene = lay_out(&figure, Size::default(), theme).unwrap();
        let inside: Vec<[u8; 3]> =
            polygons(&scene).into_iter().filter(|(points, _)| points.len() > 4).map(|(_, colour)| colour).collect();
        let grey = |c: [u8; 3]| 0.2126 * f64::from(c[0]) + 0.7152 * f64::from(c[1]) + 0.0722 * f64::from(c[2]);
        let contrast = (grey(inside[0]) - grey(inside[1])).abs();
        assert!(inside.len() == 2 && contrast > 20.0, "{theme:?}: {inside:?}");
        let place = |wanted: &dyn Fn(&Shape) -> bool| scene.shapes.iter().rposition(wanted).unwrap();
        let band = place(&|shape| matches!(shape, Shape::Polygon { points, .. } if points.len() > 4));
        let pen_width = 1.35 * 200.0 / 72.0;
        let median =
            place(&|shape| matches!(shape, Shape::Line { points, pen } if points.len() > 4 && pen.width == pen_width));
        assert!(band < median);
    }
}

#[test]
fn shares_are_stacked_and_labelled_inside() {
    let figure = grade_distribution(&cohort::grading(vec![cohort::grades("astct-2019", 1.0)])).unwrap();
    let scene = scene(&figure);
    let frame = scene.panels[0];
    for (grade, wanted) in [(0, "0"), (1, "1"), (2, "2"), (3, "3"), (4, "4")] {
        let (fill, readable) = Theme::Light.colours().grade(grade);
        let below = |points: &[Point]| points.iter().all(|point| point.y >= frame.top);
        let mut inside = polygons(&scene).into_iter().filter(|(points, _)| below(points));
        let area = inside.find(|(_, colour)| *colour == fill).expect("an area");
        let at = scene.shapes.iter().find_map(|shape| match shape {
            Shape::Text { text, at, face, .. } if face.bold && text == wanted && face.colour == readable => Some(*at),
            _ => None,
        });
        let (at, around) = (at.expect("a label"), bounds(area.0));
        assert!(at.x > around.left && at.x < around.right && at.y > around.top && at.y < around.bottom, "{wanted}");
        assert!(around.top >= frame.top && around.bottom <= frame.bottom);
    }
}

#[test]
fn tiles_lie_in_rows() {
    let figures = end_points(&cohort::ends()).unwrap();
    let scene = lay_out(&figures[0], page(&figures[0]), Theme::Light).unwrap();
    assert_eq!(scene.panels.len(), 12);
    for row in scene.panels.chunks(3) {
        assert!(row.iter().all(|tile| (tile.top, tile.bottom) == (row[0].top, row[0].bottom)));
        assert!(row.windows(2).all(|pair| pair[0].right < pair[1].left));
    }
    assert!(scene.panels.windows(4).all(|part| part[0].bottom < part[3].top && part[0].left == part[3].left));
    assert_eq!(texts(&scene).iter().filter(|text| *text == "no values").count(), 2);
    assert_eq!(texts(&scene).iter().filter(|text| *text == "Patients (%)").count(), 4, "once a row");
}

#[test]
fn bins_and_rules_lie_at_their_values() {
    let bins = vec![Bin { from: 1.0, to: 10.0, height: 20.0 }, Bin { from: 10.0, to: 100.0, height: 80.0 }];
    let tile = Tile {
        horizontal: Axis::log("x", "").between(1.0, 1000.0),
        content: Content::Bins(bins),
        rules: vec![Rule { value: 100.0, kind: RuleKind::Middle }],
        ..Tile::default()
    };
    let scene = scene(&Figure { tiles: vec![tile], ..Figure::default() });
    let frame = scene.panels[0];
    let bars: Vec<Frame> = scene
        .shapes
        .iter()
        .filter_map(|shape| match shape {
            Shape::Rectangle { frame: bar, .. } if bar.bottom == frame.bottom => Some(*bar),
            _ => None,
        })
        .collect();
    let third = frame.width() / 3.0;
    assert!(bars.len() == 2 && (bars[1].left - frame.left - third).abs() <= 1.0, "{bars:?}");
    assert_eq!(bars[0].right, bars[1].left, "neighbours meet");
    assert!((bars[1].height() / bars[0].height() - 4.0).abs() < 0.05);
    let middle = scene.shapes.iter().any(|shape| match shape {
        Shape::Line { points, pen } if pen.colour == Theme::Light.colours().text => {
            points.iter().all(|point| (point.x - frame.left - 2.0 * third).abs() <= 1.5)
        }
        _ => false,
    });
    assert!(middle);
}

#[test]
fn tiles_without_room_say_how_much_they_need() {
    let figure = end_points(&cohort::ends()).unwrap().remove(0);
    let draw = |width, height| render::svg(&figure, Size { width, height, dots_per_inch: 200.0 }, Theme::Light);
    let Err(PlotError::NoRoom { needed, wide: false, .. }) = draw(1600, 700) else { panic!("twelve tiles cannot fit") };
    assert!(draw(1600, needed).is_ok(), "{needed} pixels must do");
    let Err(PlotError::NoRoom { needed, wide: true, .. }) = draw(600, 3000) else { panic!("three tiles cannot fit") };
    assert!(draw(needed, 3000).is_ok(), "{needed} pixels must do");
    let mixed = Figure { panels: vec![Panel::new(Axis::default())], ..figure.clone() };
    assert_eq!(render::svg(&mixed, Size::default(), Theme::Light), Err(PlotError::Mixed));
}

#[test]
fn a_million_points_become_few() {
    let points: Vec<(f64, f64, f64)> = (0..200_000).map(|i| (f64::from(i), 1.0, 2.0 + f64::from(i) * 1e-5)).collect();
    let mut figure = banded(Axis::linear("", ""), points);
    figure.panels[0].series = vec![Series::new("", vec![(0.0, 1.5), (2e5, 2.0)])];
    figure.panels[0].areas[0].fill = Fill::Grade(2);
    assert!(render::svg(&figure, Size::default(), Theme::Print).unwrap().len() < 20_000);
}

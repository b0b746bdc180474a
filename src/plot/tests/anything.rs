//! Whatever a figure holds, drawing gives a picture or a reason, never a panic.

use super::attribute;
use crate::plot::{
    Area, AtRisk, Axis, Band, BarSeries, Bars, Beside, Bin, Cell, Column, Content, Figure, Fill, Grade, Interval, Key,
    KeySample, Lane, Mark, MarkKind, Matrix, Observation, Observed, Panel, Plot, PlotError, Reference, ReferenceKind,
    Rule, RuleKind, Series, Size, Station, StationKind, Symbol, Theme, Tile, Track, Treatment, TreatmentKind, render,
};
use proptest::prelude::*;

prop_compose! {
    fn number()(any in prop::num::f64::ANY, usual in -50.0..1e4f64, pick in 0..4) -> f64 {
        if pick == 0 { any } else { usual }
    }
}

prop_compose! {
    fn axis()(label in ".{0,40}", unit in ".{0,12}", log in any::<bool>(), from in prop::option::of(number()),
        to in prop::option::of(number()), decades in number(),
        names in prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec((number(), ".{0,12}"), 1..4)]) -> Axis {
        let axis = if log { Axis::log(label, unit) } else { Axis::linear(label, unit) };
        Axis { from, to, decades, names, ..axis }
    }
}

fn style() -> impl Strategy<Value = usize> {
    prop_oneof![0..9usize, Just(usize::MAX)]
}

fn station_kind() -> impl Strategy<Value = StationKind> {
    prop::sample::select(vec![StationKind::Start, StationKind::Between, StationKind::End])
}

prop_compose! {
    fn bars()(categories in prop::collection::vec(".{0,30}", 0..5),
        series in prop::collection::vec((style(), prop::collection::vec(prop::option::of(number()), 0..6)), 0..5))
        -> Bars {
        Bars { categories, series: series.into_iter().map(|(style, values)| BarSeries { style, values }).collect() }
    }
}

fn fill() -> impl Strategy<Value = Fill> {
    prop_oneof![
        (style(), style()).prop_map(|(style, depth)| Fill::Band { style, depth }),
        style().prop_map(|style| Fill::Outline { style }),
        any::<u8>().prop_map(Fill::Grade),
        Just(Fill::Undetermined),
    ]
}

prop_compose! {
    fn areas()(list in prop::collection::vec((".{0,3}", fill(),
        prop::collection::vec((number(), number(), number()), 0..12)), 0..4)) -> Vec<Area> {
        list.into_iter().map(|(label, fill, points)| Area { label, fill, points }).collect()
    }
}

fn rule() -> impl Strategy<Value = Rule> {
    let kind = prop::sample::select(vec![RuleKind::Middle, RuleKind::Tail]);
    (number(), kind).prop_map(|(value, kind)| Rule { value, kind })
}

fn bin() -> impl Strategy<Value = Bin> {
    (number(), number(), number()).prop_map(|(from, to, height)| Bin { from, to, height })
}

prop_compose! {
    fn column()(label in ".{0,20}", fill in prop::option::of(fill()), height in number(), text in ".{0,7}",
        whisker in prop::option::of((number(), number()))) -> Column {
        Column { label, fill, height, text, whisker }
    }
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        prop::collection::vec(bin(), 0..20).prop_map(Content::Bins),
        prop::collection::vec(column(), 0..9).prop_map(Content::Columns),
        matrix().prop_map(Content::Matrix),
        plot().prop_map(|plot| Content::Plot(Box::new(plot))),
    ]
}

prop_compose! {
    fn plot()(panel in panel(), bins in prop::collection::vec(bin(), 0..6), doses in prop::collection::vec(number(), 0..9),
        guides in prop::collection::vec(((number(), number()), (number(), number())), 0..3)) -> Plot {
        let guides = guides.into_iter().map(|(from, to)| [from, to]).collect();
        let Panel { references, series, observed, .. } = panel;
        Plot { bins, guides, references, over: series.clone(), series, observed, doses }
    }
}

prop_compose! {
    fn tile()(title in ".{0,40}", notes in prop::collection::vec(".{0,40}", 0..3), horizontal in axis(),
        vertical in axis(), content in content(), rules in prop::collection::vec(rule(), 0..4)) -> Tile {
        Tile { title, notes, horizontal, vertical, content, rules }
    }
}

prop_compose! {
    fn tiled()(title in ".{0,90}", legend in prop::collection::vec(key(), 0..9),
        tiles in prop::collection::vec(tile(), 1..14)) -> Figure {
        Figure { footer: title.clone(), title, legend, tiles, ..Figure::default() }
    }
}

prop_compose! {
    fn stations()(list in prop::collection::vec((number(), number(), ".{0,9}", style(), station_kind()), 0..12))
        -> Vec<Station> {
        list.into_iter().map(|(x, y, label, style, kind)| Station { x, y, label, style, kind }).collect()
    }
}

prop_compose! {
    fn panel()(title in prop::option::of(".{0,20}"), vertical in axis(), weight in number(), crowded in any::<bool>(), label in ".{0,30}",
        curves in prop::collection::vec(prop::collection::vec((number(), number()), 0..30), 0..4),
        observed in prop::collection::vec((number(), number(), any::<bool>()), 0..10),
        lines in prop::collection::vec((number(), any::<bool>()), 0..3), style in prop::option::of(style()),
        stations in stations(), areas in areas(), bars in prop::option::weighted(0.3, bars())) -> Panel {
        let kind = |limit| if limit { ReferenceKind::QuantificationLimit } else { ReferenceKind::Threshold };
        Panel {
            title,
            vertical,
            weight,
            crowded,
            areas,
            series: curves.into_iter().enumerate().map(|(i, points)| Series::new(label.clone(), points).style(i)).collect(),
            stations,
            bars,
            observed: vec![Observed {
                label: label.clone(),
                points: observed.into_iter().map(|(x, y, below_limit)| Observation { x, y, below_limit }).collect(),
                style,
            }],
            references: lines
                .into_iter()
                .map(|(value, limit)| Reference { value, label: label.clone(), kind: kind(limit) })
                .collect(),
        }
    }
}

fn symbol() -> impl Strategy<Value = Symbol> {
    prop::sample::select(Symbol::ALL.to_vec())
}

fn treatment() -> impl Strategy<Value = TreatmentKind> {
    prop::sample::select(vec![TreatmentKind::Drug, TreatmentKind::Circulation, TreatmentKind::Oxygen])
}

prop_compose! {
    fn beside()(symbols in prop::collection::vec((number(), symbol()), 0..8),
        tracks in prop::collection::vec((treatment(), prop::collection::vec((number(), number(), ".{0,9}"), 0..5)), 0..3))
        -> Beside {
        Beside { symbols, tracks: tracks.into_iter().map(|(kind, bars)| Track { kind, bars }).collect() }
    }
}

prop_compose! {
    fn at_risk()(label in ".{0,40}", leaves in prop::collection::vec(number(), 0..9)) -> AtRisk {
        AtRisk { label, leaves }
    }
}

prop_compose! {
    fn matrix()(rows in prop::collection::vec(".{0,40}", 0..9), columns in prop::collection::vec(".{0,40}", 0..9),
        cells in prop::collection::vec(prop::collection::vec((prop::option::of(number()), ".{0,12}",
            prop::collection::vec(".{0,30}", 0..3)), 0..10), 0..10)) -> Matrix {
        let cell = |(shade, head, lines)| Cell { shade, head, lines };
        Matrix { rows, columns, cells: cells.into_iter().map(|row| row.into_iter().map(cell).collect()).collect() }
    }
}

prop_compose! {
    fn lane()(label in ".{0,30}", name in ".{0,40}", style in prop::option::of(style()),
        intervals in prop::collection::vec((number(), number(), any::<u8>(), 0..3), 0..8),
        beside in prop::option::of(beside())) -> Lane {
        let grade = |kind, grade| match kind {
            0 => Grade::Exact(grade),
            1 => Grade::AtLeast(grade),
            _ => Grade::Undetermined,
        };
        let intervals = intervals.into_iter();
        let intervals = intervals.map(|(from, to, value, kind)| Interval { from, to, grade: grade(kind, value) });
        Lane { label, name, style, intervals: intervals.collect(), beside }
    }
}

prop_compose! {
    fn band()(label in ".{0,30}", rows in prop::collection::vec((".{0,40}",
        prop::sample::select(vec![TreatmentKind::Drug, TreatmentKind::Circulation, TreatmentKind::Oxygen]),
        prop::collection::vec((number(), number()), 0..5)), 0..5)) -> Band {
        Band { label, rows: rows.into_iter().map(|(label, kind, bars)| Treatment { label, kind, bars }).collect() }
    }
}

prop_compose! {
    fn key()(label in ".{0,60}", style in style(), kind in station_kind(), fill in fill(), rule in rule(), symbol in symbol(),
        treatment in treatment(), of in prop::option::of(style()), pick in 0..12) -> Key {
        let sample = match pick {
            0 => KeySample::Curve,
            1 => KeySample::Bar,
            2 => KeySample::Area(fill),
            3 => KeySample::Rule(rule.kind),
            4 => KeySample::Symbol(symbol),
            5 => KeySample::Treatment(treatment),
            6 => KeySample::Measured(of),
            7 => KeySample::BelowLimit(of),
            8 => KeySample::Threshold,
            9 => KeySample::Dose,
            10 => KeySample::Bins,
            _ => KeySample::Station(kind),
        };
        Key { label, style, sample }
    }
}

prop_compose! {
    fn figure()(title in ".{0,90}", legend in prop::collection::vec(key(), 0..9), horizontal in axis(),
        panels in prop::collection::vec(panel(), 1..4), bands in prop::collection::vec(band(), 0..2),
        lanes in prop::collection::vec(lane(), 0..3), at_risk in prop::collection::vec(at_risk(), 0..3),
        marks in prop::collection::vec((number(), ".{0,16}", any::<bool>(), prop::option::of(style())), 0..8)) -> Figure {
        let kind = |dose| if dose { MarkKind::Dose } else { MarkKind::Treatment };
        Figure {
            footer: title.clone(),
            subtitle: title.clone(),
            title,
            legend,
            horizontal,
            panels,
            tiles: Vec::new(),
            bands,
            lanes,
            at_risk,
            marks: marks.into_iter().map(|(x, label, dose, style)| Mark { x, label, kind: kind(dose), style }).collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn nothing_panics(figure in prop_oneof![2 => figure(), 1 => tiled()], width in 100u32..900, height in 100u32..900, dots in 20.0..150.0f64) {
        let size = Size { width, height, dots_per_inch: dots };
        match render::png(&figure, size, Theme::Dark) {
            Ok(bytes) => prop_assert!(bytes.starts_with(b"\x89PNG")),
            Err(error) => prop_assert!(matches!(error, PlotError::NoRoom { .. }), "{error}"),
        }
        if let Ok(svg) = render::svg(&figure, size, Theme::Print) {
            prop_assert!(!svg.contains("=\"NaN") && !svg.contains("=\"inf") && !svg.contains("NaN,"));
            for list in attribute(&svg, "points") {
                for place in list.split([' ', ',']).filter(|place| !place.is_empty()) {
                    let place: i64 = place.parse().unwrap();
                    prop_assert!((-20_000..20_000).contains(&place), "{place}");
                }
            }
        }
    }
}

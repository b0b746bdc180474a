//! Points along a curve with their labels, placed clear of curves and of each other.

use super::text::{Page, width};
use crate::plot::figure::{Panel, Station, StationKind};
use crate::plot::fonts::CAPITAL;
use crate::plot::scene::{Align, Frame, Point, Shape, clip};
use crate::plot::theme::Rgb;

/// Radius of a start, half the side of an end, radius of a dot; points.
const START: f64 = 2.6;
const END: f64 = 2.5;
const BETWEEN: f64 = 1.9;
/// From the middle of a symbol to its label.
const AWAY: f64 = 4.6;
/// Times between are left out where they are closer than this to an earlier one.
const CLOSE: f64 = 36.0;
/// Between labels on one line.
const BESIDE: f64 = 4.0;
/// Stations beyond so many get no label.
const MOST: usize = 200;

/// Draws the symbols of a panel's stations and as many labels as have room. `place` maps values to the page.
pub(super) fn draw(page: &mut Page, panel: &Panel, frame: &Frame, place: impl Fn(f64, f64) -> Option<Point>) {
    let pt = page.point;
    let inside = |p: &Point| p.x >= frame.left && p.x <= frame.right && p.y >= frame.top && p.y <= frame.bottom;
    let curves: Vec<Vec<Point>> = panel
        .series
        .iter()
        .flat_map(|series| {
            let points: Vec<Option<Point>> = series.points.iter().map(|&(x, y)| place(x, y)).collect();
            let stretches: Vec<Vec<Point>> =
                points.split(Option::is_none).map(|stretch| stretch.iter().flatten().copied().collect()).collect();
            stretches
        })
        .collect();
    let stations: Vec<(Point, &Station)> = panel
        .stations
        .iter()
        .filter_map(|station| Some((place(station.x, station.y).filter(inside)?, station)))
        .collect();
    let stations = apart(stations, CLOSE * pt);
    for (at, station) in &stations {
        let colour = page.colours.curve(station.style);
        symbol(page, *at, station.kind, colour);
    }
    // Start and end first: where room is short, they keep their labels.
    let mut order: Vec<usize> = (0..stations.len().min(MOST)).collect();
    order.sort_by_key(|&index| stations[index].1.kind == StationKind::Between);
    let mut face = page.face(7.0, false);
    let mut taken: Vec<Frame> = stations.iter().map(|(at, _)| around(*at, 2.4 * pt)).collect();
    for index in order {
        let (at, station) = stations[index];
        let text = station.label.trim();
        if text.is_empty() {
            continue;
        }
        let (wide, tall) = (width(text, &face), CAPITAL * face.size);
        let own = taken[index];
        let cost = |candidate: &Frame| {
            let outside = candidate.left < frame.left + pt
                || candidate.right > frame.right - pt
                || candidate.top < frame.top + pt
                || candidate.bottom > frame.bottom - pt;
            let hit = taken.iter().any(|other| *other != own && overlap(candidate, other));
            let clear = grown(candidate, pt);
            let crossed = curves.iter().filter(|curve| !clip(curve, &clear).is_empty()).count();
            if outside || hit { None } else { Some(crossed) }
        };
        let best = candidates(at, wide, tall, AWAY * pt)
            .into_iter()
            .filter_map(|candidate| Some((cost(&candidate)?, candidate)))
            .min_by_key(|(cost, _)| *cost);
        let Some((_, chosen)) = best else { continue };
        face.colour = page.colours.text;
        page.text(Point { x: chosen.left, y: chosen.bottom }, text, face, Align::Start, false);
        taken.push(Frame { left: chosen.left - BESIDE * pt, right: chosen.right + BESIDE * pt, ..chosen });
    }
}

/// Start and end, and of the times between those that are not too close to an earlier one.
fn apart(stations: Vec<(Point, &Station)>, close: f64) -> Vec<(Point, &Station)> {
    let mut kept: Vec<Point> =
        stations.iter().filter(|(_, station)| station.kind != StationKind::Between).map(|(at, _)| *at).collect();
    let far = |(at, station): &(Point, &Station)| {
        let far = kept.iter().all(|other| (other.x - at.x).hypot(other.y - at.y) >= close);
        if far {
            kept.push(*at);
        }
        far || station.kind != StationKind::Between
    };
    stations.into_iter().filter(far).collect()
}

/// The symbol of a station.
pub(super) fn symbol(page: &mut Page, centre: Point, kind: StationKind, colour: Rgb) {
    let (pt, ground) = (page.point, page.colours.ground);
    let shapes = &mut page.scene.shapes;
    match kind {
        StationKind::Start => {
            shapes.push(Shape::Circle { centre, radius: (START + 0.5) * pt, colour });
            shapes.push(Shape::Circle { centre, radius: (START - 0.7) * pt, colour: ground });
        }
        StationKind::Between => {
            shapes.push(Shape::Circle { centre, radius: (BETWEEN + 0.7) * pt, colour: ground });
            shapes.push(Shape::Circle { centre, radius: BETWEEN * pt, colour });
        }
        StationKind::End => {
            shapes.push(Shape::Rectangle { frame: around(centre, (END + 0.7) * pt), colour: ground });
            shapes.push(Shape::Rectangle { frame: around(centre, END * pt), colour });
        }
    }
}

fn grown(frame: &Frame, by: f64) -> Frame {
    Frame { left: frame.left - by, right: frame.right + by, top: frame.top - by, bottom: frame.bottom + by }
}

fn around(centre: Point, half: f64) -> Frame {
    Frame { left: centre.x - half, right: centre.x + half, top: centre.y - half, bottom: centre.y + half }
}

/// Places for a text of this size around a point, the best first, near before far.
fn candidates(at: Point, wide: f64, tall: f64, away: f64) -> Vec<Frame> {
    const SIDES: [(f64, f64); 8] =
        [(1.0, -1.0), (1.0, 0.0), (1.0, 1.0), (-1.0, -1.0), (-1.0, 0.0), (-1.0, 1.0), (0.0, -1.0), (0.0, 1.0)];
    [1.0, 1.6]
        .into_iter()
        .flat_map(|far| {
            SIDES.map(|(x, y)| {
                let reach = away * far * if x != 0.0 && y != 0.0 { 0.75 } else { 1.0 };
                let (cx, cy) = (at.x + x * (reach + wide / 2.0), at.y + y * (reach + tall / 2.0));
                Frame { left: cx - wide / 2.0, right: cx + wide / 2.0, top: cy - tall / 2.0, bottom: cy + tall / 2.0 }
            })
        })
        .collect()
}

fn overlap(a: &Frame, b: &Frame) -> bool {
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

//! Sweeps as curves and maps, and what a search tried.

use super::{Cohort, SEVERE, label, legend, words};
use crate::compare::{Arms, Optimum, Point, Varied};
use crate::plot::label::{prose, short};
use crate::plot::{Area, Axis, Cell, Content, Figure, Fill, Matrix, Observation, Observed, Panel, Series, Tile};

/// What a sweep shows of each point, and its name.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Place among the end points; none is the utility.
    pub end_point: Option<usize>,
    /// For readers.
    pub label: String,
}

impl Shown {
    /// Declared end points, any CRS, severe CRS by the first scale, and the utility.
    pub fn usual(arms: &Arms, utility: Option<&str>) -> Vec<Self> {
        let mut all = Vec::new();
        let mut add = |name: &str| {
            if let Some(at) = arms.end_point(name) {
                all.push(Self { end_point: Some(at), label: label(arms, at) });
            }
        };
        for point in arms.end_points.iter().filter(|point| point.is_share() && point.name.starts_with("reached_")) {
            add(&point.name);
        }
        if let Some(scale) = arms.arms.first().and_then(|arm| arm.layout.scales.first()) {
            add(&format!("crs_any_{scale}"));
            add(&format!("crs_at_least_{SEVERE}_{scale}"));
        }
        all.extend(utility.map(|text| Self { end_point: None, label: format!("Utility: {text}") }));
        all
    }

    fn of(&self, point: &Point) -> Option<f64> {
        match self.end_point {
            Some(at) => point.ends[at].centre.map(|share| 100.0 * share),
            None => point.utility.filter(|utility| utility.is_finite()),
        }
    }
}

/// One sweep: a panel for each of what is shown, a curve for each arm, with 95 % intervals of shares.
pub fn sweep(cohort: &Cohort, arms: &Arms, varied: &Varied, points: &[Vec<Point>], shown: &[Shown]) -> Option<Figure> {
    if points.iter().all(Vec::is_empty) || shown.is_empty() {
        return None;
    }
    let panels = shown.iter().map(|one| {
        let axis = match one.end_point {
            Some(_) => Axis::linear(&one.label, "percent").between(-2.0, 102.0),
            None => Axis::linear("Utility", ""),
        };
        let mut panel = Panel::new(axis);
        for (style, points) in points.iter().enumerate() {
            let curve = points.iter().map(|point| (point.values[0], one.of(point).unwrap_or(f64::NAN)));
            let curve: Vec<(f64, f64)> = curve.collect();
            let label = if arms.arms.len() > 1 { arms.arms[style].name.clone() } else { String::new() };
            let dots = curve.iter().map(|(x, y)| Observation { x: *x, y: *y, below_limit: false }).collect();
            panel.observed.push(Observed { label: String::new(), points: dots, style: Some(style) });
            panel.series.push(Series::new(label, curve).style(style));
            let band: Vec<(f64, f64, f64)> = points
                .iter()
                .filter_map(|point| {
                    let (low, high) = point.ends[one.end_point?].interval?;
                    Some((point.values[0], 100.0 * low, 100.0 * high))
                })
                .collect();
            if !band.is_empty() && points.iter().any(|point| point.ends.iter().any(|end| end.n > 1)) {
                let fill = Fill::Band { style, depth: 0 };
                panel.areas.push(Area { label: String::new(), fill, points: band });
            }
        }
        panel
    });
    let more = match shown.iter().find(|one| one.end_point.is_none()) {
        Some(utility) => utility.label.clone(),
        None => "95 % intervals".into(),
    };
    let (title, subtitle, footer) = words(cohort, &format!("Over {}", varied.label()), &more);
    Some(Figure {
        title,
        subtitle,
        footer,
        legend: if arms.arms.len() > 1 { legend(arms) } else { Vec::new() },
        horizontal: axis(varied),
        panels: panels.collect(),
        ..Figure::default()
    })
}

fn axis(varied: &Varied) -> Axis {
    let unit = varied.unit.to_string();
    let label = varied.label();
    let axis = if varied.log { Axis::log(label, unit) } else { Axis::linear(label, unit) };
    // Points at the ends are seen whole.
    let (from, to) = (varied.from, varied.to);
    match varied.log {
        true => {
            let part = (to / from).powf(0.02);
            axis.between(from / part, to * part)
        }
        false => axis.between(from - 0.02 * (to - from), to + 0.02 * (to - from)),
    }
}

/// Two sweeps: a map for each of what is shown and each arm, darker where the value is higher; the number is in the cell.
pub fn map(cohort: &Cohort, arms: &Arms, sweeps: &[Varied], points: &[Vec<Point>], shown: &[Shown]) -> Option<Figure> {
    let [across, down] = sweeps else { return None };
    let (columns, rows) = (across.values(), down.values());
    let tiles = points.iter().enumerate().filter(|(_, points)| points.len() == columns.len() * rows.len());
    let tiles = tiles.flat_map(|(arm, points)| {
        let (columns, rows) = (columns.clone(), rows.clone());
        shown.iter().map(move |one| {
            let value = |row: usize, column: usize| one.of(&points[column * rows.len() + row]);
            let all: Vec<f64> = points.iter().filter_map(|point| one.of(point)).collect();
            let least = all.iter().copied().fold(f64::INFINITY, f64::min);
            let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let shade = |value: f64| match one.end_point {
                Some(_) => value / 100.0,
                None if most > least => (value - least) / (most - least),
                None => 0.5,
            };
            let cell = |row: usize, column: usize| match value(row, column) {
                Some(value) => Cell { shade: Some(shade(value)), head: short(value), lines: Vec::new() },
                None => Cell { head: "–".into(), ..Cell::default() },
            };
            // The highest value of the second sweep stands at the top.
            let cells = (0..rows.len()).rev().map(|row| (0..columns.len()).map(|column| cell(row, column)).collect());
            let matrix = Matrix {
                rows: rows.iter().rev().map(|value| named(down, *value)).collect(),
                columns: columns.iter().map(|value| named(across, *value)).collect(),
                cells: cells.collect(),
            };
            let name = if points.len() > 1 && arms.arms.len() > 1 {
                format!(", {}", arms.arms[arm].name)
            } else {
                String::new()
            };
            let unit = if one.end_point.is_some() { " (%)" } else { "" };
            Tile {
                title: format!("{}{unit}{name}", one.label),
                horizontal: Axis::linear(Axis::linear(across.label(), across.unit.to_string()).text(), ""),
                vertical: Axis::linear(down.label(), down.unit.to_string()),
                content: Content::Matrix(matrix),
                ..Tile::default()
            }
        })
    });
    let tiles: Vec<Tile> = tiles.collect();
    if tiles.is_empty() {
        return None;
    }
    let name = format!("Over {} and {}", across.label(), down.label());
    let (title, subtitle, footer) = words(cohort, &name, "darker is higher");
    Some(Figure { title, subtitle, footer, tiles, ..Figure::default() })
}

/// A value as a name, without its unit.
fn named(varied: &Varied, value: f64) -> String {
    let text = varied.text(value);
    let number = text.split(' ').next().unwrap_or_default();
    number.parse::<f64>().map_or_else(|_| number.to_owned(), short)
}

/// A figure for each bound of a search: the utility of all regimens that were tried, those that are not to be told from the
/// best with their 95 % intervals, the best as a square.
pub fn optimum(cohort: &Cohort, bounds: &[Varied], found: &Optimum, utility: &str) -> Vec<Figure> {
    let one = |(at, varied): (usize, &Varied)| {
        let mut panel = Panel::new(Axis::linear("Utility", ""));
        let alike = found.tried.iter().filter(|one| one.is_alike());
        for regimen in alike {
            let Some((low, high)) = regimen.interval else { continue };
            panel.series.push(Series::new("", vec![(regimen.values[at], low), (regimen.values[at], high)]));
        }
        let points = |alike: bool| {
            let some = found.tried.iter().filter(move |one| one.is_alike() == alike && one.utility.is_finite());
            some.map(|one| Observation { x: one.values[at], y: one.utility, below_limit: false }).collect()
        };
        let mut observed =
            |label: &str, points, style| panel.observed.push(Observed { label: label.into(), points, style });
        observed("worse than the best", points(false), None);
        observed("not to be told from the best", points(true), Some(0));
        let best = &found.tried[found.best];
        let text = format!("best: {}", prose(&varied.text(best.values[at])));
        let best = Observation { x: best.values[at], y: best.utility, below_limit: false };
        observed(&text, vec![best], Some(1));
        let (title, subtitle, footer) =
            words(cohort, &format!("Utility over {}", varied.label()), &format!("{utility}, 95 % intervals"));
        Figure { title, subtitle, footer, horizontal: axis(varied), panels: vec![panel], ..Figure::default() }
    };
    bounds.iter().enumerate().map(one).collect()
}

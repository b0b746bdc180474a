//! One quantity against another, with times along the curve.

use super::choice::{Choice, GROUPS, parts, quantity};
use super::curves::{self, Curve};
use super::{Options, Shown, overlay, words};
use crate::diagnostic::codes::file;
use crate::diagnostic::{Problems, Source, codes};
use crate::plot::label::short;
use crate::plot::steps::{finer, step};
use crate::plot::{Figure, Key, KeySample, Scale, Station, StationKind};

/// About so many coarse times are marked along a curve.
const TIMES: f64 = 7.0;
/// No more are offered.
const MOST: f64 = 180.0;

/// The phase plot of runs: `axes` names the horizontal and the vertical quantity, as `cart_blood,tumour`; without it
/// the first output of CAR-T cells and the first of tumour. Log axes where the model says so.
///
/// # Errors
/// Unknown names, not two of them, or a model without CAR-T cells or tumour and no `axes`.
pub fn phase(shown: &[Shown<'_>], axes: Option<&Source>, options: &Options) -> Result<Figure, Problems> {
    let wanted = match axes {
        Some(source) => named(shown, source)?,
        None => usual(shown)?,
    };
    let Some(first) = shown.first() else { return Ok(Figure::default()) };
    let mut choice = Choice::new(shown, options)?;
    choice.wanted = Some(wanted.to_vec());
    let time = &first.scenario.model.time;
    let names = overlay::names(shown);
    let mut figure = Figure {
        title: options.title.clone().unwrap_or_else(|| first.scenario.model.title.clone()),
        subtitle: words::subtitle(shown),
        footer: words::footer(shown, options),
        ..Figure::default()
    };
    let mut units = None;
    let mut last = 0.0f64;
    for (style, run) in shown.iter().enumerate() {
        let mut curves = curves::curves(run, &choice, time).into_iter();
        let (Some(mut x), Some(mut y)) = (curves.next(), curves.next()) else { continue };
        if x.name != wanted[0] {
            std::mem::swap(&mut x, &mut y);
        }
        let (across, up) = units.get_or_insert_with(|| (x.unit.clone(), y.unit.clone()));
        let (Some(x), Some(y)) = (x.converted(across), y.converted(up)) else { continue };
        if figure.panels.is_empty() {
            figure.horizontal = x.panel(&x.label).vertical;
            figure.panels.push(y.panel(&y.label));
        }
        let path = Path::new(&x, &y, options.until);
        last = last.max(path.end());
        let panel = &mut figure.panels[0];
        panel.series.push(path.series(style));
        let scales = (figure.horizontal.scale, panel.vertical.scale);
        panel.stations.extend(path.stations(scales, style, &time.to_string()));
    }
    if shown.len() > 1 {
        figure.legend = overlay::legend(&names, KeySample::Curve);
    }
    let station = |label: &str, kind| Key { label: label.into(), style: 0, sample: KeySample::Station(kind) };
    figure.legend.push(station("start", StationKind::Start));
    figure.legend.push(station("end", StationKind::End));
    Ok(figure)
}

/// The two quantities that a text names.
fn named(shown: &[Shown<'_>], source: &Source) -> Result<[String; 2], Problems> {
    match parts(source).as_slice() {
        [x, y] => Ok([quantity(shown, source, x.clone())?, quantity(shown, source, y.clone())?]),
        other => {
            let mut problems = Problems::default();
            problems
                .error(&file::BAD_VALUE, format!("a phase plot has two quantities, not {}", other.len()))
                .label(source.whole(), "")
                .help("the horizontal one, a comma, the vertical one: cart_blood,tumour");
            Err(problems)
        }
    }
}

/// The first output of CAR-T cells and the first of tumour.
fn usual(shown: &[Shown<'_>]) -> Result<[String; 2], Problems> {
    let Some(first) = shown.first() else { return Ok([String::new(), String::new()]) };
    let model = first.scenario.model;
    let of = |group: &str| {
        let group = GROUPS.iter().find(|known| known.key == group)?;
        let output = model.outputs.iter().find(|output| group.members.contains(&output.name.text.as_str()))?;
        Some(output.name.text.clone())
    };
    match (of("cart"), of("tumour")) {
        (Some(x), Some(y)) => Ok([x, y]),
        (x, _) => {
            let missing = if x.is_none() { "CAR-T cells" } else { "tumour" };
            let mut problems = Problems::default();
            let names: Vec<&str> = model.outputs.iter().map(|output| output.name.text.as_str()).collect();
            problems
                .error(&codes::UNKNOWN_NAME, format!("model `{}` has no output of {missing}", model.name))
                .help(format!("name the two quantities of the phase plot; outputs: {}", names.join(", ")));
            Err(problems)
        }
    }
}

/// Times with both values.
struct Path {
    points: Vec<(f64, f64, f64)>,
}

impl Path {
    fn new(x: &Curve, y: &Curve, until: Option<f64>) -> Self {
        let seen = |time: f64| until.is_none_or(|until| time <= until);
        let points = x.points.iter().zip(&y.points).map(|(x, y)| (x.0, x.1, y.1)).filter(|point| seen(point.0));
        Self { points: points.collect() }
    }

    fn end(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.0)
    }

    fn series(&self, style: usize) -> crate::plot::Series {
        let mut points = Vec::with_capacity(self.points.len());
        for (at, &(time, x, y)) in self.points.iter().enumerate() {
            // A dose is no part of the trajectory: the curve goes on elsewhere.
            if at > 0 && self.points[at - 1].0 == time {
                points.push((f64::NAN, f64::NAN));
            }
            points.push((x, y));
        }
        crate::plot::Series::new("", points).style(style)
    }

    /// Start, end and round times between, where both axes can show them.
    fn stations(&self, scales: (Scale, Scale), style: usize, unit: &str) -> Vec<Station> {
        let visible = |&(_, x, y): &(f64, f64, f64)| {
            let shows = |v: f64, scale| v.is_finite() && (scale == Scale::Linear || v > 0.0);
            shows(x, scales.0) && shows(y, scales.1)
        };
        let (Some(first), Some(last)) =
            (self.points.iter().find(|p| visible(p)), self.points.iter().rfind(|p| visible(p)))
        else {
            return Vec::new();
        };
        let station = |&(time, x, y): &(f64, f64, f64), kind| {
            let label = format!("{} {unit}", short(time));
            Station { x, y, label, style, kind }
        };
        // Coarse times first: where a curve stands still, finer ones find no room; where it runs, they do.
        let mut times: Vec<f64> = Vec::new();
        for step in finer(step(first.0, last.0, TIMES, unit), unit) {
            let count = ((last.0 - first.0) / step).clamp(0.0, MOST) as usize;
            let start = (first.0 / step).floor() * step;
            let inside = |time: &f64| *time > first.0 + 0.05 * step && *time < last.0 - 0.05 * step;
            for time in (1..=count + 1).map(|index| start + index as f64 * step).filter(inside) {
                if !times.contains(&time) && times.len() < MOST as usize {
                    times.push(time);
                }
            }
        }
        let between = times.into_iter().filter_map(|time| self.at(time, scales).filter(visible));
        let mut stations = vec![station(first, StationKind::Start)];
        stations.extend(between.map(|point| station(&point, StationKind::Between)));
        stations.push(station(last, StationKind::End));
        stations
    }

    /// The point at a time, on the straight line that the figure draws between rows.
    fn at(&self, time: f64, scales: (Scale, Scale)) -> Option<(f64, f64, f64)> {
        let after = self.points.partition_point(|point| point.0 < time);
        let b = self.points.get(after)?;
        let a = self.points.get(after.checked_sub(1)?)?;
        let share = if b.0 > a.0 { (time - a.0) / (b.0 - a.0) } else { 1.0 };
        let between = |a: f64, b: f64, scale| match scale {
            Scale::Linear => a + share * (b - a),
            Scale::Log => (a.ln() + share * (b.ln() - a.ln())).exp(),
        };
        Some((time, between(a.1, b.1, scales.0), between(a.2, b.2, scales.1)))
    }
}

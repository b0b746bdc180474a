//! The figures of a population, from what its tables hold.

use super::picture::{self, Kind, Page};
use super::shards::Part;
use crate::diagnostic::Diagnostic;
use crate::plot::population::{
    BandPanel, Cohort, EndPoint, EndPoints, GradeDistribution, GradePanel, QuantileBands, ShareBar, end_points,
    grade_distribution, quantile_bands,
};
use crate::plot::{Axis, Figure, Mark, MarkKind};
use crate::population::{Histogram, Share, Statistics};

/// Names and bytes of the pictures; none in a build without them.
pub fn pictures(part: &Part, statistics: &Statistics) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    if cfg!(not(feature = "plot")) || statistics.complete == 0 {
        return Ok(Vec::new());
    }
    let mut figures = Vec::new();
    if part.layout.times.len() > 1 {
        if !part.layout.outputs.is_empty() {
            figures.push(("quantiles.png".to_string(), quantile_bands(&bands(part, statistics))));
        }
        if !part.layout.scales.is_empty() {
            figures.push(("grades.png".to_string(), grade_distribution(&grades(part, statistics))));
        }
    }
    let points = points(part, statistics);
    if !points.panels.is_empty() {
        match end_points(&points) {
            Ok(pages) => {
                let name = |page: usize| {
                    if page == 0 { "endpoints.png".into() } else { format!("endpoints-{}.png", page + 1) }
                };
                figures.extend(pages.into_iter().enumerate().map(|(page, figure)| (name(page), Ok(figure))));
            }
            Err(error) => figures.push(("endpoints.png".into(), Err(error))),
        }
    }
    let draw = |(name, figure): (String, Result<Figure, crate::plot::PlotError>)| {
        let figure = figure.map_err(|error| {
            let code = &crate::diagnostic::codes::file::CANNOT_DRAW;
            let mut found = Diagnostic::error(code, format!("cannot draw {name}: {error}"));
            found.help("the tables are right; please report this");
            found
        })?;
        Ok((name, picture::draw(&figure, Kind::Png, &Page::default())?))
    };
    figures.into_iter().map(draw).collect()
}

fn cohort(part: &Part, statistics: &Statistics) -> Cohort {
    Cohort {
        title: part.layout.title.clone(),
        subtitle: part.facts.first().cloned().unwrap_or_default(),
        facts: part.facts.clone(),
        patients: statistics.patients(),
        failed: statistics.failed,
        seed: part.seed,
    }
}

fn time(part: &Part) -> Axis {
    let times = &part.layout.times;
    let axis = Axis::linear("Time", part.layout.time_unit.clone());
    axis.between(times[0], times[times.len() - 1])
}

fn marks(part: &Part) -> Vec<Mark> {
    let mark =
        |(time, label): &(f64, String)| Mark { x: *time, label: label.clone(), kind: MarkKind::Dose, style: None };
    part.layout.doses.iter().map(mark).collect()
}

fn bands(part: &Part, statistics: &Statistics) -> QuantileBands {
    let times = &part.layout.times;
    let panels = part.layout.outputs.iter().enumerate().map(|(at, output)| {
        let cells = &statistics.values[at * times.len()..][..times.len()];
        let quantiles: Vec<Vec<Option<f64>>> =
            cells.iter().map(|cell| cell.histogram.quantiles(&[0.05, 0.25, 0.5, 0.75, 0.95])).collect();
        let column = |which: usize| quantiles.iter().map(|all| all[which].unwrap_or(f64::NAN)).collect::<Vec<f64>>();
        let (label, unit) = (output.label.clone(), output.unit.clone());
        let mut panel = if output.log {
            BandPanel::log(label, unit, times, &column(2))
        } else {
            BandPanel::linear(label, unit, times, &column(2))
        };
        panel.name.clone_from(&output.name);
        panel.lloq = output.lloq;
        panel.add_band(0.5, &column(1), &column(3));
        panel.add_band(0.9, &column(0), &column(4));
        panel
    });
    QuantileBands { cohort: cohort(part, statistics), time: time(part), panels: panels.collect(), marks: marks(part) }
}

fn grades(part: &Part, statistics: &Statistics) -> GradeDistribution {
    let times = &part.layout.times;
    let panels = part.layout.scales.iter().enumerate().map(|(at, scale)| {
        let counts = &statistics.grades[at * times.len()..][..times.len()];
        let shares: Vec<[f64; 7]> = counts
            .iter()
            .map(|counts| {
                let all: u64 = counts.iter().sum();
                counts.map(|count| count as f64 / all as f64)
            })
            .collect();
        GradePanel::new(scale, times, times[times.len() - 1], &shares)
    });
    GradeDistribution {
        cohort: cohort(part, statistics),
        time: time(part),
        panels: panels.collect(),
        marks: marks(part),
    }
}

/// Maxima and areas of the outputs, grades, what the model declares: what nobody has is left out.
fn points(part: &Part, statistics: &Statistics) -> EndPoints {
    let mut panels = Vec::new();
    for (scale, counts) in part.layout.scales.iter().zip(&statistics.maxima) {
        let all: u64 = counts.iter().sum();
        let bars: Vec<ShareBar> = (0..7)
            .filter(|&place| place < 6 || counts[place] > 0)
            .map(|place| {
                let grade = u8::try_from(place).ok().filter(|grade| *grade < 6);
                let share = Share { yes: counts[place], no: all - counts[place], missing: 0, failed: 0 };
                let bar = ShareBar::grade(grade, counts[place]);
                share.interval().map_or(bar.clone(), |(low, high)| bar.between(low, high))
            })
            .collect();
        panels.push(EndPoint::bars(format!("Highest grade, {scale}"), &bars).without(0, statistics.failed));
    }
    let columns = part.layout.points.iter().filter(|column| !column.words);
    for (column, point) in columns.zip(&statistics.points) {
        let shown = ["cmax_", "auc_0_28d_", "time_", "duration_", "crs_onset_", "crs_days_"];
        if !shown.iter().any(|start| column.name.starts_with(start)) || point.histogram().count() == 0 {
            continue;
        }
        let histogram = point.histogram();
        let mut panel = EndPoint::histogram(column.label.clone(), column.unit.clone(), &bins(histogram, column.log))
            .named(column.name.clone())
            .without(point.missing(), point.failed());
        if column.log {
            panel = panel.log();
        }
        if let [Some(low), Some(middle), Some(high)] = histogram.quantiles(&[0.05, 0.5, 0.95])[..] {
            panel = panel.quantiles(low, middle, high);
        }
        panels.push(panel);
    }
    EndPoints { cohort: cohort(part, statistics), panels }
}

/// About thirty bins of the fine ones.
fn bins(histogram: &Histogram, log: bool) -> Vec<(f64, f64, u64)> {
    const BINS: usize = 30;
    let (Some(least), Some(greatest)) = (histogram.least(), histogram.greatest()) else { return Vec::new() };
    if least == greatest {
        return vec![(least, greatest, histogram.count())];
    }
    let log = log && least > 0.0;
    let scale = |value: f64| if log { value.ln() } else { value };
    let back = |value: f64| if log { value.exp() } else { value };
    let (from, to) = (scale(least), scale(greatest));
    let edge = |at: usize| if at == BINS { greatest } else { back(from + (to - from) * at as f64 / BINS as f64) };
    let mut bins: Vec<(f64, f64, u64)> = (0..BINS).map(|at| (edge(at), edge(at + 1), 0)).collect();
    for (bin, count) in histogram.iter() {
        let (one, other) = Histogram::edges(bin);
        let middle = (0.5 * (one + other)).clamp(least, greatest);
        let place = ((scale(middle) - from) / (to - from) * BINS as f64) as usize;
        bins[place.min(BINS - 1)].2 += count;
    }
    bins
}

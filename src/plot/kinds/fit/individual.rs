//! A tile a subject and output: measurements over the courses of the subject and of the population.

use super::{TILES, axis, by_output, figure, key, name_of};
use crate::fit::{Fitted, FittedOutput, Prediction, SubjectCurves};
use crate::plot::label::{short, unit_text};
use crate::plot::{
    Axis, Content, Figure, KeySample, Observation, Observed, Plot, Reference, ReferenceKind, Scale, Series, Tile,
};

/// Pages of tiles, those of each output by themselves and on one vertical axis. `curves` are the courses between the
/// measurements; a subject without any has its predictions joined.
pub fn individual_fits(fitted: &Fitted, curves: &[SubjectCurves]) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (output, rows) in by_output(fitted) {
        let at = rows[0].output;
        let curves: Vec<&SubjectCurves> = curves.iter().filter(|one| one.output == at).collect();
        let vertical = vertical(output, &rows, &curves);
        let tiles: Vec<Tile> = (0..fitted.individuals.len())
            .filter_map(|subject| tile(fitted, output, subject, &rows, &curves, &vertical))
            .collect();
        let limits = limits(output, rows.iter().copied());
        let count = tiles.len().div_ceil(TILES);
        for (page, tiles) in tiles.chunks(TILES).enumerate() {
            let part = if count > 1 { format!("page {} of {count}", page + 1) } else { String::new() };
            let more = [name_of(fitted, output), &part].map(String::from);
            let more = more.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
            let mut page = figure(fitted, "Individual fits", &more);
            page.tiles = tiles.to_vec();
            page.legend = vec![
                key("measured", 0, KeySample::Measured(None)),
                key("subject", 0, KeySample::Curve),
                key("population", 1, KeySample::Curve),
            ];
            if rows.iter().any(|one| one.cens == 1) {
                page.legend.push(key("below the limit, drawn at it", 0, KeySample::BelowLimit(None)));
            }
            let unit = unit_text(&output.unit.to_string());
            match limits.as_slice() {
                [] => {}
                [limit] => {
                    page.legend.push(key(format!("LLOQ {} {unit}", short(*limit)).trim_end(), 0, KeySample::Threshold));
                }
                _ => page.legend.push(key("LLOQ", 0, KeySample::Threshold)),
            }
            if curves.iter().any(|one| !one.doses.is_empty()) {
                page.legend.push(key("dose", 0, KeySample::Dose));
            }
            figures.push(page);
        }
    }
    figures
}

/// Limits of quantification: those of the output, or those that rows name.
fn limits<'a>(output: &FittedOutput, rows: impl Iterator<Item = &'a Prediction>) -> Vec<f64> {
    if let Some(limit) = output.lloq {
        return vec![limit];
    }
    let mut limits: Vec<f64> = rows.filter(|one| one.cens == 1).map(|one| one.dv).collect();
    limits.sort_by(f64::total_cmp);
    limits.dedup();
    limits
}

/// One axis for all subjects of an output: it holds every measurement, every limit and the upper ends of the courses.
fn vertical(output: &FittedOutput, rows: &[&Prediction], curves: &[&SubjectCurves]) -> Axis {
    let axis = axis(output, &output.label);
    let is_shown = |value: &f64| value.is_finite() && (axis.scale == Scale::Linear || *value > 0.0);
    let measured: Vec<f64> = rows.iter().map(|one| one.dv).chain(output.lloq).filter(is_shown).collect();
    let courses = curves.iter().flat_map(|one| one.individual.iter().chain(&one.population)).copied();
    let courses: Vec<f64> = courses.chain(rows.iter().flat_map(|one| [one.pred, one.ipred])).filter(is_shown).collect();
    let least = |of: &[f64]| of.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = measured.iter().chain(&courses).copied().fold(f64::NEG_INFINITY, f64::max);
    match axis.scale {
        Scale::Log if !measured.is_empty() => axis.between(least(&measured) / 3.0, 1.6 * greatest),
        Scale::Log => axis,
        Scale::Linear => {
            let lowest = least(&measured).min(least(&courses));
            let room = 0.06 * (greatest - lowest.min(0.0));
            if room > 0.0 {
                axis.between(if lowest < 0.0 { lowest - room } else { 0.0 }, greatest + room)
            } else {
                axis
            }
        }
    }
}

fn tile(
    fitted: &Fitted,
    output: &FittedOutput,
    subject: usize,
    rows: &[&Prediction],
    curves: &[&SubjectCurves],
    vertical: &Axis,
) -> Option<Tile> {
    let rows: Vec<&Prediction> = rows.iter().copied().filter(|one| one.subject == subject).collect();
    let course = curves.iter().find(|one| one.subject == subject);
    if rows.is_empty() && course.is_none() {
        return None;
    }
    let joined = |times: &[f64], values: &[f64]| times.iter().copied().zip(values.iter().copied()).collect::<Vec<_>>();
    let series = match course {
        Some(course) => [joined(&course.times, &course.population), joined(&course.times, &course.individual)],
        None => [
            rows.iter().map(|one| (one.time, one.pred)).collect(),
            rows.iter().map(|one| (one.time, one.ipred)).collect(),
        ],
    };
    let [population, individual] = series;
    let mark = |one: &&Prediction| Observation { x: one.time, y: one.dv, below_limit: one.cens == 1 };
    let above = rows.iter().filter(|one| one.cens < 0).count();
    let limit = |value| Reference { value, label: String::new(), kind: ReferenceKind::QuantificationLimit };
    let plot = Plot {
        references: limits(output, rows.iter().copied()).into_iter().map(limit).collect(),
        series: vec![Series::new("", population).style(1), Series::new("", individual)],
        observed: vec![Observed {
            points: rows.iter().filter(|one| one.cens >= 0).map(mark).collect(),
            ..Observed::default()
        }],
        doses: course.map_or_else(Vec::new, |course| course.doses.clone()),
        ..Plot::default()
    };
    Some(Tile {
        title: format!("Subject {}", fitted.individuals[subject].subject),
        notes: if above > 0 { vec![format!("{above} above the upper limit, not shown")] } else { Vec::new() },
        horizontal: time(fitted, &plot),
        vertical: vertical.clone(),
        content: Content::Plot(Box::new(plot)),
        ..Tile::default()
    })
}

/// Time, with room on both sides, so that doses and measurements at the ends are seen whole.
fn time(fitted: &Fitted, plot: &Plot) -> Axis {
    let axis = Axis::linear("Time", fitted.time.to_string());
    let curves = plot.series.iter().flat_map(|series| series.points.iter().map(|point| point.0));
    let points = plot.observed.iter().flat_map(|observed| observed.points.iter().map(|point| point.x));
    let all = curves.chain(points).chain(plot.doses.iter().copied()).filter(|time| time.is_finite());
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
    if low < high { axis.between(low - 0.04 * (high - low), high + 0.04 * (high - low)) } else { axis }
}

//! Profiles of the likelihood.

use super::{dot, figure, key, line, pages};
use crate::fit::{Fitted, Profile};
use crate::plot::label::{three_digits, unit_text};
use crate::plot::{Axis, Content, Figure, KeySample, Observed, Plot, Rule, RuleKind, Series, Tile};

/// The 95th percentile of chi square with one degree of freedom, rounded as the interval is.
const RISE: f64 = 3.84;
/// The greatest rise shown.
const MOST: f64 = 10.0;

/// A tile a parameter: how the objective rises when it is held, with the line at 3.84, the estimate, and the ends of the
/// interval.
pub fn profile(fitted: &Fitted, profiles: &[Profile]) -> Vec<Figure> {
    pages(profiles.iter().map(tile).collect(), |part| Figure {
        legend: vec![
            key("objective above its minimum", 0, KeySample::Curve),
            key("computed", 0, KeySample::Measured(Some(0))),
            key("3.84", 0, KeySample::Threshold),
            key("estimate", 0, KeySample::Rule(RuleKind::Middle)),
            key("end of the 95 % interval", 0, KeySample::Rule(RuleKind::Tail)),
        ],
        ..figure(fitted, "Profiles of the likelihood", part)
    })
}

fn tile(profile: &Profile) -> Tile {
    let (low, high) = profile.interval;
    let mut points = profile.points.clone();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let greatest = points.iter().map(|point| point.1).filter(|rise| rise.is_finite()).fold(1.25 * RISE, f64::max);
    let top = greatest.min(MOST);
    let tail = |value: Option<f64>| value.map(|value| Rule { value, kind: RuleKind::Tail });
    let interval = match (low, high) {
        (Some(low), Some(high)) => format!("{} to {}", three_digits(low), three_digits(high)),
        (Some(low), None) => format!("from {}, no upper end", three_digits(low)),
        (None, Some(high)) => format!("up to {}, no lower end", three_digits(high)),
        (None, None) => "neither end".into(),
    };
    let estimate = format!("{} {}", three_digits(profile.estimate), unit_text(&profile.unit));
    let plot = Plot {
        references: vec![line(RISE)],
        observed: vec![Observed {
            points: points.iter().filter(|point| point.1 <= top).map(|(x, y)| dot(*x, *y)).collect(),
            style: Some(0),
            ..Observed::default()
        }],
        series: vec![Series::new("", points)],
        ..Plot::default()
    };
    Tile {
        title: format!("{}: {}", profile.parameter, profile.told().word()),
        notes: vec![format!("{}, 95 %: {interval}", estimate.trim_end())],
        horizontal: Axis::linear(&profile.parameter, &profile.unit),
        vertical: Axis::linear("Rise of the objective", "").between(-0.04 * top, 1.04 * top),
        content: Content::Plot(Box::new(plot)),
        rules: [Some(Rule { value: profile.estimate, kind: RuleKind::Middle }), tail(low), tail(high)]
            .into_iter()
            .flatten()
            .collect(),
    }
}

//! How far a run's answers move when the tolerance is a hundred times tighter.

use super::controller::{Event, EventKind};
use super::grid::Grid;
use super::run::{Failed, Run};
use super::scenario::Scenario;
use crate::crs::{Course, Outcome};
use crate::integrate::Method;
use crate::outcome::Exposure;
use crate::trajectory::Trajectory;
use crate::unit::Unit;

/// How much tighter the second solution is.
pub const TIGHTER: f64 = 100.0;

/// Outputs whose coming back after the nadir is a relapse, by the vocabulary.
const TUMOURS: [&str; 6] = ["tumour", "blasts", "blasts_cd19neg", "marrow", "mprotein", "sbcma"];

/// Share of the start value above which a tumour output has relapsed, if it has no limit of quantification.
const RELAPSE: f64 = 1e-3;

/// How far below the largest value of an output its digits mean nothing.
const DIGITS: f64 = 1e-12;

/// Share of the limit within which a curve counts as at its extreme.
const TIE: f64 = 0.01;

/// One answer at both tolerances.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The output, or the scale of a course.
    pub of: String,
    /// `cmax`, `tmax`, `auc_0_28d`, `nadir`, `nadir_time`, `relapse_above` (what counts as one), `relapse`, `onset`, `end`,
    /// `maximum`.
    pub what: &'static str,
    /// Unit of the answer.
    pub unit: String,
    /// At the tolerance of the run; none if there is no such thing.
    pub run: Option<f64>,
    /// At the tighter tolerance.
    pub tight: Option<f64>,
    /// How far they are apart: relative to the larger magnitude for values, in days over at least one day for times,
    /// infinite where only one of them exists.
    pub moved: f64,
    /// Why it does not count although it moved beyond the limit.
    pub excused: Option<Excuse>,
}

/// Why an answer does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excuse {
    /// The digits of so small a value mean nothing.
    Noise,
    /// Each solution is at its extreme at the time of the other as well: a flat stretch, or equal extremes.
    Tie,
}

impl Excuse {
    /// As it is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Noise => "noise",
            Self::Tie => "tie",
        }
    }
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct ToleranceCheck {
    /// Tolerance of the run.
    pub rtol: f64,
    /// Tolerance of the second solution.
    pub tight: f64,
    /// How far an answer may move.
    pub limit: f64,
    /// Every answer.
    pub rows: Vec<Moved>,
}

impl ToleranceCheck {
    /// The answer that moved most, of those that count.
    pub fn worst(&self) -> Option<&Moved> {
        self.counting().max_by(|a, b| a.moved.total_cmp(&b.moved))
    }

    /// Whether every answer that counts moved by at most the limit.
    pub fn is_within(&self) -> bool {
        self.counting().all(|row| row.moved <= self.limit)
    }

    fn counting(&self) -> impl Iterator<Item = &Moved> {
        self.rows.iter().filter(|row| row.excused.is_none())
    }
}

/// Runs a scenario at its tolerance and a hundred times tighter, and compares the answers, which may move by `limit`.
/// What was solved in closed form is integrated the second time.
///
/// What neither run has was not compared and has no row: an area over 28 d of a shorter run.
///
/// # Errors
/// Those of the two runs.
pub fn check_tolerance(scenario: &Scenario<'_>, limit: f64) -> Result<ToleranceCheck, Failed> {
    let mut run = scenario.clone().with_exposure();
    run.grid = Grid::Steps(8);
    let mut tight = run.clone();
    tight.rtol = (scenario.rtol / TIGHTER).max(1e-13);
    let first = run.simulate()?;
    if first.method == Method::ClosedForm {
        // It does not depend on the tolerance: the second solution is to be another one.
        tight.method = Method::Rodas5p;
    }
    let second = tight.simulate()?;
    let mut rows = Vec::new();
    for (a, b) in first.exposure.iter().zip(&second.exposure) {
        let largest = [b.exposure.cmax, b.exposure.nadir].into_iter().flatten().map(f64::abs).fold(0.0, f64::max);
        let noise = noise(scenario, &a.output, largest);
        let curves = (Curve::new(scenario, &first, &a.output), Curve::new(scenario, &second, &b.output));
        figures(&a.output, &a.unit, [(&a.exposure, curves.0), (&b.exposure, curves.1)], noise, limit, &mut rows);
    }
    relapses(scenario, &first, &second, &mut rows);
    for (a, b) in first.courses.iter().zip(&second.courses) {
        courses(a, b, &mut rows);
    }
    rows.retain(|row| row.run.is_some() || row.tight.is_some());
    Ok(ToleranceCheck { rtol: scenario.rtol, tight: tight.rtol, limit, rows })
}

/// Below this nothing of an output counts, as where it has died out: twelve digits under its largest value, and if it
/// shows a state not above that state's own tolerance.
fn noise(scenario: &Scenario<'_>, output: &str, largest: f64) -> f64 {
    let state = scenario.model.states.iter().find(|state| state.name.text == output);
    (DIGITS * largest).min(state.map_or(f64::INFINITY, |state| state.tolerance))
}

/// An output over time, in days from where exposure counts.
struct Curve {
    points: Vec<(f64, f64)>,
}

impl Curve {
    fn new(scenario: &Scenario<'_>, run: &Run, output: &str) -> Self {
        let model = scenario.model;
        let is_cart = |event: &&Event| match event.kind {
            EventKind::Dose { entry, .. } => model.doses[entry].name.text == "cart",
            _ => false,
        };
        let origin = run.events.iter().find(is_cart).map_or(0.0, |event| event.time);
        let days = |time: f64| model.time.convert(time - origin, &day()).unwrap_or(f64::NAN);
        let rows = &run.trajectory;
        let values = rows.column(output).into_iter().flat_map(|column| rows.series(column));
        Self { points: rows.time.iter().map(|time| days(*time)).zip(values).collect() }
    }

    /// Whether it comes within `near` of a value somewhere around a time.
    fn reaches(&self, value: f64, near: f64, time: f64, around: f64) -> bool {
        let mut there = self.points.iter().filter(|point| (point.0 - time).abs() <= around);
        there.any(|point| (point.1 - value).abs() <= near)
    }
}

fn figures(
    output: &str,
    unit: &str,
    [(a, a_curve), (b, b_curve)]: [(&Exposure, Curve); 2],
    noise: f64,
    limit: f64,
    rows: &mut Vec<Moved>,
) {
    let mut add = |what, unit: String, run, tight, moved: f64, excuse: &dyn Fn() -> Option<Excuse>| {
        let excused = if moved > limit { excuse() } else { None };
        rows.push(Moved { of: output.into(), what, unit, run, tight, moved, excused });
    };
    let mut value = |what, unit: &str, a: Option<f64>, b: Option<f64>| {
        let small = || a.zip(b).filter(|(a, b)| (a - b).abs() <= noise).map(|_| Excuse::Noise);
        add(what, unit.into(), a, b, apart(a, b), &small);
    };
    value("cmax", unit, a.cmax, b.cmax);
    value("auc_0_28d", &format!("{unit}*d"), a.auc_0_28d, b.auc_0_28d);
    value("nadir", unit, a.nadir, b.nadir);
    let mut time = |what, a: (Option<f64>, Option<f64>), b: (Option<f64>, Option<f64>)| {
        let tie = || {
            let ((a, at), (b, bt)) = (a.0.zip(a.1)?, b.0.zip(b.1)?);
            let near = |value: f64| noise.max(TIE * limit * value.abs());
            let around = |time: f64| limit * time.abs().max(1.0);
            let tied = a_curve.reaches(a, near(a), bt, around(bt)) && b_curve.reaches(b, near(b), at, around(at));
            tied.then_some(Excuse::Tie)
        };
        add(what, "d".into(), a.1, b.1, days_apart(a.1, b.1), &tie);
    };
    time("tmax", (a.cmax, a.tmax), (b.cmax, b.tmax));
    time("nadir_time", (a.nadir, a.nadir_time), (b.nadir, b.nadir_time));
}

fn day() -> Unit {
    Unit::parse_str("d").expect("d is a unit")
}

fn relapses(scenario: &Scenario<'_>, first: &Run, second: &Run, rows: &mut Vec<Moved>) {
    let days = |time: f64| scenario.model.time.convert(time, &day());
    let outputs = scenario.model.outputs.iter().filter(|output| TUMOURS.contains(&output.name.text.as_str()));
    for output in outputs {
        let limit = |run: &Run| relapse_limit(&run.trajectory, &output.name, output.lloq);
        let time = |run: &Run| relapse(&run.trajectory, &output.name, limit(run)?);
        let (a, b) = (time(first), time(second));
        let (a, b) = (a.and_then(days), b.and_then(days));
        if a.is_none() && b.is_none() {
            continue;
        }
        let mut add = |what, unit: String, run, tight, moved| {
            rows.push(Moved { of: output.name.text.clone(), what, unit, run, tight, moved, excused: None });
        };
        let limits = (limit(first), limit(second));
        add("relapse_above", output.unit.to_string(), limits.0, limits.1, apart(limits.0, limits.1));
        add("relapse", "d".into(), a, b, days_apart(a, b));
    }
}

/// The limit of quantification of an output, or a thousandth of its start.
fn relapse_limit(rows: &Trajectory, output: &str, quantified: Option<f64>) -> Option<f64> {
    let first = rows.series(rows.column(output)?).next()?;
    Some(quantified.unwrap_or(RELAPSE * first))
}

/// The first time after the nadir at which an output is again above a limit; none if it never fell below.
fn relapse(rows: &Trajectory, output: &str, limit: f64) -> Option<f64> {
    let values: Vec<f64> = rows.series(rows.column(output)?).collect();
    let nadir = values.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?.0;
    if values[nadir] >= limit || limit <= 0.0 {
        return None;
    }
    let after = values[nadir..].iter().position(|value| *value >= limit)? + nadir;
    let (t0, t1) = (rows.time[after - 1], rows.time[after]);
    let (y0, y1) = (values[after - 1].max(f64::MIN_POSITIVE).ln(), values[after].ln());
    Some(t0 + (t1 - t0) * (limit.ln() - y0) / (y1 - y0))
}

fn courses(a: &Course, b: &Course, rows: &mut Vec<Moved>) {
    let name = a.grading().scale().name().to_string();
    let grade = |course: &Course| course.maximum().grade.map(f64::from);
    let mut add = |what, unit: &str, a: Option<f64>, b: Option<f64>, moved: f64| {
        rows.push(Moved { of: name.clone(), what, unit: unit.into(), run: a, tight: b, moved, excused: None });
    };
    let (first, second) = (grade(a), grade(b));
    add("maximum", "1", first, second, if first == second { 0.0 } else { f64::INFINITY });
    let (first, second) = (a.episodes().first(), b.episodes().first());
    for (what, time) in [("onset", 0), ("end", 1)] {
        let of = |episode: Option<&crate::crs::Episode>| {
            // An episode that the run cuts off has no end.
            let ended = episode.filter(|episode| time == 0 || episode.outcome != Outcome::Censored);
            ended.map(|episode| if time == 0 { episode.onset } else { episode.end })
        };
        let (first, second) = (of(first), of(second));
        add(what, "d", first, second, days_apart(first, second));
    }
}

fn apart(a: Option<f64>, b: Option<f64>) -> f64 {
    match (a, b) {
        (Some(a), Some(b)) if a == b => 0.0,
        (Some(a), Some(b)) => (a - b).abs() / a.abs().max(b.abs()),
        (None, None) => 0.0,
        _ => f64::INFINITY,
    }
}

fn days_apart(a: Option<f64>, b: Option<f64>) -> f64 {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() / a.abs().max(b.abs()).max(1.0),
        (None, None) => 0.0,
        _ => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nadir_time(curves: [&dyn Fn(f64) -> f64; 2], times: [f64; 2]) -> Moved {
        let points = |of: &dyn Fn(f64) -> f64| (0..=1000).map(|i| f64::from(i) / 100.0).map(|t| (t, of(t))).collect();
        let [a, b] = curves.map(|of| Curve { points: points(of) });
        let exposure = |of: &dyn Fn(f64) -> f64, time| Exposure {
            nadir: Some(of(time)),
            nadir_time: Some(time),
            ..Exposure::default()
        };
        let (first, second) = (exposure(curves[0], times[0]), exposure(curves[1], times[1]));
        let mut rows = Vec::new();
        figures("y", "1", [(&first, a), (&second, b)], 0.0, 0.01, &mut rows);
        rows.into_iter().find(|row| row.what == "nadir_time").unwrap()
    }

    #[test]
    fn only_an_extreme_that_each_has_near_the_others_time_is_a_tie() {
        // Two equal minima, of which each run finds another.
        let twice = |t: f64| 1.0 + ((t - 2.0) * (t - 7.0)).powi(2);
        let tie = nadir_time([&twice, &twice], [2.0, 7.0]);
        assert_eq!((tie.excused, tie.moved), (Some(Excuse::Tie), 5.0 / 7.0));
        // One minimum that shifts, as deep as before.
        let (early, late) = (|t: f64| 1.0 + (t - 2.0).powi(2), |t: f64| 1.0 + (t - 7.0).powi(2));
        assert_eq!(nadir_time([&early, &late], [2.0, 7.0]).excused, None);
        // A second one that only one of them has.
        assert_eq!(nadir_time([&early, &twice], [2.0, 7.0]).excused, None);
        // What moves less than the limit needs no excuse.
        assert_eq!(nadir_time([&twice, &twice], [7.0, 7.01]).excused, None);
    }
}

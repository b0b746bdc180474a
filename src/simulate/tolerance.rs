//! How far a run's answers move when the tolerance is a hundred times tighter.

use super::grid::Grid;
use super::run::{Failed, Run};
use super::scenario::Scenario;
use crate::crs::{Course, Outcome};
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

/// Extremes closer than this are the same, whenever they are: where a curve is flat, or has two equal ones, the time says
/// nothing. At a smooth extreme this hides a thousandth of its width.
const SAME_EXTREME: f64 = 1e-6;

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
}

/// What came of a check.
#[derive(Debug, Clone, PartialEq)]
pub struct ToleranceCheck {
    /// Tolerance of the run.
    pub rtol: f64,
    /// Tolerance of the second solution.
    pub tight: f64,
    /// Every answer.
    pub rows: Vec<Moved>,
}

impl ToleranceCheck {
    /// The answer that moved most.
    pub fn worst(&self) -> Option<&Moved> {
        self.rows.iter().max_by(|a, b| a.moved.total_cmp(&b.moved))
    }

    /// Whether every answer moved by at most `limit`.
    pub fn within(&self, limit: f64) -> bool {
        self.rows.iter().all(|row| row.moved <= limit)
    }
}

/// Runs a scenario at its tolerance and a hundred times tighter, and compares the answers.
///
/// # Errors
/// Those of the two runs.
pub fn check_tolerance(scenario: &Scenario<'_>) -> Result<ToleranceCheck, Failed> {
    let mut run = scenario.clone().with_exposure();
    run.grid = Grid::Steps(8);
    let mut tight = run.clone();
    tight.rtol = (scenario.rtol / TIGHTER).max(1e-13);
    let first = run.simulate()?;
    let second = tight.simulate()?;
    let mut rows = Vec::new();
    for (a, b) in first.exposure.iter().zip(&second.exposure) {
        let largest = [b.exposure.cmax, b.exposure.nadir].into_iter().flatten().map(f64::abs).fold(0.0, f64::max);
        rows.extend(figures(&a.output, &a.unit, (&a.exposure, &b.exposure), noise(scenario, &a.output, largest)));
    }
    relapses(scenario, &first, &second, &mut rows);
    for (a, b) in first.courses.iter().zip(&second.courses) {
        courses(a, b, &mut rows);
    }
    Ok(ToleranceCheck { rtol: scenario.rtol, tight: tight.rtol, rows })
}

/// Below this nothing of an output counts, as where it has died out: twelve digits under its largest value, and if it
/// shows a state not above that state's own tolerance.
fn noise(scenario: &Scenario<'_>, output: &str, largest: f64) -> f64 {
    let state = scenario.model.states.iter().find(|state| state.name.text == output);
    (DIGITS * largest).min(state.map_or(f64::INFINITY, |state| state.tolerance))
}

fn figures(output: &str, unit: &str, (a, b): (&Exposure, &Exposure), noise: f64) -> Vec<Moved> {
    let apart = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) if (a - b).abs() <= noise => 0.0,
        _ => apart(a, b),
    };
    let value = |what, unit: String, a: Option<f64>, b: Option<f64>| Moved {
        of: output.into(),
        what,
        unit,
        run: a,
        tight: b,
        moved: apart(a, b),
    };
    let time = |what, a: (Option<f64>, Option<f64>), b: (Option<f64>, Option<f64>)| Moved {
        of: output.into(),
        what,
        unit: "d".into(),
        run: a.1,
        tight: b.1,
        moved: if apart(a.0, b.0) < SAME_EXTREME { 0.0 } else { days_apart(a.1, b.1) },
    };
    let mut rows = vec![
        value("cmax", unit.into(), a.cmax, b.cmax),
        time("tmax", (a.cmax, a.tmax), (b.cmax, b.tmax)),
        value("auc_0_28d", format!("{unit}*d"), a.auc_0_28d, b.auc_0_28d),
        value("nadir", unit.into(), a.nadir, b.nadir),
        time("nadir_time", (a.nadir, a.nadir_time), (b.nadir, b.nadir_time)),
    ];
    // What neither run has was not compared: an area over 28 d of a shorter run.
    rows.retain(|row| row.run.is_some() || row.tight.is_some());
    rows
}

fn relapses(scenario: &Scenario<'_>, first: &Run, second: &Run, rows: &mut Vec<Moved>) {
    let day = Unit::parse_str("d").expect("d is a unit");
    let days = |time: f64| scenario.model.time.convert(time, &day);
    let outputs = scenario.model.outputs.iter().filter(|output| TUMOURS.contains(&output.name.text.as_str()));
    for output in outputs {
        let limit = |run: &Run| relapse_limit(&run.trajectory, &output.name, output.lloq);
        let time = |run: &Run| relapse(&run.trajectory, &output.name, limit(run)?);
        let (a, b) = (time(first), time(second));
        let (a, b) = (a.and_then(days), b.and_then(days));
        if a.is_some() || b.is_some() {
            rows.push(Moved {
                of: output.name.text.clone(),
                what: "relapse_above",
                unit: output.unit.to_string(),
                run: limit(first),
                tight: limit(second),
                moved: apart(limit(first), limit(second)),
            });
            rows.push(Moved {
                of: output.name.text.clone(),
                what: "relapse",
                unit: "d".into(),
                run: a,
                tight: b,
                moved: days_apart(a, b),
            });
        }
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
        rows.push(Moved { of: name.clone(), what, unit: unit.into(), run: a, tight: b, moved });
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
        if first.is_some() || second.is_some() {
            add(what, "d", first, second, days_apart(first, second));
        }
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

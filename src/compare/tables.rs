//! Tables of a comparison: lines of cells, the head first.

use super::arms::{Arms, Durability, Row, Value};
use super::ranking::Rank;
use super::relapse::Relapses;
use super::sweep::Varied;
use super::trial::{Optimum, Point};
use crate::cohort::Step;
use crate::population::Share;

/// How a number is written: [`number`](crate::trajectory::number) for other tools, [`brief`](crate::trajectory::brief) for
/// people.
pub type Write = fn(f64) -> String;

fn line(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_string()).collect()
}

fn some(value: Option<f64>, write: Write) -> String {
    value.filter(|value| !value.is_nan()).map_or_else(String::new, write)
}

/// `arm,reference,endpoint,unit,kind,n,value_reference,value,estimate,low_95,high_95,width,width_unpaired,gain,p_lower,p_better`:
/// each arm against the reference. Widths are of natural logarithms where the kind is a ratio.
pub fn comparison(arms: &Arms, rows: &[Row], write: Write) -> Vec<Vec<String>> {
    let mut lines = vec![line(&[
        "arm",
        "reference",
        "endpoint",
        "unit",
        "kind",
        "n",
        "value_reference",
        "value",
        "estimate",
        "low_95",
        "high_95",
        "width",
        "width_unpaired",
        "gain",
        "p_lower",
        "p_better",
    ])];
    for row in rows {
        let (point, found) = (&arms.end_points[row.end_point], &row.estimate);
        let mut cells = vec![
            arms.arms[row.arm].name.clone(),
            arms.arms[arms.reference].name.clone(),
            point.name.clone(),
            point.unit.clone(),
            found.kind.name().into(),
            found.n.to_string(),
        ];
        let (low, high) = found.interval.unzip();
        let numbers = [Some(found.reference), Some(found.arm), Some(found.estimate), low, high, found.width];
        let more = [found.unpaired, found.gain(), Some(found.lower), row.better];
        cells.extend(numbers.into_iter().chain(more).map(|value| some(value, write)));
        lines.push(cells);
    }
    lines
}

/// `arm,endpoint,unit,kind,n,missing,value,low_95,high_95,median,p05,p95`: what each end point comes to in each arm.
pub fn arms(arms: &Arms, write: Write) -> Vec<Vec<String>> {
    let head =
        ["arm", "endpoint", "unit", "kind", "n", "missing", "value", "low_95", "high_95", "median", "p05", "p95"];
    let mut lines = vec![line(&head)];
    for (at, arm) in arms.arms.iter().enumerate() {
        for (place, point) in arms.end_points.iter().enumerate() {
            let Value { n, centre, interval, kind, quantiles } = arms.value(at, place);
            let kind = match kind {
                super::Kind::Ratio => "geometric mean",
                super::Kind::Difference => "mean",
                super::Kind::Proportion => "share",
            };
            let missing = arms.paired.len() - n;
            let mut cells = vec![arm.name.clone(), point.name.clone(), point.unit.clone(), kind.into(), n.to_string()];
            cells.push(missing.to_string());
            let (low, high) = interval.unzip();
            let spread = quantiles.map_or([None; 3], |found| found.map(Some));
            cells.extend([centre, low, high].into_iter().chain(spread).map(|value| some(value, write)));
            lines.push(cells);
        }
    }
    lines
}

/// `arm,benefit,benefit_value,benefit_low_95,benefit_high_95,risk,risk_value,risk_low_95,risk_high_95,` and the differences
/// to the reference with their paired intervals: each declared end point against any and severe CRS.
pub fn benefit_risk(arms: &Arms, rows: &[Row], write: Write) -> Vec<Vec<String>> {
    let head = ["value", "low_95", "high_95"];
    let mut names = vec!["arm".to_string()];
    for what in ["benefit", "risk"] {
        names.push(what.into());
        names.extend(head.map(|name| format!("{what}_{name}")));
    }
    for what in ["benefit", "risk"] {
        names.extend(["difference", "difference_low_95", "difference_high_95"].map(|name| format!("{what}_{name}")));
    }
    let mut lines = vec![names];
    for (at, arm) in arms.arms.iter().enumerate() {
        for (benefit, risk) in arms.benefits_and_risks() {
            let mut cells = vec![arm.name.clone()];
            for point in [benefit, risk] {
                let value = arms.value(at, point);
                let (low, high) = value.interval.unzip();
                cells.push(arms.end_points[point].name.clone());
                cells.extend([value.centre, low, high].map(|value| some(value, write)));
            }
            for point in [benefit, risk] {
                let row = rows.iter().find(|row| row.arm == at && row.end_point == point);
                let (low, high) = row.and_then(|row| row.estimate.interval).unzip();
                cells.extend([row.map(|row| row.estimate.estimate), low, high].map(|value| some(value, write)));
            }
            lines.push(cells);
        }
    }
    lines
}

/// `arm,scale,grade,n,share,low_95,high_95`: patients by their highest grade; those without one are `undetermined`.
pub fn grades(arms: &Arms, write: Write) -> Vec<Vec<String>> {
    let mut lines = vec![line(&["arm", "scale", "grade", "n", "share", "low_95", "high_95"])];
    for arm in &arms.arms {
        for (scale, counts) in arm.layout.scales.iter().zip(&arm.statistics.maxima) {
            let all: u64 = counts.iter().sum();
            for (grade, &yes) in counts.iter().enumerate() {
                let share = Share { yes, no: all - yes, ..Share::default() };
                let (low, high) = share.interval().unzip();
                let grade = if grade < 6 { grade.to_string() } else { "undetermined".into() };
                let mut cells = vec![arm.name.clone(), scale.clone(), grade, yes.to_string()];
                cells.extend([share.estimate(), low, high].map(|value| some(value, write)));
                lines.push(cells);
            }
        }
    }
    lines
}

/// `arm,endpoint,days,at_risk,lost,share,low_95,high_95`: of the patients who reached a declared end point the share who
/// have not lost it, by days since they reached it; who has not lost it at the end of the run is followed until then.
pub fn relapse_free(arms: &Arms, all: &[Durability], write: Write) -> Vec<Vec<String>> {
    let mut lines = vec![line(&["arm", "endpoint", "days", "at_risk", "lost", "share", "low_95", "high_95"])];
    for Durability { arm, end_point, times, steps, .. } in all {
        let start = [arms.arms[*arm].name.clone(), end_point.clone()];
        let row = |days: f64, at_risk: usize, lost: usize, share: f64, interval: Option<(f64, f64)>| {
            let (low, high) = interval.unzip();
            let mut cells = start.to_vec();
            cells.extend([write(days), at_risk.to_string(), lost.to_string()]);
            cells.extend([Some(share), low, high].map(|value| some(value, write)));
            cells
        };
        if times.is_empty() {
            continue;
        }
        lines.push(row(0.0, times.len(), 0, 1.0, None));
        for step in steps {
            lines.push(row(step.time, step.at_risk, step.events, step.survival, step.interval()));
        }
        let end = times.iter().map(|(time, _)| *time).fold(0.0, f64::max);
        let last = steps.last();
        if last.is_none_or(|last| last.time < end) {
            let followed = times.iter().filter(|(time, _)| *time >= end).count();
            lines.push(row(
                end,
                followed,
                0,
                last.map_or(1.0, |step| step.survival),
                last.and_then(|step| step.interval()),
            ));
        }
    }
    lines
}

/// `arm,endpoint,relapse,days,at_risk,relapses,free,free_low_95,free_high_95,incidence,incidence_low_95,incidence_high_95`: of
/// the patients who reached an end point, by days since then and kind of relapse: the share free of it by Kaplan and Meier,
/// other kinds taken for the end of observation, and the share who have relapsed this way with the other kinds competing
/// (Aalen-Johansen). The kind `any` is free of all.
pub fn relapses(arms: &Arms, all: &[Relapses], write: Write) -> Vec<Vec<String>> {
    let head = ["arm", "endpoint", "relapse", "days", "at_risk", "relapses", "free", "free_low_95", "free_high_95"];
    let more = ["incidence", "incidence_low_95", "incidence_high_95"];
    let mut lines = vec![line(&head).into_iter().chain(line(&more)).collect()];
    for found in all.iter().filter(|found| !found.times.is_empty()) {
        let kinds = found.kinds.iter().enumerate().map(|(kind, (name, _))| {
            let incidence = found.incidence(kind).into_iter().map(|step| (step.share, step.interval()));
            (name.as_str(), found.free_of(kind), incidence.collect::<Vec<_>>())
        });
        let free = found.free();
        let lost = |step: &Step| {
            let other = step.interval().map(|(low, high)| (1.0 - high, 1.0 - low));
            (1.0 - step.survival, other)
        };
        let any = free.iter().map(lost).collect();
        for (name, free, incidence) in kinds.chain([("any", free, any)]) {
            let row = |(days, at_risk, events): (f64, usize, usize), free: Spread, incidence: Spread| {
                let mut cells = vec![arms.arms[found.arm].name.clone(), found.response.clone(), name.to_string()];
                cells.extend([write(days), at_risk.to_string(), events.to_string()]);
                for (share, interval) in [free, incidence] {
                    let (low, high) = interval.unzip();
                    cells.extend([Some(share), low, high].map(|value| some(value, write)));
                }
                cells
            };
            lines.push(row((0.0, found.times.len(), 0), (1.0, None), (0.0, None)));
            for (step, incidence) in free.iter().zip(&incidence) {
                lines.push(row((step.time, step.at_risk, step.events), (step.survival, step.interval()), *incidence));
            }
            if free.last().is_none_or(|last| last.time < found.end()) {
                let followed = found.times.iter().filter(|(time, _)| *time >= found.end()).count();
                let last = free.last().map_or((1.0, None), |step| (step.survival, step.interval()));
                let none = (0.0, None);
                lines.push(row((found.end(), followed, 0), last, incidence.last().copied().unwrap_or(none)));
            }
        }
    }
    lines
}

/// A share and its interval.
type Spread = (f64, Option<(f64, f64)>);

/// `rank,arm,utility,low_95,high_95,difference,difference_low_95,difference_high_95,p_best`: arms by utility; differences
/// are to the reference.
pub fn ranking(arms: &Arms, ranks: &[Rank], write: Write) -> Vec<Vec<String>> {
    let head = [
        "rank",
        "arm",
        "utility",
        "low_95",
        "high_95",
        "difference",
        "difference_low_95",
        "difference_high_95",
        "p_best",
    ];
    let mut lines = vec![line(&head)];
    for (place, rank) in ranks.iter().enumerate() {
        let mut cells = vec![(place + 1).to_string(), arms.arms[rank.arm].name.clone()];
        let (own, against) = (rank.interval.unzip(), rank.difference_interval.unzip());
        let numbers = [Some(rank.utility), own.0, own.1, Some(rank.difference), against.0, against.1, rank.best];
        cells.extend(numbers.map(|value| some(value, write)));
        lines.push(cells);
    }
    lines
}

/// `arm,VARIED...,endpoint,unit,n,value,low_95,high_95`: every end point at every point of the sweep; `utility` last.
pub fn sweep(arms: &Arms, sweeps: &[Varied], points: &[Vec<Point>], write: Write) -> Vec<Vec<String>> {
    let mut head = vec!["arm".to_string()];
    head.extend(sweeps.iter().map(Varied::head));
    head.extend(line(&["endpoint", "unit", "kind", "n", "value", "low_95", "high_95"]));
    let mut lines = vec![head];
    for (arm, points) in arms.arms.iter().zip(points) {
        for point in points {
            let mut start = vec![arm.name.clone()];
            start.extend(point.values.iter().map(|value| write(*value)));
            for (end_point, value) in arms.end_points.iter().zip(&point.ends) {
                let (low, high) = value.interval.unzip();
                let mut cells = start.clone();
                let kind = value.kind.name().to_string();
                cells.extend([end_point.name.clone(), end_point.unit.clone(), kind, value.n.to_string()]);
                cells.extend([value.centre, low, high].map(|value| some(value, write)));
                lines.push(cells);
            }
            if let Some(utility) = point.utility {
                start.extend(line(&["utility", "1", "utility", ""]));
                start.extend([some(Some(utility), write), String::new(), String::new()]);
                lines.push(start);
            }
        }
    }
    lines
}

/// `number,VARIED...,utility,low_95,high_95,difference,difference_low_95,difference_high_95,alike`: all regimens that were
/// tried, the best first; `alike` is 1 where the difference to the best may be nothing.
pub fn optimum(bounds: &[Varied], found: &Optimum, write: Write) -> Vec<Vec<String>> {
    let mut head = vec!["number".to_string()];
    head.extend(bounds.iter().map(Varied::head));
    let rest = ["utility", "low_95", "high_95", "difference", "difference_low_95", "difference_high_95", "alike"];
    head.extend(line(&rest));
    let mut order: Vec<usize> = (0..found.tried.len()).collect();
    let key = |at: usize| found.tried[at].utility;
    order.sort_by(|a, b| (*b == found.best).cmp(&(*a == found.best)).then(key(*b).total_cmp(&key(*a))).then(a.cmp(b)));
    let mut lines = vec![head];
    for at in order {
        let one = &found.tried[at];
        let mut cells = vec![(at + 1).to_string()];
        cells.extend(one.values.iter().map(|value| write(*value)));
        let (own, against) = (one.interval.unzip(), one.difference_interval.unzip());
        let numbers = [Some(one.utility), own.0, own.1, Some(one.difference), against.0, against.1];
        cells.extend(numbers.map(|value| some(value, write)));
        cells.push(u8::from(one.is_alike()).to_string());
        lines.push(cells);
    }
    lines
}

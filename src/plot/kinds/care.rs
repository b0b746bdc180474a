//! Grades, treatments and doses of a run.

use super::Shown;
use super::words::scale_text;
use crate::crs::{Bound, Course};
use crate::model::{Care, DoseKind, Model};
use crate::plot::{Band, Grade, Interval, Lane, Mark, MarkKind, Treatment, TreatmentKind};
use crate::sign::Sign;
use crate::simulate::EventKind;
use crate::unit::Unit;

/// The grades of a course; times in `unit`.
pub(super) fn lane(course: &Course, unit: &Unit) -> Lane {
    let day = Unit::parse_str("d").expect("d is a unit");
    let time = |days: f64| day.convert(days, unit).unwrap_or(days);
    let rows = course.rows();
    let intervals = rows
        .iter()
        .enumerate()
        .map(|(at, row)| Interval {
            from: time(row.time),
            to: time(rows.get(at + 1).map_or(course.until(), |next| next.time)),
            grade: grade(row.finding.grade(), row.finding.bound()),
        })
        .collect();
    let scale = scale_text(course.grading().scale().name());
    Lane { label: format!("CRS grade ({scale})"), intervals, ..Lane::default() }
}

/// A grade as lanes show it.
pub(super) fn grade(grade: Option<u8>, bound: Bound) -> Grade {
    match (grade, bound) {
        (Some(grade), Bound::Exact) => Grade::Exact(grade),
        (Some(grade), _) => Grade::AtLeast(grade),
        (None, _) => Grade::Undetermined,
    }
}

/// Supportive care and the drugs given beside it, as bars; nothing if there was no care.
pub(super) fn band(shown: &Shown<'_>) -> Option<Band> {
    let model = shown.scenario.model;
    let end = shown.run.trajectory.time.last().copied().unwrap_or(0.0);
    let mut rows = Vec::new();
    for (at, switch) in model.switches.iter().enumerate() {
        let Some(care) = &switch.care else { continue };
        let mut bars: Vec<(f64, f64)> = Vec::new();
        let mut since = None;
        for event in &shown.run.events {
            match event.kind {
                EventKind::On(switch) if switch == at => since = since.or(Some(event.time)),
                EventKind::Off(switch) if switch == at => bars.extend(since.take().map(|from| (from, event.time))),
                _ => {}
            }
        }
        bars.extend(since.map(|from| (from, end)));
        if !bars.is_empty() {
            rows.push(Treatment { label: switch.label.clone(), kind: kind(care), bars });
        }
    }
    if rows.is_empty() {
        return None;
    }
    let drugs = model.doses.iter().enumerate().filter(|(_, dose)| !is_product(model, &dose.name.text));
    let drugs: Vec<Treatment> = drugs
        .filter_map(|(at, dose)| {
            let given = |event: &crate::simulate::Event| match event.kind {
                EventKind::Dose { entry, duration, .. } if entry == at => Some((event.time, event.time + duration)),
                _ => None,
            };
            let bars: Vec<(f64, f64)> = shown.run.events.iter().filter_map(given).collect();
            let label = dose.label.clone();
            (!bars.is_empty()).then_some(Treatment { label, kind: TreatmentKind::Drug, bars })
        })
        .collect();
    // Drugs first, then circulation and oxygen, each from the mildest step on.
    rows.sort_by_key(|row| match row.kind {
        TreatmentKind::Drug => 0,
        TreatmentKind::Circulation => 1,
        TreatmentKind::Oxygen => 2,
    });
    Some(Band { label: "Supportive care".into(), rows: drugs.into_iter().chain(rows).collect() })
}

/// What a step of care acts on, by the signs that it sets.
fn kind(care: &Care) -> TreatmentKind {
    let sets = |signs: &[Sign]| care.sets.iter().any(|(sign, _)| signs.contains(sign));
    if sets(&[Sign::OxygenDevice, Sign::OxygenFlow, Sign::Fio2]) {
        TreatmentKind::Oxygen
    } else if sets(&[Sign::Fluids, Sign::Pressors, Sign::Vasopressin, Sign::PressorHigh]) {
        TreatmentKind::Circulation
    } else {
        TreatmentKind::Drug
    }
}

/// Doses: triangles, filled for the product under study, open for treatments of its effects.
pub(super) fn marks(shown: &Shown<'_>, unit: &Unit) -> Vec<Mark> {
    let model = shown.scenario.model;
    let dose = |event: &crate::simulate::Event| {
        let EventKind::Dose { entry, .. } = event.kind else { return None };
        let dose = &model.doses[entry];
        let product = is_product(model, &dose.name.text);
        let kind = if product { MarkKind::Dose } else { MarkKind::Treatment };
        let x = model.time.convert(event.time, unit).unwrap_or(event.time);
        let drawn = matches!(dose.kind, DoseKind::Marker | DoseKind::Into { .. });
        drawn.then_some(Mark { x, label: dose.label.clone(), kind, style: None })
    };
    shown.run.events.iter().filter_map(dose).collect()
}

/// Whether a dose is of the product under study: CAR-T cells, or anything in a model that has none.
pub(super) fn is_product(model: &Model, entry: &str) -> bool {
    entry == "cart" || !model.doses.iter().any(|dose| dose.name.text == "cart")
}

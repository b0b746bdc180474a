//! One patient in detail: signs with their thresholds, oxygen, drips, and the grade by every scale.

use super::history::device_text;
use super::swim::{least, seen, time_axis};
use super::{Patient, Words, scale_list, scale_text, syndrome, syndromes};
use crate::crs::{Course, Reading};
use crate::plot::label::short;
use crate::plot::{
    Axis, Band, Figure, Grade, Interval, Lane, Mark, MarkKind, Panel, Reference, Series, Symbol, Treatment,
    TreatmentKind,
};
use crate::sign::{OxygenDevice, Sign};

/// Signs that get a panel if they were read, with their axis.
const SIGNS: [(Sign, &str, &str); 3] = [
    (Sign::Temperature, "Temperature", "degC"),
    (Sign::Sbp, "Systolic pressure", "mmHg"),
    (Sign::Spo2, "Oxygen saturation", "percent"),
];

/// More thresholds than this in one panel are a ladder.
const THRESHOLDS: usize = 3;

/// One patient: temperature, pressure and saturation as they count for the grade, with the thresholds of the first
/// scale, oxygen and vasopressors as bars, drugs as marks, and a lane for each scale.
pub fn detail(words: &Words, patient: &Patient, readings: &[Reading], courses: &[Course]) -> Figure {
    let axis = time_axis(std::slice::from_ref(patient));
    let scales: Vec<String> = patient.grades.iter().map(|grades| grades.0.clone()).collect();
    let lanes = patient.grades.iter().map(|(scale, intervals, _)| Lane {
        label: format!("{} grade ({})", syndrome(scale), scale_text(scale)),
        intervals: to_the_end(seen(intervals, &axis), &axis),
        ..Lane::default()
    });
    let lanes: Vec<Lane> = lanes.collect();
    let bounds = lanes.iter().flat_map(|lane| &lane.intervals);
    let bounds = bounds.clone().any(|part| matches!(part.grade, Grade::AtLeast(_)));
    let notes = [
        "values hold until the next, or until they are too old to count".to_owned(),
        if bounds { "≥, hatched: at least this, something is unknown".to_owned() } else { String::new() },
    ];
    Figure {
        title: format!("Patient {}: {} grades by {}", patient.subject, syndromes(&scales), scale_list(&scales)),
        subtitle: words.subtitle(&notes),
        footer: words.footer(),
        panels: SIGNS.into_iter().filter_map(|sign| panel(sign, readings, courses, &axis)).collect(),
        bands: [oxygen(patient), drips(patient)].into_iter().flatten().collect(),
        marks: marks(patient),
        horizontal: axis,
        lanes,
        ..Figure::default()
    }
}

/// The last grade goes as far as the last values.
fn to_the_end(mut intervals: Vec<Interval>, axis: &Axis) -> Vec<Interval> {
    if let (Some(last), Some(end)) = (intervals.last_mut(), axis.to) {
        last.to = last.to.max((last.to + least(axis)).min(end));
    }
    intervals
}

fn panel(
    (sign, label, unit): (Sign, &str, &str),
    readings: &[Reading],
    courses: &[Course],
    axis: &Axis,
) -> Option<Panel> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for (at, reading) in readings.iter().enumerate() {
        let value = reading.signs.get(sign).unwrap_or(f64::NAN);
        // The last value is seen as long as the last grade.
        let end = readings.get(at + 1).map_or(reading.time + least(axis), |next| next.time);
        points.push((reading.time, value));
        if end > reading.time {
            points.push((end, value));
        }
    }
    if points.iter().all(|point| point.1.is_nan()) {
        return None;
    }
    let mut values: Vec<f64> = Vec::new();
    for course in courses.iter().take(1) {
        let atoms = course.grading().continuous_atoms().iter().filter(|atom| atom.sign == sign);
        values.extend(atoms.map(|atom| atom.constant).filter(|value| value.is_finite()));
    }
    values.dedup();
    values.truncate(THRESHOLDS);
    let text = |value: f64| if sign == Sign::Temperature { format!("{value:.1} °C") } else { short(value) };
    let line = |value: f64| Reference { value, label: text(value), ..reference() };
    Some(Panel {
        series: vec![Series::new("", points)],
        references: values.into_iter().map(line).collect(),
        ..Panel::new(Axis { to: (sign == Sign::Spo2).then_some(100.0), ..Axis::linear(label, unit) })
    })
}

fn reference() -> Reference {
    Reference { value: 0.0, label: String::new(), kind: crate::plot::ReferenceKind::Threshold }
}

/// A row for each device, the mildest at the bottom, so that bars climb as on a scale.
fn oxygen(patient: &Patient) -> Option<Band> {
    let rows: Vec<Treatment> = OxygenDevice::ALL
        .into_iter()
        .rev()
        .filter_map(|device| {
            let bars: Vec<(f64, f64)> =
                patient.oxygen.iter().filter(|part| part.2 == device).map(|part| (part.0, part.1)).collect();
            (!bars.is_empty()).then(|| Treatment {
                label: device_text(device).into(),
                kind: TreatmentKind::Oxygen,
                bars,
            })
        })
        .collect();
    (!rows.is_empty()).then(|| Band { label: "Oxygen".into(), rows })
}

/// A row for each agent.
fn drips(patient: &Patient) -> Option<Band> {
    let mut rows: Vec<Treatment> = Vec::new();
    for drip in &patient.drips {
        let mut seen: Vec<String> = Vec::new();
        for agent in &drip.agents {
            // Agents that are only counted are told apart by their number.
            let nth = seen.iter().filter(|other| other.starts_with(agent)).count();
            let label =
                if nth == 0 { full_name(agent).to_owned() } else { format!("{} {}", full_name(agent), nth + 1) };
            seen.push((*agent).to_owned());
            let at = rows.iter().position(|row| row.label == label).unwrap_or_else(|| {
                rows.push(Treatment { label, kind: TreatmentKind::Circulation, bars: Vec::new() });
                rows.len() - 1
            });
            match rows[at].bars.last_mut() {
                Some(last) if last.1 >= drip.from => last.1 = drip.to,
                _ => rows[at].bars.push((drip.from, drip.to)),
            }
        }
    }
    (!rows.is_empty()).then(|| Band { label: "Vasopressors".into(), rows })
}

fn full_name(agent: &str) -> &str {
    match agent {
        "NE" => "norepinephrine",
        "EPI" => "epinephrine",
        "PE" => "phenylephrine",
        "DA" => "dopamine",
        "VASO" => "vasopressin",
        _ => "vasopressor",
    }
}

fn marks(patient: &Patient) -> Vec<Mark> {
    let mark = |(x, symbol): &(f64, Symbol)| Mark {
        x: *x,
        label: symbol.text().to_lowercase(),
        kind: if *symbol == Symbol::Death { MarkKind::Dose } else { MarkKind::Treatment },
        style: None,
    };
    patient.symbols.iter().map(mark).collect()
}

//! Swim lanes: the grades of each patient over time, with what was given.

use super::history::{device_text, drip_text};
use super::{Patient, Words, scale_text, syndrome};
use crate::plot::{Axis, Beside, Figure, Fill, Grade, Interval, Key, KeySample, Lane, Symbol, Track, TreatmentKind};

/// Patients on a page.
pub const PAGE: usize = 20;

/// Share of the time axis that the last grade of a lane has at least: a single reading is seen.
const LEAST: f64 = 0.012;

/// A lane for each patient with the grades of the first scale, [`PAGE`] patients a page; all pages have one time axis.
pub fn patients(words: &Words, patients: &[Patient]) -> Vec<Figure> {
    let axis = time_axis(patients);
    let pages = patients.chunks(PAGE);
    let count = pages.len();
    let page = |(index, page): (usize, &[Patient])| {
        let part = if count > 1 {
            let first = index * PAGE + 1;
            format!("patients {first} to {} of {}", index * PAGE + page.len(), words.patients.max(patients.len()))
        } else {
            String::new()
        };
        figure(words, &axis, page, part)
    };
    pages.enumerate().map(page).collect()
}

/// From the first to the last reading of all, with room for the last grade.
pub(super) fn time_axis(patients: &[Patient]) -> Axis {
    let spans = patients.iter().filter_map(|patient| patient.span);
    let ends = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).filter(|(from, to)| (to - from).is_finite());
    let (from, to) = ends.unwrap_or((0.0, 1.0));
    let span = if to > from { to - from } else { 1.0 };
    let from = if to > from { from } else { from - 0.5 };
    Axis::linear("Time after infusion", "d").between(from, to.max(from + span) + LEAST * span)
}

/// How long the last grade lasts at least, in days.
pub(super) fn least(axis: &Axis) -> f64 {
    axis.to.zip(axis.from).map_or(0.0, |(to, from)| LEAST / (1.0 + LEAST) * (to - from))
}

/// The intervals, of which the last has a least width.
pub(super) fn seen(intervals: &[Interval], axis: &Axis) -> Vec<Interval> {
    let mut intervals = intervals.to_vec();
    if let Some(last) = intervals.last_mut() {
        last.to = last.to.max(last.from + least(axis));
    }
    intervals
}

fn figure(words: &Words, axis: &Axis, page: &[Patient], part: String) -> Figure {
    let scale = page.iter().find_map(|patient| patient.grades.first()).map(|first| first.0.clone()).unwrap_or_default();
    // Rows that nobody on the page needs are left out.
    let drips = page.iter().any(|patient| !patient.drips.is_empty());
    let oxygen = page.iter().any(|patient| !patient.oxygen.is_empty());
    let lanes: Vec<Lane> = page.iter().map(|patient| lane(patient, axis, drips, oxygen)).collect();
    let bounds = lanes.iter().flat_map(|lane| &lane.intervals).any(|part| matches!(part.grade, Grade::AtLeast(_)));
    let bounds = bounds.then(|| "≥, hatched: at least this, something is unknown".to_owned());
    Figure {
        title: title(&scale),
        subtitle: words.subtitle(&[part, bounds.unwrap_or_default()]),
        footer: words.footer(),
        legend: legend(&lanes, drips, oxygen),
        horizontal: axis.clone(),
        lanes,
        ..Figure::default()
    }
}

/// `CRS grades of patients by Penn`; a scale that is called after its syndrome says so once.
fn title(scale: &str) -> String {
    match (syndrome(scale), scale_text(scale)) {
        (what, name) if name == what || name.is_empty() => format!("{what} grades of patients"),
        (what, name) => format!("{what} grades of patients by {name}"),
    }
}

fn lane(patient: &Patient, axis: &Axis, drips: bool, oxygen: bool) -> Lane {
    let mut tracks = Vec::new();
    if drips {
        let bar = |drip: &super::Drip| (drip.from, drip.to, drip_text(&drip.agents));
        tracks.push(Track { kind: TreatmentKind::Circulation, bars: patient.drips.iter().map(bar).collect() });
    }
    if oxygen {
        let bar = |(from, to, device): &(f64, f64, _)| (*from, *to, device_text(*device).to_owned());
        tracks.push(Track { kind: TreatmentKind::Oxygen, bars: patient.oxygen.iter().map(bar).collect() });
    }
    Lane {
        label: short_name(&patient.subject),
        intervals: patient.grades.first().map(|first| seen(&first.1, axis)).unwrap_or_default(),
        beside: Some(Beside { symbols: patient.symbols.clone(), tracks }),
        ..Lane::default()
    }
}

/// A name that fits beside a lane: of a long one both ends, as patients of one study differ in the last letters.
fn short_name(name: &str) -> String {
    const WORD: usize = 12;
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= 3 * WORD && name.split_whitespace().all(|word| word.chars().count() <= WORD) {
        return name.to_owned();
    }
    let (head, tail) = (&letters[..WORD - 1], &letters[letters.len() - (WORD - 2)..]);
    format!("{}… …{}", head.iter().collect::<String>(), tail.iter().collect::<String>().trim_start())
}

/// What occurs on the page, grades from 0 on.
fn legend(lanes: &[Lane], drips: bool, oxygen: bool) -> Vec<Key> {
    let key = |label: String, sample| Key { label, style: 0, sample };
    let parts = || lanes.iter().flat_map(|lane| &lane.intervals);
    let has = |grade: u8| parts().any(|part| part.grade.least() == Some(grade));
    let mut keys: Vec<Key> = (0..=5u8)
        .filter(|grade| has(*grade))
        .map(|grade| key(format!("Grade {grade}"), KeySample::Area(Fill::Grade(grade))))
        .collect();
    if parts().any(|part| part.grade == Grade::Undetermined) {
        keys.push(key("Undetermined".into(), KeySample::Area(Fill::Undetermined)));
    }
    let given = |wanted: Symbol| {
        let all = lanes.iter().filter_map(|lane| lane.beside.as_ref());
        all.flat_map(|beside| &beside.symbols).any(|(_, symbol)| *symbol == wanted)
    };
    let symbols = Symbol::ALL.into_iter().filter(|symbol| given(*symbol));
    keys.extend(symbols.map(|symbol| key(symbol.text().into(), KeySample::Symbol(symbol))));
    keys.extend(drips.then(|| key("Vasopressors".into(), KeySample::Treatment(TreatmentKind::Circulation))));
    keys.extend(oxygen.then(|| key("Oxygen".into(), KeySample::Treatment(TreatmentKind::Oxygen))));
    keys
}

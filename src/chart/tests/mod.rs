//! Vignettes, time courses, and what charts must not guess.

mod choices;
mod courses;
mod defects;
mod entries;
mod missing;
mod snapshots;
mod standards;

use super::*;
use crate::crs::{Bound, Course, Panel, Scale, Settings, grade_states};

/// The courses of a long table of one subject, given as `hour,param,value,unit` rows.
fn graded(rows: &str, scale: &str, settings: &[(&str, &str)], options: &Options) -> Course {
    let rows = rows.lines().map(str::trim).filter(|row| !row.is_empty());
    let text: String = rows.map(|row| format!("1,{row}{}\n", ",".repeat(3 - row.matches(',').count()))).collect();
    let text = format!("subject,time_h,param,value,unit\n{text}");
    let chart = LongTable::open("ward.csv", text.as_bytes()).unwrap().next_chart().unwrap().unwrap();
    let scale = Scale::embedded(scale).unwrap();
    let mut chosen = Settings { patient: chart.patient, ..Settings::default() };
    for (name, value) in settings {
        chosen.set(&scale, name, value).unwrap();
    }
    grade_states(Panel::new(&[scale], &chosen).unwrap(), chart.states(options)).remove(0)
}

/// Temperatures at hours, pressure 112 and room air throughout.
fn temperatures(values: &[(u32, f64)]) -> String {
    let row =
        |(hour, value): &(u32, f64)| format!("{hour},TEMP,{value},degC\n{hour},SBP,112,mmHg\n{hour},O2DEVICE,RA\n");
    values.iter().map(row).collect()
}

/// Every 6 hours.
fn steady(from: u32, to: u32, value: f64) -> Vec<(u32, f64)> {
    (from..=to).step_by(6).map(|hour| (hour, value)).collect()
}

/// Hours at which the grade changes, and to what; all exact.
fn grades(course: &Course) -> Vec<(f64, u8)> {
    assert!(course.rows().iter().all(|row| row.finding.bound() == Bound::Exact), "{:?}", course.rows());
    let hour = |days: f64| (days * 24.0 * 1e6).round() / 1e6;
    let mut grades: Vec<_> = course.rows().iter().map(|row| (hour(row.time), row.finding.lowest)).collect();
    grades.dedup_by_key(|(_, grade)| *grade);
    grades
}

/// Onset, end (hours), worst grade of each episode.
fn episodes(course: &Course) -> Vec<(f64, f64, u8)> {
    let hour = |days: f64| (days * 24.0 * 1e6).round() / 1e6;
    course.episodes().iter().map(|episode| (hour(episode.onset), hour(episode.end), episode.maximum)).collect()
}

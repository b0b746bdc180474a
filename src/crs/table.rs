//! A patient's table of readings, graded: a fold over the monitor.

use super::course::Course;
use super::monitor::SAME_TIME;
use super::panel::Panel;
use super::remark::{Remark, Remarks};
use super::scale::Scale;
use super::settings::Settings;
use crate::diagnostic::Problems;
use crate::sign::{Sign, Signs};
use std::sync::Arc;

/// How long a value counts after it was read, for each sign, hours; then it is unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hold {
    hours: [f64; Sign::COUNT],
}

impl Hold {
    /// For signs that are measured, and fluids; drips, devices and grades of organs hold until they are changed.
    pub fn measured(hours: f64) -> Self {
        let mut hold = Self::forever();
        for sign in Sign::ALL.into_iter().filter(|sign| sign.is_measured() || *sign == Sign::Fluids) {
            hold.hours[sign.index()] = hours;
        }
        hold
    }

    /// Values hold until the next: for simulations, and for intervals with start and stop.
    pub fn forever() -> Self {
        Self { hours: [f64::INFINITY; Sign::COUNT] }
    }

    /// The same with another limit for one sign.
    pub fn with(mut self, sign: Sign, hours: f64) -> Self {
        self.hours[sign.index()] = hours;
        self
    }

    /// The limit for a sign, hours.
    pub fn hours(&self, sign: Sign) -> f64 {
        self.hours[sign.index()]
    }
}

impl Default for Hold {
    /// 8 hours: vital signs on a ward are read every 4 to 8 (Flora et al. 2021, doi:10.1016/j.ccell.2021.07.019).
    fn default() -> Self {
        Self::measured(8.0)
    }
}

/// What was read at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Days.
    pub time: f64,
    /// What was read; unknown where nothing was: the value before then still counts, see [`Hold`].
    pub signs: Signs,
    /// Death due to the syndrome.
    pub death: bool,
    /// What was assumed for it.
    pub remarks: Remarks,
}

impl Reading {
    /// Signs at a time (days), the patient alive.
    pub fn new(time: f64, signs: Signs) -> Self {
        Self { time, signs, death: false, remarks: Remarks::NONE }
    }
}

/// Grades a table of readings in order of time; of several at one time the worse counts. The course stops at the last.
///
/// It is a fold: [`Monitor`](super::Monitor) does all the grading, so a table and a simulation with the same signs get the same course.
///
/// # Errors
/// Those of [`Grading::new`](super::Grading::new).
pub fn grade(
    scale: &Scale,
    settings: &Settings,
    readings: impl IntoIterator<Item = Reading>,
) -> Result<Course, Problems> {
    let courses = grade_all(std::slice::from_ref(scale), settings, readings)?;
    Ok(courses.into_iter().next().expect("a course for each scale"))
}

/// The same on several scales side by side: a course for each, in their order.
///
/// # Errors
/// Those of [`Grading::new`](super::Grading::new).
pub fn grade_all(
    scales: &[Scale],
    settings: &Settings,
    readings: impl IntoIterator<Item = Reading>,
) -> Result<Vec<Course>, Problems> {
    Ok(grade_states(Panel::new(scales, settings)?, held(readings, settings.hold)))
}

/// Grades states of a patient, each from its time to the next: what is unknown in one is unknown, whatever was known
/// before. The courses, in the order of the panel's scales, stop at the last. Time 0 is the infusion: an episode that
/// begins more than 14 days after it carries the flag `late-onset`.
///
/// Times must not run backwards.
pub fn grade_states(mut panel: Panel, states: impl IntoIterator<Item = Reading>) -> Vec<Course> {
    let mut last = 0.0;
    let mut remarks: Vec<(f64, Remarks)> = Vec::new();
    for state in states {
        last = state.time;
        if remarks.last().is_none_or(|(_, known)| *known != state.remarks) {
            remarks.push((state.time, state.remarks));
        }
        panel.observe(state.time, &state.signs);
        if state.death {
            panel.death(state.time);
        }
    }
    let mut courses = panel.finish(last);
    if remarks.iter().any(|(_, remarks)| *remarks != Remarks::NONE) {
        let remarks: Arc<[(f64, Remarks)]> = remarks.into();
        for course in &mut courses {
            course.remarks = remarks.clone();
        }
    }
    let known = |(_, remarks): &(f64, Remarks)| !remarks.has(Remark::InfusionUnknown);
    if courses.iter().all(|course| course.remarks.iter().all(known)) {
        courses.iter_mut().for_each(mark_late);
    }
    courses
}

/// Cytokine release syndrome is expected within the first 14 days; later onset wants another look at its cause.
///
/// Of 475 patients none had its onset later (Blood Adv 2024;8:5346).
const LATE: f64 = 14.0;

fn mark_late(course: &mut Course) {
    let late: Vec<(f64, f64)> = course.episodes().iter().map(|episode| (episode.onset, episode.end)).collect();
    let late: Vec<(f64, f64)> = late.into_iter().filter(|(onset, _)| *onset > LATE + SAME_TIME).collect();
    if late.is_empty() {
        return;
    }
    let mut times: Vec<f64> = course.remarks.iter().map(|(time, _)| *time).collect();
    times.extend(late.iter().flat_map(|(onset, end)| [*onset, *end]));
    times.sort_by(f64::total_cmp);
    times.dedup();
    let marked = times.into_iter().map(|time| {
        let mut remarks = course.remarks_at(time);
        remarks.add_if(late.iter().any(|(onset, end)| (*onset..*end).contains(&time)), Remark::LateOnset);
        (time, remarks)
    });
    let marked: Vec<(f64, Remarks)> = marked.collect();
    course.remarks = marked.into();
}

/// The states that readings leave behind, each from its time to the next: values are held until the next or until they
/// are too old, then they are unknown. Of several readings at one time the worse counts.
pub fn held(readings: impl IntoIterator<Item = Reading>, hold: Hold) -> Vec<Reading> {
    let mut held = Held { hold, signs: Signs::unknown(), expires: [f64::INFINITY; Sign::COUNT], states: Vec::new() };
    let mut pending: Option<Reading> = None;
    for reading in readings {
        match &mut pending {
            Some(same) if same.time == reading.time => {
                same.signs = same.signs.worst(&reading.signs);
                same.death |= reading.death;
                same.remarks.add(Remark::Twice);
            }
            _ => {
                if let Some(done) = pending.replace(reading) {
                    held.read(&done);
                }
            }
        }
    }
    if let Some(done) = pending {
        held.read(&done);
    }
    held.states
}

struct Held {
    hold: Hold,
    signs: Signs,
    /// When each value becomes unknown, days.
    expires: [f64; Sign::COUNT],
    states: Vec<Reading>,
}

impl Held {
    fn read(&mut self, reading: &Reading) {
        let now = reading.time;
        while let Some(next) = self.next_expiry().filter(|next| next + SAME_TIME < now) {
            self.forget_expired(next);
            self.states.push(Reading::new(next, self.signs));
        }
        // What has just reached its limit is replaced by this reading or forgotten.
        self.forget_expired(now);
        self.signs = self.signs.updated(&reading.signs);
        for (sign, _) in reading.signs.known() {
            self.expires[sign.index()] = now + self.hold.hours(sign) / 24.0;
        }
        self.states.push(Reading { signs: self.signs, ..*reading });
    }

    fn next_expiry(&self) -> Option<f64> {
        let next = self.expires.into_iter().fold(f64::INFINITY, f64::min);
        (next < f64::INFINITY).then_some(next)
    }

    fn forget_expired(&mut self, now: f64) {
        for sign in Sign::ALL {
            if self.expires[sign.index()] <= now + SAME_TIME {
                self.signs.forget(sign);
                self.expires[sign.index()] = f64::INFINITY;
            }
        }
    }
}

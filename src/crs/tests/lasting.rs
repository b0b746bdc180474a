//! Rules that must last, and waking for what falls due.

use super::*;
use crate::diagnostic::{Problems, Source};

/// Any pressor is grade 2, one that ran for a day grade 3, as in Park 2018.
const DAY_ON_PRESSOR: &str = r#"
format = "cascade-scale/1"
name = "lasting"
title = "A rule that lasts"
[source]
citation = "none"
[options.long]
default = 24
unit = "h"
label = "How long is long"
source = "none"
status = "convention"
[[rules]]
id = "fever"
grade = 1
axis = "fever"
when = 'temperature >= 38 [degC]'
text = "Fever"
source = "none"
status = "read"
[[rules]]
id = "pressor"
grade = 2
axis = "hypotension"
when = 'pressors >= 1'
text = "Pressor"
source = "none"
status = "read"
[[rules]]
id = "pressor-long"
grade = 3
axis = "hypotension"
when = 'pressors >= 1'
for = 'long'
text = "Pressor for a day"
source = "none"
status = "read"
"#;

pub(super) fn scale() -> Scale {
    let mut problems = Problems::default();
    let scale = parse(&Source::new("lasting.toml", DAY_ON_PRESSOR), &mut problems);
    problems.or_value(scale).unwrap()
}

fn on_pressor() -> Signs {
    Signs::normal().with(Sign::Pressors, 1.0)
}

#[test]
fn a_lasting_rule_fires_when_due_and_asks_to_be_woken() {
    let mut monitor = Monitor::new(&scale(), &Settings::default()).unwrap();
    assert_eq!(monitor.wake(), None);
    let change = monitor.observe(2.0, &on_pressor()).unwrap();
    // This scale does not say what opens an episode: any grade does.
    assert_eq!((change.after.grade(), change.opened), (Some(2), Some(2.0)));
    assert_eq!(monitor.wake(), Some(3.0));
    assert_eq!(monitor.observe(2.5, &on_pressor()), None);
    assert_eq!(monitor.observe(3.0, &on_pressor()).unwrap().after.grade(), Some(3));
    assert_eq!(monitor.wake(), None);
}

#[test]
fn an_interruption_starts_the_clock_again() {
    let mut monitor = Monitor::new(&scale(), &Settings::default()).unwrap();
    monitor.observe(2.0, &on_pressor());
    monitor.observe(2.9, &Signs::normal());
    // Grade 0 since 2.9: the end of the episode is what falls due.
    assert_eq!(monitor.wake(), Some(3.9));
    monitor.observe(3.0, &on_pressor());
    assert_eq!(monitor.wake(), Some(4.0));
    let course = monitor.finish(3.5);
    assert_eq!(course.maximum().grade, Some(2));
}

#[test]
fn what_nobody_was_woken_for_is_made_up_for_at_its_time() {
    let mut monitor = Monitor::new(&scale(), &Settings::default()).unwrap();
    monitor.observe(2.0, &on_pressor());
    let change = monitor.observe(5.0, &Signs::normal()).unwrap();
    assert_eq!((change.before.grade(), change.after.grade()), (Some(2), Some(0)));
    let course = monitor.finish(7.0);
    let rows: Vec<_> = course.records().map(|row| (row.time, row.grade)).collect();
    assert_eq!(rows, [(2.0, Some(2)), (3.0, Some(3)), (5.0, Some(0))]);
    assert_eq!((course.episodes()[0].end, course.episodes()[0].outcome), (5.0, Outcome::Resolved));
}

#[test]
fn an_unknown_stretch_can_have_lasted() {
    let mut monitor = Monitor::new(&scale(), &Settings::default()).unwrap();
    let mut signs = on_pressor();
    monitor.observe(1.9, &Signs::normal());
    monitor.observe(2.0, &signs);
    signs.forget(Sign::Pressors);
    monitor.observe(2.5, &signs);
    signs.set(Sign::Pressors, 1.0);
    monitor.observe(2.6, &signs);
    // Perhaps on pressors since 2.0, certainly since 2.6.
    let change = monitor.observe(3.0, &signs).unwrap();
    assert_eq!((change.after.grade(), change.after.bound(), change.after.highest), (Some(2), Bound::Lower, 3));
    let change = monitor.observe(3.6, &signs).unwrap();
    assert_eq!((change.after.grade(), change.after.bound()), (Some(3), Bound::Exact));
}

#[test]
fn what_holds_at_the_first_reading_may_have_held_before() {
    let mut monitor = Monitor::new(&scale(), &Settings::default()).unwrap();
    let change = monitor.observe(2.0, &on_pressor()).unwrap();
    assert_eq!((change.after.grade(), change.after.bound(), change.after.highest), (Some(2), Bound::Lower, 3));
    // Seen without a pressor before: it began now.
    let mut monitor = Monitor::new(&scale(), &Settings::default()).unwrap();
    monitor.observe(1.9, &Signs::normal());
    let change = monitor.observe(2.0, &on_pressor()).unwrap();
    assert_eq!((change.after.grade(), change.after.bound()), (Some(2), Bound::Exact));
}

#[test]
fn the_end_is_the_first_clear_time_and_is_told_a_day_later() {
    let mut monitor = Monitor::new(&ASTCT, &Settings::default()).unwrap();
    let ill = Signs::normal().with(Sign::Temperature, 39.0);
    assert_eq!(monitor.observe(1.0, &ill).unwrap().opened, Some(1.0));
    assert_eq!(monitor.wake(), None);
    monitor.observe(2.0, &Signs::normal());
    assert_eq!(monitor.wake(), Some(3.0));
    // Back to fever in time: the end is cancelled.
    monitor.observe(2.5, &ill);
    assert_eq!(monitor.wake(), None);
    monitor.observe(2.75, &Signs::normal());
    assert_eq!(monitor.wake(), Some(3.75));
    let change = monitor.observe(3.75, &Signs::normal()).unwrap();
    assert_eq!((change.before, change.ended), (change.after, Some(2.75)));
    assert!(!monitor.is_open());
    assert_eq!(monitor.wake(), None);
}

#[test]
fn options_move_the_constants_of_the_atoms() {
    let scale = &*ASTCT;
    let mut settings = Settings::default();
    settings.set(scale, "fever_threshold", "101.3 degF").unwrap();
    settings.set(scale, "sbp_threshold", "82").unwrap();
    let grading = Grading::new(scale, &settings).unwrap();
    let atoms: Vec<_> = grading.continuous_atoms().iter().map(|atom| (atom.sign, atom.constant)).collect();
    assert_eq!(atoms, [(Sign::Temperature, 38.5), (Sign::Sbp, 82.0), (Sign::OxygenFlow, 6.0)]);
    let grade = |temperature| {
        let mut monitor = Monitor::of(&grading);
        monitor.observe(0.0, &Signs::normal().with(Sign::Temperature, temperature));
        monitor.finding().grade()
    };
    assert_eq!((grade(38.49), grade(38.5)), (Some(0), Some(1)));
}

#[test]
fn reasons_name_every_rule_that_holds() {
    let mut monitor = Monitor::new(&ASTCT, &Settings::default()).unwrap();
    let values = [("temperature", "39.5"), ("pressors", "1"), ("oxygen_device", "nc"), ("oxygen_flow", "2")];
    monitor.observe(0.0, &signs_with(Signs::normal(), &values));
    let reasons: Vec<_> = monitor.reasons().map(|(rule, truth)| (rule.id.as_str(), truth)).collect();
    let expected = ["fever", "hypotension-one-pressor", "hypoxia-low-flow"].map(|id| (id, Truth::True));
    assert_eq!(reasons, expected);
}

//! Vital signs read at rounds.

use super::*;
use crate::sign::OxygenDevice;
use std::f64::consts::TAU;

const HOUR: f64 = 1.0 / 24.0;

/// Drives a panel as a simulation does: at every wake, and at the times at which something is given.
fn drive(mut panel: Panel, signs: &dyn Fn(f64) -> Signs, given: &[f64], until: f64) -> (Vec<Course>, Vec<Reading>) {
    let mut time = 0.0;
    let mut seen = Vec::new();
    loop {
        panel.observe(time, &signs(time));
        seen.extend(panel.seen().map(|known| Reading::new(time, *known)));
        let next = given.iter().copied().filter(|at| *at > time).chain(panel.wake().filter(|due| *due > time));
        match next.min_by(f64::total_cmp).filter(|next| *next <= until) {
            Some(next) => time = next,
            None => break,
        }
    }
    (panel.finish(until), seen)
}

fn at_rounds(hours: f64) -> Panel {
    let panel = Panel::new(&[ASTCT.clone(), LEE.clone()], &Settings::default()).unwrap();
    panel.at_rounds(Rounds::new(0.0, hours * HOUR).unwrap())
}

/// Hours from the first infusion to the onset that rounds find.
fn onset(hours: f64, temperature: &dyn Fn(f64) -> f64) -> f64 {
    let signs = |time: f64| Signs::normal().with(Sign::Temperature, temperature(time * 24.0));
    let (courses, _) = drive(at_rounds(hours), &signs, &[], 6.0);
    courses[0].episodes()[0].onset * 24.0
}

#[test]
fn measured_signs_are_held_and_given_ones_are_not() {
    let mut rounds = Rounds::new(0.0, 0.25).unwrap();
    assert_eq!(rounds.next(), None);
    let signs =
        |temperature, pressors| Signs::normal().with(Sign::Temperature, temperature).with(Sign::Pressors, pressors);
    assert_eq!(rounds.look(0.0, &signs(37.0, 0.0)), Some(signs(37.0, 0.0)));
    assert_eq!(rounds.next(), Some(0.25));
    assert_eq!(rounds.look(0.1, &signs(39.0, 1.0)), Some(signs(37.0, 1.0)));
    assert_eq!(rounds.look(0.25, &signs(39.0, 1.0)), Some(signs(39.0, 1.0)));
    assert_eq!(rounds.look(0.26, &signs(37.0, 0.0)), Some(signs(39.0, 0.0)));
    // A missed round is made up for; the next keeps the clock.
    assert_eq!(rounds.look(0.8, &signs(37.5, 0.0)), Some(signs(37.5, 0.0)));
    assert_eq!(rounds.next(), Some(1.0));
}

#[test]
fn rounds_keep_the_clock_of_the_first_infusion_before_it_too() {
    let mut rounds = Rounds::new(2.0, 0.25).unwrap();
    let fever = Signs::normal().with(Sign::Temperature, 39.0);
    assert_eq!(rounds.look(-0.1, &fever), None);
    assert_eq!(rounds.next(), Some(0.0));
    assert_eq!(rounds.look(-0.05, &fever), None);
    assert_eq!(rounds.look(0.0, &Signs::normal()), Some(Signs::normal()));
    let times: Vec<_> = (1..=100)
        .map(|_| {
            let next = rounds.next().unwrap();
            rounds.look(next, &fever);
            next
        })
        .collect();
    // Multiples of the interval, not sums: nothing drifts.
    assert!(times.iter().enumerate().all(|(at, time)| *time == 0.25 * (at + 1) as f64));
}

#[test]
fn intervals_that_cannot_be_are_refused() {
    for every in [0.0, -0.25, f64::NAN, f64::INFINITY, 1e-6] {
        let refused = Rounds::new(0.0, every).unwrap_err().to_string();
        assert!(refused.contains("G013") && refused.contains("at least one minute"), "{refused}");
    }
    assert!(Rounds::new(f64::NAN, 0.25).is_err());
}

#[test]
fn a_steady_fever_is_found_at_the_next_round_half_an_interval_later_on_average() {
    for hours in [4.0, 6.0, 8.0] {
        let count = 200;
        let mut sum = 0.0;
        for at in 0..count {
            // The crossing moves through one interval, never on a round.
            let crossing = 48.0 + hours * (f64::from(at) + 0.5) / f64::from(count);
            let found = onset(hours, &|hour| 38.0 + 0.1 * (hour - crossing));
            assert!(found > crossing && found - hours < crossing, "{hours} h: {crossing} found at {found}");
            assert!(((found / hours).round() * hours - found).abs() < 1e-9, "{found} is not a round");
            sum += found - crossing;
        }
        // The mean of evenly spread remainders.
        assert!((sum / f64::from(count) - hours / 2.0).abs() < 1e-6, "{hours}");
    }
}

#[test]
fn a_fluctuating_fever_is_found_4_to_6_hours_late() {
    // As fevers are: 1.75 degC a day upwards, 0.4 degC up and down by the time of day, 0.2 degC within hours. A sensor
    // sees the first brief crossing; the published lead over readings every 4 to 8 hours is 4.9 h (median) and 4.4 h
    // for the syndrome (Flora et al. 2021, doi:10.1016/j.ccell.2021.07.019).
    let late = |hours: f64| {
        let mut sum = 0.0;
        for patient in 0..48 {
            let (begin, clock) = (24.0 + hours * f64::from(patient) / 48.0, f64::from(patient % 12) / 12.0);
            let curve = |hour: f64| {
                let rise = 1.75 / 24.0 * (hour - begin).max(0.0);
                let day = 0.4 * (TAU * (hour / 24.0 + clock)).sin();
                37.0 + rise + day + 0.2 * (TAU * (hour / 2.3 + 5.0 * clock)).sin()
            };
            // A reading each minute is a sensor.
            let (sensor, ward) = (onset(1.0 / 60.0, &curve), onset(hours, &curve));
            assert!(ward >= sensor - 1.0 / 60.0);
            sum += ward - sensor;
        }
        sum / 48.0
    };
    let means = [4.0, 6.0, 8.0].map(late);
    assert!(means[0] < means[1] && means[1] < means[2], "{means:?}");
    assert!((3.0..7.0).contains(&means[0]) && (3.0..7.0).contains(&means[2]), "{means:?}");
    let mean = means.iter().sum::<f64>() / 3.0;
    assert!((4.0..6.0).contains(&mean) && (4.0..6.0).contains(&means[1]), "{means:?}");
}

#[test]
fn starts_and_stops_are_exact_between_rounds() {
    // Fever from 2.3 d on, read at 2.5 d; a vasopressor from 2.61 d to 3.07 d.
    let signs = |time: f64| {
        let signs = Signs::normal().with(Sign::Temperature, if time >= 2.3 { 39.0 } else { 37.0 });
        signs.with(Sign::Pressors, if (2.61..3.07).contains(&time) { 1.0 } else { 0.0 })
    };
    let panel = at_rounds(6.0);
    assert!(panel.continuous_atoms().is_empty());
    let (courses, seen) = drive(panel, &signs, &[2.61, 3.07], 4.0);
    let rows = |course: &Course| course.rows().iter().map(|row| (row.time, row.finding.lowest)).collect::<Vec<_>>();
    assert_eq!(rows(&courses[0]), [(0.0, 0), (2.5, 1), (2.61, 3), (3.07, 1)]);
    assert_eq!(rows(&courses[1]), [(0.0, 0), (2.5, 1), (2.61, 2), (3.07, 1)]);

    // What was seen, as a table, gives the same courses: the table is what the ward wrote down.
    let settings = Settings { hold: Hold::forever(), ..Settings::default() };
    let again = grade_all(&[ASTCT.clone(), LEE.clone()], &settings, seen).unwrap();
    for (again, course) in again.iter().zip(&courses) {
        assert_eq!(again.rows(), course.rows());
        assert_eq!(again.episodes()[0].onset, course.episodes()[0].onset);
    }
}

/// Fever from hour 5, an antipyretic at hour 5.5, no fever but oxygen from hour 20: the round at hour 6 finds the onset.
#[test]
fn a_drug_given_between_the_rounds_counts_from_the_onset_that_the_next_one_finds() {
    let signs = |time: f64| {
        let hour = time * 24.0 + 1e-6;
        let temperature = if (5.0..20.0).contains(&hour) { 39.0 } else { 37.0 };
        let given = Signs::normal().with(Sign::AntipyreticGiven, f64::from(u8::from(hour >= 5.5)));
        let oxygen = if hour >= 10.0 { OxygenDevice::Nc } else { OxygenDevice::Ra };
        given
            .with(Sign::Temperature, temperature)
            .with(Sign::OxygenDevice, oxygen as u8 as f64)
            .with(Sign::OxygenFlow, 2.0)
    };
    let (courses, _) = drive(at_rounds(6.0), &signs, &[5.5 * HOUR, 10.0 * HOUR], 2.0);
    let episode = &courses[0].episodes()[0];
    assert!((episode.onset * 24.0 - 6.0).abs() < 1e-6, "{episode:?}");
    // Fever is not needed any more once the antipyretic was given: the cannula keeps the grade.
    assert_eq!(courses[0].rows().last().unwrap().finding.grade(), Some(2));
    // Given before the last round without fever it was prophylaxis.
    let early = |time: f64| signs(time).with(Sign::AntipyreticGiven, 1.0);
    let (courses, _) = drive(at_rounds(6.0), &early, &[10.0 * HOUR], 2.0);
    assert_eq!(courses[0].rows().last().unwrap().finding.grade(), Some(0));
}

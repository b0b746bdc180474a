//! Several scales side by side.

use super::lasting;
use super::*;

fn scales() -> Vec<Scale> {
    vec![ASTCT.clone(), LEE.clone(), lasting::scale()]
}

/// The same rows up to the times that count as one, the same episodes.
#[track_caller]
fn assert_same(a: &Course, b: &Course) {
    assert_eq!(a.rows().len(), b.rows().len(), "{:?}\n{:?}", a.rows(), b.rows());
    for (a, b) in a.rows().iter().zip(b.rows()) {
        assert_eq!(a.finding, b.finding);
        assert!((a.time - b.time).abs() < 1e-9);
    }
    assert_eq!(a.episodes().len(), b.episodes().len());
    for (a, b) in a.episodes().iter().zip(b.episodes()) {
        assert_eq!((a.maximum, a.bound, a.outcome, a.returns), (b.maximum, b.bound, b.outcome, b.returns));
        assert!((a.onset - b.onset).abs() < 1e-9 && (a.end - b.end).abs() < 1e-9);
    }
}

#[test]
fn atoms_of_all_scales_come_once() {
    let panel = Panel::new(&[ASTCT.clone(), LEE.clone()], &Settings::default()).unwrap();
    let atoms: Vec<_> = panel.continuous_atoms().iter().map(|atom| (atom.sign, atom.constant)).collect();
    let flows = [(Sign::OxygenFlow, 5.0), (Sign::OxygenFlow, 6.0)];
    let expected = [(Sign::Temperature, 38.0), (Sign::Sbp, 90.0)].into_iter().chain(flows);
    assert_eq!(atoms, expected.chain([(Sign::Fio2, 40.0)]).collect::<Vec<_>>());
    for monitor in panel.monitors() {
        for atom in monitor.grading().continuous_atoms() {
            assert!(panel.continuous_atoms().iter().any(|merged| merged.same_crossing(atom)));
        }
    }
}

#[test]
fn atoms_with_the_same_crossing_are_one() {
    use crate::expression::Comparison::*;
    let atom = |comparison, constant| Atom { sign: Sign::Sbp, comparison, constant };
    assert!(atom(Less, 90.0).same_crossing(&atom(GreaterOrEqual, 90.0)));
    assert!(atom(Greater, 90.0).same_crossing(&atom(LessOrEqual, 90.0)));
    // At 90 itself these differ.
    assert!(!atom(Less, 90.0).same_crossing(&atom(LessOrEqual, 90.0)));
    assert!(!atom(Less, 90.0).same_crossing(&atom(Less, 82.0)));
}

#[test]
fn each_scale_says_what_it_changed() {
    let mut panel = Panel::new(&scales(), &Settings::default()).unwrap();
    let fever = Signs::normal().with(Sign::Temperature, 39.0);
    assert!(panel.observe(0.0, &Signs::normal()).iter().all(Option::is_none));
    assert_eq!(panel.observe(1.0, &fever).iter().flatten().count(), 3);
    // A drug by itself changes no grade; an afebrile patient on a vasopressor is grade 0 by one scale only without it.
    assert!(panel.observe(1.5, &fever.with(Sign::AnticytokineGiven, 1.0)).iter().all(Option::is_none));
    let shock = fever.with(Sign::AnticytokineGiven, 1.0).with(Sign::Pressors, 1.0);
    let after: Vec<_> = panel.observe(2.0, &shock).iter().map(|change| change.unwrap().after.lowest).collect();
    assert_eq!(after, [3, 2, 2]);
    assert_eq!(panel.seen(), Some(&shock));
    assert_eq!(panel.wake(), Some(3.0));
    let after: Vec<_> = panel.death(2.5).iter().map(|change| change.map(|change| change.after.lowest)).collect();
    // The third scale has no rule for death.
    assert_eq!(after, [Some(5), Some(5), None]);
    assert_eq!(panel.wake(), None);
    let courses = panel.finish(4.0);
    let names: Vec<_> = courses.iter().map(|course| course.grading().scale().name()).collect();
    assert_eq!(names, ["astct-2019", "lee-2014", "lasting"]);
}

/// 24 h on a pressor are over one rounding before the reading at hour 53, 3 h on a high dose at that reading.
#[test]
fn what_falls_due_at_a_reading_is_decided_by_that_reading() {
    let readings = [29.0, 50.0, 53.0].map(|hour| hour / 24.0);
    let [first, second, last] = readings;
    assert!(first + 1.0 < last && second + 3.0 / 24.0 == last);
    let pressor = Signs::normal().with(Sign::Temperature, 39.0).with(Sign::Pressors, 1.0);
    let high = pressor.with(Sign::PressorHigh, 1.0);
    let signs = [(0.0, Signs::normal()), (first, pressor), (second, high), (last, pressor)];
    let mut panel = Panel::new(&[LEE.clone(), lasting::scale()], &Settings::default()).unwrap();
    for (time, signs) in signs {
        panel.observe(time, &signs);
    }
    let [lee, lasting] = &panel.finish(3.0)[..] else { unreachable!() };
    let rows = |course: &Course| course.rows().iter().map(|row| (row.time, row.finding.lowest)).collect::<Vec<_>>();
    // The high dose ended when it would have counted; the pressor goes on and counts from the reading on.
    assert_eq!(rows(lee), [(0.0, 0), (first, 2)]);
    assert_eq!(rows(lasting), [(0.0, 0), (first, 2), (last, 3)]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 200, ..Default::default() })]

    #[test]
    fn each_course_is_that_of_its_monitor_alone(readings in properties::table()) {
        let settings = Settings { hold: Hold::forever(), ..with_options(&[("merge_gap", "1 d")]) };
        let alone: Vec<Course> =
            scales().iter().map(|scale| grade(scale, &settings, readings.iter().copied()).unwrap()).collect();

        let mut panel = Panel::new(&scales(), &settings).unwrap();
        let mut signs = Signs::unknown();
        for reading in &readings {
            while let Some(due) = panel.wake().filter(|due| due + 1e-9 < reading.time) {
                panel.observe(due, &signs);
            }
            signs = signs.updated(&reading.signs);
            panel.observe(reading.time, &signs);
        }
        let together = panel.finish(alone[0].until());
        let folded = grade_all(&scales(), &settings, readings.iter().copied()).unwrap();
        for ((alone, together), folded) in alone.iter().zip(&together).zip(&folded) {
            assert_same(alone, together);
            assert_same(alone, folded);
        }
    }
}

//! Vital signs read at rounds: what is found late, and what is not.

use cascade::crs::{Course, Scale, Settings};
use cascade::model::Model;
use cascade::sign::Sign;
use cascade::simulate::{Run, Scenario};

use crate::support::{Case, bits, embedded, run, turns};

const HOUR: f64 = 1.0 / 24.0;

fn at_rounds<'m>(scenario: Scenario<'m>, hours: Option<f64>) -> Scenario<'m> {
    scenario.gradings(vec![Scale::astct_2019()], Settings::default(), hours.map(|hours| hours * HOUR))
}

fn graded(model: &Model, overrides: &[&str], doses: &str, hours: Option<f64>) -> Run {
    run(at_rounds(Case { set: "", overrides, doses }.of(model), hours))
}

fn onset(run: &Run) -> f64 {
    run.course().unwrap().episodes()[0].onset
}

#[test]
fn fever_is_found_at_the_next_round() {
    let model = embedded("cart-crs");
    for hours in [4.0, 6.0, 8.0] {
        let mut delays = Vec::new();
        for step in 0..24 {
            let burden = format!("tumour_0={} 1e9 cells", 0.5 * 16f64.powf(f64::from(step) / 23.0));
            let exact = onset(&graded(&model, &[&burden], "", None));
            let read = onset(&graded(&model, &[&burden], "", Some(hours)));
            // Fever lasts longer than a round: it is found at the first that follows.
            let expected = (exact / (hours * HOUR)).ceil() * hours * HOUR;
            assert!((read - expected).abs() < 1e-9, "{burden}, every {hours} h: {read}, not {expected}");
            delays.push((read - exact) / HOUR);
        }
        assert!(delays.iter().all(|delay| (0.0..=hours).contains(delay)), "{delays:?}");
        let mean = delays.iter().sum::<f64>() / delays.len() as f64;
        assert!((mean - 0.5 * hours).abs() < 0.15 * hours, "every {hours} h: {mean} h late on average");
    }
}

#[test]
fn on_average_half_a_round_is_lost() {
    // A single cell as the first infusion moves the clock of the rounds and not the course: starts spread evenly over a
    // round give delays spread evenly over it.
    let model = embedded("cart-crs");
    let (hours, count) = (6.0, 12);
    let rest = "cart 1.1e9 cells split 10/30/60 % at 1, 2, 3 d";
    let mut delays = Vec::new();
    for step in 0..count {
        let shift = (f64::from(step) + 0.5) * hours / f64::from(count);
        let doses = format!("cart 1 cells at {shift} h; {rest}");
        let exact = onset(&graded(&model, &[], &doses, None));
        // REF 2.5459559 d after the first real infusion, and a little earlier: the tumour has grown for a day.
        assert!((exact - 3.545_955_9).abs() < 2e-3, "{exact}");
        delays.push((onset(&graded(&model, &[], &doses, Some(hours))) - exact) / HOUR);
    }
    assert!(delays.iter().all(|delay| (0.0..=hours).contains(delay)), "{delays:?}");
    let mean = delays.iter().sum::<f64>() / f64::from(count);
    // Evenly spread to within half a step.
    assert!((mean - 0.5 * hours).abs() <= 0.5 * hours / f64::from(count) + 1e-6, "{mean}");
}

#[test]
fn rounds_have_no_part_in_the_solution() {
    let model = embedded("cart-crs");
    for set in ["low", "medium", "high"] {
        for doses in ["", "tocilizumab 800 mg over 1 h at 3 d", "dexamethasone 10 mg at 2.5 d every 6 h x 12"] {
            let case = Case { set, overrides: &[], doses };
            let plain = run(case.of(&model));
            for hours in [None, Some(1.0), Some(6.0), Some(24.0)] {
                let found = run(at_rounds(case.of(&model), hours).with_exposure());
                assert_eq!(bits(&plain.trajectory.values), bits(&found.trajectory.values), "{set} {doses} {hours:?}");
                assert_eq!(plain.events, found.events, "{set} {doses} {hours:?}");
                assert_eq!(plain.counters.steps, found.counters.steps);
            }
        }
    }
}

#[test]
fn care_starts_and_stops_when_it_does() {
    let model = embedded("cart-crs");
    let case = Case { set: "high", ..Case::default() };
    let (located, found) = (run(at_rounds(case.of(&model), None)), run(at_rounds(case.of(&model), Some(6.0))));
    let steps = [
        ("first_vasopressor", Sign::Pressors),
        ("second_vasopressor", Sign::Pressors),
        ("cannula", Sign::OxygenFlow),
        ("high_flow", Sign::OxygenFlow),
        ("ventilation", Sign::Fio2),
        ("fluids", Sign::Fluids),
    ];
    for (step, sign) in steps {
        let turns = turns(&model, &found, step);
        assert_eq!(turns.len(), 2, "{step}");
        for (time, _) in turns {
            // No round falls on it, and there the sign changes.
            assert!((time / (6.0 * HOUR)).fract() > 1e-6);
            let at = found.readings.iter().position(|(when, _)| *when == time).unwrap_or_else(|| panic!("{step}"));
            let (before, after) = (found.readings[at - 1].1.get(sign), found.readings[at].1.get(sign));
            assert_ne!(before, after, "{step} at {time}");
        }
    }
    // So the grades that hang on care change at the same times, by high flow (3), a second vasopressor (4), and down.
    let times = |run: &Run, grade: u8| -> Vec<f64> {
        let rows = run.course().unwrap().rows();
        rows.windows(2)
            .filter(|pair| (pair[0].finding.lowest >= grade) != (pair[1].finding.lowest >= grade))
            .map(|pair| pair[1].time)
            .collect()
    };
    for grade in [3, 4] {
        assert_eq!(times(&located, grade), times(&found, grade), "grade {grade}");
        assert_eq!(times(&found, grade).len(), 2);
    }
    assert_eq!(times(&found, 3)[0], turns(&model, &found, "high_flow")[0].0);
    assert_eq!(times(&found, 4)[0], turns(&model, &found, "second_vasopressor")[0].0);
    // What is measured changes at rounds alone.
    for pair in found.readings.windows(2) {
        let changed = Sign::ALL.iter().any(|sign| sign.is_measured() && pair[0].1.get(*sign) != pair[1].1.get(*sign));
        let rounds = pair[1].0 / (6.0 * HOUR);
        assert!(!changed || (rounds - rounds.round()).abs() < 1e-9, "at {}", pair[1].0);
    }
}

#[test]
fn scales_side_by_side_are_the_scales_alone() {
    let model = embedded("cart-crs");
    let both = [Scale::astct_2019(), Scale::lee_2014()];
    let same = |a: &Course, b: &Course| {
        let rows = |course: &Course| -> Vec<(u64, cascade::crs::Finding)> {
            course.rows().iter().map(|row| (row.time.to_bits(), row.finding)).collect()
        };
        assert_eq!(rows(a), rows(b));
        assert_eq!(a.episodes(), b.episodes());
    };
    let mut differ = false;
    for set in ["low", "medium", "high"] {
        for doses in ["", "tocilizumab 800 mg over 1 h at 4 d"] {
            for every in [None, Some(6.0 * HOUR)] {
                let grade = |scales: Vec<Scale>| {
                    let case = Case { set, overrides: &[], doses };
                    run(case.of(&model).gradings(scales, Settings::default(), every))
                };
                let together = grade(both.to_vec());
                assert_eq!(together.courses.len(), 2);
                for (scale, course) in both.iter().zip(&together.courses) {
                    assert_eq!(course.grading().scale().name(), scale.name());
                    same(course, &grade(vec![scale.clone()]).courses[0]);
                }
                let turned = grade(vec![both[1].clone(), both[0].clone()]);
                same(&turned.courses[0], &together.courses[1]);
                same(&turned.courses[1], &together.courses[0]);
                let grades = |course: &Course| -> Vec<(f64, u8)> {
                    course.rows().iter().map(|row| (row.time, row.finding.lowest)).collect()
                };
                differ |= grades(&together.courses[0]) != grades(&together.courses[1]);
            }
        }
    }
    assert!(differ, "the scales are not one scale twice");
}

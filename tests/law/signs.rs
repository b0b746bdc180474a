//! Grades of simulated courses.

use proptest::prelude::*;

use cascade::crs::{Bound, Course, Scale, Settings};
use cascade::diagnostic::Source;
use cascade::model::{Embedded, Library, Model};
use cascade::sign::Sign;

use crate::support::{Case, graded, model, run, written};

/// `cart-crs` with one of its lines replaced.
fn changed(from: &str, to: &str) -> Model {
    let source: Source = Embedded.model("cart-crs").unwrap();
    assert_eq!(source.text().matches(from).count(), 1, "{from}");
    model(&source.text().replace(from, to))
}

fn course(model: &Model, overrides: &[&str], doses: &str) -> Course {
    run(graded(Case { set: "", overrides, doses }.of(model))).courses.remove(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_worse_sign_never_lowers_the_grade(
        burden in 0.2..9.0f64, tocilizumab in prop::option::of(1.0..9.0f64), worse in 0.0..1.5f64, pressure: bool,
    ) {
        let burden = format!("tumour_0={burden} 1e9 cells");
        let doses = tocilizumab.map_or(String::new(), |day| format!("tocilizumab 800 mg over 1 h at {day} d"));
        let plain = Model::embedded("cart-crs").unwrap();
        let shifted = match pressure {
            true => changed("[signs.sbp]\nvalue = 'pressure'", &format!("[signs.sbp]\nvalue = 'pressure - {} [mmHg]'", 20.0 * worse)),
            false => changed(
                "[signs.temperature]\nvalue = 'temperature'",
                &format!("[signs.temperature]\nvalue = 'temperature + {worse} [K]'"),
            ),
        };
        let (better, worse) = (course(&plain, &[&burden], &doses), course(&shifted, &[&burden], &doses));
        let grade = |course: &Course, day: f64| course.at(day).unwrap().lowest;
        for day in (0..=2800).map(|n| f64::from(n) * 0.01) {
            prop_assert!(grade(&better, day) <= grade(&worse, day), "day {day}: {} {}", grade(&better, day), grade(&worse, day));
        }
        prop_assert!(better.maximum().grade <= worse.maximum().grade);
    }
}

#[test]
fn a_threshold_is_met_in_the_unit_of_the_sign() {
    // Fever, and a pressure that falls and rises through a threshold so slowly that only the last bits move: where the
    // engine, which counts in other units, sees a crossing, the grader must see it too.
    let scale = Scale::astct_2019();
    for threshold in 60..130 {
        let model = written(
            "10 d",
            &format!(
                "[states.heat]\nunit = \"degC\"\nstart = '39 [degC]'\nrate = '0 [K/d]'\ntolerance = \"1 K\"\n\
                 [derived]\nlow = {{ value = '{threshold} [mmHg] + 1e-12 [mmHg/d] * (abs(t - 5 [d]) - 2 [d])', unit = \"mmHg\" }}\n\
                 [outputs.low]\nvalue = 'low'\nunit = \"mmHg\"\n\
                 [signs.temperature]\nvalue = 'heat'\n[signs.sbp]\nvalue = 'low'\n"
            ),
        );
        let mut settings = Settings::default();
        settings.set(&scale, "sbp_threshold", &threshold.to_string()).unwrap();
        let found = run(Case::default().of(&model).grading(scale.clone(), settings));
        let rows: Vec<(f64, u8)> =
            found.course().unwrap().rows().iter().map(|row| (row.time, row.finding.lowest)).collect();
        // A unit in the last place is 0.014 d.
        let expected = [(0.0, 1), (3.0, 2), (7.0, 1)];
        let right = rows.iter().zip(expected).all(|(row, (time, grade))| (row.0 - time).abs() < 0.05 && row.1 == grade);
        assert!(rows.len() == 3 && right, "{threshold} mmHg: {rows:?}");
    }
}

#[test]
fn the_second_dose_of_a_drug_counts_though_the_first_came_too_early() {
    // Tocilizumab before any fever is prophylaxis; given again in the fever it waives fever later on.
    let early = "tocilizumab 8 mg at 0.5 d";
    let both = "tocilizumab 8 mg at 0.5 d; tocilizumab 800 mg over 1 h at 5 d";
    // The antipyretic of the model would waive fever as well: leave it out.
    let model = changed("on = 'temperature >= 38.0 [degC]'", "on = 'temperature >= 48.0 [degC]'");
    let flagged = |doses: &str| {
        let course = course(&model, &["tumour_0=4 1e9 cells"], doses);
        course.records().any(|record| record.flags.contains(&"fever-waived"))
    };
    assert!(!flagged(early));
    assert!(flagged(both));
    let given = run(graded(Case { doses: both, ..Case::default() }.of(&model)));
    let counts: Vec<f64> = given.readings.iter().filter_map(|(_, signs)| signs.get(Sign::AnticytokineGiven)).collect();
    assert!(counts.contains(&1.0) && counts.last() == Some(&2.0));
}

#[test]
fn a_device_without_flow_or_fraction_leaves_them_unknown() {
    // High-flow oxygen of unknown FiO2: below 40 % it is grade 2 by Lee 2014, else 3. Never room air's 21 %.
    let model = written(
        "3 d",
        "[states.level]\nunit = \"1\"\nstart = '0'\nrate = '1 [1/d]'\n\
         [signs.temperature]\nvalue = '37 [degC]'\n[signs.sbp]\nvalue = '120 [mmHg]'\n\
         [signs.care.fluids]\non = 'level > 100'\nsets = { fluids = \"one\", pressors = 1 }\nassumption = \"A1: never given here\"\n\
         [signs.care.oxygen]\non = 'level > 1'\nsets = { oxygen_device = \"hfnc\" }\nassumption = \"A2: made for this test\"\n",
    );
    let found = run(Case::default().of(&model).grading(Scale::lee_2014(), Settings::default()));
    let rows: Vec<_> = found.course().unwrap().rows().iter().map(|row| (row.time, row.finding)).collect();
    assert_eq!((rows[0].1.grade(), rows[0].1.bound()), (Some(0), Bound::Exact), "room air");
    let last = rows.last().unwrap();
    assert!((last.0 - 1.0).abs() < 1e-9, "{rows:?}");
    assert_eq!((last.1.lowest, last.1.highest, last.1.bound()), (2, 3, Bound::Lower), "{rows:?}");
}

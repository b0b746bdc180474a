//! What must hold for any signs: worse is never lower, unknown only widens, a table is a fold.

use super::*;
use crate::sign::{Fluids, Kind, OxygenDevice};
use proptest::prelude::*;

/// A value of a sign, thresholds and their neighbours included.
fn value(sign: Sign) -> BoxedStrategy<f64> {
    match sign {
        Sign::Temperature => prop_oneof![35.0..41.0f64, Just(38.0), Just(37.99)].boxed(),
        Sign::Sbp => prop_oneof![50.0..150.0f64, Just(90.0), Just(89.9)].boxed(),
        Sign::OxygenFlow => prop_oneof![0.0..60.0f64, Just(5.0), Just(6.0), Just(6.1)].boxed(),
        Sign::Fio2 => prop_oneof![21.0..100.0f64, Just(40.0), Just(39.9)].boxed(),
        _ => {
            let most = match sign.kind() {
                Kind::Levels(names) => names.len() - 1,
                Kind::Flag => 1,
                _ => 3,
            };
            (0..=most).prop_map(|rank| rank as f64).boxed()
        }
    }
}

/// Any reading; each sign unknown with this probability, in percent.
fn reading(unknown: u32) -> impl Strategy<Value = Signs> {
    let signs: Vec<_> = Sign::ALL.into_iter().map(|sign| (0u32..100, value(sign))).collect();
    signs.prop_map(move |values| {
        let mut signs = Signs::unknown();
        for (sign, (chance, value)) in Sign::ALL.into_iter().zip(values) {
            signs.set(sign, if chance < unknown { f64::NAN } else { value });
        }
        signs
    })
}

fn sign_and_value() -> impl Strategy<Value = (Sign, f64)> {
    prop::sample::select(Sign::ALL.to_vec()).prop_flat_map(|sign| (Just(sign), value(sign)))
}

fn settings() -> impl Strategy<Value = Settings> {
    (prop::bool::ANY, prop::sample::select(vec!["any", "anticytokine_only", "never"]))
        .prop_map(|(documented, waiver)| Settings { documented, ..with_options(&[("fever_waiver", waiver)]) })
}

fn finding(settings: &Settings, signs: &Signs) -> Finding {
    snapshot(settings, signs).rows()[0].finding
}

fn by_lee(signs: &Signs) -> Finding {
    snapshot_on(&LEE, &options_of(&LEE, &[("high_dose_hours", "0")]), signs).rows()[0].finding
}

/// Readings of a patient, 1 to 12 hours apart, some values missing.
pub(super) fn table() -> impl Strategy<Value = Vec<Reading>> {
    prop::collection::vec((1u32..13, reading(30)), 1..40).prop_map(|rows| {
        let mut hour = 0;
        let reading = |(gap, signs)| {
            hour += gap;
            Reading::new(f64::from(hour) / 24.0, signs)
        };
        rows.into_iter().map(reading).collect()
    })
}

/// The consensus written out by hand for a patient of whom everything is known and who was never treated before.
fn by_hand(signs: &Signs) -> u8 {
    if signs.raw(Sign::Temperature) < 38.0 {
        return 0;
    }
    let pressors = signs.raw(Sign::Pressors);
    let hypotension = if pressors >= 2.0 {
        4
    } else if pressors == 1.0 || signs.raw(Sign::Vasopressin) == 1.0 {
        3
    } else if signs.raw(Sign::Sbp) < 90.0 || signs.fluids() != Some(Fluids::None) {
        2
    } else {
        1
    };
    let hypoxia = match signs.oxygen_device().unwrap() {
        OxygenDevice::Ra => 1,
        OxygenDevice::Blowby => 2,
        OxygenDevice::Nc if signs.raw(Sign::OxygenFlow) <= 6.0 => 2,
        OxygenDevice::Cpap | OxygenDevice::Bipap | OxygenDevice::Imv => 4,
        _ => 3,
    };
    hypotension.max(hypoxia)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn the_file_says_what_the_consensus_says(signs in reading(0)) {
        let found = finding(&Settings::default(), &signs);
        prop_assert_eq!((found.grade(), found.bound()), (Some(by_hand(&signs)), Bound::Exact));
    }

    #[test]
    fn the_file_says_what_lee_says(signs in reading(0)) {
        let found = by_lee(&signs);
        prop_assert_eq!((found.grade(), found.bound()), (Some(lee::by_hand(&signs)), Bound::Exact));
    }

    #[test]
    fn a_worse_sign_never_lowers_the_grade_by_lee(signs in reading(25), (sign, other) in sign_and_value()) {
        prop_assume!(signs.get(sign).is_some());
        let (before, after) = (by_lee(&signs), by_lee(&signs.with(sign, sign.worse_of(signs.raw(sign), other))));
        prop_assert!(after.highest >= before.highest, "{sign}: {signs:?}");
        // Of a Venturi mask with unknown FiO2 less is known than of a cannula with a known flow.
        if sign != Sign::OxygenDevice || signs.get(Sign::Fio2).is_some() {
            prop_assert!(after.lowest >= before.lowest, "{sign}: {signs:?}");
        }
    }

    #[test]
    fn knowing_more_only_narrows_the_bounds_by_lee(signs in reading(25), (sign, value) in sign_and_value()) {
        // An FiO2 that a chart stands in for gives way to a known one, either way.
        let charts = [OxygenDevice::Nc, OxygenDevice::Mask, OxygenDevice::Nrb, OxygenDevice::Blowby];
        prop_assume!(sign != Sign::Fio2 || !signs.oxygen_device().is_some_and(|device| charts.contains(&device)));
        // On room air a high FiO2 is a contradiction.
        prop_assume!(sign != Sign::Fio2 || signs.oxygen_device() != Some(OxygenDevice::Ra));
        // So does what stands in for doses, and a symptom that nobody asked for.
        prop_assume!(!matches!(sign, Sign::PressorHigh | Sign::Symptoms));
        let open = options_of(&LEE, &[("high_dose_hours", "0"), ("organ_toxicity", "open")]);
        let finding = |signs: Signs| snapshot_on(&LEE, &open, &signs).rows()[0].finding;
        let (known, unknown) = (finding(signs.with(sign, value)), finding(signs.with(sign, f64::NAN)));
        prop_assert!(unknown.lowest <= known.lowest && known.highest <= unknown.highest, "{sign}: {signs:?}");
    }

    #[test]
    fn a_worse_sign_never_lowers_the_grade(
        settings in settings(), signs in reading(25), (sign, other) in sign_and_value(),
    ) {
        prop_assume!(signs.get(sign).is_some());
        let before = finding(&settings, &signs);
        let after = finding(&settings, &signs.with(sign, sign.worse_of(signs.raw(sign), other)));
        prop_assert!(after.lowest >= before.lowest, "{sign}: {signs:?}");
        prop_assert!(after.highest >= before.highest, "{sign}: {signs:?}");
    }

    #[test]
    fn knowing_more_only_narrows_the_bounds(
        settings in settings(), signs in reading(25), (sign, value) in sign_and_value(),
    ) {
        let known = finding(&settings, &signs.with(sign, value));
        let unknown = finding(&settings, &signs.with(sign, f64::NAN));
        prop_assert!(unknown.lowest <= known.lowest && known.highest <= unknown.highest, "{sign}: {signs:?}");
        if unknown.bound() == Bound::Exact {
            prop_assert_eq!(known.grade(), unknown.grade());
        }
    }

    #[test]
    fn the_worst_of_two_readings_is_no_milder_than_either(a in reading(0), b in reading(0)) {
        let grade = |signs: &Signs| finding(&Settings::default(), signs).lowest;
        prop_assert!(grade(&a.worst(&b)) >= grade(&a).max(grade(&b)));
        prop_assert_eq!(a.worst(&b), b.worst(&a));
    }

    #[test]
    fn between_the_atoms_nothing_changes(signs in reading(10), moved in reading(0)) {
        let settings = Settings::default();
        let grading = Grading::new(&ASTCT, &settings).unwrap();
        let mut next = signs;
        for sign in Sign::ALL.into_iter().filter(|sign| sign.is_continuous()) {
            let same = |atom: &Atom| {
                atom.sign != sign || atom.truth(signs.raw(sign)) == atom.truth(moved.raw(sign))
            };
            if signs.get(sign).is_some() && grading.continuous_atoms().iter().all(same) {
                next.set(sign, moved.raw(sign));
            }
        }
        prop_assert_eq!(finding(&settings, &signs), finding(&settings, &next));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn a_table_is_a_fold_over_the_monitor(readings in table(), merge_gap in 1u32..5) {
        let mut settings = with_options(&[("merge_gap", &format!("{merge_gap} d"))]);
        settings.hold = Hold::forever();
        let scale = &*ASTCT;
        let folded = grade(scale, &settings, readings.iter().copied()).unwrap();

        // Online: told of every change, and woken for everything that falls due in between.
        let mut monitor = Monitor::new(scale, &settings).unwrap();
        let mut signs = Signs::unknown();
        for reading in &readings {
            while let Some(due) = monitor.wake().filter(|due| *due < reading.time) {
                monitor.observe(due, &signs);
            }
            signs = signs.updated(&reading.signs);
            monitor.observe(reading.time, &signs);
            prop_assert_eq!(monitor.observe(reading.time, &signs), None);
        }
        let online = monitor.finish(folded.until());
        prop_assert_eq!(online.rows(), folded.rows());
        prop_assert_eq!(online.episodes(), folded.episodes());
    }

    #[test]
    fn episodes_are_in_order_and_their_times_add_up(readings in table()) {
        let course = grade(&ASTCT, &with_options(&[("merge_gap", "1 d")]), readings).unwrap();
        let mut last_end = f64::NEG_INFINITY;
        for episode in course.episodes() {
            prop_assert!(episode.onset > last_end && episode.end >= episode.onset);
            prop_assert!((1..=4).contains(&episode.maximum));
            prop_assert!(episode.onset <= episode.time_of_maximum && episode.time_of_maximum <= episode.end);
            let total: f64 = episode.time_at.iter().sum::<f64>() + episode.time_undetermined;
            prop_assert!((total - (episode.end - episode.onset)).abs() < 1e-9);
            last_end = episode.end;
        }
        let worst = course.episodes().iter().map(|episode| episode.maximum).max().unwrap_or(0);
        prop_assert_eq!(course.maximum().grade.unwrap_or(0), worst);
    }

    #[test]
    fn shifting_the_clock_shifts_the_course(readings in table(), days in 1u32..100) {
        let scale = &*ASTCT;
        let course = grade(scale, &Settings::default(), readings.iter().copied()).unwrap();
        let later = readings.iter().map(|reading| Reading { time: reading.time + f64::from(days), ..*reading });
        let shifted = grade(scale, &Settings::default(), later).unwrap();
        prop_assert_eq!(course.rows().len(), shifted.rows().len());
        for (a, b) in course.rows().iter().zip(shifted.rows()) {
            prop_assert_eq!(a.finding, b.finding);
            prop_assert!((a.time + f64::from(days) - b.time).abs() < 1e-9);
        }
        prop_assert_eq!(course.episodes().len(), shifted.episodes().len());
        for (a, b) in course.episodes().iter().zip(shifted.episodes()) {
            prop_assert_eq!((a.maximum, a.outcome, a.returns), (b.maximum, b.outcome, b.returns));
        }
    }
}

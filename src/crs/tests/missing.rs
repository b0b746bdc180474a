//! Missing data: `PM1` to `PM4` of the vignettes. Unknown is not normal.

use super::*;

/// Grade, bound and highest possible grade of one reading of which only this is known.
fn known(values: &[(&str, &str)]) -> (Option<u8>, Bound, u8) {
    let course = snapshot(&Settings::default(), &signs_with(Signs::unknown(), values));
    let finding = course.rows()[0].finding;
    (finding.grade(), finding.bound(), finding.highest)
}

#[test]
fn pm1_fever_on_room_air_pressure_and_pressors_missing() {
    assert_eq!(known(&[("temperature", "38.5"), ("oxygen_device", "ra")]), (Some(1), Bound::Lower, 4));
}

#[test]
fn pm2_one_pressor_oxygen_unknown() {
    let values =
        [("temperature", "38.5"), ("sbp", "118"), ("fluids", "none"), ("pressors", "1"), ("vasopressin", "false")];
    assert_eq!(known(&values), (Some(3), Bound::Lower, 4));
}

#[test]
fn pm3_a_pressor_but_no_temperature_and_no_fever_known_before() {
    assert_eq!(known(&[("pressors", "1"), ("oxygen_device", "ra")]), (None, Bound::Undetermined, 3));
}

#[test]
fn pm4_two_pressors_oxygen_unknown_but_only_death_is_worse() {
    assert_eq!(known(&[("temperature", "39.0"), ("pressors", "2")]), (Some(4), Bound::Exact, 4));
}

#[test]
fn nothing_known_is_undetermined_and_no_fever_is_grade_0_whatever_is_missing() {
    assert_eq!(known(&[]), (None, Bound::Undetermined, 4));
    assert_eq!(known(&[("temperature", "37.2")]), (Some(0), Bound::Exact, 0));
}

#[test]
fn a_cannula_of_unknown_flow_is_at_least_grade_2() {
    let mut signs = signs_with(Signs::normal(), &[("temperature", "38.5"), ("oxygen_device", "nc")]);
    signs.forget(Sign::OxygenFlow);
    let finding = snapshot(&Settings::default(), &signs).rows()[0].finding;
    assert_eq!((finding.grade(), finding.bound(), finding.highest), (Some(2), Bound::Lower, 3));
}

#[test]
fn after_the_fever_unknown_drugs_leave_the_waiver_open() {
    let mut monitor = Monitor::new(&ASTCT, &Settings::default()).unwrap();
    let mut signs = Signs::normal().with(Sign::Temperature, 38.5);
    monitor.observe(0.0, &signs);
    signs.set(Sign::Temperature, 37.0);
    signs.set(Sign::Sbp, 80.0);
    let change = monitor.observe(0.25, &signs).unwrap();
    assert_eq!((change.after.grade(), change.after.bound()), (Some(0), Bound::Exact));
    signs.forget(Sign::AntipyreticGiven);
    let change = monitor.observe(0.5, &signs).unwrap();
    assert_eq!((change.after.bound(), change.after.highest), (Bound::Undetermined, 2));
}

#[test]
fn a_value_is_forgotten_after_eight_hours_and_the_grade_with_it() {
    let fever = Reading::new(1.0, Signs::normal().with(Sign::Temperature, 38.5));
    let next = Reading::new(2.0, Signs::normal());
    let course = grade(&ASTCT, &Settings::default(), [fever, next]).unwrap();
    let rows: Vec<_> = course.records().map(|row| (row.time, row.grade, row.bound)).collect();
    let forgotten = 1.0 + 8.0 / 24.0;
    let expected = [(1.0, Some(1), Bound::Exact), (forgotten, None, Bound::Undetermined), (2.0, Some(0), Bound::Exact)];
    assert_eq!(rows, expected);
    let episode = &course.episodes()[0];
    assert_eq!((episode.maximum, episode.bound), (1, Bound::Lower));
    assert!((episode.time_undetermined - 16.0 / 24.0).abs() < 1e-12);

    let forever = Settings { hold: Hold::forever(), ..Settings::default() };
    let held = grade(&ASTCT, &forever, [fever, next]).unwrap();
    assert_eq!(held.rows().len(), 2);
    assert_eq!(held.episodes()[0].bound, Bound::Exact);
}

#[test]
fn what_is_asked_of_an_unknown_patient_does_not_hold() {
    // Scales ask `age_known` first: a comparison with what is not given is false, whichever way it is written.
    let rule = |id: &str, when: &str| {
        format!(
            "[[rules]]\nid = '{id}'\ngrade = 2\naxis = 'pressure'\nwhen = '{when}'\ntext = 'x'\nsource = 'none'\nstatus = 'read'\n"
        )
    };
    let text = |condition: &str| {
        let head = "format = 'cascade-scale/1'\nname = 'asked'\ntitle = 'Asked'\n[source]\ncitation = 'none'\n";
        format!(
            "{head}{}{}",
            rule("never", "temperature > 60 [degC]").replace("grade = 2", "grade = 1"),
            rule("asked", condition)
        )
    };
    let found = |condition: &str, patient: Patient| {
        let mut problems = crate::diagnostic::Problems::default();
        let scale = parse(&crate::diagnostic::Source::new("asked.toml", text(condition)), &mut problems);
        let scale = problems.or_value(scale).unwrap();
        let course = snapshot_on(&scale, &Settings { patient, ..Settings::default() }, &Signs::normal());
        (course.rows()[0].finding.lowest, course.rows()[0].finding.highest)
    };
    for condition in ["age < 18 [year]", "age >= 18 [year]", "sbp < sbp_baseline - 10 [mmHg]", "sbp > sbp_baseline"] {
        assert_eq!(found(condition, Patient::unknown()), (0, 0), "{condition}");
    }
    let unknown = "age != 18 [year]";
    assert_eq!(found(unknown, Patient::unknown()), (0, 0));
    assert_eq!(found(unknown, Patient { age: 17.0, ..Patient::unknown() }), (2, 2));
    assert_eq!(found("sbp < sbp_baseline - 10 [mmHg]", Patient { sbp_baseline: 140.0, ..Patient::unknown() }), (2, 2));
    assert_eq!(found("age < 18 [year]", Patient { age: 17.0, ..Patient::unknown() }), (2, 2));
    assert_eq!(found("age < 18 [year]", Patient { age: 18.0, ..Patient::unknown() }), (0, 0));
}

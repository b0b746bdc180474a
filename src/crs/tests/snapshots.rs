//! Single time points: `P01` to `P27` of the vignettes, ASTCT column.

use super::*;

/// What is given of a patient, the rest being normal; the expected grade and rule.
struct Vignette {
    id: &'static str,
    signs: &'static [(&'static str, &'static str)],
    grade: u8,
    rule: Option<&'static str>,
}

const fn vignette(
    id: &'static str,
    signs: &'static [(&'static str, &'static str)],
    grade: u8,
    rule: &'static str,
) -> Vignette {
    Vignette { id, signs, grade, rule: if rule.is_empty() { None } else { Some(rule) } }
}

const ADULTS: &[Vignette] = &[
    vignette("P01", &[("temperature", "38.4"), ("sbp", "115")], 1, "fever"),
    vignette("P02", &[("temperature", "38.0"), ("sbp", "115")], 1, "fever"),
    vignette("P03", &[("temperature", "37.9"), ("sbp", "85")], 0, ""),
    vignette("P04", &[("temperature", "39.1"), ("sbp", "96"), ("fluids", "one")], 2, "hypotension-fluids"),
    vignette("P05", &[("temperature", "39.3"), ("sbp", "92"), ("fluids", "multiple")], 2, "hypotension-fluids"),
    // P06 to P09 differ in dose and hours of norepinephrine, which this scale does not look at, only others do.
    vignette(
        "P06",
        &[("temperature", "38.8"), ("sbp", "104"), ("fluids", "multiple"), ("pressors", "1")],
        3,
        "hypotension-one-pressor",
    ),
    vignette(
        "P07",
        &[("temperature", "38.8"), ("sbp", "104"), ("fluids", "multiple"), ("pressors", "1")],
        3,
        "hypotension-one-pressor",
    ),
    vignette(
        "P08",
        &[("temperature", "39.5"), ("sbp", "98"), ("fluids", "multiple"), ("pressors", "1"), ("pressor_high", "true")],
        3,
        "hypotension-one-pressor",
    ),
    vignette(
        "P09",
        &[("temperature", "39.5"), ("sbp", "98"), ("fluids", "multiple"), ("pressors", "1")],
        3,
        "hypotension-one-pressor",
    ),
    vignette(
        "P10",
        &[("temperature", "39.0"), ("sbp", "95"), ("fluids", "multiple"), ("pressors", "1"), ("vasopressin", "true")],
        3,
        "hypotension-one-pressor",
    ),
    vignette(
        "P11",
        &[
            ("temperature", "39.0"),
            ("sbp", "95"),
            ("fluids", "multiple"),
            ("pressors", "1"),
            ("vasopressin", "true"),
            ("pressor_high", "true"),
        ],
        3,
        "hypotension-one-pressor",
    ),
    vignette(
        "P12",
        &[("temperature", "39.0"), ("sbp", "94"), ("fluids", "multiple"), ("pressors", "2")],
        4,
        "hypotension-several-pressors",
    ),
    vignette(
        "P13",
        &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "nc"), ("oxygen_flow", "2")],
        2,
        "hypoxia-low-flow",
    ),
    vignette(
        "P14",
        &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "nc"), ("oxygen_flow", "6")],
        2,
        "hypoxia-low-flow",
    ),
    vignette(
        "P15",
        &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "venturi"), ("oxygen_flow", "4"), ("fio2", "28")],
        3,
        "hypoxia-high-flow",
    ),
    vignette(
        "P16",
        &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "hfnc"), ("oxygen_flow", "40"), ("fio2", "60")],
        3,
        "hypoxia-high-flow",
    ),
    vignette(
        "P17",
        &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "nrb"), ("oxygen_flow", "12")],
        3,
        "hypoxia-high-flow",
    ),
    vignette(
        "P18",
        &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "bipap"), ("fio2", "40")],
        4,
        "hypoxia-positive-pressure",
    ),
    vignette(
        "P19",
        &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "imv"), ("fio2", "50")],
        4,
        "hypoxia-positive-pressure",
    ),
    // P22 and P23 have creatinine and ALT of grades 3 and 4, which never change this scale's grade.
    vignette("P22", &[("temperature", "38.7"), ("sbp", "115")], 1, "fever"),
    vignette("P23", &[("temperature", "38.7"), ("sbp", "115")], 1, "fever"),
    vignette(
        "P26",
        &[
            ("temperature", "39.5"),
            ("sbp", "100"),
            ("fluids", "multiple"),
            ("pressors", "1"),
            ("oxygen_device", "nc"),
            ("oxygen_flow", "2"),
        ],
        3,
        "hypotension-one-pressor",
    ),
];

fn assert_grade(vignette: &Vignette, settings: &Settings) {
    let signs = signs_with(Signs::normal(), vignette.signs);
    let course = snapshot(settings, &signs);
    let record = course.record(&course.rows()[0]);
    let found = (record.grade, record.bound, record.rule);
    assert_eq!(found, (Some(vignette.grade), Bound::Exact, vignette.rule), "{} {signs:?}", vignette.id);
}

#[test]
fn adults_without_earlier_drugs() {
    for vignette in ADULTS {
        assert_grade(vignette, &adult());
    }
}

#[test]
fn p20_and_p21_after_the_onset_was_documented_and_tocilizumab_given() {
    let documented = Settings { documented: true, ..adult() };
    let given = ("anticytokine_given", "true");
    const P20: &[(&str, &str)] = &[
        ("temperature", "36.8"),
        ("sbp", "105"),
        ("fluids", "multiple"),
        ("pressors", "1"),
        ("anticytokine_given", "true"),
    ];
    assert_grade(&vignette("P20", P20, 3, "hypotension-one-pressor"), &documented);
    let waived = snapshot(&documented, &signs_with(Signs::normal(), P20));
    assert_eq!(waived.record(&waived.rows()[0]).flags, ["fever-waived"]);
    const P21: &[(&str, &str)] = &[("temperature", "37.0"), ("sbp", "118"), ("anticytokine_given", "true")];
    assert_grade(&vignette("P21", P21, 0, ""), &documented);

    // The same drug before any onset is prophylaxis and waives nothing.
    assert_grade(&vignette("P20, before_onset", P20, 0, ""), &adult());
    // Documented, but no drug: the fever is gone by itself.
    let untreated = signs_with(signs_with(Signs::normal(), P20), &[(given.0, "false")]);
    assert_eq!(snapshot(&documented, &untreated).maximum().grade, Some(0));
}

#[test]
fn p24_and_p25_children_by_their_own_threshold() {
    // 6 years: 70 + 2 x 6 = 82 mmHg.
    let child = with_options(&[("sbp_threshold", "82 mmHg")]);
    const P24: &[(&str, &str)] = &[("temperature", "38.9"), ("sbp", "80")];
    assert_grade(&vignette("P24", P24, 2, "hypotension-low-pressure"), &child);
    const P25: &[(&str, &str)] = &[("temperature", "38.9"), ("sbp", "84")];
    assert_grade(&vignette("P25", P25, 1, "fever"), &child);
}

#[test]
fn p27_death_due_to_the_syndrome() {
    let signs = signs_with(
        Signs::normal(),
        &[
            ("temperature", "39.0"),
            ("sbp", "60"),
            ("fluids", "multiple"),
            ("pressors", "2"),
            ("pressor_high", "true"),
            ("vasopressin", "true"),
            ("oxygen_device", "imv"),
            ("fio2", "100"),
        ],
    );
    let mut monitor = Monitor::new(&ASTCT, &adult()).unwrap();
    assert_eq!(monitor.observe(3.0, &signs).unwrap().after.grade(), Some(4));
    let change = monitor.death(3.5).unwrap();
    assert_eq!((change.before.grade(), change.after.grade()), (Some(4), Some(5)));
    assert_eq!(monitor.observe(4.0, &Signs::normal()), None);
    let course = monitor.finish(4.0);
    let last = course.records().last().unwrap();
    assert_eq!((last.grade, last.bound, last.rule), (Some(5), Bound::Exact, Some("death")));
    assert_eq!(course.episodes()[0].outcome, Outcome::Fatal);
}

#[test]
fn a_death_without_any_reading_is_grade_5() {
    let mut monitor = Monitor::new(&ASTCT, &adult()).unwrap();
    monitor.death(2.0);
    let course = monitor.finish(2.0);
    assert_eq!(course.maximum().grade, Some(5));
    assert_eq!((course.episodes()[0].onset, course.episodes()[0].outcome), (2.0, Outcome::Fatal));
}

#[test]
fn vasopressin_alone_is_grade_3_by_a_convention_that_is_flagged() {
    let fever = signs_with(Signs::normal(), &[("temperature", "39.0"), ("vasopressin", "true")]);
    let alone = snapshot(&adult(), &fever);
    let record = alone.record(&alone.rows()[0]);
    assert_eq!((record.grade, record.rule), (Some(3), Some("hypotension-vasopressin-alone")));
    assert_eq!(record.flags, ["hypotension-vasopressin-alone"]);
    // With a mask the grade is 3 without the convention too.
    let mask = snapshot(&adult(), &signs_with(fever, &[("oxygen_device", "mask")]));
    assert!(mask.record(&mask.rows()[0]).flags.is_empty());
}

#[test]
fn cannula_above_6_litres_and_every_device_have_their_grade() {
    let grade = |device: &str, flow: &str| {
        let values = [("temperature", "38.5"), ("oxygen_device", device), ("oxygen_flow", flow)];
        snapshot(&adult(), &signs_with(Signs::normal(), &values)).maximum().grade
    };
    let expected = [("ra", "0", 1), ("blowby", "10", 2), ("nc", "6", 2), ("nc", "6.5", 3), ("mask", "5", 3)];
    let expected = expected.into_iter().chain([("venturi", "4", 3), ("nrb", "12", 3), ("hfnc", "30", 3)]);
    for (device, flow, expected) in expected.chain([("cpap", "0", 4), ("bipap", "0", 4), ("imv", "0", 4)]) {
        assert_eq!(grade(device, flow), Some(expected), "{device} {flow} L/min");
    }
}

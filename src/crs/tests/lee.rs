//! Lee 2014: `P01` to `P27` of the vignettes, what is unknown, options, properties.

use super::*;
use crate::sign::{Fluids, OxygenDevice};

/// What is given of a patient, the rest being normal; hours the vasopressors have run; what is expected.
struct Vignette {
    id: &'static str,
    signs: &'static [(&'static str, &'static str)],
    hours: f64,
    grade: u8,
    rule: Option<&'static str>,
    flags: &'static [&'static str],
}

const fn vignette(id: &'static str, signs: &'static [(&'static str, &'static str)], grade: u8) -> Vignette {
    Vignette { id, signs, hours: 0.0, grade, rule: None, flags: &[] }
}

impl Vignette {
    const fn by(self, rule: &'static str) -> Self {
        Self { rule: Some(rule), ..self }
    }

    const fn since(self, hours: f64) -> Self {
        Self { hours, ..self }
    }

    const fn flagged(self, flags: &'static [&'static str]) -> Self {
        Self { flags, ..self }
    }
}

/// All but P22 and P23 (organ toxicity, which is not read: see below) and those with settings of their own.
///
/// `pressor_high` is what the doses amount to, never mind for how long: norepinephrine 25 ug/min in P08 and P09,
/// 12 with vasopressin in P11.
#[rustfmt::skip]
const ADULTS: &[Vignette] = &[
    vignette("P01", &[("temperature", "38.4"), ("sbp", "115")], 1).by("fever"),
    vignette("P02", &[("temperature", "38.0"), ("sbp", "115")], 1).by("fever"),
    vignette("P03", &[("temperature", "37.9"), ("sbp", "85")], 2)
        .by("hypotension-without-fever").flagged(&["hypotension-without-fever"]),
    vignette("P04", &[("temperature", "39.1"), ("sbp", "96"), ("fluids", "one")], 2).by("hypotension-fluids"),
    vignette("P05", &[("temperature", "39.3"), ("sbp", "92"), ("fluids", "multiple")], 2).by("hypotension-fluids"),
    vignette("P06", &[("temperature", "38.8"), ("sbp", "104"), ("fluids", "multiple"), ("pressors", "1")], 2)
        .since(6.0).by("hypotension-fluids"),
    vignette("P07", &[("temperature", "38.8"), ("sbp", "104"), ("fluids", "multiple"), ("pressors", "1")], 2)
        .since(30.0).by("hypotension-fluids"),
    vignette("P08", &[("temperature", "39.5"), ("sbp", "98"), ("fluids", "multiple"), ("pressors", "1"), ("pressor_high", "true")], 3)
        .since(5.0).by("hypotension-high-dose"),
    vignette("P09", &[("temperature", "39.5"), ("sbp", "98"), ("fluids", "multiple"), ("pressors", "1"), ("pressor_high", "true")], 2)
        .since(2.0).by("hypotension-fluids"),
    vignette("P10", &[("temperature", "39.0"), ("sbp", "95"), ("fluids", "multiple"), ("pressors", "1"), ("vasopressin", "true")], 3)
        .since(8.0).by("hypotension-several-vasopressors"),
    vignette("P11", &[("temperature", "39.0"), ("sbp", "95"), ("fluids", "multiple"), ("pressors", "1"), ("vasopressin", "true"), ("pressor_high", "true")], 3)
        .since(8.0).by("hypotension-several-vasopressors"),
    vignette("P12", &[("temperature", "39.0"), ("sbp", "94"), ("fluids", "multiple"), ("pressors", "2")], 3)
        .since(8.0).by("hypotension-several-vasopressors"),
    vignette("P13", &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "nc"), ("oxygen_flow", "2")], 2).by("oxygen"),
    vignette("P14", &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "nc"), ("oxygen_flow", "6")], 3)
        .by("oxygen-high-cannula").flagged(&["oxygen-high-cannula"]),
    vignette("P15", &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "venturi"), ("oxygen_flow", "4"), ("fio2", "28")], 2).by("oxygen"),
    vignette("P16", &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "hfnc"), ("oxygen_flow", "40"), ("fio2", "60")], 3).by("oxygen-high"),
    vignette("P17", &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "nrb"), ("oxygen_flow", "12")], 3).by("oxygen-high-reservoir"),
    vignette("P18", &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "bipap"), ("fio2", "40")], 3)
        .by("oxygen-high").flagged(&["positive-pressure-not-ventilator"]),
    vignette("P19", &[("temperature", "38.6"), ("sbp", "115"), ("oxygen_device", "imv"), ("fio2", "50")], 4).by("ventilator"),
    vignette("P20", &[("temperature", "36.8"), ("sbp", "105"), ("fluids", "multiple"), ("pressors", "1"), ("anticytokine_given", "true")], 2)
        .since(10.0).by("hypotension-fluids"),
    vignette("P21", &[("temperature", "37.0"), ("sbp", "118"), ("anticytokine_given", "true")], 0),
    vignette("P26", &[("temperature", "39.5"), ("sbp", "100"), ("fluids", "multiple"), ("pressors", "1"), ("oxygen_device", "nc"), ("oxygen_flow", "2")], 2)
        .since(5.0).by("hypotension-fluids"),
];

/// Normal but for this; flow and FiO2 of a device are unknown unless given.
fn signs_of(values: &[(&str, &str)]) -> Signs {
    Signs::normal().updated(&signs_with(Signs::unknown(), values))
}

/// The patient now, seen without vasopressors before they began.
fn course_of(vignette: &Vignette, settings: &Settings) -> Course {
    let signs = signs_of(vignette.signs);
    let before = signs.with(Sign::Pressors, 0.0).with(Sign::Vasopressin, 0.0).with(Sign::PressorHigh, 0.0);
    let mut monitor = Monitor::new(&LEE, settings).unwrap();
    monitor.observe(-1.0 / 24.0, &before);
    monitor.observe(0.0, &signs);
    monitor.finish(vignette.hours / 24.0)
}

fn assert_vignette(vignette: &Vignette, settings: &Settings) {
    let course = course_of(vignette, settings);
    let record = course.records().last().unwrap();
    let found = (record.grade, record.bound, record.rule);
    assert_eq!(found, (Some(vignette.grade), Bound::Exact, vignette.rule), "{}", vignette.id);
    assert_eq!(record.flags, vignette.flags, "{}", vignette.id);
}

#[test]
fn adults() {
    for vignette in ADULTS {
        assert_vignette(vignette, &adult());
    }
}

#[test]
fn organ_grades_that_nobody_gave_are_left_open_or_assumed_and_told() {
    let mut signs = signs_of(&[("temperature", "38.7"), ("sbp", "115")]);
    for organ in [Sign::CreatinineGrade, Sign::TransaminaseGrade, Sign::OrganGrade] {
        signs.forget(organ);
    }
    let finding = |settings: &Settings, signs: &Signs| snapshot_on(&LEE, settings, signs).rows()[0].finding;
    let open = options_of(&LEE, &[("organ_toxicity", "open")]);
    let found = finding(&open, &signs);
    assert_eq!((found.grade(), found.bound(), found.highest), (Some(1), Bound::Lower, 4));
    let assumed = finding(&adult(), &signs);
    assert_eq!((assumed.grade(), assumed.bound()), (Some(1), Bound::Exact));
    let course = snapshot_on(&LEE, &adult(), &signs);
    assert_eq!(course.records().next().unwrap().flags, ["organ-toxicity-not-given"]);
    // Only a ventilator is exact then.
    let mut ventilated = signs;
    ventilated.set_oxygen_device(OxygenDevice::Imv);
    let ventilated = finding(&open, &ventilated);
    assert_eq!((ventilated.grade(), ventilated.bound()), (Some(4), Bound::Exact));
}

#[test]
fn p24_and_p25_children_by_their_own_threshold() {
    let child = options_of(&LEE, &[("sbp_threshold", "82 mmHg")]);
    const P24: &[(&str, &str)] = &[("temperature", "38.9"), ("sbp", "80")];
    assert_vignette(&vignette("P24", P24, 2).by("hypotension-low-pressure"), &child);
    const P25: &[(&str, &str)] = &[("temperature", "38.9"), ("sbp", "84")];
    assert_vignette(&vignette("P25", P25, 1).by("fever"), &child);
}

#[test]
fn p27_death_due_to_the_syndrome() {
    let values = [
        ("temperature", "39.0"),
        ("sbp", "60"),
        ("fluids", "multiple"),
        ("pressors", "2"),
        ("pressor_high", "true"),
        ("vasopressin", "true"),
        ("oxygen_device", "imv"),
        ("fio2", "100"),
    ];
    let mut monitor = Monitor::new(&LEE, &adult()).unwrap();
    assert_eq!(monitor.observe(3.0, &signs_of(&values)).unwrap().after.grade(), Some(4));
    monitor.death(3.5);
    let course = monitor.finish(4.0);
    let last = course.records().last().unwrap();
    assert_eq!((last.grade, last.bound, last.rule, last.flags), (Some(5), Bound::Exact, Some("death"), vec![]));
    assert_eq!(course.episodes()[0].outcome, Outcome::Fatal);
}

#[test]
fn fio2_as_charted_then_by_flow_then_unknown() {
    let found = |values: &[(&str, &str)]| {
        let course = snapshot_on(&LEE, &adult(), &signs_of(values));
        let finding = course.rows()[0].finding;
        (finding.lowest, finding.highest, course.flags(&finding).map(String::from).collect::<Vec<_>>())
    };
    let flagged = |flag: &str| vec![String::from(flag)];
    let on = |device, flow| found(&[("temperature", "38.5"), ("oxygen_device", device), ("oxygen_flow", flow)]);
    assert_eq!(on("nc", "4.9"), (2, 2, vec![]));
    assert_eq!(on("nc", "5"), (3, 3, flagged("oxygen-high-cannula")));
    assert_eq!(on("nc", ""), (2, 3, vec![]));
    assert_eq!(on("mask", "4"), (2, 2, flagged("mask-below-charts")));
    assert_eq!(on("mask", "5"), (3, 3, flagged("oxygen-high-mask")));
    assert_eq!(on("mask", ""), (2, 3, vec![]));
    assert_eq!(on("blowby", "10"), (2, 2, flagged("blow-by-below-40")));
    assert_eq!(on("nrb", ""), (3, 3, vec![]));
    // No flow tells what is set on these.
    assert_eq!(on("venturi", "8"), (2, 3, vec![]));
    assert_eq!(on("hfnc", "60"), (2, 3, vec![]));
    let charted = |device, fio2| found(&[("oxygen_device", device), ("oxygen_flow", "6"), ("fio2", fio2)]);
    for device in ["blowby", "nc", "mask", "venturi", "nrb", "hfnc"] {
        assert_eq!(charted(device, "39"), (2, 2, vec![]), "{device}");
        assert_eq!(charted(device, "40"), (3, 3, vec![]), "{device}");
    }
    // A known FiO2 tells even where the device is unknown, and room air where both are.
    let mut unknown = Signs::normal().with(Sign::OxygenDevice, f64::NAN).with(Sign::Fio2, 50.0);
    let finding = |signs: &Signs| snapshot_on(&LEE, &adult(), signs).rows()[0].finding;
    assert_eq!((finding(&unknown).lowest, finding(&unknown).highest), (3, 4));
    unknown.forget(Sign::Fio2);
    assert_eq!((finding(&unknown).lowest, finding(&unknown).highest), (0, 4));
    assert_eq!(finding(&Signs::normal().with(Sign::Fio2, f64::NAN)).highest, 0);
}

#[test]
fn options_decide_what_the_table_leaves_open() {
    let grade = |options: &[(&str, &str)], values: &[(&str, &str)]| {
        let course = snapshot_on(&LEE, &options_of(&LEE, options), &signs_of(values));
        let record = course.record(&course.rows()[0]);
        (record.grade, record.rule.map(String::from), record.flags.join(" "))
    };
    let by = |grade, rule: &str, flags: &str| (Some(grade), Some(rule.to_string()), flags.to_string());
    let bipap = [("oxygen_device", "bipap"), ("fio2", "30")];
    let flags = "oxygen-positive-pressure positive-pressure-not-ventilator";
    assert_eq!(grade(&[], &bipap), by(3, "oxygen-positive-pressure", flags));
    let ventilator = "positive-pressure-as-ventilator";
    assert_eq!(grade(&[("niv_is_ventilator", "yes")], &bipap), by(4, ventilator, ventilator));
    assert_eq!(grade(&[("niv_is_ventilator", "yes")], &[("oxygen_device", "imv")]), by(4, ventilator, ""));
    let cannula = [("oxygen_device", "nc"), ("oxygen_flow", "6")];
    assert_eq!(grade(&[("cannula_limit", "7")], &cannula), by(2, "oxygen", ""));
    let alone = "hypotension-vasopressin-alone";
    assert_eq!(grade(&[], &[("vasopressin", "true")]), by(2, alone, alone));
    let high = [("pressors", "1"), ("pressor_high", "true")];
    assert_eq!(grade(&[("high_dose_hours", "0")], &high), by(3, "hypotension-high-dose", ""));
}

#[test]
fn high_dose_counts_after_three_hours_and_asks_to_be_woken() {
    let mut monitor = Monitor::new(&LEE, &adult()).unwrap();
    monitor.observe(1.0, &Signs::normal());
    let high = signs_of(&[("pressors", "1"), ("pressor_high", "true")]);
    assert_eq!(monitor.observe(2.0, &high).unwrap().after.grade(), Some(2));
    let due = monitor.wake().unwrap();
    assert!((due - 2.125).abs() < 1e-12);
    assert_eq!(monitor.observe(due, &high).unwrap().after.grade(), Some(3));
    // Dose unknown: it may be high.
    let unknown = doses_unknown(signs_of(&[("pressors", "1")]));
    let finding = snapshot_on(&LEE, &adult(), &unknown).rows()[0].finding;
    assert_eq!((finding.grade(), finding.bound(), finding.highest), (Some(2), Bound::Lower, 3));
    // No vasopressor, no dose.
    let none = doses_unknown(signs_of(&[("temperature", "39")]));
    assert_eq!(snapshot_on(&LEE, &adult(), &none).rows()[0].finding.bound(), Bound::Exact);
}

/// The table written out by hand for a patient of whom everything is known, high doses counting at once.
pub(super) fn by_hand(signs: &Signs) -> u8 {
    let vasopressors = signs.raw(Sign::Pressors) + signs.raw(Sign::Vasopressin);
    let hypotension = if vasopressors >= 2.0 || (vasopressors == 1.0 && signs.raw(Sign::PressorHigh) == 1.0) {
        3
    } else if vasopressors == 1.0 || signs.raw(Sign::Sbp) < 90.0 || signs.fluids() != Some(Fluids::None) {
        2
    } else {
        0
    };
    let high = signs.raw(Sign::Fio2) >= 40.0;
    let hypoxia = match signs.oxygen_device().unwrap() {
        OxygenDevice::Imv => 4,
        OxygenDevice::Cpap | OxygenDevice::Bipap => 3,
        _ if high => 3,
        OxygenDevice::Ra => 0,
        _ => 2,
    };
    let fever = u8::from(signs.raw(Sign::Temperature) >= 38.0 || signs.raw(Sign::Symptoms) == 1.0);
    // A symptom opens an episode as well.
    let syndrome = fever > 0 || hypotension > 0 || hypoxia > 0;
    let organ = signs.raw(Sign::CreatinineGrade).max(signs.raw(Sign::OrganGrade)).min(4.0) as u8;
    // Transaminases of grade 3 are an organ toxicity of grade 3, and those of grade 4 as well.
    let organ = organ.max((signs.raw(Sign::TransaminaseGrade) as u8).min(3));
    let organ = if syndrome && organ >= 2 { organ } else { 0 };
    fever.max(hypotension).max(hypoxia).max(organ)
}

fn doses_unknown(mut signs: Signs) -> Signs {
    let doses = [Sign::Norepinephrine, Sign::Epinephrine, Sign::Phenylephrine, Sign::Dopamine, Sign::NeEquivalent];
    for sign in doses.into_iter().chain([Sign::PressorHigh]) {
        signs.forget(sign);
    }
    signs
}

use super::*;

fn message(name: &str, value: &str) -> String {
    Signs::unknown().set_text(name, value).unwrap_err().to_string()
}

fn signs(values: &[(&str, &str)]) -> Signs {
    let mut signs = Signs::unknown();
    for (name, value) in values {
        signs.set_text(name, value).unwrap();
    }
    signs
}

#[test]
fn names_and_places_agree() {
    for (at, sign) in Sign::ALL.into_iter().enumerate() {
        assert_eq!(sign.index(), at);
        assert_eq!(Sign::named(sign.name()), Some(sign));
    }
    for (rank, device) in OxygenDevice::ALL.into_iter().enumerate() {
        assert_eq!(device as usize, rank);
    }
    assert!(OxygenDevice::Nc < OxygenDevice::Mask && OxygenDevice::Hfnc < OxygenDevice::Cpap);
    assert!(Fluids::One < Fluids::Multiple);
}

#[test]
fn every_value_printed_is_read_back() {
    let values = [
        ("temperature", "38.4"),
        ("sbp", "85"),
        ("fluids", "multiple"),
        ("pressors", "2"),
        ("vasopressin", "true"),
        ("pressor_high", "false"),
        ("oxygen_device", "hfnc"),
        ("oxygen_flow", "40"),
        ("fio2", "60"),
        ("antipyretic_given", "1"),
        ("anticytokine_given", "3"),
        ("norepinephrine", "12.5"),
        ("epinephrine", "4"),
        ("phenylephrine", "50"),
        ("dopamine", "4"),
        ("ne_equivalent", "19"),
        ("spo2", "93"),
        ("creatinine_grade", "2"),
        ("transaminase_grade", "4"),
        ("organ_grade", "1"),
        ("coagulation_product", "false"),
        ("hospitalised", "true"),
        ("symptoms", "true"),
        ("ice", "7"),
        ("consciousness", "voice"),
        ("seizure", "brief"),
        ("motor_weakness", "false"),
        ("oedema", "focal"),
    ];
    let mut signs = Signs::unknown();
    for (name, value) in values {
        signs.set_text(name, value).unwrap();
        assert_eq!(signs.text(Sign::named(name).unwrap()).as_deref(), Some(value));
    }
    assert_eq!(signs.known().count(), Sign::COUNT);
    assert_eq!(signs.oxygen_device(), Some(OxygenDevice::Hfnc));
    assert_eq!(signs.fluids(), Some(Fluids::Multiple));
    signs.set_text("sbp", " ").unwrap();
    assert_eq!(signs.get(Sign::Sbp), None);
}

#[test]
fn units_are_converted_without_a_trace_of_rounding() {
    let value = |sign, text| Signs::value_of(sign, text).unwrap();
    assert_eq!(value(Sign::Temperature, "100.4 degF"), 38.0);
    assert_eq!(value(Sign::Temperature, "38.0 degC"), 38.0);
    assert_eq!(value(Sign::OxygenFlow, "2000 mL/min"), 2.0);
    assert_eq!(value(Sign::Fio2, "40 percent"), 40.0);
    assert_eq!(value(Sign::AnticytokineGiven, "true"), 1.0);
}

#[test]
fn wrong_values_are_refused_with_a_remedy() {
    assert!(message("temprature", "38").contains("did you mean `temperature`?"));
    assert!(message("oxygen_device", "hfcn").contains("did you mean `hfnc`?"));
    assert!(message("temperature", "383").contains("between 25 and 45 degC"));
    assert!(message("temperature", "101.3").contains("was `101.3 degF` meant?"));
    assert!(message("fio2", "0.4").contains("was `40 percent` meant?"));
    assert!(message("sbp", "90 L").contains("`320 mmHg`"));
    assert!(message("pressors", "1.5").contains("whole number"));
    assert!(message("vasopressin", "yes").contains("`true` or `false`"));
    assert!(message("sbp", "nan").contains("G002"));
}

#[test]
fn of_several_steps_the_worse_counts_sign_by_sign() {
    let cannula = Signs::unknown().with(Sign::OxygenFlow, 2.0).with(Sign::OxygenDevice, 2.0).with(Sign::Sbp, 95.0);
    let mut mask = Signs::unknown().with(Sign::Sbp, 85.0);
    mask.set_oxygen_device(OxygenDevice::Mask);
    for worst in [cannula.worst(&mask), mask.worst(&cannula)] {
        assert_eq!(worst.oxygen_device(), Some(OxygenDevice::Mask));
        assert_eq!(worst.get(Sign::OxygenFlow), Some(2.0));
        assert_eq!(worst.get(Sign::Sbp), Some(85.0));
        assert_eq!(worst.get(Sign::Pressors), None);
    }
}

#[test]
fn flow_and_fio2_belong_to_their_device() {
    let high_flow = signs(&[("oxygen_device", "hfnc"), ("oxygen_flow", "40"), ("fio2", "60"), ("sbp", "95")]);
    let mask = signs(&[("oxygen_device", "venturi"), ("fio2", "28")]);
    assert_eq!(high_flow.updated(&mask), mask.with(Sign::Sbp, 95.0));
    // The same device told again, or none: what was set still counts.
    assert_eq!(high_flow.updated(&signs(&[("oxygen_device", "hfnc")])), high_flow);
    assert_eq!(high_flow.updated(&signs(&[("fio2", "50")])), high_flow.with(Sign::Fio2, 50.0));
}

#[test]
fn what_a_nurse_measures_is_smooth() {
    let measured: Vec<Sign> = Sign::ALL.into_iter().filter(|sign| sign.is_measured()).collect();
    assert_eq!(measured, [Sign::Temperature, Sign::Sbp, Sign::Spo2]);
    assert!(measured.iter().all(|sign| sign.is_continuous()));
}

#[test]
fn normal_is_known_and_unknown_is_not_normal() {
    assert_eq!(Signs::normal().known().count(), Sign::COUNT);
    assert_eq!(Signs::unknown().known().count(), 0);
    assert_ne!(Signs::normal(), Signs::unknown());
    assert_eq!(Signs::normal().updated(&Signs::unknown()), Signs::normal());
    assert_eq!(Signs::unknown().updated(&Signs::normal()), Signs::normal());
}

#[test]
fn the_norepinephrine_equivalent_weighs_each_agent() {
    // Norepinephrine 8, epinephrine 4, phenylephrine 50 ug/min, dopamine 4 ug/kg/min: 8 + 4 + 5 + 2.
    let drips = signs(&[("norepinephrine", "8"), ("epinephrine", "4"), ("phenylephrine", "50"), ("dopamine", "4")]);
    assert_eq!(drips.with_equivalent().get(Sign::NeEquivalent), Some(19.0));
    assert_eq!(drips.with(Sign::Dopamine, f64::NAN).with_equivalent().get(Sign::NeEquivalent), None);
}

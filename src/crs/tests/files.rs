//! Scale files, right and wrong.

use super::*;
use crate::diagnostic::{Problems, Source};

fn problems_of(text: &str) -> Problems {
    let mut problems = Problems::default();
    let scale = parse(&Source::new("mine.toml", text), &mut problems);
    assert_eq!(scale.is_none(), problems.has_errors());
    problems
}

/// The embedded scale with a mistake put in: code, the marked text, and part of the whole message.
#[track_caller]
fn assert_refused(from: &str, to: &str, code: &str, marked: &str, part: &str) {
    let text = Scale::embedded_text("astct-2019").unwrap();
    assert!(text.contains(from), "`{from}` is not in the file");
    let problems = problems_of(&text.replacen(from, to, 1));
    let shown = problems.to_string();
    let found = problems.iter().find(|problem| problem.code.id == code);
    let found = found.unwrap_or_else(|| panic!("no {code} in\n{shown}"));
    assert_eq!(found.labels[0].span.text(), marked, "{shown}");
    assert!(found.to_string().contains(part), "`{part}` is not in\n{found}");
}

#[test]
fn embedded_scales_are_right_and_complete() {
    for name in Scale::embedded_names() {
        let scale = Scale::embedded(name).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(scale.name(), name);
        assert!(!scale.citation().is_empty() && scale.highest() == if name == "icans" { 4 } else { 5 });
        assert!(scale.rules().iter().all(|rule| !rule.source.is_empty() && !rule.text.is_empty()));
    }
    let unknown = Scale::embedded("astct").unwrap_err().to_string();
    assert!(unknown.contains("did you mean `astct-2019`?"), "{unknown}");
}

#[test]
fn the_parts_of_a_scale_can_be_shown() {
    let scale = &*ASTCT;
    let rule = scale.rules().iter().find(|rule| rule.id == "hypoxia-positive-pressure").unwrap();
    assert_eq!((rule.grade, rule.axis.as_str(), rule.status), (4, "hypoxia", Status::Read));
    assert_eq!(rule.condition(), "eligible and oxygen_device >= cpap");
    let names: Vec<_> = scale.options().iter().map(|option| option.name.as_str()).collect();
    let pressure = ["sbp_threshold", "sbp_rule", "sbp_fall"];
    let episodes = ["fever_waiver", "minimum_overlap", "onset", "end_hours", "merge_gap"];
    let expected: Vec<_> = ["fever_threshold"].into_iter().chain(pressure).chain(episodes).collect();
    assert_eq!(names, expected);
}

#[test]
fn every_scale_has_the_options_of_episodes() {
    for name in Scale::embedded_names().filter(|name| *name != "icans") {
        let mut settings = adult();
        let scales = [Scale::embedded(name).unwrap()];
        for (option, value) in [("onset", "first_fever"), ("end_hours", "36 h"), ("merge_gap", "30 h")] {
            settings.set_in(&scales, option, value).unwrap();
        }
        let fever =
            |hour: f64, temperature| Reading::new(hour / 24.0, Signs::normal().with(Sign::Temperature, temperature));
        settings.hold = Hold::forever();
        // Clear for 30 hours, then for 37, the second time too short to end within the course.
        let readings = [fever(0.0, 39.0), fever(10.0, 37.0), fever(40.0, 39.0), fever(50.0, 37.0)];
        let readings = readings.into_iter().chain([fever(87.0, 39.0), fever(90.0, 37.0), fever(125.0, 37.0)]);
        let course = grade(&scales[0], &settings, readings).unwrap();
        let [first, second] = course.episodes() else { panic!("{name}: {:?}", course.episodes()) };
        assert_eq!(((first.end * 24.0).round(), first.outcome), (50.0, Outcome::Resolved));
        assert_eq!(((second.onset * 24.0).round(), second.outcome), (87.0, Outcome::Censored));
    }
}

#[test]
fn an_option_is_set_for_every_scale_that_has_it() {
    let scales = [ASTCT.clone(), LEE.clone()];
    let mut settings = Settings::default();
    // One has it, both have it.
    settings.set_in(&scales, "niv_is_ventilator", "yes").unwrap();
    settings.set_in(&scales, "sbp_threshold", "82").unwrap();
    for scale in &scales {
        let grading = Grading::new(scale, &settings).unwrap();
        assert!(grading.continuous_atoms().iter().any(|atom| (atom.sign, atom.constant) == (Sign::Sbp, 82.0)));
    }
    let refused = settings.set_in(&scales, "fever_wavier", "any").unwrap_err().to_string();
    assert!(refused.contains("scales `astct-2019`, `lee-2014` have no option `fever_wavier`"), "{refused}");
    assert!(refused.contains("did you mean `fever_waiver`?"), "{refused}");

    // The same name in another unit: a bare number would mean two things.
    let text = Scale::embedded_text("lee-2014").unwrap().replacen(
        "default = 24\nunit = \"h\"",
        "default = 1\nunit = \"d\"",
        1,
    );
    let mut problems = Problems::default();
    let in_days = parse(&Source::new("mine.toml", text), &mut problems);
    let scales = [ASTCT.clone(), problems.or_value(in_days).unwrap()];
    let refused = settings.set_in(&scales, "end_hours", "36").unwrap_err().to_string();
    assert!(refused.contains("write the unit"), "{refused}");
    settings.set_in(&scales, "end_hours", "36 h").unwrap();
    for scale in &scales {
        let mut monitor = Monitor::new(scale, &settings).unwrap();
        monitor.observe(0.0, &Signs::normal().with(Sign::Temperature, 39.0));
        monitor.observe(1.0, &Signs::normal());
        assert_eq!(monitor.wake(), Some(2.5));
    }
}

#[test]
fn what_a_condition_knows_besides_signs_has_reserved_names() {
    assert_refused("fever = 'temp", "fio2_known = 'temp", "G012", "fio2_known", "two meanings");
    assert_refused("fever = 'temp", "unread = 'temp", "G012", "unread", "two meanings");
    assert_refused("and pressors >= 2'", "and unraed'", "G007", "unraed", "did you mean `unread`?");
    assert_refused("and pressors >= 2'", "and fio_known'", "G007", "fio_known", "");
}

#[test]
fn unknown_keys_are_refused_with_the_nearest() {
    assert_refused("title =", "titel =", "F003", "titel", "did you mean `title`?");
    assert_refused("axis = \"fever\"", "axes = \"fever\"", "F003", "axes", "did you mean `axis`?");
    assert_refused("axis = \"fever\"", "axes = \"fever\"", "F005", "[[rules]]", "`axis` is missing");
    assert_refused("label = \"Which", "lable = \"Which", "F003", "lable", "did you mean `label`?");
    assert_refused("ends_after =", "end_after =", "F003", "end_after", "did you mean `ends_after`?");
}

#[test]
fn unknown_names_in_conditions_are_refused_with_the_nearest() {
    assert_refused("'temperature >= f", "'temprature >= f", "G007", "temprature", "did you mean `temperature`?");
    assert_refused("and pressors >= 2", "and presors >= 2", "G007", "presors", "did you mean `pressors`?");
    assert_refused("or vasopressin'", "or vasopresin'", "G007", "vasopresin", "did you mean `vasopressin`?");
    assert_refused(
        "== adult and sbp < sbp_threshold",
        "== adult and sbp < sbp_limit",
        "G007",
        "sbp_limit",
        "sbp_threshold",
    );
    assert_refused("oxygen_device >= cpap", "oxygen_device >= cpp", "G007", "cpp", "did you mean `cpap`?");
    assert_refused("fever_waiver == any", "fever_waiver == eny", "G007", "eny", "did you mean `any`?");
}

#[test]
fn units_of_conditions_and_options_are_checked() {
    assert_refused("6 [L/min]", "6 [L]", "G009", "6 [L]", "`6 [L/min]`");
    assert_refused("6 [L/min]", "6", "G009", "6", "`oxygen_flow` is in L/min");
    let text = "default = 90\nunit = \"mmHg\"";
    assert_refused(text, "default = 90\nunit = \"d\"", "G009", "sbp_threshold", "`sbp` is in mmHg, not in d");
    assert_refused("'merge_gap'", "'fever_threshold'", "G009", "fever_threshold", "`merges_within` is in d");
}

#[test]
fn conditions_of_another_form_are_refused() {
    assert_refused("'temperature >= f", "'2 * temperature >= f", "G008", "2 * temperature >= fever_threshold", "");
    assert_refused("'oxygen_device > ra'", "'oxygen_device'", "G008", "oxygen_device", "`oxygen_device`");
    assert_refused("fever = 'temperature >=", "fever = 'temperature ==", "G008", "temperature == fever_threshold", "");
    assert_refused("hypoxia = 'oxygen_device > ra'", "hypoxia = 'not hypoxia'", "G008", "hypoxia", "defined by itself");
    assert_refused("fever_waiver == any", "fever_waiver >= any", "G008", "fever_waiver >= any", "");
    assert_refused("and vasopressin'", "and vasopressin > 0'", "G008", "vasopressin > 0", "");
}

#[test]
fn a_grade_without_a_rule_is_a_gap() {
    let text = Scale::embedded_text("astct-2019").unwrap().replace("grade = 3", "grade = 2");
    let problems = problems_of(&text);
    let gap = problems.iter().find(|problem| problem.code.id == "G004").unwrap();
    assert_eq!((gap.message.as_str(), gap.labels[0].span.text()), ("no rule gives grade 3", "\"death\""));
}

#[test]
fn bad_options_rules_and_values_are_refused() {
    assert_refused("default = \"any\"", "default = \"some\"", "G006", "\"some\"", "anticytokine_only");
    assert_refused("allowed = [\"any\", ", "# [", "F005", "fever_waiver", "does not say what is allowed");
    assert_refused("unit = \"mmHg\"", "unit = \"mmhg\"", "U001", "mmhg", "mmHg");
    assert_refused("grade = 4", "grade = 7", "F006", "7", "from 1 to 5");
    assert_refused("grade = 4", "grade = \"four\"", "F004", "\"four\"", "wants a number");
    assert_refused("id = \"hypoxia-high-flow\"", "id = \"fever\"", "G010", "\"fever\"", "`fever`");
    assert_refused("status = \"convention\"", "status = \"guess\"", "F006", "\"guess\"", "`convention`");
    assert_refused("hypoxia = 'oxygen", "sbp = 'oxygen", "G012", "sbp", "two meanings");
    assert_refused("cascade-scale/1", "cascade-scale/2", "F010", "\"cascade-scale/2\"", "`cascade-scale/1`");
}

#[test]
fn broken_and_empty_files_are_refused() {
    assert_eq!(problems_of(" \n").iter().next().unwrap().code.id, "F007");
    assert_eq!(problems_of("name = [").iter().next().unwrap().code.id, "F002");
    assert!(problems_of("format = \"cascade-scale/1\"").iter().any(|problem| problem.code.id == "F005"));
}

#[test]
fn all_mistakes_are_told_at_once_in_files_with_other_line_ends_too() {
    let text = Scale::embedded_text("astct-2019").unwrap();
    let text =
        text.replace("or vasopressin'", "or vasopresin'").replace("6 [L/min]", "6 [L]").replace("title", "titel");
    let codes: Vec<_> = problems_of(&text).iter().map(|problem| problem.code.id).collect();
    assert_eq!(codes, ["F005", "F003", "G007", "G009"]);
    let same: Vec<_> = problems_of(&text.replace('\n', "\r\n")).iter().map(|problem| problem.code.id).collect();
    assert_eq!(codes, same);
}

#[test]
fn options_are_set_by_name_and_text() {
    let scale = &*ASTCT;
    let refuse = |name: &str, value: &str| Settings::default().set(scale, name, value).unwrap_err().to_string();
    assert!(refuse("fever_wavier", "any").contains("did you mean `fever_waiver`?"));
    assert!(refuse("fever_waiver", "nevr").contains("did you mean `never`?"));
    assert!(refuse("end_hours", "3 mg").contains("a number in h"));
    assert!(refuse("end_hours", "-3").contains("G006"));
    assert!(refuse("end_hours", "long").contains("G006"));
    let mut settings = Settings::default();
    settings.set(scale, "end_hours", "2 d").unwrap();
    settings.set(scale, "end_hours", "1.5 d").unwrap();
    let mut monitor = Monitor::new(scale, &settings).unwrap();
    monitor.observe(0.0, &Signs::normal().with(Sign::Temperature, 39.0));
    monitor.observe(1.0, &Signs::normal());
    assert_eq!(monitor.wake(), Some(2.5));
}

#[test]
fn durations_must_not_be_negative_and_definitions_not_bottomless() {
    assert_refused("'end_hours'", "'0 [h] - end_hours'", "G006", "0 [h] - end_hours", "`ends_after` is negative");
    let chain: String = (0..5000).map(|n| format!("a{n} = 'a{}'\n", n + 1)).collect();
    assert_refused(
        "[definitions]\n",
        &format!("[definitions]\n{chain}a5000 = 'fever'\n"),
        "G008",
        "a32",
        "more than 32 deep",
    );
}

#[test]
fn an_option_that_leaves_no_usable_number_is_an_error_and_not_a_panic() {
    let text = Scale::embedded_text("astct-2019").unwrap();
    let text = text.replacen(
        "== adult and sbp < sbp_threshold",
        "== adult and sbp < 8100 [mmHg] * 1 [mmHg] / sbp_threshold",
        1,
    );
    let mut problems = Problems::default();
    let scale = parse(&Source::new("mine.toml", text), &mut problems);
    let scale = problems.or_value(scale).unwrap();
    let mut settings = Settings::default();
    assert!(Grading::new(&scale, &settings).is_ok());
    settings.set(&scale, "sbp_threshold", "0").unwrap();
    let refused = Grading::new(&scale, &settings).unwrap_err();
    assert_eq!(refused.iter().next().unwrap().code.id, "G009");
}

proptest::proptest! {
    #[test]
    fn no_mutation_of_a_file_makes_the_reader_panic(
        at in 0usize..7000, length in 0usize..40, with in "[a-z0-9 '\"=<>()\\[\\]\\\\.\n-]{0,12}",
    ) {
        let text = Scale::embedded_text("astct-2019").unwrap();
        let (start, end) = (at.min(text.len()), (at + length).min(text.len()));
        if let (Some(before), Some(after)) = (text.get(..start), text.get(end..)) {
            problems_of(&format!("{before}{with}{after}"));
        }
    }
}

#![cfg(feature = "cli")]
//! Every message has a file that provokes it, and the report beside it.
//!
//! `tests/diagnostics/M002-circle-of-derived.toml` is checked by `cascade check`; what that prints stands in
//! `M002-circle-of-derived.txt`. After a deliberate change of messages, `UPDATE=1 cargo test diagnostics` writes the
//! reports anew: read the difference before it is committed.

mod guards;
mod mutation;
mod population;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use cascade::diagnostic::{Problems, Source, codes};
use serde_json::Value;

use crate::command::cascade;

/// Codes that no single file provokes, and the test that does.
const ELSEWHERE: &[(&str, &str)] = &[
    ("F008", "a_file_that_is_too_large_is_refused"),
    ("F011", "a_wrong_line_is_refused_with_its_text_and_a_remedy_and_writes_nothing"),
    ("F013", "a_wrong_line_is_refused_with_its_text_and_a_remedy_and_writes_nothing"),
    ("F012", "a_wrong_line_is_refused_with_its_text_and_a_remedy_and_writes_nothing"),
    ("F014", "without_the_feature_it_is_told_how_to_get_it"),
    ("F015", "a_file_that_cannot_be_used_is_told_before_anything_is_written"),
    ("M021", "a_wrong_line_is_refused_with_its_text_and_a_remedy_and_writes_nothing"),
    ("C010", "a_stream_of_mixed_subjects_is_refused_and_a_file_is_not"),
    ("G003", "a_wrong_line_is_refused_with_its_text_and_a_remedy_and_writes_nothing"),
    ("G005", "a_wrong_line_is_refused_with_its_text_and_a_remedy_and_writes_nothing"),
    ("G011", "a_scale_with_too_many_rules_is_refused"),
    ("G013", "a_wrong_line_is_refused_with_its_text_and_a_remedy_and_writes_nothing"),
    ("D011", "a_wrong_line_is_refused_with_its_text_and_a_remedy_and_writes_nothing"),
    ("C011", "the_infusion_can_be_given_for_long_tables_with_dates"),
    ("C012", "wrong_folders_and_bundles_are_refused_with_their_place"),
    ("C013", "wrong_folders_and_bundles_are_refused_with_their_place"),
    ("C014", "wrong_folders_and_bundles_are_refused_with_their_place"),
    ("C015", "wrong_folders_and_bundles_are_refused_with_their_place"),
    ("D012", "a_wrong_design_is_refused_with_its_place_and_writes_nothing"),
    ("D013", "a_wrong_design_is_refused_with_its_place_and_writes_nothing"),
    ("D014", "a_wrong_design_is_refused_with_its_place_and_writes_nothing"),
    ("D015", "a_wrong_design_is_refused_with_its_place_and_writes_nothing"),
    ("L001", "what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing"),
    ("L002", "what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing"),
    ("L003", "what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing"),
    ("L004", "what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing"),
    ("L005", "what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing"),
    ("L006", "what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing"),
    ("L007", "what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing"),
    ("L008", "what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing"),
    ("L009", "what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing"),
    ("L010", "what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing"),
    ("L012", "what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing"),
    ("L011", "what_cannot_be_fitted_is_refused_with_a_remedy_and_writes_nothing"),
    ("D008", "rows_of_a_trajectory_come_in_the_order_of_time"),
    ("D016", "each_bad_table_is_told_with_file_line_and_column"),
    ("D017", "each_observation_that_cannot_be_is_told_with_file_line_and_column"),
    ("D018", "values_below_the_limit_that_are_not_marked_are_counted_by_output"),
    ("D010", "units_in_header_and_sidecar_must_agree"),
    ("N004", "a_wrong_line_is_refused_with_its_text_and_a_remedy_and_writes_nothing"),
    ("N005", "a_rate_that_blows_up_is_told_with_time_state_and_reason"),
    ("N006", "a_switch_that_never_settles_is_named"),
    ("N007", "a_wrong_line_is_refused_with_its_text_and_a_remedy_and_writes_nothing"),
    ("N009", "a_run_that_is_stopped_from_outside_says_so"),
    ("P001", "patients_that_cannot_be_drawn_are_told"),
    ("P004", "patients_that_cannot_be_drawn_are_told"),
    ("P005", "a_value_that_every_class_replaces_is_told"),
    ("P006", "a_table_of_patients_has_columns_of_the_model_alone"),
    ("P007", "a_table_of_patients_names_classes_of_the_mixture_alone"),
    ("A001", "a_wrong_comparison_is_refused_with_its_place_and_writes_nothing"),
    ("A002", "a_wrong_comparison_is_refused_with_its_place_and_writes_nothing"),
    ("A003", "a_wrong_comparison_is_refused_with_its_place_and_writes_nothing"),
    ("A004", "a_wrong_comparison_is_refused_with_its_place_and_writes_nothing"),
    ("A005", "a_wrong_comparison_is_refused_with_its_place_and_writes_nothing"),
    ("A006", "a_wrong_comparison_is_refused_with_its_place_and_writes_nothing"),
    ("A007", "a_wrong_comparison_is_refused_with_its_place_and_writes_nothing"),
    ("N010", "a_wrong_line_is_refused_with_its_text_and_a_remedy_and_writes_nothing"),
];

/// Files without mistakes: the model that the parameter sets belong to, and one that uses every key.
const GOOD: [&str; 2] = ["model.toml", "full-model.toml"];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics")
}

/// Names of the files that are checked, sorted.
fn names() -> Vec<String> {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.filter(|name| name.ends_with(".toml") || name.ends_with(".csv")).collect();
    names.sort();
    names
}

/// The report on a file, and the exit code.
fn report(name: &str) -> (i32, String) {
    let done = cascade(&folder()).args(["check", name]).output().unwrap();
    (done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap().replace("\r\n", "\n"))
}

#[test]
fn every_file_is_reported_as_recorded() {
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    let mut recorded = BTreeMap::new();
    for name in names() {
        let (code, found) = report(&name);
        let (stem, _) = name.rsplit_once('.').unwrap();
        assert!(recorded.insert(stem.to_string(), ()).is_none(), "two files {stem}");
        if GOOD.contains(&name.as_str()) {
            assert_eq!((code, found.as_str()), (0, ""));
            continue;
        }
        let (warning, error) = (found.contains("warning["), found.contains("error["));
        assert!(warning != error, "{name} has errors or warnings, not both\n{found}");
        assert_eq!(code, if error { 2 } else { 0 }, "{name}\n{found}");
        if let Some((code, _)) = stem.split_once('-').filter(|(code, _)| codes::find(code).is_some()) {
            assert!(found.contains(&format!("[{code}]")), "{name} does not show {code}\n{found}");
        }
        let path = folder().join(format!("{stem}.txt"));
        if update {
            fs::write(&path, &found).unwrap();
        } else if fs::read_to_string(&path).ok().as_ref() != Some(&found) {
            wrong.push(format!("--- {name}\n{found}"));
        }
    }
    assert!(wrong.is_empty(), "not as recorded (UPDATE=1 records):\n{}", wrong.join("\n"));
    assert!(recorded.len() > 25);
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(stem) = name.strip_suffix(".txt") {
            assert!(recorded.contains_key(stem), "{name} belongs to no file");
        }
    }
}

#[test]
fn every_code_has_a_file_or_a_test() {
    let names = names();
    let places = [
        "tests/diagnostics.rs",
        "tests/diagnostics/population.rs",
        "tests/command/wrong.rs",
        "tests/command/failure.rs",
        "tests/command/observations.rs",
        "tests/command/parquet.rs",
        "tests/command/charts.rs",
        "tests/command/compare.rs",
        "tests/command/fit.rs",
        "tests/command/standards.rs",
        "src/observation/tests/wrong.rs",
        "src/observation/tests/data.rs",
    ];
    let tests: String = places
        .iter()
        .map(|path| fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap())
        .collect();
    for code in codes::all() {
        let file = names.iter().any(|name| name.starts_with(&format!("{}-", code.id)));
        match ELSEWHERE.iter().find(|(id, _)| *id == code.id) {
            Some((_, test)) => {
                assert!(!file, "{} has a file and needs no other place", code.id);
                assert!(tests.contains(&format!("fn {test}(")), "no test {test}");
            }
            None => assert!(file, "no file provokes {}: {}", code.id, code.title),
        }
    }
}

#[test]
fn codes_of_a_stage_are_numbered_without_gaps() {
    let mut last: BTreeMap<char, u32> = BTreeMap::new();
    for code in codes::all() {
        let (stage, number) = code.id.split_at(1);
        let before = last.entry(stage.chars().next().unwrap()).or_default();
        assert_eq!(number.parse::<u32>().unwrap(), *before + 1, "{}", code.id);
        *before += 1;
    }
}

#[test]
fn all_mistakes_of_a_file_are_told_in_one_go() {
    for (name, least) in [
        ("all-at-once-model.toml", 15),
        ("all-at-once-scenario.toml", 7),
        ("all-at-once-set.toml", 6),
        ("all-at-once-scale.toml", 4),
    ] {
        let (_, found) = report(name);
        let mut kinds: Vec<&str> = codes::all().map(|code| code.id).collect();
        kinds.retain(|code| found.contains(&format!("error[{code}]")));
        assert!(kinds.len() >= least, "{name} shows {kinds:?}");
    }
}

#[test]
fn reports_for_programs_hold_the_same_places() {
    for name in names().iter().filter(|name| !GOOD.contains(&name.as_str())) {
        let done = cascade(&folder()).args(["check", name, "--format", "json"]).output().unwrap();
        assert!(done.stderr.is_empty());
        let found: Value = serde_json::from_slice(&done.stdout).unwrap();
        let (list, (_, text)) = (found["diagnostics"].as_array().unwrap(), report(name));
        let count = found["errors"].as_u64().unwrap() + found["warnings"].as_u64().unwrap();
        assert_eq!(list.len() as u64, count, "{name}");
        let file = fs::read(folder().join(name)).unwrap();
        let file = String::from_utf8_lossy(&file);
        for diagnostic in list {
            let message = diagnostic["message"].as_str().unwrap();
            assert!(text.contains(message), "{name}: {message}");
            assert!(!message.ends_with('.'), "{name}: {message}");
            assert!(codes::find(diagnostic["code"].as_str().unwrap()).is_some());
            assert!(["error", "warning"].contains(&diagnostic["severity"].as_str().unwrap()));
            let labels = diagnostic["labels"].as_array().unwrap();
            assert!(!labels.is_empty(), "{name}: {message} has no place");
            for label in labels.iter().filter(|label| label["file"] == **name) {
                let line = label["line"].as_u64().unwrap() as usize;
                let column = label["column"].as_u64().unwrap() as usize;
                let there: String = file.lines().nth(line - 1).unwrap_or("").chars().skip(column - 1).collect();
                let underlined = label["underlined"].as_str().unwrap();
                assert!(there.starts_with(underlined.lines().next().unwrap_or("")), "{name}:{line}:{column}");
            }
        }
    }
}

#[test]
fn rows_of_a_trajectory_come_in_the_order_of_time() {
    let source = Source::new("trajectory.csv", "time [d],il6 [pg/mL]\n0,5\n2,7\n1,6\n");
    let mut problems = Problems::default();
    assert!(cascade::trajectory::read_csv(&source, None, &mut problems).is_none());
    let told: Vec<(&str, usize)> =
        problems.iter().map(|found| (found.code.id, found.labels[0].span.position().line)).collect();
    assert_eq!(told, [("D008", 4)]);
}

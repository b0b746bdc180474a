//! Patients' charts through the command: what is printed, what is written, what is refused.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use super::{fields, printed, told};

const LONG: &str = "subject,time_h,param,value,unit\n";
const POINTS: &str =
    "id,age_y,wt_kg,temp_c,fever_therapy,sbp,fluids_for_bp,pressors,pressor_h,o2_device,o2_flow_lpm,fio2_pct,other\n";

/// Fever, then a vasopressor; then well for long enough.
fn ward(subject: &str) -> String {
    let mut text =
        format!("{subject},0,O2DEVICE,RA,\n{subject},30,PRESSOR:NE,5,ug/min\n{subject},40,PRESSOR:NE,0,ug/min\n");
    for hour in (0..=72).step_by(6) {
        let temperature = if (24..48).contains(&hour) { 38.9 } else { 36.8 };
        text += &format!("{subject},{hour},TEMP,{temperature},degC\n{subject},{hour},SBP,110,mmHg\n");
    }
    text
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

#[test]
fn snapshots_have_a_row_for_each_patient_and_scale() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text =
        printed(here, &["grade", "--snapshots", "tests/vignettes/snapshots.csv", "--scale", "all", "--format", "csv"]);
    let rows = fields(&text);
    assert_eq!(rows[0], ["id", "scale", "grade", "bound", "rule", "flags"]);
    assert_eq!(rows.len(), 1 + 27 * 8);
    let found = |id: &str, scale: &str| {
        let row = rows.iter().find(|row| row[0] == id && row[1] == scale).unwrap();
        (row[2].to_string(), row[4].to_string())
    };
    assert_eq!(found("P26", "astct-2019"), ("3".into(), "hypotension-one-pressor".into()));
    assert_eq!(found("P18", "penn"), ("3".into(), "oxygen".into()));
    assert_eq!(found("P07", "mskcc"), ("3".into(), "hypotension-vasopressor-long".into()));
    let json = printed(here, &["grade", "--snapshots", "tests/vignettes/snapshots.csv", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json[26]["grade"], 5);
}

#[test]
fn splitting_mixing_windows_line_ends_and_units_change_no_grade() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (ward("1"), ward("2").replace("38.9,degC", "102.02,degF").replace("5,ug/min", "0.3,mg/h"));
    let line = |name: &str| ["grade", name, "--scale", "all", "--format", "csv"].map(String::from);
    let graded = |name: &str| {
        let line = line(name);
        printed(folder.path(), &line.iter().map(String::as_str).collect::<Vec<_>>())
    };
    write(folder.path(), "both.csv", &format!("{LONG}{one}{two}"));
    write(folder.path(), "one.csv", &format!("{LONG}{one}"));
    write(folder.path(), "two.csv", &format!("{LONG}{two}"));
    let (both, first, second) = (graded("both.csv"), graded("one.csv"), graded("two.csv"));
    let body = |text: &str| text.split_once('\n').unwrap().1.to_string();
    assert_eq!(body(&both), body(&first) + &body(&second));
    let unnamed = |text: &str| body(text).lines().map(|row| row[1..].to_string()).collect::<Vec<_>>();
    assert_eq!(unnamed(&first), unnamed(&second));
    // Windows, a mark, rows in reverse.
    let mut rows: Vec<&str> = one.lines().chain(two.lines()).collect();
    rows.reverse();
    let windows = format!("\u{feff}{}{}\r\n", LONG.replace('\n', "\r\n"), rows.join("\r\n"));
    write(folder.path(), "windows.csv", &windows);
    let mut sorted: Vec<String> = graded("windows.csv").lines().map(String::from).collect();
    let mut expected: Vec<String> = both.lines().map(String::from).collect();
    sorted.sort();
    expected.sort();
    assert_eq!(sorted, expected);
    // Subjects mixed row by row.
    let mixed: String = one.lines().zip(two.lines()).map(|(a, b)| format!("{a}\n{b}\n")).collect();
    write(folder.path(), "mixed.csv", &format!("{LONG}{mixed}"));
    assert_eq!(graded("mixed.csv"), both);
}

#[test]
fn a_stream_of_mixed_subjects_is_refused_and_a_file_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{LONG}1,0,TEMP,37,degC\n2,0,TEMP,37,degC\n1,6,TEMP,37,degC\n");
    write(folder.path(), "mixed.csv", &text);
    printed(folder.path(), &["grade", "mixed.csv"]);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_cascade"))
        .args(["grade", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let report = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(2), "{report}");
    assert!(report.contains("C010") && report.contains("subject `1`") && report.contains(":4:"), "{report}");
}

#[test]
fn every_table_of_a_cohort_is_printed_and_written() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "ward.csv",
        &format!("{LONG}{}{}3,0,TEMP,36.8,degC\n3,0,REPORTED:penn,0,\n", ward("1"), ward("2")),
    );
    let tables = ["episodes", "patients", "incidence", "times", "onset", "concordance", "adam"];
    let line = |table| printed(folder.path(), &["grade", "ward.csv", "--scale", "astct-2019,penn", "--table", table]);
    let printed_tables: Vec<String> = tables.iter().map(|table| line(table)).collect();
    for (table, text) in tables.iter().zip(&printed_tables) {
        let rows = fields(text);
        assert!(rows.len() > 1, "{table}");
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{table}");
    }
    let episodes = fields(&printed_tables[0]);
    assert_eq!(&episodes[1][..8], ["1", "astct-2019", "1", "1", "2", "resolved", "3", "exact"]);
    let done = told(folder.path(), &["grade", "ward.csv", "--scale", "astct-2019,penn", "--output", "out"]);
    assert_eq!(done.0, 0, "{}", done.1);
    for (table, text) in tables.iter().zip(&printed_tables) {
        assert_eq!(&fs::read_to_string(folder.path().join(format!("out/{table}.csv"))).unwrap(), text, "{table}");
    }
    let courses = printed(folder.path(), &["grade", "ward.csv", "--scale", "astct-2019,penn", "--format", "csv"]);
    assert_eq!(fs::read_to_string(folder.path().join("out/course.csv")).unwrap(), courses);
}

#[test]
fn thirty_bad_inputs_are_told_with_place_value_and_remedy() {
    // Header, row, options; line and column, what is said of the value, the remedy.
    #[rustfmt::skip]
    let long: &[(&str, &str, &[&str])] = &[
        ("1,60,TEMP,383,degC", ":3:11", &["`temperature` cannot be `383 degC`", "between 25 and 45 degC"]),
        ("1,60,TEMP,101.3,degC", ":3:11", &["101.3 degC", "was `101.3 degF` meant?"]),
        ("1,60,TEMP,311.5,degC", ":3:11", &["311.5", "K"]),
        ("1,60,TEMP,\"38,6\",degC", ":3:11", &["`38,6`", "decimals with a point"]),
        ("1,60,TEMP,warm,degC", ":3:11", &["`warm`", "a number is wanted"]),
        ("1,60,TEMP,38.6,", ":3:11", &["38.6 has no unit", "degC"]),
        ("1,60,TEMP,38.6,mmHg", ":3:16", &["not measured in `mmHg`", "give it in degC"]),
        ("1,60,FIO2,0.4,percent", ":3:11", &["0.4 percent", "was `40` percent meant"]),
        ("1,60,SPO2,0.93,percent", ":3:11", &["0.93 percent", "was `93` percent meant"]),
        ("1,60,SBP,950,mmHg", ":3:10", &["950 mmHg", "between 0 and 320 mmHg"]),
        ("1,60,O2DEVICE,tent,", ":3:15", &["`tent`", "devices"]),
        ("1,60,O2DEVICE,hfcn,", ":3:15", &["`hfcn`", "did you mean `hfnc`?"]),
        ("1,60,O2FLOW,400,L/min", ":3:13", &["400 L/min", "between 0 and 120 L/min"]),
        ("1,60,PRESSOR:NE,5,", ":3:17", &["has no unit", "ug/min, ug/kg/min or mg/h"]),
        ("1,60,PRESSOR:NE,5,mL/h", ":3:17", &["`mL/h`", "give ug/min"]),
        ("1,60,PRESSOR:NE,5000,ug/min", ":3:17", &["5000", "is the unit right?"]),
        ("1,60,PRESSOR:NE,0.1,ug/kg/min", ":3:17", &["needs the weight", "row WEIGHT"]),
        ("1,60,PRESSOR:NOREPIN,5,ug/min", ":3:6", &["`NOREPIN`", "did you mean"]),
        ("1,60,PRESSOR:dobutamine,5,ug/min", ":3:6", &["`DOBUTAMINE`", "inotrope"]),
        ("1,60,PRESSOR,5,ug/min", ":3:6", &["`PRESSOR`", "name the agent"]),
        ("1,60,TMEP,38.6,degC", ":3:6", &["`TMEP`", "did you mean `TEMP`?"]),
        ("1,soon,TEMP,38.6,degC", ":3:3", &["`soon`", "hours after the infusion"]),
        ("1,60,CREAT_GR,7,", ":3:15", &["`7`", "between 0 and 5"]),
        ("1,60,FLUID_BOLUS,500,", ":3:18", &["`500`", "give mL"]),
        ("1,60,DEATH,perhaps,", ":3:12", &["`perhaps`", "write crs"]),
        ("1,60,AGE,640,year", ":3:10", &["`640`", "between 0 and 120 year"]),
        ("1,60,REPORTED:penn,6,", ":3:20", &["`6`", "a grade from 0 to 5"]),
        ("1,60,TEMP,38.6", ":3:1", &["4 fields where the header has 5", "keep its comma"]),
        ("1,60,OTHER_CAUSE,flu,", ":3:18", &["`flu`", "fever, hypotension, hypoxia"]),
        ("1,60,WEIGHT,70,cm", ":3:16", &["not measured in `cm`", "give it in kg"]),
    ];
    assert!(long.len() >= 30);
    let folder = tempfile::tempdir().unwrap();
    for (row, place, says) in long {
        write(folder.path(), "ward.csv", &format!("{LONG}1,0,TEMP,37.0,degC\n{row}\n1,66,TEMP,37.0,degC\n"));
        let (code, report) = told(folder.path(), &["grade", "ward.csv", "--output", "out"]);
        assert_eq!(code, 2, "{row}: {report}");
        assert!(report.contains(&format!("ward.csv{place}")), "{row}: {report}");
        for text in *says {
            assert!(report.contains(text), "{row}: no `{text}` in {report}");
        }
        assert!(!folder.path().join("out").exists(), "{row} left something behind");
    }
    #[rustfmt::skip]
    let points: &[(&str, &str, &[&str])] = &[
        ("P1,50,70,383,,115,none,,,RA,,,", "temp_c", &["383", "between 25 and 45"]),
        ("P1,50,70,38.4,now,115,none,,,RA,,,", "fever_therapy", &["`now`", "after_onset"]),
        ("P1,50,70,38.4,,115,some,,,RA,,,", "fluids_for_bp", &["`some`", "none, one or multi"]),
        ("P1,50,70,38.4,,115,none,NE,6,RA,,,", "pressors", &["`NE`", "NE:5ug/min"]),
        ("P1,50,,38.4,,115,none,NE:0.1ug/kg/min,6,RA,,,", "pressors", &["needs the weight", "wt_kg"]),
        ("P1,50,70,38.4,,115,none,NE:5ug/min,-6,RA,,,", "pressor_h", &["`-6`", "between 0 and"]),
        ("P1,50,70,38.4,,115,none,,,VENTURI,4,0.28,", "fio2_pct", &["0.28", "`28`"]),
        ("P1,50,70,38.4,,115,none,,,RA,,,liver=3", "other", &["`liver`", "keys"]),
    ];
    for (row, column, says) in points {
        write(folder.path(), "points.csv", &format!("{POINTS}{row}\n"));
        let (code, report) = told(folder.path(), &["grade", "--snapshots", "points.csv"]);
        assert_eq!(code, 2, "{row}: {report}");
        assert!(report.contains("points.csv:2:") && report.contains(&format!("column `{column}`")), "{row}: {report}");
        for text in *says {
            assert!(report.contains(text), "{row}: no `{text}` in {report}");
        }
    }
}

#[test]
fn simulated_and_observed_patients_lie_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "ward.csv", &format!("{LONG}{}{}", ward("1"), ward("2")));
    let line = ["grade", "ward.csv", "--table", "incidence", "--against", "cart-crs"];
    let text = printed(folder.path(), &line);
    let rows = fields(&text);
    assert_eq!(&rows[0][..4], ["cohort", "scale", "grade", "n_at"]);
    let found = |cohort: &str, grade: &str| {
        let row = rows.iter().find(|row| row[0] == cohort && row[2] == grade).unwrap();
        row[3].parse::<u32>().unwrap()
    };
    assert_eq!(found("ward.csv", "3"), 2);
    assert_eq!((0..=5).map(|grade: u32| found("cart-crs", &grade.to_string())).sum::<u32>(), 1);
    // A population keeps worst grades and onsets in its folder.
    fs::create_dir(folder.path().join("drawn")).unwrap();
    let endpoints = "subject,status,crs_onset_astct-2019,crs_grade_astct-2019,crs_bound_astct-2019\n\
        1,complete,2.5,2,exact\n2,complete,,0,exact\n3,failed,,,\n4,complete,4.5,3,lower\n";
    write(&folder.path().join("drawn"), "endpoints.csv", endpoints);
    let text = printed(folder.path(), &["grade", "ward.csv", "--table", "times", "--against", "drawn"]);
    assert!(text.contains("\ndrawn,astct-2019,onset,d,2,3.5,2.5,4.5\n"), "{text}");
    let text = printed(folder.path(), &["grade", "ward.csv", "--table", "incidence", "--against", "drawn"]);
    assert!(text.contains("\ndrawn,astct-2019,3,1,1,2,0,"), "{text}");
    let (code, report) = told(folder.path(), &["grade", "ward.csv", "--against", "cart-crs"]);
    assert_eq!(code, 2);
    assert!(report.contains("--table incidence"), "{report}");
}

#[test]
fn a_scale_is_shown_as_the_file_to_start_from() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in cascade::crs::Scale::embedded_names() {
        let text = printed(here, &["show", name, "--format", "toml"]);
        assert_eq!(text, fs::read_to_string(here.join(format!("models/scales/{name}.toml"))).unwrap());
        let json: serde_json::Value =
            serde_json::from_str(&printed(here, &["show", name, "--format", "json"])).unwrap();
        assert_eq!(json["name"], name);
        assert!(printed(here, &["show", name]).contains("Rules"), "{name}");
    }
}

#[test]
fn names_of_subjects_stay_as_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "ward.csv", &format!("{LONG}{}{}", ward("007"), ward("1e5")));
    let text = printed(folder.path(), &["grade", "ward.csv", "--table", "patients", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((json[0]["subject"].as_str(), json[1]["subject"].as_str()), (Some("007"), Some("1e5")));
    assert_eq!(json[0]["grade"], 3.0);
}

#[test]
fn whoever_closes_the_pipe_has_had_enough() {
    let folder = tempfile::tempdir().unwrap();
    let text: String = (0..2000).map(|subject| ward(&subject.to_string())).collect();
    write(folder.path(), "ward.csv", &format!("{LONG}{text}"));
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_cascade"))
        .args(["grade", "ward.csv", "--scale", "all", "--format", "csv"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 8];
    std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut first).unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), String::from_utf8(done.stderr).unwrap().as_str()), (Some(0), ""));
    assert_eq!(&first, b"subject,");
}

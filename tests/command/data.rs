//! `cascade data`: what is in a table of observations.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{cascade, fields, files, printed, told};

const SMALL: &str = include_str!("../../src/observation/tests/small.toml");

/// Concentrations of 100 mg into 20 L, elimination 0.1/h, times what is written; `c` has no dose, `b` a slip at 2 h.
const TABLE: &str = "\
ID,TIME,EVID,AMT,CMT,DVID,DV,CENS,weight
a,0,1,100,drug,.,.,.,60
a,1,0,.,.,conc,4.5,0,.
a,2,0,.,.,conc,4.0,0,.
a,24,0,.,.,conc,0.46,0,.
a,30,0,.,.,conc,0.4,1,.
b,0,1,50,drug,.,.,.,.
b,1,0,.,.,conc,2.2,0,.
b,2,0,.,.,conc,2100,0,.
b,24,0,.,.,conc,0.22,0,.
b,60,0,.,.,effect,60,0,.
c,1,0,.,.,conc,0.4,1,.
";

fn folder(table: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    fs::write(folder.path().join("d.csv"), table).unwrap();
    folder
}

/// What the command prints; warnings are not looked at.
fn report(folder: &Path, more: &[&str]) -> String {
    let line = ["data", "d.csv", "--model", "small.toml", "--quiet"];
    printed(folder, &[&line[..], more].concat())
}

#[test]
fn a_table_is_reported_against_the_model() {
    let folder = folder(TABLE);
    let text = report(folder.path(), &["--format", "table"]);
    let expected = "\
d.csv for `small`: 3 subjects, 9 observations, time 1 to 60 h

Outputs
output  unit  subjects  observations  below limit  above limit   min  median   max  per subject  time        value/typical
conc    mg/L         3             8  2 (25 %)               0  0.22     3.1  2100  1 / 3 / 4    1 to 30 h          0.9859
effect  ug/L         1             1  0                      0    60      60    60  0 / 0 / 1    60 to 60 h              -

Doses
entry  unit  subjects  doses  total  amount         per subject
drug   mg           2      2    150  50 / 75 / 100  0 / 1 / 1

Covariates
covariate  unit  subjects  missing  default  changing  min  median  max
weight     kg           1        2       70         0   60      60   60

Suspicious: 5
line  subject  output  time  value  rule         why
   9  b        conc       2   2100  jump         954.5-fold above the value at 1 h, 2.2 mg/L
  11  b        effect    60     60  outside_run  after the end of the run, 48 h
  12  c        -          -      -  all_below    its only observation lies below the limit of quantification
  12  c        -          -      -  single       one observation
  12  c        -          -      -  no_dose      no dose, and 2 others have

Rules
";
    assert!(text.starts_with(expected), "{text}");
}

/// The typical predictions are those that `simulate` prints under the doses of each subject.
#[test]
fn values_are_held_against_the_typical_patient_under_the_doses_of_each_subject() {
    let alone =
        "ID,TIME,EVID,AMT,CMT,DVID,DV\n1,0,1,40,drug,.,.\n1,1,0,.,.,conc,3\n1,5,0,.,.,conc,3\n1,9,0,.,.,conc,3\n";
    let folder = folder(alone);
    let at = folder.path();
    let quotient = |more: &[&str]| {
        let text = report(at, more);
        let rows = fields(&text);
        let row = rows.iter().find(|row| row[2] == "value_over_typical").unwrap();
        row[3].parse::<f64>().unwrap()
    };
    // The median of the three is that at 5 h: 3 / (2 exp(-0.5)).
    assert!((quotient(&[]) / (1.5 * 0.5f64.exp()) - 1.0).abs() < 1e-5);
    assert!((quotient(&["--set", "volume=40 L"]) / (3.0 * 0.5f64.exp()) - 1.0).abs() < 1e-5);
    // Without dose records those of the model, or of the command.
    let undosed = "ID,TIME,DVID,DV\n1,1,conc,3\n1,5,conc,3\n2,5,conc,3\n2,9,conc,3\n1,9,conc,3\n";
    fs::write(at.join("d.csv"), undosed).unwrap();
    assert!((quotient(&[]) / (0.6 * 0.5f64.exp()) - 1.0).abs() < 1e-5);
    assert!((quotient(&["--dose", "drug 200 mg at 0 h"]) / (0.3 * 0.5f64.exp()) - 1.0).abs() < 1e-5);
    let text = report(at, &["--format", "table"]);
    assert!(text.contains("Doses: none in the table, so every subject has those of the run"), "{text}");
}

#[test]
fn csv_and_json_hold_what_the_table_does() {
    let folder = folder(TABLE);
    let text = report(folder.path(), &[]);
    assert_eq!(text, report(folder.path(), &["--format", "csv"]), "another program gets CSV");
    let rows = fields(&text);
    assert_eq!(rows[0].join(","), "section,name,quantity,value,unit,line,reason");
    let value = |section: &str, name: &str, quantity: &str| {
        let known = |row: &&Vec<&str>| (row[0], row[1], row[2]) == (section, name, quantity);
        rows.iter().find(known).unwrap_or_else(|| panic!("{section} {name} {quantity}"))[3]
    };
    assert_eq!((value("output", "conc", "below_limit"), value("output", "conc", "below_share")), ("2", "0.25"));
    assert_eq!((value("dose", "drug", "total"), value("data", "", "last_time")), ("150", "60"));

    let json: Value = serde_json::from_str(&report(folder.path(), &["--format", "json"])).unwrap();
    assert_eq!((&json["outputs"][0]["below_limit"], &json["doses"][0]["total"]), (&2.into(), &150.0.into()));
    assert_eq!(json["subjects"][2]["doses"]["drug"]["doses"], 0);
    assert_eq!((&json["suspicious"][0]["rule"], &json["suspicious"][0]["line"]), (&"jump".into(), &9.into()));
    assert_eq!(json["covariates"][0]["missing"], 2);
    assert!(json["outputs"][1]["value_over_typical"].is_null());
    assert!(json["rules"]["jump"].as_str().unwrap().contains("100-fold"));
}

#[test]
fn a_folder_has_the_report_tables_and_a_figure() {
    let folder = folder(TABLE);
    let at = folder.path();
    let (code, said) = told(at, &["data", "d.csv", "--model", "small.toml", "-o", "out"]);
    assert!(code == 0 && said.contains("suspicious: 5") && said.contains("warning[D018]"), "{said}");
    let mut names = vec!["data.txt", "outputs.csv", "run.json", "subjects.csv", "suspicious.csv"];
    if cfg!(feature = "plot") {
        names.insert(0, "data.png");
        assert!(fs::read(at.join("out/data.png")).unwrap().starts_with(b"\x89PNG"));
    }
    assert_eq!(files(&at.join("out")), names, "and nothing temporary");
    let read = |name: &str| fs::read_to_string(at.join("out").join(name)).unwrap();
    assert_eq!(read("data.txt"), report(at, &["--format", "table"]));
    assert_eq!(
        read("subjects.csv"),
        "subject,observations,below_limit,first_time [h],last_time [h],n_conc,n_effect,doses_drug,amount_drug [mg],weight [kg]\n\
         a,4,1,1,30,4,0,1,100,60\nb,4,0,1,60,3,1,1,50,\nc,1,1,1,1,1,0,0,0,\n"
    );
    assert_eq!(fields(&read("suspicious.csv"))[2][..7], ["11", "b", "effect", "60", "60", "ug/L", "outside_run"]);
    assert_eq!(fields(&read("outputs.csv"))[1][..6], ["conc", "mg/L", "3", "8", "2", "0"]);
    let record: Value = serde_json::from_str(&read("run.json")).unwrap();
    assert_eq!((&record["command"][0], &record["inputs"][1]["name"]), (&"data".into(), &"d.csv".into()));
}

#[test]
fn data_in_another_unit_are_told_with_the_unit_they_look_like() {
    let table = TABLE.replace(",2100,", ",2.1,").replace(",4.5,", ",4500,").replace(",4.0,", ",4000,");
    let table = table.replace(",0.46,", ",460,").replace(",2.2,", ",2200,").replace(",2.1,", ",2100,");
    let folder = folder(&table.replace(",0.22,", ",220,"));
    let text = report(folder.path(), &[]);
    let row = text.lines().find(|line| line.starts_with("suspicious,,unit,")).unwrap();
    assert!(row.starts_with("suspicious,,unit,,mg/L,3,") && row.contains("looks like ug/L instead of mg/L"), "{row}");
}

/// What the model itself simulates, errors included, is not suspicious.
#[test]
fn simulated_data_are_not_suspicious() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let times: String = [1, 3, 5, 7, 9, 11, 14, 21, 28, 60, 90].iter().map(|t| format!("1,{t}\n")).collect();
    fs::write(at.join("times.csv"), format!("ID,TIME\n{times}")).unwrap();
    let line = ["population", "stein-2019", "-n", "50", "--seed", "5", "--design", "times.csv", "-o", "out", "-q"];
    printed(at, &line);
    let line = ["data", "out/observations.csv", "--model", "stein-2019", "--format", "table", "-q"];
    let text = printed(at, &line);
    assert!(text.contains("50 subjects, 550 observations") && text.ends_with("\nNothing suspicious\n"), "{text}");
    // Through a pipe too.
    let table = fs::read(at.join("out/observations.csv")).unwrap();
    let line = ["data", "-", "--model", "stein-2019", "--format", "table", "-q"];
    let done = cascade(at).args(line).write_stdin(table).output().unwrap();
    let piped = String::from_utf8(done.stdout).unwrap();
    assert_eq!(piped.replace("standard input", "observations.csv"), text);
}

/// The table, more arguments, and what the message must hold.
const WRONG: &[(&str, &str, &[&str])] = &[
    ("", "", &["D001", "d.csv:1:1", "the table is empty"]),
    ("ID,TIME,DVID\n1,1,1\n", "", &["D006", "no column `DV`", "what was observed"]),
    ("TIME,DVID,DV\n1,conc,.\n", "", &["D017", "d.csv:2:8", "DV is empty", "MDV 1, or remove the row"]),
    ("TIME,DVID,DV,CENS,LIMIT\n1,conc,2,1,3\n", "", &["D017", "d.csv:2:12", "LIMIT 3 is not below DV 2"]),
    ("TIME,DVID,DV [mg]\n1,conc,2\n", "", &["U007", "d.csv:2:8", "`conc` is in mg/L"]),
    ("TIME,DVID,DV\n1,effect,0\n", "", &["D017", "d.csv:2:10", "has no logarithm"]),
    (
        "TIME,EVID,AMT,CMT,DVID,DV\n0,1,5,drug,,\n1,0,0,,1,3\n",
        "--dose drug 5 mg at 0 h",
        &["F006", "has dose records", "--dose"],
    ),
    ("TIME,DVID,DV\n1,conc,2\n", "--set volumn=3 L", &["`volumn`", "did you mean `volume`?"]),
    ("TIME,DVID,DV\n1,conc,2\n", "--format json", &["--format", "--output"]),
];

#[test]
fn a_wrong_table_is_refused_with_its_place_and_writes_nothing() {
    for (table, more, expected) in WRONG {
        let folder = folder(table);
        let mut line = vec!["data", "d.csv", "--model", "small.toml", "--output", "out"];
        line.extend(more.split_once(' ').into_iter().flat_map(|(flag, value)| [flag, value]));
        let (code, said) = told(folder.path(), &line);
        assert_eq!(code, 2, "{table:?}: {said}");
        for part in *expected {
            assert!(said.contains(part), "{table:?} should say {part}\n{said}");
        }
        assert_eq!(files(folder.path()), ["d.csv", "small.toml"], "{table:?}");
    }
    let (code, said) = told(folder(TABLE).path(), &["data", "d.csv"]);
    assert!(code == 2 && said.contains("--model"), "{said}");
}

/// A typical patient that cannot be simulated leaves the counts.
#[test]
fn without_predictions_the_rest_is_reported() {
    let folder = folder(TABLE);
    let at = folder.path();
    let stiff = SMALL.replace("rate = '-elimination * central'", "rate = 'central * central / 1 [mg*h] '");
    fs::write(at.join("small.toml"), stiff).unwrap();
    let (code, said) = told(at, &["data", "d.csv", "--model", "small.toml"]);
    assert!(code == 0 && said.contains("note: no typical prediction for subject `a`"), "{said}");
    let text = report(at, &["--format", "table"]);
    assert!(text.contains("3 subjects, 9 observations") && text.contains("before"), "{text}");
}

/// The tables that fits are tested with. Counts and sums from the files by `awk`, medians by `sort`.
#[test]
fn the_tables_of_the_fits_are_read_and_have_nothing_suspicious() {
    let at = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fits");
    let value = |text: &str, row: &str| {
        let line = text.lines().find(|line| line.starts_with(row)).unwrap_or_else(|| panic!("no {row}"));
        line.split(',').nth(3).unwrap().to_string()
    };
    let text = printed(&at, &["data", "theophylline.csv", "--model", "theophylline.toml", "-q"]);
    for (row, expected) in [
        ("data,,subjects,", "12"),
        ("data,,observations,", "132"),
        ("output,conc,min,", "0"),
        ("output,conc,median,", "5.275"),
        ("output,conc,max,", "11.4"),
        ("output,conc,per_subject_min,", "11"),
        ("dose,drug,doses,", "12"),
        ("covariate,weight,missing,", "12"),
    ] {
        assert_eq!(value(&text, row), expected, "{row}");
    }
    assert!((value(&text, "dose,drug,total,").parse::<f64>().unwrap() - 3785.278).abs() < 1e-9);
    assert!(!text.contains("\nsuspicious,"), "{text}");

    let text = printed(&at, &["data", "stein90.csv", "--model", "stein90.toml", "-q"]);
    for (row, expected) in [
        ("data,,subjects,", "90"),
        ("data,,observations,", "1530"),
        ("data,,last_time,", "360"),
        ("output,log_cart,min,", "-1.674348"),
        ("output,log_cart,max,", "19.02797"),
    ] {
        assert_eq!(value(&text, row), expected, "{row}");
    }
    assert!(!text.contains("\nsuspicious,") && !text.contains("\ndose,"), "{text}");
}

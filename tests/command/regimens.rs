//! Doses by flag, by scenario and by records: one regimen, told in three ways.

use std::fs;

use super::{cascade, fields, printed, told};

const SMALL: &str = include_str!("../../src/observation/tests/small.toml");

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    folder
}

const DOSES: [&str; 5] = [
    "drug 5 mg at 0 h every 12 h x 2 ss; drug 30 mg split 25/75 % over 2 h at 24, 30 h; reset at 40 h; drug 8 mg bolus at 40 h",
    "drug step 1/2.5/5 mg at 0, 7, 14 h; slow 40 mg at -5 h; rescue at 3 h",
    "drug 2 mg/kg cap 100 mg if weight >= 60 kg rate 50 mg/h at 1 h; drug 2.5 mg/kg if weight < 60 kg at 1 h",
    "slow load at 1 h; slow 3 mg bolus at 2 h; drug 5 mg at 0 h; drug 7 mg at 6 h every 6 h ss2",
    "drug 0 mg rate 5 mg/h at 3 h ss; drug 1e9 ng at 0.5 d",
];

#[test]
fn a_regimen_prints_as_text_toml_and_csv_which_read_back_as_the_same() {
    for doses in DOSES {
        let folder = folder();
        let at = folder.path();
        let run = |more: &[&str]| {
            let line = ["simulate", "small.toml", "--quiet", "--every", "1.5 h"];
            printed(at, &[&line[..], more].concat())
        };
        let wanted = run(&["--dose", doses]);
        let text = run(&["--dose", doses, "--print-regimen", "text"]);
        let default = "drug 100 mg at 0 h; ";
        let own = text.trim_end().strip_prefix(default).unwrap_or(text.trim_end());
        assert_eq!(own, doses);
        assert_eq!(run(&["--dose", text.trim_end()]), wanted, "text");
        let toml = run(&["--dose", doses, "--print-regimen", "toml"]);
        let scenario = format!("format = 'cascade-scenario/1'\ntitle = 'T'\nmodel = 'small.toml'\n{toml}");
        fs::write(at.join("scenario.toml"), scenario).unwrap();
        assert_eq!(
            printed(at, &["simulate", "--quiet", "--every", "1.5 h", "--scenario", "scenario.toml"]),
            wanted,
            "TOML"
        );
        let csv = run(&["--dose", doses, "--print-regimen", "csv"]);
        fs::write(at.join("records.csv"), &csv).unwrap();
        assert_eq!(run(&["--records", "records.csv"]), wanted, "CSV\n{csv}");
        let scenario = "format = 'cascade-scenario/1'\nmodel = 'small.toml'\nrecords = 'records.csv'\n";
        fs::write(at.join("scenario.toml"), scenario).unwrap();
        assert_eq!(printed(at, &["simulate", "--quiet", "--every", "1.5 h", "--scenario", "scenario.toml"]), wanted);
        assert_eq!(run(&["--records", "records.csv", "--print-regimen", "csv"]), csv);
    }
}

#[test]
fn several_subjects_are_one_table_and_covariates_are_told() {
    let folder = folder();
    let at = folder.path();
    let records = "ID,TIME,EVID,AMT,CMT,weight\na,0,1,10,drug,70\na,6,0,0,.,75\nb,0,1,20,drug,50\n";
    fs::write(at.join("records.csv"), records).unwrap();
    let line = ["simulate", "small.toml", "--records", "records.csv", "--at", "0, 6 h"];
    let done = cascade(at).args(line).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("note: `weight` goes on by `last`"), "{said}");
    let text = String::from_utf8(done.stdout).unwrap();
    let rows = fields(&text);
    let heads: Vec<Vec<&str>> = rows.iter().map(|row| row[..3].to_vec()).collect();
    assert_eq!(heads[0][..2], ["subject", "time"]);
    assert_eq!((heads[1].clone(), heads[3].clone()), (vec!["a", "0", "10"], vec!["b", "0", "20"]));
    let alone = printed(at, &[&line[..], &["--subject", "b"]].concat());
    assert_eq!(fields(&alone)[1][1], "20");
    let (code, said) = told(at, &[&line[..], &["--subject", "c"]].concat());
    assert!(code == 2 && said.contains("no subject `c`") && said.contains("did you mean `a`?"), "{said}");
    let (code, said) = told(at, &["sensitivity", "small.toml", "--records", "records.csv"]);
    assert!(code == 2 && said.contains("--subject: a, b"), "{said}");
    let (code, said) = told(at, &["simulate", "small.toml", "--records", "records.csv", "--dose", "drug 1 mg at 0 h"]);
    assert!(code == 2 && said.contains("--dose"), "{said}");
    fs::write(at.join("records.csv"), "\u{feff}ID,TIME,AMT,CMT\r\n1,0,5,drug\r\n1,-3,5,drug\r\n").unwrap();
    let (code, said) = told(at, &line);
    assert!(code == 2 && said.contains("D008") && said.contains("records.csv:3:3"), "{said}");
}

#[test]
fn patients_of_records_are_graded_by_name() {
    let folder = folder();
    let at = folder.path();
    let records = "ID,TIME,AMT,CMT\nann,2026-01-05T08:00,10,dexamethasone\nann,2026-01-10T09:00,1.1,cart\n\
                   bob,2026-01-10T09:00,1.1,cart\nbob,2026-01-13T09:00,800,tocilizumab\n";
    fs::write(at.join("records.csv"), records).unwrap();
    let text = printed(at, &["grade", "cart-crs", "--records", "records.csv"]);
    let rows = fields(&text);
    assert!(rows[1..].iter().all(|row| row[0] == "ann" || row[0] == "bob"), "{text}");
    let first = |name: &str| rows.iter().find(|row| row[0] == name).unwrap()[1].parse::<f64>().unwrap();
    assert!((first("ann") + 5.0 + 1.0 / 24.0).abs() < 1e-9 && first("bob") == 0.0, "{text}");
    let alone = printed(at, &["grade", "cart-crs", "--records", "records.csv", "--subject", "bob"]);
    assert!(alone.lines().skip(1).eq(text.lines().filter(|row| row.starts_with("bob,"))), "{alone}");
    let table = printed(at, &["grade", "cart-crs", "--records", "records.csv", "--table", "patients"]);
    assert_eq!(table.lines().count(), 3, "{table}");
}

#[test]
fn rows_stand_before_and_after_doses() {
    let folder = folder();
    let line = ["simulate", "small.toml", "--dose", "drug 10 mg at 0 h every 12 h x 3", "--at"];
    let value = |at: &str| {
        let text = printed(folder.path(), &[&line[..], &[at]].concat());
        fields(&text)[1..].iter().map(|row| (row[0].to_string(), row[1].parse::<f64>().unwrap())).collect::<Vec<_>>()
    };
    let found = value("0, 12, 24 h pre|post");
    assert_eq!(found.iter().map(|row| row.0.as_str()).collect::<Vec<_>>(), ["0", "0", "12", "12", "24", "24"]);
    let step = (-1.2f64).exp();
    for (found, wanted) in found.iter().zip([0.0, 10.0, 10.0 * step, 10.0 * step + 10.0]) {
        assert!((found.1 - wanted).abs() < 1e-9, "{found:?} {wanted}");
    }
    assert_eq!(value("12 h pre, 24 h"), [found[2].clone(), found[5].clone()]);
}

#[test]
fn a_design_sees_troughs_and_steady_states() {
    let folder = folder();
    let at = folder.path();
    let design = "TIME,EVID,AMT,CMT,DVID,II,SS\n0,1,10,drug,.,12,1\n12,0,0,.,conc,0,0\n12,4,1000,drug,.,0,0\n12,0,0,.,conc,0,0\n";
    fs::write(at.join("design.csv"), design).unwrap();
    let line = ["simulate", "small.toml", "--quiet", "--observations", "-", "--design"];
    let text = printed(at, &[&line[..], &["design.csv"]].concat());
    let rows = fields(&text);
    assert_eq!(rows[0].join(","), "ID,TIME,EVID,AMT,CMT,RATE,MDV,DVID,DV,CENS,II,SS");
    assert_eq!(rows[1].join(","), "1,0,1,10,drug,0,1,.,.,0,12,1");
    assert_eq!((rows[2][2], rows[3][2], rows[4][2], rows[5][2]), ("0", "3", "1", "0"));
    let [trough, peak] = [2, 5].map(|row: usize| rows[row][8].parse::<f64>().unwrap());
    assert!(trough < 1.0 && peak > 20.0, "{trough} {peak}");
    fs::write(at.join("again.csv"), &text).unwrap();
    assert_eq!(printed(at, &[&line[..], &["again.csv"]].concat()), text);
}

/// As a record of its own, the dose that arrives at 24 h would not be seen by the observation before the records of 24 h.
#[test]
fn additional_doses_that_a_trough_sees_stay_additional_in_data() {
    let folder = folder();
    let at = folder.path();
    // No residual error: proportional alone, and nearly nothing of it.
    let exact = SMALL.replace("additive = 0.05, proportional = 0.2", "additive = 1e-9, proportional = 1e-9");
    fs::write(at.join("small.toml"), exact.replace("lloq = \"0.4 mg/L\"", "")).unwrap();
    let design = "TIME,EVID,AMT,CMT,DVID,II,ADDL\n0,1,10,drug,.,12,3\n24,0,0,.,conc,0,0\n24,1,5,drug,.,0,0\n\
                  24,0,0,.,conc,0,0\n30,3,0,.,.,0,0\n40,0,0,.,conc,0,0\n";
    fs::write(at.join("design.csv"), design).unwrap();
    let line = ["simulate", "small.toml", "--quiet", "--observations", "-", "--design"];
    let text = printed(at, &[&line[..], &["design.csv"]].concat());
    let rows = fields(&text);
    assert_eq!(rows[0].join(","), "ID,TIME,EVID,AMT,CMT,RATE,MDV,DVID,DV,CENS,II,ADDL");
    // The reset at 30 h has taken out the dose at 36 h.
    assert_eq!(rows[1].join(","), "1,0,1,10,drug,0,1,.,.,0,12,2");
    assert_eq!(rows.len(), 7, "{text}");
    let half_day = (-1.2f64).exp();
    let trough = 10.0 * (half_day * half_day + half_day + 1.0) / 20.0;
    let found: Vec<f64> = rows.iter().filter(|row| row[2] == "0").map(|row| row[8].parse().unwrap()).collect();
    for (found, wanted) in found.iter().zip([trough, trough + 0.25, 0.0]) {
        assert!((found - wanted).abs() < 1e-6, "{found} {wanted}");
    }
    fs::write(at.join("again.csv"), &text).unwrap();
    assert_eq!(printed(at, &[&line[..], &["again.csv"]].concat()), text);
}

#[test]
fn what_has_no_steady_state_is_told_with_the_reason() {
    let folder = folder();
    let late = SMALL.replace("[doses.drug]\nstate = \"central\"", "[doses.drug]\nstate = \"central\"\nlag = '13 [h]'");
    fs::write(folder.path().join("small.toml"), late).unwrap();
    let (code, said) = told(folder.path(), &["simulate", "small.toml", "--dose", "drug 5 mg at 0 h every 12 h ss"]);
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        code != 0 && flat.contains("R012") && flat.contains("the lag 13 h is longer than the interval 12 h"),
        "{code} {said}"
    );
}

//! `--uncertainty RUN` of `compare` and `population`: the folder of a fit, written by hand.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{cascade, fields, printed, told};

/// A drug whose peak is its dose over its volume.
const MODEL: &str = r#"
format = "cascade-model/1"
name = "drug"
title = "A drug"
time = "d"
maturity = "illustrative"
[simulation]
until = "28 d"
regimen = ["drug 10 mg at 0 d"]
[states.amount]
unit = "mg"
start = '0'
rate = '-loss * amount'
[parameters.loss]
value = 9
unit = "1/d"
assumption = "A1: chosen for a test"
[parameters.volume]
value = 8
unit = "L"
assumption = "A2: chosen for a test"
[doses.drug]
label = "Drug"
state = "amount"
unit = "mg"
[outputs.conc]
value = 'amount / volume'
unit = "mg/L"
label = "Concentration"
"#;

const ESTIMATES: &str = "parameter,kind,estimate,se,rse,lower,upper,fixed,transform,unit,start\n\
    loss,typical,0.5,0.1,20,0.3,0.7,0,log,1/d,1\n\
    volume,typical,4,0.4,10,3,5,0,identity,L,5\n\
    omega(loss),variance,0.01,,,,,0,cholesky,1,0.01\n";
const COVARIANCE: &str = "name,log(loss),volume,log(root(loss))\n\
    log(loss),0.04,0.01,0.5\nvolume,0.01,0.16,0.5\nlog(root(loss)),0.5,0.5,0.1\n";

fn run_json(model: &str) -> String {
    let fit = json!({
        "model": model, "method": "focei", "objective": 1.0, "objective_error": null, "minus_twice_log_likelihood": 1.0,
        "aic": 1.0, "bic": 1.0, "bic_subjects": 1.0, "values": 5, "censored": 0, "subjects": 2, "estimated": 3,
        "sound": true, "data_sha256": "abc",
    });
    json!({ "model": { "name": model }, "fit": fit }).to_string()
}

fn write(folder: &Path, run: &str, model: &str, estimates: &str, covariance: Option<&str>) {
    let place = folder.join(run);
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("run.json"), run_json(model)).unwrap();
    fs::write(place.join("estimates.csv"), estimates).unwrap();
    if let Some(covariance) = covariance {
        fs::write(place.join("covariance.csv"), covariance).unwrap();
    }
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("drug.toml"), MODEL).unwrap();
    write(folder.path(), "run", "drug", ESTIMATES, Some(COVARIANCE));
    folder
}

const ARMS: [&str; 6] = ["compare", "drug.toml", "--arm", "one: drug 10 mg at 0 d", "--arm", "two: drug 10 mg at 0 d"];

/// A column of the table of patients.
fn column(csv: &str, name: &str) -> Vec<f64> {
    let rows = fields(csv);
    let at = rows[0].iter().position(|head| head.split(' ').next() == Some(name)).unwrap();
    rows[1..].iter().map(|row| row[at].parse().unwrap()).collect()
}

#[test]
fn equal_arms_have_the_same_patients_and_differ_by_nothing() {
    let folder = folder();
    let rest = ["--uncertainty", "run", "-n", "30", "--seed", "5", "--output", "out"];
    let done = cascade(folder.path()).args(ARMS).args(rest).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(0), "{said}");
    let words = "drawn from run: theta (loss, volume); omega and sigma as the model declares; eta of each patient";
    assert!(said.contains(words), "{said}");
    let csv = fs::read_to_string(folder.path().join("out/comparison.csv")).unwrap();
    let rows = fields(&csv);
    let at = |name: &str| rows[0].iter().position(|head| *head == name).unwrap();
    for row in &rows[1..] {
        let same = if row[at("kind")] == "ratio" { "1" } else { "0" };
        assert_eq!((row[at("estimate")], row[at("n")]), (same, "30"), "{row:?}");
        assert_eq!(row[at("value")], row[at("value_reference")]);
    }
    let record: Value = serde_json::from_str(&fs::read_to_string(folder.path().join("out/run.json")).unwrap()).unwrap();
    let uncertainty = &record["compare"]["uncertainty"];
    assert_eq!((&uncertainty["text"], &uncertainty["theta"]), (&json!(words), &json!(["loss", "volume"])));
    // The same on any number of threads, and twice the dose is twice the peak in everybody.
    let line =
        ["compare", "drug.toml", "--arm", "one: drug 10 mg at 0 d", "--arm", "two: drug 20 mg at 0 d", "--quiet"];
    let line = [&line[..], &["--uncertainty", "run", "-n", "30", "--format", "csv", "--threads"]].concat();
    let one = printed(folder.path(), &[&line[..], &["1"]].concat());
    assert_eq!(one, printed(folder.path(), &[&line[..], &["3"]].concat()));
    let rows = fields(&one);
    let row = rows.iter().find(|row| row[at("endpoint")] == "cmax_conc").unwrap();
    assert!((row[at("estimate")].parse::<f64>().unwrap() - 2.0).abs() < 1e-12);
    assert!((row[at("low_95")].parse::<f64>().unwrap() - 2.0).abs() < 1e-9);
}

/// Estimates stand in place of the values of the model, and `--set` in place of estimates.
#[test]
fn the_typical_patient_has_the_estimates_and_what_is_set_is_not_drawn() {
    let folder = folder();
    let peak = |csv: &str, column: &str| {
        let rows = fields(csv);
        let at = |name: &str| rows[0].iter().position(|head| *head == name).unwrap();
        let row = rows.iter().find(|row| row[at("endpoint")] == "cmax_conc").unwrap();
        row[at(column)].parse::<f64>().unwrap()
    };
    let rest = ["--uncertainty", "run", "--format", "csv"];
    let done = cascade(folder.path()).args(ARMS).args(rest).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("estimates of run: theta (loss, volume); not drawn for the typical patient"), "{said}");
    assert_eq!(peak(&String::from_utf8(done.stdout).unwrap(), "value"), 2.5);
    let arms = ["compare", "drug.toml", "--arm", "one: drug 10 mg at 0 d", "--arm", "two: set volume=5 L"];
    let done = cascade(folder.path()).args(arms).args(rest).args(["-n", "20"]).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("note: not drawn in arm `two`, which sets it: volume"), "{said}");
    let csv = String::from_utf8(done.stdout).unwrap();
    assert_eq!(peak(&csv, "value"), 2.0);
    assert_ne!(peak(&csv, "value_reference"), 2.5);
}

#[test]
fn a_population_tells_what_was_drawn_and_shards_are_its_parts() {
    let folder = folder();
    let line = ["population", "drug.toml", "--uncertainty", "run", "-n", "40", "--quiet", "--output"];
    let run = |rest: &[&str]| printed(folder.path(), &[&line[..], rest].concat());
    let read = |name: &str| fs::read_to_string(folder.path().join(name).join("patients.csv")).unwrap();
    run(&["whole"]);
    run(&["first", "--shard", "1/2"]);
    run(&["second", "--shard", "2/2", "--threads", "1"]);
    let whole = read("whole");
    let (loss, volume) = (column(&whole, "loss"), column(&whole, "volume"));
    for (all, name) in [(&loss, "loss"), (&volume, "volume")] {
        assert_eq!(all[..], [column(&read("first"), name), column(&read("second"), name)].concat()[..]);
    }
    assert!(volume.iter().all(|value| (value - 4.0).abs() < 4.0 * 0.4) && volume[0] != volume[1]);
    assert!(loss.iter().all(|value| (value / 0.5).ln().abs() < 4.0 * 0.2));
    let set = [&line[..], &["set", "--set", "volume=4 L"]].concat();
    let set: Vec<&str> = set.into_iter().filter(|word| *word != "--quiet").collect();
    let done = cascade(folder.path()).args(set).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("theta (loss);") && said.contains("note: not drawn, because it is set: volume"), "{said}");
    assert_eq!(column(&read("set"), "loss"), loss);
}

#[test]
fn folders_that_cannot_be_drawn_from_are_refused_and_nothing_is_written() {
    let folder = folder();
    let other = ESTIMATES.replace("volume", "clearance");
    let fixed = ESTIMATES.replace(",0,log,1/d", ",1,log,1/d").replace(",0,identity,L", ",1,identity,L");
    let units = ESTIMATES.replace("identity,L", "identity,mL");
    let indefinite = COVARIANCE.replace("0.01", "0.9");
    let short = COVARIANCE.replace("volume", "log(volume)");
    let words = COVARIANCE.replace("0.16", "much");
    write(folder.path(), "bare", "drug", ESTIMATES, None);
    write(folder.path(), "alien", "other", ESTIMATES, Some(COVARIANCE));
    write(folder.path(), "unknown", "drug", &other, Some(COVARIANCE));
    write(folder.path(), "fixed", "drug", &fixed, Some(COVARIANCE));
    write(folder.path(), "units", "drug", &units, Some(COVARIANCE));
    write(folder.path(), "indefinite", "drug", ESTIMATES, Some(&indefinite));
    write(folder.path(), "short", "drug", ESTIMATES, Some(&short));
    write(folder.path(), "words", "drug", ESTIMATES, Some(&words));
    fs::create_dir(folder.path().join("empty")).unwrap();
    for (run, part) in [
        ("nowhere", "cannot read `nowhere/run.json`"),
        ("empty", "`empty` should be what `--output` of a fit wrote"),
        ("bare", "`bare` has no errors of its estimates: fit again with --covariance r"),
        ("alien", "`alien` is a fit of `other`, not of `drug`"),
        ("unknown", "`clearance` is not a parameter of `drug`"),
        ("fixed", "`fixed` estimated no parameter"),
        ("units", "`volume` is in mL there and in L in `drug`"),
        ("indefinite", "the covariance of the estimates is not positive definite"),
        ("short", "`short/covariance.csv` has no column `volume`"),
        ("words", "`much` is no covariance"),
    ] {
        for line in [&ARMS[..], &["population", "drug.toml"]] {
            let (code, said) =
                told(folder.path(), &[line, &["--uncertainty", run, "-n", "5", "--output", "out"]].concat());
            assert!(code == 2 && said.contains(part), "{run}: {code}, {part} is not in\n{said}");
            assert!(!folder.path().join("out").exists(), "{run}");
        }
    }
    let (code, said) = told(folder.path(), &[&ARMS[..], &["--uncertainty", "run", "--patients", "p.csv"]].concat());
    assert!(code == 2 && said.contains("cannot be used with"), "{said}");
}

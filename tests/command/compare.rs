//! `cascade compare`: arms from files and from the command line, tables, pictures, sweeps, searches, mistakes.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{cascade, fields, files, printed, told};

/// A drug that leaves at a rate that varies between patients; its peak is its dose.
const MODEL: &str = r#"
format = "cascade-model/1"
name = "drug"
title = "A drug and a burden"
time = "d"
maturity = "illustrative"
[simulation]
until = "28 d"
regimen = ["drug 10 mg at 0 d"]
[states.amount]
unit = "mg"
start = '0'
rate = '-loss * amount'
[states.burden]
unit = "1"
start = '1'
rate = '(growth - effect * amount) * burden'
[parameters.loss]
value = 0.5
unit = "1/d"
assumption = "A1: chosen for a test"
variability = { cv = 0.5, distribution = "lognormal" }
[parameters.growth]
value = 0.05
unit = "1/d"
assumption = "A2: chosen for a test"
[parameters.effect]
value = 0.1
unit = "1/mg/d"
assumption = "A3: chosen for a test"
[doses.drug]
label = "Drug"
state = "amount"
unit = "mg"
[doses.other]
label = "Other"
marker = true
[outputs.drug]
value = 'amount'
unit = "mg"
label = "Drug"
scale = "log"
[outputs.burden]
value = 'burden'
unit = "1"
label = "Burden"
scale = "log"
[endpoints.response]
output = "burden"
below = "50 percent of start"
label = "Response"
assumption = "A4: chosen for a test"
"#;

const THREE: [&str; 6] =
    ["--arm", "low: drug 5 mg at 0 d", "--arm", "mid: drug 10 mg at 0 d", "--arm", "high: drug 20 mg at 0 d"];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("drug.toml"), MODEL).unwrap();
    folder
}

fn compare(folder: &Path, rest: &[&str]) -> String {
    printed(folder, &[&["compare", "drug.toml", "--quiet"][..], rest].concat())
}

/// A cell of the row of this arm and end point.
fn cell(table: &str, arm: &str, end_point: &str, column: &str) -> String {
    let rows = fields(table);
    let at = |name: &str| rows[0].iter().position(|head| *head == name).unwrap_or_else(|| panic!("no {name}"));
    let (arms, points) = (at("arm"), at("endpoint"));
    let row = rows.iter().find(|row| row[arms] == arm && row[points] == end_point);
    row.unwrap_or_else(|| panic!("no {arm} {end_point} in\n{table}"))[at(column)].to_string()
}

#[test]
fn doses_are_compared_patient_by_patient_on_any_number_of_threads() {
    let folder = folder();
    let base = [&THREE[..], &["-n", "40", "--seed", "4", "--format", "csv"]].concat();
    let one = compare(folder.path(), &[&base[..], &["--threads", "1"]].concat());
    assert_eq!(one, compare(folder.path(), &[&base[..], &["--threads", "3"]].concat()));
    let head = "arm,reference,endpoint,unit,kind,n,value_reference,value,estimate,low_95,high_95,width,width_unpaired,gain,\
                p_lower,p_better";
    assert_eq!(one.lines().next(), Some(head));
    let number = |arm: &str, point: &str, column: &str| cell(&one, arm, point, column).parse::<f64>().unwrap();
    // Peaks are doses; areas go with the dose in everybody.
    assert!((number("mid", "cmax_drug", "estimate") - 2.0).abs() < 1e-9);
    assert!((number("high", "auc_0_28d_drug", "estimate") - 4.0).abs() < 1e-6);
    assert!(number("high", "auc_0_28d_drug", "gain") > 1e3);
    assert_eq!(cell(&one, "mid", "reached_response", "kind"), "proportion");
    assert_eq!(cell(&one, "mid", "cmax_drug", "n"), "40");
    // More of the drug, more responses: nobody loses one.
    assert!(number("high", "reached_response", "p_better") >= 0.5);
    let other = compare(folder.path(), &[&base[..], &["--reference", "high"]].concat());
    assert!((cell(&other, "mid", "cmax_drug", "estimate").parse::<f64>().unwrap() - 0.5).abs() < 1e-9);
    assert!(other.lines().all(|line| !line.starts_with("high,")));
}

#[test]
fn the_typical_patient_is_compared_without_a_count() {
    let folder = folder();
    let table = compare(folder.path(), &[&THREE[..], &["--format", "csv"]].concat());
    assert_eq!(cell(&table, "high", "cmax_drug", "n"), "1");
    assert_eq!(cell(&table, "high", "cmax_drug", "low_95"), "");
    let reading = compare(folder.path(), &[&THREE[..], &["--format", "table"]].concat());
    assert!(reading.contains("cmax_drug") && !reading.contains("half_life_drug"), "{reading}");
}

#[test]
fn scenario_files_are_arms() {
    let folder = folder();
    for (name, dose) in [("less", "5 mg"), ("more", "20 mg")] {
        let text = format!(
            "format = \"cascade-scenario/1\"\nmodel = \"drug.toml\"\nseed = 4\n[[dose]]\ngive = \"drug {dose} at 0 d\"\n"
        );
        fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
    }
    let line = ["compare", "less.toml", "more.toml", "-n", "30", "--format", "csv", "--quiet"];
    let table = printed(folder.path(), &line);
    assert!((cell(&table, "more", "cmax_drug", "estimate").parse::<f64>().unwrap() - 4.0).abs() < 1e-9);
    // The same as from the command line, the seed of the file included.
    let arms = ["--arm", "less: drug 5 mg at 0 d", "--arm", "more: dose drug 20 mg at 0 d", "-n", "30", "--seed", "4"];
    assert_eq!(table, compare(folder.path(), &[&arms[..], &["--format", "csv"]].concat()));
    // One scenario as the start of several arms.
    let line =
        ["compare", "less.toml", "--arm", "as: ", "--arm", "more: drug 10 mg at 0 d", "--format", "csv", "--quiet"];
    let table = printed(folder.path(), &line);
    assert!((cell(&table, "more", "cmax_drug", "estimate").parse::<f64>().unwrap() - 2.0).abs() < 1e-9);
    // Values differ too.
    let table = compare(folder.path(), &["--arm", "as: ", "--arm", "slow: set loss=0.25 1/d", "--format", "csv"]);
    assert!((cell(&table, "slow", "half_life_drug", "value").parse::<f64>().unwrap() - 4.0 * 2f64.ln()).abs() < 1e-3);
}

#[test]
fn patients_of_a_table_are_the_same_in_every_arm() {
    let folder = folder();
    fs::write(folder.path().join("patients.csv"), "subject,loss [1/d]\na,0.25\nb,0.5\nc,0.4\n").unwrap();
    let line = [&THREE[..], &["--patients", "patients.csv", "--format", "csv"]].concat();
    let table = compare(folder.path(), &line);
    assert_eq!(cell(&table, "mid", "half_life_drug", "n"), "3");
    let mean = cell(&table, "mid", "half_life_drug", "value").parse::<f64>().unwrap();
    assert!((mean - 2f64.ln() * (4.0 + 2.0 + 2.5) / 3.0).abs() < 1e-3, "{mean}");
}

#[test]
fn a_folder_has_tables_a_record_and_pictures() {
    let folder = folder();
    let line =
        [&THREE[..], &["-n", "24", "--utility", "P(response) - 0.02*mean(cmax_drug)", "--output", "out"]].concat();
    assert_eq!(compare(folder.path(), &line), "");
    let out = folder.path().join("out");
    let mut expected = vec!["arms.csv", "comparison.csv", "relapse_free.csv", "run.json", "utility.csv"];
    if cfg!(feature = "plot") {
        expected.extend(["curves.png", "forest.png", "ratios.png", "relapse_free.png"]);
    }
    let found = files(&out);
    for name in &expected {
        assert!(found.contains(&(*name).to_string()), "{name} is not in {found:?}");
    }
    assert!(found.iter().all(|name| !name.contains("partial")));
    let record: Value = serde_json::from_str(&fs::read_to_string(out.join("run.json")).unwrap()).unwrap();
    assert_eq!(record["compare"]["arms"][2]["regimen"], "drug 20 mg at 0 d");
    assert_eq!(
        (&record["compare"]["paired"], &record["compare"]["reference"]),
        (&Value::from(24), &Value::from("low"))
    );
    let ranks = fs::read_to_string(out.join("utility.csv")).unwrap();
    assert_eq!(fields(&ranks).len(), 4);
    let arms = fs::read_to_string(out.join("arms.csv")).unwrap();
    assert_eq!(cell(&arms, "high", "cmax_drug", "missing"), "0");
    let json =
        compare(folder.path(), &[&THREE[..], &["-n", "24", "--utility", "P(response)", "--format", "json"]].concat());
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["ranking"].as_array().unwrap().len(), &json["utility"]), (3, &Value::from("P(response)")));
}

#[test]
fn graded_arms_tell_their_grades() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("patients.csv"), "tumour_0 [1e9 cells]\n0.2\n2\n9\n").unwrap();
    let line = [
        "compare",
        "cart-crs",
        "--arm",
        "usual: ",
        "--arm",
        "treated: tocilizumab 800 mg over 1 h at 3 d",
        "--patients",
        "patients.csv",
        "--utility",
        "P(response) - 2*P(grade>=3) - P(penn>=3) - P(tocilizumab)",
        "--scale",
        "astct-2019,penn",
        "--until",
        "14 d",
        "--output",
        "out",
        "--quiet",
    ];
    assert_eq!(printed(folder.path(), &line), "");
    let grades = fs::read_to_string(folder.path().join("out/grades.csv")).unwrap();
    let both = fs::read_to_string(folder.path().join("out/benefit_risk.csv")).unwrap();
    assert_eq!(both.lines().count(), 1 + 2 * 2, "two arms, one end point against any and severe CRS");
    assert!(both.lines().nth(2).unwrap().starts_with("usual,reached_response,"), "{both}");
    assert_eq!(grades.lines().count(), 1 + 2 * 2 * 7);
    let table = fs::read_to_string(folder.path().join("out/comparison.csv")).unwrap();
    assert_eq!(cell(&table, "treated", "any_tocilizumab", "estimate"), "1");
    assert!(cell(&table, "treated", "crs_at_least_3_penn", "estimate").parse::<f64>().unwrap() <= 0.0);
    if cfg!(feature = "plot") {
        for name in ["curves.png", "grades.png", "benefit_risk.png"] {
            assert!(folder.path().join("out").join(name).is_file(), "{name}");
        }
    }
}

#[test]
fn sweeps_give_curves_and_maps() {
    let folder = folder();
    let one = compare(folder.path(), &["--sweep", "drug amount 1..100 log 3", "-n", "10", "--format", "csv"]);
    assert_eq!(one.lines().next(), Some("arm,drug amount [mg],endpoint,unit,kind,n,value,low_95,high_95"));
    let peaks: Vec<&str> = one.lines().filter(|line| line.contains(",cmax_drug,")).collect();
    assert!(peaks.len() == 3 && peaks[1].starts_with("base,10,"), "{peaks:?}");
    let line = ["--sweep", "drug amount 1..9 mg 3", "--sweep", "parameter loss 0.2..1 2", "--utility", "P(response)"];
    assert_eq!(compare(folder.path(), &[&line[..], &["--output", "out"]].concat()), "");
    let table = fs::read_to_string(folder.path().join("out/sweep.csv")).unwrap();
    assert_eq!(table.lines().filter(|line| line.contains(",utility,")).count(), 6);
    assert_eq!(folder.path().join("out/map.png").is_file(), cfg!(feature = "plot"));
}

/// Peaks are doses, so the utility is highest at 4 mg.
#[test]
fn the_best_dose_is_found_and_its_neighbourhood_told() {
    let folder = folder();
    let utility = "mean(cmax_drug)*(8 - mean(cmax_drug))";
    let line = ["--utility", utility, "--optimise", "drug amount 0..10 mg", "-n", "6", "--budget", "25"];
    let table = compare(folder.path(), &[&line[..], &["--format", "csv"]].concat());
    let rows = fields(&table);
    assert_eq!(rows[0][..3], ["number", "drug amount [mg]", "utility"]);
    let best: f64 = rows[1][1].parse().unwrap();
    assert!((best - 4.0).abs() < 0.2, "{best}");
    let reading = compare(folder.path(), &[&line[..], &["--format", "table"]].concat());
    assert!(reading.contains("best of") && reading.contains("not to be told from it"), "{reading}");
    let (code, said) = told(folder.path(), &[&["compare", "drug.toml"][..], &line, &["--output", "out"]].concat());
    assert_eq!(code, 0, "{said}");
    assert!(folder.path().join("out/optimum.csv").is_file() && said.contains("best of"), "{said}");
}

/// Arguments behind `compare`, separated by `|`, and what the message holds: code, place, value, remedy.
const WRONG: &[(&str, &[&str])] = &[
    ("", &["SCENARIO|MODEL"]),
    ("drug.toml", &["A001", "one arm alone", "--arm"]),
    ("drug.toml|--arm|low: drug 1 mg at 0 d", &["A001", "one arm alone"]),
    ("drug.toml|--arm|drug 1 mg at 0 d", &["A001", "has no name", "--arm"]),
    ("drug.toml|--arm|: drug 1 mg at 0 d", &["A001", "without a name"]),
    ("drug.toml|--arm|a,b: |--arm|c: ", &["A001", "a comma or quote"]),
    ("drug.toml|--arm|a: |--arm|a: none", &["A001", "two arms are called `a`", "again here"]),
    ("drug.toml|--arm|a: |--arm|b: drg 1 mg at 0 d", &["R007", "--arm:1:4", "did you mean `drug`?"]),
    ("drug.toml|--arm|a: |--arm|b: drug 1 kg2 at 0 d", &["--arm:1:", "kg2"]),
    ("drug.toml|--arm|a: |--arm|b: drug 1 mg", &["R0", "--arm:1:4", "at 0 d"]),
    ("drug.toml|--arm|a: |--arm|b: set", &["A001", "`set` has nothing behind it"]),
    ("drug.toml|--arm|a: |--arm|b: set los=1 1/d", &["M020", "did you mean `loss`?"]),
    ("drug.toml|--arm|a: |--arm|b: parameters high", &["M018", "`high`"]),
    ("drug.toml|--arm|a: |--arm|b: none; drug 1 mg at 0 d", &["F006", "stands alone"]),
    ("drug.toml|--arm|a: |--arm|b: none|--reference|nobody", &["A002", "`nobody`", "arms: a, b"]),
    ("drug.toml|other.toml|--arm|a: ", &["A001", "several scenario files"]),
    ("here.toml|there.toml", &["A003", "`drug`", "`stein-2019`"]),
    ("no.toml|there.toml", &["F011", "`no.toml`"]),
    ("drug.toml|--arm|a: |--arm|b: none|--utility|P(respons)", &["A005", "--utility:1:3", "did you mean `response`?"]),
    ("drug.toml|--arm|a: |--arm|b: none|--utility|1 +", &["A004", "--utility:1:4", "too early"]),
    ("drug.toml|--arm|a: |--arm|b: none|--utility|P(grade>=3)", &["A005", "nothing is graded"]),
    ("cart-crs|--arm|a: |--arm|b: none|--utility|P(penn>=3)", &["A005", "no scale `penn`", "--scale asks for more"]),
    ("cart-crs|--arm|a: |--arm|b: none|--utility|P(grade>=9)", &["A005", "`9` is no grade"]),
    ("hardiansyah-2019|--arm|a: |--arm|b: none|-n|10", &["P001", "nothing varies", "table of patients"]),
    ("drug.toml|--sweep|drug amount 1..9", &["A006", "--sweep:1:13", "number of points"]),
    ("drug.toml|--sweep|drug amount 9..1 3", &["A006", "not below"]),
    ("drug.toml|--sweep|drug amount 1..9 d 3", &["U007", "in mg, not in d"]),
    ("drug.toml|--sweep|drug gap 1..9 3", &["A007", "one time, so no gap", "--dose"]),
    ("drug.toml|--sweep|drug amount 1..9 3|--dose|none", &["A007", "has 0 doses"]),
    ("drug.toml|--sweep|other amount 1..9 3", &["A006", "`other` has no amount"]),
    ("drug.toml|--sweep|drug amount 1..9 3|--sweep|drug amount 1..9 3", &["A006", "varied twice"]),
    ("drug.toml|--optimise|drug amount 1..9", &["--optimise", "--utility"]),
    (
        "drug.toml|--optimise|drug amount 1..9 log 5|--utility|P(response)",
        &["A006", "no number of points", "--optimise:1:22"],
    ),
    ("drug.toml|--arm|a: |--arm|b: none|-n|0", &["--count", "1..=100000"]),
    ("drug.toml|--arm|a: |--arm|b: none|--patients|no.csv", &["F011", "`no.csv`"]),
    ("drug.toml|--arm|a: |--arm|b: none|--threads|0", &["--threads", "1 to 1024"]),
];

#[test]
fn a_wrong_comparison_is_refused_with_its_place_and_writes_nothing() {
    let folder = folder();
    for (name, model) in [("here", "drug.toml"), ("there", "stein-2019")] {
        let text = format!("format = \"cascade-scenario/1\"\nmodel = \"{model}\"\n");
        fs::write(folder.path().join(format!("{name}.toml")), text).unwrap();
    }
    let before = files(folder.path());
    for (line, says) in WRONG {
        let arguments: Vec<&str> = line.split('|').filter(|word| !word.is_empty()).collect();
        let arguments = [&["compare"][..], &arguments, &["--output", "out"]].concat();
        let done = cascade(folder.path()).args(&arguments).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{line}\n{said}");
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in *says {
            assert!(flat.contains(part), "{line}\nshould say `{part}`:\n{said}");
        }
        assert!(done.stdout.is_empty(), "{line}");
        assert_eq!(files(folder.path()), before, "{line}");
    }
}

#[test]
fn mistakes_of_several_arms_are_told_together() {
    let folder = folder();
    let line = ["compare", "drug.toml", "--arm", "a: drg 1 mg at 0 d", "--arm", "b: drug 1 d at 0 d", "--sweep", "x"];
    let (code, said) = told(folder.path(), &line);
    assert_eq!(code, 2);
    for part in ["did you mean `drug`?", "--arm:1:", "A006"] {
        assert!(said.contains(part), "{part} is not told:\n{said}");
    }
}

#[test]
fn what_a_table_of_patients_lists_is_not_varied_in_silence() {
    let folder = folder();
    let at = folder.path();
    fs::write(at.join("p.csv"), "loss [1/d]\n0.3\n0.5\n0.8\n").unwrap();
    let line = ["compare", "drug.toml", "--patients", "p.csv", "--sweep", "parameter loss 0.2..1 3"];
    let (code, said) = told(at, &line);
    assert!(code == 2 && said.contains("lists `loss`") && said.contains("--sweep:1:1"), "{said}");
    let arms = ["--arm", "slow: set loss=0.2 1/d", "--arm", "fast: set loss=2 1/d"];
    let (code, said) = told(at, &[&["compare", "drug.toml", "--patients", "p.csv"][..], &arms].concat());
    assert!(code == 0 && said.contains("warning: `loss` of arm `slow` is that of the table"), "{said}");
}

#[test]
fn arms_of_different_length_are_told() {
    let folder = folder();
    let at = folder.path();
    for until in ["10 d", "20 d"] {
        let name = format!("{}.toml", &until[..2]);
        let text = format!("format = \"cascade-scenario/1\"\nmodel = \"drug.toml\"\nuntil = \"{until}\"\n");
        fs::write(at.join(name), text).unwrap();
    }
    let (code, said) = told(at, &["compare", "10.toml", "20.toml", "-n", "5"]);
    assert!(code == 0 && said.contains("warning: `10` ends at 10 and `20` at 20 d"), "{said}");
}

#[test]
fn an_amount_for_all_does_not_replace_doses_in_steps() {
    let folder = folder();
    let line = ["--dose", "drug step 1/2/5 mg at 0, 7, 14 d", "--sweep", "drug amount 1..9 3"];
    let (code, said) = told(folder.path(), &[&["compare", "drug.toml"][..], &line].concat());
    assert!(code == 2 && said.contains("by weight or in steps"), "{said}");
}

#[test]
fn what_differs_less_than_a_solver_can_tell_is_alike() {
    let folder = folder();
    // A dose of nothing restarts the solver and changes nothing.
    let arms = ["--arm", "a: drug 10 mg at 0 d", "--arm", "b: drug 10 mg at 0 d; drug 0 mg at 3 d"];
    let csv = compare(folder.path(), &[&arms[..], &["-n", "20", "--format", "csv"]].concat());
    let rows = fields(&csv);
    let at = |name: &str| rows[0].iter().position(|head| *head == name).unwrap();
    // What has fallen below the tolerance of its state is not known so well.
    let known =
        |row: &&Vec<&str>| ["cmax_", "auc_0_28d_", "time_"].iter().any(|head| row[at("endpoint")].starts_with(head));
    assert!(rows[1..].iter().filter(known).count() >= 4, "{csv}");
    for row in rows[1..].iter().filter(known) {
        let nothing = if row[at("kind")] == "ratio" { "1" } else { "0" };
        assert_eq!((row[at("estimate")], row[at("low_95")], row[at("gain")]), (nothing, nothing, ""), "{row:?}");
    }
}

/// Five patients in closed form: two lose the response without the antigen, one with it, one is followed to the end, one
/// never responds.
#[test]
fn relapses_are_told_by_kind() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("relapse.toml"), include_str!("../models/relapse.toml")).unwrap();
    let patients =
        "subject,growth [1/d],turn [d],pull [1/d^2]\na,1,5,1\nb,0.5,5,1\nc,0.1,20,1\nd,0.8,5,1\ne,1,1,0.01\n";
    fs::write(at.join("patients.csv"), patients).unwrap();
    let line = ["compare", "relapse.toml", "--quiet", "--arm", "now: drug at 0 d", "--arm", "later: drug at 1 d"];
    printed(at, &[&line[..], &["--patients", "patients.csv", "--output", "out"]].concat());
    let table = fs::read_to_string(at.join("out/relapses.csv")).unwrap();
    let rows = fields(&table);
    let (negative, positive) = ("relapse_antigen_negative", "relapse_antigen_positive");
    let of = |kind: &str| -> Vec<Vec<f64>> {
        let own = rows.iter().filter(|row| row[..3] == ["later", "response", kind]);
        own.map(|row| [3, 4, 5, 6, 9].map(|at| row[at].parse().unwrap()).to_vec()).collect()
    };
    let response = 5.0 - (25.0 - 2.0 * 100.0_f64.ln()).sqrt();
    let lost_with = 5.0 + (25.0 - 2.0 * 20.0_f64.ln()).sqrt() - response;
    let lost_without = |growth: f64| 500.0_f64.ln() / growth - response;
    let end = 14.0 - (20.0 - (400.0 - 2.0 * 100.0_f64.ln()).sqrt());
    let (first, second) = (lost_without(1.0), lost_without(0.8));
    // Days, at risk, relapses, free of this kind, incidence.
    for (kind, wanted) in [
        (
            negative,
            vec![
                [0.0, 4.0, 0.0, 1.0, 0.0],
                [first, 4.0, 1.0, 0.75, 0.25],
                [second, 3.0, 1.0, 0.5, 0.5],
                [end, 1.0, 0.0, 0.5, 0.5],
            ],
        ),
        (positive, vec![[0.0, 4.0, 0.0, 1.0, 0.0], [lost_with, 2.0, 1.0, 0.5, 0.25], [end, 1.0, 0.0, 0.5, 0.25]]),
        (
            "any",
            vec![
                [0.0, 4.0, 0.0, 1.0, 0.0],
                [first, 4.0, 1.0, 0.75, 0.25],
                [second, 3.0, 1.0, 0.5, 0.5],
                [lost_with, 2.0, 1.0, 0.25, 0.75],
                [end, 1.0, 0.0, 0.25, 0.75],
            ],
        ),
    ] {
        let found = of(kind);
        assert_eq!(found.len(), wanted.len(), "{kind}: {table}");
        for (found, wanted) in found.iter().flatten().zip(wanted.iter().flatten()) {
            assert!((found - wanted).abs() < 1e-4, "{kind}: {found} {wanted}\n{table}");
        }
    }
    // In the comparison a relapse is bad and late is good.
    let comparison = fs::read_to_string(at.join("out/comparison.csv")).unwrap();
    assert_eq!(cell(&comparison, "later", &format!("reached_{negative}"), "kind"), "proportion");
    assert_eq!(cell(&comparison, "later", &format!("reached_{negative}"), "p_better"), "0.5");
    assert_eq!(cell(&comparison, "later", &format!("lost_{negative}"), "p_better"), "");
    // The loss of the response itself stays beside them.
    let lost = fs::read_to_string(at.join("out/relapse_free.csv")).unwrap();
    assert!(fields(&lost)[1..].iter().all(|row| row[1] == "response"), "{lost}");
    assert!(at.join("out/relapses.png").exists() == cfg!(feature = "plot"));
}

/// The patients of the paper: those fitted without CD19-negative blasts relapse with CD19, the other one without.
#[test]
fn sets_of_a_library_model_relapse_by_kind() {
    let folder = tempfile::tempdir().unwrap();
    let line =
        ["compare", "liu-2022", "--quiet", "--arm", "with: parameters cr-1", "--arm", "without: parameters negr"];
    printed(folder.path(), &[&line[..], &["--output", "out"]].concat());
    let arms = fs::read_to_string(folder.path().join("out/arms.csv")).unwrap();
    let share = |arm: &str, kind: &str| cell(&arms, arm, &format!("reached_relapse_antigen_{kind}"), "value");
    assert_eq!([share("with", "positive"), share("with", "negative")], ["1", "0"]);
    assert_eq!([share("without", "positive"), share("without", "negative")], ["0", "1"]);
}

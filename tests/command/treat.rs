//! Treatment by rule on the command line.

use std::fs;

use tempfile::tempdir;

use super::{files, printed, told};

const RULES: &str = "format = 'cascade-rules/1'\nname = 'mine'\n[[treat]]\nname = 'early'\nwhen = 'temperature >= 38.5 [degC]'\n\
    give = 'tocilizumab 400 mg over 1 h'\nmax_doses = 1\n";

#[test]
fn a_run_with_rules_leaves_its_decisions() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("mine.toml"), RULES.replace('\n', "\r\n")).unwrap();
    let line = ["grade", "cart-crs", "--set", "tumour_0=8e9 cells", "--treat", "mine.toml", "--treat", "dexamethasone"];
    let (code, said) = told(at, &[&line[..], &["-o", "out"]].concat());
    assert!(code == 0 && said.contains("treatment by rule: 1 given, 0 refused, 0 withheld"), "{said}");
    assert_eq!(files(&at.join("out")), ["course.csv", "decisions.csv", "run.json", "signs.csv"]);
    let decisions = fs::read_to_string(at.join("out/decisions.csv")).unwrap();
    let mut lines = decisions.lines();
    assert_eq!(lines.next(), Some("time,rule,outcome,guard,dose,amount,unit,start,saw"));
    let given: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(given[1..7], ["early", "given", "", "tocilizumab", "400", "mg"]);
    assert!(given[8].starts_with("temperature=38.5") && given[0] == given[7], "{given:?}");
    let record = fs::read_to_string(at.join("out/run.json")).unwrap();
    assert!(record.contains("mine.toml") && record.contains("rules:dexamethasone.toml"), "{record}");
    let (_, said) = told(at, &["simulate", "cart-crs", "--treat", "mine.toml", "-o", "run"]);
    assert!(files(&at.join("run")).contains(&"decisions.csv".to_string()), "{said}");
}

#[test]
fn a_scenario_brings_rules_of_its_own_and_names_others() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("mine.toml"), RULES).unwrap();
    let text = "format = 'cascade-scenario/1'\nmodel = 'cart-crs'\nrules = ['mine.toml', 'dexamethasone']\n\
        [set]\ntumour_0 = '8e9 cells'\n[[treat]]\nname = 'hold'\nwhen = 'worst_grade >= 1'\nwithhold = 'cart'\n";
    fs::write(at.join("scenario.toml"), text).unwrap();
    let (code, said) = told(at, &["grade", "--scenario", "scenario.toml"]);
    assert!(code == 0 && said.contains("1 given, 0 refused, 1 withheld"), "{said}");
    assert_eq!(told(at, &["check", "scenario.toml", "mine.toml"]).0, 0);
    fs::write(at.join("wrong.toml"), text.replace("worst_grade", "wrost_grade")).unwrap();
    let (code, said) = told(at, &["check", "wrong.toml"]);
    assert!(code == 2 && said.contains("did you mean `worst_grade`") && said.contains("wrong.toml:8"), "{said}");
    fs::write(at.join("lost.toml"), text.replace("mine.toml", "lost-rules.toml")).unwrap();
    let (code, said) = told(at, &["grade", "--scenario", "lost.toml"]);
    assert!(code == 2 && said.contains("lost-rules.toml") && said.contains("lost.toml:3"), "{said}");
}

#[test]
fn patients_of_a_population_are_treated_each_by_its_own_course() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("patients.csv"), "tumour_0 [1e9 cells]\n0.2\n4\n8\n").unwrap();
    let line = ["population", "cart-crs", "--patients", "patients.csv", "-n", "3", "--treat", "tocilizumab"];
    let (code, said) = told(at, &[&line[..], &["-o", "whole"]].concat());
    assert_eq!(code, 0, "{said}");
    let decisions = fs::read_to_string(at.join("whole/decisions.csv")).unwrap();
    let subjects: Vec<&str> = decisions.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert!(!subjects.contains(&"1") && subjects.contains(&"2") && subjects.contains(&"3"), "{decisions}");
    let points = fs::read_to_string(at.join("whole/endpoints.csv")).unwrap();
    let head: Vec<&str> = points.lines().next().unwrap().split(',').collect();
    let given = head.iter().position(|name| *name == "given_tocilizumab").unwrap();
    for line in points.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let counted = subjects.iter().filter(|subject| **subject == cells[0]).count();
        assert_eq!(cells[given].parse::<usize>().unwrap(), counted, "{line}");
    }
    // In shards and merged they are the same.
    for part in ["1/2", "2/2"] {
        let out = format!("part-{}", &part[..1]);
        assert_eq!(told(at, &[&line[..], &["--shard", part, "-o", &out]].concat()).0, 0);
    }
    let (code, said) = told(at, &["merge", "part-1", "part-2", "-o", "merged"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(fs::read_to_string(at.join("merged/decisions.csv")).unwrap(), decisions);
}

#[test]
fn rules_are_shown_with_their_evidence() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    let page = printed(at, &["show", "tocilizumab"]);
    assert!(page.contains("evidence: label") && page.contains("min_gap      8 h"), "{page}");
    fs::write(at.join("copy.toml"), printed(at, &["show", "tocilizumab", "--format", "toml"])).unwrap();
    let by =
        |rule: &str| printed(at, &["grade", "cart-crs", "--set", "tumour_0=8e9 cells", "--treat", rule, "--quiet"]);
    assert_eq!(by("copy.toml"), by("tocilizumab"));
    let json: serde_json::Value =
        serde_json::from_str(&printed(at, &["show", "asco-2021", "--format", "json"])).unwrap();
    assert_eq!(json["rules"][0]["max_doses"], "4");
    let (code, said) = told(at, &["grade", "cart-crs", "--treat", "tocilizumap"]);
    assert!(code == 2 && said.contains("did you mean `tocilizumab`"), "{said}");
    let (code, said) = told(at, &["grade", "cart-crs", "--treat", "methylprednisolone"]);
    assert!(code == 2 && said.contains("unknown dose entry `methylprednisolone`"), "{said}");
    let (code, said) = told(at, &["simulate", "stein-2019", "--treat", "tocilizumab"]);
    assert!(code == 2 && said.contains("no signs to grade"), "{said}");
}

#[test]
fn a_dose_that_cannot_be_given_is_refused_with_its_time() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    let text = "format = 'cascade-model/1'\nname = 'm'\ntitle = 'M'\ntime = 'd'\nmaturity = 'illustrative'\n\
        [simulation]\nuntil = '2 d'\n[states.drug]\nunit = 'mg'\nstart = '0'\nrate = '-drug * 1 [1/d]'\n\
        [covariates.weight]\nunit = 'kg'\ndefault = 70\ncarry = 'next'\n[doses.drug]\nstate = 'drug'\nunit = 'mg'\n\
        [outputs.drug]\nvalue = 'drug'\nunit = 'mg'\n";
    fs::write(at.join("m.toml"), text).unwrap();
    let by = |weight: &str, dose: &str| told(at, &["simulate", "m.toml", "--dose", dose, "--set", weight]);
    assert_eq!(by("weight=70 kg", "drug 8 mg/kg at 0 d").0, 0);
    let (code, said) = by("weight=-70 kg", "drug 8 mg/kg at 1 d");
    assert!(code != 0 && said.contains("R006") && said.contains("`drug` at 1 d") && said.contains("-560"), "{said}");
    let (code, said) = by("weight=0 kg", "drug 8 mg rate 1 mg/kg/h at 1 d");
    assert!(code != 0 && said.contains("R006"), "{said}");
}

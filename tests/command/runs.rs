//! `cascade runs`: fits side by side, from folders written by hand.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{cascade, printed, told};

/// A fit of 54 values and 6 that are censored, and its estimates.
fn fit(objective: f64, estimated: usize, sound: bool) -> Value {
    // 54 ln(2 pi) is 99.245; n of the criteria is 60 and 6.
    let minus_twice = objective + 99.25;
    json!({
        "model": "oral",
        "method": "focei",
        "objective": objective,
        "objective_error": null,
        "minus_twice_log_likelihood": minus_twice,
        "aic": minus_twice + 2.0 * estimated as f64,
        "bic": minus_twice + 4.0 * estimated as f64,
        "bic_subjects": minus_twice + 1.75 * estimated as f64,
        "values": 54,
        "censored": 6,
        "subjects": 6,
        "estimated": estimated,
        "sound": sound,
        "data_sha256": "abc",
    })
}

const HEAD: &str = "parameter,kind,estimate,se,rse,lower,upper,fixed,transform,unit,start\n";
const FIRST: &str = "cl,typical,3,0.75,25,2,4.5,0,log,L/h,2\nv,typical,40,,,,,1,log,L,40\n";
const SECOND: &str = "cl,typical,2.5,0.25,10,2,3,0,log,L/h,2\nv,typical,33.333333,,,,,0,log,L,40\n\"omega(cl,v)\",variance,0.01,,,,,0,cholesky,1,0\n";

fn write(folder: &Path, name: &str, fit: &Value, estimates: &str) {
    let place = folder.join(name);
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("run.json"), json!({ "fit": fit, "version": "0.1.0" }).to_string()).unwrap();
    fs::write(place.join("estimates.csv"), format!("{HEAD}{estimates}")).unwrap();
}

fn two() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "base", &fit(140.0, 5, true), FIRST);
    write(folder.path(), "full", &fit(130.0, 7, false), SECOND);
    folder
}

#[test]
fn fits_stand_side_by_side_and_the_best_has_a_word() {
    let folder = two();
    insta::assert_snapshot!(printed(folder.path(), &["runs", "base/", "full", "--format", "table"]), @r"
    run   model  method  objective     -2LL      AIC      BIC   n  BIC_subj  n_subj  est  sound
    base  oral   focei     140.000  239.250  249.250  259.250  60   248.000       6    5  yes
    full  oral   focei     130.000  229.250  243.250  257.250  60   241.500       6    7  no     best AIC

    parameter    unit  base        full
    cl           L/h   3 (25.0 %)  2.5 (10.0 %)
    v            L     40 (fixed)  33.33
    omega(cl,v)  -     -           0.01
    ");
}

#[test]
fn other_tools_get_one_line_a_fit_and_programs_an_object() {
    let folder = two();
    let csv = printed(folder.path(), &["runs", "base", "full"]);
    assert_eq!(
        csv,
        "run,model,method,objective,objective_error,minus_twice_log_likelihood,aic,bic,bic_n,bic_subjects,subjects,values,\
         censored,estimated,sound,best_aic,data_sha256,cl,cl_rse,v,v_rse,\"omega(cl,v)\",\"omega(cl,v)_rse\"\n\
         base,oral,focei,140,,239.25,249.25,259.25,60,248,6,54,6,5,1,0,abc,3,25,40,,,\n\
         full,oral,focei,130,,229.25,243.25,257.25,60,241.5,6,54,6,7,0,1,abc,2.5,10,33.333333,,0.01,\n"
    );
    let text = printed(folder.path(), &["runs", "base", "full", "--format", "json"]);
    let whole: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&whole["comparable"], &whole["fits"][1]["best_aic"]), (&json!(true), &json!(true)));
    assert_eq!(whole["fits"][0]["estimates"][1]["rse"], Value::Null);
    assert_eq!(whole["fits"][0]["estimates"][1]["fixed"], true);
}

#[test]
fn one_fit_is_not_the_best_of_anything() {
    let folder = two();
    let text = printed(folder.path(), &["runs", "full", "--format", "table"]);
    assert!(!text.contains("best"), "{text}");
}

#[test]
fn other_data_are_told_and_nothing_is_the_best_then() {
    let folder = two();
    let mut other = fit(90.0, 5, true);
    other["data_sha256"] = json!("def");
    other["values"] = json!(50);
    other["censored"] = json!(10);
    other["method"] = json!("laplace");
    other["objective_error"] = json!(0.25);
    write(folder.path(), "other", &other, FIRST);
    let done = cascade(folder.path()).args(["runs", "base", "other", "--format", "table"]).output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(!text.contains("best") && text.contains("90.000 +- 0.25"), "{text}");
    insta::assert_snapshot!(String::from_utf8(done.stderr).unwrap(), @r"
    warning: the fits are to different data (`data_sha256`): the objectives are not comparable
    warning: the numbers of values differ (54, 50): the objectives are not comparable
    warning: the numbers of censored values differ (6, 10): the objectives are not comparable
    note: objectives by focei and laplace are different approximations of the likelihood
    ");
    let (code, said) = told(folder.path(), &["runs", "base", "other", "--quiet"]);
    assert_eq!((code, said.as_str()), (0, ""));
}

#[test]
fn folders_without_a_fit_are_told_all_at_once() {
    let folder = two();
    fs::create_dir_all(folder.path().join("empty")).unwrap();
    write(folder.path(), "simulated", &Value::Null, FIRST);
    fs::write(folder.path().join("simulated/run.json"), "{\"seed\": 1}").unwrap();
    write(folder.path(), "bare", &fit(1.0, 1, true), FIRST);
    fs::remove_file(folder.path().join("bare/estimates.csv")).unwrap();
    let mut short = fit(1.0, 1, true);
    short.as_object_mut().unwrap().remove("aic");
    write(folder.path(), "short", &short, FIRST);
    write(folder.path(), "words", &fit(1.0, 1, true), "cl,typical,three,,,,,0,log,L/h,2\n");
    let all = ["runs", "base", "empty", "simulated", "bare", "short", "words"];
    let (code, said) = told(folder.path(), &all);
    assert_eq!(code, 2, "{said}");
    for part in [
        "cannot read `empty/run.json`",
        "`empty` should be what `--output` of a fit wrote",
        "`simulated/run.json` has no key `fit`: it is not of a fit",
        "cannot read `bare/estimates.csv`",
        "`short/run.json` lacks `aic` under `fit`",
        "`three` is no number",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
}

#[test]
fn no_folder_is_wrong_usage() {
    assert_eq!(told(Path::new("."), &["runs"]).0, 2);
}

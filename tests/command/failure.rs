//! Runs that fail (exit 3) and answers that are negative (exit 1).

use std::fs;

use cascade::diagnostic::codes;
use cascade::model::Model;
use cascade::simulate::Scenario;

use super::{cascade, files, model, told};

#[test]
fn a_rate_that_blows_up_is_told_with_time_state_and_reason() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.toml"), model("y^2 / 1 [d]", "")).unwrap();
    for solver in ["auto", "rodas", "dopri5", "ode_solvers-dopri5"] {
        let line = ["simulate", "mine.toml", "--solver", solver, "-o", "out"];
        let done = cascade(folder.path()).args(line).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(3), "{solver}: {said}");
        assert!(done.stdout.is_empty());
        // The solution is 1 / (1 - t).
        assert!(said.contains("N005") && said.contains("at 1 d"), "{solver}: {said}");
        // The crate `ode_solvers` tells no state.
        let state = said.contains("`y` changes fastest") && said.contains("[states.y]");
        assert!(state || solver == "ode_solvers-dopri5", "{solver}: {said}");
        assert!(said.contains("does a rate blow up") && said.contains("steps"), "{solver}: {said}");
        assert_eq!(files(folder.path()), ["mine.toml"], "{solver}");
    }
}

#[test]
fn a_switch_that_never_settles_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let rest = "[switches.high]\nwhile = 'y > 1.5'\n";
    fs::write(folder.path().join("mine.toml"), model("(if high then -1 else 1) / 1 [d]", rest)).unwrap();
    let (code, said) = told(folder.path(), &["simulate", "mine.toml"]);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("N006") && said.contains("`high`") && said.contains("at 0.5 d"), "{said}");
    assert!(said.contains("at_least"), "{said}");
}

#[test]
fn a_run_that_is_stopped_from_outside_says_so() {
    let model = Model::embedded("stein-2019").unwrap();
    let scenario = Scenario::new(&model).unwrap();
    scenario.stop.trip();
    let failed = scenario.simulate().unwrap_err();
    assert_eq!(failed.problems.iter().map(|found| found.code).collect::<Vec<_>>(), [&codes::run::INTERRUPTED]);
    assert!(failed.reached.is_some());
}

#[test]
fn warnings_fail_only_if_they_are_denied() {
    let folder = tempfile::tempdir().unwrap();
    let unused = "[parameters.growth]\nvalue = 1\nunit = '1/d'\nsource = 'doi:10.1000/1, Table 1'\n";
    fs::write(folder.path().join("mine.toml"), model("-y / 1 [d]", unused)).unwrap();
    let (code, said) = told(folder.path(), &["check", "mine.toml"]);
    assert!(code == 0 && said.contains("M009"), "{said}");
    let (code, said) = told(folder.path(), &["check", "mine.toml", "--deny-warnings"]);
    assert!(code == 1 && said.contains("M009"), "{said}");
    // A run says it too, and goes on; --quiet is quiet.
    let (code, said) = told(folder.path(), &["simulate", "mine.toml"]);
    assert!(code == 0 && said.contains("M009"), "{said}");
    let (code, said) = told(folder.path(), &["simulate", "mine.toml", "--quiet"]);
    assert!(code == 0 && said.is_empty(), "{said}");
}

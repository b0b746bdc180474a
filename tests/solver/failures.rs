//! A run that cannot go on is a value: why, when, which state, and what was reached.

use cascade::integrate::{Method, Reason};
use cascade::simulate::Grid;
use cascade::trajectory::brief;

use crate::support::{Case, METHODS, written};

/// y' = y^2 from 1: y = 1 / (1 - t), gone at 1 d. `calm` is another state, listed first.
fn blow_up() -> cascade::model::Model {
    written(
        "3 d",
        "[states.calm]\nunit = \"1\"\nstart = '1'\nrate = '-0.1 [1/d] * calm'\ntolerance = \"1e-3\"\n\
         [states.wild]\nunit = \"1\"\nstart = '1'\nrate = '1 [1/d] * wild^2'\ntolerance = \"1e-3\"\n\
         [outputs.wild]\nvalue = 'wild'\nunit = \"1\"\n",
    )
}

#[test]
fn a_blow_up_says_what_when_and_keeps_what_was_reached() {
    let model = blow_up();
    for method in METHODS {
        let scenario = Case::default().of(&model).method(method).grid(Grid::Every(0.01)).with_exposure();
        let failed = scenario.simulate().unwrap_err();
        let failure = failed.failure.expect("the integrator stopped");
        assert!(
            matches!(failure.reason, Reason::StepSize | Reason::NotFinite | Reason::StepLimit),
            "{method}: {failure}"
        );
        assert!((failure.time - 1.0).abs() < 1e-3, "{method}: {failure}");
        if method != Method::OdeSolversDopri5 {
            assert_eq!(failure.state, Some(1), "{method}: {failure}");
            assert!(failed.problems.to_string().contains("`wild`"), "{}", failed.problems);
        }
        assert!(failed.problems.to_string().contains(&format!("at {} d", brief(failure.time))), "{}", failed.problems);
        let reached = failed.reached.expect("the run began");
        assert!(reached.counters.steps > 10 && reached.counters == failure.counters);
        // Every row up to there, none beyond, and they hold.
        let due = (0..=300).filter(|n| f64::from(*n) * 0.01 <= failure.time).count();
        assert_eq!(reached.trajectory.rows(), due, "{method}");
        for row in 0..due.min(99) {
            let t = reached.trajectory.time[row];
            let [calm, wild] = [reached.trajectory.row(row)[0], reached.trajectory.row(row)[1]];
            assert!((wild * (1.0 - t) - 1.0).abs() < 1e-3 / (1.0 - t), "{method} at {t}: {wild}");
            assert!((calm / (-0.1 * t).exp() - 1.0).abs() < 1e-4, "{method} at {t}: {calm}");
        }
        assert!(reached.trajectory.values.iter().all(|value| value.is_finite()));
        assert!(reached.exposure[0].exposure.half_life.is_none() && reached.exposure[0].exposure.auc_0_28d.is_none());
    }
}

#[test]
fn a_rate_that_is_no_number_is_told_apart() {
    // ln of what has fallen through 0 at 1 d.
    let model = written(
        "3 d",
        "[states.left]\nunit = \"1\"\nstart = '1'\nrate = '-1 [1/d]'\ntolerance = \"1e-3\"\n\
         [states.log]\nunit = \"1\"\nstart = '0'\nrate = 'if left > 0 then 1 [1/d] else 1 [1/d] * ln(left)'\ntolerance = \"1e-3\"\n\
         [outputs.log]\nvalue = 'log'\nunit = \"1\"\n",
    );
    for method in METHODS {
        let failed = Case::default().of(&model).method(method).simulate().unwrap_err();
        let failure = failed.failure.unwrap();
        assert_eq!(failure.reason, Reason::NotFinite, "{method}: {failure}");
        assert!((failure.time - 1.0).abs() < 1e-3, "{method}: {failure}");
        assert!(failed.reached.unwrap().trajectory.values.iter().all(|value| value.is_finite()));
    }
}

#[test]
fn a_stop_from_outside_is_a_failure_with_its_own_reason() {
    let model = blow_up();
    let scenario = Case::default().of(&model);
    scenario.stop.trip();
    let failed = scenario.simulate().unwrap_err();
    assert_eq!(failed.failure.unwrap().reason, Reason::Stopped);
    assert_eq!(failed.reached.unwrap().trajectory.rows(), 1);
}

#[test]
fn mistakes_before_the_run_reach_nothing() {
    let model = blow_up();
    let failed = Case::default().of(&model).grid(Grid::At(vec![5.0])).simulate().unwrap_err();
    assert!(failed.failure.is_none() && failed.reached.is_none());
}

//! Floors: a fall through one is an extinction, nothing else is.

use cascade::model::Model;
use cascade::simulate::{EventKind, Run};

use crate::support::{Case, METHODS, at, run, series, written};

/// Cells that shrink or grow at `slope`, from `first`, with a floor at 1 cell.
fn cells(first: &str, slope: &str, absorbing: bool) -> Model {
    written(
        "20 d",
        &format!(
            "[states.clone]\nunit = \"cells\"\nstart = '{first} [cells]'\nrate = '{slope} [1/d] * clone'\n\
             tolerance = \"1e-3 cells\"\nfloor = \"1 cells\"\nabsorbing = {absorbing}\n\
             [doses.cells]\nstate = \"clone\"\nunit = \"cells\"\n\
             [outputs.clone]\nvalue = 'clone'\nunit = \"cells\"\n"
        ),
    )
}

fn extinctions(run: &Run) -> Vec<f64> {
    run.events.iter().filter(|event| matches!(event.kind, EventKind::Extinct(_))).map(|event| event.time).collect()
}

#[test]
fn a_fall_through_the_floor_is_the_end() {
    for method in METHODS {
        let found = run(at(cells_case("").of(&cells("1000", "-1", false)), &[6.9, 6.92, 20.0])
            .method(method)
            .rtol(1e-10)
            .unwrap());
        let [time] = extinctions(&found)[..] else { panic!("{:?}", found.events) };
        // 1000 exp(-t) = 1.
        assert!((time - 1000f64.ln()).abs() < 1e-8, "{method}: {time}");
        let rows = series(&found.trajectory, "clone");
        assert!((rows[0] - 1000.0 * (-6.9f64).exp()).abs() < 1e-6);
        assert_eq!(rows[1..], [0.0, 0.0]);
    }
}

fn cells_case(doses: &str) -> Case<'_> {
    Case { doses, ..Case::default() }
}

#[test]
fn a_state_that_grows_from_below_survives() {
    for method in METHODS {
        for first in ["0", "1e-3", "1"] {
            let model = cells(first, "0.7", false);
            let found = run(at(cells_case("").of(&model), &[15.0]).method(method).rtol(1e-10).unwrap());
            assert_eq!(extinctions(&found), [0.0; 0], "{method} from {first}");
            let expected = first.parse::<f64>().unwrap() * (0.7f64 * 15.0).exp();
            let value = series(&found.trajectory, "clone")[0];
            assert!((value - expected).abs() <= 1e-8 * expected, "{method} from {first}: {value}");
        }
    }
}

#[test]
fn it_rises_above_the_floor_and_falls_again() {
    // From 0.5 cells up by a dose, then down: the floor counts from the dose on.
    let model = cells("0.5", "-1", false);
    let found = run(cells_case("cells 99.5 cells at 1 d").of(&model).rtol(1e-10).unwrap());
    let [time] = extinctions(&found)[..] else { panic!("{:?}", found.events) };
    let after_dose = 99.5 + 0.5 * (-1f64).exp();
    assert!((time - 1.0 - after_dose.ln()).abs() < 1e-8, "{time}");
}

#[test]
fn without_absorbing_what_flows_in_lives_on() {
    let text = |absorbing| {
        written(
            "20 d",
            &format!(
                "[states.source]\nunit = \"cells\"\nstart = '0 [cells]'\nrate = '1 [cells/d]'\ntolerance = \"1 cells\"\n\
                 [states.clone]\nunit = \"cells\"\nstart = '1000 [cells]'\n\
                 rate = '0.1 [1/d] * source - 5 [1/d] * clone'\ntolerance = \"1e-6 cells\"\nfloor = \"0.5 cells\"\nabsorbing = {absorbing}\n\
                 [doses.cells]\nstate = \"clone\"\nunit = \"cells\"\n\
                 [outputs.clone]\nvalue = 'clone'\nunit = \"cells\"\n"
            ),
        )
    };
    // It falls through 0.5 near day 1.5. From 0 at T: c' = 0.1 t - 5 c, c = 0.02 t - 0.004 + decaying.
    let found = run(at(cells_case("").of(&text(false)), &[20.0]));
    assert_eq!(extinctions(&found).len(), 1);
    assert!((series(&found.trajectory, "clone")[0] - (0.4 - 0.004)).abs() < 1e-6);
    // Absorbing: nothing, until a dose.
    let found = run(at(cells_case("").of(&text(true)), &[20.0]));
    assert_eq!(series(&found.trajectory, "clone"), [0.0]);
    let found = run(at(cells_case("cells 50 cells at 10 d").of(&text(true)), &[9.0, 10.0, 10.2, 20.0]));
    let rows = series(&found.trajectory, "clone");
    assert_eq!(rows[..2], [0.0, 50.0]);
    // c = 0.02 t - 0.004 + (50 - 0.196) exp(-5 (t - 10)).
    assert!((rows[2] - (0.2 + (50.0 - 0.196) * (-1f64).exp())).abs() < 1e-4, "{rows:?}");
    // It falls through the floor once more, and is absorbed once more.
    assert_eq!((extinctions(&found).len(), rows[3]), (2, 0.0));
}

#[test]
fn two_that_fall_at_one_time_are_both_lost() {
    let model = written(
        "20 d",
        "[states.one]\nunit = \"cells\"\nstart = '1000 [cells]'\nrate = '-1 [1/d] * one'\ntolerance = \"1e-3 cells\"\nfloor = \"1 cells\"\n\
         [states.other]\nunit = \"cells\"\nstart = '1000 [cells]'\nrate = '-1 [1/d] * other'\ntolerance = \"1e-3 cells\"\nfloor = \"1 cells\"\n\
         [switches.few]\non = 'one <= 1 [cells]'\n\
         [states.clock]\nunit = \"d\"\nstart = '0 [d]'\nrate = 'if few then 1 else 0'\ntolerance = \"1 d\"\n\
         [outputs.clock]\nvalue = 'clock'\nunit = \"d\"\n",
    );
    for method in METHODS {
        let found = run(at(Case::default().of(&model), &[7.0, 20.0]).method(method).rtol(1e-10).unwrap());
        let times = extinctions(&found);
        let together = times.len() == 2 && times.iter().all(|time| (time - 1000f64.ln()).abs() < 1e-8);
        assert!(together, "{method}: {:?}", found.events);
        for state in ["one", "other"] {
            assert_eq!(series(&found.trajectory, state), [0.0, 0.0], "{method}");
        }
        // The switch at the same place turned as well.
        let clock = series(&found.trajectory, "clock")[1];
        assert!((clock - (20.0 - 1000f64.ln())).abs() < 1e-8, "{method}: {clock}");
    }
}

#[test]
fn an_infusion_keeps_an_absorbing_state_alive() {
    // Loss of 2 /d with 0.2 cells/d flowing in: it falls through the floor while the infusion runs.
    let model = cells("100", "-2", true);
    let found = run(at(cells_case("cells 2 cells over 10 d at 0 d").of(&model), &[9.0, 20.0]).rtol(1e-10).unwrap());
    assert_eq!(extinctions(&found).len(), 1);
    let rows = series(&found.trajectory, "clone");
    assert!((rows[0] - 0.1).abs() < 1e-6, "0.2 / 2 cells while it runs: {rows:?}");
}

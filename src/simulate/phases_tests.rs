//! What rows see of one time, against closed forms: one compartment with a rate constant of 0.1/h.

use super::{Grid, Phase, Predictor, Scenario};
use crate::diagnostic::{Problems, Source};
use crate::model::Model;
use crate::numeric::{Lanes, Scalar};
use crate::observation::{read_design, read_records};
use crate::trajectory::Sidecar;

const SMALL: &str = include_str!("../observation/tests/small.toml");

/// The small model with `lag` of the drug, an entry without, and the amount and the weight as outputs.
fn model(lag: &str) -> Model {
    let drug = format!("[doses.drug]\nstate = \"central\"\nlag = '{lag}'\n[doses.push]\nstate = \"central\"");
    let error = "error = { model = \"additive\", sd = 1, assumption = \"A1: chosen for the test\" }";
    let output = |name, value, unit| format!("[outputs.{name}]\nvalue = '{value}'\nunit = \"{unit}\"\n{error}\n");
    let more = output("amount", "central", "mg") + &output("size", "weight", "kg") + "[outputs.conc]";
    let text = SMALL.replace("[doses.drug]\nstate = \"central\"", &drug).replace("[outputs.conc]", &more);
    Model::parse(&Source::new("small.toml", text)).unwrap().0
}

/// A column before everything at a time, before its records, and after everything.
fn phases(model: &Model, records: &str, column: &str, time: f64) -> [f64; 3] {
    let table = Source::new("records.csv", records);
    let read = read_records(&table, &Sidecar::default(), model, &mut Problems::default()).unwrap();
    let grid = Grid::of_phases(vec![(time, Phase::After), (time, Phase::Before), (time, Phase::Arrived)]);
    let run = Scenario::new(model).unwrap().with_records(&read.subjects[0]).grid(grid).simulate().unwrap();
    let column = run.trajectory.column(column).unwrap();
    run.trajectory.series(column).collect::<Vec<_>>().try_into().unwrap()
}

#[track_caller]
fn assert_close(found: [f64; 3], wanted: [f64; 3]) {
    let close = found.iter().zip(&wanted).all(|(found, wanted)| (found - wanted).abs() < 1e-9);
    assert!(close, "{found:?}, not {wanted:?}");
}

#[test]
fn additional_doses_come_between_what_is_before_everything_and_the_records() {
    let model = model("0 [h]");
    let records = "TIME,AMT,CMT,II,ADDL\n0,10,drug,12,2\n24,5,push,0,0\n";
    let half_day = (-1.2f64).exp();
    let trough = 10.0 * (half_day + half_day * half_day);
    assert_close(phases(&model, records, "central", 24.0), [trough, trough + 10.0, trough + 15.0]);
    // Without a record of that time, and at the start without anything on its way.
    let trough = 10.0 * half_day;
    assert_close(phases(&model, records, "central", 12.0), [trough, trough + 10.0, trough + 10.0]);
    assert_close(phases(&model, records, "central", 0.0), [0.0, 0.0, 10.0]);
}

#[test]
fn lagged_doses_come_before_records_also_of_another_rounding_of_the_time() {
    // 0.2 + 0.1 is more than 0.3.
    let model = model("0.1 [h]");
    let records = "TIME,AMT,CMT\n0.2,10,drug\n0.3,5,push\n";
    assert_close(phases(&model, records, "central", 0.3), [0.0, 10.0, 15.0]);
    // The lagged dose acts, then the reset.
    let records = "TIME,EVID,AMT,CMT\n0.2,1,10,drug\n0.3,3,0,.\n";
    assert_close(phases(&model, records, "central", 0.3), [0.0, 10.0, 0.0]);
    let records = "TIME,EVID,AMT,CMT,II,ADDL\n0,1,10,push,12,1\n12,3,0,.,0,0\n";
    let trough = 10.0 * (-1.2f64).exp();
    assert_close(phases(&model, records, "central", 12.0), [trough, trough + 10.0, 0.0]);
}

#[test]
fn a_covariate_that_goes_on_by_last_has_arrived_before_the_records() {
    let records = "TIME,EVID,AMT,CMT,weight\n0,1,10,push,70\n6,1,10,push,75\n";
    let model = model("0 [h]");
    assert_close(phases(&model, records, "size", 6.0), [70.0, 75.0, 75.0]);
    let trough = 10.0 * (-0.6f64).exp();
    assert_close(phases(&model, records, "central", 6.0), [trough, trough, trough + 10.0]);
}

/// The rows of a table as fits predict them: alone, and in lanes.
#[track_caller]
fn assert_predicted(model: &Model, table: &str, wanted: &[f64]) {
    let design =
        read_design(&Source::new("d.csv", table), &Sidecar::default(), model, &mut Problems::default()).unwrap();
    let scenario = Scenario::new(model).unwrap();
    let predictor = Predictor::new(&scenario, &design.subjects).unwrap();
    let parameters = scenario.values.parameters.clone();
    let mut alone: Vec<Lanes<1>> = Vec::new();
    let of_lane: Vec<Lanes<1>> = parameters.iter().map(|value| Lanes([*value])).collect();
    predictor.one(0, &of_lane, &mut alone).unwrap();
    let mut all = vec![vec![0.0; predictor.rows(0)]; 3];
    let mut places: Vec<&mut [f64]> = all.iter_mut().map(|rows| &mut rows[..]).collect();
    predictor.many(&[(0, &parameters[..]); 3], &mut places);
    all.push(alone.iter().map(|value| value.get(0)).collect());
    for found in all {
        let close = found.len() == wanted.len() && found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-9);
        assert!(close, "{found:?}, not {wanted:?}");
    }
}

#[test]
fn predictions_before_records_see_additional_and_lagged_doses_of_that_time() {
    let unlagged = model("0 [h]");
    let table = "TIME,EVID,AMT,CMT,II,ADDL,DVID\n0,1,10,drug,12,2,.\n12,0,0,.,0,0,amount\n24,0,0,.,0,0,amount\n\
                 24,1,5,push,0,0,.\n24,0,0,.,0,0,amount\n";
    let half_day = (-1.2f64).exp();
    let trough = 10.0 * (half_day + half_day * half_day);
    assert_predicted(&unlagged, table, &[10.0 * half_day + 10.0, trough + 10.0, trough + 15.0]);
    // 0.2 + 0.1 is more than 0.3.
    let table = "TIME,EVID,AMT,CMT,DVID\n0.2,1,10,drug,.\n0.3,0,0,.,amount\n0.3,1,5,push,.\n0.3,0,0,.,amount\n";
    assert_predicted(&model("0.1 [h]"), table, &[10.0, 15.0]);
    // At the start nothing was on its way; a covariate that goes on by `last` has arrived.
    let table = "TIME,EVID,AMT,CMT,DVID,weight\n0,0,0,.,amount,70\n0,1,10,push,.,70\n0,0,0,.,amount,70\n\
                 6,0,0,.,size,75\n6,1,10,push,.,75\n6,0,0,.,amount,75\n";
    assert_predicted(&unlagged, table, &[0.0, 10.0, 75.0, 10.0 * (-0.6f64).exp() + 10.0]);
}

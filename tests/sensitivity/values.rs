//! The value part of a run with derivatives is the plain run.

use cascade::model::model_names;
use cascade::simulate::{Scenario, influential};

use super::derived;
use crate::support::{bits, embedded, run};

#[test]
fn values_are_those_of_the_plain_run_bit_for_bit() {
    for name in model_names() {
        let model = embedded(name);
        let scenario = Scenario::new(&model).unwrap().with_exposure();
        let plain = run(scenario.clone());
        let names: Vec<&str> = model.parameters.iter().map(|parameter| parameter.name.text.as_str()).take(13).collect();
        let found = derived(&scenario, &names);
        assert_eq!(bits(&found.run.trajectory.time), bits(&plain.trajectory.time), "{name}");
        assert_eq!(bits(&found.run.trajectory.values), bits(&plain.trajectory.values), "{name}");
        assert_eq!(found.run.exposure, plain.exposure, "{name}");
        assert_eq!(found.run.events, plain.events, "{name}");
        assert_eq!(found.run.counters, plain.counters, "{name}");
        let ends = found.end_points.iter().filter(|end| end.what == "end");
        for (end, output) in ends.zip(&model.outputs) {
            let column = plain.trajectory.column(&output.name.text).unwrap();
            if model.states.iter().all(|state| state.name.text != output.name.text) {
                assert_eq!(plain.trajectory.series(column).last().unwrap().to_bits(), end.value.to_bits(), "{name}");
            }
        }
        // In groups or alone: the same derivatives.
        if let Some(last) = names.last() {
            let alone = derived(&scenario, &[last]);
            let column = found.run.trajectory.columns.len() - 1;
            for (a, b) in alone.series(column, 0).zip(found.series(column, names.len() - 1)) {
                assert!((a - b).abs() <= 1e-12 * b.abs(), "{name}: {a} {b}");
            }
        }
    }
}

#[test]
fn by_default_what_varies_between_patients_and_acts() {
    let model = embedded("stein-2019");
    let names = influential(&Scenario::new(&model).unwrap()).unwrap();
    assert!(names.contains(&"tmax".to_string()) && names.len() < model.parameters.len(), "{names:?}");
}

#[test]
fn an_unknown_name_is_told_with_its_neighbour() {
    let model = embedded("stein-2019");
    let scenario = Scenario::new(&model).unwrap();
    let failed = cascade::simulate::sensitivities(&scenario, &["tmx"]).unwrap_err();
    let told = failed.problems.to_string();
    assert!(told.contains("N010") && told.contains("tmax"), "{told}");
}

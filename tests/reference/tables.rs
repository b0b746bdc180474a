//! Every table by every method.

use cascade::integrate::{Method, Reason};

use super::BOUNDS;
use crate::support::{METHODS, REFERENCES, Reference, at, embedded, rows_of, run, table, worst};

/// Compares with a table up to a time in the unit of the model.
fn compare(reference: &Reference, method: Method, until: f64) {
    let model = embedded(reference.model);
    let mut table = table(reference.file);
    let kept = table.time.iter().take_while(|time| **time <= until).count();
    table.time.truncate(kept);
    table.rows.truncate(kept);
    for (rtol, bound) in BOUNDS {
        let mut scenario = at(reference.case.of(&model), &table.time).method(method).rtol(rtol).unwrap();
        scenario.until = *table.time.last().unwrap();
        let rows = rows_of(&run(scenario).trajectory, &table);
        assert_eq!(rows.len(), table.rows.len());
        let worst = worst(&table, &rows, &[]);
        assert!(worst.error <= bound, "{} by {method} at rtol {rtol}: {worst}", reference.file);
    }
}

#[test]
fn every_table_by_every_method() {
    for reference in &REFERENCES {
        for method in METHODS {
            // The other crate gives up where a fast decay outlives what it drives; see below.
            let stiff =
                method == Method::OdeSolversDopri5 && ["hardiansyah-2019", "cart-crs"].contains(&reference.model);
            compare(reference, method, if stiff { 28.0 } else { f64::INFINITY });
        }
    }
}

#[test]
fn the_other_crate_says_where_it_gives_up() {
    // 78.6 /d for 350 d: `ode_solvers` detects stiffness. Up to there its rows are those of the table.
    let reference = &REFERENCES[2];
    let model = embedded(reference.model);
    let table = table(reference.file);
    let scenario = at(reference.case.of(&model), &table.time).method(Method::OdeSolversDopri5);
    let failed = scenario.simulate().unwrap_err();
    let failure = failed.failure.unwrap();
    assert_eq!(failure.reason, Reason::Stiff);
    assert!((28.0..350.0).contains(&failure.time), "{}", failure.time);
    let reached = failed.reached.unwrap().trajectory;
    let due = table.time.iter().take_while(|time| **time <= failure.time).count();
    assert_eq!(reached.rows(), due);
    let worst = worst(&table, &rows_of(&reached, &table), &[]);
    assert!(worst.error <= 1e-3, "{worst}");
}

#[test]
fn depths_are_met_down_to_the_tolerance_of_the_state() {
    // The metric forgives what is below a thousandth of a maximum. Blasts and tumour fall by nine decades and more, and
    // what comes back grew from there: error over value plus the state's tolerance, the scale below which nothing counts.
    for reference in REFERENCES.iter().filter(|known| ["liu-2022", "kimmel-2021"].contains(&known.model)) {
        let model = embedded(reference.model);
        let table = table(reference.file);
        for (rtol, bound) in [(1e-6, 5e-3), (1e-10, 1e-6)] {
            let found = run(at(reference.case.of(&model), &table.time).rtol(rtol).unwrap());
            let rows = rows_of(&found.trajectory, &table);
            for (column, name) in table.columns.iter().enumerate() {
                let tolerance = model.states.iter().find(|state| state.name.text == *name).unwrap().tolerance;
                for ((time, row), expected) in table.time.iter().zip(&rows).zip(&table.rows) {
                    let (found, expected) = (row[column], expected[column]);
                    let error = (found - expected).abs() / (expected.abs() + tolerance);
                    assert!(
                        error <= bound,
                        "{} at rtol {rtol}: {name} at {time} is {found}, not {expected}: {error:.1e}",
                        reference.file
                    );
                }
            }
        }
    }
}

//! Every model against `diffsol`'s BDF (`tests/other.rs`), and its BDF against the independent tables.

use cascade::model::Model;

use super::BOUNDS;
use crate::other::{Problem, changes, over_an_hour};
use crate::support::{Case, REFERENCES, Table, at, embedded, rows_of, run, table, worst};

/// Ours against rows by BDF at the same tolerance.
fn against(reference: &Table, model: &Model, case: Case, (rtol, bound): (f64, f64), ignored: &[&str]) {
    let ours = rows_of(&run(at(case.of(model), &reference.time).rtol(rtol).unwrap()).trajectory, reference);
    let between = worst(reference, &ours, ignored);
    assert!(between.error <= bound, "{} {}, ours against BDF at rtol {rtol}: {between}", model.name, case.set);
}

#[test]
fn every_table() {
    for known in &REFERENCES {
        let model = embedded(known.model);
        let mut reference = table(known.file);
        let problem = Problem::new(&model, &known.case);
        // The care of this run is in no table: the pressure regained is left out, and nothing else depends on it.
        let ignored: &[&str] = if known.file == "cart-crs-dexamethasone" { &["support"] } else { &[] };
        for (rtol, bound) in BOUNDS {
            let rows = problem.solve(&changes(known.file), &reference.time, rtol);
            let theirs = worst(&reference, &rows, ignored);
            assert!(theirs.error <= bound, "{} by BDF at rtol {rtol}: {theirs}", known.file);
            let independent = std::mem::replace(&mut reference.rows, rows);
            against(&reference, &model, known.case, (rtol, bound), ignored);
            reference.rows = independent;
        }
    }
}

#[test]
fn covariates() {
    let model = embedded("tocilizumab-frey-2010");
    let overrides = ["female=1", "albumin=30 g/L", "rheumatoid_factor=300 IU/mL", "smoker=1", "body_surface=2.1 m2"];
    let case = Case { overrides: &overrides, ..Case::default() };
    let mut reference = table("tocilizumab-frey-2010");
    let problem = Problem::new(&model, &case);
    for bounds in BOUNDS {
        reference.rows = problem.solve(&over_an_hour("central", 560.0, 0.0), &reference.time, bounds.0);
        against(&reference, &model, case, bounds, &[]);
    }
}

#[test]
fn cart_crs_by_burden() {
    let model = embedded("cart-crs");
    let mut reference = table("cart-crs");
    for (set, run) in [("low", "cart-crs-low"), ("medium", "cart-crs"), ("high", "cart-crs-high")] {
        let case = Case { set, ..Case::default() };
        let problem = Problem::new(&model, &case);
        for bounds in BOUNDS {
            reference.rows = problem.solve(&changes(run), &reference.time, bounds.0);
            against(&reference, &model, case, bounds, &[]);
        }
    }
}

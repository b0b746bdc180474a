//! Solutions computed without any code of this project (`tests/reference/README.md`), and by the crate `diffsol`.
//!
//! Metric: max over states and times of |y - ref| / (|ref| + 1e-3 max_t |ref|).

mod bdf;
mod behaviour;
mod covariates;
mod crs;
mod grids;
mod records;
mod tables;
mod tolerance;

use cascade::model::{model_names, set_names};

use crate::support::REFERENCES;

/// Bound on the metric at default tolerance, and at rtol 1e-10.
const BOUNDS: [(f64, f64); 2] = [(1e-6, 1e-3), (1e-10, 1e-6)];

#[test]
fn every_model_and_every_set_has_a_table() {
    for name in model_names() {
        let tables = || REFERENCES.iter().filter(|reference| reference.model == name);
        assert!(tables().next().is_some(), "{name}");
        // The sets of `cart-crs` differ in one value; their numbers are in `features.csv`.
        for set in set_names(name).iter().filter(|_| name != "cart-crs") {
            assert!(tables().any(|reference| reference.case.set == *set), "{name}, {set}");
        }
    }
}

//! Numbers of the publications, and of independent computations from their equations.
//!
//! PAPER: printed in or read off the figures of the article. REF: computed from the same equations and values by an
//! independent program (see `tests/reference/README.md`). REF numbers are met at default tolerance: values within
//! 0.1 %, times of maxima within 0.5 %. PAPER numbers have their own tolerance, said where they stand.

mod chen;
mod dobreva;
mod hardiansyah;
mod juliet;
mod kimmel;
mod liu;
mod stein;
mod tocilizumab;

use cascade::simulate::Run;

use crate::support::{exposure, near};

/// Values against REF numbers.
const VALUE: f64 = 1e-3;
/// Times of maxima against REF numbers.
const TIME: f64 = 5e-3;
/// Values against REF numbers where a quantity spans eight decades or more.
const DEEP: f64 = 5e-3;

/// REF maxima: output, value, time in d.
fn maxima(run: &Run, expected: &[(&str, f64, f64)]) {
    for &(output, value, time) in expected {
        let found = exposure(run, output);
        near(&format!("largest {output}"), found.cmax.unwrap(), value, VALUE);
        near(&format!("time of the largest {output}"), found.tmax.unwrap(), time, TIME);
    }
}

/// REF minimum over many decades, with its time in d.
fn nadir(run: &Run, output: &str, value: f64, time: f64) {
    let found = exposure(run, output);
    near(&format!("nadir of {output}"), found.nadir.unwrap(), value, DEEP);
    near(&format!("time of the nadir of {output}"), found.nadir_time.unwrap(), time, TIME);
}

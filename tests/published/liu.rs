//! Liu, Ma, Zhang and Chen 2022, doi:10.1101/2021.09.21.21263913: three patients with B-ALL. d, cells/uL.
//!
//! REF numbers to 5 or 6 digits: solved from the equations for the notes of this model; those with 9 digits: from
//! `tests/reference/features.csv`. Blasts span nine decades and more, and CAR-T of `cr-1` on day 90 four but falling at a
//! rate that hangs on the blasts: 0.5 %.

use cascade::simulate::{Run, Scenario};

use super::{DEEP, TIME, VALUE, maxima, nadir};
use crate::support::{Case, at, embedded, near, run, series};

fn patient(set: &str, overrides: &[&str], with: impl FnOnce(Scenario) -> Scenario) -> Run {
    let model = embedded("liu-2022");
    run(with(Case { set, overrides, doses: "" }.of(&model)).with_exposure())
}

/// That an output rises through a level within half a per cent of a time, after its nadir, for the last time.
fn relapse(set: &str, overrides: &[&str], output: &str, level: f64, time: f64) {
    let times = [time * (1.0 - TIME), time * (1.0 + TIME), 0.5 * (time + 300.0), 300.0];
    let rows = series(&patient(set, overrides, |plain| at(plain, &times)).trajectory, output);
    assert!(
        rows[0] < level && rows[1..].iter().all(|value| *value > level),
        "{set} {overrides:?}: {rows:?} at {times:?}"
    );
}

#[test]
fn remission_of_the_first_patient() {
    let found = patient("cr-1", &[], |plain| at(plain, &[0.0, 7.0, 14.0, 28.0, 90.0]));
    // REF 612.688 at 5.6565, read off a grid; 612.687996 at 5.6546124.
    maxima(&found, &[("cart", 612.688, 5.654_612_4)]);
    let blasts = series(&found.trajectory, "blasts");
    let cart = series(&found.trajectory, "cart");
    // REF.
    near("blasts on day 7", blasts[1], 2.67926, VALUE);
    near("blasts on day 14", blasts[2], 1.843e-4, DEEP);
    near("CAR-T on day 14", cart[2], 238.082, VALUE);
    near("CAR-T on day 28", cart[3], 44.3724, VALUE);
    near("CAR-T on day 90", cart[4], 0.026_059, DEEP);
    near("resting CAR-T on day 90", series(&found.trajectory, "cart_resting")[4], 3.594_236_44, VALUE);
    near("marrow at the start", series(&found.trajectory, "marrow")[0], 52.039, VALUE);
    nadir(&found, "blasts", 6.897_478_89e-7, 35.568_79);
    relapse("cr-1", &[], "blasts", 1.0, 249.520_41);
}

#[test]
fn relapse_of_the_second_patient() {
    let found = patient("cr-2", &[], |plain| plain);
    maxima(&found, &[("cart", 583.370_343, 7.235_346_1)]);
    // REF 7.27e-6, and above 1 cell/uL on day 214.5, by LSODA on the logarithms of the states at 1e-12.
    nadir(&found, "blasts", 7.266_262_25e-6, 38.078_673);
    relapse("cr-2", &[], "blasts", 1.0, 214.422_78);
}

#[test]
fn stronger_killing_hardly_moves_the_relapse() {
    // REF 213.9, 213.6 and 213.4 d: killing 1.3, 1.6 and 2 times as strong. A loose tolerance puts them anywhere.
    for (factor, time) in [(1.3, 213.898_12), (1.6, 213.575_36), (2.0, 213.340_76)] {
        let kill = format!("kill={} 1/d", 26.140_568_24 * factor);
        relapse("cr-2", &[&kill], "blasts", 1.0, time);
    }
}

#[test]
fn relapse_without_cd19() {
    let found = patient("negr", &[], |plain| at(plain, &[150.0, 200.0, 250.0, 300.0]));
    maxima(&found, &[("cart", 3_608.670_34, 8.655_59)]);
    nadir(&found, "blasts_cd19neg", 0.002_621_456_51, 55.842_395);
    relapse("negr", &[], "blasts_cd19neg", 20.0, 169.989_54);
    // Not before day 150; then the marrow fills with blasts that have lost CD19, and no others.
    let marrow = series(&found.trajectory, "marrow");
    assert!(marrow[0] < 0.2 && marrow[3] > 80.0, "{marrow:?}");
    let positive = series(&found.trajectory, "blasts");
    assert!(positive.iter().all(|value| value.abs() < 1e-6), "{positive:?}");
}

//! Stein 2019, doi:10.1002/psp4.12388: tisagenlecleucel.
//! The closed form below is that of the article with Table 1 (typical values), in d and copies/ug.

use cascade::integrate::Method;
use cascade::simulate::{Grid, Run};

use super::VALUE;
use crate::support::{Case, at, embedded, exposure, near, run, series};

const FOLDX: f64 = 3900.0;
const TMAX: f64 = 9.3;
const CMAX: f64 = 24_000.0;
const ALPHA: f64 = 0.16;
const FB: f64 = 0.0079;
const BETA: f64 = 0.0032;
const FTOCI: f64 = 1.2;

/// Closed form: growth by exp(rho t), rho times `factor` from `from` on; then the sum of two decays.
///
/// Without co-medication this is the equation of the article. With it, the continuous equations hold: the maximum is no
/// longer `CMAX`, and both decays start from what was reached.
fn closed_form(t: f64, factor: f64, from: f64) -> f64 {
    let rho = FOLDX.ln() / TMAX;
    let grown = |t: f64| CMAX / FOLDX * (rho * (t + (factor - 1.0) * (t - from).max(0.0))).exp();
    if t < TMAX {
        return grown(t);
    }
    let since = t - TMAX;
    grown(TMAX) * ((1.0 - FB) * (-ALPHA * since).exp() + FB * (-BETA * since).exp())
}

/// 0 to 365 d in steps of a tenth of a day.
fn dense() -> Vec<f64> {
    (0..=3650).map(|n| f64::from(n) * 0.1).collect()
}

/// Largest |y - ref| / |ref| of `cart` on the dense grid, and its time.
fn error(run: &Run, reference: impl Fn(f64) -> f64) -> (f64, f64) {
    let cart = series(&run.trajectory, "cart");
    let errors = run.trajectory.time.iter().zip(&cart).map(|(t, y)| ((y - reference(*t)).abs() / reference(*t), *t));
    errors.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap()
}

#[test]
fn reference_values() {
    let model = embedded("stein-2019");
    let times = [1.0, 5.0, 9.3, 14.0, 28.0, 90.0, 180.0, 365.0];
    let found = run(at(Case::default().of(&model), &times).with_exposure());
    // REF: C at these times.
    let expected = [14.972, 524.60, 24_000.0, 11_411.53, 1373.559, 146.5077, 109.802, 60.7445];
    for ((t, y), expected) in times.iter().zip(series(&found.trajectory, "cart")).zip(expected) {
        near(&format!("cart at {t} d"), y, expected, VALUE);
    }
    let exposure = exposure(&found, "cart");
    near("cmax", exposure.cmax.unwrap(), 24_000.0, VALUE);
    near("tmax", exposure.tmax.unwrap(), 9.3, super::TIME);
    // REF: area over 28 d; the terminal half-life is ln 2 / beta.
    near("area over 28 d", exposure.auc_0_28d.unwrap(), 171_774.285, VALUE);
    near("half-life", exposure.half_life.unwrap(), 216.61, VALUE);
}

#[test]
fn what_the_paper_says() {
    let model = embedded("stein-2019");
    let found = run(at(Case::default().of(&model), &[1.0, 5.0, 14.0, 28.0, 200.0, 365.0]).with_exposure());
    let cart = series(&found.trajectory, "cart");
    let effector = series(&found.trajectory, "effector");
    let half = |from: f64, to: f64, days: f64| days * 2f64.ln() / (from / to).ln();
    // PAPER: doubling in 0.78 d, half-lives of 4.3 and 220 d: printed with two digits, so half a unit of the last one
    // (220: whole tens).
    assert!((half(cart[1], cart[0], 4.0) - 0.78).abs() < 0.005);
    assert!((half(effector[2], effector[3], 14.0) - 4.3).abs() < 0.05);
    assert!((half(cart[4], cart[5], 165.0) - 220.0).abs() < 5.0);
    // PAPER: about 172 000 copies d/ug over 28 d, as nlmixr2lib's vignette quotes it, to the thousand.
    assert!((exposure(&found, "cart").auc_0_28d.unwrap() - 172_000.0).abs() < 500.0);
}

#[test]
fn the_closed_form_is_met_to_tolerance() {
    let model = embedded("stein-2019");
    for method in Method::ALL {
        for (rtol, bound) in [(1e-6, 1e-4), (1e-11, 1e-9)] {
            let scenario = at(Case::default().of(&model), &dense()).method(method).rtol(rtol).unwrap();
            let (error, time) = error(&run(scenario), |t| closed_form(t, 1.0, 0.0));
            assert!(error <= bound, "{method} at rtol {rtol}: {error:.2e} at {time} d");
        }
    }
}

#[test]
fn the_closed_form_is_met_with_co_medication() {
    let model = embedded("stein-2019");
    let cases: [(&[&str], &str, f64, f64); 4] = [
        (&[], "tocilizumab at 5.7 d", FTOCI, 5.7),
        // A second dose changes nothing more: only the first time counts.
        (&[], "tocilizumab at 3 d; tocilizumab at 8 d", FTOCI, 3.0),
        // After the maximum there is nothing left to speed up.
        (&[], "tocilizumab at 20 d", FTOCI, 20.0),
        (&["fster=0.8"], "corticosteroid at 7.5 d", 0.8, 7.5),
    ];
    for (overrides, doses, factor, from) in cases {
        let case = Case { overrides, doses, ..Case::default() };
        for (rtol, bound) in [(1e-6, 1e-4), (1e-11, 1e-9)] {
            let scenario = at(case.of(&model), &dense()).rtol(rtol).unwrap();
            let (error, time) = error(&run(scenario), |t| closed_form(t, factor, from));
            assert!(error <= bound, "{doses} at rtol {rtol}: {error:.2e} at {time} d");
        }
    }
}

#[test]
fn both_co_medications_multiply() {
    let model = embedded("stein-2019");
    let case = Case { overrides: &["fster=0.9"], doses: "tocilizumab at 4 d; corticosteroid at 6 d", set: "" };
    let found = run(case.of(&model).grid(Grid::At(vec![9.3])).rtol(1e-11).unwrap());
    // 4 d at rho, 2 d at 1.2 rho, 3.3 d at 1.2 x 0.9 rho.
    let rho = FOLDX.ln() / TMAX;
    let expected = CMAX / FOLDX * (rho * (4.0 + 2.0 * 1.2 + 3.3 * 1.2 * 0.9)).exp();
    near("cart at the maximum", series(&found.trajectory, "cart")[0], expected, 1e-9);
}

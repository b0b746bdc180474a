//! Tocilizumab. d, mg/L. Frey et al. 2010, doi:10.1177/0091270009350623; Moes et al. 2022, doi:10.1007/s40262-021-01074-2.

use super::{VALUE, maxima};
use crate::support::{Case, at, embedded, exposure, near, run, series};

const HOUR: f64 = 1.0 / 24.0;

#[test]
fn in_rheumatoid_arthritis() {
    let model = embedded("tocilizumab-frey-2010");
    let days = [1.0, 7.0, 14.0, 28.0];
    let found = run(at(Case::default().of(&model), &days).with_exposure());
    // REF: 560 mg over 1 h, the reference man: largest at the end of the infusion.
    maxima(&found, &[("tocilizumab", 159.442, HOUR)]);
    let level = series(&found.trajectory, "tocilizumab");
    for ((day, level), expected) in days.iter().zip(level).zip([137.425, 56.486, 21.439, 2.6924]) {
        near(&format!("level on day {day}"), level, expected, VALUE);
    }
    near("area over 28 d", exposure(&found, "tocilizumab").auc_0_28d.unwrap(), 1070.58, VALUE);
    // PAPER, Table IV: 8 mg/kg give an area of 35 (16) 1e3 h mg/L, a maximum of 183 (86) and a minimum of 9.7 (11) mg/L,
    // mean (SD) at steady state: the reference man within one SD.
    let area = exposure(&found, "tocilizumab").auc_0_28d.unwrap() * 24.0;
    assert!((area - 35e3).abs() < 16e3, "{area}");
    assert!((exposure(&found, "tocilizumab").cmax.unwrap() - 183.0).abs() < 86.0);
}

#[test]
fn in_a_woman_whose_covariates_are_all_different() {
    let model = embedded("tocilizumab-frey-2010");
    let overrides = [
        "female=1",
        "body_surface=2.1 m2",
        "hdl=40 mg/dL",
        "rheumatoid_factor=300 IU/mL",
        "total_protein=65 g/L",
        "albumin=30 g/L",
        "creatinine_clearance=80 mL/min",
        "smoker=1",
    ];
    let found = run(Case { overrides: &overrides, ..Case::default() }.of(&model).with_exposure());
    // tests/reference/features.csv.
    maxima(&found, &[("tocilizumab", 163.095_245, HOUR)]);
    near("area over 28 d", exposure(&found, "tocilizumab").auc_0_28d.unwrap(), 1_024.820_38, VALUE);
}

#[test]
fn in_intensive_care() {
    let model = embedded("tocilizumab-moes-2022");
    let found = run(Case::default().of(&model).with_exposure());
    // REF: 800 mg over 1 h; the area from tests/reference/features.csv.
    maxima(&found, &[("tocilizumab", 183.652, HOUR)]);
    near("area over 28 d", exposure(&found, "tocilizumab").auc_0_28d.unwrap(), 983.730_136, VALUE);
}

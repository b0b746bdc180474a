//! Kimmel, Locke and Altrock 2021, doi:10.1098/rspb.2021.0229: the median patient of ZUMA-1, in the scale of
//! BIOMD0000001041. d, cells/uL, 1e9 cells.

use super::{VALUE, maxima, nadir};
use crate::support::{Case, at, embedded, exposure, near, run, series};

#[test]
fn car_t_of_the_median_patient() {
    let model = embedded("kimmel-2021");
    let found = run(at(Case::default().of(&model), &[0.0, 7.0, 14.0, 28.0]).with_exposure());
    // REF: 30.10896 at 7.01; 7.01039 in tests/reference/features.csv.
    maxima(&found, &[("cart", 30.108_96, 7.010_39)]);
    let cart = series(&found.trajectory, "cart");
    for (day, expected) in [(1, 30.1088), (2, 8.9746), (3, 2.4865)] {
        near(&format!("CAR-T in row {day}"), cart[day], expected, VALUE);
    }
    // The dose through the apparent volume: 1.8e8 cells in 500 L are the 0.36 cells/uL of the export.
    near("CAR-T after the infusion", cart[0], 0.36, 1e-12);
    let lymphocytes = series(&found.trajectory, "lymphocytes");
    near("memory T cells after the infusion", lymphocytes[0], 6.36, 1e-12);
    // PAPER, medians with ranges of ZUMA-1: 27.5 (16.5 to 57.5) on day 7, 9.1 (3.8 to 31.1) on day 14, 2.1 (0.6 to 6.1)
    // on day 28: within the ranges.
    for (found, range) in cart[1..].iter().zip([16.5..57.5, 3.8..31.1, 0.6..6.1]) {
        assert!(range.contains(found), "{found} outside {range:?}");
    }
}

#[test]
fn depth_of_the_tumour_hangs_on_its_growth() {
    // REF: the tumour spans up to fifteen decades, 0.5 %. Cells: 10^-4.13 near day 160, 10^5.62 near 45, 10^8.46 near 22.5.
    let cases = [
        ("0.01", 7.460_438_48e-14, 160.086_98, -4.13),
        ("0.3", 4.121_114_2e-4, 45.072_117, 5.62),
        ("0.5", 0.285_320_188, 22.557_089, 8.46),
    ];
    let model = embedded("kimmel-2021");
    for (growth, value, time, decades) in cases {
        let change = format!("tumour_growth={growth} 1/d");
        let found = run(Case { overrides: &[&change], ..Case::default() }.of(&model).with_exposure());
        nadir(&found, "tumour", value, time);
        let lowest = exposure(&found, "tumour").nadir.unwrap();
        assert!(((lowest * 1e9).log10() - decades).abs() < 0.005, "{growth}: {lowest}");
    }
}

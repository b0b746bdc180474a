//! Chen et al. 2019, doi:10.1111/cts.12662: IL-6 after a bispecific antibody, 60 then 300 ug. h, pg/mL.
//!
//! Exposure counts in d, whatever the time unit of the model.

use super::{TIME, VALUE, maxima};
use crate::support::{Case, at, embedded, exposure, near, run, series};

#[test]
fn both_peaks_and_the_area_between() {
    let model = embedded("chen-2019");
    let peak = 183.569_12;
    let times = [168.0, peak * (1.0 - TIME), peak, peak * (1.0 + TIME)];
    let found = run(at(Case::default().of(&model), &times).with_exposure());
    // REF 118.794 at 4.49 h.
    maxima(&found, &[("il6", 118.794, 4.490_275_7 / 24.0)]);
    let il6 = series(&found.trajectory, "il6");
    // REF: 25.667 at 183.57 h, and lower half a per cent before and after.
    near("second peak", il6[2], 25.667, VALUE);
    assert!(il6[1] < il6[2] && il6[3] < il6[2], "{il6:?}");
    // REF: area over the first week.
    near("area", series(&found.trajectory, "il6_exposure")[0], 4150.0, VALUE);
}

#[test]
fn stepping_up_lowers_the_maximum_by_64_percent() {
    let model = embedded("chen-2019");
    let largest = |doses: &str| {
        let found = run(Case { doses, ..Case::default() }.of(&model).with_exposure());
        exposure(&found, "il6").cmax.unwrap()
    };
    let at_once = largest("bispecific 300 ug at 0 h");
    // REF: 332.959275 pg/mL at 3.08 h; stepped up 118.794, that is 0.356783559 of it.
    near("300 ug at once", at_once, 332.959_275, VALUE);
    let ratio = largest("") / at_once;
    near("stepped up over at once", ratio, 0.356_783_559, VALUE);
    // PAPER: lower by 64 %.
    assert_eq!((100.0 * (1.0 - ratio)).round(), 64.0);
}

#[test]
fn priming_counts_doses_and_not_the_clock() {
    // One dose of 60 and one of 300 at the same time count as two: more inhibition than 360 at once.
    let model = embedded("chen-2019");
    let after = |doses: &str| {
        series(&run(at(Case { doses, ..Case::default() }.of(&model), &[24.0])).trajectory, "il6_exposure")[0]
    };
    let once = after("bispecific 360 ug at 0 h");
    let twice = after("bispecific 60 ug at 0 h; bispecific 300 ug at 0 h");
    assert!(twice < 0.9 * once, "{twice} {once}");
    // Without priming the count has no part in it.
    let flat = |doses: &str| {
        let case = Case { overrides: &["priming=1"], doses, ..Case::default() };
        series(&run(at(case.of(&model), &[24.0])).trajectory, "il6_exposure")[0]
    };
    let (once, twice) = (flat("bispecific 360 ug at 0 h"), flat("bispecific 60 ug at 0 h; bispecific 300 ug at 0 h"));
    near("without priming", twice, once, 1e-12);
}

//! Dobreva et al. 2021, doi:10.1113/JP280883: volunteers given 2 ng/kg of endotoxin. h, pg/mL, degC.
//!
//! Exposure counts in d, whatever the time unit of the model.

use cascade::simulate::Run;

use super::{TIME, maxima};
use crate::support::{Case, at, embedded, exposure, near, run, series};

fn volunteers(set: &str) -> Run {
    let model = embedded("dobreva-2021");
    run(Case { set, ..Case::default() }.of(&model).with_exposure())
}

/// That the temperature crosses 38 degC upwards and downwards within half a per cent of two times in h.
fn fever(set: &str, from: f64, to: f64) {
    let model = embedded("dobreva-2021");
    let times: Vec<f64> = [from, to].iter().flat_map(|time| [time * (1.0 - TIME), time * (1.0 + TIME)]).collect();
    let found = run(at(Case { set, ..Case::default() }.of(&model), &times));
    let hot: Vec<bool> = series(&found.trajectory, "temperature").iter().map(|value| *value >= 38.0).collect();
    assert_eq!(hot, [false, true, true, false], "{set}: {times:?}");
}

#[test]
fn cytokines_and_fever_of_janum() {
    // REF: TNF 393.57 at 1.73, IL-10 37.12 at 2.674, IL-8 789.1 at 2.116, IL-6 832.2 at 2.11, 38.866 degC at 3.604 h,
    // 38 degC from 1.97 to 6.45 h. Digits beyond those, and the second set: tests/reference/features.csv.
    maxima(
        &volunteers("janum"),
        &[
            ("tnf", 393.57, 1.729_889_6 / 24.0),
            ("il10", 37.12, 2.674 / 24.0),
            ("il8", 789.1, 2.116 / 24.0),
            ("il6", 832.2, 2.109_838_9 / 24.0),
            ("temperature", 38.866, 3.604 / 24.0),
        ],
    );
    fever("janum", 1.969_224_6, 6.446_707_3);
}

#[test]
fn cytokines_and_fever_of_copeland() {
    maxima(
        &volunteers("copeland"),
        &[
            ("tnf", 257.169_921, 1.723_214_5 / 24.0),
            ("il10", 41.361_859_7, 2.469_876_7 / 24.0),
            ("il8", 247.867_326, 2.117_778_9 / 24.0),
            ("il6", 791.082_863, 2.064_589_5 / 24.0),
            ("temperature", 38.237_66, 3.561_212_9 / 24.0),
        ],
    );
    fever("copeland", 2.503_716_4, 5.022_911_5);
}

#[test]
fn the_rise_of_temperature_is_met_too() {
    // A level in degC hides errors of the rise: REF 2.0413325 K over 36.825, met at 0.1 % of the rise.
    let found = exposure(&volunteers("janum"), "temperature");
    near("rise", found.cmax.unwrap() - 36.825, 38.866_332_5 - 36.825, super::VALUE);
}

#[test]
fn means_of_the_volunteers() {
    // PAPER: means of the data that the sets were fitted to; the fit is within a quarter of cytokines and 0.3 K.
    for (set, il6, hottest) in [("janum", 790.0, 38.92), ("copeland", 882.0, 38.417)] {
        let run = volunteers(set);
        near(&format!("{set}: IL-6"), exposure(&run, "il6").cmax.unwrap(), il6, 0.25);
        let found = exposure(&run, "temperature").cmax.unwrap();
        assert!((found - hottest).abs() < 0.3, "{set}: {found}");
    }
}

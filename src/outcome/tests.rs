//! Against closed forms; times in days unless said.

use proptest::prelude::*;

use super::*;

const LN_2: f64 = std::f64::consts::LN_2;

fn window(until: f64) -> Window {
    Window { origin: 0.0, until, day: 1.0 }
}

/// One output's exposure, the run cut at `cuts` (ascending, first is the start, last the end).
fn exposure(limit: Option<f64>, cuts: &[f64], curve: impl Fn(f64) -> f64) -> Exposure {
    let end = *cuts.last().unwrap();
    let mut recorder = Recorder::new(&[limit], window(end));
    recorder.begin(cuts[0], &[curve(cuts[0])]);
    for pair in cuts.windows(2) {
        recorder.piece(pair[0], pair[1], &mut |t, out| out[0] = curve(t));
    }
    recorder.finish(end)[0]
}

fn even(from: f64, to: f64, pieces: usize) -> Vec<f64> {
    (0..=pieces).map(|n| from + (to - from) * n as f64 / pieces as f64).collect()
}

fn close(a: Option<f64>, b: f64, relative: f64) {
    let a = a.expect("a value");
    assert!((a - b).abs() <= relative * b.abs(), "{a} is not {b}");
}

#[test]
fn a_decay_has_its_integral_half_life_and_last_time() {
    let k = 0.3;
    let seen = exposure(Some(1.0), &even(0.0, 60.0, 30), |t| 500.0 * (-k * t).exp());
    close(seen.cmax, 500.0, 0.0);
    assert_eq!(seen.tmax, Some(0.0));
    close(seen.auc_0_28d, 500.0 / k * (1.0 - (-k * 28.0_f64).exp()), 1e-13);
    close(seen.half_life, LN_2 / k, 1e-12);
    close(seen.tlast, 500.0_f64.ln() / k, 1e-12);
    close(seen.clast, 1.0, 1e-11);
    close(seen.nadir, 500.0 * (-k * 60.0_f64).exp(), 1e-12);
    assert_eq!(seen.nadir_time, Some(60.0));
}

#[test]
fn a_bi_exponential_has_its_integral_and_its_terminal_half_life() {
    let (a, alpha, b, beta) = (80.0, 1.3, 20.0, 0.05);
    let seen = exposure(None, &even(0.0, 100.0, 200), |t| a * (-alpha * t).exp() + b * (-beta * t).exp());
    let area = a / alpha * (1.0 - (-alpha * 28.0_f64).exp()) + b / beta * (1.0 - (-beta * 28.0_f64).exp());
    close(seen.auc_0_28d, area, 1e-13);
    // After 80 days the fast part is exp(-100) of the slow one.
    close(seen.half_life, LN_2 / beta, 1e-12);
    assert_eq!(seen.tlast, Some(100.0));
    close(seen.clast, b * (-beta * 100.0_f64).exp(), 1e-14);
}

#[test]
fn the_maximum_of_a_bateman_curve_is_located_whatever_the_pieces() {
    let (ka, k) = (2.1, 0.17);
    let curve = |t: f64| 10.0 * ka / (ka - k) * ((-k * t).exp() - (-ka * t).exp());
    let tmax = (ka / k).ln() / (ka - k);
    let cmax = curve(tmax);
    // Pieces that hold the maximum inside, at an end, and just beside an end.
    for cuts in [
        even(0.0, 30.0, 40),
        vec![0.0, 0.4, tmax, 3.0, 30.0],
        vec![0.0, 0.4, tmax - 1e-7, 3.0, 30.0],
        vec![0.0, 0.4, tmax + 1e-7, 3.0, 30.0],
        vec![0.0, 0.4, tmax - 1e-3, 3.0, 30.0],
        vec![0.0, 0.4, tmax + 1e-3, 3.0, 30.0],
    ] {
        let seen = exposure(None, &cuts, curve);
        close(seen.cmax, cmax, 1e-14);
        close(seen.tmax, tmax, 1e-6);
        assert_eq!(seen.nadir, Some(0.0));
    }
}

#[test]
fn a_minimum_between_samples_is_located() {
    let seen = exposure(None, &even(0.0, 10.0, 5), |t| 3.0 + (t - 4.321).powi(2));
    close(seen.nadir, 3.0, 1e-15);
    close(seen.nadir_time, 4.321, 1e-6);
}

#[test]
fn a_maximum_at_a_dose_is_found_on_either_side() {
    // A jump down at day 2 (lymphodepletion), a jump up at day 5 (bolus).
    let run = |before: f64, after: f64| {
        let mut recorder = Recorder::new(&[None], window(6.0));
        recorder.begin(0.0, &[1.0]);
        recorder.piece(0.0, 2.0, &mut |t, out| out[0] = 1.0 + (before - 1.0) * t / 2.0);
        recorder.border(2.0, &[before], &[0.5]);
        recorder.piece(2.0, 5.0, &mut |_, out| out[0] = 0.5);
        recorder.border(5.0, &[0.5], &[after]);
        recorder.piece(5.0, 6.0, &mut |t, out| out[0] = after * (5.0 - t).exp());
        recorder.finish(6.0)[0]
    };
    let seen = run(10.0, 4.0);
    assert_eq!((seen.cmax, seen.tmax), (Some(10.0), Some(2.0)));
    let seen = run(4.0, 10.0);
    assert_eq!((seen.cmax, seen.tmax), (Some(10.0), Some(5.0)));
    assert_eq!((seen.nadir, seen.nadir_time), (Some(0.5), Some(2.0)));
    assert_eq!(seen.auc_0_28d, None);
}

#[test]
fn a_value_that_lasts_no_time_counts_too() {
    // Two borders at one time, as of a bolus that trips a switch.
    let mut recorder = Recorder::new(&[Some(8.0)], window(30.0));
    recorder.begin(0.0, &[1.0]);
    recorder.border(0.0, &[1.0], &[9.0]);
    recorder.border(0.0, &[8.0], &[1.0]);
    recorder.piece(0.0, 30.0, &mut |_, out| out[0] = 1.0);
    let seen = recorder.finish(30.0)[0];
    assert_eq!((seen.cmax, seen.tmax), (Some(9.0), Some(0.0)));
    assert_eq!((seen.clast, seen.tlast), (Some(8.0), Some(0.0)));
}

#[test]
fn a_value_that_jumps_below_the_limit_was_last_seen_before_the_jump() {
    let mut recorder = Recorder::new(&[Some(2.0)], window(30.0));
    recorder.begin(0.0, &[5.0]);
    recorder.piece(0.0, 10.0, &mut |_, out| out[0] = 5.0);
    recorder.border(10.0, &[5.0], &[1.0]);
    recorder.piece(10.0, 30.0, &mut |_, out| out[0] = 1.0);
    let seen = recorder.finish(30.0)[0];
    assert_eq!((seen.tlast, seen.clast), (Some(10.0), Some(5.0)));
    close(seen.auc_0_28d, 68.0, 1e-14);
}

#[test]
fn a_brief_peak_alone_reaches_the_limit() {
    // Between two samples of one piece the curve passes 0.999 for 0.0447 either side of its top.
    let top = 1.3;
    let curve = |t: f64| 1.0 - 0.5 * (t - top).powi(2);
    let seen = exposure(Some(0.999), &[0.0, 2.6, 2.7], curve);
    close(seen.tlast, top + 0.002_f64.sqrt(), 1e-9);
    close(seen.cmax, 1.0, 1e-15);
}

#[test]
fn never_at_the_limit_means_no_last_time_and_always_means_the_end() {
    let seen = exposure(Some(9.0), &even(0.0, 30.0, 3), |_| 5.0);
    assert_eq!((seen.tlast, seen.clast), (None, None));
    let seen = exposure(Some(5.0), &even(0.0, 30.0, 3), |_| 5.0);
    assert_eq!((seen.tlast, seen.clast), (Some(30.0), Some(5.0)));
}

#[test]
fn no_half_life_of_what_is_not_falling_or_not_positive() {
    assert_eq!(exposure(None, &even(0.0, 30.0, 30), |t| t.exp()).half_life, None);
    assert_eq!(exposure(None, &even(0.0, 30.0, 30), |_| 7.0).half_life, None);
    assert_eq!(exposure(None, &even(0.0, 30.0, 30), |t| 29.0 - t).half_life, None);
    assert_eq!(exposure(None, &even(0.0, 30.0, 30), |_| f64::NAN), Exposure::default());
}

#[test]
fn a_half_life_is_that_of_the_regression_over_the_last_fifth() {
    // ln c = -t^2/2 over [24, 30]: evenly spaced points are symmetric about 27, where the slope is -27.
    let seen = exposure(None, &even(0.0, 30.0, 60), |t| (-0.5 * t * t).exp());
    close(seen.half_life, LN_2 / 27.0, 1e-12);
}

#[test]
fn an_end_before_day_28_leaves_integral_and_half_life_empty() {
    let mut recorder = Recorder::new(&[None], window(90.0));
    recorder.begin(0.0, &[1.0]);
    recorder.piece(0.0, 20.0, &mut |t, out| out[0] = (-t).exp());
    let seen = recorder.finish(20.0)[0];
    assert_eq!((seen.auc_0_28d, seen.half_life), (None, None));
    assert_eq!(seen.tlast, Some(20.0));
}

#[test]
fn time_counts_from_the_first_dose_in_days_whatever_the_unit() {
    // Hours; lymphodepletion from day -5, the dose on day 2 (hour 48), half-life 3 d.
    let curve = |hours: f64| if hours < 48.0 { 1e6 } else { 100.0 * (-(hours - 48.0) / 72.0).exp2() };
    let mut recorder = Recorder::new(&[Some(25.0)], Window { origin: 48.0, until: 48.0 + 720.0, day: 24.0 });
    recorder.begin(-120.0, &[1e6]);
    recorder.piece(-120.0, 48.0, &mut |_, out| out[0] = 1e6);
    recorder.border(48.0, &[50.0], &[100.0]);
    for pair in even(48.0, 768.0, 40).windows(2) {
        recorder.piece(pair[0], pair[1], &mut |t, out| out[0] = curve(t));
    }
    let seen = recorder.finish(768.0)[0];
    assert_eq!((seen.cmax, seen.tmax), (Some(100.0), Some(0.0)));
    close(seen.auc_0_28d, 100.0 * 3.0 / LN_2 * (1.0 - (-28.0_f64 / 3.0).exp2()), 1e-13);
    close(seen.half_life, 3.0, 1e-11);
    close(seen.tlast, 6.0, 1e-11);
}

#[test]
fn outputs_do_not_disturb_each_other_and_a_recorder_serves_again() {
    let mut recorder = Recorder::new(&[None, Some(0.5)], window(30.0));
    let mut run = |scale: f64| {
        recorder.begin(0.0, &[0.0, scale]);
        for pair in even(0.0, 30.0, 30).windows(2) {
            recorder.piece(pair[0], pair[1], &mut |t, out| {
                out[0] = t * (-t).exp();
                out[1] = scale * (-0.1 * t).exp();
            });
        }
        recorder.finish(30.0)
    };
    let first = run(1.0);
    close(first[0].tmax, 1.0, 1e-6);
    close(first[1].tlast, LN_2 / 0.1, 1e-12);
    close(run(2.0)[1].tlast, 4.0_f64.ln() / 0.1, 1e-12);
    assert_eq!(run(1.0), first);
}

proptest! {
    #[test]
    fn any_division_gives_the_same_integral(mut cuts in prop::collection::vec(0.0..40.0_f64, 20..80)) {
        // The cuts fall anywhere; none leaves a piece longer than the curve is smooth.
        cuts.extend(even(0.0, 40.0, 20));
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let (a, alpha, b, beta) = (80.0, 0.6, 20.0, 0.04);
        let seen = exposure(Some(1.0), &cuts, |t| a * (-alpha * t).exp() + b * (-beta * t).exp());
        let area = a / alpha * (1.0 - (-alpha * 28.0_f64).exp()) + b / beta * (1.0 - (-beta * 28.0_f64).exp());
        prop_assert!((seen.auc_0_28d.unwrap() - area).abs() <= 1e-12 * area);
        prop_assert_eq!(seen.cmax, Some(100.0));
    }

    #[test]
    fn any_division_locates_the_same_maximum(mut cuts in prop::collection::vec(0.0..40.0_f64, 0..60)) {
        cuts.extend(even(0.0, 40.0, 20));
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let seen = exposure(None, &cuts, |t| t * (-t / 7.0).exp());
        // Within a millionth of a piece's end the end itself is taken: 2e-6 of time, 1e-13 of value.
        prop_assert!((seen.tmax.unwrap() - 7.0).abs() <= 2e-6, "{:?}", seen.tmax);
        prop_assert!((seen.cmax.unwrap() - 7.0 / std::f64::consts::E).abs() <= 2e-13);
    }
}

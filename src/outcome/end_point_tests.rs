//! End points against closed forms; times in days.

use proptest::prelude::*;

use super::*;
use crate::model::{Side, Threshold};

const LN_2: f64 = std::f64::consts::LN_2;

fn window(origin: f64) -> Window {
    Window { origin, until: 100.0, day: 1.0 }
}

/// One end point of a curve, the run cut at `cuts`; with samples taken beforehand too, which must give the same bits.
fn outcome(side: Side, threshold: Threshold, cuts: &[f64], curve: impl Fn(f64) -> f64) -> EndPointOutcome {
    let (mut plain, end) = (EndPointRecorder::new(&[(side, threshold)], window(cuts[0])), *cuts.last().unwrap());
    let mut sampled = plain.clone();
    let exposure = Recorder::new(&[None], Window { origin: cuts[0], until: end, day: 1e9 });
    plain.begin(cuts[0], &[curve(cuts[0])]);
    sampled.begin(cuts[0], &[curve(cuts[0])]);
    for pair in cuts.windows(2) {
        plain.piece(pair[0], pair[1], &mut |t, out| out[0] = curve(t));
        let times = exposure.times(pair[0], pair[1]).unwrap();
        let rows = times.map(&curve);
        sampled.piece_sampled(&times, |row, _| rows[row], &mut |t, out| out[0] = curve(t));
    }
    let (plain, sampled) = (plain.finish(end)[0], sampled.finish(end)[0]);
    assert_eq!(plain, sampled);
    plain
}

fn even(from: f64, to: f64, pieces: usize) -> Vec<f64> {
    (0..=pieces).map(|n| from + (to - from) * n as f64 / pieces as f64).collect()
}

fn close(a: Option<f64>, b: f64) {
    let a = a.expect("a value");
    assert!((a - b).abs() <= 1e-11 * b.abs().max(1.0), "{a} is not {b}");
}

/// Two exponentials: one falls with half-life 2, one grows with doubling time 10.
fn regrowth(t: f64) -> f64 {
    8.0 * (-t / 2.0).exp2() + 0.01 * (t / 10.0).exp2()
}

#[test]
fn a_decay_reaches_its_end_point_and_keeps_it() {
    let seen = outcome(Side::Below, Threshold::OfStart(0.1), &even(0.0, 60.0, 17), |t| 500.0 * (-0.3 * t).exp());
    assert_eq!(seen.threshold, Some(50.0));
    close(seen.reached, 10.0_f64.ln() / 0.3);
    assert_eq!(seen.lost, None);
    close(seen.duration, 60.0 - 10.0_f64.ln() / 0.3);
    assert!(seen.censored());
}

#[test]
fn a_regrowth_is_a_relapse_at_the_second_crossing() {
    // The crossings by Newton's method from either side of this convex curve.
    let level = 0.1;
    let root = |mut t: f64| {
        for _ in 0..200 {
            let slope = -8.0 * (-t / 2.0).exp2() * LN_2 / 2.0 + 0.01 * (t / 10.0).exp2() * LN_2 / 10.0;
            t -= (regrowth(t) - level) / slope;
        }
        t
    };
    for pieces in [9, 40, 333] {
        let seen = outcome(Side::Below, Threshold::Level(level), &even(0.0, 60.0, pieces), regrowth);
        close(seen.reached, root(12.0));
        close(seen.lost, root(40.0));
        close(seen.duration, root(40.0) - root(12.0));
        assert!(!seen.censored());
    }
}

#[test]
fn above_is_the_mirror_image() {
    let curve = |t: f64| t * (-t).exp();
    // ln 2 exp(-ln 2) = 2 ln 2 exp(-2 ln 2) = ln 2 / 2
    let level = 0.5 * LN_2;
    let high = outcome(Side::Above, Threshold::Level(level), &even(0.0, 20.0, 10), curve);
    close(high.reached, LN_2);
    close(high.lost, 2.0 * LN_2);
    let low = outcome(Side::Below, Threshold::Level(-level), &even(0.0, 20.0, 10), |t| -curve(t));
    assert_eq!((high.reached, high.lost, high.duration), (low.reached, low.lost, low.duration));
}

#[test]
fn what_is_reached_at_the_start_or_never_is_told() {
    let at_once = outcome(Side::Below, Threshold::Level(5.0), &even(3.0, 30.0, 3), |_| 5.0);
    assert_eq!((at_once.reached, at_once.lost, at_once.duration), (Some(0.0), None, Some(27.0)));
    let never = outcome(Side::Below, Threshold::Level(4.9), &even(0.0, 30.0, 3), |_| 5.0);
    assert_eq!(never, EndPointOutcome { threshold: Some(4.9), ..EndPointOutcome::default() });
    assert!(!never.censored());
    let nothing = outcome(Side::Below, Threshold::OfStart(0.1), &even(0.0, 30.0, 3), |_| 0.0);
    assert_eq!(nothing, EndPointOutcome::default());
}

#[test]
fn a_threshold_that_is_just_touched_is_reached() {
    // At a border of pieces, where the touch is seen exactly.
    let seen = outcome(Side::Below, Threshold::Level(1.0), &[0.0, 2.0, 4.0], |t| 1.0 + (t - 2.0).powi(2));
    assert!((seen.reached.unwrap() - 2.0).abs() < 1e-7);
    let lost = seen.lost.unwrap();
    assert!((2.0..2.0 + 1e-5).contains(&lost), "{lost}");
}

#[test]
fn rounding_at_the_threshold_is_no_relapse() {
    let seen = outcome(Side::Below, Threshold::Level(1.0), &even(0.0, 30.0, 30), |t| {
        if t < 1.0 { 2.0 - t } else { 1.0 + f64::EPSILON * t.sin() }
    });
    assert!(seen.censored());
}

#[test]
fn a_dip_between_samples_is_reached_and_lost() {
    let curve = |t: f64| 1.0 + 0.5 * (t - 1.3).powi(2);
    let seen = outcome(Side::Below, Threshold::Level(1.001), &[0.0, 2.6, 2.7], curve);
    let half = 0.002_f64.sqrt();
    assert!((seen.reached.unwrap() - (1.3 - half)).abs() < 1e-10);
    assert!((seen.lost.unwrap() - (1.3 + half)).abs() < 1e-10);
    // A swell between samples while reached.
    let seen = outcome(Side::Below, Threshold::Level(-1.001), &[0.0, 2.6, 2.7], |t| -curve(t));
    assert_eq!(seen.reached, Some(0.0));
    assert!((seen.lost.unwrap() - (1.3 - half)).abs() < 1e-10);
}

#[test]
fn jumps_reach_and_lose_at_their_time() {
    let mut recorder = EndPointRecorder::new(
        &[(Side::Below, Threshold::Level(2.0)), (Side::Above, Threshold::OfStart(1.5))],
        window(0.0),
    );
    recorder.begin(0.0, &[5.0, 5.0]);
    // The dose itself: the start is what was before.
    recorder.border(0.0, &[5.0, 5.0], &[5.0, 6.0]);
    recorder.piece(0.0, 10.0, &mut |_, out| out.copy_from_slice(&[5.0, 6.0]));
    recorder.border(10.0, &[5.0, 6.0], &[1.0, 7.5]);
    recorder.piece(10.0, 20.0, &mut |_, out| out.copy_from_slice(&[1.0, 7.5]));
    recorder.border(20.0, &[1.0, 7.5], &[3.0, 7.4]);
    recorder.piece(20.0, 30.0, &mut |_, out| out.copy_from_slice(&[3.0, 0.0]));
    for seen in recorder.finish(30.0) {
        assert_eq!((seen.reached, seen.lost, seen.duration), (Some(10.0), Some(20.0), Some(10.0)));
    }
}

#[test]
fn the_start_is_the_value_at_the_first_dose_and_what_came_before_does_not_count() {
    // Grows before the dose on day 7, whether or not a border stands there, and is low on day 0.
    let curve = |t: f64| if t < 7.0 { 0.1 + t } else { 7.1 * (7.0 - t).exp() };
    for (borders, cut) in [(true, 7.0), (false, 7.0), (false, 7.5)] {
        let mut recorder = EndPointRecorder::new(&[(Side::Below, Threshold::OfStart(0.5))], window(7.0));
        recorder.begin(0.0, &[curve(0.0)]);
        recorder.piece(0.0, cut, &mut |t, out| out[0] = curve(t));
        if borders {
            recorder.border(7.0, &[curve(7.0)], &[curve(7.0)]);
        }
        for pair in even(cut, 20.0, 10).windows(2) {
            recorder.piece(pair[0], pair[1], &mut |t, out| out[0] = curve(t));
        }
        let seen = recorder.finish(20.0)[0];
        assert_eq!(seen.threshold, Some(3.55));
        close(seen.reached, LN_2);
    }
}

#[test]
fn the_csv_leaves_empty_what_is_not_the_case() {
    let row =
        |outcome| EndPointRow { name: "response".into(), output: "tumour".into(), unit: "1e9 cells".into(), outcome };
    let outcome = EndPointOutcome { threshold: Some(0.5), reached: Some(3.0), lost: None, duration: Some(25.0) };
    let mut out = Vec::new();
    write_end_points_csv(&[row(outcome), row(EndPointOutcome::default())], &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "endpoint,output,threshold,unit,reached,time,relapse,relapse_time,duration,censored\n\
         response,tumour,0.5,1e9 cells,yes,3,no,,25,yes\nresponse,tumour,,1e9 cells,no,,,,,\n"
    );
}

proptest! {
    #[test]
    fn any_division_locates_the_same_crossings(mut cuts in prop::collection::vec(0.0..60.0_f64, 0..60)) {
        cuts.extend(even(0.0, 60.0, 20));
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let seen = outcome(Side::Below, Threshold::Level(0.1), &cuts, regrowth);
        let whole = outcome(Side::Below, Threshold::Level(0.1), &even(0.0, 60.0, 20), regrowth);
        prop_assert!((seen.reached.unwrap() - whole.reached.unwrap()).abs() < 1e-10);
        prop_assert!((seen.lost.unwrap() - whole.lost.unwrap()).abs() < 1e-10);
    }
}

/// A relapse counts from the response on, however the run is cut: the curve starts above its threshold.
#[test]
fn a_relapse_counts_once_its_response_was_reached() {
    let points = [(Side::Above, Threshold::Level(2.0)), (Side::Below, Threshold::Level(1.0))];
    let recorder =
        |end| EndPointRecorder::new(&points, Window { origin: 0.0, until: end, day: 1.0 }).after([Some(1), None]);
    let watched = |cuts: &[f64]| {
        let (mut plain, end) = (recorder(100.0), *cuts.last().unwrap());
        let mut sampled = plain.clone();
        let exposure = Recorder::new(&[None], Window { origin: 0.0, until: end, day: 1e9 });
        plain.begin(cuts[0], &[regrowth(cuts[0]); 2]);
        sampled.begin(cuts[0], &[regrowth(cuts[0]); 2]);
        for pair in cuts.windows(2) {
            plain.piece(pair[0], pair[1], &mut |t, out| out.fill(regrowth(t)));
            let times = exposure.times(pair[0], pair[1]).unwrap();
            let rows = times.map(regrowth);
            sampled.piece_sampled(&times, |row, _| rows[row], &mut |t, out| out.fill(regrowth(t)));
        }
        let (plain, sampled) = (plain.finish(end), sampled.finish(end));
        assert_eq!(plain, sampled);
        plain
    };
    for pieces in [1, 2, 3, 17, 100] {
        let seen = watched(&even(0.0, 100.0, pieces));
        // 0.01 2^(t/10) = 2, where the other term is below 1e-10.
        assert!((seen[0].reached.unwrap() - 10.0 * 200.0_f64.log2()).abs() < 1e-8, "{pieces}: {seen:?}");
        assert!(seen[1].reached.unwrap() < 7.0);
    }
    // Without a response there is no relapse.
    let mut recorder = recorder(9.0);
    recorder.begin(0.0, &[5.0, 5.0]);
    recorder.piece(0.0, 1.0, &mut |_, out| out.fill(5.0));
    assert_eq!(recorder.finish(1.0)[0].reached, None);
    // A jump down is a response, what was before it is no relapse; a jump up is one.
    recorder.border(1.0, &[5.0, 5.0], &[0.5, 0.5]);
    assert_eq!((recorder.finish(1.0)[1].reached, recorder.finish(1.0)[0].reached), (Some(1.0), None));
    recorder.border(2.0, &[0.5, 0.5], &[3.0, 3.0]);
    assert_eq!((recorder.finish(2.0)[1].lost, recorder.finish(2.0)[0].reached), (Some(2.0), Some(2.0)));
    // Another run forgets it.
    recorder.begin(0.0, &[5.0, 5.0]);
    assert_eq!(recorder.finish(0.0)[0].reached, None);
}

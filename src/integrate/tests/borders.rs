use std::f64::consts::PI;

use super::problems::{Inputs, Kind, Problem};
use crate::integrate::{Batch, Border, Cause, Method, Options, Piece, Pieces};
use crate::numeric::{Lanes, Scalar};

type One = Lanes<1>;

const METHODS: [Method; 3] = [Method::Rodas5p, Method::DormandPrince, Method::OdeSolversDopri5];

/// A turning point on the unit circle: y0 = sin t, y1 = cos t, with thresholds for both and for time.
fn turning(method: Method, thresholds: [f64; 3], rtol: f64) -> Batch<One, Problem> {
    let inputs = Inputs { thresholds: thresholds.map(One::splat).to_vec(), ..Inputs::default() };
    let options = Options { method, ..Options::new(rtol, vec![rtol; 2]) };
    Batch::new(Problem::new(Kind::Turning), inputs, options)
}

/// Runs on until a border.
fn next(batch: &mut Batch<One, Problem>) -> Border {
    let mut borders = Vec::new();
    while borders.is_empty() {
        assert!(batch.any_running());
        batch.advance(&mut (), &mut borders);
    }
    assert_eq!(borders.len(), 1);
    borders[0]
}

fn crossing(index: usize, rising: bool) -> Cause {
    Cause::Condition { index, rising }
}

#[test]
fn a_condition_true_for_one_hundredth_of_a_step_is_found_by_every_method() {
    for method in METHODS {
        // The step that holds the maximum of the sine at pi/2, and its length.
        let mut length = 0.0;
        let mut steps = Pieces(|_: usize, piece: &Piece<'_, One>| {
            if piece.from <= PI / 2.0 && PI / 2.0 < piece.to {
                length = piece.to - piece.from;
            }
        });
        let mut batch = turning(method, [2.0; 3], 1e-6);
        batch.begin_values(0, 0.0, &[0.0, 1.0], 3.0);
        let mut borders = Vec::new();
        while batch.any_running() {
            batch.advance(&mut steps, &mut borders);
        }
        // True while |t - pi/2| < 0.005 length. The solution is off by about 1e-6: a threshold below the computed
        // maximum.
        let mut top: f64 = 0.0;
        let mut batch = turning(method, [2.0; 3], 1e-6);
        let mut peak = Pieces(|_: usize, piece: &Piece<'_, One>| {
            (0..=1000)
                .for_each(|n| top = top.max(piece.state(piece.from + (piece.to - piece.from) * f64::from(n) / 1e3, 0)));
        });
        batch.begin_values(0, 0.0, &[0.0, 1.0], 3.0);
        while batch.any_running() {
            batch.advance(&mut peak, &mut borders);
        }
        let threshold = top - 0.5 * (0.005 * length).powi(2);
        let mut batch = turning(method, [threshold, 2.0, 9.0], 1e-6);
        batch.watch(0, &[true, false, false]);
        batch.begin_values(0, 0.0, &[0.0, 1.0], 3.0);
        let up = next(&mut batch);
        assert_eq!(up.cause, crossing(0, true), "{method}");
        batch.proceed(0);
        let down = next(&mut batch);
        assert_eq!(down.cause, crossing(0, false), "{method}");
        let share = (down.time - up.time) / length;
        assert!(share > 0.003 && share < 0.02, "{method}: {share} of a step of {length}");
        batch.proceed(0);
        assert_eq!(next(&mut batch).cause, Cause::Until);
    }
}

#[test]
fn crossings_come_in_order_of_time_on_their_new_side() {
    for method in METHODS {
        let mut batch = turning(method, [0.5, 0.5, 2.0], 1e-10);
        batch.watch(0, &[true; 3]);
        batch.begin_values(0, 0.0, &[0.0, 1.0], 7.0);
        let expected = [
            (PI / 6.0, crossing(0, true)),
            (PI / 3.0, crossing(1, false)),
            (2.0, crossing(2, true)),
            (PI * 5.0 / 6.0, crossing(0, false)),
            (PI * 5.0 / 3.0, crossing(1, true)),
            (PI * 13.0 / 6.0, crossing(0, true)),
            (7.0, Cause::Until),
        ];
        for (time, cause) in expected {
            let border = next(&mut batch);
            assert_eq!(border.cause, cause, "{method}");
            assert!((border.time - time).abs() < 1e-7, "{method}: {border:?}, {time}");
            if let Cause::Condition { index, rising } = cause {
                let mut g = [0.0; 3];
                batch.conditions(0, &mut g);
                assert_eq!(g[index] > 0.0, rising, "{method}: {border:?} {g:?}");
                if index == 2 {
                    assert!(border.time > 2.0 && border.time < 2.0 + 1e-12, "{border:?}");
                }
            }
            if cause != Cause::Until {
                batch.proceed(0);
            }
        }
        assert_eq!(batch.counters(0).borders, 7);
    }
}

#[test]
fn several_crossings_at_one_time_are_all_reported() {
    for method in METHODS {
        // Time as a state and as time itself.
        let inputs =
            Inputs { thresholds: vec![One::splat(9.0), One::splat(0.5), One::splat(0.5)], ..Inputs::default() };
        let options = Options { method, ..Options::new(1e-8, vec![1e-8; 3]) };
        let mut batch = Batch::new(Problem::new(Kind::PairAutonomous), inputs, options);
        batch.watch(0, &[false, true, true]);
        batch.wake(0, 0.5);
        batch.begin_values(0, 0.0, &[0.5, 1.0, 0.0], 1.0);
        let mut causes = Vec::new();
        loop {
            let border = next(&mut batch);
            causes.push(border.cause);
            if border.cause == Cause::Until {
                break;
            }
            assert!((border.time - 0.5).abs() < 1e-12, "{border:?}");
            batch.proceed(0);
        }
        assert_eq!(causes.len(), 4, "{method}: {causes:?}");
        assert!(causes.contains(&crossing(1, true)) && causes.contains(&crossing(2, true)));
        assert!(causes.contains(&Cause::Wake));
    }
}

#[test]
fn a_border_on_g_equal_zero_is_neither_lost_nor_repeated() {
    for method in METHODS {
        // Rising from exactly 0: false at the start, reported once right after it.
        let mut batch = turning(method, [0.0, 9.0, 9.0], 1e-8);
        batch.watch(0, &[true, false, false]);
        batch.begin_values(0, 0.0, &[0.0, 1.0], 4.0);
        let border = next(&mut batch);
        assert_eq!(border.cause, crossing(0, true), "{method}");
        assert!(border.time > 0.0 && border.time < 1e-12, "{method}: {border:?}");
        // Restarted there: true already.
        let mut y = [0.0; 2];
        batch.state(0, &mut y);
        batch.begin_values(0, border.time, &y, 4.0);
        let border = next(&mut batch);
        assert_eq!(border.cause, crossing(0, false), "{method}");
        assert!((border.time - PI).abs() < 1e-6);
        // Restarted there: false already.
        batch.state(0, &mut y);
        batch.begin_values(0, border.time, &y, 4.0);
        assert_eq!(next(&mut batch).cause, Cause::Until, "{method}");
        // Falling from exactly 0: false all along.
        batch.begin_values(0, 0.0, &[0.0, -1.0], 3.0);
        assert_eq!(next(&mut batch).cause, Cause::Until, "{method}");
    }
}

/// End state and the solution at 200 times.
fn trace(batch: &mut Batch<One, Problem>, mut answer: impl FnMut(&mut Batch<One, Problem>, Border)) -> Vec<u64> {
    let mut bits = Vec::new();
    let mut cursor = 0u32;
    let mut borders = Vec::new();
    while batch.any_running() {
        let mut sink = Pieces(|_: usize, piece: &Piece<'_, One>| {
            while f64::from(cursor) * 0.05 <= piece.to {
                bits.push(piece.state(f64::from(cursor) * 0.05, 0).to_bits());
                cursor += 1;
            }
        });
        batch.advance(&mut sink, &mut borders);
        for &border in &borders {
            answer(batch, border);
        }
    }
    let mut y = [0.0; 2];
    batch.state(0, &mut y);
    bits.extend(y.map(f64::to_bits));
    assert_eq!(bits.len(), 203);
    bits
}

#[test]
fn wake_ups_and_watching_change_no_bit_of_the_solution() {
    for method in METHODS {
        let plain = {
            let mut batch = turning(method, [0.3, 0.3, 0.3], 1e-7);
            batch.begin_values(0, 0.0, &[0.0, 1.0], 10.0);
            trace(&mut batch, |_, border| assert_eq!(border.cause, Cause::Until))
        };
        let mut batch = turning(method, [0.3, 0.3, 5.0], 1e-7);
        batch.watch(0, &[true, true, true]);
        batch.begin_values(0, 0.0, &[0.0, 1.0], 10.0);
        batch.wake(0, 0.01);
        let (mut wakes, mut crossings, mut last) = (0, 0, 0.0);
        let watched = trace(&mut batch, |batch, border| {
            assert!(border.time >= last);
            last = border.time;
            match border.cause {
                Cause::Wake => {
                    wakes += 1;
                    assert_eq!(border.time, 0.01 * f64::from(wakes));
                    batch.wake(0, 0.01 * f64::from(wakes + 1));
                }
                Cause::Condition { .. } => crossings += 1,
                Cause::Until => return,
                Cause::Failure(failure) => panic!("{failure}"),
            }
            batch.proceed(0);
        });
        assert_eq!(plain, watched, "{method}");
        assert_eq!((wakes, crossings), (1000, 8), "{method}");
    }
}

#[test]
fn conditions_watched_from_the_middle_of_a_step_are_found_from_there_on() {
    for method in METHODS {
        let mut batch = turning(method, [0.1, 0.8, 9.0], 1e-4);
        batch.begin_values(0, 0.0, &[0.0, 1.0], 3.3);
        batch.wake(0, 0.6);
        assert_eq!(next(&mut batch).cause, Cause::Wake);
        // sin 0.6 > 0.1 already; cos falls below 0.8 at 0.6435.
        batch.watch(0, &[true, true, false]);
        batch.proceed(0);
        let border = next(&mut batch);
        assert_eq!(border.cause, crossing(1, false), "{method}");
        assert!((border.time - 0.8f64.acos()).abs() < 1e-2, "{method}: {border:?}");
        batch.watch(0, &[true, false, false]);
        batch.proceed(0);
        assert_eq!(next(&mut batch).cause, crossing(0, false), "{method}");
    }
}

#[test]
fn a_restart_truncates_and_the_state_is_that_of_the_border() {
    for method in METHODS {
        let mut batch = turning(method, [9.0; 3], 1e-9);
        batch.begin_values(0, 0.0, &[0.0, 1.0], 10.0);
        batch.wake(0, 1.0);
        let mut covered = Vec::new();
        let mut borders = Vec::new();
        while borders.is_empty() {
            let mut sink = Pieces(|_: usize, piece: &Piece<'_, One>| covered.push((piece.from, piece.to)));
            batch.advance(&mut sink, &mut borders);
        }
        assert_eq!(borders[0], Border { lane: 0, time: 1.0, cause: Cause::Wake });
        let mut y = [0.0; 2];
        batch.state(0, &mut y);
        assert!((y[0] - 1f64.sin()).abs() < 1e-7 && batch.time(0) == 1.0);
        // Doubled: 2 sin t from here.
        batch.begin_values(0, 1.0, &y.map(|y| 2.0 * y), 2.0);
        borders.clear();
        while borders.is_empty() {
            let mut sink = Pieces(|_: usize, piece: &Piece<'_, One>| covered.push((piece.from, piece.to)));
            batch.advance(&mut sink, &mut borders);
        }
        assert_eq!(borders[0], Border { lane: 0, time: 2.0, cause: Cause::Until });
        batch.state(0, &mut y);
        assert!((y[0] - 2.0 * 2f64.sin()).abs() < 1e-6);
        // Pieces join without gap or overlap.
        assert_eq!(covered[0].0, 0.0);
        assert!(covered.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert_eq!(covered.last().unwrap().1, 2.0);
    }
}

#[test]
fn ends_are_met_exactly_and_extended_without_restart() {
    for method in METHODS {
        let until = 0.1 + 0.2;
        let mut batch = turning(method, [9.0; 3], 1e-9);
        batch.begin_values(0, 0.0, &[0.0, 1.0], 0.0);
        assert_eq!(next(&mut batch), Border { lane: 0, time: 0.0, cause: Cause::Until });
        batch.extend(0, until);
        assert_eq!(next(&mut batch).time.to_bits(), until.to_bits());
        let jacobians = batch.counters(0).jacobians;
        batch.extend(0, 1.7);
        assert_eq!(next(&mut batch).time, 1.7);
        let mut y = [0.0; 2];
        batch.state(0, &mut y);
        assert!((y[0] - 1.7f64.sin()).abs() < 1e-7, "{method}");
        assert!(batch.counters(0).jacobians >= jacobians);
    }
}

#[test]
fn the_end_of_a_piece_has_the_bits_of_the_state() {
    for method in METHODS {
        let mut batch = turning(method, [9.0; 3], 1e-7);
        batch.begin_values(0, 0.0, &[0.0, 1.0], 5.0);
        let mut borders = Vec::new();
        let mut previous = [0f64, 1.0].map(f64::to_bits);
        while batch.any_running() {
            let mut sink = Pieces(|_: usize, piece: &Piece<'_, One>| {
                let (mut from, mut to, mut wide) = ([0.0; 2], [0.0; 2], [One::splat(0.0); 2]);
                piece.eval(piece.from, &mut from);
                assert_eq!(from.map(f64::to_bits), previous);
                piece.eval(piece.to, &mut to);
                previous = to.map(f64::to_bits);
                // Both ways to evaluate agree bit for bit, the slope with differences.
                let middle = piece.from + 0.37 * (piece.to - piece.from);
                piece.eval_scalar(middle, &mut wide);
                assert_eq!(piece.state(middle, 1).to_bits(), wide[1].0[0].to_bits());
                let mut slope = [0.0; 2];
                piece.slope(middle, &mut slope);
                let d = 1e-4 * (piece.to - piece.from);
                let difference = (piece.state(middle + d, 0) - piece.state(middle - d, 0)) / (2.0 * d);
                assert!((slope[0] - difference).abs() < 1e-6, "{} {difference}", slope[0]);
            });
            batch.advance(&mut sink, &mut borders);
        }
        let mut y = [0.0; 2];
        batch.state(0, &mut y);
        assert_eq!(y.map(f64::to_bits), previous);
    }
}

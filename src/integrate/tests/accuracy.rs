use super::problems::{Inputs, Kind, Problem};
use crate::integrate::{Counters, End, Failure, Method, Options, Pieces, Reason, solve};
use crate::numeric::Lanes;

type One = Lanes<1>;

fn run(kind: Kind, start: &[f64], span: (f64, f64), options: Options) -> Result<End<One>, Failure> {
    run_problem(Problem::new(kind), start, span, options)
}

fn run_problem(problem: Problem, start: &[f64], span: (f64, f64), options: Options) -> Result<End<One>, Failure> {
    let start: Vec<One> = start.iter().map(|&y| Lanes([y])).collect();
    solve(&problem, Inputs::default(), &start, span, options, &mut ())
}

fn values(end: &End<One>) -> Vec<f64> {
    end.state.iter().map(|y| y.0[0]).collect()
}

fn with(method: Method, rtol: f64, atol: Vec<f64>) -> Options {
    Options { method, ..Options::new(rtol, atol) }
}

/// y1 of the pair is 1/(2 + t^2); y2 at 1 from mpmath 1.3, odefun at 30 digits.
const PAIR_AT_ONE: [f64; 2] = [1.0 / 3.0, 0.728461079240982];

fn error_with_steps(problem: &Problem, method: Method, steps: f64) -> f64 {
    let mut options = with(method, 1e-6, vec![1e-6; problem.pattern.rows.len()]);
    options.fixed_step = Some(1.0 / steps);
    let start = [0.5, 1.0, 0.0];
    let end = run_problem(problem.clone(), &start[..problem.pattern.rows.len()], (0.0, 1.0), options).unwrap();
    assert_eq!(end.counters.steps, steps as u64);
    values(&end).iter().zip(PAIR_AT_ONE).map(|(y, e)| (y - e).abs()).fold(0.0, f64::max)
}

#[test]
fn rodas5p_repeats_the_published_table() {
    let problem = Problem::new(Kind::Pair);
    let errors = [4.0, 8.0, 16.0, 32.0].map(|steps| error_with_steps(&problem, Method::Rodas5p, steps));
    for (error, expected) in errors.iter().zip([3.80e-6, 1.13e-7, 3.61e-9, 1.15e-10]) {
        assert!((error / expected - 1.0).abs() < 0.01, "{errors:?}");
    }
}

#[test]
fn rodas5p_loses_its_order_without_the_time_derivative() {
    let problem = Problem { hide_time: true, ..Problem::new(Kind::Pair) };
    let [coarse, fine] = [16.0, 32.0].map(|steps| error_with_steps(&problem, Method::Rodas5p, steps));
    assert!((coarse / fine).log2() < 2.5 && fine > 1e-7, "{coarse} {fine}");
}

#[test]
fn dormand_prince_is_of_order_five() {
    let problem = Problem::new(Kind::Pair);
    let [coarse, fine] = [16.0, 32.0].map(|steps| error_with_steps(&problem, Method::DormandPrince, steps));
    let order = (coarse / fine).log2();
    assert!((order - 5.0).abs() < 0.2, "{order}");
}

/// Error of the dense output in the middle of one step of length h from an exact state.
fn dense_error(method: Method, h: f64) -> f64 {
    let mut options = with(method, 1e-6, vec![1e-6; 2]);
    options.fixed_step = Some(h);
    let mut worst: f64 = 0.0;
    let mut sink = Pieces(|_: usize, piece: &crate::integrate::Piece<'_, One>| {
        for s in [0.2, 0.5, 0.8] {
            let t = piece.from + s * (piece.to - piece.from);
            worst = worst.max((piece.state(t, 0) - 1.0 / (2.0 + t * t)).abs());
        }
    });
    let start = [Lanes([0.5]), Lanes([1.0])];
    solve(&Problem::new(Kind::Pair), Inputs::default(), &start, (0.0, h), options, &mut sink).unwrap();
    worst
}

#[test]
fn dense_output_is_of_order_four_in_every_method() {
    for method in [Method::Rodas5p, Method::DormandPrince] {
        let order = (dense_error(method, 0.25) / dense_error(method, 0.125)).log2();
        assert!(order > 4.6, "{method}: {order}");
    }
}

#[test]
fn time_as_a_state_gives_the_same() {
    for method in [Method::Rodas5p, Method::DormandPrince] {
        let plain = error_with_steps(&Problem::new(Kind::Pair), method, 10.0);
        let autonomous = error_with_steps(&Problem::new(Kind::PairAutonomous), method, 10.0);
        assert!((plain - autonomous).abs() < 1e-13, "{method}: {plain} {autonomous}");
    }
    let options = with(Method::OdeSolversDopri5, 1e-10, vec![1e-10; 3]);
    let end = run(Kind::PairAutonomous, &[0.5, 1.0, 0.0], (0.0, 1.0), options).unwrap();
    assert!((values(&end)[1] - PAIR_AT_ONE[1]).abs() < 1e-9);
}

#[test]
fn shifting_the_clock_changes_nothing() {
    for method in [Method::Rodas5p, Method::DormandPrince, Method::OdeSolversDopri5] {
        let options = with(method, 1e-9, vec![1e-9; 2]);
        let plain = run(Kind::Pair, &[0.5, 1.0], (0.0, 1.0), options.clone()).unwrap();
        let shifted = run(Kind::PairShifted(-16.0), &[0.5, 1.0], (-16.0, -15.0), options).unwrap();
        for (a, b) in values(&plain).iter().zip(values(&shifted)) {
            // A clock near 16 resolves 4e-15, which Rodas5P's coefficients (up to 165) amplify.
            assert!((a - b).abs() < 1e-11, "{method}: {a} {b}");
        }
        assert_eq!(plain.counters.steps, shifted.counters.steps);
    }
}

/// End values of the IVP test set (Mazzia and Magherini 2008, release 2.4), checked for this test with scipy 1.17:
/// Radau at rtol 1e-12 agrees with all of them to 1e-12, LSODA at 3e-14 to 5e-11. Van der Pol with mu = 1000 to time
/// 2000 is the same problem in slow time, epsilon = 1e-6 to time 2.
#[test]
fn stiff_reference_problems_reach_their_end_values() {
    type Reference<'a> = (Kind, &'a [f64], f64, Vec<f64>, &'a [f64]);
    let problems: [Reference<'_>; 4] = [
        (
            Kind::Robertson,
            &[1.0, 0.0, 0.0],
            1e11,
            vec![1e-16, 1e-20, 1e-10],
            &[0.2083340149701255e-07, 0.8333360770334713e-13, 0.999999979166505],
        ),
        (
            Kind::Hires,
            &[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0057],
            321.8122,
            vec![1e-12; 8],
            &[
                0.7371312573325668e-3,
                0.1442485726316185e-3,
                0.5888729740967575e-4,
                0.1175651343283149e-2,
                0.2386356198831331e-2,
                0.6238968252742796e-2,
                0.2849998395185769e-2,
                0.2850001604814231e-2,
            ],
        ),
        (
            Kind::Orego,
            &[1.0, 2.0, 3.0],
            360.0,
            vec![1e-8; 3],
            &[0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3],
        ),
        (Kind::VanDerPol, &[2.0, 0.0], 2.0, vec![1e-8; 2], &[0.1706167732170483e1, -0.8928097010247975]),
    ];
    for (kind, start, until, atol, expected) in problems {
        for method in [Method::Rodas5p, Method::Auto] {
            let end = run(kind, start, (0.0, until), with(method, 1e-8, atol.clone())).unwrap();
            for (i, (y, e)) in values(&end).iter().zip(expected).enumerate() {
                assert!(
                    (y / e - 1.0).abs() <= 1e-5,
                    "{kind:?} {method} state {i}: {y} against {e}, {:?}",
                    end.counters
                );
            }
            assert!(end.counters.steps < 4_000, "{kind:?}: {:?}", end.counters);
        }
    }
}

#[test]
fn non_stiff_methods_agree_with_a_closed_form() {
    for method in [Method::DormandPrince, Method::OdeSolversDopri5, Method::Rodas5p, Method::Auto] {
        let end = run(Kind::Turning, &[0.0, 1.0], (0.0, 20.0), with(method, 1e-9, vec![1e-11; 2])).unwrap();
        assert!((values(&end)[0] - 20f64.sin()).abs() < 1e-7, "{method}: {:?}", values(&end));
        assert!((values(&end)[1] - 20f64.cos()).abs() < 1e-7, "{method}");
    }
}

#[test]
fn the_method_is_chosen_by_the_problem() {
    let counters = |kind, start: &[f64], until| -> Counters {
        run(kind, start, (0.0, until), with(Method::Auto, 1e-6, vec![1e-8; start.len()])).unwrap().counters
    };
    let turning = counters(Kind::Turning, &[0.0, 1.0], 10.0);
    assert!(turning.decompositions == 0 && turning.switches == 0, "{turning:?}");
    let decay = counters(Kind::Decay, &[1.0], 3.0);
    assert!(decay.decompositions > 0 && decay.switches == 0 && decay.steps < 100, "{decay:?}");
    // Seen only during the run: y1 grows from 0.01 to e^14/100 = 12 000.
    let later = counters(Kind::StiffLater, &[0.01, 0.0], 14.0);
    assert_eq!(later.switches, 1, "{later:?}");
    assert!(later.steps < 600, "{later:?}");
}

/// Stiff at 0, mild around 78.5, stiff at 157: the follower's decay is 3000 cos^8(0.02 t).
#[test]
fn a_lane_goes_from_the_stiff_method_to_the_explicit_one_and_back() {
    let run = |method, until| {
        run(Kind::Tides, &[1.0, 0.0, 0.0, 1.0, 0.0], (0.0, until), with(method, 1e-8, vec![1e-9; 5])).unwrap()
    };
    for (until, switches) in [(30.0, 0), (80.0, 1), (157.0, 2)] {
        let end = run(Method::Auto, until);
        assert_eq!(end.counters.switches, switches, "until {until}: {:?}", end.counters);
        for (i, expected) in [(0, (0.02 * until).cos()), (2, until.sin()), (3, until.cos()), (4, 3.0 * until.sin())] {
            let y = values(&end)[i];
            assert!((y - expected).abs() < 2e-6, "until {until} state {i}: {y} against {expected}");
        }
    }
    // And it pays: fewer rates and decompositions than the stiff method alone.
    let (both, stiff) = (run(Method::Auto, 157.0).counters, run(Method::Rodas5p, 157.0).counters);
    assert!(both.decompositions < stiff.decompositions * 3 / 4, "{both:?} {stiff:?}");
}

#[test]
fn failures_are_values() {
    for method in [Method::Auto, Method::Rodas5p, Method::DormandPrince, Method::OdeSolversDopri5] {
        let failure = run(Kind::Explosion, &[1.0], (0.0, 2.0), with(method, 1e-6, vec![1e-9])).unwrap_err();
        assert!(matches!(failure.reason, Reason::StepSize | Reason::NotFinite), "{method}: {failure}");
        assert!((failure.time - 1.0).abs() < 1e-4, "{method}: {failure}");
        assert!(failure.counters.steps > 5);
    }
    let mut options = with(Method::Rodas5p, 1e-6, vec![1e-9]);
    options.max_steps = 3;
    let failure = run(Kind::Decay, &[0.0], (0.0, 1.0), options).unwrap_err();
    assert_eq!((failure.reason, failure.counters.steps + failure.counters.rejected), (Reason::StepLimit, 3));
    let failure = run(Kind::Decay, &[f64::NAN], (0.0, 1.0), with(Method::Auto, 1e-6, vec![1e-9])).unwrap_err();
    assert_eq!((failure.reason, failure.state), (Reason::NotFinite, Some(0)));
    let options = with(Method::Auto, 1e-6, vec![1e-9]);
    options.stop.trip();
    let failure = run(Kind::Decay, &[0.0], (0.0, 1.0), options).unwrap_err();
    assert_eq!(failure.reason, Reason::Stopped);
    let failure = run(Kind::Decay, &[0.0], (0.0, 3.0), with(Method::OdeSolversDopri5, 1e-4, vec![1e-9])).unwrap_err();
    assert_eq!(failure.reason, Reason::Stiff);
}

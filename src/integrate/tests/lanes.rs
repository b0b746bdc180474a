use super::problems::{Inputs, Kind, Problem};
use crate::integrate::{Batch, Cause, Counters, Method, Options, Piece, Pieces, Reason, System, solve};
use crate::numeric::{Dual, Lanes, Scalar};

/// One patient of the chain: rates, threshold of the second state, start, method.
#[derive(Debug, Clone, Copy)]
struct Patient {
    rates: [f64; 2],
    threshold: f64,
    start: f64,
    method: Method,
}

fn patients() -> Vec<Patient> {
    let methods = [Method::Auto, Method::Rodas5p, Method::DormandPrince, Method::OdeSolversDopri5];
    (0..19)
        .map(|n| {
            let x = f64::from(n);
            Patient {
                rates: [0.3 + 0.2 * x, if n % 5 == 0 && n < 15 { 900.0 } else { 0.1 + 0.05 * x }],
                threshold: 0.2 + 0.01 * x,
                start: 1.0 + 0.1 * x,
                method: methods[n as usize % 4],
            }
        })
        .collect()
}

/// What a patient's run leaves: bits of the states at its borders and along its way, border times, counters.
#[derive(Debug, Clone, PartialEq, Default)]
struct Trace {
    bits: Vec<u64>,
    times: Vec<f64>,
    counters: Counters,
}

fn load<S: Scalar, Y>(batch: &mut Batch<S, Y>, lane: usize, patient: &Patient)
where
    Y: System<S, Workspace = Inputs<S>>,
{
    batch.clear(lane);
    batch.set_method(lane, patient.method);
    let inputs = batch.workspace();
    inputs.rates[0].set(lane, patient.rates[0]);
    inputs.rates[1].set(lane, patient.rates[1]);
    inputs.thresholds[1].set(lane, patient.threshold);
    batch.watch(lane, &[false, true, false]);
    batch.wake(lane, 2.0);
    batch.begin_values(lane, 0.0, &[patient.start, 0.0], 10.0);
}

/// All patients through a batch, lanes filled again as they finish; a dose of 1 at time 4 after a wake-up.
fn run<const N: usize>(patients: &[Patient]) -> Vec<Trace> {
    let options = Options::new(1e-6, vec![1e-8; 2]);
    let mut batch = Batch::<Lanes<N>, _>::new(Problem::new(Kind::Chain), Inputs::default(), options);
    let mut traces = vec![Trace::default(); patients.len()];
    let mut waiting = 0..patients.len();
    let mut patient_of = [usize::MAX; N];
    for lane in 0..N {
        if let Some(p) = waiting.next() {
            load(&mut batch, lane, &patients[p]);
            patient_of[lane] = p;
        }
    }
    let mut borders = Vec::new();
    while batch.any_running() {
        let mut sink = Pieces(|lane: usize, piece: &Piece<'_, Lanes<N>>| {
            let trace = &mut traces[patient_of[lane]];
            trace.bits.push(piece.state(0.5 * (piece.from + piece.to), 1).to_bits());
        });
        batch.advance(&mut sink, &mut borders);
        for border in &borders {
            let lane = border.lane;
            let mut y = [0.0; 2];
            batch.state(lane, &mut y);
            let trace = &mut traces[patient_of[lane]];
            trace.times.push(border.time);
            trace.bits.extend(y.map(f64::to_bits));
            match border.cause {
                Cause::Wake if border.time == 2.0 => {
                    batch.wake(lane, 4.0);
                    batch.proceed(lane);
                }
                Cause::Wake => batch.begin_values(lane, border.time, &[y[0] + 1.0, y[1]], 10.0),
                Cause::Condition { .. } => batch.proceed(lane),
                Cause::Until => {
                    trace.counters = batch.counters(lane);
                    if let Some(p) = waiting.next() {
                        load(&mut batch, lane, &patients[p]);
                        patient_of[lane] = p;
                    }
                }
                Cause::Failure(failure) => panic!("{failure}"),
            }
        }
    }
    traces
}

fn same(alone: &[Trace], together: &[Trace]) {
    for (n, (a, b)) in alone.iter().zip(together).enumerate() {
        assert_eq!(a.times, b.times, "patient {n}");
        assert_eq!(a.counters, b.counters, "patient {n}");
        let different = a.bits.iter().zip(&b.bits).position(|(a, b)| a != b);
        assert_eq!((different, a.bits.len()), (None, b.bits.len()), "patient {n}");
    }
}

#[test]
fn a_lane_knows_nothing_of_the_others() {
    let patients = patients();
    let alone: Vec<Trace> = patients.iter().flat_map(|patient| run::<1>(&[*patient])).collect();
    for (patient, trace) in patients.iter().zip(&alone) {
        assert!(trace.times.len() >= 3 && *trace.times.last().unwrap() == 10.0, "{patient:?}");
    }
    assert!(alone.iter().any(|trace| trace.counters.rejected > 0));
    same(&alone, &run::<1>(&patients));
    same(&alone, &run::<4>(&patients));
    same(&alone, &run::<8>(&patients));
    // In another order, so that each meets other neighbours.
    let backwards: Vec<Patient> = patients.iter().rev().copied().collect();
    let mut traces = run::<4>(&backwards);
    traces.reverse();
    same(&alone, &traces);
}

/// Lanes that change their method at times of their own: bits of the end and counters.
fn tides<const N: usize>(phases: [f64; N]) -> Vec<([u64; 5], Counters)> {
    let options = Options::new(1e-7, vec![1e-8; 5]);
    let mut batch = Batch::<Lanes<N>, _>::new(Problem::new(Kind::Tides), Inputs::default(), options);
    for (lane, phase) in phases.into_iter().enumerate() {
        batch.begin_values(lane, 0.0, &[phase.cos(), phase.sin(), 0.0, 1.0, 0.001], 157.0);
    }
    let mut borders = Vec::new();
    while batch.any_running() {
        batch.advance(&mut (), &mut borders);
    }
    let end = |lane| {
        let mut y = [0.0; 5];
        batch.state(lane, &mut y);
        (y.map(f64::to_bits), batch.counters(lane))
    };
    (0..N).map(end).collect()
}

#[test]
fn changes_of_method_keep_the_bits_at_every_width() {
    let phases = [0.0, 0.4, 1.0, 1.5];
    let alone: Vec<_> = phases.iter().flat_map(|&phase| tides([phase])).collect();
    assert!(alone.iter().all(|(_, counters)| counters.switches > 0), "{alone:?}");
    assert_eq!(alone, tides(phases));
    assert_eq!(alone[..2], tides([0.0, 0.4]));
}

/// y2 of the chain at t from y1 = a: a k1/(k2 - k1) (e^{-k1 t} - e^{-k2 t}), with all derivatives by the scalar.
fn closed_form<S: Scalar>(k1: S, k2: S, a: S, t: f64) -> S {
    let t = S::splat(t);
    a * k1 / (k2 - k1) * ((-(k1 * t)).exp() - (-(k2 * t)).exp())
}

fn chain<S: Scalar>(k1: S, k2: S, a: S, method: Method) -> (Vec<S>, Counters) {
    let inputs = Inputs { rates: [k1, k2], ..Inputs::default() };
    let options = Options { method, ..Options::new(1e-9, vec![1e-11; 2]) };
    let end = solve(Problem::new(Kind::Chain), inputs, &[a, S::splat(0.0)], (0.0, 3.0), options, &mut ()).unwrap();
    (end.state, end.counters)
}

#[test]
fn derivatives_of_a_run_match_the_closed_form_and_leave_the_values_alone() {
    type Eight = Dual<Lanes<1>, 8>;
    for method in [Method::Rodas5p, Method::DormandPrince, Method::Auto] {
        let (k1, k2, a) = (Lanes([1.3]), Lanes([0.4]), Lanes([2.0]));
        let (plain, counters) = chain(k1, k2, a, method);
        let (k1, k2, a) = (Eight::variable(k1, 0), Eight::variable(k2, 1), Eight::variable(a, 7));
        let (dual, dual_counters) = chain(k1, k2, a, method);
        assert_eq!(counters, dual_counters);
        for (p, d) in plain.iter().zip(&dual) {
            assert_eq!(p.0[0].to_bits(), d.get(0).to_bits());
        }
        let expected = closed_form(k1, k2, a, 3.0);
        for k in 0..8 {
            let (d, e) = (dual[1].tangents[k].0[0], expected.tangents[k].0[0]);
            assert!((d - e).abs() < 1e-7, "{method}: derivative {k}: {d} against {e}");
        }
    }
}

#[test]
fn second_derivatives_of_a_run_match_the_closed_form() {
    type Nested = Dual<Dual<Lanes<1>, 2>, 2>;
    let (plain, _) = chain(Lanes([1.3]), Lanes([0.4]), Lanes([2.0]), Method::Auto);
    let variable = |x: f64, k: usize| Nested::variable(Dual::variable(Lanes([x]), k), k);
    let (k1, k2, a) = (variable(1.3, 0), variable(0.4, 1), Nested::splat(2.0));
    let (dual, _) = chain(k1, k2, a, Method::Auto);
    let expected = closed_form(k1, k2, a, 3.0);
    assert_eq!(plain[1].0[0].to_bits(), dual[1].get(0).to_bits());
    for i in 0..2 {
        for j in 0..2 {
            let (d, e) = (dual[1].tangents[i].tangents[j].0[0], expected.tangents[i].tangents[j].0[0]);
            assert!((d - e).abs() < 1e-6, "derivative {i} {j}: {d} against {e}");
        }
    }
}

#[test]
fn the_other_crate_refuses_derivatives() {
    let inputs = Inputs::<Dual<Lanes<1>, 1>>::default();
    let options = Options { method: Method::OdeSolversDopri5, ..Options::new(1e-6, vec![1e-9; 2]) };
    let start = [Dual::splat(1.0), Dual::splat(0.0)];
    let failure = solve(Problem::new(Kind::Chain), inputs, &start, (0.0, 3.0), options, &mut ()).unwrap_err();
    assert_eq!(failure.reason, Reason::NoDerivatives);
}

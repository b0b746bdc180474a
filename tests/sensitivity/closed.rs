//! Closed forms, and the forward sensitivities of `diffsol`.

use cascade::simulate::curvatures;
use diffsol::{NalgebraLU, NalgebraMat, OdeBuilder, OdeSolverMethod, OdeSolverStopReason};

use super::derived;
use crate::support::{Case, at, model, series, written};

fn stein() -> cascade::model::Model {
    model(include_str!("../../benches/models/stein.toml"))
}

/// Growth rate before the contraction, alpha, beta, k, tmax.
const STEIN: [f64; 5] = [0.8886502314871093, 0.161197018734871, 0.003150669002545206, 0.001273456448005481, 9.3];

/// Effector and memory cells at a time after the contraction, and their first two derivatives by its time.
fn closed(t: f64) -> [[f64; 3]; 2] {
    let [rho, alpha, beta, k, tmax] = STEIN;
    let (tto, tst, fto, fst): (f64, f64, f64, f64) = (5.0, 7.0, 1.1, 0.95);
    let growth = rho * (tto + fto * (tst - tto) + fto * fst * (tmax - tst));
    let (peak, r) = (6.2 * growth.exp(), rho * fto * fst);
    let (a, b) = ((-alpha * (t - tmax)).exp(), (-beta * (t - tmax)).exp());
    // d/dtmax of e^(-a (t - tmax)) is a e^(-a (t - tmax)), and the peak grows with r.
    let power = |base: f64, n: i32| (r + base).powi(n);
    let effector = [0, 1, 2].map(|n| peak * a * power(alpha, n));
    let memory = [0, 1, 2].map(|n| k * peak / (beta - alpha) * (a * power(alpha, n) - b * power(beta, n)));
    [effector, memory]
}

#[test]
fn a_switch_time_has_the_derivatives_of_the_closed_form() {
    let model = stein();
    let times = [4.0, 9.0, 10.0, 15.0, 40.0, 200.0, 360.0];
    let scenario = at(Case::default().of(&model), &times).rtol(1e-11).unwrap();
    let found = derived(&scenario, &["tmx"]);
    let curved = curvatures(&scenario, &["tmx"]).unwrap();
    // Below the tolerance declared with the states, 0.1, no relative accuracy is asked for.
    let size = |wanted: f64| wanted.abs() + 0.1;
    for (row, &t) in times.iter().enumerate() {
        let wanted = if t < 9.3 { [[0.0; 3]; 2] } else { closed(t) };
        for (column, name) in ["CE", "CM"].iter().enumerate() {
            let column = found.run.trajectory.column(name).map(|at| (at, column)).unwrap();
            let (first, second) = (found.derivative(row, column.0, 0), curved.derivative(row, column.0, [0, 0]));
            let wanted = wanted[column.1];
            if t > 9.3 {
                let value = found.run.trajectory.row(row)[column.0];
                assert!((value - wanted[0]).abs() <= 1e-8 * size(wanted[0]), "{name} at {t}: {value} {wanted:?}");
            }
            assert!((first - wanted[1]).abs() <= 1e-8 * size(wanted[1]), "{name} at {t}: {first} {wanted:?}");
            assert!((second - wanted[2]).abs() <= 1e-7 * size(wanted[2]), "{name} at {t}: {second} {wanted:?}");
        }
    }
    // The maximum is at the contraction: d ln cmax / d tmax is the growth rate just before it.
    let cmax = found.end_points.iter().find(|end| end.what == "cmax").unwrap();
    let growth = STEIN[0] * 1.1 * 0.95;
    assert!((cmax.gradient[0] / cmax.value - growth).abs() < 1e-6 * growth, "{cmax:?} {growth}");
}

#[test]
fn second_derivatives_of_a_decay() {
    let parts = "[states.x]\nunit = \"mg\"\nstart = 'x0'\nrate = '-k * x'\ntolerance = \"1 mg\"\n\
                 [parameters.x0]\nvalue = 3\nunit = \"mg\"\nassumption = \"A1: made up\"\n\
                 [parameters.k]\nvalue = 0.7\nunit = \"1/d\"\nassumption = \"A1: made up\"\n\
                 [outputs.x]\nvalue = 'x'\nunit = \"mg\"\n";
    let model = written("5 d", parts);
    let scenario = at(Case::default().of(&model), &[0.5, 2.0, 5.0]).rtol(1e-12).unwrap();
    let found = curvatures(&scenario, &["x0", "k"]).unwrap();
    for (row, t) in [0.5, 2.0, 5.0].into_iter().enumerate() {
        let e = f64::exp(-0.7 * t);
        for (by, wanted) in [([0, 0], 0.0), ([0, 1], -t * e), ([1, 0], -t * e), ([1, 1], 3.0 * t * t * e)] {
            let value = found.derivative(row, 0, by);
            assert!((value - wanted).abs() < 1e-9, "{by:?} at {t}: {value} {wanted}");
        }
    }
}

/// Two compartments with a saturable loss.
const SATURABLE: &str = "[states.x]\nunit = \"mg\"\nstart = '10 [mg]'\nrate = '-vmax * x / (km + x) - q * (x - z)'\n\
    tolerance = \"1 mg\"\n[states.z]\nunit = \"mg\"\nstart = '0'\nrate = 'q * (x - z)'\ntolerance = \"1 mg\"\n\
    [parameters.vmax]\nvalue = 4\nunit = \"mg/d\"\nassumption = \"A1: made up\"\n\
    [parameters.km]\nvalue = 2\nunit = \"mg\"\nassumption = \"A1: made up\"\n\
    [parameters.q]\nvalue = 0.5\nunit = \"1/d\"\nassumption = \"A1: made up\"\n\
    [outputs.x]\nvalue = 'x'\nunit = \"mg\"\n";

#[test]
fn the_other_solver_has_the_same_sensitivities() {
    let model = written("6 d", SATURABLE);
    let end = 6.0;
    let problem = OdeBuilder::<NalgebraMat<f64>>::new()
        .rtol(1e-10)
        .atol([1e-10])
        .sens_rtol(1e-10)
        .sens_atol([1e-10])
        .p([4.0, 2.0, 0.5])
        .rhs_sens_implicit(
            |x: &[f64], p: &[f64], _t: f64, y: &mut [f64]| {
                y[0] = -p[0] * x[0] / (p[1] + x[0]) - p[2] * (x[0] - x[1]);
                y[1] = p[2] * (x[0] - x[1]);
            },
            |x: &[f64], p: &[f64], _t: f64, v: &[f64], y: &mut [f64]| {
                y[0] = -p[0] * p[1] / (p[1] + x[0]).powi(2) * v[0] - p[2] * (v[0] - v[1]);
                y[1] = p[2] * (v[0] - v[1]);
            },
            |x: &[f64], p: &[f64], _t: f64, v: &[f64], y: &mut [f64]| {
                let gradient = [-x[0] / (p[1] + x[0]), p[0] * x[0] / (p[1] + x[0]).powi(2), x[1] - x[0]];
                y[0] = gradient[0] * v[0] + gradient[1] * v[1] + gradient[2] * v[2];
                y[1] = (x[0] - x[1]) * v[2];
            },
        )
        .init_sens(
            |_p: &[f64], _t: f64, y: &mut [f64]| y.copy_from_slice(&[10.0, 0.0]),
            |_p: &[f64], _t: f64, _v: &[f64], y: &mut [f64]| y.fill(0.0),
            2,
        )
        .build()
        .unwrap();
    let mut solver = problem.bdf_sens::<NalgebraLU<f64>>().unwrap();
    solver.set_stop_time(end).unwrap();
    while !matches!(solver.step().unwrap(), OdeSolverStopReason::TstopReached) {}
    let theirs = solver.interpolate_sens(end).unwrap();
    let scenario = at(Case::default().of(&model), &[end]).rtol(1e-11).unwrap();
    let ours = derived(&scenario, &["vmax", "km", "q"]);
    let x = series(&ours.run.trajectory, "x")[0];
    assert!((x - solver.state().y.batch_as_slice(0)[0]).abs() < 1e-7);
    for by in 0..3 {
        for state in 0..2 {
            let (a, b) = (ours.derivative(0, state, by), theirs.batch_as_slice(by)[state]);
            assert!((a - b).abs() <= 1e-6 * b.abs(), "state {state} by {by}: {a} {b}");
        }
    }
}

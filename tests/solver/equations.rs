//! Time as an argument or as a state; derivatives where they would be infinite.

use crate::support::{Case, METHODS, at, run, series, written};

/// A forced, saturable loss; `clock` is `t` or a state that runs with it.
fn forced(clock: &str) -> cascade::model::Model {
    written(
        "12 d",
        &format!(
            "[states.clock]\nunit = \"d\"\nstart = '0 [d]'\nrate = '1'\ntolerance = \"1 d\"\n\
             [states.il6]\nunit = \"pg/mL\"\nstart = '5 [pg/mL]'\n\
             rate = '100 [pg/mL/d] * hill({clock}, 3, 4 [d]) * exp(-{clock} / 3 [d]) - 800 [pg/mL/d] * il6 / (il6 + 40 [pg/mL])'\n\
             tolerance = \"1e-2 pg/mL\"\n[outputs.il6]\nvalue = 'il6'\nunit = \"pg/mL\"\n"
        ),
    )
}

#[test]
fn time_as_a_state_is_time() {
    let (explicit, autonomous) = (forced("t"), forced("clock"));
    let times: Vec<f64> = (0..=24).map(|n| f64::from(n) * 0.5).collect();
    for method in METHODS {
        // The derivative by time enters the stiff method: with it left out, or wrong, the two part at once.
        for (rtol, bound) in [(1e-6, 1e-5), (1e-11, 1e-9)] {
            let values = |model| {
                let scenario = at(Case::default().of(model), &times).method(method).rtol(rtol).unwrap();
                let found = run(scenario);
                (series(&found.trajectory, "il6"), found.counters)
            };
            let ((a, work_a), (b, work_b)) = (values(&explicit), values(&autonomous));
            for ((a, b), t) in a.iter().zip(&b).zip(&times) {
                assert!((a - b).abs() <= bound * a.abs(), "{method} at rtol {rtol}, {t} d: {a} {b}");
            }
            // Rosenbrock methods are the same map for both, so the work is the same; explicit ones are, too.
            let close = |a: u64, b: u64| a.abs_diff(b) * 20 <= a + 20;
            assert!(close(work_a.steps, work_b.steps), "{method}: {work_a:?} {work_b:?}");
        }
    }
}

#[test]
fn a_start_at_zero_of_a_power_below_one_runs() {
    // y' = 4 y^0.75 / d with something small flowing in: from 0 it grows as if from (small)^(1/4).
    let power = written(
        "3 d",
        "[states.y]\nunit = \"1\"\nstart = '0'\nrate = '4 [1/d] * y^0.75 + 1e-6 [1/d]'\ntolerance = \"1e-6\"\n\
         [states.root]\nunit = \"1\"\nstart = '0'\nrate = '2 [1/d] * sqrt(root) + 1e-6 [1/d]'\ntolerance = \"1e-6\"\n\
         [outputs.y]\nvalue = 'y'\nunit = \"1\"\n",
    );
    // The time to reach Y is the integral of 1 / (4 y^0.75 + e) from 0 to Y. With y = u^4 it is
    // 4 u^3 du / (4 u^3 + e), so T = u - e/4 * integral du / (u^3 + e/4): the last is (e/4)^(-2/3) 2 pi / (3 sqrt 3) at
    // infinity. For the root y = u^2: T = u - (e/2) ln(1 + 2 u / e).
    let small: f64 = 1e-6;
    let lag = (small / 4.0).powf(1.0 / 3.0) * 2.0 * std::f64::consts::PI / (3.0 * 3f64.sqrt());
    for method in METHODS {
        let found = run(at(Case::default().of(&power), &[3.0]).method(method).rtol(1e-9).unwrap());
        let fourth_root = series(&found.trajectory, "y")[0].powf(0.25);
        assert!((fourth_root - (3.0 + lag)).abs() < 1e-6, "{method}: {fourth_root} for {}", 3.0 + lag);
        let root = series(&found.trajectory, "root")[0].sqrt();
        let expected = 3.0 + 0.5 * small * (1.0 + 2.0 * root / small).ln();
        assert!((root - expected).abs() < 1e-6, "{method}: {root} for {expected}");
    }
}

#[test]
fn a_start_at_zero_of_a_hill_runs() {
    // Driven through a steep and a flat hill from exactly 0, where a bare x^n has no derivative.
    let hill = written(
        "5 d",
        "[states.drive]\nunit = \"pg/mL\"\nstart = '0 [pg/mL]'\nrate = '10 [pg/mL/d]'\ntolerance = \"1e-3 pg/mL\"\n\
         [states.flat]\nunit = \"1\"\nstart = '0'\nrate = '1 [1/d] * hill(drive, 0.5, 10 [pg/mL])'\ntolerance = \"1e-6\"\n\
         [states.steep]\nunit = \"1\"\nstart = '0'\nrate = '1 [1/d] * hill(drive, 2, 10 [pg/mL])'\ntolerance = \"1e-6\"\n\
         [states.own]\nunit = \"1\"\nstart = '0'\nrate = '1 [1/d] * hill(own, 0.75, 1)'\ntolerance = \"1e-6\"\n\
         [outputs.steep]\nvalue = 'steep'\nunit = \"1\"\n",
    );
    for method in METHODS {
        let found = run(at(Case::default().of(&hill), &[5.0]).method(method).rtol(1e-9).unwrap());
        // x = t in units of the half: integrals of sqrt x / (1 + sqrt x) and of x^2 / (1 + x^2).
        let s = 5f64.sqrt();
        let flat = 5.0 - 2.0 * s + 2.0 * (1.0 + s).ln();
        let steep = 5.0 - 5f64.atan();
        let last = found.trajectory.row(0);
        assert!((last[1] - flat).abs() < 1e-6, "{method}: {} for {flat}", last[1]);
        assert!((last[2] - steep).abs() < 1e-7, "{method}: {} for {steep}", last[2]);
        // 0 is a solution from 0 of what drives itself.
        assert_eq!(last[3], 0.0, "{method}");
    }
}

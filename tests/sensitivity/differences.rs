//! Central differences of plain runs.

use cascade::model::Model;
use cascade::simulate::{Run, Scenario, curvatures};

use super::derived;
use crate::support::{Case, at, embedded, run, written};

/// The same scenario with a value changed by a factor.
fn moved<'m>(scenario: &Scenario<'m>, name: &str, factor: f64) -> Scenario<'m> {
    let mut moved = scenario.clone().with_exposure();
    let position = scenario.model.parameters.iter().position(|known| known.name.text == name).unwrap();
    moved.values.parameters[position] *= factor;
    moved
}

fn value(scenario: &Scenario, name: &str) -> f64 {
    let position = scenario.model.parameters.iter().position(|known| known.name.text == name).unwrap();
    scenario.values.parameters[position]
}

/// A derivative to fourth order from values at -2, -1, 1 and 2 steps.
fn slope(values: [f64; 4], step: f64) -> f64 {
    (8.0 * (values[2] - values[1]) - (values[3] - values[0])) / (12.0 * step)
}

const STEP: f64 = 1e-3;

/// Compares rows and end points of a scenario with central differences, relative to each column's largest derivative.
fn check(scenario: &Scenario, names: &[&str], bound: f64) {
    let found = derived(scenario, names);
    for (by, name) in names.iter().enumerate() {
        let runs: [Run; 4] = [-2.0, -1.0, 1.0, 2.0].map(|n| run(moved(scenario, name, 1.0 + n * STEP)));
        let step = STEP * value(scenario, name);
        for (column, known) in found.run.trajectory.columns.iter().enumerate() {
            let ours: Vec<f64> = found.series(column, by).collect();
            let theirs: Vec<f64> = (0..ours.len())
                .map(|row| slope([0, 1, 2, 3].map(|n: usize| runs[n].trajectory.row(row)[column]), step))
                .collect();
            let largest = theirs.iter().chain(&ours).fold(0.0_f64, |most, value| most.max(value.abs()));
            let size = found.run.trajectory.series(column).fold(0.0_f64, |most, value| most.max(value.abs()));
            // Differences below the rounding of the runs say nothing.
            let noise = 1e-8 * size / value(scenario, name).abs();
            for ((a, b), time) in ours.iter().zip(&theirs).zip(&found.run.trajectory.time) {
                assert!((a - b).abs() <= bound * largest + noise, "d {}/d {name} at {time}: {a} {b}", known.name);
            }
        }
        for end in &found.end_points {
            let of = |run: &Run| {
                let row = run.exposure.iter().find(|row| row.output == end.output).unwrap();
                match end.what {
                    "cmax" => row.exposure.cmax,
                    "nadir" => row.exposure.nadir,
                    "auc_0_28d" => row.exposure.auc_0_28d,
                    _ => None,
                }
            };
            let values: Vec<f64> = runs.iter().filter_map(of).collect();
            let Ok(values) = <[f64; 4]>::try_from(values) else { continue };
            let (a, b) = (end.gradient[by], slope(values, step));
            let noise = 1e-7 * end.value.abs() / value(scenario, name).abs();
            assert!((a - b).abs() <= 10.0 * bound * b.abs() + noise, "d {} {}/d {name}: {a} {b}", end.what, end.output);
        }
    }
}

fn parameters(list: &[(&str, f64, &str)]) -> String {
    let one = |(name, value, unit): &(&str, f64, &str)| {
        format!("[parameters.{name}]\nvalue = {value:?}\nunit = \"{unit}\"\nassumption = \"A1: made up\"\n")
    };
    list.iter().map(one).collect()
}

/// Absorption with fraction and lag, an infusion of a duration that varies, an output that jumps with the time of a dose.
fn dosed() -> Model {
    let values = [
        ("ka", 1.5, "1/d"),
        ("ke", 0.4, "1/d"),
        ("c0", 2.0, "mg"),
        ("tlag", 0.31, "d"),
        ("bio", 0.8, "1"),
        ("dur", 0.37, "d"),
    ];
    written(
        "30 d",
        &format!(
            "regimen = [\"oral 100 mg at 1, 3, 5 d\", \"iv 50 mg at 2.3 d\"]\n\
             [states.depot]\nunit = \"mg\"\nstart = '0'\nrate = '-ka * depot'\ntolerance = \"1 mg\"\n\
             [states.central]\nunit = \"mg\"\nstart = 'c0'\nrate = 'ka * depot - ke * central'\ntolerance = \"1 mg\"\n\
             [doses.oral]\nstate = \"depot\"\nlag = 'tlag'\nfraction = 'bio'\n\
             [doses.iv]\nstate = \"central\"\nduration = 'dur'\n\
             [outputs.amount]\nvalue = 'depot + central'\nunit = \"mg\"\n\
             [outputs.plasma]\nvalue = 'central'\nunit = \"mg\"\n{}",
            parameters(&values)
        ),
    )
}

/// A thermostat with holding time and minimum time: both thresholds are parameters.
fn switched() -> Model {
    let values =
        [("kin", 5.0, "mg/d"), ("kout", 1.0, "1/d"), ("low", 1.0, "mg"), ("high", 3.0, "mg"), ("x0", 4.0, "mg")];
    written(
        "9 d",
        &format!(
            "[states.x]\nunit = \"mg\"\nstart = 'x0'\nrate = 'if up then kin - kout * x else -kout * x'\ntolerance = \"1 mg\"\n\
             [switches.up]\non = 'x < low'\noff = 'x > high'\nfor = \"0.3 d\"\nat_least = \"1.2 d\"\n\
             [outputs.x]\nvalue = 'x'\nunit = \"mg\"\n[outputs.shown]\nvalue = 'if up then x else 2 * x'\nunit = \"mg\"\n{}",
            parameters(&values)
        ),
    )
}

/// A floor that a decay falls through, and what feeds on it.
fn dying() -> Model {
    let values = [("k", 0.9, "1/d"), ("x0", 30.0, "mg"), ("feed", 0.6, "1/d")];
    written(
        "8 d",
        &format!(
            "[states.x]\nunit = \"mg\"\nstart = 'x0'\nrate = '-k * x'\ntolerance = \"1 mg\"\nfloor = \"1 mg\"\nabsorbing = true\n\
             [states.z]\nunit = \"mg\"\nstart = '0'\nrate = 'feed * x - 0.1 [1/d] * z'\ntolerance = \"1 mg\"\n\
             [outputs.z]\nvalue = 'z'\nunit = \"mg\"\n{}",
            parameters(&values)
        ),
    )
}

const TIMES: [f64; 12] = [0.5, 1.17, 1.9, 2.41, 2.6, 3.7, 4.45, 5.05, 5.9, 6.6, 7.3, 7.9];

#[test]
fn start_values_amounts_fractions_lags_and_durations() {
    let model = dosed();
    let scenario = at(Case::default().of(&model), &TIMES).rtol(1e-12).unwrap();
    check(&scenario, &["ka", "ke", "c0", "tlag", "bio", "dur"], 1e-6);
}

#[test]
fn located_switches_with_holding_and_minimum_times() {
    let model = switched();
    let scenario = at(Case::default().of(&model), &TIMES).rtol(1e-12).unwrap();
    let turns = run(scenario.clone()).events.len();
    assert!(turns >= 4, "{turns} turns");
    check(&scenario, &["kin", "kout", "low", "high", "x0"], 1e-6);
}

#[test]
fn floors() {
    let model = dying();
    let scenario = at(Case::default().of(&model), &TIMES).rtol(1e-12).unwrap();
    check(&scenario, &["k", "x0", "feed"], 1e-6);
}

#[test]
fn models_of_the_library() {
    for (name, names) in [
        ("hardiansyah-2019", &["kill", "effector_growth", "tumour_0", "total_dose"][..]),
        ("stein-2019", &["tmax", "alpha", "cmax"]),
        ("tocilizumab-moes-2022", &["clearance", "capacity", "infusion"]),
    ] {
        let model = embedded(name);
        let scenario = at(Case::default().of(&model), &[3.3, 7.9, 10.7, 20.3, 27.0]).rtol(1e-11).unwrap();
        check(&scenario, names, 1e-5);
    }
}

#[test]
fn second_derivatives_are_the_differences_of_first_ones() {
    for (model, names) in
        [(dosed(), ["ke", "tlag", "dur"]), (switched(), ["kout", "low", "high"]), (dying(), ["k", "x0", "feed"])]
    {
        let scenario = at(Case::default().of(&model), &TIMES).rtol(1e-12).unwrap();
        let found = curvatures(&scenario, &names).unwrap();
        for (j, name) in names.iter().enumerate() {
            let firsts = [-2.0, -1.0, 1.0, 2.0].map(|n| derived(&moved(&scenario, name, 1.0 + n * STEP), &names));
            let step = STEP * value(&scenario, name);
            for (i, first) in names.iter().enumerate() {
                for column in 0..found.run.trajectory.columns.len() {
                    let theirs: Vec<f64> = (0..TIMES.len())
                        .map(|row| slope([0, 1, 2, 3].map(|n: usize| firsts[n].derivative(row, column, i)), step))
                        .collect();
                    let largest = theirs.iter().fold(1e-2_f64, |most, value| most.max(value.abs()));
                    for (row, b) in theirs.iter().enumerate() {
                        let a = found.derivative(row, column, [i, j]);
                        let what = (&found.run.trajectory.columns[column].name, first, name, TIMES[row]);
                        assert!((a - b).abs() <= 1e-5 * largest, "{what:?}: {a} {b}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_condition_that_jumps_at_a_time_takes_its_time_from_there() {
    // The crossing of `t > cut` is found together with the jump, whose own slope, which is 0, would not tell when.
    let parts = format!(
        "[states.x]\nunit = \"mg\"\nstart = '1 [mg]'\nrate = 'if high then 2 [mg/d] else 0'\ntolerance = \"1 mg\"\n\
         [switches.high]\nwhile = '(if t > cut then 2 else 0) * p > 1 [mg]'\n\
         [outputs.x]\nvalue = 'x'\nunit = \"mg\"\n{}",
        parameters(&[("p", 3.0, "mg"), ("cut", 1.1, "d")])
    );
    let model = written("3 d", &parts);
    let found = derived(&at(Case::default().of(&model), &[1.0, 2.0, 3.0]), &["p", "cut"]);
    for (row, wanted) in [0.0, -2.0, -2.0].into_iter().enumerate() {
        let (by_p, by_cut) = (found.derivative(row, 0, 0), found.derivative(row, 0, 1));
        assert!(by_p.abs() < 1e-12 && (by_cut - wanted).abs() < 1e-9, "{row}: {by_p} {by_cut}");
    }
}

/// Steady states, in closed form and iterated: lag, duration and fraction that vary, overlapping infusions.
#[test]
fn steady_states_have_their_derivatives() {
    for loss in ["k * y", "k * abs(y)"] {
        let parameter = |name: &str, value: f64, unit: &str| {
            format!("[parameters.{name}]\nvalue = {value}\nunit = \"{unit}\"\nassumption = \"A1: for the test\"\n")
        };
        let model = written(
            "4 d",
            &(format!("[states.y]\nunit = \"mg\"\nstart = '0'\nrate = '-{loss}'\ntolerance = \"1e-3 mg\"\n")
                + &parameter("k", 0.8, "1/d")
                + &parameter("late", 0.1, "d")
                + &parameter("f", 0.7, "1")
                + &parameter("long", 1.37, "d")
                + "[doses.y]\nstate = \"y\"\nunit = \"mg\"\nfraction = 'f'\nlag = 'late'\nduration = 'long'\n\
                   [outputs.y]\nvalue = 'y'\nunit = \"mg\"\n"),
        );
        for doses in [
            "y 10 mg at 1 d every 0.5 d x 2 ss",
            "y 10 mg bolus at 1 d every 0.5 d ss",
            "y 3 mg at 0.5 d; y 10 mg at 1 d every 0.5 d ss2",
            "y 3 mg at 0.5 d; reset at 1.1 d; y 10 mg bolus at 2 d",
        ] {
            let scenario =
                at(Case { doses, ..Case::default() }.of(&model), &[1.05, 1.3, 2.05, 3.1]).rtol(1e-11).unwrap();
            check(&scenario, &["k", "late", "f", "long"], 5e-5);
        }
    }
}

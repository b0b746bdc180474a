//! Cost of sensitivities: a run of `qsp` with ten of them over the plain run, in one process.
//!
//! ```text
//! cargo bench --bench sensitivity
//! ```
//!
//! `engine` is the solve alone (steps, no rows), `whole` the library call with compilation, rows and end points. The times
//! are the shortest of rounds in which both have their turn. `cargo test` does not run this.

#![allow(missing_docs, reason = "a bench has no public items")]

use std::hint::black_box;
use std::io::{self, Write};
use std::time::Instant;

use cascade::compile::{Program, compile};
use cascade::diagnostic::Source;
use cascade::integrate::{Options, solve};
use cascade::model::Model;
use cascade::numeric::{Dual, Lanes, Scalar};
use cascade::simulate::{Scenario, sensitivities};

const NAMES: [&str; 10] = ["rhoe", "dce", "kkill", "tu0", "k6a", "kge", "bc0", "kem", "clt", "gtu"];
const ROUNDS: usize = 200;

fn main() -> io::Result<()> {
    if !std::env::args().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let (model, _) =
        Model::parse(&Source::new("qsp.toml", include_str!("models/qsp.toml"))).expect("it has no mistake");
    let scenario = Scenario::new(&model).expect("it has its values").with_exposure();
    let compiled = compile(&model, &[]);
    let atol: Vec<f64> = model
        .states
        .iter()
        .map(|state| scenario.rtol * model.scales.to_canonical(&state.unit.difference(), state.tolerance))
        .collect();
    let values: Vec<(f64, Option<usize>)> = model
        .parameters
        .iter()
        .zip(&scenario.values.parameters)
        .map(|(parameter, value)| {
            let at = NAMES.iter().position(|name| *name == parameter.name.text);
            (model.scales.to_canonical(&parameter.unit, *value), at)
        })
        .collect();
    let options = || Options::new(scenario.rtol, atol.clone());
    let (plain, ten) = fastest([
        &|| {
            let seed = |(value, _): &(f64, Option<usize>)| Lanes([*value]);
            engine::<Lanes<1>>(&compiled.program, values.iter().map(seed), options());
        },
        &|| {
            let seed = |(value, at): &(f64, Option<usize>)| match at {
                Some(at) => Dual::<Lanes<1>, 10>::variable(Lanes([*value]), *at),
                None => Dual::splat(*value),
            };
            engine::<Dual<Lanes<1>, 10>>(&compiled.program, values.iter().map(seed), options());
        },
    ]);
    let mut out = io::stdout();
    writeln!(out, "engine: plain {:.1} us, with ten sensitivities {:.1} us, ratio {:.2}", plain, ten, ten / plain)?;
    let (plain, ten) = fastest([
        &|| {
            black_box(scenario.simulate().is_ok());
        },
        &|| {
            black_box(sensitivities(&scenario, &NAMES).is_ok());
        },
    ]);
    writeln!(out, "whole:  plain {:.1} us, with ten sensitivities {:.1} us, ratio {:.2}", plain, ten, ten / plain)
}

/// One solve over the span of the model, without the infusions.
fn engine<S: Scalar>(program: &Program, parameters: impl Iterator<Item = S>, options: Options) {
    let mut workspace = program.workspace::<S>();
    parameters.enumerate().for_each(|(slot, value)| workspace.set_parameter_scalar(slot, value));
    let mut start = vec![S::default(); program.states()];
    program.start(&mut workspace, &mut start);
    black_box(solve(program, workspace, &start, (0.0, 90.0), options, &mut ()).is_ok());
}

/// Least microseconds of each of two turns.
fn fastest(turns: [&dyn Fn(); 2]) -> (f64, f64) {
    let mut least = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        for (least, turn) in least.iter_mut().zip(&turns) {
            let begin = Instant::now();
            turn();
            *least = least.min(begin.elapsed().as_secs_f64() * 1e6);
        }
    }
    (least[0], least[1])
}

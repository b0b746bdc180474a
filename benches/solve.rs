//! Single solves of every model at equal error: this crate, `ode_solvers` and `diffsol`, in one run.
//!
//! ```text
//! cargo bench --bench solve
//! cargo bench --bench solve -- cart-crs liu
//! ```
//!
//! All solve the same compiled equations between the same borders (`tests/other.rs`) and give rows at the times of the
//! tables in `tests/reference/`: `ode_solvers` by its dopri5 behind `Method::OdeSolversDopri5`, `diffsol` by BDF with
//! dense LU. Each is timed at its own tolerance, the loosest of half decades at which it meets the error (the metric of
//! `tests/reference.rs`); its ratio is its time over ours, above 1 where we are faster. The times are the shortest of
//! rounds in which every solver has its turn: what else the machine does only adds. `-`: it gives up, or never meets the
//! error. `whole` is a run of the scenario at our tolerance, with compilation, doses, switches and rows.
//!
//! Only ratios within one run mean anything. `cargo test` does not run this.

#![allow(dead_code, missing_docs, reason = "the shared file serves the tests too; a bench has no public items")]

#[path = "../tests/other.rs"]
mod other;
#[path = "../tests/support.rs"]
mod support;

use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use cascade::integrate::Method;

use other::{Change, Problem, changes};
use support::{REFERENCES, Reference, Table, at, embedded, run, table, worst};

/// Errors at which solvers are compared.
const ERRORS: [f64; 2] = [1e-4, 1e-8];
/// Rounds of which the fastest counts.
const ROUNDS: usize = 40;
/// How long one solver's turn in a round is, about.
const TURN: Duration = Duration::from_millis(1);
/// Ours, `ode_solvers`, `diffsol`.
const SOLVERS: [Option<Method>; 3] = [Some(Method::Auto), Some(Method::OdeSolversDopri5), None];

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(());
    }
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let mut out = io::stdout();
    let columns = ["error", "rtol", "ours us", "ode_solvers", "diffsol", "whole us"];
    write!(out, "{:<24}", "run")?;
    columns.iter().try_for_each(|column| write!(out, "{column:>13}"))?;
    writeln!(out)?;
    // Without its care steps in a table, this one cannot be set up outside our controller.
    for reference in REFERENCES.iter().filter(|known| known.file != "cart-crs-dexamethasone") {
        if wanted.is_empty() || wanted.iter().any(|part| reference.file.contains(*part)) {
            for error in ERRORS {
                compare(reference, error, &mut out)?;
            }
        }
    }
    Ok(())
}

/// One line of the table.
fn compare(reference: &Reference, error: f64, out: &mut impl Write) -> io::Result<()> {
    let model = embedded(reference.model);
    let table = table(reference.file);
    let (problem, changes) = (Problem::new(&model, &reference.case), changes(reference.file));
    let tolerances = SOLVERS.map(|solver| tolerance(&problem, solver, &changes, &table, error));
    let scenario = tolerances[0].map(|rtol| at(reference.case.of(&model), &table.time).rtol(rtol).unwrap());
    let turn = |which: usize| match (SOLVERS.get(which), &scenario) {
        (Some(solver), _) => {
            let rtol = tolerances[which]?;
            black_box(problem.solve_by(*solver, &changes, &table.time, rtol));
            Some(())
        }
        (None, scenario) => {
            black_box(run(scenario.clone()?));
            Some(())
        }
    };
    let times = fastest(turn);
    let ours = times[0];
    let ratio = |time: Option<f64>| match (time, ours) {
        (Some(time), Some(ours)) => format!("{:.2}", time / ours),
        _ => "-".to_string(),
    };
    let microseconds = |time: Option<f64>| time.map_or("-".to_string(), |time| format!("{:.1}", 1e6 * time));
    let rtol = tolerances[0].map_or("-".to_string(), |rtol| format!("{rtol:.0e}"));
    let cells =
        [format!("{error:.0e}"), rtol, microseconds(ours), ratio(times[1]), ratio(times[2]), microseconds(times[3])];
    write!(out, "{:<24}", reference.file)?;
    cells.iter().try_for_each(|cell| write!(out, "{cell:>13}"))?;
    writeln!(out)
}

/// The loosest tolerance at which a solver meets an error.
fn tolerance(
    problem: &Problem,
    solver: Option<Method>,
    changes: &[(f64, Change)],
    table: &Table,
    error: f64,
) -> Option<f64> {
    let tolerances = (4..=24).map(|half| 10f64.powf(-0.5 * f64::from(half)));
    tolerances.into_iter().find(|rtol| {
        let rows = problem.solve_by(solver, changes, &table.time, *rtol);
        rows.is_some_and(|rows| worst(table, &rows, &[]).error <= error)
    })
}

/// Least seconds of each of four turns.
fn fastest(turn: impl Fn(usize) -> Option<()>) -> [Option<f64>; 4] {
    let once = |which: usize| {
        let begin = Instant::now();
        turn(which)?;
        Some(begin.elapsed())
    };
    let repetitions = [0, 1, 2, 3].map(|which| {
        let first = once(which)?.max(Duration::from_nanos(100));
        Some((TURN.as_nanos() / first.as_nanos()).clamp(1, 10_000) as u32)
    });
    let mut times: [Option<f64>; 4] = [None; 4];
    for _ in 0..ROUNDS {
        for (which, repetitions) in repetitions.iter().enumerate() {
            let Some(repetitions) = *repetitions else { continue };
            let begin = Instant::now();
            (0..repetitions).for_each(|_| {
                turn(which);
            });
            let time = begin.elapsed().as_secs_f64() / f64::from(repetitions);
            times[which] = Some(times[which].map_or(time, |least: f64| least.min(time)));
        }
    }
    times
}

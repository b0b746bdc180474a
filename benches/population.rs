//! Populations against other solvers and against ourselves, in one run; one thread unless it says otherwise.
//!
//! ```text
//! cargo bench --bench population
//! cargo bench --bench population -- qsp stein lanes threads
//! cargo bench --bench population -- work-precision
//! ```
//!
//! Patients are drawn from the variability of `benches/models/qsp.toml` and `stein.toml`. The peers get the equations
//! written by hand in Rust (`benches/peers.rs`), we run the text models as any user's. All give the states at 181 or 361
//! times. The error is max |y - ref| / (|ref| + 1e-3 max |ref|) over times, states and the first 20 patients; `ref` is
//! diffsol at rtol 1e-12 for `qsp`, the closed form for `stein`. Each solver runs at the loosest tolerance of the
//! quarter decades at which it meets the error that the line asks for. Times are the shortest of rounds in which all
//! have their turn. Only ratios within one run mean anything.
//!
//! `work-precision` runs all of them at each half decade of tolerance and writes error and time to
//! `plots/work-precision.csv` and `.png`; it runs only if it is named.

#![allow(missing_docs)]

#[path = "peers.rs"]
mod peers;
#[path = "precision.rs"]
mod precision;

use std::hint::black_box;
use std::time::Instant;

use cascade::diagnostic::Source;
use cascade::integrate::{Piece, SideBySide, Sink};
use cascade::model::Model;
use cascade::numeric::{InstructionSet, Lanes};
use cascade::population::{Draw, Individual, Means, Patients, Population, Sampling};
use cascade::simulate::{Controller, Crew, Departure, Grid, Prepared, Scenario, Watcher};

/// Rounds of which the fastest counts.
const ROUNDS: usize = 7;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let names: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let wants = |name: &str| names.is_empty() || names.iter().any(|wanted| *wanted == name);
    if wants("qsp") {
        against_peers(7.5e-5, "diffsol");
        against_peers(4e-6, "ode_solvers");
    }
    if wants("stein") {
        stein();
    }
    if wants("lanes") {
        lanes();
    }
    if wants("threads") {
        threads();
    }
    if names.iter().any(|name| *name == "work-precision") {
        precision::write();
    }
}

/// A benchmark model with patients.
struct Work {
    model: Model,
    patients: Vec<Individual>,
}

impl Work {
    fn new(name: &str, count: u64) -> Self {
        let path = format!("{}/benches/models/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("the models stand beside the bench");
        let (model, _) = Model::parse(&Source::new(name, text)).expect("it checks");
        let scenario = Scenario::new(&model).expect("it has no sets");
        let draw = Draw::new(&model, &scenario.values, 1, Sampling::Random).expect("it varies");
        let patients = (0..count).map(|n| draw.patient(n)).collect();
        Self { model, patients }
    }

    fn scenario(&self, rtol: f64, points: usize) -> Scenario<'_> {
        Scenario::new(&self.model)
            .and_then(|scenario| scenario.rtol(rtol))
            .expect("in range")
            .grid(Grid::Points(points))
    }

    /// A patient's parameters in the order of `names`.
    fn parameters<const K: usize>(&self, patient: usize, names: [&str; K]) -> [f64; K] {
        names.map(|name| {
            let at = self.model.parameters.iter().position(|item| item.name.text == name).expect("it has it");
            self.patients[patient].parameters[at]
        })
    }
}

/// Keeps the states at the output times: of the first patients for the error, of the others for the cost.
struct Rows<'a> {
    grid: &'a [f64],
    keep: usize,
    next: Vec<usize>,
    patient: Vec<usize>,
    y: Vec<f64>,
    kept: Vec<Vec<f64>>,
    failed: usize,
}

impl<'a> Rows<'a> {
    fn new(grid: &'a [f64], keep: usize, lanes: usize, states: usize) -> Self {
        let (next, patient) = (vec![0; lanes], vec![0; lanes]);
        Self { grid, keep, next, patient, y: vec![0.0; states], kept: vec![Vec::new(); keep + lanes], failed: 0 }
    }

    fn row(&mut self, lane: usize) {
        let place = self.place(lane);
        self.kept[place].extend_from_slice(&self.y);
        self.next[lane] += 1;
    }

    /// Where the rows of a lane's patient go: those that are not kept write over each other.
    fn place(&self, lane: usize) -> usize {
        if self.patient[lane] < self.keep { self.patient[lane] } else { self.keep + lane }
    }
}

impl<const N: usize> Sink<Lanes<N>> for Rows<'_> {
    fn piece(&mut self, lane: usize, piece: &Piece<'_, Lanes<N>>) {
        let times = &self.grid[self.next[lane]..];
        let times = &times[..times.partition_point(|time| *time <= piece.to)];
        let place = self.place(lane);
        let kept = &mut self.kept[place];
        let filled = kept.len();
        kept.resize(filled + times.len() * self.y.len(), 0.0);
        piece.rows(times, &mut kept[filled..]);
        self.next[lane] += times.len();
    }

    fn pieces(&mut self, pieces: &SideBySide<'_, Lanes<N>>) {
        pieces.iter().for_each(|(lane, piece)| self.piece(lane, &piece));
    }
}

impl<const N: usize> Watcher<N> for Rows<'_> {
    fn begin(&mut self, lane: usize, patient: u64, _: f64, _: &Controller<'_>, y: &[f64]) {
        (self.patient[lane], self.next[lane]) = (patient as usize, 0);
        if self.patient[lane] >= self.keep {
            self.kept[self.keep + lane].clear();
        }
        self.y.copy_from_slice(y);
        self.row(lane);
    }

    fn changed(&mut self, _: usize, _: f64, _: &[f64], _: &[f64], _: &Controller<'_>) {}

    fn finish(&mut self, _: usize, end: Departure<'_>) {
        self.failed += usize::from(end.stopped.is_some());
    }
}

/// Runs the first `count` patients; gives seconds, the kept rows in the units of the model, and how many failed.
fn ours<const N: usize>(
    prepared: &Prepared<'_>,
    patients: &[Individual],
    instructions: InstructionSet,
) -> (f64, Vec<Vec<f64>>, usize) {
    let mut options = prepared.options.clone();
    options.instructions = instructions;
    let model = prepared.model();
    let mut rows = Rows::new(&prepared.grid, 20.min(patients.len()), N, model.states.len());
    let begin = Instant::now();
    let mut crew = Crew::<N>::new(&prepared.plan, options);
    let mut next = patients.iter().enumerate();
    crew.run(
        || {
            let (number, patient) = next.next()?;
            Some((number as u64, prepared.controller(&patient.parameters, &patient.covariates)))
        },
        &mut rows,
    );
    let seconds = begin.elapsed().as_secs_f64();
    let (failed, mut kept) = (rows.failed, rows.kept);
    kept.truncate(20.min(patients.len()));
    for row in &mut kept {
        for (at, value) in row.iter_mut().enumerate() {
            let state = &model.states[at % model.states.len()];
            *value = model.scales.from_canonical(&state.unit, *value);
        }
    }
    (seconds, kept, failed)
}

/// The largest error over patients, states and times.
fn error(states: usize, found: &[Vec<f64>], expected: &[Vec<f64>]) -> f64 {
    let mut worst: f64 = 0.0;
    for (found, expected) in found.iter().zip(expected) {
        if found.len() != expected.len() {
            return f64::INFINITY;
        }
        for state in 0..states {
            let column = |of: &'_ [f64]| of.iter().skip(state).step_by(states).copied().collect::<Vec<f64>>();
            let (found, expected) = (column(found), column(expected));
            let largest = expected.iter().fold(0.0, |most: f64, value| most.max(value.abs()));
            for (y, reference) in found.iter().zip(&expected) {
                let scale = reference.abs() + 1e-3 * largest;
                if scale > 0.0 {
                    worst = worst.max((y - reference).abs() / scale);
                }
            }
        }
    }
    worst
}

/// Tolerances tried, from loose to tight.
fn tolerances() -> impl Iterator<Item = f64> {
    (8..=44).map(|quarter| 10f64.powf(-0.25 * f64::from(quarter)))
}

fn against_peers(wanted: f64, peer: &str) {
    let work = Work::new("qsp", 2000);
    let times: Vec<f64> = (0..181).map(|n| 0.5 * f64::from(n)).collect();
    let parameters: Vec<[f64; 49]> = (0..200).map(|n| work.parameters(n, peers::QSP)).collect();
    let tolerance = |state: usize| work.model.states[state].tolerance;
    let atol = |rtol: f64| (0..peers::SIZE).map(|state| rtol * tolerance(state)).collect::<Vec<f64>>();
    // `ode_solvers` has one absolute tolerance for all states: a thousandth of the relative one, as its users set it.
    let mut rows = Vec::new();
    let mut by_peer = |p: &[f64; 49], rtol: f64, name: &str| -> Option<Vec<f64>> {
        match name {
            "diffsol" => peers::diffsol(p, &times, rtol, &atol(rtol), &mut rows)?,
            _ => peers::ode_solvers(p, &times, rtol, 1e-2 * rtol, &mut rows)?,
        }
        Some(rows.iter().flatten().copied().collect())
    };
    let reference: Vec<Vec<f64>> =
        parameters[..20].iter().map(|p| by_peer(p, 1e-12, "diffsol").expect("it solves")).collect();
    let rtol_here = tolerances()
        .find(|rtol| {
            let scenario = work.scenario(*rtol, 181);
            let prepared = Prepared::new(&scenario).expect("it is ready");
            error(12, &ours::<16>(&prepared, &work.patients[..20], InstructionSet::best()).1, &reference) <= wanted
        })
        .expect("we meet it");
    let rtol_there = tolerances()
        .find(|rtol| {
            let all: Option<Vec<Vec<f64>>> = parameters[..20].iter().map(|p| by_peer(p, *rtol, peer)).collect();
            all.is_some_and(|all| error(12, &all, &reference) <= wanted)
        })
        .expect("it meets it");
    let scenario = work.scenario(rtol_here, 181);
    let prepared = Prepared::new(&scenario).expect("it is ready");
    let (mut here, mut there) = (f64::INFINITY, f64::INFINITY);
    let mut failed = 0;
    for _ in 0..ROUNDS {
        let (seconds, _, stopped) = ours::<16>(&prepared, &work.patients, InstructionSet::best());
        here = here.min(seconds / work.patients.len() as f64);
        failed = stopped;
        let begin = Instant::now();
        for p in &parameters {
            black_box(by_peer(p, rtol_there, peer));
        }
        there = there.min(begin.elapsed().as_secs_f64() / parameters.len() as f64);
    }
    print_line(
        &format!("qsp, error {wanted:.1e}, {peer}"),
        there / here,
        &format!(
            "ours {:.1} us at rtol {rtol_here:.1e}, {peer} {:.1} us at rtol {rtol_there:.1e}; {failed} failed",
            1e6 * here,
            1e6 * there
        ),
    );
}

fn stein() {
    let work = Work::new("stein", 10_000);
    let times: Vec<f64> = (0..361).map(f64::from).collect();
    let parameters: Vec<[f64; 10]> = (0..work.patients.len()).map(|n| work.parameters(n, peers::STEIN)).collect();
    let reference: Vec<Vec<f64>> =
        parameters[..20].iter().map(|p| times.iter().flat_map(|time| peers::stein(p, *time)).collect()).collect();
    let wanted = 1e-5;
    let mut rows = Vec::new();
    let rtol_here = tolerances()
        .find(|rtol| {
            let scenario = work.scenario(*rtol, 361);
            let prepared = Prepared::new(&scenario).expect("it is ready");
            error(2, &ours::<16>(&prepared, &work.patients[..20], InstructionSet::best()).1, &reference) <= wanted
        })
        .expect("we meet it");
    let rtol_there = tolerances()
        .find(|rtol| {
            let all: Option<Vec<Vec<f64>>> = parameters[..20]
                .iter()
                .map(|p| {
                    peers::ode_solvers_stein(p, &times, *rtol, 1e-2 * rtol, &mut rows)?;
                    Some(rows.iter().flatten().copied().collect())
                })
                .collect();
            all.is_some_and(|all| error(2, &all, &reference) <= wanted)
        })
        .expect("it meets it");
    let scenario = work.scenario(rtol_here, 361);
    let prepared = Prepared::new(&scenario).expect("it is ready");
    let (mut here, mut there) = (f64::INFINITY, f64::INFINITY);
    let mut failed = 0;
    for _ in 0..ROUNDS {
        let (seconds, _, stopped) = ours::<16>(&prepared, &work.patients, InstructionSet::best());
        (here, failed) = (here.min(seconds / work.patients.len() as f64), stopped);
        let begin = Instant::now();
        for p in &parameters[..1000] {
            black_box(peers::ode_solvers_stein(p, &times, rtol_there, 1e-2 * rtol_there, &mut rows));
        }
        there = there.min(begin.elapsed().as_secs_f64() / 1000.0);
    }
    print_line(
        "stein, error 1.0e-5, ode_solvers",
        there / here,
        &format!(
            "ours {:.2} us at rtol {rtol_here:.1e}, ode_solvers {:.2} us at rtol {rtol_there:.1e}; {failed} of {} failed",
            1e6 * here,
            1e6 * there,
            work.patients.len()
        ),
    );
}

/// Widths and instruction sets against one lane.
fn lanes() {
    let work = Work::new("qsp", 640);
    let scenario = work.scenario(1e-5, 181);
    let prepared = Prepared::new(&scenario).expect("it is ready");
    let mut table: Vec<(String, f64)> = Vec::new();
    for round in 0..ROUNDS {
        let mut place = 0;
        for set in InstructionSet::available() {
            let one = |width: usize| match width {
                1 => ours::<1>(&prepared, &work.patients[..160], set).0 / 160.0,
                4 => ours::<4>(&prepared, &work.patients, set).0 / 640.0,
                8 => ours::<8>(&prepared, &work.patients, set).0 / 640.0,
                _ => ours::<16>(&prepared, &work.patients, set).0 / 640.0,
            };
            for width in [1, 4, 8, 16] {
                let seconds = one(width);
                if round == 0 {
                    table.push((format!("{} lanes, {}", width, set.name()), seconds));
                } else {
                    table[place].1 = table[place].1.min(seconds);
                }
                place += 1;
            }
        }
    }
    let best_single = table.iter().filter(|row| row.0.starts_with("1 ")).map(|row| row.1).fold(f64::INFINITY, f64::min);
    for (name, seconds) in &table {
        print_line(&format!("qsp, {name}"), best_single / seconds, &format!("{:.1} us", 1e6 * seconds));
    }
}

/// End points of a population on one thread and on two.
fn threads() {
    let work = Work::new("qsp", 1);
    let scenario = work.scenario(1e-5, 181);
    let prepared = Prepared::new(&scenario).expect("it is ready");
    let population = Population::new(&prepared, Vec::new(), false);
    let count = 8192;
    let mut seconds = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        for (at, threads) in [1, 2].into_iter().enumerate() {
            let draw = Draw::new(&work.model, &scenario.values, 1, Sampling::Random).expect("it varies");
            let means = Means { threads, ..Means::default() };
            let begin = Instant::now();
            let done = population.run(Patients::Drawn(draw), 0..count, means, |block| {
                black_box(block);
                true
            });
            assert_eq!(done.ok(), Some(count));
            seconds[at] = seconds[at].min(begin.elapsed().as_secs_f64());
        }
    }
    let [one, two] = seconds.map(|seconds| 1e6 * seconds / count as f64);
    print_line(
        "qsp to end points, 2 threads against 1",
        one / two,
        &format!("{one:.1} us against {two:.1} us a patient"),
    );
}

fn print_line(what: &str, ratio: f64, detail: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{what:<44} {ratio:>7.2}x   {detail}");
}

//! Error against time a patient over a sweep of tolerances: a table and a figure.

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

use cascade::numeric::InstructionSet;
use cascade::plot::{Axis, Figure, Observation, Observed, Panel, Series, Size, Theme, render};
use cascade::simulate::Prepared;

use super::{Work, error, ours, peers};

/// Rounds of which the fastest counts.
const ROUNDS: usize = 3;
/// Patients of a peer that are timed.
const TIMED: usize = 50;

/// A solver of a problem: its name, and error and microseconds a patient at each tolerance.
struct Curve {
    problem: &'static str,
    solver: &'static str,
    /// Relative tolerance, error, microseconds.
    points: Vec<[f64; 3]>,
}

/// Rows of a patient at a relative tolerance, by a peer; none where it gives up.
type Peer<'a> = &'a mut dyn FnMut(usize, f64) -> Option<Vec<f64>>;

/// Measures, then writes `plots/work-precision.csv` and `.png`.
pub(crate) fn write() {
    let curves: Vec<Curve> = qsp().into_iter().chain(stein()).collect();
    let mut table = String::from("problem,solver,rtol,error,microseconds\n");
    for Curve { problem, solver, points } in &curves {
        for [rtol, error, microseconds] in points {
            let _ = writeln!(table, "{problem},{solver},{rtol:.3e},{error:.4e},{microseconds:.4}");
        }
    }
    let folder = format!("{}/plots", env!("CARGO_MANIFEST_DIR"));
    let png = render::png(&figure(&curves), Size::default(), Theme::Light).expect("it can be drawn");
    std::fs::write(format!("{folder}/work-precision.csv"), table).expect("the folder is there");
    std::fs::write(format!("{folder}/work-precision.png"), png).expect("the folder is there");
}

/// Half decades from loose to tight.
fn tolerances() -> impl Iterator<Item = f64> {
    (4..=20).map(|half| 10f64.powf(-0.5 * f64::from(half)))
}

fn qsp() -> Vec<Curve> {
    let work = Work::new("qsp", 640);
    let times: Vec<f64> = (0..181).map(|n| 0.5 * f64::from(n)).collect();
    let parameters: Vec<[f64; 49]> = (0..TIMED).map(|n| work.parameters(n, peers::QSP)).collect();
    let atol = |rtol: f64| work.model.states.iter().map(|state| rtol * state.tolerance).collect::<Vec<f64>>();
    let (mut rows, mut others) = (Vec::new(), Vec::new());
    let mut diffsol = |patient: usize, rtol: f64| {
        peers::diffsol(&parameters[patient], &times, rtol, &atol(rtol), &mut rows)?;
        Some(rows.iter().flatten().copied().collect())
    };
    let mut ode_solvers = |patient: usize, rtol: f64| {
        peers::ode_solvers(&parameters[patient], &times, rtol, 1e-2 * rtol, &mut others)?;
        Some(others.iter().flatten().copied().collect())
    };
    let reference: Vec<Vec<f64>> = (0..20).map(|patient| diffsol(patient, 1e-12).expect("it solves")).collect();
    vec![
        by_us("qsp", &work, 181, &reference),
        by_peer("qsp", "diffsol", 12, &reference, &mut diffsol),
        by_peer("qsp", "ode_solvers", 12, &reference, &mut ode_solvers),
    ]
}

fn stein() -> Vec<Curve> {
    let work = Work::new("stein", 4000);
    let times: Vec<f64> = (0..361).map(f64::from).collect();
    let parameters: Vec<[f64; 10]> = (0..TIMED).map(|n| work.parameters(n, peers::STEIN)).collect();
    let closed = |p: &[f64; 10]| times.iter().flat_map(|time| peers::stein(p, *time)).collect();
    let reference: Vec<Vec<f64>> = parameters[..20].iter().map(closed).collect();
    let mut rows = Vec::new();
    let mut ode_solvers = |patient: usize, rtol: f64| {
        peers::ode_solvers_stein(&parameters[patient], &times, rtol, 1e-2 * rtol, &mut rows)?;
        Some(rows.iter().flatten().copied().collect())
    };
    vec![by_us("stein", &work, 361, &reference), by_peer("stein", "ode_solvers", 2, &reference, &mut ode_solvers)]
}

fn by_us(problem: &'static str, work: &Work, points: usize, reference: &[Vec<f64>]) -> Curve {
    let best = InstructionSet::best();
    let measured = tolerances().filter_map(|rtol| {
        let scenario = work.scenario(rtol, points);
        let prepared = Prepared::new(&scenario).expect("it is ready");
        let found = ours::<16>(&prepared, &work.patients[..20], best);
        let error = error(work.model.states.len(), &found.1, reference);
        let mut seconds = f64::INFINITY;
        for _ in 0..ROUNDS {
            let round = ours::<16>(&prepared, &work.patients, best);
            seconds = seconds.min(round.0 / work.patients.len() as f64);
        }
        point(problem, "cascade", [rtol, error, 1e6 * seconds])
    });
    Curve { problem, solver: "cascade", points: measured.collect() }
}

fn by_peer(
    problem: &'static str,
    solver: &'static str,
    states: usize,
    reference: &[Vec<f64>],
    solve: Peer<'_>,
) -> Curve {
    let measured = tolerances().filter_map(|rtol| {
        let found: Vec<Vec<f64>> = (0..reference.len()).map(|patient| solve(patient, rtol)).collect::<Option<_>>()?;
        let error = error(states, &found, reference);
        let mut seconds = f64::INFINITY;
        for _ in 0..ROUNDS {
            let begin = Instant::now();
            (0..TIMED).for_each(|patient| drop(black_box(solve(patient, rtol))));
            seconds = seconds.min(begin.elapsed().as_secs_f64() / TIMED as f64);
        }
        point(problem, solver, [rtol, error, 1e6 * seconds])
    });
    Curve { problem, solver, points: measured.collect() }
}

/// A point, if there is an error to show; it is told as it comes.
fn point(problem: &str, solver: &str, point: [f64; 3]) -> Option<[f64; 3]> {
    let [rtol, error, microseconds] = point;
    let _ = writeln!(
        std::io::stdout(),
        "{problem:<6} {solver:<12} rtol {rtol:.1e}   error {error:.1e}   {microseconds:>10.2} us"
    );
    (error.is_finite() && error > 0.0).then_some(point)
}

fn figure(curves: &[Curve]) -> Figure {
    const STYLES: [&str; 3] = ["cascade", "diffsol", "ode_solvers"];
    let style = |solver: &str| STYLES.iter().position(|known| *known == solver).unwrap_or_default();
    let panel = |problem: &str, title: &str| {
        let mut panel = Panel { title: Some(title.into()), ..Panel::new(Axis::log("Time a patient", "us")) };
        for curve in curves.iter().filter(|curve| curve.problem == problem) {
            let points: Vec<(f64, f64)> = curve.points.iter().map(|point| (point[1], point[2])).collect();
            let marks = points.iter().map(|&(x, y)| Observation { x, y, below_limit: false }).collect();
            let style = style(curve.solver);
            panel.observed.push(Observed { label: String::new(), points: marks, style: Some(style) });
            panel.series.push(Series::new(curve.solver, points).style(style));
        }
        panel
    };
    Figure {
        title: "Error against time".into(),
        subtitle: "One thread, 16 patients side by side; a point for each half decade of the tolerance".into(),
        footer: format!("cascade {}; times differ from machine to machine", env!("CARGO_PKG_VERSION")),
        horizontal: Axis {
            from: Some(1e-15),
            to: Some(1e2),
            ..Axis::log("Largest relative error of 20 patients", "1")
        },
        panels: vec![panel("qsp", "qsp: 12 states, stiff"), panel("stein", "stein: 2 states, not stiff")],
        ..Figure::default()
    }
}

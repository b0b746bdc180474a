//! What several tests share: short ways to models and runs, reference tables, the error metric.

use std::fmt;

use cascade::crs::{Scale, Settings};
use cascade::diagnostic::Source;
use cascade::integrate::Method;
use cascade::model::{Model, Override};
use cascade::outcome::Exposure;
use cascade::simulate::{EventKind, Grid, Run, Scenario};
use cascade::trajectory::Trajectory;

/// A model of the library.
pub fn embedded(name: &str) -> Model {
    Model::embedded(name).unwrap()
}

/// A model written in a test; it must have no mistake.
pub fn model(text: &str) -> Model {
    match Model::parse(&Source::new("test.toml", text)) {
        Ok((model, _)) => model,
        Err(problems) => panic!("{problems}"),
    }
}

/// The head of a model file, and its parts.
pub fn written(until: &str, parts: &str) -> Model {
    model(&format!(
        "format = \"cascade-model/1\"\nname = \"test\"\ntitle = \"A model of a test\"\ntime = \"d\"\n\
         maturity = \"illustrative\"\n[simulation]\nuntil = \"{until}\"\n{parts}"
    ))
}

/// What to run: a model with its set, overrides, doses.
#[derive(Debug, Clone, Copy, Default)]
pub struct Case<'a> {
    /// Parameter set, the default one if empty.
    pub set: &'a str,
    /// `NAME=VALUE`.
    pub overrides: &'a [&'a str],
    /// Doses, as for `--dose`; empty leaves the default.
    pub doses: &'a str,
}

impl Case<'_> {
    /// Its scenario.
    pub fn of<'m>(&self, model: &'m Model) -> Scenario<'m> {
        let name = if self.set.is_empty() { model.defaults.parameters.as_deref() } else { Some(self.set) };
        let set = name.map(|name| model.set(name).unwrap());
        let overrides: Vec<Override> = self.overrides.iter().map(|text| text.parse().unwrap()).collect();
        let scenario = Scenario::with_set(model, set.as_ref(), &overrides).unwrap();
        if self.doses.is_empty() { scenario } else { scenario.regimen(self.doses.parse().unwrap()) }
    }
}

/// Runs what must not fail.
pub fn run(scenario: Scenario) -> Run {
    scenario.simulate().unwrap_or_else(|failed| panic!("{}", failed.problems))
}

/// Rows at these times, in the unit of the model.
pub fn at<'m>(scenario: Scenario<'m>, times: &[f64]) -> Scenario<'m> {
    scenario.grid(Grid::At(times.to_vec()))
}

/// Graded by ASTCT 2019 with default options.
pub fn graded(scenario: Scenario) -> Scenario {
    scenario.grading(Scale::astct_2019(), Settings::default())
}

/// The values of a column.
pub fn series(trajectory: &Trajectory, name: &str) -> Vec<f64> {
    trajectory.series(trajectory.column(name).unwrap_or_else(|| panic!("no column {name}"))).collect()
}

/// Exposure to an output.
pub fn exposure(run: &Run, output: &str) -> Exposure {
    run.exposure.iter().find(|row| row.output == output).unwrap_or_else(|| panic!("no output {output}")).exposure
}

/// When a switch turned: its times on (`true`) and off.
pub fn turns(model: &Model, run: &Run, switch: &str) -> Vec<(f64, bool)> {
    let at = model.switches.iter().position(|known| known.name.text == switch).unwrap();
    let turn = |kind| match kind {
        EventKind::On(which) if which == at => Some(true),
        EventKind::Off(which) if which == at => Some(false),
        _ => None,
    };
    run.events.iter().filter_map(|event| Some((event.time, turn(event.kind)?))).collect()
}

/// Bits of all values, to compare runs exactly.
pub fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Whether two numbers agree within a relative tolerance; the message has both.
#[track_caller]
pub fn near(what: &str, found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs() / expected.abs();
    assert!(error <= tolerance, "{what}: {found} instead of {expected}, off by {error:.2e} > {tolerance:.0e}");
}

/// All methods.
pub const METHODS: [Method; 4] = Method::ALL;

/// A reference table: file, model, how to run it.
#[derive(Debug)]
pub struct Reference {
    /// Name of the table.
    pub file: &'static str,
    /// Name of the model.
    pub model: &'static str,
    /// How it is run.
    pub case: Case<'static>,
}

impl Reference {
    const fn new(file: &'static str, model: &'static str, set: &'static str, doses: &'static str) -> Self {
        Self { file, model, case: Case { set, overrides: &[], doses } }
    }
}

/// The tables of states of `tests/reference/`.
pub const REFERENCES: [Reference; 16] = [
    Reference::new("stein-2019", "stein-2019", "", ""),
    Reference::new("stein-2019-comedication", "stein-2019", "", COMEDICATION),
    Reference::new("hardiansyah-2019-upn1", "hardiansyah-2019", "upn1", ""),
    Reference::new("hardiansyah-2019-upn3", "hardiansyah-2019", "upn3", ""),
    Reference::new("cart-crs", "cart-crs", "", ""),
    Reference::new("cart-crs-tocilizumab", "cart-crs", "", TOCILIZUMAB),
    Reference::new("cart-crs-dexamethasone", "cart-crs", "high", DEXAMETHASONE),
    Reference::new("liu-2022-cr-1", "liu-2022", "cr-1", ""),
    Reference::new("liu-2022-cr-2", "liu-2022", "cr-2", ""),
    Reference::new("liu-2022-negr", "liu-2022", "negr", ""),
    Reference::new("kimmel-2021", "kimmel-2021", "", ""),
    Reference::new("dobreva-2021-janum", "dobreva-2021", "janum", ""),
    Reference::new("dobreva-2021-copeland", "dobreva-2021", "copeland", ""),
    Reference::new("chen-2019", "chen-2019", "", ""),
    Reference::new("tocilizumab-moes-2022", "tocilizumab-moes-2022", "", ""),
    Reference::new("tocilizumab-frey-2010", "tocilizumab-frey-2010", "", ""),
];

/// The co-medication of the reference runs.
pub const COMEDICATION: &str = "tocilizumab at 5.7 d; corticosteroid at 7.5 d";

/// The tocilizumab of the reference runs.
pub const TOCILIZUMAB: &str = "tocilizumab 800 mg over 1 h at 3 d";

/// The dexamethasone of the reference runs.
pub const DEXAMETHASONE: &str = "dexamethasone 10 mg at 2.5 d every 6 h x 12";

/// A reference solution: rows of states in declared units.
#[derive(Debug, Clone)]
pub struct Table {
    /// Names of the columns besides time.
    pub columns: Vec<String>,
    /// Times in d.
    pub time: Vec<f64>,
    /// One row a time.
    pub rows: Vec<Vec<f64>>,
}

/// A reference solution from `tests/reference/`.
pub fn table(name: &str) -> Table {
    let lines = records(name);
    let number = |text: &String| text.parse::<f64>().unwrap();
    Table {
        columns: lines[0][1..].to_vec(),
        time: lines[1..].iter().map(|line| number(&line[0])).collect(),
        rows: lines[1..].iter().map(|line| line[1..].iter().map(number).collect()).collect(),
    }
}

/// The cells of a file of `tests/reference/`, head included.
pub fn records(name: &str) -> Vec<Vec<String>> {
    let path = format!("{}/tests/reference/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    text.lines().map(|line| line.split(',').map(str::to_string).collect()).collect()
}

/// The largest error of a solution, and where it is.
#[derive(Debug, Clone, Default)]
pub struct Worst {
    /// max |y - ref| / (|ref| + 1e-3 max_t |ref|) over columns and times.
    pub error: f64,
    column: String,
    time: f64,
    found: f64,
    expected: f64,
}

impl fmt::Display for Worst {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { error, column, time, found, expected } = self;
        write!(f, "{error:.2e} ({column} at {time} d is {found}, not {expected})")
    }
}

/// Compares rows with a reference at its times; `ignored` columns do not count. A value that is no number is infinitely wrong.
pub fn worst(table: &Table, rows: &[Vec<f64>], ignored: &[&str]) -> Worst {
    let mut worst = Worst::default();
    for (at, column) in table.columns.iter().enumerate().filter(|(_, column)| !ignored.contains(&column.as_str())) {
        let largest = table.rows[..rows.len()].iter().map(|row| row[at].abs()).fold(0.0, f64::max);
        for ((time, found), expected) in table.time.iter().zip(rows).zip(&table.rows) {
            let (found, expected) = (found[at], expected[at]);
            let error = (found - expected).abs() / (expected.abs() + 1e-3 * largest);
            let error = if found == expected {
                0.0
            } else if error.is_nan() {
                f64::INFINITY
            } else {
                error
            };
            if error > worst.error {
                worst = Worst { error, column: column.clone(), time: *time, found, expected };
            }
        }
    }
    worst
}

/// The columns of a reference in a trajectory, row by row.
pub fn rows_of(trajectory: &Trajectory, table: &Table) -> Vec<Vec<f64>> {
    let places: Vec<usize> = table.columns.iter().map(|name| trajectory.column(name).unwrap()).collect();
    (0..trajectory.rows()).map(|row| places.iter().map(|&at| trajectory.row(row)[at]).collect()).collect()
}

//! One JSON line a job, to put this crate beside other tools on the same patients and the same machine.
//!
//! ```text
//! cargo run --release --example peer_bench -- qsp_sim patients.csv 1e-6 states.f64
//! cargo run --release --example peer_bench -- stein_sim patients.csv 1e-6
//! cargo run --release --example peer_bench -- sens patients.csv 1e-6
//! cargo run --release --example peer_bench -- fit12 patients.csv 1e-6
//! ```
//!
//! The patients are rows of a CSV whose header names parameters of `benches/models/qsp.toml` or `stein.toml`; numbers are in
//! the units of those files. The last argument is where the states of the first 20 patients at the output times (181 or
//! 361) go, as little-endian f64: patient, time, state. `sens` takes value and ten sensitivities of the first patient.
//! `fit12` simulates six outputs of each patient at twenty times with a residual error of 10 % and fits twelve parameters to
//! them from the typical values; it adds the median of the wall times and of the evaluations with derivatives.
//! One thread; reading and compiling the model is not timed.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use cascade::diagnostic::{Problems, Source};
use cascade::fit::{FitSettings, Method, Population, Specification};
use cascade::integrate::{Piece, Sink, Stop};
use cascade::model::Model;
use cascade::numeric::Lanes;
use cascade::observation::read_data;
use cascade::random::{Purpose, Stream};
use cascade::simulate::{Controller, Crew, Departure, Grid, Prepared, Scenario, Watcher, sensitivities};
use cascade::trajectory::Sidecar;

/// Patients side by side.
const LANES: usize = 16;
/// Patients whose states are kept.
const KEPT: usize = 20;
/// What is measured in `fit12`, and what is fitted besides the parameters of the sensitivities.
const OBSERVED: [&str; 6] = ["CE", "TU", "BC", "L6", "GI", "CRP"];
const MORE: [&str; 2] = ["kact", "k10a"];
/// Parameters of the sensitivities.
const TEN: [&str; 10] = ["rhoe", "dce", "kkill", "tu0", "k6a", "kge", "bc0", "kem", "clt", "gtu"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [job, patients, rest @ ..] = &arguments[..] else {
        return Err("give a job (qsp_sim, stein_sim, sens, fit12) and a CSV of patients".into());
    };
    let (name, points) = match job.as_str() {
        "qsp_sim" | "sens" | "fit12" => ("qsp", 181),
        "stein_sim" => ("stein", 361),
        _ => return Err(format!("unknown job `{job}`: qsp_sim, stein_sim, sens or fit12").into()),
    };
    let rtol: f64 = rest.first().map_or(Ok(1e-6), |text| text.parse())?;
    let path = format!("{}/benches/models/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let mut text = std::fs::read_to_string(&path)?;
    if job == "fit12" {
        for output in OBSERVED {
            let error =
                "error = { model = \"proportional\", sd = 0.1, assumption = \"A1: made up for the benchmark\" }";
            text = text.replace(&format!("[outputs.{output}]\n"), &format!("[outputs.{output}]\n{error}\n"));
        }
    }
    let model = Model::parse(&Source::new(path.as_str(), text))?.0;
    let mut scenario = Scenario::new(&model)?.rtol(rtol)?.grid(Grid::Points(points));
    let rows = rows(&model, &scenario.values.parameters, patients)?;
    if job == "fit12" {
        return fit12(&scenario, &rows, rtol);
    }
    let (wall, cpu) = (Instant::now(), cpu_seconds());
    let mut kept = Vec::new();
    let mut count = rows.len();
    if job == "sens" {
        scenario.values.parameters.clone_from(rows.first().ok_or("no patients")?);
        let found = sensitivities(&scenario, &TEN).map_err(|failed| failed.problems)?;
        count = found.varied.len();
    } else {
        kept = simulate(&Prepared::new(&scenario)?, &rows);
    }
    let (wall, cpu) = (wall.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let mut out = std::io::stdout();
    writeln!(
        out,
        "{{\"tool\":\"cascade\",\"job\":\"{job}\",\"n\":{count},\"threads\":1,\"rtol\":{rtol:e},\"wall\":{wall},\"cpu\":{cpu}}}"
    )?;
    if let Some(path) = rest.get(1) {
        std::fs::write(path, kept.iter().flat_map(|value: &f64| value.to_le_bytes()).collect::<Vec<u8>>())?;
    }
    Ok(())
}

/// Each patient's parameters, those without a column as in the model.
fn rows(model: &Model, base: &[f64], path: &str) -> Result<Vec<Vec<f64>>, Box<dyn Error>> {
    let mut table = csv::Reader::from_path(path)?;
    let mut places = Vec::new();
    for name in table.headers()? {
        let place = model.parameters.iter().position(|parameter| parameter.name.text == name);
        places.push(place.ok_or_else(|| format!("{path}: no parameter `{name}` in {}", model.name))?);
    }
    let mut rows = Vec::new();
    for (at, record) in table.records().enumerate() {
        let mut row = base.to_vec();
        for (cell, &place) in record?.iter().zip(&places) {
            row[place] = cell.trim().parse().map_err(|_| format!("{path}:{}: `{cell}` is not a number", at + 2))?;
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Runs all patients; gives the states of the first ones at the output times, in the units of the model.
fn simulate(prepared: &Prepared<'_>, rows: &[Vec<f64>]) -> Vec<f64> {
    let model = prepared.model();
    let states = model.states.len();
    let mut notes = Notes {
        prepared,
        next: [0; LANES],
        patient: [0; LANES],
        y: vec![0.0; states],
        kept: vec![Vec::new(); rows.len().min(KEPT)],
        others: vec![0.0; states],
    };
    let mut next = rows.iter().enumerate();
    Crew::<LANES>::new(&prepared.plan, prepared.options.clone())
        .run(|| next.next().map(|(number, row)| (number as u64, prepared.controller(row, &[]))), &mut notes);
    let mut kept: Vec<f64> = notes.kept.concat();
    for (at, value) in kept.iter_mut().enumerate() {
        *value = model.scales.from_canonical(&model.states[at % states].unit, *value);
    }
    kept
}

/// States at the output times, of all patients; those of the first are kept.
struct Notes<'a> {
    prepared: &'a Prepared<'a>,
    next: [usize; LANES],
    patient: [usize; LANES],
    y: Vec<f64>,
    kept: Vec<Vec<f64>>,
    others: Vec<f64>,
}

impl Notes<'_> {
    fn row(&mut self, lane: usize) {
        match self.kept.get_mut(self.patient[lane]) {
            Some(kept) => kept.extend_from_slice(&self.y),
            None => self.others.copy_from_slice(&self.y),
        }
        self.next[lane] += 1;
    }
}

impl Sink<Lanes<LANES>> for Notes<'_> {
    fn piece(&mut self, lane: usize, piece: &Piece<'_, Lanes<LANES>>) {
        while let Some(&time) = self.prepared.grid.get(self.next[lane]).filter(|time| **time <= piece.to) {
            piece.eval(time, &mut self.y);
            self.row(lane);
        }
    }
}

impl Watcher<LANES> for Notes<'_> {
    fn begin(&mut self, lane: usize, patient: u64, _: f64, _: &Controller<'_>, y: &[f64]) {
        (self.patient[lane], self.next[lane]) = (patient as usize, 0);
        self.y.copy_from_slice(y);
        self.row(lane);
    }

    fn changed(&mut self, _: usize, _: f64, _: &[f64], _: &[f64], _: &Controller<'_>) {}

    fn finish(&mut self, _: usize, _: Departure<'_>) {}
}

/// Processor time of this process, where the system tells it; else 0.
fn cpu_seconds() -> f64 {
    let Ok(text) = std::fs::read_to_string("/proc/self/stat") else { return 0.0 };
    let after = text.rsplit(')').next().unwrap_or_default();
    let ticks = |at: usize| after.split_whitespace().nth(at).and_then(|word| word.parse::<f64>().ok()).unwrap_or(0.0);
    // Ticks of a hundredth of a second on every Linux in use.
    (ticks(11) + ticks(12)) / 100.0
}

/// Fits each patient by itself.
fn fit12(typical: &Scenario<'_>, rows: &[Vec<f64>], rtol: f64) -> Result<(), Box<dyn Error>> {
    let model = typical.model;
    let what = Specification {
        estimate: Some(TEN.iter().chain(&MORE).map(ToString::to_string).collect()),
        ..Specification::default()
    };
    let settings = FitSettings { method: Method::Individual, checks_units: false, ..FitSettings::default() };
    let (mut walls, mut counts) = (Vec::new(), Vec::new());
    let cpu = cpu_seconds();
    let mut failed = 0;
    for (patient, row) in rows.iter().enumerate() {
        let mut own = typical.clone().grid(Grid::At((1..=20).map(|at| f64::from(at) * 1.5).collect()));
        own.values.parameters.clone_from(row);
        let run = own.simulate().map_err(|failed| failed.problems)?;
        let mut stream = Stream::new(1, patient as u64, Purpose::Residual);
        let mut table = String::from("ID,TIME,DVID,DV\n");
        for (at, time) in run.trajectory.time.iter().enumerate() {
            for output in OBSERVED {
                let column = run.trajectory.column(output).ok_or("an output is missing")?;
                let value = run.trajectory.row(at)[column] * (1.0 + 0.1 * stream.normal());
                table.push_str(&format!("1,{time},{output},{value}\n"));
            }
        }
        let mut told = Problems::default();
        let data =
            read_data(&Source::new("data.csv", table), &Sidecar::default(), model, &mut told).ok_or("no data")?;
        let mut population = Population::new(typical, &data, &what, &settings, &mut told)?;
        population.structure.keep_for(settings.method);
        let began = Instant::now();
        let found = population.score(&[0], &population.structure.start(), &Stop::default());
        walls.push(began.elapsed().as_secs_f64());
        match found {
            Some(found) => counts.push(found.evaluations),
            None => failed += 1,
        }
    }
    walls.sort_by(f64::total_cmp);
    counts.sort_unstable();
    let middle = walls.get(walls.len() / 2).copied().unwrap_or(f64::NAN);
    let evaluations = counts.get(counts.len() / 2).copied().unwrap_or_default();
    let (wall, cpu): (f64, f64) = (walls.iter().sum(), cpu_seconds() - cpu);
    writeln!(
        std::io::stdout(),
        "{{\"tool\":\"cascade\",\"job\":\"fit12\",\"n\":{},\"threads\":1,\"rtol\":{rtol:e},\"wall\":{wall},\"cpu\":{cpu},\
         \"median_wall\":{middle},\"median_evaluations\":{evaluations},\"failed\":{failed}}}",
        walls.len()
    )?;
    Ok(())
}

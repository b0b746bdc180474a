//! Work in progress.
#![allow(missing_docs)]
use cascade::compile::compile;
use cascade::diagnostic::Problems;
use cascade::integrate::{Method, Options, Piece, Sink};
use cascade::model::Model;
use cascade::numeric::Lanes;
use cascade::simulate::{Controller, Crew, Departure, Plan, Scenario, Watcher};
use std::time::Instant;

struct Count {
    steps: u64,
    rejected: u64,
    rates: u64,
    jac: u64,
    lu: u64,
    pieces: u64,
    sum: f64,
    y: [f64; 64],
    grid: Vec<f64>,
    next: Vec<usize>,
    failed: usize,
}
impl<const N: usize> Sink<Lanes<N>> for Count {
    fn piece(&mut self, lane: usize, piece: &Piece<'_, Lanes<N>>) {
        self.pieces += 1;
        while let Some(&t) = self.grid.get(self.next[lane]).filter(|t| **t <= piece.to) {
            let n = piece.size();
            piece.eval(t, &mut self.y[..n]);
            self.sum += self.y[0];
            self.next[lane] += 1;
        }
    }
}
impl<const N: usize> Watcher<N> for Count {
    fn begin(&mut self, lane: usize, _: f64, _: &Controller<'_>, _: &[f64]) {
        self.next[lane] = 1;
    }
    fn changed(&mut self, _: usize, _: f64, _: &[f64], _: &[f64], _: &Controller<'_>) {}
    fn finish(&mut self, _: usize, end: Departure<'_>) {
        self.steps += end.counters.steps;
        self.rejected += end.counters.rejected;
        self.rates += end.counters.rates;
        self.jac += end.counters.jacobians;
        self.lu += end.counters.decompositions;
        self.failed += usize::from(end.stopped.is_some());
    }
}

fn run<const N: usize>(plan: &Plan, options: &Options, patients: &[Vec<f64>], grid: &[f64]) {
    let mut best = f64::INFINITY;
    let mut last = None;
    for _ in 0..40 {
        let begin = Instant::now();
        let mut count = Count {
            steps: 0,
            rejected: 0,
            rates: 0,
            jac: 0,
            lu: 0,
            pieces: 0,
            sum: 0.0,
            y: [0.0; 64],
            grid: grid.to_vec(),
            next: vec![0; N],
            failed: 0,
        };
        let mut crew = Crew::<N>::new(plan, options.clone());
        let mut at = 0;
        crew.run(
            || {
                at += 1;
                patients.get(at - 1).map(|p| Controller::new(plan, p, &[], None))
            },
            &mut count,
        );
        best = best.min(begin.elapsed().as_secs_f64());
        last = Some(count);
    }
    let n = patients.len() as f64;
    let c = last.unwrap();
    println!(
        "  {N:>2} lanes {:8.2} us/patient  steps {:.0} rej {:.1} rates {:.0} jac {:.0} lu {:.0} pieces {:.0} failed {}",
        best * 1e6 / n,
        c.steps as f64 / n,
        c.rejected as f64 / n,
        c.rates as f64 / n,
        c.jac as f64 / n,
        c.lu as f64 / n,
        c.pieces as f64 / n,
        c.failed
    );
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let rtol: f64 = args.iter().find_map(|a| a.parse().ok()).unwrap_or(1e-5);
    let only: Option<usize> = args.iter().find_map(|a| a.strip_prefix("n=").and_then(|a| a.parse().ok()));
    for (name, days, count) in [("qsp", 181, 320), ("stein", 361, 640)] {
        if args.iter().any(|a| a == "qsp" || a == "stein") && !args.iter().any(|a| a == name) {
            continue;
        }
        let text = std::fs::read_to_string(format!("benches/models/{name}.toml")).unwrap();
        let (model, _) = Model::parse(&cascade::diagnostic::Source::new(name, text)).unwrap();
        let scenario = Scenario::new(&model).unwrap();
        let doses = scenario.regimen.resolve(&model, &mut Problems::default());
        let plan = Plan::new(&model, compile(&model, &[]), doses, scenario.until);
        let base: Vec<f64> = model
            .parameters
            .iter()
            .zip(&scenario.values.parameters)
            .map(|(p, v)| model.scales.to_canonical(&p.unit, *v))
            .collect();
        let mut seed = 1u64;
        let mut normal = || {
            let mut s = 0.0;
            for _ in 0..12 {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                s += (seed >> 11) as f64 / 9007199254740992.0;
            }
            s - 6.0
        };
        let patients: Vec<Vec<f64>> = (0..count)
            .map(|_| {
                base.iter()
                    .zip(&model.parameters)
                    .map(|(v, p)| {
                        if p.variability.is_some() {
                            let sd = match name {
                                "qsp" => 0.3,
                                _ => 0.3,
                            };
                            v * (sd * if p.name.text == "rhoe" { 0.2 } else { 1.0 } * normal()).exp()
                        } else {
                            *v
                        }
                    })
                    .collect()
            })
            .collect();
        let atol =
            model.states.iter().map(|s| rtol * model.scales.to_canonical(&s.unit.difference(), s.tolerance)).collect();
        let mut options = Options::new(rtol, atol);
        if args.iter().any(|a| a == "rodas") {
            options.method = Method::Rodas5p;
        }
        if args.iter().any(|a| a == "dopri") {
            options.method = Method::DormandPrince;
        }
        let grid: Vec<f64> = (0..days).map(|i| scenario.until * i as f64 / (days - 1) as f64).collect();
        println!("{name} rtol {rtol:e}");
        if only.is_none_or(|n| n == 1) {
            run::<1>(&plan, &options, &patients, &grid);
        }
        if only.is_none_or(|n| n == 4) {
            run::<4>(&plan, &options, &patients, &grid);
        }
        if only.is_none_or(|n| n == 8) {
            run::<8>(&plan, &options, &patients, &grid);
        }
        if only.is_none_or(|n| n == 16) {
            run::<16>(&plan, &options, &patients, &grid);
        }
    }
}

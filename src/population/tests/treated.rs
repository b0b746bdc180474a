//! Patients treated by rule: guards hold for each, and lanes decide as a patient alone does.

use std::io::{BufRead, Cursor};

use crate::crs::{Scale, Settings};
use crate::diagnostic::{Problems, Source};
use crate::model::{Model, Override, Values};
use crate::population::{Means, PatientTable, Patients, Population};
use crate::regimen::{Rule, RuleFile};
use crate::simulate::{Grid, Prepared, Scenario};
use crate::trajectory::{Sidecar, quoted};

fn burden(cells: &str) -> Vec<Override> {
    let text = format!("tumour_0={cells} 1e9 cells");
    vec![Override::parse(&Source::new("--set", text), &mut Problems::default()).unwrap()]
}

#[test]
fn guards_hold_for_every_one_of_10_000_patients() {
    let model = Model::embedded("cart-crs").unwrap();
    let mut text = String::from("tumour_0 [1e9 cells],il6_production [1e6 pg/mL/(1e9 cells)^2/d]\n");
    for n in 0..10_000_u32 {
        // Two sequences that fill the square evenly.
        let part = |step: f64| (f64::from(n) * step).fract();
        let (burden, production) = (0.5 + 11.5 * part(0.754_877_666_2), 1.8e-3 * (0.3 + 3.0 * part(0.569_840_290_99)));
        text += &format!("{burden},{production}\n");
    }
    let rules = RuleFile::embedded("tocilizumab").unwrap().rules;
    let scenario = Scenario::new(&model).unwrap().until(&"14 d".parse().unwrap()).unwrap().grid(Grid::Points(2));
    let scenario = scenario.treated(rules);
    let values = Values::new(&model, None, &[]).unwrap();
    let table: Box<dyn BufRead + Send> = Box::new(Cursor::new(text.into_bytes()));
    let table = PatientTable::open("patients.csv", table, &Sidecar::default(), &model, &values).unwrap();
    let prepared = Prepared::new(&scenario).unwrap();
    let population = Population::new(&prepared, Vec::new(), false);
    let mut lines = String::new();
    let done = population.run(Patients::Listed(table), 0..10_000, Means::default(), |block| {
        assert_eq!(block.statistics.failed, 0);
        lines += &block.decisions;
        true
    });
    assert_eq!(done.unwrap(), 10_000);
    let mut of_patient: Vec<(String, Vec<f64>)> = Vec::new();
    for line in lines.lines() {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[3] != "given" {
            assert_eq!((cells[3], cells[4]), ("refused", "max_doses"), "{line}");
            continue;
        }
        assert!(cells[6] == "560" && cells[9].contains("grade="), "{line}");
        let start: f64 = cells[8].parse().unwrap();
        match of_patient.last_mut() {
            Some((subject, starts)) if subject == cells[0] => starts.push(start),
            _ => of_patient.push((cells[0].to_string(), vec![start])),
        }
    }
    assert!(of_patient.len() > 3000, "{} patients were treated", of_patient.len());
    let counts = |count: usize| of_patient.iter().filter(|(_, starts)| starts.len() == count).count();
    assert!((1..=4).all(|count| counts(count) > 0), "{:?}", [1, 2, 3, 4].map(counts));
    for (subject, starts) in &of_patient {
        assert!(starts.len() <= 4, "{subject}");
        assert!(starts.windows(2).all(|pair| pair[1] - pair[0] >= 8.0 / 24.0 - 1e-9), "{subject}: {starts:?}");
    }
}

#[test]
fn lanes_decide_as_a_patient_alone_does() {
    let model = Model::embedded("cart-crs").unwrap();
    let rules = || RuleFile::embedded("asco-2021").unwrap().rules;
    let burdens = ["0.7", "2", "3.3", "5", "8", "11"];
    let text = format!("tumour_0 [1e9 cells]\n{}\n", burdens.join("\n"));
    fn grading<'m>(scenario: Scenario<'m>, rules: Vec<Rule>) -> Scenario<'m> {
        scenario.grading(Scale::astct_2019(), Settings::default()).treated(rules)
    }
    let scenario = grading(Scenario::new(&model).unwrap(), rules()).grid(Grid::Points(2));
    let values = Values::new(&model, None, &[]).unwrap();
    let prepared = Prepared::new(&scenario).unwrap();
    let population = Population::new(&prepared, Vec::new(), false);
    let of = |lanes: usize| {
        let table: Box<dyn BufRead + Send> = Box::new(Cursor::new(text.clone().into_bytes()));
        let table = PatientTable::open("patients.csv", table, &Sidecar::default(), &model, &values).unwrap();
        let mut lines = String::new();
        let means = Means { lanes, threads: 1, ..Means::default() };
        population
            .run(Patients::Listed(table), 0..6, means, |block| {
                lines += &block.decisions;
                true
            })
            .unwrap();
        lines
    };
    let mut alone = String::new();
    for (n, cells) in burdens.iter().enumerate() {
        let scenario = grading(Scenario::with_set(&model, None, &burden(cells)).unwrap(), rules());
        for row in scenario.simulate().unwrap().decisions {
            let cells: Vec<String> = row.cells().iter().map(|cell| quoted(cell)).collect();
            alone += &format!("{},{}\n", n + 1, cells.join(","));
        }
    }
    assert!(alone.lines().count() > 5);
    assert_eq!(of(16), alone);
    assert_eq!(of(1), alone);
}

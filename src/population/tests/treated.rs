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

/// A drug that is lost at a rate of the patient's own, given again whenever too little is left.
const TOP_UP: &str = "format = 'cascade-model/1'\nname = 'top-up'\ntitle = 'Top-up'\ntime = 'd'\nmaturity = 'illustrative'\n\
    [simulation]\nuntil = '6 d'\n[states.drug]\nunit = 'mg'\nstart = '2 [mg]'\nrate = '-loss * drug'\n\
    [parameters.loss]\nvalue = 1\nunit = '1/d'\nassumption = 'A1: a test'\n\
    [doses.drug]\nstate = 'drug'\nunit = 'mg'\n[outputs.drug]\nvalue = 'drug'\nunit = 'mg'\n";

#[test]
fn guards_hold_for_every_one_of_10_000_patients() {
    let model = Model::parse(&Source::new("top-up.toml", TOP_UP)).unwrap_or_else(|found| panic!("{found}")).0;
    // From one dose in 6 days to one every hour, if nothing stopped it; in no order.
    let loss = |n: u32| 0.08 * f64::exp(5.5 * (f64::from(n) * 0.754_877_666_2).fract());
    let text: String = (0..10_000).map(|n| format!("{}\n", loss(n))).collect();
    let treat = "format = 'cascade-rules/1'\nname = 'mine'\n[[treat]]\nname = 'top-up'\nwhen = 'drug < 1 [mg]'\n\
        give = 'drug 1 mg'\nrepeat_while = 'drug < 1 [mg]'\nmax_doses = 4\nmin_gap = '8 h'";
    let rules = RuleFile::parse(&Source::new("mine.toml", treat), &mut Problems::default()).unwrap().rules;
    let scenario = Scenario::new(&model).unwrap().grid(Grid::Points(2)).treated(rules);
    let values = Values::new(&model, None, &[]).unwrap();
    let table: Box<dyn BufRead + Send> = Box::new(Cursor::new(format!("loss [1/d]\n{text}").into_bytes()));
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
    let mut starts: Vec<Vec<f64>> = vec![Vec::new(); 10_000];
    let mut refused = [0; 2];
    for line in lines.lines() {
        let cells: Vec<&str> = line.split(',').collect();
        let subject: usize = cells[0].parse().unwrap();
        match (cells[3], cells[4]) {
            ("given", "") => starts[subject - 1].push(cells[8].parse().unwrap()),
            ("refused", "min_gap") => refused[0] += 1,
            ("refused", "max_doses") => refused[1] += 1,
            other => panic!("{other:?}: {line}"),
        }
    }
    for (n, starts) in starts.iter().enumerate() {
        // Without guards: the first at ln 2 over the loss.
        let first = f64::ln(2.0) / loss(n as u32);
        assert_eq!(starts.is_empty(), first >= 6.0, "{n}");
        assert!(starts.len() <= 4, "{n}: {starts:?}");
        assert!(starts.first().is_none_or(|start| (start - first).abs() < 1e-6), "{n}: {starts:?} {first}");
        assert!(starts.windows(2).all(|pair| pair[1] - pair[0] >= 8.0 / 24.0 - 1e-9), "{n}: {starts:?}");
    }
    let given = |count: usize| starts.iter().filter(|starts| starts.len() == count).count();
    assert!((0..=4).all(|count| given(count) > 100), "{:?}", [0, 1, 2, 3, 4].map(given));
    assert!(refused.iter().all(|count| *count > 1000), "{refused:?}");
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

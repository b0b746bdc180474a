//! The same bits however a population is run, and those of a single run.

use std::io::{BufRead, Cursor};

use crate::crs::{Scale, Settings};
use crate::model::Model;
use crate::numeric::InstructionSet;
use crate::population::{Block, Draw, Means, PatientTable, Patients, Population, Sampling};
use crate::simulate::{Grid, Prepared, Scenario};
use crate::trajectory::{Sidecar, number};

/// Everything a population gives, joined.
fn joined(blocks: Vec<Block>) -> Block {
    let mut blocks = blocks.into_iter();
    let mut whole = blocks.next().unwrap();
    for block in blocks {
        assert_eq!(block.patients.start, whole.patients.end);
        whole.patients.end = block.patients.end;
        whole.who += &block.who;
        whole.points += &block.points;
        whole.failures += &block.failures;
        whole.rows += &block.rows;
        whole.statistics.merge(&block.statistics);
    }
    whole
}

fn run(scenario: &Scenario<'_>, patients: Patients, range: std::ops::Range<u64>, means: Means) -> Block {
    let prepared = Prepared::new(scenario).unwrap();
    let population = Population::new(&prepared, vec![0, 1], true);
    let mut blocks = Vec::new();
    let count = range.end - range.start;
    let done = population.run(patients, range, means, |block| {
        blocks.push(block);
        true
    });
    assert_eq!(done.unwrap(), count);
    joined(blocks)
}

fn means(threads: usize, lanes: usize, instructions: InstructionSet) -> Means {
    Means { threads, lanes, instructions }
}

fn assert_same(one: &Block, other: &Block, what: &str) {
    let differs = one.points.lines().zip(other.points.lines()).find(|(a, b)| a != b);
    assert_eq!(differs, None, "{what}");
    assert!(one == other, "{what}: tables or counts");
    assert_eq!(one.statistics.to_text(), other.statistics.to_text(), "{what}");
}

#[test]
fn threads_lanes_instructions_and_shards_change_no_bit() {
    let model = Model::embedded("stein-2019").unwrap();
    let scenario = Scenario::new(&model).unwrap().until(&"40 d".parse().unwrap()).unwrap().grid(Grid::Points(21));
    let drawn = || Patients::Drawn(Draw::new(&model, &scenario.values, 7, Sampling::Random).unwrap());
    const COUNT: u64 = 2100;
    let baseline = InstructionSet::Baseline;
    let alone = run(&scenario, drawn(), 0..COUNT, means(1, 1, baseline));
    assert_eq!(alone.statistics.complete, COUNT);
    for set in InstructionSet::available() {
        for (threads, lanes) in [(1, 4), (2, 8), (4, 16)] {
            let other = run(&scenario, drawn(), 0..COUNT, means(threads, lanes, set));
            assert_same(&alone, &other, &format!("{threads} threads, {lanes} lanes, {set:?}"));
        }
    }
    let parts = (0..7).map(|part| {
        let edge = |part: u64| COUNT * part / 7;
        run(&scenario, drawn(), edge(part)..edge(part + 1), Means::default())
    });
    assert_same(&alone, &joined(parts.collect()), "seven shards");
}

fn listed(model: &Model, scenario: &Scenario<'_>, text: &str) -> Patients {
    let input: Box<dyn BufRead + Send> = Box::new(Cursor::new(text.to_string()));
    let sidecar = Sidecar { columns: Vec::new() };
    Patients::Listed(PatientTable::open("patients.csv", input, &sidecar, model, &scenario.values).unwrap())
}

/// Stiff, with switches, care and grades; tumours from a tenth to ten times the default.
#[test]
fn a_graded_patient_among_others_is_the_patient_alone() {
    let model = Model::embedded("cart-crs").unwrap();
    let base = Scenario::new(&model).unwrap().grid(Grid::Points(29));
    let scenario = base.clone().grading(Scale::astct_2019(), Settings::default());
    let tumour = model.parameters.iter().position(|item| item.name.text == "tumour_0").unwrap();
    let tumours: Vec<f64> =
        (0..12).map(|n| scenario.values.parameters[tumour] * 10f64.powf(f64::from(n) / 6.0 - 1.0)).collect();
    let mut text = format!("subject,tumour_0 [{}]\n", model.parameters[tumour].unit);
    tumours.iter().enumerate().for_each(|(n, size)| text += &format!("p{n},{}\n", number(*size)));
    let count = tumours.len() as u64;
    let one = run(&scenario, listed(&model, &scenario, &text), 0..count, means(1, 1, InstructionSet::Baseline));
    for (lanes, set) in [(4, InstructionSet::Baseline), (8, InstructionSet::best()), (16, InstructionSet::best())] {
        let other = run(&scenario, listed(&model, &scenario, &text), 0..count, means(1, lanes, set));
        assert_same(&one, &other, &format!("{lanes} lanes, {set:?}"));
    }
    let mut grades = Vec::new();
    for ((size, points), n) in tumours.iter().zip(one.points.lines()).zip(0..) {
        let mut alone = scenario.clone().with_exposure();
        alone.values.parameters[tumour] = *size;
        let run = alone.simulate().unwrap();
        let cells: Vec<&str> = points.split(',').collect();
        assert_eq!(cells[..2], [format!("p{n}").as_str(), "complete"]);
        for (output, row) in run.exposure.iter().enumerate() {
            let figure = |value: Option<f64>| value.map(number).unwrap_or_default();
            let of = &row.exposure;
            let figures = [of.cmax, of.tmax, of.auc_0_28d, of.clast, of.tlast, of.half_life, of.nadir, of.nadir_time];
            assert_eq!(cells[2 + 8 * output..][..8], figures.map(figure), "{} of p{n}", row.output);
        }
        let course = run.course().unwrap();
        let declared = &cells[2 + 8 * run.exposure.len()..];
        for (row, cells) in run.end_points.iter().zip(declared.chunks_exact(5)) {
            let of = row.outcome;
            let figure = |value: Option<f64>| value.map(number).unwrap_or_default();
            let answer = |yes: bool| if yes { "1" } else { "0" };
            let lost = of.reached.map_or("", |_| answer(of.lost.is_some()));
            assert_eq!((cells[0], cells[2]), (answer(of.reached.is_some()), lost), "{} of p{n}", row.name);
            assert_eq!([cells[1], cells[3], cells[4]], [of.reached, of.lost, of.duration].map(figure), "{}", row.name);
        }
        let crs = &declared[5 * run.end_points.len()..];
        let onset = course.episodes().first().map(|episode| number(episode.onset)).unwrap_or_default();
        let grade = course.maximum().grade.map(|grade| grade.to_string()).unwrap_or_default();
        assert_eq!(crs[..3], [onset.as_str(), &grade, course.maximum().bound.name()], "p{n}");
        grades.push(grade);
        // Outputs at the output times, also at those of doses.
        let rows = one.rows.lines().filter(|row| row.starts_with(&format!("p{n},")));
        for (row, time) in rows.zip(&run.trajectory.time) {
            let cells: Vec<&str> = row.split(',').collect();
            assert_eq!(cells[1], number(*time));
            let at = run.trajectory.time.iter().position(|other| other == time).unwrap();
            for (output, cell) in model.outputs.iter().zip(&cells[2..]) {
                let column = run.trajectory.columns.iter().position(|column| column.name == output.name.text).unwrap();
                assert_eq!(*cell, number(run.trajectory.row(at)[column]), "{} at {time} of p{n}", output.name);
            }
        }
    }
    grades.sort();
    grades.dedup();
    assert!(grades.len() > 2, "{grades:?}");
}

/// One patient blows up; the others are as without it.
#[test]
fn a_failed_patient_stops_and_blanks_nobody() {
    let text = "format = 'cascade-model/1'\nname = 'small'\ntitle = 'Small'\ntime = 'd'\nmaturity = 'illustrative'\n\
        [simulation]\nuntil = '2 d'\n[states.y]\nunit = '1'\nstart = '1'\nrate = 'k * y^2 / (1 [d])'\ntolerance = '1'\n\
        [parameters.k]\nvalue = 0.1\nunit = '1'\nassumption = 'A1: made up'\n[outputs.y]\nvalue = 'y'\nunit = '1'\n";
    let (model, _) = Model::parse(&crate::diagnostic::Source::new("small.toml", text)).unwrap();
    let scenario = Scenario::new(&model).unwrap().grid(Grid::Points(5));
    // y = 1 / (1 - k t): not before day 2 if k < 0.5.
    let with = run_small(&model, &scenario, &["0.1", "2", "0.3"]);
    let without = run_small(&model, &scenario, &["0.1", "0.3"]);
    assert_eq!((with.statistics.complete, with.statistics.failed), (2, 1));
    let lines: Vec<&str> = with.points.lines().collect();
    let others: Vec<&str> = without.points.lines().collect();
    assert_eq!(
        (lines[0].split_once(',').unwrap().1, lines[2].split_once(',').unwrap().1),
        (others[0].split_once(',').unwrap().1, others[1].split_once(',').unwrap().1)
    );
    assert!(lines[1].starts_with("2,failed,"));
    assert!(with.statistics.values == without.statistics.values);
    assert!(with.statistics.points.iter().all(|point| point.failed() == 1 && point.count() + point.missing() == 2));
    let failure: Vec<&str> = with.failures.trim_end().split(',').collect();
    assert_eq!(with.failures.lines().count(), 1);
    assert!((failure[1].parse::<f64>().unwrap() - 0.5).abs() < 1e-3, "{failure:?}");
    assert_eq!((failure[0], *failure.last().unwrap()), ("2", "2"));
}

fn run_small(model: &Model, scenario: &Scenario<'_>, values: &[&str]) -> Block {
    let prepared = Prepared::new(scenario).unwrap();
    let population = Population::new(&prepared, vec![0], false);
    let text = format!("k\n{}\n", values.join("\n"));
    let mut blocks = Vec::new();
    let count = values.len() as u64;
    population
        .run(listed(model, scenario, &text), 0..count, Means::default(), |block| {
            blocks.push(block);
            true
        })
        .unwrap();
    joined(blocks)
}

#[test]
fn a_table_that_is_wrong_later_on_gives_what_came_before() {
    let model = Model::embedded("stein-2019").unwrap();
    let scenario = Scenario::new(&model).unwrap().until(&"10 d".parse().unwrap()).unwrap().grid(Grid::Points(2));
    let prepared = Prepared::new(&scenario).unwrap();
    let population = Population::new(&prepared, Vec::new(), false);
    let mut text = String::from("foldx\n");
    (0..1500).for_each(|n| text += if n == 1400 { "many\n" } else { "3900\n" });
    let mut done = 0;
    let wrong = population.run(listed(&model, &scenario, &text), 0..1500, Means::default(), |block| {
        done = block.patients.end;
        true
    });
    assert_eq!(done, 1024);
    assert!(format!("{:?}", wrong.unwrap_err()).contains("many"));
}

/// Steady states in closed form and iterated, overlapping infusions, a reset, doses per kg.
#[test]
fn a_patient_in_steady_state_among_others_is_the_patient_alone() {
    for loss in ["k * y", "k * abs(y)"] {
        let text = format!(
            "format = 'cascade-model/1'\nname = 'small'\ntitle = 'Small'\ntime = 'd'\nmaturity = 'illustrative'\n\
             [simulation]\nuntil = '6 d'\n[states.y]\nunit = 'mg'\nstart = '1 [mg]'\nrate = '-{loss}'\ntolerance = '1e-6 mg'\n\
             [parameters.k]\nvalue = 1\nunit = '1/d'\nassumption = 'A1: made up'\n\
             [covariates.weight]\nunit = 'kg'\ndefault = 70\ncarry = 'last'\n\
             [doses.y]\nstate = 'y'\nunit = 'mg'\nlag = '0.03 / k'\n[outputs.y]\nvalue = 'y'\nunit = 'mg'\n"
        );
        let (model, _) = Model::parse(&crate::diagnostic::Source::new("small.toml", text)).unwrap();
        let doses = "y 2 mg/kg cap 150 mg over 1.3 d at 1 d every 0.5 d x 2 ss; y 3 mg at 2 d every 1 d ss2; reset at 3 d; \
                     y 3 mg/kg if weight < 60 kg at 4 d";
        let scenario = Scenario::new(&model).unwrap().grid(Grid::Points(25)).regimen(doses.parse().unwrap());
        let values = [(0.3, 50.0), (1.0, 80.0), (0.7, 61.0), (2.0, 59.0), (0.1, 70.0)];
        let mut table = String::from("k [1/d],weight [kg]\n");
        values.iter().for_each(|(k, weight)| table += &format!("{k},{weight}\n"));
        let of = |lanes, set| {
            let prepared = Prepared::new(&scenario).unwrap();
            let population = Population::new(&prepared, vec![0], true);
            let mut blocks = Vec::new();
            let patients = listed(&model, &scenario, &table);
            let done = population.run(patients, 0..5, means(1, lanes, set), |block| {
                blocks.push(block);
                true
            });
            assert_eq!(done.unwrap(), 5);
            joined(blocks)
        };
        let one = of(1, InstructionSet::Baseline);
        assert_eq!(one.statistics.complete, 5);
        assert_same(&one, &of(16, InstructionSet::best()), loss);
        for (n, (k, weight)) in values.iter().enumerate() {
            let mut alone = scenario.clone();
            alone.values.parameters[0] = *k;
            alone.values.covariates[0] = *weight;
            let run = alone.simulate().unwrap();
            let rows = one.rows.lines().filter(|row| row.starts_with(&format!("{},", n + 1)));
            let found: Vec<String> = rows.map(|row| row.split(',').nth(2).unwrap().to_string()).collect();
            let wanted: Vec<String> = run.trajectory.series(0).map(number).collect();
            assert_eq!(found, wanted, "{loss}, {k}");
        }
    }
}

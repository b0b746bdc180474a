//! Patients that take the subjects of a design in turn, against runs of their own.

use std::io::{BufRead, Cursor};

use crate::diagnostic::{Problems, Source};
use crate::model::Model;
use crate::numeric::InstructionSet;
use crate::observation::{self, Design, MoreColumns, SimulatedSubject, predictions, read_design};
use crate::population::{Block, Means, PatientTable, Patients, Population};
use crate::random::{Purpose, Stream};
use crate::simulate::{Grid, Phase, Prepared, Scenario};
use crate::trajectory::{Sidecar, number};

const SMALL: &str = include_str!("../../observation/tests/small.toml");

/// Additional doses with a trough, a reset and an earlier start, a declared duration under a weight that changes.
const DESIGN: &str = "ID,TIME,EVID,AMT,CMT,DVID,II,ADDL,weight\n\
    a,0,1,10,cart,.,12,3,60\na,6,0,0,.,conc,0,0,60\na,24,0,0,.,conc,0,0,60\na,24,1,5,drug,.,0,0,60\na,24,0,0,.,conc,0,0,60\n\
    b,-3,1,20,drug,.,0,0,70\nb,2,1,20,cart,.,8,5,70\nb,5,0,0,.,effect,0,0,70\nb,25,3,0,.,.,0,0,70\nb,26,0,0,.,conc,0,0,70\n\
    c,2,1,30,slow,.,0,0,90\nc,10,2,0,.,.,0,0,110\nc,12,1,50,drug,.,0,0,110\nc,20,0,0,.,effect,0,0,110\n";

const RATES: [f64; 7] = [0.1, 0.2, 0.05, 0.13, 0.08, 0.31, 0.02];

fn small() -> Model {
    let text = SMALL.replace("[doses.slow]", "[doses.cart]\nstate = \"central\"\n[doses.slow]");
    Model::parse(&Source::new("small.toml", text)).unwrap().0
}

fn design(model: &Model) -> Design {
    let mut problems = Problems::default();
    let read = read_design(&Source::new("design.csv", DESIGN), &Sidecar::default(), model, &mut problems);
    read.unwrap_or_else(|| panic!("{problems}"))
}

fn listed(text: String, scenario: &Scenario<'_>, design: &Design) -> PatientTable<Box<dyn BufRead + Send>> {
    let input: Box<dyn BufRead + Send> = Box::new(Cursor::new(text));
    let table = PatientTable::open("patients.csv", input, &Sidecar::default(), scenario.model, &scenario.values);
    table.unwrap().agreeing_with(design)
}

fn patients(scenario: &Scenario<'_>, design: &Design) -> PatientTable<Box<dyn BufRead + Send>> {
    let lines = RATES.iter().enumerate().map(|(n, rate)| format!("p{n},{rate}\n")).collect::<String>();
    listed(format!("subject,elimination [1/h]\n{lines}"), scenario, design)
}

fn run(scenario: &Scenario<'_>, design: &Design, range: std::ops::Range<u64>, lanes: usize) -> Block {
    let prepared = Prepared::for_design(scenario, design).unwrap();
    let population = Population::new(&prepared, vec![0], true).observed(design.clone(), 5).unwrap();
    let mut table = patients(scenario, design);
    table.skip_patients(range.start).unwrap();
    let means = Means { threads: 1, lanes, instructions: InstructionSet::Baseline };
    let mut blocks = Vec::new();
    population
        .run(Patients::Listed(table), range, means, |block| {
            blocks.push(block);
            true
        })
        .unwrap();
    assert_eq!(blocks.len(), 1);
    blocks.remove(0)
}

#[test]
fn a_patient_has_the_bits_of_a_run_under_the_doses_and_covariates_of_its_subject() {
    let (model, grid) = (small(), Grid::Points(12));
    let design = design(&model);
    let scenario = Scenario::new(&model).unwrap().grid(grid);
    let block = run(&scenario, &design, 0..7, 1);
    assert_eq!((block.statistics.complete, block.statistics.failed), (7, 0));
    let mut observations = String::new();
    for (n, rate) in RATES.iter().enumerate() {
        let subject = &design.subjects[n % 3];
        let mut own = scenario.clone().with_records(subject).with_exposure();
        own.values.parameters[0] = *rate;
        let rows: Vec<Vec<&str>> = block.rows.lines().map(|row| row.split(',').collect()).collect();
        let rows: Vec<&Vec<&str>> = rows.iter().filter(|row| row[0] == format!("p{n}")).collect();
        let times: Vec<f64> = rows.iter().map(|row| row[1].parse().unwrap()).collect();
        assert!(times[0] >= own.start() && times.len() > 12, "{times:?}");
        let phase = |before| if before { Phase::Arrived } else { Phase::After };
        let observed = subject.rows.iter().map(|row| (row.time, phase(row.before)));
        let solution = own.clone().grid(Grid::of_phases(observed.collect())).simulate().unwrap();
        own.grid = Grid::At(times);
        let alone = own.simulate().unwrap();
        let columns = ["conc", "effect", "total"].map(|name| alone.trajectory.column(name).unwrap());
        for (row, at) in rows.iter().zip(0..) {
            let wanted = columns.map(|column| number(alone.trajectory.row(at)[column]));
            assert_eq!(row[2..], wanted, "p{n} at {}", row[1]);
        }
        let points: Vec<&str> = block.points.lines().nth(n).unwrap().split(',').collect();
        let conc = alone.exposure.iter().find(|row| row.output == "conc").unwrap().exposure;
        let figure = |value: Option<f64>| value.map(number).unwrap_or_default();
        assert_eq!(points[2..5], [conc.cmax, conc.tmax, conc.auc_0_28d].map(figure), "p{n}");
        // As a run of its own is observed, residual errors by the number of the patient.
        let predicted = predictions(&model, subject, &solution.trajectory).unwrap();
        let mut stream = Stream::new(5, n as u64, Purpose::Residual);
        let measured = observation::observe(&model, subject, &predicted, &mut stream).unwrap();
        let given = own.regimen.resolve(&model, &mut Problems::default());
        let covariate = |at, time| own.covariate(at, time);
        let doses = observation::dose_records(&model, &given, &own.values.parameters, covariate, own.until).unwrap();
        let before = subject.rows.iter().map(|row| row.before).collect();
        let more = MoreColumns { steady: false, additional: true };
        let text =
            observation::write_data(&[SimulatedSubject { name: format!("p{n}"), doses, measured, before }], more);
        observations += text.split_once('\n').unwrap().1;
    }
    assert_eq!(block.observations, observations);
    assert!(observations.contains("p0,0,1,10,cart,0,1,.,.,0,12,3\n"), "{observations}");
    // Only patients of subject `b`, the second and the fifth, have begun by the first time.
    let first = &block.statistics.values[0];
    assert_eq!(first.histogram.count(), 2);
}

#[test]
fn lanes_and_shards_change_no_bit() {
    let model = small();
    let design = design(&model);
    let scenario = Scenario::new(&model).unwrap().grid(Grid::Points(12));
    let one = run(&scenario, &design, 0..7, 1);
    for lanes in [4, 16] {
        assert!(one == run(&scenario, &design, 0..7, lanes), "{lanes} lanes");
    }
    let (mut first, second) = (run(&scenario, &design, 0..4, 4), run(&scenario, &design, 4..7, 4));
    first.rows += &second.rows;
    first.observations += &second.observations;
    first.statistics.merge(&second.statistics);
    assert_eq!((first.rows, first.observations), (one.rows, one.observations));
    assert_eq!(first.statistics.to_text(), one.statistics.to_text());
}

#[test]
fn a_table_that_contradicts_the_covariates_of_the_design_is_refused() {
    let model = small();
    let design = design(&model);
    let scenario = Scenario::new(&model).unwrap();
    // The second patient is as heavy as subject `b`, the third lighter than `c` at its start.
    let text = "subject,weight [g]\nx,60000\ny,70000\nz,80000\n";
    let mut table = listed(text.into(), &scenario, &design);
    assert_eq!(table.next().unwrap().unwrap().covariates, [60.0]);
    assert_eq!(table.next().unwrap().unwrap().covariates, [70.0]);
    let told = table.next().unwrap().unwrap_err().to_string();
    assert!(told.contains("patients.csv:4:3") && told.contains("`weight` is 80 here and 90 in subject `c`"), "{told}");
    // Patients that are left out count.
    let mut table = listed(text.into(), &scenario, &design);
    table.skip_patients(2).unwrap();
    assert!(table.next().unwrap().is_err());
}

//! Figures of graded patients as data, from the table of the gallery: six patients of grade 1 to 5.

use super::{PAGE, Patient, Words, agreement, detail, onset, patients, worst};
use crate::chart::{Chart, LongTable, Options};
use crate::cohort::Cohort;
use crate::crs::{Course, Panel, Reading, Scale, Settings, grade_all, grade_states};
use crate::plot::{Content, DISCLAIMER, Figure, Fill, Grade, KeySample, MarkKind, Matrix, Symbol, Tile, TreatmentKind};
use crate::sign::{OxygenDevice, Sign, Signs};

const WARD: &str = include_str!("../../../../plots/data/ward.csv");

struct Graded {
    cohort: Cohort,
    patients: Vec<Patient>,
    details: Vec<(Vec<Reading>, Vec<Course>)>,
}

fn ward(names: &[&str]) -> Graded {
    let scales: Vec<Scale> = names.iter().map(|name| Scale::embedded(name).unwrap()).collect();
    let mut table = LongTable::open("ward.csv", WARD.as_bytes()).unwrap();
    let mut all = Graded { cohort: Cohort::new(&scales), patients: Vec::new(), details: Vec::new() };
    while let Some(chart) = table.next_chart().unwrap() {
        add(&mut all, &scales, &chart);
    }
    all
}

fn add(all: &mut Graded, scales: &[Scale], chart: &Chart) {
    let states = chart.states(&Options::default());
    let courses = grade_states(Panel::new(scales, &Settings::default()).unwrap(), states.clone());
    all.cohort.add(&chart.subject, &courses, &chart.reports);
    all.patients.push(Patient::new(&chart.subject, &states, &courses, Some(&chart.moments())));
    all.details.push((states, courses));
}

fn words(patients: usize) -> Words {
    Words { subtitle: "ward.csv".into(), patients }
}

fn keys(figure: &Figure) -> Vec<&str> {
    figure.legend.iter().map(|key| key.label.as_str()).collect()
}

fn matrix(figure: &Figure) -> &Matrix {
    let Content::Matrix(table) = &figure.tiles[0].content else { panic!("no matrix") };
    table
}

fn columns(tile: &Tile) -> Vec<(String, String)> {
    let Content::Columns(columns) = &tile.content else { panic!("no columns") };
    columns.iter().map(|column| (column.label.clone(), column.text.clone())).collect()
}

#[test]
fn each_patient_has_a_lane_with_what_was_given() {
    let ward = ward(&["astct-2019"]);
    let pages = patients(&words(6), &ward.patients);
    assert_eq!(pages.len(), 1);
    let page = &pages[0];
    assert_eq!(page.title, "CRS grades of patients by ASTCT 2019");
    assert!(page.footer.contains("6 patients") && page.footer.contains(DISCLAIMER), "{}", page.footer);
    let worst = |lane: usize| page.lanes[lane].intervals.iter().filter_map(|part| part.grade.least()).max();
    assert_eq!((0..6).map(worst).collect::<Vec<_>>(), [1, 2, 3, 4, 4, 5].map(Some));
    let symbols = |lane: usize| {
        let beside = page.lanes[lane].beside.as_ref().unwrap();
        beside.symbols.iter().map(|(_, symbol)| *symbol).collect::<Vec<_>>()
    };
    assert_eq!(symbols(0), [Symbol::Antipyretic; 2]);
    assert_eq!(symbols(1), [Symbol::Antipyretic, Symbol::Bolus, Symbol::Bolus]);
    assert_eq!(symbols(5).last(), Some(&Symbol::Death));
    let tracks = &page.lanes[3].beside.as_ref().unwrap().tracks;
    assert_eq!(
        tracks.iter().map(|track| track.kind).collect::<Vec<_>>(),
        [TreatmentKind::Circulation, TreatmentKind::Oxygen]
    );
    let texts = |track: usize| tracks[track].bars.iter().map(|bar| bar.2.as_str()).collect::<Vec<_>>();
    assert_eq!((texts(0), texts(1)), (vec!["NE", "NE + EPI", "NE"], vec!["HFNC", "NC"]));
    assert!((tracks[0].bars[1].0 - 22.0 / 24.0).abs() < 1e-9 && (tracks[0].bars[1].1 - 2.0).abs() < 1e-9);
    let grades = ["Grade 0", "Grade 1", "Grade 2", "Grade 3", "Grade 4", "Grade 5"];
    let given = ["Antipyretic", "Anti-cytokine drug or steroid", "Fluid bolus", "Death", "Vasopressors", "Oxygen"];
    assert_eq!(keys(page), [grades, given].concat());
    // Death takes no time, but is seen.
    let last = page.lanes[5].intervals.last().unwrap();
    assert!(last.grade == Grade::Exact(5) && last.to - last.from > 0.04);
}

#[test]
fn many_patients_make_pages_of_one_axis() {
    let ward = ward(&["astct-2019"]);
    let many: Vec<Patient> = ward.patients.iter().cycle().take(2 * PAGE + 5).cloned().collect();
    let pages = patients(&words(45), &many);
    assert_eq!(pages.iter().map(|page| page.lanes.len()).collect::<Vec<_>>(), [20, 20, 5]);
    assert!(pages.iter().all(|page| page.horizontal == pages[0].horizontal));
    assert_eq!(pages[2].subtitle, "ward.csv  ·  patients 41 to 45 of 45");
    assert!(patients(&words(0), &[]).is_empty());
}

#[test]
fn long_names_keep_both_ends() {
    let name = "Universitaetsklinikum-Nirgendwo study CART-2026/patient number 00017";
    let named = |subject: &str| Patient { subject: subject.into(), ..Patient::default() };
    let pages = patients(&words(2), &[named(name), named("Smith, J.")]);
    assert_eq!(pages[0].lanes[0].label, "Universitae… …mber 00017");
    assert_eq!(pages[0].lanes[1].label, "Smith, J.");
}

#[test]
fn a_single_reading_and_negative_times_are_seen() {
    let scales = [Scale::astct_2019()];
    let at = |times: &[f64]| {
        let fever = Signs::unknown().with(Sign::Temperature, 39.0);
        let readings: Vec<Reading> = times.iter().map(|time| Reading::new(*time, fever)).collect();
        let courses = grade_all(&scales, &Settings::default(), readings.clone()).unwrap();
        (Patient::new("x", &readings, &courses, None), readings, courses)
    };
    let (single, readings, courses) = at(&[2.5]);
    let page = &patients(&words(1), std::slice::from_ref(&single))[0];
    let part = page.lanes[0].intervals[0];
    assert!(part.to > part.from && page.horizontal.from < Some(2.5) && page.horizontal.to > Some(part.to));
    assert!(page.subtitle.contains("at least this"), "{}", page.subtitle);
    let figure = detail(&words(1), &single, &readings, &courses);
    assert_eq!(figure.panels.len(), 1);
    let (early, ..) = at(&[-3.0, -1.0]);
    assert_eq!(patients(&words(1), &[early])[0].horizontal.from, Some(-3.0));
    let nobody = Patient::new("nobody", &[], &[], None);
    assert!(patients(&words(1), std::slice::from_ref(&nobody))[0].lanes[0].intervals.is_empty());
    assert!(detail(&words(1), &nobody, &[], &[]).panels.is_empty());
}

#[test]
fn tables_of_signs_tell_boluses_and_counted_vasopressors_by_their_level() {
    let mut signs = Signs::normal().with(Sign::Temperature, 39.0);
    let first = Reading::new(0.0, signs);
    signs = signs.with(Sign::Fluids, 1.0).with(Sign::Pressors, 2.0).with(Sign::AnticytokineGiven, 1.0);
    signs.set_oxygen_device(OxygenDevice::Cpap);
    let dead = Reading { death: true, ..Reading::new(2.0, signs) };
    let readings = [first, Reading::new(1.0, signs), dead];
    let courses = grade_all(&[Scale::astct_2019()], &Settings::default(), readings).unwrap();
    let patient = Patient::new("x", &readings, &courses, None);
    let kinds: Vec<Symbol> = patient.symbols.iter().map(|(_, symbol)| *symbol).collect();
    assert_eq!(kinds, [Symbol::Anticytokine, Symbol::Bolus, Symbol::Death]);
    assert_eq!((patient.drips.len(), patient.drips[0].agents.as_slice()), (1, &["pressor"; 2][..]));
    assert_eq!(patient.oxygen, [(1.0, 2.0, OxygenDevice::Cpap)]);
    let figure = detail(&words(1), &patient, &readings, &courses);
    let rows: Vec<&str> = figure.bands[1].rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(rows, ["vasopressor", "vasopressor 2"]);
}

#[test]
fn one_patient_is_shown_with_thresholds_and_every_scale() {
    let ward = ward(&["astct-2019", "lee-2014", "penn"]);
    let (readings, courses) = &ward.details[3];
    let figure = detail(&words(1), &ward.patients[3], readings, courses);
    assert_eq!(figure.title, "Patient W-04: CRS grades by ASTCT 2019, Lee 2014, Penn");
    let labels: Vec<String> = figure.panels.iter().map(|panel| panel.vertical.text()).collect();
    assert_eq!(labels, ["Temperature (°C)", "Systolic pressure (mmHg)", "Oxygen saturation (%)"]);
    let lines =
        |panel: usize| figure.panels[panel].references.iter().map(|line| line.label.as_str()).collect::<Vec<_>>();
    assert_eq!((lines(0), lines(1)), (vec!["38.0 °C"], vec!["90"]));
    let bands: Vec<(&str, Vec<&str>)> = figure
        .bands
        .iter()
        .map(|band| (band.label.as_str(), band.rows.iter().map(|row| row.label.as_str()).collect()))
        .collect();
    assert_eq!(bands, [("Oxygen", vec!["HFNC", "NC"]), ("Vasopressors", vec!["norepinephrine", "epinephrine"])]);
    assert_eq!(
        figure.lanes.iter().map(|lane| lane.label.as_str()).collect::<Vec<_>>(),
        ["CRS grade (ASTCT 2019)", "CRS grade (Lee 2014)", "CRS grade (Penn)"]
    );
    assert_eq!(figure.marks.iter().filter(|mark| mark.kind == MarkKind::Treatment).count(), 4);
}

#[test]
fn scales_stand_against_scales_and_reported_grades() {
    let ward = ward(&["astct-2019", "penn"]);
    let figure = agreement(&words(6), &ward.cohort).unwrap();
    let table = matrix(&figure);
    assert_eq!(table.rows, ["reported ASTCT 2019", "ASTCT 2019", "Penn"]);
    assert_eq!(table.rows, table.columns);
    // Five of six: positive pressure was reported as 3.
    let cell = &table.cells[0][1];
    assert_eq!((cell.head.as_str(), cell.lines[0].as_str()), ("83 %", "n = 6"));
    assert_eq!(cell.shade, Some(5.0 / 6.0));
    assert_eq!(table.cells[1][0].lines, ["lower 0", "higher 1"]);
    assert_eq!((table.cells[1][1].shade, table.cells[1][1].lines.as_slice()), (None, &["n = 6".to_owned()][..]));
    let lone = Cohort::new(&[Scale::astct_2019()]);
    assert!(agreement(&words(0), &lone).is_none(), "one grading agrees with itself");
    let empty = Cohort::new(&[Scale::astct_2019(), Scale::embedded("penn").unwrap()]);
    assert_eq!(matrix(&agreement(&words(0), &empty).unwrap()).cells[0][1].head, "–");
}

#[test]
fn worst_grades_are_counted_and_the_severe_have_an_interval() {
    let ward = ward(&["astct-2019", "penn"]);
    let figure = worst(&words(6), &ward.cohort).unwrap();
    assert_eq!(figure.tiles.len(), 2);
    let expected = [("0", "0"), ("1", "1"), ("2", "1"), ("3", "1"), ("4", "2"), ("5", "1"), ("≥3", "4")];
    let expected: Vec<(String, String)> = expected.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect();
    assert_eq!(columns(&figure.tiles[0]), expected);
    // Wilson's interval of 4 in 6.
    assert_eq!(figure.tiles[0].notes, ["n = 6", "≥3: 67 % (95 % interval 30 to 90) of 6"]);
    let mut unknown = Cohort::new(&[Scale::astct_2019()]);
    let courses =
        grade_all(&[Scale::astct_2019()], &Settings::default(), [Reading::new(0.0, Signs::unknown())]).unwrap();
    unknown.add("x", &courses, &[]);
    let figure = worst(&words(1), &unknown).unwrap();
    let Content::Columns(columns) = &figure.tiles[0].content else { panic!("no columns") };
    assert_eq!(columns.last().map(|column| (column.fill, column.height)), Some((Some(Fill::Undetermined), 100.0)));
    assert!(worst(&words(0), &Cohort::new(&[])).is_none());
}

#[test]
fn the_onset_rises_in_steps_over_numbers_at_risk() {
    let ward = ward(&["astct-2019"]);
    let figure = onset(&words(6), &ward.cohort).unwrap();
    let points = &figure.panels[0].series[0].points;
    assert_eq!((points[0], points.last().map(|point| point.1)), ((0.0, 0.0), Some(100.0)));
    // Three fevers are found at 8 h, two at 16 h, one at 24 h.
    let heights: Vec<f64> = points.iter().map(|point| point.1.round()).collect();
    assert_eq!(heights, [0.0, 0.0, 50.0, 50.0, 83.0, 83.0, 100.0, 100.0]);
    assert_eq!(figure.at_risk[0].leaves.iter().filter(|time| **time >= 0.5).count(), 3);
    assert_eq!(keys(&figure), ["Onset", "95 % interval"]);
    assert!(matches!(figure.legend[1].sample, KeySample::Area(_)));
    let two = self::ward(&["astct-2019", "penn"]);
    let figure = onset(&words(6), &two.cohort).unwrap();
    assert_eq!((figure.panels[0].series.len(), figure.at_risk.len(), figure.panels[0].areas.len()), (2, 2, 0));
    assert!(onset(&words(0), &Cohort::new(&[Scale::astct_2019()])).is_none());
}

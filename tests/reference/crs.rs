//! `cart-crs`: care, grades and exposure against an independent computation, and what a clinician would expect.

use proptest::prelude::*;

use cascade::model::Model;
use cascade::sign::{Sign, Signs};
use cascade::simulate::Run;

use crate::support::{Case, METHODS, TOCILIZUMAB, at, embedded, exposure, graded, near, records, run, series, turns};

/// The run of a label such as `default`, `tocilizumab`, `tumour_0 8`, `tumour_0 x0.5`.
fn labelled(model: &Model, label: &str) -> Run {
    let (name, amount) = label.split_once(' ').unwrap_or((label, ""));
    let base = if name == "total_dose" { 1.1 } else { 2.0 };
    let amount = match amount.strip_prefix('x') {
        Some(factor) => base * factor.parse::<f64>().unwrap(),
        None => amount.parse().unwrap_or(base),
    };
    let change = format!("{name}={amount} 1e9 cells");
    let case = match name {
        "default" => Case::default(),
        "tocilizumab" => Case { doses: TOCILIZUMAB, ..Case::default() },
        _ => Case { overrides: &[&change], ..Case::default() },
    };
    run(graded(case.of(model)).with_exposure())
}

#[test]
fn care_begins_and_ends_when_it_should() {
    let model = embedded("cart-crs");
    let rows = &records("cart-crs-care")[1..];
    for label in ["default", "tocilizumab", "tumour_0 8"] {
        let found = labelled(&model, label);
        let steps: Vec<_> = model.switches.iter().filter(|switch| switch.care.is_some()).collect();
        let mut seen = 0;
        for switch in steps {
            let name = switch.name.text.as_str();
            let expected: Vec<(f64, bool)> = rows
                .iter()
                .filter(|row| row[0] == label && row[2] == name)
                .map(|row| (row[1].parse().unwrap(), row[3] == "1"))
                .collect();
            let found = turns(&model, &found, name);
            assert_eq!(found.len(), expected.len(), "{label}: {name} turns {found:?}, not {expected:?}");
            for ((time, on), (when, begins)) in found.iter().zip(&expected) {
                // A minute at default tolerance.
                assert!((time - when).abs() < 7e-4 && on == begins, "{label}: {name} {found:?}, not {expected:?}");
            }
            seen += expected.len();
        }
        // The drug itself stands in the table too; it is a dose, not a step.
        let given = rows.iter().filter(|row| row[0] == label && row[2] == "anticytokine").count();
        assert_eq!(seen + given, rows.iter().filter(|row| row[0] == label).count());
    }
}

#[test]
fn care_times_sharpen_with_the_tolerance() {
    let model = embedded("cart-crs");
    let change = ["tumour_0=8 1e9 cells"];
    let found = run(Case { overrides: &change, ..Case::default() }.of(&model).rtol(1e-11).unwrap());
    for row in records("cart-crs-care").iter().filter(|row| row[0] == "tumour_0 8") {
        let when: f64 = row[1].parse().unwrap();
        let nearest =
            turns(&model, &found, &row[2]).iter().map(|(time, _)| (time - when).abs()).fold(f64::INFINITY, f64::min);
        assert!(nearest < 5e-9, "{} at {when}: off by {nearest:.1e} d", row[2]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_method_tells_the_same_story(burden in 0.1..10.0f64, tocilizumab in prop::option::of(1.0..9.0f64)) {
        let model = embedded("cart-crs");
        let burden = format!("tumour_0={burden} 1e9 cells");
        let doses = tocilizumab.map_or(String::new(), |day| format!("tocilizumab 800 mg over 1 h at {day} d"));
        let story = |method| {
            let case = Case { set: "", overrides: &[&burden], doses: &doses };
            run(graded(case.of(&model)).method(method).rtol(1e-9).unwrap())
        };
        let usual = story(METHODS[0]);
        for method in &METHODS[1..] {
            let other = story(*method);
            prop_assert_eq!(usual.events.len(), other.events.len(), "{}", method);
            for (a, b) in usual.events.iter().zip(&other.events) {
                prop_assert!((a.time - b.time).abs() < 1e-5 && a.kind == b.kind, "{}: {:?} {:?}", method, a, b);
            }
            let rows = |run: &Run| run.course().unwrap().rows().to_vec();
            let (a, b) = (rows(&usual), rows(&other));
            prop_assert_eq!(a.len(), b.len(), "{}", method);
            for (a, b) in a.iter().zip(&b) {
                prop_assert!((a.time - b.time).abs() < 1e-5 && a.finding == b.finding, "{}: {:?} {:?}", method, a, b);
            }
        }
    }
}

/// Rows of `features.csv` whose label has this beginning, by the rest of the label.
fn labels(beginning: &str) -> Vec<(String, Vec<Vec<String>>)> {
    let mut groups: Vec<(String, Vec<Vec<String>>)> = Vec::new();
    for row in records("features") {
        let Some(label) = row[0].strip_prefix(beginning) else { continue };
        match groups.last_mut().filter(|group| group.0 == label) {
            Some(group) => group.1.push(row),
            None => groups.push((label.to_string(), vec![row])),
        }
    }
    groups
}

/// Compares a run with its rows of `features.csv`.
fn compare(label: &str, rows: &[Vec<String>], found: &Run) {
    let course = found.course().unwrap();
    for row in rows {
        let (output, quantity, value): (&str, &str, f64) = (&row[1], &row[2], row[3].parse().unwrap());
        let what = format!("{label}: {output}, {quantity}");
        match quantity {
            "maximum" => {
                let exposure = exposure(found, output);
                near(&what, exposure.cmax.unwrap(), value, 1e-3);
                near(&format!("{what}, time"), exposure.tmax.unwrap(), row[4].parse().unwrap(), 5e-3);
            }
            // Given to a tenth of a mmHg, or a hundredth of a percent.
            "minimum" => {
                let last = if output == "spo2" { 0.006 } else { 0.06 };
                let lowest = exposure(found, output).nadir.unwrap();
                assert!((lowest - value).abs() < last, "{what}: {lowest}, not {value}");
            }
            "at" => {
                let last = found.trajectory.rows() - 1;
                assert_eq!(found.trajectory.time[last], row[4].parse::<f64>().unwrap());
                near(&what, series(&found.trajectory, output)[last], value, 1e-3);
            }
            "onset of fever" => near(&what, course.episodes()[0].onset, row[4].parse().unwrap(), 1e-4),
            "end of fever" => {
                let hot = |signs: &Signs| signs.get(Sign::Temperature).unwrap() >= 38.0;
                let last = found.readings.iter().rposition(|(_, signs)| hot(signs)).unwrap();
                // The last time at which the temperature is read at 38.0 or more is before its end, which is located.
                near(&what, found.readings[last + 1].0, row[4].parse().unwrap(), 1e-4);
            }
            "maximum by the care given" => assert_eq!(course.maximum().grade, Some(value as u8), "{what}"),
            other => panic!("what is {other}?"),
        }
    }
}

#[test]
fn features() {
    let model = embedded("cart-crs");
    let groups = labels("cart-crs ");
    assert_eq!(groups.len(), 11);
    for (label, rows) in &groups {
        compare(label, rows, &labelled(&model, label));
    }
}

#[test]
fn features_of_the_sets_with_and_without_drugs() {
    let model = embedded("cart-crs");
    let groups = labels("cart-crs-set ");
    assert_eq!(groups.len(), 17);
    for (label, rows) in &groups {
        let (set, doses) = label.split_once(' ').unwrap_or((label, ""));
        compare(label, rows, &run(graded(Case { set, overrides: &[], doses }.of(&model)).with_exposure()));
    }
}

#[test]
fn tocilizumab_lowers_temperature_while_measured_il6_rises() {
    let model = embedded("cart-crs");
    let times = [2.9, 3.0, 3.1, 3.25, 3.5, 3.75, 4.0];
    let given = run(at(Case { doses: TOCILIZUMAB, ..Case::default() }.of(&model), &times)).trajectory;
    let without = run(at(Case::default().of(&model), &times)).trajectory;
    let (il6, temperature) = (series(&given, "il6"), series(&given, "temperature"));
    assert!(il6.windows(2).all(|pair| pair[0] < pair[1]), "{il6:?}");
    // Measured IL-6 is 2 to 10 times what it would have been; signalling is a tenth at most.
    let ratio = il6[6] / series(&without, "il6")[6];
    assert!((2.0..10.0).contains(&ratio), "{ratio}");
    assert!(temperature[1] > 38.0 && temperature[6] < 38.0, "{temperature:?}");
    assert!(series(&without, "temperature")[6] > 39.0);
    // Which gate closed: signalling falls to less than a tenth within half a day, and fever follows.
    assert!(series(&given, "pyrogen")[4] < 0.1 * series(&without, "pyrogen")[4]);
}

#[test]
fn every_grade_is_reached_by_burden_alone() {
    let model = embedded("cart-crs");
    let grades: Vec<u8> = ["x0.1", "x0.25", "x0.5", "x1", "x2", "x4"]
        .map(|factor| labelled(&model, &format!("tumour_0 {factor}")).course().unwrap().maximum().grade.unwrap())
        .to_vec();
    assert!(grades.windows(2).all(|pair| pair[0] <= pair[1]), "{grades:?}");
    for grade in 0..=4 {
        assert!(grades.contains(&grade), "{grades:?}");
    }
}

#[test]
fn dose_hardly_matters() {
    let model = embedded("cart-crs");
    let hottest = |label: &str| exposure(&labelled(&model, label), "temperature").cmax.unwrap();
    let usual = hottest("default");
    for factor in ["x0.25", "x0.5", "x2", "x4"] {
        let change = hottest(&format!("total_dose {factor}")) - usual;
        assert!(change.abs() < 0.1, "{factor}: {change} K");
    }
}

#[test]
fn onset_length_and_end_of_the_default_course() {
    let model = embedded("cart-crs");
    let course = labelled(&model, "default").courses.remove(0);
    let [episode] = course.episodes() else { panic!("{:?}", course.episodes()) };
    assert!((2.0..=4.0).contains(&episode.onset), "{}", episode.onset);
    // Fever ends at 8.94 d; the cannula, off at 8.88 d, and fluids are gone by then. Clear from there for 24 h.
    near("end", episode.end, 8.941_172_3, 1e-4);
    assert_eq!(course.maximum().grade, Some(2));
}

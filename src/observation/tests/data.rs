//! What was observed: values, limits, units, and what cannot be.

use proptest::prelude::*;

use super::super::{
    Data, DataSubject, Measurement, MoreColumns, ObservedRow, SimulatedSubject, read_data, read_design, write_data,
};
use super::small;
use crate::diagnostic::{Problems, Source};
use crate::error_model::Observed;
use crate::model::Model;
use crate::trajectory::{Sidecar, SidecarColumn};

fn attempt(model: &Model, text: &str) -> (Option<Data>, String) {
    let mut problems = Problems::default();
    let data = read_data(&Source::new("d.csv", text), &Sidecar::default(), model, &mut problems);
    assert_eq!(data.is_some(), !problems.has_errors());
    (data, problems.to_string())
}

fn one(text: &str) -> DataSubject {
    let (data, told) = attempt(&small(), text);
    assert_eq!(told, "", "{text:?}");
    data.unwrap().subjects.remove(0)
}

fn observed(text: &str) -> Vec<Observed> {
    one(text).observed.iter().map(|row| row.observed).collect()
}

const BELOW: fn(f64) -> Observed = Observed::Below;

#[test]
fn rows_are_sorted_by_time_with_what_was_observed_beside_them() {
    let text = "ID,TIME,DVID,DV,OCC\nb,4,conc,40,2\na,1,conc,10,\nb,2,conc,20,1\n\nb,4,effect,41,3\nb,3,effect,30,.\n";
    let (data, told) = attempt(&small(), text);
    assert_eq!(told, "");
    let subjects = data.unwrap().subjects;
    let rows = |subject: &DataSubject| {
        assert_eq!(subject.design.rows.len(), subject.observed.len());
        let pairs = subject.design.rows.iter().zip(&subject.observed);
        pairs.map(|(row, seen)| (row.time, row.output, seen.value, seen.occasion, seen.line)).collect::<Vec<_>>()
    };
    let b =
        [(2.0, 0, 20.0, Some(1), 4), (3.0, 1, 30.0, None, 7), (4.0, 0, 40.0, Some(2), 2), (4.0, 1, 41.0, Some(3), 6)];
    assert_eq!(rows(&subjects[0]), b);
    assert_eq!(rows(&subjects[1]), [(1.0, 0, 10.0, None, 3)]);
    let places: Vec<(usize, String)> = subjects[0]
        .observed
        .iter()
        .map(|ObservedRow { place, .. }| (place.position().line, place.text().to_string()))
        .collect();
    assert_eq!(places, [(4, "20".into()), (7, "30".into()), (2, "40".into()), (6, "41".into())]);
}

#[test]
fn limits_are_values_below_above_and_between() {
    let text =
        "TIME,DVID,DV,CENS,LIMIT\n1,1,3,0,.\n2,1,5,1,.\n3,1,5,1,2\n4,1,9,-1,\n5,1,9,-1,12\n6,1,7,,1\n7,1,5,1,0\n";
    let between = |low, high| Observed::Between { low, high };
    let expected = [
        Observed::Value(3.0),
        BELOW(5.0),
        between(2.0, 5.0),
        Observed::Above(9.0),
        between(9.0, 12.0),
        Observed::Value(7.0),
        between(0.0, 5.0),
    ];
    assert_eq!(observed(text), expected);
    assert_eq!(one(text).observed[2].value, 5.0);
    // BLQ is CENS by another name; text says it without a column.
    assert_eq!(observed("TIME,DVID,DV,BLQ\n1,1,3,0\n2,1,5,1\n"), [Observed::Value(3.0), BELOW(5.0)]);
    let words = "TIME,DVID,DV\n1,1,<5\n2,1,< 5\n3,1,>60\n4,1,BLQ\n5,1,<LLOQ\n6,1,blq\n7,1,< lloq\n";
    let limit = BELOW(0.4);
    assert_eq!(observed(words), [BELOW(5.0), BELOW(5.0), Observed::Above(60.0), limit, limit, limit, limit]);
    assert_eq!(observed("TIME,DVID,DV,LIMIT\n1,1,<5,2\n"), [between(2.0, 5.0)]);
    assert_eq!(observed("TIME,DVID,DV,CENS\n1,1,<5,1\n2,1,>5,-1\n3,1,,1\n"), [BELOW(5.0), Observed::Above(5.0), limit]);
    // The limit of the row stands before that of the output, and gives one to an output without.
    assert_eq!(observed("TIME,DVID,DV,LLOQ\n1,1,BLQ,0.7\n2,1,BLQ,\n3,2,BLQ,9\n"), [BELOW(0.7), limit, BELOW(9.0)]);
}

/// conc in mg/L (limit 0.4), effect in ug/L: 500 ng/mL are 0.5 mg/L and 500 ug/L.
#[test]
fn values_and_limits_are_converted_from_the_unit_of_their_heading() {
    let text = "TIME,DVID,DV [ng/mL],CENS,LIMIT\n1,conc,500,0,.\n2,effect,500,0,.\n3,conc,500,1,250\n4,conc,<600,,.\n\
                5,conc,BLQ,,.\n6,conc,400,0,.\n";
    let between = Observed::Between { low: 0.25, high: 0.5 };
    let expected =
        [Observed::Value(0.5), Observed::Value(500.0), between, BELOW(0.6), BELOW(0.4), Observed::Value(0.4)];
    assert_eq!(observed(text), expected);
    let text = "TIME,DVID,DV [ng/mL],CENS,LIMIT [mg/L],LLOQ [ug/mL]\n1,conc,500,1,0.1,.\n2,conc,BLQ,.,.,0.3\n";
    assert_eq!(observed(text), [Observed::Between { low: 0.1, high: 0.5 }, BELOW(0.3)]);
    let column = SidecarColumn { name: "DV".into(), unit: "ng/mL".into(), label: String::new() };
    let sidecar = Sidecar { columns: vec![column] };
    let table = Source::new("d.csv", "TIME,DVID,DV\n1,conc,500\n");
    let data = read_data(&table, &sidecar, &small(), &mut Problems::default()).unwrap();
    assert_eq!(data.subjects[0].observed[0].value, 0.5);
}

#[test]
fn rows_without_an_observation_are_passed_over_whatever_stands_in_them() {
    let text = "ID,TIME,EVID,MDV,AMT,CMT,DVID,DV,CENS,OCC\n1,0,1,1,100,drug,.,.,.,.\n1,1,0,1,.,.,1,.,9,x\n\
                1,2,2,0,.,.,.,seen,.,.\n1,2,0,0,.,.,1,4.5,0,1\n2,2,0,0,.,.,1,4,0,1\n3,0,1,1,5,drug,.,.,.,.\n";
    let (data, told) = attempt(&small(), text);
    assert_eq!(told, "");
    let subjects = data.unwrap().subjects;
    assert_eq!(subjects.iter().map(|subject| subject.observed.len()).collect::<Vec<_>>(), [1, 1, 0]);
    assert_eq!(subjects[0].design.doses.as_ref().unwrap().doses.len(), 1);
    assert_eq!(subjects[1].design.doses.as_ref().unwrap().doses.len(), 0, "others have doses, it has none");
    assert_eq!(subjects[0].observed[0].line, 5);
}

#[test]
fn an_observation_before_the_dose_of_its_time_keeps_its_value() {
    let text = "TIME,EVID,AMT,CMT,DVID,DV\n0,1,100,drug,.,.\n12,0,.,.,1,1.5\n12,1,100,drug,.,.\n24,0,.,.,1,1.6\n\
                24,1,100,drug,.,.\n30,0,.,.,1,4\n";
    let subject = one(text);
    let rows = subject.design.rows.iter().zip(&subject.observed).map(|(row, seen)| (row.before, seen.value));
    assert_eq!(rows.collect::<Vec<_>>(), [(true, 1.5), (true, 1.6), (false, 4.0)]);
}

/// A covariate that is called like a column of data is both.
#[test]
fn occasions_can_be_a_covariate_too() {
    let text = super::MODEL.replace("[covariates.weight]\nunit = \"kg\"", "[covariates.occ]\nunit = \"1\"");
    let text = text.replace("(weight / 70 [kg])", "(occ / 70)");
    let model = Model::parse(&Source::new("small.toml", text)).unwrap().0;
    let (data, told) = attempt(&model, "TIME,DVID,DV,OCC\n1,1,3,2\n");
    assert_eq!(told, "");
    let subject = data.unwrap().subjects.remove(0);
    assert_eq!((subject.observed[0].occasion, &*subject.design.covariates[0].points), (Some(2), &[(1.0, 2.0)][..]));
}

const WRONG: &[(&str, &str)] = &[
    ("TIME,DVID\n1,1\n", "d.csv:1:1: error[D006]: no column `DV`\n  help: what was observed stands under `DV`"),
    (
        "TIME,DVID,DVV\n1,1,3\n",
        "error[D006]: no column `DV`\n  help: what was observed stands under `DV`; did you mean",
    ),
    ("DV\n1\n", "d.csv:1:1: error[D006]: no column `TIME`"),
    ("TIME,DVID,DV,MDV\n1,1,3,1\n", "d.csv:1:1: error[D001]: the table has no observation"),
    (
        "TIME,DVID,DV\n1,1,3\n2,1,.\n",
        "d.csv:3:5: error[D017]: observation without a value: DV is empty\n  help: write what was observed, or MDV 1, or remove the row",
    ),
    ("TIME,DVID,DV,MDV\n1,1,,0\n", "d.csv:2:5: error[D017]: observation without a value"),
    ("TIME,DVID,DV,CENS\n1,1,,-1\n", "d.csv:2:5: error[D017]: observation without a value"),
    ("TIME,DVID,DV,CENS\n1,1,,0\n", "d.csv:2:5: error[D017]: observation without a value"),
    ("TIME,DVID,DV\n1,1,nan\n", "d.csv:2:5: error[D007]: `nan` is not a number\n  help: a number, `<5`"),
    ("TIME,DVID,DV\n1,1,inf\n", "d.csv:2:5: error[D007]: `inf` is not a number"),
    ("TIME,DVID,DV\n1,1,1e999\n", "d.csv:2:5: error[D007]: `1e999` is not a number"),
    ("TIME,DVID,DV\n1,1,4 5\n", "d.csv:2:5: error[D007]: `4 5` is not a number"),
    ("TIME,DVID,DV\n1,1,<x\n", "d.csv:2:5: error[D007]: `<x` is not a number"),
    ("TIME,DVID,DV\n1,1,\"3,5\"\n", "error[D007]: `3,5` is not a number\n  help: decimals stand behind a point: `3.5`"),
    ("TIME,DVID,DV\n1,2,BLQ\n", "d.csv:2:5: error[D017]: DV is `BLQ`, and `effect` has no limit of quantification"),
    ("TIME,DVID,DV,CENS\n1,2,.,1\n", "d.csv:2:5: error[D017]: DV is empty, and `effect` has no limit"),
    ("TIME,DVID,DV,CENS\n1,1,3,3\n", "d.csv:2:7: error[D017]: CENS cannot be 3\n  help: 0 a value, 1 below"),
    ("TIME,DVID,DV,CENS\n1,1,3,x\n", "d.csv:2:7: error[D007]: `x` is not a number"),
    ("TIME,DVID,DV,BLQ\n1,1,3,-1\n", "d.csv:2:7: error[D017]: BLQ cannot be -1"),
    ("TIME,DVID,DV,BLQ,CENS\n1,1,3,0,0\n", "d.csv:1:18: error[D003]: `BLQ` and `CENS` are one column"),
    ("TIME,DVID,DV,CENS\n1,1,<5,0\n", "d.csv:2:5: error[D017]: DV `<5` with CENS 0"),
    ("TIME,DVID,DV,CENS\n1,1,>5,1\n", "d.csv:2:5: error[D017]: DV `>5` with CENS 1"),
    ("TIME,DVID,DV,BLQ\n1,1,BLQ,0\n", "d.csv:2:5: error[D017]: DV `BLQ` with BLQ 0"),
    ("TIME,DVID,DV,CENS,LIMIT\n1,1,5,1,5\n", "d.csv:2:9: error[D017]: LIMIT 5 is not below DV 5"),
    ("TIME,DVID,DV,CENS,LIMIT\n1,1,5,-1,4\n", "d.csv:2:10: error[D017]: LIMIT 4 is not above DV 5"),
    ("TIME,DVID,DV,CENS,LIMIT\n1,1,5,1,low\n", "d.csv:2:9: error[D007]: `low` is not a number"),
    (
        "TIME,DVID,DV,CENS\n1,1,0,1\n",
        "d.csv:2:5: error[D017]: below a limit of 0, and that of `conc` is 0.4\n  help: where CENS is 1, DV is the limit",
    ),
    (
        "TIME,DVID,DV\n1,2,0\n",
        "d.csv:2:5: error[D017]: 0 has no logarithm, and the error of `effect` acts on it\n  help: mark a value below",
    ),
    ("TIME,DVID,DV,CENS\n1,2,-3,0\n", "d.csv:2:5: error[D017]: -3 has no logarithm"),
    ("TIME,DVID,DV,CENS\n1,2,0,1\n", "d.csv:2:5: error[D017]: 0 has no logarithm"),
    (
        "TIME,DVID,DV [mg]\n1,1,5\n",
        "d.csv:2:5: error[U007]: `conc` is in mg/L, column `DV` in mg\n  help: correct the heading",
    ),
    ("TIME,DVID,DV,CENS,LIMIT [h]\n1,1,5,1,2\n", "d.csv:2:9: error[U007]: `conc` is in mg/L, column `LIMIT` in h"),
    ("TIME,DVID,DV [mgg]\n1,1,5\n", "d.csv:1:15: error[U001]: unknown unit `mgg`"),
    ("TIME,DVID,DV [kg/uL]\n1,1,1e300\n", "d.csv:2:5: error[D007]: `1e300` is too large"),
    ("TIME,DVID,DV,OCC\n1,1,5,1.5\n", "d.csv:2:7: error[D017]: OCC 1.5 is no occasion"),
    ("TIME,DVID,DV,OCC\n1,1,5,-1\n", "d.csv:2:7: error[D017]: OCC -1 is no occasion"),
    // What a design refuses, data refuse.
    ("TIME,DVID,DV\nx,1,5\n", "d.csv:2:1: error[D007]: `x` is no time"),
    ("TIME,DV\n1,5\n", "d.csv:2:1: error[D013]: which output"),
    ("TIME,DVID,DV\n1,total,5\n", "d.csv:2:3: error[D014]: output `total` of `small` has no residual error"),
    ("TIME,AMT,CMT,DVID,DV\n0,5,drgu,.,.\n1,0,.,1,5\n", "d.csv:2:5: error[D015]: `drgu` is neither"),
];

#[test]
fn each_observation_that_cannot_be_is_told_with_file_line_and_column() {
    let model = small();
    let mut wrong = Vec::new();
    for (text, expected) in WRONG {
        let (data, told) = attempt(&model, text);
        if data.is_some() || !told.contains(expected) {
            wrong.push(format!("{text:?}\n  should say {expected}\n  but says   {told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_unit_that_does_not_fit_is_told_once_and_many_mistakes_are_counted() {
    let model = small();
    let (_, told) = attempt(&model, &("TIME,DVID,DV [mg]\n".to_string() + &"1,1,5\n1,2,5\n".repeat(9)));
    assert_eq!(told.matches("error[U007]").count(), 2, "{told}");
    let (_, told) = attempt(&model, &("TIME,DVID,DV\n".to_string() + &"1,1,.\n".repeat(50)));
    assert!(told.matches("error[D017]").count() == 20 && told.contains("30 more such mistakes"), "{told}");
}

#[test]
fn values_below_the_limit_that_are_not_marked_are_counted_by_output() {
    let text = "TIME,DVID,DV,CENS,LLOQ\n1,1,3,0,.\n2,1,0.39,0,.\n3,1,-0.1,0,.\n4,1,0.4,0,.\n5,1,0.4,1,.\n6,2,3,0,.\n\
                7,2,0.5,0,4\n";
    let (data, told) = attempt(&small(), text);
    assert_eq!(data.unwrap().subjects[0].observed[1].observed, Observed::Value(0.39));
    let expected =
        "d.csv:3:5: warning[D018]: 2 values of `conc` lie below the limit of quantification, 0.4 mg/L, and CENS is 0";
    assert!(told.starts_with(expected), "{told}");
    let expected = "d.csv:8:5: warning[D018]: 1 value of `effect` lies below the limit of quantification, 4 ug/L";
    assert!(told.contains(expected) && told.matches("D018").count() == 2, "{told}");
}

#[test]
fn a_design_still_passes_over_what_was_observed() {
    let model = small();
    let text = "TIME,DVID,DV [mg],CENS,BLQ,LIMIT,LLOQ,OCC\n1,1,x,9,9,y,z,-1\n";
    let mut problems = Problems::default();
    let design = read_design(&Source::new("d.csv", text), &Sidecar::default(), &model, &mut problems);
    assert!(design.is_some() && problems.is_empty(), "{problems}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What is simulated and written reads back as data, bit for bit, on the rows of the design.
    #[test]
    fn simulated_data_read_back(visits in prop::collection::vec((0.0..48.0f64, 0..2usize, 1e-6..1e6f64, any::<bool>()), 1..30)) {
        let model = small();
        let mut sorted = visits;
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let measured = sorted.iter().map(|&(time, output, value, below_limit)| Measurement {
            subject: "one".into(),
            output: model.outputs[output].name.text.clone(),
            time,
            value: value + 0.4,
            below_limit,
        });
        let name = "one".to_string();
        let text = write_data(&[SimulatedSubject { name, doses: vec![], measured: measured.collect(), before: vec![] }], MoreColumns::default());
        let (data, told) = attempt(&model, &text);
        prop_assert_eq!(told, "");
        let subject = data.unwrap().subjects.remove(0);
        let mut problems = Problems::default();
        let design = read_design(&Source::new("d.csv", &*text), &Sidecar::default(), &model, &mut problems).unwrap();
        prop_assert_eq!(&subject.design, &design.subjects[0]);
        for (at, &(time, output, value, below)) in sorted.iter().enumerate() {
            let (row, seen) = (&subject.design.rows[at], &subject.observed[at]);
            prop_assert_eq!((row.time, row.output), (time, output));
            let value = value + 0.4;
            prop_assert_eq!(seen.observed, if below { Observed::Below(value) } else { Observed::Value(value) });
            prop_assert_eq!((seen.value, seen.line), (value, at + 2));
        }
    }
}

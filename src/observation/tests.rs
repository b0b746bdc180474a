//! Designs, simulated data, and the way there and back.

mod data;
mod wrong;

use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Problems, Source};
use crate::model::{Model, Values};
use crate::random::{Purpose, Stream};
use crate::regimen::{Administration, Delivery, Given};
use crate::trajectory::Sidecar;

/// Masses are canonical in pg.
const MG: f64 = 1e9;

const MODEL: &str = include_str!("tests/small.toml");

fn small() -> Model {
    Model::parse(&Source::new("small.toml", MODEL)).unwrap().0
}

fn attempt(model: &Model, text: &str) -> (Option<Design>, String) {
    let mut problems = Problems::default();
    let design = read_design(&Source::new("d.csv", text), &Sidecar::default(), model, &mut problems);
    assert_eq!(design.is_some(), !problems.has_errors());
    (design, problems.to_string())
}

fn design(model: &Model, text: &str) -> Design {
    let (design, told) = attempt(model, text);
    assert_eq!(told, "");
    design.unwrap()
}

fn rows(subject: &DesignSubject) -> Vec<(f64, usize)> {
    subject.rows.iter().map(|row| (row.time, row.output)).collect()
}

fn given(model: &Model, subject: &DesignSubject) -> Vec<Administration> {
    let mut problems = Problems::default();
    let list = subject.doses.as_ref().expect("doses").resolve(model, &mut problems);
    assert!(problems.is_empty(), "{problems}");
    list
}

#[test]
fn rows_are_grouped_by_subject_and_sorted_by_time() {
    let model = small();
    let found = design(&model, "ID,TIME,DVID\nb,4,2\na,1,conc\nb,2,1\nb,4,conc\n");
    assert_eq!(found.subjects.iter().map(|subject| subject.name.as_str()).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(rows(&found.subjects[0]), [(2.0, 0), (4.0, 1), (4.0, 0)]);
    assert_eq!(found.subjects[0].doses, None);
}

#[test]
fn marks_line_ends_units_and_small_letters_are_understood() {
    let model = small();
    let plain = design(&model, "ID,TIME,DVID\n1,24,conc\n1,36,effect\n");
    for text in [
        "\u{feff}ID,TIME,DVID\r\n1,24,conc\r\n1,36,effect\r\n",
        "id,time [d],dvid\n1,1,conc\n1,1.5,2\n",
        "subject,TIME [min],output,DV,CENS,LIMIT\n1,1440,1,3,0,.\n1,2160,2,.,0,.\n",
        "TIME,EVID,MDV,AMT,DVID,ID\n24,0,0,0,1,1\n30,0,1,.,1,1\n36,0,.,.,2,1\n",
    ] {
        assert_eq!(design(&model, text), plain, "{text:?}");
    }
}

#[test]
fn the_only_output_with_an_error_needs_no_name() {
    let model = Model::embedded("stein-2019").unwrap();
    let found = design(&model, "TIME\n3\n");
    assert_eq!(found.subjects[0].name, "1");
    assert_eq!(model.outputs[found.subjects[0].rows[0].output].name.text, "cart");
}

#[test]
fn dose_records_are_the_doses_of_their_subject_and_leave_others_without() {
    let model = small();
    let text = "ID,TIME,EVID,AMT,CMT,RATE,II,ADDL,DVID\n\
                1,0,1,100,central,0,12,2,.\n1,6,1,50,2,25,.,.,.\n1,7,1,30,slow,-2,0,0,.\n1,8,1,0,rescue,0,.,.,.\n\
                1,8,0,0,.,.,.,.,conc\n2,8,0,0,.,.,.,.,conc\n";
    let found = design(&model, text);
    let list = given(&model, &found.subjects[0]);
    let plain: Vec<_> = list
        .iter()
        .map(|dose| (dose.time, &*model.doses[dose.entry.unwrap()].name.text, dose.amount, dose.delivery))
        .collect();
    let at_once = Delivery::Declared;
    assert_eq!(
        plain,
        [
            (0.0, "drug", Given::Fixed(100.0 * MG), at_once),
            (6.0, "slow", Given::Fixed(50.0 * MG), Delivery::Rate(25.0 * MG)),
            (7.0, "slow", Given::Fixed(30.0 * MG), at_once),
            (8.0, "rescue", Given::Marker, at_once),
            (12.0, "drug", Given::Fixed(100.0 * MG), at_once),
            (24.0, "drug", Given::Fixed(100.0 * MG), at_once),
        ]
    );
    assert!(given(&model, &found.subjects[1]).is_empty(), "subject 2 has no dose records");
    // Units in the heading; without EVID an amount makes a dose.
    let found = design(&model, "TIME [d],AMT [g],CMT,DVID\n0,0.1,drug,\n1,,,conc\n");
    let list = given(&model, &found.subjects[0]);
    assert_eq!((list[0].amount, rows(&found.subjects[0])), (Given::Fixed(100.0 * MG), vec![(24.0, 0)]));
}

#[test]
fn mistakes_are_told_with_place_and_remedy() {
    let model = small();
    for (text, expected) in [
        ("", "d.csv:1:1: error[D001]: the table is empty"),
        ("ID,TIME\n", "d.csv:1:1: error[D001]: the table has a header but no rows"),
        ("ID,DVID\n1,1\n", "d.csv:1:1: error[D006]: no column `TIME`\n  help: `TIME [h]`"),
        ("ID,TIME,DVID\n1,NaN,1\n", "d.csv:2:3: error[D007]: `NaN` is no time"),
        ("ID,TIME,DVID\n1,.,1\n", "d.csv:2:3: error[D007]: `.` is no time"),
        ("ID,TIME,DVID\n1,inf,1\n", "d.csv:2:3: error[D007]: `inf` is no time"),
        (
            "ID,TIME,DVID\n1,2,cnoc\n",
            "d.csv:2:5: error[D013]: `cnoc` is not an output of `small`\n  help: did you mean `conc`?",
        ),
        ("ID,TIME,DVID\n1,2,9\n", "d.csv:2:5: error[D013]: `9` is not an output"),
        ("ID,TIME,DVID\n1,2,0\n", "d.csv:2:5: error[D013]: `0` is not an output"),
        (
            "ID,TIME\n1,2\n",
            "d.csv:2:1: error[D013]: which output is to be observed?\n  help: add a column DVID; outputs with a residual error: conc, effect",
        ),
        (
            "ID,TIME,DVID\n1,2,total\n1,3,total\n",
            "d.csv:2:5: error[D014]: output `total` of `small` has no residual error\n  help: declare it under [outputs.total]",
        ),
        ("ID,TIME,TIME,DVID\n1,2,2,1\n", "d.csv:1:9: error[D003]: column `TIME` is there twice"),
        ("ID,id,TIME,DVID\n1,1,2,1\n", "d.csv:1:4: error[D003]: `ID` and `id` are one column"),
        ("ID,TIME [mg],DVID\n1,2,1\n", "d.csv:1:10: error[U007]: column `TIME` is in mg"),
        ("ID,TIME,DVID\n,2,1\n", "d.csv:2:1: error[D015]: row without a subject"),
        ("ID,TIME,DVID,EVID\n1,2,1,5\n", "d.csv:2:7: error[D015]: no such event: EVID 5"),
        ("ID,TIME,DVID,EVID\n1,2,1,x\n", "d.csv:2:7: error[D007]: `x` is not a number"),
        ("ID,TIME,DVID,EVID,AMT\n1,2,1,0,5\n", "d.csv:2:9: error[D015]: an observation with an amount: AMT 5"),
        ("ID,TIME,DVID,MDV\n1,2,1,2\n", "d.csv:2:7: error[D015]: MDV is neither 0 nor 1: 2"),
        ("ID,TIME,DVID,MDV\n1,2,1,1\n", "d.csv:1:1: error[D001]: the design asks for no observation"),
        (
            "TIME,EVID,AMT,CMT\n0,1,5,drgu\n",
            "d.csv:2:7: error[D015]: `drgu` is neither a dose entry nor a state\n  help: did you mean `drug`?",
        ),
        (
            "TIME,EVID,AMT,CMT\n0,1,5,.\n",
            "d.csv:2:7: error[D015]: a dose of what?\n  help: CMT names a dose entry: drug, slow, rescue",
        ),
        ("TIME,EVID,AMT,CMT\n0,1,5,3\n", "d.csv:2:7: error[D015]: `3` is neither"),
        ("TIME,EVID,AMT,CMT\n0,1,-5,drug\n", "d.csv:2:5: error[D015]: negative amount: AMT -5"),
        ("TIME,EVID,AMT,CMT\n0,1,5,old\n", "d.csv:2:7: error[R010]: this model takes no dose of `old`"),
        ("TIME,EVID,AMT,CMT\n0,1,5,rescue\n", "d.csv:2:5: error[R008]: `rescue` marks a time and takes no amount"),
        (
            "TIME,EVID,AMT [cells],CMT\n0,1,5,drug\n",
            "d.csv:2:5: error[U007]: the amount of `drug` is in mg, not in cells",
        ),
        (
            "TIME,EVID,AMT,CMT,RATE\n0,1,5,drug,-2\n",
            "d.csv:2:12: error[D015]: RATE -2 does not go with dose entry `drug`",
        ),
        (
            "TIME,EVID,AMT,CMT,RATE\n0,1,5,slow,-1\n",
            "d.csv:2:12: error[D015]: RATE -1 does not go with dose entry `slow`\n  help: RATE -2",
        ),
        ("TIME,EVID,AMT,CMT,SS\n0,1,5,drug,3\n", "d.csv:2:12: error[D015]: no such steady state: SS 3"),
        ("TIME,EVID,AMT,CMT,ADDL\n0,1,5,drug,2\n", "d.csv:2:12: error[D015]: additional doses cannot be: ADDL 2, II 0"),
        ("TIME,DVID,weight [mL]\n0,1,70\n", "d.csv:1:19: error[U007]: column `weight` is in mL"),
    ] {
        let (_, told) = attempt(&model, text);
        assert!(told.contains(expected), "{text:?} should say\n{expected}\nbut says\n{told}");
    }
}

#[test]
fn columns_that_mean_nothing_are_a_warning_and_many_mistakes_are_counted() {
    let model = small();
    let (found, told) = attempt(&model, "TIME,DVID,EVIDD\n0,1,1\n");
    assert!(found.is_some() && told.contains("warning[D012]: column `EVIDD` is not used"), "{told}");
    assert!(told.contains("did you mean `EVID`?"), "{told}");
    let (_, told) = attempt(&model, &("TIME,DVID\n".to_string() + &"x,1\n".repeat(500)));
    assert_eq!(told.matches("error[").count(), 21);
    assert!(told.contains("480 more"), "{told}");
}

#[test]
fn rows_outside_the_run_are_told() {
    let model = small();
    let found = design(&model, "TIME,DVID\n-1,1\n3,1\n99,1\n");
    let mut problems = Problems::default();
    found.subjects[0].check_within(0.0, 48.0, &model, &mut problems);
    let told = problems.to_string();
    assert!(told.starts_with("d.csv:2:1: error[N004]: time -1 h lies outside the run from 0 to 48 h"), "{told}");
    assert!(told.contains("d.csv:4:1: error[N004]: time 99 h") && told.contains("--until"), "{told}");
    let mut problems = Problems::default();
    found.subjects[0].check_within(-2.0, 99.0, &model, &mut problems);
    assert!(problems.is_empty());
}

#[test]
fn an_output_without_error_is_refused_in_the_library_too() {
    let model = small();
    let mut subject = design(&model, "TIME,DVID\n1,conc\n").subjects.remove(0);
    subject.rows[0].output = 2;
    let told = observe(&model, &subject, &[1.0], &mut Stream::new(1, 1, Purpose::Residual)).unwrap_err().to_string();
    assert!(told.contains("error[D014]: output `total`"), "{told}");
}

#[test]
fn what_was_observed_and_the_occasion_are_passed_over_in_silence() {
    let model = small();
    for (head, occasion) in [("OCC", "2"), ("occ", "second"), ("Occ", ".")] {
        let text = format!(
            "ID,TIME,EVID,AMT,CMT,DVID,DV,CENS,{head}\n1,0,1,10,drug,.,.,0,1\n1,2,0,0,.,conc,3.5,0,{occasion}\n"
        );
        let mut problems = Problems::default();
        let table = Source::new("design.csv", text);
        let read = [read_design, read_records].map(|read| read(&table, &Sidecar::default(), &model, &mut problems));
        assert!(problems.is_empty(), "{problems}");
        assert_eq!(read.map(|design| design.unwrap().subjects[0].rows.len()), [1, 0]);
    }
    // Another column is told.
    let mut problems = Problems::default();
    read_design(
        &Source::new("design.csv", "TIME,DVID,OCCASION\n1,conc,1\n"),
        &Sidecar::default(),
        &model,
        &mut problems,
    )
    .unwrap();
    assert!(problems.to_string().contains("OCCASION"), "{problems}");
}

#[test]
fn doses_are_written_in_the_unit_of_their_entry_without_rounding_error() {
    let model = small();
    let regimen = "drug 0.3 g over 3 h at 0.7 d every 0.7 d x 3; slow load at 1 h; rescue at 2 h; drug 5 mg at 400 h";
    let usual = model.defaults.regimen.clone();
    let list = usual.override_with(vec![regimen.parse().unwrap()]).resolve(&model, &mut Problems::default());
    let values = Values::new(&model, None, &[]).unwrap().parameters;
    let records = dose_records(&model, &list, &values, |_, _| 70.0, 48.0).unwrap();
    let record = |time, entry: &str, (amount, rate), (record, additional)| DoseRecord {
        time,
        entry: entry.into(),
        amount,
        rate,
        record,
        additional,
        ..DoseRecord::default()
    };
    assert_eq!(
        records,
        [
            record(1.0, "slow", (40.0, -2.0), (2, false)),
            record(2.0, "rescue", (0.0, 0.0), (3, false)),
            record(16.8, "drug", (300.0, 100.0), (1, false)),
            record(33.6, "drug", (300.0, 100.0), (1, true)),
        ]
    );
    // The fraction of `slow` would change a duration given as RATE.
    let list = "slow 40 mg over 2 h at 0 h".parse::<crate::regimen::Regimen>().unwrap();
    let list = list.resolve(&model, &mut Problems::default());
    let told = dose_records(&model, &list, &values, |_, _| 70.0, 48.0).unwrap_err().to_string();
    assert!(told.contains("error[D015]") && told.contains("give the dose with `rate`"), "{told}");
}

/// One dose of the small model, as text.
fn dose_text() -> impl Strategy<Value = String> {
    let amount = prop_oneof![
        (1e-3..1e4f64).prop_map(|amount| format!("{amount} mg")),
        (1e-3..1e2f64).prop_map(|amount| format!("{amount} mg/kg")),
        Just("load".to_string()),
    ];
    let cap = prop_oneof![Just(String::new()), (1.0..1e3f64).prop_map(|cap| format!(" cap {cap} mg"))];
    let only_if = prop_oneof![Just(""), Just(" if weight < 30 kg"), Just(" if weight >= 61.5 kg")];
    let infusion = prop_oneof![
        Just(String::new()),
        Just(" bolus".to_string()),
        (0.1..9.0f64).prop_map(|hours| format!(" over {hours} h")),
        (0.1..90.0f64).prop_map(|rate| format!(" rate {rate} mg/h")),
    ];
    let repeat = prop_oneof![
        Just(String::new()),
        (0.5..30.0f64, 1..5u32).prop_map(|(every, count)| format!(" every {every} h x {count}")),
        (0.5..30.0f64, prop::sample::select(vec!["ss", "ss2"]))
            .prop_map(|(every, ss)| format!(" every {every} h {ss}")),
        (0.5..30.0f64, 2..5u32).prop_map(|(every, count)| format!(" every {every} h x {count} ss")),
    ];
    let entry = prop::sample::select(vec!["drug", "slow"]);
    let given = (entry, amount, cap, only_if, infusion, -40.0..40.0f64, repeat);
    let given = given.prop_map(|(entry, amount, cap, only_if, infusion, time, repeat)| {
        format!("{entry} {amount}{cap}{only_if}{infusion} at {time} h{repeat}")
    });
    let time = -40.0..40.0f64;
    let split = (1.0..1e3f64, -40.0..40.0f64)
        .prop_map(|(amount, time)| format!("drug {amount} mg split 25/75 % at {time}, {} h", time + 1.0));
    let steps = (1.0..1e3f64, -40.0..40.0f64)
        .prop_map(|(amount, time)| format!("slow step {amount}/{} mg at {time}, {} h", 2.0 * amount, time + 7.0));
    prop_oneof![
        6 => given,
        1 => split,
        1 => steps,
        1 => time.clone().prop_map(|time| format!("reset at {time} h")),
        1 => time.prop_map(|time| format!("rescue at {time} h")),
    ]
}

/// Whether two numbers are one but for rounding.
fn alike(a: f64, b: f64) -> bool {
    a == b || crate::regimen::same_time(a, b)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A regimen as records gives the same again.
    #[test]
    fn a_regimen_reads_back_from_its_records(doses in prop::collection::vec(dose_text(), 1..6)) {
        let model = small();
        let regimen: crate::regimen::Regimen = doses.join("; ").parse().unwrap();
        let table = write_regimen(&model, &regimen).unwrap();
        let mut problems = Problems::default();
        let read = read_records(&Source::new("r.csv", &*table), &Sidecar::default(), &model, &mut problems);
        prop_assert!(problems.is_empty(), "{}{}", table, problems);
        let back = given(&model, &read.unwrap().subjects[0]);
        let wanted = regimen.resolve(&model, &mut problems);
        prop_assert_eq!(back.len(), wanted.len(), "{}", table);
        for (a, b) in back.iter().zip(&wanted) {
            let same = alike(a.time, b.time) && alike(a.cap, b.cap) && a.entry == b.entry && a.band == b.band;
            prop_assert!(same && a.additional == b.additional, "{:?} {:?} {}", a, b, table);
            let amounts = match (a.amount, b.amount) {
                (Given::Fixed(a), Given::Fixed(b)) => alike(a, b),
                (Given::PerBody { amount: a, .. }, Given::PerBody { amount: b, .. }) => alike(a, b),
                (a, b) => a == b,
            };
            // At once is at once, whether the entry says so or the dose.
            let at_once = |delivery| matches!(delivery, Delivery::Bolus | Delivery::Declared);
            let deliveries = match (a.delivery, b.delivery) {
                (Delivery::Rate(a), Delivery::Rate(b)) | (Delivery::Duration(a), Delivery::Duration(b)) => alike(a, b),
                (one, other) if model.doses[a.entry.unwrap_or(0)].name.text == "drug" => at_once(one) == at_once(other),
                (a, b) => a == b,
            };
            let steady = match (a.steady, b.steady) {
                (Some(a), Some(b)) => a.adds == b.adds && alike(a.interval.unwrap(), b.interval.unwrap()),
                (a, b) => a == b,
            };
            prop_assert!(amounts && deliveries && steady, "{:?} {:?} {}", a, b, table);
        }
    }

    /// What is written asks for the same again, with the same doses.
    #[test]
    fn data_read_back_as_the_design_they_come_from(
        visits in prop::collection::vec((0.0..48.0f64, 0..2usize, 0..3usize), 1..20),
        doses in prop::collection::vec((0.0..48.0f64, 1e-3..1e4f64, prop::option::of(1.0..50.0f64)), 0..5),
    ) {
        let model = small();
        let names = ["one", "2", "a, \"b\""];
        let mut subjects: Vec<SimulatedSubject> = Vec::new();
        let mut sorted = doses;
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let records: Vec<DoseRecord> = sorted
            .iter()
            .map(|&(time, amount, rate)| DoseRecord {
                time,
                entry: "drug".into(),
                amount,
                rate: rate.unwrap_or(0.0),
                ..DoseRecord::default()
            })
            .collect();
        let mut expected: Vec<(String, Vec<(f64, usize)>)> = Vec::new();
        for (who, name) in names.iter().enumerate() {
            let mut own: Vec<(f64, usize)> =
                visits.iter().filter(|visit| visit.2 == who).map(|visit| (visit.0, visit.1)).collect();
            own.sort_by(|a, b| a.0.total_cmp(&b.0));
            if own.is_empty() {
                continue;
            }
            let measured = own.iter().map(|&(time, output)| Measurement {
                subject: name.to_string(),
                output: model.outputs[output].name.text.clone(),
                time,
                value: time / 7.0 - 1.0,
                below_limit: time > 24.0,
            });
            let (name_of, measured, before) = (name.to_string(), measured.collect(), Vec::new());
            subjects.push(SimulatedSubject { name: name_of, doses: records.clone(), measured, before });
            expected.push((name.to_string(), own));
        }
        let text = write_data(&subjects, MoreColumns::default());
        let found = design(&model, &text);
        for (subject, (name, own)) in found.subjects.iter().zip(&expected) {
            prop_assert_eq!(&subject.name, name);
            prop_assert_eq!(&rows(subject), own);
            let list = subject.doses.as_ref().map_or_else(Vec::new, |_| given(&model, subject));
            let back = dose_records(&model, &list, &[], |_, _| 70.0, 48.0).unwrap();
            prop_assert_eq!(back.len(), records.len());
            for (back, wanted) in back.iter().zip(&records) {
                prop_assert!(crate::regimen::same_time(back.time, wanted.time));
                prop_assert!(crate::regimen::same_time(back.amount, wanted.amount));
                prop_assert!(crate::regimen::same_time(back.rate, wanted.rate));
            }
        }
        prop_assert_eq!(found.subjects.len(), expected.len());
        let censored = text.lines().filter(|line| line.ends_with(",1")).count();
        prop_assert_eq!(censored, visits.iter().filter(|visit| visit.0 > 24.0).count());
    }
}

//! Counts by hand; each rule with a row that provokes it and one that does not.

use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Problems, Source};
use crate::observation::{given_doses, read_data};
use crate::trajectory::Sidecar;

fn small() -> Model {
    Model::parse(&Source::new("small.toml", include_str!("../tests/small.toml"))).unwrap().0
}

/// 100 mg into 20 L at time 0, elimination 0.1/h: 5 exp(-0.1 t) mg/L, `effect` 1000 times that.
fn typical(time: f64, output: usize) -> f64 {
    if time < 0.0 { 0.0 } else { [5.0, 5000.0][output] * (-0.1 * time).exp() }
}

fn read(model: &Model, text: &str) -> Data {
    let mut problems = Problems::default();
    let data = read_data(&Source::new("d.csv", text), &Sidecar::default(), model, &mut problems);
    data.unwrap_or_else(|| panic!("{problems}"))
}

fn expected(model: &Model, data: &Data, typical: impl Fn(f64, usize) -> f64) -> Vec<Expected> {
    let one = |subject: &DataSubject| {
        let regimen = subject.design.doses.as_ref().unwrap_or(&model.defaults.regimen);
        let given = regimen.resolve(model, &mut Problems::default());
        let doses = given_doses(model, &given, &[], |_, _| 70.0);
        let start = doses.iter().map(|dose| dose.time).fold(0.0, f64::min);
        let typical = subject.design.rows.iter().map(|row| typical(row.time, row.output)).collect();
        Expected { start, typical, doses }
    };
    data.subjects.iter().map(one).collect()
}

fn survey_with(text: &str, typical: impl Fn(f64, usize) -> f64) -> Survey {
    let model = small();
    let data = read(&model, text);
    Survey::new(&model, &data, &expected(&model, &data, typical), 48.0)
}

/// Line, subject and rule of what is suspicious.
fn found(text: &str) -> Vec<(usize, String, &'static str)> {
    let plain = |one: &Suspicious| (one.line, one.subject.clone(), one.doubt.name());
    survey_with(text, typical).suspicious.iter().map(plain).collect()
}

const HEAD: &str = "ID,TIME,EVID,AMT,CMT,DVID,DV,CENS,OCC,weight\n";

/// A subject with a dose and five samples of conc, `factor` times the typical ones.
fn subject(name: &str, factor: f64) -> String {
    let mut text = format!("{name},0,1,100,drug,.,.,.,.,60\n");
    for (n, time) in [1.0, 2.0, 4.0, 8.0, 16.0].into_iter().enumerate() {
        let value = factor * typical(time, 0) * [0.9, 1.1, 1.05, 0.95, 1.0][n];
        text += &format!("{name},{time},0,.,.,conc,{value:.3},0,1,.\n");
    }
    text
}

/// Lines 2 to 19: doses on 2, 8 and 14.
fn clean() -> String {
    format!("{HEAD}{}{}{}", subject("a", 1.0), subject("b", 0.7), subject("c", 1.6))
}

#[test]
fn counts_are_those_of_the_table() {
    let text = format!(
        "{HEAD}\
         a,0,1,100,drug,.,.,.,.,60\na,0,1,0,rescue,.,.,.,.,.\na,1,0,.,.,conc,4,0,1,.\na,2,0,.,.,effect,3000,0,1,.\n\
         a,12,1,50,drug,.,.,.,.,80\na,20,0,.,.,conc,0.4,1,2,.\n\
         b,0,1,20,drug,.,.,.,.,.\nb,3,0,.,.,conc,2,0,1,.\nb,5,0,.,.,conc,9,-1,1,.\nb,30,0,.,.,conc,0.5,0,.,.\n\
         c,0,1,30,drug,.,.,.,.,50\n"
    );
    let found = survey_with(&text, typical);
    assert_eq!((found.subjects.len(), found.observations(), found.times(), found.dosed), (3, 6, (1.0, 30.0), true));
    let a = &found.subjects[0];
    assert_eq!((a.observations, a.below, a.times, &*a.by_output), (3, 1, (1.0, 20.0), &[2, 1][..]));
    assert_eq!((&*a.doses, &*a.covariates), (&[(2, 150.0), (1, 0.0)][..], &[Some(60.0)][..]));
    assert_eq!((found.subjects[1].covariates[0], found.subjects[2].by_output[0]), (None, 0));
    let conc = &found.outputs[0];
    assert_eq!((conc.observations, conc.below, conc.above, conc.subjects), (5, 1, 1, 2));
    assert_eq!(conc.values, Spread { min: 0.5, median: 2.0, max: 4.0 });
    assert_eq!(conc.by_subject, Spread { min: 0.0, median: 2.0, max: 3.0 });
    assert_eq!((conc.times.min, conc.times.median, conc.times.max), (1.0, 5.0, 30.0));
    // Quotients of 4, 2 and 0.5: 0.884, 0.540, 2.009.
    assert!((conc.quotient.unwrap() - 4.0 / typical(1.0, 0)).abs() < 1e-12);
    assert_eq!((found.outputs[1].output, found.outputs[1].quotient), (1, None));
    let drug = &found.doses[0];
    assert_eq!((drug.entry, drug.count, drug.subjects, drug.total), (0, 4, 3, 200.0));
    assert_eq!(drug.amounts, Spread { min: 20.0, median: 40.0, max: 100.0 });
    assert_eq!(drug.by_subject, Spread { min: 1.0, median: 1.0, max: 2.0 });
    assert_eq!((found.doses[1].count, found.doses[1].total), (1, 0.0));
    let weight = &found.covariates[0];
    assert_eq!((weight.subjects, weight.missing, weight.changing), (2, 1, 1));
    assert_eq!(weight.values, Spread { min: 50.0, median: 55.0, max: 60.0 });
    assert_eq!(found.occasions, [(None, 1), (Some(1), 4), (Some(2), 1)]);
}

#[test]
fn without_dose_records_the_doses_are_those_of_the_run_and_without_occasions_there_are_none() {
    let found = survey_with("TIME,DVID,DV\n1,conc,4\n2,conc,4\n", typical);
    assert!(!found.dosed && found.occasions.is_empty());
    assert_eq!((found.doses[0].count, found.doses[0].total, found.subjects[0].name.as_str()), (1, 100.0, "1"));
}

#[test]
fn a_clean_table_has_nothing_suspicious() {
    assert_eq!(found(&clean()), []);
    // Nor has a dose twice a day, the same dose for another subject, or two outputs at one time.
    let more = "d,0,1,100,drug,.,.,.,.,60\nd,0,1,50,drug,.,.,.,.,.\nd,12,1,100,drug,.,.,.,.,.\nd,13,0,.,.,conc,3,0,1,.\n\
                d,13,0,.,.,effect,3000,0,1,.\n";
    assert_eq!(found(&(clean() + more)), []);
    // A trough and a sample after the dose of one time are two.
    let sides =
        "d,0,1,100,drug,.,.,.,.,60\nd,4,0,.,.,conc,3.2,0,1,.\nd,12,0,.,.,conc,1.6,0,1,.\nd,12,1,100,drug,.,.,.,.,.\n";
    assert_eq!(found(&(clean() + sides)), []);
}

#[test]
fn each_rule_finds_its_row() {
    let one = |line, subject: &str, rule| (line, subject.to_string(), rule);
    // Duplicates: with another value and with the same.
    let text =
        clean() + "d,0,1,100,drug,.,.,.,.,60\nd,1,0,.,.,conc,4,0,1,.\nd,1,0,.,.,conc,4,0,1,.\nd,1,0,.,.,conc,5,0,1,.\n";
    assert_eq!(found(&text), [one(22, "d", "duplicate"), one(23, "d", "duplicate")]);
    let text = clean().replace("b,0,1,100,drug,.,.,.,.,60\n", "b,0,1,100,drug,.,.,.,.,60\nb,0,1,100,drug,.,.,.,.,60\n");
    assert_eq!(found(&text), [one(9, "b", "repeated_dose")]);
    // A subject without a dose; its samples are no surprise to anybody else.
    let text = clean() + "d,1,0,.,.,conc,4,0,1,.\nd,2,0,.,.,conc,4,0,1,.\n";
    assert_eq!(found(&text), [one(20, "d", "no_dose")]);
    let text = clean() + "d,0,1,100,drug,.,.,.,.,60\n";
    assert_eq!(found(&text), [one(20, "d", "no_observation")]);
    let text = clean() + "d,0,1,100,drug,.,.,.,.,60\nd,1,0,.,.,conc,4,0,1,.\n";
    assert_eq!(found(&text), [one(20, "d", "single")]);
    let text = clean() + "d,0,1,100,drug,.,.,.,.,60\nd,1,0,.,.,conc,0.4,1,1,.\nd,2,0,.,.,effect,9,1,1,.\n";
    assert_eq!(found(&text), [one(20, "d", "all_below")]);
    // After the end at 48 h, and before the start at -1 h.
    let text = clean() + "d,-1,1,100,drug,.,.,.,.,60\nd,48,0,.,.,conc,0.5,0,1,.\nd,48.5,0,.,.,conc,0.5,0,1,.\n";
    assert_eq!(found(&text), [one(22, "d", "outside_run")]);
    let text = clean() + "d,-2,0,.,.,conc,0.4,1,1,.\nd,0,1,100,drug,.,.,.,.,60\nd,4,0,.,.,conc,3,0,1,.\n";
    assert_eq!(found(&text), [one(20, "d", "outside_run")]);
}

#[test]
fn a_value_before_the_first_dose_is_suspicious_where_the_model_has_none() {
    let text = clean() + "d,0,0,.,.,conc,VALUE,MARK,1,.\nd,2,1,100,drug,.,.,.,.,60\nd,4,0,.,.,conc,3,0,1,.\n";
    let of = |value: &str, mark: &str, before: f64| {
        let text = text.replace("VALUE", value).replace("MARK", mark);
        let typical = |time: f64, output: usize| if time < 1.0 { before } else { typical(time, output) };
        survey_with(&text, typical).suspicious.iter().map(|one| (one.line, one.doubt)).collect::<Vec<_>>()
    };
    assert_eq!(of("0.5", "0", 0.0), [(20, Doubt::BeforeDose)]);
    assert_eq!(of("0.4", "1", 0.0), [], "below the limit is what one expects");
    assert_eq!(of("0", "0", 0.0), [], "so is 0");
    assert_eq!(of("0.5", "0", 0.6), [], "an output with a level of its own");
}

/// The sample of b at 8 h (line 12, 1.494 mg/L) and its neighbours.
#[test]
fn values_far_from_all_others_and_jumps_are_told_once() {
    let change = |value: &str| clean().replace("b,8,0,.,.,conc,1.494,", &format!("b,8,0,.,.,conc,{value},"));
    assert_ne!(change("1"), clean());
    let plain = |text: &str| found(text).into_iter().map(|(line, _, rule)| (line, rule)).collect::<Vec<_>>();
    // The median of all is about 3 mg/L.
    assert_eq!(plain(&change("1494")), [], "under a thousandfold of the median, and too far in time for a jump");
    assert_eq!(plain(&change("14940")), [(12, "far")]);
    assert_eq!(plain(&change("0.001494")), [(12, "far")]);
    // Within a tenth of the span, 1.5 h: the sample at 2 h (line 10).
    let change = |value: &str| clean().replace("b,2,0,.,.,conc,3.152,", &format!("b,2,0,.,.,conc,{value},"));
    assert_ne!(change("1"), clean());
    assert_eq!(plain(&change("315.2")), [(10, "jump")], "and not the sample at 1 h");
    assert_eq!(plain(&change("0.01")), [(10, "jump")]);
    assert_eq!(plain(&change("31.52")), [], "tenfold is within what patients differ");
    // The first of two is named if it is the one that the model does not expect.
    let first = clean().replace("b,1,0,.,.,conc,2.850,", "b,1,0,.,.,conc,950,");
    assert_ne!(first, clean());
    assert_eq!(plain(&first), [(9, "jump")]);
    let survey = survey_with(&change("315.2"), typical);
    assert_eq!(survey.suspicious[0].reason, "110.6-fold above the value at 1 h, 2.85 mg/L");
    assert_eq!((survey.suspicious[0].time, survey.suspicious[0].value), (2.0, 315.2));
}

/// What the model explains is not suspicious, however steep: here 5 exp(-2 t), a last sample nine decades down.
#[test]
fn what_the_model_expects_is_not_suspicious() {
    let steep = |time: f64, _: usize| 5.0 * (-2.0 * time).exp();
    let subject = |name: &str, factor: f64| {
        let mut text = format!("{name},0,1,100,drug,.,.,.,.,60\n");
        for time in [0.0, 0.1, 0.2, 0.3, 0.4, 10.0] {
            text += &format!("{name},{time},0,.,.,effect,{:e},0,1,.\n", factor * steep(time, 0));
        }
        text
    };
    let text = format!("{HEAD}{}{}{}", subject("a", 1.0), subject("b", 0.7), subject("c", 1.6));
    assert_eq!(survey_with(&text, steep).suspicious, []);
    // Of a model that stays up, or without one, the last samples are far from all others.
    for other in [|_: f64, _: usize| 5.0, |_: f64, _: usize| f64::NAN] {
        let lines: Vec<_> = survey_with(&text, other).suspicious.iter().map(|one| (one.line, one.doubt)).collect();
        assert_eq!(lines, [(8, Doubt::Far), (15, Doubt::Far), (22, Doubt::Far)]);
    }
}

/// Additive error of 0.05 mg/L: a value near 0 is as good as one at 0.01.
#[test]
fn what_the_residual_error_explains_is_not_suspicious() {
    let flat = |time: f64, _: usize| if time > 20.0 { 0.02 } else { 5.0 };
    let rows = |name: &str, last: &str| {
        format!(
            "{name},0,1,100,drug,.,.,.,.,60\n{name},1,0,.,.,conc,5,0,1,.\n{name},2,0,.,.,conc,5,0,1,.\n{name},30,0,.,.,conc,{last},0,1,.\n"
        )
    };
    let text = |last: &str| format!("{HEAD}{}{}{}", rows("a", "0.02"), rows("b", "0.03"), rows("c", last));
    assert_eq!(survey_with(&text("0.00001"), flat).suspicious, []);
    let lines: Vec<_> = survey_with(&text("20000"), flat).suspicious.iter().map(|one| (one.line, one.doubt)).collect();
    assert_eq!(lines, [(13, Doubt::Far)]);
}

#[test]
fn an_output_in_another_unit_is_told_once_and_its_values_are_not() {
    let text = format!("{HEAD}{}{}{}", subject("a", 1000.0), subject("b", 700.0), subject("c", 1600.0));
    let told = survey_with(&text, typical).suspicious;
    assert_eq!((told.len(), told[0].doubt, told[0].line, told[0].output), (1, Doubt::Unit, 3, Some(0)));
    // 0.9, 1.1, 1.05, 0.95 and 1 times 1000, 700 and 1600: the eighth of fifteen is 1000.
    let expected = "values are about 1000 times the typical prediction (median of 15 quotients 1000): looks like ug/L \
                    instead of mg/L, factor 1000";
    assert_eq!(told[0].reason, expected);
}

#[test]
fn a_survey_reads_as_text_and_as_tables() {
    let model = small();
    let text = clean().replace("b,2,0,.,.,conc,3.152,", "b,2,0,.,.,conc,315.2,");
    let text = text.replace("c,16,0,.,.,conc,1.615,0", "c,16,0,.,.,conc,0.4,1");
    let survey = survey_with(&text, typical);
    let expected = "\
d.csv for `small`: 3 subjects, 15 observations, time 1 to 16 h

Outputs
output  unit  subjects  observations  below limit  above limit    min  median    max  per subject  time       value/typical
conc    mg/L         3            15  1 (6.667 %)            0  0.707   3.467  315.2            5  1 to 16 h          1.025

Doses
entry  unit  subjects  doses  total  amount  per subject
drug   mg           3      3    300     100            1

Covariates
covariate  unit  subjects  missing  default  changing  min  median  max
weight     kg           3        0       70         0   60      60   60

Occasions
occasion  observations
       1            15

Suspicious: 1
line  subject  output  time  value  rule  why
  10  b        conc       2  315.2  jump  110.6-fold above the value at 1 h, 2.85 mg/L

Rules
  jump: more than 100-fold from the value before or behind it within a tenth of the subject's
    observed span, and more than 30-fold if both";
    let told = survey.text(&model, "d.csv", 20);
    assert!(told.starts_with(expected), "{told}");
    assert!(survey.text(&model, "d.csv", 0).contains("and 1 more"));
    assert_eq!(
        survey.suspicious_csv(&model),
        "line,subject,output,time [h],value,unit,rule,reason\n\
         10,b,conc,2,315.2,mg/L,jump,\"110.6-fold above the value at 1 h, 2.85 mg/L\"\n"
    );
    assert_eq!(
        survey.subjects_csv(&model).lines().take(2).collect::<Vec<_>>(),
        [
            "subject,observations,below_limit,first_time [h],last_time [h],n_conc,doses_drug,amount_drug [mg],weight [kg]",
            "a,5,0,1,16,5,1,100,60"
        ]
    );
    let outputs = survey.outputs_csv(&model);
    assert!(outputs.contains("\nconc,mg/L,3,15,1,0,0.06666666666666667,0.707,"), "{outputs}");
    let all = survey.csv(&model);
    assert!(all.starts_with("section,name,quantity,value,unit,line,reason\ndata,,subjects,3,,,\n"), "{all}");
    for line in [
        "output,conc,below_limit,1,,,",
        "dose,drug,total,300,mg,,",
        "covariate,weight,missing,0,,,",
        "occasion,1,observations,15,,,",
        "suspicious,b,jump,315.2,mg/L,10,\"110.6-fold above the value at 1 h, 2.85 mg/L\"",
    ] {
        assert!(all.lines().any(|known| known == line), "no {line} in\n{all}");
    }
}

#[test]
fn every_rule_has_a_name_and_words() {
    for (at, doubt) in Doubt::ALL.into_iter().enumerate() {
        assert!(Doubt::ALL[..at].iter().all(|other| other.name() != doubt.name()));
        assert!(doubt.text().len() > 20 && !doubt.text().ends_with('.'));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever the values and predictions: no panic, rows by line, and each row once by a rule.
    #[test]
    fn anything_can_be_surveyed(
        rows in prop::collection::vec((0..3u8, -5.0..60.0f64, 0..2usize, any::<f64>(), any::<bool>()), 1..40),
        predictions in prop::collection::vec(any::<f64>(), 7),
    ) {
        let mut text = "ID,TIME,DVID,DV,CENS\n".to_string();
        for (subject, time, output, value, below) in rows {
            let value = if value.is_finite() { value.abs().max(1e-300) } else { 1.0 };
            text += &format!("{subject},{time},{},{value:e},{}\n", output + 1, u8::from(below));
        }
        let survey = survey_with(&text, |time, output| predictions[(time.abs() as usize + output) % 7]);
        let mut seen: Vec<(usize, Doubt, String)> = Vec::new();
        for one in &survey.suspicious {
            prop_assert!(one.line > 1 && seen.last().is_none_or(|last| last.0 <= one.line));
            let key = (one.line, one.doubt, one.subject.clone());
            prop_assert!(one.doubt == Doubt::Unit || !seen.contains(&key), "{key:?}");
            seen.push(key);
        }
        let (model, count) = (small(), survey.suspicious.len());
        prop_assert!(survey.text(&model, "d.csv", 5).starts_with("d.csv for `small`"));
        prop_assert_eq!(survey.suspicious_csv(&model).lines().count(), count + 1);
    }
}

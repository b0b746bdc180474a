//! What cannot be fitted is told, each by its code.

use super::data::{THEOPHYLLINE, attempt, model, names};
use super::linear::LINE;
use crate::diagnostic::Problems;
use crate::fit::{Approximation, Censoring, FitSettings, Method, Population, Specification};
use crate::integrate::Stop;
use crate::simulate::Scenario;

const ROWS: &str = "ID,TIME,DV,EVID,CENS\n1,0,3.1,0,0\n1,1,2.5,0,0\n1,2,2.6,0,0\n1,4,1,0,1\n2,1,2.0,0,0\n2,3,1.9,0,0\n\
                    2,5,1.2,0,0\n2,6,1.3,0,0\n";

fn codes(found: Problems) -> Vec<&'static str> {
    found.iter().map(|one| one.code.id).collect()
}

fn told(text: &str, csv: &str, specification: &Specification, censoring: Censoring) -> Vec<&'static str> {
    match attempt(&model(text), csv, specification, censoring) {
        Ok(_) => Vec::new(),
        Err(problems) => codes(problems),
    }
}

/// The codes of a line that was changed, and of the data as they are.
fn of_line(from: &str, to: &str) -> Vec<&'static str> {
    assert!(LINE.contains(from), "{from}");
    told(&LINE.replace(from, to), ROWS, &Specification::default(), Censoring::M3)
}

#[test]
fn the_line_itself_can_be_fitted() {
    assert_eq!(told(LINE, ROWS, &Specification::default(), Censoring::M3), Vec::<&str>::new());
}

#[test]
fn names_and_nothing() {
    let of = |specification: &Specification| told(LINE, ROWS, specification, Censoring::M3);
    assert_eq!(of(&Specification { fixed: names(&["clearance"]), ..Specification::default() }), ["L002"]);
    let nothing = Specification {
        fixed: names(&["a", "b"]),
        without_variability: names(&["a", "b"]),
        fixed_errors: names(&["y"]),
        ..Specification::default()
    };
    assert_eq!(of(&nothing), ["L001"]);
    let fit = attempt(&model(LINE), ROWS, &nothing_varies(), Censoring::M3)
        .map(|mut population| population.fit(&model(LINE), &FitSettings::default(), &Stop::default(), &mut |_| {}));
    assert_eq!(codes(fit.expect("a population").expect_err("no random effects")), ["L001"]);
}

fn nothing_varies() -> Specification {
    Specification {
        estimate: Some(names(&["a", "b"])),
        without_variability: names(&["a", "b"]),
        ..Specification::default()
    }
}

#[test]
fn starts_and_variances() {
    let model = model(LINE);
    let mut scenario = Scenario::new(&model).expect("a scenario");
    let mut of = |slope: f64| {
        scenario.values.parameters[1] = slope;
        Specification::default().structure(&model, &scenario.values, &[0]).map_err(codes)
    };
    assert!(of(-10.0).is_ok());
    assert_eq!(of(-10.1), Err(vec!["L003"]), "outside of the bounds");
    assert_eq!(of(f64::NAN), Err(vec!["L003"]));
    let log = Specification { transforms: vec![("b".into(), crate::fit::Transform::Log)], ..Specification::default() };
    assert_eq!(told(LINE, ROWS, &log, Censoring::M3), ["L003"], "no logarithm");
    assert_eq!(of_line("variance = 0.25", "variance = 0"), ["L004"]);
    assert_eq!(of_line("value = -0.3", "value = -1"), ["L004"]);
}

#[test]
fn data_without_values() {
    let below = "ID,TIME,DV,EVID,CENS\n1,0,3,0,1\n1,1,3,0,1\n1,2,3,0,1\n1,3,3,0,1\n2,1,3,0,1\n2,4,3,0,1\n2,5,3,0,1\n";
    for how in [Censoring::M1, Censoring::M2, Censoring::M3, Censoring::M4] {
        assert_eq!(told(LINE, below, &Specification::default(), how), ["L005"], "{how}");
    }
}

#[test]
fn parameters_without_effect() {
    // At time 0 the slope acts on nothing.
    let at_zero = "ID,TIME,DV,EVID\n1,0,3.1,0\n1,0,2.9,0\n2,0,2.2,0\n2,0,2.0,0\n3,0,3.9,0\n3,0,4.1,0\n4,0,1,0\n";
    assert_eq!(told(LINE, at_zero, &Specification::default(), Censoring::M3), ["L006"]);
}

#[test]
fn methods_that_data_do_not_allow() {
    let of = |text: &str, method: Method, censoring: Censoring, csv: &str| {
        let model = model(text);
        let mut population = attempt(&model, csv, &Specification::default(), censoring).expect("a population");
        let settings = FitSettings { method, censoring, ..FitSettings::default() };
        let found: Result<_, Problems> = settings.check(&population.structure, population.counts().1 > 0);
        if found.is_err() {
            assert!(population.fit(&model, &settings, &Stop::default(), &mut |_| {}).is_err());
        }
        found.err().map(codes).unwrap_or_default()
    };
    let fo = Method::Approximate(Approximation::Fo);
    for how in [Censoring::M2, Censoring::M3, Censoring::M4] {
        assert_eq!(of(LINE, fo, how, ROWS), ["L007"], "{how}");
        assert_eq!(of(LINE, Method::Focei, how, ROWS), Vec::<&str>::new(), "{how}");
    }
    for how in [Censoring::M1, Censoring::M5, Censoring::M6, Censoring::M7] {
        assert_eq!(of(LINE, fo, how, ROWS), Vec::<&str>::new(), "{how}");
    }
    let values = ROWS.replace("4,1,0,1", "4,1,0,0");
    assert_eq!(of(LINE, fo, Censoring::M3, &values), Vec::<&str>::new(), "nothing is censored");
    let log = LINE.replace(r#"model = "additive""#, r#"model = "lognormal""#);
    for how in [Censoring::M4, Censoring::M7] {
        assert_eq!(of(&log, Method::Focei, how, ROWS), ["L007"], "{how}");
    }
}

#[test]
fn nobody_gets_a_dose() {
    let lines = THEOPHYLLINE.1.lines().filter(|line| line.split(',').nth(3) != Some("1"));
    let csv: String = lines.map(|line| format!("{line}\n")).collect();
    assert_eq!(told(THEOPHYLLINE.0, &csv, &Specification::default(), Censoring::M3), ["L008"]);
}

#[test]
fn too_few_rows() {
    let few = "ID,TIME,DV,EVID\n1,0,3.1,0\n1,1,2.5,0\n1,2,2.6,0\n2,1,2.0,0\n2,3,1.9,0\n2,4,1.9,0\n";
    assert_eq!(told(LINE, few, &Specification::default(), Censoring::M3), ["L009"]);
    let single: String = (0..9).map(|id| format!("{id},{},{},0\n", id % 4, 2.0 + f64::from(id) * 0.1)).collect();
    let single = format!("ID,TIME,DV,EVID\n{single}");
    assert_eq!(told(LINE, &single, &Specification::default(), Censoring::M3), ["L009"]);
    // Without random effects one row a subject is enough.
    assert_eq!(told(LINE, &single, &nothing_varies(), Censoring::M3), Vec::<&str>::new());
}

/// The prediction falls below 0, of which there is no logarithm.
#[test]
fn no_value_at_the_start() {
    let text = LINE.replace(r#"model = "additive""#, r#"model = "lognormal""#).replace("value = -0.4", "value = -2.0");
    for method in [Method::Focei, Method::Saem, Method::Pooled, Method::Individual, Method::Map] {
        let model = model(&text);
        let mut population: Population<'_> =
            attempt(&model, ROWS, &Specification::default(), Censoring::M3).expect("a population");
        let settings = FitSettings { method, ..FitSettings::default() };
        let found = population.fit(&model, &settings, &Stop::default(), &mut |_| {});
        assert_eq!(codes(found.expect_err("no value")), ["L011"], "{method}");
    }
}

#[test]
fn data_in_another_unit() {
    let times_1000 = |factor: f64| -> String {
        let mut lines = ROWS.lines();
        let head = lines.next().expect("a head");
        let rows = lines.map(|line| {
            let mut fields: Vec<String> = line.split(',').map(String::from).collect();
            fields[2] = (factor * fields[2].parse::<f64>().expect("a number")).to_string();
            format!("{}\n", fields.join(","))
        });
        format!("{head}\n{}", rows.collect::<String>())
    };
    for factor in [1000.0, 1e-3] {
        assert_eq!(told(LINE, &times_1000(factor), &Specification::default(), Censoring::M3), ["L012"], "{factor}");
    }
    assert_eq!(told(LINE, &times_1000(20.0), &Specification::default(), Censoring::M3), Vec::<&str>::new());
}

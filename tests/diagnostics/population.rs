//! What is told about patients that cannot be drawn or read.

use cascade::diagnostic::Source;
use cascade::model::{Model, Values};
use cascade::population::{Draw, PatientTable, Sampling};
use cascade::trajectory::Sidecar;

/// The model that uses every key, with other text in some places.
fn model(changes: &[(&str, &str)]) -> Model {
    let mut text = std::fs::read_to_string(super::folder().join("full-model.toml")).unwrap();
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        text = text.replace(old, new);
    }
    Model::parse(&Source::new("mine.toml", text)).unwrap_or_else(|told| panic!("{told}")).0
}

fn typical(model: &Model) -> Values {
    Values::new(model, None, &[]).unwrap()
}

#[test]
fn patients_that_cannot_be_drawn_are_told() {
    let full = model(&[]);
    let negative = Values::new(&full, None, &["loss=-0.01 1/h".parse().unwrap()]).unwrap();
    assert!(negative.check_variability(&full).has_errors() && typical(&full).check_variability(&full).is_empty());
    let plain = Model::embedded("kimmel-2021").unwrap();
    for (model, values, expected) in [
        (&plain, typical(&plain), "P001: nothing varies between patients of `kimmel-2021`"),
        (&full, negative, "P002: `loss` = -0.01 is lognormal, but negative"),
    ] {
        let problems = Draw::new(model, &values, 1, Sampling::Random).unwrap_err();
        let told: Vec<String> = problems.iter().map(|found| format!("{}: {}", found.code.id, found.message)).collect();
        assert!(told.len() == 1 && told[0].starts_with(expected), "{told:?}");
        let found = problems.iter().next().unwrap();
        assert!(!found.labels.is_empty() && !found.helps.is_empty(), "{problems}");
    }
    let many: String = (0..257)
        .map(|n| {
            format!(
                "[parameters.p{n}]\nvalue = 1\nunit = \"1\"\nassumption = \"A9: many\"\nvariability = {{ sd = 1 }}\n"
            )
        })
        .collect();
    let model = model(&[("[covariates.weight]", &(many + "[covariates.weight]"))]);
    let told = Draw::new(&model, &typical(&model), 1, Sampling::Sobol).unwrap_err().to_string();
    assert!(told.contains("error[P004]") && told.contains("260 random effects"), "{told}");
    assert!(Draw::new(&model, &typical(&model), 1, Sampling::Random).is_ok());
}

#[test]
fn a_value_that_every_class_replaces_is_told() {
    let model = model(&[]);
    let values = Values::new(&model, None, &["growth=0.03 1/h".parse().unwrap()]).unwrap();
    let draw = Draw::new(&model, &values, 1, Sampling::Random).unwrap();
    let told = draw.warnings().to_string();
    assert!(told.contains("warning[P005]: `growth` = 0.03 1/h has no effect in class `fast`"), "{told}");
}

#[test]
fn a_table_of_patients_has_columns_of_the_model_alone() {
    let model = model(&[]);
    let (text, beside) = ("subject,growht [1/h]\n1,0.02\n", Sidecar::default());
    let told = PatientTable::open("patients.csv", text.as_bytes(), &beside, &model, &typical(&model)).unwrap_err();
    let told = told.to_string();
    assert!(told.starts_with("patients.csv:1:9: error[P006]: `growht` is not a parameter or covariate"), "{told}");
    assert!(told.contains("did you mean `growth`?"), "{told}");
}

#[test]
fn a_table_of_patients_names_classes_of_the_mixture_alone() {
    let model = model(&[]);
    let (text, beside) = ("subject,class,growth [1/h]\n1,fast,0.04\n2,fsat,0.04\n", Sidecar::default());
    let table = PatientTable::open("patients.csv", text.as_bytes(), &beside, &model, &typical(&model)).unwrap();
    let told: Vec<String> = table.filter_map(Result::err).map(|told| told.to_string()).collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("patients.csv:3:3: error[P007]: `fsat` is not a class of the mixture"), "{told:?}");
    assert!(told[0].contains("did you mean `fast`?"), "{told:?}");
}

//! The test data, and populations made of them.

use crate::diagnostic::{Problems, Source};
use crate::error_model::Observed;
use crate::fit::observed::{Censoring, treated};
use crate::fit::population::{Population, SubjectData};
use crate::fit::specification::Specification;
use crate::model::Model;
use crate::observation::read_design;
use crate::simulate::{Predictor, Scenario};
use crate::trajectory::Sidecar;

pub const THEOPHYLLINE: (&str, &str) =
    (include_str!("../../../tests/fits/theophylline.toml"), include_str!("../../../tests/fits/theophylline.csv"));
pub const STEIN90: (&str, &str) =
    (include_str!("../../../tests/fits/stein90.toml"), include_str!("../../../tests/fits/stein90.csv"));

pub fn model(text: &str) -> Model {
    let source = Source::new("model.toml", text);
    Model::parse(&source).unwrap_or_else(|problems| panic!("{problems:?}")).0
}

/// A population of the model with the observations of a table.
pub fn population<'m>(model: &'m Model, csv: &str, specification: &Specification) -> Population<'m> {
    let table = Source::new("data.csv", csv);
    let design = read_design(&table, &Sidecar::default(), model, &mut Problems::default()).expect("a design");
    let head: Vec<&str> = csv.lines().next().expect("a head").split(',').collect();
    let column = |name: &str| head.iter().position(|known| *known == name).expect("a column");
    let (id, dv, evid) = (column("ID"), column("DV"), column("EVID"));
    let observed: Vec<(String, f64)> = csv
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|fields| fields[evid] == "0")
        .map(|fields| (fields[id].to_string(), fields[dv].parse().expect("a number")))
        .collect();
    let scenario = Scenario::new(model).expect("a scenario");
    let structure = specification.structure(model, &scenario.values, &[0]).expect("a structure");
    let predictor = Predictor::new(&scenario, &design.subjects).expect("predictions");
    let subjects = design
        .subjects
        .iter()
        .map(|subject| {
            let values = observed.iter().filter(|(name, _)| *name == subject.name).map(|(_, value)| *value);
            let rows: Vec<_> = subject
                .rows
                .iter()
                .zip(values)
                .map(|(row, value)| (0, row.time, Observed::Value(value), None))
                .collect();
            let regressors = structure.individuals.iter().map(|_| Vec::new()).collect();
            SubjectData { name: subject.name.clone(), measured: treated(&rows, Censoring::M3), regressors }
        })
        .collect();
    Population { structure, subjects, predictor, base: scenario.values.parameters.clone(), threads: 1 }
}

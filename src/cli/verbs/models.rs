//! `cascade models`.

use serde_json::{Value, json};

use crate::cli::arguments::{Format, ModelsArgs};
use crate::cli::{Failure, output, tables};
use crate::model::{Model, model_names, set_names};
use crate::trajectory::aligned;

/// Lists the embedded models.
pub fn run(arguments: &ModelsArgs) -> Result<(), Failure> {
    let models = model_names().into_iter().map(Model::embedded).collect::<Result<Vec<_>, _>>()?;
    let text = match arguments.format {
        Format::Json => {
            let list: Vec<Value> = models.iter().map(object).collect();
            format!("{}\n", serde_json::to_string_pretty(&list).expect("plain values"))
        }
        Format::Csv => {
            let head = ["name", "maturity", "grades", "sets", "title"].map(String::from).to_vec();
            tables::csv(std::iter::once(head).chain(models.iter().map(row)))
        }
        Format::Table => {
            let head = ["name", "maturity", "grades", "sets", "title"].map(String::from).to_vec();
            let rows: Vec<Vec<String>> = std::iter::once(head).chain(models.iter().map(row)).collect();
            aligned(&rows)
        }
    };
    Ok(output::print(&text)?)
}

fn row(model: &Model) -> Vec<String> {
    let grades = if model.has_signs() { "yes" } else { "no" };
    vec![
        model.name.clone(),
        model.maturity.word().into(),
        grades.into(),
        set_names(&model.name).join(" "),
        model.title.clone(),
    ]
}

fn object(model: &Model) -> Value {
    json!({
        "name": model.name,
        "title": model.title,
        "maturity": model.maturity.word(),
        "grades": model.has_signs(),
        "sets": set_names(&model.name),
        "doi": model.citation.as_ref().and_then(|citation| citation.doi.clone()),
        "outputs": model.outputs.iter().map(|output| output.name.text.clone()).collect::<Vec<_>>(),
        "doses": model.doses.iter().map(|dose| dose.name.text.clone()).collect::<Vec<_>>(),
    })
}

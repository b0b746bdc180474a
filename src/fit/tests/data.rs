//! Models and data of the tests, and populations made of them.

use crate::diagnostic::{Problems, Source};
use crate::fit::settings::FitSettings;
use crate::fit::{Censoring, Population, Specification};
use crate::model::Model;
use crate::observation::{Data, read_data};
use crate::simulate::Scenario;
use crate::trajectory::Sidecar;

pub const THEOPHYLLINE: (&str, &str) =
    (include_str!("../../../tests/fits/theophylline.toml"), include_str!("../../../tests/fits/theophylline.csv"));
pub const STEIN90: (&str, &str) =
    (include_str!("../../../tests/fits/stein90.toml"), include_str!("../../../tests/fits/stein90.csv"));

pub fn model(text: &str) -> Model {
    let source = Source::new("model.toml", text);
    Model::parse(&source).unwrap_or_else(|problems| panic!("{problems:?}")).0
}

pub fn read(model: &Model, csv: &str) -> Data {
    let mut problems = Problems::default();
    let table = Source::new("data.csv", csv);
    read_data(&table, &Sidecar::default(), model, &mut problems).unwrap_or_else(|| panic!("{problems:?}"))
}

/// A population of the model with a table, values below the limit by M3.
pub fn population<'m>(model: &'m Model, csv: &str, specification: &Specification) -> Population<'m> {
    treated(model, csv, specification, Censoring::M3)
}

pub fn treated<'m>(model: &'m Model, csv: &str, specification: &Specification, censoring: Censoring) -> Population<'m> {
    attempt(model, csv, specification, censoring).unwrap_or_else(|problems| panic!("{problems:?}"))
}

pub fn attempt<'m>(
    model: &'m Model,
    csv: &str,
    specification: &Specification,
    censoring: Censoring,
) -> Result<Population<'m>, Problems> {
    let scenario = Scenario::new(model).expect("a scenario");
    let settings = FitSettings { censoring, ..FitSettings::default() };
    Population::new(&scenario, &read(model, csv), specification, &settings, &mut Problems::default())
}

/// The head and the first subjects of a table whose first column is the subject.
pub fn first_subjects(csv: &str, count: usize) -> String {
    let mut lines = csv.lines();
    let mut kept = format!("{}\n", lines.next().expect("a head"));
    let mut last = "";
    let mut seen = 0;
    for line in lines {
        let subject = line.split(',').next().unwrap_or_default();
        seen += usize::from(subject != last);
        last = subject;
        if seen > count {
            break;
        }
        kept.push_str(line);
        kept.push('\n');
    }
    kept
}

/// The table with a column CENS in which values below `limit` are the limit and marked.
pub fn censored(csv: &str, limit: f64) -> String {
    let mut lines = csv.lines();
    let head = lines.next().expect("a head");
    let place = |name: &str| head.split(',').position(|known| known == name).expect("a column");
    let (dv, evid) = (place("DV"), place("EVID"));
    let mut text = format!("{head},CENS\n");
    for line in lines {
        let mut fields: Vec<String> = line.split(',').map(String::from).collect();
        let below = fields[evid] == "0" && fields[dv].parse::<f64>().expect("a number") < limit;
        if below {
            fields[dv] = limit.to_string();
        }
        text.push_str(&format!("{},{}\n", fields.join(","), u8::from(below)));
    }
    text
}

pub fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(|name| (*name).to_string()).collect()
}

//! What a fit knows of the typical values, for patients that differ as far as it does not know them.

use std::path::Path;

use serde_json::{Value, json};

use super::loading::{Loaded, placed};
use super::{disk, fits, output};
use crate::diagnostic::codes::{data, file, model as codes};
use crate::diagnostic::{Diagnostic, Problems, Source, listing};
use crate::model::{Model, Override};
use crate::population::Uncertain;
use crate::trajectory::Fields;
use crate::unit::Quantity;

const HELP: &str = "fit again with --covariance r";

/// The typical values that a fit estimated, with their covariance.
#[derive(Debug)]
pub struct Uncertainty {
    run: String,
    /// In the order of the estimates.
    names: Vec<String>,
    estimates: Vec<Override>,
    uncertain: Uncertain,
    /// Effects of covariates that the fit added to the model.
    relations: Vec<String>,
    /// Names and hashes of what was read.
    inputs: Vec<(String, String)>,
}

impl Uncertainty {
    /// Reads the folder of a fit of `model`.
    ///
    /// # Errors
    /// A folder that no fit wrote, a fit of another model, parameters or units that the model does not have, a covariance
    /// that is not there or cannot be drawn from.
    pub fn open(folder: &Path, model: &Model) -> Result<Self, Problems> {
        let found = fits::read(folder)?;
        let place = |name: &str| folder.join(name).to_string_lossy().into_owned();
        if found.fit.model != model.name {
            let message = format!("`{}` is a fit of `{}`, not of `{}`", found.name, found.fit.model, model.name);
            let mut wrong = Diagnostic::error(&codes::WRONG_MODEL, message);
            wrong.help(format!("`{}` says which model was fitted", place("run.json")));
            return Err(wrong.into());
        }
        let mut problems = Problems::default();
        let typical: Vec<&fits::Read> =
            found.estimates.iter().filter(|one| one.kind == "typical" && !one.fixed).collect();
        let estimates: Vec<Override> = typical.iter().filter_map(|one| estimate(one, model, &mut problems)).collect();
        if typical.is_empty() {
            let message = format!("`{}` estimated no parameter", found.name);
            problems.error(&file::BAD_VALUE, message).help("fit it without --fix, by a method other than map");
        }
        problems.or_value(Some(()))?;
        let path = place("covariance.csv");
        let bytes = disk::bytes(&path).map_err(|mut wrong| {
            wrong.help(format!("`{}` has no errors of its estimates: {HELP}", found.name));
            wrong
        })?;
        let source = Source::decode(&path, &bytes)?;
        let covariance = covariance(&source, &typical)?;
        let parameters: Vec<(String, String)> =
            typical.iter().map(|one| (one.name.clone(), one.transform.clone())).collect();
        let uncertain = Uncertain::new(model, &parameters, &covariance);
        let uncertain = uncertain.map_err(|wrong| placed(wrong, &source.span(0..source.text().len().min(1))))?;
        let hash = |name: &str| Ok::<_, Problems>((place(name), output::hash(&disk::bytes(&place(name))?)));
        Ok(Self {
            names: parameters.into_iter().map(|(name, _)| name).collect(),
            estimates,
            uncertain,
            relations: found
                .estimates
                .iter()
                .filter(|one| one.kind == "covariate")
                .map(|one| one.name.clone())
                .collect(),
            inputs: vec![hash("estimates.csv")?, hash("covariance.csv")?],
            run: found.name,
        })
    }

    /// Gives the estimates to what a command works on, below what it sets itself.
    pub fn lend(&self, loaded: &mut Loaded) {
        loaded.estimates.clone_from(&self.estimates);
        loaded.inputs.extend(self.inputs.iter().cloned());
    }

    /// What is drawn where these names have values of their own.
    pub fn without<'n>(&self, model: &Model, names: impl IntoIterator<Item = &'n str>) -> Uncertain {
        let mut uncertain = self.uncertain.clone();
        for name in names {
            if let Some(at) = model.parameters.iter().position(|known| known.name.text == name) {
                uncertain.hold(at);
            }
        }
        uncertain
    }

    /// Names of the parameters of the run that are not drawn.
    pub fn held(&self, model: &Model, drawn: &Uncertain) -> Vec<&str> {
        let drawn: Vec<&str> = drawn.parameters().map(|at| &*model.parameters[at].name.text).collect();
        self.names.iter().map(String::as_str).filter(|name| !drawn.contains(name)).collect()
    }

    /// Which values are drawn; `patients` is false of the typical patient, for whom none is.
    pub fn words(&self, model: &Model, drawn: &[Uncertain], patients: bool) -> String {
        let theta = self.theta(model, drawn).join(", ");
        let run = &self.run;
        match patients {
            true => {
                format!("drawn from {run}: theta ({theta}); omega and sigma as the model declares; eta of each patient")
            }
            false => format!("estimates of {run}: theta ({theta}); not drawn for the typical patient"),
        }
    }

    /// For `run.json`.
    pub fn record(&self, model: &Model, drawn: &[Uncertain], patients: bool) -> Value {
        json!({
            "run": self.run,
            "theta": self.theta(model, drawn),
            "drawn": patients,
            "text": self.words(model, drawn, patients),
        })
    }

    /// What of the run does not act, if anything.
    pub fn warning(&self) -> Option<String> {
        let (run, names) = (&self.run, self.relations.join(", "));
        let message =
            format!("warning: effects of covariates in {run} are not those of the model and do not act: {names}");
        (!self.relations.is_empty()).then_some(message)
    }

    /// Names drawn in any of these.
    fn theta(&self, model: &Model, drawn: &[Uncertain]) -> Vec<&str> {
        let held: Vec<Vec<&str>> = drawn.iter().map(|drawn| self.held(model, drawn)).collect();
        let names = self.names.iter().map(String::as_str);
        names.filter(|name| held.iter().any(|held| !held.contains(name))).collect()
    }
}

/// The estimate in place of the value of the model.
fn estimate(one: &fits::Read, model: &Model, problems: &mut Problems) -> Option<Override> {
    let Some(known) = model.parameters.iter().find(|known| known.name.text == one.name) else {
        let names = model.parameters.iter().map(|known| &*known.name.text);
        problems
            .error(&codes::UNKNOWN_PARAMETER, format!("`{}` is not a parameter of `{}`", one.name, model.name))
            .label(one.place.clone(), "")
            .help(listing(&one.name, names, "parameters"));
        return None;
    };
    // On the scale of the parameter itself a covariance has its unit.
    if known.unit.to_string() != one.unit {
        let message = format!("`{}` is in {} there and in {} in `{}`", one.name, one.unit, known.unit, model.name);
        problems.error(&codes::WRONG_MODEL, message).label(one.place.clone(), "").help("fit the model as it is now");
        return None;
    }
    let text = format!("{}={}", one.name, Quantity { value: one.value, unit: known.unit.clone() });
    let at = one.place.position().line;
    Override::parse(&Source::line(one.place.source.name(), at, text), problems)
}

/// The part of the covariance that belongs to these estimates, row by row.
fn covariance(source: &Source, typical: &[&fits::Read]) -> Result<Vec<f64>, Problems> {
    let mut problems = Problems::default();
    let table = Fields::read(source, &mut problems);
    let table = problems.or_value(table)?;
    let wrong = |code, message: String, row: usize, column: usize| {
        let mut found = Diagnostic::error(code, message);
        found.label(table.span(row, column), "").help(HELP);
        Problems::from(found)
    };
    let mut columns = Vec::new();
    for one in typical {
        let name = match one.transform.as_str() {
            "identity" => one.name.clone(),
            scale => format!("{scale}({})", one.name),
        };
        let Some(column) = (1..table.columns()).find(|at| table.header(*at) == name) else {
            let message = format!("`{}` has no column `{name}`", source.name());
            let mut found = Diagnostic::error(&data::MISSING_COLUMN, message);
            found.label(one.place.clone(), "estimated here").help(HELP);
            return Err(found.into());
        };
        // The first column repeats the header, so that a row is found by its column.
        let row = column - 1;
        if row >= table.rows() || table.field(row, 0) != name {
            let row = row.min(table.rows() - 1);
            return Err(wrong(&file::BAD_VALUE, format!("the row of `{name}` is not where its column is"), row, 0));
        }
        columns.push(column);
    }
    let mut all = Vec::new();
    for row in &columns {
        for column in &columns {
            let value = table.number(row - 1, *column).filter(|value| value.is_finite());
            let told = || format!("`{}` is no covariance", table.field(row - 1, *column));
            all.push(value.ok_or_else(|| wrong(&data::NOT_A_NUMBER, told(), row - 1, *column))?);
        }
    }
    Ok(all)
}

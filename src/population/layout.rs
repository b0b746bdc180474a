//! What the tables of a population hold: enough to write them without the model, as for merged shards.

use serde::{Deserialize, Serialize};

use super::columns::Column;
use super::statistics::Statistics;
use crate::simulate::Prepared;
use crate::trajectory::{Sidecar, SidecarColumn};

/// Times, outputs, scales, end points and what is told of each patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    /// Name of the model.
    pub model: String,
    /// Its title.
    pub title: String,
    /// Unit of times.
    pub time_unit: String,
    /// Output times.
    pub times: Vec<f64>,
    /// Outputs.
    pub outputs: Vec<OutputColumn>,
    /// Names of the scales.
    pub scales: Vec<String>,
    /// End points.
    pub points: Vec<Column>,
    /// Parameters and covariates told of each patient, with units.
    pub told: Vec<(String, String)>,
    /// Names of the classes of the mixture, if the class is told of each patient.
    #[serde(default)]
    pub classes: Vec<String>,
    /// Declared end points that are relapses of others: name of that, own name.
    #[serde(default)]
    pub relapses: Vec<(String, String)>,
    /// Days from which exposure counts to the end of the run.
    #[serde(default)]
    pub follow_up: f64,
    /// Times of the doses that all patients have, with the label of their entry.
    pub doses: Vec<(f64, String)>,
}

/// An output as tables and figures show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputColumn {
    /// Name.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// Label.
    pub label: String,
    /// Whether its axis is logarithmic.
    pub log: bool,
    /// Lower limit of quantification.
    pub lloq: Option<f64>,
}

/// Entries and times of the doses that all patients have.
fn common_doses(prepared: &Prepared<'_>) -> Vec<(usize, f64)> {
    let of = |patient| prepared.plan_of(patient).planned_doses().collect::<Vec<_>>();
    let (mut common, others) = (of(0), (1..prepared.subjects() as u64).map(of));
    others.for_each(|other| common.retain(|dose| other.contains(dose)));
    common
}

impl Layout {
    pub(super) fn new(prepared: &Prepared<'_>, scales: &[String], points: &[Column], told: &[usize]) -> Self {
        let model = prepared.model();
        let outputs = model.outputs.iter().map(|output| OutputColumn {
            name: output.name.text.clone(),
            unit: output.unit.to_string(),
            label: output.label.clone(),
            log: output.log,
            lloq: output.lloq,
        });
        let parameters = told.iter().map(|&at| &model.parameters[at]).map(|item| (&item.name, &item.unit));
        let covariates = model.covariates.iter().map(|item| (&item.name, &item.unit));
        let told_of: Vec<(String, String)> =
            parameters.chain(covariates).map(|(name, unit)| (name.text.clone(), unit.to_string())).collect();
        Self {
            model: model.name.clone(),
            title: model.title.clone(),
            time_unit: model.time.to_string(),
            times: prepared.grid.clone(),
            outputs: outputs.collect(),
            scales: scales.to_vec(),
            points: points.to_vec(),
            told: told_of,
            classes: Vec::new(),
            relapses: model
                .end_points
                .iter()
                .filter_map(|point| {
                    Some((model.end_points[point.relapse_of?].name.text.clone(), point.name.text.clone()))
                })
                .collect(),
            follow_up: prepared.plan.to_days(prepared.plan.end - prepared.plan.window().origin),
            doses: common_doses(prepared)
                .into_iter()
                .map(|(entry, time)| (time, model.doses[entry].label.clone()))
                .collect(),
        }
    }

    /// Nothing counted yet.
    pub fn statistics(&self) -> Statistics {
        let points = self.points.iter().filter(|column| !column.words).count();
        Statistics::new(self.outputs.len(), self.times.len(), self.scales.len(), points)
    }

    /// Names, units and labels of the columns of the tables.
    pub fn sidecar(&self) -> Sidecar {
        let column = |name: &str, unit: &str, label: &str| SidecarColumn {
            name: name.into(),
            unit: unit.into(),
            label: label.into(),
        };
        let time = column("time", &self.time_unit, "Time");
        let outputs = self.outputs.iter().map(|output| column(&output.name, &output.unit, &output.label));
        let points = self.points.iter().map(|point| column(&point.name, &point.unit, &point.label));
        Sidecar { columns: std::iter::once(time).chain(outputs).chain(points).collect() }
    }
}

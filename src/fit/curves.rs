//! The curves of subjects between their measurements, for figures.

use super::population::Population;
use super::result::{Fitted, SubjectCurves};
use crate::diagnostic::Problems;
use crate::simulate::{Grid, Scenario};

/// Times at which a curve is drawn, besides its ends.
const TIMES: usize = 200;

impl Population<'_> {
    /// Curves of every subject and output with measurements, at its own parameters and at random effects of 0; a subject
    /// whose equations cannot be solved has none.
    pub fn curves(&self, fitted: &Fitted) -> Vec<SubjectCurves> {
        let mut all = Vec::new();
        for (subject, individual) in fitted.individuals.iter().enumerate() {
            let Some(at) = self.subjects.iter().position(|data| data.name == individual.subject) else { continue };
            let scenario = self.predictor.scenario(at);
            let end = scenario.until;
            let times: Vec<f64> = (0..=TIMES).map(|step| end * step as f64 / TIMES as f64).collect();
            let own: Vec<f64> = individual.parameters.iter().map(|(_, value)| *value).collect();
            let (Some(own), Some(typical)) =
                (self.courses(scenario, &times, &own), self.courses(scenario, &times, &individual.typical))
            else {
                continue;
            };
            let given = scenario.regimen.resolve(scenario.model, &mut Problems::default());
            let mut doses: Vec<f64> = given.iter().filter(|dose| dose.entry.is_some()).map(|dose| dose.time).collect();
            doses.retain(|time| *time <= end);
            for (output, (individual, population)) in own.into_iter().zip(typical).enumerate() {
                let measured = self.subjects[at].measured.iter().any(|one| one.residual == output);
                if measured {
                    let (times, doses) = (times.clone(), doses.clone());
                    all.push(SubjectCurves { subject, output, times, individual, population, doses });
                }
            }
        }
        all
    }

    /// By output with measurements: its values at times, at these individual parameters.
    fn courses(&self, scenario: &Scenario<'_>, times: &[f64], parameters: &[f64]) -> Option<Vec<Vec<f64>>> {
        let mut scenario = Scenario { grid: Grid::At(times.to_vec()), ..scenario.clone() };
        scenario.exposure = false;
        scenario.values.parameters.clone_from(&self.base);
        for (individual, value) in self.structure.individuals.iter().zip(parameters) {
            scenario.values.parameters[individual.slot] = *value;
        }
        let run = scenario.simulate().ok()?;
        let residuals = self.structure.residuals.iter();
        residuals
            .map(|residual| {
                let column = run.trajectory.column(&residual.name)?;
                let unit = run.trajectory.columns[column].unit.clone();
                (0..run.trajectory.time.len())
                    .map(|row| unit.convert(run.trajectory.row(row)[column], &residual.unit))
                    .collect()
            })
            .collect()
    }
}

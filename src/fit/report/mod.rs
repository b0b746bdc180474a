//! From coordinates to numbers in the units of the model, with residuals and verdicts.

mod estimates;
mod individuals;
mod one_by_one;

use super::estimate::{bad, good};
use super::mode::Mode;
use super::population::Population;
use super::result::{Covariance, Estimate, EstimateKind, Fitted, FittedOutput, IndividualFit, Profile, Told, Verdict};
use super::settings::{FitSettings, Method};
use super::structure::{Coordinate, is_logarithmic};
use super::uncertainty::{Uncertainty, condition};
use crate::model::Model;

/// 0.975 quantile of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// Condition numbers from which on estimates depend on each other too much.
const ILL_CONDITIONED: f64 = 1000.0;
const SHRUNK: f64 = 0.3;

/// What a method found, on the scale of estimation.
pub(super) struct Found {
    pub x: Vec<f64>,
    pub objective: f64,
    pub objective_error: Option<f64>,
    pub subjects: Vec<f64>,
    pub modes: Vec<Mode>,
    pub covariance: Option<(Uncertainty, Vec<f64>)>,
    pub iterations: Vec<(f64, Vec<f64>)>,
    pub converged: bool,
    pub verdicts: Vec<Verdict>,
}

impl Population<'_> {
    pub(super) fn fitted(
        &self,
        model: &Model,
        settings: &FitSettings,
        mut found: Found,
        profiles: Vec<Profile>,
    ) -> Fitted {
        let x = &found.x;
        let n = x.len();
        let structure = &self.structure;
        let estimates =
            self.estimates(x, found.covariance.as_ref().map(|(_, matrix)| &matrix[..]), settings.method != Method::Map);
        let (individuals, predictions) = self.individuals(x, &found.modes, &found.subjects);
        let etas: Vec<String> =
            structure.individual_of_eta().into_iter().map(|at| structure.individuals[at].name.clone()).collect();
        let omega = self.omega(x);
        let shrinkage: Vec<f64> = (0..etas.len())
            .map(|k| {
                let of: Vec<f64> = individuals.iter().map(|one| one.etas[k]).collect();
                1.0 - sd(&of) / omega[k * etas.len() + k].sqrt()
            })
            .collect();
        let names = self.names_of_coordinates();
        let covariance = found.covariance.take().map(|(kind, matrix)| Covariance {
            kind: kind.name().to_uppercase(),
            names,
            condition: condition(&matrix, n),
            matrix,
        });
        let mut verdicts = found.verdicts;
        for profile in &profiles {
            verdicts.push(Verdict { good: profile.told() == Told::Identified, text: profile.verdict() });
        }
        self.judge(x, &estimates, covariance.as_ref(), &etas, &shrinkage, &individuals, &mut verdicts);
        let iterations = found
            .iterations
            .iter()
            .map(|(objective, x)| {
                let estimates = self.estimates(x, None, true);
                (*objective, estimates.into_iter().filter(|one| !one.fixed).map(|one| one.value).collect())
            })
            .collect();
        Fitted {
            model: model.name.clone(),
            time: model.time.clone(),
            method: settings.method.name().into(),
            censoring: settings.censoring.name().into(),
            objective: found.objective,
            objective_error: found.objective_error,
            counts: self.counts(),
            estimates,
            covariance,
            individuals,
            etas,
            shrinkage,
            predictions,
            iterations,
            profiles,
            converged: found.converged,
            outputs: self.outputs(model),
            verdicts,
        }
    }

    fn outputs(&self, model: &Model) -> Vec<FittedOutput> {
        let residuals = self.structure.residuals.iter();
        residuals
            .map(|residual| {
                let output = &model.outputs[residual.output];
                FittedOutput {
                    name: output.name.text.clone(),
                    label: output.label.clone(),
                    unit: output.unit.clone(),
                    log: output.log,
                    lloq: output.lloq,
                }
            })
            .collect()
    }

    /// Names of the coordinates, as `log(cl)`.
    pub fn names_of_coordinates(&self) -> Vec<String> {
        let structure = &self.structure;
        let of_eta = structure.individual_of_eta();
        structure
            .coordinates()
            .into_iter()
            .map(|coordinate| match coordinate {
                Coordinate::Typical(at) => {
                    let individual = &structure.individuals[at];
                    match individual.transform.name() {
                        "identity" => individual.name.clone(),
                        scale => format!("{scale}({})", individual.name),
                    }
                }
                Coordinate::Relation(at, relation) => structure.individuals[at].relations[relation].name.clone(),
                Coordinate::Root(block, row, column) => {
                    let name = |k: usize| &structure.individuals[of_eta[structure.blocks[block].etas[k]]].name;
                    if row == column {
                        format!("log(root({}))", name(row))
                    } else {
                        format!("root({},{})", name(row), name(column))
                    }
                }
                Coordinate::Size(at, size) => {
                    let residual = &structure.residuals[at];
                    let name = residual.start.sizes()[size].0;
                    if is_logarithmic(name) {
                        format!("log({}.{name})", residual.name)
                    } else {
                        format!("{}.{name}", residual.name)
                    }
                }
            })
            .collect()
    }

    #[expect(clippy::too_many_arguments, reason = "everything that is judged")]
    fn judge(
        &self,
        x: &[f64],
        estimates: &[Estimate],
        covariance: Option<&Covariance>,
        etas: &[String],
        shrinkage: &[f64],
        individuals: &[IndividualFit],
        verdicts: &mut Vec<Verdict>,
    ) {
        let names = self.names_of_coordinates();
        let coordinates = self.structure.coordinates();
        for bound in self.at_bounds(x) {
            let at = coordinates.iter().position(|known| *known == bound).unwrap_or_default();
            verdicts.push(match bound {
                Coordinate::Root(..) => bad(format!("{} is at its least: this variance is 0 by these data", names[at])),
                _ => bad(format!("{} lies at its bound", names[at])),
            });
        }
        let kinks = individuals.iter().filter(|one| one.at_kink).count();
        if kinks > 0 {
            verdicts.push(good(format!(
                "the modes of {kinks} of {} subjects lie on kinks of their likelihood, where a switch time meets a measurement",
                individuals.len()
            )));
        }
        if let Some(covariance) = covariance {
            let text = format!("condition number of the estimates: {:.0}", covariance.condition);
            let well = covariance.condition < ILL_CONDITIONED;
            verdicts.push(Verdict {
                good: well,
                text: if well { text } else { format!("{text}: some cannot be told apart by these data") },
            });
            let loose: Vec<String> = estimates
                .iter()
                .filter_map(|one| {
                    let most = if one.kind == EstimateKind::Variance { 100.0 } else { 50.0 };
                    let rse = one.rse().filter(|rse| *rse > most || rse.is_nan())?;
                    (one.kind != EstimateKind::Covariate).then(|| format!("{} ({rse:.0} %)", one.name))
                })
                .collect();
            if !loose.is_empty() {
                verdicts.push(bad(format!("hardly known, by relative standard error: {}", loose.join(", "))));
            }
        }
        let shrunk: Vec<String> = etas
            .iter()
            .zip(shrinkage)
            .filter(|(_, shrinkage)| **shrinkage > SHRUNK)
            .map(|(name, shrinkage)| format!("{name} ({:.0} %)", 100.0 * shrinkage))
            .collect();
        if !shrunk.is_empty() {
            verdicts.push(bad(format!(
                "individual values say little, by shrinkage: {}; plots against them mislead",
                shrunk.join(", ")
            )));
        }
        verdicts.sort_by_key(|verdict| verdict.good);
    }
}

/// Standard deviation with n - 1.
fn sd(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

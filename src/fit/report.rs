//! From coordinates to numbers in the units of the model, with residuals and verdicts.

use super::estimate::{FitSettings, Method, bad, good, verdict_of};
use super::linear::{cholesky, forward};
use super::mode::{Mode, ones, plain};
use super::objective::{Approximation, Parts};
use super::observed::{location, plain as plain_error};
use super::optimise::Reason;
use super::population::{Order, Population};
use super::result::{
    Covariance, Estimate, EstimateKind, Fitted, FittedOutput, IndividualFit, Prediction, Profile, Verdict,
};
use super::scoring::Scored;
use super::structure::{Coordinate, is_logarithmic};
use super::uncertainty::{Uncertainty, condition};
use crate::error_model::Observed;
use crate::model::Model;
use crate::numeric::{Dual, Lanes, Scalar};

type One = Lanes<1>;

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
    pub profiles: Vec<Profile>,
    pub converged: bool,
    pub verdicts: Vec<Verdict>,
}

impl Population<'_> {
    pub(super) fn fitted(&self, model: &Model, settings: &FitSettings, mut found: Found) -> Fitted {
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
        for profile in &found.profiles {
            let identified = profile.verdict.starts_with("identified");
            verdicts.push(Verdict { good: identified, text: profile.verdict.clone() });
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
            profiles: found.profiles,
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

    /// Estimates and what was fixed.
    pub(super) fn estimates(&self, x: &[f64], covariance: Option<&[f64]>, estimated: bool) -> Vec<Estimate> {
        let structure = &self.structure;
        let coordinates = structure.coordinates();
        let n = x.len();
        let point = structure.point(&ones(x));
        let start = structure.point(&ones(&structure.start()));
        let place = |wanted: Coordinate| coordinates.iter().position(|known| *known == wanted).filter(|_| estimated);
        let sd_of = |at: Option<usize>| at.and_then(|at| covariance.map(|matrix| matrix[at * n + at].max(0.0).sqrt()));
        let mut all = Vec::new();
        for (at, individual) in structure.individuals.iter().enumerate() {
            let own = place(Coordinate::Typical(at));
            let (scaled, transform) = (point.typical[at].get(0), individual.transform);
            let sd = sd_of(own);
            all.push(Estimate {
                name: individual.name.clone(),
                kind: EstimateKind::Typical,
                unit: individual.unit.to_string(),
                transform: transform.name().into(),
                start: transform.value(individual.start),
                value: transform.value(scaled),
                se: sd.map(|sd| sd * transform.slope(scaled).abs()),
                interval: sd.map(|sd| (transform.value(scaled - Z * sd), transform.value(scaled + Z * sd))),
                fixed: own.is_none(),
            });
            for (which, relation) in individual.relations.iter().enumerate() {
                let own = place(Coordinate::Relation(at, which));
                let value = point.relations[at][which].get(0);
                let sd = sd_of(own);
                all.push(Estimate {
                    name: relation.name.clone(),
                    kind: EstimateKind::Covariate,
                    unit: "1".into(),
                    transform: "identity".into(),
                    start: relation.start,
                    value,
                    se: sd,
                    interval: sd.map(|sd| (value - Z * sd, value + Z * sd)),
                    fixed: own.is_none(),
                });
            }
        }
        self.variances(x, covariance, estimated, &mut all);
        for (at, residual) in structure.residuals.iter().enumerate() {
            for (which, (name, value)) in point.errors[at].sizes().into_iter().enumerate() {
                let value = value.get(0);
                let own = place(Coordinate::Size(at, which));
                let sd = sd_of(own);
                let log = is_logarithmic(name);
                let unit = match (residual.start.name(), name) {
                    ("additive", "sd") | (_, "additive") => residual.unit.to_string(),
                    _ => "1".into(),
                };
                all.push(Estimate {
                    name: format!("{}.{name}", residual.name),
                    kind: EstimateKind::Residual,
                    unit,
                    transform: if log { "log" } else { "identity" }.into(),
                    start: start.errors[at].sizes()[which].1.get(0),
                    value,
                    se: sd.map(|sd| if log { sd * value } else { sd }),
                    interval: sd.map(|sd| match log {
                        true => (value * (-Z * sd).exp(), value * (Z * sd).exp()),
                        false => (value - Z * sd, value + Z * sd),
                    }),
                    fixed: own.is_none(),
                });
            }
        }
        all
    }

    /// Variances and covariances of random effects; their errors by the derivatives of L L'.
    fn variances(&self, x: &[f64], covariance: Option<&[f64]>, estimated: bool, all: &mut Vec<Estimate>) {
        type Single = Dual<One, 1>;
        let structure = &self.structure;
        let (n, q) = (x.len(), structure.etas());
        let of_eta = structure.individual_of_eta();
        let omega = self.omega(x);
        let start = self.omega(&structure.start());
        let slopes: Vec<Vec<f64>> = match covariance {
            None => Vec::new(),
            Some(_) => (0..n)
                .map(|k| {
                    let seeded: Vec<Single> = x
                        .iter()
                        .enumerate()
                        .map(|(at, value)| {
                            let mut seeded = Single::splat(*value);
                            seeded.tangents[0] = Lanes([f64::from(u8::from(at == k))]);
                            seeded
                        })
                        .collect();
                    structure.point(&seeded).omega().iter().map(|entry| entry.tangents[0].get(0)).collect()
                })
                .collect(),
        };
        for block in &structure.blocks {
            for (row, i) in block.etas.iter().enumerate() {
                for j in &block.etas[..=row] {
                    let at = i * q + j;
                    let value = omega[at];
                    let se = covariance.filter(|_| block.estimated).map(|matrix| {
                        let variance: f64 = (0..n)
                            .flat_map(|a| (0..n).map(move |b| (a, b)))
                            .map(|(a, b)| slopes[a][at] * matrix[a * n + b] * slopes[b][at])
                            .sum();
                        variance.max(0.0).sqrt()
                    });
                    let name = |eta: &usize| &structure.individuals[of_eta[*eta]].name;
                    let diagonal = i == j;
                    all.push(Estimate {
                        name: match diagonal {
                            true => format!("omega2({})", name(i)),
                            false => format!("omega({},{})", name(j), name(i)),
                        },
                        kind: EstimateKind::Variance,
                        unit: "1".into(),
                        transform: "cholesky".into(),
                        start: start[at],
                        value,
                        se,
                        interval: se.map(|se| match diagonal {
                            true => (value * (-Z * se / value).exp(), value * (Z * se / value).exp()),
                            false => (value - Z * se, value + Z * se),
                        }),
                        fixed: !(block.estimated && estimated),
                    });
                }
            }
        }
    }

    /// Subjects and their measurements at the modes.
    fn individuals(&self, x: &[f64], modes: &[Mode], objectives: &[f64]) -> (Vec<IndividualFit>, Vec<Prediction>) {
        let point = self.structure.point(&ones(x));
        let mut individuals = Vec::with_capacity(modes.len());
        let mut predictions = Vec::new();
        for (subject, mode) in modes.iter().enumerate() {
            let (individual, mut rows) = self.individual(subject, &point, mode, objectives[subject]);
            individuals.push(individual);
            predictions.append(&mut rows);
        }
        (individuals, predictions)
    }

    pub(super) fn individual(
        &self,
        subject: usize,
        point: &super::structure::Point<One>,
        mode: &Mode,
        objective: f64,
    ) -> (IndividualFit, Vec<Prediction>) {
        let structure = &self.structure;
        let q = structure.etas();
        let of_eta = structure.individual_of_eta();
        let zeta = ones(&mode.zeta);
        let etas: Vec<f64> =
            (0..q).map(|i| (0..=i).map(|k| point.root[i * q + k].get(0) * mode.zeta[k]).sum()).collect();
        let scaled = plain(&self.scaled(subject, point, &zeta));
        let population = plain(&self.scaled(subject, point, &vec![One::default(); q]));
        let parameters = structure
            .individuals
            .iter()
            .zip(&scaled)
            .map(|(individual, scaled)| (individual.name.clone(), individual.transform.value(*scaled)))
            .collect();
        let individuals = structure.individuals.iter().zip(&population);
        let typical = individuals.map(|(individual, scaled)| individual.transform.value(*scaled)).collect();
        let curve = self.curve(subject, &scaled, Order::First).unwrap_or_default();
        let at_zero = self.curve(subject, &population, Order::Values).unwrap_or_default();
        let measured = &self.subjects[subject].measured;
        let mut eta_sds = vec![f64::NAN; q];
        let mut cwres = vec![None; measured.len()];
        if curve.value.len() == measured.len() {
            let (value, first) = (ones(&curve.value), ones(&curve.first));
            let parts = Parts {
                measured,
                point,
                of_eta: &of_eta,
                value: &value,
                first: &first,
                second: &[],
                at_zero: &[],
                zeta: &zeta,
                width: scaled.len(),
            };
            let mut root = parts.curvature(Approximation::Focei, false);
            if cholesky(&mut root, q) {
                // Covariance of eta: L H^-1 L' with H over the root of Omega.
                for (i, sd) in eta_sds.iter_mut().enumerate() {
                    let mut row: Vec<One> = (0..q).map(|k| point.root[i * q + k]).collect();
                    forward(&root, q, &mut row);
                    *sd = row.iter().map(|entry| entry.get(0).powi(2)).sum::<f64>().sqrt();
                }
            }
            cwres = self.decorrelated(&parts, &mode.zeta);
        }
        let nan = |values: &[f64], at: usize| values.get(at).copied().unwrap_or(f64::NAN);
        let rows = measured
            .iter()
            .enumerate()
            .map(|(at, one)| {
                let (pred, ipred) = (nan(&at_zero.value, at), nan(&curve.value, at));
                let (dv, cens) = match one.observed {
                    Observed::Value(value) => (value, 0),
                    Observed::Below(limit) => (limit, 1),
                    Observed::Between { high, .. } => (high, 1),
                    Observed::Above(limit) => (limit, -1),
                };
                let error = point.errors[one.residual];
                let iwres = (cens == 0).then(|| error.residual(Lanes([dv]), Lanes([ipred])).get(0));
                Prediction {
                    subject,
                    time: one.time,
                    output: one.residual,
                    dv,
                    cens,
                    pred,
                    ipred,
                    iwres,
                    cwres: cwres[at],
                }
            })
            .collect();
        let individual = IndividualFit {
            subject: self.subjects[subject].name.clone(),
            etas,
            eta_sds,
            parameters,
            typical,
            objective,
            at_kink: mode.at_kink,
        };
        (individual, rows)
    }

    /// Residuals of the uncensored rows by the FOCE linearisation: y - (f - f' eta) over the root of f' Omega f'^T + R.
    ///
    /// # Reference
    /// Hooker, Staatz and Karlsson 2007, doi:10.1007/s11095-007-9361-x.
    fn decorrelated(&self, parts: &Parts<'_, One>, zeta: &[f64]) -> Vec<Option<f64>> {
        let q = zeta.len();
        let own: Vec<usize> =
            (0..parts.measured.len()).filter(|at| matches!(parts.measured[*at].observed, Observed::Value(_))).collect();
        let n = own.len();
        let mut residual = Vec::with_capacity(n);
        let mut by = Vec::with_capacity(n * q);
        let mut matrix = vec![One::default(); n * n];
        for (row, at) in own.iter().enumerate() {
            let one = &parts.measured[*at];
            let Observed::Value(observed) = one.observed else { continue };
            let error = parts.point.errors[one.residual];
            let mut lifted: Dual<One, 1> = super::observed::constant(parts.value[*at]);
            lifted.tangents[0] = Lanes([1.0]);
            let m = location(&error.map(super::observed::constant), lifted);
            let slopes: Vec<f64> = parts.by_zeta(*at).iter().map(|slope| slope.get(0) * m.tangents[0].get(0)).collect();
            let linear: f64 = slopes.iter().zip(zeta).map(|(slope, zeta)| slope * zeta).sum();
            let y = location(&error, Lanes([observed])).get(0);
            residual.push(Lanes([y - m.value.get(0) + linear]));
            by.extend(slopes);
            matrix[row * n + row] = Lanes([plain_error(&error).sd(parts.value[*at].get(0)).powi(2)]);
        }
        for i in 0..n {
            for j in 0..=i {
                let sum: f64 = (0..q).map(|k| by[i * q + k] * by[j * q + k]).sum();
                matrix[i * n + j] = matrix[i * n + j] + Lanes([sum]);
            }
        }
        let mut all = vec![None; parts.measured.len()];
        if cholesky(&mut matrix, n) {
            forward(&matrix, n, &mut residual);
            own.iter().zip(residual).for_each(|(at, value)| all[*at] = Some(value.get(0)));
        }
        all
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

    /// Subjects that were fitted each by itself.
    pub(super) fn fitted_one_by_one(
        &self,
        model: &Model,
        settings: &FitSettings,
        found: &[Option<(Scored, Vec<f64>)>],
    ) -> Fitted {
        let structure = &self.structure;
        let coordinates = structure.coordinates();
        let n = coordinates.len();
        let mut estimates = Vec::new();
        let mut individuals = Vec::new();
        let mut predictions = Vec::new();
        let mut objective = 0.0;
        let (mut failed, mut unsettled, mut spread) = (Vec::new(), Vec::new(), Vec::new());
        let mode = Mode { zeta: Vec::new(), joint: 0.0, decrement: 0.0, at_kink: false };
        for (subject, found) in found.iter().enumerate() {
            let name = self.subjects[subject].name.clone();
            let Some((scored, objectives)) = found else {
                failed.push(name);
                continue;
            };
            if !matches!(scored.reason, Reason::Converged) {
                unsettled.push(name.clone());
            }
            let least = objectives.iter().copied().fold(f64::INFINITY, f64::min);
            spread.push(objectives.iter().filter(|one| **one - least < 0.1).count());
            objective += scored.objective;
            let half = self.information(&[subject], scored);
            let matrix = super::uncertainty::covariance(super::uncertainty::Uncertainty::R, &half, &[], n);
            if settings.method == Method::Individual {
                let own = self.estimates(&scored.x, matrix.as_deref(), true);
                estimates.extend(own.into_iter().map(|one| Estimate { name: format!("{}[{name}]", one.name), ..one }));
            }
            let point = structure.point(&ones(&scored.x));
            let (individual, mut rows) = self.individual(subject, &point, &mode, scored.objective);
            individuals.push(individual);
            predictions.append(&mut rows);
        }
        let mut verdicts = Vec::new();
        let list = |names: &[String]| names.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
        if !failed.is_empty() {
            verdicts.push(bad(format!("no value at the start for {} subjects: {}", failed.len(), list(&failed))));
        }
        if unsettled.is_empty() {
            verdicts.push(verdict_of(Reason::Converged));
        } else {
            verdicts.push(bad(format!("not converged for {} subjects: {}", unsettled.len(), list(&unsettled))));
        }
        if settings.starts > 1 && !spread.is_empty() {
            let least = spread.iter().min().copied().unwrap_or_default();
            let text = format!(
                "of {} starts at least {least} reach the best objective of each subject within 0.1",
                settings.starts
            );
            verdicts.push(Verdict { good: least > 1, text });
        }
        if settings.method == Method::TwoStage {
            let all: Vec<&Vec<f64>> = found.iter().flatten().map(|(scored, _)| &scored.x).collect();
            estimates = self.two_stage(&all);
        }
        verdicts.sort_by_key(|verdict| verdict.good);
        Fitted {
            model: model.name.clone(),
            time: model.time.clone(),
            method: settings.method.name().into(),
            censoring: settings.censoring.name().into(),
            objective,
            objective_error: None,
            counts: self.counts(),
            estimates,
            covariance: None,
            individuals,
            etas: Vec::new(),
            shrinkage: Vec::new(),
            predictions,
            iterations: Vec::new(),
            profiles: Vec::new(),
            converged: failed.is_empty() && unsettled.is_empty(),
            outputs: self.outputs(model),
            verdicts,
        }
    }

    /// Means and variances over the subjects, on the scale of estimation.
    fn two_stage(&self, all: &[&Vec<f64>]) -> Vec<Estimate> {
        let structure = &self.structure;
        let count = all.len() as f64;
        let mut estimates = Vec::new();
        let coordinates = structure.coordinates();
        for (at, coordinate) in coordinates.iter().enumerate() {
            let of: Vec<f64> = all.iter().map(|x| x[at]).collect();
            let mean = of.iter().sum::<f64>() / count;
            let sd = sd(&of);
            let mut moved = structure.start();
            moved[at] = mean;
            let mut covariance = vec![0.0; moved.len() * moved.len()];
            covariance[at * moved.len() + at] = sd * sd / count;
            let name = self.names_of_coordinates()[at].clone();
            let own = self.estimates(&moved, Some(&covariance), true);
            let found = own.into_iter().filter(|one| !one.fixed).nth(at);
            estimates.extend(found);
            if let Coordinate::Typical(_) = coordinate {
                let error = sd * sd * (2.0 / (count - 1.0)).sqrt();
                estimates.push(Estimate {
                    name: format!(
                        "omega2({})",
                        name.trim_start_matches("log(").trim_start_matches("logit(").trim_end_matches(')')
                    ),
                    kind: EstimateKind::Variance,
                    unit: "1".into(),
                    transform: "identity".into(),
                    start: f64::NAN,
                    value: sd * sd,
                    se: (count > 1.0).then_some(error),
                    interval: None,
                    fixed: false,
                });
            }
        }
        estimates.sort_by_key(|one| one.kind as u8);
        estimates
    }
}

/// Standard deviation with n - 1.
fn sd(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}

//! Subjects that were fitted each by itself, and what they come to together.

use super::sd;
use crate::fit::estimate::{bad, verdict_of};
use crate::fit::mode::{Mode, ones};
use crate::fit::optimise::Reason;
use crate::fit::population::Population;
use crate::fit::result::{Estimate, EstimateKind, Fitted, Verdict};
use crate::fit::scoring::Scored;
use crate::fit::settings::{FitSettings, Method};
use crate::fit::structure::Coordinate;
use crate::fit::uncertainty::{Uncertainty, covariance};
use crate::model::Model;

impl Population<'_> {
    /// Subjects that were fitted each by itself.
    pub(in crate::fit) fn fitted_one_by_one(
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
            let matrix = covariance(Uncertainty::R, &half, &[], n);
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
            let own = self.estimates(&moved, Some(&covariance), true);
            let found = own.into_iter().filter(|one| !one.fixed).nth(at);
            estimates.extend(found);
            if let Coordinate::Typical(individual) = coordinate {
                let error = sd * sd * (2.0 / (count - 1.0)).sqrt();
                estimates.push(Estimate {
                    name: format!("omega2({})", structure.individuals[*individual].name),
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

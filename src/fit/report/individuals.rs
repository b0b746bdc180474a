//! Subjects and their measurements at the modes.

use crate::error_model::Observed;
use crate::fit::linear::{cholesky, forward};
use crate::fit::mode::{Mode, ones, plain};
use crate::fit::objective::{Approximation, Parts};
use crate::fit::observed::{constant, location, plain as plain_error};
use crate::fit::population::{Order, Population};
use crate::fit::result::{IndividualFit, Prediction};
use crate::fit::structure::Point;
use crate::numeric::{Dual, Lanes, Scalar};

type One = Lanes<1>;

impl Population<'_> {
    /// Subjects and their measurements at the modes.
    pub(super) fn individuals(
        &self,
        x: &[f64],
        modes: &[Mode],
        objectives: &[f64],
    ) -> (Vec<IndividualFit>, Vec<Prediction>) {
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
        point: &Point<One>,
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
            let mut lifted: Dual<One, 1> = constant(parts.value[*at]);
            lifted.tangents[0] = Lanes([1.0]);
            let m = location(&error.map(constant), lifted);
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
}

//! Estimates in the units of the model, with errors and intervals.

use super::Z;
use crate::fit::mode::ones;
use crate::fit::population::Population;
use crate::fit::result::{Estimate, EstimateKind};
use crate::fit::seeded::groups;
use crate::fit::structure::{Coordinate, is_logarithmic};
use crate::numeric::Scalar;

impl Population<'_> {
    /// Estimates and what was fixed.
    pub(in crate::fit) fn estimates(&self, x: &[f64], covariance: Option<&[f64]>, estimated: bool) -> Vec<Estimate> {
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
        let structure = &self.structure;
        let (n, q) = (x.len(), structure.etas());
        let of_eta = structure.individual_of_eta();
        let omega = self.omega(x);
        let start = self.omega(&structure.start());
        // By coordinate: what it does to each entry.
        let mut slopes = vec![vec![0.0; q * q]; n];
        for group in covariance.map_or_else(Vec::new, |_| groups(structure, x)) {
            for (at, entry) in group.point.omega().iter().enumerate() {
                group.slopes(entry).zip(&mut slopes[group.from..]).for_each(|(slope, by)| by[at] = slope);
            }
        }
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
}

//! What is estimated: typical values, effects of covariates, variances of random effects, sizes of residual errors.

use super::settings::Method;
use super::transform::Transform;
use crate::error_model::ErrorModel;
use crate::numeric::{Lanes, Scalar};
use crate::unit::Unit;

/// A parameter of the model that has an estimate or a random effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Individual {
    /// Name in the model.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
    /// Its place among the parameters of the model.
    pub slot: usize,
    /// The scale on which it is estimated.
    pub transform: Transform,
    /// Typical value at the start, on that scale.
    pub start: f64,
    /// Whether the typical value is estimated.
    pub estimated: bool,
    /// Allowed typical values, on that scale.
    pub bounds: (f64, f64),
    /// Which random effect it has.
    pub eta: Option<usize>,
    /// Effects of covariates, added on that scale.
    pub relations: Vec<Relation>,
    /// Normal prior of the typical value on that scale: mean and standard deviation.
    pub prior: Option<(f64, f64)>,
}

/// How a covariate moves a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// Its name in tables, as `cl~weight`.
    pub name: String,
    /// Place among the covariates of the model.
    pub covariate: usize,
    /// Its form.
    pub kind: RelationKind,
    /// Coefficient at the start.
    pub start: f64,
    /// Whether it is estimated.
    pub estimated: bool,
}

/// What a coefficient multiplies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RelationKind {
    /// ln(covariate / centre): a power on the parameter, if that is estimated on the log scale.
    Power {
        /// Covariate of the typical patient.
        centre: f64,
    },
    /// covariate - centre: an exponential.
    Exponential {
        /// Covariate of the typical patient.
        centre: f64,
    },
    /// 1 where the covariate has this value, else 0.
    Category {
        /// The value.
        value: f64,
    },
}

impl RelationKind {
    /// What the coefficient multiplies at a value of the covariate.
    pub fn regressor(self, covariate: f64) -> f64 {
        match self {
            Self::Power { centre } => (covariate / centre).ln(),
            Self::Exponential { centre } => covariate - centre,
            Self::Category { value } => f64::from(u8::from(covariate == value)),
        }
    }
}

/// Random effects that vary together.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Places of the random effects, ascending.
    pub etas: Vec<usize>,
    /// Covariances at the start, row by row.
    pub start: Vec<f64>,
    /// Whether they are estimated.
    pub estimated: bool,
}

/// The residual error of an output.
#[derive(Debug, Clone, PartialEq)]
pub struct Residual {
    /// Place of the output in the model.
    pub output: usize,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
    /// The error with its sizes at the start.
    pub start: ErrorModel,
    /// Which sizes are estimated.
    pub estimated: Vec<bool>,
}

/// A number that is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coordinate {
    /// Typical value of an individual parameter, on its scale.
    Typical(usize),
    /// Coefficient of a relation of an individual parameter.
    Relation(usize, usize),
    /// Entry (row, column) of the root of a block's covariances; the logarithm on the diagonal.
    Root(usize, usize, usize),
    /// A size of a residual error: the logarithm, but an exponent itself.
    Size(usize, usize),
}

/// What is estimated, with starts, bounds and priors.
#[derive(Debug, Clone, PartialEq)]
pub struct Structure {
    /// Parameters with an estimate or a random effect.
    pub individuals: Vec<Individual>,
    /// Blocks of random effects.
    pub blocks: Vec<Block>,
    /// Residual errors.
    pub residuals: Vec<Residual>,
}

/// Population values at a point: numbers, perhaps with derivatives by the coordinates.
#[derive(Debug, Clone, PartialEq)]
pub struct Point<S> {
    /// Typical values on their scales.
    pub typical: Vec<S>,
    /// Coefficients of relations, by individual parameter.
    pub relations: Vec<Vec<S>>,
    /// L of Omega = L L', q x q, row by row.
    pub root: Vec<S>,
    /// Residual errors, as in the structure.
    pub errors: Vec<ErrorModel<S>>,
}

/// Smallest standard deviation of a random effect that estimation goes to.
const LEAST_SD: f64 = 1e-4;

impl Structure {
    /// Number of random effects.
    pub fn etas(&self) -> usize {
        self.blocks.iter().map(|block| block.etas.len()).sum()
    }

    /// Takes out what a method does not look at: random effects, if it has none, and parameters that have nothing else.
    pub fn keep_for(&mut self, method: Method) {
        if method.has_random_effects() {
            return;
        }
        self.individuals.retain(|individual| {
            individual.estimated || individual.relations.iter().any(|relation| relation.estimated)
        });
        self.individuals.iter_mut().for_each(|individual| individual.eta = None);
        self.blocks.clear();
    }

    /// Place of the individual parameter of each random effect.
    pub fn individual_of_eta(&self) -> Vec<usize> {
        let mut places = vec![0; self.etas()];
        for (at, individual) in self.individuals.iter().enumerate() {
            if let Some(eta) = individual.eta {
                places[eta] = at;
            }
        }
        places
    }

    /// The coordinates, in their order.
    pub fn coordinates(&self) -> Vec<Coordinate> {
        let mut all = Vec::new();
        for (at, individual) in self.individuals.iter().enumerate() {
            if individual.estimated {
                all.push(Coordinate::Typical(at));
            }
            let estimated = individual.relations.iter().enumerate().filter(|(_, relation)| relation.estimated);
            all.extend(estimated.map(|(relation, _)| Coordinate::Relation(at, relation)));
        }
        for (at, block) in self.blocks.iter().enumerate().filter(|(_, block)| block.estimated) {
            let size = block.etas.len();
            all.extend((0..size).flat_map(|row| (0..=row).map(move |column| Coordinate::Root(at, row, column))));
        }
        for (at, residual) in self.residuals.iter().enumerate() {
            let sizes = residual.estimated.iter().enumerate().filter(|(_, estimated)| **estimated);
            all.extend(sizes.map(|(size, _)| Coordinate::Size(at, size)));
        }
        all
    }

    /// Start and bounds of a coordinate.
    pub fn range(&self, coordinate: Coordinate) -> (f64, (f64, f64)) {
        let free = (f64::NEG_INFINITY, f64::INFINITY);
        match coordinate {
            Coordinate::Typical(at) => (self.individuals[at].start, self.individuals[at].bounds),
            Coordinate::Relation(at, relation) => (self.individuals[at].relations[relation].start, free),
            Coordinate::Root(block, row, column) => {
                let value = self.start_root(block)[row * self.blocks[block].etas.len() + column];
                match row == column {
                    true => (value.ln(), (LEAST_SD.ln(), f64::INFINITY)),
                    false => (value, free),
                }
            }
            Coordinate::Size(at, size) => {
                let (name, value) = self.residuals[at].start.sizes()[size];
                if is_logarithmic(name) { (value.ln(), (-30.0, 30.0)) } else { (value, (-5.0, 5.0)) }
            }
        }
    }

    /// All starts.
    pub fn start(&self) -> Vec<f64> {
        self.coordinates().into_iter().map(|coordinate| self.range(coordinate).0).collect()
    }

    fn start_root(&self, block: usize) -> Vec<f64> {
        let Block { etas, start, .. } = &self.blocks[block];
        let mut root: Vec<Lanes<1>> = start.iter().map(|value| Lanes([*value])).collect();
        let good = super::linear::cholesky(&mut root, etas.len());
        debug_assert!(good, "checked when the structure is made");
        root.iter().map(|value| value.get(0)).collect()
    }

    /// The population values at `x`, one a coordinate.
    pub fn point<S: Scalar>(&self, x: &[S]) -> Point<S> {
        let q = self.etas();
        let mut point = Point {
            typical: self.individuals.iter().map(|individual| S::splat(individual.start)).collect(),
            relations: self
                .individuals
                .iter()
                .map(|individual| individual.relations.iter().map(|relation| S::splat(relation.start)).collect())
                .collect(),
            root: vec![S::default(); q * q],
            errors: self.residuals.iter().map(|residual| residual.start.lift()).collect(),
        };
        for (at, block) in self.blocks.iter().enumerate().filter(|(_, block)| !block.estimated) {
            let (root, size) = (self.start_root(at), block.etas.len());
            for row in 0..size {
                for column in 0..=row {
                    point.root[block.etas[row] * q + block.etas[column]] = S::splat(root[row * size + column]);
                }
            }
        }
        let mut sizes: Vec<Vec<S>> =
            point.errors.iter().map(|error| error.sizes().iter().map(|(_, size)| *size).collect()).collect();
        for (coordinate, value) in self.coordinates().into_iter().zip(x) {
            match coordinate {
                Coordinate::Typical(at) => point.typical[at] = *value,
                Coordinate::Relation(at, relation) => point.relations[at][relation] = *value,
                Coordinate::Root(block, row, column) => {
                    let etas = &self.blocks[block].etas;
                    let entry = if row == column { value.exp() } else { *value };
                    point.root[etas[row] * q + etas[column]] = entry;
                }
                Coordinate::Size(at, size) => {
                    let name = self.residuals[at].start.sizes()[size].0;
                    sizes[at][size] = if is_logarithmic(name) { value.exp() } else { *value };
                }
            }
        }
        for (error, sizes) in point.errors.iter_mut().zip(sizes) {
            let mut next = sizes.into_iter();
            *error = error.map(|_| next.next().expect("as many sizes"));
        }
        point
    }

    /// The coordinates of population values; the inverse of [`Self::point`]. None if a block of `omega` (q x q) has no root.
    pub fn pack(
        &self,
        typical: &[f64],
        relations: &[Vec<f64>],
        omega: &[f64],
        errors: &[ErrorModel],
    ) -> Option<Vec<f64>> {
        let q = self.etas();
        let mut roots = Vec::with_capacity(self.blocks.len());
        for Block { etas, .. } in &self.blocks {
            let entries = etas.iter().flat_map(|a| etas.iter().map(move |b| Lanes([omega[a * q + b]])));
            let mut root: Vec<Lanes<1>> = entries.collect();
            if !super::linear::cholesky(&mut root, etas.len()) {
                return None;
            }
            roots.push(root);
        }
        let value = |coordinate| match coordinate {
            Coordinate::Typical(at) => typical[at],
            Coordinate::Relation(at, relation) => relations[at][relation],
            Coordinate::Root(block, row, column) => {
                let entry = roots[block][row * self.blocks[block].etas.len() + column].get(0);
                if row == column { entry.ln() } else { entry }
            }
            Coordinate::Size(at, size) => {
                let (name, value) = errors[at].sizes()[size];
                if is_logarithmic(name) { value.ln() } else { value }
            }
        };
        Some(self.coordinates().into_iter().map(value).collect())
    }

    /// Twice the negative logarithm of the priors, up to constants.
    pub fn prior<S: Scalar>(&self, point: &Point<S>) -> S {
        let all = self.individuals.iter().zip(&point.typical);
        all.fold(S::default(), |sum, (individual, typical)| match individual.prior.filter(|_| individual.estimated) {
            Some((mean, sd)) => {
                let distance = (*typical - S::splat(mean)) / S::splat(sd);
                sum + distance * distance
            }
            None => sum,
        })
    }
}

impl<S: Scalar> Point<S> {
    /// Omega, q x q, row by row.
    pub fn omega(&self) -> Vec<S> {
        let q = (self.root.len() as f64).sqrt().round() as usize;
        let mut omega = vec![S::default(); q * q];
        for i in 0..q {
            for j in 0..q {
                omega[i * q + j] =
                    (0..q).fold(S::default(), |sum, k| sum + self.root[i * q + k] * self.root[j * q + k]);
            }
        }
        omega
    }
}

/// Sizes are estimated by their logarithm; an exponent by itself.
pub(super) fn is_logarithmic(size: &str) -> bool {
    size != "exponent"
}

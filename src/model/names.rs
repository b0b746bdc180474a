//! The names of a model as others see them: expressions, and regimens.

use std::collections::{HashMap, HashSet};

use super::description::{DoseKind, Model};
use crate::expression::{Kind, Scope};
use crate::regimen::{Entries, Entry, Takes};
use crate::unit::{Scales, Unit};

/// What the names of a model stand for, for checking expressions written about it.
#[derive(Debug, Clone)]
pub struct ModelScope {
    pub(super) kinds: HashMap<String, Kind>,
    names: Vec<String>,
    moving: HashSet<String>,
    doses: Vec<String>,
    time: Unit,
}

impl ModelScope {
    /// States, parameters, covariates and switches; derived quantities are added as they are checked. `lost` are names
    /// that the file defines but with a mistake: they exist, and nothing follows from them.
    pub(super) fn without_derived(model: &Model, lost: &[String]) -> Self {
        let mut scope = Self {
            kinds: HashMap::new(),
            names: Vec::new(),
            moving: HashSet::new(),
            doses: Vec::new(),
            time: model.time.clone(),
        };
        for state in &model.states {
            scope.add(&state.name, Kind::Number(state.unit.clone()), true);
        }
        for parameter in &model.parameters {
            scope.add(&parameter.name, Kind::Number(parameter.unit.clone()), false);
        }
        for covariate in &model.covariates {
            scope.add(&covariate.name, Kind::Number(covariate.unit.clone()), false);
        }
        for switch in &model.switches {
            scope.add(&switch.name, Kind::Condition, false);
        }
        for name in lost {
            scope.add(name, Kind::Undetermined, false);
            scope.doses.push(name.clone());
        }
        for dose in &model.doses {
            if !matches!(dose.kind, DoseKind::Refused(_)) {
                scope.doses.push(dose.name.text.clone());
            }
        }
        scope
    }

    /// Adds a name; `moves` tells whether it changes continuously in time.
    pub(super) fn add(&mut self, name: &str, kind: Kind, moves: bool) {
        if moves {
            self.moving.insert(name.to_string());
        }
        self.names.push(name.to_string());
        self.kinds.insert(name.to_string(), kind);
    }
}

impl Scope for ModelScope {
    fn kind(&self, name: &str) -> Option<Kind> {
        self.kinds.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn dose(&self, name: &str) -> bool {
        self.doses.iter().any(|dose| dose == name)
    }

    fn doses(&self) -> Vec<String> {
        self.doses.clone()
    }

    fn time(&self) -> Unit {
        self.time.clone()
    }

    fn continuous(&self, name: &str) -> bool {
        self.moving.contains(name)
    }
}

/// The dose entries of a model as a regimen sees them.
impl Entries for Model {
    fn names(&self) -> Vec<String> {
        self.doses.iter().map(|dose| dose.name.text.clone()).collect()
    }

    fn entry(&self, name: &str) -> Option<Entry> {
        let index = self.doses.iter().position(|dose| dose.name.text == name)?;
        let takes = match &self.doses[index].kind {
            DoseKind::Into { unit, .. } => Takes::Amount(unit.clone()),
            DoseKind::Marker => Takes::Marker,
            DoseKind::Refused(reason) => Takes::Refused(reason.clone()),
        };
        let rate = matches!(&self.doses[index].kind, DoseKind::Into { rate: Some(_), .. });
        Some(Entry { index, takes, rate })
    }

    fn parameters(&self) -> Vec<String> {
        self.parameters.iter().map(|parameter| parameter.name.text.clone()).collect()
    }

    fn parameter(&self, name: &str) -> Option<(usize, Unit)> {
        let at = self.parameters.iter().position(|parameter| parameter.name.text == name)?;
        Some((at, self.parameters[at].unit.clone()))
    }

    fn covariate(&self, name: &str) -> Option<(usize, Unit)> {
        let at = self.covariates.iter().position(|covariate| covariate.name.text == name)?;
        Some((at, self.covariates[at].unit.clone()))
    }

    fn scales(&self) -> &Scales {
        &self.scales
    }
}

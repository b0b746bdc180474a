//! How a population is fitted.

use std::fmt;
use std::str::FromStr;

use super::objective::Approximation;
use super::observed::Censoring;
use super::saem::Settings as SaemSettings;
use super::structure::Structure;
use super::uncertainty::Uncertainty;
use crate::diagnostic::codes::fit as codes;
use crate::diagnostic::{Diagnostic, Problems};
use crate::error_model::ErrorModel;

/// How a population is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Each subject by itself, without random effects.
    Individual,
    /// Each subject's random effects at the model's population values (maximum a posteriori).
    Map,
    /// All subjects as one, without random effects.
    Pooled,
    /// Each subject by itself, then means and covariances of what was found.
    TwoStage,
    /// Maximum likelihood of the population by an approximation.
    Approximate(Approximation),
    /// Maximum likelihood of the population by SAEM; the objective by importance sampling.
    Saem,
}

impl Method {
    /// All, in the order of their listing.
    pub const ALL: [Self; 9] = [
        Self::Focei,
        Self::Saem,
        Self::Approximate(Approximation::Laplace),
        Self::Approximate(Approximation::Foce),
        Self::Approximate(Approximation::Fo),
        Self::Pooled,
        Self::TwoStage,
        Self::Individual,
        Self::Map,
    ];

    /// The usual one.
    #[expect(non_upper_case_globals, reason = "reads as the variant that it is")]
    pub const Focei: Self = Self::Approximate(Approximation::Focei);

    /// The word of the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Individual => "individual",
            Self::Map => "map",
            Self::Pooled => "pooled",
            Self::TwoStage => "two-stage",
            Self::Approximate(how) => how.name(),
            Self::Saem => "saem",
        }
    }

    /// Whether random effects belong to what is fitted.
    pub fn has_random_effects(self) -> bool {
        matches!(self, Self::Map | Self::Approximate(_) | Self::Saem)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        let names: Vec<&str> = Self::ALL.iter().map(|method| method.name()).collect();
        let known = Self::ALL.into_iter().find(|method| method.name() == name);
        known.ok_or_else(|| format!("`{name}` is none of {}", names.join(", ")))
    }
}

/// How a fit goes.
#[derive(Debug, Clone, PartialEq)]
pub struct FitSettings {
    /// The method.
    pub method: Method,
    /// Values below the limit.
    pub censoring: Censoring,
    /// Covariance of the estimates.
    pub uncertainty: Uncertainty,
    /// Searches from other starts, the first from that of the model.
    pub starts: usize,
    /// Seed of starts, chains and draws.
    pub seed: u64,
    /// Most iterations of a search.
    pub most_iterations: usize,
    /// SAEM.
    pub saem: SaemSettings,
    /// Draws of a subject for the likelihood after SAEM.
    pub draws: usize,
    /// Parameters whose likelihood is profiled.
    pub profile: Vec<String>,
    /// Whether data that look as if in another unit are refused.
    pub checks_units: bool,
    /// Coordinates to begin at in place of the starts, as those of a checkpoint.
    pub from: Option<Vec<f64>>,
}

impl Default for FitSettings {
    fn default() -> Self {
        Self {
            method: Method::Focei,
            censoring: Censoring::default(),
            uncertainty: Uncertainty::default(),
            starts: 1,
            seed: 0,
            most_iterations: 300,
            saem: SaemSettings::default(),
            draws: 1000,
            profile: Vec::new(),
            checks_units: true,
            from: None,
        }
    }
}

impl FitSettings {
    /// Whether the method can treat values below the limit as asked.
    ///
    /// # Errors
    /// It cannot.
    pub fn check(&self, structure: &Structure, has_censored: bool) -> Result<(), Problems> {
        let fo = self.method == Method::Approximate(Approximation::Fo);
        let by_probability = matches!(self.censoring, Censoring::M2 | Censoring::M4)
            || (self.censoring == Censoring::M3 && has_censored);
        if fo && by_probability {
            let message =
                format!("fo takes all data as normal: values below the limit cannot count by {}", self.censoring);
            let mut found = Diagnostic::error(&codes::REFUSED_METHOD, message);
            found.help("choose --method focei, laplace or saem, or treat them otherwise: --censoring M1, M5, M6");
            return Err(found.into());
        }
        let log = structure.residuals.iter().find(|residual| matches!(residual.start, ErrorModel::Lognormal { .. }));
        if let (Censoring::M4 | Censoring::M7, Some(residual)) = (self.censoring, log) {
            let mut found = Diagnostic::error(
                &codes::REFUSED_METHOD,
                format!("`{}` is lognormal, so above 0 anyway: {} has no meaning", residual.name, self.censoring),
            );
            found.help("choose --censoring M3");
            return Err(found.into());
        }
        if self.method.has_random_effects() && structure.etas() == 0 {
            let mut found = Diagnostic::error(
                &codes::NOTHING_ESTIMATED,
                format!("{} needs random effects, and no parameter varies", self.method),
            );
            found.help("declare `variability` of parameters, or choose --method pooled");
            return Err(found.into());
        }
        Ok(())
    }
}

use std::fmt;

use crate::numeric::{Lanes, Scalar};

/// A residual error with its sizes: plain numbers as declared, or numbers with derivatives while they are estimated
/// (see [`lift`](Self::lift)).
///
/// The two combined models differ: `CombinedVariance` adds variances, `CombinedSd` standard deviations, which is the
/// larger of the two by up to a factor of sqrt(2). Programs disagree on which is the default, so neither is here.
///
/// # Reference
/// Proost 2017, doi:10.1016/j.ejps.2017.05.048 (combined models); Lavielle 2014, Mixed Effects Models for the Population
/// Approach, section 3.5.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ErrorModel<T = f64> {
    /// Standard deviation in the unit of the output, the same everywhere.
    Additive {
        /// Standard deviation, in the unit of the output.
        sd: T,
    },
    /// Standard deviation proportional to the prediction.
    Proportional {
        /// Standard deviation as a part of the prediction.
        sd: T,
    },
    /// Independent additive and proportional errors: variance a^2 + (b f)^2.
    CombinedVariance {
        /// a, in the unit of the output.
        additive: T,
        /// b, a part of the prediction.
        proportional: T,
    },
    /// Standard deviation a + b |f|.
    CombinedSd {
        /// a, in the unit of the output.
        additive: T,
        /// b, a part of the prediction.
        proportional: T,
    },
    /// Normal on the logarithm; the prediction is the median.
    Lognormal {
        /// Standard deviation of the logarithm.
        sd: T,
    },
    /// Standard deviation sd |f|^exponent.
    Power {
        /// Standard deviation where the prediction is 1 in the unit of the output.
        sd: T,
        /// Exponent.
        exponent: T,
    },
}

impl<T: Copy> ErrorModel<T> {
    /// The words of model files.
    pub const NAMES: [&str; 6] = ["additive", "proportional", "combined_variance", "combined_sd", "lognormal", "power"];

    /// Names of the sizes of the model with this word, in order; none if there is no such model.
    pub fn size_names(name: &str) -> Option<&'static [&'static str]> {
        match name {
            "additive" | "proportional" | "lognormal" => Some(&["sd"]),
            "combined_variance" | "combined_sd" => Some(&["additive", "proportional"]),
            "power" => Some(&["sd", "exponent"]),
            _ => None,
        }
    }

    /// The model with this word, each size from its name; none if the word or a size is missing.
    pub fn named(name: &str, size: impl Fn(&str) -> Option<T>) -> Option<Self> {
        Some(match name {
            "additive" => Self::Additive { sd: size("sd")? },
            "proportional" => Self::Proportional { sd: size("sd")? },
            "combined_variance" => {
                Self::CombinedVariance { additive: size("additive")?, proportional: size("proportional")? }
            }
            "combined_sd" => Self::CombinedSd { additive: size("additive")?, proportional: size("proportional")? },
            "lognormal" => Self::Lognormal { sd: size("sd")? },
            "power" => Self::Power { sd: size("sd")?, exponent: size("exponent")? },
            _ => return None,
        })
    }

    /// Its word in model files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Additive { .. } => "additive",
            Self::Proportional { .. } => "proportional",
            Self::CombinedVariance { .. } => "combined_variance",
            Self::CombinedSd { .. } => "combined_sd",
            Self::Lognormal { .. } => "lognormal",
            Self::Power { .. } => "power",
        }
    }

    /// Its sizes with their names.
    pub fn sizes(&self) -> Vec<(&'static str, T)> {
        match *self {
            Self::Additive { sd } | Self::Proportional { sd } | Self::Lognormal { sd } => vec![("sd", sd)],
            Self::CombinedVariance { additive, proportional } | Self::CombinedSd { additive, proportional } => {
                vec![("additive", additive), ("proportional", proportional)]
            }
            Self::Power { sd, exponent } => vec![("sd", sd), ("exponent", exponent)],
        }
    }

    /// The same model with other sizes.
    pub fn map<U>(&self, mut size: impl FnMut(T) -> U) -> ErrorModel<U> {
        match *self {
            Self::Additive { sd } => ErrorModel::Additive { sd: size(sd) },
            Self::Proportional { sd } => ErrorModel::Proportional { sd: size(sd) },
            Self::CombinedVariance { additive, proportional } => {
                ErrorModel::CombinedVariance { additive: size(additive), proportional: size(proportional) }
            }
            Self::CombinedSd { additive, proportional } => {
                ErrorModel::CombinedSd { additive: size(additive), proportional: size(proportional) }
            }
            Self::Lognormal { sd } => ErrorModel::Lognormal { sd: size(sd) },
            Self::Power { sd, exponent } => ErrorModel::Power { sd: size(sd), exponent: size(exponent) },
        }
    }
}

impl ErrorModel {
    /// The model over engine numbers, its sizes without derivatives.
    pub fn lift<S: Scalar>(&self) -> ErrorModel<S> {
        self.map(S::splat)
    }

    pub(super) fn plain(&self) -> ErrorModel<Lanes<1>> {
        self.lift()
    }
}

impl<S: Scalar> ErrorModel<S> {
    /// Standard deviation at a prediction: in the unit of the output, for `Lognormal` of the natural logarithm.
    pub fn spread(&self, prediction: S) -> S {
        match *self {
            Self::Additive { sd } | Self::Lognormal { sd } => sd,
            Self::Proportional { sd } => sd * prediction.abs(),
            Self::CombinedVariance { additive, proportional } => {
                let scaled = proportional * prediction;
                (additive * additive + scaled * scaled).sqrt()
            }
            Self::CombinedSd { additive, proportional } => additive + proportional * prediction.abs(),
            Self::Power { sd, exponent } => sd * prediction.abs().pow(exponent),
        }
    }

    /// The standardised residual: (observed - prediction) / standard deviation; of logarithms for `Lognormal`.
    pub fn residual(&self, observed: S, prediction: S) -> S {
        let difference = match self {
            Self::Lognormal { .. } => observed.ln() - prediction.ln(),
            _ => observed - prediction,
        };
        difference / self.spread(prediction)
    }
}

/// `combined_variance (additive = 0.3, proportional = 0.4)`.
impl fmt::Display for ErrorModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes: Vec<String> = self.sizes().iter().map(|(name, size)| format!("{name} = {size}")).collect();
        write!(f, "{} ({})", self.name(), sizes.join(", "))
    }
}

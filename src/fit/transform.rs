use std::fmt;

use crate::numeric::{Lanes, Scalar};

/// The scale on which a parameter is estimated and random effects are added.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Transform {
    /// Natural logarithm: the parameter is above 0.
    Log,
    /// Logit of the place between two bounds.
    Logit {
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// The parameter itself.
    Identity,
}

impl Transform {
    /// The value on this scale.
    pub fn forward(self, value: f64) -> f64 {
        match self {
            Self::Log => value.ln(),
            Self::Logit { low, high } => ((value - low) / (high - value)).ln(),
            Self::Identity => value,
        }
    }

    /// The parameter from its value on this scale, with derivatives.
    pub fn back<S: Scalar>(self, scaled: S) -> S {
        match self {
            Self::Log => scaled.exp(),
            Self::Logit { low, high } => S::splat(low) + S::splat(high - low) / (S::splat(1.0) + (-scaled).exp()),
            Self::Identity => scaled,
        }
    }

    /// The parameter from its value on this scale.
    pub fn value(self, scaled: f64) -> f64 {
        self.back(Lanes([scaled])).get(0)
    }

    /// Derivative of the parameter by its value on this scale.
    pub fn slope(self, scaled: f64) -> f64 {
        let value = self.value(scaled);
        match self {
            Self::Log => value,
            Self::Logit { low, high } => (value - low) * (high - value) / (high - low),
            Self::Identity => 1.0,
        }
    }

    /// Its word in files and tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Logit { .. } => "logit",
            Self::Identity => "identity",
        }
    }
}

impl fmt::Display for Transform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_undoes_forward_and_slopes_are_differences() {
        for transform in [Transform::Log, Transform::Logit { low: 0.5, high: 4.0 }, Transform::Identity] {
            for value in [0.6, 1.0, 3.9] {
                let scaled = transform.forward(value);
                assert!((transform.value(scaled) - value).abs() < 1e-14, "{transform}");
                let difference = (transform.value(scaled + 1e-5) - transform.value(scaled - 1e-5)) / 2e-5;
                assert!((transform.slope(scaled) - difference).abs() < 1e-8, "{transform}");
            }
        }
    }
}

//! The rows of a subject as the likelihood takes them, by the way that values below the limit are treated.

use std::fmt;
use std::str::FromStr;

use crate::error_model::{ErrorModel, Observed};
use crate::numeric::{Dual, Lanes, Scalar};

/// What is done with values below the limit of quantification.
///
/// # Reference
/// Beal 2001, doi:10.1023/A:1012299115474, methods M1 to M7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Censoring {
    /// Left out.
    M1,
    /// Left out, and what is left is known to lie above the limit.
    M2,
    /// Their probability counts.
    #[default]
    M3,
    /// Their probability counts, all values being above 0.
    M4,
    /// Half the limit in their place.
    M5,
    /// Half the limit in place of the first of a row of them, the others left out.
    M6,
    /// 0 in their place.
    M7,
}

impl Censoring {
    /// All, in their order.
    pub const ALL: [Self; 7] = [Self::M1, Self::M2, Self::M3, Self::M4, Self::M5, Self::M6, Self::M7];

    /// As `M3`.
    pub fn name(self) -> &'static str {
        ["M1", "M2", "M3", "M4", "M5", "M6", "M7"][self as usize]
    }
}

impl fmt::Display for Censoring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Censoring {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(name));
        known.ok_or_else(|| format!("`{name}` is none of M1 to M7"))
    }
}

/// A measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Which residual error of the structure it has.
    pub residual: usize,
    /// When, in the time unit of the model.
    pub time: f64,
    /// What is known of it.
    pub observed: Observed,
    /// Limit above which it is known to lie (M2: the limit of quantification, M4: 0).
    pub above: Option<f64>,
    /// Its row among those of the subject in the data.
    pub row: usize,
}

impl Measured {
    /// Whether it enters by a probability, so that its second derivative is taken as it is.
    pub fn is_censored(&self) -> bool {
        !matches!(self.observed, Observed::Value(_)) || self.above.is_some()
    }

    /// The square of its residual over what the spread is for a size of 1 (`unit`); none if it is no value.
    pub fn square(&self, unit: &ErrorModel<Lanes<1>>, prediction: f64) -> Option<f64> {
        let Observed::Value(observed) = self.observed else { return None };
        Some(unit.residual(Lanes([observed]), Lanes([prediction])).get(0).powi(2))
    }

    /// Its term of the log-likelihood at a prediction.
    pub fn term<S: Scalar>(&self, error: &ErrorModel<S>, prediction: S) -> S {
        let term = error.ln_likelihood_of(self.observed, prediction);
        match self.above {
            Some(limit) => term - error.ln_survival(S::splat(limit), prediction),
            None => term,
        }
    }

    /// The term with its first and second derivative by the prediction.
    pub fn with_slopes<S: Scalar>(&self, error: &ErrorModel<S>, prediction: S) -> [S; 3] {
        let lifted = error.map(|size| constant(constant(size)));
        let mut f: Dual<Dual<S, 1>, 1> = constant(constant(prediction));
        f.value.tangents[0] = S::splat(1.0);
        f.tangents[0].value = S::splat(1.0);
        let term = self.term(&lifted, f);
        [term.value.value, term.value.tangents[0], term.tangents[0].tangents[0]]
    }

    /// The expectation of minus the second derivative of a Gaussian term: m'^2 / R + 1/2 (ln R)'^2, m being the prediction
    /// or its logarithm.
    pub fn information<S: Scalar>(error: &ErrorModel<S>, prediction: S) -> S {
        let lifted = error.map(constant::<S>);
        let mut f: Dual<S, 1> = constant(prediction);
        f.tangents[0] = S::splat(1.0);
        let m = location(&lifted, f);
        let sd = lifted.spread(f);
        let slope = sd.tangents[0] / sd.value;
        let scaled = m.tangents[0] / sd.value;
        scaled * scaled + slope * slope + slope * slope
    }
}

/// The number with derivatives 0 on top.
pub(super) fn constant<S: Scalar>(value: S) -> Dual<S, 1> {
    Dual { value, tangents: [S::default()] }
}

/// The mean of what is normal: the prediction or, for `Lognormal`, its logarithm.
pub(super) fn location<S: Scalar>(error: &ErrorModel<S>, prediction: S) -> S {
    if matches!(error, ErrorModel::Lognormal { .. }) { prediction.ln() } else { prediction }
}

/// The measurements of a subject under a treatment of values below the limit.
///
/// `rows` gives of each row, in the order of time: the residual error, time, what was observed, the limit of the output.
pub fn treated(rows: &[(usize, f64, Observed, Option<f64>)], how: Censoring) -> Vec<Measured> {
    let mut all = Vec::with_capacity(rows.len());
    for (row, (residual, time, observed, limit)) in rows.iter().enumerate() {
        let below = match *observed {
            Observed::Below(limit) => Some(limit),
            Observed::Between { low, high } if low <= 0.0 => Some(high),
            _ => None,
        };
        let value = |value| Some((Observed::Value(value), None));
        let found = match (how, below) {
            (Censoring::M1 | Censoring::M2, Some(_)) => None,
            (Censoring::M2, None) => Some((*observed, *limit)),
            (Censoring::M4, None) => Some((*observed, Some(0.0))),
            (Censoring::M4, Some(high)) => Some((Observed::Between { low: 0.0, high }, Some(0.0))),
            (Censoring::M5, Some(limit)) => value(limit / 2.0),
            (Censoring::M6, Some(limit)) => {
                let own = |other: &&(usize, f64, Observed, Option<f64>)| other.0 == *residual;
                let previous = rows[..row].iter().rev().find(own).map(|other| &other.2);
                let again = matches!(previous, Some(Observed::Below(_) | Observed::Between { .. }));
                if again { None } else { value(limit / 2.0) }
            }
            (Censoring::M7, Some(_)) => value(0.0),
            (Censoring::M3, Some(_)) | (_, None) => Some((*observed, None)),
        };
        if let Some((observed, above)) = found {
            all.push(Measured { residual: *residual, time: *time, observed, above, row });
        }
    }
    all
}

/// The same error model with plain numbers.
pub(super) fn plain(error: &ErrorModel<Lanes<1>>) -> ErrorModel {
    error.map(|size| size.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    type One = Lanes<1>;

    #[test]
    fn each_method_treats_values_below_the_limit_as_it_says() {
        let rows = [
            (0, 0.0, Observed::Below(2.0), Some(2.0)),
            (0, 1.0, Observed::Value(7.0), Some(2.0)),
            (0, 2.0, Observed::Below(2.0), Some(2.0)),
            (0, 3.0, Observed::Below(2.0), Some(2.0)),
        ];
        let of = |how| -> Vec<_> {
            treated(&rows, how).into_iter().map(|found| (found.row, found.observed, found.above)).collect()
        };
        let (below, value) = (Observed::Below(2.0), Observed::Value(7.0));
        let between = Observed::Between { low: 0.0, high: 2.0 };
        assert_eq!(of(Censoring::M1), [(1, value, None)]);
        assert_eq!(of(Censoring::M2), [(1, value, Some(2.0))]);
        assert_eq!(of(Censoring::M3), [(0, below, None), (1, value, None), (2, below, None), (3, below, None)]);
        assert_eq!(of(Censoring::M4)[..2], [(0, between, Some(0.0)), (1, value, Some(0.0))]);
        assert_eq!(of(Censoring::M5)[2], (2, Observed::Value(1.0), None));
        assert_eq!(
            of(Censoring::M6),
            [(0, Observed::Value(1.0), None), (1, value, None), (2, Observed::Value(1.0), None)]
        );
        assert_eq!(of(Censoring::M7)[3], (3, Observed::Value(0.0), None));
    }

    /// At f = 4, y = 3: proportional 0.25, so R = 1: (f'^2)/R = 1, ln R = 2 ln f + c, 1/2 (2/4)^2 = 0.125.
    #[test]
    fn information_by_hand() {
        let error = ErrorModel::Proportional { sd: Lanes([0.25]) };
        assert!((Measured::information(&error, Lanes([4.0])).get(0) - 1.125).abs() < 1e-15);
        let error = ErrorModel::Lognormal { sd: Lanes([0.5]) };
        assert!((Measured::information(&error, Lanes([4.0])).get(0) - 0.25).abs() < 1e-15);
    }

    #[test]
    fn slopes_of_every_term_are_differences() {
        let terms = [
            (Observed::Value(3.0), None),
            (Observed::Below(3.0), None),
            (Observed::Between { low: 0.0, high: 3.0 }, Some(0.0)),
            (Observed::Value(5.0), Some(2.0)),
        ];
        let error = ErrorModel::CombinedVariance { additive: Lanes([0.3]), proportional: Lanes([0.2]) };
        for (observed, above) in terms {
            let row = Measured { residual: 0, time: 0.0, observed, above, row: 0 };
            let at = |f: f64| row.term(&error, Lanes([f])).get(0);
            let [value, first, second] = row.with_slopes::<One>(&error, Lanes([4.0])).map(|x| x.get(0));
            assert_eq!(value, at(4.0));
            let h = 1e-4;
            assert!((first - (at(4.0 + h) - at(4.0 - h)) / (2.0 * h)).abs() < 1e-6, "{observed:?}");
            assert!((second - (at(4.0 + h) - 2.0 * at(4.0) + at(4.0 - h)) / (h * h)).abs() < 1e-5, "{observed:?}");
        }
    }
}

use super::kind::ErrorModel;
use crate::numeric::{Scalar, ln_normal_cdf};

/// ln sqrt(2 pi).
const LN_SQRT_2_PI: f64 = 0.918_938_533_204_672_7;

/// What is known of a measurement, in the unit of its output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Observed {
    /// Its value.
    Value(f64),
    /// It lies below this limit of quantification (CENS 1; method M3).
    Below(f64),
    /// It lies above this limit (CENS -1).
    Above(f64),
    /// It lies between (CENS 1 with LIMIT).
    Between {
        /// The lower limit.
        low: f64,
        /// The upper limit, above `low`.
        high: f64,
    },
}

impl<S: Scalar> ErrorModel<S> {
    /// ln of the probability density of `observed` (per unit of the output) at a prediction.
    ///
    /// `Lognormal` is on the scale of the output, with the term -ln(observed); minus infinity or NaN where `observed` or
    /// the prediction is not above 0, and for a standard deviation of 0.
    pub fn ln_density(&self, observed: S, prediction: S) -> S {
        let residual = self.residual(observed, prediction);
        let normal =
            -(residual * residual).scale(S::Value::splat(0.5)) - S::splat(LN_SQRT_2_PI) - self.spread(prediction).ln();
        match self {
            Self::Lognormal { .. } => normal - observed.ln(),
            _ => normal,
        }
    }

    /// ln P(Y <= `limit`), exact far in the tail: where the probability is below 1e-308 too.
    pub fn ln_distribution(&self, limit: S, prediction: S) -> S {
        ln_normal_cdf(self.residual(limit, prediction))
    }

    /// ln P(Y > `limit`).
    pub fn ln_survival(&self, limit: S, prediction: S) -> S {
        ln_normal_cdf(-self.residual(limit, prediction))
    }

    /// ln P(`low` < Y <= `high`); the difference is taken in the nearer tail. Relative accuracy is lost in proportion as
    /// the interval is narrow: about 1e-16 standard deviations over its width.
    pub fn ln_interval(&self, low: S, high: S, prediction: S) -> S {
        let (a, b) = (self.residual(low, prediction), self.residual(high, prediction));
        let upper = S::default().less(a + b);
        let (near, far) = (S::select(upper, -a, b), S::select(upper, -b, a));
        let (large, small) = (ln_normal_cdf(near), ln_normal_cdf(far));
        large + (S::splat(1.0) - (small - large).exp()).ln()
    }

    /// The term of a measurement in the log-likelihood: density of a value, probability of what is censored.
    ///
    /// A lower limit at or below 0 says nothing about a `Lognormal` output, which is above 0 anyway.
    ///
    /// # Reference
    /// Beal 2001, doi:10.1023/A:1012299115474, method M3; M4 is `Between` with `low` 0 up to its normalisation.
    pub fn ln_likelihood_of(&self, observed: Observed, prediction: S) -> S {
        match observed {
            Observed::Value(value) => self.ln_density(S::splat(value), prediction),
            Observed::Below(limit) => self.ln_distribution(S::splat(limit), prediction),
            Observed::Above(limit) => self.ln_survival(S::splat(limit), prediction),
            Observed::Between { low, high } if low <= 0.0 && matches!(self, Self::Lognormal { .. }) => {
                self.ln_distribution(S::splat(high), prediction)
            }
            Observed::Between { low, high } => self.ln_interval(S::splat(low), S::splat(high), prediction),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::{Dual, Lanes};

    /// At prediction 4: y, ln density, ln P(Y <= y), ln P(Y > y), all by mpmath 1.3 with 60 digits from the formulas.
    const VALUES: &[(ErrorModel, f64, f64, f64, f64)] = &[
        (ErrorModel::Additive { sd: 0.5 }, 3.0, -2.2257913526447273, -3.783184333682032, -0.02301290932896349),
        (ErrorModel::Additive { sd: 0.5 }, -20.0, -1152.2257913526448, -1156.7905731019453, 0.0),
        (ErrorModel::Proportional { sd: 0.25 }, 5.5, -2.0439385332046727, -0.06914345561223398, -2.7059444008238898),
        (
            ErrorModel::CombinedVariance { additive: 0.3, proportional: 0.2 },
            3.1,
            -1.3163776813327677,
            -1.923562187784679,
            -0.15792438256324176,
        ),
        (
            ErrorModel::CombinedSd { additive: 0.3, proportional: 0.2 },
            3.1,
            -1.3489594568106504,
            -1.5768415547106287,
            -0.23146140865799592,
        ),
        (
            ErrorModel::Power { sd: 0.1, exponent: 0.75 },
            4.25,
            -0.04669921105054503,
            -0.20872248517932301,
            -1.6692964211031545,
        ),
        (ErrorModel::Lognormal { sd: 0.4 }, 3.1, -1.3370813469491978, -1.339459187093951, -0.3037942680744968),
        (ErrorModel::Lognormal { sd: 0.4 }, 0.001, -208.06757824883766, -218.92576584371324, -8.351181983167284e-96),
    ];

    fn close(found: f64, expected: f64, what: &str) {
        assert!((found - expected).abs() <= 4e-15 * expected.abs().max(1.0), "{what}: {found} against {expected}");
    }

    #[test]
    fn densities_and_distributions_against_many_digits() {
        for (model, y, density, below, above) in VALUES {
            let lifted = model.lift::<Lanes<2>>();
            let (y, f) = (Lanes([*y, 1.0]), Lanes([4.0, 2.0]));
            close(lifted.ln_density(y, f).get(0), *density, &format!("density of {model}"));
            close(lifted.ln_distribution(y, f).get(0), *below, &format!("below, {model}"));
            close(lifted.ln_survival(y, f).get(0), *above, &format!("above, {model}"));
        }
    }

    /// mpmath 1.3: prediction 4, additive sd 0.5; the last two lie 20 standard deviations away, on either side.
    #[test]
    fn intervals_are_exact_on_both_sides() {
        let model = ErrorModel::Additive { sd: 0.5 };
        for (low, high, expected) in [
            (3.0, 4.5, -0.2001662943244626),
            (3.9, 4.0, -2.535025357147548),
            (-6.5, -6.0, -203.91715537228816),
            (14.0, 14.5, -203.91715537228816),
        ] {
            let found = model.ln_likelihood(Observed::Between { low, high }, 4.0);
            close(found, expected, &format!("{low} to {high}"));
        }
        let lognormal = ErrorModel::Lognormal { sd: 0.5 };
        let whole = lognormal.ln_likelihood(Observed::Between { low: 0.0, high: 3.0 }, 4.0);
        assert_eq!(whole, lognormal.ln_likelihood(Observed::Below(3.0), 4.0));
    }

    #[test]
    fn below_between_and_above_add_up_to_one() {
        for (model, ..) in VALUES {
            let of = |observed| model.ln_likelihood(observed, 4.0).exp();
            let sum =
                of(Observed::Below(3.0)) + of(Observed::Between { low: 3.0, high: 5.5 }) + of(Observed::Above(5.5));
            assert!((sum - 1.0).abs() < 1e-14, "{model}: {sum}");
        }
    }

    /// Derivatives by the prediction and by every size, against central differences.
    #[test]
    fn every_term_has_the_derivatives_a_fit_needs() {
        let kinds = [
            Observed::Value(3.1),
            Observed::Below(2.0),
            Observed::Above(7.0),
            Observed::Between { low: 1.0, high: 3.0 },
        ];
        for (model, ..) in VALUES {
            let sizes: Vec<f64> = model.sizes().iter().map(|(_, size)| *size).collect();
            let with = |changed: &[f64]| {
                let mut next = changed.iter();
                model.map(|_| *next.next().expect("as many sizes"))
            };
            for observed in kinds {
                let mut at = 0;
                let lifted = model.map(|size| {
                    at += 1;
                    Dual::<Lanes<1>, 3>::variable(Lanes([size]), at)
                });
                let found = lifted.ln_likelihood_of(observed, Dual::variable(Lanes([4.0]), 0));
                assert_eq!(found.value.get(0), model.ln_likelihood(observed, 4.0), "the value has the plain bits");
                let step = 1e-5;
                for k in 0..=sizes.len() {
                    let moved = |by: f64| {
                        let mut changed = sizes.clone();
                        if k > 0 {
                            changed[k - 1] += by;
                        }
                        with(&changed).ln_likelihood(observed, if k == 0 { 4.0 + by } else { 4.0 })
                    };
                    let difference = (moved(step) - moved(-step)) / (2.0 * step);
                    let tangent = found.tangents[k].get(0);
                    assert!(
                        (tangent - difference).abs() < 1e-6 * (1.0 + tangent.abs()),
                        "{model}, {observed:?}, {k}: {tangent} against {difference}"
                    );
                }
            }
        }
    }
}

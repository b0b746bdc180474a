use super::kind::ErrorModel;
use super::likelihood::Observed;
use crate::numeric::{Lanes, Scalar, normal_cdf, normal_quantile};
use crate::random::Stream;

/// A simulated measurement as a data set carries it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// DV: the value, or the limit of quantification if the value lies below it.
    pub value: f64,
    /// CENS: whether the value lies below the limit.
    pub below_limit: bool,
}

impl Reading {
    /// What a fit learns from it.
    pub fn observed(&self) -> Observed {
        if self.below_limit { Observed::Below(self.value) } else { Observed::Value(self.value) }
    }
}

/// On plain numbers. A prediction at or below 0 has no logarithm: `Lognormal` then takes it as 0, and the observation
/// is 0 with certainty. A standard deviation of 0 gives the prediction itself.
impl ErrorModel {
    /// Standard deviation at a prediction: in the unit of the output, for `Lognormal` of the natural logarithm.
    pub fn sd(&self, prediction: f64) -> f64 {
        self.plain().spread(Lanes([prediction])).get(0)
    }

    /// P(Y <= `limit`).
    pub fn distribution(&self, limit: f64, prediction: f64) -> f64 {
        match self {
            Self::Lognormal { .. } if prediction <= 0.0 => f64::from(u8::from(limit >= 0.0)),
            Self::Lognormal { .. } if limit <= 0.0 => 0.0,
            _ if self.sd(prediction) == 0.0 => f64::from(u8::from(limit >= prediction)),
            _ => normal_cdf(self.plain().residual(Lanes([limit]), Lanes([prediction])).get(0)),
        }
    }

    /// The y with P(Y <= y) = `probability`, which lies between 0 and 1.
    pub fn quantile(&self, probability: f64, prediction: f64) -> f64 {
        self.with_deviate(normal_quantile(probability), prediction)
    }

    /// A draw; takes one number of the stream.
    ///
    /// Nothing is cut off at 0: where a model with a normal error gives negative values, they are values.
    pub fn sample(&self, prediction: f64, stream: &mut Stream) -> f64 {
        self.with_deviate(stream.normal(), prediction)
    }

    /// A draw as it is reported: below the limit of quantification, if there is one, the limit stands for it.
    pub fn read(&self, prediction: f64, limit: Option<f64>, stream: &mut Stream) -> Reading {
        let value = self.sample(prediction, stream);
        match limit.filter(|limit| value < *limit) {
            Some(limit) => Reading { value: limit, below_limit: true },
            None => Reading { value, below_limit: false },
        }
    }

    /// The term of a measurement in the log-likelihood, as [`ln_likelihood_of`](Self::ln_likelihood_of).
    pub fn ln_likelihood(&self, observed: Observed, prediction: f64) -> f64 {
        self.plain().ln_likelihood_of(observed, Lanes([prediction])).get(0)
    }

    fn with_deviate(&self, deviate: f64, prediction: f64) -> f64 {
        match self {
            Self::Lognormal { .. } if prediction <= 0.0 => 0.0,
            Self::Lognormal { sd } => prediction * Lanes([sd * deviate]).exp().get(0),
            _ => {
                let sd = self.sd(prediction);
                if sd == 0.0 { prediction } else { prediction + sd * deviate }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    const MODELS: [ErrorModel; 6] = [
        ErrorModel::Additive { sd: 0.5 },
        ErrorModel::Proportional { sd: 0.25 },
        ErrorModel::CombinedVariance { additive: 0.3, proportional: 0.2 },
        ErrorModel::CombinedSd { additive: 0.3, proportional: 0.2 },
        ErrorModel::Lognormal { sd: 0.4 },
        ErrorModel::Power { sd: 0.1, exponent: 0.75 },
    ];

    /// By hand at prediction -2 and 2: |f| counts; sqrt(0.09 + 0.16) = 0.5, 0.3 + 0.4 = 0.7, 0.1 * 2^0.75.
    #[test]
    fn standard_deviations_are_the_formulas() {
        let expected = [0.5, 0.5, 0.5, 0.7, 0.4, 0.168_179_283_050_742_9];
        for (model, expected) in MODELS.iter().zip(expected) {
            for f in [-2.0, 2.0] {
                assert!((model.sd(f) - expected).abs() < 1e-15, "{model}: {}", model.sd(f));
            }
        }
    }

    #[test]
    fn quantile_and_distribution_are_inverse() {
        for model in MODELS {
            for p in [1e-6, 0.02, 0.3, 0.5, 0.8, 0.999] {
                let y = model.quantile(p, 6.0);
                assert!((model.distribution(y, 6.0) - p).abs() < 1e-13, "{model}: {p}");
            }
            assert!((model.quantile(0.5, 6.0) - 6.0).abs() < 1e-14, "the prediction is the median of {model}");
        }
    }

    /// Kolmogorov-Smirnov: P(Y <= draw) is uniform. The bound is the 0.9999 quantile, 2.23 / sqrt(n).
    #[test]
    fn draws_follow_the_distribution() {
        const DRAWS: usize = 5000;
        for (at, model) in MODELS.iter().enumerate() {
            let mut stream = Stream::new(2, at as u64, Purpose::Residual);
            let mut p: Vec<f64> = (0..DRAWS).map(|_| model.distribution(model.sample(3.0, &mut stream), 3.0)).collect();
            p.sort_by(f64::total_cmp);
            let n = DRAWS as f64;
            let gap = p.iter().enumerate().map(|(i, p)| (p - (i as f64 + 0.5) / n).abs()).fold(0.0, f64::max);
            assert!(gap < 2.23 / n.sqrt(), "{model}: {gap}");
        }
    }

    /// The share below a limit is P(Y < limit), and values above it are as without a limit.
    #[test]
    fn values_below_the_limit_are_the_limit_and_marked() {
        const DRAWS: usize = 20_000;
        for model in MODELS {
            let limit = model.quantile(0.3, 2.0);
            let mut stream = Stream::new(9, 1, Purpose::Residual);
            let mut free = stream.clone();
            let mut below = 0;
            for _ in 0..DRAWS {
                let (reading, value) = (model.read(2.0, Some(limit), &mut stream), model.sample(2.0, &mut free));
                assert_eq!(reading.below_limit, value < limit);
                assert_eq!(reading.value, if value < limit { limit } else { value });
                below += usize::from(reading.below_limit);
            }
            let share = below as f64 / DRAWS as f64;
            assert!((share - 0.3).abs() < 4.0 * (0.21 / DRAWS as f64).sqrt(), "{model}: {share}");
        }
        let reading = ErrorModel::Additive { sd: 1.0 }.read(0.0, None, &mut Stream::new(1, 1, Purpose::Residual));
        assert_eq!(reading.observed(), Observed::Value(reading.value));
        assert_eq!(Reading { value: 2.0, below_limit: true }.observed(), Observed::Below(2.0));
    }

    #[test]
    fn a_prediction_of_zero_is_no_trap() {
        let mut stream = Stream::new(1, 1, Purpose::Residual);
        for model in MODELS {
            assert!(model.sample(0.0, &mut stream).is_finite(), "{model}");
            assert!(model.distribution(1.0, 0.0) > 0.5 && model.distribution(-9.0, 0.0) < 0.5, "{model}");
        }
        let lognormal = ErrorModel::Lognormal { sd: 0.4 };
        assert_eq!(lognormal.sample(-1e-12, &mut stream), 0.0);
        assert!(lognormal.read(0.0, Some(0.1), &mut stream).below_limit);
        assert_eq!(lognormal.distribution(-1.0, 3.0), 0.0);
    }

    #[test]
    fn words_and_sizes_read_back() {
        for model in MODELS {
            let sizes = model.sizes();
            let names: Vec<&str> = sizes.iter().map(|(name, _)| *name).collect();
            assert_eq!(ErrorModel::<f64>::size_names(model.name()), Some(&names[..]));
            let size = |wanted: &str| Some(sizes.iter().find(|(name, _)| *name == wanted)?.1);
            assert_eq!(ErrorModel::named(model.name(), size), Some(model));
        }
        assert_eq!(ErrorModel::<f64>::named("additve", |_| Some(1.0)), None);
    }
}

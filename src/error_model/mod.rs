//! Residual error: how a measurement scatters about its prediction.
//!
//! In: an [`ErrorModel`] with its sizes, a prediction f, and what was observed. Out: density, distribution, quantiles,
//! draws, and the likelihood of values that are known exactly, below or above a limit, or between two. One owner: fits,
//! simulated data, predictive checks and NPDE all ask here.
//!
//! | model | observation y, with e standard normal |
//! |---|---|
//! | `additive` | f + sd e |
//! | `proportional` | f + sd \|f\| e |
//! | `combined_variance` | f + sqrt(a^2 + (b f)^2) e |
//! | `combined_sd` | f + (a + b \|f\|) e |
//! | `power` | f + sd \|f\|^c e |
//! | `lognormal` | f exp(sd e): the median is f |
//!
//! ```
//! use cascade::error_model::{ErrorModel, Observed};
//! use cascade::random::{Purpose, Stream};
//! let error = ErrorModel::CombinedVariance { additive: 0.3, proportional: 0.4 };
//! assert!((error.sd(1.0) - 0.5).abs() < 1e-15);
//! let drawn = error.sample(1.0, &mut Stream::new(1, 0, Purpose::Residual));
//! assert!(error.ln_likelihood(Observed::Value(drawn), 1.0) < 0.0);
//! assert!((error.ln_likelihood(Observed::Below(1.0), 1.0) - 0.5f64.ln()).abs() < 1e-15);
//! ```

mod kind;
mod likelihood;
mod sampling;

pub use kind::ErrorModel;
pub use likelihood::Observed;
pub use sampling::Reading;

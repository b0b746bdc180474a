//! Random numbers by address: the draws of one patient for one purpose, without those of anyone else.
//!
//! In: a seed, a patient, a [`Purpose`]. Out: a [`Stream`] of uniform and normal numbers. A stream depends on nothing but
//! its three keys: not on the order of patients, on threads, on shards, or on what else is drawn. So patient 731 of a
//! population is simulated again without the 730 before, and another number of residuals changes no parameter.
//!
//! ```
//! use cascade::random::{Purpose, Stream};
//! let mut first = Stream::new(42, 731, Purpose::Residual);
//! let mut again = Stream::new(42, 731, Purpose::Residual);
//! assert_eq!(first.normal(), again.normal());
//! assert_ne!(first.normal(), Stream::new(42, 732, Purpose::Residual).normal());
//! ```

mod sobol;
mod stream;

pub use sobol::{MOST_DIMENSIONS, Sobol};
pub use stream::{Purpose, Stream};

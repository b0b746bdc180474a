//! Numbers the engine is generic over.
//!
//! [`Scalar`] is what expressions, linear algebra and steppers compute with. [`Lanes`] holds one number for each
//! of `N` patients (one lane is the scalar path); [`Dual`] adds `K` derivatives and nests.
//! Comparisons give masks and expressions use [`Scalar::select`], so all lanes take the same path.
//!
//! In: `f64`. Out: the same bits at every width and on every machine; the value part of a [`Dual`] has the bits of
//! the plain number.
//!
//! ```
//! use cascade::numeric::{Dual, Lanes, Scalar};
//! let x = Dual::<Lanes<2>, 1>::variable(Lanes([2.0, 3.0]), 0);
//! let y = x * x.ln();
//! assert!((y.tangents[0].get(1) - (1.0 + 3f64.ln())).abs() < 1e-15);
//! ```

mod aligned;
mod cholesky;
mod dual;
mod elementary;
mod instruction_set;
mod lanes;
mod normal;
mod normal_tail;
mod scalar;
mod spread;

pub use aligned::{Aligned, aligned, apart};
pub use cholesky::cholesky;
pub use dual::Dual;
pub use instruction_set::{InstructionSet, Kernel};
pub use lanes::{LaneMask, Lanes};
pub use normal::normal_quantile;
pub use normal_tail::{ln_normal_cdf, normal_cdf};
pub use scalar::{Mask, Scalar};
pub use spread::spread;

//! Units: from text to dimensions, conversions and canonical scales.
//!
//! In: unit text of model files and of the command line. Out: [`Unit`]s with their algebra, [`Quantity`]s, and
//! [`Scales`], which turn every value into the canonical number the engine computes with.
//! `degC` and `degF` alone are levels; in a product, and wherever algebra meets them, they are differences.
//!
//! ```
//! use cascade::unit::{Quantity, Unit};
//! let dose = Quantity::parse_str("0.5 mg")?;
//! assert_eq!(dose.unit.convert(dose.value, &Unit::parse_str("ug")?), Some(500.0));
//!
//! let growth = Unit::parse_str("1e6 pg/mL/(1e9 cells)^2/d")?;
//! assert_eq!(growth.to_string(), "1e6 pg/mL/(1e9 cells)^2/d");
//! let missing = Unit::parse_str("1/d")?.missing_factor(&Unit::parse_str("pg/mL/d")?);
//! assert_eq!(missing.phrase(), "a concentration [pg/mL]");
//! # Ok::<(), cascade::diagnostic::Problems>(())
//! ```

mod dimension;
mod factor;
mod number;
mod parse;
mod product;
mod quantity;
mod ratio;
mod scales;
mod symbol;
#[cfg(test)]
mod tests;

pub use dimension::{Base, Dimension};
pub(crate) use number::{leading as leading_number, shortest as shortest_number};
pub use product::Unit;
pub use quantity::Quantity;
pub(crate) use quantity::behind_number;
pub use ratio::Ratio;
pub use scales::{Conversion, Scales};

/// Whether the text is the name of a unit, for hints.
pub(crate) fn is_symbol(text: &str) -> bool {
    symbol::find(text).is_some()
}

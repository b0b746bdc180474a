//! CAR-T simulation, CRS assessment, dosing and estimation.

#[cfg(feature = "cli")]
pub mod cli;
pub mod compile;
pub mod crs;
pub mod diagnostic;
pub mod document;
pub mod expression;
pub mod integrate;
pub mod model;
pub mod numeric;
pub mod observation;
pub mod outcome;
pub mod plot;
pub mod regimen;
pub mod sign;
pub mod simulate;
pub mod trajectory;
pub mod unit;

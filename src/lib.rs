//! CAR-T simulation, CRS assessment, dosing and estimation.

pub mod diagnostic;
pub mod document;
pub mod numeric;
pub mod unit;

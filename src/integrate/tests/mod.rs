//! Solver tests: orders, invariances, reference problems, borders, lanes, derivatives.

mod accuracy;
mod borders;
mod lanes;
mod problems;

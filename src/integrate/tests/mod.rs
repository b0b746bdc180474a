//! Solver tests: orders, invariances, reference problems, borders, lanes, derivatives.

mod accuracy;
mod borders;
mod closed_form;
mod lanes;
mod problems;

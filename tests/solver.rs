//! The whole stack, from the text of a model to rows and counters, as far as the methods show through it.
//!
//! Orders, order conditions, tableaus and the test set for initial value problems are tested beside the methods.

mod conditions;
mod equations;
mod failures;
mod orders;
mod work;

//! From text to a checked tree, and to a graph of computations.
//! Expressions of model files: from text to a checked tree.
//! Expressions of model files: from text to a checked tree, and to a graph of computations.
//!
//! In: the text between the quotes of `rate = '...'`. Out: an [`Expression`] with the place of every node, and what
//! it is ([`Kind`]: a number with its unit, a condition), checked against the names in a [`Scope`].
//! All mistakes come in one go, each once: the parser reads on behind a mistake, and nothing is reported that only
//! follows from another mistake.
//! follows from another mistake. A checked tree is lowered into a [`Graph`] ([`lower`]) of canonical numbers, which has
//! no names and no units.
//!
//! ```
//! use cascade::diagnostic::{Problems, Source};
//! use cascade::expression::{Kind, Scope, dimension, parse};
//! use cascade::unit::Unit;
//!
//! struct Names;
//! impl Scope for Names {
//!     fn kind(&self, name: &str) -> Option<Kind> {
//!         let text = match name {
//!             "il6" => "pg/mL",
//!             "ksyn" => "pg/mL/(1e9 cells)/d",
//!             "cart" => "1e9 cells",
//!             "kdeg" => "1/d",
//!             _ => return None,
//!         };
//!         Some(Kind::Number(Unit::parse_str(text).ok()?))
//!     }
//!     fn names(&self) -> Vec<String> {
//!         ["il6", "ksyn", "cart", "kdeg"].map(String::from).to_vec()
//!     }
//!     fn dose(&self, _: &str) -> bool {
//!         false
//!     }
//!     fn doses(&self) -> Vec<String> {
//!         Vec::new()
//!     }
//!     fn time(&self) -> Unit {
//!         Unit::parse_str("d").expect("a unit")
//!     }
//! }
//!
//! let source = Source::new("mine.toml", "il6 = 'ksyn * cart - kdeg'");
//! let mut problems = Problems::default();
//! let rate = parse(&source, 7..25, &mut problems).expect("it can be read");
//! assert_eq!(dimension::check(&rate, &Names, &mut problems), None);
//! assert_eq!(
//!     problems.to_string(),
//!     "mine.toml:1:8: error[E010]: the two sides of `-` have different dimensions\n  \
//!      help: multiply `kdeg` by a concentration [pg/mL], perhaps `il6`"
//! );
//! ```

pub mod ast;
mod call;
pub mod dimension;
pub mod graph;
mod kind;
mod lower;
mod mismatch;
mod parse;
mod print;
mod reserved;
#[cfg(test)]
mod tests;
mod token;

pub use ast::{Arithmetic, Atom, Comparison, DoseQuery, Expression, Function, Logic, Mention, Node, NodeKind};
pub use dimension::Scope;
pub use graph::{Graph, Input, NodeId, Reads};
pub use kind::Kind;
pub use lower::{Resolve, lower};
pub use parse::{parse, parse_str};
pub use reserved::{check_name, is_reserved, reserved_words};

//! TOML documents with places: models, parameter sets, scales, scenarios.
//!
//! In: a [`Source`](crate::diagnostic::Source). Out: a [`Table`] whose values know where they stand. Whoever reads a table asks for the keys it
//! knows; [`Table::finish`] then makes every other key an error with its nearest neighbour. This is the only place
//! that names the `toml` crate.
//!
//! ```
//! use cascade::diagnostic::{Problems, Source};
//! let source = Source::new("mine.toml", "title = 'a'\ncolour = 'b'");
//! let mut problems = Problems::default();
//! let table = cascade::document::parse(&source, &mut problems).unwrap();
//! assert_eq!(table.text("title", &mut problems).unwrap().value, "a");
//! table.finish(&mut problems);
//! assert!(problems.to_string().contains("unknown key `colour`"));
//! ```

mod parse;
mod table;

pub use parse::{LIMIT, decode, parse};
pub use table::{Entry, Kind, Table, Text, Value};

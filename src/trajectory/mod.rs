//! A course over time: named columns with units, one row per time.
//!
//! In: rows of a simulation, or a CSV of one. Out: [`Trajectory`], CSV, the facts of its columns ([`Sidecar`]), a table
//! for a terminal; and the ways numbers, fields and tables are printed everywhere ([`number`], [`brief`], [`aligned`]).
//!
//! ```
//! use cascade::trajectory::{Column, Header, Trajectory};
//! use cascade::unit::Unit;
//!
//! let unit = |text: &str| Unit::parse_str(text).unwrap();
//! let mut course = Trajectory::new(unit("d"), vec![Column::new("il6", unit("pg/mL"))]);
//! course.push(0.0, &[4.5]);
//! course.push(0.5, &[1.25e16]);
//! assert_eq!(course.to_csv(Header::Units), "time [d],il6 [pg/mL]\n0,4.5\n0.5,1.25e16\n");
//! ```

mod course;
mod fields;
mod head;
mod number;
mod reader;
mod rows;

pub use course::{Column, Header, Sidecar, SidecarColumn, Trajectory};
pub use fields::Fields;
pub use head::{Head, HeadUnit};
pub use number::{Number, aligned, brief, number, quoted};
pub use reader::read_csv;
pub use rows::Rows;
pub(crate) use rows::unquoted;

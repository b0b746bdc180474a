//! Models: from a file to a checked description.
//!
//! In: the text of a `model.toml` (and of parameter sets). Out: a [`Model`] in which every name is known, every
//! expression has the right dimension and every value a source or a numbered assumption; or all mistakes at once.
//!
//! ```
//! use cascade::model::Model;
//! let model = Model::embedded("hardiansyah-2019").unwrap();
//! assert_eq!(model.states.len(), 8);
//! ```

mod check;
mod description;
mod file;
mod library;
mod names;
mod table;
mod values;
mod variability;

pub use description::{
    Care, Carry, Citation, Correlation, Covariate, Defaults, Derived, DoseEntry, DoseKind, EndPoint, ErrorDeclaration,
    Floor, Followed, Maturity, MixtureClass, Model, Named, Output, Parameter, Provenance, Reading, Side, Spread, State,
    Switch, Threshold, Trigger, Variability,
};
pub use library::{Embedded, Library, TABLE, model_names, set_names, unknown_set};
pub use names::ModelScope;
pub use table::sets as table_sets;
pub use values::{Override, ParameterSet, Values};
pub(crate) use variability::{Scale, correlation_root, scale, spread};

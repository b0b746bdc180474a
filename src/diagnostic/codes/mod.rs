//! Every code with its meaning, in one file per stage.
//!
//! A code is never reused for another mistake: users search for it.

/// A kind of mistake.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Stage letter and number, as `M012`.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// What it means, why it is a mistake, and what to do; shown by `cascade explain`.
    pub explanation: &'static str,
}

macro_rules! codes {
    ($($name:ident = $id:literal, $title:literal, $explanation:literal;)*) => {
        $(
            #[doc = concat!("`", $id, "`: ", $title)]
            pub static $name: super::Code = super::Code { id: $id, title: $title, explanation: $explanation };
        )*
        /// The codes of this stage.
        pub static ALL: &[&super::Code] = &[$(&$name),*];
    };
}

pub mod chart;
pub mod compare;
pub mod data;
pub mod expression;
pub mod file;
pub mod fit;
pub mod model;
pub mod population;
pub mod regimen;
pub mod run;
pub mod scale;
pub mod treatment;
pub mod unit;

pub use expression::UNKNOWN_NAME;

/// All codes, by stage.
pub fn all() -> impl Iterator<Item = &'static Code> {
    let before = [file::ALL, expression::ALL, unit::ALL, model::ALL, regimen::ALL, scale::ALL, chart::ALL];
    let after = [data::ALL, run::ALL, population::ALL, treatment::ALL, compare::ALL, fit::ALL];
    before.into_iter().chain(after).flatten().copied()
}

/// The code with this id, in any case of letters.
pub fn find(id: &str) -> Option<&'static Code> {
    all().find(|code| code.id.eq_ignore_ascii_case(id))
}

//! Doses: what is given, how much, when and how fast.
//!
//! In: texts of model files (`regimen = [...]`), scenarios and `--dose`. Out: a [`Regimen`], and from it for one model the
//! [`Administration`]s in the order they act, in canonical numbers. A regimen knows no model: it asks [`Entries`].
//!
//! ```text
//! regimen = none | dose ; dose ; ...
//! dose    = ENTRY [amount] [cap 800 mg] [if weight < 30 kg] [split 10/30/60 %] [over 1 h | rate 5 mg/h | bolus]
//!           at 0, 1, 2 d [every 8 h x 3] [ss | ss2]
//!         | reset at 5 d
//! amount  = 5e7 cells | 8 mg/kg | 10 mg/m2 | PARAMETER | step 1/2/5 mg       (a marker has none)
//! ```
//! `x 3` means three administrations in all. Clauses may come in any order; [`Regimen`] prints them in this one. `every
//! 12 h ss` has been given for ever before: SS 1 of NONMEM; `ss2` is added to what is there: SS 2. `reset` is EVID 3.
//!
//! ```
//! use cascade::regimen::Regimen;
//! let usual: Regimen = "cart 1.1e9 cells split 10/30/60 % at 0, 1, 2 d; dexamethasone 10 mg at 4 d".parse()?;
//! let given: Regimen = "cart 5e7 cells at 0 d".parse()?;
//! assert_eq!(usual.override_with(vec![given]).to_string(), "dexamethasone 10 mg at 4 d; cart 5e7 cells at 0 d");
//!
//! let mistakes = "cart 5e7 cells ta 0 d every 8 h".parse::<Regimen>().unwrap_err();
//! assert_eq!(mistakes.iter().count(), 2); // `ta`, and `every` without `x`
//! # Ok::<(), cascade::diagnostic::Problems>(())
//! ```

mod clauses;
mod dose;
mod fit;
mod parse;
mod resolve;
mod rule;
#[cfg(test)]
mod tests;
mod words;

pub use dose::{Amount, Dose, Infusion, Located, OnlyIf, RESET, Regimen, Repeat, Steady};
pub use resolve::{Administration, Band, Delivery, Entries, Entry, Given, Periodic, Takes, same_time};
pub use rule::{Act, Rule, RuleFile, rule_names};

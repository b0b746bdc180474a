//! CAR-T simulation, CRS assessment, dosing and estimation.
//!
//! A compartmental model of CAR-T expansion, tumour and cytokines is read from a text file, checked for names and
//! units, compiled, and integrated around doses; its signs are graded by a published scale.
//!
//! One call:
//! ```
//! use cascade::model::Model;
//! use cascade::simulate::Scenario;
//! let model = Model::embedded("stein-2019")?;
//! let run = Scenario::new(&model)?.simulate().map_err(|failed| failed.problems)?;
//! let cart = run.trajectory.column("cart").unwrap();
//! assert!((run.trajectory.series(cart).last().unwrap() - 60.7445).abs() < 1e-2); // copies/ug on day 365
//! # Ok::<(), cascade::diagnostic::Problems>(())
//! ```
//!
//! The same in stages, with doses and grades:
//! ```
//! use cascade::crs::{Scale, Settings};
//! use cascade::model::Model;
//! use cascade::simulate::Scenario;
//! let model = Model::embedded("cart-crs")?;
//! let run = Scenario::new(&model)?
//!     .regimen("tocilizumab 800 mg over 1 h at 3 d".parse()?)
//!     .until(&"14 d".parse()?)?
//!     .grading(Scale::astct_2019(), Settings::default())
//!     .simulate()
//!     .map_err(|failed| failed.problems)?;
//! assert_eq!(run.course().unwrap().maximum().grade, Some(1));
//! # Ok::<(), cascade::diagnostic::Problems>(())
//! ```
//!
//! And a mistake, with its place:
//! ```
//! use cascade::diagnostic::Source;
//! use cascade::model::Model;
//! let problems = Model::parse(&Source::new("mine.toml", "nmae = 'mine'")).unwrap_err();
//! assert!(problems.to_string().contains("did you mean `name`?"));
//! ```
//!
//! # The flow
//! `model.toml -> parse -> check names and units -> compile -> (regimen) -> integrate -> trajectory -> signs -> grade ->
//! outcome -> population | fit -> cohort -> compare -> plot`. A module uses only modules above its own; a test holds this.
//!
//! | module | in | out |
//! |---|---|---|
//! | [`diagnostic`] | | places, mistakes, remedies |
//! | [`document`], [`mod@unit`], [`numeric`] | text | tables with places; units; numbers in lanes and with derivatives |
//! | [`random`], [`expression`], [`trajectory`] | seed and patient; text | random numbers; checked trees, graphs, derivatives; rows |
//! | [`sign`], [`regimen`], [`error_model`] | text; predictions | what clinicians see; doses; what is measured |
//! | [`model`], [`crs`], [`integrate`] | files; signs; equations | checked models; graded courses; accepted steps |
//! | [`chart`], [`observation`], [`compile`], [`outcome`] | what a ward wrote down; tables; models; solutions | states of a patient; readings, designs, simulated and observed data; byte code; exposure |
//! | [`biomarker`] | laboratory values | scores with their evidence; no grade depends on them |
//! | [`simulate`] | scenario | run |
//! | [`population`], [`sensitivity`] | model or table; derivatives of a run | patients, bands, summaries; normalised sensitivities |
//! | [`fit`] | model and data | estimates with their uncertainty, residuals, verdicts |
//! | [`cohort`] | graded courses of many patients | incidence, onset, concordance of scales |
//! | [`compare`] | scenarios of one model | the same patients under each: differences, durability, utility, sweeps, the best |
//! | [`plot`] | run | figure, PNG, SVG |
//! | [`cli`] | arguments | files and exit codes |
//!
//! Deliberately absent: the solver never sees a dose; after [`compile`] there are no names and no units; [`crs`] knows no
//! model; nothing outside [`cli`] prints, reads files or looks at the clock.
//!
//! A model is research software, not for clinical decisions.

pub mod biomarker;
pub mod chart;
#[cfg(feature = "cli")]
pub mod cli;
pub mod cohort;
pub mod compare;
pub mod compile;
pub mod crs;
pub mod diagnostic;
pub mod document;
pub mod error_model;
pub mod expression;
pub mod fit;
pub mod integrate;
pub mod model;
pub mod numeric;
pub mod observation;
pub mod outcome;
pub mod plot;
pub mod population;
pub mod random;
pub mod regimen;
pub mod sensitivity;
pub mod sign;
pub mod simulate;
pub mod trajectory;
pub mod unit;

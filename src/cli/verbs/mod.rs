//! One file a verb.

pub mod charts;
pub mod check;
pub mod cohorts;
pub mod compare;
pub mod completions;
pub mod data;
pub mod demo;
pub mod explain;
pub mod fit;
pub mod grade;
pub mod merge;
pub mod models;
mod observations;
pub mod plot;
pub mod population;
pub mod runs;
mod scores;
pub mod sensitivity;
mod several;
pub mod show;
mod show_rules;
mod show_scale;
pub mod simulate;
pub mod tolerance;
pub mod validate;

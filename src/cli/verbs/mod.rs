//! One file a verb.

pub mod check;
pub mod completions;
pub mod demo;
pub mod explain;
pub mod grade;
pub mod models;
pub mod plot;
pub mod sensitivity;
pub mod show;
pub mod simulate;
pub mod tolerance;

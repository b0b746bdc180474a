//! Vignettes, time courses, and what charts must not guess.

mod snapshots;

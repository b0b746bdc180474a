//! Vignettes by their ids, properties, and wrong scale files.

mod courses;
mod files;
mod lasting;
mod lee;
mod missing;
mod monotone;
mod panel;
mod properties;
mod rounds;
mod snapshots;

use super::*;
use crate::sign::{Patient, Sign, Signs};
use std::sync::LazyLock;

static ASTCT: LazyLock<Scale> = LazyLock::new(Scale::astct_2019);
static LEE: LazyLock<Scale> = LazyLock::new(Scale::lee_2014);

/// Sets signs by name and text on top of others.
fn signs_with(mut signs: Signs, values: &[(&str, &str)]) -> Signs {
    for (name, value) in values {
        signs.set_text(name, value).unwrap();
    }
    signs
}

/// Grades one reading.
fn snapshot(settings: &Settings, signs: &Signs) -> Course {
    snapshot_on(&ASTCT, settings, signs)
}

fn snapshot_on(scale: &Scale, settings: &Settings, signs: &Signs) -> Course {
    let mut monitor = Monitor::new(scale, settings).unwrap();
    monitor.observe(0.0, signs);
    monitor.finish(0.0)
}

/// Defaults for an adult.
fn adult() -> Settings {
    Settings { patient: Patient::adult(), ..Settings::default() }
}

fn with_options(options: &[(&str, &str)]) -> Settings {
    options_of(&ASTCT, options)
}

fn options_of(scale: &Scale, options: &[(&str, &str)]) -> Settings {
    let mut settings = adult();
    for (name, value) in options {
        settings.set(scale, name, value).unwrap();
    }
    settings
}

//! `cascade runs`: fits side by side.

mod tables;

use crate::cli::arguments::{Format, RunsArgs};
use crate::cli::fits::{self, Found};
use crate::cli::{Context, Failure, output};
use crate::diagnostic::Problems;

/// Reads what fits left in their folders, and lays it side by side.
pub fn run(context: &Context, arguments: &RunsArgs) -> Result<(), Failure> {
    let mut problems = Problems::default();
    let mut read = |folder| fits::read(folder).map_err(|found| problems.append(found)).ok();
    let fits: Vec<Found> = arguments.folders.iter().filter_map(|folder| read(folder)).collect();
    let fits = problems.or_value(Some(fits))?;
    let differences = differences(&fits);
    let best = best(&fits, &differences);
    let text = match Format::wanted(arguments.format) {
        Format::Table => tables::reading(&fits, &best),
        Format::Csv => tables::csv(&fits, &best),
        Format::Json => tables::json(&fits, &best, &differences),
    };
    output::print(&text)?;
    for difference in &differences {
        context.say(&format!("warning: {difference}: the objectives are not comparable"));
    }
    if let Some(note) = methods(&fits) {
        context.say(&note);
    }
    Ok(())
}

/// Why objectives are not comparable.
fn differences(fits: &[Found]) -> Vec<String> {
    let mut found = Vec::new();
    let data: Vec<&str> = distinct(fits.iter().map(|one| one.fit.data_sha256.as_deref().unwrap_or_default()));
    if data.len() > 1 {
        found.push("the fits are to different data (`data_sha256`)".to_string());
    }
    for (what, count) in [
        ("values", Found::values as fn(&Found) -> usize),
        ("censored values", Found::censored),
        ("subjects", |one| one.fit.subjects),
    ] {
        let counts = distinct(fits.iter().map(count));
        if counts.len() > 1 {
            let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
            found.push(format!("the numbers of {what} differ ({})", counts.join(", ")));
        }
    }
    found
}

/// Objectives by different methods are different approximations of one likelihood.
fn methods(fits: &[Found]) -> Option<String> {
    let methods = distinct(fits.iter().map(|one| one.fit.method.as_str()));
    (methods.len() > 1).then(|| {
        format!("note: objectives by {} are different approximations of the likelihood", methods.join(" and "))
    })
}

/// Which fits have the least AIC: none alone, and none if they are not comparable.
fn best(fits: &[Found], differences: &[String]) -> Vec<bool> {
    let least = fits.iter().filter_map(|one| one.fit.aic).fold(f64::INFINITY, f64::min);
    let comparable = differences.is_empty() && fits.len() > 1;
    fits.iter().map(|one| comparable && one.fit.aic == Some(least)).collect()
}

/// In the order of their first appearance.
fn distinct<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut found = Vec::new();
    for one in all {
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

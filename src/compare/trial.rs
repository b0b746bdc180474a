//! The same patients again and again: over a sweep, or in search of the regimen of the highest utility.

use super::arms::{Arms, Value};
use super::outcomes::{Outcomes, Who};
use super::ranking::rank;
use super::search::search;
use super::sweep::Varied;
use super::utility::{Readings, Utility};
use crate::diagnostic::Problems;
use crate::population::Means;
use crate::simulate::{Grid, Prepared, Scenario};

/// What came of one point of a sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// One value a sweep.
    pub values: Vec<f64>,
    /// One an end point, in the order of [`Arms::end_points`].
    pub ends: Vec<Value>,
    /// Utility, if one is asked for.
    pub utility: Option<f64>,
    /// Patients that failed.
    pub failed: usize,
}

/// What a search for the highest utility came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimum {
    /// All regimens that were tried, in order.
    pub tried: Vec<Regimen>,
    /// Place of the best.
    pub best: usize,
    /// Of each of what is varied: from where to where lie regimens that were tried and are not to be told from the best.
    pub alike: Vec<(f64, f64)>,
    /// Patients that failed somewhere; they count nowhere.
    pub failed: usize,
}

/// One regimen of a search.
#[derive(Debug, Clone, PartialEq)]
pub struct Regimen {
    /// One value for each of what is varied.
    pub values: Vec<f64>,
    /// Utility over the patients that are complete everywhere.
    pub utility: f64,
    /// 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// Utility less that of the best.
    pub difference: f64,
    /// Its 95 % interval, from pairs.
    pub difference_interval: Option<(f64, f64)>,
}

impl Regimen {
    /// Whether it is not to be told from the best; of one patient whether it is as good.
    pub fn is_alike(&self) -> bool {
        self.difference_interval.map_or(self.difference >= 0.0, |(_, high)| high >= 0.0)
    }
}

/// Runs the patients of a scenario in which these things have these values.
///
/// # Errors
/// A value that does not fit, patients that cannot be drawn.
pub fn run_at(
    scenario: &Scenario<'_>,
    varied: &[Varied],
    values: &[f64],
    who: Who<'_>,
    means: Means,
) -> Result<Outcomes, Problems> {
    let mut scenario = scenario.clone();
    for (varied, value) in varied.iter().zip(values) {
        varied.apply(&mut scenario, *value)?;
    }
    // Courses are not looked at.
    scenario.grid = Grid::At(vec![scenario.until]);
    Outcomes::run("", &Prepared::new(&scenario)?, who, means)
}

/// Told after each regimen that was run.
pub type Progress<'a> = &'a mut dyn FnMut();

/// How many regimens a sweep runs.
pub fn points(sweeps: &[Varied]) -> usize {
    sweeps.iter().map(|sweep| sweep.values().len()).product()
}

/// Every combination of the values of sweeps, the last one moving fastest; stops early if the scenario's stop is tripped.
///
/// # Errors
/// As for [`run_at`].
pub fn sweep(
    scenario: &Scenario<'_>,
    sweeps: &[Varied],
    utility: Option<&Utility>,
    who: Who<'_>,
    means: Means,
    progress: Progress<'_>,
) -> Result<Vec<Point>, Problems> {
    let mut points = Vec::new();
    for values in combinations(sweeps) {
        let outcomes = run_at(scenario, sweeps, &values, who, means)?;
        if scenario.stop.is_tripped() {
            break;
        }
        let failed = outcomes.failures();
        let alone = Arms::new(vec![outcomes], 0);
        let ends = (0..alone.end_points.len()).map(|at| alone.value(0, at)).collect();
        let utility = utility.map(|utility| utility.value(&utility.readings(&alone, 0), 0..alone.paired.len()));
        points.push(Point { values, ends, utility, failed });
        progress();
    }
    Ok(points)
}

fn combinations(sweeps: &[Varied]) -> Vec<Vec<f64>> {
    let longer = |all: Vec<Vec<f64>>, sweep: &Varied| {
        let with = |start: &Vec<f64>| {
            let start = start.clone();
            sweep.values().into_iter().map(move |value| [&start[..], &[value]].concat())
        };
        all.iter().flat_map(with).collect()
    };
    sweeps.iter().fold(vec![Vec::new()], longer)
}

/// Looks for the values between these bounds with the highest utility, always with the same patients: about `budget`
/// regimens. A patient that fails under one regimen counts in none of the final utilities.
///
/// # Errors
/// As for [`run_at`].
pub fn optimise(
    scenario: &Scenario<'_>,
    bounds: &[Varied],
    utility: &Utility,
    budget: usize,
    (who, seed): (Who<'_>, u64),
    means: Means,
    progress: Progress<'_>,
) -> Result<Optimum, Problems> {
    let mut readings: Vec<Readings> = Vec::new();
    let mut failed = vec![false; who.count() as usize];
    let place = |at: &[f64]| -> Vec<f64> { bounds.iter().zip(at).map(|(bounds, share)| bounds.at(*share)).collect() };
    let found = search(bounds.len(), budget, |at| {
        if scenario.stop.is_tripped() {
            readings.push(utility.all(None, who.count() as usize));
            return Ok::<f64, Problems>(f64::NAN);
        }
        let outcomes = run_at(scenario, bounds, &place(at), who, means)?;
        let own: Vec<bool> = (0..outcomes.count()).map(|patient| outcomes.failed(patient)).collect();
        failed.iter_mut().zip(&own).for_each(|(failed, own)| *failed |= own);
        let read = utility.all(Some(&outcomes), who.count() as usize);
        let value = utility.value(&read, 0..failed.len());
        readings.push(read);
        progress();
        Ok(value)
    })?;
    readings.iter_mut().for_each(|readings| readings.without(&failed));
    let kept = failed.iter().filter(|failed| !**failed).count();
    let n = if kept > 1 { failed.len() } else { 1.min(failed.len()) };
    let mut tried: Vec<Option<Regimen>> = vec![None; found.tried.len()];
    for one in rank(&readings, utility, found.best, n, seed) {
        tried[one.arm] = Some(Regimen {
            values: place(&found.tried[one.arm].at),
            utility: one.utility,
            interval: one.interval,
            difference: one.difference,
            difference_interval: one.difference_interval,
        });
    }
    let tried: Vec<Regimen> = tried.into_iter().flatten().collect();
    let alike = (0..bounds.len()).map(|dimension| {
        let values = tried.iter().filter(|one| one.is_alike()).map(|one| one.values[dimension]);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
    });
    Ok(Optimum { alike: alike.collect(), best: found.best, failed: failed.len() - kept, tried })
}

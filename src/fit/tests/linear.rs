//! A straight line with normal intercept and slope and an additive error: everything is a multivariate normal density.

use super::data::{model, population};
use super::reference::{cholesky, determinant, dot, inverse, normal};
use crate::fit::{Approximation, FitSettings, Method, Specification};
use crate::integrate::Stop;

pub const LINE: &str = r#"
format = "cascade-model/1"
name = "line"
title = "A straight line"
time = "h"
maturity = "illustrative"
source = { citation = "Made up for a test" }
simulation = { until = "10 h" }
states.still = { unit = "mg", start = '0', rate = '0', label = "Nothing", tolerance = "1 mg" }
parameters.a = { value = 3.0, unit = "mg/L", label = "Intercept", assumption = "A1: made up", variability = { variance = 1.5, distribution = "normal" } }
parameters.b = { value = -0.4, unit = "mg/L/h", bounds = [-10, 10], label = "Slope", assumption = "A1: made up", variability = { variance = 0.25, distribution = "normal" } }
outputs.y = { value = 'a + b * t', unit = "mg/L", label = "Line", error = { model = "additive", sd = 0.6, assumption = "A1: made up" } }

[[correlations]]
between = ["a", "b"]
value = -0.3
"#;
const THETA: [f64; 2] = [3.0, -0.4];
const SD: f64 = 0.6;

/// Times and values, made up.
const DATA: [(&[f64], &[f64]); 3] = [
    (&[0.0, 1.0, 2.5, 4.0, 7.0], &[3.9, 3.1, 3.0, 1.4, -0.3]),
    (&[0.5, 3.0], &[1.2, 2.9]),
    (&[1.0, 2.0, 6.0, 9.0], &[4.4, 5.0, 3.7, 4.6]),
];

fn table() -> String {
    let mut csv = String::from("ID,TIME,DV,EVID\n");
    for (at, (times, values)) in DATA.iter().enumerate() {
        for (time, value) in times.iter().zip(*values) {
            csv.push_str(&format!("{at},{time},{value},0\n"));
        }
    }
    csv
}

fn omega() -> Vec<Vec<f64>> {
    let covariance = -0.3 * (1.5f64 * 0.25).sqrt();
    vec![vec![1.5, covariance], vec![covariance, 0.25]]
}

/// The residual y - E y of a subject and its variance Z Omega Z' + sd^2.
fn marginal(times: &[f64], values: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let rest = times.iter().zip(values).map(|(t, y)| y - THETA[0] - THETA[1] * t).collect();
    let omega = omega();
    let entry = |s: f64, t: f64| omega[0][0] + (s + t) * omega[0][1] + s * t * omega[1][1];
    let n = times.len();
    let variance = (0..n)
        .map(|i| (0..n).map(|j| entry(times[i], times[j]) + if i == j { SD * SD } else { 0.0 }).collect())
        .collect();
    (rest, variance)
}

/// Covariance of the random effects given the data: (Z' Z / sd^2 + Omega^-1)^-1; their mean is this times Z' rest / sd^2.
fn posterior(times: &[f64], rest: &[f64]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut precision = inverse(&omega());
    let mut right = [0.0; 2];
    for (t, rest) in times.iter().zip(rest) {
        let z = [1.0, *t];
        for i in 0..2 {
            right[i] += z[i] * rest / (SD * SD);
            (0..2).for_each(|j| precision[i][j] += z[i] * z[j] / (SD * SD));
        }
    }
    let covariance = inverse(&precision);
    (covariance.iter().map(|row| dot(row, &right)).collect(), covariance)
}

#[test]
fn every_approximation_is_the_normal_density() {
    let model = model(LINE);
    let population = population(&model, &table(), &Specification::default());
    let x = population.structure.start();
    let expected = DATA.map(|(times, values)| {
        let (rest, variance) = marginal(times, values);
        normal(&rest, &variance)
    });
    for how in Approximation::ALL {
        let found = population.evaluate(&x, how, &[], false).expect("a value");
        for (found, expected) in found.subjects.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-10, "{how}: {found} against {expected}");
        }
    }
    let all = DATA.map(|(times, values)| posterior(times, &marginal(times, values).0));
    let (means, covariances): (Vec<_>, Vec<_>) = all.into_iter().map(|(mean, own)| (mean, own.concat())).unzip();
    let found = population.importance(&x, &means, &covariances, 2000, 1).expect("a value");
    let gap = found.objective - expected.iter().sum::<f64>();
    assert!(found.error < 0.1 && gap.abs() < 4.0 * found.error, "{gap} with error {}", found.error);
}

/// Random effects are E(eta | y), their deviations the roots of the diagonal of Var(eta | y); CWRES is L^-1 (y - E y) with
/// L L' = Var y; the weighted individual residual is (y - a_i - b_i t) / sd.
#[test]
fn residuals_and_random_effects_by_hand() {
    let model = model(LINE);
    let mut population = population(&model, &table(), &Specification::default());
    let settings = FitSettings { method: Method::Map, ..FitSettings::default() };
    let found = population.fit(&model, &settings, &Stop::default(), &mut |_| {}).expect("a fit");
    let mut predictions = found.predictions.iter();
    for ((times, values), individual) in DATA.iter().zip(&found.individuals) {
        let (rest, variance) = marginal(times, values);
        let (mean, covariance) = posterior(times, &rest);
        for k in 0..2 {
            assert!((individual.etas[k] - mean[k]).abs() < 1e-9, "{} against {}", individual.etas[k], mean[k]);
            let sd = covariance[k][k].sqrt();
            assert!((individual.eta_sds[k] - sd).abs() < 1e-12, "{} against {sd}", individual.eta_sds[k]);
        }
        let root = cholesky(&variance);
        let mut decorrelated: Vec<f64> = Vec::new();
        for (i, rest) in rest.iter().enumerate() {
            decorrelated.push((rest - dot(&root[i][..i], &decorrelated)) / root[i][i]);
        }
        for (row, (t, y)) in times.iter().zip(*values).enumerate() {
            let one = predictions.next().expect("as many rows");
            let individual = THETA[0] + mean[0] + (THETA[1] + mean[1]) * t;
            assert_eq!((one.time, one.dv, one.cens), (*t, *y, 0));
            assert!((one.pred - THETA[0] - THETA[1] * t).abs() < 1e-12);
            assert!((one.ipred - individual).abs() < 1e-8, "{} against {individual}", one.ipred);
            let (iwres, cwres) = (one.iwres.expect("a value"), one.cwres.expect("a value"));
            assert!((iwres - (y - individual) / SD).abs() < 1e-7, "{iwres}");
            assert!((cwres - decorrelated[row]).abs() < 1e-8, "{cwres} against {}", decorrelated[row]);
        }
    }
    let eta_sd = |k: usize| {
        let etas: Vec<f64> = found.individuals.iter().map(|one| one.etas[k]).collect();
        let mean = etas.iter().sum::<f64>() / 3.0;
        (etas.iter().map(|eta| (eta - mean).powi(2)).sum::<f64>() / 2.0).sqrt()
    };
    for (k, variance) in [1.5f64, 0.25].into_iter().enumerate() {
        let expected = 1.0 - eta_sd(k) / variance.sqrt();
        assert!((found.shrinkage[k] - expected).abs() < 1e-12, "{} against {expected}", found.shrinkage[k]);
    }
}

/// Maximum likelihood of the line by FOCEI: at the maximum the marginal density, by its own formula, is flat in the means,
/// the covariances and the error, and the standard errors are those of its curvature.
#[test]
fn a_fit_of_the_line_is_the_maximum_of_the_normal_density() {
    let model = model(LINE);
    let mut population = population(&model, &many(), &Specification::default());
    let found = population.fit(&model, &FitSettings::default(), &Stop::default(), &mut |_| {}).expect("a fit");
    let value = |name: &str| found.estimates.iter().find(|one| one.name == name).expect("an estimate").value;
    let at = [value("a"), value("b"), value("omega2(a)"), value("omega(a,b)"), value("omega2(b)"), value("y.sd")];
    let objective = |p: &[f64]| -> f64 {
        let of = |subject: usize| {
            let rows = rows_of(subject);
            let rest: Vec<f64> = rows.iter().map(|(t, y)| y - p[0] - p[1] * t).collect();
            let entry = |s: f64, t: f64| p[2] + (s + t) * p[3] + s * t * p[4];
            let n = rows.len();
            let variance: Vec<Vec<f64>> = (0..n)
                .map(|i| {
                    let own = |j: usize| if i == j { p[5] * p[5] } else { 0.0 };
                    (0..n).map(|j| entry(rows[i].0, rows[j].0) + own(j)).collect()
                })
                .collect();
            normal(&rest, &variance)
        };
        (0..SUBJECTS).map(of).sum()
    };
    assert!((objective(&at) - found.objective).abs() < 1e-8, "{} {}", objective(&at), found.objective);
    let slopes = super::reference::gradient(objective, &at);
    let bends = super::reference::hessian(objective, &at);
    let covariance = inverse(&bends);
    for (k, row) in covariance.iter().enumerate() {
        // The step to the top is below 1/1000 of the standard error, the root of twice the inverse's diagonal.
        let step = dot(row, &slopes);
        let se = (2.0 * row[k]).sqrt();
        assert!(step.abs() < 1e-3 * se, "{k}: {step} of {se}");
    }
    assert!(determinant(&bends) > 0.0);
    for (k, name) in ["a", "b"].into_iter().enumerate() {
        let se = found.estimates.iter().find(|one| one.name == name).and_then(|one| one.se).expect("an error");
        let expected = (2.0 * covariance[k][k]).sqrt();
        assert!((se / expected - 1.0).abs() < 1e-3, "{name}: {se} against {expected}");
    }
}

const SUBJECTS: usize = 12;

/// Subject k: intercept and slope on a fixed grid, errors of a fixed series.
fn rows_of(subject: usize) -> Vec<(f64, f64)> {
    let k = subject as f64;
    let (a, b) = (3.0 + 1.6 * (1.7 * k).sin(), -0.4 + 0.5 * (2.9 * k + 1.0).cos());
    [0.0, 1.0, 3.0, 5.0, 8.0].iter().map(|t| (*t, a + b * t + 0.7 * (12.9 * k + 7.3 * t).sin())).collect()
}

pub fn many() -> String {
    let mut csv = String::from("ID,TIME,DV,EVID\n");
    for subject in 0..SUBJECTS {
        for (time, value) in rows_of(subject) {
            csv.push_str(&format!("{subject},{time},{value},0\n"));
        }
    }
    csv
}

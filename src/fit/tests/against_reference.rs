//! Objectives at fixed population values against `reference`, an implementation from the definitions.

use super::data::{model, population};
use super::reference::{Subject, Variance};
use crate::fit::{Approximation, AskedRelation, Relation, RelationKind, Specification};

/// One compartment with first-order absorption; cl and v vary together.
const MODEL: &str = r#"
format = "cascade-model/1"
name = "absorbed"
title = "One compartment with first-order absorption"
time = "h"
maturity = "illustrative"
source = { citation = "Made up for a test" }
simulation = { until = "24 h" }
states.depot = { unit = "mg", start = '0', rate = '-ka * depot', label = "Depot", tolerance = "1e-9 mg" }
states.central = { unit = "mg", start = '0', rate = 'ka * depot - cl / v * central', label = "Body", tolerance = "1e-9 mg" }
parameters.ka = { value = 1.2, unit = "1/h", label = "Absorption", assumption = "A1: made up", variability = { variance = 0.3, distribution = "lognormal" } }
parameters.cl = { value = 2.5, unit = "L/h", label = "Clearance", assumption = "A1: made up", variability = { variance = 0.09, distribution = "lognormal" } }
parameters.v = { value = 20.0, unit = "L", label = "Volume", assumption = "A1: made up", variability = { variance = 0.04, distribution = "lognormal" } }
covariates.weight = { unit = "kg", default = 70, carry = "next", label = "Weight" }
doses.drug = { state = "depot", unit = "mg", label = "Drug" }
outputs.conc = { value = 'central / v', unit = "mg/L", label = "Concentration", error = { model = "ERROR", assumption = "A1: made up" } }

[[correlations]]
between = ["cl", "v"]
value = 0.5
"#;
const OMEGA: [[f64; 3]; 3] = [[0.3, 0.0, 0.0], [0.0, 0.09, 0.03], [0.0, 0.03, 0.04]];
const EXPONENT: f64 = 0.75;

/// Dose, weight, times and values of a subject: simulated from the model with a combined error (0.1, 0.15).
type Record = (f64, f64, &'static [f64], &'static [f64]);
const DATA: [Record; 3] = [
    (100.0, 62.0, &[0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 20.0], &[4.0112, 4.5261, 4.9473, 3.8767, 1.9807, 1.32, 0.4602]),
    (150.0, 85.0, &[0.5, 1.0, 2.0, 4.0, 8.0], &[5.6072, 7.5796, 5.3788, 4.5011, 2.5091]),
    (80.0, 70.0, &[0.5, 1.0, 2.0, 4.0, 8.0, 12.0, 20.0], &[1.4471, 1.9857, 2.5888, 2.2628, 1.2914, 1.0751, 0.4994]),
];

const ERRORS: [(&str, Variance); 6] = [
    (r#"additive", sd = 0.4"#, Variance::Additive(0.4)),
    (r#"proportional", sd = 0.2"#, Variance::Proportional(0.2)),
    (r#"combined_variance", additive = 0.15, proportional = 0.12"#, Variance::SumOfVariances(0.15, 0.12)),
    (r#"combined_sd", additive = 0.1, proportional = 0.1"#, Variance::SumOfSds(0.1, 0.1)),
    (r#"lognormal", sd = 0.25"#, Variance::Lognormal(0.25)),
    (r#"power", sd = 0.2, exponent = 0.7"#, Variance::Power(0.2, 0.7)),
];

fn text(error: &str) -> String {
    MODEL.replace("ERROR\"", error)
}

fn table() -> String {
    let mut csv = String::from("ID,TIME,AMT,EVID,DV,weight\n");
    for (at, (dose, weight, times, values)) in DATA.iter().enumerate() {
        csv.push_str(&format!("{at},0,{dose},1,.,{weight}\n"));
        for (time, value) in times.iter().zip(*values) {
            csv.push_str(&format!("{at},{time},0,0,{value},{weight}\n"));
        }
    }
    csv
}

fn specification() -> Specification {
    let kind = RelationKind::Power { centre: 70.0 };
    let relation = Relation { name: "cl~weight".into(), covariate: 0, kind, start: EXPONENT, estimated: true };
    Specification { relations: vec![AskedRelation { parameter: "cl".into(), relation }], ..Specification::default() }
}

fn subjects(variance: Variance) -> Vec<Subject<'static>> {
    let of = |(dose, weight, times, values): Record| Subject {
        y: values.to_vec(),
        variance,
        omega: OMEGA.iter().map(|row| row.to_vec()).collect(),
        predict: Box::new(move |eta: &[f64]| {
            let ka = 1.2 * eta[0].exp();
            let cl = 2.5 * (weight / 70.0f64).powf(EXPONENT) * eta[1].exp();
            let v = 20.0 * eta[2].exp();
            let ke = cl / v;
            times.iter().map(|t| dose * ka / (v * (ka - ke)) * ((-ke * t).exp() - (-ka * t).exp())).collect()
        }),
    };
    DATA.map(of).into()
}

/// 1e-6 of every subject's objective, for each error model and approximation.
#[test]
fn objectives_are_those_of_the_definitions() {
    for (error, variance) in ERRORS {
        let model = model(&text(error));
        let population = population(&model, &table(), &specification());
        let x = population.structure.start();
        let expected = subjects(variance);
        for how in Approximation::ALL {
            let found = population.evaluate(&x, how, &[], false).expect("a value");
            for (found, subject) in found.subjects.iter().zip(&expected) {
                let wanted = match how {
                    Approximation::Fo => subject.fo(),
                    Approximation::Foce => subject.foce(false),
                    Approximation::Focei => subject.foce(true),
                    Approximation::Laplace => subject.laplace(),
                };
                assert!((found - wanted).abs() < 1e-6, "{how}, {error}: {found} against {wanted}");
            }
        }
    }
}

/// The integral itself, by 22 x 22 x 22 nodes (16 agree to 1e-4): importance sampling finds it within 4 of its
/// standard errors, Laplace's approximation lies within 0.3 for each subject, and is not exact.
#[test]
fn importance_sampling_and_laplace_against_quadrature() {
    let (error, variance) = ERRORS[2];
    let model = model(&text(error));
    let population = population(&model, &table(), &specification());
    let x = population.structure.start();
    let expected: Vec<f64> = subjects(variance)
        .iter()
        .map(|subject| {
            let (fine, coarse) = (subject.quadrature(22), subject.quadrature(16));
            assert!((fine - coarse).abs() < 1e-4, "{fine} {coarse}");
            fine
        })
        .collect();
    let total: f64 = expected.iter().sum();
    let laplace = population.evaluate(&x, Approximation::Laplace, &[], false).expect("a value");
    let gaps: Vec<f64> = laplace.subjects.iter().zip(&expected).map(|(laplace, exact)| laplace - exact).collect();
    let most = gaps.iter().map(|gap| gap.abs()).fold(0.0, f64::max);
    assert!((1e-4..0.3).contains(&most), "gaps of Laplace: {gaps:?}");
    let (means, covariances): (Vec<_>, Vec<_>) = subjects(variance)
        .iter()
        .map(|subject| (subject.mode(true), super::reference::inverse(&subject.curvature()).concat()))
        .unzip();
    for seed in 1..=3 {
        let found = population.importance(&x, &means, &covariances, 2000, seed).expect("a value");
        assert!(found.error < 0.1, "{}", found.error);
        let gap = found.objective - total;
        assert!(gap.abs() < 4.0 * found.error, "{gap} with error {}; gaps of Laplace {gaps:?}", found.error);
    }
}

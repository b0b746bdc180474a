//! Gradients of the objective against central differences of the objective.

use super::data::{STEIN90, THEOPHYLLINE, censored, first_subjects, model, names, population};
use crate::fit::{Approximation, AskedRelation, Coordinate, Population, Relation, RelationKind, Specification};

fn relation(parameter: &str, start: f64, kind: RelationKind) -> AskedRelation {
    let name = format!("{parameter}~weight");
    let relation = Relation { name, covariate: 0, kind, start, estimated: true };
    AskedRelation { parameter: parameter.into(), relation }
}

/// cl and v in a block, ka with a prior and without random effect, weight on cl and v.
fn everything() -> Specification {
    Specification {
        estimate: Some(names(&["ka", "cl", "v"])),
        without_variability: names(&["ka"]),
        blocks: vec![names(&["cl", "v"])],
        relations: vec![
            relation("cl", 0.6, RelationKind::Power { centre: 70.0 }),
            relation("v", 0.01, RelationKind::Exponential { centre: 70.0 }),
        ],
        priors: vec![("ka".into(), 0.2, 0.5)],
        ..Specification::default()
    }
}

/// Each entry within 1e-5 of differences of fourth order, relative to the largest entry but for those above 1.
fn check(population: &Population<'_>, x: &[f64], how: Approximation) {
    const STEP: f64 = 2e-3;
    let at = population.evaluate(x, how, &[], true).expect("a value");
    for k in 0..x.len() {
        let moved = |by: f64| {
            let mut x = x.to_vec();
            x[k] += by * STEP;
            population.evaluate(&x, how, &at.modes, false).expect("a value").objective
        };
        let difference = (8.0 * (moved(1.0) - moved(-1.0)) - (moved(2.0) - moved(-2.0))) / (12.0 * STEP);
        let (found, name) = (at.gradient[k], population.structure.coordinates()[k]);
        let gap = (found - difference).abs();
        assert!(gap < 1e-5 * difference.abs().max(1.0), "{how}, {name:?}: {found} against {difference}");
    }
    let sum: f64 = at.subjects.iter().sum();
    let prior =
        population.structure.individuals.iter().zip(population.structure.point(&crate::fit::mode::ones(x)).typical);
    let prior: f64 =
        prior.filter_map(|(one, typical)| Some(((typical.0[0] - one.prior?.0) / one.prior?.1).powi(2))).sum();
    assert!((at.objective - sum - prior).abs() < 1e-10 * sum.abs(), "the prior counts once");
}

fn moved(start: &[f64]) -> Vec<f64> {
    start.iter().enumerate().map(|(k, x)| x + 0.05 * if k % 2 == 0 { 1.0 } else { -1.0 }).collect()
}

fn theophylline(error: &str) -> (String, String) {
    let text = THEOPHYLLINE.0.replace(r#"model = "additive", sd = 0.7"#, error);
    (text, first_subjects(THEOPHYLLINE.1, 3).replacen("WT", "weight", 1))
}

#[test]
fn of_values() {
    for error in
        [r#"model = "additive", sd = 0.7"#, r#"model = "combined_variance", additive = 0.3, proportional = 0.1"#]
    {
        let (text, csv) = theophylline(error);
        let model = model(&text);
        let population = population(&model, &csv, &everything());
        let x = moved(&population.structure.start());
        for how in Approximation::ALL {
            check(&population, &x, how);
        }
    }
}

#[test]
fn of_values_below_the_limit() {
    let (text, csv) = theophylline(r#"model = "combined_sd", additive = 0.3, proportional = 0.1"#);
    let csv = censored(&csv, 4.0);
    let model = model(&text);
    let population = population(&model, &csv, &everything());
    assert!(population.counts().1 > 5, "{:?}", population.counts());
    let x = moved(&population.structure.start());
    for how in [Approximation::Foce, Approximation::Focei, Approximation::Laplace] {
        check(&population, &x, how);
    }
}

/// With a time of a switch among the parameters, and one parameter without random effect.
#[test]
fn of_a_model_with_a_switch() {
    let model = model(STEIN90.0);
    let estimate = names(&["c0", "rho", "tmx", "alp", "bet", "kem"]);
    let csv = first_subjects(STEIN90.1, 2);
    let population = population(&model, &csv, &Specification { estimate: Some(estimate), ..Specification::default() });
    let x = moved(&population.structure.start());
    for how in Approximation::ALL {
        check(&population, &x, how);
    }
}

/// On the same draws the likelihood is a smooth function of the coordinates; where a parameter without random effect moves,
/// the draws are predicted anew with the same numbers.
#[test]
fn of_the_likelihood_by_importance_sampling() {
    const STEP: f64 = 1e-3;
    let (text, csv) = theophylline(r#"model = "combined_sd", additive = 0.3, proportional = 0.1"#);
    let model = model(&text);
    let population = population(&model, &censored(&csv, 4.0), &everything());
    let x = moved(&population.structure.start());
    let count = population.subjects.len();
    let (means, covariances) = (vec![vec![0.05, -0.1]; count], vec![vec![0.02, 0.0, 0.0, 0.01]; count]);
    let draw = |x: &[f64]| population.draw(x, (&means, &covariances), 30, 5, true).expect("draws");
    let drawn = draw(&x);
    let mut found = population.prior_gradient(&x);
    for score in population.scores(&x, &drawn) {
        found.iter_mut().zip(score).for_each(|(sum, score)| *sum += score);
    }
    let coordinates = population.structure.coordinates();
    for k in 0..x.len() {
        let at = |by: f64| {
            let mut x = x.clone();
            x[k] += by * STEP;
            let again = (coordinates[k] == Coordinate::Typical(0)).then(|| draw(&x));
            population.weigh(&x, again.as_ref().unwrap_or(&drawn)).objective
        };
        let difference = (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * STEP);
        let gap = (found[k] - difference).abs();
        assert!(gap < 1e-5 * difference.abs().max(1.0), "{:?}: {} against {difference}", coordinates[k], found[k]);
    }
}

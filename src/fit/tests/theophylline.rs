//! The theophylline study, fitted as others fitted it.

use super::data::{THEOPHYLLINE, model, population};
use crate::fit::{FitSettings, Method, SaemSettings, Specification, Uncertainty};
use crate::integrate::Stop;

/// Objective and estimates by FOCEI as the benchmark of these data gives them.
///
/// # Reference
/// Data: Boeckmann, Sheiner and Beal 1994, NONMEM Users Guide, part V.
#[test]
fn focei_finds_the_published_estimates() {
    let model = model(THEOPHYLLINE.0);
    let mut population = population(&model, THEOPHYLLINE.1, &Specification::default());
    let settings = FitSettings { uncertainty: Uncertainty::None, ..FitSettings::default() };
    let found = population.fit(&model, &settings, &Stop::default(), &mut |_| {}).expect("a fit");
    assert!((found.objective - 116.8034).abs() < 0.005, "{}", found.objective);
    for (name, expected, tolerance) in [
        ("ka", 1.5902, 1e-3),
        ("cl", 2.7515, 1e-3),
        ("v", 31.809, 1e-3),
        ("conc.sd", 0.6944, 1e-3),
        ("omega2(ka)", 0.4024, 1e-3),
        ("omega2(cl)", 0.0691, 1e-3),
        ("omega2(v)", 0.0192, 3e-3),
    ] {
        let value = found.estimates.iter().find(|one| one.name == name).expect("an estimate").value;
        assert!((value / expected - 1.0).abs() < tolerance, "{name} = {value}, {expected} expected");
    }
    assert!(found.is_sound(), "{:?}", found.verdicts);
}

/// Minus twice the log-likelihood at the maximum is 118.10 by importance sampling; few iterations reach it within 1.
#[test]
fn saem_comes_near_the_maximum() {
    let model = model(THEOPHYLLINE.0);
    let mut population = population(&model, THEOPHYLLINE.1, &Specification::default());
    let saem = SaemSettings { chains: Some(2), explore: (50, 70), average: 50, ..SaemSettings::default() };
    let method = Method::Saem;
    let settings = FitSettings { method, saem, uncertainty: Uncertainty::None, draws: 600, ..FitSettings::default() };
    let found = population.fit(&model, &settings, &Stop::default(), &mut |_| {}).expect("a fit");
    let error = found.objective_error.expect("by importance sampling");
    assert!((found.objective - 118.10).abs() < 1.0 && error < 0.4, "{} with error {error}", found.objective);
}

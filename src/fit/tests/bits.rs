//! The same bits on any number of threads.

use super::data::{THEOPHYLLINE, model, population};
use crate::fit::{Approximation, SaemSettings, Specification};
use crate::integrate::Stop;

#[test]
fn threads_change_no_bit_of_an_evaluation() {
    let model = model(THEOPHYLLINE.0);
    let mut population = population(&model, THEOPHYLLINE.1, &Specification::default());
    let x = population.structure.start();
    let mut by = |threads| {
        population.threads = threads;
        population.evaluate(&x, Approximation::Focei, &[], true).expect("a value")
    };
    let (one, four) = (by(1), by(4));
    assert_eq!(one, four);
    assert_eq!(one.objective.to_bits(), four.objective.to_bits());
}

#[test]
fn threads_change_no_bit_of_saem_and_its_likelihood() {
    let model = model(THEOPHYLLINE.0);
    let mut population = population(&model, THEOPHYLLINE.1, &Specification::default());
    let x = population.structure.start();
    let settings = SaemSettings { chains: Some(2), explore: (3, 4), average: 3, seed: 7 };
    let mut by = |threads, seed| {
        population.threads = threads;
        let found = population.saem(&x, SaemSettings { seed, ..settings }, &Stop::default(), |_| {}).expect("a start");
        let likelihood = population.importance(&found.x, &found.means, &found.covariances, 50, seed).expect("a value");
        (found.x, found.means, found.covariances, likelihood)
    };
    let one = by(1, 7);
    assert_eq!(one, by(3, 7));
    assert_ne!(one.0, by(1, 8).0, "the seed counts");
}

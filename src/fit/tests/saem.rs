//! SAEM where the maximum is known.

use super::data::{model, names, population};
use super::linear::{LINE, many};
use crate::fit::{Approximation, SaemSettings, Specification};
use crate::integrate::Stop;

/// The marginal likelihood of a line is normal, so FOCEI is exact: SAEM ends within 3 % of a standard deviation of it in
/// every coordinate, with a slope that varies and with one that does not.
#[test]
fn of_a_line_is_the_exact_maximum() {
    let model = model(LINE);
    let fixed = Specification {
        estimate: Some(names(&["a", "b"])),
        without_variability: names(&["b"]),
        ..Specification::default()
    };
    for specification in [Specification::default(), fixed] {
        let population = population(&model, &many(), &specification);
        let start = population.structure.start();
        let exact =
            population.approximate(Approximation::Focei, &start, 100, &Stop::default(), |_| {}).expect("a start");
        let settings = SaemSettings { chains: Some(3), explore: (60, 100), average: 100, seed: 1 };
        let found = population.saem(&start, settings, &Stop::default(), |_| {}).expect("a start");
        for ((found, exact), coordinate) in found.x.iter().zip(&exact.x).zip(population.structure.coordinates()) {
            assert!((found - exact).abs() < 0.05, "{coordinate:?}: {found} against {exact}");
        }
        let found = population.importance(&found.x, &found.means, &found.covariances, 200, 1).expect("a value");
        let gap = found.objective - exact.evaluation.objective;
        assert!(gap.abs() < 0.1 + 4.0 * found.error, "{gap} with error {}", found.error);
    }
}

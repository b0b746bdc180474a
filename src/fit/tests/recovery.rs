//! Data that were simulated are found again.

use super::data::{THEOPHYLLINE, model, population};
use crate::fit::{FitSettings, Method, Specification, Uncertainty};
use crate::integrate::Stop;

/// Bias within four of its standard errors, and estimates that scatter as those of twelve subjects do: a relative standard
/// error of 19 % of ka, 8 of cl and 5 of v was found for the study itself.
#[test]
fn focei_finds_what_data_were_simulated_from() {
    let model = model(THEOPHYLLINE.0);
    let mut population = population(&model, THEOPHYLLINE.1, &Specification::default());
    let settings = FitSettings { seed: 4, uncertainty: Uncertainty::None, ..FitSettings::default() };
    let before = population.subjects.clone();
    let found = population.recover(&model, &settings, 8, &Stop::default(), &mut |_, _| {}).expect("fits");
    assert_eq!(found.replicates, (8, 0));
    for (name, truth, most) in [("ka", 1.5, 40.0), ("cl", 3.0, 20.0), ("v", 30.0, 12.0), ("conc.sd", 0.7, 20.0)] {
        let one = found.estimates.iter().find(|one| one.name == name).expect("an estimate");
        let (bias, error) = one.bias();
        assert!((one.truth / truth - 1.0).abs() < 1e-12, "{name}: {}", one.truth);
        assert!(bias.abs() < 4.0 * error && error > 0.0, "{name}: bias {bias} with error {error}");
        assert!(one.rmse() < most, "{name}: {}", one.rmse());
    }
    assert_eq!(population.subjects, before, "the population keeps its data");
}

/// The same replicate has the same data, another has others, and values below a limit are marked.
#[test]
fn replicates_are_addressed() {
    let text =
        THEOPHYLLINE.0.replace("[outputs.conc]\n", "[outputs.conc]\nlloq = \"2 mg/L\"\nassumption = \"A2: a test\"\n");
    let model = model(&text);
    let population = population(&model, THEOPHYLLINE.1, &Specification::default());
    let settings = FitSettings { method: Method::Focei, ..FitSettings::default() };
    let data = |replicate| population.simulated(&model, &settings, replicate).expect("data");
    assert_eq!(data(0), data(0));
    assert_ne!(data(0), data(1));
    let all: Vec<_> = data(0).into_iter().flat_map(|subject| subject.measured).collect();
    assert_eq!(all.len(), 132);
    let censored = all.iter().filter(|one| one.is_censored()).count();
    assert!((10..60).contains(&censored), "{censored}");
}

//! Random effects of the subjects against the distribution that was estimated for them.

use super::{bell, density, dot, figure, key, pages};
use crate::fit::Fitted;
use crate::plot::label::{fixed, short};
use crate::plot::{Axis, Content, Figure, KeySample, Observed, Plot, Series, Tile};

/// A tile a random effect: the histogram of the modes, the modes themselves at its foot, the density of N(0, omega2), and
/// the shrinkage in words.
pub fn etas(fitted: &Fitted) -> Vec<Figure> {
    let tiles = (0..fitted.etas.len()).map(|at| tile(fitted, at)).collect();
    pages(tiles, |part| Figure {
        legend: vec![
            key("a subject, at the mode", 0, KeySample::Measured(None)),
            key("subjects, as a density", 0, KeySample::Bins),
            key("normal density by the estimated variance", 1, KeySample::Curve),
        ],
        ..figure(fitted, "Random effects", part)
    })
}

fn tile(fitted: &Fitted, at: usize) -> Tile {
    let name = &fitted.etas[at];
    let modes = fitted.individuals.iter().filter_map(|one| one.etas.get(at).copied());
    let modes: Vec<f64> = modes.filter(|mode| mode.is_finite()).collect();
    let own = format!("omega2({name})");
    let variance = fitted.estimates.iter().find(|one| one.name == own).map(|one| one.value);
    let sd = variance.filter(|variance| *variance > 0.0).map(f64::sqrt);
    let most = modes.iter().map(|mode| mode.abs()).fold(sd.map_or(0.0, |sd| 3.0 * sd), f64::max);
    let mut facts = vec![format!("n = {}", modes.len())];
    facts.extend(sd.map(|sd| format!("SD {}", short(sd))));
    facts.extend(fitted.shrinkage.get(at).map(|share| format!("shrinkage {} %", fixed(100.0 * share, 0))));
    let plot = Plot {
        bins: density(&modes).unwrap_or_default(),
        series: sd.map(|sd| Series::new("", bell(sd, -most, most)).style(1)).into_iter().collect(),
        observed: vec![Observed { points: modes.iter().map(|mode| dot(*mode, 0.0)).collect(), ..Observed::default() }],
        ..Plot::default()
    };
    Tile {
        title: name.clone(),
        notes: vec![facts.join(", ")],
        horizontal: Axis::linear(format!("Random effect of {name}"), ""),
        vertical: Axis::linear("Density", ""),
        content: Content::Plot(Box::new(plot)),
        ..Tile::default()
    }
}

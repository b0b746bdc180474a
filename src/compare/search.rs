//! The highest value of a function of a few shares between 0 and 1, that steps and has no derivative.

/// A point that was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// Where: a share from 0 to 1 in each dimension.
    pub at: Vec<f64>,
    /// What the function gave; NaN where nothing.
    pub value: f64,
}

/// All that was tried, in order, and which is the best: the earliest of the highest.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The points.
    pub tried: Vec<Tried>,
    /// Place of the best one.
    pub best: usize,
    /// Step around the best within which nothing better was found.
    pub step: f64,
}

/// The finest step.
const FINEST: f64 = 1.0 / 64.0;
/// Around the best, in each dimension by itself.
const NEIGHBOURS: [f64; 3] = [1.0 / 16.0, 1.0 / 8.0, 1.0 / 4.0];

/// Looks for the highest value: an even grid, then steps along the axes from its best point, halved where none helps;
/// then the neighbourhood of the best in each dimension. About `budget` points, never twice the same.
///
/// Finds the highest of functions with one hill at the resolution of the grid; of others a high one.
///
/// # Errors
/// The first error of the function.
///
/// # Reference
/// Kolda, Lewis and Torczon 2003, doi:10.1137/S003614450242889 (compass search).
pub fn search<E>(
    dimensions: usize,
    budget: usize,
    mut function: impl FnMut(&[f64]) -> Result<f64, E>,
) -> Result<Search, E> {
    let mut found = Search { tried: Vec::new(), best: 0, step: 1.0 };
    let side = (2..=9usize).rev().find(|side| side.pow(dimensions as u32) * 3 <= budget * 2).unwrap_or(2);
    for number in 0..side.pow(dimensions as u32) {
        let place = |dimension: usize| number / side.pow(dimension as u32) % side;
        let at: Vec<f64> = (0..dimensions).map(|dimension| place(dimension) as f64 / (side - 1) as f64).collect();
        found.look(at, &mut function)?;
    }
    let mut step = 0.5 / (side - 1) as f64;
    while step >= FINEST && found.tried.len() < budget {
        let before = found.best;
        for at in around(&found.tried[before].at, step) {
            if found.tried.len() < budget {
                found.look(at, &mut function)?;
            }
        }
        if found.best == before {
            found.step = step;
            step /= 2.0;
        }
    }
    for step in NEIGHBOURS {
        for at in around(&found.tried[found.best].at.clone(), step) {
            found.look(at, &mut function)?;
        }
    }
    Ok(found)
}

impl Search {
    fn look<E>(&mut self, at: Vec<f64>, function: &mut impl FnMut(&[f64]) -> Result<f64, E>) -> Result<(), E> {
        let known = |other: &Tried| other.at.iter().zip(&at).all(|(one, two)| (one - two).abs() < 1e-9);
        if self.tried.iter().any(known) {
            return Ok(());
        }
        let value = function(&at)?;
        self.tried.push(Tried { at, value });
        let best = self.tried[self.best].value;
        if value > best || best.is_nan() && !value.is_nan() {
            self.best = self.tried.len() - 1;
        }
        Ok(())
    }
}

/// The points one step away along each axis.
fn around(centre: &[f64], step: f64) -> Vec<Vec<f64>> {
    let mut points = Vec::new();
    for dimension in 0..centre.len() {
        for sign in [-1.0, 1.0] {
            let mut at = centre.to_vec();
            at[dimension] = (at[dimension] + sign * step).clamp(0.0, 1.0);
            points.push(at);
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(dimensions: usize, budget: usize, function: impl Fn(&[f64]) -> f64) -> Search {
        search(dimensions, budget, |at| Ok::<f64, ()>(function(at))).unwrap()
    }

    #[test]
    fn a_hill_is_found_to_the_finest_step() {
        let one = of(1, 40, |at| -(at[0] - 0.37).abs());
        assert!((one.tried[one.best].at[0] - 0.37).abs() <= FINEST, "{:?}", one.tried[one.best]);
        let two = of(2, 90, |at| -(at[0] - 0.8).powi(2) - 3.0 * (at[1] - 0.21).powi(2));
        let best = &two.tried[two.best].at;
        assert!((best[0] - 0.8).abs() <= FINEST && (best[1] - 0.21).abs() <= FINEST, "{best:?}");
        let corner = of(3, 120, |at| at[0] - at[1] + at[2]);
        assert_eq!(corner.tried[corner.best].at, [1.0, 0.0, 1.0]);
    }

    #[test]
    fn nothing_is_tried_twice_and_the_neighbourhood_is_there() {
        let found = of(1, 30, |at| if at[0] > 0.4 { 1.0 } else { 0.0 });
        let best = found.tried[found.best].at[0];
        assert_eq!(best, 0.5, "the earliest of equal ones");
        for step in NEIGHBOURS {
            assert!(found.tried.iter().any(|tried| (tried.at[0] - best - step).abs() < 1e-9), "{step}");
        }
        for (one, tried) in found.tried.iter().enumerate() {
            assert!(found.tried[..one].iter().all(|other| other.at != tried.at));
        }
    }

    #[test]
    fn what_has_no_value_is_never_the_best_and_an_error_ends_it() {
        let found = of(1, 20, |at| if at[0] < 0.6 { f64::NAN } else { at[0] });
        assert_eq!(found.tried[found.best].value, 1.0);
        assert_eq!(search(1, 20, |_| Err::<f64, _>("no")), Err("no"));
    }
}

//! Profiles of the likelihood: what the data say of one parameter, whatever the others are.
//!
//! # Reference
//! Raue et al. 2009, doi:10.1093/bioinformatics/btp358 (identifiability by profiles).

use super::mode::{Mode, ones};
use super::population::Population;
use super::result::Profile;
use super::settings::Method;
use super::structure::Coordinate;
use crate::integrate::Stop;

/// 0.95 quantile of chi-squared with one degree of freedom.
pub const RISE: f64 = 3.841_458_820_694_124;
/// Steps on either side.
const MOST_STEPS: usize = 14;
/// Farthest from the estimate, on the scale of estimation.
const FAR: f64 = 6.0;

/// What is known where a profile begins.
struct Start<'a> {
    method: Method,
    x: &'a [f64],
    objective: f64,
    modes: &'a [Mode],
    stop: &'a Stop,
}

impl Population<'_> {
    /// The profiles of typical values by `names`, from a fit that ended at `x` with these modes; `sds` are standard errors
    /// on the scale of estimation, as far as they are known. A method without an exact objective (SAEM) is profiled by
    /// FOCEI.
    pub(super) fn profiles(
        &self,
        names: &[String],
        method: Method,
        (x, modes): (&[f64], &[Mode]),
        sds: Option<&[f64]>,
        stop: &Stop,
    ) -> Vec<Profile> {
        let method = if method == Method::Saem { Method::Focei } else { method };
        let Some((objective, x, modes)) = self.again(method, x, &self.bounds(), modes, stop) else { return Vec::new() };
        let start = Start { method, x: &x, objective, modes: &modes, stop };
        let coordinates = self.structure.coordinates();
        let mut profiles = Vec::new();
        for (at, coordinate) in coordinates.iter().enumerate() {
            let Coordinate::Typical(individual) = coordinate else { continue };
            if names.contains(&self.structure.individuals[*individual].name) && !stop.is_tripped() {
                profiles.push(self.profile(at, *individual, sds.map(|sds| sds[at]), &start));
            }
        }
        profiles
    }

    fn profile(&self, at: usize, individual: usize, sd: Option<f64>, start: &Start<'_>) -> Profile {
        let own = &self.structure.individuals[individual];
        let first = sd.filter(|sd| sd.is_finite() && *sd > 0.0).unwrap_or(0.1).clamp(1e-4, 1.0);
        let mut points = vec![(start.x[at], 0.0)];
        let mut ends = [None; 2];
        for (side, end) in [-1.0, 1.0].into_iter().zip(&mut ends) {
            let mut from = (start.x.to_vec(), start.modes.to_vec());
            let mut last: (f64, f64) = (start.x[at], 0.0);
            let mut step = first;
            for _ in 0..MOST_STEPS {
                let (low, high) = own.bounds;
                let to = (last.0 + side * step).clamp(low.max(start.x[at] - FAR), high.min(start.x[at] + FAR));
                if to == last.0 || start.stop.is_tripped() {
                    break;
                }
                let mut bounds = self.bounds();
                bounds[at] = (to, to);
                let mut x = from.0.clone();
                x[at] = to;
                let Some((objective, x, modes)) = self.again(start.method, &x, &bounds, &from.1, start.stop) else {
                    break;
                };
                let rise = objective - start.objective;
                points.push((to, rise));
                if rise >= RISE {
                    // The root of the rise is nearly a straight line.
                    let (before, after) = (last.1.max(0.0).sqrt(), rise.sqrt());
                    *end = Some(last.0 + (to - last.0) * (RISE.sqrt() - before) / (after - before));
                    break;
                }
                from = (x, modes);
                let gained = rise - last.1;
                last = (to, rise);
                step *= if gained < 0.5 {
                    2.0
                } else if gained > 2.0 {
                    0.7
                } else {
                    1.2
                };
            }
        }
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let value = |x: f64| own.transform.value(x);
        Profile {
            parameter: own.name.clone(),
            unit: own.unit.to_string(),
            points: points.iter().map(|(x, rise)| (value(*x), *rise)).collect(),
            estimate: value(start.x[at]),
            interval: (ends[0].map(value), ends[1].map(value)),
        }
    }

    /// The least objective within bounds, where it lies, and its modes.
    fn again(
        &self,
        method: Method,
        x: &[f64],
        bounds: &[(f64, f64)],
        modes: &[Mode],
        stop: &Stop,
    ) -> Option<(f64, Vec<f64>, Vec<Mode>)> {
        match method {
            Method::Approximate(how) => {
                let found = self.approximate_within(how, x, bounds, (modes, 100), stop, |_| {})?;
                Some((found.evaluation.objective, found.x, found.evaluation.modes))
            }
            _ => {
                let all: Vec<usize> = (0..self.subjects.len()).collect();
                let found = self.score_within(&all, x, bounds, stop)?;
                debug_assert_eq!(self.structure.point(&ones(x)).root.len(), 0);
                Some((found.objective, found.x, self.no_effects()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::result::Told;

    #[test]
    fn verdicts_say_what_the_ends_mean() {
        let told = |interval, least| {
            let points = vec![(0.9, least), (1.0, 0.0)];
            let profile = Profile { parameter: "ka".into(), unit: "1/h".into(), points, estimate: 1.0, interval };
            (profile.told(), profile.verdict())
        };
        assert_eq!(told((Some(0.0), Some(1.0)), 0.0).0, Told::Identified);
        assert_eq!(told((None, Some(1.0)), 0.0).1, "one-sided: the data bound ka from above only");
        assert_eq!(told((Some(1.0), None), 0.0).1, "one-sided: the data bound ka from below only");
        assert_eq!(told((None, None), -0.01).0, Told::Flat);
        let (several, text) = told((Some(0.0), Some(1.0)), -1.5);
        assert!(several == Told::SeveralOptima && text.contains("1.50 lower"), "{text}");
    }
}

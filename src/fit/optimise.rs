//! A quasi-Newton search within bounds.

/// What is searched: the value, and value and gradient; none where there is no value.
pub(super) trait Objective {
    /// The value.
    fn value(&mut self, x: &[f64]) -> Option<f64>;
    /// Value and gradient.
    fn gradient(&mut self, x: &[f64]) -> Option<(f64, Vec<f64>)>;
    /// An accepted place; false stops the search.
    fn accepted(&mut self, _iteration: usize, _x: &[f64], _value: f64, _gradient: &[f64]) -> bool {
        true
    }
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The gradient is small.
    Converged,
    /// The value no longer falls, with a gradient that is not small.
    NoProgress,
    /// The same, with modes on kinks, where the objective has no gradient.
    Kinks,
    /// The limit of iterations.
    Iterations,
    /// From outside.
    Stopped,
    /// There is no value at the start.
    NoStart,
}

impl Reason {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Converged => "converged: no step lowers the objective further",
            Self::NoProgress => "not converged: the objective no longer falls, though its gradient is not small",
            Self::Kinks => {
                "converged as far as kinks allow: the objective no longer falls; at kinks it has no gradient"
            }
            Self::Iterations => "not converged: the limit of iterations was reached",
            Self::Stopped => "stopped from outside",
            Self::NoStart => "no value at the start",
        }
    }
}

/// Where a search ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub x: Vec<f64>,
    pub value: f64,
    pub gradient: Vec<f64>,
    pub iterations: usize,
    pub reason: Reason,
}

/// How a search goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Settings {
    pub most_iterations: usize,
    /// Half the decrease that a step promises at which a search has converged.
    pub enough: f64,
    /// Longest first step in any coordinate.
    pub reach: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { most_iterations: 500, enough: 1e-7, reach: 0.5 }
    }
}

/// Decrease at which a search that cannot go on counts as converged all the same.
const NEARLY: f64 = 1e-4;
/// Iterations that gain less than this are idle; so many of them in a row end a search.
const IDLE: f64 = 1e-6;
const MOST_IDLE: usize = 3;

/// BFGS with projected steps: a coordinate at its bound whose gradient points outwards rests.
///
/// # Reference
/// Nocedal and Wright 2006, Numerical Optimization, chapters 3 and 6.
pub(super) fn minimise(
    objective: &mut impl Objective,
    start: &[f64],
    bounds: &[(f64, f64)],
    settings: Settings,
) -> Found {
    let n = start.len();
    let mut x = start.to_vec();
    let Some((mut value, mut gradient)) = objective.gradient(&x) else {
        return Found { x, value: f64::INFINITY, gradient: vec![f64::NAN; n], iterations: 0, reason: Reason::NoStart };
    };
    let mut inverse = identity(n, 1.0);
    let mut fresh = true;
    let (mut iterations, mut idle) = (0, 0);
    let reason = loop {
        if !objective.accepted(iterations, &x, value, &gradient) {
            break Reason::Stopped;
        }
        let rests: Vec<bool> = (0..n)
            .map(|i| (x[i] <= bounds[i].0 && gradient[i] > 0.0) || (x[i] >= bounds[i].1 && gradient[i] < 0.0))
            .collect();
        let free: Vec<f64> = (0..n).map(|i| if rests[i] { 0.0 } else { gradient[i] }).collect();
        let mut step = direction(&inverse, &free, &rests);
        let mut slope = dot(&free, &step);
        if slope >= 0.0 {
            inverse = identity(n, 1.0);
            fresh = true;
            step = direction(&inverse, &free, &rests);
            slope = dot(&free, &step);
        }
        if -0.5 * slope < settings.enough {
            break Reason::Converged;
        }
        if iterations == settings.most_iterations {
            break Reason::Iterations;
        }
        let longest = step.iter().fold(0.0f64, |most, step| most.max(step.abs()));
        let mut length = if longest > settings.reach { settings.reach / longest } else { 1.0 };
        let mut next = None;
        for _ in 0..30 {
            let to: Vec<f64> = (0..n).map(|i| (x[i] + length * step[i]).clamp(bounds[i].0, bounds[i].1)).collect();
            if to == x {
                break;
            }
            match objective.value(&to) {
                Some(found) if found <= value + 1e-4 * length * slope => {
                    next = Some(to);
                    break;
                }
                Some(found) => {
                    // The minimum of the parabola through both values.
                    let parabola = -0.5 * slope * length * length / (found - value - slope * length);
                    length =
                        if parabola.is_finite() { parabola.clamp(0.1 * length, 0.5 * length) } else { 0.3 * length };
                }
                None => length *= 0.2,
            }
        }
        let taken = next.and_then(|to| objective.gradient(&to).map(|found| (to, found)));
        let Some((to, (found, slopes))) = taken else {
            if fresh {
                break if -0.5 * slope < NEARLY { Reason::Converged } else { Reason::NoProgress };
            }
            inverse = identity(n, 1.0 / dot(&free, &free).sqrt().max(1.0));
            fresh = true;
            continue;
        };
        idle = if value - found < IDLE { idle + 1 } else { 0 };
        let moved: Vec<f64> = (0..n).map(|i| to[i] - x[i]).collect();
        let turned: Vec<f64> = (0..n).map(|i| slopes[i] - gradient[i]).collect();
        let along = dot(&moved, &turned);
        if along > 1e-12 * dot(&turned, &turned).sqrt() * dot(&moved, &moved).sqrt() {
            if fresh {
                inverse = identity(n, along / dot(&turned, &turned));
            }
            update(&mut inverse, &moved, &turned, along);
            fresh = false;
        }
        (x, value, gradient) = (to, found, slopes);
        iterations += 1;
        if idle == MOST_IDLE {
            break if -0.5 * slope < NEARLY { Reason::Converged } else { Reason::NoProgress };
        }
    };
    Found { x, value, gradient, iterations, reason }
}

fn identity(n: usize, scale: f64) -> Vec<f64> {
    let mut matrix = vec![0.0; n * n];
    (0..n).for_each(|i| matrix[i * n + i] = scale);
    matrix
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn direction(inverse: &[f64], gradient: &[f64], rests: &[bool]) -> Vec<f64> {
    let n = gradient.len();
    (0..n).map(|i| if rests[i] { 0.0 } else { -dot(&inverse[i * n..][..n], gradient) }).collect()
}

/// The BFGS update of the inverse.
fn update(inverse: &mut [f64], moved: &[f64], turned: &[f64], along: f64) {
    let n = moved.len();
    let by: Vec<f64> = (0..n).map(|i| dot(&inverse[i * n..][..n], turned)).collect();
    let more = (along + dot(turned, &by)) / (along * along);
    for i in 0..n {
        for j in 0..n {
            inverse[i * n + j] += more * moved[i] * moved[j] - (by[i] * moved[j] + moved[i] * by[j]) / along;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Rosenbrock;

    impl Objective for Rosenbrock {
        fn value(&mut self, x: &[f64]) -> Option<f64> {
            Some((1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2))
        }

        fn gradient(&mut self, x: &[f64]) -> Option<(f64, Vec<f64>)> {
            let bent = x[1] - x[0] * x[0];
            Some((self.value(x)?, vec![-2.0 * (1.0 - x[0]) - 400.0 * x[0] * bent, 200.0 * bent]))
        }
    }

    #[test]
    fn finds_the_minimum_and_rests_at_bounds() {
        let free = [(f64::NEG_INFINITY, f64::INFINITY); 2];
        let settings = Settings { enough: 1e-16, ..Settings::default() };
        let found = minimise(&mut Rosenbrock, &[-1.2, 1.0], &free, settings);
        assert_eq!(found.reason, Reason::Converged);
        assert!((found.x[0] - 1.0).abs() < 1e-6 && (found.x[1] - 1.0).abs() < 1e-6, "{found:?}");
        // With x <= 0.5 the minimum along the bound is y = 0.25, its value 0.25.
        let found = minimise(&mut Rosenbrock, &[-1.2, 1.0], &[(-2.0, 0.5), (-2.0, 2.0)], settings);
        assert!((found.x[0] - 0.5).abs() < 1e-12 && (found.x[1] - 0.25).abs() < 1e-6, "{found:?}");
    }
}

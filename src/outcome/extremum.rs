/// The minimum near the middle one of three samples, which is not above its neighbours: its time and value.
///
/// Comparing values cannot place a minimum better than the root of their rounding; so Brent's method goes that far, and
/// a parabola over a wider distance goes the rest.
pub(super) fn turning(times: &[f64; 3], values: &[f64; 3], mut value: impl FnMut(f64) -> f64) -> (f64, f64) {
    let (from, to) = (times[0], times[2]);
    let width = to - from;
    let rise = values[0].max(values[2]) - values[1];
    let rounding = f64::EPSILON * values[1].abs();
    let tolerance = width * (rounding / rise).sqrt().clamp(1e-9, 1e-2);
    let (x, fx) = minimum(from, to, tolerance, &mut value);

    // The distance where the parabola's own error meets that of rounding: its cube root, `tolerance` being its root.
    let step = (500.0 * tolerance).min(x - from).min(to - x);
    let (below, above) = (value(x - step), value(x + step));
    let shift = 0.5 * step * (below - above) / (below - 2.0 * fx + above);
    if shift.abs() <= 4.0 * tolerance {
        let low = value(x + shift);
        // At a corner the parabola leads astray, and upwards.
        if low <= fx + 2.0 * rounding {
            return (x + shift, low.min(fx));
        }
    }
    (x, fx)
}

/// The time in `[from, to]` where `value` is smallest, and that value, by Brent's method.
///
/// `value` should have one minimum there; with several, one of them is found. `tolerance` is absolute, in time.
/// A smooth minimum cannot be placed better than about 1e-8 of its width in `f64`.
///
/// # Reference
/// Brent 1973, Algorithms for Minimization without Derivatives, chapter 5 (procedure `localmin`).
fn minimum(from: f64, to: f64, tolerance: f64, mut value: impl FnMut(f64) -> f64) -> (f64, f64) {
    const GOLDEN: f64 = 0.381_966_011_250_105_1; // (3 - sqrt 5) / 2
    const ROUNDS: usize = 100;

    let (mut a, mut b) = (from, to);
    let mut x = a + GOLDEN * (b - a);
    let mut fx = value(x);
    let (mut w, mut fw) = (x, fx);
    let (mut v, mut fv) = (x, fx);
    let (mut step, mut before_last) = (0.0_f64, 0.0_f64);
    for _ in 0..ROUNDS {
        let middle = 0.5 * (a + b);
        let tol = tolerance.max(4.0 * f64::EPSILON * x.abs());
        if (x - middle).abs() <= 2.0 * tol - 0.5 * (b - a) {
            break;
        }
        // A parabola through x, w and v, if there is one and it leads inwards and shrinks; else a golden section.
        let mut golden = true;
        if before_last.abs() > tol {
            let r = (x - w) * (fx - fv);
            let q = (x - v) * (fx - fw);
            let (mut p, mut q) = ((x - v) * q - (x - w) * r, 2.0 * (q - r));
            if q > 0.0 {
                p = -p;
            } else {
                q = -q;
            }
            if p.abs() < (0.5 * q * before_last).abs() && p > q * (a - x) && p < q * (b - x) {
                before_last = step;
                step = p / q;
                let u = x + step;
                if u - a < 2.0 * tol || b - u < 2.0 * tol {
                    step = if x < middle { tol } else { -tol };
                }
                golden = false;
            }
        }
        if golden {
            before_last = if x < middle { b - x } else { a - x };
            step = GOLDEN * before_last;
        }
        let u = if step.abs() >= tol { x + step } else { x + tol.copysign(step) };
        let fu = value(u);
        if fu <= fx {
            if u < x {
                b = x;
            } else {
                a = x;
            }
            (v, fv) = (w, fw);
            (w, fw) = (x, fx);
            (x, fx) = (u, fu);
        } else {
            if u < x {
                a = u;
            } else {
                b = u;
            }
            if fu <= fw || w == x {
                (v, fv) = (w, fw);
                (w, fw) = (u, fu);
            } else if fu <= fv || v == x || v == w {
                (v, fv) = (u, fu);
            }
        }
    }
    (x, fx)
}

/// The low between samples: where the middle one of three is not above its neighbours, the minimum near it, if it is lower.
///
/// Differences by rounding, as of a curve at rest, are no turn.
pub(super) fn dip(times: &[f64; 3], values: &[f64; 3], value: impl FnMut(f64) -> f64) -> Option<(f64, f64)> {
    let [left, here, right] = *values;
    if !(here <= left && here <= right && left.max(right) - here > 1e-12 * here.abs()) {
        return None;
    }
    let (time, low) = turning(times, values, value);
    (low < here).then_some((time, low))
}

/// The last time at or above `limit` between `above` (where `value` is at or above it) and `below` (where it is not),
/// and the value there.
pub(super) fn last_above(above: f64, below: f64, limit: f64, value: impl FnMut(f64) -> f64) -> (f64, f64) {
    edge(above, below, |value| value >= limit, value)
}

/// The time nearest to `without` at which the value `holds` what it holds at `within` and not at `without`, and the value
/// there.
///
/// One crossing is assumed; halved until neighbouring times cannot be told apart for any use (1e-13 of the time).
pub(super) fn edge(
    within: f64,
    without: f64,
    holds: impl Fn(f64) -> bool,
    mut value: impl FnMut(f64) -> f64,
) -> (f64, f64) {
    let (mut a, mut b) = (within, without);
    let mut at = value(a);
    let width = (without - within).abs();
    while (b - a).abs() > 1e-13 * without.abs().max(width) {
        let middle = 0.5 * (a + b);
        let here = value(middle);
        if holds(here) {
            (a, at) = (middle, here);
        } else {
            b = middle;
        }
    }
    (a, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minima_of_smooth_and_of_bent_curves_are_found() {
        let (x, f) = minimum(0.0, 3.0, 1e-9, |x| (x - 1.25).powi(2) + 2.0);
        assert!((x - 1.25).abs() < 1e-8 && f == 2.0, "{x} {f}");
        let (x, _) = minimum(0.0, 3.0, 1e-9, |x| (x - 0.7).abs());
        assert!((x - 0.7).abs() < 1e-8, "{x}");
        let (x, _) = minimum(0.0, 10.0, 1e-9, |x| -x * (-x).exp());
        assert!((x - 1.0).abs() < 3e-8, "{x}");
    }

    #[test]
    fn a_turn_is_placed_better_than_values_alone_allow() {
        for n in 0..200 {
            let (left, right) = (6.3 + f64::from(n) * 3e-3, 7.4 - f64::from(n) * 1e-3);
            let curve = |t: f64| -t * (-t / 7.0).exp();
            let times = [left, 7.0, right];
            let (t, low) = turning(&times, &times.map(curve), curve);
            assert!((t - 7.0).abs() < 1e-8, "{t}");
            assert!((low + 7.0 / std::f64::consts::E).abs() < 2e-15);
        }
        let corner = |t: f64| if t < 2.0 { 2.0 - t } else { 5.0 * (t - 2.0) };
        let (t, low) = turning(&[1.0, 2.1, 3.0], &[1.0, 0.5, 5.0], corner);
        assert!((t - 2.0).abs() < 1e-8 && low < 1e-8, "{t} {low}");
    }

    #[test]
    fn a_crossing_is_left_on_the_upper_side() {
        let (t, c) = last_above(0.0, 10.0, 0.3, |t| (-t).exp());
        assert!(c >= 0.3);
        assert!((t - 1.203_972_804_325_936).abs() < 1e-12, "{t}"); // -ln 0.3
    }
}

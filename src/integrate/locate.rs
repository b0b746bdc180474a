//! Where a condition changes within a stretch of a step.

/// A condition's g and its derivative along the solution at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sample {
    pub time: f64,
    pub g: f64,
    pub dg: f64,
}

impl Sample {
    /// The condition's truth.
    pub fn holds(&self) -> bool {
        self.g > 0.0
    }
}

/// The first time after `from.time`, up to `to.time`, at which the truth is no longer `holds`.
///
/// If the truth differs at `to`, there is one. If not, an extremum between that leads to the other side is looked
/// for by the signs of the derivative at both ends, so a brief double crossing is found although both ends agree.
/// Bracketed to `tolerance`; what is returned is on the new side. `at` evaluates in between.
pub(super) fn crossing(
    holds: bool,
    from: Sample,
    to: Sample,
    tolerance: f64,
    mut at: impl FnMut(f64) -> Sample,
) -> Option<f64> {
    if from.holds() != holds {
        return Some(from.time);
    }
    // Along `toward` the condition comes nearer to its change.
    let toward = |sample: &Sample| if holds { -sample.dg } else { sample.dg };
    let (start, end) = (toward(&from), toward(&to));
    if to.holds() != holds {
        // Just after a change g is near 0 and its sign is noise: if it moves away, it changes back behind its turn.
        let (mut left, mut right) = (from, to);
        if start < 0.0 && end > 0.0 {
            while right.time - left.time > tolerance {
                let probe = at(left.time + 0.5 * (right.time - left.time));
                if toward(&probe) < 0.0 {
                    left = probe;
                } else if probe.holds() == holds {
                    left = probe;
                    break;
                } else {
                    right = probe;
                }
            }
        }
        if left.holds() != holds {
            return Some(right.time);
        }
        return Some(bracket(left, right, tolerance, &mut at));
    }
    let turns = start >= 0.0 && end <= 0.0 && (start > 0.0 || end < 0.0);
    if !turns {
        return None;
    }
    let (mut left, mut right) = (from, to);
    let coarse = (1e-9 * (to.time - from.time)).max(tolerance);
    let mut halved = 0;
    while right.time - left.time > coarse {
        let (l, r) = (toward(&left), toward(&right));
        let secant = left.time + (right.time - left.time) * (l / (l - r));
        // Every third probe halves; the others stay off the ends, so both of them move.
        let middle = left.time + 0.5 * (right.time - left.time);
        let margin = 0.05 * (right.time - left.time);
        let guess = if halved % 3 == 2 || !secant.is_finite() { middle } else { secant };
        halved += 1;
        let time = guess.max(left.time + margin).min(right.time - margin);
        if !(left.time < time && time < right.time) {
            break;
        }
        let probe = at(time);
        if probe.holds() != holds {
            return Some(bracket(left, probe, tolerance, &mut at));
        }
        if toward(&probe) > 0.0 {
            left = probe;
        } else {
            right = probe;
        }
    }
    None
}

/// Narrows a change of truth between `from` and `to`; returns the new side's end.
///
/// Illinois steps kept off the ends by a fraction of the tolerance, with a halving whenever three steps have not
/// quartered the bracket.
///
/// # Reference
/// Dowell and Jarratt 1971, doi:10.1007/BF01934364.
fn bracket(from: Sample, to: Sample, tolerance: f64, at: &mut impl FnMut(f64) -> Sample) -> f64 {
    let holds = from.holds();
    let (mut left, mut right) = ((from.time, from.g), (to.time, to.g));
    let mut kept_left = None;
    let mut width_before = right.0 - left.0;
    let mut steps = 0;
    loop {
        let width = right.0 - left.0;
        let resolution = 4.0 * f64::EPSILON * left.0.abs().max(right.0.abs());
        let tolerance = tolerance.max(resolution);
        let middle = left.0 + 0.5 * width;
        if width <= tolerance || middle <= left.0 || middle >= right.0 {
            return right.0;
        }
        steps += 1;
        let slow = steps % 3 == 0 && {
            let slow = width > 0.25 * width_before;
            width_before = width;
            slow
        };
        let secant = left.0 + width * (left.1 / (left.1 - right.1));
        let time = if slow || !secant.is_finite() { middle } else { secant };
        let inset = 0.4 * tolerance;
        let time = time.max(left.0 + inset).min(right.0 - inset);
        let time = if left.0 < time && time < right.0 { time } else { middle };
        let probe = at(time);
        if probe.holds() == holds {
            left = (time, probe.g);
            if kept_left == Some(false) {
                right.1 *= 0.5;
            }
            kept_left = Some(false);
        } else {
            right = (time, probe.g);
            if kept_left == Some(true) {
                left.1 *= 0.5;
            }
            kept_left = Some(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(
        holds: bool,
        (from, to): (f64, f64),
        g: impl Fn(f64) -> f64,
        dg: impl Fn(f64) -> f64,
    ) -> (Option<f64>, usize) {
        let mut count = 0;
        let sample = |time: f64| Sample { time, g: g(time), dg: dg(time) };
        let found = crossing(holds, sample(from), sample(to), 1e-13, |time| {
            count += 1;
            sample(time)
        });
        (found, count)
    }

    #[test]
    fn a_crossing_is_on_the_new_side_and_cheap() {
        let (time, count) = find(true, (0.0, 1.0), |t| 0.3 - t * t * t, |t| -3.0 * t * t);
        let time = time.unwrap();
        assert!(
            0.3 - time * time * time <= 0.0 && (time - 0.3f64.cbrt()).abs() < 1e-12 && count < 20,
            "{time} {count}"
        );
        // A step: nothing but halving helps.
        let (time, count) = find(false, (0.0, 1.0), |t| if t < 0.7 { -1.0 } else { 1e-9 }, |_| 0.0);
        assert!(time.unwrap() >= 0.7 && time.unwrap() < 0.7 + 1e-12 && count < 160, "{count}");
    }

    #[test]
    fn a_brief_double_crossing_between_equal_ends_is_found() {
        // True for one hundredth of the stretch, rising and falling.
        let g = |t: f64| 2.5e-5 - (t - 0.437) * (t - 0.437);
        let dg = |t: f64| -2.0 * (t - 0.437);
        let time = find(false, (0.0, 1.0), g, dg).0.unwrap();
        assert!((time - 0.432).abs() < 1e-10 && g(time) > 0.0, "{time}");
        let time = find(true, (0.0, 1.0), |t| -g(t), |t| -dg(t)).0.unwrap();
        assert!((time - 0.432).abs() < 1e-10 && -g(time) <= 0.0, "{time}");
        // Touching nothing.
        assert_eq!(find(false, (0.0, 1.0), |t| g(t) - 2.6e-5, dg).0, None);
    }

    #[test]
    fn a_spike_far_narrower_than_the_stretch_is_found_by_the_signs() {
        let g = |t: f64| (-((t - 0.61) / 0.01).powi(2)).exp() - 0.5;
        let dg = |t: f64| -2.0 * (t - 0.61) / 1e-4 * (-((t - 0.61) / 0.01).powi(2)).exp();
        let time = find(false, (0.5, 0.75), g, dg).0.unwrap();
        assert!((time - (0.61 - 0.01 * 2f64.ln().sqrt())).abs() < 1e-10, "{time}");
    }

    #[test]
    fn noise_after_a_change_is_not_taken_for_the_next() {
        // Rises through 0 at 0.1 and falls at 0.5, with noise of 1e-12.
        let noise = |t: f64| 1e-12 * if (t * 1e14) as i64 % 2 == 0 { 1.0 } else { -1.0 };
        let g = |t: f64| (t - 0.1) * (0.5 - t) + noise(t);
        let dg = |t: f64| 0.6 - 2.0 * t;
        let up = find(false, (0.0, 0.4), g, dg).0.unwrap();
        assert!((up - 0.1).abs() < 1e-11);
        let down = find(true, (up, 1.0), g, dg).0.unwrap();
        assert!((down - 0.5).abs() < 1e-11, "{down}");
    }

    #[test]
    fn a_change_that_already_happened_is_reported_at_once() {
        assert_eq!(find(false, (2.0, 3.0), |_| 1.0, |_| 0.0).0, Some(2.0));
    }

    #[test]
    fn starts_exactly_on_the_border() {
        // g(0) = 0 is false: rising just after it.
        let time = find(false, (0.0, 1.0), |t| t, |_| 1.0).0.unwrap();
        assert!(time > 0.0 && time < 1e-12);
        // Falling through 0 at the end of the stretch: false there already.
        assert_eq!(find(true, (0.0, 1.0), |t| 1.0 - t, |_| -1.0).0, Some(1.0));
        // Starting on it and falling: false and stays false.
        assert_eq!(find(false, (0.0, 1.0), |t| -t, |_| -1.0).0, None);
    }
}

//! A smooth curve through points.

/// Share of the points that each place of the curve looks at.
const SPAN: f64 = 2.0 / 3.0;
/// Fewest points with a smooth.
const LEAST: usize = 8;
/// Places of the curve.
const PLACES: usize = 60;

/// Locally weighted straight lines with tricube weights, without down-weighting of outliers; nothing through few points
/// or through points at one place.
///
/// # Reference
/// Cleveland 1979, doi:10.1080/01621459.1979.10481038.
pub(super) fn lowess(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = points.iter().copied().filter(|p| p.0.is_finite() && p.1.is_finite()).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let (low, high) = (first.0, last.0);
    if points.len() < LEAST || low >= high {
        return Vec::new();
    }
    let near = ((SPAN * points.len() as f64).ceil() as usize).clamp(3, points.len());
    let place = |at: usize| low + (high - low) * at as f64 / (PLACES - 1) as f64;
    (0..PLACES).map(place).filter_map(|x| Some((x, local(&points, near, x)?))).collect()
}

/// The straight line through the `near` points nearest to `x`, at `x`; their mean where they lie at one place.
fn local(points: &[(f64, f64)], near: usize, x: f64) -> Option<f64> {
    let mut distances: Vec<f64> = points.iter().map(|point| (point.0 - x).abs()).collect();
    let (_, reach, _) = distances.select_nth_unstable_by(near - 1, f64::total_cmp);
    // Points at one place, as at a common time of sampling, count too.
    let reach = *reach * (1.0 + 1e-9) + f64::MIN_POSITIVE;
    let (mut sum, mut sum_x, mut sum_y, mut sum_xx, mut sum_xy) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (at, y) in points {
        let u = (at - x).abs() / reach;
        if u < 1.0 {
            let weight = (1.0 - u.powi(3)).powi(3);
            let d = at - x;
            sum += weight;
            sum_x += weight * d;
            sum_y += weight * y;
            sum_xx += weight * d * d;
            sum_xy += weight * d * y;
        }
    }
    let spread = sum * sum_xx - sum_x * sum_x;
    let value = if spread > 1e-12 * sum * sum_xx { (sum_xx * sum_y - sum_x * sum_xy) / spread } else { sum_y / sum };
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_its_own_smooth() {
        let points: Vec<(f64, f64)> = (0..20).map(|x| (f64::from(x * x), 3.0 - 0.5 * f64::from(x * x))).collect();
        let smooth = lowess(&points);
        assert_eq!(smooth.len(), PLACES);
        assert_eq!((smooth[0].0, smooth[PLACES - 1].0), (0.0, 361.0));
        for (x, y) in smooth {
            assert!((y - (3.0 - 0.5 * x)).abs() < 1e-9, "{x}: {y}");
        }
    }

    #[test]
    fn a_wave_of_two_values_is_smoothed_to_its_mean() {
        let points: Vec<(f64, f64)> = (0..90).map(|x| (f64::from(x), if x % 2 == 0 { 1.0 } else { -1.0 })).collect();
        let inner = lowess(&points).into_iter().filter(|point| (20.0..70.0).contains(&point.0));
        for (x, y) in inner {
            assert!(y.abs() < 0.05, "{x}: {y}");
        }
    }

    #[test]
    fn few_points_and_one_place_have_none() {
        assert!(lowess(&[(0.0, 1.0), (1.0, 2.0)]).is_empty());
        assert!(lowess(&[(1.0, 2.0); 20]).is_empty());
        assert!(lowess(&[(f64::NAN, 2.0); 20]).is_empty());
        // Many points at two places: a line between their means.
        let points: Vec<(f64, f64)> =
            (0..20).map(|at| (f64::from(at / 10), f64::from(at / 10) + f64::from(at % 2))).collect();
        let smooth = lowess(&points);
        assert!((smooth[0].1 - 0.5).abs() < 1e-9 && (smooth[PLACES - 1].1 - 1.5).abs() < 1e-9, "{smooth:?}");
    }
}

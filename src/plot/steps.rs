//! Round distances on axes.

/// Days as visits are planned: weeks, then quarters of a year of 360 days.
const DAYS: [f64; 8] = [1.0, 2.0, 7.0, 14.0, 28.0, 90.0, 180.0, 360.0];
/// Hours of the day, then days, then weeks.
const HOURS: [f64; 9] = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 48.0, 72.0, 168.0];

/// Distance of ticks between `from` and `to` with room for about `room`: of days or hours as people count them, else 1,
/// 2, 2.5 or 5 times a power of ten.
pub(crate) fn step(from: f64, to: f64, room: f64, unit: &str) -> f64 {
    let least = to / room - from / room;
    let counted = calendar(unit);
    let span = to - from;
    if let (Some(first), Some(last)) = (counted.first(), counted.last())
        && span >= 6.0 * first
        && span <= last * room
        && let Some(step) = counted.iter().find(|step| **step >= least)
    {
        return *step;
    }
    let power = 10f64.powf(least.log10().floor());
    let mantissa = least / power;
    [1.0, 2.0, 2.5, 5.0].into_iter().find(|nice| *nice >= mantissa - 1e-9).unwrap_or(10.0) * power
}

/// Round distances from `step` downwards, each a divisor of time as people count it.
pub(crate) fn finer(step: f64, unit: &str) -> impl Iterator<Item = f64> {
    let counted: Vec<f64> = calendar(unit).iter().rev().copied().filter(|other| *other < step).collect();
    let tenths = if counted.is_empty() { vec![step / 2.0, step / 10.0] } else { counted };
    std::iter::once(step).chain(tenths)
}

fn calendar(unit: &str) -> &'static [f64] {
    match unit {
        "d" | "day" | "days" => &DAYS,
        "h" | "hour" | "hours" => &HOURS,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_by_weeks_and_days() {
        assert_eq!(step(0.0, 28.0, 7.0, "d"), 7.0);
        assert_eq!(step(0.0, 60.0, 7.0, "d"), 14.0);
        assert_eq!(step(0.0, 48.0, 7.0, "h"), 12.0);
        assert_eq!(step(0.0, 60.0, 7.0, "s"), 10.0);
        assert_eq!(step(0.0, 365.0, 7.0, "d"), 90.0);
        assert_eq!(step(0.0, 2.0, 7.0, "d"), 0.5);
        assert_eq!(step(0.0, 1e4, 7.0, "d"), 2000.0);
    }

    #[test]
    fn finer_steps_follow() {
        assert_eq!(finer(90.0, "d").collect::<Vec<_>>(), [90.0, 28.0, 14.0, 7.0, 2.0, 1.0]);
        assert_eq!(finer(0.5, "d").collect::<Vec<_>>(), [0.5, 0.25, 0.05]);
        assert_eq!(finer(10.0, "s").collect::<Vec<_>>(), [10.0, 5.0, 1.0]);
    }
}

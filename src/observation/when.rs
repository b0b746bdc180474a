//! Times of rows: numbers, or dates and times of day.

use super::columns::{Columns, Role};
use super::mistakes::Mistakes;
use crate::diagnostic::codes::data;
use crate::model::Model;
use crate::trajectory::Fields;
use crate::unit::Unit;

/// When a row is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum When {
    /// In the time unit of the model.
    Counted(f64),
    /// In minutes from an origin that all rows share.
    Clock(f64),
}

/// The time of a row; none, and told, if it is none.
pub(super) fn when(columns: &Columns, table: &Fields, row: usize, model: &Model, told: &mut Mistakes) -> Option<When> {
    let text = columns.text(Role::Time, table, row);
    let date = columns.text(Role::Date, table, row);
    let place = columns.span(Role::Time, table, row);
    if columns.place(Role::Date).is_none() && !text.contains([':', 'T']) {
        let Some(time) = text.parse::<f64>().ok().filter(|time| time.is_finite()) else {
            let help = match text.split_once(',') {
                Some((whole, part)) => format!("decimals stand behind a point: `{whole}.{part}`"),
                None => "a number, `2026-01-05T08:30`, or a column DATE beside `08:30`".into(),
            };
            told.tell(&data::NOT_A_NUMBER, format!("`{}` is no time", place.text()), place, &help);
            return None;
        };
        let unit = columns.unit(Role::Time).unwrap_or(&model.time);
        return Some(When::Counted(unit.convert(time, &model.time).unwrap_or(time) + 0.0)); // not -0
    }
    let (day, clock) = match text.split_once(['T', ' ']) {
        Some((day, clock)) if date.is_empty() => (day.to_string(), clock.to_string()),
        _ => (date, text),
    };
    let day_place =
        if columns.place(Role::Date).is_some() { columns.span(Role::Date, table, row) } else { place.clone() };
    let Some(days) = days(&day) else {
        let help = "a day is written 2026-01-05";
        told.tell(&data::NOT_A_NUMBER, format!("`{day}` is no date"), day_place, help);
        return None;
    };
    let Some(minutes) = minutes(&clock) else {
        told.tell(&data::NOT_A_NUMBER, format!("`{clock}` is no time of day"), place, "a time of day is written 08:30");
        return None;
    };
    Some(When::Clock(1440.0 * days + minutes))
}

impl When {
    /// In the time unit of the model, counted from a row.
    pub fn from(self, origin: Self, model: &Model) -> f64 {
        let minute = Unit::parse_str("min").expect("a known unit");
        match (self, origin) {
            (Self::Counted(time), _) => time,
            (Self::Clock(at), Self::Clock(zero)) => minute.convert(at - zero, &model.time).unwrap_or(at - zero),
            (Self::Clock(at), Self::Counted(_)) => minute.convert(at, &model.time).unwrap_or(at),
        }
    }
}

/// Days of `2026-01-05` since 1970, by the Gregorian calendar.
fn days(text: &str) -> Option<f64> {
    let mut parts = text.split(['-', '/']);
    let mut next = || parts.next()?.parse::<i64>().ok();
    let (year, month, day) = (next()?, next()?, next()?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let lengths = [31, 28 + i64::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let good = (1800..=2200).contains(&year) && (1..=12).contains(&month);
    if !good || parts.next().is_some() || !(1..=lengths[month as usize - 1]).contains(&day) {
        return None;
    }
    let before = year - 1;
    let years = 365 * before + before / 4 - before / 100 + before / 400;
    let months: i64 = lengths[..month as usize - 1].iter().sum();
    Some((years + months + day - 1 - 719_162) as f64)
}

/// Minutes of `08:30` or `08:30:15`.
fn minutes(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let (hour, minute) = (parts.next()?.parse::<u32>().ok()?, parts.next()?.parse::<u32>().ok()?);
    let seconds = parts.next().map_or(Some(0), |seconds| seconds.parse::<u32>().ok())?;
    let good = hour < 24 && minute < 60 && seconds < 60 && parts.next().is_none();
    good.then(|| f64::from(60 * hour + minute) + f64::from(seconds) / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_leap_years() {
        assert_eq!(days("1970-01-01"), Some(0.0));
        assert_eq!(days("2000-02-29"), Some(11_016.0));
        assert_eq!(days("2026-11-27"), Some(20_784.0));
        assert_eq!((days("2026-02-29"), days("2026-13-01"), days("5.1.2026")), (None, None, None));
        assert_eq!(
            (minutes("08:30"), minutes("23:59:30"), minutes("24:00"), minutes("8")),
            (Some(510.0), Some(1439.5), None, None)
        );
    }
}

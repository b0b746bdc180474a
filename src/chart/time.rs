//! Times of charts: hours after the infusion, or dates with a time of day.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::chart as codes;
use jiff::civil::{Date, DateTime};

/// Days since 1970-01-01 00:00 of a date with a time of day (ISO 8601: `2026-01-03 06:00`, `2026-01-03T06:00:00`).
///
/// # Errors
/// A diagnostic without a place: not such a date, or a date alone.
pub(super) fn instant(text: &str) -> Result<f64, Diagnostic> {
    let text = text.trim();
    // A date alone would be read as midnight.
    if text.parse::<Date>().is_ok() && !text.contains([':', 'T']) {
        let mut wrong = Diagnostic::error(&codes::TIME, format!("`{text}` has no time of day"));
        wrong.help("grades hang on hours: write 2026-01-03 06:00");
        return Err(wrong);
    }
    let read: DateTime = text.parse().map_err(|_| {
        let mut wrong = Diagnostic::error(&codes::TIME, format!("`{text}` is not a date with a time of day"));
        wrong.help("write 2026-01-03 06:00, or 2026-01-03T06:00:00; local time without a zone");
        wrong
    })?;
    let epoch = Date::constant(1970, 1, 1);
    let days = epoch.until(read.date()).map_or(f64::NAN, |span| f64::from(span.get_days()));
    let time = read.time();
    let seconds = f64::from(time.hour()) * 3600.0
        + f64::from(time.minute()) * 60.0
        + f64::from(time.second())
        + f64::from(time.subsec_nanosecond()) * 1e-9;
    Ok(days + seconds / 86_400.0)
}

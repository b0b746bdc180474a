//! Times of charts: hours after the infusion, or dates with a time of day.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::chart as codes;
use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;

/// A date with a time of day, and perhaps its offset from UTC.
///
/// ```
/// use cascade::chart::Instant;
/// let instant = Instant::parse("2026-01-03T06:00:00+02:00")?;
/// assert_eq!(instant.days(), Instant::parse("2026-01-03T04:00Z")?.days());
/// assert_eq!(instant.ahead(), Some(2.0 / 24.0));
/// assert!(Instant::parse("2026-01-03").is_err());
/// # Ok::<(), cascade::diagnostic::Diagnostic>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Instant {
    days: f64,
    ahead: Option<f64>,
}

impl Instant {
    /// Reads ISO 8601: `2026-01-03 06:00`, `2026-01-03T06:00:00`, `2026-01-03T06:00:00+02:00`.
    ///
    /// # Errors
    /// A diagnostic without a place: not such a date, or a date alone.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        let text = text.trim();
        let wrong = |what: &str, help: &str| {
            let mut wrong = Diagnostic::error(&codes::TIME, format!("`{text}` {what}"));
            wrong.help(help);
            wrong
        };
        let unreadable = || wrong("is not a date with a time of day", "write 2026-01-03 06:00, or 2026-01-03T06:00:00");
        let pieces = Pieces::parse(text).map_err(|_| unreadable())?;
        if pieces.time_zone_annotation().is_some() {
            return Err(unreadable());
        }
        // A date alone would be read as midnight.
        let Some(time) = pieces.time() else {
            return Err(wrong("has no time of day", "grades hang on hours: write 2026-01-03 06:00"));
        };
        let epoch = Date::constant(1970, 1, 1);
        let days = epoch.until(pieces.date()).map_or(f64::NAN, |span| f64::from(span.get_days()));
        let seconds = f64::from(time.hour()) * 3600.0
            + f64::from(time.minute()) * 60.0
            + f64::from(time.second())
            + f64::from(time.subsec_nanosecond()) * 1e-9;
        let ahead = pieces.to_numeric_offset().map(|offset| f64::from(offset.seconds()) / 86_400.0);
        Ok(Self { days: days + seconds / 86_400.0 - ahead.unwrap_or(0.0), ahead })
    }

    /// Days since 1970-01-01 00:00: of UTC if the offset is known, else of local time.
    pub fn days(self) -> f64 {
        self.days
    }

    /// By how much local time is ahead of UTC, days; none if that was not written.
    pub fn ahead(self) -> Option<f64> {
        self.ahead
    }

    /// The same with the offset of other times, if none was written.
    #[must_use]
    pub fn or_ahead(self, ahead: f64) -> Self {
        match self.ahead {
            Some(_) => self,
            None => Self { days: self.days - ahead, ahead: Some(ahead) },
        }
    }
}

/// Days since 1970-01-01 00:00 of local time (ISO 8601: `2026-01-03 06:00`, `2026-01-03T06:00:00`).
///
/// # Errors
/// A diagnostic without a place: not such a date, a date alone, or one with an offset, which would be lost.
pub(super) fn instant(text: &str) -> Result<f64, Diagnostic> {
    let read = Instant::parse(text)?;
    if read.ahead.is_none() {
        return Ok(read.days);
    }
    let mut wrong = Diagnostic::error(&codes::TIME, format!("`{}` has an offset from UTC", text.trim()));
    wrong.help("write local time without a zone: 2026-01-03 06:00");
    Err(wrong)
}

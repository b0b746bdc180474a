//! Values of signs as text, in both directions.

use super::vocabulary::{Kind, Sign};
use crate::diagnostic::codes::scale;
use crate::diagnostic::{Diagnostic, listing};
use crate::unit::{Quantity, Unit};

/// The sign of that name, or what is wrong.
pub(super) fn sign(name: &str) -> Result<Sign, Diagnostic> {
    Sign::named(name).ok_or_else(|| {
        let mut wrong = Diagnostic::error(&scale::UNKNOWN_SIGN, format!("unknown sign `{name}`"));
        wrong.help(listing(name, Sign::names(), "signs"));
        wrong
    })
}

/// The value meant by a text, NaN if it is empty.
pub(super) fn value(sign: Sign, text: &str) -> Result<f64, Diagnostic> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(f64::NAN);
    }
    let value = match sign.kind() {
        Kind::Levels(names) => level(sign, text, names)?,
        Kind::Flag => match text {
            "true" | "1" => 1.0,
            "false" | "0" => 0.0,
            _ => return Err(wrong(sign, text, "write `true` or `false`")),
        },
        Kind::Doses => match text {
            "true" => 1.0,
            "false" => 0.0,
            _ => whole(sign, text, "write `true`, `false` or the number of administrations so far")?,
        },
        Kind::Count => whole(sign, text, "write a whole number")?,
        Kind::Number | Kind::Rate => number(sign, text)?,
    };
    let range = sign.believable();
    if range.contains(&value) {
        return Ok(value);
    }
    let help = match sign {
        Sign::Temperature if (80.0..=115.0).contains(&value) => format!("was `{text} degF` meant?"),
        Sign::Fio2 if (0.2..=1.0).contains(&value) => format!("was `{} percent` meant?", round(100.0 * value)),
        _ => format!("`{sign}` lies between {} and {} {}", range.start(), range.end(), sign.unit_text()),
    };
    Err(wrong(sign, text, help))
}

/// A value as tables print it.
pub(super) fn print(sign: Sign, value: f64) -> String {
    match sign.kind() {
        Kind::Levels(names) => names.get(value as usize).map_or_else(|| value.to_string(), |name| (*name).to_owned()),
        Kind::Flag => (value != 0.0).to_string(),
        Kind::Number | Kind::Rate | Kind::Count | Kind::Doses => value.to_string(),
    }
}

fn level(sign: Sign, text: &str, names: &'static [&'static str]) -> Result<f64, Diagnostic> {
    match names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
        Some(rank) => Ok(rank as f64),
        None => Err(wrong(sign, text, listing(text, names.iter().copied(), "levels"))),
    }
}

fn whole(sign: Sign, text: &str, help: &str) -> Result<f64, Diagnostic> {
    match text.parse::<f64>() {
        Ok(value) if value >= 0.0 && value.fract() == 0.0 => Ok(value),
        _ => Err(wrong(sign, text, help)),
    }
}

fn number(sign: Sign, text: &str) -> Result<f64, Diagnostic> {
    let help =
        || format!("write a number in {0}, or with its unit: `{1} {0}`", sign.unit_text(), sign.believable().end());
    let quantity = Quantity::parse_str(text).map_err(|_| wrong(sign, text, help()))?;
    if quantity.unit == Unit::one() {
        return Ok(quantity.value);
    }
    let unit = Unit::parse_str(sign.unit_text()).expect("a sign's unit");
    match quantity.unit.convert(quantity.value, &unit) {
        Some(value) if quantity.unit == unit => Ok(value),
        Some(value) => Ok(round(value)),
        None => Err(wrong(sign, text, help())),
    }
}

/// Removes what a conversion of units leaves behind, so that 100.4 degF is 38.0 degC and not a hair less.
fn round(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

fn wrong(sign: Sign, text: &str, help: impl Into<String>) -> Diagnostic {
    let mut diagnostic = Diagnostic::error(&scale::SIGN_VALUE, format!("`{sign}` cannot be `{text}`"));
    diagnostic.help(help);
    diagnostic
}

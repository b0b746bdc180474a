use super::dimension::{Base, Dimension};
use crate::diagnostic::nearest;

/// A unit with a name of its own.
#[derive(Debug)]
pub(super) struct Symbol {
    /// As displayed.
    pub(super) name: &'static str,
    /// Other spellings that are read.
    pub(super) aliases: &'static [&'static str],
    pub(super) dimension: Dimension,
    /// Size in s, g, m, mol, cells, copies, IU, K: multiple and divisor.
    pub(super) size: (f64, f64),
    /// Whether it counts from a zero of its own (degC, degF).
    pub(super) level: bool,
}

impl PartialEq for Symbol {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

const fn symbol(
    name: &'static str,
    aliases: &'static [&'static str],
    dimension: Dimension,
    multiple: f64,
    divisor: f64,
) -> Symbol {
    Symbol { name, aliases, dimension, size: (multiple, divisor), level: false }
}

const fn level(name: &'static str, multiple: f64, divisor: f64) -> Symbol {
    Symbol { name, aliases: &[], dimension: TEMPERATURE, size: (multiple, divisor), level: true }
}

const NONE: Dimension = Dimension::NONE;
const TIME: Dimension = Dimension::of([(Base::Time, 1)]);
const MASS: Dimension = Dimension::of([(Base::Mass, 1)]);
const LENGTH: Dimension = Dimension::of([(Base::Length, 1)]);
const VOLUME: Dimension = Dimension::of([(Base::Length, 3)]);
const AMOUNT: Dimension = Dimension::of([(Base::Amount, 1)]);
const TEMPERATURE: Dimension = Dimension::of([(Base::Temperature, 1)]);
const PRESSURE: Dimension = Dimension::of([(Base::Mass, 1), (Base::Length, -1), (Base::Time, -2)]);

/// The plain number, for numbers inside units.
pub(super) static ONE: Symbol = symbol("1", &[], NONE, 1.0, 1.0);

pub(super) static KELVIN: Symbol = symbol("K", &[], TEMPERATURE, 1.0, 1.0);

static SYMBOLS: [Symbol; 33] = [
    symbol("s", &[], TIME, 1.0, 1.0),
    symbol("min", &[], TIME, 60.0, 1.0),
    symbol("h", &[], TIME, 3600.0, 1.0),
    symbol("d", &[], TIME, 86400.0, 1.0),
    symbol("week", &[], TIME, 604_800.0, 1.0),
    // Julian year of 365.25 d.
    symbol("year", &[], TIME, 31_557_600.0, 1.0),
    symbol("kg", &[], MASS, 1e3, 1.0),
    symbol("g", &[], MASS, 1.0, 1.0),
    symbol("mg", &[], MASS, 1.0, 1e3),
    symbol("ug", &["µg", "μg"], MASS, 1.0, 1e6),
    symbol("ng", &[], MASS, 1.0, 1e9),
    symbol("pg", &[], MASS, 1.0, 1e12),
    symbol("L", &[], VOLUME, 1.0, 1e3),
    symbol("dL", &[], VOLUME, 1.0, 1e4),
    symbol("mL", &[], VOLUME, 1.0, 1e6),
    symbol("uL", &["µL", "μL"], VOLUME, 1.0, 1e9),
    symbol("m", &[], LENGTH, 1.0, 1.0),
    symbol("cm", &[], LENGTH, 1.0, 1e2),
    symbol("mm", &[], LENGTH, 1.0, 1e3),
    symbol("mol", &[], AMOUNT, 1.0, 1.0),
    symbol("mmol", &[], AMOUNT, 1.0, 1e3),
    symbol("umol", &["µmol", "μmol"], AMOUNT, 1.0, 1e6),
    symbol("nmol", &[], AMOUNT, 1.0, 1e9),
    symbol("pmol", &[], AMOUNT, 1.0, 1e12),
    symbol("cells", &["cell"], Dimension::of([(Base::Cells, 1)]), 1.0, 1.0),
    symbol("copies", &["copy"], Dimension::of([(Base::Copies, 1)]), 1.0, 1.0),
    symbol("IU", &[], Dimension::of([(Base::InternationalUnits, 1)]), 1.0, 1.0),
    level("degC", 1.0, 1.0),
    level("degF", 5.0, 9.0),
    symbol("K", &[], TEMPERATURE, 1.0, 1.0),
    // Conventional millimetre of mercury, 133.322387415 Pa (ISO 80000-4), in g/(m s^2).
    symbol("mmHg", &[], PRESSURE, 133_322.387_415, 1.0),
    symbol("percent", &["%"], NONE, 1.0, 100.0),
    symbol("m2", &["m²"], Dimension::of([(Base::Length, 2)]), 1.0, 1.0),
];

/// Spellings of other traditions and what to write here.
static FOREIGN: [(&str, &str); 44] = [
    ("day", "d"),
    ("days", "d"),
    ("D", "d"),
    ("hr", "h"),
    ("hrs", "h"),
    ("hour", "h"),
    ("hours", "h"),
    ("H", "h"),
    ("sec", "s"),
    ("second", "s"),
    ("seconds", "s"),
    ("minute", "min"),
    ("minutes", "min"),
    ("mins", "min"),
    ("wk", "week"),
    ("weeks", "week"),
    ("y", "year"),
    ("yr", "year"),
    ("years", "year"),
    ("a", "year"),
    ("gram", "g"),
    ("mcg", "ug"),
    ("mcL", "uL"),
    ("l", "L"),
    ("cc", "mL"),
    ("litre", "L"),
    ("liter", "L"),
    ("M", "mol/L"),
    ("mM", "mmol/L"),
    ("uM", "umol/L"),
    ("µM", "umol/L"),
    ("μM", "umol/L"),
    ("nM", "nmol/L"),
    ("pM", "pmol/L"),
    ("U", "IU"),
    ("C", "degC"),
    ("°C", "degC"),
    ("celsius", "degC"),
    ("Celsius", "degC"),
    ("F", "degF"),
    ("°F", "degF"),
    ("Pa", "mmHg"),
    ("kPa", "mmHg"),
    ("bpm", "1/min"),
];

/// The symbol of that spelling.
pub(super) fn find(text: &str) -> Option<&'static Symbol> {
    SYMBOLS.iter().find(|symbol| symbol.name == text || symbol.aliases.contains(&text))
}

/// What may have been meant.
pub(super) fn suggestion(text: &str) -> Option<&'static str> {
    if let Some((_, known)) = FOREIGN.iter().find(|(foreign, _)| *foreign == text) {
        return Some(known);
    }
    nearest(text, SYMBOLS.iter().map(|symbol| symbol.name))
}

/// All names, for messages.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SYMBOLS.iter().map(|symbol| symbol.name)
}

//! From text to a unit.

use super::number::leading;
use super::product::{Atom, Unit};
use super::ratio::Ratio;
use super::symbol;
use crate::diagnostic::codes::unit as codes;
use crate::diagnostic::{Diagnostic, Problems, Source, Span};
use std::ops::Range;
use std::str::FromStr;

/// Longest text read as a unit, in bytes.
const LONGEST: usize = 200;
/// Largest exponent.
const LARGEST_POWER: i64 = 100;

type Atoms = Vec<(Atom, Ratio)>;
/// The mistake is boxed to keep the good path slim.
type Parsed<T> = Result<T, Box<Diagnostic>>;

impl Unit {
    /// Reads the unit in a part of a source: `1e6 pg/mL/(1e9 cells)^2/d`, `1/d`, `1e9 cells`, `degC`.
    ///
    /// `degC` and `degF` alone are levels; inside a product they count as differences.
    pub fn parse(source: &Source, range: Range<usize>, problems: &mut Problems) -> Option<Unit> {
        keep(read(source, range, false), problems)
    }

    /// Reads a unit that stands alone.
    pub fn parse_str(text: &str) -> Result<Unit, Problems> {
        let source = Source::new("unit", text);
        read(&source, 0..text.len(), false).map_err(|mistake| Problems::from(*mistake))
    }
}

/// As [`Unit::parse`], and `/d` stands for `1/d`: `1.2/d` is a quantity.
pub(super) fn parse_behind_number(source: &Source, range: Range<usize>, problems: &mut Problems) -> Option<Unit> {
    keep(read(source, range, true), problems)
}

fn keep(parsed: Parsed<Unit>, problems: &mut Problems) -> Option<Unit> {
    match parsed {
        Ok(unit) => Some(unit),
        Err(mistake) => {
            problems.push(*mistake);
            None
        }
    }
}

impl FromStr for Unit {
    type Err = Problems;
    fn from_str(text: &str) -> Result<Unit, Problems> {
        Unit::parse_str(text)
    }
}

fn read(source: &Source, range: Range<usize>, behind_number: bool) -> Parsed<Unit> {
    let text = source.text().get(range.clone()).unwrap_or("");
    let mut reader = Reader { source, text, start: range.start, at: 0, depth: 0 };
    if text.len() > LONGEST {
        return Err(reader.mistake(&codes::UNIT_SYNTAX, "unit too long", 0..text.len(), "longer than 200 characters"));
    }
    reader.skip_blanks();
    if reader.rest().is_empty() {
        let mut mistake = reader.mistake(&codes::UNIT_SYNTAX, "empty unit", 0..text.len(), "expected a unit");
        mistake.help("the unit of a plain number is `1`");
        return Err(mistake);
    }
    let first = if behind_number && reader.rest().starts_with('/') { Vec::new() } else { reader.first()? };
    let atoms = reader.product(first)?;
    if !reader.rest().is_empty() {
        return Err(reader.leftover());
    }
    let unit = Unit::from_atoms(atoms).level_if_alone();
    let factor = unit.factor();
    if !(1e-300..=1e300).contains(&factor) {
        return Err(reader.mistake(
            &codes::UNIT_RANGE,
            "unit out of range",
            0..text.trim_end().len(),
            "too large or too small",
        ));
    }
    Ok(unit)
}

struct Reader<'a> {
    source: &'a Source,
    text: &'a str,
    /// Where the text starts in the source.
    start: usize,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, symbol: char) -> bool {
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len_utf8();
            self.skip_blanks();
        }
        found
    }

    fn span(&self, range: Range<usize>) -> Span {
        self.source.span(self.start + range.start..self.start + range.end)
    }

    fn mistake(
        &self,
        code: &'static crate::diagnostic::Code,
        message: impl Into<String>,
        range: Range<usize>,
        label: &str,
    ) -> Box<Diagnostic> {
        let mut mistake = Diagnostic::error(code, message);
        mistake.label(self.span(range), label);
        Box::new(mistake)
    }

    /// The next character, or the end.
    fn next_range(&self) -> Range<usize> {
        self.at..self.at + self.rest().chars().next().map_or(0, char::len_utf8)
    }

    fn product(&mut self, mut atoms: Atoms) -> Parsed<Atoms> {
        loop {
            if self.take('*') || self.take('.') {
                atoms.extend(self.power()?);
            } else if self.take('/') {
                atoms.extend(self.power()?.into_iter().map(|(atom, exponent)| (atom, -exponent)));
            } else {
                return Ok(atoms);
            }
        }
    }

    /// At the start and after `(` a number may stand before a symbol: `1e9 cells`.
    fn first(&mut self) -> Parsed<Atoms> {
        let start = self.at;
        if leading(self.rest()) == 0 {
            return self.power();
        }
        let count = self.number()?;
        let symbol_start = self.at;
        if symbol_length(self.rest()) == 0 {
            self.at = start;
            return self.power();
        }
        let symbol = self.symbol()?;
        if symbol.level && count != 1.0 {
            let mut mistake = self.mistake(
                &codes::LEVEL_SCALED,
                format!("`{}` cannot be scaled", symbol.name),
                start..self.at,
                "a level has a zero of its own",
            );
            mistake.help("write `degC` or `degF` alone; differences of temperature are in `K`");
            return Err(mistake);
        }
        if self.rest().starts_with('^') {
            // The power belongs to the symbol: `2 mL^2` is twice a square.
            self.at = symbol_start;
            let mut atoms = self.power()?;
            atoms.insert(0, (Atom { count, symbol: &symbol::ONE }, Ratio::ONE));
            return Ok(atoms);
        }
        Ok(vec![(Atom { count, symbol }, Ratio::ONE)])
    }

    fn power(&mut self) -> Parsed<Atoms> {
        let start = self.at;
        let atoms = if leading(self.rest()) > 0 {
            vec![(Atom { count: self.number()?, symbol: &symbol::ONE }, Ratio::ONE)]
        } else if self.rest().starts_with('(') {
            self.parentheses()?
        } else if symbol_length(self.rest()) > 0 {
            vec![(Atom { count: 1.0, symbol: self.symbol()? }, Ratio::ONE)]
        } else {
            let found = self.rest().chars().next();
            let label = match found {
                Some(found) => format!("expected a unit, found `{found}`"),
                None => "expected a unit, found the end".to_string(),
            };
            let mut mistake = self.mistake(&codes::UNIT_SYNTAX, "unit not understood", self.next_range(), &label);
            if start == 0 && found == Some('/') {
                mistake.help(format!("write `1{}`", self.rest().trim_end()));
            }
            return Err(mistake);
        };
        if !self.take('^') {
            return Ok(atoms);
        }
        let exponent_start = self.at;
        let exponent = self.exponent()?;
        let raised: Atoms = atoms.into_iter().map(|(atom, inner)| (atom, inner * exponent)).collect();
        let too_large = |(_, exponent): &(Atom, Ratio)| {
            i64::from(exponent.numerator()).abs() > LARGEST_POWER || i64::from(exponent.denominator()) > LARGEST_POWER
        };
        if raised.iter().any(too_large) {
            return Err(self.mistake(
                &codes::UNIT_RANGE,
                "power out of range",
                exponent_start..self.at,
                "powers of units go up to 100",
            ));
        }
        Ok(raised)
    }

    fn parentheses(&mut self) -> Parsed<Atoms> {
        let open = self.at;
        self.depth += 1;
        self.take('(');
        if self.depth > 20 {
            return Err(self.mistake(
                &codes::UNIT_SYNTAX,
                "unit nested too deeply",
                open..open + 1,
                "more than 20 levels",
            ));
        }
        let first = self.first()?;
        let atoms = self.product(first)?;
        if !self.take(')') {
            if self.rest().is_empty() {
                return Err(self.mistake(
                    &codes::UNIT_SYNTAX,
                    "unit not understood",
                    open..open + 1,
                    "this `(` is never closed",
                ));
            }
            return Err(self.leftover());
        }
        self.depth -= 1;
        Ok(atoms)
    }

    fn number(&mut self) -> Parsed<f64> {
        let start = self.at;
        let length = leading(self.rest());
        let value: f64 = self.rest()[..length].parse().expect("digits");
        self.at += length;
        let end = self.at;
        self.skip_blanks();
        if !(1e-300..=1e300).contains(&value) {
            let label = if value == 0.0 { "a unit cannot be zero" } else { "too large or too small" };
            return Err(self.mistake(&codes::UNIT_RANGE, "unit out of range", start..end, label));
        }
        Ok(value)
    }

    fn symbol(&mut self) -> Parsed<&'static symbol::Symbol> {
        let start = self.at;
        let text = &self.rest()[..symbol_length(self.rest())];
        self.at += text.len();
        let end = self.at;
        self.skip_blanks();
        symbol::find(text).ok_or_else(|| {
            let mut mistake = self.mistake(
                &codes::UNKNOWN_UNIT,
                format!("unknown unit `{text}`"),
                start..end,
                "not a unit known here",
            );
            let help = match symbol::suggestion(text) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("known units: {}", symbol::names().collect::<Vec<_>>().join(" ")),
            };
            mistake.help(help);
            mistake
        })
    }

    fn exponent(&mut self) -> Parsed<Ratio> {
        let start = self.at;
        let exponent = if self.take('(') {
            let numerator = self.integer();
            let denominator = if self.take('/') { self.integer().filter(|&below| below > 0) } else { Some(1) };
            let closed = self.take(')');
            numerator.zip(denominator).filter(|_| closed)
        } else {
            self.integer().zip(Some(1))
        };
        let ratio = exponent.and_then(|(above, below)| Ratio::new(above, below));
        ratio.ok_or_else(|| {
            let end = self.at.max(self.next_range().end).max(start);
            let label = "expected a whole number or a fraction";
            let mut mistake = self.mistake(&codes::UNIT_SYNTAX, "power not understood", start..end, label);
            mistake.help("write powers as `^2`, `^-1` or `^(3/4)`");
            mistake
        })
    }

    /// A whole number with an optional sign; a decimal is none.
    fn integer(&mut self) -> Option<i64> {
        let negative = self.take('-');
        let length = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let value: i64 = self.rest()[..length].parse().ok()?;
        let decimal = leading(self.rest()) != length;
        if value > 1_000_000 || decimal {
            return None;
        }
        self.at += length;
        self.skip_blanks();
        Some(if negative { -value } else { value })
    }

    /// Text behind something complete.
    fn leftover(&self) -> Box<Diagnostic> {
        let before = self.text[..self.at].trim_end();
        let number_before =
            before.ends_with(|c: char| c.is_ascii_digit() || c == '.') && symbol_length(self.rest()) > 0;
        let label =
            if self.rest().starts_with(')') { "no `(` before it" } else { "expected `*`, `/` or `^` before it" };
        let end = self.at + symbol_length(self.rest()).max(leading(self.rest())).max(self.next_range().len());
        let mut mistake = self.mistake(&codes::UNIT_SYNTAX, "unit not understood", self.at..end, label);
        if number_before {
            let number = before.rfind(|c: char| !(c.is_ascii_digit() || "e.".contains(c))).map_or(0, |at| at + 1);
            let meant = &self.text[number.min(before.len())..end];
            mistake.help(format!("a number with its unit stands in parentheses there: `({meant})`"));
        } else if !self.rest().starts_with(')') {
            mistake.help("a blank is no product: write `mg*d/L`");
        }
        mistake
    }
}

/// Length in bytes of the symbol at the start.
fn symbol_length(text: &str) -> usize {
    let starts = |c: char| c.is_alphabetic() || c == '%' || c == '°';
    if !text.starts_with(starts) {
        return 0;
    }
    text.char_indices()
        .find(|&(_, c)| !(starts(c) || c.is_ascii_digit() || c == '_' || c == '²' || c == '³'))
        .map_or(text.len(), |(at, _)| at)
}

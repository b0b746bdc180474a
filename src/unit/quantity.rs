use super::number::{leading, shortest};
use super::parse::parse_behind_number;
use super::product::Unit;
use crate::diagnostic::codes::unit as codes;
use crate::diagnostic::{Problems, Source, Span};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

/// A finite number and its unit: `1.2 1/d` (or `1.2/d`), `5e7 cells`, `8 mg/kg`; a number alone has the unit `1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The number.
    pub value: f64,
    /// Its unit.
    pub unit: Unit,
}

impl Quantity {
    /// Reads the quantity in a part of a source.
    pub fn parse(source: &Source, range: Range<usize>, problems: &mut Problems) -> Option<Quantity> {
        let text = source.text().get(range.clone()).unwrap_or("");
        let start = range.start + text.len() - text.trim_start().len();
        let text = text.trim();
        let sign = usize::from(text.starts_with(['+', '-']));
        let length = leading(&text[sign..]);
        let span = source.span(start..start + text.len());
        if length == 0 {
            no_number(&text[sign..], span, problems);
            return None;
        }
        let number = &text[..sign + length];
        let value: f64 = number.parse().expect("a number");
        if !value.is_finite() {
            let span = source.span(start..start + number.len());
            problems.error(&codes::NOT_FINITE, format!("number too large: `{number}`")).label(span, "beyond 1.8e308");
            return None;
        }
        let rest = &text[number.len()..];
        if rest.is_empty() {
            return Some(Self { value, unit: Unit::one() });
        }
        if let Some(behind) = rest.strip_prefix(',').filter(|behind| behind.starts_with(|c: char| c.is_ascii_digit())) {
            problems
                .error(&codes::QUANTITY, format!("`{text}` is not one number with a unit"))
                .label(source.span(start + number.len()..start + number.len() + 1), "a comma is not part of a number")
                .help(format!("decimals stand behind a point: `{number}.{behind}`"));
            return None;
        }
        let unit = parse_behind_number(source, start + number.len()..start + text.len(), problems)?;
        Some(Self { value, unit })
    }

    /// Reads a quantity that stands alone.
    pub fn parse_str(text: &str) -> Result<Quantity, Problems> {
        let source = Source::new("quantity", text);
        let mut problems = Problems::default();
        let quantity = Self::parse(&source, 0..text.len(), &mut problems);
        problems.or_value(quantity)
    }

    /// The number in the wanted unit; else an error that shows both units. `what` names the value: "`kdeg`".
    pub fn expect(&self, wanted: &Unit, what: &str, span: &Span, problems: &mut Problems) -> Option<f64> {
        if let Some(value) = self.unit.convert(self.value, wanted) {
            if value.is_finite() {
                return Some(value);
            }
            problems
                .error(&codes::NOT_FINITE, format!("number too large: `{self}` in {wanted}"))
                .label(span.clone(), "beyond 1.8e308");
            return None;
        }
        let problem = problems
            .error(&codes::WRONG_UNIT, format!("{what} is {}, not {}", described(wanted), described(&self.unit)));
        problem.label(span.clone(), described(&self.unit));
        if self.unit.same_dimension(wanted) {
            problem.help(match wanted.is_level() {
                true => format!("a temperature is wanted, not a difference: write it in {wanted}"),
                false => "a difference of temperature is wanted: write it in K".to_string(),
            });
        } else if self.unit == Unit::one() {
            let (number, full, bare) = (shortest(self.value), wanted.to_string(), behind_number(wanted));
            problem.help(match full == bare {
                true => format!("write the unit that is meant: `{number} {full}`"),
                false => format!("write the unit that is meant: `{number} {full}` or `{number} {bare}`"),
            });
        } else if wanted.is_dimensionless() {
            problem.help("leave the unit out, or write a percentage as `5 percent`");
        } else if let Some(phrase) = wanted.dimension().phrase() {
            problem.help(format!("{phrase} is wanted, in {wanted} or a unit that can be converted to it"));
        } else {
            problem.help(format!("use {wanted} or a unit that can be converted to it"));
        }
        None
    }
}

/// The unit as people write it behind a number: `cells` for `1e9 cells`.
pub(crate) fn behind_number(unit: &Unit) -> String {
    let text = unit.to_string();
    let rest = text[leading(&text)..].trim_start();
    let same = Unit::parse_str(rest).is_ok_and(|rest| rest.same_dimension(unit));
    if same { rest.to_string() } else { text }
}

fn described(unit: &Unit) -> String {
    if *unit == Unit::one() { "a plain number".to_string() } else { format!("in {unit}") }
}

fn no_number(text: &str, span: Span, problems: &mut Problems) {
    let word: String = text.chars().take_while(|c| c.is_alphabetic()).collect();
    if ["nan", "inf", "infinity"].contains(&word.to_lowercase().as_str()) {
        problems.error(&codes::NOT_FINITE, format!("`{word}` is not a usable number")).label(span, "must be finite");
        return;
    }
    let message = if text.is_empty() { "a value is missing".to_string() } else { format!("`{text}` has no number") };
    problems
        .error(&codes::QUANTITY, message)
        .label(span, "expected a number and a unit")
        .help("write a quantity as `1.2 1/d`, `5e7 cells`, `28 d`");
}

/// Parses back to the same quantity.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shortest(self.value))?;
        if self.unit != Unit::one() { write!(f, " {}", self.unit) } else { Ok(()) }
    }
}

impl FromStr for Quantity {
    type Err = Problems;
    fn from_str(text: &str) -> Result<Quantity, Problems> {
        Quantity::parse_str(text)
    }
}

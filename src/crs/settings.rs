//! What a user chooses where a scale leaves it open, and how readings are to be understood.

use super::scale::{OptionKind, Scale};
use super::table::Hold;
use crate::diagnostic::codes::scale as codes;
use crate::diagnostic::{Diagnostic, listing};
use crate::sign::Patient;
use crate::unit::{Quantity, Unit};

/// Options of scales, and how readings are to be understood.
///
/// One `Settings` serves several scales side by side: each takes the options it has.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// What was chosen where scales leave it open; see [`Settings::set`].
    pub options: Options,
    /// How long a value counts after it was read; only for tables, see [`grade`](super::grade).
    pub hold: Hold,
    /// Whether an episode with its fever was documented before the first reading.
    pub documented: bool,
    /// What is known of the patient: thresholds by age need it.
    pub patient: Patient,
    /// The hour of the day at time 0, for calendar days; 0 is midnight.
    pub clock_at_start: f64,
}

/// What was chosen, by name; empty by default.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Options {
    chosen: Vec<(String, Chosen)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Chosen {
    Word(String),
    Number(Quantity),
}

/// The value of an option: place of a word, or a number in the option's unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum OptionValue {
    Choice(usize),
    Number(f64),
}

impl OptionKind {
    /// What a text chooses of this option.
    fn choose(&self, name: &str, value: &str) -> Result<Chosen, Diagnostic> {
        let wrong = |help: String| {
            let mut wrong = Diagnostic::error(&codes::OPTION_VALUE, format!("`{name}` cannot be `{value}`"));
            wrong.help(help);
            wrong
        };
        match self {
            OptionKind::Choice { allowed, .. } => {
                if !allowed.iter().any(|word| word == value) {
                    return Err(wrong(listing(value, allowed.iter().map(String::as_str), "allowed")));
                }
                Ok(Chosen::Word(value.to_owned()))
            }
            OptionKind::Number { unit, default } => {
                let help = || format!("write a number in {unit} from 0: `{default} {unit}`");
                let quantity = Quantity::parse_str(value).map_err(|_| wrong(help()))?;
                let (number, unit_written) = match quantity.unit == Unit::one() {
                    true => (Some(quantity.value), unit.clone()),
                    false => (quantity.unit.convert(quantity.value, unit), quantity.unit.clone()),
                };
                let allowed = |number: &f64| number.is_finite() && (*number >= 0.0 || unit.is_level());
                if !number.is_some_and(|number| allowed(&number)) {
                    return Err(wrong(help()));
                }
                Ok(Chosen::Number(Quantity { value: quantity.value, unit: unit_written }))
            }
        }
    }

    pub(super) fn default_value(&self) -> OptionValue {
        match self {
            OptionKind::Choice { default, .. } => OptionValue::Choice(*default),
            OptionKind::Number { default, .. } => OptionValue::Number(*default),
        }
    }
}

impl Settings {
    /// Chooses an option of a scale: a word (`never`), a number in the option's unit (`82`) or with its own (`36 h`).
    ///
    /// # Errors
    /// A diagnostic without a place: the scale has no such option, or the value is not allowed.
    pub fn set(&mut self, scale: &Scale, name: &str, value: &str) -> Result<(), Diagnostic> {
        self.set_in(std::slice::from_ref(scale), name, value)
    }

    /// Chooses an option for all scales that have it, as [`Settings::set`] does for one.
    ///
    /// # Errors
    /// A diagnostic without a place: no scale has such an option, or one that has it does not allow the value.
    pub fn set_in(&mut self, scales: &[Scale], name: &str, value: &str) -> Result<(), Diagnostic> {
        let value = value.trim();
        let mut chosen: Option<Chosen> = None;
        for option in scales.iter().filter_map(|scale| scale.option(name)) {
            let here = option.kind.choose(name, value)?;
            if chosen.as_ref().is_some_and(|elsewhere| *elsewhere != here) {
                let mut unclear = Diagnostic::error(&codes::OPTION_VALUE, format!("`{name}` cannot be `{value}`"));
                unclear.help("the scales have this option in different units: write the unit of the number");
                return Err(unclear);
            }
            chosen = Some(here);
        }
        let Some(chosen) = chosen else {
            let names: Vec<String> = scales.iter().map(|scale| format!("`{}`", scale.name())).collect();
            let (noun, verb) = if scales.len() == 1 { ("scale", "has") } else { ("scales", "have") };
            let message = format!("{noun} {} {verb} no option `{name}`", names.join(", "));
            let mut unknown = Diagnostic::error(&codes::UNKNOWN_OPTION, message);
            let mut options: Vec<&str> = Vec::new();
            for option in scales.iter().flat_map(Scale::options) {
                if !options.contains(&option.name.as_str()) {
                    options.push(&option.name);
                }
            }
            unknown.help(listing(name, options.iter().copied(), "options"));
            return Err(unknown);
        };
        self.options.chosen.retain(|(known, _)| known != name);
        self.options.chosen.push((name.to_owned(), chosen));
        Ok(())
    }

    /// The values of a scale's options, in its order: what was chosen, else the default.
    pub(super) fn values(&self, scale: &Scale) -> Vec<OptionValue> {
        let value = |name: &str, kind: &OptionKind| {
            let (_, chosen) = self.options.chosen.iter().find(|(known, _)| known == name)?;
            match (kind, chosen) {
                (OptionKind::Choice { allowed, .. }, Chosen::Word(word)) => {
                    allowed.iter().position(|known| known == word).map(OptionValue::Choice)
                }
                (OptionKind::Number { unit, .. }, Chosen::Number(quantity)) => {
                    quantity.unit.convert(quantity.value, unit).map(OptionValue::Number)
                }
                _ => None,
            }
        };
        let options = scale.options().iter();
        options.map(|option| value(&option.name, &option.kind).unwrap_or(option.kind.default_value())).collect()
    }
}

//! Vasopressors: names, doses, units.

use crate::diagnostic::codes::chart as codes;
use crate::diagnostic::{Diagnostic, listing};
use crate::sign::Sign;
use crate::unit::{Quantity, Unit};

/// A vasopressor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Agent {
    /// Norepinephrine (noradrenaline).
    Norepinephrine,
    /// Epinephrine (adrenaline).
    Epinephrine,
    /// Phenylephrine.
    Phenylephrine,
    /// Dopamine.
    Dopamine,
    /// Vasopressin; not counted among several vasopressors by ASTCT.
    Vasopressin,
    /// Angiotensin II; counts as a vasopressor, has no equivalent dose here.
    Angiotensin,
}

/// Names and short forms.
const NAMES: [(&str, Agent); 23] = [
    ("norepinephrine", Agent::Norepinephrine),
    ("noradrenaline", Agent::Norepinephrine),
    ("levophed", Agent::Norepinephrine),
    ("ne", Agent::Norepinephrine),
    ("norepi", Agent::Norepinephrine),
    ("epinephrine", Agent::Epinephrine),
    ("adrenaline", Agent::Epinephrine),
    ("epi", Agent::Epinephrine),
    ("phenylephrine", Agent::Phenylephrine),
    ("phenyl", Agent::Phenylephrine),
    ("phe", Agent::Phenylephrine),
    ("pe", Agent::Phenylephrine),
    ("neosynephrine", Agent::Phenylephrine),
    ("dopamine", Agent::Dopamine),
    ("dopa", Agent::Dopamine),
    ("da", Agent::Dopamine),
    ("vasopressin", Agent::Vasopressin),
    ("vaso", Agent::Vasopressin),
    ("avp", Agent::Vasopressin),
    ("angiotensin", Agent::Angiotensin),
    ("angiotensin_ii", Agent::Angiotensin),
    ("angii", Agent::Angiotensin),
    ("ang2", Agent::Angiotensin),
];

/// A rate as charted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate {
    /// In ug/min, or in ug/kg/min if `per_kg`; NaN if no dose was charted.
    pub(super) value: f64,
    pub(super) per_kg: bool,
    /// Norepinephrine without a word on base or tartrate.
    pub(super) salt_unstated: bool,
}

impl Agent {
    /// All.
    pub const ALL: [Agent; 6] = [
        Agent::Norepinephrine,
        Agent::Epinephrine,
        Agent::Phenylephrine,
        Agent::Dopamine,
        Agent::Vasopressin,
        Agent::Angiotensin,
    ];

    /// The agent of a name or short form, in any case.
    ///
    /// # Errors
    /// A diagnostic without a place, with the names there are.
    pub fn named(name: &str) -> Result<Agent, Diagnostic> {
        let wanted = name.trim().to_ascii_lowercase();
        if let Some((_, agent)) = NAMES.iter().find(|(known, _)| *known == wanted) {
            return Ok(*agent);
        }
        let mut wrong = Diagnostic::error(&codes::AGENT, format!("`{}` is not a known vasopressor", name.trim()));
        wrong.help(match wanted.as_str() {
            "dobutamine" | "milrinone" | "levosimendan" => {
                "it is an inotrope and counts on no scale: leave its rows out".into()
            }
            _ => listing(&wanted, NAMES.iter().map(|(name, _)| *name), "vasopressors"),
        });
        Err(wrong)
    }

    /// Its full name.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, agent)| *agent == self).map_or("", |(name, _)| name)
    }

    /// The sign of its rate, if it has one.
    pub(super) fn sign(self) -> Option<Sign> {
        match self {
            Agent::Norepinephrine => Some(Sign::Norepinephrine),
            Agent::Epinephrine => Some(Sign::Epinephrine),
            Agent::Phenylephrine => Some(Sign::Phenylephrine),
            Agent::Dopamine => Some(Sign::Dopamine),
            Agent::Vasopressin | Agent::Angiotensin => None,
        }
    }

    /// The rate meant by a value and its unit: ug/min, ug/kg/min, mg/h ...; U/min for vasopressin.
    ///
    /// Norepinephrine may say of which salt the mass is: `ug/min base`, `ug/min tartrate` (half of it is base, see
    /// doi:10.1186/s13054-023-04354-4).
    ///
    /// # Errors
    /// A diagnostic without a place: no unit, or none of a rate; a rate beyond belief.
    pub(super) fn rate(self, value: f64, unit: &str) -> Result<Rate, Diagnostic> {
        let (unit, base) = self.salt(unit)?;
        let (share, salt_unstated) = (base.unwrap_or(1.0), base.is_none() && self == Agent::Norepinephrine);
        if value == 0.0 {
            return Ok(Rate { value: 0.0, per_kg: false, salt_unstated: false });
        }
        if value.is_nan() {
            return Ok(Rate { value, per_kg: false, salt_unstated: false });
        }
        if unit.is_empty() {
            let mut wrong = Diagnostic::error(&codes::RATE, format!("the rate of {} has no unit", self.name()));
            wrong.help(match self {
                Agent::Vasopressin => "give it: U/min, or U/h",
                _ => "give it: ug/min, ug/kg/min or mg/h; rates by weight and not differ by a factor of 70",
            });
            return Err(wrong);
        }
        let rate = match self {
            Agent::Vasopressin => Rate { value: units_of_vasopressin(value, &unit)?, per_kg: false, salt_unstated },
            _ => mass_rate(value * share, &unit, self)?.with_salt(salt_unstated),
        };
        let most = match self {
            // U/min; usual 0.01 to 0.1.
            Agent::Vasopressin => 1.0,
            _ if rate.per_kg => 100.0,
            Agent::Phenylephrine => 5000.0,
            Agent::Dopamine => 10_000.0,
            _ => 1000.0,
        };
        if (0.0..=most).contains(&rate.value) {
            return Ok(rate);
        }
        let text = format!("{} of {value} {unit} cannot be", self.name());
        let mut wrong = Diagnostic::error(&codes::RATE, text);
        wrong.help(match self {
            Agent::Vasopressin => "vasopressin runs at 0.01 to 0.1 U/min: is the unit right?".to_string(),
            _ if rate.per_kg => format!("at most {most} ug/kg/min is believed: is the unit right?"),
            _ => format!("at most {most} ug/min is believed: is the unit right?"),
        });
        Err(wrong)
    }

    /// The unit without the word for the salt, and which share of the mass is base.
    fn salt(self, unit: &str) -> Result<(String, Option<f64>), Diagnostic> {
        let unit = unit.trim();
        let Some((unit, word)) = unit.rsplit_once(' ') else { return Ok((unit.to_owned(), None)) };
        let share = match word.to_ascii_lowercase().as_str() {
            "base" => 1.0,
            "tartrate" | "bitartrate" => 0.5,
            _ => return Ok((format!("{unit} {word}"), None)),
        };
        if self == Agent::Norepinephrine {
            return Ok((unit.trim().to_owned(), Some(share)));
        }
        let mut wrong = Diagnostic::error(&codes::RATE, format!("`{word}` has no meaning for {}", self.name()));
        wrong.help("only norepinephrine is charted as base or tartrate");
        Err(wrong)
    }
}

impl Rate {
    fn with_salt(self, salt_unstated: bool) -> Self {
        Self { salt_unstated, ..self }
    }

    /// Whether what is known of the weight (kg, NaN if unknown) is enough to compare the rate with limits.
    pub(super) fn weight_suffices(&self, agent: Agent, weight: f64) -> bool {
        agent.sign().is_none() || self.in_unit_of(agent, weight).is_some()
    }

    /// In the unit of the agent's sign: dopamine by weight, the others not. None if the weight is needed and unknown.
    pub(super) fn in_unit_of(&self, agent: Agent, weight: f64) -> Option<f64> {
        let by_weight = agent == Agent::Dopamine;
        let value = match (self.per_kg, by_weight) {
            (true, true) | (false, false) => return Some(self.value),
            _ if self.value.is_nan() || self.value == 0.0 => return Some(self.value),
            (true, false) => self.value * weight,
            (false, true) => self.value / weight,
        };
        (!value.is_nan()).then_some(value)
    }
}

/// In clinical spelling: `mcg/kg/min`, `ug/min`, `mg/h`.
fn mass_rate(value: f64, text: &str, agent: Agent) -> Result<Rate, Diagnostic> {
    let plain = clinical(text);
    let wrong = || {
        let message = format!("`{text}` is not the unit of a rate of {}", agent.name());
        let mut wrong = Diagnostic::error(&codes::RATE, message);
        wrong.help("give ug/min, ug/kg/min or mg/h");
        wrong
    };
    let unit = Unit::parse_str(&plain).map_err(|_| wrong())?;
    let quantity = Quantity { value, unit };
    for (name, per_kg) in [("ug/min", false), ("ug/kg/min", true)] {
        let wanted = Unit::parse_str(name).expect("a unit");
        if let Some(value) = quantity.unit.convert(quantity.value, &wanted) {
            return Ok(Rate { value: round(value), per_kg, salt_unstated: false });
        }
    }
    Err(wrong())
}

/// U/min; units of vasopressin are international units.
fn units_of_vasopressin(value: f64, text: &str) -> Result<f64, Diagnostic> {
    let factor = match text.to_ascii_lowercase().replace("units", "u").replace("iu", "u").as_str() {
        "u/min" => 1.0,
        "u/h" | "u/hr" => 1.0 / 60.0,
        "mu/min" => 1e-3,
        _ => {
            let mut wrong =
                Diagnostic::error(&codes::RATE, format!("`{text}` is not the unit of a rate of vasopressin"));
            wrong.help("give U/min or U/h");
            return Err(wrong);
        }
    };
    Ok(value * factor)
}

/// Removes what a conversion of units leaves behind: 1.2 mg/h is 20 ug/min and not a hair less.
fn round(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

/// A unit in the spelling of this program.
pub(super) fn clinical(unit: &str) -> String {
    let unit = unit.trim();
    match unit {
        "C" | "°C" | "Cel" => return "degC".into(),
        "F" | "°F" | "[degF]" => return "degF".into(),
        "mm[Hg]" | "mm Hg" => return "mmHg".into(),
        "lpm" | "LPM" | "l/min" => return "L/min".into(),
        "%" => return "percent".into(),
        _ => {}
    }
    unit.replace("mcg", "ug").replace("/hr", "/h").replace("µ", "u").replace("μ", "u")
}

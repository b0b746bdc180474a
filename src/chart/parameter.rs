//! What a row of a long table can be about.

use super::agent::{Agent, clinical};
use super::entry::{Causes, Dose, Event};
use crate::diagnostic::codes::chart as codes;
use crate::diagnostic::{Diagnostic, listing};
use crate::sign::{Kind, OxygenDevice, Sign, Signs};
use crate::unit::Unit;

/// A parameter of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Parameter {
    Sign(Sign),
    Device,
    BaselineDevice,
    VentilationReason,
    Pressor(Agent),
    Bolus,
    Antipyretic,
    Anticytokine,
    OtherCause,
    Death,
    Age,
    Weight,
    SbpBaseline,
    Infusion,
    Reported(String),
    /// Read by many wards, used by no scale.
    Unused,
}

/// Names of parameters that have no further part.
const NAMES: [(&str, Parameter); 45] = [
    ("TEMP", Parameter::Sign(Sign::Temperature)),
    ("TEMPERATURE", Parameter::Sign(Sign::Temperature)),
    ("SBP", Parameter::Sign(Sign::Sbp)),
    ("SYSBP", Parameter::Sign(Sign::Sbp)),
    ("SPO2", Parameter::Sign(Sign::Spo2)),
    ("OXYSAT", Parameter::Sign(Sign::Spo2)),
    ("FIO2", Parameter::Sign(Sign::Fio2)),
    ("O2FLOW", Parameter::Sign(Sign::OxygenFlow)),
    ("O2DEVICE", Parameter::Device),
    ("BASELINE_DEVICE", Parameter::BaselineDevice),
    ("VENT_REASON", Parameter::VentilationReason),
    ("FLUID_BOLUS", Parameter::Bolus),
    ("TOCI", Parameter::Anticytokine),
    ("TOCILIZUMAB", Parameter::Anticytokine),
    ("STEROID", Parameter::Anticytokine),
    ("ANTICYTOKINE", Parameter::Anticytokine),
    ("SILTUXIMAB", Parameter::Anticytokine),
    ("ANAKINRA", Parameter::Anticytokine),
    ("DEXAMETHASONE", Parameter::Anticytokine),
    ("METHYLPREDNISOLONE", Parameter::Anticytokine),
    ("ANTIPYRETIC", Parameter::Antipyretic),
    ("PARACETAMOL", Parameter::Antipyretic),
    ("CREAT_GR", Parameter::Sign(Sign::CreatinineGrade)),
    ("ALT_GR", Parameter::Sign(Sign::TransaminaseGrade)),
    ("AST_GR", Parameter::Sign(Sign::TransaminaseGrade)),
    ("ORGAN_GR", Parameter::Sign(Sign::OrganGrade)),
    ("COAG_PRODUCT", Parameter::Sign(Sign::CoagulationProduct)),
    ("HOSP", Parameter::Sign(Sign::Hospitalised)),
    ("SYMPTOMS", Parameter::Sign(Sign::Symptoms)),
    ("ICE", Parameter::Sign(Sign::Ice)),
    ("CONSCIOUSNESS", Parameter::Sign(Sign::Consciousness)),
    ("SEIZURE", Parameter::Sign(Sign::Seizure)),
    ("MOTOR", Parameter::Sign(Sign::MotorWeakness)),
    ("OEDEMA", Parameter::Sign(Sign::Oedema)),
    ("OTHER_CAUSE", Parameter::OtherCause),
    ("DEATH", Parameter::Death),
    ("AGE", Parameter::Age),
    ("WEIGHT", Parameter::Weight),
    ("SBP_BASELINE", Parameter::SbpBaseline),
    ("INFUSION", Parameter::Infusion),
    ("MAP", Parameter::Unused),
    ("DBP", Parameter::Unused),
    ("DIABP", Parameter::Unused),
    ("HR", Parameter::Unused),
    ("RESP", Parameter::Unused),
];

/// Devices by other names.
const DEVICES: [(&str, OxygenDevice); 22] = [
    ("room air", OxygenDevice::Ra),
    ("room_air", OxygenDevice::Ra),
    ("none", OxygenDevice::Ra),
    ("0", OxygenDevice::Ra),
    ("blow-by", OxygenDevice::Blowby),
    ("blow by", OxygenDevice::Blowby),
    ("nasal cannula", OxygenDevice::Nc),
    ("cannula", OxygenDevice::Nc),
    ("face mask", OxygenDevice::Mask),
    ("simple mask", OxygenDevice::Mask),
    ("facemask", OxygenDevice::Mask),
    ("venturi mask", OxygenDevice::Venturi),
    ("non-rebreather", OxygenDevice::Nrb),
    ("nonrebreather", OxygenDevice::Nrb),
    ("non-rebreather mask", OxygenDevice::Nrb),
    ("reservoir mask", OxygenDevice::Nrb),
    ("high-flow nasal cannula", OxygenDevice::Hfnc),
    ("high flow nasal cannula", OxygenDevice::Hfnc),
    ("ventilator", OxygenDevice::Imv),
    ("intubated", OxygenDevice::Imv),
    ("mechanical ventilation", OxygenDevice::Imv),
    ("vent", OxygenDevice::Imv),
];

/// What a value means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meaning {
    Event(Event),
    BaselineDevice(OxygenDevice),
    Age(f64),
    Weight(f64),
    SbpBaseline(f64),
    Infusion,
    Reported { scale: String, grade: u8 },
    Nothing,
}

impl Parameter {
    /// The parameter of that name, in any case; none for a name that resembles no parameter.
    ///
    /// # Errors
    /// A diagnostic without a place: nearly the name of a parameter, or `PRESSOR:` of an unknown agent.
    pub(super) fn named(name: &str) -> Result<Option<Parameter>, Diagnostic> {
        let wanted = name.trim().to_ascii_uppercase();
        if let Some((_, parameter)) = NAMES.iter().find(|(known, _)| *known == wanted) {
            return Ok(Some(parameter.clone()));
        }
        if let Some(agent) = wanted.strip_prefix("PRESSOR:") {
            return Agent::named(agent).map(|agent| Some(Parameter::Pressor(agent)));
        }
        if Agent::named(&wanted).is_ok() {
            let mut wrong = Diagnostic::error(&codes::PARAMETER, format!("unknown parameter `{}`", name.trim()));
            wrong.help(format!("a vasopressor is written PRESSOR:{wanted}"));
            return Err(wrong);
        }
        if let Some(scale) = wanted.strip_prefix("REPORTED:") {
            return Ok(Some(Parameter::Reported(scale.trim().to_ascii_lowercase())));
        }
        let names = NAMES.iter().map(|(name, _)| *name).chain(["PRESSOR:NE", "REPORTED:penn"]);
        if wanted == "PRESSOR" || wanted == "REPORTED" || crate::diagnostic::nearest(&wanted, names.clone()).is_some() {
            let mut wrong = Diagnostic::error(&codes::PARAMETER, format!("unknown parameter `{}`", name.trim()));
            wrong.help(match wanted.as_str() {
                "PRESSOR" => "name the agent: PRESSOR:NE".into(),
                "REPORTED" => "name the scale: REPORTED:penn".into(),
                _ => listing(&wanted, names, "parameters"),
            });
            return Err(wrong);
        }
        Ok(None)
    }

    /// What a value with its unit means.
    ///
    /// # Errors
    /// A diagnostic without a place.
    pub(super) fn meaning(
        &self,
        value: &str,
        unit: &str,
        conversions: &mut Conversions,
    ) -> Result<Meaning, Diagnostic> {
        Ok(match self {
            Parameter::Sign(sign) => match sign_value(*sign, value, unit, conversions)? {
                Some(value) => Meaning::Event(Event::Read(*sign, value)),
                None => Meaning::Nothing,
            },
            Parameter::Device => match device(value)? {
                Some(device) => Meaning::Event(Event::Device { device, bounded: false }),
                None => Meaning::Nothing,
            },
            Parameter::BaselineDevice => device(value)?.map_or(Meaning::Nothing, Meaning::BaselineDevice),
            Parameter::VentilationReason => match value.trim().to_ascii_lowercase().as_str() {
                "" => Meaning::Nothing,
                "airway" | "airway protection" => Meaning::Event(Event::AirwayOnly(true)),
                "hypoxia" | "respiratory" => Meaning::Event(Event::AirwayOnly(false)),
                _ => return Err(not_a_value("VENT_REASON", value, "write airway or hypoxia")),
            },
            Parameter::Pressor(agent) => {
                let rate = match value.trim() {
                    text if is_missing(text) => return Ok(Meaning::Nothing),
                    text if text.eq_ignore_ascii_case("unknown") => f64::NAN,
                    text if text.eq_ignore_ascii_case("stop") => 0.0,
                    text => number(agent.name(), text)?,
                };
                Meaning::Event(Event::Pressor(*agent, Dose { rate: agent.rate(rate, unit)?, bounded: false }))
            }
            Parameter::Bolus => bolus(value, unit)?,
            Parameter::Antipyretic if given(value, unit)? => Meaning::Event(Event::Antipyretic),
            Parameter::Anticytokine if given(value, unit)? => Meaning::Event(Event::Anticytokine),
            Parameter::Age
            | Parameter::Weight
            | Parameter::SbpBaseline
            | Parameter::Reported(_)
            | Parameter::OtherCause
                if is_missing(value) =>
            {
                Meaning::Nothing
            }
            Parameter::OtherCause => other_cause(value)?,
            Parameter::Death => match value.trim().to_ascii_lowercase().as_str() {
                "" | "0" | "false" | "no" => Meaning::Nothing,
                "1" | "true" | "yes" | "crs" => Meaning::Event(Event::Death(true)),
                "other" => Meaning::Event(Event::Death(false)),
                _ => {
                    return Err(not_a_value(
                        "DEATH",
                        value,
                        "write crs (or 1) if it was due to the syndrome, else other",
                    ));
                }
            },
            Parameter::Age => Meaning::Age(quantity("AGE", value, unit, "year", 0.0..=120.0)?),
            Parameter::Weight => Meaning::Weight(quantity("WEIGHT", value, unit, "kg", 0.3..=400.0)?),
            Parameter::SbpBaseline => {
                Meaning::SbpBaseline(quantity("SBP_BASELINE", value, unit, "mmHg", 40.0..=320.0)?)
            }
            Parameter::Infusion => Meaning::Infusion,
            Parameter::Reported(scale) => match value.trim().parse::<u8>() {
                Ok(grade @ 0..=5) => Meaning::Reported { scale: scale.clone(), grade },
                _ => return Err(not_a_value("REPORTED", value, "write a grade from 0 to 5")),
            },
            Parameter::Antipyretic | Parameter::Anticytokine | Parameter::Unused => Meaning::Nothing,
        })
    }
}

pub(super) fn not_a_value(parameter: &str, value: &str, help: impl Into<String>) -> Diagnostic {
    let mut wrong = Diagnostic::error(&codes::VALUE, format!("`{parameter}` cannot be `{}`", value.trim()));
    wrong.help(help);
    wrong
}

fn number(parameter: &str, text: &str) -> Result<f64, Diagnostic> {
    match text.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ if text.replace(',', ".").trim().parse::<f64>().is_ok() => {
            Err(not_a_value(parameter, text, "write decimals with a point"))
        }
        _ => Err(not_a_value(parameter, text, "a number is wanted; leave a missing value empty")),
    }
}

/// Whether a text stands for a missing value.
pub(super) fn is_missing(text: &str) -> bool {
    let text = text.trim();
    matches!(text, "" | "." | "NA") || text.eq_ignore_ascii_case("nan")
}

/// A sign's value in the sign's unit; none if it is missing. `conversions` keeps what was met of units.
pub(super) fn sign_value(
    sign: Sign,
    text: &str,
    unit: &str,
    conversions: &mut Conversions,
) -> Result<Option<f64>, Diagnostic> {
    if is_missing(text) {
        return Ok(None);
    }
    if !sign.is_number() {
        let text = text.trim().to_ascii_lowercase();
        let text = match (sign.kind(), text.as_str()) {
            (Kind::Flag, "yes" | "y") => "true",
            (Kind::Flag, "no" | "n") => "false",
            (_, text) => text,
        };
        // What signs say of themselves is said of the parameter here.
        return Signs::value_of(sign, text).map(Some);
    }
    conversions.find(sign, text, unit)?.value(text, unit).map(Some)
}

/// Units that were met, of each sign: reading one takes longer than reading a number.
#[derive(Debug, Default)]
pub(super) struct Conversions(Vec<(String, Conversion)>);

impl Conversions {
    fn find(&mut self, sign: Sign, text: &str, unit: &str) -> Result<&Conversion, Diagnostic> {
        let known = self.0.iter().position(|(written, known)| known.sign == sign && written == unit);
        let at = match known {
            Some(at) => at,
            None => {
                self.0.push((unit.to_owned(), Conversion::of(sign, text, unit)?));
                self.0.len() - 1
            }
        };
        Ok(&self.0[at].1)
    }
}

/// From a unit as written to that of a sign, ready to be used for many values.
#[derive(Debug)]
struct Conversion {
    sign: Sign,
    /// From and to; none if they are the same.
    units: Option<(Unit, Unit)>,
}

impl Conversion {
    /// For a sign that is a number; `text` is the value of which a missing unit is told.
    fn of(sign: Sign, text: &str, unit: &str) -> Result<Self, Diagnostic> {
        let own = Unit::parse_str(sign.unit_text()).expect("a sign's unit");
        let written = clinical(unit);
        if written.is_empty() {
            let mut wrong = Diagnostic::error(&codes::UNIT, format!("`{sign}` of {} has no unit", text.trim()));
            wrong.help(format!("write it in the column `unit`: {}", sign.unit_text()));
            return Err(wrong);
        }
        let fraction = written == "1" || written.eq_ignore_ascii_case("fraction");
        match Unit::parse_str(if fraction { "1" } else { &written }) {
            Ok(unit) if unit == own => Ok(Self { sign, units: None }),
            Ok(unit) if unit.convert(0.0, &own).is_some() => Ok(Self { sign, units: Some((unit, own)) }),
            _ => {
                let mut wrong =
                    Diagnostic::error(&codes::UNIT, format!("`{sign}` is not measured in `{}`", unit.trim()));
                wrong.help(format!("give it in {}", sign.unit_text()));
                Err(wrong)
            }
        }
    }

    /// The value meant by a text, in the unit of the sign; `unit` is what was written, for messages.
    fn value(&self, text: &str, unit: &str) -> Result<f64, Diagnostic> {
        let sign = self.sign;
        let mut value = number(sign.name(), text)?;
        if let Some((from, to)) = &self.units {
            value = from.convert(value, to).map_or(f64::NAN, |value| (value * 1e9).round() / 1e9);
        }
        if sign == Sign::Temperature {
            // A thermometer does not tell more; 100.4 degF is 38.0 degC.
            value = (value * 100.0).round() / 100.0;
        }
        if sign.believable().contains(&value) {
            return Ok(value);
        }
        let range = sign.believable();
        Err(not_a_value(
            sign.name(),
            &format!("{} {}", text.trim(), unit.trim()),
            match sign {
                Sign::Temperature if (80.0..=115.0).contains(&value) => format!("was `{} degF` meant?", text.trim()),
                Sign::Temperature if (298.0..=318.0).contains(&value) => format!("was `{} K` meant?", text.trim()),
                Sign::Fio2 | Sign::Spo2 if (0.2..=1.0).contains(&value) => {
                    format!("was `{}` percent meant, or a fraction with unit 1?", (value * 1e6).round() / 1e4)
                }
                _ => format!("it lies between {} and {} {}", range.start(), range.end(), sign.unit_text()),
            },
        ))
    }
}

/// A device; none if it is missing.
pub(super) fn device(text: &str) -> Result<Option<OxygenDevice>, Diagnostic> {
    if is_missing(text) {
        return Ok(None);
    }
    let wanted = text.trim().to_ascii_lowercase();
    let own = OxygenDevice::ALL.into_iter().map(|device| (device.name(), device));
    if let Some((_, device)) = own.clone().chain(DEVICES).find(|(name, _)| *name == wanted) {
        return Ok(Some(device));
    }
    Err(not_a_value("O2DEVICE", text, listing(&wanted, own.map(|(name, _)| name), "devices")))
}

fn bolus(value: &str, unit: &str) -> Result<Meaning, Diagnostic> {
    if is_missing(value) {
        return Ok(Meaning::Nothing);
    }
    let amount = number("FLUID_BOLUS", value)?;
    let unit = clinical(unit);
    let count = match unit.as_str() {
        _ if amount < 0.0 => return Err(not_a_value("FLUID_BOLUS", value, "it is not negative")),
        _ if amount == 0.0 => 0,
        "" | "1" if amount.fract() == 0.0 && amount <= 20.0 => amount as u32,
        "" | "1" => {
            return Err(not_a_value("FLUID_BOLUS", value, "without a unit it is a number of boluses; or give mL"));
        }
        "mL" | "L" | "ml" | "mL/kg" | "ml/kg" => 1,
        _ => {
            let mut wrong = Diagnostic::error(&codes::UNIT, format!("`FLUID_BOLUS` is not measured in `{unit}`"));
            wrong.help("give mL, or no unit for a number of boluses");
            return Err(wrong);
        }
    };
    Ok(Meaning::Event(Event::Bolus(count)))
}

/// Whether a drug was given: a dose, 1, true; not for 0.
fn given(value: &str, _unit: &str) -> Result<bool, Diagnostic> {
    Ok(match value.trim().to_ascii_lowercase().as_str() {
        "" | "0" | "false" | "no" | "n" | "na" | "." => false,
        "true" | "yes" | "y" | "given" => true,
        text => {
            let dose = number("a drug", text)?;
            if dose < 0.0 {
                return Err(not_a_value("a drug", value, "a dose is not negative"));
            }
            dose > 0.0
        }
    })
}

fn other_cause(value: &str) -> Result<Meaning, Diagnostic> {
    let mut causes = Causes::default();
    for word in value.split([';', '+', ' ']).filter(|word| !word.is_empty()) {
        match word.to_ascii_lowercase().as_str() {
            "fever" => causes.fever = true,
            "hypotension" => causes.hypotension = true,
            "hypoxia" => causes.hypoxia = true,
            "all" | "1" | "true" => causes = Causes { fever: true, hypotension: true, hypoxia: true },
            "none" | "0" | "false" => causes = Causes::default(),
            _ => return Err(not_a_value("OTHER_CAUSE", value, "write fever, hypotension, hypoxia, all or none")),
        }
    }
    Ok(Meaning::Event(Event::OtherCause(causes)))
}

fn quantity(
    name: &str,
    value: &str,
    unit: &str,
    wanted: &str,
    believable: std::ops::RangeInclusive<f64>,
) -> Result<f64, Diagnostic> {
    let number = number(name, value)?;
    let written = match unit.trim() {
        "" => {
            let mut wrong = Diagnostic::error(&codes::UNIT, format!("`{name}` has no unit"));
            wrong.help(format!("write it in the column `unit`: {wanted}"));
            return Err(wrong);
        }
        "y" | "yr" | "years" | "a" => "year".to_owned(),
        "months" | "month" | "mo" => return in_range(name, value, number / 12.0, believable, wanted),
        other => clinical(other),
    };
    let target = Unit::parse_str(wanted).expect("a unit");
    let converted = Unit::parse_str(&written).ok().and_then(|unit| unit.convert(number, &target));
    match converted {
        Some(converted) => in_range(name, value, converted, believable, wanted),
        None => {
            let mut wrong = Diagnostic::error(&codes::UNIT, format!("`{name}` is not measured in `{}`", unit.trim()));
            wrong.help(format!("give it in {wanted}"));
            Err(wrong)
        }
    }
}

fn in_range(
    name: &str,
    text: &str,
    value: f64,
    believable: std::ops::RangeInclusive<f64>,
    unit: &str,
) -> Result<f64, Diagnostic> {
    if believable.contains(&value) {
        return Ok(value);
    }
    let range = format!("it lies between {} and {} {unit}", believable.start(), believable.end());
    Err(not_a_value(name, text, range))
}

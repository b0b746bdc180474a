use std::fmt;
use std::ops::RangeInclusive;

/// A sign that grading scales look at.
///
/// Its value is always one `f64`: a number in [`Sign::unit_text`], a count, 0 or 1, or the rank of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// Body temperature, degC.
    Temperature,
    /// Systolic blood pressure, mmHg.
    Sbp,
    /// Fluids given for blood pressure, see [`Fluids`].
    Fluids,
    /// Number of vasopressors running at once, vasopressin not counted.
    Pressors,
    /// Whether vasopressin runs.
    Vasopressin,
    /// Whether the doses of the vasopressors are high, as the scale's table defines it; how long is the scale's business.
    PressorHigh,
    /// How oxygen is given, see [`OxygenDevice`].
    OxygenDevice,
    /// Oxygen flow, L/min.
    OxygenFlow,
    /// Inspired oxygen, percent.
    Fio2,
    /// Antipyretics given so far: a count, `true` is one.
    AntipyreticGiven,
    /// Anti-cytokine drugs (tocilizumab, steroids ...) given so far: a count, `true` is one.
    AnticytokineGiven,
    /// Norepinephrine base, ug/min.
    Norepinephrine,
    /// Epinephrine, ug/min.
    Epinephrine,
    /// Phenylephrine, ug/min.
    Phenylephrine,
    /// Dopamine, ug/kg/min.
    Dopamine,
    /// All vasopressors but vasopressin as norepinephrine, ug/min, see [`Signs::with_equivalent`](super::Signs::with_equivalent).
    NeEquivalent,
    /// Oxygen saturation by pulse oximetry, percent.
    Spo2,
    /// Grade of creatinine by CTCAE, 0 to 5.
    CreatinineGrade,
    /// Grade of ALT or AST by CTCAE, the higher, 0 to 5.
    TransaminaseGrade,
    /// Highest grade of any other organ by CTCAE, 0 to 5.
    OrganGrade,
    /// Whether fresh frozen plasma, cryoprecipitate or fibrinogen was given for coagulopathy.
    CoagulationProduct,
    /// Whether the patient is in hospital for symptoms of the syndrome.
    Hospitalised,
    /// Whether there are constitutional symptoms (nausea, fatigue, headache, myalgia, malaise).
    Symptoms,
    /// Score of immune effector cell-associated encephalopathy, 0 to 10; lower is worse.
    Ice,
    /// Depressed level of consciousness: alert, drowsy, voice, touch, coma.
    Consciousness,
    /// Seizure: none, brief, prolonged.
    Seizure,
    /// Whether there is deep focal motor weakness.
    MotorWeakness,
    /// Raised intracranial pressure or cerebral oedema: none, focal, diffuse.
    Oedema,
}

/// What values a [`Sign`] takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number in the sign's unit that changes smoothly.
    Number,
    /// A number in the sign's unit that is set: the rate of a drip.
    Rate,
    /// A whole number from 0.
    Count,
    /// 0 or 1.
    Flag,
    /// Administrations so far, a whole number from 0; as a condition, whether there was any.
    Doses,
    /// One of these, mildest first.
    Levels(&'static [&'static str]),
}

/// Which way a sign gets worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worse {
    /// Larger values are worse.
    Higher,
    /// Smaller values are worse (blood pressure).
    Lower,
}

impl Sign {
    /// How many there are.
    pub const COUNT: usize = 28;

    /// All of them, in the order of [`Sign::index`].
    pub const ALL: [Sign; Sign::COUNT] = [
        Sign::Temperature,
        Sign::Sbp,
        Sign::Fluids,
        Sign::Pressors,
        Sign::Vasopressin,
        Sign::PressorHigh,
        Sign::OxygenDevice,
        Sign::OxygenFlow,
        Sign::Fio2,
        Sign::AntipyreticGiven,
        Sign::AnticytokineGiven,
        Sign::Norepinephrine,
        Sign::Epinephrine,
        Sign::Phenylephrine,
        Sign::Dopamine,
        Sign::NeEquivalent,
        Sign::Spo2,
        Sign::CreatinineGrade,
        Sign::TransaminaseGrade,
        Sign::OrganGrade,
        Sign::CoagulationProduct,
        Sign::Hospitalised,
        Sign::Symptoms,
        Sign::Ice,
        Sign::Consciousness,
        Sign::Seizure,
        Sign::MotorWeakness,
        Sign::Oedema,
    ];

    /// Its place in [`Sign::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// Its name in models, tables and scales.
    pub fn name(self) -> &'static str {
        match self {
            Sign::Temperature => "temperature",
            Sign::Sbp => "sbp",
            Sign::Fluids => "fluids",
            Sign::Pressors => "pressors",
            Sign::Vasopressin => "vasopressin",
            Sign::PressorHigh => "pressor_high",
            Sign::OxygenDevice => "oxygen_device",
            Sign::OxygenFlow => "oxygen_flow",
            Sign::Fio2 => "fio2",
            Sign::AntipyreticGiven => "antipyretic_given",
            Sign::AnticytokineGiven => "anticytokine_given",
            Sign::Norepinephrine => "norepinephrine",
            Sign::Epinephrine => "epinephrine",
            Sign::Phenylephrine => "phenylephrine",
            Sign::Dopamine => "dopamine",
            Sign::NeEquivalent => "ne_equivalent",
            Sign::Spo2 => "spo2",
            Sign::CreatinineGrade => "creatinine_grade",
            Sign::TransaminaseGrade => "transaminase_grade",
            Sign::OrganGrade => "organ_grade",
            Sign::CoagulationProduct => "coagulation_product",
            Sign::Hospitalised => "hospitalised",
            Sign::Symptoms => "symptoms",
            Sign::Ice => "ice",
            Sign::Consciousness => "consciousness",
            Sign::Seizure => "seizure",
            Sign::MotorWeakness => "motor_weakness",
            Sign::Oedema => "oedema",
        }
    }

    /// The sign of that name.
    pub fn named(name: &str) -> Option<Sign> {
        Sign::ALL.into_iter().find(|sign| sign.name() == name)
    }

    /// The rank of a level by its name, whichever sign has it: `hfnc`, `multiple`.
    pub fn rank_named(name: &str) -> Option<f64> {
        Sign::ALL.into_iter().find_map(|sign| match sign.kind() {
            Kind::Levels(names) => names.iter().position(|known| *known == name).map(|rank| rank as f64),
            _ => None,
        })
    }

    /// The names of all, for the nearest one.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        Sign::ALL.into_iter().map(Sign::name)
    }

    /// Its unit, `1` where it has none.
    pub fn unit_text(self) -> &'static str {
        match self {
            Sign::Temperature => "degC",
            Sign::Sbp => "mmHg",
            Sign::OxygenFlow => "L/min",
            Sign::Fio2 | Sign::Spo2 => "percent",
            Sign::Norepinephrine | Sign::Epinephrine | Sign::Phenylephrine | Sign::NeEquivalent => "ug/min",
            Sign::Dopamine => "ug/kg/min",
            _ => "1",
        }
    }

    /// What values it takes.
    pub fn kind(self) -> Kind {
        match self {
            Sign::Temperature | Sign::Sbp | Sign::OxygenFlow | Sign::Fio2 | Sign::Spo2 => Kind::Number,
            Sign::Norepinephrine | Sign::Epinephrine | Sign::Phenylephrine | Sign::Dopamine | Sign::NeEquivalent => {
                Kind::Rate
            }
            Sign::Pressors | Sign::CreatinineGrade | Sign::TransaminaseGrade | Sign::OrganGrade | Sign::Ice => {
                Kind::Count
            }
            Sign::Vasopressin
            | Sign::PressorHigh
            | Sign::CoagulationProduct
            | Sign::Hospitalised
            | Sign::Symptoms
            | Sign::MotorWeakness => Kind::Flag,
            Sign::AntipyreticGiven | Sign::AnticytokineGiven => Kind::Doses,
            Sign::Fluids => Kind::Levels(&Fluids::NAMES),
            Sign::OxygenDevice => Kind::Levels(&OxygenDevice::NAMES),
            Sign::Consciousness => Kind::Levels(&CONSCIOUSNESS),
            Sign::Seizure => Kind::Levels(&SEIZURE),
            Sign::Oedema => Kind::Levels(&OEDEMA),
        }
    }

    /// Whether it changes smoothly, so that a threshold is crossed inside a step of the solver.
    pub fn is_continuous(self) -> bool {
        self.kind() == Kind::Number
    }

    /// Whether its values are numbers in [`Sign::unit_text`].
    pub fn is_number(self) -> bool {
        matches!(self.kind(), Kind::Number | Kind::Rate)
    }

    /// Whether it is measured now and then (temperature, pressure, saturation); the others are known whenever they change.
    pub fn is_measured(self) -> bool {
        matches!(self, Sign::Temperature | Sign::Sbp | Sign::Spo2)
    }

    /// Which way it gets worse.
    pub fn worse(self) -> Worse {
        match self {
            Sign::Sbp | Sign::Spo2 | Sign::Ice => Worse::Lower,
            _ => Worse::Higher,
        }
    }

    /// The values a patient's table may hold; outside, the unit is surely wrong (383 K, a fraction for a percentage).
    pub fn believable(self) -> RangeInclusive<f64> {
        match self {
            Sign::Temperature => 25.0..=45.0,
            Sign::Sbp => 0.0..=320.0,
            Sign::OxygenFlow => 0.0..=120.0,
            Sign::Fio2 => 20.0..=100.0,
            Sign::Spo2 => 20.0..=100.0,
            Sign::Norepinephrine | Sign::Epinephrine | Sign::NeEquivalent => 0.0..=1000.0,
            Sign::Phenylephrine => 0.0..=5000.0,
            Sign::Dopamine => 0.0..=100.0,
            Sign::Pressors | Sign::Ice => 0.0..=10.0,
            Sign::CreatinineGrade | Sign::TransaminaseGrade | Sign::OrganGrade => 0.0..=5.0,
            Sign::AntipyreticGiven | Sign::AnticytokineGiven => 0.0..=1e6,
            _ => match self.kind() {
                Kind::Levels(names) => 0.0..=(names.len() - 1) as f64,
                _ => 0.0..=1.0,
            },
        }
    }

    /// The worse of two values of this sign.
    pub fn worse_of(self, a: f64, b: f64) -> f64 {
        match self.worse() {
            Worse::Higher => a.max(b),
            Worse::Lower => a.min(b),
        }
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How oxygen is given, mildest first.
///
/// # Reference
/// Lee DW et al. 2019, doi:10.1016/j.bbmt.2018.12.758: low flow (cannula to 6 L/min, blow-by), high flow (masks,
/// Venturi, non-rebreather, high-flow cannula), positive pressure (CPAP, BiPAP, ventilation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum OxygenDevice {
    /// Room air.
    Ra,
    /// Blow-by; always low flow, so milder than a cannula, which may be high flow.
    Blowby,
    /// Nasal cannula; low or high by [`Sign::OxygenFlow`].
    Nc,
    /// Simple face mask.
    Mask,
    /// Venturi mask.
    Venturi,
    /// Non-rebreather mask.
    Nrb,
    /// High-flow nasal cannula.
    Hfnc,
    /// Continuous positive airway pressure.
    Cpap,
    /// Bilevel positive airway pressure.
    Bipap,
    /// Intubation and mechanical ventilation.
    Imv,
}

impl OxygenDevice {
    /// All, mildest first.
    pub const ALL: [OxygenDevice; 10] = [
        OxygenDevice::Ra,
        OxygenDevice::Blowby,
        OxygenDevice::Nc,
        OxygenDevice::Mask,
        OxygenDevice::Venturi,
        OxygenDevice::Nrb,
        OxygenDevice::Hfnc,
        OxygenDevice::Cpap,
        OxygenDevice::Bipap,
        OxygenDevice::Imv,
    ];

    /// Their names, mildest first.
    pub const NAMES: [&'static str; 10] =
        ["ra", "blowby", "nc", "mask", "venturi", "nrb", "hfnc", "cpap", "bipap", "imv"];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// Fluids given for blood pressure, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fluids {
    /// None for this purpose.
    None,
    /// One bolus.
    One,
    /// Several boluses.
    Multiple,
}

impl Fluids {
    /// All, mildest first.
    pub const ALL: [Fluids; 3] = [Fluids::None, Fluids::One, Fluids::Multiple];

    /// Their names, mildest first.
    pub const NAMES: [&'static str; 3] = ["none", "one", "multiple"];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// Depressed level of consciousness, mildest first: not depressed, awakens spontaneously, to voice, only to touch,
/// unarousable or by vigorous stimuli only.
///
/// # Reference
/// ASTCT grading of ICANS, Lee DW et al. 2019, doi:10.1016/j.bbmt.2018.12.758, as reproduced in PMC9327779 table 2.
const CONSCIOUSNESS: [&str; 5] = ["alert", "drowsy", "voice", "touch", "coma"];

/// Seizure, mildest first: none, any that resolves rapidly, longer than 5 minutes or not resolving. Reference as above.
const SEIZURE: [&str; 3] = ["none", "brief", "prolonged"];

/// Raised intracranial pressure or cerebral oedema, mildest first: none, focal on imaging, diffuse or with posturing, palsy
/// of cranial nerve VI or Cushing's triad. Reference as above.
const OEDEMA: [&str; 3] = ["none", "focal", "diffuse"];

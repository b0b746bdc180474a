use crate::unit::Unit;

/// What a score may need of a patient; each is a column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Input {
    /// Lactate dehydrogenase.
    Ldh,
    /// Creatinine.
    Creatinine,
    /// Platelets.
    Platelets,
    /// C-reactive protein.
    Crp,
    /// Ferritin.
    Ferritin,
    /// Absolute neutrophil count.
    Anc,
    /// Haemoglobin.
    Hb,
    /// Interleukin 6, taken as the peak.
    Il6,
    /// Interferon gamma before the infusion.
    IfngBaseline,
    /// Highest interferon gamma.
    IfngPeak,
    /// Interleukin 5 before the infusion.
    Il5Baseline,
    /// Highest interleukin 5.
    Il5Peak,
    /// Interleukin 6 before the infusion.
    Il6Baseline,
    /// Highest interleukin 6.
    Il6Peak,
    /// Interleukin 10 before the infusion.
    Il10Baseline,
    /// Highest interleukin 10.
    Il10Peak,
    /// Flt3 ligand before the infusion.
    Flt3lBaseline,
    /// Highest Flt3 ligand.
    Flt3lPeak,
    /// Fractalkine before the infusion.
    FractalkineBaseline,
    /// Highest fractalkine.
    FractalkinePeak,
    /// GM-CSF before the infusion.
    GmcsfBaseline,
    /// Highest GM-CSF.
    GmcsfPeak,
    /// Consecutive days of fever.
    FeverDays,
    /// Hypotension that needs an intravenous pressor.
    Pressor,
    /// Hypoxia.
    Hypoxia,
    /// Neurologic signs.
    Neurologic,
}

/// What the values of an input are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Numbers in the first unit, or what converts to one of the units: a value is multiplied by the factor beside it.
    Number {
        /// Units and how much of the first one of each is.
        units: &'static [(&'static str, f64)],
        /// The least that is believed, in the first unit.
        least: f64,
        /// The most that is believed, in the first unit.
        most: f64,
    },
    /// Yes or no.
    Flag,
}

struct Facts {
    input: Input,
    name: &'static str,
    label: &'static str,
    kind: Kind,
}

const fn number(
    input: Input,
    name: &'static str,
    label: &'static str,
    units: &'static [(&'static str, f64)],
    least: f64,
    most: f64,
) -> Facts {
    Facts { input, name, label, kind: Kind::Number { units, least, most } }
}

/// Before the infusion: a fold change needs it above 0.
const fn baseline(input: Input, name: &'static str, label: &'static str) -> Facts {
    number(input, name, label, CYTOKINE, 1e-9, 1e9)
}

const fn peak(input: Input, name: &'static str, label: &'static str) -> Facts {
    number(input, name, label, CYTOKINE, 0.0, 1e9)
}

const fn flag(input: Input, name: &'static str, label: &'static str) -> Facts {
    Facts { input, name, label, kind: Kind::Flag }
}

const CYTOKINE: &[(&str, f64)] = &[("pg/mL", 1.0)];

/// Creatinine weighs 113.12 g/mol: 1 umol/L is 0.011312 mg/dL.
const CREATININE: &[(&str, f64)] = &[("mg/dL", 1.0), ("umol/L", 0.011312)];

/// Bounds are far beyond what is seen in patients: they catch wrong units, not rare illness.
static FACTS: [Facts; Input::ALL.len()] = [
    number(Input::Ldh, "ldh", "lactate dehydrogenase", &[("IU/L", 1.0)], 1.0, 2e5),
    number(Input::Creatinine, "creatinine", "creatinine", CREATININE, 0.01, 100.0),
    number(Input::Platelets, "platelets", "platelets", &[("1e9/L", 1.0), ("1e9 cells/L", 1.0)], 0.0, 1e4),
    number(Input::Crp, "crp", "C-reactive protein", &[("mg/dL", 1.0)], 0.0, 100.0),
    number(Input::Ferritin, "ferritin", "ferritin", &[("ng/mL", 1.0)], 0.0, 1e7),
    number(Input::Anc, "anc", "absolute neutrophil count", &[("1/uL", 1.0), ("cells/uL", 1.0)], 0.0, 1e6),
    number(Input::Hb, "hb", "haemoglobin", &[("g/dL", 1.0)], 0.5, 30.0),
    peak(Input::Il6, "il6", "interleukin 6, taken as the peak"),
    baseline(Input::IfngBaseline, "ifng_baseline", "interferon gamma before the infusion"),
    peak(Input::IfngPeak, "ifng_peak", "highest interferon gamma"),
    baseline(Input::Il5Baseline, "il5_baseline", "interleukin 5 before the infusion"),
    peak(Input::Il5Peak, "il5_peak", "highest interleukin 5"),
    baseline(Input::Il6Baseline, "il6_baseline", "interleukin 6 before the infusion"),
    peak(Input::Il6Peak, "il6_peak", "highest interleukin 6"),
    baseline(Input::Il10Baseline, "il10_baseline", "interleukin 10 before the infusion"),
    peak(Input::Il10Peak, "il10_peak", "highest interleukin 10"),
    baseline(Input::Flt3lBaseline, "flt3l_baseline", "Flt3 ligand before the infusion"),
    peak(Input::Flt3lPeak, "flt3l_peak", "highest Flt3 ligand"),
    baseline(Input::FractalkineBaseline, "fractalkine_baseline", "fractalkine before the infusion"),
    peak(Input::FractalkinePeak, "fractalkine_peak", "highest fractalkine"),
    baseline(Input::GmcsfBaseline, "gmcsf_baseline", "GM-CSF before the infusion"),
    peak(Input::GmcsfPeak, "gmcsf_peak", "highest GM-CSF"),
    number(Input::FeverDays, "fever_days", "consecutive days of fever", &[("d", 1.0)], 0.0, 365.0),
    flag(Input::Pressor, "pressor", "hypotension that needs an intravenous pressor"),
    flag(Input::Hypoxia, "hypoxia", "hypoxia"),
    flag(Input::Neurologic, "neurologic", "neurologic signs"),
];

impl Input {
    /// All of them, in the order of their numbers.
    pub const ALL: [Input; 26] = [
        Input::Ldh,
        Input::Creatinine,
        Input::Platelets,
        Input::Crp,
        Input::Ferritin,
        Input::Anc,
        Input::Hb,
        Input::Il6,
        Input::IfngBaseline,
        Input::IfngPeak,
        Input::Il5Baseline,
        Input::Il5Peak,
        Input::Il6Baseline,
        Input::Il6Peak,
        Input::Il10Baseline,
        Input::Il10Peak,
        Input::Flt3lBaseline,
        Input::Flt3lPeak,
        Input::FractalkineBaseline,
        Input::FractalkinePeak,
        Input::GmcsfBaseline,
        Input::GmcsfPeak,
        Input::FeverDays,
        Input::Pressor,
        Input::Hypoxia,
        Input::Neurologic,
    ];

    /// Its column.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// What it is, in words.
    pub fn label(self) -> &'static str {
        self.facts().label
    }

    /// What its values are.
    pub fn kind(self) -> Kind {
        self.facts().kind
    }

    /// The unit its values are kept in; `1` for yes or no.
    pub fn unit_text(self) -> &'static str {
        match self.kind() {
            Kind::Number { units, .. } => units[0].0,
            Kind::Flag => "1",
        }
    }

    /// The input with this column.
    pub fn named(name: &str) -> Option<Input> {
        Self::ALL.into_iter().find(|input| input.name() == name)
    }

    /// How values in a unit become those in the input's own, where that is possible.
    pub fn conversion(self, from: &Unit) -> Option<Conversion> {
        let Kind::Number { units, .. } = self.kind() else { return None };
        units.iter().find_map(|(text, factor)| {
            let own = Unit::parse_str(text).expect("a unit of the table");
            from.convert(1.0, &own)?;
            Some(Conversion { from: from.clone(), own, factor: *factor })
        })
    }

    fn facts(self) -> &'static Facts {
        let facts = &FACTS[self as usize];
        debug_assert!(facts.input == self);
        facts
    }
}

/// From a unit to that of an input.
#[derive(Debug, Clone)]
pub struct Conversion {
    from: Unit,
    own: Unit,
    factor: f64,
}

impl Conversion {
    /// The unit that is converted.
    pub fn from(&self) -> &Unit {
        &self.from
    }

    /// The value in the input's own unit.
    pub fn apply(&self, value: f64) -> f64 {
        if self.from == self.own && self.factor == 1.0 {
            return value;
        }
        let converted = self.from.convert(value, &self.own).unwrap_or(f64::NAN) * self.factor;
        // Removes what a conversion leaves behind, so that a value on a cut-off stays on it.
        format!("{converted:.11e}").parse().unwrap_or(converted)
    }
}

/// The values of one patient at one time, each known or unknown. **Unknown is not normal.**
#[derive(Debug, Clone, PartialEq)]
pub struct Labs([f64; Input::ALL.len()]);

impl Labs {
    /// Nothing is known.
    pub fn unknown() -> Self {
        Self([f64::NAN; Input::ALL.len()])
    }

    /// The value in the input's own unit, if it is known; 1 for yes, 0 for no.
    pub fn get(&self, input: Input) -> Option<f64> {
        Some(self.0[input as usize]).filter(|value| !value.is_nan())
    }

    /// Sets a value in the input's own unit.
    pub fn set(&mut self, input: Input, value: f64) {
        self.0[input as usize] = value;
    }

    /// The same with another value.
    pub fn with(mut self, input: Input, value: f64) -> Self {
        self.set(input, value);
        self
    }
}

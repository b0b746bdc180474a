use super::text;
use super::vocabulary::{Fluids, OxygenDevice, Sign};
use crate::diagnostic::Diagnostic;
use std::fmt;

/// One reading of every [`Sign`]; each value known or unknown.
///
/// Small and `Copy`: unknown is stored as NaN, levels as their rank, flags as 0 or 1.
#[derive(Clone, Copy)]
pub struct Signs {
    values: [f64; Sign::COUNT],
}

impl Signs {
    /// Nothing is known.
    pub const fn unknown() -> Self {
        Self { values: [f64::NAN; Sign::COUNT] }
    }

    /// Everything is known and healthy: 37.0 degC, 120 mmHg, room air at 98 percent, ICE 10; nothing given, all else 0.
    pub fn normal() -> Self {
        let mut signs = Self { values: [0.0; Sign::COUNT] };
        signs.set(Sign::Temperature, 37.0);
        signs.set(Sign::Sbp, 120.0);
        signs.set(Sign::Fio2, 21.0);
        signs.set(Sign::Spo2, 98.0);
        signs.set(Sign::Ice, 10.0);
        signs
    }

    /// The value, in the sign's unit; `None` if unknown.
    pub fn get(&self, sign: Sign) -> Option<f64> {
        let value = self.raw(sign);
        (!value.is_nan()).then_some(value)
    }

    /// The value, NaN if unknown.
    #[inline]
    pub fn raw(&self, sign: Sign) -> f64 {
        self.values[sign.index()]
    }

    /// Sets a value in the sign's unit; NaN makes it unknown. Ranges are the reader's business: see [`Signs::set_text`].
    #[inline]
    pub fn set(&mut self, sign: Sign, value: f64) {
        self.values[sign.index()] = value;
    }

    /// The same reading with one value set.
    pub fn with(mut self, sign: Sign, value: f64) -> Self {
        self.set(sign, value);
        self
    }

    /// Makes a value unknown.
    pub fn forget(&mut self, sign: Sign) {
        self.set(sign, f64::NAN);
    }

    /// Sets a value by name and text, as tables and models give it: see [`Signs::value_of`].
    ///
    /// # Errors
    /// A diagnostic without a place (the caller knows it): unknown sign, unknown level, wrong unit, a value beyond belief.
    pub fn set_text(&mut self, name: &str, value: &str) -> Result<(), Diagnostic> {
        let sign = text::sign(name)?;
        self.set(sign, Self::value_of(sign, value)?);
        Ok(())
    }

    /// The value meant by a text: `38.4`, `101.3 degF`, `hfnc`, `multiple`, `true`, `2 L/min`; empty is unknown (NaN).
    ///
    /// # Errors
    /// A diagnostic without a place, see [`Signs::set_text`].
    pub fn value_of(sign: Sign, value: &str) -> Result<f64, Diagnostic> {
        text::value(sign, value)
    }

    /// The value as tables print it: a level's name, `true` or `false`, or a number in the sign's unit.
    pub fn text(&self, sign: Sign) -> Option<String> {
        self.get(sign).map(|value| text::print(sign, value))
    }

    /// How oxygen is given.
    pub fn oxygen_device(&self) -> Option<OxygenDevice> {
        self.get(Sign::OxygenDevice).and_then(|rank| OxygenDevice::ALL.get(rank as usize).copied())
    }

    /// Sets how oxygen is given.
    pub fn set_oxygen_device(&mut self, device: OxygenDevice) {
        self.set(Sign::OxygenDevice, f64::from(device as u8));
    }

    /// Fluids given for blood pressure.
    pub fn fluids(&self) -> Option<Fluids> {
        self.get(Sign::Fluids).and_then(|rank| Fluids::ALL.get(rank as usize).copied())
    }

    /// Sets fluids given for blood pressure.
    pub fn set_fluids(&mut self, fluids: Fluids) {
        self.set(Sign::Fluids, f64::from(fluids as u8));
    }

    /// The same reading with the norepinephrine equivalent of its drips, unknown if one of them is.
    ///
    /// Norepinephrine (ug/min) + dopamine (ug/kg/min) / 2 + epinephrine (ug/min) + phenylephrine (ug/min) / 10: the rule
    /// of the VASST trial as used with the tables of high doses; not read in the original.
    pub fn with_equivalent(self) -> Self {
        let rate = |sign| self.raw(sign);
        let equivalent = rate(Sign::Norepinephrine)
            + rate(Sign::Dopamine) / 2.0
            + rate(Sign::Epinephrine)
            + rate(Sign::Phenylephrine) / 10.0;
        self.with(Sign::NeEquivalent, equivalent)
    }

    /// Sign by sign the worse of two: largest count, worst device, lowest pressure. A known value beats an unknown one.
    ///
    /// This is how several steps of supportive care that run at once, or two readings at one time, become one.
    pub fn worst(mut self, other: &Signs) -> Self {
        for sign in Sign::ALL {
            // f64::max and f64::min return the other value where one is NaN.
            self.set(sign, sign.worse_of(self.raw(sign), other.raw(sign)));
        }
        self
    }

    /// This reading, with every value that `newer` knows replaced by that.
    ///
    /// Flow and FiO2 belong to their device: another device without them leaves them unknown.
    pub fn updated(mut self, newer: &Signs) -> Self {
        let device = newer.raw(Sign::OxygenDevice);
        if !device.is_nan() && device != self.raw(Sign::OxygenDevice) {
            self.forget(Sign::OxygenFlow);
            self.forget(Sign::Fio2);
        }
        for sign in Sign::ALL {
            if !newer.raw(sign).is_nan() {
                self.set(sign, newer.raw(sign));
            }
        }
        self
    }

    /// The known values.
    pub fn known(&self) -> impl Iterator<Item = (Sign, f64)> + '_ {
        Sign::ALL.into_iter().filter_map(|sign| self.get(sign).map(|value| (sign, value)))
    }
}

impl Default for Signs {
    /// Nothing is known.
    fn default() -> Self {
        Self::unknown()
    }
}

/// Equal where both are unknown or both hold the same value.
impl PartialEq for Signs {
    fn eq(&self, other: &Self) -> bool {
        self.values.iter().zip(&other.values).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()))
    }
}

/// The known values only: `Signs { temperature: 38.4, oxygen_device: nc }`.
impl fmt::Debug for Signs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Signs");
        for (sign, value) in self.known() {
            shown.field(sign.name(), &format_args!("{}", text::print(sign, value)));
        }
        shown.finish()
    }
}

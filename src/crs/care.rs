//! How long supportive care was given.

use crate::sign::{OxygenDevice, Sign, Signs};

/// How long supportive care was given, days. Where it is not known whether it was, it does not count.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct Care {
    /// Fluids for blood pressure.
    pub fluids: f64,
    /// One vasopressor or more, vasopressin counted.
    pub vasopressors: f64,
    /// Oxygen by whatever device, a ventilator counted.
    pub oxygen: f64,
    /// Positive pressure: CPAP, BiPAP, or intubation and mechanical ventilation.
    pub ventilation: f64,
}

impl Care {
    /// Care of which nothing is known.
    pub const UNKNOWN: Care =
        Care { fluids: f64::NAN, vasopressors: f64::NAN, oxygen: f64::NAN, ventilation: f64::NAN };

    /// Adds a time (days) through which the signs were these.
    pub(super) fn add(&mut self, signs: &Signs, days: f64) {
        let given = |given: bool| if given { days } else { 0.0 };
        let device = signs.raw(Sign::OxygenDevice);
        self.fluids += given(signs.raw(Sign::Fluids) > 0.0);
        self.vasopressors += given(signs.raw(Sign::Pressors) > 0.0 || signs.raw(Sign::Vasopressin) > 0.0);
        self.oxygen += given(device > f64::from(OxygenDevice::Ra as u8));
        self.ventilation += given(device >= f64::from(OxygenDevice::Cpap as u8));
    }

    /// What came after an earlier sum.
    pub(super) fn since(&self, earlier: &Care) -> Care {
        Care {
            fluids: self.fluids - earlier.fluids,
            vasopressors: self.vasopressors - earlier.vasopressors,
            oxygen: self.oxygen - earlier.oxygen,
            ventilation: self.ventilation - earlier.ventilation,
        }
    }

    /// The later of two sums.
    pub(super) fn later(self, other: Care) -> Care {
        if other.oxygen + other.fluids + other.vasopressors > self.oxygen + self.fluids + self.vasopressors {
            other
        } else {
            self
        }
    }
}

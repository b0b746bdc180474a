/// What is known of a patient apart from signs. Unknown is NaN.
///
/// Scales use it in constants: the pressure below which a child of 6 years is hypotensive.
#[derive(Debug, Clone, Copy)]
pub struct Patient {
    /// Age, years.
    pub age: f64,
    /// Body weight, kg: for doses by weight.
    pub weight: f64,
    /// Usual systolic pressure, mmHg.
    pub sbp_baseline: f64,
}

impl Patient {
    /// Nothing is known.
    pub const fn unknown() -> Self {
        Self { age: f64::NAN, weight: f64::NAN, sbp_baseline: f64::NAN }
    }

    /// An adult of whom no more is known: 18 years.
    pub const fn adult() -> Self {
        Self { age: 18.0, ..Self::unknown() }
    }
}

impl Default for Patient {
    /// Nothing is known.
    fn default() -> Self {
        Self::unknown()
    }
}

/// Equal where both are unknown or both hold the same value.
impl PartialEq for Patient {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: f64, b: f64| a == b || (a.is_nan() && b.is_nan());
        same(self.age, other.age) && same(self.weight, other.weight) && same(self.sbp_baseline, other.sbp_baseline)
    }
}

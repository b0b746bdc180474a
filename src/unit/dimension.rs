use super::ratio::Ratio;
use std::ops::{Div, Mul};

/// What units are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// second
    Time,
    /// gram
    Mass,
    /// metre
    Length,
    /// mole
    Amount,
    /// cell
    Cells,
    /// copy of a gene
    Copies,
    /// international unit
    InternationalUnits,
    /// kelvin
    Temperature,
}

impl Base {
    /// All of them, in the order of their discriminants.
    pub const ALL: [Base; 8] = [
        Base::Time,
        Base::Mass,
        Base::Length,
        Base::Amount,
        Base::Cells,
        Base::Copies,
        Base::InternationalUnits,
        Base::Temperature,
    ];
}

/// The exponents of the base dimensions; volume is length^3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Dimension {
    exponents: [Ratio; 8],
}

impl Dimension {
    /// That of a plain number.
    pub const NONE: Dimension = Dimension { exponents: [Ratio::ZERO; 8] };

    /// From whole exponents.
    pub const fn of<const N: usize>(exponents: [(Base, i32); N]) -> Self {
        let mut dimension = Self::NONE;
        let mut n = 0;
        while n < N {
            dimension.exponents[exponents[n].0 as usize] = Ratio::whole(exponents[n].1);
            n += 1;
        }
        dimension
    }

    /// The exponent of one base.
    pub fn exponent(&self, base: Base) -> Ratio {
        self.exponents[base as usize]
    }

    /// Whether it is that of a plain number.
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    /// Raised to a power.
    pub fn pow(&self, power: Ratio) -> Self {
        Self { exponents: self.exponents.map(|exponent| exponent * power) }
    }

    /// The base and exponent, if only one base occurs.
    pub fn single(&self) -> Option<(Base, Ratio)> {
        let mut present = Base::ALL.into_iter().filter(|&base| !self.exponent(base).is_zero());
        let base = present.next()?;
        present.next().is_none().then(|| (base, self.exponent(base)))
    }

    /// What quantities of this dimension are called, with the article: `a concentration`, `a rate`.
    pub fn phrase(&self) -> Option<&'static str> {
        PHRASES.iter().find(|(dimension, _)| dimension == self).map(|(_, phrase)| *phrase)
    }
}

impl Mul for Dimension {
    type Output = Dimension;
    fn mul(self, other: Dimension) -> Dimension {
        Dimension { exponents: std::array::from_fn(|n| self.exponents[n] + other.exponents[n]) }
    }
}

impl Div for Dimension {
    type Output = Dimension;
    #[allow(clippy::suspicious_arithmetic_impl, reason = "exponents subtract")]
    fn div(self, other: Dimension) -> Dimension {
        Dimension { exponents: std::array::from_fn(|n| self.exponents[n] - other.exponents[n]) }
    }
}

use Base::{Amount, Cells, Copies, InternationalUnits, Length, Mass, Temperature, Time};

static PHRASES: [(Dimension, &str); 27] = [
    (Dimension::NONE, "a plain number"),
    (Dimension::of([(Time, 1)]), "a time"),
    (Dimension::of([(Time, -1)]), "a rate"),
    (Dimension::of([(Mass, 1)]), "a mass"),
    (Dimension::of([(Length, 1)]), "a length"),
    (Dimension::of([(Length, 2)]), "an area"),
    (Dimension::of([(Length, 3)]), "a volume"),
    (Dimension::of([(Amount, 1)]), "an amount of substance"),
    (Dimension::of([(Cells, 1)]), "a number of cells"),
    (Dimension::of([(Copies, 1)]), "a number of copies"),
    (Dimension::of([(InternationalUnits, 1)]), "an amount in IU"),
    (Dimension::of([(Temperature, 1)]), "a difference of temperature"),
    (Dimension::of([(Temperature, 1), (Time, -1)]), "a rate of warming"),
    (Dimension::of([(Mass, 1), (Length, -1), (Time, -2)]), "a pressure"),
    (Dimension::of([(Mass, 1), (Length, -1), (Time, -3)]), "a rate of change of pressure"),
    (Dimension::of([(Mass, 1), (Length, -3)]), "a concentration"),
    (Dimension::of([(Amount, 1), (Length, -3)]), "a concentration"),
    (Dimension::of([(InternationalUnits, 1), (Length, -3)]), "a concentration"),
    (Dimension::of([(Cells, 1), (Length, -3)]), "a concentration of cells"),
    (Dimension::of([(Length, 3), (Time, -1)]), "a clearance"),
    (Dimension::of([(Mass, 1), (Time, -1)]), "a mass per time"),
    (Dimension::of([(Amount, 1), (Time, -1)]), "an amount per time"),
    (Dimension::of([(Cells, 1), (Time, -1)]), "a number of cells per time"),
    (Dimension::of([(Cells, -1), (Time, -1)]), "a rate per cell"),
    (Dimension::of([(Mass, 1), (Length, -3), (Time, -1)]), "a concentration per time"),
    (Dimension::of([(Amount, 1), (Length, -3), (Time, -1)]), "a concentration per time"),
    (Dimension::of([(Copies, 1), (Mass, -1)]), "a number of copies per mass"),
];

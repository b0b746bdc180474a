use crate::unit::Unit;
use std::fmt;

/// What an expression or a name is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A number in this unit; the dimension and whether it is a level matter, the size is for display.
    Number(Unit),
    /// The literal 0, of any dimension.
    Zero,
    /// True or false: a comparison, a switch.
    Condition,
    /// A name whose own definition has a mistake: exists, and nothing follows from it.
    Undetermined,
}

impl Kind {
    /// That of the rate of change, in units per `time`: a level changes by differences.
    ///
    /// Conditions have no rate; they come back as they are.
    pub fn rate_of(&self, time: &Unit) -> Kind {
        match self {
            Kind::Number(unit) => Kind::Number(unit / time),
            other => other.clone(),
        }
    }
}

/// As shown beside a place: `pg/mL`, `a plain number`, `a temperature in degC`, `a condition`.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::Number(unit) if unit.is_level() => write!(f, "a temperature in {unit}"),
            Kind::Number(unit) if unit.dimension() == kelvin().dimension() => {
                write!(f, "a difference of temperature in {unit}")
            }
            Kind::Number(unit) if unit.is_dimensionless() => f.write_str("a plain number"),
            Kind::Number(unit) => unit.fmt(f),
            Kind::Zero => f.write_str("0"),
            Kind::Condition => f.write_str("a condition"),
            Kind::Undetermined => f.write_str("undetermined"),
        }
    }
}

pub(super) fn kelvin() -> Unit {
    Unit::parse_str("K").expect("a known unit")
}

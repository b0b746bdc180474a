//! The algebra of units.

use super::dimension::{Base, Dimension};
use super::factor::Factor;
use super::number::shortest;
use super::ratio::Ratio;
use super::symbol::{self, Symbol};
use std::fmt;
use std::ops::{Div, Mul};

/// A unit: a product of powers of symbols and numbers, as `1e6 pg/mL/(1e9 cells)^2/d`.
///
/// Two units are equal if they measure the same in the same size, however they are written.
/// Display prints text that parses back to the same unit.
#[derive(Clone)]
pub struct Unit {
    /// No two alike, none with exponent 0, those above the line first.
    atoms: Vec<(Atom, Ratio)>,
    dimension: Dimension,
    factor: Factor,
    level: bool,
}

/// A symbol with a number before it, as `1e9 cells`; the number alone has the symbol `1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Atom {
    pub(super) count: f64,
    pub(super) symbol: &'static Symbol,
}

impl Atom {
    fn is_nothing(&self) -> bool {
        self.count == 1.0 && *self.symbol == symbol::ONE
    }

    fn number(count: f64) -> Self {
        Self { count, symbol: &symbol::ONE }
    }
}

impl Unit {
    /// That of a plain number: `1`.
    pub fn one() -> Self {
        Self::from_atoms(Vec::new())
    }

    pub(super) fn from_atoms(list: Vec<(Atom, Ratio)>) -> Self {
        let mut atoms: Vec<(Atom, Ratio)> = Vec::with_capacity(list.len());
        for (atom, exponent) in list {
            if atom.is_nothing() {
                continue;
            }
            match atoms.iter_mut().find(|(known, _)| *known == atom) {
                Some((_, sum)) => *sum = *sum + exponent,
                None => atoms.push((atom, exponent)),
            }
        }
        atoms.retain(|(_, exponent)| !exponent.is_zero());
        atoms.sort_by_key(|(_, exponent)| exponent.is_negative());
        let mut dimension = Dimension::NONE;
        let mut factor = Factor::ONE;
        for (atom, exponent) in &atoms {
            dimension = dimension * atom.symbol.dimension.pow(*exponent);
            factor = factor.mul(Factor::decimal(atom.count).mul(Factor::symbol(atom.symbol)).pow(*exponent));
        }
        Self { atoms, dimension, factor, level: false }
    }

    /// A level if that is all there is, as `degC`.
    pub(super) fn level_if_alone(mut self) -> Self {
        self.level = self.is_lone_level_symbol();
        self
    }

    fn is_lone_level_symbol(&self) -> bool {
        matches!(&self.atoms[..], [(atom, Ratio::ONE)] if atom.symbol.level && atom.count == 1.0)
    }

    /// `degC` alone is a level; what algebra leaves of it is a difference, written with K.
    fn into_difference(self) -> Self {
        if !self.is_lone_level_symbol() {
            return Self { level: false, ..self };
        }
        let (multiple, divisor) = self.atoms[0].0.symbol.size;
        Self::from_atoms(vec![
            (Atom::number(multiple), Ratio::ONE),
            (Atom { count: 1.0, symbol: &symbol::KELVIN }, Ratio::ONE),
            (Atom::number(divisor), Ratio::whole(-1)),
        ])
    }

    /// What it measures.
    pub fn dimension(&self) -> Dimension {
        self.dimension
    }

    /// Its size in the product of s, g, m, mol, cells, copies, IU and K.
    pub fn factor(&self) -> f64 {
        self.factor.value()
    }

    pub(super) fn exact_factor(&self) -> Factor {
        self.factor
    }

    /// Whether values count from a zero of the unit's own (degC, degF): levels, not differences.
    pub fn is_level(&self) -> bool {
        self.level
    }

    /// The value of a level at 0 degC; 0 for all that are not degF.
    pub(super) fn offset(&self) -> f64 {
        if self.level && self.atoms[0].0.symbol.name == "degF" { 32.0 } else { 0.0 }
    }

    /// Whether it is that of a plain number, whatever its size (`1`, `percent`, `mg/kg`).
    pub fn is_dimensionless(&self) -> bool {
        self.dimension.is_none()
    }

    /// Whether both measure the same, whatever their size.
    pub fn same_dimension(&self, other: &Unit) -> bool {
        self.dimension == other.dimension
    }

    /// Raised to a power; a level counts as a difference unless the power is 1.
    pub fn pow(&self, power: Ratio) -> Unit {
        if power == Ratio::ONE {
            return self.clone();
        }
        Self::from_atoms(self.atoms.iter().map(|&(atom, exponent)| (atom, exponent * power)).collect())
            .into_difference()
    }

    /// For a level that of differences between values; else the unit itself.
    pub fn difference(&self) -> Unit {
        self.clone().into_difference()
    }

    /// Of the same dimension, with one symbol for each thing measured and no numbers: `pg/mL*h/d` becomes
    /// `pg/mL`, `mg/kg` becomes `1`. The size may differ. For messages and for results of arithmetic.
    pub fn simplified(&self) -> Unit {
        if self.level {
            return self.clone();
        }
        if self.dimension.is_none() {
            return Self::one();
        }
        let mut kept: Vec<(Atom, Ratio)> = Vec::new();
        for &(atom, exponent) in self.atoms.iter().filter(|(atom, _)| !atom.symbol.dimension.is_none()) {
            match kept.iter_mut().find(|(first, _)| first.symbol.dimension == atom.symbol.dimension) {
                Some((_, sum)) => *sum = *sum + exponent,
                None => kept.push((atom, exponent)),
            }
        }
        // As the field writes them: `pg/mL/d`, time last.
        kept.sort_by_key(|(atom, _)| !atom.symbol.dimension.exponent(Base::Time).is_zero());
        Self::from_atoms(kept).into_difference()
    }

    /// The unit of the whole, if this one is written per `symbol`: `mg` for `mg/kg` and `kg`, `mg/m2` and `m2`.
    pub fn per(&self, name: &str) -> Option<Unit> {
        let atom = Atom { count: 1.0, symbol: symbol::find(name)? };
        let squared = |(known, exponent): &(Atom, Ratio)| {
            name == "m2" && known.symbol.name == "m" && known.count == 1.0 && *exponent == Ratio::whole(-2)
        };
        let found = self.atoms.iter().find(|(known, exponent)| *known == atom && *exponent == Ratio::whole(-1));
        let found = found.or_else(|| self.atoms.iter().find(|entry| squared(entry)))?;
        Some(Self::from_atoms(self.atoms.iter().filter(|entry| *entry != found).copied().collect()))
    }

    /// A value in this unit, in that one; none if they do not measure the same or one is a level and one is not.
    pub fn convert(&self, value: f64, to: &Unit) -> Option<f64> {
        if !self.same_dimension(to) || self.level != to.level {
            return None;
        }
        if self == to {
            return Some(value);
        }
        let (above, below) = self.factor.mul(to.factor.pow(Ratio::whole(-1))).fraction();
        Some((value - self.offset()) * above / below + to.offset())
    }

    /// What quantities in it are called and the unit itself: `a concentration [pg/mL]`.
    pub fn phrase(&self) -> String {
        match self.dimension.phrase() {
            Some("a plain number") => "a plain number".to_string(),
            Some(phrase) => format!("{phrase} [{self}]"),
            None => format!("something in [{self}]"),
        }
    }

    /// By what a value in this unit must be multiplied to measure the same as `other`, nicely named:
    /// `pg/mL` from `1/d` to `pg/mL/d`.
    pub fn missing_factor(&self, other: &Unit) -> Unit {
        (other / self).simplified()
    }
}

impl PartialEq for Unit {
    fn eq(&self, other: &Self) -> bool {
        self.dimension == other.dimension
            && self.level == other.level
            && self.factor == other.factor
            && self.offset() == other.offset()
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({self})")
    }
}

impl Mul for &Unit {
    type Output = Unit;
    /// Levels count as differences.
    fn mul(self, other: &Unit) -> Unit {
        Unit::from_atoms(self.atoms.iter().chain(&other.atoms).copied().collect()).into_difference()
    }
}

impl Div for &Unit {
    type Output = Unit;
    /// Levels count as differences.
    fn div(self, other: &Unit) -> Unit {
        let below = other.atoms.iter().map(|&(atom, exponent)| (atom, -exponent));
        Unit::from_atoms(self.atoms.iter().copied().chain(below).collect()).into_difference()
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (above, below): (Vec<_>, Vec<_>) = self.atoms.iter().partition(|(_, exponent)| !exponent.is_negative());
        if above.is_empty() {
            f.write_str("1")?;
        }
        for (n, (atom, exponent)) in above.into_iter().enumerate() {
            if n > 0 {
                f.write_str("*")?;
            }
            write_atom(f, atom, exponent, n == 0)?;
        }
        for (atom, exponent) in below {
            f.write_str("/")?;
            write_atom(f, atom, -exponent, false)?;
        }
        Ok(())
    }
}

fn write_atom(f: &mut fmt::Formatter<'_>, atom: Atom, exponent: Ratio, first: bool) -> fmt::Result {
    let Atom { count, symbol } = atom;
    let count = shortest(count);
    match (symbol.name, count.as_str()) {
        ("1", _) => f.write_str(&count)?,
        (name, "1") => f.write_str(name)?,
        (name, _) if first && exponent == Ratio::ONE => write!(f, "{count} {name}")?,
        (name, _) => write!(f, "({count} {name})")?,
    }
    if exponent != Ratio::ONE { write!(f, "^{exponent}") } else { Ok(()) }
}

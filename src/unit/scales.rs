use super::dimension::{Base, Dimension};
use super::product::Unit;
use super::ratio::Ratio;

/// The scales a model computes in: one unit for each base dimension.
///
/// Time is the model's, length cm (so that volume is mL), mass pg, amount pmol, copies, IU and K are themselves,
/// and cells are counted as in the first state whose unit is a power of cells alone (`1e9 cells`), else singly.
/// Levels of temperature are in degC.
///
/// ```
/// use cascade::unit::{Scales, Unit};
/// let unit = |text| Unit::parse_str(text).unwrap();
/// let scales = Scales::new(&unit("d"), [&unit("pg/mL"), &unit("1e9 cells")]);
/// assert_eq!(scales.to_canonical(&unit("1e9 cells/d"), 0.1), 0.1);
/// assert_eq!(scales.to_canonical(&unit("mg"), 8.0), 8e9);
/// assert_eq!(scales.to_canonical(&unit("h"), 6.0), 0.25);
/// assert_eq!(scales.to_canonical(&unit("degF"), 212.0), 100.0);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Scales {
    bases: [Unit; 8],
}

/// How values of one unit become canonical: `(value - offset) * multiple / divisor`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conversion {
    /// Taken off first; not 0 only for degF.
    pub offset: f64,
    /// Factor; 1 if the unit is canonical.
    pub multiple: f64,
    /// Divisor; 1 if the unit is canonical.
    pub divisor: f64,
}

impl Conversion {
    /// From the unit to canonical.
    pub fn to_canonical(&self, value: f64) -> f64 {
        (value - self.offset) * self.multiple / self.divisor
    }

    /// From canonical to the unit.
    pub fn from_canonical(&self, value: f64) -> f64 {
        value * self.divisor / self.multiple + self.offset
    }
}

impl Scales {
    /// Scales of a model with this unit of time and states of these units.
    pub fn new<'a>(time: &Unit, states: impl IntoIterator<Item = &'a Unit>) -> Self {
        let known = |text: &str| Unit::parse_str(text).expect("a known unit");
        let cells = states.into_iter().find_map(|unit| match unit.dimension().single() {
            Some((Base::Cells, power)) => Some(unit.pow(power.reciprocal()?)),
            _ => None,
        });
        Self {
            bases: Base::ALL.map(|base| match base {
                Base::Time => time.clone(),
                Base::Mass => known("pg"),
                Base::Length => known("cm"),
                Base::Amount => known("pmol"),
                Base::Cells => cells.clone().unwrap_or_else(|| known("cells")),
                Base::Copies => known("copies"),
                Base::InternationalUnits => known("IU"),
                Base::Temperature => known("K"),
            }),
        }
    }

    /// The canonical unit of a dimension.
    pub fn unit(&self, dimension: &Dimension) -> Unit {
        Base::ALL.into_iter().fold(Unit::one(), |product, base| match dimension.exponent(base) {
            Ratio::ZERO => product,
            power => &product * &self.bases[base as usize].pow(power),
        })
    }

    /// How values of this unit become canonical.
    pub fn conversion(&self, unit: &Unit) -> Conversion {
        let canonical = self.unit(&unit.dimension()).exact_factor();
        let (multiple, divisor) = unit.exact_factor().mul(canonical.pow(Ratio::whole(-1))).fraction();
        Conversion { offset: unit.offset(), multiple, divisor }
    }

    /// A value in this unit as canonical number.
    pub fn to_canonical(&self, unit: &Unit, value: f64) -> f64 {
        self.conversion(unit).to_canonical(value)
    }

    /// A canonical number as value in this unit.
    pub fn from_canonical(&self, unit: &Unit, value: f64) -> f64 {
        self.conversion(unit).from_canonical(value)
    }
}

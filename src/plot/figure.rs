//! The description of a figure: texts and numbers, no pixels.
//!
//! Numbers are in the units the labels state. NaN and infinite values, and values that a log axis cannot show, are
//! gaps; they are never moved to a border.

use super::area::{Area, Fill};
use super::label::unit_text;
use super::tile::{RuleKind, Tile};
use super::timeline::{Band, Lane, Mark, Symbol, TreatmentKind};

/// Panels, treatments and grades, stacked on one horizontal axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figure {
    /// Bold, at the top.
    pub title: String,
    /// Below the title: model, set, what differs from the default.
    pub subtitle: String,
    /// Small, at the bottom: version, maturity, seed, what the figure must not be used for.
    pub footer: String,
    /// Names of styles that mean the same in all panels, in rows under the subtitle.
    pub legend: Vec<Key>,
    /// The axis that all panels and lanes share. Panels of bars have their categories instead.
    pub horizontal: Axis,
    /// From top to bottom.
    pub panels: Vec<Panel>,
    /// Small panels with axes of their own, in rows, instead of everything on the shared axis.
    pub tiles: Vec<Tile>,
    /// Treatments over time, under the panels.
    pub bands: Vec<Band>,
    /// Grades over time, under the treatments.
    pub lanes: Vec<Lane>,
    /// Doses and treatments: a triangle and a label above the first panel, a thin line through all.
    pub marks: Vec<Mark>,
    /// How many are still followed, in rows under the horizontal axis.
    pub at_risk: Vec<AtRisk>,
}

/// How many are still followed at each tick of the horizontal axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AtRisk {
    /// Whose numbers, left of them.
    pub label: String,
    /// When each one leaves; who leaves at a tick is still counted there.
    pub leaves: Vec<f64>,
}

/// How values become distances.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scale {
    /// Equal differences are equal distances.
    #[default]
    Linear,
    /// Equal ratios are equal distances; decades are labelled as powers of ten.
    Log,
}

/// An axis: label, unit, scale, and the range if it is not to follow from the data.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Without the unit.
    pub label: String,
    /// As in model files (`1e9 cells`, `ug/mL`, `degC`); printed as 10⁹ cells, µg/mL, °C. Empty or `1` if there is none.
    pub unit: String,
    /// Linear or log.
    pub scale: Scale,
    /// Lower end; `None` follows from the data.
    pub from: Option<f64>,
    /// Upper end; `None` follows from the data.
    pub to: Option<f64>,
    /// How far a log axis follows curves (not observations) below their maximum, in decades, if `from` is `None`.
    pub decades: f64,
    /// Places with names instead of ticks with numbers.
    pub names: Vec<(f64, String)>,
}

impl Default for Axis {
    fn default() -> Self {
        Self {
            label: String::new(),
            unit: String::new(),
            scale: Scale::Linear,
            from: None,
            to: None,
            decades: 6.0,
            names: Vec::new(),
        }
    }
}

impl Axis {
    /// A linear axis whose range follows from the data.
    pub fn linear(label: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { label: label.into(), unit: unit.into(), ..Self::default() }
    }

    /// A log axis whose range follows from the data.
    pub fn log(label: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { scale: Scale::Log, ..Self::linear(label, unit) }
    }

    /// The same axis from `from` to `to`.
    pub fn between(self, from: f64, to: f64) -> Self {
        Self { from: Some(from), to: Some(to), ..self }
    }

    /// Label and unit as printed.
    pub fn text(&self) -> String {
        let unit = unit_text(&self.unit);
        match (self.label.is_empty(), unit.is_empty()) {
            (_, true) => self.label.clone(),
            (true, false) => unit,
            (false, false) => format!("{} ({unit})", self.label),
        }
    }
}

/// One vertical axis with all that is drawn against it.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// Bold above the panel; often not needed beside an axis label.
    pub title: Option<String>,
    /// The vertical axis.
    pub vertical: Axis,
    /// Areas under the curves, the later over the earlier.
    pub areas: Vec<Area>,
    /// Curves.
    pub series: Vec<Series>,
    /// Points along the curves: start, end, times between.
    pub stations: Vec<Station>,
    /// Measurements, drawn over the curves.
    pub observed: Vec<Observed>,
    /// Bars over categories instead of curves over the horizontal axis.
    pub bars: Option<Bars>,
    /// Horizontal lines: thresholds and limits of quantification.
    pub references: Vec<Reference>,
    /// Share of the height among the panels; 1 is usual.
    pub weight: f64,
    /// Whether there are so many curves that each is a thin line with small points, without dashes.
    pub crowded: bool,
}

impl Panel {
    /// A panel without content.
    pub fn new(vertical: Axis) -> Self {
        Self {
            title: None,
            vertical,
            areas: Vec::new(),
            series: Vec::new(),
            stations: Vec::new(),
            observed: Vec::new(),
            bars: None,
            references: Vec::new(),
            weight: 1.0,
            crowded: false,
        }
    }
}

/// A curve.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// Written at the right-hand end of the curve; a curve without label is drawn but not named.
    pub label: String,
    /// Unit, written behind the label if it differs from the axis's.
    pub unit: String,
    /// In drawing order.
    pub points: Vec<(f64, f64)>,
    /// Colour and dashes: 0, 1, 2, ... differ in both.
    pub style: usize,
}

impl Series {
    /// A curve of the first style in the axis's unit.
    pub fn new(label: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        Self { label: label.into(), points, ..Self::default() }
    }

    /// The same curve in another style.
    pub fn style(self, style: usize) -> Self {
        Self { style, ..self }
    }
}

/// A point on a curve whose horizontal axis is not time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Station {
    /// On the horizontal axis.
    pub x: f64,
    /// On the vertical axis.
    pub y: f64,
    /// Written beside it where there is room: `7 d`.
    pub label: String,
    /// The style of the curve.
    pub style: usize,
    /// How it is drawn.
    pub kind: StationKind,
}

/// What a [`Station`] is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StationKind {
    /// Where the curve begins: open circle.
    Start,
    /// A time between: dot, left out where it is too close to the start, the end or one listed before it.
    #[default]
    Between,
    /// Where the curve ends: square.
    End,
}

/// Bars side by side in groups, one group a category.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bars {
    /// Written under the groups.
    pub categories: Vec<String>,
    /// The bars of each group, from left to right.
    pub series: Vec<BarSeries>,
}

/// One bar in each group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BarSeries {
    /// Colour and hatching; named by the figure's legend.
    pub style: usize,
    /// One value a category, written above its bar; `None` is written as a dash.
    pub values: Vec<Option<f64>>,
}

/// A name in the legend.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Key {
    /// The name.
    pub label: String,
    /// Which style it names.
    pub style: usize,
    /// What stands before the name.
    pub sample: KeySample,
}

/// What stands before a name in the legend.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeySample {
    /// A piece of a curve.
    #[default]
    Curve,
    /// A bar.
    Bar,
    /// An area, whatever the style.
    Area(Fill),
    /// An upright line of a tile, whatever the style.
    Rule(RuleKind),
    /// A station, in the colour of text.
    Station(StationKind),
    /// What happened at a time, as under the boxes of a lane.
    Symbol(Symbol),
    /// A thin bar, in the tint of what it acts on.
    Treatment(TreatmentKind),
    /// A measurement, in the style of its curve or neutral.
    Measured(Option<usize>),
    /// A measurement below the limit of quantification.
    BelowLimit(Option<usize>),
    /// A bar of a histogram.
    Bins,
    /// A dashed line of no style: a threshold, a limit, the line of identity.
    Threshold,
    /// Something given, as at the upper edge of tiles.
    Dose,
}

/// Measurements of one quantity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// Named beside the panel; empty if the curve of the same style says enough.
    pub label: String,
    /// The measurements.
    pub points: Vec<Observation>,
    /// The style of the curve they belong to, in colour and shape; `None` is neutral, for data beside several curves.
    pub style: Option<usize>,
}

/// One measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// On the horizontal axis.
    pub x: f64,
    /// The value, or the limit of quantification.
    pub y: f64,
    /// Below the limit of quantification: an open triangle at `y`.
    pub below_limit: bool,
}

/// A horizontal line with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// On the vertical axis.
    pub value: f64,
    /// Written beside the panel: `38.0 °C`, `LLOQ`.
    pub label: String,
    /// What it means for the range of the axis.
    pub kind: ReferenceKind,
}

/// What a [`Reference`] is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ReferenceKind {
    /// A threshold of interest.
    #[default]
    Threshold,
    /// The lower limit of quantification: curves are not followed more than a decade below it.
    QuantificationLimit,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axis_text_has_the_unit() {
        assert_eq!(Axis::log("CAR-T", "1e9 cells").text(), "CAR-T (10⁹ cells)");
        assert_eq!(Axis::log("Ratio", "1").text(), "Ratio");
        assert_eq!(Axis::linear("", "degC").text(), "°C");
        assert_eq!(Axis::linear("", "").text(), "");
    }
}

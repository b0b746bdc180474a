//! Outputs over time: the median patient and the bands that hold a share of all.

use super::super::curves::quantification_limit;
use super::{Cohort, check_length, check_times};
use crate::plot::label::short;
use crate::plot::{Area, Axis, Figure, Fill, Key, KeySample, Mark, Panel, PlotError, Series};

/// Quantiles of outputs over time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QuantileBands {
    /// Who, and the words around the figure.
    pub cohort: Cohort,
    /// The time axis that all panels share.
    pub time: Axis,
    /// One an output, from top to bottom.
    pub panels: Vec<BandPanel>,
    /// Doses that all patients have.
    pub marks: Vec<Mark>,
}

/// Quantiles of one output.
///
/// NaN and infinite values are gaps. On a log axis a median of 0 or below is a gap, as in every figure, and a band that
/// reaches 0 or below is cut at the panel's bottom.
#[derive(Debug, Clone, PartialEq)]
pub struct BandPanel {
    /// What it is called where something is wrong with it.
    pub name: String,
    /// Label of the axis.
    pub label: String,
    /// Unit, as in model files.
    pub unit: String,
    /// Whether the axis is logarithmic.
    pub log: bool,
    /// How far a log axis follows the values below their maximum, in decades.
    pub decades: f64,
    /// Ascending, in the unit of the time axis.
    pub time: Vec<f64>,
    /// The median at each time.
    pub median: Vec<f64>,
    /// In any order; wider ones lie under narrower ones.
    pub bands: Vec<QuantileBand>,
    /// Lower limit of quantification.
    pub lloq: Option<f64>,
}

/// The range that holds a share of the patients at each time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct QuantileBand {
    /// The share, between 0 and 1: 0.9 is from the 5th to the 95th percentile.
    pub level: f64,
    /// Lower end at each time.
    pub lower: Vec<f64>,
    /// Upper end at each time.
    pub upper: Vec<f64>,
}

impl BandPanel {
    /// An output on a linear axis, without bands.
    pub fn linear(label: impl Into<String>, unit: impl Into<String>, time: &[f64], median: &[f64]) -> Self {
        let label = label.into();
        Self {
            name: label.clone(),
            label,
            unit: unit.into(),
            log: false,
            decades: Axis::default().decades,
            time: time.to_vec(),
            median: median.to_vec(),
            bands: Vec::new(),
            lloq: None,
        }
    }

    /// An output on a log axis, without bands.
    pub fn log(label: impl Into<String>, unit: impl Into<String>, time: &[f64], median: &[f64]) -> Self {
        Self { log: true, ..Self::linear(label, unit, time, median) }
    }

    /// Adds the band that holds the share `level` of the patients.
    pub fn add_band(&mut self, level: f64, lower: &[f64], upper: &[f64]) {
        self.bands.push(QuantileBand { level, lower: lower.to_vec(), upper: upper.to_vec() });
    }
}

/// Median and bands of each output on one time axis.
///
/// A band is a tint of the median's colour: the wider the lighter, the widest with a dotted outline, so that bands and
/// median differ without colour.
///
/// # Errors
/// [`PlotError::Data`]: times that go back, lists of different lengths, a level that is not between 0 and 1, a lower end
/// above its upper end.
pub fn quantile_bands(shown: &QuantileBands) -> Result<Figure, PlotError> {
    let mut levels: Vec<f64> = shown.panels.iter().flat_map(|panel| &panel.bands).map(|band| band.level).collect();
    levels.sort_by(|a, b| b.total_cmp(a));
    levels.dedup();
    let panels = shown.panels.iter().map(|one| panel(one, &levels)).collect::<Result<Vec<_>, _>>()?;
    let mut legend = Vec::new();
    if !panels.is_empty() {
        legend.push(Key { label: "Median".into(), ..Key::default() });
    }
    let bands = levels.iter().enumerate().rev().map(|(depth, level)| Key {
        label: band_text(*level),
        sample: KeySample::Area(Fill::Band { style: 0, depth }),
        ..Key::default()
    });
    legend.extend(bands);
    Ok(Figure {
        title: shown.cohort.title.clone(),
        subtitle: shown.cohort.subtitle.clone(),
        footer: shown.cohort.footer(),
        legend,
        horizontal: shown.time.clone(),
        panels,
        marks: shown.marks.clone(),
        ..Figure::default()
    })
}

fn panel(one: &BandPanel, levels: &[f64]) -> Result<Panel, PlotError> {
    let name = &one.name;
    check_times(name, &one.time)?;
    check_length(name, "the median", one.time.len(), one.median.len())?;
    let mut bands: Vec<&QuantileBand> = one.bands.iter().collect();
    bands.sort_by(|a, b| b.level.total_cmp(&a.level));
    let areas = bands.into_iter().map(|band| area(name, &one.time, band, levels)).collect::<Result<Vec<_>, _>>()?;
    let axis = if one.log { Axis::log(&one.label, &one.unit) } else { Axis::linear(&one.label, &one.unit) };
    let points = one.time.iter().copied().zip(one.median.iter().copied()).collect();
    Ok(Panel {
        areas,
        series: vec![Series::new("", points)],
        references: one.lloq.filter(|limit| limit.is_finite()).map(quantification_limit).into_iter().collect(),
        ..Panel::new(Axis { decades: one.decades, ..axis })
    })
}

fn area(name: &str, time: &[f64], band: &QuantileBand, levels: &[f64]) -> Result<Area, PlotError> {
    if !(band.level > 0.0 && band.level < 1.0) {
        return Err(PlotError::Data(format!("`{name}`: a band holds a share between 0 and 1, not {}", band.level)));
    }
    check_length(name, "a band's lower end", time.len(), band.lower.len())?;
    check_length(name, "a band's upper end", time.len(), band.upper.len())?;
    let points: Vec<(f64, f64, f64)> =
        time.iter().zip(&band.lower).zip(&band.upper).map(|((t, lower), upper)| (*t, *lower, *upper)).collect();
    if let Some((t, lower, upper)) = points.iter().find(|point| point.1 > point.2) {
        return Err(PlotError::Data(format!(
            "`{name}`: the {} band at time {t} goes from {lower} to {upper}",
            percent(band.level)
        )));
    }
    let depth = levels.iter().position(|level| *level == band.level).unwrap_or(0);
    Ok(Area { label: String::new(), fill: Fill::Band { style: 0, depth }, points })
}

/// What a band holds: `90 % of patients (5th to 95th percentile)`.
fn band_text(level: f64) -> String {
    let (low, high) = (50.0 * (1.0 - level), 50.0 * (1.0 + level));
    format!("{} of patients ({} to {} percentile)", percent(level), ordinal(low), ordinal(high))
}

fn percent(level: f64) -> String {
    format!("{} %", short(100.0 * level))
}

/// 5th, 2.5th, 21st.
fn ordinal(value: f64) -> String {
    let text = short(value);
    let ending = match text.parse::<u64>() {
        Ok(n) if !(11..=13).contains(&(n % 100)) => match n % 10 {
            1 => "st",
            2 => "nd",
            3 => "rd",
            _ => "th",
        },
        _ => "th",
    };
    format!("{text}{ending}")
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn bands_are_named_by_their_percentiles() {
        assert_eq!(band_text(0.9), "90 % of patients (5th to 95th percentile)");
        assert_eq!(band_text(0.5), "50 % of patients (25th to 75th percentile)");
        assert_eq!(band_text(0.95), "95 % of patients (2.5th to 97.5th percentile)");
        assert_eq!([1.0, 22.0, 11.0, 83.0].map(ordinal), ["1st", "22nd", "11th", "83rd"]);
    }
}

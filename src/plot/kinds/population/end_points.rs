//! End points of all patients: histograms of numbers, columns of categories.

use super::{Cohort, thousands};
use crate::plot::label::{fixed, short};
use crate::plot::{Axis, Bin, Column, Content, Figure, Fill, Key, KeySample, PlotError, Rule, RuleKind, Scale, Tile};

/// Most end points in one figure; more make several.
pub const TILES: usize = 12;

/// End points of a population.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EndPoints {
    /// Who, and the words around the figure.
    pub cohort: Cohort,
    /// One a tile, in rows.
    pub panels: Vec<EndPoint>,
}

/// One end point of all patients.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EndPoint {
    /// Bold above the tile; nothing if empty.
    pub name: String,
    /// Label of the horizontal axis.
    pub label: String,
    /// Unit, as in model files.
    pub unit: String,
    /// How its values are spread.
    pub spread: Spread,
    /// Patients without the end point.
    pub missing: u64,
    /// Patients whose run failed.
    pub failed: u64,
}

/// How the values of an end point are spread.
#[derive(Debug, Clone, PartialEq)]
pub enum Spread {
    /// Numbers.
    Histogram {
        /// Whether the axis is logarithmic. Bins that end at 0 or below are then counted in a note.
        log: bool,
        /// Lower end, upper end, count of patients.
        bins: Vec<(f64, f64, u64)>,
        /// Median and tails.
        quantiles: Quantiles,
    },
    /// Categories: yes and no, or grades.
    Bars(Vec<ShareBar>),
}

/// Quantiles over the patients with a value; what is not known is not drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Quantiles {
    /// 5th percentile.
    pub p05: Option<f64>,
    /// Median.
    pub median: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
}

/// A category with its count.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ShareBar {
    /// Written under the bar.
    pub label: String,
    /// How many patients. The share is of all bars together.
    pub count: u64,
    /// 95 % interval of the share, between 0 and 1.
    pub interval: Option<(f64, f64)>,
    /// As in lanes if it is a grade.
    pub fill: Option<Fill>,
}

impl Default for Spread {
    fn default() -> Self {
        Self::Histogram { log: false, bins: Vec::new(), quantiles: Quantiles::default() }
    }
}

impl ShareBar {
    /// A category without an interval.
    pub fn new(label: impl Into<String>, count: u64) -> Self {
        Self { label: label.into(), count, ..Self::default() }
    }

    /// A grade; `None` is undetermined.
    pub fn grade(grade: Option<u8>, count: u64) -> Self {
        let (label, fill) = match grade {
            Some(grade) => (grade.to_string(), Fill::Grade(grade)),
            None => ("?".into(), Fill::Undetermined),
        };
        Self { fill: Some(fill), ..Self::new(label, count) }
    }

    /// The same with a 95 % interval of the share, between 0 and 1.
    pub fn between(self, low: f64, high: f64) -> Self {
        Self { interval: Some((low, high)), ..self }
    }
}

impl EndPoint {
    /// A number on a linear axis; `bins` are lower end, upper end, count.
    pub fn histogram(label: impl Into<String>, unit: impl Into<String>, bins: &[(f64, f64, u64)]) -> Self {
        let spread = Spread::Histogram { log: false, bins: bins.to_vec(), quantiles: Quantiles::default() };
        Self { label: label.into(), unit: unit.into(), spread, ..Self::default() }
    }

    /// Categories.
    pub fn bars(label: impl Into<String>, bars: &[ShareBar]) -> Self {
        Self { label: label.into(), spread: Spread::Bars(bars.to_vec()), ..Self::default() }
    }

    /// The same under a name.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The same on a log axis, if it is a number.
    pub fn log(mut self) -> Self {
        if let Spread::Histogram { log, .. } = &mut self.spread {
            *log = true;
        }
        self
    }

    /// The same with these quantiles, if it is a number.
    pub fn quantiles(mut self, p05: f64, median: f64, p95: f64) -> Self {
        if let Spread::Histogram { quantiles, .. } = &mut self.spread {
            *quantiles = Quantiles { p05: Some(p05), median: Some(median), p95: Some(p95) };
        }
        self
    }

    /// The same with patients who have no value.
    pub fn without(self, missing: u64, failed: u64) -> Self {
        Self { missing, failed, ..self }
    }
}

/// End points as small panels, [`TILES`] a figure: histograms with median and tails, and columns with intervals.
///
/// Heights are percent of the patients with a value; those without are counted in a note above the panel.
///
/// # Errors
/// [`PlotError::Data`]: a bin that is not finite or ends before it begins, an interval that is not between 0 and 1.
pub fn end_points(shown: &EndPoints) -> Result<Vec<Figure>, PlotError> {
    let tiles = shown.panels.iter().map(tile).collect::<Result<Vec<_>, _>>()?;
    let parts = tiles.chunks(TILES);
    let count = parts.len();
    let figure = |(index, tiles): (usize, &[Tile])| {
        let part = if count > 1 { format!("part {} of {count}", index + 1) } else { String::new() };
        let subtitle = [shown.cohort.subtitle.as_str(), &part];
        Figure {
            title: shown.cohort.title.clone(),
            subtitle: subtitle.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("  ·  "),
            footer: shown.cohort.footer(),
            legend: legend(tiles),
            tiles: tiles.to_vec(),
            ..Figure::default()
        }
    };
    Ok(parts.enumerate().map(figure).collect())
}

fn legend(tiles: &[Tile]) -> Vec<Key> {
    let has = |kind| tiles.iter().flat_map(|tile| &tile.rules).any(|rule| rule.kind == kind);
    let kinds = [(RuleKind::Middle, "Median"), (RuleKind::Tail, "5th and 95th percentile")];
    let keys = kinds.into_iter().filter(|(kind, _)| has(*kind));
    keys.map(|(kind, label)| Key { label: label.into(), style: 0, sample: KeySample::Rule(kind) }).collect()
}

fn tile(one: &EndPoint) -> Result<Tile, PlotError> {
    let name = if one.name.is_empty() { &one.label } else { &one.name };
    let vertical = Axis { to: Some(100.0), ..Axis::linear("Patients", "percent") };
    let empty = Tile { title: one.name.clone(), vertical, ..Tile::default() };
    match &one.spread {
        Spread::Histogram { log, bins, quantiles } => histogram(one, name, empty, *log, bins, quantiles),
        Spread::Bars(bars) => columns(one, name, empty, bars),
    }
}

fn histogram(
    one: &EndPoint,
    name: &str,
    empty: Tile,
    log: bool,
    bins: &[(f64, f64, u64)],
    quantiles: &Quantiles,
) -> Result<Tile, PlotError> {
    if let Some((from, to, _)) = bins.iter().find(|bin| !(bin.0.is_finite() && bin.1.is_finite() && bin.0 <= bin.1)) {
        return Err(PlotError::Data(format!("`{name}`: a bin from {from} to {to} cannot be drawn")));
    }
    let count: u64 = bins.iter().fold(0, |all, bin| all.saturating_add(bin.2));
    let total = count.max(1) as f64;
    let can_be_shown = |bin: &&(f64, f64, u64)| !log || bin.1 > 0.0;
    let shown_count = bins.iter().filter(can_be_shown).fold(0u64, |all, bin| all.saturating_add(bin.2));
    let hidden = count - shown_count;
    let content = bins
        .iter()
        .filter(can_be_shown)
        .map(|(from, to, count)| Bin { from: *from, to: *to, height: 100.0 * *count as f64 / total })
        .collect();
    let rule = |value: Option<f64>, kind| value.filter(|value| value.is_finite()).map(|value| Rule { value, kind });
    let rules = [
        rule(quantiles.p05, RuleKind::Tail),
        rule(quantiles.median, RuleKind::Middle),
        rule(quantiles.p95, RuleKind::Tail),
    ];
    let scale = if log { Scale::Log } else { Scale::Linear };
    let mut counts = counts(one, count);
    if hidden > 0 {
        counts.push(format!("{} at 0 or below", thousands(hidden)));
    }
    let mut notes = vec![counts.join(", ")];
    notes.extend(quantile_text(quantiles));
    Ok(Tile {
        horizontal: Axis { scale, decades: 600.0, ..Axis::linear(&one.label, &one.unit) },
        content: Content::Bins(content),
        rules: rules.into_iter().flatten().collect(),
        notes,
        ..empty
    })
}

fn columns(one: &EndPoint, name: &str, empty: Tile, bars: &[ShareBar]) -> Result<Tile, PlotError> {
    let count: u64 = bars.iter().fold(0, |all, bar| all.saturating_add(bar.count));
    let column = |bar: &ShareBar| {
        if let Some((low, high)) = bar.interval
            && !(0.0 <= low && low <= high && high <= 1.0)
        {
            let reason =
                format!("`{name}`: the interval of `{}` goes from {low} to {high}, not within 0 to 1", bar.label);
            return Err(PlotError::Data(reason));
        }
        let height = 100.0 * bar.count as f64 / count.max(1) as f64;
        Ok(Column {
            label: bar.label.clone(),
            fill: bar.fill,
            height,
            text: percent_text(height, bar.count, count),
            whisker: bar.interval.map(|(low, high)| (100.0 * low, 100.0 * high)),
        })
    };
    let columns = bars.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    // Nobody has a value: there is nothing to be shared out.
    let columns = if count == 0 { Vec::new() } else { columns };
    let mut counts = counts(one, count);
    if columns.iter().any(|column| column.whisker.is_some()) {
        counts.push("95 % intervals".into());
    }
    Ok(Tile {
        horizontal: Axis::linear(&one.label, ""),
        content: Content::Columns(columns),
        notes: vec![counts.join(", ")],
        ..empty
    })
}

/// How many patients have a value, have none, have failed.
fn counts(one: &EndPoint, count: u64) -> Vec<String> {
    let mut parts = vec![format!("n = {}", thousands(count))];
    parts.extend((one.missing > 0).then(|| format!("{} missing", thousands(one.missing))));
    parts.extend((one.failed > 0).then(|| format!("{} failed", thousands(one.failed))));
    parts
}

/// `median 412 (90 %: 30.1 to 2400)`.
fn quantile_text(quantiles: &Quantiles) -> Option<String> {
    let known = |value: Option<f64>| value.filter(|value| value.is_finite());
    let median = known(quantiles.median).map(|median| format!("median {}", short(median)));
    let tails = known(quantiles.p05).zip(known(quantiles.p95));
    let tails = tails.map(|(low, high)| format!("5–95 %: {} to {}", short(low), short(high)));
    match (median, tails) {
        (Some(median), Some(tails)) => Some(format!("{median} ({tails})")),
        (median, tails) => median.or(tails),
    }
}

/// A share as it stands on a column. Few are not none, and nearly all not all.
fn percent_text(percent: f64, count: u64, of: u64) -> String {
    match count {
        0 => "0".into(),
        _ if count == of => "100".into(),
        _ if percent < 0.1 => "<0.1".into(),
        _ if percent > 99.9 => ">99.9".into(),
        _ if (9.95..99.0).contains(&percent) => fixed(percent, 0),
        _ => fixed(percent, 1),
    }
}

#[cfg(test)]
mod unit_tests {
    use super::*;

    #[test]
    fn shares_say_whether_there_are_any_and_whether_all() {
        let text = |count, of| percent_text(100.0 * count as f64 / of as f64, count, of);
        assert_eq!((text(0, 10), text(10, 10)), ("0".into(), "100".into()));
        assert_eq!((text(1, 1_000_000), text(999_999, 1_000_000)), ("<0.1".into(), ">99.9".into()));
        assert_eq!((text(123, 1000), text(12, 1000), text(995, 1000)), ("12".into(), "1.2".into(), "99.5".into()));
    }
}

//! The curves of a run, with what an axis must know of them.

use super::Shown;
use super::choice::{Choice, GROUPS, group_of};
use crate::plot::{Axis, Panel, Reference, ReferenceKind, Scale, Series};
use crate::unit::Unit;

/// An output or state over time.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    pub name: String,
    pub label: String,
    pub unit: Unit,
    pub scale: Scale,
    /// Lower limit of quantification.
    pub limit: Option<f64>,
    /// Place in [`GROUPS`], if it belongs to one.
    pub group: Option<usize>,
    pub points: Vec<(f64, f64)>,
}

/// The curves of a run that the choice asks for, in its order; else all outputs, by groups. Times in `time`.
pub(super) fn curves(shown: &Shown<'_>, choice: &Choice, time: &Unit) -> Vec<Curve> {
    let model = shown.scenario.model;
    let rows = &shown.run.trajectory;
    let mut names: Vec<String> = match &choice.wanted {
        Some(wanted) => wanted.clone(),
        None => {
            let mut names: Vec<String> = model.outputs.iter().map(|output| output.name.text.clone()).collect();
            names.sort_by_key(|name| group_of(name).unwrap_or(GROUPS.len()));
            names
        }
    };
    names.retain(|name| rows.column(name).is_some());
    let times: Vec<f64> = rows.time.iter().map(|t| rows.time_unit.convert(*t, time).unwrap_or(*t)).collect();
    let curve = |name: String| {
        let at = rows.column(&name)?;
        let column = &rows.columns[at];
        let output = model.outputs.iter().find(|output| output.name.text == name);
        let own = if output.is_some_and(|output| output.log) { Scale::Log } else { Scale::Linear };
        Some(Curve {
            label: output.map_or(&column.label, |output| &output.label).clone(),
            unit: column.unit.clone(),
            scale: choice.scale(&name, own),
            limit: output.and_then(|output| output.lloq),
            group: group_of(&name),
            points: times.iter().copied().zip(rows.series(at)).collect(),
            name,
        })
    };
    names.into_iter().filter_map(curve).collect()
}

impl Curve {
    /// The same curve in another unit, if it measures the same.
    pub fn converted(mut self, unit: &Unit) -> Option<Self> {
        if self.unit != *unit {
            self.unit.convert(1.0, unit)?;
            for point in &mut self.points {
                point.1 = self.unit.convert(point.1, unit)?;
            }
            self.limit = self.limit.and_then(|limit| self.unit.convert(limit, unit));
            self.unit = unit.clone();
        }
        Some(self)
    }

    /// An empty panel for this curve.
    pub fn panel(&self, label: &str) -> Panel {
        let mut axis = Axis::linear(label, self.unit.to_string());
        axis.scale = self.scale;
        if let Some(group) = self.group {
            axis.decades = GROUPS[group].decades;
        }
        Panel::new(axis)
    }

    /// The curve in a style.
    pub fn series(&self, label: &str, style: usize) -> Series {
        Series::new(label, self.points.clone()).style(style)
    }

    /// Its limit of quantification and thresholds of the adult ASTCT scale: fever at 38.0 degC, hypotension below
    /// 90 mmHg.
    pub fn references(&self) -> impl Iterator<Item = Reference> {
        let threshold = match self.name.as_str() {
            "temperature" => Some((38.0, "degC", "38.0 °C")),
            "sbp" => Some((90.0, "mmHg", "90 mmHg")),
            _ => None,
        };
        let threshold = threshold.and_then(|(value, unit, label)| {
            let value = Unit::parse_str(unit).ok()?.convert(value, &self.unit)?;
            Some(Reference { value, label: label.into(), kind: ReferenceKind::Threshold })
        });
        self.limit.map(quantification_limit).into_iter().chain(threshold)
    }
}

/// The line of a limit of quantification.
pub(super) fn quantification_limit(value: f64) -> Reference {
    let label = format!("LLOQ {}", crate::plot::label::short(value));
    Reference { value, label, kind: ReferenceKind::QuantificationLimit }
}

/// Adds what is not there yet.
pub(super) fn add_references(panel: &mut Panel, references: impl Iterator<Item = Reference>) {
    for reference in references {
        if !panel.references.contains(&reference) {
            panel.references.push(reference);
        }
    }
}

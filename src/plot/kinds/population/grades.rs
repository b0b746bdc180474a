//! How many patients are in which grade, over time.

use super::super::words::scale_text;
use super::{Cohort, check_length, check_times};
use crate::plot::{Area, Axis, Figure, Fill, Key, KeySample, Mark, Panel, PlotError};

/// Places in a row of shares: grades 0 to 5, then undetermined.
pub const GRADES: usize = 7;

/// How far the shares of a time may be from 1 in all.
const ROUNDING: f64 = 1e-6;

/// Shares of patients in each grade over time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GradeDistribution {
    /// Who, and the words around the figure.
    pub cohort: Cohort,
    /// The time axis that all panels share.
    pub time: Axis,
    /// One a scale, from top to bottom.
    pub panels: Vec<GradePanel>,
    /// Doses that all patients have.
    pub marks: Vec<Mark>,
}

/// Shares of patients in each grade of one scale.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GradePanel {
    /// The scale, as `astct-2019` or as printed.
    pub scale: String,
    /// Ascending, in the unit of the time axis. Shares are held until the next time.
    pub time: Vec<f64>,
    /// Until when the last shares are held; the last time if that is later.
    pub until: f64,
    /// At each time the shares of grades 0 to 5 and of undetermined grades, 1 in all. NaN is a gap: nobody is left.
    pub shares: Vec<[f64; GRADES]>,
}

impl GradePanel {
    /// The shares of a scale at each time, held until the next and at last until `until`.
    pub fn new(scale: impl Into<String>, time: &[f64], until: f64, shares: &[[f64; GRADES]]) -> Self {
        Self { scale: scale.into(), time: time.to_vec(), until, shares: shares.to_vec() }
    }
}

/// Stacked shares over time, a panel for each scale.
///
/// The highest grade lies lowest, so that the height of an edge is the share of patients at that grade or above.
/// Undetermined grades lie at the top. Grades that never occur have no area and no key.
///
/// # Errors
/// [`PlotError::Data`]: times that go back, lists of different lengths, shares below 0 or not 1 in all.
pub fn grade_distribution(shown: &GradeDistribution) -> Result<Figure, PlotError> {
    let panels = shown.panels.iter().map(panel).collect::<Result<Vec<_>, _>>()?;
    let occurs = |fill: &Fill| panels.iter().flat_map(|panel| &panel.areas).any(|area| area.fill == *fill);
    let legend = fills().filter(occurs).map(|fill| Key {
        label: match fill {
            Fill::Grade(grade) => format!("Grade {grade}"),
            _ => "Undetermined".into(),
        },
        style: 0,
        sample: KeySample::Area(fill),
    });
    Ok(Figure {
        title: shown.cohort.title.clone(),
        subtitle: shown.cohort.subtitle.clone(),
        footer: shown.cohort.footer(),
        legend: legend.collect(),
        horizontal: shown.time.clone(),
        marks: shown.marks.clone(),
        panels,
        ..Figure::default()
    })
}

/// In the order of the shares.
fn fills() -> impl DoubleEndedIterator<Item = Fill> + ExactSizeIterator {
    const ALL: [Fill; GRADES] = [
        Fill::Grade(0),
        Fill::Grade(1),
        Fill::Grade(2),
        Fill::Grade(3),
        Fill::Grade(4),
        Fill::Grade(5),
        Fill::Undetermined,
    ];
    ALL.into_iter()
}

fn panel(one: &GradePanel) -> Result<Panel, PlotError> {
    let name = &one.scale;
    check_times(name, &one.time)?;
    check_length(name, "shares", one.time.len(), one.shares.len())?;
    for (time, shares) in one.time.iter().zip(&one.shares) {
        let total: f64 = shares.iter().sum();
        if shares.iter().any(|share| *share < 0.0) || (total - 1.0).abs() > ROUNDING {
            return Err(PlotError::Data(format!(
                "`{name}`: the shares at time {time} are not parts of all patients: {shares:?}"
            )));
        }
    }
    // From the bottom: grades downwards, then undetermined.
    let order = (0..GRADES - 1).rev().chain([GRADES - 1]);
    let fills: Vec<Fill> = fills().collect();
    let mut below = vec![0.0; one.time.len()];
    let mut areas = Vec::new();
    for place in order {
        let above: Vec<f64> = below.iter().zip(&one.shares).map(|(below, shares)| below + shares[place]).collect();
        if one.shares.iter().any(|shares| shares[place] > 0.0) {
            let label = match fills[place] {
                Fill::Grade(grade) => grade.to_string(),
                _ => "?".into(),
            };
            areas.push(Area { label, fill: fills[place], points: steps(one, &below, &above) });
        }
        below = above;
    }
    // Grade 0 first, as in the legend.
    areas.sort_by_key(|area| fills.iter().position(|fill| *fill == area.fill));
    Ok(Panel {
        title: Some(scale_text(name)),
        areas,
        ..Panel::new(Axis::linear("Patients", "percent").between(0.0, 100.0))
    })
}

/// The edges in percent, held until the next time.
fn steps(one: &GradePanel, below: &[f64], above: &[f64]) -> Vec<(f64, f64, f64)> {
    let mut points = Vec::with_capacity(2 * one.time.len());
    for (index, time) in one.time.iter().enumerate() {
        let end = one.time.get(index + 1).copied().unwrap_or(if one.until > *time { one.until } else { *time });
        let percent = |share: f64| 100.0 * share.clamp(0.0, 1.0);
        let (lower, upper) = (percent(below[index]), percent(above[index]));
        points.extend([(*time, lower, upper), (end, lower, upper)]);
    }
    points
}

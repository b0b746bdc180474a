//! Arms side by side: which patients pair, values of each arm, each arm against the reference.

use super::end_point::{Better, EndPoint, end_points};
use super::outcomes::Outcomes;
use super::statistics::{Estimate, Kind, compare};
use crate::cohort::{Step, kaplan_meier};
use crate::population::Share;

/// Arms of the same patients.
#[derive(Debug, Clone)]
pub struct Arms {
    /// In the order in which they were given.
    pub arms: Vec<Outcomes>,
    /// Place of the reference.
    pub reference: usize,
    /// What they are compared in: what all arms have.
    pub end_points: Vec<EndPoint>,
    /// Patients that are complete in all arms.
    pub paired: Vec<usize>,
}

/// An end point in one arm, over the patients that are complete in all arms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Value {
    /// Patients with a value.
    pub n: usize,
    /// Share, geometric mean or mean; none without patients.
    pub centre: Option<f64>,
    /// Its 95 % interval; of a share Wilson's.
    pub interval: Option<(f64, f64)>,
    /// How the centre was made.
    pub kind: Kind,
    /// Median, 5th and 95th percentile of the patients; none of shares.
    pub quantiles: Option<[f64; 3]>,
}

/// An arm against the reference in an end point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Place of the arm.
    pub arm: usize,
    /// Place of the end point.
    pub end_point: usize,
    /// The comparison.
    pub estimate: Estimate,
    /// Probability that a patient is better off in the arm, half of ties included; none where better has no meaning.
    pub better: Option<f64>,
}

/// How long a declared end point lasts in one arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Durability {
    /// Place of the arm.
    pub arm: usize,
    /// Name of the end point in the model.
    pub end_point: String,
    /// Label of the end point in the model.
    pub label: String,
    /// Of those who reached it: days until it was lost (`true`) or the run ended (`false`).
    pub times: Vec<(f64, bool)>,
    /// Kaplan-Meier estimate of those who have not lost it.
    pub steps: Vec<Step>,
}

impl Arms {
    /// Lays arms side by side; the reference is one of them.
    pub fn new(arms: Vec<Outcomes>, reference: usize) -> Self {
        let all = arms.first().map_or_else(Vec::new, |first| end_points(&first.layout));
        let count = arms.iter().map(Outcomes::count).min().unwrap_or(0);
        let paired = (0..count).filter(|patient| arms.iter().all(|arm| !arm.failed(*patient))).collect();
        Self { arms, reference, end_points: all, paired }
    }

    /// The end point of that name.
    pub fn end_point(&self, name: &str) -> Option<usize> {
        self.end_points.iter().position(|point| point.name == name)
    }

    /// An end point of the paired patients of an arm, NaN where missing.
    pub fn values(&self, arm: usize, end_point: usize) -> impl Iterator<Item = f64> {
        let (outcomes, point) = (&self.arms[arm], &self.end_points[end_point]);
        self.paired.iter().map(|patient| point.of(outcomes.numbers(*patient)))
    }

    /// What an end point comes to in an arm.
    pub fn value(&self, arm: usize, end_point: usize) -> Value {
        let values: Vec<f64> = self.values(arm, end_point).filter(|value| !value.is_nan()).collect();
        let point = &self.end_points[end_point];
        if point.is_share() {
            let yes = values.iter().filter(|value| **value > 0.5).count() as u64;
            let share = Share { yes, no: values.len() as u64 - yes, ..Share::default() };
            return Value {
                n: values.len(),
                centre: share.estimate(),
                interval: share.interval(),
                kind: Kind::Proportion,
                quantiles: None,
            };
        }
        // Against itself: mean and interval come out of the same formula.
        let zero = if point.kind == Kind::Ratio { 1.0 } else { 0.0 };
        let pairs: Vec<(f64, f64)> = values.iter().map(|value| (zero, *value)).collect();
        let found = compare(point.kind, &pairs);
        let found = match found {
            Some(found) if found.kind != point.kind => {
                compare(Kind::Difference, &values.iter().map(|value| (0.0, *value)).collect::<Vec<_>>())
            }
            found => found,
        };
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        Value {
            n: sorted.len(),
            centre: found.map(|found| found.arm),
            interval: found.and_then(|found| found.interval),
            kind: found.map_or(point.kind, |found| found.kind),
            quantiles: (!sorted.is_empty()).then(|| [0.5, 0.05, 0.95].map(|share| quantile(&sorted, share))),
        }
    }

    /// Each arm but the reference against it, in each end point that both have.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for arm in (0..self.arms.len()).filter(|arm| *arm != self.reference) {
            for (at, point) in self.end_points.iter().enumerate() {
                let pairs: Vec<(f64, f64)> = self
                    .values(self.reference, at)
                    .zip(self.values(arm, at))
                    .filter(|(one, other)| !one.is_nan() && !other.is_nan())
                    .collect();
                let Some(estimate) = compare(point.kind, &pairs) else { continue };
                let better = point.better.map(|better| match better {
                    Better::Lower => estimate.lower,
                    Better::Higher => 1.0 - estimate.lower,
                });
                rows.push(Row { arm, end_point: at, estimate, better });
            }
        }
        rows
    }

    /// Declared end points against any and severe CRS by the first scale: places of a benefit and of a risk.
    pub fn benefits_and_risks(&self) -> Vec<(usize, usize)> {
        let wished = |point: &EndPoint| point.better == Some(Better::Higher);
        let declared = |point: &EndPoint| point.is_share() && wished(point) && point.name.starts_with("reached_");
        let benefits = (0..self.end_points.len()).filter(|at| declared(&self.end_points[*at]));
        let scale = self.arms.first().and_then(|arm| arm.layout.scales.first());
        let risks: Vec<usize> = match scale {
            Some(scale) => [format!("crs_any_{scale}"), format!("crs_at_least_3_{scale}")]
                .iter()
                .filter_map(|name| self.end_point(name))
                .collect(),
            None => Vec::new(),
        };
        benefits.flat_map(|benefit| risks.iter().map(move |risk| (benefit, *risk))).collect()
    }

    /// How long each declared end point lasts, end point by end point.
    pub fn durability(&self) -> Vec<Durability> {
        let mut all = Vec::new();
        for (at, point) in self.end_points.iter().enumerate() {
            let Some(name) = point.name.strip_prefix("lost_").filter(|_| point.is_share()) else { continue };
            let Some(duration) = self.end_point(&format!("duration_{name}")) else { continue };
            let label = self.end_point(&format!("reached_{name}")).map_or(name, |at| &self.end_points[at].label);
            for arm in 0..self.arms.len() {
                let times: Vec<(f64, bool)> = self
                    .values(arm, duration)
                    .zip(self.values(arm, at))
                    .filter(|(time, lost)| !time.is_nan() && !lost.is_nan())
                    .map(|(time, lost)| (time, lost > 0.5))
                    .collect();
                let steps = kaplan_meier(&times);
                all.push(Durability { arm, end_point: name.into(), label: label.to_owned(), times, steps });
            }
        }
        all
    }
}

/// A quantile of sorted numbers: between neighbours by their distance, as in R's default.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    match sorted.get(below + 1) {
        Some(above) if part > 0.0 => sorted[below] + part * (above - sorted[below]),
        _ => sorted[below],
    }
}

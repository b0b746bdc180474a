use super::Cohort;
use crate::crs::{Bound, Outcome};
use crate::population::Share;

/// How many patients reached a grade.
#[derive(Debug, Clone, PartialEq)]
pub struct Incidence {
    /// The scale.
    pub scale: String,
    /// The grade.
    pub grade: u8,
    /// Patients whose worst grade it is, lower bounds at their bound.
    pub at: u64,
    /// Patients whose worst grade is this or a higher one: certainly, certainly not, not to be said.
    pub at_or_above: Share,
}

/// Median and range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// How many.
    pub n: usize,
    /// The median: of an even number the mean of the two in the middle.
    pub median: f64,
    /// The smallest.
    pub least: f64,
    /// The largest.
    pub most: f64,
}

impl Spread {
    /// Of numbers; none of no numbers.
    pub fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let n = values.len();
        let (least, most) = (*values.first()?, *values.last()?);
        Some(Self { n, median: (values[(n - 1) / 2] + values[n / 2]) / 2.0, least, most })
    }
}

impl Cohort {
    /// Incidence by scale and grade, grade 0 first.
    pub fn incidence(&self) -> Vec<Incidence> {
        let mut rows = Vec::new();
        for (at, scale) in self.scales.iter().enumerate() {
            for grade in 0..=self.highest[at] {
                let mut row = Incidence { scale: scale.clone(), grade, at: 0, at_or_above: Share::default() };
                for member in &self.members {
                    let maximum = &member.summaries[at].maximum;
                    row.at += u64::from(maximum.grade == Some(grade));
                    row.at_or_above.add(match (maximum.grade, maximum.bound) {
                        (Some(found), _) if found >= grade => Some(true),
                        _ if grade == 0 => Some(true),
                        (Some(_), Bound::Exact) => Some(false),
                        _ if maximum.highest < grade => Some(false),
                        _ => None,
                    });
                }
                rows.push(row);
            }
        }
        rows
    }

    /// Onset of the first episode on a scale, days after the infusion.
    pub fn onset(&self, scale: usize) -> Option<Spread> {
        let first = self.members.iter().filter_map(|member| member.summaries[scale].first());
        Spread::of(first.map(|episode| episode.onset).collect())
    }

    /// From the onset to the worst grade of the first episode, days.
    pub fn time_to_maximum(&self, scale: usize) -> Option<Spread> {
        let first = self.members.iter().filter_map(|member| member.summaries[scale].first());
        let times = first.map(|episode| episode.time_of_maximum - episode.onset);
        Spread::of(times.filter(|time| !time.is_nan()).collect())
    }

    /// How long first episodes lasted that were resolved, days; the others are left out.
    pub fn duration(&self, scale: usize) -> Option<Spread> {
        let first = self.members.iter().filter_map(|member| member.summaries[scale].first());
        let resolved = first.filter(|episode| episode.outcome == Outcome::Resolved);
        Spread::of(resolved.map(|episode| episode.hours() / 24.0).collect())
    }
}

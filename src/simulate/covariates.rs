//! Covariates that change during a run.

use crate::model::Carry;
use crate::regimen::same_time;

/// A covariate by time, canonical.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Place among the covariates of the model.
    pub covariate: usize,
    /// How it goes on between records.
    pub carry: Carry,
    /// Times of records, ascending, in the time unit of the model, and the value of each; at least one.
    pub points: Vec<(f64, f64)>,
}

impl Course {
    /// The value that a record at this time sees, and under which the run arrives there: with `next` that of the first
    /// record not before it, with `last` that of the last record not after it. Beyond the records the nearest holds.
    pub fn at(&self, time: f64) -> f64 {
        let before = |point: &(f64, f64)| point.0 < time && !same_time(point.0, time);
        let later = self.points.partition_point(before);
        let here = self.points.get(later).is_some_and(|point| same_time(point.0, time));
        let place = match self.carry {
            _ if here => later,
            Carry::Next => later.min(self.points.len() - 1),
            Carry::Last => later.saturating_sub(1),
        };
        self.points[place].1
    }

    /// Its changes: when, whether after what else happens then, and the new value.
    pub(super) fn changes(&self) -> impl Iterator<Item = (f64, bool, f64)> + '_ {
        self.points.windows(2).filter(|pair| pair[0].1 != pair[1].1).map(|pair| match self.carry {
            Carry::Next => (pair[0].0, true, pair[1].1),
            Carry::Last => (pair[1].0, false, pair[1].1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_records_the_next_or_the_last_value_holds() {
        let course =
            |carry| Course { covariate: 0, carry, points: vec![(0.0, 1.0), (2.0, 2.0), (3.0, 2.0), (5.0, 3.0)] };
        let values = |carry| [-1.0, 0.0, 1.0, 2.0, 4.0, 5.0, 9.0].map(|time| course(carry).at(time));
        assert_eq!(values(Carry::Next), [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 3.0]);
        assert_eq!(values(Carry::Last), [1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
        let changes = |carry| course(carry).changes().collect::<Vec<_>>();
        assert_eq!(changes(Carry::Next), [(0.0, true, 2.0), (3.0, true, 3.0)]);
        assert_eq!(changes(Carry::Last), [(2.0, false, 2.0), (5.0, false, 3.0)]);
    }
}

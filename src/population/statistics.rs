//! What is counted of all patients; merges to the same bits in any order.

use super::{Histogram, Sum, Summary};

/// Grades 0 to 5, then undetermined.
pub const GRADES: usize = 7;

/// Counts over patients: values and grades at each output time, end points. Patients that failed count in `failed` alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Statistics {
    /// Patients that reached the end.
    pub complete: u64,
    /// Patients that did not.
    pub failed: u64,
    /// Patients with a parameter outside of its bounds, complete or failed.
    pub outside: u64,
    /// Each output at each output time, the times of the first output first.
    pub values: Vec<Values>,
    /// Patients at each grade, each scale at each output time, the times of the first scale first.
    pub grades: Vec<[u64; GRADES]>,
    /// Patients by highest grade, one a scale.
    pub maxima: Vec<[u64; GRADES]>,
    /// End points, one a column.
    pub points: Vec<Summary>,
}

/// Values of one output at one time.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Values {
    /// Their distribution.
    pub histogram: Histogram,
    /// Their exact sum.
    pub sum: Sum,
}

impl Values {
    /// Counts a value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.histogram.add(value);
        self.sum.add(value);
    }

    /// The mean of all values; none without any.
    pub fn mean(&self) -> Option<f64> {
        let apart = self.histogram.apart();
        let count = self.histogram.count() + apart.nan + apart.infinite + apart.minus_infinite;
        (count > 0).then(|| self.sum.value() / count as f64)
    }
}

impl Statistics {
    /// Nothing counted yet.
    pub fn new(outputs: usize, times: usize, scales: usize, points: usize) -> Self {
        Self {
            values: vec![Values::default(); outputs * times],
            grades: vec![[0; GRADES]; scales * times],
            maxima: vec![[0; GRADES]; scales],
            points: vec![Summary::default(); points],
            ..Self::default()
        }
    }

    /// Counts all that another has counted.
    ///
    /// # Panics
    /// If it counts something else.
    pub fn merge(&mut self, other: &Self) {
        assert!(self.fits(other), "the same outputs, times, scales and end points");
        self.complete += other.complete;
        self.failed += other.failed;
        self.outside += other.outside;
        for (own, other) in self.values.iter_mut().zip(&other.values) {
            own.histogram.merge(&other.histogram);
            own.sum.merge(&other.sum);
        }
        let add = |own: &mut Vec<[u64; GRADES]>, other: &[[u64; GRADES]]| {
            own.iter_mut().flatten().zip(other.iter().flatten()).for_each(|(own, other)| *own += other);
        };
        add(&mut self.grades, &other.grades);
        add(&mut self.maxima, &other.maxima);
        self.points.iter_mut().zip(&other.points).for_each(|(own, other)| own.merge(other));
    }

    /// Whether another counts the same things.
    pub fn fits(&self, other: &Self) -> bool {
        let sizes = |of: &Self| [of.values.len(), of.grades.len(), of.maxima.len(), of.points.len()];
        sizes(self) == sizes(other)
    }

    /// All patients.
    pub fn patients(&self) -> u64 {
        self.complete + self.failed
    }
}

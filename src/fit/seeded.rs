//! Numbers with derivatives by the coordinates of a fit, some of them at a time.

use super::structure::{Point, Structure};
use crate::numeric::{Dual, Lanes, Scalar};

/// Coordinates whose derivatives are carried at once.
pub(super) const GROUP: usize = 8;
/// A number with derivatives by a group of coordinates.
pub(super) type Grouped = Dual<Lanes<1>, GROUP>;

/// The coordinates of a group: where they begin and end, and population values with derivatives by them.
pub(super) struct Group {
    pub from: usize,
    pub to: usize,
    pub point: Point<Grouped>,
}

impl Group {
    /// The derivatives that a number has by the coordinates of the group.
    pub fn slopes<'a>(&self, number: &'a Grouped) -> impl Iterator<Item = f64> + 'a {
        number.tangents[..self.to - self.from].iter().map(|tangent| tangent.get(0))
    }
}

/// The groups at `x`, one at least.
pub(super) fn groups(structure: &Structure, x: &[f64]) -> Vec<Group> {
    let group = |from: usize| {
        let to = x.len().min(from + GROUP);
        let seed = |(at, value): (usize, &f64)| match (from..to).contains(&at) {
            true => Grouped::variable(Lanes([*value]), at - from),
            false => Grouped::splat(*value),
        };
        let seeded: Vec<Grouped> = x.iter().enumerate().map(seed).collect();
        Group { from, to, point: structure.point(&seeded) }
    };
    (0..x.len().max(1)).step_by(GROUP).map(group).collect()
}

/// A number that moves with others: its derivatives by them are `slopes`.
pub(super) fn moving<'a>(value: f64, slopes: impl IntoIterator<Item = &'a f64>, with: &[Grouped]) -> Grouped {
    let mut number = Grouped::splat(value);
    for (slope, with) in slopes.into_iter().zip(with) {
        for (sum, tangent) in number.tangents.iter_mut().zip(&with.tangents) {
            *sum = *sum + Lanes([slope * tangent.get(0)]);
        }
    }
    number
}

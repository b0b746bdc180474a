use crate::numeric::{Aligned, Mask, Scalar, aligned, apart, spread};

use super::system::Pattern;

/// A pivot below this part of the terms it was computed from is rounding error.
const LOST: f64 = 1e-14;

/// LU decomposition of `shift I - J` on a fixed pattern, without pivoting for size, in all lanes at once.
///
/// The order of elimination and the fill are found once from the pattern (Markowitz: smallest product of
/// remaining row and column counts, ties by index); decomposing and solving then run through flat lists.
/// For the matrices of a Rosenbrock step a small step makes the diagonal dominate, so [`SparseLu::decompose`] only
/// reports the lanes in which a pivot was lost, and the stepper halves their step.
///
/// # Reference
/// Markowitz 1957, doi:10.1287/mnsc.3.3.255; static patterns as in KPP, Sandu et al. 1997,
/// doi:10.1016/S1352-2310(97)00045-1.
#[derive(Debug, Clone)]
pub struct SparseLu<S> {
    size: usize,
    /// Entries of L (below, unit diagonal left out) and U, in the order of `slots`.
    entries: Aligned<S>,
    /// 1 over each pivot, by elimination step.
    inverse: Aligned<S>,
    /// Where each non-zero of the pattern goes.
    scatter: Vec<u32>,
    plan: Plan,
}

#[derive(Debug, Clone)]
struct Plan {
    /// By elimination step.
    pivots: Vec<Pivot>,
    lowers: Vec<Lower>,
    /// Row updates: entries[target] -= factor * entries[upper].
    updates: Vec<Update>,
    /// Entries of U right of the diagonal: row of the pivot at hand.
    uppers: Vec<Term>,
    /// Entries of L left of the diagonal in the order of elimination: row of the pivot at hand.
    before: Vec<Term>,
    /// Steps in the order in which their rows are solved downwards and upwards: each after those it reads, and with
    /// others in between where that can be had, for what was just written cannot be read at once.
    down: Vec<u32>,
    up: Vec<u32>,
}

#[derive(Debug, Clone)]
struct Pivot {
    index: u32,
    slot: u32,
    lowers: (u32, u32),
    uppers: (u32, u32),
    before: (u32, u32),
}

#[derive(Debug, Clone)]
struct Lower {
    slot: u32,
    updates: (u32, u32),
}

#[derive(Debug, Clone)]
struct Update {
    target: u32,
    upper: u32,
    /// Row whose diagonal `target` is, if it is one.
    diagonal: Option<u32>,
}

/// entries[slot] times the unknown `column`.
#[derive(Debug, Clone)]
struct Term {
    column: u32,
    slot: u32,
}

#[inline(always)]
fn range((from, to): (u32, u32)) -> std::ops::Range<usize> {
    from as usize..to as usize
}

impl<S: Scalar> SparseLu<S> {
    /// Plans the decomposition for matrices with the non-zeros of `pattern` and the diagonal.
    pub fn new(pattern: &Pattern) -> Self {
        let size = pattern.rows.len();
        let mut remaining = vec![vec![false; size]; size];
        for (i, row) in pattern.rows.iter().enumerate() {
            remaining[i][i] = true;
            row.iter().for_each(|&j| remaining[i][j] = true);
        }
        let order = eliminate(&mut remaining);
        let mut slots = vec![vec![u32::MAX; size]; size];
        let mut count = 0;
        for (i, row) in remaining.iter().enumerate() {
            for (j, &set) in row.iter().enumerate() {
                if set {
                    slots[i][j] = count;
                    count += 1;
                }
            }
        }
        let scatter = pattern.rows.iter().enumerate().flat_map(|(i, row)| row.iter().map(move |&j| (i, j)));
        Self {
            size,
            entries: aligned(count as usize),
            inverse: aligned(size),
            scatter: scatter.map(|(i, j)| slots[i][j]).collect(),
            plan: Plan::new(&order, &slots),
        }
    }

    /// Entries of L and U together, diagonal included.
    #[cfg(test)]
    pub fn fill(&self) -> usize {
        self.entries.len()
    }

    /// Decomposes `shift I - J`; `jacobian` holds the non-zeros in the order of the pattern.
    ///
    /// Returns the lanes in which a pivot is not finite or nothing but rounding error.
    #[inline(always)]
    pub fn decompose(&mut self, shift: S, jacobian: &[S], weight: &mut [S::Value]) -> S::Mask {
        let zero = S::default();
        let Self { entries, inverse, scatter, plan, .. } = self;
        entries.fill(zero);
        for (&slot, &value) in scatter.iter().zip(jacobian).inspect(apart) {
            entries[slot as usize] = -value;
        }
        // The size of the terms each pivot is the sum of.
        for pivot in &plan.pivots {
            let slot = pivot.slot as usize;
            weight[pivot.index as usize] = entries[slot].value().abs() + shift.value().abs();
            entries[slot] = entries[slot] + shift;
        }
        let mut lost = S::Mask::splat(false);
        let largest = S::Value::splat(f64::MAX);
        for (pivot, inverse) in plan.pivots.iter().zip(inverse.iter_mut()) {
            let diagonal = entries[pivot.slot as usize];
            let size = diagonal.value().abs();
            let smallest = weight[pivot.index as usize] * S::Value::splat(LOST);
            lost = lost.or(smallest.less_equal(size).and(size.less_equal(largest)).not());
            *inverse = S::splat(1.0) / diagonal;
            for lower in &plan.lowers[range(pivot.lowers)] {
                let factor = entries[lower.slot as usize] * *inverse;
                entries[lower.slot as usize] = factor;
                for update in &plan.updates[range(lower.updates)] {
                    let change = factor * entries[update.upper as usize];
                    let target = update.target as usize;
                    entries[target] = entries[target] - change;
                    if let Some(row) = update.diagonal {
                        let row = row as usize;
                        weight[row] = weight[row] + change.value().abs();
                    }
                }
            }
        }
        lost
    }

    /// `sum` minus the terms.
    #[inline(always)]
    fn without(&self, mut sum: S, terms: &[Term], b: &[S]) -> S {
        for term in terms {
            sum = sum - self.entries[term.slot as usize] * b[term.column as usize];
        }
        sum
    }

    /// Replaces the right-hand side `b` by the solution.
    #[inline(always)]
    pub fn solve(&self, b: &mut [S]) {
        debug_assert_eq!(b.len(), self.size);
        let plan = &self.plan;
        for &step in &plan.down {
            let pivot = &plan.pivots[step as usize];
            let terms = &plan.before[range(pivot.before)];
            b[pivot.index as usize] = self.without(b[pivot.index as usize], terms, b);
        }
        for &step in &plan.up {
            let pivot = &plan.pivots[step as usize];
            let terms = &plan.uppers[range(pivot.uppers)];
            b[pivot.index as usize] = self.without(b[pivot.index as usize], terms, b) * self.inverse[step as usize];
        }
    }
}

/// Chooses the order of elimination and adds the fill to `matrix`.
fn eliminate(matrix: &mut [Vec<bool>]) -> Vec<usize> {
    let size = matrix.len();
    let mut left: Vec<usize> = (0..size).collect();
    let mut order = Vec::with_capacity(size);
    while !left.is_empty() {
        let cost = |&p: &usize| {
            let row = left.iter().filter(|&&j| j != p && matrix[p][j]).count();
            let column = left.iter().filter(|&&i| i != p && matrix[i][p]).count();
            (row * column, p)
        };
        let pivot = left.iter().copied().min_by_key(cost).expect("some are left");
        left.retain(|&i| i != pivot);
        for &i in left.iter().filter(|&&i| matrix[i][pivot]).collect::<Vec<_>>() {
            for &j in &left {
                let fill = matrix[pivot][j];
                matrix[i][j] |= fill;
            }
        }
        order.push(pivot);
    }
    order
}

impl Plan {
    fn new(order: &[usize], slots: &[Vec<u32>]) -> Self {
        let mut plan = Plan {
            pivots: Vec::new(),
            lowers: Vec::new(),
            updates: Vec::new(),
            uppers: Vec::new(),
            before: Vec::new(),
            down: Vec::new(),
            up: Vec::new(),
        };
        for (step, &p) in order.iter().enumerate() {
            let later = &order[step + 1..];
            let columns: Vec<usize> = later.iter().copied().filter(|&j| slots[p][j] != u32::MAX).collect();
            let first_upper = plan.uppers.len() as u32;
            plan.uppers.extend(columns.iter().map(|&j| Term { column: j as u32, slot: slots[p][j] }));
            let first_before = plan.before.len() as u32;
            let earlier = order[..step].iter().filter(|&&j| slots[p][j] != u32::MAX);
            plan.before.extend(earlier.map(|&j| Term { column: j as u32, slot: slots[p][j] }));
            let first_lower = plan.lowers.len() as u32;
            for &i in later.iter().filter(|&&i| slots[i][p] != u32::MAX) {
                let first_update = plan.updates.len() as u32;
                plan.updates.extend(columns.iter().map(|&j| Update {
                    target: slots[i][j],
                    upper: slots[p][j],
                    diagonal: (i == j).then_some(i as u32),
                }));
                let updates = (first_update, plan.updates.len() as u32);
                plan.lowers.push(Lower { slot: slots[i][p], updates });
            }
            plan.pivots.push(Pivot {
                index: p as u32,
                slot: slots[p][p],
                lowers: (first_lower, plan.lowers.len() as u32),
                uppers: (first_upper, plan.uppers.len() as u32),
                before: (first_before, plan.before.len() as u32),
            });
        }
        let mut step_of = vec![0; order.len()];
        order.iter().enumerate().for_each(|(step, &p)| step_of[p] = step);
        let reads = |terms: &[Term]| terms.iter().map(|term| step_of[term.column as usize]).collect::<Vec<_>>();
        let down: Vec<Vec<usize>> = plan.pivots.iter().map(|pivot| reads(&plan.before[range(pivot.before)])).collect();
        let up: Vec<Vec<usize>> = plan.pivots.iter().map(|pivot| reads(&plan.uppers[range(pivot.uppers)])).collect();
        // A row without terms needs nothing done on the way down.
        plan.down =
            spread(&down, 3).into_iter().filter(|&step| !down[step].is_empty()).map(|step| step as u32).collect();
        plan.up = spread(&up, 3).into_iter().map(|step| step as u32).collect();
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Dual;
    use crate::numeric::Lanes;

    fn uniform(seed: &mut u64) -> f64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 11) as f64 / 9_007_199_254_740_992.0 - 0.5
    }

    fn random_pattern(size: usize, seed: &mut u64) -> Pattern {
        Pattern { rows: (0..size).map(|_| (0..size).filter(|_| uniform(seed) > 0.2).collect()).collect() }
    }

    #[test]
    fn solves_as_dense_elimination_does() {
        let mut seed = 5;
        for size in [1, 2, 5, 12, 20] {
            let pattern = random_pattern(size, &mut seed);
            let values: Vec<f64> = pattern.rows.iter().flatten().map(|_| uniform(&mut seed)).collect();
            let shift = 4.0;
            let mut dense = nalgebra::DMatrix::<f64>::identity(size, size) * shift;
            let places = pattern.rows.iter().enumerate().flat_map(|(i, row)| row.iter().map(move |&j| (i, j)));
            for (place, value) in places.zip(&values) {
                dense[place] -= value;
            }
            let right: Vec<f64> = (0..size).map(|_| uniform(&mut seed)).collect();
            let expected = dense.lu().solve(&nalgebra::DVector::from_vec(right.clone())).unwrap();
            let mut lu = SparseLu::<Lanes<1>>::new(&pattern);
            let jacobian: Vec<_> = values.iter().map(|&v| Lanes([v])).collect();
            let lost = lu.decompose(Lanes([shift]), &jacobian, &mut vec![Lanes([0.0]); size]);
            assert!(!lost.any());
            let mut b: Vec<_> = right.iter().map(|&v| Lanes([v])).collect();
            lu.solve(&mut b);
            for (x, e) in b.iter().zip(expected.iter()) {
                assert!((x.0[0] - e).abs() < 1e-12, "{} against {e}", x.0[0]);
            }
        }
    }

    #[test]
    fn a_cascade_gets_no_fill() {
        let size = 12;
        let rows = (0..size).map(|i| if i == 0 { vec![0] } else { vec![i - 1, i] }).collect();
        assert_eq!(SparseLu::<Lanes<1>>::new(&Pattern { rows }).fill(), 2 * size - 1);
        // An arrow pointing the wrong way fills completely in the natural order.
        let mut rows: Vec<Vec<usize>> = (0..size).map(|i| vec![0, i]).collect();
        rows[0] = (0..size).collect();
        assert_eq!(SparseLu::<Lanes<1>>::new(&Pattern { rows }).fill(), 3 * size - 2);
    }

    #[test]
    fn a_lost_pivot_is_reported_in_its_lane_alone() {
        let pattern = Pattern { rows: vec![vec![0, 1], vec![0, 1]] };
        let mut lu = SparseLu::<Lanes<4>>::new(&pattern);
        // Lane 0 well, lane 1 singular, lane 2 NaN, lane 3 badly scaled but well.
        let jacobian = [
            Lanes([0.0, -1.0, f64::NAN, 0.0]),
            Lanes([1.0, -2.0, 0.0, 1e12]),
            Lanes([1.0, -1.0, 0.0, 1e-12]),
            Lanes([0.0, -1.0, 0.0, 0.0]),
        ];
        let lost = lu.decompose(Lanes([2.0, 1.0, 1.0, 2.0]), &jacobian, &mut [Lanes([0.0; 4]); 2]);
        assert_eq!(lost.0, [false, false, true, false]);
        let singular = [Lanes([0.0; 4]), Lanes([0.0, 3.0, 0.0, 0.0]), Lanes([0.0, 3.0, 0.0, 0.0]), Lanes([0.0; 4])];
        let lost = lu.decompose(Lanes([2.0, 3.0, 1.0, 2.0]), &singular, &mut [Lanes([0.0; 4]); 2]);
        assert_eq!(lost.0, [false, true, false, false]);
    }

    #[test]
    fn derivatives_pass_through() {
        // (2 - p) x = 3 at p = 0.5: x = 2, dx/dp = 3/(2 - p)^2.
        let p = Dual::<Lanes<1>, 1>::variable(Lanes([0.5]), 0);
        let mut lu = SparseLu::new(&Pattern { rows: vec![vec![0]] });
        lu.decompose(Dual::splat(2.0), &[p], &mut [Lanes([0.0])]);
        let mut b = [Dual::splat(3.0)];
        lu.solve(&mut b);
        assert!((b[0].value.0[0] - 2.0).abs() < 1e-15 && (b[0].tangents[0].0[0] - 3.0 / 2.25).abs() < 1e-15);
    }
}

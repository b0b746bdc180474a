use crate::numeric::Mask;
use crate::numeric::Scalar;

use super::system::Pattern;

/// LU decomposition with row exchanges, each lane with its own: the last resort where [`super::sparse::SparseLu`]
/// keeps losing pivots.
///
/// Generic over the scalar like the sparse one (a library's would give no derivatives); exchanges look at values.
/// n^3 work without any sparsity, so only for single steps.
#[derive(Debug, Clone)]
pub struct DenseLu<S: Scalar> {
    size: usize,
    entries: Vec<S>,
    /// For each column and each row below its diagonal: the lanes in which the two rows were exchanged.
    exchanges: Vec<S::Mask>,
}

impl<S: Scalar> DenseLu<S> {
    /// Room for matrices of `size` rows.
    pub fn new(size: usize) -> Self {
        let exchanges = vec![S::Mask::splat(false); size * size];
        Self { size, entries: vec![S::default(); size * size], exchanges }
    }

    /// Decomposes `shift I - J`; `jacobian` holds the non-zeros in the order of `pattern`.
    pub fn decompose(&mut self, pattern: &Pattern, shift: S, jacobian: &[S]) {
        let n = self.size;
        let a = &mut self.entries;
        a.fill(S::default());
        let places = pattern.rows.iter().enumerate().flat_map(|(i, row)| row.iter().map(move |&j| i * n + j));
        for (place, &value) in places.zip(jacobian) {
            a[place] = -value;
        }
        for i in 0..n {
            a[i * n + i] = a[i * n + i] + shift;
        }
        for k in 0..n {
            for i in k + 1..n {
                let larger = a[k * n + k].value().abs().less(a[i * n + k].value().abs());
                self.exchanges[k * n + i] = larger;
                for j in 0..n {
                    let (upper, lower) = (a[k * n + j], a[i * n + j]);
                    a[k * n + j] = S::select(larger, lower, upper);
                    a[i * n + j] = S::select(larger, upper, lower);
                }
            }
            for i in k + 1..n {
                let factor = a[i * n + k] / a[k * n + k];
                a[i * n + k] = factor;
                for j in k + 1..n {
                    a[i * n + j] = a[i * n + j] - factor * a[k * n + j];
                }
            }
        }
    }

    /// Replaces the right-hand side `b` by the solution.
    pub fn solve(&self, b: &mut [S]) {
        let n = self.size;
        let a = &self.entries;
        for k in 0..n {
            for i in k + 1..n {
                let exchanged = self.exchanges[k * n + i];
                let (upper, lower) = (b[k], b[i]);
                b[k] = S::select(exchanged, lower, upper);
                b[i] = S::select(exchanged, upper, lower);
            }
        }
        for i in 0..n {
            for j in 0..i {
                b[i] = b[i] - a[i * n + j] * b[j];
            }
        }
        for i in (0..n).rev() {
            for j in i + 1..n {
                b[i] = b[i] - a[i * n + j] * b[j];
            }
            b[i] = b[i] / a[i * n + i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::Dual;
    use crate::numeric::Lanes;

    #[test]
    fn exchanges_rows_by_lane() {
        // shift 1: lane 0 is [[0, 1, 2], [3, 0, 1], [1, 1, 0]] (no pivot without exchange), lane 1 its transpose.
        let pattern = Pattern { rows: vec![vec![0, 1, 2]; 3] };
        let wanted = [[0.0, 1.0, 2.0], [3.0, 0.0, 1.0], [1.0, 1.0, 0.0]];
        let mut jacobian = Vec::new();
        for i in 0..3 {
            for j in 0..3 {
                let shift = if i == j { 1.0 } else { 0.0 };
                jacobian.push(Lanes([shift - wanted[i][j], shift - wanted[j][i]]));
            }
        }
        let mut lu = DenseLu::<Lanes<2>>::new(3);
        lu.decompose(&pattern, Lanes::splat(1.0), &jacobian);
        // x = (1, 2, 3) in both lanes.
        let mut b = [Lanes([8.0, 9.0]), Lanes([6.0, 4.0]), Lanes([3.0, 4.0])];
        lu.solve(&mut b);
        for (x, expected) in b.iter().zip([1.0, 2.0, 3.0]) {
            assert!((x.0[0] - expected).abs() < 1e-14 && (x.0[1] - expected).abs() < 1e-14, "{b:?}");
        }
    }

    #[test]
    fn derivatives_pass_through_an_exchange() {
        // [[0, 1], [p, 0]] x = (1, 1) at p = 4: x = (1/p, 1), dx/dp = (-1/p^2, 0).
        let p = Dual::<Lanes<1>, 1>::variable(Lanes([4.0]), 0);
        let pattern = Pattern { rows: vec![vec![0, 1]; 2] };
        let mut lu = DenseLu::new(2);
        let one = Dual::splat(1.0);
        lu.decompose(&pattern, one, &[one, -one, -p, one]);
        let mut b = [one, one];
        lu.solve(&mut b);
        assert_eq!((b[0].value.0[0], b[0].tangents[0].0[0]), (0.25, -0.0625));
        assert_eq!((b[1].value.0[0], b[1].tangents[0].0[0]), (1.0, 0.0));
    }
}

use super::{Mask, Scalar};

/// The lower triangle L with L L' = `matrix` (n x n, symmetric) in its place, the part above the diagonal 0; false if the
/// matrix is not positive definite in value.
pub fn cholesky<S: Scalar>(matrix: &mut [S], n: usize) -> bool {
    for i in 0..n {
        for j in 0..=i {
            let mut sum = matrix[i * n + j];
            for k in 0..j {
                sum = sum - matrix[i * n + k] * matrix[j * n + k];
            }
            if i == j {
                if !S::default().less(sum).get(0) {
                    return false;
                }
                matrix[i * n + i] = sum.sqrt();
            } else {
                matrix[i * n + j] = sum / matrix[j * n + j];
            }
        }
        for j in i + 1..n {
            matrix[i * n + j] = S::default();
        }
    }
    true
}

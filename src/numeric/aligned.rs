//! Storage in which a number of eight lanes is one line of the cache.

use aligned_vec::{AVec, ConstAlign};

use super::scalar::Scalar;

/// Numbers that begin on a line of the cache: loads and stores of wide ones do not straddle two.
pub type Aligned<S> = AVec<S, ConstAlign<64>>;

/// `count` zeros.
pub fn aligned<S: Scalar>(count: usize) -> Aligned<S> {
    AVec::from_iter(64, std::iter::repeat_n(S::default(), count))
}

/// Put into a loop over wide numbers, it keeps the compiler from making vectors of one lane of several numbers (gathers
/// and scatters) instead of several lanes of one.
#[inline(always)]
pub fn apart<T>(_: &T) {
    std::hint::black_box(());
}

//! Which vector instructions the hot loops are compiled for; chosen when the program runs.

use std::fmt;

/// Vector instructions of the processor.
///
/// The hot loops are compiled once for each, from the same safe code; results have the same bits under all of them.
/// [`InstructionSet::best`] is what everything starts with; another one is for tests and measurements.
#[derive(Clone, Copy)]
pub enum InstructionSet {
    /// What every processor of the architecture has.
    Baseline,
    /// x86-64-v3: vectors of four numbers.
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    /// x86-64-v4: vectors of eight numbers.
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
}

/// A loop worth compiling for each instruction set. `run` and all that it calls must be `#[inline(always)]`: what is not
/// inlined stays baseline code.
pub trait Kernel {
    /// What it gives.
    type Output;
    /// Runs it.
    fn run(self) -> Self::Output;
}

impl InstructionSet {
    /// The widest that this processor has.
    pub fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if let Some(v4) = pulp::x86::V4::try_new() {
                return Self::Avx512(v4);
            }
            if let Some(v3) = pulp::x86::V3::try_new() {
                return Self::Avx2(v3);
            }
        }
        Self::Baseline
    }

    /// All that this processor has, widest last.
    pub fn available() -> Vec<Self> {
        #[allow(unused_mut, reason = "one architecture has more")]
        let mut all = vec![Self::Baseline];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(pulp::x86::V3::try_new().map(Self::Avx2));
            all.extend(pulp::x86::V4::try_new().map(Self::Avx512));
        }
        all
    }

    /// Runs a kernel as compiled for these instructions.
    #[inline(always)]
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        match self {
            Self::Baseline => kernel.run(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(v3) => pulp::Simd::vectorize(v3, Vectorised(kernel)),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(v4) => pulp::Simd::vectorize(v4, Vectorised(kernel)),
        }
    }

    /// As people write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "AVX-512",
        }
    }
}

impl Default for InstructionSet {
    fn default() -> Self {
        Self::best()
    }
}

impl fmt::Debug for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(target_arch = "x86_64")]
struct Vectorised<K>(K);

#[cfg(target_arch = "x86_64")]
impl<K: Kernel> pulp::WithSimd for Vectorised<K> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> K::Output {
        self.0.run()
    }
}

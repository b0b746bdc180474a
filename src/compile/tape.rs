//! Register byte code and the loop that runs it.

use crate::expression::graph::arithmetic;
use crate::numeric::{InstructionSet, Kernel, Scalar, apart};

/// What an [`Instruction`] does with registers a, b, c. Fused operations round like their parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Negate,
    Exp,
    Ln,
    Absolute,
    Not,
    Add,
    Subtract,
    Multiply,
    Divide,
    Minimum,
    Maximum,
    Less,
    LessEqual,
    Equal,
    And,
    Or,
    /// a to the whole power c.
    Whole,
    /// Root of a, floor b.
    Root,
    /// a to the power b, floor c.
    Power,
    /// Hill of a, exponent b, half c.
    Hill,
    /// Hill of a, half b, whole exponent c.
    HillWhole,
    /// b where a holds, c elsewhere.
    Select,
    /// a b + c
    ProductPlus,
    /// a b - c
    ProductMinus,
    /// c - a b
    MinusProduct,
    /// (a b) c
    ProductTimes,
    /// (a b) / c
    ProductOver,
    /// (a + b) + c
    SumPlus,
    /// (a + b) - c
    SumMinus,
    /// (a + b) c
    SumTimes,
    /// c / (a + b)
    OverSum,
    /// (a - b) + c
    DifferencePlus,
    /// (a - b) - c
    DifferenceMinus,
    /// (a - b) c
    DifferenceTimes,
}

/// One step of a [`Tape`]: registers a, b, c to register `target`. Unused operands are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instruction {
    pub operation: Operation,
    pub target: u32,
    pub a: u32,
    pub b: u32,
    /// A register, or the whole exponent of `Whole` and `HillWhole`.
    pub c: u32,
}

/// Straight-line code over a file of registers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tape {
    pub instructions: Vec<Instruction>,
    /// Where the results lie after a run.
    pub results: Vec<u32>,
    /// Registers needed.
    pub registers: usize,
}

impl Tape {
    /// Copies the results from number `first` on to `out`, as many as it holds.
    #[inline(always)]
    pub fn copy_results<S: Scalar>(&self, registers: &[S], first: usize, out: &mut [S]) {
        for (value, &register) in out.iter_mut().zip(&self.results[first..]).inspect(apart) {
            *value = registers[register as usize];
        }
    }

    /// Runs the code.
    #[inline]
    pub fn run<S: Scalar>(&self, registers: &mut [S], instructions: InstructionSet) {
        instructions.run(Run { tape: self, registers });
    }
}

/// A run of a tape.
struct Run<'a, S> {
    tape: &'a Tape,
    registers: &'a mut [S],
}

impl<S: Scalar> Kernel for Run<'_, S> {
    type Output = ();

    /// Each arm writes its own result: one write after the match would take wide numbers through the stack.
    #[inline(always)]
    fn run(self) {
        let r = &mut self.registers[..self.tape.registers];
        for &Instruction { operation, target, a, b, c } in &self.tape.instructions {
            let whole = c as i32;
            let (a, b, c) = (a as usize, b as usize, c as usize);
            let target = target as usize;
            match operation {
                Operation::Negate => r[target] = -r[a],
                Operation::Exp => r[target] = r[a].exp(),
                Operation::Ln => r[target] = r[a].ln(),
                Operation::Absolute => r[target] = r[a].abs(),
                Operation::Not => r[target] = arithmetic::not(r[a]),
                Operation::Add => r[target] = r[a] + r[b],
                Operation::Subtract => r[target] = r[a] - r[b],
                Operation::Multiply => r[target] = r[a] * r[b],
                Operation::Divide => r[target] = r[a] / r[b],
                Operation::Minimum => r[target] = r[a].min(r[b]),
                Operation::Maximum => r[target] = r[a].max(r[b]),
                Operation::Less => r[target] = arithmetic::less(r[a], r[b]),
                Operation::LessEqual => r[target] = arithmetic::less_equal(r[a], r[b]),
                Operation::Equal => r[target] = arithmetic::equal(r[a], r[b]),
                Operation::And => r[target] = arithmetic::and(r[a], r[b]),
                Operation::Or => r[target] = arithmetic::or(r[a], r[b]),
                Operation::Whole => r[target] = r[a].powi(whole),
                Operation::Root => r[target] = arithmetic::root(r[a], r[b]),
                Operation::Power => r[target] = arithmetic::power(r[a], r[b], r[c]),
                Operation::Hill => r[target] = arithmetic::hill(r[a], r[b], r[c]),
                Operation::HillWhole => r[target] = arithmetic::hill_whole(r[a], whole, r[b]),
                Operation::Select => r[target] = arithmetic::select(r[a], r[b], r[c]),
                Operation::ProductPlus => r[target] = r[a] * r[b] + r[c],
                Operation::ProductMinus => r[target] = r[a] * r[b] - r[c],
                Operation::MinusProduct => r[target] = r[c] - r[a] * r[b],
                Operation::ProductTimes => r[target] = r[a] * r[b] * r[c],
                Operation::ProductOver => r[target] = r[a] * r[b] / r[c],
                Operation::SumPlus => r[target] = r[a] + r[b] + r[c],
                Operation::SumMinus => r[target] = r[a] + r[b] - r[c],
                Operation::SumTimes => r[target] = (r[a] + r[b]) * r[c],
                Operation::OverSum => r[target] = r[c] / (r[a] + r[b]),
                Operation::DifferencePlus => r[target] = r[a] - r[b] + r[c],
                Operation::DifferenceMinus => r[target] = r[a] - r[b] - r[c],
                Operation::DifferenceTimes => r[target] = (r[a] - r[b]) * r[c],
            }
        }
    }
}

//! The registers of one batch and the inputs in them.

use crate::numeric::{Aligned, InstructionSet, Scalar};

/// Where things lie in the register file:
/// constants, parameters, held values, t, y, slopes, hoisted values, temporaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Layout {
    pub parameters: usize,
    pub held: usize,
    pub time: usize,
    pub states: usize,
    pub slopes: usize,
    pub hoisted: usize,
    pub temporaries: usize,
}

/// Which hoisted values no longer belong to the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stale {
    Nothing,
    Held,
    Everything,
}

/// Inputs and registers of one batch, made by [`Program::workspace`](super::Program::workspace).
///
/// Slots are those of the [`Equations`](super::Equations), values are canonical. A change marks what depends on it;
/// the program brings that up to date when it is next run.
#[derive(Debug, Clone)]
pub struct Workspace<S> {
    pub(super) registers: Aligned<S>,
    pub(super) layout: Layout,
    pub(super) stale: Stale,
    pub(super) instructions: InstructionSet,
}

impl<S: Scalar> Workspace<S> {
    /// The same with other vector instructions than the best.
    pub fn with_instructions(self, instructions: InstructionSet) -> Self {
        Self { instructions, ..self }
    }

    /// Gives parameter `slot` of lane `lane`, its derivatives 0.
    pub fn set_parameter(&mut self, slot: usize, lane: usize, value: f64) {
        self.parameters_mut()[slot].set(lane, value);
        self.stale = Stale::Everything;
    }

    /// Gives parameter `slot` of all lanes, with derivatives.
    pub fn set_parameter_scalar(&mut self, slot: usize, value: S) {
        self.parameters_mut()[slot] = value;
        self.stale = Stale::Everything;
    }

    /// Gives held value `slot` of lane `lane`, its derivatives 0.
    pub fn set_held(&mut self, slot: usize, lane: usize, value: f64) {
        self.held_mut()[slot].set(lane, value);
        self.stale = self.stale.max(Stale::Held);
    }

    /// Gives held value `slot` of all lanes, with derivatives.
    pub fn set_held_scalar(&mut self, slot: usize, value: S) {
        self.held_mut()[slot] = value;
        self.stale = self.stale.max(Stale::Held);
    }

    /// Parameter `slot`.
    pub fn parameter(&self, slot: usize) -> S {
        self.registers[self.layout.parameters..self.layout.held][slot]
    }

    /// Held value `slot`.
    pub fn held(&self, slot: usize) -> S {
        self.registers[self.layout.held..self.layout.time][slot]
    }

    fn parameters_mut(&mut self) -> &mut [S] {
        &mut self.registers[self.layout.parameters..self.layout.held]
    }

    fn held_mut(&mut self) -> &mut [S] {
        &mut self.registers[self.layout.held..self.layout.time]
    }

    /// Puts t and y into their registers.
    #[inline(always)]
    pub(super) fn load(&mut self, t: S, y: &[S]) {
        let Layout { time, states, slopes, .. } = self.layout;
        self.registers[time] = t;
        self.registers[states..slopes].copy_from_slice(y);
    }

    /// Puts dy/dt along the solution into its registers.
    #[inline(always)]
    pub(super) fn load_slope(&mut self, slope: &[S]) {
        let Layout { slopes, hoisted, .. } = self.layout;
        self.registers[slopes..hoisted].copy_from_slice(slope);
    }
}

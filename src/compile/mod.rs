//! From a graph of computations to a program that the integrator runs.
//!
//! In: [`Equations`], nodes of a [`Graph`](crate::expression::Graph) in canonical units.
//! Out: a [`Program`]: byte code that implements [`System`](crate::integrate::System) for every
//! [`Scalar`](crate::numeric::Scalar), with its symbolic Jacobian. There are no names and no units, only slots.
//!
//! ```
//! use cascade::compile::{Equations, Program};
//! use cascade::expression::{Graph, Input};
//! use cascade::integrate::System;
//! use cascade::numeric::Lanes;
//!
//! // dy/dt = -k y
//! let mut graph = Graph::default();
//! let k = graph.input(Input::Parameter(0));
//! let y = graph.input(Input::State(0));
//! let loss = graph.multiply(k, y);
//! let rate = graph.negate(loss);
//! let program = Program::new(Equations { graph, parameters: 1, rates: vec![rate], ..Equations::default() });
//!
//! let mut workspace = program.workspace::<Lanes<2>>();
//! workspace.set_parameter(0, 0, 0.5);
//! workspace.set_parameter(0, 1, 2.0);
//! let mut dy = [Lanes::default()];
//! program.rates(&mut workspace, Lanes([0.0; 2]), &[Lanes([10.0; 2])], &mut dy);
//! assert_eq!(dy[0], Lanes([-5.0, -20.0]));
//! ```

mod assemble;
mod linear;
mod model;
mod program;
#[cfg(test)]
pub(crate) mod samples;
mod tape;
#[cfg(test)]
mod tests;
mod workspace;

pub use model::{
    Compiled, CompiledDose, CompiledFloor, CompiledQuestions, CompiledSwitch, HeldSlots, Questions, SwitchKind,
    compile, compile_with,
};
pub use program::{Equations, Program};
pub use workspace::Workspace;

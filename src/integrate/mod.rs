//! From equations to accepted steps, one patient a lane.
//!
//! In: a [`System`] (rates, Jacobian, conditions), its inputs, states, tolerances. Out: [`Piece`]s of accepted steps
//! to a [`Sink`], and [`Border`]s at which a lane waits: its end, a wake-up, a located condition, a failure.
//!
//! A [`Batch`] knows neither doses nor output times: a discontinuity is a new [`Batch::begin`], output is read from
//! the pieces and changes no bit. [`solve`] is the short way for one undisturbed stretch.
//!
//! ```
//! use cascade::integrate::{Options, Pattern, System, solve};
//! use cascade::numeric::{Lanes, Scalar};
//!
//! /// y' = -2 y
//! struct Decay(Pattern);
//! impl<S: Scalar> System<S> for Decay {
//!     type Workspace = ();
//!     fn size(&self) -> usize {
//!         1
//!     }
//!     fn pattern(&self) -> &Pattern {
//!         &self.0
//!     }
//!     fn rates(&self, _: &mut (), _t: S, y: &[S], dy: &mut [S]) {
//!         dy[0] = S::splat(-2.0) * y[0];
//!     }
//!     fn jacobian(&self, _: &mut (), t: S, y: &[S], nonzeros: &mut [S], dfdt: &mut [S], dy: &mut [S]) {
//!         nonzeros[0] = S::splat(-2.0);
//!         dfdt[0] = S::splat(0.0);
//!         self.rates(&mut (), t, y, dy);
//!     }
//! }
//!
//! let decay = Decay(Pattern { rows: vec![vec![0]] });
//! let options = Options::new(1e-8, vec![1e-12]);
//! let end = solve(decay, (), &[Lanes([1.0])], (0.0, 1.0), options, &mut ()).unwrap();
//! assert!((end.state[0].get(0) - (-2f64).exp()).abs() < 1e-8);
//! ```

#![allow(clippy::needless_range_loop, reason = "sums over states read several arrays at one index")]

mod attempt;
mod batch;
mod border;
mod closed_form;
mod dense;
mod dormand_prince;
mod lane;
mod locate;
mod ode_solvers_dopri5;
mod options;
mod piece;
mod rodas5p;
mod scan;
mod solve;
mod sparse;
mod start;
mod stiffness;
mod system;
#[cfg(test)]
mod tests;

pub use batch::Batch;
pub use border::{Border, Cause, Counters, Failure, Reason};
pub use options::{Method, Options, Stop, UnknownMethod};
pub use piece::{Piece, Pieces, SideBySide, Sink};
pub use solve::{End, solve};
pub use system::{Linear, Pattern, System};

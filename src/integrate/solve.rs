use crate::numeric::Scalar;

use super::batch::Batch;
use super::border::{Cause, Counters, Failure};
use super::options::Options;
use super::piece::Sink;
use super::system::System;

/// Where a solved problem ended.
#[derive(Debug, Clone, PartialEq)]
pub struct End<S> {
    /// States at the end.
    pub state: Vec<S>,
    /// Work done.
    pub counters: Counters,
}

/// Integrates one problem (lane 0) from `from` to `until` without any border in between.
///
/// `workspace` holds the inputs, `start` the states at `from`; every accepted piece goes to `sink` (`&mut ()` takes
/// nothing). With borders, many lanes or doses, use [`Batch`].
pub fn solve<S: Scalar, Y: System<S>>(
    system: Y,
    workspace: Y::Workspace,
    start: &[S],
    (from, until): (f64, f64),
    options: Options,
    sink: &mut (impl Sink<S> + ?Sized),
) -> Result<End<S>, Failure> {
    let mut batch = Batch::new(system, workspace, options);
    batch.begin(0, from, start, until);
    let mut borders = Vec::new();
    loop {
        batch.advance(sink, &mut borders);
        match borders.first().map(|border| border.cause) {
            None => {}
            Some(Cause::Failure(failure)) => return Err(failure),
            Some(_) => {
                let mut state = start.to_vec();
                batch.state_scalar(0, &mut state);
                return Ok(End { state, counters: batch.counters(0) });
            }
        }
    }
}

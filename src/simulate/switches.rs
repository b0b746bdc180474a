//! What is on and what is off: thresholds, holding times, minimum times.

use crate::compile::{Compiled, CompiledSwitch, SwitchKind};
use crate::numeric::Scalar;

/// One switch of one patient.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SwitchState<S> {
    /// On or off.
    pub on: bool,
    /// When it last turned on.
    since: S,
    /// Since when its `on` holds, while it waits.
    pending: Option<S>,
}

/// All switches of one patient.
#[derive(Debug, Clone)]
pub(super) struct Switches<S> {
    states: Vec<SwitchState<S>>,
}

impl<S: Scalar> Switches<S> {
    pub fn new(compiled: &Compiled) -> Self {
        Self { states: vec![SwitchState::default(); compiled.switches.len()] }
    }

    /// Whether a switch is on.
    pub fn on(&self, at: usize) -> bool {
        self.states[at].on
    }

    /// Turns a switch of kind `time` on.
    pub fn turn_on(&mut self, at: usize, time: S) {
        self.states[at] = SwitchState { on: true, since: time, pending: None };
    }

    /// One look at a switch at a time, which may vary: whether its state changes now. `holds` tells whether a condition (an output) is true.
    pub fn look(&mut self, at: usize, switch: &CompiledSwitch, time: S, holds: impl Fn(usize) -> bool) -> bool {
        let state = &mut self.states[at];
        let wants_on = match switch.kind {
            SwitchKind::Time(_) => return false,
            SwitchKind::While(output) | SwitchKind::Between(output, _) => holds(output),
        };
        let wants_off = match switch.kind {
            SwitchKind::While(output) => !holds(output),
            SwitchKind::Between(_, Some(off)) => holds(off),
            _ => false,
        };
        if state.on {
            if wants_off && time.get(0) >= state.since.get(0) + switch.at_least {
                *state = SwitchState::default();
                return true;
            }
            return false;
        }
        if !wants_on || wants_off {
            state.pending = None;
            return false;
        }
        let since = *state.pending.get_or_insert(time);
        if time.get(0) >= since.get(0) + switch.hold {
            *state = SwitchState { on: true, since: time, pending: None };
            return true;
        }
        false
    }

    /// When a waiting switch must be looked at again: its `on` has held long enough, or its minimum time is over.
    pub fn next_look(&self, at: usize, switch: &CompiledSwitch) -> Option<S> {
        let state = &self.states[at];
        let held = state.pending.map(|since| since + S::splat(switch.hold));
        held.or(state.on.then_some(state.since + S::splat(switch.at_least)))
    }

    /// Whether that time has come.
    pub fn is_due(&self, at: usize, switch: &CompiledSwitch, now: f64) -> bool {
        self.next_look(at, switch).is_some_and(|time| time.get(0) <= now)
    }

    /// The next time at which any must be looked at again.
    pub fn wake(&self, compiled: &Compiled, now: f64) -> Option<f64> {
        let times = compiled.switches.iter().enumerate().filter_map(|(at, switch)| self.next_look(at, switch));
        times.map(|time| time.get(0)).filter(|time| *time > now).min_by(f64::total_cmp)
    }

    /// Marks the conditions whose crossings matter now.
    pub fn watch(&self, compiled: &Compiled, watch: &mut [bool]) {
        for (state, switch) in self.states.iter().zip(&compiled.switches) {
            let list = if state.on { &switch.watch_off } else { &switch.watch_on };
            for &condition in list {
                watch[condition] = true;
            }
            // Waiting for its time, or off until `off` clears: both sides matter.
            if !state.on {
                for &condition in &switch.watch_off {
                    watch[condition] = true;
                }
            }
        }
    }
}

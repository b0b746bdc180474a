use crate::numeric::{Aligned, Scalar, aligned};

use super::border::{Border, Cause, Counters, Failure, Reason};
use super::dormand_prince::DormandPrince;
use super::lane::{Lane, Phase, Stepper};
use super::ode_solvers_dopri5::Segment;
use super::options::{Method, Options};
use super::piece::{Curve, Part, Sink, gather, lanes_where};
use super::rodas5p::Rodas5p;
use super::stiffness::PowerIteration;
use super::system::System;

/// Integrates one problem a lane, all lanes side by side, each with its own time, step, method and borders.
///
/// A lane's results and counters have the same bits whoever is in the other lanes, at every width, and whenever the
/// lane was begun; a rejected step of one lane is tried again while the others go on. A lane ends a stretch at a
/// [`Border`] and waits to be answered by [`Batch::proceed`], [`Batch::extend`] or [`Batch::begin`].
///
/// Conditions g > 0 are looked for inside accepted steps only if watched. The rule: what is reported is a change of
/// the truth of `g > 0` against the truth last known, which `begin` takes from the new state. So a state that starts
/// exactly on g = 0 is false there; if it rises that is reported once, right after; if it falls nothing is. A change
/// is reported at a time at which the new truth already holds, so beginning there reports it no second time.
/// At one and the same time conditions come first, by number, then the wake-up, then the end.
#[derive(Debug)]
pub struct Batch<S: Scalar, Y: System<S>> {
    pub(super) system: Y,
    pub(super) workspace: Y::Workspace,
    pub(super) options: Options,
    pub(super) lanes: Vec<Lane>,
    /// The method whose lanes step now.
    pub(super) turn: Stepper,
    /// States at each lane's time, and the rates there (kept for the explicit method).
    pub(super) y: Aligned<S>,
    pub(super) rate: Aligned<S>,
    /// The attempt: new states and error estimates.
    pub(super) new: Aligned<S>,
    pub(super) error: Aligned<S::Value>,
    pub(super) curve: Curve<S>,
    pub(super) rodas: Rodas5p<S>,
    pub(super) dormand_prince: DormandPrince<S>,
    /// Follows the largest eigenvalue of lanes that choose their method.
    pub(super) power: PowerIteration<S>,
    /// Segments computed ahead by the other crate, by lane.
    pub(super) segments: Vec<Segment>,
    pub(super) scratch: Scratch<S>,
}

/// Room for evaluations, so that stepping does not allocate.
#[derive(Debug)]
pub(super) struct Scratch<S: Scalar> {
    pub y: Aligned<S>,
    pub slope: Aligned<S>,
    pub new: Aligned<S>,
    pub error: Aligned<S::Value>,
    pub weight: Aligned<S::Value>,
    pub g: Aligned<S>,
    pub dg: Aligned<S>,
    /// One a lane.
    pub times: Vec<f64>,
    /// What a scan delivers.
    pub parts: Vec<Part>,
}

impl<S: Scalar, Y: System<S>> Batch<S, Y> {
    /// A batch of idle lanes. `workspace` holds the inputs of every lane; see [`Batch::workspace`].
    ///
    /// # Panics
    /// If the tolerances are not positive or not one a state.
    pub fn new(system: Y, workspace: Y::Workspace, options: Options) -> Self {
        let size = system.size();
        assert_eq!(options.atol.len(), size, "one absolute tolerance a state");
        assert!(options.rtol > 0.0 && options.atol.iter().all(|&a| a > 0.0), "tolerances are positive");
        let zeros = || aligned(size);
        let values = || aligned(size);
        let conditions = system.conditions();
        Self {
            lanes: (0..S::LANES).map(|_| Lane::new(options.method, conditions)).collect(),
            turn: Stepper::Rodas5p,
            y: zeros(),
            rate: zeros(),
            new: zeros(),
            error: values(),
            curve: Curve::new(&system, options.instructions),
            rodas: Rodas5p::new(&system),
            dormand_prince: DormandPrince::new(size),
            power: PowerIteration::new(size),
            segments: vec![Segment::default(); S::LANES],
            scratch: Scratch {
                y: zeros(),
                slope: zeros(),
                new: zeros(),
                error: values(),
                weight: values(),
                g: aligned(conditions),
                dg: aligned(conditions),
                times: vec![0.0; S::LANES],
                parts: Vec::with_capacity(S::LANES),
            },
            system,
            workspace,
            options,
        }
    }

    /// Forgets everything about a lane, counters included, for the next patient.
    pub fn clear(&mut self, lane: usize) {
        self.lanes[lane] = Lane::new(self.options.method, self.system.conditions());
        self.segments[lane].clear();
    }

    /// Starts or restarts a lane at `t` with the states `y` (this lane of each), to pause at `until`.
    ///
    /// Whatever is left of an accepted step is dropped. Nothing of the history is used, counters, watched conditions
    /// and the wake-up stay. `until == t` pauses at once.
    ///
    /// # Panics
    /// If a time is not finite or `until` before `t`.
    pub fn begin(&mut self, lane: usize, t: f64, y: &[S], until: f64) {
        assert!(t.is_finite() && until.is_finite() && until >= t, "from {t} to {until}");
        assert_eq!(y.len(), self.y.len(), "one value a state");
        let mask = lanes_where(S::LANES, |l| l == lane);
        super::piece::blend(mask, y, &mut self.y);
        self.lanes[lane].begin(t, until);
        self.segments[lane].clear();
    }

    /// [`Batch::begin`] with states without derivatives.
    pub fn begin_values(&mut self, lane: usize, t: f64, y: &[f64], until: f64) {
        let y: Vec<S> = y.iter().map(|&x| S::splat(x)).collect();
        self.begin(lane, t, &y, until);
    }

    /// Says which conditions of a lane are looked for from its present time on.
    pub fn watch(&mut self, lane: usize, watched: &[bool]) {
        let conditions = &mut self.lanes[lane].conditions;
        assert_eq!(watched.len(), conditions.watched.len(), "one flag a condition");
        for (i, &now) in watched.iter().enumerate() {
            if now && !conditions.watched[i] {
                conditions.fresh[i] = true;
            }
            conditions.watched[i] = now;
        }
        conditions.any = watched.contains(&true);
    }

    /// Sets the time of a lane's next wake-up, a border that changes nothing; infinite for none.
    ///
    /// There is one a lane; a time already passed is reported at the present one.
    pub fn wake(&mut self, lane: usize, time: f64) {
        self.lanes[lane].wake = time;
    }

    /// Goes on after a border without any change: the solution keeps its bits.
    pub fn proceed(&mut self, lane: usize) {
        debug_assert_eq!(self.lanes[lane].phase, Phase::Paused);
        self.lanes[lane].phase = Phase::Scanning;
    }

    /// Goes on after [`Cause::Until`] to a later end, without restarting.
    ///
    /// # Panics
    /// If `until` is not finite or before the lane's time.
    pub fn extend(&mut self, lane: usize, until: f64) {
        assert!(until.is_finite() && until >= self.lanes[lane].t, "to {until}");
        let at = &mut self.lanes[lane];
        at.until = until;
        // A lane begun at its end has no step size yet.
        at.phase = if at.h == 0.0 { Phase::Starting } else { Phase::Scanning };
    }

    /// Sets the method of a lane from its next `begin` on.
    pub fn set_method(&mut self, lane: usize, method: Method) {
        self.lanes[lane].method = method;
    }

    /// One attempted step of every running lane. Accepted pieces go to `sink`; `borders` is emptied and gets the
    /// lanes that paused.
    pub fn advance(&mut self, sink: &mut (impl Sink<S> + ?Sized), borders: &mut Vec<Border>) {
        borders.clear();
        if self.options.stop.is_tripped() {
            for lane in 0..S::LANES {
                if self.is_running(lane) {
                    self.fail(lane, Reason::Stopped, None, borders);
                }
            }
            return;
        }
        self.start_lanes(borders);
        self.scan_lanes(sink, borders);
        if self.attempt_lanes(borders) {
            self.scan_lanes(sink, borders);
        }
    }

    /// Whether [`Batch::advance`] has something to do in a lane.
    pub fn is_running(&self, lane: usize) -> bool {
        matches!(self.lanes[lane].phase, Phase::Starting | Phase::Stepping | Phase::Scanning)
    }

    /// Whether it has in any.
    pub fn any_running(&self) -> bool {
        (0..S::LANES).any(|lane| self.is_running(lane))
    }

    /// A lane's time: that of its border, or up to where its steps were delivered.
    pub fn time(&self, lane: usize) -> f64 {
        self.lanes[lane].position
    }

    /// A lane's states at its time.
    pub fn state(&self, lane: usize, states: &mut [f64]) {
        let at = &self.lanes[lane];
        if at.position == at.t {
            states.iter_mut().zip(self.y.iter()).for_each(|(state, y)| *state = y.get(lane));
        } else {
            self.curve.piece(lane, (at.from, at.t), (at.from, at.t)).eval(at.position, states);
        }
    }

    /// A lane's states with derivatives at its time; only this lane of each is meaningful.
    pub fn state_scalar(&self, lane: usize, states: &mut [S]) {
        let at = &self.lanes[lane];
        if at.position == at.t {
            states.copy_from_slice(&self.y);
        } else {
            self.curve.piece(lane, (at.from, at.t), (at.from, at.t)).eval_scalar(at.position, states);
        }
    }

    /// Each condition's g at a lane's time, with the inputs of now; also right after `begin`.
    pub fn conditions(&mut self, lane: usize, values: &mut [f64]) {
        let position = self.lanes[lane].position;
        self.probe(lane, position);
        values.iter_mut().zip(self.scratch.g.iter()).for_each(|(value, g)| *value = g.get(lane));
    }

    /// Work done for a lane since it was cleared.
    pub fn counters(&self, lane: usize) -> Counters {
        self.lanes[lane].counters
    }

    /// The method a lane steps with now; never [`Method::Auto`].
    pub fn method(&self, lane: usize) -> Method {
        match self.lanes[lane].stepper {
            Stepper::Rodas5p => Method::Rodas5p,
            Stepper::DormandPrince => Method::DormandPrince,
            Stepper::OdeSolvers => Method::OdeSolversDopri5,
            Stepper::ClosedForm => Method::ClosedForm,
        }
    }

    /// The inputs of all lanes. Inputs of a lane that change its equations may be changed while it is paused, to be
    /// followed by `begin`.
    pub fn workspace(&mut self) -> &mut Y::Workspace {
        &mut self.workspace
    }

    /// The equations.
    pub fn system(&self) -> &Y {
        &self.system
    }

    /// How the batch integrates.
    pub fn options(&self) -> &Options {
        &self.options
    }

    pub(super) fn fail(&mut self, lane: usize, reason: Reason, state: Option<usize>, borders: &mut Vec<Border>) {
        let at = &mut self.lanes[lane];
        at.phase = Phase::Idle;
        at.counters.borders += 1;
        let time = at.position;
        let failure = Failure { reason, time, state, counters: at.counters };
        borders.push(Border { lane, time, cause: Cause::Failure(failure) });
    }

    #[inline(always)]
    pub(super) fn times(&self) -> S::Value {
        gather(S::LANES, |lane| self.lanes[lane].t)
    }
}

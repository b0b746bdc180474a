//! Many patients through the lanes of one batch.

use super::controller::{Answer, Controller, Order};
use super::plan::Plan;
use super::steady::Unsteady;
use crate::compile::Program;
use crate::integrate::{Batch, Border, Cause, Counters, Failure, Options, Sink};
use crate::numeric::{Lanes, Scalar};

type One = Lanes<1>;

/// What a crew is told of its patients, besides the pieces of their steps.
pub trait Watcher<const N: usize>: Sink<Lanes<N>> {
    /// A patient takes a seat, after what is due at the start.
    fn begin(&mut self, lane: usize, patient: u64, time: f64, controller: &Controller<'_>, y: &[f64]);
    /// A border at which states or held values changed.
    fn changed(&mut self, lane: usize, time: f64, before: &[f64], after: &[f64], controller: &Controller<'_>);
    /// What is ordered for a patient now: asked at its start and at each of its borders until nothing more is ordered.
    fn orders(&mut self, _lane: usize, _time: f64, _controller: &Controller<'_>, _orders: &mut Vec<Order>) {}
    /// When the watcher wants to be asked again though nothing happens; at this time or before it nothing is wanted.
    fn wake(&self, _lane: usize, _now: f64) -> Option<f64> {
        None
    }
    /// A patient leaves; with a failure, or the number of a switch that never settles, if the end was not reached.
    fn finish(&mut self, lane: usize, end: Departure<'_>);
}

/// How often a watcher is asked for orders at one border.
const MOST_ORDERS: usize = 100;

/// How a patient left.
#[derive(Debug)]
pub struct Departure<'p> {
    /// When.
    pub time: f64,
    /// States then, canonical.
    pub y: &'p [f64],
    /// What stopped it before the end, if anything did.
    pub stopped: Option<Stopped>,
    /// What happened to it.
    pub controller: Controller<'p>,
    /// Work done.
    pub counters: Counters,
}

/// What stopped a patient before the end.
#[derive(Debug, Clone, Copy)]
pub enum Stopped {
    /// The integrator.
    Failure(Failure),
    /// A switch that turns on and off without end.
    Chatter(usize),
    /// A rule of treatment that gives without end.
    Endless(usize),
    /// A dose without steady state.
    Unsteady(Unsteady),
}

struct Seat<'p> {
    controller: Controller<'p>,
    y: Vec<f64>,
    before: Vec<f64>,
    /// The states as the controller takes them.
    one: Vec<One>,
}

/// The lanes of one batch with a controller each.
pub struct Crew<'p, const N: usize> {
    batch: Batch<Lanes<N>, &'p Program>,
    seats: Vec<Option<Seat<'p>>>,
    borders: Vec<Border>,
    watch: Vec<bool>,
    orders: Vec<Order>,
}

impl<'p, const N: usize> Crew<'p, N> {
    /// A crew with empty seats.
    pub fn new(plan: &'p Plan, options: Options) -> Self {
        let program = &plan.compiled.program;
        Self {
            batch: Batch::new(program, program.workspace(), options),
            seats: (0..N).map(|_| None).collect(),
            borders: Vec::new(),
            watch: vec![false; program.conditions_count()],
            orders: Vec::new(),
        }
    }

    /// Runs patients until there are no more: a lane that is done takes the next one. A patient is a number, for the
    /// watcher, and its controller.
    pub fn run(&mut self, mut next: impl FnMut() -> Option<(u64, Controller<'p>)>, watcher: &mut dyn Watcher<N>) {
        for lane in 0..N {
            self.fill(lane, &mut next, watcher);
        }
        while self.batch.any_running() {
            let mut borders = std::mem::take(&mut self.borders);
            self.batch.advance(watcher, &mut borders);
            for border in &borders {
                if !self.answer(border, watcher) {
                    self.fill(border.lane, &mut next, watcher);
                }
            }
            self.borders = borders;
        }
    }

    /// Seats the next patient that has something to run.
    fn fill(
        &mut self,
        lane: usize,
        next: &mut impl FnMut() -> Option<(u64, Controller<'p>)>,
        watcher: &mut dyn Watcher<N>,
    ) {
        while let Some((patient, mut controller)) = next() {
            let states = self.batch.system().states();
            let mut one = vec![One::default(); states];
            let (time, answer) = controller.start(&mut one);
            let y: Vec<f64> = one.iter().map(|value| value.get(0)).collect();
            watcher.begin(lane, patient, time, &controller, &y);
            self.batch.clear(lane);
            for (slot, value) in controller.parameters().iter().enumerate() {
                self.batch.workspace().set_parameter(slot, lane, value.get(0));
            }
            self.seats[lane] = Some(Seat { controller, before: y.clone(), y, one });
            let answer = self.ordered(lane, time, answer, watcher);
            if self.go_on(lane, time, answer.max(Answer::Restart), false, watcher) {
                return;
            }
        }
    }

    /// Acts on a border; returns whether the patient goes on.
    fn answer(&mut self, border: &Border, watcher: &mut dyn Watcher<N>) -> bool {
        let lane = border.lane;
        let seat = self.seats[lane].as_mut().expect("a running lane has a patient");
        if let Cause::Failure(failure) = border.cause {
            self.batch.state(lane, &mut seat.y);
            self.leave(lane, border.time, Some(Stopped::Failure(failure)), watcher);
            return false;
        }
        self.batch.state(lane, &mut seat.y);
        seat.before.copy_from_slice(&seat.y);
        seat.one.iter_mut().zip(&seat.y).for_each(|(one, value)| one.set(0, *value));
        let answer = seat.controller.answer(border, &mut seat.one);
        seat.y.iter_mut().zip(&seat.one).for_each(|(value, one)| *value = one.get(0));
        if answer != Answer::Proceed {
            watcher.changed(lane, border.time, &seat.before, &seat.y, &seat.controller);
        }
        let answer = self.ordered(lane, border.time, answer, watcher);
        self.go_on(lane, border.time, answer, matches!(border.cause, Cause::Until), watcher)
    }

    /// Gives what the watcher orders, until it orders nothing more.
    fn ordered(&mut self, lane: usize, time: f64, mut answer: Answer, watcher: &mut dyn Watcher<N>) -> Answer {
        let seat = self.seats[lane].as_mut().expect("a running lane has a patient");
        let mut orders = std::mem::take(&mut self.orders);
        let mut asked = 0;
        while answer < Answer::Finish && asked < MOST_ORDERS {
            asked += 1;
            orders.clear();
            watcher.orders(lane, time, &seat.controller, &mut orders);
            if orders.is_empty() {
                break;
            }
            seat.before.copy_from_slice(&seat.y);
            answer = answer.max(seat.controller.order(time, &orders, &mut seat.one));
            seat.y.iter_mut().zip(&seat.one).for_each(|(value, one)| *value = one.get(0));
            watcher.changed(lane, time, &seat.before, &seat.y, &seat.controller);
        }
        self.orders = orders;
        answer
    }

    fn go_on(&mut self, lane: usize, time: f64, answer: Answer, extend: bool, watcher: &mut dyn Watcher<N>) -> bool {
        let stopped = match answer {
            Answer::Finish => None,
            Answer::Chatter(at) => Some(Stopped::Chatter(at)),
            Answer::Endless(rule) => Some(Stopped::Endless(rule)),
            Answer::Unsteady => {
                let seat = self.seats[lane].as_ref().expect("a running lane has a patient");
                seat.controller.unsteady().map(Stopped::Unsteady)
            }
            Answer::Proceed | Answer::Record | Answer::Restart => {
                let seat = self.seats[lane].as_mut().expect("a running lane has a patient");
                let until = seat.controller.until();
                seat.controller.watch(&mut self.watch);
                if answer == Answer::Restart {
                    for (slot, value) in seat.controller.held().iter().enumerate() {
                        self.batch.workspace().set_held(slot, lane, value.get(0));
                    }
                    self.batch.begin_values(lane, time, &seat.y, until);
                    self.batch.watch(lane, &self.watch);
                } else {
                    self.batch.watch(lane, &self.watch);
                    if extend { self.batch.extend(lane, until) } else { self.batch.proceed(lane) }
                }
                let asked = watcher.wake(lane, time).filter(|wake| *wake > time);
                let wake = seat.controller.wake(time).into_iter().chain(asked).fold(f64::INFINITY, f64::min);
                self.batch.wake(lane, wake);
                return true;
            }
        };
        self.leave(lane, time, stopped, watcher);
        false
    }

    fn leave(&mut self, lane: usize, time: f64, stopped: Option<Stopped>, watcher: &mut dyn Watcher<N>) {
        let seat = self.seats[lane].take().expect("a running lane has a patient");
        let counters = self.batch.counters(lane);
        watcher.finish(lane, Departure { time, y: &seat.y, stopped, controller: seat.controller, counters });
    }
}

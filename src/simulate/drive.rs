//! The loop around the integrator: borders to the controller, answers back.

use super::controller::{Answer, Controller};
use super::plan::Plan;
use super::recorder::Recorder;
use super::scenario::Scenario;
use super::steady::{Unsteady, UnsteadyReason};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::{regimen, run as codes, treatment};
use crate::integrate::{Batch, Border, Cause, Counters, Failure, Method, Options, Reason, Sink};
use crate::model::{DoseKind, Model};
use crate::numeric::Scalar;
use crate::trajectory::brief;

/// What takes down a run while it goes on.
pub(super) trait Listener<S: Scalar>: Sink<S> {
    /// The start of the run, after what is due then.
    fn start(&mut self, time: f64, y: &[S], controller: &Controller<'_, S>);
    /// A border at which the state or held values changed.
    fn changed(&mut self, time: f64, before: &[S], after: &[S], controller: &Controller<'_, S>);
}

impl<S: Scalar> Listener<S> for Recorder<'_> {
    fn start(&mut self, time: f64, y: &[S], controller: &Controller<'_, S>) {
        let (states, held) = controller.untouched();
        let arrived = controller.arrived().map(|(states, held)| (values(states), values(held)));
        let arrived = arrived.as_ref().map(|(states, held)| (&states[..], &held[..]));
        self.begin(time, (&values(states), &values(held)), arrived, (&values(y), &values(controller.held())));
    }

    fn changed(&mut self, time: f64, before: &[S], after: &[S], controller: &Controller<'_, S>) {
        let arrived = controller.arrived().map(|(states, held)| (values(states), values(held)));
        let arrived = arrived.as_ref().map(|(states, held)| (&states[..], &held[..]));
        self.border(time, &values(before), arrived, (&values(after), &values(controller.held())));
    }
}

fn values<S: Scalar>(scalars: &[S]) -> Vec<f64> {
    scalars.iter().map(|scalar| scalar.get(0)).collect()
}

/// How a run ended.
pub(super) struct Driven<'p, S> {
    pub controller: Controller<'p, S>,
    pub plan: &'p Plan,
    /// The time reached.
    pub now: f64,
    pub counters: Counters,
    pub method: Method,
    pub failure: Option<(Diagnostic, Option<Box<Failure>>)>,
}

/// Runs one patient from start to end; `S` has one lane. The engine is compiled once for each `S`, whoever listens.
pub(super) fn drive<'p, S: Scalar>(
    scenario: &Scenario<'_>,
    controller: Controller<'p, S>,
    listener: &mut dyn Listener<S>,
) -> Driven<'p, S> {
    drive_by(scenario, options(scenario), controller, listener)
}

/// The same by options that are known.
pub(super) fn drive_by<'p, S: Scalar>(
    scenario: &Scenario<'_>,
    options: Options,
    mut controller: Controller<'p, S>,
    listener: &mut dyn Listener<S>,
) -> Driven<'p, S> {
    let model = scenario.model;
    let plan = controller.plan;
    let program = &plan.compiled.program;
    let mut y = vec![S::default(); program.states()];
    let (start, first) = controller.start(&mut y);
    listener.start(start, &y, &controller);
    let mut batch: Batch<S, _> = Batch::new(program, program.workspace(), options);
    for (slot, value) in controller.parameters().iter().enumerate() {
        batch.workspace().set_parameter_scalar(slot, *value);
    }
    let mut borders: Vec<Border> = Vec::new();
    let mut watch = vec![false; program.conditions_count()];
    let mut before = y.clone();
    let mut now = start;
    let mut answer = first;
    let mut begun = false;
    let mut extend = false;
    let failure = loop {
        if controller.moved.undefined {
            break Some((no_derivative(model, now), None));
        }
        match answer {
            Answer::Finish => break None,
            Answer::Chatter(at) => break Some((chatter(model, at, now), None)),
            Answer::Endless(rule) => break Some((endless(scenario, rule, now), None)),
            Answer::Unsteady => break controller.unsteady().map(|found| (unsteady(model, &found), None)),
            Answer::Proceed | Answer::Record | Answer::Restart => {}
        }
        controller.watch(&mut watch);
        if answer == Answer::Restart || !begun {
            begun = true;
            for (slot, value) in controller.held().iter().enumerate() {
                batch.workspace().set_held_scalar(slot, *value);
            }
            batch.begin(0, now, &y, controller.until());
            batch.watch(0, &watch);
        } else {
            batch.watch(0, &watch);
            if extend {
                batch.extend(0, controller.until());
            } else {
                batch.proceed(0);
            }
        }
        batch.wake(0, controller.wake(now).unwrap_or(f64::INFINITY));
        loop {
            batch.advance(listener, &mut borders);
            if !borders.is_empty() {
                break;
            }
        }
        let border = borders[0];
        now = border.time;
        if let Cause::Failure(failure) = &border.cause {
            break Some((explain(model, failure), Some(Box::new(*failure))));
        }
        extend = matches!(border.cause, Cause::Until);
        batch.state_scalar(0, &mut y);
        before.copy_from_slice(&y);
        answer = controller.answer(&border, &mut y);
        if answer != Answer::Proceed {
            listener.changed(now, &before, &y, &controller);
        }
    };
    let (counters, method) = (batch.counters(0), batch.method(0));
    Driven { controller, plan, now, counters, method, failure }
}

/// How a scenario is integrated.
pub(super) fn options(scenario: &Scenario<'_>) -> Options {
    let model = scenario.model;
    let atol = model
        .states
        .iter()
        .map(|state| scenario.rtol * model.scales.to_canonical(&state.unit.difference(), state.tolerance))
        .collect();
    let mut options = Options::new(scenario.rtol, atol);
    options.method = scenario.method;
    options.stop = scenario.stop.clone();
    options
}

fn no_derivative(model: &Model, time: f64) -> Diagnostic {
    let message = format!("a condition does not cross 0 at {} {} but touches it or jumps", brief(time), model.time);
    let mut found = Diagnostic::error(&codes::NO_DERIVATIVE, message);
    found.help("its time has no derivative; end the run before it with --until, or take the jump out of the condition");
    found
}

pub(super) fn chatter(model: &Model, at: usize, time: f64) -> Diagnostic {
    let switch = &model.switches[at];
    let mut found = Diagnostic::error(
        &codes::CHATTER,
        format!("switch `{}` turns on and off without end at {} {}", switch.name, brief(time), model.time),
    );
    found.label(switch.name.span.clone(), "this switch");
    found.help("give `on` and `off` separate thresholds, or a minimum time with `at_least`");
    found
}

pub(super) fn endless(scenario: &Scenario<'_>, rule: usize, time: f64) -> Diagnostic {
    let rule = &scenario.rules[rule];
    let message =
        format!("treatment rule `{}` has given 1000 doses by {} {}", rule.name.value, brief(time), scenario.model.time);
    let mut found = Diagnostic::error(&treatment::FOREVER, message);
    found.label(rule.when.span().clone(), "turns on and off again and again");
    found.help("limit it: max_doses = 4, min_gap = \"8 h\", or for = \"1 h\"");
    found
}

pub(super) fn unsteady(model: &Model, found: &Unsteady) -> Diagnostic {
    let entry = &model.doses[found.entry].name;
    let (at, unit) = (brief(found.time), &model.time);
    let (why, help) = match found.reason {
        UnsteadyReason::Lag { lag, interval } => (
            format!("the lag {} {unit} is longer than the interval {} {unit}", brief(lag), brief(interval)),
            "how many doses are on their way at the record is not defined then: give earlier doses as records of their own",
        ),
        UnsteadyReason::Amount { amount, duration } => {
            let message = format!(
                "`{entry}` at {at} {unit} cannot be given: its amount is {}, its duration {} {unit}",
                brief(in_unit_of(model, found.entry, amount)),
                brief(duration)
            );
            let mut told = Diagnostic::error(&regimen::DOSE_AMOUNT, message);
            told.label(entry.span.clone(), "");
            told.help("is a weight, an amount or a rate that it is computed from negative, or 0?");
            return told;
        }
        UnsteadyReason::Overlapping => (
            "more than 10000 infusions would run at one time".into(),
            "is the duration, or the rate, in the right unit?",
        ),
        UnsteadyReason::Grows { state } => (
            match state {
                Some(state) => format!("`{}` does not repeat from interval to interval", model.states[state].name),
                None => "the states do not repeat from interval to interval".into(),
            },
            "what flows in must flow out again: a state that grows, or adds up, has no steady state",
        ),
    };
    let message = format!("no steady state of `{entry}` at {at} {unit}: {why}");
    let mut told = Diagnostic::error(&regimen::DOSE_STEADY, message);
    told.label(entry.span.clone(), "");
    told.help(help);
    told
}

/// An amount in the unit of its dose entry.
fn in_unit_of(model: &Model, entry: usize, amount: f64) -> f64 {
    match &model.doses[entry].kind {
        DoseKind::Into { unit, .. } => model.scales.from_canonical(unit, amount),
        _ => amount,
    }
}

pub(super) fn explain(model: &Model, failure: &Failure) -> Diagnostic {
    let state = failure.state.and_then(|at| model.states.get(at));
    let named = state.map_or_else(String::new, |state| format!("; `{}` changes fastest", state.name));
    let code = if failure.reason == Reason::Stopped { &codes::INTERRUPTED } else { &codes::INTEGRATION };
    let mut found =
        Diagnostic::error(code, format!("{} at {} {}{named}", failure.reason, brief(failure.time), model.time));
    if let Some(state) = state {
        found.label(state.name.span.clone(), "this state");
    }
    let counters = &failure.counters;
    found.help(format!(
        "work so far: {} steps, {} rejected, {} rates",
        counters.steps, counters.rejected, counters.rates
    ));
    if failure.reason == Reason::Stiff {
        found.help("choose --solver auto or rodas: they have a method for stiff equations");
    } else if failure.reason != Reason::Stopped {
        found.help("does a rate blow up, or jump without a switch? a shorter --until shows the part before");
    }
    found
}

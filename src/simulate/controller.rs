//! Answers the borders of one patient: doses, infusions, switches, extinctions, signs.

use super::moving::Moved;
use super::plan::{Action, ActionKind, Plan};
use super::steady::{Unsteady, UnsteadyReason};
use super::switches::Switches;
use super::treatment::{Decision, Treated};
use crate::compile::Workspace;
use crate::crs::Panel;
use crate::integrate::{Border, Cause};
use crate::numeric::{Lanes, Scalar};
use crate::regimen::same_time;
use crate::sign::{Kind, Sign, Signs};

type One = Lanes<1>;

/// Most turns of switches in one run.
const MOST_TURNS: usize = 20_000;

/// Something that happened, for logs and figures.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// When, in the time unit of the model.
    pub time: f64,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EventKind {
    /// A dose of an entry: canonical amount (0 for markers) and duration (0 for a bolus).
    Dose {
        /// Index of the dose entry.
        entry: usize,
        /// Amount that arrives.
        amount: f64,
        /// Duration.
        duration: f64,
    },
    /// An infusion of an entry ended.
    InfusionEnd {
        /// Index of the dose entry.
        entry: usize,
    },
    /// A switch or care step turned on.
    On(usize),
    /// A switch or care step turned off.
    Off(usize),
    /// A state fell through its floor.
    Extinct(usize),
}

/// A dose that somebody orders during the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Order {
    /// Index of the dose entry.
    pub entry: usize,
    /// Amount that arrives, canonical.
    pub amount: f64,
    /// How long it takes to arrive, in the time unit of the model; 0 for a bolus.
    pub duration: f64,
}

/// What happened to a patient in a run.
#[derive(Debug)]
pub struct Happened {
    /// Doses, switches, extinctions.
    pub events: Vec<Event>,
    /// Readings at each change.
    pub readings: Vec<(f64, Signs)>,
    /// The graders with their courses.
    pub panel: Option<Panel>,
    /// What rules of treatment decided.
    pub decisions: Vec<Decision>,
}

/// What the integrator is to do after a border, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Nothing has changed.
    Proceed,
    /// Only what outputs read has changed: the equations go on.
    Record,
    /// The state or what the rates read has changed: start anew from here.
    Restart,
    /// The end.
    Finish,
    /// Switches never settle; index of one of them.
    Chatter(usize),
    /// A rule of treatment gives without end; its place.
    Endless(usize),
    /// A dose has no steady state: see [`Controller::unsteady`].
    Unsteady,
}

/// What a border is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Everything: the start, a dose, a restart.
    All,
    /// A crossing of this condition.
    Condition(usize),
    /// Something that lasts has fallen due.
    Due,
}

impl Look {
    fn is_about(self, conditions: &[usize]) -> bool {
        match self {
            Self::All => true,
            Self::Condition(index) => conditions.contains(&index),
            Self::Due => false,
        }
    }
}

/// One patient's doses, switches and signs.
///
/// With derivatives in `S` also amounts, held values and the times of what happens have them: times of doses by lags and
/// durations, of crossings by the condition that holds there, of what lasts by its beginning. Values have the bits of the
/// plain controller.
#[derive(Debug)]
pub struct Controller<'p, S = One> {
    pub(super) plan: &'p Plan,
    parameters: Vec<S>,
    held: Vec<S>,
    actions: Vec<Action<S>>,
    next: usize,
    infusing: Vec<Infusing<S>>,
    /// Infusions begun so far.
    begun: usize,
    /// Why a dose has no steady state.
    pub(super) unsteady: Option<Unsteady>,
    /// Whether each floor's state is above it.
    above: Vec<bool>,
    switches: Switches<S>,
    turns: usize,
    /// Which switches have turned at the present border.
    just_turned: Vec<bool>,
    given: Signs,
    pub(super) panel: Option<Panel>,
    /// What the rules of treatment have decided so far.
    pub(super) treated: Option<Treated<S>>,
    readings: Vec<(f64, Signs)>,
    events: Vec<Event>,
    /// States and held values before anything acts at the start.
    untouched: (Vec<S>, Vec<S>),
    /// States and held values of the present border after what was on its way, and whether anything was.
    arrived: (Vec<S>, Vec<S>),
    has_arrived: bool,
    /// The time of what happens now, with derivatives.
    pub(super) now: S,
    pub(super) moved: Moved<S>,
    pub(super) workspace: Workspace<S>,
    pub(super) outputs: Vec<S>,
}

/// An infusion that runs; the number tells it from others of its entry.
#[derive(Debug, Clone, Copy)]
struct Infusing<S> {
    number: usize,
    state: usize,
    rate: S,
}

impl<'p> Controller<'p> {
    /// The controller of a patient with these canonical parameters and covariates.
    pub fn new(plan: &'p Plan, parameters: &[f64], covariates: &[f64], panel: Option<Panel>) -> Self {
        let plain = |values: &[f64]| values.iter().map(|value| Lanes([*value])).collect();
        Self::with_derivatives(plan, plain(parameters), plain(covariates), panel)
    }
}

impl<'p, S: Scalar> Controller<'p, S> {
    /// The controller of a patient with these canonical parameters and covariates, one lane each.
    pub fn with_derivatives(plan: &'p Plan, parameters: Vec<S>, covariates: Vec<S>, panel: Option<Panel>) -> Self {
        let compiled = &plan.compiled;
        let mut held = vec![S::default(); compiled.held.count];
        held[compiled.held.covariates..][..covariates.len()].copy_from_slice(&covariates);
        for entry in 0..compiled.doses.len() {
            held[compiled.held.doses + 2 * entry] = S::splat(f64::INFINITY);
        }
        for slot in compiled.held.alive.iter().flatten() {
            held[*slot] = S::splat(1.0);
        }
        if !plan.courses.is_empty() {
            held = plan.held_at(&held, plan.start());
        }
        let mut workspace = compiled.program.workspace::<S>();
        for (slot, value) in parameters.iter().enumerate() {
            workspace.set_parameter_scalar(slot, *value);
        }
        let mut hold_all = |held: &[S]| {
            held.iter().enumerate().for_each(|(slot, value)| workspace.set_held_scalar(slot, *value));
            let mut constants = vec![S::default(); compiled.program.constants_count()];
            compiled.program.constants(&mut workspace, &mut constants);
            constants
        };
        let actions = plan.actions(&parameters, &held, &mut hold_all);
        hold_all(&held);
        let graders = panel.as_ref().map_or(0, |panel| panel.monitors().len());
        let treated = plan.treatment.as_ref().map(|rules| Treated::new(rules, compiled.doses.len(), graders));
        Self {
            plan,
            parameters,
            held,
            actions,
            next: 0,
            infusing: Vec::new(),
            begun: 0,
            unsteady: None,
            above: vec![false; compiled.floors.len()],
            switches: Switches::new(compiled),
            turns: 0,
            just_turned: vec![false; compiled.switches.len()],
            given: plan.nothing_given(),
            panel,
            treated,
            readings: Vec::new(),
            events: Vec::new(),
            untouched: Default::default(),
            arrived: Default::default(),
            has_arrived: false,
            now: S::default(),
            moved: Moved::default(),
            workspace,
            outputs: vec![S::default(); compiled.program.outputs_count()],
        }
    }

    /// The start of the run: min(0, first record). Fills the start values and acts on what is due then.
    pub fn start(&mut self, y: &mut [S]) -> (f64, Answer) {
        let start = self.plan.start();
        self.plan.compiled.program.start(&mut self.workspace, y);
        self.untouched = (y.to_vec(), self.held.clone());
        if self.treated.is_some() {
            // What rules see before anything acts.
            let signs = self.signs_now(start, y);
            self.observe_for_rules(&signs);
        }
        let answer = self.respond(start, Look::All, y);
        (start, answer)
    }

    /// States and held values at the start before anything acts, canonical.
    pub fn untouched(&self) -> (&[S], &[S]) {
        (&self.untouched.0, &self.untouched.1)
    }

    /// States and held values, canonical, at the last border after what was on its way there (additional and lagged doses,
    /// ends of infusions, covariates that go on by `last`) and before its records; none if nothing was.
    pub fn arrived(&self) -> Option<(&[S], &[S])> {
        self.has_arrived.then_some((&self.arrived.0, &self.arrived.1))
    }

    /// The plan that it follows.
    pub fn plan(&self) -> &'p Plan {
        self.plan
    }

    /// The parameters, canonical.
    pub fn parameters(&self) -> &[S] {
        &self.parameters
    }

    /// What doses that are ordered now are computed from, canonical.
    pub(super) fn constants(&mut self) -> Vec<S> {
        let program = &self.plan.compiled.program;
        let mut constants = vec![S::default(); program.constants_count()];
        program.constants(&mut self.workspace, &mut constants);
        constants
    }

    /// Why a dose has no steady state, once it was found.
    pub fn unsteady(&self) -> Option<Unsteady> {
        self.unsteady
    }

    /// Held values as they are now, canonical.
    pub fn held(&self) -> &[S] {
        &self.held
    }

    /// The next time at which the solution has a break: an action, or the end.
    pub fn until(&self) -> f64 {
        self.actions.get(self.next).map_or(self.plan.end, |action| action.time.get(0)).min(self.plan.end)
    }

    /// The next time at which something that lasts must be looked at.
    pub fn wake(&self, now: f64) -> Option<f64> {
        let graders = self.panel.as_ref().and_then(Panel::wake).map(|days| self.plan.from_days(days));
        let switches = self.switches.wake(&self.plan.compiled, now);
        let treated = self.treated.as_ref().zip(self.plan.treatment.as_ref());
        let rules = treated.and_then(|(treated, rules)| treated.wake(rules, now));
        [graders, switches, rules].into_iter().flatten().filter(|time| *time > now).min_by(f64::total_cmp)
    }

    /// The conditions whose crossings matter now.
    pub fn watch(&self, watch: &mut [bool]) {
        watch.fill(false);
        self.switches.watch(&self.plan.compiled, watch);
        for floor in &self.plan.compiled.floors {
            watch[floor.condition] = true;
        }
        if self.panel.is_some() {
            for &condition in &self.plan.compiled.watched {
                watch[condition] = true;
            }
        }
        for condition in self.plan.compiled.asked.conditions.iter().flat_map(|(_, watch)| watch) {
            watch[*condition] = true;
        }
    }

    /// Acts on a border with state `y`, which may be changed.
    ///
    /// What is watched for grading alone must not move a switch or an extinction by a rounding: where nothing restarts,
    /// only what the border is about is looked at.
    pub fn answer(&mut self, border: &Border, y: &mut [S]) -> Answer {
        let look = match border.cause {
            Cause::Condition { index, .. } => Look::Condition(index),
            Cause::Wake => Look::Due,
            Cause::Until | Cause::Failure(_) => Look::All,
        };
        self.respond(border.time, look, y)
    }

    fn respond(&mut self, time: f64, look: Look, y: &mut [S]) -> Answer {
        self.just_turned.fill(false);
        self.moved.clear();
        self.now = match look {
            Look::Condition(index) => self.located(time, index, y),
            Look::All | Look::Due => S::splat(time),
        };
        self.look_at_withholding(time, y);
        let answer = self.extinctions(time, look, y);
        self.has_arrived = false;
        let arriving =
            self.actions[self.next..].iter().take_while(|action| !action.record && due(action.time.get(0), time));
        let arriving = arriving.count();
        let answer = answer.max(self.act(time, arriving, y));
        if arriving > 0 {
            self.has_arrived = true;
            self.arrived.0.clear();
            self.arrived.0.extend_from_slice(y);
            self.arrived.1.clone_from(&self.held);
        }
        let answer = answer.max(self.act(time, usize::MAX, y));
        if self.unsteady.is_some() {
            return Answer::Unsteady;
        }
        let mut answer = self.turn_all(time, look, answer, y);
        // What rules of treatment give at once may turn switches, and so let rules decide again.
        while answer < Answer::Chatter(0) {
            match self.treat(time, y) {
                Ok((ordered, false)) => {
                    // What comes later moves the next border.
                    answer = answer.max(if ordered { Answer::Restart } else { Answer::Proceed });
                    break;
                }
                Ok((_, true)) => {
                    answer = answer.max(self.act(time, usize::MAX, y));
                    if self.unsteady.is_some() {
                        return Answer::Unsteady;
                    }
                    answer = self.turn_all(time, Look::All, answer, y);
                }
                Err(rule) => return Answer::Endless(rule),
            }
        }
        match answer {
            Answer::Chatter(_) | Answer::Endless(_) | Answer::Unsteady => answer,
            _ if time >= self.plan.end => Answer::Finish,
            _ => answer,
        }
    }

    /// Turns what wants to turn until nothing does, and reads the signs.
    fn turn_all(&mut self, time: f64, mut look: Look, mut answer: Answer, y: &mut [S]) -> Answer {
        loop {
            // A restart forgets crossings that were not reported yet: everything is looked at.
            if answer == Answer::Restart {
                look = Look::All;
                self.extinctions(time, look, y);
            }
            match self.turn_switches(time, look, y) {
                Ok(turned) => answer = answer.max(turned),
                Err(switch) => return Answer::Chatter(switch),
            }
            if answer < Answer::Restart || look == Look::All {
                break;
            }
        }
        for (above, floor) in self.above.iter_mut().zip(&self.plan.compiled.floors) {
            if look.is_about(&[floor.condition]) {
                *above = y[floor.state].get(0) > floor.limit;
            }
        }
        if self.read_signs(time, y) { answer.max(Answer::Restart) } else { answer }
    }

    /// The graders as they are now, if there are any.
    pub fn panel(&self) -> Option<&Panel> {
        self.panel.as_ref()
    }

    /// Doses of an entry given so far.
    pub fn doses_given(&self, entry: usize) -> f64 {
        self.held[self.plan.compiled.held.doses + 2 * entry + 1].get(0)
    }

    /// Acts on doses that are ordered now, beside those of the regimen: what they set off turns at once too.
    pub fn order(&mut self, time: f64, orders: &[Order], y: &mut [S]) -> Answer {
        for Order { entry, amount, duration } in orders {
            let (amount, duration) = (S::splat(*amount), S::splat(*duration));
            let kind = ActionKind::Dose { entry: *entry, amount, duration };
            self.insert(Action { time: S::splat(time), kind, record: true });
        }
        self.respond(time, Look::All, y)
    }

    /// Ends the run; gives what happened.
    pub fn finish(self) -> Happened {
        let decisions = self.treated.map_or_else(Vec::new, |treated| treated.decisions);
        Happened { events: self.events, readings: self.readings, panel: self.panel, decisions }
    }

    /// States that were above their floor and are no longer.
    fn extinctions(&mut self, time: f64, look: Look, y: &mut [S]) -> Answer {
        let plan = self.plan;
        let mut answer = Answer::Proceed;
        for (at, floor) in plan.compiled.floors.iter().enumerate() {
            if !look.is_about(&[floor.condition]) || !self.above[at] || y[floor.state].get(0) > floor.limit {
                continue;
            }
            self.above[at] = false;
            self.at_time(self.now, y, |controller, y| {
                y[floor.state] = S::default();
                // What still flows in keeps a state alive.
                let fed = controller.infusing.iter().any(|infusing| infusing.state == floor.state);
                if let (true, false, Some(slot)) = (floor.absorbing, fed, plan.compiled.held.alive[floor.state]) {
                    controller.hold(slot, S::default());
                }
            });
            self.events.push(Event { time, kind: EventKind::Extinct(floor.state) });
            answer = Answer::Restart;
        }
        answer
    }

    /// Doses and timed switches that are due, so many at most.
    fn act(&mut self, time: f64, most: usize, y: &mut [S]) -> Answer {
        let mut answer = Answer::Proceed;
        let last = self.next.saturating_add(most);
        while let Some(action) = self.actions.get(self.next).copied().filter(|action| due(action.time.get(0), time)) {
            if self.next >= last {
                break;
            }
            self.next += 1;
            if let ActionKind::Dose { entry, amount, duration } = action.kind {
                let (amount, duration) = (amount.get(0), duration.get(0));
                if [amount, duration].iter().any(|value| !(value.is_finite() && *value >= 0.0)) {
                    self.unsteady = Some(Unsteady { entry, time, reason: UnsteadyReason::Amount { amount, duration } });
                    return Answer::Unsteady;
                }
                if self.is_withheld(time, entry, amount) {
                    continue;
                }
            }
            answer = Answer::Restart;
            self.now = S::splat(time).plus_tangents(action.time);
            self.at_time(self.now, y, |controller, y| controller.take(&action, y));
            match action.kind {
                ActionKind::Dose { entry, amount, duration } => {
                    let (amount, duration) = (amount.get(0), duration.get(0));
                    self.events.push(Event { time, kind: EventKind::Dose { entry, amount, duration } });
                    if let Some(treated) = &mut self.treated {
                        treated.note_dose(entry, time);
                    }
                    for &(sign, value) in &self.plan.dose_signs[entry] {
                        self.give(sign, value);
                    }
                }
                ActionKind::InfusionEnd { entry, .. } => {
                    self.events.push(Event { time, kind: EventKind::InfusionEnd { entry } });
                }
                ActionKind::Switch(at) => self.note_turn(at, time),
                ActionKind::Reset | ActionKind::Settle(_) | ActionKind::Covariate { .. } => {}
            }
        }
        answer
    }

    /// What an action does to states and held values.
    fn take(&mut self, action: &Action<S>, y: &mut [S]) {
        let plan = self.plan;
        match action.kind {
            ActionKind::Dose { entry, amount, duration } => {
                self.count_dose(entry);
                let Some(state) = plan.compiled.doses[entry].state else { return };
                if let Some(slot) = plan.compiled.held.alive[state] {
                    self.hold(slot, S::splat(1.0));
                }
                if duration.get(0) > 0.0 {
                    self.begin_infusion(entry, state, amount / duration, action.time + duration);
                } else {
                    y[state] = y[state] + amount;
                }
            }
            ActionKind::InfusionEnd { number, .. } => {
                if let Some(at) = self.infusing.iter().position(|infusing| infusing.number == number) {
                    let ended = self.infusing.remove(at);
                    self.infuse(ended.state);
                }
            }
            ActionKind::Switch(at) => {
                self.switches.turn_on(at, self.now);
                self.hold_switch(at);
            }
            ActionKind::Reset => {
                self.cancel_ordered();
                self.start_anew(y);
            }
            ActionKind::Settle(settled) => {
                if !settled.adds {
                    self.cancel_ordered();
                }
                self.settle(&settled, action.time, y);
            }
            ActionKind::Covariate { slot, value } => self.hold(slot, S::splat(value)),
        }
    }

    /// An infusion runs until a time.
    pub(super) fn begin_infusion(&mut self, entry: usize, state: usize, rate: S, end: S) {
        let number = self.begun;
        self.begun += 1;
        self.infusing.push(Infusing { number, state, rate });
        self.infuse(state);
        self.insert(Action { time: end, kind: ActionKind::InfusionEnd { entry, number }, record: false });
    }

    /// Running infusions end at once; those of the regimen that were still to come are not in the list.
    pub(super) fn end_infusions(&mut self) {
        self.keep_pending(|action| !matches!(action.kind, ActionKind::InfusionEnd { .. }));
        for ended in std::mem::take(&mut self.infusing) {
            self.infuse(ended.state);
        }
    }

    /// A reset: states as at the start, no infusion runs. Counts of doses, switches and signs go on.
    fn start_anew(&mut self, y: &mut [S]) {
        let plan = self.plan;
        self.end_infusions();
        for slot in plan.compiled.held.alive.iter().flatten() {
            self.hold(*slot, S::splat(1.0));
        }
        plan.compiled.program.start(&mut self.workspace, y);
        self.above.fill(false);
    }

    /// A drug given is counted, another sign is set.
    fn give(&mut self, sign: Sign, value: f64) {
        let before = if sign.kind() == Kind::Doses { self.given.get(sign).unwrap_or(0.0) } else { 0.0 };
        self.given.set(sign, before + value);
    }

    /// What equations and outputs read of a switch.
    fn hold_switch(&mut self, at: usize) {
        let on = self.switches.on(at);
        self.hold(self.plan.compiled.held.switches + at, S::splat(f64::from(u8::from(on))));
    }

    /// A switch has turned on or off.
    fn note_turn(&mut self, at: usize, time: f64) {
        let on = self.switches.on(at);
        self.just_turned[at] = true;
        self.events.push(Event { time, kind: if on { EventKind::On(at) } else { EventKind::Off(at) } });
        if on {
            for &(sign, value) in self.plan.care_signs[at].iter().filter(|(sign, _)| sign.kind() == Kind::Doses) {
                self.give(sign, value);
            }
        }
    }

    /// Keeps the actions still to come of which this is true.
    pub(super) fn keep_pending(&mut self, mut keep: impl FnMut(&Action<S>) -> bool) {
        let next = self.next;
        let mut at = 0;
        self.actions.retain(|action| {
            at += 1;
            at <= next || keep(action)
        });
    }

    pub(super) fn insert(&mut self, action: Action<S>) {
        let time = action.time.get(0);
        // Before records of another rounding of its time.
        let earlier = |other: &Action<S>| {
            let at = other.time.get(0);
            if same_time(at, time) { !other.record && at < time } else { at < time }
        };
        let at = self.actions[self.next..].partition_point(earlier) + self.next;
        self.actions.insert(at, action);
    }

    fn count_dose(&mut self, entry: usize) {
        let slot = self.plan.compiled.held.doses + 2 * entry;
        if self.held[slot].get(0).is_infinite() {
            self.hold(slot, self.now);
        }
        self.hold(slot + 1, self.held[slot + 1] + S::splat(1.0));
    }

    /// The sum of the running infusions, added anew so that no remainder stays when all have ended.
    fn infuse(&mut self, state: usize) {
        let Some(slot) = self.plan.compiled.held.infusions[state] else { return };
        let rates = self.infusing.iter().filter(|infusing| infusing.state == state).map(|infusing| infusing.rate);
        // From -0, as sums of `f64` are.
        let sum = rates.fold(S::splat(-0.0), |sum, rate| sum + rate);
        self.hold(slot, sum);
    }

    pub(super) fn hold(&mut self, slot: usize, value: S) {
        self.held[slot] = value;
        self.workspace.set_held_scalar(slot, value);
    }

    pub(super) fn evaluate(&mut self, time: S, y: &[S]) {
        self.plan.compiled.program.outputs(&mut self.workspace, time, y, &mut self.outputs);
    }

    /// Turns switches until none wants to turn; a switch that turns may turn others.
    fn turn_switches(&mut self, time: f64, look: Look, y: &mut [S]) -> Result<Answer, usize> {
        let plan = self.plan;
        let count = plan.compiled.switches.len();
        let mut answer = Answer::Proceed;
        for _ in 0..2 * count + 2 {
            self.evaluate(S::splat(time), y);
            let mut turned = None;
            for (at, switch) in plan.compiled.switches.iter().enumerate() {
                let due = look == Look::Due && self.switches.is_due(at, switch, time);
                let follows = switch.reads.iter().any(|other| self.just_turned[*other]);
                if !(due || follows || look.is_about(&switch.watch_on) || look.is_about(&switch.watch_off)) {
                    continue;
                }
                // What falls due does so at a time of its own.
                let when = match self.switches.next_look(at, switch) {
                    Some(planned) if due => S::splat(time).plus_tangents(planned),
                    _ => self.now,
                };
                let outputs = &self.outputs;
                if self.switches.look(at, switch, when, |output| outputs[output].get(0) > 0.5) {
                    turned = Some((at, when));
                    break;
                }
            }
            let Some((at, when)) = turned else { return Ok(answer) };
            self.turns += 1;
            if self.turns > MOST_TURNS {
                return Err(at);
            }
            self.now = when;
            self.at_time(when, y, |controller, _| controller.hold_switch(at));
            self.note_turn(at, time);
            let switch = &plan.compiled.switches[at];
            answer = answer.max(match (switch.acts, switch.shows) {
                (true, _) => Answer::Restart,
                (false, true) => Answer::Record,
                (false, false) => Answer::Proceed,
            });
        }
        Err(count.saturating_sub(1))
    }

    /// The signs now: those read, and the worse of what is given.
    fn signs_now(&mut self, time: f64, y: &[S]) -> Signs {
        self.evaluate(S::splat(time), y);
        let mut signs = self.given;
        for &(sign, output) in &self.plan.compiled.readings {
            signs.set(sign, self.outputs[output].get(0));
        }
        let running = self.plan.care_signs.iter().enumerate().filter(|(at, _)| self.switches.on(*at));
        for &(sign, value) in running.flat_map(|(_, sets)| sets).filter(|(sign, _)| sign.kind() != Kind::Doses) {
            let worse = signs.get(sign).map_or(value, |known| sign.worse_of(known, value));
            signs.set(sign, worse);
        }
        signs
    }

    /// The signs as a clinician sees them now; a change goes to the graders and rules. Whether the solver must start anew.
    fn read_signs(&mut self, time: f64, y: &[S]) -> bool {
        let shown = !self.plan.compiled.readings.is_empty() || self.panel.is_some();
        if !shown && self.treated.is_none() {
            return false;
        }
        let mut signs = self.signs_now(time, y);
        if let Some(panel) = &mut self.panel {
            panel.observe(self.plan.to_days(time), &signs);
            // What the graders were told: at rounds that is not the signs themselves.
            let Some(seen) = panel.seen() else { return false };
            signs = *seen;
        }
        match self.readings.last_mut() {
            Some(last) if last.0 == time => last.1 = signs,
            _ if shown => self.readings.push((time, signs)),
            _ => {}
        }
        self.observe_for_rules(&signs)
    }
}

/// Whether an action at `planned` is due at `now`.
fn due(planned: f64, now: f64) -> bool {
    planned <= now || same_time(planned, now)
}

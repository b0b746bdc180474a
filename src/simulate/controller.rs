//! Answers the borders of one patient: doses, infusions, switches, extinctions, signs.

use super::plan::{Action, ActionKind, Plan};
use super::switches::Switches;
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
#[derive(Debug)]
pub struct Controller<'p> {
    plan: &'p Plan,
    parameters: Vec<f64>,
    held: Vec<f64>,
    actions: Vec<Action>,
    next: usize,
    infusing: Vec<Infusing>,
    /// Infusions begun so far.
    begun: usize,
    /// Whether each floor's state is above it.
    above: Vec<bool>,
    switches: Switches,
    turns: usize,
    /// Which switches have turned at the present border.
    just_turned: Vec<bool>,
    given: Signs,
    panel: Option<Panel>,
    readings: Vec<(f64, Signs)>,
    events: Vec<Event>,
    /// States and held values before anything acts at the start.
    untouched: (Vec<f64>, Vec<f64>),
    workspace: Workspace<One>,
    lanes: Vec<One>,
    outputs: Vec<One>,
}

/// An infusion that runs; the number tells it from others of its entry.
#[derive(Debug, Clone, Copy)]
struct Infusing {
    number: usize,
    state: usize,
    rate: f64,
}

impl<'p> Controller<'p> {
    /// The controller of a patient with these canonical parameters and covariates.
    pub fn new(plan: &'p Plan, parameters: &[f64], covariates: &[f64], panel: Option<Panel>) -> Self {
        let compiled = &plan.compiled;
        let mut held = vec![0.0; compiled.held.count];
        held[compiled.held.covariates..][..covariates.len()].copy_from_slice(covariates);
        for entry in 0..compiled.doses.len() {
            held[compiled.held.doses + 2 * entry] = f64::INFINITY;
        }
        for slot in compiled.held.alive.iter().flatten() {
            held[*slot] = 1.0;
        }
        let mut workspace = compiled.program.workspace::<One>();
        for (slot, value) in parameters.iter().enumerate() {
            workspace.set_parameter(slot, 0, *value);
        }
        for (slot, value) in held.iter().enumerate() {
            workspace.set_held(slot, 0, *value);
        }
        let mut constants = vec![One::default(); compiled.program.constants_count()];
        compiled.program.constants(&mut workspace, &mut constants);
        let constants: Vec<f64> = constants.iter().map(|value| value.get(0)).collect();
        let actions = plan.actions(parameters, &constants);
        Self {
            plan,
            parameters: parameters.to_vec(),
            held,
            actions,
            next: 0,
            infusing: Vec::new(),
            begun: 0,
            above: vec![false; compiled.floors.len()],
            switches: Switches::new(compiled),
            turns: 0,
            just_turned: vec![false; compiled.switches.len()],
            given: plan.nothing_given(),
            panel,
            readings: Vec::new(),
            events: Vec::new(),
            untouched: (vec![0.0; compiled.program.states()], Vec::new()),
            workspace,
            lanes: vec![One::default(); compiled.program.states()],
            outputs: vec![One::default(); compiled.program.outputs_count()],
        }
    }

    /// The start of the run: min(0, first record). Fills the start values and acts on what is due then.
    pub fn start(&mut self, y: &mut [f64]) -> (f64, Answer) {
        let start = self.plan.start();
        let mut lanes = std::mem::take(&mut self.lanes);
        self.plan.compiled.program.start(&mut self.workspace, &mut lanes);
        for (value, lane) in y.iter_mut().zip(&lanes) {
            *value = lane.get(0);
        }
        self.lanes = lanes;
        self.untouched.0.copy_from_slice(y);
        self.untouched.1.clone_from(&self.held);
        let answer = self.respond(start, Look::All, y);
        (start, answer)
    }

    /// States and held values at the start before anything acts, canonical.
    pub fn untouched(&self) -> (&[f64], &[f64]) {
        (&self.untouched.0, &self.untouched.1)
    }

    /// The parameters, canonical.
    pub fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// Held values as they are now, canonical.
    pub fn held(&self) -> &[f64] {
        &self.held
    }

    /// The next time at which the solution has a break: an action, or the end.
    pub fn until(&self) -> f64 {
        self.actions.get(self.next).map_or(self.plan.end, |action| action.time).min(self.plan.end)
    }

    /// The next time at which something that lasts must be looked at.
    pub fn wake(&self, now: f64) -> Option<f64> {
        let graders = self.panel.as_ref().and_then(Panel::wake).map(|days| self.plan.from_days(days));
        let switches = self.switches.wake(&self.plan.compiled, now);
        [graders, switches].into_iter().flatten().filter(|time| *time > now).min_by(f64::total_cmp)
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
    }

    /// Acts on a border with state `y`, which may be changed.
    ///
    /// What is watched for grading alone must not move a switch or an extinction by a rounding: where nothing restarts,
    /// only what the border is about is looked at.
    pub fn answer(&mut self, border: &Border, y: &mut [f64]) -> Answer {
        let look = match border.cause {
            Cause::Condition { index, .. } => Look::Condition(index),
            Cause::Wake => Look::Due,
            Cause::Until | Cause::Failure(_) => Look::All,
        };
        self.respond(border.time, look, y)
    }

    fn respond(&mut self, time: f64, mut look: Look, y: &mut [f64]) -> Answer {
        self.just_turned.fill(false);
        let mut answer = self.extinctions(time, look, y);
        answer = answer.max(self.act(time, y));
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
                *above = y[floor.state] > floor.limit;
            }
        }
        self.read_signs(time, y);
        if time >= self.plan.end { Answer::Finish } else { answer }
    }

    /// Ends the run; gives what happened, the readings at each change, and the graders with their courses.
    pub fn finish(self) -> (Vec<Event>, Vec<(f64, Signs)>, Option<Panel>) {
        (self.events, self.readings, self.panel)
    }

    /// States that were above their floor and are no longer.
    fn extinctions(&mut self, time: f64, look: Look, y: &mut [f64]) -> Answer {
        let plan = self.plan;
        let mut answer = Answer::Proceed;
        for (at, floor) in plan.compiled.floors.iter().enumerate() {
            if !look.is_about(&[floor.condition]) || !self.above[at] || y[floor.state] > floor.limit {
                continue;
            }
            self.above[at] = false;
            y[floor.state] = 0.0;
            // What still flows in keeps a state alive.
            let fed = self.infusing.iter().any(|infusing| infusing.state == floor.state);
            if let (true, false, Some(slot)) = (floor.absorbing, fed, plan.compiled.held.alive[floor.state]) {
                self.hold(slot, 0.0);
            }
            self.events.push(Event { time, kind: EventKind::Extinct(floor.state) });
            answer = Answer::Restart;
        }
        answer
    }

    /// Doses and timed switches that are due.
    fn act(&mut self, time: f64, y: &mut [f64]) -> Answer {
        let plan = self.plan;
        let mut answer = Answer::Proceed;
        while let Some(action) = self.actions.get(self.next).copied().filter(|action| due(action.time, time)) {
            self.next += 1;
            answer = Answer::Restart;
            match action.kind {
                ActionKind::Dose { entry, amount, duration } => {
                    self.count_dose(entry, time);
                    if let Some(state) = plan.compiled.doses[entry].state {
                        if let Some(slot) = plan.compiled.held.alive[state] {
                            self.hold(slot, 1.0);
                        }
                        if duration > 0.0 {
                            let number = self.begun;
                            self.begun += 1;
                            self.infusing.push(Infusing { number, state, rate: amount / duration });
                            self.infuse(state);
                            let kind = ActionKind::InfusionEnd { entry, number };
                            self.insert(Action { time: action.time + duration, kind });
                        } else {
                            y[state] += amount;
                        }
                    }
                    self.events.push(Event { time, kind: EventKind::Dose { entry, amount, duration } });
                    for &(sign, value) in &plan.dose_signs[entry] {
                        self.give(sign, value);
                    }
                }
                ActionKind::InfusionEnd { entry, number } => {
                    if let Some(at) = self.infusing.iter().position(|infusing| infusing.number == number) {
                        let ended = self.infusing.remove(at);
                        self.infuse(ended.state);
                    }
                    self.events.push(Event { time, kind: EventKind::InfusionEnd { entry } });
                }
                ActionKind::Switch(at) => {
                    self.switches.turn_on(at, time);
                    self.turned(at, time);
                }
            }
        }
        answer
    }

    /// A drug given is counted, another sign is set.
    fn give(&mut self, sign: Sign, value: f64) {
        let before = if sign.kind() == Kind::Doses { self.given.get(sign).unwrap_or(0.0) } else { 0.0 };
        self.given.set(sign, before + value);
    }

    /// A switch has turned on or off.
    fn turned(&mut self, at: usize, time: f64) {
        let on = self.switches.on(at);
        self.just_turned[at] = true;
        self.hold(self.plan.compiled.held.switches + at, f64::from(u8::from(on)));
        self.events.push(Event { time, kind: if on { EventKind::On(at) } else { EventKind::Off(at) } });
        if on {
            for &(sign, value) in self.plan.care_signs[at].iter().filter(|(sign, _)| sign.kind() == Kind::Doses) {
                self.give(sign, value);
            }
        }
    }

    fn insert(&mut self, action: Action) {
        let at = self.actions[self.next..].partition_point(|other| other.time < action.time) + self.next;
        self.actions.insert(at, action);
    }

    fn count_dose(&mut self, entry: usize, time: f64) {
        let slot = self.plan.compiled.held.doses + 2 * entry;
        if self.held[slot].is_infinite() {
            self.hold(slot, time);
        }
        self.hold(slot + 1, self.held[slot + 1] + 1.0);
    }

    /// The sum of the running infusions, added anew so that no remainder stays when all have ended.
    fn infuse(&mut self, state: usize) {
        let Some(slot) = self.plan.compiled.held.infusions[state] else { return };
        let sum = self.infusing.iter().filter(|infusing| infusing.state == state).map(|infusing| infusing.rate).sum();
        self.hold(slot, sum);
    }

    fn hold(&mut self, slot: usize, value: f64) {
        self.held[slot] = value;
        self.workspace.set_held(slot, 0, value);
    }

    fn evaluate(&mut self, time: f64, y: &[f64]) {
        for (lane, value) in self.lanes.iter_mut().zip(y) {
            *lane = One::splat(*value);
        }
        let program = &self.plan.compiled.program;
        program.outputs(&mut self.workspace, One::splat(time), &self.lanes, &mut self.outputs);
    }

    /// Turns switches until none wants to turn; a switch that turns may turn others.
    fn turn_switches(&mut self, time: f64, look: Look, y: &[f64]) -> Result<Answer, usize> {
        let plan = self.plan;
        let count = plan.compiled.switches.len();
        let mut answer = Answer::Proceed;
        for _ in 0..2 * count + 2 {
            self.evaluate(time, y);
            let mut turned = None;
            for (at, switch) in plan.compiled.switches.iter().enumerate() {
                let due = look == Look::Due && self.switches.is_due(at, switch, time);
                let follows = switch.reads.iter().any(|other| self.just_turned[*other]);
                if !(due || follows || look.is_about(&switch.watch_on) || look.is_about(&switch.watch_off)) {
                    continue;
                }
                let outputs = &self.outputs;
                if self.switches.look(at, switch, time, |output| outputs[output].get(0) > 0.5) {
                    turned = Some(at);
                    break;
                }
            }
            let Some(at) = turned else { return Ok(answer) };
            self.turns += 1;
            if self.turns > MOST_TURNS {
                return Err(at);
            }
            self.turned(at, time);
            let switch = &plan.compiled.switches[at];
            answer = answer.max(match (switch.acts, switch.shows) {
                (true, _) => Answer::Restart,
                (false, true) => Answer::Record,
                (false, false) => Answer::Proceed,
            });
        }
        Err(count.saturating_sub(1))
    }

    /// The signs as a clinician sees them now; a change goes to the graders.
    fn read_signs(&mut self, time: f64, y: &[f64]) {
        if self.plan.compiled.readings.is_empty() && self.panel.is_none() {
            return;
        }
        self.evaluate(time, y);
        let mut signs = self.given;
        for &(sign, output) in &self.plan.compiled.readings {
            signs.set(sign, self.outputs[output].get(0));
        }
        let running = self.plan.care_signs.iter().enumerate().filter(|(at, _)| self.switches.on(*at));
        for &(sign, value) in running.flat_map(|(_, sets)| sets).filter(|(sign, _)| sign.kind() != Kind::Doses) {
            let worse = signs.get(sign).map_or(value, |known| sign.worse_of(known, value));
            signs.set(sign, worse);
        }
        if let Some(panel) = &mut self.panel {
            panel.observe(self.plan.to_days(time), &signs);
            // What the graders were told: at rounds that is not the signs themselves.
            let Some(seen) = panel.seen() else { return };
            signs = *seen;
        }
        match self.readings.last_mut() {
            Some(last) if last.0 == time => last.1 = signs,
            _ => self.readings.push((time, signs)),
        }
    }
}

/// Whether an action at `planned` is due at `now`.
fn due(planned: f64, now: f64) -> bool {
    planned <= now || same_time(planned, now)
}

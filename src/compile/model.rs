//! A checked model as equations over slots.

use std::collections::HashMap;

use super::program::{Equations, Program};
use crate::crs::Atom;
use crate::expression::graph as nodes;
use crate::expression::{Comparison, DoseQuery, Expression, Graph, Input, Node, NodeId, NodeKind, Resolve, lower};
use crate::model::{DoseKind, Followed, Model, Trigger};
use crate::sign::Sign;
use crate::unit::{Conversion, Unit};

/// A model ready to run: a [`Program`] and what its slots mean. Canonical values throughout.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The equations.
    pub program: Program,
    /// Where held values stand.
    pub held: HeldSlots,
    /// Switches and care steps, in the order of the model.
    pub switches: Vec<CompiledSwitch>,
    /// Extinctions.
    pub floors: Vec<CompiledFloor>,
    /// Dose entries, in the order of the model.
    pub doses: Vec<CompiledDose>,
    /// Signs read from the model: sign, and index of the output that gives it in the unit of the sign.
    pub readings: Vec<(Sign, usize)>,
    /// The output that each end point of the model follows.
    pub end_points: Vec<usize>,
    /// Conditions of the grading scales.
    pub watched: Vec<usize>,
    /// What was asked for besides.
    pub asked: CompiledQuestions,
}

/// What somebody outside of the model asks of it: conditions that are located, values, and names of their own.
#[derive(Debug, Clone, Default)]
pub struct Questions {
    /// Conditions; their crossings are located.
    pub conditions: Vec<Expression>,
    /// Numbers and conditions that are only evaluated.
    pub values: Vec<Expression>,
    /// Names of values that whoever asks holds, as a grade; each gets a slot.
    pub observed: Vec<String>,
    /// Names with a canonical value.
    pub constants: Vec<(String, f64)>,
}

/// [`Questions`], compiled.
#[derive(Debug, Clone, Default)]
pub struct CompiledQuestions {
    /// Of each condition the output that is 1 where it holds, and the crossings to watch.
    pub conditions: Vec<(usize, Vec<usize>)>,
    /// Of each value its output.
    pub values: Vec<usize>,
    /// Of each observed name whether a crossing depends on it besides on the solution.
    pub moves: Vec<bool>,
}

/// Where held values stand.
#[derive(Debug, Clone)]
pub struct HeldSlots {
    /// First covariate; one slot each.
    pub covariates: usize,
    /// First switch; one slot each, 0 or 1.
    pub switches: usize,
    /// First dose entry; two slots each: time of the first dose (+infinity before), number of doses.
    pub doses: usize,
    /// Rate of infusion into each state that takes doses.
    pub infusions: Vec<Option<usize>>,
    /// Whether each state with an absorbing floor is alive, 1 or 0.
    pub alive: Vec<Option<usize>>,
    /// First of the values that are observed from outside.
    pub observed: usize,
    /// Number of slots.
    pub count: usize,
}

/// A switch: outputs that are its conditions (1 or 0), and the crossings to watch.
#[derive(Debug, Clone)]
pub struct CompiledSwitch {
    /// When it turns.
    pub kind: SwitchKind,
    /// How long `on` must hold first.
    pub hold: f64,
    /// Minimum time on.
    pub at_least: f64,
    /// Conditions whose crossings may turn it on.
    pub watch_on: Vec<usize>,
    /// Conditions whose crossings may turn it off.
    pub watch_off: Vec<usize>,
    /// Other switches that its conditions read.
    pub reads: Vec<usize>,
    /// Whether rates or conditions read it: then a change restarts the solver.
    pub acts: bool,
    /// Whether outputs read it: then a change shows in what is recorded.
    pub shows: bool,
}

/// When a switch turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SwitchKind {
    /// On from a time: index of the constant.
    Time(usize),
    /// On while an output is 1.
    While(usize),
    /// On when the first output becomes 1, off when the second does.
    Between(usize, Option<usize>),
}

/// An extinction.
#[derive(Debug, Clone, Copy)]
pub struct CompiledFloor {
    /// The state.
    pub state: usize,
    /// The threshold.
    pub limit: f64,
    /// Its condition: state minus floor.
    pub condition: usize,
    /// Whether it holds 0 until a dose.
    pub absorbing: bool,
}

/// A dose entry: constants that tell how a dose arrives.
#[derive(Debug, Clone)]
pub struct CompiledDose {
    /// The state it goes to; none for markers.
    pub state: Option<usize>,
    /// Constant: bioavailable fraction.
    pub fraction: Option<usize>,
    /// Constant: lag.
    pub lag: Option<usize>,
    /// Constant: duration of the infusion.
    pub duration: Option<usize>,
    /// Constant: rate of the infusion.
    pub rate: Option<usize>,
}

/// Compiles a checked model; `atoms` are the comparisons of grading scales whose crossings are to be located.
///
/// Atoms about signs that the model does not read are left out: nothing continuous stands behind them.
pub fn compile(model: &Model, atoms: &[Atom]) -> Compiled {
    compile_with(model, atoms, &Questions::default())
}

/// The same, with questions that others ask of the model. A name is first what is observed from outside, then what the
/// model defines, then an output, a sign that the model reads, a constant of whoever asks.
pub fn compile_with(model: &Model, atoms: &[Atom], questions: &Questions) -> Compiled {
    let mut held = held_slots(model, questions.observed.len());
    let mut lowering = Lowering { model, held: &held, graph: Graph::default(), derived: HashMap::new() };
    for derived in &model.derived {
        let node = lowering.lower(&derived.value);
        lowering.derived.insert(derived.name.text.clone(), node);
    }
    let start: Vec<NodeId> = model.states.iter().map(|state| lowering.lower(&state.start)).collect();
    let rates = (0..model.states.len()).map(|state| lowering.rate(state)).collect();
    let mut outputs: Vec<NodeId> = model.outputs.iter().map(|output| lowering.lower(&output.value)).collect();
    let mut conditions = Vec::new();
    let mut constants = Vec::new();

    let mut readings = Vec::new();
    for reading in &model.readings {
        let node = lowering.lower(&reading.value);
        readings.push((reading.sign, outputs.len()));
        outputs.push(in_unit(&mut lowering.graph, node, &unit_of(reading.sign), model));
    }
    let mut watched = Vec::new();
    for atom in atoms {
        let Some((_, output)) = readings.iter().find(|(sign, _)| *sign == atom.sign) else { continue };
        // Compared in the unit of the sign, as the grader does it: no rounding parts the two.
        let limit = lowering.graph.constant(atom.constant);
        let sign = outputs[*output];
        let comparison = match atom.comparison {
            Comparison::Less | Comparison::GreaterOrEqual => lowering.graph.less(sign, limit),
            _ => lowering.graph.less(limit, sign),
        };
        watched.extend(crossings(&mut lowering.graph, &[comparison], &mut conditions));
    }
    let mut switches = Vec::new();
    for switch in &model.switches {
        let mut condition = |expression: &Expression| {
            let node = lowering.lower(expression);
            outputs.push(node);
            (outputs.len() - 1, crossings(&mut lowering.graph, &[node], &mut conditions))
        };
        let (kind, watch_on, watch_off) = match &switch.trigger {
            Trigger::Time(time) => {
                constants.push(lowering.lower(time));
                (SwitchKind::Time(constants.len() - 1), Vec::new(), Vec::new())
            }
            Trigger::While(during) => {
                let (output, watch) = condition(during);
                (SwitchKind::While(output), watch.clone(), watch)
            }
            Trigger::Between(on, off) => {
                let (on, watch_on) = condition(on);
                let off = off.as_ref().map(condition);
                let (off, watch_off) = off.map_or((None, Vec::new()), |(off, watch)| (Some(off), watch));
                (SwitchKind::Between(on, off), watch_on, watch_off)
            }
        };
        let time = |quantity: &Option<crate::unit::Quantity>| {
            quantity.as_ref().map_or(0.0, |quantity| model.scales.to_canonical(&quantity.unit, quantity.value))
        };
        let (hold, at_least) = (time(&switch.hold), time(&switch.at_least));
        switches.push(CompiledSwitch {
            kind,
            hold,
            at_least,
            watch_on,
            watch_off,
            reads: Vec::new(),
            acts: false,
            shows: false,
        });
    }
    let mut asked = lowering.questions(questions, &mut outputs, &mut conditions);
    let mut end_points = Vec::new();
    for end_point in &model.end_points {
        end_points.push(match end_point.followed {
            Followed::Output(output) => output,
            Followed::State(state) => {
                outputs.push(lowering.graph.input(Input::State(state)));
                outputs.len() - 1
            }
        });
    }
    let mut floors = Vec::new();
    for (state, floor) in model.states.iter().enumerate().filter_map(|(at, state)| Some((at, state.floor?))) {
        let limit = model.scales.to_canonical(&model.states[state].unit, floor.value);
        let (threshold, y) = (lowering.graph.constant(limit), lowering.graph.input(Input::State(state)));
        conditions.push(lowering.graph.subtract(y, threshold));
        floors.push(CompiledFloor { state, limit, condition: conditions.len() - 1, absorbing: floor.absorbing });
    }
    let mut doses = Vec::new();
    for dose in &model.doses {
        let mut constant = |expression: &Option<Expression>| {
            expression.as_ref().map(|expression| {
                constants.push(lowering.lower(expression));
                constants.len() - 1
            })
        };
        doses.push(match &dose.kind {
            DoseKind::Into { state, fraction, lag, duration, rate, .. } => CompiledDose {
                state: Some(*state),
                fraction: constant(fraction),
                lag: constant(lag),
                duration: constant(duration),
                rate: constant(rate),
            },
            _ => CompiledDose { state: None, fraction: None, lag: None, duration: None, rate: None },
        });
    }
    let graph = lowering.graph;
    held.count = held.count.max(1);
    let program = Program::new(Equations {
        graph,
        parameters: model.parameters.len(),
        held: held.count,
        rates,
        start,
        outputs,
        conditions,
        constants,
    });
    let slots = held.switches..held.switches + switches.len();
    for (at, switch) in switches.iter_mut().enumerate() {
        let outputs = match switch.kind {
            SwitchKind::Time(_) => [None, None],
            SwitchKind::While(on) => [Some(on), None],
            SwitchKind::Between(on, off) => [Some(on), off],
        };
        let reads = |slot: usize| {
            outputs.into_iter().flatten().any(|output| program.output_reads(output).contains(Input::Held(slot)))
        };
        switch.reads = slots.clone().filter(|slot| reads(*slot)).map(|slot| slot - held.switches).collect();
        let slot = held.switches + at;
        let in_conditions = (0..program.conditions_count())
            .any(|condition| program.condition_reads(condition).contains(Input::Held(slot)));
        switch.acts = program.rates_depend_on_held(slot) || in_conditions;
        switch.shows =
            (0..program.outputs_count()).any(|output| program.output_reads(output).contains(Input::Held(slot)));
    }
    asked.settle(&program, &held);
    Compiled { program, held, switches, floors, doses, readings, end_points, watched, asked }
}

impl CompiledQuestions {
    /// Leaves out crossings of what the solution does not move, and notes which observed values move others.
    fn settle(&mut self, program: &Program, held: &HeldSlots) {
        let moves = |condition: usize| {
            let reads = program.condition_reads(condition);
            reads.contains(Input::Time) || (0..program.states()).any(|state| reads.contains(Input::State(state)))
        };
        for (_, watch) in &mut self.conditions {
            watch.retain(|condition| moves(*condition));
        }
        for (at, acts) in self.moves.iter_mut().enumerate() {
            let slot = Input::Held(held.observed + at);
            let mut watched = self.conditions.iter().flat_map(|(_, watch)| watch);
            *acts = watched.any(|condition| program.condition_reads(*condition).contains(slot));
        }
    }
}

/// Adds the crossings behind the comparisons in `roots`; returns their indices.
fn crossings(graph: &mut Graph, roots: &[NodeId], conditions: &mut Vec<NodeId>) -> Vec<usize> {
    let mut found = Vec::new();
    for comparison in graph.comparisons(roots) {
        let Some(difference) = difference(graph, comparison) else { continue };
        let at = conditions.iter().position(|known| *known == difference).unwrap_or_else(|| {
            conditions.push(difference);
            conditions.len() - 1
        });
        found.push(at);
    }
    found
}

/// What is above 0 exactly where a comparison holds, or exactly where it fails: a crossing that is reported from its new
/// side is then a change of the comparison, also where both sides are equal.
fn difference(graph: &mut Graph, comparison: NodeId) -> Option<NodeId> {
    match graph.node(comparison) {
        nodes::Node::Binary(nodes::Binary::LessEqual, left, right) => Some(graph.subtract(left, right)),
        _ => graph.difference(comparison),
    }
}

/// A canonical node in a unit.
fn in_unit(graph: &mut Graph, node: NodeId, unit: &Unit, model: &Model) -> NodeId {
    let Conversion { offset, multiple, divisor } = model.scales.conversion(unit);
    let [offset, multiple, divisor] = [offset, multiple, divisor].map(|value| graph.constant(value));
    let scaled = graph.multiply(node, divisor);
    let scaled = graph.divide(scaled, multiple);
    graph.add(scaled, offset)
}

fn unit_of(sign: Sign) -> Unit {
    Unit::parse_str(sign.unit_text()).expect("the vocabulary has known units")
}

fn held_slots(model: &Model, observed: usize) -> HeldSlots {
    let covariates = 0;
    let switches = model.covariates.len();
    let doses = switches + model.switches.len();
    let mut count = doses + 2 * model.doses.len();
    let mut next = || {
        count += 1;
        count - 1
    };
    let takes_doses =
        |at: usize| model.doses.iter().any(|dose| matches!(&dose.kind, DoseKind::Into { state, .. } if *state == at));
    let infusions = (0..model.states.len()).map(|at| takes_doses(at).then(&mut next)).collect();
    let absorbing = |at: usize| model.states[at].floor.is_some_and(|floor| floor.absorbing);
    let alive = (0..model.states.len()).map(|at| absorbing(at).then(&mut next)).collect();
    HeldSlots { covariates, switches, doses, infusions, alive, observed: count, count: count + observed }
}

struct Lowering<'a> {
    model: &'a Model,
    held: &'a HeldSlots,
    graph: Graph,
    derived: HashMap<String, NodeId>,
}

impl Lowering<'_> {
    fn lower(&mut self, expression: &Expression) -> NodeId {
        let mut names = Names { model: self.model, held: self.held, derived: &self.derived };
        lower(expression, &mut names, &mut self.graph)
    }

    /// What is asked from outside: with more names than the model has.
    fn questions(
        &mut self,
        questions: &Questions,
        outputs: &mut Vec<NodeId>,
        conditions: &mut Vec<NodeId>,
    ) -> CompiledQuestions {
        if questions.conditions.is_empty() && questions.values.is_empty() {
            return CompiledQuestions { moves: vec![false; questions.observed.len()], ..CompiledQuestions::default() };
        }
        let model = self.model;
        let own = self.derived.clone();
        for (at, name) in questions.observed.iter().enumerate() {
            let node = self.graph.input(Input::Held(self.held.observed + at));
            self.derived.insert(name.clone(), node);
        }
        // Nearest first: what has a name already keeps it.
        let mut names: Vec<(&str, NodeId)> = Vec::new();
        for (output, node) in model.outputs.iter().zip(&*outputs) {
            names.push((&output.name, *node));
        }
        let signs: Vec<String> = model.readings.iter().map(|reading| format!("sign_{}", reading.sign)).collect();
        for (reading, name) in model.readings.iter().zip(&signs) {
            let node = self.lower(&reading.value);
            names.extend([(reading.sign.name(), node), (name, node)]);
        }
        for (name, value) in &questions.constants {
            names.push((name, self.graph.constant(*value)));
        }
        for (name, node) in names {
            if !model.defines(name) {
                self.derived.entry(name.to_string()).or_insert(node);
            }
        }
        let of_conditions = questions.conditions.iter().map(|condition| {
            let node = self.lower(condition);
            outputs.push(node);
            (outputs.len() - 1, crossings(&mut self.graph, &[node], conditions))
        });
        let of_conditions: Vec<_> = of_conditions.collect();
        let of_values = questions.values.iter().map(|value| {
            outputs.push(self.lower(value));
            outputs.len() - 1
        });
        let of_values = of_values.collect();
        self.derived = own;
        let moves = vec![false; questions.observed.len()];
        CompiledQuestions { conditions: of_conditions, values: of_values, moves }
    }

    /// The rate of a state with infusions, held at 0 after an absorbing extinction.
    fn rate(&mut self, state: usize) -> NodeId {
        let mut rate = self.lower(&self.model.states[state].rate);
        if let Some(slot) = self.held.infusions[state] {
            let infusion = self.graph.input(Input::Held(slot));
            rate = self.graph.add(rate, infusion);
        }
        if let Some(slot) = self.held.alive[state] {
            let alive = self.graph.input(Input::Held(slot));
            let zero = self.graph.constant(0.0);
            let condition = self.graph.less(zero, alive);
            rate = self.graph.select(condition, rate, zero);
        }
        rate
    }
}

struct Names<'a> {
    model: &'a Model,
    held: &'a HeldSlots,
    derived: &'a HashMap<String, NodeId>,
}

impl Resolve for Names<'_> {
    fn name(&mut self, graph: &mut Graph, name: &str) -> NodeId {
        if let Some(node) = self.derived.get(name) {
            return *node;
        }
        let model = self.model;
        let state = model.states.iter().position(|item| item.name.text == name).map(Input::State);
        let parameter = || model.parameters.iter().position(|item| item.name.text == name).map(Input::Parameter);
        let covariate = || {
            let at = model.covariates.iter().position(|item| item.name.text == name);
            at.map(|at| Input::Held(self.held.covariates + at))
        };
        let switch = || {
            let at = model.switches.iter().position(|item| item.name.text == name);
            at.map(|at| Input::Held(self.held.switches + at))
        };
        let input = state.or_else(parameter).or_else(covariate).or_else(switch);
        graph.input(input.expect("names were checked"))
    }

    fn dose(&mut self, graph: &mut Graph, query: DoseQuery, name: &str) -> NodeId {
        let at = self.model.doses.iter().position(|dose| dose.name.text == name).expect("names were checked");
        let offset = usize::from(query == DoseQuery::Count);
        graph.input(Input::Held(self.held.doses + 2 * at + offset))
    }

    fn literal(&self, value: f64, unit: &Unit) -> f64 {
        self.model.scales.to_canonical(unit, value)
    }

    /// The largest of the states and parameters in the base, each by its tolerance or value.
    fn scale(&self, base: &Node) -> f64 {
        let model = self.model;
        let size = |name: &str| {
            let state = model.states.iter().find(|state| state.name.text == name);
            let of_state = state.map(|state| (&state.unit, state.tolerance));
            let parameter = model.parameters.iter().find(|parameter| parameter.name.text == name);
            let (unit, value) = of_state.or_else(|| Some((&parameter?.unit, parameter?.value?)))?;
            Some(model.scales.to_canonical(&unit.difference(), value).abs())
        };
        let named = base.walk().filter_map(|node| match &node.kind {
            NodeKind::Name(name) => size(name),
            _ => None,
        });
        let largest = named.fold(0.0, f64::max);
        if largest > 0.0 { largest } else { 1.0 }
    }
}

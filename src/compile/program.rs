//! A model's equations as byte code.

use std::collections::{BTreeSet, HashMap};

use super::assemble::Assembler;
use super::linear::{linear, offsets};
use super::tape::Tape;
use super::workspace::{Layout, Stale, Workspace};
use crate::expression::graph::{Graph, Input, Node, NodeId, Reads};
use crate::integrate::{Linear, Pattern, System};
use crate::numeric::{InstructionSet, Scalar, aligned};

/// What [`Program::new`] makes a program of: nodes of one graph, in canonical units.
#[derive(Debug, Clone, Default)]
pub struct Equations {
    /// The computations.
    pub graph: Graph,
    /// Number of parameter slots.
    pub parameters: usize,
    /// Number of held slots.
    pub held: usize,
    /// dy/dt, one a state.
    pub rates: Vec<NodeId>,
    /// y at the start, one a state or empty; of parameters and held values only.
    pub start: Vec<NodeId>,
    /// Whatever is reported at (t, y): outputs, derived quantities, signs.
    pub outputs: Vec<NodeId>,
    /// g(t, y) whose changes of sign are located.
    pub conditions: Vec<NodeId>,
    /// Lags, fractions, switch times, thresholds: of parameters and held values only.
    pub constants: Vec<NodeId>,
}

/// Compiled equations: immutable, shared by all threads; each batch has its own [`Workspace`].
///
/// What depends on parameters alone, and on parameters and held values, is computed once when these change.
/// All results have the same bits at every width, and as the value of a [`Dual`](crate::numeric::Dual).
#[derive(Debug, Clone)]
pub struct Program {
    layout: Layout,
    registers: usize,
    constants_at_start: Vec<f64>,
    of_parameters: Tape,
    of_held: Tape,
    rates: Tape,
    /// Non-zeros, df/dt, f.
    jacobian: Tape,
    /// g, then their derivatives along the solution.
    conditions: Tape,
    outputs: Tape,
    start: Tape,
    constants: Tape,
    pattern: Pattern,
    linear: Option<Linear>,
    affine: bool,
    reads: ReadsOf,
}

/// What each result depends on.
#[derive(Debug, Clone)]
struct ReadsOf {
    rates: Vec<Reads>,
    conditions: Vec<Reads>,
    outputs: Vec<Reads>,
    start: Vec<Reads>,
    constants: Vec<Reads>,
}

/// How often a value can change, rarest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Change {
    Never,
    WithParameters,
    WithHeld,
    Always,
}

impl Program {
    /// Compiles equations.
    ///
    /// # Panics
    /// If an input's slot is out of range, `start` is neither empty nor one a state, or `start` or `constants` read
    /// time or a state.
    pub fn new(equations: Equations) -> Self {
        let Equations { mut graph, parameters, held, rates, start, outputs, conditions, constants } = equations;
        let states = rates.len();
        assert!(start.is_empty() || start.len() == states, "one start value a state");

        // Conditions keep their divisions: they must turn with the outputs that are the same comparison.
        let rates = graph.with_reciprocals(&rates);
        let (pattern, nonzeros) = jacobian(&mut graph, &rates);
        let linear = linear(&graph, &rates, &pattern);
        let affine = offsets(&graph, &rates).is_some();
        let by_time: Vec<_> = rates.iter().map(|&rate| graph.derivative(rate, Input::Time)).collect();
        let along: Vec<_> = conditions.iter().map(|&condition| graph.directional(condition)).collect();
        let jacobian = [nonzeros, by_time, rates.clone()].concat();
        let crossings = [conditions.clone(), along].concat();

        let moving = [&rates, &jacobian, &crossings, &outputs];
        let still = [&start, &constants];
        let all: Vec<NodeId> = moving.iter().chain(&still).flat_map(|roots| roots.iter().copied()).collect();
        let change = changes(&graph);
        let at_rest = still.iter().flat_map(|roots| roots.iter()).all(|root| change[root.index()] < Change::Always);
        assert!(at_rest, "start values and constants read parameters and held values only");

        // Hoisted values: the largest expressions that do not move.
        let mut with_held = BTreeSet::new();
        let mut with_parameters = BTreeSet::new();
        for roots in moving {
            for node in boundary(&graph, &change, roots, Change::Always) {
                let set = if change[node.index()] == Change::WithHeld { &mut with_held } else { &mut with_parameters };
                set.insert(node);
            }
        }
        let held_roots: Vec<NodeId> = with_held.iter().copied().collect();
        with_parameters.extend(boundary(&graph, &change, &held_roots, Change::WithHeld));
        let parameter_roots: Vec<NodeId> = with_parameters.into_iter().collect();

        let leaves: Vec<(NodeId, Node)> = graph.reachable(&all).into_iter().map(|id| (id, graph.node(id))).collect();
        let numbers: Vec<(NodeId, f64)> = leaves
            .iter()
            .filter_map(|&(id, node)| match node {
                Node::Constant(bits) => Some((id, f64::from_bits(bits))),
                _ => None,
            })
            .collect();
        let layout = Layout::new(numbers.len(), parameters, held, states, held_roots.len() + parameter_roots.len());

        let mut available: HashMap<NodeId, u32> =
            numbers.iter().enumerate().map(|(register, &(id, _))| (id, register as u32)).collect();
        for &(id, node) in &leaves {
            if let Node::Input(input) = node {
                available.insert(id, layout.register(input));
            }
        }
        let nowhere = HashMap::new();
        let write = |available: &HashMap<NodeId, u32>, fixed: &HashMap<NodeId, u32>, roots: &[NodeId]| {
            Assembler { graph: &graph, available, fixed, temporaries: layout.temporaries }.assemble(roots)
        };
        let start_tape = write(&available, &nowhere, &start);
        let constants_tape = write(&available, &nowhere, &constants);
        let fixed = hoisted(&parameter_roots, layout.hoisted);
        let of_parameters = write(&available, &fixed, &parameter_roots);
        available.extend(&fixed);
        let fixed = hoisted(&held_roots, layout.hoisted + parameter_roots.len());
        let of_held = write(&available, &fixed, &held_roots);
        available.extend(&fixed);
        let rates_tape = write(&available, &nowhere, &rates);
        let jacobian = write(&available, &nowhere, &jacobian);
        let crossings = write(&available, &nowhere, &crossings);
        let outputs_tape = write(&available, &nowhere, &outputs);

        let reads = |roots: &[NodeId]| roots.iter().map(|&root| graph.reads(&[root])).collect();
        let reads = ReadsOf {
            rates: reads(&rates),
            conditions: reads(&conditions),
            outputs: reads(&outputs),
            start: reads(&start),
            constants: reads(&constants),
        };
        let mut program = Self {
            layout,
            registers: layout.temporaries,
            constants_at_start: numbers.into_iter().map(|(_, value)| value).collect(),
            of_parameters,
            of_held,
            rates: rates_tape,
            jacobian,
            conditions: crossings,
            outputs: outputs_tape,
            start: start_tape,
            constants: constants_tape,
            pattern,
            linear,
            affine,
            reads,
        };
        program.registers = program.tapes().map(|tape| tape.registers).max().unwrap_or(0).max(layout.temporaries);
        program
    }

    /// Number of states.
    pub fn states(&self) -> usize {
        self.layout.slopes - self.layout.states
    }

    /// Number of parameter slots.
    pub fn parameters(&self) -> usize {
        self.layout.held - self.layout.parameters
    }

    /// Number of held slots.
    pub fn held(&self) -> usize {
        self.layout.time - self.layout.held
    }

    /// Number of outputs.
    pub fn outputs_count(&self) -> usize {
        self.reads.outputs.len()
    }

    /// Number of conditions.
    pub fn conditions_count(&self) -> usize {
        self.reads.conditions.len()
    }

    /// Number of constants.
    pub fn constants_count(&self) -> usize {
        self.reads.constants.len()
    }

    /// Whether the equations are y' = A y + b with A and b at rest between borders, states in a circle or not.
    pub fn is_affine(&self) -> bool {
        self.affine
    }

    /// Structural non-zeros of df/dy.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// A workspace with all inputs 0.
    pub fn workspace<S: Scalar>(&self) -> Workspace<S> {
        let mut registers = aligned::<S>(self.registers);
        for (register, &value) in registers.iter_mut().zip(&self.constants_at_start) {
            *register = S::splat(value);
        }
        Workspace { registers, layout: self.layout, stale: Stale::Everything, instructions: InstructionSet::best() }
    }

    /// Brings what depends on parameters and held values up to date. All evaluations do this themselves.
    #[inline]
    pub fn refresh<S: Scalar>(&self, workspace: &mut Workspace<S>) {
        if workspace.stale == Stale::Everything {
            self.of_parameters.run(&mut workspace.registers, workspace.instructions);
        }
        if workspace.stale >= Stale::Held {
            self.of_held.run(&mut workspace.registers, workspace.instructions);
            workspace.stale = Stale::Nothing;
        }
    }

    /// Start values; `y0` has one place a state.
    pub fn start<S: Scalar>(&self, workspace: &mut Workspace<S>, y0: &mut [S]) {
        self.start.run(&mut workspace.registers, workspace.instructions);
        self.start.copy_results(&workspace.registers, 0, y0);
    }

    /// The values of [`Equations::constants`].
    pub fn constants<S: Scalar>(&self, workspace: &mut Workspace<S>, out: &mut [S]) {
        self.constants.run(&mut workspace.registers, workspace.instructions);
        self.constants.copy_results(&workspace.registers, 0, out);
    }

    /// The values of [`Equations::outputs`] at (t, y).
    #[inline]
    pub fn outputs<S: Scalar>(&self, workspace: &mut Workspace<S>, t: S, y: &[S], out: &mut [S]) {
        self.refresh(workspace);
        workspace.load(t, y);
        self.outputs.run(&mut workspace.registers, workspace.instructions);
        self.outputs.copy_results(&workspace.registers, 0, out);
    }

    /// What the rate of state `state` depends on.
    pub fn rate_reads(&self, state: usize) -> &Reads {
        &self.reads.rates[state]
    }

    /// What condition `condition` depends on.
    pub fn condition_reads(&self, condition: usize) -> &Reads {
        &self.reads.conditions[condition]
    }

    /// What output `output` depends on.
    pub fn output_reads(&self, output: usize) -> &Reads {
        &self.reads.outputs[output]
    }

    /// What constant `constant` depends on.
    pub fn constant_reads(&self, constant: usize) -> &Reads {
        &self.reads.constants[constant]
    }

    /// What the start value of state `state` depends on.
    pub fn start_reads(&self, state: usize) -> &Reads {
        &self.reads.start[state]
    }

    /// Whether a change of held value `slot` is a discontinuity of the solution's slope.
    pub fn rates_depend_on_held(&self, slot: usize) -> bool {
        self.reads.rates.iter().any(|reads| reads.contains(Input::Held(slot)))
    }

    /// Whether anything at all depends on parameter `slot`.
    pub fn depends_on_parameter(&self, slot: usize) -> bool {
        let ReadsOf { rates, conditions, outputs, start, constants } = &self.reads;
        [rates, conditions, outputs, start, constants]
            .into_iter()
            .flatten()
            .any(|reads| reads.contains(Input::Parameter(slot)))
    }

    /// Instructions of one evaluation of the rates, hoisted ones not included.
    pub fn instructions_of_rates(&self) -> usize {
        self.rates.instructions.len()
    }

    /// Instructions of one evaluation of the Jacobian with df/dt and rates, hoisted ones not included.
    pub fn instructions_of_jacobian(&self) -> usize {
        self.jacobian.instructions.len()
    }

    fn tapes(&self) -> impl Iterator<Item = &Tape> {
        let Self { of_parameters, of_held, rates, jacobian, conditions, outputs, start, constants, .. } = self;
        [of_parameters, of_held, rates, jacobian, conditions, outputs, start, constants].into_iter()
    }
}

impl<S: Scalar> System<S> for Program {
    type Workspace = Workspace<S>;

    fn size(&self) -> usize {
        self.states()
    }

    fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    fn linear(&self) -> Option<&Linear> {
        self.linear.as_ref()
    }

    #[inline(always)]
    fn rates(&self, workspace: &mut Workspace<S>, t: S, y: &[S], dy: &mut [S]) {
        self.refresh(workspace);
        workspace.load(t, y);
        self.rates.run(&mut workspace.registers, workspace.instructions);
        self.rates.copy_results(&workspace.registers, 0, dy);
    }

    #[inline(always)]
    fn jacobian(&self, workspace: &mut Workspace<S>, t: S, y: &[S], nonzeros: &mut [S], dfdt: &mut [S], dy: &mut [S]) {
        self.refresh(workspace);
        workspace.load(t, y);
        self.jacobian.run(&mut workspace.registers, workspace.instructions);
        let first = self.jacobian.results.len() - 2 * self.states();
        self.jacobian.copy_results(&workspace.registers, 0, &mut nonzeros[..first]);
        self.jacobian.copy_results(&workspace.registers, first, dfdt);
        self.jacobian.copy_results(&workspace.registers, first + self.states(), dy);
    }

    fn conditions(&self) -> usize {
        self.reads.conditions.len()
    }

    #[inline(always)]
    fn evaluate_conditions(&self, workspace: &mut Workspace<S>, t: S, y: &[S], slope: &[S], g: &mut [S], dg: &mut [S]) {
        let count = self.reads.conditions.len();
        self.refresh(workspace);
        workspace.load(t, y);
        workspace.load_slope(slope);
        self.conditions.run(&mut workspace.registers, workspace.instructions);
        self.conditions.copy_results(&workspace.registers, 0, &mut g[..count]);
        self.conditions.copy_results(&workspace.registers, count, dg);
    }
}

impl Layout {
    fn new(constants: usize, parameters: usize, held: usize, states: usize, hoisted: usize) -> Self {
        let parameters_at = constants;
        let held_at = parameters_at + parameters;
        let time = held_at + held;
        let states_at = time + 1;
        let slopes = states_at + states;
        let hoisted_at = slopes + states;
        let temporaries = hoisted_at + hoisted;
        Self {
            parameters: parameters_at,
            held: held_at,
            time,
            states: states_at,
            slopes,
            hoisted: hoisted_at,
            temporaries,
        }
    }

    fn register(&self, input: Input) -> u32 {
        let (first, slot, end) = match input {
            Input::Parameter(slot) => (self.parameters, slot, self.held),
            Input::Held(slot) => (self.held, slot, self.time),
            Input::Time => (self.time, 0, self.states),
            Input::State(slot) => (self.states, slot, self.slopes),
            Input::Slope(slot) => (self.slopes, slot, self.hoisted),
        };
        assert!(first + slot < end, "{input:?} is out of range");
        (first + slot) as u32
    }
}

/// The structural non-zeros of d`rates`/dy and their nodes, row by row.
fn jacobian(graph: &mut Graph, rates: &[NodeId]) -> (Pattern, Vec<NodeId>) {
    let mut pattern = Pattern { rows: Vec::with_capacity(rates.len()) };
    let mut nonzeros = Vec::new();
    for &rate in rates {
        let mut row = Vec::new();
        for state in graph.reads(&[rate]).states().collect::<Vec<_>>() {
            let derivative = graph.derivative(rate, Input::State(state));
            if graph.constant_value(derivative) != Some(0.0) {
                row.push(state);
                nonzeros.push(derivative);
            }
        }
        pattern.rows.push(row);
    }
    (pattern, nonzeros)
}

/// How often each node's value can change.
fn changes(graph: &Graph) -> Vec<Change> {
    let mut changes = Vec::with_capacity(graph.len());
    for id in graph.ids() {
        let change = match graph.node(id) {
            Node::Constant(_) => Change::Never,
            Node::Input(Input::Parameter(_)) => Change::WithParameters,
            Node::Input(Input::Held(_)) => Change::WithHeld,
            Node::Input(_) => Change::Always,
            node => node.operands().map(|operand| changes[operand.index()]).max().unwrap_or(Change::Never),
        };
        changes.push(change);
    }
    changes
}

/// The computed nodes that change more rarely than `level` and are read by the part of `roots` that changes at `level`.
fn boundary(graph: &Graph, change: &[Change], roots: &[NodeId], level: Change) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut seen = vec![false; graph.len()];
    let mut open = roots.to_vec();
    while let Some(id) = open.pop() {
        if std::mem::replace(&mut seen[id.index()], true) {
            continue;
        }
        let node = graph.node(id);
        if change[id.index()] >= level {
            open.extend(node.operands());
        } else if node.operands().next().is_some() {
            found.push(id);
        }
    }
    found
}

/// Registers in a row for hoisted values.
fn hoisted(roots: &[NodeId], first: usize) -> HashMap<NodeId, u32> {
    roots.iter().enumerate().map(|(n, &root)| (root, (first + n) as u32)).collect()
}

//! From nodes of the graph to a [`Tape`]: order, fused operations, registers.

use std::collections::HashMap;

use super::tape::{Instruction, Operation, Tape};
use crate::expression::graph::{Binary, Graph, Node, NodeId, Unary};
use crate::numeric::spread;

/// Writes one tape.
pub(super) struct Assembler<'a> {
    /// The computations.
    pub graph: &'a Graph,
    /// Registers that hold a value before the tape runs: constants, inputs, hoisted values.
    pub available: &'a HashMap<NodeId, u32>,
    /// Registers that results must go to.
    pub fixed: &'a HashMap<NodeId, u32>,
    /// The first register free for everything else.
    pub temporaries: usize,
}

/// Instructions wanted between one that writes a register and one that reads it.
const DISTANCE: usize = 6;

/// An operation on nodes, before they have registers.
#[derive(Debug, Clone, Copy)]
struct Step {
    operation: Operation,
    operands: [Option<NodeId>; 3],
    whole: i32,
    fused: bool,
}

impl Assembler<'_> {
    /// The tape that computes `roots`.
    pub fn assemble(&self, roots: &[NodeId]) -> Tape {
        let order = self.order(roots);
        let mut uses: HashMap<NodeId, usize> = HashMap::new();
        for node in &order {
            for operand in self.graph.node(*node).operands() {
                *uses.entry(operand).or_default() += 1;
            }
        }
        // A result is needed for itself and cannot vanish into another operation.
        for root in roots {
            *uses.entry(*root).or_default() += 2;
        }
        let mut steps: HashMap<NodeId, Step> = HashMap::new();
        for node in &order {
            let mut step = step(self.graph.node(*node));
            // From the leaves up, each node takes in at most one node that took in none: the most pairs in a tree.
            let fused = step.operands.iter().flatten().find_map(|operand| {
                let inner = steps.get(operand).filter(|inner| !inner.fused && uses[operand] == 1)?;
                fuse(&step, *operand, inner).map(|fused| (*operand, fused))
            });
            if let Some((inner, fused)) = fused {
                steps.remove(&inner);
                step = fused;
            }
            steps.insert(*node, step);
        }
        let order: Vec<NodeId> = order.into_iter().filter(|node| steps.contains_key(node)).collect();
        let order = self.spread(&order, &steps);
        self.allocate(roots, &order, &steps)
    }

    /// The nodes to compute, each after its operands and close to its first use.
    fn order(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let mut order = Vec::new();
        let mut seen = vec![false; self.graph.len()];
        // A node is met twice: to look at its operands, then to be written.
        let mut open: Vec<(NodeId, bool)> = roots.iter().rev().map(|root| (*root, false)).collect();
        while let Some((node, ready)) = open.pop() {
            if ready {
                order.push(node);
            } else if !self.available.contains_key(&node) && !std::mem::replace(&mut seen[node.index()], true) {
                open.push((node, true));
                let operands: Vec<_> = self.graph.node(node).operands().collect();
                open.extend(operands.into_iter().rev().map(|operand| (operand, false)));
            }
        }
        order
    }

    /// The same nodes with some others between a node and its readers: what was just written cannot be read at once, and
    /// the processor works on what does not wait.
    fn spread(&self, order: &[NodeId], steps: &HashMap<NodeId, Step>) -> Vec<NodeId> {
        let place: HashMap<NodeId, usize> = order.iter().enumerate().map(|(at, node)| (*node, at)).collect();
        let operands =
            |at: usize| steps[&order[at]].operands.iter().flatten().filter_map(|node| place.get(node).copied());
        let reads: Vec<Vec<usize>> = (0..order.len()).map(|at| operands(at).collect()).collect();
        spread(&reads, DISTANCE).into_iter().map(|at| order[at]).collect()
    }

    /// Gives registers; a temporary is used again after its last reader.
    fn allocate(&self, roots: &[NodeId], order: &[NodeId], steps: &HashMap<NodeId, Step>) -> Tape {
        let mut last: HashMap<NodeId, usize> = HashMap::new();
        for (at, node) in order.iter().enumerate() {
            for operand in steps[node].operands.iter().flatten() {
                last.insert(*operand, at);
            }
        }
        for root in roots {
            last.insert(*root, usize::MAX);
        }
        let mut homes = self.available.clone();
        let mut free: Vec<u32> = Vec::new();
        let mut next = self.temporaries as u32;
        let mut instructions = Vec::with_capacity(order.len());
        for (at, node) in order.iter().enumerate() {
            let step = &steps[node];
            let mut registers = [0; 3];
            for (register, operand) in registers.iter_mut().zip(step.operands) {
                *register = operand.map_or(0, |operand| homes[&operand]);
            }
            for (n, operand) in step.operands.iter().enumerate() {
                let Some(operand) = operand else { continue };
                let again = step.operands[..n].contains(&Some(*operand));
                if last[operand] == at && !again && homes[operand] >= self.temporaries as u32 {
                    free.push(homes[operand]);
                }
            }
            let target = self.fixed.get(node).copied().or_else(|| free.pop()).unwrap_or_else(|| {
                next += 1;
                next - 1
            });
            homes.insert(*node, target);
            let [a, b, mut c] = registers;
            if matches!(step.operation, Operation::Whole | Operation::HillWhole) {
                c = step.whole as u32;
            }
            instructions.push(Instruction { operation: step.operation, target, a, b, c });
        }
        let results: Vec<u32> = roots.iter().map(|root| homes[root]).collect();
        let tape = Tape { instructions, results, registers: next as usize };
        tape.validate();
        tape
    }
}

impl Tape {
    /// Every register is inside the file, so that a run cannot fail.
    fn validate(&self) {
        let inside = |register: u32| (register as usize) < self.registers;
        let fine = self.instructions.iter().all(|i| {
            let last = matches!(i.operation, Operation::Whole | Operation::HillWhole) || inside(i.c);
            inside(i.target) && inside(i.a) && inside(i.b) && last
        });
        assert!(fine && self.results.iter().all(|&result| inside(result)), "a register is outside the file");
    }
}

/// The operation of a node that is not a leaf.
fn step(node: Node) -> Step {
    let mut operands = [None; 3];
    for (place, operand) in operands.iter_mut().zip(node.operands()) {
        *place = Some(operand);
    }
    let mut whole = 0;
    let operation = match node {
        Node::Constant(_) | Node::Input(_) => unreachable!("constants and inputs have registers"),
        Node::Unary(operation, _) => match operation {
            Unary::Negate => Operation::Negate,
            Unary::Exp => Operation::Exp,
            Unary::Ln => Operation::Ln,
            Unary::Absolute => Operation::Absolute,
            Unary::Not => Operation::Not,
        },
        Node::Binary(operation, ..) => match operation {
            Binary::Add => Operation::Add,
            Binary::Subtract => Operation::Subtract,
            Binary::Multiply => Operation::Multiply,
            Binary::Divide => Operation::Divide,
            Binary::Minimum => Operation::Minimum,
            Binary::Maximum => Operation::Maximum,
            Binary::Less => Operation::Less,
            Binary::LessEqual => Operation::LessEqual,
            Binary::Equal => Operation::Equal,
            Binary::And => Operation::And,
            Binary::Or => Operation::Or,
        },
        Node::Whole(_, n) => {
            whole = n;
            Operation::Whole
        }
        Node::Root { .. } => Operation::Root,
        Node::Power { .. } => Operation::Power,
        Node::Hill { .. } => Operation::Hill,
        Node::HillWhole { n, .. } => {
            whole = n;
            Operation::HillWhole
        }
        Node::Select { .. } => Operation::Select,
    };
    Step { operation, operands, whole, fused: false }
}

/// `outer` with its operand `at`, computed by `inner`, taken in, where there is an operation for both.
fn fuse(outer: &Step, at: NodeId, inner: &Step) -> Option<Step> {
    let left = outer.operands[0] == Some(at);
    let operation = match (outer.operation, inner.operation, left) {
        (Operation::Add, Operation::Multiply, _) => Operation::ProductPlus,
        (Operation::Subtract, Operation::Multiply, true) => Operation::ProductMinus,
        (Operation::Subtract, Operation::Multiply, false) => Operation::MinusProduct,
        (Operation::Multiply, Operation::Multiply, _) => Operation::ProductTimes,
        (Operation::Divide, Operation::Multiply, true) => Operation::ProductOver,
        (Operation::Add, Operation::Add, _) => Operation::SumPlus,
        (Operation::Subtract, Operation::Add, true) => Operation::SumMinus,
        (Operation::Multiply, Operation::Add, _) => Operation::SumTimes,
        (Operation::Divide, Operation::Add, false) => Operation::OverSum,
        (Operation::Add, Operation::Subtract, _) => Operation::DifferencePlus,
        (Operation::Subtract, Operation::Subtract, true) => Operation::DifferenceMinus,
        (Operation::Multiply, Operation::Subtract, _) => Operation::DifferenceTimes,
        _ => return None,
    };
    let other = if left { outer.operands[1] } else { outer.operands[0] };
    let [a, b, _] = inner.operands;
    Some(Step { operation, operands: [a, b, other], whole: 0, fused: true })
}

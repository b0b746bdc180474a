//! The hash-consed graph of a model's computations.
//!
//! In: names resolved, units gone; builders ([`Graph::add`], [`Graph::select`], [`Graph::hill`], ...).
//! Out: nodes, their derivatives ([`Graph::derivative`], [`Graph::directional`]), what they read ([`Graph::reads`]).

pub(crate) mod arithmetic;
mod build;
mod derivative;
mod node;
mod reciprocal;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

pub use node::{Binary, Input, Node, NodeId, Unary};

use std::collections::HashMap;

use crate::numeric::{Lanes, Scalar};

/// The inputs that a value depends on, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads(Vec<Input>);

impl Reads {
    /// Whether `input` is among them.
    pub fn contains(&self, input: Input) -> bool {
        self.0.binary_search(&input).is_ok()
    }

    /// All of them, ascending: parameters, held values, time, states, slopes.
    pub fn iter(&self) -> impl Iterator<Item = Input> {
        self.0.iter().copied()
    }

    /// The states among them.
    pub fn states(&self) -> impl Iterator<Item = usize> {
        self.iter().filter_map(|input| match input {
            Input::State(slot) => Some(slot),
            _ => None,
        })
    }

    /// Whether the value can change while no border is met: time, a state or a slope is among them.
    pub fn moves(&self) -> bool {
        self.iter().any(|input| !matches!(input, Input::Parameter(_) | Input::Held(_)))
    }
}

/// A hash-consed graph of canonical `f64` computations: no names, no units.
///
/// The builders (`add`, `select`, `hill`, ...) give the existing node if there is one and simplify where no bit
/// changes but the sign of a zero; see [`Graph::multiply`] for the one rule that needs care.
/// Derivatives: [`Graph::derivative`], [`Graph::directional`].
///
/// ```
/// use cascade::expression::{Graph, Input};
/// let mut graph = Graph::default();
/// let x = graph.input(Input::State(0));
/// let square = graph.multiply(x, x);
/// let slope = graph.derivative(square, Input::State(0));
/// assert_eq!(graph.evaluate_scalar(slope, |_| 3.0), 6.0);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    index: HashMap<Node, NodeId>,
    derivatives: derivative::Memory,
}

impl Graph {
    /// A number.
    pub fn constant(&mut self, value: f64) -> NodeId {
        self.intern(Node::Constant(value.to_bits()))
    }

    /// A condition that never changes.
    pub fn boolean(&mut self, value: bool) -> NodeId {
        self.constant(if value { 1.0 } else { 0.0 })
    }

    /// Something given from outside.
    pub fn input(&mut self, input: Input) -> NodeId {
        self.intern(Node::Input(input))
    }

    /// What a node computes.
    pub fn node(&self, id: NodeId) -> Node {
        self.nodes[id.index()]
    }

    /// The node's value if it is a constant.
    pub fn constant_value(&self, id: NodeId) -> Option<f64> {
        match self.node(id) {
            Node::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All nodes, operands first.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The nodes that `roots` need, themselves included, operands first.
    pub fn reachable(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let mut seen = vec![false; self.nodes.len()];
        let mut open = roots.to_vec();
        while let Some(id) = open.pop() {
            if !std::mem::replace(&mut seen[id.index()], true) {
                open.extend(self.node(id).operands());
            }
        }
        self.ids().filter(|id| seen[id.index()]).collect()
    }

    /// What `roots` depend on.
    pub fn reads(&self, roots: &[NodeId]) -> Reads {
        let mut inputs: Vec<_> = self
            .reachable(roots)
            .into_iter()
            .filter_map(|id| match self.node(id) {
                Node::Input(input) => Some(input),
                _ => None,
            })
            .collect();
        inputs.sort_unstable();
        Reads(inputs)
    }

    /// The comparisons (<, <=, ==) that `roots` contain, operands first.
    pub fn comparisons(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let is_comparison =
            |id: &NodeId| matches!(self.node(*id), Node::Binary(Binary::Less | Binary::LessEqual | Binary::Equal, ..));
        self.reachable(roots).into_iter().filter(is_comparison).collect()
    }

    /// The value of `node`.
    pub fn evaluate<S: Scalar>(&self, node: NodeId, input: impl Fn(Input) -> S) -> S {
        let mut values = vec![S::default(); node.index() + 1];
        for id in self.reachable(&[node]) {
            values[id.index()] = self.node(id).value(&input, |operand| values[operand.index()]);
        }
        values[node.index()]
    }

    /// The value of `node` for one patient.
    pub fn evaluate_scalar(&self, node: NodeId, input: impl Fn(Input) -> f64) -> f64 {
        self.evaluate(node, |which| Lanes([input(which)])).0[0]
    }

    /// The node that computes `node`: an existing one, a folded constant, or a new one.
    fn intern(&mut self, node: Node) -> NodeId {
        if let Some(&id) = self.index.get(&node) {
            return id;
        }
        if let Some(value) = self.folded(&node) {
            return self.constant(value);
        }
        let id = NodeId(u32::try_from(self.nodes.len()).expect("fewer than 2^32 nodes"));
        self.nodes.push(node);
        self.index.insert(node, id);
        id
    }

    /// The value of an operation on constants, by the arithmetic of a run.
    fn folded(&self, node: &Node) -> Option<f64> {
        if matches!(node, Node::Constant(_) | Node::Input(_)) {
            return None;
        }
        if node.operands().any(|operand| self.constant_value(operand).is_none()) {
            return None;
        }
        let of = |id| Lanes([self.constant_value(id).unwrap_or(f64::NAN)]);
        Some(node.value(&|_| Lanes([f64::NAN]), of).0[0])
    }
}

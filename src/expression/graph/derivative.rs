//! Symbolic derivatives of a [`Graph`], remembered for each node.
//!
//! Conditions and what selects by them have the derivative of the branch taken: switching itself is a border of the
//! integration, not a slope. Guards (`hill`, `sqrt`, `^`) are written at their nodes in [`Node`].

use std::collections::HashMap;

use super::arithmetic::GUARD;
use super::{Binary, Graph, Input, Node, NodeId, Unary};

/// What a derivative is taken along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Along {
    /// One input, all others constant.
    Input(Input),
    /// The solution: time by 1, each state by its slope.
    Solution,
}

/// Derivatives found so far.
pub(super) type Memory = HashMap<Along, Vec<Option<NodeId>>>;

impl Graph {
    /// d`node`/d`input`, a constant 0 if it does not depend on it.
    pub fn derivative(&mut self, node: NodeId, input: Input) -> NodeId {
        self.derivative_along(node, Along::Input(input))
    }

    /// d/dt + sum over states of d/dy_i [`Input::Slope`]\(i): the derivative along the solution.
    pub fn directional(&mut self, node: NodeId) -> NodeId {
        self.derivative_along(node, Along::Solution)
    }

    fn derivative_along(&mut self, root: NodeId, along: Along) -> NodeId {
        let mut known = self.derivatives.remove(&along).unwrap_or_default();
        known.resize(known.len().max(root.index() + 1), None);
        // Operands have smaller numbers: in ascending order each finds those of its operands.
        let mut open = vec![root];
        let mut needed = Vec::new();
        let mut seen = vec![false; root.index() + 1];
        while let Some(id) = open.pop() {
            if known[id.index()].is_none() && !std::mem::replace(&mut seen[id.index()], true) {
                needed.push(id);
                open.extend(self.node(id).operands());
            }
        }
        needed.sort_unstable();
        for id in needed {
            let derivative = self.rule(id, along, |operand| known[operand.index()].expect("operands come first"));
            known[id.index()] = Some(derivative);
        }
        let result = known[root.index()].expect("the root is among the needed");
        self.derivatives.insert(along, known);
        result
    }

    /// The derivative of a node, given those of its operands.
    fn rule(&mut self, id: NodeId, along: Along, d: impl Fn(NodeId) -> NodeId) -> NodeId {
        let node = self.node(id);
        if let Node::Input(input) = node {
            return match (along, input) {
                (Along::Input(which), _) if which == input => self.constant(1.0),
                (Along::Solution, Input::Time) => self.constant(1.0),
                (Along::Solution, Input::State(state)) => self.input(Input::Slope(state)),
                _ => self.constant(0.0),
            };
        }
        if node.operands().all(|operand| self.is_number(d(operand), 0.0)) {
            return self.constant(0.0);
        }
        match node {
            Node::Constant(_) | Node::Input(_) => self.constant(0.0),
            Node::Unary(operation, x) => {
                let dx = d(x);
                match operation {
                    Unary::Negate => self.negate(dx),
                    Unary::Exp => self.scaled(dx, id),
                    Unary::Ln => self.divide(dx, x),
                    Unary::Absolute => self.sign_times(x, dx),
                    Unary::Not => self.constant(0.0),
                }
            }
            Node::Binary(operation, a, b) => self.binary_rule(id, operation, (a, d(a)), (b, d(b))),
            Node::Whole(x, n) => {
                let lower = self.whole(x, n - 1);
                let n = self.constant(f64::from(n));
                let slope = self.multiply(n, lower);
                self.scaled(d(x), slope)
            }
            Node::Root { x, floor } => {
                let root = self.guarded(id, x, floor, |graph, floor| graph.intern(Node::Root { x: floor, floor }));
                let half = self.constant(0.5);
                let slope = self.divide(half, root);
                let slope = self.flat_below_zero(x, slope);
                self.scaled(d(x), slope)
            }
            Node::Power { x, exponent, floor } => {
                let by_x = if self.is_number(d(x), 0.0) {
                    d(x)
                } else {
                    let at_floor = |graph: &mut Graph, floor| graph.intern(Node::Power { x: floor, exponent, floor });
                    let power = self.guarded(id, x, floor, at_floor);
                    let scaled = self.multiply(exponent, power);
                    let x_above = self.maximum(x, floor);
                    let slope = self.divide(scaled, x_above);
                    let slope = self.flat_below_zero(x, slope);
                    self.scaled(d(x), slope)
                };
                let by_exponent = if self.is_number(d(exponent), 0.0) {
                    d(exponent)
                } else {
                    let x_above = self.maximum(x, floor);
                    let logarithm = self.ln(x_above);
                    let slope = self.multiply(id, logarithm);
                    self.scaled(d(exponent), slope)
                };
                self.add(by_x, by_exponent)
            }
            Node::Hill { x, n, half } => self.hill_rule(id, (x, d(x)), (n, d(n)), (half, d(half))),
            Node::HillWhole { x, n, half } => {
                let n = self.constant(f64::from(n));
                let zero = self.constant(0.0);
                self.hill_rule(id, (x, d(x)), (n, zero), (half, d(half)))
            }
            Node::Select { condition, yes, no } => self.select(condition, d(yes), d(no)),
        }
    }

    fn binary_rule(
        &mut self,
        id: NodeId,
        operation: Binary,
        (a, da): (NodeId, NodeId),
        (b, db): (NodeId, NodeId),
    ) -> NodeId {
        match operation {
            Binary::Add => self.add(da, db),
            Binary::Subtract => self.subtract(da, db),
            Binary::Multiply if a == b => {
                let two = self.constant(2.0);
                let slope = self.multiply(two, a);
                self.scaled(da, slope)
            }
            Binary::Multiply => {
                let left = self.scaled(da, b);
                let right = self.scaled(db, a);
                self.add(left, right)
            }
            // (a/b)' = (a' - (a/b) b') / b
            Binary::Divide => {
                let taken = self.scaled(db, id);
                let numerator = self.subtract(da, taken);
                self.divide(numerator, b)
            }
            Binary::Minimum => {
                let second = self.less(b, a);
                self.select(second, db, da)
            }
            Binary::Maximum => {
                let second = self.less(a, b);
                self.select(second, db, da)
            }
            Binary::Less | Binary::LessEqual | Binary::Equal | Binary::And | Binary::Or => self.constant(0.0),
        }
    }

    /// With h the value: dh/dx = n h (1 - h) / x, dh/dhalf = -n h (1 - h) / half, dh/dn = h (1 - h) ln(x/half).
    fn hill_rule(
        &mut self,
        id: NodeId,
        (x, dx): (NodeId, NodeId),
        (n, dn): (NodeId, NodeId),
        (half, dhalf): (NodeId, NodeId),
    ) -> NodeId {
        let guard = self.constant(GUARD);
        let tiny = self.constant(f64::MIN_POSITIVE);
        let one = self.constant(1.0);
        let part = self.multiply(guard, half);
        let floor = self.maximum(part, tiny);
        let mut sum = self.constant(0.0);
        if !self.is_number(dx, 0.0) {
            // h depends on x/half alone: at the floor it is a number, or of the parameters.
            let value = self.guarded(id, x, floor, |graph, _| graph.hill(guard, n, one));
            let spread = self.spread(value, n);
            let x_above = self.maximum(x, floor);
            let slope = self.divide(spread, x_above);
            let slope = self.flat_below_zero(x, slope);
            sum = self.scaled(dx, slope);
        }
        if !self.is_number(dhalf, 0.0) {
            let spread = self.spread(id, n);
            let slope = self.divide(spread, half);
            let term = self.scaled(dhalf, slope);
            sum = self.subtract(sum, term);
        }
        if !self.is_number(dn, 0.0) {
            let spread = self.spread(id, one);
            let x_above = self.maximum(x, floor);
            let ratio = self.divide(x_above, half);
            let logarithm = self.ln(ratio);
            let slope = self.multiply(spread, logarithm);
            let term = self.scaled(dn, slope);
            sum = self.add(sum, term);
        }
        sum
    }

    /// n h (1 - h)
    fn spread(&mut self, h: NodeId, n: NodeId) -> NodeId {
        let one = self.constant(1.0);
        let rest = self.subtract(one, h);
        let product = self.multiply(h, rest);
        self.multiply(n, product)
    }

    /// A slope that is 0 where x < 0: there the function is constant, and a Jacobian that says otherwise costs steps.
    fn flat_below_zero(&mut self, x: NodeId, slope: NodeId) -> NodeId {
        let zero = self.constant(0.0);
        let below = self.less(x, zero);
        self.select(below, zero, slope)
    }

    /// The value of `node` at max(x, floor).
    fn guarded(
        &mut self,
        node: NodeId,
        x: NodeId,
        floor: NodeId,
        at_floor: impl FnOnce(&mut Graph, NodeId) -> NodeId,
    ) -> NodeId {
        let low = self.less(x, floor);
        let at_floor = at_floor(self, floor);
        self.select(low, at_floor, node)
    }

    /// `derivative` times `factor`; an absent derivative stays absent whatever the factor.
    fn scaled(&mut self, derivative: NodeId, factor: NodeId) -> NodeId {
        if self.is_number(derivative, 0.0) { derivative } else { self.multiply(derivative, factor) }
    }

    /// The derivative of |x|: 0 where x is 0.
    fn sign_times(&mut self, x: NodeId, dx: NodeId) -> NodeId {
        let zero = self.constant(0.0);
        let positive = self.less(zero, x);
        let negative = self.less(x, zero);
        let minus = self.negate(dx);
        let other = self.select(negative, minus, zero);
        self.select(positive, dx, other)
    }
}

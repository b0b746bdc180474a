//! What a graph is made of.

use super::arithmetic;
use crate::numeric::Scalar;

/// A node of a [`Graph`](super::Graph).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    /// Position in the graph; operands come before what uses them.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a computation reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Input {
    /// Constant for a patient.
    Parameter(usize),
    /// Constant between borders: switches (0 or 1), first dose times, infusion rates, covariates. May be infinite.
    Held(usize),
    /// Time.
    Time,
    /// A state.
    State(usize),
    /// dy/dt of a state along the solution; only in derivatives of conditions.
    Slope(usize),
}

/// Operations of one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unary {
    /// -x
    Negate,
    /// e^x
    Exp,
    /// Natural logarithm.
    Ln,
    /// |x|
    Absolute,
    /// The opposite condition.
    Not,
}

/// Operations of two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Binary {
    /// a + b
    Add,
    /// a - b
    Subtract,
    /// a b
    Multiply,
    /// a / b
    Divide,
    /// The smaller, a when equal.
    Minimum,
    /// The larger, a when equal.
    Maximum,
    /// a < b
    Less,
    /// a <= b
    LessEqual,
    /// a == b
    Equal,
    /// Both conditions.
    And,
    /// At least one condition.
    Or,
}

/// What a node computes. Conditions are 1 (true) or 0 (false).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Node {
    /// A number, by its bits.
    Constant(u64),
    /// Something given from outside.
    Input(Input),
    /// An operation of one operand.
    Unary(Unary, NodeId),
    /// An operation of two operands.
    Binary(Binary, NodeId, NodeId),
    /// x to a whole power, any sign of x.
    Whole(NodeId, i32),
    /// sqrt(max(x, 0)); the derivative is taken at max(x, floor).
    Root {
        /// x
        x: NodeId,
        /// A positive constant.
        floor: NodeId,
    },
    /// max(x, 0)^exponent; the derivative is taken at max(x, floor).
    Power {
        /// x
        x: NodeId,
        /// The exponent.
        exponent: NodeId,
        /// A positive constant.
        floor: NodeId,
    },
    /// 1 / (1 + (half/x)^n), 0 for x <= 0; the derivative is taken at max(x, 1e-12 half).
    Hill {
        /// x
        x: NodeId,
        /// The exponent.
        n: NodeId,
        /// The x of value 1/2.
        half: NodeId,
    },
    /// [`Node::Hill`] with a whole n >= 1.
    HillWhole {
        /// x
        x: NodeId,
        /// The exponent.
        n: i32,
        /// The x of value 1/2.
        half: NodeId,
    },
    /// `yes` where the condition holds, `no` elsewhere. Both are computed.
    Select {
        /// A condition.
        condition: NodeId,
        /// Value where it holds.
        yes: NodeId,
        /// Value elsewhere.
        no: NodeId,
    },
}

impl Node {
    /// What the node is computed from.
    pub fn operands(&self) -> impl Iterator<Item = NodeId> + use<> {
        let operands = match *self {
            Node::Constant(_) | Node::Input(_) => [None; 3],
            Node::Unary(_, x) | Node::Whole(x, _) => [Some(x), None, None],
            Node::Binary(_, a, b) => [Some(a), Some(b), None],
            Node::Root { x, floor } => [Some(x), Some(floor), None],
            Node::Power { x, exponent, floor } => [Some(x), Some(exponent), Some(floor)],
            Node::Hill { x, n, half } => [Some(x), Some(n), Some(half)],
            Node::HillWhole { x, half, .. } => [Some(x), Some(half), None],
            Node::Select { condition, yes, no } => [Some(condition), Some(yes), Some(no)],
        };
        operands.into_iter().flatten()
    }

    /// The same computation of other operands.
    pub(super) fn map(self, of: impl Fn(NodeId) -> NodeId) -> Self {
        match self {
            Node::Constant(_) | Node::Input(_) => self,
            Node::Unary(operation, x) => Node::Unary(operation, of(x)),
            Node::Whole(x, n) => Node::Whole(of(x), n),
            Node::Binary(operation, a, b) => Node::Binary(operation, of(a), of(b)),
            Node::Root { x, floor } => Node::Root { x: of(x), floor: of(floor) },
            Node::Power { x, exponent, floor } => Node::Power { x: of(x), exponent: of(exponent), floor: of(floor) },
            Node::Hill { x, n, half } => Node::Hill { x: of(x), n: of(n), half: of(half) },
            Node::HillWhole { x, n, half } => Node::HillWhole { x: of(x), n, half: of(half) },
            Node::Select { condition, yes, no } => Node::Select { condition: of(condition), yes: of(yes), no: of(no) },
        }
    }

    /// The node's value, given those of its operands.
    pub(super) fn value<S: Scalar>(&self, input: &impl Fn(Input) -> S, of: impl Fn(NodeId) -> S) -> S {
        match *self {
            Node::Constant(bits) => S::splat(f64::from_bits(bits)),
            Node::Input(which) => input(which),
            Node::Unary(operation, x) => {
                let x = of(x);
                match operation {
                    Unary::Negate => -x,
                    Unary::Exp => x.exp(),
                    Unary::Ln => x.ln(),
                    Unary::Absolute => x.abs(),
                    Unary::Not => arithmetic::not(x),
                }
            }
            Node::Binary(operation, a, b) => {
                let (a, b) = (of(a), of(b));
                match operation {
                    Binary::Add => a + b,
                    Binary::Subtract => a - b,
                    Binary::Multiply => a * b,
                    Binary::Divide => a / b,
                    Binary::Minimum => a.min(b),
                    Binary::Maximum => a.max(b),
                    Binary::Less => arithmetic::less(a, b),
                    Binary::LessEqual => arithmetic::less_equal(a, b),
                    Binary::Equal => arithmetic::equal(a, b),
                    Binary::And => arithmetic::and(a, b),
                    Binary::Or => arithmetic::or(a, b),
                }
            }
            Node::Whole(x, n) => of(x).powi(n),
            Node::Root { x, floor } => arithmetic::root(of(x), of(floor)),
            Node::Power { x, exponent, floor } => arithmetic::power(of(x), of(exponent), of(floor)),
            Node::Hill { x, n, half } => arithmetic::hill(of(x), of(n), of(half)),
            Node::HillWhole { x, n, half } => arithmetic::hill_whole(of(x), n, of(half)),
            Node::Select { condition, yes, no } => arithmetic::select(of(condition), of(yes), of(no)),
        }
    }
}

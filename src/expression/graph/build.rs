//! The builders of a [`Graph`]: one for each operation, with the simplifications that are safe.

use super::arithmetic::GUARD;
use super::{Binary, Graph, Input, Node, NodeId, Unary};

/// Largest whole exponent of `hill` that is computed by multiplication.
const WHOLE_HILL: f64 = 64.0;
/// Largest whole exponent of `^` that is computed by multiplication.
const WHOLE_POWER: f64 = 1024.0;

impl Graph {
    /// a + b.
    pub fn add(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.signed_sum(self.signed(a), self.signed(b))
    }

    /// a - b. Not simplified for a = b: the difference of infinities is NaN.
    pub fn subtract(&mut self, a: NodeId, b: NodeId) -> NodeId {
        let (minus_b, b) = self.signed(b);
        self.signed_sum(self.signed(a), (!minus_b, b))
    }

    /// a b.
    ///
    /// 0 x becomes 0 only where x is finite by itself: a constant, parameter, state, time or condition. A product with
    /// a held value or a computed one stays, because it is NaN when that is infinite.
    pub fn multiply(&mut self, a: NodeId, b: NodeId) -> NodeId {
        for (one, other) in [(a, b), (b, a)] {
            if self.is_number(one, 1.0) {
                return other;
            }
            if self.is_number(one, -1.0) {
                return self.negate(other);
            }
            if self.is_number(one, 0.0) && self.is_finite(other) {
                return self.constant(0.0);
            }
        }
        let ((minus_a, a), (minus_b, b)) = (self.signed(a), self.signed(b));
        let product = self.commutative(Binary::Multiply, a, b);
        if minus_a == minus_b { product } else { self.negate(product) }
    }

    /// a / b.
    pub fn divide(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if self.is_number(b, 1.0) {
            return a;
        }
        if self.is_number(b, -1.0) {
            return self.negate(a);
        }
        let ((minus_a, a), (minus_b, b)) = (self.signed(a), self.signed(b));
        let quotient = self.intern(Node::Binary(Binary::Divide, a, b));
        if minus_a == minus_b { quotient } else { self.negate(quotient) }
    }

    /// -x.
    pub fn negate(&mut self, x: NodeId) -> NodeId {
        match self.signed(x) {
            (true, x) => x,
            (false, x) => self.intern(Node::Unary(Unary::Negate, x)),
        }
    }

    /// e^x.
    pub fn exp(&mut self, x: NodeId) -> NodeId {
        self.intern(Node::Unary(Unary::Exp, x))
    }

    /// Natural logarithm.
    pub fn ln(&mut self, x: NodeId) -> NodeId {
        self.intern(Node::Unary(Unary::Ln, x))
    }

    /// |x|; its derivative at 0 is 0.
    pub fn absolute(&mut self, x: NodeId) -> NodeId {
        let (_, x) = self.signed(x);
        self.intern(Node::Unary(Unary::Absolute, x))
    }

    /// sqrt(max(x, 0)), derivative taken at max(x, 1e-12 `scale`). `scale` is a usual size of x, above 0.
    pub fn root(&mut self, x: NodeId, scale: f64) -> NodeId {
        let floor = self.floor(scale);
        self.intern(Node::Root { x, floor })
    }

    /// x^exponent.
    ///
    /// A constant whole exponent takes any x (by multiplication); 0.5 gives [`Graph::root`]; all others
    /// max(x, 0)^exponent with the derivative taken at max(x, 1e-12 `scale`). `scale` is a usual size of x, above 0.
    pub fn power(&mut self, x: NodeId, exponent: NodeId, scale: f64) -> NodeId {
        match self.constant_value(exponent) {
            Some(n) if n.fract() == 0.0 && n.abs() <= WHOLE_POWER => self.whole(x, n as i32),
            Some(0.5) => self.root(x, scale),
            _ => {
                let floor = self.floor(scale);
                self.intern(Node::Power { x, exponent, floor })
            }
        }
    }

    /// x to a whole power, any sign of x; x^0 = 1.
    pub fn whole(&mut self, x: NodeId, n: i32) -> NodeId {
        match n {
            0 => self.constant(1.0),
            1 => x,
            2 => self.multiply(x, x),
            -1 => {
                let one = self.constant(1.0);
                self.divide(one, x)
            }
            _ => self.intern(Node::Whole(x, n)),
        }
    }

    /// x^n / (half^n + x^n), 0 for x <= 0; derivative taken at max(x, 1e-12 half). Wants half > 0.
    pub fn hill(&mut self, x: NodeId, n: NodeId, half: NodeId) -> NodeId {
        match self.constant_value(n) {
            Some(n) if n.fract() == 0.0 && (1.0..=WHOLE_HILL).contains(&n) => {
                self.intern(Node::HillWhole { x, n: n as i32, half })
            }
            _ => self.intern(Node::Hill { x, n, half }),
        }
    }

    /// The smaller, a when they are equal.
    pub fn minimum(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if a == b { a } else { self.intern(Node::Binary(Binary::Minimum, a, b)) }
    }

    /// The larger, a when they are equal.
    pub fn maximum(&mut self, a: NodeId, b: NodeId) -> NodeId {
        if a == b { a } else { self.intern(Node::Binary(Binary::Maximum, a, b)) }
    }

    /// The condition a < b.
    pub fn less(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.intern(Node::Binary(Binary::Less, a, b))
    }

    /// The condition a <= b.
    pub fn less_equal(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.intern(Node::Binary(Binary::LessEqual, a, b))
    }

    /// The condition a == b, of numbers or of conditions.
    pub fn equal(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.commutative(Binary::Equal, a, b)
    }

    /// Both conditions.
    pub fn and(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.constant_value(a), self.constant_value(b)) {
            (Some(0.0), _) | (_, Some(0.0)) => self.boolean(false),
            (Some(_), _) => b,
            (_, Some(_)) => a,
            _ if a == b => a,
            _ => self.commutative(Binary::And, a, b),
        }
    }

    /// At least one of the conditions.
    pub fn or(&mut self, a: NodeId, b: NodeId) -> NodeId {
        match (self.constant_value(a), self.constant_value(b)) {
            (Some(0.0), _) => b,
            (_, Some(0.0)) => a,
            (Some(_), _) | (_, Some(_)) => self.boolean(true),
            _ if a == b => a,
            _ => self.commutative(Binary::Or, a, b),
        }
    }

    /// The opposite condition.
    pub fn not(&mut self, x: NodeId) -> NodeId {
        match self.node(x) {
            Node::Unary(Unary::Not, x) => x,
            _ => self.intern(Node::Unary(Unary::Not, x)),
        }
    }

    /// `yes` where the condition holds, `no` elsewhere. Both are computed; what the other gives does not matter.
    pub fn select(&mut self, condition: NodeId, yes: NodeId, no: NodeId) -> NodeId {
        if yes == no {
            return yes;
        }
        match (self.constant_value(condition), self.node(condition)) {
            (Some(0.0), _) => no,
            (Some(_), _) => yes,
            (None, Node::Unary(Unary::Not, condition)) => self.intern(Node::Select { condition, yes: no, no: yes }),
            _ => self.intern(Node::Select { condition, yes, no }),
        }
    }

    /// right - left of a comparison; it changes sign where the comparison changes. `None` for other nodes.
    pub fn difference(&mut self, comparison: NodeId) -> Option<NodeId> {
        match self.node(comparison) {
            Node::Binary(Binary::Less | Binary::LessEqual | Binary::Equal, left, right) => {
                Some(self.subtract(right, left))
            }
            _ => None,
        }
    }

    /// The sum of two nodes with signs (true is minus).
    fn signed_sum(&mut self, (minus_a, a): (bool, NodeId), (minus_b, b): (bool, NodeId)) -> NodeId {
        if self.is_number(a, 0.0) {
            return if minus_b { self.negate(b) } else { b };
        }
        if self.is_number(b, 0.0) {
            return if minus_a { self.negate(a) } else { a };
        }
        match (minus_a, minus_b) {
            (false, false) => self.commutative(Binary::Add, a, b),
            (false, true) => self.intern(Node::Binary(Binary::Subtract, a, b)),
            (true, false) => self.intern(Node::Binary(Binary::Subtract, b, a)),
            (true, true) => {
                let sum = self.commutative(Binary::Add, a, b);
                self.negate(sum)
            }
        }
    }

    /// Whether `x` is this constant (0 of either sign).
    pub(super) fn is_number(&self, x: NodeId, value: f64) -> bool {
        self.constant_value(x) == Some(value)
    }

    fn floor(&mut self, scale: f64) -> NodeId {
        self.constant((GUARD * scale.abs()).max(f64::MIN_POSITIVE))
    }

    /// Operands in the order of the graph, so that a + b and b + a are one node.
    fn commutative(&mut self, operation: Binary, a: NodeId, b: NodeId) -> NodeId {
        self.intern(Node::Binary(operation, a.min(b), a.max(b)))
    }

    /// Whether x = -y, and y (or x itself). Moving signs outwards changes no bit.
    fn signed(&self, x: NodeId) -> (bool, NodeId) {
        match self.node(x) {
            Node::Unary(Unary::Negate, x) => (true, x),
            _ => (false, x),
        }
    }

    fn is_finite(&self, x: NodeId) -> bool {
        match self.node(x) {
            Node::Constant(bits) => f64::from_bits(bits).is_finite(),
            Node::Input(input) => !matches!(input, Input::Held(_)),
            Node::Unary(Unary::Negate | Unary::Absolute, x) => self.is_finite(x),
            Node::Unary(Unary::Not, _) => true,
            Node::Binary(operation, ..) => {
                matches!(operation, Binary::Less | Binary::LessEqual | Binary::Equal | Binary::And | Binary::Or)
            }
            _ => false,
        }
    }
}

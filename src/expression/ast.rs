//! The tree of an expression: immutable, with the place of every node.

use crate::diagnostic::{Source, Span};
use crate::unit::Unit;
use std::fmt;

/// A parsed expression.
///
/// Equality looks at the tree, not at places. Display prints text that parses back to the same tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    root: Node,
}

/// A node and its place.
#[derive(Clone)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Where it stands, parentheses around it not included.
    pub span: Span,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// `38.0` or `38.0 [degC]`; finite, never negative.
    Number {
        /// The number as written.
        value: f64,
        /// The unit in brackets, if there is one.
        unit: Option<Unit>,
    },
    /// `true`, `false`.
    Boolean(bool),
    /// `t`.
    Time,
    /// A state, parameter, covariate, derived quantity or switch.
    Name(String),
    /// `-x`.
    Negate(Box<Node>),
    /// `not c`.
    Not(Box<Node>),
    /// `a + b` and its like.
    Arithmetic {
        /// Which.
        operator: Arithmetic,
        /// Left side.
        left: Box<Node>,
        /// Right side.
        right: Box<Node>,
    },
    /// `a < b` and its like.
    Comparison {
        /// Which.
        operator: Comparison,
        /// Left side.
        left: Box<Node>,
        /// Right side.
        right: Box<Node>,
    },
    /// `c and d`, `c or d`.
    Logic {
        /// Which.
        operator: Logic,
        /// Left side.
        left: Box<Node>,
        /// Right side.
        right: Box<Node>,
    },
    /// `if c then a else b`.
    If {
        /// The condition.
        condition: Box<Node>,
        /// Value where it holds.
        then: Box<Node>,
        /// Value where it does not.
        otherwise: Box<Node>,
    },
    /// `exp(x)` and its like; the number of arguments is right.
    Call {
        /// Which.
        function: Function,
        /// The arguments.
        arguments: Vec<Node>,
    },
    /// `dose_count(NAME)`, `first_dose_time(NAME)`.
    Dose {
        /// Which.
        query: DoseQuery,
        /// The dose entry asked about.
        name: String,
        /// Where its name stands.
        name_span: Span,
    },
    /// Text that was not understood: a diagnostic was given. Never in a tree that passed the dimension check.
    Invalid,
}

/// Operators between numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `^`, right associative, binds tighter than the sign before it
    Power,
}

/// Operators that compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`; between conditions, or numbers that change only in steps
    Equal,
    /// `!=`; between conditions, or numbers that change only in steps
    NotEqual,
}

/// Operators between conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Logic {
    /// `and`
    And,
    /// `or`
    Or,
}

/// Functions of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// `exp(x)`
    Exp,
    /// `ln(x)`, natural
    Ln,
    /// `log10(x)`
    Log10,
    /// `sqrt(x)`
    Sqrt,
    /// `abs(x)`
    Abs,
    /// `min(x, y, ...)`, two or more
    Min,
    /// `max(x, y, ...)`, two or more
    Max,
    /// `hill(x, n, K)` = x^n / (K^n + x^n), 0 for x <= 0
    Hill,
}

/// What can be asked about a dose entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DoseQuery {
    /// `dose_count(NAME)`: doses so far, a number
    Count,
    /// `first_dose_time(NAME)`: a time; +infinity before the first dose
    FirstTime,
}

/// A name and its place, see [`Expression::names`] and [`Expression::dose_calls`].
#[derive(Debug, Clone, PartialEq)]
pub struct Mention<'a> {
    /// The name.
    pub name: &'a str,
    /// Where it stands.
    pub span: &'a Span,
}

impl Arithmetic {
    /// As written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Power => "^",
        }
    }
}

impl Comparison {
    /// As written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }

    /// Whether it is `==` or `!=`.
    pub fn is_equality(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual)
    }
}

impl Logic {
    /// As written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

impl Function {
    /// All of them.
    pub const ALL: [Function; 8] =
        [Self::Exp, Self::Ln, Self::Log10, Self::Sqrt, Self::Abs, Self::Min, Self::Max, Self::Hill];

    /// As written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exp => "exp",
            Self::Ln => "ln",
            Self::Log10 => "log10",
            Self::Sqrt => "sqrt",
            Self::Abs => "abs",
            Self::Min => "min",
            Self::Max => "max",
            Self::Hill => "hill",
        }
    }

    /// The function of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.name() == name)
    }
}

impl DoseQuery {
    /// Both.
    pub const ALL: [DoseQuery; 2] = [Self::Count, Self::FirstTime];

    /// As written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "dose_count",
            Self::FirstTime => "first_dose_time",
        }
    }

    /// The query of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|query| query.name() == name)
    }
}

impl Node {
    /// A node at a place.
    pub fn new(kind: NodeKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// The nodes directly below, left to right.
    pub fn children(&self) -> Vec<&Node> {
        match &self.kind {
            NodeKind::Number { .. }
            | NodeKind::Boolean(_)
            | NodeKind::Time
            | NodeKind::Name(_)
            | NodeKind::Dose { .. }
            | NodeKind::Invalid => Vec::new(),
            NodeKind::Negate(operand) | NodeKind::Not(operand) => vec![operand],
            NodeKind::Arithmetic { left, right, .. }
            | NodeKind::Comparison { left, right, .. }
            | NodeKind::Logic { left, right, .. } => vec![left, right],
            NodeKind::If { condition, then, otherwise } => vec![condition, then, otherwise],
            NodeKind::Call { arguments, .. } => arguments.iter().collect(),
        }
    }

    /// This node and all below it, in the order of the text's first symbols (parents first).
    pub fn walk(&self) -> Walk<'_> {
        Walk { stack: vec![self] }
    }
}

/// Iterator over a tree, see [`Node::walk`].
pub struct Walk<'a> {
    stack: Vec<&'a Node>,
}

impl<'a> Iterator for Walk<'a> {
    type Item = &'a Node;

    fn next(&mut self) -> Option<&'a Node> {
        let node = self.stack.pop()?;
        self.stack.extend(node.children().into_iter().rev());
        Some(node)
    }
}

/// Looks at the tree, not at places.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (NodeKind::Dose { query, name, .. }, NodeKind::Dose { query: other_query, name: other_name, .. }) => {
                query == other_query && name == other_name
            }
            (kind, other) => kind == other,
        }
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Expression {
    /// An expression with this root.
    pub fn new(root: Node) -> Self {
        Self { root }
    }

    /// The topmost node.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Where it stands.
    pub fn span(&self) -> &Span {
        &self.root.span
    }

    /// The text it stands in.
    pub fn source(&self) -> &Source {
        &self.root.span.source
    }

    /// Every mention of a state, parameter, covariate, derived quantity or switch, left to right.
    pub fn names(&self) -> impl Iterator<Item = Mention<'_>> {
        self.root.walk().filter_map(|node| match &node.kind {
            NodeKind::Name(name) => Some(Mention { name, span: &node.span }),
            _ => None,
        })
    }

    /// Every mention of a dose entry in `dose_count` and `first_dose_time`, left to right.
    pub fn dose_calls(&self) -> impl Iterator<Item = (DoseQuery, Mention<'_>)> {
        self.root.walk().filter_map(|node| match &node.kind {
            NodeKind::Dose { query, name, name_span } => Some((*query, Mention { name, span: name_span })),
            _ => None,
        })
    }

    /// Whether it mentions `t`.
    pub fn uses_time(&self) -> bool {
        self.root.walk().any(|node| matches!(node.kind, NodeKind::Time))
    }

    /// The comparisons in it, left to right: what must be located for a condition to change at the right time.
    ///
    /// Comparisons inside the arms and conditions of `if`s count too.
    pub fn atoms(&self) -> impl Iterator<Item = Atom<'_>> {
        self.root.walk().filter_map(|node| match &node.kind {
            NodeKind::Comparison { operator, left, right } => {
                Some(Atom { operator: *operator, left, right, span: &node.span })
            }
            _ => None,
        })
    }
}

/// A comparison inside an expression, see [`Expression::atoms`].
#[derive(Debug, Clone, Copy)]
pub struct Atom<'a> {
    /// Which comparison.
    pub operator: Comparison,
    /// Left side.
    pub left: &'a Node,
    /// Right side.
    pub right: &'a Node,
    /// Where it stands.
    pub span: &'a Span,
}

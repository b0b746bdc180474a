//! From a checked tree to nodes of a [`Graph`].

use super::ast::{Arithmetic, Comparison, DoseQuery, Expression, Function, Logic, Node, NodeKind};
use super::graph::{Graph, Input, NodeId};
use crate::unit::Unit;

/// What the names and units of an expression stand for in the graph.
pub trait Resolve {
    /// The node of a state, parameter, covariate, derived quantity or switch. The name is known: it was checked.
    fn name(&mut self, graph: &mut Graph, name: &str) -> NodeId;

    /// The node of `dose_count(NAME)` or `first_dose_time(NAME)`: a held value.
    fn dose(&mut self, graph: &mut Graph, query: DoseQuery, name: &str) -> NodeId;

    /// The canonical value of a literal with a unit.
    fn literal(&self, value: f64, unit: &Unit) -> f64;

    /// A usual size of the base of a power, canonical and above 0; its derivative is held below 1e-12 of it.
    fn scale(&self, _base: &Node) -> f64 {
        1.0
    }
}

/// Puts an expression into the graph: `t` is [`Input::Time`], conditions are 1 or 0.
///
/// # Panics
/// If the expression has an error in it ([`NodeKind::Invalid`]): it must have passed the dimension check.
pub fn lower(expression: &Expression, resolve: &mut dyn Resolve, graph: &mut Graph) -> NodeId {
    Lowering { resolve, graph }.node(expression.root())
}

struct Lowering<'a> {
    resolve: &'a mut dyn Resolve,
    graph: &'a mut Graph,
}

impl Lowering<'_> {
    fn node(&mut self, node: &Node) -> NodeId {
        match &node.kind {
            NodeKind::Number { value, unit: None } => self.graph.constant(*value),
            NodeKind::Number { value, unit: Some(unit) } => {
                let canonical = self.resolve.literal(*value, unit);
                self.graph.constant(canonical)
            }
            NodeKind::Boolean(value) => self.graph.boolean(*value),
            NodeKind::Time => self.graph.input(Input::Time),
            NodeKind::Name(name) => self.resolve.name(self.graph, name),
            NodeKind::Negate(operand) => {
                let operand = self.node(operand);
                self.graph.negate(operand)
            }
            NodeKind::Not(operand) => {
                let operand = self.node(operand);
                self.graph.not(operand)
            }
            NodeKind::Arithmetic { operator, left, right } => {
                let (a, b) = (self.node(left), self.node(right));
                match operator {
                    Arithmetic::Add => self.graph.add(a, b),
                    Arithmetic::Subtract => self.graph.subtract(a, b),
                    Arithmetic::Multiply => self.graph.multiply(a, b),
                    Arithmetic::Divide => self.graph.divide(a, b),
                    Arithmetic::Power => self.graph.power(a, b, self.resolve.scale(left)),
                }
            }
            NodeKind::Comparison { operator, left, right } => {
                let (a, b) = (self.node(left), self.node(right));
                match operator {
                    Comparison::Less => self.graph.less(a, b),
                    Comparison::LessOrEqual => self.graph.less_equal(a, b),
                    Comparison::Greater => self.graph.less(b, a),
                    Comparison::GreaterOrEqual => self.graph.less_equal(b, a),
                    Comparison::Equal => self.graph.equal(a, b),
                    Comparison::NotEqual => {
                        let same = self.graph.equal(a, b);
                        self.graph.not(same)
                    }
                }
            }
            NodeKind::Logic { operator, left, right } => {
                let (a, b) = (self.node(left), self.node(right));
                match operator {
                    Logic::And => self.graph.and(a, b),
                    Logic::Or => self.graph.or(a, b),
                }
            }
            NodeKind::If { condition, then, otherwise } => {
                let condition = self.node(condition);
                let (yes, no) = (self.node(then), self.node(otherwise));
                self.graph.select(condition, yes, no)
            }
            NodeKind::Call { function, arguments } => self.call(*function, arguments),
            NodeKind::Dose { query, name, .. } => self.resolve.dose(self.graph, *query, name),
            NodeKind::Invalid => unreachable!("an expression with errors is not lowered"),
        }
    }

    fn call(&mut self, function: Function, arguments: &[Node]) -> NodeId {
        let nodes: Vec<NodeId> = arguments.iter().map(|argument| self.node(argument)).collect();
        match (function, nodes.as_slice()) {
            (Function::Exp, [x]) => self.graph.exp(*x),
            (Function::Ln, [x]) => self.graph.ln(*x),
            (Function::Log10, [x]) => {
                let (logarithm, of_ten) = (self.graph.ln(*x), self.graph.constant(std::f64::consts::LN_10));
                self.graph.divide(logarithm, of_ten)
            }
            (Function::Sqrt, [x]) => self.graph.root(*x, self.resolve.scale(&arguments[0])),
            (Function::Abs, [x]) => self.graph.absolute(*x),
            (Function::Min, [first, rest @ ..]) => {
                rest.iter().fold(*first, |least, other| self.graph.minimum(least, *other))
            }
            (Function::Max, [first, rest @ ..]) => {
                rest.iter().fold(*first, |largest, other| self.graph.maximum(largest, *other))
            }
            (Function::Hill, [x, n, half]) => self.graph.hill(*x, *n, *half),
            _ => unreachable!("the parser checked the number of arguments of `{}`", function.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expression::parse_str;
    use crate::unit::Scales;

    /// `x` and `y` are states, `k` a parameter, `on` a switch; canonical time is in days.
    struct Names(Scales);

    impl Resolve for Names {
        fn name(&mut self, graph: &mut Graph, name: &str) -> NodeId {
            graph.input(match name {
                "x" => Input::State(0),
                "y" => Input::State(1),
                "k" => Input::Parameter(0),
                "on" => Input::Held(0),
                _ => panic!("unknown name {name}"),
            })
        }
        fn dose(&mut self, graph: &mut Graph, query: DoseQuery, _name: &str) -> NodeId {
            graph.input(Input::Held(match query {
                DoseQuery::Count => 1,
                DoseQuery::FirstTime => 2,
            }))
        }
        fn literal(&self, value: f64, unit: &Unit) -> f64 {
            self.0.to_canonical(unit, value)
        }
    }

    /// The value at t = 10, x = 3, y = -2, k = 0.5, `on`, two doses, the first at 4.
    fn value(text: &str) -> f64 {
        let mut graph = Graph::default();
        let expression = parse_str(text).unwrap();
        let mut names = Names(Scales::new(&Unit::parse_str("d").unwrap(), []));
        let node = lower(&expression, &mut names, &mut graph);
        graph.evaluate_scalar(node, |input| match input {
            Input::Time => 10.0,
            Input::State(slot) => [3.0, -2.0][slot],
            Input::Parameter(_) => 0.5,
            Input::Held(slot) => [1.0, 2.0, 4.0][slot],
            Input::Slope(_) => f64::NAN,
        })
    }

    #[test]
    fn every_construct_has_its_meaning() {
        for (text, expected) in [
            ("x + y * 2 - 1", -2.0),
            ("-x^2 / 4", -2.25),
            ("y^3", -8.0),
            ("x^-1", 1.0 / 3.0),
            ("2^3^2", 512.0),
            ("y^0.5", 0.0),
            ("exp(ln(x))", 3.0),
            ("log10(100 + 0 * x)", 2.0),
            ("sqrt(x + 1)", 2.0),
            ("abs(y)", 2.0),
            ("min(x, y, k)", -2.0),
            ("max(y, k, x)", 3.0),
            ("hill(x, 2, 1)", 0.9),
            ("hill(y, 2, 1)", 0.0),
            ("t + 0 [d]", 10.0),
            ("6 [h]", 0.25),
            ("212 [degF]", 100.0),
            ("dose_count(car) + first_dose_time(car)", 6.0),
            ("if x < y then 1 else 2", 2.0),
            ("if x <= 3 then 1 else 2", 1.0),
            ("if x > y and not (x >= 4) then 1 else 2", 1.0),
            ("if on and (x == 4 or x != 3) then 1 else if on then 5 else 6", 5.0),
            ("if true then x else y", 3.0),
        ] {
            let found = value(text);
            assert!((found - expected).abs() < 1e-14, "{text}: {found} against {expected}");
        }
    }

    #[test]
    fn what_is_written_twice_is_computed_once() {
        let mut graph = Graph::default();
        let mut names = Names(Scales::new(&Unit::parse_str("d").unwrap(), []));
        let first = lower(&parse_str("k * x / (x + 1)").unwrap(), &mut names, &mut graph);
        let size = graph.len();
        let second = lower(&parse_str("x * k / (1 + x)").unwrap(), &mut names, &mut graph);
        assert_eq!((first, size), (second, graph.len()));
    }
}

//! Whether equations are linear with coefficients that rest between borders, and in which order they can be solved.

use crate::expression::graph::{Binary, Graph, Input, Node, NodeId, Unary};
use crate::integrate::{Linear, Pattern};

/// How a node depends on time and states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// It rests; whether it may be other than 0.
    Rests { offset: bool },
    /// Sum of states times what rests; whether there is a summand without a state.
    Linear { offset: bool },
    /// Anything else.
    Other,
}

/// The order in which the states of y' = A y + b follow from each other, `rates` being that of each state.
///
/// None if a rate is not linear, if a coefficient moves with time or a state, or if states depend on each other in a
/// circle. `pattern` holds the non-zeros of A.
pub(super) fn linear(graph: &Graph, rates: &[NodeId], pattern: &Pattern) -> Option<Linear> {
    Some(Linear { offset: offsets(graph, rates)?, order: order(pattern)? })
}

/// Of y' = A y + b with resting A and b, whether the b of each state may be other than 0; none if a rate is not so.
pub(super) fn offsets(graph: &Graph, rates: &[NodeId]) -> Option<Vec<bool>> {
    let mut shapes: Vec<Shape> = Vec::with_capacity(graph.len());
    for id in graph.ids() {
        let shape = shape(graph.node(id), |operand| shapes[operand.index()]);
        shapes.push(shape);
    }
    let offset = rates.iter().map(|rate| match shapes[rate.index()] {
        Shape::Rests { offset } | Shape::Linear { offset } => Some(offset),
        Shape::Other => None,
    });
    offset.collect()
}

fn shape(node: Node, of: impl Fn(NodeId) -> Shape) -> Shape {
    match node {
        Node::Constant(bits) => Shape::Rests { offset: f64::from_bits(bits) != 0.0 },
        Node::Input(Input::Parameter(_) | Input::Held(_)) => Shape::Rests { offset: true },
        Node::Input(Input::State(_)) => Shape::Linear { offset: false },
        Node::Input(Input::Time | Input::Slope(_)) => Shape::Other,
        Node::Unary(Unary::Negate, x) => of(x),
        Node::Binary(Binary::Add | Binary::Subtract, a, b) => together(of(a), of(b)),
        Node::Binary(Binary::Multiply, a, b) => match (of(a), of(b)) {
            (Shape::Rests { offset: one }, Shape::Rests { offset: other }) => Shape::Rests { offset: one && other },
            (Shape::Rests { .. }, linear) | (linear, Shape::Rests { .. }) => linear,
            _ => Shape::Other,
        },
        Node::Binary(Binary::Divide, a, b) => match (of(a), of(b)) {
            (shape, Shape::Rests { .. }) => shape,
            _ => Shape::Other,
        },
        Node::Select { condition, yes, no } => match of(condition) {
            Shape::Rests { .. } => together(of(yes), of(no)),
            _ => Shape::Other,
        },
        node => {
            let rests = node.operands().all(|operand| matches!(of(operand), Shape::Rests { .. }));
            if rests { Shape::Rests { offset: true } } else { Shape::Other }
        }
    }
}

/// Of a sum, or of one of two.
fn together(a: Shape, b: Shape) -> Shape {
    match (a, b) {
        (Shape::Other, _) | (_, Shape::Other) => Shape::Other,
        (Shape::Rests { offset: one }, Shape::Rests { offset: other }) => Shape::Rests { offset: one || other },
        (
            Shape::Rests { offset: one } | Shape::Linear { offset: one },
            Shape::Rests { offset: other } | Shape::Linear { offset: other },
        ) => Shape::Linear { offset: one || other },
    }
}

/// Each state after those that it reads; none if there is a circle.
fn order(pattern: &Pattern) -> Option<Vec<usize>> {
    let states = pattern.rows.len();
    let mut order = Vec::with_capacity(states);
    while order.len() < states {
        let ready = |row: &usize| {
            !order.contains(row) && pattern.rows[*row].iter().all(|read| read == row || order.contains(read))
        };
        let next = (0..states).find(ready)?;
        order.push(next);
    }
    Some(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rates in x (state 0), y (state 1), k (parameter 0), h (held value 0) and t.
    fn found(rates: impl Fn(&mut Graph, [NodeId; 5]) -> [NodeId; 2]) -> Option<Linear> {
        let mut graph = Graph::default();
        let inputs = [Input::State(0), Input::State(1), Input::Parameter(0), Input::Held(0), Input::Time];
        let inputs = inputs.map(|input| graph.input(input));
        let rates = rates(&mut graph, inputs);
        let rows = rates.map(|rate| graph.reads(&[rate]).states().collect::<Vec<_>>());
        linear(&graph, &rates, &Pattern { rows: rows.to_vec() })
    }

    #[test]
    fn chains_are_found_with_their_order_and_offsets() {
        // x' = k y, y' = h - k y
        let chain = found(|graph, [_, y, k, h, _]| {
            let ky = graph.multiply(k, y);
            [ky, graph.subtract(h, ky)]
        });
        assert_eq!(chain, Some(Linear { order: vec![1, 0], offset: vec![false, true] }));
        // x' = if h then -x else k x, y' = x / k
        let switched = found(|graph, [x, _, k, h, _]| {
            let (minus, kx) = (graph.negate(x), graph.multiply(k, x));
            [graph.select(h, minus, kx), graph.divide(x, k)]
        });
        assert_eq!(switched, Some(Linear { order: vec![0, 1], offset: vec![false, false] }));
    }

    #[test]
    fn everything_else_is_refused() {
        let none = |name: &str, rates: &dyn Fn(&mut Graph, [NodeId; 5]) -> [NodeId; 2]| {
            assert_eq!(found(rates), None, "{name}");
        };
        none("circle", &|_, [x, y, ..]| [y, x]);
        none("product", &|graph, [x, ..]| [graph.multiply(x, x), x]);
        none("quotient", &|graph, [x, _, k, ..]| [graph.divide(k, x), x]);
        none("time", &|graph, [x, _, _, _, t]| [graph.multiply(t, x), x]);
        none("step at a state", &|graph, [x, _, k, ..]| {
            let (one, zero) = (graph.constant(1.0), graph.constant(0.0));
            let above = graph.less(k, x);
            [graph.select(above, one, zero), x]
        });
        none("absolute", &|graph, [x, ..]| [graph.absolute(x), x]);
    }
}

//! Random graphs and inputs for property tests.

use proptest::prelude::*;

use super::{Graph, Input, NodeId};

pub(crate) const PARAMETERS: usize = 3;
pub(crate) const HELD: usize = 2;
pub(crate) const STATES: usize = 3;

/// One operation on earlier nodes: which, and three choices among them.
pub(crate) type Step = (u8, u16, u16, u16);

/// A graph as the operations that make it.
#[derive(Debug, Clone)]
pub(crate) struct Recipe(Vec<Step>);

/// Values of all inputs.
#[derive(Debug, Clone)]
pub(crate) struct Values {
    pub parameters: [f64; PARAMETERS],
    pub held: [f64; HELD],
    pub time: f64,
    pub states: [f64; STATES],
    pub slopes: [f64; STATES],
}

impl Values {
    pub(crate) fn get(&self, input: Input) -> f64 {
        match input {
            Input::Parameter(slot) => self.parameters[slot],
            Input::Held(slot) => self.held[slot],
            Input::Time => self.time,
            Input::State(slot) => self.states[slot],
            Input::Slope(slot) => self.slopes[slot],
        }
    }
}

pub(crate) fn recipe() -> impl Strategy<Value = Recipe> {
    prop::collection::vec(any::<Step>(), 1..30).prop_map(Recipe)
}

/// States and held values of both signs and exactly 0, parameters above 0.
pub(crate) fn values() -> impl Strategy<Value = Values> {
    let any_sign = prop_oneof![8 => -3.0..3.0f64, 1 => Just(0.0)];
    (
        prop::array::uniform3(0.1..3.0f64),
        prop::array::uniform2(any_sign.clone()),
        0.0..10.0f64,
        prop::array::uniform3(any_sign.clone()),
        prop::array::uniform3(any_sign),
    )
        .prop_map(|(parameters, held, time, states, slopes)| Values { parameters, held, time, states, slopes })
}

/// The graph of a recipe and its nodes: the inputs, some numbers, then one a step.
pub(crate) fn build(recipe: &Recipe) -> (Graph, Vec<NodeId>) {
    let mut graph = Graph::default();
    let mut nodes = Vec::new();
    nodes.extend((0..STATES).map(|slot| graph.input(Input::State(slot))));
    nodes.extend((0..PARAMETERS).map(|slot| graph.input(Input::Parameter(slot))));
    nodes.extend((0..HELD).map(|slot| graph.input(Input::Held(slot))));
    nodes.push(graph.input(Input::Time));
    nodes.extend([0.0, 0.5, 1.0, 2.0, -1.5].map(|number| graph.constant(number)));
    let parameter = graph.input(Input::Parameter(0));
    for &(operation, a, b, c) in &recipe.0 {
        let [a, b, c] = [a, b, c].map(|choice| nodes[choice as usize % nodes.len()]);
        let node = match operation % 22 {
            0 | 1 => graph.add(a, b),
            2 | 3 => graph.subtract(a, b),
            4..=6 => graph.multiply(a, b),
            7 => graph.divide(a, b),
            8 => graph.negate(a),
            9 => graph.exp(a),
            10 => graph.ln(a),
            11 => graph.absolute(a),
            12 => graph.root(a, 1.0),
            13 => graph.power(a, b, 1.0),
            14 => graph.whole(a, operation as i32 % 9 - 3),
            15 => graph.hill(a, parameter, parameter),
            16 => {
                let n = graph.constant(f64::from(1 + operation % 4));
                graph.hill(a, n, parameter)
            }
            17 => graph.minimum(a, b),
            18 => graph.maximum(a, b),
            19 => {
                let condition = graph.less(a, b);
                graph.select(condition, b, c)
            }
            20 => {
                let (left, right) = (graph.less(a, b), graph.less_equal(b, c));
                let both = graph.and(left, right);
                let other = graph.not(left);
                let either = graph.or(both, other);
                graph.select(either, a, c)
            }
            _ => {
                let same = graph.equal(a, b);
                let other = graph.not(same);
                graph.select(other, a, c)
            }
        };
        nodes.push(node);
    }
    (graph, nodes)
}

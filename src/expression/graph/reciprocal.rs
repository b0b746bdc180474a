//! Divisions by what does not move, as products with reciprocals that are computed once.

use std::collections::HashMap;

use super::node::{Binary, Node, NodeId};
use super::{Graph, Input};

impl Graph {
    /// The same values, to rounding, with a / d as a (1/d) where a moves and d does not (it reads neither time nor states).
    ///
    /// Divisors that move keep their divisions: the reciprocal of a number near the smallest overflows where the quotient
    /// does not.
    pub fn with_reciprocals(&mut self, roots: &[NodeId]) -> Vec<NodeId> {
        let nodes = self.reachable(roots);
        let one = self.constant(1.0);
        let mut new: HashMap<NodeId, NodeId> = HashMap::new();
        let mut moves: HashMap<NodeId, bool> = HashMap::new();
        for id in nodes {
            let node = self.node(id);
            let moving = match node {
                Node::Input(input) => !matches!(input, Input::Parameter(_) | Input::Held(_)),
                _ => node.operands().any(|operand| moves[&operand]),
            };
            moves.insert(id, moving);
            let replaced = match node {
                Node::Binary(Binary::Divide, a, d) if moves[&a] && !moves[&d] => {
                    let reciprocal = self.divide(one, new[&d]);
                    self.multiply(new[&a], reciprocal)
                }
                _ => {
                    let node = node.map(|operand| new[&operand]);
                    self.intern(node)
                }
            };
            new.insert(id, replaced);
        }
        roots.iter().map(|root| new[root]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_divisors_at_rest_become_reciprocals() {
        let mut graph = Graph::default();
        let (y, p, h) = (Input::State(0), Input::Parameter(0), Input::Held(0));
        let [y, p, h] = [y, p, h].map(|input| graph.input(input));
        let (by_p, by_h) = (graph.divide(y, p), graph.divide(y, h));
        let sum = graph.add(by_p, by_h);
        let moving = graph.divide(p, y);
        let still = graph.divide(p, h);
        let new = graph.with_reciprocals(&[sum, moving, still]);
        assert_eq!(new[1..], [moving, still]);
        assert_ne!(new[0], sum);
        let value =
            |node| graph.evaluate_scalar(node, |input| if matches!(input, Input::State(_)) { 3.0 } else { 7.0 });
        assert!((value(new[0]) - 6.0 / 7.0).abs() < 1e-15);
        let divisions = |graph: &Graph, root| {
            let divides = |id: &NodeId| matches!(graph.node(*id), Node::Binary(Binary::Divide, a, _) if a == y);
            graph.reachable(&[root]).iter().filter(|id| divides(id)).count()
        };
        assert_eq!((divisions(&graph, sum), divisions(&graph, new[0])), (2, 0));
    }
}

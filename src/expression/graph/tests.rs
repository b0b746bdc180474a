//! Simplification, evaluation and derivatives of graphs.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::sample;
use super::{Graph, Input, Node, NodeId};
use crate::numeric::{Dual, Lanes, Scalar};

fn states<const N: usize>(graph: &mut Graph) -> [NodeId; N] {
    std::array::from_fn(|slot| graph.input(Input::State(slot)))
}

/// Value and derivative of f(y0) at x.
fn at(x: f64, build: impl Fn(&mut Graph, NodeId) -> NodeId) -> (f64, f64) {
    let mut graph = Graph::default();
    let [y] = states(&mut graph);
    let node = build(&mut graph, y);
    let derivative = graph.derivative(node, Input::State(0));
    (graph.evaluate_scalar(node, |_| x), graph.evaluate_scalar(derivative, |_| x))
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-14 * expected.abs(), "{found} against {expected}");
}

#[test]
fn equal_computations_are_one_node() {
    let mut graph = Graph::default();
    let [x, y] = states(&mut graph);
    assert_eq!(graph.add(x, y), graph.add(y, x));
    assert_eq!(graph.multiply(x, y), graph.multiply(y, x));
    assert_ne!(graph.subtract(x, y), graph.subtract(y, x));
    assert_ne!(graph.minimum(x, y), graph.maximum(x, y));
}

#[test]
fn neutral_elements_vanish_and_signs_move_outwards() {
    let mut graph = Graph::default();
    let [x, y] = states(&mut graph);
    let (zero, one) = (graph.constant(0.0), graph.constant(1.0));
    let minus_one = graph.constant(-1.0);
    assert_eq!(graph.add(x, zero), x);
    assert_eq!(graph.subtract(x, zero), x);
    assert_eq!(graph.multiply(one, x), x);
    assert_eq!(graph.divide(x, one), x);
    let minus = graph.negate(x);
    assert_eq!(graph.negate(minus), x);
    assert_eq!(graph.subtract(zero, x), minus);
    assert_eq!(graph.multiply(minus_one, x), minus);
    assert_eq!(graph.add(y, minus), graph.subtract(y, x));
    let minus_y = graph.negate(y);
    assert_eq!(graph.multiply(minus, minus_y), graph.multiply(x, y));
    assert_eq!(graph.divide(minus, minus_y), graph.divide(x, y));
}

#[test]
fn zero_times_what_may_be_infinite_stays() {
    let mut graph = Graph::default();
    let [x] = states(&mut graph);
    let held = graph.input(Input::Held(0));
    let zero = graph.constant(0.0);
    assert_eq!(graph.multiply(zero, x), zero);
    let product = graph.multiply(zero, held);
    assert!(graph.evaluate_scalar(product, |_| f64::INFINITY).is_nan());
    let difference = graph.subtract(held, held);
    assert!(graph.evaluate_scalar(difference, |_| f64::INFINITY).is_nan());
    let grown = graph.exp(x);
    assert_ne!(graph.multiply(zero, grown), zero);
}

#[test]
fn constants_fold() {
    let mut graph = Graph::default();
    let (two, three) = (graph.constant(2.0), graph.constant(3.0));
    let power = graph.power(two, three, 1.0);
    assert_eq!(graph.constant_value(power), Some(8.0));
    let less = graph.less(two, three);
    assert_eq!(graph.constant_value(less), Some(1.0));
    let [x, y] = states(&mut graph);
    assert_eq!(graph.select(less, x, y), x);
    assert_eq!(graph.and(less, less), less);
}

#[test]
fn whole_powers_take_negative_numbers() {
    assert_eq!(at(-2.0, |graph, x| graph.whole(x, 3)), (-8.0, 12.0));
    assert_eq!(at(-2.0, |graph, x| graph.whole(x, 2)), (4.0, -4.0));
    assert_eq!(at(-2.0, |graph, x| graph.whole(x, -1)), (-0.5, -0.25));
    assert_eq!(at(-2.0, |graph, x| graph.whole(x, -2)), (0.25, 0.25));
    assert_eq!(at(0.0, |graph, x| graph.whole(x, 0)), (1.0, 0.0));
}

#[test]
fn fractional_powers_have_a_finite_derivative_at_zero() {
    let three_quarters = |graph: &mut Graph, x| {
        let exponent = graph.constant(0.75);
        graph.power(x, exponent, 100.0)
    };
    let (value, derivative) = at(0.0, three_quarters);
    assert_eq!(value, 0.0);
    close(derivative, 0.75 * 1e-10f64.powf(-0.25));
    let (value, derivative) = at(16.0, three_quarters);
    close(value, 8.0);
    close(derivative, 0.375);
    let (value, derivative) = at(-1e-3, three_quarters);
    assert_eq!(value, 0.0);
    assert!(derivative.is_finite());

    let root = |graph: &mut Graph, x| graph.root(x, 1.0);
    assert_eq!(at(0.0, root).0, 0.0);
    close(at(0.0, root).1, 0.5e6);
    assert_eq!(at(4.0, root), (2.0, 0.25));
}

#[test]
fn a_power_that_overflows_at_its_guard_keeps_its_value() {
    let x = Dual::<Lanes<1>, 1>::variable(Lanes([0.0]), 0);
    let power = super::arithmetic::power(x, Dual::splat(-30.5), Dual::splat(1e-12));
    assert_eq!(power.get(0), f64::INFINITY);
}

#[test]
fn an_exponent_of_one_half_is_the_root() {
    let mut graph = Graph::default();
    let [x] = states(&mut graph);
    let half = graph.constant(0.5);
    assert_eq!(graph.power(x, half, 3.0), graph.root(x, 3.0));
}

#[test]
fn hill_is_exact_and_its_derivative_finite_at_zero() {
    let hill = |n: f64| {
        move |graph: &mut Graph, x| {
            let (n, half) = (graph.constant(n), graph.constant(4.0));
            graph.hill(x, n, half)
        }
    };
    for n in [0.5, 1.0, 1.5, 2.0, 3.0] {
        let (value, derivative) = at(0.0, hill(n));
        assert_eq!(value, 0.0, "n = {n}");
        assert!(derivative.is_finite() && derivative >= 0.0, "n = {n}: {derivative}");
        assert_eq!(at(4.0, hill(n)), (0.5, n / 16.0), "n = {n}");
        assert_eq!(at(-1.0, hill(n)).0, 0.0, "n = {n}");
        assert_eq!(at(f64::INFINITY, hill(n)).0, 1.0, "n = {n}");
        assert_eq!(at(f64::NEG_INFINITY, hill(n)).0, 0.0, "n = {n}");
        assert!(at(f64::NAN, hill(n)).0.is_nan(), "n = {n}");
    }
    // Michaelis-Menten: 1/half at 0, also just above it, where the value is not that of the guard.
    close(at(0.0, hill(1.0)).1, 0.25 / (1.0 + 1e-12f64).powi(2));
    close(at(1e-14, hill(1.0)).0, 0.25e-14);
    close(at(12.0, hill(2.0)).0, 0.9);
    close(at(12.0, hill(2.0)).1, 2.0 * 0.9 * 0.1 / 12.0);
}

#[test]
fn hill_by_its_exponent_and_half() {
    let mut graph = Graph::default();
    let [x, n, half] = states(&mut graph);
    let hill = graph.hill(x, n, half);
    let by_n = graph.derivative(hill, Input::State(1));
    let by_half = graph.derivative(hill, Input::State(2));
    let inputs = |x: f64| {
        move |input| match input {
            Input::State(slot) => [x, 2.0, 4.0][slot],
            _ => f64::NAN,
        }
    };
    close(graph.evaluate_scalar(by_n, inputs(12.0)), 0.9 * 0.1 * 3f64.ln());
    close(graph.evaluate_scalar(by_half, inputs(12.0)), -2.0 * 0.9 * 0.1 / 4.0);
    assert_eq!(graph.evaluate_scalar(by_n, inputs(0.0)), 0.0);
    assert_eq!(graph.evaluate_scalar(by_half, inputs(0.0)), 0.0);
}

#[test]
fn kinks() {
    let absolute = |graph: &mut Graph, x| graph.absolute(x);
    assert_eq!(at(-3.0, absolute), (3.0, -1.0));
    assert_eq!(at(0.0, absolute), (0.0, 0.0));
    assert_eq!(at(3.0, absolute), (3.0, 1.0));
    let least = |graph: &mut Graph, x| {
        let two = graph.constant(2.0);
        graph.minimum(x, two)
    };
    assert_eq!(at(1.0, least), (1.0, 1.0));
    assert_eq!(at(3.0, least), (2.0, 0.0));
    let branch = |graph: &mut Graph, x| {
        let zero = graph.constant(0.0);
        let positive = graph.less(zero, x);
        let logarithm = graph.ln(x);
        graph.select(positive, logarithm, zero)
    };
    assert_eq!(at(2.0, branch), (2f64.ln(), 0.5));
    assert_eq!(at(-2.0, branch), (0.0, 0.0));
}

#[test]
fn conditions_have_no_derivative() {
    let mut graph = Graph::default();
    let [x, y] = states(&mut graph);
    let less = graph.less(x, y);
    let same = graph.equal(x, y);
    let either = graph.or(less, same);
    let neither = graph.not(either);
    let derivative = graph.derivative(neither, Input::State(0));
    assert_eq!(graph.constant_value(derivative), Some(0.0));
    assert_eq!(graph.comparisons(&[neither]), [less, same]);
    let difference = graph.difference(less).unwrap();
    assert_eq!(difference, graph.subtract(y, x));
}

#[test]
fn along_the_solution() {
    let mut graph = Graph::default();
    let [x, y] = states(&mut graph);
    let t = graph.input(Input::Time);
    let product = graph.multiply(x, y);
    let condition = graph.multiply(product, t);
    let along = graph.directional(condition);
    let value = graph.evaluate_scalar(along, |input| match input {
        Input::State(slot) => [2.0, 3.0][slot],
        Input::Slope(slot) => [10.0, 100.0][slot],
        Input::Time => 5.0,
        _ => f64::NAN,
    });
    assert_eq!(value, (10.0 * 3.0 + 2.0 * 100.0) * 5.0 + 6.0);
    assert!(graph.reads(&[along]).contains(Input::Slope(1)));
}

#[test]
fn absent_dependence_is_a_constant_zero() {
    let mut graph = Graph::default();
    let [x, y] = states(&mut graph);
    let held = graph.input(Input::Held(0));
    let product = graph.multiply(held, x);
    let grown = graph.exp(product);
    let derivative = graph.derivative(grown, Input::State(1));
    assert_eq!(graph.node(derivative), Node::Constant(0));
    assert!(!graph.reads(&[grown]).contains(Input::State(1)));
    assert!(graph.reads(&[y]).moves() && !graph.reads(&[held]).moves());
}

#[test]
fn a_deep_graph_needs_no_stack() {
    let mut graph = Graph::default();
    let [x] = states(&mut graph);
    let mut node = x;
    for _ in 0..200_000 {
        let grown = graph.exp(node);
        node = graph.multiply(grown, x);
    }
    let derivative = graph.derivative(node, Input::State(0));
    assert_eq!(graph.evaluate_scalar(derivative, |_| 0.0), 1.0);
}

/// Whether the derivative of some node below is held by its guard.
fn guard_acts(graph: &Graph, root: NodeId, values: &sample::Values) -> bool {
    graph.reachable(&[root]).into_iter().any(|node| match graph.node(node) {
        Node::Root { x, .. } | Node::Power { x, .. } | Node::Hill { x, .. } | Node::HillWhole { x, .. } => {
            graph.evaluate_scalar(x, |input| values.get(input)) < 1e-3
        }
        _ => false,
    })
}

/// Symbolic derivatives equal central differences wherever two step sizes agree on those and no guard acts.
#[test]
fn derivatives_are_those_of_finite_differences() {
    let (checked, skipped) = (Cell::new(0), Cell::new(0));
    let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let strategy = (sample::recipe(), sample::values());
    let outcome = runner.run(&strategy, |(recipe, values)| {
        let (mut graph, nodes) = sample::build(&recipe);
        for &node in &nodes[sample::STATES..] {
            for input in [Input::State(0), Input::State(1), Input::Time, Input::Parameter(0)] {
                if !graph.reads(&[node]).contains(input) {
                    continue;
                }
                let value = |shift: f64| {
                    let shifted = |which| values.get(which) + if which == input { shift } else { 0.0 };
                    graph.evaluate_scalar(node, shifted)
                };
                let difference = |h: f64| (value(h) - value(-h)) / (2.0 * h);
                let one_sided = (value(1e-5) - value(0.0)) / 1e-5;
                let (coarse, fine) = (difference(2e-5), difference(1e-5));
                let size = 1.0 + coarse.abs() + value(0.0).abs();
                let agree = (coarse - fine).abs() < 1e-6 * size && (one_sided - fine).abs() < 1e-3 * size;
                if !agree || guard_acts(&graph, node, &values) {
                    skipped.set(skipped.get() + 1);
                    continue;
                }
                checked.set(checked.get() + 1);
                let derivative = graph.derivative(node, input);
                let symbolic = graph.evaluate_scalar(derivative, |which| values.get(which));
                prop_assert!(
                    (symbolic - fine).abs() < 1e-5 * size,
                    "d{:?}/d{:?}: {} against {}",
                    graph.node(node),
                    input,
                    symbolic,
                    fine
                );
            }
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
    let (checked, skipped) = (checked.get(), skipped.get());
    assert!(checked > 2000 && checked > 2 * skipped, "{checked} checked, {skipped} skipped");
}

proptest! {
    #[test]
    fn lanes_give_the_same_bits(recipe in sample::recipe(), first in sample::values(), second in sample::values()) {
        let (graph, nodes) = sample::build(&recipe);
        for node in nodes {
            let pair: Lanes<2> = graph.evaluate(node, |input| Lanes([first.get(input), second.get(input)]));
            for (lane, values) in [first.clone(), second.clone()].iter().enumerate() {
                let alone = graph.evaluate_scalar(node, |input| values.get(input));
                prop_assert!(pair.0[lane].to_bits() == alone.to_bits() || (pair.0[lane].is_nan() && alone.is_nan()));
            }
        }
    }

    /// A run with derivatives takes the branches of the plain run.
    #[test]
    fn derivatives_leave_the_value(recipe in sample::recipe(), values in sample::values()) {
        let (graph, nodes) = sample::build(&recipe);
        for node in nodes {
            let plain = graph.evaluate_scalar(node, |input| values.get(input));
            let dual: Dual<Lanes<1>, 2> = graph.evaluate(node, |input| {
                let value = Lanes([values.get(input)]);
                match input {
                    Input::State(slot) => Dual::variable(value, slot % 2),
                    _ => Dual::constant(value),
                }
            });
            let same = plain.to_bits() == dual.get(0).to_bits() || (plain.is_nan() && dual.get(0).is_nan());
            prop_assert!(same, "{:?}: {} against {}", graph.node(node), plain, dual.get(0));
        }
    }
}

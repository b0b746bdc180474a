//! Byte code against the graph, against finite differences, at every width.

use proptest::prelude::*;

use super::samples::{QSP_PARAMETERS, qsp, qsp_rates};
use super::{Equations, Program, Workspace};
use crate::expression::graph::sample::{self, Recipe, Values};
use crate::expression::{Graph, Input, NodeId};
use crate::integrate::System;
use crate::numeric::{Dual, Lanes, Scalar};

/// A day of high activity: every state above 0.
const ACTIVE: [f64; 12] = [40.0, 900.0, 12.0, 6e4, 3e3, 0.04, 180.0, 90.0, 25.0, 60.0, 14.0, 5.0];
const INFUSION: f64 = 13440.0;

fn with_parameters<S: Scalar>(program: &Program) -> Workspace<S> {
    let mut workspace = program.workspace::<S>();
    for (slot, &(_, value)) in QSP_PARAMETERS.iter().enumerate() {
        workspace.set_parameter_scalar(slot, S::splat(value));
    }
    workspace.set_held_scalar(0, S::splat(INFUSION));
    workspace
}

fn one(values: &[f64]) -> Vec<Lanes<1>> {
    values.iter().map(|&x| Lanes([x])).collect()
}

#[test]
fn qsp_has_the_pattern_of_its_sheet() {
    let program = Program::new(qsp());
    let nonzeros: usize = program.pattern().rows.iter().map(Vec::len).sum();
    assert_eq!(nonzeros, 40);
    // IL-6 is driven by effector cells through both antigens, by macrophages, itself and tocilizumab.
    assert_eq!(program.pattern().rows[6], [1, 3, 4, 5, 6, 10]);
}

#[test]
fn qsp_rates_are_those_of_plain_rust() {
    let program = Program::new(qsp());
    let mut dy = one(&[0.0; 12]);
    program.rates(&mut with_parameters(&program), Lanes([0.0]), &one(&ACTIVE), &mut dy);
    for (state, (ours, plain)) in dy.iter().zip(qsp_rates(&ACTIVE, INFUSION)).enumerate() {
        let ours = ours.0[0];
        assert!((ours - plain).abs() <= 1e-11 * plain.abs().max(1.0), "state {state}: {ours} against {plain}");
    }
}

#[test]
fn qsp_jacobian_is_that_of_finite_differences() {
    let program = Program::new(qsp());
    let mut workspace = with_parameters(&program);
    let mut nonzeros = one(&[f64::NAN; 40]);
    let (mut dfdt, mut dy) = (one(&[f64::NAN; 12]), one(&[f64::NAN; 12]));
    program.jacobian(&mut workspace, Lanes([3.1]), &one(&ACTIVE), &mut nonzeros, &mut dfdt, &mut dy);
    assert!(dfdt.iter().all(|x| x.0[0] == 0.0), "nothing depends on time alone");
    let mut alone = one(&[0.0; 12]);
    program.rates(&mut workspace, Lanes([3.1]), &one(&ACTIVE), &mut alone);
    assert_eq!(dy, alone, "rates and jacobian give the same rates");

    let mut dense = [[0.0; 12]; 12];
    let mut values = nonzeros.iter();
    for (row, columns) in program.pattern().rows.iter().enumerate() {
        for &column in columns {
            dense[row][column] = values.next().unwrap().0[0];
        }
    }
    for column in 0..12 {
        let h = 1e-5 * ACTIVE[column];
        let at = |x: f64| {
            let mut y = ACTIVE;
            y[column] = x;
            qsp_rates(&y, INFUSION)
        };
        let (up, down) = (at(ACTIVE[column] + h), at(ACTIVE[column] - h));
        for row in 0..12 {
            let difference = (up[row] - down[row]) / (2.0 * h);
            // Cancellation in the difference, and its h^2 term.
            let allowed = 1e-7 * dense[row][column].abs() + 1e-14 * up[row].abs().max(1e4) / h;
            let wrong = (dense[row][column] - difference).abs();
            assert!(wrong <= allowed, "d{row}/d{column}: {} against {difference}", dense[row][column]);
        }
    }
}

#[test]
fn lanes_do_not_see_each_other() {
    fn bits<const N: usize>(program: &Program) -> Vec<Vec<u64>> {
        // Each lane has its own growth, infusion and state, the same at every width.
        let mut workspace = with_parameters::<Lanes<N>>(program);
        let mut y = ACTIVE.map(Lanes::<N>::splat);
        for lane in 0..N {
            workspace.set_parameter(5, lane, 1.35 + 0.1 * lane as f64);
            workspace.set_held(0, lane, if lane % 2 == 0 { INFUSION } else { 0.0 });
            for state in &mut y {
                state.set(lane, state.get(lane) * (1.0 + 0.3 * lane as f64));
            }
        }
        let mut nonzeros = [Lanes::<N>::default(); 40];
        let (mut dfdt, mut dy, mut outputs) = ([Lanes::default(); 12], [Lanes::default(); 12], [Lanes::default(); 2]);
        program.jacobian(&mut workspace, Lanes::splat(1.0), &y, &mut nonzeros, &mut dfdt, &mut dy);
        program.outputs(&mut workspace, Lanes::splat(1.0), &y, &mut outputs);
        let all: Vec<_> = nonzeros.into_iter().chain(dfdt).chain(dy).chain(outputs).collect();
        (0..N).map(|lane| all.iter().map(|x| x.get(lane).to_bits()).collect()).collect()
    }
    let program = Program::new(qsp());
    let (one, four, eight) = (bits::<1>(&program), bits::<4>(&program), bits::<8>(&program));
    assert_eq!(one[0], four[0]);
    assert_eq!(four[..], eight[..4]);
    assert_ne!(eight[0], eight[7]);
}

#[test]
fn start_values_outputs_and_conditions() {
    let program = Program::new(qsp());
    let mut workspace = with_parameters::<Lanes<1>>(&program);
    let mut y0 = one(&[f64::NAN; 12]);
    program.start(&mut workspace, &mut y0);
    assert_eq!(y0, one(&[250.0, 0.0, 0.0, 1e5, 5e3, 0.0, 4.0, 4.0, 3.0, 3.0, 0.0, 0.0]));
    let mut outputs = one(&[0.0; 2]);
    program.outputs(&mut workspace, Lanes([0.0]), &one(&ACTIVE), &mut outputs);
    assert_eq!(outputs[0].0[0], 180.0);
    // Occupancy 4 / (4 + 4) at 14 mg in 3.5 L.
    assert_eq!(outputs[1].0[0], 90.0);
    let mut slope = one(&[0.0; 12]);
    slope[6] = Lanes([-7.0]);
    let (mut g, mut dg) = (one(&[0.0]), one(&[0.0]));
    program.evaluate_conditions(&mut workspace, Lanes([0.0]), &one(&ACTIVE), &slope, &mut g, &mut dg);
    assert_eq!((g[0].0[0], dg[0].0[0]), (80.0, -7.0));
}

#[test]
fn what_depends_on_what() {
    let program = Program::new(qsp());
    assert!(program.rates_depend_on_held(0));
    assert!(!program.output_reads(0).contains(Input::Held(0)));
    assert_eq!(program.output_reads(1).states().collect::<Vec<_>>(), [6, 10]);
    assert!(program.condition_reads(0).moves());
    assert!(!program.start_reads(0).moves());
    assert!(program.depends_on_parameter(0), "the dose is a start value");
    let mut equations = qsp();
    equations.parameters += 1;
    assert!(!Program::new(equations).depends_on_parameter(49));
}

/// IL-6 production, effector growth and clearance of tocilizumab.
const VARIED: [usize; 3] = [29, 5, 42];

/// Rates and Jacobian of [`qsp`] as `S`, with the three parameters of [`VARIED`] given.
fn evaluate<S: Scalar>(program: &Program, varied: [S; 3]) -> (Vec<S>, Vec<S>) {
    let mut workspace = with_parameters::<S>(program);
    for (slot, value) in VARIED.into_iter().zip(varied) {
        workspace.set_parameter_scalar(slot, value);
    }
    let y = ACTIVE.map(S::splat);
    let (mut nonzeros, mut dfdt, mut dy) = (vec![S::default(); 40], vec![S::default(); 12], vec![S::default(); 12]);
    program.jacobian(&mut workspace, S::splat(0.0), &y, &mut nonzeros, &mut dfdt, &mut dy);
    (dy, nonzeros)
}

#[test]
fn derivatives_by_parameters() {
    type Plain = Lanes<1>;
    let program = Program::new(qsp());
    let values = VARIED.map(|slot| QSP_PARAMETERS[slot].1);
    let plain = evaluate(&program, values.map(|x| Lanes([x])));
    let first = evaluate::<Dual<Plain, 8>>(&program, std::array::from_fn(|k| Dual::variable(Lanes([values[k]]), k)));
    let nested = evaluate::<Dual<Dual<Plain, 3>, 3>>(
        &program,
        std::array::from_fn(|k| Dual::variable(Dual::variable(Lanes([values[k]]), k), k)),
    );
    let plain: Vec<f64> = plain.0.iter().chain(&plain.1).map(|x| x.0[0]).collect();
    let first: Vec<_> = first.0.into_iter().chain(first.1).collect();
    let nested: Vec<_> = nested.0.into_iter().chain(nested.1).collect();
    let mut seen = 0;
    for ((plain, first), nested) in plain.iter().zip(&first).zip(&nested) {
        assert_eq!(plain.to_bits(), first.get(0).to_bits());
        assert_eq!(plain.to_bits(), nested.get(0).to_bits());
        for k in 0..3 {
            assert_eq!(first.tangents[k], nested.tangents[k].value);
            // The equations are linear in these parameters.
            assert!(nested.tangents.iter().flat_map(|t| t.tangents).all(|second| second.0[0] == 0.0));
            seen += usize::from(first.tangents[k].0[0] != 0.0);
        }
    }
    assert!(seen >= 5, "derivatives are carried through");
    // d(dL6)/dk6a = MA; d(dTC)/dclt = -TC/vc.
    assert_eq!(first[6].tangents[0].0[0], ACTIVE[5]);
    assert_eq!(first[10].tangents[2].0[0], -ACTIVE[10] / 3.5);
}

#[test]
fn guarded_functions_with_derivatives() {
    // hill(y, n, half), y^0.75, sqrt(y) with a dual y at, just above and below 0, and where no guard acts.
    let mut graph = Graph::default();
    let y = graph.input(Input::State(0));
    let half = graph.input(Input::Parameter(0));
    let (fractional, whole) = (graph.constant(1.5), graph.constant(2.0));
    let exponent = graph.constant(0.75);
    let rates = vec![
        graph.hill(y, fractional, half),
        graph.hill(y, whole, half),
        graph.power(y, exponent, 1.0),
        graph.root(y, 1.0),
    ];
    let symbolic: Vec<NodeId> = rates.iter().map(|&rate| graph.derivative(rate, Input::State(0))).collect();
    let program =
        Program::new(Equations { graph: graph.clone(), parameters: 1, rates: rates.clone(), ..Equations::default() });
    for x in [0.0, 1e-14, -1e-3, 0.3, 7.0] {
        type Nested = Dual<Dual<Lanes<1>, 1>, 1>;
        let mut workspace = program.workspace::<Nested>();
        workspace.set_parameter_scalar(0, Nested::splat(4.0));
        let mut dy = [Nested::default(); 4];
        let mut at = [Nested::splat(1.0); 4];
        at[0] = Dual::variable(Dual::variable(Lanes([x]), 0), 0);
        program.rates(&mut workspace, Nested::splat(0.0), &at, &mut dy);
        for ((found, rate), slope) in dy.iter().zip(&rates).zip(&symbolic) {
            let input = |input| match input {
                Input::Parameter(_) => 4.0,
                _ => x,
            };
            let (value, slope) = (graph.evaluate_scalar(*rate, input), graph.evaluate_scalar(*slope, input));
            assert_eq!(found.get(0), value, "{:?} at {x}", graph.node(*rate));
            let tangent = found.tangents[0].get(0);
            assert!((tangent - slope).abs() <= 1e-12 * slope.abs(), "{tangent} against {slope} at {x}");
            assert!(found.tangents[0].tangents[0].0[0].is_finite());
        }
    }
}

#[test]
fn a_dose_never_given_leaves_no_trace_in_derivatives() {
    // hill(t - first_dose_time, 1.5, 1) with a dual time of the first dose of infinity.
    let mut graph = Graph::default();
    let (t, first) = (graph.input(Input::Time), graph.input(Input::Held(0)));
    let since = graph.subtract(t, first);
    let (n, half) = (graph.constant(1.5), graph.constant(1.0));
    let rate = graph.hill(since, n, half);
    let program = Program::new(Equations { graph, held: 1, rates: vec![rate], ..Equations::default() });
    let mut workspace = program.workspace::<Dual<Lanes<1>, 1>>();
    workspace.set_held_scalar(0, Dual::variable(Lanes([f64::INFINITY]), 0));
    let mut dy = [Dual::default()];
    program.rates(&mut workspace, Dual::splat(3.0), &[Dual::splat(0.0)], &mut dy);
    assert_eq!((dy[0].get(0), dy[0].tangents[0].0[0]), (0.0, 0.0));
}

/// f = min(k, held) t + y exp(k) with a threshold k held: one hoisted value of each kind.
fn hoisting() -> Program {
    let mut graph = Graph::default();
    let (k, held) = (graph.input(Input::Parameter(0)), graph.input(Input::Held(0)));
    let (t, y) = (graph.input(Input::Time), graph.input(Input::State(0)));
    let least = graph.minimum(k, held);
    let forced = graph.multiply(least, t);
    let growth = graph.exp(k);
    let grown = graph.multiply(growth, y);
    let rate = graph.add(forced, grown);
    let threshold = graph.multiply(k, held);
    Program::new(Equations {
        graph,
        parameters: 1,
        held: 1,
        rates: vec![rate],
        constants: vec![threshold],
        ..Equations::default()
    })
}

#[test]
fn hoisted_values_follow_their_inputs() {
    let program = hoisting();
    let mut workspace = program.workspace::<Lanes<1>>();
    let rate = |workspace: &mut Workspace<Lanes<1>>| {
        let mut dy = [Lanes([f64::NAN])];
        program.rates(workspace, Lanes([2.0]), &[Lanes([10.0])], &mut dy);
        dy[0].0[0]
    };
    workspace.set_parameter(0, 0, 0.0);
    workspace.set_held(0, 0, 5.0);
    assert_eq!(rate(&mut workspace), 10.0);
    workspace.set_held(0, 0, -1.0);
    assert_eq!(rate(&mut workspace), 8.0);
    workspace.set_parameter(0, 0, -2.0);
    assert_eq!(rate(&mut workspace), -4.0 + 10.0 * (-2.0f64).exp());
    let mut constants = [Lanes([0.0])];
    program.constants(&mut workspace, &mut constants);
    assert_eq!(constants[0].0[0], 2.0);
}

#[test]
fn hoisted_work_is_not_in_the_rates() {
    let program = hoisting();
    // least t + growth y: a product, and a product with a sum.
    assert_eq!(program.instructions_of_rates(), 2);
}

#[test]
fn threads_share_a_program() {
    fn shared<T: Send + Sync>(_: &T) {}
    let program = Program::new(qsp());
    shared(&program);
    let rates = || {
        let mut dy = one(&[0.0; 12]);
        program.rates(&mut with_parameters(&program), Lanes([0.0]), &one(&ACTIVE), &mut dy);
        dy
    };
    let both = std::thread::scope(|scope| [scope.spawn(rates), scope.spawn(rates)].map(|run| run.join().unwrap()));
    assert_eq!(both[0], both[1]);
}

#[test]
#[should_panic(expected = "parameters and held values only")]
fn a_start_value_of_time_is_refused() {
    let mut graph = Graph::default();
    let t = graph.input(Input::Time);
    Program::new(Equations { graph, rates: vec![t], start: vec![t], ..Equations::default() });
}

#[test]
#[should_panic(expected = "Parameter(3) is out of range")]
fn a_slot_out_of_range_is_refused() {
    let mut graph = Graph::default();
    let rate = graph.input(Input::Parameter(3));
    Program::new(Equations { graph, parameters: 3, rates: vec![rate], ..Equations::default() });
}

/// A program with every node of a random graph among its results.
fn random_program(recipe: &Recipe) -> (Graph, Vec<NodeId>, Program) {
    let (mut graph, nodes) = sample::build(recipe);
    let rates: Vec<NodeId> = (0..sample::STATES).map(|n| nodes[nodes.len() - 1 - n % nodes.len()]).collect();
    let derivatives: Vec<NodeId> = nodes.iter().map(|&node| graph.derivative(node, Input::State(0))).collect();
    let outputs: Vec<NodeId> = nodes.iter().copied().chain(derivatives).collect();
    let program = Program::new(Equations {
        graph: graph.clone(),
        parameters: sample::PARAMETERS,
        held: sample::HELD,
        rates,
        outputs: outputs.clone(),
        conditions: nodes,
        ..Equations::default()
    });
    (graph, outputs, program)
}

fn fill(workspace: &mut Workspace<Lanes<1>>, values: &Values) {
    for (slot, &value) in values.parameters.iter().enumerate() {
        workspace.set_parameter(slot, 0, value);
    }
    for (slot, &value) in values.held.iter().enumerate() {
        workspace.set_held(slot, 0, value);
    }
}

/// Bits, with all NaN alike: which NaN an operation gives is not defined.
fn bits(x: f64) -> u64 {
    if x.is_nan() { f64::NAN.to_bits() } else { x.to_bits() }
}

proptest! {
    #[test]
    fn byte_code_gives_the_bits_of_the_graph(recipe in sample::recipe(), values in sample::values()) {
        let (mut graph, outputs, program) = random_program(&recipe);
        let mut workspace = program.workspace();
        fill(&mut workspace, &values);
        let y = one(&values.states);
        let mut found = vec![Lanes([0.0]); outputs.len()];
        program.outputs(&mut workspace, Lanes([values.time]), &y, &mut found);
        for (node, found) in outputs.iter().zip(&found) {
            let expected = graph.evaluate_scalar(*node, |input| values.get(input));
            prop_assert_eq!(bits(expected), bits(found.0[0]), "{:?}: {} against {}", node, expected, found.0[0]);
        }
        let conditions = outputs.len() / 2;
        let (mut g, mut dg) = (vec![Lanes([0.0]); conditions], vec![Lanes([0.0]); conditions]);
        let slope = one(&values.slopes);
        program.evaluate_conditions(&mut workspace, Lanes([values.time]), &y, &slope, &mut g, &mut dg);
        for (node, dg) in outputs[..conditions].iter().zip(&dg) {
            let along = graph.directional(*node);
            let expected = graph.evaluate_scalar(along, |input| values.get(input));
            prop_assert_eq!(bits(expected), bits(dg.0[0]));
        }
    }
}

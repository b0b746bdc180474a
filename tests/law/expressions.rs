//! Expressions of the shipped models: printing, derivatives.

use std::cell::Cell;

use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};

use cascade::compile::compile;
use cascade::expression::{Expression, parse_str};
use cascade::integrate::System;
use cascade::model::{DoseKind, Model, Trigger, model_names};
use cascade::numeric::{Lanes, Scalar};

use crate::support::{Case, embedded, run};

/// Every expression of a model, with its place.
fn expressions(model: &Model) -> Vec<(String, &Expression)> {
    let mut all = Vec::new();
    for state in &model.states {
        all.push((format!("start of {}", state.name), &state.start));
        all.push((format!("rate of {}", state.name), &state.rate));
    }
    all.extend(model.derived.iter().map(|derived| (derived.name.text.clone(), &derived.value)));
    all.extend(model.outputs.iter().map(|output| (output.name.text.clone(), &output.value)));
    all.extend(model.readings.iter().map(|reading| (reading.sign.to_string(), &reading.value)));
    for switch in &model.switches {
        if let Trigger::Time(time) = &switch.trigger {
            all.push((switch.name.text.clone(), time));
        }
        all.extend(switch.trigger.conditions().map(|condition| (switch.name.text.clone(), condition)));
    }
    for dose in &model.doses {
        if let DoseKind::Into { fraction, lag, duration, rate, .. } = &dose.kind {
            let given = [fraction, lag, duration, rate].into_iter().flatten();
            all.extend(given.map(|expression| (dose.name.text.clone(), expression)));
        }
    }
    all
}

#[test]
fn every_expression_reads_back_as_it_is_printed() {
    let mut seen = 0;
    for name in model_names() {
        let model = embedded(name);
        for (place, expression) in expressions(&model) {
            let printed = expression.to_string();
            let read = parse_str(&printed).unwrap_or_else(|problems| panic!("{name}, {place}: {problems}"));
            assert_eq!(&read, expression, "{name}, {place}: {printed}");
            assert_eq!(read.to_string(), printed);
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen} expressions");
}

/// The derivative by central differences at two widths, extrapolated; `noise` is what rounding does to it.
/// None where the two disagree: a corner lies between (a clamp, an absolute value).
fn difference(mut f: impl FnMut(f64) -> f64, x: f64, width: f64, noise: f64) -> Option<f64> {
    let mut central = |h: f64| (f(x + h) - f(x - h)) / (2.0 * h);
    let (fine, coarse) = (central(0.5 * width), central(width));
    ((fine - coarse).abs() <= 1e-4 * fine.abs() + noise).then_some((4.0 * fine - coarse) / 3.0)
}

#[test]
fn every_rate_has_the_derivatives_that_differences_show() {
    type One = Lanes<1>;
    for name in model_names() {
        let model = embedded(name);
        let compiled = compile(&model, &[]);
        let program = &compiled.program;
        let size = program.states();
        let canonical = |unit, value| model.scales.to_canonical(unit, value);
        let mut workspace = program.workspace::<One>();
        for (at, (parameter, value)) in
            model.parameters.iter().zip(&Case::default().of(&model).values.parameters).enumerate()
        {
            workspace.set_parameter(at, 0, canonical(&parameter.unit, *value));
        }
        for slot in 0..compiled.held.count {
            workspace.set_held(slot, 0, 1.0);
        }
        // States as they occur, and above: any row of the default run, each state times 1.2 to 2.4 (a level: plus or minus
        // 1). Below its baseline a cytokine drives nothing: `hill` is 0 there, its derivative that at 0 by convention.
        let rows = run(Case::default().of(&model)).trajectory;
        let point = (0..rows.rows(), prop::collection::vec(-1.0..1.0f64, size), 0.0..300.0f64);
        let (seen, corners) = (Cell::new(0), Cell::new(0));
        let mut runner =
            TestRunner::new(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() });
        let result = runner.run(&point, |(row, moved, t)| {
            let mut workspace = workspace.clone();
            let y: Vec<f64> = (0..size)
                .map(|at| {
                    let state = &model.states[at];
                    let value = rows.row(row)[at];
                    let value = match state.unit.is_level() {
                        true => value + moved[at],
                        false => (value + state.tolerance) * 2f64.powf(0.75 + 0.5 * moved[at]),
                    };
                    canonical(&state.unit, value)
                })
                .collect();
            let lanes = |y: &[f64]| y.iter().map(|&value| Lanes([value])).collect::<Vec<One>>();
            let entries = program.pattern().rows.iter().map(Vec::len).sum();
            let (mut nonzeros, mut dfdt, mut dy) = (vec![One::default(); entries], lanes(&y), lanes(&y));
            program.jacobian(&mut workspace, Lanes([t]), &lanes(&y), &mut nonzeros, &mut dfdt, &mut dy);
            let mut dense = vec![vec![0.0; size]; size];
            let mut next = nonzeros.iter();
            for (row, columns) in program.pattern().rows.iter().enumerate() {
                for (&column, entry) in columns.iter().zip(&mut next) {
                    dense[row][column] = entry.get(0);
                }
            }
            let mut rate = |t: f64, y: &[f64], which: usize| {
                let mut dy = vec![One::default(); size];
                program.rates(&mut workspace, Lanes([t]), &lanes(y), &mut dy);
                dy[which].get(0)
            };
            for which in 0..size {
                let level = rate(t, &y, which).abs();
                for column in 0..size {
                    // Within the state's sign: across 0 a `hill` has its corner.
                    let width = if y[column] == 0.0 { 1e-15 } else { 1e-3 * y[column].abs() };
                    let exact = dense[which][column];
                    // Differences lose the digits that the rate has before the difference.
                    let lost = 1e-12 * (level + exact.abs() * y[column].abs()) / width;
                    seen.set(seen.get() + 1);
                    let found = difference(
                        |value| {
                            let mut moved = y.clone();
                            moved[column] = value;
                            rate(t, &moved, which)
                        },
                        y[column],
                        width,
                        lost,
                    );
                    let Some(found) = found else {
                        corners.set(corners.get() + 1);
                        continue;
                    };
                    prop_assert!(
                        (found - exact).abs() <= 1e-7 * exact.abs() + lost,
                        "{name}: d {}' / d {} is {exact}, differences say {found}",
                        model.states[which].name,
                        model.states[column].name
                    );
                }
                let found = difference(|t| rate(t, &y, which), t, 1e-3, 1e-9 * (1.0 + level)).unwrap();
                prop_assert!((found - dfdt[which].get(0)).abs() <= 1e-9 * (1.0 + level), "{name}: by time");
            }
            Ok(())
        });
        // Kinks of abs and hill at 0 have no difference; most points must have one.
        assert!(corners.get() * 40 < seen.get(), "{name}: {} of {}", corners.get(), seen.get());
        match result {
            Ok(()) => {}
            Err(TestError::Fail(why, _)) => panic!("{why}"),
            Err(other) => panic!("{other}"),
        }
    }
}

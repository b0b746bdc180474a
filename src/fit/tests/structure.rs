//! Coordinates and what they stand for.

use super::data::{model, names};
use crate::error_model::ErrorModel;
use crate::fit::mode::{ones, plain};
use crate::fit::{AskedRelation, Coordinate, Relation, RelationKind, Specification, Structure, Transform};
use crate::simulate::Scenario;
use proptest::prelude::*;

const MODEL: &str = r#"
format = "cascade-model/1"
name = "four"
title = "Four parameters"
time = "h"
maturity = "illustrative"
source = { citation = "Made up for a test" }
simulation = { until = "24 h" }
states.x = { unit = "mg", start = 'd', rate = '-a * x', label = "State", tolerance = "1e-9 mg" }
parameters.a = { value = 2.0, unit = "1/h", label = "A", assumption = "A1: made up", variability = { sd = 0.5, distribution = "lognormal" } }
parameters.b = { value = 0.3, unit = "1", bounds = [0, 1.2], label = "B", assumption = "A1: made up", variability = { variance = 0.49, distribution = "logit" } }
parameters.c = { value = -1.5, unit = "mg", label = "C", assumption = "A1: made up", variability = { sd = 0.2, distribution = "normal" } }
parameters.d = { value = 5.0, unit = "mg", bounds = [2, 8], label = "D", assumption = "A1: made up" }
covariates.weight = { unit = "kg", default = 70, carry = "next", label = "Weight" }
outputs.y = { value = 'b * x + c', unit = "mg", label = "Y", error = { model = "power", sd = 0.4, exponent = 0.7, assumption = "A1: made up" } }
outputs.z = { value = 'x', unit = "mg", label = "Z", error = { model = "combined_variance", additive = 0.1, proportional = 0.2, assumption = "A1: made up" } }

[[correlations]]
between = ["a", "c"]
value = 0.4
"#;

fn structure(specification: &Specification) -> Structure {
    let model = model(MODEL);
    let scenario = Scenario::new(&model).expect("a scenario");
    specification.structure(&model, &scenario.values, &[0, 1]).expect("a structure")
}

fn specification() -> Specification {
    let kind = RelationKind::Power { centre: 70.0 };
    let relation = Relation { name: "a~weight".into(), covariate: 0, kind, start: 0.75, estimated: true };
    Specification {
        estimate: Some(names(&["a", "b", "c", "d"])),
        relations: vec![AskedRelation { parameter: "a".into(), relation }],
        ..Specification::default()
    }
}

fn close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-14 * expected.abs().max(1.0), "{what}: {found} against {expected}");
}

/// a and c vary together: L = [[0.5, 0], [0.4 * 0.2, 0.2 sqrt(1 - 0.16)]].
#[test]
fn starts_by_hand() {
    let structure = structure(&specification());
    let expected = [
        (Coordinate::Typical(0), 2f64.ln()),
        (Coordinate::Relation(0, 0), 0.75),
        (Coordinate::Typical(1), (0.3f64 / 0.9).ln()),
        (Coordinate::Typical(2), -1.5),
        (Coordinate::Typical(3), 5f64.ln()),
        (Coordinate::Root(0, 0, 0), 0.5f64.ln()),
        (Coordinate::Root(0, 1, 0), 0.4 * 0.2),
        (Coordinate::Root(0, 1, 1), (0.2 * 0.84f64.sqrt()).ln()),
        (Coordinate::Root(1, 0, 0), 0.7f64.ln()),
        (Coordinate::Size(0, 0), 0.4f64.ln()),
        (Coordinate::Size(0, 1), 0.7),
        (Coordinate::Size(1, 0), 0.1f64.ln()),
        (Coordinate::Size(1, 1), 0.2f64.ln()),
    ];
    let coordinates = structure.coordinates();
    assert_eq!(coordinates, expected.map(|(coordinate, _)| coordinate));
    for ((coordinate, expected), found) in expected.into_iter().zip(structure.start()) {
        close(found, expected, &format!("{coordinate:?}"));
    }
    let (_, (low, high)) = structure.range(Coordinate::Typical(3));
    assert_eq!((low, high), (2f64.ln(), 8f64.ln()));
    let omega = plain(&structure.point(&ones(&structure.start())).omega());
    for (found, expected) in omega.iter().zip([0.25, 0.0, 0.04, 0.0, 0.49, 0.0, 0.04, 0.0, 0.04]) {
        close(*found, expected, "omega");
    }
}

#[test]
fn what_is_fixed_keeps_its_start() {
    let fixed = Specification {
        fixed: names(&["b"]),
        fixed_variances: names(&["c"]),
        fixed_errors: names(&["z"]),
        without_variability: names(&["b"]),
        ..specification()
    };
    let structure = structure(&fixed);
    // b has neither an estimate nor a random effect; the block of a and c rests as a whole.
    let names: Vec<&str> = structure.individuals.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["a", "c", "d"]);
    let all = structure.coordinates();
    assert!(all.iter().all(|one| !matches!(one, Coordinate::Root(..) | Coordinate::Size(1, _))), "{all:?}");
    let x: Vec<f64> = structure.start().iter().map(|x| x + 0.5).collect();
    let point = structure.point(&ones(&x));
    for (found, expected) in plain(&point.omega()).iter().zip([0.25, 0.04, 0.04, 0.04]) {
        close(*found, expected, "omega");
    }
    let sizes: Vec<f64> = point.errors[1].sizes().iter().map(|(_, size)| size.0[0]).collect();
    assert_eq!(sizes, [0.1, 0.2]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Coordinates become population values and back.
    #[test]
    fn pack_undoes_point(x in prop::collection::vec(-1.5f64..1.5, 13)) {
        let structure = structure(&specification());
        let point = structure.point(&ones(&x));
        let relations: Vec<Vec<f64>> = point.relations.iter().map(|all| plain(all)).collect();
        let errors: Vec<ErrorModel> = point.errors.iter().map(|error| error.map(|size| size.0[0])).collect();
        let again = structure.pack(&plain(&point.typical), &relations, &plain(&point.omega()), &errors).expect("a root");
        prop_assert_eq!(again.len(), x.len());
        for (again, x) in again.iter().zip(&x) {
            // The root of L L' loses digits as entries beside the diagonal outweigh it.
            prop_assert!((again - x).abs() < 1e-11, "{} against {}", again, x);
        }
    }
}

#[test]
fn a_matrix_without_root_has_no_coordinates() {
    let structure = structure(&specification());
    let point = structure.point(&ones(&structure.start()));
    let errors: Vec<ErrorModel> = point.errors.iter().map(|error| error.map(|size| size.0[0])).collect();
    let omega = [0.25, 0.0, 0.5, 0.0, 0.49, 0.0, 0.5, 0.0, 0.04];
    let relations: Vec<Vec<f64>> = point.relations.iter().map(|all| plain(all)).collect();
    assert_eq!(structure.pack(&plain(&point.typical), &relations, &omega, &errors), None);
}

/// Half way between 0.5 and 4 is 2.25; a quarter of the way has the logit -ln 3, with slope 3.5 * 1/4 * 3/4.
#[test]
fn scales_by_hand() {
    let logit = Transform::Logit { low: 0.5, high: 4.0 };
    close(logit.value(0.0), 2.25, "middle");
    close(logit.value(-3f64.ln()), 1.375, "a quarter");
    close(logit.forward(1.375), -3f64.ln(), "a quarter");
    close(logit.slope(-3f64.ln()), 3.5 * 3.0 / 16.0, "slope");
    close(logit.value(800.0), 4.0, "far up");
    close(logit.value(-800.0), 0.5, "far down");
    close(Transform::Log.value(2f64.ln()), 2.0, "log");
    close(Transform::Log.slope(2f64.ln()), 2.0, "slope of log");
    assert_eq!((Transform::Identity.value(-3.0), Transform::Identity.slope(-3.0)), (-3.0, 1.0));
}

/// On a log scale: (140/70)^c, exp(c (80 - 70)), exp(c) in the category.
#[test]
fn relations_by_hand() {
    close(RelationKind::Power { centre: 70.0 }.regressor(140.0), 2f64.ln(), "power");
    close(RelationKind::Exponential { centre: 70.0 }.regressor(80.0), 10.0, "exponential");
    let category = RelationKind::Category { value: 2.0 };
    assert_eq!([1.0, 2.0, 3.0].map(|value| category.regressor(value)), [0.0, 1.0, 0.0]);
}

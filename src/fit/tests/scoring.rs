//! Fisher scoring against least squares in closed form.

use super::data::{model, names, population};
use super::linear::LINE;
use super::reference::{dot, inverse};
use crate::fit::{FitSettings, Method, Population, Reason, Specification, Uncertainty};
use crate::integrate::Stop;

/// Times and values of two subjects, made up.
const ROWS: [(usize, f64, f64); 9] = [
    (1, 0.0, 2.1),
    (1, 1.0, 2.7),
    (1, 2.0, 2.2),
    (1, 4.0, 3.6),
    (2, 0.5, 1.4),
    (2, 1.5, 2.9),
    (2, 3.0, 2.8),
    (2, 6.0, 4.9),
    (2, 8.0, 5.2),
];

fn table() -> String {
    let rows = ROWS.iter().map(|(id, t, y)| format!("{id},{t},{y},0\n"));
    std::iter::once("ID,TIME,DV,EVID\n".to_string()).chain(rows).collect()
}

fn pooled() -> Specification {
    Specification {
        estimate: Some(names(&["a", "b"])),
        without_variability: names(&["a", "b"]),
        ..Specification::default()
    }
}

/// Intercept, slope, sum of squares and number of rows by the normal equations.
fn least_squares(rows: &[(usize, f64, f64)]) -> (f64, f64, f64, f64) {
    let n = rows.len() as f64;
    let (mt, my) = (rows.iter().map(|row| row.1).sum::<f64>() / n, rows.iter().map(|row| row.2).sum::<f64>() / n);
    let b = rows.iter().map(|row| (row.1 - mt) * (row.2 - my)).sum::<f64>()
        / rows.iter().map(|row| (row.1 - mt).powi(2)).sum::<f64>();
    let a = my - b * mt;
    (a, b, rows.iter().map(|row| (row.2 - a - b * row.1).powi(2)).sum(), n)
}

/// The line of least squares; sd^2 = S / N; the objective is N (1 + ln S / N); errors are the roots of sd^2 (X'X)^-1, that
/// of ln sd is 1 / sqrt(2 N).
#[test]
fn a_pooled_line_is_that_of_least_squares() {
    let model = model(LINE);
    let mut population = population(&model, &table(), &pooled());
    let found = population.score(&[0, 1], &population.structure.start(), &Stop::default()).expect("a start");
    let (a, b, squares, n) = least_squares(&ROWS);
    assert_eq!(found.reason, Reason::Converged);
    assert!(found.evaluations <= 12, "{}", found.evaluations);
    for (found, expected) in found.x.iter().zip([a, b, 0.5 * (squares / n).ln()]) {
        assert!((found - expected).abs() < 1e-5, "{found} against {expected}");
    }
    assert!((found.objective - n * (1.0 + (squares / n).ln())).abs() < 1e-7);
    let settings = FitSettings { method: Method::Pooled, ..FitSettings::default() };
    let found = population.fit(&model, &settings, &Stop::default(), &mut |_| {}).expect("a fit");
    let of = |power: i32| ROWS.iter().map(|row| row.1.powi(power)).sum::<f64>();
    let own = inverse(&[vec![n, of(1)], vec![of(1), of(2)]]);
    let sd = (squares / n).sqrt();
    for (name, expected) in
        [("a", sd * own[0][0].sqrt()), ("b", sd * own[1][1].sqrt()), ("y.sd", sd / (2.0 * n).sqrt())]
    {
        let se = found.estimates.iter().find(|one| one.name == name).and_then(|one| one.se).expect("an error");
        assert!((se / expected - 1.0).abs() < 1e-4, "{name}: {se} against {expected}");
    }
}

/// Each subject by itself, and the mean of both.
#[test]
fn subjects_by_themselves_and_in_two_stages() {
    let model = model(LINE);
    let by = |method: Method| {
        let settings = FitSettings { method, uncertainty: Uncertainty::None, ..FitSettings::default() };
        let mut population = population(&model, &table(), &pooled());
        population.fit(&model, &settings, &Stop::default(), &mut |_| {}).expect("a fit")
    };
    let (first, second) = (least_squares(&ROWS[..4]), least_squares(&ROWS[4..]));
    let found = by(Method::Individual);
    let value = |name: &str| found.estimates.iter().find(|one| one.name == name).expect("an estimate").value;
    for (name, expected) in [("a[1]", first.0), ("b[1]", first.1), ("a[2]", second.0), ("b[2]", second.1)] {
        assert!((value(name) - expected).abs() < 1e-5, "{name}: {} against {expected}", value(name));
    }
    let found = by(Method::TwoStage);
    let value = |name: &str| found.estimates.iter().find(|one| one.name == name).expect("an estimate").value;
    assert!((value("a") - 0.5 * (first.0 + second.0)).abs() < 1e-5);
    assert!((value("b") - 0.5 * (first.1 + second.1)).abs() < 1e-5);
    // The variance of two numbers is half the square of their difference.
    assert!((value("omega2(b)") - 0.5 * (first.1 - second.1).powi(2)).abs() < 1e-5);
}

/// With b <= 0.2 the line is y - 0.2 t on the mean.
#[test]
fn bounds_are_kept() {
    let text = LINE.replace("bounds = [-10, 10]", "bounds = [-10, 0.2]");
    let model = model(&text);
    let mut population = population(&model, &table(), &pooled());
    let settings = FitSettings { method: Method::Pooled, ..FitSettings::default() };
    let n = ROWS.len() as f64;
    let a = ROWS.iter().map(|row| row.2 - 0.2 * row.1).sum::<f64>() / n;
    let squares: f64 = ROWS.iter().map(|row| (row.2 - a - 0.2 * row.1).powi(2)).sum();
    let found = population.fit(&model, &settings, &Stop::default(), &mut |_| {}).expect("a fit");
    let value = |name: &str| found.estimates.iter().find(|one| one.name == name).expect("an estimate").value;
    assert_eq!(value("b"), 0.2);
    assert!((value("a") - a).abs() < 1e-5, "{} against {a}", value("a"));
    assert!((value("y.sd") - (squares / n).sqrt()).abs() < 1e-5);
    assert!(
        found.verdicts.iter().any(|verdict| !verdict.good && verdict.text == "b lies at its bound"),
        "{:?}",
        found.verdicts
    );
}

/// Eleven bumps with heights on the log scale and an error: twelve numbers. The expected heights
/// solve the normal equations.
#[test]
fn twelve_numbers_take_few_evaluations() {
    const BUMPS: usize = 11;
    let bump = |k: usize, t: f64| (-((t - 2.0 * k as f64) / 1.5).powi(2)).exp();
    let truth = |k: usize| 2.0 + (1.3 * k as f64).sin();
    let times: Vec<f64> = (0..66).map(|at| at as f64 / 3.0).collect();
    let data: Vec<f64> = times
        .iter()
        .map(|t| (0..BUMPS).map(|k| truth(k) * bump(k, *t)).sum::<f64>() + 0.1 * (17.0 * t + t * t).sin())
        .collect();
    let terms: Vec<String> = (0..BUMPS).map(|k| format!("p{k} * exp(-((t - {}.0 [h]) / 1.5 [h])^2)", 2 * k)).collect();
    let parameters: String = (0..BUMPS)
        .map(|k| format!("parameters.p{k} = {{ value = 1.0, unit = \"mg/L\", label = \"Height\", assumption = \"A1: made up\" }}\n"))
        .collect();
    let text = format!(
        r#"
format = "cascade-model/1"
name = "bumps"
title = "Bumps"
time = "h"
maturity = "illustrative"
source = {{ citation = "Made up for a test" }}
simulation = {{ until = "24 h" }}
states.still = {{ unit = "mg", start = '0', rate = '0', label = "Nothing", tolerance = "1 mg" }}
{parameters}outputs.y = {{ value = '{}', unit = "mg/L", label = "Sum", error = {{ model = "additive", sd = 0.5, assumption = "A1: made up" }} }}
"#,
        terms.join(" + ")
    );
    let model = model(&text);
    let rows: String = times.iter().zip(&data).map(|(t, y)| format!("1,{t},{y},0\n")).collect();
    let estimate = Some((0..BUMPS).map(|k| format!("p{k}")).collect());
    let specification = Specification { estimate, ..Specification::default() };
    let population: Population<'_> = population(&model, &format!("ID,TIME,DV,EVID\n{rows}"), &specification);
    let start = population.structure.start();
    assert_eq!(start.len(), 12);
    let found = population.score(&[0], &start, &Stop::default()).expect("a start");
    assert_eq!(found.reason, Reason::Converged);
    assert!(found.evaluations <= 15, "{}", found.evaluations);
    // Linear in the heights: normal equations.
    let by = |j: usize, k: usize| times.iter().map(|t| bump(j, *t) * bump(k, *t)).sum::<f64>();
    let matrix: Vec<Vec<f64>> = (0..BUMPS).map(|j| (0..BUMPS).map(|k| by(j, k)).collect()).collect();
    let right: Vec<f64> = (0..BUMPS).map(|k| times.iter().zip(&data).map(|(t, y)| bump(k, *t) * y).sum()).collect();
    for (k, row) in inverse(&matrix).iter().enumerate() {
        let expected = dot(row, &right);
        assert!((found.x[k].exp() - expected).abs() < 1e-4, "{k}: {} against {expected}", found.x[k].exp());
    }
}

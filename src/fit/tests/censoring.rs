//! Values below the limit of quantification, by hand and by their effect on estimates.

use super::data::{model, names, treated};
use super::linear::LINE;
use super::reference::{dot, gradient, hessian, inverse};
use crate::fit::{Approximation, Censoring, FitSettings, Method, Specification, Uncertainty};
use crate::integrate::Stop;

const LIMIT: f64 = 1.0;
const SD: f64 = 0.6;
/// Time, value, whether below the limit; the line predicts 3 - 0.4 t.
const ROWS: [(f64, f64, bool); 7] = [
    (1.0, 2.9, false),
    (3.0, 1.5, false),
    (4.0, LIMIT, true),
    (5.0, LIMIT, true),
    (6.0, 1.1, false),
    (7.0, LIMIT, true),
    (8.0, 1.3, false),
];

fn limited() -> String {
    LINE.replace(r#"label = "Line","#, r#"label = "Line", lloq = "1 mg/L", assumption = "A1: made up","#)
}

fn pooled() -> Specification {
    Specification {
        estimate: Some(names(&["a", "b"])),
        without_variability: names(&["a", "b"]),
        ..Specification::default()
    }
}

fn table(rows: &[(f64, f64, bool)]) -> String {
    let rows = rows.iter().map(|(t, y, below)| format!("1,{t},{y},0,{}\n", u8::from(*below)));
    std::iter::once("ID,TIME,DV,EVID,CENS\n".to_string()).chain(rows).collect()
}

/// Objective of the line at its values: by scoring, and as a population without random effects.
fn objective(rows: &[(f64, f64, bool)], how: Censoring) -> f64 {
    let text = limited();
    let model = model(&text);
    let population = treated(&model, &table(rows), &pooled(), how);
    let x = population.structure.start();
    let scored = population.score(&[0], &x, &Stop::default()).expect("a start").course[0].0;
    let evaluated = population.evaluate(&x, Approximation::Laplace, &[], false).expect("a value").objective;
    assert!((scored - evaluated).abs() < 1e-12, "{how}: {scored} {evaluated}");
    scored
}

/// P(Z <= x) by Simpson's rule.
fn phi(x: f64) -> f64 {
    const N: usize = 400;
    let h = x / N as f64;
    let density = |at: usize| (-0.5 * (at as f64 * h).powi(2)).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let sum: f64 = (1..N).map(|at| density(at) * if at % 2 == 1 { 4.0 } else { 2.0 }).sum();
    0.5 + (density(0) + sum + density(N)) * h / 3.0
}

fn line(t: f64) -> f64 {
    3.0 - 0.4 * t
}

/// Minus twice the logarithm of the density without ln(2 pi).
fn of_value(t: f64, y: f64) -> f64 {
    ((y - line(t)) / SD).powi(2) + 2.0 * SD.ln()
}

fn sum(of: impl Fn(f64, f64, bool) -> f64) -> f64 {
    ROWS.iter().map(|(t, y, below)| of(*t, *y, *below)).sum()
}

/// Beal 2001, equations of M2, M3 and M4.
#[test]
fn probabilities_by_hand() {
    // Published: P(Z <= -1) = 0.158655, and so on.
    assert!((phi(-1.0) - 0.158_655_253_931_457).abs() < 1e-12 && (phi(2.0) - 0.977_249_868_051_821).abs() < 1e-12);
    let below = |t: f64| phi((LIMIT - line(t)) / SD);
    let negative = |t: f64| phi(-line(t) / SD);
    let m3 = sum(|t, y, is_below| if is_below { -2.0 * below(t).ln() } else { of_value(t, y) });
    let m2 = sum(|t, y, is_below| if is_below { 0.0 } else { of_value(t, y) + 2.0 * (1.0 - below(t)).ln() });
    let m4 = sum(|t, y, is_below| {
        let positive = 2.0 * (1.0 - negative(t)).ln();
        positive + if is_below { -2.0 * (below(t) - negative(t)).ln() } else { of_value(t, y) }
    });
    for (how, expected) in [(Censoring::M2, m2), (Censoring::M3, m3), (Censoring::M4, m4)] {
        let found = objective(&ROWS, how);
        assert!((found - expected).abs() < 1e-9, "{how}: {found} against {expected}");
    }
}

/// A limit that stands in the data alone holds for values above it too.
#[test]
fn m2_takes_the_limit_of_the_data() {
    let of = |text: &str| {
        let model = model(text);
        let population = treated(&model, &table(&ROWS), &pooled(), Censoring::M2);
        population.score(&[0], &population.structure.start(), &Stop::default()).expect("a start").course[0].0
    };
    assert_eq!(of(LINE), of(&limited()));
}

/// One row below 1 at a prediction of 1.6: -2 ln P(Z <= -1).
#[test]
fn one_row_by_hand() {
    let text = limited();
    let model = model(&text);
    let mut population = treated(&model, &table(&ROWS), &pooled(), Censoring::M3);
    population.subjects[0].measured.retain(|one| one.time == 4.0);
    let found = population.evaluate(&[3.0, -0.35, SD.ln()], Approximation::Focei, &[], false).expect("a value");
    let expected = -2.0 * 0.158_655_253_931_457_05f64.ln();
    assert!((found.objective - expected).abs() < 1e-12, "{} against {expected}", found.objective);
}

/// M1, M5, M6 and M7 are other data.
#[test]
fn substitutions_are_edited_data() {
    let edited = |how: Censoring| -> Vec<(f64, f64, bool)> {
        let mut rows = Vec::new();
        let mut run = false;
        for (t, y, below) in ROWS {
            match (how, below) {
                (_, false) => rows.push((t, y, false)),
                (Censoring::M5, true) => rows.push((t, 0.5, false)),
                (Censoring::M6, true) if !run => rows.push((t, 0.5, false)),
                (Censoring::M7, true) => rows.push((t, 0.0, false)),
                _ => {}
            }
            run = below;
        }
        rows
    };
    for (how, count) in [(Censoring::M1, 4), (Censoring::M5, 7), (Censoring::M6, 6), (Censoring::M7, 7)] {
        let rows = edited(how);
        assert_eq!(rows.len(), count);
        let expected: f64 = rows.iter().map(|(t, y, _)| of_value(*t, *y)).sum();
        let found = objective(&ROWS, how);
        assert!((found - expected).abs() < 1e-12, "{how}: {found} against {expected}");
    }
}

const DECAY: &str = r#"
format = "cascade-model/1"
name = "decay"
title = "Exponential decay"
time = "h"
maturity = "illustrative"
source = { citation = "Made up for a test" }
simulation = { until = "14 h" }
states.still = { unit = "mg", start = '0', rate = '0', label = "Nothing", tolerance = "1 mg" }
parameters.c = { value = 8.0, unit = "mg/L", label = "Start", assumption = "A1: made up" }
parameters.k = { value = 0.25, unit = "1/h", label = "Rate", assumption = "A1: made up" }
outputs.y = { value = 'c * exp(-k * t)', unit = "mg/L", label = "Decay", lloq = "1 mg/L", assumption = "A1: made up", error = { model = "lognormal", sd = 0.4, assumption = "A1: made up" } }
"#;

/// From c = 10, k = 0.3, sd = 0.5 of the logarithm: subjects with 10 times, of which about 30 % lie below 1.
fn decay(subjects: usize) -> (String, f64) {
    // A linear congruential generator (Knuth's MMIX) and the method of Box and Muller.
    let mut state: u64 = 12345;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    };
    let mut csv = String::from("ID,TIME,DV,EVID,CENS\n");
    let (mut below, mut all) = (0.0, 0.0);
    for subject in 0..subjects {
        for t in [0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 7.0, 9.0, 10.0, 12.0] {
            let normal = (-2.0 * uniform().ln()).sqrt() * (2.0 * std::f64::consts::PI * uniform()).cos();
            let y = 10.0 * f64::exp(-0.3 * t + 0.5 * normal);
            all += 1.0;
            below += f64::from(u8::from(y < LIMIT));
            csv.push_str(&format!("{subject},{t},{},0,{}\n", y.max(LIMIT), u8::from(y < LIMIT)));
        }
    }
    (csv, below / all)
}

#[test]
fn m3_is_the_one_without_bias() {
    let model = model(DECAY);
    let (csv, share) = decay(200);
    assert!((0.25..0.35).contains(&share), "{share}");
    let specification = Specification { estimate: Some(names(&["c", "k"])), ..Specification::default() };
    let bias = |censoring| {
        let mut population = treated(&model, &csv, &specification, censoring);
        let settings =
            FitSettings { method: Method::Pooled, censoring, uncertainty: Uncertainty::None, ..FitSettings::default() };
        let found = population.fit(&model, &settings, &Stop::default(), &mut |_| {}).expect("a fit");
        let value = |name: &str| found.estimates.iter().find(|one| one.name == name).expect("an estimate").value;
        [value("c") / 10.0 - 1.0, value("k") / 0.3 - 1.0, value("y.sd") / 0.5 - 1.0]
    };
    let m3 = bias(Censoring::M3);
    assert!(m3.iter().all(|bias| bias.abs() < 0.05), "M3: {m3:?}");
    for how in [Censoring::M1, Censoring::M5] {
        let found = bias(how);
        assert!(found[1] < -0.05, "{how}: {found:?}");
    }
}

/// Minus twice the logarithm of the likelihood of the decay by M2 with a lognormal error, or by M4 with a proportional one, at
/// the logarithms of c, k and sd.
fn decay_objective(rows: &[(f64, f64, bool)], how: Censoring, x: &[f64]) -> f64 {
    let (c, k, sd) = (x[0].exp(), x[1].exp(), x[2].exp());
    let of = |(t, y, below): &(f64, f64, bool)| {
        let f = c * (-k * t).exp();
        match (how, below) {
            (Censoring::M2, true) => 0.0,
            (Censoring::M2, false) => {
                let above = 1.0 - phi((LIMIT / f).ln() / sd);
                ((y / f).ln() / sd).powi(2) + 2.0 * (sd * y * above).ln()
            }
            (_, true) => -2.0 * ((phi((LIMIT / f - 1.0) / sd) - phi(-1.0 / sd)) / phi(1.0 / sd)).ln(),
            (_, false) => ((y / f - 1.0) / sd).powi(2) + 2.0 * (sd * f * phi(1.0 / sd)).ln(),
        }
    };
    rows.iter().map(of).sum()
}

/// By M2 and M4 every row counts by a probability. Scoring gets to the top in few steps, and the standard errors are those
/// of the curvature there, by differences of the formulas.
#[test]
fn fits_by_m2_and_m4_have_standard_errors() {
    let csv = decay(20).0;
    let numbers =
        csv.lines().skip(1).map(|line| line.split(',').map(|field| field.parse().expect("a number")).collect());
    let rows: Vec<(f64, f64, bool)> = numbers.map(|row: Vec<f64>| (row[1], row[2], row[4] == 1.0)).collect();
    for (text, censoring) in [
        (DECAY.to_string(), Censoring::M2),
        (DECAY.replace(r#"model = "lognormal", sd = 0.4"#, r#"model = "proportional", sd = 0.4"#), Censoring::M4),
    ] {
        let model = model(&text);
        let specification = Specification { estimate: Some(names(&["c", "k"])), ..Specification::default() };
        let mut population = treated(&model, &csv, &specification, censoring);
        let subjects: Vec<usize> = (0..20).collect();
        let scored = population.score(&subjects, &population.structure.start(), &Stop::default()).expect("a start");
        assert!(scored.evaluations <= 20, "{censoring}: {scored:?}");
        let settings = FitSettings { method: Method::Pooled, censoring, ..FitSettings::default() };
        let found = population.fit(&model, &settings, &Stop::default(), &mut |_| {}).expect("a fit");
        let of = |x: &[f64]| decay_objective(&rows, censoring, x);
        assert!((found.objective - of(&scored.x)).abs() < 1e-6, "{censoring}: {} {}", found.objective, of(&scored.x));
        let (slopes, bends) = (gradient(of, &scored.x), hessian(of, &scored.x));
        for (k, name) in ["c", "k", "y.sd"].into_iter().enumerate() {
            let covariance = inverse(&bends);
            let se = (2.0 * covariance[k][k]).sqrt();
            assert!(dot(&covariance[k], &slopes).abs() < 1e-3 * se, "{censoring}, {name}: {slopes:?}");
            let one = found.estimates.iter().find(|one| one.name == name).expect("an estimate");
            let relative = one.se.expect("an error") / one.value;
            assert!((relative / se - 1.0).abs() < 1e-3, "{censoring}, {name}: {relative} against {se}");
        }
    }
}

//! A made-up course with everything a figure can show; no model, no patient.

use super::plot::{
    Axis, Figure, Grade, Interval, Lane, Mark, MarkKind, Observation, Observed, Panel, Reference, ReferenceKind, Series,
};

/// Expansion to about 1e3 by day 10, contraction, a falling tumour, three cytokine pulses, fever and grades 0-1-2-3-1-0.
pub fn course() -> Figure {
    let days: Vec<f64> = (0..=560).map(|i| f64::from(i) / 20.0).collect();
    let curve = |f: &dyn Fn(f64) -> f64| -> Vec<(f64, f64)> { days.iter().map(|&t| (t, f(t))).collect() };
    let cart = |t: f64| {
        let grown = 1e3 * (0.95 * (t - 10.0)).exp();
        let contracted = 900.0 * (-(t - 10.0) / 2.6).exp() + 100.0 * (-(t - 10.0) / 60.0).exp();
        if t < 10.0 { grown.max(3.0 * (-2.0 * t).exp()) } else { contracted }
    };
    let tumour = |t: f64| 120.0 * (0.03 * t - 9.0 / (1.0 + (-(t - 9.0) / 0.9).exp())).exp();
    let pulse = |t: f64, base: f64, high: f64, at: f64, width: f64| {
        base + high * (-((t - at) / width).powi(2)).exp() * (1.0 + 0.05 * (t - at))
    };
    let fever = |t: f64| 36.8 + 3.1 * (-((t - 8.4) / 1.9f64).powi(4)).exp() + 0.25 * (6.3 * t).sin();
    let observe = |f: &dyn Fn(f64) -> f64, noise: &[f64], limit: f64| -> Vec<Observation> {
        noise
            .iter()
            .enumerate()
            .map(|(index, noise)| {
                let x = 1.0 + 2.0 * index as f64;
                let y = f(x) * noise.exp();
                Observation { x, y: y.max(limit), below_limit: y < limit }
            })
            .collect()
    };
    let noise = [0.3, -0.2, 0.5, -0.4, 0.1, 0.25, -0.3, 0.2, -0.1, 0.35, -0.25, 0.05, 0.15];
    let reference = |value, label: &str, kind| Reference { value, label: label.into(), kind };
    let mark = |x, label: &str, kind| Mark { x, label: label.into(), kind, style: None };
    let part = |from, to, grade| Interval { from, to, grade };
    Figure {
        title: "cart-crs: CAR-T expansion, cytokines and cytokine release syndrome".into(),
        subtitle: "set high-burden, dose 10/30/60 % on days 0–2, tocilizumab at grade 2, ASTCT 2019".into(),
        footer: "cascade 0.1.0 · cart-crs (illustrative) · Research software, not for clinical decisions".into(),
        horizontal: Axis::linear("Time after first infusion", "d"),
        panels: vec![
            Panel {
                series: vec![Series::new("CAR-T", curve(&cart))],
                observed: vec![Observed {
                    label: "measured".into(),
                    points: observe(&cart, &noise, 1.5),
                    style: Some(0),
                }],
                references: vec![reference(1.5, "LLOQ 1.5", ReferenceKind::QuantificationLimit)],
                weight: 1.2,
                ..Panel::new(Axis::log("CAR-T cells in blood", "1e9 cells"))
            },
            Panel {
                series: vec![Series::new("Tumour", curve(&tumour))],
                ..Panel::new(Axis::log("Tumour", "1e9 cells"))
            },
            Panel {
                series: vec![
                    Series::new("IL-6", curve(&|t| pulse(t, 3.0, 4200.0, 8.6, 1.6))),
                    Series::new("IL-10", curve(&|t| pulse(t, 4.0, 350.0, 9.4, 2.1))).style(1),
                    Series::new("IFN-γ", curve(&|t| pulse(t, 2.0, 900.0, 7.6, 1.7))).style(2),
                ],
                weight: 1.3,
                ..Panel::new(Axis::log("Serum cytokines", "pg/mL"))
            },
            Panel {
                series: vec![Series::new("Temperature", curve(&fever))],
                references: vec![reference(38.0, "38.0 °C", ReferenceKind::Threshold)],
                ..Panel::new(Axis::linear("Temperature", "degC"))
            },
        ],
        lanes: vec![Lane {
            label: "CRS grade (ASTCT 2019)".into(),
            intervals: vec![
                part(0.0, 6.3, Grade::Exact(0)),
                part(6.3, 7.9, Grade::Exact(1)),
                part(7.9, 8.7, Grade::Exact(2)),
                part(8.7, 9.05, Grade::Exact(3)),
                part(9.05, 10.4, Grade::Exact(1)),
                part(10.4, 24.0, Grade::Exact(0)),
                part(24.0, 26.0, Grade::AtLeast(1)),
                part(26.0, 28.0, Grade::Undetermined),
            ],
            ..Lane::default()
        }],
        marks: vec![
            mark(0.0, "CAR-T 10 %", MarkKind::Dose),
            mark(1.0, "CAR-T 30 %", MarkKind::Dose),
            mark(2.0, "CAR-T 60 %", MarkKind::Dose),
            mark(7.9, "tocilizumab", MarkKind::Treatment),
            mark(8.3, "tocilizumab", MarkKind::Treatment),
            mark(8.7, "dexamethasone", MarkKind::Treatment),
        ],
        ..Figure::default()
    }
}

//! Made-up populations: no model, no patients.

use super::plot::kinds::population::{
    BandPanel, Cohort, EndPoint, EndPoints, GRADES, GradeDistribution, GradePanel, QuantileBands, ShareBar, end_points,
    grade_distribution, quantile_bands,
};
use super::plot::{Axis, Figure, Mark, MarkKind};

/// A thousand patients.
pub fn cohort() -> Cohort {
    Cohort {
        title: "Virtual patients".into(),
        subtitle: "cart-crs  ·  set high".into(),
        facts: vec!["cart-crs, set high".into(), "maturity: illustrative".into()],
        patients: 1000,
        failed: 3,
        seed: Some(42),
    }
}

pub fn days() -> Axis {
    Axis::linear("Time after the first infusion", "d").between(0.0, 28.0)
}

fn marks() -> Vec<Mark> {
    let dose = |x| Mark { x, label: "CAR-T".into(), kind: MarkKind::Dose, style: None };
    [0.0, 1.0, 2.0].map(dose).to_vec()
}

/// IL-6 on a log axis with a limit of quantification, a tumour that some clear, temperature; more of them if asked for.
pub fn bands(count: usize) -> QuantileBands {
    let time: Vec<f64> = (0..=112).map(|i| f64::from(i) / 4.0).collect();
    let panel = |index: usize| {
        let value = |t: f64, k: f64| match index % 3 {
            0 => (3.0 + 2000.0 * (1.4 * k).exp() * (-((t - 8.0 - 0.5 * k) / 2.0).powi(2)).exp()) * (0.3 * k).exp(),
            1 if k < -0.5 && t > 14.0 => 0.0,
            1 => 50.0 * (0.5 * k + 0.02 * t - (5.0 - 1.5 * k) / (1.0 + (-(t - 10.0) / 1.2).exp())).exp(),
            _ => 36.8 + 0.15 * k + (2.4 + 0.5 * k) * (-((t - 8.4) / (2.2 + 0.5 * k)).powi(4)).exp(),
        };
        let at = |k: f64| -> Vec<f64> { time.iter().map(|t| value(*t, k)).collect() };
        let mut panel = match index % 3 {
            0 => BandPanel { lloq: Some(5.0), ..BandPanel::log("IL-6", "pg/mL", &time, &at(0.0)) },
            1 => BandPanel::log("Tumour", "1e9 cells", &time, &at(0.0)),
            _ => BandPanel::linear("Temperature", "degC", &time, &at(0.0)),
        };
        for (level, k) in [(0.5, 0.674), (0.9, 1.645)] {
            let (a, b) = (at(-k), at(k));
            let ends = |of: fn(f64, f64) -> f64| -> Vec<f64> { a.iter().zip(&b).map(|(a, b)| of(*a, *b)).collect() };
            panel.add_band(level, &ends(f64::min), &ends(f64::max));
        }
        panel
    };
    QuantileBands { cohort: cohort(), time: days(), panels: (0..count).map(panel).collect(), marks: marks() }
}

/// Shares at each quarter of a day, `severe` times the usual share of the high grades.
pub fn grades(scale: &str, severe: f64) -> GradePanel {
    let time: Vec<f64> = (0..112).map(|i| f64::from(i) / 4.0).collect();
    let shares = |t: f64| {
        let pulse = |at: f64, width: f64, high: f64| high * (-((t - at) / width).powi(2)).exp();
        let mut row = [0.0; GRADES];
        row[1] = pulse(7.0, 3.0, 0.35);
        row[2] = pulse(8.0, 2.5, 0.25);
        row[3] = pulse(8.7, 2.0, 0.18 * severe);
        row[4] = pulse(9.2, 1.7, 0.1 * severe);
        row[6] = if !(1.0..22.0).contains(&t) { 0.06 } else { 0.0 };
        row[0] = 1.0 - row.iter().sum::<f64>();
        row
    };
    GradePanel::new(scale, &time, 28.0, &time.iter().map(|t| shares(*t)).collect::<Vec<_>>())
}

pub fn grading(panels: Vec<GradePanel>) -> GradeDistribution {
    GradeDistribution { cohort: cohort(), time: days(), panels, marks: marks() }
}

/// A bell of 40 bins around 10^`middle`.
pub fn peak(name: &str, middle: f64) -> EndPoint {
    let z = |i: i32| -4.0 + f64::from(i) / 5.0;
    let at = |z: f64| 10f64.powf(middle + 0.6 * z);
    let count = |i: i32| (4e5 * (-(z(i) + 0.1).powi(2) / 2.0).exp()) as u64;
    let bins: Vec<(f64, f64, u64)> = (0..40).map(|i| (at(z(i)), at(z(i + 1)), count(i))).collect();
    EndPoint::histogram("Maximum", "pg/mL", &bins).named(name).log().quantiles(at(-1.645), at(0.0), at(1.645))
}

/// Numbers and categories, usual ones and those at the ends of what there can be.
pub fn ends() -> EndPoints {
    let grade = |grade, count: u64| {
        let share = count as f64 / 1000.0;
        ShareBar::grade(grade, count).between(0.9 * share, (1.1 * share).min(1.0))
    };
    let worst =
        [grade(Some(0), 120), grade(Some(1), 380), grade(Some(2), 290), grade(Some(3), 130), grade(Some(4), 75)];
    let panels = vec![
        peak("IL-6, maximum", 3.1).without(120, 12),
        peak("CAR-T cells in blood, area under the curve to day 28", 1.0),
        EndPoint::bars("Worst grade (ASTCT 2019)", &worst).named("Worst grade").without(2, 3),
        EndPoint::bars("Tocilizumab given", &[ShareBar::new("yes", 412).between(0.38, 0.44), ShareBar::new("no", 588)]),
        EndPoint::bars("Response", &[ShareBar::new("yes", 1_000_000).between(0.999, 1.0), ShareBar::new("no", 0)]),
        EndPoint::histogram("Relapse", "d", &[]).named("Relapse").without(1_000_000, 7),
        EndPoint::bars("Nobody graded", &[ShareBar::grade(Some(0), 0), ShareBar::grade(None, 0)]).without(9, 0),
        EndPoint::histogram("All values equal", "d", &[(5.0, 5.0, 1_000_000)]).quantiles(5.0, 5.0, 5.0),
        EndPoint::histogram("One bin", "d", &[(2.0, 3.0, 1)]),
        EndPoint::histogram("Huge", "1", &[(-3.0, 0.0, 7), (0.0, 1e-300, 10), (1.0, 1e300, 5)])
            .log()
            .quantiles(1e-300, 1e-2, 1e300),
        EndPoint::histogram("Huge", "1", &[(-1e300, 0.0, 10), (0.0, 1e300, u64::MAX)]),
        EndPoint::histogram("Tiny", "1", &[(-1e-300, 0.0, 10), (0.0, 1e-300, 5)]),
        EndPoint::histogram("One more", "1", &[(1e5, 1.000_001e5, 10)]).log(),
    ];
    EndPoints { cohort: cohort(), panels }
}

/// All figures of a population.
pub fn figures() -> Vec<(&'static str, Figure)> {
    let mut figures = vec![
        ("bands", quantile_bands(&bands(3)).unwrap()),
        ("bands of one output", quantile_bands(&bands(1)).unwrap()),
        ("bands of 30 outputs", quantile_bands(&bands(30)).unwrap()),
        ("grades", grade_distribution(&grading(vec![grades("astct-2019", 1.0), grades("lee-2014", 1.6)])).unwrap()),
        ("grades by one scale", grade_distribution(&grading(vec![grades("astct-2019", 1.0)])).unwrap()),
    ];
    figures.extend(end_points(&ends()).unwrap().into_iter().map(|figure| ("end points", figure)));
    for count in 1..=4 {
        let few = EndPoints { panels: ends().panels.into_iter().take(count).collect(), ..ends() };
        figures.extend(end_points(&few).unwrap().into_iter().map(|figure| ("few end points", figure)));
    }
    figures
}

//! A fit made by hand for tests: six subjects after one oral dose, measured ten times, some values below the limit.

use super::result::{
    Covariance, Estimate, EstimateKind, Fitted, FittedOutput, IndividualFit, Prediction, Profile, SubjectCurves,
    Verdict,
};
use crate::numeric::normal_quantile;
use crate::unit::Unit;

const TIMES: [f64; 10] = [0.25, 0.5, 1.0, 2.0, 3.5, 5.0, 7.0, 9.0, 12.0, 24.0];
const LLOQ: f64 = 1.0;
/// Typical absorption rate (1/h), volume (L), clearance (L/h).
const TYPICAL: [f64; 3] = [1.5, 33.0, 2.8];
const ETAS: [[f64; 3]; 6] = [
    [0.45, -0.1, -0.6],
    [-0.35, 0.05, 0.2],
    [0.6, -0.15, 0.1],
    [-0.7, 0.1, 0.05],
    [0.1, 0.12, 0.35],
    [-0.1, -0.02, -0.1],
];

/// mg/L at `time` after 320 mg at 0 h.
fn concentration([ka, v, cl]: [f64; 3], time: f64) -> f64 {
    let k = cl / v;
    320.0 * ka / (v * (ka - k)) * ((-k * time).exp() - (-ka * time).exp())
}

fn of(subject: usize) -> [f64; 3] {
    std::array::from_fn(|at| TYPICAL[at] * ETAS[subject][at].exp())
}

fn predictions() -> Vec<Prediction> {
    let mut all = Vec::new();
    for (subject, etas) in ETAS.iter().enumerate() {
        for (at, &time) in TIMES.iter().enumerate() {
            let count = (10 * subject + at) as f64;
            // Normal scores in the order of the golden section.
            let score = normal_quantile((0.5 + 0.618_033_988_75 * count) % 1.0);
            let (pred, ipred) = (concentration(TYPICAL, time), concentration(of(subject), time));
            let measured = ipred * (1.0 + 0.12 * score);
            let below = measured < LLOQ;
            all.push(Prediction {
                subject,
                time,
                output: 0,
                dv: if below { LLOQ } else { measured },
                cens: i8::from(below),
                pred,
                ipred,
                iwres: (!below).then_some(score),
                cwres: (!below).then_some(0.9 * score + 0.1 * etas[2]),
            });
        }
    }
    all
}

/// The fit.
pub(crate) fn fitted() -> Fitted {
    let unit = |text: &str| Unit::parse_str(text).expect("a unit");
    let estimate = |name: &str, kind, unit: &str, start, value: f64, rse: f64| {
        let se = rse * value;
        let spread = (1.96 * rse).exp();
        Estimate {
            name: name.into(),
            kind,
            unit: unit.into(),
            transform: "log".into(),
            start,
            value,
            se: Some(se),
            interval: Some((value / spread, value * spread)),
            fixed: false,
        }
    };
    use EstimateKind::{Covariate, Residual, Typical, Variance};
    let predictions = predictions();
    let censored = predictions.iter().filter(|one| one.cens != 0).count();
    let estimates = vec![
        estimate("ka", Typical, "1/h", 1.0, 1.5, 0.19),
        estimate("v", Typical, "L", 20.0, 33.0, 0.04),
        estimate("cl", Typical, "L/h", 4.0, 2.8, 0.08),
        Estimate { fixed: true, se: None, interval: None, ..estimate("cl~weight", Covariate, "1", 0.75, 0.75, 0.0) },
        estimate("omega2(ka)", Variance, "1", 0.1, 0.25, 0.5),
        estimate("omega2(v)", Variance, "1", 0.1, 0.012, 0.6),
        estimate("omega2(cl)", Variance, "1", 0.1, 0.09, 0.45),
        Estimate { se: None, interval: None, ..estimate("omega(cl,v)", Variance, "1", 0.0, 0.01, 0.0) },
        estimate("conc.cv", Residual, "1", 0.2, 0.12, 0.11),
    ];
    let individual = |(at, etas): (usize, &[f64; 3])| IndividualFit {
        subject: (at + 1).to_string(),
        etas: etas.to_vec(),
        eta_sds: vec![0.15, 0.05, 0.08],
        parameters: ["ka", "v", "cl"].map(String::from).into_iter().zip(of(at)).collect(),
        typical: of(at).to_vec(),
        objective: 20.0 + at as f64,
        at_kink: false,
    };
    // The search comes closer by half each time.
    let course = |iteration: i32| {
        let left = 0.5_f64.powi(iteration);
        let searched = estimates.iter().filter(|one| !one.fixed);
        (135.0 + 60.0 * left, searched.map(|one| one.value + left * (one.start - one.value)).collect())
    };
    Fitted {
        model: "oral".into(),
        time: unit("h"),
        method: "focei".into(),
        censoring: "M3".into(),
        objective: 135.0,
        objective_error: None,
        counts: (predictions.len() - censored, censored),
        converged: true,
        profiles: Vec::new(),
        covariance: Some(Covariance {
            kind: "RSR".into(),
            names: vec!["log(ka)".into(), "log(v)".into()],
            matrix: vec![0.0361, 0.0, 0.0, 0.0016],
            condition: 1.0,
        }),
        individuals: ETAS.iter().enumerate().map(individual).collect(),
        etas: ["ka", "v", "cl"].map(String::from).to_vec(),
        shrinkage: vec![0.05, 0.18, 0.02],
        predictions,
        iterations: (0..12).map(course).collect(),
        outputs: vec![FittedOutput {
            name: "conc".into(),
            label: "Concentration".into(),
            unit: unit("mg/L"),
            log: false,
            lloq: Some(LLOQ),
        }],
        verdicts: vec![Verdict { good: true, text: "converged".into() }],
        estimates,
    }
}

/// The courses between the measurements.
pub(crate) fn curves() -> Vec<SubjectCurves> {
    let times: Vec<f64> = (0..=96).map(|quarter| 0.25 * f64::from(quarter)).collect();
    let curve = |values: [f64; 3]| times.iter().map(|time| concentration(values, *time)).collect::<Vec<_>>();
    (0..ETAS.len())
        .map(|subject| SubjectCurves {
            subject,
            output: 0,
            individual: curve(of(subject)),
            population: curve(TYPICAL),
            times: times.clone(),
            doses: vec![0.0],
        })
        .collect()
}

/// Two profiles: one that is told by the data from both sides, one from below only.
pub(crate) fn profiles() -> Vec<Profile> {
    let around = |estimate: f64, width: f64, flat: bool| -> Vec<(f64, f64)> {
        let rise = |step: i32| {
            let z = f64::from(step) / 4.0;
            let value = estimate * (width * z).exp();
            (value, if flat && z > 0.0 { 0.3 * (1.0 - (-z).exp()) } else { z * z })
        };
        (-10..=10).map(rise).collect()
    };
    let profile = |parameter: &str, unit: &str, estimate: f64, width: f64, flat: bool| Profile {
        parameter: parameter.into(),
        unit: unit.into(),
        points: around(estimate, width, flat),
        estimate,
        interval: (Some(estimate * (-1.96 * width).exp()), (!flat).then_some(estimate * (1.96 * width).exp())),
    };
    vec![profile("cl", "L/h", 2.8, 0.08, false), profile("ka", "1/h", 1.5, 0.2, true)]
}

//! Tables of a fit small enough to check by hand.

use super::*;
use crate::fit::result::{Covariance, Estimate, FittedOutput, IndividualFit, Prediction, Verdict};
use crate::unit::Unit;

fn unit(text: &str) -> Unit {
    Unit::parse_str(text).expect("a unit")
}

fn estimate(name: &str, kind: EstimateKind, value: f64) -> Estimate {
    Estimate {
        name: name.into(),
        kind,
        unit: "1".into(),
        transform: "identity".into(),
        start: value,
        value,
        se: None,
        interval: None,
        fixed: false,
    }
}

fn tiny() -> Fitted {
    use EstimateKind::{Covariate, Residual, Typical, Variance};
    let cl = Estimate {
        unit: "L/h".into(),
        transform: "log".into(),
        start: 2.0,
        se: Some(0.75),
        interval: Some((2.0, 4.5)),
        ..estimate("cl", Typical, 3.0)
    };
    let v = Estimate { unit: "L".into(), transform: "log".into(), fixed: true, ..estimate("v", Typical, 40.0) };
    let sd =
        Estimate { unit: "mg/L".into(), transform: "log".into(), start: 0.25, ..estimate("conc.sd", Residual, 0.5) };
    let prediction = |subject, time, dv, cens, pred, ipred| Prediction {
        subject,
        time,
        output: 0,
        dv,
        cens,
        pred,
        ipred,
        iwres: Some(-2.0),
        cwres: (cens == 0).then_some(0.1),
    };
    let individual = |subject: &str, etas: [f64; 2], cl: f64| IndividualFit {
        subject: subject.into(),
        etas: etas.to_vec(),
        eta_sds: vec![0.5, 0.25],
        parameters: vec![("cl".into(), cl), ("v".into(), 40.0)],
        typical: vec![5.0, 40.0],
        objective: 5.0,
        at_kink: subject == "B,2",
    };
    Fitted {
        model: "one-compartment".into(),
        time: unit("h"),
        method: "focei".into(),
        censoring: "M3".into(),
        objective: 10.0,
        objective_error: None,
        counts: (2, 1),
        converged: true,
        profiles: Vec::new(),
        estimates: vec![
            cl,
            v,
            estimate("cl~weight", Covariate, 0.75),
            estimate("omega2(cl)", Variance, 0.09),
            estimate("omega(v,cl)", Variance, 0.03),
            estimate("omega2(v)", Variance, 0.04),
            sd,
        ],
        covariance: Some(Covariance {
            kind: "RSR".into(),
            names: vec!["log(cl)".into(), "log(conc.sd)".into()],
            matrix: vec![0.0625, -0.0625, -0.0625, 0.25],
            condition: 2.5,
        }),
        individuals: vec![individual("7", [0.5, -0.25], 4.0), individual("B,2", [0.0, 1e-7], 3.0)],
        etas: vec!["cl".into(), "v".into()],
        shrinkage: vec![0.125, 0.25],
        predictions: vec![
            prediction(0, 0.5, 2.0, 0, 1.5, 2.25),
            prediction(0, 24.0, 0.1, 1, 0.25, 0.125),
            prediction(1, 0.5, 1.0, 0, 1.5, 1.5),
        ],
        iterations: vec![
            (20.0, vec![2.0, 0.5, 0.0625, 0.0, 0.0625, 0.25]),
            (10.0, vec![3.0, 0.75, 0.09, 0.03, 0.04, 0.5]),
        ],
        outputs: vec![FittedOutput {
            name: "conc".into(),
            label: "Concentration".into(),
            unit: unit("mg/L"),
            log: false,
            lloq: Some(0.1),
        }],
        verdicts: vec![
            Verdict { good: false, text: "condition number above 1000".into() },
            Verdict { good: true, text: "converged".into() },
        ],
    }
}

#[test]
fn estimates_have_their_units_and_what_is_missing_is_empty() {
    assert_eq!(
        estimates(&tiny()),
        "parameter,kind,estimate,se,rse,lower,upper,fixed,transform,unit,start\n\
         cl,typical,3,0.75,25,2,4.5,0,log,L/h,2\n\
         v,typical,40,,,,,1,log,L,40\n\
         cl~weight,covariate,0.75,,,,,0,identity,1,0.75\n\
         omega2(cl),variance,0.09,,,,,0,identity,1,0.09\n\
         \"omega(v,cl)\",variance,0.03,,,,,0,identity,1,0.03\n\
         omega2(v),variance,0.04,,,,,0,identity,1,0.04\n\
         conc.sd,residual,0.5,,,,,0,log,mg/L,0.25\n"
    );
}

#[test]
fn subjects_have_random_effects_and_parameters() {
    assert_eq!(
        individuals(&tiny()),
        "subject,eta_cl,eta_v,eta_sd_cl,eta_sd_v,cl,v,objective,at_kink\n\
         7,0.5,-0.25,0.5,0.25,4,40,5,0\n\
         \"B,2\",0,1e-7,0.5,0.25,3,40,5,1\n"
    );
}

#[test]
fn residuals_are_those_of_values_alone() {
    assert_eq!(
        predictions(&tiny()),
        "ID,TIME,DVID,DV,PRED,IPRED,RES,IRES,IWRES,CWRES,CENS\n\
         7,0.5,conc,2,1.5,2.25,0.5,-0.25,-2,0.1,0\n\
         7,24,conc,0.1,0.25,0.125,,,,,1\n\
         \"B,2\",0.5,conc,1,1.5,1.5,-0.5,-0.5,-2,0.1,0\n"
    );
}

#[test]
fn correlations_are_covariances_over_standard_deviations() {
    let known = tiny().covariance.expect("given");
    assert_eq!(covariance(&known), "name,log(cl),log(conc.sd)\nlog(cl),0.0625,-0.0625\nlog(conc.sd),-0.0625,0.25\n");
    // -0.0625 / (0.25 x 0.5)
    assert_eq!(correlation(&known), "name,log(cl),log(conc.sd)\nlog(cl),1,-0.5\nlog(conc.sd),-0.5,1\n");
    let none = Covariance { matrix: vec![0.0, 0.0, 0.0, 4.0], ..known };
    assert_eq!(correlation(&none), "name,log(cl),log(conc.sd)\nlog(cl),,\nlog(conc.sd),,1\n");
}

#[test]
fn iterations_have_a_column_for_each_that_was_searched() {
    let mut fitted = tiny();
    let head = "iteration,objective,cl,cl~weight,omega2(cl),\"omega(v,cl)\",omega2(v),conc.sd\n";
    assert_eq!(iterations(&fitted), format!("{head}0,20,2,0.5,0.0625,0,0.0625,0.25\n1,10,3,0.75,0.09,0.03,0.04,0.5\n"));
    // With as many columns as estimates, the fixed one is among them.
    fitted.iterations = vec![(20.0, vec![2.0, 40.0, 0.5, 0.0625, 0.0, 0.0625, 0.25])];
    assert!(iterations(&fitted).starts_with("iteration,objective,cl,v,cl~weight,"));
    fitted.iterations.clear();
    assert_eq!(iterations(&fitted), "iteration,objective\n");
}

#[test]
fn ext_has_thetas_in_order_then_the_triangle() {
    let text = ext(&tiny());
    let mut lines = text.lines();
    assert!(lines.next().is_some_and(|line| line.starts_with("TABLE NO.     1: focei: Goal Function=")));
    let fields = |line: &str| line.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = lines.map(fields).collect();
    let expected = [
        "ITERATION THETA1 THETA2 THETA3 THETA4 SIGMA(1,1) OMEGA(1,1) OMEGA(2,1) OMEGA(2,2) OBJ",
        "0 2.00000E+00 4.00000E+01 5.00000E-01 2.50000E-01 1.00000E+00 6.25000E-02 0.00000E+00 6.25000E-02 2.00000E+01",
        "1 3.00000E+00 4.00000E+01 7.50000E-01 5.00000E-01 1.00000E+00 9.00000E-02 3.00000E-02 4.00000E-02 1.00000E+01",
        "-1000000000 3.00000E+00 4.00000E+01 7.50000E-01 5.00000E-01 1.00000E+00 9.00000E-02 3.00000E-02 4.00000E-02 1.00000E+01",
        "-1000000001 7.50000E-01 1.00000E+10 1.00000E+10 1.00000E+10 1.00000E+10 1.00000E+10 1.00000E+10 1.00000E+10 0.00000E+00",
        "-1000000006 0.00000E+00 1.00000E+00 0.00000E+00 0.00000E+00 1.00000E+00 0.00000E+00 0.00000E+00 0.00000E+00 0.00000E+00",
    ];
    assert_eq!(rows, expected.map(fields));
    let mut fitted = tiny();
    // Independent random effects: 0, and fixed.
    fitted.estimates.retain(|one| one.name != "omega(v,cl)");
    fitted.iterations.clear();
    fitted.estimates[0].se = None;
    let text = ext(&fitted);
    let rows: Vec<Vec<String>> = text.lines().skip(2).map(fields).collect();
    assert_eq!(rows.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), ["-1000000000", "-1000000006"]);
    assert_eq!((rows[0][7].as_str(), rows[1][7].as_str()), ("0.00000E+00", "1.00000E+00"));
}

#[test]
fn phi_has_variances_and_numbers_for_names() {
    let text = phi(&tiny());
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["SUBJECT_NO", "ID", "ETA(1)", "ETA(2)", "ETC(1,1)", "ETC(2,1)", "ETC(2,2)", "OBJ"]);
    let first = "1 7.00000E+00 5.00000E-01 -2.50000E-01 2.50000E-01 0.00000E+00 6.25000E-02 5.00000E+00";
    assert_eq!(rows[1], first.split(' ').collect::<Vec<_>>());
    assert_eq!(rows[2][..2], ["2", "2.00000E+00"]);
}

#[test]
fn the_report_says_both_bics_and_how_files_map() {
    let text = report(&tiny());
    for line in [
        "# Fit of one-compartment by focei",
        "Research software: not for clinical decisions.",
        "Data: 2 subjects, 2 values, 1 censored (M3). Times in h.",
        "| conc | mg/L | 0.1 | 2 | 1 |",
        "Censored measurements by M3 (Beal 2001): each adds the probability that it lies beyond its limit.",
        "- Doubtful: condition number above 1000",
        "- Good: converged",
        "| objective (without N ln 2 pi) | 10.000 | N = 2, the values |",
        // 10 + 2 ln(2 pi); + 2 x 6; + 6 ln 3; + 6 ln 2
        "| -2 log-likelihood | 13.676 | with N ln 2 pi |",
        "| AIC | 25.676 | 6 estimated |",
        "| BIC | 20.267 | n = 3 measurements, censored ones included |",
        "| BIC of subjects | 17.835 | n = 2 subjects |",
        "| cl | typical | 3 | L/h | 0.75 | 25.0 | 2 to 4.5 | log | 2 | THETA1 |",
        "| v | typical | 40 (fixed) | L | - | - | - | log | 40 | THETA2 |",
        "| cl\\~weight | covariate | 0.75 | - | - | - | - | identity | 0.75 | THETA3 |",
        "| omega(v,cl) | variance | 0.03 | - | - | - | - | identity | 0.03 | OMEGA(2,1) |",
        // 100 sqrt(e^0.09 - 1), 100 sqrt(e^0.04 - 1); 0.03 / (0.3 x 0.2)
        "| cl | 0.3 | 30.69 | 12.5 |",
        "| v | 0.2 | 20.2 | 25.0 |",
        "| cl | v | 0.5 |",
        "Subjects whose mode lies on a kink: B,2.",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}\nis not in\n{text}");
    }
    let mut fitted = tiny();
    fitted.objective_error = Some(0.25);
    fitted.covariance = None;
    let text = report(&fitted);
    assert!(text.contains("N = 2, the values, Monte-Carlo standard error 0.25 |"));
    assert!(text.contains("No standard errors"));
}

#[test]
fn the_terminal_gets_aligned_columns_and_words() {
    let text = summary(&tiny());
    let expected = "\
one-compartment, focei: 2 subjects, 2 values, 1 censored (M3)
objective 10.000  -2LL 13.676  AIC 25.676  BIC 20.267 (3 measurements)

parameter    estimate  unit  rse_%  low_95  high_95  start
cl                  3  L/h    25.0       2      4.5      2
v                  40  L         -       -        -     40  fixed
cl~weight        0.75  -         -       -        -   0.75
omega2(cl)       0.09  -         -       -        -   0.09
omega(v,cl)      0.03  -         -       -        -   0.03
omega2(v)        0.04  -         -       -        -   0.04
conc.sd           0.5  mg/L      -       -        -   0.25

shrinkage: cl 12 %, v 25 %

doubtful: condition number above 1000
good: converged
";
    assert_eq!(text, expected);
}

#[test]
fn files_are_those_that_the_fit_has() {
    let names = |fitted: &Fitted| files(fitted).into_iter().map(|file| file.0).collect::<Vec<_>>();
    let all = names(&tiny());
    assert!(all.contains(&"covariance.csv") && all.contains(&"fit.phi") && all.len() == 9);
    assert_eq!(names(&Fitted { covariance: None, ..tiny() }).len(), 7);
}

use super::{model, typical};
use crate::model::Model;
use crate::population::{Draw, Individual, Sampling, Uncertain};

const A: f64 = 2.0;
const B: f64 = 3.0;
const C: f64 = 0.2;
/// Of log(a), b and logit(c).
const COVARIANCE: [f64; 9] = [0.04, 0.03, -0.01, 0.03, 0.09, 0.02, -0.01, 0.02, 0.16];

fn three(of_a: &str) -> Model {
    model(
        &[
            ("a", &format!("value = {A}\nunit = '1'\n{of_a}")),
            ("b", &format!("value = {B}\nunit = '1'")),
            ("c", &format!("value = {C}\nunit = '1'\nbounds = [0, 0.5]")),
        ],
        "",
    )
}

fn uncertain(model: &Model) -> Uncertain {
    let names = [("a", "log"), ("b", "identity"), ("c", "logit")].map(|(name, scale)| (name.into(), scale.into()));
    Uncertain::new(model, &names, &COVARIANCE).unwrap()
}

fn draw(model: &Model, sampling: Sampling, uncertain: Uncertain) -> Draw {
    Draw::uncertain(model, &typical(model), 42, sampling, uncertain).unwrap()
}

/// On the scale of estimation.
fn scaled(patient: &Individual) -> [f64; 3] {
    let [a, b, c] = patient.parameters[..] else { panic!("three parameters") };
    [a.ln(), b, (c / (0.5 - c)).ln()]
}

/// Normal on the scale of estimation: of n = 20000 the mean has the standard error sqrt(v_i / n), a covariance
/// sqrt((v_i v_j + c_ij^2) / n); four of them. Nothing else varies.
#[test]
fn typical_values_have_the_mean_and_the_covariance_of_the_estimates() {
    const COUNT: u64 = 20_000;
    let model = three("");
    let draw = draw(&model, Sampling::Random, uncertain(&model));
    let all: Vec<[f64; 3]> = (0..COUNT).map(|n| scaled(&draw.patient(n))).collect();
    let expected = [A.ln(), B, (C / (0.5 - C)).ln()];
    let n = COUNT as f64;
    for i in 0..3 {
        let mean = all.iter().map(|x| x[i]).sum::<f64>() / n;
        let error = (COVARIANCE[4 * i] / n).sqrt();
        assert!((mean - expected[i]).abs() < 4.0 * error, "{i}: {mean} against {}", expected[i]);
        for j in 0..=i {
            let product = |x: &[f64; 3]| (x[i] - expected[i]) * (x[j] - expected[j]);
            let found = all.iter().map(product).sum::<f64>() / n;
            let wanted = COVARIANCE[3 * i + j];
            let error = ((COVARIANCE[4 * i] * COVARIANCE[4 * j] + wanted * wanted) / n).sqrt();
            assert!((found - wanted).abs() < 4.0 * error, "{i}, {j}: {found} against {wanted}");
        }
    }
}

#[test]
fn a_patient_has_the_same_typical_values_whatever_the_others_the_sampling_and_what_is_held() {
    let (model, bare) = (three("variability = { cv = 0.3 }"), three(""));
    let random = draw(&model, Sampling::Random, uncertain(&model));
    let sobol = draw(&model, Sampling::Sobol, uncertain(&model));
    let without = draw(&bare, Sampling::Random, uncertain(&bare));
    let mut held = uncertain(&model);
    assert!(held.hold(1) && !held.hold(1));
    assert_eq!(held.parameters().collect::<Vec<_>>(), [0, 2]);
    let held = draw(&model, Sampling::Random, held);
    // Into an individual that was another one, backwards.
    let mut again = Individual::default();
    for n in (0..50).rev() {
        random.fill(n, &mut again);
        let patient = random.patient(n);
        assert_eq!(patient, again);
        assert_eq!(patient.parameters[1..], without.patient(n).parameters[1..]);
        assert_eq!(patient.parameters[1..], sobol.patient(n).parameters[1..]);
        let other = held.patient(n);
        assert_eq!((other.parameters[0], other.parameters[2]), (patient.parameters[0], patient.parameters[2]));
        assert_eq!((other.parameters[1], &other.etas), (B, &patient.etas));
        // The random effect moves the typical value that was drawn.
        let moved = without.patient(n).parameters[0] * patient.etas[0].exp();
        assert!((patient.parameters[0] / moved - 1.0).abs() < 1e-14);
    }
}

/// A coefficient of variation of a normal parameter is a share of the value that was drawn.
#[test]
fn the_spread_by_share_goes_with_the_typical_value() {
    let (model, bare) = (three("variability = { cv = 0.1, distribution = 'normal' }"), three(""));
    let certain = Draw::new(&model, &typical(&model), 42, Sampling::Random).unwrap();
    let draw = draw(&model, Sampling::Random, uncertain(&model));
    let theta = self::draw(&bare, Sampling::Random, uncertain(&bare));
    for n in 0..20 {
        let (one, own) = (draw.patient(n), theta.patient(n).parameters[0]);
        assert!((one.etas[0] - certain.patient(n).etas[0] * own / A).abs() < 1e-14);
        assert_eq!(one.parameters[0], own + one.etas[0]);
    }
}

/// What a class declares is no estimate.
#[test]
fn values_of_classes_are_not_drawn() {
    let mixed = "[mixture]\nclasses = [{ name = 'one', probability = 0.5, parameters = { b = 7 } },\n\
                 { name = 'two', probability = 0.5 }]\n";
    let model = model(&[("a", "value = 2\nunit = '1'"), ("b", "value = 3\nunit = '1'")], mixed);
    let names = [("a".to_string(), "log".to_string()), ("b".to_string(), "log".to_string())];
    let uncertain = Uncertain::new(&model, &names, &[0.1, 0.0, 0.0, 0.1]).unwrap();
    let draw = draw(&model, Sampling::Random, uncertain);
    for patient in (0..20).map(|n| draw.patient(n)) {
        assert_eq!(patient.class == Some(0), patient.parameters[1] == 7.0);
        assert_ne!(patient.parameters[0], 2.0);
    }
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let model = three("");
    let told = |names: &[(&str, &str)], covariance: &[f64]| {
        let names: Vec<_> = names.iter().map(|(name, scale)| (name.to_string(), scale.to_string())).collect();
        Uncertain::new(&model, &names, covariance).unwrap_err().to_string()
    };
    assert!(told(&[("d", "log")], &[1.0]).contains("`d` is not a parameter"));
    assert!(told(&[("a", "root")], &[1.0]).contains("unknown scale `root`"));
    assert!(told(&[("a", "log")], &[]).contains("not square"));
    let both = [("a", "log"), ("b", "log")];
    assert!(told(&both, &[1.0, 0.5, 0.4, 1.0]).contains("not symmetric"));
    assert!(told(&both, &[1.0, 2.0, 2.0, 1.0]).contains("not positive definite"));
    // All that could be drawn is held, and nothing else varies.
    let mut held = uncertain(&model);
    (0..3).for_each(|at| assert!(held.hold(at)));
    let found = Draw::uncertain(&model, &typical(&model), 1, Sampling::Random, held).unwrap_err().to_string();
    assert!(found.contains("nothing varies"), "{found}");
}

use super::{checked, model, typical};
use crate::model::{Model, Override, Values};
use crate::population::{Draw, Individual, Sampling};

fn draw(model: &Model, sampling: Sampling) -> Result<Draw, String> {
    Draw::new(model, &typical(model), 42, sampling).map_err(|problems| problems.to_string())
}

fn patients(draw: &Draw, count: u64) -> Vec<Individual> {
    (0..count).map(|n| draw.patient(n)).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let (mean_a, mean_b) = (mean(a), mean(b));
    a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum::<f64>() / (a.len() - 1) as f64
}

fn sd(values: &[f64]) -> f64 {
    covariance(values, values).sqrt()
}

fn column(patients: &[Individual], parameter: usize) -> Vec<f64> {
    patients.iter().map(|patient| patient.parameters[parameter]).collect()
}

/// Moments of the declared distributions in closed form; random errors of 40000 patients are told by the bounds.
#[test]
fn distributions_have_the_declared_moments() {
    let model = model(
        &[
            ("by_cv", "value = 3\nunit = '1'\nvariability = { cv = 0.5 }"),
            ("by_sd", "value = 2\nunit = '1'\nvariability = { sd = 0.3, distribution = 'lognormal' }"),
            ("fixed", "value = 7\nunit = '1'"),
            ("by_variance", "value = 5\nunit = '1'\nvariability = { variance = 0.04, distribution = 'normal' }"),
            ("normal_cv", "value = -10\nunit = '1'\nvariability = { cv = 0.1, distribution = 'normal' }"),
            ("share", "value = 0.2\nunit = '1'\nvariability = { sd = 0.8, distribution = 'logit' }"),
            ("between", "value = 3\nunit = '1'\nbounds = [2, 6]\nvariability = { sd = 1.5, distribution = 'logit' }"),
        ],
        "",
    );
    for sampling in [Sampling::Random, Sampling::Sobol] {
        let draw = draw(&model, sampling).unwrap();
        let names: Vec<&str> = draw.effects().collect();
        assert_eq!(names, ["by_cv", "by_sd", "by_variance", "normal_cv", "share", "between"]);
        let count = 40_000;
        let found = patients(&draw, count);
        let error = 4.0 / (count as f64).sqrt();
        let near = |found: f64, expected: f64, scale: f64| {
            assert!((found - expected).abs() < error * scale, "{sampling:?}: {found} against {expected}");
        };
        // Median 3, so mean 3 sqrt(1 + cv^2); coefficient of variation as declared.
        let values = column(&found, 0);
        near(mean(&values), 3.0 * 1.25f64.sqrt(), sd(&values));
        near(sd(&values) / mean(&values), 0.5, 1.5);
        let logs: Vec<f64> = column(&found, 1).iter().map(|value| (value / 2.0).ln()).collect();
        near(mean(&logs), 0.0, 0.3);
        near(sd(&logs), 0.3, 0.3);
        assert!(column(&found, 2).iter().all(|value| *value == 7.0));
        near(mean(&column(&found, 3)), 5.0, 0.2);
        near(sd(&column(&found, 3)), 0.2, 0.2);
        near(mean(&column(&found, 4)), -10.0, 1.0);
        near(sd(&column(&found, 4)), 1.0, 1.0);
        let logits: Vec<f64> = column(&found, 5).iter().map(|value| (value / (1.0 - value)).ln()).collect();
        near(mean(&logits), (0.2f64 / 0.8).ln(), 0.8);
        near(sd(&logits), 0.8, 0.8);
        let logits: Vec<f64> = column(&found, 6).iter().map(|value| ((value - 2.0) / (6.0 - value)).ln()).collect();
        near(mean(&logits), (1.0f64 / 3.0).ln(), 1.5);
        near(sd(&logits), 1.5, 1.5);
        for patient in found.iter().take(100) {
            assert_eq!(patient.parameters[3], 5.0 + patient.etas[2]);
            assert!((patient.parameters[1] - 2.0 * patient.etas[1].exp()).abs() < 1e-14);
            assert!((patient.class, &patient.subject, patient.outside.len()) == (None, &None, 0));
        }
    }
}

/// Table II of the paper: correlations of the four random effects.
#[test]
fn correlations_are_those_declared() {
    let model = Model::embedded("tocilizumab-frey-2010").unwrap();
    for sampling in [Sampling::Random, Sampling::Sobol] {
        let draw = draw(&model, sampling).unwrap();
        let names: Vec<String> = draw.effects().map(String::from).collect();
        assert_eq!(names, ["clearance_typical", "volume_typical", "volume_peripheral", "capacity_typical"]);
        let found = patients(&draw, 40_000);
        let eta = |at: usize| found.iter().map(|patient| patient.etas[at]).collect::<Vec<f64>>();
        let expected = [(0, 1, 0.6), (0, 2, -0.1), (0, 3, -0.5), (1, 2, 0.5), (1, 3, 0.2), (2, 3, 0.2)];
        for (a, b, correlation) in expected {
            let value = covariance(&eta(a), &eta(b)) / sd(&eta(a)) / sd(&eta(b));
            assert!((value - correlation).abs() < 0.02, "{sampling:?} {a} {b}: {value}");
        }
        for (at, cv) in [(0, 0.39f64), (1, 0.37), (2, 0.66), (3, 0.54)] {
            assert!((sd(&eta(at)) - (1.0 + cv * cv).ln().sqrt()).abs() < 0.01);
        }
    }
}

#[test]
fn effects_that_go_wholly_together_are_allowed() {
    let varying = "value = 1\nunit = '1'\nvariability = { sd = 0.5 }";
    let model = model(
        &[("a", varying), ("b", varying), ("c", varying)],
        "[[correlations]]\nbetween = ['a', 'b']\nvalue = 1\n[[correlations]]\nbetween = ['b', 'c']\nvalue = -1\n\
         [[correlations]]\nbetween = ['a', 'c']\nvalue = -1\n",
    );
    for patient in patients(&draw(&model, Sampling::Random).unwrap(), 50) {
        assert_eq!((patient.etas[0], patient.etas[0]), (patient.etas[1], -patient.etas[2]));
    }
}

const MIXTURE: &str = "[mixture]\nclasses = [\n{ name = 'slow', probability = 0.3, parameters = { a = 10 } },\n\
                       { name = 'usual', probability = 0.5 },\n{ name = 'off', probability = 0.2, parameters = { a = 0, b = 9 } }]\n";

#[test]
fn classes_come_in_their_shares_and_change_typical_values_first() {
    let model =
        model(&[("a", "value = 1\nunit = '1'\nvariability = { sd = 0.1 }"), ("b", "value = 5\nunit = '1'")], MIXTURE);
    for sampling in [Sampling::Random, Sampling::Sobol] {
        let draw = draw(&model, sampling).unwrap();
        assert_eq!(draw.classes().collect::<Vec<_>>(), ["slow", "usual", "off"]);
        assert!(draw.warnings().is_empty());
        let count = 10_000;
        let mut met = [0; 3];
        for patient in patients(&draw, count) {
            let class = patient.class.unwrap();
            met[class] += 1;
            let typical = [10.0, 1.0, 0.0][class];
            assert!((patient.parameters[0] - typical * patient.etas[0].exp()).abs() <= 1e-14 * typical);
            assert_eq!(patient.parameters[1], [5.0, 5.0, 9.0][class]);
        }
        // Sobol points are even to one in each thousand; random ones have a standard error of at most 50.
        let error = if sampling == Sampling::Sobol { 15.0 } else { 200.0 };
        for (met, share) in met.iter().zip([0.3, 0.5, 0.2]) {
            assert!((f64::from(*met) - share * count as f64).abs() < error, "{sampling:?}: {met} for {share}");
        }
    }
}

#[test]
fn a_value_that_classes_replace_is_told() {
    let model =
        model(&[("a", "value = 1\nunit = '1'\nvariability = { sd = 0.1 }"), ("b", "value = 5\nunit = '1'")], MIXTURE);
    let overrides: Vec<Override> = ["a=2", "b=6"].iter().map(|text| text.parse().unwrap()).collect();
    let values = Values::new(&model, None, &overrides).unwrap();
    let draw = Draw::new(&model, &values, 1, Sampling::Random).unwrap();
    let told = draw.warnings().to_string();
    assert!(told.contains("warning[P005]: `a` = 2 1 has no effect in class `slow`, `off`"), "{told}");
    assert!(told.contains("`b` = 6 1 has no effect in class `off`"), "{told}");
    let usual = patients(&draw, 50).into_iter().find(|patient| patient.class == Some(1)).unwrap();
    assert_eq!(usual.parameters[1], 6.0);
}

#[test]
fn a_patient_depends_on_seed_and_number_alone() {
    let model =
        model(&[("a", "value = 1\nunit = '1'\nvariability = { sd = 0.1 }"), ("b", "value = 5\nunit = '1'")], MIXTURE);
    for sampling in [Sampling::Random, Sampling::Sobol] {
        let draw = draw(&model, sampling).unwrap();
        let forward = patients(&draw, 50);
        let mut individual = Individual { subject: Some("7".into()), ..draw.patient(1000) };
        for n in (0..50).rev() {
            draw.fill(n, &mut individual);
            assert_eq!(individual, forward[n as usize]);
        }
        let other = Draw::new(&model, &typical(&model), 43, sampling).unwrap();
        assert_ne!(patients(&other, 50), forward);
        assert_eq!(draw.patient(u64::MAX), draw.clone().patient(u64::MAX));
    }
}

#[test]
fn patients_may_be_drawn_on_many_threads() {
    fn shared<T: Sync + Send>() {}
    shared::<Draw>();
}

#[test]
fn values_outside_of_bounds_are_kept_and_told() {
    let model = model(&[("a", "value = 1\nunit = '1'\nbounds = [0.5, 2]\nvariability = { sd = 1 }")], "");
    let found = patients(&draw(&model, Sampling::Random).unwrap(), 2000);
    let beyond = |patient: &&Individual| !(0.5..=2.0).contains(&patient.parameters[0]);
    assert!(found.iter().all(|patient| patient.outside == if beyond(&patient) { vec![0] } else { vec![] }));
    // P(|eta| > ln 2) of a standard normal eta is 0.488.
    let share = found.iter().filter(beyond).count() as f64 / 2000.0;
    assert!((share - 0.488).abs() < 0.045, "{share}");
}

#[test]
fn what_is_switched_off_is_off_in_everybody() {
    let model = model(
        &[
            ("a", "value = 0\nunit = '1'\nvariability = { sd = 1 }"),
            ("b", "value = 1\nunit = '1'\nvariability = { sd = 1, distribution = 'logit' }"),
            ("c", "value = 0\nunit = '1'\nvariability = { sd = 1, distribution = 'logit' }"),
        ],
        "",
    );
    for patient in patients(&draw(&model, Sampling::Random).unwrap(), 20) {
        assert_eq!(patient.parameters, [0.0, 1.0, 0.0]);
    }
}

#[test]
fn what_cannot_be_drawn_from_is_told_all_at_once() {
    let told = checked(
        &[
            ("a", "value = -1\nunit = '1'\nvariability = { sd = 0.1 }"),
            ("b", "value = 2\nunit = '1'\nvariability = { sd = 0.1, distribution = 'logit' }"),
            ("c", "value = 0.5\nunit = '1'\nvariability = { cv = 0.1, distribution = 'logit' }"),
            ("d", "value = 0.5\nunit = '1'\nbounds = [0, inf]\nvariability = { sd = 0.1, distribution = 'logit' }"),
        ],
        "",
    )
    .unwrap_err();
    for expected in [
        "`a` = -1 is lognormal, but negative",
        "choose `distribution = \"normal\"`",
        "`b` = 2 is logit, but not between 0 and 1",
        "`c` is logit, where `cv` has no meaning",
        "`d` is logit, but its bounds are infinite",
    ] {
        assert!(told.contains(expected), "{expected} is not in\n{told}");
    }
    assert_eq!(told.matches("error[P002]").count(), 4, "{told}");
    assert!(told.contains("small.toml:"), "{told}");
}

#[test]
fn correlations_without_a_joint_distribution_name_the_pair() {
    let varying = "value = 1\nunit = '1'\nvariability = { sd = 0.5 }";
    let correlated = |list: &[(&str, &str, f64)]| {
        let text: String = list
            .iter()
            .map(|(a, b, value)| format!("[[correlations]]\nbetween = ['{a}', '{b}']\nvalue = {value}\n"))
            .collect();
        checked(&[("a", varying), ("b", varying), ("c", varying)], &text).map(|model| draw(&model, Sampling::Random))
    };
    // With r_ab = r_bc = 0.9, r_ac lies in 0.81 +- 0.19.
    let told = correlated(&[("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", 0.6)]).unwrap_err();
    assert!(told.contains("error[P003]: the correlation 0.9 of `c` and `b` contradicts the others"), "{told}");
    // With r_ab = 0.9 and r_ac = 0.6, r_bc lies in 0.54 +- sqrt(0.19 * 0.64).
    assert!(told.contains("between 0.191 and 0.889"), "{told}");
    let told = correlated(&[("a", "b", 0.9), ("a", "c", 0.9)]).unwrap_err();
    assert!(told.contains("`c` and `b` cannot be uncorrelated") && told.contains("between 0.620 and 1.000"), "{told}");
    assert!(correlated(&[("a", "b", 0.9), ("b", "c", 0.9), ("a", "c", 0.63)]).unwrap().is_ok());
    assert!(correlated(&[("a", "b", 1.0), ("a", "c", 0.5)]).unwrap_err().contains("between 0.500 and 0.500"));
}

#[test]
fn a_model_without_variability_is_refused() {
    for model in [
        model(&[("a", "value = 1\nunit = '1'")], ""),
        model(&[("a", "value = 1\nunit = '1'\nvariability = { sd = 0 }")], ""),
        model(&[("a", "value = 1\nunit = '1'")], "[mixture]\nclasses = [{ name = 'all', probability = 1 }]\n"),
    ] {
        let told = draw(&model, Sampling::Random).unwrap_err();
        assert!(told.contains("error[P001]: nothing varies between patients of `small`"), "{told}");
        assert!(told.contains("[parameters.a] variability =") && told.contains("table of patients"), "{told}");
    }
    let classes = "[mixture]\nclasses = [{ name = 'x', probability = 0.5 }, { name = 'y', probability = 0.5 }]\n";
    assert!(draw(&model(&[("a", "value = 1\nunit = '1'")], classes), Sampling::Sobol).is_ok());
}

#[test]
fn sobol_points_have_an_end_of_dimensions() {
    let names: Vec<String> = (0..257).map(|n| format!("p{n}")).collect();
    let varying = "value = 1\nunit = '1'\nvariability = { sd = 0.5 }";
    let parameters: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), varying)).collect();
    let told = draw(&model(&parameters, ""), Sampling::Sobol).err().unwrap();
    assert!(told.contains("error[P004]: `small` has 257 random effects"), "{told}");
    assert!(draw(&model(&parameters[..256], ""), Sampling::Sobol).is_ok());
    assert!(draw(&model(&parameters, ""), Sampling::Random).is_ok());
}

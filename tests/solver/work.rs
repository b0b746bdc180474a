//! Work of the shipped models, pinned: a change here is a change of speed, to be looked at before it is accepted.

use cascade::integrate::{Counters, Method};

use crate::support::{Case, embedded, graded, run};

/// Method at the end, steps, rejected attempts, Jacobians, rates alone, evaluations of conditions, borders.
fn work(model: &str, case: Case, method: Method, grades: bool) -> String {
    let model = embedded(model);
    let scenario = case.of(&model).method(method);
    let found = run(if grades { graded(scenario) } else { scenario });
    let Counters { steps, rejected, rates, jacobians, conditions, borders, .. } = found.counters;
    format!(
        "{}: {steps} steps, {rejected} rejected, {jacobians} Jacobians, {rates} rates, {conditions} conditions, {borders} borders",
        found.method
    )
}

#[test]
fn work_of_the_shipped_models() {
    let by = |model, case, grades| {
        let one = |method| work(model, case, method, grades);
        format!("{}\n{}\n{}", one(Method::Auto), one(Method::Rodas5p), one(Method::DormandPrince))
    };
    insta::assert_snapshot!(by("stein-2019", Case::default(), false), @r"
        closed-form: 12 steps, 0 rejected, 2 Jacobians, 0 rates, 0 conditions, 2 borders
        rodas: 97 steps, 2 rejected, 97 Jacobians, 697 rates, 0 conditions, 2 borders
        dopri5: 155 steps, 1 rejected, 0 Jacobians, 940 rates, 0 conditions, 2 borders
        ");
    insta::assert_snapshot!(by("hardiansyah-2019", Case { set: "upn1", ..Case::default() }, false), @r"
        rodas: 332 steps, 4 rejected, 207 Jacobians, 2216 rates, 0 conditions, 3 borders
        rodas: 272 steps, 4 rejected, 272 Jacobians, 1938 rates, 0 conditions, 3 borders
        dopri5: 10276 steps, 6 rejected, 0 Jacobians, 61698 rates, 0 conditions, 3 borders
        ");
    insta::assert_snapshot!(by("hardiansyah-2019", Case { set: "upn3", ..Case::default() }, false), @r"
        rodas: 372 steps, 11 rejected, 260 Jacobians, 2556 rates, 0 conditions, 3 borders
        rodas: 317 steps, 4 rejected, 317 Jacobians, 2253 rates, 0 conditions, 3 borders
        dopri5: 8611 steps, 499 rejected, 0 Jacobians, 54666 rates, 0 conditions, 3 borders
        ");
    insta::assert_snapshot!(by("cart-crs", Case::default(), false), @r"
        rodas: 300 steps, 6 rejected, 226 Jacobians, 2065 rates, 1719 conditions, 20 borders
        rodas: 262 steps, 2 rejected, 262 Jacobians, 1858 rates, 1543 conditions, 20 borders
        dopri5: 1017 steps, 10 rejected, 0 Jacobians, 6172 rates, 5294 conditions, 20 borders
        ");
    insta::assert_snapshot!(by("cart-crs", Case::default(), true), @r"
        rodas: 300 steps, 6 rejected, 226 Jacobians, 2065 rates, 1759 conditions, 23 borders
        rodas: 262 steps, 2 rejected, 262 Jacobians, 1858 rates, 1584 conditions, 24 borders
        dopri5: 1017 steps, 10 rejected, 0 Jacobians, 6172 rates, 5330 conditions, 24 borders
        ");
    let doses = "tocilizumab 800 mg over 1 h at 3 d";
    insta::assert_snapshot!(by("cart-crs", Case { doses, ..Case::default() }, true), @r"
        rodas: 410 steps, 27 rejected, 293 Jacobians, 2931 rates, 2510 conditions, 12 borders
        rodas: 354 steps, 18 rejected, 354 Jacobians, 2614 rates, 2228 conditions, 12 borders
        dopri5: 972 steps, 12 rejected, 0 Jacobians, 5914 rates, 5346 conditions, 12 borders
        ");
}

#[test]
fn work_of_the_other_models_by_the_chosen_method() {
    let of = |model: &str, sets: &[&str]| {
        let lines: Vec<String> = sets
            .iter()
            .map(|set| {
                let grades = embedded(model).has_signs();
                format!("{set} {}", work(model, Case { set, ..Case::default() }, Method::Auto, grades))
                    .trim()
                    .to_string()
            })
            .collect();
        lines.join("\n")
    };
    insta::assert_snapshot!(of("liu-2022", &["cr-1", "cr-2", "negr"]), @r"
        cr-1 dopri5: 230 steps, 4 rejected, 36 Jacobians, 1423 rates, 0 conditions, 1 borders
        cr-2 dopri5: 227 steps, 9 rejected, 36 Jacobians, 1435 rates, 0 conditions, 1 borders
        negr dopri5: 311 steps, 19 rejected, 149 Jacobians, 2120 rates, 0 conditions, 1 borders
        ");
    insta::assert_snapshot!(of("dobreva-2021", &["janum", "copeland"]), @r"
        janum dopri5: 154 steps, 6 rejected, 16 Jacobians, 962 rates, 788 conditions, 3 borders
        copeland dopri5: 151 steps, 7 rejected, 16 Jacobians, 950 rates, 782 conditions, 3 borders
        ");
    insta::assert_snapshot!(of("cart-crs", &["low", "medium", "high"]), @r"
        low rodas: 222 steps, 9 rejected, 148 Jacobians, 1536 rates, 1326 conditions, 10 borders
        medium rodas: 300 steps, 6 rejected, 226 Jacobians, 2065 rates, 1759 conditions, 23 borders
        high rodas: 356 steps, 9 rejected, 284 Jacobians, 2488 rates, 2062 conditions, 39 borders
        ");
    insta::assert_snapshot!(of("kimmel-2021", &[""]), @r"
        dopri5: 217 steps, 1 rejected, 35 Jacobians, 1326 rates, 0 conditions, 1 borders
        ");
    insta::assert_snapshot!(of("chen-2019", &[""]), @r"
        dopri5: 123 steps, 2 rejected, 14 Jacobians, 754 rates, 0 conditions, 2 borders
        ");
    insta::assert_snapshot!(of("tocilizumab-moes-2022", &[""]), @r"
        dopri5: 90 steps, 13 rejected, 11 Jacobians, 622 rates, 0 conditions, 2 borders
        ");
    insta::assert_snapshot!(of("tocilizumab-frey-2010", &[""]), @r"
        dopri5: 38 steps, 1 rejected, 5 Jacobians, 238 rates, 0 conditions, 2 borders
        ");
}

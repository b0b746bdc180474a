//! A condition that holds for a hundredth of a step is found.

use cascade::simulate::EventKind;

use crate::support::{Case, METHODS, at, run, turns, written};

/// A slow state and a smooth narrow bump on it, centred where the state is 0.7 of its way; `width` of the window in d.
fn bump(width: f64) -> cascade::model::Model {
    // 1 / (1 + x^2) > 0.5 for |x| < 1.
    let scale = 0.5 * width;
    written(
        "100 d",
        &format!(
            "[states.slow]\nunit = \"d\"\nstart = '0 [d]'\nrate = '1 + 0.05 [1/d] * (t - slow)'\ntolerance = \"1 d\"\n\
             [derived]\npeak = {{ value = '1 / (1 + ((slow - 70 [d]) / {scale} [d])^2)', unit = \"1\" }}\n\
             [switches.seen]\nwhile = 'peak > 0.5'\n\
             [outputs.slow]\nvalue = 'slow'\nunit = \"d\"\n"
        ),
    )
}

#[test]
fn a_hundredth_of_a_step_is_found_by_every_method() {
    for method in METHODS {
        // Steps grow from the start on: the one at 70 d is at least as long as the mean.
        let plain = run(at(Case::default().of(&bump(10.0)), &[100.0]).method(method));
        let step = 100.0 / plain.counters.steps as f64;
        for share in [0.01, 0.003] {
            let model = bump(share * step);
            let found = run(at(Case::default().of(&model), &[100.0]).method(method));
            assert_eq!(
                found.counters.steps, plain.counters.steps,
                "{method}: the switch only shows, steps are as long"
            );
            let seen = turns(&model, &found, "seen");
            let [(on, true), (off, false)] = seen[..] else { panic!("{method}, {share} of {step} d: {seen:?}") };
            let half = 0.5 * share * step;
            assert!((on - (70.0 - half)).abs() < 1e-6 * step && (off - (70.0 + half)).abs() < 1e-6 * step, "{seen:?}");
        }
    }
}

#[test]
fn a_brief_condition_that_acts_is_found_as_well() {
    for method in METHODS {
        let model = written(
            "100 d",
            "[states.slow]\nunit = \"d\"\nstart = '0 [d]'\nrate = '1'\ntolerance = \"1 d\"\n\
             [states.hits]\nunit = \"1\"\nstart = '0'\nrate = 'if seen then 1 [1/d] else 0 [1/d]'\ntolerance = \"1\"\n\
             [derived]\npeak = { value = 'hill(0.02 [d], 2, abs(slow - 70 [d]) + 1e-9 [d])', unit = \"1\" }\n\
             [switches.seen]\nwhile = 'peak > 0.5'\n[outputs.hits]\nvalue = 'hits'\nunit = \"1\"\n",
        );
        let found = run(at(Case::default().of(&model), &[100.0]).method(method));
        // 0.04 d wide, inside steps of tens of days.
        let expected = 2.0 * (0.02 - 1e-9);
        let hits = found.trajectory.row(0)[1];
        assert!((hits - expected).abs() < 1e-9, "{method}: {hits} for {expected}");
        assert!(found.events.iter().any(|event| event.kind == EventKind::Off(0)));
    }
}

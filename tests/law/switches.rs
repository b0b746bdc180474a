//! Switches turn when they should: linear states, so that every moment is known exactly.

use cascade::model::Model;

use crate::support::{Case, METHODS, at, bits, run, series, turns, written};

/// A level that rises by 1 a day from -3, and a triangle wave made of time; `parts` are switches.
fn model(until: &str, parts: &str) -> Model {
    written(
        until,
        &format!(
            "[states.level]\nunit = \"mg\"\nstart = '-3 [mg]'\nrate = '1 [mg/d]'\ntolerance = \"1 mg\"\n\
             [states.counted]\nunit = \"d\"\nstart = '0 [d]'\nrate = 'if active then 1 else 0'\ntolerance = \"1 d\"\n\
             [derived]\nwave = {{ value = 'abs(level)', unit = \"mg\" }}\n{parts}\n\
             [outputs.counted]\nvalue = 'counted'\nunit = \"d\"\n"
        ),
    )
}

/// The turns of `active` are these; the time counted while it was on is theirs. By every method.
fn turn(model: &Model, expected: &[(f64, bool)]) {
    let until = model.defaults.until.value;
    for method in METHODS {
        let found = run(at(Case::default().of(model), &[until]).method(method));
        let seen = turns(model, &found, "active");
        assert_eq!(seen.len(), expected.len(), "{method}: {seen:?}");
        for ((time, on), (when, turned)) in seen.iter().zip(expected) {
            assert!((time - when).abs() < 1e-9 && on == turned, "{method}: {seen:?}, not {expected:?}");
        }
        let mut counted = 0.0;
        let mut since = None;
        for (time, on) in expected.iter().copied().chain([(until, false)]) {
            counted += since.map_or(0.0, |since: f64| time - since);
            since = on.then_some(time);
        }
        let value = series(&found.trajectory, "counted")[0];
        assert!((value - counted).abs() < 1e-8, "{method}: on for {value} d, not {counted}");
    }
}

#[test]
fn a_time_is_met_exactly() {
    let model = model("10 d", "[switches.active]\ntime = '0.1 [d] + 0.2 [d]'");
    turn(&model, &[(0.3, true)]);
    let found = run(Case::default().of(&model));
    assert_eq!(turns(&model, &found, "active")[0].0.to_bits(), (0.1f64 + 0.2).to_bits());
}

#[test]
fn a_time_before_the_start_is_on_from_the_start() {
    let model = model("10 d", "[switches.active]\ntime = '-5 [d]'");
    turn(&model, &[(0.0, true)]);
    assert_eq!(run(Case::default().of(&model)).trajectory.time[0], 0.0);
}

#[test]
fn on_for_good_without_an_off() {
    turn(&model("10 d", "[switches.active]\non = 'level > 1.5 [mg]'"), &[(4.5, true)]);
    // The wave falls through 1 on day 2 and rises through it on day 4.
    turn(&model("10 d", "[switches.active]\non = 'wave < 1 [mg]'"), &[(2.0, true)]);
}

#[test]
fn on_from_the_start_if_it_holds_there() {
    turn(
        &model("10 d", "[switches.active]\non = 'level < 0 [mg]'\noff = 'level > 2 [mg]'"),
        &[(0.0, true), (5.0, false)],
    );
}

#[test]
fn thresholds_on_whole_numbers_with_every_comparison() {
    // A linear state meets its threshold to the last bit, where `<` and `<=` differ.
    for comparison in
        ["level >= 1 [mg]", "level > 1 [mg]", "not (level < 1 [mg])", "not (level <= 1 [mg])", "1 [mg] <= level"]
    {
        turn(&model("10 d", &format!("[switches.active]\nwhile = '{comparison}'")), &[(4.0, true)]);
    }
    for comparison in
        ["level <= 1 [mg]", "level < 1 [mg]", "not (level > 1 [mg])", "not (level >= 1 [mg])", "1 [mg] >= level"]
    {
        turn(&model("10 d", &format!("[switches.active]\nwhile = '{comparison}'")), &[(0.0, true), (4.0, false)]);
    }
}

#[test]
fn while_follows_its_condition() {
    turn(&model("10 d", "[switches.active]\nwhile = 'wave < 2 [mg]'"), &[(1.0, true), (5.0, false)]);
    turn(&model("10 d", "[switches.active]\nwhile = 'level > 0 [mg] and t < 7.25 [d]'"), &[(3.0, true), (7.25, false)]);
    turn(
        &model("10 d", "[switches.active]\nwhile = 'level < -1 [mg] or level > 2.5 [mg]'"),
        &[(0.0, true), (2.0, false), (5.5, true)],
    );
}

#[test]
fn hysteresis_keeps_it_on_between_the_thresholds() {
    // On below 1, off above 2: wave is below 1 from day 2 to 4, above 2 from day 5.
    turn(
        &model("10 d", "[switches.active]\non = 'wave < 1 [mg]'\noff = 'wave > 2 [mg]'"),
        &[(2.0, true), (5.0, false)],
    );
}

#[test]
fn it_must_hold_first() {
    let parts =
        |hold: &str| format!("[switches.active]\non = 'wave < 1 [mg]'\noff = 'wave > 2 [mg]'\nfor = \"{hold}\"");
    turn(&model("10 d", &parts("36 h")), &[(3.5, true), (5.0, false)]);
    // From day 2 to 4, not long enough for 50 h; just enough for 47 h.
    turn(&model("10 d", &parts("50 h")), &[]);
    turn(&model("10 d", &parts("47 h")), &[(2.0 + 47.0 / 24.0, true), (5.0, false)]);
    // A wait that is broken off starts anew.
    let broken = "[switches.active]\non = 'level > -2 [mg] and (level < 0 [mg] or level > 1 [mg])'\nfor = \"60 h\"";
    turn(&model("10 d", broken), &[(6.5, true)]);
}

#[test]
fn it_stays_on_for_its_minimum_time() {
    let parts =
        |least: &str| format!("[switches.active]\non = 'wave < 1 [mg]'\noff = 'wave > 2 [mg]'\nat_least = \"{least}\"");
    turn(&model("10 d", &parts("1 d")), &[(2.0, true), (5.0, false)]);
    turn(&model("10 d", &parts("100 h")), &[(2.0, true), (2.0 + 100.0 / 24.0, false)]);
    // With `while`, too: on from day 2, the condition ends on day 4, the minimum on day 5.
    turn(
        &model("10 d", "[switches.active]\nwhile = 'wave < 1 [mg]'\nat_least = \"3 d\""),
        &[(2.0, true), (5.0, false)],
    );
    // At the end of the minimum the condition holds again: it stays.
    let again = "[switches.active]\nwhile = 'level < -1 [mg] or level > 0.5 [mg]'\nat_least = \"4 d\"";
    turn(&model("10 d", again), &[(0.0, true)]);
}

#[test]
fn a_switch_may_read_another() {
    let parts = "[switches.first]\non = 'level > 0 [mg]'\noff = 'level > 4 [mg]'\n[switches.active]\nwhile = 'first'\nat_least = \"6 d\"";
    turn(&model("12 d", parts), &[(3.0, true), (9.0, false)]);
}

#[test]
fn a_switch_that_turns_itself_makes_a_saw() {
    // Rises by 1 a day while off, falls by 2 a day while on, between 0 and 3: up 3 d, down 1.5 d.
    let model = written(
        "13 d",
        "[states.saw]\nunit = \"mg\"\nstart = '0 [mg]'\nrate = 'if active then -2 [mg/d] else 1 [mg/d]'\ntolerance = \"1 mg\"\n\
         [switches.active]\non = 'saw >= 3 [mg]'\noff = 'saw <= 0 [mg]'\n\
         [outputs.saw]\nvalue = 'saw'\nunit = \"mg\"\n",
    );
    for method in METHODS {
        let found = run(at(Case::default().of(&model), &[13.0]).method(method));
        let seen: Vec<f64> = turns(&model, &found, "active").iter().map(|(time, _)| *time).collect();
        let expected = [3.0, 4.5, 7.5, 9.0, 12.0];
        assert!(seen.len() == 5 && seen.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{method}: {seen:?}");
        assert!((series(&found.trajectory, "saw")[0] - 1.0).abs() < 1e-9);
    }
}

#[test]
fn chatter_is_an_error_that_names_the_switch() {
    let model = written(
        "10 d",
        "[states.level]\nunit = \"mg\"\nstart = '0 [mg]'\nrate = 'if active then -1 [mg/d] else 1 [mg/d]'\ntolerance = \"1 mg\"\n\
         [switches.active]\nwhile = 'level > 1 [mg]'\n[outputs.level]\nvalue = 'level'\nunit = \"mg\"\n",
    );
    let failed = Case::default().of(&model).simulate().unwrap_err();
    assert!(failed.problems.to_string().contains("`active` turns on and off without end at 1"), "{}", failed.problems);
    assert!(failed.reached.unwrap().trajectory.rows() >= 20);
}

#[test]
fn a_switch_that_only_shows_leaves_the_solution_alone() {
    let text = |shown: &str| {
        written(
            "10 d",
            &format!(
                "[states.level]\nunit = \"mg\"\nstart = '1 [mg]'\nrate = '0.3 [1/d] * level'\ntolerance = \"1 mg\"\n\
                 [switches.much]\nwhile = 'level > 3 [mg]'\n[outputs.shown]\nvalue = '{shown}'\nunit = \"1\"\n"
            ),
        )
    };
    let (with, without) = (text("if much then 1 else 0"), text("level / 1 [mg]"));
    let (with, without) = (run(Case::default().of(&with)), run(Case::default().of(&without)));
    assert_eq!(bits(&series(&with.trajectory, "level")), bits(&series(&without.trajectory, "level")));
    assert_eq!(with.counters.steps, without.counters.steps);
    // 3 mg on day ln 3 / 0.3 = 3.66.
    for (t, shown) in with.trajectory.time.iter().zip(series(&with.trajectory, "shown")) {
        assert_eq!(shown, f64::from(u8::from(*t > 3f64.ln() / 0.3)), "at {t}");
    }
}

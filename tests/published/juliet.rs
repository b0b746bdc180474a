//! Scales side by side on a cohort whose signs are drawn as often as in JULIET.
//!
//! PAPER: Schuster 2020 (Blood Adv 4:1432) graded the 64 events of JULIET anew: Lee against Penn same 39, lower 20,
//! higher 5; ASTCT against Penn 37, 23, 4. The drawn patients are not those of the trial: only directions are held.

#[path = "../../examples/juliet_cohort.rs"]
#[allow(dead_code, reason = "an example has a main")]
mod generator;

use cascade::chart::{LongTable, Options};
use cascade::cohort::{Agreement, Cohort};
use cascade::crs::{Panel, Scale, Settings, grade_states};

const TABLE: &str = include_str!("../cohorts/juliet.csv");

fn cohort() -> Cohort {
    let scales = ["penn", "astct-2019", "lee-2014"].map(|name| Scale::embedded(name).unwrap());
    let mut cohort = Cohort::new(&scales);
    let mut table = LongTable::open("juliet.csv", TABLE.as_bytes()).unwrap();
    while let Some(chart) = table.next_chart().unwrap() {
        let settings = Settings { patient: chart.patient, ..Settings::default() };
        let courses = grade_states(Panel::new(&scales, &settings).unwrap(), chart.states(&Options::default()));
        cohort.add(&chart.subject, &courses, &chart.reports);
    }
    cohort
}

#[test]
fn the_committed_cohort_is_what_the_generator_draws() {
    assert!(generator::table() == TABLE, "cargo run --example juliet_cohort > tests/cohorts/juliet.csv");
}

#[test]
fn penn_is_mostly_above_astct_and_lee() {
    let cohort = cohort();
    assert_eq!(cohort.members().len(), 111);
    let agreements = cohort.concordance();
    let pair = |scale: &str| -> &Agreement {
        agreements.iter().find(|pair| pair.reference == "penn" && pair.scale == scale).unwrap()
    };
    for scale in ["astct-2019", "lee-2014"] {
        let [same, lower, higher] = pair(scale).of_cases;
        // PAPER: where they differ from Penn, the others are mostly lower.
        assert!(same > 0 && lower > 2 * higher, "{scale}: {same} same, {lower} lower, {higher} higher");
    }
    // Which signs move which scale: some patients go each way.
    assert!(pair("astct-2019").of_cases[2] > 0 && pair("lee-2014").of_cases[2] > 0);
    // All scales agree on whether there is a syndrome in nearly everybody.
    let grade = |member: &cascade::cohort::Member, at: usize| member.summaries[at].exact().unwrap_or(0);
    let agreed = cohort.members().iter().filter(|m| (grade(m, 0) > 0) == (grade(m, 1) > 0)).count();
    assert!(agreed as f64 / 111.0 > 0.95, "{agreed}");
}

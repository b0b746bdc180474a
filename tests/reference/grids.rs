//! Output times, grading and exposure change no bit of the solution.

use proptest::prelude::*;

use cascade::simulate::{Grid, Run, Scenario};

use crate::support::{Case, REFERENCES, TOCILIZUMAB, at, bits, embedded, graded, run};

/// The bits of a run's rows at these times.
fn rows(run: &Run, times: &[f64]) -> Vec<Vec<u64>> {
    let row = |time: &f64| run.trajectory.time.iter().position(|known| known == time).unwrap();
    times.iter().map(|time| bits(run.trajectory.row(row(time)))).collect()
}

fn grid() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.0..28.0f64, 0..60)
}

fn merged(a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut all = [a, b].concat();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn common_times_have_common_bits(common in grid(), one in grid(), other in grid(), which in 0..REFERENCES.len()) {
        let model = embedded(REFERENCES[which].model);
        let scenario = || {
            let mut scenario = REFERENCES[which].case.of(&model);
            scenario.until = scenario.until.max(28.0);
            scenario
        };
        // Dose times and borders are asked for as well.
        let common = merged(&common, &[0.0, 1.0, 2.0, 3.0, 9.3, 28.0]);
        let first = run(at(scenario(), &merged(&common, &one)));
        let second = run(at(scenario(), &merged(&common, &other)).with_exposure());
        prop_assert_eq!(rows(&first, &common), rows(&second, &common));
        prop_assert_eq!(first.counters, second.counters);
    }

    #[test]
    fn grading_and_exposure_have_no_part_in_it(common in grid(), burden in 0.2..10.0f64, tocilizumab: bool) {
        let model = embedded("cart-crs");
        let burden = format!("tumour_0={burden} 1e9 cells");
        let doses = if tocilizumab { TOCILIZUMAB } else { "" };
        let scenario = || at(Case { set: "", overrides: &[&burden], doses }.of(&model), &merged(&common, &[3.0]));
        let plain = run(scenario());
        let variants: [fn(Scenario) -> Scenario; 3] = [graded, |plain| plain.with_exposure(), |plain| graded(plain).with_exposure()];
        for variant in variants {
            let other = run(variant(scenario()));
            prop_assert_eq!(bits(&plain.trajectory.values), bits(&other.trajectory.values));
            prop_assert_eq!(plain.counters.steps, other.counters.steps);
            prop_assert_eq!(&plain.events, &other.events);
        }
    }
}

#[test]
fn all_kinds_of_grid_agree_where_they_meet() {
    let model = embedded("hardiansyah-2019");
    let grids = [Grid::Points(351), Grid::Every(1.0), Grid::Every(0.25), Grid::At((0..=350).map(f64::from).collect())];
    let whole: Vec<f64> = (0..=350).map(f64::from).collect();
    let runs = grids.map(|grid| rows(&run(Case::default().of(&model).grid(grid)), &whole));
    for other in &runs[1..] {
        assert_eq!(&runs[0], other);
    }
}

#[test]
fn the_end_of_the_run_changes_only_the_last_stretch() {
    // Up to the border before the end nothing of it is known; behind it steps may be fitted to the end.
    let model = embedded("hardiansyah-2019");
    let to = |until: f64| {
        let mut scenario = at(Case::default().of(&model), &[0.0, 0.5, 1.0, 1.7, 2.0]);
        scenario.until = until;
        rows(&run(scenario), &[0.0, 0.5, 1.0, 1.7, 2.0])
    };
    assert_eq!(to(10.0), to(350.0));
}

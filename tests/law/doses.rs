//! Mass is kept, order at one time does not matter, clocks may be shifted.

use proptest::prelude::*;

use cascade::model::Model;

use crate::support::{Case, at, bits, run, series, written};

/// Two depots and nothing that leaves them: what is in them is what was given.
fn depots() -> Model {
    written(
        "10 d",
        "[states.whole]\nunit = \"mg\"\nstart = '0'\nrate = '0'\ntolerance = \"1 mg\"\n\
         [states.part]\nunit = \"mg\"\nstart = '0'\nrate = '0'\ntolerance = \"1 mg\"\n\
         [parameters.share]\nvalue = 0.7\nunit = \"1\"\nassumption = \"A1: a share for the test\"\n\
         [parameters.delay]\nvalue = 0.3\nunit = \"d\"\nassumption = \"A2: a delay for the test\"\n\
         [parameters.amount]\nvalue = 20\nunit = \"mg\"\nassumption = \"A3: an amount for the test\"\n\
         [doses.whole]\nstate = \"whole\"\nunit = \"mg\"\n\
         [doses.part]\nstate = \"part\"\nunit = \"mg\"\nfraction = 'share'\nlag = 'delay'\n\
         [doses.slow]\nstate = \"part\"\nunit = \"mg\"\nduration = '2 * delay'\n\
         [outputs.whole]\nvalue = 'whole'\nunit = \"mg\"\n[outputs.part]\nvalue = 'part'\nunit = \"mg\"\n",
    )
}

/// One dose of the depots: entry, amount in mg, hours of its infusion or mg/h, times, repeats.
#[derive(Debug, Clone)]
struct Given {
    entry: usize,
    amount: f64,
    infusion: Infusion,
    time: f64,
    split: bool,
    repeats: u32,
}

#[derive(Debug, Clone, Copy)]
enum Infusion {
    Declared,
    Hours(f64),
    PerHour(f64),
}

const ENTRIES: [&str; 3] = ["whole", "part", "slow"];

impl Given {
    fn text(&self) -> String {
        let Self { entry, amount, infusion, time, split, repeats } = self;
        let entry = ENTRIES[*entry];
        let infusion = match infusion {
            Infusion::Declared => String::new(),
            Infusion::Hours(hours) => format!(" over {hours} h"),
            Infusion::PerHour(rate) => format!(" rate {rate} mg/h"),
        };
        let times = if *split { format!("{time}, {} d", time + 1.0) } else { format!("{time} d") };
        let split = if *split { " split 25/75 %" } else { "" };
        let repeats = if *repeats > 1 { format!(" every 12 h x {repeats}") } else { String::new() };
        format!("{entry} {amount} mg{split}{infusion} at {times}{repeats}")
    }

    /// How much of it has arrived by `t`, by the rules alone.
    fn arrived(&self, t: f64) -> f64 {
        let (share, lag) = if self.entry == 1 { (0.7, 0.3) } else { (1.0, 0.0) };
        let parts: &[(f64, f64)] = if self.split { &[(0.0, 0.25), (1.0, 0.75)] } else { &[(0.0, 1.0)] };
        let mut sum = 0.0;
        for (later, part) in parts {
            for n in 0..self.repeats {
                let amount = self.amount * part * share;
                let from = self.time + later + 0.5 * f64::from(n) + lag;
                let duration = match self.infusion {
                    Infusion::Declared if self.entry == 2 => 0.6,
                    Infusion::Declared => 0.0,
                    Infusion::Hours(hours) => hours / 24.0,
                    Infusion::PerHour(rate) => amount / rate / 24.0,
                };
                sum += match duration {
                    0.0 if t >= from => amount,
                    0.0 => 0.0,
                    duration => amount * ((t - from) / duration).clamp(0.0, 1.0),
                };
            }
        }
        sum
    }
}

fn given() -> impl Strategy<Value = Given> {
    let infusion = prop_oneof![
        2 => Just(Infusion::Declared),
        1 => (1.0..60.0f64).prop_map(Infusion::Hours),
        1 => (0.5..40.0f64).prop_map(Infusion::PerHour),
    ];
    // Whole hundredths, so that the text has the number itself.
    let hundredths = |low: i32, high: i32| (low..high).prop_map(|n| f64::from(n) / 100.0);
    let parts = (0..3usize, hundredths(1, 50_000), infusion, hundredths(-200, 600), any::<bool>(), 1..4u32);
    parts.prop_map(|(entry, amount, infusion, time, split, repeats)| {
        // A split dose is not repeated.
        let repeats = if split { 1 } else { repeats };
        Given { entry, amount, infusion, time, split, repeats }
    })
}

fn text(list: &[Given]) -> String {
    list.iter().map(Given::text).collect::<Vec<_>>().join("; ")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_there_is_what_was_given(list in prop::collection::vec(given(), 1..6)) {
        let model = depots();
        // Off the moments of doses, where both sides would be right.
        let times: Vec<f64> = (0..10).map(|n| f64::from(n) + 0.017).collect();
        let found = run(at(Case { doses: &text(&list), ..Case::default() }.of(&model), &times)).trajectory;
        for (depot, entries) in [("whole", 0..1), ("part", 1..3)] {
            for (t, value) in times.iter().zip(series(&found, depot)) {
                let doses = list.iter().filter(|given| entries.contains(&given.entry));
                let expected: f64 = doses.map(|given| given.arrived(*t)).sum();
                prop_assert!((value - expected).abs() <= 1e-9 * (1.0 + expected), "{depot} at {t} d: {value}, not {expected}");
            }
        }
    }

    #[test]
    fn the_order_of_writing_does_not_matter(list in prop::collection::vec(given(), 2..6), seed: u64) {
        let model = depots();
        let mut other = list.clone();
        // A shuffle that any seed gives.
        for n in (1..other.len()).rev() {
            other.swap(n, (seed as usize).wrapping_mul(n + 7) % (n + 1));
        }
        let values = |list: &[Given]| run(Case { doses: &text(list), ..Case::default() }.of(&model)).trajectory.values;
        for (a, b) in values(&list).iter().zip(values(&other)) {
            prop_assert!((a - b).abs() <= 1e-12 * (1.0 + a.abs()), "{a} {b}");
        }
    }
}

#[test]
fn doses_at_one_time_commute() {
    // Different states: the same bits. One state: sums in another order, the same within rounding.
    let model = depots();
    let values = |doses: &str| run(Case { doses, ..Case::default() }.of(&model)).trajectory.values;
    let one = values("whole 3 mg at 1 d; part 0.1 mg at 1 d; slow 7 mg at 1 d");
    assert_eq!(bits(&one), bits(&values("slow 7 mg at 1 d; whole 3 mg at 1 d; part 0.1 mg at 1 d")));
    let one = values("whole 0.1 mg at 1 d; whole 0.2 mg at 1 d; whole 0.3 mg at 1 d");
    for (a, b) in one.iter().zip(values("whole 0.3 mg at 1 d; whole 0.2 mg at 1 d; whole 0.1 mg at 1 d")) {
        assert!((a - b).abs() <= 1e-15, "{a} {b}");
    }
}

#[test]
fn overlapping_infusions_of_one_entry_end_each_in_its_own_time() {
    let model = depots();
    // 10 mg over 10 h, and from hour 1 on 100 mg over 1 h.
    let doses = "whole 10 mg over 10 h at 0 d; whole 100 mg over 1 h at 1 h";
    let hours = [1.0, 1.5, 2.0, 6.0, 10.0, 20.0];
    let times: Vec<f64> = hours.iter().map(|hour| hour / 24.0).collect();
    let found = series(&run(at(Case { doses, ..Case::default() }.of(&model), &times)).trajectory, "whole");
    for (found, expected) in found.iter().zip([1.0, 51.5, 102.0, 106.0, 110.0, 110.0]) {
        assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
    }
}

#[test]
fn a_run_starts_at_the_first_record_before_zero() {
    let model = depots();
    let first = |doses: &str| run(Case { doses, ..Case::default() }.of(&model)).trajectory.time[0];
    assert_eq!(first("whole 1 mg at 2 d"), 0.0);
    assert_eq!(first("whole 1 mg at -2 d"), -2.0);
    // The record, not the moment its delayed dose arrives.
    assert_eq!(first("part 1 mg at -2 d"), -2.0);
}

#[test]
fn a_row_at_a_dose_time_shows_the_state_after_it() {
    let model = depots();
    let found = run(Case { doses: "whole 5 mg at 0, 2.1, 10 d", ..Case::default() }
        .of(&model)
        .grid(cascade::simulate::Grid::Every(0.7)));
    // 3 x 0.7 is 2.0999999999999996 in binary, the same time as 2.1.
    let rows: Vec<f64> = series(&found.trajectory, "whole");
    assert_eq!(rows[..5], [5.0, 5.0, 5.0, 10.0, 10.0]);
    assert_eq!(rows.last(), Some(&15.0));
}

/// A depot that empties into a place it leaves by saturable loss; at rest until a dose.
fn kinetics() -> Model {
    written(
        "10 d",
        "[states.depot]\nunit = \"mg\"\nstart = '0'\nrate = '-in * depot'\ntolerance = \"1e-3 mg\"\n\
         [states.body]\nunit = \"mg\"\nstart = '0'\nrate = 'in * depot - most * body / (half + body)'\ntolerance = \"1e-3 mg\"\n\
         [parameters.in]\nvalue = 3\nunit = \"1/d\"\nassumption = \"A1: a rate for the test\"\n\
         [parameters.most]\nvalue = 4\nunit = \"mg/d\"\nassumption = \"A2: a rate for the test\"\n\
         [parameters.half]\nvalue = 2\nunit = \"mg\"\nassumption = \"A3: an amount for the test\"\n\
         [doses.drug]\nstate = \"depot\"\nunit = \"mg\"\n\
         [outputs.body]\nvalue = 'body'\nunit = \"mg\"\n",
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_autonomous_model_does_not_know_the_date(shift in -700..700i32, method in 0..4usize) {
        let shift = f64::from(shift) / 100.0;
        let model = kinetics();
        let values = |shift: f64| {
            let doses = format!("drug 10 mg at {shift} d; drug 6 mg over 5 h at {} d", shift + 1.25);
            let times: Vec<f64> = (0..30).map(|n| shift + f64::from(n) * 0.1).collect();
            let times: Vec<f64> = times.into_iter().filter(|t| *t >= 0.0f64.min(shift)).collect();
            let case = Case { doses: &doses, ..Case::default() };
            let scenario = at(case.of(&model), &times).rtol(1e-10).unwrap();
            series(&run(scenario.method(crate::support::METHODS[method])).trajectory, "body")
        };
        for (a, b) in values(0.0).iter().zip(values(shift)) {
            prop_assert!((a - b).abs() <= 1e-8 * (1.0 + a.abs()), "{a} {b}");
        }
    }
}

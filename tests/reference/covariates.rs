//! A weight that changes: what goes on between its records, and what doses make of it.

use cascade::diagnostic::{Problems, Source};
use cascade::model::Model;
use cascade::observation::read_records;
use cascade::simulate::Scenario;
use cascade::trajectory::Sidecar;

use crate::support::{at, near, run, series, written};

/// Loss goes with weight: 0.1 1/d at 70 kg. Half of a dose arrives at 70 kg, and it goes with weight too.
fn weighed(carry: &str) -> Model {
    written(
        "10 d",
        &format!(
            "[states.drug]\nunit = \"mg\"\nstart = '0'\nrate = '-k * weight / 70 [kg] * drug'\ntolerance = \"1e-6 mg\"\n\
             [parameters.k]\nvalue = 0.1\nunit = \"1/d\"\nassumption = \"A1: for the test\"\n\
             [covariates.weight]\nunit = \"kg\"\ndefault = 70\ncarry = \"{carry}\"\n\
             [doses.drug]\nstate = \"drug\"\nunit = \"mg\"\n\
             [doses.part]\nstate = \"drug\"\nunit = \"mg\"\nfraction = 'weight / 140 [kg]'\n"
        ),
    )
}

fn values(model: &Model, table: &str, times: &[f64]) -> (Vec<f64>, Vec<String>) {
    let mut problems = Problems::default();
    let read = read_records(&Source::new("r.csv", table), &Sidecar::default(), model, &mut problems);
    let design = read.unwrap_or_else(|| panic!("{problems}"));
    let scenario = Scenario::new(model).unwrap().with_records(&design.subjects[0]);
    let told = scenario.doubts();
    (series(&run(at(scenario, times).rtol(1e-10).unwrap()).trajectory, "drug"), told)
}

#[test]
fn next_and_last_differ_and_both_are_as_declared() {
    let table = "TIME,EVID,AMT,CMT,weight\n0,1,100,drug,70\n2,2,0,.,140\n5,0,0,.,35\n";
    let times = [1.0, 2.0, 4.0, 5.0, 8.0];
    // Rates by stretch 0-2, 2-5 and from 5 d on.
    for (carry, rates, word) in [("next", [0.2, 0.05, 0.05], "`next`"), ("last", [0.1, 0.2, 0.05], "`last`")] {
        let model = weighed(carry);
        let (found, told) = values(&model, table, &times);
        for (t, value) in times.iter().zip(found) {
            let area = rates[0] * t.min(2.0) + rates[1] * (t - 2.0).clamp(0.0, 3.0) + rates[2] * (t - 5.0).max(0.0);
            near(&format!("{carry} at {t} d"), value, 100.0 * (-area).exp(), 1e-8);
        }
        assert!(told.len() == 1 && told[0].contains(word), "never silent: {told:?}");
    }
}

#[test]
fn doses_see_the_weight_of_their_record() {
    // Per kg, bounded, by bands, and with a fraction that goes with weight.
    let head = "TIME,EVID,AMT,PER,CMT,CAP,IF,II,ADDL,weight\n";
    let rows = "0,1,1,kg,drug,.,.,.,.,70\n2,1,1,kg,drug,.,.,.,.,140\n2,1,10,.,part,.,.,.,.,140\n\
                5,1,2,kg,drug,50,weight >= 30 kg,.,.,35\n5,1,3,kg,drug,.,weight < 30 kg,.,.,35\n";
    for (carry, rates) in [("next", [0.2, 0.05, 0.05]), ("last", [0.1, 0.2, 0.05])] {
        let (found, _) = values(&weighed(carry), &format!("{head}{rows}"), &[0.0, 2.0, 5.0]);
        let second = 70.0 * f64::exp(-2.0 * rates[0]) + 140.0 + 10.0;
        let third = second * f64::exp(-3.0 * rates[1]) + 50.0;
        for (value, wanted) in found.iter().zip([70.0, second, third]) {
            near(carry, *value, wanted, 1e-8);
        }
    }
    // An additional dose sees the weight that goes on then: at 3 d the next (35) or the last (140).
    let rows = "0,1,1,kg,drug,.,.,3,1,70\n2,2,0,.,.,.,.,.,.,140\n5,2,0,.,.,.,.,.,.,35\n";
    for (carry, rates, more) in [("next", [0.2, 0.05], 35.0), ("last", [0.1, 0.2], 140.0)] {
        let (found, _) = values(&weighed(carry), &format!("{head}{rows}"), &[3.0]);
        near(carry, found[0], 70.0 * f64::exp(-2.0 * rates[0] - rates[1]) + more, 1e-8);
    }
}

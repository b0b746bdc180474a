//! Simulated data against a closed form, its error written out by hand.

use cascade::diagnostic::{Problems, Source};
use cascade::model::Model;
use cascade::observation::{observe, predictions, read_design};
use cascade::random::{Purpose, Stream};
use cascade::simulate::{Grid, Scenario};
use cascade::trajectory::Sidecar;

/// 100 mg into one compartment: concentration 100 exp(-0.1 t) / 20 mg/L, `effect` in another unit.
#[test]
fn data_are_the_solution_at_the_time_with_the_residual_error_of_the_output() {
    let file = Source::new("small.toml", include_str!("../../src/observation/tests/small.toml"));
    let model = Model::parse(&file).unwrap().0;
    let table = Source::new("d.csv", "TIME,DVID\n0,conc\n0.123456789,conc\n7,effect\n23.9,conc\n40,conc\n");
    let design = read_design(&table, &Sidecar::default(), &model, &mut Problems::default()).unwrap();
    let subject = &design.subjects[0];
    let times = subject.rows.iter().map(|row| row.time).collect();
    let scenario = Scenario::new(&model).unwrap().rtol(1e-10).unwrap();
    let solution = scenario.clone().grid(Grid::At(times)).simulate().unwrap().trajectory;
    let predicted = predictions(&model, subject, &solution).unwrap();
    let concentration = |t: f64| 5.0 * (-0.1 * t).exp();
    // At the time of the dose: the state after it.
    let exact =
        [5.0, concentration(0.123456789), 1000.0 * concentration(7.0), concentration(23.9), concentration(40.0)];
    for (found, exact) in predicted.iter().zip(exact) {
        assert!((found - exact).abs() < 1e-7 * exact, "{found} against {exact}");
    }
    let data = observe(&model, subject, &predicted, &mut Stream::new(5, 3, Purpose::Residual)).unwrap();
    let mut stream = Stream::new(5, 3, Purpose::Residual);
    for (one, prediction) in data.iter().zip(&predicted) {
        let z = stream.normal();
        let value = match one.output.as_str() {
            "conc" => prediction + z * (0.05f64.powi(2) + (0.2 * prediction).powi(2)).sqrt(),
            _ => prediction * (0.3 * z).exp(),
        };
        let below = one.output == "conc" && value < 0.4;
        assert_eq!(one.below_limit, below);
        let expected = if below { 0.4 } else { value };
        assert!((one.value - expected).abs() < 1e-12 * expected.abs(), "{one:?}: {expected}");
    }
    assert!(data[4].below_limit, "0.09 mg/L cannot be measured");
    assert!(predictions(&model, subject, &scenario.simulate().unwrap().trajectory).is_none(), "no row at these times");
}

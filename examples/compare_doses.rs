//! Three doses of the demonstration model on the same 1000 patients, timed; and what pairs are worth.
//!
//! ```text
//! cargo run --release --example compare_doses
//! ```
//!
//! The model declares no variability, so the patients are made here: seven parameters vary lognormally.

#![allow(clippy::print_stdout)]

use std::time::Instant;

use cascade::compare::{Arms, Outcomes, Table, Who};
use cascade::crs::{Scale, Settings};
use cascade::model::Model;
use cascade::population::Means;
use cascade::random::{Purpose, Stream};
use cascade::simulate::{Grid, Prepared, Scenario};
use cascade::trajectory::Sidecar;

const PATIENTS: u64 = 1000;
/// Parameters that vary, with the standard deviation of their logarithm.
const VARIES: [(&str, f64); 7] = [
    ("tumour_0", 0.7),
    ("kill", 0.3),
    ("expansion_max", 0.2),
    ("effector_death", 0.2),
    ("il6_production", 0.7),
    ("il6_loss", 0.3),
    ("tumour_growth", 0.2),
];
const DOSES: [(&str, &str); 3] =
    [("low", "cart 5e7 cells at 0 d"), ("usual", "cart 1.1e8 cells at 0 d"), ("high", "cart 5e8 cells at 0 d")];

fn main() -> Result<(), cascade::diagnostic::Problems> {
    let model = Model::embedded("cart-crs")?;
    let base = Scenario::new(&model)?;
    let mut text = String::from("subject");
    for (name, _) in VARIES {
        let parameter = model.parameters.iter().find(|parameter| parameter.name.text == name).expect("a parameter");
        text += &format!(",{name} [{}]", parameter.unit);
    }
    for patient in 0..PATIENTS {
        let mut stream = Stream::new(1, patient, Purpose::Parameters);
        text += &format!("\n{patient}");
        for (name, spread) in VARIES {
            let typical = base.values.get(&model, name).expect("a value");
            text += &format!(",{}", typical * (spread * stream.normal()).exp());
        }
    }
    let patients = Table::read("patients", text.as_bytes(), Sidecar::default(), &base, None)?;
    let began = Instant::now();
    let mut arms = Vec::new();
    for (name, dose) in DOSES {
        let scenario = Scenario::new(&model)?.regimen(dose.parse()?);
        let until = scenario.until;
        let scenario = scenario.grading(Scale::astct_2019(), Settings::default()).grid(Grid::At(vec![until]));
        arms.push(Outcomes::run(name, &Prepared::new(&scenario)?, Who::Listed(&patients), Means::default())?);
    }
    let arms = Arms::new(arms, 0);
    let rows = arms.rows();
    println!("{} arms x {PATIENTS} patients: {:.2} s", DOSES.len(), began.elapsed().as_secs_f64());
    for name in ["cmax_il6", "crs_at_least_3_astct-2019", "crs_any_astct-2019", "reached_response"] {
        for row in rows.iter().filter(|row| arms.end_points[row.end_point].name == name) {
            let found = &row.estimate;
            let (low, high) = found.interval.unwrap_or_default();
            println!(
                "{name}, {} against low: {} {:.4} ({low:.4} to {high:.4}), {:.1} times narrower than from separate groups",
                arms.arms[row.arm].name,
                found.kind.name(),
                found.estimate,
                found.gain().unwrap_or(f64::NAN),
            );
        }
    }
    Ok(())
}

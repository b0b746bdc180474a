//! Three doses of the demonstration model on the same 1000 patients, timed; and what pairs are worth.
//!
//! ```text
//! cargo run --release --example compare_doses
//! ```
//!
//! Patients are drawn from the variability that the model declares.

#![allow(clippy::print_stdout, reason = "an example prints what it found")]

use std::time::Instant;

use cascade::compare::{Arms, Outcomes, Who};
use cascade::crs::{Scale, Settings};
use cascade::model::Model;
use cascade::population::Means;
use cascade::simulate::{Grid, Prepared, Scenario};

const PATIENTS: u64 = 1000;
const DOSES: [(&str, &str); 3] =
    [("low", "cart 5e7 cells at 0 d"), ("usual", "cart 1.1e8 cells at 0 d"), ("high", "cart 5e8 cells at 0 d")];

fn main() -> Result<(), cascade::diagnostic::Problems> {
    let model = Model::embedded("cart-crs")?;
    let began = Instant::now();
    let mut arms = Vec::new();
    for (name, dose) in DOSES {
        let scenario = Scenario::new(&model)?.regimen(dose.parse()?);
        let until = scenario.until;
        let scenario = scenario.grading(Scale::astct_2019(), Settings::default()).grid(Grid::At(vec![until]));
        arms.push(Outcomes::run(
            name,
            &Prepared::new(&scenario)?,
            Who::Drawn { count: PATIENTS, seed: 1, uncertain: None },
            Means::default(),
        )?);
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

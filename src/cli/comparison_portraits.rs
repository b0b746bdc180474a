//! The figures of a comparison, from what its tables hold.

use super::picture::{self, Kind, Page};
use super::verbs::compare::Found;
use crate::compare::Who;
use crate::diagnostic::Diagnostic;
use crate::plot::comparison::{self, Cohort, Shown};
use crate::plot::{Figure, Lane};

/// Names and bytes of the pictures; none in a build without them.
pub fn pictures(found: &Found<'_>) -> Result<Vec<(String, Vec<u8>)>, Diagnostic> {
    if cfg!(not(feature = "plot")) {
        return Ok(Vec::new());
    }
    let draw = |(name, figure): (String, Figure)| Ok((name, picture::draw(&figure, Kind::Png, &Page::default())?));
    figures(found).into_iter().map(draw).collect()
}

/// All figures by their file names.
fn figures(found: &Found<'_>) -> Vec<(String, Figure)> {
    let arms = found.arms;
    let cohort = cohort(found);
    let mut figures: Vec<(String, Figure)> = Vec::new();
    let mut add = |name: &str, figure: Option<Figure>| figures.extend(figure.map(|figure| (name.to_owned(), figure)));
    add("curves.png", comparison::curves(&cohort, arms, lanes(found)));
    if found.who != Who::Typical {
        add("grades.png", comparison::grades(&cohort, arms));
        add("benefit_risk.png", comparison::plane(&cohort, arms));
    }
    add("forest.png", comparison::forest(&cohort, arms, found.rows));
    add("ratios.png", comparison::forest_of_ratios(&cohort, arms, found.rows));
    for (at, (_, figure)) in comparison::durability(&cohort, arms, found.durability).into_iter().enumerate() {
        add(&numbered("relapse_free", at), Some(figure));
    }
    for (at, figure) in comparison::relapses(&cohort, arms, found.relapses).into_iter().enumerate() {
        add(&numbered("relapses", at), Some(figure));
    }
    let utility = found.utility.map(|utility| utility.text.as_str());
    let shown = Shown::usual(arms, utility);
    match found.sweeps {
        [] => {}
        [one] => add("sweep.png", comparison::sweep(&cohort, arms, one, found.points, &shown)),
        sweeps => add("map.png", comparison::map(&cohort, arms, sweeps, found.points, &shown)),
    }
    if let Some(optimum) = found.optimum {
        let pages = comparison::optimum(&cohort, found.bounds, optimum, utility.unwrap_or_default());
        for (at, figure) in pages.into_iter().enumerate() {
            add(&numbered("optimum", at), Some(figure));
        }
    }
    figures
}

/// `relapse_free.png`, `relapse_free-2.png`, ...
fn numbered(name: &str, at: usize) -> String {
    if at == 0 { format!("{name}.png") } else { format!("{name}-{}.png", at + 1) }
}

fn cohort(found: &Found<'_>) -> Cohort {
    let scenario = &found.scenarios[0];
    let model = scenario.model;
    let name = match &scenario.set {
        Some(set) => format!("{}, set {set}", model.name),
        None => model.name.clone(),
    };
    let drawn = matches!(found.who, Who::Drawn { .. });
    Cohort {
        title: model.title.clone(),
        subtitle: name.clone(),
        facts: vec![name, format!("maturity: {}", model.maturity.word())],
        patients: found.who.count(),
        failed: found.who.count() - found.arms.paired.len() as u64,
        seed: drawn.then_some(found.seed),
    }
}

/// Grades of the typical patient of each arm, scale by scale.
fn lanes(found: &Found<'_>) -> Vec<Lane> {
    let scales = found.typical.iter().map(|run| run.courses.len()).max().unwrap_or(0);
    let mut lanes = Vec::new();
    for scale in 0..scales {
        for (arm, run) in found.typical.iter().enumerate() {
            let Some(course) = run.courses.get(scale) else { continue };
            let name = &found.arms.arms[arm].name;
            let mut lane = comparison::lane(name, arm, course, &found.scenarios[arm].model.time);
            if arm > 0 {
                lane.label.clear();
            }
            lanes.push(lane);
        }
    }
    lanes
}

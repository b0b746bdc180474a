//! `cascade demo`.

use std::time::Instant;

use super::grade;
use crate::cli::arguments::{DemoArgs, RunArgs, ScaleArgs};
use crate::cli::loading::{self, Loaded, Scales};
use crate::cli::output::{self, Folder};
use crate::cli::{Context, Failure, picture, record, tables};
use crate::observation;
use crate::outcome;
use crate::plot;
use crate::trajectory::Header;

/// Simulates, grades and draws the demonstration patient.
pub fn run(context: &Context, arguments: &DemoArgs) -> Result<(), Failure> {
    let began = Instant::now();
    let wanted = RunArgs { scenario: Some("demo".into()), ..RunArgs::default() };
    let loaded = Loaded::open(&wanted)?;
    let Scales { scales, settings, vitals_every } = loading::scales(&ScaleArgs::default())?;
    let mut scenario = loaded.scenario(&wanted)?.gradings(scales, settings, vitals_every).with_exposure();
    scenario.stop = context.stop.clone();
    scenario.reading_gap = Some(grade::reading_gap(&loaded.model));
    let mut folder = Folder::open(&arguments.output)?;
    let run = scenario.simulate()?;
    let course = run.course().expect("graded");
    let figure = plot::course(&plot::Shown::new(&scenario, &run), &plot::Options::default())?;
    #[cfg(feature = "plot")]
    folder.add("course.png", &picture::draw(&figure, picture::Kind::Png, &picture::Page::default())?)?;
    #[cfg(not(feature = "plot"))]
    let _ = (figure, picture::draw);
    folder.add("trajectory.csv", run.trajectory.to_csv(Header::Names).as_bytes())?;
    folder.add("columns.json", record::columns_json(&run).as_bytes())?;
    folder.add("exposure.csv", tables::exposure(&run.exposure).as_bytes())?;
    folder.add("course.csv", grade::csv(&[("1".into(), course)]).as_bytes())?;
    folder.add("signs.csv", observation::write_signs(&run.readings, &loaded.model.time).as_bytes())?;
    folder.add("run.json", record::run_json(context, &loaded, &scenario, &run, began).as_bytes())?;
    let files = folder.finish()?;
    let model = &loaded.model;
    output::print(&format!(
        "{} ({}, maturity: {})\n\n{}\n{}",
        model.title,
        model.name,
        model.maturity.word(),
        outcome::table(&run.exposure),
        grade::summary("1", course),
    ))?;
    for path in files {
        context.say(&format!("wrote {}", path.display()));
    }
    context.say(picture::DISCLAIMER);
    Ok(())
}

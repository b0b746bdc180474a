//! `cascade grade`.

use std::time::Instant;

use serde_json::{Value, json};

use crate::cli::arguments::{Format, GradeArgs};
use crate::cli::loading::{self, Loaded, Scales};
use crate::cli::output::{self, Folder};
use crate::cli::verbs::{charts, cohorts, scores, several};
use crate::cli::{Context, Failure, record, render, standards, tables};
use crate::cohort::{Cohort, Kind};
use crate::crs::{COURSE_COLUMNS, Course, Outcome};
use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Problems};
use crate::model::Model;
use crate::observation;
use crate::plot::maximum_text;
use crate::trajectory::{aligned, brief};
use crate::unit::Unit;

/// Grades a simulation or a table.
pub fn run(context: &Context, arguments: &GradeArgs) -> Result<(), Failure> {
    cohorts::check(arguments)?;
    if let Some(path) = &arguments.snapshots {
        refuse_run_flags(arguments)?;
        return charts::snapshots(arguments, path);
    }
    if let Some(labs) = &arguments.scores {
        return scores::run(context, arguments, labs);
    }
    match standards::input(arguments)? {
        Some(path) => {
            refuse_run_flags(arguments)?;
            charts::table(context, arguments, path)
        }
        None => {
            standards::refuse_infusion(arguments, "a simulation")?;
            simulated(context, arguments)
        }
    }
}

fn simulated(context: &Context, arguments: &GradeArgs) -> Result<(), Failure> {
    let began = Instant::now();
    let loaded = Loaded::open(&arguments.run)?;
    let Scales { scales, settings, vitals_every } = loading::scales(&arguments.scales)?;
    if loaded.subjects.len() > 1 && arguments.to.output.is_none() && arguments.against.is_empty() {
        let base = loaded.without_records(&arguments.run)?.gradings(scales.clone(), settings, vitals_every);
        let runs = several::runs(context, &loaded, base)?;
        if let Some(kind) = arguments.table {
            let mut cohort = Cohort::new(&scales);
            runs.iter().for_each(|(name, run)| cohort.add(name, &run.courses, &[]));
            return cohorts::print(arguments, &cohorts::tables_of(context, arguments, cohort)?, kind);
        }
        let courses = runs.iter().flat_map(|(name, run)| run.courses.iter().map(|course| (name.clone(), course)));
        return print(arguments, &courses.collect::<Vec<_>>());
    }
    let name = loaded.subjects.first().map_or("1", |subject| subject.name.as_str());
    let mut scenario = loaded.scenario(&arguments.run)?.gradings(scales.clone(), settings, vitals_every);
    scenario.stop = context.stop.clone();
    context.warn_of_late_doses(&scenario);
    let folder = arguments.to.output.as_deref().map(Folder::open).transpose()?;
    // At rounds the table of signs holds the readings and nothing between them.
    scenario.reading_gap = folder.as_ref().filter(|_| vitals_every.is_none()).map(|_| reading_gap(&loaded.model));
    if !loaded.warnings.is_empty() {
        context.say(render::text(&loaded.warnings).trim_end());
    }
    let run = scenario.simulate()?;
    context.say_of_rules(&scenario, &run);
    let courses: Vec<(String, &Course)> = run.courses.iter().map(|course| (name.to_string(), course)).collect();
    let beside = || {
        let mut cohort = Cohort::new(&scales);
        cohort.add(name, &run.courses, &[]);
        cohorts::tables_of(context, arguments, cohort)
    };
    if let Some(kind) = arguments.table {
        return cohorts::print(arguments, &beside()?, kind);
    }
    if let Some(mut folder) = folder {
        folder.add("course.csv", csv(&courses).as_bytes())?;
        if !scenario.rules.is_empty() {
            folder.add("decisions.csv", tables::decisions(&run.decisions).as_bytes())?;
        }
        folder.add("signs.csv", observation::write_signs(&run.readings, &loaded.model.time).as_bytes())?;
        if !arguments.against.is_empty() {
            let all = beside()?;
            for kind in Kind::ALL {
                folder.add(&format!("{}.csv", kind.name()), cohorts::csv(&all, kind).as_bytes())?;
            }
        }
        folder.add("run.json", record::run_json(context, &loaded, &scenario, &run, began).as_bytes())?;
        for path in folder.finish()? {
            context.say(&format!("wrote {}", path.display()));
        }
        return Ok(());
    }
    print(arguments, &courses)
}

/// An hour, in the time unit of the model: often enough that the table of signs grades as the run did.
pub fn reading_gap(model: &Model) -> f64 {
    let hour = Unit::parse_str("h").expect("h is a unit");
    hour.convert(1.0, &model.time).expect("the model's time is a time")
}

/// A table has nothing to run: flags of a run would be ignored in silence.
fn refuse_run_flags(arguments: &GradeArgs) -> Result<(), Problems> {
    let run = &arguments.run;
    let given = [
        ("--parameters", !run.parameters.is_empty()),
        ("--set", !run.set.is_empty()),
        ("--dose", !run.dose.is_empty()),
        ("--treat", !run.treat.is_empty()),
        ("--records", run.records.is_some()),
        ("--subject", run.subject.is_some()),
        ("--scenario", run.scenario.is_some()),
        ("--until", run.until.is_some()),
        ("--at", run.at.is_some()),
        ("--every", run.every.is_some()),
        ("--rtol", run.rtol.is_some()),
        ("--solver", run.solver.is_some()),
        ("--vitals-every", arguments.scales.vitals_every.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((flag, _)) => {
            let mut found =
                Diagnostic::error(&file::BAD_VALUE, format!("`{flag}` has no meaning for a table of signs"));
            found.help("leave it out, or name a model instead of a .csv file");
            Err(found.into())
        }
    }
}

/// The course CSV of the contract.
pub fn csv(courses: &[(String, &Course)]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COURSE_COLUMNS).expect("memory does not fail");
    for (subject, course) in courses {
        course.write(subject, &mut writer).expect("memory does not fail");
    }
    String::from_utf8(writer.into_inner().expect("memory does not fail")).expect("written from text")
}

/// Prints courses.
pub fn print(arguments: &GradeArgs, courses: &[(String, &Course)]) -> Result<(), Failure> {
    let text = match Format::wanted(arguments.format) {
        Format::Csv => csv(courses),
        Format::Json => json(courses),
        Format::Table => courses.iter().map(|(subject, course)| summary(subject, course)).collect(),
    };
    Ok(output::print(&text)?)
}

fn json(courses: &[(String, &Course)]) -> String {
    let list: Vec<Value> = courses
        .iter()
        .map(|(subject, course)| {
            json!({
                "subject": subject,
                "scale": course.grading().scale().name(),
                "maximum": course.maximum(),
                "episodes": course.episodes(),
                "course": course.records().collect::<Vec<_>>(),
                "time_unit": "d",
            })
        })
        .collect();
    format!("{}\n", serde_json::to_string_pretty(&list).expect("plain values"))
}

/// A course for reading: the maximum, the episodes, and each change of grade with its rule.
pub fn summary(subject: &str, course: &Course) -> String {
    let scale = course.grading().scale();
    let maximum = course.maximum();
    let mut text = format!("subject {subject}, {}: maximum grade {}", scale.title(), maximum_text(&maximum));
    if maximum.grade.is_some_and(|grade| grade > 0) {
        text.push_str(&format!(", first on day {}", brief(maximum.time)));
    }
    text.push('\n');
    for episode in course.episodes() {
        let outcome = match episode.outcome {
            Outcome::Resolved => format!("end on day {}", brief(episode.end)),
            Outcome::Censored => "not ended when the course stops".into(),
            Outcome::Fatal => format!("death on day {}", brief(episode.end)),
        };
        text.push_str(&format!(
            "  episode: onset on day {}, {outcome}, {} h\n",
            brief(episode.onset),
            brief(episode.hours())
        ));
        let at: Vec<String> = (1..=5)
            .filter(|grade| episode.time_at[*grade] > 0.0)
            .map(|grade| format!("grade {grade} for {} d", brief(episode.time_at[grade])))
            .collect();
        if !at.is_empty() {
            text.push_str(&format!("  {}\n", at.join(", ")));
        }
    }
    let mut rows = vec![["  day", "grade", "bound", "rule", "flags"].map(String::from).to_vec()];
    for record in course.records() {
        rows.push(vec![
            format!("  {}", brief(record.time)),
            record.grade.map_or_else(|| "?".into(), |grade| grade.to_string()),
            format!("{:?}", record.bound).to_lowercase(),
            record.rule.unwrap_or("").to_string(),
            record.flags.join(" "),
        ]);
    }
    text + &aligned(&rows)
}

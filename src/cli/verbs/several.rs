//! `--records` of several subjects: a run each.

use super::observations::of_subject;
use crate::cli::arguments::{Format, SimulateArgs};
use crate::cli::loading::Loaded;
use crate::cli::{Context, Failure, output, render, tables};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::file;
use crate::simulate::{Run, Scenario};
use crate::trajectory::{Header, quoted};

/// `simulate`: runs each subject and prints their rows one after the other, `subject` first.
pub fn run(context: &Context, arguments: &SimulateArgs, loaded: &Loaded, header: Header) -> Result<(), Failure> {
    let one = arguments.design.is_some() || arguments.check_tolerance || arguments.to.output.is_some();
    if one || matches!(arguments.format, Some(Format::Table | Format::Json)) {
        let message = format!("the records have {} subjects, which are printed as one CSV", loaded.subjects.len());
        let mut found = Diagnostic::error(&file::BAD_VALUE, message);
        found.help("choose one with --subject for another format, a folder or a check");
        return Err(found.into());
    }
    let mut base = loaded.without_records(&arguments.run)?;
    base.exposure = arguments.exposure;
    let mut text = String::new();
    for (name, run) in runs(context, loaded, base)? {
        let table = if arguments.exposure { tables::exposure(&run.exposure) } else { run.trajectory.to_csv(header) };
        let (head, rows) = table.split_once('\n').unwrap_or((&table, ""));
        if text.is_empty() {
            text = format!("subject,{head}\n");
        }
        let name = quoted(&name);
        rows.lines().for_each(|row| text.push_str(&format!("{name},{row}\n")));
    }
    Ok(output::print(&text)?)
}

/// Runs each subject; what is doubtful is told once.
pub fn runs(context: &Context, loaded: &Loaded, mut base: Scenario<'_>) -> Result<Vec<(String, Run)>, Failure> {
    if !loaded.warnings.is_empty() {
        context.say(render::text(&loaded.warnings).trim_end());
    }
    base.stop = context.stop.clone();
    let mut told = Vec::new();
    let mut runs = Vec::new();
    for subject in &loaded.subjects {
        let scenario = base.clone().with_records(subject);
        for doubt in scenario.doubts() {
            if !told.contains(&doubt) {
                context.say(&format!("note: {doubt}"));
                told.push(doubt);
            }
        }
        let run = scenario.simulate().map_err(|failed| of_subject(failed, "records", &subject.name))?;
        runs.push((subject.name.clone(), run));
    }
    Ok(runs)
}

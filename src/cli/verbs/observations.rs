//! `cascade simulate --design --observations`: data of one individual observed again and again.

use std::path::Path;

use crate::cli::loading::Loaded;
use crate::cli::{Context, Failure, disk, output, render, tables};
use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Problems, Source};
use crate::model::Model;
use crate::observation::{self, Design, DesignSubject, MoreColumns, SimulatedSubject};
use crate::random::{Purpose, Stream};
use crate::simulate::{Failed, Grid, Phase, Scenario};
use crate::trajectory::Trajectory;

/// The design at a path, noted among the inputs.
pub fn open(path: &str, loaded: &mut Loaded) -> Result<Source, Failure> {
    let source = Source::decode(path, &disk::bytes(path)?)?;
    loaded.inputs.push((path.to_string(), output::hash(source.text().as_bytes())));
    Ok(source)
}

/// A design as read; what is doubtful in it is told.
pub fn design(context: &Context, source: &Source, model: &Model) -> Result<Design, Failure> {
    let mut problems = Problems::default();
    let design = observation::read_design(source, &tables::sidecar(source.name())?, model, &mut problems);
    let Some(design) = design else { return Err(problems.into()) };
    if !problems.is_empty() {
        context.say(render::text(&problems).trim_end());
    }
    Ok(design)
}

/// The data set of a design.
pub fn text(
    context: &Context,
    source: &Source,
    scenario: &Scenario<'_>,
    doses_given: bool,
    seed: u64,
) -> Result<String, Failure> {
    let model = scenario.model;
    let design = design(context, source, model)?;
    one_regimen(source.name(), doses_given, &design.subjects)?;
    let runs = Runs::plan(scenario, design)?;
    if let Some(late) = runs.own_doses().find(|own| !own.doses_after_end().is_empty()) {
        context.warn_of_late_doses(&late);
    }
    runs.data(model, seed)
}

/// Refuses doses of the command beside those of a table.
pub fn one_regimen<'a>(
    table: &str,
    doses_given: bool,
    subjects: impl IntoIterator<Item = &'a DesignSubject>,
) -> Result<(), Diagnostic> {
    if !doses_given || !subjects.into_iter().any(|subject| subject.doses.is_some()) {
        return Ok(());
    }
    let message = format!("`{table}` has dose records, and the command or its scenario has doses");
    let mut found = Diagnostic::error(&file::BAD_VALUE, message);
    found.help("keep one of them: leave --dose out, or remove the records with EVID 1");
    Err(found)
}

/// Subjects, each with its scenario; those without doses of their own share one.
struct Runs<'m> {
    design: Design,
    shared: Scenario<'m>,
}

impl<'m> Runs<'m> {
    fn plan(scenario: &Scenario<'m>, design: Design) -> Result<Self, Problems> {
        let all = Grid::of_phases(design.subjects.iter().flat_map(phases).collect());
        let shared = Scenario { grid: all, exposure: false, ..scenario.clone() };
        let runs = Self { design, shared };
        let mut problems = Problems::default();
        for subject in &runs.design.subjects {
            let own = runs.scenario(subject);
            subject.check_within(own.start(), own.until, own.model, &mut problems);
        }
        problems.or_value(Some(runs))
    }

    fn scenario(&self, subject: &DesignSubject) -> Scenario<'m> {
        let scenario = self.shared.clone().with_records(subject);
        if is_alone(subject) { scenario.grid(Grid::of_phases(phases(subject).collect())) } else { scenario }
    }

    /// The scenarios of subjects with doses of their own.
    fn own_doses(&self) -> impl Iterator<Item = Scenario<'m>> + '_ {
        self.design.subjects.iter().filter(|subject| is_alone(subject)).map(|subject| self.scenario(subject))
    }

    fn data(&self, model: &Model, seed: u64) -> Result<String, Failure> {
        let mut subjects = Vec::new();
        let mut more = MoreColumns::default();
        let mut shared: Option<Trajectory> = None;
        for (index, subject) in self.design.subjects.iter().enumerate() {
            let scenario = self.scenario(subject);
            let run = || scenario.simulate().map_err(|failed| of_subject(failed, "design", &subject.name));
            let own;
            let solution = if is_alone(subject) {
                own = run()?.trajectory;
                &own
            } else {
                if shared.is_none() {
                    shared = Some(run()?.trajectory);
                }
                shared.as_ref().expect("just run")
            };
            let predicted =
                observation::predictions(model, subject, solution).expect("the run has rows at these times");
            let mut stream = Stream::new(seed, index as u64, Purpose::Residual);
            let measured = observation::observe(model, subject, &predicted, &mut stream)?;
            let given = scenario.regimen.resolve(model, &mut Problems::default());
            more = more.and(MoreColumns::of(subject, &given));
            let covariate = |at, time| scenario.covariate(at, time);
            let parameters = &scenario.values.parameters;
            let doses = observation::dose_records(model, &given, parameters, covariate, scenario.until)?;
            let before = subject.rows.iter().map(|row| row.before).collect();
            subjects.push(SimulatedSubject { name: subject.name.clone(), doses, measured, before });
        }
        Ok(observation::write_data(&subjects, more))
    }
}

/// Whether a subject has a run of its own.
pub fn is_alone(subject: &DesignSubject) -> bool {
    subject.doses.is_some() || !subject.covariates.is_empty()
}

/// Times of the rows of a subject, with the state that each shows.
pub fn phases(subject: &DesignSubject) -> impl Iterator<Item = (f64, Phase)> + '_ {
    subject.rows.iter().map(|row| (row.time, if row.before { Phase::Arrived } else { Phase::After }))
}

/// A failed run with the subject it is of.
pub fn of_subject(failed: Failed, table: &str, name: &str) -> Failure {
    let Failed { problems: found, failure, reached } = failed;
    let mut problems = Problems::default();
    for mut found in found {
        found.help(format!("subject of the {table}: `{name}`"));
        problems.push(found);
    }
    Failed { problems, failure, reached }.into()
}

/// Writes the data set, or prints it.
pub fn write(context: &Context, path: &str, text: &str) -> Result<(), Failure> {
    if path == "-" {
        return Ok(output::print(text)?);
    }
    output::write_file(Path::new(path), text.as_bytes())?;
    context.say(&format!("wrote {path}"));
    Ok(())
}

//! The command line: arguments as typed become a scenario, or a diagnostic; the only place that prints, reads files
//! or looks at the clock.
//!
//! Exit codes: 0 done; 1 ran and the answer is negative; 2 wrong input; 3 the integration failed.

mod arguments;
mod cohort_portraits;
mod columnar;
mod comparison_portraits;
mod disk;
mod fits;
mod loading;
mod output;
mod picture;
mod portraits;
mod progress;
mod record;
mod render;
mod shards;
mod standards;
mod tables;
mod uncertainty;
mod unfinished;
mod verbs;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::diagnostic::{Diagnostic, Problems};
use crate::integrate::Stop;
use crate::simulate::{Failed, Run, Scenario};
use arguments::{Arguments, Verb};

/// Why a command did not end well.
#[derive(Debug)]
pub enum Failure {
    /// Wrong input: exit 2.
    Input(Problems),
    /// Wrong input that has been reported: exit 2.
    Reported,
    /// It ran and the answer is negative, which has been said: exit 1.
    Negative,
    /// The integration failed: exit 3.
    Integration(Problems),
    /// Whoever read the results has had enough, which is no failure.
    Closed,
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Input(problems)
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Input(diagnostic.into())
    }
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        match failed.reached {
            None => Self::Input(failed.problems),
            Some(_) => Self::Integration(failed.problems),
        }
    }
}

/// What every verb gets.
#[derive(Debug, Clone)]
pub struct Context {
    /// Print nothing but the result.
    pub quiet: bool,
    /// Tripped by Ctrl-C.
    pub stop: Stop,
    /// The command as typed, without the program's name.
    pub command: Vec<String>,
}

impl Context {
    /// Says which doses come after the end of a run; they are not given.
    pub fn warn_of_late_doses(&self, scenario: &Scenario<'_>) {
        let late = scenario.doses_after_end();
        if let Some(first) = late.first() {
            let more = if late.len() > 1 { format!(" and {} more", late.len() - 1) } else { String::new() };
            self.say(&format!("warning: the run ends before {first}{more}; a later --until gives it"));
        }
        self.tell_doubts(scenario);
    }

    /// Says how covariates go on between records, and what is doubtful about doses.
    pub fn tell_doubts(&self, scenario: &Scenario<'_>) {
        for doubt in scenario.doubts() {
            self.say(&format!("note: {doubt}"));
        }
    }

    /// Says what rules of treatment did.
    pub fn say_of_rules(&self, scenario: &Scenario<'_>, run: &Run) {
        if !scenario.rules.is_empty() {
            self.say(&tables::treatments(&run.decisions));
        }
    }

    /// Talks on standard error unless `--quiet`.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            output::say(text);
        }
    }
}

/// Runs the command of this process.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            let _ = error.print();
            return ExitCode::from(if asked { 0 } else { 2 });
        }
    };
    let stop = Stop::default();
    let tripped = stop.clone();
    // Ctrl-C, a hang-up or a request to end stops the run, which then leaves no half-written file. Without a handler
    // they end the process at once: files appear only when whole, so nothing is lost.
    let _ = ctrlc::set_handler(move || tripped.trip());
    let command = std::env::args().skip(1).collect();
    let context = Context { quiet: arguments.quiet, stop, command };
    match verb(&context, arguments.verb) {
        Ok(()) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(Failure::Reported) => ExitCode::from(2),
        Err(Failure::Negative) => ExitCode::from(1),
        Err(Failure::Input(problems)) => {
            output::say(render::text(&problems).trim_end());
            ExitCode::from(2)
        }
        Err(Failure::Integration(problems)) => {
            output::say(render::text(&problems).trim_end());
            ExitCode::from(3)
        }
    }
}

fn verb(context: &Context, verb: Verb) -> Result<(), Failure> {
    match verb {
        Verb::Demo(arguments) => verbs::demo::run(context, &arguments),
        Verb::Models(arguments) => verbs::models::run(&arguments),
        Verb::Show(arguments) => verbs::show::run(&arguments),
        Verb::Check(arguments) => verbs::check::run(&arguments),
        Verb::Explain(arguments) => verbs::explain::run(&arguments),
        Verb::Simulate(arguments) => verbs::simulate::run(context, &arguments),
        Verb::Grade(arguments) => verbs::grade::run(context, &arguments),
        Verb::Plot(arguments) => verbs::plot::run(context, &arguments),
        Verb::Population(arguments) => verbs::population::run(context, &arguments),
        Verb::Merge(arguments) => verbs::merge::run(context, &arguments),
        Verb::Compare(arguments) => verbs::compare::run(context, &arguments),
        Verb::Sensitivity(arguments) => verbs::sensitivity::run(context, &arguments),
        Verb::Fit(arguments) => verbs::fit::run(context, &arguments),
        Verb::Validate(arguments) => verbs::validate::run(context, &arguments),
        Verb::Data(arguments) => verbs::data::run(context, &arguments),
        Verb::Runs(arguments) => verbs::runs::run(context, &arguments),
        Verb::Completions(arguments) => verbs::completions::run(&arguments),
    }
}

//! Arguments of `data`.

use std::path::PathBuf;

use clap::Args;

use super::{Format, OutputArgs, RunArgs};

/// Arguments of `data`.
#[derive(Debug, Args)]
pub struct DataArgs {
    /// The table: a CSV, or `-` for standard input
    #[arg(value_name = "FILE")]
    pub table: String,
    /// The model that it is for: a name of the library, or a path to a model file
    #[arg(long, value_name = "MODEL", required_unless_present = "scenario")]
    pub model: Option<String>,
    /// A parameter set of the model, or a path to one: the typical patient
    #[arg(long, value_name = "SET|PATH")]
    pub parameters: Option<String>,
    /// Change a parameter or covariate: kill="0.19 1/(1e9 cells)/d"
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// A dose of all subjects, for tables without dose records; `none` for no doses at all
    #[arg(long, value_name = "DOSE")]
    pub dose: Vec<String>,
    /// A scenario file; flags override what it says
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// End of the run, as "60 d"; observations after it are told
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub until: Option<String>,
    /// How to print [default: table on a terminal, else csv]
    #[arg(long, value_enum, conflicts_with = "output")]
    pub format: Option<Format>,
    /// Where to.
    #[command(flatten)]
    pub to: OutputArgs,
}

impl DataArgs {
    /// What is run for the typical patient.
    pub fn run(&self) -> RunArgs {
        RunArgs {
            model: self.model.clone(),
            parameters: self.parameters.iter().cloned().collect(),
            set: self.set.clone(),
            dose: self.dose.clone(),
            scenario: self.scenario.clone(),
            until: self.until.clone(),
            ..RunArgs::default()
        }
    }
}

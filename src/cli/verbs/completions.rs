//! `cascade completions`.

use clap::CommandFactory;

use crate::cli::arguments::{Arguments, CompletionsArgs};
use crate::cli::{Failure, output};

/// Prints the completions of a shell.
pub fn run(arguments: &CompletionsArgs) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "cascade", &mut text);
    Ok(output::bytes(&text)?)
}

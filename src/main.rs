//! The `cascade` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    cascade::cli::run()
}

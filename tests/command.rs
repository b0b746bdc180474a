#![cfg(feature = "cli")]
//! The command as users and other programs meet it: arguments, files, streams, exit codes.

mod charts;
mod compare;
mod contract;
mod data;
mod failure;
mod files;
mod fit;
mod graded;
mod observations;
mod parquet;
mod population;
mod regimens;
mod runs;
mod scores;
mod standards;
mod treat;
mod uncertainty;
mod wrong;

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

/// The command, in a folder, without colour.
pub fn cascade(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cascade"));
    command.current_dir(folder).env("NO_COLOR", "1");
    command
}

/// What a command printed on standard output, which must end well and print nothing else.
pub fn printed(folder: &Path, arguments: &[&str]) -> String {
    let done = cascade(folder).args(arguments).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!((done.status.code(), said.as_str()), (Some(0), ""), "{arguments:?}");
    String::from_utf8(done.stdout).unwrap()
}

/// Exit code and standard error.
pub fn told(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let done = cascade(folder).args(arguments).output().unwrap();
    (done.status.code().expect("not killed"), String::from_utf8(done.stderr).unwrap())
}

/// Everything below a folder, sorted.
pub fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from(folder)];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            found.push(path.strip_prefix(folder).unwrap().to_string_lossy().into_owned());
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Fields of a CSV text without quotes, line by line.
pub fn fields(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split(',').collect()).collect()
}

/// A model with one state and this rate, which starts at 1.
pub fn model(rate: &str, rest: &str) -> String {
    format!(
        "format = 'cascade-model/1'\nname = 'small'\ntitle = 'Small'\ntime = 'd'\nmaturity = 'exact'\n\
         [simulation]\nuntil = '28 d'\n[states.y]\nunit = '1'\nstart = '1'\nrate = '{rate}'\n{rest}"
    )
}

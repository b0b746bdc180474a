//! `cascade explain`.

use crate::cli::arguments::ExplainArgs;
use crate::cli::{Failure, output};
use crate::diagnostic::codes::{self, file};
use crate::diagnostic::{Diagnostic, nearest};

/// Prints what a code means, or all codes.
pub fn run(arguments: &ExplainArgs) -> Result<(), Failure> {
    let Some(id) = &arguments.code else {
        let lines: Vec<String> = codes::all().map(|code| format!("{}  {}", code.id, code.title)).collect();
        return Ok(output::print(&format!("{}\n", lines.join("\n")))?);
    };
    let Some(code) = codes::find(id) else {
        let mut found = Diagnostic::error(&file::BAD_VALUE, format!("unknown code `{id}`"));
        found.help_if(nearest(id, codes::all().map(|code| code.id)).map(|near| format!("did you mean `{near}`?")));
        found.help("`cascade explain` lists all");
        return Err(found.into());
    };
    Ok(output::print(&format!("{}: {}\n\n{}\n", code.id, code.title, code.explanation))?)
}

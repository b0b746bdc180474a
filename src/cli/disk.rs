//! The library over the disk: a path opens a file, a name the embedded library.

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Source};
use crate::document;
use crate::model::{Embedded, Library, Model, TABLE};

/// Bytes of a stream or device without an end that are read before it is given up.
const MOST: u64 = 1 << 30;

/// Reads paths from the disk, names from the embedded library.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Library for Disk {
    fn model(&self, name: &str) -> Result<Source, Diagnostic> {
        if is_path(name) { read_model(name) } else { Embedded.model(name) }
    }

    fn parameters(&self, model: &Model, set: &str) -> Result<Source, Diagnostic> {
        if is_path(set) {
            return read(set);
        }
        let own = model.source.name();
        if own.starts_with("library:") {
            return Embedded.parameters(model, set);
        }
        // A model of one's own keeps its sets beside it.
        let beside = Path::new(own).with_file_name(format!("{set}.toml"));
        if beside.is_file() {
            return read(&beside.to_string_lossy());
        }
        let table = Path::new(own).with_file_name(TABLE);
        if table.is_file() {
            return read(&table.to_string_lossy());
        }
        Embedded.parameters(model, set).map_err(|mut found| {
            found.help(format!("the sets of `{own}` stand beside it: {} is not there", beside.display()));
            found
        })
    }
}

/// Whether a name is meant as a path; `-` is standard input.
pub fn is_path(name: &str) -> bool {
    name == "-"
        || name.contains(['/', '\\'])
        || Path::new(name)
            .extension()
            .is_some_and(|ending| ["toml", "csv", "json", "md"].iter().any(|known| ending == *known))
}

/// A model file from the disk, also out of what `cascade show` wrote.
pub fn read_model(path: &str) -> Result<Source, Diagnostic> {
    let text = read(path)?;
    match Path::new(path).extension().and_then(|ending| ending.to_str()) {
        Some("json") => from_json(&text),
        Some("md") => from_page(&text),
        _ => Ok(text),
    }
}

/// The heading of the model file at the end of a page.
pub const MODEL_FILE: &str = "## Model file";

/// The model file in what `cascade show --format json` wrote.
fn from_json(text: &Source) -> Result<Source, Diagnostic> {
    let object: serde_json::Value =
        serde_json::from_str(text.text()).map_err(|error| no_model(text, &format!("is not JSON: {error}")))?;
    match object.get("file").and_then(serde_json::Value::as_str) {
        Some(file) => Ok(Source::new(text.name(), file)),
        None => Err(no_model(text, "holds no model file under `file`")),
    }
}

/// The model file in what `cascade show --format markdown` wrote: the page before it is blanked, so places stay right.
fn from_page(page: &Source) -> Result<Source, Diagnostic> {
    const FENCE: &str = "```toml";
    let text = page.text();
    let heading = text.find(MODEL_FILE).and_then(|heading| Some(heading + text[heading..].find(FENCE)?));
    let parts = heading.map(|fence| text.split_at(fence + FENCE.len()));
    match parts.and_then(|(before, rest)| Some((before, rest.rsplit_once("\n```")?.0))) {
        Some((before, file)) => {
            Ok(Source::new(page.name(), "\n".repeat(before.matches('\n').count()) + file.trim_end()))
        }
        None => Err(no_model(page, "holds no model file between ```toml and ```")),
    }
}

fn no_model(text: &Source, what: &str) -> Diagnostic {
    let mut found = Diagnostic::error(&file::CANNOT_READ, format!("`{}` {what}", text.name()));
    found.help("write it with `cascade show MODEL --format json` (or markdown), without --parameters");
    found
}

/// A text file from the disk.
pub fn read(path: &str) -> Result<Source, Diagnostic> {
    document::decode(path, &up_to(path, 4 * document::LIMIT as u64)?)
}

/// The bytes of a file; `-` is standard input.
pub fn bytes(path: &str) -> Result<Vec<u8>, Diagnostic> {
    up_to(path, MOST)
}

fn up_to(path: &str, most: u64) -> Result<Vec<u8>, Diagnostic> {
    let mut bytes = Vec::new();
    let read = match path {
        "-" => std::io::stdin().lock().take(most).read_to_end(&mut bytes),
        _ => fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)),
    };
    read.map(|_| bytes).map_err(|error| cannot_read(path, &error))
}

/// What to say of a file that cannot be read.
pub fn cannot_read(path: &str, error: &std::io::Error) -> Diagnostic {
    let mut found = Diagnostic::error(&file::CANNOT_READ, format!("cannot read `{path}`: {}", plain(error)));
    match error.kind() {
        std::io::ErrorKind::NotFound => found.help(format!("is the path right? looked from {}", here())),
        std::io::ErrorKind::IsADirectory => found.help("name a file in it"),
        _ => found.help("may you read it?"),
    };
    found
}

/// The message of an input or output error without its number.
pub fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

fn here() -> String {
    std::env::current_dir().map_or_else(|_| "the working folder".into(), |path| path.display().to_string())
}

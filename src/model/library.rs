//! The embedded models and their parameter sets; a path overrides.

use include_dir::{Dir, include_dir};

use super::check;
use super::description::Model;
use super::file;
use super::table;
use super::values::ParameterSet;
use crate::diagnostic::codes::model as codes;
use crate::diagnostic::{Diagnostic, Problems, Source, listing};

/// The file of a model's sets that stand in one table, a column each.
pub const TABLE: &str = "sets.csv";

static LIBRARY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/library");

/// Opens named sources. The library is the default; `cli` supplies one that also reads the disk.
pub trait Library {
    /// The text of a model: a name of the library, or a path.
    ///
    /// # Errors
    /// Unknown name (`M019`) or a file that cannot be read.
    fn model(&self, name: &str) -> Result<Source, Diagnostic>;

    /// The text of a parameter set of a model: a name beside the model, or a path.
    ///
    /// # Errors
    /// Unknown set (`M018`) or a file that cannot be read.
    fn parameters(&self, model: &Model, set: &str) -> Result<Source, Diagnostic>;
}

/// The embedded library alone. Its sources are named `library:NAME/FILE`, which no path is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Embedded;

impl Library for Embedded {
    fn model(&self, name: &str) -> Result<Source, Diagnostic> {
        let path = format!("{name}/model.toml");
        match LIBRARY.get_file(&path).and_then(|file| file.contents_utf8()) {
            Some(text) => Ok(Source::new(format!("library:{path}"), text)),
            None => {
                let mut found = Diagnostic::error(&codes::UNKNOWN_MODEL, format!("unknown model `{name}`"));
                let known = model_names();
                found.help(listing(name, known.iter().copied(), "models"));
                found.help("a path to a file ends in .toml or holds a slash");
                Err(found)
            }
        }
    }

    fn parameters(&self, model: &Model, set: &str) -> Result<Source, Diagnostic> {
        let path = format!("{}/{set}.toml", model.name);
        match LIBRARY.get_file(&path).and_then(|file| file.contents_utf8()) {
            Some(text) if set != "model" => return Ok(Source::new(format!("library:{path}"), text)),
            _ => {}
        }
        match table_of(&model.name) {
            Some(text) if table::sets(text).any(|name| name == set) => {
                Ok(Source::new(format!("library:{}/{TABLE}", model.name), text))
            }
            _ => Err(unknown_set(&model.name, set, &set_names(&model.name))),
        }
    }
}

/// The table of sets of an embedded model.
fn table_of(model: &str) -> Option<&'static str> {
    LIBRARY.get_file(format!("{model}/{TABLE}"))?.contents_utf8()
}

/// The error for a set that does not exist.
pub fn unknown_set(model: &str, set: &str, known: &[&str]) -> Diagnostic {
    let mut found = Diagnostic::error(&codes::UNKNOWN_SET, format!("model `{model}` has no parameter set `{set}`"));
    found.help(listing(set, known.iter().copied(), "sets"));
    found.help("a path to a file ends in .toml or holds a slash");
    found
}

/// Names of the embedded models, sorted.
pub fn model_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = LIBRARY.dirs().filter_map(|dir| dir.path().to_str()).collect();
    names.sort_unstable();
    names
}

/// Names of the embedded parameter sets of a model, sorted.
pub fn set_names(model: &str) -> Vec<&'static str> {
    let Some(dir) = LIBRARY.get_dir(model) else { return Vec::new() };
    let mut names: Vec<&str> = dir
        .files()
        .filter(|file| file.path().extension().is_some_and(|ending| ending == "toml"))
        .filter_map(|file| file.path().file_stem()?.to_str())
        .filter(|name| *name != "model")
        .collect();
    names.extend(table_of(model).into_iter().flat_map(table::sets));
    names.sort_unstable();
    names
}

impl Model {
    /// Reads and checks a model.
    ///
    /// # Errors
    /// All mistakes of the file.
    pub fn parse(source: &Source) -> Result<(Self, Problems), Problems> {
        let mut problems = Problems::default();
        let Some((mut model, lost)) = file::read(source, &mut problems) else { return Err(problems) };
        check::check(&mut model, lost, &mut problems);
        if problems.has_errors() { Err(problems) } else { Ok((model, problems)) }
    }

    /// A model of the library.
    ///
    /// # Errors
    /// Unknown name; embedded models themselves pass the check (tested).
    pub fn embedded(name: &str) -> Result<Self, Problems> {
        let source = Embedded.model(name)?;
        Ok(Self::parse(&source)?.0)
    }

    /// A parameter set of an embedded model.
    ///
    /// # Errors
    /// Unknown name, or mistakes of the file.
    pub fn set(&self, name: &str) -> Result<ParameterSet, Problems> {
        ParameterSet::named(&Embedded.parameters(self, name)?, name, self)
    }

    /// The names that expressions about this model may use.
    pub fn scope(&self) -> super::ModelScope {
        check::scope(self)
    }
}

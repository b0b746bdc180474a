//! Rule files: protocols that ship with their source.

use include_dir::{Dir, include_dir};

use super::Rule;
use crate::diagnostic::codes::{file as file_codes, treatment};
use crate::diagnostic::{Diagnostic, Problems, Source, listing};
use crate::document;

static RULES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/rules");

/// The layout this version reads.
const FORMAT: &str = "cascade-rules/1";

/// What a rule file rests on, strongest first.
pub const EVIDENCE: [&str; 5] = ["label", "guideline", "protocol", "study", "assumption"];

/// Treatment rules that belong together, with their source.
#[derive(Debug, Clone)]
pub struct RuleFile {
    /// The file.
    pub source: Source,
    /// Its name.
    pub name: String,
    /// One line.
    pub title: String,
    /// Where it was published.
    pub citation: String,
    /// What it rests on: one of label, guideline, protocol, study, assumption.
    pub evidence: String,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// The rules.
    pub rules: Vec<Rule>,
}

impl RuleFile {
    /// Reads a rule file; none if it has mistakes, which are told all at once.
    pub fn parse(source: &Source, problems: &mut Problems) -> Option<Self> {
        let before = super::errors(problems);
        let table = document::parse(source, problems)?;
        let top = source.span(0..0);
        if let Some(other) = table.needed_text("format", &top, problems).filter(|format| format.value != FORMAT) {
            problems
                .error(
                    &file_codes::FORMAT_VERSION,
                    format!("format `{}` is not that of rules of this version", other.value),
                )
                .label(other.quoted, "")
                .help(format!("this version reads `{FORMAT}`"));
            return None;
        }
        let mut text = |key: &'static str| table.text(key, problems).map_or_else(String::new, |text| text.value);
        let (name, title) = (text("name"), text("title"));
        let notes = table.texts("notes", problems).into_iter().map(|note| note.value).collect();
        let (mut citation, mut evidence) = (String::new(), String::new());
        if let Some(inner) = table.table("source", problems) {
            citation =
                inner.needed_text("citation", inner.span(), problems).map_or_else(String::new, |text| text.value);
            if let Some(word) = inner.needed_text("evidence", inner.span(), problems) {
                if !EVIDENCE.contains(&word.value.as_str()) {
                    problems
                        .error(&file_codes::BAD_VALUE, format!("`{}` is no evidence", word.value))
                        .label(word.quoted.clone(), "")
                        .help(listing(&word.value, EVIDENCE.iter().copied(), "words"));
                }
                evidence = word.value;
            }
            inner.finish(problems);
        }
        let rules: Vec<Rule> =
            table.tables("treat", problems).into_iter().filter_map(|inner| Rule::read(inner, problems)).collect();
        table.finish(problems);
        if super::errors(problems) > before {
            return None;
        }
        if rules.is_empty() {
            problems
                .error(&treatment::RULE, "the file has no rule")
                .label(top, "")
                .help("[[treat]]\nname = \"tocilizumab\"\nwhen = 'grade >= 2'\ngive = \"tocilizumab 560 mg over 1 h\"");
            return None;
        }
        Some(Self { source: source.clone(), name, title, citation, evidence, notes, rules })
    }

    /// The text of an embedded rule file; its source is named `rules:FILE`, which no path is.
    ///
    /// # Errors
    /// Unknown name.
    pub fn embedded_source(name: &str) -> Result<Source, Diagnostic> {
        let path = format!("{name}.toml");
        match RULES.get_file(&path).and_then(|file| file.contents_utf8()) {
            Some(text) => Ok(Source::new(format!("rules:{path}"), text)),
            None => {
                let mut found = Diagnostic::error(&treatment::RULE, format!("unknown treatment rule `{name}`"));
                found.help(listing(name, rule_names().iter().copied(), "rules"));
                found.help("a path to a file ends in .toml or holds a slash");
                Err(found)
            }
        }
    }

    /// An embedded rule file.
    ///
    /// # Errors
    /// Unknown name; mistakes in the file.
    pub fn embedded(name: &str) -> Result<Self, Problems> {
        let source = Self::embedded_source(name)?;
        let mut problems = Problems::default();
        let file = Self::parse(&source, &mut problems);
        problems.or_value(file)
    }
}

/// Names of the embedded rule files, sorted.
pub fn rule_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = RULES.files().filter_map(|file| file.path().file_stem()?.to_str()).collect();
    names.sort_unstable();
    names
}

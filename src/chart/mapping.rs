//! What names in the tables of others mean: a file that can be edited.

use std::collections::HashMap;

use super::parameter::{Conversions, Parameter};
use crate::diagnostic::codes::{chart as codes, file};
use crate::diagnostic::{Diagnostic, Problems, Source, Span};
use crate::document::{self, Table, Text};

/// The layout this version reads.
const FORMAT: &str = "cascade-mapping/1";

/// The mapping that is used where none is given.
const SDTM: &str = include_str!("../../models/mappings/sdtm.toml");

/// Domains whose rows say what was given, done or read.
const DOMAINS: [&str; 4] = ["vs", "cm", "ex", "pr"];

/// Which variables and names of SDTM tables become which parameters of a chart.
///
/// ```
/// use cascade::chart::Mapping;
/// use cascade::diagnostic::Source;
/// let own = Mapping::sdtm_text().replace("[\"OXYSAT\", \"SPO2\"]", "[\"PULSOX\"]");
/// assert!(Mapping::parse(&Source::new("own.toml", own)).is_ok());
/// let wrong = Mapping::sdtm_text().replace("SPO2 = ", "SPO3 = ");
/// assert!(Mapping::parse(&Source::new("own.toml", wrong)).unwrap_err().to_string().contains("`SPO2`"));
/// ```
#[derive(Debug, Clone)]
pub struct Mapping {
    /// The variable of the subject.
    pub(super) subject: String,
    pub(super) domains: Vec<Domain>,
    pub(super) events: Option<Events>,
    pub(super) people: Option<People>,
}

/// A domain of rows: what, value, unit, from when to when.
#[derive(Debug, Clone)]
pub(super) struct Domain {
    pub code: &'static str,
    pub name: Vec<String>,
    pub value: Vec<String>,
    pub unit: Vec<String>,
    pub time: String,
    pub end: Option<String>,
    names: HashMap<String, Target>,
    /// A variable, its texts, and whether rows need one of them or must not have it.
    pub only: Vec<(String, Vec<String>, bool)>,
}

/// What a name means.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub parameter: Parameter,
    /// The value, if the name says it.
    pub value: Option<String>,
}

/// Adverse events.
#[derive(Debug, Clone)]
pub(super) struct Events {
    pub name: Vec<String>,
    pub terms: Vec<String>,
    pub grade: String,
    pub scale: Option<String>,
    pub reported: String,
    pub scales: HashMap<String, String>,
    pub outcome: String,
    pub fatal: Vec<String>,
    pub end: String,
}

/// Demographics.
#[derive(Debug, Clone)]
pub(super) struct People {
    pub infusion: Vec<String>,
    pub age: String,
    pub age_unit: String,
}

/// A name for comparison: case and the number of blanks make no difference.
pub(super) fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase()
}

impl Domain {
    /// What a name means here.
    pub fn target(&self, name: &str) -> Option<&Target> {
        self.names.get(&plain(name))
    }
}

impl Mapping {
    /// The mapping that is used where none is given.
    pub fn sdtm() -> Self {
        Self::parse(&Source::new("library:sdtm", SDTM)).expect("tested")
    }

    /// Its text, to start from.
    pub fn sdtm_text() -> &'static str {
        SDTM
    }

    /// Reads a mapping.
    ///
    /// # Errors
    /// All mistakes of the file: unknown keys and parameters, missing keys, names mapped twice.
    pub fn parse(source: &Source) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mapping = read(source, &mut problems);
        problems.or_value(mapping)
    }
}

fn read(source: &Source, problems: &mut Problems) -> Option<Mapping> {
    let file = document::parse(source, problems)?;
    let top = source.span(0..0);
    if let Some(other) = file.needed_text("format", &top, problems).filter(|format| format.value != FORMAT) {
        problems
            .error(&file::FORMAT_VERSION, format!("format `{}` is not a mapping of this version", other.value))
            .label(other.quoted, "")
            .help(format!("this version reads `{FORMAT}`"));
        return None;
    }
    file.text("title", problems);
    let subject = file.needed_text("subject", &top, problems);
    let mut domains = Vec::new();
    for code in DOMAINS {
        if let Some(table) = file.table(code, problems) {
            domains.extend(domain(code, table, problems));
        }
    }
    let events = file.table("ae", problems).and_then(|table| events(table, problems));
    let people = file.table("dm", problems).and_then(|table| {
        let infusion = needed_texts(table, "infusion", problems);
        let (age, age_unit) = (needed(table, "age", problems), needed(table, "age_unit", problems));
        table.finish(problems);
        Some(People { infusion, age: age?, age_unit: age_unit? })
    });
    file.finish(problems);
    Some(Mapping { subject: subject?.value, domains, events, people })
}

fn domain(code: &'static str, table: &Table, problems: &mut Problems) -> Option<Domain> {
    let name = needed_texts(table, "name", problems);
    let value = needed_texts(table, "value", problems);
    let unit = needed_texts(table, "unit", problems);
    if !unit.is_empty() && unit.len() != value.len() {
        let message = format!("{} units for {} values", unit.len(), value.len());
        let mut wrong = table.at("unit", &file::BAD_VALUE, message);
        wrong.help("values and units come in pairs");
        problems.push(wrong);
    }
    let time = needed(table, "time", problems);
    let end = table.text("end", problems).map(|text| text.value);
    let mut only = Vec::new();
    for (key, with) in [("with", true), ("without", false)] {
        let Some(conditions) = table.table(key, problems) else { continue };
        for (variable, _, texts) in lists(conditions, problems) {
            only.push((variable, texts.iter().map(|text| plain(&text.value)).collect(), with));
        }
    }
    let mut names: HashMap<String, Target> = HashMap::new();
    let mut places: HashMap<String, Span> = HashMap::new();
    if let Some(table) = table.table("names", problems) {
        for (key, place, texts) in lists(table, problems) {
            let target = match target(&key) {
                Ok(target) => target,
                Err(mut wrong) => {
                    wrong.label(place, "");
                    problems.push(wrong);
                    continue;
                }
            };
            for text in texts {
                let name = plain(&text.value);
                if let Some(first) = places.get(&name) {
                    problems
                        .error(&codes::MAPPED_TWICE, format!("`{}` is mapped twice", text.value))
                        .label(text.quoted, "")
                        .label(first.clone(), "first here")
                        .help("leave it with one parameter");
                    continue;
                }
                places.insert(name.clone(), text.quoted);
                names.insert(name, target.clone());
            }
        }
    }
    table.finish(problems);
    Some(Domain { code, name, value, unit, time: time?, end, names, only })
}

/// `TEMP`, or `O2DEVICE=NC`.
fn target(key: &str) -> Result<Target, Diagnostic> {
    let (name, value) = key.split_once('=').map_or((key, None), |(name, value)| (name, Some(value.trim())));
    let Some(parameter) = Parameter::named(name)? else {
        let mut wrong = Diagnostic::error(&codes::PARAMETER, format!("unknown parameter `{}`", name.trim()));
        wrong.help("`cascade explain C004` lists the parameters");
        return Err(wrong);
    };
    if let Some(value) = value {
        parameter.meaning(value, "", &mut Conversions::default())?;
    }
    Ok(Target { parameter, value: value.map(str::to_owned) })
}

fn events(table: &Table, problems: &mut Problems) -> Option<Events> {
    let capital = |texts: Vec<String>| texts.iter().map(|text| plain(text)).collect();
    let name = needed_texts(table, "name", problems);
    let terms = capital(needed_texts(table, "terms", problems));
    let fatal = capital(needed_texts(table, "fatal", problems));
    let scale = table.text("scale", problems).map(|text| text.value);
    let mut scales = HashMap::new();
    if let Some(table) = table.table("scales", problems) {
        for (scale, _, texts) in lists(table, problems) {
            scales.extend(texts.iter().map(|text| (plain(&text.value), scale.clone())));
        }
    }
    let [grade, reported, outcome, end] =
        ["grade", "reported", "outcome", "end"].map(|key| needed(table, key, problems));
    table.finish(problems);
    Some(Events {
        name,
        terms,
        grade: grade?,
        scale,
        reported: reported?.to_ascii_lowercase(),
        scales,
        outcome: outcome?,
        fatal,
        end: end?,
    })
}

fn needed(table: &Table, key: &'static str, problems: &mut Problems) -> Option<String> {
    table.needed_text(key, table.span(), problems).map(|text| text.value)
}

fn needed_texts(table: &Table, key: &'static str, problems: &mut Problems) -> Vec<String> {
    if !table.has(key) {
        problems.push(table.at(key, &file::MISSING_KEY, format!("`{key}` is missing")));
    }
    table.texts(key, problems).into_iter().map(|text| text.value).collect()
}

/// Keys that are names, each with an array of texts.
fn lists(table: &Table, problems: &mut Problems) -> Vec<(String, Span, Vec<Text>)> {
    let mut lists = Vec::new();
    for entry in table.entries() {
        let texts = match &entry.value.kind {
            document::Kind::Array(items) => items.iter().map(|item| item.as_text().cloned()).collect(),
            _ => None,
        };
        match texts {
            Some(texts) => lists.push((entry.key.clone(), entry.key_span.clone(), texts)),
            None => {
                problems
                    .error(&file::WRONG_TYPE, format!("`{}` wants an array of texts in quotes", entry.key))
                    .label(entry.value.span.clone(), format!("this is {}", entry.value.type_name()));
            }
        }
    }
    lists
}

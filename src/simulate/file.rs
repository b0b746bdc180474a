//! Scenario files. Flags of the command line override what a file says.

use include_dir::{Dir, include_dir};

use crate::diagnostic::codes::{file, run};
use crate::diagnostic::{Diagnostic, Problems, Source, Span, listing};
use crate::document::{self, Kind, Table};
use crate::model::{Named, Override};
use crate::regimen::Rule;

static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/scenarios");

/// The layout this version reads.
pub const FORMAT: &str = "cascade-scenario/1";

/// A scenario file as written: what the flags of the command line would say.
#[derive(Debug, Clone)]
pub struct ScenarioFile {
    /// The file.
    pub source: Source,
    /// One line.
    pub title: String,
    /// Name or path of the model.
    pub model: Span,
    /// Name or path of the parameter set.
    pub parameters: Option<Span>,
    /// End of the run.
    pub until: Option<Span>,
    /// Output times.
    pub at: Option<Span>,
    /// Output interval.
    pub every: Option<Span>,
    /// Relative tolerance.
    pub rtol: Option<Span>,
    /// Method.
    pub solver: Option<Span>,
    /// Seed of random numbers.
    pub seed: Option<u64>,
    /// Values of parameters and covariates.
    pub set: Vec<Override>,
    /// Doses.
    pub doses: Vec<Span>,
    /// Names or paths of files of treatment rules.
    pub rule_files: Vec<Span>,
    /// Treatment rules of its own.
    pub rules: Vec<Rule>,
    /// Path of a table of records in place of doses.
    pub records: Option<Span>,
}

impl ScenarioFile {
    /// Reads a scenario: what was understood, as long as there is a model. What its texts mean is checked together with
    /// the flags of the command line.
    pub fn parse(source: &Source, found: &mut Problems) -> Option<Self> {
        let table = document::parse(source, found)?;
        let owner = source.span(0..0);
        if let Some(text) = table.needed_text("format", &owner, found)
            && text.value != FORMAT
        {
            found
                .error(&file::FORMAT_VERSION, format!("format `{}` is not read by this version", text.value))
                .label(text.span(), "")
                .help(format!("this version reads `{FORMAT}`"));
        }
        let title = table.text("title", found).map_or_else(String::new, |text| text.value);
        let model = table.needed_text("model", &owner, found).map(|text| text.span());
        let mut text = |key: &'static str| table.text(key, found).map(|text| text.span());
        let (parameters, until, at, every, solver) =
            (text("parameters"), text("until"), text("at"), text("every"), text("solver"));
        let records = text("records");
        if at.is_some() && every.is_some() {
            let wrong = table.at("every", &run::BAD_SCENARIO, "`at` and `every` exclude each other");
            found.push(wrong).help("keep one of them");
        }
        let rtol = table.number("rtol", found).and_then(|_| Some(table.entry("rtol")?.value.span.clone()));
        let seed = seed(&table, found);
        let set = overrides(&table, found);
        let mut doses = Vec::new();
        for inner in table.tables("dose", found) {
            doses.extend(inner.needed_text("give", inner.span(), found).map(|text| text.span()));
            inner.finish(found);
        }
        let rule_files = table.texts("rules", found).into_iter().map(|text| text.span()).collect();
        let rules = table.tables("treat", found).into_iter().filter_map(|inner| Rule::read(inner, found)).collect();
        if let (Some(_), Some(dose)) = (&records, doses.first()) {
            let mut wrong = table.at("records", &run::BAD_SCENARIO, "`records` and [[dose]] exclude each other");
            wrong.label(Span::clone(dose), "");
            found.push(wrong).help("keep one of them");
        }
        table.finish(found);
        Some(Self {
            source: source.clone(),
            title,
            model: model?,
            parameters,
            until,
            at,
            every,
            rtol,
            solver,
            seed,
            set,
            doses,
            rule_files,
            rules,
            records,
        })
    }
}

fn seed(table: &Table, problems: &mut Problems) -> Option<u64> {
    let seed = table.number("seed", problems)?;
    if seed >= 0.0 && seed.fract() == 0.0 && seed < 9.007_199_254_740_992e15 {
        return Some(seed as u64);
    }
    problems.push(table.at("seed", &file::BAD_VALUE, format!("`seed` is a whole number from 0 to 2^53: {seed}")));
    None
}

/// The values under `[set]`: texts with a unit, or plain numbers.
fn overrides(table: &Table, problems: &mut Problems) -> Vec<Override> {
    let mut overrides = Vec::new();
    for entry in table.table("set", problems).map_or(&[][..], Table::entries) {
        let value = match &entry.value.kind {
            Kind::Text(text) => text.span(),
            Kind::Integer(_) | Kind::Float(_) => entry.value.span.clone(),
            _ => {
                problems
                    .error(&file::WRONG_TYPE, format!("`set.{}` wants a text with a unit, or a number", entry.key))
                    .label(entry.value.span.clone(), format!("this is {}", entry.value.type_name()))
                    .help(format!("{} = \"1.2 1/d\"", entry.key));
                continue;
            }
        };
        overrides.push(Override { name: Named { text: entry.key.clone(), span: entry.key_span.clone() }, value });
    }
    overrides
}

/// An embedded scenario; its source is named `scenarios:FILE`, which no path is.
///
/// # Errors
/// Unknown name.
pub fn embedded_scenario(name: &str) -> Result<Source, Diagnostic> {
    let path = format!("{name}.toml");
    match SCENARIOS.get_file(&path).and_then(|file| file.contents_utf8()) {
        Some(text) => Ok(Source::new(format!("scenarios:{path}"), text)),
        None => {
            let mut found = Diagnostic::error(&run::BAD_SCENARIO, format!("unknown scenario `{name}`"));
            found.help(listing(name, scenario_names().iter().copied(), "scenarios"));
            found.help("a path to a file ends in .toml or holds a slash");
            Err(found)
        }
    }
}

/// Names of the embedded scenarios, sorted.
pub fn scenario_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = SCENARIOS.files().filter_map(|file| file.path().file_stem()?.to_str()).collect();
    names.sort_unstable();
    names
}

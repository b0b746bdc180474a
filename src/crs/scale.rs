//! A grading scale: rules as data.

use super::file;
use crate::diagnostic::codes::scale as codes;
use crate::diagnostic::{Diagnostic, Problems, Source, Span, listing};
use crate::expression::Expression;
use crate::unit::Unit;
use std::sync::Arc;

/// The scales that come with cascade: name and text of the file.
const EMBEDDED: &[(&str, &str)] = &[
    ("astct-2019", include_str!("../../models/scales/astct-2019.toml")),
    ("lee-2014", include_str!("../../models/scales/lee-2014.toml")),
    ("penn", include_str!("../../models/scales/penn.toml")),
    ("cartox", include_str!("../../models/scales/cartox.toml")),
    ("cartox-paediatric", include_str!("../../models/scales/cartox-paediatric.toml")),
    ("mskcc", include_str!("../../models/scales/mskcc.toml")),
    ("ctcae-5", include_str!("../../models/scales/ctcae-5.toml")),
    ("ctcae-4.03", include_str!("../../models/scales/ctcae-4.03.toml")),
    ("icans", include_str!("../../models/scales/icans.toml")),
];

/// A published way to grade cytokine release syndrome; cheap to clone.
///
/// Only [`parse`](super::parse) makes one, so a `Scale` is always checked: units fit, names are known, no grade lacks a rule.
#[derive(Debug, Clone)]
pub struct Scale {
    content: Arc<Content>,
}

/// What stands in a scale's file.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) notes: Vec<String>,
    pub(super) citation: String,
    pub(super) doi: Option<String>,
    pub(super) options: Vec<ScaleOption>,
    pub(super) definitions: Vec<Definition>,
    pub(super) episode: EpisodeRules,
    pub(super) rules: Vec<Rule>,
    pub(super) flags: Vec<Flag>,
}

/// Whether something was read in a source or agreed upon by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Read in the source that is cited.
    Read,
    /// A convention: a grade that hangs on it carries a flag.
    Convention,
    /// As commonly quoted: the cited source was not opened.
    Unverified,
}

/// A choice that the published text leaves open, or a threshold that depends on the patient.
#[derive(Debug, Clone)]
pub struct ScaleOption {
    /// Its name.
    pub name: String,
    /// What may be chosen.
    pub kind: OptionKind,
    /// One line for humans.
    pub label: String,
    /// Where it comes from.
    pub source: String,
    /// Whether its default was read or agreed upon.
    pub status: Status,
    pub(super) span: Span,
}

/// What may be chosen, and the default.
#[derive(Debug, Clone)]
pub enum OptionKind {
    /// One of some words.
    Choice {
        /// The words.
        allowed: Vec<String>,
        /// Place of the default in `allowed`.
        default: usize,
    },
    /// A number.
    Number {
        /// Its unit.
        unit: Unit,
        /// The default, in `unit`.
        default: f64,
    },
}

/// A named condition.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) name: String,
    pub(super) condition: Expression,
    pub(super) span: Span,
}

/// What opens and ends an episode.
#[derive(Debug, Default)]
pub(super) struct EpisodeRules {
    /// Opens one; without it, any grade from 1.
    pub(super) opens: Option<Expression>,
    /// Its run into the opening dates the onset back.
    pub(super) dated_from: Option<Expression>,
    /// How long grade 0 must last; a constant.
    pub(super) ends_after: Option<Expression>,
    /// A gap up to this does not part two episodes; a constant.
    pub(super) merges_within: Option<Expression>,
}

/// One cell of the published table.
#[derive(Debug)]
pub struct Rule {
    /// Its name: the trace in graded courses.
    pub id: String,
    /// The grade it gives.
    pub grade: u8,
    /// The column of the table: `fever`, `hypotension`, `hypoxia`, `organ`, `death`.
    pub axis: String,
    /// The cell in words.
    pub text: String,
    /// Where it stands.
    pub source: String,
    /// Whether it was read or agreed upon.
    pub status: Status,
    pub(super) when: Expression,
    /// How long the condition must have held; a constant.
    pub(super) lasting: Option<Expression>,
    /// What must hold besides, now and for no time.
    pub(super) now: Option<Expression>,
    /// Whether that time is summed over the episode; over options alone.
    pub(super) summed: Option<Expression>,
    pub(super) span: Span,
}

/// Something a reader of the course should know, raised while its condition certainly holds.
#[derive(Debug)]
pub struct Flag {
    /// Its name in graded courses.
    pub id: String,
    /// The same in words.
    pub text: String,
    pub(super) when: Expression,
    pub(super) span: Span,
}

impl Scale {
    pub(super) fn new(content: Content) -> Self {
        Self { content: Arc::new(content) }
    }

    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    /// A scale that comes with cascade, by name: `astct-2019`, `lee-2014`, `penn` ...
    ///
    /// # Errors
    /// The name is unknown; the diagnostic has no place.
    pub fn embedded(name: &str) -> Result<Scale, Problems> {
        let Some((name, text)) = EMBEDDED.iter().find(|(known, _)| *known == name) else {
            let mut unknown = Diagnostic::error(&codes::UNKNOWN_SCALE, format!("unknown scale `{name}`"));
            unknown.help(listing(name, Scale::embedded_names(), "scales"));
            return Err(unknown.into());
        };
        let mut problems = Problems::default();
        let scale = file::parse(&Source::new(format!("models/scales/{name}.toml"), *text), &mut problems);
        problems.or_value(scale)
    }

    /// The scales that come with cascade.
    pub fn embedded_names() -> impl Iterator<Item = &'static str> + Clone {
        EMBEDDED.iter().map(|(name, _)| *name)
    }

    /// The text of an embedded scale's file.
    pub fn embedded_text(name: &str) -> Option<&'static str> {
        EMBEDDED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// The ASTCT consensus of 2019, the default.
    pub fn astct_2019() -> Scale {
        Self::embedded("astct-2019").expect("embedded scales are checked by a test")
    }

    /// The consensus of 2014 (Lee and others, National Cancer Institute).
    pub fn lee_2014() -> Scale {
        Self::embedded("lee-2014").expect("embedded scales are checked by a test")
    }

    /// Its name, `astct-2019`.
    pub fn name(&self) -> &str {
        &self.content.name
    }

    /// Its title.
    pub fn title(&self) -> &str {
        &self.content.title
    }

    /// What a user should know about it.
    pub fn notes(&self) -> &[String] {
        &self.content.notes
    }

    /// Whom to cite.
    pub fn citation(&self) -> &str {
        &self.content.citation
    }

    /// DOI of the citation.
    pub fn doi(&self) -> Option<&str> {
        self.content.doi.as_deref()
    }

    /// The options that can be set, in file order.
    pub fn options(&self) -> &[ScaleOption] {
        &self.content.options
    }

    /// The option of that name.
    pub fn option(&self, name: &str) -> Option<&ScaleOption> {
        self.options().iter().find(|option| option.name == name)
    }

    /// The rules, in file order.
    pub fn rules(&self) -> &[Rule] {
        &self.content.rules
    }

    /// The flags it can raise, in file order; besides these, the id of a convention's rule is a flag.
    pub fn flags(&self) -> &[Flag] {
        &self.content.flags
    }

    /// The highest grade it can give.
    pub fn highest(&self) -> u8 {
        self.rules().iter().map(|rule| rule.grade).max().unwrap_or(0)
    }
}

impl Rule {
    /// The condition as text.
    pub fn condition(&self) -> &str {
        self.when.span().text()
    }
}

impl Flag {
    /// The condition as text.
    pub fn condition(&self) -> &str {
        self.when.span().text()
    }
}

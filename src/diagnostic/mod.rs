//! Mistakes as data: where, what, why, and what to do.
//!
//! In: texts (model files, parameter sets, scales, scenarios, command-line values), each a [`Source`].
//! Out: [`Diagnostic`]s that point into them. Nothing here prints; `cli` renders.
//!
//! Parsers do not stop at the first mistake: they return what they understood and add to [`Problems`].
//!
//! ```
//! use cascade::diagnostic::{codes, Problems, Source};
//! let source = Source::new("mine.toml", "il6 = 'ksyn * cart'");
//! let mut problems = Problems::default();
//! problems
//!     .error(&codes::UNKNOWN_NAME, "unknown name `ksyn`")
//!     .label(source.span(7..11), "not a state, parameter or derived name")
//!     .help("did you mean `k_syn`?");
//! assert!(problems.has_errors());
//! ```

pub mod codes;
mod nearest;
mod source;

pub use codes::Code;
pub use nearest::{listing, nearest};
pub use source::{Position, Source, Span};

use std::fmt;

/// How grave a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The input can be used; the user should know.
    Warning,
    /// The input cannot be used.
    Error,
}

/// A place and what is to be said about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is to be said; may be empty.
    pub text: String,
}

/// One mistake: a code, a message, the places (the first is the main one) and remedies.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// What kind of mistake; `cascade explain CODE` tells more.
    pub code: &'static Code,
    /// One line, names in backticks, no full stop.
    pub message: String,
    /// Places, the main one first.
    pub labels: Vec<Label>,
    /// Remedies.
    pub helps: Vec<String>,
}

impl Diagnostic {
    /// An error without places yet.
    pub fn error(code: &'static Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message.into())
    }

    /// A warning without places yet.
    pub fn warning(code: &'static Code, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message.into())
    }

    fn new(severity: Severity, code: &'static Code, message: String) -> Self {
        Self { severity, code, message, labels: Vec::new(), helps: Vec::new() }
    }

    /// Adds a place.
    pub fn label(&mut self, span: Span, text: impl Into<String>) -> &mut Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a remedy.
    pub fn help(&mut self, text: impl Into<String>) -> &mut Self {
        self.helps.push(text.into());
        self
    }

    /// Adds a remedy if there is one.
    pub fn help_if(&mut self, text: Option<String>) -> &mut Self {
        self.helps.extend(text);
        self
    }
}

/// `file:line:column: error[M001]: message`, without colour; `cli` shows more.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        if let Some(label) = self.labels.first() {
            let at = label.span.position();
            write!(f, "{}:{}:{}: ", label.span.source.name(), at.line, at.column)?;
        }
        write!(f, "{word}[{}]: {}", self.code.id, self.message)?;
        for help in &self.helps {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

/// All that was found wrong so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Problems {
    list: Vec<Diagnostic>,
}

impl Problems {
    /// Records an error; add places and remedies to what it returns.
    pub fn error(&mut self, code: &'static Code, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Diagnostic::error(code, message))
    }

    /// Records a warning.
    pub fn warning(&mut self, code: &'static Code, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Diagnostic::warning(code, message))
    }

    /// Records a finished diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        self.list.push(diagnostic);
        self.list.last_mut().expect("just pushed")
    }

    /// Takes over what another pass found.
    pub fn append(&mut self, other: Problems) {
        self.list.extend(other.list);
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The diagnostics in the order found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// The value if no error was found; the problems otherwise. Warnings are dropped in the good case.
    pub fn or_value<T>(self, value: Option<T>) -> Result<T, Problems> {
        match value {
            Some(value) if !self.has_errors() => Ok(value),
            _ => Err(self),
        }
    }
}

impl From<Diagnostic> for Problems {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { list: vec![diagnostic] }
    }
}

impl IntoIterator for Problems {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, diagnostic) in self.list.iter().enumerate() {
            if n > 0 {
                writeln!(f)?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

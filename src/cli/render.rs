//! Diagnostics for people (miette) and for programs (JSON).

use std::fmt;
use std::io::IsTerminal;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan,
    SpanContents,
};
use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Label, Problems, Severity, Source};

/// Most problems shown; more of them help nobody.
const MOST: usize = 200;
/// Longest lines shown with the place underlined, in bytes.
const LONGEST: usize = 1000;
/// Longest lines shown above and below, in bytes.
const MOST_AROUND: usize = 120;

/// The problems as text in the order of their places, coloured if standard error is a terminal and `NO_COLOR` is not
/// set.
pub fn text(problems: &Problems) -> String {
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let theme = if colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(110).without_cause_chain();
    let mut out = String::new();
    for diagnostic in ordered(problems) {
        let report = Report(diagnostic);
        if handler.render_report(&mut out, &report).is_err() {
            out.push_str(&diagnostic.to_string());
        }
        out.push('\n');
    }
    let count = problems.iter().count();
    if count > MOST {
        out.push_str(&format!("... and {} more\n", count - MOST));
    }
    out
}

/// The problems as an array of objects, in the order of their places.
pub fn json(problems: &Problems) -> Value {
    let label = |label: &Label| {
        let at = label.span.position();
        json!({
            "file": label.span.source.name(),
            "line": at.line,
            "column": at.column,
            "start": label.span.start,
            "end": label.span.end,
            "underlined": label.span.text(),
            "text": label.text,
        })
    };
    let object = |diagnostic: &Diagnostic| {
        json!({
            "code": diagnostic.code.id,
            "severity": severity(diagnostic.severity),
            "title": diagnostic.code.title,
            "message": diagnostic.message,
            "labels": diagnostic.labels.iter().map(label).collect::<Vec<_>>(),
            "help": diagnostic.helps,
        })
    };
    ordered(problems).into_iter().map(object).collect()
}

/// File by file as they came, each from top to bottom; what has no place first.
fn ordered(problems: &Problems) -> Vec<&Diagnostic> {
    let mut files: Vec<&str> = Vec::new();
    let mut list: Vec<_> = problems
        .iter()
        .take(MOST)
        .map(|diagnostic| {
            let Some(label) = diagnostic.labels.first() else { return ((0, 0, 0), diagnostic) };
            let name = label.span.source.name();
            if !files.contains(&name) {
                files.push(name);
            }
            let file = files.iter().position(|known| *known == name).unwrap_or(0);
            let at = label.span.position();
            ((file, at.line, at.column), diagnostic)
        })
        .collect();
    list.sort_by_key(|(place, _)| *place);
    list.into_iter().map(|(_, diagnostic)| diagnostic).collect()
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// A diagnostic in the form miette renders.
struct Report<'a>(&'a Diagnostic);

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Report<'_> {}

impl Report<'_> {
    /// The source of the main place, if its lines can be shown; other places are told in words.
    fn main_source(&self) -> Option<&Source> {
        let first = &self.0.labels.first()?.span;
        let source = &first.source;
        let shown = |label: &&Label| label.span.source == *source;
        let short = |label: &Label| line_length(source.text(), label.span.start) <= LONGEST;
        let fits = !source.text().trim().is_empty() && self.0.labels.iter().filter(shown).all(short);
        fits.then_some(source)
    }
}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("{}[{}]", severity(self.0.severity), self.0.code.id)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.0.severity {
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let main = self.main_source();
        let elsewhere = self.0.labels.iter().filter(|label| Some(&label.span.source) != main).map(|label| {
            let at = label.span.position();
            format!("see {}:{}:{} {}", label.span.source.name(), at.line, at.column, label.text).trim_end().to_string()
        });
        let lines: Vec<String> = self.0.helps.iter().cloned().chain(elsewhere).collect();
        if lines.is_empty() { None } else { Some(Box::new(lines.join("\n"))) }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.main_source().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let main = self.main_source()?;
        Some(Box::new(self.0.labels.iter().filter(move |label| label.span.source == *main).map(|label| {
            let text = if label.text.is_empty() { None } else { Some(label.text.clone()) };
            let start = main.text().floor_char_boundary(label.span.start);
            let end = main.text().ceil_char_boundary(label.span.end.max(start));
            // What has no length is shown by the letter that follows.
            let next = main.text()[start..].chars().next().map_or(0, char::len_utf8);
            LabeledSpan::new(text, start, (end - start).max(next))
        })))
    }
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = self.text();
        let end = (span.offset() + span.len()).min(text.len());
        let (above, below) = (&text.as_bytes()[..span.offset().min(text.len())], &text.as_bytes()[end..]);
        // A long line before or after would hide the one that matters.
        let newline = |byte: &u8| *byte == b'\n';
        let long_before = above.iter().rposition(newline).is_some_and(|at| line_length(text, at) > MOST_AROUND);
        let long_after = below.iter().position(newline).is_some_and(|at| line_length(text, end + at + 1) > MOST_AROUND);
        let before = before.min(usize::from(!long_before));
        let inner = text.read_span(span, before, after.min(usize::from(!long_after)))?;
        let origin = self.origin();
        let column = if inner.line() == 0 { inner.column() + origin.column - 1 } else { inner.column() };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name().to_string(),
            inner.data(),
            *inner.span(),
            inner.line() + origin.line - 1,
            column,
            inner.line_count(),
        )))
    }
}

/// Length of the line around a place, in bytes.
fn line_length(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let at = at.min(bytes.len());
    let before = bytes[..at].iter().rev().take_while(|byte| **byte != b'\n').count();
    before + bytes[at..].iter().take_while(|byte| **byte != b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes;
    use proptest::prelude::*;

    fn found(source: &Source, places: &[(usize, usize)]) -> Problems {
        let mut problems = Problems::default();
        let told = problems.error(&codes::UNKNOWN_NAME, "unknown name `x`");
        for (start, end) in places {
            told.label(source.span(*start..*end), "here");
        }
        told.help("did you mean `y`?");
        problems
    }

    #[test]
    fn problems_stand_in_the_order_of_their_places() {
        let (a, b) = (Source::new("a", "1\n2\n3"), Source::new("b", "1\n2"));
        let mut problems = found(&a, &[(4, 5)]);
        for (source, start) in [(&b, 2), (&a, 0), (&b, 0)] {
            problems.append(found(source, &[(start, start + 1)]));
        }
        let places: Vec<String> = json(&problems)
            .as_array()
            .unwrap()
            .iter()
            .map(|found| format!("{}{}", found["labels"][0]["file"].as_str().unwrap(), found["labels"][0]["line"]))
            .collect();
        assert_eq!(places, ["a1", "a3", "b1", "b2"]);
    }

    #[test]
    fn a_text_with_escapes_is_shown_where_it_stands() {
        let file = Source::new("mine.toml", "a = 1\nrate = \"k \\u002A x\"\n");
        let own = Source::taken_from(&file, 14, "k * x");
        let shown = text(&found(&own, &[(4, 5)]));
        assert!(shown.contains("mine.toml:2:13") && shown.contains(" 2 │ k * x"), "{shown}");
    }

    proptest! {
        #[test]
        fn any_place_in_any_text_is_rendered(
            content in "[a-z\u{e9}\u{4e2d}\u{1F600}\t\r\n ]{0,60}",
            places in prop::collection::vec((0..80usize, 0..80usize), 0..4),
        ) {
            let problems = found(&Source::new("mine.toml", content), &places);
            let shown = text(&problems);
            prop_assert!(shown.contains("E001") && shown.contains("unknown name `x`") && shown.contains("did you mean"));
            prop_assert_eq!(json(&problems).as_array().unwrap().len(), 1);
        }
    }
}

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::Diagnostic;
use super::codes::file::NOT_UTF8;

/// A named text that diagnostics point into; cheap to clone.
#[derive(Clone)]
pub struct Source {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    text: String,
    origin: Origin,
}

/// Where a text starts.
#[derive(PartialEq, Eq)]
enum Origin {
    /// It is a whole file.
    Start,
    /// In the source it was taken from.
    Place(Source, usize),
    /// On this line of a file that is not kept.
    Line(usize),
}

impl Source {
    /// A text and the name users know it by: a path, or `--dose`, `--set`.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { inner: Arc::new(Inner { name: name.into(), text: text.into(), origin: Origin::Start }) }
    }

    /// A text taken from a place of another source where it does not stand letter by letter (escapes, line ends).
    /// Its positions are those of the other source, as far as its own lines are.
    pub fn taken_from(other: &Source, start: usize, text: impl Into<String>) -> Self {
        let (name, text) = (other.name().to_string(), text.into());
        Self { inner: Arc::new(Inner { name, text, origin: Origin::Place(other.clone(), start) }) }
    }

    /// A line of a file that is too large to be kept, counted from 1.
    pub fn line(name: impl Into<String>, line: usize, text: impl Into<String>) -> Self {
        Self { inner: Arc::new(Inner { name: name.into(), text: text.into(), origin: Origin::Line(line) }) }
    }

    /// Line and column of its first letter: 1 and 1, unless it was taken from another source.
    pub fn origin(&self) -> Position {
        match &self.inner.origin {
            Origin::Start => Position { line: 1, column: 1 },
            Origin::Place(other, start) => other.span(*start..*start).position(),
            Origin::Line(line) => Position { line: *line, column: 1 },
        }
    }

    /// Bytes of a file as text: UTF-8, a leading byte-order mark dropped.
    ///
    /// # Errors
    /// `F001` with the place of the first wrong byte.
    pub fn decode(name: &str, bytes: &[u8]) -> Result<Self, Diagnostic> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        std::str::from_utf8(bytes).map(|text| Self::new(name, text)).map_err(|error| {
            let good = error.valid_up_to();
            let source = Self::new(name, String::from_utf8_lossy(bytes));
            let mut found = Diagnostic::error(&NOT_UTF8, format!("`{name}` is not UTF-8 text"));
            found.label(source.span(good..good + 3), format!("byte 0x{:02X} does not belong here", bytes[good]));
            found.help("save the file as UTF-8");
            found
        })
    }

    /// The name users know it by.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// A place in it, in bytes.
    pub fn span(&self, range: Range<usize>) -> Span {
        Span { source: self.clone(), start: range.start, end: range.end }
    }

    /// All of it.
    pub fn whole(&self) -> Span {
        self.span(0..self.text().len())
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&self.inner, &other.inner);
        Arc::ptr_eq(a, b) || (a.name == b.name && a.text == b.text && a.origin == b.origin)
    }
}

impl Eq for Source {}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({})", self.name())
    }
}

/// A place in a [`Source`], in bytes, end exclusive.
#[derive(Clone, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub source: Source,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// Line and column, both from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl Span {
    /// The text at the place; empty if the place lies outside.
    pub fn text(&self) -> &str {
        self.source.text().get(self.start..self.end).unwrap_or("")
    }

    /// Where it starts.
    pub fn position(&self) -> Position {
        let text = self.source.text();
        let mut start = self.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let origin = self.source.origin();
        Position {
            line: before.bytes().filter(|&b| b == b'\n').count() + origin.line,
            column: before[line_start..].chars().count() + if line_start == 0 { origin.column } else { 1 },
        }
    }

    /// From the start of this place to the end of that one.
    pub fn to(&self, other: &Span) -> Span {
        Span { source: self.source.clone(), start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.source.name(), self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_letters_and_survive_wrong_places() {
        let source = Source::new("a", "µg\nx");
        let at = |start| source.span(start..start + 1).position();
        assert_eq!(at(2), Position { line: 1, column: 2 });
        assert_eq!(at(4), Position { line: 2, column: 1 });
        assert_eq!(at(1), Position { line: 1, column: 1 }, "inside of a letter");
        assert_eq!(at(99), Position { line: 2, column: 2 }, "beyond the end");
        assert_eq!(source.span(1..2).text(), "");
    }

    #[test]
    fn a_text_taken_from_another_has_its_positions() {
        let file = Source::new("a", "x = 1\nrate = \"a\\tb\"");
        let own = Source::taken_from(&file, 14, "a\tb\nc");
        assert_eq!(own.span(0..1).position(), Position { line: 2, column: 9 });
        assert_eq!(own.span(4..5).position(), Position { line: 3, column: 1 });
    }

    #[test]
    fn a_line_of_a_large_file_has_its_number() {
        let line = Source::line("patients.csv", 1_000_001, "7,high");
        assert_eq!(line.span(2..6).position(), Position { line: 1_000_001, column: 3 });
    }
}

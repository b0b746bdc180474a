//! Tables that are too large to be kept, row by row.

use std::borrow::Cow;
use std::io::{self, BufRead};
use std::ops::Range;

use super::fields::{Fields, open_quote, split_line};
use crate::diagnostic::codes::data;
use crate::diagnostic::codes::file::{CANNOT_READ, NOT_UTF8};
use crate::diagnostic::{Diagnostic, Problems, Source, Span};

/// Longest line that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// A table of comma-separated values, one row at a time, below a header.
///
/// The same format as [`Fields`](super::Fields); memory does not grow with the number of rows.
#[derive(Debug)]
pub struct Rows<R> {
    lines: Lines<R>,
    /// Fields of the row read last.
    row: Vec<Range<usize>>,
    /// How many fields the header has.
    width: usize,
    /// Rows below the header so far.
    count: u64,
    /// Nothing more can be read.
    ended: bool,
    /// What to say of a table that is empty.
    example: &'static str,
}

impl<R: BufRead> Rows<R> {
    /// Reads the header. `name` is what users know the table by, `example` says what a table looks like.
    ///
    /// # Errors
    /// An empty table; columns separated by something else than commas.
    pub fn open(name: &str, input: R, example: &'static str) -> Result<(Self, Fields), Problems> {
        let mut problems = Problems::default();
        let mut rows =
            Self { lines: Lines::new(name, input), row: Vec::new(), width: 0, count: 0, ended: false, example };
        if !rows.advance(false)? {
            return Err(rows.empty("the table is empty"));
        }
        let header = Fields::header_only(&rows.source(), &mut problems);
        let header = problems.or_value(header)?;
        rows.width = header.columns();
        Ok((rows, header))
    }

    /// Goes to the next row, which has as many fields as the header; false at the end.
    ///
    /// # Errors
    /// A table without rows, a row of another length; what cannot be read, is not UTF-8, has quotes that are not closed or a line of more than 1 MiB.
    pub fn next_row(&mut self) -> Result<bool, Problems> {
        if !self.advance_below(true)? {
            return Ok(false);
        }
        self.check_width("leave a missing value empty, but keep its comma; write decimals with a point")?;
        Ok(true)
    }

    /// The same for a row whose fields may not be wanted, and whose length is not looked at.
    ///
    /// # Errors
    /// A table without rows; what cannot be read, is not UTF-8, has quotes that are not closed or a line of more than 1 MiB.
    pub fn advance_below(&mut self, wanted: bool) -> Result<bool, Problems> {
        if self.ended {
            return Ok(false);
        }
        self.ended = true;
        if !self.advance(wanted)? {
            return if self.count > 0 { Ok(false) } else { Err(self.empty("the table has a header but no rows")) };
        }
        self.ended = false;
        self.count += 1;
        Ok(true)
    }

    /// Whether the row has as many fields as the header.
    ///
    /// # Errors
    /// It has not; `remedy` says what to do.
    pub fn check_width(&self, remedy: &str) -> Result<(), Problems> {
        let found = self.row.len();
        if found == self.width {
            return Ok(());
        }
        let message = format!("{found} fields where the header has {}", self.width);
        let mut wrong = Diagnostic::error(&data::FIELD_COUNT, message);
        wrong.label(self.source().whole(), "");
        wrong.help(remedy);
        Err(wrong.into())
    }

    fn empty(&self, what: &str) -> Problems {
        let mut found = Diagnostic::error(&data::EMPTY_TABLE, what);
        found.label(Source::new(self.name(), "").whole(), "");
        found.help(self.example);
        found.into()
    }

    /// Goes to the next row that is not blank; splits it if its fields are `wanted` or could hold a line break. False at
    /// the end.
    ///
    /// # Errors
    /// The table cannot be read, is not UTF-8, has quotes that are not closed or a line of more than 1 MiB.
    fn advance(&mut self, wanted: bool) -> Result<bool, Problems> {
        if !self.lines.next()? {
            return Ok(false);
        }
        let split = wanted || self.lines.text.contains('"');
        while split && !split_line(&self.lines.text, &mut self.row) {
            if !self.lines.append()? {
                let mut problems = Problems::default();
                let quote = self.lines.text.find('"').unwrap_or(0);
                open_quote(&self.lines.source(), quote, &mut problems);
                return Err(problems);
            }
        }
        Ok(true)
    }

    /// What users know the table by.
    pub fn name(&self) -> &str {
        &self.lines.name
    }

    /// The row read last.
    pub fn text(&self) -> &str {
        &self.lines.text
    }

    /// The place of a field.
    pub fn field_span(&self, column: usize) -> Span {
        self.span(self.row[column].clone())
    }

    /// The places of its fields in [`Rows::text`], without the blanks around, with the quotes.
    pub fn places(&self) -> &[Range<usize>] {
        &self.row
    }

    /// A field without its quotes.
    pub fn field(&self, column: usize) -> Cow<'_, str> {
        let text = &self.lines.text[self.row[column].clone()];
        if text.starts_with('"') { unquoted(text).into() } else { text.into() }
    }

    /// The row read last as a source that knows its number.
    pub fn source(&self) -> Source {
        self.lines.source()
    }

    /// A place in it.
    pub fn span(&self, place: Range<usize>) -> Span {
        self.lines.span(place)
    }
}

/// A field without the quotes around it.
pub(crate) fn unquoted(text: &str) -> String {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inside) => inside.replace("\"\"", "\""),
        None => text.into(),
    }
}

/// Lines; they end with LF, CR LF or CR.
#[derive(Debug)]
struct Lines<R> {
    name: String,
    input: R,
    /// The line read last, without its end.
    text: String,
    /// Its number, from 1.
    first: usize,
    /// Lines read so far.
    count: usize,
    bytes: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn new(name: &str, input: R) -> Self {
        Self { name: name.into(), input, text: String::new(), first: 0, count: 0, bytes: Vec::new() }
    }

    /// The line read last as a source that knows its number.
    fn source(&self) -> Source {
        Source::line(self.name.clone(), self.first, self.text.clone())
    }

    fn span(&self, place: Range<usize>) -> Span {
        self.source().span(place)
    }

    /// Reads the next line that is not blank; false at the end.
    fn next(&mut self) -> Result<bool, Problems> {
        self.text.clear();
        while self.text.trim().is_empty() {
            self.text.clear();
            self.first = self.count + 1;
            if !self.append()? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads one more line behind the text, with a line break if there is one; false at the end.
    fn append(&mut self) -> Result<bool, Problems> {
        self.bytes.clear();
        if !self.line().map_err(|error| self.unreadable(&error))? {
            return Ok(false);
        }
        self.count += 1;
        let mark = if self.count == 1 { &b"\xEF\xBB\xBF"[..] } else { b"" };
        let bytes = self.bytes.strip_prefix(mark).unwrap_or(&self.bytes);
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let start = self.text.len();
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text.push_str(text),
            Err(error) => {
                let wrong = bytes[error.valid_up_to()];
                self.text.push_str(&String::from_utf8_lossy(bytes));
                let at = start + error.valid_up_to();
                let mut found = Diagnostic::error(&NOT_UTF8, format!("`{}` is not UTF-8 text", self.name));
                found
                    .label(self.span(at..at + 3), format!("byte 0x{wrong:02X} does not belong here"))
                    .help("save the file as UTF-8");
                return Err(found.into());
            }
        }
        if self.text.len() > LONGEST {
            let line = self.first;
            self.text.truncate(self.text.floor_char_boundary(80));
            let mut found =
                Diagnostic::error(&data::FIELD_COUNT, format!("line {line} is longer than {} MiB", LONGEST >> 20));
            found.label(self.span(0..self.text.len()), "starts like this");
            found.help("are there quotes that are not closed?");
            return Err(found.into());
        }
        Ok(true)
    }

    /// Puts the bytes up to the end of a line into `bytes`, a little more than the longest at most.
    fn line(&mut self) -> io::Result<bool> {
        let mut any = false;
        loop {
            let buffer = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                other => other?,
            };
            if buffer.is_empty() || self.bytes.len() > LONGEST {
                return Ok(any);
            }
            any = true;
            let Some(end) = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                self.bytes.extend_from_slice(buffer);
                let length = buffer.len();
                self.input.consume(length);
                continue;
            };
            self.bytes.extend_from_slice(&buffer[..end]);
            let carriage = buffer[end] == b'\r';
            self.input.consume(end + 1);
            if carriage && self.input.fill_buf()?.first() == Some(&b'\n') {
                self.input.consume(1);
            }
            return Ok(true);
        }
    }

    fn unreadable(&self, error: &io::Error) -> Problems {
        let mut found = Diagnostic::error(&CANNOT_READ, format!("cannot read `{}`: {error}", self.name));
        found.label(Source::new(self.name.clone(), "").whole(), format!("after line {}", self.count));
        found.help("the table must stay in place while it is read");
        found.into()
    }
}

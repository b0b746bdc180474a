use std::borrow::Cow;
use std::ops::Range;

use crate::diagnostic::Problems;
use crate::diagnostic::Source;
use crate::diagnostic::Span;
use crate::diagnostic::codes::data;

/// A table of comma-separated values whose every field knows its place.
///
/// Read by RFC 4180, with or without CR, a byte order mark, blank lines and blanks around fields.
/// The first line names the columns; every row has as many fields.
#[derive(Debug, Clone)]
pub struct Fields {
    source: Source,
    columns: usize,
    /// Row by row, the header first; without the blanks around, with the quotes.
    places: Vec<Range<usize>>,
}

/// At most so many mistakes of one kind are told; the rest is counted.
pub(super) const TOLD: usize = 20;

impl Fields {
    /// Reads a table; rows of another length than the header's are reported and left out.
    pub fn read(source: &Source, problems: &mut Problems) -> Option<Self> {
        let mut table = Self { source: source.clone(), columns: 0, places: Vec::new() };
        let mut miscounted = 0;
        let mut lines = Lines::new(source.text());
        let mut row = Vec::new();
        while let Some(line) = lines.next(&mut row) {
            if let Some(quote) = lines.open {
                open_quote(source, quote, problems);
                return None;
            }
            if table.columns == 0 {
                table.columns = row.len();
                if !table.check_header(&source.text()[line.clone()], line, &row, problems) {
                    return None;
                }
            } else if row.len() != table.columns {
                miscounted += 1;
                if miscounted <= TOLD {
                    table.tell_count(line, row.len(), problems);
                }
                continue;
            }
            table.places.append(&mut row);
        }
        if miscounted > TOLD {
            problems
                .error(&data::FIELD_COUNT, format!("{} more such rows", miscounted - TOLD))
                .label(source.whole(), "");
        }
        if table.rows() == 0 && miscounted == 0 {
            let what = if table.columns == 0 { "the table is empty" } else { "the table has a header but no rows" };
            problems
                .error(&data::EMPTY_TABLE, what)
                .label(source.span(0..source.text().len().min(1)), "")
                .help("the first line names the columns, `time [d],temperature [degC]`; a row for each time follows");
            return None;
        }
        Some(table)
    }

    /// Reads the header alone, of a table that is read row by row.
    pub fn header_only(source: &Source, problems: &mut Problems) -> Option<Self> {
        let mut row = Vec::new();
        if !split_line(source.text(), &mut row) {
            let quote = source.text().find('"').unwrap_or(0);
            open_quote(source, quote, problems);
            return None;
        }
        let table = Self { source: source.clone(), columns: row.len(), places: row };
        let whole = 0..source.text().len();
        table.check_header(source.text(), whole, &table.places, problems).then_some(table)
    }

    fn check_header(&self, line: &str, place: Range<usize>, row: &[Range<usize>], problems: &mut Problems) -> bool {
        for (separator, name) in [(';', "semicolons"), ('\t', "tabs")] {
            if row.len() == 1 && line.contains(separator) {
                problems
                    .error(&data::SEPARATOR, format!("the columns are separated by {name}"))
                    .label(self.source.span(place), "the header")
                    .help("save the table with commas between fields and points in numbers");
                return false;
            }
        }
        true
    }

    fn tell_count(&self, line: Range<usize>, found: usize, problems: &mut Problems) {
        let text = &self.source.text()[line.clone()];
        let told = problems.error(&data::FIELD_COUNT, format!("{found} fields where the header has {}", self.columns));
        told.label(self.source.span(line), "");
        if found > self.columns {
            told.help("write decimals with a point, `38.5`, and quote fields that contain a comma");
        } else if text.contains(';') {
            told.help("separate fields by commas");
        } else {
            told.help("leave a missing value empty, but keep its comma");
        }
    }

    /// The text it was read from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Number of columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Number of rows below the header.
    pub fn rows(&self) -> usize {
        (self.places.len() / self.columns.max(1)).saturating_sub(1)
    }

    /// The header's field.
    pub fn header(&self, column: usize) -> Cow<'_, str> {
        self.unquoted(self.places[column].clone())
    }

    /// The place of the header's field, without quotes.
    pub fn header_place(&self, column: usize) -> Range<usize> {
        self.inside(self.places[column].clone())
    }

    /// A field below the header, row 0 being the first.
    pub fn field(&self, row: usize, column: usize) -> Cow<'_, str> {
        self.unquoted(self.place(row, column))
    }

    /// Where it stands.
    pub fn span(&self, row: usize, column: usize) -> Span {
        self.source.span(self.place(row, column))
    }

    /// The number in a field: NaN if it is missing (empty, `NA`, `NaN`, `.`); none if it is something else.
    pub fn number(&self, row: usize, column: usize) -> Option<f64> {
        let text = self.field(row, column);
        let text = text.trim();
        if matches!(text, "" | "." | "NA") || text.eq_ignore_ascii_case("nan") {
            return Some(f64::NAN);
        }
        text.parse().ok()
    }

    fn place(&self, row: usize, column: usize) -> Range<usize> {
        self.places[(row + 1) * self.columns + column].clone()
    }

    fn inside(&self, place: Range<usize>) -> Range<usize> {
        if self.is_quoted(&place) { place.start + 1..place.end - 1 } else { place }
    }

    /// Whether quotes stand around all of it; `"a" b` is a text like any other.
    fn is_quoted(&self, place: &Range<usize>) -> bool {
        let text = &self.source.text()[place.clone()];
        text.len() > 1 && text.starts_with('"') && text.ends_with('"')
    }

    fn unquoted(&self, place: Range<usize>) -> Cow<'_, str> {
        let quoted = self.is_quoted(&place);
        let text = &self.source.text()[self.inside(place)];
        if quoted && text.contains('"') { text.replace("\"\"", "\"").into() } else { text.into() }
    }
}

/// Reports quotes that the text does not close.
pub(super) fn open_quote(source: &Source, at: usize, problems: &mut Problems) {
    problems
        .error(&data::OPEN_QUOTE, "quotes are not closed")
        .label(source.span(at..at + 1), "opened here")
        .help("close them, or write a double quote inside a field twice");
}

/// Puts the places of the fields of one line into `row`, without the blanks around, with the quotes; false if quotes are
/// not closed.
pub(super) fn split_line(line: &str, row: &mut Vec<Range<usize>>) -> bool {
    row.clear();
    let mut lines = Lines::new(line);
    lines.line(row);
    lines.open.is_none()
}

/// Walks a text line by line, where quoted fields may hold line breaks.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    /// Where quotes were opened that the text does not close.
    open: Option<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, open: None }
    }

    /// Puts the fields of the next line that is not blank into `row`; gives the place of the line.
    fn next(&mut self, row: &mut Vec<Range<usize>>) -> Option<Range<usize>> {
        loop {
            row.clear();
            if self.at >= self.text.len() {
                return None;
            }
            let start = self.at;
            let end = self.line(row);
            if !self.text[start..end].trim().is_empty() {
                return Some(start..end);
            }
        }
    }

    /// Reads one line; gives its end without the line break.
    fn line(&mut self, row: &mut Vec<Range<usize>>) -> usize {
        let bytes = self.text.as_bytes();
        let (mut start, mut quoted) = (self.at, None);
        loop {
            let here = bytes.get(self.at).copied();
            match here {
                Some(b'"') if quoted.is_some() => quoted = None,
                // A quote opens only where a field starts; `""` within quotes closes and opens again.
                Some(b'"') if self.text[start..self.at].trim().is_empty() || bytes[self.at - 1] == b'"' => {
                    quoted = Some(self.at);
                }
                None if quoted.is_some() => {
                    self.open = quoted;
                    row.push(self.trimmed(start..self.at));
                    return self.at;
                }
                _ if quoted.is_some() => {}
                None | Some(b',' | b'\n' | b'\r') => {
                    row.push(self.trimmed(start..self.at));
                    let end = self.at;
                    self.at += usize::from(here.is_some());
                    match here {
                        Some(b',') => start = self.at,
                        Some(b'\r') if bytes.get(self.at) == Some(&b'\n') => {
                            self.at += 1;
                            return end;
                        }
                        _ => return end,
                    }
                    continue;
                }
                Some(_) => {}
            }
            self.at += 1;
        }
    }

    /// Without the blanks around.
    fn trimmed(&self, place: Range<usize>) -> Range<usize> {
        let text = &self.text[place.clone()];
        let start = place.start + (text.len() - text.trim_start().len());
        start..start + text.trim().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Fields, String> {
        let mut problems = Problems::default();
        let fields = Fields::read(&Source::new("data.csv", text), &mut problems);
        problems.or_value(fields).map_err(|problems| problems.to_string())
    }

    #[test]
    fn marks_line_ends_blanks_and_quotes_are_understood() {
        let table = read("\u{feff}time, \"a \"\"b\"\", c\" ,d\r\n\r\n0,1, x y \r\n  \n1,\"2\n3\",\n").unwrap();
        assert_eq!((table.columns(), table.rows()), (3, 2));
        assert_eq!(table.header(1), "a \"b\", c");
        assert_eq!(table.field(0, 2), "x y");
        assert_eq!(table.field(1, 1), "2\n3");
        assert_eq!(table.field(1, 2), "");
        assert_eq!(table.span(0, 2).position().line, 3);
        assert!(table.number(1, 2).unwrap().is_nan());
        assert_eq!(table.number(0, 2), None);
    }

    #[test]
    fn a_quote_inside_a_field_is_a_letter() {
        let table = read("a,b\n5\" tube,2").unwrap();
        assert_eq!(table.field(0, 0), "5\" tube");
        assert_eq!(table.field(0, 1), "2");
        let table = read("a,\"b\"\u{e9}\n5,\"2\" x").unwrap();
        assert_eq!((table.header(1).as_ref(), table.field(0, 1).as_ref()), ("\"b\"\u{e9}", "\"2\" x"));
    }

    #[test]
    fn mistakes_of_structure_have_their_code_and_line() {
        for (text, expected) in [
            ("", "data.csv:1:1: error[D001]: the table is empty"),
            (" \r\n", "data.csv:1:1: error[D001]: the table is empty"),
            ("time,a\n", "data.csv:1:1: error[D001]: the table has a header but no rows"),
            ("time,a\n0,1\n1,2,3\n2\n", "data.csv:3:1: error[D002]: 3 fields where the header has 2"),
            ("time;a\n0;1,5\n", "data.csv:1:1: error[D005]: the columns are separated by semicolons"),
            ("time\ta\n0\t1\n", "data.csv:1:1: error[D005]: the columns are separated by tabs"),
            ("time,a\n0,\"1\n2,3\n", "data.csv:2:3: error[D004]: quotes are not closed"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.starts_with(expected), "{text:?}: {told}");
        }
        let told = read("time,a\n0,1\n1,2,3\n2\n").unwrap_err();
        assert!(told.contains("data.csv:4:1: error[D002]: 1 fields"), "{told}");
    }

    #[test]
    fn a_thousand_bad_rows_are_not_a_thousand_messages() {
        let text = "time,a\n".to_string() + &"1\n".repeat(1000);
        let told = read(&text).unwrap_err();
        assert_eq!(told.matches("D002").count(), TOLD + 1);
        assert!(told.contains("980 more"), "{told}");
    }
}

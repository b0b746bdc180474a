use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::table::{Entry, Kind, Table, Text, Value};
use crate::diagnostic::codes::file;
use crate::diagnostic::{Diagnostic, Problems, Source};

/// Largest text read, in bytes.
pub const LIMIT: usize = 1 << 20;

/// Bytes of a file as text: UTF-8, a leading byte-order mark dropped.
///
/// # Errors
/// `F001` with the place of the first wrong byte, `F008` above [`LIMIT`].
pub fn decode(name: &str, bytes: &[u8]) -> Result<Source, Diagnostic> {
    if bytes.len() > LIMIT {
        let mut found =
            Diagnostic::error(&file::TOO_LARGE, format!("`{name}` has {} bytes, the limit is {LIMIT}", bytes.len()));
        found.help("files of models, sets, scales and scenarios have some thousand bytes; was a table of data given in its place?");
        return Err(found);
    }
    Source::decode(name, bytes)
}

/// Reads a document; syntax errors are added to `problems`, what was understood is returned.
pub fn parse(source: &Source, problems: &mut Problems) -> Option<Table> {
    if source.text().trim().is_empty() {
        problems
            .error(&file::EMPTY, format!("`{}` is empty", source.name()))
            .label(source.span(0..0), "")
            .help("`cascade show hardiansyah-2019 --format toml` prints a complete model to start from");
        return None;
    }
    let (root, errors) = DeTable::parse_recoverable(source.text());
    if errors.is_empty() {
        return Some(table(source, root.get_ref(), root.span()));
    }
    let end = source.text().len();
    let mut mistakes: Vec<(Range<usize>, &str)> = errors
        .iter()
        .map(|error| {
            let place = error.span().unwrap_or(0..0);
            (place.start.min(end)..place.end.min(end).max(place.start.min(end)), error.message())
        })
        .collect();
    mistakes.sort_by_key(|(place, _)| place.start);
    let mut last: Option<(usize, &str)> = None;
    let mut told = 0;
    for (place, message) in mistakes {
        // One mistake throws the reader off for the rest of its line, and a table that stands twice for all its keys.
        let follows = last.is_some_and(|(start, before)| {
            let between = &source.text().as_bytes()[start..place.start];
            !between.contains(&b'\n') || message == before && message == DUPLICATE && !between.contains(&b'[')
        });
        if !follows {
            told += 1;
            last = Some((place.start, message));
            if told > MOST {
                continue;
            }
            problems
                .error(&file::SYNTAX, plain(message))
                .label(source.span(place.clone()), "")
                .help_if(remedy(message).map(String::from));
        }
    }
    if told > MOST {
        problems
            .error(&file::SYNTAX, format!("{} more mistakes of this kind", told - MOST))
            .label(source.span(0..0), "")
            .help("is this file TOML?");
    }
    None
}

/// Mistakes of syntax that are told one by one.
const MOST: usize = 20;

const DUPLICATE: &str = "duplicate key";

/// The reader's message in the words used here.
fn plain(message: &str) -> String {
    match message {
        _ if message.contains("recurs") => "tables or arrays are nested too deeply".into(),
        _ => message.replace('\n', ", "),
    }
}

/// What to do about a mistake of the TOML reader.
fn remedy(message: &str) -> Option<&'static str> {
    const REMEDIES: [(&str, &str); 8] = [
        (DUPLICATE, "a name stands once in its table, and a table once in the file: rename one, or remove it"),
        ("string values must be quoted", "texts and expressions stand between quotes: rate = 'k * x'"),
        ("literal string", "the closing quote is missing; an expression over several lines stands between \'\'\'"),
        ("basic string", "the closing quote is missing; a text over several lines stands between \"\"\""),
        ("escape", "between double quotes `\\` has a meaning of its own: use single quotes"),
        ("unexpected key or value", "a line holds one key and one value; decimals stand behind a point"),
        ("key with no value", "write KEY = VALUE"),
        ("digits", "numbers have digits on both sides of the point: 0.5, 5.0"),
    ];
    REMEDIES.iter().find(|(part, _)| message.contains(part)).map(|(_, remedy)| *remedy)
}

fn table(source: &Source, map: &DeTable<'_>, place: Range<usize>) -> Table {
    let entries = map
        .iter()
        .map(|(key, item)| Entry {
            key: key.get_ref().to_string(),
            key_span: source.span(key.span()),
            value: value(source, item),
        })
        .collect();
    Table::new(source.span(place), entries)
}

fn value(source: &Source, item: &Spanned<DeValue<'_>>) -> Value {
    let place = item.span();
    let kind = match item.get_ref() {
        DeValue::String(text) => Kind::Text(quoted(source, text, &place)),
        DeValue::Integer(number) => {
            let digits: String = number.as_str().chars().filter(|c| *c != '_').collect();
            match i64::from_str_radix(&digits, number.radix()) {
                Ok(number) => Kind::Integer(number),
                Err(_) => digits.parse().map_or(Kind::Other("a number out of range"), Kind::Float),
            }
        }
        DeValue::Float(number) => {
            let digits: String = number.as_str().chars().filter(|c| *c != '_').collect();
            digits.parse().map_or(Kind::Other("a number out of range"), Kind::Float)
        }
        DeValue::Boolean(flag) => Kind::Boolean(*flag),
        DeValue::Datetime(_) => Kind::Other("a date"),
        DeValue::Array(items) => Kind::Array(items.iter().map(|item| value(source, item)).collect()),
        DeValue::Table(map) => Kind::Table(table(source, map, place.clone())),
    };
    Value { span: source.span(place), kind }
}

/// A text with the source and range in which its characters stand one to one.
fn quoted(source: &Source, text: &str, place: &Range<usize>) -> Text {
    let raw = source.text().get(place.clone()).unwrap_or("");
    let skipped = if raw.starts_with("'''\r\n") || raw.starts_with("\"\"\"\r\n") {
        5
    } else if raw.starts_with("'''\n") || raw.starts_with("\"\"\"\n") {
        4
    } else if raw.starts_with("'''") || raw.starts_with("\"\"\"") {
        3
    } else {
        1
    };
    let start = place.start + skipped;
    let range = start..start + text.len();
    if source.text().get(range.clone()) == Some(text) {
        return Text { value: text.to_string(), source: source.clone(), range, quoted: source.span(place.clone()) };
    }
    // Escapes or changed line ends: the characters stand nowhere as they are, so the text becomes a source of its own.
    let own = Source::taken_from(source, start, text);
    Text { value: text.to_string(), source: own, range: 0..text.len(), quoted: source.span(place.clone()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<f64> {
        let mut problems = Problems::default();
        let table = parse(&Source::new("a.toml", text), &mut problems).unwrap();
        table.array("a", &mut problems).iter().map(|item| item.as_number().unwrap()).collect()
    }

    #[test]
    fn numbers_are_read_in_every_notation_of_toml() {
        assert_eq!(numbers("a = [1, +2, -3, 1_000, 0x1F, 0o17, 0b11]"), [1.0, 2.0, -3.0, 1000.0, 31.0, 15.0, 3.0]);
        assert_eq!(numbers("a = [5e7, 1_0.5, -0.0, 99999999999999999999]"), [5e7, 10.5, 0.0, 1e20]);
        assert_eq!(numbers("a = [inf, -inf]"), [f64::INFINITY, f64::NEG_INFINITY]);
    }

    #[test]
    fn texts_know_their_place_in_every_kind_of_quotes() {
        for (text, start) in [
            ("a = 'k * x'", 5),
            ("a = \"k * x\"", 5),
            ("a = \'\'\'k * x\'\'\'", 7),
            ("a = \'\'\'\nk * x\'\'\'", 8),
            ("a = \"\"\"\r\nk * x\"\"\"", 9),
        ] {
            let mut problems = Problems::default();
            let found = parse(&Source::new("a.toml", text), &mut problems).unwrap().text("a", &mut problems).unwrap();
            assert_eq!((found.span().text(), found.span().start), ("k * x", start), "{text}");
        }
    }

    #[test]
    fn a_text_with_escapes_has_the_line_of_its_place() {
        let mut problems = Problems::default();
        let table = parse(&Source::new("a.toml", "b = 1\na = \"k \\u002A x\""), &mut problems).unwrap();
        let found = table.text("a", &mut problems).unwrap();
        let at = found.span().position();
        assert_eq!((found.value.as_str(), at.line, at.column), ("k * x", 2, 6));
    }

    #[test]
    fn one_mistake_gives_one_message() {
        for (text, count) in [("a = 1 b = 2", 1), ("[a]\nb = 1\n[a]\nb = 2\nc = 3", 1), ("a = 'x\nb = 1 c", 2)] {
            let mut problems = Problems::default();
            assert!(parse(&Source::new("a.toml", text), &mut problems).is_none());
            assert_eq!(problems.iter().count(), count, "{text}: {problems}");
        }
    }
}

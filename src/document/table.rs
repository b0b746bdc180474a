use std::cell::RefCell;
use std::ops::Range;

use crate::diagnostic::codes::file;
use crate::diagnostic::{Code, Diagnostic, Problems, Source, Span, listing};

/// A text, and where its characters stand.
#[derive(Debug, Clone)]
pub struct Text {
    /// The text.
    pub value: String,
    /// The source its characters stand in.
    pub source: Source,
    /// Where they stand, quotes excluded.
    pub range: Range<usize>,
    /// The place in the file, quotes included.
    pub quoted: Span,
}

impl Text {
    /// The place of the characters.
    pub fn span(&self) -> Span {
        self.source.span(self.range.clone())
    }
}

/// A value and its place.
#[derive(Debug, Clone)]
pub struct Value {
    /// The place.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Text.
    Text(Text),
    /// Whole number.
    Integer(i64),
    /// Number.
    Float(f64),
    /// Truth value.
    Boolean(bool),
    /// Values in order.
    Array(Vec<Value>),
    /// Keys and values.
    Table(Table),
    /// Something no reader wants: its name.
    Other(&'static str),
}

impl Value {
    /// What it is, in words.
    pub fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Text(_) => "text",
            Kind::Integer(_) => "a whole number",
            Kind::Float(_) => "a number",
            Kind::Boolean(_) => "true or false",
            Kind::Array(_) => "an array",
            Kind::Table(_) => "a table",
            Kind::Other(name) => name,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self.kind {
            #[expect(clippy::cast_precision_loss, reason = "counts and values of model files are far below 2^53")]
            Kind::Integer(n) => Some(n as f64),
            Kind::Float(x) => Some(x),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&Text> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The table, if it is one.
    pub fn as_table(&self) -> Option<&Table> {
        match &self.kind {
            Kind::Table(table) => Some(table),
            _ => None,
        }
    }

    fn wrong(&self, key: &str, wanted: &str, problems: &mut Problems) {
        let remedy = match &self.kind {
            Kind::Text(text) if wanted == "a number" && text.value.trim().parse::<f64>().is_ok() => {
                Some(format!("without quotes: {key} = {}", text.value.trim()))
            }
            Kind::Text(text) if wanted.starts_with("an array of texts") => {
                Some(format!("between brackets: {key} = [{}]", text.quoted.text()))
            }
            Kind::Integer(_) | Kind::Float(_) if wanted == "text in quotes" => {
                Some(format!("between quotes: {key} = \"{}\"", self.span.text()))
            }
            _ => None,
        };
        problems
            .error(&file::WRONG_TYPE, format!("`{key}` wants {wanted}"))
            .label(self.span.clone(), format!("this is {}", self.type_name()))
            .help_if(remedy);
    }
}

/// A key, its place, its value.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Value,
}

/// Keys and values in the order of the file; remembers which keys were asked for.
#[derive(Debug, Clone)]
pub struct Table {
    span: Span,
    entries: Vec<Entry>,
    asked: RefCell<Vec<&'static str>>,
}

impl Table {
    pub(super) fn new(span: Span, entries: Vec<Entry>) -> Self {
        Self { span, entries, asked: RefCell::default() }
    }

    /// The place of the table: its header, or its braces.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// All entries, for tables whose keys are names.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of this key; the key counts as known from now on.
    pub fn entry(&self, key: &'static str) -> Option<&Entry> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&key) {
            asked.push(key);
        }
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Whether the key is there.
    pub fn has(&self, key: &'static str) -> bool {
        self.entry(key).is_some()
    }

    /// The text of a key, if it is there.
    pub fn text(&self, key: &'static str, problems: &mut Problems) -> Option<Text> {
        let entry = self.entry(key)?;
        let text = entry.value.as_text();
        if text.is_none() {
            entry.value.wrong(key, "text in quotes", problems);
        }
        text.cloned()
    }

    /// The text of a key that must be there.
    pub fn needed_text(&self, key: &'static str, owner: &Span, problems: &mut Problems) -> Option<Text> {
        if !self.has(key) {
            missing(key, owner, problems);
        }
        self.text(key, problems)
    }

    /// The number of a key, if it is there.
    pub fn number(&self, key: &'static str, problems: &mut Problems) -> Option<f64> {
        let entry = self.entry(key)?;
        let number = entry.value.as_number();
        match number {
            None => entry.value.wrong(key, "a number", problems),
            Some(x) if !x.is_finite() => {
                problems
                    .error(&file::BAD_VALUE, format!("`{key}` must be finite: {x}"))
                    .label(entry.value.span.clone(), "not a finite number");
                return None;
            }
            Some(_) => {}
        }
        number
    }

    /// The number of a key that must be there.
    pub fn needed_number(&self, key: &'static str, owner: &Span, problems: &mut Problems) -> Option<f64> {
        if !self.has(key) {
            missing(key, owner, problems);
        }
        self.number(key, problems)
    }

    /// The truth value of a key, if it is there.
    pub fn boolean(&self, key: &'static str, problems: &mut Problems) -> Option<bool> {
        let entry = self.entry(key)?;
        if let Kind::Boolean(flag) = entry.value.kind {
            return Some(flag);
        }
        entry.value.wrong(key, "true or false", problems);
        None
    }

    /// The table of a key, if it is there.
    pub fn table(&self, key: &'static str, problems: &mut Problems) -> Option<&Table> {
        let entry = self.entry(key)?;
        if entry.value.as_table().is_none() {
            entry.value.wrong(key, "a table", problems);
        }
        entry.value.as_table()
    }

    /// The array of a key; empty if it is not there.
    pub fn array(&self, key: &'static str, problems: &mut Problems) -> &[Value] {
        match self.entry(key) {
            None => &[],
            Some(Entry { value: Value { kind: Kind::Array(items), .. }, .. }) => items,
            Some(entry) => {
                entry.value.wrong(key, "an array", problems);
                &[]
            }
        }
    }

    /// The texts of an array of texts; empty if the key is not there.
    pub fn texts(&self, key: &'static str, problems: &mut Problems) -> Vec<Text> {
        let Some(entry) = self.entry(key) else { return Vec::new() };
        let wanted = "an array of texts in quotes";
        let Kind::Array(items) = &entry.value.kind else {
            entry.value.wrong(key, wanted, problems);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            match item.as_text() {
                Some(text) => texts.push(text.clone()),
                None => item.wrong(key, wanted, problems),
            }
        }
        texts
    }

    /// Named tables under a key, as `[states.tumour]`: name, its place, the table.
    pub fn named(&self, key: &'static str, problems: &mut Problems) -> Vec<(&Entry, &Table)> {
        let Some(table) = self.table(key, problems) else { return Vec::new() };
        let mut named = Vec::new();
        for entry in table.entries() {
            match entry.value.as_table() {
                Some(inner) => named.push((entry, inner)),
                None => entry.value.wrong(&format!("{key}.{}", entry.key), "a table", problems),
            }
        }
        named
    }

    /// Tables of an array, as `[[correlations]]`; empty if the key is not there.
    pub fn tables(&self, key: &'static str, problems: &mut Problems) -> Vec<&Table> {
        let mut tables = Vec::new();
        for item in self.array(key, problems) {
            match item.as_table() {
                Some(table) => tables.push(table),
                None => item.wrong(key, "an array of tables", problems),
            }
        }
        tables
    }

    /// Makes a key that the design reserves an error that says so.
    pub fn reserved(&self, key: &'static str, what: &str, problems: &mut Problems) {
        if let Some(entry) = self.entry(key) {
            problems
                .error(&file::NOT_YET, format!("`{key}` is reserved for a later version"))
                .label(entry.key_span.clone(), format!("{what} is not built yet"))
                .help("remove it; nothing is ignored in silence");
        }
    }

    /// Every key that was not asked for becomes an error with its nearest neighbour.
    pub fn finish(&self, problems: &mut Problems) {
        let asked = self.asked.borrow();
        for entry in &self.entries {
            if !asked.contains(&entry.key.as_str()) {
                problems
                    .error(&file::UNKNOWN_KEY, format!("unknown key `{}`", entry.key))
                    .label(entry.key_span.clone(), "not a key that is known here")
                    .help(listing(&entry.key, asked.iter().copied(), "keys"));
            }
        }
    }

    /// A diagnostic at the value of a key, or at the table if the key is not there.
    pub fn at(&self, key: &'static str, code: &'static Code, message: impl Into<String>) -> Diagnostic {
        let mut found = Diagnostic::error(code, message);
        found.label(self.entry(key).map_or(&self.span, |entry| &entry.value.span).clone(), "");
        found
    }
}

fn missing(key: &str, owner: &Span, problems: &mut Problems) {
    problems.error(&file::MISSING_KEY, format!("`{key}` is missing")).label(owner.clone(), format!("needs `{key}`"));
}

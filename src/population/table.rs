use std::io::{self, BufRead};
use std::ops::Range;

use super::draw::{Individual, bounds};
use crate::diagnostic::codes::file::{CANNOT_READ, NOT_UTF8};
use crate::diagnostic::codes::unit::WRONG_UNIT;
use crate::diagnostic::codes::{data, population as codes};
use crate::diagnostic::{Diagnostic, Problems, Source, Span, listing};
use crate::model::{Model, Values};
use crate::trajectory::{Fields, Head, HeadUnit, Sidecar, open_quote, split_line};
use crate::unit::Unit;

/// Longest line that is read, in bytes: a table of patients has one line for each.
const LONGEST: usize = 1 << 20;

/// Patients from a table, read one by one: memory does not grow with their number.
///
/// A CSV whose header names parameters and covariates of the model with their units (`clearance [L/d]`, or in a sidecar;
/// plain numbers need none), and perhaps one column `subject` (or `ID`, `id`). Values are converted to the units of the
/// model; what has no column is as in `values`; every patient needs a value in every column. Where the model has a mixture, a
/// column `class` may name the class of each patient: that is told of it again and changes no value. A value outside of the
/// bounds of the model is kept and told in [`Individual::outside`], as for patients that are drawn: so that a table of
/// drawn patients gives the same population again.
///
/// ```
/// use cascade::model::{Model, Values};
/// use cascade::population::PatientTable;
/// use cascade::trajectory::Sidecar;
/// let model = Model::embedded("tocilizumab-frey-2010")?;
/// let text = "ID,clearance_typical [mL/h]\n1,12.5\n2,25\n";
/// let values = Values::new(&model, None, &[])?;
/// let mut patients = PatientTable::open("patients.csv", text.as_bytes(), &Sidecar::default(), &model, &values)?;
/// assert_eq!(patients.skip_patients(1)?, 1);
/// let second = patients.next().unwrap()?;
/// assert_eq!(second.subject.as_deref(), Some("2"));
/// assert_eq!(second.values(&values).get(&model, "clearance_typical"), Some(0.6)); // L/d
/// assert!(patients.next().is_none());
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
#[derive(Debug)]
pub struct PatientTable<R> {
    lines: Lines<R>,
    columns: Vec<Column>,
    typical: Individual,
    bounds: Vec<(f64, f64)>,
    /// Fields of the line read last.
    row: Vec<Range<usize>>,
    patients: u64,
    ended: bool,
}

/// What a column holds.
#[derive(Debug)]
struct Column {
    name: String,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Subject,
    /// Names of the classes.
    Class(Vec<String>),
    Parameter(usize, Option<Conversion>),
    Covariate(usize, Option<Conversion>),
}

/// From the unit of the column to that of the model, where they differ.
#[derive(Debug)]
struct Conversion {
    from: Unit,
    to: Unit,
}

impl<R: BufRead> PatientTable<R> {
    /// Reads the header. `name` is what users know the table by.
    ///
    /// # Errors
    /// An empty table; columns that the model does not have, that come twice, without unit or in one that does not fit.
    pub fn open(name: &str, input: R, sidecar: &Sidecar, model: &Model, values: &Values) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut lines = Lines::new(name, input);
        if !lines.next()? {
            return Err(empty(name, "the table is empty"));
        }
        let header = lines.source();
        let Some(header) = Fields::header_only(&header, &mut problems) else { return Err(problems) };
        let heads = header.heads(&mut problems);
        let columns: Vec<Column> =
            heads.iter().filter_map(|head| column(head, sidecar, model, &mut problems)).collect();
        let subjects: Vec<&Head> = heads.iter().filter(|head| is_subject(&head.name)).collect();
        if let [first, second, ..] = subjects[..] {
            problems
                .error(&data::DUPLICATE_COLUMN, format!("`{}` and `{}` both name the patient", first.name, second.name))
                .label(second.span.clone(), "again here")
                .label(first.span.clone(), "first here")
                .help("remove one of them");
        }
        let valued = |column: &Column| matches!(column.target, Target::Parameter(..) | Target::Covariate(..));
        if columns.len() == heads.len() && !columns.iter().any(valued) {
            let names = model.parameters.iter().map(|parameter| &*parameter.name.text).collect::<Vec<_>>().join(", ");
            problems
                .error(&data::MISSING_COLUMN, "no column of values: all patients would be one")
                .label(header.header_span(), "the header")
                .help(format!("name a column after each parameter that differs: {names}"));
        }
        let typical = Individual {
            parameters: values.parameters.clone(),
            covariates: values.covariates.clone(),
            ..Individual::default()
        };
        let (bounds, row) = (bounds(model), Vec::new());
        problems.or_value(Some(Self { lines, columns, typical, bounds, row, patients: 0, ended: false }))
    }

    /// The places of the parameters that have a column.
    pub fn parameters(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().filter_map(|column| match column.target {
            Target::Parameter(at, _) => Some(at),
            _ => None,
        })
    }

    /// Whether the class of each patient is given.
    pub fn has_classes(&self) -> bool {
        self.columns.iter().any(|column| matches!(column.target, Target::Class(_)))
    }

    /// Reads the next patient into an individual that is there already; false at the end of the table.
    ///
    /// # Errors
    /// All mistakes of the line; what comes after it can still be read.
    pub fn read(&mut self, individual: &mut Individual) -> Result<bool, Problems> {
        if !self.advance(true)? {
            return Ok(false);
        }
        let mut problems = Problems::default();
        individual.subject = None;
        individual.class = None;
        individual.etas.clear();
        individual.parameters.clone_from(&self.typical.parameters);
        individual.covariates.clone_from(&self.typical.covariates);
        if self.row.len() != self.columns.len() {
            let (found, wanted) = (self.row.len(), self.columns.len());
            problems
                .error(&data::FIELD_COUNT, format!("{found} fields where the header has {wanted}"))
                .label(self.lines.source().whole(), "")
                .help("every patient needs a value in every column; decimals are written with a point");
            return Err(problems);
        }
        for (place, column) in self.row.iter().zip(&self.columns) {
            let text = &self.lines.text[place.clone()];
            let (value, conversion) = match &column.target {
                Target::Subject => {
                    individual.subject = Some(unquoted(text));
                    continue;
                }
                Target::Class(names) => {
                    let name = unquoted(text.trim());
                    individual.class = names.iter().position(|known| *known == name);
                    if individual.class.is_none() {
                        problems
                            .error(&codes::UNKNOWN_CLASS, format!("`{name}` is not a class of the mixture"))
                            .label(self.lines.span(place.clone()), "column `class`")
                            .help(listing(&name, names.iter().map(String::as_str).collect::<Vec<_>>(), "classes"));
                    }
                    continue;
                }
                Target::Parameter(at, conversion) => (&mut individual.parameters[*at], conversion),
                Target::Covariate(at, conversion) => (&mut individual.covariates[*at], conversion),
            };
            match number(text, conversion.as_ref()) {
                Ok(number) => *value = number,
                Err(fault) => fault.tell(text, &column.name, self.lines.span(place.clone()), &mut problems),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        individual.check_bounds(&self.bounds);
        Ok(true)
    }

    /// Leaves out the next `count` patients without reading their values, as for a shard; gives how many there were.
    ///
    /// # Errors
    /// The table cannot be read.
    pub fn skip_patients(&mut self, count: u64) -> Result<u64, Problems> {
        for skipped in 0..count {
            if !self.advance(false)? {
                return Ok(skipped);
            }
        }
        Ok(count)
    }

    /// Goes to the next line that is not blank; splits it if its fields are `wanted` or could hold a line break.
    fn advance(&mut self, wanted: bool) -> Result<bool, Problems> {
        if self.ended {
            return Ok(false);
        }
        self.ended = true;
        if !self.lines.next()? {
            return if self.patients > 0 {
                Ok(false)
            } else {
                Err(empty(&self.lines.name, "the table has a header but no patients"))
            };
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
        self.ended = false;
        self.patients += 1;
        Ok(true)
    }
}

/// Ends at the end of the table; goes on after a patient with mistakes, unless the rest cannot be read.
impl<R: BufRead> Iterator for PatientTable<R> {
    type Item = Result<Individual, Problems>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut individual = Individual::default();
        match self.read(&mut individual) {
            Ok(true) => Some(Ok(individual)),
            Ok(false) => None,
            Err(problems) => Some(Err(problems)),
        }
    }
}

fn empty(name: &str, what: &str) -> Problems {
    let mut found = Diagnostic::error(&data::EMPTY_TABLE, what);
    found.label(Source::new(name, "").whole(), "");
    found.help("the first line names the columns, `subject,clearance [L/d]`; a line for each patient follows");
    found.into()
}

fn is_subject(name: &str) -> bool {
    matches!(name, "subject" | "ID" | "id")
}

/// The column of classes.
const CLASS: &str = "class";

/// Whether a parameter or covariate has the name of the column of classes, which then means that.
pub(super) fn is_taken(model: &Model) -> bool {
    let parameters = model.parameters.iter().map(|parameter| &parameter.name);
    parameters.chain(model.covariates.iter().map(|covariate| &covariate.name)).any(|name| name.text == CLASS)
}

fn column(head: &Head, sidecar: &Sidecar, model: &Model, problems: &mut Problems) -> Option<Column> {
    let name = head.name.clone();
    if is_subject(&name) {
        return Some(Column { name, target: Target::Subject });
    }
    if name == CLASS && !model.mixture.is_empty() && !is_taken(model) {
        let names = model.mixture.iter().map(|class| class.name.clone()).collect();
        return Some(Column { name, target: Target::Class(names) });
    }
    let parameter = model.parameters.iter().position(|parameter| parameter.name.text == name);
    let covariate = model.covariates.iter().position(|covariate| covariate.name.text == name);
    let wanted = match (parameter, covariate) {
        (Some(at), _) => &model.parameters[at].unit,
        (_, Some(at)) => &model.covariates[at].unit,
        _ => {
            let parameters = model.parameters.iter().map(|parameter| &*parameter.name.text);
            let names = parameters.chain(model.covariates.iter().map(|covariate| &*covariate.name.text));
            problems
                .error(&codes::UNKNOWN_COLUMN, format!("`{name}` is not a parameter or covariate of `{}`", model.name))
                .label(head.span.clone(), "")
                .help(listing(&name, names.collect::<Vec<_>>(), "parameters and covariates"));
            return None;
        }
    };
    let unit = match head.unit(Some(sidecar), problems) {
        HeadUnit::Stated(unit) => unit,
        HeadUnit::Missing if *wanted == Unit::one() => Unit::one(),
        HeadUnit::Missing => {
            head.tell_missing_unit(&wanted.to_string(), problems);
            return None;
        }
        HeadUnit::Wrong => return None,
    };
    if unit.convert(0.0, wanted).is_none() {
        problems
            .error(&WRONG_UNIT, format!("column `{name}` is in {unit}"))
            .label(head.unit_span(), format!("wants {wanted}, or a unit that can be converted to it"));
        return None;
    }
    let conversion = (unit != *wanted).then(|| Conversion { from: unit, to: wanted.clone() });
    let target = match (parameter, covariate) {
        (Some(at), _) => Target::Parameter(at, conversion),
        (_, at) => Target::Covariate(at?, conversion),
    };
    Some(Column { name, target })
}

/// Why a field is no value.
enum Fault {
    Missing,
    NoNumber,
    NotFinite,
}

fn number(text: &str, conversion: Option<&Conversion>) -> Result<f64, Fault> {
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim();
    if matches!(text, "" | "." | "NA") || text.eq_ignore_ascii_case("nan") {
        return Err(Fault::Missing);
    }
    let value: f64 = text.parse().map_err(|_| Fault::NoNumber)?;
    let value = match conversion {
        Some(conversion) => conversion.from.convert(value, &conversion.to).unwrap_or(f64::NAN),
        None => value,
    };
    if value.is_finite() { Ok(value) } else { Err(Fault::NotFinite) }
}

impl Fault {
    fn tell(&self, text: &str, column: &str, place: Span, problems: &mut Problems) {
        let message = match self {
            Self::Missing if text.is_empty() => format!("no value for `{column}`"),
            Self::Missing => format!("`{text}` is no value for `{column}`"),
            Self::NoNumber => format!("`{text}` is not a number"),
            Self::NotFinite => format!("`{text}` is not a finite number"),
        };
        let remedy = match self {
            Self::Missing => "give every patient a value; without the column everybody has that of the model".into(),
            Self::NoNumber if text.replace(',', ".").trim_matches('"').parse::<f64>().is_ok() => {
                "write decimals with a point".into()
            }
            _ => format!("column `{column}` holds numbers; units stand in the header"),
        };
        problems.error(&data::NOT_A_NUMBER, message).label(place, format!("column `{column}`")).help(remedy);
    }
}

fn unquoted(text: &str) -> String {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inside) => inside.replace("\"\"", "\""),
        None => text.into(),
    }
}

/// Lines of a large file, one at a time; they end with LF, CR LF or CR.
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
            found.help("a table of patients has one line for each; are there quotes that are not closed?");
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
        found.help("the table must stay in place while patients are read");
        found.into()
    }
}

use super::input::{Conversion, Input, Kind, Labs};
use crate::diagnostic::codes::{Code, data, file};
use crate::diagnostic::{Problems, Source, Span};
use crate::trajectory::{Fields, Head, HeadUnit, Sidecar};
use crate::unit::{Quantity, Unit};

/// Laboratory values of patients.
#[derive(Debug, Clone)]
pub struct LabTable {
    /// By subject in the order of their first rows, each in the order of time.
    pub rows: Vec<LabRow>,
    /// The inputs that have a column.
    pub columns: Vec<Input>,
}

/// A row of it.
#[derive(Debug, Clone)]
pub struct LabRow {
    /// The patient.
    pub subject: String,
    /// Days from the infusion, if the table says.
    pub time: Option<f64>,
    /// The values.
    pub labs: Labs,
}

/// What a column holds.
enum Column {
    Subject,
    Time(Unit),
    Number(Input, Box<Conversion>),
    Flag(Input),
    Other,
}

/// At most so many wrong fields are told; the rest is counted.
const TOLD: usize = 20;

/// Reads a table of laboratory values. Columns that no score uses are passed over; an empty field is an unknown value.
///
/// # Errors
/// No column that a score uses, numbers without units or in a unit of another dimension, values beyond belief.
pub fn read_labs(source: &Source, sidecar: &Sidecar) -> Result<LabTable, Problems> {
    let mut problems = Problems::default();
    let Some(table) = Fields::read(source, &mut problems) else { return Err(problems) };
    let heads = table.heads(&mut problems);
    let columns: Vec<Column> = heads.iter().map(|head| column(head, sidecar, &mut problems)).collect();
    let known: Vec<Input> = heads.iter().filter_map(|head| Input::named(&head.name)).collect();
    if known.is_empty() {
        let names: Vec<&str> = Input::ALL.into_iter().map(Input::name).collect();
        problems
            .error(&data::MISSING_COLUMN, "the table has no value that a score uses")
            .label(table.header_span(), "the header")
            .help(format!("columns, with units as in `ferritin [ng/mL]`: {}", names.join(", ")));
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let mut wrong = Wrong { count: 0, problems };
    let mut rows: Vec<LabRow> = Vec::with_capacity(table.rows());
    for row in 0..table.rows() {
        let mut found = LabRow { subject: "1".into(), time: None, labs: Labs::unknown() };
        for (at, column) in columns.iter().enumerate() {
            let field = Field { table: &table, row, at };
            match column {
                Column::Subject => found.subject = table.field(row, at).into_owned(),
                Column::Time(unit) => found.time = field.time(unit, &mut wrong),
                Column::Number(input, conversion) => {
                    if let Some(value) = field.number(*input, conversion, &mut wrong) {
                        found.labs.set(*input, value);
                    }
                }
                Column::Flag(input) => {
                    if let Some(value) = field.flag(*input, &mut wrong) {
                        found.labs.set(*input, value);
                    }
                }
                Column::Other => {}
            }
        }
        rows.push(found);
    }
    let problems = wrong.finish(source);
    problems.or_value(Some(LabTable { rows: sorted(rows), columns: known }))
}

/// By subject in the order of their first rows, then by time; rows without one come first.
fn sorted(mut rows: Vec<LabRow>) -> Vec<LabRow> {
    let mut places = std::collections::HashMap::new();
    for row in &rows {
        let next = places.len();
        places.entry(row.subject.clone()).or_insert(next);
    }
    let time = |row: &LabRow| row.time.unwrap_or(f64::NEG_INFINITY);
    rows.sort_by(|a, b| places[&a.subject].cmp(&places[&b.subject]).then(time(a).total_cmp(&time(b))));
    rows
}

fn column(head: &Head, sidecar: &Sidecar, problems: &mut Problems) -> Column {
    let name = head.name.as_str();
    if matches!(name, "subject" | "ID" | "id") {
        return Column::Subject;
    }
    let input = Input::named(name);
    let wanted = match (input, name) {
        (Some(input), _) if input.kind() == Kind::Flag => return Column::Flag(input),
        (Some(input), _) => input.unit_text(),
        (None, "time") => "d",
        (None, _) => return Column::Other,
    };
    let unit = match head.unit(Some(sidecar), problems) {
        HeadUnit::Stated(unit) => unit,
        HeadUnit::Wrong => return Column::Other,
        HeadUnit::Missing => {
            head.tell_missing_unit(wanted, problems);
            return Column::Other;
        }
    };
    if let Some((input, conversion)) = input.and_then(|input| Some((input, input.conversion(&unit)?))) {
        return Column::Number(input, Box::new(conversion));
    }
    let one = Quantity { value: 1.0, unit };
    let own = Unit::parse_str(wanted).expect("a unit of the table");
    match one.expect(&own, &format!("column `{name}`"), &head.unit_span(), problems) {
        Some(_) => Column::Time(one.unit),
        None => Column::Other,
    }
}

/// Tells wrong fields, and counts those that are too many to be told.
struct Wrong {
    count: usize,
    problems: Problems,
}

impl Wrong {
    fn tell(&mut self, code: &'static Code, message: String, place: Span, label: &str, help: String) {
        self.count += 1;
        if self.count <= TOLD {
            self.problems.error(code, message).label(place, label).help(help);
        }
    }

    fn finish(mut self, source: &Source) -> Problems {
        if self.count > TOLD {
            self.problems
                .error(&data::NOT_A_NUMBER, format!("{} more fields are wrong", self.count - TOLD))
                .label(source.whole(), "");
        }
        self.problems
    }
}

/// A field of the table.
struct Field<'a> {
    table: &'a Fields,
    row: usize,
    at: usize,
}

impl Field<'_> {
    /// Its text, unless it is missing.
    fn text(&self) -> Option<String> {
        let text = self.table.field(self.row, self.at);
        let text = text.trim();
        if matches!(text, "" | "." | "NA") { None } else { Some(text.to_string()) }
    }

    fn span(&self) -> Span {
        self.table.span(self.row, self.at)
    }

    fn finite(&self) -> Option<f64> {
        self.table.number(self.row, self.at).filter(|value| value.is_finite())
    }

    fn time(&self, unit: &Unit, wrong: &mut Wrong) -> Option<f64> {
        let text = self.text()?;
        let day = Unit::parse_str("d").expect("d is a unit");
        let time = self.finite().and_then(|value| unit.convert(value, &day));
        if time.is_none() {
            let help = format!("write a number of {unit}, or leave the field empty");
            wrong.tell(&data::NOT_A_NUMBER, format!("`{text}` is not a time"), self.span(), "", help);
        }
        time
    }

    fn number(&self, input: Input, conversion: &Conversion, wrong: &mut Wrong) -> Option<f64> {
        let text = self.text()?;
        let (name, unit) = (input.name(), conversion.from());
        let Some(value) = self.finite() else {
            let help = match text.starts_with(['<', '>', '\u{2264}', '\u{2265}']) {
                true => {
                    "values beyond the limit of an assay are not read: write the limit itself, or leave the field empty"
                }
                false => "leave a missing value empty",
            };
            let label = format!("`{name}` holds numbers in {unit}");
            wrong.tell(&data::NOT_A_NUMBER, format!("`{text}` is not a number"), self.span(), &label, help.into());
            return None;
        };
        let value = conversion.apply(value);
        let Kind::Number { least, most, .. } = input.kind() else { return None };
        if !(least..=most).contains(&value) {
            let help = format!(
                "`{name}` lies between {least} and {most} {}: is the unit right? Leave a missing value empty",
                input.unit_text()
            );
            let label = format!("column `{name}`");
            wrong.tell(&file::BAD_VALUE, format!("`{name}` of {text} {unit} cannot be"), self.span(), &label, help);
            return None;
        }
        Some(value)
    }

    fn flag(&self, input: Input, wrong: &mut Wrong) -> Option<f64> {
        let text = self.text()?;
        match text.as_str() {
            "true" | "1" => Some(1.0),
            "false" | "0" => Some(0.0),
            _ => {
                let message = format!("`{}` cannot be `{text}`", input.name());
                let help = "write `true` or `false`, or leave the field empty if it is not known";
                wrong.tell(&file::BAD_VALUE, message, self.span(), input.label(), help.into());
                None
            }
        }
    }
}

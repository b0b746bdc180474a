use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::{ParquetError, Result as Done};
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::Type;

use super::with::wrong;
use crate::diagnostic::codes::file::NOT_PARQUET;
use crate::diagnostic::{Diagnostic, Problems};
use crate::trajectory::Number;

/// Rows that are text at a time.
const ROWS: usize = 1024;

/// The text of a CSV with a line for each row: what is told of line n is told of row n - 1.
pub struct Text {
    file: SerializedFileReader<File>,
    kinds: Vec<Kind>,
    /// The next row group, the columns of the one at hand and the rows left in it.
    group: usize,
    columns: Vec<ColumnReader>,
    left: usize,
    cells: Vec<Cells>,
    text: Vec<u8>,
    /// What of the text has been taken.
    taken: usize,
}

/// How the values of a column are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    /// Whole numbers from 0, kept in one with a sign.
    Unsigned,
}

/// Printed values of a column, one after the other.
#[derive(Debug, Default)]
struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Text {
    /// Opens a file; all its columns are looked at before the first is read.
    pub fn open(path: &str, file: File) -> Result<Self, Problems> {
        if let Ok(found) = file.metadata() {
            // Parquet is read from its end.
            let what = if found.is_file() { "the file is empty" } else { "it is a stream, not a file" };
            if !found.is_file() || found.len() == 0 {
                return Err(wrong(path, what).into());
            }
        }
        let opened = guarded(|| SerializedFileReader::new(file));
        let file = opened.map_err(|error| {
            let mut found = wrong(path, &plain(&error));
            found.help("is it whole, and is it Parquet? a table as CSV has a name that ends in .csv");
            found
        })?;
        let metadata = file.metadata();
        let kinds = kinds(path, metadata)?;
        check_groups(path, metadata)?;
        let heads = metadata.file_metadata().schema().get_fields().iter().map(|field| {
            let mut cells = Cells::default();
            push_word(field.name(), &mut cells.text);
            cells.end();
            cells
        });
        let mut cells: Vec<Cells> = heads.collect();
        let mut text = Vec::new();
        lines(&cells, 1, &mut text);
        cells.fill_with(Cells::default);
        Ok(Self { file, kinds, group: 0, columns: Vec::new(), left: 0, cells, text, taken: 0 })
    }

    /// Puts the next rows into the text; false at the end.
    fn advance(&mut self) -> Done<bool> {
        while self.left == 0 {
            if self.group == self.file.num_row_groups() {
                return Ok(false);
            }
            let group = self.file.get_row_group(self.group)?;
            self.left = self.file.metadata().row_group(self.group).num_rows() as usize;
            self.columns = (0..self.kinds.len()).map(|at| group.get_column_reader(at)).collect::<Done<_>>()?;
            self.group += 1;
        }
        let rows = self.left.min(ROWS);
        for ((column, cells), kind) in self.columns.iter_mut().zip(&mut self.cells).zip(&self.kinds) {
            cells.text.clear();
            cells.ends.clear();
            cells.fill(column, *kind, rows)?;
        }
        self.left -= rows;
        self.text.clear();
        self.taken = 0;
        lines(&self.cells, rows, &mut self.text);
        Ok(true)
    }
}

impl BufRead for Text {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken == self.text.len() {
            let more = guarded(|| self.advance()).map_err(|error| io::Error::other(plain(&error)))?;
            if !more {
                return Ok(&[]);
            }
        }
        Ok(&self.text[self.taken..])
    }

    fn consume(&mut self, count: usize) {
        self.taken = (self.taken + count).min(self.text.len());
    }
}

impl Read for Text {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl Cells {
    fn end(&mut self) {
        self.ends.push(self.text.len());
    }

    fn get(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[start..self.ends[row]]
    }

    fn fill(&mut self, column: &mut ColumnReader, kind: Kind, rows: usize) -> Done<()> {
        let unsigned = kind == Kind::Unsigned;
        match column {
            ColumnReader::Int32ColumnReader(reader) => self.take(reader, rows, |value, text| {
                push(text, if unsigned { i64::from(value.cast_unsigned()) } else { i64::from(*value) })
            }),
            ColumnReader::Int64ColumnReader(reader) if unsigned => {
                self.take(reader, rows, |value, text| push(text, value.cast_unsigned()))
            }
            ColumnReader::Int64ColumnReader(reader) => self.take(reader, rows, |value, text| push(text, value)),
            ColumnReader::FloatColumnReader(reader) => {
                self.take(reader, rows, |value, text| push_number(text, f64::from(*value)))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                self.take(reader, rows, |value, text| push_number(text, *value))
            }
            ColumnReader::ByteArrayColumnReader(reader) => self.take(reader, rows, |value, text| {
                push_word(value.as_utf8()?, text);
                Ok(())
            }),
            _ => Err(ParquetError::NYI("columns of this type".into())),
        }
    }

    /// Prints the values of the next rows; where there is none the cell is empty.
    fn take<T: DataType>(
        &mut self,
        reader: &mut ColumnReaderImpl<T>,
        rows: usize,
        print: impl Fn(&T::T, &mut String) -> Done<()>,
    ) -> Done<()> {
        let (mut levels, mut values) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let (found, _, _) = reader.read_records(rows, Some(&mut levels), None, &mut values)?;
        let short = || ParquetError::EOF("a column has fewer values than the table has rows".into());
        if found != rows {
            return Err(short());
        }
        let mut values = values.iter();
        for row in 0..rows {
            // A column that always has a value has no levels.
            if levels.get(row).is_none_or(|level| *level > 0) {
                print(values.next().ok_or_else(short)?, &mut self.text)?;
            }
            self.end();
        }
        Ok(())
    }
}

fn push(text: &mut String, value: impl std::fmt::Display) -> Done<()> {
    use std::fmt::Write;
    write!(text, "{value}").map_err(|error| ParquetError::General(error.to_string()))
}

fn push_number(text: &mut String, value: f64) -> Done<()> {
    if value.is_nan() { push(text, "NaN") } else { push(text, Number(value)) }
}

/// A text as a field; quoted unless it is plain.
fn push_word(word: &str, text: &mut String) {
    if word.contains(['"', ',', '\n', '\r']) || word.trim() != word || word.starts_with('\u{feff}') {
        text.push('"');
        text.push_str(&word.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(word);
    }
}

/// The first rows of the cells as lines; none is blank, since a blank line is no patient.
fn lines(cells: &[Cells], rows: usize, text: &mut Vec<u8>) {
    for row in 0..rows {
        let start = text.len();
        for (at, column) in cells.iter().enumerate() {
            if at > 0 {
                text.push(b',');
            }
            text.extend_from_slice(column.get(row).as_bytes());
        }
        if text.len() == start {
            text.extend_from_slice(b"\"\"");
        }
        text.push(b'\n');
    }
}

/// How each column is printed, or all that cannot be.
fn kinds(path: &str, metadata: &ParquetMetaData) -> Result<Vec<Kind>, Problems> {
    let mut problems = Problems::default();
    let fields = metadata.file_metadata().schema().get_fields();
    if fields.is_empty() {
        return Err(wrong(path, "it has no columns").into());
    }
    let mut kinds = Vec::new();
    for field in fields {
        match kind(field) {
            Ok(kind) => kinds.push(kind),
            Err(what) => {
                let message = format!("column `{}` of `{path}` holds {what}", field.name());
                problems.error(&NOT_PARQUET, message).help("a column holds numbers (integers, floats) or text (UTF-8)");
            }
        }
    }
    problems.or_value(Some(kinds))
}

fn kind(field: &Type) -> Result<Kind, String> {
    let info = field.get_basic_info();
    if !field.is_primitive() || info.repetition() == Repetition::REPEATED {
        return Err("lists or groups".into());
    }
    let (logical, converted) = (info.logical_type_ref(), info.converted_type());
    match (field.get_physical_type(), logical, converted) {
        (Physical::INT32 | Physical::INT64, Some(LogicalType::Integer(whole)), _) => {
            Ok(if whole.is_signed { Kind::Number } else { Kind::Unsigned })
        }
        (_, Some(LogicalType::Unknown), _) => Ok(Kind::Number),
        (Physical::INT32 | Physical::INT64, None, converted) => match converted {
            ConvertedType::NONE
            | ConvertedType::INT_8
            | ConvertedType::INT_16
            | ConvertedType::INT_32
            | ConvertedType::INT_64 => Ok(Kind::Number),
            ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64 => {
                Ok(Kind::Unsigned)
            }
            other => Err(named(&other)),
        },
        (Physical::FLOAT | Physical::DOUBLE, None, ConvertedType::NONE) => Ok(Kind::Number),
        (Physical::BYTE_ARRAY, Some(LogicalType::String | LogicalType::Enum), _)
        | (Physical::BYTE_ARRAY, None, ConvertedType::UTF8 | ConvertedType::ENUM) => Ok(Kind::Text),
        (Physical::BOOLEAN, ..) => Err("true and false".into()),
        (Physical::INT96, ..) => Err("timestamps".into()),
        (_, None, ConvertedType::NONE) => Err("bytes".into()),
        (_, _, converted @ (ConvertedType::DECIMAL | ConvertedType::DATE)) => Err(named(&converted)),
        (_, Some(LogicalType::Timestamp(_)), _) => Err("timestamps".into()),
        (_, Some(LogicalType::Time(_)), _) => Err("times of day".into()),
        (_, Some(LogicalType::Float16), _) => Err("floats of 16 bits".into()),
        _ => Err("values of another type".into()),
    }
}

fn named(converted: &ConvertedType) -> String {
    match *converted {
        ConvertedType::DECIMAL => "decimals".into(),
        ConvertedType::DATE => "dates".into(),
        ConvertedType::TIMESTAMP_MILLIS | ConvertedType::TIMESTAMP_MICROS => "timestamps".into(),
        ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS => "times of day".into(),
        other => format!("{other}").to_lowercase(),
    }
}

/// What would come up only after patients had been run.
fn check_groups(path: &str, metadata: &ParquetMetaData) -> Result<(), Diagnostic> {
    for group in metadata.row_groups() {
        for column in group.columns() {
            let name = column.column_descr().name();
            if column.num_values() != group.num_rows() || group.num_rows() < 0 {
                let what = format!("column `{name}` has {} values in {} rows", column.num_values(), group.num_rows());
                return Err(wrong(path, &what));
            }
            match column.compression() {
                Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::GZIP(_) => {}
                other => {
                    let other = format!("{other:?}");
                    let other = other.split('(').next().unwrap_or_default().to_lowercase();
                    let mut found = wrong(path, &format!("column `{name}` is compressed with {other}"));
                    found.help("write it with snappy or gzip, or without compression");
                    return Err(found);
                }
            }
        }
    }
    Ok(())
}

fn plain(error: &ParquetError) -> String {
    let text = match error {
        ParquetError::General(text) | ParquetError::NYI(text) | ParquetError::EOF(text) => text.clone(),
        other => other.to_string(),
    };
    text.trim_end_matches('.').to_string()
}

thread_local! {
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// Runs the crate's reader, which panics at some damaged files; that is an error like others then, and says nothing.
fn guarded<T>(read: impl FnOnce() -> Done<T>) -> Done<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !READING.get() {
                before(info);
            }
        }));
    });
    READING.set(true);
    let read = panic::catch_unwind(AssertUnwindSafe(read));
    READING.set(false);
    read.unwrap_or_else(|_| Err(ParquetError::General("the file is damaged".into())))
}

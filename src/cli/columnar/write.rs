use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use csv::{Reader, ReaderBuilder, StringRecord};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::errors::Result as Done;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

/// Rows of a row group.
const ROWS: usize = 1 << 16;

/// Columns that are text whatever they hold: a patient `007` keeps its name, and the types do not depend on the run.
pub const WORDS: [&str; 7] = ["subject", "ID", "class", "status", "reason", "CMT", "DVID"];

/// Copies a CSV as Parquet: doubles where all that a column holds is numbers, else text; an empty field is a null.
///
/// The bytes follow from the CSV alone.
pub fn copy(csv: &Path, words: &[&str], out: impl Write + Send) -> io::Result<()> {
    let mut table = open(csv)?;
    let heads = table.headers()?.clone();
    let mut numeric: Vec<bool> = heads.iter().map(|head| !words.contains(&head)).collect();
    let mut row = StringRecord::new();
    while table.read_record(&mut row)? {
        for (numeric, cell) in numeric.iter_mut().zip(&row) {
            *numeric &= cell.is_empty() || cell.parse::<f64>().is_ok();
        }
    }
    let mut columns: Vec<Column> = numeric.into_iter().map(Column::new).collect();
    let made = schema(&heads, &columns).and_then(|schema| {
        let settings = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        SerializedFileWriter::new(out, schema, Arc::new(settings))
    });
    let mut out = made.map_err(io::Error::other)?;
    let mut table = open(csv)?;
    let mut rows = 0;
    while table.read_record(&mut row)? {
        for (column, cell) in columns.iter_mut().zip(&row) {
            column.add(cell);
        }
        rows += 1;
        if rows == ROWS {
            group(&mut out, &mut columns).map_err(io::Error::other)?;
            rows = 0;
        }
    }
    if rows > 0 {
        group(&mut out, &mut columns).map_err(io::Error::other)?;
    }
    out.close().map(|_| ()).map_err(io::Error::other)
}

fn open(csv: &Path) -> io::Result<Reader<File>> {
    Ok(ReaderBuilder::new().buffer_capacity(1 << 16).from_reader(File::open(csv)?))
}

/// A column of the row group that is being gathered.
struct Column {
    values: Values,
    /// 1 where there is a value, 0 where not.
    levels: Vec<i16>,
}

enum Values {
    Numbers(Vec<f64>),
    Words(Vec<ByteArray>),
}

impl Column {
    fn new(numeric: bool) -> Self {
        let values = if numeric { Values::Numbers(Vec::new()) } else { Values::Words(Vec::new()) };
        Self { values, levels: Vec::new() }
    }

    fn add(&mut self, cell: &str) {
        self.levels.push(i16::from(!cell.is_empty()));
        match &mut self.values {
            _ if cell.is_empty() => {}
            Values::Numbers(numbers) => numbers.push(cell.parse().unwrap_or(f64::NAN)),
            Values::Words(words) => words.push(cell.into()),
        }
    }
}

fn schema(heads: &StringRecord, columns: &[Column]) -> Done<TypePtr> {
    let fields = heads.iter().zip(columns).map(|(head, column)| {
        let (physical, logical) = match column.values {
            Values::Numbers(_) => (Physical::DOUBLE, None),
            Values::Words(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        let field = Type::primitive_type_builder(head, physical).with_logical_type(logical);
        field.with_repetition(Repetition::OPTIONAL).build().map(Arc::new)
    });
    Type::group_type_builder("table").with_fields(fields.collect::<Done<_>>()?).build().map(Arc::new)
}

/// Writes what was gathered.
fn group<W: Write + Send>(out: &mut SerializedFileWriter<W>, columns: &mut [Column]) -> Done<()> {
    let mut group = out.next_row_group()?;
    for column in columns {
        let Some(mut writer) = group.next_column()? else { break };
        let levels = Some(column.levels.as_slice());
        match &mut column.values {
            Values::Numbers(numbers) => {
                writer.typed::<DoubleType>().write_batch(numbers, levels, None)?;
                numbers.clear();
            }
            Values::Words(words) => {
                writer.typed::<ByteArrayType>().write_batch(words, levels, None)?;
                words.clear();
            }
        }
        column.levels.clear();
        writer.close()?;
    }
    group.close().map(|_| ())
}

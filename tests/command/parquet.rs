//! Populations from and into Parquet.

#[cfg(not(feature = "parquet"))]
#[test]
fn without_the_feature_it_is_told_how_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    std::fs::write(at.join("p.parquet"), "PAR1").unwrap();
    for (arguments, expected) in [
        (&["population", "stein-2019", "--patients", "p.parquet", "--output", "out"][..], "`p.parquet`"),
        (&["population", "stein-2019", "--tables", "parquet", "--output", "out"], "`--tables parquet`"),
        (&["merge", "one", "two", "--tables", "parquet", "--output", "out"], "`--tables parquet`"),
    ] {
        let (code, said) = super::told(at, arguments);
        assert_eq!(code, 2, "{said}");
        for word in ["F014", expected, "--features parquet", "CSV"] {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert!(!at.join("out").exists());
    }
}

#[cfg(feature = "parquet")]
mod with {
    use std::fs::{self, File};
    use std::path::Path;
    use std::sync::Arc;

    use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
    use parquet::data_type::{
        BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType, Int32Type, Int64Type,
    };
    use parquet::file::properties::{WriterProperties, WriterVersion};
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::record::Field;
    use parquet::schema::types::{Type, TypePtr};
    use tempfile::tempdir;

    use crate::command::{files, told};

    /// Exponential decline with a rate of each patient; the answer is cheap.
    const MODEL: &str = "format = 'cascade-model/1'\nname = 'decline'\ntitle = 'Decline'\ntime = 'd'\n\
        maturity = 'exact'\n[simulation]\nuntil = '10 d'\n[parameters.loss]\nvalue = 0.1\nunit = '1/d'\n\
        source = 'doi:10.1000/1, Table 1'\nvariability = { sd = 0.2 }\n[parameters.first]\nvalue = 100\nunit = 'cells'\n\
        source = 'doi:10.1000/1, Table 1'\nvariability = { sd = 0.5 }\n[states.cells]\nunit = 'cells'\nstart = 'first'\n\
        rate = '-loss * cells'\n[outputs.number]\nvalue = 'cells'\nunit = 'cells'\n";

    fn folder() -> tempfile::TempDir {
        let folder = tempdir().unwrap();
        fs::write(folder.path().join("m.toml"), MODEL).unwrap();
        folder
    }

    fn run(at: &Path, more: &[&str]) -> (i32, String) {
        told(at, &[&["population", "m.toml", "--every", "2 d"], more].concat())
    }

    #[track_caller]
    fn runs(at: &Path, more: &[&str]) {
        let (code, said) = run(at, more);
        assert_eq!(code, 0, "{more:?}: {said}");
    }

    #[track_caller]
    fn same(at: &Path, one: &str, other: &str, names: &[&str]) {
        for name in names {
            let read = |folder: &str| fs::read(at.join(folder).join(name)).unwrap();
            assert!(read(one) == read(other), "{name} of {one} and {other}");
        }
    }

    const OUTCOME: [&str; 6] =
        ["patients.csv", "endpoints.csv", "failures.csv", "trajectories.csv", "quantiles.csv", "statistics.txt"];

    /// What a column of a test file holds.
    enum Cells {
        Whole(Vec<Option<i32>>),
        Long(Vec<Option<i64>>),
        Short(Vec<Option<f32>>),
        Double(Vec<Option<f64>>),
        Text(Vec<Option<&'static str>>),
        Bytes(Vec<Option<&'static [u8]>>),
        Flag(Vec<Option<bool>>),
    }

    use Cells::{Bytes, Double, Flag, Long, Short, Text, Whole};

    impl Cells {
        fn physical(&self) -> Physical {
            match self {
                Whole(_) => Physical::INT32,
                Long(_) => Physical::INT64,
                Short(_) => Physical::FLOAT,
                Double(_) => Physical::DOUBLE,
                Text(_) | Bytes(_) => Physical::BYTE_ARRAY,
                Flag(_) => Physical::BOOLEAN,
            }
        }

        fn rows(&self) -> usize {
            match self {
                Whole(cells) => cells.len(),
                Long(cells) => cells.len(),
                Short(cells) => cells.len(),
                Double(cells) => cells.len(),
                Text(cells) => cells.len(),
                Bytes(cells) => cells.len(),
                Flag(cells) => cells.len(),
            }
        }
    }

    fn field(name: &str, cells: &Cells, logical: Option<LogicalType>) -> Type {
        let logical = if matches!(cells, Text(_)) { Some(LogicalType::String) } else { logical };
        let mut field = Type::primitive_type_builder(name, cells.physical());
        if let Some(LogicalType::Decimal(_)) = logical {
            field = field.with_precision(9).with_scale(2);
        }
        let field = field.with_logical_type(logical);
        field.with_repetition(Repetition::OPTIONAL).build().unwrap()
    }

    /// Writes a file with these columns, a row group for every `rows` rows.
    fn write(path: &Path, columns: &[(&str, Cells, Option<LogicalType>)], rows: usize) {
        let fields = columns.iter().map(|(name, cells, logical)| Arc::new(field(name, cells, logical.clone())));
        let settings = WriterProperties::builder().set_writer_version(WriterVersion::PARQUET_2_0);
        write_as(path, fields.collect(), columns, rows, settings.build());
    }

    fn write_as(
        path: &Path,
        fields: Vec<TypePtr>,
        columns: &[(&str, Cells, Option<LogicalType>)],
        rows: usize,
        settings: WriterProperties,
    ) {
        let schema = Arc::new(Type::group_type_builder("t").with_fields(fields).build().unwrap());
        let mut out = SerializedFileWriter::new(File::create(path).unwrap(), schema, Arc::new(settings)).unwrap();
        let all = columns[0].1.rows();
        for start in (0..all).step_by(rows) {
            let end = all.min(start + rows);
            let mut group = out.next_row_group().unwrap();
            for (_, cells, _) in columns {
                fn put<T: DataType>(
                    writer: &mut parquet::file::writer::SerializedColumnWriter<'_>,
                    cells: Vec<Option<T::T>>,
                ) {
                    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
                    let values: Vec<T::T> = cells.into_iter().flatten().collect();
                    writer.typed::<T>().write_batch(&values, Some(&levels), None).unwrap();
                }
                let mut writer = group.next_column().unwrap().unwrap();
                match cells {
                    Whole(cells) => put::<Int32Type>(&mut writer, cells[start..end].to_vec()),
                    Long(cells) => put::<Int64Type>(&mut writer, cells[start..end].to_vec()),
                    Short(cells) => put::<FloatType>(&mut writer, cells[start..end].to_vec()),
                    Double(cells) => put::<DoubleType>(&mut writer, cells[start..end].to_vec()),
                    Flag(cells) => put::<BoolType>(&mut writer, cells[start..end].to_vec()),
                    Text(cells) => {
                        let bytes = cells[start..end].iter().map(|cell| cell.map(ByteArray::from));
                        put::<ByteArrayType>(&mut writer, bytes.collect());
                    }
                    Bytes(cells) => {
                        let bytes =
                            cells[start..end].iter().map(|cell| cell.map(|cell| ByteArray::from(cell.to_vec())));
                        put::<ByteArrayType>(&mut writer, bytes.collect());
                    }
                }
                writer.close().unwrap();
            }
            group.close().unwrap();
        }
        out.close().unwrap();
    }

    fn doubles(values: &[f64]) -> Cells {
        Double(values.iter().copied().map(Some).collect())
    }

    #[test]
    fn copies_hold_what_the_csv_holds_and_read_back_to_the_same_bits() {
        let folder = folder();
        let at = folder.path();
        // More than a row group of trajectories.
        let count = "11500";
        let (code, said) = run(at, &["-n", count, "--seed", "3", "--trajectories", "--tables", "parquet", "-o", "out"]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("patients.parquet"), "{said}");
        for name in ["patients", "endpoints", "failures", "trajectories"] {
            let file = File::open(at.join(format!("out/{name}.parquet"))).unwrap();
            let reader = SerializedFileReader::new(file).unwrap();
            let text = fs::read_to_string(at.join(format!("out/{name}.csv"))).unwrap();
            let mut lines = text.lines();
            let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
            let fields = reader.metadata().file_metadata().schema().get_fields();
            assert_eq!(fields.iter().map(|field| field.name()).collect::<Vec<_>>(), heads);
            let mut rows = 0_usize;
            for row in reader.get_row_iter(None).unwrap() {
                let (row, line) = (row.unwrap(), lines.next().unwrap());
                for ((name, value), cell) in row.get_column_iter().zip(line.split(',')) {
                    match value {
                        Field::Null => assert_eq!(cell, "", "{name}"),
                        Field::Str(text) => assert!(text == cell && ["subject", "status"].contains(&&**name)),
                        Field::Double(value) => assert_eq!(value.to_bits(), cell.parse::<f64>().unwrap().to_bits()),
                        other => panic!("{name}: {other:?}"),
                    }
                }
                rows += 1;
            }
            assert!(lines.next().is_none());
            assert_eq!(reader.num_row_groups(), rows.div_ceil(1 << 16), "{name}: {rows}");
        }
        assert!(files(&at.join("out")).iter().all(|name| !name.contains("partial") && !name.contains("unfinished")));
        runs(at, &["--patients", "out/patients.parquet", "--trajectories", "-o", "again"]);
        same(at, "out", "again", &OUTCOME);
        assert!(!at.join("again/patients.parquet").exists());
        // Copies of an earlier run do not pass as those of the next.
        runs(at, &["-n", "5", "-o", "out"]);
        assert!(files(&at.join("out")).iter().all(|name| !name.ends_with(".parquet")));
    }

    #[test]
    fn shards_give_the_file_of_the_whole_byte_for_byte() {
        let folder = folder();
        let at = folder.path();
        let patients: Vec<f64> = (0..3000).map(|n| 0.05 + f64::from(n) / 7919.0).collect();
        write(&at.join("p.parquet"), &[("loss [1/d]", doubles(&patients), None)], 700);
        let with = |more: &[&'static str]| [&["--patients", "p.parquet", "--trajectories"], more].concat();
        runs(at, &with(&["--tables", "parquet", "-o", "whole"]));
        for (shard, out) in [("1/3", "a"), ("2/3", "b"), ("3/3", "c")] {
            runs(at, &with(&["--shard", shard, "-o", out]));
        }
        let (code, said) = told(at, &["merge", "c", "a", "b", "--tables", "parquet", "-o", "merged"]);
        assert_eq!(code, 0, "{said}");
        let names = files(&at.join("whole"));
        assert_eq!(names, files(&at.join("merged")));
        let names: Vec<&str> = names.iter().map(String::as_str).filter(|name| *name != "run.json").collect();
        assert!(names.contains(&"trajectories.parquet"));
        same(at, "whole", "merged", &names);
        // Against the same numbers as CSV, and the first of them.
        let csv: String = patients.iter().map(|loss| format!("{loss}\n")).collect();
        fs::write(at.join("p.csv"), format!("loss [1/d]\n{csv}")).unwrap();
        runs(at, &["--patients", "p.csv", "--trajectories", "-o", "csv"]);
        same(at, "whole", "csv", &OUTCOME);
        runs(at, &["--patients", "p.csv", "-n", "1500", "--trajectories", "-o", "half-csv"]);
        runs(at, &["--patients", "p.parquet", "-n", "1500", "--trajectories", "-o", "half"]);
        same(at, "half", "half-csv", &OUTCOME);
        assert_eq!(told(at, &["merge", "a", "b", "c", "-o", "merged"]).0, 0);
        assert!(files(&at.join("merged")).iter().all(|name| !name.ends_with(".parquet")));
    }

    #[test]
    fn every_kind_of_number_and_text_is_read_as_from_a_csv() {
        let folder = folder();
        let at = folder.path();
        let names = vec![Some("007"), Some("a, \"b\""), None, Some(" x "), Some("5\" tube")];
        let unsigned = Some(LogicalType::integer(64, false));
        let cases: [(Cells, Option<LogicalType>, [&str; 5]); 6] = [
            (Whole(vec![Some(1), Some(20), Some(300), Some(4), Some(5)]), None, ["1", "20", "300", "4", "5"]),
            (
                Long(vec![Some(1), Some(1 << 60), Some(3), Some(4), Some(5)]),
                Some(LogicalType::integer(64, true)),
                ["1", "1152921504606846976", "3", "4", "5"],
            ),
            (
                Long(vec![Some(-1), Some(2), Some(3), Some(4), Some(5)]),
                unsigned,
                ["18446744073709551615", "2", "3", "4", "5"],
            ),
            // A float is the double that it is.
            (
                Short(vec![Some(0.1_f32), Some(2.0), Some(3.5), Some(1e30), Some(5.0)]),
                None,
                ["0.10000000149011612", "2", "3.5", "1.0000000150474662e30", "5"],
            ),
            (
                doubles(&[0.1 + 0.2, 1e-300, 1.0 / 3.0, f64::MAX, 5e21]),
                None,
                [
                    "0.30000000000000004",
                    "1e-300",
                    "0.3333333333333333",
                    "1.7976931348623157e308",
                    "5000000000000000000000",
                ],
            ),
            (
                Text(vec![Some("0.5"), Some("1e2"), Some(" 3"), Some("4."), Some("+5")]),
                None,
                ["0.5", "1e2", "3", "4.", "+5"],
            ),
        ];
        for (at_case, (cells, logical, texts)) in cases.into_iter().enumerate() {
            write(
                &at.join("p.parquet"),
                &[("subject", Text(names.clone()), None), ("first [cells]", cells, logical)],
                2,
            );
            let subjects = ["007", "\"a, \"\"b\"\"\"", "", "\" x \"", "\"5\"\" tube\""];
            let rows: String = subjects.iter().zip(texts).map(|(name, text)| format!("{name},{text}\n")).collect();
            fs::write(at.join("p.csv"), format!("subject,first [cells]\n{rows}")).unwrap();
            runs(at, &["--patients", "p.csv", "--trajectories", "-o", "csv"]);
            runs(at, &["--patients", "p.parquet", "--trajectories", "--tables", "parquet", "-o", "out"]);
            for name in OUTCOME {
                let read = |folder: &str| fs::read_to_string(at.join(folder).join(name)).unwrap();
                assert_eq!(read("out"), read("csv"), "{at_case}: {name}");
            }
            runs(at, &["--patients", "out/patients.parquet", "--trajectories", "-o", "again"]);
            same(at, "again", "csv", &OUTCOME);
        }
        // Numbers as names of patients, and the old way to mark text.
        let subjects = Long(vec![Some(9_007_199_254_740_993), Some(2)]);
        let columns = [("ID", subjects, None), ("first [cells]", Text(vec![Some("5"), Some("6")]), None)];
        let old = Type::primitive_type_builder("first [cells]", Physical::BYTE_ARRAY)
            .with_converted_type(ConvertedType::UTF8);
        let fields = vec![
            Arc::new(field(columns[0].0, &columns[0].1, None)),
            Arc::new(old.with_repetition(Repetition::OPTIONAL).build().unwrap()),
        ];
        write_as(&at.join("p.parquet"), fields, &columns, 2, WriterProperties::default());
        runs(at, &["--patients", "p.parquet", "-o", "out"]);
        let told = fs::read_to_string(at.join("out/patients.csv")).unwrap();
        assert_eq!(told, "subject,first [cells]\n9007199254740993,5\n2,6\n");
    }

    #[test]
    fn a_file_that_cannot_be_used_is_told_before_anything_is_written() {
        let folder = folder();
        let at = folder.path();
        let loss = || ("loss [1/d]", doubles(&[0.1, 0.2, 0.3]), None);
        let three = || Long(vec![Some(1); 3]);
        let day = || Some(LogicalType::timestamp(true, TimeUnit::MICROS));
        let mut cases: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut case = |name: &'static str, columns: &[(&str, Cells, Option<LogicalType>)], words: &[&'static str]| {
            write(&at.join(name), columns, 2);
            cases.push((name, words.to_vec()));
        };
        case(
            "decimal.parquet",
            &[loss(), ("first [cells]", three(), Some(LogicalType::decimal(2, 9)))],
            &["F015", "`first [cells]`", "decimal"],
        );
        case("day.parquet", &[("when", three(), day()), loss()], &["F015", "`when`", "timestamps"]);
        let date = Some(LogicalType::Date);
        case("date.parquet", &[("born", Whole(vec![Some(1); 3]), date)], &["F015", "`born`", "dates"]);
        case("flag.parquet", &[("flag", Flag(vec![Some(true); 3]), None)], &["F015", "`flag`", "true and false"]);
        case("bytes.parquet", &[("b", Bytes(vec![Some(b"\xff"); 3]), None)], &["F015", "`b`", "bytes"]);
        case(
            "text.parquet",
            &[("loss [1/d]", Text(vec![Some("0.1"), Some("0,2"), None]), None)],
            &["text.parquet:3", "0,2", "point"],
        );
        case(
            "null.parquet",
            &[("loss [1/d]", Double(vec![Some(0.1), None, Some(0.1)]), None)],
            &["null.parquet:3", "no value for `loss`"],
        );
        case(
            "nan.parquet",
            &[("subject", three(), None), ("loss [1/d]", doubles(&[0.1, 0.2, f64::NAN]), None)],
            &["nan.parquet:4", "`NaN` is no value for `loss`"],
        );
        case("inf.parquet", &[("loss [1/d]", doubles(&[f64::INFINITY]), None)], &["inf.parquet:2", "finite"]);
        case("names.parquet", &[("subject", three(), None)], &["no column of values"]);
        case("other.parquet", &[loss(), ("los [1/d]", three(), None)], &["P006", "did you mean `loss`?"]);
        case("unit.parquet", &[("loss", three(), None)], &["unit.parquet:1", "loss"]);
        case("twice.parquet", &[loss(), loss()], &["D003"]);
        case("none.parquet", &[("loss [1/d]", doubles(&[]), None)], &["a header but no rows"]);
        case("short.parquet", &[("loss [1/d]", doubles(&[]), None)], &["a header but no rows"]);
        // A list, as a repeated field and as a group.
        let list = Type::primitive_type_builder("loss [1/d]", Physical::DOUBLE).with_repetition(Repetition::REPEATED);
        let list = Arc::new(list.build().unwrap());
        for (name, field) in [
            ("list.parquet", list.clone()),
            (
                "group.parquet",
                Arc::new(
                    Type::group_type_builder("loss [1/d]")
                        .with_repetition(Repetition::OPTIONAL)
                        .with_logical_type(Some(LogicalType::List))
                        .with_fields(vec![list])
                        .build()
                        .unwrap(),
                ),
            ),
        ] {
            write_as(&at.join(name), vec![field], &[("", doubles(&[]), None)], 2, WriterProperties::default());
            cases.push((name, vec!["F015", "`loss [1/d]`", "lists or groups"]));
        }
        write_as(&at.join("bare.parquet"), Vec::new(), &[("", doubles(&[]), None)], 2, WriterProperties::default());
        cases.push(("bare.parquet", vec!["F015", "no columns"]));
        for (name, bytes) in
            [("empty.parquet", &b""[..]), ("csv.parquet", b"loss [1/d]\n0.1\n0.2\n"), ("PAR.parquet", b"PAR1PAR1")]
        {
            fs::write(at.join(name), bytes).unwrap();
            cases.push((name, vec!["F015", "as Parquet"]));
        }
        cases.push(("gone.parquet", vec!["F011", "cannot read `gone.parquet`"]));
        for (name, words) in cases {
            let (code, said) = run(at, &["--patients", name, "--tables", "parquet", "-o", "out"]);
            assert_eq!(code, 2, "{name}: {said}");
            for word in words.iter().chain([&name]) {
                assert!(said.contains(word), "{name}: {word}: {said}");
            }
            assert!(!at.join("out/patients.csv").exists() && !at.join("out/patients.parquet").exists(), "{name}");
            let _ = fs::remove_dir_all(at.join("out"));
        }
        let (code, said) = run(at, &["-n", "5", "--tables", "parquet"]);
        assert!(code == 2 && said.contains("--output"), "{said}");
        let (code, said) = run(at, &["-n", "5", "--tables", "feather", "-o", "out"]);
        assert!(code == 2 && said.contains("csv, parquet"), "{said}");
    }

    #[test]
    fn a_damaged_file_is_told_and_never_a_crash() {
        let folder = folder();
        let at = folder.path();
        let rows = 40;
        let loss: Vec<f64> = (0..rows).map(|n| 0.1 + f64::from(n) / 64.0).collect();
        let names = (0..rows).map(|n| Some(if n % 2 == 0 { "even" } else { "odd" })).collect();
        write(&at.join("p.parquet"), &[("subject", Text(names), None), ("loss [1/d]", doubles(&loss), None)], 25);
        let whole = fs::read(at.join("p.parquet")).unwrap();
        let every: usize = std::env::var("EVERY").map_or(17, |every| every.parse().unwrap());
        let damaged = (0..whole.len()).step_by(every).flat_map(|place| {
            let mut flipped = whole.clone();
            flipped[place] ^= 1 << (place % 8);
            let mut high = whole.clone();
            high[place] = 0xff;
            [whole[..place].to_vec(), flipped, high]
        });
        for (n, bytes) in damaged.enumerate() {
            fs::write(at.join("d.parquet"), &bytes).unwrap();
            let (code, said) = run(at, &["--patients", "d.parquet", "--threads", "1"]);
            assert!(code == 2 || code == 0 && n % 3 != 0, "{n}: {code}: {said}");
            assert!(!said.contains("panicked") && (code == 0 || said.contains("d.parquet")), "{n}: {said}");
        }
    }
}

use std::io::{self, BufRead, BufReader, Read};

use super::{model, typical};
use crate::model::Model;
use crate::population::{Draw, Individual, PatientTable, Sampling};
use crate::trajectory::{Sidecar, SidecarColumn, number};

fn small() -> Model {
    model(
        &[
            ("clearance", "value = 2\nunit = 'L/d'\nbounds = [0.1, 10]\nvariability = { sd = 0.4 }"),
            ("exponent", "value = 0.75\nunit = '1'"),
        ],
        "[covariates.weight]\nunit = 'kg'\ndefault = 70\ncarry = 'last'\n[outputs.dose_per_weight]\nvalue = 'weight'\nunit = 'kg'\n",
    )
}

fn open<R: BufRead>(input: R) -> Result<PatientTable<R>, String> {
    let model = small();
    let values = typical(&model);
    PatientTable::open("patients.csv", input, &Sidecar::default(), &model, &values).map_err(|told| told.to_string())
}

fn read(text: &str) -> Result<Vec<Individual>, String> {
    open(text.as_bytes())?.collect::<Result<_, _>>().map_err(|told| told.to_string())
}

/// What is told about a table that has a mistake.
fn told(text: &str) -> String {
    match open(text.as_bytes()) {
        Err(told) => told,
        Ok(table) => table.filter_map(Result::err).map(|told| told.to_string() + "\n").collect(),
    }
}

#[test]
fn columns_are_converted_and_what_has_none_is_typical() {
    let found = read("weight [g],ID,clearance [mL/h]\n80000,7,125\n 65000 ,\"Smith, \"\"J\"\"\",\"250\"\n").unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].subject.as_deref(), Some("7"));
    assert_eq!(found[1].subject.as_deref(), Some("Smith, \"J\""));
    assert_eq!((&*found[0].parameters, &*found[0].covariates), (&[3.0, 0.75][..], &[80.0][..]));
    assert_eq!((&*found[1].parameters, &*found[1].covariates), (&[6.0, 0.75][..], &[65.0][..]));
    assert!(found.iter().all(|patient| patient.outside.is_empty() && patient.class.is_none()));
    assert_eq!(read("exponent\n0.5\n").unwrap()[0].parameters, [2.0, 0.5]);
    assert_eq!(read("exponent\n0.5\n").unwrap()[0].subject, None);
}

#[test]
fn a_class_is_told_and_changes_no_value() {
    let more = "[mixture]\nclasses = [{ name = 'slow, or so', probability = 0.3, parameters = { a = 10 } },\n\
                { name = 'usual', probability = 0.7 }]\n";
    let mixed = model(&[("a", "value = 1\nunit = '1'")], more);
    let read = |model: &Model, text: &str| {
        let table = PatientTable::open("p.csv", text.as_bytes(), &Sidecar::default(), model, &typical(model));
        table.map_err(|told| told.to_string())?.collect::<Result<Vec<_>, _>>().map_err(|told| told.to_string())
    };
    let found = read(&mixed, "class,a\nusual,2\n\"slow, or so\",3\n").unwrap();
    assert_eq!(found.iter().map(|patient| patient.class).collect::<Vec<_>>(), [Some(1), Some(0)]);
    assert_eq!(found.iter().map(|patient| patient.parameters[0]).collect::<Vec<_>>(), [2.0, 3.0]);
    assert!(read(&mixed, "class,a\n,2\n").unwrap_err().contains("error[P007]: `` is not a class of the mixture"));
    assert!(read(&mixed, "class\nusual\n").unwrap_err().contains("error[D006]: no column of values"));
    // A parameter of that name comes first; without a mixture there is no such column.
    let named = model(&[("class", "value = 1\nunit = '1'"), ("a", "value = 1\nunit = '1'")], more);
    let found = read(&named, "class,a\n4,2\n").unwrap();
    assert_eq!((found[0].class, &*found[0].parameters), (None, &[4.0, 2.0][..]));
    let plain = model(&[("a", "value = 1\nunit = '1'")], "");
    assert!(read(&plain, "class,a\nusual,2\n").unwrap_err().contains("error[P006]: `class` is not a parameter"));
}

#[test]
fn marks_and_ends_of_lines_are_understood() {
    let expected = read("id,exponent\na,1\nb,2\n").unwrap();
    for text in [
        "\u{feff}id,exponent\r\na,1\r\nb,2\r\n",
        "id,exponent\ra,1\rb,2",
        "\n\nid,exponent\n\n a , 1 \n  \n\nb,2\n\n",
        "\u{feff}\"id\",\"exponent\"\n\"a\",1\nb,2",
    ] {
        assert_eq!(read(text).unwrap(), expected, "{text:?}");
        // However the input is cut into pieces.
        for size in [1, 2, 7] {
            let pieces = BufReader::with_capacity(size, text.as_bytes());
            let found: Vec<Individual> = open(pieces).unwrap().map(Result::unwrap).collect();
            assert_eq!(found, expected, "{text:?} by {size}");
        }
    }
    assert_eq!(read("id,exponent\n\"a\nb\",1\n").unwrap()[0].subject.as_deref(), Some("a\nb"));
}

#[test]
fn units_may_stand_beside() {
    let model = small();
    let columns = vec![SidecarColumn { name: "clearance".into(), unit: "L/h".into(), label: String::new() }];
    let table = "clearance\n1\n".as_bytes();
    let mut found = PatientTable::open("patients.csv", table, &Sidecar { columns }, &model, &typical(&model)).unwrap();
    assert_eq!(found.next().unwrap().unwrap().parameters[0], 24.0);
}

#[test]
fn values_outside_of_bounds_are_kept_and_told() {
    let found = read("clearance [L/d]\n11\n10\n0\n").unwrap();
    let outside: Vec<&[usize]> = found.iter().map(|patient| &*patient.outside).collect();
    assert_eq!(outside, [&[0][..], &[], &[0]]);
}

#[test]
fn shards_read_what_the_whole_reads() {
    let text = "id,exponent\na,1\n\n\"b\n1\",2\nc,3\nd,x\ne,5\n";
    let mut shard = open(text.as_bytes()).unwrap();
    assert_eq!(shard.skip_patients(2), Ok(2));
    assert_eq!(shard.next().unwrap().unwrap().subject.as_deref(), Some("c"));
    assert_eq!(shard.skip_patients(1), Ok(1));
    assert_eq!(shard.next().unwrap().unwrap().subject.as_deref(), Some("e"));
    assert!(shard.next().is_none() && shard.next().is_none());
    assert_eq!(open(text.as_bytes()).unwrap().skip_patients(9), Ok(5));
}

#[test]
fn nothing_of_the_patient_before_is_left() {
    let text = "exponent\n0.5\n";
    let expected = read(text).unwrap().remove(0);
    let mut individual = Individual {
        subject: Some("x".into()),
        parameters: vec![9.0; 5],
        covariates: Vec::new(),
        class: Some(1),
        etas: vec![1.0],
        outside: vec![0, 1],
    };
    assert_eq!(open(text.as_bytes()).unwrap().read(&mut individual), Ok(true));
    assert_eq!(individual, expected);
}

#[test]
fn drawn_patients_read_back_to_the_same_bits() {
    let model = small();
    let draw = Draw::new(&model, &typical(&model), 5, Sampling::Random).unwrap();
    let drawn: Vec<Individual> = (0..200).map(|n| draw.patient(n)).collect();
    let mut text = String::from("clearance [L/d],weight [kg]\n");
    for patient in &drawn {
        text += &format!("{},{}\n", number(patient.parameters[0]), number(patient.covariates[0]));
    }
    for (read, drawn) in read(&text).unwrap().iter().zip(&drawn) {
        assert_eq!((&read.parameters, &read.covariates), (&drawn.parameters, &drawn.covariates));
        assert_eq!(read.outside, drawn.outside);
    }
}

#[test]
fn wrong_headers_are_told_at_once() {
    let told = told("ID,subject,clearence [L/d],weight [L],weight [kg],clearance,exponent [1/d],x [gg]\n");
    for expected in [
        "patients.csv:1:12: error[P006]: `clearence` is not a parameter or covariate of `small`",
        "did you mean `clearance`?",
        "patients.csv:1:36: error[U007]: column `weight` is in L",
        "error[D003]: column `weight` is there twice",
        "error[D003]: `ID` and `subject` both name the patient",
        "error[D009]: column `clearance` has no unit\n  help: write it into the header, `clearance [L/d]`",
        "error[U007]: column `exponent` is in 1/d",
        "error[P006]: `x` is not a parameter",
    ] {
        assert!(told.contains(expected), "{expected} is not in\n{told}");
    }
}

#[test]
fn wrong_rows_are_told_with_line_column_and_value() {
    let told = told(
        "id,clearance [L/d],weight [kg]\na,,70\nb,high,NaN\n\nc,inf,1e999\nd,1\ne,\"1,5\",70\nf,1,70\ng,1e308,.\n",
    );
    for expected in [
        "patients.csv:2:3: error[D007]: no value for `clearance`\n  help: give every patient a value",
        "patients.csv:3:3: error[D007]: `high` is not a number",
        "patients.csv:3:8: error[D007]: `NaN` is no value for `weight`",
        "patients.csv:5:3: error[D007]: `inf` is not a finite number",
        "patients.csv:5:7: error[D007]: `1e999` is not a finite number",
        "patients.csv:6:1: error[D002]: 2 fields where the header has 3",
        "patients.csv:7:3: error[D007]: `\"1,5\"` is not a number\n  help: write decimals with a point",
        "patients.csv:9:9: error[D007]: `.` is no value for `weight`",
    ] {
        assert!(told.contains(expected), "{expected} is not in\n{told}");
    }
    assert_eq!(told.matches("error[").count(), 8, "{told}");
}

#[test]
fn tables_that_are_none_are_refused() {
    for (text, expected) in [
        ("", "error[D001]: the table is empty"),
        ("\u{feff} \r\n\n", "error[D001]: the table is empty"),
        ("exponent\n", "error[D001]: the table has a header but no rows"),
        ("id\n1\n", "error[D006]: no column of values"),
        ("id;exponent\n1;2\n", "patients.csv:1:1: error[D005]: the columns are separated by semicolons"),
        ("id,\"exponent\n1,2\n", "patients.csv:1:4: error[D004]: quotes are not closed"),
        ("id,exponent\n1,2\n\"2,3\n4,5\n", "patients.csv:3:1: error[D004]: quotes are not closed"),
    ] {
        let told = told(text);
        assert!(told.starts_with(expected) || told.contains(expected), "{text:?}: {told}");
        assert_eq!(told.matches("error[").count(), 1, "{text:?}: {told}");
    }
}

#[test]
fn bytes_that_are_no_text_and_lines_without_end_are_refused() {
    let told = |bytes: &[u8]| {
        let table =
            open(bytes).map(|table| table.filter_map(Result::err).map(|told| told.to_string()).collect::<String>());
        table.unwrap_or_else(|told| told)
    };
    let latin = told(b"id,exponent\n1,2\nM\xFCller,3\n4,5\n");
    assert!(latin.starts_with("patients.csv:3:2: error[F001]: `patients.csv` is not UTF-8 text"), "{latin}");
    let endless = told(format!("id,exponent\n1,2\n{}", "1".repeat(3 << 20)).as_bytes());
    assert!(endless.starts_with("patients.csv:3:1: error[D002]: line 3 is longer than 1 MiB"), "{endless}");
    assert_eq!(endless.matches("error[").count(), 1);
    assert!(endless.len() < 1000);
}

#[test]
fn a_table_that_goes_away_is_told() {
    struct Gone;
    impl Read for Gone {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let input = BufReader::new("id,exponent\n1,2\n".as_bytes().chain(Gone));
    let mut table = open(input).unwrap();
    assert!(table.next().unwrap().is_ok());
    let told = table.next().unwrap().unwrap_err().to_string();
    assert!(told.contains("error[F011]: cannot read `patients.csv`: the disk is gone"), "{told}");
    assert!(table.next().is_none());
}

//! The pictures beside the tables of `cascade grade TABLE.csv --output DIR`.

use std::fs;
use std::path::Path;

use super::{files, told};

/// The ward of the gallery.
fn ward(folder: &Path) {
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("plots/data/ward.csv"), folder.join("ward.csv")).unwrap();
}

const TABLES: [&str; 8] = ["adam", "concordance", "course", "episodes", "incidence", "onset", "patients", "times"];

fn expected(pictures: &[&str]) -> Vec<String> {
    let pictures = if cfg!(feature = "plot") { pictures } else { &[] };
    let tables = TABLES.iter().map(|name| format!("{name}.csv"));
    let mut names: Vec<String> = tables.chain(pictures.iter().map(|name| format!("{name}.png"))).collect();
    names.sort();
    names
}

#[test]
fn a_ward_leaves_its_tables_and_its_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    ward(at);
    let (code, said) = told(at, &["grade", "ward.csv", "--output", "out"]);
    assert_eq!(code, 0, "{said}");
    let names = expected(&["concordance", "incidence", "onset", "patients"]);
    assert_eq!(files(&at.join("out")), names);
    for name in names {
        assert!(said.contains(&format!("wrote out/{name}")), "{said}");
        let bytes = fs::read(at.join("out").join(&name)).unwrap();
        assert_eq!(bytes.starts_with(b"\x89PNG"), name.ends_with(".png"), "{name}");
    }
}

#[test]
fn a_lone_patient_is_drawn_in_detail_and_one_grading_has_nothing_to_agree_with() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("one.csv"), "subject,time_h,param,value,unit\n7,60,TEMP,38.6,degC\n7,60,SBP,84,mmHg\n").unwrap();
    let (code, said) = told(at, &["grade", "one.csv", "-o", "out"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(files(&at.join("out")), expected(&["course", "incidence", "onset", "patients"]));
    let signs = "subject,time [d],temperature [degC],sbp [mmHg]\nx,-1,38.6,84\nx,0,36.8,120\n";
    fs::write(at.join("signs.csv"), signs).unwrap();
    let (code, said) = told(at, &["grade", "signs.csv", "--scale", "astct-2019,penn", "-o", "signs"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(files(&at.join("signs")), expected(&["concordance", "course", "incidence", "onset", "patients"]));
}

#[test]
fn more_than_a_hundred_patients_are_not_all_drawn_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let rows: String = (0..101).map(|n| format!("{n},0,TEMP,38.6,degC\n{n},8,TEMP,36.8,degC\n")).collect();
    fs::write(at.join("many.csv"), format!("subject,time_h,param,value,unit\n{rows}")).unwrap();
    let (code, said) = told(at, &["grade", "many.csv", "-o", "out"]);
    assert_eq!(code, 0, "{said}");
    let pages = ["incidence", "onset", "patients", "patients-2", "patients-3", "patients-4", "patients-5"];
    assert_eq!(files(&at.join("out")), expected(&pages));
    let note = "note: the pictures of patients show the first 100 of 101; course.csv has all";
    assert_eq!(said.contains(note), cfg!(feature = "plot"), "{said}");
}

#[test]
fn a_mistake_in_the_table_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    ward(at);
    let table = fs::read_to_string(at.join("ward.csv")).unwrap();
    fs::write(at.join("ward.csv"), format!("{table}W-07,0,,TEMP,warm,degC\n")).unwrap();
    let (code, said) = told(at, &["grade", "ward.csv", "-o", "out"]);
    assert_eq!(code, 2, "{said}");
    assert_eq!(files(at), ["ward.csv"]);
}

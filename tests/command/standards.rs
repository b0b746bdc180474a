//! Folders of SDTM tables and FHIR bundles, as `cascade grade` meets them.

use std::fs;
use std::path::Path;

use super::{cascade, files, told};

fn standards() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/standards"))
}

/// Standard output and standard error of a command that ends well.
fn graded(line: &str) -> (String, String) {
    let done = cascade(standards()).args(line.split(' ')).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(0), "{line}\n{said}");
    (String::from_utf8(done.stdout).unwrap(), said)
}

/// A line is refused with exit code 2, says all of this and prints nothing.
fn refused(folder: &Path, line: &[&str], says: &[&str]) {
    let done = cascade(folder).args(line).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(2), "{line:?}\n{said}");
    assert!(done.stdout.is_empty(), "{line:?}");
    let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in says {
        assert!(flat.contains(part), "{line:?} should say `{part}`:\n{said}");
    }
}

#[test]
fn a_folder_of_sdtm_is_graded_in_every_form() {
    let (course, said) = graded("grade --sdtm pt2 --scale all --format csv");
    for scale in ["astct-2019", "lee-2014", "penn", "mskcc"] {
        assert!(course.lines().any(|line| line.starts_with("PT2,") && line.contains(&format!(",{scale},"))), "{scale}");
    }
    for passed in ["VS.csv: 1 row passed over", "`PULSE` (1)", "`ALLOPURINOL` (1)", "`Headache` (1)"] {
        assert!(said.contains(passed), "{passed}\n{said}");
    }
    let (patients, _) = graded("grade --sdtm pt2 --table patients --format csv");
    assert!(patients.lines().nth(1).is_some_and(|line| line.starts_with("PT2,")), "{patients}");
    let (concordance, _) = graded("grade --sdtm pt2 --scale penn --table concordance --format csv");
    assert!(concordance.contains("reported:penn"), "{concordance}");
    let (json, _) = graded("grade --sdtm pt2 --format json");
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    graded(&format!("grade --sdtm pt2 --output {out}"));
    assert!(files(folder.path()).contains(&"adam.csv".to_owned()) && folder.path().join("course.csv").is_file());
}

#[test]
fn a_bundle_is_graded_and_says_what_was_assumed() {
    let (course, said) = graded("grade pt2.json --infusion 2026-01-01T00:00Z --format csv");
    assert!(course.contains("no-vasopressor-rows") && !course.contains("time-from-first-row"), "{course}");
    assert!(said.contains("Observation `8867-4` (1)") && said.contains("entered-in-error (1)"), "{said}");
    let (complete, _) = graded("grade pt2.json --absent none --table patients --format csv");
    assert!(complete.lines().nth(1).is_some_and(|line| line.starts_with("Patient/PT2,")), "{complete}");
}

#[test]
fn the_infusion_can_be_given_for_long_tables_with_dates() {
    let folder = tempfile::tempdir().unwrap();
    let head = "subject,datetime,param,value,unit\n";
    let fever = "1,2026-01-03 06:00,TEMP,38.5,degC\n";
    fs::write(folder.path().join("ward.csv"), format!("{head}{fever}")).unwrap();
    fs::write(folder.path().join("known.csv"), format!("{head}{fever}1,2026-01-01 00:00,INFUSION,1,\n")).unwrap();
    fs::write(folder.path().join("hours.csv"), "subject,time_h,param,value,unit\n1,54,TEMP,38.5,degC\n").unwrap();
    fs::write(folder.path().join("signs.csv"), "time [h],temperature [degC]\n54,38.5\n").unwrap();
    let at = |file: &str, given: &str| {
        let done =
            cascade(folder.path()).args(["grade", file, "--format", "csv", "--infusion", given]).output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    let expected = at("known.csv", "2026-01-01T00:00");
    assert!(expected.lines().count() > 1 && !expected.contains("time-from-first-row"), "{expected}");
    assert_eq!(at("ward.csv", "2026-01-01T00:00"), expected);
    let says =
        |file: &str, given: &str, says: &[&str]| refused(folder.path(), &["grade", file, "--infusion", given], says);
    says("known.csv", "2026-01-01T01:00", &["C011", "known.csv:3:3", "is not when `--infusion` says"]);
    says("ward.csv", "2026-01-01T00:00Z", &["C011", "without an offset"]);
    says("ward.csv", "2026-01-01", &["C003", "--infusion:1:1", "has no time of day"]);
    says("hours.csv", "2026-01-01T00:00", &["C011", "leave `--infusion` out"]);
    says("signs.csv", "2026-01-01T00:00", &["F006", "no meaning for a table of signs"]);
    says("cart-crs", "2026-01-01T00:00", &["F006", "no meaning for a simulation"]);
}

#[test]
fn wrong_folders_and_bundles_are_refused_with_their_place() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("vitals/vs.csv", "USUBJID,VSTESTCD,VSORRES,VSORRESU,VSDTC\n1,TEMP,38.5,C,2026-01-03\n");
    write(
        "stop/cm.csv",
        "USUBJID,CMTRT,CMDOSE,CMDOSU,CMSTDTC,CMENDTC\n1,NOREPINEPHRINE,4,ug/min,2026-01-03T06:00,2026-01-03T05:00\n",
    );
    write("other/lb.csv", "USUBJID\n1\n");
    write(
        "own.toml",
        "format = \"cascade-mapping/1\"\nsubject = \"ID\"\n[vs]\nname = [\"A\"]\nvalue = [\"B\"]\nunit = [\"C\"]\ntime = \"D\"\nnames = { TEMP = [\"x\"], SBP = [\"X\"] }\n",
    );
    write("short.json", "{\"resourceType\": \"Bundle\",\n\"entry\": [");
    write("patient.json", "{\"resourceType\": \"Patient\"}");
    write(
        "unit.json",
        "{\"resourceType\": \"Bundle\", \"entry\": [{\"resource\": {\"resourceType\": \"Observation\",\n\
        \"code\": {\"coding\": [{\"code\": \"8310-5\"}]}, \"effectiveDateTime\": \"2026-01-03T06:00:00Z\",\n\
        \"valueQuantity\": {\"value\": 38.5}}}]}",
    );
    write(
        "subject.json",
        "{\"resourceType\": \"Bundle\", \"entry\": [{\"resource\": {\"resourceType\": \"Observation\",\n\
        \"code\": {\"coding\": [{\"code\": \"8310-5\"}]}, \"effectiveDateTime\": \"2026-01-03T06:00:00Z\",\n\
        \"valueQuantity\": {\"value\": 38.5, \"code\": \"Cel\"}}}]}",
    );
    let says = |line: &[&str], says: &[&str]| refused(folder.path(), &[&["grade"][..], line].concat(), says);
    says(&["--sdtm", "vitals"], &["C003", "vs.csv:2:15", "column `VSDTC`", "2026-01-03", "06:00"]);
    says(&["--sdtm", "stop"], &["C007", "cm.csv:2:44", "column `CMENDTC`", "exchange start and stop"]);
    says(&["--sdtm", "other"], &["C012", "`other` holds no SDTM table", "dm.csv, vs.csv"]);
    says(&["--sdtm", "nowhere"], &["F011", "nowhere"]);
    says(&["--sdtm", "vitals", "--mapping", "own.toml"], &["C013", "own.toml:8", "mapped twice", "first here"]);
    says(&["--sdtm", "vitals", "--mapping", "no.toml"], &["F011", "no.toml"]);
    says(&["--sdtm", "vitals", "cart-crs"], &["--sdtm", "cannot be used with"]);
    says(&["cart-crs", "--mapping", "own.toml"], &["--mapping", "cannot be used with"]);
    says(&["--mapping", "own.toml"], &["--sdtm"]);
    says(&["--sdtm", "vitals", "--set", "a=1"], &["F006", "`--set` has no meaning"]);
    says(&["short.json"], &["C014", "short.json:2", "is the file whole?"]);
    says(&["patient.json"], &["C014", "patient.json:1:18", "it is of type `Patient`"]);
    says(&["unit.json"], &["C006", "unit.json:3:18", "entry[0].resource.valueQuantity.unit", "degC"]);
    says(&["subject.json"], &["C015", "subject.json:1:51", "entry[0].resource.subject.reference", "name the patient"]);
    says(&["nowhere.json"], &["F011", "nowhere.json"]);
    let (code, _) = told(folder.path(), &["explain", "C014"]);
    assert_eq!(code, 0);
}

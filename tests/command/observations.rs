//! `simulate --design --observations`: simulated data.

use std::fs;
use std::path::Path;

use super::{cascade, fields, files, model, told};

const SMALL: &str = include_str!("../../src/observation/tests/small.toml");

fn folder(design: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("small.toml"), SMALL).unwrap();
    fs::write(folder.path().join("design.csv"), design).unwrap();
    folder
}

/// The data set that a command prints.
fn data(folder: &Path, design: &str, more: &[&str]) -> String {
    let line = ["simulate", "small.toml", "--quiet", "--observations", "-", "--design", design];
    let done = cascade(folder).args(line).args(more).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

const DESIGN: &str = "ID,TIME,DVID\na,0,conc\na,6,conc\na,6,effect\nb,6,conc\nb,40,conc\n";

#[test]
fn data_stand_alone_and_hang_on_the_seed_only() {
    let folder = folder(DESIGN);
    let at = folder.path();
    let text = data(at, "design.csv", &["--seed", "7"]);
    let rows = fields(&text);
    assert_eq!(rows[0].join(","), "ID,TIME,EVID,AMT,CMT,RATE,MDV,DVID,DV,CENS");
    assert_eq!(rows[1].join(","), "a,0,1,100,drug,0,1,.,.,0");
    assert_eq!(rows.len(), 1 + 4 + 3);
    assert_eq!((rows[2][7], rows[4][7], rows[5].join(",").as_str()), ("conc", "effect", "b,0,1,100,drug,0,1,.,.,0"));
    // 0.09 mg/L after 40 h is below the limit of 0.4 mg/L.
    assert_eq!(rows[7].join(","), "b,40,0,0,.,0,0,conc,0.4,1");
    // The same individual at 6 h, errors of their own.
    assert_ne!(rows[3][8], rows[6][8]);

    assert_eq!(data(at, "design.csv", &["--seed", "7"]), text);
    assert_ne!(data(at, "design.csv", &["--seed", "8"]), text);
    assert_eq!(data(at, "design.csv", &[]), data(at, "design.csv", &["--seed", "0"]));

    let line = ["simulate", "small.toml", "--design", "design.csv", "--observations", "out.csv", "--seed", "7"];
    let (code, said) = told(at, &line);
    assert!(code == 0 && said.contains("wrote out.csv"), "{said}");
    assert_eq!(fs::read_to_string(at.join("out.csv")).unwrap(), text);
    assert_eq!(files(at), ["design.csv", "out.csv", "small.toml"], "nothing temporary is left");

    // What was written is a design that gives itself, doses included.
    assert_eq!(data(at, "out.csv", &["--seed", "7"]), text);
}

#[test]
fn a_subject_more_or_a_finer_grid_changes_nobody_else() {
    let folder = folder(&format!("{DESIGN}c,3,effect\nc,1,conc\n"));
    let long = data(folder.path(), "design.csv", &[]);
    fs::write(folder.path().join("design.csv"), DESIGN).unwrap();
    let short = data(folder.path(), "design.csv", &[]);
    assert!(long.starts_with(&short) && long.len() > short.len());
}

#[test]
fn dose_records_replace_the_regimen() {
    let folder = folder(
        "ID,TIME,EVID,AMT,CMT,ADDL,II,DVID\n1,0,1,0.5,central,1,12,.\n1,1,0,0,.,0,0,effect\n2,1,0,0,.,0,0,effect\n",
    );
    let text = data(folder.path(), "design.csv", &[]);
    let rows = fields(&text);
    assert_eq!(rows[1].join(","), "1,0,1,0.5,drug,0,1,.,.,0");
    assert_eq!(rows[3].join(","), "1,12,1,0.5,drug,0,1,.,.,0");
    // 1000 * 0.5 exp(-0.1) / 20 = 22.62 ug/L, within 5 standard deviations of 0.3 on the logarithm.
    let value: f64 = rows[2][8].parse().unwrap();
    assert!((value / 22.62).ln().abs() < 1.5, "{value}");
    // Without a dose there is nothing to measure.
    assert_eq!(rows[4].join(","), "2,1,0,0,.,0,0,effect,0,0");

    // A dose that the run ends before is not given, and that is said.
    let late = "TIME,EVID,AMT,CMT,DVID\n0,1,5,drug,.\n1,0,0,.,conc\n60,1,5,drug,.\n";
    fs::write(folder.path().join("design.csv"), late).unwrap();
    let (code, said) =
        told(folder.path(), &["simulate", "small.toml", "--design", "design.csv", "--observations", "out.csv"]);
    assert!(code == 0 && said.contains("the run ends before `drug` at 60 h"), "{said}");
    assert!(!fs::read_to_string(folder.path().join("out.csv")).unwrap().contains("60"));
}

#[test]
fn a_folder_keeps_trajectory_seed_and_design() {
    let folder = folder(DESIGN);
    let line = "simulate small.toml --design design.csv --observations out.csv --seed 11 -o out";
    let (code, said) = told(folder.path(), &line.split(' ').collect::<Vec<_>>());
    assert_eq!(code, 0, "{said}");
    assert_eq!(files(&folder.path().join("out")), ["columns.json", "run.json", "trajectory.csv"]);
    let record = fs::read_to_string(folder.path().join("out/run.json")).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert_eq!(record["seed"], 11);
    assert_eq!(record["inputs"][1]["name"], "design.csv");
}

/// The table, more arguments, and what the message must hold.
const WRONG: &[(&str, &str, &[&str])] = &[
    ("", "", &["D001", "design.csv:1:1", "the table is empty"]),
    ("ID,DVID\n1,1\n", "", &["D006", "no column `TIME`"]),
    ("TIME,DVID\nnan,1\n", "", &["D007", "design.csv:2:1", "`nan` is no time"]),
    ("TIME,DVID,weight [mL]\n1,1,70\n", "", &["U007", "design.csv:1:19", "`weight`", "kg"]),
    ("TIME,DVID\n1,cnoc\n", "", &["D013", "design.csv:2:3", "did you mean `conc`?"]),
    ("TIME,DVID\n1,total\n", "", &["D014", "design.csv:2:3", "[outputs.total]", "error = {"]),
    ("TIME,DVID,EVID\n1,1,5\n", "", &["D015", "design.csv:2:5", "EVID 5"]),
    ("TIME,DVID\n-1,1\n", "", &["N004", "design.csv:2:1", "-1 h lies outside", "a run starts at 0"]),
    ("TIME,DVID\n1,1\n", "--until 0.5 h", &["N004", "1 h lies outside", "--until"]),
    (
        "TIME,EVID,AMT,CMT,DVID\n0,1,5,drug,\n1,0,0,,1\n",
        "--dose drug 5 mg at 0 h",
        &["F006", "has dose records", "--dose"],
    ),
    ("TIME,DVID\n1,1\n", "--format json", &["--format", "--design"]),
    ("TIME,DVID\n1,1\n", "--seed -1", &["-1", "--seed"]),
];

#[test]
fn a_wrong_design_is_refused_with_its_place_and_writes_nothing() {
    for (design, more, says) in WRONG {
        let folder = folder(design);
        let mut line = vec!["simulate", "small.toml", "--design", "design.csv", "--observations", "out.csv"];
        if let Some((flag, value)) = more.split_once(' ') {
            line.extend([flag, value]);
        }
        let (code, said) = told(folder.path(), &line);
        assert_eq!(code, 2, "{design:?} {more}\n{said}");
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in *says {
            assert!(flat.contains(part), "{design:?} {more} should say `{part}`:\n{said}");
        }
        assert_eq!(files(folder.path()), ["design.csv", "small.toml"], "{design:?}");
    }
}

#[test]
fn design_and_observations_come_together() {
    let folder = folder(DESIGN);
    for (line, missing) in [
        ("simulate small.toml --design design.csv", "--observations"),
        ("simulate small.toml --observations out.csv", "--design"),
        ("simulate small.toml --seed 3", "--design"),
        ("simulate small.toml --design no.csv --observations out.csv", "cannot read `no.csv`"),
        ("simulate small.toml --design design.csv --observations no/out.csv", "cannot write `no/out.csv`"),
    ] {
        let (code, said) = told(folder.path(), &line.split(' ').collect::<Vec<_>>());
        assert!(code == 2 && said.contains(missing), "{line}: {said}");
        assert_eq!(files(folder.path()), ["design.csv", "small.toml"]);
    }
}

#[test]
fn a_subject_whose_run_fails_is_named() {
    let folder = folder("ID,TIME\nfirst,0.5\nsecond,2\n");
    let output = "[outputs.size]\nvalue = 'y'\nunit = '1'\n\
                  error = { model = 'additive', sd = 0.1, source = 'doi:10.1000/1, Table 1' }\n";
    fs::write(folder.path().join("small.toml"), model("y^2 / 1 [d]", output)).unwrap();
    let line = ["simulate", "small.toml", "--design", "design.csv", "--observations", "out.csv"];
    let (code, said) = told(folder.path(), &line);
    assert!(code == 3 && said.contains("N005") && said.contains("subject of the design: `first`"), "{said}");
    assert_eq!(files(folder.path()), ["design.csv", "small.toml"]);
}

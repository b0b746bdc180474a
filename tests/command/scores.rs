//! `grade --scores`: a table of laboratory values in, scores with their evidence out.

use std::fs;

use serde_json::Value;

use super::{fields, files, printed, told};

const LABS: &str = "subject,time [d],ldh [IU/L],creatinine [mg/dL],platelets [1e9/L],crp [mg/L],il6 [pg/mL]\n\
                    p1,-5,400,1.0,100,20,70\n\
                    p2,-5,400,,60,,\n";

#[test]
fn scores_come_as_csv_json_table_and_file() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("labs.csv"), LABS).unwrap();
    let line = ["grade", "--scores", "labs.csv"];
    let text = printed(at, &line);
    let rows = fields(&text);
    assert_eq!(rows[0], ["subject", "time", "score", "value", "class", "bound", "evidence", "flags"]);
    assert_eq!(rows[1], ["p1", "-5", "easix", "4", "", "exact", "read", ""]);
    assert_eq!(rows[2], ["p1", "-5", "log2-easix", "2", "", "exact", "read", ""]);
    assert!(rows.contains(&vec!["p1", "-5", "il6-band", "10", "band-2", "exact", "read", "uln-assumed;taken-as-peak"]));
    assert!(rows.iter().any(|row| row[..6] == ["p2", "-5", "car-hematotox", "2", "high", "lower"]));
    assert!(!text.contains("davila-2014"), "no column of it is there");

    let own = printed(at, &[&line[..], &["--option", "il6_uln=35 pg/mL"]].concat());
    assert!(own.contains("p1,-5,il6-band,2,band-0-1,exact,read,taken-as-peak"), "{own}");

    let whole: Value = serde_json::from_str(&printed(at, &[&line[..], &["--format", "json"]].concat())).unwrap();
    assert_eq!(whole["results"].as_array().unwrap().len(), rows.len() - 1);
    assert_eq!((&whole["results"][0]["value"], &whole["results"][0]["bound"]), (&Value::from(4.0), &"exact".into()));
    assert_eq!(whole["scores"][0]["evidence"], "read");

    let table = printed(at, &[&line[..], &["--format", "table"]].concat());
    for part in ["not for clinical decisions", "does not depend on these scores", "doi:10.1182/", "AUC 0.61-0.62"] {
        assert!(table.contains(part), "{part}\n{table}");
    }
    let (code, said) = told(at, &[&line[..], &["--output", "out"]].concat());
    assert!(code == 0 && said.contains("wrote"), "{said}");
    assert_eq!(files(&at.join("out")), ["scores.csv"]);
    assert_eq!(fs::read_to_string(at.join("out/scores.csv")).unwrap(), text);
}

#[test]
fn a_wrong_line_of_scores_is_refused_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("labs.csv"), LABS).unwrap();
    fs::write(at.join("bare.csv"), "subject,crp,hb [g/dL]\n1,3,85\n").unwrap();
    for (line, says) in [
        ("labs.csv|cart-crs", &["--scores", "MODEL"][..]),
        ("labs.csv|--until|3 d", &["--scores", "--until"]),
        ("labs.csv|--scale|lee-2014", &["--scores", "--scale"]),
        ("labs.csv|--format|csv|--output|out", &["--format", "--output"]),
        ("labs.csv|--option|il6=7 pg/mL", &["G005", "`il6`", "`il6_uln`"]),
        ("labs.csv|--option|il6_uln=7", &["G006", "`7`", "il6_uln=7 pg/mL"]),
        ("labs.csv|--option|il6_uln", &["F006", "not NAME=VALUE"]),
        ("no.csv", &["F011", "`no.csv`", "is the path right?"]),
        ("bare.csv|--output|out", &["D009", "`crp` has no unit", "crp [mg/dL]"]),
    ] {
        let arguments: Vec<&str> = ["grade", "--scores"].into_iter().chain(line.split('|')).collect();
        let (code, said) = told(at, &arguments);
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(code, 2, "{line}\n{said}");
        for part in says {
            assert!(flat.contains(part), "{line}\nshould say `{part}`:\n{said}");
        }
        assert_eq!(files(at), ["bare.csv", "labs.csv"], "{line}");
    }
}

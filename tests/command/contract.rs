//! What other tools read: CSV columns and rows, exposure, course, JSON, streams.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use cascade::diagnostic::codes;
use cascade::model::{DoseKind, Model, model_names};
use cascade::trajectory::number;
use serde_json::Value;

use super::{fields, printed, told};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn here() -> &'static Path {
    Path::new(HERE)
}

#[test]
fn a_trajectory_has_time_states_and_the_outputs_that_are_no_bare_states() {
    for name in model_names() {
        let model = Model::embedded(name).unwrap();
        let states = model.states.iter().map(|state| (&*state.name.text, state.unit.to_string()));
        let outputs = model.outputs.iter().map(|output| (&*output.name.text, output.unit.to_string()));
        let outputs = outputs.filter(|(name, _)| !model.states.iter().any(|state| state.name.text == **name));
        let columns: Vec<(&str, String)> =
            std::iter::once(("time", model.time.to_string())).chain(states).chain(outputs).collect();

        let text = printed(here(), &["simulate", name]);
        let rows = fields(&text);
        assert_eq!(rows[0], columns.iter().map(|(name, _)| *name).collect::<Vec<_>>(), "{name}");
        assert_eq!(rows.len(), 202, "{name}: a header and 201 rows");
        assert_eq!(rows[1][0], "0");
        assert_eq!(rows[201][0], number(model.defaults.until.value));
        for field in rows[1..].iter().flatten() {
            assert_eq!(number(field.parse().unwrap()), **field, "{name}: the shortest that reads back");
        }

        let text = printed(here(), &["simulate", name, "--header-units"]);
        let header: Vec<String> = columns.iter().map(|(name, unit)| format!("{name} [{unit}]")).collect();
        assert_eq!(text.lines().next().unwrap(), header.join(","), "{name}");
    }
}

#[test]
fn rows_stand_where_they_are_asked_for_and_agree_where_grids_meet() {
    let times = |line: &[&str]| {
        let text = printed(here(), &[&["simulate", "stein-2019"][..], line].concat());
        let rows = fields(&text);
        rows[1..].iter().map(|row| row.join(",")).collect::<Vec<String>>()
    };
    let at = times(&["--at", "9.3 d, 0, 100 d"]);
    assert_eq!(at.iter().map(|row| row.split(',').next().unwrap()).collect::<Vec<_>>(), ["0", "9.3", "100"]);
    let every = times(&["--every", "100 d"]);
    assert_eq!(
        every.iter().map(|row| row.split(',').next().unwrap()).collect::<Vec<_>>(),
        ["0", "100", "200", "300", "365"]
    );
    assert_eq!((&at[0], &at[2]), (&every[0], &every[1]), "the same bits on every grid");
    assert_eq!(times(&["--until", "2 week", "--at", "336 h"])[0].split(',').next(), Some("14"));
}

#[test]
fn the_row_at_the_time_of_a_dose_shows_the_state_after_it() {
    let model = Model::embedded("hardiansyah-2019").unwrap();
    let DoseKind::Into { state, .. } = model.doses[0].kind else { panic!("a dose into a state") };
    let line = ["--dose", "cart 3e9 cells at 1 d", "--at", "0, 0.99, 1 d"];
    let text = printed(here(), &[&["simulate", "hardiansyah-2019"][..], &line].concat());
    let column: Vec<&str> = fields(&text).iter().map(|row| row[state + 1]).collect();
    assert_eq!(column, [model.states[state].name.text.as_str(), "0", "0", "3"]);
}

#[test]
fn doses_replace_those_of_their_entry_and_none_empties_the_regimen() {
    let cells = |line: &[&str]| {
        let text = printed(here(), &[&["simulate", "cart-crs", "--at", "0, 5 d"][..], line].concat());
        let rows = fields(&text);
        let at = |name: &str| rows[0].iter().position(|column| *column == name).unwrap();
        let (infused, drug) = (at("infused"), at("tocilizumab_amount"));
        (rows[1][infused].to_string(), rows[2][infused] != "0", rows[2][drug] != "0")
    };
    assert_eq!(cells(&[]), ("0.11000000000000001".into(), true, false));
    assert_eq!(cells(&["--dose", "none"]), ("0".into(), false, false));
    assert_eq!(cells(&["--dose", "cart 2e9 cells at 0 d"]), ("2".into(), true, false));
    // The default infusion stays when another entry is given.
    assert_eq!(cells(&["--dose", "tocilizumab 800 mg over 1 h at 3 d"]), ("0.11000000000000001".into(), true, true));
}

#[test]
fn a_run_starts_with_its_first_dose_if_that_is_before_time_0() {
    let text =
        printed(here(), &["simulate", "hardiansyah-2019", "--dose", "cart 1e9 cells at -36 h", "--every", "1 d"]);
    assert_eq!(fields(&text)[1..4].iter().map(|row| row[0]).collect::<Vec<_>>(), ["-1.5", "-0.5", "0.5"]);
}

#[test]
fn exposure_has_its_header_and_a_row_for_every_output() {
    let text = printed(here(), &["simulate", "cart-crs", "--exposure"]);
    let rows = fields(&text);
    assert_eq!(rows[0], ["output", "unit", "cmax", "tmax", "auc_0_28d", "clast", "tlast", "half_life"]);
    let model = Model::embedded("cart-crs").unwrap();
    let names: Vec<&str> = model.outputs.iter().map(|output| &*output.name.text).collect();
    assert_eq!(rows[1..].iter().map(|row| row[0]).collect::<Vec<_>>(), names);
    for (row, output) in rows[1..].iter().zip(&model.outputs) {
        assert_eq!(row[1], output.unit.to_string());
        let at = |column: usize| row[column].parse::<f64>().unwrap();
        assert!(at(2) >= at(5) && (0.0..=28.0).contains(&at(3)), "{row:?}");
        // A temperature has neither area nor half-life.
        let level = output.unit.is_level();
        assert!(if level { row[4].is_empty() && row[7].is_empty() } else { at(4) <= 28.0 * at(2) }, "{row:?}");
        assert!(row[7].is_empty() || at(7) > 0.0);
    }
    let values: Value =
        serde_json::from_str(&printed(here(), &["simulate", "cart-crs", "--exposure", "--format", "json"])).unwrap();
    assert_eq!(values[0]["cmax"].as_f64().unwrap(), rows[1][2].parse::<f64>().unwrap());
}

#[test]
fn a_course_starts_at_the_start_and_names_the_rule_of_every_grade() {
    let text = printed(here(), &["grade", "cart-crs"]);
    let rows = fields(&text);
    assert_eq!(rows[0], ["subject", "time", "scale", "grade", "bound", "rule", "flags"]);
    assert_eq!(rows[1][..5], ["1", "0", "astct-2019", "0", "exact"]);
    let grades: Vec<u8> = rows[1..].iter().map(|row| row[3].parse().unwrap()).collect();
    assert!(grades.contains(&2) && grades.last() == Some(&0), "{grades:?}");
    for row in &rows[1..] {
        assert_eq!(row[5].is_empty(), row[3] == "0", "{row:?}");
        assert_eq!((row[0], row[2], row[4]), ("1", "astct-2019", "exact"));
    }
    let times: Vec<f64> = rows[1..].iter().map(|row| row[1].parse().unwrap()).collect();
    assert!(times.is_sorted());

    let list: Value = serde_json::from_str(&printed(here(), &["grade", "cart-crs", "--format", "json"])).unwrap();
    assert_eq!(list[0]["course"].as_array().unwrap().len(), rows.len() - 1);
    assert_eq!(list[0]["maximum"]["grade"], Value::from(*grades.iter().max().unwrap()));
    let table = printed(here(), &["grade", "cart-crs", "--format", "table"]);
    assert!(table.contains("maximum grade 2") && table.contains("onset on day 2.546"), "{table}");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_cascade"))
        .args(["simulate", "cart-crs", "--every", "0.01 d"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let status = child.wait().unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(first.starts_with("time,tumour"), "{first}");
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
}

#[test]
fn a_stream_stands_for_a_file() {
    let model = printed(here(), &["show", "stein-2019", "--format", "toml"]);
    let through = |arguments: &[&str], input: &str| {
        let done = super::cascade(here()).args(arguments).write_stdin(input).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).unwrap()
    };
    assert_eq!(through(&["simulate", "-"], &model), printed(here(), &["simulate", "stein-2019"]));
    assert!(through(&["check", "-"], &model).contains("0 errors"));
    let signs = "time [d],temperature [degC],pressors\n0,37,0\n0.2,38.5,0\n";
    assert!(through(&["grade", "-"], signs).contains("1,0.2,astct-2019,1,"));
}

#[test]
fn colour_is_off_where_it_is_not_wanted() {
    for line in [&["simulate", "stein-2018"][..], &["grade", "cart-crs", "--format", "table"], &["show", "cart-crs"]] {
        let (_, said) = told(here(), line);
        assert!(!said.contains('\u{1b}'), "{said}");
    }
}

#[test]
fn every_code_is_explained() {
    let list = printed(here(), &["explain"]);
    for code in codes::all() {
        assert!(list.contains(&format!("{}  {}", code.id, code.title)));
        let text = printed(here(), &["explain", &code.id.to_lowercase()]);
        assert_eq!(text, format!("{}: {}\n\n{}\n", code.id, code.title, code.explanation));
    }
    assert_eq!(list.lines().count(), codes::all().count());
}

#[test]
fn shells_get_their_completions() {
    for shell in ["bash", "zsh", "fish"] {
        let text = printed(here(), &["completions", shell]);
        for word in ["simulate", "grade", "rtol", "header-units"] {
            assert!(text.contains(word), "{shell} does not complete {word}");
        }
    }
}

#[test]
fn sensitivities_have_their_columns_the_largest_of_an_end_point_first() {
    let text = printed(here(), &["sensitivity", "stein-2019", "--wrt", "alpha, tmax", "--set", "alpha=0 1/d"]);
    let rows = fields(&text);
    let head = [
        "output",
        "end_point",
        "unit",
        "value",
        "parameter",
        "parameter_unit",
        "parameter_value",
        "derivative",
        "normalised",
    ];
    assert_eq!(rows[0], head);
    let of = |what: &str| rows[1..].iter().filter(|row| row[1] == what).collect::<Vec<_>>();
    let end = of("end");
    assert_eq!((end[0][4], end[1][4], end[1][6], end[1][8]), ("tmax", "alpha", "0", ""));
    // A value of 0 has no ratio, but a derivative.
    assert!(end[1][7].parse::<f64>().unwrap() < 0.0, "{end:?}");
    for (what, unit) in
        [("cmax", "copies/ug"), ("auc_0_28d", "copies/ug*d"), ("nadir", "copies/ug"), ("end", "copies/ug")]
    {
        assert!(of(what).iter().all(|row| row[2] == unit), "{what}");
    }
    let json: Value =
        serde_json::from_str(&printed(here(), &["sensitivity", "stein-2019", "--wrt", "tmax", "--format", "json"]))
            .unwrap();
    assert_eq!(json[0]["parameter"], "tmax");
}

#[test]
fn help_is_short_and_names_every_verb() {
    let text = printed(here(), &["--help"]);
    for verb in [
        "models",
        "show",
        "check",
        "explain",
        "simulate",
        "grade",
        "plot",
        "demo",
        "compare",
        "sensitivity",
        "data",
        "runs",
        "fit",
        "validate",
        "completions",
    ] {
        assert!(text.contains(verb), "{verb}");
        let help = printed(here(), &[verb, "-h"]);
        assert!(help.lines().count() < 56, "{verb}: {} lines", help.lines().count());
    }
    assert!(printed(here(), &["--version"]).starts_with("cascade "));
}

#[test]
fn a_model_is_shown_as_text_as_json_and_as_its_file() {
    for name in model_names() {
        let file = std::fs::read_to_string(format!("{HERE}/models/library/{name}/model.toml")).unwrap();
        assert_eq!(printed(here(), &["show", name, "--format", "toml"]), file);
        let model = Model::embedded(name).unwrap();
        let text = printed(here(), &["show", name]);
        for part in model.parameters.iter().map(|parameter| &parameter.name.text) {
            assert!(text.contains(part.as_str()), "{name}: {part}");
        }
        assert!(text.contains(&format!("maturity: {}", model.maturity.word())));
        assert!(text.contains("not for clinical decisions"));
        let value: Value = serde_json::from_str(&printed(here(), &["show", name, "--format", "json"])).unwrap();
        assert_eq!(value["name"], *name);
        assert_eq!(value["states"].as_array().unwrap().len(), model.states.len());
        for parameter in value["parameters"].as_array().unwrap() {
            assert!(parameter["source"].is_string() != parameter["assumption"].is_string(), "{name}: {parameter}");
        }
    }
    let of = |set: &str| {
        let text = printed(here(), &["show", "hardiansyah-2019", "--parameters", set, "--format", "json"]);
        serde_json::from_str::<Value>(&text).unwrap()["parameters"].clone()
    };
    assert_ne!(of("upn1"), of("upn3"));
}

#[test]
fn models_are_listed_for_people_and_for_programs() {
    let names = model_names();
    let rows = printed(here(), &["models", "--format", "csv"]);
    let rows = fields(&rows);
    assert_eq!(rows[0], ["name", "maturity", "grades", "sets", "title"]);
    assert_eq!(rows[1..].iter().map(|row| row[0]).collect::<Vec<_>>(), names);
    let list: Value = serde_json::from_str(&printed(here(), &["models", "--format", "json"])).unwrap();
    let listed: Vec<&str> = list.as_array().unwrap().iter().map(|model| model["name"].as_str().unwrap()).collect();
    assert_eq!(listed, names);
    assert!(printed(here(), &["models"]).lines().count() == names.len() + 1);
}

#[test]
fn rounds_find_fever_at_a_round() {
    let onset = |line: &[&str]| -> f64 {
        let text = printed(here(), &[&["grade", "cart-crs"][..], line].concat());
        fields(&text).iter().find(|row| row[3] == "1").map(|row| row[1].parse().unwrap()).unwrap()
    };
    // Fever begins at 2.546 d, 61.1 h.
    assert_eq!(onset(&["--vitals-every", "6 h"]) * 24.0, 66.0);
    assert_eq!(onset(&["--vitals-every", "4 h"]) * 24.0, 64.0);
    assert!((onset(&[]) - 2.545_956).abs() < 1e-5);
}

#[test]
fn scales_stand_side_by_side_in_one_table() {
    let text = printed(here(), &["grade", "cart-crs", "--scale", "astct-2019,lee-2014"]);
    for scale in ["astct-2019", "lee-2014"] {
        let alone = printed(here(), &["grade", "cart-crs", "--scale", scale]);
        let of_both: Vec<&str> = text.lines().filter(|line| line.split(',').nth(2) == Some(scale)).collect();
        assert_eq!(of_both, alone.lines().skip(1).collect::<Vec<_>>(), "{scale}");
    }
}

#[test]
fn a_tolerance_that_moves_a_relapse_exits_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let library = Path::new(HERE).join("models/library/liu-2022");
    std::fs::copy(library.join("cr-2.toml"), folder.path().join("cr-2.toml")).unwrap();
    let text = std::fs::read_to_string(library.join("model.toml")).unwrap();
    let label = "label = \"CD19-positive blasts in blood\"\ntolerance = ";
    let loose = text.replace(&format!("{label}\"1e-6 cells/uL\""), &format!("{label}\"1000 cells/uL\""));
    assert_ne!(text, loose);
    std::fs::write(folder.path().join("model.toml"), loose).unwrap();
    let line = |model| ["simulate", model, "--parameters", "cr-2", "--check-tolerance", "--rtol", "1e-4"];
    let (code, said) = told(folder.path(), &line("./model.toml"));
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("beyond 1 %") && said.contains("most: "), "{said}");
    let (code, said) = told(here(), &line("liu-2022"));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("within 1 %"), "{said}");
    // A limit of one's own, either way.
    let with = |model, limit| told(folder.path(), &[&line(model)[..], &["--limit", limit]].concat()).0;
    assert_eq!((with("liu-2022", "1e-9"), with("liu-2022", "0.5")), (1, 0));
}

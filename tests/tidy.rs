//! The house: layers, file sizes, the library of models.

use std::fs;
use std::path::Path;

use cascade::crs::{Scale, Settings};
use cascade::diagnostic::codes;
use cascade::model::{Model, Provenance, model_names, set_names};
use cascade::simulate::Scenario;

/// Modules in the order data flows. A module may use only rows above its own.
const FLOW: &[&[&str]] = &[
    &["diagnostic"],
    &["document", "unit", "numeric"],
    &["expression", "trajectory", "random"],
    &["sign", "regimen", "error_model"],
    &["model", "crs", "integrate"],
    &["chart", "observation", "compile", "outcome", "biomarker"],
    &["simulate"],
    &["population", "sensitivity", "fit"],
    &["cohort"],
    &["compare"],
    &["plot"],
    &["cli"],
];

fn row_of(module: &str) -> Option<usize> {
    FLOW.iter().position(|row| row.contains(&module))
}

fn files(dir: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn modules_use_only_what_lies_upstream() {
    let mut wrong = Vec::new();
    for (row, modules) in FLOW.iter().enumerate() {
        for module in *modules {
            let mut found = Vec::new();
            files(&Path::new("src").join(module), &mut found);
            for path in found {
                let text = fs::read_to_string(&path).unwrap();
                for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
                    assert!(!line.contains("crate::{"), "{}:{}: one `use crate::x` per module", path.display(), n + 1);
                    for rest in line.split("crate::").skip(1) {
                        let used: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                        if used != *module && row_of(&used).is_some_and(|r| r >= row) {
                            wrong.push(format!("{}:{}: {module} uses {used}", path.display(), n + 1));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "against the flow:\n{}", wrong.join("\n"));
}

#[test]
fn every_module_has_a_row() {
    for entry in fs::read_dir("src").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_string();
        assert!(["lib", "main"].contains(&name.as_str()) || row_of(&name).is_some(), "{name} has no row in the flow");
    }
}

#[test]
fn no_file_is_longer_than_800_lines() {
    let mut found = Vec::new();
    files(Path::new("src"), &mut found);
    files(Path::new("tests"), &mut found);
    for path in found {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 800, "{} has {lines} lines", path.display());
    }
}

#[test]
fn one_external_crate_has_one_place() {
    let places = [
        ("toml::", "src/document"),
        ("ode_solvers::", "src/integrate"),
        ("rand_chacha::", "src/random"),
        ("plotters::", "src/plot"),
        ("statrs::", "src/compare"),
        ("clap::", "src/cli"),
        ("miette::", "src/cli"),
        ("parquet::", "src/cli/columnar"),
    ];
    let mut found = Vec::new();
    files(Path::new("src"), &mut found);
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        for (name, place) in places {
            let named = text.lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("//") && (line.contains(&format!("use {name}")) || line.contains(&format!(" {name}")))
            });
            assert!(!named || path.starts_with(place), "{} names {name}, which belongs to {place}", path.display());
        }
    }
}

#[test]
fn codes_are_numbered_once_and_explained() {
    let mut seen: Vec<&str> = Vec::new();
    for code in codes::all() {
        assert!(!seen.contains(&code.id), "{} stands twice", code.id);
        assert!(code.explanation.len() > 40, "{} is not explained", code.id);
        seen.push(code.id);
    }
}

#[test]
fn every_code_is_used_somewhere() {
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    let text: String = paths
        .iter()
        .filter(|path| !path.starts_with("src/diagnostic/codes"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    for entry in fs::read_dir("src/diagnostic/codes").unwrap() {
        let file = fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in file.lines() {
            let Some((name, rest)) = line.trim().split_once(" = \"") else { continue };
            if rest.contains("\", \"") && name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
                assert!(text.contains(name), "nothing reports {name}");
            }
        }
    }
}

#[test]
fn every_folder_of_the_library_is_embedded_checks_simulates_and_grades() {
    let mut folders: Vec<String> = fs::read_dir("models/library")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert_eq!(folders, model_names());
    for name in &folders {
        let (model, warnings) = Model::parse(&cascade::diagnostic::Source::new(name, text(name, "model"))).unwrap();
        assert!(warnings.is_empty(), "{name}: {warnings}");
        assert_eq!(model.name, *name);
        for set in std::iter::once(None).chain(set_names(name).into_iter().map(Some)) {
            let set = set.map(|set| model.set(set).unwrap());
            let mut scenario = match &set {
                Some(set) => Scenario::with_set(&model, Some(set), &[]).unwrap(),
                None => Scenario::new(&model).unwrap(),
            };
            if model.has_signs() {
                scenario = scenario.grading(Scale::astct_2019(), Settings::default());
            }
            let run = scenario.simulate().map_err(|failed| failed.problems).unwrap();
            assert!(run.trajectory.values.iter().all(|value| value.is_finite()), "{name}");
            assert_eq!(run.course().is_some(), model.has_signs());
        }
    }
}

fn text(model: &str, file: &str) -> String {
    fs::read_to_string(format!("models/library/{model}/{file}.toml")).unwrap()
}

#[test]
fn every_shipped_value_has_a_source_with_doi_or_a_numbered_assumption() {
    let traced = |what: &str, provenance: &Provenance| match provenance {
        Provenance::Source(text) => {
            assert!(text.contains("doi:") || text.contains("PMID"), "{what} has a source without DOI: {text}");
            assert!(text.contains([',', ';']), "{what} names no table or figure: {text}");
        }
        Provenance::Assumption { number, text } => {
            assert!(number.starts_with('A') && text.len() > 8, "{what}: {number}: {text}");
        }
    };
    for name in model_names() {
        let model = Model::embedded(name).unwrap();
        let sets = set_names(name).into_iter().map(|set| model.set(set).unwrap());
        let in_sets: Vec<_> = sets.flat_map(|set| set.parameters).collect();
        for parameter in model.parameters.iter().chain(&in_sets) {
            let what = format!("{name}: {}", parameter.name);
            match (&parameter.value, &parameter.provenance) {
                (Some(_), Some(provenance)) => traced(&what, provenance),
                (Some(_), None) => panic!("{what} has no source"),
                (None, _) => {}
            }
        }
        for point in &model.end_points {
            traced(&format!("{name}: {}", point.name), &point.provenance);
        }
        for switch in &model.switches {
            if let Some(care) = &switch.care {
                traced(&format!("{name}: {}", switch.name), &care.provenance);
            }
        }
        assert!(model.citation.as_ref().is_some_and(|citation| citation.doi.is_some()), "{name} has no DOI");
    }
}

#[test]
fn the_readme_names_the_commands_that_the_gate_runs() {
    let readme = fs::read_to_string("README.md").unwrap();
    let gate = fs::read_to_string(".ci/run").unwrap();
    assert!(readme.contains("cargo run --release -- demo"));
    assert!(readme.contains("cargo test"));
    assert!(gate.contains("cargo test"));
}

#[test]
fn the_gallery_is_there_with_its_page() {
    let entries = cascade::plot::gallery();
    assert_eq!(
        fs::read_to_string("plots/README.md").unwrap(),
        cascade::plot::index(&entries),
        "cascade plot --gallery"
    );
    for entry in &entries {
        assert!(Path::new("plots").join(entry.file).is_file(), "{}: cascade plot --gallery", entry.file);
    }
    let trial = cascade::plot::gallery::trial();
    assert!(Path::new("plots").join(trial.file).is_file(), "{}: cascade plot --gallery", trial.file);
    for sheet in cascade::plot::gallery::ward().unwrap() {
        assert!(Path::new("plots").join(sheet.file).is_file(), "{}: cascade plot --gallery", sheet.file);
    }
    assert!(fs::read_to_string("README.md").unwrap().contains("(plots/cart-crs.png)"));
}

#[test]
fn nothing_tracked_is_left_half_done() {
    let mut paths = Vec::new();
    files(Path::new("src"), &mut paths);
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        for word in ["todo!(", "unimplemented!(", "dbg!(", "FIXME"] {
            assert!(!text.contains(word), "{} holds {word}", path.display());
        }
    }
}

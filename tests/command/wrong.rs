//! Wrong command lines: exit 2, the offending text and a remedy in the message, nothing written.

use std::fs;

use super::{cascade, files, told};

/// Arguments separated by `|`, then what the message must hold: the offending text, and a remedy. `{data}` is the
/// folder of broken files, `{file}` a file that is there.
const LINES: &[(&str, &[&str])] = &[
    // Verbs, flags, formats.
    ("simulat", &["'simulat'", "'simulate'"]),
    ("simulate|stein-2019|--untl|3 d", &["'--untl'", "'--until'"]),
    ("simulate", &["which model?", "cascade models"]),
    ("plot|stein-2019|--size|300x100", &["F013", "width", "300"]),
    ("plot|stein-2019|--data|{data}/G002-value-in-a-table.csv", &["D011", "`temperature`", "outputs: cart"]),
    ("plot|stein-2019|--size|wide", &["`wide`", "1600x1800"]),
    ("plot|cart-crs|--parameters|low|--parameters|high|--kind|course", &["course", "--kind overlay"]),
    ("plot|cart-crs|--axes|tumour,cart_blood", &["--axes", "--kind phase"]),
    ("plot|cart-crs|--panels|cytokine", &["`cytokine`", "cytokines"]),
    ("plot|cart-crs|--run|large: sett tumour_0=8", &["`sett`", "set"]),
    ("simulate|cart-crs|--parameters|low|--parameters|high", &["low, high", "cascade plot"]),
    ("simulate|stein-2019|--format|xml", &["'xml'", "table, csv, json"]),
    ("show|stein-2019|--format|yaml", &["'yaml'", "text, toml, markdown, json"]),
    ("show|liu-2022|--format|toml|--parameters|negr", &["--parameters", "leave it out", "`negr`"]),
    ("completions|csh", &["'csh'", "bash"]),
    ("explain|Z999", &["unknown code `Z999`", "lists all"]),
    ("explain|F01", &["unknown code `F01`", "did you mean `F001`?"]),
    ("check", &["<FILES>", "--help"]),
    ("simulate|stein-2019|--at|1 d|--every|1 d", &["--at", "--every"]),
    ("simulate|stein-2019|--format|json|-o|out", &["--format", "--output"]),
    // Models, sets, scenarios, scales.
    ("simulate|stein-2018", &["M019", "`stein-2018`", "did you mean `stein-2019`?"]),
    ("grade|cart-crs|--vitals-every|1 s", &["G013", "at least one minute"]),
    ("grade|cart-crs|--vitals-every|6 mg", &["U007", "6 mg", "d"]),
    ("grade|cart-crs|--scale|astct-2019,penny", &["G003", "`penny`", "did you mean `penn`?"]),
    ("simulate|liu-2022|--dose|cart 1e6 cells at 0 d", &["R010", "cart"]),
    ("simulate|stein-2019|--check-tolerance|--limit|0", &["N001", "0", "--limit"]),
    ("simulate|stein-2019|--limit|0.1", &["--limit", "--check-tolerance"]),
    ("show|martian", &["M019", "`martian`", "models: cart-crs, "]),
    ("check|nothere", &["M019", "`nothere`", "a path to a file ends in .toml"]),
    ("simulate|nothere.toml", &["F011", "`nothere.toml`", "is the path right?"]),
    ("simulate|{data}", &["F011", "is a directory", "name a file in it"]),
    ("simulate|hardiansyah-2019|--parameters|upn2", &["M018", "`upn2`", "did you mean `upn1`?"]),
    ("show|stein-2019|--parameters|upn1", &["M018", "`upn1`", "there are no sets"]),
    ("simulate|stein-2019|--parameters|no.toml", &["F011", "`no.toml`", "is the path right?"]),
    ("simulate|--scenario|dmeo", &["N008", "`dmeo`", "did you mean `demo`?"]),
    ("simulate|--scenario|no/demo.toml", &["F011", "`no/demo.toml`", "is the path right?"]),
    ("grade|cart-crs|--scale|astct-2018", &["G003", "`astct-2018`", "did you mean `astct-2019`?"]),
    ("grade|cart-crs|--scale|no.toml", &["F011", "`no.toml`", "is the path right?"]),
    ("grade|cart-crs|--option|fever=1", &["G005", "`fever`", "did you mean `fever_threshold`?"]),
    ("grade|cart-crs|--option|fever_waiver=maybe", &["G006", "`maybe`", "any, anticytokine_only, never"]),
    ("grade|cart-crs|--option|fever_threshold=38 mg", &["G006", "`38 mg`", "38 degC"]),
    ("grade|cart-crs|--option|fever_waiver", &["F006", "`fever_waiver` is not NAME=VALUE", "fever_waiver=never"]),
    // Parameters and covariates.
    ("simulate|stein-2019|--set|foldy=3", &["M020", "`foldy`", "did you mean `foldx`?"]),
    ("simulate|stein-2019|--set|foldx", &["M021", "`foldx` is not NAME=VALUE", "--set kill="]),
    ("simulate|stein-2019|--set|=3", &["M021", "`=3`", "--set kill="]),
    ("simulate|stein-2019|--set|tmax=9.3", &["U007", "`tmax` is in d", "`9.3 d`"]),
    ("simulate|stein-2019|--set|tmax=9.3 mg", &["U007", "in mg", "a time is wanted"]),
    ("simulate|stein-2019|--set|foldx=2 mg", &["U007", "a plain number, not in mg", "leave the unit out"]),
    ("simulate|stein-2019|--set|tmax=9.3 dd", &["U001", "`dd`", "did you mean `d`?"]),
    ("simulate|stein-2019|--set|tmax=9,3 d", &["U005", "9,3 d", "`9.3 d`"]),
    ("simulate|stein-2019|--set|tmax=", &["U005", "a value is missing", "`28 d`"]),
    ("simulate|stein-2019|--set|tmax=nan d", &["U006", "`nan`", "must be finite"]),
    ("simulate|stein-2019|--set|cmax=inf copies/ug", &["U006", "`inf`", "must be finite"]),
    ("simulate|stein-2019|--set|alpha=1e999 1/d", &["U006", "1e999", "beyond 1.8e308"]),
    ("simulate|stein-2019|--set|foldx=-5", &["M007", "`foldx` = -5", "allows 1 to 1e9"]),
    // Doses.
    ("simulate|hardiansyah-2019|--dose|crat 5e7 cells at 0 d", &["R007", "`crat`", "did you mean `cart`?"]),
    ("simulate|hardiansyah-2019|--dose|cart 5e7 mg at 0 d", &["U007", "not in mg", "a number of cells is wanted"]),
    ("simulate|hardiansyah-2019|--dose|cart 5e7 at 0 d", &["U007", "no unit", "`5e7 cells`"]),
    ("simulate|hardiansyah-2019|--dose|cart 5e7 celsl at 0 d", &["U001", "`celsl`", "did you mean `cells`?"]),
    ("simulate|hardiansyah-2019|--dose|cart -5e7 cells at 0 d", &["R006", "-5e7 cells", "0 or more"]),
    ("simulate|hardiansyah-2019|--dose|cart nan cells at 0 d", &["U006", "`nan`", "must be finite"]),
    ("simulate|hardiansyah-2019|--dose|cart 5e7 cells", &["R002", "cart 5e7 cells", "add `at 0 d`"]),
    ("simulate|hardiansyah-2019|--dose|cart 5e7 cells at 0 kg", &["U007", "0 kg", "a time is wanted"]),
    ("simulate|hardiansyah-2019|--dose|", &["R001", "empty regimen", "write `none`"]),
    (
        "simulate|hardiansyah-2019|--dose|none|--dose|cart 5e7 cells at 0 d",
        &["F006", "`--dose none`", "leave `none` out"],
    ),
    (
        "simulate|stein-2019|--dose|cart 5e7 cells at 0 d",
        &["R010", "`cart`", "exposure was not driven by the cell dose"],
    ),
    ("simulate|stein-2019|--dose|tocilizumab 8 mg at 3 d", &["R008", "8 mg", "write `tocilizumab at 3 d`"]),
    // Times, tolerance, solver.
    ("simulate|stein-2019|--until|0 d", &["N003", "0 d", "a time above 0"]),
    ("simulate|stein-2019|--until|-5 d", &["N003", "-5 d", "a time above 0"]),
    ("simulate|stein-2019|--until|5", &["U007", "a plain number", "`5 d`"]),
    ("simulate|stein-2019|--until|5 mg", &["U007", "in mg", "a time is wanted"]),
    ("simulate|stein-2019|--until|nan d", &["U006", "`nan`", "must be finite"]),
    ("simulate|stein-2019|--until|inf d", &["U006", "`inf`", "must be finite"]),
    ("simulate|stein-2019|--at|1, 2 mg", &["U007", "in mg", "a time is wanted"]),
    ("simulate|stein-2019|--at|1, two d", &["U005", "two", "`28 d`"]),
    ("simulate|stein-2019|--at|1, 1000 d", &["N004", "1000 d", "--until"]),
    ("simulate|stein-2019|--every|0 d", &["N003", "0 d", "a time above 0"]),
    ("simulate|stein-2019|--every|2 cells", &["U007", "in cells", "a time is wanted"]),
    ("simulate|stein-2019|--every|1e-9 d", &["N004", "365000000001 rows", "a longer interval"]),
    ("simulate|stein-2019|--rtol|0", &["N001", "`0`", "between 1e-13 and 0.1"]),
    ("simulate|stein-2019|--rtol|-1e-6", &["N001", "`-1e-6`", "between 1e-13 and 0.1"]),
    ("simulate|stein-2019|--rtol|NaN", &["N001", "`NaN`", "between 1e-13 and 0.1"]),
    ("simulate|stein-2019|--rtol|small", &["N001", "`small`", "between 1e-13 and 0.1"]),
    ("simulate|stein-2019|--solver|euler", &["N002", "`euler`", "auto, rodas, dopri5"]),
    ("sensitivity|stein-2019|--wrt|tmx", &["N010", "`tmx`", "did you mean `tmax`?"]),
    // Grading.
    ("grade|stein-2019", &["N007", "`stein-2019`", "`cart-crs` does"]),
    ("grade|no.csv", &["F011", "`no.csv`", "is the path right?"]),
    ("grade|{data}/D009-no-unit.csv", &["D009", "`temperature` has no unit", "temperature [degC]"]),
    ("grade|{data}/D009-no-unit.csv|--until|3 d", &["F006", "`--until`", "leave it out"]),
    // Where results go.
    ("plot|cart-crs|-f|x.jpg", &["F006", "`x.jpg`", ".png or .svg"]),
    ("plot|cart-crs|-f|no/x.png", &["F012", "`no/x.png`", "does the folder exist"]),
    ("plot|cart-crs|-f|{file}/x.png", &["F012", "not a directory", "does the folder exist"]),
    ("simulate|cart-crs|-o|{file}", &["F012", "it is a file, not a folder", "may you write there?"]),
    ("grade|cart-crs|-o|{file}/a/b", &["F012", "not a directory", "may you write there?"]),
    ("demo|-o|{file}", &["F012", "it is a file, not a folder", "may you write there?"]),
    // Mistakes that are found after the folder was made.
    ("simulate|stein-2019|-o|a/b/c|--at|1000 d", &["N004", "1000 d", "--until"]),
];

#[test]
fn a_wrong_line_is_refused_with_its_text_and_a_remedy_and_writes_nothing() {
    let root = env!("CARGO_MANIFEST_DIR");
    let (data, file) = (format!("{root}/tests/diagnostics"), format!("{root}/Cargo.toml"));
    let before = fs::read(&file).unwrap();
    for (line, says) in LINES {
        let folder = tempfile::tempdir().unwrap();
        let line = line.replace("{data}", &data).replace("{file}", &file);
        let arguments: Vec<&str> = line.split('|').collect();
        let done = cascade(folder.path()).args(&arguments).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{line}\n{said}");
        // Long lines are broken where the terminal ends.
        let flat = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in *says {
            assert!(flat.contains(part), "{line}\nshould say `{part}`:\n{said}");
        }
        if arguments[0] != "check" {
            assert!(done.stdout.is_empty(), "{line}\n{}", String::from_utf8_lossy(&done.stdout));
        }
        assert_eq!(files(folder.path()), Vec::<String>::new(), "{line}");
    }
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn all_mistakes_of_a_line_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let line = ["--set", "foldy=3", "--set", "tmax=9", "--dose", "crat at 1 d", "--rtol", "0", "--solver", "euler"];
    let (code, said) = told(folder.path(), &[&["simulate", "stein-2019", "--until", "1 mg"][..], &line].concat());
    assert_eq!(code, 2);
    for found in ["M020", "U007", "R007", "N001", "N002", "--until:1:1"] {
        assert!(said.contains(found), "{found} is not told:\n{said}");
    }
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("large.toml"), "# long\n".repeat(160_000)).unwrap();
    let (code, said) = told(folder.path(), &["check", "large.toml"]);
    assert_eq!(code, 2);
    assert!(said.contains("F008") && said.contains("1120000 bytes"), "{said}");
    #[cfg(unix)]
    {
        let (code, said) = told(folder.path(), &["check", "/dev/zero"]);
        assert_eq!(code, 2);
        assert!(said.contains("F008"), "{said}");
    }
}

#[test]
fn a_scale_with_too_many_rules_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let head = include_str!("../../models/scales/astct-2019.toml");
    let flags: String = (0..60).map(|at| format!("[[flags]]\nid = 'f{at}'\nwhen = 'death'\ntext = 'flag'\n")).collect();
    fs::write(folder.path().join("scale.toml"), format!("{head}\n{flags}")).unwrap();
    let (code, said) = told(folder.path(), &["check", "scale.toml"]);
    assert_eq!(code, 2);
    assert!(said.contains("G011") && said.contains("more than 64"), "{said}");
}

#[test]
fn units_in_header_and_sidecar_must_agree() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("signs.csv"), "time [d],temperature [degF]\n0,98.6\n").unwrap();
    let sidecar =
        r#"{"columns":[{"name":"time","unit":"d","label":""},{"name":"temperature","unit":"degC","label":""}]}"#;
    fs::write(folder.path().join("columns.json"), sidecar).unwrap();
    let (code, said) = told(folder.path(), &["grade", "signs.csv"]);
    assert_eq!(code, 2);
    assert!(said.contains("D010") && said.contains("`degF` here, `degC` in columns.json"), "{said}");
    fs::write(folder.path().join("columns.json"), "{}").unwrap();
    let (code, said) = told(folder.path(), &["grade", "signs.csv"]);
    assert!(code == 2 && said.contains("columns.json"), "{said}");
}

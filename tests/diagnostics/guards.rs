//! Strange files: every encoding and line end, and nothing that takes the reader down.

use std::fs;
use std::time::{Duration, Instant};

use crate::command::{model, told};

/// Code, line and column of the first mistake of a text.
fn first(text: impl AsRef<[u8]>) -> (String, u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.toml"), text).unwrap();
    let began = Instant::now();
    let done =
        crate::command::cascade(folder.path()).args(["check", "mine.toml", "--format", "json"]).output().unwrap();
    assert!(began.elapsed() < Duration::from_secs(20));
    let found: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let first = &found["diagnostics"][0];
    let place = &first["labels"][0];
    (
        first["code"].as_str().unwrap_or("").into(),
        place["line"].as_u64().unwrap_or(0),
        place["column"].as_u64().unwrap_or(0),
    )
}

#[test]
fn line_ends_marks_tabs_and_quotes_change_no_place() {
    let text = model("-los * y", "[derived]\nloss = '1 / 1 [d]'\n");
    let expected = ("E001".to_string(), 11, 10);
    assert_eq!(first(&text), expected);
    assert_eq!(first(text.replace('\n', "\r\n")), expected);
    assert_eq!(first(format!("\u{feff}{text}")), expected);
    assert_eq!(first(text.replace("'-los * y'", "\"-los * y\"")), expected);
    assert_eq!(first(text.replace("rate = '", "rate =\t'").replace("los * y", "los\t*\ty")), expected);
    let escaped = text.replace("'-los * y'", "\"-los \\u002A y\"");
    assert_eq!(first(escaped), expected);
    for quotes in ["'''", "\"\"\""] {
        let long = text.replace("'-los * y'", &format!("{quotes}\n-1 / 1 [d] * y\n  - los * y{quotes}"));
        assert_eq!(first(&long), ("E001".into(), 13, 5));
        assert_eq!(first(long.replace('\n', "\r\n")), ("E001".into(), 13, 5));
    }
}

#[test]
fn what_is_no_model_at_all_is_told_in_a_word() {
    assert_eq!(first("").0, "F007");
    assert_eq!(first(" \r\n\t\n").0, "F007");
    assert_eq!(first([0xFF, 0xFE, 0x41, 0x00]).0, "F001");
    assert_eq!(first("a = 1\n\u{e9} = '").0, "F002");
    assert_eq!(first("\0").0, "F002");
    assert_eq!(first("time,il6\n0,5\n").0, "F002");
}

#[test]
fn depth_and_length_are_limited() {
    let rate = |text: String| first(model(&text, ""));
    assert_eq!(rate(format!("-{}y", "(".repeat(100_000))).0, "E005");
    assert_eq!(rate(format!("{}y", "-".repeat(100_000))).0, "E005");
    assert_eq!(rate(format!("{}y", "not ".repeat(100_000))).0, "E005");
    assert_eq!(rate(format!("{}y", "y^".repeat(100_000))).0, "E005");
    assert_eq!(rate(format!("y{}", " + y".repeat(100_000))).0, "E005");
    assert_eq!(rate(format!("{}y", "if y > 1 then y else ".repeat(40_000))).0, "E005");
    assert_eq!(rate(format!("y * {}", "9".repeat(100_000))).0, "E004");
    assert_eq!(first(format!("unit = {}", "[".repeat(100_000))).0, "F002");
    assert_eq!(first(format!("a = {}", "{b=".repeat(100_000))).0, "F002");
    assert_eq!(first(format!("a{} = 1", ".b".repeat(100_000))).0, "F002");
    let unit = model("0", "").replace("unit = '1'", &format!("unit = '{}'", "(".repeat(100_000)));
    assert_eq!(first(unit).0, "U002");
    let unit = model("0", "").replace("unit = '1'", &format!("unit = 'mL{}'", "*mL".repeat(60)));
    assert_eq!(first(unit).0, "U003");
}

#[test]
fn a_file_of_nothing_but_mistakes_is_reported_quickly_and_shortly() {
    let folder = tempfile::tempdir().unwrap();
    let text: String = (0..60_000).map(|at| format!("key_{at} = 1\n")).collect();
    fs::write(folder.path().join("mine.toml"), text).unwrap();
    let began = Instant::now();
    let (code, said) = told(folder.path(), &["check", "mine.toml"]);
    assert_eq!(code, 2);
    assert!(said.lines().count() < 4000 && said.contains("more"), "{} lines", said.lines().count());
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn a_long_line_is_not_printed_whole() {
    let folder = tempfile::tempdir().unwrap();
    let text = model(&format!("los{}", " + 0".repeat(300)), "");
    fs::write(folder.path().join("mine.toml"), text).unwrap();
    let (_, said) = told(folder.path(), &["check", "mine.toml"]);
    assert!(said.contains("unknown name `los`") && said.contains("mine.toml:11:9"), "{said}");
    assert!(said.lines().all(|line| line.chars().count() < 200), "{said}");
}

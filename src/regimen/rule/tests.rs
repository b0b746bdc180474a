//! Rules as written.

use super::*;

#[test]
fn doses_without_a_time_are_given_at_once() {
    let rule = |give: &str| {
        let text =
            format!("format = 'cascade-rules/1'\nname = 'a'\n[[treat]]\nname = 'a'\nwhen = 'x'\ngive = '{give}'");
        let mut problems = Problems::default();
        let file = RuleFile::parse(&Source::new("a.toml", text), &mut problems);
        problems.or_value(file).map(|file| match &file.rules[0].act {
            Act::Give { doses, .. } => doses.to_string(),
            Act::Withhold(_) => String::new(),
        })
    };
    assert_eq!(rule("drug 8 mg over 1 h").unwrap(), "drug 8 mg over 1 h at 0 d");
    assert_eq!(rule("drug 8 mg; drug 4 mg at 1 d").unwrap(), "drug 8 mg at 0 d; drug 4 mg at 1 d");
    assert_eq!(rule("drug 8 mg at 6 h").unwrap(), "drug 8 mg at 6 h");
    let told = rule("drug 8 mg ovre 1 h; drug 1 mg at 1 d").unwrap_err().to_string();
    assert!(told.contains("R001") && told.contains("a.toml:6"), "{told}");
}

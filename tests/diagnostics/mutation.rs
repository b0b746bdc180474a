//! Texts with random damage: whatever is read, nothing panics.
//!
//! 64 texts of each kind by default; `PROPTEST_CASES=20000 cargo test --release mutated` looks further.

use std::sync::{Arc, Mutex};

use cascade::compile::compile;
use cascade::crs;
use cascade::diagnostic::{Problems, Source};
use cascade::document;
use cascade::model::{Model, Override, ParameterSet, Values};
use cascade::observation::read_signs;
use cascade::regimen::Regimen;
use cascade::simulate::{Grid, Scenario, ScenarioFile, positive_time};
use cascade::trajectory::Sidecar;
use proptest::prelude::*;

/// Parts of the language, and what breaks languages.
const TOKENS: &[&str] = &[
    "'",
    "\"",
    "'''",
    "\"\"\"",
    "\n",
    "\r\n",
    "\t",
    "\u{feff}",
    "\0",
    "\\",
    "\\u002A",
    "é",
    "µ",
    "=",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    ",",
    ".",
    "#",
    "(",
    ")",
    "+",
    "-",
    "*",
    "/",
    "^",
    "<",
    "<=",
    "==",
    "!=",
    " and ",
    " or ",
    " not ",
    "if ",
    " then ",
    " else ",
    "t",
    "true",
    "nan",
    "inf",
    "-inf",
    "0",
    "1e400",
    "1e-400",
    "-1",
    "2020-01-01",
    "99999999999999999999",
    "exp(",
    "ln(",
    "hill(",
    "min(",
    "dose_count(",
    "first_dose_time(",
    "[degC]",
    "[pg/mL]",
    "1e9 cells",
    "1/d",
    "degC",
    "K",
    "percent",
    "mg/kg",
    "1/(1e9 cells)/d",
    "cart",
    "time",
    "temperature",
    "sbp",
    "effector",
    "tumour",
    "unknown",
    "A1: x",
    "[states.x]",
    "[parameters.x]",
    "[derived]",
    "[switches.x]",
    "[doses.x]",
    "[outputs.x]",
    "[signs.care.x]",
    "[mixture]",
    "[[correlations]]",
    "[[rules]]",
    "[options.x]",
    "[modules.x]",
    "[[treat]]",
    "[set]",
    "[[dose]]",
    "[covariates.x]",
    "value = ",
    "unit = ",
    "rate = ",
    "start = ",
    "state = ",
    "marker = true",
    "while = ",
    "floor = ",
    "absorbing = true",
    "bounds = [0, 1]",
    "variability = { sd = 1 }",
    "error = { model = ",
    "sets = { fluids = \"one\" }",
    "none",
    " at ",
    " over ",
    " every ",
    " x ",
    " split ",
    " %",
    ";",
    "any",
    "never",
    "documented",
    "death",
];

/// One damage: where (as a part of the text), what, how much.
#[derive(Debug, Clone)]
enum Damage {
    Delete(u32, u8),
    Swap(u32, u32),
    Repeat(u32, u8),
    Insert(u32, usize),
    /// A word in place of another: well-formed text that means something else.
    Word(u32, u32),
    Byte(u32, u8),
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let one = prop_oneof![
        (any::<u32>(), any::<u8>()).prop_map(|(at, length)| Damage::Delete(at, length)),
        (any::<u32>(), any::<u32>()).prop_map(|(a, b)| Damage::Swap(a, b)),
        (any::<u32>(), any::<u8>()).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (any::<u32>(), 0..TOKENS.len()).prop_map(|(at, token)| Damage::Insert(at, token)),
        (any::<u32>(), any::<u32>()).prop_map(|(at, from)| Damage::Word(at, from)),
        (any::<u32>(), any::<u32>()).prop_map(|(at, from)| Damage::Word(at, from)),
        (any::<u32>(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
    ];
    prop::collection::vec(one, 1..6)
}

fn damaged(text: &str, damages: &[Damage]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for damage in damages {
        let place = |at: u32| ((u64::from(at) * (bytes.len() as u64 + 1)) >> 32) as usize;
        match *damage {
            Damage::Delete(at, length) => {
                let start = place(at);
                // Mostly short: a sign, a word, a line.
                let end = (start + usize::from(length % 16).max(usize::from(length / 4))).min(bytes.len());
                bytes.drain(start..end);
            }
            Damage::Swap(a, b) => {
                let (a, b) = (place(a), place(b));
                if a < bytes.len() && b < bytes.len() {
                    bytes.swap(a, b);
                }
            }
            Damage::Repeat(at, length) => {
                let start = place(at);
                let part = bytes[start..(start + usize::from(length)).min(bytes.len())].to_vec();
                bytes.splice(start..start, part);
            }
            Damage::Insert(at, token) => {
                let start = place(at);
                bytes.splice(start..start, TOKENS[token].bytes());
            }
            Damage::Word(at, from) => {
                let new = bytes[word(&bytes, place(from))].to_vec();
                bytes.splice(word(&bytes, place(at)), new);
            }
            Damage::Byte(at, byte) => {
                let start = place(at);
                if let Some(old) = bytes.get_mut(start) {
                    *old = byte;
                }
            }
        }
    }
    bytes
}

/// The first word, number or sign from a place on.
fn word(bytes: &[u8], from: usize) -> std::ops::Range<usize> {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    let start = from + bytes[from..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let back = bytes[..start].iter().rev().take_while(|byte| letter(byte)).count();
    let length = bytes[start..].iter().take_while(|byte| letter(byte)).count();
    if back + length > 0 { start - back..start + length } else { start..(start + 1).min(bytes.len()) }
}

/// A message can be made of every problem, with its place.
fn tell(problems: &Problems) {
    for found in problems.iter() {
        assert!(!found.message.is_empty() && !found.message.ends_with('.'), "{found}");
        for label in &found.labels {
            let at = label.span.position();
            assert!(at.line > 0 && at.column > 0 && label.span.start <= label.span.end);
            assert!(label.span.end <= label.span.source.text().len(), "{found}");
        }
    }
    assert!(problems.is_empty() || !problems.to_string().is_empty());
}

const MODELS: [&str; 4] = [
    include_str!("../../models/library/stein-2019/model.toml"),
    include_str!("../../models/library/hardiansyah-2019/model.toml"),
    include_str!("../../models/library/cart-crs/model.toml"),
    include_str!("full-model.toml"),
];

const SETS: [&str; 2] =
    [include_str!("../../models/library/hardiansyah-2019/upn1.toml"), include_str!("all-at-once-set.toml")];

const SCENARIOS: [&str; 2] =
    [include_str!("../../models/scenarios/demo.toml"), include_str!("all-at-once-scenario.toml")];

const SCALES: [&str; 2] = [include_str!("../../models/scales/astct-2019.toml"), include_str!("all-at-once-scale.toml")];

const REGIMENS: [&str; 3] = [
    "cart total_dose split 10/30/60 % at 0, 1, 2 d",
    "cart 5e7 cells over 1 h at 0 d; tocilizumab 8 mg/kg over 1 h at 3 d every 8 h x 3",
    "none",
];

const TABLES: [&str; 2] = [
    "subject,time [h],temperature [degC],sbp [mmHg],oxygen_device,pressors\n1,0,37,120,ra,0\n1,6,101.3,,nc,1\n",
    "time,\"temperature\"\n0,\"38,5\"\n",
];

fn model(bytes: &[u8]) {
    let source = match document::decode("mine.toml", bytes) {
        Ok(source) => source,
        Err(found) => return tell(&found.into()),
    };
    match Model::parse(&source) {
        Err(problems) => {
            assert!(problems.has_errors());
            tell(&problems);
        }
        Ok((model, warnings)) => {
            tell(&warnings);
            drop(compile(&model, &[]));
            // What passes the check runs or fails with a reason.
            if let Ok(scenario) = Scenario::with_set(&model, None, &[]) {
                let scenario = Scenario { until: scenario.until.min(0.01), ..scenario };
                if let Err(failed) = scenario.grid(Grid::Points(3)).simulate() {
                    tell(&failed.problems);
                }
            }
        }
    }
}

fn scenario(bytes: &[u8], about: &Model) {
    let Ok(source) = document::decode("mine.toml", bytes) else { return };
    let mut problems = Problems::default();
    if let Some(file) = ScenarioFile::parse(&source, &mut problems) {
        for dose in &file.doses {
            Regimen::parse(&dose.source, dose.start..dose.end, &mut problems).resolve(about, &mut problems);
        }
        if let Err(found) = Values::new(about, None, &file.set) {
            problems.append(found);
        }
        if let Some(place) = &file.until {
            positive_time(place, "the end", &about.time, &mut problems);
        }
        for found in [
            file.at.as_ref().and_then(|place| Grid::parse_at(place, &about.time).err()),
            file.every.as_ref().and_then(|place| Grid::parse_every(place, &about.time).err()),
        ] {
            problems.append(found.unwrap_or_default());
        }
    }
    tell(&problems);
}

fn line(text: &str, about: &Model) {
    let source = Source::new("--dose", text);
    let mut problems = Problems::default();
    Regimen::parse(&source, 0..text.len(), &mut problems).resolve(about, &mut problems);
    if let Some(change) = Override::parse(&source, &mut problems) {
        problems.append(Values::new(about, None, &[change]).err().unwrap_or_default());
    }
    positive_time(&source.whole(), "the end", &about.time, &mut problems);
    problems.append(Grid::parse_at(&source.whole(), &about.time).err().unwrap_or_default());
    tell(&problems);
}

/// A model that the other texts are about, read once.
fn about(name: &'static str) -> Arc<Model> {
    static READ: Mutex<Vec<(&str, Arc<Model>)>> = Mutex::new(Vec::new());
    let mut read = READ.lock().unwrap_or_else(|wrong| wrong.into_inner());
    if let Some((_, model)) = read.iter().find(|(known, _)| *known == name) {
        return model.clone();
    }
    read.push((name, Arc::new(Model::embedded(name).unwrap())));
    read[read.len() - 1].1.clone()
}

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(64);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

#[test]
fn the_texts_before_the_damage_are_read() {
    for text in MODELS {
        let (model, warnings) = Model::parse(&Source::new("model.toml", text)).unwrap();
        assert!(warnings.is_empty(), "{warnings}");
        compile(&model, &[]);
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn mutated_models_do_not_panic(which in 0..MODELS.len(), damages in damages()) {
        model(&damaged(MODELS[which], &damages));
    }

    #[test]
    fn mutated_sets_scenarios_and_scales_do_not_panic(which in 0..2usize, damages in damages()) {
        let about = about("hardiansyah-2019");
        if let Ok(source) = document::decode("mine.toml", &damaged(SETS[which], &damages))
            && let Err(problems) = ParameterSet::parse(&source, &about)
        {
            tell(&problems);
        }
        scenario(&damaged(SCENARIOS[which], &damages), &about);
        if let Ok(source) = document::decode("mine.toml", &damaged(SCALES[which], &damages)) {
            let mut problems = Problems::default();
            crs::parse(&source, &mut problems);
            tell(&problems);
        }
    }

    #[test]
    fn mutated_regimens_values_times_and_tables_do_not_panic(which in 0..3usize, damages in damages()) {
        let about = about("cart-crs");
        line(&String::from_utf8_lossy(&damaged(REGIMENS[which], &damages)), &about);
        if let Ok(source) = Source::decode("mine.csv", &damaged(TABLES[which % 2], &damages))
            && let Err(problems) = read_signs(&source, &Sidecar::default())
        {
            tell(&problems);
        }
    }
}

//! Charts from a FHIR bundle: vital signs as Observations with LOINC codes.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::draft::Draft;
use super::entry::{Chart, Event};
use super::parameter::{Conversions, not_a_value, sign_value};
use super::sdtm::in_column;
use super::time::Instant;
use crate::diagnostic::codes::chart as codes;
use crate::diagnostic::{Diagnostic, Problems, Source, Span};
use crate::sign::Sign;

/// LOINC codes of signs.
const LOINC: [(&str, Sign); 6] = [
    ("8310-5", Sign::Temperature),
    ("8480-6", Sign::Sbp),
    ("59408-5", Sign::Spo2),
    ("2708-6", Sign::Spo2),
    ("3151-8", Sign::OxygenFlow),
    ("3150-0", Sign::Fio2),
];

/// After so many mistakes no more are looked for.
const MOST_TOLD: usize = 40;

/// The Observations of a FHIR bundle (R4 or R5, JSON) by subject.
///
/// Read are body temperature, systolic pressure (alone or as a component), oxygen saturation, inhaled flow and
/// concentration, with UCUM units (Cel, `[degF]`, `mm[Hg]`, %, L/min). Times need an offset from UTC and become one
/// instant. Drips, devices and drugs are not told here: see [`Options::absent`](super::Options::absent).
///
/// ```
/// use cascade::chart::Bundle;
/// use cascade::diagnostic::Source;
/// let text = r#"{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {
///     "resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/7"},
///     "code": {"coding": [{"system": "http://loinc.org", "code": "8310-5"}]},
///     "effectiveDateTime": "2026-01-03T06:00:00+01:00",
///     "valueQuantity": {"value": 101.3, "unit": "F", "system": "http://unitsofmeasure.org", "code": "[degF]"}}}]}"#;
/// let charts = Bundle::read(&Source::new("bundle.json", text))?.charts(None)?;
/// assert_eq!((charts[0].subject.as_str(), charts[0].clock_at_start), ("Patient/7", 6.0));
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
#[derive(Debug)]
pub struct Bundle {
    source: Source,
    drafts: Vec<Draft>,
    places: HashMap<String, usize>,
    /// Of each draft the earliest time and its offset.
    earliest: Vec<(f64, f64)>,
    /// The offsets of all times.
    offsets: Vec<f64>,
    passed_over: BTreeMap<String, u64>,
}

/// A mistake and the path of its place.
type Wrong = (Diagnostic, String);

impl Bundle {
    /// Reads a bundle.
    ///
    /// # Errors
    /// No JSON, no bundle, nothing in it that a scale reads; all observations with mistakes (40 are told).
    pub fn read(source: &Source) -> Result<Self, Problems> {
        let file: Value = serde_json::from_str(source.text()).map_err(|error| not_json(source, &error))?;
        let kind = file.get("resourceType").and_then(Value::as_str);
        if kind != Some("Bundle") {
            let what = kind.map_or_else(|| "it has no `resourceType`".into(), |kind| format!("it is of type `{kind}`"));
            return Err(no_bundle(source, "resourceType", &format!("this is not a FHIR bundle: {what}")));
        }
        let none = Vec::new();
        let entries = match file.get("entry") {
            Some(Value::Array(entries)) => entries,
            Some(_) => return Err(no_bundle(source, "entry", "`entry` is not an array")),
            None => &none,
        };
        if entries.is_empty() {
            return Err(no_bundle(source, "entry", "the bundle has no entries"));
        }
        let mut bundle = Self {
            source: source.clone(),
            drafts: Vec::new(),
            places: HashMap::new(),
            earliest: Vec::new(),
            offsets: Vec::new(),
            passed_over: BTreeMap::new(),
        };
        let mut problems = Problems::default();
        let mut untold = 0;
        for (n, entry) in entries.iter().enumerate() {
            let Err((mut wrong, path)) = bundle.entry(entry, &format!("entry[{n}].resource")) else { continue };
            if problems.iter().count() >= MOST_TOLD {
                untold += 1;
                continue;
            }
            wrong.label(bundle.place(&path), path);
            problems.push(wrong);
        }
        if untold > 0 {
            problems.error(&codes::RESOURCE, format!("{untold} more entries with mistakes"));
        }
        if !problems.has_errors() && bundle.drafts.is_empty() {
            return Err(no_bundle(source, "entry", "no entry is an observation that a scale reads"));
        }
        problems.or_value(Some(bundle))
    }

    /// What was passed over and how often: kinds of resources, codes, states of observations.
    pub fn passed_over(&self) -> impl Iterator<Item = (&str, u64)> {
        self.passed_over.iter().map(|(what, count)| (what.as_str(), *count))
    }

    /// The charts, in the order of their first observations. Times count from the infusion that is `given`, else from the
    /// first observation of each subject.
    ///
    /// # Errors
    /// A given infusion without an offset from UTC where the times of the bundle have several.
    pub fn charts(self, given: Option<Instant>) -> Result<Vec<Chart>, Problems> {
        let given = match (given, self.offsets.as_slice()) {
            (Some(given), [ahead]) => Some(given.or_ahead(*ahead)),
            (Some(given), _) if given.ahead().is_none() => {
                let mut wrong =
                    Diagnostic::error(&codes::INFUSION, "times of the bundle have several offsets from UTC");
                wrong.label(self.source.span(0..0), "");
                wrong.help("give one with `--infusion`: 2026-01-01T00:00+01:00");
                return Err(wrong.into());
            }
            (given, _) => given,
        };
        let mut problems = Problems::default();
        let mut charts = Vec::new();
        for (mut draft, (_, ahead)) in self.drafts.into_iter().zip(self.earliest) {
            draft.ahead = given.and_then(Instant::ahead).unwrap_or(ahead);
            match draft.finish(true, given) {
                Ok(chart) => charts.push(chart),
                Err(found) => problems.append(found),
            }
        }
        problems.or_value(Some(charts))
    }

    fn pass_over(&mut self, what: String) {
        *self.passed_over.entry(what).or_default() += 1;
    }

    fn entry(&mut self, entry: &Value, path: &str) -> Result<(), Wrong> {
        let Some(resource) = entry.get("resource") else {
            self.pass_over("entry without a resource".into());
            return Ok(());
        };
        match text_of(resource, "resourceType") {
            Some("Observation") => {}
            kind => {
                self.pass_over(kind.unwrap_or("resource without a type").to_owned());
                return Ok(());
            }
        }
        if let Some(status @ ("entered-in-error" | "cancelled")) = text_of(resource, "status") {
            self.pass_over(format!("Observation that is {status}"));
            return Ok(());
        }
        let mut readings: Vec<(Sign, &Value, String)> = Vec::new();
        readings.extend(sign_of(resource).map(|sign| (sign, resource, path.to_owned())));
        let components = resource.get("component").and_then(Value::as_array);
        for (n, component) in components.into_iter().flatten().enumerate() {
            readings.extend(sign_of(component).map(|sign| (sign, component, format!("{path}.component[{n}]"))));
        }
        if readings.is_empty() {
            self.pass_over(format!("Observation {}", name_of(resource)));
            return Ok(());
        }
        let mut values = Vec::new();
        for (sign, holder, path) in readings {
            match quantity(sign, holder, &path)? {
                Ok(value) => values.push((sign, value)),
                Err(why) => self.pass_over(format!("Observation {why}")),
            }
        }
        if values.is_empty() {
            return Ok(());
        }
        let time = effective(resource, path)?;
        let subject = resource.get("subject").and_then(|subject| text_of(subject, "reference"));
        let Some(subject) = subject.filter(|subject| !subject.trim().is_empty()) else {
            return Err(lacks(
                "subject.reference",
                path,
                "name the patient: \"subject\": {\"reference\": \"Patient/7\"}",
            ));
        };
        self.enter(subject.trim(), time, &values);
        Ok(())
    }

    fn enter(&mut self, subject: &str, time: Instant, values: &[(Sign, f64)]) {
        let next = self.drafts.len();
        let at = *self.places.entry(subject.to_owned()).or_insert(next);
        if at == next {
            self.drafts.push(Draft::of(subject));
            self.earliest.push((f64::INFINITY, 0.0));
        }
        let (days, ahead) = (time.days(), time.ahead().unwrap_or(0.0));
        if days < self.earliest[at].0 {
            self.earliest[at] = (days, ahead);
        }
        if !self.offsets.contains(&ahead) {
            self.offsets.push(ahead);
        }
        for (sign, value) in values {
            let entered = super::Entry { time: days, event: Event::Read(*sign, *value) };
            self.drafts[at].chart.entries.push(entered);
        }
    }

    fn place(&self, path: &str) -> Span {
        place(&self.source, path)
    }
}

/// When it was read.
fn effective(resource: &Value, path: &str) -> Result<Instant, Wrong> {
    let keys = ["effectiveDateTime", "effectiveInstant"];
    let Some((key, text)) = keys.iter().find_map(|key| Some((key, text_of(resource, key)?))) else {
        return Err(lacks("effectiveDateTime", path, "say when it was read: 2026-01-03T06:00:00+01:00"));
    };
    let path = || format!("{path}.{key}");
    let time = Instant::parse(text).map_err(|wrong| (wrong, path()))?;
    if time.ahead().is_some() {
        return Ok(time);
    }
    let mut wrong = Diagnostic::error(&codes::TIME, format!("`{text}` has no offset from UTC"));
    wrong.help("FHIR wants one with every time of day: 2026-01-03T06:00:00+01:00, or Z for UTC");
    Err((wrong, path()))
}

/// The value of an observation or component in the sign's unit; or why there is none.
fn quantity(sign: Sign, holder: &Value, path: &str) -> Result<Result<f64, String>, Wrong> {
    let Some(quantity) = holder.get("valueQuantity") else {
        if holder.get("dataAbsentReason").is_some() {
            return Ok(Err(format!("of {sign} without a value")));
        }
        return Err(lacks("valueQuantity", path, "or say why there is no value: `dataAbsentReason`"));
    };
    let path = format!("{path}.valueQuantity");
    if let Some(comparator) = text_of(quantity, "comparator") {
        return Ok(Err(format!("of {sign} with `{comparator}`")));
    }
    let number = match quantity.get("value") {
        Some(Value::Number(number)) => number.to_string(),
        Some(other) => {
            let wrong = not_a_value(sign.name(), &other.to_string(), "a number without quotes is wanted");
            return Err((wrong, format!("{path}.value")));
        }
        None => return Err(lacks("value", &path, "a number is wanted")),
    };
    let ucum = text_of(quantity, "system").is_none_or(|system| system == "http://unitsofmeasure.org");
    let keys = [("code", ucum), ("unit", true)];
    let unit = keys
        .into_iter()
        .filter(|(_, counts)| *counts)
        .find_map(|(key, _)| text_of(quantity, key).filter(|text| !text.trim().is_empty()).map(|text| (key, text)));
    let (key, text) = unit.unwrap_or(("unit", ""));
    match sign_value(sign, &number, text, &mut Conversions::default()) {
        Ok(Some(value)) => Ok(Ok(value)),
        Ok(None) => Ok(Err(format!("of {sign} without a value"))),
        Err(wrong) => {
            let key = if wrong.code.id == codes::UNIT.id { key } else { "value" };
            Err((in_column(wrong, "valueQuantity.code"), format!("{path}.{key}")))
        }
    }
}

fn text_of<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.get(key).and_then(Value::as_str)
}

fn codings(holder: &Value) -> impl Iterator<Item = &Value> {
    holder.get("code").and_then(|code| code.get("coding")).and_then(Value::as_array).into_iter().flatten()
}

/// The sign of an observation or a component, by its LOINC codes.
fn sign_of(holder: &Value) -> Option<Sign> {
    let loinc = codings(holder)
        .filter(|coding| text_of(coding, "system").is_none_or(|system| system == "http://loinc.org"))
        .filter_map(|coding| text_of(coding, "code"));
    loinc.into_iter().find_map(|code| LOINC.iter().find(|(known, _)| *known == code).map(|(_, sign)| *sign))
}

/// What an observation is called, for those that are passed over.
fn name_of(resource: &Value) -> String {
    match codings(resource).find_map(|coding| text_of(coding, "code")) {
        Some(code) => format!("`{code}`"),
        None => "without a code".into(),
    }
}

fn lacks(what: &str, path: &str, help: &str) -> Wrong {
    let mut wrong = Diagnostic::error(&codes::RESOURCE, format!("`{path}` has no `{what}`"));
    wrong.help(help);
    (wrong, format!("{path}.{what}"))
}

fn no_bundle(source: &Source, path: &str, message: &str) -> Problems {
    let mut wrong = Diagnostic::error(&codes::BUNDLE, message);
    wrong.label(place(source, path), "");
    let codes = LOINC.map(|(code, _)| code).join(", ");
    wrong.help(format!("a bundle holds Observations of subjects, with LOINC codes {codes}"));
    wrong.into()
}

fn not_json(source: &Source, error: &serde_json::Error) -> Problems {
    let text = source.text();
    let line: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = text.floor_char_boundary((line + error.column().saturating_sub(1)).min(text.len()));
    let told = error.to_string();
    let told = told.split(" at line ").next().unwrap_or(&told);
    let mut wrong = Diagnostic::error(&codes::BUNDLE, format!("this is not JSON: {told}"));
    wrong.label(source.span(at..text.ceil_char_boundary((at + 1).min(text.len()))), "");
    wrong.help(match told {
        _ if error.is_eof() => "is the file whole? it breaks off here",
        _ if told.contains("recursion") => "no FHIR resource is nested so deeply: was another file meant?",
        _ if told.contains("out of range") => "no sign is as large as that: correct the number",
        _ => "the mistake is here or just before",
    });
    wrong.into()
}

/// Where a path such as `entry[3].resource.status` leads, or as far as it does.
fn place(source: &Source, path: &str) -> Span {
    let text = source.text().as_bytes();
    let mut at = blank(text, 0);
    for step in path.split(['.', '[']) {
        let index = step.strip_suffix(']').and_then(|index| index.parse().ok());
        match member(text, at, step, index) {
            Some(next) => at = next,
            None => break,
        }
    }
    // Of an object its brace alone: the whole would be many lines.
    let end = if matches!(text.get(at), Some(b'{' | b'[')) { at + 1 } else { value_end(text, at) };
    source.span(at..end)
}

/// The member of an object or array that starts at `at`; the text is valid JSON.
fn member(text: &[u8], mut at: usize, key: &str, index: Option<usize>) -> Option<usize> {
    let open = *text.get(at)?;
    if open != if index.is_some() { b'[' } else { b'{' } {
        return None;
    }
    at = blank(text, at + 1);
    let mut n = 0;
    while !matches!(text.get(at)?, b'}' | b']') {
        let mut found = index == Some(n);
        if index.is_none() {
            let end = value_end(text, at);
            found = text.get(at + 1..end - 1) == Some(key.as_bytes());
            // Behind the colon.
            at = blank(text, blank(text, end) + 1);
        }
        if found {
            return Some(at);
        }
        at = blank(text, value_end(text, at));
        if text.get(at) == Some(&b',') {
            at = blank(text, at + 1);
        }
        n += 1;
    }
    None
}

fn blank(text: &[u8], at: usize) -> usize {
    at + text.get(at..).map_or(0, |rest| rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count())
}

/// One past the last byte of a value.
fn value_end(text: &[u8], start: usize) -> usize {
    let (mut depth, mut quoted, mut at) = (0_usize, false, start);
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 0 => depth -= 1,
            b',' | b'}' | b']' | b':' if depth == 0 => return at,
            byte if depth == 0 && byte.is_ascii_whitespace() => return at,
            _ => {}
        }
        at += 1;
        if depth == 0 && !quoted && matches!(byte, b'"' | b'}' | b']') {
            return at;
        }
    }
    text.len()
}

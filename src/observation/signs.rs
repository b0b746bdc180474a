use crate::crs::Reading;
use crate::diagnostic::codes::{data, scale};
use crate::diagnostic::{Problems, Source};
use crate::sign::{Kind, Patient, Sign, Signs};
use crate::trajectory::{Fields, Head, HeadUnit, Sidecar, number};
use crate::unit::{Quantity, Unit};
use std::collections::HashMap;

/// A patient's readings, in the order of time; times in days.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The patient.
    pub name: String,
    /// Age, weight, usual pressure, where the table tells them.
    pub patient: Patient,
    /// What was read.
    pub readings: Vec<Reading>,
}

/// What a column of a table of signs holds.
enum Column {
    Subject,
    Time(Unit),
    Sign(Sign, Unit),
    Patient(PatientFact, Unit),
    Other,
}

/// What a column tells of the patient, in the unit behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PatientFact {
    Age,
    Weight,
    SbpBaseline,
}

impl PatientFact {
    fn named(name: &str) -> Option<Self> {
        match name {
            "age" => Some(Self::Age),
            "weight" => Some(Self::Weight),
            "sbp_baseline" => Some(Self::SbpBaseline),
            _ => None,
        }
    }

    fn of(self, patient: &mut Patient) -> &mut f64 {
        match self {
            Self::Age => &mut patient.age,
            Self::Weight => &mut patient.weight,
            Self::SbpBaseline => &mut patient.sbp_baseline,
        }
    }

    fn unit(self) -> Unit {
        Unit::parse_str(match self {
            Self::Age => "year",
            Self::Weight => "kg",
            Self::SbpBaseline => "mmHg",
        })
        .expect("a unit")
    }
}

/// Reads a table of signs. Columns that are not signs are passed over (a trajectory has states and cytokines too).
///
/// An empty field says nothing about its sign; the value before still counts.
///
/// # Errors
/// No `time`, no sign at all, numbers without units, values that are not values of their sign.
pub fn read_signs(source: &Source, sidecar: &Sidecar) -> Result<Vec<Subject>, Problems> {
    let mut problems = Problems::default();
    let Some(table) = Fields::read(source, &mut problems) else { return Err(problems) };
    let heads = table.heads(&mut problems);
    let columns: Vec<Column> = heads.iter().map(|head| column(head, sidecar, &mut problems)).collect();
    let header = table.header_span();
    if !heads.iter().any(|head| head.name == "time") {
        problems
            .error(&data::MISSING_COLUMN, "the table has no column `time`")
            .label(header.clone(), "the header")
            .help("time [h], or time [d], counted from the infusion");
    }
    if !heads.iter().any(|head| Sign::named(&head.name).is_some()) {
        problems
            .error(&data::MISSING_COLUMN, "the table has no signs")
            .label(header, "the header")
            .help(format!("columns: {}", Sign::names().collect::<Vec<_>>().join(", ")));
    }
    if problems.has_errors() {
        return Err(problems);
    }
    let day = day();
    let mut subjects: Vec<Subject> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for row in 0..table.rows() {
        let mut name = "1".to_string();
        let mut days = f64::NAN;
        let mut signs = Signs::unknown();
        let mut patient = Patient::unknown();
        for (at, column) in columns.iter().enumerate() {
            match column {
                Column::Subject => name = table.field(row, at).into_owned(),
                Column::Time(unit) => match table.number(row, at).filter(|value| value.is_finite()) {
                    Some(value) => days = unit.convert(value, &day).unwrap_or(value),
                    None => {
                        problems
                            .error(&data::NOT_A_NUMBER, format!("`{}` is not a time", table.field(row, at)))
                            .label(table.span(row, at), "");
                    }
                },
                Column::Patient(fact, unit) => match table.number(row, at) {
                    Some(value) => *fact.of(&mut patient) = unit.convert(value, &fact.unit()).unwrap_or(f64::NAN),
                    None => {
                        problems
                            .error(&data::NOT_A_NUMBER, format!("`{}` is not a number", table.field(row, at)))
                            .label(table.span(row, at), "");
                    }
                },
                Column::Sign(sign, unit) => sign_field(&table, row, at, *sign, unit, &mut signs, &mut problems),
                Column::Other => {}
            }
        }
        let reading = Reading::new(days, signs);
        let at = *places.entry(name).or_insert_with_key(|name| {
            let readings = Vec::new();
            subjects.push(Subject { name: name.clone(), patient: Patient::unknown(), readings });
            subjects.len() - 1
        });
        subjects[at].readings.push(reading);
        for fact in [PatientFact::Age, PatientFact::Weight, PatientFact::SbpBaseline] {
            let told = *fact.of(&mut patient);
            if !told.is_nan() {
                *fact.of(&mut subjects[at].patient) = told;
            }
        }
    }
    for subject in &mut subjects {
        subject.readings.sort_by(|a, b| a.time.total_cmp(&b.time));
    }
    problems.or_value(Some(subjects))
}

fn column(head: &Head, sidecar: &Sidecar, problems: &mut Problems) -> Column {
    let name = head.name.as_str();
    if matches!(name, "subject" | "ID" | "id") {
        return Column::Subject;
    }
    let (sign, fact) = (Sign::named(name), PatientFact::named(name));
    if sign.is_none() && fact.is_none() && name != "time" {
        return Column::Other;
    }
    let own = match fact {
        Some(fact) => fact.unit(),
        None => sign.map_or_else(day, unit_of),
    };
    let unit = match head.unit(Some(sidecar), problems) {
        HeadUnit::Stated(unit) => Some(unit),
        HeadUnit::Wrong => None,
        HeadUnit::Missing if sign.is_some() && own.is_dimensionless() => Some(own.clone()),
        HeadUnit::Missing => {
            head.tell_missing_unit(&own.to_string(), problems);
            None
        }
    };
    let Some(unit) = unit else { return Column::Other };
    let one = Quantity { value: 1.0, unit };
    if one.expect(&own, &format!("column `{name}`"), &head.unit_span(), problems).is_none() {
        return Column::Other;
    }
    match (sign, fact) {
        (_, Some(fact)) => Column::Patient(fact, one.unit),
        (Some(sign), _) => Column::Sign(sign, one.unit),
        _ => Column::Time(one.unit),
    }
}

fn day() -> Unit {
    Unit::parse_str("d").expect("d is a unit")
}

fn unit_of(sign: Sign) -> Unit {
    Unit::parse_str(sign.unit_text()).unwrap_or_else(|_| Unit::one())
}

fn sign_field(
    table: &Fields,
    row: usize,
    at: usize,
    sign: Sign,
    unit: &Unit,
    signs: &mut Signs,
    problems: &mut Problems,
) {
    let text = table.field(row, at);
    let text = text.trim();
    if matches!(text, "" | "." | "NA") {
        return;
    }
    if sign.is_number() {
        let own = unit_of(sign);
        let value = table.number(row, at).filter(|value| value.is_finite());
        let Some(value) = value.and_then(|value| unit.convert(value, &own)) else {
            problems
                .error(&data::NOT_A_NUMBER, format!("`{text}` is not a number"))
                .label(table.span(row, at), format!("`{}` holds numbers in {unit}", sign.name()))
                .help("leave a missing value empty");
            return;
        };
        if !sign.believable().contains(&value) {
            let range = sign.believable();
            problems
                .error(&scale::SIGN_VALUE, format!("`{}` of {text} {unit} cannot be", sign.name()))
                .label(table.span(row, at), "")
                .help(format!("`{sign}` lies between {} and {} {}", range.start(), range.end(), sign.unit_text()));
            return;
        }
        signs.set(sign, value);
        return;
    }
    match Signs::value_of(sign, text) {
        Ok(value) => signs.set(sign, value),
        Err(mut found) => {
            found.label(table.span(row, at), "");
            problems.push(found);
        }
    }
}

/// The CSV of readings with units in the header: what [`read_signs`] reads.
pub fn write_signs(readings: &[(f64, Signs)], time: &Unit) -> String {
    let shown: Vec<Sign> =
        Sign::ALL.into_iter().filter(|sign| readings.iter().any(|(_, signs)| signs.get(*sign).is_some())).collect();
    let mut text = format!("subject,time [{time}]");
    for sign in &shown {
        text.push(',');
        text.push_str(sign.name());
        if sign.is_number() && unit_of(*sign) != Unit::one() {
            text.push_str(&format!(" [{}]", sign.unit_text()));
        }
    }
    text.push('\n');
    for (at, signs) in readings {
        text.push_str(&format!("1,{}", number(*at)));
        for sign in &shown {
            text.push(',');
            let value = match sign.kind() {
                Kind::Number | Kind::Rate => signs.get(*sign).map(number),
                _ => signs.text(*sign),
            };
            text.push_str(&value.unwrap_or_default());
        }
        text.push('\n');
    }
    text
}

//! Rows of a NONMEM-style table.

use super::design::Mistakes;
use crate::diagnostic::codes::data;
use crate::diagnostic::codes::unit::WRONG_UNIT;
use crate::diagnostic::{Problems, Span, listing};
use crate::model::{DoseKind, Model};
use crate::regimen::{Amount, Dose, Infusion, Located, Repeat};
use crate::trajectory::{Fields, Head, HeadUnit, Sidecar};
use crate::unit::{Quantity, Unit};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Subject,
    Time,
    Output,
    Event,
    Missing,
    Amount,
    Compartment,
    Rate,
    Interval,
    Additional,
    SteadyState,
}

/// Headings, in capitals, and what they hold.
const ROLES: [(&str, Role); 13] = [
    ("ID", Role::Subject),
    ("SUBJECT", Role::Subject),
    ("TIME", Role::Time),
    ("DVID", Role::Output),
    ("OUTPUT", Role::Output),
    ("EVID", Role::Event),
    ("MDV", Role::Missing),
    ("AMT", Role::Amount),
    ("CMT", Role::Compartment),
    ("RATE", Role::Rate),
    ("II", Role::Interval),
    ("ADDL", Role::Additional),
    ("SS", Role::SteadyState),
];

/// What was observed: not needed to observe anew.
const PASSED_OVER: [&str; 5] = ["DV", "CENS", "LIMIT", "BLQ", "LLOQ"];

/// The columns of a table: place, heading and stated unit.
pub(super) struct Columns {
    list: Vec<(Role, usize, Head, Option<Unit>)>,
}

/// What a row says.
pub(super) enum Record {
    Nothing,
    Observation { time: f64, place: Span },
    Dose(Box<Dose>),
}

impl Columns {
    /// Finds the columns; none without one of times.
    pub fn read(table: &Fields, sidecar: &Sidecar, model: &Model, problems: &mut Problems) -> Option<Self> {
        let heads = table.heads(problems);
        let mut columns = Self { list: Vec::new() };
        for (place, head) in heads.iter().enumerate() {
            let name = head.name.to_ascii_uppercase();
            let Some((_, role)) = ROLES.iter().find(|(known, _)| *known == name) else {
                if !PASSED_OVER.contains(&name.as_str()) {
                    tell_unused(head, model, problems);
                }
                continue;
            };
            if let Some((.., first, _)) = columns.list.iter().find(|(known, ..)| known == role) {
                if first.name != head.name {
                    problems
                        .error(&data::DUPLICATE_COLUMN, format!("`{}` and `{}` are one column", first.name, head.name))
                        .label(head.span.clone(), "again here")
                        .label(first.span.clone(), "first here")
                        .help("remove one of them");
                }
                continue;
            }
            let unit = stated_unit(*role, head, sidecar, model, problems);
            columns.list.push((*role, place, head.clone(), unit));
        }
        if columns.place(Role::Time).is_none() {
            problems.error(&data::MISSING_COLUMN, "no column `TIME`").label(table.header_span(), "the header").help(
                format!(
                    "`TIME [{}]`; {}",
                    model.time,
                    listing("TIME", heads.iter().map(|head| head.name.as_str()), "columns")
                ),
            );
            return None;
        }
        Some(columns)
    }

    fn place(&self, role: Role) -> Option<usize> {
        self.list.iter().find(|(known, ..)| *known == role).map(|(_, place, ..)| *place)
    }

    fn unit(&self, role: Role) -> Option<&Unit> {
        self.list.iter().find(|(known, ..)| *known == role).and_then(|(.., unit)| unit.as_ref())
    }

    /// Text of a field, empty if it is missing.
    fn text(&self, role: Role, table: &Fields, row: usize) -> String {
        let text = self.place(role).map_or_else(String::new, |place| table.field(row, place).trim().to_string());
        if matches!(text.as_str(), "." | "NA") { String::new() } else { text }
    }

    /// Where a field stands, or the row where there is no such column.
    fn span(&self, role: Role, table: &Fields, row: usize) -> Span {
        let whole = || table.span(row, 0).to(&table.span(row, table.columns() - 1));
        self.place(role).map_or_else(whole, |place| table.span(row, place))
    }

    /// The number in a field; 0 if it is missing; none, and told, if it is none.
    fn number(&self, role: Role, table: &Fields, row: usize, told: &mut Mistakes) -> Option<f64> {
        let text = self.text(role, table, row);
        if text.is_empty() {
            return Some(0.0);
        }
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
        if value.is_none() {
            let message = format!("`{text}` is not a number");
            told.tell(&data::NOT_A_NUMBER, message, self.span(role, table, row), "leave a missing value empty");
        }
        value
    }

    /// Name of the subject of a row.
    pub fn subject(&self, table: &Fields, row: usize, told: &mut Mistakes) -> Option<String> {
        if self.place(Role::Subject).is_none() {
            return Some("1".into());
        }
        let name = self.text(Role::Subject, table, row);
        if name.is_empty() {
            let place = self.span(Role::Subject, table, row);
            told.tell(&data::DESIGN_RECORD, "row without a subject".into(), place, "every row names its subject");
            return None;
        }
        Some(name)
    }

    /// What DVID says, and where.
    pub fn output(&self, table: &Fields, row: usize) -> (String, Span) {
        (self.text(Role::Output, table, row), self.span(Role::Output, table, row))
    }

    /// A row; none if it has mistakes, which are told.
    pub fn record(&self, table: &Fields, row: usize, model: &Model, told: &mut Mistakes) -> Option<Record> {
        let place = self.span(Role::Time, table, row);
        let text = self.text(Role::Time, table, row);
        let time = text.parse::<f64>().ok().filter(|time| time.is_finite());
        let Some(time) = time else {
            told.tell(&data::NOT_A_NUMBER, format!("`{}` is no time", place.text()), place, "");
            return None;
        };
        let amount = self.number(Role::Amount, table, row, told)?;
        let event = self.number(Role::Event, table, row, told)?;
        let missing = self.number(Role::Missing, table, row, told)?;
        let event_known = self.place(Role::Event).is_some();
        let steady = self.number(Role::SteadyState, table, row, told)?;
        if steady != 0.0 {
            let help = "give the doses before as records of their own, or with ADDL and II";
            let message = format!("steady state is not read yet: SS {steady}");
            told.tell(&data::DESIGN_RECORD, message, self.span(Role::SteadyState, table, row), help);
            return None;
        }
        if event == 1.0 || (!event_known && amount != 0.0) {
            return self.dose(table, row, (time, amount), model, told).map(|dose| Record::Dose(Box::new(dose)));
        }
        if event != 0.0 {
            let help = "records are observations (0) and doses (1)";
            let message = format!("event {event} is not read yet: EVID {event}");
            told.tell(&data::DESIGN_RECORD, message, self.span(Role::Event, table, row), help);
            return None;
        }
        if amount != 0.0 {
            let message = format!("an observation with an amount: AMT {amount}");
            let help = "a dose has EVID 1, an observation AMT 0";
            told.tell(&data::DESIGN_RECORD, message, self.span(Role::Amount, table, row), help);
            return None;
        }
        match missing {
            0.0 => {
                let unit = self.unit(Role::Time).unwrap_or(&model.time);
                let time = unit.convert(time, &model.time).unwrap_or(time) + 0.0; // not -0
                Some(Record::Observation { time, place })
            }
            1.0 => Some(Record::Nothing),
            other => {
                let message = format!("MDV is neither 0 nor 1: {other}");
                told.tell(&data::DESIGN_RECORD, message, self.span(Role::Missing, table, row), "");
                None
            }
        }
    }

    fn dose(
        &self,
        table: &Fields,
        row: usize,
        (time, amount): (f64, f64),
        model: &Model,
        told: &mut Mistakes,
    ) -> Option<Dose> {
        let place = |role| self.span(role, table, row);
        let text = self.text(Role::Compartment, table, row);
        let entry = match entry(&text, model) {
            Ok(entry) => entry,
            Err((message, help)) => {
                told.tell(&data::DESIGN_RECORD, message, place(Role::Compartment), &help);
                return None;
            }
        };
        if amount < 0.0 {
            let message = format!("negative amount: AMT {amount}");
            told.tell(&data::DESIGN_RECORD, message, place(Role::Amount), "amounts are 0 or more");
            return None;
        }
        let rate = self.number(Role::Rate, table, row, told)?;
        let interval = self.number(Role::Interval, table, row, told)?;
        let additional = self.number(Role::Additional, table, row, told)?;
        let time_unit = self.unit(Role::Time).unwrap_or(&model.time).clone();
        let own = match &model.doses[entry].kind {
            DoseKind::Into { unit, .. } => unit.clone(),
            _ => Unit::one(),
        };
        let infusion = match self.infusion(rate, entry, &own, model) {
            Ok(infusion) => infusion.map(|infusion| Located::new(infusion, place(Role::Rate))),
            Err((message, help)) => {
                told.tell(&data::DESIGN_RECORD, message, place(Role::Rate), &help);
                return None;
            }
        };
        let repeat = match (additional, interval) {
            (0.0, _) => None,
            (more, every) if more > 0.0 && more.fract() == 0.0 && more < 1e6 && every > 0.0 => Some(Repeat {
                every: Located::new(
                    Quantity { value: every, unit: self.unit(Role::Interval).unwrap_or(&time_unit).clone() },
                    place(Role::Interval),
                ),
                count: Located::new(more as u32 + 1, place(Role::Additional)),
            }),
            (more, every) => {
                let message = format!("additional doses cannot be: ADDL {more}, II {every}");
                let help = "ADDL is a whole number of further doses, II the time between them, above 0";
                told.tell(&data::DESIGN_RECORD, message, place(Role::Additional), help);
                return None;
            }
        };
        let marker = matches!(model.doses[entry].kind, DoseKind::Marker);
        let unit = self.unit(Role::Amount).cloned().unwrap_or(own);
        Some(Dose {
            entry: Located::new(model.doses[entry].name.text.clone(), place(Role::Compartment)),
            amount: (!marker || amount != 0.0)
                .then(|| Located::new(Amount::Quantity(Quantity { value: amount, unit }), place(Role::Amount))),
            split: None,
            times: vec![Located::new(Quantity { value: time, unit: time_unit }, place(Role::Time))],
            infusion,
            repeat,
            span: table.span(row, 0).to(&table.span(row, table.columns() - 1)),
        })
    }

    /// RATE: above 0 a rate, 0 at once, -1 the rate and -2 the duration that the dose entry declares.
    fn infusion(
        &self,
        rate: f64,
        entry: usize,
        own: &Unit,
        model: &Model,
    ) -> Result<Option<Infusion>, (String, String)> {
        let name = &model.doses[entry].name;
        let declared = match &model.doses[entry].kind {
            DoseKind::Into { duration: Some(_), .. } => -2.0,
            DoseKind::Into { rate: Some(_), .. } => -1.0,
            _ => 0.0,
        };
        if rate > 0.0 {
            let unit = self.unit(Role::Rate).cloned().unwrap_or_else(|| own / &model.time);
            return Ok(Some(Infusion::Rate(Quantity { value: rate, unit })));
        }
        if rate == declared || self.place(Role::Rate).is_none() {
            return Ok(None);
        }
        let help = match declared {
            -2.0 => "RATE -2 takes the duration that the entry declares, a rate above 0 another",
            -1.0 => "RATE -1 takes the rate that the entry declares, a rate above 0 another",
            _ => "RATE is 0 for a dose at once, or a rate above 0",
        };
        Err((format!("RATE {rate} does not go with dose entry `{name}`"), help.into()))
    }
}

/// The dose entry that CMT means, or message and remedy.
fn entry(text: &str, model: &Model) -> Result<usize, (String, String)> {
    let taking = |at: &usize| !matches!(model.doses[*at].kind, DoseKind::Refused(_));
    let names: Vec<&str> = model.doses.iter().map(|dose| dose.name.text.as_str()).collect();
    if let Some(at) = names.iter().position(|name| *name == text) {
        return Ok(at);
    }
    let entries = |known: &[usize]| known.iter().map(|at| names[*at]).collect::<Vec<_>>().join(", ");
    if text.is_empty() {
        let all: Vec<usize> = (0..names.len()).filter(taking).collect();
        return match all[..] {
            [only] => Ok(only),
            [] => Err((format!("`{}` takes no doses", model.name), "remove the dose records".into())),
            _ => Err(("a dose of what?".into(), format!("CMT names a dose entry: {}", entries(&all)))),
        };
    }
    let number = text.parse::<usize>().ok().filter(|n| (1..=model.states.len()).contains(n)).map(|n| n - 1);
    let state = number.or_else(|| model.states.iter().position(|state| state.name.text == text));
    let Some(state) = state else {
        let help = listing(text, names.iter().copied(), "dose entries");
        return Err((format!("`{text}` is neither a dose entry nor a state"), help));
    };
    let into = |at: &usize| matches!(&model.doses[*at].kind, DoseKind::Into { state: known, .. } if *known == state);
    let all: Vec<usize> = (0..names.len()).filter(into).collect();
    let name = &model.states[state].name;
    match all[..] {
        [only] => Ok(only),
        [] => Err((format!("no dose goes to state `{name}`"), listing(text, names.iter().copied(), "dose entries"))),
        _ => Err((format!("several dose entries go to state `{name}`"), format!("name one: {}", entries(&all)))),
    }
}

/// The unit that a heading states, if it fits.
fn stated_unit(role: Role, head: &Head, sidecar: &Sidecar, model: &Model, problems: &mut Problems) -> Option<Unit> {
    let HeadUnit::Stated(unit) = head.unit(Some(sidecar), problems) else { return None };
    let fits = match role {
        Role::Time | Role::Interval => unit.same_dimension(&model.time),
        // Held against the dose entry, dose by dose.
        Role::Amount | Role::Rate => true,
        _ => unit == Unit::one(),
    };
    if fits {
        return Some(unit);
    }
    let wanted = match role {
        Role::Time | Role::Interval => format!("wants {}, or another unit of time", model.time),
        _ => "has no unit".into(),
    };
    problems
        .error(&WRONG_UNIT, format!("column `{}` is in {unit}", head.name))
        .label(head.unit_span(), wanted)
        .help("correct the heading");
    None
}

fn tell_unused(head: &Head, model: &Model, problems: &mut Problems) {
    let name = &head.name;
    if model.covariates.iter().any(|covariate| covariate.name.text.eq_ignore_ascii_case(name)) {
        problems
            .error(&data::DESIGN_COLUMN, format!("covariate `{name}` is not read from a design yet"))
            .label(head.span.clone(), "")
            .help("remove the column; --set gives a covariate to all subjects");
    } else {
        problems
            .warning(&data::DESIGN_COLUMN, format!("column `{name}` is not used"))
            .label(head.span.clone(), "")
            .help_if(
                crate::diagnostic::nearest(name, ROLES.map(|(known, _)| known))
                    .map(|near| format!("did you mean `{near}`?")),
            );
    }
}

//! Rows of a NONMEM-style table.

use super::columns::{Columns, Role};
use super::mistakes::Mistakes;
use crate::diagnostic::codes::data;
use crate::diagnostic::{Problems, Source, Span, listing};
use crate::model::{DoseKind, Model};
use crate::regimen::{Amount, Dose, Infusion, Located, RESET, Regimen, Repeat, Steady};
use crate::trajectory::Fields;
use crate::unit::{Quantity, Unit};

/// What a row says.
pub(super) enum Record {
    /// Nothing but its time and covariates.
    Nothing,
    Observation,
    /// A reset, a dose, or both.
    Doses(Vec<Dose>),
}

/// Message, place and remedy.
type Wrong = (String, Span, String);

/// A row while it is read.
pub(super) struct Row<'a> {
    pub columns: &'a Columns,
    pub table: &'a Fields,
    pub row: usize,
    pub model: &'a Model,
    /// In the time unit of the model.
    pub time: f64,
}

impl Row<'_> {
    pub fn span(&self, role: Role) -> Span {
        self.columns.span(role, self.table, self.row)
    }

    pub fn number(&self, role: Role, told: &mut Mistakes) -> Option<f64> {
        self.columns.number(role, self.table, self.row, told)
    }

    /// Text of a field, empty if it is missing.
    pub fn text(&self, role: Role) -> String {
        self.columns.text(role, self.table, self.row)
    }

    fn has(&self, role: Role) -> bool {
        self.columns.place(role).is_some()
    }

    /// What it says; none if it has mistakes, which are told.
    pub fn record(&self, told: &mut Mistakes) -> Option<Record> {
        let amount_is_name = self.parameter().is_some();
        let amount = if amount_is_name { 1.0 } else { self.number(Role::Amount, told)? };
        let event = self.number(Role::Event, told)?;
        let missing = self.number(Role::Missing, told)?;
        let steady = self.number(Role::SteadyState, told)?;
        let says_dose = !self.has(Role::Event) && (amount != 0.0 || steady != 0.0);
        let found = match event {
            _ if says_dose => self.dose(amount, steady, told).map(|dose| Record::Doses(vec![dose]))?,
            1.0 => Record::Doses(vec![self.dose(amount, steady, told)?]),
            4.0 => Record::Doses(vec![self.reset(), self.dose(amount, steady, told)?]),
            0.0 | 2.0 | 3.0 => {
                self.without_amount(event, amount, told)?;
                match (event, missing) {
                    (3.0, _) => Record::Doses(vec![self.reset()]),
                    (2.0, _) | (_, 1.0) => Record::Nothing,
                    (_, 0.0) => Record::Observation,
                    (_, other) => {
                        let message = format!("MDV is neither 0 nor 1: {other}");
                        told.tell(&data::DESIGN_RECORD, message, self.span(Role::Missing), "");
                        return None;
                    }
                }
            }
            _ => {
                let help = "0 observation, 1 dose, 2 other, 3 reset, 4 reset and dose";
                told.tell(&data::DESIGN_RECORD, format!("no such event: EVID {event}"), self.span(Role::Event), help);
                return None;
            }
        };
        Some(found)
    }

    fn without_amount(&self, event: f64, amount: f64, told: &mut Mistakes) -> Option<()> {
        if amount == 0.0 {
            return Some(());
        }
        let (what, help) = match event {
            0.0 => ("an observation", "a dose has EVID 1, an observation AMT 0"),
            2.0 => ("an event that is no dose", "a dose has EVID 1, another event AMT 0"),
            _ => ("a reset", "a reset with a dose is EVID 4"),
        };
        told.tell(&data::DESIGN_RECORD, format!("{what} with an amount: AMT {amount}"), self.span(Role::Amount), help);
        None
    }

    fn reset(&self) -> Dose {
        Dose {
            entry: Located::new(RESET.into(), self.span(Role::Event)),
            amount: None,
            cap: None,
            only_if: None,
            split: None,
            times: vec![self.when()],
            infusion: None,
            repeat: None,
            steady: None,
            span: self.columns.row_span(self.table, self.row),
        }
    }

    fn when(&self) -> Located<Quantity> {
        Located::new(Quantity { value: self.time, unit: self.model.time.clone() }, self.span(Role::Time))
    }

    /// The name of a parameter in place of an amount.
    fn parameter(&self) -> Option<String> {
        let text = self.columns.text(Role::Amount, self.table, self.row);
        self.model.parameters.iter().any(|parameter| parameter.name.text == text).then_some(text)
    }

    fn dose(&self, amount: f64, steady: f64, told: &mut Mistakes) -> Option<Dose> {
        match self.try_dose(amount, steady, told)? {
            Ok(dose) => Some(dose),
            Err((message, place, help)) => {
                told.tell(&data::DESIGN_RECORD, message, place, &help);
                None
            }
        }
    }

    fn try_dose(&self, amount: f64, steady: f64, told: &mut Mistakes) -> Option<Result<Dose, Wrong>> {
        let text = self.columns.text(Role::Compartment, self.table, self.row);
        let rate = self.number(Role::Rate, told)?;
        let duration = self.number(Role::Duration, told)?;
        let interval = self.number(Role::Interval, told)?;
        let additional = self.number(Role::Additional, told)?;
        let cap = self.number(Role::Cap, told)?;
        let only_if = self.only_if(told)?;
        let assembled = || {
            let entry =
                entry(&text, self.model).map_err(|(message, help)| (message, self.span(Role::Compartment), help))?;
            if amount < 0.0 {
                let message = format!("negative amount: AMT {amount}");
                return Err((message, self.span(Role::Amount), "amounts are 0 or more".into()));
            }
            let own = match &self.model.doses[entry].kind {
                DoseKind::Into { unit, .. } => unit.clone(),
                _ => Unit::one(),
            };
            let infusion = self.infusion(rate, duration, entry, &own)?;
            let steady = self.steady(steady, (amount, rate, interval))?;
            let repeat = self.repeat(additional, interval, steady.is_some())?;
            let unit = self.columns.unit(Role::Amount).cloned().unwrap_or_else(|| own.clone());
            let unit = self.per(unit)?;
            let marker = matches!(self.model.doses[entry].kind, DoseKind::Marker);
            let given = match self.parameter() {
                Some(name) => Some(Amount::Parameter(name)),
                None => (!marker || amount != 0.0)
                    .then_some(Amount::Quantity(Quantity { value: amount, unit: unit.clone() })),
            };
            let capped = Quantity { value: cap, unit: self.columns.unit(Role::Cap).cloned().unwrap_or(own) };
            if cap < 0.0 {
                return Err((format!("negative cap: CAP {cap}"), self.span(Role::Cap), "a cap is above 0".into()));
            }
            Ok(Dose {
                entry: Located::new(self.model.doses[entry].name.text.clone(), self.span(Role::Compartment)),
                amount: given.map(|amount| Located::new(amount, self.span(Role::Amount))),
                cap: (cap > 0.0).then(|| Located::new(capped, self.span(Role::Cap))),
                only_if,
                split: None,
                times: vec![self.when()],
                infusion,
                repeat,
                steady: steady.map(|steady| Located::new(steady, self.span(Role::SteadyState))),
                span: self.columns.row_span(self.table, self.row),
            })
        };
        Some(assembled())
    }

    /// IF: a condition as in the text of a dose.
    #[expect(clippy::option_option, reason = "none is a mistake, as everywhere here")]
    fn only_if(&self, told: &mut Mistakes) -> Option<Option<Located<crate::regimen::OnlyIf>>> {
        let text = self.columns.text(Role::OnlyIf, self.table, self.row);
        if text.is_empty() {
            return Some(None);
        }
        // Read as part of a dose, told at the field.
        let source = Source::new("IF", format!("dose 1 mg if {text} at 0 d"));
        let mut problems = Problems::default();
        let read = Regimen::parse(&source, 0..source.text().len(), &mut problems);
        let condition = read.doses.into_iter().next().and_then(|dose| dose.only_if);
        if problems.has_errors() || condition.is_none() {
            let message = format!("`{text}` is no condition on a covariate");
            told.tell(&data::DESIGN_RECORD, message, self.span(Role::OnlyIf), "write `weight < 30 kg`, or nothing");
            return None;
        }
        Some(condition.map(|condition| Located::new(condition.value, self.span(Role::OnlyIf))))
    }

    /// PER: the amount counts per kg or m2.
    fn per(&self, unit: Unit) -> Result<Unit, Wrong> {
        let text = self.columns.text(Role::Per, self.table, self.row);
        match text.as_str() {
            "" => Ok(unit),
            "kg" | "m2" => Ok(&unit / &Unit::parse_str(&text).expect("a known unit")),
            _ => Err((format!("an amount per `{text}`"), self.span(Role::Per), "PER is kg, m2 or empty".into())),
        }
    }

    fn repeat(&self, additional: f64, interval: f64, steady: bool) -> Result<Option<Repeat>, Wrong> {
        let every = || {
            let unit = self.columns.unit(Role::Interval).or(self.columns.unit(Role::Time)).unwrap_or(&self.model.time);
            Located::new(Quantity { value: interval, unit: unit.clone() }, self.span(Role::Interval))
        };
        let count = |count| Located::new(count, self.span(Role::Additional));
        if interval < 0.0 {
            let help = "the time from one dose to the next, above 0".into();
            return Err((format!("negative interval: II {interval}"), self.span(Role::Interval), help));
        }
        if additional == 0.0 {
            return Ok((steady && interval > 0.0).then(|| Repeat { every: every(), count: count(1) }));
        }
        if additional > 0.0 && additional.fract() == 0.0 && additional < 1e6 && interval > 0.0 {
            return Ok(Some(Repeat { every: every(), count: count(additional as u32 + 1) }));
        }
        let message = format!("additional doses cannot be: ADDL {additional}, II {interval}");
        let help = "ADDL is a whole number of further doses, II the time between them, above 0".into();
        Err((message, self.span(Role::Additional), help))
    }

    fn steady(&self, steady: f64, (amount, rate, interval): (f64, f64, f64)) -> Result<Option<Steady>, Wrong> {
        let wrong = |message: String, help: &str| Err((message, self.span(Role::SteadyState), help.to_string()));
        let steady = match steady {
            0.0 => return Ok(None),
            1.0 => Steady::Replaces,
            2.0 => Steady::Adds,
            other => return wrong(format!("no such steady state: SS {other}"), "0 none, 1 replaces, 2 adds"),
        };
        let endless = amount == 0.0 && (rate > 0.0 || rate == -1.0);
        match (endless, interval > 0.0) {
            (true, true) => wrong(
                format!("an infusion without end has no interval: SS with AMT 0, II {interval}"),
                "leave II at 0, or give an amount",
            ),
            (false, false) => wrong(
                format!("steady state without an interval: II {interval}"),
                "II is the time from one dose to the next; an infusion without end has AMT 0 and a RATE",
            ),
            _ => Ok(Some(steady)),
        }
    }

    /// RATE: above 0 a rate, 0 at once, -1 the rate and -2 the duration that the dose entry declares. DUR: a duration.
    fn infusion(&self, rate: f64, duration: f64, entry: usize, own: &Unit) -> Result<Option<Located<Infusion>>, Wrong> {
        let name = &self.model.doses[entry].name;
        let place = self.span(Role::Rate);
        if duration != 0.0 {
            let place = self.span(Role::Duration);
            if duration < 0.0 {
                return Err((format!("negative duration: DUR {duration}"), place, "a time above 0".into()));
            }
            if rate != 0.0 {
                let message = format!("both RATE {rate} and DUR {duration}");
                return Err((message, place, "one follows from the other and the amount: keep one of the two".into()));
            }
            let unit = self.columns.unit(Role::Duration).unwrap_or(&self.model.time).clone();
            return Ok(Some(Located::new(Infusion::Duration(Quantity { value: duration, unit }), place)));
        }
        if rate > 0.0 {
            let unit = self.columns.unit(Role::Rate).cloned().unwrap_or_else(|| own / &self.model.time);
            return Ok(Some(Located::new(Infusion::Rate(Quantity { value: rate, unit }), place)));
        }
        let declared = match &self.model.doses[entry].kind {
            DoseKind::Into { duration: Some(_), .. } => -2.0,
            DoseKind::Into { rate: Some(_), .. } => -1.0,
            _ => 0.0,
        };
        if rate == declared || !self.has(Role::Rate) {
            return Ok(None);
        }
        if rate == 0.0 {
            return Ok(Some(Located::new(Infusion::Bolus, place)));
        }
        let help = match declared {
            -2.0 => "RATE -2 takes the duration that the entry declares, 0 gives at once, a rate above 0 another",
            -1.0 => "RATE -1 takes the rate that the entry declares, 0 gives at once, a rate above 0 another",
            _ => {
                "RATE is 0 for a dose at once, or a rate above 0; the entry declares neither rate (-1) nor duration (-2)"
            }
        };
        Err((format!("RATE {rate} does not go with dose entry `{name}`"), place, help.into()))
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
    if text.parse::<f64>().is_ok_and(|number| number < 0.0) {
        let help = "states are not turned off: leave the record out, or start anew with EVID 3".into();
        return Err((format!("a negative compartment: CMT {text}"), help));
    }
    if text.is_empty() || text == "0" {
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

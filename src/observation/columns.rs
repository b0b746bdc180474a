//! Columns of a NONMEM-style table.

use super::mistakes::Mistakes;
use super::reading::Wanted;
use crate::diagnostic::codes::data;
use crate::diagnostic::codes::unit::WRONG_UNIT;
use crate::diagnostic::{Problems, Span, listing, nearest};
use crate::model::Model;
use crate::trajectory::{Fields, Head, HeadUnit, Sidecar};
use crate::unit::Unit;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Subject,
    Time,
    Date,
    Output,
    Event,
    Missing,
    Amount,
    Compartment,
    Rate,
    Duration,
    Interval,
    Additional,
    SteadyState,
    Cap,
    Per,
    OnlyIf,
    Covariate(usize),
    Value,
    Censored,
    Limit,
    LowerLimit,
    Occasion,
}

/// Headings, in capitals, and what they hold.
const ROLES: [(&str, Role); 18] = [
    ("ID", Role::Subject),
    ("SUBJECT", Role::Subject),
    ("TIME", Role::Time),
    ("DATE", Role::Date),
    ("DVID", Role::Output),
    ("OUTPUT", Role::Output),
    ("EVID", Role::Event),
    ("MDV", Role::Missing),
    ("AMT", Role::Amount),
    ("CMT", Role::Compartment),
    ("RATE", Role::Rate),
    ("DUR", Role::Duration),
    ("II", Role::Interval),
    ("ADDL", Role::Additional),
    ("SS", Role::SteadyState),
    ("CAP", Role::Cap),
    ("PER", Role::Per),
    ("IF", Role::OnlyIf),
];

/// What was observed, and on which occasion: passed over where it is to be observed anew.
const OBSERVED: [(&str, Role); 6] = [
    ("DV", Role::Value),
    ("CENS", Role::Censored),
    ("BLQ", Role::Censored),
    ("LIMIT", Role::Limit),
    ("LLOQ", Role::LowerLimit),
    ("OCC", Role::Occasion),
];

/// The columns of a table: place, heading and stated unit.
pub(super) struct Columns {
    list: Vec<(Role, usize, Head, Option<Unit>)>,
}

impl Columns {
    /// Finds the columns; none without one of times, or of values where data are wanted.
    pub fn read(
        table: &Fields,
        sidecar: &Sidecar,
        model: &Model,
        wanted: Wanted,
        problems: &mut Problems,
    ) -> Option<Self> {
        let heads = table.heads(problems);
        let mut columns = Self { list: Vec::new() };
        for (place, head) in heads.iter().enumerate() {
            let name = head.name.to_ascii_uppercase();
            let known = role(&name, model);
            let observed = OBSERVED.iter().find(|(known, _)| *known == name).map(|(_, role)| *role);
            if known.is_none() && observed.is_none() {
                tell_unused(head, wanted, problems);
            }
            // A column can be two: occasions that the model has as a covariate.
            for role in known.into_iter().chain(observed.filter(|_| wanted == Wanted::Data)) {
                columns.add(role, place, head, sidecar, model, problems);
            }
        }
        let names = || heads.iter().map(|head| head.name.as_str());
        if columns.place(Role::Time).is_none() {
            let help = format!("`TIME [{}]`; {}", model.time, listing("TIME", names(), "columns"));
            tell_missing("TIME", table, help, problems);
        }
        if wanted == Wanted::Data && columns.place(Role::Value).is_none() {
            let help = format!("what was observed stands under `DV`; {}", listing("DV", names(), "columns"));
            tell_missing("DV", table, help, problems);
        }
        (columns.place(Role::Time).is_some() && (wanted != Wanted::Data || columns.place(Role::Value).is_some()))
            .then_some(columns)
    }

    fn add(
        &mut self,
        role: Role,
        place: usize,
        head: &Head,
        sidecar: &Sidecar,
        model: &Model,
        problems: &mut Problems,
    ) {
        if let Some((.., first, _)) = self.list.iter().find(|(known, ..)| *known == role) {
            if first.name != head.name {
                problems
                    .error(&data::DUPLICATE_COLUMN, format!("`{}` and `{}` are one column", first.name, head.name))
                    .label(head.span.clone(), "again here")
                    .label(first.span.clone(), "first here")
                    .help("remove one of them");
            }
            return;
        }
        let unit = stated_unit(role, head, sidecar, model, problems);
        self.list.push((role, place, head.clone(), unit));
    }

    /// How the heading names a column, in capitals.
    pub fn heading(&self, role: Role) -> Option<String> {
        self.list.iter().find(|(known, ..)| *known == role).map(|(_, _, head, _)| head.name.to_ascii_uppercase())
    }

    pub fn place(&self, role: Role) -> Option<usize> {
        self.list.iter().find(|(known, ..)| *known == role).map(|(_, place, ..)| *place)
    }

    pub fn unit(&self, role: Role) -> Option<&Unit> {
        self.list.iter().find(|(known, ..)| *known == role).and_then(|(.., unit)| unit.as_ref())
    }

    /// Text of a field, empty if it is missing.
    pub fn text(&self, role: Role, table: &Fields, row: usize) -> String {
        let text = self.place(role).map_or_else(String::new, |place| table.field(row, place).trim().to_string());
        if matches!(text.as_str(), "." | "NA") { String::new() } else { text }
    }

    /// Where a field stands, or the row where there is no such column.
    pub fn span(&self, role: Role, table: &Fields, row: usize) -> Span {
        let whole = || table.span(row, 0).to(&table.span(row, table.columns() - 1));
        self.place(role).map_or_else(whole, |place| table.span(row, place))
    }

    /// The number in a field; 0 if it is missing; none, and told, if it is none.
    pub fn number(&self, role: Role, table: &Fields, row: usize, told: &mut Mistakes) -> Option<f64> {
        let text = self.text(role, table, row);
        if text.is_empty() {
            return Some(0.0);
        }
        let value = text.parse::<f64>().ok().filter(|value| value.is_finite());
        if value.is_none() {
            let message = format!("`{text}` is not a number");
            let help = match text.split_once(',') {
                Some((whole, part)) => format!("decimals stand behind a point: `{whole}.{part}`"),
                None => "leave a missing value empty".into(),
            };
            told.tell(&data::NOT_A_NUMBER, message, self.span(role, table, row), &help);
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

    /// The covariates that a row tells, in the units of the model.
    pub fn covariates(&self, table: &Fields, row: usize, model: &Model, told: &mut Mistakes) -> Vec<(usize, f64)> {
        let mut found = Vec::new();
        for (role, place, _, unit) in &self.list {
            let Role::Covariate(at) = *role else { continue };
            if self.text(*role, table, row).is_empty() {
                continue;
            }
            let Some(value) = self.number(*role, table, row, told) else { continue };
            let own = &model.covariates[at].unit;
            let value = unit.as_ref().unwrap_or(own).convert(value, own).filter(|value| value.is_finite());
            match value {
                Some(value) => found.push((at, value)),
                None => {
                    let message = format!("`{}` is too large", table.field(row, *place));
                    told.tell(&data::NOT_A_NUMBER, message, table.span(row, *place), "");
                }
            }
        }
        found
    }

    /// The whole row.
    pub fn row_span(&self, table: &Fields, row: usize) -> Span {
        table.span(row, 0).to(&table.span(row, table.columns() - 1))
    }
}

fn role(name: &str, model: &Model) -> Option<Role> {
    let covariate = || {
        let at = model.covariates.iter().position(|covariate| covariate.name.text.eq_ignore_ascii_case(name))?;
        Some(Role::Covariate(at))
    };
    ROLES.iter().find(|(known, _)| *known == name).map(|(_, role)| *role).or_else(covariate)
}

/// The unit that a heading states, if it fits.
fn stated_unit(role: Role, head: &Head, sidecar: &Sidecar, model: &Model, problems: &mut Problems) -> Option<Unit> {
    let HeadUnit::Stated(unit) = head.unit(Some(sidecar), problems) else { return None };
    let fits = match role {
        Role::Time | Role::Interval | Role::Duration => unit.same_dimension(&model.time),
        Role::Covariate(at) => unit.same_dimension(&model.covariates[at].unit),
        // Held against the dose entry, dose by dose.
        Role::Amount | Role::Rate | Role::Cap => true,
        // Held against the output of each row.
        Role::Value | Role::Limit | Role::LowerLimit => true,
        _ => unit == Unit::one(),
    };
    if fits {
        return Some(unit);
    }
    let wanted = match role {
        Role::Time | Role::Interval | Role::Duration => format!("wants {}, or another unit of time", model.time),
        Role::Covariate(at) => format!("wants {}", model.covariates[at].unit),
        _ => "has no unit".into(),
    };
    problems
        .error(&WRONG_UNIT, format!("column `{}` is in {unit}", head.name))
        .label(head.unit_span(), wanted)
        .help("correct the heading");
    None
}

fn tell_missing(name: &str, table: &Fields, help: String, problems: &mut Problems) {
    let found = problems.error(&data::MISSING_COLUMN, format!("no column `{name}`"));
    found.label(table.header_span(), "the header").help(help);
}

fn tell_unused(head: &Head, wanted: Wanted, problems: &mut Problems) {
    let name = &head.name;
    let observed = OBSERVED.iter().filter(|_| wanted == Wanted::Data);
    let known = ROLES.iter().chain(observed).map(|(known, _)| *known);
    problems
        .warning(&data::DESIGN_COLUMN, format!("column `{name}` is not used"))
        .label(head.span.clone(), "")
        .help_if(nearest(name, known).map(|near| format!("did you mean `{near}`?")));
}

use std::fmt;

use crate::diagnostic::Source;
use crate::diagnostic::Span;
use crate::unit::Quantity;
use crate::unit::Unit;
use crate::unit::behind_number;
use crate::unit::shortest_number;

/// Doses in the order they were written. Display prints text that reads back to the same regimen; empty is `none`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Regimen {
    /// The doses.
    pub doses: Vec<Dose>,
}

/// The entry that is no dose: everything starts anew, as by EVID 3.
pub const RESET: &str = "reset";

/// One dose, or several that differ only in time. Two are equal if they say the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct Dose {
    /// Name of the dose entry, or [`RESET`].
    pub entry: Located<String>,
    /// How much in all at the listed times if there is a split, else at each; none for a marker.
    pub amount: Option<Located<Amount>>,
    /// Most of the amount that is given, whatever it comes to.
    pub cap: Option<Located<Quantity>>,
    /// For whom.
    pub only_if: Option<Located<OnlyIf>>,
    /// The part of the amount for each time, in per cent.
    pub split: Option<Located<Vec<f64>>>,
    /// When.
    pub times: Vec<Located<Quantity>>,
    /// How fast; none leaves it to the dose entry, as a rule at once.
    pub infusion: Option<Located<Infusion>>,
    /// Further administrations after each of the times.
    pub repeat: Option<Repeat>,
    /// Whether it has been given for ever before.
    pub steady: Option<Located<Steady>>,
    /// The whole text of the dose.
    pub span: Span,
}

/// How much.
#[derive(Debug, Clone, PartialEq)]
pub enum Amount {
    /// A number with a unit.
    Quantity(Quantity),
    /// The value of a parameter.
    Parameter(String),
    /// A number for each of the times, in one unit.
    Steps(Vec<f64>, Unit),
}

/// What a dose of steady state does to what is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steady {
    /// Amounts, running infusions and doses still to come are cleared first (SS 1).
    Replaces,
    /// The steady state is added (SS 2).
    Adds,
}

/// A condition on a covariate: at or above a limit, or below it.
#[derive(Debug, Clone, PartialEq)]
pub struct OnlyIf {
    /// The covariate.
    pub covariate: String,
    /// Whether its value must lie below the limit.
    pub below: bool,
    /// The limit.
    pub limit: Quantity,
}

/// How fast.
#[derive(Debug, Clone, PartialEq)]
pub enum Infusion {
    /// Over a duration.
    Duration(Quantity),
    /// At a rate, amount by time.
    Rate(Quantity),
    /// At once, whatever the dose entry says.
    Bolus,
}

/// Administrations at even intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Repeat {
    /// From one to the next.
    pub every: Located<Quantity>,
    /// How many in all, the first included.
    pub count: Located<u32>,
}

/// A value and the place it was read from; two are equal if their values are, wherever they stand.
#[derive(Debug, Clone)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// The place.
    pub span: Span,
}

impl<T> Located<T> {
    /// A value read at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// A value that comes from a program, not from a text.
    pub fn unwritten(value: T) -> Self {
        Self { value, span: Source::new("program", "").whole() }
    }
}

impl<T: PartialEq> PartialEq for Located<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl PartialEq for Dose {
    fn eq(&self, other: &Self) -> bool {
        let said = |dose: &Self| {
            let Self { entry, amount, cap, only_if, split, times, infusion, repeat, steady, span: _ } = dose.clone();
            ((entry, amount, cap, only_if), (split, times, infusion, repeat, steady))
        };
        said(self) == said(other)
    }
}

impl Regimen {
    /// This regimen as the default under texts given by a user: doses of an entry that the texts name are replaced,
    /// others stay and come first. If any of the texts is `none`, no default stays.
    pub fn override_with(self, given: Vec<Regimen>) -> Regimen {
        let emptied = given.iter().any(|regimen| regimen.doses.is_empty());
        let given: Vec<Dose> = given.into_iter().flat_map(|regimen| regimen.doses).collect();
        let mut doses = if emptied { Vec::new() } else { self.doses };
        doses.retain(|dose| given.iter().all(|other| other.entry != dose.entry));
        doses.extend(given);
        Regimen { doses }
    }
}

impl Regimen {
    /// The doses as a scenario file has them: a table `[[dose]]` each, whose `give` reads back as the dose.
    pub fn to_toml(&self) -> String {
        let one = |text: String| format!("[[dose]]\ngive = '{text}'\n");
        match self.doses.is_empty() {
            true => one(self.to_string()),
            false => self.doses.iter().map(|dose| one(dose.to_string())).collect::<Vec<_>>().join("\n"),
        }
    }
}

impl fmt::Display for Regimen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.doses.is_empty() {
            return f.write_str("none");
        }
        for (n, dose) in self.doses.iter().enumerate() {
            write!(f, "{}{dose}", if n > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Dose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.entry.value)?;
        match self.amount.as_ref().map(|amount| &amount.value) {
            Some(Amount::Quantity(quantity)) => write!(f, " {quantity}")?,
            Some(Amount::Parameter(name)) => write!(f, " {name}")?,
            Some(Amount::Steps(steps, unit)) => {
                let steps: Vec<String> = steps.iter().map(|&step| shortest_number(step)).collect();
                write!(f, " step {} {}", steps.join("/"), behind_number(unit))?;
            }
            None => {}
        }
        if let Some(cap) = &self.cap {
            write!(f, " cap {}", cap.value)?;
        }
        if let Some(Located { value: OnlyIf { covariate, below, limit }, .. }) = &self.only_if {
            write!(f, " if {covariate} {} {limit}", if *below { "<" } else { ">=" })?;
        }
        if let Some(split) = &self.split {
            let parts: Vec<String> = split.value.iter().map(|&part| shortest_number(part)).collect();
            write!(f, " split {} %", parts.join("/"))?;
        }
        match self.infusion.as_ref().map(|infusion| &infusion.value) {
            Some(Infusion::Duration(duration)) => write!(f, " over {duration}")?,
            Some(Infusion::Rate(rate)) => write!(f, " rate {rate}")?,
            Some(Infusion::Bolus) => f.write_str(" bolus")?,
            None => {}
        }
        f.write_str(" at ")?;
        write_times(&self.times, f)?;
        if let Some(Repeat { every, count }) = &self.repeat {
            write!(f, " every {}", every.value)?;
            if count.value != 1 || self.steady.is_none() {
                write!(f, " x {}", count.value)?;
            }
        }
        match self.steady.as_ref().map(|steady| steady.value) {
            Some(Steady::Replaces) => f.write_str(" ss")?,
            Some(Steady::Adds) => f.write_str(" ss2")?,
            None => {}
        }
        Ok(())
    }
}

/// `0, 1, 2 d`: a unit stands only where the next time has another.
fn write_times(times: &[Located<Quantity>], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let units: Vec<String> = times.iter().map(|time| time.value.unit.to_string()).collect();
    for (n, time) in times.iter().enumerate() {
        write!(f, "{}{}", if n > 0 { ", " } else { "" }, shortest_number(time.value.value))?;
        if units.get(n + 1) != Some(&units[n]) {
            write!(f, " {}", units[n])?;
        }
    }
    Ok(())
}

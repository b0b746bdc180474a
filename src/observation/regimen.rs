//! A regimen as records.

use crate::diagnostic::codes::data;
use crate::diagnostic::{Diagnostic, Problems};
use crate::model::{DoseKind, Model};
use crate::regimen::{Amount, Dose, Infusion, OnlyIf, RESET, Regimen, Steady};
use crate::trajectory::number;
use crate::unit::{Quantity, Unit};

/// The columns of [`write_regimen`].
const COLUMNS: &str = "EVID,AMT,PER,CMT,RATE,DUR,II,ADDL,SS,CAP,IF";

/// A regimen as NONMEM-style records of one subject, a row for each written time: [`read_records`] reads it back as a
/// regimen that gives the same. Beyond NONMEM are `DUR` (a duration), `PER` (kg or m2), `CAP` (the most that is given), `IF`
/// (a condition on a covariate), and names of parameters as amounts.
///
/// ```
/// use cascade::model::Model;
/// use cascade::observation::write_regimen;
/// let model = Model::embedded("cart-crs")?;
/// let table = write_regimen(&model, &"cart 1e9 cells split 25/75 % at 0, 24 h".parse()?)?;
/// assert_eq!(table.lines().nth(2), Some("1,1,1,0.75,.,cart,.,.,.,.,.,.,."));
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
///
/// # Errors
/// What does not fit the model; a share of an amount that is a parameter.
///
/// [`read_records`]: super::read_records
pub fn write_regimen(model: &Model, regimen: &Regimen) -> Result<String, Problems> {
    let mut problems = Problems::default();
    regimen.resolve(model, &mut problems);
    if problems.has_errors() {
        return Err(problems);
    }
    let mut rows = Vec::new();
    for dose in &regimen.doses {
        for (n, time) in dose.times.iter().enumerate() {
            let time = time.value.unit.convert(time.value.value, &model.time).unwrap_or(f64::NAN);
            rows.push((time, row(model, dose, n)?));
        }
    }
    // Of one time in the order of the doses.
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let rows: String = rows.into_iter().map(|(_, row)| row).collect();
    Ok(format!("ID,TIME [{}],{COLUMNS}\n{rows}", model.time))
}

fn row(model: &Model, dose: &Dose, n: usize) -> Result<String, Problems> {
    let missing = || ".".to_string();
    let counted =
        |quantity: &Quantity, unit: &Unit| number(quantity.unit.convert(quantity.value, unit).unwrap_or(f64::NAN));
    let time = counted(&dose.times[n].value, &model.time);
    let name = &dose.entry.value;
    if name == RESET {
        return Ok(format!("1,{time},3,.,.,.,.,.,.,.,.,.,.\n"));
    }
    let entry = model.doses.iter().find(|entry| entry.name.text == *name).map(|entry| &entry.kind);
    let (unit, declared) = match entry {
        Some(DoseKind::Into { unit, duration, rate, .. }) => {
            let declared = if duration.is_some() {
                "-2"
            } else if rate.is_some() {
                "-1"
            } else {
                "."
            };
            (unit.clone(), declared)
        }
        _ => (Unit::one(), "."),
    };
    let part = dose.split.as_ref().map_or(1.0, |split| split.value[n] / 100.0);
    let (mut amount, mut per) = (missing(), missing());
    let mut given = |value: f64, own: &Unit| {
        let whole = ["kg", "m2"].into_iter().find_map(|body| {
            Some((body, own.per(body).filter(|whole| whole.same_dimension(&unit) && !own.same_dimension(&unit))?))
        });
        let own = match &whole {
            Some((body, whole)) => {
                per = (*body).to_string();
                whole
            }
            None => own,
        };
        amount = number(own.convert(value, &unit).unwrap_or(f64::NAN) * part);
    };
    match dose.amount.as_ref().map(|amount| &amount.value) {
        Some(Amount::Quantity(quantity)) => given(quantity.value, &quantity.unit),
        Some(Amount::Steps(steps, own)) => given(steps[n], own),
        Some(Amount::Parameter(parameter)) if dose.split.is_none() => amount.clone_from(parameter),
        Some(Amount::Parameter(parameter)) => {
            let message = format!("a share of the parameter `{parameter}` is no amount of a record");
            let mut found = Diagnostic::error(&data::DESIGN_RECORD, message);
            found.help("write the amount as a number, or print the regimen as text or TOML");
            return Err(found.into());
        }
        None => {}
    }
    let (mut rate, mut duration) = (declared.to_string(), missing());
    match dose.infusion.as_ref().map(|infusion| &infusion.value) {
        Some(Infusion::Rate(found)) if found.unit.same_dimension(&(&unit / &model.time)) => {
            rate = counted(found, &(&unit / &model.time));
        }
        Some(Infusion::Rate(found)) => {
            let mut told = Diagnostic::error(&data::DESIGN_RECORD, format!("`{found}` is no RATE of a record"));
            told.help("write the whole rate, or print the regimen as text or TOML");
            return Err(told.into());
        }
        Some(Infusion::Duration(found)) => (rate, duration) = (missing(), counted(found, &model.time)),
        Some(Infusion::Bolus) if declared != "." => rate = "0".into(),
        Some(Infusion::Bolus) | None => {}
    }
    let repeat = dose.repeat.as_ref();
    let interval = repeat.map_or_else(missing, |repeat| counted(&repeat.every.value, &model.time));
    let more = repeat.map_or_else(missing, |repeat| (repeat.count.value - 1).to_string());
    let steady = match dose.steady.as_ref().map(|steady| steady.value) {
        None => ".",
        Some(Steady::Replaces) => "1",
        Some(Steady::Adds) => "2",
    };
    let cap = dose
        .cap
        .as_ref()
        .map_or_else(missing, |cap| number(cap.value.unit.convert(cap.value.value, &unit).unwrap_or(f64::NAN) * part));
    let only_if = dose.only_if.as_ref().map_or_else(missing, |only_if| {
        let OnlyIf { covariate, below, limit } = &only_if.value;
        format!("{covariate} {} {limit}", if *below { "<" } else { ">=" })
    });
    Ok(format!("1,{time},1,{amount},{per},{name},{rate},{duration},{interval},{more},{steady},{cap},{only_if}\n"))
}

//! Simulated data: predictions with residual error, and the table that a fit reads.

use super::design::DesignSubject;
use super::measurements::Measurement;
use super::outputs::no_error_model;
use crate::diagnostic::codes::data;
use crate::diagnostic::{Diagnostic, Problems};
use crate::model::{DoseKind, Model};
use crate::random::Stream;
use crate::regimen::{Administration, Delivery, Given, same_time};
use crate::trajectory::{Trajectory, brief, number, quoted};
use crate::unit::Unit;

/// Values of the outputs that a subject's rows ask for, in their units, one a row, from a solution with rows at all
/// those times ([`Grid::At`](crate::simulate::Grid::At)). None if it lacks a time or an output.
///
/// The solution at an output time comes from the integrator's dense output, not from a grid. At the time of a dose it is
/// the state after the dose, unless the row stands before the dose record: then it is the trough, after additional and lagged
/// doses of that time, and the solution needs a row of that phase ([`Phase::Arrived`](crate::simulate::Phase::Arrived)) as
/// the first of its time.
pub fn predictions(model: &Model, subject: &DesignSubject, solution: &Trajectory) -> Option<Vec<f64>> {
    let value = |time: f64, before: bool, output: usize| {
        let output = &model.outputs[output];
        let column = solution.column(&output.name)?;
        // Of two rows at one time the later shows the state after the dose.
        let row = match before {
            true => solution.time.partition_point(|known| *known < time),
            false => solution.time.partition_point(|known| *known <= time).checked_sub(1)?,
        };
        let value = solution.row(row)[column];
        (solution.time.get(row) == Some(&time))
            .then(|| solution.columns[column].unit.convert(value, &output.unit))
            .flatten()
    };
    subject.rows.iter().map(|row| value(row.time, row.before, row.output)).collect()
}

/// Observes a subject: its predictions with the residual error and the limit of quantification of their outputs.
///
/// `predictions` has one value a row, in the unit of its output: from [`predictions()`], or from wherever the solution of
/// this subject is. Each row takes one number from `stream`, in the order of the rows, so that the draws of a subject
/// depend on its own rows alone. A value below the limit is reported as the limit, with `below_limit` set (CENS 1, method
/// M3); values of a normal error may be negative and stay so.
///
/// ```
/// use cascade::diagnostic::{Problems, Source};
/// use cascade::model::Model;
/// use cascade::observation::{observe, read_design};
/// use cascade::random::{Purpose, Stream};
/// use cascade::trajectory::Sidecar;
/// let model = Model::embedded("stein-2019")?;
/// let table = Source::new("design.csv", "TIME\n7\n14\n");
/// let design = read_design(&table, &Sidecar::default(), &model, &mut Problems::default()).unwrap();
/// let mut stream = Stream::new(1, 0, Purpose::Residual);
/// let data = observe(&model, &design.subjects[0], &[2000.0, 9000.0], &mut stream)?;
/// assert_eq!((data[1].output.as_str(), data[1].time), ("cart", 14.0));
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
///
/// # Errors
/// An output without residual error.
///
/// # Panics
/// If there are not as many predictions as rows.
pub fn observe(
    model: &Model,
    subject: &DesignSubject,
    predictions: &[f64],
    stream: &mut Stream,
) -> Result<Vec<Measurement>, Problems> {
    assert_eq!(subject.rows.len(), predictions.len(), "one prediction a row");
    let mut measured = Vec::with_capacity(predictions.len());
    for (row, prediction) in subject.rows.iter().zip(predictions) {
        let output = &model.outputs[row.output];
        let Some(error) = &output.error else {
            let mut found = no_error_model(model, row.output);
            found.label(row.place.clone(), "is to be observed");
            return Err(found.into());
        };
        let reading = error.model.read(*prediction, output.lloq, stream);
        measured.push(Measurement {
            subject: subject.name.clone(),
            output: output.name.text.clone(),
            time: row.time,
            value: reading.value,
            below_limit: reading.below_limit,
        });
    }
    Ok(measured)
}

/// A dose, or a reset, as a table carries it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DoseRecord {
    /// When, in the time unit of the model.
    pub time: f64,
    /// Name of the dose entry.
    pub entry: String,
    /// AMT in the unit of the dose entry; 0 for a marker.
    pub amount: f64,
    /// RATE in that unit by time: 0 at once, -1 and -2 the rate and the duration that the dose entry declares.
    pub rate: f64,
    /// Whether it is a reset (EVID 3) and no dose.
    pub resets: bool,
    /// SS (1 or 2) and II, if it has been given for ever before.
    pub steady: Option<(u8, f64)>,
    /// Which written record of the regimen it comes from.
    pub record: usize,
    /// Whether it is an additional dose of that record.
    pub additional: bool,
}

/// Columns that a table has where its doses need them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MoreColumns {
    /// II and SS: a dose has been given for ever before.
    pub steady: bool,
    /// II and ADDL: an observation that stands before the records of its time sees an additional dose, which as a record of
    /// its own it would not.
    pub additional: bool,
}

impl MoreColumns {
    /// The columns that a subject needs.
    pub fn of(subject: &DesignSubject, administrations: &[Administration]) -> Self {
        let seen = |dose: &Administration| subject.rows.iter().any(|row| row.before && same_time(row.time, dose.time));
        Self {
            steady: administrations.iter().any(|dose| dose.steady.is_some()),
            additional: administrations.iter().any(|dose| dose.additional && seen(dose)),
        }
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { steady: self.steady || other.steady, additional: self.additional || other.additional }
    }

    fn heading(self) -> String {
        let interval = if self.steady || self.additional { ",II" } else { "" };
        let (steady, additional) = (if self.steady { ",SS" } else { "" }, if self.additional { ",ADDL" } else { "" });
        format!("{interval}{steady}{additional}")
    }

    /// What a line has in them.
    fn cells(self, interval: f64, steady: u8, additional: usize) -> String {
        let mut text = String::new();
        if self.steady || self.additional {
            text.push_str(&format!(",{}", number(interval)));
        }
        if self.steady {
            text.push_str(&format!(",{steady}"));
        }
        if self.additional {
            text.push_str(&format!(",{additional}"));
        }
        text
    }
}

/// The doses that a run gives up to `end`, one record each; `parameters` are values in the units of the model, and so is what
/// `covariate` gives of a covariate at a time.
///
/// # Errors
/// An infusion over a duration whose amount a bioavailable fraction scales: RATE would give another duration.
pub fn dose_records(
    model: &Model,
    administrations: &[Administration],
    parameters: &[f64],
    covariate: impl Fn(usize, f64) -> f64,
    end: f64,
) -> Result<Vec<DoseRecord>, Problems> {
    let patient = Patient { model, parameters, covariate };
    patient.acting(administrations).filter(|dose| dose.time <= end).map(|dose| patient.record(dose)).collect()
}

/// A dose of a patient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GivenDose {
    /// Place among the dose entries of the model.
    pub entry: usize,
    /// When, in the time unit of the model.
    pub time: f64,
    /// In the unit of the dose entry; 0 for a marker.
    pub amount: f64,
}

/// The doses that a patient gets, without resets; `parameters` and `covariate` as for [`dose_records`].
pub fn given_doses(
    model: &Model,
    administrations: &[Administration],
    parameters: &[f64],
    covariate: impl Fn(usize, f64) -> f64,
) -> Vec<GivenDose> {
    let patient = Patient { model, parameters, covariate };
    let given = |dose: &Administration| {
        let entry = dose.entry?;
        let amount = match &model.doses[entry].kind {
            DoseKind::Into { unit, .. } => patient.amount(dose, unit),
            _ => 0.0,
        };
        Some(GivenDose { entry, time: tidy(dose.time), amount })
    };
    patient.acting(administrations).filter_map(given).collect()
}

/// What amounts hang on: values of parameters, and covariates by time, in the units of the model.
struct Patient<'a, F> {
    model: &'a Model,
    parameters: &'a [f64],
    covariate: F,
}

impl<F: Fn(usize, f64) -> f64> Patient<'_, F> {
    /// A covariate at a time, canonical.
    fn value(&self, at: usize, time: f64) -> f64 {
        self.model.scales.to_canonical(&self.model.covariates[at].unit, (self.covariate)(at, time))
    }

    /// Without the doses of other bands than the patient's.
    fn acting<'d>(&self, doses: &'d [Administration]) -> impl Iterator<Item = &'d Administration> {
        doses.iter().filter(|dose| dose.band.is_none_or(|band| band.holds(self.value(band.covariate, dose.time))))
    }

    fn amount(&self, dose: &Administration, unit: &Unit) -> f64 {
        let scales = &self.model.scales;
        tidy(match dose.amount {
            Given::Marker => 0.0,
            Given::Fixed(amount) => scales.from_canonical(unit, amount),
            Given::Parameter { slot, fraction } => {
                let own = &self.model.parameters[slot].unit;
                let cap = scales.from_canonical(unit, dose.cap);
                own.convert(self.parameters[slot], unit).unwrap_or(self.parameters[slot]).min(cap) * fraction
            }
            Given::PerBody { amount, covariate: at, fraction } => {
                scales.from_canonical(unit, (self.value(at, dose.time) * amount).min(dose.cap) * fraction)
            }
        })
    }

    fn record(&self, dose: &Administration) -> Result<DoseRecord, Problems> {
        let model = self.model;
        let time = tidy(dose.time);
        let from = DoseRecord { time, record: dose.record, additional: dose.additional, ..DoseRecord::default() };
        let Some(entry) = dose.entry else { return Ok(DoseRecord { resets: true, ..from }) };
        let entry = &model.doses[entry];
        let steady = dose.steady.map(|steady| (if steady.adds { 2 } else { 1 }, tidy(steady.interval.unwrap_or(0.0))));
        let mut record = DoseRecord { entry: entry.name.text.clone(), steady, ..from };
        let DoseKind::Into { unit, fraction, duration, rate, .. } = &entry.kind else { return Ok(record) };
        record.amount = self.amount(dose, unit);
        let per_time = unit / &model.time;
        record.rate = match dose.delivery {
            Delivery::Declared if duration.is_some() => -2.0,
            Delivery::Declared if rate.is_some() => -1.0,
            Delivery::Declared | Delivery::Bolus => 0.0,
            Delivery::Rate(rate) => tidy(model.scales.from_canonical(&per_time, rate)),
            Delivery::RatePerBody { rate, covariate: at } => {
                tidy(model.scales.from_canonical(&per_time, self.value(at, dose.time) * rate))
            }
            Delivery::Duration(_) if fraction.is_some() => {
                let name = &entry.name;
                let at = brief(dose.time);
                let mut found = Diagnostic::error(
                    &data::DESIGN_RECORD,
                    format!("the dose of `{name}` at {at} {} has a duration, which a RATE cannot say", model.time),
                );
                found.label(entry.name.span.clone(), "its fraction would change the duration");
                found.help("give the dose with `rate` in place of `over`");
                return Err(found.into());
            }
            Delivery::Duration(duration) => tidy(record.amount / duration),
        };
        Ok(record)
    }
}

/// A number without the rounding error of conversions: 19200 for 19199.999999999996.
fn tidy(value: f64) -> f64 {
    let short: f64 = format!("{value:.11e}").parse().unwrap_or(value);
    if same_time(short, value) { short } else { value }
}

/// A subject of a simulated data set.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedSubject {
    /// Its name.
    pub name: String,
    /// Its doses, in the order they act.
    pub doses: Vec<DoseRecord>,
    /// Its measurements, in the order of time.
    pub measured: Vec<Measurement>,
    /// Which of them stand before the doses of their time; may be shorter.
    pub before: Vec<bool>,
}

/// The columns of [`write_data`].
const COLUMNS: &str = "ID,TIME,EVID,AMT,CMT,RATE,MDV,DVID,DV,CENS";

/// A NONMEM-style table of simulated subjects, dose records included, so that it stands alone: read back as a design it
/// asks for the same observations under the same doses, and read as data it is what a fit wants.
///
/// `TIME` in the unit of the model, `AMT` and `RATE` in that of the dose entry, `DV` in that of the output; `CMT` is the
/// name of the dose entry, `DVID` that of the output, `CENS` 1 with the limit in `DV` where the value lies below it. A
/// field without meaning is a point. At one time doses stand before observations, which show the state after them, unless
/// an observation asked for the state before them. With `more.additional`, additional doses stand in the record that they
/// follow, as far as they are alike.
pub fn write_data(subjects: &[SimulatedSubject], more: MoreColumns) -> String {
    let mut text = format!("{COLUMNS}{}\n", more.heading());
    for subject in subjects {
        let name = quoted(&subject.name);
        let written = written(&subject.doses, more);
        let mut doses = written.iter().peekable();
        let dose_line = |(dose, additional, every): &(&DoseRecord, usize, f64)| {
            let (time, amount, rate) = (number(dose.time), number(dose.amount), number(dose.rate));
            let (ss, ii) = dose.steady.unwrap_or_default();
            let more = more.cells(if *additional > 0 { *every } else { ii }, ss, *additional);
            if dose.resets {
                return format!("{name},{time},3,0,.,0,1,.,.,0{more}\n");
            }
            format!("{name},{time},1,{amount},{},{rate},1,.,.,0{more}\n", quoted(&dose.entry))
        };
        for (at, one) in subject.measured.iter().enumerate() {
            let before = subject.before.get(at).is_some_and(|before| *before);
            let acts = |(dose, ..): &&(&DoseRecord, usize, f64)| match same_time(dose.time, one.time) {
                true => !before,
                false => dose.time < one.time,
            };
            while let Some(dose) = doses.next_if(acts) {
                text.push_str(&dose_line(dose));
            }
            let (time, value) = (number(one.time), number(one.value));
            let censored = u8::from(one.below_limit);
            text.push_str(&format!(
                "{name},{time},0,0,.,0,0,{},{value},{censored}{}\n",
                quoted(&one.output),
                more.cells(0.0, 0, 0)
            ));
        }
        doses.for_each(|dose| text.push_str(&dose_line(dose)));
    }
    text
}

/// The doses that have lines, each with how many additional ones follow it and how often; where these are not alike and
/// evenly apart, each has a line.
fn written<'a>(doses: &'a [DoseRecord], more: MoreColumns) -> Vec<(&'a DoseRecord, usize, f64)> {
    let following = |dose: &DoseRecord| -> Option<(usize, f64)> {
        let own = doses.iter().filter(|other| other.additional && other.record == dose.record);
        let own: Vec<&DoseRecord> = own.collect();
        let every = own.first().map_or(0.0, |first| tidy(first.time - dose.time));
        let alike = own.iter().enumerate().all(|(n, other)| {
            let fits = same_time(other.time, dose.time + (n + 1) as f64 * every);
            fits && (other.amount, other.rate) == (dose.amount, dose.rate)
        });
        alike.then_some((own.len(), every))
    };
    let line = |dose: &'a DoseRecord| {
        let written = doses.iter().find(|other| !other.additional && other.record == dose.record);
        match written.and_then(following).filter(|_| more.additional) {
            Some(_) if dose.additional => None,
            Some((count, every)) => Some((dose, count, every)),
            None => Some((dose, 0, 0.0)),
        }
    };
    doses.iter().filter_map(line).collect()
}

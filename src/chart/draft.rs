//! A chart while it is read, from whatever format.

use super::entry::{Causes, Chart, Dose, Entry, Event, Report};
use super::parameter::Meaning;
use super::time::Instant;
use crate::diagnostic::codes::chart as codes;
use crate::diagnostic::{Diagnostic, Problems, Span};
use crate::sign::Signs;

/// How many mistakes of a subject are told; the rest is counted.
const TOLD: usize = 20;

/// A chart while it is read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub chart: Chart,
    /// When the infusion was, in the times of the input, and where that stands.
    pub infusion: Option<(f64, Span)>,
    /// By how much local time is ahead of the times of the input, days.
    pub ahead: f64,
    pub problems: Problems,
    /// Rates that need a weight, and where they stand.
    by_weight: Vec<(Span, String)>,
    /// Of the facts that have no time of their own, when they were written down.
    told: [Option<f64>; 4],
    /// Whether an adverse event says that there was the syndrome.
    pub syndrome: bool,
    wrong: usize,
}

impl Draft {
    pub fn of(subject: &str) -> Self {
        let chart = Chart { subject: subject.to_owned(), from_infusion: true, ..Chart::default() };
        Self { chart, ..Self::default() }
    }

    /// A mistake, told unless there were many.
    pub fn fail(&mut self, wrong: Diagnostic) {
        self.wrong += 1;
        if self.wrong <= TOLD {
            self.problems.push(wrong);
        }
    }

    /// Takes what holds throughout; gives the event that has a time. The infusion stays to be entered.
    ///
    /// Of a fact that was written down several times the earliest counts, that of the start: doses by weight go by the
    /// weight on admission. `time`: when it was written down, if that is known.
    pub fn settle(&mut self, meaning: Meaning, time: Option<f64>) -> Option<Meaning> {
        let time = time.unwrap_or(f64::NEG_INFINITY);
        let mut earliest = |fact: usize| {
            let earlier = self.told[fact].is_none_or(|known| time < known);
            if earlier {
                self.told[fact] = Some(time);
            }
            earlier
        };
        match meaning {
            Meaning::Nothing => {}
            Meaning::Age(years) => {
                if earliest(0) {
                    self.chart.patient.age = years;
                }
            }
            Meaning::Weight(kg) => {
                if earliest(1) {
                    self.chart.patient.weight = kg;
                }
            }
            Meaning::SbpBaseline(pressure) => {
                if earliest(2) {
                    self.chart.patient.sbp_baseline = pressure;
                }
            }
            Meaning::BaselineDevice(device) => {
                if earliest(3) {
                    self.chart.baseline_device = Some(device);
                }
            }
            Meaning::Reported { scale, grade } => self.chart.reports.push(Report { scale, grade }),
            Meaning::Event(_) | Meaning::Infusion => return Some(meaning),
        }
        None
    }

    /// An infusion; of several the first is time 0: a second dose or a later part is no new one.
    pub fn infuse(&mut self, time: f64, place: Span) {
        if self.infusion.as_ref().is_none_or(|(known, _)| time < *known) {
            self.infusion = Some((time, place));
        }
    }

    /// An event from its time on, to its end if that is known. `written`: the value with its place and unit.
    ///
    /// # Errors
    /// A diagnostic without a place: it ends before it starts.
    pub fn enter(
        &mut self,
        event: Event,
        time: f64,
        end: Option<f64>,
        written: impl FnOnce() -> (Span, String),
    ) -> Result<(), Diagnostic> {
        let event = match event {
            Event::Pressor(agent, dose) => {
                if !dose.rate.weight_suffices(agent, f64::NAN) {
                    self.by_weight.push(written());
                }
                Event::Pressor(agent, Dose { bounded: end.is_some(), ..dose })
            }
            Event::Device { device, .. } => Event::Device { device, bounded: end.is_some() },
            other => other,
        };
        let Some(end) = end else {
            self.chart.entries.push(Entry { time, event });
            return Ok(());
        };
        if end <= time {
            let what = if end < time { "ends before it starts" } else { "has no length: it ends when it starts" };
            let mut wrong = Diagnostic::error(&codes::INTERVAL, format!("the interval {what}"));
            wrong.help("exchange start and stop, or correct one of them");
            return Err(wrong);
        }
        let stop = match event {
            Event::Pressor(agent, _) => Event::PressorStop { agent, since: time },
            Event::Device { device, .. } => Event::DeviceStop { device, since: time },
            Event::OtherCause(_) => Event::OtherCause(Causes::default()),
            Event::AirwayOnly(only) => Event::AirwayOnly(!only),
            // A drug or bolus is given, whenever it is over.
            Event::Bolus(_) | Event::Antipyretic | Event::Anticytokine | Event::Death(_) => {
                self.chart.entries.push(Entry { time, event });
                return Ok(());
            }
            Event::Read(sign, _) if !sign.is_measured() && !sign.is_number() => {
                Event::Read(sign, Signs::normal().raw(sign))
            }
            _ => {
                let mut wrong = Diagnostic::error(&codes::INTERVAL, "a measurement has no stop");
                wrong.help("leave it out: a value counts until the next, see --hold");
                return Err(wrong);
            }
        };
        self.chart.entries.push(Entry { time, event });
        self.chart.entries.push(Entry { time: end, event: stop });
        Ok(())
    }

    /// The chart, with times after the infusion: that of the input, which must not be another than the one `given`.
    pub fn finish(mut self, dated: bool, given: Option<Instant>) -> Result<Chart, Problems> {
        if self.wrong > TOLD {
            let more = format!("{} more such rows of subject `{}`", self.wrong - TOLD, self.chart.subject);
            self.problems.error(&codes::VALUE, more);
        }
        if self.chart.patient.weight.is_nan() {
            for (place, rate) in self.by_weight.drain(..).take(TOLD) {
                self.problems
                    .error(&codes::WEIGHT, format!("{rate} needs the weight of subject `{}`", self.chart.subject))
                    .label(place, "")
                    .help("add a row WEIGHT with unit kg, or give rates as the limits are: ug/min, dopamine ug/kg/min");
            }
        }
        self.agree(given);
        let chart = &mut self.chart;
        let first = chart.entries.iter().map(|entry| entry.time).fold(f64::INFINITY, f64::min);
        let zero = match (&self.infusion, given) {
            (_, Some(given)) => given.days(),
            (Some((infusion, _)), None) => *infusion,
            (None, None) if dated && first.is_finite() => {
                chart.infusion_unknown = true;
                first
            }
            (None, None) => 0.0,
        };
        if dated && zero.is_finite() {
            let local = zero + self.ahead;
            // To the second: days since 1970 leave a trace of rounding.
            chart.clock_at_start = ((local - local.floor()) * 86_400.0).round() / 3600.0 % 24.0;
        }
        for entry in &mut chart.entries {
            entry.time -= zero;
            if let Event::PressorStop { since, .. } | Event::DeviceStop { since, .. } = &mut entry.event {
                *since -= zero;
            }
        }
        self.problems.or_value(Some(self.chart))
    }

    fn agree(&mut self, given: Option<Instant>) {
        let (Some(given), Some((known, place))) = (given, &self.infusion) else { return };
        if (known - given.days()).abs() > 1e-6 {
            let subject = &self.chart.subject;
            let message = format!("the infusion of subject `{subject}` is not when `--infusion` says");
            self.problems
                .error(&codes::INFUSION, message)
                .label(place.clone(), "")
                .help("leave `--infusion` out where the data say when it was, or correct one of them");
        }
    }
}

//! What stands in a chart.

use super::agent::{Agent, Rate};
use crate::sign::{OxygenDevice, Patient, Sign};

/// One subject's chart, in the order in which it was read.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// The subject.
    pub subject: String,
    /// Age, weight, usual pressure.
    pub patient: Patient,
    /// Hour of the day at time 0, for calendar days.
    pub clock_at_start: f64,
    /// What was written down.
    pub entries: Vec<Entry>,
    /// Device that the patient uses at home.
    pub baseline_device: Option<OxygenDevice>,
    /// Grades reported by others, for comparison.
    pub reports: Vec<Report>,
    /// Whether time 0 is the infusion: what comes before it is not the syndrome.
    pub from_infusion: bool,
    /// Times count from the first row, as no row says when the infusion was.
    pub infusion_unknown: bool,
}

/// What a chart says of single moments, for figures: states tell it only in part.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Moments {
    /// Boluses given for pressure, days.
    pub boluses: Vec<f64>,
    /// Death, due to the syndrome or not, days.
    pub death: Option<f64>,
}

impl Chart {
    /// When boluses were given, and when the patient died.
    pub fn moments(&self) -> Moments {
        let mut moments = Moments::default();
        for entry in &self.entries {
            match entry.event {
                Event::Bolus(count) if count > 0 => moments.boluses.push(entry.time),
                Event::Death(_) => {
                    moments.death = Some(moments.death.map_or(entry.time, |known| known.min(entry.time)))
                }
                _ => {}
            }
        }
        // What stands after a death is not looked at.
        if let Some(death) = moments.death {
            moments.boluses.retain(|time| *time <= death);
        }
        moments
    }
}

/// A grade that was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Name of the scale.
    pub scale: String,
    /// The highest grade.
    pub grade: u8,
}

/// Something written down at a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// Days after the infusion.
    pub time: f64,
    /// What.
    pub event: Event,
}

/// What was written down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event {
    /// A sign was read; in its unit.
    Read(Sign, f64),
    /// Oxygen is given so from now on, or until the stop of its interval.
    Device {
        /// How.
        device: OxygenDevice,
        /// Whether the chart says when it stops, so that the next device does not end it.
        bounded: bool,
    },
    /// The interval of a device that began at `since` (days) ends.
    DeviceStop {
        /// How oxygen was given.
        device: OxygenDevice,
        /// When it began, days.
        since: f64,
    },
    /// A vasopressor runs at this rate from now on, or until the stop of its interval; 0 stops the agent.
    Pressor(Agent, Dose),
    /// The interval of a vasopressor that began at `since` (days) ends.
    PressorStop {
        /// The agent.
        agent: Agent,
        /// When it began, days.
        since: f64,
    },
    /// So many boluses were given for pressure; 0: none is given.
    Bolus(u32),
    /// An antipyretic was given.
    Antipyretic,
    /// An anti-cytokine drug or steroid was given.
    Anticytokine,
    /// From now on other causes explain these signs.
    OtherCause(Causes),
    /// From now on the ventilator protects the airway only, or does not.
    AirwayOnly(bool),
    /// Death, due to the syndrome or not.
    Death(bool),
}

/// A rate of a vasopressor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dose {
    pub(super) rate: Rate,
    /// Whether the chart says when it stops, so that the next rate does not end it.
    pub(super) bounded: bool,
}

/// Which signs have another cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Causes {
    /// Fever.
    pub fever: bool,
    /// Low pressure and its treatment.
    pub hypotension: bool,
    /// Oxygen.
    pub hypoxia: bool,
}

//! What figures show of one patient: grades by scale, symbols, drips and oxygen over time.

use crate::chart::Moments;
use crate::crs::{Course, Reading};
use crate::plot::kinds::care;
use crate::plot::{Grade, Interval, Symbol};
use crate::sign::{OxygenDevice, Sign};
use crate::unit::Unit;

/// A graded patient, as figures show one. Times in days.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patient {
    /// The patient.
    pub subject: String,
    /// Scale, grades over time, worst grade.
    pub grades: Vec<(String, Vec<Interval>, Grade)>,
    /// Drugs, boluses, death.
    pub symbols: Vec<(f64, Symbol)>,
    /// Vasopressors.
    pub drips: Vec<Drip>,
    /// Oxygen: from, to, device.
    pub oxygen: Vec<(f64, f64, OxygenDevice)>,
    /// First and last reading.
    pub span: Option<(f64, f64)>,
}

/// Which vasopressors ran together from `from` to `to`.
#[derive(Debug, Clone, PartialEq)]
pub struct Drip {
    /// Days.
    pub from: f64,
    /// Days.
    pub to: f64,
    /// Short names; `pressor` for one that is only counted.
    pub agents: Vec<&'static str>,
}

/// Agents with a rate of their own.
const AGENTS: [(Sign, &str); 5] = [
    (Sign::Norepinephrine, "NE"),
    (Sign::Epinephrine, "EPI"),
    (Sign::Phenylephrine, "PE"),
    (Sign::Dopamine, "DA"),
    (Sign::Vasopressin, "VASO"),
];

impl Patient {
    /// A patient from the readings that were graded, and the courses. `moments` are what a chart says of boluses and
    /// death; without it both are read off the readings, where a bolus is a rise of the level of fluids.
    pub fn new(subject: &str, readings: &[Reading], courses: &[Course], moments: Option<&Moments>) -> Self {
        let day = Unit::parse_str("d").expect("d is a unit");
        let grades = courses.iter().map(|course| {
            let maximum = course.maximum();
            let name = course.grading().scale().name().to_owned();
            (name, care::lane(course, &day).intervals, care::grade(maximum.grade, maximum.bound))
        });
        let mut patient = Self { subject: subject.to_owned(), grades: grades.collect(), ..Self::default() };
        let ends = readings.iter().skip(1).map(|next| next.time).chain(readings.last().map(|last| last.time));
        let mut before: Option<&Reading> = None;
        for (reading, end) in readings.iter().zip(ends) {
            patient.treat(before, reading, end);
            before = Some(reading);
        }
        if let Some(moments) = moments {
            patient.symbols.retain(|(_, symbol)| !matches!(symbol, Symbol::Bolus | Symbol::Death));
            patient.symbols.extend(moments.boluses.iter().map(|time| (*time, Symbol::Bolus)));
            patient.symbols.extend(moments.death.map(|time| (time, Symbol::Death)));
        }
        patient.symbols.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        patient.span = readings.first().zip(readings.last()).map(|(first, last)| (first.time, last.time));
        patient
    }

    fn treat(&mut self, before: Option<&Reading>, reading: &Reading, end: f64) {
        let rises = |sign: Sign| {
            let was = before.and_then(|before| before.signs.get(sign)).unwrap_or(0.0);
            reading.signs.get(sign).is_some_and(|now| now > was)
        };
        let time = reading.time;
        for (sign, symbol) in [
            (Sign::AntipyreticGiven, Symbol::Antipyretic),
            (Sign::AnticytokineGiven, Symbol::Anticytokine),
            (Sign::Fluids, Symbol::Bolus),
        ] {
            if rises(sign) {
                self.symbols.push((time, symbol));
            }
        }
        if reading.death && !before.is_some_and(|before| before.death) {
            self.symbols.push((time, Symbol::Death));
        }
        if reading.death {
            return;
        }
        let agents = running(reading);
        if !agents.is_empty() {
            match self.drips.last_mut() {
                Some(last) if last.agents == agents && last.to >= time => last.to = end,
                _ => self.drips.push(Drip { from: time, to: end, agents }),
            }
        }
        if let Some(device) = reading.signs.oxygen_device().filter(|device| *device > OxygenDevice::Ra) {
            match self.oxygen.last_mut() {
                Some(last) if last.2 == device && last.1 >= time => last.1 = end,
                _ => self.oxygen.push((time, end, device)),
            }
        }
    }
}

/// Vasopressors that run; of those without a rate of their own only how many are counted.
fn running(reading: &Reading) -> Vec<&'static str> {
    let on = |sign: Sign| reading.signs.get(sign).is_some_and(|rate| rate > 0.0);
    let mut agents: Vec<&'static str> = AGENTS.iter().filter(|(sign, _)| on(*sign)).map(|(_, name)| *name).collect();
    let counted = reading.signs.get(Sign::Pressors).map_or(0, |count| count as usize);
    let named = agents.iter().filter(|name| **name != "VASO").count();
    agents.extend((named..counted.min(named + 6)).map(|_| "pressor"));
    agents
}

/// A device as wards write it.
pub(super) fn device_text(device: OxygenDevice) -> &'static str {
    match device {
        OxygenDevice::Ra => "room air",
        OxygenDevice::Blowby => "blow-by",
        OxygenDevice::Nc => "NC",
        OxygenDevice::Mask => "mask",
        OxygenDevice::Venturi => "Venturi",
        OxygenDevice::Nrb => "NRB",
        OxygenDevice::Hfnc => "HFNC",
        OxygenDevice::Cpap => "CPAP",
        OxygenDevice::Bipap => "BiPAP",
        OxygenDevice::Imv => "IMV",
    }
}

/// `NE`, `NE + VASO`, `2 pressors`.
pub(super) fn drip_text(agents: &[&'static str]) -> String {
    let counted = agents.iter().filter(|name| **name == "pressor").count();
    let mut parts: Vec<String> =
        agents.iter().filter(|name| **name != "pressor").map(|name| (*name).to_owned()).collect();
    match counted {
        0 => {}
        1 => parts.push("pressor".into()),
        _ => parts.push(format!("{counted} pressors")),
    }
    parts.join(" + ")
}

//! From a chart to states in time.

use super::agent::Agent;
use super::entry::{Causes, Chart, Dose, Entry, Event};
use crate::crs::{Reading, Remark, Remarks, SAME_TIME};
use crate::sign::{OxygenDevice, Sign, Signs};

/// How a chart is to be understood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// How long temperature, pressure and saturation count after they were read, hours.
    ///
    /// 8 h: vital signs on a ward are read every 4 to 8 (Flora et al. 2021, doi:10.1016/j.ccell.2021.07.019).
    pub hold: f64,
    /// How long a bolus counts as fluids given for pressure, hours. A convention.
    pub bolus_hours: f64,
    /// Boluses within this time are several, hours. A convention.
    pub bolus_window: f64,
    /// What it means that no row speaks of something.
    pub absent: Absent,
}

/// What it means that no row speaks of vasopressors, fluids or oxygen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Vasopressors and fluids were not given, and every grade says so in a flag; oxygen is unknown.
    Assumed,
    /// They were not given and there was room air: the table is complete.
    None,
    /// It is unknown.
    Unknown,
}

impl Default for Options {
    fn default() -> Self {
        Self { hold: 8.0, bolus_hours: 6.0, bolus_window: 24.0, absent: Absent::Assumed }
    }
}

impl Chart {
    /// The states of the patient, each from its time to the next, up to the last entry or death.
    pub fn states(&self, options: &Options) -> Vec<Reading> {
        let mut entries: Vec<&Entry> = self.entries.iter().collect();
        entries.sort_by(|a, b| a.time.total_cmp(&b.time));
        let mut ward = Ward::new(self, &entries, *options);
        ward.infusion_ahead = self.from_infusion && entries.first().is_some_and(|entry| entry.time < -SAME_TIME);
        let mut states: Vec<Reading> = Vec::new();
        let mut at = 0;
        while at < entries.len() {
            let time = entries[at].time;
            let after = at + entries[at..].iter().take_while(|entry| entry.time - time <= SAME_TIME).count();
            while let Some(due) = ward.next_due().filter(|due| due + SAME_TIME < time) {
                ward.pass(due);
                push(&mut states, ward.state(due), false);
            }
            ward.pass(time);
            ward.enter(&entries[at..after], time);
            at = after;
            push(&mut states, ward.state(time), at == entries.len() || ward.dead.is_some());
            if ward.dead.is_some() {
                break;
            }
        }
        states
    }
}

/// States that say nothing new are left out, but not the `last`: it tells when observation stops.
fn push(states: &mut Vec<Reading>, state: Reading, last: bool) {
    let new = states.last().is_none_or(|known| known.signs != state.signs || known.remarks != state.remarks);
    if new || last || state.death {
        states.push(state);
    }
}

/// What is known of the patient now.
struct Ward<'a> {
    chart: &'a Chart,
    options: Options,
    read: Signs,
    /// When each sign becomes unknown, days.
    expires: [f64; Sign::COUNT],
    /// Of each agent what runs, with its start.
    pressors: [Vec<(f64, Dose)>; Agent::ALL.len()],
    pressors_charted: bool,
    /// What oxygen is given by, with its start and whether its stop will be told; empty before the first row of a device.
    devices: Vec<(f64, OxygenDevice, bool)>,
    devices_begun: bool,
    devices_charted: bool,
    boluses: Vec<f64>,
    /// Until when the last of them counts.
    fluids_end: Option<f64>,
    boluses_charted: bool,
    drugs: [f64; 2],
    causes: Causes,
    airway_only: bool,
    twice: bool,
    /// Whether the infusion, at time 0, is still to come.
    infusion_ahead: bool,
    /// Whether death was due to the syndrome.
    dead: Option<bool>,
}

impl<'a> Ward<'a> {
    fn new(chart: &'a Chart, entries: &[&Entry], options: Options) -> Self {
        let any = |is: fn(&Event) -> bool| entries.iter().any(|entry| is(&entry.event));
        Self {
            chart,
            options,
            read: Signs::unknown(),
            expires: [f64::INFINITY; Sign::COUNT],
            pressors: Default::default(),
            pressors_charted: any(|event| matches!(event, Event::Pressor(..))),
            devices: Vec::new(),
            devices_begun: false,
            devices_charted: any(|event| matches!(event, Event::Device { .. })),
            boluses: Vec::new(),
            fluids_end: None,
            boluses_charted: any(|event| matches!(event, Event::Bolus(_))),
            drugs: [0.0; 2],
            causes: Causes::default(),
            airway_only: false,
            twice: false,
            infusion_ahead: false,
            dead: None,
        }
    }

    /// When the next value becomes unknown, or a bolus no longer counts.
    fn next_due(&self) -> Option<f64> {
        let infusion = if self.infusion_ahead { 0.0 } else { f64::INFINITY };
        let next = self.expires.into_iter().fold(self.fluids_end.unwrap_or(infusion).min(infusion), f64::min);
        (next < f64::INFINITY).then_some(next)
    }

    /// Time goes on: what is too old is forgotten.
    fn pass(&mut self, now: f64) {
        self.twice = false;
        self.infusion_ahead &= now < -SAME_TIME;
        for sign in Sign::ALL {
            if self.expires[sign.index()] <= now + SAME_TIME {
                self.read.forget(sign);
                self.expires[sign.index()] = f64::INFINITY;
            }
        }
        self.fluids_end = self.fluids_end.filter(|end| *end > now + SAME_TIME);
    }

    /// Entries of one time: what ends first, then devices, then what belongs to them.
    fn enter(&mut self, entries: &[&Entry], now: f64) {
        let mut seen = [false; Sign::COUNT];
        let before = self.device();
        for entry in entries {
            match entry.event {
                Event::PressorStop { agent, since } => {
                    let same = |start: f64| (start - since).abs() <= SAME_TIME;
                    self.pressors[agent as usize].retain(|(start, dose)| !(dose.bounded && same(*start)));
                }
                Event::DeviceStop { device, since } => {
                    let same = |start: f64| (start - since).abs() <= SAME_TIME;
                    self.devices.retain(|(start, known, bounded)| !(*bounded && *known == device && same(*start)));
                }
                _ => {}
            }
        }
        for entry in entries {
            let Event::Device { device, bounded } = entry.event else { continue };
            let at_once = |start: f64| (start - now).abs() <= SAME_TIME;
            self.twice |= self.devices.iter().any(|(start, ..)| at_once(*start));
            // Another device ends the one before, unless that says itself when it stops.
            self.devices.retain(|(start, _, known)| at_once(*start) || *known || bounded);
            self.devices.push((now, device, bounded));
            self.devices_begun = true;
        }
        if self.device() != before {
            // Flow and FiO2 belong to their device.
            self.read.forget(Sign::OxygenFlow);
            self.read.forget(Sign::Fio2);
            self.airway_only &= self.device() == Some(OxygenDevice::Imv);
        }
        for entry in entries {
            match entry.event {
                Event::Read(sign, value) => {
                    let again = std::mem::replace(&mut seen[sign.index()], true);
                    self.twice |= again;
                    let value = if again { sign.worse_of(self.read.raw(sign), value) } else { value };
                    self.read.set(sign, value);
                    let held = if sign.is_measured() { self.options.hold / 24.0 } else { f64::INFINITY };
                    self.expires[sign.index()] = now + held;
                }
                Event::Pressor(agent, dose) => self.start(agent, dose, now),
                Event::Bolus(0) => self.fluids_end = None,
                Event::Bolus(count) => {
                    let since = now - self.options.bolus_window / 24.0 + SAME_TIME;
                    self.boluses.retain(|given| *given > since);
                    self.boluses.extend((0..count.min(2)).map(|_| now));
                    self.fluids_end = Some(now + self.options.bolus_hours / 24.0);
                }
                Event::Antipyretic => self.drugs[0] += 1.0,
                Event::Anticytokine => self.drugs[1] += 1.0,
                Event::OtherCause(causes) => self.causes = causes,
                Event::AirwayOnly(only) => self.airway_only = only,
                Event::Death(due) => self.dead = Some(self.dead.unwrap_or(false) || due),
                Event::Device { .. } | Event::DeviceStop { .. } | Event::PressorStop { .. } => {}
            }
        }
    }

    /// Another rate ends the one before, unless that says itself when it stops.
    fn start(&mut self, agent: Agent, dose: Dose, now: f64) {
        let running = &mut self.pressors[agent as usize];
        let stops = dose.rate.value == 0.0;
        let at_once = |start: f64| (start - now).abs() <= SAME_TIME;
        self.twice |= !stops && running.iter().any(|(start, _)| at_once(*start));
        // At one time the higher rate counts, and a start over a stop.
        running.retain(|(start, known)| at_once(*start) || ((known.bounded || dose.bounded) && !stops));
        if !stops {
            running.push((now, dose));
        }
    }

    /// The rate at which an agent runs: of several the highest.
    fn running(&self, agent: Agent) -> Option<Dose> {
        let running = self.pressors[agent as usize].iter().map(|(_, dose)| *dose);
        running.max_by(|a, b| a.rate.value.total_cmp(&b.rate.value))
    }

    /// How oxygen is given: by the worst of the devices that run, by none of them after the last has stopped.
    fn device(&self) -> Option<OxygenDevice> {
        let worst = self.devices.iter().map(|(_, device, _)| *device).max();
        worst.or(self.devices_begun.then_some(OxygenDevice::Ra))
    }

    fn state(&self, time: f64) -> Reading {
        let mut reading = Reading::new(time, self.read);
        reading.remarks.add_if(self.twice, Remark::Twice);
        reading.remarks.add_if(self.chart.infusion_unknown, Remark::InfusionUnknown);
        let before = self.chart.from_infusion && time < -SAME_TIME;
        if before {
            // The syndrome follows an infusion: whatever this is has another cause.
            reading.signs = Signs::normal();
            reading.remarks.add(Remark::BeforeInfusion);
        }
        let (signs, remarks) = (&mut reading.signs, &mut reading.remarks);
        signs.set(Sign::AntipyreticGiven, self.drugs[0]);
        signs.set(Sign::AnticytokineGiven, self.drugs[1]);
        if before {
            return reading;
        }
        reading.death = self.dead == Some(true);
        self.state_of_pressors(signs, remarks);
        self.state_of_fluids(time, signs, remarks);
        self.state_of_oxygen(signs, remarks);
        self.set_aside(signs, remarks);
        reading
    }

    fn state_of_pressors(&self, signs: &mut Signs, remarks: &mut Remarks) {
        if !self.pressors_charted {
            if self.options.absent == Absent::Unknown {
                return;
            }
            remarks.add_if(self.options.absent == Absent::Assumed, Remark::NoPressorRows);
        }
        let (mut count, mut salt_unstated, mut unknown) = (0, false, false);
        for agent in Agent::ALL {
            let dose = self.running(agent);
            if let Some(sign) = agent.sign() {
                let rate = dose.map_or(Some(0.0), |dose| dose.rate.in_unit_of(agent, self.chart.patient.weight));
                signs.set(sign, rate.unwrap_or(f64::NAN));
            }
            count += u8::from(dose.is_some() && agent != Agent::Vasopressin);
            salt_unstated |= dose.is_some_and(|dose| dose.rate.salt_unstated);
            unknown |= agent != Agent::Vasopressin && dose.is_some_and(|dose| dose.rate.value.is_nan());
        }
        signs.set(Sign::Pressors, f64::from(count));
        signs.set(Sign::Vasopressin, f64::from(u8::from(self.running(Agent::Vasopressin).is_some())));
        *signs = signs.with_equivalent();
        remarks.add_if(unknown, Remark::RateUnknown);
        // Below this no table of high doses looks at it.
        remarks.add_if(salt_unstated && signs.raw(Sign::NeEquivalent) >= 10.0, Remark::TakenAsBase);
    }

    fn state_of_fluids(&self, time: f64, signs: &mut Signs, remarks: &mut Remarks) {
        if !self.boluses_charted {
            if self.options.absent == Absent::Unknown {
                return;
            }
            remarks.add_if(self.options.absent == Absent::Assumed, Remark::NoFluidRows);
        }
        // Several within the window when the last was given.
        let level = match self.fluids_end {
            None => 0.0,
            Some(_) if self.boluses.len() > 1 => 2.0,
            Some(_) => 1.0,
        };
        let held = level > 0.0 && self.boluses.last().is_some_and(|given| time > given + SAME_TIME);
        remarks.add_if(held, Remark::BolusHeld);
        signs.set(Sign::Fluids, level);
    }

    fn state_of_oxygen(&self, signs: &mut Signs, remarks: &mut Remarks) {
        // Oxygen that flows was given somehow.
        let flows = signs.raw(Sign::OxygenFlow) > 0.0 || signs.raw(Sign::Fio2) > 21.0;
        let device = match (self.device(), self.devices_charted, self.options.absent) {
            (Some(device), ..) => device,
            (None, ..) if flows => return,
            (None, _, Absent::Unknown) | (None, false, Absent::Assumed) => return,
            (None, _, Absent::None) => OxygenDevice::Ra,
            (None, true, Absent::Assumed) => {
                remarks.add(Remark::RoomAirBeforeFirstDevice);
                OxygenDevice::Ra
            }
        };
        let at_home = device > OxygenDevice::Ra && self.chart.baseline_device == Some(device);
        let airway = self.airway_only && device == OxygenDevice::Imv;
        remarks.add_if(at_home, Remark::BaselineDevice);
        remarks.add_if(airway, Remark::AirwayProtection);
        if device == OxygenDevice::Ra || at_home || airway {
            room_air(signs);
        } else {
            signs.set_oxygen_device(device);
        }
    }

    /// What another cause explains is taken as normal.
    fn set_aside(&self, signs: &mut Signs, remarks: &mut Remarks) {
        let Causes { fever, hypotension, hypoxia } = self.causes;
        let normal = Signs::normal();
        if fever && signs.raw(Sign::Temperature) > normal.raw(Sign::Temperature) {
            signs.set(Sign::Temperature, normal.raw(Sign::Temperature));
        }
        if hypotension {
            let pressure = [Sign::Sbp, Sign::Fluids, Sign::Pressors, Sign::Vasopressin, Sign::NeEquivalent];
            let rates = Agent::ALL.into_iter().filter_map(Agent::sign);
            for sign in pressure.into_iter().chain(rates) {
                signs.set(sign, normal.raw(sign));
            }
        }
        if hypoxia {
            room_air(signs);
            signs.set(Sign::Spo2, normal.raw(Sign::Spo2));
        }
        remarks.add_if(fever || hypotension || hypoxia, Remark::OtherCause);
    }
}

fn room_air(signs: &mut Signs) {
    signs.set_oxygen_device(OxygenDevice::Ra);
    signs.set(Sign::OxygenFlow, 0.0);
    signs.set(Sign::Fio2, 21.0);
}

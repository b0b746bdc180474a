//! A million random patients on each scale: one who gets worse never gets a lower grade, and organs never move ASTCT.

use super::*;
use crate::random::{Purpose, Stream};
use crate::sign::{OxygenDevice, Sign};

const PATIENTS: u64 = 1_000_000;

const AGENTS: [Sign; 4] = [Sign::Norepinephrine, Sign::Epinephrine, Sign::Phenylephrine, Sign::Dopamine];
/// Around the limits of the tables: nothing, low, just below, at, above.
const RATES: [[f64; 6]; 4] = [
    [0.0, 1.0, 9.9, 10.0, 19.9, 20.0],
    [0.0, 1.0, 4.0, 9.9, 10.0, 20.0],
    [0.0, 10.0, 99.0, 100.0, 199.0, 200.0],
    [0.0, 2.0, 9.9, 10.0, 19.0, 20.0],
];
const HOURS: [f64; 6] = [0.0, 2.0, 3.0, 23.0, 24.0, 30.0];
const FLOWS: [f64; 8] = [0.5, 2.0, 4.9, 5.0, 6.0, 6.1, 10.0, 40.0];

/// What a patient has; places in the tables above.
#[derive(Debug, Clone, Copy)]
struct Ill {
    signs: Signs,
    rates: [usize; 4],
    hours: usize,
    fio2_known: bool,
}

fn pick(stream: &mut Stream, count: usize) -> usize {
    ((stream.uniform() * count as f64) as usize).min(count - 1)
}

impl Ill {
    fn draw(stream: &mut Stream) -> Self {
        let mut signs = Signs::normal().with(Sign::PressorHigh, f64::NAN);
        let chance = |stream: &mut Stream, share: f64| stream.uniform() < share;
        signs.set(Sign::Temperature, [36.9, 37.9, 38.0, 39.5][pick(stream, 4)]);
        signs.set(Sign::Sbp, [59.0, 69.0, 81.0, 89.0, 90.0, 120.0][pick(stream, 6)]);
        signs.set(Sign::Fluids, pick(stream, 3) as f64);
        let mut rates = [0; 4];
        for rate in &mut rates {
            *rate = if chance(stream, 0.4) { pick(stream, 6) } else { 0 };
        }
        signs.set(Sign::Vasopressin, f64::from(u8::from(chance(stream, 0.3))));
        signs.set_oxygen_device(OxygenDevice::ALL[pick(stream, OxygenDevice::ALL.len())]);
        signs.set(Sign::OxygenFlow, FLOWS[pick(stream, FLOWS.len())]);
        signs.set(Sign::Fio2, [21.0, 28.0, 39.0, 40.0, 60.0][pick(stream, 5)]);
        let fio2_known = chance(stream, 0.5);
        for organ in [Sign::CreatinineGrade, Sign::TransaminaseGrade, Sign::OrganGrade] {
            signs.set(organ, if chance(stream, 0.4) { pick(stream, 5) as f64 } else { 0.0 });
        }
        for flag in [Sign::CoagulationProduct, Sign::Hospitalised, Sign::Symptoms] {
            signs.set(flag, f64::from(u8::from(chance(stream, 0.2))));
        }
        Self { signs, rates, hours: pick(stream, HOURS.len()), fio2_known }
    }

    /// Worse in one way; none if that is at its worst.
    fn worse(mut self, stream: &mut Stream) -> Option<Self> {
        let way = pick(stream, 6);
        match way {
            // A further vasopressor, or a higher dose.
            0 | 1 => {
                let agent = pick(stream, 4);
                self.rates[agent] = (self.rates[agent] + 1 + pick(stream, 5)).min(5);
            }
            2 => self.signs.set(Sign::Vasopressin, 1.0),
            3 => self.hours = (self.hours + 1 + pick(stream, 5)).min(HOURS.len() - 1),
            // A higher device at the same flow and FiO2.
            4 => {
                let device = self.signs.raw(Sign::OxygenDevice) as usize + 1 + pick(stream, 9);
                self.signs.set_oxygen_device(*OxygenDevice::ALL.get(device)?);
            }
            _ => {
                let flow = self.signs.raw(Sign::OxygenFlow);
                self.signs.set(Sign::OxygenFlow, *FLOWS.iter().find(|other| **other > flow)?);
            }
        }
        Some(self)
    }

    fn whole(&self) -> Signs {
        let mut signs = self.signs;
        for (agent, (place, rates)) in AGENTS.into_iter().zip(self.rates.iter().zip(RATES)) {
            signs.set(agent, rates[*place]);
        }
        signs.set(Sign::Pressors, self.rates.iter().filter(|place| **place > 0).count() as f64);
        if !self.fio2_known || self.signs.oxygen_device() == Some(OxygenDevice::Ra) {
            signs.forget(Sign::Fio2);
        }
        signs.with_equivalent()
    }

    /// Well a day ago, then as now for some hours.
    fn grade(&self, monitor: &Monitor) -> Finding {
        let mut monitor = monitor.clone();
        let signs = self.whole();
        monitor.observe(1.0, &signs);
        monitor.observe(1.0 + HOURS[self.hours] / 24.0, &signs);
        *monitor.finding()
    }
}

/// A monitor that has seen a patient who was well.
fn ready(name: &str) -> Monitor {
    let mut monitor = Monitor::new(&Scale::embedded(name).unwrap(), &adult()).unwrap();
    monitor.observe(0.0, &Signs::normal());
    monitor
}

fn never_lowered(name: &str) {
    let monitor = ready(name);
    let mut stream = Stream::new(1, 0, Purpose::Audit);
    let mut lowered = Vec::new();
    for _ in 0..PATIENTS {
        let ill = Ill::draw(&mut stream);
        let Some(worse) = ill.worse(&mut stream) else { continue };
        let (before, after) = (ill.grade(&monitor), worse.grade(&monitor));
        // Of a device with an unknown FiO2 less may be known than of a milder one with a known flow.
        let less_known = !ill.fio2_known && ill.signs.oxygen_device() != worse.signs.oxygen_device();
        if after.highest < before.highest || (after.lowest < before.lowest && !less_known) {
            lowered.push(format!("{before:?} {after:?} {:?} {:?}", ill.whole(), worse.whole()));
        }
    }
    assert!(lowered.is_empty(), "{name}: {} of them, as {}", lowered.len(), lowered[0]);
}

macro_rules! scales {
    ($($test:ident = $name:literal,)*) => { $(#[test] fn $test() { never_lowered($name); })* };
}

scales! {
    astct = "astct-2019",
    lee = "lee-2014",
    penn = "penn",
    cartox = "cartox",
    cartox_paediatric = "cartox-paediatric",
    mskcc = "mskcc",
    ctcae_5 = "ctcae-5",
    ctcae_4 = "ctcae-4.03",
}

#[test]
fn organs_never_move_astct() {
    let monitor = ready("astct-2019");
    let mut stream = Stream::new(2, 0, Purpose::Audit);
    for _ in 0..PATIENTS {
        let ill = Ill::draw(&mut stream);
        let mut well = ill;
        let organs = [Sign::CreatinineGrade, Sign::TransaminaseGrade, Sign::OrganGrade];
        for sign in organs.into_iter().chain([Sign::CoagulationProduct, Sign::Hospitalised, Sign::Symptoms]) {
            well.signs.set(sign, 0.0);
        }
        let (with, without) = (ill.grade(&monitor), well.grade(&monitor));
        assert_eq!((with.lowest, with.highest), (without.lowest, without.highest), "{ill:?}");
    }
}

#[test]
fn the_literal_table_of_high_doses_is_not_monotone_and_the_audit_finds_it() {
    let penn = Scale::embedded("penn").unwrap();
    let literal = options_of(&penn, &[("high_dose", "literal")]);
    let grade = |rates: [usize; 4], settings: &Settings| {
        let mut monitor = Monitor::new(&penn, settings).unwrap();
        monitor.observe(0.0, &Signs::normal());
        let signs = Signs::normal().with(Sign::PressorHigh, f64::NAN);
        Ill { signs, rates, hours: 4, fio2_known: true }.grade(&monitor).grade()
    };
    // Epinephrine 10 ug/min, then norepinephrine 1 ug/min with it.
    let (alone, both) = ([0, 4, 0, 0], [1, 4, 0, 0]);
    assert_eq!((grade(alone, &literal), grade(both, &literal)), (Some(4), Some(3)));
    assert_eq!((grade(alone, &adult()), grade(both, &adult())), (Some(4), Some(4)));

    let found = audit(&penn);
    let messages: Vec<String> = found.iter().map(|one| format!("{} {}", one.code.id, one.message)).collect();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].starts_with("G017 not monotone with high_dose = literal"), "{messages:?}");
}

#[test]
fn scales_are_sound_by_default() {
    for name in Scale::embedded_names() {
        let found = audit(&Scale::embedded(name).unwrap());
        let others: Vec<String> =
            found.iter().map(|one| one.message.clone()).filter(|message| !message.contains("literal")).collect();
        assert!(others.is_empty(), "{name}: {others:?}");
    }
}

#[test]
fn the_audit_finds_what_no_line_shows() {
    let text = Scale::embedded_text("astct-2019").unwrap();
    let found = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let mut problems = crate::diagnostic::Problems::default();
        let source = crate::diagnostic::Source::new("mine.toml", text.replacen(from, to, 1));
        let scale = parse(&source, &mut problems).unwrap_or_else(|| panic!("{problems}"));
        audit(&scale).iter().map(|one| one.code.id).collect::<Vec<_>>()
    };
    assert_eq!(found("eligible and pressors >= 1'", "eligible and pressors >= 1 and pressors < 1'"), ["G014"]);
    assert_eq!(
        found(
            "grade = 2\naxis = \"hypoxia\"\nwhen = 'eligible and oxygen_device > ra'",
            "grade = 2\naxis = \"hypoxia\"\nwhen = 'eligible and oxygen_device >= cpap'"
        ),
        ["G015"]
    );
    assert!(found("eligible and pressors >= 1'", "eligible and pressors == 1'").is_empty());
    let lost = found("eligible and pressors >= 2'", "eligible and pressors == 2'");
    assert_eq!(lost, ["G017"]);
}

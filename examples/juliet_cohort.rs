//! A cohort whose signs, not grades, are drawn: as often as they were seen in JULIET.
//!
//! `cargo run --example juliet_cohort > tests/cohorts/juliet.csv`, then
//! `cascade grade tests/cohorts/juliet.csv --scale penn,astct-2019,lee-2014 --table concordance`.
//!
//! Of 111 patients infused (Schuster 2019, doi:10.1056/NEJMoa1804980): syndrome 58 %, oxygen 24 %, intubation 7 %,
//! vasopressors at high dose 6 %, dialysis 5 %, tocilizumab 14 %, steroids 10 %; onset median 3 d, duration median 7 d
//! (2 to 30). Hypotension that needed intervention: 47 % of those with the syndrome (US label of 2018).
//!
//! What these sources do not tell is assumed, before any grading:
//! - J1: of those on oxygen and not intubated, 70 % cannula (1 to 6 L/min evenly), 12 % mask, 10 % high-flow cannula,
//!   8 % BiPAP.
//! - J2: hypotension that does not need high doses: 30 % vasopressors at low dose (a fifth of them two agents), else
//!   fluids, half of them one bolus, half several.
//! - J3: intubation and high doses come together with hypotension and oxygen; else signs are independent.
//! - J4: 80 % are in hospital for the syndrome; creatinine of grade 2 or 3 in 8 %, transaminases of grade 3 or 4 in 10 %.
//! - J5: signs last for the middle half of the fever.

use cascade::random::{Purpose, Stream};

const PATIENTS: u64 = 111;
const SEED: u64 = 2020;

/// Shares of those with the syndrome: counts of 111 patients over 64 events.
const OXYGEN: f64 = 27.0 / 64.0;
const INTUBATED: f64 = 8.0 / 64.0;
const HIGH_DOSE: f64 = 7.0 / 64.0;
const HYPOTENSION: f64 = 0.47;
const DIALYSIS: f64 = 5.5 / 64.0;
const TOCILIZUMAB: f64 = 16.0 / 64.0;

fn main() {
    use std::io::Write;
    let _ = std::io::stdout().write_all(table().as_bytes());
}

/// The long table of the cohort.
pub fn table() -> String {
    let mut text = String::from("subject,time_h,param,value,unit\n");
    for patient in 1..=PATIENTS {
        let mut stream = Stream::new(SEED, patient, Purpose::Cohort);
        Patient { text: &mut text, number: patient }.draw(&mut stream);
    }
    text
}

struct Patient<'a> {
    text: &'a mut String,
    number: u64,
}

impl Patient<'_> {
    fn row(&mut self, hour: f64, what: &str) {
        self.text.push_str(&format!("J{:03},{hour},{what}\n", self.number));
    }

    fn draw(&mut self, stream: &mut Stream) {
        let age = 22.0 + (stream.uniform() * 54.0).floor();
        self.row(0.0, &format!("AGE,{age},year"));
        self.row(0.0, "O2DEVICE,RA,");
        for param in ["PRESSOR:NE,0,ug/min", "FLUID_BOLUS,0,", "CREAT_GR,0,", "ALT_GR,0,", "HOSP,0,"] {
            self.row(0.0, param);
        }
        let syndrome = stream.uniform() < 0.58;
        // Log-normal around the medians; to whole rounds of 6 hours.
        let onset = 6.0 * (3.0 * (0.7 * stream.normal()).exp() * 4.0).round().clamp(2.0, 120.0);
        let length = 6.0 * (7.0 * (0.5 * stream.normal()).exp() * 4.0).round().clamp(8.0, 120.0);
        let (start, end) = (onset + length / 4.0, onset + 0.75 * length);
        let ill = |share: f64, stream: &mut Stream| syndrome && stream.uniform() < share;
        let intubated = ill(INTUBATED, stream);
        let high = ill(HIGH_DOSE, stream);
        let oxygen = ill((OXYGEN - INTUBATED) / (1.0 - INTUBATED), stream) || intubated;
        let hypotension = ill((HYPOTENSION - HIGH_DOSE) / (1.0 - HIGH_DOSE), stream) || high || intubated;
        if syndrome && stream.uniform() < 0.8 {
            self.row(onset, "HOSP,1,");
        }
        if oxygen {
            self.oxygen(intubated, start, end, stream);
        }
        if hypotension {
            self.circulation(high, start, end, stream);
        }
        self.organs(syndrome, start, end, stream);
        if ill(TOCILIZUMAB, stream) {
            self.row(start, "TOCI,560,mg");
        }
        let mut hour = 0.0;
        while hour <= onset + length + 48.0 {
            let fever = syndrome && hour >= onset && hour < onset + length;
            let low = hypotension && hour >= start && hour < end;
            let temperature = if fever { 38.9 } else { 36.8 } + 0.2 * (stream.uniform() - 0.5);
            let pressure = if low { 84.0 } else { 118.0 } + (8.0 * (stream.uniform() - 0.5)).round();
            self.row(hour, &format!("TEMP,{temperature:.1},degC"));
            self.row(hour, &format!("SBP,{pressure},mmHg"));
            hour += 6.0;
        }
    }

    /// J1.
    fn oxygen(&mut self, intubated: bool, start: f64, end: f64, stream: &mut Stream) {
        let choice = stream.uniform();
        let flow = 1.0 + (stream.uniform() * 6.0).floor();
        let rows: Vec<String> = match choice {
            _ if intubated => vec!["O2DEVICE,IMV,".into(), "FIO2,50,percent".into()],
            c if c < 0.70 => vec!["O2DEVICE,NC,".into(), format!("O2FLOW,{flow},L/min")],
            c if c < 0.82 => vec!["O2DEVICE,MASK,".into(), "O2FLOW,6,L/min".into()],
            c if c < 0.92 => vec!["O2DEVICE,HFNC,".into(), "FIO2,45,percent".into()],
            _ => vec!["O2DEVICE,BIPAP,".into(), "FIO2,40,percent".into()],
        };
        for row in rows {
            self.row(start, &row);
        }
        self.row(end, "O2DEVICE,RA,");
    }

    /// J2.
    fn circulation(&mut self, high: bool, start: f64, end: f64, stream: &mut Stream) {
        let (choice, second) = (stream.uniform(), stream.uniform());
        if high {
            self.row(start, "PRESSOR:NE,25,ug/min");
            self.row(end, "PRESSOR:NE,0,ug/min");
        } else if choice < 0.3 {
            self.row(start, "PRESSOR:NE,6,ug/min");
            self.row(end, "PRESSOR:NE,0,ug/min");
            if second < 0.2 {
                self.row(start, "PRESSOR:EPI,3,ug/min");
                self.row(end, "PRESSOR:EPI,0,ug/min");
            }
        } else {
            self.row(start, if second < 0.5 { "FLUID_BOLUS,1," } else { "FLUID_BOLUS,3," });
        }
    }

    /// J4, and dialysis as creatinine of grade 4.
    fn organs(&mut self, syndrome: bool, start: f64, end: f64, stream: &mut Stream) {
        let (kidney, liver, grade) = (stream.uniform(), stream.uniform(), stream.uniform());
        if !syndrome {
            return;
        }
        let creatinine = match kidney {
            u if u < DIALYSIS => 4,
            u if u < DIALYSIS + 0.08 => 2 + i32::from(grade < 0.5),
            _ => 0,
        };
        let transaminases = if liver < 0.10 { 3 + i32::from(grade > 0.5) } else { 0 };
        for (name, grade) in [("CREAT_GR", creatinine), ("ALT_GR", transaminases)] {
            if grade > 0 {
                self.row(start, &format!("{name},{grade},"));
                self.row(end, &format!("{name},0,"));
            }
        }
    }
}

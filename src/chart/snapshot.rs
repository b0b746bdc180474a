//! Single time points: a row for each patient.

use std::io::BufRead;

use super::agent::Agent;
use super::entry::{Chart, Dose, Entry, Event};
use super::parameter::{Conversions, Meaning, Parameter, device, is_missing, not_a_value, sign_value};
use super::states::{Absent, Options};
use crate::crs::{Course, Panel, Reading, Scale, Settings, grade_states};
use crate::diagnostic::codes::{chart as codes, data};
use crate::diagnostic::{Diagnostic, Problems, listing};
use crate::sign::{Patient, Sign};
use crate::trajectory::Rows;

/// The columns, in the order of the format; others are passed over.
const COLUMNS: [&str; 13] = [
    "id",
    "age_y",
    "wt_kg",
    "temp_c",
    "fever_therapy",
    "sbp",
    "fluids_for_bp",
    "pressors",
    "pressor_h",
    "o2_device",
    "o2_flow_lpm",
    "fio2_pct",
    "other",
];

/// Keys of the column `other`.
const OTHER: [(&str, &str); 15] = [
    ("creat_g", "CREAT_GR"),
    ("alt_ast_g", "ALT_GR"),
    ("organ_g", "ORGAN_GR"),
    ("hosp_for_crs", "HOSP"),
    ("coag_product", "COAG_PRODUCT"),
    ("symptoms", "SYMPTOMS"),
    ("death_due_crs", "DEATH"),
    ("other_cause", "OTHER_CAUSE"),
    ("baseline_device", "BASELINE_DEVICE"),
    ("vent_reason", "VENT_REASON"),
    ("ice", "ICE"),
    ("consciousness", "CONSCIOUSNESS"),
    ("seizure", "SEIZURE"),
    ("motor", "MOTOR"),
    ("oedema", "OEDEMA"),
];

/// What such a table looks like; the columns are those of [`COLUMNS`].
const EXAMPLE: &str = "the first line names the columns, `id,age_y,wt_kg,temp_c,fever_therapy,sbp,fluids_for_bp,pressors,\
    pressor_h,o2_device,o2_flow_lpm,fio2_pct,other`; a row for each patient follows";

/// How long before the time point the patient was without vasopressors, if it is said how long they have run; days.
const BEFORE: f64 = 1.0;

/// Single time points from a table with the columns `id,age_y,wt_kg,temp_c,fever_therapy,sbp,fluids_for_bp,pressors,
/// pressor_h,o2_device,o2_flow_lpm,fio2_pct,other`.
///
/// An empty field is unknown, with two exceptions. `pressors` is empty where none runs, unless `sbp` is empty too. What
/// `other` does not name is absent. `fever_therapy` is empty (no drug), `after_onset` (fever of the syndrome was
/// documented, then an antipyretic or anti-cytokine drug given) or `before_onset` (prophylaxis only).
#[derive(Debug)]
pub struct SnapshotTable<R> {
    rows: Rows<R>,
    places: [usize; COLUMNS.len()],
}

/// A patient at one time.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The patient.
    pub id: String,
    chart: Chart,
    documented: bool,
}

impl<R: BufRead> SnapshotTable<R> {
    /// Reads the header. `name` is what users know the table by.
    ///
    /// # Errors
    /// An empty table, missing columns.
    pub fn open(name: &str, input: R) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let (rows, header) = Rows::open(name, input, EXAMPLE)?;
        let mut places = [0; COLUMNS.len()];
        for (place, name) in places.iter_mut().zip(COLUMNS) {
            match (0..header.columns()).find(|at| header.header(*at) == name) {
                Some(at) => *place = at,
                None => {
                    problems
                        .error(&data::MISSING_COLUMN, format!("the table has no column `{name}`"))
                        .label(header.header_span(), "the header")
                        .help(format!("columns: {}", COLUMNS.join(",")));
                }
            }
        }
        problems.or_value(Some(Self { rows, places }))
    }

    /// The next patient; none at the end.
    ///
    /// # Errors
    /// All mistakes of the row; what comes after it can still be read.
    pub fn next_snapshot(&mut self) -> Result<Option<Snapshot>, Problems> {
        if !self.rows.next_row()? {
            return Ok(None);
        }
        let (problems, chart) = (Problems::default(), Chart::default());
        let mut draft = Draft { rows: &self.rows, places: &self.places, problems, chart, run: None };
        let documented = draft.read();
        let (problems, chart) = (draft.problems, draft.chart);
        problems.or_value(Some(Some(Snapshot { id: chart.subject.clone(), chart, documented })))
    }
}

/// A snapshot while it is read.
struct Draft<'a, R> {
    rows: &'a Rows<R>,
    places: &'a [usize; COLUMNS.len()],
    problems: Problems,
    chart: Chart,
    /// How long vasopressors have run, days.
    run: Option<f64>,
}

impl<R: BufRead> Draft<'_, R> {
    fn field(&self, name: &str) -> String {
        self.rows.field(self.place(name)).trim().to_owned()
    }

    fn place(&self, name: &str) -> usize {
        let at = COLUMNS.iter().position(|column| *column == name).expect("a column");
        self.places[at]
    }

    fn fail(&mut self, name: &str, mut wrong: Diagnostic) {
        wrong.label(self.rows.field_span(self.place(name)), format!("column `{name}`"));
        self.problems.push(wrong);
    }

    /// The value of a fallible reading; a mistake is told at the column.
    fn keep<T>(&mut self, name: &str, read: Result<T, Diagnostic>) -> Option<T> {
        read.map_err(|wrong| self.fail(name, wrong)).ok()
    }

    fn enter(&mut self, time: f64, event: Event) {
        self.chart.entries.push(Entry { time, event });
    }

    /// Reads the row; gives whether the onset was documented before.
    fn read(&mut self) -> bool {
        self.chart.subject = self.field("id");
        self.chart.patient = Patient {
            age: self.number("age_y", 0.0, 120.0),
            weight: self.number("wt_kg", 0.3, 400.0),
            ..Patient::unknown()
        };
        self.sign("temp_c", Sign::Temperature, "degC");
        self.sign("sbp", Sign::Sbp, "mmHg");
        self.oxygen();
        self.fluids();
        let hours = self.number("pressor_h", 0.0, 8760.0);
        self.run = (!hours.is_nan()).then_some(hours / 24.0);
        self.pressors();
        self.other();
        let before = -(self.run.unwrap_or(0.0) + 2.0 * BEFORE);
        match self.field("fever_therapy").as_str() {
            "" => false,
            "after_onset" => {
                self.enter(0.0, Event::Antipyretic);
                true
            }
            "before_onset" => {
                self.enter(before, Event::Antipyretic);
                self.enter(before, Event::Anticytokine);
                false
            }
            other => {
                self.fail(
                    "fever_therapy",
                    not_a_value("fever_therapy", other, "write after_onset, before_onset or nothing"),
                );
                false
            }
        }
    }

    /// A number without a sign; NaN if it is missing.
    fn number(&mut self, name: &str, least: f64, most: f64) -> f64 {
        let text = self.field(name);
        if is_missing(&text) {
            return f64::NAN;
        }
        match text.parse::<f64>() {
            Ok(value) if (least..=most).contains(&value) => value,
            Ok(_) => {
                self.fail(name, not_a_value(name, &text, format!("it lies between {least} and {most}")));
                f64::NAN
            }
            Err(_) => {
                self.fail(name, not_a_value(name, &text, "a number is wanted; leave a missing value empty"));
                f64::NAN
            }
        }
    }

    fn sign(&mut self, name: &str, sign: Sign, unit: &str) {
        let text = self.field(name);
        if let Some(Some(value)) = self.keep(name, sign_value(sign, &text, unit, &mut Conversions::default())) {
            self.enter(0.0, Event::Read(sign, value));
        }
    }

    fn oxygen(&mut self) {
        let text = self.field("o2_device");
        if let Some(Some(device)) = self.keep("o2_device", device(&text)) {
            self.enter(0.0, Event::Device { device, bounded: false });
        }
        self.sign("o2_flow_lpm", Sign::OxygenFlow, "L/min");
        self.sign("fio2_pct", Sign::Fio2, "percent");
    }

    fn fluids(&mut self) {
        let text = self.field("fluids_for_bp");
        let count = match text.to_ascii_lowercase().as_str() {
            "" | "na" | "unknown" => return,
            "none" | "0" => 0,
            "one" | "1" => 1,
            "multi" | "multiple" => 2,
            _ => {
                self.fail("fluids_for_bp", not_a_value("fluids_for_bp", &text, "write none, one or multi"));
                return;
            }
        };
        self.enter(0.0, Event::Bolus(count));
    }

    fn pressors(&mut self) {
        let text = self.field("pressors");
        if matches!(text.to_ascii_lowercase().as_str(), "na" | "unknown" | ".") {
            return;
        }
        let none = text.is_empty() || text.eq_ignore_ascii_case("none");
        if text.is_empty() && is_missing(&self.field("sbp")) {
            // Nobody looked at the circulation.
            return;
        }
        let stopped = Agent::Norepinephrine.rate(0.0, "").map(|rate| Dose { rate, bounded: false });
        let Some(stopped) = self.keep("pressors", stopped) else { return };
        let start = match self.run {
            _ if none => 0.0,
            Some(run) => {
                self.enter(-run - BEFORE, Event::Pressor(Agent::Norepinephrine, stopped));
                -run
            }
            None => 0.0,
        };
        if none {
            self.enter(start, Event::Pressor(Agent::Norepinephrine, stopped));
            return;
        }
        for part in text.split(';').filter(|part| !part.trim().is_empty()) {
            let read = drip(part);
            let Some((agent, dose)) = self.keep("pressors", read) else { continue };
            if !dose.rate.weight_suffices(agent, self.chart.patient.weight) {
                let mut wrong = Diagnostic::error(&codes::WEIGHT, format!("`{}` needs the weight", part.trim()));
                wrong.help("fill in `wt_kg`, or give the rate as the limits are: ug/min, dopamine ug/kg/min");
                self.fail("pressors", wrong);
            }
            self.enter(start, Event::Pressor(agent, dose));
        }
    }

    fn other(&mut self) {
        let text = self.field("other");
        let mut given: Vec<&str> = Vec::new();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, "1"));
            let Some((key, parameter)) = OTHER.iter().find(|(known, _)| *known == key.trim()) else {
                let mut wrong = Diagnostic::error(&codes::PARAMETER, format!("`other` has no key `{}`", key.trim()));
                wrong.help(listing(key, OTHER.iter().map(|(name, _)| *name), "keys"));
                self.fail("other", wrong);
                continue;
            };
            given.push(key);
            let parameter = Parameter::named(parameter).ok().flatten().expect("a parameter");
            match self.keep("other", parameter.meaning(value, "", &mut Conversions::default())) {
                Some(Meaning::Event(event)) => self.enter(0.0, event),
                Some(Meaning::BaselineDevice(device)) => self.chart.baseline_device = Some(device),
                _ => {}
            }
        }
        let absent = [
            ("creat_g", Sign::CreatinineGrade),
            ("alt_ast_g", Sign::TransaminaseGrade),
            ("organ_g", Sign::OrganGrade),
            ("hosp_for_crs", Sign::Hospitalised),
            ("coag_product", Sign::CoagulationProduct),
            ("symptoms", Sign::Symptoms),
        ];
        for (_, sign) in absent.into_iter().filter(|(key, _)| !given.contains(key)) {
            self.enter(0.0, Event::Read(sign, 0.0));
        }
    }
}

impl Snapshot {
    /// What is known of the patient.
    pub fn patient(&self) -> &Patient {
        &self.chart.patient
    }

    /// The settings that grade it, on the base of others.
    pub fn settings(&self, base: &Settings) -> Settings {
        Settings { patient: self.chart.patient, documented: self.documented, ..base.clone() }
    }

    /// The findings of scales at the time point, each in the course that leads to it.
    ///
    /// # Errors
    /// Those of [`Grading::new`](crate::crs::Grading::new).
    pub fn grade(&self, scales: &[Scale], base: &Settings) -> Result<Vec<Course>, Problems> {
        Ok(self.grade_by(Panel::new(scales, &self.settings(base))?))
    }

    /// The same by a panel that was made with [`Snapshot::settings`].
    pub fn grade_by(&self, panel: Panel) -> Vec<Course> {
        grade_states(panel, self.states())
    }

    fn states(&self) -> Vec<Reading> {
        let options = Options { hold: f64::INFINITY, absent: Absent::Unknown, ..Options::default() };
        let mut states = self.chart.states(&options);
        if self.documented {
            // Which of the drugs was given is not said: an antipyretic at least.
            for state in states.iter_mut().filter(|state| state.time >= 0.0) {
                state.signs.forget(Sign::AnticytokineGiven);
            }
        }
        states
    }
}

/// `NE:5ug/min`
fn drip(text: &str) -> Result<(Agent, Dose), Diagnostic> {
    let wrong = |help: &str| {
        let mut wrong =
            Diagnostic::error(&codes::RATE, format!("`{}` is not a vasopressor with its rate", text.trim()));
        wrong.help(help);
        wrong
    };
    let (name, rate) = text.split_once(':').ok_or_else(|| wrong("write NE:5ug/min, several with semicolons"))?;
    let agent = Agent::named(name)?;
    let rate = rate.trim();
    let end = rate.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rate.len());
    let value: f64 = rate[..end].parse().map_err(|_| wrong("write NE:5ug/min, several with semicolons"))?;
    let rate = agent.rate(value, &rate[end..])?;
    Ok((agent, Dose { rate, bounded: false }))
}

//! Tables of a cohort: head and rows as text.

use super::{Agreement, Cohort, Spread};
use crate::crs::{Bound, Care, Episode, Outcome, SAME_TIME};
use crate::trajectory::number;

/// A table of a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A row for each episode.
    Episodes,
    /// A row for each patient and scale.
    Patients,
    /// Incidence by scale and grade.
    Incidence,
    /// Median and range of onset, time to the worst grade and duration.
    Times,
    /// Kaplan-Meier estimate of the onset.
    Onset,
    /// Scale against scale, and against reported grades.
    Concordance,
    /// A row for each patient, scale and parameter in the manner of an ADaM basic data structure.
    Adam,
}

impl Kind {
    /// All.
    pub const ALL: [Kind; 7] =
        [Kind::Episodes, Kind::Patients, Kind::Incidence, Kind::Times, Kind::Onset, Kind::Concordance, Kind::Adam];

    /// Its name: `episodes`, for `episodes.csv`.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Episodes => "episodes",
            Kind::Patients => "patients",
            Kind::Incidence => "incidence",
            Kind::Times => "times",
            Kind::Onset => "onset",
            Kind::Concordance => "concordance",
            Kind::Adam => "adam",
        }
    }

    /// What it holds, in a line.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Episodes => "Episodes: onset, worst grade, time at each grade, end",
            Kind::Patients => "Patients: worst grade, rule, flags",
            Kind::Incidence => "Incidence by grade with 95 % intervals",
            Kind::Times => "Onset, time to the worst grade, duration: median and range",
            Kind::Onset => "Kaplan-Meier estimate of the onset",
            Kind::Concordance => "Scale against scale and against reported grades",
            Kind::Adam => "In the manner of an ADaM data set",
        }
    }

    /// Names of its columns.
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Kind::Episodes => &[
                "subject",
                "scale",
                "episode",
                "onset_d",
                "end_d",
                "outcome",
                "grade",
                "bound",
                "time_of_maximum_d",
                "hours",
                "calendar_days",
                "hours_at_1",
                "hours_at_2",
                "hours_at_3",
                "hours_at_4",
                "hours_undetermined",
                "returns",
                "antipyretics",
                "anticytokines",
                "hours_fluids",
                "hours_vasopressors",
                "hours_oxygen",
                "hours_ventilation",
            ],
            Kind::Patients => {
                &["subject", "scale", "grade", "bound", "rule", "onset_d", "episodes", "until_d", "flags"]
            }
            Kind::Incidence => {
                &["scale", "grade", "n_at", "n_at_or_above", "n_below", "n_undetermined", "share", "low_95", "high_95"]
            }
            Kind::Times => &["scale", "what", "unit", "n", "median", "min", "max"],
            Kind::Onset => &["scale", "time_d", "at_risk", "events", "event_free", "standard_error"],
            Kind::Concordance => &[
                "reference",
                "scale",
                "n",
                "same",
                "lower",
                "higher",
                "n_undetermined",
                "cases",
                "cases_same",
                "cases_lower",
                "cases_higher",
                "kappa_linear",
                "kappa_quadratic",
            ],
            Kind::Adam => &[
                "USUBJID", "PARAMCD", "PARAM", "AVAL", "AVALC", "AVALU", "ASTDY", "AENDY", "ADURN", "ADURU", "CRIT1",
                "ANL01FL", "DTYPE",
            ],
        }
    }
}

impl Cohort {
    /// The rows of a table.
    pub fn rows(&self, kind: Kind) -> Vec<Vec<String>> {
        match kind {
            Kind::Episodes => self.episode_rows(),
            Kind::Patients => self.patient_rows(),
            Kind::Incidence => self.incidence_rows(),
            Kind::Times => self.time_rows(),
            Kind::Onset => self.onset_rows(),
            Kind::Concordance => self.concordance().iter().map(concordance_row).collect(),
            Kind::Adam => self.adam_rows(),
        }
    }

    /// Each patient on each scale.
    fn each(&self) -> impl Iterator<Item = (&super::Member, &String, &super::Summary)> {
        self.members.iter().flat_map(|member| {
            self.scales.iter().zip(&member.summaries).map(move |(scale, summary)| (member, scale, summary))
        })
    }

    fn episode_rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for (member, scale, summary) in self.each() {
            for (at, episode) in summary.episodes.iter().enumerate() {
                let hours = |days: f64| number(round(days * 24.0));
                let mut row = vec![
                    member.subject.clone(),
                    scale.clone(),
                    (at + 1).to_string(),
                    number(round(episode.onset)),
                    number(round(episode.end)),
                    outcome(episode).to_owned(),
                    if episode.bound == Bound::Undetermined { String::new() } else { episode.maximum.to_string() },
                    episode.bound.name().to_owned(),
                    number(round(episode.time_of_maximum)),
                    number(round(episode.hours())),
                    episode.calendar_days.to_string(),
                ];
                row.extend((1..=4).map(|grade: usize| hours(episode.time_at[grade])));
                row.push(hours(episode.time_undetermined));
                row.push(episode.returns.to_string());
                row.extend(episode.drugs.iter().map(u32::to_string));
                let Care { fluids, vasopressors, oxygen, ventilation } = episode.care;
                row.extend([fluids, vasopressors, oxygen, ventilation].map(hours));
                rows.push(row);
            }
        }
        rows
    }

    fn patient_rows(&self) -> Vec<Vec<String>> {
        let row = |(member, scale, summary): (&super::Member, &String, &super::Summary)| {
            vec![
                member.subject.clone(),
                scale.clone(),
                summary.maximum.grade.map(|grade| grade.to_string()).unwrap_or_default(),
                summary.maximum.bound.name().to_owned(),
                summary.rule.clone().unwrap_or_default(),
                summary.first().map(|episode| number(round(episode.onset))).unwrap_or_default(),
                summary.episodes.len().to_string(),
                number(round(summary.until)),
                summary.flags.join(";"),
            ]
        };
        self.each().map(row).collect()
    }

    fn incidence_rows(&self) -> Vec<Vec<String>> {
        let row = |row: super::Incidence| {
            let share = row.at_or_above;
            let (low, high) = share.interval().map_or((None, None), |(low, high)| (Some(low), Some(high)));
            vec![
                row.scale,
                row.grade.to_string(),
                row.at.to_string(),
                share.yes.to_string(),
                share.no.to_string(),
                share.missing.to_string(),
                optional(share.estimate()),
                optional(low),
                optional(high),
            ]
        };
        self.incidence().into_iter().map(row).collect()
    }

    fn time_rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for (at, scale) in self.scales.iter().enumerate() {
            for (what, spread) in [
                ("onset", self.onset(at)),
                ("time_to_maximum", self.time_to_maximum(at)),
                ("duration_of_resolved", self.duration(at)),
            ] {
                let number = |of: fn(&Spread) -> f64| spread.as_ref().map(|s| number(round(of(s)))).unwrap_or_default();
                rows.push(vec![
                    scale.clone(),
                    what.to_owned(),
                    "d".to_owned(),
                    spread.map_or(0, |spread| spread.n).to_string(),
                    number(|spread| spread.median),
                    number(|spread| spread.least),
                    number(|spread| spread.most),
                ]);
            }
        }
        rows
    }

    fn onset_rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for (at, scale) in self.scales.iter().enumerate() {
            for step in self.onset_curve(at) {
                rows.push(vec![
                    scale.clone(),
                    number(round(step.time)),
                    step.at_risk.to_string(),
                    step.events.to_string(),
                    number(step.survival),
                    number(step.error),
                ]);
            }
        }
        rows
    }

    fn adam_rows(&self) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for (member, scale, summary) in self.each() {
            let code = code_of(scale);
            let day = |time: f64| study_day(time, summary.clock_at_start);
            let first = summary.first();
            let (start, end) = (first.map(|episode| episode.onset), first.map(ended).unwrap_or_default());
            let days =
                first.filter(|episode| episode.outcome != Outcome::Censored).map(|e| e.calendar_days.to_string());
            let grade = summary.maximum.grade.map(|grade| grade.to_string()).unwrap_or_default();
            let bound = match summary.maximum.bound {
                Bound::Exact => "",
                Bound::Lower => "LOWER BOUND",
                Bound::Undetermined => "UNDETERMINED",
            };
            rows.push(vec![
                member.subject.clone(),
                code.clone(),
                format!("Maximum CRS grade by {scale}"),
                grade.clone(),
                if grade.is_empty() { String::new() } else { format!("GRADE {grade}") },
                String::new(),
                start.map(day).unwrap_or_default(),
                end.map(day).unwrap_or_default(),
                days.clone().unwrap_or_default(),
                if days.is_some() { "DAYS".to_owned() } else { String::new() },
                summary.rule.clone().unwrap_or_default(),
                if summary.maximum.bound == Bound::Exact { "Y".to_owned() } else { String::new() },
                bound.to_owned(),
            ]);
        }
        rows
    }
}

fn concordance_row(row: &Agreement) -> Vec<String> {
    let cases: u64 = row.of_cases.iter().sum();
    let mut line = vec![row.reference.clone(), row.scale.clone()];
    line.extend([row.n, row.same, row.lower, row.higher, row.undetermined, cases].map(|count| count.to_string()));
    line.extend(row.of_cases.map(|count| count.to_string()));
    line.extend([optional(row.kappa_linear()), optional(row.kappa_quadratic())]);
    line
}

fn optional(value: Option<f64>) -> String {
    value.map(number).unwrap_or_default()
}

/// Hours in days leave a trace of rounding that nobody wants to read: 1e-9 d is 0.1 ms.
fn round(value: f64) -> f64 {
    (value * 1e9).round() / 1e9
}

fn outcome(episode: &Episode) -> &'static str {
    match episode.outcome {
        Outcome::Resolved => "resolved",
        Outcome::Censored => "censored",
        Outcome::Fatal => "fatal",
    }
}

fn ended(episode: &Episode) -> Option<f64> {
    (episode.outcome != Outcome::Censored).then_some(episode.end)
}

/// Relative day of a time: the day of the infusion is 1, there is no day 0.
fn study_day(time: f64, clock: f64) -> String {
    // Hours are not exact in days.
    let day = (time + clock / 24.0 + SAME_TIME).floor();
    (if day >= 0.0 { day + 1.0 } else { day }).to_string()
}

/// A code of at most eight letters for a scale, `CRSASTCT`.
fn code_of(scale: &str) -> String {
    let letters = scale.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase());
    match scale {
        "cartox-paediatric" => "CRSCTXPD".into(),
        "ctcae-4.03" => "CRSCTC4".into(),
        "ctcae-5" => "CRSCTC5".into(),
        "astct-2019" => "CRSASTCT".into(),
        "lee-2014" => "CRSLEE14".into(),
        _ => "CRS".chars().chain(letters).take(8).collect(),
    }
}

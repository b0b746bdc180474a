//! A graded course: what the monitor leaves behind.

use super::care::Care;
use super::grading::Grading;
use super::monitor::SAME_TIME;
use super::remark::Remarks;
use super::scale::Rule;
use serde::Serialize;
use std::io;
use std::sync::Arc;

/// What can be said of a grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bound {
    /// Nothing that is missing could raise it (death aside).
    Exact,
    /// It is at least this.
    Lower,
    /// It may be 0 or more.
    Undetermined,
}

impl Bound {
    /// As tables print it.
    pub fn name(self) -> &'static str {
        match self {
            Bound::Exact => "exact",
            Bound::Lower => "lower",
            Bound::Undetermined => "undetermined",
        }
    }
}

/// The grade at a time, what is uncertain about it, and why it is so. Resolve names by [`Course::record`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The grade is at least this.
    pub lowest: u8,
    /// And at most this, if what is unknown were at its worst.
    pub highest: u8,
    /// Place of the deciding rule in [`Scale::rules`](super::Scale::rules); none for grade 0.
    pub rule: Option<u8>,
    /// Bits: the scale's rules (those conventions on which the grade hangs), then its flags.
    pub(super) flags: u64,
}

impl Finding {
    /// Nobody has looked yet: grade 0 until a reading says otherwise.
    pub(super) const NONE: Finding = Finding { lowest: 0, highest: 0, rule: None, flags: 0 };

    /// The grade, a lower bound if [`Finding::bound`] says so; none if undetermined.
    pub fn grade(&self) -> Option<u8> {
        (self.bound() != Bound::Undetermined).then_some(self.lowest)
    }

    /// What can be said of the grade.
    pub fn bound(&self) -> Bound {
        match (self.lowest, self.highest) {
            (lowest, highest) if lowest == highest => Bound::Exact,
            (0, _) => Bound::Undetermined,
            _ => Bound::Lower,
        }
    }

    /// Certainly grade 0.
    pub fn is_clear(&self) -> bool {
        self.highest == 0
    }
}

/// From `time` until the next row the finding is this.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Days.
    pub time: f64,
    /// The grade and its reasons.
    pub finding: Finding,
}

/// A [`Row`] with names, as tables and JSON show it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Record<'a> {
    /// Days.
    pub time: f64,
    /// The grade, none if undetermined.
    pub grade: Option<u8>,
    /// What can be said of it.
    pub bound: Bound,
    /// Id of the deciding rule; none for grade 0.
    pub rule: Option<&'a str>,
    /// Conventions on which the grade hangs, the scale's flags, and what was assumed for the table.
    pub flags: Vec<&'a str>,
}

/// How an episode came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Grade 0, and stayed so for the time the scale demands.
    Resolved,
    /// Still open when the course stops.
    Censored,
    /// Death due to the syndrome.
    Fatal,
}

/// One episode. Times in days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Episode {
    /// When it began.
    pub onset: f64,
    /// When it ended: the first time at grade 0 that lasted, or death; the end of the course if censored.
    pub end: f64,
    /// How it came out.
    pub outcome: Outcome,
    /// Highest grade.
    pub maximum: u8,
    /// Whether `maximum` is exact, or a lower bound because something was unknown.
    pub bound: Bound,
    /// When `maximum` was first reached.
    pub time_of_maximum: f64,
    /// Time at each grade, 0 to 5; at a lower bound's grade while only that is known.
    pub time_at: [f64; 6],
    /// Time at which the grade was undetermined.
    pub time_undetermined: f64,
    /// Calendar days from the day of onset to the day of the end, both counted.
    pub calendar_days: u32,
    /// How often it stopped and came back within the scale's gap.
    pub returns: u32,
    /// Administrations of antipyretics, and of anti-cytokine drugs, from the onset to the end.
    pub drugs: [u32; 2],
    /// Supportive care from the onset to the end.
    pub care: Care,
}

impl Episode {
    pub(super) fn begun(onset: f64, seen: f64) -> Self {
        Self {
            onset,
            end: seen,
            outcome: Outcome::Censored,
            maximum: 0,
            bound: Bound::Exact,
            time_of_maximum: seen,
            time_at: [0.0; 6],
            time_undetermined: 0.0,
            calendar_days: 0,
            returns: 0,
            drugs: [0; 2],
            care: Care::default(),
        }
    }

    /// One of which only onset and worst grade are known.
    pub fn known(onset: f64, maximum: u8, bound: Bound) -> Self {
        let care = Care::UNKNOWN;
        Self { end: f64::NAN, maximum, bound, time_of_maximum: f64::NAN, care, ..Self::begun(onset, onset) }
    }

    /// From onset to end, hours.
    pub fn hours(&self) -> f64 {
        (self.end - self.onset) * 24.0
    }
}

/// The worst grade of a whole course.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Maximum {
    /// The grade, none if nothing is known.
    pub grade: Option<u8>,
    /// What can be said of it.
    pub bound: Bound,
    /// When it was first reached, days.
    pub time: f64,
    /// The highest grade that it may have been.
    pub highest: u8,
}

/// A graded course of one patient on one scale.
#[derive(Debug, Clone)]
pub struct Course {
    pub(super) grading: Grading,
    pub(super) rows: Vec<Row>,
    pub(super) episodes: Vec<Episode>,
    /// Days; the last row holds until then.
    pub(super) until: f64,
    /// What was assumed, each from its time (days) to the next.
    pub(super) remarks: Arc<[(f64, Remarks)]>,
}

/// The head of a table of courses.
pub const COURSE_COLUMNS: [&str; 7] = ["subject", "time", "scale", "grade", "bound", "rule", "flags"];

impl Course {
    /// How it was graded.
    pub fn grading(&self) -> &Grading {
        &self.grading
    }

    /// The findings, each from its time to the next.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The hour of the day at time 0.
    pub fn clock_at_start(&self) -> f64 {
        self.grading.inner.clock_at_start
    }

    /// When the course stops, days.
    pub fn until(&self) -> f64 {
        self.until
    }

    /// The episodes in order of time.
    pub fn episodes(&self) -> &[Episode] {
        &self.episodes
    }

    /// The finding that holds at a time; none before the first reading.
    pub fn at(&self, time: f64) -> Option<&Finding> {
        let after = self.rows.partition_point(|row| row.time <= time);
        after.checked_sub(1).map(|last| &self.rows[last].finding)
    }

    /// The rule that decided a finding.
    pub fn rule(&self, finding: &Finding) -> Option<&Rule> {
        finding.rule.and_then(|at| self.grading.scale().rules().get(usize::from(at)))
    }

    /// The flags of a finding: conventions on which it hangs, then the scale's flags.
    pub fn flags<'a>(&'a self, finding: &Finding) -> impl Iterator<Item = &'a str> + use<'a> {
        let scale = self.grading.scale();
        let bits = finding.flags;
        let ids = scale.rules().iter().map(|rule| rule.id.as_str());
        let ids = ids.chain(scale.flags().iter().map(|flag| flag.id.as_str()));
        ids.enumerate().filter(move |(bit, _)| bits >> bit & 1 == 1).map(|(_, id)| id)
    }

    /// A row with names.
    pub fn record(&self, row: &Row) -> Record<'_> {
        let mut flags: Vec<&str> = self.flags(&row.finding).collect();
        for remark in self.remarks_at(row.time).iter() {
            flags.push(remark.name());
        }
        Record {
            time: row.time,
            grade: row.finding.grade(),
            bound: row.finding.bound(),
            rule: self.rule(&row.finding).map(|rule| rule.id.as_str()),
            flags,
        }
    }

    /// What was assumed for the finding of a time.
    pub fn remarks_at(&self, time: f64) -> Remarks {
        let after = self.remarks.partition_point(|(from, _)| *from <= time);
        after.checked_sub(1).map_or(Remarks::NONE, |last| self.remarks[last].1)
    }

    /// All rows with names, and one more wherever only the assumptions change.
    pub fn records(&self) -> impl Iterator<Item = Record<'_>> {
        let mut times: Vec<f64> = self.rows.iter().map(|row| row.time).collect();
        times.extend(self.remarks.iter().map(|(time, _)| *time).filter(|time| self.at(*time).is_some()));
        times.sort_by(f64::total_cmp);
        times.dedup();
        times.into_iter().filter_map(|time| self.at(time).map(|finding| self.record(&Row { time, finding: *finding })))
    }

    /// The worst grade, and when it was first reached.
    pub fn maximum(&self) -> Maximum {
        let lowest = self.rows.iter().map(|row| row.finding.lowest).max().unwrap_or(0);
        let highest = self.rows.iter().map(|row| row.finding.highest).max().unwrap_or(0);
        let whole = Finding { lowest, highest, ..Finding::NONE };
        let first = self.rows.iter().find(|row| row.finding.lowest == lowest);
        Maximum { grade: whole.grade(), bound: whole.bound(), time: first.map_or(self.until, |row| row.time), highest }
    }

    /// Writes the rows as CSV records of [`COURSE_COLUMNS`]; the head is the caller's.
    ///
    /// # Errors
    /// What the stream reports.
    pub fn write<W: io::Write>(&self, subject: &str, table: &mut csv::Writer<W>) -> csv::Result<()> {
        let scale = self.grading.scale().name();
        for record in self.records() {
            let grade = record.grade.map(|grade| grade.to_string()).unwrap_or_default();
            let (time, flags) = (record.time.to_string(), record.flags.join(";"));
            let rule = record.rule.unwrap_or_default();
            table.write_record([subject, &time, scale, &grade, record.bound.name(), rule, &flags])?;
        }
        Ok(())
    }

    /// Fills in what needs the rows: time at each grade, calendar days.
    pub(super) fn complete(mut self) -> Self {
        let clock = self.grading.inner.clock_at_start / 24.0;
        for episode in &mut self.episodes {
            let day = |time: f64| (time + clock + SAME_TIME).floor();
            episode.calendar_days = ((day(episode.end) - day(episode.onset)) as u32).saturating_add(1);
            for (at, row) in self.rows.iter().enumerate() {
                let next = self.rows.get(at + 1).map_or(self.until, |next| next.time);
                let time = (next.min(episode.end) - row.time.max(episode.onset)).max(0.0);
                match row.finding.grade() {
                    Some(grade) => episode.time_at[usize::from(grade)] += time,
                    None => episode.time_undetermined += time,
                }
            }
        }
        self
    }
}

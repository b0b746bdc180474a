//! The long table: a row for everything written down.

use std::collections::{HashMap, HashSet};
use std::io::BufRead;

use super::draft::Draft;
use super::entry::Chart;
use super::parameter::{Conversions, Meaning, Parameter};
use super::time::{self, Instant};
use crate::diagnostic::codes::{chart as codes, data};
use crate::diagnostic::{Diagnostic, Problems, Source};
use crate::trajectory::{Fields, Rows};

/// Times beyond this are mistakes: a hundred years.
const MOST_HOURS: f64 = 876_600.0;

/// What a long table looks like.
const EXAMPLE: &str =
    "the first line names the columns, `subject,time_h,param,value,unit`; a row for each reading follows";

/// Charts from a long table, subject by subject: memory does not grow with their number.
///
/// Columns `subject` (or `ID`, `id`, `USUBJID`), `time_h` or `datetime`, `param`, `value`, `unit`, and for intervals
/// `stop_h` (or `stop`). Rows of one subject stand together; within a subject they come in any order. A table whose
/// subjects are mixed is read by [`LongTable::read_all`].
#[derive(Debug)]
pub struct LongTable<R> {
    rows: Rows<R>,
    columns: Columns,
    parameters: HashMap<String, Option<Parameter>>,
    conversions: Conversions,
    /// Names that no parameter has, and how often.
    passed_over: Vec<(String, u64)>,
    /// The first row of the next subject was read already.
    waiting: bool,
    finished: HashSet<String>,
    /// When the infusion was, for subjects without a row that says so.
    infusion: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Columns {
    subject: usize,
    time: usize,
    /// Times are dates.
    dated: bool,
    parameter: usize,
    value: usize,
    unit: usize,
    stop: Option<usize>,
}

impl<R: BufRead> LongTable<R> {
    /// Reads the header. `name` is what users know the table by.
    ///
    /// # Errors
    /// An empty table, columns that are missing or come twice.
    pub fn open(name: &str, input: R) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let (rows, header) = Rows::open(name, input, EXAMPLE)?;
        let columns = Columns::of(&header, &mut problems);
        let columns = problems.or_value(columns)?;
        Ok(Self {
            rows,
            columns,
            parameters: HashMap::new(),
            conversions: Conversions::default(),
            passed_over: Vec::new(),
            waiting: false,
            finished: HashSet::new(),
            infusion: None,
        })
    }

    /// Counts times from this infusion for subjects without a row INFUSION; a row that says otherwise is a mistake.
    ///
    /// # Errors
    /// Times of the table are hours after the infusion, or the time has an offset from UTC.
    pub fn count_from(&mut self, infusion: Instant) -> Result<(), Problems> {
        let help = match infusion.ahead() {
            _ if !self.columns.dated => "times of the table count from the infusion already: leave `--infusion` out",
            Some(_) => "times of the table are local: write 2026-01-01T00:00, without an offset",
            None => {
                self.infusion = Some(infusion);
                return Ok(());
            }
        };
        let mut wrong = Diagnostic::error(&codes::INFUSION, "`--infusion` does not fit the times of the table");
        wrong.label(Source::new(self.rows.name(), "").whole(), "");
        wrong.help(help);
        Err(wrong.into())
    }

    /// The chart of the next subject; none at the end.
    ///
    /// # Errors
    /// All mistakes in the rows of the subject (20 are told, the rest is counted); a subject whose rows do not stand
    /// together.
    pub fn next_chart(&mut self) -> Result<Option<Chart>, Problems> {
        let mut draft = Draft::of("");
        let mut any = false;
        loop {
            if !self.waiting && !self.rows.next_row()? {
                break;
            }
            self.waiting = false;
            if !any {
                let subject = self.subject();
                if self.finished.contains(&subject) {
                    return Err(self.not_together(&subject));
                }
                draft.chart.subject = subject;
                any = true;
            } else if self.rows.field(self.columns.subject) != draft.chart.subject {
                self.waiting = true;
                break;
            }
            self.row(&mut draft);
        }
        if !any {
            return Ok(None);
        }
        self.finished.insert(draft.chart.subject.clone());
        draft.finish(self.columns.dated, self.infusion).map(Some)
    }

    /// All charts, in the order of their first rows; subjects may be mixed. Memory grows with the table.
    ///
    /// # Errors
    /// All mistakes, see [`LongTable::next_chart`].
    pub fn read_all(&mut self) -> Result<Vec<Chart>, Problems> {
        let mut drafts: Vec<Draft> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        while self.rows.next_row()? {
            let subject = self.subject();
            let at = *places.entry(subject).or_insert_with_key(|subject| {
                drafts.push(Draft::of(subject));
                drafts.len() - 1
            });
            self.row(&mut drafts[at]);
        }
        let mut problems = Problems::default();
        let mut charts = Vec::new();
        for draft in drafts {
            match draft.finish(self.columns.dated, self.infusion) {
                Ok(chart) => charts.push(chart),
                Err(found) => problems.append(found),
            }
        }
        problems.or_value(Some(charts))
    }

    /// Parameters that no scale uses and that were passed over, with the number of their rows.
    pub fn passed_over(&self) -> &[(String, u64)] {
        &self.passed_over
    }

    fn subject(&self) -> String {
        self.rows.field(self.columns.subject).into_owned()
    }

    fn not_together(&self, subject: &str) -> Problems {
        let message = format!("the rows of subject `{subject}` do not stand together");
        let mut wrong = Diagnostic::error(&codes::NOT_TOGETHER, message);
        wrong.label(self.rows.source().whole(), "begins anew here");
        wrong.help("sort the table by subject, or give it as a file rather than as a stream");
        wrong.into()
    }

    fn row(&mut self, draft: &mut Draft) {
        if let Err((mut wrong, column)) = self.read_row(draft) {
            wrong.label(self.rows.field_span(column), "");
            draft.fail(wrong);
        }
    }

    /// Puts the row into a draft; a mistake comes with its column.
    fn read_row(&mut self, draft: &mut Draft) -> Result<(), (Diagnostic, usize)> {
        let columns = self.columns;
        if self.rows.field(columns.subject).is_empty() {
            let mut wrong = Diagnostic::error(&codes::VALUE, "the row has no subject");
            wrong.help("say whose it is: rows of nobody would be one patient");
            return Err((wrong, columns.subject));
        }
        let Some(parameter) = self.parameter().map_err(|wrong| (wrong, columns.parameter))? else { return Ok(()) };
        let (value, unit) = (self.rows.field(columns.value), self.rows.field(columns.unit));
        let meaning = parameter.meaning(&value, &unit, &mut self.conversions).map_err(|wrong| {
            let of_unit = wrong.code.id == codes::UNIT.id && !unit.is_empty();
            (wrong, if of_unit { columns.unit } else { columns.value })
        })?;
        let event = match draft.settle(meaning, self.time(columns.time).ok()) {
            Some(Meaning::Event(event)) => event,
            Some(Meaning::Infusion) => {
                draft.infuse(self.time(columns.time)?, self.rows.field_span(columns.time));
                return Ok(());
            }
            _ => return Ok(()),
        };
        let time = self.time(columns.time)?;
        let stop = columns.stop.filter(|at| !self.rows.field(*at).is_empty());
        let end = stop.map(|column| self.time(column)).transpose()?;
        let written = || (self.rows.field_span(columns.value), format!("{value} {unit}"));
        draft.enter(event, time, end, written).map_err(|wrong| (wrong, stop.unwrap_or(columns.time)))
    }

    fn parameter(&mut self) -> Result<Option<Parameter>, Diagnostic> {
        let name = self.rows.field(self.columns.parameter);
        if let Some(known) = self.parameters.get(name.as_ref()) {
            if known.is_none()
                && let Some((_, count)) = self.passed_over.iter_mut().find(|(passed, _)| *passed == name)
            {
                *count += 1;
            }
            return Ok(known.clone());
        }
        let name = name.into_owned();
        let parameter = Parameter::named(&name)?;
        if parameter.is_none() {
            self.passed_over.push((name.clone(), 1));
        }
        self.parameters.insert(name, parameter.clone());
        Ok(parameter)
    }

    /// A time in days.
    fn time(&self, column: usize) -> Result<f64, (Diagnostic, usize)> {
        let text = self.rows.field(column);
        if self.columns.dated {
            return time::instant(&text).map_err(|wrong| (wrong, column));
        }
        match text.trim().parse::<f64>() {
            Ok(hours) if hours.abs() <= MOST_HOURS => Ok(hours / 24.0),
            Ok(hours) if hours.is_finite() => {
                let mut wrong = Diagnostic::error(&codes::TIME, format!("`{text}` hours cannot be"));
                wrong.help(format!("times lie within {MOST_HOURS} h of the infusion"));
                Err((wrong, column))
            }
            _ => {
                let mut wrong = Diagnostic::error(&codes::TIME, format!("`{text}` is not a number of hours"));
                wrong.help("hours after the infusion, with a decimal point; dates stand in a column `datetime`");
                Err((wrong, column))
            }
        }
    }
}

impl Columns {
    fn of(header: &Fields, problems: &mut Problems) -> Option<Self> {
        let find = |names: &[&str]| {
            (0..header.columns()).find(|at| names.iter().any(|name| header.header(*at).eq_ignore_ascii_case(name)))
        };
        let (hours, dates) = (find(&["time_h"]), find(&["datetime"]));
        let (time, dated) = match (hours, dates) {
            (Some(at), None) => (Some(at), false),
            (None, Some(at)) => (Some(at), true),
            (both, _) => {
                let what = if both.is_some() { "two columns of times" } else { "no column of times" };
                problems
                    .error(&codes::TWO_TIMES, what)
                    .label(header.header_span(), "the header")
                    .help("one of `time_h`, hours after the infusion, and `datetime`");
                (None, false)
            }
        };
        let mut needed = |name: &str, help: &str| {
            let found = find(&[name]);
            if found.is_none() {
                problems
                    .error(&data::MISSING_COLUMN, format!("the table has no column `{name}`"))
                    .label(header.header_span(), "the header")
                    .help(help);
            }
            found
        };
        let parameter = needed("param", "subject,time_h,param,value,unit: what was written down, such as TEMP");
        let value = needed("value", "subject,time_h,param,value,unit");
        let unit = needed("unit", "subject,time_h,param,value,unit: numbers are not read without their unit");
        let subject = find(&["subject", "ID", "USUBJID"])
            .or_else(|| needed("subject", "whose rows they are: subject, ID or USUBJID"));
        Some(Self {
            subject: subject?,
            time: time?,
            dated,
            parameter: parameter?,
            value: value?,
            unit: unit?,
            stop: find(&["stop_h", "stop"]),
        })
    }
}

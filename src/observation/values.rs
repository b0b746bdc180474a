//! What a row says was observed.

use super::columns::Role;
use super::mistakes::Mistakes;
use super::observed::ObservedRow;
use super::record::Row;
use crate::diagnostic::codes::data;
use crate::diagnostic::codes::unit::WRONG_UNIT;
use crate::diagnostic::{Problems, Span};
use crate::error_model::{ErrorModel, Observed};
use crate::model::Model;
use crate::regimen::same_time;
use crate::trajectory::brief;

/// Words for a value below the limit, in capitals.
const BELOW: [&str; 6] = ["BLQ", "BLOQ", "BQL", "<LLOQ", "<LOQ", "<BLQ"];

/// Reads the values of a table, row by row.
pub(super) struct Values<'m> {
    model: &'m Model,
    /// Columns in a unit that an output cannot have: told once.
    refused: Vec<(Role, usize)>,
    /// Of each output how many values lie below its limit and are not marked, with the first place and limit.
    unmarked: Vec<(usize, Option<(Span, f64)>)>,
    /// A place in the table and its line: lines are counted once.
    line: (usize, usize),
}

/// On which side of a limit the value lies.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Known,
    Below,
    Above,
}

impl<'m> Values<'m> {
    pub fn of(model: &'m Model) -> Self {
        Self { model, refused: Vec::new(), unmarked: vec![(0, None); model.outputs.len()], line: (0, 0) }
    }

    /// What a row says of an output; none if it has mistakes, which are told.
    pub fn read(&mut self, row: &Row, output: usize, told: &mut Mistakes) -> Option<ObservedRow> {
        let place = row.span(Role::Value);
        let marked = self.mark(row, told)?;
        let bound = self.quantity(row, Role::Limit, output, told)?;
        let limit = self.quantity(row, Role::LowerLimit, output, told)?.or(self.model.outputs[output].lloq);
        let (value, side) = self.value(row, output, marked, limit, told)?;
        let observed = match (side, bound) {
            (Side::Known, _) => Observed::Value(value),
            (Side::Below, None) => Observed::Below(value),
            (Side::Above, None) => Observed::Above(value),
            (Side::Below, Some(low)) if low < value => Observed::Between { low, high: value },
            (Side::Above, Some(high)) if high > value => Observed::Between { low: value, high },
            (_, Some(bound)) => {
                let (word, help) = match side {
                    Side::Above => ("above", "with CENS -1 the value lies between DV and LIMIT"),
                    _ => ("below", "with CENS 1 the value lies between LIMIT and DV"),
                };
                let message = format!("LIMIT {} is not {word} DV {}", brief(bound), brief(value));
                told.tell(&data::OBSERVED_VALUE, message, row.span(Role::Limit), help);
                return None;
            }
        };
        self.has_logarithm(value, output, &place, told)?;
        if side == Side::Known
            && let Some(limit) = limit.filter(|limit| value < *limit && !same_time(value, *limit))
        {
            let (count, first) = &mut self.unmarked[output];
            *count += 1;
            first.get_or_insert_with(|| (place.clone(), limit));
        }
        let occasion = occasion(row, told)?;
        Some(ObservedRow { value, observed, occasion, line: self.line_of(&place), place })
    }

    /// Tells of values below the limit that are not marked.
    pub fn warn(self, problems: &mut Problems) {
        for (output, (count, first)) in self.model.outputs.iter().zip(self.unmarked) {
            let Some((place, limit)) = first else { continue };
            let (name, unit) = (&output.name, &output.unit);
            let (values, lie) = if count == 1 { ("value", "lies") } else { ("values", "lie") };
            let message = format!(
                "{count} {values} of `{name}` {lie} below the limit of quantification, {} {unit}, and CENS is 0",
                brief(limit)
            );
            problems.warning(&data::BELOW_LIMIT, message).label(place, "the first").help(
                "if the assay reported the limit in their place, mark them with CENS 1; as they stand they count as values",
            );
        }
    }

    /// What CENS or BLQ says; none within if nothing.
    #[expect(clippy::option_option, reason = "none is a mistake, as everywhere here")]
    fn mark(&self, row: &Row, told: &mut Mistakes) -> Option<Option<Side>> {
        let number = row.number(Role::Censored, told)?;
        if row.text(Role::Censored).is_empty() {
            return Some(None);
        }
        let heading = row.columns.heading(Role::Censored).unwrap_or_default();
        match number {
            0.0 => Some(Some(Side::Known)),
            1.0 => Some(Some(Side::Below)),
            -1.0 if heading == "CENS" => Some(Some(Side::Above)),
            _ => {
                let help = match heading.as_str() {
                    "CENS" => "0 a value, 1 below the limit in DV, -1 above it",
                    _ => "0 a value, 1 below the limit in DV",
                };
                let message = format!("{heading} cannot be {number}");
                told.tell(&data::OBSERVED_VALUE, message, row.span(Role::Censored), help);
                None
            }
        }
    }

    /// DV in the unit of the output, and on which side of it the value lies.
    fn value(
        &mut self,
        row: &Row,
        output: usize,
        marked: Option<Side>,
        limit: Option<f64>,
        told: &mut Mistakes,
    ) -> Option<(f64, Side)> {
        let name = &self.model.outputs[output].name;
        let (text, place) = (row.text(Role::Value), row.span(Role::Value));
        let is_word = BELOW.contains(&text.to_ascii_uppercase().replace(' ', "").as_str());
        let (side, number) = match text.split_at_checked(1) {
            _ if is_word => (Some(Side::Below), None),
            Some(("<", rest)) => (Some(Side::Below), Some(rest.trim_start())),
            Some((">", rest)) => (Some(Side::Above), Some(rest.trim_start())),
            _ if !text.is_empty() => (None, Some(text.as_str())),
            _ if marked == Some(Side::Below) => (Some(Side::Below), None),
            _ => {
                let help = "write what was observed, or MDV 1, or remove the row; `<5` is a value below 5";
                told.tell(&data::OBSERVED_VALUE, "observation without a value: DV is empty".into(), place, help);
                return None;
            }
        };
        if let (Some(side), Some(marked)) = (side, marked)
            && side != marked
        {
            let heading = row.columns.heading(Role::Censored).unwrap_or_default();
            let message = format!("DV `{text}` with {heading} {}", row.text(Role::Censored));
            let help = "`<5` goes with CENS 1, `>5` with CENS -1; or leave CENS empty";
            told.tell(&data::OBSERVED_VALUE, message, place, help);
            return None;
        }
        let side = side.or(marked).unwrap_or(Side::Known);
        let Some(number) = number else {
            if limit.is_none() {
                let shown = if text.is_empty() { "empty".into() } else { format!("`{text}`") };
                let message = format!("DV is {shown}, and `{name}` has no limit of quantification");
                let help =
                    format!("write the limit, `<5`; or declare `lloq` under [outputs.{name}], or add a column LLOQ");
                told.tell(&data::OBSERVED_VALUE, message, place, &help);
            }
            return limit.map(|limit| (limit, side));
        };
        let Some(value) = number.parse::<f64>().ok().filter(|value| value.is_finite()) else {
            let help = match text.split_once(',') {
                Some((whole, part)) => format!("decimals stand behind a point: `{whole}.{part}`"),
                None => "a number, `<5`, `>500` or `BLQ`; where nothing was observed MDV is 1".into(),
            };
            told.tell(&data::NOT_A_NUMBER, format!("`{text}` is not a number"), place, &help);
            return None;
        };
        if let (Side::Below, 0.0, Some(limit)) = (side, value, limit.filter(|limit| *limit > 0.0)) {
            let message = format!("below a limit of 0, and that of `{name}` is {}", brief(limit));
            let help = "where CENS is 1, DV is the limit: write it, or leave DV empty";
            told.tell(&data::OBSERVED_VALUE, message, place, help);
            return None;
        }
        Some((self.converted(value, row, Role::Value, output, told)?, side))
    }

    /// The number in LIMIT or LLOQ, in the unit of the output; none within if the field is empty.
    #[expect(clippy::option_option, reason = "none is a mistake, as everywhere here")]
    fn quantity(&mut self, row: &Row, role: Role, output: usize, told: &mut Mistakes) -> Option<Option<f64>> {
        if row.text(role).is_empty() {
            return Some(None);
        }
        let value = row.number(role, told)?;
        self.converted(value, row, role, output, told).map(Some)
    }

    fn converted(&mut self, value: f64, row: &Row, role: Role, output: usize, told: &mut Mistakes) -> Option<f64> {
        let own = &self.model.outputs[output].unit;
        let Some(unit) = row.columns.unit(role).or(row.columns.unit(Role::Value)) else { return Some(value) };
        let Some(converted) = unit.convert(value, own) else {
            // Once a column and output.
            if self.refused.contains(&(role, output)) {
                told.count += 1;
            } else {
                self.refused.push((role, output));
                let heading = row.columns.heading(role).unwrap_or_default();
                let name = &self.model.outputs[output].name;
                let message = format!("`{name}` is in {own}, column `{heading}` in {unit}");
                let help = "correct the heading; outputs that measure different things need a heading without a unit, \
                            each value then counts in the unit of its output";
                told.tell(&WRONG_UNIT, message, row.span(role), help);
            }
            return None;
        };
        if !converted.is_finite() {
            let message = format!("`{}` is too large", row.text(role));
            told.tell(&data::NOT_A_NUMBER, message, row.span(role), "");
            return None;
        }
        Some(converted)
    }

    /// Tells a value that an error on the logarithm cannot have.
    fn has_logarithm(&self, value: f64, output: usize, place: &Span, told: &mut Mistakes) -> Option<()> {
        let output = &self.model.outputs[output];
        let on_log = output.error.as_ref().is_some_and(|error| matches!(error.model, ErrorModel::Lognormal { .. }));
        if value > 0.0 || !on_log {
            return Some(());
        }
        let message = format!("{} has no logarithm, and the error of `{}` acts on it", brief(value), output.name);
        let help =
            "mark a value below the limit of quantification (`<5`, or CENS 1 with the limit in DV), or set MDV 1";
        told.tell(&data::OBSERVED_VALUE, message, place.clone(), help);
        None
    }

    /// The line of a place; places come in the order of the table.
    fn line_of(&mut self, place: &Span) -> usize {
        let (start, line) = match self.line {
            (_, 0) => (0, place.source.origin().line),
            (start, line) if start <= place.start => (start, line),
            _ => return place.position().line,
        };
        let breaks = place.source.text().as_bytes()[start..place.start].iter().filter(|byte| **byte == b'\n').count();
        self.line = (place.start, line + breaks);
        line + breaks
    }
}

/// OCC; none within if there is none.
#[expect(clippy::option_option, reason = "none is a mistake, as everywhere here")]
fn occasion(row: &Row, told: &mut Mistakes) -> Option<Option<u32>> {
    let number = row.number(Role::Occasion, told)?;
    if row.text(Role::Occasion).is_empty() {
        return Some(None);
    }
    if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) {
        return Some(Some(number as u32));
    }
    let message = format!("OCC {number} is no occasion");
    told.tell(&data::OBSERVED_VALUE, message, row.span(Role::Occasion), "a whole number from 0 on");
    None
}

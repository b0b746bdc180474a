use std::ops::Range;

use super::{Fields, Sidecar};
use crate::diagnostic::codes::data;
use crate::diagnostic::{Problems, Source, Span};
use crate::unit::Unit;

/// A heading of a table: a name, perhaps with a unit in brackets, as in `il6 [pg/mL]`.
#[derive(Debug, Clone)]
pub struct Head {
    /// The name.
    pub name: String,
    /// Place of the name.
    pub span: Span,
    unit: Option<Range<usize>>,
}

/// The unit of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum HeadUnit {
    /// As the heading or the sidecar says.
    Stated(Unit),
    /// Neither says one.
    Missing,
    /// It is wrong; that has been reported.
    Wrong,
}

impl Fields {
    /// The headings; a name that comes twice is reported.
    pub fn heads(&self, problems: &mut Problems) -> Vec<Head> {
        let heads: Vec<Head> = (0..self.columns()).map(|column| self.head(column)).collect();
        for (column, head) in heads.iter().enumerate() {
            if let Some(first) = heads[..column].iter().find(|other| other.name == head.name) {
                problems
                    .error(&data::DUPLICATE_COLUMN, format!("column `{}` is there twice", head.name))
                    .label(head.span.clone(), "again here")
                    .label(first.span.clone(), "first here")
                    .help("remove one of them, or rename it");
            }
        }
        heads
    }

    /// Place of the whole first line.
    pub fn header_span(&self) -> Span {
        self.source().span(self.header_place(0).start..self.header_place(self.columns() - 1).end)
    }

    fn head(&self, column: usize) -> Head {
        let place = self.header_place(column);
        let text = &self.source().text()[place.clone()];
        let (name, unit) = match text.split_once('[') {
            Some((name, rest)) => {
                let (start, rest) = (place.start + name.len() + 1, rest.trim_end());
                (name.trim(), Some(start..start + rest.strip_suffix(']').unwrap_or(rest).len()))
            }
            None => (text.trim(), None),
        };
        let span = place.start..place.start + name.len().max(usize::from(!text.is_empty()));
        Head { name: name.to_string(), span: self.source().span(span), unit }
    }
}

impl Head {
    /// Place of the unit, or of the name if no unit stands behind it.
    pub fn unit_span(&self) -> Span {
        self.unit.as_ref().map_or(self.span.clone(), |unit| self.span.source.span(unit.clone()))
    }

    /// The unit in the heading or in `sidecar`; if in both they must agree.
    pub fn unit(&self, sidecar: Option<&Sidecar>, problems: &mut Problems) -> HeadUnit {
        let shown = self.unit.clone().map(|range| Unit::parse(&self.span.source, range, problems));
        let facts = sidecar.and_then(|sidecar| sidecar.columns.iter().find(|column| column.name == self.name));
        let beside = facts.map(|facts| {
            let text = Source::new(format!("columns.json, unit of `{}`", self.name), &*facts.unit);
            Unit::parse(&text, 0..text.text().len(), problems)
        });
        if let (Some(Some(shown)), Some(Some(beside))) = (&shown, &beside)
            && shown != beside
        {
            problems
                .error(&data::UNITS_DISAGREE, format!("two units for column `{}`", self.name))
                .label(self.unit_span(), format!("`{shown}` here, `{beside}` in columns.json"))
                .help("remove the wrong one");
        }
        match shown.or(beside) {
            Some(Some(unit)) => HeadUnit::Stated(unit),
            Some(None) => HeadUnit::Wrong,
            None => HeadUnit::Missing,
        }
    }

    /// Reports that a unit is missing; `example` is one that would do.
    pub fn tell_missing_unit(&self, example: &str, problems: &mut Problems) {
        let name = &self.name;
        problems
            .error(&data::NO_UNIT, format!("column `{name}` has no unit"))
            .label(self.span.clone(), "in which unit?")
            .help(format!("write it into the header, `{name} [{example}]`, or put columns.json beside the table"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_units_know_their_places() {
        let table = Source::new("a.csv", "time [d], il6 [pg/mL] ,\"crp [mg/L\",cart [pgg],sbp\n0,1,2,3,4\n");
        let mut problems = Problems::default();
        let table = Fields::read(&table, &mut problems).unwrap();
        let heads = table.heads(&mut problems);
        assert!(!problems.has_errors());
        let names: Vec<_> = heads.iter().map(|head| head.name.as_str()).collect();
        assert_eq!(names, ["time", "il6", "crp", "cart", "sbp"]);
        let place = |span: Span| table.source().text()[span.start..span.end].to_string();
        assert_eq!((place(heads[1].span.clone()), place(heads[1].unit_span())), ("il6".into(), "pg/mL".into()));
        assert_eq!(place(heads[4].unit_span()), "sbp");
        let units: Vec<_> = heads.iter().map(|head| head.unit(None, &mut problems)).collect();
        let unit = |text| HeadUnit::Stated(Unit::parse_str(text).unwrap());
        assert_eq!(units, [unit("d"), unit("pg/mL"), unit("mg/L"), HeadUnit::Wrong, HeadUnit::Missing]);
        assert_eq!(problems.to_string().matches("error[").count(), 1);
    }
}

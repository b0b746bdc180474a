use std::io;

use serde::Deserialize;
use serde::Serialize;

use super::number::{self, Number};
use crate::unit::Unit;

/// A column of a [`Trajectory`].
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name of the state, output or sign.
    pub name: String,
    /// Unit of its values.
    pub unit: Unit,
    /// What people call it; the name if nothing better is known.
    pub label: String,
}

impl Column {
    /// A column whose label is its name.
    pub fn new(name: impl Into<String>, unit: Unit) -> Self {
        let name = name.into();
        Self { label: name.clone(), name, unit }
    }

    /// With another label.
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }
}

/// Values of several quantities at ascending times, in their declared units. A missing value is NaN.
///
/// One time may stand in two rows: before and after a dose.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory {
    /// The columns besides time.
    pub columns: Vec<Column>,
    /// Unit of `time`.
    pub time_unit: Unit,
    /// Ascending times, one per row.
    pub time: Vec<f64>,
    /// Row by row, one value per column.
    pub values: Vec<f64>,
}

/// Whether a CSV header shows units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Header {
    /// `time,il6`: the contract; units are in the sidecar.
    #[default]
    Names,
    /// `time [d],il6 [pg/mL]`.
    Units,
}

/// What a CSV with bare names does not say: the content of `columns.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sidecar {
    /// Every column of the CSV in its order, `time` first.
    pub columns: Vec<SidecarColumn>,
}

/// One column of a [`Sidecar`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SidecarColumn {
    /// Name in the header.
    pub name: String,
    /// Unit as text.
    pub unit: String,
    /// What people call it.
    #[serde(default)]
    pub label: String,
}

impl Trajectory {
    /// A trajectory without rows.
    pub fn new(time_unit: Unit, columns: Vec<Column>) -> Self {
        Self { columns, time_unit, time: Vec::new(), values: Vec::new() }
    }

    /// Adds a row.
    ///
    /// # Panics
    /// If there is not one value per column: a mistake of the caller, never of the user.
    pub fn push(&mut self, time: f64, row: &[f64]) {
        assert_eq!(row.len(), self.columns.len(), "one value per column");
        self.time.push(time);
        self.values.extend_from_slice(row);
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.time.len()
    }

    /// One row.
    pub fn row(&self, index: usize) -> &[f64] {
        let width = self.columns.len();
        &self.values[index * width..(index + 1) * width]
    }

    /// The place of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The values of a column, one per row.
    pub fn series(&self, column: usize) -> impl ExactSizeIterator<Item = f64> + '_ {
        (0..self.rows()).map(move |row| self.values[row * self.columns.len() + column])
    }

    /// The facts of the columns, for `columns.json`.
    pub fn sidecar(&self) -> Sidecar {
        let time = SidecarColumn { name: "time".into(), unit: self.time_unit.to_string(), label: "Time".into() };
        let others = self.columns.iter().map(|column| SidecarColumn {
            name: column.name.clone(),
            unit: column.unit.to_string(),
            label: column.label.clone(),
        });
        Sidecar { columns: std::iter::once(time).chain(others).collect() }
    }

    /// Writes `time` and the columns, numbers as [`Number`], missing values empty. A buffered `out` is faster.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_csv(&self, header: Header, out: &mut dyn io::Write) -> io::Result<()> {
        let name = |name: &str, unit: &Unit| match header {
            Header::Names => number::quoted(name),
            Header::Units => number::quoted(&format!("{name} [{unit}]")),
        };
        write!(out, "{}", name("time", &self.time_unit))?;
        for column in &self.columns {
            write!(out, ",{}", name(&column.name, &column.unit))?;
        }
        writeln!(out)?;
        for (index, &time) in self.time.iter().enumerate() {
            write!(out, "{}", Number(time))?;
            for &value in self.row(index) {
                write!(out, ",{}", Number(value))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// The CSV as text.
    pub fn to_csv(&self, header: Header) -> String {
        let mut out = Vec::new();
        self.write_csv(header, &mut out).expect("memory takes every byte");
        String::from_utf8(out).expect("numbers and names are UTF-8")
    }

    /// A table for a terminal: names, units, and at most `rows` rows chosen evenly, first and last among them.
    pub fn table(&self, rows: usize) -> String {
        let units = std::iter::once(&self.time_unit).chain(self.columns.iter().map(|column| &column.unit));
        let names = std::iter::once("time").chain(self.columns.iter().map(|column| column.name.as_str()));
        let mut lines: Vec<Vec<String>> =
            vec![names.zip(units).map(|(name, unit)| format!("{name} [{unit}]")).collect()];
        for index in evenly(self.rows(), rows) {
            let values = std::iter::once(&self.time[index]).chain(self.row(index));
            lines.push(values.map(|&value| number::brief(value)).collect());
        }
        number::aligned(&lines)
    }
}

/// At most `wanted` of `count` indices, evenly, the first and the last among them.
fn evenly(count: usize, wanted: usize) -> Vec<usize> {
    match (count, wanted) {
        (0, _) | (_, 0) => Vec::new(),
        (_, 1) => vec![count - 1],
        _ if count <= wanted => (0..count).collect(),
        _ => (0..wanted).map(|n| (n * (count - 1) + (wanted - 1) / 2) / (wanted - 1)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str) -> Unit {
        Unit::parse_str(text).unwrap()
    }

    fn course() -> Trajectory {
        let columns =
            vec![Column::new("il6", unit("pg/mL")).labelled("IL-6"), Column::new("tumour", unit("1e9 cells"))];
        let mut course = Trajectory::new(unit("d"), columns);
        for n in 0..101 {
            let t = f64::from(n) * 0.1;
            course.push(t, &[10.0 * (-t).exp(), if n == 100 { f64::NAN } else { 1e16 }]);
        }
        course
    }

    #[test]
    fn the_csv_keeps_the_contract() {
        let text = course().to_csv(Header::Names);
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("time,il6,tumour"));
        assert_eq!(lines.next(), Some("0,10,1e16"));
        assert_eq!(lines.last().unwrap(), format!("10,{},", number::number(10.0 * (-10.0_f64).exp())));
        let text = course().to_csv(Header::Units);
        assert_eq!(text.lines().next(), Some("time [d],il6 [pg/mL],tumour [1e9 cells]"));
    }

    #[test]
    fn the_sidecar_says_what_the_header_leaves_out() {
        let json = serde_json::to_string(&course().sidecar()).unwrap();
        assert_eq!(
            json,
            r#"{"columns":[{"name":"time","unit":"d","label":"Time"},{"name":"il6","unit":"pg/mL","label":"IL-6"},{"name":"tumour","unit":"1e9 cells","label":"tumour"}]}"#
        );
        assert_eq!(serde_json::from_str::<Sidecar>(&json).unwrap(), course().sidecar());
    }

    #[test]
    fn a_table_shows_few_rows_with_both_ends() {
        let text = course().table(5);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 6);
        assert!(lines[0].starts_with("time [d]"), "{text}");
        let times: Vec<&str> = lines[1..].iter().map(|line| line.split_whitespace().next().unwrap()).collect();
        assert_eq!(times, ["0", "2.5", "5", "7.5", "10"]);
        assert!(lines[5].ends_with('-'), "{text}");
    }

    #[test]
    fn rows_are_chosen_evenly() {
        assert_eq!(evenly(5, 20), [0, 1, 2, 3, 4]);
        assert_eq!(evenly(201, 3), [0, 100, 200]);
        assert_eq!(evenly(9, 1), [8]);
        assert_eq!(evenly(0, 20), [0_usize; 0]);
        let many = evenly(201, 20);
        assert_eq!((many.len(), many[0], many[19]), (20, 0, 200));
        assert!(many.windows(2).all(|pair| (10..=11).contains(&(pair[1] - pair[0]))), "{many:?}");
    }
}

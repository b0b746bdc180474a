use std::io;

use crate::trajectory::aligned;
use crate::trajectory::brief;
use crate::trajectory::number;
use crate::trajectory::quoted;

/// Exposure to one output: what a non-compartmental analysis reports, from the continuous solution.
///
/// Values in the output's unit, times in days from the first CAR-T dose; what came before that does not count.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Exposure {
    /// Largest value; both sides of a dose count.
    pub cmax: Option<f64>,
    /// Time of the largest value; the first of several.
    pub tmax: Option<f64>,
    /// Integral from day 0 to day 28, in the output's unit x d; none if the run ended before day 28.
    pub auc_0_28d: Option<f64>,
    /// Value at `tlast`.
    pub clast: Option<f64>,
    /// Last time at or above the lower limit of quantification; the end of the run for an output without one.
    pub tlast: Option<f64>,
    /// ln 2 over the slope of the logarithm in the last fifth of the span (regression over 41 evenly spaced values);
    /// none if the curve is not falling there, is not above 0 throughout, or the run ended early.
    pub half_life: Option<f64>,
    /// Smallest value; both sides of a dose count.
    pub nadir: Option<f64>,
    /// Time of the smallest value; the first of several.
    pub nadir_time: Option<f64>,
}

/// One row of an exposure table.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposureRow {
    /// Name of the output.
    pub output: String,
    /// Its unit.
    pub unit: String,
    /// Its exposure.
    pub exposure: Exposure,
}

/// Columns of the CSV, a contract with other tools.
const COLUMNS: [&str; 8] = ["output", "unit", "cmax", "tmax", "auc_0_28d", "clast", "tlast", "half_life"];

impl Exposure {
    /// The figures of the CSV, in its order.
    fn figures(&self) -> [Option<f64>; 6] {
        [self.cmax, self.tmax, self.auc_0_28d, self.clast, self.tlast, self.half_life]
    }
}

/// Writes `output,unit,cmax,tmax,auc_0_28d,clast,tlast,half_life`: values in the output's unit, its integral in unit x d,
/// times in days from the first CAR-T dose. What is not known is empty.
///
/// # Errors
/// Those of `out`.
pub fn write_csv(rows: &[ExposureRow], out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{}", COLUMNS.join(","))?;
    for row in rows {
        write!(out, "{},{}", quoted(&row.output), quoted(&row.unit))?;
        for figure in row.exposure.figures() {
            write!(out, ",{}", figure.map_or_else(String::new, number))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// The rows for a terminal: four digits, aligned, with the nadir, `-` for what is not known.
pub fn table(rows: &[ExposureRow]) -> String {
    let mut lines =
        vec![COLUMNS.iter().map(|name| name.to_string()).chain(["nadir".into(), "nadir_time".into()]).collect()];
    for row in rows {
        let nadir = [row.exposure.nadir, row.exposure.nadir_time];
        let figures = row.exposure.figures().into_iter().chain(nadir);
        let cells = figures.map(|figure| figure.map_or_else(|| "-".into(), brief));
        let line: Vec<String> = [row.output.clone(), row.unit.clone()].into_iter().chain(cells).collect();
        lines.push(line);
    }
    aligned(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<ExposureRow> {
        let exposure = Exposure { cmax: Some(1234.5), tmax: Some(0.1), nadir: Some(0.0), ..Exposure::default() };
        vec![ExposureRow { output: "il6".into(), unit: "pg/mL".into(), exposure }]
    }

    #[test]
    fn the_csv_has_the_columns_of_the_contract_and_leaves_the_unknown_empty() {
        let mut out = Vec::new();
        write_csv(&rows(), &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "output,unit,cmax,tmax,auc_0_28d,clast,tlast,half_life\nil6,pg/mL,1234.5,0.1,,,,\n"
        );
    }

    #[test]
    fn the_table_is_aligned_and_short() {
        let text = table(&rows());
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].find("unit"), lines[1].find("pg/mL"));
        assert!(lines[1].contains("1234") || lines[1].contains("1235"), "{text}");
        assert!(lines[1].contains(" - "), "{text}");
    }
}

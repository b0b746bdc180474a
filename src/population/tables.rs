//! Tables of a population as CSV: heads of the growing ones, and what the counts come to.

use std::fmt::Write;

use super::layout::Layout;
use super::statistics::Statistics;
use super::{Histogram, Share};
use crate::trajectory::{aligned, brief, number, quoted};

/// The probabilities of the quantiles, with their names in tables.
pub const QUANTILES: [(&str, f64); 5] = [("p05", 0.05), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p95", 0.95)];

/// Names of the columns of counts by grade.
const BY_GRADE: [&str; 7] = ["grade_0", "grade_1", "grade_2", "grade_3", "grade_4", "grade_5", "undetermined"];

impl Layout {
    /// The head of the table of patients: subject, perhaps class, parameters and covariates with units. It reads back as
    /// patients.
    pub fn head_of_patients(&self) -> String {
        let class = if self.classes.is_empty() { "" } else { ",class" };
        format!("subject{class}{}\n", self.told_heads())
    }

    /// The head of the table of end points.
    pub fn head_of_points(&self) -> String {
        let mut head = String::from("subject,status");
        self.points.iter().for_each(|column| head.extend([",", &column.name]));
        head + "\n"
    }

    /// The head of the table of failures.
    pub fn head_of_failures(&self) -> String {
        format!("subject,{},reason{}\n", quoted(&format!("time [{}]", self.time_unit)), self.told_heads())
    }

    /// The head of the table of outputs at the output times.
    pub fn head_of_rows(&self) -> String {
        let mut head = String::from("subject,time");
        self.outputs.iter().for_each(|output| head.extend([",", &output.name]));
        head + "\n"
    }

    fn told_heads(&self) -> String {
        let heads = self.told.iter();
        heads.map(|(name, unit)| format!(",{}", quoted(&format!("{name} [{unit}]")))).collect()
    }

    /// `time,output,unit,n,mean,min,p05,...,p95,max`: values of each output at each output time. Quantiles lie within
    /// [`Histogram::RESOLUTION`] of those of the values themselves.
    pub fn quantiles(&self, statistics: &Statistics) -> String {
        let mut text = String::from("time,output,unit,n,mean,min");
        QUANTILES.iter().for_each(|(name, _)| text.extend([",", name]));
        text.push_str(",max\n");
        let grid = &self.times;
        let probabilities = QUANTILES.map(|(_, probability)| probability);
        for (at, time) in grid.iter().enumerate() {
            for (output, declared) in self.outputs.iter().enumerate() {
                let values = &statistics.values[output * grid.len() + at];
                let unit = quoted(&declared.unit);
                let _ = write!(text, "{},{},{unit},{}", number(*time), declared.name, values.histogram.count());
                cell(&mut text, values.mean());
                distribution(&mut text, &values.histogram, &probabilities);
            }
        }
        text
    }

    /// `time,scale,n,grade_0,...,grade_5,undetermined`: share of the patients at each grade.
    pub fn grades(&self, statistics: &Statistics) -> String {
        let mut text = format!("time,scale,n,{}\n", BY_GRADE.join(","));
        let grid = &self.times;
        for (at, time) in grid.iter().enumerate() {
            for (scale, name) in self.scales.iter().enumerate() {
                let counts = &statistics.grades[scale * grid.len() + at];
                let all: u64 = counts.iter().sum();
                let _ = write!(text, "{},{name},{all}", number(*time));
                for &count in counts {
                    cell(&mut text, (all > 0).then(|| count as f64 / all as f64));
                }
                text.push('\n');
            }
        }
        text
    }

    /// `scale,grade_at_least,n,share,low,high`: how many patients have at least this as their highest grade, their share of
    /// those whose grade is determined (a lower bound counts as its grade), and the 95 % score interval.
    pub fn incidence(&self, statistics: &Statistics) -> String {
        let mut text = String::from("scale,grade_at_least,n,share,low,high\n");
        for (scale, name) in self.scales.iter().enumerate() {
            let counts = &statistics.maxima[scale];
            for grade in 1..=5 {
                let share = at_least(counts, grade, statistics.failed);
                let _ = write!(text, "{name},{grade},{}", share.yes);
                cell(&mut text, share.estimate());
                cell(&mut text, share.interval().map(|interval| interval.0));
                cell(&mut text, share.interval().map(|interval| interval.1));
                text.push('\n');
            }
        }
        text
    }

    /// `endpoint,unit,n,missing,failed,mean,sd,min,p05,...,p95,max`: each end point over the patients.
    pub fn summary(&self, statistics: &Statistics) -> String {
        let mut text = String::from("endpoint,unit,n,missing,failed,mean,sd,min");
        QUANTILES.iter().for_each(|(name, _)| text.extend([",", name]));
        text.push_str(",max\n");
        let probabilities = QUANTILES.map(|(_, probability)| probability);
        let columns = self.points.iter().filter(|column| !column.words);
        for (column, point) in columns.zip(&statistics.points) {
            let unit = quoted(&column.unit);
            let (missing, failed) = (point.missing(), point.failed());
            let _ = write!(text, "{},{unit},{},{missing},{failed}", column.name, point.count());
            cell(&mut text, point.mean());
            cell(&mut text, point.standard_deviation());
            distribution(&mut text, point.histogram(), &probabilities);
        }
        text
    }

    /// The summary for reading, without what nobody has.
    pub fn summary_table(&self, statistics: &Statistics) -> String {
        let head = ["endpoint", "unit", "n", "mean", "sd", "p05", "p50", "p95"].map(String::from).to_vec();
        let text = |value: Option<f64>| value.map_or_else(String::new, brief);
        let columns = self.points.iter().filter(|column| !column.words);
        let rows = columns.zip(&statistics.points).filter(|(_, point)| point.count() > 0).map(|(column, point)| {
            let mut row = vec![column.name.clone(), column.unit.clone(), point.count().to_string()];
            let quantiles = point.histogram().quantiles(&[0.05, 0.5, 0.95]);
            row.extend([point.mean(), point.standard_deviation()].into_iter().chain(quantiles).map(text));
            row
        });
        aligned(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
    }
}

/// How many reach at least a grade; of an undetermined grade it is not known.
pub(super) fn at_least(counts: &[u64; 7], grade: usize, failed: u64) -> Share {
    Share { yes: counts[grade..6].iter().sum(), no: counts[..grade].iter().sum(), missing: counts[6], failed }
}

/// Minimum, quantiles, maximum, end of line.
fn distribution(text: &mut String, histogram: &Histogram, probabilities: &[f64]) {
    cell(text, histogram.least());
    histogram.quantiles(probabilities).into_iter().for_each(|quantile| cell(text, quantile));
    cell(text, histogram.greatest());
    text.push('\n');
}

fn cell(text: &mut String, value: Option<f64>) {
    text.push(',');
    if let Some(value) = value.filter(|value| !value.is_nan()) {
        text.push_str(&number(value));
    }
}

//! What arms are compared in: the numbers of a population's patients, and yes or no made of them.

use super::statistics::Kind;
use crate::population::{Column, Layout};

/// Grades that are asked for: at least this.
const GRADES: std::ops::RangeInclusive<u8> = 2..=5;

/// Which values are wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Low ones.
    Lower,
    /// High ones.
    Higher,
}

impl Better {
    /// As in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Higher => "higher",
        }
    }
}

/// An end point of every patient.
#[derive(Debug, Clone, PartialEq)]
pub struct EndPoint {
    /// As in tables: `cmax_il6`, `crs_at_least_3_astct-2019`, `any_tocilizumab`.
    pub name: String,
    /// Unit; `1` for shares, counts and grades.
    pub unit: String,
    /// What it is, for readers.
    pub label: String,
    /// How arms are compared.
    pub kind: Kind,
    /// Which values are wished for; none where it cannot be said without more, as of exposure to CAR-T cells.
    pub better: Option<Better>,
    from: From,
}

/// Where the value stands among the numbers of a patient.
#[derive(Debug, Clone, Copy, PartialEq)]
enum From {
    Column(usize),
    /// Yes if the number is at least this.
    AtLeast(usize, f64),
}

impl EndPoint {
    /// The value of a patient, NaN where missing; of a share 1 for yes and 0 for no.
    pub fn of(&self, numbers: &[f64]) -> f64 {
        match self.from {
            From::Column(at) => numbers[at],
            From::AtLeast(at, _) if numbers[at].is_nan() => f64::NAN,
            From::AtLeast(at, least) => f64::from(u8::from(numbers[at] >= least)),
        }
    }

    /// Whether it is yes or no.
    pub fn is_share(&self) -> bool {
        self.kind == Kind::Proportion
    }
}

/// All end points of a population, those of its table first and each followed by the shares made of it.
pub fn end_points(layout: &Layout) -> Vec<EndPoint> {
    let numbers = layout.points.iter().filter(|column| !column.words);
    let mut all = Vec::new();
    for (at, column) in numbers.enumerate() {
        let share = |name: String, label: String, better, least| EndPoint {
            name,
            unit: "1".into(),
            label,
            kind: Kind::Proportion,
            better,
            from: From::AtLeast(at, least),
        };
        let lower = Some(Better::Lower);
        let name = column.name.as_str();
        let is_relapse = |point: &str| layout.relapses.iter().any(|(_, relapse)| relapse == point);
        if let Some(point) = name.strip_prefix("reached_") {
            let label = column.label.split(": reached").next().unwrap_or(name);
            let better = if is_relapse(point) { Better::Lower } else { Better::Higher };
            all.push(share(format!("reached_{point}"), label.into(), Some(better), 0.5));
        } else if let Some(part) = ["time_", "lost_time_", "lost_", "duration_"]
            .into_iter()
            .find(|part| name.strip_prefix(part).is_some_and(is_relapse))
        {
            // Only when a relapse comes is good or bad.
            all.push(number(at, column, (part == "time_").then_some(Better::Higher)));
        } else if let Some(point) = name.strip_prefix("lost_").filter(|_| column.unit == "1") {
            let label = column.label.split(": if").next().unwrap_or(name);
            all.push(share(format!("lost_{point}"), format!("{label}: lost again"), lower, 0.5));
        } else if let Some(scale) = name.strip_prefix("crs_grade_") {
            all.push(number(at, column, lower));
            all.push(share(format!("crs_any_{scale}"), format!("Any CRS, {scale}"), lower, 1.0));
            let at_least = |grade: u8| {
                let label = format!("CRS of grade {grade} or above, {scale}");
                share(format!("crs_at_least_{grade}_{scale}"), label, lower, f64::from(grade))
            };
            all.extend(GRADES.map(at_least));
        } else if let Some(entry) = name.strip_prefix("given_") {
            let label = column.label.replacen("Doses given", "Any use", 1);
            all.push(share(format!("any_{entry}"), label, None, 0.5));
            all.push(number(at, column, None));
        } else if let Some(step) = name.strip_prefix("care_") {
            let label = column.label.replacen("Times begun", "Any use", 1).replace('_', " ");
            all.push(share(format!("any_{step}"), label, lower, 0.5));
            all.push(number(at, column, lower));
        } else {
            all.push(number(at, column, direction(name)));
        }
    }
    all
}

fn number(at: usize, column: &Column, better: Option<Better>) -> EndPoint {
    EndPoint {
        name: column.name.clone(),
        unit: column.unit.clone(),
        label: column.label.clone(),
        kind: if column.log { Kind::Ratio } else { Kind::Difference },
        better,
        from: From::Column(at),
    }
}

/// Outputs by the vocabulary of the library.
const BURDEN: [&str; 5] = ["tumour", "blasts", "blasts_cd19neg", "marrow", "mprotein"];
const INFLAMMATION: [&str; 8] = ["il6", "il8", "il10", "ifng", "tnf", "crp", "ferritin", "temperature"];

fn direction(name: &str) -> Option<Better> {
    let starts = |with: &str| name.strip_prefix(with);
    if starts("duration_").is_some() || starts("lost_time_").is_some() || starts("crs_onset_").is_some() {
        return Some(Better::Higher);
    }
    if starts("crs_").is_some() {
        return Some(Better::Lower);
    }
    let value = ["cmax_", "auc_0_28d_", "clast_", "nadir_"].into_iter().find_map(starts);
    match value {
        Some(output) if INFLAMMATION.contains(&output) && !name.starts_with("nadir_") => Some(Better::Lower),
        Some(output) if BURDEN.contains(&output) && !name.starts_with("cmax_") => Some(Better::Lower),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_to_be_bad_or_good_has_a_direction() {
        for (name, better) in [
            ("cmax_il6", Some(Better::Lower)),
            ("nadir_tumour", Some(Better::Lower)),
            ("cmax_tumour", None),
            ("cmax_cart_blood", None),
            ("tmax_il6", None),
            ("nadir_time_tumour", None),
            ("duration_response", Some(Better::Higher)),
            ("crs_onset_penn", Some(Better::Higher)),
            ("crs_days_penn", Some(Better::Lower)),
        ] {
            assert_eq!(direction(name), better, "{name}");
        }
    }
}

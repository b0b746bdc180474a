use super::fields::TOLD;
use super::{Column, Fields, Head, HeadUnit, Sidecar, Trajectory};
use crate::diagnostic::Problems;
use crate::diagnostic::Source;
use crate::diagnostic::codes::data;
use crate::diagnostic::codes::unit::WRONG_UNIT;
use crate::diagnostic::listing;
use crate::unit::Unit;

/// Reads a trajectory from CSV: a column `time` anywhere, other columns in the order of the file.
///
/// Units come from the header (`il6 [pg/mL]`) or from `sidecar`; a column without one is an error.
/// Missing values become NaN. All mistakes are reported, each with line, column and value.
pub fn read_csv(source: &Source, sidecar: Option<&Sidecar>, problems: &mut Problems) -> Option<Trajectory> {
    let mut found = Problems::default();
    let table = Fields::read(source, &mut found);
    let course = table.as_ref().and_then(|table| read(table, sidecar, &mut found));
    let good = !found.has_errors();
    problems.append(found);
    course.filter(|_| good)
}

fn read(table: &Fields, sidecar: Option<&Sidecar>, problems: &mut Problems) -> Option<Trajectory> {
    let heads = table.heads(problems);
    let units: Vec<Option<Unit>> = heads.iter().map(|head| unit(head, sidecar, problems)).collect();
    let Some(time) = heads.iter().position(|head| head.name == "time") else {
        let names: Vec<&str> = heads.iter().map(|head| head.name.as_str()).collect();
        problems
            .error(&data::MISSING_COLUMN, "no column `time`")
            .label(table.header_span(), "the header")
            .help(format!("rename the column of times; {}", listing("time", names, "columns")));
        return None;
    };
    if let Some(unit) = units[time].as_ref().filter(|unit| !unit.same_dimension(&Unit::parse_str("d").expect("known")))
    {
        problems
            .error(&WRONG_UNIT, format!("`time` is in {unit}"))
            .label(heads[time].span.clone(), "no unit of time")
            .help("write s, min, h, d or week");
    }
    let numbers = numbers(table, &heads, time, problems);
    check_order(table, &numbers, time, problems);

    let units: Vec<Unit> = units.into_iter().collect::<Option<_>>()?;
    let columns =
        heads.iter().zip(&units).enumerate().filter(|(column, _)| *column != time).map(|(_, (head, unit))| {
            let label = sidecar.and_then(|sidecar| sidecar.columns.iter().find(|column| column.name == head.name));
            let column = Column::new(&head.name, unit.clone());
            match label {
                Some(facts) if !facts.label.is_empty() => column.labelled(&facts.label),
                _ => column,
            }
        });
    let mut course = Trajectory::new(units[time].clone(), columns.collect());
    for row in numbers.chunks_exact(table.columns()) {
        course.time.push(row[time]);
        course.values.extend(row.iter().enumerate().filter(|(column, _)| *column != time).map(|(_, &value)| value));
    }
    Some(course)
}

fn unit(head: &Head, sidecar: Option<&Sidecar>, problems: &mut Problems) -> Option<Unit> {
    match head.unit(sidecar, problems) {
        HeadUnit::Stated(unit) => Some(unit),
        HeadUnit::Wrong => None,
        HeadUnit::Missing => {
            head.tell_missing_unit(if head.name == "time" { "d" } else { "pg/mL" }, problems);
            None
        }
    }
}

/// All numbers row by row; what is none is reported and NaN.
fn numbers(table: &Fields, heads: &[Head], time: usize, problems: &mut Problems) -> Vec<f64> {
    let mut numbers = Vec::with_capacity(table.rows() * table.columns());
    let mut wrong = 0;
    for row in 0..table.rows() {
        for (column, head) in heads.iter().enumerate() {
            let number = table.number(row, column);
            let fault = match number {
                None => Some("is not a number"),
                Some(value) if column == time && !value.is_finite() => Some("is no time"),
                Some(_) => None,
            };
            if let Some(fault) = fault {
                wrong += 1;
                if wrong <= TOLD {
                    let text = table.field(row, column);
                    problems
                        .error(&data::NOT_A_NUMBER, format!("`{text}` {fault}"))
                        .label(table.span(row, column), format!("column `{}`", head.name))
                        .help_if(remedy(&text));
                }
            }
            numbers.push(number.unwrap_or(f64::NAN));
        }
    }
    if wrong > TOLD {
        problems
            .error(&data::NOT_A_NUMBER, format!("{} more fields are not numbers", wrong - TOLD))
            .label(table.source().whole(), "");
    }
    numbers
}

fn remedy(text: &str) -> Option<String> {
    let point = text.replace(',', ".");
    if point != text && point.parse::<f64>().is_ok() {
        return Some(format!("write decimals with a point: `{point}`"));
    }
    text.starts_with(['<', '>']).then(|| "values below a limit of quantification belong into observed data".into())
}

fn check_order(table: &Fields, numbers: &[f64], time: usize, problems: &mut Problems) {
    let mut latest = f64::NEG_INFINITY;
    for (row, values) in numbers.chunks_exact(table.columns()).enumerate() {
        if values[time] < latest {
            problems
                .error(&data::TIME_ORDER, format!("time {} comes after {latest}", values[time]))
                .label(table.span(row, time), "")
                .help("sort the rows by time; a trajectory is of one subject");
            return;
        }
        latest = latest.max(values[time]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trajectory::{Header, SidecarColumn};
    use proptest::prelude::*;

    fn attempt(text: &str, sidecar: Option<&Sidecar>) -> Result<Trajectory, String> {
        let mut problems = Problems::default();
        let course = read_csv(&Source::new("course.csv", text), sidecar, &mut problems);
        problems.or_value(course).map_err(|problems| problems.to_string())
    }

    fn facts(columns: &[(&str, &str)]) -> Sidecar {
        let column = |&(name, unit): &(&str, &str)| SidecarColumn {
            name: name.into(),
            unit: unit.into(),
            label: name.to_uppercase(),
        };
        Sidecar { columns: columns.iter().map(column).collect() }
    }

    #[test]
    fn units_come_from_the_header_or_from_the_sidecar() {
        let shown = attempt("\u{feff}time [d],il6 [pg/mL]\r\n0,1\r\n\r\n1,\r\n", None).unwrap();
        assert_eq!(shown.time, [0.0, 1.0]);
        assert_eq!(shown.values[0], 1.0);
        assert!(shown.values[1].is_nan());
        assert_eq!(shown.columns[0].unit.to_string(), "pg/mL");
        let beside = attempt("il6,time\n1,0\n2,1\n", Some(&facts(&[("time", "h"), ("il6", "pg/mL")]))).unwrap();
        assert_eq!((beside.time_unit.to_string().as_str(), beside.columns[0].label.as_str()), ("h", "IL6"));
        assert_eq!((beside.time, beside.values), (vec![0.0, 1.0], vec![1.0, 2.0]));
        let both = attempt("time [h],il6\n0,1\n", Some(&facts(&[("time", "h"), ("il6", "pg/mL")])));
        assert!(both.is_ok(), "{both:?}");
    }

    #[test]
    fn mistakes_are_told_all_at_once_with_line_column_and_value() {
        let told = attempt("time [d],il6,cart [cells],cart [cells]\n0,high,1,1\nx,1,\"1,5\",1\n-1,2,3,4\n", None);
        let told = told.unwrap_err();
        for expected in [
            "course.csv:1:10: error[D009]: column `il6` has no unit",
            "course.csv:1:27: error[D003]: column `cart` is there twice",
            "course.csv:2:3: error[D007]: `high` is not a number",
            "course.csv:3:1: error[D007]: `x` is not a number",
            "course.csv:3:5: error[D007]: `1,5` is not a number",
            "write decimals with a point: `1.5`",
            "course.csv:4:1: error[D008]: time -1 comes after 0",
        ] {
            assert!(told.contains(expected), "{expected} is not in\n{told}");
        }
        let told = attempt("Time [d],il6 [pg/mL]\n0,1\n", None).unwrap_err();
        assert!(told.contains("error[D006]: no column `time`") && told.contains("did you mean `Time`"), "{told}");
        let told = attempt("time [d],il6 [pg/mL]\n,1\n", None).unwrap_err();
        assert!(told.contains("course.csv:2:1: error[D007]: `` is no time"), "{told}");
        let told = attempt("time [d],il6 [ng/mL]\n0,1\n", Some(&facts(&[("il6", "pg/mL")]))).unwrap_err();
        assert!(told.contains("error[D010]") && !told.contains("D009"), "{told}");
        let told = attempt("time [mg],il6 [pg/mL]\n0,1\n", None).unwrap_err();
        assert!(told.starts_with("course.csv:1:1: error[U007]: `time` is in mg"), "{told}");
        let told = attempt("time [d],il6 [pgg/mL]\n0,1\n", None).unwrap_err();
        assert!(told.contains("course.csv:1:15: error[U001]"), "{told}");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(rows in prop::collection::vec((any::<f64>(), prop::num::f64::NORMAL), 1..20)) {
            let unit = |text| Unit::parse_str(text).unwrap();
            let columns = vec![Column::new("il6", unit("pg/mL")), Column::new("cart", unit("1e9 cells"))];
            let mut course = Trajectory::new(unit("d"), columns);
            for (n, (a, b)) in rows.into_iter().enumerate() {
                course.push(n as f64 / 3.0, &[a, b]);
            }
            let shown = attempt(&course.to_csv(Header::Units), None).unwrap();
            let beside = attempt(&course.to_csv(Header::Names), Some(&course.sidecar())).unwrap();
            // NaN differs from itself, so bits are compared.
            let bits = |course: &Trajectory| course.values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(&shown.time, &course.time);
            prop_assert_eq!(shown.to_csv(Header::Units), course.to_csv(Header::Units));
            if course.values.iter().all(|v| !v.is_nan()) {
                prop_assert_eq!(bits(&shown), bits(&course));
            }
            prop_assert_eq!(beside.to_csv(Header::Units), course.to_csv(Header::Units));
            prop_assert_eq!(beside.sidecar(), course.sidecar());
        }
    }
}

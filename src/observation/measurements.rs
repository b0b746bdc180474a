use crate::diagnostic::codes::data;
use crate::diagnostic::codes::unit::WRONG_UNIT;
use crate::diagnostic::{Problems, Source, listing};
use crate::model::Model;
use crate::trajectory::{Fields, Head, HeadUnit, Sidecar};
use crate::unit::Unit;

/// One value of an output measured in a patient.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// The patient; empty if the table names none.
    pub subject: String,
    /// Name of the output.
    pub output: String,
    /// In the time unit of the model.
    pub time: f64,
    /// In the unit of the output; the limit of quantification if below it.
    pub value: f64,
    /// Whether the value is below the limit.
    pub below_limit: bool,
}

/// At most so many fields are told to be no measurement; the rest is counted.
const TOLD: usize = 20;

/// What a column holds.
enum Column {
    Subject,
    Time(Unit),
    /// Place of the output in the model, unit of the column.
    Output(usize, Unit),
    Wrong,
}

/// Reads a wide table of measurements: `time [d]`, perhaps `subject`, and a column for each measured output of `model`,
/// with its unit in the header or in `sidecar`.
///
/// `<50` is a value below the limit of quantification 50; an empty field (or `NA`, `.`) is no measurement. Values come
/// in the units of the model, row by row; rows need no order.
///
/// ```
/// use cascade::diagnostic::Source;
/// use cascade::model::Model;
/// use cascade::observation::read_measurements;
/// use cascade::trajectory::Sidecar;
/// let model = Model::embedded("stein-2019")?;
/// let table = Source::new("cart.csv", "time [week],cart [copies/ug]\n1,12000\n2,\n60,<50\n");
/// let measured = read_measurements(&table, &Sidecar::default(), &model)?;
/// assert_eq!((measured.len(), measured[0].time), (2, 7.0));
/// assert!(measured[1].below_limit && measured[1].value == 50.0);
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
///
/// # Errors
/// No `time`; columns that are no outputs, have no unit or one that does not fit; fields that are no measurement. All
/// mistakes are told, each with its place.
pub fn read_measurements(source: &Source, sidecar: &Sidecar, model: &Model) -> Result<Vec<Measurement>, Problems> {
    let mut problems = Problems::default();
    let Some(table) = Fields::read(source, &mut problems) else { return Err(problems) };
    let columns = columns(&table, sidecar, model, &mut problems);
    let mut measured = Vec::new();
    let mut wrong = Wrong { count: 0, told: &mut problems };
    let time = columns.iter().position(|column| matches!(column, Column::Time(_)));
    let subject = columns.iter().position(|column| matches!(column, Column::Subject));
    for row in 0..table.rows() {
        let at = match time.map(|at| (at, &columns[at])) {
            Some((at, Column::Time(unit))) => match table.number(row, at).filter(|time| time.is_finite()) {
                Some(time) => unit.convert(time, &model.time).unwrap_or(time),
                None => {
                    wrong.tell(&table, row, at, "is no time");
                    continue;
                }
            },
            _ => f64::NAN,
        };
        let subject = subject.map_or_else(String::new, |at| table.field(row, at).into_owned());
        for (place, column) in columns.iter().enumerate() {
            let Column::Output(output, unit) = column else { continue };
            let output = &model.outputs[*output];
            match field(&table.field(row, place)) {
                Field::Missing => {}
                Field::Wrong(why) => wrong.tell(&table, row, place, why),
                Field::Value { value, below_limit } => measured.push(Measurement {
                    subject: subject.clone(),
                    output: output.name.text.clone(),
                    time: at,
                    value: unit.convert(value, &output.unit).unwrap_or(value),
                    below_limit,
                }),
            }
        }
    }
    wrong.finish(source);
    if measured.is_empty() && !problems.has_errors() {
        problems
            .error(&data::EMPTY_TABLE, "the table holds no measurement")
            .label(source.whole(), "every field is empty")
            .help("a row for each time, a column for each output: `7,1200` under `time [d],il6 [pg/mL]`");
    }
    problems.or_value(Some(measured))
}

/// What a field says.
enum Field {
    Missing,
    Value { value: f64, below_limit: bool },
    Wrong(&'static str),
}

fn field(text: &str) -> Field {
    let text = text.trim();
    if matches!(text, "" | "." | "NA") || text.eq_ignore_ascii_case("nan") {
        return Field::Missing;
    }
    let (text, below_limit) = match text.strip_prefix('<') {
        Some(limit) => (limit.trim_start_matches('=').trim(), true),
        None => (text, false),
    };
    match text.parse::<f64>() {
        Ok(value) if !value.is_finite() => Field::Wrong("is not a finite number"),
        Ok(value) if below_limit && value <= 0.0 => Field::Wrong("names no limit of quantification above 0"),
        Ok(value) => Field::Value { value, below_limit },
        Err(_) => Field::Wrong("is not a measurement"),
    }
}

/// Counts wrong fields and tells the first of them.
struct Wrong<'a> {
    count: usize,
    told: &'a mut Problems,
}

impl Wrong<'_> {
    fn tell(&mut self, table: &Fields, row: usize, column: usize, why: &str) {
        self.count += 1;
        if self.count > TOLD {
            return;
        }
        let text = table.field(row, column);
        let remedy = if text.replace(',', ".") != text {
            "write decimals with a point"
        } else if text.starts_with('>') {
            "values above a limit are not read; leave the field empty"
        } else {
            "a number, `<50` for a value below the limit 50, or nothing"
        };
        self.told
            .error(&data::NOT_A_NUMBER, format!("`{text}` {why}"))
            .label(table.span(row, column), format!("column `{}`", table.header(column)))
            .help(remedy);
    }

    fn finish(self, source: &Source) {
        if self.count > TOLD {
            self.told
                .error(&data::NOT_A_NUMBER, format!("{} more fields are not measurements", self.count - TOLD))
                .label(source.whole(), "");
        }
    }
}

fn columns(table: &Fields, sidecar: &Sidecar, model: &Model, problems: &mut Problems) -> Vec<Column> {
    let heads = table.heads(problems);
    let columns: Vec<Column> = heads.iter().map(|head| column(head, sidecar, model, problems)).collect();
    let header = table.header_span();
    if !heads.iter().any(|head| head.name == "time") {
        let names = heads.iter().map(|head| head.name.as_str());
        problems
            .error(&data::MISSING_COLUMN, "no column `time`")
            .label(header, "the header")
            .help(format!("time [d], counted as in the model; {}", listing("time", names, "columns")));
    } else if heads.iter().all(|head| matches!(head.name.as_str(), "time" | "subject" | "ID" | "id")) {
        let outputs = model.outputs.iter().map(|output| output.name.text.as_str()).collect::<Vec<_>>().join(", ");
        problems
            .error(&data::MISSING_COLUMN, "no column of measurements")
            .label(header, "the header")
            .help(format!("outputs of `{}`: {outputs}", model.name));
    }
    columns
}

fn column(head: &Head, sidecar: &Sidecar, model: &Model, problems: &mut Problems) -> Column {
    let place = head.span.clone();
    if matches!(head.name.as_str(), "subject" | "ID" | "id") {
        return Column::Subject;
    }
    let output = model.outputs.iter().position(|output| output.name.text == head.name);
    let wanted = match output {
        _ if head.name == "time" => &model.time,
        Some(at) => &model.outputs[at].unit,
        None => {
            let outputs = model.outputs.iter().map(|output| output.name.text.as_str());
            problems
                .error(&data::UNKNOWN_COLUMN, format!("`{}` is not an output of `{}`", head.name, model.name))
                .label(place, "")
                .help(listing(&head.name, outputs, "outputs"));
            return Column::Wrong;
        }
    };
    let unit = match head.unit(Some(sidecar), problems) {
        HeadUnit::Stated(unit) => unit,
        HeadUnit::Wrong => return Column::Wrong,
        HeadUnit::Missing => {
            head.tell_missing_unit(&wanted.to_string(), problems);
            return Column::Wrong;
        }
    };
    if unit.convert(0.0, wanted).is_none() {
        problems
            .error(&WRONG_UNIT, format!("column `{}` is in {unit}", head.name))
            .label(place, format!("wants {wanted}, or a unit that can be converted to it"))
            .help_if(assay_help(&unit, wanted));
        return Column::Wrong;
    }
    match output {
        Some(at) if head.name != "time" => Column::Output(at, unit),
        _ => Column::Time(unit),
    }
}

/// Two ways to count cells are not two units of one quantity.
fn assay_help(found: &Unit, wanted: &Unit) -> Option<String> {
    let (found, wanted) = (found.to_string(), wanted.to_string());
    let counts = |text: &str| text.contains("copies") || text.contains("cells");
    (counts(&found) && counts(&wanted))
        .then(|| "transgene copies (qPCR) and cells (flow cytometry) are not converted into each other".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trajectory::SidecarColumn;

    fn read(model: &str, text: &str, sidecar: &Sidecar) -> Result<Vec<Measurement>, String> {
        let model = Model::embedded(model).unwrap();
        read_measurements(&Source::new("data.csv", text), sidecar, &model).map_err(|problems| problems.to_string())
    }

    fn plain(model: &str, text: &str) -> Result<Vec<Measurement>, String> {
        read(model, text, &Sidecar::default())
    }

    fn one(output: &str, time: f64, value: f64, below_limit: bool) -> Measurement {
        Measurement { subject: String::new(), output: output.into(), time, value, below_limit }
    }

    #[test]
    fn a_wide_table_is_read_in_the_units_of_the_model() {
        let found =
            plain("hardiansyah-2019", "il6 [ng/mL],time [h],tumour [cells]\n2.5,24,4.1e9\n.,48,\n<0.001,0,NA\n");
        assert_eq!(
            found.unwrap(),
            [one("il6", 1.0, 2500.0, false), one("tumour", 1.0, 4.1, false), one("il6", 0.0, 1.0, true)]
        );
    }

    #[test]
    fn subjects_keep_their_names() {
        let found =
            plain("stein-2019", "subject,time [d],cart [copies/ug]\nupn 1,7,3e4\n\"Smith, J\",7,<= 50\n").unwrap();
        assert_eq!(found[0].subject, "upn 1");
        assert_eq!((found[1].subject.as_str(), found[1].value, found[1].below_limit), ("Smith, J", 50.0, true));
    }

    #[test]
    fn units_may_stand_beside() {
        let column =
            |name: &str, unit: &str| SidecarColumn { name: name.into(), unit: unit.into(), label: String::new() };
        let beside = Sidecar { columns: vec![column("time", "week"), column("cart", "copies/ug")] };
        let found = read("stein-2019", "time,cart\n2,100\n", &beside);
        assert_eq!(found.unwrap(), [one("cart", 14.0, 100.0, false)]);
    }

    #[test]
    fn mistakes_are_told_all_at_once_with_their_places() {
        let text = "time [d],tumor [1e9 cells],il6 [pg/mL],il10,ifng [mg],il6 [pg/mL]\n\
                    0,1,<LLOQ,1,1,1\nx,1,1,1,1,1\n1,1,\"1,5\",1,1,1\n2,1,>9,1,1,1\n3,1,<0,1,1,1\n4,1,inf,1,1,1\n";
        let told = plain("hardiansyah-2019", text).unwrap_err();
        for expected in [
            "data.csv:1:10: error[D011]: `tumor` is not an output of `hardiansyah-2019`",
            "did you mean `tumour`?",
            "data.csv:1:40: error[D009]: column `il10` has no unit",
            "write it into the header, `il10 [pg/mL]`",
            "data.csv:1:45: error[U007]: column `ifng` is in mg",
            "data.csv:1:55: error[D003]: column `il6` is there twice",
            "data.csv:2:5: error[D007]: `<LLOQ` is not a measurement",
            "data.csv:3:1: error[D007]: `x` is no time",
            "data.csv:4:5: error[D007]: `1,5` is not a measurement\n  help: write decimals with a point",
            "data.csv:5:5: error[D007]: `>9` is not a measurement\n  help: values above a limit",
            "data.csv:6:5: error[D007]: `<0` names no limit",
            "data.csv:7:5: error[D007]: `inf` is not a finite number",
        ] {
            assert!(told.contains(expected), "{expected} is not in\n{told}");
        }
    }

    #[test]
    fn copies_are_not_cells() {
        let told = plain("stein-2019", "time [d],cart [cells/uL]\n0,1\n").unwrap_err();
        assert!(told.contains("error[U007]") && told.contains("flow cytometry"), "{told}");
    }

    #[test]
    fn tables_without_time_or_measurements_are_refused() {
        for (text, expected) in [
            ("Time [d],cart [copies/ug]\n0,1\n", "error[D006]: no column `time`"),
            ("time [d],subject\n0,1\n", "error[D006]: no column of measurements"),
            ("time [d],cart [copies/ug]\n0,\n1,NA\n", "error[D001]: the table holds no measurement"),
            ("time [mg],cart [copies/ug]\n0,1\n", "error[U007]: column `time` is in mg"),
            ("time [d],cart [copies/ugg]\n0,1\n", "error[U001]"),
            ("", "error[D001]: the table is empty"),
        ] {
            let told = plain("stein-2019", text).unwrap_err();
            assert!(told.contains(expected), "{text:?}: {told}");
        }
    }

    #[test]
    fn a_thousand_wrong_fields_are_not_a_thousand_messages() {
        let text = "time [d],cart [copies/ug]\n".to_string() + &"0,high\n".repeat(1000);
        let told = plain("stein-2019", &text).unwrap_err();
        assert_eq!(told.matches("D007").count(), TOLD + 1);
        assert!(told.contains("980 more"), "{told}");
    }
}

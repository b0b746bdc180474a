//! Many parameter sets in one table, a column each: `parameter,unit,source,SET,SET,...`.

use super::description::{Model, Named, Parameter, Provenance};
use super::values::{ParameterSet, check_parameters};
use crate::diagnostic::codes::{data, model as codes};
use crate::diagnostic::{Problems, Source};
use crate::trajectory::Fields;
use crate::unit::Unit;

/// Columns before the sets.
const HEAD: [&str; 3] = ["parameter", "unit", "source"];

/// The names of the sets that a table holds, by its header.
pub fn sets(text: &str) -> impl Iterator<Item = &str> {
    let header = text.lines().next().unwrap_or("");
    header.split(',').map(str::trim).filter(|name| !HEAD.contains(name) && !name.is_empty())
}

/// Reads one set of a table. `source` counts for the whole row; as `A3: text` it is an assumption. An empty field leaves
/// the parameter as the model has it.
///
/// # Errors
/// All mistakes of the table that concern the set.
pub(super) fn read(source: &Source, set: &str, model: &Model) -> Result<ParameterSet, Problems> {
    let mut problems = Problems::default();
    let Some(table) = Fields::read(source, &mut problems) else { return Err(problems) };
    let column = |name: &str| (0..table.columns()).find(|at| table.header(*at) == name);
    let places = [HEAD[0], HEAD[1], HEAD[2], set].map(|name| (name, column(name)));
    for (name, place) in &places {
        if place.is_none() {
            problems
                .error(&data::MISSING_COLUMN, format!("the table of sets has no column `{name}`"))
                .label(source.span(0..source.text().lines().next().map_or(0, str::len)), "the header")
                .help(format!("columns: {},SET,SET,...", HEAD.join(",")));
        }
    }
    let [Some(name), Some(unit), Some(origin), Some(value)] = places.map(|(_, place)| place) else {
        return Err(problems);
    };
    let mut parameters = Vec::new();
    for row in 0..table.rows() {
        let number = table.number(row, value);
        if number.is_some_and(f64::is_nan) {
            continue;
        }
        let text = table.field(row, name).into_owned();
        let Some(number) = number.filter(|number| number.is_finite()) else {
            problems
                .error(&data::NOT_A_NUMBER, format!("`{}` is not a number", table.field(row, value)))
                .label(table.span(row, value), format!("`{text}` of `{set}`"));
            continue;
        };
        let place = table.span(row, unit);
        let Some(unit) = Unit::parse(source, place.start..place.end, &mut problems) else { continue };
        let origin = table.field(row, origin).trim().to_string();
        if origin.is_empty() {
            problems
                .error(&codes::NO_PROVENANCE, format!("`{text}` has a value but no source"))
                .label(table.span(row, name), "where does it come from?")
                .help("write `doi:..., Table 1` or `A1: what is assumed` into the column `source`");
        }
        parameters.push(Parameter {
            name: Named { text: text.clone(), span: table.span(row, name) },
            value: Some(number),
            unit,
            bounds: None,
            label: text,
            provenance: (!origin.is_empty()).then(|| provenance(&origin)),
            variability: None,
        });
    }
    check_parameters(&parameters, model, &mut problems);
    problems.or_value(Some(ParameterSet { source: source.clone(), title: set.to_string(), parameters }))
}

fn provenance(text: &str) -> Provenance {
    let numbered = text.split_once(':').filter(|(number, _)| {
        number.strip_prefix('A').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    });
    match numbered {
        Some((number, text)) => Provenance::Assumption { number: number.into(), text: text.trim().into() },
        None => Provenance::Source(text.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str, set: &str) -> Result<ParameterSet, String> {
        let model = Model::embedded("stein-2019").unwrap();
        read(&Source::new("sets.csv", text), set, &model).map_err(|problems| problems.to_string())
    }

    #[test]
    fn a_column_is_a_set_and_an_empty_field_leaves_the_value() {
        let text = "parameter,unit,source,fast,slow\ntmax,h,\"doi:10.1/x, Table 1\",240,\nalpha,1/d,\"doi:10.1/x, Table 2\",0.2,0.1\n";
        assert_eq!(sets(text).collect::<Vec<_>>(), ["fast", "slow"]);
        let fast = table(text, "fast").unwrap();
        let values = super::super::Values::new(&Model::embedded("stein-2019").unwrap(), Some(&fast), &[]).unwrap();
        let of = |name| values.get(&Model::embedded("stein-2019").unwrap(), name);
        assert_eq!((of("tmax"), of("alpha"), of("cmax")), (Some(10.0), Some(0.2), Some(24000.0)));
        assert_eq!(table(text, "slow").unwrap().parameters.len(), 1);
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, wanted) in [
            ("parameter,unit,fast\ntmax,h,3\n", "sets.csv:1:1: error[D006]: the table of sets has no column `source`"),
            ("parameter,unit,source,fast\ntmax,h,s,x\n", "sets.csv:2:10: error[D007]: `x` is not a number"),
            ("parameter,unit,source,fast\ntmax,mg,s,3\n", "sets.csv:2:1: error[U007]"),
            ("parameter,unit,source,fast\ntmaxx,h,s,3\n", "sets.csv:2:1: error["),
            ("parameter,unit,source,fast\nalpha,1/d,,3\n", "sets.csv:2:1: error["),
            ("parameter,unit,source,fast\nalpha,1/d,A1: guessed,3\n", "sets.csv:2:1: error["),
        ] {
            let told = table(text, "fast").unwrap_err();
            assert!(told.starts_with(wanted), "{told}");
        }
    }
}

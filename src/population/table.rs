use std::io::BufRead;

use super::draw::{Individual, bounds};
use crate::diagnostic::codes::unit::WRONG_UNIT;
use crate::diagnostic::codes::{data, population as codes};
use crate::diagnostic::{Problems, Span, listing};
use crate::model::{Model, Values};
use crate::observation::{Design, DesignSubject};
use crate::trajectory::{Head, HeadUnit, Rows, Sidecar, brief, unquoted};
use crate::unit::Unit;

/// Patients from a table, read one by one: memory does not grow with their number.
///
/// A CSV whose header names parameters and covariates of the model with their units (`clearance [L/d]`, or in a sidecar;
/// plain numbers need none), and perhaps one column `subject` (or `ID`, `id`). Values are converted to the units of the
/// model; what has no column is as in `values`; every patient needs a value in every column. Where the model has a mixture, a
/// column `class` may name the class of each patient: that is told of it again and changes no value. A value outside of the
/// bounds of the model is kept and told in [`Individual::outside`], as for patients that are drawn: so that a table of
/// drawn patients gives the same population again.
///
/// ```
/// use cascade::model::{Model, Values};
/// use cascade::population::PatientTable;
/// use cascade::trajectory::Sidecar;
/// let model = Model::embedded("tocilizumab-frey-2010")?;
/// let text = "ID,clearance_typical [mL/h]\n1,12.5\n2,25\n";
/// let values = Values::new(&model, None, &[])?;
/// let mut patients = PatientTable::open("patients.csv", text.as_bytes(), &Sidecar::default(), &model, &values)?;
/// assert_eq!(patients.skip_patients(1)?, 1);
/// let second = patients.next().unwrap()?;
/// assert_eq!(second.subject.as_deref(), Some("2"));
/// assert_eq!(second.values(&values).get(&model, "clearance_typical"), Some(0.6)); // L/d
/// assert!(patients.next().is_none());
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
#[derive(Debug)]
pub struct PatientTable<R> {
    rows: Rows<R>,
    columns: Vec<Column>,
    typical: Individual,
    bounds: Vec<(f64, f64)>,
    /// What a design tells of the covariates of its subjects: name, places of covariates and values at the start.
    subjects: Vec<(String, Vec<(usize, f64)>)>,
    /// How many patients were read or left out.
    passed: u64,
}

/// What a column holds.
#[derive(Debug)]
struct Column {
    name: String,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Subject,
    /// Names of the classes.
    Class(Vec<String>),
    Parameter(usize, Option<Conversion>),
    Covariate(usize, Option<Conversion>),
}

/// From the unit of the column to that of the model, where they differ.
#[derive(Debug)]
struct Conversion {
    from: Unit,
    to: Unit,
}

impl<R: BufRead> PatientTable<R> {
    /// Reads the header. `name` is what users know the table by.
    ///
    /// # Errors
    /// An empty table; columns that the model does not have, that come twice, without unit or in one that does not fit.
    pub fn open(name: &str, input: R, sidecar: &Sidecar, model: &Model, values: &Values) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let (rows, header) = Rows::open(name, input, EXAMPLE)?;
        let heads = header.heads(&mut problems);
        let columns: Vec<Column> =
            heads.iter().filter_map(|head| column(head, sidecar, model, &mut problems)).collect();
        let subjects: Vec<&Head> = heads.iter().filter(|head| is_subject(&head.name)).collect();
        if let [first, second, ..] = subjects[..] {
            problems
                .error(&data::DUPLICATE_COLUMN, format!("`{}` and `{}` both name the patient", first.name, second.name))
                .label(second.span.clone(), "again here")
                .label(first.span.clone(), "first here")
                .help("remove one of them");
        }
        let valued = |column: &Column| matches!(column.target, Target::Parameter(..) | Target::Covariate(..));
        if columns.len() == heads.len() && !columns.iter().any(valued) {
            let names = model.parameters.iter().map(|parameter| &*parameter.name.text).collect::<Vec<_>>().join(", ");
            problems
                .error(&data::MISSING_COLUMN, "no column of values: all patients would be one")
                .label(header.header_span(), "the header")
                .help(format!("name a column after each parameter that differs: {names}"));
        }
        let typical = Individual {
            parameters: values.parameters.clone(),
            covariates: values.covariates.clone(),
            ..Individual::default()
        };
        let bounds = bounds(model);
        problems.or_value(Some(Self { rows, columns, typical, bounds, subjects: Vec::new(), passed: 0 }))
    }

    /// The same for patients that take the subjects of a design in turn: a covariate of the table that is not that of the
    /// subject at its start is a mistake.
    #[must_use]
    pub fn agreeing_with(mut self, design: &Design) -> Self {
        let first = |subject: &DesignSubject| {
            let covariates = subject.covariates.iter().map(|course| (course.covariate, course.points[0].1)).collect();
            (subject.name.clone(), covariates)
        };
        self.subjects = design.subjects.iter().map(first).collect();
        self
    }

    /// The places of the parameters that have a column.
    pub fn parameters(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().filter_map(|column| match column.target {
            Target::Parameter(at, _) => Some(at),
            _ => None,
        })
    }

    /// Whether the class of each patient is given.
    pub fn has_classes(&self) -> bool {
        self.columns.iter().any(|column| matches!(column.target, Target::Class(_)))
    }

    /// Reads the next patient into an individual that is there already; false at the end of the table.
    ///
    /// # Errors
    /// All mistakes of the line; what comes after it can still be read.
    pub fn read(&mut self, individual: &mut Individual) -> Result<bool, Problems> {
        if !self.rows.advance_below(true)? {
            return Ok(false);
        }
        let mut problems = Problems::default();
        let subject = self.subjects.get((self.passed % self.subjects.len().max(1) as u64) as usize);
        self.passed += 1;
        individual.subject = None;
        individual.class = None;
        individual.etas.clear();
        individual.parameters.clone_from(&self.typical.parameters);
        individual.covariates.clone_from(&self.typical.covariates);
        self.rows.check_width("every patient needs a value in every column; decimals are written with a point")?;
        for (place, column) in self.rows.places().iter().zip(&self.columns) {
            let text = &self.rows.text()[place.clone()];
            let (value, conversion) = match &column.target {
                Target::Subject => {
                    individual.subject = Some(unquoted(text));
                    continue;
                }
                Target::Class(names) => {
                    let name = unquoted(text.trim());
                    individual.class = names.iter().position(|known| *known == name);
                    if individual.class.is_none() {
                        problems
                            .error(&codes::UNKNOWN_CLASS, format!("`{name}` is not a class of the mixture"))
                            .label(self.rows.span(place.clone()), "column `class`")
                            .help(listing(&name, names.iter().map(String::as_str).collect::<Vec<_>>(), "classes"));
                    }
                    continue;
                }
                Target::Parameter(at, conversion) => (&mut individual.parameters[*at], conversion),
                Target::Covariate(at, conversion) => (&mut individual.covariates[*at], conversion),
            };
            let of_subject = subject.and_then(|(name, known)| match column.target {
                Target::Covariate(at, _) => {
                    known.iter().find(|(other, _)| *other == at).map(|(_, value)| (name, *value))
                }
                _ => None,
            });
            match (number(text, conversion.as_ref()), of_subject) {
                (Ok(number), Some((name, known))) if !alike(number, known) => {
                    let (table, design) = (brief(number), brief(known));
                    let message =
                        format!("`{}` is {table} here and {design} in subject `{name}` of the design", column.name);
                    problems
                        .error(&data::DESIGN_RECORD, message)
                        .label(self.rows.span(place.clone()), "this patient has that subject")
                        .help("let both say the same, or remove the column from one of the tables");
                }
                (Ok(number), _) => *value = number,
                (Err(fault), _) => fault.tell(text, &column.name, self.rows.span(place.clone()), &mut problems),
            }
        }
        if problems.has_errors() {
            return Err(problems);
        }
        individual.check_bounds(&self.bounds);
        Ok(true)
    }

    /// Leaves out the next `count` patients without reading their values, as for a shard; gives how many there were.
    ///
    /// # Errors
    /// The table cannot be read.
    pub fn skip_patients(&mut self, count: u64) -> Result<u64, Problems> {
        for skipped in 0..count {
            if !self.rows.advance_below(false)? {
                return Ok(skipped);
            }
            self.passed += 1;
        }
        Ok(count)
    }
}

/// Ends at the end of the table; goes on after a patient with mistakes, unless the rest cannot be read.
impl<R: BufRead> Iterator for PatientTable<R> {
    type Item = Result<Individual, Problems>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut individual = Individual::default();
        match self.read(&mut individual) {
            Ok(true) => Some(Ok(individual)),
            Ok(false) => None,
            Err(problems) => Some(Err(problems)),
        }
    }
}

/// What a table of patients looks like.
const EXAMPLE: &str = "the first line names the columns, `subject,clearance [L/d]`; a line for each patient follows";

fn is_subject(name: &str) -> bool {
    matches!(name, "subject" | "ID" | "id")
}

/// The column of classes.
const CLASS: &str = "class";

/// Whether a parameter or covariate has the name of the column of classes, which then means that.
pub(super) fn is_taken(model: &Model) -> bool {
    let parameters = model.parameters.iter().map(|parameter| &parameter.name);
    parameters.chain(model.covariates.iter().map(|covariate| &covariate.name)).any(|name| name.text == CLASS)
}

fn column(head: &Head, sidecar: &Sidecar, model: &Model, problems: &mut Problems) -> Option<Column> {
    let name = head.name.clone();
    if is_subject(&name) {
        return Some(Column { name, target: Target::Subject });
    }
    if name == CLASS && !model.mixture.is_empty() && !is_taken(model) {
        let names = model.mixture.iter().map(|class| class.name.clone()).collect();
        return Some(Column { name, target: Target::Class(names) });
    }
    let parameter = model.parameters.iter().position(|parameter| parameter.name.text == name);
    let covariate = model.covariates.iter().position(|covariate| covariate.name.text == name);
    let wanted = match (parameter, covariate) {
        (Some(at), _) => &model.parameters[at].unit,
        (_, Some(at)) => &model.covariates[at].unit,
        _ => {
            let parameters = model.parameters.iter().map(|parameter| &*parameter.name.text);
            let names = parameters.chain(model.covariates.iter().map(|covariate| &*covariate.name.text));
            problems
                .error(&codes::UNKNOWN_COLUMN, format!("`{name}` is not a parameter or covariate of `{}`", model.name))
                .label(head.span.clone(), "")
                .help(listing(&name, names.collect::<Vec<_>>(), "parameters and covariates"));
            return None;
        }
    };
    let unit = match head.unit(Some(sidecar), problems) {
        HeadUnit::Stated(unit) => unit,
        HeadUnit::Missing if *wanted == Unit::one() => Unit::one(),
        HeadUnit::Missing => {
            head.tell_missing_unit(&wanted.to_string(), problems);
            return None;
        }
        HeadUnit::Wrong => return None,
    };
    if unit.convert(0.0, wanted).is_none() {
        problems
            .error(&WRONG_UNIT, format!("column `{name}` is in {unit}"))
            .label(head.unit_span(), format!("wants {wanted}, or a unit that can be converted to it"));
        return None;
    }
    let conversion = (unit != *wanted).then(|| Conversion { from: unit, to: wanted.clone() });
    let target = match (parameter, covariate) {
        (Some(at), _) => Target::Parameter(at, conversion),
        (_, at) => Target::Covariate(at?, conversion),
    };
    Some(Column { name, target })
}

/// Whether two values are one, but for conversions between units.
fn alike(one: f64, other: f64) -> bool {
    (one - other).abs() <= 1e-9 * one.abs().max(other.abs())
}

/// Why a field is no value.
enum Fault {
    Missing,
    NoNumber,
    NotFinite,
}

fn number(text: &str, conversion: Option<&Conversion>) -> Result<f64, Fault> {
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).trim();
    if matches!(text, "" | "." | "NA") || text.eq_ignore_ascii_case("nan") {
        return Err(Fault::Missing);
    }
    let value: f64 = text.parse().map_err(|_| Fault::NoNumber)?;
    let value = match conversion {
        Some(conversion) => conversion.from.convert(value, &conversion.to).unwrap_or(f64::NAN),
        None => value,
    };
    if value.is_finite() { Ok(value) } else { Err(Fault::NotFinite) }
}

impl Fault {
    fn tell(&self, text: &str, column: &str, place: Span, problems: &mut Problems) {
        let message = match self {
            Self::Missing if text.is_empty() => format!("no value for `{column}`"),
            Self::Missing => format!("`{text}` is no value for `{column}`"),
            Self::NoNumber => format!("`{text}` is not a number"),
            Self::NotFinite => format!("`{text}` is not a finite number"),
        };
        let remedy = match self {
            Self::Missing => "give every patient a value; without the column everybody has that of the model".into(),
            Self::NoNumber if text.replace(',', ".").trim_matches('"').parse::<f64>().is_ok() => {
                "write decimals with a point".into()
            }
            _ => format!("column `{column}` holds numbers; units stand in the header"),
        };
        problems.error(&data::NOT_A_NUMBER, message).label(place, format!("column `{column}`")).help(remedy);
    }
}

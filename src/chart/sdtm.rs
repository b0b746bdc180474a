//! Charts from SDTM tables: vital signs, drugs, procedures, adverse events, demographics.

use std::collections::{BTreeMap, HashMap};

use super::draft::Draft;
use super::entry::{Chart, Event, Report};
use super::mapping::{Domain, Events, Mapping, People, Target, plain};
use super::parameter::{Conversions, Meaning, Parameter, is_missing, sign_value};
use super::time::{self, Instant};
use crate::diagnostic::codes::{chart as codes, data};
use crate::diagnostic::{Diagnostic, Problems, Source, Span};
use crate::sign::Sign;
use crate::trajectory::Fields;

/// After so many mistakes no more are told.
const MOST_TOLD: usize = 40;

/// Reads SDTM tables domain by domain; then gives a chart for each subject.
///
/// Values keep the units that stand beside them (C or F, mmHg, %, ug/min, L/min ...); dates need a time of day.
///
/// ```
/// use cascade::chart::{Mapping, Sdtm};
/// use cascade::diagnostic::Source;
/// let vs = "USUBJID,VSTESTCD,VSORRES,VSORRESU,VSDTC\n\
///     7,TEMP,101.3,F,2026-01-03T06:00\n7,SYSBP,84,mmHg,2026-01-03T06:00\n7,PULSE,110,beats/min,2026-01-03T06:00\n";
/// let mut tables = Sdtm::new(Mapping::sdtm());
/// tables.read("vs", &Source::new("vs.csv", vs));
/// assert_eq!(tables.passed_over().next(), Some(("vs.csv", "PULSE", 1)));
/// let charts = tables.charts(None)?;
/// assert_eq!((charts[0].subject.as_str(), charts[0].entries.len()), ("7", 2));
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
#[derive(Debug)]
pub struct Sdtm {
    mapping: Mapping,
    drafts: Vec<Draft>,
    places: HashMap<String, usize>,
    conversions: Conversions,
    /// What DM says of the infusion, of each draft that it speaks of: the text and its place.
    first_exposure: HashMap<usize, (String, Span)>,
    /// Whether adverse events were read: whoever has none of the syndrome was reported without.
    events_read: bool,
    /// By file and name.
    passed_over: BTreeMap<(String, String), u64>,
    /// Mistakes of no subject.
    problems: Problems,
}

/// A table with its columns by name.
struct Reading<'a> {
    fields: &'a Fields,
    columns: HashMap<String, usize>,
    row: usize,
}

impl Reading<'_> {
    fn column(&self, variable: &str) -> Option<usize> {
        self.columns.get(&variable.to_ascii_uppercase()).copied()
    }

    /// The text of a variable in this row; empty if there is no such column.
    fn text(&self, variable: &str) -> String {
        self.column(variable).map(|at| self.fields.field(self.row, at).trim().to_owned()).unwrap_or_default()
    }

    /// The first of these variables that is filled: which it is, and its text.
    fn filled(&self, variables: &[String]) -> Option<(usize, String)> {
        let texts = variables.iter().map(|variable| self.text(variable)).enumerate();
        texts.into_iter().find(|(_, text)| !is_missing(text))
    }

    fn span(&self, variable: &str) -> Span {
        match self.column(variable) {
            Some(at) => self.fields.span(self.row, at),
            None => self.fields.span(self.row, 0),
        }
    }

    /// A mistake at a variable of this row.
    fn at(&self, variable: &str, mut wrong: Diagnostic) -> Diagnostic {
        wrong.label(self.span(variable), format!("column `{variable}`"));
        wrong
    }

    fn time(&self, variable: &str) -> Result<f64, Diagnostic> {
        let text = self.text(variable);
        if !is_missing(&text) {
            return time::instant(&text).map_err(|wrong| self.at(variable, wrong));
        }
        let mut wrong = Diagnostic::error(&codes::TIME, format!("`{variable}` is empty"));
        wrong.help("grades hang on hours: write 2026-01-03T06:00");
        Err(self.at(variable, wrong))
    }
}

impl Sdtm {
    /// The domains that are read.
    pub const DOMAINS: [&'static str; 6] = ["dm", "vs", "cm", "ex", "pr", "ae"];

    /// Before the first table.
    pub fn new(mapping: Mapping) -> Self {
        Self {
            mapping,
            drafts: Vec::new(),
            places: HashMap::new(),
            conversions: Conversions::default(),
            first_exposure: HashMap::new(),
            events_read: false,
            passed_over: BTreeMap::new(),
            problems: Problems::default(),
        }
    }

    /// Reads the table of a domain, `vs`, `cm` ...; its mistakes are told by [`Sdtm::charts`].
    pub fn read(&mut self, domain: &str, source: &Source) {
        self.events_read |= domain.eq_ignore_ascii_case("ae");
        if source.text().trim().lines().count() == 1 {
            // A header alone: nothing of this kind happened.
            return;
        }
        let mut problems = Problems::default();
        let fields = Fields::read(source, &mut problems);
        self.problems.append(problems);
        let Some(fields) = fields else { return };
        let mut columns = HashMap::new();
        for at in 0..fields.columns() {
            let name = fields.header(at).to_ascii_uppercase();
            if columns.insert(name.clone(), at).is_some() {
                self.problems
                    .error(&data::DUPLICATE_COLUMN, format!("two columns `{name}`"))
                    .label(source.span(fields.header_place(at)), "")
                    .help("rename or remove one");
                return;
            }
        }
        let mut table = Reading { fields: &fields, columns, row: 0 };
        let domain = domain.to_ascii_lowercase();
        let rows = self.mapping.domains.iter().find(|one| one.code == domain).cloned();
        let events = self.mapping.events.clone().filter(|_| domain == "ae");
        let people = self.mapping.people.clone().filter(|_| domain == "dm");
        if !self.has_columns(&table, rows.as_ref(), events.as_ref()) {
            return;
        }
        for row in 0..fields.rows() {
            table.row = row;
            let subject = table.text(&self.mapping.subject);
            if subject.is_empty() {
                let mut wrong = Diagnostic::error(&codes::VALUE, format!("`{}` is empty", self.mapping.subject));
                wrong.help("every row belongs to a subject");
                self.problems.push(table.at(&self.mapping.subject, wrong));
                continue;
            }
            let next = self.drafts.len();
            let at = *self.places.entry(subject.clone()).or_insert(next);
            if at == next {
                self.drafts.push(Draft::of(&subject));
            }
            let read = match (&rows, &events, &people) {
                (Some(rows), ..) => self.row(&table, rows, at),
                (_, Some(events), _) => self.event(&table, events, at),
                (.., Some(people)) => self.person(&table, people, at),
                _ => Ok(()),
            };
            if let Err(wrong) = read {
                self.drafts[at].fail(wrong);
            }
        }
    }

    /// File, name and number of rows that the mapping does not name.
    pub fn passed_over(&self) -> impl Iterator<Item = (&str, &str, u64)> {
        self.passed_over.iter().map(|((file, name), count)| (file.as_str(), name.as_str(), *count))
    }

    /// The charts, in the order in which the subjects were met. Times count from the infusion: the first of EX that the
    /// mapping calls INFUSION, else the first exposure of DM, else the one `given`, else from the first entry.
    ///
    /// # Errors
    /// All mistakes, 20 of a subject and 40 at most; an infusion that is not when `given` says.
    pub fn charts(mut self, given: Option<Instant>) -> Result<Vec<Chart>, Problems> {
        let mut problems = std::mem::take(&mut self.problems);
        if given.is_some_and(|given| given.ahead().is_some()) {
            problems
                .error(&codes::INFUSION, "`--infusion` does not fit the times of the tables")
                .help("times of SDTM tables are local: write 2026-01-01T00:00, without an offset");
            return Err(problems);
        }
        self.report_none();
        let mut charts = Vec::new();
        let mut untold = 0;
        for (at, mut draft) in self.drafts.into_iter().enumerate() {
            if let Some((text, place)) = self.first_exposure.remove(&at).filter(|_| draft.infusion.is_none()) {
                match time::instant(&text) {
                    Ok(time) => draft.infusion = Some((time, place)),
                    // The day alone does not contradict what is given.
                    Err(_)
                        if given.is_some_and(|given| {
                            time::instant(&format!("{text}T00:00")) == Ok(given.days().floor())
                        }) => {}
                    Err(mut wrong) => {
                        wrong.label(place, "the infusion");
                        wrong.help(
                            "or give `--infusion`, or name the product under INFUSION of [ex.names] in a mapping",
                        );
                        draft.fail(wrong);
                    }
                }
            }
            match draft.finish(true, given) {
                Ok(chart) => charts.push(chart),
                Err(_) if problems.iter().count() >= MOST_TOLD => untold += 1,
                Err(found) => problems.append(found),
            }
        }
        if untold > 0 {
            problems.error(&codes::VALUE, format!("mistakes in the rows of {untold} more subjects"));
        }
        problems.or_value(Some(charts))
    }

    /// Whom no adverse event calls a patient with the syndrome was reported with grade 0, on every scale in use.
    fn report_none(&mut self) {
        let Some(events) = self.mapping.events.as_ref().filter(|_| self.events_read) else { return };
        let reports = self.drafts.iter().flat_map(|draft| &draft.chart.reports);
        let mut scales: Vec<String> = reports.map(|report| report.scale.clone()).collect();
        scales.sort();
        scales.dedup();
        if scales.is_empty() {
            scales.push(events.reported.clone());
        }
        for draft in self.drafts.iter_mut().filter(|draft| draft.chart.reports.is_empty() && !draft.syndrome) {
            draft.chart.reports = scales.iter().map(|scale| Report { scale: scale.clone(), grade: 0 }).collect();
        }
    }

    /// Whether the columns are there without which no row can be read.
    fn has_columns(&mut self, table: &Reading, rows: Option<&Domain>, events: Option<&Events>) -> bool {
        let mut wanted: Vec<Vec<&String>> = vec![vec![&self.mapping.subject]];
        if let Some(domain) = rows {
            wanted.extend([domain.name.iter().collect(), vec![&domain.time]]);
            wanted.extend(domain.only.iter().filter(|(.., with)| *with).map(|(variable, ..)| vec![variable]));
            if domain.code == "vs" {
                wanted.push(domain.value.iter().collect());
            }
        }
        if let Some(events) = events {
            wanted.push(events.name.iter().collect());
        }
        let mut complete = true;
        for variables in wanted {
            if variables.iter().any(|variable| table.column(variable).is_some()) {
                continue;
            }
            complete = false;
            let names: Vec<String> = variables.iter().map(|variable| format!("`{variable}`")).collect();
            let source = table.fields.source();
            let header = source.text().find(['\r', '\n']).unwrap_or(source.text().len());
            self.problems
                .error(&data::MISSING_COLUMN, format!("the table has no column {}", names.join(" or ")))
                .label(source.span(0..header), "the header")
                .help("add it, or name the one that takes its place in a mapping (--mapping)");
        }
        complete
    }

    fn pass_over(&mut self, table: &Reading, name: String) {
        let file = table.fields.source().name();
        let file = file.rsplit(['/', '\\']).next().unwrap_or(file).to_owned();
        *self.passed_over.entry((file, name)).or_default() += 1;
    }

    /// A row of what was given, done or read.
    fn row(&mut self, table: &Reading, domain: &Domain, at: usize) -> Result<(), Diagnostic> {
        let names = || domain.name.iter().map(|variable| table.text(variable)).filter(|name| !name.is_empty());
        let target = names().find_map(|name| domain.target(&name));
        let left_out =
            domain.only.iter().any(|(variable, texts, with)| texts.contains(&plain(&table.text(variable))) != *with);
        let Some(target) = target.filter(|_| !left_out) else {
            self.pass_over(table, names().next().unwrap_or_default());
            return Ok(());
        };
        let (which, value) = table.filled(&domain.value).unwrap_or_default();
        let value_name = domain.value.get(which).map_or(domain.time.as_str(), String::as_str);
        let unit_name = domain.unit.get(which).map(String::as_str);
        let unit = unit_name.map(|name| table.text(name)).unwrap_or_default();
        let draft = &mut self.drafts[at];
        let meaning = meaning(target, domain, &value, &unit, &mut self.conversions).map_err(|wrong| {
            let place = unit_name.filter(|_| wrong.code.id == codes::UNIT.id && !unit.is_empty());
            table.at(place.unwrap_or(value_name), in_column(wrong, unit_name.unwrap_or("the unit")))
        })?;
        match draft.settle(meaning, table.time(&domain.time).ok()) {
            None => {}
            Some(Meaning::Infusion) => {
                draft.infuse(table.time(&domain.time)?, table.span(&domain.time));
            }
            Some(Meaning::Event(event)) => {
                let time = table.time(&domain.time)?;
                let end = domain.end.as_deref().filter(|end| !is_missing(&table.text(end)));
                let until = end.map(|end| table.time(end)).transpose()?;
                let written = || (table.span(value_name), format!("{value} {unit}"));
                draft
                    .enter(event, time, until, written)
                    .map_err(|wrong| table.at(end.unwrap_or(&domain.time), wrong))?;
                if let (Event::Device { .. }, Some(_), false) = (event, &target.value, is_missing(&value)) {
                    let (sign, value) =
                        of_device(&value, &unit, &mut self.conversions).map_err(|wrong| table.at(value_name, wrong))?;
                    draft.enter(Event::Read(sign, value), time, None, written)?;
                }
            }
            Some(_) => {}
        }
        Ok(())
    }

    fn event(&mut self, table: &Reading, events: &Events, at: usize) -> Result<(), Diagnostic> {
        let names = || events.name.iter().map(|variable| table.text(variable)).filter(|name| !name.is_empty());
        let fatal = events.fatal.contains(&plain(&table.text(&events.outcome)));
        let written = || (table.span(&events.outcome), String::new());
        if !names().any(|name| events.terms.contains(&plain(&name))) {
            match table.time(&events.end) {
                // Another death ends observation.
                Ok(time) if fatal => self.drafts[at].enter(Event::Death(false), time, None, written)?,
                _ => self.pass_over(table, names().next().unwrap_or_default()),
            }
            return Ok(());
        }
        let draft = &mut self.drafts[at];
        draft.syndrome = true;
        let grade = table.text(&events.grade).to_ascii_uppercase();
        let grade = grade.strip_prefix("GRADE").unwrap_or(&grade).trim();
        if !is_missing(grade) {
            let spelt = events.scale.as_deref().map(|variable| table.text(variable)).filter(|text| !text.is_empty());
            let scale =
                spelt.map(|text| events.scales.get(&plain(&text)).cloned().unwrap_or(text.to_ascii_lowercase()));
            let reported = Parameter::Reported(scale.unwrap_or_else(|| events.reported.clone()));
            let meaning =
                reported.meaning(grade, "", &mut self.conversions).map_err(|wrong| table.at(&events.grade, wrong))?;
            draft.settle(meaning, None);
        }
        if fatal {
            let time = table.time(&events.end)?;
            draft.enter(Event::Death(true), time, None, written)?;
        }
        Ok(())
    }

    fn person(&mut self, table: &Reading, people: &People, at: usize) -> Result<(), Diagnostic> {
        if let Some((which, text)) = table.filled(&people.infusion) {
            self.first_exposure.insert(at, (text, table.span(&people.infusion[which])));
        }
        let age = table.text(&people.age);
        if !is_missing(&age) {
            let unit = table.text(&people.age_unit).to_ascii_lowercase();
            let unit = match unit.as_str() {
                "days" => "d",
                "weeks" => "week",
                other => other,
            };
            let meaning = Parameter::Age.meaning(&age, unit, &mut self.conversions);
            let meaning = meaning.map_err(|wrong| table.at(&people.age, in_column(wrong, &people.age_unit)))?;
            self.drafts[at].settle(meaning, None);
        }
        Ok(())
    }
}

/// What a row means. A drug without a dose was given all the same.
fn meaning(
    target: &Target,
    domain: &Domain,
    value: &str,
    unit: &str,
    conversions: &mut Conversions,
) -> Result<Meaning, Diagnostic> {
    if let Some(fixed) = &target.value {
        return target.parameter.meaning(fixed, "", conversions);
    }
    let drug = matches!(target.parameter, Parameter::Antipyretic | Parameter::Anticytokine | Parameter::Bolus);
    if drug && domain.code != "vs" && is_missing(value) {
        return target.parameter.meaning("1", "", conversions);
    }
    target.parameter.meaning(value, unit, conversions)
}

/// The flow or FiO2 of a device, whichever the unit says.
fn of_device(value: &str, unit: &str, conversions: &mut Conversions) -> Result<(Sign, f64), Diagnostic> {
    for sign in [Sign::OxygenFlow, Sign::Fio2] {
        match sign_value(sign, value, unit, conversions) {
            Err(wrong) if wrong.code.id == codes::UNIT.id => {}
            read => return read.map(|value| (sign, value.unwrap_or(f64::NAN))),
        }
    }
    let mut wrong = Diagnostic::error(&codes::UNIT, format!("a device has no dose in `{unit}`"));
    wrong.help("give its flow in L/min, or its FiO2 in %");
    Err(wrong)
}

/// Long tables have a column `unit`; here it is called otherwise.
pub(super) fn in_column(mut wrong: Diagnostic, name: &str) -> Diagnostic {
    for help in &mut wrong.helps {
        *help = help.replace("the column `unit`", &format!("`{name}`"));
    }
    wrong
}

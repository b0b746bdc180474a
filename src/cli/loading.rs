//! From arguments as typed to a scenario.

use super::arguments::{RunArgs, ScaleArgs};
use super::disk::{self, Disk};
use super::output::hash;
use super::tables;
use crate::crs::{self, Scale, Settings};
use crate::diagnostic::codes::{file, run};
use crate::diagnostic::{Diagnostic, Problems, Source, Span, listing};
use crate::integrate::Method;
use crate::model::{Library, Model, Named, Override, ParameterSet};
use crate::observation::{DesignSubject, read_records};
use crate::regimen::{Regimen, Rule, RuleFile};
use crate::sign::Patient;
use crate::simulate::{Grid, Scenario, ScenarioFile, embedded_scenario, positive_time};
use crate::unit::{Quantity, Unit};

/// What a command works on.
#[derive(Debug)]
pub struct Loaded {
    /// The model.
    pub model: Model,
    /// The parameter set, if one is used, and its name.
    pub set: Option<(String, ParameterSet)>,
    /// The scenario file, if one is used.
    pub file: Option<ScenarioFile>,
    /// Subjects of the records, if there are any: the one asked for, or all.
    pub subjects: Vec<DesignSubject>,
    /// Warnings about the files.
    pub warnings: Problems,
    /// Mistakes of the scenario file, told together with those of the flags.
    mistakes: Problems,
    /// Names and hashes of what was read.
    pub inputs: Vec<(String, String)>,
    /// Rules of treatment.
    pub rules: Vec<Rule>,
    /// Estimates of a fit, in place of the values of model and set.
    pub estimates: Vec<Override>,
    /// Seed of random numbers, if the file or the command says one.
    pub seed: Option<u64>,
}

impl Loaded {
    /// Opens scenario, model and parameter set.
    pub fn open(arguments: &RunArgs) -> Result<Self, Problems> {
        let mut mistakes = Problems::default();
        match Self::open_all(arguments, &mut mistakes) {
            Ok(loaded) => Ok(Self { mistakes, ..loaded }),
            Err(found) => {
                mistakes.append(found);
                Err(mistakes)
            }
        }
    }

    fn open_all(arguments: &RunArgs, mistakes: &mut Problems) -> Result<Self, Problems> {
        if arguments.parameters.len() > 1 {
            let text = arguments.parameters.join(", ");
            let mut found = Diagnostic::error(&file::BAD_VALUE, format!("one run has one parameter set, not {text}"));
            found.help("`cascade plot` draws several together");
            return Err(found.into());
        }
        let mut inputs = Vec::new();
        let mut note = |source: &Source| inputs.push((source.name().to_string(), hash(source.text().as_bytes())));
        let file = match &arguments.scenario {
            None => None,
            Some(path) => {
                let name = path.to_string_lossy();
                let source = if disk::is_path(&name) { disk::read(&name)? } else { embedded_scenario(&name)? };
                note(&source);
                Some(ScenarioFile::parse(&source, mistakes).ok_or_else(Problems::default)?)
            }
        };
        let source = match (&arguments.model, &file) {
            (Some(name), _) => Disk.model(name)?,
            (None, Some(file)) => Disk.model(&beside(&file.model)).map_err(|found| placed(found, &file.model))?,
            (None, None) => {
                let mut found = Diagnostic::error(&file::MISSING_KEY, "which model?");
                found.help("name a model of the library (`cascade models`), a path, or a --scenario");
                return Err(found.into());
            }
        };
        note(&source);
        let (model, mut warnings) = Model::parse(&source)?;
        let in_file =
            file.as_ref().filter(|_| arguments.parameters.is_empty()).and_then(|file| file.parameters.as_ref());
        let set = match in_file {
            Some(place) => open_set(&model, Some(&beside(place))).map_err(|found| placed(found, place))?,
            None => open_set(&model, arguments.parameters.first().map(String::as_str))?,
        };
        if let Some((_, set)) = &set {
            note(&set.source);
        }
        let mut rules = Vec::new();
        for place in file.iter().flat_map(|file| &file.rule_files) {
            let source = rule_source(&beside(place)).map_err(|found| placed(found, place))?;
            note(&source);
            rules.extend(rules_of(&source, mistakes));
        }
        rules.extend(file.iter().flat_map(|file| file.rules.clone()));
        for name in &arguments.treat {
            let source = rule_source(name)?;
            note(&source);
            rules.extend(rules_of(&source, mistakes));
        }
        let seed = file.as_ref().and_then(|file| file.seed);
        let in_file = file.as_ref().filter(|_| arguments.dose.is_empty()).and_then(|file| file.records.as_ref());
        let subjects = match (&arguments.records, in_file) {
            (Some(path), _) => {
                let source = Source::decode(path, &disk::bytes(path)?)?;
                note(&source);
                let given = arguments.dose.first().map(|text| Source::new("--dose", text).whole());
                let in_scenario = file.iter().flat_map(|file| &file.doses).next().cloned();
                if let Some(dose) = given.or(in_scenario) {
                    let mut found =
                        Diagnostic::error(&file::BAD_VALUE, format!("doses beside the records of `{path}`"));
                    found.label(dose, "").help("keep one of them: records stand in place of all other doses");
                    return Err(found.into());
                }
                records(&source, arguments.subject.as_deref(), &model, &mut warnings)?
            }
            (None, Some(place)) => {
                let path = beside(place);
                let bytes = disk::bytes(&path).map_err(|found| placed(found, place))?;
                let source = Source::decode(&path, &bytes)?;
                note(&source);
                records(&source, arguments.subject.as_deref(), &model, &mut warnings)?
            }
            (None, None) if arguments.subject.is_some() => {
                let mut found = Diagnostic::error(&file::BAD_VALUE, "--subject without records");
                found.help("a subject is one of a table of records: --records FILE.csv");
                return Err(found.into());
            }
            (None, None) => Vec::new(),
        };
        Ok(Self {
            rules,
            model,
            set,
            file,
            subjects,
            warnings,
            mistakes: Problems::default(),
            inputs,
            estimates: Vec::new(),
            seed,
        })
    }

    /// The scenario: model, then file, then flags. All mistakes at once.
    pub fn scenario(&self, arguments: &RunArgs) -> Result<Scenario<'_>, Problems> {
        let scenario = self.without_records(arguments)?;
        match &self.subjects[..] {
            [] => Ok(scenario),
            [one] => Ok(scenario.with_records(one)),
            many => {
                let message = format!("the records have {} subjects, and one is drawn or graded", many.len());
                let mut found = Diagnostic::error(&file::BAD_VALUE, message);
                let names: Vec<&str> = many.iter().take(10).map(|subject| subject.name.as_str()).collect();
                found.help(format!("choose one with --subject: {}", names.join(", ")));
                Err(found.into())
            }
        }
    }

    /// The same without the doses and covariates of records.
    pub fn without_records(&self, arguments: &RunArgs) -> Result<Scenario<'_>, Problems> {
        let mut problems = self.mistakes.clone();
        let found = &mut problems;
        let model = &self.model;
        let file = self.file.as_ref();
        let flag = |name: &str, text: &Option<String>| text.as_ref().map(|text| Source::new(name, text).whole());

        let mut overrides = self.estimates.clone();
        overrides.extend(self.overrides(arguments, found));
        let set = self.set.as_ref().map(|(_, set)| set);
        let scenario = Scenario::with_set(model, set, &overrides).map_err(|wrong| found.append(wrong)).ok();
        let regimen = self.regimen(arguments, found);

        let until = flag("--until", &arguments.until).or_else(|| file?.until.clone());
        let until = until.and_then(|place| positive_time(&place, "the end of the run", &model.time, found));
        let (mut at, mut every) = (flag("--at", &arguments.at), flag("--every", &arguments.every));
        if let (None, None, Some(file)) = (&at, &every, file) {
            (at, every) = (file.at.clone(), file.every.clone());
        }
        let grid = match (at, every) {
            (Some(place), _) => Some(Grid::parse_at(&place, &model.time)),
            (None, Some(place)) => Some(Grid::parse_every(&place, &model.time)),
            (None, None) => None,
        };
        let grid = grid.and_then(|grid| grid.map_err(|wrong| found.append(wrong)).ok());
        let rtol = flag("--rtol", &arguments.rtol).or_else(|| file?.rtol.clone());
        let rtol = rtol.and_then(|place| tolerance(&place, found));
        let solver = flag("--solver", &arguments.solver).or_else(|| file?.solver.clone());
        let solver = solver.and_then(|place| method(&place, found));

        let scenario = scenario.map(|scenario| Scenario {
            set: self.set.as_ref().map(|(name, _)| name.clone()),
            regimen,
            rules: self.rules.clone(),
            until: until.unwrap_or(scenario.until),
            grid: grid.unwrap_or_default(),
            rtol: rtol.unwrap_or(scenario.rtol),
            method: solver.unwrap_or(scenario.method),
            ..scenario
        });
        problems.or_value(scenario)
    }

    /// Whether the command or its scenario says which doses are given.
    pub fn gives_doses(&self, arguments: &RunArgs) -> bool {
        let in_file = self.file.as_ref().is_some_and(|file| !file.doses.is_empty());
        !arguments.dose.is_empty() || arguments.records.is_some() || in_file
    }

    /// What the scenario file and the flags set.
    pub fn overrides(&self, arguments: &RunArgs, problems: &mut Problems) -> Vec<Override> {
        let mut overrides = self.file.as_ref().map_or_else(Vec::new, |file| file.set.clone());
        let read = |text: &String| Override::parse(&Source::new("--set", text), problems);
        overrides.extend(arguments.set.iter().filter_map(read));
        overrides
    }

    fn regimen(&self, arguments: &RunArgs, problems: &mut Problems) -> Regimen {
        let in_file = self.file.iter().flat_map(|file| &file.doses);
        let from_file: Vec<Regimen> =
            in_file.map(|span| Regimen::parse(&span.source, span.start..span.end, problems)).collect();
        let in_flags = arguments.dose.iter().map(|text| Source::new("--dose", text));
        let from_flags: Vec<Regimen> =
            in_flags.map(|source| Regimen::parse(&source, 0..source.text().len(), problems)).collect();
        if arguments.dose.len() > 1 && arguments.dose.iter().any(|text| text.trim() == "none") {
            problems
                .error(&file::BAD_VALUE, "`--dose none` empties the regimen and stands alone")
                .help("leave `none` out, or the other doses");
        }
        let regimen = self.model.defaults.regimen.clone().override_with(from_file).override_with(from_flags);
        regimen.resolve(&self.model, problems);
        regimen
    }
}

/// The subjects of a table of records.
fn records(
    source: &Source,
    wanted: Option<&str>,
    model: &Model,
    warnings: &mut Problems,
) -> Result<Vec<DesignSubject>, Problems> {
    let mut found = Problems::default();
    let read = read_records(source, &tables::sidecar(source.name())?, model, &mut found);
    let Some(mut design) = read else { return Err(found) };
    warnings.append(found);
    if let Some(wanted) = wanted {
        let names: Vec<String> = design.subjects.iter().map(|subject| subject.name.clone()).collect();
        design.subjects.retain(|subject| subject.name == wanted);
        if design.subjects.is_empty() {
            let message = format!("`{}` has no subject `{wanted}`", source.name());
            let mut found = Diagnostic::error(&file::BAD_VALUE, message);
            found.help(listing(wanted, names.iter().map(String::as_str), "subjects"));
            return Err(found.into());
        }
    }
    Ok(design.subjects)
}

/// The parameter set of that name, else the default one of the model.
pub fn open_set(model: &Model, wanted: Option<&str>) -> Result<Option<(String, ParameterSet)>, Problems> {
    let open =
        |name: &str| Ok(Some((name.to_string(), ParameterSet::named(&Disk.parameters(model, name)?, name, model)?)));
    match (wanted, &model.defaults.parameters) {
        (Some(name), _) => open(name),
        (None, Some(Named { text, span })) => open(text).map_err(|found: Problems| placed(found, span)),
        (None, None) => Ok(None),
    }
}

/// The file of rules of that name or path.
fn rule_source(name: &str) -> Result<Source, Problems> {
    if disk::is_path(name) { Ok(disk::read(name)?) } else { Ok(RuleFile::embedded_source(name)?) }
}

fn rules_of(source: &Source, problems: &mut Problems) -> Vec<Rule> {
    RuleFile::parse(source, problems).map_or_else(Vec::new, |file| file.rules)
}

/// A path that a file names counts from the folder of that file.
fn beside(place: &Span) -> String {
    let name = place.text();
    if disk::is_path(name) && disk::is_path(place.source.name()) && name != "-" {
        return std::path::Path::new(place.source.name()).with_file_name(name).to_string_lossy().into_owned();
    }
    name.to_string()
}

/// Gives problems without a place the place that led to them.
pub fn placed(found: impl Into<Problems>, place: &Span) -> Problems {
    let mut problems = Problems::default();
    for mut found in found.into() {
        if found.labels.is_empty() {
            found.label(place.clone(), "");
        }
        problems.push(found);
    }
    problems
}

fn tolerance(place: &Span, problems: &mut Problems) -> Option<f64> {
    let text = place.text().trim();
    let value = text.parse::<f64>().ok().filter(|value| Scenario::TOLERANCES.contains(value));
    if value.is_none() {
        problems
            .error(&run::BAD_TOLERANCE, format!("`{text}` is not a relative tolerance"))
            .label(place.clone(), "")
            .help(Scenario::TOLERANCE_HELP);
    }
    value
}

fn method(place: &Span, problems: &mut Problems) -> Option<Method> {
    let name = place.text().trim();
    let method = name.parse().ok();
    if method.is_none() {
        let names = Method::ALL.map(Method::name);
        problems
            .error(&run::UNKNOWN_SOLVER, format!("unknown solver `{name}`"))
            .label(place.clone(), "")
            .help(listing(name, names.iter().copied(), "solvers"));
    }
    method
}

/// Scales, their options, and the days between readings of vital signs.
#[derive(Debug, Clone)]
pub struct Scales {
    /// The scales.
    pub scales: Vec<Scale>,
    /// Their options.
    pub settings: Settings,
    /// Days between two readings.
    pub vitals_every: Option<f64>,
}

/// Grading scales by name or path, separated by commas, with their options. All mistakes in one go.
pub fn scales(arguments: &ScaleArgs) -> Result<Scales, Problems> {
    let mut problems = Problems::default();
    let mut scales: Vec<Scale> = Vec::new();
    let all = || Scale::embedded_names().filter(|name| *name != "icans");
    let wanted = arguments.scale.split(',').map(str::trim);
    for name in wanted.flat_map(|name| if name == "all" { all().collect() } else { vec![name] }) {
        match one_scale(name) {
            Ok(scale) if scales.iter().any(|known| known.name() == scale.name()) => {}
            Ok(scale) => scales.push(scale),
            Err(found) => problems.append(found),
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    // A simulated patient is an adult; a table tells the age of its own.
    let mut settings = Settings { patient: Patient::adult(), ..Settings::default() };
    for text in &arguments.options {
        let place = Source::new("--option", text).whole();
        let Some((key, value)) = text.split_once('=') else {
            problems
                .error(&file::BAD_VALUE, format!("`{text}` is not NAME=VALUE"))
                .label(place, "")
                .help("--option fever_waiver=never");
            continue;
        };
        if let Err(mut found) = settings.set_in(&scales, key.trim(), value) {
            found.label(place, "");
            problems.push(found);
        }
    }
    let vitals_every =
        arguments.vitals_every.as_ref().and_then(|text| time("--vitals-every", text, "d", &mut problems));
    problems.or_value(Some(Scales { scales, settings, vitals_every }))
}

/// The time that a flag gives, in this unit.
pub fn time(flag: &str, text: &str, unit: &str, problems: &mut Problems) -> Option<f64> {
    let source = Source::new(flag, text);
    let unit = Unit::parse_str(unit).expect("a unit of time");
    let quantity = Quantity::parse(&source, 0..text.len(), problems)?;
    quantity.expect(&unit, flag, &source.whole(), problems)
}

fn one_scale(name: &str) -> Result<Scale, Problems> {
    if !disk::is_path(name) {
        return Scale::embedded(name);
    }
    let source = disk::read(name)?;
    let mut problems = Problems::default();
    let scale = crs::parse(&source, &mut problems);
    problems.or_value(scale)
}

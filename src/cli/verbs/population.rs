//! `cascade population`.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::Range;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::observations;
use crate::cli::arguments::{Format, PopulationArgs, Tables};
use crate::cli::loading::{self, Loaded, Scales};
use crate::cli::shards::Part;
use crate::cli::uncertainty::Uncertainty;
use crate::cli::unfinished::{Stand, Unfinished};
use crate::cli::{Context, Failure, columnar, disk, output, progress, record, render, shards, tables};
use crate::diagnostic::codes::{file, run as codes};
use crate::diagnostic::{Diagnostic, Problems};
use crate::observation::Design;
use crate::population::{Block, Draw, Means, PatientTable, Patients, Population, Sampling, Statistics, Uncertain};
use crate::regimen::Regimen;
use crate::simulate::{Prepared, Scenario};

/// Between two notes of how far it is.
const NOTED_EVERY: Duration = Duration::from_secs(10);

/// Runs virtual patients.
pub fn run(context: &Context, arguments: &PopulationArgs) -> Result<(), Failure> {
    let began = Instant::now();
    columnar::check(arguments.tables)?;
    let mut loaded = Loaded::open(&arguments.run)?;
    let source = arguments.design.as_deref().map(|path| observations::open(path, &mut loaded)).transpose()?;
    let uncertainty = arguments.uncertainty.as_ref().map(|run| Uncertainty::open(run, &loaded.model)).transpose()?;
    if let Some(uncertainty) = &uncertainty {
        uncertainty.lend(&mut loaded);
    }
    let loaded = loaded;
    let mut scenario = loaded.scenario(&arguments.run)?;
    if let Some(course) = scenario.courses.first() {
        let name = &loaded.model.covariates[course.covariate].name;
        let mut found = Diagnostic::error(&file::BAD_VALUE, format!("`{name}` of the records changes in time"));
        found.help("patients of a population have covariates of their own, which rest: remove the column");
        return Err(found.into());
    }
    if loaded.model.has_signs() && !arguments.ungraded {
        let Scales { scales, settings, vitals_every } = loading::scales(&arguments.scales)?;
        scenario = scenario.gradings(scales, settings, vitals_every);
    }
    scenario.stop = context.stop.clone();
    context.warn_of_late_doses(&scenario);
    if !loaded.warnings.is_empty() {
        context.say(render::text(&loaded.warnings).trim_end());
    }
    let design = match &source {
        Some(source) => Some(observations::design(context, source, &loaded.model)?),
        None => None,
    };
    if let Some(dosed) = design.as_ref().filter(|design| design.subjects.iter().any(|subject| subject.doses.is_some()))
    {
        let name = arguments.design.as_deref().unwrap_or_default();
        observations::one_regimen(name, loaded.gives_doses(&arguments.run), &dosed.subjects)?;
        scenario.regimen = Regimen::default();
        let own = |subject| scenario.clone().with_records(subject);
        if let Some(late) = dosed.subjects.iter().map(own).find(|own| !own.doses_after_end().is_empty()) {
            context.warn_of_late_doses(&late);
        }
    }
    let prepared = match &design {
        Some(design) => Prepared::for_design(&scenario, design)?,
        None => Prepared::new(&scenario)?,
    };
    let uncertain = uncertainty.as_ref().map(|known| drawn(context, known, arguments, &loaded));
    let by = (design.as_ref(), uncertain.as_ref());
    let (patients, told, total) = patients(context, arguments, &loaded, &scenario, by)?;
    let subjects = design.as_ref().map(|design| design.subjects.len());
    let uncertain = uncertainty
        .as_ref()
        .zip(uncertain.as_ref())
        .map(|(known, drawn)| known.record(&loaded.model, std::slice::from_ref(drawn), true));
    let shard = shard(arguments, total)?;
    let mut population = Population::new(&prepared, told, arguments.trajectories);
    let with_classes = match &patients {
        Patients::Drawn(_) => true,
        Patients::Listed(table) => table.has_classes(),
        Patients::Alike(_) => false,
    };
    if with_classes {
        population = population.with_classes();
    }
    if let Some(design) = design {
        population = population.observed(design, seed(arguments, &loaded))?;
    }
    let means = Means { threads: arguments.threads.unwrap_or(Means::default().threads), ..Means::default() };
    let (loaded, scenario, population) = (&loaded, &scenario, &population);
    let job = Job { context, arguments, loaded, scenario, population, subjects, uncertain, began };
    let key = job.key(total)?;
    match &arguments.to.output {
        None => job.print(patients, shard.patients, means),
        Some(folder) => job.write(folder, &key, patients, (shard, total), means),
    }
}

/// The seed: that of the command, of the scenario, or 0.
fn seed(arguments: &PopulationArgs, loaded: &Loaded) -> u64 {
    arguments.seed.or(loaded.file.as_ref().and_then(|file| file.seed)).unwrap_or(0)
}

/// What is drawn from a fit: all that it estimated but what the command or the scenario sets.
fn drawn(context: &Context, known: &Uncertainty, arguments: &PopulationArgs, loaded: &Loaded) -> Uncertain {
    let model = &loaded.model;
    // Mistakes were told when the scenario was made.
    let set = loaded.overrides(&arguments.run, &mut Problems::default());
    let uncertain = known.without(model, set.iter().map(|one| one.name.text.as_str()));
    context.say(&known.words(model, std::slice::from_ref(&uncertain), true));
    let held = known.held(model, &uncertain);
    if !held.is_empty() {
        context.say(&format!("note: not drawn, because it is set: {}", held.join(", ")));
    }
    if let Some(warning) = known.warning() {
        context.say(&warning);
    }
    uncertain
}

/// Where patients come from, which parameters are told of them, and how many there are.
fn patients(
    context: &Context,
    arguments: &PopulationArgs,
    loaded: &Loaded,
    scenario: &Scenario<'_>,
    (design, uncertain): (Option<&Design>, Option<&Uncertain>),
) -> Result<(Patients, Vec<usize>, u64), Failure> {
    let model = &loaded.model;
    if let Some(path) = &arguments.patients {
        // A stream can be read once.
        let stream = path == "-" || std::fs::metadata(path).is_ok_and(|found| !found.is_file());
        if stream && (arguments.shard.is_some() || arguments.resume) {
            let mut found =
                Diagnostic::error(&file::BAD_VALUE, "patients from a stream cannot be run in shards or resumed");
            found.help("write the table to a file");
            return Err(found.into());
        }
        if stream && arguments.count.is_none() {
            let mut found = Diagnostic::error(&file::MISSING_KEY, format!("how many patients does `{path}` hold?"));
            found.help("say -n COUNT");
            return Err(found.into());
        }
        let mut table = open_table(path, loaded, scenario)?;
        let told = table.parameters().collect();
        let mut count = arguments.count.unwrap_or_default();
        if !stream {
            let held = table.skip_patients(u64::MAX)?;
            table = open_table(path, loaded, scenario)?;
            if count > held {
                return Err(short(held, count).into());
            }
            count = arguments.count.unwrap_or(held);
        }
        if count == 0 {
            return Err(none(path).into());
        }
        if let Some(design) = design {
            table = table.agreeing_with(design);
        }
        return Ok((Patients::Listed(table), told, count));
    }
    let sampling = if arguments.sobol { Sampling::Sobol } else { Sampling::Random };
    let (values, seed) = (&scenario.values, seed(arguments, loaded));
    let draw = match uncertain {
        Some(uncertain) => Draw::uncertain(model, values, seed, sampling, uncertain.clone())?,
        None => Draw::new(model, values, seed, sampling)?,
    };
    if !draw.warnings().is_empty() {
        context.say(render::text(draw.warnings()).trim_end());
    }
    let names: Vec<&str> = draw.effects().collect();
    let by_class = |name: &str| model.mixture.iter().flat_map(|class| &class.parameters).any(|(of, _)| of == name);
    let varies = |name: &str| names.contains(&name) || by_class(name);
    let from_fit: Vec<usize> = uncertain.into_iter().flat_map(Uncertain::parameters).collect();
    let told = |at: &usize| varies(&model.parameters[*at].name.text) || from_fit.contains(at);
    let told = (0..model.parameters.len()).filter(told).collect();
    let count = arguments.count.unwrap_or(1000);
    Ok((Patients::Drawn(draw), told, count))
}

fn short(held: u64, wanted: u64) -> Problems {
    let mut found = Diagnostic::error(&file::BAD_VALUE, format!("the table of patients ends after {held} of {wanted}"));
    found.help("ask for fewer with -n");
    found.into()
}

fn none(path: &str) -> Problems {
    let mut found = Diagnostic::error(&file::BAD_VALUE, format!("no patients in `{path}`"));
    found.help("below the header there is a line for each patient");
    found.into()
}

fn open_table(
    path: &str,
    loaded: &Loaded,
    scenario: &Scenario<'_>,
) -> Result<PatientTable<Box<dyn BufRead + Send>>, Problems> {
    let input: Box<dyn BufRead + Send> = match path {
        "-" => Box::new(BufReader::new(std::io::stdin())),
        _ => {
            let opened = File::open(path).map_err(|error| {
                let why = disk::plain(&error);
                let mut found = Diagnostic::error(&file::CANNOT_READ, format!("cannot read `{path}`: {why}"));
                found.help("a CSV with the names of parameters in its header; `cascade show MODEL` lists them");
                found
            })?;
            if columnar::is_parquet(path) {
                columnar::open(path, opened)?
            } else {
                Box::new(BufReader::with_capacity(1 << 16, opened))
            }
        }
    };
    PatientTable::open(path, input, &tables::sidecar(path)?, &loaded.model, &scenario.values)
}

/// Which part of the patients is to be run: `2/7` is the second of seven.
fn shard(arguments: &PopulationArgs, total: u64) -> Result<Shard, Problems> {
    let Some(text) = &arguments.shard else { return Ok(Shard { part: None, patients: 0..total }) };
    let parts = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((part, of)) if 1 <= part && part <= of && of <= total => {
            let edge = |part: u64| (u128::from(total) * u128::from(part) / u128::from(of)) as u64;
            Ok(Shard { part: Some((part, of)), patients: edge(part - 1)..edge(part) })
        }
        _ => {
            let mut found = Diagnostic::error(&file::BAD_VALUE, format!("`{text}` is not a shard of {total} patients"));
            found.help("--shard 1/4 to --shard 4/4, each with its own --output; then `cascade merge`");
            Err(found.into())
        }
    }
}

/// A part of a population, or all of it.
struct Shard {
    /// Which of how many.
    part: Option<(u64, u64)>,
    /// Its patients, counted from 0.
    patients: Range<u64>,
}

/// A population as asked for.
struct Job<'a> {
    context: &'a Context,
    arguments: &'a PopulationArgs,
    loaded: &'a Loaded,
    scenario: &'a Scenario<'a>,
    population: &'a Population<'a>,
    /// Subjects of the design, if there is one.
    subjects: Option<usize>,
    /// What is drawn from a fit.
    uncertain: Option<Value>,
    began: Instant,
}

impl Job<'_> {
    /// Hash of all that the results depend on: not threads, not shards.
    fn key(&self, total: u64) -> Result<String, Problems> {
        let scenario = self.scenario;
        let grading = scenario.grading.as_ref().map(|grading| {
            let scales: Vec<String> = grading.scales.iter().map(|scale| format!("{scale:?}")).collect();
            json!({ "scales": scales, "options": self.arguments.scales.options,
                "vitals_every": grading.vitals_every })
        });
        let patients = match &self.arguments.patients {
            Some(path) if std::fs::metadata(path).is_ok_and(|found| found.is_file()) => {
                json!([hash_of(path)?, format!("{:?}", tables::sidecar(path)?)])
            }
            Some(path) => json!(path),
            None => {
                let theta = self.uncertain.as_ref().map(|record| &record["theta"]);
                json!({ "sobol": self.arguments.sobol, "uncertain": theta })
            }
        };
        let inputs: Vec<&String> = self.loaded.inputs.iter().map(|(_, hash)| hash).collect();
        let all = json!({
            "cascade": env!("CARGO_PKG_VERSION"),
            "inputs": inputs,
            "values": scenario.values.parameters,
            "covariates": scenario.values.covariates,
            "regimen": scenario.regimen.to_string(),
            "until": scenario.until,
            "times": self.population.layout().times,
            "rtol": scenario.rtol,
            "solver": scenario.method.name(),
            "grading": grading,
            "patients": patients,
            "seed": self.seed(),
            "count": total,
            "trajectories": self.arguments.trajectories,
        });
        Ok(output::hash(all.to_string().as_bytes()))
    }

    fn seed(&self) -> u64 {
        seed(self.arguments, self.loaded)
    }

    /// Without a folder: the summary alone.
    fn print(&self, patients: Patients, range: Range<u64>, means: Means) -> Result<(), Failure> {
        let mut patients = patients;
        skip(&mut patients, &range)?;
        let bar = self.bar(&range, range.start);
        let wanted = range.end - range.start;
        let mut statistics = self.population.layout().statistics();
        let done = self.population.run(patients, range, means, |block| {
            statistics.merge(&block.statistics);
            bar.inc(block.patients.end - block.patients.start);
            true
        })?;
        bar.finish_and_clear();
        let layout = self.population.layout();
        let format = Format::wanted(self.arguments.format);
        let text = match format {
            Format::Csv => layout.summary(&statistics),
            Format::Table => layout.summary_table(&statistics),
            Format::Json => summary_json(&layout.summary(&statistics)),
        };
        output::print(&text)?;
        self.judge(&statistics, done, wanted, None)
    }

    /// Into a folder: tables that grow, then what they come to.
    fn write(
        &self,
        folder: &std::path::Path,
        key: &str,
        mut patients: Patients,
        (Shard { part, patients: range }, total): (Shard, u64),
        means: Means,
    ) -> Result<(), Failure> {
        let layout = self.population.layout();
        let mut heads = vec![
            ("patients.csv", layout.head_of_patients()),
            ("endpoints.csv", layout.head_of_points()),
            ("failures.csv", layout.head_of_failures()),
        ];
        if self.arguments.trajectories {
            heads.push(("trajectories.csv", layout.head_of_rows()));
        }
        if self.arguments.design.is_some() {
            heads.push(("observations.csv", self.population.head_of_observations()));
        }
        if !self.scenario.rules.is_empty() {
            heads.push(("decisions.csv", self.population.head_of_decisions()));
        }
        let opened = Unfinished::open(folder, key, range.clone(), &heads, self.arguments.resume)?;
        let (mut unfinished, stand) = opened;
        let mut statistics = layout.statistics();
        let mut first = range.start;
        match stand {
            // From here on the folder is taken.
            Stand::New => unfinished.note(&statistics)?,
            Stand::From(next, counted) => {
                (first, statistics) = (next, *counted);
                let (done, all) = (next - range.start, range.end - range.start);
                self.context.say(&format!("going on after {done} of {all} patients"));
            }
        }
        skip(&mut patients, &(first..range.end))?;
        let bar = self.bar(&range, first);
        let mut noted: Option<Instant> = None;
        let mut trouble: Option<Problems> = None;
        let run = self.population.run(patients, first..range.end, means, |block| {
            statistics.merge(&block.statistics);
            let Block { who, points, failures, rows, observations, decisions, .. } = &block;
            let mut texts: Vec<&str> = vec![who, points, failures];
            texts.extend(self.arguments.trajectories.then_some(rows.as_str()));
            texts.extend(self.arguments.design.is_some().then_some(observations.as_str()));
            texts.extend((!self.scenario.rules.is_empty()).then_some(decisions.as_str()));
            let mut written = unfinished.add(&texts, block.patients.end);
            if written.is_ok() && noted.is_none_or(|noted| noted.elapsed() > NOTED_EVERY) {
                noted = Some(Instant::now());
                written = unfinished.note(&statistics);
            }
            bar.inc(block.patients.end - block.patients.start);
            trouble = written.err();
            trouble.is_none()
        });
        bar.finish_and_clear();
        if let Some(problems) = trouble {
            return Err(problems.into());
        }
        let done = match run {
            Ok(done) => done,
            Err(problems) => {
                unfinished.note(&statistics)?;
                return Err(problems.into());
            }
        };
        if first + done < range.end {
            unfinished.note(&statistics)?;
            if !self.context.stop.is_tripped() {
                return Err(short(first + done, range.end).into());
            }
            return self.judge(&statistics, first + done - range.start, range.end - range.start, Some(folder));
        }
        unfinished.note(&statistics)?;
        let run = self.run_json(&statistics, total, part);
        let (model, scenario) = (&self.loaded.model, self.scenario);
        let name = scenario.set.as_ref().map_or_else(|| model.name.clone(), |set| format!("{}, set {set}", model.name));
        let whole = Part {
            format: "cascade-population/1".into(),
            key: key.into(),
            total,
            patients: range.clone(),
            tables: unfinished.tables(),
            facts: vec![name, format!("maturity: {}", model.maturity.word())],
            seed: self.arguments.patients.is_none().then(|| self.seed()),
            layout: layout.clone(),
        };
        let others = shards::files(&whole, &statistics, run)?;
        let copies = (self.arguments.tables == Some(Tables::Parquet)).then_some(layout);
        for path in unfinished.finish(others, copies)? {
            self.context.say(&format!("wrote {}", path.display()));
        }
        self.judge(&statistics, range.end - range.start, range.end - range.start, Some(folder))
    }

    /// Says what did not go well; an interruption is a failure, a patient that failed is none.
    fn judge(
        &self,
        statistics: &Statistics,
        done: u64,
        wanted: u64,
        folder: Option<&std::path::Path>,
    ) -> Result<(), Failure> {
        if done < wanted && !self.context.stop.is_tripped() {
            return Err(short(done, wanted).into());
        }
        if done < wanted {
            let mut found =
                Diagnostic::error(&codes::INTERRUPTED, format!("stopped after {done} of {wanted} patients"));
            match folder {
                Some(_) => found.help("what was finished is kept; the same command with --resume goes on"),
                None => found.help("the summary above is of those; with --output the run can go on later"),
            };
            return Err(Failure::Integration(found.into()));
        }
        if statistics.failed > 0 {
            let where_to = if folder.is_some() { "; failures.csv says why" } else { "; --output DIR says why" };
            self.context.say(&format!("warning: {} of {done} patients failed{where_to}", statistics.failed));
        }
        if statistics.outside > 0 {
            self.context.say(&format!(
                "note: {} of {done} patients have a parameter outside of its bounds (status `outside`)",
                statistics.outside
            ));
        }
        if statistics.complete == 0 {
            let found = Diagnostic::error(&codes::INTEGRATION, "every patient failed");
            return Err(Failure::Integration(found.into()));
        }
        Ok(())
    }

    fn bar(&self, range: &Range<u64>, first: u64) -> ProgressBar {
        progress::bar(self.context, range.end - range.start, first - range.start, "patients")
    }

    fn run_json(&self, statistics: &Statistics, total: u64, shard: Option<(u64, u64)>) -> String {
        let mut value = record::of_scenario(self.context, self.loaded, self.scenario);
        let patients = match &self.arguments.patients {
            Some(path) => json!({ "table": path }),
            None => json!({ "seed": self.seed(), "sampling": if self.arguments.sobol { "sobol" } else { "random" } }),
        };
        value["population"] = json!({
            "patients": total,
            "shard": shard.map(|(part, of)| format!("{part}/{of}")),
            "from": patients,
            "design": self.subjects.map(|count| json!({
                "subjects": count,
                "patients": "patient n, counted from 0, has subject n modulo their number",
                "doses": if self.population.prepared().subjects() > 0 { "of the subject" } else { "of the command" },
            })),
            "uncertainty": self.uncertain,
            "complete": statistics.complete,
            "failed": statistics.failed,
            "outside": statistics.outside,
        });
        value["seed"] = json!(self.seed());
        value["timing"] = record::timing(self.began);
        format!("{}\n", serde_json::to_string_pretty(&value).expect("plain values"))
    }
}

/// Leaves out the patients of a table before the range.
fn skip(patients: &mut Patients, range: &Range<u64>) -> Result<(), Problems> {
    if let Patients::Listed(table) = patients {
        table.skip_patients(range.start)?;
    }
    Ok(())
}

fn hash_of(path: &str) -> Result<String, Problems> {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let read = File::open(path).and_then(|mut file| {
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(()),
                count => hash.update(&buffer[..count]),
            }
        }
    });
    read.map_err(|error| {
        Diagnostic::error(&file::CANNOT_READ, format!("cannot read `{path}`: {}", disk::plain(&error)))
    })?;
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn summary_json(csv: &str) -> String {
    let mut lines = csv.lines();
    let heads: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let rows: Vec<Value> = lines
        .map(|line| {
            let cells = line.split(',').zip(&heads);
            let pairs = cells.map(|(cell, head)| {
                let words = ["endpoint", "unit"].contains(head);
                let value = match (cell.parse::<u64>(), cell.parse::<f64>()) {
                    _ if words => json!(cell.trim_matches('"')),
                    _ if cell.is_empty() => Value::Null,
                    (Ok(count), _) if ["n", "missing", "failed"].contains(head) => json!(count),
                    (_, Ok(number)) => json!(number),
                    _ => json!(cell),
                };
                ((*head).to_string(), value)
            });
            Value::Object(pairs.collect())
        })
        .collect();
    format!("{}\n", serde_json::to_string_pretty(&rows).expect("plain values"))
}

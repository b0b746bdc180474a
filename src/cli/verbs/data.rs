//! `cascade data`.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use super::observations;
use crate::cli::arguments::{DataArgs, Format};
use crate::cli::loading::Loaded;
use crate::cli::output::{self, Folder};
use crate::cli::picture::{self, Kind, Page};
use crate::cli::{Context, Failure, record, render, tables};
use crate::diagnostic::{Problems, Source};
use crate::model::{DoseKind, Model};
use crate::observation::{self, Data, DataSubject, Expected, Spread, Survey};
use crate::plot;
use crate::simulate::{Grid, Phase, Scenario};
use crate::trajectory::Trajectory;

/// Suspicious rows in the table for a terminal.
const MOST: usize = 30;

/// Reads a table, holds it against the model, and reports.
pub fn run(context: &Context, arguments: &DataArgs) -> Result<(), Failure> {
    let began = Instant::now();
    let run = arguments.run();
    let mut loaded = Loaded::open(&run)?;
    let source = observations::open(&arguments.table, &mut loaded)?;
    let data = read(&source, &loaded.model, &mut loaded.warnings)?;
    let mut scenario = loaded.without_records(&run)?;
    scenario.stop = context.stop.clone();
    let in_file = loaded.file.as_ref().is_some_and(|file| !file.doses.is_empty());
    observations::one_regimen(
        source.name(),
        !run.dose.is_empty() || in_file,
        data.subjects.iter().map(|one| &one.design),
    )?;
    let folder = arguments.to.output.as_deref().map(Folder::open).transpose()?;
    if !loaded.warnings.is_empty() {
        context.say(render::text(&loaded.warnings).trim_end());
    }
    let expected = expected(context, &scenario, &data)?;
    let model = scenario.model;
    let survey = Survey::new(model, &data, &expected, scenario.until);
    let name = match &*arguments.table {
        "-" => "standard input".into(),
        path => Path::new(path).file_name().map_or(path.into(), |name| name.to_string_lossy()),
    };
    let Some(mut folder) = folder else {
        return Ok(output::print(&match Format::wanted(arguments.format) {
            Format::Table => survey.text(model, &name, MOST),
            Format::Csv => survey.csv(model),
            Format::Json => as_json(model, &survey),
        })?);
    };
    folder.add("data.txt", survey.text(model, &name, usize::MAX).as_bytes())?;
    folder.add("subjects.csv", survey.subjects_csv(model).as_bytes())?;
    folder.add("outputs.csv", survey.outputs_csv(model).as_bytes())?;
    folder.add("suspicious.csv", survey.suspicious_csv(model).as_bytes())?;
    if cfg!(feature = "plot")
        && let Some(figure) = plot::data(model, &data, &expected, &name)
    {
        folder.add("data.png", &picture::draw(&figure, Kind::Png, &Page::default())?)?;
    }
    let mut written = record::of_scenario(context, &loaded, &scenario);
    written["timing"] = record::timing(began);
    let written = serde_json::to_string_pretty(&written).expect("plain values");
    folder.add("run.json", format!("{written}\n").as_bytes())?;
    for path in folder.finish()? {
        context.say(&format!("wrote {}", path.display()));
    }
    let found = survey.suspicious.len();
    if found > 0 {
        context.say(&format!("suspicious: {found}, each with its reason in suspicious.csv"));
    }
    Ok(())
}

fn read(source: &Source, model: &Model, warnings: &mut Problems) -> Result<Data, Problems> {
    let mut found = Problems::default();
    let data = observation::read_data(source, &tables::sidecar(source.name())?, model, &mut found);
    let Some(data) = data else { return Err(found) };
    warnings.append(found);
    Ok(data)
}

/// Doses and typical predictions of each subject. Subjects without doses and covariates of their own share one run. A
/// run that fails leaves its subjects without predictions, which is said once.
fn expected(context: &Context, scenario: &Scenario<'_>, data: &Data) -> Result<Vec<Expected>, Failure> {
    let alone = |subject: &DataSubject| observations::is_alone(&subject.design);
    let together = data.subjects.iter().filter(|subject| !alone(subject));
    let shared_rows: Vec<(f64, Phase)> = together.flat_map(|subject| observations::phases(&subject.design)).collect();
    let mut shared: Option<Option<Trajectory>> = None;
    let mut failed: Option<(String, Problems)> = None;
    let mut failures = 0;
    let mut all = Vec::new();
    for subject in &data.subjects {
        let own = scenario.clone().with_records(&subject.design);
        let mut run = |rows: Vec<(f64, Phase)>| match typical(&own, rows) {
            Ok(solution) => solution,
            Err(problems) => {
                failures += 1;
                failed.get_or_insert_with(|| (subject.design.name.clone(), problems));
                None
            }
        };
        let solution;
        let solution = if alone(subject) {
            solution = run(observations::phases(&subject.design).collect());
            solution.as_ref()
        } else {
            shared.get_or_insert_with(|| run(shared_rows.clone())).as_ref()
        };
        if context.stop.is_tripped() {
            return Err(Failure::Integration(failed.map_or(Problems::default(), |(_, problems)| problems)));
        }
        let given = own.regimen.resolve(own.model, &mut Problems::default());
        let covariate = |at, time| own.covariate(at, time);
        let doses = observation::given_doses(own.model, &given, &own.values.parameters, covariate);
        all.push(Expected { start: own.start(), typical: of_rows(&own, subject, solution), doses });
    }
    if let Some((name, problems)) = failed {
        let more = if failures > 1 { format!(" and {} more", failures - 1) } else { String::new() };
        context.say(&format!("note: no typical prediction for subject `{name}`{more}"));
        context.say(render::text(&problems).trim_end());
    }
    Ok(all)
}

/// The typical patient at times of rows, whatever the end of the run; none if no row lies in it.
fn typical(scenario: &Scenario<'_>, mut rows: Vec<(f64, Phase)>) -> Result<Option<Trajectory>, Problems> {
    let start = scenario.start();
    rows.retain(|(time, _)| *time >= start);
    let last = rows.iter().map(|(time, _)| *time).fold(f64::NEG_INFINITY, f64::max);
    if rows.is_empty() {
        return Ok(None);
    }
    let until = scenario.until.max(last);
    let scenario = Scenario { until, grid: Grid::of_phases(rows), exposure: false, ..scenario.clone() };
    scenario.simulate().map(|run| Some(run.trajectory)).map_err(|failed| failed.problems)
}

/// A prediction a row; NaN where there is none.
fn of_rows(scenario: &Scenario<'_>, subject: &DataSubject, solution: Option<&Trajectory>) -> Vec<f64> {
    let start = scenario.start();
    let inside = |time: f64| solution.is_some() && time >= start;
    let mut known = subject.design.clone();
    known.rows.retain(|row| inside(row.time));
    let found = solution.and_then(|solution| observation::predictions(scenario.model, &known, solution));
    let mut found = found.unwrap_or_else(|| vec![f64::NAN; known.rows.len()]).into_iter();
    let one = |row: &observation::DesignRow| if inside(row.time) { found.next() } else { None };
    subject.design.rows.iter().map(one).map(|value| value.unwrap_or(f64::NAN)).collect()
}

fn as_json(model: &Model, survey: &Survey) -> String {
    let spread = |spread: &Spread| json!({ "min": spread.min, "median": spread.median, "max": spread.max });
    let outputs: Vec<Value> = survey
        .outputs
        .iter()
        .map(|one| {
            json!({
                "output": model.outputs[one.output].name.text,
                "unit": model.outputs[one.output].unit.to_string(),
                "subjects": one.subjects,
                "observations": one.observations,
                "below_limit": one.below,
                "above_limit": one.above,
                "below_share": one.below as f64 / one.observations as f64,
                "values": spread(&one.values),
                "per_subject": spread(&one.by_subject),
                "times": spread(&one.times),
                "value_over_typical": one.quotient,
            })
        })
        .collect();
    let entry_unit = |entry: usize| match &model.doses[entry].kind {
        DoseKind::Into { unit, .. } => Some(unit.to_string()),
        _ => None,
    };
    let doses: Vec<Value> = survey
        .doses
        .iter()
        .map(|one| {
            json!({
                "entry": model.doses[one.entry].name.text,
                "unit": entry_unit(one.entry),
                "subjects": one.subjects,
                "doses": one.count,
                "total": entry_unit(one.entry).map(|_| one.total),
                "amounts": entry_unit(one.entry).map(|_| spread(&one.amounts)),
                "per_subject": spread(&one.by_subject),
            })
        })
        .collect();
    let covariates: Vec<Value> = survey
        .covariates
        .iter()
        .map(|one| {
            let covariate = &model.covariates[one.covariate];
            json!({
                "covariate": covariate.name.text,
                "unit": covariate.unit.to_string(),
                "subjects": one.subjects,
                "missing": one.missing,
                "default": covariate.default,
                "changing": one.changing,
                "values": spread(&one.values),
            })
        })
        .collect();
    let subjects: Vec<Value> = survey
        .subjects
        .iter()
        .map(|one| {
            let by_output = survey.outputs.iter().zip(&one.by_output);
            let doses = survey.doses.iter().zip(&one.doses);
            let covariates = model.covariates.iter().zip(&one.covariates);
            json!({
                "subject": one.name,
                "observations": one.observations,
                "below_limit": one.below,
                "first_time": one.times.0,
                "last_time": one.times.1,
                "outputs": by_output.map(|(output, count)| {
                    (model.outputs[output.output].name.text.clone(), json!(count))
                }).collect::<serde_json::Map<_, _>>(),
                "doses": doses.map(|(dose, (count, total))| {
                    let total = entry_unit(dose.entry).map(|_| total);
                    (model.doses[dose.entry].name.text.clone(), json!({ "doses": count, "total": total }))
                }).collect::<serde_json::Map<_, _>>(),
                "covariates": covariates.map(|(covariate, value)| (covariate.name.text.clone(), json!(value)))
                    .collect::<serde_json::Map<_, _>>(),
            })
        })
        .collect();
    let suspicious: Vec<Value> = survey
        .suspicious
        .iter()
        .map(|one| {
            json!({
                "line": one.line,
                "subject": one.subject,
                "output": one.output.map(|output| &model.outputs[output].name.text),
                "time": one.time,
                "value": one.value,
                "rule": one.doubt.name(),
                "reason": one.reason,
            })
        })
        .collect();
    let occasions =
        survey.occasions.iter().map(|(occasion, count)| json!({ "occasion": occasion, "observations": count }));
    let (first, last) = survey.times();
    let whole = json!({
        "model": model.name,
        "time_unit": model.time.to_string(),
        "observations": survey.observations(),
        "first_time": first,
        "last_time": last,
        "dose_records": survey.dosed,
        "outputs": outputs,
        "doses": doses,
        "covariates": covariates,
        "occasions": occasions.collect::<Vec<_>>(),
        "subjects": subjects,
        "suspicious": suspicious,
        "rules": observation::Doubt::ALL.iter().map(|doubt| (doubt.name().to_string(), json!(doubt.text())))
            .collect::<serde_json::Map<_, _>>(),
    });
    format!("{}\n", serde_json::to_string_pretty(&whole).expect("plain values"))
}

//! `cascade compare`.

mod arms;
mod output;

use std::io::Read;
use std::time::Instant;

use crate::cli::arguments::CompareArgs;
use crate::cli::loading::{self, Scales};
use crate::cli::output::Folder;
use crate::cli::uncertainty::Uncertainty;
use crate::cli::{Context, Failure, columnar, disk, progress, render, tables};
use crate::compare::{Arms, Durability, Optimum, Outcomes, Point, Rank, Relapses, Row, Table, Utility, Varied, Who};
use crate::compare::{optimise, points, ranking, sweep};
use crate::diagnostic::codes::run as codes;
use crate::diagnostic::{Diagnostic, Problems, Source};
use crate::population::{Means, Uncertain};
use crate::simulate::{Grid, Prepared, Run, Scenario};

/// Regimens that a search tries for each bound, unless told.
const BUDGET: u64 = 40;

/// Everything that a comparison came to.
pub struct Found<'a> {
    /// One an arm.
    pub scenarios: &'a [Scenario<'a>],
    /// Patients of the arms.
    pub arms: &'a Arms,
    /// Who they are.
    pub who: Who<'a>,
    /// Seed of draws.
    pub seed: u64,
    /// Each arm against the reference.
    pub rows: &'a [Row],
    /// How long declared end points last.
    pub durability: &'a [Durability],
    /// How responses are lost, by kind.
    pub relapses: &'a [Relapses],
    /// What arms are ranked by.
    pub utility: Option<&'a Utility>,
    /// Arms by utility.
    pub ranks: &'a [Rank],
    /// What is swept, and what came of it: one list an arm.
    pub sweeps: &'a [Varied],
    /// One list of points an arm.
    pub points: &'a [Vec<Point>],
    /// Bounds of a search.
    pub bounds: &'a [Varied],
    /// What the search found.
    pub optimum: Option<&'a Optimum>,
    /// The typical patient of each arm; only for files.
    pub typical: &'a [Run],
    /// What was drawn from a fit, for `run.json`.
    pub uncertainty: Option<serde_json::Value>,
}

/// Compares arms.
pub fn run(context: &Context, arguments: &CompareArgs) -> Result<(), Failure> {
    let began = Instant::now();
    let alone = !arguments.sweep.is_empty() || !arguments.optimise.is_empty();
    let mut opened = arms::open(arguments, alone)?;
    let uncertainty = arguments.uncertainty.as_ref().map(|run| Uncertainty::open(run, &opened[0].loaded.model));
    let uncertainty = uncertainty.transpose()?;
    if let Some(uncertainty) = &uncertainty {
        opened.iter_mut().for_each(|arm| uncertainty.lend(&mut arm.loaded));
    }
    let opened = opened;
    let mut problems = Problems::default();
    let scenarios = arms::scenarios(&opened).map_err(|found| problems.append(found)).unwrap_or_default();
    let reference = arms::reference(arguments, &opened).map_err(|found| problems.append(found)).unwrap_or_default();
    let mut varied = |flag: &str, texts: &[String], read: fn(&Source, &crate::model::Model) -> _| -> Vec<Varied> {
        let model = &opened[0].loaded.model;
        let read = |text: &String| {
            let found: Result<Varied, Problems> = read(&Source::new(flag, text), model);
            found.map_err(|found| problems.append(found)).ok()
        };
        texts.iter().filter_map(read).collect()
    };
    let sweeps = varied("--sweep", &arguments.sweep, Varied::sweep);
    let bounds = varied("--optimise", &arguments.optimise, Varied::bounds);
    too_many(&sweeps, &bounds, &mut problems);
    problems.or_value(Some(()))?;

    let model = &opened[0].loaded.model;
    let Scales { scales, settings, vitals_every } = loading::scales(&arguments.scales)?;
    let mut scenarios: Vec<Scenario<'_>> = scenarios
        .into_iter()
        .map(|mut scenario| {
            scenario.stop = context.stop.clone();
            match model.has_signs() {
                true => scenario.gradings(scales.clone(), settings.clone(), vitals_every),
                false => scenario,
            }
        })
        .collect();
    let folder = arguments.to.output.as_deref().map(Folder::open).transpose()?;
    if folder.is_none() {
        // Nobody looks at the course.
        scenarios.iter_mut().for_each(|scenario| scenario.grid = Grid::At(vec![scenario.until]));
    }
    for (scenario, arm) in scenarios.iter().zip(&opened) {
        context.warn_of_late_doses(scenario);
        if !arm.loaded.warnings.is_empty() {
            context.say(render::text(&arm.loaded.warnings).trim_end());
        }
    }
    if let Some(other) = scenarios.iter().position(|scenario| scenario.until != scenarios[0].until) {
        let (one, two) = (&opened[0].name, &opened[other].name);
        context.say(&format!(
            "warning: `{one}` ends at {} and `{two}` at {} {}: what is followed longer is not comparable; say --until",
            scenarios[0].until, scenarios[other].until, model.time
        ));
    }
    let seed = arguments.seed.or_else(|| opened.iter().find_map(|arm| arm.loaded.seed)).unwrap_or(0);
    let table = arguments.patients.as_ref().map(|path| listed(path, &scenarios[0], arguments.count)).transpose()?;
    if let Some(table) = &table {
        sweeps.iter().chain(&bounds).try_for_each(|one| one.check_listed(table.listed()))?;
        arms::warn_of_listed(context, &opened, table.listed());
    }
    let who = match (&table, arguments.count) {
        (Some(table), _) => Who::Listed(table),
        (None, Some(count)) => Who::Drawn { count, seed, uncertain: None },
        (None, None) => Who::Typical,
    };
    let drawn = |varied: &[Varied]| match &uncertainty {
        Some(uncertainty) => arms::drawn(uncertainty, &opened, varied),
        None => Vec::new(),
    };
    let (uncertain, varied) = (drawn(&[]), drawn(&[&sweeps[..], &bounds].concat()));
    if let Some(uncertainty) = &uncertainty {
        arms::say_drawn(context, uncertainty, &opened, &uncertain, who != Who::Typical);
    }
    let means = Means { threads: arguments.threads.unwrap_or(Means::default().threads), ..Means::default() };

    // Mistakes are told before anybody runs.
    let prepared = scenarios.iter().map(Prepared::new).collect::<Result<Vec<_>, Problems>>()?;
    let nobody = Arms::new(vec![Outcomes::nobody("", &prepared[0])], 0);
    let utility = arguments.utility.as_ref().map(|text| Utility::parse(&Source::new("--utility", text), &nobody));
    let utility = utility.transpose()?;
    for scenario in &scenarios {
        for one in sweeps.iter().chain(&bounds) {
            [0.0, 1.0].into_iter().try_for_each(|end| one.apply(&mut scenario.clone(), one.at(end)))?;
        }
    }
    let mut outcomes = Vec::new();
    for (at, (prepared, arm)) in prepared.iter().zip(&opened).enumerate() {
        outcomes.push(Outcomes::run(&arm.name, prepared, of_arm(who, &uncertain, at), means)?);
        stopped(context)?;
    }
    let found = Arms::new(outcomes, reference);
    judge(context, &found, who)?;
    let rows = found.rows();
    let durability = found.durability();
    let relapses = found.relapses();
    let ranks = utility.as_ref().map_or_else(Vec::new, |utility| ranking(&found, utility, seed));
    let points = match sweeps[..] {
        [] => Vec::new(),
        _ => {
            let bar = progress::bar(context, (points(&sweeps) * scenarios.len()) as u64, 0, "regimens");
            let one = |(at, scenario)| {
                sweep(scenario, &sweeps, utility.as_ref(), of_arm(who, &varied, at), means, &mut || bar.inc(1))
            };
            let all = scenarios.iter().enumerate().map(one).collect::<Result<Vec<_>, Problems>>();
            bar.finish_and_clear();
            all?
        }
    };
    stopped(context)?;
    let optimum = match &utility {
        Some(utility) if !bounds.is_empty() => {
            let budget = arguments.budget.unwrap_or(BUDGET * bounds.len() as u64) as usize;
            let who = of_arm(who, &varied, reference);
            let bar = progress::bar(context, budget as u64, 0, "regimens");
            // The neighbourhood of the best comes on top.
            let mut told = || {
                bar.inc_length(u64::from(bar.position() >= bar.length().unwrap_or_default()));
                bar.inc(1);
            };
            let found = optimise(&scenarios[reference], &bounds, utility, budget, (who, seed), means, &mut told);
            bar.finish_and_clear();
            Some(found?)
        }
        _ => None,
    };
    stopped(context)?;
    let typical = match folder {
        Some(_) => scenarios.iter().map(Scenario::simulate).collect::<Result<Vec<Run>, _>>()?,
        None => Vec::new(),
    };
    let all = Found {
        scenarios: &scenarios,
        arms: &found,
        who,
        seed,
        rows: &rows,
        durability: &durability,
        relapses: &relapses,
        utility: utility.as_ref(),
        ranks: &ranks,
        sweeps: &sweeps,
        points: &points,
        bounds: &bounds,
        optimum: optimum.as_ref(),
        typical: &typical,
        uncertainty: uncertainty.as_ref().map(|one| one.record(model, &uncertain, who != Who::Typical)),
    };
    match folder {
        Some(folder) => {
            let loaded: Vec<_> = opened.iter().map(|arm| &arm.loaded).collect();
            output::write(context, folder, &all, &loaded, began)
        }
        None => output::print(context, arguments.format, &all),
    }
}

/// The same patients with the typical values that are drawn in one arm.
fn of_arm<'a>(who: Who<'a>, drawn: &'a [Uncertain], at: usize) -> Who<'a> {
    match who {
        Who::Drawn { count, seed, .. } => Who::Drawn { count, seed, uncertain: drawn.get(at) },
        other => other,
    }
}

/// The patients of a table.
fn listed(path: &str, scenario: &Scenario<'_>, count: Option<u64>) -> Result<Table, Problems> {
    let bytes = match columnar::is_parquet(path) && path != "-" {
        false => disk::bytes(path)?,
        true => {
            let file = std::fs::File::open(path).map_err(|error| disk::cannot_read(path, &error))?;
            let mut bytes = Vec::new();
            columnar::open(path, file)?.read_to_end(&mut bytes).map_err(|error| disk::cannot_read(path, &error))?;
            bytes
        }
    };
    Table::read(path, &bytes, tables::sidecar(path)?, scenario, count)
}

/// More than two sweeps make no map, and many bounds no search that ends.
fn too_many(sweeps: &[Varied], bounds: &[Varied], problems: &mut Problems) {
    use crate::diagnostic::codes::compare::BAD_SWEEP;
    if sweeps.len() > 2 {
        problems.error(&BAD_SWEEP, format!("{} sweeps at once", sweeps.len())).help("one, or two for a map");
    }
    if bounds.len() > 5 {
        problems.error(&BAD_SWEEP, format!("{} bounds at once", bounds.len())).help("five at most");
    }
    for (at, one) in sweeps.iter().chain(bounds).enumerate() {
        if sweeps.iter().chain(bounds).take(at).any(|other| other.target == one.target) {
            problems.error(&BAD_SWEEP, format!("`{}` is varied twice", one.label())).help("leave one of them out");
        }
    }
}

fn stopped(context: &Context) -> Result<(), Failure> {
    if !context.stop.is_tripped() {
        return Ok(());
    }
    let mut found = Diagnostic::error(&codes::INTERRUPTED, "interrupted; nothing was written");
    found.help("run the command again, perhaps with fewer patients (-n)");
    Err(Failure::Integration(found.into()))
}

/// Says who is left out; nobody left is a failure.
fn judge(context: &Context, arms: &Arms, who: Who<'_>) -> Result<(), Failure> {
    for arm in arms.arms.iter().filter(|arm| arm.failures() > 0) {
        context.say(&format!("warning: {} of {} patients failed in `{}`", arm.failures(), arm.count(), arm.name));
    }
    let left = who.count() as usize - arms.paired.len();
    if arms.paired.is_empty() {
        let mut found = Diagnostic::error(&codes::INTEGRATION, "no patient is complete in all arms");
        found.help("`cascade population MODEL --dose .. --output DIR` says in failures.csv why they fail");
        return Err(Failure::Integration(found.into()));
    }
    if left > 0 {
        context.say(&format!(
            "note: {} patients are compared; {left} failed in an arm and count in none",
            arms.paired.len()
        ));
    }
    Ok(())
}

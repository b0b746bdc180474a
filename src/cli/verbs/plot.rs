//! `cascade plot`.

use std::path::Path;

use crate::cli::arguments::{PlotArgs, RunArgs};
use crate::cli::loading::{self, Loaded, Scales};
use crate::cli::output::{self, Folder};
use crate::cli::picture::{self, Page};
use crate::cli::{Context, Failure, disk, render, tables};
use crate::diagnostic::codes::{file, run};
use crate::diagnostic::{Diagnostic, Problems, Source};
use crate::observation;
use crate::plot::gallery::POINTS_A_STEP;
use crate::plot::{self, Kind, Options, Shown, Theme, Variant, labels};
use crate::simulate::{Grid, Run, Scenario};

/// Simulates and draws.
pub fn run(context: &Context, arguments: &PlotArgs) -> Result<(), Failure> {
    if let Some(folder) = &arguments.gallery {
        return gallery(context, folder);
    }
    let format = picture::kind(&arguments.file)?;
    let page = page(arguments)?;
    let Scales { scales, settings, vitals_every } = loading::scales(&arguments.scales)?;
    let wanted = runs(arguments)?;
    let loaded = wanted.iter().map(|(_, run)| Loaded::open(run)).collect::<Result<Vec<Loaded>, Problems>>()?;
    let kind = kind(arguments, loaded.len())?;
    let mut scenarios = Vec::new();
    for (loaded, (_, run)) in loaded.iter().zip(&wanted) {
        let mut scenario = loaded.scenario(run)?;
        if loaded.model.has_signs() && matches!(kind, Kind::Course | Kind::Overlay) {
            scenario = scenario.gradings(scales.clone(), settings.clone(), vitals_every);
        }
        if scenario.grid == Grid::default() {
            scenario.grid = Grid::Steps(POINTS_A_STEP);
        }
        scenario.exposure = kind == Kind::Exposure;
        scenario.stop = context.stop.clone();
        context.warn_of_late_doses(&scenario);
        scenarios.push(scenario);
    }
    let options = options(arguments, &loaded[0])?;
    if arguments.file != "-" {
        output::try_file(Path::new(&arguments.file))?;
    }
    for loaded in loaded.iter().filter(|loaded| !loaded.warnings.is_empty()) {
        context.say(render::text(&loaded.warnings).trim_end());
    }
    let done = scenarios.iter().map(Scenario::simulate).collect::<Result<Vec<Run>, _>>()?;
    let found = labels(&scenarios.iter().collect::<Vec<_>>());
    let names = wanted.iter().zip(found).map(|((own, _), found)| if own.is_empty() { found } else { own.clone() });
    let shown: Vec<Shown<'_>> = scenarios
        .iter()
        .zip(&done)
        .zip(names)
        .map(|((scenario, run), name)| Shown::new(scenario, run).labelled(name))
        .collect();
    let axes = arguments.axes.as_ref().map(|text| Source::new("--axes", text));
    let figure = match kind {
        Kind::Course => plot::course(&shown[0], &options),
        Kind::Overlay => plot::overlay(&shown, &options),
        Kind::Phase => plot::phase(&shown, axes.as_ref(), &options),
        Kind::Exposure => plot::exposure(&shown, &options),
    }?;
    match plot::hidden(&figure) {
        0 => {}
        count => context.say(&format!(
            "warning: {count} of the measurements are outside the picture: before its start, after its end (--until), \
             or not above 0 on a log axis (--linear)"
        )),
    }
    let content = picture::draw(&figure, format, &page)?;
    picture::write(&arguments.file, &content)?;
    if arguments.file != "-" {
        context.say(&format!("wrote {}", arguments.file));
    }
    Ok(())
}

/// The runs to be drawn, each with its name: those of `--run`, or one a parameter set.
fn runs(arguments: &PlotArgs) -> Result<Vec<(String, RunArgs)>, Problems> {
    let base = &arguments.run;
    if arguments.runs.is_empty() {
        let alone = |set: &String| (String::new(), RunArgs { parameters: vec![set.clone()], ..base.clone() });
        let sets: Vec<(String, RunArgs)> = base.parameters.iter().map(alone).collect();
        return Ok(if sets.is_empty() { vec![(String::new(), base.clone())] } else { sets });
    }
    let mut problems = Problems::default();
    let mut runs = Vec::new();
    for text in &arguments.runs {
        match Variant::parse(&Source::new("--run", text)) {
            Err(found) => problems.append(found),
            Ok(variant) => {
                let mut run = base.clone();
                if let Some(set) = variant.parameters {
                    run.parameters = vec![set];
                }
                run.set.extend(variant.set);
                run.dose.extend(variant.dose);
                runs.push((variant.label, run));
            }
        }
    }
    problems.or_value(Some(runs))
}

fn kind(arguments: &PlotArgs, runs: usize) -> Result<Kind, Diagnostic> {
    let usual = if runs > 1 { Kind::Overlay } else { Kind::Course };
    let named = arguments.kind.as_ref().and_then(|name| Kind::ALL.into_iter().find(|kind| kind.name() == name));
    let kind = named.unwrap_or(usual);
    if kind == Kind::Course && runs > 1 {
        let mut found = Diagnostic::error(&file::BAD_VALUE, format!("a course shows one run, not {runs}"));
        found.help("--kind overlay draws them together");
        return Err(found);
    }
    if arguments.axes.is_some() && kind != Kind::Phase {
        let mut found = Diagnostic::error(&file::BAD_VALUE, "`--axes` has no meaning without `--kind phase`");
        found.help("leave it out, or add --kind phase");
        return Err(found);
    }
    Ok(kind)
}

fn page(arguments: &PlotArgs) -> Result<Page, Diagnostic> {
    let theme = Theme::ALL.into_iter().find(|theme| theme.name() == arguments.theme).unwrap_or_default();
    let Some(text) = &arguments.size else { return Ok(Page { size: None, theme }) };
    let sides = text
        .split_once(['x', 'X'])
        .and_then(|(width, height)| Some((width.trim().parse::<u32>().ok()?, height.trim().parse::<u32>().ok()?)));
    if sides.is_none() {
        let mut found = Diagnostic::error(&file::BAD_VALUE, format!("`{text}` is not a size"));
        found.help("width and height in pixels: --size 1600x1800");
        return Err(found);
    }
    Ok(Page { size: sides, theme })
}

fn options(arguments: &PlotArgs, loaded: &Loaded) -> Result<Options, Problems> {
    let source = |name: &str, text: &Option<String>| text.as_ref().map(|text| Source::new(name, text));
    let observed = match &arguments.data {
        None => Vec::new(),
        Some(path) => {
            let table = Source::decode(path, &disk::bytes(path)?)?;
            observation::read_measurements(&table, &tables::sidecar(path)?, &loaded.model)?
        }
    };
    Ok(Options {
        title: arguments.title.clone(),
        panels: source("--panels", &arguments.panels),
        log: source("--log", &arguments.log),
        linear: source("--linear", &arguments.linear),
        until: None,
        seed: loaded.file.as_ref().and_then(|file| file.seed),
        observed,
    })
}

/// Draws the gallery and its page.
fn gallery(context: &Context, folder: &Path) -> Result<(), Failure> {
    let entries = plot::gallery();
    let mut folder = Folder::open(folder)?;
    for entry in &entries {
        if context.stop.is_tripped() {
            let mut found = Diagnostic::error(&run::INTERRUPTED, "interrupted; the folder is as it was");
            found.help("run the command again");
            return Err(Failure::Integration(found.into()));
        }
        let page = Page { size: None, theme: entry.theme };
        folder.add(entry.file, &picture::draw(&entry.figure()?, picture::kind(entry.file)?, &page)?)?;
    }
    let trial = plot::gallery::trial();
    folder.add(trial.file, &picture::draw(&trial.figure()?, picture::Kind::Png, &Page::default())?)?;
    for sheet in plot::gallery::ward()? {
        folder.add(sheet.file, &picture::draw(&sheet.figure, picture::Kind::Png, &Page::default())?)?;
    }
    folder.add("README.md", plot::index(&entries).as_bytes())?;
    for path in folder.finish()? {
        context.say(&format!("wrote {}", path.display()));
    }
    Ok(())
}

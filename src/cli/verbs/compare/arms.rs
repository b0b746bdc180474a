//! Arms as typed: scenario files, or a model with `--arm`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::cli::arguments::{CompareArgs, RunArgs};
use crate::cli::loading::Loaded;
use crate::cli::uncertainty::Uncertainty;
use crate::cli::{Context, disk};
use crate::compare::{Target, Varied};
use crate::diagnostic::codes::{compare as codes, file};
use crate::diagnostic::{Diagnostic, Problems, Source, Span, listing};
use crate::population::Uncertain;
use crate::regimen::Regimen;
use crate::simulate::Scenario;

const EXAMPLE: &str = "--arm \"low: cart 5e7 cells at 0 d\" --arm \"high: cart 5e8 cells at 0 d\"";
/// The name of a model without `--arm`.
const ALONE: &str = "base";

/// An arm as typed, and what it works on.
pub struct Opened {
    /// Its name.
    pub name: String,
    /// Model, set, scenario file.
    pub loaded: Loaded,
    run: RunArgs,
    doses: Vec<Span>,
}

/// An arm as typed.
struct Typed {
    name: String,
    place: Span,
    run: RunArgs,
    doses: Vec<Span>,
}

/// Opens all arms. `alone` allows a single one, for sweeps.
pub fn open(arguments: &CompareArgs, alone: bool) -> Result<Vec<Opened>, Problems> {
    let typed = typed(arguments)?;
    let mut problems = Problems::default();
    for (at, arm) in typed.iter().enumerate() {
        if let Some(other) = typed[..at].iter().find(|other| other.name == arm.name) {
            problems
                .error(&codes::BAD_ARM, format!("two arms are called `{}`", arm.name))
                .label(arm.place.clone(), "again here")
                .label(other.place.clone(), "first here")
                .help("give each arm a name of its own");
        }
    }
    if typed.len() < 2 && !alone {
        problems
            .error(&codes::BAD_ARM, "one arm alone is compared with nothing")
            .help(format!("name another scenario file, or two arms of a model: {EXAMPLE}"));
    }
    let mut opened = Vec::new();
    for Typed { name, run, doses, .. } in typed {
        match Loaded::open(&run) {
            Ok(loaded) => opened.push(Opened { name, loaded, run, doses }),
            Err(found) => append_new(&mut problems, found),
        }
    }
    if let Some(first) = opened.first()
        && let Some(other) =
            opened.iter().find(|arm| arm.loaded.model.source.text() != first.loaded.model.source.text())
    {
        let (one, two) = (&first.loaded.model.name, &other.loaded.model.name);
        let message = format!("`{}` is of the model `{one}`, `{}` of `{two}`", first.name, other.name);
        problems
            .error(&codes::OTHER_MODEL, message)
            .help("the same patients exist in one model only: compare within it");
    }
    problems.or_value(Some(opened))
}

/// The scenarios of the arms, all mistakes at once.
pub fn scenarios(opened: &[Opened]) -> Result<Vec<Scenario<'_>>, Problems> {
    let mut problems = Problems::default();
    let mut scenarios = Vec::new();
    for arm in opened {
        match arm.loaded.scenario(&arm.run) {
            Ok(mut scenario) => {
                let mut found = Problems::default();
                let read = |place: &Span| Regimen::parse(&place.source, place.start..place.end, &mut found);
                let doses: Vec<Regimen> = arm.doses.iter().map(read).collect();
                scenario.regimen = scenario.regimen.override_with(doses);
                if !found.has_errors() {
                    scenario.regimen.resolve(&arm.loaded.model, &mut found);
                }
                append_new(&mut problems, found);
                scenarios.push(scenario);
            }
            Err(found) => append_new(&mut problems, found),
        }
    }
    problems.or_value(Some(scenarios))
}

/// What is drawn in each arm: nothing that it sets, and nothing of `varied`.
pub fn drawn(uncertainty: &Uncertainty, opened: &[Opened], varied: &[Varied]) -> Vec<Uncertain> {
    let varied: Vec<&str> = varied
        .iter()
        .filter_map(|one| match &one.target {
            Target::Parameter(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    opened
        .iter()
        .map(|arm| {
            // Mistakes were told when the scenarios were made.
            let set = arm.loaded.overrides(&arm.run, &mut Problems::default());
            let set = set.iter().map(|one| one.name.text.as_str());
            uncertainty.without(&arm.loaded.model, set.chain(varied.iter().copied()))
        })
        .collect()
}

/// Says which values are drawn, and which are not in which arm.
pub fn say_drawn(context: &Context, uncertainty: &Uncertainty, opened: &[Opened], drawn: &[Uncertain], patients: bool) {
    let model = &opened[0].loaded.model;
    context.say(&uncertainty.words(model, drawn, patients));
    for (arm, drawn) in opened.iter().zip(drawn) {
        let held = uncertainty.held(model, drawn);
        if !held.is_empty() {
            context.say(&format!("note: not drawn in arm `{}`, which sets it: {}", arm.name, held.join(", ")));
        }
    }
    if let Some(warning) = uncertainty.warning() {
        context.say(&warning);
    }
}

/// Says which values of arms a table of patients overrides.
pub fn warn_of_listed(context: &Context, opened: &[Opened], listed: &[String]) {
    let set = opened.iter().flat_map(|arm| arm.run.set.iter().map(move |text| (&arm.name, text)));
    for (arm, text) in set {
        let name = text.split('=').next().unwrap_or_default().trim();
        if listed.iter().any(|known| known == name) {
            context.say(&format!(
                "warning: `{name}` of arm `{arm}` is that of the table of patients, not the one it sets"
            ));
        }
    }
}

/// The place of the reference.
pub fn reference(arguments: &CompareArgs, opened: &[Opened]) -> Result<usize, Problems> {
    let Some(name) = &arguments.reference else { return Ok(0) };
    opened.iter().position(|arm| arm.name == *name).ok_or_else(|| {
        let mut found = Diagnostic::error(&codes::UNKNOWN_ARM, format!("no arm is called `{name}`"));
        found.label(Source::new("--reference", name).whole(), "");
        found.help(listing(name, opened.iter().map(|arm| arm.name.as_str()), "arms"));
        found.into()
    })
}

/// What arms share is told once.
fn append_new(problems: &mut Problems, found: Problems) {
    for diagnostic in found {
        if problems.iter().all(|known| *known != diagnostic) {
            problems.push(diagnostic);
        }
    }
}

fn typed(arguments: &CompareArgs) -> Result<Vec<Typed>, Problems> {
    let inputs = &arguments.inputs;
    let scenario = |path: &String| (None, Some(PathBuf::from(path)));
    let base = match &inputs[..] {
        [] => (None, None),
        [one] if arguments.scenario.is_none() && is_scenario(one) => scenario(one),
        [one] => (Some(one.clone()), None),
        several if arguments.arms.is_empty() && arguments.scenario.is_none() => {
            return Ok(several.iter().map(|path| of_file(arguments, path)).collect());
        }
        _ => {
            let mut found = Diagnostic::error(&codes::BAD_ARM, "several scenario files, and what all arms start from");
            found.help("either scenario files alone, or one model or scenario with --arm");
            return Err(found.into());
        }
    };
    let run = arguments.run(base.0, base.1);
    if arguments.arms.is_empty() {
        let name = run.scenario.as_deref().and_then(stem).unwrap_or_else(|| ALONE.into());
        return Ok(vec![Typed { place: Source::new("arms", "").whole(), name, run, doses: Vec::new() }]);
    }
    let mut problems = Problems::default();
    let mut arms = Vec::new();
    for text in &arguments.arms {
        arms.extend(arm(&Source::new("--arm", text), &run, &mut problems));
    }
    problems.or_value(Some(arms))
}

fn of_file(arguments: &CompareArgs, path: &str) -> Typed {
    let source = Source::new("scenario", path);
    Typed {
        name: stem(Path::new(path)).unwrap_or_else(|| path.into()),
        place: source.whole(),
        run: arguments.run(None, Some(path.into())),
        doses: Vec::new(),
    }
}

fn stem(path: &Path) -> Option<String> {
    Some(path.file_stem()?.to_string_lossy().into_owned())
}

/// Whether a lone input is a scenario, not a model.
fn is_scenario(name: &str) -> bool {
    name != "-"
        && disk::is_path(name)
        && name.ends_with(".toml")
        && disk::read(name).is_ok_and(|source| source.text().contains("cascade-scenario/"))
}

/// Reads `NAME: ITEM; ITEM`.
fn arm(source: &Source, base: &RunArgs, problems: &mut Problems) -> Option<Typed> {
    let text = source.text();
    let Some((before, _)) = text.split_once(':') else {
        let message = format!("`{}` has no name", text.trim());
        problems.error(&codes::BAD_ARM, message).label(source.whole(), "no colon").help(EXAMPLE);
        return None;
    };
    let name = before.trim();
    if name.is_empty() || name.contains([',', '"', '\n']) {
        let what = if name.is_empty() { "an arm without a name" } else { "a comma or quote in the name of an arm" };
        problems.error(&codes::BAD_ARM, what).label(source.span(0..before.len() + 1), "").help(EXAMPLE);
        return None;
    }
    let mut arm = Typed {
        name: name.into(),
        place: source.span(before.len() - before.trim_start().len()..before.trim_end().len()),
        run: base.clone(),
        doses: Vec::new(),
    };
    let mut at = before.len() + 1;
    for item in text[at..].split(';') {
        let from = at + item.len() - item.trim_start().len();
        let place = from..from + item.trim().len();
        at += item.len() + 1;
        add(&mut arm, source, place, problems);
    }
    if arm.doses.len() > 1 && arm.doses.iter().any(|place| place.text() == "none") {
        problems
            .error(&file::BAD_VALUE, format!("`none` empties the regimen of `{name}` and stands alone"))
            .label(source.whole(), "")
            .help("leave `none` out, or the other doses");
    }
    Some(arm)
}

fn add(arm: &mut Typed, source: &Source, place: Range<usize>, problems: &mut Problems) {
    let item = &source.text()[place.clone()];
    let (word, rest) = item.split_once(char::is_whitespace).unwrap_or((item, ""));
    let rest = rest.trim();
    match word {
        "" => {}
        "set" | "parameters" | "dose" | "treat" if rest.is_empty() => {
            let told = problems.error(&codes::BAD_ARM, format!("`{word}` has nothing behind it"));
            told.label(source.span(place), "").help("treated: set tumour_0=8 1e9 cells; parameters high");
        }
        "set" => arm.run.set.push(rest.into()),
        "treat" => arm.run.treat.push(rest.into()),
        "parameters" => arm.run.parameters = vec![rest.into()],
        "dose" => arm.doses.push(source.span(place.end - rest.len()..place.end)),
        _ => arm.doses.push(source.span(place)),
    }
}

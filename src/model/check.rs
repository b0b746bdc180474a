//! Names and dimensions of a model that was read.

use std::collections::{HashMap, HashSet};

use super::description::{DoseKind, Model, Named, Trigger};
use super::file::Lost;
use super::names::ModelScope;
use crate::diagnostic::Problems;
use crate::diagnostic::codes::model;
use crate::expression::{self as language, Expression, Kind, Scope, dimension};
use crate::regimen::Amount;
use crate::unit::Unit;

/// Checks everything that hangs on names, and puts derived quantities into the order of their needs.
///
/// Nothing more is said about what was `lost` in reading.
pub(super) fn check(model: &mut Model, mut lost: Lost, problems: &mut Problems) {
    names(model, problems);
    order_derived(model, &mut lost.names, problems);
    let scope = scope_of(model, &lost.names, problems);
    let checker = Checker { model, scope: &scope, lost: &lost };
    checker.states(problems);
    checker.switches(problems);
    checker.doses(problems);
    checker.outputs(problems);
    checker.readings(problems);
    checker.without_value(problems);
    regimen(model, &lost.names, problems);
    if !problems.has_errors() {
        checker.unlocated(problems);
        checker.unused(problems);
    }
    let units: Vec<Option<Unit>> = model
        .derived
        .iter()
        .map(|derived| derived.unit.clone().or_else(|| number(scope.kinds.get(&derived.name.text))))
        .collect();
    for (derived, unit) in model.derived.iter_mut().zip(units) {
        derived.unit = unit;
    }
}

fn number(kind: Option<&Kind>) -> Option<Unit> {
    match kind {
        Some(Kind::Number(unit)) => Some(unit.clone()),
        _ => None,
    }
}

/// The scope of a model that passed the check.
pub(super) fn scope(model: &Model) -> ModelScope {
    scope_of(model, &[], &mut Problems::default())
}

fn scope_of(model: &Model, lost: &[String], problems: &mut Problems) -> ModelScope {
    let mut scope = ModelScope::without_derived(model, lost);
    for derived in &model.derived {
        let kind = match &derived.unit {
            None => dimension::check(&derived.value, &scope, problems).unwrap_or(Kind::Undetermined),
            Some(unit) => {
                let what = format!("`{}`", derived.name);
                let fits = dimension::check_number(&derived.value, unit, &what, &scope, problems).is_some();
                // Which of the two is wrong, the expression or its unit, is not known: neither is followed.
                let found = || dimension::check(&derived.value, &scope, &mut Problems::default());
                if fits || found().is_none() { Kind::Number(unit.clone()) } else { Kind::Undetermined }
            }
        };
        let moves = derived.value.uses_time() || derived.value.names().any(|mention| scope.continuous(mention.name));
        scope.add(&derived.name, kind, moves);
    }
    scope
}

/// All names of the one name space, in the order of the file.
fn defined(model: &Model) -> Vec<&Named> {
    let mut names: Vec<&Named> = Vec::new();
    names.extend(model.states.iter().map(|item| &item.name));
    names.extend(model.parameters.iter().map(|item| &item.name));
    names.extend(model.covariates.iter().map(|item| &item.name));
    names.extend(model.derived.iter().map(|item| &item.name));
    names.extend(model.switches.iter().map(|item| &item.name));
    names
}

fn names(model: &Model, problems: &mut Problems) {
    let mut first: HashMap<&str, &Named> = HashMap::new();
    for name in defined(model) {
        language::check_name(name, &name.span, problems);
        if let Some(other) = first.get(&*name.text) {
            let (first, again) = if other.span.start < name.span.start { (*other, name) } else { (name, *other) };
            problems
                .error(&model::DUPLICATE_NAME, format!("`{name}` is defined twice"))
                .label(again.span.clone(), "again here")
                .label(first.span.clone(), "first here")
                .help("states, parameters, covariates, derived quantities and switches share one name space");
        } else {
            first.insert(&name.text, name);
        }
    }
    let doses = model.doses.iter().map(|dose| &dose.name);
    let outputs = model.outputs.iter().map(|output| &output.name);
    let end_points = model.end_points.iter().map(|end_point| &end_point.name);
    for name in doses.chain(outputs).chain(end_points) {
        language::check_name(name, &name.span, problems);
    }
    let columns = model.states.iter().map(|state| &state.name).chain(model.outputs.iter().map(|output| &output.name));
    for name in columns.filter(|name| name.text == "time") {
        problems
            .error(&model::OUTPUT_CLASH, "`time` is the first column of every trajectory")
            .label(name.span.clone(), "a second column of that name")
            .help("choose another name");
    }
}

/// Sorts derived quantities so that each comes after those it needs; a circle is an error.
fn order_derived(model: &mut Model, lost: &mut Vec<String>, problems: &mut Problems) {
    let mut waiting: Vec<_> = std::mem::take(&mut model.derived);
    let mut done: HashSet<String> = HashSet::new();
    while !waiting.is_empty() {
        let open: HashSet<String> = waiting.iter().map(|derived| derived.name.text.clone()).collect();
        let ready = |derived: &super::Derived, done: &HashSet<String>| {
            derived.value.names().all(|mention| !open.contains(mention.name) || done.contains(mention.name))
        };
        let (now, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|derived| ready(derived, &done));
        waiting = later;
        if now.is_empty() {
            let found = circle(&waiting, problems);
            waiting.retain(|derived| !found.contains(&derived.name.text));
            lost.extend(found);
        }
        done.extend(now.iter().map(|derived| derived.name.text.clone()));
        model.derived.extend(now);
    }
}

/// Follows the needs from the first quantity until a name comes again; returns the names of the circle.
fn circle(stuck: &[super::Derived], problems: &mut Problems) -> Vec<String> {
    let mut path: Vec<&super::Derived> = vec![&stuck[0]];
    loop {
        let last = path[path.len() - 1];
        let next = last
            .value
            .names()
            .find_map(|mention| stuck.iter().find(|derived| derived.name.text == mention.name))
            .expect("what is stuck needs something that is stuck");
        if let Some(at) = path.iter().position(|derived| derived.name == next.name) {
            let names: Vec<String> = path[at..].iter().map(|derived| derived.name.text.clone()).collect();
            let words = format!("{} -> {}", names.join(" -> "), next.name);
            let found = problems.error(&model::CYCLE, format!("circle of derived quantities: {words}"));
            for derived in &path[at..] {
                found.label(derived.name.span.clone(), "");
            }
            found.help("a quantity that changes by itself is a state");
            return names;
        }
        path.push(next);
    }
}

/// The default doses, as far as their entries were understood.
fn regimen(model: &Model, lost: &[String], problems: &mut Problems) {
    let mut regimen = model.defaults.regimen.clone();
    regimen.doses.retain(|dose| !lost.contains(&dose.entry.value));
    regimen.resolve(model, problems);
}

struct Checker<'a> {
    model: &'a Model,
    scope: &'a ModelScope,
    lost: &'a Lost,
}

impl Checker<'_> {
    fn number(&self, expression: &Expression, wanted: &Unit, what: &str, problems: &mut Problems) {
        dimension::check_number(expression, wanted, what, self.scope, problems);
    }

    /// A value computed before the run.
    fn constant(&self, expression: &Expression, wanted: &Unit, what: &str, problems: &mut Problems) {
        self.number(expression, wanted, what, problems);
        for mention in expression.names() {
            if self.changes(mention.name) {
                problems
                    .error(&model::NOT_CONSTANT, format!("`{}` changes in time", mention.name))
                    .label(mention.span.clone(), "")
                    .help("only parameters and covariates are known before the run");
            }
        }
        if expression.uses_time() || expression.dose_calls().next().is_some() {
            problems
                .error(&model::NOT_CONSTANT, "time and doses are not known before the run")
                .label(expression.span().clone(), "")
                .help("only parameters and covariates are known before the run");
        }
    }

    /// Whether a name changes in time between borders.
    fn changes(&self, name: &str) -> bool {
        let is = |named: &Named| named.text == name;
        self.model.states.iter().any(|state| is(&state.name))
            || self.model.switches.iter().any(|switch| is(&switch.name))
            || self.model.derived.iter().any(|derived| is(&derived.name) && self.moves(&derived.value))
    }

    /// Whether an expression changes in time between borders.
    fn moves(&self, expression: &Expression) -> bool {
        expression.uses_time() || expression.names().any(|mention| self.changes(mention.name))
    }

    fn states(&self, problems: &mut Problems) {
        for state in &self.model.states {
            let name = &state.name;
            if self.lost.names.contains(&name.text) {
                dimension::check(&state.start, self.scope, problems);
                dimension::check(&state.rate, self.scope, problems);
                continue;
            }
            self.constant(&state.start, &state.unit, &format!("the start of `{name}`"), problems);
            let rate = Kind::Number(state.unit.clone()).rate_of(&self.model.time);
            if let Kind::Number(wanted) = rate {
                self.number(&state.rate, &wanted, &format!("the rate of `{name}`"), problems);
            }
        }
    }

    /// Warns of comparisons in rates that are not switches.
    fn unlocated(&self, problems: &mut Problems) {
        for state in &self.model.states {
            self.unlocated_in(&state.rate, problems);
        }
        for derived in &self.model.derived {
            if !matches!(self.scope.kinds.get(&derived.name.text), Some(Kind::Condition)) {
                self.unlocated_in(&derived.value, problems);
            }
        }
    }

    fn unlocated_in(&self, expression: &Expression, problems: &mut Problems) {
        for atom in expression.atoms().filter(|atom| !atom.operator.is_equality()) {
            let moving = [atom.left, atom.right].into_iter().any(|side| {
                side.walk().any(|node| match &node.kind {
                    language::NodeKind::Time => true,
                    language::NodeKind::Name(name) => self.changes(name),
                    _ => false,
                })
            });
            if moving {
                problems
                    .warning(&model::UNLOCATED, "a comparison inside a rate is not located by the solver")
                    .label(atom.span.clone(), "the rate jumps here")
                    .help("declare `[switches.NAME]` with `while = '...'` and write NAME instead");
            }
        }
    }

    fn switches(&self, problems: &mut Problems) {
        for switch in &self.model.switches {
            if let Trigger::Time(time) = &switch.trigger {
                self.constant(time, &self.model.time, &format!("the time of `{}`", switch.name), problems);
            }
            for condition in switch.trigger.conditions() {
                dimension::check_condition(condition, &format!("`{}`", switch.name), self.scope, problems);
            }
        }
    }

    fn doses(&self, problems: &mut Problems) {
        for dose in &self.model.doses {
            let DoseKind::Into { unit, fraction, lag, duration, rate, .. } = &dose.kind else { continue };
            let wanted = |part: &str| format!("the {part} of `{}`", dose.name);
            let time = &self.model.time;
            let per_time = unit / time;
            for (expression, unit, part) in [
                (fraction, &Unit::one(), "fraction"),
                (lag, time, "lag"),
                (duration, time, "duration"),
                (rate, &per_time, "rate"),
            ] {
                if let Some(expression) = expression {
                    self.constant(expression, unit, &wanted(part), problems);
                }
            }
        }
    }

    fn outputs(&self, problems: &mut Problems) {
        let mut seen: HashMap<&str, &Named> = HashMap::new();
        for output in &self.model.outputs {
            let name = &output.name;
            if self.lost.outputs.contains(&name.text) {
                dimension::check(&output.value, self.scope, problems);
            } else {
                self.number(&output.value, &output.unit, &format!("output `{name}`"), problems);
            }
            if let Some(other) = seen.insert(&name.text, name) {
                problems
                    .error(&model::DUPLICATE_NAME, format!("output `{name}` is defined twice"))
                    .label(name.span.clone(), "here")
                    .label(other.span.clone(), "and here");
            }
            let Some(other) = defined(self.model).into_iter().find(|other| other.text == name.text) else { continue };
            let bare = matches!(&output.value.root().kind, language::NodeKind::Name(value) if *value == name.text);
            let own_unit = self.model.states.iter().find(|state| state.name.text == name.text).map(|state| &state.unit);
            if !bare || own_unit.is_some_and(|unit| *unit != output.unit) {
                problems
                    .error(&model::OUTPUT_CLASH, format!("output `{name}` hides another `{name}`"))
                    .label(name.span.clone(), "the output")
                    .label(other.span.clone(), "the other")
                    .help(format!("give the output another name, or make it exactly `{name}` in the same unit"));
            }
        }
    }

    fn readings(&self, problems: &mut Problems) {
        for reading in &self.model.readings {
            let sign = reading.sign.name();
            self.number(&reading.value, &reading.unit, &format!("sign `{sign}`"), problems);
        }
    }

    fn unused(&self, problems: &mut Problems) {
        let used: HashSet<&str> = self.expressions().flat_map(Expression::names).map(|mention| mention.name).collect();
        let amounts = self.model.defaults.regimen.doses.iter().filter_map(|dose| dose.amount.as_ref());
        let regimen: HashSet<&str> = amounts
            .filter_map(|amount| match &amount.value {
                Amount::Parameter(name) => Some(name.as_str()),
                Amount::Quantity(_) | Amount::Steps(..) => None,
            })
            .collect();
        let quantities = self.model.parameters.iter().map(|parameter| &parameter.name);
        let derived = self.model.derived.iter().map(|derived| &derived.name);
        let plain = self.model.switches.iter().filter(|switch| switch.care.is_none()).map(|switch| &switch.name);
        for name in quantities.chain(derived).chain(plain) {
            if !used.contains(&*name.text) && !regimen.contains(&*name.text) {
                problems
                    .warning(&model::UNUSED, format!("`{name}` is never used"))
                    .label(name.span.clone(), "")
                    .help("remove it, or look for a misspelt name");
            }
        }
    }

    fn without_value(&self, problems: &mut Problems) {
        if self.model.defaults.parameters.is_none() {
            for parameter in self.model.parameters.iter().filter(|parameter| parameter.value.is_none()) {
                problems
                    .error(&model::NO_VALUE, format!("`{}` has no value", parameter.name))
                    .label(parameter.name.span.clone(), "")
                    .help("value = ..., or name a default set: [simulation] parameters = \"NAME\"");
            }
        }
    }

    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let model = self.model;
        let states = model.states.iter().flat_map(|state| [&state.start, &state.rate]);
        let derived = model.derived.iter().map(|derived| &derived.value);
        let switches = model.switches.iter().flat_map(|switch| match &switch.trigger {
            Trigger::Time(time) => vec![time],
            trigger => trigger.conditions().collect(),
        });
        let doses = model.doses.iter().flat_map(|dose| match &dose.kind {
            DoseKind::Into { fraction, lag, duration, rate, .. } => {
                [fraction, lag, duration, rate].into_iter().flatten().collect()
            }
            _ => Vec::new(),
        });
        let outputs = model.outputs.iter().map(|output| &output.value);
        let readings = model.readings.iter().map(|reading| &reading.value);
        states.chain(derived).chain(switches).chain(doses).chain(outputs).chain(readings)
    }
}

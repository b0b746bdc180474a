//! Which quantities are shown, in what order, on which scale.

use super::{Options, Shown};
use crate::diagnostic::{Problems, Source, Span, codes, listing};
use crate::plot::Scale;

/// Outputs that share a panel.
#[derive(Debug)]
pub(super) struct Group {
    /// As typed.
    pub key: &'static str,
    /// Label of the axis when several share it.
    pub label: &'static str,
    /// By the vocabulary of outputs.
    pub members: &'static [&'static str],
    /// How far a log axis follows curves below their maximum, in decades.
    pub decades: f64,
    /// Whether a maximum and an area under the curve say something.
    pub exposure: bool,
}

/// In the order of the panels.
pub(super) static GROUPS: [Group; 10] = [
    Group {
        key: "cart",
        label: "CAR-T",
        members: &["cart", "cart_blood", "effector", "memory", "exhausted"],
        decades: 6.0,
        exposure: true,
    },
    Group {
        key: "lymphocytes",
        label: "Lymphocytes",
        members: &["lymphocytes", "bcells"],
        decades: 6.0,
        exposure: true,
    },
    Group {
        key: "tumour",
        label: "Tumour",
        members: &["tumour", "blasts", "blasts_cd19neg", "marrow", "mprotein", "sbcma"],
        decades: 8.0,
        exposure: true,
    },
    Group {
        key: "drugs",
        label: "Drug",
        members: &["tocilizumab", "dexamethasone", "corticosteroid", "siltuximab", "anakinra", "bispecific"],
        decades: 3.0,
        exposure: true,
    },
    Group {
        key: "cytokines",
        label: "Cytokines",
        members: &["il6", "il8", "il10", "ifng", "tnf"],
        decades: 6.0,
        exposure: true,
    },
    Group { key: "crp", label: "CRP", members: &["crp"], decades: 6.0, exposure: true },
    Group { key: "ferritin", label: "Ferritin", members: &["ferritin"], decades: 6.0, exposure: true },
    Group { key: "temperature", label: "Temperature", members: &["temperature"], decades: 6.0, exposure: false },
    Group { key: "pressure", label: "Systolic pressure", members: &["sbp"], decades: 6.0, exposure: false },
    Group { key: "oxygen", label: "Oxygen saturation", members: &["spo2"], decades: 6.0, exposure: false },
];

/// The groups that options may name, with the outputs in each.
pub fn group_names() -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
    GROUPS.iter().map(|group| (group.key, group.members))
}

/// The group of an output, by its place in [`GROUPS`].
pub(super) fn group_of(name: &str) -> Option<usize> {
    GROUPS.iter().position(|group| group.members.contains(&name))
}

/// What the options ask for.
#[derive(Debug, Default)]
pub(super) struct Choice {
    /// Names of outputs and states in order; all outputs if none.
    pub wanted: Option<Vec<String>>,
    log: Names,
    linear: Names,
}

#[derive(Debug, Default)]
struct Names {
    all: bool,
    names: Vec<String>,
}

impl Choice {
    /// Reads the options; unknown names are errors.
    pub fn new(shown: &[Shown<'_>], options: &Options) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let known = Known::of(shown);
        let wanted = options.panels.as_ref().map(|source| known.names(source, false, &mut problems).names);
        let mut scale = |source: &Option<Source>| match source {
            Some(source) => known.names(source, true, &mut problems),
            None => Names::default(),
        };
        let (log, linear) = (scale(&options.log), scale(&options.linear));
        problems.or_value(Some(Self { wanted, log, linear }))
    }

    /// The scale of an output: as asked by name, then by `all`, then `own`.
    pub fn scale(&self, name: &str, own: Scale) -> Scale {
        let named = |names: &Names| names.names.iter().any(|other| other == name);
        match (named(&self.log), named(&self.linear)) {
            (true, _) => Scale::Log,
            (_, true) => Scale::Linear,
            _ if self.log.all => Scale::Log,
            _ if self.linear.all => Scale::Linear,
            _ => own,
        }
    }
}

/// One name that must be an output or a state of some run.
pub(super) fn quantity(shown: &[Shown<'_>], source: &Source, place: Span) -> Result<String, Problems> {
    let mut problems = Problems::default();
    let known = Known::of(shown);
    let name = source.text()[place.start..place.end].to_string();
    if known.columns.contains(&name) {
        return Ok(name);
    }
    let help = listing(&name, known.outputs.iter().map(String::as_str), "outputs");
    problems.error(&codes::UNKNOWN_NAME, format!("unknown output `{name}`")).label(place, "").help(help);
    Err(problems)
}

/// The parts of a list separated by commas, with their places; empty ones are left out.
pub(super) fn parts(source: &Source) -> Vec<Span> {
    let text = source.text();
    let mut at = 0;
    let mut parts = Vec::new();
    for part in text.split(',') {
        let start = at + (part.len() - part.trim_start().len());
        let end = start + part.trim().len();
        if end > start {
            parts.push(source.span(start..end));
        }
        at += part.len() + 1;
    }
    parts
}

/// What the runs have.
struct Known {
    outputs: Vec<String>,
    /// States and outputs.
    columns: Vec<String>,
}

impl Known {
    fn of(shown: &[Shown<'_>]) -> Self {
        let outputs = shown.iter().flat_map(|run| &run.scenario.model.outputs).map(|output| output.name.text.clone());
        let columns = shown.iter().flat_map(|run| &run.run.trajectory.columns).map(|column| column.name.clone());
        Self { outputs: outputs.collect(), columns: columns.collect() }
    }

    fn names(&self, source: &Source, all_allowed: bool, problems: &mut Problems) -> Names {
        let mut found = Names::default();
        for place in parts(source) {
            let name = &source.text()[place.start..place.end];
            let group = GROUPS.iter().find(|group| group.key == name);
            let members: Vec<&String> = self
                .outputs
                .iter()
                .filter(|output| group.is_some_and(|g| g.members.contains(&output.as_str())))
                .collect();
            if all_allowed && name == "all" {
                found.all = true;
            } else if self.columns.iter().any(|column| column == name) {
                found.add(name);
            } else if !members.is_empty() {
                for member in members {
                    found.add(member);
                }
            } else {
                let groups = GROUPS.iter().map(|group| group.key);
                let groups = groups.filter(|key| {
                    self.outputs.iter().any(|output| group_of(output).is_some_and(|at| GROUPS[at].key == *key))
                });
                let known: Vec<&str> = self.outputs.iter().map(String::as_str).chain(groups).collect();
                problems
                    .error(&codes::UNKNOWN_NAME, format!("nothing named `{name}` to show"))
                    .label(place.clone(), "neither an output nor a group of outputs")
                    .help(listing(name, known.iter().copied(), "outputs and groups"));
            }
        }
        found
    }
}

impl Names {
    fn add(&mut self, name: &str) {
        if !self.names.iter().any(|known| known == name) {
            self.names.push(name.to_owned());
        }
    }
}

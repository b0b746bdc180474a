//! A scale with its options applied: what monitors share.

use super::condition::Compiler;
use super::logic::{Atom, Logic, Place};
use super::scale::{Scale, Status};
use super::settings::{OptionValue, Settings};
use crate::diagnostic::Problems;
use crate::sign::Patient;
use std::sync::Arc;

/// A scale with its options applied; cheap to clone, shared by all monitors of a population.
#[derive(Debug, Clone)]
pub struct Grading {
    pub(super) inner: Arc<Applied>,
}

#[derive(Debug)]
pub(super) struct Applied {
    pub(super) scale: Scale,
    pub(super) documented: bool,
    pub(super) clock_at_start: f64,
    pub(super) plan: Plan,
    atoms: Vec<Atom>,
}

/// Rules and times as the monitor needs them.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) logic: Logic,
    pub(super) opens: Option<Place>,
    pub(super) dated_from: Option<Place>,
    /// Days.
    pub(super) ends_after: f64,
    /// Days.
    pub(super) merges_within: f64,
    pub(super) rules: Vec<PlannedRule>,
    pub(super) flags: Vec<Place>,
    pub(super) timers: usize,
}

#[derive(Debug)]
pub(super) struct PlannedRule {
    pub(super) grade: u8,
    pub(super) when: Place,
    pub(super) convention: bool,
    pub(super) lasting: Option<Lasting>,
    /// What must hold besides, for no time.
    pub(super) now: Option<Place>,
}

/// How long a condition must have held.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lasting {
    /// Place of its timer.
    pub(super) timer: usize,
    pub(super) days: f64,
    /// Over all of an episode, not in one stretch.
    pub(super) summed: bool,
}

/// How long grade 0 must last to end an episode in scales that do not say, days.
const ENDS_AFTER: f64 = 1.0;

impl Grading {
    /// Applies settings to a scale. Options that the scale does not have are for other scales and are ignored.
    ///
    /// # Errors
    /// A scale of the user's own computes with options, and these values leave no usable number (a division by 0).
    pub fn new(scale: &Scale, settings: &Settings) -> Result<Self, Problems> {
        let values = settings.values(scale);
        let mut problems = Problems::default();
        let plan = build(scale, &values, &settings.patient, &mut problems);
        let plan = problems.or_value(plan)?;
        let atoms = crossings(plan.logic.atoms().filter(|atom| atom.sign.is_continuous()));
        let inner = Applied {
            scale: scale.clone(),
            documented: settings.documented,
            clock_at_start: settings.clock_at_start,
            plan,
            atoms,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The scale.
    pub fn scale(&self) -> &Scale {
        &self.inner.scale
    }

    /// The comparisons of smooth signs with constants, options applied; of those with the same crossing, one.
    ///
    /// Between two of their crossings, and with the other signs unchanged, the grade changes only by
    /// [`Monitor::wake`](super::Monitor::wake).
    pub fn continuous_atoms(&self) -> &[Atom] {
        &self.inner.atoms
    }
}

/// One atom for each crossing, by sign and constant.
pub(super) fn crossings(atoms: impl Iterator<Item = Atom>) -> Vec<Atom> {
    let mut distinct: Vec<Atom> = Vec::new();
    for atom in atoms {
        if !distinct.iter().any(|known| known.same_crossing(&atom)) {
            distinct.push(atom);
        }
    }
    distinct.sort_by(|a, b| a.sign.cmp(&b.sign).then(a.constant.total_cmp(&b.constant)));
    distinct
}

/// Puts a scale's conditions into a plan; `None` if one of them is wrong, which was then said.
pub(super) fn build(scale: &Scale, values: &[OptionValue], patient: &Patient, problems: &mut Problems) -> Option<Plan> {
    let content = scale.content();
    let mut compiler = Compiler::new(content, values, patient);
    let episode = &content.episode;
    let opens = episode.opens.as_ref().map(|opens| compiler.condition(opens));
    let dated_from = episode.dated_from.as_ref().map(|dated| compiler.condition(dated));
    let ends_after = episode.ends_after.as_ref().map(|time| compiler.duration(time, "`ends_after`"));
    let merges_within = episode.merges_within.as_ref().map(|time| compiler.duration(time, "`merges_within`"));
    let mut timers = 0;
    let mut rules = Vec::new();
    for rule in &content.rules {
        let when = compiler.condition(&rule.when);
        let lasting = rule.lasting.as_ref().map(|time| compiler.duration(time, "`for`"));
        let summed = rule.summed.as_ref().map_or(Some(false), |summed| compiler.choice(summed, "`summed`"));
        let lasting = match (lasting, summed) {
            (Some(None), _) | (_, None) => continue,
            (Some(Some(days)), Some(summed)) => {
                timers += 1;
                Some(Lasting { timer: timers - 1, days, summed })
            }
            (None, _) => None,
        };
        let now = rule.now.as_ref().map(|now| compiler.condition(now));
        if let (Some(when), Some(now)) = (when, now.map_or(Some(None), |now| now.map(Some))) {
            let convention = rule.status == Status::Convention;
            rules.push(PlannedRule { grade: rule.grade, when, convention, lasting, now });
        }
    }
    let flags: Vec<Option<Place>> = content.flags.iter().map(|flag| compiler.condition(&flag.when)).collect();
    let Compiler { mut logic, problems: found, .. } = compiler;
    let wrong = found.has_errors();
    problems.append(found);
    if wrong {
        return None;
    }
    let (mut opens, mut dated_from) = (opens.flatten(), dated_from.flatten());
    let mut flags: Vec<Place> = flags.into_iter().flatten().collect();
    let roots = opens.iter_mut().chain(&mut dated_from).chain(&mut flags);
    // Options leave some conditions without a use; their crossings need not be located.
    logic.keep(
        roots.chain(rules.iter_mut().flat_map(|rule| std::iter::once(&mut rule.when).chain(&mut rule.now))).collect(),
    );
    Some(Plan {
        logic,
        opens,
        dated_from,
        ends_after: ends_after.flatten().unwrap_or(ENDS_AFTER),
        merges_within: merges_within.flatten().unwrap_or(0.0),
        rules,
        flags,
        timers,
    })
}

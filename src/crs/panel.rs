//! Several scales side by side over one patient.

use super::course::Course;
use super::grading::{self, Grading};
use super::logic::Atom;
use super::monitor::{Change, Monitor};
use super::rounds::Rounds;
use super::scale::Scale;
use super::settings::Settings;
use crate::diagnostic::Problems;
use crate::sign::Signs;

/// Grades one patient on several scales at once, each by its own [`Monitor`].
///
/// Make one, clone it for every patient. With [`Panel::at_rounds`] the monitors see readings instead of the signs
/// themselves; whoever feeds the panel does the same in both cases: [`Panel::observe`] with the true signs whenever one
/// of [`Panel::continuous_atoms`] or a sign that is not smooth changes, and when [`Panel::wake`] says.
///
/// ```
/// use cascade::crs::{Panel, Rounds, Scale, Settings};
/// use cascade::sign::{Sign, Signs};
/// let scales = [Scale::astct_2019(), Scale::lee_2014()];
/// let mut panel = Panel::new(&scales, &Settings::default())?;
/// let shock = Signs::normal().with(Sign::Temperature, 39.0).with(Sign::Pressors, 1.0);
/// panel.observe(2.0, &shock);
/// let grades: Vec<_> = panel.monitors().iter().map(|monitor| monitor.finding().grade()).collect();
/// assert_eq!(grades, [Some(3), Some(2)]);
/// let courses = panel.finish(3.0);
/// assert_eq!(courses[1].grading().scale().name(), "lee-2014");
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
#[derive(Debug, Clone)]
pub struct Panel {
    monitors: Vec<Monitor>,
    rounds: Option<Rounds>,
    changes: Vec<Option<Change>>,
    seen: Option<Signs>,
}

impl Panel {
    /// A monitor for each scale, under the same settings: each takes the options it has.
    ///
    /// # Errors
    /// Those of [`Grading::new`].
    pub fn new(scales: &[Scale], settings: &Settings) -> Result<Self, Problems> {
        let gradings = scales.iter().map(|scale| Grading::new(scale, settings)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of(&gradings))
    }

    /// A monitor for each grading.
    pub fn of(gradings: &[Grading]) -> Self {
        let monitors: Vec<Monitor> = gradings.iter().map(Monitor::of).collect();
        Self { changes: vec![None; monitors.len()], monitors, rounds: None, seen: None }
    }

    /// The same with vital signs read at rounds only; between them the last reading counts.
    pub fn at_rounds(mut self, rounds: Rounds) -> Self {
        self.rounds = Some(rounds);
        self
    }

    /// The monitors, in the order of the scales.
    pub fn monitors(&self) -> &[Monitor] {
        &self.monitors
    }

    /// The comparisons whose crossings must be located, those of all scales without repetition; none at rounds.
    pub fn continuous_atoms(&self) -> Vec<Atom> {
        if self.rounds.is_some() {
            return Vec::new();
        }
        let atoms = self.monitors.iter().flat_map(|monitor| monitor.grading().continuous_atoms());
        grading::crossings(atoms.copied())
    }

    /// The true signs from `time` (days) on; gives what changed on each scale, see [`Monitor::observe`].
    pub fn observe(&mut self, time: f64, signs: &Signs) -> &[Option<Change>] {
        let (known, look) = match &mut self.rounds {
            Some(rounds) => {
                let next = rounds.next();
                (rounds.look(time, signs), rounds.next() != next)
            }
            None => (Some(*signs), true),
        };
        self.changes.fill(None);
        if let Some(known) = known {
            for (monitor, change) in self.monitors.iter_mut().zip(&mut self.changes) {
                *change = monitor.follow(time, &known, look);
            }
            self.seen = Some(known);
        }
        &self.changes
    }

    /// What the monitors were last told: the true signs, or what is known of them at rounds.
    pub fn seen(&self) -> Option<&Signs> {
        self.seen.as_ref()
    }

    /// The next time (days) at which to call [`Panel::observe`] even if no sign changes: a round, or what falls due.
    ///
    /// Not needed within 1e-9 d of a change of signs that is known beforehand: what falls due then is decided by it.
    pub fn wake(&self) -> Option<f64> {
        let round = self.rounds.as_ref().and_then(Rounds::next);
        self.monitors.iter().filter_map(Monitor::wake).chain(round).min_by(f64::total_cmp)
    }

    /// Death due to the syndrome, see [`Monitor::death`].
    pub fn death(&mut self, time: f64) -> &[Option<Change>] {
        for (monitor, change) in self.monitors.iter_mut().zip(&mut self.changes) {
            *change = monitor.death(time);
        }
        &self.changes
    }

    /// The courses up to `time` (days), in the order of the scales.
    pub fn finish(self, time: f64) -> Vec<Course> {
        self.monitors.into_iter().map(|monitor| monitor.finish(time)).collect()
    }
}

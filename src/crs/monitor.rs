//! The only grader: follows one patient's signs in time.

use super::care::Care;
use super::course::{Bound, Course, Episode, Finding, Outcome, Row};
use super::grading::{Applied, Grading, Lasting, Plan};
use super::logic::{Fact, Facts, Truth};
use super::scale::{Rule, Scale};
use super::settings::Settings;
use crate::diagnostic::Problems;
use crate::sign::{Sign, Signs};
use std::sync::Arc;

/// Two times closer than this are the same: 0.09 ms, in days. Readings at whole hours are not exact in days.
pub(crate) const SAME_TIME: f64 = 1e-9;

/// Grades one patient on one scale, online.
///
/// Give it the signs whenever one changes, in order of time (days); they hold until the next call. Where a condition
/// depends on time alone (24 hours at grade 0), [`Monitor::wake`] says when it falls due; whoever needs to know at once
/// calls [`Monitor::observe`] then with the same signs. Nobody must: what fell due in between is made up for.
///
/// After construction `observe` allocates nothing but rows and episodes.
#[derive(Debug, Clone)]
pub struct Monitor {
    grading: Grading,
    state: State,
}

/// What a call to [`Monitor::observe`] changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Days.
    pub time: f64,
    /// The finding before.
    pub before: Finding,
    /// The finding from now on.
    pub after: Finding,
    /// An episode opened; its onset, days (earlier than `time` if dated back or if an earlier episode came back).
    pub opened: Option<f64>,
    /// An episode ended; its end, days (the first time at grade 0, earlier than `time`).
    pub ended: Option<f64>,
}

/// What is known of the patient; apart from the [`Grading`], which many patients share.
#[derive(Debug, Clone)]
struct State {
    now: Option<(f64, Signs)>,
    finding: Finding,
    rows: Vec<Row>,
    episodes: Vec<Episode>,
    /// Whether the last episode is open.
    open: bool,
    /// Since when the open episode is at grade 0.
    clear_since: Option<f64>,
    /// All care so far; what it was at the onset of the last episode, when grade 0 began, and when the last ended.
    care: Care,
    care_at_onset: Care,
    care_at_clear: Care,
    care_at_end: Care,
    /// Highest possible grade in the last episode.
    highest: u8,
    drugs: [Drug; 2],
    dated: Run,
    dead: bool,
    /// Truth of every condition, and of every rule.
    truths: Vec<Truth>,
    rules: Vec<Truth>,
    timers: Vec<Timer>,
}

/// A drug that may make fever unnecessary.
#[derive(Debug, Clone, Copy)]
struct Drug {
    sign: Sign,
    /// Count of administrations when the patient was last looked at.
    count: f64,
    since_onset: bool,
}

/// A run of a condition, interruptions shorter than an episode's end allowed.
#[derive(Debug, Clone, Copy, Default)]
struct Run {
    since: Option<f64>,
    paused: Option<f64>,
    /// All care at its start.
    care: Care,
}

/// How long the condition of a rule that must last has held.
#[derive(Debug, Clone, Copy, Default)]
struct Timer {
    certainly: Stretch,
    perhaps: Stretch,
}

/// A stretch of time in which something holds.
#[derive(Debug, Clone, Copy, Default)]
struct Stretch {
    since: Option<f64>,
    /// What earlier stretches add, days; 0 unless they are summed.
    before: f64,
}

impl Monitor {
    /// A monitor before the first reading.
    ///
    /// # Errors
    /// Those of [`Grading::new`].
    pub fn new(scale: &Scale, settings: &Settings) -> Result<Self, Problems> {
        Ok(Self::of(&Grading::new(scale, settings)?))
    }

    /// A monitor that shares a grading with others.
    pub fn of(grading: &Grading) -> Self {
        Self { grading: grading.clone(), state: State::new(&grading.inner) }
    }

    /// How it grades.
    pub fn grading(&self) -> &Grading {
        &self.grading
    }

    /// The finding now.
    pub fn finding(&self) -> &Finding {
        &self.state.finding
    }

    /// Whether an episode is open.
    pub fn is_open(&self) -> bool {
        self.state.open
    }

    /// The findings so far.
    pub fn rows(&self) -> &[Row] {
        &self.state.rows
    }

    /// The rules that hold or may hold now, with the truth of each, in file order: why the finding is what it is.
    pub fn reasons(&self) -> impl Iterator<Item = (&Rule, Truth)> {
        let rules = self.grading.scale().rules().iter().zip(&self.state.rules);
        rules.map(|(rule, truth)| (rule, *truth)).filter(|(_, truth)| truth.may_hold())
    }

    /// The signs from `time` (days) on; `None` if neither the finding nor an episode changed by them.
    ///
    /// A time before that of the last call counts as that time. After death nothing changes.
    pub fn observe(&mut self, time: f64, signs: &Signs) -> Option<Change> {
        self.follow(time, signs, true)
    }

    /// The same, at a look at the patient or between two: a drug given since the last look still counts as given at an
    /// onset that the next one finds.
    pub(super) fn follow(&mut self, time: f64, signs: &Signs, look: bool) -> Option<Change> {
        let applied = &self.grading.inner;
        if self.state.dead {
            return None;
        }
        let time = self.state.not_before_last(time);
        let missed = self.state.catch_up(applied, time);
        let change = self.state.step(applied, time, signs);
        if look {
            self.state.look(signs);
        }
        merge(missed, change)
    }

    /// The next time (days) at which a condition that lasts falls due, if no sign changes before.
    pub fn wake(&self) -> Option<f64> {
        self.state.wake(&self.grading.inner)
    }

    /// Death due to the syndrome, no other cause being the principal one. For another death, [`Monitor::finish`].
    pub fn death(&mut self, time: f64) -> Option<Change> {
        let applied = &self.grading.inner;
        let state = &mut self.state;
        if state.dead {
            return None;
        }
        let time = state.not_before_last(time);
        let missed = state.catch_up(applied, time);
        let signs = state.now.map_or(Signs::unknown(), |(_, signs)| signs);
        state.dead = true;
        let change = state.step(applied, time, &signs);
        if let Some(episode) = state.episodes.last_mut().filter(|_| state.open) {
            episode.end = time;
            episode.outcome = Outcome::Fatal;
            episode.care = state.care.since(&state.care_at_onset);
        }
        state.open = false;
        state.clear_since = None;
        merge(missed, change)
    }

    /// The course up to `time` (days), where observation stops.
    pub fn finish(self, time: f64) -> Course {
        let Self { grading, mut state } = self;
        let until = state.not_before_last(time);
        if let Some((_, signs)) = state.now.filter(|_| !state.dead) {
            state.catch_up(&grading.inner, until);
            state.step(&grading.inner, until, &signs);
        }
        if let Some(episode) = state.episodes.last_mut().filter(|_| state.open) {
            episode.end = until;
            episode.care = state.care.since(&state.care_at_onset);
        }
        Course { grading, rows: state.rows, episodes: state.episodes, until, remarks: Arc::default() }.complete()
    }
}

impl State {
    fn new(applied: &Applied) -> Self {
        let drug = |sign| Drug { sign, count: 0.0, since_onset: false };
        Self {
            now: None,
            finding: Finding::NONE,
            rows: Vec::new(),
            episodes: Vec::new(),
            open: false,
            clear_since: None,
            care: Care::default(),
            care_at_onset: Care::default(),
            care_at_clear: Care::default(),
            care_at_end: Care::default(),
            highest: 0,
            drugs: [drug(Sign::AntipyreticGiven), drug(Sign::AnticytokineGiven)],
            dated: Run::default(),
            dead: false,
            truths: vec![Truth::Unknown; applied.plan.logic.len()],
            rules: vec![Truth::Unknown; applied.plan.rules.len()],
            timers: vec![Timer::default(); applied.plan.timers],
        }
    }

    fn not_before_last(&self, time: f64) -> f64 {
        self.now.map_or(time, |(last, _)| time.max(last))
    }

    fn wake(&self, applied: &Applied) -> Option<f64> {
        let (now, _) = self.now.filter(|_| !self.dead)?;
        let end = self.clear_since.map(|since| since + applied.plan.ends_after);
        let lasting = applied.plan.rules.iter().filter_map(|rule| rule.lasting).flat_map(|lasting| {
            let Timer { certainly, perhaps } = self.timers[lasting.timer];
            [certainly, perhaps].into_iter().filter_map(move |stretch| stretch.due(lasting.days))
        });
        end.into_iter().chain(lasting.filter(|due| *due > now + SAME_TIME)).min_by(f64::total_cmp)
    }

    /// What fell due before `time` while nobody called; what falls due at that time is decided with the signs of then.
    fn catch_up(&mut self, applied: &Applied, time: f64) -> Option<Change> {
        let mut change = None;
        while let (Some(due), Some((_, signs))) = (self.wake(applied).filter(|due| due + SAME_TIME < time), self.now) {
            change = merge(change, self.step(applied, due, &signs));
        }
        change
    }

    fn step(&mut self, applied: &Applied, time: f64, signs: &Signs) -> Option<Change> {
        let plan = &applied.plan;
        let before = self.finding;
        let last = self.now.replace((time, *signs));
        if let Some((since, signs)) = &last {
            self.care.add(signs, time - since);
        }
        let first = last.is_none();
        let rises = self.rises(signs);
        let mut opened = None;
        if first && applied.documented {
            opened = Some(self.open_episode(plan, time));
        }
        let ended = self.end_if_due(time, plan.ends_after);

        let told = self.facts(signs);
        if first {
            plan.logic.decide_anew(signs, &told, &mut self.truths);
        }
        let mut changed = first || plan.logic.decide(signs, &told, &mut self.truths);
        let dated = plan.dated_from.is_some_and(|dated| dated.of(&self.truths).holds());
        self.dated.follow(time, dated, plan.ends_after, &self.care);
        if !self.open && plan.opens.is_some_and(|opens| opens.of(&self.truths).holds()) {
            opened = Some(self.open_episode(plan, time));
        }
        self.latch(rises);
        let now = self.facts(signs);
        if now != told {
            changed |= plan.logic.decide(signs, &now, &mut self.truths);
        }

        if changed || self.dead || self.timers.iter().any(Timer::runs) {
            self.decide_rules(plan, time, first);
            self.finding = self.decide(plan);
        }
        if !self.open && (plan.opens.is_none() || self.dead) && self.finding.lowest > 0 {
            opened = Some(self.open_episode(plan, time));
            self.latch(rises);
        }
        self.follow_episode(time);
        if first || before != self.finding {
            self.push_row(time);
        }
        let news = before != self.finding || opened.is_some() || ended.is_some();
        news.then_some(Change { time, before, after: self.finding, opened, ended })
    }

    /// What the course so far tells.
    fn facts(&self, signs: &Signs) -> Facts {
        let mut facts = [Truth::False; Fact::ALL.len()];
        facts[Fact::Documented as usize] = self.open.into();
        facts[Fact::Death as usize] = self.dead.into();
        let recurred = self.open && self.episodes.last().is_some_and(|episode| episode.returns > 0);
        facts[Fact::Recurred as usize] = recurred.into();
        let names = [Fact::AntipyreticSinceOnset, Fact::AnticytokineSinceOnset];
        for (fact, drug) in names.into_iter().zip(&self.drugs) {
            let unknown = self.open && signs.raw(drug.sign).is_nan();
            facts[fact as usize] = match drug.since_onset {
                true => Truth::True,
                false if unknown => Truth::Unknown,
                false => Truth::False,
            };
        }
        facts
    }

    /// How often each drug was given since the last look.
    fn rises(&self, signs: &Signs) -> [u32; 2] {
        // NaN, of a count that is not known, becomes 0.
        self.drugs.map(|drug| (signs.raw(drug.sign) - drug.count).max(0.0) as u32)
    }

    fn look(&mut self, signs: &Signs) {
        let rises = self.rises(signs);
        if let Some(episode) = self.episodes.last_mut().filter(|_| self.open) {
            for (given, rise) in episode.drugs.iter_mut().zip(rises) {
                *given += rise;
            }
        }
        for drug in &mut self.drugs {
            let count = signs.raw(drug.sign);
            if !count.is_nan() {
                drug.count = count;
            }
        }
    }

    /// A drug given while an episode is open, or at its onset, counts; one given before is prophylaxis.
    fn latch(&mut self, rises: [u32; 2]) {
        for (rise, drug) in rises.into_iter().zip(&mut self.drugs) {
            drug.since_onset |= rise > 0 && self.open;
        }
    }

    /// What holds at the first reading may have held since long before.
    fn decide_rules(&mut self, plan: &Plan, time: f64, first: bool) {
        for (truth, rule) in self.rules.iter_mut().zip(&plan.rules) {
            *truth = rule.when.of(&self.truths);
            if let Some(lasting) = rule.lasting {
                let timer = &mut self.timers[lasting.timer];
                if first && truth.may_hold() {
                    timer.perhaps.since = Some(f64::NEG_INFINITY);
                }
                *truth = timer.follow(time, *truth, &lasting);
            }
            if let Some(now) = rule.now {
                *truth = (*truth).min(now.of(&self.truths));
            }
        }
    }

    /// The largest grade among the rules that hold, and among those that may hold.
    fn decide(&self, plan: &Plan) -> Finding {
        let mut finding = Finding::NONE;
        let mut conventions = 0;
        let mut read = false;
        for (at, (rule, truth)) in plan.rules.iter().zip(&self.rules).enumerate() {
            if truth.may_hold() {
                finding.highest = finding.highest.max(rule.grade);
            }
            if !truth.holds() || rule.grade < finding.lowest {
                continue;
            }
            if rule.grade > finding.lowest {
                (finding.lowest, finding.rule) = (rule.grade, Some(at as u8));
                (conventions, read) = (0, false);
            }
            match rule.convention {
                true => conventions |= 1 << at,
                false => read = true,
            }
        }
        if !read {
            finding.flags |= conventions;
        }
        for (at, flag) in plan.flags.iter().enumerate() {
            if flag.of(&self.truths).holds() {
                finding.flags |= 1 << (plan.rules.len() + at);
            }
        }
        if self.dead {
            finding.highest = finding.lowest;
        }
        finding
    }

    /// Opens an episode, or the last one again if the gap is short enough; gives its onset.
    fn open_episode(&mut self, plan: &Plan, time: f64) -> f64 {
        self.open = true;
        self.clear_since = None;
        let earliest = self.episodes.last().map_or(f64::NEG_INFINITY, |last| last.end);
        let onset = self.dated.since.unwrap_or(time).clamp(earliest, time);
        if let Some(last) = self.episodes.last_mut().filter(|last| onset - last.end <= plan.merges_within + SAME_TIME) {
            last.outcome = Outcome::Censored;
            last.returns += 1;
            return last.onset;
        }
        self.highest = 0;
        self.care_at_onset = if onset < time { self.dated.care.later(self.care_at_end) } else { self.care };
        self.episodes.push(Episode::begun(onset, time));
        onset
    }

    fn end_if_due(&mut self, time: f64, ends_after: f64) -> Option<f64> {
        let since = self.clear_since.filter(|since| self.open && time + SAME_TIME >= since + ends_after)?;
        let episode = self.episodes.last_mut()?;
        episode.end = since;
        episode.outcome = Outcome::Resolved;
        episode.care = self.care_at_clear.since(&self.care_at_onset);
        self.care_at_end = self.care_at_clear;
        self.open = false;
        self.clear_since = None;
        for drug in &mut self.drugs {
            drug.since_onset = false;
        }
        for timer in &mut self.timers {
            (timer.certainly.before, timer.perhaps.before) = (0.0, 0.0);
        }
        Some(since)
    }

    fn follow_episode(&mut self, time: f64) {
        let Some(episode) = self.episodes.last_mut().filter(|_| self.open) else { return };
        if self.finding.lowest > episode.maximum {
            episode.maximum = self.finding.lowest;
            episode.time_of_maximum = time;
        }
        self.highest = self.highest.max(self.finding.highest);
        episode.bound = match (episode.maximum, self.highest) {
            (maximum, highest) if highest <= maximum => Bound::Exact,
            (0, _) => Bound::Undetermined,
            _ => Bound::Lower,
        };
        if !self.finding.is_clear() {
            self.clear_since = None;
        } else if self.clear_since.is_none() {
            (self.clear_since, self.care_at_clear) = (Some(time), self.care);
        }
    }

    /// One row per time: signs that change one after the other at one time leave only the last.
    fn push_row(&mut self, time: f64) {
        let row = Row { time, finding: self.finding };
        match self.rows.last_mut() {
            Some(last) if last.time == time => *last = row,
            _ => self.rows.push(row),
        }
    }
}

impl Run {
    fn follow(&mut self, time: f64, holds: bool, longest_pause: f64, care: &Care) {
        if self.paused.is_some_and(|paused| time + SAME_TIME >= paused + longest_pause) {
            *self = Run::default();
        }
        if holds {
            if self.since.is_none() {
                (self.since, self.care) = (Some(time), *care);
            }
            self.paused = None;
        } else if self.since.is_some() {
            self.paused = self.paused.or(Some(time));
        }
    }
}

impl Timer {
    fn runs(&self) -> bool {
        self.certainly.since.is_some() || self.perhaps.since.is_some()
    }

    fn follow(&mut self, time: f64, truth: Truth, lasting: &Lasting) -> Truth {
        let certainly = self.certainly.follow(time, truth.holds(), lasting);
        let perhaps = self.perhaps.follow(time, truth.may_hold(), lasting);
        match (certainly, perhaps) {
            (true, _) => Truth::True,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::False,
        }
    }
}

impl Stretch {
    /// Whether it holds and has lasted.
    fn follow(&mut self, time: f64, holds: bool, lasting: &Lasting) -> bool {
        if holds {
            self.since = self.since.or(Some(time));
            return self.due(lasting.days).is_some_and(|due| time + SAME_TIME >= due);
        }
        if let (Some(since), true) = (self.since.take(), lasting.summed) {
            self.before += time - since;
        }
        false
    }

    /// When it will have lasted.
    fn due(&self, days: f64) -> Option<f64> {
        self.since.map(|since| since + (days - self.before))
    }
}

fn merge(earlier: Option<Change>, later: Option<Change>) -> Option<Change> {
    match (earlier, later) {
        (Some(earlier), Some(later)) => Some(Change {
            before: earlier.before,
            opened: later.opened.or(earlier.opened),
            ended: later.ended.or(earlier.ended),
            ..later
        }),
        (earlier, later) => later.or(earlier),
    }
}

use super::Cohort;
use crate::crs::Bound;
use crate::numeric::normal_quantile;

/// A step of a Kaplan-Meier estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Days.
    pub time: f64,
    /// Patients without the event and under observation just before.
    pub at_risk: usize,
    /// Events at that time.
    pub events: usize,
    /// Share without the event from then on.
    pub survival: f64,
    /// Its standard error.
    pub error: f64,
}

impl Step {
    /// The pointwise 95 % interval of the share by the log-log transform; none where the estimate is 0 or 1.
    ///
    /// # Reference
    /// Kalbfleisch and Prentice 2002, doi:10.1002/9781118032985, section 1.4.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let spread = (normal_quantile(0.975) * self.error / (self.survival * self.survival.ln())).abs();
        let edge = |sign: f64| self.survival.powf((sign * spread).exp());
        (self.survival > 0.0 && self.survival < 1.0 && spread.is_finite()).then(|| (edge(1.0), edge(-1.0)))
    }
}

/// The Kaplan-Meier estimate from times (days) with the event (`true`) or the end of observation (`false`).
///
/// A patient whose observation ends at the time of an event is still at risk then. The error is Greenwood's.
///
/// # Reference
/// Kaplan and Meier 1958, doi:10.1080/01621459.1958.10501452.
pub fn kaplan_meier(times: &[(f64, bool)]) -> Vec<Step> {
    let mut sorted = times.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut survival, mut sum, mut at) = (1.0, 0.0, 0);
    let mut steps = Vec::new();
    while at < sorted.len() {
        let time = sorted[at].0;
        let here = sorted[at..].iter().take_while(|(other, _)| *other == time).count();
        let events = sorted[at..at + here].iter().filter(|(_, event)| *event).count();
        let at_risk = sorted.len() - at;
        if events > 0 {
            let (d, n) = (events as f64, at_risk as f64);
            survival *= 1.0 - d / n;
            sum += d / (n * (n - d));
            let error = if survival > 0.0 { survival * f64::sqrt(sum) } else { 0.0 };
            steps.push(Step { time, at_risk, events, survival, error });
        }
        at += here;
    }
    steps
}

/// A step of a cumulative incidence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompetingStep {
    /// Days.
    pub time: f64,
    /// Patients without any of the events and under observation just before.
    pub at_risk: usize,
    /// Events of this kind at that time.
    pub events: usize,
    /// Share with an event of this kind until then.
    pub share: f64,
    /// Its standard error.
    pub error: f64,
}

impl CompetingStep {
    /// The pointwise 95 % interval of the share by the log-log transform; none where the estimate is 0 or 1.
    pub fn interval(&self) -> Option<(f64, f64)> {
        let free = Step { time: 0.0, at_risk: 0, events: 0, survival: self.share, error: self.error };
        free.interval()
    }
}

/// The cumulative incidence of one kind of event where others compete, from times (days) with the kind of the event or the
/// end of observation (none): the Aalen-Johansen estimate. The error is that of the delta method.
///
/// # Reference
/// Aalen and Johansen 1978, Scand J Stat 5:141; Marubini and Valsecchi 1995, ISBN 9780471939870, section 10.4.
pub fn cumulative_incidence(times: &[(f64, Option<usize>)], kind: usize) -> Vec<CompetingStep> {
    let mut sorted = times.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut free, mut share, mut at) = (1.0, 0.0, 0);
    // Sums over the times so far of a, F a, F F a; S S b; S c, F S c.
    let (mut a, mut b, mut c) = ([0.0; 3], 0.0, [0.0; 2]);
    let mut steps = Vec::new();
    while at < sorted.len() {
        let time = sorted[at].0;
        let here = sorted[at..].iter().take_while(|(other, _)| *other == time).count();
        let all = sorted[at..at + here].iter().filter(|(_, event)| event.is_some()).count();
        let events = sorted[at..at + here].iter().filter(|(_, event)| *event == Some(kind)).count();
        let at_risk = sorted.len() - at;
        let (d, own, n) = (all as f64, events as f64, at_risk as f64);
        share += free * own / n;
        // Once nobody is left, the share stays.
        let part = if all < at_risk { d / (n * (n - d)) } else { 0.0 };
        for (power, sum) in a.iter_mut().enumerate() {
            *sum += part * f64::powi(share, power as i32);
        }
        b += free * free * (n - own) * own / (n * n * n);
        c[0] += free * own / (n * n);
        c[1] += share * free * own / (n * n);
        free *= 1.0 - d / n;
        if events > 0 {
            let variance = share * share * a[0] - 2.0 * share * a[1] + a[2] + b - 2.0 * (share * c[0] - c[1]);
            steps.push(CompetingStep { time, at_risk, events, share, error: f64::sqrt(variance.max(0.0)) });
        }
        at += here;
    }
    steps
}

impl Cohort {
    /// Time to the onset of the first episode on a scale; patients without one are followed to the end of their course.
    /// Those of whom nothing is known but that there may have been one are left out. Nothing if it is not known when
    /// observation of one of them ended.
    pub fn onset_curve(&self, scale: usize) -> Vec<Step> {
        let time = |member: &super::Member| {
            let summary = &member.summaries[scale];
            summary.first().map_or((summary.until, false), |episode| (episode.onset, true))
        };
        let known = |member: &&super::Member| {
            let summary = &member.summaries[scale];
            summary.first().is_some() || summary.maximum.bound != Bound::Undetermined
        };
        let times: Vec<_> = self.members.iter().filter(known).map(time).collect();
        if times.iter().any(|(time, _)| time.is_nan()) { Vec::new() } else { kaplan_meier(&times) }
    }
}

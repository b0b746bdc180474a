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

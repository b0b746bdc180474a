//! Relapses by kind: how a response is lost where the model tells several ways, as with and without the antigen.

use super::arms::Arms;
use crate::cohort::{CompetingStep, Step, cumulative_incidence, kaplan_meier};

/// The relapses of one response in one arm. Kinds compete: what comes first counts, and who has relapsed one way is no longer
/// at risk of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Relapses {
    /// Place of the arm.
    pub arm: usize,
    /// Name of the end point whose loss they are.
    pub response: String,
    /// Its label.
    pub label: String,
    /// Name and label of each kind, declared with `relapse_of`.
    pub kinds: Vec<(String, String)>,
    /// Of those who reached the response: days from then to the first relapse and its kind, or to the end of the run.
    pub times: Vec<(f64, Option<usize>)>,
}

impl Relapses {
    /// Kaplan-Meier estimate of those without any relapse.
    pub fn free(&self) -> Vec<Step> {
        kaplan_meier(&self.times.iter().map(|(time, kind)| (*time, kind.is_some())).collect::<Vec<_>>())
    }

    /// The cause-specific estimate of those without a relapse of this kind: others are taken for the end of observation, so
    /// that it is what would be if there were no others and they told nothing about this one.
    pub fn free_of(&self, kind: usize) -> Vec<Step> {
        kaplan_meier(&self.times.iter().map(|(time, found)| (*time, *found == Some(kind))).collect::<Vec<_>>())
    }

    /// Share of those who responded that have relapsed this way, where the other ways compete (Aalen-Johansen).
    pub fn incidence(&self, kind: usize) -> Vec<CompetingStep> {
        cumulative_incidence(&self.times, kind)
    }

    /// Days to the last relapse or end.
    pub fn end(&self) -> f64 {
        self.times.iter().map(|(time, _)| *time).fold(0.0, f64::max)
    }
}

impl Arms {
    /// The relapses of each response that has declared ones, response by response.
    pub fn relapses(&self) -> Vec<Relapses> {
        let Some(layout) = self.arms.first().map(|arm| &arm.layout) else { return Vec::new() };
        let mut responses: Vec<&String> = layout.relapses.iter().map(|(response, _)| response).collect();
        responses.sort();
        responses.dedup();
        let mut all = Vec::new();
        for response in responses {
            let own = layout.relapses.iter().filter(|(of, _)| of == response).map(|(_, kind)| kind);
            let label_of = |name: &String| {
                let point = self.end_point(&format!("reached_{name}"));
                point.map_or_else(|| name.clone(), |at| self.end_points[at].label.clone())
            };
            let kinds: Vec<(String, String)> = own.map(|kind| (kind.clone(), label_of(kind))).collect();
            for arm in 0..self.arms.len() {
                let times = self.relapse_times(arm, response, &kinds);
                all.push(Relapses {
                    arm,
                    response: response.clone(),
                    label: label_of(response),
                    kinds: kinds.clone(),
                    times,
                });
            }
        }
        all
    }

    fn relapse_times(&self, arm: usize, response: &str, kinds: &[(String, String)]) -> Vec<(f64, Option<usize>)> {
        let times = |name: &str| -> Vec<f64> {
            let at = self.end_point(&format!("time_{name}"));
            at.map_or_else(Vec::new, |at| self.values(arm, at).collect())
        };
        let end = self.arms[arm].layout.follow_up;
        let reached = times(response);
        let lost: Vec<Vec<f64>> = kinds.iter().map(|(name, _)| times(name)).collect();
        let one = |(patient, from): (usize, &f64)| {
            let found = lost.iter().enumerate().filter_map(|(kind, times)| Some((*times.get(patient)?, kind)));
            let first = found.filter(|(time, _)| !time.is_nan()).min_by(|a, b| a.0.total_cmp(&b.0));
            (!from.is_nan()).then(|| match first {
                Some((time, kind)) => (time - from, Some(kind)),
                None => (end - from, None),
            })
        };
        reached.iter().enumerate().filter_map(one).collect()
    }
}

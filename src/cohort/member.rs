use crate::chart::Report;
use crate::crs::{Bound, Course, Episode, Maximum};

/// A patient of a cohort.
#[derive(Debug, Clone)]
pub struct Member {
    /// The patient.
    pub subject: String,
    /// On each scale.
    pub summaries: Vec<Summary>,
    /// Grades that others reported.
    pub reports: Vec<Report>,
}

/// What a course comes to.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The worst grade.
    pub maximum: Maximum,
    /// Whether a grade of 1 or more was certain at some time.
    pub episodes: Vec<Episode>,
    /// Flags that were raised at some time, each once, in order of appearance.
    pub flags: Vec<String>,
    /// The rule that gave the worst grade.
    pub rule: Option<String>,
    /// When observation stopped, days.
    pub until: f64,
    /// The hour of the day at time 0.
    pub clock_at_start: f64,
}

impl Summary {
    /// Of a course.
    pub fn of(course: &Course) -> Self {
        let maximum = course.maximum();
        let (mut flags, mut rule): (Vec<String>, _) = (Vec::new(), None);
        for record in course.records() {
            if rule.is_none() && record.grade == maximum.grade {
                rule = record.rule.map(str::to_owned);
            }
            for flag in record.flags {
                if !flags.iter().any(|known| known == flag) {
                    flags.push(flag.to_owned());
                }
            }
        }
        Self {
            maximum,
            episodes: course.episodes().to_vec(),
            flags,
            rule,
            until: course.until(),
            clock_at_start: course.clock_at_start(),
        }
    }

    /// The worst grade if nothing that is missing could raise it.
    pub fn exact(&self) -> Option<u8> {
        self.maximum.grade.filter(|_| self.maximum.bound == Bound::Exact)
    }

    /// The first episode.
    pub fn first(&self) -> Option<&Episode> {
        self.episodes.first()
    }
}

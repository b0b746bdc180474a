//! A picture of a comparison: what `cascade compare ... --output DIR` draws.

use super::{Variant, embedded_rules, shell};
use crate::compare::{Arms, Outcomes, Who};
use crate::crs::{Scale, Settings};
use crate::diagnostic::Problems;
use crate::model::Model;
use crate::plot::Figure;
use crate::plot::comparison::{Cohort, grades};
use crate::population::Means;
use crate::simulate::{Grid, Prepared};

/// A comparison of arms of one model on the same patients, all of one parameter set.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    /// Name of the file in the folder of the gallery.
    pub file: &'static str,
    /// What it shows.
    pub caption: &'static str,
    /// The file that the command writes it to.
    pub written: &'static str,
    model: &'static str,
    set: &'static str,
    /// Name of each arm, and its rules of treatment.
    arms: &'static [(&'static str, &'static [&'static str])],
    patients: u64,
    seed: u64,
}

/// The comparison of the gallery.
pub fn trial() -> Trial {
    Trial {
        file: "compare-cart-crs.png",
        caption: "The same patients untreated, and treated by grade in two ways: highest grades",
        written: "grades.png",
        model: "cart-crs",
        set: "high",
        arms: &[("untreated", &[]), ("tocilizumab", &["tocilizumab"]), ("dexamethasone", &["dexamethasone"])],
        patients: 60,
        seed: 1,
    }
}

impl Trial {
    /// The command that draws it.
    pub fn command(&self) -> String {
        let arm = |(name, rules): &(&str, &[&str])| {
            let rules: String = rules.iter().map(|rule| format!("; treat {rule}")).collect();
            format!(" --arm {}", shell(&format!("{name}: parameters {}{rules}", self.set)))
        };
        let arms: String = self.arms.iter().map(arm).collect();
        let Self { model, patients, seed, written, .. } = self;
        format!("cascade compare {model}{arms} -n {patients} --seed {seed} --output arms  # {written}")
    }

    /// Runs the patients of all arms and gives the figure.
    ///
    /// # Errors
    /// None: everything is part of the program.
    pub fn figure(&self) -> Result<Figure, Problems> {
        let model = Model::embedded(self.model)?;
        let mut outcomes = Vec::new();
        for (name, rules) in self.arms {
            let mut scenario = Variant::default().parameters(self.set).scenario(&model)?;
            scenario = scenario.gradings(vec![Scale::astct_2019()], Settings::default(), None);
            for rule in *rules {
                scenario = scenario.treated(embedded_rules(rule)?);
            }
            // Nobody looks at the course.
            scenario.grid = Grid::At(vec![scenario.until]);
            let who = Who::Drawn { count: self.patients, seed: self.seed, uncertain: None };
            outcomes.push(Outcomes::run(name, &Prepared::new(&scenario)?, who, Means::default())?);
        }
        let arms = Arms::new(outcomes, 0);
        let name = format!("{}, set {}", model.name, self.set);
        let cohort = Cohort {
            title: model.title.clone(),
            subtitle: name.clone(),
            facts: vec![name, format!("maturity: {}", model.maturity.word())],
            patients: self.patients,
            failed: self.patients - arms.paired.len() as u64,
            seed: Some(self.seed),
        };
        Ok(grades(&cohort, &arms).expect("the arms are graded"))
    }
}

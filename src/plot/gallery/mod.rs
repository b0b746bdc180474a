//! The gallery: which pictures show what the figures can do, as data, and their page.
//!
//! In: models, sets and scales of the library. Out: [`Entry`]s, each with its figure and the command that draws it.
//! The same entry gives the same bytes whenever and wherever it is drawn.
//!
//! ```
//! use cascade::plot::{gallery, index};
//! let entries = gallery();
//! let first = &entries[0];
//! assert_eq!(first.command(), "cascade plot cart-crs --file plots/cart-crs.png");
//! assert!(index(&entries).contains(&first.command()));
//! let figure = first.figure()?;
//! assert!(!figure.panels.is_empty());
//! # Ok::<(), cascade::diagnostic::Problems>(())
//! ```

mod arms;
mod entries;
mod variant;
mod ward;

pub use arms::{Trial, trial};
pub use entries::gallery;
pub use variant::Variant;
pub use ward::{Sheet, ward};

use super::{Figure, Options, Shown, Theme, course, exposure, overlay, phase};
use crate::crs::{Scale, Settings};
use crate::diagnostic::{Problems, Source};
use crate::model::Model;
use crate::observation::read_measurements;
use crate::regimen::{Rule, RuleFile};
use crate::simulate::{Grid, Run, Scenario};
use crate::trajectory::Sidecar;

/// Points in each step of the solver, enough for smooth curves.
pub const POINTS_A_STEP: usize = 4;

/// A picture of the gallery: what `cascade plot` would be told.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Name of the file in the folder of the gallery.
    pub file: &'static str,
    /// What it shows.
    pub caption: &'static str,
    /// Name of the model.
    pub model: &'static str,
    /// Which figure.
    pub kind: Kind,
    /// The runs: one, or several to be compared.
    pub runs: Vec<Variant>,
    /// End of the runs.
    pub until: Option<&'static str>,
    /// A rule of treatment that ships.
    pub treat: Option<&'static str>,
    /// Grading scales, if the model has signs; the default one if none is named.
    pub scales: Vec<&'static str>,
    /// Instead of the model's title.
    pub title: Option<&'static str>,
    /// What gets a panel.
    pub panels: Option<&'static str>,
    /// What has a linear axis.
    pub linear: Option<&'static str>,
    /// A table of measurements: its path, as the command names it, and its text.
    pub data: Option<(&'static str, &'static str)>,
    /// Colours.
    pub theme: Theme,
}

/// The kinds of figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Kind {
    /// One run over time.
    #[default]
    Course,
    /// Several runs over time.
    Overlay,
    /// One quantity against another.
    Phase,
    /// Maximum and AUC as bars.
    Exposure,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Course, Self::Overlay, Self::Phase, Self::Exposure];

    /// As typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Course => "course",
            Self::Overlay => "overlay",
            Self::Phase => "phase",
            Self::Exposure => "exposure",
        }
    }
}

impl Entry {
    /// The command that draws the picture.
    pub fn command(&self) -> String {
        let mut words = vec![format!("cascade plot {}", self.model)];
        let mut flag = |name: &str, value: &str| words.push(format!("--{name} {}", shell(value)));
        if let [run] = self.runs.as_slice() {
            for (name, value) in run.flags() {
                flag(name, value);
            }
        } else if self.runs.iter().all(Variant::is_set_alone) {
            self.runs.iter().filter_map(|run| run.parameters.as_deref()).for_each(|set| flag("parameters", set));
        } else {
            self.runs.iter().for_each(|run| flag("run", &run.to_string()));
        }
        // Several runs are an overlay unless told otherwise.
        let usual = if self.runs.len() > 1 { Kind::Overlay } else { Kind::Course };
        if self.kind != usual {
            flag("kind", self.kind.name());
        }
        let texts = [
            ("treat", self.treat),
            ("until", self.until),
            ("title", self.title),
            ("panels", self.panels),
            ("linear", self.linear),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                flag(name, value);
            }
        }
        if !self.scales.is_empty() {
            flag("scale", &self.scales.join(","));
        }
        if let Some((path, _)) = self.data {
            flag("data", path);
        }
        if self.theme != Theme::default() {
            flag("theme", self.theme.name());
        }
        flag("file", &format!("plots/{}", self.file));
        words.join(" ")
    }

    /// Runs what the picture shows and gives its figure.
    ///
    /// # Errors
    /// None for the entries of [`gallery`]: unknown names, values that do not fit, a run that fails.
    pub fn figure(&self) -> Result<Figure, Problems> {
        let model = Model::embedded(self.model)?;
        let done = self.runs.iter().map(|variant| self.run(&model, variant)).collect::<Result<Vec<_>, Problems>>()?;
        let shown: Vec<Shown<'_>> = done
            .iter()
            .zip(&self.runs)
            .map(|((scenario, run), variant)| Shown::new(scenario, run).labelled(variant.label.clone()))
            .collect();
        let options = self.options(&model)?;
        match self.kind {
            Kind::Course => course(&shown[0], &options),
            Kind::Overlay => overlay(&shown, &options),
            Kind::Phase => phase(&shown, None, &options),
            Kind::Exposure => exposure(&shown, &options),
        }
    }

    fn run<'m>(&self, model: &'m Model, variant: &Variant) -> Result<(Scenario<'m>, Run), Problems> {
        let mut scenario = variant.scenario(model)?;
        scenario.grid = Grid::Steps(POINTS_A_STEP);
        scenario.exposure = self.kind == Kind::Exposure;
        if let Some(until) = self.until {
            scenario = scenario.until(&until.parse()?)?;
        }
        if let Some(rule) = self.treat {
            scenario = scenario.treated(embedded_rules(rule)?);
        }
        if matches!(self.kind, Kind::Course | Kind::Overlay) && model.has_signs() {
            let names = if self.scales.is_empty() { &["astct-2019"] } else { self.scales.as_slice() };
            let scales = names.iter().map(|name| Scale::embedded(name)).collect::<Result<Vec<Scale>, Problems>>()?;
            scenario = scenario.gradings(scales, Settings::default(), None);
        }
        let run = scenario.simulate().map_err(|failed| failed.problems)?;
        Ok((scenario, run))
    }

    fn options(&self, model: &Model) -> Result<Options, Problems> {
        let source = |name: &str, text: Option<&str>| text.map(|text| Source::new(name, text));
        let observed = match self.data {
            Some((path, text)) => read_measurements(&Source::new(path, text), &Sidecar::default(), model)?,
            None => Vec::new(),
        };
        Ok(Options {
            title: self.title.map(str::to_string),
            panels: source("--panels", self.panels),
            linear: source("--linear", self.linear),
            observed,
            ..Options::default()
        })
    }
}

/// The page of the gallery, in Markdown: each picture with what it shows and its command.
pub fn index(entries: &[Entry]) -> String {
    let mut text = String::from(
        "# Pictures\n\n\
         Drawn by `cascade plot --gallery`; nothing changes if nothing has changed. Each picture with its command.\n",
    );
    let mut add = |caption: &str, file: &str, command: &str| {
        text.push_str(&format!("\n## {caption}\n\n![{caption}]({file})\n\n```sh\n{command}\n```\n"));
    };
    for entry in entries {
        add(entry.caption, entry.file, &entry.command());
    }
    let trial = trial();
    add(trial.caption, trial.file, &trial.command());
    for sheet in ward().into_iter().flatten() {
        add(sheet.caption, sheet.file, &sheet.command());
    }
    text.push_str(
        "\n## Error against time, beside other solvers\n\n\
         No part of the gallery, as times differ from machine to machine: `work-precision.png` and its numbers,\n\
         `work-precision.csv`.\n\n```sh\ncargo bench --bench population -- work-precision\n```\n",
    );
    text
}

/// The rules of a file that ships.
fn embedded_rules(name: &str) -> Result<Vec<Rule>, Problems> {
    let mut problems = Problems::default();
    let file = RuleFile::parse(&RuleFile::embedded_source(name)?, &mut problems);
    problems.or_value(file.map(|file| file.rules))
}

/// A word as a shell reads it: in double quotes if it has anything but plain letters.
fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./,=:+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let mut quoted = String::from("\"");
    for c in word.chars() {
        if matches!(c, '"' | '\\' | '$' | '`') {
            quoted.push('\\');
        }
        quoted.push(c);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(shell("upn1"), "upn1");
        assert_eq!(shell("60 d"), "\"60 d\"");
        assert_eq!(shell("a \"b\" $c"), "\"a \\\"b\\\" \\$c\"");
        assert_eq!(shell(""), "\"\"");
    }

    #[test]
    fn files_are_named_once_and_all_kinds_and_themes_are_shown() {
        let entries = gallery();
        let files: HashSet<&str> = entries.iter().map(|entry| entry.file).collect();
        assert_eq!(files.len(), entries.len());
        for kind in Kind::ALL {
            assert!(entries.iter().any(|entry| entry.kind == kind), "{kind:?}");
        }
        for theme in Theme::ALL {
            assert!(entries.iter().any(|entry| entry.theme == theme), "{theme:?}");
        }
        for entry in &entries {
            assert!(entry.file.ends_with(".png") && !entry.caption.is_empty(), "{entry:?}");
            assert!(entry.kind != Kind::Course || entry.runs.len() == 1, "{entry:?}");
            assert!(entry.runs.len() == 1 || entry.runs.iter().all(|run| !run.label.is_empty() || run.is_set_alone()));
        }
    }

    #[test]
    fn every_model_of_the_library_has_a_picture() {
        let entries = gallery();
        for name in crate::model::model_names() {
            assert!(entries.iter().any(|entry| entry.model == name), "{name}");
        }
    }

    #[test]
    fn every_entry_has_its_figure() {
        for entry in gallery() {
            let figure = entry.figure().unwrap_or_else(|problems| panic!("{}: {problems}", entry.file));
            assert!(!figure.panels.is_empty(), "{}", entry.file);
            assert!(figure.footer.contains("maturity") && figure.footer.contains(crate::plot::DISCLAIMER));
            let runs = figure.panels.iter().map(|panel| panel.series.len()).max();
            match entry.kind {
                Kind::Overlay | Kind::Phase => assert_eq!(runs, Some(entry.runs.len()), "{}", entry.file),
                Kind::Exposure => assert!(figure.panels.iter().all(|panel| panel.bars.is_some()), "{}", entry.file),
                Kind::Course => {}
            }
            if !entry.scales.is_empty() {
                assert_eq!(figure.lanes.len(), entry.scales.len() * entry.runs.len(), "{}", entry.file);
            }
            if entry.data.is_some() {
                assert!(figure.panels.iter().any(|panel| !panel.observed.is_empty()), "{}", entry.file);
            }
        }
    }

    #[test]
    fn the_page_has_every_picture_with_its_command() {
        let entries = gallery();
        let page = index(&entries);
        for entry in &entries {
            assert!(page.contains(&format!("]({})", entry.file)) && page.contains(&entry.command()));
        }
        assert_eq!(page, index(&gallery()));
    }

    #[test]
    fn the_ward_has_its_pictures_on_the_page() {
        let sheets = ward().unwrap();
        assert_eq!(
            sheets.iter().map(|sheet| sheet.file).collect::<Vec<_>>(),
            ["ward-patients.png", "ward-concordance.png"]
        );
        let page = index(&gallery());
        for sheet in &sheets {
            assert!(page.contains(sheet.file) && page.contains(&sheet.command()));
            assert!(sheet.figure.footer.contains(crate::plot::DISCLAIMER));
        }
        assert_eq!(sheets[0].figure.lanes.len(), 6);
    }

    #[test]
    fn the_comparison_is_on_the_page_and_shows_all_arms() {
        let trial = trial();
        let command = trial.command();
        assert!(command.contains("--arm \"tocilizumab: parameters high; treat tocilizumab\""), "{command}");
        assert!(index(&gallery()).contains(&command));
        let figure = trial.figure().unwrap();
        let names: Vec<&str> = figure.lanes.iter().map(|lane| lane.name.as_str()).collect();
        assert_eq!(names, ["untreated", "tocilizumab", "dexamethasone"]);
        assert!(figure.footer.contains(crate::plot::DISCLAIMER) && figure.footer.contains("60 patients"));
    }

    #[test]
    fn the_treated_course_has_its_treatment() {
        let entries = gallery();
        let treated = entries.iter().find(|entry| entry.treat.is_some()).unwrap();
        let untreated = Entry { treat: None, ..treated.clone() }.figure().unwrap();
        let figure = treated.figure().unwrap();
        assert!(figure.marks.len() > untreated.marks.len());
        let drugs =
            |figure: &Figure| figure.bands.iter().flat_map(|band| &band.rows).any(|row| row.label == "Tocilizumab");
        assert!(drugs(&figure) && !drugs(&untreated));
    }

    #[cfg(feature = "plot")]
    #[test]
    fn the_same_entry_gives_the_same_bytes() {
        use crate::plot::{page, render};
        let entry = &gallery()[0];
        let draw = || {
            let figure = entry.figure().unwrap();
            render::png_small(&figure, page(&figure), entry.theme).unwrap()
        };
        assert_eq!(draw(), draw());
    }
}

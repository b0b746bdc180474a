//! One of several runs that are compared: a name and what differs.

use std::fmt;

use crate::diagnostic::codes::file;
use crate::diagnostic::{Problems, Source, listing};
use crate::model::{Model, Override};
use crate::regimen::Regimen;
use crate::simulate::Scenario;

/// A run of a model: its parameter set, changed values and doses.
///
/// As text `NAME: ITEM; ITEM`, each item `parameters SET`, `set NAME=VALUE` or `dose DOSE`; the name may be left out.
///
/// ```
/// use cascade::diagnostic::Source;
/// use cascade::plot::Variant;
/// let text = "large: set tumour_0=8 1e9 cells; dose cart 5e7 cells at 0 d";
/// let variant = Variant::parse(&Source::new("--run", text))?;
/// assert_eq!((variant.label.as_str(), variant.set[0].as_str()), ("large", "tumour_0=8 1e9 cells"));
/// assert_eq!(variant.to_string(), text);
/// # Ok::<(), cascade::diagnostic::Problems>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Variant {
    /// Name in legends; empty for what tells the runs apart.
    pub label: String,
    /// Parameter set; the model's default if none.
    pub parameters: Option<String>,
    /// `NAME=VALUE`, as for `--set`.
    pub set: Vec<String>,
    /// As for `--dose`.
    pub dose: Vec<String>,
}

const ITEMS: [&str; 3] = ["parameters", "set", "dose"];

impl Variant {
    /// Reads a variant.
    ///
    /// # Errors
    /// Items that are none; all are told.
    pub fn parse(source: &Source) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut variant = Self::default();
        let text = source.text();
        // Neither items nor doses hold a colon.
        let (label, start) = match text.split_once(':') {
            Some((label, _)) => (label.trim(), label.len() + 1),
            None => ("", 0),
        };
        variant.label = label.to_owned();
        let mut at = start;
        for item in text[start..].split(';') {
            let from = at + (item.len() - item.trim_start().len());
            at += item.len() + 1;
            let item = item.trim();
            let (word, rest) = item.split_once(char::is_whitespace).unwrap_or((item, ""));
            let rest = rest.trim();
            match word {
                "" => {}
                "parameters" if !rest.is_empty() => variant.parameters = Some(rest.into()),
                "set" if !rest.is_empty() => variant.set.push(rest.into()),
                "dose" if !rest.is_empty() => variant.dose.push(rest.into()),
                _ => {
                    let what = if ITEMS.contains(&word) { "has nothing behind it" } else { "is no item of a run" };
                    problems
                        .error(&file::BAD_VALUE, format!("`{word}` {what}"))
                        .label(source.span(from..from + item.len()), "")
                        .help_if((!ITEMS.contains(&word)).then(|| listing(word, ITEMS, "items")))
                        .help("large: set tumour_0=8 1e9 cells; dose cart 5e7 cells at 0 d");
                }
            }
        }
        problems.or_value(Some(variant))
    }

    /// A run of the model as it is, under a name.
    pub fn named(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// Under a name.
    pub fn label(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// With a parameter set.
    pub fn parameters(self, set: impl Into<String>) -> Self {
        Self { parameters: Some(set.into()), ..self }
    }

    /// With a changed value, `NAME=VALUE`.
    pub fn set(mut self, equation: impl Into<String>) -> Self {
        self.set.push(equation.into());
        self
    }

    /// With a dose.
    pub fn dose(mut self, dose: impl Into<String>) -> Self {
        self.dose.push(dose.into());
        self
    }

    /// Whether it is no more than a parameter set without a name of its own.
    pub fn is_set_alone(&self) -> bool {
        self.label.is_empty() && self.parameters.is_some() && self.set.is_empty() && self.dose.is_empty()
    }

    /// Its items as flags of the command line: name and value.
    pub fn flags(&self) -> Vec<(&'static str, &str)> {
        let [parameters, set, dose] = ITEMS;
        let mut flags: Vec<(&'static str, &str)> = Vec::new();
        flags.extend(self.parameters.as_deref().map(|name| (parameters, name)));
        flags.extend(self.set.iter().map(|equation| (set, equation.as_str())));
        flags.extend(self.dose.iter().map(|text| (dose, text.as_str())));
        flags
    }

    /// The scenario of a model under it, with the model's sets.
    ///
    /// # Errors
    /// An unknown set, values or doses with mistakes.
    pub fn scenario<'m>(&self, model: &'m Model) -> Result<Scenario<'m>, Problems> {
        let name = self.parameters.as_ref().or(model.defaults.parameters.as_ref().map(|name| &name.text));
        let set = name.map(|name| model.set(name)).transpose()?;
        let overrides = self.set.iter().map(|text| text.parse()).collect::<Result<Vec<Override>, Problems>>()?;
        let mut scenario = Scenario::with_set(model, set.as_ref(), &overrides)?;
        scenario.set = name.cloned();
        let mut problems = Problems::default();
        let doses = self.dose.iter().map(|text| {
            let source = Source::new("--dose", text.clone());
            Regimen::parse(&source, 0..text.len(), &mut problems)
        });
        let doses = doses.collect();
        scenario.regimen = scenario.regimen.override_with(doses);
        problems.or_value(Some(scenario))
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.label.is_empty() {
            write!(f, "{}: ", self.label)?;
        }
        for (at, (name, value)) in self.flags().iter().enumerate() {
            write!(f, "{}{name} {value}", if at > 0 { "; " } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Variant, String> {
        Variant::parse(&Source::new("--run", text)).map_err(|problems| problems.to_string())
    }

    #[test]
    fn what_is_printed_reads_back() {
        let full = Variant::named("a b").parameters("upn1").set("kill=0.2 1/(1e9 cells)/d").set("x=1").dose("none");
        for variant in [Variant::default(), Variant::named("x").set("a=1"), Variant::default().parameters("upn3"), full]
        {
            assert_eq!(parse(&variant.to_string()).unwrap(), variant);
        }
    }

    #[test]
    fn wrong_items_are_told_with_their_places() {
        let told = parse("large: doses cart 5e7 cells at 0 d; set; parameters upn1; tumour_0=8").unwrap_err();
        for expected in [
            "--run:1:8: error[F006]: `doses` is no item of a run\n  help: did you mean `dose`?",
            "--run:1:37: error[F006]: `set` has nothing behind it",
            "--run:1:59: error[F006]: `tumour_0=8` is no item of a run",
        ] {
            assert!(told.contains(expected), "{expected} is not in\n{told}");
        }
    }

    #[test]
    fn scenarios_have_the_set_the_values_and_the_doses() {
        let model = Model::embedded("hardiansyah-2019").unwrap();
        let variant =
            Variant::default().parameters("upn3").set("kill=0.5 1/(1e9 cells)/d").dose("cart 1e9 cells at 3 d");
        let scenario = variant.scenario(&model).unwrap();
        assert_eq!(scenario.set.as_deref(), Some("upn3"));
        assert_eq!(scenario.values.get(&model, "kill"), Some(0.5));
        assert_eq!(scenario.regimen.to_string(), "cart 1e9 cells at 3 d");
        assert_eq!(Variant::default().scenario(&model).unwrap().set.as_deref(), Some("upn1"));
        assert!(Variant::default().parameters("upn2").scenario(&model).is_err());
        assert!(Variant::default().dose("cart at").scenario(&model).is_err());
    }
}

//! What is varied: an amount, a time, a gap, a split of one dose, or a parameter, between two ends.

use std::ops::Range;

use crate::diagnostic::codes::compare as codes;
use crate::diagnostic::{Diagnostic, Problems, Source, Span, listing};
use crate::model::{DoseKind, Model, Provenance};
use crate::regimen::{Amount, Located};
use crate::simulate::Scenario;
use crate::trajectory::{brief, number};
use crate::unit::{Quantity, Unit, behind_number};

/// Most points of one sweep.
const MOST: usize = 200;
const EXAMPLE: &str = "\"cart amount 1e7..1e9 log 9\"";
const EXAMPLE_BOUNDS: &str = "\"cart amount 1e7..1e9 log\"";
/// What is varied of a dose.
const WORDS: [&str; 4] = ["amount", "time", "gap", "split"];

/// What is varied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The amount of a dose; 0 leaves it out.
    Amount(String),
    /// The first time of a dose; later ones keep their distance.
    Time(String),
    /// From one time of a dose to the next.
    Gap(String),
    /// Percent of a split dose at its first time; the others share the rest evenly.
    Split(String),
    /// A parameter or covariate.
    Parameter(String),
}

/// What is varied, from where to where.
#[derive(Debug, Clone, PartialEq)]
pub struct Varied {
    /// What.
    pub target: Target,
    /// Lower end, in `unit`.
    pub from: f64,
    /// Upper end, in `unit`.
    pub to: f64,
    /// Unit of the values.
    pub unit: Unit,
    /// Whether equal ratios are equal steps.
    pub log: bool,
    /// How many values; 0 for bounds of a search.
    pub count: usize,
    place: Span,
}

impl Varied {
    /// Reads `cart amount 1e7..1e9 log 9`.
    ///
    /// # Errors
    /// What is not understood, with its place.
    pub fn sweep(source: &Source, model: &Model) -> Result<Self, Problems> {
        Reader { source, model, problems: Problems::default() }.read(true)
    }

    /// Reads `cart amount 1e7..1e9 log`.
    ///
    /// # Errors
    /// What is not understood, with its place.
    pub fn bounds(source: &Source, model: &Model) -> Result<Self, Problems> {
        Reader { source, model, problems: Problems::default() }.read(false)
    }

    /// The values of a sweep.
    pub fn values(&self) -> Vec<f64> {
        let last = self.count.saturating_sub(1).max(1) as f64;
        (0..self.count).map(|at| self.at(at as f64 / last)).collect()
    }

    /// The value at a share of the way from one end to the other.
    pub fn at(&self, share: f64) -> f64 {
        if share <= 0.0 {
            self.from
        } else if share >= 1.0 {
            self.to
        } else if self.log {
            // Without the rounding of the exponential: 1e8, not 99999999.99999994.
            let value = (self.from.ln() + share * (self.to.ln() - self.from.ln())).exp();
            format!("{value:.12e}").parse().unwrap_or(value)
        } else {
            let value = self.from + share * (self.to - self.from);
            format!("{value:.12e}").parse().unwrap_or(value)
        }
    }

    /// `cart amount`, `kill`.
    pub fn label(&self) -> String {
        match &self.target {
            Target::Amount(entry) => format!("{entry} amount"),
            Target::Time(entry) => format!("{entry} time"),
            Target::Gap(entry) => format!("{entry} gap"),
            Target::Split(entry) => format!("{entry} split"),
            Target::Parameter(name) => name.clone(),
        }
    }

    /// `cart amount [cells]`.
    pub fn head(&self) -> String {
        let unit = self.unit.to_string();
        if unit == "1" { self.label() } else { format!("{} [{unit}]", self.label()) }
    }

    /// `3e7 cells`.
    pub fn text(&self, value: f64) -> String {
        let unit = self.unit.to_string();
        if unit == "1" { brief(value) } else { format!("{} {unit}", brief(value)) }
    }

    /// Refuses to vary what a table of patients lists: its values hold.
    ///
    /// # Errors
    /// It does list it.
    pub fn check_listed(&self, listed: &[String]) -> Result<(), Problems> {
        match &self.target {
            Target::Parameter(name) if listed.contains(name) => Err(self.refused(
                format!("the table of patients lists `{name}`, and its values hold"),
                "remove its column, or vary something else".into(),
            )),
            _ => Ok(()),
        }
    }

    /// Gives a scenario this value.
    ///
    /// # Errors
    /// The regimen does not have one dose of the entry, or not one that can be varied so; a value outside of the bounds of
    /// the parameter.
    pub fn apply(&self, scenario: &mut Scenario<'_>, value: f64) -> Result<(), Problems> {
        let quantity = Quantity { value, unit: self.unit.clone() };
        let entry = match &self.target {
            Target::Parameter(name) => return self.set(scenario, name, &quantity),
            Target::Amount(entry) | Target::Time(entry) | Target::Gap(entry) | Target::Split(entry) => entry,
        };
        let doses = &mut scenario.regimen.doses;
        let places: Vec<usize> = (0..doses.len()).filter(|at| doses[*at].entry.value == *entry).collect();
        let [place] = places[..] else {
            let (count, plural) = (places.len(), if places.len() == 1 { "" } else { "s" });
            return Err(self.refused(
                format!("the regimen has {count} dose{plural} of `{entry}`, not one"),
                format!("give the one that is varied: --dose \"{entry} .. at 0 d\""),
            ));
        };
        let dose = &mut doses[place];
        match &self.target {
            Target::Amount(_) if !self.is_plain(dose.amount.as_ref().map(|amount| &amount.value)) => {
                return Err(self.refused(
                    format!("the dose of `{entry}` is by weight or in steps: one amount for all would be another dose"),
                    format!("give it as one amount in {}", self.unit),
                ));
            }
            Target::Amount(_) if value == 0.0 => {
                doses.remove(place);
            }
            Target::Amount(_) => dose.amount = Some(Located::unwritten(Amount::Quantity(quantity))),
            Target::Time(_) => {
                let first = dose.times[0].value.clone();
                for time in &mut dose.times {
                    let since = time.value.unit.convert(time.value.value, &self.unit).unwrap_or(0.0)
                        - first.unit.convert(first.value, &self.unit).unwrap_or(0.0);
                    time.value = Quantity { value: value + since, unit: self.unit.clone() };
                }
            }
            Target::Gap(_) if dose.times.len() > 1 => {
                let first = dose.times[0].value.clone();
                let first = first.unit.convert(first.value, &self.unit).unwrap_or(0.0);
                for (at, time) in dose.times.iter_mut().enumerate() {
                    time.value = Quantity { value: first + at as f64 * value, unit: self.unit.clone() };
                }
            }
            Target::Gap(_) => match &mut dose.repeat {
                Some(repeat) => repeat.every = Located::unwritten(quantity),
                None => {
                    return Err(self.refused(
                        format!("the dose of `{entry}` has one time, so no gap"),
                        format!("give it several: --dose \"{entry} .. at 0, 1 d\""),
                    ));
                }
            },
            Target::Split(_) => match &mut dose.split {
                Some(split) if split.value.len() > 1 => {
                    let others = split.value.len() - 1;
                    split.value = vec![(100.0 - value) / others as f64; others + 1];
                    split.value[0] = value;
                }
                _ => {
                    return Err(self.refused(
                        format!("the dose of `{entry}` is not split"),
                        format!("give it parts: --dose \"{entry} .. split 50/50 % at 0, 1 d\""),
                    ));
                }
            },
            Target::Parameter(_) => {}
        }
        Ok(())
    }

    /// Whether an amount is one number in a unit of the entry, or a parameter.
    fn is_plain(&self, amount: Option<&Amount>) -> bool {
        match amount {
            Some(Amount::Quantity(quantity)) => quantity.unit.convert(1.0, &self.unit).is_some(),
            Some(Amount::Steps(..)) => false,
            Some(Amount::Parameter(_)) | None => true,
        }
    }

    fn set(&self, scenario: &mut Scenario<'_>, name: &str, quantity: &Quantity) -> Result<(), Problems> {
        let model = scenario.model;
        if let Some(at) = model.parameters.iter().position(|known| known.name.text == *name) {
            let (low, high) = model.parameters[at].bounds.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
            if !(low..=high).contains(&quantity.value) {
                return Err(self.refused(
                    format!("`{name}` = {} lies outside of its bounds, {low} to {high}", number(quantity.value)),
                    "stay within them".into(),
                ));
            }
            scenario.values.parameters[at] = quantity.value;
            scenario.values.provenance[at] = Provenance::Source(format!("{}: {quantity}", self.place.source.name()));
        } else if let Some(at) = model.covariates.iter().position(|known| known.name.text == *name) {
            scenario.values.covariates[at] = quantity.value;
        }
        Ok(())
    }

    fn refused(&self, message: String, help: String) -> Problems {
        let mut found = Diagnostic::error(&codes::NOTHING_TO_SWEEP, message);
        found.label(self.place.clone(), "").help(help);
        found.into()
    }
}

/// Reads one sweep.
struct Reader<'a> {
    source: &'a Source,
    model: &'a Model,
    problems: Problems,
}

impl Reader<'_> {
    fn read(mut self, counted: bool) -> Result<Varied, Problems> {
        let found = self.all(counted);
        self.problems.or_value(found)
    }

    fn wrong(&mut self, place: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        let span = self.source.span(place);
        self.problems.error(&codes::BAD_SWEEP, message).label(span, "").help(help);
    }

    fn all(&mut self, counted: bool) -> Option<Varied> {
        let example = format!("as in {}", if counted { EXAMPLE } else { EXAMPLE_BOUNDS });
        let text = self.source.text();
        let mut words = words(text);
        if words.len() < 3 {
            self.wrong(
                0..text.len(),
                format!("`{}` does not say what is varied from where to where", text.trim()),
                example,
            );
            return None;
        }
        let (first, second) = (words.remove(0), words.remove(0));
        let (target, unit) = self.target(first, second.clone())?;
        let mut count = 0;
        if counted {
            let last = words.pop()?;
            match text[last.clone()].parse::<usize>() {
                Ok(found) if (2..=MOST).contains(&found) => count = found,
                _ => {
                    let message = format!("`{}` is no number of points", &text[last.clone()]);
                    self.wrong(last, message, format!("a whole number from 2 to {MOST} stands at the end, {example}"));
                    return None;
                }
            }
        }
        if let (false, Some(last), Some(start)) = (counted, words.last().cloned(), words.first())
            && text[last.clone()].parse::<usize>().is_ok()
            && text[start.start..last.start].trim_end().split_once("..").is_some_and(|(_, to)| !to.trim().is_empty())
        {
            self.wrong(last, "bounds of a search have no number of points", example);
            return None;
        }
        let mut log = false;
        if let Some(last) = words.last().cloned()
            && let word @ ("log" | "lin") = &text[last]
        {
            log = word == "log";
            words.pop();
        }
        let (Some(start), Some(end)) = (words.first(), words.last()) else {
            self.wrong(second.end..text.len(), "the two ends are missing", example);
            return None;
        };
        let range = start.start..end.end;
        let Some((low, high)) = text[range.clone()].split_once("..") else {
            self.wrong(range.clone(), format!("`{}` is not FROM..TO", &text[range]), example);
            return None;
        };
        let ends = [range.start..range.start + low.len(), range.end - high.len()..range.end];
        let [from, to] = self.ends(ends, &target, &unit)?;
        if from >= to {
            self.wrong(range, "the first end is not below the second", example);
            return None;
        }
        if log && from <= 0.0 {
            self.wrong(range, "equal ratios begin above 0", "write `lin`, or a first end above 0");
            return None;
        }
        let least = match target {
            Target::Amount(_) => Some("an amount is not negative"),
            Target::Gap(_) if from == 0.0 => Some("a gap is above 0"),
            Target::Gap(_) => Some("a gap is above 0"),
            Target::Split(_) => Some("parts are percent, from 0 to 100"),
            _ => None,
        };
        let gap = matches!(target, Target::Gap(_));
        let split = matches!(target, Target::Split(_));
        if let Some(message) = least
            && (from < 0.0 || gap && from == 0.0 || split && to > 100.0)
        {
            self.wrong(range, message, example);
            return None;
        }
        Some(Varied { target, from, to, unit, log, count, place: self.source.whole() })
    }

    /// What is varied, and its unit.
    fn target(&mut self, first: Range<usize>, second: Range<usize>) -> Option<(Target, Unit)> {
        let text = self.source.text();
        let (name, word) = (&text[first.clone()], &text[second.clone()]);
        let model = self.model;
        if name == "parameter" {
            let parameter = model.parameters.iter().find(|known| known.name.text == *word).map(|known| &known.unit);
            let covariate = model.covariates.iter().find(|known| known.name.text == *word).map(|known| &known.unit);
            let Some(unit) = parameter.or(covariate) else {
                let parameters = model.parameters.iter().map(|known| known.name.text.as_str());
                let covariates = model.covariates.iter().map(|known| known.name.text.as_str());
                let help = listing(word, parameters.chain(covariates).collect::<Vec<_>>(), "parameters");
                self.wrong(second, format!("unknown parameter `{word}`"), help);
                return None;
            };
            return Some((Target::Parameter(word.into()), unit.clone()));
        }
        let Some(dose) = model.doses.iter().find(|known| known.name.text == *name) else {
            let known = model.doses.iter().map(|known| known.name.text.as_str()).chain(["parameter"]);
            let help = listing(name, known.collect::<Vec<_>>(), "dose entries");
            self.wrong(first, format!("unknown dose entry `{name}`"), help);
            return None;
        };
        let entry = name.to_string();
        Some(match word {
            "amount" => match &dose.kind {
                DoseKind::Into { unit, .. } => {
                    (Target::Amount(entry), Unit::parse_str(&behind_number(unit)).unwrap_or_else(|_| unit.clone()))
                }
                _ => {
                    self.wrong(second, format!("`{entry}` has no amount"), "its time can be varied");
                    return None;
                }
            },
            "time" => (Target::Time(entry), model.time.clone()),
            "gap" => (Target::Gap(entry), model.time.clone()),
            "split" => (Target::Split(entry), Unit::parse_str("percent").expect("a known unit")),
            _ => {
                self.wrong(second, format!("`{word}` cannot be varied"), listing(word, WORDS, "what can be varied"));
                return None;
            }
        })
    }

    /// Both ends in the unit; a number alone has it already, or that of the second end.
    fn ends(&mut self, places: [Range<usize>; 2], target: &Target, unit: &Unit) -> Option<[f64; 2]> {
        let text = self.source.text();
        let mut read = |place: Range<usize>| {
            let mut place = place;
            if matches!(target, Target::Split(_)) && text[place.clone()].trim_end().ends_with('%') {
                place.end = place.start + text[place.clone()].trim_end().len() - 1;
            }
            let found = Quantity::parse(self.source, place.clone(), &mut self.problems)?;
            Some((found, self.source.span(place)))
        };
        let (low, high) = (read(places[0].clone()), read(places[1].clone()));
        let (low, high) = (low?, high?);
        let plain = |quantity: &Quantity| quantity.unit == Unit::one();
        let default = if plain(&high.0) { unit.clone() } else { high.0.unit.clone() };
        let mut end = |(quantity, span): (Quantity, Span)| {
            let quantity = if plain(&quantity) { Quantity { unit: default.clone(), ..quantity } } else { quantity };
            quantity.expect(unit, "an end of the sweep", &span, &mut self.problems)
        };
        let (low, high) = (end(low), end(high));
        Some([low?, high?])
    }
}

/// Places of the words of a text.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        match (letter.is_whitespace(), start) {
            (true, Some(from)) => {
                found.push(from..at);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    found
}

//! A survey as text and tables.

use super::{Doubt, Spread, Survey};
use crate::model::Model;
use crate::trajectory::{aligned, brief, number, quoted};

/// A line of a CSV.
type Line = Vec<String>;

impl Survey {
    /// For reading: all numbers, then what is suspicious, at most so many rows of it. `name` is that of the table.
    pub fn text(&self, model: &Model, name: &str, most: usize) -> String {
        let (first, last) = self.times();
        let mut text = format!(
            "{name} for `{}`: {}, {}, time {} to {} {}\n",
            model.name,
            counted(self.subjects.len(), "subject"),
            counted(self.observations(), "observation"),
            brief(first),
            brief(last),
            model.time
        );
        text += &format!("\nOutputs\n{}", aligned(&self.output_lines(model)));
        if self.doses.is_empty() {
            text += "\nDoses: none\n";
        } else {
            let whose = if self.dosed { "" } else { ": none in the table, so every subject has those of the run" };
            text += &format!("\nDoses{whose}\n{}", aligned(&self.dose_lines(model)));
        }
        if !self.covariates.is_empty() {
            text += &format!("\nCovariates\n{}", aligned(&self.covariate_lines(model)));
        }
        if !self.occasions.is_empty() {
            let one = |(occasion, count): &(Option<u32>, usize)| {
                vec![occasion.map_or("none".into(), |occasion| occasion.to_string()), count.to_string()]
            };
            let head = vec!["occasion".to_string(), "observations".to_string()];
            let lines: Vec<Line> = std::iter::once(head).chain(self.occasions.iter().map(one)).collect();
            text += &format!("\nOccasions\n{}", aligned(&lines));
        }
        text + &self.suspicious_text(model, most)
    }

    fn output_lines(&self, model: &Model) -> Vec<Line> {
        let head = ["output", "unit", "subjects", "observations", "below limit", "above limit", "min", "median", "max"];
        let mut lines =
            vec![head.into_iter().chain(["per subject", "time", "value/typical"]).map(String::from).collect()];
        for one in &self.outputs {
            let output = &model.outputs[one.output];
            let share = 100.0 * one.below as f64 / one.observations as f64;
            lines.push(vec![
                output.name.text.clone(),
                output.unit.to_string(),
                one.subjects.to_string(),
                one.observations.to_string(),
                if one.below == 0 { "0".into() } else { format!("{} ({} %)", one.below, brief(share)) },
                one.above.to_string(),
                brief(one.values.min),
                brief(one.values.median),
                brief(one.values.max),
                spread(&one.by_subject),
                format!("{} to {} {}", brief(one.times.min), brief(one.times.max), model.time),
                one.quotient.map_or("-".into(), brief),
            ]);
        }
        lines
    }

    fn dose_lines(&self, model: &Model) -> Vec<Line> {
        let head = ["entry", "unit", "subjects", "doses", "total", "amount", "per subject"];
        let mut lines = vec![head.map(String::from).to_vec()];
        for one in &self.doses {
            let (unit, marker) = unit(model, one.entry);
            lines.push(vec![
                model.doses[one.entry].name.text.clone(),
                if marker { "-".into() } else { unit },
                one.subjects.to_string(),
                one.count.to_string(),
                if marker { "-".into() } else { brief(one.total) },
                if marker { "-".into() } else { spread(&one.amounts) },
                spread(&one.by_subject),
            ]);
        }
        lines
    }

    fn covariate_lines(&self, model: &Model) -> Vec<Line> {
        let head = ["covariate", "unit", "subjects", "missing", "default", "changing", "min", "median", "max"];
        let mut lines = vec![head.map(String::from).to_vec()];
        for one in &self.covariates {
            let covariate = &model.covariates[one.covariate];
            lines.push(vec![
                covariate.name.text.clone(),
                covariate.unit.to_string(),
                one.subjects.to_string(),
                one.missing.to_string(),
                brief(covariate.default),
                one.changing.to_string(),
                brief(one.values.min),
                brief(one.values.median),
                brief(one.values.max),
            ]);
        }
        lines
    }

    fn suspicious_text(&self, model: &Model, most: usize) -> String {
        if self.suspicious.is_empty() {
            return "\nNothing suspicious\n".into();
        }
        let head = ["line", "subject", "output", "time", "value", "rule", "why"];
        let mut lines = vec![head.map(String::from).to_vec()];
        for one in self.suspicious.iter().take(most) {
            let dash = |text: &str| if text.is_empty() { "-".to_string() } else { text.to_string() };
            lines.push(vec![
                one.line.to_string(),
                dash(&one.subject),
                one.output.map_or("-".into(), |output| model.outputs[output].name.text.clone()),
                brief(one.time),
                brief(one.value),
                one.doubt.name().into(),
                one.reason.clone(),
            ]);
        }
        let mut text = format!("\nSuspicious: {}\n{}", self.suspicious.len(), aligned(&lines));
        if self.suspicious.len() > most {
            text += &format!("and {} more\n", self.suspicious.len() - most);
        }
        text += "\nRules\n";
        for doubt in Doubt::ALL {
            if self.suspicious.iter().any(|one| one.doubt == doubt) {
                text += &folded(&format!("  {}:", doubt.name()), doubt.text());
            }
        }
        text
    }

    /// A line a subject: numbers of observations in all and of each output, times, doses and their totals, covariates
    /// (empty where the table tells none).
    pub fn subjects_csv(&self, model: &Model) -> String {
        let time = &model.time;
        let mut head: Line = vec!["subject".into(), "observations".into(), "below_limit".into()];
        head.extend([format!("first_time [{time}]"), format!("last_time [{time}]")]);
        head.extend(self.outputs.iter().map(|one| format!("n_{}", model.outputs[one.output].name)));
        for one in &self.doses {
            let name = &model.doses[one.entry].name;
            head.push(format!("doses_{name}"));
            let (unit, marker) = unit(model, one.entry);
            head.extend((!marker).then(|| format!("amount_{name} [{unit}]")));
        }
        head.extend(model.covariates.iter().map(|covariate| format!("{} [{}]", covariate.name, covariate.unit)));
        let lines = self.subjects.iter().map(|subject| {
            let mut line: Line =
                vec![subject.name.clone(), subject.observations.to_string(), subject.below.to_string()];
            line.extend([number(subject.times.0), number(subject.times.1)]);
            line.extend(subject.by_output.iter().map(usize::to_string));
            for (one, (count, total)) in self.doses.iter().zip(&subject.doses) {
                line.push(count.to_string());
                line.extend((!unit(model, one.entry).1).then(|| number(*total)));
            }
            line.extend(subject.covariates.iter().map(|value| value.map_or_else(String::new, number)));
            line
        });
        csv(std::iter::once(head).chain(lines))
    }

    /// A line an output.
    pub fn outputs_csv(&self, model: &Model) -> String {
        let time = &model.time;
        let head = ["output", "unit", "subjects", "observations", "below_limit", "above_limit", "below_share"];
        let head = head.into_iter().chain(["min", "median", "max", "per_subject_min", "per_subject_median"]);
        let mut head: Line = head.chain(["per_subject_max"]).map(String::from).collect();
        head.extend([format!("first_time [{time}]"), format!("last_time [{time}]"), "value_over_typical".into()]);
        let lines = self.outputs.iter().map(|one| {
            let output = &model.outputs[one.output];
            let mut line: Line = vec![output.name.text.clone(), output.unit.to_string()];
            line.extend([one.subjects, one.observations, one.below, one.above].map(|count| count.to_string()));
            line.push(number(one.below as f64 / one.observations as f64));
            line.extend([one.values.min, one.values.median, one.values.max].map(number));
            line.extend([one.by_subject.min, one.by_subject.median, one.by_subject.max].map(number));
            line.extend([one.times.min, one.times.max, one.quotient.unwrap_or(f64::NAN)].map(number));
            line
        });
        csv(std::iter::once(head).chain(lines))
    }

    /// A line for everything suspicious.
    pub fn suspicious_csv(&self, model: &Model) -> String {
        let time = format!("time [{}]", model.time);
        let head = ["line", "subject", "output", &time, "value", "unit", "rule", "reason"].map(String::from).to_vec();
        let lines = self.suspicious.iter().map(|one| {
            let output = one.output.map(|output| &model.outputs[output]);
            vec![
                one.line.to_string(),
                one.subject.clone(),
                output.map_or_else(String::new, |output| output.name.text.clone()),
                number(one.time),
                number(one.value),
                output.map_or_else(String::new, |output| output.unit.to_string()),
                one.doubt.name().into(),
                one.reason.clone(),
            ]
        });
        csv(std::iter::once(head).chain(lines))
    }

    /// All of it as one table, a number a line: `section,name,quantity,value,unit,line,reason`. Sections are data, output,
    /// dose, covariate, occasion and suspicious, where `name` is the subject, `quantity` the rule and `value` DV.
    pub fn csv(&self, model: &Model) -> String {
        let head = ["section", "name", "quantity", "value", "unit", "line", "reason"].map(String::from).to_vec();
        let mut lines = vec![head];
        let mut add = |section: &str, name: &str, quantity: &str, value: f64, unit: &str| {
            let value = number(value);
            lines.push([section, name, quantity, &value, unit, "", ""].map(String::from).to_vec());
        };
        let time = model.time.to_string();
        let (first, last) = self.times();
        add("data", "", "subjects", self.subjects.len() as f64, "");
        add("data", "", "observations", self.observations() as f64, "");
        add("data", "", "first_time", first, &time);
        add("data", "", "last_time", last, &time);
        for one in &self.outputs {
            let output = &model.outputs[one.output];
            let (name, unit) = (&*output.name.text, &*output.unit.to_string());
            add("output", name, "subjects", one.subjects as f64, "");
            add("output", name, "observations", one.observations as f64, "");
            add("output", name, "below_limit", one.below as f64, "");
            add("output", name, "above_limit", one.above as f64, "");
            add("output", name, "below_share", one.below as f64 / one.observations as f64, "");
            let (values, counts, times) = (&one.values, &one.by_subject, &one.times);
            for (what, value) in [("min", values.min), ("median", values.median), ("max", values.max)] {
                add("output", name, what, value, unit);
            }
            for (what, count) in [("min", counts.min), ("median", counts.median), ("max", counts.max)] {
                add("output", name, &format!("per_subject_{what}"), count, "");
            }
            add("output", name, "first_time", times.min, &time);
            add("output", name, "last_time", times.max, &time);
            add("output", name, "value_over_typical", one.quotient.unwrap_or(f64::NAN), "");
        }
        for one in &self.doses {
            let (unit, marker) = unit(model, one.entry);
            let name = &*model.doses[one.entry].name.text;
            add("dose", name, "subjects", one.subjects as f64, "");
            add("dose", name, "doses", one.count as f64, "");
            if !marker {
                add("dose", name, "total", one.total, &unit);
            }
            let counts = &one.by_subject;
            for (what, count) in [("min", counts.min), ("median", counts.median), ("max", counts.max)] {
                add("dose", name, &format!("per_subject_{what}"), count, "");
            }
        }
        for one in &self.covariates {
            let covariate = &model.covariates[one.covariate];
            let (name, unit) = (&*covariate.name.text, &*covariate.unit.to_string());
            add("covariate", name, "subjects", one.subjects as f64, "");
            add("covariate", name, "missing", one.missing as f64, "");
            add("covariate", name, "default", covariate.default, unit);
            add("covariate", name, "changing", one.changing as f64, "");
            let values = &one.values;
            for (what, value) in [("min", values.min), ("median", values.median), ("max", values.max)] {
                add("covariate", name, what, value, unit);
            }
        }
        for (occasion, count) in &self.occasions {
            let name = occasion.map_or("none".into(), |occasion| occasion.to_string());
            add("occasion", &name, "observations", *count as f64, "");
        }
        for one in &self.suspicious {
            let unit = one.output.map_or_else(String::new, |output| model.outputs[output].unit.to_string());
            lines.push(vec![
                "suspicious".into(),
                one.subject.clone(),
                one.doubt.name().into(),
                number(one.value),
                unit,
                one.line.to_string(),
                one.reason.clone(),
            ]);
        }
        csv(lines.into_iter())
    }
}

/// Unit of a dose entry, and whether it is a marker, which has none.
fn unit(model: &Model, entry: usize) -> (String, bool) {
    match &model.doses[entry].kind {
        crate::model::DoseKind::Into { unit, .. } => (unit.to_string(), false),
        _ => ("1".into(), true),
    }
}

/// A text behind its head in lines of at most 100 letters, the later ones set in.
fn folded(head: &str, text: &str) -> String {
    let (mut lines, mut line) = (String::new(), head.to_string());
    for word in text.split(' ') {
        if line.len() + 1 + word.len() > 100 {
            lines += &format!("{line}\n");
            line = "   ".into();
        }
        line += &format!(" {word}");
    }
    lines + &line + "\n"
}

/// `1 subject`, `12 subjects`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// `11`, or `3 / 11 / 12` for least, median and greatest.
fn spread(spread: &Spread) -> String {
    if spread.min == spread.max {
        return brief(spread.min);
    }
    format!("{} / {} / {}", brief(spread.min), brief(spread.median), brief(spread.max))
}

fn csv(lines: impl Iterator<Item = Line>) -> String {
    let line = |line: Line| line.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",") + "\n";
    lines.map(line).collect()
}

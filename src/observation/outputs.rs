//! Which output a row asks for.

use super::columns::Columns;
use super::mistakes::Mistakes;
use crate::diagnostic::codes::data;
use crate::diagnostic::{Diagnostic, Span, listing};
use crate::model::Model;
use crate::trajectory::Fields;

/// Finds the output of a row, and tells each kind of mistake once.
pub(super) struct Outputs<'m> {
    model: &'m Model,
    /// The only one with a residual error.
    usual: Option<usize>,
    refused: Vec<usize>,
    unnamed: bool,
}

impl<'m> Outputs<'m> {
    pub fn of(model: &'m Model) -> Self {
        let mut with_error = (0..model.outputs.len()).filter(|at| model.outputs[*at].error.is_some());
        let usual = with_error.next().filter(|_| with_error.next().is_none());
        Self { model, usual, refused: Vec::new(), unnamed: false }
    }

    pub fn at(&mut self, columns: &Columns, table: &Fields, row: usize, told: &mut Mistakes) -> Option<usize> {
        let (text, place) = columns.output(table, row);
        let output = if text.is_empty() {
            if self.usual.is_none() && !self.unnamed {
                self.unnamed = true;
                self.tell_unnamed(place.clone(), told);
            }
            self.usual?
        } else {
            match self.named(&text) {
                Some(output) => output,
                None => {
                    let names = self.model.outputs.iter().map(|output| output.name.text.as_str());
                    let help = listing(&text, names, "outputs");
                    let message = format!("`{text}` is not an output of `{}`", self.model.name);
                    told.tell(&data::DESIGN_OUTPUT, message, place, &help);
                    return None;
                }
            }
        };
        if self.model.outputs[output].error.is_none() {
            if !self.refused.contains(&output) {
                self.refused.push(output);
                let mut found = no_error_model(self.model, output);
                found.label(place, "is to be observed");
                told.problems.push(found);
                told.count += 1;
            }
            return None;
        }
        Some(output)
    }

    fn named(&self, text: &str) -> Option<usize> {
        let outputs = &self.model.outputs;
        let by_name = outputs.iter().position(|output| output.name.text == text);
        by_name.or_else(|| text.parse::<usize>().ok().filter(|n| (1..=outputs.len()).contains(n)).map(|n| n - 1))
    }

    fn tell_unnamed(&self, place: Span, told: &mut Mistakes) {
        let with_error: Vec<&str> = self
            .model
            .outputs
            .iter()
            .filter(|output| output.error.is_some())
            .map(|output| output.name.text.as_str())
            .collect();
        if with_error.is_empty() {
            let message = format!("no output of `{}` has a residual error", self.model.name);
            told.tell(&data::NO_ERROR_MODEL, message, place, ERROR_HELP);
        } else {
            let help = format!("add a column DVID; outputs with a residual error: {}", with_error.join(", "));
            told.tell(&data::DESIGN_OUTPUT, "which output is to be observed?".into(), place, &help);
        }
    }
}

const ERROR_HELP: &str = "declare it under [outputs.NAME] in a copy of the model: \
                          error = { model = \"proportional\", sd = 0.3, assumption = \"A1: ...\" }";

/// Why an output cannot be observed.
pub(super) fn no_error_model(model: &Model, output: usize) -> Diagnostic {
    let name = &model.outputs[output].name;
    let mut found =
        Diagnostic::error(&data::NO_ERROR_MODEL, format!("output `{name}` of `{}` has no residual error", model.name));
    found.help(ERROR_HELP.replace("NAME", name));
    found
}

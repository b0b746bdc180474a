//! The rarer clauses of a dose: caps, conditions, steps, resets.

use std::ops::Range;

use super::dose::{Amount, Located, OnlyIf};
use super::parse::{Reader, is_name};
use super::words::{Cut, Keyword};
use crate::diagnostic::codes::regimen as codes;
use crate::unit::Quantity;

impl Reader<'_> {
    /// `cap 800 mg`.
    pub(super) fn cap(&mut self, place: Range<usize>) -> Option<Located<Quantity>> {
        let span = self.source.span(place.clone());
        let quantity = Quantity::parse(self.source, place, self.problems)?;
        if quantity.value <= 0.0 {
            let told = self.problems.error(&codes::DOSE_AMOUNT, format!("a cap is above 0: {quantity}"));
            told.label(span, "").help("the most that is given: `8 mg/kg cap 800 mg`");
            return None;
        }
        Some(Located::new(quantity, span))
    }

    /// `if weight < 30 kg`, `if weight >= 30 kg`.
    pub(super) fn only_if(&mut self, place: Range<usize>) -> Option<Located<OnlyIf>> {
        let span = self.source.span(place.clone());
        let text = span.text();
        let found = [(">=", false), ("<", true)].into_iter().find_map(|(sign, below)| {
            let (name, rest) = text.split_once(sign)?;
            let at = place.start + name.len() + sign.len();
            let start = at + (rest.len() - rest.trim_start().len());
            (is_name(name.trim()) && !rest.starts_with('=')).then(|| (name.trim().to_string(), below, start..place.end))
        });
        let Some((covariate, below, limit)) = found else {
            let told = self.problems.error(&codes::DOSE_CONDITION, format!("`{text}` is no condition on a covariate"));
            told.label(span, "").help("write `if weight < 30 kg` or `if weight >= 30 kg`");
            return None;
        };
        let limit = Quantity::parse(self.source, limit, self.problems)?;
        Some(Located::new(OnlyIf { covariate, below, limit }, span))
    }

    /// `step 1/2/5 mg`.
    pub(super) fn steps(&mut self, place: Range<usize>) -> Option<Located<Amount>> {
        let span = self.source.span(place.clone());
        let text = span.text();
        let parts: Vec<&str> = text.split('/').collect();
        let number = |part: &&str| Some((part.len() + 1, part.trim().parse::<f64>().ok()?));
        let (lengths, mut steps): (Vec<usize>, Vec<f64>) = parts[..parts.len() - 1].iter().map_while(number).unzip();
        // The last step stands before the unit of all.
        let start = place.start + lengths.iter().sum::<usize>();
        let last = Quantity::parse(self.source, start..place.end, self.problems)?;
        steps.push(last.value);
        if let Some(wrong) = steps.iter().find(|step| !step.is_finite() || **step < 0.0) {
            let told = self.problems.error(&codes::DOSE_AMOUNT, format!("a step is finite and not negative: {wrong}"));
            told.label(span, "").help("write `step 1/2/5 mg at 0, 7, 14 d`");
            return None;
        }
        Some(Located::new(Amount::Steps(steps, last.unit), span))
    }

    /// A reset has nothing but times.
    pub(super) fn bare_reset(&mut self, cut: &Cut) -> bool {
        let amount = cut.amount.first().map(|first| first.start..cut.amount[cut.amount.len() - 1].end);
        let other = cut.clauses.iter().find(|clause| clause.keyword != Keyword::At).map(|clause| clause.place.clone());
        let Some(place) = amount.or(other) else { return true };
        let told = self.problems.error(&codes::DOSE_SYNTAX, "a reset has nothing but times");
        told.label(self.source.span(place), "").help("write `reset at 5 d`; a dose at that time stands behind it");
        false
    }
}

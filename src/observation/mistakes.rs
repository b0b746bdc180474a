//! The mistakes of a table, counted.

use crate::diagnostic::codes::data;
use crate::diagnostic::{Code, Problems, Source, Span};

/// At most so many mistakes are told one by one.
pub(super) const TOLD: usize = 20;

/// The mistakes of a table, the first of them told, the rest counted.
pub(super) struct Mistakes<'a> {
    pub problems: &'a mut Problems,
    pub count: usize,
}

impl Mistakes<'_> {
    /// Tells a mistake; further remedies go to what it returns.
    pub fn tell(&mut self, code: &'static Code, message: String, place: Span, help: &str) {
        self.count += 1;
        if self.count > TOLD {
            return;
        }
        let found = self.problems.error(code, message);
        found.label(place, "");
        if !help.is_empty() {
            found.help(help);
        }
    }

    /// Tells how many more there were; gives how many in all.
    pub fn finish(self, source: &Source) -> usize {
        if self.count > TOLD {
            self.problems
                .error(&data::DESIGN_RECORD, format!("{} more such mistakes", self.count - TOLD))
                .label(source.whole(), "");
        }
        self.count
    }
}

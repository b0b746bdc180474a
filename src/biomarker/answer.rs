use crate::crs::{Bound, Truth};

/// What a score comes to for one patient at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The number, if it or a lower bound of it is known.
    pub value: Option<f64>,
    /// The class, if what is known decides it.
    pub class: Option<&'static str>,
    /// What can be said of the value.
    pub bound: Bound,
    /// Assumptions behind it, and inputs that are missing (`missing-ferritin`).
    pub flags: Vec<String>,
}

impl Answer {
    /// A value that nothing missing could change.
    pub(super) fn exact(value: f64) -> Self {
        Self { value: Some(value), class: None, bound: Bound::Exact, flags: Vec::new() }
    }

    /// Too little is known.
    pub(super) fn undetermined() -> Self {
        Self { value: None, class: None, bound: Bound::Undetermined, flags: Vec::new() }
    }

    /// Yes is 1, no is 0, each with its class.
    pub(super) fn of(truth: Truth, yes: &'static str, no: &'static str) -> Self {
        match truth {
            Truth::True => Self::exact(1.0).class(yes),
            Truth::False => Self::exact(0.0).class(no),
            Truth::Unknown => Self::undetermined(),
        }
    }

    pub(super) fn class(mut self, class: &'static str) -> Self {
        self.class = Some(class);
        self
    }

    pub(super) fn flag(mut self, flag: impl Into<String>) -> Self {
        self.flags.push(flag.into());
        self
    }
}

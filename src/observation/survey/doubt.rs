//! The rules by which rows are suspicious.

/// Why something is suspicious.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// Two observations of one output at one time.
    Duplicate,
    /// Two dose records alike.
    RepeatedDose,
    /// A value far from the other values of its output.
    Far,
    /// A value far from the one before or behind it.
    Jump,
    /// A value before the first dose, where the model has none.
    BeforeDose,
    /// A time that a run does not reach.
    OutsideRun,
    /// A subject whose observations all lie below a limit.
    AllBelow,
    /// A subject with one observation.
    Single,
    /// A subject without dose records, where others have some.
    NoDose,
    /// A subject without observations.
    NoObservation,
    /// All values of an output in another unit than the model's, as it seems.
    Unit,
}

/// Beyond this factor from the median of its output a value is far.
pub(super) const FAR: f64 = 1000.0;
/// Within this factor of what is expected it is not, after all.
pub(super) const EXPLAINED: f64 = 100.0;
/// Beyond this factor two consecutive values are a jump.
pub(super) const JUMP: f64 = 100.0;
/// What must remain of a jump after division by the typical prediction.
pub(super) const REMAINS: f64 = 30.0;
/// The share of the observed span within which consecutive values are compared.
pub(super) const SPAN: f64 = 0.1;
/// So many standard deviations, by medians, of what is usual for an output are no surprise.
pub(super) const ROBUST: f64 = 6.0;
/// So many standard deviations of the residual error at a prediction of 0 are no surprise.
pub(super) const SPREAD: f64 = 5.0;
/// Predictions below this share of the greatest of their subject and output are not divided by.
pub(super) const FLOOR: f64 = 1e-6;

impl Doubt {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Duplicate,
        Self::RepeatedDose,
        Self::Far,
        Self::Jump,
        Self::BeforeDose,
        Self::OutsideRun,
        Self::AllBelow,
        Self::Single,
        Self::NoDose,
        Self::NoObservation,
        Self::Unit,
    ];

    /// As tables name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::RepeatedDose => "repeated_dose",
            Self::Far => "far",
            Self::Jump => "jump",
            Self::BeforeDose => "before_dose",
            Self::OutsideRun => "outside_run",
            Self::AllBelow => "all_below",
            Self::Single => "single",
            Self::NoDose => "no_dose",
            Self::NoObservation => "no_observation",
            Self::Unit => "unit",
        }
    }

    /// What it looks at.
    pub fn text(self) -> &'static str {
        match self {
            Self::Duplicate => "the same subject, time and output twice",
            Self::RepeatedDose => "the same subject, time, dose entry and amount twice",
            Self::Far => {
                "more than 1000-fold from the median of its output over all subjects, and not explained: from the typical \
                 prediction (times the median quotient of value and prediction) more than 100-fold, more than 6 standard \
                 deviations (by medians) of such quotients, and more than 5 of the residual error at a prediction of 0"
            }
            Self::Jump => {
                "more than 100-fold from the value before or behind it within a tenth of the subject's observed span, and \
                 more than 30-fold if both are divided by their typical predictions: there and back again, or more than 6 \
                 standard deviations (by medians) of such steps; and from its own prediction more than 5 standard deviations of \
                 the residual error at a prediction of 0"
            }
            Self::BeforeDose => "a value above 0 before the first dose, where the typical prediction is 0",
            Self::OutsideRun => "before a run of the model starts, or after it ends: a fit needs a later end",
            Self::AllBelow => "all observations of the subject lie below a limit of quantification",
            Self::Single => "the subject has one observation",
            Self::NoDose => "the subject has no dose, and others have",
            Self::NoObservation => "the subject has no observation",
            Self::Unit => {
                "of the rows with a prediction of at least a thousandth of its maximum half are about 1000, 1e6 or 1e9 times \
                 the typical prediction or a part of it, and three quarters more than 100-fold away on that side"
            }
        }
    }
}

/// Something suspicious.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspicious {
    /// Line of the table, counted from 1; of something about a subject or an output its first line.
    pub line: usize,
    /// Name of the subject; empty if it is about all.
    pub subject: String,
    /// Place among the outputs of the model, if it is about one.
    pub output: Option<usize>,
    /// In the time unit of the model; NaN if it is about no row.
    pub time: f64,
    /// DV in the unit of the output; NaN if it is about no observation.
    pub value: f64,
    /// By which rule.
    pub doubt: Doubt,
    /// Why, with the numbers.
    pub reason: String,
}

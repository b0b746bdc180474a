//! The nouns of a checked model. Numbers are in the units the file declares.

use std::fmt;
use std::ops::Deref;

use crate::diagnostic::{Source, Span};
use crate::error_model::ErrorModel;
use crate::expression::Expression;
use crate::regimen::Regimen;
use crate::sign::Sign;
use crate::unit::{Quantity, Scales, Unit};

/// A name and where it is defined.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// The name.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

impl Deref for Named {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// How far a model may be trusted; shown wherever the model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maturity {
    /// Equations and values as published.
    Exact,
    /// Published, with stated assumptions where the publication leaves gaps.
    Assumptions,
    /// Plausible behaviour from assumptions; not a published model.
    Illustrative,
}

impl Maturity {
    /// The word in model files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Assumptions => "assumptions",
            Self::Illustrative => "illustrative",
        }
    }
}

/// Where a model was published.
#[derive(Debug, Clone, PartialEq)]
pub struct Citation {
    /// Authors, journal, year.
    pub text: String,
    /// DOI, without prefix.
    pub doi: Option<String>,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Provenance {
    /// A publication and the place in it.
    Source(String),
    /// An assumption with its number and text.
    Assumption {
        /// As `A3`.
        number: String,
        /// What is assumed and on what it rests.
        text: String,
    },
}

/// What a run does unless told otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults {
    /// End of the run.
    pub until: Quantity,
    /// Parameter set.
    pub parameters: Option<Named>,
    /// Doses.
    pub regimen: Regimen,
}

/// A quantity that the solver integrates.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Name.
    pub name: Named,
    /// Unit of the state.
    pub unit: Unit,
    /// Text for figures.
    pub label: String,
    /// Start value, of parameters and covariates.
    pub start: Expression,
    /// Change per unit of time.
    pub rate: Expression,
    /// Magnitude below which relative accuracy is no longer asked for (absolute tolerance = rtol x this).
    pub tolerance: f64,
    /// Extinction, if declared.
    pub floor: Option<Floor>,
}

/// Extinction: a downward crossing sets the state to 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Floor {
    /// The threshold, in the unit of the state.
    pub value: f64,
    /// Whether the state stays 0 until a dose.
    pub absorbing: bool,
}

/// A number of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Name.
    pub name: Named,
    /// Value; none if every set gives one.
    pub value: Option<f64>,
    /// Unit.
    pub unit: Unit,
    /// Allowed range.
    pub bounds: Option<(f64, f64)>,
    /// Text for tables.
    pub label: String,
    /// Where the value comes from; none where there is no value.
    pub provenance: Option<Provenance>,
    /// Between-subject variability.
    pub variability: Option<Variability>,
}

impl Parameter {
    /// Whether its value has no source but an assumption.
    pub fn rests_on_assumption(&self) -> bool {
        matches!(self.provenance, Some(Provenance::Assumption { .. }))
    }
}

/// Between-subject variability of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Variability {
    /// Size on the stated scale.
    pub spread: Spread,
    /// `lognormal`, `normal` or `logit`.
    pub distribution: String,
    /// Where it comes from, if from elsewhere than the value.
    pub provenance: Option<Provenance>,
}

/// Size of variability, with its scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    /// Standard deviation of the random effect.
    StandardDeviation(f64),
    /// Variance of the random effect.
    Variance(f64),
    /// Coefficient of variation of the parameter.
    CoefficientOfVariation(f64),
}

/// Correlation of the random effects of two parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// The two parameters.
    pub between: [String; 2],
    /// Between -1 and 1.
    pub value: f64,
}

/// One class of a mixture.
#[derive(Debug, Clone, PartialEq)]
pub struct MixtureClass {
    /// Name.
    pub name: String,
    /// Share of the population.
    pub probability: f64,
    /// Parameters with other values in this class.
    pub parameters: Vec<(String, f64)>,
}

/// How a covariate goes on between records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carry {
    /// The next record's value holds from the record before (NONMEM).
    Next,
    /// The last record's value holds.
    Last,
}

/// A property of the patient.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariate {
    /// Name.
    pub name: Named,
    /// Unit.
    pub unit: Unit,
    /// Value where none is given.
    pub default: f64,
    /// Between records.
    pub carry: Carry,
    /// Text for tables.
    pub label: String,
}

/// A named expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Derived {
    /// Name.
    pub name: Named,
    /// Its unit, declared or found.
    pub unit: Option<Unit>,
    /// The expression.
    pub value: Expression,
    /// Text for tables.
    pub label: String,
}

/// Something that is on or off, with located borders.
#[derive(Debug, Clone, PartialEq)]
pub struct Switch {
    /// Name; a condition in expressions.
    pub name: Named,
    /// What turns it.
    pub trigger: Trigger,
    /// How long `on` must hold first.
    pub hold: Option<Quantity>,
    /// Minimum time on.
    pub at_least: Option<Quantity>,
    /// Text for tables and figures.
    pub label: String,
    /// If it is a step of supportive care: what it sets while on.
    pub care: Option<Care>,
}

/// What turns a switch.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// On from this time.
    Time(Expression),
    /// On as long as this holds.
    While(Expression),
    /// On from when the first becomes true until the second does (for good, if there is none).
    Between(Expression, Option<Expression>),
}

impl Trigger {
    /// Its conditions.
    pub fn conditions(&self) -> impl Iterator<Item = &Expression> {
        match self {
            Self::Time(_) => [None, None],
            Self::While(on) | Self::Between(on, None) => [Some(on), None],
            Self::Between(on, Some(off)) => [Some(on), Some(off)],
        }
        .into_iter()
        .flatten()
    }
}

/// What a step of supportive care sets.
#[derive(Debug, Clone, PartialEq)]
pub struct Care {
    /// Signs and their values in the units of the vocabulary.
    pub sets: Vec<(Sign, f64)>,
    /// On what the step rests.
    pub provenance: Provenance,
}

/// Where doses of a name go.
#[derive(Debug, Clone, PartialEq)]
pub struct DoseEntry {
    /// Name used by `--dose`.
    pub name: Named,
    /// What it does.
    pub kind: DoseKind,
    /// Text for figures.
    pub label: String,
    /// Signs that a dose sets from then on, as `anticytokine_given`.
    pub sets: Vec<(Sign, f64)>,
}

/// What a dose does.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a model has a handful of entries")]
pub enum DoseKind {
    /// Is added to a state.
    Into {
        /// Index of the state.
        state: usize,
        /// Unit of amounts on the command line, if not given.
        unit: Unit,
        /// Bioavailable fraction.
        fraction: Option<Expression>,
        /// Delay.
        lag: Option<Expression>,
        /// Duration of the infusion, unless the dose says.
        duration: Option<Expression>,
        /// Rate of the infusion, unless the dose says.
        rate: Option<Expression>,
    },
    /// Only its times are read.
    Marker,
    /// Is refused, with the reason.
    Refused(String),
}

/// Something reported.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Name.
    pub name: Named,
    /// Its value.
    pub value: Expression,
    /// Unit.
    pub unit: Unit,
    /// Text for figures.
    pub label: String,
    /// Whether figures use a log axis.
    pub log: bool,
    /// Assay.
    pub assay: Option<String>,
    /// Lower limit of quantification, in the unit of the output.
    pub lloq: Option<f64>,
    /// Residual error.
    pub error: Option<ErrorDeclaration>,
}

/// Residual error as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorDeclaration {
    /// The model with its sizes; `additive` on the logarithm is `Lognormal`.
    pub model: ErrorModel,
    /// Where the sizes come from.
    pub provenance: Provenance,
}

/// A declared end point: a threshold that an output reaches, and perhaps loses again.
#[derive(Debug, Clone, PartialEq)]
pub struct EndPoint {
    /// Name.
    pub name: Named,
    /// What is followed.
    pub followed: Followed,
    /// From which side on it counts as reached.
    pub side: Side,
    /// The threshold, in the unit of what is followed.
    pub threshold: Threshold,
    /// The threshold as the file gives it.
    pub written: String,
    /// The end point whose loss it is a kind of: it counts only once that one was reached. Place among the end points.
    pub relapse_of: Option<usize>,
    /// Text for tables and figures.
    pub label: String,
    /// Where the criterion comes from.
    pub provenance: Provenance,
}

impl EndPoint {
    /// Name and unit of what is followed.
    pub fn output<'m>(&self, model: &'m Model) -> (&'m str, &'m Unit) {
        match self.followed {
            Followed::Output(at) => (&model.outputs[at].name, &model.outputs[at].unit),
            Followed::State(at) => (&model.states[at].name, &model.states[at].unit),
        }
    }

    /// As `tumour below 10 percent of start`.
    pub fn criterion(&self, model: &Model) -> String {
        let after = self.relapse_of.map(|at| format!(" after `{}`", model.end_points[at].name));
        format!("{} {} {}{}", self.output(model).0, self.side.word(), self.written, after.unwrap_or_default())
    }
}

/// What an end point follows: a column of the trajectory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Followed {
    /// Index of the output.
    Output(usize),
    /// Index of a state that has no output of its name.
    State(usize),
}

/// On which side of its threshold an end point is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// At or below it.
    Below,
    /// At or above it.
    Above,
}

impl Side {
    /// The key in model files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Below => "below",
            Self::Above => "above",
        }
    }
}

/// Threshold of an end point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Threshold {
    /// A value.
    Level(f64),
    /// A share of the value at the first CAR-T dose, before that dose acts.
    OfStart(f64),
}

/// How a sign is read from the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The sign.
    pub sign: Sign,
    /// Its value.
    pub value: Expression,
    /// Unit the expression is in.
    pub unit: Unit,
}

/// A checked model.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The file.
    pub source: Source,
    /// Name in the library.
    pub name: String,
    /// One line.
    pub title: String,
    /// How far it may be trusted.
    pub maturity: Maturity,
    /// Where it was published.
    pub citation: Option<Citation>,
    /// Errata and how they are handled.
    pub notes: Vec<String>,
    /// Numbers and texts of its assumptions, in the order met.
    pub assumptions: Vec<(String, String)>,
    /// Unit of `t` and of rates.
    pub time: Unit,
    /// Canonical scales of its numbers.
    pub scales: Scales,
    /// What a run does unless told otherwise.
    pub defaults: Defaults,
    /// States, in the order of the file.
    pub states: Vec<State>,
    /// Parameters.
    pub parameters: Vec<Parameter>,
    /// Covariates.
    pub covariates: Vec<Covariate>,
    /// Derived quantities, each after those it needs.
    pub derived: Vec<Derived>,
    /// Switches and steps of supportive care.
    pub switches: Vec<Switch>,
    /// Dose entries.
    pub doses: Vec<DoseEntry>,
    /// Outputs.
    pub outputs: Vec<Output>,
    /// End points.
    pub end_points: Vec<EndPoint>,
    /// Signs read from the model.
    pub readings: Vec<Reading>,
    /// Correlations of random effects.
    pub correlations: Vec<Correlation>,
    /// Classes of a mixture.
    pub mixture: Vec<MixtureClass>,
}

impl Model {
    /// Output columns of a trajectory after the states: those that are not a bare state of their own name.
    pub fn extra_outputs(&self) -> impl Iterator<Item = (usize, &Output)> {
        self.outputs
            .iter()
            .enumerate()
            .filter(|(_, output)| !self.states.iter().any(|state| state.name.text == output.name.text))
    }

    /// Whether a state, parameter, covariate, derived quantity or switch has this name.
    pub fn defines(&self, name: &str) -> bool {
        let states = self.states.iter().map(|item| &item.name);
        let parameters = self.parameters.iter().map(|item| &item.name);
        let covariates = self.covariates.iter().map(|item| &item.name);
        let derived = self.derived.iter().map(|item| &item.name);
        let switches = self.switches.iter().map(|item| &item.name);
        let mut names = states.chain(parameters).chain(covariates).chain(derived).chain(switches);
        names.any(|known| known.text == name)
    }

    /// Whether it grades: it says how at least one sign is read.
    pub fn has_signs(&self) -> bool {
        !self.readings.is_empty()
    }
}

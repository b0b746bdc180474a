//! What a fit found, in the units of the model: numbers for tables and figures, and a verdict in words.

use crate::unit::Unit;

/// A fit of a population, of everybody as one, or of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// Name of the model.
    pub model: String,
    /// Unit of times.
    pub time: Unit,
    /// As on the command line: `focei`, `saem`, `pooled`.
    pub method: String,
    /// How values below the limit were treated: `M3`.
    pub censoring: String,
    /// Minus twice the log-likelihood without N ln(2 pi), N being the number of `values`.
    pub objective: f64,
    /// Its Monte-Carlo standard error, if it is an estimate by importance sampling.
    pub objective_error: Option<f64>,
    /// Measurements that are values, and those that are censored.
    pub counts: (usize, usize),
    /// Estimates, and what was fixed.
    pub estimates: Vec<Estimate>,
    /// Covariance of the estimated ones, on the scale of estimation, row by row; none if it was not asked for or failed.
    pub covariance: Option<Covariance>,
    /// The subjects.
    pub individuals: Vec<IndividualFit>,
    /// Names of the random effects.
    pub etas: Vec<String>,
    /// 1 - sd(eta) / omega of each.
    pub shrinkage: Vec<f64>,
    /// Predictions of the measurements, by subject and time.
    pub predictions: Vec<Prediction>,
    /// The course of the search: by iteration, objective, and estimates in their units.
    pub iterations: Vec<(f64, Vec<f64>)>,
    /// Profiles of the likelihood that were asked for.
    pub profiles: Vec<Profile>,
    /// Outputs with measurements.
    pub outputs: Vec<FittedOutput>,
    /// Whether the search ended where it should.
    pub converged: bool,
    /// Verdicts, the gravest first.
    pub verdicts: Vec<Verdict>,
}

/// An output with measurements.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedOutput {
    /// Its name.
    pub name: String,
    /// For figures.
    pub label: String,
    /// Its unit.
    pub unit: Unit,
    /// Whether figures have a log axis.
    pub log: bool,
    /// Its limit of quantification.
    pub lloq: Option<f64>,
}

/// What kind of number an estimate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EstimateKind {
    /// A typical value.
    Typical,
    /// A coefficient of a covariate.
    Covariate,
    /// A variance of a random effect, or a covariance of two.
    Variance,
    /// A size of a residual error.
    Residual,
}

impl EstimateKind {
    /// Its word in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Typical => "typical",
            Self::Covariate => "covariate",
            Self::Variance => "variance",
            Self::Residual => "residual",
        }
    }
}

/// An estimated or fixed number.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// `cl`, `cl~weight`, `omega2(cl)`, `omega(cl,v)`, `conc.sd`.
    pub name: String,
    /// What it is.
    pub kind: EstimateKind,
    /// Its unit as text.
    pub unit: String,
    /// The scale of estimation: `log`, `logit`, `identity`, `cholesky`.
    pub transform: String,
    /// Where it started.
    pub start: f64,
    /// The estimate.
    pub value: f64,
    /// Standard error.
    pub se: Option<f64>,
    /// 95 % interval, symmetric on the scale of estimation.
    pub interval: Option<(f64, f64)>,
    /// Whether it was not estimated.
    pub fixed: bool,
}

impl Estimate {
    /// Relative standard error in percent.
    pub fn rse(&self) -> Option<f64> {
        self.se.filter(|_| self.value != 0.0).map(|se| 100.0 * se / self.value.abs())
    }
}

/// Covariance of the estimates.
#[derive(Debug, Clone, PartialEq)]
pub struct Covariance {
    /// `R`, `S` or `RSR`.
    pub kind: String,
    /// Names of the coordinates, as `log(cl)`.
    pub names: Vec<String>,
    /// n x n, row by row.
    pub matrix: Vec<f64>,
    /// Largest over smallest eigenvalue of the correlations.
    pub condition: f64,
}

impl Covariance {
    /// An element.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.matrix[row * self.names.len() + column]
    }

    /// A correlation: NaN where a variance is not above 0.
    pub fn correlation(&self, row: usize, column: usize) -> f64 {
        let scale = self.at(row, row).sqrt() * self.at(column, column).sqrt();
        match (row == column, scale > 0.0) {
            (_, false) => f64::NAN,
            (true, true) => 1.0,
            (false, true) => self.at(row, column) / scale,
        }
    }
}

/// A subject of a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct IndividualFit {
    /// Its name.
    pub subject: String,
    /// Its random effects at the mode.
    pub etas: Vec<f64>,
    /// Standard deviations of the random effects given the data, from the curvature at the mode.
    pub eta_sds: Vec<f64>,
    /// Names of parameters with estimates or random effects, and its values.
    pub parameters: Vec<(String, f64)>,
    /// The same at random effects of 0.
    pub typical: Vec<f64>,
    /// Its part of the objective.
    pub objective: f64,
    /// Whether its mode lies on a kink.
    pub at_kink: bool,
}

/// A measurement with its predictions.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Place of the subject.
    pub subject: usize,
    /// When.
    pub time: f64,
    /// Place among the outputs of the fit.
    pub output: usize,
    /// What was measured; the limit where the value lies beyond it.
    pub dv: f64,
    /// 0 a value, 1 below `dv`, -1 above it.
    pub cens: i8,
    /// At random effects of 0.
    pub pred: f64,
    /// At the subject's mode.
    pub ipred: f64,
    /// Individual residual over its standard deviation; none where censored. On the logarithm for `lognormal`.
    pub iwres: Option<f64>,
    /// Residual decorrelated by the FOCE linearisation; none where censored.
    pub cwres: Option<f64>,
}

/// The objective along one parameter, all others fitted anew.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Its name, as in the estimates.
    pub parameter: String,
    /// Its unit.
    pub unit: String,
    /// Values, ascending, and the objective there above its least.
    pub points: Vec<(f64, f64)>,
    /// The estimate.
    pub estimate: f64,
    /// Where the objective is 3.84 above its least on either side; none where it is not reached.
    pub interval: (Option<f64>, Option<f64>),
}

/// What data say of a parameter, by its profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Both ends.
    Identified,
    /// The lower end alone.
    FromBelow,
    /// The upper end alone.
    FromAbove,
    /// Neither.
    Flat,
    /// Elsewhere the objective is lower.
    SeveralOptima,
}

/// Fall below the estimate's objective that is another optimum.
const BELOW: f64 = 0.1;

impl Profile {
    /// What the data say.
    pub fn told(&self) -> Told {
        match self.interval {
            _ if self.least() < -BELOW => Told::SeveralOptima,
            (Some(_), Some(_)) => Told::Identified,
            (Some(_), None) => Told::FromBelow,
            (None, Some(_)) => Told::FromAbove,
            (None, None) => Told::Flat,
        }
    }

    fn least(&self) -> f64 {
        self.points.iter().map(|point| point.1).fold(0.0, f64::min)
    }

    /// The same in words.
    pub fn verdict(&self) -> String {
        let (name, word) = (&self.parameter, self.told().word());
        match self.told() {
            Told::Identified => format!("{word}: the data bound {name} on both sides"),
            Told::FromBelow => format!("{word}: the data bound {name} from below only"),
            Told::FromAbove => format!("{word}: the data bound {name} from above only"),
            Told::Flat => format!("{word}: the data do not bound {name}"),
            Told::SeveralOptima => format!(
                "{word}: elsewhere on the profile of {name} the objective is {:.2} lower than at the estimate; fit again from there, or with --starts",
                -self.least()
            ),
        }
    }
}

impl Told {
    /// In a word or two.
    pub fn word(self) -> &'static str {
        match self {
            Self::Identified => "identified",
            Self::FromBelow | Self::FromAbove => "one-sided",
            Self::Flat => "flat",
            Self::SeveralOptima => "several optima",
        }
    }
}

/// The curves of a subject, for figures.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectCurves {
    /// Place of the subject.
    pub subject: usize,
    /// Place among the outputs of the fit.
    pub output: usize,
    /// Times.
    pub times: Vec<f64>,
    /// With its own parameters.
    pub individual: Vec<f64>,
    /// At random effects of 0.
    pub population: Vec<f64>,
    /// Times of its doses.
    pub doses: Vec<f64>,
}

/// What a user should know of a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Whether it is good news.
    pub good: bool,
    /// In words.
    pub text: String,
}

impl Fitted {
    /// Places of the estimates that the columns of `iterations` are: all of them, or those that were estimated.
    pub fn iterated(&self) -> Vec<usize> {
        let columns = self.iterations.first().map_or(0, |first| first.1.len());
        let all = columns == self.estimates.len();
        (0..self.estimates.len()).filter(|at| all || !self.estimates[*at].fixed).take(columns).collect()
    }

    /// Number of estimates.
    pub fn estimated(&self) -> usize {
        self.estimates.iter().filter(|estimate| !estimate.fixed).count()
    }

    /// Minus twice the log-likelihood with N ln(2 pi).
    pub fn minus_twice(&self) -> f64 {
        self.objective + self.counts.0 as f64 * super::objective::LN_2_PI
    }

    /// Akaike's information criterion.
    pub fn aic(&self) -> f64 {
        self.minus_twice() + 2.0 * self.estimated() as f64
    }

    /// Bayesian information criterion with n the number of measurements.
    pub fn bic(&self) -> f64 {
        self.minus_twice() + self.estimated() as f64 * ((self.counts.0 + self.counts.1) as f64).ln()
    }

    /// The same with n the number of subjects.
    pub fn bic_of_subjects(&self) -> f64 {
        self.minus_twice() + self.estimated() as f64 * (self.individuals.len() as f64).ln()
    }

    /// Whether every verdict is good.
    pub fn is_sound(&self) -> bool {
        self.verdicts.iter().all(|verdict| verdict.good)
    }
}

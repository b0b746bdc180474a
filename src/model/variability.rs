//! Whether patients can be drawn: spreads that fit their distribution, and correlations that have a root.

use super::description::{Correlation, MixtureClass, Parameter, Spread, Variability};
use crate::diagnostic::codes::population as codes;
use crate::diagnostic::{Diagnostic, Problems};
use crate::numeric::{Lanes, Scalar};

/// How a random effect moves its parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scale {
    Lognormal,
    Normal,
    /// Between these.
    Logit(f64, f64),
}

/// Reports what keeps patients from being drawn around these parameters, each given its value by `value`, if it has one;
/// values of classes count besides. What is known to be wrong already must not come here.
pub(super) fn check(
    parameters: &[Parameter],
    value: impl Fn(usize) -> Option<f64>,
    correlations: &[Correlation],
    mixture: &[MixtureClass],
    problems: &mut Problems,
) {
    for (at, parameter) in parameters.iter().enumerate() {
        let Some(variability) = &parameter.variability else { continue };
        if scale(parameter, variability, problems).is_none() {
            continue;
        }
        let of_class = |class: &MixtureClass| {
            class.parameters.iter().find(|(name, _)| *name == parameter.name.text).map(|(_, value)| *value)
        };
        // Without a mixture, everybody has the value; with one, whoever's class gives none.
        let without_class = mixture.is_empty() || mixture.iter().any(|class| of_class(class).is_none());
        if let Some(value) = value(at).filter(|_| without_class) {
            spread(parameter, variability, value, "", problems);
        }
        for class in mixture {
            if let Some(value) = of_class(class) {
                spread(parameter, variability, value, &class.name, problems);
            }
        }
    }
    correlation_root(parameters, correlations, problems);
}

/// How far below 0 rounding may take what is exactly 0: correlations are given with a few digits.
const ROUNDING: f64 = 1e-10;

/// The lower triangle L, row by row, with L L' the correlations of the random effects, in the order of the parameters
/// that have one; pairs that are not declared count as 0. Correlations of exactly 1 and others that leave a direction without variance are allowed.
///
/// # Errors
/// `P003` names the pair at which the matrix stops to be positive semidefinite, and what it may be.
pub(crate) fn correlation_root(
    parameters: &[Parameter],
    correlations: &[Correlation],
    problems: &mut Problems,
) -> Vec<f64> {
    let varying = parameters.iter().filter(|parameter| parameter.variability.is_some());
    let names: Vec<&str> = varying.map(|parameter| &*parameter.name.text).collect();
    let declared = |a: &str, b: &str| {
        let pair = |known: &&Correlation| known.between.iter().all(|name| *name == a || *name == b);
        correlations.iter().find(pair).map(|known| known.value)
    };
    let mut root: Vec<f64> = Vec::with_capacity(names.len() * (names.len() + 1) / 2);
    for row in 0..names.len() {
        let start = root.len();
        // What rows before leave of the variance 1 of this one.
        let mut left: f64 = 1.0;
        for column in 0..row {
            let value = declared(names[row], names[column]);
            let other = column * (column + 1) / 2;
            let known: f64 = (0..column).map(|at| root[start + at] * root[other + at]).sum();
            let (wanted, pivot) = (value.unwrap_or(0.0), root[other + column]);
            let entry = if pivot > 0.0 { (wanted - known) / pivot } else { 0.0 };
            // Where the other has nothing of its own, the correlation follows from the rest.
            let missed = if pivot > 0.0 { 0.0 } else { (wanted - known).abs() };
            if missed > ROUNDING.sqrt() || left - entry * entry < -ROUNDING {
                let room = left.max(0.0).sqrt() * pivot;
                tell(parameters, (names[row], names[column]), value, (known - room, known + room), problems);
                return Vec::new();
            }
            left -= entry * entry;
            root.push(entry);
        }
        root.push(if left > ROUNDING { left.sqrt() } else { 0.0 });
    }
    root
}

fn tell(
    parameters: &[Parameter],
    (a, b): (&str, &str),
    value: Option<f64>,
    (low, high): (f64, f64),
    problems: &mut Problems,
) {
    let found = match value {
        Some(value) => format!("the correlation {value} of `{a}` and `{b}` contradicts the others"),
        None => format!("`{a}` and `{b}` cannot be uncorrelated, as the other correlations are"),
    };
    let told = problems.error(&codes::CONTRADICTION, found);
    for name in [a, b] {
        if let Some(parameter) = parameters.iter().find(|parameter| parameter.name.text == name) {
            told.label(parameter.name.span.clone(), "");
        }
    }
    told.help(format!("with the correlations declared before it, it lies between {low:.3} and {high:.3}"));
    if value.is_none() {
        told.help(format!(
            "[[correlations]] between = [\"{a}\", \"{b}\"] gives it; pairs that are not declared count as 0"
        ));
    }
}

impl Scale {
    /// A typical value moved by a random effect.
    pub fn moved(self, typical: f64, eta: f64) -> f64 {
        let exp = |x: f64| Lanes([x]).exp().get(0);
        match self {
            _ if eta == 0.0 => typical,
            Self::Lognormal => typical * exp(eta),
            Self::Normal => typical + eta,
            Self::Logit(low, high) => {
                // Odds against instead of the logarithm of odds: no rounding of a logarithm, and right at both bounds.
                let against = (high - typical) / (typical - low) * exp(-eta);
                low + (high - low) / (1.0 + against)
            }
        }
    }
}

/// How the random effect of a parameter moves it.
pub(crate) fn scale(parameter: &Parameter, variability: &Variability, problems: &mut Problems) -> Option<Scale> {
    match variability.distribution.as_str() {
        "lognormal" => Some(Scale::Lognormal),
        "normal" => Some(Scale::Normal),
        _ => {
            let (low, high) = parameter.bounds.unwrap_or((0.0, 1.0));
            if (high - low).is_finite() {
                return Some(Scale::Logit(low, high));
            }
            problems
                .error(&codes::BAD_VARIABILITY, format!("`{}` is logit, but its bounds are infinite", parameter.name))
                .label(parameter.name.span.clone(), format!("bounds {low} to {high}"))
                .help("give two finite bounds, or choose `lognormal` or `normal`");
            None
        }
    }
}

/// The standard deviation of a random effect around a typical value.
pub(crate) fn spread(
    parameter: &Parameter,
    variability: &Variability,
    value: f64,
    class: &str,
    problems: &mut Problems,
) -> f64 {
    let distribution = variability.distribution.as_str();
    let name = &parameter.name;
    let of_class = if class.is_empty() { String::new() } else { format!(" in class `{class}`") };
    let (low, high) = parameter.bounds.unwrap_or((0.0, 1.0));
    let wrong = match (distribution, variability.spread) {
        ("lognormal", _) if value < 0.0 => Some((
            format!("`{name}` = {value}{of_class} is lognormal, but negative"),
            "choose `distribution = \"normal\"`",
        )),
        ("logit", Spread::CoefficientOfVariation(_)) => {
            Some((format!("`{name}` is logit, where `cv` has no meaning"), "give the `sd` of the logit"))
        }
        ("logit", _) if !(low..=high).contains(&value) => {
            let message = format!("`{name}` = {value}{of_class} is logit, but not between {low} and {high}");
            Some((message, "declare its `bounds`, or choose another distribution"))
        }
        _ => None,
    };
    let sd = match variability.spread {
        Spread::StandardDeviation(sd) => sd,
        Spread::Variance(variance) => variance.sqrt(),
        Spread::CoefficientOfVariation(cv) if distribution == "normal" => cv * value.abs(),
        Spread::CoefficientOfVariation(cv) => Lanes([1.0 + cv * cv]).ln().get(0).sqrt(),
    };
    let wrong = wrong.or_else(|| {
        let infinite = format!("the variability of `{name}`{of_class} is not finite");
        (!sd.is_finite()).then_some((infinite, "give a size that was estimated, such as `sd = 0.5`"))
    });
    if let Some((message, help)) = wrong {
        let mut found = Diagnostic::error(&codes::BAD_VARIABILITY, message);
        found.label(name.span.clone(), "").help(help);
        if !problems.iter().any(|known| *known == found) {
            problems.push(found);
        }
        return 0.0;
    }
    sd
}

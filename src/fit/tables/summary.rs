//! A fit on a terminal.

use crate::fit::result::{Estimate, Fitted};
use crate::trajectory::{aligned, brief};

/// What was fitted, the objective, the estimates, shrinkage and verdicts, in four to six digits.
pub fn summary(fitted: &Fitted) -> String {
    let error = fitted.objective_error.map_or_else(String::new, |error| format!(" +- {}", brief(error)));
    let mut text = format!(
        "{}, {}: {}\nobjective {:.3}{error}  -2LL {:.3}  AIC {:.3}  BIC {:.3} ({} measurements)\n\n",
        fitted.model,
        fitted.method,
        counted(fitted),
        fitted.objective,
        fitted.minus_twice(),
        fitted.aic(),
        fitted.bic(),
        fitted.counts.0 + fitted.counts.1,
    );
    let head = ["parameter", "estimate", "unit", "rse_%", "low_95", "high_95", "start", ""].map(String::from).to_vec();
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(fitted.estimates.iter().map(line)).collect();
    text.push_str(&aligned(&lines));
    if !fitted.etas.is_empty() {
        let shrinkage = fitted.etas.iter().zip(&fitted.shrinkage);
        let shrinkage: Vec<String> =
            shrinkage.map(|(name, share)| format!("{name} {} %", whole(100.0 * share))).collect();
        text.push_str(&format!("\nshrinkage: {}\n", shrinkage.join(", ")));
    }
    if !fitted.verdicts.is_empty() {
        text.push('\n');
    }
    for verdict in &fitted.verdicts {
        let word = if verdict.good { "good" } else { "doubtful" };
        text.push_str(&format!("{word}: {}\n", verdict.text));
    }
    text
}

fn line(estimate: &Estimate) -> Vec<String> {
    let known = |value: Option<f64>| value.map_or("-".into(), brief);
    let rse = estimate.rse().map_or("-".into(), |rse| format!("{rse:.1}"));
    let unit = if matches!(estimate.unit.as_str(), "" | "1") { "-" } else { &estimate.unit };
    vec![
        estimate.name.clone(),
        brief(estimate.value),
        unit.into(),
        rse,
        known(estimate.interval.map(|ends| ends.0)),
        known(estimate.interval.map(|ends| ends.1)),
        brief(estimate.start),
        if estimate.fixed { "fixed".into() } else { String::new() },
    ]
}

/// `6 subjects, 54 values, 6 censored (M3)`.
pub(super) fn counted(fitted: &Fitted) -> String {
    let (values, censored) = fitted.counts;
    let censored = match censored {
        0 => "none censored".to_string(),
        count => format!("{count} censored ({})", fitted.censoring),
    };
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    format!("{}, {}, {censored}", plural(fitted.individuals.len(), "subject"), plural(values, "value"))
}

/// A number without decimals; never -0.
fn whole(value: f64) -> String {
    let text = format!("{value:.0}");
    if text == "-0" { "0".into() } else { text }
}

//! The report of a fit as Markdown.

use super::nonmem::thetas;
use super::summary::counted;
use super::{correlations, omega};
use crate::fit::result::{Estimate, Fitted};
use crate::trajectory::brief;

/// `fit.md`: what was fitted, how well, the estimates, what to think of them, and by which conventions.
pub fn report(fitted: &Fitted) -> String {
    let mut text = format!("# Fit of {} by {}\n\n", fitted.model, fitted.method);
    text.push_str("Research software: not for clinical decisions.\n\n");
    text.push_str(&format!(
        "Data: {}. Times in {}.\n\n",
        counted(fitted),
        match fitted.time.to_string().as_str() {
            "1" => "no unit".to_string(),
            unit => unit.to_string(),
        }
    ));
    outputs(&mut text, fitted);
    verdicts(&mut text, fitted);
    objective(&mut text, fitted);
    estimates(&mut text, fitted);
    random_effects(&mut text, fitted);
    conventions(&mut text, fitted);
    text
}

fn outputs(text: &mut String, fitted: &Fitted) {
    let lines = fitted.outputs.iter().enumerate().map(|(at, output)| {
        let own = || fitted.predictions.iter().filter(|one| one.output == at);
        let censored = own().filter(|one| one.cens != 0).count();
        vec![
            output.name.clone(),
            output.unit.to_string(),
            output.lloq.map_or("-".into(), brief),
            (own().count() - censored).to_string(),
            censored.to_string(),
        ]
    });
    table(text, &["output", "unit", "LLOQ", "values", "censored"], lines);
    if fitted.counts.1 > 0 {
        let treated = match fitted.censoring.as_str() {
            "M1" => "left out",
            "M2" => "left out; of the others it is given that they are above the limit",
            "M3" => "each adds the probability that it lies beyond its limit",
            "M4" => "as M3, where it is given that everything is above 0",
            "M5" => "taken as half of the limit",
            "M6" => "the first of a series taken as half of the limit, the others left out",
            "M7" => "taken as 0",
            _ => "as named",
        };
        text.push_str(&format!("Censored measurements by {} (Beal 2001): {treated}.\n\n", fitted.censoring));
    }
}

fn verdicts(text: &mut String, fitted: &Fitted) {
    text.push_str("## Verdicts\n\n");
    for verdict in &fitted.verdicts {
        let word = if verdict.good { "Good" } else { "Doubtful" };
        text.push_str(&format!("- {word}: {}\n", escaped(&verdict.text)));
    }
    if fitted.verdicts.is_empty() {
        text.push_str("- none\n");
    }
    text.push('\n');
}

fn objective(text: &mut String, fitted: &Fitted) {
    let (values, censored) = fitted.counts;
    let error = match fitted.objective_error {
        Some(error) => format!(", Monte-Carlo standard error {}", brief(error)),
        None => String::new(),
    };
    let subjects = fitted.individuals.len();
    text.push_str("## Objective\n\n");
    let rows = [
        ("objective (without N ln 2 pi)", fitted.objective, format!("N = {values}, the values{error}")),
        ("-2 log-likelihood", fitted.minus_twice(), "with N ln 2 pi".to_string()),
        ("AIC", fitted.aic(), format!("{} estimated", fitted.estimated())),
        ("BIC", fitted.bic(), format!("n = {} measurements, censored ones included", values + censored)),
        ("BIC of subjects", fitted.bic_of_subjects(), format!("n = {subjects} subjects")),
    ];
    let rows = rows.into_iter().map(|(name, value, note)| vec![name.to_string(), format!("{value:.3}"), note]);
    table(text, &["quantity", "value", "of"], rows);
}

fn estimates(text: &mut String, fitted: &Fitted) {
    text.push_str("## Estimates\n\n");
    let thetas = thetas(fitted);
    let line = |(at, estimate): (usize, &Estimate)| {
        let known = |value: Option<f64>| value.map_or("-".into(), brief);
        let interval = estimate.interval.map(|(low, high)| format!("{} to {}", brief(low), brief(high)));
        let unit = if matches!(estimate.unit.as_str(), "" | "1") { "-".into() } else { estimate.unit.clone() };
        vec![
            estimate.name.clone(),
            estimate.kind.name().into(),
            if estimate.fixed { format!("{} (fixed)", brief(estimate.value)) } else { brief(estimate.value) },
            unit,
            known(estimate.se),
            estimate.rse().map_or("-".into(), |rse| format!("{rse:.1}")),
            interval.unwrap_or_else(|| "-".into()),
            estimate.transform.clone(),
            brief(estimate.start),
            ext_name(fitted, &thetas, at),
        ]
    };
    let head =
        ["parameter", "kind", "estimate", "unit", "SE", "RSE (%)", "95 % interval", "scale", "start", "in fit.ext"];
    table(text, &head, fitted.estimates.iter().enumerate().map(line));
    match &fitted.covariance {
        Some(known) => text.push_str(&format!(
            "Standard errors from {}; condition number of the correlations of the estimates {}. Intervals are symmetric on \
             the scale of estimation.\n\n",
            known.kind,
            brief(known.condition)
        )),
        None => text.push_str("No standard errors: there is no covariance of the estimates.\n\n"),
    }
}

/// `THETA2`, `OMEGA(2,1)`.
fn ext_name(fitted: &Fitted, thetas: &[usize], at: usize) -> String {
    if let Some(place) = thetas.iter().position(|place| *place == at) {
        return format!("THETA{}", place + 1);
    }
    for (row, one) in fitted.etas.iter().enumerate() {
        for (column, other) in fitted.etas[..=row].iter().enumerate() {
            if omega(fitted, one, other) == Some(at) {
                return format!("OMEGA({},{})", row + 1, column + 1);
            }
        }
    }
    "-".into()
}

fn random_effects(text: &mut String, fitted: &Fitted) {
    if fitted.etas.is_empty() {
        return;
    }
    text.push_str("## Random effects\n\n");
    let line = |(at, name): (usize, &String)| {
        let variance = omega(fitted, name, name).map(|at| fitted.estimates[at].value);
        let logarithmic = fitted.estimates.iter().any(|one| one.name == *name && one.transform == "log");
        let cv = variance.filter(|_| logarithmic).map(|variance| 100.0 * variance.exp_m1().sqrt());
        let shrinkage = fitted.shrinkage.get(at).map_or("-".into(), |share| format!("{:.1}", 100.0 * share));
        let known = |value: Option<f64>| value.map_or("-".into(), brief);
        vec![name.clone(), known(variance.map(f64::sqrt)), known(cv), shrinkage]
    };
    table(text, &["of", "SD", "CV (%)", "shrinkage (%)"], fitted.etas.iter().enumerate().map(line));
    text.push_str("SD on the scale of estimation; CV = sqrt(exp(SD^2) - 1) on the logarithm.\n\n");
    let pairs = correlations(fitted);
    if pairs.is_empty() {
        text.push_str("Random effects are independent.\n\n");
    } else {
        let lines = pairs.iter().map(|(one, other, value)| vec![one.to_string(), other.to_string(), brief(*value)]);
        table(text, &["of", "and", "correlation"], lines);
    }
    let kinks = fitted.individuals.iter().filter(|one| one.at_kink).map(|one| one.subject.as_str());
    let kinks: Vec<&str> = kinks.collect();
    if !kinks.is_empty() {
        text.push_str(&format!("Subjects whose mode lies on a kink: {}.\n\n", escaped(&kinks.join(", "))));
    }
}

fn conventions(text: &mut String, fitted: &Fitted) {
    text.push_str("## Conventions\n\n");
    let mut lines: Vec<String> = [
        "The objective is minus twice the log-likelihood without N ln 2 pi, N being the number of values that are not \
         censored. -2 log-likelihood, AIC and BIC have it.",
        "Densities of lognormal residual errors are on the scale of the data, not of its logarithm.",
        "RES = DV - PRED and IRES = DV - IPRED, in the unit of the output; IWRES is the individual residual over its \
         standard deviation, on the logarithm for lognormal errors.",
        "CWRES come from the FOCE linearisation of the rows that are not censored, decorrelated by the Cholesky root. \
         Censored rows have no residuals.",
        "Shrinkage = 1 - SD of the modes / omega.",
        "`fit.ext`: typical values, coefficients of covariates and sizes of residual errors are THETA, in the order of the \
         table above; SIGMA(1,1) is 1; variances and covariances of random effects are OMEGA, 0 where there is none. \
         Iteration -1000000000 has the estimates, -1000000001 standard errors (1E+10 where nothing was estimated), \
         -1000000006 is 1 for what was fixed. Values are in the units of the table, not on the scale of estimation.",
    ]
    .map(String::from)
    .to_vec();
    if !fitted.etas.is_empty() {
        let names = fitted.etas.iter().enumerate().map(|(at, name)| format!("ETA({}) = {name}", at + 1));
        let names: Vec<String> = names.collect();
        lines.push(format!(
            "`fit.phi`: {}. ETC are variances of the random effects given the data; covariances are not kept and written as \
             0. A subject whose name is no number has its place as ID.",
            escaped(&names.join(", "))
        ));
    }
    for line in &lines {
        text.push_str(&format!("- {line}\n"));
    }
}

fn table(text: &mut String, head: &[&str], lines: impl Iterator<Item = Vec<String>>) {
    text.push_str(&format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len())));
    for line in lines {
        let cells: Vec<String> = line.iter().map(|cell| escaped(cell)).collect();
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text.push('\n');
}

/// Text that Markdown leaves as it is.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|").replace('~', "\\~").replace('*', "\\*").replace('\n', " ")
}

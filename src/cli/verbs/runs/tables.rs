//! Fits side by side, as text.

use serde_json::{Value, json};

use super::distinct;
use crate::cli::fits::{Found, Read};
use crate::cli::tables;
use crate::trajectory::{aligned, brief, number};

/// For reading: a line a fit, then a line a parameter with a column for each fit.
pub fn reading(fits: &[Found], best: &[bool]) -> String {
    let three = |value: Option<f64>| value.map_or("-".into(), |value| format!("{value:.3}"));
    let head =
        ["run", "model", "method", "objective", "-2LL", "AIC", "BIC", "n", "BIC_subj", "n_subj", "est", "sound", ""];
    let line = |(one, best): (&Found, &bool)| {
        let fit = &one.fit;
        let error = fit.objective_error.map_or_else(String::new, |error| format!(" +- {}", brief(error)));
        vec![
            one.name.clone(),
            fit.model.clone(),
            fit.method.clone(),
            three(fit.objective) + &error,
            three(fit.minus_twice_log_likelihood),
            three(fit.aic),
            three(fit.bic),
            one.measurements().to_string(),
            three(fit.bic_subjects),
            fit.subjects.to_string(),
            fit.estimated.to_string(),
            if fit.sound { "yes" } else { "no" }.into(),
            if *best { "best AIC".into() } else { String::new() },
        ]
    };
    let lines: Vec<Vec<String>> =
        std::iter::once(head.map(String::from).to_vec()).chain(fits.iter().zip(best).map(line)).collect();
    format!("{}\n{}", aligned(&lines), aligned(&parameters(fits)))
}

/// `2.8 (8.1 %)`: estimate and relative standard error; `0.75 (fixed)`.
fn parameters(fits: &[Found]) -> Vec<Vec<String>> {
    let head = ["parameter".to_string(), "unit".into()].into_iter().chain(fits.iter().map(|one| one.name.clone()));
    let cell = |read: Option<&Read>| match read {
        None => "-".to_string(),
        Some(read) if read.fixed => format!("{} (fixed)", brief(read.value)),
        Some(read) if read.rse.is_nan() => brief(read.value),
        Some(read) => format!("{} ({:.1} %)", brief(read.value), read.rse),
    };
    let line = |(name, unit): (&str, &str)| {
        let own = |one: &Found| cell(one.estimates.iter().find(|read| read.name == name && read.unit == unit));
        let unit = if matches!(unit, "" | "1") { "-" } else { unit };
        [name.to_string(), unit.to_string()].into_iter().chain(fits.iter().map(own)).collect()
    };
    // A parameter in two units has two lines.
    let names = fits.iter().flat_map(|one| &one.estimates).map(|read| (read.name.as_str(), read.unit.as_str()));
    std::iter::once(head.collect()).chain(distinct(names).into_iter().map(line)).collect()
}

/// For other tools: a line a fit, with the estimate and the relative standard error (in percent) of every parameter.
pub fn csv(fits: &[Found], best: &[bool]) -> String {
    const HEAD: [&str; 17] = [
        "run",
        "model",
        "method",
        "objective",
        "objective_error",
        "minus_twice_log_likelihood",
        "aic",
        "bic",
        "bic_n",
        "bic_subjects",
        "subjects",
        "values",
        "censored",
        "estimated",
        "sound",
        "best_aic",
        "data_sha256",
    ];
    let names = distinct(fits.iter().flat_map(|one| &one.estimates).map(|read| read.name.as_str()));
    let head = HEAD.map(String::from).into_iter();
    let head = head.chain(names.iter().flat_map(|name| [(*name).to_string(), format!("{name}_rse")])).collect();
    let known = |value: Option<f64>| value.map_or_else(String::new, number);
    let flag = |value: bool| u8::from(value).to_string();
    let line = |(one, best): (&Found, &bool)| {
        let fit = &one.fit;
        let own = [
            one.name.clone(),
            fit.model.clone(),
            fit.method.clone(),
            known(fit.objective),
            known(fit.objective_error),
            known(fit.minus_twice_log_likelihood),
            known(fit.aic),
            known(fit.bic),
            one.measurements().to_string(),
            known(fit.bic_subjects),
            fit.subjects.to_string(),
            fit.values.to_string(),
            fit.censored.to_string(),
            fit.estimated.to_string(),
            flag(fit.sound),
            flag(*best),
            fit.data_sha256.clone().unwrap_or_default(),
        ];
        let of = |name: &&str| {
            let read = one.estimates.iter().find(|read| read.name == **name);
            [number(read.map_or(f64::NAN, |read| read.value)), number(read.map_or(f64::NAN, |read| read.rse))]
        };
        own.into_iter().chain(names.iter().flat_map(of)).collect()
    };
    tables::csv(std::iter::once(head).chain(fits.iter().zip(best).map(line)))
}

/// For programs: the fits with their estimates, and why they are not comparable.
pub fn json(fits: &[Found], best: &[bool], differences: &[String]) -> String {
    let estimate = |read: &Read| {
        json!({
            "parameter": read.name,
            "unit": read.unit,
            "estimate": read.value,
            "rse": read.rse,
            "fixed": read.fixed,
        })
    };
    let one = |(one, best): (&Found, &bool)| {
        let fit = &one.fit;
        json!({
            "run": one.name,
            "model": fit.model,
            "method": fit.method,
            "objective": fit.objective,
            "objective_error": fit.objective_error,
            "minus_twice_log_likelihood": fit.minus_twice_log_likelihood,
            "aic": fit.aic,
            "bic": fit.bic,
            "bic_n": one.measurements(),
            "bic_subjects": fit.bic_subjects,
            "subjects": fit.subjects,
            "values": fit.values,
            "censored": fit.censored,
            "estimated": fit.estimated,
            "sound": fit.sound,
            "best_aic": best,
            "data_sha256": fit.data_sha256,
            "estimates": one.estimates.iter().map(estimate).collect::<Vec<Value>>(),
        })
    };
    let all: Vec<Value> = fits.iter().zip(best).map(one).collect();
    let whole = json!({ "fits": all, "comparable": differences.is_empty(), "differences": differences });
    format!("{}\n", serde_json::to_string_pretty(&whole).expect("plain values"))
}

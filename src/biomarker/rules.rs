//! The formulas. Each answers from [`Labs`] alone; what is missing stays unknown.

use super::answer::Answer;
use super::input::{Input, Labs};
use super::settings::Settings;
use crate::crs::{Bound, Truth};

/// Some if all are known, else what to flag.
fn all<const N: usize>(labs: &Labs, inputs: [Input; N]) -> Result<[f64; N], Answer> {
    let missing: Vec<Input> = inputs.into_iter().filter(|input| labs.get(*input).is_none()).collect();
    if missing.is_empty() {
        return Ok(inputs.map(|input| labs.get(input).unwrap_or(f64::NAN)));
    }
    Err(missing.into_iter().fold(Answer::undetermined(), |answer, input| answer.flag(missing_flag(input))))
}

fn missing_flag(input: Input) -> String {
    format!("missing-{}", input.name())
}

fn per_platelets(product: f64, platelets: f64) -> Answer {
    if platelets == 0.0 { Answer::undetermined().flag("no-platelets") } else { Answer::exact(product / platelets) }
}

pub(super) fn easix(labs: &Labs, _: &Settings) -> Answer {
    match all(labs, [Input::Ldh, Input::Creatinine, Input::Platelets]) {
        Ok([ldh, creatinine, platelets]) => per_platelets(ldh * creatinine, platelets),
        Err(unknown) => unknown,
    }
}

pub(super) fn m_easix(labs: &Labs, _: &Settings) -> Answer {
    match all(labs, [Input::Ldh, Input::Crp, Input::Platelets]) {
        Ok([ldh, crp, platelets]) => per_platelets(ldh * crp, platelets),
        Err(unknown) => unknown,
    }
}

pub(super) fn s_easix(labs: &Labs, _: &Settings) -> Answer {
    match all(labs, [Input::Ldh, Input::Platelets]) {
        Ok([ldh, platelets]) => per_platelets(ldh, platelets),
        Err(unknown) => unknown,
    }
}

/// The logarithm to base 2 of an index.
fn log2(answer: Answer) -> Answer {
    match answer.value {
        Some(value) if value > 0.0 => Answer { value: Some(value.log2()), ..answer },
        Some(_) => Answer::undetermined().flag("log-of-zero"),
        None => answer,
    }
}

pub(super) fn log2_easix(labs: &Labs, settings: &Settings) -> Answer {
    log2(easix(labs, settings))
}

pub(super) fn log2_m_easix(labs: &Labs, settings: &Settings) -> Answer {
    log2(m_easix(labs, settings))
}

pub(super) fn log2_s_easix(labs: &Labs, settings: &Settings) -> Answer {
    log2(s_easix(labs, settings))
}

/// An item of CAR-HEMATOTOX, its points for a value, and the most it can give.
type Item = (Input, fn(f64) -> f64, f64);

const ITEMS: [Item; 5] = [
    (Input::Platelets, |platelets| two_steps(platelets < 75.0, platelets <= 175.0), 2.0),
    (Input::Anc, |anc| f64::from(anc <= 1200.0), 1.0),
    (Input::Hb, |hb| f64::from(hb <= 9.0), 1.0),
    (Input::Crp, |crp| f64::from(crp >= 3.0), 1.0),
    (Input::Ferritin, |ferritin| two_steps(ferritin > 2000.0, ferritin >= 650.0), 2.0),
];

fn two_steps(worst: bool, bad: bool) -> f64 {
    if worst { 2.0 } else { f64::from(bad) }
}

pub(super) fn hematotox(labs: &Labs, _: &Settings) -> Answer {
    let (mut sum, mut most, mut missing) = (0.0, 0.0, Vec::new());
    for (input, points, highest) in ITEMS {
        match labs.get(input) {
            Some(value) => sum += points(value),
            None => {
                most += highest;
                missing.push(input);
            }
        }
    }
    let mut answer = match missing.len() {
        0 => Answer::exact(sum),
        found if found == ITEMS.len() => Answer::undetermined(),
        _ => Answer { value: Some(sum), class: None, bound: Bound::Lower, flags: Vec::new() },
    };
    if sum >= 2.0 {
        answer = answer.class("high");
    } else if sum + most < 2.0 {
        answer = answer.class("low");
    }
    answer.flags.push("cut-offs-unverified".into());
    missing.into_iter().fold(answer, |answer, input| answer.flag(missing_flag(input)))
}

pub(super) fn il6_band(labs: &Labs, settings: &Settings) -> Answer {
    let (peak, taken) = match (labs.get(Input::Il6Peak), labs.get(Input::Il6)) {
        (Some(peak), _) => (peak, false),
        (None, Some(value)) => (value, true),
        (None, None) => return Answer::undetermined().flag(missing_flag(Input::Il6)),
    };
    let fold = peak / settings.il6_uln();
    let mut answer = Answer::exact(fold).class(match fold {
        fold if fold <= 2.0 => "band-0-1",
        fold if fold <= 20.0 => "band-2",
        fold if fold >= 200.0 => "band-3-4",
        _ => "no-band",
    });
    for (flag, raised) in [
        ("gap-in-source", answer.class == Some("no-band")),
        ("uln-assumed", settings.il6_uln_is_assumed()),
        ("taken-as-peak", taken),
    ] {
        if raised {
            answer = answer.flag(flag);
        }
    }
    answer
}

/// The cytokines of Davila 2014, before the infusion and at their highest.
pub(super) const CYTOKINES: [(Input, Input); 7] = [
    (Input::IfngBaseline, Input::IfngPeak),
    (Input::Il5Baseline, Input::Il5Peak),
    (Input::Il6Baseline, Input::Il6Peak),
    (Input::Il10Baseline, Input::Il10Peak),
    (Input::Flt3lBaseline, Input::Flt3lPeak),
    (Input::FractalkineBaseline, Input::FractalkinePeak),
    (Input::GmcsfBaseline, Input::GmcsfPeak),
];

/// At least 75-fold in two of the cytokines, or at least 250-fold in one.
fn cytokines_rise(labs: &Labs) -> Truth {
    let folds = CYTOKINES.map(|(baseline, peak)| Some(labs.get(peak)? / labs.get(baseline)?));
    let beyond = |fold: f64| folds.iter().flatten().filter(|found| **found >= fold).count();
    if beyond(250.0) >= 1 || beyond(75.0) >= 2 {
        Truth::True
    } else if folds.contains(&None) {
        // One that was not measured may have risen 250-fold.
        Truth::Unknown
    } else {
        Truth::False
    }
}

fn is(labs: &Labs, input: Input) -> Truth {
    labs.get(input).map_or(Truth::Unknown, |value| Truth::from(value != 0.0))
}

pub(super) fn davila(labs: &Labs, _: &Settings) -> Answer {
    let fever = labs.get(Input::FeverDays).map_or(Truth::Unknown, |days| Truth::from(days >= 3.0));
    let rise = cytokines_rise(labs);
    let organs = is(labs, Input::Pressor).max(is(labs, Input::Hypoxia)).max(is(labs, Input::Neurologic));
    let mut answer = Answer::of(fever.min(rise).min(organs), "severe", "not-severe").flag("cut-offs-unverified");
    if answer.value.is_none() {
        for (what, truth) in [("fever", fever), ("cytokines", rise), ("organs", organs)] {
            if truth == Truth::Unknown {
                answer = answer.flag(format!("{what}-unknown"));
            }
        }
    }
    answer
}

pub(super) fn davila_crp(labs: &Labs, _: &Settings) -> Answer {
    let answer = match labs.get(Input::Crp) {
        Some(crp) => Answer::exact(crp).class(if crp >= 20.0 { "marks-severe" } else { "below-mark" }),
        None => Answer::undetermined().flag(missing_flag(Input::Crp)),
    };
    answer.flag("cut-offs-unverified")
}

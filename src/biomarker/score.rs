use super::answer::Answer;
use super::input::{Input, Labs};
use super::rules;
use super::settings::Settings;

/// Whether every number of a rule was read in its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// Read.
    Read,
    /// Some are known by memory only: to be checked before they are relied on.
    Unverified,
}

impl Evidence {
    /// As tables print it.
    pub fn name(self) -> &'static str {
        match self {
            Evidence::Read => "read",
            Evidence::Unverified => "unverified",
        }
    }
}

/// A rule over laboratory values.
#[derive(Debug)]
pub struct Score {
    /// As tables name it.
    pub name: &'static str,
    /// For reading.
    pub title: &'static str,
    /// How it is computed, in words.
    pub formula: &'static str,
    /// What it may use.
    pub inputs: &'static [Input],
    /// Where it stands.
    pub source: &'static str,
    /// Whether its numbers were read there.
    pub evidence: Evidence,
    /// What was read, and how far the rule can be trusted.
    pub validity: &'static str,
    pub(super) rule: fn(&Labs, &Settings) -> Answer,
}

impl Score {
    /// All of them, in the order of tables.
    pub fn all() -> &'static [Score] {
        &SCORES
    }

    /// The score of that name.
    pub fn named(name: &str) -> Option<&'static Score> {
        SCORES.iter().find(|score| score.name == name)
    }

    /// What it comes to.
    pub fn of(&self, labs: &Labs, settings: &Settings) -> Answer {
        (self.rule)(labs, settings)
    }
}

/// Rules that are known but not shipped, and why.
pub const NOT_SHIPPED: &[(&str, &str)] = &[
    (
        "Teachey 2016, regression on IFN-gamma, sgp130 and sIL-1RA (doi:10.1158/2159-8290.CD-16-0040)",
        "its coefficients, and the thresholds of its trees, were not read",
    ),
    ("Hay 2017, tree on temperature and MCP-1 (doi:10.1182/blood-2017-06-793141)", "its thresholds were not read"),
    (
        "Greenbaum 2021, groups by EASIX with ferritin and CRP, EASIX-F and EASIX-FC (Blood Adv 5:2799)",
        "the rates of its groups were read, the cut-offs between them were not",
    ),
];

const PENNISI: &str = "Pennisi et al., Blood Adv 2021, 5:3397, abstract; doi:10.1182/bloodadvances.2020003885";
const REJESKI: &str = "Rejeski et al., Blood 2021, 138:2499; doi:10.1182/blood.2020010543";
const DAVILA: &str = "Davila et al., Sci Transl Med 2014, 6:224ra25; doi:10.1126/scitranslmed.3008226";

const EASIX_VALIDITY: &str = "weak: external validation (n = 154) found AUC 0.61-0.62 for ICANS >= 2 and no \
    association with CRS >= 3; a value is not a grade, and no cut-off comes with it";
const M_EASIX_VALIDITY: &str =
    "118 adults of one centre; no external validation was read, and no cut-off comes with it";

const EASIX_INPUTS: &[Input] = &[Input::Ldh, Input::Creatinine, Input::Platelets];
const M_EASIX_INPUTS: &[Input] = &[Input::Ldh, Input::Crp, Input::Platelets];
const S_EASIX_INPUTS: &[Input] = &[Input::Ldh, Input::Platelets];

static SCORES: [Score; 10] = [
    Score {
        name: "easix",
        title: "EASIX",
        formula: "LDH [IU/L] x creatinine [mg/dL] / platelets [1e9/L]",
        inputs: EASIX_INPUTS,
        source: PENNISI,
        evidence: Evidence::Read,
        validity: EASIX_VALIDITY,
        rule: rules::easix,
    },
    Score {
        name: "log2-easix",
        title: "log2 EASIX",
        formula: "logarithm to base 2 of `easix`",
        inputs: EASIX_INPUTS,
        source: PENNISI,
        evidence: Evidence::Read,
        validity: EASIX_VALIDITY,
        rule: rules::log2_easix,
    },
    Score {
        name: "m-easix",
        title: "modified EASIX",
        formula: "LDH [IU/L] x CRP [mg/dL] / platelets [1e9/L]",
        inputs: M_EASIX_INPUTS,
        source: PENNISI,
        evidence: Evidence::Read,
        validity: M_EASIX_VALIDITY,
        rule: rules::m_easix,
    },
    Score {
        name: "log2-m-easix",
        title: "log2 modified EASIX",
        formula: "logarithm to base 2 of `m-easix`",
        inputs: M_EASIX_INPUTS,
        source: PENNISI,
        evidence: Evidence::Read,
        validity: M_EASIX_VALIDITY,
        rule: rules::log2_m_easix,
    },
    Score {
        name: "s-easix",
        title: "simplified EASIX",
        formula: "LDH [IU/L] / platelets [1e9/L]",
        inputs: S_EASIX_INPUTS,
        source: PENNISI,
        evidence: Evidence::Read,
        validity: M_EASIX_VALIDITY,
        rule: rules::s_easix,
    },
    Score {
        name: "log2-s-easix",
        title: "log2 simplified EASIX",
        formula: "logarithm to base 2 of `s-easix`",
        inputs: S_EASIX_INPUTS,
        source: PENNISI,
        evidence: Evidence::Read,
        validity: M_EASIX_VALIDITY,
        rule: rules::log2_s_easix,
    },
    Score {
        name: "car-hematotox",
        title: "CAR-HEMATOTOX",
        formula: "sum of platelets [1e9/L] > 175: 0, 75 to 175: 1, < 75: 2; ANC > 1200 [1/uL]: 0, else 1; \
            Hb > 9 [g/dL]: 0, else 1; CRP < 3 [mg/dL]: 0, else 1; \
            ferritin [ng/mL] < 650: 0, 650 to 2000: 1, > 2000: 2; \
            high from 2 on",
        inputs: &[Input::Platelets, Input::Anc, Input::Hb, Input::Crp, Input::Ferritin],
        source: REJESKI,
        evidence: Evidence::Unverified,
        validity: "for values before lymphodepletion; predicts long neutropenia, not CRS (AUC 0.89, sensitivity 89 %, \
            specificity 68 %; in 245 other patients AUC 0.73, doi:10.1182/bloodadvances.2025016689); that was read, \
            and high from 2 on, the cut-offs of the items were not",
        rule: rules::hematotox,
    },
    Score {
        name: "il6-band",
        title: "Interleukin 6 bands",
        formula: "peak IL-6 by the upper limit of normal (`il6_uln`, 7 pg/mL unless set) <= 2: band of grades 0-1; \
            <= 20: band of grade 2; >= 200: band of grades 3-4; the source leaves a gap between 20 and 200",
        inputs: &[Input::Il6, Input::Il6Peak],
        source: "EHA congress abstract PS1222 (CTCAE 5, n = 34)",
        evidence: Evidence::Read,
        validity: "34 patients, grades of CTCAE 5; tocilizumab raises measured IL-6, so values after it do not count; \
            the bands were read, the default of `il6_uln` was not",
        rule: rules::il6_band,
    },
    Score {
        name: "davila-2014",
        title: "Davila 2014 severe CRS",
        formula: "all of: fever on >= 3 consecutive days; peak >= 75 times the baseline in two, or >= 250 times in \
            one, of IFN-gamma, IL-5, IL-6, IL-10, Flt3L, fractalkine, GM-CSF; hypotension that needs a \
            pressor, hypoxia, or neurologic signs; 1 is severe, 0 is not",
        inputs: DAVILA_INPUTS,
        source: DAVILA,
        evidence: Evidence::Unverified,
        validity: "made for one early trial; its numbers were not read",
        rule: rules::davila,
    },
    Score {
        name: "davila-crp",
        title: "Davila 2014 CRP",
        formula: "CRP >= 20 mg/dL marks severe CRS, less says nothing; the value is the CRP [mg/dL]",
        inputs: &[Input::Crp],
        source: DAVILA,
        evidence: Evidence::Unverified,
        validity: "made for one early trial; CRP also rises in infections; the threshold was not read",
        rule: rules::davila_crp,
    },
];

/// From the first baseline on: cytokines, fever, signs.
const DAVILA_INPUTS: &[Input] = Input::ALL.split_at(Input::IfngBaseline as usize).1;

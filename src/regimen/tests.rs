use proptest::prelude::*;

use super::*;
use crate::diagnostic::Problems;
use crate::diagnostic::Source;
use crate::unit::Quantity;
use crate::unit::Scales;
use crate::unit::Unit;

fn unit(text: &str) -> Unit {
    Unit::parse_str(text).unwrap()
}

fn regimen(text: &str) -> Regimen {
    match text.parse() {
        Ok(regimen) => regimen,
        Err(problems) => panic!("{text}: {problems}"),
    }
}

/// What is wrong with a text, as plain report.
fn told(text: &str) -> String {
    let source = Source::new("--dose", text);
    let mut problems = Problems::default();
    Regimen::parse(&source, 0..text.len(), &mut problems);
    problems.to_string()
}

/// A model in days and 1e9 cells: `cart`, `dexamethasone` in mg, the marker `tocilizumab`, `tcells` refused.
struct Model(Scales);

impl Model {
    fn new() -> Self {
        Self(Scales::new(&unit("d"), [&unit("1e9 cells")]))
    }

    fn resolve(&self, text: &str) -> Vec<Administration> {
        let mut problems = Problems::default();
        let list = regimen(text).resolve(self, &mut problems);
        assert!(problems.is_empty(), "{text}: {problems}");
        list
    }

    fn told(&self, text: &str) -> String {
        let mut problems = Problems::default();
        let source = Source::new("--dose", text);
        let regimen = Regimen::parse(&source, 0..text.len(), &mut problems);
        assert!(problems.is_empty(), "{text}: {problems}");
        regimen.resolve(self, &mut problems);
        problems.to_string()
    }
}

impl Entries for Model {
    fn names(&self) -> Vec<String> {
        ["cart", "dexamethasone", "tocilizumab", "tcells"].map(String::from).to_vec()
    }
    fn entry(&self, name: &str) -> Option<Entry> {
        let index = self.names().iter().position(|known| known == name)?;
        let takes = match name {
            "cart" => Takes::Amount(unit("1e9 cells")),
            "dexamethasone" => Takes::Amount(unit("mg")),
            "tocilizumab" => Takes::Marker,
            _ => Takes::Refused("exposure does not depend on dose here".into()),
        };
        Some(Entry { index, takes, rate: false })
    }
    fn parameters(&self) -> Vec<String> {
        vec!["total_dose".into(), "kill".into()]
    }
    fn parameter(&self, name: &str) -> Option<(usize, Unit)> {
        match name {
            "total_dose" => Some((3, unit("1e9 cells"))),
            "kill" => Some((4, unit("1/d"))),
            _ => None,
        }
    }
    fn covariate(&self, name: &str) -> Option<(usize, Unit)> {
        (name == "weight").then(|| (5, unit("kg")))
    }
    fn scales(&self) -> &Scales {
        &self.0
    }
}

#[test]
fn texts_print_as_written() {
    for text in [
        "none",
        "cart 1.1e9 cells split 10/30/60 % at 0, 1, 2 d",
        "tocilizumab 800 mg over 1 h at 3 d every 8 h x 3",
        "cart 5e7 cells at 0 d",
        "cart total_dose at 0 d",
        "tocilizumab at 5.7 d",
        "tocilizumab 8 mg/kg over 1 h at 3 d",
        "dexamethasone 10 mg rate 5 mg/h at -5, 0 d, 6, 12 h",
        "cart 0.1 1e9 cells at 0 d; tocilizumab at 2, 3 d",
        "dexamethasone 8 mg/kg cap 800 mg if weight >= 30 kg over 1 h at 0 d",
        "dexamethasone step 1/2.5/5 mg at 0, 7, 14 d",
        "dexamethasone step 1/2 mg/kg bolus at 0, 7 d",
        "dexamethasone 5 mg at 0 d every 12 h ss; reset at 3 d; dexamethasone 5 mg at 3 d every 12 h x 4 ss2",
        "dexamethasone 0 mg rate 5 mg/h at 3 d ss",
    ] {
        assert_eq!(regimen(text).to_string(), text);
    }
}

#[test]
fn clauses_come_in_any_order_and_blanks_do_not_matter() {
    let usual = regimen("dexamethasone 10 mg over 30 min at 3, 5 d every 8 h x 3");
    for text in [
        "dexamethasone 10mg at 3d,5d x3 every 8h over 30min",
        "  dexamethasone\t10 mg every 8 h x 3 over 30 min\n at 3 , 5 d ;",
    ] {
        assert_eq!(regimen(text), usual, "{text}");
    }
    assert_eq!(
        regimen("cart 1 cells split 10 / 30/60% at 0,1,2 d"),
        regimen("cart 1 cells split 10/30/60 % at 0, 1, 2 d")
    );
}

#[test]
fn a_part_of_a_file_is_read_with_places_of_the_file() {
    let source = Source::new("model.toml", "regimen = ['cart 1 cells at 0 d', 'cart 2 cells atop 1 d']");
    let mut problems = Problems::default();
    let read = Regimen::parse(&source, 12..31, &mut problems);
    assert_eq!(read, regimen("cart 1 cells at 0 d"));
    assert_eq!(read.doses[0].times[0].span.text(), "0 d");
    Regimen::parse(&source, 35..57, &mut problems);
    assert!(problems.to_string().starts_with("model.toml:1:49: error[R001]: unknown word `atop`"), "{problems}");
}

#[test]
fn each_mistake_has_code_place_and_remedy() {
    // Text, start of the report, a part of its help.
    for (text, start, help) in [
        ("", "1:1: error[R001]: empty regimen", "none"),
        ("5e7 cells at 0 d", "1:1: error[R001]: a dose starts with the name", "cart 5e7 cells at 0 d"),
        ("at 0 d", "1:1: error[R001]: a dose starts with the name", "cart"),
        ("none; cart 5 cells at 0 d", "1:1: error[R001]: `none` stands alone", ""),
        ("cart 5e7 cells", "1:1: error[R002]: when is", "`cart 5e7 cells at 0 d`"),
        ("cart 5e7 cells att 0 d", "1:16: error[R001]: unknown word `att`", "did you mean `at`?"),
        ("cart 5e7 cells on 0 d", "1:16: error[R001]: unknown word `on`", "did you mean `at`?"),
        ("cart 5e7 cells soon at 0 d", "1:16: error[R001]: unknown word `soon`", "split, over, rate"),
        ("tocilizumab att 5.7 d", "1:13: error[R001]: unknown word `att`", "did you mean `at`?"),
        ("cart 5e7 cells 0 d", "1:16: error[R001]: no keyword before `0`", "at 0"),
        ("cart 5e7 cells at", "1:16: error[R001]: nothing follows `at`", "at 0 d"),
        ("cart 5e7 cells at 0 d at 1 d", "1:23: error[R001]: `at` is there twice", "at 0, 1, 2 d"),
        ("cart 5e7 cells at 0", "1:19: error[U007]: the time of a dose is in d, not a plain number", "`0 d`"),
        ("cart 5e7 cells at day 0", "1:19: error[R002]: a time is a number and a unit", "`0 d`"),
        ("cart 5e7 cells at 0 days", "1:21: error[U001]: unknown unit `days`", "did you mean `d`?"),
        ("cart 5e7 cells at 0 mg", "1:19: error[U007]: the time of a dose is in d, not in mg", "time"),
        ("cart 5e7 cels at 0 d", "1:10: error[U001]: unknown unit `cels`", "did you mean `cells`?"),
        ("cart -5e7 cells at 0 d", "1:6: error[R006]: negative amount", "-5 d"),
        ("cart nan cells at 0 d", "1:6: error[U006]", ""),
        ("cart nan at 0 d", "1:6: error[U006]", ""),
        ("cart 1e999 cells at 0 d", "1:6: error[U006]", ""),
        ("cart 1,5 mg at 0 d", "1:7: error[U005]", "1.5"),
        ("cart 5 cells at 0 d, 1,, 2 d", "1:24: error[U005]", ""),
        ("cart 5 cells split 10/30/70 % at 0, 1, 2 d", "1:20: error[R003]: the parts add up to 110 %", "change"),
        ("cart 5 cells split 10/30/60 at 0, 1, 2 d", "1:20: error[R003]: a split is in per cent", "60 %"),
        ("cart 5 cells split 10/90 % at 0, 1, 2 d", "1:20: error[R003]: 2 parts for 3 times", "split 10/30/60"),
        ("cart 5 cells split -10/110 % at 0, 1 d", "1:20: error[R003]: `-10` is no part", "not negative"),
        ("cart 5 cells split 50/50 % at 0, 1 d every 1 d x 2", "1:14: error[R003]: `split` and `every`", "list"),
        ("cart 5 cells at 0 d every 8 h", "1:21: error[R004]: `every` without `x`", "x 3"),
        ("cart 5 cells at 0 d x 3", "1:21: error[R004]: `x` without `every`", "every 8 h x 3"),
        ("cart 5 cells at 0 d every 8 h x 0", "1:33: error[R004]: `0` is no number", "at least 1"),
        ("cart 5 cells at 0 d every 8 h x 2.5", "1:33: error[R004]: `2.5` is no number", "whole"),
        ("cart 5 cells at 0 d every 0 h x 2", "1:27: error[R004]: the interval is not above 0", "8 h"),
        ("cart 5 cells at 0 d every 8 mg x 2", "1:27: error[U007]: the interval is in d, not in mg", ""),
        ("cart 5 cells at 0 d every 1 d x 2000000", "1:33: error[R004]: more than 100000", "infusion"),
        ("cart 5 cells at 0, 1 d every 1 d x 60000", "1:36: error[R004]: more than 100000", "infusion"),
        ("cart 5 cells over 0 h at 0 d", "1:19: error[R005]: the duration is not above 0", "at once"),
        ("cart 5 cells rate -1 cells/h at 0 d", "1:19: error[R005]: the rate is not above 0", "at once"),
        ("cart 5 cells over 1 h rate 5 cells/h at 0 d", "1:28: error[R005]: both", "keep one"),
        ("cart 5 cells over 1 h bolus at 0 d", "1:23: error[R005]: both `over` and `bolus`", "keep one"),
        ("cart 5 cells bolus 3 at 0 d", "1:20: error[R001]: nothing goes with `bolus`", ""),
        ("cart 5 cells at 0 d every 1 d ss ss2", "1:34: error[R012]: both `ss` and `ss2`", "keep one"),
        ("cart 5 cells cap 0 cells at 0 d", "1:18: error[R006]: a cap is above 0", "cap 800 mg"),
        ("cart 5 cells if weight 30 kg at 0 d", "1:17: error[R013]: `weight 30 kg` is no condition", "weight < 30 kg"),
        ("cart 5 cells if weight <= 30 kg at 0 d", "1:17: error[R013]: `weight <= 30 kg` is no", "weight < 30 kg"),
        ("cart step 1/2/5 cells at 0, 7 d", "1:11: error[R003]: 3 steps for 2 times", "one step"),
        ("cart step 1/-2 cells at 0, 7 d", "1:11: error[R006]: a step is finite", "step 1/2/5"),
        ("cart 5 cells step 1/2 cells at 0, 7 d", "1:6: error[R003]: `step` and an amount", "step 1/2/5"),
        ("cart step 1/2 cells split 50/50 % at 0, 7 d", "1:6: error[R003]: `step` and `split`", "keep one"),
        ("reset 5 mg at 0 d", "1:7: error[R001]: a reset has nothing but times", "reset at 5 d"),
        ("reset at 0 d ss", "1:14: error[R001]: a reset has nothing but times", ""),
        ("cart 5 cells over 1 mg at 0 d", "1:19: error[U007]: the duration is in d, not in mg", ""),
    ] {
        let told = told(text);
        assert!(told.starts_with(&format!("--dose:{start}")), "{text}: {told}");
        assert_eq!(told.matches("error[").count(), 1, "{text}: {told}");
        let helped = told.contains("help: ") && told[told.find("help: ").unwrap()..].contains(help);
        assert!(help.is_empty() || helped, "{text}: {told}");
    }
}

#[test]
fn all_mistakes_of_a_text_are_told_at_once() {
    let told = told("cart -5 cells split 10/30 % att 0, 1, 2; 7 mg at 1 d; dexamethasone 5 mgg every 0 h at 2 d");
    for code in ["R006", "R003", "R001", "U007", "U001", "R004"] {
        assert!(told.contains(code), "{code} is not in\n{told}");
    }
}

#[test]
fn given_doses_replace_those_of_their_entry_only() {
    let usual = || regimen("cart 1 cells at 0 d; dexamethasone 10 mg at 4 d; cart 2 cells at 7 d");
    let given = |texts: &[&str]| usual().override_with(texts.iter().map(|text| regimen(text)).collect()).to_string();
    assert_eq!(given(&[]), usual().to_string());
    assert_eq!(given(&["cart 5 cells at 1 d"]), "dexamethasone 10 mg at 4 d; cart 5 cells at 1 d");
    assert_eq!(
        given(&["cart 5 cells at 1 d", "cart 6 cells at 2 d"]),
        "dexamethasone 10 mg at 4 d; cart 5 cells at 1 d; cart 6 cells at 2 d"
    );
    assert_eq!(given(&["tocilizumab at 3 d"]), format!("{}; tocilizumab at 3 d", usual()));
    assert_eq!(given(&["none"]), "none");
    assert_eq!(given(&["none", "cart 5 cells at 1 d"]), "cart 5 cells at 1 d");
    assert_eq!(given(&["cart 5 cells at 1 d", "none"]), "cart 5 cells at 1 d");
}

#[test]
fn a_split_dose_is_given_in_parts_in_canonical_numbers() {
    let list = Model::new().resolve("cart 1.1e9 cells split 10/30/60 % at 0, 24, 48 h");
    let seen: Vec<(f64, Given)> = list.iter().map(|given| (given.time, given.amount)).collect();
    let parts = [1.1 * 0.1, 1.1 * 0.3, 1.1 * 0.6].map(Given::Fixed);
    assert_eq!(seen, [(0.0, parts[0]), (1.0, parts[1]), (2.0, parts[2])]);
    assert!(
        list.iter().all(|given| given.entry == Some(0) && !given.additional && given.delivery == Delivery::Declared)
    );
}

#[test]
fn parameters_markers_and_infusions_resolve() {
    let model = Model::new();
    let list = model.resolve("cart total_dose split 25/75 % at 0, 1 d; tocilizumab at -5 d");
    assert_eq!((list[0].entry, list[0].time, list[0].amount), (Some(2), -5.0, Given::Marker));
    assert_eq!(list[1].amount, Given::Parameter { slot: 3, fraction: 0.25 });
    assert_eq!(list[2].amount, Given::Parameter { slot: 3, fraction: 0.75 });
    let list = model.resolve("dexamethasone 1 ug over 6 h at 0 d; dexamethasone 1 ug rate 1 ug/h at 1 d");
    assert_eq!((list[0].amount, list[0].delivery), (Given::Fixed(1e6), Delivery::Duration(0.25)));
    assert_eq!(list[1].delivery, Delivery::Rate(24e6));
}

#[test]
fn x_3_is_three_in_all_and_additional_doses_act_first_at_one_time() {
    // The third of 8 h intervals meets the dose written for day 1, to the bit.
    let list = Model::new().resolve("tocilizumab at 1 d; dexamethasone 1 mg at 0 d every 8 h x 4; cart 1 cells at 1 d");
    let seen: Vec<(usize, f64, bool)> = list.iter().map(|given| (given.dose, given.time, given.additional)).collect();
    assert_eq!(
        seen,
        [
            (1, 0.0, false),
            (1, 8.0 / 24.0, true),
            (1, 16.0 / 24.0, true),
            (1, 1.0, true),
            (0, 1.0, false),
            (2, 1.0, false)
        ]
    );
}

#[test]
fn times_that_differ_by_rounding_are_one_time() {
    // 3 x 0.1 d is 0.30000000000000004 d, and -0.3 d + 3 x 0.1 d is 5.6e-17 d.
    let list = Model::new().resolve("cart 1 cells at 0 d every 0.1 d x 4; tocilizumab at 0.3 d");
    assert_eq!((list[3].time, list[3].additional), (0.3, true));
    assert_eq!((list[4].time, list[4].additional), (0.3, false));
    let list = Model::new().resolve("cart 1 cells at -0.3 d every 0.1 d x 4; tocilizumab at 0 d");
    assert_eq!((list[3].time, list[4].time), (0.0, 0.0));
    assert!(same_time(0.1 + 0.2, 0.3) && !same_time(1.0, 1.0 + 1e-12));
}

#[test]
fn a_dose_that_does_not_fit_the_model_is_told() {
    let model = Model::new();
    for (text, start, help) in [
        ("catr 5 cells at 0 d", "1:1: error[R007]: unknown dose entry `catr`", "did you mean `cart`?"),
        ("il2 5 IU at 0 d", "1:1: error[R007]: unknown dose entry `il2`", "cart, dexamethasone, tocilizumab"),
        ("tcells 5 cells at 0 d", "1:1: error[R010]: this model takes no dose of `tcells`", "does not depend on dose"),
        ("tocilizumab 8 mg over 1 h at 3 d", "1:13: error[R008]: `tocilizumab` marks", "`tocilizumab at 3 d`"),
        ("cart at 0 d", "1:1: error[R009]: how much of `cart`?", "`cart 1 cells ..`"),
        ("cart 5e7 at 0 d", "1:6: error[U007]: the amount of `cart` has no unit", "`5e7 cells`"),
        ("cart 5 mg at 0 d", "1:6: error[U007]: the amount of `cart` is in 1e9 cells, not in mg", "cells"),
        ("cart kill at 0 d", "1:6: error[U007]: the amount of `cart` is in 1e9 cells, not in 1/d", "cells"),
        ("cart totl_dose at 0 d", "1:6: error[R011]: `totl_dose` is no parameter", "did you mean `total_dose`?"),
        ("dexamethasone 8 mg/m2 at 0 d", "1:15: error[R014]: a dose per m2, and the model has no", "[covariates.bsa]"),
        ("dexamethasone 8 mg rate 1 mg/m2/h at 0 d", "1:25: error[R014]: a dose per m2", "[covariates.bsa]"),
        ("dexamethasone 0 mg at 0 d ss", "1:27: error[R012]: steady state without an interval", "every 12 h"),
        ("dexamethasone 8 mg cap 5 cells at 0 d", "1:24: error[U007]: the cap of `dexamethasone` is in mg", ""),
        ("dexamethasone 8 mg if wieght < 5 kg at 0 d", "1:23: error[R013]: `wieght` is no covariate", "weight"),
        ("dexamethasone 8 mg if weight < 5 mL at 0 d", "1:23: error[U007]: `weight` is in kg", ""),
        ("dexamethasone 8 mg at 0 d ss", "1:27: error[R012]: steady state without an interval", "every 12 h ss"),
        ("dexamethasone 0 mg rate 1 mg/h at 0 d every 1 d ss", "1:45: error[R012]: an amount of 0", "no interval"),
        (
            "dexamethasone 8 mg rate 1 mg at 0 d",
            "1:25: error[U007]: the rate of the infusion is in mg/h, not in mg",
            "",
        ),
    ] {
        let told = model.told(text);
        assert!(told.starts_with(&format!("--dose:{start}")), "{text}: {told}");
        assert_eq!(told.matches("error[").count(), 1, "{text}: {told}");
        let helped = told.contains("help: ") && told[told.find("help: ").unwrap()..].contains(help);
        assert!(help.is_empty() || helped, "{text}: {told}");
    }
    // Others are still resolved, and both mistakes are told.
    let mut problems = Problems::default();
    let list = regimen("catr 5 cells at 0 d; cart 5 cells at 0 d; cart 5 mg at 0 d").resolve(&model, &mut problems);
    assert_eq!((list.len(), problems.iter().count()), (1, 2));
}

#[test]
fn a_dose_made_by_a_program_is_held_to_the_same_rules() {
    let mut made = regimen("cart 5 cells split 50/50 % at 0, 1 d");
    made.doses[0].times.pop();
    let mut problems = Problems::default();
    assert!(made.resolve(&Model::new(), &mut problems).is_empty());
    assert!(problems.to_string().contains("2 parts for 1 time"), "{problems}");
    let mut made = regimen("cart 5 cells at 0 d");
    made.doses[0].times[0] = Located::unwritten(Quantity { value: f64::NAN, unit: unit("d") });
    let mut problems = Problems::default();
    assert!(made.resolve(&Model::new(), &mut problems).is_empty());
    assert!(problems.has_errors());
}

fn quantity(units: &'static [&'static str], least: f64) -> impl Strategy<Value = Quantity> {
    let number = prop_oneof![
        (0_u32..1000).prop_map(f64::from),
        1e-12..1e12_f64,
        prop::num::f64::POSITIVE.prop_filter("within units", |v| (1e-200..1e200).contains(v)),
    ];
    (number, prop::sample::select(units))
        .prop_filter("large enough", move |(value, _)| *value >= least)
        .prop_map(|(value, text)| Quantity { value, unit: unit(text) })
}

fn dose() -> impl Strategy<Value = Dose> {
    let amount = prop_oneof![
        quantity(&["1e9 cells", "cells", "mg", "ug/kg", "1", "copies"], 0.0).prop_map(|q| Some(Amount::Quantity(q))),
        "[a-w][a-z_.0-9]{0,8}".prop_map(|name| Some(Amount::Parameter(name))),
        Just(None),
    ];
    let infusion = prop_oneof![
        quantity(&["h", "d", "min"], 1e-300).prop_map(|q| Some(Infusion::Duration(q))),
        quantity(&["mg/h", "1e9 cells/d"], 1e-300).prop_map(|q| Some(Infusion::Rate(q))),
        Just(Some(Infusion::Bolus)),
        Just(None),
    ];
    let cap = prop::option::of(quantity(&["mg", "cells"], 1e-300));
    let only_if = prop::option::of(("[a-z_][a-z_.0-9]{0,8}", any::<bool>(), quantity(&["kg", "m2"], 0.0)));
    let steady = prop::option::of(prop_oneof![Just(Steady::Replaces), Just(Steady::Adds)]);
    let steps = prop::option::of(prop::collection::vec(0.0..1e6_f64, 5));
    let times = prop::collection::vec((quantity(&["d", "h", "week", "24 h"], 0.0), any::<bool>()), 1..5);
    let every = prop::option::of((quantity(&["d", "h"], 1e-300), 1_u32..20_000));
    let reserved = [
        "split", "over", "rate", "at", "every", "x", "none", "nan", "inf", "cap", "if", "step", "bolus", "ss", "ss2",
        "reset",
    ];
    let named = "[a-z_][a-z_.0-9]{0,8}".prop_filter("a name", move |name| !reserved.contains(&name.as_str()));
    ((named, amount, any::<bool>(), times, infusion, every), (cap, only_if, steady, steps))
        .prop_filter("a name", move |((_, amount, ..), _)| match amount {
            Some(Amount::Parameter(name)) => !reserved.contains(&name.as_str()) && name != "infinity",
            _ => true,
        })
        .prop_map(|((entry, amount, split, times, infusion, every), (cap, only_if, steady, steps))| {
            let n = times.len() as f64;
            let steps = steps.map(|steps| Amount::Steps(steps[..times.len()].to_vec(), unit("mg")));
            let split = (split && amount.is_some() && steps.is_none())
                .then(|| Located::unwritten(vec![100.0 / n; times.len()]));
            let repeat = every
                .filter(|_| split.is_none())
                .map(|(every, count)| Repeat { every: Located::unwritten(every), count: Located::unwritten(count) });
            let signed = times.into_iter().map(|(time, negative)| {
                let value = if negative { -time.value } else { time.value };
                Located::unwritten(Quantity { value, unit: time.unit })
            });
            let source = Source::new("program", "");
            Dose {
                entry: Located::unwritten(entry),
                amount: steps.or(amount).map(Located::unwritten),
                cap: cap.map(Located::unwritten),
                only_if: only_if
                    .map(|(covariate, below, limit)| Located::unwritten(OnlyIf { covariate, below, limit })),
                split,
                times: signed.collect(),
                infusion: infusion.map(Located::unwritten),
                repeat,
                steady: steady.map(Located::unwritten),
                span: source.whole(),
            }
        })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(doses in prop::collection::vec(dose(), 0..4)) {
        let made = Regimen { doses };
        let text = made.to_string();
        let read = text.parse::<Regimen>();
        prop_assert!(read.is_ok(), "{}: {}", text, read.unwrap_err());
        prop_assert_eq!(&read.unwrap(), &made, "{}", text);
        // The same through the tables of a scenario.
        let (file, mut problems) = (Source::new("s.toml", made.to_toml()), Problems::default());
        let table = crate::document::parse(&file, &mut problems).unwrap();
        let mut doses = Vec::new();
        for inner in table.tables("dose", &mut problems) {
            let span = inner.needed_text("give", inner.span(), &mut problems).unwrap().span();
            doses.extend(Regimen::parse(&span.source, span.start..span.end, &mut problems).doses);
        }
        prop_assert!(problems.is_empty(), "{}", problems);
        prop_assert_eq!(Regimen { doses }, made);
    }

    #[test]
    fn no_text_makes_it_panic(text in "(cart|toci|none|;|,|/|%|[0-9.e+-]{1,4}|split|at|over|rate|every|x|x3|d|h|mg|é| ){0,20}") {
        let mut problems = Problems::default();
        let read = Regimen::parse(&Source::new("--dose", text.as_str()), 0..text.len(), &mut problems);
        read.resolve(&Model::new(), &mut problems);
        prop_assert!(problems.has_errors() || text.trim() == "none" || !read.doses.is_empty());
    }

    #[test]
    fn parts_add_up_to_the_whole_and_come_in_order(
        parts in prop::collection::vec(0.01..1.0_f64, 1..8),
        amount in 1e6..1e12_f64,
        start in -100.0..100.0_f64,
    ) {
        let sum: f64 = parts.iter().sum();
        let split: Vec<String> = parts.iter().map(|part| (100.0 * part / sum).to_string()).collect();
        let times: Vec<String> = (0..parts.len()).rev().map(|n| (start + n as f64).to_string()).collect();
        let text = format!("cart {amount} cells split {} % at {} h", split.join("/"), times.join(", "));
        let list = Model::new().resolve(&text);
        prop_assert_eq!(list.len(), parts.len());
        prop_assert!(list.is_sorted_by(|a, b| a.time < b.time));
        let total: f64 = list.iter().map(|given| match given.amount { Given::Fixed(part) => part, _ => f64::NAN }).sum();
        prop_assert!((total - amount / 1e9).abs() <= 1e-12 * total);
    }
}

use proptest::prelude::*;

use super::*;
use crate::crs::Bound;
use crate::diagnostic::Source;
use crate::trajectory::Sidecar;

fn labs(values: &[(Input, f64)]) -> Labs {
    values.iter().fold(Labs::unknown(), |labs, (input, value)| labs.with(*input, *value))
}

fn of(name: &str, labs: &Labs) -> Answer {
    Score::named(name).unwrap().of(labs, &Settings::default())
}

fn read(text: &str) -> Result<LabTable, String> {
    read_labs(&Source::new("labs.csv", text), &Sidecar::default()).map_err(|problems| problems.to_string())
}

fn csv(text: &str) -> String {
    let mut out = Vec::new();
    write_csv(&scores(&read(text).unwrap(), &Settings::default()), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn inputs_and_scores_have_names_of_their_own() {
    for (at, input) in Input::ALL.into_iter().enumerate() {
        assert_eq!((input as usize, Input::named(input.name())), (at, Some(input)));
        if let Kind::Number { units, .. } = input.kind() {
            for (unit, _) in units {
                assert!(input.conversion(&crate::unit::Unit::parse_str(unit).unwrap()).is_some(), "{unit}");
            }
        }
    }
    for score in Score::all() {
        assert!(std::ptr::eq(Score::named(score.name).unwrap(), score));
        assert!(!score.inputs.is_empty() && !score.formula.ends_with('.') && !score.validity.ends_with('.'));
        let told = of(score.name, &Labs::unknown());
        assert_eq!((told.value, told.class, told.bound), (None, None, Bound::Undetermined), "{}", score.name);
        assert!(!told.flags.is_empty(), "{}", score.name);
    }
    assert!(NOT_SHIPPED.iter().any(|(rule, _)| rule.contains("Teachey")));
}

#[test]
fn easix_and_its_variants() {
    let known = labs(&[(Input::Ldh, 400.0), (Input::Creatinine, 1.0), (Input::Platelets, 100.0), (Input::Crp, 5.0)]);
    for (name, value) in [
        ("easix", 4.0),
        ("log2-easix", 2.0),
        ("s-easix", 4.0),
        ("log2-s-easix", 2.0),
        ("m-easix", 20.0),
        ("log2-m-easix", 20_f64.log2()),
    ] {
        let told = of(name, &known);
        assert_eq!((told.value, told.bound, told.class), (Some(value), Bound::Exact, None), "{name}");
        assert!(told.flags.is_empty());
    }
    let told = of("easix", &labs(&[(Input::Ldh, 400.0), (Input::Platelets, 100.0)]));
    assert_eq!(
        (told.value, told.bound, told.flags),
        (None, Bound::Undetermined, vec!["missing-creatinine".to_string()])
    );
    let none = known.clone().with(Input::Platelets, 0.0);
    assert_eq!((of("easix", &none).value, of("easix", &none).flags), (None, vec!["no-platelets".to_string()]));
    let free = known.with(Input::Crp, 0.0);
    assert_eq!((of("m-easix", &free).value, of("log2-m-easix", &free).value), (Some(0.0), None));
    assert_eq!(of("log2-m-easix", &free).flags, ["log-of-zero"]);
}

proptest! {
    #[test]
    fn easix_scales_with_its_factors(
        ldh in 1.0..1e4_f64, creatinine in 0.1..20.0_f64, platelets in 1.0..1e3_f64, by in 0.1..10.0_f64,
    ) {
        let index = |ldh: f64, creatinine: f64, platelets: f64| {
            let known = labs(&[(Input::Ldh, ldh), (Input::Creatinine, creatinine), (Input::Platelets, platelets)]);
            (of("easix", &known).value.unwrap(), of("log2-easix", &known).value.unwrap())
        };
        let (value, log) = index(ldh, creatinine, platelets);
        let three = [
            index(by * ldh, creatinine, platelets),
            index(ldh, by * creatinine, platelets),
            index(ldh, creatinine, platelets / by),
        ];
        for scaled in three {
            prop_assert!((scaled.0 / (by * value) - 1.0).abs() < 1e-12);
            prop_assert!((scaled.1 - log - by.log2()).abs() < 1e-9);
        }
    }

    /// What is learnt never contradicts what was said: a lower bound only rises, a class once decided stays.
    #[test]
    fn knowing_more_never_contradicts(
        values in prop::array::uniform5(0.0..4000.0_f64), known in prop::array::uniform5(any::<bool>()),
    ) {
        let items = [Input::Platelets, Input::Anc, Input::Hb, Input::Crp, Input::Ferritin];
        let full: Vec<_> = items.into_iter().zip(values).collect();
        let part: Vec<_> = full.iter().copied().zip(known).filter(|(_, known)| *known).map(|(item, _)| item).collect();
        let (whole, some) = (of("car-hematotox", &labs(&full)), of("car-hematotox", &labs(&part)));
        prop_assert!(some.value.is_none_or(|value| value <= whole.value.unwrap()));
        prop_assert!(some.class.is_none() || some.class == whole.class);
        prop_assert_eq!(some.bound == Bound::Exact, part.len() == full.len());
    }

    #[test]
    fn any_text_is_answered(
        text in "(subject|time|ldh|crp|pressor| \\[d\\]| \\[mg/L\\]|,|\n|<3|-|\"|[0-9.]{1,3}){0,30}",
    ) {
        let _ = read(&text);
    }
}

#[test]
fn hematotox_sums_its_items() {
    let full = labs(&[
        (Input::Platelets, 100.0),
        (Input::Anc, 800.0),
        (Input::Hb, 8.5),
        (Input::Crp, 2.0),
        (Input::Ferritin, 1500.0),
    ]);
    let told = of("car-hematotox", &full);
    assert_eq!((told.value, told.class, told.bound), (Some(4.0), Some("high"), Bound::Exact));
    assert_eq!(told.flags, ["cut-offs-unverified"]);

    let best = labs(&[
        (Input::Platelets, 300.0),
        (Input::Anc, 3000.0),
        (Input::Hb, 13.0),
        (Input::Crp, 0.3),
        (Input::Ferritin, 100.0),
    ]);
    assert_eq!((of("car-hematotox", &best).value, of("car-hematotox", &best).class), (Some(0.0), Some("low")));
    for (input, value, points) in [
        (Input::Platelets, 175.1, 0.0),
        (Input::Platelets, 175.0, 1.0),
        (Input::Platelets, 75.0, 1.0),
        (Input::Platelets, 74.9, 2.0),
        (Input::Anc, 1201.0, 0.0),
        (Input::Anc, 1200.0, 1.0),
        (Input::Hb, 9.1, 0.0),
        (Input::Hb, 9.0, 1.0),
        (Input::Crp, 2.9, 0.0),
        (Input::Crp, 3.0, 1.0),
        (Input::Ferritin, 649.9, 0.0),
        (Input::Ferritin, 650.0, 1.0),
        (Input::Ferritin, 2000.0, 1.0),
        (Input::Ferritin, 2000.1, 2.0),
    ] {
        let told = of("car-hematotox", &best.clone().with(input, value));
        assert_eq!(told.value, Some(points), "{input:?} {value}");
        assert_eq!(told.class, Some(if points >= 2.0 { "high" } else { "low" }));
    }
}

#[test]
fn hematotox_decides_by_what_is_known() {
    let known = labs(&[(Input::Platelets, 60.0)]);
    let told = of("car-hematotox", &known);
    assert_eq!((told.value, told.class, told.bound), (Some(2.0), Some("high"), Bound::Lower));
    assert_eq!(told.flags.len(), 5);
    let told = of("car-hematotox", &labs(&[(Input::Platelets, 100.0)]));
    assert_eq!((told.value, told.class, told.bound), (Some(1.0), None, Bound::Lower));
    // Only the haemoglobin is missing: the sum is 0 or 1, low either way.
    let values = [(Input::Platelets, 300.0), (Input::Anc, 3000.0), (Input::Crp, 0.3), (Input::Ferritin, 100.0)];
    let told = of("car-hematotox", &labs(&values));
    assert_eq!((told.value, told.class, told.bound), (Some(0.0), Some("low"), Bound::Lower));
}

#[test]
fn il6_bands_have_a_gap_and_an_assumed_limit() {
    for (peak, class) in [
        (0.0, "band-0-1"),
        (14.0, "band-0-1"),
        (14.1, "band-2"),
        (140.0, "band-2"),
        (140.1, "no-band"),
        (1399.0, "no-band"),
        (1400.0, "band-3-4"),
    ] {
        let told = of("il6-band", &labs(&[(Input::Il6Peak, peak)]));
        assert_eq!((told.value, told.class), (Some(peak / 7.0), Some(class)), "{peak}");
        assert_eq!(told.flags.contains(&"gap-in-source".to_string()), class == "no-band");
        assert!(told.flags.contains(&"uln-assumed".to_string()));
    }
    let mut own = Settings::default();
    own.set("il6_uln", "5 ng/L").unwrap();
    let told = Score::named("il6-band").unwrap().of(&labs(&[(Input::Il6, 1000.0)]), &own);
    assert_eq!(
        (told.value, told.class, told.flags),
        (Some(200.0), Some("band-3-4"), vec!["taken-as-peak".to_string()])
    );
    for (name, value) in [("uln", "5 pg/mL"), ("il6_uln", "5"), ("il6_uln", "0 pg/mL"), ("il6_uln", "nan pg/mL")] {
        assert!(own.set(name, value).is_err(), "{name}={value}");
    }
}

/// Fever for 4 days, IL-6 from 4 to 310, IFN-gamma from 2 to 160, a pressor.
fn severe() -> Labs {
    labs(&[
        (Input::FeverDays, 4.0),
        (Input::Il6Baseline, 4.0),
        (Input::Il6Peak, 310.0),
        (Input::IfngBaseline, 2.0),
        (Input::IfngPeak, 160.0),
        (Input::Pressor, 1.0),
    ])
}

#[test]
fn davila_wants_all_three() {
    let told = of("davila-2014", &severe());
    assert_eq!((told.value, told.class, told.bound), (Some(1.0), Some("severe"), Bound::Exact));
    assert_eq!(told.flags, ["cut-offs-unverified"]);
    // One at 250 times does as well; at 75 times two are needed, and the others are not known.
    let one = severe().with(Input::IfngPeak, 2.0);
    assert_eq!(of("davila-2014", &one.clone().with(Input::Il6Peak, 1000.0)).class, Some("severe"));
    let told = of("davila-2014", &one.clone().with(Input::Il6Peak, 999.9));
    assert_eq!((told.value, told.bound), (None, Bound::Undetermined));
    assert_eq!(told.flags, ["cut-offs-unverified", "cytokines-unknown"]);
    let edge = severe().with(Input::Il6Peak, 300.0).with(Input::IfngPeak, 150.0);
    assert_eq!(of("davila-2014", &edge).class, Some("severe"));
    assert_eq!(of("davila-2014", &edge.with(Input::IfngPeak, 149.9)).class, None);
}

#[test]
fn davila_is_refuted_by_what_is_known() {
    let none = f64::NAN;
    for (change, class) in [
        (vec![(Input::FeverDays, 2.9)], Some("not-severe")),
        (vec![(Input::FeverDays, 3.0)], Some("severe")),
        (vec![(Input::FeverDays, none)], None),
        (vec![(Input::Pressor, 0.0)], None),
        (vec![(Input::Pressor, none), (Input::Neurologic, 1.0)], Some("severe")),
        (vec![(Input::Pressor, 0.0), (Input::Hypoxia, 0.0), (Input::Neurologic, 0.0)], Some("not-severe")),
        (vec![(Input::FeverDays, 0.0), (Input::Il6Peak, none), (Input::Pressor, none)], Some("not-severe")),
    ] {
        let known = change.iter().fold(severe(), |labs, (input, value)| labs.with(*input, *value));
        assert_eq!(of("davila-2014", &known).class, class, "{change:?}");
    }
    // All seven measured and none risen far enough.
    let flat =
        rules::CYTOKINES.iter().fold(severe(), |labs, (baseline, peak)| labs.with(*baseline, 2.0).with(*peak, 149.0));
    assert_eq!(of("davila-2014", &flat).class, Some("not-severe"));
    for (crp, class) in [(19.9, "below-mark"), (20.0, "marks-severe")] {
        assert_eq!(of("davila-crp", &labs(&[(Input::Crp, crp)])).class, Some(class));
    }
}

#[test]
fn units_are_converted_and_cut_offs_stay_on_their_side() {
    let text = "ldh [IU/mL],creatinine [umol/L],platelets [1e3 cells/uL],crp [mg/L],hb [g/L],anc [1e9/L],\
                ferritin [ug/L]\n0.4,88.4,75,30,90,1.2,650\n";
    let found = &read(text).unwrap().rows[0].labs;
    let at = |input| found.get(input).unwrap();
    assert_eq!((at(Input::Ldh), at(Input::Platelets), at(Input::Crp)), (400.0, 75.0, 3.0));
    assert_eq!((at(Input::Hb), at(Input::Anc), at(Input::Ferritin)), (9.0, 1200.0, 650.0));
    assert!((at(Input::Creatinine) - 1.0).abs() < 1e-4);
    assert_eq!(of("car-hematotox", found).value, Some(5.0));
}

#[test]
fn a_table_as_spreadsheets_write_it() {
    let text = "\u{feff}subject,time [h],ldh [IU/L],platelets [1e9/L],ward\r\nb,24,400,100,x\r\n\
                a,,200,100,y\r\nb,-120,,50,\r\n";
    let (creatinine, crp) = ("missing-creatinine", "missing-crp");
    let rest = "cut-offs-unverified;missing-anc;missing-hb;missing-crp;missing-ferritin";
    let expected = [
        "subject,time,score,value,class,bound,evidence,flags".to_string(),
        format!("b,-5,easix,,,undetermined,read,missing-ldh;{creatinine}"),
        format!("b,-5,log2-easix,,,undetermined,read,missing-ldh;{creatinine}"),
        format!("b,-5,m-easix,,,undetermined,read,missing-ldh;{crp}"),
        format!("b,-5,log2-m-easix,,,undetermined,read,missing-ldh;{crp}"),
        "b,-5,s-easix,,,undetermined,read,missing-ldh".into(),
        "b,-5,log2-s-easix,,,undetermined,read,missing-ldh".into(),
        format!("b,-5,car-hematotox,2,high,lower,unverified,{rest}"),
        format!("b,1,easix,,,undetermined,read,{creatinine}"),
        format!("b,1,log2-easix,,,undetermined,read,{creatinine}"),
        format!("b,1,m-easix,,,undetermined,read,{crp}"),
        format!("b,1,log2-m-easix,,,undetermined,read,{crp}"),
        "b,1,s-easix,4,,exact,read,".into(),
        "b,1,log2-s-easix,2,,exact,read,".into(),
        format!("b,1,car-hematotox,1,,lower,unverified,{rest}"),
        format!("a,,easix,,,undetermined,read,{creatinine}"),
        format!("a,,log2-easix,,,undetermined,read,{creatinine}"),
        format!("a,,m-easix,,,undetermined,read,{crp}"),
        format!("a,,log2-m-easix,,,undetermined,read,{crp}"),
        "a,,s-easix,2,,exact,read,".into(),
        "a,,log2-s-easix,1,,exact,read,".into(),
        format!("a,,car-hematotox,1,,lower,unverified,{rest}"),
    ];
    assert_eq!(csv(text).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn every_mistake_is_told_with_its_place_and_a_remedy() {
    for (text, expected) in [
        ("subject,crp\na,3\n", vec!["labs.csv:1:9: error[D009]: column `crp` has no unit", "crp [mg/dL]"]),
        ("crp [1/d]\n3\n", vec!["labs.csv:1:6: error[U007]: column `crp`", "mg/dL"]),
        ("ldh [U/L]\n3\n", vec!["labs.csv:1:6: error[U001]", "`IU`"]),
        ("time,crp [mg/L]\n0,3\n", vec!["labs.csv:1:1: error[D009]", "time [d]"]),
        ("subject,CRP [mg/L]\na,3\n", vec!["labs.csv:1:1: error[D006]", "ldh, creatinine"]),
        ("crp [mg/L]\n3\n-1\n", vec!["labs.csv:3:1: error[F006]: `crp` of -1 mg/L cannot be", "0 and 100 mg/dL"]),
        ("crp [mg/L]\nNaN\n", vec!["labs.csv:2:1: error[D007]: `NaN` is not a number", "leave a missing value empty"]),
        ("crp [mg/L]\n<3\n", vec!["labs.csv:2:1: error[D007]: `<3`", "write the limit itself"]),
        ("hb [g/dL]\n85\n", vec!["labs.csv:2:1: error[F006]: `hb` of 85 g/dL cannot be", "is the unit right?"]),
        ("il6_baseline [pg/mL]\n0\n", vec!["error[F006]: `il6_baseline` of 0 pg/mL cannot be"]),
        ("time [d],crp [mg/L]\nsoon,3\n", vec!["labs.csv:2:1: error[D007]: `soon` is not a time"]),
        ("pressor\nyes\n", vec!["labs.csv:2:1: error[F006]: `pressor` cannot be `yes`", "`true` or `false`"]),
    ] {
        let told = read(text).unwrap_err();
        for part in expected {
            assert!(told.contains(part), "{text:?} should say {part:?}\n{told}");
        }
    }
    let told = read(&format!("crp [mg/L],hb\n{}", "-1,2\n".repeat(3))).unwrap_err();
    assert_eq!(told.matches("error[").count(), 1, "the header first\n{told}");
    let told = read(&format!("crp [mg/L]\n{}", "-1\n".repeat(100))).unwrap_err();
    assert_eq!(told.matches("F006").count(), 20);
    assert!(told.contains("80 more fields are wrong"), "{told}");
}

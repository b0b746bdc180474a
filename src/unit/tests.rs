use super::*;
use crate::diagnostic::{Problems, Source};
use proptest::prelude::*;

fn unit(text: &str) -> Unit {
    Unit::parse_str(text).unwrap_or_else(|problems| panic!("{text}: {problems}"))
}

fn mistake(text: &str) -> String {
    Unit::parse_str(text).map(|unit| unit.to_string()).unwrap_err().to_string()
}

#[test]
fn every_known_unit_has_its_size_and_prints_as_itself() {
    // In s, g, m, mol.
    let sizes = [
        ("s", 1.0),
        ("min", 60.0),
        ("h", 3600.0),
        ("d", 86400.0),
        ("week", 604_800.0),
        ("kg", 1e3),
        ("g", 1.0),
        ("mg", 1e-3),
        ("ug", 1e-6),
        ("ng", 1e-9),
        ("pg", 1e-12),
        ("L", 1e-3),
        ("dL", 1e-4),
        ("mL", 1e-6),
        ("uL", 1e-9),
        ("m", 1.0),
        ("cm", 1e-2),
        ("mm", 1e-3),
        ("m2", 1.0),
        ("mol", 1.0),
        ("mmol", 1e-3),
        ("umol", 1e-6),
        ("nmol", 1e-9),
        ("pmol", 1e-12),
        ("cells", 1.0),
        ("copies", 1.0),
        ("IU", 1.0),
        ("degC", 1.0),
        ("degF", 5.0 / 9.0),
        ("K", 1.0),
        ("mmHg", 133_322.387_415),
        ("percent", 0.01),
        ("1", 1.0),
        ("1e9 cells", 1e9),
        ("1e6 pg/mL/(1e9 cells)^2/d", 1e6 * 1e-12 / 1e-6 / 1e18 / 86400.0),
    ];
    for (text, size) in sizes {
        assert!((unit(text).factor() / size - 1.0).abs() < 1e-15, "{text}: {}", unit(text).factor());
        assert_eq!(unit(text).to_string(), text);
    }
}

#[test]
fn other_spellings_are_read() {
    for (one, other) in [
        ("µg", "ug"),
        ("μL", "uL"),
        ("cell", "cells"),
        ("%", "percent"),
        ("m^2", "m2"),
        ("mL.d", "mL*d"),
        (" pg / mL ", "pg/mL"),
        ("d^-1", "1/d"),
        ("(pg/mL)^2", "pg^2/mL^2"),
        ("pg/(mL*d)", "pg/mL/d"),
        ("1e9 cells/mL", "(1e9 cells)/mL"),
        ("2 mL^2", "2*mL*mL"),
        ("kg^(3/4)", "kg/kg^(1/4)"),
        ("cm^3", "mL"),
        ("1000 mL", "L"),
        ("1/1", "1"),
    ] {
        assert_eq!(unit(one), unit(other), "{one} and {other}");
    }
    assert_eq!(unit("d/mL*pg").to_string(), "d*pg/mL");
    assert_eq!(unit("1/d").to_string(), "1/d");
}

#[test]
fn levels_are_levels_only_alone() {
    assert!(unit("degC").is_level() && unit("(degF)").is_level());
    assert!(!unit("K").is_level() && !unit("pg/mL/degC").is_level() && !unit("degC/h").is_level());
    assert_ne!(unit("degC"), unit("K"));
    assert_eq!(unit("degC/h"), unit("K/h"));
    assert_eq!(unit("degC").difference(), unit("K"));
    assert_eq!(unit("degF").difference().to_string(), "5*K/9");
    assert_eq!(&unit("degF/h") * &unit("h"), unit("5*K/9"));
    assert_eq!(unit("degF").convert(98.6, &unit("degC")), Some(37.0));
    assert_eq!(unit("degC").convert(40.0, &unit("degF")), Some(104.0));
    assert_eq!(unit("K").convert(1.0, &unit("degC")), None);
    assert_eq!(unit("degC").convert(38.0, &unit("K")), None);
}

#[test]
fn conversions_between_decimal_units_are_exact() {
    for (value, from, to, expected) in [
        (0.1_f64, "mg", "pg", 1e8_f64),
        (3.0, "ng/mL", "pg/mL", 3e3),
        (1.0, "g/L", "pg/mL", 1e9),
        (8.0, "h", "d", 1.0 / 3.0),
        (0.3, "1/h", "1/d", 0.3 * 24.0),
        (2.0, "week", "d", 14.0),
        (28.0, "d", "week", 4.0),
        (5.0, "percent", "1", 0.05),
        (7.0, "mmHg/h", "mmHg/h", 7.0),
        (70.0, "kg^(3/4)", "kg^(3/4)", 70.0),
        (1.0, "cells/uL", "1e9 cells/L", 1e-3),
        (0.7, "1/(1e9 cells)/d", "1/(1e9 cells)/d", 0.7),
    ] {
        let converted = unit(from).convert(value, &unit(to)).unwrap();
        assert_eq!(converted.to_bits(), expected.to_bits(), "{value} {from} = {converted} {to}");
    }
    assert_eq!(unit("pg/mL").convert(1.0, &unit("1/d")), None);
}

#[test]
fn canonical_numbers_pass_through_bit_for_bit() {
    let states = [unit("pg/mL"), unit("(1e9 cells)^2"), unit("cells")];
    let scales = Scales::new(&unit("d"), &states);
    for text in [
        "d",
        "1/d",
        "pg/mL",
        "pg/cm^3/d",
        "1e9 cells",
        "1/(1e9 cells)/d",
        "pg/mL/(1e9 cells)^2/d",
        "pmol/mL",
        "degC",
        "K/d",
        "copies/pg",
        "IU/mL",
        "mL^(3/4)",
        "1",
    ] {
        assert_eq!(
            scales.conversion(&unit(text)),
            Conversion { offset: 0.0, multiple: 1.0, divisor: 1.0 },
            "{text} is canonical"
        );
    }
    assert_eq!(scales.to_canonical(&unit("cells"), 5e9), 5.0);
    assert_eq!(scales.to_canonical(&unit("1e6 pg/mL/(1e9 cells)^2/d"), 2.0), 2e6);
    assert_eq!(scales.to_canonical(&unit("degF"), 32.0), 0.0);
    assert_eq!(scales.from_canonical(&unit("degF"), 100.0), 212.0);
    assert_eq!(scales.from_canonical(&unit("h"), 0.25), 6.0);
    assert_eq!(scales.to_canonical(&unit("mmHg"), 1.0), 133_322.387_415 * 1e12 / 1e2 * 86400.0 * 86400.0);
    assert_eq!(Scales::new(&unit("h"), []).to_canonical(&unit("1e6 cells/kg"), 1.0), 1e-9);
}

#[test]
fn the_missing_factor_has_a_name() {
    for (from, to, factor, phrase) in [
        ("1/d", "pg/mL/d", "pg/mL", "a concentration [pg/mL]"),
        ("pg/mL", "pg/mL/d", "1/d", "a rate [1/d]"),
        ("ng/mL", "pg/L/h", "1/h", "a rate [1/h]"),
        ("mg", "mg/L", "1/L", "something in [1/L]"),
        ("1e9 cells", "1e9 cells/d", "1/d", "a rate [1/d]"),
        ("1/(1e9 cells)/d", "1/d", "1e9 cells", "a number of cells [1e9 cells]"),
        ("mg/kg", "percent", "1", "a plain number"),
        ("1", "mmHg", "mmHg", "a pressure [mmHg]"),
        ("1", "degC/h", "degC/h", "a rate of warming [degC/h]"),
    ] {
        let missing = unit(from).missing_factor(&unit(to));
        assert_eq!(missing.to_string(), factor, "from {from} to {to}");
        assert_eq!(missing.phrase(), phrase);
    }
}

#[test]
fn a_unit_per_weight_or_surface_gives_the_unit_of_the_whole() {
    assert_eq!(unit("mg/kg").per("kg"), Some(unit("mg")));
    assert_eq!(unit("1e6 cells/kg").per("kg"), Some(unit("1e6 cells")));
    assert_eq!(unit("mg/m2/d").per("m2"), Some(unit("mg/d")));
    assert_eq!(unit("mg/m^2").per("m2"), Some(unit("mg")));
    assert_eq!(unit("mg/L").per("kg"), None);
    assert_eq!(unit("mg/kg^2").per("kg"), None);
}

#[test]
fn mistakes_in_units_say_what_to_write() {
    for (text, expected) in [
        ("pg/ml/day", "unit:1:4: error[U001]: unknown unit `ml`\n  help: did you mean `mL`?"),
        ("1/day", "unit:1:3: error[U001]: unknown unit `day`\n  help: did you mean `d`?"),
        ("nM", "unit:1:1: error[U001]: unknown unit `nM`\n  help: did you mean `nmol/L`?"),
        ("mg d/L", "unit:1:4: error[U002]: unit not understood\n  help: a blank is no product: write `mg*d/L`"),
        (
            "1/1e9 cells/d",
            "unit:1:7: error[U002]: unit not understood\n  help: a number with its unit stands in parentheses there: `(1e9 cells)`",
        ),
        ("/d", "unit:1:1: error[U002]: unit not understood\n  help: write `1/d`"),
        ("", "unit:1:1: error[U002]: empty unit\n  help: the unit of a plain number is `1`"),
        ("pg/", "unit:1:4: error[U002]: unit not understood"),
        ("(pg/mL", "unit:1:1: error[U002]: unit not understood"),
        ("pg)", "unit:1:3: error[U002]: unit not understood"),
        ("m^x", "unit:1:3: error[U002]: power not understood\n  help: write powers as `^2`, `^-1` or `^(3/4)`"),
        ("kg^0.75", "unit:1:4: error[U002]: power not understood\n  help: write powers as `^2`, `^-1` or `^(3/4)`"),
        ("kg^(3/0)", "unit:1:4: error[U002]: power not understood\n  help: write powers as `^2`, `^-1` or `^(3/4)`"),
        ("m^101", "unit:1:3: error[U003]: power out of range"),
        ("0 mg", "unit:1:1: error[U003]: unit out of range"),
        ("1e999 mg", "unit:1:1: error[U003]: unit out of range"),
        ("(1e99 mg)^9", "unit:1:1: error[U003]: unit out of range"),
        (
            "2 degC",
            "unit:1:1: error[U004]: `degC` cannot be scaled\n  help: write `degC` or `degF` alone; differences of temperature are in `K`",
        ),
    ] {
        assert_eq!(mistake(text), expected, "{text}");
    }
    assert!(mistake("furlong").contains("known units: s min h d week year kg"));
    assert!(mistake(&"(".repeat(150)).contains("unit nested too deeply"));
    assert!(mistake(&"m*".repeat(500_000)).contains("unit too long"));
}

#[test]
fn quantities_are_numbers_with_units() {
    for (text, value, in_unit) in [
        ("1.2 1/d", 1.2, "1/d"),
        ("5e7 cells", 5e7, "cells"),
        ("28d", 28.0, "d"),
        ("1.2/d", 1.2, "1/d"),
        ("8 mg/kg", 8.0, "mg/kg"),
        ("1e-6 1e9 cells", 1e-6, "1e9 cells"),
        ("-5", -5.0, "1"),
        ("+38.5 degC", 38.5, "degC"),
        (" 40% ", 40.0, "percent"),
    ] {
        let quantity = Quantity::parse_str(text).unwrap();
        assert_eq!(quantity, Quantity { value, unit: unit(in_unit) }, "{text}");
        assert_eq!(Quantity::parse_str(&quantity.to_string()).unwrap(), quantity);
    }
}

#[test]
fn mistakes_in_quantities_say_what_to_write() {
    for (text, expected) in [
        ("NaN d", "quantity:1:1: error[U006]: `NaN` is not a usable number"),
        ("-inf", "quantity:1:1: error[U006]: `inf` is not a usable number"),
        ("1e999 d", "quantity:1:1: error[U006]: number too large: `1e999`"),
        (
            "1,5 d",
            "quantity:1:2: error[U005]: `1,5 d` is not one number with a unit\n  help: decimals stand behind a point: `1.5 d`",
        ),
        (
            "day",
            "quantity:1:1: error[U005]: `day` has no number\n  help: write a quantity as `1.2 1/d`, `5e7 cells`, `28 d`",
        ),
        (
            "",
            "quantity:1:1: error[U005]: a value is missing\n  help: write a quantity as `1.2 1/d`, `5e7 cells`, `28 d`",
        ),
        ("5 days", "quantity:1:3: error[U001]: unknown unit `days`\n  help: did you mean `d`?"),
    ] {
        assert_eq!(Quantity::parse_str(text).unwrap_err().to_string(), expected, "{text}");
    }
}

#[test]
fn a_quantity_of_another_dimension_is_refused_with_both_units() {
    let cases = [
        (
            "5 mg",
            "1/d",
            "error[U007]: `kdeg` is in 1/d, not in mg\n  help: a rate is wanted, in 1/d or a unit that can be converted to it",
        ),
        (
            "5 mg",
            "1",
            "error[U007]: `kdeg` is a plain number, not in mg\n  help: leave the unit out, or write a percentage as `5 percent`",
        ),
        (
            "5",
            "pg/mL",
            "error[U007]: `kdeg` is in pg/mL, not a plain number\n  help: write the unit that is meant: `5 pg/mL`",
        ),
        (
            "5e7",
            "1e9 cells",
            "error[U007]: `kdeg` is in 1e9 cells, not a plain number\n  help: write the unit that is meant: `5e7 1e9 cells` or `5e7 cells`",
        ),
        (
            "1 K",
            "degC",
            "error[U007]: `kdeg` is in degC, not in K\n  help: a temperature is wanted, not a difference: write it in degC",
        ),
        (
            "38 degC",
            "K",
            "error[U007]: `kdeg` is in K, not in degC\n  help: a difference of temperature is wanted: write it in K",
        ),
        ("1e300 kg", "pg", "error[U006]: number too large: `1e300 kg` in pg"),
    ];
    for (text, wanted, expected) in cases {
        let source = Source::new("--set", text);
        let mut problems = Problems::default();
        let quantity = Quantity::parse(&source, 0..text.len(), &mut problems).unwrap();
        assert_eq!(quantity.expect(&unit(wanted), "`kdeg`", &source.whole(), &mut problems), None);
        assert_eq!(problems.to_string(), format!("--set:1:1: {expected}"));
    }
    let span = Source::new("--set", "").whole();
    let mut problems = Problems::default();
    assert_eq!(Quantity::parse_str("12 h").unwrap().expect(&unit("d"), "`lag`", &span, &mut problems), Some(0.5));
    assert!(problems.is_empty());
}

fn any_unit() -> impl Strategy<Value = Unit> {
    let symbols = symbol::names().collect::<Vec<_>>();
    let atom = (prop::sample::select(symbols), -3..=3, 1..=4i32, prop::sample::select(vec!["", "1e9 ", "0.25 ", "7 "]))
        .prop_map(|(name, above, below, count)| match name.starts_with("deg") {
            true => format!("({name})^({above}/{below})"),
            false => format!("({count}{name})^({above}/{below})"),
        });
    prop::collection::vec(atom, 0..5)
        .prop_map(|atoms| unit(&format!("1*{}", [&["1".to_string()], &atoms[..]].concat().join("*"))))
}

fn close(a: &Unit, b: &Unit) -> bool {
    a.same_dimension(b) && (a.factor() / b.factor() - 1.0).abs() < 1e-12
}

proptest! {
    #[test]
    fn printing_and_parsing_gives_the_same_unit(one in any_unit()) {
        prop_assert_eq!(unit(&one.to_string()), one);
    }

    #[test]
    fn units_form_a_group(a in any_unit(), b in any_unit(), c in any_unit()) {
        prop_assert!(close(&(&a * &b), &(&b * &a)));
        prop_assert!(close(&(&(&a * &b) * &c), &(&a * &(&b * &c))));
        prop_assert!(close(&(&a / &a), &Unit::one()));
        prop_assert!(close(&(&(&a / &b) * &b), &a));
        prop_assert!(close(&(&a * &a), &a.pow(Ratio::whole(2))));
        prop_assert!(close(&a.pow(Ratio::whole(3)).pow(Ratio::new(1, 3).unwrap()), &a));
        prop_assert!(close(&(&Unit::one() / &a), &a.pow(Ratio::whole(-1))));
    }

    #[test]
    fn simplified_and_difference_keep_what_is_measured(a in any_unit(), b in any_unit()) {
        prop_assert!((&a / &b).simplified().same_dimension(&(&a / &b)));
        prop_assert!(close(&a.difference(), &a));
        prop_assert!((&a * &a.missing_factor(&b)).same_dimension(&b));
    }

    #[test]
    fn canonical_and_back_is_the_same_value(a in any_unit(), value in -1e6f64..1e6) {
        let scales = Scales::new(&unit("d"), [&unit("1e9 cells")]);
        let back = scales.from_canonical(&a, scales.to_canonical(&a, value));
        prop_assert!((back - value).abs() <= 1e-12 * value.abs().max(32.0), "{} {} {}", value, back, a);
    }

    #[test]
    fn random_text_never_panics(text in "[a-zµ°²%0-9 eE.+*/^()-]{0,40}") {
        if let Ok(read) = Unit::parse_str(&text) {
            prop_assert_eq!(unit(&read.to_string()), read);
        }
        if let Ok(quantity) = Quantity::parse_str(&text) {
            prop_assert!(quantity.value.is_finite());
            prop_assert_eq!(Quantity::parse_str(&quantity.to_string()).unwrap(), quantity);
        }
        let _ = Unit::parse_str(&text.replace('e', "\u{1F600}"));
    }
}

//! What may be combined with what.

use super::*;

fn kind(text: &str) -> Kind {
    let mut problems = Problems::default();
    dimension::check(&tree(text), &Names, &mut problems).unwrap_or_else(|| panic!("{text}: {problems}"))
}

#[test]
fn good_expressions_have_the_unit_that_follows() {
    for (text, expected) in [
        ("1", "1"),
        ("t", "d"),
        ("ksyn * cart - kdeg * il6", "pg/mL/d"),
        ("kill * cart * tumour", "1e9 cells/h"),
        ("il6 / half", "1"),
        ("il6 + 5 [ng/mL]", "pg/mL"),
        ("0 + il6 - 0", "pg/mL"),
        ("nothing + il6", "pg/mL"),
        ("il6^2 / half", "pg/mL"),
        ("il6^(1/2) * sqrt(half)", "pg/mL"),
        ("weight^0.75 * weight^-0.75", "1"),
        ("(weight / 70 [kg])^n", "1"),
        ("2^n", "1"),
        ("exp(-kdeg * t)", "1"),
        ("ln(il6 / 1 [pg/mL]) + log10(5 [percent])", "1"),
        ("abs(il6 - half)", "pg/mL"),
        ("max(0, il6, half, 3 [ng/L])", "pg/mL"),
        ("hill(il6, n, half)", "1"),
        ("hill(tm, 4, 38.5 [degC])", "1"),
        ("dose_count(tocilizumab)", "1"),
        ("t - first_dose_time(tocilizumab)", "d"),
        ("if shock then il6 else 0", "pg/mL"),
        ("if tm > 38 [degC] then tm else tm_f", "degC"),
        ("min(tm, 40 [degC])", "degC"),
        ("tm - 37 [degC]", "K"),
        ("tm_f - tm", "K"),
        ("tm + 1 [K]", "degC"),
        ("1 [K] + tm_f", "degF"),
        ("tm - warming", "degC"),
        ("tm + 0.5 * (39.5 [degC] - tm)", "degC"),
        ("kdeg * (37 [degC] - tm)", "K/d"),
        ("warming / t", "K/d"),
        ("-warming", "K"),
    ] {
        assert_eq!(kind(text), Kind::Number(unit(expected)), "{text}");
    }
    assert_eq!(kind("0 * il6 + nothing"), Kind::Zero);
}

#[test]
fn conditions_are_conditions() {
    for text in [
        "true",
        "shock",
        "il6 > 100 [pg/mL]",
        "il6 > 0",
        "tm >= 100.4 [degF]",
        "warming < 1 [K]",
        "not shock and (il6 < half or care.oxygen)",
        "shock == care.oxygen",
        "shock != true",
        "sex == 1",
        "weight != 70 [kg]",
        "dose_count(tocilizumab) == 0",
        "if shock then il6 > half else false",
    ] {
        assert_eq!(kind(text), Kind::Condition, "{text}");
    }
}

#[test]
fn the_table_of_levels() {
    // Level, difference, number with level, difference, number: what `+` and `-` give.
    let operands = ["tm", "warming", "n"];
    let table = [
        ("+", [["E012", "degC", "E010"], ["degC", "K", "E010"], ["E010", "E010", "1"]]),
        ("-", [["K", "degC", "E010"], ["E012", "K", "E010"], ["E010", "E010", "1"]]),
        ("*", [["E012", "E012", "E012"], ["E012", "K^2", "K"], ["E012", "K", "1"]]),
        ("/", [["E012", "E012", "E012"], ["E012", "1", "K"], ["E012", "1/K", "1"]]),
        ("<", [["yes", "E012", "E010"], ["E012", "yes", "E010"], ["E010", "E010", "yes"]]),
    ];
    for (operator, rows) in table {
        for (left, row) in operands.iter().zip(rows) {
            for (right, expected) in operands.iter().zip(row) {
                let text = format!("{left} {operator} {right}");
                if expected.starts_with('E') {
                    let found = mistakes(&text);
                    assert!(found[0].starts_with(expected), "{text}: {found:?}");
                } else if expected == "yes" {
                    assert_eq!(kind(&text), Kind::Condition);
                } else {
                    assert_eq!(kind(&text), Kind::Number(unit(expected)), "{text}");
                }
            }
        }
    }
}

#[test]
fn the_rate_of_a_level_is_a_difference_per_time() {
    let rate = Kind::Number(unit("degC")).rate_of(&unit("h"));
    assert_eq!(rate, Kind::Number(unit("K/h")));
    assert_eq!(rate.to_string(), "degC/h");
    assert_eq!(Kind::Number(unit("pg/mL")).rate_of(&unit("d")), Kind::Number(unit("pg/mL/d")));
}

#[test]
fn mistakes_show_both_sides_and_what_is_missing() {
    for (text, expected) in [
        (
            "ksyn * cart - kdeg",
            "E010 the two sides of `-` have different dimensions | ksyn * cart: pg/mL/d | kdeg: 1/d = multiply `kdeg` by a concentration [pg/mL], perhaps `il6`",
        ),
        (
            "il6 + kdeg * il6",
            "E010 the two sides of `+` have different dimensions | il6: pg/mL | kdeg * il6: pg/mL/d = multiply `il6` by a rate [1/d], perhaps `kdeg`",
        ),
        (
            "il6 > 5",
            "E010 the two sides of `>` have different dimensions | il6: pg/mL | 5: a plain number = write the number with its unit: `5 [pg/mL]`",
        ),
        (
            "1 - cart",
            "E010 the two sides of `-` have different dimensions | 1: a plain number | cart: 1e9 cells = write the number with its unit: `1 [1e9 cells]`",
        ),
        (
            "max(il6, kdeg)",
            "E010 the arguments of `max` have different dimensions | il6: pg/mL | kdeg: 1/d = multiply `kdeg` by something in [pg*d/mL]",
        ),
        (
            "hill(il6, n, cart)",
            "E010 `x` and `K` of `hill(x, n, K)` have different dimensions | il6: pg/mL | cart: 1e9 cells = multiply `cart` by something in [pg/mL/(1e9 cells)]",
        ),
        (
            "if shock then il6 else il6 * kdeg",
            "E010 the two branches of `if` have different dimensions | il6: pg/mL | il6 * kdeg: pg/mL/d = multiply `il6` by a rate [1/d], perhaps `kdeg`",
        ),
        (
            "ln(il6)",
            "E011 the argument of `ln` must be a plain number | il6: pg/mL = divide by a reference in the same unit: `il6 / 1 [pg/mL]`",
        ),
        (
            "n^il6",
            "E011 an exponent must be a plain number | il6: pg/mL = divide by a reference in the same unit: `il6 / 1 [pg/mL]`",
        ),
        (
            "il6^n / (half^n + il6^n)",
            "E011 a base with a unit needs a simple number as exponent | il6: pg/mL | n: not a number as written | half: pg/mL | n: not a number as written | il6: pg/mL | n: not a number as written = a saturable effect x^n / (K^n + x^n) is written `hill(x, n, K)` = divide the base by a reference: `(il6 / 1 [pg/mL])^n`",
        ),
        (
            "exp(tm)",
            "E011 the argument of `exp` must be a plain number | tm: a temperature in degC = subtract and divide by references: `(tm - 37 [degC]) / 1 [K]`",
        ),
        (
            "tm > 38",
            "E010 the two sides of `>` have different dimensions | tm: a temperature in degC | 38: a plain number = write the number with its unit: `38 [degC]`",
        ),
        (
            "tm - 38",
            "E010 the two sides of `-` have different dimensions | tm: a temperature in degC | 38: a plain number = write the unit: `38 [K]` is a difference, `38 [degC]` a temperature",
        ),
        (
            "tm > 38 [K]",
            "E012 the two sides of `>` are a temperature and a difference of temperature | tm: a temperature in degC | 38 [K]: a difference of temperature in K = if a temperature is meant, write `38 [degC]`",
        ),
        (
            "tm + 1 [degC]",
            "E012 two temperatures cannot be added | tm: a temperature in degC | 1 [degC]: a temperature in degC = if a difference is meant, write `1 [K]`",
        ),
        (
            "0.5 * tm",
            "E012 a temperature cannot be multiplied | tm: a temperature in degC = take a difference first: `(tm - 37 [degC])`",
        ),
        (
            "-tm",
            "E012 the sign of a temperature cannot be changed | tm: a temperature in degC = take a difference first: `(tm - 37 [degC])`",
        ),
        (
            "if shock then tm else 0",
            "E012 0 is no temperature without its unit | 0: 0 of which unit? | tm: a temperature in degC = write `0 [degC]`",
        ),
        (
            "shock + 1",
            "E013 `+` needs a number, not a condition | shock: a condition = write `(if shock then 1 else 0)`",
        ),
        (
            "shock == 1",
            "E013 `==` compares a condition with a number | shock: a condition = a condition stands alone: `shock` or `not shock`",
        ),
        ("if il6 then 1 else 2", "E014 `if` needs a condition, not a number | il6: pg/mL = compare it: `il6 > 0`"),
        (
            "not tm",
            "E014 `not` needs a condition, not a number | tm: a temperature in degC = compare it: `tm > 38 [degC]`",
        ),
        (
            "il6 == 5 [pg/mL]",
            "E015 `==` between numbers that change continuously | il6 == 5 [pg/mL]: never exactly equal = write `il6 >= 5 [pg/mL]` or `il6 <= 5 [pg/mL]`",
        ),
        (
            "t != 5 [d]",
            "E015 `!=` between numbers that change continuously | t != 5 [d]: never exactly equal = write `t < 5 [d] or t > 5 [d]`, or leave it out",
        ),
        ("il6 / 0", "E019 division by zero | 0: this is 0"),
    ] {
        assert_eq!(mistakes(text), [expected], "{text}");
    }
}

#[test]
fn the_whole_expression_must_be_what_is_declared() {
    let report = |text: &str, wanted: &str| {
        let mut problems = Problems::default();
        let what = "the rate of `il6`";
        let good = dimension::check_number(&tree(text), &unit(wanted), what, &Names, &mut problems);
        assert_eq!(good.is_none(), problems.has_errors());
        problems.to_string()
    };
    for (text, wanted, expected) in [
        ("ksyn * cart", "ng/mL/h", ""),
        ("0", "pg/mL/d", ""),
        ("37 [degC]", "degF", ""),
        (
            "-kdeg",
            "pg/mL/d",
            "expression:1:1: error[E018]: the rate of `il6` must be pg/mL/d\n  help: multiply it by a concentration [pg/mL], perhaps `il6`",
        ),
        (
            "5",
            "pg/mL/d",
            "expression:1:1: error[E018]: the rate of `il6` must be pg/mL/d\n  help: write the number with its unit: `5 [pg/mL/d]`",
        ),
        (
            "tm - 37 [degC]",
            "degC",
            "expression:1:1: error[E018]: the rate of `il6` must be a temperature in degC\n  help: add the difference to a temperature, as in `37 [degC] + ...`",
        ),
        (
            "tm",
            "K",
            "expression:1:1: error[E018]: the rate of `il6` must be a difference of temperature in K\n  help: subtract a reference, as in `... - 37 [degC]`",
        ),
        (
            "0",
            "degC",
            "expression:1:1: error[E012]: the rate of `il6` is a temperature, and 0 has no unit\n  help: write `0 [degC]`",
        ),
        (
            "il6 > half",
            "1",
            "expression:1:1: error[E013]: the rate of `il6` is a number, this is a condition\n  help: write `if il6 > half then 1 else 0`",
        ),
    ] {
        assert_eq!(report(text, wanted), expected, "{text}");
    }
    let mut problems = Problems::default();
    assert_eq!(dimension::check_condition(&tree("shock"), "`on` of `fever`", &Names, &mut problems), Some(()));
    assert_eq!(dimension::check_condition(&tree("tm"), "`on` of `fever`", &Names, &mut problems), None);
    assert_eq!(
        problems.to_string(),
        "expression:1:1: error[E014]: `on` of `fever` needs a condition, not a number\n  help: compare it: `tm > 38 [degC]`"
    );
}

//! Precedence, places, recovery, limits.

use super::*;

#[test]
fn operators_bind_as_in_mathematics() {
    for (text, grouped) in [
        ("1 + 2 * 3", "1 + (2 * 3)"),
        ("1 - 2 - 3", "(1 - 2) - 3"),
        ("1 / 2 * 3", "(1 / 2) * 3"),
        ("2 ^ 3 ^ 4", "2 ^ (3 ^ 4)"),
        ("-2 ^ 2", "-(2 ^ 2)"),
        ("2 ^ -3 ^ 2", "2 ^ (-(3 ^ 2))"),
        ("2 ^ -1 * 3", "(2 ^ (-1)) * 3"),
        ("-a * b", "(-a) * b"),
        ("a * -b + c", "(a * (-b)) + c"),
        ("- - a", "-(-a)"),
        ("a < 1 and b > 2 or not c > 3 and d", "((a < 1) and (b > 2)) or ((not (c > 3)) and d)"),
        ("not a and b", "(not a) and b"),
        ("if a then 1 else if b then 2 else 3 + 4", "if a then 1 else (if b then 2 else (3 + 4))"),
        ("1 + if a then 1 else 2 * 3", "1 + (if a then 1 else (2 * 3))"),
        ("1.5e-3[pg/mL]*a.b", "(0.0015 [pg/mL]) * a.b"),
        ("a ==\tb\nand true", "(a == b) and true"),
    ] {
        assert_eq!(tree(text), tree(grouped), "{text}");
    }
    assert_ne!(tree("1 - (2 - 3)"), tree("1 - 2 - 3"));
    assert_ne!(tree("(-2)^2"), tree("-2^2"));
}

#[test]
fn printing_needs_few_parentheses() {
    for text in [
        "1 - (2 - 3)",
        "(-a)^2 * b^-c",
        "-a^2",
        "-(a + b) * c",
        "(if a then 1 else 2) + if_then",
        "not (a and b) or c",
        "hill(x, 2, 50 [pg/mL]) * 1e9 [cells]",
        "if t > 5 [d] and not shock then min(a, b, c) else first_dose_time(tocilizumab)",
        "(a < b) == (c < d)",
    ] {
        assert_eq!(tree(text).to_string(), text);
    }
    assert_eq!(tree("((a)+((b*(c))))").to_string(), "a + b * c");
}

#[test]
fn nodes_know_their_places_with_the_parentheses_inside_them() {
    let text = "k * (a + b)^2";
    let source = Source::new("model", format!("rate = '{text}'"));
    let mut problems = Problems::default();
    let expression = parse(&source, 8..8 + text.len(), &mut problems).unwrap();
    let places: Vec<&str> = expression.root().walk().map(|node| node.span.text()).collect();
    assert_eq!(places, [text, "k", "(a + b)^2", "a + b", "a", "b", "2"]);
}

#[test]
fn names_dose_calls_and_comparisons_are_listed_with_their_places() {
    let expression =
        tree("if il6 > 2 and t < first_dose_time(toci) then kdeg * il6 else max(care.o2, dose_count(toci))");
    let names: Vec<(&str, usize)> = expression.names().map(|name| (name.name, name.span.start)).collect();
    assert_eq!(names, [("il6", 3), ("kdeg", 46), ("il6", 53), ("care.o2", 66)]);
    let doses: Vec<_> = expression.dose_calls().map(|(query, name)| (query, name.name)).collect();
    assert_eq!(doses, [(DoseQuery::FirstTime, "toci"), (DoseQuery::Count, "toci")]);
    let atoms: Vec<String> =
        expression.atoms().map(|atom| format!("{} {} {}", atom.left, atom.operator.symbol(), atom.right)).collect();
    assert_eq!(atoms, ["il6 > 2", "t < first_dose_time(toci)"]);
    assert!(expression.uses_time() && !tree("il6").uses_time());
}

#[test]
fn one_mistake_does_not_hide_the_next_nor_make_another() {
    for (text, codes) in [
        ("max(1, , foo) + bar", &["E002", "E001", "E001"][..]),
        ("foo(il6) + il6 * shock", &["E006", "E013"]),
        ("(il6 + cart) * (kdeg + half) * foo", &["E010", "E010", "E001"]),
        ("5 [pg/ml] + foo", &["U001", "E001"]),
        ("1e999 + foo", &["E004", "E001"]),
        ("foo + il6 * cart", &["E001"]),
        ("mistaken + il6 - cart", &[]),
        ("(a b) * 3", &["E002", "E001", "E001"]),
        ("il6 && shock || !shock", &["E002", "E002", "E002", "E014"]),
        ("il6 = 3 [pg/mL] and kdge > 1", &["E002", "E001"]),
        ("max(1; 2)", &["E002"]),
        ("then 3", &["E002"]),
        ("((((1)", &["E002"]),
        ("il6 [pg/mL] * foo", &["E002", "E001"]),
        ("if shock then kdeg elif shock then 1 [1/h] else foo", &["E002", "E001"]),
        ("hill(il6, foo)", &["E007", "E001"]),
        ("dose_count(3) + foo", &["E002", "E001"]),
        ("exp + foo", &["E002", "E001"]),
        ("2 il6 < half and shock", &["E002"]),
    ] {
        let found = mistakes(text);
        let found_codes: Vec<&str> = found.iter().map(|mistake| &mistake[..4]).collect();
        assert_eq!(found_codes, codes, "{text}: {found:#?}");
    }
}

#[test]
fn mistakes_of_grammar_say_what_to_write() {
    for (text, expected) in [
        ("", "E003 empty expression | : expected an expression = write `0` if it is zero"),
        ("  ", "E003 empty expression |   : expected an expression = write `0` if it is zero"),
        ("1 +", "E002 a value is missing before the end | : expected a number, a name or `(`"),
        ("1 + 2)", "E002 `)` is unexpected | ): no `(` before it"),
        ("(1 + 2", "E002 `)` is missing | (: this `(` is not closed"),
        ("2 n", "E002 `n` is unexpected | n: expected an operator before it = a product is written with `*`"),
        ("il6 < 5 pg/mL", "E002 `pg/mL` needs brackets | pg/mL: a unit behind a number = write `5 [pg/mL]`"),
        (
            "il6 [pg/mL]",
            "E002 `[pg/mL]` is unexpected | [pg/mL]: a unit stands only behind a number = names carry the unit they were declared with",
        ),
        ("5 [pg", "E002 unit not closed | [: this `[` has no `]`"),
        ("2 ** 3", "E002 `**` is no operator here | **: not understood = a power is written `x^2`"),
        ("n ≤ 3", "E002 `≤` is no operator here | ≤: not understood = write `<=`"),
        ("5%", "E002 `%` is not understood | %: no part of an expression = percent is a unit: `5 [percent]`"),
        (
            "5. * 2",
            "E002 `.` is not understood | .: no part of an expression = a digit follows the point of a number: `5.0`",
        ),
        ("1e999", "E004 number too large | 1e999: numbers lie between 2.3e-308 and 1.8e308"),
        ("1e-999", "E004 number too small | 1e-999: numbers lie between 2.3e-308 and 1.8e308"),
        (
            "log(n)",
            "E006 unknown function `log` | log: not a function = `ln` is the natural logarithm, `log10` the decimal one",
        ),
        (
            "hil(n, n, n)",
            "E006 unknown function `hil` | hil: not a function = did you mean `hill`? = if `hil` is a quantity, a product is written `hil * (...)`",
        ),
        ("min(n)", "E007 `min` takes two or more arguments | min(n): has 1"),
        (
            "hill(il6, n)",
            "E007 `hill` takes three arguments | hill(il6, n): has 2 = write `hill(x, n, K)` for x^n / (K^n + x^n)",
        ),
        ("exp", "E002 `exp` is a function | exp: expected `(` behind it = write `exp(...)`; it cannot be a name"),
        (
            "36 [degC] < tm < 38 [degC]",
            "E008 comparisons cannot be chained | 36 [degC] < tm < 38 [degC]: two comparisons in a row = write `36 [degC] < tm and tm < 38 [degC]`",
        ),
        ("if shock then 1", "E002 `else` is missing | : expected `else`, found the end = write `if c then a else b`"),
        (
            "if shock 1 else 2",
            "E002 `1` is unexpected | 1: expected an operator before it = a product is written with `*`",
        ),
        ("time", "E001 unknown name `time` | time: not a state, parameter or derived name = the time is `t`"),
        (
            "kdge + kdge * 0",
            "E001 unknown name `kdge` | kdge: not a state, parameter or derived name | kdge: also here = did you mean `kdeg`?",
        ),
        (
            "tocilizumab",
            "E001 unknown name `tocilizumab` | tocilizumab: not a state, parameter or derived name = `tocilizumab` is a dose entry: ask with `dose_count(tocilizumab)` or `first_dose_time(tocilizumab)`",
        ),
        (
            "dose_count(toci)",
            "E016 unknown dose entry `toci` | toci: not an entry under [doses] = did you mean `tocilizumab`?",
        ),
    ] {
        assert_eq!(mistakes(text).first().map(String::as_str), Some(expected), "{text}");
    }
}

#[test]
fn a_megabyte_of_anything_is_one_or_few_mistakes_and_no_overflow() {
    let megabyte = 1 << 20;
    for part in [
        "(",
        "-",
        "not ",
        "f(",
        "1+",
        "a<",
        "a^",
        "if a then ",
        "if a then 1 else ",
        "[",
        "@",
        "a b ",
        "&&",
        ")",
        ",",
        "max(1,",
        "1e999 ",
    ] {
        let text = part.repeat(megabyte / part.len());
        let mut problems = Problems::default();
        let source = Source::new("model", text.clone());
        parse(&source, 0..text.len(), &mut problems);
        let count = problems.iter().count();
        assert!((1..=42).contains(&count), "{part}: {count}");
    }
}

#[test]
fn a_hundred_levels_and_chains_of_hundreds_are_read() {
    let deep = format!("{}1{}", "(".repeat(99), ")".repeat(99));
    assert_eq!(tree(&deep).to_string(), "1");
    let too_deep = format!("{}1{}", "(".repeat(100), ")".repeat(100));
    assert!(parse_str(&too_deep).unwrap_err().to_string().contains("error[E005]: expression nested too deeply"));
    let chain = vec!["il6"; 499].join(" + ");
    assert_eq!(tree(&chain).to_string(), chain);
    assert!(mistakes(&chain).is_empty());
    assert!(mistakes(&vec!["il6"; 502].join(" + "))[0].starts_with("E005"));
}

#[test]
fn words_of_the_language_cannot_be_names() {
    for (name, expected) in [
        ("il6", ""),
        ("Cart_2", ""),
        ("hill", "E009 `hill` is a word of the language = choose another name, as `hill_value`"),
        ("t", "E009 `t` is a word of the language = `t` is the time; choose a longer name"),
        ("il-6", "E017 `il-6` cannot be a name = for example `il_6`"),
        ("6mp", "E017 `6mp` cannot be a name = for example `mp`"),
        ("a.b", "E017 `a.b` cannot be a name = for example `a_b`"),
        ("", "E017 `` cannot be a name"),
        ("β", "E017 `β` cannot be a name"),
    ] {
        let source = Source::new("model", name);
        let mut problems = Problems::default();
        let good = check_name(name, &source.whole(), &mut problems);
        let found: Vec<String> = problems
            .iter()
            .map(|problem| {
                let helps: String = problem.helps.iter().map(|help| format!(" = {help}")).collect();
                format!("{} {}{helps}", problem.code.id, problem.message)
            })
            .collect();
        assert_eq!(good, expected.is_empty());
        assert_eq!(found.join("\n"), expected);
    }
    assert!(reserved_words().count() == 19 && is_reserved("first_dose_time"));
}

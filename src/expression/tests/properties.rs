//! Random trees and random text.

use super::*;
use crate::diagnostic::Span;
use proptest::prelude::*;

fn nowhere() -> Span {
    Source::new("", "").whole()
}

fn node(kind: NodeKind) -> Node {
    Node::new(kind, nowhere())
}

fn boxed(node: Node) -> Box<Node> {
    Box::new(node)
}

fn any_tree() -> impl Strategy<Value = Node> {
    let units = prop::sample::select(vec!["pg/mL", "degC", "1/d", "1e6 pg/mL/(1e9 cells)^2/d", "kg^(3/4)", "percent"]);
    let number = prop_oneof![Just(0.0), 0.0..10.0f64, any::<f64>().prop_map(f64::abs)]
        .prop_filter("a literal", |value| *value == 0.0 || value.is_normal());
    let leaf = prop_oneof![
        (number, prop::option::of(units))
            .prop_map(|(value, text)| node(NodeKind::Number { value, unit: text.map(unit) })),
        any::<bool>().prop_map(|value| node(NodeKind::Boolean(value))),
        Just(node(NodeKind::Time)),
        prop::sample::select(vec!["il6", "a.b", "_x", "tm", "if_", "e5"])
            .prop_map(|name| node(NodeKind::Name(name.to_string()))),
        any::<bool>().prop_map(|first| node(NodeKind::Dose {
            query: if first { DoseQuery::FirstTime } else { DoseQuery::Count },
            name: "tocilizumab".to_string(),
            name_span: nowhere(),
        })),
    ];
    leaf.prop_recursive(8, 60, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(|operand| node(NodeKind::Negate(boxed(operand)))),
            inner.clone().prop_map(|operand| node(NodeKind::Not(boxed(operand)))),
            (
                pair.clone(),
                prop::sample::select(vec![
                    Arithmetic::Add,
                    Arithmetic::Subtract,
                    Arithmetic::Multiply,
                    Arithmetic::Divide,
                    Arithmetic::Power,
                ])
            )
                .prop_map(|((left, right), operator)| node(NodeKind::Arithmetic {
                    operator,
                    left: boxed(left),
                    right: boxed(right)
                })),
            (
                pair.clone(),
                prop::sample::select(vec![
                    Comparison::Less,
                    Comparison::LessOrEqual,
                    Comparison::Greater,
                    Comparison::GreaterOrEqual,
                    Comparison::Equal,
                    Comparison::NotEqual,
                ])
            )
                .prop_map(|((left, right), operator)| node(NodeKind::Comparison {
                    operator,
                    left: boxed(left),
                    right: boxed(right)
                })),
            (pair, any::<bool>()).prop_map(|((left, right), and)| node(NodeKind::Logic {
                operator: if and { Logic::And } else { Logic::Or },
                left: boxed(left),
                right: boxed(right)
            })),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(condition, then, otherwise)| node(NodeKind::If {
                condition: boxed(condition),
                then: boxed(then),
                otherwise: boxed(otherwise)
            })),
            (prop::sample::select(Function::ALL.to_vec()), prop::collection::vec(inner, 3)).prop_map(
                |(function, mut arguments)| {
                    match function {
                        Function::Hill | Function::Max => {}
                        Function::Min => arguments.truncate(2),
                        _ => arguments.truncate(1),
                    }
                    node(NodeKind::Call { function, arguments })
                }
            ),
        ]
    })
}

const PIECES: [&str; 40] = [
    "il6",
    "tm",
    "shock",
    "foo",
    "t",
    "1",
    "2.5",
    "0",
    "1e999",
    ".",
    "38 [degC]",
    "[pg/mL]",
    "[",
    "]",
    "(",
    ")",
    ",",
    "+",
    "-",
    "*",
    "/",
    "^",
    "<",
    "<=",
    "==",
    "=",
    "&&",
    "!",
    "and",
    "or",
    "not",
    "if",
    "then",
    "else",
    "elif",
    "hill(",
    "exp",
    "dose_count(",
    "µ",
    "\u{1F600}",
];

proptest! {
    #[test]
    fn printing_and_parsing_gives_the_same_tree(root in any_tree()) {
        let expression = Expression::new(root);
        let text = expression.to_string();
        prop_assert_eq!(&tree(&text), &expression, "{}", text);
    }

    #[test]
    fn no_parentheses_could_be_left_out(root in any_tree()) {
        let expression = Expression::new(root);
        let text = expression.to_string();
        let opens: Vec<usize> = text.match_indices('(').map(|(at, _)| at).collect();
        for open in opens {
            // Parentheses of calls and of units stay, and those around `if` and `not` for the reader.
            let before = text[..open].chars().next_back();
            if text[open..].starts_with("(if ") || text[open..].starts_with("(not ") {
                continue;
            }
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') || text[..open].rfind('[') > text[..open].rfind(']') {
                continue;
            }
            let mut depth = 0;
            let close = text[open..]
                .char_indices()
                .find(|&(_, c)| {
                    depth += i32::from(c == '(') - i32::from(c == ')');
                    depth == 0
                })
                .map(|(at, _)| open + at)
                .unwrap();
            let without = format!("{} {} {}", &text[..open], &text[open + 1..close], &text[close + 1..]);
            if let Ok(other) = parse_str(&without) {
                prop_assert_ne!(&other, &expression, "{} needs not the parentheses at {}", text, open);
            }
        }
    }

    #[test]
    fn random_pieces_never_panic(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..30)) {
        for text in [pieces.join(" "), pieces.concat()] {
            let problems = mistakes(&text);
            if let Ok(expression) = parse_str(&text) {
                prop_assert_eq!(&tree(&expression.to_string()), &expression);
            } else {
                prop_assert!(!problems.is_empty(), "{} is refused without a reason", text);
            }
        }
    }

    #[test]
    fn mutated_expressions_never_panic(at in 0usize..80, length in 0usize..6, with in "\\PC{0,4}") {
        let text = "if tm > 38.5 [degC] and il6^2 < hill(il6, 2, half) then -kdeg * (il6 - 5 [pg/mL]) else 1e3";
        let start = at.min(text.len());
        let end = (start + length).min(text.len());
        mistakes(&format!("{}{}{}", &text[..start], with, &text[end..]));
    }

    #[test]
    fn a_checked_tree_has_no_invalid_part(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..12)) {
        let text = pieces.join(" ");
        let source = Source::new("model", text.clone());
        let mut problems = Problems::default();
        let expression = parse(&source, 0..text.len(), &mut problems);
        if let Some(expression) = expression {
            let invalid = expression.root().walk().any(|node| matches!(node.kind, NodeKind::Invalid));
            prop_assert!(!invalid || problems.has_errors());
            let kind = dimension::check(&expression, &Names, &mut problems);
            prop_assert!(!(invalid && kind.is_some()));
            prop_assert!(kind.is_some() || problems.has_errors());
        }
    }
}

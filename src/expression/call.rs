//! Calls of functions.

use super::ast::{DoseQuery, Function, Node, NodeKind};
use super::parse::{Parser, Tree};
use crate::diagnostic::codes::expression as codes;
use crate::diagnostic::{Diagnostic, Span, listing};
use std::ops::RangeInclusive;

/// Names of other languages and what to write.
const FOREIGN: [(&str, &str); 14] = [
    ("log", "`ln` is the natural logarithm, `log10` the decimal one"),
    ("log2", "write `ln(x) / ln(2)`"),
    ("log1p", "write `ln(1 + x)`"),
    ("expm1", "write `exp(x) - 1`"),
    ("pow", "write `x^y`"),
    ("power", "write `x^y`"),
    ("ifelse", "write `if c then a else b`"),
    ("piecewise", "write `if c then a else b`"),
    ("heaviside", "write `if t > tmax then 1 else 0`"),
    ("fabs", "write `abs(x)`"),
    ("fmax", "write `max(x, y)`"),
    ("fmin", "write `min(x, y)`"),
    ("and", "write `a and b`"),
    ("or", "write `a or b`"),
];

fn arity(function: Function) -> (RangeInclusive<usize>, &'static str) {
    match function {
        Function::Exp | Function::Ln | Function::Log10 | Function::Sqrt | Function::Abs => (1..=1, "one argument"),
        Function::Min | Function::Max => (2..=100, "two or more arguments"),
        Function::Hill => (3..=3, "three arguments"),
    }
}

/// Behind the name of a function.
pub(super) fn function(parser: &mut Parser, function: Function, name: Span) -> Tree {
    let Some((arguments, span)) = arguments(parser, &name) else {
        return no_parentheses(parser, function.name(), name);
    };
    let (allowed, words) = arity(function);
    if !allowed.contains(&arguments.len()) {
        // A mistake inside, such as `;` for `,`, was reported already.
        let invalid = |argument: &Tree| argument.node.walk().any(|node| matches!(node.kind, NodeKind::Invalid));
        if !arguments.iter().any(invalid) {
            let mut mistake = Diagnostic::error(&codes::ARGUMENT_COUNT, format!("`{}` takes {words}", function.name()));
            mistake.label(span.clone(), format!("has {}", arguments.len()));
            if function == Function::Hill {
                mistake.help("write `hill(x, n, K)` for x^n / (K^n + x^n)");
            }
            parser.mistake(mistake);
        }
        return parser.broken(span, arguments);
    }
    let height = 1 + arguments.iter().map(|argument| argument.height).max().unwrap_or(0);
    let arguments: Vec<Node> = arguments.into_iter().map(|argument| argument.node).collect();
    Tree::new(NodeKind::Call { function, arguments }, span, height)
}

/// Behind `dose_count` and `first_dose_time`.
pub(super) fn dose(parser: &mut Parser, query: DoseQuery, start: Span) -> Tree {
    let Some(open) = parser.take_symbol("(") else {
        return no_parentheses(parser, query.name(), start);
    };
    let Some((name, range)) = parser.take_name() else {
        let mut mistake = Diagnostic::error(
            &codes::EXPRESSION_SYNTAX,
            format!("`{}` wants the name of a dose entry, found {}", query.name(), parser.found()),
        );
        mistake.label(parser.here(), "expected a name");
        mistake.help(format!("for example `{}(tocilizumab)`", query.name()));
        parser.mistake(mistake);
        let rest = parser.part_or_nothing();
        parser.take_symbol(")");
        return parser.broken(start, rest);
    };
    let name_span = parser.span(range);
    let end = match parser.take_symbol(")") {
        Some(close) => parser.span(close),
        None => {
            parser.unclosed(open);
            name_span.clone()
        }
    };
    let kind = NodeKind::Dose { query, name: name.to_string(), name_span };
    Tree::new(kind, start.to(&end), 1)
}

/// A name before `(` that is no function.
pub(super) fn unknown(parser: &mut Parser, name: &str, start: Span) -> Tree {
    let mut mistake = Diagnostic::error(&codes::UNKNOWN_FUNCTION, format!("unknown function `{name}`"));
    mistake.label(start.clone(), "not a function");
    let known = Function::ALL.map(Function::name).into_iter().chain(DoseQuery::ALL.map(DoseQuery::name));
    match FOREIGN.iter().find(|(foreign, _)| foreign.eq_ignore_ascii_case(name)) {
        Some((_, help)) => mistake.help(*help),
        None => mistake
            .help(listing(name, known, "functions"))
            .help(format!("if `{name}` is a quantity, a product is written `{name} * (...)`")),
    };
    parser.mistake(mistake);
    match arguments(parser, &start) {
        Some((arguments, span)) => parser.broken(span, arguments),
        None => parser.invalid(start),
    }
}

fn no_parentheses(parser: &mut Parser, name: &str, span: Span) -> Tree {
    let mut mistake = Diagnostic::error(&codes::EXPRESSION_SYNTAX, format!("`{name}` is a function"));
    mistake.label(span.clone(), "expected `(` behind it");
    mistake.help(format!("write `{name}(...)`; it cannot be a name"));
    parser.mistake(mistake);
    parser.invalid(span)
}

/// From `(` to `)`: the arguments and the place of the whole call; none if there is no `(`.
fn arguments(parser: &mut Parser, name: &Span) -> Option<(Vec<Tree>, Span)> {
    let open = parser.take_symbol("(")?;
    let mut list = Vec::new();
    if let Some(close) = parser.take_symbol(")") {
        return Some((list, name.to(&parser.span(close))));
    }
    loop {
        list.push(parser.part());
        if parser.take_symbol(",").is_none() {
            break;
        }
    }
    let end = match parser.take_symbol(")") {
        Some(close) => parser.span(close),
        None => {
            parser.unclosed(open);
            list.last().map_or(name.clone(), |last| last.outer.clone())
        }
    };
    Some((list, name.to(&end)))
}

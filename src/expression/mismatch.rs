//! The wording of mistakes of dimension: both sides with their units, and what to do.

use super::ast::{Arithmetic, Comparison, Node, NodeKind};
use super::dimension::Scope;
use super::kind::{Kind, kelvin};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::codes::expression as codes;
use crate::unit::{Unit, shortest_number};

/// Two parts of an expression that are combined.
pub(super) struct Sides<'a> {
    pub(super) left: &'a Node,
    pub(super) right: &'a Node,
    pub(super) symbol: &'a str,
    pub(super) scope: &'a dyn Scope,
}

type Mistake = Box<Diagnostic>;

/// The unit of `left + right` or `left - right`; none for the literal 0.
pub(super) fn sum(
    sides: &Sides,
    operator: Arithmetic,
    first: &Option<Unit>,
    second: &Option<Unit>,
) -> Result<Option<Unit>, Mistake> {
    let adds = operator == Arithmetic::Add;
    let (left, right) = match (first, second) {
        (Some(left), Some(right)) => (left, right),
        (None, Some(right)) if right.is_level() && !adds => {
            return Err(Box::new(level(sides.right, right, "the sign of a temperature cannot be changed")));
        }
        (known, None) | (None, known) => return Ok(known.clone()),
    };
    if !left.same_dimension(right) {
        let what = format!("the two sides of `{}`", sides.symbol);
        return Err(Box::new(mixed(sides, &what, left, right)));
    }
    match (left.is_level(), right.is_level(), adds) {
        (true, true, false) => Ok(Some(kelvin())),
        (true, false, _) => Ok(Some(left.clone())),
        (false, true, true) => Ok(Some(right.clone())),
        (false, false, _) => Ok(Some(left.clone())),
        (true, true, true) => {
            let mut mistake = Diagnostic::error(&codes::LEVEL, "two temperatures cannot be added");
            mistake.label(sides.left.span.clone(), Kind::Number(left.clone()).to_string());
            mistake.label(sides.right.span.clone(), Kind::Number(right.clone()).to_string());
            match bare_literal(sides.right).or(bare_literal(sides.left)) {
                Some(value) => mistake.help(format!("if a difference is meant, write `{value} [K]`")),
                None => mistake.help("a mean is written `a + 0.5 * (b - a)`"),
            };
            Err(Box::new(mistake))
        }
        (false, true, false) => {
            let mut mistake =
                Diagnostic::error(&codes::LEVEL, "a temperature cannot be subtracted from a difference of temperature");
            mistake.label(sides.left.span.clone(), Kind::Number(left.clone()).to_string());
            mistake.label(sides.right.span.clone(), Kind::Number(right.clone()).to_string());
            mistake.help("if the left side is a temperature, give it in degC");
            Err(Box::new(mistake))
        }
    }
}

/// Whether both measure the same, levels with levels only.
pub(super) fn alike(sides: &Sides, what: &str, first: &Option<Unit>, second: &Option<Unit>) -> Result<(), Mistake> {
    let (left, right) = match (first, second) {
        (Some(left), Some(right)) => (left, right),
        (Some(level), None) | (None, Some(level)) if level.is_level() => {
            let zero = if first.is_none() { sides.left } else { sides.right };
            let other = if first.is_none() { sides.right } else { sides.left };
            let mut mistake = Diagnostic::error(&codes::LEVEL, "0 is no temperature without its unit");
            mistake.label(zero.span.clone(), "0 of which unit?");
            mistake.label(other.span.clone(), Kind::Number(level.clone()).to_string());
            mistake.help(format!("write `0 [{level}]`"));
            return Err(Box::new(mistake));
        }
        _ => return Ok(()),
    };
    if !left.same_dimension(right) {
        return Err(Box::new(mixed(sides, what, left, right)));
    }
    if left.is_level() == right.is_level() {
        return Ok(());
    }
    let mut mistake =
        Diagnostic::error(&codes::LEVEL, format!("{what} are a temperature and a difference of temperature"));
    mistake.label(sides.left.span.clone(), Kind::Number(left.clone()).to_string());
    mistake.label(sides.right.span.clone(), Kind::Number(right.clone()).to_string());
    let (difference, level) = if left.is_level() { (sides.right, left) } else { (sides.left, right) };
    mistake.help(match bare_literal(difference) {
        Some(value) => format!("if a temperature is meant, write `{value} [{level}]`"),
        None => "subtract a reference from the temperature, or add one to the difference".to_string(),
    });
    Err(Box::new(mistake))
}

fn mixed(sides: &Sides, what: &str, left: &Unit, right: &Unit) -> Diagnostic {
    let mut mistake = Diagnostic::error(&codes::MIXED_DIMENSIONS, format!("{what} have different dimensions"));
    mistake.label(sides.left.span.clone(), Kind::Number(left.clone()).to_string());
    mistake.label(sides.right.span.clone(), Kind::Number(right.clone()).to_string());
    // A number that lacks its unit is the usual cause.
    for (node, own, other) in [(sides.right, right, left), (sides.left, left, right)] {
        if let Some(value) = literal(node).filter(|_| *own == Unit::one()) {
            let sum = ["+", "-"].contains(&sides.symbol);
            mistake.help(match other.is_level() && sum {
                true => format!("write the unit: `{value} [K]` is a difference, `{value} [{other}]` a temperature"),
                false => format!("write the number with its unit: `{value} [{other}]`"),
            });
            return mistake;
        }
    }
    mistake.help(missing_factor(sides, left, right));
    mistake
}

/// By what one side would have to be multiplied, with a name that measures just that, if there is one.
fn missing_factor(sides: &Sides, left: &Unit, right: &Unit) -> String {
    let (to_right, to_left) = (right.missing_factor(left), left.missing_factor(right));
    let (left_text, right_text) = (quoted(sides.left, "the left part"), quoted(sides.right, "the right part"));
    let advice = |side: &str, factor: &Unit, name: Option<String>| match name {
        Some(name) => format!("multiply {side} by {}, perhaps `{name}`", factor.phrase()),
        None => format!("multiply {side} by {}", factor.phrase()),
    };
    let skip = [name_of(sides.left), name_of(sides.right)];
    let name = |factor: &Unit| named(factor, sides.scope, &skip);
    // A level cannot be multiplied.
    if right.is_level() {
        return advice(&left_text, &to_left, name(&to_left));
    }
    if left.is_level() {
        return advice(&right_text, &to_right, name(&to_right));
    }
    if let Some(found) = name(&to_right) {
        return advice(&right_text, &to_right, Some(found));
    }
    if let Some(found) = name(&to_left) {
        return advice(&left_text, &to_left, Some(found));
    }
    match (to_right.dimension().phrase(), to_left.dimension().phrase()) {
        (None, Some(_)) => advice(&left_text, &to_left, None),
        _ => advice(&right_text, &to_right, None),
    }
}

/// The first name in scope that measures the same, the subject of the expression before all others.
fn named(unit: &Unit, scope: &dyn Scope, skip: &[Option<&str>]) -> Option<String> {
    let fits = |name: &String| {
        !skip.contains(&Some(name.as_str()))
            && matches!(scope.kind(name), Some(Kind::Number(known)) if known.same_dimension(unit) && !known.is_level())
    };
    scope.subject().filter(&fits).or_else(|| scope.names().into_iter().find(fits))
}

/// The whole expression is not what is declared.
pub(super) fn result(node: &Node, found: &Kind, wanted: &Unit, what: &str, scope: &dyn Scope) -> Diagnostic {
    let wanted_kind = Kind::Number(wanted.clone());
    let unit = match found {
        Kind::Number(unit) => unit,
        Kind::Zero => {
            let mut mistake = Diagnostic::error(&codes::LEVEL, format!("{what} is a temperature, and 0 has no unit"));
            mistake.label(node.span.clone(), "0 of which unit?");
            mistake.help(format!("write `0 [{wanted}]`"));
            return mistake;
        }
        _ => {
            let mut mistake =
                Diagnostic::error(&codes::NUMBER_EXPECTED, format!("{what} is a number, this is a condition"));
            mistake.label(node.span.clone(), "a condition");
            mistake.help(format!("write `if {} then 1 else 0`", short(node).unwrap_or("c")));
            return mistake;
        }
    };
    let mut mistake = Diagnostic::error(&codes::RESULT_DIMENSION, format!("{what} must be {wanted_kind}"));
    mistake.label(node.span.clone(), found.to_string());
    if let Some(value) = literal(node).filter(|_| *unit == Unit::one()) {
        mistake.help(format!("write the number with its unit: `{value} [{wanted}]`"));
    } else if unit.same_dimension(wanted) {
        mistake.help(match wanted.is_level() {
            true => "add the difference to a temperature, as in `37 [degC] + ...`",
            false => "subtract a reference, as in `... - 37 [degC]`",
        });
    } else if !unit.is_level() && !wanted.is_level() {
        let factor = unit.missing_factor(wanted);
        let name = named(&factor, scope, &[name_of(node)]).map(|name| format!(", perhaps `{name}`"));
        mistake.help(format!("multiply it by {}{}", factor.phrase(), name.unwrap_or_default()));
    }
    mistake
}

/// A condition where a number is needed.
pub(super) fn no_number(node: &Node, operator: &str) -> Diagnostic {
    let mut mistake =
        Diagnostic::error(&codes::NUMBER_EXPECTED, format!("`{operator}` needs a number, not a condition"));
    mistake.label(node.span.clone(), "a condition");
    mistake.help(format!("write `(if {} then 1 else 0)`", short(node).unwrap_or("c")));
    mistake
}

/// A number where a condition is needed.
pub(super) fn no_condition(node: &Node, kind: &Kind, what: &str) -> Diagnostic {
    let mut mistake = Diagnostic::error(&codes::CONDITION_EXPECTED, format!("{what} needs a condition, not a number"));
    mistake.label(node.span.clone(), kind.to_string());
    let text = short(node).unwrap_or("x");
    match kind {
        _ if literal(node).is_some() => mistake.help("write `true`, `false` or a comparison"),
        Kind::Number(unit) if unit.is_level() => mistake.help(format!("compare it: `{text} > 38 [{unit}]`")),
        _ => mistake.help(format!("compare it: `{text} > 0`")),
    };
    mistake
}

/// A condition beside `<`, or beside `==` with a number on the other side.
pub(super) fn compared_condition(node: &Node, symbol: &str) -> Diagnostic {
    let mut mistake =
        Diagnostic::error(&codes::NUMBER_EXPECTED, format!("`{symbol}` compares a condition with a number"));
    mistake.label(node.span.clone(), "a condition");
    if matches!(node.kind, NodeKind::Name(_)) {
        let text = node.span.text();
        mistake.help(format!("a condition stands alone: `{text}` or `not {text}`"));
    } else {
        mistake.help("join conditions with `and`, `or`, `not`");
    }
    mistake
}

/// `==` between numbers that are never found exactly equal.
pub(super) fn equality(node: &Node, left: &Node, right: &Node, operator: Comparison) -> Diagnostic {
    let mut mistake = Diagnostic::error(
        &codes::EQUALITY,
        format!("`{}` between numbers that change continuously", operator.symbol()),
    );
    mistake.label(node.span.clone(), "never exactly equal");
    let (left, right) = (short(left).unwrap_or("a"), short(right).unwrap_or("b"));
    mistake.help(match operator {
        Comparison::NotEqual => format!("write `{left} < {right} or {left} > {right}`, or leave it out"),
        _ => format!("write `{left} >= {right}` or `{left} <= {right}`"),
    });
    mistake
}

/// A level where only differences make sense.
pub(super) fn level(node: &Node, unit: &Unit, message: &str) -> Diagnostic {
    let mut mistake = Diagnostic::error(&codes::LEVEL, message);
    mistake.label(node.span.clone(), Kind::Number(unit.clone()).to_string());
    let text = short(node).unwrap_or("x");
    match bare_literal(node) {
        Some(value) => mistake.help(format!("if a difference is meant, write `{value} [K]`")),
        None => mistake.help(format!("take a difference first: `({text} - 37 [degC])`")),
    };
    mistake
}

/// An argument or exponent with a dimension.
pub(super) fn not_plain(node: &Node, unit: &Unit, what: &str) -> Diagnostic {
    let mut mistake = Diagnostic::error(&codes::NOT_DIMENSIONLESS, format!("{what} must be a plain number"));
    mistake.label(node.span.clone(), Kind::Number(unit.clone()).to_string());
    let text = operand_text(node, "x");
    if unit.is_level() {
        mistake.help(format!("subtract and divide by references: `({text} - 37 [degC]) / 1 [K]`"));
    } else {
        mistake.help(format!("divide by a reference in the same unit: `{text} / {}`", reference(unit)));
    }
    mistake
}

/// Bases with a dimension and exponents that are no simple number (`x^n / (K^n + x^n)` has three), in one report.
pub(super) fn powers(list: &[(&Node, Unit, &Node)]) -> Diagnostic {
    let mut mistake =
        Diagnostic::error(&codes::NOT_DIMENSIONLESS, "a base with a unit needs a simple number as exponent");
    for (base, unit, exponent) in list.iter().take(6) {
        mistake.label(base.span.clone(), unit.to_string());
        let simple = literal(exponent).is_some();
        mistake.label(exponent.span.clone(), if simple { "not a simple fraction" } else { "not a number as written" });
    }
    let (base, unit, exponent) = &list[0];
    if list.len() > 1 {
        mistake.help("a saturable effect x^n / (K^n + x^n) is written `hill(x, n, K)`");
    }
    let (text, power) = (operand_text(base, "x"), operand_text(exponent, "n"));
    mistake.help(format!("divide the base by a reference: `({text} / {})^{power}`", reference(unit)));
    mistake
}

/// The quantity 1 in that unit.
fn reference(unit: &Unit) -> String {
    format!("1 [{unit}]")
}

/// The text of a node, if it is short enough for a message.
fn short(node: &Node) -> Option<&str> {
    let text = node.span.text();
    (text.len() <= 40 && !text.contains('\n')).then_some(text)
}

/// As an operand of `/` or `-`: in parentheses unless it is a single thing.
fn operand_text(node: &Node, otherwise: &str) -> String {
    match (&node.kind, short(node)) {
        (_, None) => otherwise.to_string(),
        (
            NodeKind::Name(_)
            | NodeKind::Time
            | NodeKind::Number { .. }
            | NodeKind::Call { .. }
            | NodeKind::Dose { .. },
            Some(text),
        ) => text.to_string(),
        (_, Some(text)) => format!("({text})"),
    }
}

fn quoted(node: &Node, otherwise: &str) -> String {
    short(node).map_or(otherwise.to_string(), |text| format!("`{text}`"))
}

fn name_of(node: &Node) -> Option<&str> {
    match &node.kind {
        NodeKind::Name(name) => Some(name),
        _ => None,
    }
}

/// The text of a number without unit, with its sign.
fn literal(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Number { value, unit: None } => Some(shortest_number(*value)),
        NodeKind::Negate(operand) => literal(operand).map(|value| format!("-{value}")),
        _ => None,
    }
}

/// The text of a number with or without unit.
fn bare_literal(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Number { value, .. } => Some(shortest_number(*value)),
        NodeKind::Negate(operand) => bare_literal(operand).map(|value| format!("-{value}")),
        _ => None,
    }
}

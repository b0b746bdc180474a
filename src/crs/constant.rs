//! Constants of conditions: numbers with units, options, and arithmetic of these.

use crate::diagnostic::codes::scale as codes;
use crate::diagnostic::{Problems, listing};
use crate::expression::{Arithmetic, Node, NodeKind};
use crate::unit::{Quantity, Unit};

/// Evaluates a constant. `option` gives the number of an option, `names` lists those there are.
pub(super) fn evaluate(
    node: &Node,
    option: &dyn Fn(&str) -> Option<Quantity>,
    names: &[&str],
    problems: &mut Problems,
) -> Option<Quantity> {
    match &node.kind {
        NodeKind::Number { value, unit } => {
            Some(Quantity { value: *value, unit: unit.clone().unwrap_or_else(Unit::one) })
        }
        NodeKind::Name(name) => option(name).or_else(|| {
            problems
                .error(&codes::CONDITION_NAME, format!("`{name}` is not an option with a number"))
                .label(node.span.clone(), "a constant is wanted here")
                .help(listing(name, names.iter().copied(), "options with numbers"));
            None
        }),
        NodeKind::Negate(operand) => {
            let operand = evaluate(operand, option, names, problems)?;
            Some(Quantity { value: -operand.value, ..operand })
        }
        NodeKind::Arithmetic { operator, left, right } => {
            let (left, right) = (evaluate(left, option, names, problems), evaluate(right, option, names, problems));
            let (left, right) = (left?, right?);
            let result = combine(*operator, &left, &right);
            if result.is_none() {
                problems
                    .error(&codes::CONDITION_UNIT, format!("`{left} {} {right}` has no meaning", operator.symbol()))
                    .label(node.span.clone(), format!("{} and {}", left.unit, right.unit));
            }
            result
        }
        NodeKind::Invalid => None,
        _ => {
            problems
                .error(&codes::CONDITION_FORM, "this is not a constant")
                .label(node.span.clone(), "a number with unit, an option, or + - * / of these is wanted");
            None
        }
    }
}

/// A level plus or minus a difference is a level, level minus level a difference; products are of differences only.
fn combine(operator: Arithmetic, left: &Quantity, right: &Quantity) -> Option<Quantity> {
    let (a, b) = (left.value, right.value);
    let no_level = !left.unit.is_level() && !right.unit.is_level();
    let (value, unit) = match operator {
        Arithmetic::Add if left.unit.is_level() || no_level => {
            (a + right.unit.convert(b, &left.unit.difference())?, left.unit.clone())
        }
        Arithmetic::Add => (b + left.unit.convert(a, &right.unit.difference())?, right.unit.clone()),
        Arithmetic::Subtract if left.unit.is_level() && right.unit.is_level() => {
            (a - right.unit.convert(b, &left.unit)?, left.unit.difference())
        }
        Arithmetic::Subtract => (a - right.unit.convert(b, &left.unit.difference())?, left.unit.clone()),
        Arithmetic::Multiply if no_level => (a * b, &left.unit * &right.unit),
        Arithmetic::Divide if no_level => (a / b, &left.unit / &right.unit),
        _ => return None,
    };
    // Of a fact that is not given there is no value, which is no mistake.
    let usable = value.is_finite() || a.is_nan() || b.is_nan();
    usable.then_some(Quantity { value, unit })
}

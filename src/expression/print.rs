//! From tree to text, with as few parentheses as parse back to the same tree.

use super::ast::{Expression, Logic, Node, NodeKind};
use super::parse::power;
use crate::unit::shortest_number;
use std::fmt;

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root().fmt(f)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_node(f, self, power::LOWEST)
    }
}

/// Writes a node where only operators that bind at least as tightly as `least` may stand bare.
fn write_node(f: &mut fmt::Formatter<'_>, node: &Node, least: u8) -> fmt::Result {
    let bare = match &node.kind {
        NodeKind::If { .. } => power::LOWEST,
        NodeKind::Logic { operator: Logic::Or, .. } => power::OR,
        NodeKind::Logic { operator: Logic::And, .. } => power::AND,
        NodeKind::Not(_) => power::NOT,
        NodeKind::Comparison { .. } => power::COMPARISON,
        NodeKind::Arithmetic { operator, .. } => power::of(*operator),
        NodeKind::Negate(_) => power::SIGN,
        _ => power::HIGHEST,
    };
    if bare < least {
        f.write_str("(")?;
        write_bare(f, node)?;
        return f.write_str(")");
    }
    write_bare(f, node)
}

fn write_bare(f: &mut fmt::Formatter<'_>, node: &Node) -> fmt::Result {
    match &node.kind {
        NodeKind::Number { value, unit: None } => f.write_str(&shortest_number(*value)),
        NodeKind::Number { value, unit: Some(unit) } => write!(f, "{} [{unit}]", shortest_number(*value)),
        NodeKind::Boolean(value) => write!(f, "{value}"),
        NodeKind::Time => f.write_str("t"),
        NodeKind::Name(name) => f.write_str(name),
        NodeKind::Negate(operand) => {
            f.write_str("-")?;
            write_node(f, operand, power::SIGN)
        }
        NodeKind::Not(operand) => {
            f.write_str("not ")?;
            write_node(f, operand, power::NOT)
        }
        NodeKind::Arithmetic { operator, left, right } => {
            let binding = power::of(*operator);
            let sign = match operator {
                super::ast::Arithmetic::Power => {
                    write_node(f, left, binding + 1)?;
                    f.write_str("^")?;
                    // A sign may stand bare behind `^`.
                    return write_node(f, right, power::SIGN);
                }
                operator => operator.symbol(),
            };
            write_infix(f, left, sign, right, binding, binding + 1)
        }
        NodeKind::Comparison { operator, left, right } => {
            write_infix(f, left, operator.symbol(), right, power::COMPARISON + 1, power::COMPARISON + 1)
        }
        NodeKind::Logic { operator, left, right } => {
            let binding = if *operator == Logic::Or { power::OR } else { power::AND };
            write_infix(f, left, operator.symbol(), right, binding, binding + 1)
        }
        NodeKind::If { condition, then, otherwise } => {
            f.write_str("if ")?;
            write_node(f, condition, power::LOWEST)?;
            f.write_str(" then ")?;
            write_node(f, then, power::LOWEST)?;
            f.write_str(" else ")?;
            write_node(f, otherwise, power::LOWEST)
        }
        NodeKind::Call { function, arguments } => {
            write!(f, "{}(", function.name())?;
            for (n, argument) in arguments.iter().enumerate() {
                if n > 0 {
                    f.write_str(", ")?;
                }
                write_node(f, argument, power::LOWEST)?;
            }
            f.write_str(")")
        }
        NodeKind::Dose { query, name, .. } => write!(f, "{}({name})", query.name()),
        NodeKind::Invalid => f.write_str("?"),
    }
}

fn write_infix(
    f: &mut fmt::Formatter<'_>,
    left: &Node,
    symbol: &str,
    right: &Node,
    least_left: u8,
    least_right: u8,
) -> fmt::Result {
    write_node(f, left, least_left)?;
    write!(f, " {symbol} ")?;
    write_node(f, right, least_right)
}
